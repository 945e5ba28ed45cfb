import math
from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dedup.duplicates.minhash import EMPTY, SEED, is_empty, resemblance, signatures
from dedup.duplicates.shingles import make_shingles
from dedup.errors import InputError
from dedup.ragged import Ragged
from tests import reference

SETS = st.lists(st.lists(st.integers(0, 2**64 - 1), max_size=40), max_size=8)


def ragged(lists: Sequence[Sequence[int] | NDArray[np.uint64]]) -> Ragged:
    offsets = np.cumsum([0, *map(len, lists)], dtype=np.int64)
    return Ragged(np.concatenate([np.zeros(0, np.uint64), *(np.array(x, np.uint64) for x in lists)]), offsets)


@settings(max_examples=60, deadline=None)
@given(SETS, st.sampled_from([1, 2, 7, 16, 128]), st.sampled_from([0, 1, SEED, 2**64 - 1]))
def test_signatures_are_those_of_the_reference(lists: list[list[int]], rows: int, seed: int) -> None:
    signed = signatures(ragged(lists), rows, seed=seed)
    assert signed.dtype == np.uint32
    assert signed.tolist() == [reference.minhash(set(values), rows, seed) for values in lists]


@given(SETS.filter(bool), st.randoms())
def test_batch_order_and_repetition_do_not_matter(lists: list[list[int]], random: Random) -> None:
    together = signatures(ragged(lists))
    for i, values in enumerate(lists):
        shuffled = values + values[:3]
        random.shuffle(shuffled)
        assert np.array_equal(signatures(ragged([shuffled]))[0], together[i])


def test_a_slice_of_a_ragged_array_will_do() -> None:
    whole = ragged([[1, 2, 3], [4, 5], [], [6]])
    tail = Ragged(whole.values, whole.offsets[1:])
    assert np.array_equal(signatures(tail), signatures(whole)[1:])


@pytest.mark.parametrize("n_shingles", [3, 8, 60, 420])
@pytest.mark.parametrize("wanted", [0.2, 0.5, 0.8])
@pytest.mark.parametrize("kind", ["random", "counting", "sparse"])
def test_estimates_are_unbiased(n_shingles: int, wanted: float, kind: str) -> None:
    n_pairs, rows = 1000, 128
    n_common = min(n_shingles - 1, round(2 * n_shingles * wanted / (1 + wanted)))
    true = n_common / (2 * n_shingles - n_common)
    size = 2 * n_shingles - n_common
    drawn = np.random.default_rng(5).integers(0, 2**64, (n_pairs, size), np.uint64)
    if kind == "counting":
        drawn = np.arange(n_pairs * size, dtype=np.uint64).reshape(n_pairs, size)
    elif kind == "sparse":
        drawn = np.arange(n_pairs * size, dtype=np.uint64).reshape(n_pairs, size) << np.uint64(44)
    lists = [half for row in drawn for half in (row[:n_shingles], row[n_shingles - n_common :])]
    estimates = resemblance(signatures(ragged(lists)), np.arange(2 * n_pairs).reshape(-1, 2))
    classic = math.sqrt(true * (1 - true) / rows)
    assert abs(estimates.mean() - true) < 4 * classic / math.sqrt(n_pairs)  # 4 standard errors
    assert estimates.std() < classic * (1.02 if n_shingles > rows else 1.3)  # classic MinHash's, or near it


def test_an_empty_list_is_like_nothing() -> None:
    signed = signatures(ragged([[], [1], []]))
    assert (signed[[0, 2]] == EMPTY).all()
    assert is_empty(signed).tolist() == [True, False, True]
    assert resemblance(signed, np.array([[0, 2], [0, 1], [1, 1]])).tolist() == [0, 0, 1]


def test_many_pairs_are_compared_in_pieces() -> None:
    signed = signatures(ragged([[1, 2], [2, 3], [3, 4]]), 16)
    pairs = np.tile(np.array([[0, 1], [1, 2], [0, 0]]), (3000, 1))
    assert np.array_equal(resemblance(signed, pairs), np.tile(resemblance(signed, pairs[:3]), 3000))


def test_no_articles() -> None:
    assert signatures(ragged([])).shape == (0, 128)


@pytest.mark.parametrize(
    ("rows", "seed", "said"),
    [(0, 1, "rows is 0"), (4097, 1, "rows is 4097"), (8, -1, "seed is -1"), (8, 1 << 64, "seed is")],
)
def test_bad_arguments(rows: int, seed: int, said: str) -> None:
    with pytest.raises(InputError, match=said):
        signatures(ragged([[1]]), rows, seed=seed)


def test_golden_signatures() -> None:
    """Hold signatures fixed: stored ones must stay comparable, whatever the platform and the versions."""
    texts = [
        "The storm hit the harbour at dawn, and 64m crowns were lost.",
        "Zwei Wörter",
        "漢字かな交じり文です。",
    ]
    found = [row.astype("<u4").tobytes().hex() for row in signatures(make_shingles(texts), 8)]
    assert found == GOLDEN


GOLDEN = [
    "2ca4aec8fed47f915755507580d1a2c6575550759aa094832ca4aec8119b8aef",
    "85e82ffc85e82ffc85e82ffc85e82ffc85e82ffc85e82ffc85e82ffc85e82ffc",
    "8e45c60f8e45c60fcb6bffc029936aedcb6bffc0cb6bffc08e45c60f29936aed",
]
