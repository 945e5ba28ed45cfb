"""What the commands have in common: options, and how they read and write."""

from collections.abc import Iterable, Sequence

import click

from dedup.articles import Article, as_articles
from dedup.cli.progress import progress
from dedup.errors import DedupError
from dedup.formats.writers import write_lines

_BROKEN_PIPE = 141
_N_SHOWN = 5  # skipped articles whose error is shown; the others are counted

paths_argument = click.argument("paths", metavar="PATH...", nargs=-1, required=True)
output_option = click.option("-o", "--output", metavar="FILE", help="Write there, whole or not at all.")
skip_bad_option = click.option(
    "--skip-bad", is_flag=True, help="Go on past articles that cannot be used; count them."
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Nothing but errors on standard error.")
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


def read(paths: Iterable[str], skip_bad: bool, quiet: bool) -> tuple[Article, ...]:
    """Read all articles of some paths; say on standard error which were skipped."""
    from dedup.formats.readers import read_articles

    bad: list[DedupError] = []
    with progress("Reading", quiet=quiet):
        articles = as_articles(read_articles(paths, on_bad=bad.append if skip_bad else None))
    tell_skipped(bad, quiet)
    return articles


def tell_skipped(bad: Sequence[DedupError], quiet: bool) -> None:
    """Say on standard error what was skipped: the first errors, and how many there were."""
    if bad and not quiet:
        click.echo(f"dedup: skipped {len(bad)} that could not be used:", err=True)
        for error in bad[:_N_SHOWN]:
            click.echo(f"  {error}", err=True)
        if len(bad) > _N_SHOWN:
            click.echo(f"  and {len(bad) - _N_SHOWN} more", err=True)


def write(output: str | None, lines: Iterable[str | bytes]) -> None:
    """Write lines to a file, or to standard output, whose reader may go away."""
    try:
        write_lines(output or "-", lines)
    except BrokenPipeError:
        raise click.exceptions.Exit(_BROKEN_PIPE) from None
