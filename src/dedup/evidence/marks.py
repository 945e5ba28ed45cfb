"""Where the facts of two texts stand, for a page that marks them."""

from __future__ import annotations

from typing import NamedTuple

from dedup.evidence.facts import find_numbers, find_quotes, share_quotes
from dedup.evidence.names import is_known, place_names, weigh_capitals
from dedup.evidence.spelled import Spelled


class Mark(NamedTuple):
    """A quote, a number or a name in a text.

    Attributes
    ----------
    start, end : int
        Characters ``start`` to ``end - 1`` of the text of a `Spelled`.
    kind : str
        ``quote``, ``number`` or ``name``.
    shared : bool
        Whether the other text has it, too.
    """

    start: int
    end: int
    kind: str
    shared: bool


def mark_facts(read: Spelled, other: Spelled) -> list[Mark]:
    """Find the quotes, numbers and names of a text, and which of them another text has.

    Parameters
    ----------
    read, other : Spelled
        The texts, either way round.

    Returns
    -------
    list of Mark
        By start, longest first; a name or a number may stand in a quote. A number in words is left out unless
        one of the texts has it in figures.

    Examples
    --------
    >>> from dedup.evidence.spelled import spell
    >>> ours, theirs = spell("Then Ida Brask saw 14 fail."), spell("It was Ida Brask, 3 said.")
    >>> [(ours.text[mark.start : mark.end], mark.shared) for mark in mark_facts(ours, theirs)]
    [('Ida Brask', True), ('14', False)]
    """
    starts, ends = read.starts.tolist(), read.ends.tolist()
    quotes = find_quotes(read)
    shared_quotes = set(share_quotes(read, other, quotes))
    marks = [
        Mark(starts[first], ends[end - 1], "quote", (first, end) in shared_quotes) for first, end in quotes
    ]
    marks += _numbers(read, other, starts, ends)
    weights, others = weigh_capitals(read), weigh_capitals(other)
    for first, end, key in place_names(read):
        marks.append(Mark(starts[first], ends[end - 1], "name", is_known(key, weights, others)))
    return sorted(marks, key=lambda mark: (mark.start, -mark.end, mark.kind))


def _numbers(read: Spelled, other: Spelled, starts: list[int], ends: list[int]) -> list[Mark]:
    ours, our_figures = find_numbers(read)
    theirs, their_figures = find_numbers(other)
    told = our_figures | (their_figures & set(ours))
    stems = read.stems.tolist()
    return [
        Mark(starts[place], ends[place], "number", stems[place] in theirs)
        for place in read.numbers.nonzero()[0].tolist()
        if stems[place] in told
    ]
