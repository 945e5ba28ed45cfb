"""Which article of a cluster of near-duplicates is kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dedup.errors import InputError

POLICIES = ("first", "longest", "root", "outlets")
"""First in input order; longest text; root of the lineage; first of an order of outlets."""


@dataclass(frozen=True, slots=True)
class Policy:
    """Which article of a cluster is kept; of equals the first in input order.

    Attributes
    ----------
    kind : str
        One of `POLICIES`.
    outlets : tuple of str
        For ``outlets``: whose article is kept, the dearest first; others come after them.
    """

    kind: str
    outlets: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.kind}:{','.join(self.outlets)}" if self.outlets else self.kind


def parse_policy(text: str) -> Policy:
    """Read a policy.

    Parameters
    ----------
    text : str
        ``first``, ``longest``, ``root``, or ``outlets:`` and names with commas between them.

    Returns
    -------
    Policy
        What it says.

    Raises
    ------
    InputError
        If it is none.

    Examples
    --------
    >>> parse_policy("outlets:Harbour Post,Coastfeed").outlets
    ('Harbour Post', 'Coastfeed')
    """
    kind, _, named = text.partition(":")
    outlets = tuple(name.strip() for name in named.split(",") if name.strip())
    if kind not in POLICIES or (kind == "outlets") != bool(outlets):
        raise InputError(f"keep is {text!r}; give first, longest, root, or such as outlets:Post,Courier")
    return Policy(kind, outlets)


def choose_kept(labels: NDArray[np.int64], rank: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Choose the article of each cluster that is kept.

    Parameters
    ----------
    labels : ndarray of int64, shape (n_articles,)
        Cluster of each article.
    rank : ndarray of integer, shape (n_articles,)
        The lowest of a cluster is kept; of equals, the first.

    Returns
    -------
    ndarray of int64, shape (n_articles,)
        The article that is kept of the cluster of each.

    Examples
    --------
    >>> choose_kept(np.array([0, 1, 0]), np.array([5, 5, 3])).tolist()
    [2, 1, 2]
    """
    order = np.lexsort((rank, labels))  # stable
    starts = np.append(True, labels[order][1:] != labels[order][:-1])[: len(order)]
    kept = np.empty(len(labels), np.int64)
    kept[order] = order[starts][np.cumsum(starts) - 1]
    return kept


def make_records(
    ids: Sequence[str],
    labels: NDArray[np.int64],
    pairs: NDArray[np.int64],
    resemblance: NDArray[np.float64],
) -> Iterator[dict[str, Any]]:
    """Make one plain record an article: what ``dedup duplicates --format jsonl`` writes.

    Parameters
    ----------
    ids : sequence of str
        Of the articles.
    labels : ndarray of int64, shape (n_articles,)
        The first article of the cluster of each.
    pairs : ndarray of int64, shape (n_pairs, 2)
        Near-duplicates, sorted.
    resemblance : ndarray of float64, shape (n_pairs,)
        Of each pair.

    Yields
    ------
    dict
        With the keys ``id``, ``cluster``, the id of its first member, and ``duplicates``, the ``id`` and the
        ``resemblance`` of each, in the order of the pairs.

    Examples
    --------
    >>> list(make_records(["a", "b"], np.zeros(2, np.int64), np.array([[0, 1]]), np.array([0.9])))[1]
    {'id': 'b', 'cluster': 'a', 'duplicates': [{'id': 'a', 'resemblance': 0.9}]}
    """
    owner = pairs.reshape(-1)
    order = np.argsort(owner, kind="stable")
    other, rounded = pairs[:, ::-1].reshape(-1)[order], resemblance.round(4)[order // 2]
    bounds = np.searchsorted(owner[order], np.arange(len(ids) + 1)).tolist()
    for at, label in enumerate(labels.tolist()):
        span = slice(bounds[at], bounds[at + 1])
        yield {
            "id": ids[at],
            "cluster": ids[label],
            "duplicates": [
                {"id": ids[one], "resemblance": share}
                for one, share in zip(other[span].tolist(), rounded[span].tolist(), strict=True)
            ],
        }


def count_clusters(labels: NDArray[np.int64]) -> tuple[int, int, int]:
    """Count the clusters of two articles or more: how many, articles of the largest, articles of all."""
    sizes = np.bincount(labels, minlength=1)
    sizes = sizes[sizes > 1]
    return len(sizes), int(sizes.max(initial=0)), int(sizes.sum())


def rank_outlets(outlets: Iterable[str], policy: Policy) -> NDArray[np.int64]:
    """Rank articles by their outlets: the place in the policy, whatever the case; others come last."""
    places = {name.casefold(): place for place, name in reversed(list(enumerate(policy.outlets)))}
    last = len(policy.outlets)
    return np.array([places.get(outlet.casefold(), last) for outlet in outlets], np.int64)
