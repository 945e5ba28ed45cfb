"""Reports without a browser: the file, what it holds, where articles are drawn."""

import base64
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import Article, Edge, Lineage, find_lineage, read_articles
from dedup.cli.main import main
from dedup.errors import DedupError, InputError
from dedup.evidence.marks import mark_facts
from dedup.evidence.spelled import spell
from dedup.evidence.summary import sentence
from dedup.report.data import make_key
from dedup.report.layout import find_present, lay_out, show_time
from dedup.report.look import RELATIONS, look_of, width_of
from dedup.report.page import report_lines
from dedup.report.texts import edge_record, read_body

EXAMPLES = Path(__file__).parents[1] / "examples"
HARBOUR = str(EXAMPLES / "harbour.jsonl")
MORNING = datetime(2026, 3, 2, 6, tzinfo=UTC)
TEXT = "The Orla bridge closed on Monday after 14 cables failed, engineer Ida Brask said."


class Reader(HTMLParser):
    """Reads a report as a browser does: what its elements are, what scripts hold."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.contents: list[str] = []
        self.is_open = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.contents.append("")
        self.is_open = True

    def handle_data(self, data: str) -> None:
        if self.contents and self.is_open:
            self.contents[-1] += data

    def handle_endtag(self, tag: str) -> None:
        self.is_open = False


@pytest.fixture(scope="module")
def harbour() -> Lineage:
    return find_lineage(read_articles([HARBOUR]))


def read(lineage: Lineage, title: str | None = None) -> Reader:
    reader = Reader()
    reader.feed("\n".join(report_lines(lineage, title)))
    return reader


def block(reader: Reader, name: str) -> Any:
    place = next(i for i, (_, attributes) in enumerate(reader.tags) if attributes.get("id") == name)
    return json.loads(reader.contents[place])


def article(
    name: str, hours: float | None = None, outlet: str = "", text: str = TEXT, url: str = ""
) -> Article:
    when = None if hours is None else MORNING + timedelta(hours=hours)
    return Article(text, name, f"Title of {name}", when, outlet, url)


def test_nothing_is_loaded_and_only_the_one_script_may_run(harbour: Lineage) -> None:
    reader = read(harbour)
    found = list(zip(reader.tags, reader.contents, strict=True))
    policy = next(
        a["content"] or "" for t, a in reader.tags if a.get("http-equiv") == "Content-Security-Policy"
    )
    code = [text for (tag, attributes), text in found if tag == "script" and "type" not in attributes]
    style = [text for (tag, _), text in found if tag == "style"]
    assert len(code) == len(style) == 1
    for kind, source in (("script", code[0]), ("style", style[0])):
        digest = base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for tag, attributes in reader.tags:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base"}
        assert not {"src", "srcset", "style", "background"} & set(attributes), (tag, attributes)
        assert not [name for name in attributes if name.startswith("on")]
        assert (attributes.get("href") or "#").startswith("#")
    assert not re.search(r"url\(|@import", style[0])
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|fetch\(|new Function", code[0]
    )


def test_what_the_report_knows(harbour: Lineage) -> None:
    reader = read(harbour, "A quay & a ferry")
    overview = block(reader, "overview")
    assert overview["title"] == "A quay & a ferry"
    assert (overview["nArticles"], overview["nFamilies"], len(overview["edges"])) == (9, 1, 6)
    names = [one[1] for one in overview["articles"]]
    assert [names[place] for place in overview["groups"][0]] == list(harbour.families[0])
    assert {one[4] for one in block(reader, "alone")} == {"strait-wire", "brackwater-gazette"}
    group = block(reader, "group-0")
    edge = next(i for i, edge in enumerate(harbour.edges) if edge.child == "northline-now")
    assert group["edges"][str(edge)]["said"].startswith(
        "Rewritten: 5 of 6 paragraphs follow the source, in order; "
    )
    for place, paragraphs in group["texts"].items():
        text = harbour[names[int(place)]].article.text
        assert "".join("".join(paragraphs).split()) == "".join(text.split())
    assert next(names[place] for place, _, _ in group["places"]) == "harbour-post-1"


def test_the_same_lineage_makes_the_same_report(harbour: Lineage) -> None:
    rows = list(read_articles([HARBOUR]))
    again = find_lineage(rows)
    assert list(report_lines(harbour)) == list(report_lines(again))


def test_hostile_text_stays_in_its_place() -> None:
    bad = "</script><script>alert(1)</script><!--<b>\u2028\ud800\0"
    pile = [
        article("a" + bad, 0, bad, TEXT + bad, "javascript:alert(1)"),
        article("b" + bad, 1, bad, TEXT + bad),
    ]
    lineage = Lineage(tuple(pile), (Edge(pile[0].id, pile[1].id, "copy", 0.9, bad),))
    plain = Lineage((article("a", 0), article("b", 1)), (Edge("a", "b", "copy", 0.9),))
    page = "\n".join(report_lines(lineage, bad))
    reader = read(lineage, bad)
    assert [tag for tag, _ in reader.tags] == [tag for tag, _ in read(plain).tags]
    assert "\u2028" not in page
    assert "\0" not in page
    assert block(reader, "overview")["edges"][0][4] == bad
    assert block(reader, "overview")["articles"][0][2] == f"Title of a{bad}"


def test_a_digest_of_many_families_is_there() -> None:
    pile = (*(article(name, hour) for hour, name in enumerate("abcdef")), article("digest", 9))
    edges = [Edge("a", "b", "copy", 0.9), Edge("c", "d", "copy", 0.9), Edge("e", "f", "copy", 0.9)]
    edges += [Edge(name, "digest", "summary", 0.7) for name in "ace"]
    lineage = Lineage(pile, tuple(edges))
    reader = read(lineage)
    overview = block(reader, "overview")
    assert len(lineage.families) == 3
    assert [overview["articles"][place][1] for place in overview["groups"][3]] == ["digest"]
    assert len(block(reader, "group-3")["edges"]) == 3
    assert block(reader, "alone") == []


def test_an_empty_lineage_and_one_without_families() -> None:
    assert block(read(find_lineage([])), "overview")["articles"] == []
    assert block(read(find_lineage(["It is shut."])), "alone")[0][0] == "It is shut."


def test_to_html(tmp_path: Path, harbour: Lineage) -> None:
    harbour.to_html(tmp_path / "report.html", title="Harbour")
    assert "<title>Harbour</title>" in (tmp_path / "report.html").read_text(encoding="utf-8")
    with pytest.raises(InputError, match="title must be a string, not int 7"):
        harbour.to_html(tmp_path / "other.html", title=7)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="path must be a string or a path, not int 7"):
        harbour.to_html(7)  # type: ignore[arg-type]
    with pytest.raises(DedupError, match="cannot be written"):
        harbour.to_html(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["report.html"]


def test_from_the_command_line(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    output = str(tmp_path / "report.html")
    assert main(["lineage", HARBOUR, "--format", "html", "--title", "<Quay>", "-o", output]) == 0
    assert "<title>&lt;Quay&gt;</title>" in Path(output).read_text(encoding="utf-8")
    assert capfd.readouterr() == ("", "")
    assert main(["lineage", HARBOUR, "--title", "Quay"]) == 2
    assert "only a report has a title; leave out --title 'Quay'" in capfd.readouterr().err
    assert main(["lineage", HARBOUR, "--format", "html"]) == 0
    assert capfd.readouterr().out.startswith("<!DOCTYPE html>")


def test_a_family_is_laid_out_by_time() -> None:
    pile = (article("root", 0), article("late", 8), article("early", 2), article("below", 4))
    edges = (
        Edge("root", "late", "edit", 0.9),
        Edge("root", "early", "copy", 0.9),
        Edge("early", "below", "edit", 0.9),
    )
    laid = lay_out(Lineage(pile, edges), ("root", "late", "early", "below"), set())
    assert [place.name for place in laid.places] == ["root", "early", "below", "late"]
    assert [place.x for place in laid.places] == [0, 0.25, 0.5, 1]
    assert [place.level for place in laid.places] == [0, 1, 2, 1]
    assert [said for _, said in laid.ticks] == ["2 Mar 06:00", "08:00", "10:00", "12:00", "14:00"]


def test_a_family_without_times_is_laid_out_by_steps() -> None:
    pile = (article("a"), article("b"), article("c"))
    laid = lay_out(
        Lineage(pile, (Edge("a", "b", "copy", 0.9), Edge("b", "c", "copy", 0.9))), ("a", "b", "c"), set()
    )
    assert [place.x for place in laid.places] == [0, 0.5, 1]
    assert laid.ticks == ()


def test_sources_that_are_not_in_the_pile_are_named() -> None:
    pile = (
        article("a", 0, "The Post", TEXT + "\n\nPublisher: nypost.com", "https://www.post.example/1"),
        article("b", 1, "Feed", TEXT + "\n\nPublisher: post.example"),
        article("c", 2, "Other", TEXT + "\n\nPublisher: nypost.com"),
    )
    lineage = Lineage(pile, (Edge("a", "b", "copy", 0.9), Edge("a", "c", "copy", 0.9)))
    (absent,) = lay_out(lineage, ("a", "b", "c"), find_present(pile)).absent
    assert (absent.source, absent.named_by) == ("nypost.com", ("a", "c"))
    assert find_present([Article("", url="https://[")]) == frozenset()


TIMES = st.none() | st.datetimes(timezones=st.just(UTC))


@given(st.lists(st.integers(0, 30), max_size=30), st.lists(TIMES, min_size=31, max_size=31))
def test_any_family_can_be_laid_out(parents: list[int], times: list[datetime | None]) -> None:
    pile = tuple(Article(TEXT, str(i), "", times[i]) for i in range(len(parents) + 1))
    edges = tuple(Edge(str(parent % (i + 1)), str(i + 1), "copy", 0.9) for i, parent in enumerate(parents))
    lineage = Lineage(pile, edges)
    names = lineage.families[0] if edges else ("0",)
    laid = lay_out(lineage, names, set())
    rows = {place.name: place.row for place in laid.places}
    assert sorted(rows.values()) == list(range(len(names)))
    assert all(0 <= place.x <= 1 for place in laid.places)
    assert all(rows[edge.parent] < rows[edge.child] for edge in edges)
    assert all(0 <= x <= 1 for x, _ in laid.ticks)
    assert len(laid.ticks) <= 9


@given(st.lists(st.text(min_size=0, max_size=30), max_size=20))
def test_paragraphs_hold_the_whole_text(parts: list[str]) -> None:
    body = read_body("\n\n".join(parts))
    assert "".join("".join(body.paragraphs).split()) == "".join(body.spelled.text.split())
    assert len(body.paragraphs) == max(len(body.spelled.paragraphs) - 1, 1)


def test_marks_stand_where_the_facts_are() -> None:
    child = read_body(
        '😀 so 😀 it was Ida Brask who counted 14 of them.\n\n"It did not crack at all," she said to 3.'
    )
    parent = read_body(
        '14 failed, engineer Ida Brask said.\n\n"It did not crack at all," Brask told 7 of us.'
    )
    record = edge_record(Edge("p", "c", "rewrite", 0.9), child, parent)
    kinds = "quote", "number", "name", "own quote", "own number", "own name"
    for body, marks in zip((child, parent), record["marks"], strict=True):
        shown = set()
        for paragraph, start, end, kind in marks:
            units = body.paragraphs[paragraph].encode("utf-16-le")[2 * start : 2 * end]
            shown.add((units.decode("utf-16-le"), kinds[kind]))
        assert {("14", "number"), ("It did not crack at all", "quote"), ("Ida Brask", "name")} <= shown
        assert (("3" if body is child else "7"), "own number") in shown


@given(st.text(max_size=200), st.text(max_size=200))
def test_marks_are_in_order_and_inside(text: str, other: str) -> None:
    read = spell(text)
    marks = mark_facts(read, spell(other))
    assert [mark.start for mark in marks] == sorted(mark.start for mark in marks)
    assert all(0 <= mark.start < mark.end <= len(read.text) for mark in marks)
    assert all(mark.shared for mark in mark_facts(read, read))


@given(st.text(), st.text())
def test_each_article_has_a_key_of_its_own(one: str, other: str) -> None:
    assert make_key(one).isascii()
    assert "/" not in make_key(one)
    assert (make_key(one) == make_key(other)) == (one == other)
    assert len(make_key(one * 400)) <= 200


def contrast(colour: str, ground: str) -> float:
    def luminance(code: str) -> float:
        parts = [int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(colour), luminance(ground)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_every_relation_has_a_look_of_its_own_and_can_be_read() -> None:
    looks = [*RELATIONS.values(), look_of("translation")]
    assert set(RELATIONS) == {"copy", "excerpt", "update", "edit", "rewrite", "summary"}
    for values in zip(*looks, strict=True):
        assert len(set(values)) == len(looks)
    for look in looks:
        assert min(contrast(look.light, ground) for ground in ("#ffffff", "#fbfaf8")) >= 4.5
        assert min(contrast(look.dark, ground) for ground in ("#1f2024", "#16171a")) >= 4.5
        assert min(contrast(look.colour, ground) for ground in ("#ffffff", "#111111")) >= 3
    assert width_of(0.5) < width_of(0.75) < width_of(1)


def test_said_in_words() -> None:
    assert sentence("summary", "The parent has no words.") == "Summarised: the parent has no words."
    assert show_time(datetime(2026, 1, 2, 3, 4, tzinfo=UTC)) == "2 Jan 2026, 03:04"
