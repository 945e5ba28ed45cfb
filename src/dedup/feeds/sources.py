"""Where articles come from, again and again: feeds at an address, and files and folders."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from dedup.articles import Article, as_articles
from dedup.errors import FeedError, InputError, ReadError
from dedup.feeds.addresses import checked
from dedup.feeds.reader import Reader
from dedup.formats.readers import find_files, read_file

FEED_ENDINGS = (".xml", ".rss", ".atom", ".rdf")
"""Endings of files that hold a feed that is watched; others are read by `read_articles`."""

_BATCH = 100  # articles of a file that are handed on together
_N_SHOWN = 5  # articles of a file whose error is shown; the others are counted
_N_UNREACHED = 3  # pages in a row that cannot be had, from which on a feed's entries have to do

Known = Callable[[str], bool]
Report = Callable[[str], None]


class Source(Protocol):
    """Something that has new articles now and then."""

    name: str

    def batches(self, known: Known, report: Report) -> Iterator[list[Article]]:
        """Yield what is new; a source that is not read to the end starts anew the next time."""
        ...


@dataclass(frozen=True, slots=True)
class Options:
    """How feeds are read.

    Attributes
    ----------
    entries : bool
        Whether the text is that of the entry, and no page is fetched.
    newest : int
        Entries to read of a feed, >= 1.
    allow_private : bool
        See `dedup.feeds.fetch.fetch`.
    """

    entries: bool = False
    newest: int = 200
    allow_private: bool = False


def make_source(name: str, reader: Reader, options: Options) -> Source:
    """Tell what kind of source a name means.

    Parameters
    ----------
    name : str
        Address of a feed, or path of a file or a folder.
    reader : Reader
        What feeds and pages are read by.
    options : Options
        How feeds are read.

    Returns
    -------
    Source
        Nothing is read yet.

    Raises
    ------
    FeedError
        If it is an address, but not of http or https.
    InputError
        If it is neither an address nor a path that is there.

    Examples
    --------
    >>> make_source("no-such-folder", Reader(), Options())
    Traceback (most recent call last):
    dedup.errors.InputError: a feed must be an address of http or https, or a file or folder that is there,
    not 'no-such-folder'
    """
    if "://" in name:
        checked(name)
        return _FeedSource(name, reader, options)
    if not os.path.exists(name):
        raise InputError(
            f"a feed must be an address of http or https, or a file or folder that is there, not {name!r}"
        )
    return _PathSource(name, reader, options)


class _FeedSource:
    def __init__(self, name: str, reader: Reader, options: Options) -> None:
        self.name = name
        self._reader = reader
        self._options = options
        self._asked = {"etag": "", "modified": ""}

    def batches(self, known: Known, report: Report) -> Iterator[list[Article]]:
        options = self._options
        feed = self._reader.call(
            "feed", url=self.name, newest=options.newest, allow_private=options.allow_private, **self._asked
        )
        if feed:
            yield from _new_entries(feed, self.name, self._reader, options, known, report)
            self._asked = {name: feed[name] for name in self._asked}


class _PathSource:
    def __init__(self, name: str, reader: Reader, options: Options) -> None:
        self.name = name
        self._reader = reader
        self._options = options
        self._read: dict[str, tuple[int, int]] = {}

    def batches(self, known: Known, report: Report) -> Iterator[list[Article]]:
        failed: list[FeedError | ReadError] = []
        for path, name in self._files():
            try:
                there = os.stat(path)
                stamp = there.st_mtime_ns, there.st_size
                if self._read.get(path) != stamp:
                    yield from self._file(path, name, known, report)
                    self._read[path] = stamp
            except OSError as error:  # gone since it was listed, most likely
                failed.append(ReadError(path, (error.strerror or str(error)).lower()))
            except (FeedError, ReadError) as error:
                failed.append(error)
        for one in failed[:-1]:
            report(str(one))
        if failed:
            raise failed[-1]

    def _file(self, path: str, name: str, known: Known, report: Report) -> Iterator[list[Article]]:
        if path.lower().endswith(FEED_ENDINGS):
            feed = self._reader.call("file", path=path, newest=self._options.newest)
            yield from _new_entries(feed, path, self._reader, self._options, known, report)
            return
        bad: list[ReadError] = []
        yield from _batched(read_file(path, name, bad.append))
        for error in bad[:_N_SHOWN]:
            report(str(error))
        if len(bad) > _N_SHOWN:
            report(f"{path}: {len(bad) - _N_SHOWN:,} more that cannot be used")

    def _files(self) -> list[tuple[str, str]]:
        """List the files to read, each with its name below the folder."""
        if not os.path.isdir(self.name):
            return [(self.name, "")] if self.name.lower().endswith(FEED_ENDINGS) else find_files(self.name)
        feeds = [
            (os.path.join(folder, name), "")
            for folder, _, names in os.walk(self.name)
            for name in names
            if name.lower().endswith(FEED_ENDINGS) and not name.startswith(".")
        ]
        try:
            others = [one for one in find_files(self.name) if not one[0].lower().endswith(FEED_ENDINGS)]
            return sorted(feeds + others)
        except ReadError:
            if feeds:
                return sorted(feeds)
            raise


def _batched(articles: Iterator[Article]) -> Iterator[list[Article]]:
    batch: list[Article] = []
    for article in articles:
        batch += as_articles([article])
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _new_entries(
    feed: dict[str, Any], name: str, reader: Reader, options: Options, known: Known, report: Report
) -> Iterator[list[Article]]:
    """Yield the articles of a feed that are not known, one by one, with the text of their pages."""
    if feed["n_left_out"]:
        report(f"{name}: {feed['n_left_out']:,} older entries left out; read more with --newest")
    if feed["n_future"]:
        report(f"{name}: {feed['n_future']:,} entries dated in the future, taken as published now")
    missed: list[FeedError] = []
    n_missed = n_pages = n_empty = 0
    for entry in feed["entries"]:
        if entry["id"] and known(entry["id"]):
            continue
        text = entry["text"]
        if entry["url"] and not options.entries and n_missed < _N_UNREACHED:
            n_pages += 1
            try:
                page = reader.call("page", url=entry["url"], allow_private=options.allow_private)
                text = page if len(page) >= len(text) else text
                n_missed = 0
            except FeedError as error:
                missed.append(error)
                n_missed += 1
        if text:
            yield list(as_articles([entry | {"text": text}]))
        else:
            n_empty += 1
    if missed:
        rest = ", tried no more" if n_missed == _N_UNREACHED else ""
        report(f"{name}: could not have {len(missed)} of {n_pages} pages{rest}; the first: {missed[0]}")
    if n_empty:
        report(f"{name}: {n_empty} entries have no text and were left out")
