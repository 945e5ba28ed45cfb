"""dedup: `find_duplicates`, which verifies candidates by their exact resemblance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers import N_BANDS, N_ROWS, N_WORDS, THRESHOLD
from dedup import find_duplicates

PACKAGE, KIND = "dedup-lineage", "verified"


def find(texts: list[str], workers: int = 1) -> NDArray[np.int64]:
    """Find verified pairs."""
    return find_duplicates(
        texts, threshold=THRESHOLD, n=N_WORDS, rows=N_ROWS, bands=N_BANDS, workers=workers
    ).pairs
