"""What an index has learnt of how common terms are: from the texts of a window that slides."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from dedup.index.bodies import inflate
from dedup.index.store import Store
from dedup.pairs.frequencies import COUNTER_BITS, Frequencies

SPAN = 4096
"""Texts whose counts are put into one row, once there are so many."""

STEP = 64
"""A text is weighed by what was counted up to the last multiple of this before it, so that it does not matter
whether texts come one by one or many at once."""

WINDOW = 64
"""Spans that count, some 260,000 texts."""


class Learnt:
    """Document frequencies, in memory as far as they were needed.

    Parameters
    ----------
    store : Store
        The file.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._span = -1
        self._counts = np.zeros(1 << COUNTER_BITS, np.uint32)
        self._n_texts = self._upto = 0

    def frequencies(self, text: int) -> Frequencies:
        """Return what a text is weighed by.

        Parameters
        ----------
        text : int
            Its number; of texts before it none may be missing that will come.

        Returns
        -------
        Frequencies
            Of the texts of the window, near copies of one counted once.
        """
        span, upto = text // SPAN, text // STEP * STEP
        if span != self._span or upto < self._upto:
            self._load(span)
        if upto > self._upto:
            rows = self._store.query(
                "SELECT counters FROM learnt WHERE text >= ? AND text < ?", (self._upto, upto)
            )
            for (counters,) in rows:
                self._counts[unpack_counters(counters)] += np.uint32(1)
            self._n_texts += len(rows)
            self._upto = upto
        return Frequencies(self._counts, self._n_texts, 0)

    def add(self, text: int, counters: NDArray[np.uint32]) -> None:
        """Learn the terms of a text, within a transaction."""
        self._store.execute("INSERT INTO learnt VALUES (?, ?)", (text, pack_counters(counters)))

    def close_spans(self, text: int) -> None:
        """Put the counts of spans that end before a text into a row each, within a transaction."""
        oldest = self._store.query("SELECT min(text) FROM learnt")[0][0]
        if oldest is None:
            return
        for span in range(int(oldest) // SPAN, text // SPAN):
            bounds = (span * SPAN, (span + 1) * SPAN)
            rows = self._store.query("SELECT counters FROM learnt WHERE text >= ? AND text < ?", bounds)
            if rows:
                counters = np.concatenate([unpack_counters(row[0]) for row in rows])
                counts = np.bincount(counters, minlength=1 << COUNTER_BITS).astype("<u2")
                packed = zlib.compress(counts.tobytes(), 6)
                self._store.execute("INSERT INTO spans VALUES (?, ?, ?)", (span, len(rows), packed))
                self._store.execute("DELETE FROM learnt WHERE text >= ? AND text < ?", bounds)
        self._store.execute("DELETE FROM spans WHERE id < ?", (text // SPAN - WINDOW,))

    def discard(self) -> None:
        """Forget what is in memory, after a transaction that failed."""
        self._span = -1

    def _load(self, span: int) -> None:
        self._counts[:] = 0
        rows = self._store.query(
            "SELECT n_texts, counts FROM spans WHERE id >= ? AND id < ?", (span - WINDOW, span)
        )
        for _, packed in rows:
            self._counts += np.frombuffer(inflate(packed), "<u2")
        self._n_texts = sum(int(row[0]) for row in rows)
        self._span, self._upto = span, span * SPAN


def pack_counters(counters: NDArray[np.uint32]) -> bytes:
    """Pack ascending counters of up to 24 bits, three bytes each."""
    packed = counters.astype("<u4").view(np.uint8).reshape(-1, 4)[:, :3].tobytes()
    return zlib.compress(packed, 1)


def unpack_counters(packed: bytes) -> NDArray[np.uint32]:
    """Undo `pack_counters`."""
    raw = np.frombuffer(inflate(packed), np.uint8).reshape(-1, 3)
    counters = np.zeros((len(raw), 4), np.uint8)
    counters[:, :3] = raw
    return counters.view("<u4").reshape(-1).astype(np.uint32)
