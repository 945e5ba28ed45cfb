"""Hashes with what belongs to them, in buckets that pass through Spark as bytes.

Spark moves rows one by one, and an article has hundreds of keys. So a row here is a bucket's share of the
keys of some thousand articles: arrays, as bytes. All that has one hash is in one bucket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dedup.ragged import ranges
from dedup.spark.frames import functions, make_batch, map_batches, pack, whole_groups
from dedup.text.hashing import mix

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

BUCKETS = "bucket int, keys binary, members binary"
"""Columns of keys in buckets: hashes, and members, which begin with the place of an article."""

MEMBERS = "first long, slice int, article long"
"""Columns of candidate pairs; see `lay_out`."""

HOT = -1
"""The bucket of hot keys, which are not joined in one piece."""

PLACE = np.uint64(24)
"""Bits of a member below the place of its article."""

SLICE = 256
"""Pairs of one article that are compared together; of more, there are several slices."""

FLUSH = 1 << 22
"""Keys that are gathered before they go into buckets."""

Keys = tuple[NDArray[np.uint64], NDArray[np.uint64]]
"""Hashes and members, each of shape (n_keys,)."""


def put_in_buckets(made: Iterator[Keys], n_buckets: int, hot: NDArray[np.uint64]) -> Iterator[Any]:
    """Make rows of `BUCKETS` of keys; those that are `hot` go into a bucket of their own."""
    waiting: list[Keys] = []
    n_waiting = 0
    for keys in made:
        waiting.append(keys)
        n_waiting += len(keys[0])
        if n_waiting >= FLUSH:
            yield _flush(waiting, n_buckets, hot)
            waiting, n_waiting = [], 0
    if waiting:
        yield _flush(waiting, n_buckets, hot)


def _flush(waiting: list[Keys], n_buckets: int, hot: NDArray[np.uint64]) -> Any:
    keys, members = (np.concatenate(parts) for parts in zip(*waiting, strict=True))
    bucket = bucket_of(keys, n_buckets)
    bucket[np.isin(keys, hot)] = HOT
    return share_out(bucket, keys=keys, members=members)


def bucket_of(hashes: NDArray[np.uint64], n_buckets: int) -> NDArray[np.int64]:
    """Return the bucket of each hash; mixed once more, for hashes may be cut off or sampled."""
    return (mix(hashes.copy()) % np.uint64(n_buckets)).astype(np.int64)


def share_out(bucket: NDArray[np.int64], **columns: NDArray[Any]) -> Any:
    """Make one row a bucket, of what belongs there."""
    order = np.argsort(bucket, kind="stable")
    sorted_ = bucket[order]
    starts = np.flatnonzero(np.append(True, sorted_[1:] != sorted_[:-1])[: len(order)])
    bounds = np.append(starts, len(order))
    packed = {name: pack(values[order], bounds) for name, values in columns.items()}
    return make_batch(bucket=sorted_[starts].astype(np.int32), **packed)


def in_buckets(frame: DataFrame, partitions: int, function: Callable[[Any], Any], schema: str) -> DataFrame:
    """Apply a function to each bucket: a table of rows with the same `bucket`."""
    F = functions()
    sorted_ = frame.repartition(partitions, F.col("bucket")).sortWithinPartitions("bucket")
    return map_batches(sorted_, partial(_each_bucket, function=function), schema)


def _each_bucket(batches: Iterator[Any], function: Callable[[Any], Iterator[Any]]) -> Iterator[Any]:
    for table in whole_groups(batches, ["bucket"], 1, lambda rows: np.ones(rows.num_rows, np.int64)):
        yield from function(table)


def find_shared(keys: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return where keys stand that come more than once."""
    order = np.argsort(keys)
    ascending = keys[order]
    same = ascending[1:] == ascending[:-1]
    return order[np.append(same, False) | np.append(False, same)] if len(keys) else order


def lay_out(pairs: NDArray[np.uint64]) -> Any:
    """Lay out candidate pairs by their first article.

    Parameters
    ----------
    pairs : ndarray of uint64, shape (n_pairs,)
        First place and second place, 32 bits each; ascending and unique.

    Returns
    -------
    pyarrow.RecordBatch
        `MEMBERS`: each article that comes first, with itself and up to `SLICE` of its seconds in a slice.
    """
    first, second = (
        (pairs >> np.uint64(32)).astype(np.int64),
        (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64),
    )
    starts = np.flatnonzero(np.append(True, first[1:] != first[:-1])[: len(first)])
    sizes = np.diff(starts, append=len(first))
    slices, place = np.divmod(ranges(np.zeros_like(sizes), sizes), SLICE)
    opens = np.flatnonzero(place == 0)
    return make_batch(
        first=np.concatenate([first[opens], first]),
        slice=np.concatenate([slices[opens], slices]).astype(np.int32),
        article=np.concatenate([first[opens], second]),
    )
