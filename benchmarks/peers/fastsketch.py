# mypy: disable-error-code="import-not-found,import-untyped"
"""FastSketchLSH: fast similarity sketching in C++ with SIMD; words are cut in Python, as its guide has it."""

from __future__ import annotations

import numpy as np
from FastSketchLSH import LSH, FastSimilaritySketch
from numpy.typing import NDArray

from benchmarks.peers import N_BANDS, N_ROWS
from benchmarks.peers.shingling import shingle

PACKAGE, KIND = "FastSketchLSH", "candidates"

_BATCH = 1_000  # articles: lists of the words of all of them would take 40 kB an article, and time


def find(texts: list[str]) -> NDArray[np.int64]:
    """Sketch, insert and query, all in bulk."""
    sketch = FastSimilaritySketch(size=N_ROWS, seed=42).batch
    starts = range(0, len(texts), _BATCH)
    sketches = np.concatenate(
        [sketch([list(shingle(text)) for text in texts[i : i + _BATCH]]) for i in starts]
    )
    index = LSH(num_perm=N_ROWS, num_bands=N_BANDS)
    index.insert(sketches)
    neighbours, offsets = index.query(sketches, format="csr")
    asked = np.repeat(np.arange(len(texts)), np.diff(offsets.astype(np.int64)))
    pairs = np.stack([asked, neighbours.astype(np.int64)], axis=1)
    return pairs[pairs[:, 0] < pairs[:, 1]]
