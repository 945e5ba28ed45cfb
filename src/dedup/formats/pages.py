"""HTML pages: the article on one, what it says of itself, and what it declares."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any

from dedup.declarations import name_key
from dedup.formats.markup import parse_html
from dedup.formats.provenance import Head, read_head


def page_article(markup: str, url: str = "") -> dict[str, Any]:
    """Find the article on a page.

    Parameters
    ----------
    markup : str
        HTML.
    url : str, optional
        Where it was found; by default what the page says of itself.

    Returns
    -------
    dict
        ``text``, paragraphs set apart by newlines, empty if there is no article; ``title``, ``outlet``,
        ``published_at``, ``url``: strings, empty where not known; ``declared``: see `as_declarations`.

    Notes
    -----
    The text, and what else is not said in the head, are found by trafilatura; a date is not guessed from the
    text. Some 10 to 30 milliseconds a page.

    Examples
    --------
    >>> head = "<title>Shut</title><link rel=canonical href='https://wire.example/a'>"
    >>> page_article(head + "<article><p>The harbour is shut.</article>", "https://paper.example/b")["declared"]
    [{'source': 'https://wire.example/a', 'by': 'canonical'}]
    """
    import trafilatura

    root = parse_html(markup)
    if root is None:
        return {"text": ""}
    head = read_head(root, url)
    found = trafilatura.bare_extraction(
        root,
        url=head.url or None,
        with_metadata=True,
        include_comments=False,
        date_extraction_params={"original_date": True, "extensive_search": False},
    )
    return _fields(head, found)


def _fields(head: Head, found: Any) -> dict[str, Any]:
    host = name_key(head.url) if head.url else ""
    title = (found and found.title) or head.title
    text = (found and found.text) or ""
    first, _, rest = text.partition("\n")
    return {
        "text": rest.lstrip("\n") if first.strip() == title else text,  # the headline is no paragraph of it
        "title": title,
        "outlet": (found and found.sitename) or host,
        "published_at": _time(head.times, found and found.date),
        "url": head.url,
        "declared": [{"source": source, "by": by} for source, by in head.declared],
    }


def _time(said: list[str], found: str | None) -> str:
    """Return the first time that is one: what the page says to the minute comes before a mere day."""
    for value in (*said, found or ""):
        with suppress(ValueError):
            return datetime.fromisoformat(value.strip()).isoformat()
    return ""
