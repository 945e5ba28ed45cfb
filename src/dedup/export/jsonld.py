"""A lineage in JSON-LD, in the vocabulary of schema.org."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dedup import __version__
from dedup.export.common import NAME, PREFIXES, SCHEMA_ORG, filled, is_contested, qualified, utf8

if TYPE_CHECKING:
    from dedup.articles import Article
    from dedup.lineage.graph import Edge, Lineage

_CONTEXT: dict[str, Any] = {
    "@version": 1.1,
    "@vocab": SCHEMA_ORG,
    **PREFIXES,
    "datePublished": {"@type": f"{SCHEMA_ORG}DateTime"},
    # Without a type, 1.0 would be read as an integer.
    "probability": {"@id": "dedup:probability", "@type": "http://www.w3.org/2001/XMLSchema#double"},
    "inferredBy": {"@id": "dedup:inferredBy", "@type": "@id"},
    **{term: {"@id": f"dedup:{term}"} for term in ("declaredBy", "contested", "kind", "phrase")},
}
_INFERENCE = "dedup:inference"


def to_jsonld(lineage: Lineage) -> dict[str, Any]:
    """Describe articles and what they are based on, in JSON-LD.

    Parameters
    ----------
    lineage : Lineage
        Of any size.

    Returns
    -------
    dict
        A document with its context in it: a ``NewsArticle`` an article, in input order, and before them the
        ``Action`` that inferred the edges. ``isBasedOn`` leads to a parent by way of a ``Role`` that has the
        relation as ``roleName`` and either ``probability`` and ``inferredBy``, or ``declaredBy``, with
        ``probability`` and ``contested`` where it is; the main parent comes first. ``citation`` has the
        sources that an article names, with the phrase. What is not known is left out.

    Notes
    -----
    About 100 microseconds an article, and what `records` takes for the sources. The texts are left out. A
    lone surrogate, which no RDF literal can hold, stands as an escape.

    Examples
    --------
    >>> from dedup import Article, Edge, Lineage
    >>> articles = Article("The harbour is shut.", "wire"), Article("It is shut.", "paper")
    >>> document = to_jsonld(Lineage(articles, (Edge("wire", "paper", "rewrite", 0.93),)))
    >>> document["@graph"][2]["isBasedOn"][0]["isBasedOn"]
    {'@id': 'article:wire'}
    """
    software = {"@type": "SoftwareApplication", "name": NAME, "softwareVersion": __version__}
    inference = {"@id": _INFERENCE, "@type": "Action", "name": "find_lineage", "instrument": software}
    graph = [inference]
    for node, record in zip(lineage, lineage.records(), strict=True):
        graph.append(_article(node.article, node.parents, record["cited"]))
    return {"@context": _CONTEXT, "@graph": graph}


def _article(article: Article, parents: tuple[Edge, ...], cited: list[dict[str, str]]) -> dict[str, Any]:
    return filled(
        {
            "@id": qualified("article", article.id),
            "@type": "NewsArticle",
            "identifier": utf8(article.id),
            "headline": utf8(article.title),
            "datePublished": article.published_at.isoformat() if article.published_at else "",
            "publisher": _organisation(article.outlet) if article.outlet else "",
            "url": utf8(article.url),
            "isBasedOn": [_role(edge) for edge in parents],
            "citation": [
                {
                    "@type": "CreativeWork",
                    "publisher": _organisation(found["source"]),
                    "kind": found["kind"],
                    "phrase": utf8(found["phrase"]),
                }
                for found in cited
            ],
        }
    )


def _organisation(name: str) -> dict[str, str]:
    return {"@type": "Organization", "name": utf8(name)}


def _role(edge: Edge) -> dict[str, Any]:
    # A property with a Role in between is schema.org's way to qualify what would else be a bare statement.
    stated = {"@type": "Role", "roleName": utf8(edge.relation)}
    ground: dict[str, Any] = {"probability": edge.probability, "inferredBy": _INFERENCE}
    if edge.declared:
        against = {"probability": edge.probability, "contested": True} if is_contested(edge) else {}
        ground = {"declaredBy": utf8(edge.declared), **against}
    return {
        **stated,
        **ground,
        "isBasedOn": {"@id": qualified("article", edge.parent)},
    }
