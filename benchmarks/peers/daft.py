# mypy: disable-error-code="import-not-found,import-untyped"
"""Daft as its guide to deduplication has it: normalise, MinHash, bands, buckets by grouping."""

from __future__ import annotations

from itertools import combinations

import daft
import numpy as np
from daft import col
from daft.functions import minhash, normalize
from numpy.typing import NDArray

from benchmarks.peers import N_BANDS, N_ROWS, N_WORDS

PACKAGE, KIND = "daft", "candidates"


def find(texts: list[str]) -> NDArray[np.int64]:
    """Sketch and group by band; the pairs of a bucket are made in Python."""
    plain = normalize(col("text"), remove_punct=True, lowercase=True, nfd_unicode=True, white_space=True)
    frame = daft.from_pydict({"text": texts, "id": list(range(len(texts)))}).with_column(
        "rows", minhash(plain, num_hashes=N_ROWS, ngram_size=N_WORDS, seed=42, hash_function="xxhash")
    )
    bands = frame.select(
        "id",
        col("rows").chunk(N_ROWS // N_BANDS).alias("band"),
        daft.lit(list(range(N_BANDS))).alias("number"),
    ).explode("band", "number")
    buckets = bands.groupby("number", "band").agg(col("id").list_agg().alias("ids"))
    found = buckets.where(col("ids").list_count() > 1).select("ids").to_pydict()["ids"]
    pairs = {pair for ids in found for pair in combinations(sorted(ids), 2)}
    return np.array(sorted(pairs), np.int64).reshape(-1, 2)
