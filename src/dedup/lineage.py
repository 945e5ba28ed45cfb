"""Lineage: which article was made from which, as trees with probabilities and evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import xxhash
from numpy.typing import NDArray

from dedup.articles import Article, as_articles
from dedup.cited import Citation, cited_sources
from dedup.errors import InputError, UnknownIdError
from dedup.links import direct, score
from dedup.model import RELATIONS, load_model
from dedup.parents import find_parents
from dedup.pipeline import compare_pile

if TYPE_CHECKING:
    from dedup.evidence import Evidence

DEFAULT_MIN_PROBABILITY = 0.0
"""By default every edge counts that the model would rather have than not."""

IDENTICAL = 0.99
"""Probability of an edge between identical texts; the earliest of them is the parent of all others."""

_COPY = RELATIONS.index("copy")
_DIGEST = 3  # families its parents come from, from which an article belongs to none of them


@dataclass(frozen=True, slots=True)
class Edge:
    """One article made from another.

    Attributes
    ----------
    parent, child : str
        Ids of the articles.
    relation : str
        ``copy``, ``excerpt``, ``update``, ``edit``, ``rewrite`` or ``summary``.
    probability : float
        Probability that the child was made from this very parent, 0 to 1.

    Examples
    --------
    >>> Edge("wire", "paper", "edit", 0.93).relation
    'edit'
    """

    parent: str
    child: str
    relation: str
    probability: float


@dataclass(frozen=True, slots=True)
class Node:
    """An article's place in a lineage.

    Attributes
    ----------
    lineage : Lineage
        Where it belongs.
    article : Article
        The article itself.
    parents : tuple of Edge
        What it was made from, the main parent first.
    children : tuple of Edge
        What was made from it, in the order of the articles.
    family : str
        Id of the root that it comes down from through main parents; its own id if it has none.
    role : str
        ``root`` of a family of two or more, ``derived``, or ``single``.

    Examples
    --------
    >>> text = "The Orla bridge closed on Monday after 14 cables failed, engineer Ida Brask said."
    >>> node = find_lineage([{"id": "a", "text": text}, {"id": "b", "text": text}])["b"]
    >>> node.role, node.ancestors
    ('derived', ('a',))
    """

    lineage: Lineage = field(repr=False)
    article: Article
    parents: tuple[Edge, ...]
    children: tuple[Edge, ...]
    family: str
    role: str

    @property
    def ancestors(self) -> tuple[str, ...]:
        """Ids of its parents, their parents and so on, nearest first, each once."""
        return self.lineage._reach(self.article.id, up=True)

    @property
    def descendants(self) -> tuple[str, ...]:
        """Ids of what was made from it, of what was made from those and so on, nearest first, each once."""
        return self.lineage._reach(self.article.id, up=False)

    @property
    def cited(self) -> tuple[Citation, ...]:
        """Sources that it names for its content."""
        return cited_sources(self.article.text, outlet=self.article.outlet)


class Lineage:
    """Trees of articles; made by `find_lineage`.

    Parameters
    ----------
    articles : tuple of Article
        All of them, in input order.
    edges : tuple of Edge
        Those of a child together, its main parent first; children in input order.

    Attributes
    ----------
    families : tuple of tuple of str
        Ids of each family of two or more: root first, then in input order; largest first, then by root.
    roots : tuple of str
        Ids of articles without parents that have children, in input order.

    Examples
    --------
    >>> text = "The Orla bridge closed on Monday after 14 cables failed, engineer Ida Brask said."
    >>> lineage = find_lineage([{"id": "a", "text": text}, {"id": "b", "text": text}])
    >>> lineage.families
    (('a', 'b'),)
    >>> lineage["b"].parents[0].relation
    'copy'
    """

    def __init__(self, articles: tuple[Article, ...], edges: tuple[Edge, ...]) -> None:
        self.articles = articles
        self.edges = edges
        self._index = {article.id: i for i, article in enumerate(articles)}
        self._parents = _group(edges, "child")
        self._family = self._find_families()

    def __len__(self) -> int:
        return len(self.articles)

    def __iter__(self) -> Iterator[Node]:
        return (self[article.id] for article in self.articles)

    def __contains__(self, name: object) -> bool:
        return name in self._index

    def __getitem__(self, name: str) -> Node:
        """Return an article's place; UnknownIdError if there is no article of that id."""
        if name not in self._index:
            raise UnknownIdError(name, tuple(self._index))
        return Node(
            self,
            self.articles[self._index[name]],
            self._parents.get(name, ()),
            self._children.get(name, ()),
            self._family[name],
            self._role(name),
        )

    def __repr__(self) -> str:
        n_kin = sum(map(len, self.families))
        return f"<Lineage of {len(self)} articles: {len(self.families)} families of {n_kin}>"

    def __str__(self) -> str:
        """Draw the trees for a terminal."""
        from dedup.tree import draw

        return draw(self)

    @cached_property
    def families(self) -> tuple[tuple[str, ...], ...]:
        """Ids of each family of two or more; see the class."""
        members: dict[str, list[str]] = {}
        for article in self.articles:
            members.setdefault(self._family[article.id], []).append(article.id)
        found = [
            (root, *(name for name in names if name != root))
            for root, names in members.items()
            if len(names) > 1
        ]
        return tuple(sorted(found, key=lambda names: (-len(names), self._index[names[0]])))

    @cached_property
    def roots(self) -> tuple[str, ...]:
        """Ids of articles without parents that have children."""
        return tuple(article.id for article in self.articles if self._role(article.id) == "root")

    def explain(self, edge: Edge) -> Evidence:
        """Show what an edge rests on.

        Parameters
        ----------
        edge : Edge
            One of `edges`, or any other between two articles of the lineage.

        Returns
        -------
        Evidence
            Aligned paragraphs, shared quotes, numbers and names, what was added and what was dropped.

        Raises
        ------
        UnknownIdError
            If an article is not in the lineage.
        """
        from dedup.evidence import compare_texts

        return compare_texts(self[edge.child].article.text, self[edge.parent].article.text)

    def records(self) -> list[dict[str, Any]]:
        """Make one plain record an article, in input order: what ``dedup lineage --format jsonl`` writes.

        Returns
        -------
        list of dict
            With the keys ``id``, ``family``, ``role``, ``parents`` and ``cited``.
        """
        cited: dict[
            tuple[str, str], list[dict[str, str]]
        ] = {}  # copies name the same sources: read them once
        records = []
        for article in self.articles:
            key = article.text, article.outlet
            if key not in cited:
                cited[key] = [
                    {"source": found.source, "kind": found.kind, "phrase": found.phrase}
                    for found in cited_sources(article.text, outlet=article.outlet)
                ]
            parents = [
                {"id": edge.parent, "relation": edge.relation, "probability": edge.probability}
                for edge in self._parents.get(article.id, ())
            ]
            records.append(
                {
                    "id": article.id,
                    "family": self._family[article.id],
                    "role": self._role(article.id),
                    "parents": parents,
                    "cited": list(cited[key]),
                }
            )
        return records

    @cached_property
    def _children(self) -> dict[str, tuple[Edge, ...]]:
        return _group(self.edges, "parent")

    def _role(self, name: str) -> str:
        if name in self._parents:
            return "derived"
        return "root" if name in self._children else "single"

    def _find_families(self) -> dict[str, str]:
        family: dict[str, str] = {}
        for article in self.articles:
            path, name = [], article.id
            while name not in family and name in self._parents:
                path.append(name)
                name = self._parents[name][0].parent
            root = family.setdefault(name, name)
            family.update(dict.fromkeys(path, root))
        digests = {
            name
            for name, parents in self._parents.items()
            if len({family[edge.parent] for edge in parents}) >= _DIGEST
        }
        if digests:
            for article in self.articles:
                name = article.id
                while name in self._parents and name not in digests:
                    name = self._parents[name][0].parent
                family[article.id] = name
        return family

    def _reach(self, name: str, *, up: bool) -> tuple[str, ...]:
        reached: dict[str, None] = {}
        rim = [name]
        while rim:
            edges = [edge for at in rim for edge in (self._parents if up else self._children).get(at, ())]
            names = dict.fromkeys(edge.parent if up else edge.child for edge in edges)
            rim = [at for at in names if at not in reached and at != name]
            reached.update(dict.fromkeys(rim))
        return tuple(reached)


