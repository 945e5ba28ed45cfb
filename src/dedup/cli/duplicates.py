"""The command `dedup duplicates`: near-duplicates, one of each kept, and what a threshold would do."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from dedup.articles import Article
from dedup.cli.bar import stage_bar
from dedup.cli.common import (
    output_option,
    paths_argument,
    quiet_option,
    read,
    refuse_contradicting,
    refuse_overwriting,
    skip_bad_option,
    threshold_option,
    workers_option,
    write,
)
from dedup.cli.corpus import (
    Settings,
    check_outputs,
    corpus_options,
    is_corpus,
    timed,
    write_found,
    write_to,
)
from dedup.cli.progress import progress
from dedup.cli.spark import Engine, Place, engine_options, spark_duplicates
from dedup.evidence.terminal import clip, plain
from dedup.formats.writers import json_line

if TYPE_CHECKING:
    from dedup.corpus.duplicates import CorpusDuplicates
    from dedup.duplicates.find import Duplicates

_N_SHOWN = 3  # pairs above the threshold, pairs below it, and clusters that a dry run shows
_N_BEFORE, _N_AFTER = 3, 9  # words around the first difference of two texts
_THRESHOLDS = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0)


@click.command()
@paths_argument
@threshold_option("Share of 5-word shingles from which two articles are near-duplicates.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "jsonl"]),
    default="text",
    show_default=True,
    help="Clusters to read, or one JSON line an article.",
)
@output_option
@click.option(
    "--keep",
    metavar="POLICY",
    help="Keep one of each cluster: first, longest, root (of the lineage) or outlets:A,B,C. What is written "
    "is then what was dropped, why, and for which.",
)
@click.option("--survivors", metavar="FILE", help="Write the articles that are kept there.")
@click.option("--dry-run", is_flag=True, help="Write nothing; show clusters, and pairs near the threshold.")
@workers_option
@corpus_options
@engine_options
@skip_bad_option
@quiet_option
def duplicates(
    paths: tuple[str, ...],
    threshold: float,
    form: str,
    output: str | None,
    keep: str | None,
    survivors: str | None,
    dry_run: bool,
    workers: int,
    work: str | None,
    memory: str | None,
    restart: bool,
    engine: Engine,
    skip_bad: bool,
    quiet: bool,
) -> None:
    """Find near-duplicates: articles of nearly the same words.

    With --format jsonl, one line an article, in input order; the cluster is the id of its first member:

    \b
      {"id": "a2", "cluster": "a1", "duplicates": [{"id": "a1", "resemblance": 0.93}]}

    With --keep, one line for each article that is dropped; why is "exact copy", "resemblance", or "through
    others" where only a chain of near-duplicates leads to the one that is kept:

    \b
      {"id": "a2", "kept": "a1", "why": "resemblance", "resemblance": 0.93, "policy": "longest"}

    Corpora larger than memory: with --work or --memory, or an --output that ends in .parquet, the work is
    done on disk, and what is written is these lines, or a table of one row an article. With --engine spark,
    PATH is Parquet or JSON lines, and --output a .jsonl file or a folder for Parquet; clusters are named by
    their first member in the order of ids.
    """
    refuse_contradicting(form, output)
    if survivors and output and os.path.realpath(survivors) == os.path.realpath(output):
        raise click.UsageError(f"--output and --survivors are both {output}; name two files")
    refuse_overwriting([output, survivors], paths)
    if engine.is_spark and (keep or survivors or dry_run):
        raise click.UsageError("--engine spark finds clusters only; leave out --keep, --survivors, --dry-run")
    if engine.is_spark:
        spark_duplicates(Place(engine, paths, output, work, skip_bad, quiet), threshold=threshold)
        return
    settings = Settings(work, memory, restart, workers, skip_bad, quiet)
    if dry_run and (output or survivors):
        raise click.UsageError("--dry-run writes nothing; leave out --output and --survivors")
    if keep or survivors or dry_run or is_corpus(settings, output):
        _on_disk(
            paths, threshold, output, keep or ("first" if survivors else None), survivors, dry_run, settings
        )
        return
    from dedup.duplicates.find import find_duplicates

    articles = read(paths, skip_bad, quiet)
    with progress(f"Comparing {len(articles):,} articles", quiet=quiet):
        found = find_duplicates(articles, threshold=threshold, workers=workers)
    write(output, _clusters(articles, found) if form == "text" else _lines(articles, found))


def _on_disk(
    paths: Iterable[str],
    threshold: float,
    output: str | None,
    keep: str | None,
    survivors: str | None,
    dry_run: bool,
    settings: Settings,
) -> None:
    from dedup.corpus import keeping
    from dedup.corpus.duplicates import find_duplicates
    from dedup.duplicates.policy import parse_policy

    def summary(found: CorpusDuplicates) -> str:
        n_gone = found.n_members - found.n_clusters
        return f"clusters: {found.n_clusters:,}, the largest of {found.largest:,}, with {n_gone:,} to drop"

    policy = parse_policy(keep) if keep else None
    check_outputs(output, survivors)
    with (
        timed(settings, summary) as done,
        stage_bar(quiet=settings.quiet) as tell,
        find_duplicates(list(paths), threshold=threshold, **settings.keywords(tell)) as found,
    ):
        if dry_run:
            write(None, _dry_run(found))
        elif policy:
            means = settings.keywords(tell)
            kept = keeping.keep_one(found, policy, **{name: means[name] for name in ("memory", "workers")})
            write_to(output, keeping.dropped(found, kept, policy), "dropped")
            if survivors:
                write_to(survivors, keeping.survivors(found, kept), "articles")
        else:
            write_found(found, output)
        done(found, survivors or output)


def _dry_run(found: CorpusDuplicates) -> Iterator[str]:
    import numpy as np

    store, exact = found.session.store, found.candidate_resemblance
    n_gone = found.n_members - found.n_clusters
    yield f"{found.n_articles:,} articles, {found.n_identical:,} of them exact copies of others"
    yield (
        f"threshold {found.threshold:g}: clusters: {found.n_clusters:,}, of {found.n_members:,} articles, "
        f"the largest of {found.largest:,}; {n_gone:,} would be dropped"
    )
    counts = "  ".join(f"{share:g}: {int((exact >= share).sum()):,}" for share in _THRESHOLDS)
    yield f"pairs of different texts from a resemblance on, of {len(exact):,} compared: {counts}"
    yield "  (those that the bands of this threshold bring together; dedup tune tells what they miss)"
    sizes = np.bincount(found.labels, minlength=1)
    for label in np.argsort(-sizes, kind="stable")[: _N_SHOWN if found.n_clusters else 0].tolist():
        if sizes[label] > 1:
            yield f"  cluster of {sizes[label]:,}: {plain(store.ids[label])}  {clip(store.titles[label], 60)}"
    away = np.abs(exact - found.threshold)
    above = exact >= found.threshold
    for name, chosen in (("above", np.flatnonzero(above)), ("below", np.flatnonzero(~above))):
        nearest = chosen[np.argsort(away[chosen], kind="stable")[:_N_SHOWN]]
        yield f"pairs just {name} it:" if len(nearest) else f"no pairs {name} it were compared"
        for pair in nearest.tolist():
            one, other = found.candidates[pair].tolist()
            yield f"  {exact[pair]:.4f}  {plain(store.ids[one])}  {plain(store.ids[other])}"
            for words in first_difference(store.texts[one], store.texts[other]):
                yield f"         {clip(words, 90)}"


def first_difference(one: str, other: str) -> tuple[str, str]:
    """Show where two texts begin to differ: some words before and after, of each.

    Parameters
    ----------
    one, other : str
        The texts.

    Returns
    -------
    tuple of str
        With "…" where something was left out; "(ends)" where there is nothing more.

    Examples
    --------
    >>> first_difference("The bridge was shut on Monday.", "The bridge was shut")
    ('bridge was shut on Monday.', 'bridge was shut (ends)')
    """
    first, second = one.split(), other.split()
    n_same = 0
    while n_same < min(len(first), len(second)) and first[n_same] == second[n_same]:
        n_same += 1
    start = max(0, n_same - _N_BEFORE)

    def show(words: Sequence[str]) -> str:
        shown = words[start : n_same + _N_AFTER]
        more = [] if n_same < len(words) else ["(ends)"]
        return " ".join([*shown, *more, *(["…"] if len(words) > n_same + _N_AFTER else [])])

    return show(first), show(second)


def _clusters(articles: Sequence[Article], found: Duplicates) -> Iterator[str]:
    best = dict.fromkeys(range(len(articles)), 0.0)
    for pair, resemblance in zip(found.pairs.tolist(), found.resemblance.tolist(), strict=True):
        for member in pair:
            best[member] = max(best[member], resemblance)
    for members in found.clusters:
        yield f"{len(members)} near-duplicates"
        for member in members:
            yield f"  {best[member]:.2f}  {articles[member].id}  {articles[member].title}".rstrip()
    n_members = sum(map(len, found.clusters))
    yield f"clusters: {len(found.clusters)}, of {n_members} of {len(articles)} articles"


def _lines(articles: Sequence[Article], found: Duplicates) -> Iterator[str]:
    import numpy as np

    from dedup.duplicates.policy import make_records

    labels = np.arange(len(articles))
    for members in found.clusters:
        labels[list(members)] = members[0]
    ids: list[Any] = [article.id for article in articles]
    yield from map(json_line, make_records(ids, labels, found.pairs, found.resemblance))
