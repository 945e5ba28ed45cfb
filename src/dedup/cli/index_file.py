"""The commands `dedup index ...` that look after the file."""

import os
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from dedup.cli.common import file_argument, json_option, timeout_option, write
from dedup.cli.progress import progress
from dedup.errors import IndexFileError, InputError
from dedup.formats.writers import json_line

if TYPE_CHECKING:
    from dedup.index.index import Index

_FAULTY = 1


@click.command()
@file_argument
@click.argument("names", metavar="ID...", nargs=-1, required=True)
@json_option
@timeout_option
def remove(file: str, names: tuple[str, ...], as_json: bool, timeout: float) -> None:
    """Remove articles, and place anew what was made from them.

    All of them are removed, or none if there is no article of an id. With --json, one line:

    \b
      {"removed": ["a1"], "changed": ["a2"]}
    """
    from dedup.cli.tables import placement_table

    removed = list(dict.fromkeys(names))
    with _existing(file, timeout) as index:
        changed = index.remove(*removed)
        placed = [index.placement(name) for name in changed]
    if as_json:
        lines = [json_line({"removed": removed, "changed": list(changed)})]
    else:
        lines = [f"{len(removed):,} removed; {len(changed):,} placed anew"]
        lines += ["", *placement_table(placed)] if placed else []
    write(None, lines)


@click.command()
@file_argument
@click.option("--before", metavar="DATE", required=True, help="ISO 8601; without a zone, in UTC.")
@timeout_option
def prune(file: str, before: str, timeout: float) -> None:
    """Remove the articles published before a time.

    Those without a time stay. What was made from the removed ones is placed anew.

    \b
    Example, of the last 90 days:
      dedup index prune news.dedup --before $(date -d '90 days ago' +%F)
    """
    with _existing(file, timeout) as index, progress("Removing"):
        n_removed = index.prune(before=before)
        n_left = len(index)
    write(None, [f"{n_removed:,} removed; {n_left:,} left"])


@click.command()
@file_argument
@json_option
def stats(file: str, as_json: bool) -> None:
    """Count what is in an index, and how much room it takes."""
    from dedup.cli.tables import table
    from dedup.index.index import Index

    with Index(file, read_only=True) as index:
        found = index.stats()
    if as_json:
        write(None, [json_line(found)])
        return
    n_texts = max(found["n_texts"], 1)
    other = found["file_bytes"] - found["text_bytes"]
    rows = [
        ("articles", found["n_articles"]),
        ("distinct texts", found["n_texts"]),
        ("texts derived from others", found["n_derived"]),
        ("pairs that may be kin", found["n_pairs"]),
        ("bytes of the file", found["file_bytes"]),
        ("bytes kept of texts", found["text_bytes"]),
        ("bytes of everything else, a text", other // n_texts),
    ]
    write(None, table(["", ""], rows)[1:])


@click.command()
@file_argument
def verify(file: str) -> None:
    """Check that an index is whole.

    Says what is wrong, a line each, and exits with status 1 if anything is.
    """
    from dedup.index.index import Index

    with Index(file, read_only=True) as index, progress("Checking"):
        try:
            wrong = index.verify()
            n_articles = len(index)
        except IndexFileError as error:
            wrong = [str(error)]
    write(None, wrong or [f"whole: {n_articles:,} articles"])
    if wrong:
        raise click.exceptions.Exit(_FAULTY)


@click.command()
@file_argument
@click.argument("others", metavar="OTHER...", nargs=-1, required=True)
@timeout_option
def merge(file: str, others: tuple[str, ...], timeout: float) -> None:
    """Add the articles of other indexes.

    FILE is made if it is missing. Of articles with the same id, that of FILE stays.
    """
    from dedup.index.index import Index

    with ExitStack() as stack:
        sources = [stack.enter_context(Index(other, read_only=True)) for other in others]
        for name, source in zip(others, sources, strict=True):
            if not source.keeps_texts:
                raise InputError(f"{name} keeps no texts; add its articles themselves, with their texts")
        index = stack.enter_context(Index(file, timeout=timeout))
        for name, source in zip(others, sources, strict=True):
            with progress(f"Adding {name}"):
                n_added, n_all = index.merge(source), len(source)
            write(None, [f"{name}: {n_added:,} added, of {n_all:,}"])


@click.command()
@file_argument
@click.argument("copy")
def backup(file: str, copy: str) -> None:
    """Copy an index while others may write it.

    COPY must not be there; it is an index as of one moment.
    """
    from dedup.index.index import Index

    with Index(file, read_only=True) as index, progress("Copying"):
        index.backup(copy)


def _existing(file: str, timeout: float) -> "Index":
    """Open an index for writing that must be there: a slip of the pen shall not make one."""
    from dedup.index.index import Index

    if not os.path.exists(file):
        raise IndexFileError(f"{file}: there is no such index; add an article to make one")
    return Index(file, timeout=timeout)
