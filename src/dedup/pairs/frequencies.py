"""How common the terms of a pile are, and what each weighs."""

from __future__ import annotations

from collections.abc import Sequence
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


def count_articles(texts: Sequence[str], workers: Workers = ALONE) -> Frequencies:
    """Count in how many articles terms stand.

    Parameters
    ----------
    texts : sequence of str
        The articles of a pile. Near copies of one text (see `group_copies`) count as one article.
    workers : Workers, optional
        Processes that read; by default this one alone.

    Returns
    -------
    Frequencies
        The same for any number of workers.

    Notes
    -----
    Were copies counted, a text that half of the pile has copied would be made of common terms only, and none
    of its copies would be found. Some 4 bytes a term of every article are in memory meanwhile.
    """
    parts = list(workers.run(_count, cut_parts(texts)))
    groups = np.concatenate([np.zeros(0, np.uint64), *(part.groups for part in parts)])
    _, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    counts = np.zeros(1 << COUNTER_BITS, np.uint32)
    together = [np.zeros(0, np.int64)]
    first = 0
    for part in parts:
        own = group[first : first + len(part.groups)]
        first += len(own)
        own = np.repeat(own, np.diff(part.offsets))
        alone = sizes[own] == 1
        np.add.at(counts, part.counters[alone], np.uint32(1))
        together.append(part.counters[~alone].astype(np.int64) << 32 | own[~alone])
    copied = np.concatenate(together)
    copied.sort()
    copied = copied[np.append(True, copied[1:] != copied[:-1])[: len(copied)]]
    np.add.at(counts, copied >> 32, np.uint32(1))
    return Frequencies(counts, len(sizes), sum(part.n_shingles for part in parts))


@dataclass(frozen=True, slots=True)
class _Counted:
    """Of the articles of a part: groups, counters of terms, each once an article; and word shingles."""

    n_shingles: int
    groups: NDArray[np.uint64]
    counters: NDArray[np.uint32]
    offsets: NDArray[np.int64]


def _count(part: Part) -> _Counted:
    shingles = make_shingles(part.texts)
    groups = group_copies(shingles)
    groups[np.diff(shingles.offsets) == 0] += np.uint64(part.first)  # without words: nobody's copy
    return _Counted(len(shingles.values), groups, *_counters(tokens(part.texts)))


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
