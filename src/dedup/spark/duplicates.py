"""Near-duplicates of a DataFrame: the answer of `dedup.find_duplicates`, worked out by Spark."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from dedup.duplicates.exact import exact_resemblance
from dedup.duplicates.lsh import choose_bands
from dedup.duplicates.minhash import ROWS
from dedup.duplicates.shingles import make_shingles
from dedup.errors import InputError
from dedup.spark.articles import Pile, read_pile
from dedup.spark.frames import array, functions, make_batch, map_batches
from dedup.spark.kept import Kept
from dedup.spark.labels import label_components
from dedup.spark.lineage import check_partitions
from dedup.spark.rows import bring_texts, read_members
from dedup.spark.sketches import Sketching, find_near, sketch

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

ARTICLES = 200_000
"""Articles for which there is a partition of four buckets: some 60 MB of band keys."""

_PAIRS = "one long, other long, resemblance double, rounded double"


@dataclass(frozen=True, slots=True)
class SparkDuplicates:
    """Near-duplicates, as DataFrames.

    Attributes
    ----------
    articles : DataFrame
        ``id``, ``cluster`` (the id of its first member; the article's own where it has no duplicate),
        ``duplicates`` (``id`` and ``resemblance``, rounded to four digits) and ``place``, the article's
        number in the order of ids.
    pairs : DataFrame
        ``first``, ``second`` and ``resemblance`` of each verified pair, the smaller id first.
    n_articles, n_identical : int
        Rows of `articles`, and those whose text is that of an earlier one.
    n_bad : int
        Rows of the input that were skipped.
    bad : DataFrame or None
        ``error`` of each of these; None if there is none.
    kept : Kept
        The folder of Parquet files that `articles` and `pairs` are read from.
    """

    articles: DataFrame
    pairs: DataFrame
    n_articles: int
    n_identical: int
    n_bad: int
    bad: DataFrame | None
    kept: Kept

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield `articles` in the order of ids, a partition at a time."""
        for row in self.articles.orderBy("place").drop("place").toLocalIterator():
            yield row.asDict(recursive=True)

    def close(self) -> None:
        """Remove the files in which `articles` and `pairs` are kept."""
        self.kept.close()


def find_duplicates(
    frame: DataFrame,
    *,
    threshold: float = 0.7,
    n: int = 5,
    rows: int = ROWS,
    bands: int | None = None,
    partitions: int | None = None,
    skip_bad: bool = False,
    work: str | None = None,
) -> SparkDuplicates:
    """Find the near-duplicates in a DataFrame.

    Parameters
    ----------
    frame : DataFrame
        Articles, with the columns that `dedup.as_articles` understands as fields; or from `read_files`.
    threshold : float, optional
        Resemblance from which a pair counts, above 0 and up to 1.
    n : int, optional
        Words a shingle, >= 1.
    rows : int, optional
        Rows of the signatures, >= 1.
    bands : int, optional
        Number of bands, 1 to `rows`; by default `dedup.choose_bands` takes them from the threshold.
    partitions, skip_bad, work
        As for `dedup.spark.find_lineage`.

    Returns
    -------
    SparkDuplicates
        What `dedup.find_duplicates` finds among the articles in the order of their ids, whatever the
        partitions.

    Raises
    ------
    MissingFieldError
        If no column can hold a text; the error says which columns there are.
    InputError
        If an argument is out of its range, a row cannot be used, or ids are given twice.

    Notes
    -----
    Clusters come from links that each partition has contracted: the driver takes `labels.FITS` of them,
    64 MB; more are labelled by the executors.

    Examples
    --------
    >>> session = start_session()  # doctest: +SKIP
    >>> found = find_duplicates(session.read.parquet("crawl.parquet"))  # doctest: +SKIP
    >>> found.articles.where("cluster = id").count()  # doctest: +SKIP
    """
    if not 0 < threshold <= 1:
        raise InputError(f"threshold is {threshold}; give a resemblance above 0 and up to 1, such as 0.7")
    partitions = check_partitions(frame, partitions)
    bands = choose_bands(rows, threshold)[0] if bands is None else bands
    sketch(["one"], Sketching(n, rows, bands, 1))  # what is out of its range fails here, and not far away
    with ExitStack() as unless_done, Kept(frame.sparkSession, work) as kept:
        result = unless_done.enter_context(Kept(frame.sparkSession, work))
        pile = read_pile(
            frame, kept, use_times=False, stripped=False, partitions=partitions, skip_bad=skip_bad
        )
        sketching = Sketching(n, rows, bands, 4 * max(partitions, -(-pile.n_texts // ARTICLES)))
        members = find_near(pile, sketching, kept)
        together = bring_texts(members, pile.texts, partitions)
        verified = map_batches(together, partial(_verify, n=n, threshold=threshold), _PAIRS)
        pairs = kept.write(verified.union(_copies(pile, n)), "pairs")
        labels = label_components(pairs.select("one", "other"), kept)
        articles = result.write(_articles(pile, pairs, labels), "articles")
        named = result.write(_named(pile, pairs), "pairs")
        bad = result.write(pile.bad.select("error"), "bad") if pile.n_bad else None
        unless_done.pop_all()
        n_identical = pile.n_articles - pile.n_texts
        return SparkDuplicates(articles, named, pile.n_articles, n_identical, pile.n_bad, bad, result)


def _verify(batches: Iterator[Any], n: int, threshold: float) -> Iterator[Any]:
    for table, articles, pairs in read_members(batches):
        exact = exact_resemblance(table.column("text").to_pylist(), pairs, n)
        similar = np.flatnonzero(exact >= threshold)
        exact, (one, other) = exact[similar], articles[pairs[similar].T]
        yield make_batch(one=one, other=other, resemblance=exact, rounded=exact.round(4))


def _copies(pile: Pile, n: int) -> DataFrame:
    """Pair each identical text with its first copy; those without words are nobody's duplicates."""
    F = functions()
    copies = pile.places.where("first <> place").toDF("other", "id", "one")
    copied = copies.select(F.col("one").alias("place")).distinct()
    read = pile.texts.select("place", "text").join(copied, "place", "left_semi")
    worded = map_batches(read, partial(_with_words, n=n), "one long")
    return copies.join(worded, "one").select("one", "other", F.lit(1.0), F.lit(1.0))


def _with_words(batches: Iterator[Any], n: int) -> Iterator[Any]:
    for batch in batches:
        n_shingles = np.diff(make_shingles(batch.column("text").to_pylist(), n).offsets)
        yield make_batch(one=array(batch, "place")[n_shingles > 0])


def _articles(pile: Pile, pairs: DataFrame, labels: DataFrame) -> DataFrame:
    F = functions()
    both = pairs.select(F.col("one").alias("place"), F.col("other").alias("at"), "rounded")
    both = both.union(pairs.select("other", "one", "rounded"))
    ids = pile.places.select(F.col("place").alias("at"), F.col("id").alias("name"))
    beside = F.struct("at", F.col("name").alias("id"), F.col("rounded").alias("resemblance")).alias("beside")
    besides = F.sort_array(F.collect_list("beside")).alias("beside")
    listed = both.join(ids, "at").select("place", beside).groupBy("place").agg(besides)
    labels = labels.toDF("place", "at").join(ids, "at").select("place", F.col("name").alias("cluster"))
    duplicates = F.expr("transform(beside, one -> struct(one.id, one.resemblance))")
    duplicates = F.coalesce(duplicates, F.array().cast("array<struct<id: string, resemblance: double>>"))
    return (
        pile.places.join(listed, "place", "left")
        .join(labels, "place", "left")
        .select("place", "id", F.coalesce("cluster", "id").alias("cluster"), duplicates.alias("duplicates"))
    )


def _named(pile: Pile, pairs: DataFrame) -> DataFrame:
    F = functions()
    first = pile.places.select(F.col("place").alias("one"), F.col("id").alias("first"))
    second = pile.places.select(F.col("place").alias("other"), F.col("id").alias("second"))
    return pairs.join(first, "one").join(second, "other").select("first", "second", "resemblance")
