"""datasketch with its defaults: SHA-1, and permutations drawn once for all sketches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from datasketch import MinHash, MinHashLSH
from numpy.typing import NDArray

from benchmarks.peers import N_BANDS, N_ROWS
from benchmarks.peers.shingling import answers_to_pairs, shingle

PACKAGE, KIND = "datasketch", "candidates"


def find(texts: list[str], **options: Any) -> NDArray[np.int64]:
    """Sketch, insert and query; `options` go to the sketches."""
    index = MinHashLSH(num_perm=N_ROWS, params=(N_BANDS, N_ROWS // N_BANDS))
    sketches = list(MinHash.generator(_shingles(texts), num_perm=N_ROWS, **options))
    for i, sketch in enumerate(sketches):
        index.insert(i, sketch, check_duplication=False)
    return answers_to_pairs(map(index.query, sketches))


def _shingles(texts: list[str]) -> Iterator[list[bytes]]:
    return ([piece.encode() for piece in shingle(text)] for text in texts)
