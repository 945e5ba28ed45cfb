"""Whether the file of an index is whole."""

from __future__ import annotations

import numpy as np

from dedup.errors import IndexFileError
from dedup.index.bodies import digest_of, inflate, unpack_bodies, unpack_text
from dedup.index.heads import select
from dedup.index.postings import Runs
from dedup.index.store import Store

_CHECKS = (
    (
        "SELECT count(*) FROM texts WHERE NOT EXISTS (SELECT 1 FROM articles WHERE text = texts.id)",
        "texts without an article",
    ),
    (
        "SELECT count(*) FROM links a WHERE rank > 0"
        " AND NOT EXISTS (SELECT 1 FROM links b WHERE b.child = a.child AND b.rank = 0)",
        "texts with other parents and no main one",
    ),
    (
        "SELECT count(*) FROM links WHERE NOT EXISTS"
        " (SELECT 1 FROM pairs WHERE first = child AND second = parent OR first = parent AND second = child)",
        "links between texts that were not compared",
    ),
)


def find_faults(store: Store, keeps_texts: bool) -> list[str]:
    """Return what is wrong with the file."""
    query = store.query
    wrong = [row[0] for row in query("PRAGMA integrity_check") if row[0] != "ok"]
    wrong += [f"a row of {row[0]} refers to nothing" for row in query("PRAGMA foreign_key_check")]
    for statement, meaning in _CHECKS:
        count = query(statement)[0][0]
        if count:
            wrong.append(f"{meaning}: {count:,}")
    damaged = _count_damaged(store, keeps_texts)
    if damaged:
        return [*wrong, f"damaged texts: {damaged:,}"]
    return wrong + _check_keys(store, keeps_texts)


def _count_damaged(store: Store, keeps_texts: bool) -> int:
    """Count the texts that cannot be unpacked, or are others than they were."""
    n_damaged = last = 0
    query = (
        "SELECT id, digest, body, (SELECT name FROM articles WHERE text = texts.id) FROM texts"
        " WHERE id > ? ORDER BY id LIMIT 500"
    )
    while rows := store.query(query, (last,)):
        last = rows[-1][0]
        for _, digest, body, name in rows:
            try:
                if not keeps_texts:
                    inflate(body)
                elif digest_of(unpack_text(body), name or "") != digest:
                    n_damaged += 1
            except (IndexFileError, UnicodeDecodeError):
                n_damaged += 1
    return n_damaged


def _check_keys(store: Store, keeps_texts: bool) -> list[str]:
    runs = Runs(store)
    runs.refresh()
    texts = {row[0] for row in store.query("SELECT id FROM texts")}
    removed = {row[0] for row in store.query("SELECT text FROM removed")}
    keyed = runs.texts()
    wrong = [] if runs.are_sorted() else ["keys are out of order"]
    if stray := keyed - texts - removed:
        wrong.append(f"keys of texts that are not there: {len(stray):,}")
    without = sorted(texts - keyed)
    bodies = [body for _, body in select(store, "SELECT id, body FROM texts WHERE id", without)]
    n_words = unpack_bodies(bodies, keeps_texts).found.n_words if bodies else np.zeros(0)
    if n_missing := int((n_words > 50).sum()):
        wrong.append(f"texts without keys: {n_missing:,}")
    return wrong
