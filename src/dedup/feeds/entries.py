"""What feeds say: RSS and Atom made entries.

The functions ``read_*`` are what the process of a `Reader` runs: they take and return what JSON can hold.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from dedup.errors import FeedError
from dedup.feeds.fetch import fetch
from dedup.formats.feed import entry_fields, name_of, parsed_feed, time_of
from dedup.formats.markup import decoded

FEED_BYTES = 32 << 20
"""Size from which a feed is refused, in bytes: a hundred thousand entries with a summary each."""


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
    found = parsed_feed(text, url, base)
    now = datetime.now(UTC)
    said = [time_of(entry) for entry in found.entries]
    times = [time and min(time, now) for time in said]
    order = sorted(range(len(times)), key=lambda at: times[at] or now, reverse=True)[:newest]
    order.sort(key=lambda at: times[at] or datetime.max.replace(tzinfo=UTC))
    outlet, base = name_of(found), base or found.feed.get("link", "")
    return {
        "entries": [entry_fields(found.entries[at], times[at], outlet, base) for at in order],
        "n_left_out": len(times) - len(order),
        "n_future": sum((said[at] or now) > now for at in order),
    }
