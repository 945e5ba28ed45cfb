"""What a corpus is read from: files, folders, Arrow streams, articles; and how to know it again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NoReturn

from dedup.articles import Article, as_article
from dedup.errors import InputError, ReadError, shown
from dedup.formats.readers import find_files, read_file
from dedup.formats.tables import read_stream

Report = Callable[[ReadError], None]


def as_sources(inputs: Any) -> list[Any]:
    """Make a list of what a corpus is read from.

    Parameters
    ----------
    inputs : str, path, table, or iterable of these, of mappings and of Article
        See `dedup.corpus.find_lineage`.

    Returns
    -------
    list
        Paths as strings, tables, and iterables of articles.

    Raises
    ------
    InputError
        If it is none of these.

    Examples
    --------
    >>> as_sources("archive/")
    ['archive/']
    """
    if isinstance(inputs, str | os.PathLike):
        return [os.fspath(inputs)]
    if hasattr(inputs, "__arrow_c_stream__"):
        return [inputs]
    if isinstance(inputs, Iterable) and not isinstance(inputs, Mapping | bytes | Article):
        if not isinstance(inputs, list | tuple):
            return [inputs]
        if all(isinstance(item, Mapping | Article) for item in inputs):
            return [inputs] if inputs else []
        return [source for item in inputs for source in as_sources(item)]
    raise InputError(f"inputs must be paths, tables or articles, not {shown(inputs)}")


def describe(sources: Iterable[Any]) -> list[dict[str, Any]]:
    """Describe what is read so that it is known again: files by path, size and time of the last change.

    Parameters
    ----------
    sources : iterable
        From `as_sources`.

    Returns
    -------
    list of dict
        One a file, with ``path``, ``size`` and ``changed`` (in nanoseconds); what is not a file has its
        ``kind`` only, and is known by what was read of it.

    Raises
    ------
    ReadError
        If a path is not there, or nothing that can be read.
    """
    found: list[dict[str, Any]] = []
    for source in sources:
        if not isinstance(source, str):
            found.append({"kind": type(source).__name__})
            continue
        if source == "-":
            found.append({"kind": "standard input"})
            continue
        for path, _ in find_files(source):
            about = os.stat(path)
            found.append({"path": os.path.abspath(path), "size": about.st_size, "changed": about.st_mtime_ns})
    return found


def read_sources(sources: Iterable[Any], report: Report) -> Iterator[Article]:
    """Read the articles of all sources, in order.

    Parameters
    ----------
    sources : iterable
        From `as_sources`.
    report : callable
        Is given the error of each article that cannot be used.

    Yields
    ------
    Article
        Without an id where none was given.
    """
    for number, source in enumerate(sources, 1):
        if isinstance(source, str):
            for path, name in find_files(source):
                yield from read_file(path, name, report)
        elif hasattr(source, "__arrow_c_stream__"):
            yield from read_stream(source, f"{type(source).__name__} (input {number})", report)
        else:
            yield from _articles(source, f"{type(source).__name__} (input {number})", report)


def _articles(items: Iterable[Any], name: str, report: Report) -> Iterator[Article]:
    for place, item in enumerate(items, 1):
        try:
            if isinstance(item, str | os.PathLike):
                raise InputError(
                    f"an article must be a mapping or an Article, not {shown(item)}; give paths as a list"
                )
            yield as_article(item)
        except InputError as error:
            report(ReadError(name, f"article {place}: {error}"))


def refuse(error: ReadError) -> NoReturn:
    """Raise what was reported."""
    raise error
