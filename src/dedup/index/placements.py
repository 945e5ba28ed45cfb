"""Where articles of an index belong, as its user is told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from dedup.articles import Article
from dedup.index.heads import select
from dedup.index.lookups import ARTICLE, ancestry_of
from dedup.index.store import AS_TEXT, Store, as_text
from dedup.lineage.graph import Edge


@dataclass(frozen=True, slots=True)
class Placement:
    """Where an article belongs.

    Attributes
    ----------
    article : Article
        The article, with the id it goes by.
    parents : tuple of Edge
        What it was made from, the main parent first; empty for an original.
    family : str
        Id of the root that it comes down from through main parents; its own id if it has none.
    changed : tuple of str
        Ids of other articles whose parents are others now: those of which this one is the source came late.
    known : bool
        Whether an article of this id was there already; then nothing was added.

    Examples
    --------
    >>> Placement(Article("It is shut.", "a2"), (Edge("a1", "a2", "summary", 0.8),), "a1").known
    False
    """

    article: Article
    parents: tuple[Edge, ...]
    family: str
    changed: tuple[str, ...] = ()
    known: bool = False


def placements_of(
    store: Store, articles: Sequence[Article], changed: Mapping[str, set[str]], known: Set[str]
) -> list[Placement]:
    """Say where articles that are in the index belong.

    Parameters
    ----------
    store : Store
        The file.
    articles : sequence of Article
        All of them there.
    changed : mapping of str to set of str
        Ids of articles whose parents changed, by that of the one to blame.
    known : set of str
        Ids of those that were there before.
    """
    names = {as_text(article.id) for article in articles}
    rows = {row[1]: row for row in select(store, f"{ARTICLE} WHERE a.name", names, AS_TEXT)}
    ancestry = ancestry_of(store, {row[2] for row in rows.values()})
    return [
        Placement(
            article,
            tuple(
                Edge(parent, article.id, relation, chance)
                for parent, relation, chance in ancestry.parents_of(row)
            ),
            ancestry.root_of(row[2]),
            tuple(sorted(changed.get(article.id, ()))),
            article.id in known,
        )
        for article in articles
        for row in [rows[article.id]]
    ]
