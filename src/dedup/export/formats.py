"""The formats that `dedup lineage` writes, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from io import BytesIO
from typing import TYPE_CHECKING

from dedup.export import graphs, table
from dedup.export.dot import to_dot
from dedup.export.jsonld import to_jsonld
from dedup.export.mermaid import to_mermaid
from dedup.export.newick import to_newick
from dedup.export.ninjs import to_ninjs
from dedup.export.passim import to_passim
from dedup.export.prov import to_prov
from dedup.extras import load_extra
from dedup.formats.writers import json_line

if TYPE_CHECKING:
    from dedup.lineage.graph import Lineage

Exporter = Callable[["Lineage"], Iterable[str | bytes]]
"""Gives the lines of a text without their ends, or pieces of a binary file."""


def _json(lineage: Lineage) -> list[str]:
    families = [{"id": members[0], "members": members} for members in lineage.families]
    return [json_line({"version": 1, "families": families, "articles": lineage.records()})]


def _parquet(lineage: Lineage) -> list[bytes]:
    file = BytesIO()
    load_extra("pyarrow.parquet", table.EXTRA[1]).write_table(table.to_dataframe(lineage), file)
    return [file.getvalue()]


FORMATS: dict[str, Exporter] = {
    "tree": lambda lineage: [str(lineage)],
    "jsonl": lambda lineage: map(json_line, lineage.records()),
    "json": _json,
    "mermaid": lambda lineage: [to_mermaid(lineage)],
    "dot": lambda lineage: [to_dot(lineage)],
    "graphml": lambda lineage: [graphs.to_graphml(lineage)],
    "newick": lambda lineage: to_newick(lineage).splitlines(),
    "jsonld": lambda lineage: [json_line(to_jsonld(lineage))],
    "prov": lambda lineage: [json_line(to_prov(lineage))],
    "ninjs": lambda lineage: map(json_line, to_ninjs(lineage)),
    "passim": lambda lineage: map(json_line, to_passim(lineage)),
    "parquet": _parquet,
}
"""All of them, in the order in which they are listed."""

_NEEDS = {"graphml": graphs.EXTRA, "parquet": table.EXTRA}


def exporter(name: str) -> Exporter:
    """Find the exporter of a format, and make sure that what it needs is installed.

    Parameters
    ----------
    name : str
        One of `FORMATS`.

    Returns
    -------
    callable
        It takes a lineage and gives the lines of the file, or its bytes.

    Raises
    ------
    MissingExtraError
        If the format needs a package that is not installed.

    Examples
    --------
    >>> from dedup import Article, Lineage
    >>> list(exporter("jsonl")(Lineage((Article("It is shut.", "a1"),), ())))
    ['{"id": "a1", "family": "a1", "role": "single", "parents": [], "cited": []}']
    """
    if name in _NEEDS:
        load_extra(*_NEEDS[name])
    return FORMATS[name]
