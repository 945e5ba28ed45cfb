"""Connected components of a graph of articles."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def components(n_articles: int, pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Label the connected components of a graph of articles.

    Parameters
    ----------
    n_articles : int
        Number of articles, >= 0.
    pairs : ndarray of int64, shape (n_pairs, 2)
        Edges between articles.

    Returns
    -------
    ndarray of int64, shape (n_articles,)
        Smallest member of the component of each article.

    Notes
    -----
    Every root takes the smallest label beside it and all labels jump to their root, until nothing changes
    [1]_: a few passes over `pairs`.

    .. [1] Shiloach and Vishkin, "An O(log n) parallel connectivity algorithm", J. Algorithms 3 (1982).

    Examples
    --------
    >>> components(5, np.array([[3, 4], [1, 3]])).tolist()
    [0, 1, 2, 1, 1]
    """
    labels = np.arange(n_articles, dtype=np.int64)
    first, second = pairs[:, 0], pairs[:, 1]
    while len(first):
        a, b = labels[first], labels[second]
        open_ = a != b
        first, second, a, b = first[open_], second[open_], a[open_], b[open_]
        np.minimum.at(labels, np.maximum(a, b), np.minimum(a, b))
        while (labels != (jumped := labels[labels])).any():
            labels = jumped
    return labels
