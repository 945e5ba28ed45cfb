# mypy: disable-error-code="import-not-found,import-untyped"
"""rensa with its R-MinHash; the faster sketch that its page is headed by ("rho") answers with flags only."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from rensa import RMinHash, RMinHashLSH

from benchmarks.peers import N_BANDS, N_ROWS, THRESHOLD
from benchmarks.peers.shingling import answers_to_pairs, shingle

PACKAGE, KIND = "rensa", "candidates"


def find(texts: list[str]) -> NDArray[np.int64]:
    """Sketch, insert and query."""
    index = RMinHashLSH(THRESHOLD, N_ROWS, N_BANDS)
    sketches = RMinHash.from_token_sets(map(shingle, texts), N_ROWS, 42)
    index.insert_many(sketches)
    return answers_to_pairs(index.query_all(sketches))
