"""Word shingles as the documentation of most peers makes them, and pairs from the answers they give."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers import N_WORDS

_find_words = re.compile(r"\w+").findall


def shingle(text: str) -> set[str]:
    """Cut a text into shingles; one that has fewer words is a shingle of its own."""
    words = _find_words(text.lower())
    return {" ".join(words[i : i + N_WORDS]) for i in range(max(1, len(words) - N_WORDS + 1))}


def answers_to_pairs(answers: Iterable[Sequence[int]]) -> NDArray[np.int64]:
    """Make pairs of the answer to each article's query: the neighbours that come after it."""
    pairs = [(i, j) for i, answer in enumerate(answers) for j in answer if j > i]
    return np.array(pairs, np.int64).reshape(-1, 2)
