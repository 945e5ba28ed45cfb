"""What `dedup lineage` and `dedup duplicates` do with --engine spark."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from dedup.cli.common import write
from dedup.cli.progress import progress
from dedup.errors import DedupError, InputError
from dedup.extras import load_extra
from dedup.formats.writers import json_line

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

_Command = TypeVar("_Command", bound=Callable[..., Any])

_LINES = ".jsonl"
_OF_ONE_MACHINE = ("workers", "memory", "restart", "title", "keep", "survivors", "dry_run")


@dataclass(frozen=True, slots=True)
class Engine:
    """Where the work is done.

    Attributes
    ----------
    is_spark : bool
        Whether Spark does it.
    master : str or None
        Which Spark.
    partitions : int or None
        Partitions of what is shuffled.
    """

    is_spark: bool
    master: str | None
    partitions: int | None


def engine_options(command: _Command) -> Callable[..., Any]:
    """Give a command the options of an engine, which it takes as one `Engine`."""

    @wraps(command)
    def with_engine(*, engine: str, master: str | None, partitions: int | None, **others: Any) -> Any:
        if engine != "spark" and (master or partitions):
            raise click.UsageError("--master and --partitions are for --engine spark")
        return command(engine=Engine(engine == "spark", master, partitions), **others)

    made: Callable[..., Any] = with_engine
    for option in (
        click.option(
            "--partitions", type=click.IntRange(min=1), metavar="N", help="For Spark: of a shuffle."
        ),
        click.option(
            "--master", metavar="URL", help="For Spark: which; all cores of this machine by default."
        ),
        click.option(
            "--engine",
            type=click.Choice(["this", "spark"]),
            default="this",
            show_default=True,
            help="This process, or Spark (needs the extra spark, and Java).",
        ),
    ):
        made = option(made)
    return made


@dataclass(frozen=True, slots=True)
class Place:
    """What is read, where it is worked on, and where the answer goes.

    Attributes
    ----------
    engine : Engine
        Which Spark.
    paths : sequence of str
        Files or folders of articles.
    output : str or None
        A .jsonl file or a folder; standard output where it is None.
    work : str or None
        A folder that all executors reach.
    skip_bad : bool
        Whether to go on past what cannot be used.
    quiet : bool
        Whether to say nothing but errors.
    """

    engine: Engine
    paths: Sequence[str]
    output: str | None
    work: str | None
    skip_bad: bool
    quiet: bool

    def keywords(self) -> dict[str, Any]:
        """Return the arguments of the functions of `dedup.spark`."""
        return {"partitions": self.engine.partitions, "skip_bad": self.skip_bad, "work": self.work}


def spark_lineage(place: Place, *, use_times: bool, min_probability: float) -> None:
    """Find the lineage of files with Spark, and write it."""
    with _spark(place) as (frame, said):
        from dedup.spark.lineage import find_lineage

        found = find_lineage(frame, use_times=use_times, min_probability=min_probability, **place.keywords())
        _write(place.output, found.records(), {"articles": found.articles, "edges": found.edges})
        said += [
            f"{found.n_articles:,} articles",
            f"{found.edges.count():,} edges",
            *_skipped(found.n_bad, found.bad, place),
        ]
        if found.n_declared:
            said.append(f"{found.n_declared:,} declare what they were made from, which Spark does not follow")
        found.close()


def spark_duplicates(place: Place, *, threshold: float) -> None:
    """Find the near-duplicates in files with Spark, and write them."""
    with _spark(place) as (frame, said):
        from dedup.spark.duplicates import find_duplicates

        found = find_duplicates(frame, threshold=threshold, **place.keywords())
        _write(place.output, found.records(), {"articles": found.articles, "pairs": found.pairs})
        said += [
            f"{found.n_articles:,} articles",
            f"{found.pairs.count():,} pairs",
            *_skipped(found.n_bad, found.bad, place),
        ]
        found.close()


@contextmanager
def _spark(place: Place) -> Iterator[tuple[DataFrame, list[str]]]:
    """Start Spark and read files; say in the end what was said, and how long it took.

    What Spark refuses becomes an error of this library: a line, and no trace of two languages.
    """
    from dedup.spark.session import check_files, read_files, start_session

    _check(place)
    check_files(place.paths)  # before Spark is started, which takes seconds

    start, said = time.monotonic(), list[str]()
    session = start_session(place.engine.master)
    spark, java = load_extra("pyspark.errors", "spark"), load_extra("py4j.protocol", "spark")
    try:
        with progress("Working on Spark", quiet=place.quiet):
            yield read_files(session, place.paths), said
    except spark.PySparkException as error:
        raise _ours(str(error)) from None
    except java.Py4JJavaError as error:
        raise _ours(error.java_exception.getMessage() or str(error)) from None
    if said and not place.quiet:
        click.echo(f"dedup: {', '.join(said)}; {time.monotonic() - start:,.1f} s", err=True)


def _ours(said: str) -> DedupError:
    """Make an error of the line that says most: of a trace of Python the last one, else the first."""
    lines = [line.strip() for line in said.splitlines()]
    lines = [line for line in lines if line and not line.startswith(("SQLSTATE", "at ", "JVM stacktrace"))]
    at = -1 if any(line.endswith("(most recent call last):") for line in lines) else 0
    return DedupError(f"Spark: {lines[at] if lines else 'nothing more is known'}")


def _check(place: Place) -> None:
    context = click.get_current_context()
    chosen = [
        name for name in context.params if context.get_parameter_source(name) != ParameterSource.DEFAULT
    ]
    for name in _OF_ONE_MACHINE:
        if name in chosen:
            raise click.UsageError(f"--{name.replace('_', '-')} is not for --engine spark")
    form = context.params["form"]
    if "form" in chosen and form != "jsonl":
        raise click.UsageError(f"--format {form} is not for --engine spark, which writes jsonl, or Parquet")
    output = place.output
    if output and not _is_lines(output) and "://" not in output and Path(output).exists():
        raise InputError(f"{output} is there already; name a folder that is not, for the Parquet files")


def _skipped(n_bad: int, bad: DataFrame | None, place: Place) -> list[str]:
    """Say what was skipped; list it beside the output, if that is on this machine."""
    if bad is None:
        return []
    said = f"{n_bad:,} skipped that could not be used"
    output = place.output
    if output is None or output == "-" or "://" in output:
        (first,) = bad.orderBy("error").limit(1).collect()
        return [f"{said}, such as: {first.error}"]
    listed = f"{output.rstrip('/')}.bad.jsonl"
    write(listed, (json_line({"error": row.error}) for row in bad.orderBy("error").toLocalIterator()))
    return [f"{said}, listed in {listed}"]


def _is_lines(output: str) -> bool:
    return output == "-" or output.lower().endswith(_LINES)


def _write(output: str | None, records: Iterator[Mapping[str, Any]], frames: Mapping[str, DataFrame]) -> None:
    """Write lines of JSON to a file or standard output, or else a folder of Parquet folders."""
    if output is None or _is_lines(output):
        write(output, map(json_line, records))
        return
    for name, frame in frames.items():
        frame.write.parquet(f"{output}/{name}")
