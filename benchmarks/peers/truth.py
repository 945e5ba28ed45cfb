"""The pairs that are truly near-duplicates, by an exact join, and how near an engine comes to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers import N_BANDS, N_ROWS, N_WORDS, THRESHOLD
from dedup.duplicates.components import components


@dataclass(frozen=True, slots=True)
class Truth:
    """The pairs of a corpus whose word shingles have a resemblance of `THRESHOLD` or more.

    Attributes
    ----------
    pairs : ndarray of int64, shape (n_pairs, 2)
        First < second, sorted. A text that has been there before is paired with its first copy alone.
    resemblance : ndarray of float64, shape (n_pairs,)
        Of each pair, exactly.
    """

    pairs: NDArray[np.int64]
    resemblance: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Score:
    """How an engine's pairs compare with the truth, all fractions of 0 to 1.

    Attributes
    ----------
    recall, precision : float
        Of pairs as they were returned, identical texts taken for one: engines differ in which of those they
        pair, and nobody misses them.
    cluster_recall, cluster_precision : float
        Of pairs within a cluster, once what was returned, and what is true, is closed transitively.
    ideal_recall : float
        Recall that the S-curve promises of perfect signatures.
    """

    recall: float
    precision: float
    cluster_recall: float
    cluster_precision: float
    ideal_recall: float


def find_truth(texts: Sequence[str]) -> Truth:
    """Join texts exactly, and slowly.

    Notes
    -----
    Two sets of a resemblance of t or more share one of the ``n - ceil(t * n) + 1`` rarest members of either
    [1]_; those that do are compared in full.

    .. [1] Chaudhuri, Ganti and Kaushik, "A primitive operator for similarity joins in data cleaning",
       ICDE 2006.
    """
    first = _first_copies(texts)
    copies, distinct = (np.flatnonzero((first == np.arange(len(texts))) == is_first) for is_first in (0, 1))
    joined, resemblance = _join(_shingle_sets([texts[i] for i in distinct.tolist()]))
    pairs = np.concatenate([distinct[joined], np.stack([first[copies], copies], axis=1)])
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    return Truth(pairs[order], np.append(resemblance, np.ones(len(copies)))[order])


def _first_copies(texts: Sequence[str]) -> NDArray[np.int64]:
    """Say for each text where it stands first."""
    places: dict[str, int] = {}
    return np.array([places.setdefault(text, i) for i, text in enumerate(texts)], np.int64)


def _join(sets: Sequence[NDArray[np.uint64]]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Find the pairs of sets that resemble each other, and their resemblance."""
    values = np.concatenate([np.zeros(0, np.uint64), *sets])
    order = np.argsort(values, kind="stable")
    runs = np.flatnonzero(np.append(True, np.diff(values[order]) > 0)[: len(values)])
    counts = np.empty(len(values), np.int64)
    counts[order] = np.repeat(np.diff(runs, append=len(values)), np.diff(runs, append=len(values)))
    found: dict[int, list[int]] = {}
    candidates: set[tuple[int, int]] = set()
    start = 0
    for i, members in enumerate(sets):
        n = counts[start : start + len(members)]
        start += len(members)
        rarest = np.lexsort((members, n))[: len(members) - int(np.ceil(THRESHOLD * len(members) - 1e-9)) + 1]
        for value in members[rarest[n[rarest] > 1]].tolist():
            others = found.setdefault(value, [])
            candidates.update((j, i) for j in others)
            others.append(i)
    pairs = np.array(sorted(candidates), np.int64).reshape(-1, 2)
    resemblance = np.array([_resemblance(sets[i], sets[j]) for i, j in pairs.tolist()])
    near = resemblance >= THRESHOLD
    return pairs[near], resemblance[near]


def load_truth(path: Path, texts: Sequence[str]) -> Truth:
    """Read what was found before at `path`, or find it and keep it there."""
    if not path.exists():
        truth = find_truth(texts)
        np.savez(path, pairs=truth.pairs, resemblance=truth.resemblance)
    with np.load(path) as kept:
        return Truth(kept["pairs"], kept["resemblance"])


def score(found: NDArray[np.int64], truth: Truth, texts: Sequence[str]) -> Score:
    """Compare an engine's pairs with the truth.

    Parameters
    ----------
    found : ndarray of int64, shape (n_found, 2)
        In any order; repetitions and pairs of an article with itself do not count.
    truth : Truth
        Of the same articles.
    texts : sequence of str
        The corpus.

    Returns
    -------
    Score
        A share of nothing is 1.
    """
    n_articles = len(texts)
    first = _first_copies(texts)
    keys, _ = _distinct(first[found], n_articles)
    true_keys, chosen = _distinct(first[truth.pairs], n_articles)
    curve = 1 - (1 - truth.resemblance[chosen] ** (N_ROWS // N_BANDS)) ** N_BANDS
    right = np.isin(keys, true_keys).sum()
    ours, theirs = components(n_articles, found), components(n_articles, truth.pairs)
    both = _n_pairs(np.unique(ours * n_articles + theirs, return_counts=True)[1])
    return Score(
        _share(int(right), len(true_keys)),
        _share(int(right), len(keys)),
        _share(both, _n_pairs(np.bincount(theirs))),
        _share(both, _n_pairs(np.bincount(ours))),
        _share(float(curve.sum()), len(curve)),
    )


def _distinct(pairs: NDArray[np.int64], n_articles: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the pairs of different articles, each once; say where each stands first."""
    ordered = np.sort(pairs, axis=1)
    different = np.flatnonzero(ordered[:, 0] != ordered[:, 1])
    keys, places = np.unique(ordered[different, 0] * n_articles + ordered[different, 1], return_index=True)
    return keys, different[places]


def _shingle_sets(texts: Sequence[str]) -> list[NDArray[np.uint64]]:
    """Cut texts into sets of hashed shingles, of which no two of a corpus are likely to collide."""
    numbers: dict[str, int] = {}
    find_words = re.compile(r"\w+").findall
    read = [[numbers.setdefault(word, len(numbers)) for word in find_words(text.lower())] for text in texts]
    hashes = np.random.default_rng(0).integers(0, 2**64, len(numbers), np.uint64, endpoint=False)
    sets = []
    for words in read:
        hashed = hashes[words] if words else np.zeros(0, np.uint64)
        n = min(N_WORDS, len(hashed))
        shingles = np.zeros(len(hashed) - n + (n > 0), np.uint64)
        for k in range(n):
            shingles = shingles * np.uint64(0x9E3779B97F4A7C15) + hashed[k : k + len(shingles)]
        sets.append(np.unique(shingles))
    return sets


def _resemblance(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> float:
    common = len(np.intersect1d(one, other, assume_unique=True))
    return common / (len(one) + len(other) - common)


def _n_pairs(sizes: NDArray[np.int64]) -> int:
    return int((sizes * (sizes - 1) // 2).sum())


def _share(part: float, whole: int) -> float:
    return part / whole if whole else 1.0
