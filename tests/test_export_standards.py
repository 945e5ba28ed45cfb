"""A lineage in standards of the web and of newsrooms, read back by the tools of those standards."""

import json
from typing import Any

import pytest
from hypothesis import given
from prov.constants import PROV_ATTR_GENERATED_ENTITY, PROV_ATTR_USED_ENTITY, PROV_TYPE
from prov.model import ProvDerivation, ProvDocument, ProvEntity
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.namespace import XSD

from dedup import Article, Edge, Lineage, __version__, find_lineage
from dedup.export.common import NAME, PREFIXES, TERMS, is_contested, qualified, utf8
from dedup.formats.writers import json_line
from tests.exported import SAMPLE, lineages

# rdflib warns of what its own parser of JSON-LD does.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")

SCHEMA = Namespace("https://schema.org/")
OURS = Namespace(TERMS)


def uri(prefix: str, name: str) -> str:
    return PREFIXES[prefix] + qualified(prefix, name).partition(":")[2]


def triples_of(lineage: Lineage) -> Graph:
    return Graph().parse(data=json.dumps(lineage.to_jsonld()), format="json-ld")


@given(lineages())
def test_jsonld_is_read_by_rdflib(lineage: Lineage) -> None:
    graph = triples_of(lineage)
    articles = {str(subject) for subject in graph.subjects(RDF.type, SCHEMA.NewsArticle)}
    assert articles == {uri("article", article.id) for article in lineage.articles}
    for article in lineage.articles:
        subject = URIRef(uri("article", article.id))
        assert str(graph.value(subject, SCHEMA.identifier)) == utf8(article.id)
        assert str(graph.value(subject, SCHEMA.headline) or "") == utf8(article.title)
        assert (graph.value(subject, SCHEMA.datePublished) is None) == (article.published_at is None)
    found = {
        (str(parent), str(child)): role
        for child, role in graph.subject_objects(SCHEMA.isBasedOn)
        if str(child) in articles
        for parent in graph.objects(role, SCHEMA.isBasedOn)
    }
    assert set(found) == {(uri("article", edge.parent), uri("article", edge.child)) for edge in lineage.edges}
    for edge in lineage.edges:
        role = found[uri("article", edge.parent), uri("article", edge.child)]
        assert graph.value(role, RDF.type) == SCHEMA.Role  # never as bare fact
        assert str(graph.value(role, SCHEMA.roleName)) == edge.relation
        probability, inferred_by = graph.value(role, OURS.probability), graph.value(role, OURS.inferredBy)
        if edge.declared:
            assert inferred_by is None
            contested = graph.value(role, OURS.contested)
            assert (probability is None, contested is None) == (not is_contested(edge),) * 2
            assert probability is None or float(str(probability)) == edge.probability
            assert contested in (None, Literal(True))
            assert str(graph.value(role, OURS.declaredBy)) == utf8(edge.declared)
        else:
            assert isinstance(probability, Literal)
            assert probability.datatype == XSD.double
            assert probability.toPython() == edge.probability
            assert inferred_by == OURS.inference


def test_jsonld_says_what_inferred_and_what_was_cited() -> None:
    graph = triples_of(SAMPLE)
    (software,) = graph.subjects(RDF.type, SCHEMA.SoftwareApplication)
    assert graph.value(OURS.inference, SCHEMA.instrument) == software
    assert str(graph.value(software, SCHEMA.name)) == NAME
    assert str(graph.value(software, SCHEMA.softwareVersion)) == __version__
    cited = {
        (str(article), str(graph.value(graph.value(work, SCHEMA.publisher), SCHEMA.name)))
        for article, work in graph.subject_objects(SCHEMA.citation)
    }
    assert cited == {(uri("article", "wire"), "Vennport Radio"), (uri("article", "alone"), "Dale Radio")}
    phrases = sorted(map(str, graph.objects(None, OURS.phrase)))
    assert phrases == ["According to Vennport Radio", "according to Dale Radio"]


def read_prov(lineage: Lineage) -> ProvDocument:
    return ProvDocument.deserialize(content=json.dumps(lineage.to_prov()), format="json")


