"""Compare candidate pairs exactly: what a child shares with a parent, what it adds, what it leaves out."""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.pairs.sentences import Grid, exact_sums
from dedup.pairs.sets import Sets, find_shared, make_sets
from dedup.pairs.terms import Occurrences
from dedup.ragged import Ragged, ranges

_SIDES = (
    "numbers",  # containment by weight of the side's numbers in the other side, 0 to 1
    "names",
    "words",
    "own_numbers",  # square root of the weight (nats) of the side's numbers that the other side lacks
    "own_names",
    "own_words",
    "shared_numbers",  # square root of the weight (nats) of those it shares
    "shared_names",
    "shared_words",
    "shingles",  # containment of the side's word shingles in the other side, 0 to 1
    # how well the other side's best sentence covers each of the side's sentences, mean by weight, 0 to 1
    "cover",
    "lead",  # the same for the side's first three sentences
)
_BOTH = (
    "shared_shingles",  # log(1 + number of shared word shingles)
    # of neighbours among the shared terms of one article, how many stand in the same order in the other
    "order",
    "same_outlet",
)
FEATURES = (*tuple(f"{side}_{name}" for side in ("child", "parent") for name in _SIDES), *_BOTH, "length")
"""Names of the columns that `compare` makes; ``length`` is the log of the child's words over the parent's."""

_PRIOR, _PRIOR_WEIGHT = 0.3, 6.0  # containment where there is nothing to contain, and the nats it counts for
_LEAD = 3  # sentences
_BLOCK = 1 << 21  # cells (sentence by sentence) and terms looked at together: bounds the memory of a block
_PAIR_COST = 500  # what a pair costs besides its cells


@dataclass(frozen=True, slots=True)
class Pile:
    """What `compare` reads of the articles of a pile.

    Attributes
    ----------
    found : Occurrences
        Their terms.
    weights : ndarray of int32, shape (n_terms,)
        Weight of each term, in units of 1/32 nat; 0 leaves a term out.
    live : ndarray of int64, shape (n_live,)
        Terms that are not left out.
    terms : Sets
        The live terms of each article, in the same order.
    shingles : Sets
        The word shingles of each article.
    totals : ndarray of float64, shape (n_articles, 3)
        Weight of each article's numbers, names and words, in nats.
    unit_weights : ndarray of float64, shape (n_units,)
        Weight of each sentence (see `Occurrences.units`), in nats.
    unit_offsets : ndarray of int64, shape (n_articles + 1,)
        Sentences of article ``i`` are ``unit_weights[unit_offsets[i]:unit_offsets[i + 1]]``.
    outlets : ndarray of int64, shape (n_articles,)
        Number of each article's outlet, -1 where it is not known.
    """

    found: Occurrences
    weights: NDArray[np.int32]
    live: NDArray[np.int64]
    terms: Sets
    shingles: Sets
    totals: NDArray[np.float64]
    unit_weights: NDArray[np.float64]
    unit_offsets: NDArray[np.int64]
    outlets: NDArray[np.int64]


def make_pile(
    found: Occurrences, weights: NDArray[np.int32], shingles: Ragged, outlets: NDArray[np.int64]
) -> Pile:
    """Put together what `compare` reads of a pile of articles.

    Parameters
    ----------
    found : Occurrences
        Their terms.
    weights : ndarray of int32, shape (n_terms,)
        Weight of each term, from `weigh`.
    shingles : Ragged
        The word shingles of each article.
    outlets : ndarray of int64, shape (n_articles,)
        Number of each article's outlet, -1 where it is not known.

    Returns
    -------
    Pile
        Sets, totals and weights of sentences, worked out once for all pairs.

    Raises
    ------
    InputError
        If there are more articles than `sets.MOST_ARTICLES`.
    """
    n_articles = len(found.offsets) - 1
    article = np.repeat(np.arange(n_articles), np.diff(found.offsets))
    live = np.flatnonzero(weights)
    terms = make_sets(found.hashes[live], article[live], n_articles)
    copied = make_sets(
        shingles.values, np.repeat(np.arange(n_articles), np.diff(shingles.offsets)), n_articles
    )
    totals = exact_sums(article * 3 + found.classes, weights, 3 * n_articles).reshape(-1, 3)
    n_places = np.diff(found.unit_offsets)
    unit_offsets = np.concatenate([np.zeros(1, np.int64), np.cumsum(found.n_units)])
    unit_weights = exact_sums(
        np.repeat(unit_offsets[article], n_places) + found.units.astype(np.int64),
        np.repeat(weights, n_places),
        int(unit_offsets[-1]),
    )
    return Pile(found, weights, live, terms, copied, totals, unit_weights, unit_offsets, outlets)


