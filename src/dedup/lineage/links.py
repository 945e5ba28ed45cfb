"""From scored pairs to parents: who was made from whom, with what probability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.lineage.model import Model, column, probability, weighted_sum
from dedup.pairs.compare import FEATURES, reverse

_CHILD_SHINGLES = FEATURES.index("child_shingles")

COPIED = 0.1
"""Share of one article's word shingles in the other from which wording alone may tell that they are kin."""

LEAST_KIN = 0.02
"""Pairs less likely than this to be kin are not looked at again."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Directed candidate links: each allowed direction of each pair, by child.

    Attributes
    ----------
    child, parent : ndarray of int64, shape (n_rows,)
        Articles; sorted by child, then parent.
    features : ndarray of float64, shape (n_rows, len(FEATURES))
        As `compare` gives them for that direction.
    hours : ndarray of float64, shape (n_rows,)
        From the parent's publication to the child's; 0 where not known.
    kin : ndarray of float64, shape (n_rows,)
        Probability that the two are kin, whatever the direction.
    timed : ndarray of bool, shape (n_rows,)
        Whether times tell the direction of every candidate link of the child.
    dated : ndarray of bool, shape (n_rows,)
        Whether the times of both articles are known; if so and `hours` is 0, they are the same.
    """

    child: NDArray[np.int64]
    parent: NDArray[np.int64]
    features: NDArray[np.float64]
    hours: NDArray[np.float64]
    kin: NDArray[np.float64]
    timed: NDArray[np.bool_]
    dated: NDArray[np.bool_]


def direct(
    pairs: NDArray[np.int64], features: NDArray[np.float64], times: NDArray[np.float64], model: Model
) -> Rows:
    """Lay out every direction that times allow of each pair that may be kin.

    Parameters
    ----------
    pairs : ndarray of int64, shape (n_pairs, 2)
        Candidate pairs.
    features : ndarray of float64, shape (n_pairs, len(FEATURES))
        From `compare`, the first of a pair as child.
    times : ndarray of float64, shape (n_articles,)
        Publication times in hours since any moment, not a number where unknown.
    model : Model
        What was fitted.

    Returns
    -------
    Rows
        One row a pair whose times differ, two for any other; none for pairs less likely kin than `LEAST_KIN`.
    """
    gap = times[pairs[:, 0]] - times[pairs[:, 1]]  # hours; not a number where a time is unknown
    hours = np.nan_to_num(gap)
    kin = find_kin(features, model)
    likely = kin >= LEAST_KIN
    onward, back = np.flatnonzero(likely & ~(gap < 0)), np.flatnonzero(likely & ~(gap > 0))
    child = np.concatenate([pairs[onward, 0], pairs[back, 1]])
    parent = np.concatenate([pairs[onward, 1], pairs[back, 0]])
    order = np.lexsort((parent, child))
    child, parent, row = child[order], parent[order], np.concatenate([onward, back])[order]
    turned = order >= len(onward)
    laid = features[row]
    laid[turned] = reverse(laid[turned])
    untold = np.zeros(len(times), np.bool_)
    unclear = ~(np.abs(gap[row]) > 0)
    untold[child[unclear]] = True
    untold[parent[unclear]] = True
    return Rows(
        child,
        parent,
        laid,
        np.where(turned, -hours[row], hours[row]),
        kin[row],
        ~untold[child],
        ~np.isnan(gap[row]),
    )


def find_kin(features: NDArray[np.float64], model: Model) -> NDArray[np.float64]:
    """Return the probability that articles are kin, by their facts or by their wording; times say nothing."""
    hours = np.zeros(len(features))
    by_facts = weighted_sum(model["kin"], features, hours)
    by_wording = weighted_sum(model["kin_by_wording"], features, hours)
    copied = column(features, hours, "max_shingles") >= COPIED
    return probability(np.where(copied, np.maximum(by_facts, by_wording), by_facts))


