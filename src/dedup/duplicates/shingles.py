"""Word shingles: hashes of n consecutive words, a ragged array of them for a whole batch."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from dedup.errors import InputError
from dedup.ragged import Ragged, ranges
from dedup.text.batches import Words, batches, fold, words

# The base of the polynomial in the words of a shingle: odd, 2**64 over the golden ratio.
_BASE = 0x9E3779B97F4A7C15


def make_shingles(texts: Sequence[str], n: int = 5) -> Ragged:
    """Cut articles into word shingles.

    Parameters
    ----------
    texts : sequence of str
        Any number of articles.
    n : int, optional
        Words a shingle, >= 1.

    Returns
    -------
    Ragged
        A list an article, in input order; see `word_shingles`.

    Raises
    ------
    InputError
        If `texts` is a single string, an item is not a string, or `n` is less than 1.

    Notes
    -----
    About 16 ns and 8 bytes a word.

    Examples
    --------
    >>> cut = make_shingles(["one two three four five six", "Two words", ""])
    >>> cut.offsets.tolist()
    [0, 2, 3, 3]
    """
    parts = [word_shingles(words(fold(batch)), n) for batch in batches(texts)]
    shifts = np.cumsum([0, *(len(part.values) for part in parts)])
    return Ragged(
        np.concatenate([np.zeros(0, np.uint64), *(part.values for part in parts)]),
        np.concatenate(
            [np.zeros(1, np.int64), *(part.offsets[1:] + n for part, n in zip(parts, shifts, strict=False))]
        ),
    )


def word_shingles(found: Words, n: int = 5, *, padded: bool = False) -> Ragged:
    """Hash every n consecutive words of each article.

    Parameters
    ----------
    found : Words
        Words of a batch.
    n : int, optional
        Words a shingle, >= 1.
    padded : bool, optional
        Whether an article's last shingle comes again and again, so that there are as many as words: for who
        does not mind repetitions, a third faster.

    Returns
    -------
    Ragged
        A list an article, in text order, repetitions kept. An article of fewer than `n` words, but at least
        one, has one shingle, of all its words; an article without words has none.

    Raises
    ------
    InputError
        If `n` is less than 1.

    Notes
    -----
    A shingle is a polynomial in its word hashes, modulo 2**64 [1]_, got by doubling: of 5 words from runs of
    2 and 4, with three multiplications a word. About 2 ns a word (measured).

    .. [1] Karp and Rabin, "Efficient randomized pattern-matching algorithms", IBM J. Res. Dev. 31 (1987).

    Examples
    --------
    >>> len(word_shingles(words(fold(["one two three four five six"])), 2).values)
    5
    """
    if n < 1:
        raise InputError(f"n is {n}; a shingle has at least 1 word")
    starts, lengths = found.articles[:-1], np.diff(found.articles)
    values = np.zeros_like(found.hashes)
    runs = _runs(found.hashes, n)
    values[: len(runs)] = runs
    short = np.flatnonzero((lengths > 0) & (lengths < n))
    if len(short):
        values[starts[short]] = _whole(found.hashes, starts[short], lengths[short])
    counts = np.maximum(lengths - (n - 1), np.minimum(lengths, 1))
    if padded:
        some = np.flatnonzero(lengths)
        ends, n_more = (starts + counts)[some], (lengths - counts)[some]
        values[ranges(ends, n_more)] = np.repeat(values[ends - 1], n_more)
        return Ragged(values, found.articles)
    offsets = np.zeros_like(found.articles)
    np.cumsum(counts, out=offsets[1:])
    return Ragged(values[_heads(len(values), starts, lengths, counts)], offsets)


def group_copies(shingles: Ragged) -> NDArray[np.uint64]:
    """Give near copies the same number, most of the time.

    Parameters
    ----------
    shingles : Ragged
        Shingles of each article.

    Returns
    -------
    ndarray of uint64, shape (n_articles,)
        The smallest shingle of each article, or its own place if it has none: two articles have the same with
        the probability of their resemblance [1]_.

    Notes
    -----
    .. [1] Broder, "On the resemblance and containment of documents", Sequences 1997.

    Examples
    --------
    >>> groups = group_copies(make_shingles(["one two three four five", "One, two, three, four, five!", ""]))
    >>> bool(groups[0] == groups[1]), int(groups[2])
    (True, 2)
    """
    groups = np.arange(len(shingles), dtype=np.uint64)
    some = np.flatnonzero(np.diff(shingles.offsets))
    if len(some):
        groups[some] = np.minimum.reduceat(shingles.values, shingles.offsets[some])
    return groups


def _runs(hashes: NDArray[np.uint64], n: int) -> NDArray[np.uint64]:
    """Hash n consecutive words from each position on, by doubling and adding one: the binary digits of n."""
    runs, length = hashes, 1
    for digit in bin(n)[3:]:
        runs = _join(runs[:-length], runs[length:], length)
        length *= 2
        if digit == "1":
            runs = _join(runs[:-1], hashes[length:], 1)
            length += 1
    return runs


def _join(left: NDArray[np.uint64], right: NDArray[np.uint64], length: int) -> NDArray[np.uint64]:
    joined = left * np.uint64(pow(_BASE, length, 1 << 64))
    joined += right
    return joined


def _whole(
    hashes: NDArray[np.uint64], starts: NDArray[np.int64], lengths: NDArray[np.int64]
) -> NDArray[np.uint64]:
    """Hash all words of articles that are shorter than a shingle."""
    values = hashes[starts]
    for i in range(1, int(lengths.max())):
        longer = np.flatnonzero(lengths > i)
        values[longer] = values[longer] * np.uint64(_BASE) + hashes[starts[longer] + i]
    return values


def _heads(
    n_values: int, starts: NDArray[np.int64], lengths: NDArray[np.int64], counts: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Mark the first `counts` values of each article."""
    kept = np.ones(n_values, np.bool_)
    kept[ranges(starts + counts, lengths - counts)] = False
    return kept
