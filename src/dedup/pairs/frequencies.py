"""How common the terms of a pile are, and what each weighs."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, MutableSequence, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.duplicates.shingles import group_copies, make_shingles
from dedup.pairs.background import UNIT, read_numbers, surprise
from dedup.pairs.parts import ALONE, Part, cut_parts
from dedup.pairs.terms import COMMON, Occurrences
from dedup.text.batches import Tokens, tokens
from dedup.workers import Workers

COUNTER_BITS = 22
"""Document frequencies are counted under this many top bits of a term's hash."""

PRIOR_ARTICLES = 1000
"""How many articles the background frequencies count for. A term's weight hardly depends on the size of the
pile then: with 100 instead, family F1 of the development sets in the haystack fell by .04 and .11."""

_MOST = round(UNIT * np.log(100))  # the weight of a rare term: rarer ones say no more
_LEAST = np.array([1.2, 1.2, 1.6]) * UNIT  # numbers, names, words that weigh less are left out

_COPIED = 1 << 25  # terms of articles that may be near copies, looked at together: some 600 MB

_COUNTER_SHIFT = np.uint64(64 - COUNTER_BITS)


@dataclass(frozen=True, slots=True)
class Frequencies:
    """What was counted in a pile.

    Attributes
    ----------
    counts : ndarray of uint32, shape (2**COUNTER_BITS,)
        Articles that have a term with these top bits of the hash. A rare term that shares its counter with a
        common one loses weight.
    n_articles : int
        How many articles were counted, near copies of one text as one.
    n_shingles : int
        Word shingles of the whole pile.
    """

    counts: NDArray[np.uint32]
    n_articles: int
    n_shingles: int

    def of(self, found: Occurrences) -> NDArray[np.uint32]:
        """Look up the document frequency of each term, shape (n_terms,)."""
        return self.counts[(found.hashes >> _COUNTER_SHIFT).astype(np.int64)]


def count_articles(
    texts: Sequence[str],
    workers: Workers = ALONE,
    counters: MutableSequence[NDArray[np.uint32]] | None = None,
) -> Frequencies:
    """Count in how many articles terms stand.

    Parameters
    ----------
    texts : sequence of str
        The articles of a pile. Near copies of one text (see `group_copies`) count as one article.
    workers : Workers, optional
        Processes that read; by default this one alone.
    counters : mutable sequence of ndarray of uint32, optional
        Where the counters of each part are appended, to be read again; by default in memory.

    Returns
    -------
    Frequencies
        The same for any number of workers.

    Notes
    -----
    Were copies counted, a text that half of the pile has copied would be made of common terms only, and none
    of its copies would be found. Some 4 bytes a term of every article are in `counters` meanwhile, and in
    memory 60 bytes an article.
    """
    counters = [] if counters is None else counters
    parts = []
    for counted in workers.run(count_part, cut_parts(texts)):
        counters.append(counted.counters)
        parts.append((counted.groups, counted.n_terms, counted.n_shingles))
    groups = np.concatenate([np.zeros(0, np.uint64), *(part[0] for part in parts)])
    n_terms = np.concatenate([np.zeros(0, np.uint32), *(part[1] for part in parts)])
    return add_up(groups, n_terms, counters, sum(part[2] for part in parts))


def add_up(
    groups: NDArray[np.uint64],
    n_terms: NDArray[np.uint32],
    counters: Iterable[NDArray[np.uint32]],
    n_shingles: int,
) -> Frequencies:
    """Add up what was counted in the parts of a pile.

    Parameters
    ----------
    groups : ndarray of uint64, shape (n_articles,)
        `Counted.groups` of all parts.
    n_terms : ndarray of uint32, shape (n_articles,)
        `Counted.n_terms` of all parts.
    counters : iterable of ndarray of uint32
        `Counted.counters` of each part; gone through once, and once more for each 32 million terms of
        articles that may be near copies.
    n_shingles : int
        Word shingles of all parts.

    Returns
    -------
    Frequencies
        Of the pile.
    """
    _, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    counts = np.zeros(1 << COUNTER_BITS, np.uint32)
    group[sizes[group] == 1] = -1
    for part, own in _with_groups(counters, group, n_terms):
        np.add.at(counts, part[own < 0], np.uint32(1))
    copied = np.flatnonzero(group >= 0)
    heavy = np.cumsum(np.bincount(group[copied], n_terms[copied], len(sizes)))
    bounds = np.searchsorted(heavy, np.arange(0, heavy[-1] if len(copied) else 0, _COPIED), "right")
    for low, high in itertools.pairwise([*np.unique(bounds).tolist(), len(sizes)]):
        keys = [
            part[at].astype(np.int64) << 32 | own[at]
            for part, own in _with_groups(counters, group, n_terms)
            for at in [np.flatnonzero((own >= low) & (own < high))]
        ]
        together = np.concatenate([np.zeros(0, np.int64), *keys])
        together.sort()
        together = together[np.append(True, together[1:] != together[:-1])[: len(together)]]
        np.add.at(counts, together >> 32, np.uint32(1))
    return Frequencies(counts, len(sizes), n_shingles)


