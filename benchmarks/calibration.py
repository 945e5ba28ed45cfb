"""Whether probabilities mean what they say: the expected calibration error."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

N_BINS = 10


def bin_edges(chances: Sequence[float], right: Sequence[bool]) -> list[tuple[float, int, float, float]]:
    """Sort edges into bins of equal width by their probability.

    Parameters
    ----------
    chances : sequence of float
        Probabilities, 0 to 1.
    right : sequence of bool
        Whether each came true.

    Returns
    -------
    list of tuple
        Of each bin that is not empty, ascending: its lower bound, how many there are, their mean probability, and
        the share that came true.

    Examples
    --------
    >>> bin_edges([0.96, 0.98, 0.31], [True, True, False])
    [(0.3, 1, 0.31, 0.0), (0.9, 2, 0.97, 1.0)]
    """
    chance, came_true = np.array(chances, np.float64), np.array(right, np.float64)
    place = np.minimum((chance * N_BINS).astype(np.int64), N_BINS - 1)
    return [
        (
            round(i / N_BINS, 6),
            int((place == i).sum()),
            float(chance[place == i].mean()),
            float(came_true[place == i].mean()),
        )
        for i in np.unique(place).tolist()
    ]


def expected_error(chances: Sequence[float], right: Sequence[bool]) -> float:
    """Return the expected calibration error (Guo et al. 2017).

    Parameters
    ----------
    chances : sequence of float
        Probabilities, 0 to 1.
    right : sequence of bool
        Whether each came true.

    Returns
    -------
    float
        Mean difference between probability and share that came true, over `N_BINS` bins of equal width, weighted by
        what is in them; 0 to 1, and 0 for no edges.

    Examples
    --------
    >>> round(expected_error([0.8, 0.8], [True, False]), 3)
    0.3
    """
    if not len(chances):
        return 0.0
    return sum(n * abs(mean - share) for _, n, mean, share in bin_edges(chances, right)) / len(chances)


def expected_error_by_chance(chances: Sequence[float], n_draws: int = 200, seed: int = 1) -> float:
    """Return the calibration error that perfect probabilities would show on as many edges.

    Parameters
    ----------
    chances : sequence of float
        Probabilities, 0 to 1, taken for true.
    n_draws : int, optional
        How often outcomes are drawn.
    seed : int, optional
        Of the random numbers.

    Returns
    -------
    float
        Mean of `expected_error` over the draws: what is left of it below this is chance.

    Examples
    --------
    >>> 0.03 < expected_error_by_chance([0.9] * 40) < 0.05
    True
    """
    draws = np.random.default_rng(seed).random((n_draws, len(chances)))
    return float(np.mean([expected_error(chances, (draw < chances).tolist()) for draw in draws]))
