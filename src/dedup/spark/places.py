"""The order of articles: ids that are unique, a number by time and id, and the first of each text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.errors import DuplicateIdError
from dedup.spark.frames import functions, make_batch, map_batches
from dedup.spark.kept import Kept

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_NUMBERED = "id string, digest binary, slice int, at long"
_N_SHOWN = 10  # ids that an error spells out


def name_articles(read: DataFrame, kept: Kept, *, has_all: bool) -> DataFrame:
    """Check that ids are unique, and tell apart articles without id that have the same title and text."""
    F = functions()
    if not has_all:
        from pyspark.sql import Window

        order = Window.partitionBy("id").orderBy(F.desc("given"), "seconds", "outlet", "url")
        numbered = read.withColumn("number", F.row_number().over(order))
        name = F.when(F.col("given") | (F.col("number") == 1), F.col("id"))
        name = name.otherwise(F.concat_ws("-", "id", "number"))
        read = kept.persist(numbered.withColumn("id", name).drop("number"))
    twice = read.groupBy("id").count().where("count > 1")
    names = [row.id for row in twice.orderBy("id").limit(_N_SHOWN + 1).collect()]
    if names:
        shown = ", ".join(map(repr, names[:_N_SHOWN])) + (" and more" if len(names) > _N_SHOWN else "")
        raise DuplicateIdError(
            f"ids must be unique; given more than once: {shown}; rename them, or leave ids out"
        )
    return read.select("id", "seconds", "outlet", "title", "text", "digest")


def place_articles(read: DataFrame, kept: Kept, partitions: int) -> DataFrame:
    """Number articles in the order of time and id, and say which is the first one with the same text.

    Returns
    -------
    DataFrame
        ``place``, ``id`` and ``first``, the same however the rows are partitioned.
    """
    F = functions()
    # No two rows are equal in time and id, so that places do not depend on where ranges are cut.
    order = read.select("seconds", "id", "digest").repartitionByRange(partitions, "seconds", "id")
    order = order.sortWithinPartitions("seconds", "id").drop("seconds")
    numbered = kept.write(map_batches(order, _number, _NUMBERED), "numbered")
    counts = {row.slice: row["count"] for row in numbered.groupBy("slice").count().collect()}
    first, starts = 0, []
    for part, count in sorted(counts.items()):
        starts.append((part, first))
        first += count
    start = read.sparkSession.createDataFrame(starts, "slice int, start long")
    placed = numbered.join(F.broadcast(start), "slice")
    placed = placed.select((F.col("start") + F.col("at")).alias("place"), "id", "digest")
    firsts = placed.where("digest IS NOT NULL").groupBy("digest").agg(F.min("place").alias("first"))
    several = placed.join(firsts, "digest", "left")
    return kept.write(several.select("place", "id", F.coalesce("first", "place").alias("first")), "places")


def _number(batches: Iterator[Any]) -> Iterator[Any]:
    from pyspark import TaskContext

    context = TaskContext.get()
    part = context.partitionId() if context else 0
    first = 0
    for batch in batches:
        n = batch.num_rows
        yield make_batch(
            id=batch.column("id"),
            digest=batch.column("digest"),
            slice=np.full(n, part, np.int32),
            at=np.arange(first, first + n),
        )
        first += n
