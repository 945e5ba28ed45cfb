"""The keys of an index: few numbers for each text, under which texts that it may be kin to are looked up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dedup.index.run import TEXT_BITS, TEXT_MASK, Run, make_run
from dedup.index.store import Store
from dedup.pairs.background import UNIT
from dedup.pairs.frequencies import Frequencies, weigh
from dedup.pairs.keys import RAREST, pair_terms
from dedup.pairs.terms import Occurrences
from dedup.ragged import Ragged, ranges
from dedup.text.hashing import mix

MOST_TERMS, MOST_FACTS = 48, 48
"""Rare terms, and pairs of rare terms of a sentence, that are keys of a text."""

MOST_SHINGLES, LEAST_SAMPLED = 32, 16
"""Of a text with more word shingles than the first, one in 2, 4 or 8 of them is a key, so that no more than
the first are; but one in the second at least. What is a key of a long text is one of any shorter text."""

SHINGLE_WEIGHT = round(6 * UNIT)
"""Weight of a word shingle in common, in units of 1/32 nat."""

LEAST_WEIGHT = 13 * UNIT
"""Weight of the keys in common that makes two texts candidates, in units of 1/32 nat."""

MOST_CANDIDATES = 24
"""Texts that a new one is compared with: those it has most in common with."""

MOST_FIRST = 31
"""Of a key that more texts have, the first so many are looked at, and the last."""

_FAN = 8  # runs of a level that are merged into one of the next
_SMALLEST = 128  # keys of a run of level 0, or less than _FAN times as many
_WEIGHT_BITS = np.uint64(16)  # of what a key weighs; an earlier text stands above it, and then a new one
_PAIR_BITS = _WEIGHT_BITS + TEXT_BITS


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of some texts.

    Attributes
    ----------
    keys : ndarray of uint64, shape (n_keys,)
        Top 36 bits of a hash, then the number of the text in 28; ascending and unique.
    weights : ndarray of int64, shape (n_keys,)
        What each counts if another text has it, in units of 1/32 nat.
    """

    keys: NDArray[np.uint64]
    weights: NDArray[np.int64]


