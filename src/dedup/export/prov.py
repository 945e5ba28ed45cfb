"""A lineage in PROV-JSON, the W3C's format for provenance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dedup import __version__
from dedup.export.common import NAME, PREFIXES, SCHEMA_ORG, SOFTWARE, filled, is_contested, qualified, utf8

if TYPE_CHECKING:
    from dedup.lineage.graph import Edge, Lineage, Node

_Records = dict[str, dict[str, Any]]

_TYPES = {"update": "prov:Revision", "excerpt": "prov:Quotation"}
"""Relations that PROV has a name for: wasRevisionOf and wasQuotedFrom. All else is wasDerivedFrom."""

_PREFIXES = {**PREFIXES, "schema": SCHEMA_ORG}
_INFERENCE, _SOFTWARE = "dedup:inference", "dedup:software"
_INFERRED, _DECLARED = "dedup:inferred", "dedup:declared"


def to_prov(lineage: Lineage) -> dict[str, Any]:
    """Describe where articles come from, in PROV-JSON.

    Parameters
    ----------
    lineage : Lineage
        Of any size.

    Returns
    -------
    dict
        An entity an article. What was inferred stands in the bundle ``dedup:inferred``, which the activity
        ``dedup:inference`` generated and the software, an agent with its version, is associated with; each
        derivation has ``dedup:relation`` and ``dedup:probability``. What was declared stands in the bundle
        ``dedup:declared`` with ``dedup:declaredBy``, and with ``dedup:probability`` and ``dedup:contested``
        where it is contested. An update is a ``prov:Revision``, an excerpt a
        ``prov:Quotation``, all else a plain derivation. An article without parents that names a source has it
        as ``prov:PrimarySource``, with the phrase and no probability; other articles name theirs in
        ``schema:citation``.

    Notes
    -----
    About 100 microseconds an article, and what `records` takes for the sources. The texts are left out. A
    lone surrogate stands as an escape. The inference is not the activity of a derivation: that would say that
    the software had written the article.

    Examples
    --------
    >>> from dedup import Article, Edge, Lineage
    >>> articles = Article("The harbour is shut.", "wire"), Article("It is shut.", "paper")
    >>> document = to_prov(Lineage(articles, (Edge("wire", "paper", "update", 0.93),)))
    >>> document["bundle"]["dedup:inferred"]["wasDerivedFrom"]["_:d0"]["dedup:probability"]
    {'$': '0.93', 'type': 'xsd:double'}
    """
    entities: _Records = {}
    inferred: list[dict[str, Any]] = []
    declared: list[dict[str, Any]] = []
    for node, record in zip(lineage, lineage.records(), strict=True):
        cited = record["cited"]
        entities[qualified("article", node.article.id)] = _entity(node, cited if node.parents else [])
        for edge in node.parents:
            (declared if edge.declared else inferred).append(_derivation(edge))
        if not node.parents:
            for found in cited:
                source = qualified("source", found["source"])
                entities[source] = {"prov:label": utf8(found["source"])}
                statement = _primary_source(node.article.id, source, found)
                (declared if found["kind"] == "declared" else inferred).append(statement)
    bundles = {_INFERRED: inferred, **({_DECLARED: declared} if declared else {})}
    for name in bundles:
        entities[name] = {"prov:type": _name("prov:Bundle")}
    return {
        "prefix": _PREFIXES,
        "entity": entities,
        **_inference(),
        "bundle": {name: _bundle(records) for name, records in bundles.items()},
    }


def _inference() -> dict[str, _Records]:
    agent = {
        "prov:type": _name("prov:SoftwareAgent"),
        "prov:label": SOFTWARE,
        "schema:name": NAME,
        "schema:softwareVersion": __version__,
    }
    return {
        "agent": {_SOFTWARE: agent},
        "activity": {_INFERENCE: {"prov:label": "find_lineage"}},
        "wasAssociatedWith": {"_:a0": {"prov:activity": _INFERENCE, "prov:agent": _SOFTWARE}},
        "wasGeneratedBy": {"_:g0": {"prov:entity": _INFERRED, "prov:activity": _INFERENCE}},
    }


def _entity(node: Node, cited: list[dict[str, str]]) -> dict[str, Any]:
    article = node.article
    time = article.published_at
    return filled(
        {
            "prov:type": _name("schema:NewsArticle"),
            "prov:label": utf8(article.title),
            "schema:identifier": utf8(article.id),
            "schema:datePublished": _typed(time.isoformat(), "xsd:dateTime") if time else "",
            "schema:publisher": utf8(article.outlet),
            "schema:url": utf8(article.url),
            "schema:citation": list(dict.fromkeys(utf8(found["source"]) for found in cited)),
        }
    )


def _derivation(edge: Edge) -> dict[str, Any]:
    chance = {"dedup:probability": _typed(repr(float(edge.probability)), "xsd:double")}
    ground: dict[str, Any] = {**chance, "dedup:inferredBy": _name(_INFERENCE)}
    if edge.declared:
        against = {**chance, "dedup:contested": _typed("true", "xsd:boolean")} if is_contested(edge) else {}
        ground = {"dedup:declaredBy": utf8(edge.declared), **against}
    return {
        "prov:generatedEntity": qualified("article", edge.child),
        "prov:usedEntity": qualified("article", edge.parent),
        **({"prov:type": _name(_TYPES[edge.relation])} if edge.relation in _TYPES else {}),
        "dedup:relation": utf8(edge.relation),
        **ground,
    }


def _primary_source(name: str, source: str, found: dict[str, str]) -> dict[str, Any]:
    return {
        "prov:generatedEntity": qualified("article", name),
        "prov:usedEntity": source,
        "prov:type": _name("prov:PrimarySource"),
        "dedup:kind": found["kind"],
        "dedup:phrase": utf8(found["phrase"]),
        **({} if found["kind"] == "declared" else {"dedup:inferredBy": _name(_INFERENCE)}),
    }


def _bundle(records: list[dict[str, Any]]) -> dict[str, Any]:
    derivations = {f"_:d{place}": record for place, record in enumerate(records)}
    return {"prefix": _PREFIXES, **({"wasDerivedFrom": derivations} if records else {})}


def _typed(value: str, kind: str) -> dict[str, str]:
    return {"$": value, "type": kind}


def _name(value: str) -> dict[str, str]:
    return _typed(value, "prov:QUALIFIED_NAME")
