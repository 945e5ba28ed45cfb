"""What feeds say: RSS and Atom made entries.

The functions ``read_*`` are what the process of a `Reader` runs: they take and return what JSON can hold.
"""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any
from urllib.parse import urljoin, urlsplit

from dedup.errors import FeedError, MissingExtraError
from dedup.feeds.fetch import fetch
from dedup.feeds.pages import decoded, html_text

FEED_BYTES = 32 << 20
"""Size from which a feed is refused, in bytes: a hundred thousand entries with a summary each."""


def require_extra() -> None:
    """See that what feeds need is installed.

    Raises
    ------
    MissingExtraError
        If it is not; the message says how to install it.

    Examples
    --------
    >>> require_extra()
    """
    for package in ("feedparser", "trafilatura", "lxml_html_clean"):
        if find_spec(package) is None:
            raise MissingExtraError(package, "feeds")


def read_feed(
    url: str, *, etag: str = "", modified: str = "", newest: int = 200, allow_private: bool = False
) -> dict[str, Any] | None:
    """Fetch a feed and read it.

    Parameters
    ----------
    url : str
        Of http or https.
    etag, modified : str, optional
        What this function returned under these names the last time.
    newest : int, optional
        Entries to return, >= 1; of more, the newest.
    allow_private : bool, optional
        See `fetch`.

    Returns
    -------
    dict or None
        As from `parse_feed`, with ``etag`` and ``modified`` besides; None if the feed is as it was.

    Raises
    ------
    FeedError
        If it cannot be had, is larger than 32 MiB or is not a feed.

    Examples
    --------
    >>> read_feed("file:///etc/passwd")
    Traceback (most recent call last):
    dedup.errors.FeedError: file:///etc/passwd: not an address of http or https
    """
    asked = {"If-None-Match": etag, "If-Modified-Since": modified}
    headers = {name: value for name, value in asked.items() if value}
    answer = fetch(url, n_bytes=FEED_BYTES, headers=headers, allow_private=allow_private)
    if answer.status == 304:
        return None
    text = decoded(answer.body, answer.headers.get("content-type", ""))
    return parse_feed(text, url=url, base=answer.url, newest=newest) | {
        "etag": answer.headers.get("etag", ""),
        "modified": answer.headers.get("last-modified", ""),
    }


def read_feed_file(path: str, *, newest: int = 200) -> dict[str, Any]:
    """Read a feed in a file.

    Parameters
    ----------
    path : str
        Of RSS or Atom.
    newest : int, optional
        See `read_feed`.

    Returns
    -------
    dict
        As from `parse_feed`.

    Raises
    ------
    FeedError
        If it cannot be read, is larger than 32 MiB or is not a feed.

    Examples
    --------
    >>> read_feed_file("no-such-file.xml")
    Traceback (most recent call last):
    dedup.errors.FeedError: no-such-file.xml: no such file or directory
    """
    try:
        with open(path, "rb") as stream:
            data = stream.read(FEED_BYTES + 1)
    except OSError as error:
        raise FeedError(path, (error.strerror or str(error)).lower()) from None
    if len(data) > FEED_BYTES:
        raise FeedError(path, f"more than the {FEED_BYTES:,} bytes that are read")
    return parse_feed(decoded(data), url=path, newest=newest)


