"""The commands `dedup index ...`; those that look after the file are in `cli_index_file`."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from typing import TYPE_CHECKING, Any

import click

from dedup.articles import Article, as_articles
from dedup.cli.common import (
    file_argument,
    json_option,
    output_option,
    paths_argument,
    quiet_option,
    refuse_overwriting,
    skip_bad_option,
    tell_skipped,
    timeout_option,
    write,
)
from dedup.cli.index_file import backup, merge, prune, remove, stats, verify
from dedup.cli.progress import progress
from dedup.errors import DedupError, InputError, ReadError, UnknownIdError
from dedup.evidence.terminal import plain
from dedup.formats.writers import json_line

if TYPE_CHECKING:
    from dedup.index.index import Index
    from dedup.index.placements import Placement

_Refuse = Callable[[DedupError], None]

_BATCH = 1000  # articles that are added in a transaction


@click.group(short_help="Keep a lineage in a file that articles are added to.")
def index() -> None:
    """Keep a lineage in a file, to which articles are added as they arrive.

    FILE is one SQLite file. One process writes it at a time; readers are many, and never wait.

    \b
    Examples:
      dedup index add news.dedup today.jsonl        place what is new, and keep it
      dedup index find news.dedup < draft.txt       what would this text be?
      dedup index show news.dedup a2                draw the family of an article
      dedup index prune news.dedup --before 2026-01-01
      dedup index backup news.dedup monday.dedup    copy it while it is written

    Exit status: that of dedup, and 1 when `dedup index verify` finds something wrong.
    """


for _command in (remove, prune, stats, verify, merge, backup):
    index.add_command(_command)


@index.command()
@file_argument
@paths_argument
@json_option
@click.option("--no-texts", is_flag=True, help="Keep no texts in FILE; not for one that keeps them.")
@skip_bad_option
@timeout_option
@quiet_option
def add(
    file: str,
    paths: tuple[str, ...],
    as_json: bool,
    no_texts: bool,
    skip_bad: bool,
    timeout: float,
    quiet: bool,
) -> None:
    """Add articles to an index, which is made if it is missing.

    A thousand at a time, each thousand durably. What is there already stays as it is, so that files may be
    added again; an id that is there with another text is an error. An article without an id is known by its
    title and text. With --json, one line an article, in input order:

    \b
      {"id": "a2", "title": "Harbour shut", "outlet": "The Paper",
       "published_at": "2026-03-09T06:52:00+00:00",
       "parents": [{"id": "a1", "relation": "rewrite", "probability": 0.97}],
       "family": "a1", "known": false, "changed": []}

    Changed are earlier articles that have other parents now, since this one, their source, came late.
    """
    from dedup.cli.tables import placement_record
    from dedup.formats.readers import read_articles
    from dedup.index.index import Index

    bad: list[DedupError] = []
    refuse = bad.append if skip_bad else None
    batches = _batches(read_articles(paths, on_bad=refuse))
    first = next(batches, [])  # before the index is made: a path that is wrong leaves none
    n_of: Counter[str] = Counter()
    with (
        Index(file, keep_texts=not no_texts, timeout=timeout) as kept,
        progress("Adding", quiet=quiet) as say,
    ):
        try:
            for batch in chain([first], batches):
                placements = _add(kept, batch, refuse)
                _count(n_of, placements)
                if as_json:
                    write(None, (json_line(placement_record(placed)) for placed in placements))
                say(f"Adding: {n_of['added']:,} added, {n_of['known']:,} known")
        except (DedupError, KeyboardInterrupt):
            if n_of:
                click.echo(f"dedup: stopped; what was added stays: {_told(n_of)}", err=True)
            raise
    tell_skipped(bad, quiet)
    if not as_json:
        write(None, [_told(n_of)])


@index.command()
@file_argument
@click.argument("paths", metavar="[PATH...]", nargs=-1)
@json_option
@skip_bad_option
@quiet_option
def find(file: str, paths: tuple[str, ...], as_json: bool, skip_bad: bool, quiet: bool) -> None:
    """Say what articles would be, and add nothing.

    Without PATH, the text on standard input. An article without a time is taken to be of this moment. With
    --json, one line an article, as `dedup index add` writes it.
    """
    from dedup.cli.tables import placement_record, placement_table
    from dedup.formats.readers import read_articles
    from dedup.index.index import Index

    bad: list[DedupError] = []
    refuse = bad.append if skip_bad else None
    articles = read_articles(paths, on_bad=refuse) if paths else _standard_input()
    with Index(file, read_only=True) as kept, progress("Looking", quiet=quiet):
        found = _find(kept, articles, refuse)
        if as_json:
            write(None, (json_line(placement_record(placed)) for placed in found))
        else:
            write(None, placement_table(found, tell_known=True))
    tell_skipped(bad, quiet)


@index.command()
@file_argument
@click.argument("name", metavar="ID")
@click.option("--lineage", "whole", is_flag=True, help="All it was made from, and all made from it, instead.")
@click.option("--evidence", is_flag=True, help="Also what it shares with each of its parents.")
@json_option
def show(file: str, name: str, whole: bool, evidence: bool, as_json: bool) -> None:
    """Draw the family of an article.

    With --json, one line an article, as `dedup lineage --format jsonl` writes it.
    """
    from dedup.index.index import Index

    if evidence and as_json:
        raise click.UsageError("--evidence is for reading; leave out --json")
    with Index(file, read_only=True) as kept:
        near = kept.lineage(name)
        shown = near if whole else kept.family(name)
        if evidence and not kept.keeps_texts:
            raise InputError(
                f"{file} keeps no texts to show evidence from; compare them with `dedup compare`"
            )
    if as_json:
        write(None, map(json_line, shown.records()))
        return
    lines = [str(shown) if len(shown) > 1 else f"{plain(name)} stands alone"]
    for edge in near[name].parents if evidence else ():
        lines += ["", f"{plain(name)} is a {edge.relation} of {plain(edge.parent)}:", str(near.explain(edge))]
    write(None, lines)


@index.command()
@file_argument
@output_option
def export(file: str, output: str | None) -> None:
    """Write the articles of an index as JSON lines.

    In the order in which they were added, with their parents and families, which `dedup index add` and
    `dedup lineage` find anew.
    """
    from dedup.index.index import Index

    refuse_overwriting([output], [file])
    if output and output.lower().endswith(".parquet"):
        raise click.UsageError(f"JSON lines are written, not what {output} ends in; name a .jsonl file")
    with Index(file, read_only=True) as kept, progress("Writing"):
        if not kept.keeps_texts:
            raise InputError(f"{file} keeps no texts, without which its articles cannot be added elsewhere")
        write(output, map(json_line, _exported(kept)))


def _batches(articles: Iterable[Article]) -> Iterator[list[Article]]:
    """Put articles into batches, in each of which an id comes once."""
    batch: dict[str, Article] = {}
    for article in articles:
        (one,) = as_articles([article])  # whose id then depends on nothing else
        if one.id in batch or len(batch) == _BATCH:
            yield list(batch.values())
            batch = {}
        batch[one.id] = one
    if batch:
        yield list(batch.values())


def _add(index: "Index", batch: list[Article], refuse: _Refuse | None) -> "list[Placement]":
    """Add a batch; without those that the index refuses, if there is somebody to tell."""
    try:
        return index.add_many(batch)
    except InputError as error:
        if refuse is None:
            raise
        if len(batch) == 1:
            refuse(error)
            return []
    half = len(batch) // 2
    return _add(index, batch[:half], refuse) + _add(index, batch[half:], refuse)


def _find(index: "Index", articles: Iterable[Article], refuse: _Refuse | None) -> "Iterator[Placement]":
    for article in articles:
        try:
            yield index.find(article)
        except InputError as error:
            if refuse is None:
                raise
            refuse(error)


def _count(n_of: "Counter[str]", placements: "Iterable[Placement]") -> None:
    for placed in placements:
        n_of["known" if placed.known else "added"] += 1
        n_of["derived"] += bool(placed.parents) and not placed.known
        n_of["changed"] += len(placed.changed)


def _told(n_of: "Counter[str]") -> str:
    told = f"{n_of['added']:,} added, {n_of['derived']:,} of them derived; {n_of['known']:,} known already"
    return told + (f"; {n_of['changed']:,} earlier ones placed anew" if n_of["changed"] else "")


def _standard_input() -> list[Article]:
    if sys.stdin.isatty():
        raise click.UsageError("name articles, or give a text on standard input")
    try:
        text = sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ReadError("-", f"byte {error.start + 1} is not UTF-8; convert the text to UTF-8") from None
    if not text.strip():
        raise ReadError("-", "no text; name articles, or give a text on standard input")
    return [Article(text, id="-")]


def _exported(index: "Index") -> Iterator[dict[str, Any]]:
    from dedup.feeds.watch import record_of

    for article in index:
        try:
            yield record_of(index.placement(article.id)) | {"url": article.url, "text": article.text}
        except UnknownIdError:  # removed meanwhile
            continue
