"""Drawings, graphs, trees and tables of a lineage, read back by the tools that they are for."""

import io
import json
import re
import shutil
import subprocess
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import dendropy
import networkx
import pandas
import polars
import pyarrow.parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Article, Edge, Lineage, __version__
from dedup.errors import InputError
from dedup.export.common import basis, coded, is_contested, label, qualified, utf8
from dedup.export.formats import FORMATS
from dedup.lineage.heed import DECLARED
from tests.exported import HOSTILE, SAMPLE, anything, decoded, lineages

SVG = "{http://www.w3.org/2000/svg}"
SOFTWARE = f"dedup-lineage {__version__}"


def main_parents(lineage: Lineage) -> dict[str, Edge]:
    return {node.article.id: node.parents[0] for node in lineage if node.parents}


@given(anything, anything)
def test_codes_are_read_back(one: str, other: str) -> None:
    assert decoded(coded(one + other)) == one + other
    assert len(coded(one + other).splitlines()) <= 1
    assert (qualified("article", one) == qualified("article", other)) == (one == other)
    assert re.fullmatch(r"article:[\w.~%-]*", qualified("article", one), re.ASCII)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_are_read_back(text: str) -> None:
    assert decoded(coded(text)) == text
    assert decoded(coded(text + "\n" + text)) == text + "\n" + text


@given(lineages())
def test_networkx_has_all_articles_and_edges(lineage: Lineage) -> None:
    graph = lineage.to_networkx()
    assert list(graph) == [article.id for article in lineage.articles]
    for node in lineage:
        assert graph.nodes[node.article.id]["title"] == node.article.title
        assert graph.nodes[node.article.id]["family"] == node.family
        assert set(graph.predecessors(node.article.id)) == {edge.parent for edge in node.parents}
    for edge in lineage.edges:
        data = graph.edges[edge.parent, edge.child]
        assert (data["relation"], data["probability"]) == (edge.relation, edge.probability)
        assert data["declared"] == edge.declared
        assert data["inferred_by"] == ("" if edge.declared else SOFTWARE)
        assert data["contested"] == is_contested(edge)
        assert data["is_main"] == (edge == main_parents(lineage)[edge.child])


@given(lineages())
def test_graphml_is_read_back(lineage: Lineage) -> None:
    text = lineage.to_graphml()
    assert text.isascii()
    read = networkx.parse_graphml(text)
    expected = lineage.to_networkx()
    assert [decoded(name) for name in read] == list(expected)

    def known(data: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in data.items() if value != ""}

    def back(data: dict[str, Any]) -> dict[str, Any]:
        return {key: decoded(value) if isinstance(value, str) else value for key, value in data.items()}

    for name, data in read.nodes(data=True):
        assert back(data) == known(expected.nodes[decoded(name)])
    found = {(decoded(parent), decoded(child)): back(data) for parent, child, data in read.edges(data=True)}
    assert found == {(parent, child): known(data) for parent, child, data in expected.edges(data=True)}


@given(lineages())
def test_tables_have_all_rows(lineage: Lineage) -> None:
    edges = lineage.to_dataframe()
    by_child = [edge for node in lineage for edge in node.parents]
    assert edges["parent"].to_pylist() == [utf8(edge.parent) for edge in by_child]
    assert edges["probability"].to_pylist() == [edge.probability for edge in by_child]
    assert edges["declared"].to_pylist() == [utf8(edge.declared) for edge in by_child]
    assert edges["contested"].to_pylist() == [is_contested(edge) for edge in by_child]
    assert sum(edges["is_main"].to_pylist()) == len(main_parents(lineage))
    articles = lineage.to_dataframe("articles")
    assert articles["id"].to_pylist() == [utf8(article.id) for article in lineage.articles]
    assert articles["published_at"].to_pylist() == [article.published_at for article in lineage.articles]
    assert sum(articles["n_children"].to_pylist()) == len(by_child)


