"""Candidate pairs of parent and child: articles that share rare terms, or word shingles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.background import UNIT
from dedup.ragged import Ragged
from dedup.terms import Occurrences, frequency

MOST_ARTICLES = 64
"""Of a key that more articles have, each is paired with the key's first article and its predecessor only (a
star)."""

LEAST_TERMS, LEAST_WEIGHT, LEAST_SHARE = 3, 20.0, 0.08
"""Rare terms in common, their weight in nats, and its share of the lighter article's, that make a candidate
pair."""

LEAST_SHINGLES, LEAST_COPIED = 3, 0.02
"""Word shingles in common, and their share of the shorter article's, that make a candidate pair."""

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
    counts : ndarray of uint32, shape (N_COUNTERS,)
        Document frequencies, from `count_articles`.

    Returns
    -------
    ndarray of int64, shape (n_pairs, 2)
        Candidate pairs: first < second, sorted, unique.

    Notes
    -----
    A term of more than `MOST_ARTICLES` articles makes no pair, so that the work is at most that many
    meetings a term; its weight counts in the comparison all the same. On 19,162 newswire articles .2 s,
    20,000 pairs, and every true parent among them (measured on the development sets in the haystack).
    """
    n_articles = len(found.offsets) - 1
    article = np.repeat(np.arange(n_articles), np.diff(found.offsets))
    seen = frequency(found, counts)
    rare = np.flatnonzero((seen <= MOST_ARTICLES) & (seen > 1) & (weights > 0))
    pairs, n_shared, shared = _meet(found.hashes[rare], article[rare], weights[rare], n_articles)
    lighter = np.bincount(article, weights, n_articles)[pairs].min(axis=1)
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
    n_articles = len(shingles)
    article = np.repeat(np.arange(n_articles), np.diff(shingles.offsets))
    pairs, n_shared, _ = _meet(shingles.values, article, np.ones(len(article), np.int64), n_articles)
    shorter = np.diff(shingles.offsets)[pairs].min(axis=1)
    return np.asarray(pairs[(n_shared >= LEAST_SHINGLES) & (n_shared >= LEAST_COPIED * shorter)])


def _meet(
    hashes: NDArray[np.uint64], article: NDArray[np.int64], weights: NDArray[np.integer], n_articles: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Join articles on their hashes: the pairs that meet, how often, and the sum of the weights."""
    # Hash, article and weight in 64 bits: one sort, and no indirection. With a million articles 36 bits are left
    # of a hash, so that one key in some 10**4 joins two terms; it takes several of them to make a pair.
    bits = np.uint64(max(1, n_articles.bit_length()))
    low = bits + _WEIGHT_BITS
    keys = hashes >> low << low
    keys |= article.astype(np.uint64) << _WEIGHT_BITS
    keys |= weights.astype(np.uint64)
    keys.sort()
    weight = keys & np.uint64(255)
    keys >>= _WEIGHT_BITS
    unique = np.ones(len(keys), np.bool_)
    unique[1:] = keys[1:] != keys[:-1]
    keys, weight = keys[unique], weight[unique]
    members = keys & ((np.uint64(1) << bits) - np.uint64(1))
    keys >>= bits
    is_start = np.ones(len(keys), np.bool_)
    is_start[1:] = keys[1:] != keys[:-1]
    starts = np.flatnonzero(is_start)
    sizes = np.diff(np.append(starts, len(keys)))
    shared = np.repeat(sizes > 1, sizes)
    members, weight = members[shared], weight[shared]
    sizes = sizes[sizes > 1]
    starts = np.cumsum(sizes) - sizes
    place = np.arange(len(members)) - np.repeat(starts, sizes)
    large = np.repeat(sizes > MOST_ARTICLES, sizes)
    later = np.flatnonzero(place > 0)
    met = [_meeting(members[later - 1], members[later], weight[later])]
    later = later[~large[later]]
    for step in range(2, MOST_ARTICLES):
        later = later[place[later] >= step]
        met.append(_meeting(members[later - step], members[later], weight[later]))
    later = np.flatnonzero(large & (place > 1))
    met.append(_meeting(members[later - place[later]], members[later], weight[later]))
    together = np.sort(np.concatenate(met))
    weight = together & np.uint64(255)
    together >>= _WEIGHT_BITS
    if not len(together):
        return np.zeros((0, 2), np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64)
    starts = np.flatnonzero(np.concatenate([[True], together[1:] != together[:-1]]))
    pairs = np.stack([together[starts] >> _ID_BITS, together[starts] & np.uint64((1 << 28) - 1)], axis=1)
    sums = np.add.reduceat(weight.astype(np.int64), starts)
    return pairs.astype(np.int64), np.diff(np.append(starts, len(together))), sums


def _meeting(
    first: NDArray[np.uint64], second: NDArray[np.uint64], weight: NDArray[np.uint64]
) -> NDArray[np.uint64]:
    # One sort of 64-bit values brings the meetings of a pair together.
    return first << (_ID_BITS + _WEIGHT_BITS) | second << _WEIGHT_BITS | weight
