"""What an index answers from what it has filed: articles, parents, roots and relatives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from dedup.articles import Article
from dedup.errors import IndexFileError
from dedup.index.bodies import unpack_text
from dedup.index.heads import Head, find_heads, select
from dedup.index.store import Store
from dedup.lineage.find import IDENTICAL
from dedup.lineage.graph import DIGEST

COPY = "copy"
"""Relation of articles with the same text."""

ARTICLE = "SELECT a.id, a.name, a.text, a.published, a.outlet, a.title, a.url FROM articles a"
"""Begins a query for articles, whose rows the functions here take."""

NAMED = "WHERE a.name = CAST(? AS TEXT)"
"""Ends a query for the article of an id, given `as_text`."""

_LINKS = "SELECT child, rank, parent, relation, probability FROM links WHERE child"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RELATED = """
WITH RECURSIVE near(id) AS (VALUES (?) UNION SELECT {to} FROM links JOIN near ON {of} = near.id {only})
SELECT id FROM near
"""


@dataclass(frozen=True, slots=True)
class Ancestry:
    """Some texts, and all that they come down from.

    Attributes
    ----------
    links : dict of int to list of (int, str, float)
        Parent, relation and probability of each text's links, the main one first; empty if it has none.
    heads : dict of int to Head
        The articles that stand for the texts.
    """

    links: dict[int, list[tuple[int, str, float]]]
    heads: dict[int, Head]

    def parents_of(self, row: Any) -> list[tuple[str, str, float]]:
        """Return an article's parents: id, relation, probability; the main one first."""
        head = self.heads[row[2]]
        if head.name != row[1]:
            return [(head.name, COPY, IDENTICAL)]
        return [
            (self.heads[parent].name, relation, chance) for parent, relation, chance in self.links[row[2]]
        ]

    def root_of(self, text: int) -> str:
        """Return the id of the root that a text comes down from through main parents; a digest is a root."""
        seen = {text}
        while (links := self.links[text]) and not self.is_digest([link[0] for link in links]):
            text = self._step(text, seen)
        return self.heads[text].name

    def is_digest(self, parents: Sequence[int]) -> bool:
        """Say whether texts are of so many families that what was made from them belongs to none."""
        return len(parents) >= DIGEST and len({self._origin(parent) for parent in parents}) >= DIGEST

    def _origin(self, text: int) -> int:
        seen = {text}
        while self.links[text]:
            text = self._step(text, seen)
        return text

    def _step(self, text: int, seen: set[int]) -> int:
        parent = self.links[text][0][0]
        if parent in seen:
            raise IndexFileError("the index is damaged: an article comes down from itself; restore a backup")
        seen.add(parent)
        return parent


def ancestry_of(store: Store, texts: Iterable[int]) -> Ancestry:
    """Look up some texts and all that they come down from."""
    links: dict[int, list[tuple[int, str, float]]] = {}
    rim = set(texts)
    while rim:
        links |= {text: [] for text in rim}
        for child, _, *link in sorted(select(store, _LINKS, rim)):
            links[child].append((link[0], link[1], link[2]))
        rim = {link[0] for text in rim for link in links[text]} - links.keys()
    return Ancestry(links, find_heads(store, links))


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