def test_tables_are_taken_by_pandas_and_polars() -> None:
    table = SAMPLE.to_dataframe()
    assert SOFTWARE.encode() in table.schema.metadata[b"dedup-lineage"]
    assert pandas.DataFrame(table.to_pandas())["child"].tolist() == table["child"].to_pylist()
    frame = polars.DataFrame(table)
    assert frame.filter(polars.col("declared") != "").rows() == [
        ("rewrite", "update", "rewrite", 0.6, True, "isBasedOn", True, "wire")
    ]
    stream = SAMPLE.to_dataframe("articles").__arrow_c_stream__()
    assert "arrow_array_stream" in repr(stream)
    (content,) = FORMATS["parquet"](SAMPLE)
    assert isinstance(content, bytes)
    assert pyarrow.parquet.read_table(io.BytesIO(content)).equals(table)
    with pytest.raises(InputError, match='rows must be "edges" or "articles", not str \'nodes\''):
        SAMPLE.to_dataframe("nodes")  # type: ignore[arg-type]


@pytest.mark.skipif(not shutil.which("dot"), reason="needs dot, of Graphviz")
@settings(max_examples=25)
@given(lineages())
def test_dot_is_drawn_by_graphviz(lineage: Lineage) -> None:
    drawn = json.loads(graphviz(lineage, "json"))
    objects = drawn.get("objects", [])
    boxes = {thing["_gvid"]: thing for thing in objects if not thing["name"].startswith("cluster_")}
    with_kin = {name for edge in lineage.edges for name in (edge.parent, edge.child)}
    assert {decoded(thing["name"]): texts(thing) for thing in boxes.values()} == {
        article.id: [coded(label(article))] for article in lineage.articles if article.id in with_kin
    }
    edges = {
        tuple(decoded(boxes[edge[end]]["name"]) for end in ("tail", "head")): texts(edge)
        for edge in drawn.get("edges", [])
    }
    assert edges == {(edge.parent, edge.child): [coded(basis(edge))] for edge in lineage.edges}


@pytest.mark.skipif(not shutil.which("dot"), reason="needs dot, of Graphviz")
def test_what_graphviz_draws_is_one_picture() -> None:
    things = [Article("", f"{text}#", text, None, "", "") for text in dict.fromkeys(HOSTILE)]
    edges = tuple(Edge(one.id, other.id, "copy", 0.5, one.title) for one, other in pairwise(things))
    picture = ElementTree.fromstring(graphviz(Lineage(tuple(things), edges), "svg"))
    assert sum(group.get("class") == "node" for group in picture.iter(f"{SVG}g")) == len(things)
    assert not list(picture.iter(f"{SVG}script"))


def graphviz(lineage: Lineage, form: str) -> bytes:
    dot = ["dot", f"-T{form}"]
    return subprocess.run(
        dot, input=lineage.to_dot().encode(), capture_output=True, check=True, timeout=20
    ).stdout


def texts(drawn: dict[str, Any]) -> list[str]:
    """List the lines of text that Graphviz put on the picture."""
    return [step["text"] for step in drawn.get("_ldraw_", ()) if step["op"] == "T"]


MERMAID = {
    "node": re.compile(r'n(\d+)\["([^"]+)"\]'),
    "edge": re.compile(r'n(\d+) (-->|-\.->|==>)\|"([^"]+)"\| n(\d+)'),
    "other": re.compile(r'flowchart LR|%% [\w\-. ;]+|subgraph f\d+\[" "\]|end'),
}


@given(lineages())
def test_mermaid_says_each_article_and_edge_on_a_line_of_its_own(lineage: Lineage) -> None:
    nodes, edges = {}, {}
    for line in lineage.to_mermaid().split("\n"):
        if box := MERMAID["node"].fullmatch(line):
            nodes[int(box[1])] = box[2]
        elif arrow := MERMAID["edge"].fullmatch(line):
            edges[int(arrow[1]), int(arrow[4])] = arrow[2], arrow[3]
        else:
            assert MERMAID["other"].fullmatch(line), line
    for text in (*nodes.values(), *(said for _, said in edges.values())):
        assert not re.search(r"[^\w ,·….\-#;]|_|#(?!\d+;)|(?<!\d);", text)  # letters and entities only
    places = {article.id: place for place, article in enumerate(lineage.articles)}

    def shown(text: str) -> str:
        return re.sub(r"#(\d+);", lambda found: chr(int(found[1])), text)

    for place, text in nodes.items():
        assert shown(text) == coded(label(lineage.articles[place]))
    assert set(edges) == {(places[edge.parent], places[edge.child]) for edge in lineage.edges}
    for edge in lineage.edges:
        kind, text = edges[places[edge.parent], places[edge.child]]
        is_main = edge == main_parents(lineage)[edge.child]
        is_fact = edge.declared and not is_contested(edge)
        assert kind == ("==>" if is_fact else "-->" if is_main else "-.->")
        assert shown(text) == coded(basis(edge))


