"""A text whose words know how they are spelled: what evidence for people is made from."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from dedup.pairs.background import read_numbers
from dedup.text.batches import QUOTED, START, tokens
from dedup.text.folding import PAD
from dedup.text.paragraphs import find_paragraphs, find_sentences, in_quotes, split_long
from dedup.text.unicode_tables import DELETED, DIGIT, JOINER, LIMIT, MARK, SEPARATOR, UNSPACED, load_tables

_RARE_HAN = 0x40000  # from LIMIT to here all characters are Han

# Classes of characters as one letter each, for a pattern to read: number, joiner, unspaced, mark, letter.
_NUMBER, _JOINER, _UNSPACED, _MARK, _LETTER, _OTHER = b"nju'a "
_WORD = re.compile(rb"n[n']*(?:jn[n']*)*|u'*|a[an']*")


@dataclass(frozen=True, slots=True)
class Spelled:
    """A text and its words.

    Attributes
    ----------
    text : str
        The text, with HTML entities resolved and every line ended by a newline character.
    starts, ends : ndarray of int64, shape (n_words,)
        Word ``i`` is ``text[starts[i]:ends[i]]``.
    words : ndarray of uint64, shape (n_words,)
        Hash of the folded word, as in `dedup.text.batches.Tokens`; of a character of unspaced text,
        together with its right neighbour.
    stems : ndarray of uint64, shape (n_words,)
        Hash of the first five letters; of a number, also one in words, of its digits.
    kinds : ndarray of uint8, shape (n_words,)
        Bits, as in `dedup.text.batches.Tokens`.
    numbers : ndarray of bool, shape (n_words,)
        Whether the word is a number, in digits or in letters.
    paragraphs : ndarray of int64, shape (n_paragraphs + 1,)
        Words of paragraph ``p`` are ``paragraphs[p]:paragraphs[p + 1]``; none is empty.
    """

    text: str
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    words: NDArray[np.uint64]
    stems: NDArray[np.uint64]
    kinds: NDArray[np.uint8]
    numbers: NDArray[np.bool_]
    paragraphs: NDArray[np.int64]

    def spelling(self, first: int, end: int) -> str:
        """Return words ``first`` to ``end - 1`` with what stands between them."""
        return self.text[self.starts[first] : self.ends[end - 1]] if end > first else ""


def spell(text: str) -> Spelled:
    r"""Read a text into words that know how they are spelled.

    Parameters
    ----------
    text : str
        Of any length and script; lone surrogates and NULs separate words.

    Returns
    -------
    Spelled
        Words and paragraphs as `dedup.text.batches.tokens` finds them, but for the few its repairs change.

    Notes
    -----
    About 1.2 microseconds and 50 bytes a word (measured).

    Examples
    --------
    >>> read = spell("It cost 1,140 crowns.\n\nThe end.")
    >>> read.spelling(2, 4), read.paragraphs.tolist()
    ('1,140 crowns', [0, 4, 6])
    """
    if "&" in text:
        text = html.unescape(text)
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    classes, letters = _classify(text)
    words_found = _WORD.finditer(letters.tobytes())
    spans = np.fromiter(chain.from_iterable(word.span() for word in words_found), np.int64).reshape(-1, 2)
    starts, ends = spans[:, 0], spans[:, 1]
    words, stems, kinds, numbers = _hash(text, starts, ends, letters[starts] == _UNSPACED)
    sentences = find_sentences(np.zeros(len(classes), np.uint8), classes, starts)
    articles = np.array([0, len(text) + 1])
    breaks, paragraphs = find_paragraphs(classes, articles, starts)
    kinds[in_quotes(classes, starts, breaks, paragraphs)] |= QUOTED
    kinds[sentences] |= START
    kinds[paragraphs[:-1]] |= START
    return Spelled(
        text, starts - 1, ends - 1, words, stems, kinds, numbers, split_long(paragraphs, sentences)
    )


def _classify(text: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return the class bits of each character, and its class as a letter; one more in front, `PAD` behind."""
    padded = "\0" + text + "\0" * PAD
    codes = np.frombuffer(padded.encode("utf-32-le", "surrogatepass"), np.dtype("<u4"))
    tables = load_tables()
    classes = tables.classes.take(codes, mode="clip")
    classes[(codes >= LIMIT) & (codes < _RARE_HAN)] = UNSPACED
    letters = np.full(256, _LETTER, np.uint8)
    bits = np.arange(256)
    letters[bits & DIGIT > 0] = _NUMBER
    letters[bits & UNSPACED > 0] = _UNSPACED
    letters[bits & MARK > 0] = _MARK
    letters[bits & SEPARATOR > 0] = _OTHER
    letters[bits & (SEPARATOR | JOINER) == SEPARATOR | JOINER] = _JOINER
    found = letters[classes]
    found[tables.folds.take(codes, mode="clip") == DELETED] = _MARK
    return classes, found


def _hash(
    text: str, starts: NDArray[np.int64], ends: NDArray[np.int64], unspaced: NDArray[np.bool_]
) -> tuple[NDArray[np.uint64], NDArray[np.uint64], NDArray[np.uint8], NDArray[np.bool_]]:
    """Fold and hash each word as an article of its own, so that none loses its place."""
    pairs = np.flatnonzero(unspaced[:-1] & unspaced[1:] & (ends[:-1] == starts[1:]))
    ends = ends.copy()
    ends[pairs] = ends[pairs + 1]
    read = tokens([text[a - 1 : b - 1] for a, b in zip(starts.tolist(), ends.tolist(), strict=True)])
    stems, numbers = read_numbers(read)
    first = read.paragraphs[read.articles[:-1]]
    hashed = np.flatnonzero(read.articles[1:] > read.articles[:-1])
    first = first[hashed]
    words, stem = np.zeros(len(starts), np.uint64), np.zeros(len(starts), np.uint64)
    kinds, number = np.zeros(len(starts), np.uint8), np.zeros(len(starts), np.bool_)
    words[hashed], stem[hashed] = read.words[first], stems[first]
    kinds[hashed], number[hashed] = read.kinds[first] & ~np.uint8(START), numbers[first]
    return words, stem, kinds, number
