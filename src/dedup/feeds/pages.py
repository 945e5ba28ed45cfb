"""What pages say: the article on one that is fetched."""

from __future__ import annotations

import re

from dedup.errors import FeedError
from dedup.feeds.fetch import fetch
from dedup.formats.markup import decoded

PAGE_BYTES = 5 << 20
"""Size from which a page is refused, in bytes."""


def read_page(url: str, *, allow_private: bool = False) -> str:
    """Fetch a page and find the article on it.

    Parameters
    ----------
    url : str
        Of http or https.
    allow_private : bool, optional
        See `fetch`.

    Returns
    -------
    str
        Paragraphs, set apart by newlines; empty if there is no article.

    Raises
    ------
    FeedError
        If it cannot be had, is larger than 5 MiB or is neither HTML nor text.

    Examples
    --------
    >>> read_page("http://[::1]/")
    Traceback (most recent call last):
    dedup.errors.FeedError: http://[::1]/: ::1 is not a public address; allow it with --allow-private
    """
    import trafilatura

    answer = fetch(url, n_bytes=PAGE_BYTES, allow_private=allow_private)
    kind = answer.headers.get("content-type", "text/html")
    if not re.match(r"\s*(text/|application/(xhtml|xml))", kind, re.IGNORECASE):
        raise FeedError(url, f"not a page but {kind[:40]!r}")
    return trafilatura.extract(decoded(answer.body, kind), include_comments=False) or ""
