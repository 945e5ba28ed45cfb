from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.duplicates.components import components
from dedup.duplicates.lsh import EMPTY_KEY, LARGEST_FULL, band_keys, candidate_pairs, choose_bands, s_curve
from dedup.duplicates.minhash import signatures
from dedup.errors import InputError
from dedup.ragged import Ragged
from tests import reference

# Keys that agree in the high bits only are what a sort by truncated keys could take for one bucket.
KEYS = st.sampled_from([0, 1, 2, 3, 1 << 63, (1 << 63) + 1, (1 << 63) + 2, int(EMPTY_KEY)])


@given(
    st.integers(1, 3).flatmap(
        lambda bands: st.lists(st.lists(KEYS, min_size=bands, max_size=bands), min_size=1, max_size=30)
    )
)
def test_pairs_are_those_of_a_dictionary(keys: list[list[int]]) -> None:
    pairs = candidate_pairs(np.array(keys, np.uint64))
    assert pairs.dtype == np.int64
    assert list(map(tuple, pairs.tolist())) == reference.bucket_pairs(keys)


def test_a_large_bucket_makes_a_star_and_a_chain() -> None:
    n = LARGEST_FULL + 1
    keys = np.full((n + 1, 1), 7, np.uint64)
    keys[3] = 8  # an article of another bucket in between
    members = [i for i in range(n + 1) if i != 3]
    star = {(0, i) for i in members[1:]}
    chain = set(pairwise(members))
    assert set(map(tuple, candidate_pairs(keys).tolist())) == star | chain


def test_large_buckets_are_told_apart_by_whole_keys() -> None:
    keys = (np.arange(200, dtype=np.uint64) % 2)[:, None]
    pairs = candidate_pairs(keys)
    assert (pairs[:, 0] % 2 == pairs[:, 1] % 2).all()
    assert components(200, pairs).tolist() == [0, 1] * 100


def test_copies_are_linear() -> None:
    n = 100_000
    pairs = candidate_pairs(np.full((n, 4), 99, np.uint64))
    assert len(pairs) == 2 * n - 3
    assert not components(n, pairs).any()


def test_nobody_shares_the_bucket_of_empty_articles() -> None:
    keys = band_keys(np.full((3, 8), 0xFFFFFFFF, np.uint32), 2)
    assert (keys == EMPTY_KEY).all()
    assert candidate_pairs(keys).shape == (0, 2)


def test_no_articles() -> None:
    assert candidate_pairs(np.zeros((0, 4), np.uint64)).shape == (0, 2)


@given(
    st.lists(st.lists(st.integers(0, 3), min_size=7, max_size=7), min_size=1, max_size=20), st.integers(1, 7)
)
def test_keys_agree_where_rows_do(signed: list[list[int]], bands: int) -> None:
    keys = band_keys(np.array(signed, np.uint32), bands)
    rows = 7 // bands
    for band in range(bands):
        of_rows: dict[tuple[int, ...], int] = {}
        for row, key in zip(signed, keys[:, band].tolist(), strict=True):
            assert of_rows.setdefault(tuple(row[band * rows : (band + 1) * rows]), key) == key
        assert len(set(of_rows.values())) == len(of_rows)


@pytest.mark.parametrize("size", [8, 60, 200])
@pytest.mark.parametrize("true", [0.5, 0.6, 0.7, 0.8, 0.9])
def test_candidates_follow_the_s_curve(true: float, size: int) -> None:
    n_pairs = 2000
    n_common = round(2 * size * true / (1 + true))
    drawn = np.random.default_rng(3).integers(0, 2**64, (n_pairs, 2 * size - n_common), np.uint64)
    halves = np.stack([drawn[:, :size], drawn[:, size - n_common :]], axis=1).reshape(-1)
    signed = signatures(Ragged(halves, np.arange(2 * n_pairs + 1) * size))
    found = len(candidate_pairs(band_keys(signed, 16))) / n_pairs
    expected = s_curve(n_common / (2 * size - n_common), 16, 8)
    # 4 standard errors, and .01 for rows that are not quite independent
    assert abs(found - expected) < 4 * (expected * (1 - expected) / n_pairs) ** 0.5 + 0.01


@pytest.mark.parametrize(("threshold", "bands"), [(0.7, (16, 8)), (1.0, (1, 65)), (0.001, (128, 1))])
def test_choose_bands(threshold: float, bands: tuple[int, int]) -> None:
    assert choose_bands(128, threshold) == bands


def test_bad_arguments() -> None:
    with pytest.raises(InputError, match="threshold is 0"):
        choose_bands(128, 0)
    with pytest.raises(InputError, match="rows is 0"):
        choose_bands(0, 0.5)
    with pytest.raises(InputError, match="bands is 9; give a number from 1 to the 8 rows"):
        band_keys(np.zeros((1, 8), np.uint32), 9)


@given(
    st.integers(1, 30).flatmap(
        lambda n: st.tuples(st.just(n), st.lists(st.tuples(*[st.integers(0, n - 1)] * 2)))
    )
)
def test_components(graph: tuple[int, list[tuple[int, int]]]) -> None:
    n, pairs = graph
    assert components(n, np.array(pairs, np.int64).reshape(-1, 2)).tolist() == reference.connected(n, pairs)


def test_a_long_chain_is_one_component() -> None:
    order = np.random.default_rng(0).permutation(20_000)
    assert not components(20_000, np.stack([order[:-1], order[1:]], axis=1)).any()
