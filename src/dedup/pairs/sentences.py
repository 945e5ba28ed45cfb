"""Sentences of one article against those of another, and exact sums of weights."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.pairs.background import UNIT
from dedup.pairs.terms import Occurrences
from dedup.ragged import ranges


def exact_sums(at: NDArray[np.int64], weights: NDArray[np.integer], n: int) -> NDArray[np.float64]:
    """Sum weights by place.

    Parameters
    ----------
    at : ndarray of int64, shape (n_weights,)
        Place of each, less than `n`.
    weights : ndarray of integer, shape (n_weights,)
        In units of 1/32 nat.
    n : int
        How many places there are.

    Returns
    -------
    ndarray of float64, shape (n,)
        In nats; sums of whole numbers below 2**53 are exact, so that their order does not matter.
    """
    return np.bincount(at, weights, n) / UNIT


class Grid:
    """The shared weight of every sentence of one article with every sentence of the other."""

    def __init__(
        self,
        found: Occurrences,
        pairs: NDArray[np.int64],
        pair: NDArray[np.int64],
        first: NDArray[np.int64],
        second: NDArray[np.int64],
        weights: NDArray[np.int32],
    ) -> None:
        n_units, n_places = found.n_units, np.diff(found.unit_offsets)
        self.rows, self.columns = n_units[pairs[:, 0]], n_units[pairs[:, 1]]
        self.starts = np.concatenate([[0], np.cumsum(self.rows * self.columns)])
        n_first, n_second = n_places[first], n_places[second]
        n_meetings = n_first * n_second
        term = np.repeat(np.arange(len(first)), n_meetings)
        meeting = ranges(np.zeros_like(n_meetings), n_meetings)
        row = found.units[found.unit_offsets[first[term]] + meeting // n_second[term]]
        column = found.units[found.unit_offsets[second[term]] + meeting % n_second[term]]
        at = pair[term]
        cells = self.starts[at] + row * self.columns[at] + column
        self.cells = exact_sums(cells, weights[term], int(self.starts[-1]))

    def best(self, side: int) -> NDArray[np.float64]:
        """Return, of each sentence of a side, what it shares with the best sentence of the other, in nats."""
        if side == 0:
            pair = np.repeat(np.arange(len(self.rows)), self.rows)
            row = ranges(np.zeros_like(self.rows), self.rows)
            starts = self.starts[pair] + row * self.columns[pair]
            best = np.zeros(len(starts))
            met = self.columns[pair] > 0  # not beside an article without a sentence
            if met.any():
                best[met] = np.maximum.reduceat(self.cells, starts[met])
            return best
        pair = np.repeat(np.arange(len(self.rows)), np.diff(self.starts))
        first = np.concatenate([[0], np.cumsum(self.columns)])
        best = np.zeros(int(first[-1]))
        column = (np.arange(len(self.cells)) - self.starts[pair]) % self.columns[pair]
        np.maximum.at(best, first[pair] + column, self.cells)
        return best
