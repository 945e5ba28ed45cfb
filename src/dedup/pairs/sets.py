"""Sets of hashes, one an article, and what the two articles of a pair share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.errors import InputError
from dedup.ragged import ranges

MOST_ARTICLES = 1 << 24
"""Articles that sets can be made for at once."""

_HASH_BITS = np.uint64(40)  # of a hash; the article takes the 24 bits above them
_LOW = np.uint64((1 << 40) - 1)


@dataclass(frozen=True, slots=True)
class Sets:
    """A set of hashes for each article of a pile.

    Attributes
    ----------
    keys : ndarray of uint64, shape (n_keys,)
        Article (24 bits) and the top 40 bits of a hash; ascending and unique. That two hashes of one pair of
        articles meet by chance takes some 10**6 pairs of 1,000 hashes each.
    offsets : ndarray of int64, shape (n_articles + 1,)
        The set of article ``i`` is ``keys[offsets[i]:offsets[i + 1]]``.
    """

    keys: NDArray[np.uint64]
    offsets: NDArray[np.int64]


def make_sets(hashes: NDArray[np.uint64], articles: NDArray[np.int64], n_articles: int) -> Sets:
    """Sort hashes into one set an article.

    Parameters
    ----------
    hashes : ndarray of uint64, shape (n_hashes,)
        In any order, repetitions allowed.
    articles : ndarray of int64, shape (n_hashes,)
        Whose each hash is, less than `n_articles`.
    n_articles : int
        At most `MOST_ARTICLES`.

    Returns
    -------
    Sets
        Of `n_articles` sets, some of them perhaps empty.

    Raises
    ------
    InputError
        If there are more than `MOST_ARTICLES`.

    Examples
    --------
    >>> make_sets(np.array([9, 7, 9], np.uint64) << np.uint64(32), np.array([0, 1, 0]), 2).offsets.tolist()
    [0, 1, 2]
    """
    if n_articles > MOST_ARTICLES:
        raise InputError(
            f"{n_articles:,} articles are too many to compare at once; give {MOST_ARTICLES:,} at most"
        )
    keys = articles.astype(np.uint64) << _HASH_BITS
    keys |= hashes >> (np.uint64(64) - _HASH_BITS)
    keys.sort()
    if len(keys):
        keys = keys[np.concatenate([[True], keys[1:] != keys[:-1]])]
    bounds = np.arange(n_articles, dtype=np.uint64) << _HASH_BITS
    return Sets(keys, np.append(np.searchsorted(keys, bounds), len(keys)))


def find_shared(
    sets: Sets, pairs: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Find what the two sets of each pair have in common.

    Parameters
    ----------
    sets : Sets
        One set an article.
    pairs : ndarray of int64, shape (n_pairs, 2)
        Articles.

    Returns
    -------
    pair, first, second : ndarray of int64, shape (n_shared,)
        A pair's number and the places of the shared key in the sets of its first and of its second article;
        pairs ascending.

    Notes
    -----
    Each key of the smaller set is looked up in the larger one: about 35 ns a key (measured).

    Examples
    --------
    >>> sets = make_sets(np.array([9, 7, 9], np.uint64) << np.uint64(32), np.array([0, 1, 1]), 2)
    >>> [found.tolist() for found in find_shared(sets, np.array([[0, 1]]))]
    [[0], [0], [2]]
    """
    sizes = np.diff(sets.offsets)
    turned = sizes[pairs[:, 0]] > sizes[pairs[:, 1]]
    small = np.where(turned, pairs[:, 1], pairs[:, 0])
    large = np.where(turned, pairs[:, 0], pairs[:, 1])
    pair = np.repeat(np.arange(len(pairs)), sizes[small])
    asked = ranges(sets.offsets[small], sizes[small])
    keys = sets.keys[asked] & _LOW
    keys |= large[pair].astype(np.uint64) << _HASH_BITS
    places = np.searchsorted(sets.keys, keys)
    places[places == len(sets.keys)] = 0
    hits = np.flatnonzero(sets.keys[places] == keys) if len(keys) else np.zeros(0, np.int64)
    pair, asked, places = pair[hits], asked[hits], places[hits]
    swapped = turned[pair]
    return pair, np.where(swapped, places, asked), np.where(swapped, asked, places)
