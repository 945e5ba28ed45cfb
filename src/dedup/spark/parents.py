"""Parents chosen for each child by itself, or for several together where times leave more than one order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dedup.lineage.links import Rows, score
from dedup.lineage.model import load_model
from dedup.lineage.parents import Links, find_parents
from dedup.pairs.archive import Archive
from dedup.pairs.frequencies import Frequencies
from dedup.pairs.gains import GAINS
from dedup.spark.frames import array, functions, make_batch, map_batches, whole_groups
from dedup.spark.kept import Kept
from dedup.spark.labels import label_components
from dedup.spark.rows import ROWS, outlets_of, sizes, unpack_rows

if TYPE_CHECKING:
    from pyspark.core.broadcast import Broadcast
    from pyspark.sql import DataFrame

_LINKS = "child long, parent long, relation int, probability double, rank int"
_FOUND = f"grp long, {ROWS}, taken double, asked boolean, relation int, probability double, rank int"
_READ = f"grp long, {ROWS}, taken double, text string, outlet string, article long"
_ROWS = 20_000  # rows of whole groups that are looked at together
_CHARACTERS = 4_000_000  # of the texts of whole groups that are compared together


def choose_parents(
    rows: DataFrame, texts: DataFrame, frequencies: Broadcast[Frequencies], kept: Kept, partitions: int
) -> DataFrame:
    """Choose parents, as `dedup.lineage.parents.find_parents` does.

    Parameters
    ----------
    rows : DataFrame
        From `dedup.spark.rows.compare_members`.
    texts : DataFrame
        ``place``, ``outlet`` and ``text``, hashed by place.
    frequencies : Broadcast of Frequencies
        Of all articles.
    kept : Kept
        Where DataFrames are kept that are used again.
    partitions : int
        Partitions of what is shuffled.

    Returns
    -------
    DataFrame
        ``child``, ``parent``, ``relation`` (an index into `RELATIONS`), ``probability`` and ``rank``, from 0
        on by child, its main parent first.

    Notes
    -----
    Texts are only brought where they are asked for: to the children that may have another parent.
    """
    F = functions()
    # How much of a parent stands in one that it may be a copy of takes all rows in which it is the child.
    taken = rows.groupBy("child").agg(F.max("copied").alias("taken"))
    taken = taken.withColumnRenamed("child", "parent")
    whole = _group(rows, kept).join(taken, "parent", "left").na.fill(0.0, ["taken"])
    whole = whole.repartition(partitions, "grp").sortWithinPartitions("grp", "child", "parent")
    found = kept.write(map_batches(whole, _choose, _FOUND), "found")
    settled = found.where("relation >= 0").select(*_names(_LINKS))
    open_ = found.where("relation < 0")
    members = F.explode(F.when(F.col("asked"), F.array("child", "parent")).otherwise(F.array("child")))
    wanted = open_.select("grp", members.alias("article")).distinct()
    read = wanted.join(texts.select("place", "outlet", "text"), wanted.article == texts.place).drop("place")
    together = open_.unionByName(read, allowMissingColumns=True).select(*_names(_READ))
    together = together.repartition(partitions, "grp").sortWithinPartitions(
        "grp", "child", "parent", "article"
    )
    return settled.union(map_batches(together, partial(_choose_again, frequencies=frequencies), _LINKS))


def _names(schema: str) -> list[str]:
    return [part.split(" ")[0] for part in schema.split(", ")]


def _group(rows: DataFrame, kept: Kept) -> DataFrame:
    """Say which rows are to be looked at together.

    Where times tell, a child's parents are its own affair. Articles that were published at the same moment
    can be each other's parents: these hang together. If some article has no time, a circle of parents can
    lead through any others, and all that hangs together with it does.
    """
    F = functions()
    group = F.col("child")
    is_loose, is_tied = rows.selectExpr("bool_or(NOT dated)", "bool_or(dated AND hours = 0)").collect()[0]
    if is_loose:
        loose = label_components(rows.select("child", "parent"), kept)
        undated = rows.where("NOT dated").select(F.col("child").alias("node")).distinct()
        labels = undated.join(loose, "node").select("label").distinct()
        loose = loose.join(labels, "label").select(
            F.col("node").alias("child"), F.col("label").alias("loose")
        )
        rows = rows.join(loose, "child", "left")
        group = F.coalesce("loose", group)
    if is_tied:
        tied = label_components(rows.where("dated AND hours = 0").select("child", "parent"), kept)
        rows = rows.join(tied.toDF("child", "tied"), "child", "left")
        group = F.coalesce("loose", "tied", "child") if "loose" in rows.columns else F.coalesce("tied", group)
    return rows.select(group.alias("grp"), *_names(ROWS))


def _count(rows: Any) -> NDArray[np.int64]:
    return np.ones(rows.num_rows, np.int64)


def _by_child(table: Any) -> Any:
    """Sort the rows of several groups by child and parent, as `Rows` are."""
    return table.take(np.lexsort((array(table, "parent"), array(table, "child")))).combine_chunks()


@dataclass(frozen=True, slots=True)
class _Asking:
    """Articles without texts, which note what would be compared."""

    outlets: NDArray[np.int64]
    asked: list[NDArray[np.int64]]

    def compare_with_main(self, triples: NDArray[np.int64]) -> NDArray[np.float64]:
        """Note what is asked; see `dedup.lineage.parents.Comparer`."""
        self.asked.append(triples)
        return np.full((len(triples), len(GAINS)), np.nan)  # which is no reason for another parent


def _choose(batches: Iterator[Any]) -> Iterator[Any]:
    """Choose parents without texts; hand on the groups for which texts are asked."""
    for group in whole_groups(batches, ["grp"], _ROWS, _count):
        table = _by_child(group)
        rows, articles = unpack_rows(table)
        asking = _Asking(np.zeros(len(articles), np.int64), [])
        links = _find(asking, rows, array(table, "taken"), len(articles))
        groups = array(table, "grp")
        triples = np.concatenate([np.zeros((0, 3), np.int64), *asking.asked])
        codes = rows.child * len(articles) + rows.parent
        wanted = np.concatenate([triples[:, 0] * len(articles) + triples[:, i] for i in (1, 2)])
        asked = np.isin(codes, wanted)
        is_open = np.isin(groups, groups[asked])
        settled = np.flatnonzero(~is_open[links.row])
        yield _found(table, asked, np.flatnonzero(is_open), None, links)
        yield _found(table, asked, links.row[settled], settled, links)


def _found(
    table: Any,
    asked: NDArray[np.bool_],
    rows: NDArray[np.int64],
    settled: NDArray[np.int64] | None,
    links: Links,
) -> Any:
    """Lay out rows of `_FOUND`: links that are settled, or rows of groups that are not."""
    none = np.full(len(rows), -1, np.int32)
    told = {"relation": none, "probability": np.zeros(len(rows)), "rank": none}
    if settled is not None:
        told["relation"] = links.relation[settled].astype(np.int32)
        told["probability"] = links.probability[settled].round(4)
        told["rank"] = _ranks(array(table, "child")[links.row])[settled]
    taken = table.take(rows)
    columns = {name: taken.column(name).combine_chunks() for name in ("grp", *_names(ROWS), "taken")}
    return make_batch(**columns, asked=asked[rows], **told)


def _find(comparer: Any, rows: Rows, taken: NDArray[np.float64], n_articles: int) -> Links:
    model = load_model()
    copied = np.zeros(n_articles)
    copied[rows.parent] = taken
    return find_parents(comparer, rows, score(rows, model, copied), model)


def _ranks(child: NDArray[np.int64]) -> NDArray[np.int32]:
    """Number the links of each child from 0 on, in their order."""
    order = np.argsort(child, kind="stable")
    ascending = child[order]
    starts = np.flatnonzero(np.append(True, ascending[1:] != ascending[:-1])[: len(child)])
    sizes = np.diff(starts, append=len(child))
    ranks = np.empty(len(child), np.int32)
    ranks[order] = np.arange(len(child)) - np.repeat(starts, sizes)
    return ranks


def _choose_again(batches: Iterator[Any], frequencies: Broadcast[Frequencies]) -> Iterator[Any]:
    """Choose parents with the texts that were asked for."""
    for group in whole_groups(batches, ["grp"], _CHARACTERS, _weigh):
        is_text = group.column("child").is_null().to_numpy()
        table, read = _by_child(group.filter(~is_text)), group.filter(is_text)
        rows, articles = unpack_rows(table)
        read_places, kept = np.unique(array(read, "article"), return_index=True)
        read = read.take(kept)
        texts, outlets = [""] * len(articles), np.full(len(articles), -1)
        at = np.searchsorted(articles, read_places)
        for place, text in zip(at.tolist(), read.column("text").to_pylist(), strict=True):
            texts[place] = text
        outlets[at] = outlets_of(read)
        archive = Archive(texts, outlets, frequencies.value)
        links = _find(archive, rows, array(table, "taken"), len(articles))
        yield make_batch(
            child=articles[rows.child[links.row]],
            parent=articles[rows.parent[links.row]],
            relation=links.relation.astype(np.int32),
            probability=links.probability.round(4),
            rank=_ranks(rows.child[links.row]),
        )


def _weigh(rows: Any) -> NDArray[np.int64]:
    is_text = rows.column("child").is_null().to_numpy(zero_copy_only=False)
    weights = np.full(rows.num_rows, 300, np.int64)  # bytes of a row without text
    weights[is_text] = sizes(rows.filter(is_text))
    return weights
