"""Keys that very many articles have: found in a sample, and paired as a star in slices of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dedup.spark.buckets import HOT, PLACE, in_buckets
from dedup.spark.frames import Function, array, functions, make_batch, map_batches, unpack
from dedup.spark.kept import Kept

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

SAMPLED = 1_024
"""One article in so many is looked at to find hot keys: those of some 65,000 articles and more."""

SPAN = 1 << 17
"""Members of a hot key whose places are within so many are put in order together."""

Sample = Callable[[NDArray[np.int64], list[str]], NDArray[np.uint64]]
"""Makes the keys of some articles."""


def find_hot(texts: DataFrame, sample: Sample, n_texts: int, most: int) -> NDArray[np.uint64]:
    """Find the keys that more than `most` articles of a sample have.

    Parameters
    ----------
    texts : DataFrame
        ``place`` and ``text`` of each article.
    sample : callable
        Makes the keys of some of them.
    n_texts : int
        How many there are; of few, no key can be hot.
    most : int
        Members up to which all pairs of a key are wanted.

    Returns
    -------
    ndarray of uint64, shape (n_hot,)
        Ascending; at most a key for each `most` keys of the sample. All have more than `most` members, so
        that a star is what they make anyway, and the answer does not depend on which were found.
    """
    if n_texts <= SAMPLED * most:
        return np.zeros(0, np.uint64)
    some = texts.where(f"place % {SAMPLED} = 0")
    keys = map_batches(some, partial(_sample, sample=sample), "key long")
    found = keys.groupBy("key").count().where(f"count > {most}").select("key").toArrow()
    return np.sort(array(found, "key").view(np.uint64))


def join_keys_of(
    keys: DataFrame,
    hot: NDArray[np.uint64],
    join: Callable[[Any], Iterator[Any]],
    bucket_pairs: Function,
    schema: str,
    partitions: int,
    kept: Kept,
) -> DataFrame:
    """Join keys in their buckets, and hot ones beside them.

    Parameters
    ----------
    keys : DataFrame
        `BUCKETS`, from `put_in_buckets`.
    hot : ndarray of uint64, shape (n_hot,)
        The keys that went into the bucket `HOT`.
    join : callable
        Takes a bucket, and yields rows of `schema`.
    bucket_pairs : callable
        Takes batches of what `pair_hot` found, and yields rows of `schema`.
    schema : str
        What comes out.
    partitions : int
        Partitions of what is shuffled.
    kept : Kept
        Where the keys are kept if they are read twice.

    Returns
    -------
    DataFrame
        What `join` and `bucket_pairs` yield.
    """
    if not len(hot):
        return in_buckets(keys, partitions, join, schema)
    keys = kept.persist(keys)
    pairs = pair_hot(keys.where(f"bucket = {HOT}"))
    usual = in_buckets(keys.where(f"bucket <> {HOT}"), partitions, join, schema)
    return usual.union(map_batches(pairs, bucket_pairs, schema))


def _sample(batches: Iterator[Any], sample: Sample) -> Iterator[Any]:
    for batch in batches:
        yield make_batch(key=sample(array(batch, "place"), batch.column("text").to_pylist()).view(np.int64))


def pair_hot(keys: DataFrame) -> DataFrame:
    """Pair the members of hot keys: each with the key's first one, and with its predecessor.

    Parameters
    ----------
    keys : DataFrame
        ``keys`` and ``members`` as bytes; a member's place is in its upper 40 bits.

    Returns
    -------
    DataFrame
        ``key``, ``one`` and ``other`` (members, the earlier one first), each pair once.

    Notes
    -----
    The key is salted with the place, so that a task puts the members of one span in order and no task gets a
    whole key; what precedes the first member of a span is looked up among the last ones of the spans.
    """
    from pyspark.sql import Window

    F = functions()
    rows = map_batches(keys, _unpack, "key long, span int, member long")
    of_span = Window.partitionBy("key", "span")
    ends = rows.groupBy("key", "span").agg(F.min("member").alias("head"), F.max("member").alias("tail"))
    before = F.lag("tail").over(Window.partitionBy("key").orderBy("span"))
    first = F.min("head").over(Window.partitionBy("key"))
    ends = ends.select("key", "span", "head", before.alias("tail"), first.alias("centre"))
    chain = rows.withColumn("before", F.lag("member").over(of_span.orderBy("member")))
    chain = chain.join(F.broadcast(ends), ["key", "span"])
    chain = chain.withColumn("before", F.coalesce("before", "tail"))
    beside = chain.where("before IS NOT NULL").select(
        "key", F.col("before").alias("one"), F.col("member").alias("other")
    )
    star = chain.where("before IS NOT NULL AND before <> centre")
    return beside.union(star.select("key", F.col("centre").alias("one"), F.col("member").alias("other")))


def _unpack(batches: Iterator[Any]) -> Iterator[Any]:
    for batch in batches:
        members = unpack(batch.column("members").to_pylist(), "<i8")
        keys = unpack(batch.column("keys").to_pylist(), "<i8")
        yield make_batch(key=keys, span=(members // (SPAN << int(PLACE))).astype(np.int32), member=members)
