"""How common terms are, counted in each partition and added up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.duplicates.shingles import make_shingles
from dedup.pairs.frequencies import COUNTER_BITS, Frequencies, count_part
from dedup.pairs.parts import cut_parts
from dedup.spark.frames import array, functions, make_batch, map_batches, pack, unpack, whole_groups

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_ARTICLES, _SHINGLES = 1 << COUNTER_BITS, (1 << COUNTER_BITS) + 1  # totals travel as two counters more
_GROUPS = 20_000  # counters of articles that are added up at a time are those of so many articles


def count_texts(texts: DataFrame, partitions: int) -> Frequencies:
    """Count in how many articles terms stand, as `dedup.pairs.frequencies.count_articles` does.

    Parameters
    ----------
    texts : DataFrame
        ``place`` and ``text`` of each article.
    partitions : int
        Partitions of what is shuffled: some 4 bytes a term of every article.

    Returns
    -------
    Frequencies
        The same however the rows are partitioned. What comes to the driver are the counters that are not 0,
        12 bytes each: 50 MB at most, whatever the number of articles.
    """
    F = functions()
    counted = map_batches(
        texts.select("place", "text"), _count, "group long, n_shingles long, counters binary"
    )
    grouped = counted.repartition(partitions, "group").sortWithinPartitions("group")
    summed = (
        map_batches(grouped, _add_up, "counter int, n long").groupBy("counter").agg(F.sum("n").alias("n"))
    )
    found = summed.toArrow()
    counts = np.zeros(_SHINGLES + 1, np.int64)
    counts[array(found, "counter")] = array(found, "n")
    return Frequencies(counts[:_ARTICLES].astype(np.uint32), int(counts[_ARTICLES]), int(counts[_SHINGLES]))


def _count(batches: Iterator[Any]) -> Iterator[Any]:
    for batch in batches:
        places, texts = array(batch, "place"), batch.column("text").to_pylist()
        for part in cut_parts(texts):
            counted = count_part(part)
            groups = counted.groups.view(np.int64).copy()
            own = places[part.first : part.first + len(part.texts)]
            # An article without words is a group of its own: its place is its number, not that in the batch.
            bare = np.flatnonzero(counted.n_terms == 0)
            bare = bare[np.diff(make_shingles([part.texts[i] for i in bare.tolist()]).offsets) == 0]
            groups[bare] = own[bare]
            bounds = np.concatenate([[0], np.cumsum(counted.n_terms, dtype=np.int64)])
            n_shingles = np.zeros(len(groups), np.int64)
            n_shingles[0] = counted.n_shingles
            yield make_batch(
                group=groups, n_shingles=n_shingles, counters=pack(counted.counters.astype("<u4"), bounds)
            )


def _add_up(batches: Iterator[Any]) -> Iterator[Any]:
    counts = np.zeros(_SHINGLES + 1, np.int64)
    for table in whole_groups(batches, ["group"], _GROUPS, lambda rows: np.ones(rows.num_rows, np.int64)):
        groups = array(table, "group")
        number = np.cumsum(np.append(True, groups[1:] != groups[:-1])) - 1
        pieces = table.column("counters").to_pylist()
        owner = np.repeat(number, [len(piece) // 4 for piece in pieces])
        keys = owner << COUNTER_BITS | unpack(pieces, "<u4").astype(np.int64)
        keys.sort()
        keys = keys[np.append(True, keys[1:] != keys[:-1])[: len(keys)]]
        np.add.at(counts, keys & (_ARTICLES - 1), 1)
        counts[_ARTICLES] += int(number[-1]) + 1
        counts[_SHINGLES] += int(array(table, "n_shingles").sum())
    some = np.flatnonzero(counts)
    yield make_batch(counter=some.astype(np.int32), n=counts[some])
