# mypy: disable-error-code="import-not-found,import-untyped"
"""datatrove: its pipeline of four stages, through files in a temporary folder, in one process."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from datatrove.data import Document
from datatrove.pipeline.dedup import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupSignature
from datatrove.pipeline.dedup.minhash import MinhashConfig
from datatrove.utils.binaryio import read_tuples_from_file
from loguru import logger
from numpy.typing import NDArray

from benchmarks.peers import N_BANDS, N_ROWS, N_WORDS

PACKAGE, KIND = "datatrove", "clusters"


def find(texts: list[str]) -> NDArray[np.int64]:
    """Write signatures, find buckets, make clusters; tie each cluster to its first member."""
    logger.remove()
    logger.add(sys.stderr, level="WARNING")
    config = MinhashConfig(n_grams=N_WORDS, num_buckets=N_BANDS, hashes_per_bucket=N_ROWS // N_BANDS)
    with TemporaryDirectory() as folder:
        sketched, met, clustered = (f"{folder}/{name}" for name in ("signatures", "buckets", "clusters"))
        MinhashDedupSignature(sketched, config).run(_documents(texts), 0, 1)
        for band in range(N_BANDS):
            MinhashDedupBuckets(sketched, met, config=config).run(None, band, N_BANDS)
        MinhashDedupCluster(met, clustered, config=config, save_cluster_id=True).run(None, 0, 1)
        path = Path(clustered) / "000000.clusters"
        with path.open("rb") as stream:
            members = list(read_tuples_from_file(stream, "I", "I")) if path.exists() else []
    first: dict[int, int] = {}
    return np.array([(first.setdefault(cluster, i), i) for i, cluster in members], np.int64).reshape(-1, 2)


def _documents(texts: list[str]) -> Iterator[Document]:
    return (Document(text=text, id=str(i)) for i, text in enumerate(texts))
