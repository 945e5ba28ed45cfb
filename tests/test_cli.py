"""The command line, run as a user runs it."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dedup import compare_texts
from dedup.cli.main import main

HARBOUR = str(Path(__file__).parents[1] / "examples" / "harbour.jsonl")
IDS = [json.loads(line)["id"] for line in Path(HARBOUR).read_text(encoding="utf-8").splitlines()]


def run(*arguments: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([sys.executable, "-m", "dedup", *arguments], capture_output=True, **options)


@pytest.fixture
def pile(tmp_path: Path) -> str:
    rows: list[dict[str, object]] = [
        {
            "id": "a",
            "title": "Storm",
            "text": "the storm hit the harbour at dawn and sank the ferry on Monday",
        },
        {"id": "b", "text": "nothing of the kind was ever written by anybody in this town"},
        {"id": "c", "text": "The storm hit the harbour at dawn and sank the ferry on Monday!"},
        {"id": "\ud800", "text": "é"},
    ]
    path = tmp_path / "pile.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return str(path)


def test_duplicates_as_text(pile: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["duplicates", pile]) == 0
    expected = "2 near-duplicates\n  1.00  a  Storm\n  1.00  c\nclusters: 1, of 2 of 4 articles\n"
    assert capfd.readouterr() == (expected, "")


def test_duplicates_as_lines(pile: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["duplicates", pile, "--format", "jsonl", "--threshold", "0.9"]) == 0
    assert [json.loads(line) for line in capfd.readouterr().out.splitlines()] == [
        {"id": "a", "cluster": "a", "duplicates": [{"id": "c", "resemblance": 1.0}]},
        {"id": "b", "cluster": "b", "duplicates": []},
        {"id": "c", "cluster": "a", "duplicates": [{"id": "a", "resemblance": 1.0}]},
        {"id": "\ud800", "cluster": "\ud800", "duplicates": []},
    ]


def test_lineage_as_lines_is_the_contract(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["lineage", HARBOUR, "--format", "jsonl"]) == 0
    records = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [record["id"] for record in records] == IDS
    by_id = {record["id"]: record for record in records}
    for record in records:
        assert list(record) == ["id", "family", "role", "parents", "cited"]
        assert record["role"] in {"root", "derived", "single"}
        assert (record["role"] == "derived") == bool(record["parents"])
        for parent in record["parents"]:
            assert list(parent) == ["id", "relation", "probability"]
            assert parent["relation"] in {"copy", "excerpt", "update", "edit", "rewrite", "summary"}
            assert 0 <= parent["probability"] <= 1
        for citation in record["cited"]:
            assert list(citation) == ["source", "kind", "phrase"]
        if record["parents"] and record["family"] != record["id"]:
            assert record["family"] == by_id[record["parents"][0]["id"]]["family"]


def test_lineage_of_the_example(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["lineage", HARBOUR, "--format", "jsonl"]) == 0
    records = {record["id"]: record for record in map(json.loads, capfd.readouterr().out.splitlines())}
    family = {name for name, record in records.items() if record["family"] == "harbour-post-1"}
    assert family == set(IDS) - {"strait-wire", "brackwater-gazette"}
    assert records["coastfeed"]["parents"][0] | {"probability": 1} == {
        "id": "harbour-post-1",
        "relation": "copy",
        "probability": 1,
    }
    assert {
        "source": "harbourpost.example",
        "kind": "republished",
        "phrase": "Publisher: harbourpost.example",
    } in (records["coastfeed"]["cited"])


def test_lineage_as_json(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["lineage", HARBOUR, "--format", "json"]) == 0
    found = json.loads(capfd.readouterr().out)
    assert [article["id"] for article in found["articles"]] == IDS
    assert found["families"][0]["id"] == found["families"][0]["members"][0] == "harbour-post-1"


def test_lineage_as_tree(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["lineage", HARBOUR]) == 0
    drawn = capfd.readouterr().out
    assert drawn.index("Harbour Post") < drawn.index("Coastfeed")


def test_options_reach_the_library(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["lineage", HARBOUR, "--format", "jsonl", "--min-probability", "1"]) == 0
    certain = capfd.readouterr().out
    assert main(["lineage", HARBOUR, "--format", "jsonl", "--ignore-dates"]) == 0
    dateless = capfd.readouterr().out
    assert main(["lineage", HARBOUR, "--format", "jsonl"]) == 0
    default = capfd.readouterr().out
    assert len(certain) < len(default)
    assert dateless != default


def test_compare(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    rows = [json.loads(line) for line in Path(HARBOUR).read_text(encoding="utf-8").splitlines()]
    paths = []
    for row in rows[1:3]:
        paths.append(str(tmp_path / f"{row['id']}.txt"))
        Path(paths[-1]).write_text(row["text"], encoding="utf-8")
    assert main(["compare", *paths]) == 0
    said = capfd.readouterr().out
    assert said.startswith(f"{paths[1]}, beside {paths[0]}:\n")
    assert "Odile Marrow" in said
    assert said.endswith(f"{compare_texts(child=rows[2]['text'], parent=rows[1]['text'])}\n")
    assert main(["compare", paths[0], HARBOUR]) == 2
    assert "must hold one article to compare, not 9" in capfd.readouterr().err


def test_standard_input(pile: str) -> None:
    with open(pile, "rb") as stream:
        done = run("duplicates", "-", stdin=stream)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.endswith(b"clusters: 1, of 2 of 4 articles\n")


def test_version_and_help(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capfd.readouterr().out.startswith("dedup 0.")
    for command in ([], ["lineage"], ["compare"], ["duplicates"]):
        assert main([*command, "--help"]) == 0
        assert capfd.readouterr().out.startswith("Usage: dedup " + "".join(command))


@pytest.mark.parametrize("command", ["lineage", "duplicates"])
def test_workers_change_nothing(command: str, capfd: pytest.CaptureFixture[str]) -> None:
    found = []
    for n in ("1", "2"):
        assert main([command, HARBOUR, "--format", "jsonl", "--workers", n]) == 0
        found.append(capfd.readouterr().out)
    assert found[0] == found[1] != ""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["lineage"], "Missing argument"),
        (["lineage", "x.jsonl", "--min-probability", "2"], "0<=x<=1"),
        (["lineage", "x.jsonl", "--workers", "0"], "x>=1"),
        (["duplicates", "x.jsonl", "--threshold", "0"], "0<x<=1"),
        (["duplicates", "x.jsonl"], "dedup: error: x.jsonl: no such file or folder\n"),
        (["lineage", "x.pdf"], "dedup: error: x.pdf: no such file or folder\n"),
        (["unknown"], "No such command"),
    ],
)
def test_what_is_wrong_is_said_on_standard_error(
    arguments: list[str], words: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    out, err = capfd.readouterr()
    assert out == ""
    assert words in err


def test_duplicate_ids_are_an_error_without_traceback(tmp_path: Path) -> None:
    (tmp_path / "pile.jsonl").write_text('{"id": 1, "text": "a"}\n' * 2)
    done = run("duplicates", str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith(b"dedup: error: ids must be unique; given more than once: '1'")


def test_skipping_what_is_bad(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "pile.jsonl"
    path.write_text('{"text": "a"}\n' + "{\n" * 7)
    assert main(["duplicates", str(path)]) == 2
    assert f"dedup: error: {path}:2: not JSON" in capfd.readouterr().err
    assert main(["duplicates", str(path), "--skip-bad"]) == 0
    out, err = capfd.readouterr()
    assert out == "clusters: 0, of 0 of 1 articles\n"
    assert err.startswith(f"dedup: skipped 7 that could not be used:\n  {path}:2: not JSON")
    assert err.endswith("  and 2 more\n")
    assert main(["duplicates", str(path), "--skip-bad", "--quiet"]) == 0
    assert capfd.readouterr().err == ""


def test_output_to_a_file_is_whole_or_not_there(
    pile: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out.jsonl"
    assert main(["duplicates", pile, "--format", "jsonl", "-o", str(output)]) == 0
    assert len(output.read_text(encoding="utf-8").splitlines()) == 4
    assert capfd.readouterr() == ("", "")
    before = output.read_bytes()

    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", fail)
    assert main(["duplicates", pile, "-o", str(output)]) == 2
    assert "out.jsonl cannot be written: no space left" in capfd.readouterr().err
    assert output.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.jsonl", "pile.jsonl"]


def test_output_to_a_device_leaves_it_a_device(pile: str) -> None:
    assert main(["duplicates", pile, "-o", os.devnull]) == 0
    assert not Path(os.devnull).is_file()


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "pile.jsonl"
    path.write_text("".join(f'{{"id": {n}, "text": "word{n}"}}\n' for n in range(20_000)))
    command = [sys.executable, "-m", "dedup", "duplicates", str(path), "--format", "jsonl"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_an_interrupt_is_quiet() -> None:
    command = [sys.executable, "-m", "dedup", "duplicates", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stderr is not None
        process.stdin.write(b'{"text": "a"}\n' * 20_000)  # more than a pipe holds: done means that it is read
        process.stdin.flush()
        process.send_signal(signal.SIGINT)
        assert process.stderr.read() in (b"", b"\n")
    assert process.returncode == 130


def test_help_is_quick() -> None:
    done = run("--help", env={**os.environ, "PYTHONPROFILEIMPORTTIME": "1"})
    imported = {line.rsplit("|", 1)[1].strip() for line in done.stderr.decode().splitlines() if "|" in line}
    assert "click" in imported
    assert imported.isdisjoint(
        {"rich", "csv", "dedup.lineage.find", "dedup.duplicates.find", "datasketch", "scipy"}
    )


@pytest.mark.skipif(os.name != "posix", reason="terminals of POSIX")
def test_progress_is_shown_on_a_terminal_when_the_work_is_long() -> None:
    code = "import time; from dedup.cli.progress import progress\nwith progress('Comparing'): time.sleep({})"
    shown = []
    for seconds in (0.1, 1.5):
        reader, terminal = os.openpty()
        environment = {**os.environ, "TERM": "xterm"}
        subprocess.run(
            [sys.executable, "-c", code.format(seconds)], stderr=terminal, env=environment, check=True
        )
        os.write(terminal, b".")  # so that there is something to read
        os.close(terminal)
        shown.append(b"Comparing" in os.read(reader, 10_000))
        os.close(reader)
    assert shown == [False, True]


@pytest.mark.parametrize(
    "arguments",
    [
        "lineage in.jsonl --format jsonl -o in.jsonl",
        "lineage . --format jsonl -o ./in.jsonl",
        "lineage in.jsonl --format jsonl -o link.jsonl",
        "lineage in.jsonl --memory 1GB -o in.jsonl",
        "lineage in.jsonl --work stages -o in.jsonl",
        "lineage in.jsonl --engine spark -o in.jsonl",
        "lineage *.jsonl --engine spark -o in.jsonl",
        "duplicates in.jsonl -o in.jsonl",
        "duplicates in.jsonl --keep first --survivors in.jsonl -o dropped.jsonl",
        "tune in.jsonl --svg in.jsonl",
        "lineage in.jsonl -o kept.dedup",
        "index export kept.dedup -o kept.dedup",
        "index export kept.dedup -o other.dedup",
    ],
)
def test_what_is_read_is_not_overwritten(
    arguments: str,
    pile: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(pile).rename("in.jsonl")
    Path("link.jsonl").symlink_to("in.jsonl")
    for name in ("kept.dedup", "other.dedup"):
        assert main(["index", "add", name, HARBOUR, "--quiet"]) == 0
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    capfd.readouterr()
    assert main(arguments.split()) == 2
    assert "name another file to write" in capfd.readouterr().err
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_standard_input_is_not_overwritten(pile: str) -> None:
    before = Path(pile).read_bytes()
    with open(pile, "rb") as stream:
        found = run("lineage", "-", "--format", "jsonl", "-o", pile, stdin=stream)
    assert found.returncode == 2
    assert b"is read, and would be overwritten" in found.stderr
    assert Path(pile).read_bytes() == before


def test_a_folder_that_is_read_may_hold_the_output(pile: str, tmp_path: Path) -> None:
    output = tmp_path / "tree.out"
    for _ in range(2):
        assert main(["lineage", str(tmp_path), "-o", str(output), "-q"]) == 0
    assert output.read_text(encoding="utf-8")


def test_one_file_for_two_outputs(pile: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    output = str(tmp_path / "x.jsonl")
    assert main(["duplicates", pile, "--survivors", output, "-o", f"{tmp_path}/./x.jsonl"]) == 2
    assert "name two files" in capfd.readouterr().err
    assert not Path(output).exists()


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is always full")
@pytest.mark.parametrize(
    "arguments",
    [
        "lineage IN",
        "duplicates IN",
        "tune IN",
        "index export KEPT",
        "index show KEPT a --json",
        "index stats KEPT",
    ],
)
def test_a_full_standard_output_is_told(arguments: str, pile: str, tmp_path: Path) -> None:
    kept = str(tmp_path / "kept.dedup")
    if "KEPT" in arguments:
        assert main(["index", "add", kept, pile, "--quiet", "--skip-bad"]) == 0
    with open("/dev/full", "wb") as full:
        command = [{"IN": pile, "KEPT": kept}.get(word, word) for word in arguments.split()]
        found = subprocess.run(
            [sys.executable, "-m", "dedup", *command], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert found.returncode == 2
    last = found.stderr.decode().splitlines()[-1]
    assert last == "dedup: error: standard output cannot be written: no space left on device"


@pytest.mark.parametrize(
    "arguments",
    [
        "lineage IN --format tree -o k.parquet",
        "lineage IN --format jsonl -o k.PARQUET",
        "lineage IN --format jsonl --memory 1GB -o k.parquet",
        "lineage IN --format jsonl --engine spark -o k.parquet",
        "lineage IN --format parquet -o k.jsonl",
        "duplicates IN --format text -o k.parquet",
        "duplicates IN --format jsonl --keep first -o k.parquet",
        "index export kept.dedup -o k.parquet",
    ],
)
def test_a_format_that_contradicts_the_ending(
    arguments: str,
    pile: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments.replace("IN", pile).split()) == 2
    assert "ends in" in capfd.readouterr().err
    assert os.listdir() == ["pile.jsonl"]


def test_an_ending_chooses_without_a_format(pile: str, tmp_path: Path) -> None:
    for number, format_options in enumerate(([], ["--format", "parquet"])):
        output = tmp_path / f"{number}.parquet"
        assert main(["lineage", pile, "-q", "-o", str(output), *format_options]) == 0
        assert output.read_bytes()[:4] == b"PAR1"


def test_a_closed_standard_output_is_told(pile: str) -> None:
    command = f'"{sys.executable}" -m dedup lineage "{pile}" >&-'
    found = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, check=False)
    assert found.returncode == 2
    assert found.stderr == b"dedup: error: standard output cannot be written: it is closed\n"
