"""Placements of an index as tables for a terminal, and as records."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Any

from dedup.evidence.terminal import plain
from dedup.feeds.watch import record_of

if TYPE_CHECKING:
    from dedup.index.placements import Placement

_WIDEST = 100_000  # columns of a table that is not for a terminal: what reads it loses nothing


def table(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Lay out a table.

    Parameters
    ----------
    titles : sequence of str
        Of the columns.
    rows : iterable of sequence
        Cells; numbers are set to the right, with commas.

    Returns
    -------
    list of str
        Lines. On a terminal as wide as that, with what is longer broken into lines; else as wide as it takes.

    Examples
    --------
    >>> table(["outlet", "articles"], [["Harbour Post", 12]])
    ['outlet        articles', 'Harbour Post        12']
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    found = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    cells = [list(row) for row in rows]
    for i, title in enumerate(titles):
        is_number = bool(cells) and all(isinstance(row[i], int) for row in cells)
        found.add_column(title, justify="right" if is_number else "left", overflow="fold")
    for row in cells:
        found.add_row(*(Text(f"{cell:,}" if isinstance(cell, int) else plain(str(cell))) for cell in row))
    is_terminal = sys.stdout is not None and sys.stdout.isatty()
    # A file of its own: what is captured is written out, though empty, and standard output may be full.
    console = Console(file=StringIO(), force_terminal=is_terminal, width=None if is_terminal else _WIDEST)
    with console.capture() as captured:
        console.print(found)
    return [line.rstrip() for line in captured.get().rstrip("\n").split("\n")]


def placement_table(placements: Iterable[Placement], *, tell_known: bool = False) -> list[str]:
    """Lay out placements: an article with its main parent, then its other parents, a line each."""
    return table(["article", "is", "of", "family"], _rows(placements, tell_known))


def placement_record(placed: Placement) -> dict[str, Any]:
    """Write a placement as a record: that of `record_of`, and the keys ``known`` and ``changed``."""
    return record_of(placed) | {"known": placed.known, "changed": list(placed.changed)}


def _rows(placements: Iterable[Placement], tell_known: bool) -> Iterator[tuple[str, str, str, str]]:
    for placed in placements:
        name, family = placed.article.id, placed.family
        known = "known: " if tell_known and placed.known else ""
        if not placed.parents:
            yield name, f"{known}original", "", family
        for edge in placed.parents:
            yield name, f"{known}{edge.relation} {edge.probability:.2f}", edge.parent, family
            name = family = known = ""
