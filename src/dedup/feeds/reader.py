"""What fetches and parses feeds and pages: a process of its own, since name servers may not answer at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dedup.feeds.entries import read_feed, read_feed_file
from dedup.feeds.pages import read_page
from dedup.formats.guard import SECONDS, Guard


class Reader(Guard):
    """A process that reads feeds and pages: its tasks are ``"feed"``, ``"file"`` and ``"page"``.

    Parameters
    ----------
    seconds : float, optional
        Time after which a request is given up, > 0: 30 seconds to fetch it, the rest to parse it.

    Examples
    --------
    >>> with Reader() as reader:
    ...     reader.call("page", url="http://127.0.0.1/", allow_private=False)
    Traceback (most recent call last):
    dedup.errors.FeedError: http://127.0.0.1/: 127.0.0.1 is not a public address; allow it with
    --allow-private
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        super().__init__(__name__, seconds)


def tasks() -> dict[str, Callable[..., Any]]:
    """Return what the process of a reader can do, by name."""
    return {"feed": read_feed, "file": read_feed_file, "page": read_page}
