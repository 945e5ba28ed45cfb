"""A lineage as ninjs items, as Superdesk writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dedup.export.common import filled, ground, is_contested

if TYPE_CHECKING:
    from dedup.lineage.graph import Lineage


def to_ninjs(lineage: Lineage) -> list[dict[str, Any]]:
    """Make a ninjs item of each article.

    Parameters
    ----------
    lineage : Lineage
        Of any size.

    Returns
    -------
    list of dict
        In input order, with ``guid`` and ``uri``, both the id, ``type``, ``headline``, ``body_text``,
        ``versioncreated`` (ISO 8601), ``source`` (the outlet) and ``url``, as far as they are known; with
        ``evolvedfrom``, the id of the main parent, and ``ancestors``, those of its main parents up to the
        root, the root first; both end where an edge is contested. ``extra`` has all parents, each with
        relation and either probability and the software that inferred it, or what declared it, with
        probability and ``contested`` where it is.

    Notes
    -----
    About 40 microseconds an article, and the length of its ancestors.

    Examples
    --------
    >>> from dedup import Article, Edge, Lineage
    >>> articles = Article("The harbour is shut.", "wire"), Article("It is shut.", "paper")
    >>> item = to_ninjs(Lineage(articles, (Edge("wire", "paper", "rewrite", 0.93),)))[1]
    >>> item["evolvedfrom"], item["extra"]["parents"][0]["probability"]
    ('wire', 0.93)
    """
    # ninjs has no room beside an ancestor to say that it is contested.
    nodes = list(lineage)
    firsts = [edge for node in nodes for edge in node.parents[:1]]
    main = {edge.child: edge.parent for edge in firsts if not is_contested(edge)}
    items = []
    for node in nodes:
        article = node.article
        item: dict[str, Any] = {
            "guid": article.id,  # of Superdesk
            "uri": article.id,  # of ninjs itself
            "type": "text",
            "headline": article.title,
            "body_text": article.text,
            "versioncreated": article.published_at.isoformat() if article.published_at else "",
            "source": article.outlet,
            "url": article.url,
            "evolvedfrom": main.get(article.id),
            "ancestors": _ancestors(article.id, main),
        }
        if node.parents:
            item["extra"] = {"parents": [{"guid": edge.parent, **ground(edge)} for edge in node.parents]}
        items.append(filled(item))
    return items


def _ancestors(name: str, main: dict[str, str]) -> list[str]:
    found = []
    while name in main:
        name = main[name]
        found.append(name)
    return found[::-1]
