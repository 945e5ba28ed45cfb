"""An archive: texts that are read again, some at a time, wherever articles of it are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dedup.duplicates.components import components
from dedup.duplicates.shingles import make_shingles
from dedup.pairs.compare import FEATURES, Pile, compare, make_pile
from dedup.pairs.frequencies import Frequencies, weigh
from dedup.pairs.gains import GAINS, compare_with_main
from dedup.pairs.parts import ALONE
from dedup.pairs.terms import find_terms
from dedup.text.batches import sizes_of, tokens
from dedup.workers import Workers

_CHUNK = 8_000_000  # characters of the articles of a chunk, some 100 MB while it is worked on
_AGAIN = 8  # an article that an earlier pair has may be in the chunk already: it counts for so much less

_Result = TypeVar("_Result")
_Kernel = Callable[[Pile, NDArray[np.int64]], _Result]
_Chunk = tuple[list[str], NDArray[np.int64], NDArray[np.int64]]  # texts, their outlets, tuples of them


@dataclass(frozen=True, slots=True)
class Archive:
    """The texts of a pile, of which only those that are compared are held as arrays.

    Attributes
    ----------
    texts : sequence of str
        The articles.
    outlets : ndarray of int64, shape (n_texts,)
        Number of each article's outlet, -1 where it is not known.
    frequencies : Frequencies
        Of the same articles.
    workers : Workers
        Processes that read and compare.
    """

    texts: Sequence[str]
    outlets: NDArray[np.int64]
    frequencies: Frequencies
    workers: Workers = ALONE

    def compare(self, pairs: NDArray[np.int64]) -> NDArray[np.float64]:
        """Compare pairs of articles; see `dedup.pairs.compare.compare`."""
        return self._collect(compare, pairs, len(FEATURES))

    def compare_with_main(self, triples: NDArray[np.int64]) -> NDArray[np.float64]:
        """Compare other parents with main ones; see `dedup.pairs.gains.compare_with_main`."""
        return self._collect(compare_with_main, triples, len(GAINS))

    def run(
        self, kernel: _Kernel[_Result], tuples: NDArray[np.int64]
    ) -> Iterator[tuple[NDArray[np.int64], _Result]]:
        """Apply a kernel to articles, a chunk of tuples at a time.

        Parameters
        ----------
        kernel : callable
            Takes a pile and tuples of its articles; a function of a module, or a `functools.partial` of one.
        tuples : ndarray of int64, shape (n_tuples, n)
            Articles that are looked at together.

        Yields
        ------
        rows : ndarray of int64, shape (n_rows,)
            Which of `tuples` make up the chunk.
        object
            What the kernel says of them, in that order.

        Notes
        -----
        Tuples that hang together come one after the other, so that most articles are read in one chunk only.
        To read an article again takes some 100 microseconds.
        """
        ends = np.concatenate([tuples[:, [0, i]] for i in range(1, tuples.shape[1])])
        label = components(len(self.texts), ends)[tuples[:, 0]]
        order = np.lexsort((*tuples.T[::-1], label))
        cost = sizes_of(self.texts)[tuples[order]]
        seen = np.ones(cost.size, np.bool_)
        seen[np.unique(tuples[order], return_index=True)[1]] = False
        cost[seen.reshape(cost.shape)] //= _AGAIN
        cost = np.cumsum(cost.sum(axis=1))
        cuts = np.searchsorted(cost, np.arange(_CHUNK, int(cost[-1]) if len(cost) else 0, _CHUNK))
        chunks = [chunk for chunk in np.split(order, np.unique(cuts)) if len(chunk)]
        function = partial(_apply, kernel=kernel, frequencies=self.frequencies)
        made = (self._chunk(tuples[rows]) for rows in chunks)
        yield from zip(chunks, self.workers.run(function, made), strict=True)

    def _chunk(self, tuples: NDArray[np.int64]) -> _Chunk:
        articles, at = np.unique(tuples, return_inverse=True)
        return [self.texts[i] for i in articles.tolist()], self.outlets[articles], at.reshape(tuples.shape)

    def _collect(
        self, kernel: _Kernel[NDArray[np.float64]], tuples: NDArray[np.int64], width: int
    ) -> NDArray[np.float64]:
        collected = np.empty((len(tuples), width))
        for rows, compared in self.run(kernel, tuples):
            collected[rows] = compared
        return collected


def read_pile(texts: Sequence[str], outlets: NDArray[np.int64], frequencies: Frequencies) -> Pile:
    """Read texts into what `dedup.pairs.compare.compare` needs of them.

    Parameters
    ----------
    texts : sequence of str
        Some articles of an archive.
    outlets : ndarray of int64, shape (n_texts,)
        Number of each article's outlet, -1 where it is not known.
    frequencies : Frequencies
        Of the whole archive.

    Returns
    -------
    Pile
        What is said of an article does not depend on the others.
    """
    found = find_terms(tokens(texts))
    return make_pile(found, weigh(found, frequencies), make_shingles(texts), outlets)


def _apply(chunk: _Chunk, kernel: _Kernel[_Result], frequencies: Frequencies) -> _Result:
    texts, outlets, tuples = chunk
    return kernel(read_pile(texts, outlets, frequencies), tuples)
