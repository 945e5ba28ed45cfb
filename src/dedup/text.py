"""Text becomes arrays here: words for shingling, and tokens (words, kinds, paragraphs) for the exact comparison."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import xxhash
from numpy.typing import NDArray

from dedup.errors import InputError
from dedup.folding import Folded, fold
from dedup.paragraphs import find_paragraphs, find_sentences, in_quotes, split_long
from dedup.ragged import ranges
from dedup.unicode_tables import CUT, DIGIT, JOINER, LOWER, SEPARATOR, UPPER
from dedup.unicode_tables import UNSPACED as UNSPACED_CLASS

CAPITAL, NUMBER, START, QUOTED, ALL_UPPER, UNSPACED, HAS_DIGIT = 1, 2, 4, 8, 16, 32, 64
"""Bits of `Tokens.kinds`."""

BATCH = 100_000
"""Characters in a batch: its temporaries stay in the second-level cache (twice as fast as batches of 5 MB)."""

_LONGEST = 64  # bytes of a word that are hashed in numpy; what is longer goes to XXH3
# Stafford's variant 13 of the MurmurHash3 finaliser (2011), the constants of SplitMix64.
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_LENGTH_MASKS = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a batch.

    Attributes
    ----------
    hashes : ndarray of uint64, shape (n_words,)
        Hash of the folded word; of a character of unspaced text, together with its right neighbour.
    starts, ends : ndarray of int64, shape (n_words,)
        Where each word begins and ends in `Folded.buffer`.
    articles : ndarray of int64, shape (n_articles + 1,)
        Words of article ``i`` are ``articles[i]:articles[i + 1]``.
    """

    hashes: NDArray[np.uint64]
    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    articles: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the exact comparison reads of a pile of articles.

    Attributes
    ----------
    words : ndarray of uint64, shape (n_words,)
        Hash of the folded word; of a number, of its digits only: "1,140" and "1.140" and "1140" are one.
    kinds : ndarray of uint8, shape (n_words,)
        Bits: `CAPITAL` begins with a capital in the raw text; `NUMBER` digits only; `START` first of a sentence or
        paragraph; `QUOTED` inside double quotation marks; `ALL_UPPER` two capitals or more and no small letter;
        `UNSPACED` a character of a script written without spaces; `HAS_DIGIT` letters first, then digits ("BF7").
    paragraphs : ndarray of int64, shape (n_paragraphs + 1,)
        Words of paragraph ``p`` are ``paragraphs[p]:paragraphs[p + 1]``; none is empty.
    articles : ndarray of int64, shape (n_articles + 1,)
        Paragraphs of article ``i`` are ``articles[i]:articles[i + 1]``; an article without words has none.
    """

    words: NDArray[np.uint64]
    kinds: NDArray[np.uint8]
    paragraphs: NDArray[np.int64]
    articles: NDArray[np.int64]


def words(folded: Folded) -> Words:
    """Cut a folded batch into words and hash them.

    Parameters
    ----------
    folded : Folded
        A batch from `fold`.

    Returns
    -------
    Words
        In text order. A hash depends on the folded word alone, not on batch, place or platform.

    Notes
    -----
    Words of 8 bytes and fewer do not collide; longer ones as random 64-bit numbers do. About 8 ns a word (measured).

    Examples
    --------
    >>> found = words(fold(["Naïve NAIVE"]))
    >>> bool(found.hashes[0] == found.hashes[1])
    True
    """
    return _words_of(folded.buffer, folded.classes if folded.unspaced else None, folded.articles)


def tokens(texts: Sequence[str]) -> Tokens:
    """Read articles into the arrays that the exact comparison needs.

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
    A blank line ends a paragraph, and so does an indented line; a single newline does unless the line was wrapped
    there (no closing mark before it, a small letter or digit after). A paragraph of more than 120 words is cut at the
    first sentence after its 80th word. Double quotation marks toggle, and a paragraph's end closes them. Digit groups
    with one of ``. , : '`` or a no-break space between them are one number; "64m" is a number and a word.
    About 60 ns a word of ASCII and 120 of other text (measured); 9 bytes a word are kept.

    Examples
    --------
    >>> read = tokens(["It cost 1,140 crowns.\\n\\nThe end."])
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
        np.concatenate([np.zeros(0, np.uint8), *(part.kinds for part in parts)]),
        np.concatenate([empty, *(part.paragraphs[1:] + n for part, n in zip(parts, n_words, strict=False))]),
        np.concatenate([empty, *(part.articles[1:] + n for part, n in zip(parts, n_paragraphs, strict=False))]),
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
        If `texts` is a single string or an item is not a string.

    Examples
    --------
    >>> list(batches(["abc", "de", "f"], n_chars=4))
    [['abc', 'de'], ['f']]
    """
    if isinstance(texts, str):
        raise InputError(f"texts is one string, {texts[:40]!r}; give a list of strings, such as [text]")
    first = size = 0
    for i, text in enumerate(texts):
        if not isinstance(text, str):
            raise InputError(f"texts[{i}] is {text!r}, not a string; give strings only")
        size += len(text)
        if size >= n_chars:
            yield texts[first : i + 1]
            first, size = i + 1, 0
    if first < len(texts):
        yield texts[first:]


def _words_of(
    buffer: NDArray[np.uint8], classes: NDArray[np.uint8] | None, articles: NDArray[np.int64]
) -> Words:
    starts, ends = _edges(buffer, classes)
    hashes = _hash_words(buffer, starts, ends - starts)
    if classes is not None:
        unspaced = (classes[starts] & UNSPACED_CLASS) > 0
        pairs = np.flatnonzero(unspaced[:-1] & unspaced[1:] & (ends[:-1] == starts[1:]))
        if len(pairs):
            hashes[pairs] = mix(hashes[pairs] * _MIX_2 + hashes[pairs + 1])
    return Words(hashes, starts, ends, np.searchsorted(starts, articles))


def _edges(buffer: NDArray[np.uint8], classes: NDArray[np.uint8] | None) -> tuple[NDArray[np.int64], ...]:
    is_word = buffer != 0
    if classes is None:
        edges = np.flatnonzero(is_word[1:] ^ is_word[:-1])
        edges += 1
        return edges[::2], edges[1::2]
    cut = (classes & (SEPARATOR | CUT)) == CUT
    joined = is_word[:-1] & ~cut[1:]  # the byte goes on what the one before began
    return np.flatnonzero(is_word[1:] & ~joined) + 1, np.flatnonzero(is_word[:-1] & ~(joined & is_word[1:])) + 1


def _hash_words(
    buffer: NDArray[np.uint8], starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> NDArray[np.uint64]:
    # Eight bytes at a time, from any address: the view has stride 1. No folded word holds a 0, so that a short last
    # load, filled up with zeros, can not be taken for a longer one.
    loads: NDArray[np.uint64] = np.ndarray(len(buffer) - 7, np.dtype("<u8"), buffer, strides=(1,))
    hashes = loads[starts].astype(np.uint64, copy=False)
    hashes &= _LENGTH_MASKS.take(lengths, mode="clip")
    rest = np.flatnonzero(lengths > 8)
    for done in range(8, _LONGEST, 8):
        if not len(rest):
            break
        more = loads[starts[rest] + done].astype(np.uint64, copy=False)
        more &= _LENGTH_MASKS.take(lengths[rest] - done, mode="clip")
        hashes[rest] = mix(hashes[rest]) + more
        rest = rest[lengths[rest] > done + 8]
    for i in rest:
        hashes[i] = xxhash.xxh3_64_intdigest(buffer[starts[i] : starts[i] + lengths[i]].tobytes())
    return mix(hashes)


def mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scramble 64-bit values in place, one to one.

    Parameters
    ----------
    values : ndarray of uint64
        Of any shape; overwritten.

    Returns
    -------
    ndarray of uint64
        `values`.

    Notes
    -----
    Stafford's variant 13 of the MurmurHash3 finaliser, as in SplitMix64 [1]_ without its increment; 0 stays 0.

    .. [1] Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.

    Examples
    --------
    >>> hex(mix(np.array([1], np.uint64))[0])
    '0x5692161d100b05e5'
    """
    values ^= values >> np.uint64(30)
    values *= _MIX_1
    values ^= values >> np.uint64(27)
    values *= _MIX_2
    values ^= values >> np.uint64(31)
    return values


