"""find_lineage as a whole: properties, and how well it does on the labelled sets."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.bulletins import make_bulletins
from benchmarks.corpora import read_set, unlabelled
from benchmarks.score import score
from dedup import Article, Edge, Lineage, find_lineage
from dedup.duplicates.shingles import group_copies, make_shingles
from dedup.errors import InputError, UnknownIdError
from dedup.lineage.find import IDENTICAL
from dedup.lineage.model import RELATIONS
from tests import lineage_reference as plain

SEEDS = Path(__file__).parents[2] / "shared" / "seeds"
NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
WIRE = (
    "Ida Brask shut the Orla bridge at Vennport on Monday: 14 of its 96 cables had failed. The engineer said "
    "that repairs would cost 1,140 crowns a day. Traffic goes round by Hasle; the ferry Tallis runs until 9."
)


def articles_of(name: str) -> list[dict[str, Any]]:
    """Read a labelled set without its labels."""
    fields = ("id", "title", "text", "outlet", "published_at", "url")
    return [{field: row[field] for field in fields} for row in plain.read_set(name)]


DEV, HARD = articles_of("lineage_dev"), articles_of("lineage_dev_hard")
SMALL = [row for row in DEV if row["id"].startswith(("DA01", "DA02", "DA05"))]


def families(lineage: Lineage) -> set[frozenset[str]]:
    return set(map(frozenset, lineage.families))


def check(lineage: Lineage, use_times: bool = True) -> None:
    """Check what holds of every lineage."""
    times = {article.id: article.published_at for article in lineage.articles}
    records = lineage.records()
    assert [record["id"] for record in records] == list(times)
    assert not plain.has_cycle((edge.child, edge.parent) for edge in lineage.edges)
    assert len({(edge.child, edge.parent) for edge in lineage.edges}) == len(lineage.edges)
    children = [list(times).index(edge.child) for edge in lineage.edges]
    assert children == sorted(children)
    for edge in lineage.edges:
        assert edge.parent in times
        assert edge.relation in RELATIONS
        assert 0 <= edge.probability <= 1
        parent, child = times[edge.parent], times[edge.child]
        assert not (use_times and parent and child and parent > child)
    family = {record["id"]: record["family"] for record in records}
    for record in records:
        above = [parent["id"] for parent in record["parents"]]
        if not above:
            assert record["family"] == record["id"]
        elif len({family[parent] for parent in above}) < 3:
            assert record["family"] == family[above[0]]
        is_parent = any(edge.parent == record["id"] for edge in lineage.edges)
        assert record["role"] == ("derived" if above else "root" if is_parent else "single")


@pytest.mark.parametrize("use_times", [True, False])
def test_workers_change_nothing(use_times: bool) -> None:
    rows = [*DEV, *HARD]  # several parts
    alone = find_lineage(rows, use_times=use_times)
    mixed = random.Random(3).sample(rows, len(rows))
    assert set(find_lineage(mixed, use_times=use_times, workers=2).edges) == set(alone.edges)
    assert len(alone.edges) > 200


def test_workers_must_be_one_or_more() -> None:
    with pytest.raises(InputError, match="workers is 0"):
        find_lineage(DEV[:2], workers=0)


@pytest.mark.parametrize("use_times", [True, False])
@pytest.mark.parametrize("rows", [DEV, HARD], ids=["dev", "hard"])
def test_what_holds_of_every_lineage(rows: list[dict[str, Any]], use_times: bool) -> None:
    lineage = find_lineage(rows, use_times=use_times)
    check(lineage, use_times)
    assert len(lineage.edges) > 60
    assert find_lineage(rows, use_times=use_times).records() == lineage.records()
    for seed in range(3):
        mixed = random.Random(seed).sample(rows, len(rows))
        other = find_lineage(mixed, use_times=use_times)
        assert set(other.edges) == set(lineage.edges)
        assert families(other) == families(lineage)
        assert {name[0] for name in other.families} == {name[0] for name in lineage.families}


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_order_and_any_times(data: st.DataObject) -> None:
    rows = data.draw(st.permutations(SMALL))[: data.draw(st.integers(0, len(SMALL)))]
    hours = st.one_of(st.none(), st.integers(0, 5))
    rows = [{**row, "published_at": timed(data.draw(hours))} for row in rows]
    lineage = find_lineage(rows)
    check(lineage)
    other = find_lineage(data.draw(st.permutations(rows)))
    assert set(other.edges) == set(lineage.edges)


def timed(hours: int | None) -> datetime | None:
    return None if hours is None else NOON + timedelta(hours=hours)


@settings(max_examples=25, deadline=None)
@given(st.lists(plain.article_texts, max_size=12), st.booleans())
def test_any_small_pile(texts: list[str], with_copies: bool) -> None:
    rows = [{"id": str(i), "text": text} for i, text in enumerate(texts * (1 + with_copies))]
    lineage = find_lineage(rows)
    check(lineage)
    assert set(find_lineage(rows[::-1]).edges) == set(lineage.edges)


@pytest.mark.parametrize("use_times", [True, False])
@pytest.mark.parametrize("rows", [DEV, HARD], ids=["dev", "hard"])
def test_a_higher_probability_leaves_out_the_less_probable(
    rows: list[dict[str, Any]], use_times: bool
) -> None:
    everything = find_lineage(rows, use_times=use_times).edges
    n_kept = []
    for least in (0.35, 0.5, 0.7, 0.8, 0.95):
        kept = find_lineage(rows, use_times=use_times, min_probability=least).edges
        assert kept == tuple(edge for edge in everything if edge.probability >= least)
        n_kept.append(len(kept))
    assert len(everything) > n_kept[1] > n_kept[2] > n_kept[3] > n_kept[4] > 0


def test_identical_texts_are_no_exception_to_the_probability() -> None:
    rows = [{"id": "a", "text": WIRE}, {"id": "b", "text": WIRE}]
    assert [edge.probability for edge in find_lineage(rows, min_probability=IDENTICAL).edges] == [IDENTICAL]
    assert find_lineage(rows, min_probability=1).edges == ()


def test_unrelated_articles_change_no_families() -> None:
    bulletins = make_bulletins(3)
    names = {row["id"] for row in DEV}
    for event in ("DA01", "DA05", "DA09"):
        rows = [row for row in DEV if row["id"].startswith(event)]
        alone = families(find_lineage(rows))
        among = find_lineage([*bulletins[:20], *rows, *bulletins[20:]])
        assert alone
        assert {family for family in families(among) if family & names} == alone


def test_one_sentence_in_common_hides_no_rewrite() -> None:
    texts = [
        row["text"] + "\n\nShare item 3032 with friends" for row in DEV if row["id"] in {"DA01-c", "DA01-d"}
    ]
    groups = group_copies(make_shingles(texts))
    assert groups[0] == groups[1]  # their smallest shingle is that sentence's: they are counted as copies
    assert len(find_lineage(texts).edges) == 1


def test_equal_times_tell_nothing() -> None:
    rows = [{**row, "published_at": NOON} for row in DEV]
    assert find_lineage(rows).edges == find_lineage(rows, use_times=False).edges


def test_times_may_be_ignored() -> None:
    bare = [{field: value for field, value in row.items() if field != "published_at"} for row in DEV]
    ignored = find_lineage(DEV, use_times=False)
    assert ignored.edges == find_lineage(bare).edges == find_lineage(bare, use_times=False).edges
    assert ignored.edges != find_lineage(DEV).edges
    backwards = [{**row, "published_at": timed(-i)} for i, row in enumerate(DEV)]
    assert find_lineage(backwards, use_times=False).edges == ignored.edges


def test_articles_without_times_among_others() -> None:
    for seed in range(8):
        draw = random.Random(seed)
        rows = [row if draw.random() > 0.2 else {**row, "published_at": None} for row in DEV]
        lineage = find_lineage(rows)
        check(lineage)
        assert score(plain.read_set("lineage_dev"), lineage.records()).family_f1 > 0.9


def test_the_earliest_of_identical_texts_is_the_parent() -> None:
    rows = [
        {"id": "a", "text": WIRE},
        {"id": "b", "text": f"\n{WIRE} ", "date": "2026-03-09T08:00+02:00"},
        {"id": "c", "text": WIRE, "date": "2026-03-09T06:30Z"},
    ]
    assert find_lineage(rows).edges == (Edge("b", "a", "copy", IDENTICAL), Edge("b", "c", "copy", IDENTICAL))
    assert find_lineage(rows, use_times=False).families == (("a", "b", "c"),)


FLOORS = [
    ("lineage_dev", 0.98, 0.88, 0.04),
    ("lineage_dev_hard", 0.88, 0.72, 0.08),
    ("lineage_check", 0.95, 0.85, 0.04),
    ("lineage_check_hard", 0.88, 0.65, 0.08),
]


@pytest.mark.parametrize(("name", "family", "edge", "false_kin"), FLOORS)
def test_quality_with_times(name: str, family: float, edge: float, false_kin: float) -> None:
    reached = score(plain.read_set(name), find_lineage(articles_of(name)).records())
    assert reached.family_f1 >= family
    assert reached.edge_f1 >= edge
    assert reached.false_kin <= false_kin


@pytest.mark.parametrize("name", ["lineage_dev", "lineage_check"])
def test_quality_without_times(name: str) -> None:
    reached = score(plain.read_set(name), find_lineage(articles_of(name), use_times=False).records())
    assert reached.family_f1 >= 0.94
    assert reached.link_f1 >= 0.76


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seeds are not at hand")
@pytest.mark.parametrize("others", [[], DEV, HARD], ids=["alone", "in dev", "in hard"])
@pytest.mark.parametrize("use_times", [True, False])
def test_the_seeds(use_times: bool, others: list[dict[str, Any]]) -> None:
    texts = {path.name[:3]: path.read_text(encoding="utf-8") for path in SEEDS.glob("*.txt")}
    published = {name: NOON + timedelta(hours=(int(name) - 3) % 5) for name in texts}  # 003 first
    seeds = [{"id": name, "text": text, "published_at": published[name]} for name, text in texts.items()]
    assert sorted(texts) == ["000", "001", "002", "003", "004"]
    lineage = find_lineage([*others, *seeds], use_times=use_times)
    found = [members for members in lineage.families if set(members) & set(texts)]
    assert [(members[0], set(members)) for members in found] == [("003", {"000", "002", "003"})]
    assert lineage["001"].role == lineage["004"].role == "single"


def lineage_of(links: Sequence[tuple[str, str]], names: str = "abcdefgh") -> Lineage:
    """Make a lineage of articles of one letter from links (child, parent)."""
    edges = tuple(Edge(parent, child, "edit", 0.9) for child, parent in links)
    return Lineage(tuple(Article(WIRE, name) for name in names), edges)


def test_families_and_roles() -> None:
    lineage = lineage_of([("a", "b"), ("c", "a"), ("c", "e"), ("f", "e")])
    assert lineage.families == (("b", "a", "c"), ("e", "f"))
    assert lineage.roots == ("b", "e")
    assert [node.role for node in lineage] == "derived root derived single root derived single single".split()
    assert [node.family for node in lineage] == list("bbbdeegh")
    assert [edge.parent for edge in lineage["c"].parents] == ["a", "e"]
    assert [edge.child for edge in lineage["e"].children] == ["c", "f"]
    assert repr(lineage) == "<Lineage of 8 articles: 2 families of 5>"


def test_ancestors_and_descendants_nearest_first() -> None:
    lineage = lineage_of([("a", "b"), ("b", "c"), ("b", "d"), ("e", "a"), ("e", "c")])
    assert lineage["e"].ancestors == ("a", "c", "b", "d")
    assert lineage["c"].descendants == ("b", "e", "a")
    assert lineage["f"].ancestors == lineage["f"].descendants == ()


def test_a_digest_belongs_to_none_of_its_families() -> None:
    links = [("b", "a"), ("d", "c"), ("f", "e"), ("g", "a"), ("g", "c"), ("g", "e"), ("h", "g")]
    digest = lineage_of(links)
    assert digest.families == (("a", "b"), ("c", "d"), ("e", "f"), ("g", "h"))
    assert digest["g"].family == "g"
    assert digest["g"].role == "derived"
    assert lineage_of(links[:5]).families[0] == ("a", "b", "g")  # of two families: of the main parent's


def test_looking_up() -> None:
    lineage = lineage_of([("b", "a")])
    assert len(lineage) == 8
    assert "a" in lineage
    assert "z" not in lineage
    with pytest.raises(UnknownIdError, match="no article has the id 'z'"):
        lineage["z"]
    with pytest.raises(UnknownIdError):
        lineage.explain(Edge("a", "z", "copy", 1))


def test_every_edge_can_be_explained_and_drawn() -> None:
    lineage = find_lineage(SMALL)
    assert all(str(lineage.explain(edge)) for edge in lineage.edges)
    drawn = str(lineage)
    assert all(str(next(a for a in SMALL if a["id"] == root)["outlet"]) in drawn for root in lineage.roots)


@pytest.mark.parametrize("least", [-0.1, 1.1, float("nan")])
def test_a_probability_is_from_0_to_1(least: float) -> None:
    with pytest.raises(InputError, match=f"min_probability is {least}; give a number from 0 to 1"):
        find_lineage([], min_probability=least)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_comes_down_from_a_later_article_through_one_without_a_time(seed: int) -> None:
    rows = unlabelled(read_set("lineage_dev"))[:80]
    draw = random.Random(seed)
    rows = [{**row, "published_at": None} if draw.random() < 0.2 else row for row in rows]
    found = find_lineage(rows)
    times = {node.article.id: node.article.published_at for node in found}
    assert any(times[edge.parent] is None or times[edge.child] is None for edge in found.edges)
    for node in found:
        time = times[node.article.id]
        above = [times[name] for name in node.ancestors]
        assert time is None or all(other is None or other <= time for other in above)


def test_no_edge_is_all_but_impossible() -> None:
    rows = unlabelled(read_set("lineage_dev_hard"))
    found = find_lineage(rows, use_times=False)
    assert min(edge.probability for edge in found.edges) >= 0.01
