"""The order of articles where times do not tell it: nothing goes back in time, or round in a circle."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from dedup.duplicates.components import components
from dedup.lineage.links import Rows


def against_time(rows: Rows, chosen: NDArray[np.int64], weight: NDArray[np.float64]) -> NDArray[np.int64]:
    """Find the links to give up so that no article comes down from a later one through one without a time.

    Of the links between the two that touch an article without a time, the one of least weight is named.
    """
    if rows.dated.all():
        return np.zeros(0, np.int64)
    main_of = np.where(chosen >= 0, rows.parent[chosen], -1)
    order = number_down(main_of) // len(main_of)  # generations
    backward = np.flatnonzero(rows.dated & (rows.hours > 0) & (order[rows.child] < order[rows.parent]))
    later, at = rows.child[backward], rows.parent[backward]
    while (below := order[at] > order[later]).any():
        at = np.where(below, main_of[at], at)
    given_up = set()
    for row in backward[at == later].tolist():
        path, step = [], int(rows.parent[row])
        while step != rows.child[row]:
            path.append(int(chosen[step]))
            step = int(main_of[step])
        undated = [link for link in path if not rows.dated[link]]
        if undated:
            given_up.add(min(undated, key=lambda link: (weight[link], link)))
    return np.array(sorted(given_up), np.int64)


def close_no_cycle(
    rows: Rows, row: NDArray[np.int64], main_row: NDArray[np.int64], main_of: NDArray[np.int64]
) -> NDArray[np.bool_]:
    """Say which links to other parents go back in time or, where times do not order articles, in descent.

    Of articles that all have times, those with the same one are ordered by descent from each other; where
    some that hang together have none, all of them are. What hangs together with them only counts: what is
    told of a family does not depend on the rest of the pile.
    """
    part = components(len(main_of), np.stack([rows.child, rows.parent], axis=1))
    loose = np.isin(part, part[rows.child[~rows.dated]])
    level = loose | ((main_row >= 0) & (rows.hours[main_row] == 0))
    before = number_down(np.where(level, main_of, -1))
    child, parent = rows.child[row], rows.parent[row]
    return np.asarray(~loose[child] & (rows.hours[row] != 0) | (before[parent] < before[child]), np.bool_)


def number_down(main_of: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number articles so that a main parent comes before its children: by generation, found by doubling."""
    up = np.where(main_of >= 0, main_of, np.arange(len(main_of)))
    generation = (main_of >= 0).astype(np.int64)
    while True:
        further = generation[up]
        if not further.any():
            return generation * len(main_of) + np.arange(len(main_of))
        generation = generation + further
        up = up[up]
