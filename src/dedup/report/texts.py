"""Texts and what edges rest on, as the page of a report reads them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from dedup.evidence.evidence import compare_spelled
from dedup.evidence.marks import Mark, mark_facts
from dedup.evidence.spelled import Spelled, spell
from dedup.evidence.summary import sentence

if TYPE_CHECKING:
    from dedup.lineage.graph import Edge

_KINDS = ("quote", "number", "name")


@dataclass(frozen=True)
class Body:
    """The text of an article, cut into the paragraphs that evidence counts; made by `read_body`.

    Attributes
    ----------
    spelled : Spelled
        Its words.
    """

    spelled: Spelled

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Where each paragraph starts and ends in the text, without the white space around it."""
        return list(_spans(self.spelled))

    @property
    def paragraphs(self) -> list[str]:
        """The paragraphs: together the whole text but for white space around them."""
        return [self.spelled.text[start:end] for start, end in self.spans]


def read_body(text: str) -> Body:
    r"""Cut a text into paragraphs.

    Parameters
    ----------
    text : str
        Of any length.

    Returns
    -------
    Body
        Its paragraphs, none of which is empty; one if the text has no words.

    Examples
    --------
    >>> read_body("It is shut.\n\nSo be it!").paragraphs
    ['It is shut.', 'So be it!']
    """
    return Body(spell(text))


def edge_record(edge: Edge, child: Body, parent: Body) -> dict[str, Any]:
    """Write down what an edge rests on.

    Parameters
    ----------
    edge : Edge
        The edge.
    child, parent : Body
        The texts of its articles.

    Returns
    -------
    dict
        ``said``, a sentence; ``pairs``, paragraphs of child and parent with their share in per cent;
        ``marks`` of the child and of the parent, each mark as paragraph, start, end and kind (0 quote,
        1 number, 2 name, 3 more if the other text lacks it), counted in UTF-16 units, as a browser counts;
        and the lists of `dedup.Evidence`.
    """
    found = compare_spelled(child.spelled, parent.spelled)
    return {
        "said": sentence(edge.relation, found.summary),
        "pairs": [
            [pair.child_paragraph, pair.parent_paragraph, round(100 * pair.share)] for pair in found.aligned
        ],
        "marks": [
            list(_marks(child, mark_facts(child.spelled, parent.spelled))),
            list(_marks(parent, mark_facts(parent.spelled, child.spelled))),
        ],
        "quotes": found.shared_quotes,
        "numbers": found.shared_numbers,
        "names": found.shared_names,
        "added": found.added,
        "dropped": found.dropped,
        "run": found.longest_run,
        "leftOut": found.n_left_out,
    }


def _spans(read: Spelled) -> Iterator[tuple[int, int]]:
    cuts = [0, *(_cut(read, int(first)) for first in read.paragraphs[1:-1].tolist()), len(read.text)]
    for start, end in pairwise(cuts):
        kept = read.text[start:end]
        n_before = len(kept) - len(kept.lstrip())
        yield start + n_before, max(start + len(kept.rstrip()), start + n_before)


def _cut(read: Spelled, first: int) -> int:
    """Return where a paragraph starts: on a line of its own, or after the marks that end the one before."""
    before, after = int(read.ends[first - 1]), int(read.starts[first])
    gap = read.text[before:after]
    if "\n" in gap:
        return before + gap.rindex("\n") + 1
    return before + next((i for i, character in enumerate(gap) if character.isspace()), 0)


def _marks(body: Body, marks: Sequence[Mark]) -> Iterator[list[int]]:
    starts = [start for start, _ in body.spans]
    for mark in marks:
        at = bisect_right(starts, mark.start) - 1
        place, text = starts[at], body.spelled.text
        start, end = (_units(text[place:edge]) for edge in (mark.start, mark.end))
        yield [at, start, end, _KINDS.index(mark.kind) + (0 if mark.shared else len(_KINDS))]


def _units(text: str) -> int:
    """Count the UTF-16 units of a text."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2