def compare(pile: Pile, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    """Compare pairs of articles.

    Parameters
    ----------
    pile : Pile
        The articles, from `make_pile`.
    pairs : ndarray of int64, shape (n_pairs, 2)
        Child and parent.

    Returns
    -------
    ndarray of float64, shape (n_pairs, len(FEATURES))
        A row a pair, in the order of `pairs`; a row does not depend on the other pairs.

    Notes
    -----
    Containment is directional: of the child's terms (shingles) in the parent, and of the parent's in the
    child.
    """
    n_units = pile.found.n_units
    work = np.cumsum(n_units[pairs[:, 0]] * n_units[pairs[:, 1]] + _PAIR_COST)
    total = int(work[-1]) if len(work) else 0
    bounds = np.unique(np.append(np.searchsorted(work, np.arange(0, total, _BLOCK)), len(pairs)))
    blocks = [_compare(pile, pairs[a:b]) for a, b in itertools.pairwise(bounds)]
    return np.concatenate([np.zeros((0, len(FEATURES))), *blocks])


def _compare(pile: Pile, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
    found, n_pairs = pile.found, len(pairs)
    pair, first, second = find_shared(pile.terms, pairs)
    first, second = pile.live[first], pile.live[second]
    sides = []
    weights = pile.weights[first]
    grid = Grid(found, pairs, pair, first, second, weights)
    shingles = np.bincount(find_shared(pile.shingles, pairs)[0], minlength=n_pairs)
    n_shingles = np.diff(pile.shingles.offsets)
    for side, own in ((0, first), (1, second)):
        article = pairs[:, side]
        shared = exact_sums(pair * 3 + found.classes[own], weights, 3 * n_pairs).reshape(-1, 3)
        totals = pile.totals[article]
        sides += [
            (shared + _PRIOR * _PRIOR_WEIGHT) / (totals + _PRIOR_WEIGHT),
            np.sqrt(np.maximum(totals - shared, 0)),
            np.sqrt(shared),
        ]
        sides += [(shingles / (n_shingles[article] + 3))[:, None]]
        sides += [_cover(pile, article, grid.best(side))]
    outlet = pile.outlets[pairs]
    n_words = np.log(found.n_words[pairs] + 10.0)
    both = [
        np.log1p(shingles)[:, None],
        _order(pair, found.first[first], found.first[second], n_pairs)[:, None],
        ((outlet[:, 0] == outlet[:, 1]) & (outlet[:, 0] >= 0))[:, None],
        (n_words[:, 0] - n_words[:, 1])[:, None],
    ]
    return np.concatenate([*sides, *both], axis=1)


def _cover(pile: Pile, article: NDArray[np.int64], best: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how well the articles' sentences, and their first ones, are covered: shape (n_pairs, 2)."""
    n_units = pile.found.n_units[article]
    total = pile.unit_weights[ranges(pile.unit_offsets[article], n_units)]
    pair = np.repeat(np.arange(len(article)), n_units)
    covered = (
        total * best / (total + 2)
    )  # the 2 nats keep a sentence of a single term from counting as covered
    lead = ranges(np.zeros_like(n_units), n_units) < _LEAD
    sums = [
        np.bincount(pair, values, len(article)) for values in (covered, total, covered * lead, total * lead)
    ]
    return np.stack([sums[0] / (sums[1] + 0.03), sums[2] / (sums[3] + 0.03)], axis=1)


def _order(
    pair: NDArray[np.int64], first: NDArray[np.int32], second: NDArray[np.int32], n_pairs: int
) -> NDArray[np.float64]:
    """Return how many neighbours among the shared terms of one side keep their order in the other."""
    n_shared = np.bincount(pair, minlength=n_pairs)
    kept = np.zeros(n_pairs)
    for one, other in ((first, second), (second, first)):
        order = np.argsort((pair << 32) + one)  # no two terms begin at one word
        at, place = pair[order], other[order]
        rising = (place[1:] > place[:-1]) & (at[1:] == at[:-1])
        kept += np.bincount(at[1:], rising, n_pairs)
    return np.asarray((kept / 2 + 1) / (np.maximum(n_shared - 1, 0) + 2))


def reverse(features: NDArray[np.float64]) -> NDArray[np.float64]:
    """Say what `compare` would say of the same pairs with child and parent exchanged.

    Parameters
    ----------
    features : ndarray of float64, shape (n_pairs, len(FEATURES))
        From `compare`.

    Returns
    -------
    ndarray of float64, shape (n_pairs, len(FEATURES))
        A row a pair, in the same order.
    """
    n = len(_SIDES)
    order = np.r_[n : 2 * n, 0:n, 2 * n : len(FEATURES)]
    turned = features[:, order]
    turned[:, -1] *= -1
    return turned
