"""A lineage as tables of Arrow, which pandas and polars take as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from dedup.errors import InputError, shown
from dedup.export.common import NAME, SOFTWARE, is_contested, utf8
from dedup.extras import load_extra

if TYPE_CHECKING:
    from dedup.lineage.graph import Lineage

EXTRA = "pyarrow", "arrow"
"""The package that is needed, and the extra that installs it."""


def to_dataframe(lineage: Lineage, rows: Literal["edges", "articles"] = "edges") -> Any:
    """Make a table of the edges, or of the articles.

    Parameters
    ----------
    lineage : Lineage
        Of any size.
    rows : str, optional
        ``"edges"``: ``child``, ``parent``, ``relation``, ``probability`` (float64, 0 to 1), ``is_main``
        (bool), ``declared`` (empty where the edge was inferred), ``contested`` (bool; declared, but the texts
        or the times speak against it) and ``family`` of the child; children in input order, the main parent
        of each first.
        ``"articles"``: ``id``, ``family``, ``role``, ``title``, ``outlet``, ``published_at`` (timestamp in
        microseconds, UTC, null if not known), ``url``, ``n_parents``, ``n_children`` (int64); in input order.

    Returns
    -------
    pyarrow.Table
        Its metadata name the software that inferred the edges. ``pandas.DataFrame.from_arrow``,
        ``polars.from_arrow`` and whatever knows the Arrow stream interface read it.

    Raises
    ------
    MissingExtraError
        If pyarrow is not installed.
    InputError
        If `rows` is neither.

    Notes
    -----
    About 10 microseconds a row. The texts are left out. A lone surrogate stands as an escape.

    Examples
    --------
    >>> from dedup import Article, Edge, Lineage
    >>> articles = Article("The harbour is shut.", "wire"), Article("It is shut.", "paper")
    >>> table = to_dataframe(Lineage(articles, (Edge("wire", "paper", "rewrite", 0.93),)))
    >>> table.select(["child", "parent", "probability"]).to_pylist()
    [{'child': 'paper', 'parent': 'wire', 'probability': 0.93}]
    """
    kinds = {"edges": (_EDGES, _edges), "articles": (_ARTICLES, _articles)}
    if rows not in kinds:
        raise InputError(f'rows must be "edges" or "articles", not {shown(rows)}')
    pyarrow = load_extra(*EXTRA)
    types, make = kinds[rows]
    kind_of = {
        "bool": pyarrow.bool_(),
        "time": pyarrow.timestamp("us", tz="UTC"),
        "float": pyarrow.float64(),
        "int": pyarrow.int64(),
    }
    fields = [(name, kind_of.get(kind, pyarrow.string())) for name, kind in types.items()]
    schema = pyarrow.schema(fields, metadata={NAME: f"edges inferred by {SOFTWARE} unless declared"})
    return pyarrow.Table.from_pylist(make(lineage), schema=schema)


_EDGES = {
    "child": "str",
    "parent": "str",
    "relation": "str",
    "probability": "float",
    "is_main": "bool",
    "declared": "str",
    "contested": "bool",
    "family": "str",
}
_ARTICLES = {
    **dict.fromkeys(("id", "family", "role", "title", "outlet"), "str"),
    "published_at": "time",
    "url": "str",
    "n_parents": "int",
    "n_children": "int",
}


def _edges(lineage: Lineage) -> list[dict[str, Any]]:
    return [
        {
            "child": utf8(edge.child),
            "parent": utf8(edge.parent),
            "relation": utf8(edge.relation),
            "probability": edge.probability,
            "is_main": edge is node.parents[0],
            "declared": utf8(edge.declared),
            "contested": is_contested(edge),
            "family": utf8(node.family),
        }
        for node in lineage
        for edge in node.parents
    ]


def _articles(lineage: Lineage) -> list[dict[str, Any]]:
    return [
        {
            "id": utf8(node.article.id),
            "family": utf8(node.family),
            "role": node.role,
            "title": utf8(node.article.title),
            "outlet": utf8(node.article.outlet),
            "published_at": node.article.published_at,
            "url": utf8(node.article.url),
            "n_parents": len(node.parents),
            "n_children": len(node.children),
        }
        for node in lineage
    ]
