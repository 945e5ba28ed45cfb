"""What another parent accounts for that the main one does not: the signs of an article made from several."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.pairs.compare import Pile
from dedup.pairs.sentences import Grid, exact_sums
from dedup.pairs.sets import find_shared
from dedup.ragged import ranges

GAINS = ("gain_cover", "gain_numbers", "gain_names", "gain_words", "loss_cover", "both_cover")
"""Names of the columns that `compare_with_main` makes."""


def compare_with_main(pile: Pile, triples: NDArray[np.int64]) -> NDArray[np.float64]:
    """Compare another parent with the main one: what of the child does it account for, and the main one not.

    Parameters
    ----------
    pile : Pile
        The articles, from `make_pile`.
    triples : ndarray of int64, shape (n_triples, 3)
        Child, main parent, other parent.

    Returns
    -------
    ndarray of float64, shape (n_triples, len(GAINS))
        ``gain_cover``: by how much the other's best sentence covers a sentence of the child better than the
        main parent's, mean by weight, 0 to 1; ``loss_cover`` the same the other way round; ``both_cover``
        the smaller of the two, for a merge needs both of its parents; ``gain_numbers`` and the like:
        square root of the weight (nats) of the child's terms that the other parent has and the main one
        lacks.
    """
    found, (child, main, other) = pile.found, triples.T
    n_triples = len(triples)
    covers, shared = [], []
    for parent in (main, other):
        pairs = np.stack([child, parent], axis=1)
        pair, first, second = find_shared(pile.terms, pairs)
        first, second = pile.live[first], pile.live[second]
        covers.append(Grid(found, pairs, pair, first, second, pile.weights[first]).best(0))
        shared.append((pair * len(found.hashes) + first, pair, first))
    keys, pair, term = shared[1]
    new = ~np.isin(keys, shared[0][0], assume_unique=True)
    gained = exact_sums(pair[new] * 3 + found.classes[term[new]], pile.weights[term[new]], 3 * n_triples)
    n_units = found.n_units[child]
    total = pile.unit_weights[ranges(pile.unit_offsets[child], n_units)]
    at = np.repeat(np.arange(n_triples), n_units)
    differences = total * (covers[1] - covers[0]) / (total + 2)
    sums = np.bincount(at, total, n_triples) + 0.03
    gain = np.bincount(at, np.maximum(differences, 0), n_triples) / sums
    loss = np.bincount(at, np.maximum(-differences, 0), n_triples) / sums
    return np.column_stack([gain, np.sqrt(gained.reshape(-1, 3)), loss, np.minimum(gain, loss)])
