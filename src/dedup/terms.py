"""Terms: what an article says, as its numbers, names and other content words, each weighed by its rarity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from dedup.background import UNIT, read_numbers, surprise
from dedup.ragged import ranges
from dedup.text import CAPITAL, START, Tokens

NUMBERS, NAMES, WORDS = 0, 1, 2
"""Classes of terms."""

UNITS = 64
"""An article is compared in at most this many units of text; one of more sentences has several to a unit."""

COUNTER_BITS = 22
"""Document frequencies are counted under this many top bits of a term's hash."""

PRIOR_ARTICLES = 1000
"""How many articles the background frequencies count for. A term's weight hardly depends on the size of the
pile then: with 100 instead, family F1 of the development sets in the haystack fell by .04 and .11."""

_COMMON = round(-UNIT * np.log(0.3))  # terms likelier than this in ordinary language are no terms at all
_MOST = round(UNIT * np.log(100))  # the weight of a rare term: rarer ones say no more
_LEAST = np.array([1.2, 1.2, 1.6]) * UNIT  # numbers, names, words that weigh less are left out

_HASH_BITS = np.uint64(44)  # of a hash; an article's number takes the 20 bits above them
_COUNTER_SHIFT = np.uint64(64 - COUNTER_BITS)


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Where the terms of a pile stand, before they are weighed.

    Attributes
    ----------
    hashes : ndarray of uint64, shape (n_terms,)
        A term's hash; within an article ascending and unique.
    classes : ndarray of uint8, shape (n_terms,)
        `NUMBERS`, `NAMES` (with a capital inside a sentence) or `WORDS`.
    offsets : ndarray of int64, shape (n_articles + 1,)
        Terms of article ``i`` are ``offsets[i]:offsets[i + 1]``.
    first : ndarray of int32, shape (n_terms,)
        Position of the term's first occurrence, in words from the article's beginning.
    units : ndarray of uint8, shape (n_places,)
        The units (sentences) of its article in which a term occurs, ascending and unique.
    unit_offsets : ndarray of int64, shape (n_terms + 1,)
        Units of term ``t`` are ``units[unit_offsets[t]:unit_offsets[t + 1]]``.
    n_units : ndarray of int64, shape (n_articles,)
        Units an article has, at most `UNITS`.
    n_words : ndarray of int64, shape (n_articles,)
        Words an article has.
    """

    hashes: NDArray[np.uint64]
    classes: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    first: NDArray[np.int32]
    units: NDArray[np.uint8]
    unit_offsets: NDArray[np.int64]
    n_units: NDArray[np.int64]
    n_words: NDArray[np.int64]

    def article(self) -> NDArray[np.int64]:
        """Return the article of each term, shape (n_terms,)."""
        return np.repeat(np.arange(len(self.n_words)), np.diff(self.offsets))

    def take(self, articles: NDArray[np.int64]) -> Occurrences:
        """Keep the terms of some articles, in the order given."""
        n_terms = np.diff(self.offsets)[articles]
        terms = ranges(self.offsets[articles], n_terms)
        n_places = np.diff(self.unit_offsets)[terms]
        return Occurrences(
            self.hashes[terms],
            self.classes[terms],
            np.concatenate([[0], np.cumsum(n_terms)]),
            self.first[terms],
            self.units[ranges(self.unit_offsets[terms], n_places)],
            np.concatenate([[0], np.cumsum(n_places)]),
            self.n_units[articles],
            self.n_words[articles],
        )


def join(parts: Sequence[Occurrences]) -> Occurrences:
    """Put the articles of several piles into one, in order."""

    def offsets(name: str) -> NDArray[np.int64]:
        lengths = [np.diff(getattr(part, name)) for part in parts]
        return np.concatenate([[0], np.cumsum(np.concatenate([np.zeros(0, np.int64), *lengths]))])

    def column(name: str, dtype: DTypeLike) -> NDArray[Any]:
        return np.concatenate([np.zeros(0, dtype), *(getattr(part, name) for part in parts)])

    return Occurrences(
        column("hashes", np.uint64),
        column("classes", np.uint8),
        offsets("offsets"),
        column("first", np.int32),
        column("units", np.uint8),
        offsets("unit_offsets"),
        column("n_units", np.int64),
        column("n_words", np.int64),
    )


def find_terms(tokens: Tokens) -> Occurrences:
    """Find the terms of articles.

    Parameters
    ----------
    tokens : Tokens
        Of at most 2**20 articles.

    Returns
    -------
    Occurrences
        Terms by article; an article's terms do not depend on the others.

    Notes
    -----
    Terms are stems (see `Tokens.stems`), so that inflections and many cognates meet. What ordinary language
    has in three articles of ten is left out at once. About 65 ns a word, and 22 bytes a term (measured).

    Examples
    --------
    >>> from dedup.text import tokens
    >>> found = find_terms(tokens(["The cable of the Orla bridge failed; 14 cables failed."]))
    >>> len(found.hashes), sorted(found.classes.tolist())
    (5, [0, 1, 2, 2, 2])
    """
    n_articles = len(tokens.articles) - 1
    word_offsets = tokens.paragraphs[tokens.articles]
    n_words = np.diff(word_offsets)
    stems, is_number = read_numbers(tokens)
    kept = np.flatnonzero(surprise(stems) > _COMMON)
    article = np.repeat(np.arange(n_articles), n_words)[kept]
    unit, n_units = _units(tokens, word_offsets, kept, article)
    keys = article.astype(np.uint64) << _HASH_BITS
    keys |= stems[kept] >> (np.uint64(64) - _HASH_BITS)
    order = np.argsort(keys, kind="stable")
    keys, kept, article, unit = keys[order], kept[order], article[order], unit[order]
    is_new = np.ones(len(keys), np.bool_)
    is_new[1:] = keys[1:] != keys[:-1]
    starts = np.flatnonzero(is_new)
    is_place = is_new.copy()
    is_place[1:] |= unit[1:] != unit[:-1]
    n_places = np.add.reduceat(is_place, starts, dtype=np.int64) if len(starts) else starts
    return Occurrences(
        stems[kept[starts]],
        _classes(tokens.kinds[kept], is_number[kept], starts),
        np.searchsorted(article[starts], np.arange(n_articles + 1)),
        (kept[starts] - word_offsets[article[starts]]).astype(np.int32),
        unit[is_place].astype(np.uint8),
        np.concatenate([[0], np.cumsum(n_places)]),
        n_units,
        n_words,
    )


def _units(
    tokens: Tokens, word_offsets: NDArray[np.int64], words: NDArray[np.int64], article: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Number the units of each article: the units of some words, and how many units each article has."""
    n_before = np.concatenate([[0], np.cumsum(tokens.kinds & START > 0)])
    n_sentences = n_before[word_offsets[1:]] - n_before[word_offsets[:-1]]
    unit = n_before[words + 1] - 1 - n_before[word_offsets[article]]
    long = np.flatnonzero(n_sentences[article] > UNITS)
    unit[long] = unit[long] * UNITS // n_sentences[article[long]]
    return unit, np.minimum(n_sentences, UNITS)


