"""What is odd, broken or huge: a clear error under DedupError, or a sound answer."""

import gzip
import io
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import Edge, Lineage, find_lineage
from dedup.cli.main import main
from dedup.errors import DedupError, DuplicateIdError, InputError, MissingFieldError, TimeError
from dedup.lineage.find import IDENTICAL
from dedup.lineage.pipeline import compare_pile
from tests import lineage_reference as plain

STORY = plain.read_set("lineage_dev")[0]["text"]
REWRITE = plain.read_set("lineage_dev")[1]["text"]
BLANK = ["", " ", "\n\t\r", "\u200b\ufeff"]
PUNCTUATION = ["...", "?!", "— „“", "🙂🙂"]
DAMAGED = ["\ud800", "\0", "\udfff storm \0 surge", "storm\0surge\ud800" * 50]

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run `dedup lineage` on a file with some content; return status, output and errors."""

    def run_on(content: str | bytes, *options: str, name: str = "pile.jsonl") -> tuple[int, str, str]:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        status = main(["lineage", str(path), *options])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return status, out, err.replace(str(tmp_path) + "/", "")

    return run_on


def lines(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row) + "\n" for row in rows)


def singles(lineage: Lineage) -> bool:
    return lineage.edges == () and all(record["role"] == "single" for record in lineage.records())


@pytest.mark.parametrize("use_times", [True, False])
@pytest.mark.parametrize(
    "pile",
    [
        [],
        [STORY],
        [""],
        ["storm"],
        BLANK * 3,
        PUNCTUATION * 2,
        ["\0", "\0"],
        ["storm", "surge"],
        ["storm " * 400],
    ],
)
def test_small_and_empty_piles(pile: list[str], use_times: bool) -> None:
    lineage = find_lineage(pile, use_times=use_times)
    assert len(lineage) == len(pile)
    assert singles(lineage)
    assert (lineage.families, lineage.roots) == ((), ())
    assert str(lineage)


def test_small_and_empty_piles_by_command(run: Run) -> None:
    assert run("", "--format", "jsonl") == (0, "", "")
    assert run("\n \n")[0] == 0
    status, out, _ = run("", "--format", "json")
    assert (status, json.loads(out)) == (0, {"version": 1, "families": [], "articles": []})
    for text in [STORY, "storm", *BLANK, *PUNCTUATION, *DAMAGED]:
        status, out, err = run(lines([{"id": "a", "text": text}]), "--format", "jsonl")
        assert (status, err) == (0, "")
        record = json.loads(out)
        assert (record["id"], record["family"], record["role"], record["parents"]) == ("a", "a", "single", [])
        assert run(lines([{"id": "a", "text": text}]))[0] == 0


def test_odd_articles_keep_others_as_they_are() -> None:
    rows = [{"id": "a", "text": STORY}, {"id": "b", "text": REWRITE}]
    odd = [
        {"id": f"odd-{i}", "text": text} for i, text in enumerate([*BLANK, *PUNCTUATION, *DAMAGED, "storm"])
    ]
    alone, among = find_lineage(rows), find_lineage([*odd, *rows])
    assert alone.families == among.families == (("a", "b"),)
    assert [(e.parent, e.child) for e in alone.edges] == [(e.parent, e.child) for e in among.edges]


def test_damaged_copies_are_copies() -> None:
    rows = [{"id": "a", "text": STORY}, {"id": "b", "text": STORY.replace(" ", "\0 ", 40) + "\ud800"}]
    lineage = find_lineage(rows)
    assert lineage.families in {(("a", "b"),), (("b", "a"),)}
    assert str(lineage.explain(lineage.edges[0]))


def test_damaged_text_goes_through_the_command(run: Run) -> None:
    rows = [{"id": "a", "text": STORY}, {"id": "\udc00\0", "text": STORY + " \ud800\0"}]
    for form in ("jsonl", "json", "tree"):
        status, out, err = run(lines(rows), "--format", form)
        assert (status, err) == (0, "")
        assert out


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.text(st.characters(exclude_categories=[]), max_size=40),
            st.sampled_from([*BLANK, *PUNCTUATION, *DAMAGED, STORY]),
            plain.article_texts,
        ),
        max_size=8,
    )
)
def test_any_texts(texts: list[str]) -> None:
    lineage = find_lineage(texts)
    assert len(lineage.records()) == len(texts)
    assert all(name in lineage for edge in lineage.edges for name in (edge.parent, edge.child))
    assert str(lineage)


THINGS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=9),
    st.binary(max_size=9),
    st.just([]),
)
FIELDS = st.sampled_from("id text body title headline date published_at outlet source url nonsense".split())


@given(st.lists(st.one_of(THINGS, st.dictionaries(FIELDS, THINGS, max_size=5)), max_size=4))
def test_whatever_is_given_an_error_is_ours(things: list[Any]) -> None:
    try:
        n_articles = len(find_lineage(things))
    except DedupError:
        return
    assert n_articles == len(things)


@pytest.mark.parametrize(
    "things", [None, 5, STORY, b"bytes", {"text": STORY}, [b"bytes"], [["nested"]], [None]]
)
def test_what_is_no_pile(things: Any) -> None:
    with pytest.raises(InputError, match=r"must (be|not be)"):
        find_lineage(things)


def test_duplicate_ids_are_named(run: Run) -> None:
    rows = [{"id": name, "text": "x"} for name in ("a1", "b2", "a1", "c3", "c3")]
    with pytest.raises(DuplicateIdError, match="given more than once: 'a1', 'c3'; rename them"):
        find_lineage(rows)
    status, out, err = run(lines(rows))
    assert (status, out) == (2, "")
    assert err.startswith("dedup: error: ids must be unique; given more than once: 'a1', 'c3'")


def test_missing_and_unknown_fields_are_named(run: Run) -> None:
    looked = "no text: looked for 'text', 'maintext', 'plaintext', 'body', 'content'; found 'id', 'txt'"
    with pytest.raises(MissingFieldError, match=rf"article 1 \(id 'b'\): {looked}"):
        find_lineage([{"id": "a", "text": "x"}, {"id": "b", "txt": "y"}])
    with pytest.raises(MissingFieldError, match="found nothing"):
        find_lineage([{}])
    with pytest.raises(MissingFieldError, match=r"the text, 'body', must be a string, not list \['y'\]"):
        find_lineage([{"body": ["y"]}])
    status, out, err = run(lines([{"id": "a", "text": "x"}, {"id": "b", "txt": "y"}]))
    assert (status, out, err) == (2, "", f"dedup: error: pile.jsonl:2: {looked}\n")
    assert len(find_lineage([{"text": "x", "nonsense": 5, "title": None, "outlet": 7}])) == 1


def test_a_momentthat_does_not_parse_names_its_article(run: Run) -> None:
    rows = [{"id": "a", "text": "x"}, {"id": "b", "text": "y", "date": "last Tuesday"}]
    with pytest.raises(
        TimeError, match=r"article 1 \(id 'b'\): cannot read the time str 'last Tuesday'; give ISO"
    ):
        find_lineage(rows)
    with pytest.raises(TimeError):
        find_lineage(rows, use_times=False)
    status, out, err = run(lines(rows))
    assert (status, out) == (2, "")
    assert err.startswith("dedup: error: pile.jsonl:2: cannot read the time str 'last Tuesday'")


@pytest.mark.parametrize("moment", ["0001-01-01", "1969-12-31T23:59:59.999999", "9999-12-31T23:59:59"])
def test_times_at_the_ends_of_the_calendar(moment: str) -> None:
    rows = [
        {"id": "a", "text": STORY, "date": moment},
        {"id": "b", "text": f"{STORY} On.", "date": "2026-03-09"},
    ]
    earlier, later = ("a", "b") if moment < "2026" else ("b", "a")
    assert {(edge.parent, edge.child) for edge in find_lineage(rows).edges} <= {(earlier, later)}


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_times_beyond_the_calendar(moment: str) -> None:
    with pytest.raises(TimeError, match=r"article 0 \(id 'a'\): cannot read the time"):
        find_lineage([{"id": "a", "text": STORY, "date": moment}])


BROKEN = lines([{"id": "a", "text": STORY}]) + '{"id": "b", "text"\n' + lines([{"id": "c", "text": STORY}])


def test_a_broken_line(run: Run) -> None:
    status, out, err = run(BROKEN)
    assert (status, out) == (2, "")
    assert err.startswith("dedup: error: pile.jsonl:2: not JSON: ")
    status, out, err = run(BROKEN, "--skip-bad", "--format", "jsonl")
    assert status == 0
    assert err.startswith("dedup: skipped 1 that could not be used:\n  pile.jsonl:2: not JSON: ")
    assert [(r["id"], r["family"]) for r in map(json.loads, out.splitlines())] == [("a", "a"), ("c", "a")]


def test_bytes_that_are_not_utf_8(run: Run) -> None:
    content = lines([{"id": "a", "text": "x"}]).encode() + b'{"id": "b", "text": "caf\xe9"}\n'
    status, out, err = run(content)
    assert (status, out) == (2, "")
    assert (
        err
        == "dedup: error: pile.jsonl:2: byte 25 of the line, 0xe9, is not UTF-8; convert the file to UTF-8\n"
    )
    status, out, err = run(content, "--skip-bad", "--format", "jsonl")
    assert (status, len(out.splitlines())) == (0, 1)
    assert "skipped 1" in err
    assert run(b"\xff\xfe", name="pile.txt")[0] == 2


def test_compressed_data_that_is_cut_short(run: Run) -> None:
    rows = [{"id": str(i), "text": row["text"]} for i, row in enumerate(plain.read_set("lineage_dev"))]
    whole = gzip.compress(lines(rows).encode())
    half = whole[: len(whole) // 2]
    status, out, err = run(half, name="pile.jsonl.gz")
    assert (status, out) == (2, "")
    assert err == "dedup: error: pile.jsonl.gz: the compressed data is cut short; fetch the file again\n"
    status, out, err = run(half, "--skip-bad", "--format", "jsonl", name="pile.jsonl.gz")
    assert status == 0
    assert 0 < len(out.splitlines()) < len(rows)
    assert "cut short" in err
    assert run(whole, "-q", name="pile.jsonl.gz")[0] == 0


def test_broken_lines_on_standard_input(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for options, status in (([], 2), (["--skip-bad"], 0)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BROKEN.encode())))
        assert main(["lineage", "-", *options]) == status
        assert "standard input:2: not JSON" in capfd.readouterr().err


def test_a_parent_is_never_later_than_its_child() -> None:
    for first, second in [("a", "b"), ("b", "a")]:
        dates = {first: "2026-03-09T06:00", second: "2026-03-09T06:01"}
        rows = [{"id": n, "text": t, "date": dates[n]} for n, t in (("a", STORY), ("b", REWRITE))]
        assert [(edge.parent, edge.child) for edge in find_lineage(rows).edges] == [(first, second)]


def test_a_hundred_thousand_copies() -> None:
    start = time.perf_counter()
    lineage = find_lineage([STORY] * 100_000)
    assert [len(members) for members in lineage.families] == [100_000]
    assert set(lineage.edges[:9]) == {
        Edge(lineage.roots[0], edge.child, "copy", IDENTICAL) for edge in lineage.edges[:9]
    }
    assert lineage[lineage.families[0][-1]].family == lineage.roots[0]
    assert time.perf_counter() - start < 20


def with_furniture(n: int) -> list[str]:
    return [f"{STORY}\n\nShare this, reader number {i}" for i in range(n)]


def test_copies_with_a_line_of_their_own_are_a_family() -> None:
    lineage = find_lineage(with_furniture(300), use_times=False)
    assert [len(members) for members in lineage.families] == [300]
    assert {edge.relation for edge in lineage.edges} == {"copy"}


@pytest.mark.parametrize("n", [600, 2000])
def test_many_copies_with_a_line_of_their_own_are_a_family(n: int) -> None:
    assert [len(members) for members in find_lineage(with_furniture(n)).families] == [n]


def test_the_work_grows_with_the_number_of_copies() -> None:
    n_pairs = [len(compare_pile(with_furniture(n), np.full(n, -1)).pairs) for n in (500, 1000, 2000)]
    assert n_pairs == [
        2 * n - 3 for n in (500, 1000, 2000)
    ]  # a star: with the first, and with the one before
    start = time.perf_counter()
    find_lineage(with_furniture(5000))
    assert time.perf_counter() - start < 30


@pytest.mark.parametrize(
    "text",
    ["word " * 2_000_000, "x" * 10_000_000, "港" * 3_400_000, "\n" * 10_000_000],
    ids=["one word", "no spaces", "Han", "newlines"],
)
def test_ten_megabytes_on_one_line(text: str) -> None:
    rows = [{"id": "a", "text": STORY}, {"id": "long", "text": text}, {"id": "b", "text": REWRITE}]
    lineage = find_lineage(rows)
    assert lineage.families == (("a", "b"),)
    assert lineage["long"].role == "single"


def test_ten_megabytes_of_different_words(run: Run) -> None:
    draw = np.random.default_rng(0)
    text = " ".join(map("w{}".format, draw.integers(0, 200_000, 1_500_000).tolist()))
    rows = [{"id": "a", "text": text}, {"id": "b", "text": f"{text} End."}, {"id": "c", "text": STORY}]
    status, out, _ = run(lines(rows), "--format", "jsonl")
    assert status == 0
    assert [json.loads(line)["role"] for line in out.splitlines()].count("derived") == 1


def test_an_article_of_five_thousand_paragraphs() -> None:
    paragraphs = [f"Ward {i}: Ida Brask{i % 97} of Vennport{i} won by {i * 37} votes." for i in range(5000)]
    rows = [
        {"id": "a", "text": "\n\n".join(paragraphs)},
        {"id": "b", "text": "\n\n".join(paragraphs[1000:2000])},
        {"id": "c", "text": STORY},
    ]
    lineage = find_lineage(rows)
    assert lineage.families == (("a", "b"),)
    assert lineage.edges[0].relation == "excerpt"
    assert str(lineage.explain(lineage.edges[0]))


def test_one_word_repeated() -> None:
    rows = [{"id": str(n), "text": "storm " * n} for n in (1, 2, 5, 100, 10_000)]
    assert singles(find_lineage(rows))
