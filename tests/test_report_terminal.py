"""Colours in a terminal, and none where the output goes elsewhere."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dedup.cli.main import main

if os.name != "posix":
    pytest.skip("terminals of POSIX", allow_module_level=True)

HARBOUR = Path(__file__).parents[1] / "examples" / "harbour.jsonl"
CODE = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def texts(tmp_path: Path) -> list[str]:
    rows = {row["id"]: row["text"] for row in map(json.loads, HARBOUR.read_text("utf-8").splitlines())}
    names = ("harbour-post-1", "averil-courier")
    for name in names:
        (tmp_path / f"{name}.txt").write_text(rows[name], encoding="utf-8")
    return [str(tmp_path / f"{name}.txt") for name in names]


def on_a_terminal(*arguments: str, **variables: str) -> tuple[str, int]:
    """Return what a command prints when its standard output is a terminal, and its exit status."""
    reader, terminal = os.openpty()
    environment = {
        name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")
    }
    with subprocess.Popen(
        [sys.executable, "-m", "dedup", *arguments],
        stdout=terminal,
        stderr=subprocess.STDOUT,
        env=environment | {"TERM": "xterm-256color"} | variables,
    ) as process:
        os.close(terminal)
        pieces = []
        while True:
            try:
                piece = os.read(reader, 65536)
            except OSError:  # what Linux says when the other side was closed
                break
            if not piece:
                break
            pieces.append(piece)
    os.close(reader)
    return b"".join(pieces).decode().replace("\r\n", "\n"), process.returncode


def test_the_tree_in_colour_is_the_plain_one(capfd: pytest.CaptureFixture[str]) -> None:
    coloured, _ = on_a_terminal("lineage", str(HARBOUR), "--quiet")
    assert main(["lineage", str(HARBOUR)]) == 0
    plain = capfd.readouterr().out
    assert "\x1b" not in plain
    assert CODE.sub("", coloured) == plain
    assert "\x1b[35mrewrite .93  \x1b[0m" in coloured
    assert "\x1b[31mcopy .95  \x1b[0m" in coloured


def test_a_comparison_in_colour_is_the_plain_one(texts: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    coloured, _ = on_a_terminal("compare", *texts)
    assert main(["compare", *texts]) == 0
    plain = capfd.readouterr().out
    assert "\x1b" not in plain
    assert CODE.sub("", coloured) == plain
    assert "\x1b[32mshared numbers\x1b[0m  two; 4.50; 14;" in coloured
    head, said, *_ = coloured.splitlines()
    assert head == f"{texts[1]}, beside {texts[0]}:"
    assert said.startswith("\x1b[1mAll 9 paragraphs follow the source, in order;")


@pytest.mark.parametrize("variables", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_no_colour_where_none_is_wanted(variables: dict[str, str], texts: list[str]) -> None:
    assert "\x1b" not in on_a_terminal("compare", *texts, **variables)[0]


def test_no_colour_in_a_file(tmp_path: Path) -> None:
    said, status = on_a_terminal("lineage", str(HARBOUR), "-o", str(tmp_path / "tree.txt"), "--quiet")
    assert (said, status) == ("", 0)
    assert "\x1b" not in (tmp_path / "tree.txt").read_text(encoding="utf-8")


def test_a_report_is_not_written_to_a_terminal() -> None:
    said, status = on_a_terminal("lineage", str(HARBOUR), "--format", "html")
    assert said == "dedup: error: a report is nothing for a terminal; name a file: --output report.html\n"
    assert status == 2
