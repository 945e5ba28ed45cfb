"""Parts of a pile: runs of texts that are read together, by one process or another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dedup.text.batches import batches
from dedup.workers import Workers

PART = 500_000
"""Characters of a part: 10 ms of work or more, and some 40 MB while it is worked on."""

MOST_TEXTS = 1 << 16
"""Texts of a part, however short they are."""

ALONE = Workers(1)
"""No other process."""


@dataclass(frozen=True, slots=True)
class Part:
    """Consecutive texts of a pile.

    Attributes
    ----------
    first : int
        Number of the first of them in the pile.
    texts : sequence of str
        At least one, at most `MOST_TEXTS`.
    """

    first: int
    texts: Sequence[str]


def cut_parts(texts: Sequence[str]) -> Iterator[Part]:
    """Cut a pile into parts.

    Parameters
    ----------
    texts : sequence of str
        Any number of texts.

    Yields
    ------
    Part
        Together all of the texts, in order.

    Examples
    --------
    >>> [(part.first, len(part.texts)) for part in cut_parts(["a" * 300_000] * 3)]
    [(0, 2), (2, 1)]
    """
    first = 0
    for batch in batches(texts, PART):
        for at in range(0, len(batch), MOST_TEXTS):
            yield Part(first + at, batch[at : at + MOST_TEXTS])
        first += len(batch)