def _with_groups(
    counters: Iterable[NDArray[np.uint32]], group: NDArray[np.int64], n_terms: NDArray[np.uint32]
) -> Iterator[tuple[NDArray[np.uint32], NDArray[np.int64]]]:
    """Yield the counters of each part, and beside each the group of its article."""
    ends = np.cumsum(n_terms, dtype=np.int64)
    first = size = 0
    for part in counters:
        size += len(part)
        last = int(np.searchsorted(ends, size, "right"))
        yield part, np.repeat(group[first:last], n_terms[first:last])
        first = last


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted in a part.

    Attributes
    ----------
    groups : ndarray of uint64, shape (n_articles,)
        From `group_copies`: equal for near copies, most of the time.
    counters : ndarray of uint32, shape (n_terms,)
        The top `COUNTER_BITS` of the hashes of each article's terms, each once an article.
    n_terms : ndarray of uint32, shape (n_articles,)
        How many of `counters` are of each article.
    n_shingles : int
        Word shingles of the part.
    """

    groups: NDArray[np.uint64]
    counters: NDArray[np.uint32]
    n_terms: NDArray[np.uint32]
    n_shingles: int


def count_part(part: Part) -> Counted:
    """Count the terms of the articles of a part: what `add_up` needs of it."""
    shingles = make_shingles(part.texts)
    groups = group_copies(shingles)
    groups[np.diff(shingles.offsets) == 0] += np.uint64(part.first)  # without words: nobody's copy
    counters, offsets = _counters(tokens(part.texts))
    return Counted(groups, counters, np.diff(offsets).astype(np.uint32), len(shingles.values))


def _counters(read: Tokens) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    n_articles = len(read.articles) - 1
    stems, _ = read_numbers(read)
    kept = np.flatnonzero(surprise(stems) > COMMON)
    article = np.repeat(np.arange(n_articles, dtype=np.uint64), np.diff(read.paragraphs[read.articles]))
    keys = article[kept] << np.uint64(COUNTER_BITS)
    keys |= stems[kept] >> _COUNTER_SHIFT
    keys.sort()
    keys = keys[np.append(True, keys[1:] != keys[:-1])[: len(keys)]]
    bounds = np.arange(n_articles + 1, dtype=np.uint64) << np.uint64(COUNTER_BITS)
    return (keys & np.uint64((1 << COUNTER_BITS) - 1)).astype(np.uint32), np.searchsorted(keys, bounds)


def weigh(found: Occurrences, frequencies: Frequencies) -> NDArray[np.int32]:
    """Weigh terms by their rarity.

    Parameters
    ----------
    found : Occurrences
        Terms of articles.
    frequencies : Frequencies
        Of the pile they are part of.

    Returns
    -------
    ndarray of int32, shape (n_terms,)
        Weight in units of 1/32 nat, 0 for a term that is too common to say anything.

    Notes
    -----
    Minus the logarithm of the share of articles that have the term: in the pile, with the background
    counting for `PRIOR_ARTICLES` articles, or in the background, whichever is larger. A pile thus only
    teaches what is common in it, and an article weighs about the same alone and in an archive.
    """
    usual = _USUAL[found.surprises]
    here = (frequencies.of(found) + PRIOR_ARTICLES * usual) / (frequencies.n_articles + PRIOR_ARTICLES)
    weights = np.minimum(np.rint(-UNIT * np.log(np.maximum(usual, here))), _MOST).astype(np.int32)
    weights[weights < _LEAST[found.classes]] = 0
    return np.asarray(weights)


_USUAL = np.exp(np.arange(256) / -UNIT)  # share of articles, by surprise
