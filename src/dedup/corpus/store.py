"""The articles of a corpus on disk, a file a field: the first stage, and what reads it."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import xxhash
from numpy.typing import NDArray

from dedup.articles import Article, as_articles
from dedup.corpus.spill import Column, Strings, StringWriter, read_column
from dedup.declarations import as_declarations

_N_ARTICLES = 1000  # articles that are written at a time
_STRINGS = ("text", "title", "url", "given")
_NUMBERS: dict[str, type[np.generic]] = {
    "time": np.float64,  # seconds since 1970, not a number where it is not known
    "outlet": np.int32,
    "high": np.uint64,  # of the digest of the text without space around it, 0 where there are no words
    "low": np.uint64,
    "made": np.uint64,  # XXH3 of title and text, where no id was given
}

Tell = Callable[[int], None]


def write_store(folder: Path, articles: Iterable[Article], tell: Tell) -> None:
    """Write articles into files, a file a field, and name them.

    Parameters
    ----------
    folder : Path
        An empty folder.
    articles : iterable of Article
        Without ids, or with unique ones.
    tell : callable
        Is given the number of articles written so far.

    Raises
    ------
    DuplicateIdError
        If two articles were given the same id.

    Notes
    -----
    A thousand articles are in memory at a time, and the names of the outlets. What names an article without
    an id is the same as in `as_articles`.
    """
    outlets: dict[str, int] = {"": -1}
    declared: list[tuple[int, list[dict[str, str]]]] = []
    digest = xxhash.xxh3_128()
    n_articles = 0
    with ExitStack() as stack:
        strings = {name: stack.enter_context(StringWriter(folder / name)) for name in _STRINGS}
        numbers = {name: stack.enter_context(Column(folder / name, kind)) for name, kind in _NUMBERS.items()}
        source = iter(articles)
        while batch := list(itertools.islice(source, _N_ARTICLES)):
            for article in batch:
                outlets.setdefault(article.outlet, len(outlets) - 1)
            for name, values in _fields(batch).items():
                strings[name].extend(values)
            columns = _numbers(batch, outlets)
            for name, column in columns.items():
                numbers[name].append(column)
                digest.update(np.ascontiguousarray(column).tobytes())
            declared += [
                (n_articles + i, [{"source": one.source, "by": one.by} for one in article.declared])
                for i, article in enumerate(batch)
                if article.declared
            ]
            n_articles += len(batch)
            tell(n_articles)
    _name(folder)
    about = {"n_articles": n_articles, "digest": digest.hexdigest(), "outlets": list(outlets)[1:]}
    (folder / "about.json").write_text(json.dumps(about | {"declared": declared}), encoding="utf-8")


def _fields(batch: Sequence[Article]) -> dict[str, list[str]]:
    return {
        "text": [article.text for article in batch],
        "title": [article.title for article in batch],
        "url": [article.url for article in batch],
        "given": [article.id for article in batch],
    }


def _numbers(batch: Sequence[Article], outlets: dict[str, int]) -> dict[str, NDArray[np.generic]]:
    times = [a.published_at.timestamp() if a.published_at else np.nan for a in batch]
    digests = np.frombuffer(b"".join(map(_digest, batch)), ">u8").reshape(-1, 2)
    made = [
        0
        if article.id
        else xxhash.xxh3_64_intdigest(f"{article.title}\0{article.text}".encode("utf-8", "surrogatepass"))
        for article in batch
    ]
    return {
        "time": np.array(times, np.float64),
        "outlet": np.array([outlets[article.outlet] for article in batch], np.int32),
        "high": digests[:, 0].astype(np.uint64),
        "low": digests[:, 1].astype(np.uint64),
        "made": np.array(made, np.uint64),
    }


def _digest(article: Article) -> bytes:
    text = article.text.strip()
    if not any(map(str.isalnum, text)):  # what has no words is nobody's copy
        return bytes(16)
    return xxhash.xxh3_128_digest(text.encode("utf-8", "surrogatepass"))


def _name(folder: Path) -> None:
    """Write the ids of all articles, made where none was given."""
    given = Strings(folder / "given")
    hashes = np.fromiter(map(_hash, given), np.uint64, len(given))
    known = np.sort(hashes[given.sizes > 0])
    again = np.unique(known[1:][known[1:] == known[:-1]])
    if len(again):
        same = np.flatnonzero(np.isin(hashes, again) & (given.sizes > 0))
        as_articles([Article("", given[i]) for i in same.tolist()])  # says which, if it is not chance
    names = _made_names(np.flatnonzero(given.sizes == 0), read_column(folder / "made", np.uint64), known)
    with StringWriter(folder / "id") as ids:
        for first in range(0, len(given), _N_ARTICLES):
            ids.extend(name or next(names) for name in given[first : first + _N_ARTICLES])


def _made_names(
    nameless: NDArray[np.int64], made: NDArray[np.uint64], known: NDArray[np.uint64]
) -> Iterator[str]:
    """Yield names for articles without: of equal ones the second gets the suffix -2, and so on."""
    found, counts = np.unique(made[nameless], return_counts=True)
    several = set(found[counts > 1].tolist())
    last: dict[int, int] = {}  # the last suffix of each name that is taken
    for value in made[nameless].tolist():
        name = base = f"{value:016x}"
        if value in last or _is_known(base, known):
            n_same = last.get(value, 1) + 1
            while _is_known(name := f"{base}-{n_same}", known):
                n_same += 1
            last[value] = n_same
        elif value in several:
            last[value] = 1
        yield name


class Store:
    """The articles that `write_store` wrote.

    Parameters
    ----------
    folder : Path
        Where.

    Attributes
    ----------
    n_articles : int
        How many there are.
    digest : str
        Of what was read.
    declared : dict of int to list of dict
        Declarations, by article.
    ids, texts, titles : Strings
        In input order.
    """

    def __init__(self, folder: Path) -> None:
        about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
        self._folder = folder
        self._outlets: list[str] = about["outlets"]
        self.n_articles: int = about["n_articles"]
        self.digest: str = about["digest"]
        self.declared: dict[int, list[dict[str, str]]] = dict(about["declared"])
        self.ids, self.texts = Strings(folder / "id"), Strings(folder / "text")
        self.titles, self.urls = Strings(folder / "title"), Strings(folder / "url")

    def times(self) -> NDArray[np.float64]:
        """Read publication times in seconds since 1970, not a number where there is none."""
        return read_column(self._folder / "time", np.float64)

    def outlets(self) -> NDArray[np.int32]:
        """Read the number of each article's outlet, -1 where it is not known."""
        return read_column(self._folder / "outlet", np.int32)

    def outlet(self, number: int) -> str:
        """Name an outlet."""
        return self._outlets[number] if number >= 0 else ""

    def digests(self) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
        """Read the digests of texts, both halves 0 where there are no words."""
        return read_column(self._folder / "high", np.uint64), read_column(self._folder / "low", np.uint64)

    def article(self, at: int) -> Article:
        """Read one article."""
        (time,) = read_column(self._folder / "time", np.float64, at, 1)
        (outlet,) = read_column(self._folder / "outlet", np.int32, at, 1)
        return Article(
            self.texts[at],
            self.ids[at],
            self.titles[at],
            None if np.isnan(time) else datetime.fromtimestamp(float(time), UTC),
            self.outlet(int(outlet)),
            self.urls[at],
            as_declarations(self.declared.get(at)),
        )


def _is_known(name: str, known: NDArray[np.uint64]) -> bool:
    at = int(np.searchsorted(known, np.uint64(_hash(name))))
    return at < len(known) and int(known[at]) == _hash(name)


def _hash(name: str) -> int:
    return xxhash.xxh3_64_intdigest(name.encode("utf-8", "surrogatepass"))
