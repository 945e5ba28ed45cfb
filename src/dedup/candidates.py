"""Candidate pairs of parent and child: articles that share rare terms, or word shingles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dedup.background import UNIT
from dedup.errors import InputError
from dedup.frequencies import Frequencies
from dedup.keys import WEIGHT_BITS, article_bits, make_keys, sampling
from dedup.parts import ALONE
from dedup.ragged import ranges
from dedup.workers import Workers

MOST_PAIRED = 64
"""Of a key that more articles have, each is paired with the key's first article and its predecessor only (a
star)."""

LEAST_WEIGHT, LEAST_SHARE = 9.0, 0.03
"""Weight in nats of the rare terms and facts in common, and its share of the lighter article's terms, that
make a candidate pair."""

LEAST_SHINGLES, LEAST_COPIED = 3, 0.02
"""Word shingles in common, and their share of the shorter article's, that make a candidate pair."""

LEAST_SAMPLED = 2
"""Word shingles in common where only a sample of them is looked at."""

MOST_TEXTS = 1 << 24
"""Articles among which candidate pairs can be looked for at once."""

_RANGE = 1 << 22  # keys, or up to twice as many, that are joined at a time
_ID_BITS = np.uint64(28)
_LOW = np.uint64((1 << 28) - 1)
_WEIGHT = np.uint64(255)


def find_candidates(
    texts: Sequence[str], frequencies: Frequencies, workers: Workers = ALONE
) -> NDArray[np.int64]:
    """Pair articles that share rare terms, or word shingles.

    Parameters
    ----------
    texts : sequence of str
        The articles, in the order of their times where those are known.
    frequencies : Frequencies
        Of the same articles.
    workers : Workers, optional
        Processes that read; by default this one alone.

    Returns
    -------
    ndarray of int64, shape (n_pairs, 2)
        Candidate pairs: first < second, sorted, unique; the same for any number of workers.

    Raises
    ------
    InputError
        If there are more than `MOST_TEXTS` articles.

    Notes
    -----
    A term of more than `keys.MOST_ARTICLES` articles makes no pair, so that the work is at most that many
    meetings a term; its weight counts in the comparison all the same.
    """
    n = len(texts)
    if n > MOST_TEXTS:
        raise InputError(
            f"{n:,} articles are too many to look for candidate pairs; give {MOST_TEXTS:,} at most"
        )
    parts = list(make_keys(texts, frequencies, workers))
    empty = np.zeros(0, np.int64)
    totals = np.concatenate([empty, *(part.totals for part in parts)])
    n_shingles = np.concatenate([empty, *(part.n_shingles for part in parts)])
    by_facts = share_facts([part.facts for part in parts], totals)
    by_shingles = share_shingles([part.shingles for part in parts], n_shingles, sampling(frequencies))
    return np.unique(np.concatenate([by_facts, by_shingles]), axis=0)


def share_facts(keys: Sequence[NDArray[np.uint64]], totals: NDArray[np.int64]) -> NDArray[np.int64]:
    """Pair articles that share rare terms.

    Parameters
    ----------
    keys : sequence of ndarray of uint64, shape (n_keys,)
        `Keys.facts` of each part.
    totals : ndarray of int64, shape (n_articles,)
        Weight of the terms of each article, in units of 1/32 nat.

    Returns
    -------
    ndarray of int64, shape (n_pairs, 2)
        Candidate pairs: first < second, sorted, unique.
    """
    pairs, _, shared = _meet(keys, len(totals))
    lighter = totals[pairs].min(axis=1)
    return np.asarray(pairs[(shared >= LEAST_WEIGHT * UNIT) & (shared >= LEAST_SHARE * lighter)])


