"""Text becomes arrays here: words for shingling, tokens (words, kinds, paragraphs) for exact comparison."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.errors import InputError
from dedup.ragged import ranges
from dedup.text.folding import Folded, fold
from dedup.text.hashing import Words, cut_words, hash_stems, words
from dedup.text.paragraphs import find_paragraphs, find_sentences, in_quotes, split_long
from dedup.text.unicode_tables import CUT, DIGIT, JOINER, LOWER, SEPARATOR, UPPER
from dedup.text.unicode_tables import UNSPACED as UNSPACED_CLASS

__all__ = ["Folded", "Tokens", "Words", "batches", "fold", "sizes_of", "tokens", "words"]

CAPITAL, NUMBER, START, QUOTED, ALL_UPPER, UNSPACED, HAS_DIGIT = 1, 2, 4, 8, 16, 32, 64
"""Bits of `Tokens.kinds`."""

BATCH = 250_000
"""Characters in a batch: what comes and goes with it stays in the caches, and calls do not weigh."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the exact comparison reads of a pile of articles.

    Attributes
    ----------
    words : ndarray of uint64, shape (n_words,)
        Hash of the folded word; of a number, of its digits only: "1,140" and "1.140" and "1140" are one.
    stems : ndarray of uint64, shape (n_words,)
        Hash of the word's first five letters; of a number or a piece of unspaced text, the same as in
        `words`.
    kinds : ndarray of uint8, shape (n_words,)
        Bits: `CAPITAL` begins with a capital in the raw text; `NUMBER` digits only; `START` first of a
        sentence or paragraph; `QUOTED` inside double quotation marks; `ALL_UPPER` two capitals or more and no
        small letter; `UNSPACED` a character of a script written without spaces; `HAS_DIGIT` letters first,
        then digits ("BF7").
    paragraphs : ndarray of int64, shape (n_paragraphs + 1,)
        Words of paragraph ``p`` are ``paragraphs[p]:paragraphs[p + 1]``; none is empty.
    articles : ndarray of int64, shape (n_articles + 1,)
        Paragraphs of article ``i`` are ``articles[i]:articles[i + 1]``; an article without words has none.
    """

    words: NDArray[np.uint64]
    stems: NDArray[np.uint64]
    kinds: NDArray[np.uint8]
    paragraphs: NDArray[np.int64]
    articles: NDArray[np.int64]


def tokens(texts: Sequence[str]) -> Tokens:
    r"""Read articles into the arrays that the exact comparison needs.

    Parameters
    ----------
    texts : sequence of str
        Any number of articles of any length.

    Returns
    -------
    Tokens
        In input order; the same for an article whatever the others are.

    Raises
    ------
    InputError
        If `texts` is a single string or an item is not a string.

    Notes
    -----
    A blank line ends a paragraph, and so does an indented line; a single newline does unless the line was
    wrapped there (no closing mark before it, a small letter or digit after, or any word if it ends a line of
    45 bytes or more and no line of the article has more than 90). A paragraph of more than 120 words is cut
    at the first sentence after its 80th word. Double quotation marks toggle, and a paragraph's end closes
    them. Digit groups with one of ``. , : '`` or a no-break space between them are one number; "64m" is a
    number and a word. About 90 ns a word of ASCII, 110 of other Latin text (measured); 17 bytes a word are
    kept.

    Examples
    --------
    >>> read = tokens(["It cost 1,140 crowns.\n\nThe end."])
    >>> read.kinds.tolist()
    [5, 0, 2, 0, 5, 0]
    >>> read.paragraphs.tolist(), read.articles.tolist()
    ([0, 4, 6], [0, 2])
    """
    parts = [_tokens_of(fold(batch, classes=True)) for batch in batches(texts)]
    n_words = np.cumsum([0, *(len(part.words) for part in parts)])
    n_paragraphs = np.cumsum([0, *(len(part.paragraphs) - 1 for part in parts)])
    empty = np.zeros(1, np.int64)
    return Tokens(
        np.concatenate([np.zeros(0, np.uint64), *(part.words for part in parts)]),
        np.concatenate([np.zeros(0, np.uint64), *(part.stems for part in parts)]),
        np.concatenate([np.zeros(0, np.uint8), *(part.kinds for part in parts)]),
        np.concatenate([empty, *(part.paragraphs[1:] + n for part, n in zip(parts, n_words, strict=False))]),
        np.concatenate(
            [empty, *(part.articles[1:] + n for part, n in zip(parts, n_paragraphs, strict=False))]
        ),
    )


def batches(texts: Sequence[str], n_chars: int = BATCH) -> Iterator[Sequence[str]]:
    """Cut a sequence of texts into runs of about equal size.

    Parameters
    ----------
    texts : sequence of str
        Any number of texts.
    n_chars : int, optional
        Characters after which a run ends, >= 1.

    Yields
    ------
    sequence of str
        Consecutive texts, at least one; together all of them, in order.

    Raises
    ------
    InputError
        If `texts` is a single string or an item has no length.

    Examples
    --------
    >>> list(batches(["abc", "de", "f"], n_chars=4))
    [['abc', 'de'], ['f']]
    """
    if isinstance(texts, str):
        raise InputError(f"texts is one string, {texts[:40]!r}; give a list of strings, such as [text]")
    try:
        sizes = sizes_of(texts).tolist()
    except TypeError as error:
        raise InputError(f"texts holds something that is not a string ({error}); give strings only") from None
    first = size = 0
    for i in range(len(texts)):
        size += sizes[i]
        if size >= n_chars:
            yield texts[first : i + 1]
            first, size = i + 1, 0
    if first < len(texts):
        yield texts[first:]


def sizes_of(texts: Sequence[str]) -> NDArray[np.int64]:
    """Measure texts, without reading those of a sequence that knows.

    Parameters
    ----------
    texts : sequence of str
        Any number of texts; one that has an attribute ``sizes``, such as texts in a file, is asked for it.

    Returns
    -------
    ndarray of int64, shape (n_texts,)
        Length of each, in characters; of texts in a file, in bytes.

    Examples
    --------
    >>> sizes_of(["abc", "de"]).tolist()
    [3, 2]
    """
    known: NDArray[np.int64] | None = getattr(texts, "sizes", None)
    return np.fromiter(map(len, texts), np.int64, len(texts)) if known is None else known


def _tokens_of(folded: Folded) -> Tokens:
    assert folded.classes is not None
    buffer, classes, articles = _join_numbers(folded.buffer, folded.classes, folded.articles)
    classes, inner_digits = _split_numbers(buffer, classes)
    found = cut_words(buffer, classes, articles)
    kinds = _kinds(buffer, classes, found)
    kinds[np.searchsorted(found.starts, inner_digits, "right") - 1] |= HAS_DIGIT
    sentences = find_sentences(buffer, classes, found.starts)
    breaks, paragraphs = find_paragraphs(classes, articles, found.starts)
    kinds[sentences] |= START
    kinds[paragraphs[:-1]] |= START
    kinds[in_quotes(classes, found.starts, breaks, paragraphs)] |= QUOTED
    paragraphs = split_long(paragraphs, sentences)
    stems = hash_stems(buffer, found, kinds & (NUMBER | UNSPACED) > 0)
    return Tokens(found.hashes, stems, kinds, paragraphs, np.searchsorted(paragraphs, found.articles))


def _join_numbers(
    buffer: NDArray[np.uint8], classes: NDArray[np.uint8], articles: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int64]]:
    """Take out the separators inside numbers: "1,140" becomes "1140"."""
    joiners = np.flatnonzero((classes & (SEPARATOR | JOINER)) == (SEPARATOR | JOINER))
    inside = _is_digit(classes[joiners - 1]) & _is_digit(classes[joiners + 1])
    joiners = joiners[inside]
    if not len(joiners):
        return buffer, classes, articles
    return (
        np.delete(buffer, joiners),
        np.delete(classes, joiners),
        articles - np.searchsorted(joiners, articles),
    )


def _split_numbers(
    buffer: NDArray[np.uint8], classes: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Cut a word after the digits it begins with; say where digits stand that a word does not begin with."""
    digit = _is_digit(classes)
    edges = np.flatnonzero(digit[1:] ^ digit[:-1]) + 1
    firsts, ends = edges[::2], edges[1::2]
    leading = (buffer[firsts - 1] == 0) | ((classes[firsts] & CUT) > 0)
    splits = ends[leading & (buffer[ends] != 0)]
    if len(splits):
        classes = classes.copy()
        classes[splits] |= CUT
    return classes, firsts[~leading]


