"""What `dedup lineage` and `dedup duplicates` do with a corpus: stage files, bounded memory, a summary."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from dedup.cli.bar import Tell, peak_memory, stage_bar
from dedup.cli.common import tell_contradictions, write
from dedup.formats.writers import json_line

if TYPE_CHECKING:
    from dedup.corpus.lineage import CorpusLineage
    from dedup.corpus.session import Found

_Command = TypeVar("_Command", bound=Callable[..., Any])

_FORMS = ("jsonl",)


@dataclass(frozen=True, slots=True)
class Settings:
    """How a corpus is worked on.

    Attributes
    ----------
    work : str or None
        Folder of the stage files.
    memory : str or None
        What all processes together may take.
    restart : bool
        Whether to begin anew.
    workers : int
        Processes.
    skip_bad : bool
        Whether to go on past what cannot be used.
    quiet : bool
        Whether to say nothing but errors.
    """

    work: str | None
    memory: str | None
    restart: bool
    workers: int
    skip_bad: bool
    quiet: bool

    def keywords(self, tell: Tell) -> dict[str, Any]:
        """Return the arguments of the functions of `dedup.corpus`."""
        from dedup.corpus.limits import DEFAULT

        return {
            "work": self.work,
            "memory": self.memory or DEFAULT,
            "restart": self.restart,
            "workers": self.workers,
            "skip_bad": self.skip_bad,
            "progress": tell,
        }


def corpus_options(command: _Command) -> _Command:
    """Give a command the options of a corpus."""
    for option in (
        click.option("--restart", is_flag=True, help="Begin anew in a --work folder of something else."),
        click.option(
            "--memory",
            metavar="SIZE",
            help="For corpora: what all processes together may take, such as 2GB; by default 4GB.",
        ),
        click.option(
            "--work",
            metavar="DIR",
            help="For corpora: keep stage files there; killed and run again, go on from the last.",
        ),
    ):
        command = option(command)
    return command


def is_corpus(settings: Settings, output: str | None) -> bool:
    """Say whether a command is to work on disk: where it is asked to, or to write rows as Parquet.

    Raises
    ------
    UsageError
        If another format than JSON lines or rows of Parquet is asked for.
    """
    asked = bool(settings.work or settings.memory or settings.restart)
    by_default = _is_default("form")
    if not asked:
        return by_default and (output or "").lower().endswith(".parquet")
    form = click.get_current_context().params["form"]
    if not by_default and form not in _FORMS:
        raise click.UsageError(
            f"--format {form} is made in memory; with --work or --memory, lines of JSON are written, or "
            "Parquet with --output FILE.parquet"
        )
    return True


def _is_default(name: str) -> bool:
    return click.get_current_context().get_parameter_source(name) == ParameterSource.DEFAULT


def write_lineage(paths: Iterable[str], output: str | None, settings: Settings, **options: Any) -> None:
    """Find the lineage of a corpus, write its records, and say what was found."""
    from dedup.corpus.lineage import find_lineage

    def summary(found: CorpusLineage) -> str:
        return f"families: {found.n_families:,}, the largest of {found.largest:,}"

    check_outputs(output)
    with (
        timed(settings, summary) as done,
        stage_bar(quiet=settings.quiet) as tell,
        find_lineage(list(paths), **settings.keywords(tell), **options) as found,
    ):
        write_found(found, output)
        done(found, output)
    tell_contradictions(found.contradictions, settings.quiet)


def check_outputs(*outputs: str | None) -> None:
    """Say before the work what cannot be written."""
    from dedup.corpus.outputs import check_output

    for output in filter(None, outputs):
        check_output(output)


def write_found(found: Found, output: str | None) -> None:
    """Write records as lines to standard output, or to a file by its ending."""
    write_to(output, found.records(), found.kind)


def write_to(output: str | None, records: Iterable[Mapping[str, Any]], kind: str) -> None:
    """Write records of a kind as lines to standard output, or to a file by its ending."""
    if output is None:
        write(None, map(json_line, records))
    else:
        from dedup.corpus.outputs import write_records

        write_records(output, records, kind)


@contextmanager
def timed(settings: Settings, summary: Callable[[Any], str]) -> Iterator[Callable[[Any, str | None], None]]:
    """Say in the end what was read, what was found, how long it took, and how much memory."""
    start = time.monotonic()
    known: list[str] = []

    def done(found: Any, output: str | None) -> None:
        seconds = time.monotonic() - start
        known.append(f"{found.n_articles:,} articles, {summary(found)}; {seconds:,.1f} s")
        known.append(f"{found.n_bytes / 1e6 / max(seconds, 1e-9):,.1f} MB/s")
        known.append(_keep_bad(found, output, settings))

    yield done
    if known and not settings.quiet:
        memory = peak_memory(settings.workers)
        most = f", {memory / 1e6:,.0f} MB of memory at most" if memory else ""
        click.echo(f"dedup: {known[0]}, {known[1]}{most}", err=True)
        if known[2]:
            click.echo(f"dedup: {known[2]}", err=True)


def _keep_bad(found: Found, output: str | None, settings: Settings) -> str:
    """Keep the list of what was skipped beside the output, or in the folder of the stages; say where."""
    if not found.n_bad:
        return ""
    told = f"skipped {found.n_bad:,} that could not be used"
    if output and output != "-":
        shutil.copyfile(found.bad, f"{output}.bad.jsonl")
        return f"{told}; they are listed in {output}.bad.jsonl"
    if settings.work:
        return f"{told}; they are listed in {found.bad}"
    with open(found.bad, encoding="utf-8") as lines:
        first = next(lines).strip()
    return f"{told}; name a file with --output to have them listed; the first: {first}"
