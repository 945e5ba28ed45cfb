"""Candidate pairs of parent and child: articles that share rare terms, or word shingles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from dedup.errors import InputError
from dedup.pairs import runs
from dedup.pairs.background import UNIT
from dedup.pairs.frequencies import Frequencies
from dedup.pairs.keys import WEIGHT_BITS, article_bits, make_keys, sampling
from dedup.pairs.parts import ALONE
from dedup.pairs.runs import Runs, find_starts, merge_ranges
from dedup.ragged import ranges
from dedup.workers import Workers

MOST_PAIRED = 64
"""Of a key that more articles have, each is paired with the key's first article and its predecessor only (a
star)."""

LEAST_WEIGHT, LEAST_SHARE = 13.0, 0.02
"""Weight in nats of the rare terms and facts in common, and its share of the lighter article's terms, that
make a candidate pair."""

LEAST_SHINGLES, LEAST_COPIED = 3, 0.02
"""Word shingles in common, and their share of the shorter article's, that make a candidate pair."""

LEAST_SAMPLED = 2
"""Word shingles in common where only a sample of them is looked at."""

MOST_TEXTS = 1 << 24
"""Articles among which candidate pairs can be looked for at once."""

_ID_BITS = np.uint64(24)
_SUM_BITS = np.uint64(16)
MOST_WEIGHT = (1 << 16) - 1
"""The sum of the weights of a pair's keys stops here."""


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
    A term of more than `keys.MOST_ARTICLES` articles makes no pair by itself, but with the rarest others of
    its sentence: a fact. Among 30,000 articles whose words are drawn from those of the development sets, so
    that no word tells anything by itself, 99 of 111 edges of the easier set and 83 of 143 of the harder one
    are candidates by facts, and by single terms none; among 19,009 articles of newswire 111 and 139 are, at
    2.4 candidates an article (measured).
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
    by_facts = meet_by_facts([part.facts for part in parts], totals)
    by_shingles = meet_by_shingles([part.shingles for part in parts], n_shingles, sampling(frequencies))
    found = np.concatenate([np.zeros(0, np.uint64), *by_facts, *by_shingles])
    found.sort()
    return unpack(found[find_starts(found)])


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
    return unpack(np.concatenate([np.zeros(0, np.uint64), *meet_by_facts(keys, totals)]))


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
    found = meet_by_shingles(keys, n_shingles, one_in)
    return unpack(np.concatenate([np.zeros(0, np.uint64), *found]))


def meet_by_facts(
    keys: Sequence[NDArray[np.uint64]],
    totals: NDArray[np.int64],
    met: Runs | None = None,
    most: int | None = None,
) -> Iterator[NDArray[np.uint64]]:
    """Pair articles that share rare terms, a range of pairs at a time.

    Parameters
    ----------
    keys : sequence of ndarray of uint64, shape (n_keys,)
        `Keys.facts` of each part, or of several parts in one ascending run.
    totals : ndarray of int64, shape (n_articles,)
        As for `share_facts`.
    met : mutable sequence of ndarray of uint64, optional
        Where the pairs that met are appended, a run at a time, and read again; by default in memory.
    most : int, optional
        Keys, and pairs that met, that are looked at together; by default `runs.RANGE`.

    Yields
    ------
    ndarray of uint64, shape (n_pairs,)
        Candidate pairs as `unpack` reads them; together sorted and unique.
    """
    yield from _meet(keys, asked_of_facts(totals), met, most)


def meet_by_shingles(
    keys: Sequence[NDArray[np.uint64]],
    n_shingles: NDArray[np.int64],
    one_in: int,
    met: Runs | None = None,
    most: int | None = None,
) -> Iterator[NDArray[np.uint64]]:
    """Pair articles that share word shingles, a range of pairs at a time; see `meet_by_facts`."""
    yield from _meet(keys, asked_of_shingles(n_shingles, one_in), met, most)