@given(lineages())
def test_newick_is_read_by_dendropy(lineage: Lineage) -> None:
    text = lineage.to_newick()
    trees = (
        dendropy.TreeList.get(
            data=text, schema="newick", suppress_internal_node_taxa=True, suppress_leaf_node_taxa=True
        )
        if text
        else []
    )
    main = main_parents(lineage)
    parent_of, also = {}, {}
    for tree in trees:
        assert tree.is_rooted
        for node in tree.preorder_node_iter():
            name = decoded(node.label)
            also[name] = node.comments
            if node.parent_node:
                parent_of[name] = decoded(node.parent_node.label)
                edge = main[name]
                said = node.annotations.values_as_dict()
                assert said["relation"] == edge.relation
                assert ("declared" in said) == bool(edge.declared)
                assert ("contested" in said) == is_contested(edge)
                assert ("probability" in said) == (is_contested(edge) or not edge.declared)
                if "probability" in said:
                    assert float(said["probability"]) == pytest.approx(edge.probability, abs=1e-5)
                assert node.edge.length == pytest.approx(hours(lineage, edge), rel=1e-4)
    for node in lineage:
        name = node.article.id
        assert (name in also) == bool(node.parents or node.children)
        if name in parent_of:
            assert parent_of[name] == main[name].parent
        if name in also:
            assert len(also[name]) == len(node.parents) - (name in parent_of)
    assert len(text.splitlines()) == len(trees)


def hours(lineage: Lineage, edge: Edge) -> float:
    parent, child = (lineage[name].article.published_at for name in (edge.parent, edge.child))
    return max((child - parent).total_seconds() / 3600, 0) if parent and child else 0


def test_newick_of_the_sample() -> None:
    assert [line.partition("hours] ")[2] for line in SAMPLE.to_newick().splitlines()] == [
        "((('both'[&relation=summary,probability=0.7][also from 'rain': summary .40]:0)"
        "'rewrite'[&relation=rewrite,probability=0.6,contested=true,declared='isBasedOn']:0)'update'[&relation=update,probability=0.97]:2,"
        "'excerpt'[&relation=excerpt,probability=0.9]:1)'wire';",
        "'rain';",
    ]


def chain(n_articles: int) -> Lineage:
    articles = tuple(
        Article(f"Nothing happened in ward {i}.", f"a{i}", f"Ward {i}") for i in range(n_articles)
    )
    edges = tuple(Edge(one.id, other.id, "edit", 0.9) for one, other in pairwise(articles))
    return Lineage(articles, edges)


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "ninjs"])
def test_chains_of_any_length_are_written(name: str) -> None:
    written = list(FORMATS[name](chain(3000)))
    assert written
    assert all(written)


@given(lineages(), st.sampled_from(sorted(FORMATS)))
def test_nothing_depends_on_what_was_written_before(lineage: Lineage, name: str) -> None:
    again = Lineage(lineage.articles, lineage.edges)
    assert list(FORMATS[name](lineage)) == list(FORMATS[name](lineage)) == list(FORMATS[name](again))


@pytest.mark.parametrize("name", FORMATS)
def test_there_may_be_no_articles(name: str) -> None:
    assert all(isinstance(line, str | bytes) for line in FORMATS[name](Lineage((), ())))


def test_a_declared_edge_is_a_fact_unless_it_is_contested() -> None:
    articles = Article("The bridge is shut.", "a"), Article("It rains.", "b")
    agreed, contested = (
        Lineage(articles, (Edge("a", "b", "copy", chance, "isBasedOn"),)) for chance in (DECLARED, 0.0)
    )
    assert '[label="copy, declared by isBasedOn", penwidth=3.0, style=bold]' in agreed.to_dot()
    assert '[label="copy, declared by isBasedOn, contested, .00", penwidth=1.0]' in contested.to_dot()
    assert "==>" in agreed.to_mermaid()
    assert "declared by isBasedOn, contested, #46;00" in contested.to_mermaid()
    assert "==>" not in contested.to_mermaid()
    assert "probability=0,contested=true,declared='isBasedOn'" in contested.to_newick()
    assert "contested" not in agreed.to_newick()
