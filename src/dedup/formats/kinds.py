"""Readers of what strangers wrote: HTML pages, feeds, NewsML-G2, WARC, and ninjs within JSON.

They are parsed in a process of its own, for which see `dedup.formats.guard`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, BinaryIO

from dedup.articles import Article, as_article
from dedup.declarations import Declaration
from dedup.errors import FeedError, InputError, ReadError
from dedup.evidence.cited import cited_sources
from dedup.extras import require_extra
from dedup.formats.feed import FEED_PACKAGES
from dedup.formats.guard import shared
from dedup.formats.markup import decoded
from dedup.formats.ninjs import ninjs_fields
from dedup.formats.warc import read_captures

PAGE_BYTES, XML_BYTES = 5 << 20, 32 << 20
"""Sizes from which a page, and a feed or NewsML-G2, are refused, in bytes."""

HTML_PACKAGES = ("lxml", "lxml_html_clean", "trafilatura")
"""What the extra ``html`` installs."""

REPEATED = (".xml", ".rss", ".atom", ".rdf", ".warc")
"""Endings of files that are kept again and again, so that articles come more than once, with the same id."""

_NEWSML = re.compile(r"<(?:[\w.-]+:)?(?:news|package|concept|knowledge|planning)(?:Item|Message)[\s>/]")
_N_HEAD = 4096  # characters at the beginning of a file in which the name of its root is looked for

Report = Callable[[ReadError], None]


def read_html(stream: BinaryIO, path: str, stem: str, report: Report) -> Iterator[Article]:
    """Read the article of a page; its id is the name of the file.

    Parameters
    ----------
    stream : binary file
        What is in the file, unpacked.
    path : str
        Its name, for messages.
    stem : str
        Id of the article.
    report : callable
        Is given the error of what cannot be used.

    Yields
    ------
    Article
        At most one.

    Raises
    ------
    MissingExtraError
        If what reads it is not installed.
    """
    require_extra("html", *HTML_PACKAGES)
    markup = _markup(stream, path, PAGE_BYTES, report)
    if markup is not None:
        yield from _asked("page", path, report, {"id": stem}, markup=markup)


def read_xml(stream: BinaryIO, path: str, stem: str, report: Report) -> Iterator[Article]:
    """Read the entries of a feed, or the items of NewsML-G2, whichever it is.

    Parameters
    ----------
    stream : binary file
        What is in the file, unpacked.
    path : str
        Its name, for messages.
    stem : str
        Not used: entries and items have ids of their own.
    report : callable
        Is given the error of what cannot be used.

    Yields
    ------
    Article
        In the order of the file.

    Raises
    ------
    MissingExtraError
        If what reads it is not installed.
    """
    text = _markup(stream, path, XML_BYTES, report)
    if text is None:
        return
    is_newsml = bool(_NEWSML.search(text[:_N_HEAD]))
    if is_newsml:
        require_extra("html", *HTML_PACKAGES)
    else:
        require_extra("feeds", *FEED_PACKAGES)
    yield from _asked("newsml" if is_newsml else "feed", path, report, {}, text=text)


def read_warc(stream: BinaryIO, path: str, stem: str, report: Report) -> Iterator[Article]:
    """Read the pages of a WARC file.

    Parameters
    ----------
    stream : binary file
        What is in the file as it is, for records are packed one by one.
    path : str
        Its name, for messages.
    stem : str
        Not used: captures are named by time and address.
    report : callable
        Is given the error of what cannot be used.

    Yields
    ------
    Article
        In the order of the file.

    Raises
    ------
    MissingExtraError
        If what reads it is not installed.
    """
    require_extra("warc", "fastwarc", *HTML_PACKAGES)
    n_records = 0
    for found in read_captures(stream, path, PAGE_BYTES):
        n_records += 1
        if isinstance(found, ReadError):
            report(found)
            continue
        place = f"{path}: the record at byte {found.offset:,}"
        tell = partial(_retell, report, path, place)
        yield from _asked("page", place, tell, {"id": found.name}, markup=found.markup, url=found.url)
    if not n_records:
        report(ReadError(path, "holds no page: no answer of a server that is HTML, with status 200 to 299"))


def read_ninjs(item: Mapping[str, Any], path: str) -> Article:
    """Make an article of an item of ninjs.

    Parameters
    ----------
    item : mapping
        The item.
    path : str
        The file that it is in, for messages.

    Returns
    -------
    Article
        Its id may be empty.

    Raises
    ------
    InputError
        If it cannot be used.
    MissingExtraError
        If its text is HTML and what reads that is not installed.

    Examples
    --------
    >>> read_ninjs({"uri": "urn:wire:1", "body_text": "It is shut."}, "wire.json").id
    'urn:wire:1'
    """

    def plain(markup: str) -> str:
        require_extra("html", *HTML_PACKAGES)
        try:
            return str(shared().call("text", place=path, markup=markup))
        except FeedError as error:
            raise InputError(error.reason) from None

    return _made(ninjs_fields(item, plain))


def once(articles: Iterable[Article], path: str, seen: dict[str, str], report: Report) -> Iterator[Article]:
    """Leave out what was read before: feeds are kept again and again, with entries that stay in them.

    Parameters
    ----------
    articles : iterable of Article
        Those of one file.
    path : str
        The file.
    seen : dict of str to str
        By id, the file from which an article was read; what is new is added.
    report : callable
        Is given an error for each that is left out.

    Yields
    ------
    Article
        What has no id, or one that was not seen yet.

    Examples
    --------
    >>> [article.text for article in once([Article("a", "1"), Article("b", "1")], "day.rss", {}, print)]
    day.rss: '1' was read before, from day.rss; read it once, or pass over such with --skip-bad
    ['a']
    """
    for article in articles:
        before = seen.get(article.id, "") if article.id else ""
        if before:
            reason = f"{article.id!r} was read before, from {before}"
            report(ReadError(path, f"{reason}; read it once, or pass over such with --skip-bad"))
        else:
            seen[article.id] = path
            yield article


def _retell(report: Report, path: str, place: str, error: ReadError) -> None:
    report(ReadError(path, f"{place.removeprefix(f'{path}: ')}: {error.reason}"))


def _markup(stream: BinaryIO, path: str, n_bytes: int, report: Report) -> str | None:
    data = stream.read(n_bytes + 1)
    if not data.strip():
        report(ReadError(path, "the file is empty"))
    elif len(data) > n_bytes:
        report(ReadError(path, f"more than the {n_bytes:,} bytes that are read of such a file; split it"))
    else:
        return decoded(data)
    return None


def _asked(
    task: str, path: str, report: Report, known: Mapping[str, Any], **arguments: Any
) -> Iterator[Article]:
    try:
        answer = shared().call(task, place=path, **arguments)
    except FeedError as error:
        more = ", nor NewsML-G2" if error.reason == "neither RSS nor Atom" else ""
        report(ReadError(path, error.reason + more))
        return
    for fields in answer if isinstance(answer, list) else [answer]:
        try:
            yield _made({**fields, **known})
        except InputError as error:
            report(ReadError(path, str(error)))


def _made(fields: Mapping[str, Any]) -> Article:
    """Make an article, of which a credit in its text is a declaration, too."""
    article = as_article(fields)
    named = cited_sources(article.text, outlet=article.outlet)
    credits = [Declaration(one.source, "publisher") for one in named if one.kind == "republished"]
    return replace(article, declared=tuple(dict.fromkeys((*article.declared, *credits))))
