"""What was asked, what was measured, and a page that sets one beside the other."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

NAMES = {
    "family_f1": "family F1",
    "edge_f1": "edge F1",
    "link_f1": "link F1",
    "ancestry_f1": "ancestry F1",
    "root_acc": "root",
    "relation_acc": "relation",
    "false_kin": "false kin",
}
"""How measures are called on the page; others go by their own name."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What is asked of one measure.

    Attributes
    ----------
    name : str
        The measure.
    limit : float
        The value that counts as met.
    aim : float or None
        The value that is hoped for.
    rising : bool
        Whether more is better.
    """

    name: str
    limit: float
    aim: float | None
    rising: bool

    def met(self, value: float) -> bool:
        """Say whether a value meets the bound."""
        return value >= self.limit if self.rising else value <= self.limit

    def __str__(self) -> str:
        aim = "" if self.aim is None else f" (aim {_brief(self.aim)})"
        return f"{_named(self.name)} {'≥' if self.rising else '≤'} {_brief(self.limit)}{aim}"


def at_least(**limits: float | tuple[float, float]) -> tuple[Bound, ...]:
    """Ask for measures of these values or more; of two values, the second is the aim."""
    return tuple(_bound(name, limit, rising=True) for name, limit in limits.items())


def at_most(**limits: float | tuple[float, float]) -> tuple[Bound, ...]:
    """Ask for measures of these values or less; of two values, the second is the aim."""
    return tuple(_bound(name, limit, rising=False) for name, limit in limits.items())


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table.

    Attributes
    ----------
    on : str
        What was measured on.
    bounds : tuple of Bound
        What was asked.
    measured : mapping of str to float, or None
        Each measure that was asked for; None where the corpus is not at hand.
    """

    on: str
    bounds: tuple[Bound, ...]
    measured: Mapping[str, float] | None

    def cells(self) -> tuple[str, str, str, str]:
        """Return the cells of the line; what was missed is set in bold."""
        asked = ", ".join(map(str, self.bounds))
        if self.measured is None:
            return self.on, asked, "not at hand", "—"
        shown, missed = [], 0
        for bound in self.bounds:
            value = self.measured[bound.name]
            met = bound.met(value)
            missed += not met
            shown.append(
                f"{_named(bound.name)} {show(value)}" if met else f"**{_named(bound.name)} {show(value)}**"
            )
        return (
            self.on,
            asked,
            ", ".join(shown),
            "yes" if not missed else f"no: {missed} of {len(shown)} missed",
        )


@dataclass(frozen=True, slots=True)
class Section:
    """What one measurement says.

    Attributes
    ----------
    lines : tuple of Line
        For the table at the top.
    text : str
        Markdown, from a heading on; empty for none.
    """

    lines: tuple[Line, ...]
    text: str = ""


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a Markdown table; measures with three digits."""
    cells = [[show(cell) if isinstance(cell, float) else str(cell) for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in [list(head), ["---"] * len(head), *cells])


def show(value: float) -> str:
    """Write a count as it is, and a measure with three digits.

    Examples
    --------
    >>> show(3), show(0.98), show(-0.0261), show(1.0)
    ('3', '.980', '-.026', '1.000')
    """
    return str(value) if isinstance(value, int) else re.sub(r"^(-?)0\.", r"\1.", f"{value:.3f}")


def fill(text: str) -> str:
    """Wrap the paragraphs of Markdown; tables, headings and lists stay as they are.

    Examples
    --------
    >>> fill("# A" + chr(10) * 2 + "one" + chr(10) + "two")
    '# A\\n\\none two'
    """
    blocks = text.strip().split("\n\n")
    return "\n\n".join(block if block[0] in "|#-<" else textwrap.fill(block, 110) for block in blocks)


def _bound(name: str, limit: float | tuple[float, float], *, rising: bool) -> Bound:
    if isinstance(limit, tuple):
        return Bound(name, *limit, rising)
    return Bound(name, limit, None, rising)


def _brief(limit: float) -> str:
    return f"{limit:g}".replace("0.", ".", 1)


def _named(name: str) -> str:
    return NAMES.get(name, name.replace("_", " "))
