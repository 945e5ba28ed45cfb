"""Lists of different lengths in two arrays: all values one after the other, and where each list begins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Ragged:
    """Lists of 64-bit hashes, one list an article (or a paragraph).

    Attributes
    ----------
    values : ndarray of uint64, shape (n_values,)
        The lists one after the other.
    offsets : ndarray of int64, shape (n_lists + 1,)
        List ``i`` is ``values[offsets[i]:offsets[i + 1]]``.

    Examples
    --------
    >>> lists = Ragged(np.array([7, 8, 9], np.uint64), np.array([0, 2, 3]))
    >>> len(lists), lists.take(np.array([1])).values.tolist()
    (2, [9])
    """

    values: NDArray[np.uint64]
    offsets: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def take(self, lists: NDArray[np.int64]) -> Ragged:
        """Keep some of the lists, in the order given."""
        lengths = np.diff(self.offsets)[lists]
        return Ragged(
            self.values[ranges(self.offsets[lists], lengths)], np.concatenate([[0], np.cumsum(lengths)])
        )


def ranges(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the positions of several ranges, one range after the other.

    Parameters
    ----------
    starts : ndarray of int64, shape (n_ranges,)
        First position of each range.
    lengths : ndarray of int64, shape (n_ranges,)
        How many positions each has, >= 0.

    Returns
    -------
    ndarray of int64, shape (lengths.sum(),)
        ``concatenate([arange(s, s + n) for s, n in zip(starts, lengths)])``.

    Examples
    --------
    >>> ranges(np.array([5, 0]), np.array([2, 3])).tolist()
    [5, 6, 0, 1, 2]
    """
    ends = np.cumsum(lengths)
    n_positions = int(ends[-1]) if len(ends) else 0
    positions = np.arange(n_positions, dtype=np.int64)
    positions += np.repeat(starts - (ends - lengths), lengths)
    return positions
