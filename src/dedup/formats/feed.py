"""Feeds, RSS and Atom: their entries made the fields of articles."""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

from dedup.errors import FeedError
from dedup.formats.markup import html_text, parse_html, refuse_entities

FEED_PACKAGES = ("feedparser", "trafilatura", "lxml_html_clean")
"""What the extra ``feeds`` installs."""


def feed_articles(text: str) -> list[dict[str, Any]]:
    """Read all entries of a feed that was kept in a file.

    Parameters
    ----------
    text : str
        RSS or Atom, of any version, well-formed or not.

    Returns
    -------
    list of dict
        Of each entry, in order, what `entry_fields` says; times as they are given.

    Raises
    ------
    FeedError
        If it is not a feed, or declares entities.

    Examples
    --------
    >>> item = "<item><link>https://wire.example/7</link><description>It is shut.</description></item>"
    >>> feed_articles(f"<rss version='2.0'><channel><title>Wire</title>{item}</channel></rss>")[0]["outlet"]
    'Wire'
    """
    found = parsed_feed(text)
    outlet, base = name_of(found), found.feed.get("link", "")
    return [entry_fields(entry, time_of(entry), outlet, base) for entry in found.entries]


def parsed_feed(text: str, place: str = "", base: str = "") -> Any:
    """Parse a feed.

    Parameters
    ----------
    text : str
        RSS or Atom, of any version, well-formed or not.
    place : str, optional
        Where it is, for messages.
    base : str, optional
        Address that relative links start from.

    Returns
    -------
    feedparser.FeedParserDict
        The feed.

    Raises
    ------
    FeedError
        If it is not a feed, or declares entities, which are never expanded.
    """
    import feedparser

    refuse_entities(text, place)
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": base}
    found = feedparser.parse(
        text.encode("utf-8", "replace"),
        response_headers=headers,
        sanitize_html=False,  # nothing but text is kept
        resolve_relative_uris=False,
    )
    if not found.get("version") and not found.entries:
        raise FeedError(place, _not_a_feed(text, base))
    return found


def name_of(feed: Any) -> str:
    """Return the title of a parsed feed, which names the outlet."""
    return " ".join(_plain(feed.feed.get("title_detail")).split())


def entry_fields(entry: dict[str, Any], time: datetime | None, outlet: str, base: str) -> dict[str, Any]:
    """Make the fields of an article from an entry.

    Parameters
    ----------
    entry : dict
        Of feedparser.
    time : datetime, optional
        When it was published.
    outlet : str
        Who published it.
    base : str
        Address that relative links start from.

    Returns
    -------
    dict
        ``id``, ``title``, ``outlet``, ``published_at``, ``url`` and ``text``, all strings; and ``declared``,
        the links to what it is made from (``rel="via"``), where there are some.
    """
    link = _absolute(entry.get("link", ""), base)
    name = entry.get("id", "").strip()
    parts = [*entry.get("content", ()), entry.get("summary_detail")]
    fields: dict[str, Any] = {
        "id": name if ":" in name else link or name,
        "title": " ".join(_plain(entry.get("title_detail")).split()),
        "outlet": outlet,
        "published_at": time.isoformat() if time else "",
        "url": link,
        "text": max(map(_plain, parts), key=len),
    }
    via = [_absolute(one.get("href", ""), base) for one in entry.get("links", ()) if one.get("rel") == "via"]
    if any(via):
        fields["declared"] = [{"source": there, "by": "via"} for there in via if there]
    return fields


def time_of(entry: dict[str, Any]) -> datetime | None:
    """Return when an entry was published, or else changed; None if it does not say."""
    # Of a `dict`, for feedparser's own `get` gives one for the other, with a warning.
    said = dict.get(entry, "published_parsed") or dict.get(entry, "updated_parsed")
    with suppress(ValueError, OverflowError, OSError):  # of a year that no calendar has
        return datetime.fromtimestamp(timegm(said), UTC) if said else None
    return None


def _not_a_feed(text: str, base: str) -> str:
    if not re.search(r"<html|<!doctype html", text[:4096], re.IGNORECASE):
        return "neither RSS nor Atom"
    page = parse_html(text)
    links = page.xpath("//link[@rel='alternate'][contains(@type, 'rss') or contains(@type, 'atom')]/@href")
    there = f"; its feed may be {_absolute(links[0], base)}" if links else "; give the address of its feed"
    return f"a page, not a feed{there}"


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