def share_shingles(
    keys: Sequence[NDArray[np.uint64]], n_shingles: NDArray[np.int64], one_in: int = 1
) -> NDArray[np.int64]:
    """Pair articles that share word shingles.

    Parameters
    ----------
    keys : sequence of ndarray of uint64, shape (n_keys,)
        `Keys.shingles` of each part.
    n_shingles : ndarray of int64, shape (n_articles,)
        Word shingles of each article, whether they are keys or not.
    one_in : int, optional
        One in how many word shingles is a key.

    Returns
    -------
    ndarray of int64, shape (n_pairs, 2)
        Candidate pairs: first < second, sorted, unique.
    """
    pairs, n_shared, _ = _meet(keys, len(n_shingles))
    shorter = n_shingles[pairs].min(axis=1)
    least = LEAST_SHINGLES if one_in == 1 else LEAST_SAMPLED
    return np.asarray(pairs[(n_shared >= least) & (n_shared * one_in >= LEAST_COPIED * shorter)])


def _meet(
    parts: Sequence[NDArray[np.uint64]], n_articles: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Join articles on their keys: the pairs that meet, sorted, how often, and the sum of the weights.

    The keys are joined a range at a time, which bounds the memory by the pairs that meet.
    """
    n_bits = max(0, (sum(map(len, parts)) // _RANGE).bit_length())
    bounds = np.arange(1, 1 << n_bits, dtype=np.uint64) << np.uint64(64 - max(n_bits, 1))
    cuts = [np.concatenate([[0], np.searchsorted(part, bounds), [len(part)]]) for part in parts]
    met = []
    for i in range(1 << n_bits):
        keys = [part[cut[i] : cut[i + 1]] for part, cut in zip(parts, cuts, strict=True)]
        met.append(_add_up(_meetings(np.concatenate([np.zeros(0, np.uint64), *keys]), n_articles)))
    pairs, n_shared, shared = map(np.concatenate, zip(*met, strict=True))
    order = np.argsort(pairs, kind="stable")
    pairs, n_shared, shared = pairs[order], n_shared[order], shared[order]
    starts = _starts(pairs)
    pairs = np.stack([pairs[starts] >> _ID_BITS, pairs[starts] & _LOW], axis=1).astype(np.int64)
    if not len(starts):
        return pairs, starts, starts
    return pairs, np.add.reduceat(n_shared, starts), np.add.reduceat(shared, starts)


def _add_up(met: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.int64], NDArray[np.int64]]:
    """Return each pair that met, how often, and the sum of the weights."""
    met.sort()
    weights = (met & _WEIGHT).astype(np.int64)
    met >>= WEIGHT_BITS
    starts = _starts(met)
    shared = np.add.reduceat(weights, starts) if len(starts) else starts
    return met[starts], np.diff(starts, append=len(met)), shared


def _meetings(keys: NDArray[np.uint64], n_articles: int) -> NDArray[np.uint64]:
    """Pair the articles that have a key: first article, second article and weight, in 28, 28 and 8 bits."""
    bits = article_bits(n_articles)
    keys.sort()
    starts = _starts(keys >> (bits + WEIGHT_BITS))
    sizes = np.diff(starts, append=len(keys))
    keys = keys[np.repeat(sizes > 1, sizes)]
    weights = keys & _WEIGHT
    members = keys >> WEIGHT_BITS & ((np.uint64(1) << bits) - np.uint64(1))
    sizes = sizes[sizes > 1]
    place = ranges(np.zeros_like(sizes), sizes)
    large = np.repeat(sizes > MOST_PAIRED, sizes)

    def pair(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.uint64]:
        ids = members[first] << _ID_BITS | members[second]
        return np.asarray(ids << WEIGHT_BITS | weights[second])

    later = np.flatnonzero(place > 0)
    met = [pair(later - 1, later)]
    later = later[~large[later]]
    for step in range(2, MOST_PAIRED):
        later = later[place[later] >= step]
        met.append(pair(later - step, later))
    later = np.flatnonzero(large & (place > 1))
    met.append(pair(later - place[later], later))
    return np.concatenate(met)


def _starts(keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return where each run of equal keys begins."""
    is_start = np.ones(len(keys), np.bool_)
    is_start[1:] = keys[1:] != keys[:-1]
    return np.flatnonzero(is_start)
