"""Numbers sorted into runs on disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dedup.corpus.spill import Spill


class SortedRuns:
    """Numbers on their way into sorted runs of a file, so few that each can be looked into for any range.

    Parameters
    ----------
    path : Path
        What `Spill` reads in the end.
    most : int
        Numbers that wait in memory for a run, about.
    """

    def __init__(self, path: Path, most: int) -> None:
        self._spill, self._most = Spill(path), most
        self._waiting: list[NDArray[np.uint64]] = []

    def add(self, numbers: NDArray[np.uint64]) -> None:
        """Add numbers, in any order."""
        self._waiting.append(numbers)
        if sum(map(len, self._waiting)) >= self._most:
            self._write()

    def _write(self) -> None:
        merged = np.concatenate([np.zeros(0, np.uint64), *self._waiting])
        self._waiting = []
        merged.sort()
        self._spill.append(merged)

    def __enter__(self) -> SortedRuns:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._write()
        self._spill.__exit__(kind, None, None)
