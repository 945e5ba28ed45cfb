"""What the commands have in common: options, and how they read and write."""

import os
from collections.abc import Callable, Iterable, Sequence
from glob import glob
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from dedup.articles import Article, as_articles
from dedup.cli.progress import progress
from dedup.errors import DedupError, InputError, ReadError
from dedup.formats.writers import write_lines

_Command = TypeVar("_Command", bound=Callable[..., Any])
_BROKEN_PIPE = 141
_DATABASE = b"SQLite format 3\0"  # an index begins with it
_PARQUET, _JSON = ".parquet", (".jsonl", ".ndjson", ".json")
_N_SHOWN = 5  # things of a kind that are told; the others are counted

paths_argument = click.argument("paths", metavar="PATH...", nargs=-1, required=True)
output_option = click.option("-o", "--output", metavar="FILE", help="Write there, whole or not at all.")
skip_bad_option = click.option(
    "--skip-bad", is_flag=True, help="Go on past articles that cannot be used; count them."
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Nothing but errors on standard error.")
workers_option = click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="Processes; more than one pay from some thousand articles on.",
)
file_argument = click.argument("file", metavar="FILE")
json_option = click.option("--json", "as_json", is_flag=True, help="Write JSON, to be read by a program.")
timeout_option = click.option(
    "--timeout",
    type=click.FloatRange(min=0),
    metavar="SECONDS",
    default=10,
    show_default=True,
    help="Time to wait while another process writes.",
)


def threshold_option(meaning: str) -> Callable[[_Command], _Command]:
    """Give a command the option --threshold, and say what it means there."""
    return click.option(
        "--threshold",
        type=click.FloatRange(0, 1, min_open=True),
        metavar="T",
        default=0.7,
        show_default=True,
        help=meaning,
    )


def read(paths: Iterable[str], skip_bad: bool, quiet: bool) -> tuple[Article, ...]:
    """Read all articles of some paths; say on standard error which were skipped."""
    from dedup.formats.readers import read_articles

    bad: list[DedupError] = []
    with progress("Reading", quiet=quiet):
        articles = as_articles(read_articles(paths, on_bad=bad.append if skip_bad else None))
    tell_skipped(bad, quiet)
    return articles


def refuse_overwriting(outputs: Iterable[str | None], paths: Iterable[str]) -> None:
    """Refuse outputs that are a file which is read, or an index, before any work.

    Raises
    ------
    InputError
        If an output is the same file as one of those of `paths`, by whatever name, or an index.
    """
    there = [output for output in outputs if output and os.path.isfile(output)]
    if not there:
        return
    read_from = [file for path in paths for file in _files_of(path)]
    for output in there:
        for file in read_from:
            if os.path.samefile(output, file):
                raise InputError(f"{output} is read, and would be overwritten; name another file to write")
        with open(output, "rb") if os.access(output, os.R_OK) else open(os.devnull, "rb") as stream:
            if stream.read(len(_DATABASE)) == _DATABASE:
                raise InputError(f"{output} is an index, or another database; name another file to write")


def refuse_contradicting(form: str, output: str | None) -> None:
    """Refuse a --format that was given and is another than the ending of --output says.

    Raises
    ------
    UsageError
        If something else would be written into a .parquet, or a table of Parquet into a file of JSON.
    """
    source = click.get_current_context().get_parameter_source("form")
    ending = os.path.splitext(output or "")[1].lower()
    is_other = ending in _JSON if form == "parquet" else ending == _PARQUET
    if source != ParameterSource.DEFAULT and is_other:
        raise click.UsageError(
            f"--format {form} is not what {output} ends in; leave it out, or name a file of another ending"
        )


def _files_of(path: str) -> list[str | int]:
    """List the files that are there of a path: those of a folder, of a pattern, or standard input."""
    from dedup.formats.readers import find_files

    if path == "-":
        try:
            os.fstat(0)
        except OSError:  # closed
            return []
        return [0]
    if not os.path.isdir(path):
        return [file for file in {path, *glob(path)} if os.path.exists(file)]
    try:
        return [file for file, _ in find_files(path)]
    except ReadError:  # which reading says better
        return []


def tell_contradictions(found: Sequence[object], quiet: bool) -> None:
    """Say on standard error what speaks against declarations: the first, and how many there are."""
    _tell(f"{len(found)} objections to what articles declare:", found, quiet)


def tell_skipped(bad: Sequence[DedupError], quiet: bool) -> None:
    """Say on standard error what was skipped: the first errors, and how many there were."""
    _tell(f"skipped {len(bad)} that could not be used:", bad, quiet)


def _tell(heading: str, items: Sequence[object], quiet: bool) -> None:
    if items and not quiet:
        click.echo(f"dedup: {heading}", err=True)
        for item in items[:_N_SHOWN]:
            click.echo(f"  {item}", err=True)
        if len(items) > _N_SHOWN:
            click.echo(f"  and {len(items) - _N_SHOWN} more", err=True)


def write(output: str | None, lines: Iterable[str | bytes]) -> None:
    """Write lines to a file, or to standard output, whose reader may go away."""
    try:
        write_lines(output or "-", lines)
    except BrokenPipeError:
        raise click.exceptions.Exit(_BROKEN_PIPE) from None
