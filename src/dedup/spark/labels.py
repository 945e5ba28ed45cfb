"""What hangs together, and which root a link leads to, as joins of DataFrames."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dedup.duplicates.components import components
from dedup.spark.frames import array, arrow, functions, make_batch, map_batches
from dedup.spark.kept import Kept

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

FITS = 1 << 22
"""Links, after each partition has been contracted, up to which the driver labels components: 64 MB."""

_LINK = "node long, label long"


def label_components(links: DataFrame, kept: Kept, *, fits: int | None = None) -> DataFrame:
    """Label the connected components of a graph of articles.

    Parameters
    ----------
    links : DataFrame
        Two columns of places: the ends of links.
    kept : Kept
        Where DataFrames are kept that are used again.
    fits : int, optional
        Links that the driver takes, `FITS` by default.

    Returns
    -------
    DataFrame
        ``node`` and ``label``, the smallest place of the component; of every article that has a link.

    Notes
    -----
    Each partition contracts what it has: of a million copies of one text a link each is left, and never more
    links than articles. If they fit the driver, it labels them; else large-star and small-star are done in
    turn until nothing changes [1]_, O(log(n)**2) times at most and some five in practice.

    .. [1] Kiveris, Lattanzi, Mirrokni, Rastogi and Vassilvitskii, "Connected components in MapReduce and
       beyond", SoCC 2014.
    """
    F = functions()
    one, other = links.columns
    contracted = kept.write(map_batches(links.select(one, other), _contract, _LINK), "contracted")
    n_links = contracted.count()
    if n_links <= (FITS if fits is None else fits):
        found = contracted.toArrow()
        node, label = _label(array(found, "node"), array(found, "label"))
        table = arrow().table({"node": node, "label": label})
        return contracted.sparkSession.createDataFrame(table, _LINK)
    star = contracted.where("node <> label").distinct()
    while True:
        before = star
        star = kept.write(_small_star(_large_star(star)), "star")
        if _digest(star) == _digest(before):
            break
    roots = star.select(F.col("label").alias("node"), "label").distinct()
    return star.union(roots)


def _contract(batches: Iterator[Any]) -> Iterator[Any]:
    ends = [np.stack([batch.column(i).to_numpy() for i in (0, 1)], axis=1) for batch in batches]
    if ends:
        pairs = np.concatenate(ends)
        node, label = _label(pairs[:, 0], pairs[:, 1])
        yield make_batch(node=node, label=label)


def _label(one: NDArray[np.int64], other: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    nodes, at = np.unique(np.concatenate([one, other]), return_inverse=True)
    return nodes, nodes[components(len(nodes), at.reshape(2, -1).T)]


def _large_star(star: DataFrame) -> DataFrame:
    """Link the larger neighbours of each node to the smallest of its neighbours and itself."""
    F = functions()
    both = star.union(star.select("label", "node")).toDF("node", "beside")
    least = both.groupBy("node").agg(F.min("beside").alias("least"))
    least = least.select("node", F.least("node", "least").alias("label"))
    found = both.where("beside > node").join(least, "node")
    return found.select(F.col("beside").alias("node"), "label").where("node <> label").distinct()


def _small_star(star: DataFrame) -> DataFrame:
    """Link the smaller neighbours of each node, and itself, to the smallest of them."""
    F = functions()
    least = star.groupBy("node").agg(F.min("label").alias("least"))
    found = star.join(least, "node").select(F.col("label").alias("node"), F.col("least").alias("label"))
    found = found.union(least.select("node", F.col("least").alias("label")))
    return found.where("node <> label").distinct()


def _digest(star: DataFrame) -> tuple[int, int]:
    F = functions()
    found = star.agg(F.count("*").alias("n"), F.sum(F.xxhash64("node", "label") % 1_000_003).alias("sum"))
    row = found.collect()[0]
    return row.n, row.sum or 0


def find_roots(links: DataFrame, kept: Kept) -> DataFrame:
    """Find the root that each article comes down from.

    Parameters
    ----------
    links : DataFrame
        ``child`` and ``parent``: one link a child, and no cycle.
    kept : Kept
        Where DataFrames are kept that are used again.

    Returns
    -------
    DataFrame
        ``child`` and ``root``, of every child.

    Notes
    -----
    By pointer doubling, in each partition first, so that what was written together takes one join to check;
    in all, of a chain of n links, log2(n) joins at most.
    """
    F = functions()
    up = kept.write(map_batches(links.select("child", "parent"), _climb, "child long, root long"), "up")
    while True:
        further = up.select(F.col("child").alias("root"), F.col("root").alias("above"))
        joined = kept.write(up.join(further, "root", "left"), "further")
        if joined.where("above IS NOT NULL").isEmpty():
            return up
        up = joined.select("child", F.coalesce("above", "root").alias("root"))


def _climb(batches: Iterator[Any]) -> Iterator[Any]:
    """Link each child to the furthest ancestor that the links of the partition lead to."""
    ends = [np.stack([array(batch, "child"), array(batch, "parent")]) for batch in batches]
    child, parent = np.concatenate([np.zeros((2, 0), np.int64), *ends], axis=1)
    nodes, at = np.unique(np.concatenate([child, parent]), return_inverse=True)
    up = np.arange(len(nodes))
    up[at[: len(child)]] = at[len(child) :]
    while (up[up] != up).any():
        up = up[up]
    yield make_batch(child=child, root=nodes[up[at[: len(child)]]])
