"""Parents: the main parent of an article, others it was also made from, the relation, the probability."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from dedup.lineage.branching import best_branching
from dedup.lineage.links import Rows, Scores, segments
from dedup.lineage.model import RELATIONS, Model, probability, weighted_sum
from dedup.lineage.order import against_time, close_no_cycle
from dedup.pairs.compare import FEATURES
from dedup.pairs.gains import GAINS

MOST_OTHERS = 7
"""Other parents are looked for in this many rounds, one parent an article and round."""

LEAST_MAIN_KIN = 0.05
"""Probability of kinship that a main parent needs, however well it does beside other candidates. On newswire
of 1987, links below it were wrong; it costs none of the right ones on the labelled sets."""

LEAST_MAIN, LEAST_OTHER = 0.33, 0.3
"""Probability from which a main parent counts where times tell the direction, and another parent does. With
.3 for the first, cross-validation gave kin to .09 of the independent articles of the easier development set;
with .33 to .03, at the same edges."""

LEAST_UNTIMED = 0.01
"""Probability that a main parent needs where times do not tell the direction. The branching weighs parents
against each other and against none: what it chooses is seldom less likely. With .05, family F1 of the harder
development set without times fell by .013, with .01 nothing changes there."""

_KIN_FACTOR = 1.5
"""What kinship weighs where times do not tell: of 1, 1.5 and 2 the best at links, cross-validated."""

_COVER = FEATURES.index("child_cover")

_CERTAIN = 4.0  # log odds beyond which evidence for descent outweighs nothing more


@dataclass(frozen=True, slots=True)
class Links:
    """Links from child to parent.

    Attributes
    ----------
    row : ndarray of int64, shape (n_links,)
        The row of each; those of main parents first, by child, then the others.
    probability : ndarray of float64, shape (n_links,)
        Probability that the child was made from this parent.
    relation : ndarray of int64, shape (n_links,)
        Index into `RELATIONS`.
    n_main : int
        How many of the links are to main parents.
    """

    row: NDArray[np.int64]
    probability: NDArray[np.float64]
    relation: NDArray[np.int64]
    n_main: int


class Comparer(Protocol):
    """Articles that can be compared three at a time, such as an `Archive`."""

    @property
    def outlets(self) -> NDArray[np.int64]:
        """Number of each article's outlet, shape (n_articles,)."""

    def compare_with_main(self, triples: NDArray[np.int64]) -> NDArray[np.float64]:
        """See `dedup.pairs.gains.compare_with_main`."""


def find_parents(archive: Comparer, rows: Rows, scores: Scores, model: Model) -> Links:
    """Choose parents.

    Parameters
    ----------
    archive : Comparer
        The articles.
    rows : Rows
        Candidate links, from `direct`.
    scores : Scores
        Of the rows, from `score`.
    model : Model
        What was fitted.

    Returns
    -------
    Links
        At most one main parent a child; no cycles, other parents included.
    """
    main = choose_main(rows, scores, len(archive.outlets))
    main = main[main >= 0]
    chance = main_probability(rows, scores, main, model)
    least = np.where(rows.timed[main], LEAST_MAIN, LEAST_UNTIMED)
    counts = (chance >= least) & (rows.kin[main] >= LEAST_MAIN_KIN)
    main, chance = main[counts], chance[counts]
    other, other_chance = find_others(archive, rows, main, model)
    row = np.concatenate([main, other])
    return Links(row, np.concatenate([chance, other_chance]), find_relations(rows, row, model), len(main))


def choose_main(rows: Rows, scores: Scores, n_articles: int) -> NDArray[np.int64]:
    """Choose the row of each article's main parent, -1 for none: the maximum branching.

    Where times tell every direction, that is each child's best candidate. Elsewhere it weighs whom a child
    would be made from against whether it is a child at all, and whether the two are kin. What comes down from
    an article through one without a time is not earlier than it, as far as the two were compared.
    """
    bounds = segments(rows.child)
    at = np.repeat(np.arange(len(scores.best)), np.diff(bounds))
    derived = np.clip(scores.derived, -_CERTAIN, _CERTAIN)[at]
    kin = np.clip(rows.kin, 0.01, 0.99)
    choice = np.log(np.maximum(scores.share, 1e-300))
    told = choice - choice[scores.best][at] + 1e3  # whether it counts is left to its probability
    untold = choice + derived + _KIN_FACTOR * np.log(kin / (1 - kin))
    weight = np.where(rows.timed, told, untold)
    while True:
        chosen = best_branching(rows.child, rows.parent, weight, n_articles)
        wrong = against_time(rows, chosen, weight)
        if not len(wrong):
            return chosen
        weight[wrong] = 0


def main_probability(
    rows: Rows, scores: Scores, chosen: NDArray[np.int64], model: Model
) -> NDArray[np.float64]:
    """Return the probability of main parents: of descent, and of this parent among the candidates."""
    more = main_features(rows, scores, chosen)
    features, hours = rows.features[chosen], rows.hours[chosen]
    told = weighted_sum(model["main"], features, hours, **more)
    untold = weighted_sum(model["main_untimed"], features, hours, **more)
    return probability(np.where(rows.timed[chosen], told, untold))


