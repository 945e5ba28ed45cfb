"""Near-duplicates end to end: strings in, verified pairs and clusters out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

import numpy as np
import xxhash
from numpy.typing import NDArray

from dedup.articles import Article, as_articles, as_pile
from dedup.duplicates.components import components
from dedup.duplicates.exact import exact_resemblance
from dedup.duplicates.lsh import EMPTY_KEY, band_keys, candidate_pairs, choose_bands, in_buckets
from dedup.duplicates.minhash import ROWS, signatures
from dedup.duplicates.shingles import word_shingles
from dedup.errors import InputError
from dedup.memory import keep_freed_memory
from dedup.text.batches import batches, fold, words
from dedup.workers import Workers

PART = 4_000_000
"""Characters of a part: what a worker is given at a time."""


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Near-duplicates of a pile of articles.

    Attributes
    ----------
    pairs : ndarray of int64, shape (n_pairs, 2)
        Verified pairs, first < second, sorted. An identical text is paired with its first copy only.
    resemblance : ndarray of float64, shape (n_pairs,)
        Exact resemblance of the shingle sets of each pair, the threshold to 1.
    clusters : tuple of tuple of int
        Articles connected by verified pairs; largest cluster first, then by smallest member; members
        ascending.
    n_articles : int
        Articles read.
    n_identical : int
        Articles whose text is that of an earlier one.
    n_candidates : int
        Candidate pairs that were verified.

    Examples
    --------
    >>> found = find_duplicates(["one two three four five six", "seven", "One two three four five six!"])
    >>> found.clusters, found.n_articles
    (((0, 2),), 3)
    """

    pairs: NDArray[np.int64]
    resemblance: NDArray[np.float64]
    clusters: tuple[tuple[int, ...], ...]
    n_articles: int
    n_identical: int
    n_candidates: int


def find_duplicates(
    articles: Iterable[str | Mapping[str, Any] | Article],
    *,
    threshold: float = 0.7,
    n: int = 5,
    rows: int = ROWS,
    bands: int | None = None,
    workers: int = 1,
) -> Duplicates:
    """Find the near-duplicates of a pile of articles.

    Parameters
    ----------
    articles : iterable of str, mapping or Article
        Any number of them; only their texts are compared.
    threshold : float, optional
        Resemblance from which a pair counts, above 0 and up to 1.
    n : int, optional
        Words a shingle, >= 1.
    rows : int, optional
        Rows of the signatures, >= 1.
    bands : int, optional
        Number of bands, 1 to `rows`; by default `dedup.choose_bands` takes them from the threshold.
    workers : int, optional
        Processes, >= 1; the result is the same. Two are worth it from some 20,000 articles on.

    Returns
    -------
    Duplicates
        Indices are places in the input. The same pairs whatever the order of the input, except that large
        buckets (see `dedup.candidate_pairs`) are compared from their first article.

    Raises
    ------
    InputError
        If an argument is out of its range, or an article is not usable.

    Notes
    -----
    Every pair returned is exact: shingles are compared, as 36 bits of their hashes or more, so that one in
    10**5 pairs of 400 words counts a shingle too many. What is missed is what no bucket holds: see
    `dedup.s_curve`. Copies of a text are found by XXH3 before anything else and cost 1 microsecond each.
    An article without words is nobody's duplicate.

    About 14 microseconds an article of 400 words from string to cluster on one core, and .45 kB beyond the
    text (measured on 100,000 articles); 2% more time at a million.

    Examples
    --------
    >>> found = find_duplicates(["The harbour is shut today.", "No.", "the harbour is shut, today"])
    >>> found.pairs.tolist(), found.resemblance.tolist(), found.clusters
    ([[0, 2]], [1.0], ((0, 2),))
    """
    if not 0 < threshold <= 1:
        raise InputError(f"threshold is {threshold}; give a resemblance above 0 and up to 1, such as 0.7")
    keep_freed_memory()
    bands = choose_bands(rows, threshold)[0] if bands is None else bands
    with Workers(workers) as several:
        texts = _texts_of(articles)
        first_copy, keys = _sketch_all(texts, n, rows, bands, several)
        distinct = np.flatnonzero(first_copy == np.arange(len(texts)))
        candidates = candidate_pairs(keys, several)
        kept = texts if len(distinct) == len(texts) else [texts[i] for i in distinct.tolist()]
        exact = exact_resemblance(kept, candidates, n, several)
    similar = exact >= threshold
    wordless = distinct[keys[:, 0] == EMPTY_KEY]
    pairs, resemblances = join_copies(distinct[candidates[similar]], exact[similar], first_copy, wordless)
    clusters = _clusters(components(len(texts), pairs))
    return Duplicates(pairs, resemblances, clusters, len(texts), len(texts) - len(distinct), len(candidates))


