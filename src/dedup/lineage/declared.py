"""Declared provenance: what articles say they were made from, and which articles that names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dedup.articles import Article
from dedup.declarations import Declaration, name_key, page_key


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A declaration that does not agree with the texts, the times or another declaration.

    Attributes
    ----------
    child : str
        Id of the article that declares a parent.
    parent : str
        Id of the declared parent.
    by : str
        What declares it, such as ``isBasedOn``.
    says : str
        What speaks against it, in words.
    probability : float
        Probability that the two are kin, by their texts alone, 0 to 1.

    Examples
    --------
    >>> print(Contradiction("paper", "wire", "canonical", "the texts are not kin", 0.01))
    paper: canonical names wire, but the texts are not kin (kin .01)
    """

    child: str
    parent: str
    by: str
    says: str
    probability: float

    def __str__(self) -> str:
        chance = f"{self.probability:.2f}".removeprefix("0")
        return f"{self.child}: {self.by} names {self.parent}, but {self.says} (kin {chance})"


class Link(NamedTuple):
    """An edge of a child that is known: its parent by number, the rest as in `Edge`."""

    parent: int
    relation: str
    probability: float
    declared: str = ""


class Claim(NamedTuple):
    """A declaration that names an article of the pile: both by number, and what declared it."""

    child: int
    parent: int
    by: str


class Kinship(NamedTuple):
    """What the texts say of a claim.

    Attributes
    ----------
    relation : str
        The most probable one.
    kin : float
        Probability that the two are kin, 0 to 1.
    share : float
        How likely the declared parent is beside the one that the texts give, 1 for as likely.
    is_same : bool
        Whether the two texts are identical, so that they say nothing of who was first.
    """

    relation: str
    kin: float
    share: float
    is_same: bool


Links = dict[int, list[Link]]
Judge = Callable[[Sequence[Claim]], Sequence[Kinship]]
Candidates = Callable[[int], Iterable[int]]


def named_articles(articles: Sequence[Article]) -> Callable[[int, Declaration], int]:
    """Make a function that tells which article a declaration names by id or url.

    Parameters
    ----------
    articles : sequence of Article
        The pile.

    Returns
    -------
    callable
        Takes the number of an article that declares, and one of its declarations; returns the number of the
        article that it names, which may be the same, and -1 if it names none. Of several articles at one url
        the one that was published first counts; of those, the one with the least id.

    Examples
    --------
    >>> there = Declaration("http://www.wire.example/1?utm_source=b", "canonical")
    >>> pile = [Article("...", "a", url="https://wire.example/1/"), Article("...", "b", declared=(there,))]
    >>> named_articles(pile)(1, there)
    0
    """
    said = {one.source for article in articles for one in article.declared}
    ids = {article.id: i for i, article in enumerate(articles) if article.id in said}
    wanted = {page_key(source) for source in said} - {""}
    urls: dict[str, int] = {}
    if wanted:
        for i in sorted(range(len(articles)), key=lambda i: _first(articles[i])):
            key = page_key(articles[i].url) if articles[i].url else ""
            if key in wanted:
                urls.setdefault(key, i)

    def find(child: int, declaration: Declaration) -> int:
        if declaration.source in ids:
            return ids[declaration.source]
        key = page_key(declaration.source)
        return child if key and key == page_key(articles[child].url) else urls.get(key, -1)

    return find


def _first(article: Article) -> tuple[float, str]:
    time = article.published_at
    return (time.timestamp() if time else np.inf, article.id)


def outlet_keys(article: Article) -> set[str]:
    """Return the keys of the names that an article's outlet goes by: its name, and the host of the url."""
    return {name_key(article.outlet), name_key(article.url) if "//" in article.url else ""} - {""}


def outside(articles: Sequence[Article], edges: Mapping[str, Iterable[str]]) -> dict[str, list[Declaration]]:
    """Find the declarations that name no article of the pile.

    Parameters
    ----------
    articles : sequence of Article
        The pile.
    edges : mapping of str to iterable of str
        Ids of the declared parents of each article that has some.

    Returns
    -------
    dict of str to list of Declaration
        By the id of the article, those that name nothing of the pile, in order.
    """
    if not any(article.declared for article in articles):
        return {}
    find, at = named_articles(articles), {article.id: i for i, article in enumerate(articles)}
    left: dict[str, list[Declaration]] = {}
    for i, article in enumerate(articles):
        if article.declared:
            met = set().union(*(outlet_keys(articles[at[name]]) for name in edges.get(article.id, ())))
            own = outlet_keys(article)
            for one in article.declared:
                if find(i, one) < 0 and name_key(one.source) not in met | own:
                    left.setdefault(article.id, []).append(one)
    return left


def find_claims(articles: Sequence[Article], order: Sequence[int], candidates: Candidates) -> list[Claim]:
    """Find the declarations that name an article of the pile.

    Parameters
    ----------
    articles : sequence of Article
        The pile.
    order : sequence of int
        Numbers of the articles, the earliest first.
    candidates : callable
        Takes the number of an article; returns those that it may have been made from, by text and time.

    Returns
    -------
    list of Claim
        Children in that order, a child's in the order that it declares them; each pair once.

    Notes
    -----
    An id or a url names an article, whatever the texts say. The bare name of an outlet does so only if
    exactly one candidate is from that outlet, by name or by the host of its url: an outlet has many articles,
    a desk several of one event, and to choose among these is what the texts are for. What an article says of
    its own outlet names nothing.
    """
    find = named_articles(articles)
    claims: dict[tuple[int, int], Claim] = {}
    for child in order:
        for one in articles[child].declared:
            parent = find(child, one)
            if parent < 0:
                parent = _from_outlet(articles, child, name_key(one.source), candidates)
            if parent not in (-1, child):
                claims.setdefault((child, parent), Claim(child, parent, one.by))
    return list(claims.values())


def _from_outlet(articles: Sequence[Article], child: int, key: str, candidates: Candidates) -> int:
    if not key or key in outlet_keys(articles[child]):
        return -1
    known = [parent for parent in candidates(child) if key in outlet_keys(articles[parent])]
    return known[0] if len(known) == 1 else -1
