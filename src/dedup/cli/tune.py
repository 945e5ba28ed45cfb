"""The command `dedup tune`: what a threshold of near-duplicates would find in a sample."""

from __future__ import annotations

import itertools

import click

from dedup.cli.common import (
    paths_argument,
    quiet_option,
    refuse_overwriting,
    skip_bad_option,
    tell_skipped,
    threshold_option,
    write,
)
from dedup.cli.progress import progress
from dedup.errors import DedupError


@click.command()
@paths_argument
@threshold_option("Resemblance whose bands are looked at.")
@click.option(
    "--sample",
    type=click.IntRange(min=1),
    metavar="N",
    default=20_000,
    show_default=True,
    help="Articles to look at, the first ones.",
)
@click.option("--svg", metavar="FILE", help="Draw it there, too, as an image.")
@skip_bad_option
@quiet_option
def tune(
    paths: tuple[str, ...], threshold: float, sample: int, svg: str | None, skip_bad: bool, quiet: bool
) -> None:
    """Show what a threshold of near-duplicates would find.

    For a sample: how many pairs there are by resemblance, and the S-curve, the probability that a pair of
    that resemblance is found by the bands that `dedup duplicates --threshold T` takes. A threshold is well
    chosen where there are few pairs.
    """
    from dedup.duplicates.tuning import tune as look
    from dedup.formats.readers import read_articles

    refuse_overwriting([svg], paths)
    bad: list[DedupError] = []
    with progress("Comparing", quiet=quiet):
        articles = read_articles(paths, on_bad=bad.append if skip_bad else None)
        found = look(list(itertools.islice(articles, sample)), threshold)
    tell_skipped(bad, quiet)
    if svg:
        write(svg, [found.svg()])
    write(None, found.lines())
