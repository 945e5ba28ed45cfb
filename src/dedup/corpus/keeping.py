"""One article of each cluster of a corpus is kept; what becomes of the others, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedup.corpus.duplicates import CorpusDuplicates
from dedup.corpus.lineage import find_lineage
from dedup.corpus.order import find_order
from dedup.corpus.store import Store
from dedup.duplicates.exact import exact_resemblance
from dedup.duplicates.policy import Policy, choose_kept, rank_outlets

COPY, NEAR, CHAIN = "exact copy", "resemblance", "through others"
"""Why an article is dropped: the same text as the kept one; a resemblance to it of the threshold or more; or
less, but with near-duplicates of near-duplicates between the two."""

_N_ARTICLES = 4096  # articles whose reason is looked for at a time


def keep_one(found: CorpusDuplicates, policy: Policy, **means: Any) -> NDArray[np.int64]:
    """Choose the article of each cluster that is kept.

    Parameters
    ----------
    found : CorpusDuplicates
        The clusters.
    policy : Policy
        Which article is kept. For ``root``, the lineage of all articles in clusters is found: the one that
        most of its cluster comes down from; of equals the earliest.
    **means
        ``memory``, ``workers`` and ``progress`` of that.

    Returns
    -------
    ndarray of int64, shape (n_articles,)
        The article that is kept of the cluster of each; its own number where it is kept.
    """
    store = found.session.store
    rank = np.zeros(found.n_articles, np.int64)
    if policy.kind == "longest":
        rank = -store.texts.sizes
    elif policy.kind == "outlets":
        rank = rank_outlets(map(store.outlet, store.outlets().tolist()), policy)
    elif policy.kind == "root":
        rank = _rank_by_descent(found, means)
    return choose_kept(found.labels, rank)


def _rank_by_descent(found: CorpusDuplicates, means: dict[str, Any]) -> NDArray[np.int64]:
    """Rank articles by how many of their cluster come down from them, then by time."""
    store, labels = found.session.store, found.labels
    members = np.flatnonzero(np.bincount(labels, minlength=len(labels))[labels] > 1)
    up = np.arange(found.n_articles)
    with find_lineage(map(store.article, members.tolist()), **means) as lineage:
        child, parent = (members[end] for end in lineage.main_parents())
    inside = labels[child] == labels[parent]
    up[child[inside]] = parent[inside]
    while not np.array_equal(further := up[up], up):
        up = further
    n_under = np.bincount(up, minlength=len(up))
    rank = np.empty(len(up), np.int64)
    rank[np.lexsort((_places(store), -n_under))] = np.arange(len(up))
    return rank


def _places(store: Store) -> NDArray[np.int64]:
    places = np.empty(store.n_articles, np.int64)
    places[find_order(store, use_times=True)] = np.arange(store.n_articles)
    return places


def dropped(found: CorpusDuplicates, kept: NDArray[np.int64], policy: Policy) -> Iterator[dict[str, Any]]:
    """Say what is dropped, why, and for which.

    Parameters
    ----------
    found : CorpusDuplicates
        The clusters.
    kept : ndarray of int64, shape (n_articles,)
        From `keep_one`.
    policy : Policy
        What it went by.

    Yields
    ------
    dict
        In input order: ``id``; ``kept``, the id of the article that is kept instead; ``why``, one of `COPY`,
        `NEAR` and `CHAIN`; the exact ``resemblance`` of the two; and the ``policy``.
    """
    store, workers = found.session.store, found.session.means.workers
    gone = np.flatnonzero(kept != np.arange(len(kept)))
    for first in range(0, len(gone), _N_ARTICLES):
        batch = gone[first : first + _N_ARTICLES]
        same = found.first_copy[batch] == found.first_copy[kept[batch]]
        articles, at = np.unique(np.stack([kept[batch], batch], axis=1), return_inverse=True)
        exact = exact_resemblance(store.texts.pick(articles), at.reshape(-1, 2), workers=workers)
        exact[same] = 1
        why = np.where(same, COPY, np.where(exact >= found.threshold, NEAR, CHAIN))
        for article, reason, share in zip(batch.tolist(), why.tolist(), exact.tolist(), strict=True):
            yield {
                "id": store.ids[article],
                "kept": store.ids[int(kept[article])],
                "why": reason,
                "resemblance": round(share, 4),
                "policy": str(policy),
            }


def survivors(found: CorpusDuplicates, kept: NDArray[np.int64]) -> Iterator[dict[str, Any]]:
    """Yield the articles that are kept, in input order, with the fields that are understood and not empty."""
    for at in np.flatnonzero(kept == np.arange(len(kept))).tolist():
        article = found.session.store.article(at)
        fields = {
            "id": article.id,
            "title": article.title,
            "published_at": article.published_at and article.published_at.isoformat(),
            "outlet": article.outlet,
            "url": article.url,
            "declared": [{"source": one.source, "by": one.by} for one in article.declared],
        }
        yield {name: value for name, value in fields.items() if value} | {"text": article.text}
