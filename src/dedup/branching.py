"""The maximum branching of a directed graph (Chu and Liu 1965, Edmonds 1967)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def best_branching(
    child: NDArray[np.int64], parent: NDArray[np.int64], weight: NDArray[np.float64], n_nodes: int
) -> NDArray[np.int64]:
    """Choose at most one parent a node, without cycles, so that the sum of weights is greatest.

    Parameters
    ----------
    child, parent : ndarray of int64, shape (n_rows,)
        Directed links, child and parent different.
    weight : ndarray of float64, shape (n_rows,)
        What a link adds; a link of weight 0 or less is never chosen.
    n_nodes : int
        Nodes are 0 to n_nodes - 1.

    Returns
    -------
    ndarray of int64, shape (n_nodes,)
        The row chosen for each node, -1 for a root. Of equal links the first row wins.

    Notes
    -----
    Cycles are contracted one round after the other: O(n_rows) a round, and as many rounds as cycles are
    nested.

    Examples
    --------
    >>> best_branching(np.array([0, 1, 1]), np.array([1, 0, 2]), np.array([3.0, 2.0, 1.0]), 3).tolist()
    [0, 2, -1]
    """
    rows = np.flatnonzero(weight > 0)
    chosen = np.full(n_nodes, -1)
    if not len(rows):
        return chosen
    order = rows[np.lexsort((rows, -weight[rows], child[rows]))]
    first = np.concatenate([[True], child[order[1:]] != child[order[:-1]]])
    chosen[child[order[first]]] = order[first]
    cycle = _find_cycles(np.where(chosen >= 0, parent[chosen], -1))
    if not (cycle >= 0).any():
        return chosen
    # Contract every cycle to one node; entering a cycle at a node gives up the link chosen there.
    node = np.arange(n_nodes)
    inside = cycle >= 0
    node[inside] = n_nodes + cycle[inside]
    cost = np.zeros(n_nodes)
    cost[inside] = weight[chosen[inside]]
    n_cycles = int(cycle.max()) + 1
    # what is lost at least: the cheapest link of the cycle, if nothing enters it
    cheapest = np.full(n_cycles, np.inf)
    np.minimum.at(cheapest, cycle[inside], cost[inside])
    base = np.zeros(n_nodes + n_cycles)
    base[n_nodes:] = cheapest
    adjusted = weight - cost[child] + np.where(inside[child], base[node[child]], 0)
    outer = np.flatnonzero(node[child] != node[parent])
    picked = best_branching(node[child[outer]], node[parent[outer]], adjusted[outer], n_nodes + n_cycles)
    result = np.where(inside, chosen, -1)
    for target, row in enumerate(picked):
        if row >= 0:
            result[child[outer[row]]] = outer[row]
        elif target >= n_nodes:
            members = np.flatnonzero(cycle == target - n_nodes)
            result[members[np.argmin(cost[members])]] = -1
    return result


def _find_cycles(parent: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the cycles of a graph in which every node has at most one parent; -1 for nodes on none."""
    cycle = np.full(len(parent), -1)
    seen = np.zeros(len(parent), np.int64)
    n_cycles = 0
    for start in np.flatnonzero(parent >= 0):
        node = int(start)
        while node >= 0 and not seen[node]:
            seen[node] = start + 1
            node = int(parent[node])
        if node >= 0 and seen[node] == start + 1:
            at = node
            while cycle[at] < 0:
                cycle[at] = n_cycles
                at = int(parent[at])
            n_cycles += 1
    return cycle
