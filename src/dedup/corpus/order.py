"""The order of a corpus, by time and id, and which texts are copies of an earlier one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from dedup.corpus.spill import Column
from dedup.corpus.store import Store


def write_order(folder: Path, store: Store, use_times: bool) -> None:
    """Write the articles that are compared in their order, and what the others are copies of.

    Parameters
    ----------
    folder : Path
        An empty folder; ``kept`` is written there, the articles of which no earlier one has the same text,
        and ``copies``, pairs of an article and the first one of its text.
    store : Store
        The articles.
    use_times : bool
        Whether times order them; ids do where times are the same or not known.

    Notes
    -----
    Some 70 bytes an article are in memory; where times are the same for many, their ids, too.
    """
    order = find_order(store, use_times)
    high, low = (half[order] for half in store.digests())
    place = np.lexsort((low, high))  # stable: equal digests stay in the order of the articles
    is_first = np.ones(len(order), np.bool_)
    is_first[1:] = (np.diff(high[place]) != 0) | (np.diff(low[place]) != 0)
    is_first |= (high[place] == 0) & (low[place] == 0)
    first_of = place[np.maximum.accumulate(np.where(is_first, np.arange(len(order)), 0))]
    first = np.empty(len(order), np.int64)
    first[place] = first_of
    is_kept = first == np.arange(len(order))
    copies = np.flatnonzero(~is_kept)
    with Column(folder / "kept", np.int64) as kept:
        kept.append(order[is_kept])
    with Column(folder / "copies", np.int64) as column:
        column.append(np.stack([order[copies], order[first[copies]]], axis=1))


def find_order(store: Store, use_times: bool) -> NDArray[np.int64]:
    """Order articles by time, those without last, and by id where times are the same."""
    n_articles = store.n_articles
    times = store.times() if use_times else np.full(n_articles, np.inf)
    times[np.isnan(times)] = np.inf
    order = np.argsort(times, kind="stable")
    times = times[order]
    starts = np.flatnonzero(np.append(True, times[1:] != times[:-1])[:n_articles])
    sizes = np.diff(starts, append=n_articles)
    for start, size in zip(starts[sizes > 1].tolist(), sizes[sizes > 1].tolist(), strict=True):
        same = order[start : start + size].tolist()
        order[start : start + size] = sorted(same, key=store.ids.__getitem__)
    return order
