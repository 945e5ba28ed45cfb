"""Keys of articles, and the pairs that meet under them, in buckets that pass through Spark as bytes.

Spark moves rows one by one, and an article has hundreds of keys. So a row here is a bucket's share of the keys
of some thousand articles: two arrays, as bytes. All keys of one hash are in one bucket, and a bucket is joined
by the same functions as a pile on one machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
from dedup.ragged import ranges
from dedup.spark.frames import array, functions, make_batch, map_batches, pack, unpack, whole_groups
from dedup.spark.hot import HOT, find_hot, pair_hot
from dedup.spark.kept import Kept
from dedup.text.hashing import mix

if TYPE_CHECKING:
    from pyspark.broadcast import Broadcast
    from pyspark.sql import DataFrame

ARTICLES = 16_384
"""Articles for which there is a partition of four buckets: some 100 MB of keys."""

SLICE = 256
"""Pairs of one article that are compared together; of more, there are several slices."""

_TEXTS = 255  # articles that are read together where their pile is too large to number them in a key
_FLUSH = 1 << 22  # keys, or meetings, that are gathered before they go into buckets
_BUCKETS = "bucket int, keys binary, members binary"
_MET = "bucket int, pairs binary, sums binary"
_MEMBERS = "first long, slice int, article long"
_WEIGHT, _ASKED = np.uint64(8), np.uint64(16)  # bits of a member below the article: weight, and what is asked
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
        and up to `SLICE` of those it makes a pair with, in as many slices as it takes.

    Notes
    -----
    Of more than `MOST_TEXTS` articles, whose keys do not fit 64 bits, 48 bits of a hash are compared. 16 bytes
    a key are shuffled, and 16 bytes a pair that meets in a bucket.
    """
    partitions = max(partitions, -(-n_texts // ARTICLES))
    making = Making(frequencies, n_texts, 4 * partitions)
    narrow = texts.select("place", "text")
    hot = find_hot(narrow, partial(_sample_keys, making=making), n_texts, MOST_PAIRED)
    keys = map_batches(narrow, partial(_make_keys, making=making, hot=hot), _BUCKETS)
    if len(hot):
        keys = kept.persist(keys)
    met = _in_buckets(keys.where(f"bucket <> {HOT}"), partitions, partial(_join, making=making), _MET)
    if len(hot):
        pairs = pair_hot(keys.where(f"bucket = {HOT}"))
        met = met.union(map_batches(pairs, partial(_bucket_pairs, making=making), _MET))
    return _in_buckets(met, partitions, _choose, _MEMBERS)


def _in_buckets(frame: DataFrame, partitions: int, function: Callable[[Any], Any], schema: str) -> DataFrame:
    """Apply a function to each bucket: a table of rows with the same `bucket`."""
    F = functions()
    sorted_ = frame.repartition(partitions, F.col("bucket")).sortWithinPartitions("bucket")
    return map_batches(sorted_, partial(_each_bucket, function=function), schema)


def _each_bucket(batches: Iterator[Any], function: Callable[[Any], Iterator[Any]]) -> Iterator[Any]:
    for table in whole_groups(batches, ["bucket"], 1, lambda rows: np.ones(rows.num_rows, np.int64)):
        yield from function(table)


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
                members = own[local].astype(np.uint64) << (_WEIGHT + _ASKED) | weights << _ASKED
                yield hashes, members | needed[local]
            first += len(made.totals)


def _sample_keys(places: NDArray[np.int64], texts: list[str], making: Making) -> NDArray[np.uint64]:
    return np.concatenate([np.zeros(0, np.uint64), *(keys for keys, _ in keys_of(places, texts, making))])


def _make_keys(batches: Iterator[Any], making: Making, hot: NDArray[np.uint64]) -> Iterator[Any]:
    waiting: list[tuple[NDArray[np.uint64], NDArray[np.uint64]]] = []
    n_waiting = 0
    for batch in batches:
        for keys, members in keys_of(array(batch, "place"), batch.column("text").to_pylist(), making):
            waiting.append((keys, members))
            n_waiting += len(keys)
            if n_waiting >= _FLUSH:
                yield _flush(waiting, making.n_buckets, hot)
                waiting, n_waiting = [], 0
    if waiting:
        yield _flush(waiting, making.n_buckets, hot)


def _flush(
    waiting: list[tuple[NDArray[np.uint64], NDArray[np.uint64]]], n_buckets: int, hot: NDArray[np.uint64]
) -> Any:
    keys, members = (np.concatenate(parts) for parts in zip(*waiting, strict=True))
    # The hashes are mixed once more: their lower bits are cut off, and those of shingles are sampled.
    bucket = (mix(keys.copy()) % np.uint64(n_buckets)).astype(np.int64)
    bucket[np.isin(keys, hot)] = HOT
    return _share_out(bucket, keys=keys, members=members)


def _share_out(bucket: NDArray[np.int64], **columns: NDArray[Any]) -> Any:
    """Make one row a bucket, of what belongs there."""
    order = np.argsort(bucket, kind="stable")
    sorted_ = bucket[order]
    starts = np.flatnonzero(np.append(True, sorted_[1:] != sorted_[:-1])[: len(order)])
    bounds = np.append(starts, len(order))
    packed = {name: pack(values[order], bounds) for name, values in columns.items()}
    return make_batch(bucket=sorted_[starts].astype(np.int32), **packed)


def _join(table: Any, making: Making) -> Iterator[Any]:
    """Pair the articles of a bucket that have a key in common."""
    keys = unpack(table.column("keys").to_pylist(), "<u8")
    members = unpack(table.column("members").to_pylist(), "<u8")
    for kind in (0, 1):
        own = np.flatnonzero(keys & _SHINGLE == kind)
        shared = own[_shared(keys[own])]
        if not len(shared):
            continue
        hashes = np.unique(keys[shared], return_inverse=True)[1].astype(np.uint64)
        articles, local = np.unique(members[shared] >> (_WEIGHT + _ASKED), return_inverse=True)
        asked = np.zeros(len(articles), np.uint64)
        asked[local] = members[shared] & np.uint64(MOST_WEIGHT)
        weights = members[shared] >> _ASKED & np.uint64(255)
        packed = (hashes << article_bits(len(articles)) | local.astype(np.uint64)) << WEIGHT_BITS | weights
        packed.sort()
        first, second, sums = join_keys(packed, len(articles))
        least = np.minimum(asked[first], asked[second])
        yield _share_pairs(articles[first], articles[second], sums, least, kind, making.n_buckets)


def _shared(keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return where keys stand that come more than once."""
    order = np.argsort(keys)
    ascending = keys[order]
    same = ascending[1:] == ascending[:-1]
    return order[np.append(same, False) | np.append(False, same)] if len(keys) else order


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
    bucket = (mix(first.copy()) % np.uint64(n_buckets)).astype(np.int64)
    return _share_out(bucket, pairs=pairs, sums=told)


def _bucket_pairs(batches: Iterator[Any], making: Making) -> Iterator[Any]:
    """Put pairs that met under hot keys into the buckets of the others."""
    for batch in batches:
        first, second = (array(batch, name).view(np.uint64) for name in ("one", "other"))
        kinds = array(batch, "key").view(np.uint64) & _SHINGLE
        asked = (np.uint64(MOST_WEIGHT) & first, np.uint64(MOST_WEIGHT) & second)
        shift = _WEIGHT + _ASKED
        weights = (second >> _ASKED & np.uint64(255)).astype(np.int64)
        for kind in (0, 1):
            at = np.flatnonzero(kinds == kind)
            if len(at):
                least = np.minimum(*asked)[at]
                yield _share_pairs(
                    first[at] >> shift, second[at] >> shift, weights[at], least, kind, making.n_buckets
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
    yield lay_out(
        (enough >> np.uint64(32)).astype(np.int64), (enough & np.uint64(0xFFFFFFFF)).astype(np.int64)
    )


def lay_out(first: NDArray[np.int64], second: NDArray[np.int64]) -> Any:
    """Lay out sorted pairs by their first article, in slices that begin with it."""
    starts = np.flatnonzero(np.append(True, first[1:] != first[:-1])[: len(first)])
    sizes = np.diff(starts, append=len(first))
    slices = ranges(np.zeros_like(sizes), sizes) // SLICE
    opens = np.flatnonzero(ranges(np.zeros_like(sizes), sizes) % SLICE == 0)
    return make_batch(
        first=np.concatenate([first[opens], first]),
        slice=np.concatenate([slices[opens], slices]).astype(np.int32),
        article=np.concatenate([first[opens], second]),
    )
