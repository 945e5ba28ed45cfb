"""A report: one HTML file that needs nothing else, for people to read."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import os
from collections.abc import Iterator
from importlib.resources import files
from string import Template
from typing import TYPE_CHECKING

from dedup.errors import InputError, shown
from dedup.evidence.terminal import plain
from dedup.formats.writers import write_lines
from dedup.report.data import Data
from dedup.report.look import RELATIONS, STRANGER

if TYPE_CHECKING:
    from dedup.lineage.graph import Lineage


_TITLE = "Who made what from whom"
_SCRIPTS = ("common.js", "overview.js", "tree.js", "family.js", "words.js", "edge.js", "main.js")
_STYLES = ("style.css", "views.css")
# In JSON these can only stand in strings: "<" could end the script, the others are line ends to some parsers.
_ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}


def write_report(lineage: Lineage, path: str | os.PathLike[str], *, title: str | None = None) -> None:
    """Write a lineage as a page for the browser; see `Lineage.to_html`."""
    if not isinstance(path, str | os.PathLike):
        raise InputError(f"path must be a string or a path, not {shown(path)}; name the file to write")
    write_lines(os.fspath(path), report_lines(lineage, title))


def report_lines(lineage: Lineage, title: str | None = None) -> Iterator[str]:
    """Make the lines of a report.

    Parameters
    ----------
    lineage : Lineage
        Of any size.
    title : str, optional
        Of the report; a general one by default.

    Yields
    ------
    str
        HTML, without the line ends. The same lineage and title make the same page.

    Raises
    ------
    InputError
        If `title` is not a string.

    Notes
    -----
    No script but the one in the page can run: a content security policy names its hash, and allows nothing
    else. What articles say stands in JSON, which is read as text.
    """
    script, style = _read(_SCRIPTS), _read(_STYLES) + _colours()
    page = Template(_read(("page.html",)))
    if title is None:
        title = _TITLE
    if not isinstance(title, str):
        raise InputError(f"title must be a string, not {shown(title)}")
    data = Data(lineage, title)
    head, _, foot = page.substitute(
        title=html.escape(plain(title)), style=style, script=script, policy=_policy(script, style), data="\0"
    ).partition("\0")
    yield head.rstrip("\n")
    yield _block("overview", data.overview())
    for i, block in enumerate(data.blocks()):
        yield _block(f"group-{i}", block)
    yield _block("alone", data.alone())
    yield foot.strip("\n")


def _read(names: tuple[str, ...]) -> str:
    folder = files("dedup.report") / "assets"
    return "".join((folder / name).read_text(encoding="utf-8") for name in names)


def _colours() -> str:
    """Return a class a relation, with its colour on light and on dark."""
    looks = {**{f"is-{name}": look for name, look in RELATIONS.items()}, "is-other": STRANGER}
    light = "".join(f".{name}{{--kind:{look.light}}}" for name, look in looks.items())
    dark = "".join(f".{name}{{--kind:{look.dark}}}" for name, look in looks.items())
    return f"{light}\n@media screen and (prefers-color-scheme:dark){{{dark}}}\n"


def _policy(script: str, style: str) -> str:
    allowed = "; ".join(
        f"{kind}-src 'sha256-{_hash(source)}'" for kind, source in (("script", script), ("style", style))
    )
    return (
        f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _hash(source: str) -> str:
    return base64.b64encode(hashlib.sha256(source.encode()).digest()).decode()


def _block(name: str, value: object) -> str:
    said = json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)
    return f'<script type="application/json" id="{name}">{said}</script>'
