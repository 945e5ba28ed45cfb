"""Whether probabilities mean what they say: the expected calibration error."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from benchmarks.corpora import FITTED, HELD_OUT, read_set
from benchmarks.labelled import HOW, Records, crossed, predicted
from benchmarks.page import Line, Section, at_most, table

N_BINS = 10

_ASKED = at_most(**{"calibration error": 0.05})
_BINS = ("probability", "edges", "mean probability", "came true")
_TEXT = """\
## Probabilities

The expected calibration error, in ten bins of equal width, of all edges that are given by default. A
probability is meant for the very edge; that its ends are kin is always likelier. On so few edges even perfect
probabilities show some error: the last column is what they would show, the mean of 200 draws."""


def measure_calibration() -> Section:
    """Ask of the probabilities of edges, on what was not fitted, whether they come true."""
    lines, rows, tables = [], [], []
    for timed in (True, False):
        piles = {
            "check sets": [(name, predicted(name, timed)) for name in HELD_OUT],
            "development sets, fitted on other events": [
                (name, crossed()[name, timed]) for name in FITTED if (name, timed) in crossed()
            ],
        }
        for on, cases in piles.items():
            if not cases:
                continue
            chances, exact, kin = _outcomes(cases)
            error = expected_error(chances, exact)
            lines.append(Line(f"probabilities, {on}, {HOW[timed]}", _ASKED, {"calibration error": error}))
            by_chance = expected_error_by_chance(chances)
            rows.append((on, HOW[timed], len(chances), error, expected_error(chances, kin), by_chance))
            bins = [(f"{low:.1f} to {low + 0.1:.1f}", *rest) for low, *rest in bin_edges(chances, exact)]
            tables.append(f"The {on}, {HOW[timed]}, edge exactly right:\n\n{table(_BINS, bins)}")
    head = ("on", "times", "edges", "error, edge exactly right", "error, same family", "by chance alone")
    return Section(tuple(lines), "\n\n".join([_TEXT, table(head, rows), *tables]))


def _outcomes(cases: Sequence[tuple[str, Records]]) -> tuple[list[float], list[bool], list[bool]]:
    """Return of every edge its probability, whether it is a true one, and whether its ends are kin."""
    chances, exact, kin = [], [], []
    for name, records in cases:
        truth = {row["id"]: row for row in read_set(name)}
        for record in records:
            child = truth[record["id"]]
            for parent in record["parents"]:
                chances.append(parent["probability"])
                exact.append(parent["id"] in child["parents"])
                kin.append(exact[-1] or truth[parent["id"]]["family"] == child["family"])
    return chances, exact, kin


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
        Of each bin that is not empty, ascending: its lower bound, how many there are, their mean probability,
        and the share that came true.

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
        Mean difference between probability and share that came true, over `N_BINS` bins of equal width,
        weighted by what is in them; 0 to 1, and 0 for no edges.

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
