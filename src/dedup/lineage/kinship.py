"""What the texts say of declarations: whether two articles are kin, and what else may be the parent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from dedup.articles import Article
from dedup.lineage.declared import Claim, Kinship, Links
from dedup.lineage.links import Rows, Scores, find_kin
from dedup.lineage.model import RELATIONS, Model
from dedup.lineage.parents import find_relations
from dedup.pairs.archive import Archive

LIKELY = 0.5
"""Probability of kin from which an article counts as one that the name of its outlet may stand for."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Articles of which no two are identical, and what was found between them.

    Attributes
    ----------
    archive : Archive
        The articles.
    times : ndarray of float64, shape (n_articles,)
        Publication times in hours, not a number where there is none or none counts.
    rows : Rows
        Candidate links.
    scores : Scores
        Of the rows.
    model : Model
        What was fitted.
    """

    archive: Archive
    times: NDArray[np.float64]
    rows: Rows
    scores: Scores
    model: Model


@dataclass(frozen=True)
class Texts:
    """What the texts of a pile say.

    Attributes
    ----------
    articles : sequence of Article
        The pile.
    scored : Scored
        Those of its articles that are no copies of an identical one.
    kept : sequence of int
        Number in the pile of each of these.
    same : mapping of int to int
        For each article of the pile, the kept one with the same text.
    links : dict of int to list of Link
        What the texts say of each child, the main parent first.
    use_times : bool
        Whether times tell who can have been first.
    """

    articles: Sequence[Article]
    scored: Scored
    kept: Sequence[int]
    same: Mapping[int, int]
    links: Links
    use_times: bool

    @cached_property
    def _at(self) -> dict[int, int]:
        return {article: at for at, article in enumerate(self.kept)}

    @cached_property
    def _members(self) -> dict[int, list[int]]:
        members: dict[int, list[int]] = {}
        for article, kept in self.same.items():
            members.setdefault(kept, []).append(article)
        return members

    def candidates(self, child: int) -> list[int]:
        """Return what a child may have been made from: what is more likely kin than not, and not later."""
        rows = self.scored.rows
        span = self._span(child)
        parents = rows.parent[span][rows.kin[span] >= LIKELY].tolist()
        kept = [self.same[child], *(self.kept[parent] for parent in parents)]
        return [one for first in kept for one in self._members[first] if self._can_be(one, child)]

    def judge(self, claims: Sequence[Claim]) -> list[Kinship]:
        """Compare the texts of claims; see `Kinship`."""
        said = [Kinship("copy", 1.0, 1.0, True)] * len(claims)
        apart = [i for i, one in enumerate(claims) if self.same[one.child] != self.same[one.parent]]
        ends = np.array(
            [[self._at[self.same[end]] for end in claims[i][:2]] for i in apart], np.int64
        ).reshape(-1, 2)
        rows = self._rows(ends)
        relations = find_relations(rows, np.arange(len(ends)), self.scored.model).tolist()
        for i, kin, relation in zip(apart, rows.kin.tolist(), relations, strict=True):
            has_words = all(any(map(str.isalnum, self.articles[end].text)) for end in claims[i][:2])
            said[i] = Kinship(RELATIONS[relation], kin * has_words, self._share(claims[i]), False)
        return said

    def _rows(self, ends: NDArray[np.int64]) -> Rows:
        """Compare children and parents, which need not be candidates of each other."""
        features = self.scored.archive.compare(ends)
        gap = self.scored.times[ends[:, 0]] - self.scored.times[ends[:, 1]]
        dated = ~np.isnan(gap)
        kin = find_kin(features, self.scored.model)
        hours = np.maximum(np.nan_to_num(gap), 0)
        return Rows(ends[:, 0], ends[:, 1], features, hours, kin, dated, dated)

    def _share(self, claim: Claim) -> float:
        main = next(iter(self.links.get(claim.child, ())), None)
        if main is None or claim.child not in self._at:  # a copy of an identical text: nothing is as likely
            return float(main is None)
        span = self._span(claim.child)
        parents = self.scored.rows.parent[span].tolist()
        shares = dict(zip(parents, self.scored.scores.share[span].tolist(), strict=True))
        declared = shares.get(self._at[self.same[claim.parent]], 0.0)
        return float(declared / max(shares[self._at[main.parent]], 1e-300))

    def _span(self, child: int) -> slice:
        at = self._at[self.same[child]]
        first, last = np.searchsorted(self.scored.rows.child, [at, at + 1]).tolist()
        return slice(first, last)

    def _can_be(self, parent: int, child: int) -> bool:
        parent_time, child_time = self.articles[parent].published_at, self.articles[child].published_at
        late = self.use_times and parent_time and child_time and parent_time > child_time
        return parent != child and not late