def make_keys(found: Occurrences, cut: Ragged, frequencies: Frequencies, first: int) -> Keys:
    """Choose the keys of texts.

    Parameters
    ----------
    found : Occurrences
        Terms of the texts.
    cut : Ragged
        Their word shingles.
    frequencies : Frequencies
        What is common in the index.
    first : int
        Number of the first text; the others follow, up to 2**28 - 2.

    Returns
    -------
    Keys
        Of each text its rarest terms and facts, of equally rare ones those with the smallest hashes, so that
        two texts that share many choose the same; and a sample of its word shingles.
    """
    weights, seen = weigh(found, frequencies), frequencies.of(found)
    article = np.repeat(np.arange(len(found.n_words)), np.diff(found.offsets))
    live = np.flatnonzero(weights > 0)
    terms = _least(article[live], -weights[live], found.hashes[live], MOST_TERMS)
    one, other = pair_terms(found, np.where(weights > 0, seen.astype(np.int64) + 1, 0), RAREST)
    facts, rarity = mix(found.hashes[one] ^ found.hashes[other]), weights[one] + weights[other]
    chosen = _least(article[one], -rarity, facts, MOST_FACTS)
    n_cut = np.diff(cut.offsets)
    one_in = np.exp2(np.ceil(np.log2(np.clip(n_cut / MOST_SHINGLES, 1, LEAST_SAMPLED)))).astype(np.uint64)
    owner = np.repeat(np.arange(len(cut)), n_cut)
    sampled = np.flatnonzero(cut.values & (one_in[owner] - np.uint64(1)) == 0)
    keys = np.concatenate([found.hashes[live[terms]], facts[chosen], mix(cut.values[sampled])])
    text = np.concatenate([article[live[terms]], article[one[chosen]], owner[sampled]]) + first
    weight = np.concatenate(
        [weights[live[terms]], rarity[chosen] // 3, np.full(len(sampled), SHINGLE_WEIGHT)]
    ).astype(np.int64)
    keys = keys & ~TEXT_MASK | text.astype(np.uint64)
    order = np.argsort(keys, kind="stable")
    order = order[np.append(True, keys[order[1:]] != keys[order[:-1]])[: len(order)]]
    return Keys(keys[order], weight[order])


class Runs:
    """The keys of all texts of an index, in memory as far as they were needed.

    Keys come in sorted runs, one for each call that adds; eight runs of about a size are merged into one.

    Parameters
    ----------
    store : Store
        The file.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._runs: dict[int, Run] = {}

    def refresh(self) -> None:
        """Take in what others have added or merged."""
        known = {int(row[0]) for row in self._store.query("SELECT id FROM runs")}
        self._runs = {run: keys for run, keys in self._runs.items() if run in known}
        for run in sorted(known - self._runs.keys()):
            blob = self._store.query("SELECT keys FROM runs WHERE id = ?", (run,))[0][0]
            self._runs[run] = make_run(np.frombuffer(blob, "<u8").astype(np.uint64, copy=False))

    def candidates(self, asked: Keys, first: int, removed: NDArray[np.int64]) -> NDArray[np.int64]:
        """Find the earlier texts that have most in common with each new one.

        Parameters
        ----------
        asked : Keys
            Of new texts.
        first : int
            Number of the first of them; what has this number or one up to 2**20 - 1 higher is new.
        removed : ndarray of int64
            Texts that are gone, ascending.

        Returns
        -------
        ndarray of int64, shape (n_pairs, 2)
            New text and earlier one, by new text; at most `MOST_CANDIDATES` of each, those that share most.
        """
        hashes = asked.keys & ~TEXT_MASK
        wanted = hashes[np.append(True, hashes[1:] != hashes[:-1])[: len(hashes)]]
        met = np.concatenate([*self._look_up(wanted), asked.keys])
        met = met[~np.isin((met & TEXT_MASK).astype(np.int64), removed)]
        met.sort()
        starts = np.append(True, (met[1:] ^ met[:-1]) >> TEXT_BITS != 0)[: len(met)]
        rank = np.arange(len(met)) - np.maximum.accumulate(np.where(starts, np.arange(len(met)), 0))
        askers = np.flatnonzero((met & TEXT_MASK) >= np.uint64(first))
        ids = (met & TEXT_MASK)[askers] - np.uint64(first)
        sums = ids << _PAIR_BITS | asked.weights[np.searchsorted(asked.keys, met[askers])].astype(np.uint64)
        n_first = np.minimum(rank[askers], MOST_FIRST)
        beyond = rank[askers] > MOST_FIRST
        other = np.concatenate([ranges(askers - rank[askers], n_first), askers[beyond] - 1])
        # New text, earlier one and weight in one number, so that a plain sort brings a pair together.
        sums = np.concatenate([np.repeat(sums, n_first), sums[beyond]])
        sums |= (met[other] & TEXT_MASK) << _WEIGHT_BITS
        sums.sort()
        pair = sums >> _WEIGHT_BITS
        begins = np.flatnonzero(np.append(True, pair[1:] != pair[:-1])[: len(pair)])
        weights = (sums & ((np.uint64(1) << _WEIGHT_BITS) - np.uint64(1))).astype(np.int64)
        shared = np.add.reduceat(weights, begins) if len(begins) else np.zeros(0, np.int64)
        enough = shared >= LEAST_WEIGHT
        pair, shared = pair[begins][enough], shared[enough]
        new = (pair >> TEXT_BITS).astype(np.int64) + first
        best = _least(new, -shared, pair, MOST_CANDIDATES)
        best = best[np.argsort(pair[best])]
        return np.stack([new[best], (pair[best] & TEXT_MASK).astype(np.int64)], axis=1)

    def _look_up(self, wanted: NDArray[np.uint64]) -> Iterator[NDArray[np.uint64]]:
        """Yield the keys that have some hashes: of each hash at least the first `MOST_FIRST` and the last."""
        n_before: dict[int, NDArray[np.int64]] = {}  # keys that have each hash, by the last text of a run
        for run in sorted(self._runs.values(), key=lambda run: run.first):
            starts = run.find(wanted)
            # Most hashes are in few runs: where they end is asked only of those that are there.
            at = np.flatnonzero(starts < len(run.keys))
            at = at[(run.keys[starts[at]] ^ wanted[at]) >> TEXT_BITS == 0]
            starts = starts[at]
            sizes = run.find(wanted[at] | TEXT_MASK) - starts
            seen = np.zeros(len(at), np.int64)
            for last, counts in n_before.items():
                if last < run.first:
                    seen += counts[at]
            counts = n_before.setdefault(run.last, np.zeros(len(wanted), np.int64))
            counts[at] += sizes
            n_first = np.clip(MOST_FIRST - seen, 0, sizes)
            yield run.keys[ranges(starts, n_first)]
            yield run.keys[(starts + sizes)[n_first < sizes] - 1]

    def add(self, keys: NDArray[np.uint64]) -> None:
        """Add the keys of new texts, within a transaction."""
        level = 0
        while len(keys) >= _SMALLEST * _FAN ** (level + 1):
            level += 1
        while True:
            run = self._store.execute("INSERT INTO runs (level, keys) VALUES (?, ?)", (level, _packed(keys)))
            self._runs[run] = make_run(keys)
            same = [row[0] for row in self._store.query("SELECT id FROM runs WHERE level = ?", (level,))]
            if len(same) < _FAN:
                return
            keys = np.concatenate([self._runs.pop(run).keys for run in same])
            keys.sort()
            self._store.execute("DELETE FROM runs WHERE level = ?", (level,))
            level += 1

    def forget(self, removed: NDArray[np.int64]) -> None:
        """Drop the keys of texts that are gone, within a transaction."""
        for run, keys in [(run, found.keys) for run, found in self._runs.items()]:
            kept = keys[~np.isin((keys & TEXT_MASK).astype(np.int64), removed)]
            if len(kept) < len(keys):
                if len(kept):
                    # As a run of another number, so that those who have read this one do not go on with it.
                    insert = "INSERT INTO runs (level, keys) SELECT level, ? FROM runs WHERE id = ?"
                    self._runs[self._store.execute(insert, (_packed(kept), run))] = make_run(kept)
                self._store.execute("DELETE FROM runs WHERE id = ?", (run,))
                del self._runs[run]

    def texts(self) -> set[int]:
        """Return the texts that have keys."""
        return {int(text) for run in self._runs.values() for text in np.unique(run.keys & TEXT_MASK)}

    def are_sorted(self) -> bool:
        """Say whether all runs are as they should be."""
        return all(bool((run.keys[1:] > run.keys[:-1]).all()) for run in self._runs.values())

    def discard(self) -> None:
        """Forget what is in memory, after a transaction that failed."""
        self._runs = {}


def _packed(keys: NDArray[np.uint64]) -> bytes:
    return keys.astype("<u8", copy=False).tobytes()


def _least(
    owner: NDArray[np.int64], rank: NDArray[np.integer], tie: NDArray[np.uint64], most: int
) -> NDArray[np.int64]:
    """Choose of each owner so many of least rank, of equals those of the least tie."""
    order = np.lexsort((tie, rank, owner))
    starts = np.append(True, owner[order[1:]] != owner[order[:-1]])[: len(order)]
    place = np.arange(len(order)) - np.maximum.accumulate(np.where(starts, np.arange(len(order)), 0))
    return order[place < most]