def _tokens_of(folded: Folded) -> Tokens:
    assert folded.classes is not None
    buffer, classes, articles = _join_numbers(folded.buffer, folded.classes, folded.articles)
    classes, inner_digits = _split_numbers(buffer, classes)
    found = _words_of(buffer, classes, articles)
    kinds = _kinds(buffer, classes, found)
    kinds[np.searchsorted(found.starts, inner_digits, "right") - 1] |= HAS_DIGIT
    sentences = find_sentences(classes, found.starts)
    breaks, paragraphs = find_paragraphs(classes, articles, found.starts)
    kinds[sentences] |= START
    kinds[paragraphs[:-1]] |= START
    kinds[in_quotes(classes, found.starts, breaks, paragraphs)] |= QUOTED
    paragraphs = split_long(paragraphs, sentences)
    return Tokens(found.hashes, kinds, paragraphs, np.searchsorted(paragraphs, found.articles))


def _join_numbers(
    buffer: NDArray[np.uint8], classes: NDArray[np.uint8], articles: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.int64]]:
    """Take out the separators inside numbers: "1,140" becomes "1140"."""
    joiners = np.flatnonzero((classes & (SEPARATOR | JOINER)) == (SEPARATOR | JOINER))
    inside = _is_digit(classes[joiners - 1]) & _is_digit(classes[joiners + 1])
    joiners = joiners[inside]
    if not len(joiners):
        return buffer, classes, articles
    return np.delete(buffer, joiners), np.delete(classes, joiners), articles - np.searchsorted(joiners, articles)


def _split_numbers(
    buffer: NDArray[np.uint8], classes: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Cut a word after the digits it begins with; return where the digits are that a word does not begin with."""
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
    return (classes & (SEPARATOR | DIGIT)) == DIGIT


def _kinds(buffer: NDArray[np.uint8], classes: NDArray[np.uint8], found: Words) -> NDArray[np.uint8]:
    first = classes[found.starts]
    kinds = first & UPPER  # the same bit as CAPITAL
    kinds |= (first & DIGIT) >> 1  # NUMBER
    kinds |= (first & UNSPACED_CLASS) << 1
    capitals = np.flatnonzero(kinds & (classes[found.ends - 1] & UPPER))
    capitals = capitals[found.ends[capitals] - found.starts[capitals] > 1]
    if len(capitals):
        lengths = found.ends[capitals] - found.starts[capitals]
        places = ranges(found.starts[capitals], lengths)
        inside, offsets = classes[places], np.cumsum(lengths) - lengths
        letters = np.add.reduceat((buffer[places] & 0xC0 != 0x80) & (inside & UPPER > 0), offsets, dtype=np.int64)
        small = np.bitwise_or.reduceat(inside, offsets) & LOWER
        kinds[capitals[(letters > 1) & (small == 0)]] |= ALL_UPPER
    return kinds
