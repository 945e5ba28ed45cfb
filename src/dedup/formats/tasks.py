"""What the process does that reads the files of strangers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dedup.formats.feed import feed_articles
from dedup.formats.markup import html_text
from dedup.formats.newsml import newsml_articles
from dedup.formats.pages import page_article


def tasks() -> dict[str, Callable[..., Any]]:
    """Return its tasks, by name; each takes markup and returns text, or the fields of articles."""
    return {"text": html_text, "page": page_article, "feed": feed_articles, "newsml": newsml_articles}
