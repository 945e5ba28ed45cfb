"""The exact resemblance of pairs of articles, for the verification of candidates."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from dedup.duplicates.components import components
from dedup.duplicates.shingles import make_shingles
from dedup.ragged import Ragged, ranges
from dedup.text.batches import sizes_of
from dedup.workers import Workers

_CHUNK = 600_000  # characters of the pairs that are compared at once


def exact_resemblance(
    texts: Sequence[str], pairs: NDArray[np.int64], n: int = 5, workers: Workers | None = None
) -> NDArray[np.float64]:
    """Compute the resemblance of the shingle sets of pairs of articles.

    Parameters
    ----------
    texts : sequence of str
        The articles.
    pairs : ndarray of int64, shape (n_pairs, 2)
        Indices into `texts`.
    n : int, optional
        Words a shingle, >= 1.
    workers : Workers, optional
        Processes that share the work; the result is the same.

    Returns
    -------
    ndarray of float64, shape (n_pairs,)
        Shingles in common over shingles in either, 0 to 1, in the order of `pairs`; 0 where neither has any.

    Raises
    ------
    InputError
        If an item of `texts` is not a string, or `n` is less than 1.

    Notes
    -----
    Shingles are not kept from the time of sketching but cut again, a group of connected pairs at a time, so
    that memory stays at a few MB whatever the corpus (unless single articles are larger). They are compared
    as 36 bits of their hashes or more: one in some 10**5 pairs of 400 words counts a shingle too many. About
    8 microseconds a pair of 400 words (measured).

    Examples
    --------
    >>> exact_resemblance(["a b c d e f", "a b c d e g"], np.array([[0, 1]])).tolist()
    [0.3333333333333333]
    """
    resemblances = np.zeros(len(pairs))
    if not len(pairs):
        return resemblances
    # What is connected comes together, so that most articles are cut into shingles once only.
    labels = components(len(texts), pairs)
    order = np.lexsort((pairs[:, 1], pairs[:, 0], labels[pairs[:, 0]]))
    sizes = sizes_of(texts)
    volume = np.cumsum(sizes[pairs[order]].sum(axis=1))
    bounds = [0]
    while bounds[-1] < len(order):
        limit = (int(volume[bounds[-1] - 1]) if bounds[-1] else 0) + _CHUNK
        bounds.append(max(bounds[-1] + 1, int(np.searchsorted(volume, limit, "right"))))
    groups = (_group(texts, pairs[order[i:j]], labels) for i, j in pairwise(bounds))
    found = (workers or Workers(1)).run(partial(_resemblances, n=n), groups)
    resemblances[order] = np.concatenate(list(found))
    return resemblances


def _group(
    texts: Sequence[str], pairs: NDArray[np.int64], labels: NDArray[np.int64]
) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """Return the texts of some pairs, the pairs as places among them, and the component of each text."""
    members = _distinct(np.sort(pairs, axis=None))
    component = labels[members]
    component = np.searchsorted(_distinct(np.sort(component)), component)
    return [texts[i] for i in members.tolist()], np.searchsorted(members, pairs), component


def _resemblances(
    group: tuple[list[str], NDArray[np.int64], NDArray[np.int64]], n: int
) -> NDArray[np.float64]:
    texts, pairs, component = group
    numbers, offsets, bounds = _number(make_shingles(texts, n), component)
    first, second = pairs.T
    sizes = np.diff(offsets)
    # A table for each article that comes first in a pair: which shingles of its component it has.
    owners = _distinct(np.sort(first))
    widths = np.diff(bounds)[component[owners]]
    ends = np.cumsum(widths)
    shifts = np.zeros(len(sizes), np.int64)
    shifts[owners] = ends - widths - bounds[component[owners]]
    has = np.zeros(ends[-1], np.bool_)
    has[_look_up(numbers, offsets, sizes, shifts, owners, owners)] = True
    found = has[_look_up(numbers, offsets, sizes, shifts, second, first)]
    hits, ends = np.append(0, np.cumsum(found)), np.cumsum(sizes[second])
    common = hits[ends] - hits[ends - sizes[second]]
    resemblances: NDArray[np.float64] = common / np.maximum(sizes[first] + sizes[second] - common, 1)
    return resemblances


def _number(
    cut: Ragged, component: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Make sets of the lists, of numbers for the different shingles of each component.

    Returns the sets, one after the other, where each begins, and where the numbers of each component begin.
    """
    lengths = np.diff(cut.offsets)
    owners = np.repeat(np.arange(len(cut)), lengths)
    n_components = int(component.max()) + 1
    low = np.uint64(len(cut.values).bit_length())
    high = np.uint64(n_components.bit_length())
    keys = cut.values >> (low + high) << low
    keys |= np.repeat(component.astype(np.uint64) << (np.uint64(64) - high), lengths)
    keys |= np.arange(len(keys), dtype=np.uint64)
    keys.sort()
    places = (keys & ((np.uint64(1) << low) - np.uint64(1))).view(np.int64)
    keys >>= low
    is_new = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=is_new[1:])
    keys >>= np.uint64(64) - low - high
    found = np.cumsum(is_new)
    bounds = np.append(0, found)[np.searchsorted(keys, np.arange(n_components + 1, dtype=np.uint64))]
    numbers = np.empty(len(keys), np.int64)
    numbers[places] = found - 1
    owners = owners[places]
    again = places[1:][(owners[1:] == owners[:-1]) & ~is_new[1:]]
    if not len(again):
        return numbers, cut.offsets, bounds
    kept = np.ones(len(numbers), np.bool_)
    kept[again] = False
    return numbers[kept], np.append(0, np.cumsum(kept))[cut.offsets], bounds


def _look_up(
    numbers: NDArray[np.int64],
    offsets: NDArray[np.int64],
    sizes: NDArray[np.int64],
    shifts: NDArray[np.int64],
    articles: NDArray[np.int64],
    tables: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Return where the shingles of each article stand in the table of another one."""
    places = numbers[ranges(offsets[articles], sizes[articles])]
    places += np.repeat(shifts[tables], sizes[articles])
    return places


def _distinct(ascending: NDArray[np.int64]) -> NDArray[np.int64]:
    distinct: NDArray[np.int64] = ascending[np.append(True, ascending[1:] != ascending[:-1])]
    return distinct