def derivations(document: ProvDocument, bundle: str) -> dict[tuple[str, str], Any]:
    """List the derivations of a bundle by what was used and what was generated."""
    records = [
        record
        for found in document.bundles
        if name_of(found.identifier) == f"{TERMS}{bundle}"
        for record in found.get_records(ProvDerivation)
    ]
    ends = PROV_ATTR_USED_ENTITY, PROV_ATTR_GENERATED_ENTITY
    return {
        (name_of(used), name_of(generated)): record
        for record in records
        for used, generated in [[value for end in ends for value in record.get_attribute(end)]]
    }


def name_of(identifier: Any) -> str:
    return str(identifier.uri)


def only(record: Any, name: str) -> Any:
    values = [value for key, value in record.attributes if key.uri == f"{TERMS}{name}"]
    return values[0] if values else None


@given(lineages())
def test_prov_is_read_by_prov(lineage: Lineage) -> None:
    document = read_prov(lineage)
    assert ProvDocument.deserialize(content=document.serialize(format="json"), format="json") == document
    entities = {name_of(entity.identifier) for entity in document.get_records(ProvEntity)}
    assert {uri("article", article.id) for article in lineage.articles} <= entities
    assert not list(document.get_records(ProvDerivation))  # all of them in bundles: none as bare fact
    inferred, declared = derivations(document, "inferred"), derivations(document, "declared")
    for edge in lineage.edges:
        ends = uri("article", edge.parent), uri("article", edge.child)
        assert (ends in declared, ends in inferred) == (bool(edge.declared), not edge.declared)
        record = (declared if edge.declared else inferred)[ends]
        assert only(record, "relation") == edge.relation
        if edge.declared:
            assert only(record, "declaredBy") == utf8(edge.declared)
            chance = edge.probability if is_contested(edge) else None
            assert (only(record, "probability"), only(record, "contested")) == (
                chance,
                chance is not None or None,
            )
        else:
            assert float(only(record, "probability")) == edge.probability
            assert only(record, "inferredBy").uri == f"{TERMS}inference"
    n_articles = sum(ends[0].startswith(PREFIXES["article"]) for ends in (*inferred, *declared))
    assert n_articles == len(lineage.edges)


def types(record: Any) -> list[str]:
    return [str(kind) for kind in record.get_attribute(PROV_TYPE)]


def test_prov_has_names_for_what_prov_names() -> None:
    document = read_prov(SAMPLE)
    inferred, declared = derivations(document, "inferred"), derivations(document, "declared")
    named = {
        (parent.rpartition(":")[2], child.rpartition(":")[2]): types(record)
        for (parent, child), record in (inferred | declared).items()
    }
    assert named == {
        ("wire", "update"): ["prov:Revision"],
        ("wire", "excerpt"): ["prov:Quotation"],
        ("update", "rewrite"): [],
        ("rewrite", "both"): [],
        ("rain", "both"): [],
        ("Vennport%20Radio", "wire"): ["prov:PrimarySource"],
        ("Dale%20Radio", "alone"): ["prov:PrimarySource"],
    }
    source = inferred[uri("source", "Dale Radio"), uri("article", "alone")]
    assert only(source, "phrase") == "according to Dale Radio"
    assert only(source, "probability") is None


def test_prov_has_the_inference_as_an_activity_of_the_bundle() -> None:
    said = read_prov(SAMPLE).get_provn()
    assert "wasGeneratedBy(dedup:inferred, dedup:inference, -)" in said
    assert "wasAssociatedWith(dedup:inference, dedup:software, -)" in said
    assert f'schema:softwareVersion="{__version__}"' in said
    (inferred,) = [line for line in said.splitlines() if "article:excerpt, article:wire" in line]
    assert inferred.strip().startswith("wasDerivedFrom(article:excerpt, article:wire, -, -, -, ")


def test_prov_names_the_sources_of_articles_with_parents_in_them() -> None:
    told = Article("The bridge is shut, Ida Brask told the Orla Wire.", "b", "", None, "Late Post")
    lineage = Lineage((Article("Shut.", "a"), told), (Edge("a", "b", "rewrite", 0.8),))
    document = lineage.to_prov()
    assert document["entity"]["article:b"]["schema:citation"] == ["Orla Wire"]
    assert len(document["bundle"]["dedup:inferred"]["wasDerivedFrom"]) == 1


