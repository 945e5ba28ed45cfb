"""The article that stands for each text of an index."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from dedup.index.store import Store

_MANY = 500  # values in one statement
_HEADS = """
SELECT t.id, a.name, a.outlet, a.published FROM texts t JOIN articles a ON a.id =
    (SELECT id FROM articles WHERE text = t.id ORDER BY ifnull(published, 9e999), name LIMIT 1)
WHERE t.id
"""


@dataclass(frozen=True, slots=True)
class Head:
    """The article that stands for a text: the earliest one that has it.

    Attributes
    ----------
    name, outlet : str
        Its id and outlet.
    published : float or None
        Seconds since 1970, UTC.
    """

    name: str
    outlet: str
    published: float | None

    @property
    def order(self) -> tuple[float, str]:
        """What comes earlier has less: those without a time come last, equal ones by id."""
        return (np.inf if self.published is None else self.published, self.name)


def may_be_parent(parent: Head, child: Head) -> bool:
    """Say whether times allow that one article was made from another."""
    if parent.published is None or child.published is None:
        return True
    return parent.published <= child.published


def select(store: Store, statement: str, values: Iterable[Any], mark: str = "?") -> Iterable[Any]:
    """Yield the rows for which a column, the end of the statement, has one of some values."""
    ordered = sorted(values)
    for start in range(0, len(ordered), _MANY):
        some = ordered[start : start + _MANY]
        yield from store.query(f"{statement} IN ({', '.join([mark] * len(some))})", some)


def find_heads(store: Store, texts: Iterable[int]) -> dict[int, Head]:
    """Return the articles that stand for texts, by text; a text that no article has is left out."""
    return {text: Head(*columns) for text, *columns in select(store, _HEADS, set(texts))}


def find_head(store: Store, text: int) -> Head:
    """Return the article that stands for a text."""
    return find_heads(store, [text])[text]