def _classes(
    kinds: NDArray[np.uint8], is_number: NDArray[np.bool_], starts: NDArray[np.int64]
) -> NDArray[np.uint8]:
    classes = np.full(len(starts), WORDS, np.uint8)
    if len(starts):
        is_name = (kinds & (CAPITAL | START)) == CAPITAL
        classes[np.logical_or.reduceat(is_name, starts)] = NAMES
        classes[is_number[starts]] = NUMBERS
    return classes


def count_articles(found: Occurrences, groups: NDArray[np.uint64]) -> NDArray[np.uint32]:
    """Count in how many articles terms stand, near copies of one text as one article.

    Parameters
    ----------
    found : Occurrences
        Terms of a pile.
    groups : ndarray of uint64, shape (n_articles,)
        The same number for near copies; see `group_copies`.

    Returns
    -------
    ndarray of uint32, shape (2**COUNTER_BITS,)
        Document frequencies under the top bits of a hash. A rare term that shares its counter with a common
        one loses weight.

    Notes
    -----
    Were copies counted, a text that half of the pile has copied would be made of common terms only, and none
    of its copies would be found.
    """
    counters = (found.hashes >> _COUNTER_SHIFT).astype(np.int64)
    _, group, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    group = np.repeat(group, np.diff(found.offsets))
    alone = sizes[group] == 1
    together = counters[~alone] << 32 | group[~alone]
    together.sort()
    if len(together):
        together = together[np.append(True, together[1:] != together[:-1])]
    counted = np.concatenate([counters[alone], together >> 32])
    return np.bincount(counted, minlength=1 << COUNTER_BITS).astype(np.uint32)


def frequency(found: Occurrences, counts: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Look up the document frequency of each term, shape (n_terms,)."""
    return counts[(found.hashes >> _COUNTER_SHIFT).astype(np.int64)]


def weigh(found: Occurrences, counts: NDArray[np.uint32], n_articles: int) -> NDArray[np.int32]:
    """Weigh terms by their rarity.

    Parameters
    ----------
    found : Occurrences
        Terms of a pile.
    counts : ndarray of uint32, shape (2**COUNTER_BITS,)
        Document frequencies, from `count_articles`.
    n_articles : int
        How many articles were counted.

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
    usual = np.exp(surprise(found.hashes) / -UNIT)
    here = (frequency(found, counts) + PRIOR_ARTICLES * usual) / (n_articles + PRIOR_ARTICLES)
    weights = np.minimum(np.rint(-UNIT * np.log(np.maximum(usual, here))), _MOST).astype(np.int32)
    weights[weights < _LEAST[found.classes]] = 0
    return np.asarray(weights)
