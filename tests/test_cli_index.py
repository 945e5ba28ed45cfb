"""`dedup index`, run as a user runs it."""

import io
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dedup.cli.main import main
from dedup.errors import BusyError
from dedup.formats.readers import read_articles
from dedup.index.index import Index
from dedup.lineage.find import find_lineage

HARBOUR = str(Path(__file__).parents[1] / "examples" / "harbour.jsonl")
ROWS = [json.loads(line) for line in Path(HARBOUR).read_text(encoding="utf-8").splitlines()]
WIRE = "Ida Brask shut the Orla bridge on Monday: 14 of its 96 cables had failed, the engineer said."
COPY = f"VENNPORT - {WIRE}"

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run `dedup index` in a folder of its own; return status, output and errors."""
    monkeypatch.chdir(tmp_path)

    def run_in_folder(*arguments: str) -> tuple[int, str, str]:
        status = main(["index", *arguments])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return status, out, err

    return run_in_folder


@pytest.fixture
def news(run: Run) -> str:
    """Make an index of the example."""
    assert run("add", "news.dedup", HARBOUR)[0] == 0
    return "news.dedup"


def write_rows(name: str, *rows: dict[str, Any]) -> str:
    Path(name).write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return name


def records(out: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.splitlines()]


def test_add_says_what_came(run: Run) -> None:
    assert run("add", "news.dedup", HARBOUR) == (0, "9 added, 6 of them derived; 0 known already\n", "")
    assert run("add", "news.dedup", HARBOUR) == (0, "0 added, 0 of them derived; 9 known already\n", "")


def test_add_as_lines_gives_the_parents_that_find_lineage_gives(run: Run) -> None:
    status, out, err = run("add", "news.dedup", HARBOUR, "--json")
    found = records(out)
    assert (status, err) == (0, "")
    assert [record["id"] for record in found] == [row["id"] for row in ROWS]
    assert list(found[2]) == [
        "id",
        "title",
        "outlet",
        "published_at",
        "parents",
        "family",
        "known",
        "changed",
    ]
    expected = {edge.child: (edge.parent, edge.relation) for edge in find_lineage(ROWS).edges}
    assert {
        record["id"]: (parent["id"], parent["relation"]) for record in found for parent in record["parents"]
    } == expected
    assert not any(record["known"] or record["changed"] for record in found)
    assert all(record["known"] for record in records(run("add", "news.dedup", HARBOUR, "--json")[1]))


def test_a_late_source_is_told_of(run: Run) -> None:
    copy = {"id": "copy", "text": COPY, "date": "2026-03-02T09:00"}
    wire = {"id": "wire", "text": WIRE, "date": "2026-03-02T08:00"}
    run("add", "news.dedup", write_rows("1.jsonl", copy))
    late = write_rows("2.jsonl", wire)
    told = "1 added, 0 of them derived; 0 known already; 1 earlier ones placed anew\n"
    assert run("add", "news.dedup", late) == (0, told, "")
    run("add", "again.dedup", "1.jsonl")
    assert records(run("add", "again.dedup", late, "--json")[1])[0]["changed"] == ["copy"]


def test_batches_change_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("add", "whole.dedup", HARBOUR)
    monkeypatch.setattr("dedup.cli.index._BATCH", 2)
    run("add", "parts.dedup", HARBOUR)
    assert run("export", "whole.dedup")[1] == run("export", "parts.dedup")[1] != ""


def test_an_article_that_comes_twice_is_known_the_second_time(run: Run) -> None:
    rows = [{"text": WIRE}, {"id": "a", "text": COPY}, {"text": WIRE}, {"id": "a", "text": COPY}]
    assert [
        record["known"]
        for record in records(run("add", "n.dedup", write_rows("r.jsonl", *rows), "--json")[1])
    ] == [False, False, True, True]


def test_an_id_with_another_text_is_refused_or_skipped(run: Run, news: str) -> None:
    changed = write_rows("changed.jsonl", {"id": "new", "text": WIRE}, {**ROWS[0], "text": COPY})
    remedy = "the index has another article with the id 'strait-wire'; remove it first"
    for command in ("add", "find"):
        status, out, err = run(command, news, changed)
        assert (status, out) == (2, "")
        assert err.startswith(f"dedup: error: {remedy}")
    status, out, err = run("add", news, changed, "--skip-bad")
    assert (status, out) == (0, "1 added, 0 of them derived; 0 known already\n")
    assert err.startswith(f"dedup: skipped 1 that could not be used:\n  {remedy}")
    assert run("find", news, changed, "--skip-bad", "-q")[0::2] == (0, "")


def test_what_was_added_before_an_error_stays_and_is_told(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dedup.cli.index._BATCH", 2)
    Path("bad.jsonl").write_text(
        '{"id": 1, "text": "a"}\n{"id": 2, "text": "b"}\n{"id": 3, "text": "c"}\n{\n'
    )
    status, out, err = run("add", "news.dedup", "bad.jsonl")
    assert (status, out) == (2, "")
    stopped, error = err.splitlines()
    assert stopped == "dedup: stopped; what was added stays: 2 added, 0 of them derived; 0 known already"
    assert error.startswith("dedup: error: bad.jsonl:4: not JSON")
    assert records(run("stats", "news.dedup", "--json")[1])[0]["n_articles"] == 2
    status, out, err = run("add", "news.dedup", "bad.jsonl", "--skip-bad")
    assert (status, out) == (0, "1 added, 0 of them derived; 2 known already\n")
    assert "bad.jsonl:4: not JSON" in err


def test_find_writes_nothing(run: Run, news: str) -> None:
    rows = [{"id": "late", "text": ROWS[1]["text"] + " So they said."}, {"id": "new", "text": WIRE}]
    before = Path(news).read_bytes()
    status, out, err = run("find", news, write_rows("in.jsonl", *rows))
    assert (status, err) == (0, "")
    head, late, new = map(str.split, out.splitlines())
    assert head == ["article", "is", "of", "family"]
    assert (late[0], late[-2:]) == ("late", ["harbour-post-1", "harbour-post-1"])
    assert new == ["new", "original", "new"]
    assert [record["family"] for record in records(run("find", news, "in.jsonl", "--json")[1])] == [
        "harbour-post-1",
        "new",
    ]
    assert Path(news).read_bytes() == before
    assert run("stats", news, "--json")[1].startswith('{"n_articles": 9,')


def test_find_of_what_is_there(run: Run, news: str) -> None:
    out = run("find", news, HARBOUR)[1].splitlines()
    assert out[1].split() == ["strait-wire", "known:", "original", "strait-wire"]
    assert all(" known: " in line for line in out[1:])


@pytest.mark.parametrize(
    ("given", "status", "words"),
    [
        (ROWS[1]["text"].encode(), 0, "harbour-post-1"),
        (b"\xef\xbb\xbfIt is shut.", 0, "original"),
        (
            b" \n",
            2,
            "dedup: error: standard input: no text; name articles, or give a text on standard input\n",
        ),
        (b"a\xff", 2, "dedup: error: standard input: byte 2 is not UTF-8; convert the text to UTF-8\n"),
    ],
)
def test_find_of_a_text_on_standard_input(
    run: Run, news: str, given: bytes, status: int, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
    found, out, err = run("find", news)
    assert found == status
    assert words in out + err


def test_show_draws_a_family_or_a_lineage(run: Run, news: str) -> None:
    with Index(news) as index:
        family, lineage = str(index.family("northline-now")), str(index.lineage("northline-now"))
    assert run("show", news, "northline-now") == (0, family + "\n", "")
    assert run("show", news, "northline-now", "--lineage") == (0, lineage + "\n", "")
    assert family.count("\n") == 6
    assert lineage.count("\n") == 2
    assert run("show", news, "strait-wire")[1] == "strait-wire stands alone\n"


def test_show_as_lines(run: Run, news: str) -> None:
    found = records(run("show", news, "coastfeed", "--json")[1])
    with Index(news) as index:
        assert found == index.family("coastfeed").records()
    assert len(found) == 7


def test_show_evidence(run: Run, news: str) -> None:
    out = run("show", news, "northline-now", "--evidence")[1]
    assert "\nnorthline-now is a rewrite of meridian-digest:\n5 of 6 paragraphs follow" in out
    assert run("show", news, "strait-wire", "--evidence")[1] == "strait-wire stands alone\n"
    assert run("show", news, "coastfeed", "--evidence", "--json")[0] == 2


def test_remove_says_what_changed(run: Run, news: str) -> None:
    status, out, err = run("remove", news, "meridian-digest", "meridian-digest")
    lines = out.splitlines()
    assert (status, err, lines[0]) == (0, "", "1 removed; 1 placed anew")
    assert lines[-1].split()[0::3] == ["northline-now", "harbour-post-1"]
    assert run("remove", news, "coastfeed", "strait-wire", "--json") == (
        0,
        '{"removed": ["coastfeed", "strait-wire"], "changed": []}\n',
        "",
    )


def test_what_is_removed_is_not_in_the_file_any_more(run: Run, news: str) -> None:
    title = ROWS[3]["title"].encode()
    assert title in Path(news).read_bytes()
    assert run("remove", news, ROWS[3]["id"])[0] == 0
    assert not Path(f"{news}-wal").exists()
    assert title not in Path(news).read_bytes()


def test_remove_of_an_unknown_id_removes_nothing(run: Run, news: str) -> None:
    status, _, err = run("remove", news, "coastfeed", "nobody")
    assert status == 2
    assert err.startswith(
        "dedup: error: no article has the id 'nobody'; ids are strings such as 'strait-wire'"
    )
    assert run("find", news, HARBOUR)[1].count("known: ") == 9


def test_prune(run: Run, news: str) -> None:
    assert run("prune", news, "--before", "2026-06-02T09:20") == (0, "2 removed; 7 left\n", "")
    assert run("prune", news, "--before", "yesterday")[0] == 2


def test_stats(run: Run, news: str) -> None:
    with Index(news) as index:
        expected = index.stats()
    assert json.loads(run("stats", news, "--json")[1]) == expected
    out = run("stats", news)[1]
    assert out.splitlines()[0].split() == ["articles", "9"]
    assert f"{expected['file_bytes']:,}" in out


def test_verify(run: Run, news: str) -> None:
    assert run("verify", news) == (0, "whole: 9 articles\n", "")
    with closing(sqlite3.connect(news)) as connection:
        connection.execute("DELETE FROM runs")
        connection.commit()
    assert run("verify", news) == (1, "texts without keys: 9\n", "")


def test_verify_of_damaged_pages(run: Run, news: str) -> None:
    content = bytearray(Path(news).read_bytes())
    content[5 * 4096 : -4096] = b"x" * (len(content) - 6 * 4096)
    Path(news).write_bytes(content)
    status, out, err = run("verify", news)
    assert status == 1
    assert "damaged" in out
    assert err == ""


def test_what_is_exported_can_be_added(run: Run, news: str) -> None:
    assert run("export", news, "-o", "out.jsonl") == (0, "", "")
    first = json.loads(Path("out.jsonl").read_text(encoding="utf-8").splitlines()[2])
    assert list(first) == ["id", "title", "outlet", "published_at", "parents", "family", "url", "text"]
    assert first["parents"][0]["id"] == "harbour-post-1"
    assert list(read_articles(["out.jsonl"])) == list(read_articles([HARBOUR]))
    run("add", "again.dedup", "out.jsonl")
    assert run("export", "again.dedup")[1] == Path("out.jsonl").read_text(encoding="utf-8")


def test_merge(run: Run, news: str) -> None:
    run("add", "other.dedup", write_rows("in.jsonl", ROWS[0], {"id": "new", "text": WIRE}))
    assert run("merge", news, "other.dedup", news) == (
        0,
        "other.dedup: 1 added, of 2\nnews.dedup: 0 added, of 10\n",
        "",
    )
    assert run("merge", "made.dedup", news)[1] == "news.dedup: 10 added, of 10\n"
    assert run("merge", "never.dedup", news, "missing.dedup")[0] == 2
    assert not Path("never.dedup").exists()


def test_backup(run: Run, news: str) -> None:
    assert run("backup", news, "copy.dedup") == (0, "", "")
    assert run("export", "copy.dedup") == run("export", news)
    copy = Path("copy.dedup").read_bytes()
    assert run("backup", news, "copy.dedup")[0] == 2
    assert Path("copy.dedup").read_bytes() == copy


def test_an_index_without_texts(run: Run, news: str) -> None:
    assert run("add", "bare.dedup", HARBOUR, "--no-texts")[0] == 0
    assert run("find", "bare.dedup", HARBOUR) == run("find", news, HARBOUR)
    for arguments in (
        ("export", "bare.dedup"),
        ("merge", news, "bare.dedup"),
        ("show", "bare.dedup", "coastfeed", "--evidence"),
    ):
        status, out, err = run(*arguments)
        assert (status, out) == (2, "")
        assert err.startswith("dedup: error: bare.dedup keeps no texts")


@pytest.mark.parametrize(
    "arguments",
    [
        ("find", HARBOUR),
        ("show", "a"),
        ("remove", "a"),
        ("prune", "--before", "2026-01-01"),
        ("stats",),
        ("verify",),
        ("export",),
        ("backup", "copy.dedup"),
    ],
)
def test_a_file_that_is_missing_is_not_made(run: Run, arguments: tuple[str, ...]) -> None:
    command, *rest = arguments
    missing = "dedup: error: no.dedup: there is no such index; add an article to make one\n"
    assert run(command, "no.dedup", *rest) == (2, "", missing)
    assert os.listdir() == []


def test_a_file_that_is_no_index_is_left_alone(run: Run) -> None:
    other = write_rows("other.jsonl", ROWS[0])
    before = Path(other).read_bytes()
    for command in (["add", other, HARBOUR], ["stats", other], ["prune", other, "--before", "2026-01-01"]):
        status, out, err = run(*command)
        assert (status, out) == (2, "")
        assert err == "dedup: error: other.jsonl: not an index; name another file, and one will be made\n"
    assert Path(other).read_bytes() == before


def test_a_path_that_is_missing_makes_no_index(run: Run) -> None:
    expected = (2, "", "dedup: error: no.jsonl: no such file or folder\n")
    assert run("add", "news.dedup", "no.jsonl") == expected
    assert os.listdir() == []


def test_another_writer_is_waited_for(run: Run, news: str) -> None:
    extra = write_rows("in.jsonl", {"id": "new", "text": WIRE})
    connection = sqlite3.connect(news, isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    status, out, err = run("add", news, extra, "--timeout", "0.1")
    assert (status, out) == (2, "")
    assert "another process has been writing for 0.1 seconds" in err
    assert run("stats", news)[0] == 0  # readers do not wait
    connection.execute("ROLLBACK")
    connection.close()
    assert run("add", news, extra, "--timeout", "0.1")[0] == 0


def test_an_interrupt_leaves_what_was_added(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    original = Index.add_many

    def interrupted(self: Index, articles: Any) -> Any:
        if len(self) == 4:
            raise KeyboardInterrupt
        return original(self, articles)

    monkeypatch.setattr("dedup.cli.index._BATCH", 2)
    monkeypatch.setattr(Index, "add_many", interrupted)
    status, out, err = run("add", "news.dedup", HARBOUR)
    assert (status, out) == (130, "")
    assert err.startswith("dedup: stopped; what was added stays: 4 added")
    assert run("verify", "news.dedup")[1] == "whole: 4 articles\n"


def test_a_busy_index_is_no_reason_to_split_a_batch(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def busy(self: Index, articles: Any) -> Any:
        calls.append(articles)
        raise BusyError("busy")

    monkeypatch.setattr(Index, "add_many", busy)
    assert run("add", "news.dedup", HARBOUR, "--skip-bad")[0] == 2
    assert len(calls) == 1


def test_hostile_names_cannot_move_the_cursor(run: Run) -> None:
    name = "\x1b[31m[bold]\n\u202e\ud800"
    rows = write_rows("in.jsonl", {"id": name, "text": WIRE}, {"id": "b", "text": WIRE})
    assert run("add", "news.dedup", rows)[0] == 0
    for arguments in (("find", rows), ("show", name), ("show", "b", "--evidence"), ("remove", name)):
        command, *rest = arguments
        status, out, _ = run(command, "news.dedup", *rest)
        assert status == 0
        assert not set("\x1b\u202e\ud800") & set(out)
    assert run("find", "news.dedup", rows, "--json")[1].count("\n") == 2


def test_a_reader_that_goes_away_is_no_error(news: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "dedup", "index", "export", news]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, timeout=20, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_help(run: Run) -> None:
    status, out, _ = run("--help")
    assert status == 0
    commands = out.partition("Commands:")[2].split("\n")
    names = "add backup export find merge prune remove show stats verify".split()
    assert [line.split()[0] for line in commands if line] == names
    assert not any(line.endswith("...") for line in commands), "a summary is cut off"
    page = Path(HARBOUR).parents[1] / "docs" / "newsroom-index.md"
    for name in names:
        assert f"`dedup index {name} FILE" in page.read_text(encoding="utf-8"), (
            f"{name} is not in docs/newsroom-index.md"
        )
        assert run(name, "--help")[1].startswith(f"Usage: dedup index {name} ")


def test_no_texts_for_a_file_that_keeps_them(run: Run, news: str) -> None:
    before = run("export", news)
    name = write_rows("more.jsonl", {"id": "new", "text": WIRE})
    status, out, err = run("add", "--no-texts", news, name)
    assert (status, out) == (2, "")
    assert f"{news} is there and keeps texts" in err
    assert run("export", news) == before
