"""What was read of the texts of an index, kept for a while: what comes next has much the same candidates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedup.index.bodies import Reading, unpack_bodies
from dedup.index.heads import select
from dedup.index.store import Store
from dedup.pairs.terms import Occurrences
from dedup.ragged import Ragged, ranges

_MOST_KEPT = 4
"""Readings that are kept, of some hundred texts each at 10 kB a text."""


class Readings:
    """The readings of an index.

    Parameters
    ----------
    store : Store
        The file.
    keeps_texts : bool
        Whether it has the texts, or only what the comparison reads of them.
    """

    def __init__(self, store: Store, keeps_texts: bool) -> None:
        self._store = store
        self._keeps_texts = keeps_texts
        self._kept: list[tuple[dict[int, int], Reading]] = []

    def keep(self, texts: Sequence[int], reading: Reading) -> None:
        """Keep what was read of some texts, and forget what was kept first."""
        self._kept.append(({text: row for row, text in enumerate(texts)}, reading))
        del self._kept[:-_MOST_KEPT]

    def beside(self, texts: Sequence[int], reading: Reading) -> Readings:
        """Return these readings and those of some texts that the file has not."""
        both = Readings(self._store, self._keeps_texts)
        both._kept = list(self._kept)
        both.keep(texts, reading)
        return both

    def read(self, texts: Sequence[int]) -> Reading:
        """Return the reading of texts, in order; of those that are not kept from the file."""
        missing = set(texts)
        sources: list[Reading] = []
        place: dict[int, int] = {}
        for rows, reading in reversed(self._kept):
            here = sorted(missing & rows.keys())
            if here:
                missing.difference_update(here)
                place |= {text: i for i, text in enumerate(here, len(place))}
                sources.append(take(reading, np.array([rows[text] for text in here])))
        rest = sorted(missing)
        place |= {text: i for i, text in enumerate(rest, len(place))}
        bodies = dict(select(self._store, "SELECT id, body FROM texts WHERE id", rest))
        sources.append(unpack_bodies([bodies[text] for text in rest], self._keeps_texts))
        found = take(join(sources), np.array([place[text] for text in texts], np.int64))
        self.keep(texts, found)
        return found

    def discard(self) -> None:
        """Forget all, after a transaction that failed: its texts are not in the file."""
        self._kept = []


def join(readings: Sequence[Reading]) -> Reading:
    """Put readings into one, in order."""
    columns: dict[str, Any] = {}
    for field in fields(Occurrences):
        parts = [getattr(reading.found, field.name) for reading in readings]
        is_offsets = field.name in ("offsets", "unit_offsets")
        columns[field.name] = _join_offsets(parts) if is_offsets else np.concatenate(parts)
    values = np.concatenate([reading.cut.values for reading in readings])
    cut = Ragged(values, _join_offsets([reading.cut.offsets for reading in readings]))
    return Reading(Occurrences(**columns), cut)


def take(reading: Reading, rows: NDArray[np.int64]) -> Reading:
    """Return the reading of some of its texts, in the order given."""
    found = reading.found
    n_terms = np.diff(found.offsets)[rows]
    term = ranges(found.offsets[rows], n_terms)
    n_places = np.diff(found.unit_offsets)[term]
    occurrences = Occurrences(
        hashes=found.hashes[term],
        surprises=found.surprises[term],
        classes=found.classes[term],
        offsets=np.append(0, np.cumsum(n_terms)),
        first=found.first[term],
        units=found.units[ranges(found.unit_offsets[term], n_places)],
        unit_offsets=np.append(0, np.cumsum(n_places)),
        n_units=found.n_units[rows],
        n_words=found.n_words[rows],
    )
    return Reading(occurrences, reading.cut.take(rows))


def _join_offsets(parts: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    starts = np.cumsum([0, *(part[-1] for part in parts)])
    return np.concatenate(
        [part[:-1] + start for part, start in zip(parts, starts, strict=False)] + [starts[-1:]]
    )
