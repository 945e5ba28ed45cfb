"""Numbers and quotes of a text, as it spells them, and which of them two texts share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dedup.evidence.align import shingle_hits
from dedup.evidence.spelled import Spelled
from dedup.text.batches import NUMBER, QUOTED

SHORTEST_QUOTE = 4
"""Words from which a quote counts."""

_QUOTE_SHINGLE, _QUOTE_SHARE = 3, 0.75  # a quote is shared if so much of its word 3-grams is


class Shared(NamedTuple):
    """Numbers or names of two texts.

    Attributes
    ----------
    shared : tuple of str
        Those of the child that the parent has, as the child spells them.
    added, dropped : tuple of str
        Those that only the child has, and those that only the parent has.
    """

    shared: tuple[str, ...]
    added: tuple[str, ...]
    dropped: tuple[str, ...]


def find_numbers(read: Spelled) -> tuple[dict[int, str], set[int]]:
    """Find the numbers of a text.

    Parameters
    ----------
    read : Spelled
        The text.

    Returns
    -------
    numbers : dict of int to str
        Hash of each number's digits, and its first spelling; in order of appearance.
    in_figures : set of int
        Those that are written in figures somewhere.

    Examples
    --------
    >>> from dedup.evidence.spelled import spell
    >>> numbers, in_figures = find_numbers(spell("Twelve of 1,140 came, 12 left; 1140."))
    >>> list(numbers.values()), len(in_figures)
    (['Twelve', '1,140'], 2)
    """
    places = np.flatnonzero(read.numbers)
    keys = read.stems[places].tolist()
    spans = zip(read.starts[places].tolist(), read.ends[places].tolist(), strict=True)
    numbers: dict[int, str] = {}
    for key, (start, end) in zip(keys, spans, strict=True):
        if key not in numbers:
            numbers[key] = read.text[start:end]
    return numbers, set(read.stems[places[(read.kinds[places] & NUMBER) > 0]].tolist())


def find_quotes(read: Spelled) -> list[tuple[int, int]]:
    """Find the quotes of a text that have four words or more.

    Parameters
    ----------
    read : Spelled
        The text.

    Returns
    -------
    list of tuple of int
        First word of each quote, and the word after its last. Quotes with nothing between them are one.

    Examples
    --------
    >>> from dedup.evidence.spelled import spell
    >>> find_quotes(spell('He said: "It did not crack." And: "Oh."'))
    [(2, 6)]
    """
    quoted = (read.kinds & QUOTED) > 0
    edges = np.flatnonzero(np.diff(quoted, prepend=False, append=False))
    cuts = read.paragraphs[1:-1]
    cuts = cuts[quoted[cuts] & quoted[cuts - 1]]
    bounds = np.sort(np.concatenate([edges, cuts, cuts]))
    pairs = bounds.reshape(-1, 2)
    return [(first, end) for first, end in pairs.tolist() if end - first >= SHORTEST_QUOTE]


def share_quotes(child: Spelled, parent: Spelled, quotes: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Tell which quotes of a text stand in another.

    Parameters
    ----------
    child, parent : Spelled
        The texts.
    quotes : sequence of tuple of int
        Those of the child, from `find_quotes`.

    Returns
    -------
    list of tuple of int
        Those three quarters of whose word 3-grams stand in the parent.

    Examples
    --------
    >>> from dedup.evidence.spelled import spell
    >>> said = spell('He said: "It did not crack."')
    >>> share_quotes(said, spell("That it did not crack is certain."), find_quotes(said))
    [(2, 6)]
    """
    if not quotes:
        return []
    hits = shingle_hits(child, parent, _QUOTE_SHINGLE)
    return [
        (first, end) for first, end in quotes if hits[first : end - _QUOTE_SHINGLE + 1].mean() >= _QUOTE_SHARE
    ]


def share_numbers(child: Spelled, parent: Spelled) -> Shared:
    """Tell the numbers that two texts share from those that one of them has alone.

    Parameters
    ----------
    child, parent : Spelled
        The texts.

    Returns
    -------
    Shared
        A number in words counts if one of the texts has it in figures.

    Examples
    --------
    >>> from dedup.evidence.spelled import spell
    >>> share_numbers(spell("Fourteen of 96 failed"), spell("14 of the three")).shared
    ('Fourteen',)
    """
    ours, our_figures = find_numbers(child)
    theirs, their_figures = find_numbers(parent)
    figures = our_figures | their_figures
    return Shared(
        tuple(number for key, number in ours.items() if key in figures and key in theirs),
        tuple(number for key, number in ours.items() if key in our_figures and key not in theirs),
        tuple(number for key, number in theirs.items() if key in their_figures and key not in ours),
    )
