"""What an index does in a transaction: texts are filed, compared, linked, and removed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from dedup.articles import Article
from dedup.duplicates.shingles import group_copies
from dedup.errors import DuplicateIdError
from dedup.index.bodies import Reading, digest_of, pack_bodies, pack_text, read, unpack_bodies
from dedup.index.learnt import STEP, Learnt
from dedup.index.lookups import ARTICLE, COPY, NAMED
from dedup.index.placing import (
    Head,
    Link,
    View,
    find_head,
    may_be_parent,
    place,
    select,
)
from dedup.index.postings import Runs, make_keys
from dedup.index.store import Store, as_text
from dedup.lineage.find import IDENTICAL
from dedup.lineage.links import LEAST_KIN, find_kin
from dedup.lineage.model import load_model
from dedup.lineage.pipeline import share_enough
from dedup.memory import keep_freed_memory
from dedup.pairs.compare import compare
from dedup.pairs.frequencies import COUNTER_BITS

MOST_REMOVED = 0.02
"""Share of the texts that may be gone before their keys are, too."""

_HAS_OLDER_COPY = """
SELECT 1 FROM texts WHERE near_copies = (SELECT near_copies FROM texts WHERE id = ?) AND id < ? LIMIT 1
"""
_REMOVALS = (
    "DELETE FROM links WHERE child = ?",
    "DELETE FROM links WHERE parent = ?",
    "DELETE FROM pairs WHERE first = ?",
    "DELETE FROM pairs WHERE second = ?",
    "DELETE FROM texts WHERE id = ?",
    "INSERT INTO removed VALUES (?)",
)


@dataclass(frozen=True, slots=True)
class _New:
    """New texts: their numbers, the articles that stand for them, what was read of them and what is kept."""

    texts: list[int]
    heads: dict[int, Head]
    reading: Reading
    bodies: dict[int, bytes]


class Filing:
    """The texts and links of an index.

    Parameters
    ----------
    store : Store
        The file.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._runs = Runs(store)
        self._learnt = Learnt(store)
        self._model = load_model()
        self.keeps_texts = bool(store.query("SELECT value FROM settings WHERE name = 'keep_texts'")[0][0])

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Write all of what is added and removed meanwhile, or nothing of it."""
        try:
            with self._store.writing():
                self._runs.refresh()
                yield
        except BaseException:
            self._runs.discard()
            self._learnt.discard()
            raise

    def add(self, articles: Sequence[Article]) -> tuple[set[str], dict[str, set[str]]]:
        """Add the articles that are not there, within a transaction.

        Returns
        -------
        known : set of str
            Ids of those that were there.
        changed : dict of str to set of str
            Ids of articles that were there and whose parents changed, by that of the new one to blame.
        """
        keep_freed_memory()
        changed: dict[str, set[str]] = {}
        known = {article.id for article in articles if self.is_known(article)}
        new = [article for article in articles if article.id not in known]
        done = 0
        while done < len(new):
            done += self._add_some(new[done:], changed)
        names = {article.id for article in new}
        return known, {guilty: others - names for guilty, others in changed.items()}

    def find(self, article: Article) -> list[tuple[str, str, float]]:
        """Return the parents that an article would have: id, relation, probability; the main one first."""
        self._runs.refresh()
        first = self._next_text()
        head = Head(article.id, article.outlet, _seconds(article.published_at))
        text = article.text.strip()
        same = self._store.query("SELECT id FROM texts WHERE digest = ?", (digest_of(text, article.id),))
        if same and (known := find_head(self._store, same[0][0])).order < head.order:
            return [(known.name, COPY, IDENTICAL)]
        new = self._read([text], [first], {first: head})
        pairs = self._compare(new, first, add=False)
        view = self._view(first, new, pairs)
        links = place(view, [first], self._model).links[first]
        return [(find_head(self._store, link.parent).name, link.relation, link.probability) for link in links]

    def remove(self, articles: Sequence[int]) -> set[str]:
        """Remove articles by number, within a transaction; return the ids of those whose parents changed."""
        texts = {row[0] for row in select(self._store, "SELECT text FROM articles WHERE id", articles)}
        heads = {text: find_head(self._store, text) for text in texts}
        affected = self._affected(texts)
        before = self._links_of(affected)
        self._store.execute_many("DELETE FROM articles WHERE id = ?", [(article,) for article in articles])
        left = {row[0] for row in select(self._store, "SELECT text FROM articles WHERE text", texts)}
        gone = [(text,) for text in sorted(texts - left)]
        for statement in _REMOVALS:
            self._store.execute_many(statement, gone)
        later = [text for text in left if find_head(self._store, text) != heads[text]]
        affected |= self._affected(later)
        moved = self._relink(affected - (texts - left), self._next_text(), before)
        self._forget_keys()
        changed = {find_head(self._store, text).name for text in moved}
        return changed.union(*map(self._followers, later))

    def is_known(self, article: Article) -> bool:
        """Say whether an article is there; DuplicateIdError if its id is there with another text."""
        rows = self._store.query(f"{ARTICLE} {NAMED}", (as_text(article.id),))
        digest = digest_of(article.text.strip(), article.id)
        if rows and not self._store.query(
            "SELECT 1 FROM texts WHERE id = ? AND digest = ?", (rows[0][2], digest)
        ):
            raise DuplicateIdError(
                f"the index has another article with the id {article.id!r}; "
                "remove it first, or give this one an id of its own"
            )
        return bool(rows)

    def _add_some(self, articles: Sequence[Article], changed: dict[str, set[str]]) -> int:
        """Add the first of some articles: as many as are weighed alike. Return how many."""
        first = self._next_text()
        room = STEP - first % STEP
        numbers: dict[bytes, int] = {}
        texts: list[str] = []
        heads: dict[int, Head] = {}
        earlier: dict[int, str] = {}  # texts that were there and now have an earlier article
        n_done = 0
        rows = []
        for article in articles:
            if len(texts) == room:
                break
            text = article.text.strip()
            digest = digest_of(text, article.id)
            head = Head(article.id, article.outlet, _seconds(article.published_at))
            if digest not in numbers:
                known = self._store.query("SELECT id FROM texts WHERE digest = ?", (digest,))
                numbers[digest] = known[0][0] if known else first + len(texts)
                if not known:
                    texts.append(text)
            number = numbers[digest]
            if number < first and number not in heads:
                heads[number] = find_head(self._store, number)
            if number not in heads or head.order < heads[number].order:
                if number < first:
                    earlier[number] = article.id
                heads[number] = head
            rows.append((article, number, digest))
            n_done += 1
        new = self._read(texts, list(range(first, first + len(texts))), heads)
        affected = self._affected(earlier)
        self._insert(new, rows)
        pairs = self._compare(new, first)
        self._store.execute_many("INSERT INTO pairs VALUES (?, ?, ?)", pairs)
        self._learn(new, first)
        affected |= self._affected([*new.texts, *earlier])
        moved = self._relink(affected, first)
        for number, guilty in earlier.items():
            changed.setdefault(guilty, set()).update(self._followers(number))
        blame = {number: heads[number].name for number in new.texts} | earlier
        for number in moved.keys() - blame.keys():
            guilty = next((blame[parent] for parent in moved[number] if parent in blame), rows[-1][0].id)
            changed.setdefault(guilty, set()).add(find_head(self._store, number).name)
        return n_done

    def _read(self, texts: list[str], numbers: list[int], heads: dict[int, Head]) -> _New:
        reading = read(texts)
        if self.keeps_texts:
            return _New(numbers, heads, reading, dict(zip(numbers, map(pack_text, texts), strict=True)))
        bodies = pack_bodies(reading)
        return _New(numbers, heads, unpack_bodies(bodies, False), dict(zip(numbers, bodies, strict=True)))

    def _insert(self, new: _New, rows: Sequence[tuple[Article, int, bytes]]) -> None:
        groups = group_copies(new.reading.cut).view(np.int64).tolist()
        digests = {number: digest for _, number, digest in rows}
        self._store.execute_many(
            "INSERT INTO texts (id, digest, near_copies, body) VALUES (?, ?, ?, ?)",
            [
                (text, digests[text], group, new.bodies[text])
                for text, group in zip(new.texts, groups, strict=True)
            ],
        )
        self._store.execute_many(
            "INSERT INTO articles (text, published, name, outlet, title, url)"
            " VALUES (?, ?, CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT))",
            [
                (
                    number,
                    _seconds(article.published_at),
                    *map(as_text, (article.id, article.outlet, article.title, article.url)),
                )
                for article, number, _ in rows
            ],
        )

    def _compare(self, new: _New, first: int, *, add: bool = True) -> list[tuple[int, int, bytes]]:
        """Compare new texts with their candidates, and add their keys."""
        frequencies = self._learnt.frequencies(first)
        keys = make_keys(new.reading.found, new.reading.cut, frequencies, first)
        removed = np.array([row[0] for row in self._store.query("SELECT text FROM removed")], np.int64)
        pairs = self._runs.candidates(keys, first, removed)
        if add and len(keys.keys):
            self._runs.add(keys.keys)
        if not len(pairs):
            return []
        view = self._view(first, new)
        old = sorted(set(pairs[:, 1].tolist()) - set(new.texts))
        texts = old + new.texts
        heads = view.heads_of(texts)
        pile = view.pile_of(old, heads, new.texts, new.reading)
        at = np.searchsorted(np.array(texts), pairs)
        features = compare(pile, at).astype("<f4")
        exact = features.astype(np.float64)
        kept = np.flatnonzero(share_enough(exact) & (find_kin(exact, self._model) >= LEAST_KIN))
        return [(int(pairs[i, 0]), int(pairs[i, 1]), features[i].tobytes()) for i in kept.tolist()]

    def _view(self, first: int, new: _New, pairs: Sequence[tuple[int, int, bytes]] = ()) -> View:
        frequencies = self._learnt.frequencies(first)
        return View(self._store, frequencies, self.keeps_texts, new.heads, new.bodies, pairs)

    def _learn(self, new: _New, first: int) -> None:
        found = new.reading.found
        counters = (found.hashes >> np.uint64(64 - COUNTER_BITS)).astype(np.uint32)
        for i, text in enumerate(new.texts):
            own = counters[found.offsets[i] : found.offsets[i + 1]]
            if len(own) and not self._store.query(_HAS_OLDER_COPY, (text, text)):
                self._learnt.add(text, own[np.append(True, own[1:] != own[:-1])])
        self._learnt.close_spans(first + len(new.texts))

    def _affected(self, sources: Collection[int]) -> set[int]:
        """Return the texts whose parents may depend on some.

        Themselves; what they may be parents of; and what those may be, since a copy is less likely a parent.
        """
        affected, latest = set(sources), set(sources)
        for _ in range(2):
            later = set()
            pairs = [
                pair
                for column in ("first", "second")
                for pair in select(self._store, f"SELECT first, second FROM pairs WHERE {column}", latest)
            ]
            heads: dict[int, Head] = {}
            for parent, child in pairs + [pair[::-1] for pair in pairs]:
                if parent in latest and child not in affected:
                    for text in (parent, child):
                        if text not in heads:
                            heads[text] = find_head(self._store, text)
                    if may_be_parent(heads[parent], heads[child]):
                        later.add(child)
            latest = later - affected
            affected |= later
        return affected

    def _followers(self, text: int) -> set[str]:
        """Return the ids of what has a text, and of what was made from it: all whose parent it may be."""
        children = self._store.query("SELECT child FROM links WHERE parent = ?", (text,))
        copies = self._store.query("SELECT name FROM articles WHERE text = ?", (text,))
        return {row[0] for row in copies} | {find_head(self._store, row[0]).name for row in children}

    def _links_of(self, texts: Collection[int]) -> dict[int, list[Link]]:
        links: dict[int, list[Link]] = {text: [] for text in texts}
        columns = "SELECT child, rank, parent, relation, probability FROM links WHERE child"
        for child, _, *link in sorted(select(self._store, columns, texts)):
            links[child].append(Link(*link))
        return links

    def _relink(
        self, texts: Collection[int], weighed_as: int, before: Mapping[int, list[Link]] | None = None
    ) -> dict[int, list[int]]:
        """Place texts anew, weighed as one is; return the parents of those whose parents changed."""
        frequencies = self._learnt.frequencies(weighed_as)
        placed = place(View(self._store, frequencies, self.keeps_texts), texts, self._model)
        old = {**self._links_of(placed.links), **(before or {})}
        moved = {}
        for text, links in placed.links.items():
            if links != old[text]:
                self._store.execute("DELETE FROM links WHERE child = ?", (text,))
                self._store.execute_many(
                    "INSERT INTO links VALUES (?, ?, ?, ?, ?)",
                    [
                        (text, rank, link.parent, link.relation, link.probability)
                        for rank, link in enumerate(links)
                    ],
                )
            parents = [link.parent for link in links]
            if parents != [link.parent for link in old[text]]:
                moved[text] = parents
        self._store.execute_many(
            "UPDATE texts SET copied = ? WHERE id = ? AND copied != ?",
            [(share, text, share) for text, share in placed.copied.items()],
        )
        return moved

    def _forget_keys(self) -> None:
        removed = np.array([row[0] for row in self._store.query("SELECT text FROM removed")], np.int64)
        n_texts = self._store.query("SELECT count(*) FROM texts")[0][0]
        if len(removed) > MOST_REMOVED * n_texts:
            self._runs.forget(removed)
            self._store.execute("DELETE FROM removed")

    def _next_text(self) -> int:
        rows = self._store.query("SELECT seq FROM sqlite_sequence WHERE name = 'texts'")
        return int(rows[0][0]) + 1 if rows else 1


def _seconds(moment: datetime | None) -> float | None:
    return None if moment is None else moment.timestamp()
