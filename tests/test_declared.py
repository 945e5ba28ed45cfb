"""Declared provenance: what it sets, what speaks against it, and what it leaves as it was."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Article, Edge, Lineage, as_articles, find_lineage, read_articles
from dedup.cli.main import cli
from dedup.declarations import Declaration, as_declarations, name_key, page_key
from dedup.errors import InputError
from dedup.lineage.heed import DECLARED, DISPUTED
from tests import lineage_reference as plain

HARBOUR = {
    article.id: article
    for article in read_articles([Path(__file__).parents[1] / "examples" / "harbour.jsonl"])
}
QUAY = HARBOUR["harbour-post-1"].url
NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
DEV = [
    Article(row["text"], row["id"], row["title"], datetime.fromisoformat(row["published_at"]), row["outlet"])
    for row in plain.read_set("lineage_dev")
    if row["id"].startswith(("DA01", "DA02", "DA05", "DB03"))
]


def declare(said: Mapping[str, Sequence[str | tuple[str, str]]]) -> list[Article]:
    """Give articles of the harbour declarations, of which some are given without what declares them."""
    return [
        replace(
            article,
            declared=as_declarations(
                [one if isinstance(one, str) else Declaration(*one) for one in said.get(article.id, ())]
            ),
        )
        for article in HARBOUR.values()
    ]


def main(lineage: Lineage, child: str) -> Edge:
    return lineage[child].parents[0]


def says(lineage: Lineage, child: str) -> list[str]:
    return [one.says for one in lineage.contradictions if one.child == child]


@pytest.mark.parametrize(
    "source",
    [
        "harbour-post-1",
        QUAY,
        QUAY.replace("https://", "http://www.") + "/?utm_source=x&fbclid=1#top",
        QUAY.replace("https://", "").upper().replace("/2026/06/02/QUAY", "/2026/06/02/quay"),
    ],
)
def test_an_id_or_a_url_sets_the_edge(source: str) -> None:
    before = find_lineage(HARBOUR.values())
    lineage = find_lineage(declare({"averil-courier": [(source, "canonical")]}))
    edge = main(lineage, "averil-courier")
    assert edge == replace(main(before, "averil-courier"), probability=DECLARED, declared="canonical")
    assert [one for one in lineage.edges if one != edge] == [
        one for one in before.edges if one.child != "averil-courier"
    ]
    assert lineage.contradictions == ()


def test_what_a_record_says_of_it() -> None:
    lineage = find_lineage(
        declare({"coastfeed": [(QUAY, "isBasedOn"), ("https://gone.example/1", "canonical")]})
    )
    record = next(record for record in lineage.records() if record["id"] == "coastfeed")
    assert record["parents"] == [
        {"id": "harbour-post-1", "relation": "copy", "probability": DECLARED, "declared": "isBasedOn"}
    ]
    outside = {"source": "gone.example", "kind": "declared", "phrase": "canonical: https://gone.example/1"}
    assert outside in record["cited"]
    assert "contradictions" not in record
    assert lineage["coastfeed"].cited[-1].source == "gone.example"
    assert "copy .99 declared  Coastfeed" in str(lineage)


def test_nothing_changes_without() -> None:
    before = find_lineage(HARBOUR.values())
    for said in ("https://gone.example/1", "urn:none", "The Gone Gazette", QUAY):
        lineage = find_lineage(declare({"harbour-post-1": [said]}))
        assert (lineage.edges, lineage.families) == (before.edges, before.families)
    text = json.dumps(before.records())
    assert "declared" not in text
    assert "contradictions" not in text


def test_a_declared_parent_takes_the_place_of_the_one_that_the_texts_give() -> None:
    lineage = find_lineage(declare({"northline-now": ["harbour-post-1"]}))
    assert [edge.parent for edge in lineage["northline-now"].parents] == ["harbour-post-1"]
    assert lineage.contradictions == ()  # the texts, too, trace it back to there


def test_texts_that_clearly_say_another_parent() -> None:
    lineage = find_lineage(declare({"harbour-post-2": ["averil-courier"]}), use_times=False)
    edge = main(lineage, "harbour-post-2")
    assert (edge.parent, edge.declared) == ("averil-courier", "declared")
    assert 0.5 < edge.probability <= DISPUTED
    (said,) = says(lineage, "harbour-post-2")
    assert said.startswith("the texts say that harbour-post-2 is an update of harbour-post-1, .9")


def test_texts_that_are_not_kin() -> None:
    lineage = find_lineage(declare({"brackwater-gazette": [("harbour-post-1", "canonical")]}))
    edge = main(lineage, "brackwater-gazette")
    assert edge.declared == "canonical"
    assert edge.probability < 0.05
    (found,) = lineage.contradictions
    assert (found.child, found.parent, found.by) == ("brackwater-gazette", "harbour-post-1", "canonical")
    assert found.says == "the texts are not kin"
    assert found.probability == edge.probability
    record = next(one for one in lineage.records() if one["id"] == "brackwater-gazette")
    assert record["contradictions"] == [
        {"parent": "harbour-post-1", "by": "canonical", "says": found.says, "probability": found.probability}
    ]
    assert "declared ≠" in str(lineage)
    assert str(lineage).endswith(f"≠ {found}")


def test_a_parent_that_is_later() -> None:
    said = {"harbour-post-1": ["coastfeed"]}
    lineage = find_lineage(declare(said))
    assert main(lineage, "harbour-post-1").parent == "coastfeed"
    assert "harbour-post-1" not in [edge.parent for edge in lineage["coastfeed"].parents]
    assert (
        says(lineage, "harbour-post-1")[-1] == "that is later, of 2026-06-02 09:52 against 2026-06-02 09:15"
    )
    assert main(lineage, "harbour-post-1").probability <= DISPUTED
    assert all(
        "later" not in one for one in says(find_lineage(declare(said), use_times=False), "harbour-post-1")
    )


def test_declarations_in_a_circle() -> None:
    lineage = find_lineage(
        declare({"harbour-post-1": ["northline-now"], "coastfeed": [QUAY], "northline-now": ["coastfeed"]})
    )
    assert not plain.has_cycle((edge.child, edge.parent) for edge in lineage.edges)
    # The one that goes back in time gives way.
    assert main(lineage, "northline-now").parent == "coastfeed"
    assert says(lineage, "harbour-post-1") == ["that closes a circle of declarations, and was left out"]


def test_several_parents() -> None:
    lineage = find_lineage(declare({"short-read": ["meridian-digest", ("harbour-post-1", "isBasedOn")]}))
    assert [(edge.parent, edge.declared) for edge in lineage["short-read"].parents] == [
        ("meridian-digest", "declared"),
        ("harbour-post-1", "isBasedOn"),
    ]


def test_the_name_of_an_outlet() -> None:
    named = find_lineage(declare({"northline-now": [("The Meridian Digest", "publisher")]}))
    assert main(named, "northline-now").declared == "publisher"
    host = find_lineage(declare({"northline-now": [("www.meridiandigest.example", "publisher")]}))
    assert host.edges == named.edges
    before = find_lineage(HARBOUR.values()).edges
    for child, name in (
        ("averil-courier", "Strait Wire"),  # a rival, whose report of the event is no kin
        ("harbour-post-2", "Harbour Post"),  # itself
        ("brackwater-gazette", "Harbour Post"),  # two articles, neither kin
    ):
        assert find_lineage(declare({child: [(name, "publisher")]})).edges == before


def test_an_outlet_with_two_articles_that_may_be_meant() -> None:
    again = replace(
        HARBOUR["harbour-post-1"], id="again", text=HARBOUR["harbour-post-1"].text + " Corrected."
    )
    pile = [*declare({"averil-courier": [("Harbour Post", "publisher")]}), again]
    assert main(find_lineage(pile), "averil-courier").declared == ""


def test_texts_without_a_word() -> None:
    to_empty = (Declaration("empty"),)
    for text in ("", "?!"):
        for other in (HARBOUR["coastfeed"].text, "", "!?"):
            lineage = find_lineage(
                [Article(text, "empty"), Article(other, "b", declared=to_empty), Article("x", "c")]
            )
            assert [(edge.child, edge.parent) for edge in lineage.edges] == [("b", "empty")]
            assert says(lineage, "b") == ["the texts are not kin"]


def test_identical_texts() -> None:
    text = HARBOUR["harbour-post-1"].text
    pile = [
        Article(text, "a", published_at=NOON),
        Article(text, "b", published_at=NOON + timedelta(hours=1)),
        Article(text, "c", published_at=NOON + timedelta(hours=2), declared=(Declaration("b", "canonical"),)),
    ]
    lineage = find_lineage(pile)
    assert [(edge.child, edge.parent, edge.relation) for edge in lineage.edges] == [
        ("b", "a", "copy"),
        ("c", "b", "copy"),
    ]
    assert lineage.contradictions == ()


def test_of_identical_texts_without_times_the_declaration_tells_the_direction() -> None:
    wire, paper = HARBOUR["harbour-post-1"].text, HARBOUR["short-read"].text
    pile = [
        Article(wire, "wire", published_at=NOON),
        Article(paper, "a", declared=(Declaration("b", "canonical"),)),
        Article(paper, "b"),
    ]
    before = find_lineage([replace(article, declared=()) for article in pile])
    assert [(edge.child, edge.parent) for edge in before.edges] == [("a", "wire"), ("b", "a")]
    lineage = find_lineage(pile)
    assert {(edge.child, edge.parent) for edge in lineage.edges} == {("b", "wire"), ("a", "b")}
    assert lineage.contradictions == ()


def test_a_higher_probability_leaves_out_what_is_disputed() -> None:
    pile = declare({"brackwater-gazette": ["harbour-post-1"], "coastfeed": [QUAY]})
    everything, some = find_lineage(pile), find_lineage(pile, min_probability=0.5)
    assert some.edges == tuple(edge for edge in everything.edges if edge.probability >= 0.5)
    assert some.contradictions == everything.contradictions


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_any_declarations(data: st.DataObject) -> None:
    names = [article.id for article in DEV]
    sources = st.sampled_from([*names, "urn:gone", "Linden Falls Tribune", DEV[0].outlet])
    said = data.draw(st.dictionaries(st.sampled_from(names), st.lists(sources, max_size=3), max_size=12))
    use_times = data.draw(st.booleans())
    pile = [replace(a, declared=as_declarations(said.get(a.id))) for a in DEV]
    lineage = find_lineage(pile, use_times=use_times)
    assert not plain.has_cycle((edge.child, edge.parent) for edge in lineage.edges)
    assert len({(edge.child, edge.parent) for edge in lineage.edges}) == len(lineage.edges)
    refused = {
        (one.child, one.parent) for one in lineage.contradictions if one.says.endswith("and was left out")
    }
    declared = {(edge.child, edge.parent) for edge in lineage.edges if edge.declared}
    for child, sources_of in said.items():
        for source in sources_of:
            if source in names and source != child:
                assert ((child, source) in declared) != ((child, source) in refused)
    disputed = {(one.child, one.parent) for one in lineage.contradictions}
    for edge in lineage.edges:
        if edge.declared:
            assert (edge.probability < DECLARED) == ((edge.child, edge.parent) in disputed)
    mixed = random.Random(data.draw(st.integers())).sample(pile, len(pile))
    other = find_lineage(mixed, use_times=use_times, workers=1)
    assert set(other.edges) == set(lineage.edges)
    assert set(other.contradictions) == set(lineage.contradictions)
    unsaid = find_lineage(DEV, use_times=use_times)
    if not any(article.declared for article in pile):
        assert (lineage.edges, lineage.records()) == (unsaid.edges, unsaid.records())


def test_several_processes_say_the_same() -> None:
    pile = declare({"brackwater-gazette": ["harbour-post-1"], "coastfeed": [QUAY]})
    alone, two = find_lineage(pile), find_lineage(pile, workers=2)
    assert (alone.edges, alone.contradictions) == (two.edges, two.contradictions)


@pytest.mark.parametrize(
    ("value", "declared"),
    [
        (None, ()),
        ("", ()),
        (float("nan"), ()),
        ([], ()),
        (" a1 ", (Declaration("a1"),)),
        ({"source": "a1", "by": "isBasedOn"}, (Declaration("a1", "isBasedOn"),)),
        (["a1", {"source": "a1"}, "a2"], (Declaration("a1"), Declaration("a2"))),
        ((Declaration("a1", "x"),), (Declaration("a1", "x"),)),
    ],
)
def test_the_field_declared(value: Any, declared: tuple[Declaration, ...]) -> None:
    assert as_declarations(value) == declared
    assert as_articles([{"text": "x", "declared": value}])[0].declared == declared
    if value is not None and value == value:
        assert as_articles([Article("x", declared=value)])[0].declared == declared


@pytest.mark.parametrize(
    "value", [7, True, {"by": "x"}, {"source": ""}, [None], [["a"]], {"source": "a", "by": 7}]
)
def test_a_field_that_cannot_be_used(value: Any) -> None:
    with pytest.raises(
        InputError, match=r"article 0: declared must be the id, url or name of a source, .* not "
    ):
        as_articles([{"text": "x", "declared": value}])


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://a.example/b?x=1&utm_campaign=y#z", "a.example/b?x=1"),
        ("http://a.example:8080/", "a.example:8080"),
        ("//www.A.example/B/", "a.example/B"),
        ("a.example/b", "a.example/b"),
        ("a.example", ""),
        ("ftp://a.example/b", ""),
        ("urn:a:b", ""),
        ("http://[", ""),
        ("https://a.example:x/", ""),
        ("", ""),
    ],
)
def test_addresses_of_a_page(url: str, key: str) -> None:
    assert page_key(url) == key


@given(st.text(max_size=30))
def test_any_address_and_name(text: str) -> None:
    for url in (text, f"https://{text}", f"https://a.example/{text}"):
        page_key(url)
        name_key(url)


def test_the_command(tmp_path: Path) -> None:
    rows = [
        {
            "id": article.id,
            "text": article.text,
            "date": article.published_at.isoformat() if article.published_at else None,
            "declared": {"source": "harbour-post-1", "by": "isBasedOn"},
        }
        for article in HARBOUR.values()
    ]
    path = tmp_path / "day.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    result = CliRunner().invoke(cli, ["lineage", str(path), "--format", "jsonl"])
    assert result.exit_code == 0
    assert (
        "objections to what articles declare:\n  strait-wire: isBasedOn names harbour-post-1" in result.stderr
    )
    parents = {record["id"]: record["parents"] for record in map(json.loads, result.stdout.splitlines())}
    assert parents["harbour-post-1"] == []  # what names itself says nothing
    assert parents["coastfeed"][0]["declared"] == "isBasedOn"
    quiet = CliRunner().invoke(cli, ["lineage", str(path), "--quiet"])
    assert (quiet.exit_code, quiet.stderr) == (0, "")
    assert "≠ strait-wire: isBasedOn names harbour-post-1, but" in quiet.stdout
