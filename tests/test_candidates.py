"""Candidate pairs against joins by dictionary."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import candidates
from dedup.candidates import share_shingles, share_terms
from dedup.ragged import Ragged
from dedup.shingles import group_copies, make_shingles
from dedup.terms import count_articles, find_terms, weigh
from dedup.text import tokens
from tests import lineage_reference as plain

DEV = [row["text"] for row in plain.read_set("lineage_dev")]


def ragged(lists: list[list[int]]) -> Ragged:
    offsets = np.cumsum([0, *map(len, lists)])
    return Ragged(np.array([value for values in lists for value in values], np.uint64), offsets)


def by_terms(texts: list[str], most: int) -> tuple[list[tuple[int, ...]], list[tuple[int, int]]]:
    """Return the pairs found and those expected when a term of more than `most` articles makes none."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "MOST_ARTICLES", most)
        pairs = share(texts)
    return list(map(tuple, pairs)), plain.share_terms(plain.weigh(plain.find_terms(texts)), most)


@pytest.mark.parametrize("most", [64, 3])
def test_pairs_of_real_articles_by_terms(most: int) -> None:
    pairs, expected = by_terms(DEV, most)
    assert pairs == expected
    assert len(pairs) > 20


@given(st.lists(plain.article_texts, max_size=8), st.integers(2, 5))
def test_pairs_by_terms(texts: list[str], most: int) -> None:
    pairs, expected = by_terms(texts, most)
    assert pairs == expected


def test_each_condition_on_shared_terms_counts() -> None:
    names = "Vennport Hasle Brask Orla Tallis Wexholme".split()
    few = [f"x {' '.join(names[:4])}.", f"y {' '.join(names[:4])}."]
    assert share(few) == []  # 4 names of 4.6 nats at most are less than 20 nats
    more = [f"x {' '.join(names[:5])}.", f"y {' '.join(names[:5])}."]
    assert share(more) == [[0, 1]]
    other = [" ".join(f"Zz{i}{side}kk{i * 7}" for i in range(100)) for side in "ab"]
    assert share([f"{more[0]} {other[0]}", f"{more[1]} {other[1]}"]) == []  # less than .08 of either
    assert share([more[0], f"{more[1]} {other[1]}"]) == [[0, 1]]


def share(texts: list[str]) -> list[list[int]]:
    found = find_terms(tokens(texts))
    groups = group_copies(make_shingles(texts))
    counts = count_articles(found, groups)
    pairs = share_terms(found, weigh(found, counts, len(set(groups.tolist()))), counts)
    assert pairs.dtype == np.int64
    rows: list[list[int]] = pairs.tolist()
    return rows


SHINGLE = st.integers(0, 12).map(lambda n: (n * 0x9E3779B97F4A7C15) % 2**64)


@given(st.lists(st.lists(SHINGLE, max_size=12), max_size=9), st.integers(2, 5))
def test_pairs_by_shingles_and_the_star(lists: list[list[int]], most: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "MOST_ARTICLES", most)
        pairs = share_shingles(ragged(lists))
    assert list(map(tuple, pairs.tolist())) == plain.share_shingles(lists, most)


@pytest.mark.parametrize("most", [64, 3])
def test_pairs_of_real_articles_by_shingles(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "MOST_ARTICLES", most)
    cut = make_shingles(DEV)
    lists = [cut.values[a:b].tolist() for a, b in zip(cut.offsets, cut.offsets[1:], strict=False)]
    pairs = list(map(tuple, share_shingles(cut).tolist()))
    assert pairs == plain.share_shingles(lists, most)
    assert len(pairs) > 20


def test_what_many_articles_share_makes_a_star() -> None:
    shared = [value * 0x9E3779B97F4A7C15 % 2**64 for value in range(5)]
    n = candidates.MOST_ARTICLES
    assert len(share_shingles(ragged([shared] * n))) == n * (n - 1) // 2
    pairs = share_shingles(ragged([shared] * (n + 1))).tolist()
    assert pairs == sorted([[0, i] for i in range(1, n + 1)] + [[i, i + 1] for i in range(1, n)])


def test_few_copied_words_in_long_articles_make_no_pair() -> None:
    own = [[(side * 1000 + i) * 0x9E3779B97F4A7C15 % 2**64 for i in range(1, 197)] for side in (1, 2)]
    for n, paired in ((2, False), (3, False), (4, True)):
        shared = [value * 0x9E3779B97F4A7C15 % 2**64 for value in range(5000, 5000 + n)]
        lists = [[*own[0], *shared], [*own[1], *shared]]
        assert (len(share_shingles(ragged(lists))) == 1) == paired


def test_nothing_to_pair() -> None:
    assert share_shingles(ragged([])).shape == (0, 2)
    assert share_shingles(ragged([[], []])).shape == (0, 2)
    assert share([]) == share([""]) == share(["", " "]) == []
