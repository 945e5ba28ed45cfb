"""Candidate pairs compared: their texts are brought together, and each allowed direction becomes a row."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dedup.extras import load_extra
from dedup.lineage.links import Rows, direct
from dedup.lineage.model import load_model
from dedup.lineage.pipeline import compare_likely
from dedup.pairs.archive import read_pile
from dedup.pairs.compare import FEATURES
from dedup.pairs.frequencies import Frequencies
from dedup.spark.frames import (
    array,
    functions,
    group_starts,
    make_batch,
    map_batches,
    pack,
    unpack,
    whole_groups,
)

if TYPE_CHECKING:
    from pyspark.core.broadcast import Broadcast
    from pyspark.sql import DataFrame

ROWS = "child long, parent long, features binary, hours double, kin double, dated boolean, copied double"
"""Columns of rows; ``copied`` is how much of the child stands in the parent."""

_CHARACTERS = 4_000_000  # of the texts that are compared together
_LEAST = 200  # characters that a text counts for at least
_CHILD_SHINGLES = FEATURES.index("child_shingles")


def bring_texts(members: DataFrame, texts: DataFrame, partitions: int) -> DataFrame:
    """Bring the texts of members together.

    Parameters
    ----------
    members : DataFrame
        ``first``, ``slice`` and ``article``; see `dedup.spark.meeting.find_members`.
    texts : DataFrame
        ``place``, ``seconds``, ``outlet`` and ``text``, hashed by place.
    partitions : int
        Partitions of what is shuffled: a text for each member.

    Returns
    -------
    DataFrame
        Members with their texts, sorted within partitions by first, slice and article.
    """
    F = functions()
    joined = members.join(texts, members.article == texts.place).drop("place")
    grouped = joined.repartition(partitions, F.col("first"), F.col("slice"))
    return grouped.sortWithinPartitions("first", "slice", "article")


def read_members(batches: Iterator[Any]) -> Iterator[tuple[Any, NDArray[np.int64], NDArray[np.int64]]]:
    """Yield some texts at a time, and the pairs among them that are to be compared.

    Yields
    ------
    table : pyarrow.Table
        ``article``, ``text`` and so on: each article once, in order.
    articles : ndarray of int64, shape (n_texts,)
        Their places, ascending.
    pairs : ndarray of int64, shape (n_pairs, 2)
        Rows of the table, first < second.
    """
    for group in whole_groups(batches, ["first", "slice"], _CHARACTERS, sizes):
        starts = group_starts(group, ["first", "slice"])
        follows = np.ones(group.num_rows, np.bool_)
        follows[starts] = False
        articles, kept, at = np.unique(array(group, "article"), return_index=True, return_inverse=True)
        of_first = np.repeat(at[starts], np.diff(starts, append=group.num_rows))
        yield group.take(kept), articles, np.stack([of_first[follows], at[follows]], axis=1)


def sizes(rows: Any) -> NDArray[np.int64]:
    """Weigh the rows of a table by their texts, in bytes, shape (n_rows,)."""
    lengths = load_extra("pyarrow.compute", "spark").binary_length(rows.column("text"))
    return np.asarray(np.maximum(lengths.to_numpy(zero_copy_only=False), _LEAST), np.int64)


def outlets_of(table: Any) -> NDArray[np.int64]:
    """Number the outlets of some articles, -1 where none is known; only whether they are equal matters."""
    names, numbers = np.unique(np.array(table.column("outlet").to_pylist(), np.object_), return_inverse=True)
    known = np.array([name != "" for name in names], np.bool_)
    return np.asarray(np.where(known, np.arange(len(names)), -1)[numbers], np.int64)


def compare_members(
    members: DataFrame, texts: DataFrame, frequencies: Broadcast[Frequencies], partitions: int
) -> DataFrame:
    """Compare candidate pairs, and lay out each direction that times allow.

    Returns
    -------
    DataFrame
        `ROWS`: what `dedup.lineage.links.direct` says of all pairs that share enough, but for `Rows.timed`,
        which takes all rows of a child.
    """
    return map_batches(
        bring_texts(members, texts, partitions), partial(_compare, frequencies=frequencies), ROWS
    )


def _compare(batches: Iterator[Any], frequencies: Broadcast[Frequencies]) -> Iterator[Any]:
    model = load_model()
    for table, articles, pairs in read_members(batches):
        pile = read_pile(table.column("text").to_pylist(), outlets_of(table), frequencies.value)
        kept, features = compare_likely(pile, pairs, model)
        seconds = array(table, "seconds")
        hours = np.where(np.isinf(seconds), np.nan, seconds) / 3600
        yield pack_rows(direct(pairs[kept], features, hours, model), articles)


def pack_rows(rows: Rows, articles: NDArray[np.int64]) -> Any:
    """Make an Arrow batch of `ROWS`; `articles` are the places of the numbers in it."""
    return make_batch(
        child=articles[rows.child],
        parent=articles[rows.parent],
        features=pack(rows.features, np.arange(len(rows.child) + 1)),
        hours=rows.hours,
        kin=rows.kin,
        dated=rows.dated,
        copied=rows.features[:, _CHILD_SHINGLES],
    )


def unpack_rows(table: Any) -> tuple[Rows, NDArray[np.int64]]:
    """Read `ROWS`: the rows sorted by child and parent, and the places of the articles in them.

    A child's rows must all be there. Articles are numbered in the order of their places.
    """
    child, parent = array(table, "child"), array(table, "parent")
    articles, at = np.unique(np.concatenate([child, parent]), return_inverse=True)
    child, parent = at[: len(child)], at[len(child) :]
    hours = array(table, "hours")
    untold = np.zeros(len(articles), np.bool_)
    untold[child[hours == 0]] = True  # of both articles of such a pair: it has a row for either
    features = unpack(table.column("features").to_pylist(), "<f8", len(FEATURES))
    rows = Rows(child, parent, features, hours, array(table, "kin"), ~untold[child], array(table, "dated"))
    return rows, articles
