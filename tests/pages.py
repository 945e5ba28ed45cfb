"""The pages of docs/: their code blocks, and what they print.

On a page, blocks are run from the top, in one folder with a copy of examples/, and Python blocks in one
namespace:

- ``python``: a ``text`` block right below it shows what it prints; without one it prints nothing;
- ``console``: commands after ``$``, each with what it prints on standard output;
- ``sh``: a script, which must succeed; what it prints is not shown;
- other kinds (``text``, ``json``, ...) are there to be read.

What cannot be run has a title that says why, which readers see, too: ``title="not tested: needs a cluster"``.

``python -m tests.pages PAGE...`` writes what is printed now into pages; look at it before you commit it.
"""

import contextlib
import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[1]
DOCS = PROJECT / "docs"
READ = ("text", "json", "xml", "html", "ini", "csv", "toml", "yaml")
RUN = ("python", "console", "sh")

_FENCE = re.compile(r"^```(?P<kind>\w*)(?: +(?P<more>[^\n]*))?\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A code block of a page.

    Attributes
    ----------
    kind : str
        What stands behind the fence, such as ``python``.
    untested : str
        Why it is not run; empty if it is.
    start, end : int
        Where its lines stand in the page.
    line : int
        The line of its fence, counted from 1.
    shows : bool
        Whether it is the ``text`` that a ``python`` block right above it prints.
    """

    kind: str
    untested: str
    start: int
    end: int
    line: int
    shows: bool


def find_pages() -> list[Path]:
    return sorted(DOCS.rglob("*.md"))


def find_blocks(text: str) -> list[Block]:
    blocks: list[Block] = []
    for found in _FENCE.finditer(text):
        said = re.search(r'title="not tested: ([^"]+)"', found["more"] or "")
        last = blocks[-1] if blocks else None
        near = last is not None and not text[last.end + 3 : found.start()].strip()
        blocks.append(
            Block(
                kind=found["kind"],
                untested=said[1] if said else "",
                start=found.start("body"),
                end=found.end("body"),
                line=text.count("\n", 0, found.start()) + 1,
                shows=found["kind"] == "text"
                and near
                and last is not None
                and last.kind == "python"
                and not last.untested,
            )
        )
    return blocks


def run_page(text: str, folder: Path) -> Iterator[tuple[Block, str, str]]:
    """Run the blocks of a page; yield those that show something, with that and with what they should show."""
    shutil.copytree(PROJECT / "examples", folder / "examples")
    namespace: dict[str, object] = {"__name__": "__page__"}
    blocks = find_blocks(text)
    for at, block in enumerate(blocks):
        body = text[block.start : block.end]
        if block.untested or block.kind not in RUN:
            continue
        if block.kind == "python":
            said = _run_python(body, namespace, folder)
            below = blocks[at + 1] if at + 1 < len(blocks) else block
            yield (below, text[below.start : below.end], said) if below.shows else (block, "", said)
        elif block.kind == "sh":
            _run_shell(f"set -e\n{body}", folder)
        else:
            commands = re.findall(r"^\$ (.*\n)", body, re.MULTILINE)
            yield block, body, "".join(f"$ {line}{_run_shell(line, folder)}" for line in commands)


def update(page: Path) -> None:
    """Write into a page what its blocks print."""
    text = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as folder:
        shown = list(run_page(text, Path(folder)))
    for block, _, said in reversed(shown):
        if block.shows or block.kind == "console":
            text = text[: block.start] + said + text[block.end :]
        elif said:
            raise SystemExit(f"{page}:{block.line}: prints something; put a text block below it")
    page.write_text(text, encoding="utf-8")


def _run_python(body: str, namespace: dict[str, object], folder: Path) -> str:
    said = io.StringIO()
    with contextlib.chdir(folder), contextlib.redirect_stdout(said):
        exec(compile(body, "page", "exec"), namespace)
    return said.getvalue()


def _run_shell(body: str, folder: Path) -> str:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        ["sh", "-c", body],
        cwd=folder,
        env=os.environ | {"PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, f"{body}{done.stderr}"
    return done.stdout


if __name__ == "__main__":
    for name in sys.argv[1:]:
        update(Path(name))
