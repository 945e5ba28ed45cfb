"""Terms: what an article says, as its numbers, names and other content words, each weighed by its rarity."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.pairs.background import UNIT, read_numbers, surprise
from dedup.text.batches import CAPITAL, START, Tokens

NUMBERS, NAMES, WORDS = 0, 1, 2
"""Classes of terms."""

UNITS = 64
"""An article is compared in at most this many units of text; one of more sentences has several to a unit."""

COMMON = round(-UNIT * np.log(0.3))
"""Terms that ordinary language has in more than three articles of ten are no terms at all."""

_HASH_BITS = np.uint64(44)  # of a hash; an article's number takes the 20 bits above them


@dataclass(frozen=True, slots=True)
class Occurrences:
    """Where the terms of a pile stand, before they are weighed.

    Attributes
    ----------
    hashes : ndarray of uint64, shape (n_terms,)
        A term's hash; within an article ascending and unique.
    surprises : ndarray of uint8, shape (n_terms,)
        How surprising the term is in ordinary language, from `surprise`.
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
    surprises: NDArray[np.uint8]
    classes: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    first: NDArray[np.int32]
    units: NDArray[np.uint8]
    unit_offsets: NDArray[np.int64]
    n_units: NDArray[np.int64]
    n_words: NDArray[np.int64]


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
    >>> from dedup.text.batches import tokens
    >>> found = find_terms(tokens(["The cable of the Orla bridge failed; 14 cables failed."]))
    >>> len(found.hashes), sorted(found.classes.tolist())
    (5, [0, 1, 2, 2, 2])
    """
    n_articles = len(tokens.articles) - 1
    word_offsets = tokens.paragraphs[tokens.articles]
    n_words = np.diff(word_offsets)
    stems, is_number = read_numbers(tokens)
    surprises = surprise(stems)
    kept = np.flatnonzero(surprises > COMMON)
    article = np.repeat(np.arange(n_articles), n_words)[kept]
    unit, n_units = _units(tokens, word_offsets, kept, article)
    keys = article.astype(np.uint64) << _HASH_BITS
    keys |= stems[kept] >> (np.uint64(64) - _HASH_BITS)
    order, is_new = _sort_stably(keys)
    kept, article, unit = kept[order], article[order], unit[order]
    starts = np.flatnonzero(is_new)
    is_place = is_new.copy()
    is_place[1:] |= unit[1:] != unit[:-1]
    n_places = np.add.reduceat(is_place, starts, dtype=np.int64) if len(starts) else starts
    return Occurrences(
        stems[kept[starts]],
        surprises[kept[starts]],
        _classes(tokens.kinds[kept], is_number[kept], starts),
        np.searchsorted(article[starts], np.arange(n_articles + 1)),
        (kept[starts] - word_offsets[article[starts]]).astype(np.int32),
        unit[is_place].astype(np.uint8),
        np.concatenate([[0], np.cumsum(n_places)]),
        n_units,
        n_words,
    )


def _sort_stably(keys: NDArray[np.uint64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return the order of keys, equal ones as they stand, and which are the first of equal ones.

    Numbering the runs of equal keys and sorting once more takes a third of the time of a stable sort.
    """
    order = np.argsort(keys)
    keys = keys[order]
    is_new = np.ones(len(keys), np.bool_)
    is_new[1:] = keys[1:] != keys[:-1]
    order |= np.cumsum(is_new) << 32
    order.sort()
    order &= (1 << 32) - 1
    return order, is_new


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
