# mypy: disable-error-code="import-not-found,import-untyped"
"""text-dedup: its command, called in this process, through a data set on disk, as it reads nothing else."""

from __future__ import annotations

from tempfile import TemporaryDirectory

import numpy as np
from datasets import Dataset
from numpy.typing import NDArray
from text_dedup import minhash
from text_dedup.utils import UnionFind

from benchmarks.peers import N_BANDS, N_ROWS, N_WORDS, THRESHOLD

PACKAGE, KIND = "text-dedup", "clusters"


def find(texts: list[str]) -> NDArray[np.int64]:
    """Run the command and read the clusters that it leaves in its module."""
    minhash.uf = UnionFind()
    with TemporaryDirectory() as folder:
        Dataset.from_dict({"text": texts}).save_to_disk(f"{folder}/articles")
        options = {
            "path": f"{folder}/articles",
            "output": f"{folder}/kept",
            "column": "text",
            "ngram": N_WORDS,
            "num_perm": N_ROWS,
            "threshold": THRESHOLD,
            "b": N_BANDS,
            "r": N_ROWS // N_BANDS,
            "num_proc": 1,
        }
        arguments = [part for name, value in options.items() for part in (f"--{name}", str(value))]
        minhash.main([*arguments, "--local"], standalone_mode=False)
    found = [(minhash.uf.find(i), i) for i in list(minhash.uf.parent)]
    return np.array([pair for pair in found if pair[0] != pair[1]], np.int64).reshape(-1, 2)
