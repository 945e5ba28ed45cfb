"""What an index does in a transaction: texts are filed, compared, linked, and removed."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np

from dedup.articles import Article
from dedup.duplicates.shingles import group_copies
from dedup.index.arrivals import Arrival, arrive, find_known, number_texts
from dedup.index.bodies import Reading, pack_bodies, pack_text, read, unpack_bodies
from dedup.index.heads import Head, find_heads, may_be_parent, select
from dedup.index.learnt import STEP, Learnt
from dedup.index.lookups import COPY
from dedup.index.placing import Link, View, place
from dedup.index.postings import Runs, make_keys
from dedup.index.readings import Readings
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

_WITH_OLDER_COPY = """
SELECT id FROM texts t
WHERE EXISTS (SELECT 1 FROM texts o WHERE o.near_copies = t.near_copies AND o.id < t.id) AND id
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
    """New texts: their numbers, the articles that stand for texts, what was read of them."""

    texts: list[int]
    heads: dict[int, Head]
    reading: Reading


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
        self._readings = Readings(store, self.keeps_texts)

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
            self._readings.discard()
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
        arrivals = [arrive(article) for article in articles]
        known = find_known(self._store, arrivals)
        new = [arrival for arrival in arrivals if arrival.article.id not in known]
        done = 0
        while done < len(new):
            done += self._add_some(new[done:], changed)
        names = {arrival.article.id for arrival in new}
        return known, {guilty: others - names for guilty, others in changed.items()}

    def find(self, article: Article) -> list[tuple[str, str, float]]:
        """Return the parents that an article would have: id, relation, probability; the main one first."""
        self._runs.refresh()
        first = self._next_text()
        arrival = arrive(article)
        numbered = number_texts(self._store, [arrival], first, 1)
        ((_, number),) = numbered.rows
        if number != first and not numbered.earlier:
            return [(numbered.heads[number].name, COPY, IDENTICAL)]
        reading, _ = self._read([arrival.text])
        new = _New([first], {first: arrival.head}, reading)
        readings = self._readings.beside(new.texts, reading)
        pairs = self._compare(new, first, readings, add=False)
        view = View(self._store, self._learnt.frequencies(first), readings, new.heads, pairs)
        links = place(view, [first], self._model).links[first]
        heads = find_heads(self._store, [link.parent for link in links])
        return [(heads[link.parent].name, link.relation, link.probability) for link in links]

    def remove(self, articles: Sequence[int]) -> set[str]:
        """Remove articles by number, within a transaction; return the ids of those whose parents changed."""
        texts = {row[0] for row in select(self._store, "SELECT text FROM articles WHERE id", articles)}
        heads = find_heads(self._store, texts)
        affected = self._affected(texts)
        before = self._links_of(affected)
        self._store.execute_many("DELETE FROM articles WHERE id = ?", [(article,) for article in articles])
        left = {row[0] for row in select(self._store, "SELECT text FROM articles WHERE text", texts)}
        gone = [(text,) for text in sorted(texts - left)]
        for statement in _REMOVALS:
            self._store.execute_many(statement, gone)
        later = [text for text, head in find_heads(self._store, left).items() if head != heads[text]]
        affected |= self._affected(later)
        moved = self._relink(affected - (texts - left), self._next_text(), before)
        self._forget_keys()
        changed = {head.name for head in find_heads(self._store, moved).values()}
        return changed.union(*map(self._followers, later))

    def is_known(self, article: Article) -> bool:
        """Say whether an article is there; DuplicateIdError if its id is there with another text."""
        return bool(find_known(self._store, [arrive(article)]))

    def _add_some(self, arrivals: Sequence[Arrival], changed: dict[str, set[str]]) -> int:
        """Add the first of some articles: as many as are weighed alike. Return how many."""
        first = self._next_text()
        numbered = number_texts(self._store, arrivals, first, STEP - first % STEP)
        heads, earlier = numbered.heads, numbered.earlier
        reading, bodies = self._read(numbered.texts)
        new = _New(list(range(first, first + len(bodies))), heads, reading)
        affected = self._affected(earlier)
        self._insert(new, bodies, numbered.rows)
        self._readings.keep(new.texts, reading)
        pairs = self._compare(new, first, self._readings)
        self._store.execute_many("INSERT INTO pairs VALUES (?, ?, ?)", pairs)
        self._learn(new, first)
        affected |= self._affected([*new.texts, *earlier])
        moved = self._relink(affected, first)
        for number, guilty in earlier.items():
            changed.setdefault(guilty, set()).update(self._followers(number))
        blame = {number: heads[number].name for number in new.texts} | earlier
        others = find_heads(self._store, moved.keys() - blame.keys())
        last = numbered.rows[-1][0].article.id
        for number, head in others.items():
            guilty = next((blame[parent] for parent in moved[number] if parent in blame), last)
            changed.setdefault(guilty, set()).add(head.name)
        return len(numbered.rows)

    def _read(self, texts: list[str]) -> tuple[Reading, list[bytes]]:
        """Read new texts; return what was read, and what is kept of each."""
        reading = read(texts)
        if self.keeps_texts:
            return reading, list(map(pack_text, texts))
        bodies = pack_bodies(reading)
        return unpack_bodies(bodies, False), bodies

    def _insert(self, new: _New, bodies: Sequence[bytes], rows: Sequence[tuple[Arrival, int]]) -> None:
        groups = group_copies(new.reading.cut).view(np.int64).tolist()
        digests = {number: arrival.digest for arrival, number in rows}
        self._store.execute_many(
            "INSERT INTO texts (id, digest, near_copies, body) VALUES (?, ?, ?, ?)",
            [(text, digests[text], *kept) for text, *kept in zip(new.texts, groups, bodies, strict=True)],
        )
        self._store.execute_many(
            "INSERT INTO articles (text, published, name, outlet, title, url)"
            " VALUES (?, ?, CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT))",
            [
                (
                    number,
                    arrival.head.published,
                    *map(as_text, (article.id, article.outlet, article.title, article.url)),
                )
                for arrival, number in rows
                for article in [arrival.article]
            ],
        )

    def _compare(
        self, new: _New, first: int, readings: Readings, *, add: bool = True
    ) -> list[tuple[int, int, bytes]]:
        """Compare new texts with their candidates, and add their keys."""
        frequencies = self._learnt.frequencies(first)
        keys = make_keys(new.reading.found, new.reading.cut, frequencies, first)
        removed = np.array([row[0] for row in self._store.query("SELECT text FROM removed")], np.int64)
        pairs = self._runs.candidates(keys, first, removed)
        if add and len(keys.keys):
            self._runs.add(keys.keys)
        if not len(pairs):
            return []
        view = View(self._store, frequencies, readings, new.heads)
        texts = np.unique(pairs)
        pile = view.pile_of(texts.tolist(), view.heads_of(texts.tolist()))
        features = compare(pile, np.searchsorted(texts, pairs)).astype("<f4")
        exact = features.astype(np.float64)
        kept = np.flatnonzero(share_enough(exact) & (find_kin(exact, self._model) >= LEAST_KIN))
        return [(int(pairs[i, 0]), int(pairs[i, 1]), features[i].tobytes()) for i in kept.tolist()]

    def _learn(self, new: _New, first: int) -> None:
        found = new.reading.found
        counters = (found.hashes >> np.uint64(64 - COUNTER_BITS)).astype(np.uint32)
        copies = {row[0] for row in select(self._store, _WITH_OLDER_COPY, new.texts)}
        for i, text in enumerate(new.texts):
            own = counters[found.offsets[i] : found.offsets[i + 1]]
            if len(own) and text not in copies:
                self._learnt.add(text, own[np.append(True, own[1:] != own[:-1])])
        self._learnt.close_spans(first + len(new.texts))

    def _affected(self, sources: Collection[int]) -> set[int]:
        """Return the texts whose parents may depend on some.

        Themselves; what they may be parents of; and what those may be, since a copy is less likely a parent.
        """
        affected, latest = set(sources), set(sources)
        for _ in range(2):
            pairs = [
                pair
                for column in ("first", "second")
                for pair in select(self._store, f"SELECT first, second FROM pairs WHERE {column}", latest)
            ]
            near = {
                (parent, child)
                for parent, child in pairs + [pair[::-1] for pair in pairs]
                if parent in latest and child not in affected
            }
            heads = find_heads(self._store, {text for pair in near for text in pair})
            later = {child for parent, child in near if may_be_parent(heads[parent], heads[child])}
            latest = later - affected
            affected |= later
        return affected

    def _followers(self, text: int) -> set[str]:
        """Return the ids of what has a text, and of what was made from it: all whose parent it may be."""
        children = self._store.query("SELECT child FROM links WHERE parent = ?", (text,))
        copies = self._store.query("SELECT name FROM articles WHERE text = ?", (text,))
        made = find_heads(self._store, [row[0] for row in children])
        return {row[0] for row in copies} | {head.name for head in made.values()}

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
        placed = place(View(self._store, frequencies, self._readings), texts, self._model)
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
