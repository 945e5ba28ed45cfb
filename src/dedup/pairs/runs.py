"""Runs: ascending numbers, sorted a part at a time, that are merged a range at a time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, MutableSequence, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Runs: TypeAlias = MutableSequence[NDArray[np.uint64]]
"""Ascending numbers, an array at a time: a list, or what keeps them in a file."""

RANGE = 1 << 22
"""Numbers, or up to twice as many, that are merged at a time."""


def merge_ranges(
    runs: Sequence[NDArray[np.uint64]], n_bits: int, n_low: int = 0, most: int | None = None
) -> Iterator[NDArray[np.uint64]]:
    """Merge ascending runs of numbers, a range of numbers at a time.

    Parameters
    ----------
    runs : sequence of ndarray of uint64
        Gone through for every range.
    n_bits : int
        Numbers are less than ``2**n_bits``.
    n_low : int, optional
        Numbers that differ in so many low bits only come together.
    most : int, optional
        Numbers, or up to twice as many, that are merged at a time; by default `RANGE`.

    Yields
    ------
    ndarray of uint64
        Ascending, and greater than what came before; more than twice `most` only where they must come
        together.

    Examples
    --------
    >>> ascending = [np.array([2, 9], np.uint64), np.array([1, 4, 8], np.uint64)]
    >>> [merged.tolist() for merged in merge_ranges(ascending, 4, most=2)]
    [[1, 2], [4], [8, 9], []]
    """
    yield from _merge(runs, 0, 1 << n_bits, 1 << n_low, most or RANGE)


def _merge(
    runs: Sequence[NDArray[np.uint64]], low: int, high: int, unit: int, most: int
) -> Iterator[NDArray[np.uint64]]:
    n_ranges = 1 << max(0, (sum(map(len, runs)) // most).bit_length())
    step = max(unit, -(-(high - low) // n_ranges) // unit * unit)
    bounds = [*range(low, high, step), high]
    inner = np.array(bounds[1:-1], np.uint64)
    cuts = [[0, *np.searchsorted(run, inner).tolist(), len(run)] for run in runs]
    for i, (first, last) in enumerate(itertools.pairwise(bounds)):
        pieces = [run[cut[i] : cut[i + 1]] for run, cut in zip(runs, cuts, strict=True)]
        if sum(map(len, pieces)) > 2 * most and unit < last - first < high - low:
            yield from _merge(pieces, first, last, unit, most)
            continue
        merged = np.concatenate([np.zeros(0, np.uint64), *pieces])
        del pieces
        merged.sort()
        yield merged


def find_starts(keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return where each run of equal keys begins."""
    is_start = np.ones(len(keys), np.bool_)
    is_start[1:] = keys[1:] != keys[:-1]
    return np.flatnonzero(is_start)
