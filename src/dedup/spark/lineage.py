"""The lineage of a DataFrame: the answer of `dedup.find_lineage`, worked out by Spark."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dedup.errors import InputError
from dedup.lineage.find import DEFAULT_MIN_PROBABILITY
from dedup.spark.articles import read_pile
from dedup.spark.counts import count_texts
from dedup.spark.kept import Kept
from dedup.spark.meeting import find_members
from dedup.spark.parents import choose_parents
from dedup.spark.records import collect_edges, make_records, name_edges
from dedup.spark.rows import compare_members
from dedup.spark.session import is_local, use_this_python

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_USUAL = 200  # partitions that Spark takes if nobody says; too many for one machine


@dataclass(frozen=True, slots=True)
class SparkLineage:
    """Which article was made from which, as DataFrames.

    Attributes
    ----------
    articles : DataFrame
        The records of `dedup.Lineage.records`: ``id``, ``family``, ``role``, ``parents`` (``id``,
        ``relation`` and ``probability``, the main parent first) and ``cited``; and ``place``, the article's
        number in the order of time and id.
    edges : DataFrame
        ``child``, ``parent``, ``relation``, ``probability`` and ``rank``, which is 0 for a child's first
        parent.
    n_articles : int
        Rows of `articles`.
    n_bad : int
        Rows of the input that were skipped.
    bad : DataFrame or None
        ``error`` of each of these; None if there is none.
    n_declared : int
        Articles that declare what they were made from, which nothing was made of here.
    kept : Kept
        The folder of Parquet files that `articles` and `edges` are read from.
    """

    articles: DataFrame
    edges: DataFrame
    n_articles: int
    n_bad: int
    bad: DataFrame | None
    n_declared: int
    kept: Kept

    def records(self) -> Iterator[dict[str, Any]]:
        """Yield the records in the order of time and id, a partition at a time."""
        for row in self.articles.orderBy("place").drop("place").toLocalIterator():
            yield row.asDict(recursive=True)

    def close(self) -> None:
        """Remove the files in which `articles` and `edges` are kept."""
        self.kept.close()


def find_lineage(
    frame: DataFrame,
    *,
    use_times: bool = True,
    min_probability: float = DEFAULT_MIN_PROBABILITY,
    partitions: int | None = None,
    skip_bad: bool = False,
    work: str | None = None,
) -> SparkLineage:
    """Tell which article of a DataFrame was made from which.

    Parameters
    ----------
    frame : DataFrame
        Articles, with the columns that `dedup.as_articles` understands as fields; or from `read_files`.
    use_times : bool, optional
        Whether publication times tell who can have been first.
    min_probability : float, optional
        Probability from which an edge counts, 0 to 1.
    partitions : int, optional
        Partitions of what is shuffled, >= 1; by default what ``spark.sql.shuffle.partitions`` says, and
        four a core on one machine where it says nothing. Take some three a core, and so many that a partition
        has 100 MB of text at most.
    skip_bad : bool, optional
        Whether rows that cannot be used are left out and counted.
    work : str, optional
        A folder that all executors reach, for the stages in between and the answer; see `Kept`.

    Returns
    -------
    SparkLineage
        The edges of `dedup.find_lineage`, to the last digit of their probabilities, whatever the partitions.

    Raises
    ------
    MissingFieldError
        If no column can hold a text; the error says which columns there are.
    InputError
        If an argument is out of its range, a row cannot be used, or ids are given twice.

    Notes
    -----
    Declarations (``declared``) are counted, and not followed: texts and times alone decide. Of articles
    without id and with the same title and text, the earlier one gets the shorter name. What comes to the
    driver are counters of terms, 50 MB at most, whatever the size; and, where times leave the direction open,
    up to `labels.FITS` links of what hangs together, 64 MB. ``docs/spark.md`` tells what it costs.

    Examples
    --------
    >>> session = start_session()  # doctest: +SKIP
    >>> found = find_lineage(session.read.parquet("articles.parquet"))  # doctest: +SKIP
    >>> found.articles.write.parquet("lineage.parquet")  # doctest: +SKIP
    """
    if not 0 <= min_probability <= 1:
        raise InputError(f"min_probability is {min_probability!r}; give a number from 0 to 1")
    partitions = check_partitions(frame, partitions)
    with ExitStack() as unless_done, Kept(frame.sparkSession, work) as kept:
        result = unless_done.enter_context(Kept(frame.sparkSession, work))
        pile = read_pile(
            frame, kept, use_times=use_times, stripped=True, partitions=partitions, skip_bad=skip_bad
        )
        frequencies = frame.sparkSession.sparkContext.broadcast(count_texts(pile.texts, partitions))
        members = find_members(pile.texts, frequencies, pile.n_texts, kept, partitions)
        rows = kept.write(compare_members(members, pile.texts, frequencies, partitions), "rows")
        links = choose_parents(rows, pile.texts, frequencies, kept, partitions)
        edges = kept.write(collect_edges(pile, links, min_probability), "edges")
        articles = result.write(make_records(pile, edges, kept), "articles")
        named = result.write(name_edges(pile, edges), "edges")
        frequencies.destroy()
        bad = result.write(pile.bad.select("error"), "bad") if pile.n_bad else None
        unless_done.pop_all()
        return SparkLineage(articles, named, pile.n_articles, pile.n_bad, bad, pile.n_declared, result)


def check_partitions(frame: DataFrame, partitions: int | None) -> int:
    """Return the number of partitions; let the executors of this machine run this Python."""
    if partitions is not None and partitions < 1:
        raise InputError(f"partitions is {partitions}; give a number from 1 on, some three a core")
    session = frame.sparkSession
    if "connect" in type(session).__module__:
        raise InputError(
            "frame belongs to a session of Spark Connect, which cannot broadcast; use a classic session"
        )
    use_this_python(session)
    if partitions is None:
        partitions = int(session.conf.get("spark.sql.shuffle.partitions") or _USUAL)
        if partitions == _USUAL and is_local(session):
            return 4 * session.sparkContext.defaultParallelism
    return partitions