def _is_digit(classes: NDArray[np.uint8]) -> NDArray[np.bool_]:
    digit: NDArray[np.bool_] = (classes & (SEPARATOR | DIGIT)) == DIGIT
    return digit


def _kinds(buffer: NDArray[np.uint8], classes: NDArray[np.uint8], found: Words) -> NDArray[np.uint8]:
    first = classes[found.starts]
    kinds = first & np.uint8(UPPER)  # the same bit as CAPITAL
    kinds |= (first & DIGIT) >> 1  # NUMBER
    kinds |= (first & UNSPACED_CLASS) << 1
    capitals = np.flatnonzero(kinds & (classes[found.ends - 1] & UPPER))
    capitals = capitals[found.ends[capitals] - found.starts[capitals] > 1]
    if len(capitals):
        lengths = found.ends[capitals] - found.starts[capitals]
        places = ranges(found.starts[capitals], lengths)
        inside, offsets = classes[places], np.cumsum(lengths) - lengths
        letters = np.add.reduceat(
            (buffer[places] & 0xC0 != 0x80) & (inside & UPPER > 0), offsets, dtype=np.int64
        )
        small = np.bitwise_or.reduceat(inside, offsets) & LOWER
        kinds[capitals[(letters > 1) & (small == 0)]] |= ALL_UPPER
    return kinds
