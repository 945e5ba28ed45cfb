"""What the README shows is what the program does."""

import contextlib
import io
import re
import shlex
import shutil
from pathlib import Path

import click
import pytest

from dedup.cli.main import cli, main

PROJECT = Path(__file__).parents[1]
TEXT = (PROJECT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
PROGRAMS = [
    (body, BLOCKS[place + 1][1])
    for place, (kind, body) in enumerate(BLOCKS)
    if kind == "python" and BLOCKS[place + 1][0] == "text"
]
SESSIONS = [body for kind, body in BLOCKS if kind == "console"]
COMMANDS = [
    line.partition("|")[2].strip() if "|" in line else line
    for kind, body in BLOCKS
    if kind == "sh"
    for line in body.splitlines()
    if "dedup " in line
]


@pytest.fixture(autouse=True)
def in_the_project(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)


def test_there_is_something_to_hold_true() -> None:
    assert len(PROGRAMS) == sum(kind == "python" for kind, _ in BLOCKS) == 3
    assert len(SESSIONS) == 1
    assert len(COMMANDS) == 11


@pytest.mark.parametrize(("program", "output"), PROGRAMS)
def test_programs_print_what_is_shown(
    program: str, output: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(PROJECT / "examples", tmp_path / "examples")
    monkeypatch.chdir(tmp_path)  # where files may be made
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        exec(program, {})
    assert said.getvalue() == output


@pytest.mark.parametrize("session", SESSIONS)
def test_commands_print_what_is_shown(session: str, capfd: pytest.CaptureFixture[str]) -> None:
    command, _, output = session.partition("\n")
    assert main(shlex.split(command)[2:]) == 0
    assert capfd.readouterr().out == output


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_have_the_options_shown(line: str) -> None:
    program, name, *arguments = shlex.split(line, comments=True)
    assert program == "dedup"
    command = cli.commands[name]
    while isinstance(command, click.Group):
        command = command.commands[arguments.pop(0)]
    command.parse_args(click.Context(command), arguments)


def test_figures_are_those_of_the_page_on_quality() -> None:
    figures = TEXT.partition("<!-- figures -->")[2].partition("<!-- end of figures -->")[0].strip()
    assert figures.count("\n") == 5
    assert figures in (PROJECT / "docs" / "quality.md").read_text(encoding="utf-8")


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^):]+)\)", TEXT):
        assert (PROJECT / target).exists(), target
    for target in re.findall(r"`make (\w+)`|^make (\w+)", TEXT, re.MULTILINE):
        assert re.search(rf"^{''.join(target)}:", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE)
