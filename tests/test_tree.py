"""Trees for a terminal."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.articles import Article
from dedup.evidence.cited import Citation
from dedup.evidence.terminal import clip, columns, fill, plain
from dedup.lineage.tree import draw

MORNING = datetime(2026, 10, 4, 6, 40, tzinfo=UTC)


@dataclass(frozen=True)
class Edge:
    parent: str
    child: str
    relation: str = "edit"
    probability: float = 0.9
    declared: str = ""


@dataclass(frozen=True)
class Node:
    article: Article
    parents: tuple[Edge, ...]
    cited: tuple[Citation, ...]


class Fake:
    """A lineage that is told what it is."""

    contradictions = ()

    def __init__(
        self,
        articles: Sequence[Article],
        edges: Sequence[Edge] = (),
        cited: dict[str, tuple[Citation, ...]] | None = None,
        families: Sequence[Sequence[str]] | None = None,
    ) -> None:
        self.articles = articles
        self._by_id = {article.id: article for article in articles}
        self._cited = cited or {}
        self._parents: dict[str, list[Edge]] = {}
        for edge in edges:
            self._parents.setdefault(edge.child, []).append(edge)
        if families is None:
            groups: dict[str, list[str]] = {}
            root: dict[str, str] = {}
            for article in articles:  # in these tests parents come before their children
                parents = self._parents.get(article.id)
                root[article.id] = root[parents[0].parent] if parents else article.id
                groups.setdefault(root[article.id], []).append(article.id)
            families = sorted((names for names in groups.values() if len(names) > 1), key=len, reverse=True)
        self.families = families

    def __getitem__(self, name: str, /) -> Node:
        return Node(self._by_id[name], tuple(self._parents.get(name, ())), self._cited.get(name, ()))


def article(
    name: str, hours: float | None = None, title: str = "", outlet: str = "", text: str = ""
) -> Article:
    when = None if hours is None else MORNING + timedelta(hours=hours)
    return Article(text, name, title, when, outlet)


def bodies(drawn: str) -> list[str]:
    return [" ".join(line.split()) for line in drawn.split("\n")]


def test_a_family() -> None:
    lineage = Fake(
        [
            article("root", 0, "Hackers drain 38,400 ether", "The Straits Ledger"),
            article("late", 9, "Weekend read", "Johor Weekend"),
            article("b", 3, "Chain attack", "ChainPulse"),
            article("z", 1, "Hackers take ether", "CoinStreem"),
            article("other", 2, "Another story", "Rival"),
        ],
        [
            Edge("root", "late", "rewrite", 0.883),
            Edge("other", "late", "rewrite", 0.74),
            Edge("z", "b", "rewrite", 0.909),
            Edge("root", "z", "edit", 0.97),
        ],
        families=[["root", "late", "b", "z"]],
    )
    drawn = draw(lineage)
    assert bodies(drawn) == [
        "The Straits Ledger 2026-10-04 06:40 Hackers drain 38,400 ether root",
        "├─ edit .97 CoinStreem 2026-10-04 07:40 Hackers take ether z",
        "│ └─ rewrite .91 ChainPulse 2026-10-04 09:40 Chain attack b",
        "└─ rewrite .88 Johor Weekend 2026-10-04 15:40 Weekend read (also from other: rewrite .74) late",
        "",
        "1 article stands alone",
    ]
    assert {columns(line) for line in drawn.split("\n")[:4]} <= set(range(94, 101))


def test_ids_stand_in_a_column() -> None:
    names = ["short", "a-much-longer-id", "medium-id"]
    lines = draw(
        Fake([article(name, title="T" * 300) for name in names], [Edge("short", n) for n in names[1:]])
    )
    starts = {line.rindex(f"  {name}") for line, name in zip(lines.split("\n"), names, strict=True)}
    assert len(starts) == 1
    assert max(map(columns, lines.split("\n"))) == 100


def test_nothing_and_nobody() -> None:
    assert draw(Fake([])) == "no articles"
    assert draw(Fake([article("a")])) == "1 article stands alone"
    assert draw(Fake([article(str(i)) for i in range(1200)])) == "1,200 articles stand alone"
    assert draw(Fake([article("a"), article("b")], [Edge("a", "b")])).count("\n") == 1


def test_families_keep_their_order_and_singles_are_not_drawn() -> None:
    lineage = Fake(
        [article(n) for n in "abcdef"],
        [Edge("a", "b"), Edge("c", "d")],
        families=[["c", "d"], ["a", "b"], ["e"]],
    )
    blocks = draw(lineage).split("\n\n")
    assert [block.split()[0] for block in blocks] == ["c", "a", "2"]


def test_the_source_of_a_root_stands_above_it() -> None:
    cited = (
        Citation("nypost.com", "republished", "Publisher: nypost.com"),
        Citation("Harbour Post", "republished", "(Harbour Post)"),
        Citation("Reuters", "told", "told Reuters"),
    )
    pile = [article("a", outlet="Feed"), article("b", outlet="harbour post")]
    drawn = draw(Fake(pile, [Edge("a", "b")], {"a": cited, "b": cited}))
    assert bodies(drawn)[:3] == ["↑ nypost.com, not in the pile", "↑ Harbour Post", "Feed a"]
    assert len(bodies(drawn)) == 4


def test_an_article_of_many_families_is_not_lost() -> None:
    edges = [Edge("a", "b"), Edge("a", "digest", "summary", 0.81), Edge("c", "digest", "summary", 1.0)]
    lineage = Fake(
        [article(n, text=f"text {n}") for n in ("a", "b", "c", "digest")], edges, families=[["a", "b"]]
    )
    assert bodies(draw(lineage))[-3:] == [
        "text digest (from a: summary .81; c: summary 1.0) digest",
        "",
        "1 article stands alone",
    ]


def test_other_parents_leave_some_of_the_title() -> None:
    others = [Edge(f"parent-{i}", "child") for i in range(9)]
    pile = [article("root"), article("child", title="The title of a child that has parents")]
    drawn = draw(Fake(pile, [Edge("root", "child"), *others], families=[["root", "child"]]))
    assert "The title of a… (also from parent-0: edit .90; " in drawn
    assert "parent-8" in drawn


def test_a_chain_of_thousands_is_linear() -> None:
    n = 5000
    chain = Fake(
        [article(str(i), title="A title") for i in range(n)], [Edge(str(i), str(i + 1)) for i in range(n - 1)]
    )
    began = time.perf_counter()
    lines = draw(chain).split("\n")
    assert time.perf_counter() - began < 5
    assert len(lines) == n
    assert max(map(columns, lines)) <= 100
    assert lines[4999].startswith("4999⋯")
    assert not any("⋯" in line for line in lines[:13])


def test_a_star_of_thousands_is_linear() -> None:
    n = 30_000
    star = Fake([article(str(i), i / 60) for i in range(n)], [Edge("0", str(i)) for i in range(1, n)])
    began = time.perf_counter()
    lines = draw(star).split("\n")
    assert time.perf_counter() - began < 10
    assert len(lines) == n
    assert (lines[-2][0], lines[-1][0]) == ("├", "└")


def test_control_characters_are_harmless() -> None:
    bad = "\x1b[2J\x07new\nline\u202e\ud800\0"
    pile = [article(f"{n}{bad}", title=bad, outlet=bad) for n in "ab"]
    cited = (Citation(bad, "republished", bad),)
    drawn = draw(Fake(pile, [Edge(pile[0].id, pile[1].id)], {pile[0].id: cited}))
    drawn.encode("utf-8")
    assert drawn.count("\n") == 2
    assert not set(drawn) & set("\x1b\x07\0\u202e")


@given(st.lists(st.integers(0, 40), max_size=40), st.lists(st.text(max_size=120), min_size=41, max_size=41))
def test_any_tree_has_a_line_an_article(parents: list[int], titles: list[str]) -> None:
    pile = [article(str(i), title=titles[i]) for i in range(len(parents) + 1)]
    edges = [Edge(str(parent % (i + 1)), str(i + 1)) for i, parent in enumerate(parents)]
    lines = draw(Fake(pile, edges)).split("\n")
    assert len(lines) == len(pile)
    assert max(map(columns, lines)) <= 100
    if parents:
        assert {line.split()[-1] for line in lines} == {str(i) for i in range(len(pile))}


@given(st.text(max_size=300), st.integers(-3, 60))
def test_clipped_to_width(text: str, width: int) -> None:
    line = clip(text, width)
    assert columns(line) <= max(width, 0)
    assert columns(fill(line, width)) == max(width, 0)
    if columns(plain(text)) <= width:
        assert line == plain(text)
    elif width > 0:
        assert line.endswith("…")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u200bb\xad\u202e", "ab"),
        ("a\x1b\x9b", "a\ufffd\ufffd"),
        (" a\t\r\n\u2028 b ", "a b"),
        ("\ud83d", "\ufffd"),
    ],
)
def test_plain(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_columns_of_wide_and_narrow() -> None:
    assert (columns("港"), columns("e\u0301"), columns("ｶ"), columns("😀"), columns("é")) == (2, 1, 1, 2, 1)