def asked_of_facts(totals: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what the facts that two articles share must weigh, by the weight of all terms of either.

    Of the two, what the less demanding one asks is enough.
    """
    return np.asarray(np.maximum(LEAST_WEIGHT * UNIT, LEAST_SHARE * totals))


def asked_of_shingles(n_shingles: NDArray[np.int64], one_in: int) -> NDArray[np.float64]:
    """Return how many word shingles that are keys two articles must share, by all shingles of either.

    Of the two, what the less demanding one asks is enough.
    """
    least = LEAST_SHINGLES if one_in == 1 else LEAST_SAMPLED
    return np.asarray(np.maximum(least, LEAST_COPIED / one_in * n_shingles))


def join_keys(
    keys: NDArray[np.uint64], n_articles: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Pair the articles that have a key, and add up what the keys of each pair weigh.

    Parameters
    ----------
    keys : ndarray of uint64, shape (n_keys,)
        As in `Keys.facts`, ascending; all articles that have a key come with it.
    n_articles : int
        Articles are numbers below it; at most `MOST_TEXTS`.

    Returns
    -------
    first, second, sums : ndarray of int64, shape (n_pairs,)
        Pairs, first < second, sorted, unique, and the sum of their weights, which stops at `MOST_WEIGHT`.

    Examples
    --------
    >>> keys = np.array([7 << 10 | 0 << 8 | 5, 7 << 10 | 1 << 8 | 5], np.uint64)
    >>> [found.tolist() for found in join_keys(keys, 2)]
    [[0], [1], [5]]
    """
    n_low = article_bits(n_articles) + WEIGHT_BITS
    parts = [_add_up(_meetings(several, n_articles)) for several in _cut_buckets(keys, n_low, runs.RANGE)]
    met = np.concatenate([np.zeros(0, np.uint64), *parts])
    met.sort()
    sums = _add_up(met)
    first, second = unpack(sums >> _SUM_BITS).T
    return first, second, (sums & np.uint64(MOST_WEIGHT)).astype(np.int64)


def unpack(pairs: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Unpack pairs of articles, 24 bits each, into shape (n_pairs, 2)."""
    second = pairs & ((np.uint64(1) << _ID_BITS) - np.uint64(1))
    return np.stack([pairs >> _ID_BITS, second], axis=1).astype(np.int64)


def pack(pairs: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Pack pairs of articles, shape (n_pairs, 2), into 48 bits each."""
    return np.asarray(pairs[:, 0].astype(np.uint64) << _ID_BITS | pairs[:, 1].astype(np.uint64))


def _meet(
    keys: Sequence[NDArray[np.uint64]], asked: NDArray[np.float64], met: Runs | None, most: int | None
) -> Iterator[NDArray[np.uint64]]:
    """Join articles on their keys: the pairs whose keys add up to what the less demanding of the two asks.

    Keys are joined a range at a time, and then the pairs that met, so that what most of the memory goes into
    is 8 bytes a pair that met in a range.
    """
    n_articles = len(asked)
    asked = np.minimum(asked, MOST_WEIGHT)
    met = [] if met is None else met
    bits = article_bits(n_articles)
    for joined in merge_ranges(keys, 64, int(bits + WEIGHT_BITS), most):
        for several in _cut_buckets(joined, bits + WEIGHT_BITS, most or runs.RANGE):
            met.append(_add_up(_meetings(several, n_articles)))
    n_bits = int(bits + _ID_BITS + _SUM_BITS)
    for sums in map(_add_up, merge_ranges(met, n_bits, int(_SUM_BITS), most)):
        pairs = sums >> _SUM_BITS
        first, second = unpack(pairs).T
        enough = (sums & np.uint64(MOST_WEIGHT)).astype(np.int64) >= np.minimum(asked[first], asked[second])
        yield pairs[enough]


def _cut_buckets(keys: NDArray[np.uint64], n_low: np.uint64, most: int) -> Iterator[NDArray[np.uint64]]:
    """Cut ascending keys between buckets, so that some `most` pairs at most meet in each piece."""
    starts = find_starts(keys >> n_low)
    sizes = np.diff(starts, append=len(keys))
    n_met = np.cumsum(np.where(sizes > MOST_PAIRED, 2 * sizes, sizes * (sizes - 1) // 2))
    cuts = np.searchsorted(n_met, np.arange(most, int(n_met[-1]) if len(n_met) else 0, most))
    yield from np.split(keys, starts[np.unique(cuts)])


def _add_up(met: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Add up the sums of each pair; ascending in, ascending out."""
    pairs = met >> _SUM_BITS
    starts = find_starts(pairs)
    if not len(starts):
        return met
    sums = np.add.reduceat(met & np.uint64(MOST_WEIGHT), starts)
    return np.asarray(pairs[starts] << _SUM_BITS | np.minimum(sums, np.uint64(MOST_WEIGHT)))


def _meetings(keys: NDArray[np.uint64], n_articles: int) -> NDArray[np.uint64]:
    """Pair the articles that have a key: first article, second article and weight, in 24, 24 and 16 bits."""
    bits = article_bits(n_articles)
    starts = find_starts(keys >> (bits + WEIGHT_BITS))
    sizes = np.diff(starts, append=len(keys))
    keys = keys[np.repeat(sizes > 1, sizes)]
    weights = keys & ((np.uint64(1) << WEIGHT_BITS) - np.uint64(1))
    members = keys >> WEIGHT_BITS & ((np.uint64(1) << bits) - np.uint64(1))
    sizes = sizes[sizes > 1]
    place = ranges(np.zeros_like(sizes), sizes)
    large = np.repeat(sizes > MOST_PAIRED, sizes)

    def pair(first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.uint64]:
        ids = members[first] << _ID_BITS | members[second]
        return np.asarray(ids << _SUM_BITS | weights[second])

    later = np.flatnonzero(place > 0)
    met = [pair(later - 1, later)]
    later = later[~large[later]]
    for step in range(2, MOST_PAIRED):
        later = later[place[later] >= step]
        met.append(pair(later - step, later))
    later = np.flatnonzero(large & (place > 1))
    met.append(pair(later - place[later], later))
    paired = np.concatenate(met)
    paired.sort()
    return paired
