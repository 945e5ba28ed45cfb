"""What an index answers from what it has filed: articles, parents, roots and relatives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from dedup.articles import Article
from dedup.index.bodies import unpack_text
from dedup.index.placing import find_head, select
from dedup.index.store import Store
from dedup.lineage.find import IDENTICAL
from dedup.lineage.graph import DIGEST

COPY = "copy"
"""Relation of articles with the same text."""

ARTICLE = "SELECT a.id, a.name, a.text, a.published, a.outlet, a.title, a.url FROM articles a"
"""Begins a query for articles, whose rows the functions here take."""

NAMED = "WHERE a.name = CAST(? AS TEXT)"
"""Ends a query for the article of an id, given `as_text`."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RELATED = """
WITH RECURSIVE near(id) AS (VALUES (?) UNION SELECT {to} FROM links JOIN near ON {of} = near.id {only})
SELECT id FROM near
"""


def parents_of(store: Store, row: Any) -> list[tuple[str, str, float]]:
    """Return an article's parents: id, relation, probability; the main one first."""
    head = find_head(store, row[2])
    if head.name != row[1]:
        return [(head.name, COPY, IDENTICAL)]
    found = store.query(
        "SELECT parent, relation, probability FROM links WHERE child = ? ORDER BY rank", (row[2],)
    )
    return [(find_head(store, parent).name, relation, chance) for parent, relation, chance in found]


def root_of(store: Store, text: int) -> str:
    """Return the id of the root that a text comes down from through main parents; a digest is a root."""
    while parents := _parent_texts(store, text):
        if is_digest(store, parents):
            break
        text = parents[0]
    return find_head(store, text).name


def is_digest(store: Store, parents: Sequence[int]) -> bool:
    """Say whether texts are of so many families that what was made from them belongs to none."""
    return len(parents) >= DIGEST and len({_origin(store, parent) for parent in parents}) >= DIGEST


def _origin(store: Store, text: int) -> int:
    while parents := _parent_texts(store, text):
        text = parents[0]
    return text


def _parent_texts(store: Store, text: int) -> list[int]:
    return [row[0] for row in store.query("SELECT parent FROM links WHERE child = ? ORDER BY rank", (text,))]


def relatives_of(store: Store, text: int, *, up: bool, main_only: bool) -> list[Any]:
    """Return the rows of articles that a text comes down from, or that come down from it; itself, too."""
    to, of = ("parent", "child") if up else ("child", "parent")
    query = _RELATED.format(to=to, of=of, only="AND rank = 0" if main_only else "")
    texts = [row[0] for row in store.query(query, (text,))]
    return list(select(store, f"{ARTICLE} WHERE a.text", texts))


def articles_of(store: Store, rows: Iterable[Any], keeps_texts: bool) -> list[Article]:
    """Make articles of rows; their texts are empty if the file does not keep any."""
    rows = list(rows)
    bodies: dict[int, bytes] = {}
    if keeps_texts:
        texts = {row[2] for row in rows}
        bodies = dict(select(store, "SELECT id, body FROM texts WHERE id", texts))
    return [
        Article(
            unpack_text(bodies[text]) if text in bodies else "",
            name,
            title,
            _moment(published),
            outlet,
            url,
        )
        for _, name, text, published, outlet, title, url in rows
    ]


def _moment(seconds: float | None) -> datetime | None:
    if seconds is None:
        return None
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:  # in the last microseconds of the year 9999, which were rounded up
        return datetime.max.replace(tzinfo=UTC)
