"""The stages in a row: texts to compared candidate pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from dedup.lineage.links import LEAST_KIN, find_kin
from dedup.lineage.model import Model
from dedup.memory import keep_freed_memory
from dedup.pairs.archive import Archive
from dedup.pairs.background import UNIT
from dedup.pairs.candidates import find_candidates
from dedup.pairs.compare import FEATURES, Pile, compare
from dedup.pairs.frequencies import count_articles
from dedup.pairs.parts import ALONE
from dedup.workers import Workers

LEAST_WEIGHT, LEAST_SHARE = 20, 0.08
"""Weight in nats of the terms that a pair has in common, and its share of the lighter article's, from which
the pair is looked at."""

LEAST_SHINGLES, LEAST_COPIED = 3, 0.02
"""Word shingles in common, and their share of the shorter article's, that serve instead."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Candidate pairs of a pile, and what their comparison says.

    Attributes
    ----------
    archive : Archive
        The articles.
    pairs : ndarray of int64, shape (n_pairs, 2)
        Candidate pairs: first < second, sorted, unique.
    features : ndarray of float64, shape (n_pairs, len(FEATURES))
        From `compare`, the first of a pair as child.
    """

    archive: Archive
    pairs: NDArray[np.int64]
    features: NDArray[np.float64]


def compare_pile(
    texts: Sequence[str], outlets: NDArray[np.int64], *, model: Model | None = None, workers: Workers = ALONE
) -> Compared:
    """Find the candidate pairs among texts and compare them.

    Parameters
    ----------
    texts : sequence of str
        The articles, no two of them identical, in the order of their times where those are known.
    outlets : ndarray of int64, shape (n_texts,)
        Number of each article's outlet, -1 where it is not known.
    model : Model, optional
        Leave out pairs that it holds to be kin with a probability of less than `LEAST_KIN`.
    workers : Workers, optional
        Processes that read and compare; by default this one alone.

    Returns
    -------
    Compared
        The same for any number of workers.

    Notes
    -----
    Every text is read twice, to count its terms and to make its keys, and those that have a candidate again
    with them; between that only keys are kept. About 270 microseconds an article of 400 words, from 10,000
    articles to 1,000,000, and 5 kB beyond the input at most (measured on made-up ones).

    Examples
    --------
    >>> texts = ["Ida Brask shut the Orla bridge: 14 of 96 cables had failed.", "Nothing of the kind."]
    >>> compare_pile([*texts, "The Orla bridge was shut by Ida Brask as 14 of its 96 cables failed."],
    ...              np.array([-1, -1, -1])).pairs.tolist()
    [[0, 2]]
    """
    keep_freed_memory()
    frequencies = count_articles(texts, workers)
    pairs = find_candidates(texts, frequencies, workers)
    archive = Archive(texts, outlets, frequencies, workers)
    rows, features = [np.zeros(0, np.int64)], [np.zeros((0, len(FEATURES)))]
    for chunk, (kept, compared) in archive.run(partial(compare_likely, model=model), pairs):
        rows.append(chunk[kept])
        features.append(compared)
    row = np.concatenate(rows)
    order = np.argsort(row)
    return Compared(archive, pairs[row[order]], np.concatenate(features)[order])


def compare_likely(
    pile: Pile, pairs: NDArray[np.int64], model: Model | None
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Compare pairs, and keep those that share enough and that a model does not rule out.

    Parameters
    ----------
    pile : Pile
        The articles.
    pairs : ndarray of int64, shape (n_pairs, 2)
        Candidate pairs.
    model : Model, optional
        As for `compare_pile`.

    Returns
    -------
    kept : ndarray of int64, shape (n_kept,)
        Which of `pairs`, ascending.
    features : ndarray of float64, shape (n_kept, len(FEATURES))
        From `compare`, a row for each of them; it does not depend on the other pairs.
    """
    features = compare(pile, pairs)
    shares = share_enough(features)
    kept = np.flatnonzero(shares & (find_kin(features, model) >= LEAST_KIN) if model else shares)
    return kept, features[kept]


def share_enough(features: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Say which pairs share enough to be looked at: terms, or word shingles.

    Parameters
    ----------
    features : ndarray of float64, shape (n_pairs, len(FEATURES))
        From `compare`.

    Returns
    -------
    ndarray of bool, shape (n_pairs,)
        What is left out taught the model nothing: fitted on pairs that share less, too, it was worse at
        families without times, by .02 of the harder development set (cross-validated family F1).
    """
    named = dict(zip(FEATURES, features.T, strict=True))
    kinds = ("numbers", "names", "words")
    n_shared = np.rint(np.expm1(named["shared_shingles"]))
    shared, totals, lengths = np.zeros(len(features)), [], []
    for side in ("child", "parent"):
        # Roots, logarithms and shares are undone exactly: what they were taken of are whole numbers.
        shared = np.rint(UNIT * sum(named[f"{side}_shared_{kind}"] ** 2 for kind in kinds))
        totals.append(shared + np.rint(UNIT * sum(named[f"{side}_own_{kind}"] ** 2 for kind in kinds)))
        lengths.append(np.rint(n_shared / np.maximum(named[f"{side}_shingles"], 1e-9)) - 3)
    by_terms = shared >= np.maximum(LEAST_WEIGHT * UNIT, LEAST_SHARE * np.minimum(*totals))
    by_shingles = n_shared >= np.maximum(LEAST_SHINGLES, LEAST_COPIED * np.minimum(*lengths))
    return np.asarray(by_terms | by_shingles)
