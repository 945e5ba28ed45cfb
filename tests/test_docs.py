"""What the pages of docs/ show is what the program does, and the site that is made of them has everything."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from types import FunctionType

import click
import pytest

import dedup
import dedup.corpus
import dedup.spark
from dedup import errors
from dedup.cli.main import cli
from docs import hooks
from tests.pages import DOCS, PROJECT, READ, RUN, find_blocks, find_pages, run_page

PAGES = {page.relative_to(DOCS).as_posix(): page.read_text(encoding="utf-8") for page in find_pages()}
UNTESTED = {
    "feeds.md": 3,
    "how-to/daily.md": 2,
    "how-to/spark.md": 2,
    "index.md": 1,
    "newsroom-index.md": 2,
    "spark.md": 5,
    "tutorial.md": 1,
}
"""Blocks that are not run, by page: more of them are a decision."""


def name_commands(command: click.Command, path: str = "dedup") -> Iterator[str]:
    yield path
    for name, child in getattr(command, "commands", {}).items():
        yield from name_commands(child, f"{path} {name}")


COMMANDS = sorted(name_commands(cli))
ERRORS = sorted(
    name for name, thing in vars(errors).items() if isinstance(thing, type) and name != "Sequence"
)


def methods(thing: object) -> set[str]:
    """Name the public methods and properties of a class of the library, inherited ones included."""
    classes = thing.__mro__ if isinstance(thing, type) and not issubclass(thing, Exception) else ()
    own = [one for one in classes if one.__module__.startswith("dedup.")]
    kinds = (FunctionType, property, cached_property, classmethod, staticmethod)
    return {
        name
        for one in own
        for name, member in vars(one).items()
        if isinstance(member, kinds) and not name.startswith("_")
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the site as `make docs` does."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=PROJECT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.mark.parametrize("name", [name for name, text in PAGES.items() if find_blocks(text)])
def test_blocks_do_what_is_shown(name: str, tmp_path: Path) -> None:
    for block, shown, said in run_page(PAGES[name], tmp_path):
        assert said == shown, f"docs/{name}, line {block.line}"


def test_what_is_shown_wrong_is_noticed(tmp_path: Path) -> None:
    page = (
        "```python\nprint(2)\n```\n```text\n1\n```\n```console\n$ echo 3\n4\n```\n```sh\nfalse\ntrue\n```\n"
    )
    run = run_page(page, tmp_path)
    assert next(run)[1:] == ("1\n", "2\n")
    assert next(run)[1:] == ("$ echo 3\n4\n", "$ echo 3\n3\n")
    with pytest.raises(AssertionError, match="false"):
        next(run)


@pytest.mark.parametrize("name", PAGES)
def test_blocks_are_of_a_kind_that_is_known(name: str) -> None:
    text = PAGES[name]
    blocks = find_blocks(text)
    assert 2 * len(blocks) == len(re.findall(r"^ *(```|~~~)", text, re.MULTILINE)), "a block that is not seen"
    for block in blocks:
        assert block.untested or block.kind in RUN + READ, f"docs/{name}, line {block.line}: {block.kind!r}"
        if block.kind == "json":
            body = text[block.start : block.end]
            assert json.loads(f"[{body}]" if body.count("\n") == 1 else body), (
                f"docs/{name}, line {block.line}"
            )


def test_what_is_not_run_is_counted() -> None:
    n_untested = {
        name: sum(bool(block.untested) for block in find_blocks(text)) for name, text in PAGES.items()
    }
    assert {name: n for name, n in n_untested.items() if n} == UNTESTED


def test_the_site_has_every_public_name(site: Path) -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in (site / "reference").glob("*.html"))
    there = set(re.findall(r'id="(dedup\.[\w.]+)"', pages))
    names = {f"dedup.{name}" for name in dedup.__all__ if name not in ERRORS}
    names |= {f"dedup.errors.{name}" for name in ERRORS}
    names |= {
        f"{package.__name__}.{name}" for package in (dedup.corpus, dedup.spark) for name in package.__all__
    }
    names |= {f"dedup.{name}.{method}" for name in dedup.__all__ for method in methods(getattr(dedup, name))}
    assert names - there == {"dedup.__version__"}
    assert "dedup.__version__" in pages


def test_the_site_has_every_command(site: Path) -> None:
    page = (site / "reference" / "commands.html").read_text(encoding="utf-8")
    assert re.findall(r'<h2 id="([^"]+)"', page) == [path.replace(" ", "-") for path in COMMANDS]
    assert "--min-probability" in page
    assert hooks.MARK not in page


def test_the_site_needs_no_network(site: Path) -> None:
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert not re.search(r"<(script|link|img|iframe)[^>]+(src|href)=\"?(https?:)?//", text), page
        assert "mermaid" not in re.findall(r'<pre class="(\w+)"', text), "needs a script from elsewhere"


def test_links_that_leave_docs_lead_somewhere() -> None:
    for name, text in PAGES.items():
        for target in re.findall(r"`(examples/[\w./-]+)`", text):
            assert (PROJECT / target).exists(), f"docs/{name}: {target}"
        for target in re.findall(r"`make ([\w-]+)`", text):
            assert re.search(rf"^{target}:", (PROJECT / "Makefile").read_text("utf-8"), re.MULTILINE), target