def find_lineage(
    articles: Iterable[str | Mapping[str, Any] | Article],
    *,
    use_times: bool = True,
    min_probability: float = DEFAULT_MIN_PROBABILITY,
) -> Lineage:
    """Tell which article was made from which.

    Parameters
    ----------
    articles : iterable of str, mapping or Article
        The pile, of any size; see `as_articles` for the fields that are understood.
    use_times : bool, optional
        Whether publication times tell who can have been first. A parent is then never later than its child;
        articles without a time can be either.
    min_probability : float, optional
        Probability from which an edge counts, 0 to 1. The default, 0, keeps every edge that is more likely
        there than not; a higher one leaves out the less probable of them.

    Returns
    -------
    Lineage
        Edges, families and evidence. The same for any order of the input.

    Raises
    ------
    InputError
        If `min_probability` is not from 0 to 1, or an article cannot be used; see `as_articles`.

    Notes
    -----
    Identical texts are collapsed first; articles that share rare terms or word shingles become candidate
    pairs, and those are compared exactly. What the probability of an edge was fitted on stands in
    ``docs/quality.md``.

    Examples
    --------
    >>> wire = "Ida Brask shut the Orla bridge on Monday: 14 of its 96 cables had failed, the engineer said."
    >>> copy = "VENNPORT - " + wire + " Traffic was sent round by Hasle."
    >>> articles = [
    ...     {"id": "wire", "text": wire, "date": "2026-03-02T06:00"},
    ...     {"id": "copy", "text": copy, "date": "2026-03-02T07:30"},
    ... ]
    >>> find_lineage(articles).families
    (('wire', 'copy'),)
    """
    if not 0 <= min_probability <= 1:
        raise InputError(f"min_probability is {min_probability!r}; give a number from 0 to 1")
    pile = as_articles(articles)
    order = sorted(range(len(pile)), key=lambda i: _place(pile[i], use_times))
    firsts, copies = _collapse([pile[i] for i in order])
    found: dict[int, list[tuple[int, str, float]]] = {
        order[at]: [(order[first], RELATIONS[_COPY], IDENTICAL)] for at, first in copies.items()
    }
    kept = [order[at] for at in firsts]
    for child, parent, relation, chance in _link([pile[i] for i in kept], use_times, min_probability):
        found.setdefault(kept[child], []).append((kept[parent], relation, chance))
    return Lineage(
        pile,
        tuple(
            Edge(pile[parent].id, pile[child].id, relation, chance)
            for child in sorted(found)
            for parent, relation, chance in found[child]
            if chance >= min_probability
        ),
    )


