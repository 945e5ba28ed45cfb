"""Results of a corpus, written to files a batch at a time."""

from __future__ import annotations

import itertools
import os
from collections.abc import Iterable, Iterator, Mapping
from os import PathLike
from typing import Any

from dedup.errors import DedupError
from dedup.extras import load_extra
from dedup.formats.tables import EXTRA
from dedup.formats.writers import json_line, write_lines

_ROW_GROUP = 20_000  # records of a row group: some 10 MB

_PARENT = {"id": "string", "relation": "string", "probability": "float", "declared": "string"}
_CITED = {"source": "string", "kind": "string", "phrase": "string"}
_AGAINST = {"parent": "string", "by": "string", "says": "string", "probability": "float"}
_DECLARED = {"source": "string", "by": "string"}
_OTHER = {"id": "string", "resemblance": "float"}
SCHEMAS: dict[str, dict[str, Any]] = {
    "lineage": {
        "id": "string",
        "family": "string",
        "role": "string",
        "parents": [_PARENT],
        "cited": [_CITED],
        "contradictions": [_AGAINST],
    },
    "duplicates": {"id": "string", "cluster": "string", "duplicates": [_OTHER]},
    "dropped": {
        "id": "string",
        "kept": "string",
        "why": "string",
        "resemblance": "float",
        "policy": "string",
    },
    "articles": {
        "id": "string",
        "title": "string",
        "published_at": "string",
        "outlet": "string",
        "url": "string",
        "declared": [_DECLARED],
        "text": "string",
    },
}
"""Columns of the tables that are written, by what they hold; a list stands for a list of structs."""


def check_output(path: str | PathLike[str]) -> None:
    """Say before the work, not after it, that an output cannot be written.

    Parameters
    ----------
    path : str or path
        As for `write_records`.

    Raises
    ------
    DedupError
        If there is no such folder, it may not be written, or the file is a folder.
    MissingExtraError
        If it is Parquet and pyarrow is not installed.

    Examples
    --------
    >>> check_output("no-such-folder/found.jsonl")
    Traceback (most recent call last):
    dedup.errors.DedupError: no-such-folder/found.jsonl cannot be written: no such folder
    """
    path = os.fspath(path)
    folder = os.path.dirname(path) or "."
    if path.lower().endswith(".parquet"):
        load_extra("pyarrow", EXTRA)
    why = ""
    if os.path.isdir(path):
        why = "it is a folder"
    elif not os.path.isdir(folder):
        why = "no such folder"
    elif path != "-" and not os.path.exists(path) and not os.access(folder, os.W_OK):
        why = "permission denied"
    if why:
        raise DedupError(f"{path} cannot be written: {why}")


def write_records(path: str | PathLike[str], records: Iterable[Mapping[str, Any]], kind: str) -> None:
    """Write records to a file, whole or not at all.

    Parameters
    ----------
    path : str or path
        Parquet if it ends in .parquet; else JSON lines; ``"-"`` for standard output.
    records : iterable of mapping
        Of one kind.
    kind : str
        One of `SCHEMAS`.

    Raises
    ------
    DedupError
        If the file cannot be written.
    MissingExtraError
        If it is Parquet and pyarrow is not installed.

    Notes
    -----
    20,000 records are in memory at a time. UTF-8, and so Parquet, has no lone surrogates: they are written as
    ``\\udXXX``, in words.
    """
    path = os.fspath(path)
    if not path.lower().endswith(".parquet"):
        write_lines(path, map(json_line, records))
        return
    load_extra("pyarrow", EXTRA)
    folder, name = os.path.split(path)
    aside = os.path.join(folder, f".{name}.{os.getpid()}.part")
    try:
        _write_parquet(aside, iter(records), kind)
        os.replace(aside, path)
    except OSError as error:
        raise DedupError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}") from None
    finally:
        if os.path.exists(aside):
            os.unlink(aside)


def _write_parquet(path: str, records: Iterator[Mapping[str, Any]], kind: str) -> None:
    pyarrow, parquet = load_extra("pyarrow", EXTRA), load_extra("pyarrow.parquet", EXTRA)
    types = {"string": pyarrow.string(), "float": pyarrow.float64()}

    def of(column: Any) -> Any:
        if isinstance(column, list):
            return pyarrow.list_(pyarrow.struct([(name, types[one]) for name, one in column[0].items()]))
        return types[column]

    schema = pyarrow.schema([(name, of(column)) for name, column in SCHEMAS[kind].items()])
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while batch := list(itertools.islice(records, _ROW_GROUP)):
            rows = [{name: row.get(name) for name in schema.names} for row in batch]
            try:
                table = pyarrow.Table.from_pylist(rows, schema)
            except UnicodeEncodeError:
                table = pyarrow.Table.from_pylist(_writable(rows), schema)
            writer.write_table(table)


def _writable(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, list):
        return [_writable(one) for one in value]
    return {name: _writable(one) for name, one in value.items()} if isinstance(value, dict) else value
