"""Find sentences, paragraphs and quotations in a batch of classified bytes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.text.unicode_tables import (
    BLANK,
    CLOSER,
    DIGIT,
    INDENT,
    LOWER,
    NEWLINE,
    QUOTE,
    SEPARATOR,
    STOP,
    UNSPACED,
    UPPER,
)

LONGEST = 120
"""Words of a paragraph, beyond which it is cut."""
LINE = 90
"""Bytes of the longest line of an article, up to which it counts as hard-wrapped."""
EARLIEST = 80
"""Words after which a long paragraph is cut at the next sentence."""


def find_sentences(
    buffer: NDArray[np.uint8], classes: NDArray[np.uint8], starts: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Find the words that follow the end of a sentence.

    Parameters
    ----------
    buffer : ndarray of uint8, shape (n_bytes,)
        Folded bytes.
    classes : ndarray of uint8, shape (n_bytes,)
        Class bits of each byte.
    starts : ndarray of int64, shape (n_words,)
        Where each word begins.

    Returns
    -------
    ndarray of int64, shape (n_sentences,)
        Indices of words, ascending, each once. A dot inside a word ("U.S", "bbc.com") or after a single
        capital ("J. Smith") ends nothing.
    """
    stops = _where(classes, STOP)
    inside = (classes[stops + 1] & (SEPARATOR | UNSPACED)) == 0
    letter = stops - 1
    for _ in range(3):  # to the first byte of the character
        letter -= (buffer[letter] & 0xC0) == 0x80
    initial = ((classes[letter] & (SEPARATOR | UPPER)) == UPPER) & (classes[letter - 1] >= SEPARATOR)
    found = np.searchsorted(starts, stops[~(inside | initial)])
    return _distinct(found[found < len(starts)])


def find_paragraphs(
    classes: NDArray[np.uint8], articles: NDArray[np.int64], starts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find the paragraphs that have a word.

    Parameters
    ----------
    classes : ndarray of uint8, shape (n_bytes,)
        Class bits of each byte.
    articles : ndarray of int64, shape (n_articles + 1,)
        Where each article begins, in bytes.
    starts : ndarray of int64, shape (n_words,)
        Where each word begins.

    Returns
    -------
    breaks : ndarray of int64, shape (n_paragraphs,)
        Byte at which each paragraph begins: what is quoted from there on belongs to it.
    paragraphs : ndarray of int64, shape (n_paragraphs + 1,)
        Words of paragraph ``p`` are ``paragraphs[p]:paragraphs[p + 1]``.
    """
    breaks = np.sort(np.concatenate([articles[:-1], _line_breaks(classes, articles)]))
    first = np.searchsorted(starts, breaks)
    last_of_its_word = np.append(first[1:] > first[:-1], True)[: len(first)]
    kept = last_of_its_word & (first < len(starts))
    return breaks[kept], np.append(first[kept], len(starts))


def in_quotes(
    classes: NDArray[np.uint8],
    starts: NDArray[np.int64],
    breaks: NDArray[np.int64],
    paragraphs: NDArray[np.int64],
) -> NDArray[np.bool_]:
    """Say which words stand inside double quotation marks.

    Parameters
    ----------
    classes : ndarray of uint8, shape (n_bytes,)
        Class bits of each byte.
    starts : ndarray of int64, shape (n_words,)
        Where each word begins.
    breaks, paragraphs : ndarray of int64
        From `find_paragraphs`.

    Returns
    -------
    ndarray of bool, shape (n_words,)
        Whether an odd number of marks stands before the word in its paragraph.

    Notes
    -----
    Marks toggle, whatever their shape: „…“, “…”, »…« and «…» are all in use; what opens here closes there.
    """
    marks = _where(classes, QUOTE)
    n_before = np.cumsum(
        np.bincount(np.searchsorted(starts, marks), minlength=len(starts) + 1)[: len(starts)]
    )
    n_before -= np.repeat(np.searchsorted(marks, breaks), np.diff(paragraphs))
    odd: NDArray[np.bool_] = (n_before & 1) > 0
    return odd


def split_long(paragraphs: NDArray[np.int64], sentences: NDArray[np.int64]) -> NDArray[np.int64]:
    """Cut paragraphs of more than `LONGEST` words.

    Parameters
    ----------
    paragraphs : ndarray of int64, shape (n_paragraphs + 1,)
        Offsets into words.
    sentences : ndarray of int64, shape (n_sentences,)
        Words that begin a sentence, ascending.

    Returns
    -------
    ndarray of int64
        Offsets with the cuts added: at the first sentence `EARLIEST` words or more into a paragraph, or after
        `LONGEST` words where there is none.

    Notes
    -----
    All long paragraphs are cut at once, one cut a round: as many rounds as the longest has pieces.
    """
    starts, ends = paragraphs[:-1], paragraphs[1:]
    cuts = [paragraphs]
    limit = paragraphs[-1:]  # past the last word: no sentence begins there
    candidates = np.append(sentences, limit)
    while len(starts):
        long = ends - starts > LONGEST
        starts, ends = starts[long], ends[long]
        starts = np.minimum(candidates[np.searchsorted(candidates, starts + EARLIEST)], starts + LONGEST)
        cuts.append(starts)
    return np.sort(np.concatenate(cuts))


def _line_breaks(classes: NDArray[np.uint8], articles: NDArray[np.int64]) -> NDArray[np.int64]:
    """Find the bytes at which a line begins that is a paragraph of its own."""
    newlines = _where(classes, NEWLINE)
    if not len(newlines):
        return newlines
    solid = np.flatnonzero((classes < SEPARATOR) | ((classes & (NEWLINE | BLANK)) == 0))
    follower = np.searchsorted(solid, newlines)
    last = np.flatnonzero(np.append(follower[1:] > follower[:-1], True))  # the last newline of each gap
    n_newlines, full = np.diff(last, prepend=-1), _ends_full_line(newlines, articles)[last]
    newlines, follower = newlines[last], follower[last]
    after = solid[follower]
    before, first = classes[solid[follower - 1]], classes[after]
    indented = (after - newlines > 2) | (
        (classes[newlines + 1] & (SEPARATOR | INDENT)) == (SEPARATOR | INDENT)
    )
    closed = (before & (SEPARATOR | CLOSER)) == (SEPARATOR | CLOSER)
    goes_on = (first < SEPARATOR) & (full | ((first & (LOWER | DIGIT)) > 0))
    wrapped = (n_newlines == 1) & ~indented & ~closed & goes_on
    breaks: NDArray[np.int64] = after[~wrapped]
    return breaks


def _ends_full_line(newlines: NDArray[np.int64], articles: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Say which newlines end a line of half the width or more in an article whose lines are all short."""
    bounds = np.sort(np.concatenate([newlines, articles]))
    lengths = np.diff(bounds)
    longest = np.maximum.reduceat(lengths, np.searchsorted(bounds, articles[:-1]))
    before = lengths[np.searchsorted(bounds, newlines) - 1]
    wrapped = longest[np.searchsorted(articles, newlines) - 1] <= LINE
    full: NDArray[np.bool_] = wrapped & (2 * before >= LINE)
    return full


def _where(classes: NDArray[np.uint8], bit: int) -> NDArray[np.int64]:
    return np.flatnonzero((classes & (SEPARATOR | bit)) == (SEPARATOR | bit))


def _distinct(ascending: NDArray[np.int64]) -> NDArray[np.int64]:
    distinct: NDArray[np.int64] = ascending[np.append(True, ascending[1:] > ascending[:-1])[: len(ascending)]]
    return distinct
