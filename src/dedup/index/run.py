"""A run of the keys of an index, in which hashes are found fast."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TEXT_BITS = np.uint64(28)
TEXT_MASK = np.uint64((1 << 28) - 1)
"""The bits of a key that number its text, below those of the hash."""

_LARGE = 1 << 18  # keys of a run, from which the search for a hash is narrowed by its top bits


@dataclass(frozen=True, slots=True)
class Run:
    """Ascending keys.

    Attributes
    ----------
    keys : ndarray of uint64, shape (n_keys,)
        The keys.
    first, last : int
        Numbers of the first and the last text that has one.
    begins : ndarray of int64, shape (2**n_bits + 1,)
        Of each value of the top bits, where its keys begin; then the number of keys. Empty for a small run.
    """

    keys: NDArray[np.uint64]
    first: int
    last: int
    begins: NDArray[np.int64]

    def find(self, numbers: NDArray[np.uint64]) -> NDArray[np.int64]:
        """Return how many keys are less than each number, as `numpy.searchsorted`.

        Hashes are spread evenly: a search among keys of the same top bits takes five steps in two lines of
        the cache, where one among 4 million keys takes 22, most of them in main memory, and three times as
        long (measured).
        """
        if not len(self.begins):
            return np.searchsorted(self.keys, numbers)
        top = (numbers >> _shift(len(self.begins) - 1)).astype(np.int64)
        low, high = self.begins[top], self.begins[top + 1]
        for _ in range(int((high - low).max(initial=0)).bit_length()):
            middle = (low + high) >> 1
            is_open = low < high
            less = is_open & (self.keys[np.minimum(middle, len(self.keys) - 1)] < numbers)
            low = np.where(less, middle + 1, low)
            high = np.where(is_open & ~less, middle, high)
        return low


def make_run(keys: NDArray[np.uint64]) -> Run:
    """Look through ascending keys: whose they are and, if many, where each value of their top bits begins.

    There is one value of the top bits to some 16 keys.
    """
    texts = keys & TEXT_MASK
    begins = np.zeros(0, np.int64)
    if len(keys) >= _LARGE:
        n_tops = 1 << (len(keys) >> 4).bit_length()
        tops = np.arange(n_tops, dtype=np.uint64) << _shift(n_tops)
        begins = np.append(np.searchsorted(keys, tops), len(keys))
    return Run(keys, int(texts.min(initial=TEXT_MASK)), int(texts.max(initial=0)), begins)


def _shift(n_tops: int) -> np.uint64:
    return np.uint64(65 - n_tops.bit_length())