def main_features(rows: Rows, scores: Scores, chosen: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    """Return what the scores say of main parents, each of shape (n_chosen,)."""
    starts = segments(rows.child)[:-1]
    child = np.searchsorted(rows.child[starts], rows.child[chosen])
    return {
        "derived": np.clip(scores.derived[child], -_CERTAIN, _CERTAIN),
        "log_share": np.log(np.maximum(scores.share[chosen], 1e-3)),
        "log_kin": np.log(np.maximum(rows.kin[chosen], 1e-3)),
    }


def find_relations(rows: Rows, chosen: NDArray[np.int64], model: Model) -> NDArray[np.int64]:
    """Return the most probable relation of links, as an index into `RELATIONS`."""
    features, hours = rows.features[chosen], rows.hours[chosen]
    votes = [weighted_sum(model[relation], features, hours) for relation in RELATIONS]
    return np.asarray(np.argmax(np.stack(votes), axis=0))


def find_others(
    archive: Comparer, rows: Rows, main: NDArray[np.int64], model: Model
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find what else the children of `main` were made from: rows, and their probability."""
    n_articles = len(archive.outlets)
    main_of = np.full(n_articles, -1)
    main_of[rows.child[main]] = rows.parent[main]
    row = np.flatnonzero((main_of[rows.child] >= 0) & (rows.parent != main_of[rows.child]))
    main_row = np.full(n_articles, -1)
    main_row[rows.child[main]] = main
    row = row[most_probable(rows, row, main_row[rows.child[row]], model) >= LEAST_OTHER]
    if not rows.timed.all():
        row = row[close_no_cycle(rows, row, main_row, main_of)]
    gains = np.full((len(row), len(GAINS)), np.inf)
    last = main_of.copy()
    found, chances = [], []
    for _ in range(MOST_OTHERS):
        if not len(row):
            break
        triples = np.stack([rows.child[row], last[rows.child[row]], rows.parent[row]], axis=1)
        gains = np.minimum(gains, archive.compare_with_main(triples))
        chance = other_probability(rows, row, gains, model)
        enough = chance >= LEAST_OTHER  # what is too little beside one parent is none beside more
        row, gains, chance = row[enough], gains[enough], chance[enough]
        if not len(row):
            break
        order = np.lexsort((row, -chance, rows.child[row]))
        first = order[np.concatenate([[True], rows.child[row[order[1:]]] != rows.child[row[order[:-1]]]])]
        found.append(row[first])
        chances.append(chance[first])
        last[:] = -1
        last[rows.child[row[first]]] = rows.parent[row[first]]
        left = (last[rows.child[row]] >= 0) & (last[rows.child[row]] != rows.parent[row])
        row, gains = row[left], gains[left]
    return np.concatenate([np.zeros(0, np.int64), *found]), np.concatenate([np.zeros(0), *chances])


def other_probability(
    rows: Rows, row: NDArray[np.int64], gains: NDArray[np.float64], model: Model
) -> NDArray[np.float64]:
    """Return the probability of other parents, by what they alone account for."""
    more = dict(zip(GAINS, gains.T, strict=True))
    more["log_kin"] = np.log(np.maximum(rows.kin[row], 1e-3))
    return probability(weighted_sum(model["other"], rows.features[row], rows.hours[row], **more))


def most_probable(
    rows: Rows, row: NDArray[np.int64], main: NDArray[np.int64], model: Model
) -> NDArray[np.float64]:
    """Bound the probability of other parents from above, by what is known without their gains.

    Parameters
    ----------
    rows : Rows
        Candidate links.
    row : ndarray of int64, shape (n_others,)
        Rows of other parents.
    main : ndarray of int64, shape (n_others,)
        The row of the main parent of each one's child.
    model : Model
        What was fitted.

    Returns
    -------
    ndarray of float64, shape (n_others,)
        At least what `other_probability` gives for the gains beside the main parent, but for rounding.

    Notes
    -----
    A sentence gains at most what the main parent does not cover, and loses at most what the other one does
    not; the two differ by the difference of the covers. Terms gained are terms that the main parent lacks and
    the other one has. Of the pairs of made-up articles some 95 in 100 need not be compared again.
    """
    one, other = rows.features[main], rows.features[row]
    covers = one[:, _COVER], other[:, _COVER]
    more = {
        f"gain_{kind}": np.minimum(
            one[:, FEATURES.index(f"child_own_{kind}")], other[:, FEATURES.index(f"child_shared_{kind}")]
        )
        * (model["other"].weights.get(f"gain_{kind}", 0) > 0)
        for kind in ("numbers", "names", "words")
    }
    more["log_kin"] = np.log(np.maximum(rows.kin[row], 1e-3))
    difference = covers[1] - covers[0]
    most = np.zeros(len(row))
    for both in (np.zeros(len(row)), np.minimum(1 - np.maximum(*covers), np.minimum(*covers))):
        more |= {
            "both_cover": both,
            "gain_cover": both + np.maximum(difference, 0),
            "loss_cover": both + np.maximum(-difference, 0),
        }
        chance = probability(weighted_sum(model["other"], other, rows.hours[row], **more))
        most = np.maximum(most, chance)
    return most + 1e-9
