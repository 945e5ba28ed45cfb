"""Keys: the hashes of an article under which those it may be kin to are looked up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from dedup.duplicates.shingles import make_shingles
from dedup.pairs.frequencies import Frequencies, weigh
from dedup.pairs.parts import ALONE, Part, cut_parts
from dedup.pairs.terms import UNITS, Occurrences, find_terms
from dedup.ragged import Ragged, ranges
from dedup.text.batches import tokens
from dedup.text.hashing import mix
from dedup.workers import Workers

MOST_ARTICLES = 16
"""A term of more articles is no key by itself, but with another one of its sentence."""

RAREST = 5
"""Of each sentence so many of those terms are paired with one another, the rarest."""

ALL_SHINGLES = 1 << 20
"""Up to so many word shingles in a pile, some 2,500 articles, all are keys; of more, one in `SAMPLED`."""

SAMPLED = 4
"""One in how many word shingles of a large pile is a key."""

WEIGHT_BITS = np.uint64(8)


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of the articles of a part.

    Attributes
    ----------
    facts, shingles : ndarray of uint64, shape (n_keys,)
        Rare terms and fact shingles together, and word shingles: top bits of a hash, then the article's
        number in the pile, then `WEIGHT_BITS` of weight, in units of 1/32 nat (1 for a word shingle).
        Ascending; unique for a hash and an article.
    totals : ndarray of int64, shape (n_articles,)
        Weight of all terms of each article.
    n_shingles : ndarray of int64, shape (n_articles,)
        Word shingles of each article, whether keys or not.
    """

    facts: NDArray[np.uint64]
    shingles: NDArray[np.uint64]
    totals: NDArray[np.int64]
    n_shingles: NDArray[np.int64]


def make_keys(
    texts: Sequence[str], frequencies: Frequencies, workers: Workers = ALONE, *, n_articles: int | None = None
) -> Iterator[Keys]:
    """Make the keys of a pile.

    Parameters
    ----------
    texts : sequence of str
        The articles.
    frequencies : Frequencies
        Of the same articles.
    workers : Workers, optional
        Processes that read; by default this one alone.
    n_articles : int, optional
        Articles of the whole pile, where `texts` are some of them: what numbers of articles leave free of 64
        bits is of the hash, so that the keys of a pile agree however it is cut. They are numbered from 0 on.

    Yields
    ------
    Keys
        Of consecutive articles; together of all of them.
    """
    function = partial(_make_keys, frequencies=frequencies, n_articles=n_articles or len(texts))
    yield from workers.run(function, cut_parts(texts))


def _make_keys(part: Part, frequencies: Frequencies, n_articles: int) -> Keys:
    first, texts = part.first, part.texts
    found = find_terms(tokens(texts))
    weights, seen = weigh(found, frequencies), frequencies.of(found)
    totals = np.diff(np.concatenate([[0], np.cumsum(weights, dtype=np.int64)])[found.offsets])
    article = first + np.repeat(np.arange(len(texts)), np.diff(found.offsets))
    rare = np.flatnonzero((seen <= MOST_ARTICLES) & (weights > 0))
    one, other = pair_terms(found, np.where((seen > MOST_ARTICLES) & (weights > 0), seen, 0), RAREST)
    hashes = np.concatenate([found.hashes[rare], mix(found.hashes[one] ^ found.hashes[other])])
    facts = (weights[one] + weights[other]) // 3  # three make a candidate pair, of single terms two
    cut = make_shingles(texts)
    return Keys(
        _pack(hashes, article[np.append(rare, one)], np.append(weights[rare], facts), n_articles),
        _sample(cut, first, n_articles, sampling(frequencies)),
        totals,
        np.diff(cut.offsets),
    )


def pair_terms(
    found: Occurrences, seen: NDArray[np.integer], n_rarest: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pair the rarest terms of each sentence: facts.

    Parameters
    ----------
    found : Occurrences
        Terms of articles.
    seen : ndarray of integer, shape (n_terms,)
        Document frequency of each, less than 2**24; 0 leaves a term out.
    n_rarest : int
        How many terms of a sentence are paired, the rarest; of equally rare ones those with smaller hashes,
        so that two articles with the same sentence choose the same.

    Returns
    -------
    one, other : ndarray of int64, shape (n_pairs,)
        Terms; a pair of several sentences several times.
    """
    n_places = np.diff(found.unit_offsets)
    n_articles, n_terms = len(found.n_units), len(seen)
    sentence = np.repeat(np.repeat(np.arange(n_articles) * UNITS, np.diff(found.offsets)), n_places)
    sentence += found.units
    # Sentence, frequency and term in 64 bits, so that one plain sort does; terms ascend by hash.
    bits = np.uint64(max(1, n_terms.bit_length()))
    shift = np.uint64(64 - max(1, (n_articles * UNITS).bit_length()))
    rank = seen.astype(np.uint64) << bits | np.arange(n_terms, dtype=np.uint64)
    live = np.flatnonzero(np.repeat(seen > 0, n_places))
    keys = sentence[live].astype(np.uint64) << shift | np.repeat(rank, n_places)[live]
    keys.sort()
    term = (keys & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)
    keys >>= shift
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1])[: len(keys)])
    place = ranges(np.zeros_like(starts), np.diff(starts, append=len(keys)))
    ones, others = [term[:0]], [term[:0]]
    for step in range(1, n_rarest):
        later = np.flatnonzero((place >= step) & (place < n_rarest))
        ones.append(term[later - step])
        others.append(term[later])
    return np.concatenate(ones), np.concatenate(others)


def _sample(cut: Ragged, first: int, n_articles: int, one_in: int) -> NDArray[np.uint64]:
    article = first + np.repeat(np.arange(len(cut)), np.diff(cut.offsets))
    kept = np.flatnonzero(cut.values % np.uint64(one_in) == 0)
    return _pack(cut.values[kept], article[kept], np.ones(len(kept), np.int64), n_articles)


def sampling(frequencies: Frequencies) -> int:
    """Return one in how many word shingles of a pile is a key."""
    return 1 if frequencies.n_shingles <= ALL_SHINGLES else SAMPLED


def article_bits(n_articles: int) -> np.uint64:
    """Return how many bits of a key number the article."""
    return np.uint64(max(1, n_articles.bit_length()))


def _pack(
    hashes: NDArray[np.uint64], articles: NDArray[np.int64], weights: NDArray[np.integer], n_articles: int
) -> NDArray[np.uint64]:
    # Hash, article and weight in 64 bits: one sort, and no indirection. With a million articles 36 bits are
    # left of a hash, so that one key in some 1,000 joins two hashes; it takes several of them to make a pair.
    shift = article_bits(n_articles) + WEIGHT_BITS
    keys = hashes >> shift << shift
    keys |= articles.astype(np.uint64) << WEIGHT_BITS
    keys |= weights.astype(np.uint64)
    keys.sort()
    same = keys[1:] >> WEIGHT_BITS == keys[:-1] >> WEIGHT_BITS
    return np.asarray(keys[np.append(True, ~same)[: len(keys)]])
