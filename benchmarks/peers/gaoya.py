# mypy: disable-error-code="import-not-found,import-untyped"
"""gaoya, which runs in threads and keeps pairs whose signatures agree in the threshold's share of rows."""

from __future__ import annotations

import numpy as np
from gaoya.minhash import MinHashStringIndex
from numpy.typing import NDArray

from benchmarks.peers import N_BANDS, N_ROWS, N_WORDS, THRESHOLD
from benchmarks.peers.shingling import answers_to_pairs

PACKAGE, KIND = "gaoya", "verified"


def find(texts: list[str]) -> NDArray[np.int64]:
    """Sketch, insert and query, all in bulk."""
    index = MinHashStringIndex(
        hash_size=32,
        jaccard_threshold=THRESHOLD,
        num_bands=N_BANDS,
        band_size=N_ROWS // N_BANDS,
        analyzer="word",
        lowercase=True,
        ngram_range=(N_WORDS, N_WORDS),
    )
    index.par_bulk_insert_docs(list(range(len(texts))), texts)
    return answers_to_pairs(index.par_bulk_query(texts))
