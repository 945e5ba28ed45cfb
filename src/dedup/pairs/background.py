"""Background frequencies: how common a term is in ordinary language, so that few articles can be weighed.

The table ``background.npz`` holds the stems that stand in one article of 400 words in 250, or more. English
comes from the word counts of the Google Books Ngram corpus (CC BY 3.0) as ordered in SymSpell's frequency
dictionary; 35 other languages from the Universal Declaration of Human Rights, which knows their function
words at least; figures by their number of digits. ``benchmarks/background.py`` makes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from dedup.text.batches import NUMBER, Tokens

UNIT = 32
"""Weights are whole numbers of 1/32 nat, so that sums of them are exact in whatever order they are taken."""

RARE = 0.0005
"""Background frequency of a term that the table does not list."""

_RARE_SURPRISE = np.uint8(round(-UNIT * np.log(RARE)))


@dataclass(frozen=True, slots=True)
class _Table:
    """Sorted hashes, each with a value, and where the hashes of each drawer, of one beginning, begin."""

    keys: NDArray[np.uint64]
    values: NDArray[np.generic]
    drawers: NDArray[np.int32]
    shift: np.uint64
    deepest: int

    def look_up(self, hashes: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Find hashes: which of those asked for are in the table, and where."""
        places = self.drawers[hashes >> self.shift]
        hits = np.flatnonzero(self.keys[places] == hashes)
        asked, found = [hits], [places[hits]]
        for depth in range(1, self.deepest):  # a drawer seldom holds more than one
            crowded = np.flatnonzero(self.keys[places + depth] == hashes)
            asked.append(crowded)
            found.append(places[crowded] + depth)
        return np.concatenate(asked), np.concatenate(found).astype(np.int64)


def _make_table(keys: NDArray[np.uint64], values: NDArray[np.generic]) -> _Table:
    bits = len(keys).bit_length() + 4
    shift = np.uint64(64 - bits)
    drawers = np.searchsorted(keys, np.arange(1 << bits, dtype=np.uint64) << shift).astype(np.int32)
    deepest = int(np.diff(np.append(drawers, len(keys))).max())
    padded = np.concatenate([keys, np.zeros(deepest, np.uint64)])  # a look past the end finds nothing
    return _Table(padded, values, drawers, shift, deepest)


@cache
def _tables() -> tuple[_Table, _Table]:
    with np.load(str(files("dedup.pairs").joinpath("background.npz"))) as stored:
        return (
            _make_table(stored["stems"], stored["surprise"]),
            _make_table(stored["number_words"], stored["numbers"]),
        )


def surprise(hashes: NDArray[np.uint64]) -> NDArray[np.uint8]:
    """Look up how surprising terms are in ordinary language.

    Parameters
    ----------
    hashes : ndarray of uint64, shape (n_terms,)
        Stems, as in `Tokens.stems`.

    Returns
    -------
    ndarray of uint8, shape (n_terms,)
        Minus the natural logarithm of the share of articles that have the term, in units of 1/32; 243 for a
        term that is not in the table.

    Examples
    --------
    >>> from dedup.text.batches import tokens
    >>> surprise(tokens(["the harbour Vennport"]).stems).tolist()
    [0, 172, 243]
    """
    table = _tables()[0]
    asked, found = table.look_up(hashes)
    surprises = np.full(len(hashes), _RARE_SURPRISE)
    surprises[asked] = table.values[found]
    return surprises


def read_numbers(tokens: Tokens) -> tuple[NDArray[np.uint64], NDArray[np.bool_]]:
    """Read spelled numbers as figures.

    Parameters
    ----------
    tokens : Tokens
        Of any number of articles.

    Returns
    -------
    stems : ndarray of uint64, shape (n_words,)
        `Tokens.stems`, with the hash of the figures where a number is spelled out in English, German,
        Spanish, French, Italian, Portuguese or Dutch; from two on, because "one" and its like are articles
        in most of them.
    is_number : ndarray of bool, shape (n_words,)
        Whether a token is a number, in figures or letters.

    Examples
    --------
    >>> from dedup.text.batches import tokens
    >>> stems, is_number = read_numbers(tokens(["twelve dozen 12"]))
    >>> is_number.tolist(), bool(stems[0] == stems[2])
    ([True, True, True], True)
    """
    table = _tables()[1]
    asked, found = table.look_up(tokens.words)
    stems = tokens.stems.copy()
    stems[asked] = table.values[found]
    is_number = (tokens.kinds & NUMBER) > 0
    is_number[asked] = True
    return stems, is_number
