"""A lineage that lasts: articles arrive one by one, and each gets its place at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from dedup.articles import Article, as_article, as_articles
from dedup.errors import InputError, UnknownIdError
from dedup.index.checks import find_faults
from dedup.index.filing import Filing
from dedup.index.lookups import ARTICLE, NAMED, ancestry_of, articles_of, relatives_of
from dedup.index.placements import Placement, placements_of
from dedup.index.store import Store, as_text
from dedup.lineage.graph import Edge, Lineage
from dedup.times import utc_time

TIMEOUT = 10.0
"""Seconds to wait for another writer."""

_MERGED = 1000  # articles of another index that are added at a time


class Index:
    """A persistent lineage index: one SQLite file, no server.

    Parameters
    ----------
    path : str or Path
        The file; made if it is missing.
    read_only : bool, optional
        Whether never to write; readers are many, and never wait for the writer.
    keep_texts : bool, optional
        Whether a new file keeps texts, compressed. Without them evidence needs the texts to be given. A file
        that exists goes on as it began; if it keeps texts, False is an error.
    timeout : float, optional
        Seconds to wait for another process that writes, >= 0.

    Raises
    ------
    IndexFileError
        If the file is not an index, is of a newer format, is cut off or cannot be opened; it is not touched.

    Notes
    -----
    What `add` and `add_many` return is durable: it survives a kill at any moment, and the loss of power.
    Threads may share an index; they take turns. One process writes at a time and others wait for it.

    Examples
    --------
    >>> import tempfile
    >>> wire = "Ida Brask shut the Orla bridge on Monday: 14 of its 96 cables had failed, the engineer said."
    >>> with tempfile.TemporaryDirectory() as folder, Index(folder + "/news.dedup") as index:
    ...     _ = index.add({"id": "wire", "text": wire, "date": "2026-03-02T06:00"})
    ...     placed = index.add({"id": "copy", "text": "VENNPORT - " + wire, "date": "2026-03-02T07:30"})
    >>> placed.family, placed.parents[0].relation
    ('wire', 'copy')
    """

    def __init__(
        self,
        path: str | Path,
        *,
        read_only: bool = False,
        keep_texts: bool = True,
        timeout: float = TIMEOUT,
    ) -> None:
        if timeout < 0:
            raise InputError(f"timeout is {timeout}; give a number of seconds from 0 on")
        self._store = Store(path, read_only=read_only, timeout=timeout, keep_texts=keep_texts)
        try:
            self._filing = Filing(self._store)
            if not keep_texts and self._filing.keeps_texts:
                raise InputError(
                    f"{path} is there and keeps texts; leave out keep_texts=False (--no-texts), or "
                    "name another file"
                )
        except BaseException:
            self._store.close()
            raise

    def __enter__(self) -> Index:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was added is there already."""
        self._store.close()

    def __len__(self) -> int:
        return int(self._store.query("SELECT count(*) FROM articles")[0][0])

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self._find(name))

    def __iter__(self) -> Iterator[Article]:
        """Yield all articles, in the order in which they were added."""
        last = 0
        while rows := self._store.query(f"{ARTICLE} WHERE a.id > ? ORDER BY a.id LIMIT 500", (last,)):
            last = rows[-1][0]
            yield from articles_of(self._store, rows, self._filing.keeps_texts)

    def __getitem__(self, name: str) -> Article:
        """Return an article; UnknownIdError if there is none of that id."""
        return articles_of(self._store, [self._row(name)], self._filing.keeps_texts)[0]

    @property
    def keeps_texts(self) -> bool:
        """Whether texts are kept; where they are not, articles come back with empty ones."""
        return self._filing.keeps_texts

    def add(self, article: str | Mapping[str, Any] | Article) -> Placement:
        """Add an article and place it.

        Parameters
        ----------
        article : str, mapping or Article
            See `as_articles`. One whose id is there already is not added again.

        Returns
        -------
        Placement
            Its parents, family, and what else changed. Durable when the call returns.

        Raises
        ------
        InputError
            If the article is not usable, or its id is there with another text.
        BusyError
            If another process has been writing for too long.
        IndexFileError
            If the file cannot be written; then nothing was.

        Notes
        -----
        The same as `find_lineage` would say of all articles of the index: a late one, older than its copies,
        takes its place before them.
        """
        return self.add_many([as_article(article)])[0]

    def add_many(self, articles: Iterable[str | Mapping[str, Any] | Article]) -> list[Placement]:
        """Add articles in one transaction, much faster than one by one, with the same outcome.

        Parameters
        ----------
        articles : iterable of str, mapping or Article
            See `as_articles`.

        Returns
        -------
        list of Placement
            In input order, as it is after the last of them.

        Raises
        ------
        InputError, BusyError, IndexFileError
            See `add`; then none of them was added.
        """
        pile = as_articles(articles)
        with self._filing.writing():
            known, changed = self._filing.add(pile)
            return placements_of(self._store, pile, changed, known)

    def find(self, article: str | Mapping[str, Any] | Article) -> Placement:
        """Say where an article would belong, without adding it.

        Parameters
        ----------
        article : str, mapping or Article
            See `as_articles`. Without a time it is taken to be of this moment.

        Returns
        -------
        Placement
            What `add` would return, but for what it would change.

        Raises
        ------
        InputError
            If the article is not usable, or its id is there with another text.
        """
        (one,) = as_articles([as_article(article)])
        with self._store.lock, self._store.reading():
            if self._filing.is_known(one):
                return placements_of(self._store, [one], {}, {one.id})[0]
            if one.published_at is None:
                one = replace(one, published_at=datetime.now(UTC))
            found = self._filing.find(one)
            texts = [self._row(parent)[2] for parent, _, _ in found]
            ancestry = ancestry_of(self._store, texts)
            family = one.id if not texts or ancestry.is_digest(texts) else ancestry.root_of(texts[0])
        edges = tuple(Edge(parent, one.id, relation, chance) for parent, relation, chance in found)
        return Placement(one, edges, family)

    def placement(self, name: str) -> Placement:
        """Return where an article of the index belongs; UnknownIdError if there is none of that id."""
        with self._store.lock, self._store.reading():
            return placements_of(self._store, [self[name]], {}, {name})[0]

    def family(self, name: str) -> Lineage:
        """Return the family of an article: all that comes down from its root through main parents."""
        with self._store.lock, self._store.reading():
            text = self._row(name)[2]
            root = ancestry_of(self._store, [text]).root_of(text)
            below = relatives_of(self._store, self._row(root)[2], up=False, main_only=True)
            ancestry = ancestry_of(self._store, {row[2] for row in below})
            return self._lineage([row for row in below if ancestry.root_of(row[2]) == root])

    def lineage(self, name: str) -> Lineage:
        """Return an article with what it was made from, and what was made from it, however far."""
        with self._store.lock, self._store.reading():
            text = self._row(name)[2]
            rows = [
                row for up in (True, False) for row in relatives_of(self._store, text, up=up, main_only=False)
            ]
            return self._lineage(rows)

    def remove(self, *names: str) -> tuple[str, ...]:
        """Remove articles; what was made from them is placed anew.

        Parameters
        ----------
        *names : str
            Ids.

        Returns
        -------
        tuple of str
            Ids of articles whose parents are others now.

        Raises
        ------
        UnknownIdError
            If there is no article of an id; then none was removed.
        """
        with self._filing.writing():
            ids = [int(self._row(name)[0]) for name in names]
            return tuple(sorted(self._filing.remove(ids) - set(names)))

    def prune(self, *, before: str | datetime) -> int:
        """Remove the articles published before a moment.

        Parameters
        ----------
        before : str or datetime
            An ISO 8601 time; without a zone, in UTC. Articles without a time stay.

        Returns
        -------
        int
            How many were removed.
        """
        moment = utc_time(before)
        if moment is None:
            raise InputError(f"before is {before!r}; give a time such as 2026-01-31")
        with self._filing.writing():
            rows = self._store.query("SELECT id FROM articles WHERE published < ?", (moment.timestamp(),))
            self._filing.remove([int(row[0]) for row in rows])
            return len(rows)

    def merge(self, other: Index) -> int:
        """Add the articles of another index whose ids are not here.

        Returns
        -------
        int
            How many were added.

        Raises
        ------
        InputError
            If the other index keeps no texts, without which nothing can be placed here.
        """
        if not other.keeps_texts:
            raise InputError("other keeps no texts; add the articles themselves, with their texts")
        n_before = len(self)
        part: list[Article] = []
        for article in other:
            if article.id not in self:
                part.append(article)
            if len(part) == _MERGED:
                self.add_many(part)
                part = []
        if part:
            self.add_many(part)
        return len(self) - n_before

    def backup(self, path: str | Path) -> None:
        """Copy the index to a new file, while others may write it."""
        self._store.copy_to(path)

    def stats(self) -> dict[str, int]:
        """Count what there is: articles, distinct texts, edges, bytes of the file and of texts in it."""
        count = self._store.query
        return {
            "n_articles": len(self),
            "n_texts": int(count("SELECT count(*) FROM texts")[0][0]),
            "n_derived": int(count("SELECT count(*) FROM links WHERE rank = 0")[0][0]),
            "n_pairs": int(count("SELECT count(*) FROM pairs")[0][0]),
            # Not the size of the file itself, which lags behind while it is open.
            "file_bytes": int(count("PRAGMA page_count")[0][0]) * int(count("PRAGMA page_size")[0][0]),
            "text_bytes": int(count("SELECT ifnull(sum(length(body)), 0) FROM texts")[0][0]),
        }

    def verify(self) -> list[str]:
        """Check the file; return what is wrong with it, nothing if it is whole."""
        with self._store.lock, self._store.reading():
            return find_faults(self._store, self._filing.keeps_texts)

    def _find(self, name: str) -> list[Any]:
        return self._store.query(f"{ARTICLE} {NAMED}", (as_text(name),))

    def _row(self, name: str) -> Any:
        rows = self._find(name)
        if not rows:
            some = self._store.query("SELECT name FROM articles ORDER BY id LIMIT 3")
            raise UnknownIdError(name, [row[0] for row in some])
        return rows[0]

    def _lineage(self, rows: Iterable[Any]) -> Lineage:
        ordered = sorted({row[0]: row for row in rows}.values())
        names = {row[1] for row in ordered}
        ancestry = ancestry_of(self._store, {row[2] for row in ordered})
        edges = tuple(
            Edge(parent, row[1], relation, chance)
            for row in ordered
            for parent, relation, chance in ancestry.parents_of(row)
            if parent in names
        )
        return Lineage(tuple(articles_of(self._store, ordered, self._filing.keeps_texts)), edges)
