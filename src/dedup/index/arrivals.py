"""Articles that come to an index: whether they are there, and which of their texts are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dedup.articles import Article
from dedup.errors import DuplicateIdError
from dedup.index.bodies import digest_of
from dedup.index.heads import Head, find_heads, select
from dedup.index.store import AS_TEXT, Store, as_text

_MOST = 1024  # articles that are looked at together, however many copies of a text there are


@dataclass(frozen=True, slots=True)
class Arrival:
    """An article that comes.

    Attributes
    ----------
    article : Article
        As it came.
    text : str
        What is kept of its text.
    digest : bytes
        Of the text.
    head : Head
        What it would be if it stood for its text.
    """

    article: Article
    text: str
    digest: bytes
    head: Head


@dataclass(frozen=True, slots=True)
class Numbered:
    """The first of some arrivals, and the numbers of their texts.

    Attributes
    ----------
    rows : list of (Arrival, int)
        The arrivals, each with the number of its text.
    texts : list of str
        Those that are new, in the order of their numbers.
    heads : dict of int to Head
        What stands now for each text.
    earlier : dict of int to str
        Texts that were there, and the id of the earlier article that stands for them now.
    """

    rows: list[tuple[Arrival, int]]
    texts: list[str]
    heads: dict[int, Head]
    earlier: dict[int, str]


def arrive(article: Article) -> Arrival:
    """Read what an index asks of an article."""
    text = article.text.strip()
    moment = article.published_at
    head = Head(article.id, article.outlet, None if moment is None else moment.timestamp())
    return Arrival(article, text, digest_of(text, article.id), head)


def find_known(store: Store, arrivals: Sequence[Arrival]) -> set[str]:
    """Return the ids of articles that are there; DuplicateIdError if one is there with another text."""
    digests = {as_text(arrival.article.id): arrival.digest for arrival in arrivals}
    query = "SELECT CAST(a.name AS BLOB), t.digest FROM articles a JOIN texts t ON t.id = a.text WHERE a.name"
    known = set()
    for raw, digest in select(store, query, digests, AS_TEXT):
        name = raw.decode("utf-8", "surrogatepass")
        if digests[raw] != digest:
            raise DuplicateIdError(
                f"the index has another article with the id {name!r}; "
                "remove it first, or give this one an id of its own"
            )
        known.add(name)
    return known


def number_texts(store: Store, arrivals: Sequence[Arrival], first: int, most: int) -> Numbered:
    """Number the texts of the first arrivals: as many as have so many new texts at most.

    Parameters
    ----------
    store : Store
        The index.
    arrivals : sequence of Arrival
        One at least.
    first : int
        Number of the next new text.
    most : int
        New texts, >= 1.
    """
    arrivals = arrivals[:_MOST]
    query = "SELECT digest, id FROM texts WHERE digest"
    numbers: dict[bytes, int] = dict(select(store, query, {arrival.digest for arrival in arrivals}))
    before = find_heads(store, numbers.values())
    found = Numbered([], [], {}, {})
    for arrival in arrivals:
        if len(found.texts) == most:
            break
        if arrival.digest not in numbers:
            numbers[arrival.digest] = first + len(found.texts)
            found.texts.append(arrival.text)
        number = numbers[arrival.digest]
        head = found.heads.setdefault(number, before.get(number, arrival.head))
        if arrival.head.order < head.order:
            found.heads[number] = arrival.head
            if number in before:
                found.earlier[number] = arrival.article.id
        found.rows.append((arrival, number))
    return found
