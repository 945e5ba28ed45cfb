"""Locality-sensitive hashing: bands of signatures, buckets, candidate pairs by sorting."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedup.duplicates.minhash import is_empty
from dedup.errors import InputError
from dedup.ragged import ranges
from dedup.text.hashing import mix
from dedup.workers import Workers

EMPTY_KEY = np.uint64(0xFFFFFFFFFFFFFFFF)
"""Band key of an article without shingles; it shares a bucket with nobody."""

LARGEST_FULL = 32
"""Articles of a bucket up to which all its pairs are candidates; larger buckets make a star and a chain."""


def s_curve(resemblance: float, bands: int, rows_per_band: int) -> float:
    """Return the probability that two articles become a candidate pair.

    Parameters
    ----------
    resemblance : float
        Resemblance of the two, 0 to 1.
    bands : int
        Number of bands, >= 1.
    rows_per_band : int
        Rows of each, >= 1.

    Returns
    -------
    float
        ``1 - (1 - resemblance ** rows_per_band) ** bands`` [1]_, 0 to 1.

    Notes
    -----
    .. [1] Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", chapter 3.4.

    Examples
    --------
    >>> round(s_curve(0.8, bands=16, rows_per_band=8), 3)
    0.947
    """
    return float(1 - (1 - resemblance**rows_per_band) ** bands)


def choose_bands(rows: int, threshold: float) -> tuple[int, int]:
    """Choose bands so that the S-curve is steepest near a threshold.

    Parameters
    ----------
    rows : int
        Rows of the signatures, >= 1.
    threshold : float
        Resemblance from which pairs are wanted, above 0 and up to 1.

    Returns
    -------
    bands : int
        Number of bands; ``bands * rows_per_band`` is at most `rows`.
    rows_per_band : int
        The one whose ``(1 / bands) ** (1 / rows_per_band)``, about where the curve is steepest [1]_, comes
        nearest to `threshold`; of equals the smallest.

    Raises
    ------
    InputError
        If an argument is out of its range.

    Notes
    -----
    .. [1] Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", chapter 3.4.

    Examples
    --------
    >>> choose_bands(128, 0.7)
    (16, 8)
    """
    if rows < 1:
        raise InputError(f"rows is {rows}; a signature has at least 1 row")
    if not 0 < threshold <= 1:
        raise InputError(f"threshold is {threshold}; give a resemblance above 0 and up to 1, such as 0.7")
    best = min(range(1, rows + 1), key=lambda r: abs((1 / (rows // r)) ** (1 / r) - threshold))
    return rows // best, best


def band_keys(signed: NDArray[np.unsignedinteger[Any]], bands: int) -> NDArray[np.uint64]:
    """Hash each band of each signature into a key.

    Parameters
    ----------
    signed : ndarray of uint32, shape (n_articles, rows)
        Signatures; those of another library may be of uint64.
    bands : int
        Number of bands, 1 to `rows`. Rows that are left over, ``rows % bands``, are not used.

    Returns
    -------
    ndarray of uint64, shape (n_articles, bands)
        Equal where all rows of the band are; `EMPTY_KEY` for an article without shingles.

    Raises
    ------
    InputError
        If `bands` is out of its range.

    Notes
    -----
    A polynomial in the rows, modulo 2**64, then scrambled. About 1 ns a row; 8 * `bands` bytes an article.

    Examples
    --------
    >>> keys = band_keys(np.array([[1, 2, 3, 4], [1, 2, 9, 9]], np.uint32), 2)
    >>> (keys[0] == keys[1]).tolist()
    [True, False]
    """
    n, rows = signed.shape
    if not 1 <= bands <= rows:
        raise InputError(f"bands is {bands}; give a number from 1 to the {rows} rows of the signatures")
    rows_per_band = rows // bands
    banded = signed[:, : bands * rows_per_band].reshape(n, bands, rows_per_band)
    keys = np.zeros((n, bands), np.uint64)
    for row in range(rows_per_band):
        keys *= np.uint64(0x9E3779B97F4A7C15)
        keys += banded[:, :, row]
    mix(keys)
    np.minimum(keys, EMPTY_KEY - np.uint64(1), out=keys)
    keys[is_empty(signed)] = EMPTY_KEY
    return keys


def candidate_pairs(keys: NDArray[np.uint64], workers: Workers | None = None) -> NDArray[np.int64]:
    """Find the pairs of articles that share a bucket in some band.

    Parameters
    ----------
    keys : ndarray of uint64, shape (n_articles, bands)
        Band keys.
    workers : Workers, optional
        Processes that share the work, a band at a time; the result is the same.

    Returns
    -------
    ndarray of int64, shape (n_pairs, 2)
        First < second, sorted, each pair once. All pairs of a bucket of up to `LARGEST_FULL` articles; of a
        larger bucket the pairs of its first article with each other one (a star) and those of neighbours (a
        chain), so that the number is linear in the number of articles and what belongs together stays
        connected.

    Notes
    -----
    One sort a band, of words that hold the high bits of the key and the index of the article; no dictionary.
    A bucket in which those bits agree and the rest do not is sorted again by whole keys, so that the answer
    is exact. About 5 ns an article and band; 16 bytes a candidate in each band.

    A star alone would lose the members of a bucket that are like one another and not like its first article,
    once pairs are verified; in a chain each of them meets its two neighbours, and in other bands, others.

    Examples
    --------
    >>> candidate_pairs(np.array([[1, 5], [2, 5], [1, 6]], np.uint64)).tolist()
    [[0, 1], [0, 2]]
    """
    columns = (np.ascontiguousarray(column) for column in keys.T)
    parts = (workers or Workers(1)).run(pair_in_band, columns)
    found = np.concatenate([np.zeros(0, np.uint64), *parts])
    found.sort()
    found = found[_changes(found)]
    return np.stack([found >> np.uint64(32), found & np.uint64(0xFFFFFFFF)], axis=1).astype(np.int64)


def pair_in_band(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Find the candidate pairs of one band; see `candidate_pairs`.

    Parameters
    ----------
    keys : ndarray of uint64, shape (n_articles,)
        The keys of one band.

    Returns
    -------
    ndarray of uint64, shape (n_pairs,)
        ``first << 32 | second``; not sorted, and a pair perhaps twice.
    """
    ids = in_buckets(keys)
    ids = ids[keys[ids] != EMPTY_KEY]
    starts = np.flatnonzero(_changes(keys[ids]))
    sizes = np.diff(starts, append=len(ids))
    large, several = sizes > LARGEST_FULL, sizes <= LARGEST_FULL
    followers = ranges(starts[large] + 1, sizes[large] - 1)
    parts = [
        _packed(np.repeat(ids[starts[large]], sizes[large] - 1), ids[followers]),
        _packed(ids[followers - 1], ids[followers]),
    ]
    places = ranges(starts[several], sizes[several])
    n_left = np.repeat(starts[several] + sizes[several], sizes[several]) - places
    for step in range(1, LARGEST_FULL):
        places, n_left = places[n_left > step], n_left[n_left > step]
        parts.append(_packed(ids[places], ids[places + step]))
    return np.concatenate(parts)


