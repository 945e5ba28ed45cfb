"""datasketch with XXH32 for its hash, which is faster than its default."""

from __future__ import annotations

import numpy as np
import xxhash
from numpy.typing import NDArray

from benchmarks.peers import datasketch

PACKAGE, KIND = "datasketch", "candidates"


def find(texts: list[str]) -> NDArray[np.int64]:
    """Sketch, insert and query."""
    return datasketch.find(texts, hashfunc=xxhash.xxh32_intdigest)
