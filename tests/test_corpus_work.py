"""The folder of stage files: what kills, full disks, other inputs and processes do to it; the commands."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import dedup
from benchmarks.corpora import read_set, unlabelled
from dedup.cli import bar
from dedup.cli.duplicates import first_difference
from dedup.cli.main import main
from dedup.corpus import find_duplicates, find_lineage
from dedup.corpus.work import Work, open_work
from dedup.errors import CorpusError
from dedup.formats.writers import json_line

PROJECT = Path(__file__).parents[1]
ROWS = unlabelled(read_set("lineage_dev"))[:60]
EXPECTED = list(map(json_line, dedup.find_lineage(ROWS).records()))
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="kills, locks and limits are those of POSIX")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "day.jsonl"
    path.write_text("".join(json_line(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


def records(source: Any, work: Path | None = None, **options: Any) -> list[str]:
    with find_lineage(source, work=work, **options) as found:
        return list(map(json_line, found.records()))


@posix_only
def test_work_killed_at_any_moment_gives_the_same_bytes_in_the_end(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.killed_corpus", str(tmp_path), "24", "1"]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True, timeout=120)
    found = json.loads(done.stdout)
    assert (found["n_killed"], found["wrong"], done.stderr) == (24, [], "")
    assert found["n_ended"] >= 1
    assert len(found["after"]) >= 4  # it was killed in different stages


def test_what_is_there_is_not_made_again(source: Path, tmp_path: Path) -> None:
    work, said = tmp_path / "work", list[str]()
    assert records(source, work) == EXPECTED
    (work / "again-1.part").mkdir()  # as a run that was killed may leave it
    times = {path: path.stat().st_mtime_ns for path in work.glob("*/*")}
    assert times
    assert records(source, work, progress=lambda stage, *_: said.append(stage)) == EXPECTED
    assert set(said) == {"write"}
    assert {path: path.stat().st_mtime_ns for path in work.glob("*/*")} == times
    assert not (work / "keys").exists()  # the largest stages go when what is made from them is there
    assert not (work / "compare").exists()
    assert not (work / "again-1.part").exists()


def test_other_inputs_options_and_versions_are_refused(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = tmp_path / "work"
    records(source, work)
    with pytest.raises(CorpusError, match=r'other options: .*"use_times": true.*say --restart'):
        records(source, work, use_times=False)
    with pytest.raises(CorpusError, match="other command"):
        find_duplicates(source, work=work)
    with monkeypatch.context() as patch:
        patch.setattr("dedup.corpus.work.versions", lambda: {"dedup": "0.0.1"})
        with pytest.raises(CorpusError, match="other versions"):
            records(source, work)
    with source.open("a", encoding="utf-8") as stream:
        stream.write(json_line({"id": "new", "text": "The harbour is shut."}) + "\n")
    with pytest.raises(CorpusError, match=r'other inputs: .*"size"'):
        records(source, work)
    assert len(records(source, work, restart=True)) == len(ROWS) + 1
    (work / "manifest.json").write_text("{")
    with pytest.raises(CorpusError, match="damaged; say --restart"):
        records(source, work)


def test_what_is_no_file_is_known_by_what_was_read(tmp_path: Path) -> None:
    work = tmp_path / "work"
    assert records(iter(ROWS), work) == EXPECTED
    assert records(iter(ROWS), work) == EXPECTED
    with pytest.raises(CorpusError, match="made with other articles"):
        records(iter(ROWS[1:]), work)
    assert records(iter(ROWS), work) == EXPECTED
    assert not list(work.glob("again*"))


@posix_only
def test_one_process_at_a_time(source: Path, tmp_path: Path) -> None:
    work = tmp_path / "work"
    with find_lineage(source, work=work), pytest.raises(CorpusError, match="worked in by another process"):
        records(source, work)
    assert records(source, work) == EXPECTED


def test_a_stage_is_whole_or_not_there(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        (folder / "half").write_text("half")
        raise OSError(28, "No space left on device")

    work = open_work(tmp_path / "work", "lineage", [], {})
    try:
        with pytest.raises(CorpusError, match="stage 'read' cannot be written: no space left on device"):
            work.stage("read", fail)
        assert not work.has("read")
        work.stage("read", lambda folder: None)
        assert work.has("read")
        work.stage("read", fail)
        work.drop("read")
        work.drop("read")
        assert not work.has("read")
    finally:
        work.close()
    assert isinstance(work, Work)


@posix_only
@pytest.mark.parametrize("limit", [20_000, 200_000, 400_000])
def test_a_full_disk_leaves_stages_to_go_on_from(limit: int, source: Path, tmp_path: Path) -> None:
    code = f"""