def _link(
    articles: list[Article], use_times: bool, min_probability: float
) -> Iterator[tuple[int, int, str, float]]:
    """Yield child, parent, relation and probability, a child's main parent before its others."""
    model = load_model()
    names = {name: i for i, name in enumerate(sorted({article.outlet for article in articles} - {""}))}
    outlets = np.array([names.get(article.outlet, -1) for article in articles], np.int64)
    compared = compare_pile([article.text for article in articles], outlets)
    times = _hours(articles)[compared.articles] if use_times else np.full(len(compared.articles), np.nan)
    rows = direct(compared.pairs, compared.features, times, model)
    links = find_parents(compared.pile, rows, score(rows, model), model)
    child = compared.articles[rows.child[links.row]].tolist()
    parent = compared.articles[rows.parent[links.row]].tolist()
    chance = links.probability.round(4).tolist()
    for link, relation in enumerate(links.relation.tolist()):
        if chance[link] >= min_probability:
            yield child[link], parent[link], RELATIONS[relation], chance[link]


def _hours(articles: list[Article]) -> NDArray[np.float64]:
    """Return publication times in hours, not a number where there is none."""
    return np.array(
        [a.published_at.timestamp() / 3600 if a.published_at else np.nan for a in articles], np.float64
    )


def _place(article: Article, use_times: bool) -> tuple[float, str]:
    known = use_times and article.published_at is not None
    return (article.published_at.timestamp() if known and article.published_at else np.inf, article.id)


def _collapse(articles: list[Article]) -> tuple[list[int], dict[int, int]]:
    """Keep the first of identical texts; say of which one every other is a copy."""
    first: dict[bytes, int] = {}
    copies: dict[int, int] = {}
    for i, article in enumerate(articles):
        text = article.text.strip()
        if any(map(str.isalnum, text)):  # what has no words is nobody's copy
            kept = first.setdefault(xxhash.xxh3_128_digest(text.encode("utf-8", "surrogatepass")), i)
            if kept != i:
                copies[i] = kept
    return [i for i in range(len(articles)) if i not in copies], copies


def _group(edges: tuple[Edge, ...], end: str) -> dict[str, tuple[Edge, ...]]:
    groups: dict[str, list[Edge]] = {}
    for edge in edges:
        groups.setdefault(getattr(edge, end), []).append(edge)
    return {name: tuple(group) for name, group in groups.items()}
