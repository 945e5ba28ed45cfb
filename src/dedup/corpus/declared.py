"""Declarations in a corpus: heeded as in memory, with the compared pairs of what declares only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import overload

import numpy as np
from numpy.typing import NDArray

from dedup.articles import Article
from dedup.corpus.spill import Spill, read_column
from dedup.corpus.store import Store
from dedup.lineage.declared import Contradiction, Links, find_claims
from dedup.lineage.heed import heed
from dedup.lineage.kinship import Scored, Texts
from dedup.lineage.links import direct, score
from dedup.lineage.model import load_model
from dedup.pairs.archive import Archive
from dedup.pairs.candidates import unpack
from dedup.pairs.compare import FEATURES


class Articles(Sequence[Article]):
    """The articles of a store, read when they are asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __len__(self) -> int:
        return self._store.n_articles

    @overload
    def __getitem__(self, at: int) -> Article: ...
    @overload
    def __getitem__(self, at: slice) -> list[Article]: ...
    def __getitem__(self, at: int | slice) -> Article | list[Article]:
        if isinstance(at, slice):
            return [self._store.article(i) for i in range(*at.indices(len(self)))]
        return self._store.article(at)

    def __iter__(self) -> Iterator[Article]:
        return map(self._store.article, range(len(self)))


def heed_declarations(
    store: Store,
    archive: Archive,
    times: NDArray[np.float64],
    kept: NDArray[np.int64],
    copies: NDArray[np.int64],
    work: Path,
    order: NDArray[np.int64],
    links: Links,
    use_times: bool,
) -> tuple[Links, tuple[Contradiction, ...]]:
    """Set the edges that are declared; see `dedup.lineage.heed.heed`.

    Parameters
    ----------
    store : Store
        The corpus.
    archive : Archive
        Its articles, identical ones left out, in the order of `kept`.
    times : ndarray of float64, shape (n_kept,)
        Their times in hours, not a number where there is none or none counts.
    kept : ndarray of int64, shape (n_kept,)
        Their numbers in the corpus.
    copies : ndarray of int64, shape (n_copies, 2)
        The others, each with the first one of the same text.
    work : Path
        The folder of the stages.
    order : ndarray of int64, shape (n_articles,)
        Numbers in the corpus, the earliest first.
    links : dict of int to list of Link
        What the texts say, by numbers in the corpus.
    use_times : bool
        Whether times tell who can have been first.

    Returns
    -------
    links, contradictions
        From `dedup.lineage.heed.heed`.
    """
    same = dict(zip(kept.tolist(), kept.tolist(), strict=True)) | dict(copies.tolist())
    at = {article: place for place, article in enumerate(kept.tolist())}
    asked = np.array(sorted({at[same[child]] for child in store.declared}), np.int64)
    found, features = _compared_with(asked, work / "pairs", work / "compare", len(kept))
    model = load_model()
    rows = direct(found, features, times, model)
    scored = Scored(archive, times, rows, score(rows, model), model)
    articles = Articles(store)
    texts = Texts(articles, scored, kept.tolist(), same, links, use_times)
    claims = find_claims(articles, order.tolist(), texts.candidates)
    return heed(articles, claims, links, texts.judge, use_times)


def _compared_with(
    asked: NDArray[np.int64], pairs: Path, compared: Path, n_kept: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Read the compared pairs of what hangs together with some articles, by their places among the kept."""
    order, starts = read_column(pairs / "order", np.int64), read_column(pairs / "starts", np.int64)
    rank = np.empty(n_kept, np.int64)
    rank[order] = np.arange(n_kept)
    wanted = np.zeros(len(starts) + 1, np.bool_)
    wanted[np.searchsorted(starts, rank[asked], "right")] = True
    runs, rows = Spill(compared / "pairs", there=True), Spill(compared / "features", np.float64, there=True)
    ends, features = [np.zeros((0, 2), np.int64)], [np.zeros((0, len(FEATURES)))]
    for run, flat in zip(runs, rows, strict=True):
        found = unpack(run)
        chosen = np.flatnonzero(wanted[np.searchsorted(starts, found[:, 0], "right")])
        ends.append(order[found[chosen]])
        features.append(flat.reshape(-1, len(FEATURES))[chosen])
    return np.concatenate(ends), np.concatenate(features)