import resource, signal, sys
from dedup.corpus import find_lineage
from dedup.errors import CorpusError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, hard))
try:
    find_lineage({str(source)!r}, work={str(tmp_path / "work")!r}).close()
except CorpusError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )
    assert "cannot be written: file too large; the stages before it are whole" in done.stdout
    assert done.stderr == ""
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "work").glob("*/*")}
    assert bool(before) == (limit >= 200_000)
    assert records(source, tmp_path / "work") == EXPECTED
    assert all(path.stat().st_mtime_ns == time for path, time in before.items() if path.exists())


# The commands


def run(*arguments: object) -> int:
    return main(list(map(str, arguments)))


def test_lineage_through_a_folder(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("lineage", source, "--work", tmp_path / "work", "--memory", "600MB", "--workers", 1) == 0
    out, err = capsys.readouterr()
    assert out.splitlines() == EXPECTED
    assert err.startswith(f"dedup: {len(ROWS)} articles, families: ")
    assert "MB/s, " in err
    assert err.endswith("MB of memory at most\n")
    assert run("lineage", source, "-q", "-o", tmp_path / "found.parquet") == 0
    assert capsys.readouterr() == ("", "")
    assert (tmp_path / "found.parquet").read_bytes()[:4] == b"PAR1"
    assert run("lineage", source, "--work", tmp_path / "work", "--ignore-dates") == 2
    assert "say --restart" in capsys.readouterr().err
    assert run("lineage", source, "--memory", "1GB", "--format", "dot") == 2
    assert "--format dot is made in memory" in capsys.readouterr().err
    assert run("lineage", source, "--memory", "1") == 2
    assert "too little for 1 processes" in capsys.readouterr().err


def test_what_is_skipped_is_listed_beside_the_output(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with source.open("a") as stream:
        stream.write("{\n" + json_line({"words": "?"}) + "\n")
    target = tmp_path / "found.jsonl"
    assert run("lineage", source, "--memory", "1GB", "--skip-bad", "-o", target) == 0
    assert (
        f"skipped 2 that could not be used; they are listed in {target}.bad.jsonl" in capsys.readouterr().err
    )
    bad = [json.loads(line) for line in Path(f"{target}.bad.jsonl").read_text().splitlines()]
    assert [row["line"] for row in bad] == [len(ROWS) + 1, len(ROWS) + 2]
    assert [row["row"] for row in bad] == ["{", json_line({"words": "?"})]
    assert run("lineage", source, "--work", tmp_path / "work", "--skip-bad") == 0
    assert f"listed in {tmp_path / 'work' / 'read' / 'bad.jsonl'}" in capsys.readouterr().err
    assert run("lineage", source, "--memory", "1GB", "--skip-bad") == 0
    assert "name a file with --output to have them listed" in capsys.readouterr().err


def test_duplicates_of_a_corpus(source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("duplicates", source, "--format", "jsonl", "--threshold", 0.3) == 0
    lines = capsys.readouterr().out
    assert run("duplicates", source, "--threshold", 0.3, "--work", tmp_path / "work") == 0
    out, err = capsys.readouterr()
    assert out == lines
    assert f"dedup: {len(ROWS)} articles, clusters: " in err
    kept, gone = tmp_path / "kept.jsonl", tmp_path / "gone.jsonl"
    assert (
        run("duplicates", source, "--threshold", 0.3, "--keep", "root", "--survivors", kept, "-o", gone) == 0
    )
    rows = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
    dropped = [json.loads(line) for line in gone.read_text(encoding="utf-8").splitlines()]
    assert dropped
    assert {row["id"] for row in [*rows, *dropped]} == {row["id"] for row in ROWS}
    assert {row["kept"] for row in dropped} <= {row["id"] for row in rows}
    assert {row["policy"] for row in dropped} == {"root"}
    assert run("duplicates", source, "--keep", "newest") == 2
    assert "give first, longest, root" in capsys.readouterr().err


def test_a_dry_run_shows_and_writes_nothing(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = set(tmp_path.iterdir())
    assert run("duplicates", source, "--dry-run", "--threshold", 0.3, "-q") == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == f"{len(ROWS)} articles, 0 of them exact copies of others"
    assert out[1].startswith("threshold 0.3: clusters: ")
    assert out[2].startswith("pairs of different texts from a resemblance on, of ")
    assert "pairs just above it:" in out
    assert "pairs just below it:" in out
    assert set(tmp_path.iterdir()) == before
    assert run("duplicates", source, "--dry-run", "-o", "x") == 2
    assert "--dry-run writes nothing" in capsys.readouterr().err


def test_what_cannot_be_written_is_said_before_the_work(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work = tmp_path / "work"
    (tmp_path / "folder").mkdir()
    for command in ("lineage", "duplicates"):
        for output, why in (
            (tmp_path / "no" / "o.jsonl", "no such folder"),
            (tmp_path / "folder", "it is a fo"),
        ):
            assert run(command, source, "--work", work, "-o", output) == 2
            assert f"{output} cannot be written: {why}" in capsys.readouterr().err
    assert run("lineage", tmp_path / "no.jsonl", "--work", work) == 2
    assert "no.jsonl: no such file or folder" in capsys.readouterr().err
    assert not work.exists()
    work.write_text("a file")
    assert run("lineage", source, "--work", work) == 2
    assert "work cannot be used to work in: file exists" in capsys.readouterr().err


def test_the_first_difference() -> None:
    assert first_difference("a b c d e", "a b c d e") == ("c d e (ends)", "c d e (ends)")
    assert first_difference("x", "y " * 20) == ("x", " ".join(["y"] * 9) + " …")


def test_a_line_now_and_then_where_there_is_no_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    now = [0.0]
    monkeypatch.setattr("dedup.cli.bar.time.monotonic", lambda: now[0])
    with bar.stage_bar() as tell:
        for second in range(25):
            now[0] = float(second)
            tell("count", second * 1000, 90_000)
    assert capsys.readouterr().err.splitlines() == [
        "dedup: count: 10,000 of 90,000, 1,000/s, 1 min 20 s left",
        "dedup: count: 20,000 of 90,000, 1,000/s, 1 min 10 s left",
    ]
    with bar.stage_bar(quiet=True) as tell:
        tell("count", 10**6, 0)
        now[0] = 1e6
        tell("count", 10**6, 0)
    assert capsys.readouterr().err == ""


@posix_only
def test_a_bar_on_a_terminal(source: Path, tmp_path: Path) -> None:
    import pty  # not there on Windows

    main_end, other_end = pty.openpty()
    command = [
        sys.executable,
        "-m",
        "dedup",
        "lineage",
        str(source),
        "--memory",
        "1GB",
        "-o",
        str(tmp_path / "o"),
    ]
    with subprocess.Popen(command, stderr=other_end, env={"TERM": "xterm", "PATH": "/usr/bin"}) as process:
        os.close(other_end)
        shown = b""
        try:
            while part := os.read(main_end, 1024):
                shown += part
        except OSError:  # Linux says so when the other end is closed
            pass
        os.close(main_end)
        assert process.wait() == 0
    text = shown.decode()
    assert "/s" in text
    assert "\x1b[2K" in text  # the bar is drawn over, and is gone in the end
    assert f"dedup: {len(ROWS)} articles, families: " in text


def test_a_stage_that_was_cut_short_is_no_stage(
    source: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work, first, again = tmp_path / "work", tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    assert run("lineage", source, "--work", work, "-o", first) == 0
    shutil.rmtree(work / "edges")
    os.truncate(work / "read" / "text", 100)
    assert run("lineage", source, "--work", work, "-o", again) == 2
    assert "read is damaged" in capsys.readouterr().err
    (work / "manifest.json").write_text("{", encoding="utf-8")
    assert run("lineage", source, "--work", work, "-o", again) == 2
    assert "manifest.json is damaged" in capsys.readouterr().err
    assert run("lineage", source, "--work", work, "--restart", "-o", again) == 0
    assert again.read_bytes() == first.read_bytes()


def test_a_folder_of_other_files_is_left_as_it_is(source: Path, tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "thesis.txt").write_text("chapter 1", encoding="utf-8")
    assert run("lineage", source, "--work", tmp_path / "precious", "-o", tmp_path / "x.jsonl") == 2
    assert [path.name for path in (tmp_path / "precious").iterdir()] == ["thesis.txt"]
