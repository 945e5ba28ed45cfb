"""A lineage in the columns of passim, the text-reuse tool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import xxhash

from dedup.export.common import ground, groups, utf8

if TYPE_CHECKING:
    from dedup.lineage.graph import Lineage

_SEED = 42  # of Spark's xxhash64, with which passim makes the numbers of documents of their ids


def to_passim(lineage: Lineage) -> list[dict[str, Any]]:
    """Make the rows that passim writes of its clusters.

    Parameters
    ----------
    lineage : Lineage
        Of any size.

    Returns
    -------
    list of dict
        A row a member of a family, families in their order, the root first; then articles whose kin all
        belong to other families. ``uid`` is the number that passim gives the id, ``cluster`` that of the
        root. A passage is the whole text: ``begin`` is 0 and ``end`` its length in characters. ``src`` has
        the same of each parent, the main one first. ``boiler`` says whether the main parent is of the same
        outlet, ``pboiler`` for which share of the children of the cluster it is. ``parents`` is not passim's:
        each with relation and either probability and the software that inferred it, or what declared it,
        with probability and ``contested`` where it is.

    Notes
    -----
    About 40 microseconds an article. Articles that stand alone are left out, as by passim.

    Examples
    --------
    >>> from dedup import Article, Edge, Lineage
    >>> articles = Article("The harbour is shut.", "wire"), Article("It is shut.", "paper")
    >>> row = to_passim(Lineage(articles, (Edge("wire", "paper", "rewrite", 0.93),)))[1]
    >>> row["size"], row["begin"], row["end"], row["src"][0]["end"]
    (2, 0, 11, 20)
    """
    return [row for names in groups(lineage) for row in _cluster(lineage, names)]


def _cluster(lineage: Lineage, names: tuple[str, ...]) -> list[dict[str, Any]]:
    rows = [{"cluster": _uid(names[0]), "size": len(names), **_row(lineage, name)} for name in names]
    share = sum(row["boiler"] for row in rows[1:]) / (len(rows) - 1) if len(rows) > 1 else None
    return [{**row, "pboiler": share} for row in rows]


def _row(lineage: Lineage, name: str) -> dict[str, Any]:
    node = lineage[name]
    article = node.article
    outlets = {lineage[edge.parent].article.outlet for edge in node.parents[:1]} - {""}
    return {
        **_passage(lineage, name),
        "boiler": article.outlet in outlets,
        "src": [_passage(lineage, edge.parent) for edge in node.parents],
        "id": name,
        "series": article.outlet,
        "date": article.published_at.isoformat() if article.published_at else None,
        "title": article.title,
        "url": article.url,
        "text": article.text,
        "parents": [{"id": edge.parent, **ground(edge)} for edge in node.parents],
    }


def _passage(lineage: Lineage, name: str) -> dict[str, int]:
    return {"uid": _uid(name), "begin": 0, "end": len(lineage[name].article.text)}


def _uid(name: str) -> int:
    hashed = xxhash.xxh64_intdigest(utf8(name).encode(), seed=_SEED)
    return hashed - (1 << 64) if hashed >> 63 else hashed
