"""Lineage: which article was made from which, as trees with probabilities and evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import xxhash
from numpy.typing import NDArray

from dedup.articles import Article, as_articles
from dedup.errors import InputError
from dedup.lineage.declared import Contradiction, Link, Links, find_claims
from dedup.lineage.graph import Edge, Lineage
from dedup.lineage.heed import heed
from dedup.lineage.kinship import Scored, Texts
from dedup.lineage.links import direct, score
from dedup.lineage.model import RELATIONS, load_model
from dedup.lineage.parents import find_parents
from dedup.lineage.pipeline import compare_pile
from dedup.workers import Workers

DEFAULT_MIN_PROBABILITY = 0.0
"""By default every edge counts that the model would rather have than not."""

IDENTICAL = 0.99
"""Probability of an edge between identical texts; the earliest of them is the parent of all others."""

_COPY = RELATIONS.index("copy")


def find_lineage(
    articles: Iterable[str | Mapping[str, Any] | Article],
    *,
    use_times: bool = True,
    min_probability: float = DEFAULT_MIN_PROBABILITY,
    workers: int = 1,
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
        Probability from which an edge counts, 0 to 1. The default, 0, keeps every edge that the model would
        rather have than not; where several parents are possible, that can be one of .3.
    workers : int, optional
        Processes that read and compare, >= 1; more than one pay from some thousand articles on.

    Returns
    -------
    Lineage
        Edges, families and evidence. The same for any order of the input, and any number of workers.

    Raises
    ------
    InputError
        If `min_probability` is not from 0 to 1, `workers` is less than 1, or an article cannot be used; see
        `as_articles`.

    Notes
    -----
    A declaration of an article that names another of the pile, by id or url, sets the edge: that one is the
    main parent, `Edge.declared` says what declared it, the relation is what the texts say, the probability
    .99. The bare name of an outlet counts if exactly one article of it is more likely kin than not. Where
    times or texts speak against a declaration, the edge stands with the probability of kin that the texts
    give, and `Lineage.contradictions` says so. Without declarations nothing changes.

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
    with Workers(workers) as several:  # which get ready while articles are read
        pile = as_articles(articles)
        links, contradictions = _find_links(pile, use_times, several)
    return Lineage(pile, tuple(_edges(pile, links, min_probability)), contradictions)


def _edges(pile: Sequence[Article], links: Links, min_probability: float) -> Iterator[Edge]:
    """Yield the edges of a child together, its main parent first; children in input order."""
    for child in sorted(links):
        for link in links[child]:
            if link.probability >= min_probability:
                yield Edge(
                    pile[link.parent].id, pile[child].id, link.relation, link.probability, link.declared
                )


def _find_links(
    pile: Sequence[Article], use_times: bool, workers: Workers
) -> tuple[Links, tuple[Contradiction, ...]]:
    order = sorted(range(len(pile)), key=lambda i: _place(pile[i], use_times))
    firsts, copies = _collapse([pile[i] for i in order])
    kept = [order[at] for at in firsts]
    texts: Links = {
        order[at]: [Link(order[first], RELATIONS[_COPY], IDENTICAL)] for at, first in copies.items()
    }
    compared = _compare([pile[i] for i in kept], use_times, workers)
    for child, link in _links(compared):
        texts.setdefault(kept[child], []).append(link._replace(parent=kept[link.parent]))
    if not any(article.declared for article in pile):
        return texts, ()
    same = {**{i: i for i in kept}, **{order[at]: order[first] for at, first in copies.items()}}
    heard = Texts(pile, compared, kept, same, texts, use_times)
    claims = find_claims(pile, order, heard.candidates)
    return heed(pile, claims, texts, heard.judge, use_times)


def _compare(articles: list[Article], use_times: bool, workers: Workers) -> Scored:
    model = load_model()
    names = {name: i for i, name in enumerate(sorted({article.outlet for article in articles} - {""}))}
    outlets = np.array([names.get(article.outlet, -1) for article in articles], np.int64)
    texts = [article.text for article in articles]
    compared = compare_pile(texts, outlets, model=model, workers=workers)
    times = _hours(articles) if use_times else np.full(len(articles), np.nan)
    rows = direct(compared.pairs, compared.features, times, model)
    return Scored(compared.archive, times, rows, score(rows, model), model)


def _links(compared: Scored) -> Iterator[tuple[int, Link]]:
    """Yield children and their links, a child's main parent before its others."""
    rows = compared.rows
    links = find_parents(compared.archive, rows, compared.scores, compared.model)
    child, parent = rows.child[links.row].tolist(), rows.parent[links.row].tolist()
    chance = links.probability.round(4).tolist()
    for link, relation in enumerate(links.relation.tolist()):
        yield child[link], Link(parent[link], RELATIONS[relation], chance[link])


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
