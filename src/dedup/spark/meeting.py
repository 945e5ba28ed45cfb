"""Candidate pairs of parent and child: articles meet under their keys, in buckets, and weights are added up.

A bucket is joined by the same functions as a pile on one machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dedup.pairs.candidates import (
    MOST_PAIRED,
    MOST_TEXTS,
    MOST_WEIGHT,
    asked_of_facts,
    asked_of_shingles,
    join_keys,
)
from dedup.pairs.frequencies import Frequencies
from dedup.pairs.keys import WEIGHT_BITS, article_bits, make_keys, sampling
from dedup.spark.buckets import (
    BUCKETS,
    MEMBERS,
    PLACE,
    bucket_of,
    find_shared,
    in_buckets,
    lay_out,
    put_in_buckets,
    share_out,
)
from dedup.spark.frames import array, map_batches, unpack
from dedup.spark.hot import find_hot, join_keys_of
from dedup.spark.kept import Kept

if TYPE_CHECKING:
    from pyspark.core.broadcast import Broadcast
    from pyspark.sql import DataFrame

ARTICLES = 16_384
"""Articles for which there is a partition of four buckets: some 100 MB of keys."""

_TEXTS = 255  # articles that are read together where their pile is too large to number them in a key
_MET = "bucket int, pairs binary, sums binary"
_ASKED = np.uint64(16)  # bits of a member that say what is asked; its weight is above them
_SHINGLE = np.uint64(1)  # the lowest bit of a hash says whether it is of a word shingle


@dataclass(frozen=True, slots=True)
class Making:
    """How keys are made.

    Attributes
    ----------
    frequencies : Broadcast of Frequencies
        Of the pile: 17 MB in each executor.
    n_texts : int
        Articles of the pile.
    n_buckets : int
        Buckets of keys, and of pairs.
    """

    frequencies: Broadcast[Frequencies]
    n_texts: int
    n_buckets: int


def find_members(
    texts: DataFrame, frequencies: Broadcast[Frequencies], n_texts: int, kept: Kept, partitions: int
) -> DataFrame:
    """Find candidate pairs, as `dedup.pairs.candidates.find_candidates` does.

    Parameters
    ----------
    texts : DataFrame
        ``place`` and ``text`` of each article.
    frequencies : Broadcast of Frequencies
        Of the same articles.
    n_texts : int
        How many there are.
    kept : Kept
        Where DataFrames are kept that are used again.
    partitions : int
        Partitions of what is shuffled, at least; there are more for a large pile.

    Returns
    -------
    DataFrame
        ``first``, ``slice`` and ``article``: each article that comes first in candidate pairs, with itself
        and up to `buckets.SLICE` of those it makes a pair with, in as many slices as it takes.

    Notes
    -----
    Of more than `MOST_TEXTS` articles, whose keys do not fit 64 bits, 48 bits of a hash are compared. 16
    bytes a key are shuffled, and 16 bytes a pair that meets in a bucket.
    """
    partitions = max(partitions, -(-n_texts // ARTICLES))
    making = Making(frequencies, n_texts, 4 * partitions)
    narrow = texts.select("place", "text")
    hot = find_hot(narrow, partial(_sample_keys, making=making), n_texts, MOST_PAIRED)
    keys = map_batches(narrow, partial(_make_keys, making=making, hot=hot), BUCKETS)
    join, bucket_pairs = partial(_join, making=making), partial(_bucket_pairs, making=making)
    met = join_keys_of(keys, hot, join, bucket_pairs, _MET, partitions, kept)
    return in_buckets(met, partitions, _choose, MEMBERS)


def keys_of(
    places: NDArray[np.int64], texts: list[str], making: Making
) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.uint64]]]:
    """Make the keys of some articles.

    Yields
    ------
    hashes, members : ndarray of uint64, shape (n_keys,)
        The hash, its lowest bit set for a word shingle; and, from the top, the article's place, its key's
        weight and what its keys must add up to for a pair.
    """
    large = making.n_texts > MOST_TEXTS
    size, n_articles = (_TEXTS, _TEXTS) if large else (len(texts), making.n_texts)
    bits = article_bits(n_articles)
    one_in = sampling(making.frequencies.value)
    for at in range(0, len(texts), max(size, 1)):
        first = at
        for made in make_keys(texts[at : at + size], making.frequencies.value, n_articles=n_articles):
            own = places[first : first + len(made.totals)]
            asked = asked_of_facts(made.totals), asked_of_shingles(made.n_shingles, one_in)
            for keys, least, kind in ((made.facts, asked[0], 0), (made.shingles, asked[1], 1)):
                # Sums are whole numbers: what they must reach can be rounded up to one.
                needed = np.ceil(np.minimum(least, MOST_WEIGHT)).astype(np.uint64)
                local = (keys >> WEIGHT_BITS & ((np.uint64(1) << bits) - np.uint64(1))).astype(np.int64)
                local -= first - at
                hashes = keys >> (bits + WEIGHT_BITS) << (bits + WEIGHT_BITS) | np.uint64(kind)
                weights = keys & ((np.uint64(1) << WEIGHT_BITS) - np.uint64(1))
                members = own[local].astype(np.uint64) << PLACE | weights << _ASKED
                yield hashes, members | needed[local]
            first += len(made.totals)


def _sample_keys(places: NDArray[np.int64], texts: list[str], making: Making) -> NDArray[np.uint64]:
    return np.concatenate([np.zeros(0, np.uint64), *(keys for keys, _ in keys_of(places, texts, making))])


def _make_keys(batches: Iterator[Any], making: Making, hot: NDArray[np.uint64]) -> Iterator[Any]:
    made = (
        keys
        for batch in batches
        for keys in keys_of(array(batch, "place"), batch.column("text").to_pylist(), making)
    )
    yield from put_in_buckets(made, making.n_buckets, hot)


def _join(table: Any, making: Making) -> Iterator[Any]:
    """Pair the articles of a bucket that have a key in common."""
    keys = unpack(table.column("keys").to_pylist(), "<u8")
    members = unpack(table.column("members").to_pylist(), "<u8")
    for kind in (0, 1):
        own = np.flatnonzero(keys & _SHINGLE == kind)
        shared = own[find_shared(keys[own])]
        if not len(shared):
            continue
        hashes = np.unique(keys[shared], return_inverse=True)[1].astype(np.uint64)
        articles, local = np.unique(members[shared] >> PLACE, return_inverse=True)
        asked = np.zeros(len(articles), np.uint64)
        asked[local] = members[shared] & np.uint64(MOST_WEIGHT)
        weights = members[shared] >> _ASKED & np.uint64(255)
        packed = (hashes << article_bits(len(articles)) | local.astype(np.uint64)) << WEIGHT_BITS | weights
        packed.sort()
        first, second, sums = join_keys(packed, len(articles))
        least = np.minimum(asked[first], asked[second])
        yield _share_pairs(articles[first], articles[second], sums, least, kind, making.n_buckets)


def _share_pairs(
    first: NDArray[np.uint64],
    second: NDArray[np.uint64],
    sums: NDArray[np.int64],
    asked: NDArray[np.uint64],
    kind: int,
    n_buckets: int,
) -> Any:
    pairs = first << np.uint64(32) | second
    told = sums.astype(np.uint64) << np.uint64(32) | asked << np.uint64(8) | np.uint64(kind)
    bucket = bucket_of(first, n_buckets)
    return share_out(bucket, pairs=pairs, sums=told)


def _bucket_pairs(batches: Iterator[Any], making: Making) -> Iterator[Any]:
    """Put pairs that met under hot keys into the buckets of the others."""
    for batch in batches:
        first, second = (array(batch, name).view(np.uint64) for name in ("one", "other"))
        kinds = array(batch, "key").view(np.uint64) & _SHINGLE
        asked = (np.uint64(MOST_WEIGHT) & first, np.uint64(MOST_WEIGHT) & second)
        weights = (second >> _ASKED & np.uint64(255)).astype(np.int64)
        for kind in (0, 1):
            at = np.flatnonzero(kinds == kind)
            if len(at):
                least = np.minimum(*asked)[at]
                yield _share_pairs(
                    first[at] >> PLACE, second[at] >> PLACE, weights[at], least, kind, making.n_buckets
                )


def _choose(table: Any) -> Iterator[Any]:
    """Add up the weights of each pair, and lay out the pairs that have enough by their first article."""
    pairs = unpack(table.column("pairs").to_pylist(), "<u8")
    told = unpack(table.column("sums").to_pylist(), "<u8")
    kinds = told & np.uint64(1)
    order = np.lexsort((kinds, pairs))
    pairs, told, kinds = pairs[order], told[order], kinds[order]
    starts = np.flatnonzero(np.append(True, (pairs[1:] != pairs[:-1]) | (kinds[1:] != kinds[:-1])))
    sums = np.add.reduceat(told >> np.uint64(32), starts)
    asked = told[starts] >> np.uint64(8) & np.uint64(MOST_WEIGHT)
    enough = np.unique(pairs[starts[np.minimum(sums, np.uint64(MOST_WEIGHT)) >= asked]])
    yield lay_out(enough)
