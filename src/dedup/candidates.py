"""Candidate pairs of parent and child: articles that share rare terms, or word shingles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.background import UNIT
from dedup.ragged import Ragged, ranges
from dedup.terms import Occurrences, frequency

MOST_ARTICLES = 64
"""Of a key that more articles have, each is paired with the key's first article and its predecessor only (a
star)."""

LEAST_TERMS, LEAST_WEIGHT, LEAST_SHARE = 3, 20.0, 0.08
"""Rare terms in common, their weight in nats, and its share of the lighter article's, that make a candidate
pair."""

LEAST_SHINGLES, LEAST_COPIED = 3, 0.02
"""Word shingles in common, and their share of the shorter article's, that make a candidate pair."""

_PART_BITS = 22  # 2**22 hashes, or up to twice as many, are joined at a time
_ID_BITS = np.uint64(28)
_WEIGHT_BITS = np.uint64(8)


def share_terms(
    found: Occurrences, weights: NDArray[np.int32], counts: NDArray[np.uint32]
) -> NDArray[np.int64]:
    """Pair articles that share rare terms.

    Parameters
    ----------
    found : Occurrences
        Terms of the articles.
    weights : ndarray of int32, shape (n_terms,)
        Weight of each, from `weigh`.
    counts : ndarray of uint32, shape (2**COUNTER_BITS,)
        Document frequencies, from `count_articles`.

    Returns
    -------
    ndarray of int64, shape (n_pairs, 2)
        Candidate pairs: first < second, sorted, unique.

    Notes
    -----
    A term of more than `MOST_ARTICLES` articles makes no pair, so that the work is at most that many meetings
    a term; its weight counts in the comparison all the same. With a development set in a haystack of 19,009
    articles, .2 s and some 6,000 pairs; among them were all 111 edges of the easier set, and 135 of 143 of
    the harder one (measured).
    """
    seen = frequency(found, counts)
    rare = np.flatnonzero((seen <= MOST_ARTICLES) & (weights > 0))
    pairs, n_shared, shared = _meet(found.hashes, found.offsets, rare, weights)
    totals = np.concatenate([[0], np.cumsum(weights, dtype=np.int64)])[found.offsets]
    lighter = np.diff(totals)[pairs].min(axis=1)
    enough = (n_shared >= LEAST_TERMS) & (shared >= LEAST_WEIGHT * UNIT) & (shared >= LEAST_SHARE * lighter)
    return np.asarray(pairs[enough])


def share_shingles(shingles: Ragged) -> NDArray[np.int64]:
    """Pair articles that share word shingles.

    Parameters
    ----------
    shingles : Ragged
        Word shingles of each article, in any order, repetitions allowed.

    Returns
    -------
    ndarray of int64, shape (n_pairs, 2)
        Candidate pairs: first < second, sorted, unique.
    """
    pairs, n_shared, _ = _meet(shingles.values, shingles.offsets)
    shorter = np.diff(shingles.offsets)[pairs].min(axis=1)
    return np.asarray(pairs[(n_shared >= LEAST_SHINGLES) & (n_shared >= LEAST_COPIED * shorter)])


def _meet(
    hashes: NDArray[np.uint64],
    offsets: NDArray[np.int64],
    kept: NDArray[np.int64] | None = None,
    weights: NDArray[np.int32] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Join articles on their hashes: the pairs that meet, how often, and the sum of the weights.

    The hashes are joined a range at a time, which bounds the memory by the pairs that meet.
    """
    n_articles = len(offsets) - 1
    n_bits = max(0, (len(hashes) >> _PART_BITS).bit_length())
    part_of = (
        (hashes >> np.uint64(64 - n_bits)).astype(np.uint8) if n_bits else np.zeros(len(hashes), np.uint8)
    )
    met = [np.zeros(0, np.uint64)]
    for part in range(1 << n_bits):
        chosen = np.flatnonzero(part_of == part) if kept is None else kept[part_of[kept] == part]
        article = (np.searchsorted(offsets, chosen, "right") - 1).astype(np.uint64)
        weight = np.uint64(1) if weights is None else weights[chosen].astype(np.uint64)
        met.append(_meetings(hashes[chosen], article, weight, n_articles))
    together = np.concatenate(met)
    together.sort()
    weight = (together & np.uint64(255)).astype(np.int64)
    together >>= _WEIGHT_BITS
    starts = _starts(together)
    if not len(starts):
        return np.zeros((0, 2), np.int64), starts, starts
    pairs = np.stack([together[starts] >> _ID_BITS, together[starts] & np.uint64((1 << 28) - 1)], axis=1)
    return pairs.astype(np.int64), np.diff(starts, append=len(together)), np.add.reduceat(weight, starts)


def _meetings(
    hashes: NDArray[np.uint64],
    article: NDArray[np.uint64],
    weight: NDArray[np.uint64] | np.uint64,
    n_articles: int,
) -> NDArray[np.uint64]:
    """Pair the articles that have a hash: first article, second article and weight, in 28, 28 and 8 bits."""
    # Hash, article and weight in 64 bits: one sort, and no indirection. With a million articles 36 bits are
    # left of a hash, so that one key in some 10**4 joins two terms; it takes several of them to make a pair.
    bits = np.uint64(max(1, n_articles.bit_length()))
    keys = hashes >> (bits + _WEIGHT_BITS) << (bits + _WEIGHT_BITS)
    keys |= article << _WEIGHT_BITS
    keys |= weight
    keys.sort()
    keys = keys[_starts(keys >> _WEIGHT_BITS)]
    starts = _starts(keys >> (bits + _WEIGHT_BITS))
    sizes = np.diff(starts, append=len(keys))
    keys = keys[np.repeat(sizes > 1, sizes)]
    weights = keys & np.uint64(255)
    members = keys >> _WEIGHT_BITS & ((np.uint64(1) << bits) - np.uint64(1))
    sizes = sizes[sizes > 1]
    place = ranges(np.zeros_like(sizes), sizes)
    large = np.repeat(sizes > MOST_ARTICLES, sizes)

    def pair(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.uint64]:
        ids = members[first] << _ID_BITS | members[second]
        return np.asarray(ids << _WEIGHT_BITS | weights[second])

    later = np.flatnonzero(place > 0)
    met = [pair(later - 1, later)]
    later = later[~large[later]]
    for step in range(2, MOST_ARTICLES):
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