def join_copies(
    pairs: NDArray[np.int64],
    resemblance: NDArray[np.float64],
    first_copy: NDArray[np.int64],
    wordless: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Put verified pairs and those of identical texts together.

    Parameters
    ----------
    pairs : ndarray of int64, shape (n_pairs, 2)
        Verified pairs of articles, no two of which have the same text.
    resemblance : ndarray of float64, shape (n_pairs,)
        Of each.
    first_copy : ndarray of int64, shape (n_articles,)
        The first article with the same text.
    wordless : ndarray of int64
        Articles without words, whose copies are no duplicates.

    Returns
    -------
    pairs, resemblance
        As in `Duplicates`.
    """
    copies = np.flatnonzero(first_copy != np.arange(len(first_copy)))
    copies = copies[~np.isin(first_copy[copies], wordless)]
    joined = np.concatenate([pairs, np.stack([first_copy[copies], copies], axis=1)], dtype=np.int64)
    order = np.lexsort((joined[:, 1], joined[:, 0]))
    return joined[order], np.concatenate([resemblance, np.ones(len(copies))])[order]


def _texts_of(articles: Iterable[str | Mapping[str, Any] | Article]) -> list[str]:
    items = list(as_pile(articles))
    if set(map(type, items)) <= {str}:
        return cast(list[str], items)
    return [article.text for article in as_articles(items)]


@dataclass(frozen=True, slots=True)
class Sketches:
    """What a part of a pile is known by.

    Attributes
    ----------
    digests : ndarray of uint64, shape (n_texts,)
        XXH3 of each text.
    first_copy : ndarray of int64, shape (n_texts,)
        The first text of the part that is the same.
    keys : ndarray of uint64, shape (n_distinct, bands)
        Band keys of the texts that are their own first copy.
    """

    digests: NDArray[np.uint64]
    first_copy: NDArray[np.int64]
    keys: NDArray[np.uint64]


def _sketch_all(
    texts: Sequence[str], n: int, rows: int, bands: int, workers: Workers
) -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Return the first article with the same text, for each, and the band keys of those first ones."""
    sketches = list(workers.run(partial(sketch, n=n, rows=rows, bands=bands), batches(texts, PART)))
    digests = np.concatenate([np.zeros(0, np.uint64), *(part.digests for part in sketches)])
    first_copy = find_first_copies(texts, digests)
    has_keys = [
        np.zeros(0, np.bool_),
        *(part.first_copy == np.arange(len(part.digests)) for part in sketches),
    ]
    is_first = first_copy == np.arange(len(texts))
    keys = np.concatenate([np.zeros((0, bands), np.uint64), *(part.keys for part in sketches)])
    return first_copy, keys[is_first[np.concatenate([np.zeros(0, np.bool_), *has_keys])]]


def sketch(texts: Sequence[str], n: int, rows: int, bands: int) -> Sketches:
    """Sketch the texts of a part: `n` words a shingle, signatures of so many rows in so many bands."""
    digests = np.fromiter(map(_digest, texts), np.uint64, len(texts))
    first_copy = find_first_copies(texts, digests)
    distinct = np.flatnonzero(first_copy == np.arange(len(texts))).tolist()
    kept = texts if len(distinct) == len(texts) else [texts[i] for i in distinct]
    keys = []
    for batch in batches(kept):
        cut = word_shingles(words(fold(batch)), n, padded=True)
        keys.append(band_keys(signatures(cut, rows), bands))
    return Sketches(digests, first_copy, np.concatenate(keys))


def _digest(text: str) -> int:
    # Which encoding is the fastest depends on how Python holds the string.
    return xxhash.xxh3_64_intdigest(
        text.encode() if text.isascii() else text.encode("utf-16-le", "surrogatepass")
    )


def find_first_copies(texts: Sequence[str], digests: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the index of the first article with the same text, for each article."""
    shared = in_buckets(digests)
    starts = np.diff(digests[shared], prepend=~digests[shared[:1]]) != 0
    first_copy = np.arange(len(texts))
    first_copy[shared] = shared[starts][np.cumsum(starts) - 1]
    others: dict[str, int] = {}  # texts that share nothing but a digest with the first
    for i in np.flatnonzero(first_copy != np.arange(len(texts))).tolist():
        if texts[i] != texts[first_copy[i]]:
            first_copy[i] = others.setdefault(texts[i], i)
    return first_copy


def _clusters(labels: NDArray[np.int64]) -> tuple[tuple[int, ...], ...]:
    order = np.argsort(labels, kind="stable")
    starts = np.flatnonzero(np.append(True, np.diff(labels[order]) > 0)[: len(order)])
    sizes = np.diff(starts, append=len(order))
    chosen = np.flatnonzero(sizes > 1)
    chosen = chosen[np.argsort(-sizes[chosen], kind="stable")]
    return tuple(tuple(order[starts[i] : starts[i] + sizes[i]].tolist()) for i in chosen.tolist())