def parse_feed(text: str, *, url: str = "", base: str = "", newest: int = 200) -> dict[str, Any]:
    """Read the entries of a feed.

    Parameters
    ----------
    text : str
        RSS or Atom, of any version, well-formed or not.
    url : str, optional
        Where it is, for messages.
    base : str, optional
        Address that relative links start from; by default, the one that the feed says is its own.
    newest : int, optional
        Entries to return, >= 1; of more, the newest. What has no time counts as new.

    Returns
    -------
    dict
        ``entries``, the oldest first and those without a time last, with the strings ``id``, ``title``,
        ``outlet``, ``published_at`` (ISO 8601 in UTC, or empty), ``url`` and ``text``; the numbers of entries
        ``n_left_out``, and ``n_future``, dated later than now, which count as published now.

    Raises
    ------
    FeedError
        If it is not a feed, or declares entities, which are never expanded.

    Notes
    -----
    The id is the entry's own if it is an address or another URI; else its link, since a bare id is unique
    only within its feed; else the bare id. About .2 milliseconds an entry.

    Examples
    --------
    >>> item = "<item><guid>7</guid><link>/7</link><description>It &lt;b>is&lt;/b> shut.</description></item>"
    >>> feed = parse_feed(f"<rss version='2.0'><channel>{item}</channel></rss>", base="http://wire.example/feed")
    >>> feed["entries"][0]["id"], feed["entries"][0]["text"]
    ('http://wire.example/7', 'It is shut.')
    """
    import feedparser

    if "<!ENTITY" in text or "<!ATTLIST" in text:
        raise FeedError(url, "declares entities, which may grow without bound; it was not read")
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": base}
    found = feedparser.parse(
        text.encode("utf-8", "replace"),
        response_headers=headers,
        sanitize_html=False,  # nothing but text is kept
        resolve_relative_uris=False,
    )
    if not found.get("version") and not found.entries:
        raise FeedError(url, _not_a_feed(text, base))
    now = datetime.now(UTC)
    said = [_time(entry) for entry in found.entries]
    times = [time and min(time, now) for time in said]
    order = sorted(range(len(times)), key=lambda at: times[at] or now, reverse=True)[:newest]
    order.sort(key=lambda at: times[at] or datetime.max.replace(tzinfo=UTC))
    outlet = " ".join(_plain(found.feed.get("title_detail")).split())
    base = base or found.feed.get("link", "")
    return {
        "entries": [_entry(found.entries[at], times[at], outlet, base) for at in order],
        "n_left_out": len(times) - len(order),
        "n_future": sum((said[at] or now) > now for at in order),
    }


def _not_a_feed(text: str, base: str) -> str:
    if not re.search(r"<html|<!doctype html", text[:4096], re.IGNORECASE):
        return "neither RSS nor Atom"
    from lxml import html

    page = html.document_fromstring(text.replace("\0", "").encode("utf-8", "replace"))
    links = page.xpath("//link[@rel='alternate'][contains(@type, 'rss') or contains(@type, 'atom')]/@href")
    there = f"; its feed may be {_absolute(links[0], base)}" if links else "; give the address of its feed"
    return f"a page, not a feed{there}"


def _entry(entry: dict[str, Any], time: datetime | None, outlet: str, base: str) -> dict[str, str]:
    link = _absolute(entry.get("link", ""), base)
    name = entry.get("id", "").strip()
    parts = [*entry.get("content", ()), entry.get("summary_detail")]
    return {
        "id": name if ":" in name else link or name,
        "title": " ".join(_plain(entry.get("title_detail")).split()),
        "outlet": outlet,
        "published_at": time.isoformat() if time else "",
        "url": link,
        "text": max(map(_plain, parts), key=len),
    }


def _absolute(link: str, base: str) -> str:
    """Return where a link leads; empty if that is not an address of the web."""
    with suppress(ValueError):  # of an address that is none
        there = urljoin(base, link)
        return there if link and urlsplit(there).scheme in ("http", "https") else ""
    return ""


def _plain(detail: Mapping[str, Any] | None) -> str:
    if not detail:
        return ""
    value = str(detail.get("value") or "")
    return value.strip() if detail.get("type") == "text/plain" else html_text(value)


def _time(entry: dict[str, Any]) -> datetime | None:
    # Of a `dict`, for feedparser's own `get` gives one for the other, with a warning.
    said = dict.get(entry, "published_parsed") or dict.get(entry, "updated_parsed")
    with suppress(ValueError, OverflowError, OSError):  # of a year that no calendar has
        return datetime.fromtimestamp(timegm(said), UTC) if said else None
    return None