def in_buckets(keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Find the articles that share a key with another one.

    Parameters
    ----------
    keys : ndarray of uint64, shape (n_articles,)
        One key an article.

    Returns
    -------
    ndarray of int64, shape (n_found,)
        Indices, by key, and by index where keys are equal; each key at least twice.

    Notes
    -----
    One sort of words that hold the high bits of the key and the index, and a second one of those whose high
    bits agree.

    Examples
    --------
    >>> in_buckets(np.array([7, 5, 7], np.uint64)).tolist()
    [0, 2]
    """
    id_bits = np.uint64(len(keys).bit_length())
    low = (np.uint64(1) << id_bits) - np.uint64(1)
    packed = (keys & ~low) | np.arange(len(keys), dtype=np.uint64)
    packed.sort()
    ids = (packed[_shared(packed >> id_bits)] & low).astype(np.int64)
    ids = ids[np.lexsort((ids, keys[ids]))]
    return ids[_shared(keys[ids])]


def _shared(ascending: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Mark the values that come more than once."""
    shared = np.zeros(len(ascending), np.bool_)
    same = ascending[1:] == ascending[:-1]
    shared[1:] = same
    shared[:-1] |= same
    return shared


def _packed(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.uint64]:
    pairs = first.astype(np.uint64) << np.uint64(32)
    return np.asarray(pairs | second.astype(np.uint64))


def _changes(ascending: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Mark the first of each run of equal values."""
    changes = np.ones(len(ascending), np.bool_)
    np.not_equal(ascending[1:], ascending[:-1], out=changes[1:])
    return changes
