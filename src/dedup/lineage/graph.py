"""A lineage as a graph: articles, edges from parent to child, and the families that follow main parents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dedup.articles import Article
from dedup.declarations import Declaration
from dedup.errors import UnknownIdError
from dedup.evidence.cited import Citation, cited_sources
from dedup.lineage.declared import Contradiction, outside
from dedup.lineage.exports import Exports
from dedup.lineage.records import cite_declared, make_parent, make_record

if TYPE_CHECKING:
    from dedup.evidence.evidence import Evidence

DIGEST = 3
"""Families its parents come from, from which an article belongs to none of them."""


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
        Probability that the child was made from this very parent, 0 to 1; of a declared edge .99, or, if
        something speaks against it, the probability that the two are kin, at most .98.
    declared : str, optional
        What said so where it was declared, such as ``isBasedOn``; empty where the texts did.

    Examples
    --------
    >>> Edge("wire", "paper", "edit", 0.93).relation
    'edit'
    """

    parent: str
    child: str
    relation: str
    probability: float
    declared: str = ""

    def _repr_html_(self) -> str:
        """Say in a notebook what it is."""
        from dedup.report.notebook import edge_html

        return edge_html(self)


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
    >>> from dedup import find_lineage
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
        """Sources that it names for its content, or declares, though they are not in the pile."""
        return self.lineage._cited(self.article)


class Lineage(Exports):
    """Trees of articles; made by `find_lineage`.

    Parameters
    ----------
    articles : tuple of Article
        All of them, in input order.
    edges : tuple of Edge
        Those of a child together, its main parent first; children in input order.
    contradictions : tuple of Contradiction, optional
        Declarations that do not agree with the texts or the times.

    Attributes
    ----------
    families : tuple of tuple of str
        Ids of each family of two or more: root first, then in input order; largest first, then by root.
    roots : tuple of str
        Ids of articles without parents that have children, in input order.

    Examples
    --------
    >>> from dedup import find_lineage
    >>> text = "The Orla bridge closed on Monday after 14 cables failed, engineer Ida Brask said."
    >>> lineage = find_lineage([{"id": "a", "text": text}, {"id": "b", "text": text}])
    >>> lineage.families
    (('a', 'b'),)
    >>> lineage["b"].parents[0].relation
    'copy'
    """

    def __init__(
        self,
        articles: tuple[Article, ...],
        edges: tuple[Edge, ...],
        contradictions: tuple[Contradiction, ...] = (),
    ) -> None:
        self.articles = articles
        self.edges = edges
        self.contradictions = contradictions
        self._index = {article.id: i for i, article in enumerate(articles)}
        self._parents = _group(edges, "child")
        self._family = find_families((article.id for article in articles), self._parents)

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
        from dedup.lineage.tree import draw

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
        from dedup.evidence.evidence import compare_texts

        return compare_texts(self[edge.child].article.text, self[edge.parent].article.text)

    def records(self) -> list[dict[str, Any]]:
        """Make one plain record an article, in input order: what ``dedup lineage --format jsonl`` writes.

        Returns
        -------
        list of dict
            With the keys ``id``, ``family``, ``role``, ``parents`` and ``cited``; of a parent that was
            declared, ``declared`` besides, and ``contradictions`` where something speaks against one.
        """
        texts: dict[tuple[str, str], tuple[Citation, ...]] = {}  # copies name the same: read them once
        records = []
        for article in self.articles:
            key = article.text, article.outlet
            if key not in texts:
                texts[key] = cited_sources(article.text, outlet=article.outlet)
            cited = texts[key] + self._declared_outside(article.id, texts[key])
            parents = [
                make_parent(edge.parent, edge.relation, edge.probability, edge.declared)
                for edge in self._parents.get(article.id, ())
            ]
            against = self._contradictions.get(article.id, ())
            family, role = self._family[article.id], self._role(article.id)
            records.append(make_record(article.id, family, role, parents, cited, against))
        return records

    def _cited(self, article: Article) -> tuple[Citation, ...]:
        named = cited_sources(article.text, outlet=article.outlet)
        return named + self._declared_outside(article.id, named)

    def _declared_outside(self, name: str, named: tuple[Citation, ...]) -> tuple[Citation, ...]:
        """Make citations of declarations that name nothing of the pile, nor what the text names too."""
        return cite_declared(self._outside.get(name, ()), named)

    @cached_property
    def _outside(self) -> dict[str, list[Declaration]]:
        declared: dict[str, list[str]] = {}
        for edge in self.edges:
            if edge.declared:
                declared.setdefault(edge.child, []).append(edge.parent)
        return outside(self.articles, declared)

    @cached_property
    def _contradictions(self) -> dict[str, list[dict[str, Any]]]:
        records: dict[str, list[dict[str, Any]]] = {}
        for one in self.contradictions:
            record = {"parent": one.parent, "by": one.by, "says": one.says, "probability": one.probability}
            records.setdefault(one.child, []).append(record)
        return records

    @cached_property
    def _children(self) -> dict[str, tuple[Edge, ...]]:
        return _group(self.edges, "parent")

    def _role(self, name: str) -> str:
        if name in self._parents:
            return "derived"
        return "root" if name in self._children else "single"

    def _reach(self, name: str, *, up: bool) -> tuple[str, ...]:
        reached: dict[str, None] = {}
        rim = [name]
        while rim:
            edges = [edge for at in rim for edge in (self._parents if up else self._children).get(at, ())]
            names = dict.fromkeys(edge.parent if up else edge.child for edge in edges)
            rim = [at for at in names if at not in reached and at != name]
            reached.update(dict.fromkeys(rim))
        return tuple(reached)


def find_families(names: Iterable[str], parents: Mapping[str, Sequence[Edge]]) -> dict[str, str]:
    """Name the root that each article comes down from through main parents; a digest is a root."""
    roots: dict[str, str] = {}
    order = list(names)
    for at in order:
        path, name = [], at
        while name not in roots and name in parents:
            path.append(name)
            name = parents[name][0].parent
        root = roots.setdefault(name, name)
        roots.update(dict.fromkeys(path, root))
    digests = {
        name for name, edges in parents.items() if len({roots[edge.parent] for edge in edges}) >= DIGEST
    }
    if not digests:
        return roots
    found = {}
    for at in order:
        name = at
        while name in parents and name not in digests:
            name = parents[name][0].parent
        found[at] = name
    return found


def _group(edges: tuple[Edge, ...], end: str) -> dict[str, tuple[Edge, ...]]:
    groups: dict[str, list[Edge]] = {}
    for edge in edges:
        groups.setdefault(getattr(edge, end), []).append(edge)
    return {name: tuple(group) for name, group in groups.items()}