@dataclass(frozen=True, slots=True)
class Scores:
    """What the model says of rows; see `score`.

    Attributes
    ----------
    choice : ndarray of float64, shape (n_rows,)
        Score of the candidate among those of its child; only differences mean anything.
    share : ndarray of float64, shape (n_rows,)
        Probability of the candidate if the parent is one of the child's candidates; a child's sum to 1.
    best : ndarray of int64, shape (n_children,)
        The row of each child's best candidate.
    derived : ndarray of float64, shape (n_children,)
        Log odds that the child has a parent in the pile.
    """

    choice: NDArray[np.float64]
    share: NDArray[np.float64]
    best: NDArray[np.int64]
    derived: NDArray[np.float64]


def segments(child: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where the rows of each child begin, and the number of rows."""
    if not len(child):
        return np.zeros(1, np.int64)
    return np.concatenate([[0], np.flatnonzero(child[1:] != child[:-1]) + 1, [len(child)]])


def article_features(
    rows: Rows, choice: NDArray[np.float64]
) -> tuple[NDArray[np.int64], dict[str, NDArray[np.float64]]]:
    """Find each child's best candidate, and what its other candidates say of it.

    Returns
    -------
    best : ndarray of int64, shape (n_children,)
        The row of each child's candidate with the highest choice; the first of equals.
    more : dict of str to ndarray of float64, shape (n_children,)
        ``kin_max``: the highest kin probability; ``kin_best``: log odds of kin of the best candidate, within
        -5 and 5; ``kin_other``: the highest kin probability of the other candidates.
    """
    bounds = segments(rows.child)
    starts = bounds[:-1]
    if not len(starts):
        return starts, {name: np.zeros(0) for name in ("kin_max", "kin_best", "kin_other")}
    at = np.repeat(np.arange(len(starts)), np.diff(bounds))
    top = np.maximum.reduceat(choice, starts)
    winners = np.flatnonzero(choice == top[at])
    best = winners[np.searchsorted(at[winners], np.arange(len(starts)))]
    kin = rows.kin[best]
    clipped = np.clip(kin, 0.0067, 0.9933)
    others = rows.kin.copy()
    others[best] = 0
    more = {
        "kin_max": np.maximum.reduceat(rows.kin, starts),
        "kin_best": np.log(clipped / (1 - clipped)),
        "kin_other": np.maximum.reduceat(others, starts),
    }
    return best, more


def find_copied(rows: Rows, n_articles: int) -> NDArray[np.float64]:
    """Return how much of each article stands in one that it may be a copy of, shape (n_articles,)."""
    share = np.zeros(n_articles)
    np.maximum.at(share, rows.child, rows.features[:, _CHILD_SHINGLES])
    return share


def score(rows: Rows, model: Model, copied: NDArray[np.float64] | None = None) -> Scores:
    """Score rows against each other: which candidate it would be, and whether it is any.

    Parameters
    ----------
    rows : Rows
        From `direct`.
    model : Model
        What was fitted.
    copied : ndarray of float64, shape (n_articles,), optional
        From `find_copied`, where `rows` are not all there are.

    Returns
    -------
    Scores
        A child's scores depend on its own rows, and on what its candidates are copies of.
    """
    if copied is None:
        copied = find_copied(rows, int(max(rows.child.max(initial=-1), rows.parent.max(initial=-1))) + 1)
    more = {"copied": copied[rows.parent]}
    choice = np.where(
        rows.timed,
        weighted_sum(model["choice"], rows.features, rows.hours, **more),
        weighted_sum(model["choice_untimed"], rows.features, np.zeros_like(rows.hours), **more),
    )
    best, of_article = article_features(rows, choice)
    features, hours, timed = rows.features[best], rows.hours[best], rows.timed[best]
    derived = np.where(
        timed,
        weighted_sum(model["derived"], features, hours, **of_article),
        weighted_sum(model["derived_untimed"], features, np.zeros_like(hours), **of_article),
    )
    bounds = segments(rows.child)
    at = np.repeat(np.arange(len(best)), np.diff(bounds))
    odds = np.exp(choice - choice[best][at])
    total = np.add.reduceat(odds, bounds[:-1]) if len(best) else odds
    return Scores(choice, odds / total[at], best, derived)
