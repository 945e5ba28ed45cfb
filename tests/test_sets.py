"""Sets of hashes against Python's own."""

import random

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from dedup.pairs.sets import find_shared, make_sets

# Hashes differ in their upper 40 bits, which is what the sets keep.
ROWS = st.lists(
    st.tuples(st.integers(0, 30).map(lambda n: n << 59 | n << 24), st.integers(0, 5)), max_size=60
)


@given(ROWS)
def test_a_set_an_article(rows: list[tuple[int, int]]) -> None:
    hashes, articles = np.array([r[0] for r in rows], np.uint64), np.array([r[1] for r in rows], np.int64)
    sets = make_sets(hashes, articles, 6)
    for i in range(6):
        keys = sets.keys[sets.offsets[i] : sets.offsets[i + 1]].tolist()
        assert keys == sorted({i << 40 | h >> 24 for h, article in rows if article == i})
    assert len(sets.keys) == sets.offsets[-1]


@given(ROWS, st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=8))
def test_shared_keys_and_their_places(rows: list[tuple[int, int]], pairs: list[tuple[int, int]]) -> None:
    check_shared(rows, pairs)


def test_shared_keys_of_many_pairs() -> None:
    draw = random.Random(5)
    rows = [(draw.randrange(2**9) << 55, min(draw.randrange(12), 5)) for _ in range(400)]
    check_shared(rows, [(a, b) for a in range(6) for b in range(6)])


def check_shared(rows: list[tuple[int, int]], pairs: list[tuple[int, int]]) -> None:
    """Compare what the sets of each pair share with the intersection of Python's sets."""
    hashes, articles = np.array([r[0] for r in rows], np.uint64), np.array([r[1] for r in rows], np.int64)
    sets = make_sets(hashes, articles, 6)
    pair, first, second = find_shared(sets, np.array(pairs, np.int64).reshape(-1, 2))
    assert (np.diff(pair) >= 0).all()
    for n, (a, b) in enumerate(pairs):
        wanted = {h >> 24 for h, i in rows if i == a} & {h >> 24 for h, i in rows if i == b}
        mine, theirs = sets.keys[first[pair == n]].tolist(), sets.keys[second[pair == n]].tolist()
        assert sorted(mine) == sorted(a << 40 | key for key in wanted)
        assert [key - (a << 40) for key in mine] == [key - (b << 40) for key in theirs]


def test_the_last_article_there_can_be() -> None:
    last = 2**24 - 1
    hashes = np.array([2**64 - 1, 2**64 - 1, 0], np.uint64)
    sets = make_sets(hashes, np.array([0, last, last]), last + 1)
    assert sets.offsets[[1, last, last + 1]].tolist() == [1, 1, 3]
    assert [len(part) for part in find_shared(sets, np.array([[0, last]]))] == [1, 1, 1]