@given(lineages())
def test_ninjs_and_passim_are_json(lineage: Lineage) -> None:
    items = [json.loads(utf8(json_line(item))) for item in lineage.to_ninjs()]
    assert [item["guid"] for item in items] == [article.id for article in lineage.articles]
    for item in items:
        parents = lineage[item["guid"]].parents
        stated = [edge.parent for edge in parents[:1] if not is_contested(edge)]
        assert item.get("evolvedfrom") == next(iter(stated), None)
        assert item.get("ancestors", [])[-1:] == stated
        marks = item.get("extra", {"parents": []})["parents"]
        assert [(mark["guid"], mark.get("declared", "")) for mark in marks] == [
            (edge.parent, edge.declared) for edge in parents
        ]
        for mark, edge in zip(marks, parents, strict=True):
            assert mark.get("contested", False) == is_contested(edge)
            assert mark.get("probability") == (
                edge.probability if is_contested(edge) or not edge.declared else None
            )
    rows = [json.loads(utf8(json_line(row))) for row in lineage.to_passim()]
    with_kin = {name for edge in lineage.edges for name in (edge.parent, edge.child)}
    assert sorted(row["id"] for row in rows) == sorted(with_kin)
    uids = {row["id"]: row["uid"] for row in rows}
    for row in rows:
        assert row["text"][row["begin"] : row["end"]] == row["text"] == lineage[row["id"]].article.text
        assert row["cluster"] == uids[lineage[row["id"]].family]
        assert [source["uid"] for source in row["src"]] == [
            uids[edge.parent] for edge in lineage[row["id"]].parents
        ]
        assert row["size"] == sum(other["cluster"] == row["cluster"] for other in rows)


def test_ninjs_has_ancestors_from_the_root_on() -> None:
    items = {item["guid"]: item for item in SAMPLE.to_ninjs()}
    assert items["both"]["ancestors"] == ["rewrite"]  # which is declared, and contested
    assert items["update"]["ancestors"] == ["wire"]
    assert items["both"]["evolvedfrom"] == "rewrite"
    assert items["rewrite"]["extra"]["parents"] == [
        {
            "guid": "update",
            "relation": "rewrite",
            "declared": "isBasedOn",
            "probability": 0.6,
            "contested": True,
        }
    ]
    assert "evolvedfrom" not in items["rewrite"]
    assert "evolvedfrom" not in items["wire"]
    assert items["update"]["uri"] == "update"
    assert items["update"]["url"] == "https://orla.example/2"
    assert items["wire"]["versioncreated"] == "2026-03-02T08:00:00+00:00"


def test_passim_counts_as_passim_does() -> None:
    rows = {row["id"]: row for row in SAMPLE.to_passim()}
    assert list(rows) == ["wire", "update", "excerpt", "rewrite", "both", "rain"]
    assert [rows[name]["size"] for name in ("wire", "both", "rain")] == [5, 5, 1]
    assert [name for name, row in rows.items() if row["boiler"]] == ["update"]
    assert rows["wire"]["pboiler"] == 0.25
    assert rows["rain"]["pboiler"] is None
    abc, other = Article("Shut.", "ABC"), Article("Shut.", "é")
    one, two = Lineage((abc, other), (Edge("ABC", "é", "copy", 0.9),)).to_passim()
    assert one["uid"] == 4105715581806190027  # what Spark's documentation gives for xxhash64("ABC")
    assert two["src"] == [{"uid": one["uid"], "begin": 0, "end": 5}]


def test_prov_of_a_declared_source_outside_the_pile_is_declared() -> None:
    declared = {"source": "https://wire.example/1", "by": "isBasedOn"}
    document = find_lineage([{"id": "a", "text": "It is shut.", "declared": declared}]).to_prov()
    (record,) = document["bundle"]["dedup:declared"]["wasDerivedFrom"].values()
    assert record["prov:usedEntity"] == "source:wire.example"
    assert record["dedup:phrase"] == "isBasedOn: https://wire.example/1"
    assert "dedup:inferredBy" not in record
