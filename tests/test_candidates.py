"""Keys and candidate pairs against joins by dictionary."""

from itertools import chain

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from dedup.errors import InputError
from dedup.pairs import candidates, keys, runs
from dedup.pairs.candidates import find_candidates, share_facts, share_shingles
from dedup.pairs.frequencies import count_articles, weigh
from dedup.pairs.keys import WEIGHT_BITS, article_bits, make_keys, pair_terms
from dedup.pairs.terms import find_terms
from dedup.text.batches import tokens
from tests import lineage_reference as plain

DEV = [row["text"] for row in plain.read_set("lineage_dev")]
MOST = [(16, 64), (3, 64), (2, 3), (0, 5)]
"""Articles of a term that is a key by itself, and of a key whose articles are all paired."""


def pairs_of(texts: list[str], most: tuple[int, int]) -> tuple[list[tuple[int, ...]], list[tuple[int, int]]]:
    """Return the pairs found and those expected."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keys, "MOST_ARTICLES", most[0])
        patch.setattr(candidates, "MOST_PAIRED", most[1])
        pairs = find_candidates(texts, count_articles(texts))
    assert pairs.dtype == np.int64
    return (
        list(map(tuple, pairs.tolist())),
        plain.find_candidates(plain.weigh(plain.find_terms(texts)), *most),
    )


@pytest.mark.parametrize("most", MOST)
def test_pairs_of_real_articles(most: tuple[int, int]) -> None:
    pairs, expected = pairs_of(DEV, most)
    assert pairs == expected
    assert len(pairs) > 20


@settings(deadline=None)
@given(st.lists(plain.article_texts, max_size=8), st.sampled_from(MOST))
def test_pairs(texts: list[str], most: tuple[int, int]) -> None:
    pairs, expected = pairs_of(texts, most)
    assert pairs == expected


@pytest.mark.parametrize("n_rarest", [2, 5])
def test_facts_are_pairs_of_the_rarest_terms_of_a_sentence(n_rarest: int) -> None:
    texts = DEV[:30]
    found, frequencies = find_terms(tokens(texts)), count_articles(texts)
    seen = np.where(weigh(found, frequencies) > 0, frequencies.of(found), 0)
    one, other = pair_terms(found, seen, n_rarest)
    article = np.repeat(np.arange(len(texts)), np.diff(found.offsets))
    assert (article[one] == article[other]).all()
    sides = plain.weigh(plain.find_terms(texts))
    counted = plain.frequencies(sides)
    for i, side in enumerate(sides):
        facts = {
            frozenset((a, b))
            for a, b in zip(
                found.hashes[one[article[one] == i]].tolist(),
                found.hashes[other[article[one] == i]].tolist(),
                strict=True,
            )
        }
        assert facts == plain.facts_of(side, counted, -1, n_rarest)


@given(st.lists(st.lists(st.integers(0, 12), max_size=12), max_size=9), st.integers(2, 5), st.integers(1, 4))
def test_pairs_by_shingles_and_the_star(lists: list[list[int]], most: int, cut: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(candidates, "MOST_PAIRED", most)
        patch.setattr(runs, "RANGE", cut)
        pairs = share_shingles(*packed(lists))
    assert list(map(tuple, pairs.tolist())) == plain.share_shingles(lists, most)


def packed(lists: list[list[int]]) -> tuple[list[NDArray[np.uint64]], NDArray[np.int64]]:
    """Lay lists of small numbers out as keys, in two parts."""
    shift = int(article_bits(len(lists)) + WEIGHT_BITS)
    rows = [
        [
            (value * 0x9E3779B97F4A7C15 % 2**64) >> shift << shift | i << int(WEIGHT_BITS) | 1
            for value in set(values)
        ]
        for i, values in enumerate(lists)
    ]
    half = len(lists) // 2
    parts = [np.array(sorted(chain.from_iterable(some)), np.uint64) for some in (rows[:half], rows[half:])]
    return parts, np.array([len(values) for values in lists], np.int64)


def test_what_many_articles_share_makes_a_star() -> None:
    n = candidates.MOST_PAIRED
    assert len(share_shingles(*packed([list(range(5))] * n))) == n * (n - 1) // 2
    pairs = share_shingles(*packed([list(range(5))] * (n + 1))).tolist()
    assert pairs == sorted([[0, i] for i in range(1, n + 1)] + [[i, i + 1] for i in range(1, n)])


def test_few_copied_words_in_long_articles_make_no_pair() -> None:
    own = [[side * 1000 + i for i in range(1, 197)] for side in (1, 2)]
    for n, paired in ((2, False), (3, False), (4, True)):
        shared = list(range(5000, 5000 + n))
        assert (len(share_shingles(*packed([[*own[0], *shared], [*own[1], *shared]]))) == 1) == paired


def test_a_sample_of_shingles_is_the_same_in_every_article(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "ALL_SHINGLES", 0)
    texts = [DEV[0], DEV[0] + " More of it.", DEV[-1]]
    (made,) = make_keys(texts, count_articles(texts))
    per_article = np.bincount((made.shingles >> WEIGHT_BITS & np.uint64(3)).astype(np.int64))
    assert (per_article < made.n_shingles / 2).all()
    assert share_shingles([made.shingles], made.n_shingles, keys.SAMPLED).tolist() == [[0, 1]]


def test_rewrites_of_frequent_words_only_are_candidates() -> None:
    """Every term stands in many articles, no two of them in one sentence but in the rewrite."""
    names = [f"Q{i}venn" for i in range(80)]
    hay = [f"{names[i % 80]} said so. The {i}th day {names[(i * 7 + 1) % 80]} went." for i in range(1600)]
    texts = ["Q1venn met Q4venn, Q7venn and Q8venn.", "It was Q7venn who saw Q1venn, Q8venn, Q4venn.", *hay]
    frequencies = count_articles(texts)
    assert (frequencies.of(find_terms(tokens(texts[:2]))) > keys.MOST_ARTICLES).sum() >= 8
    assert [0, 1] in find_candidates(texts, frequencies).tolist()


def test_too_many_articles(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "MOST_TEXTS", 2)
    with pytest.raises(InputError, match="3 articles are too many"):
        find_candidates(["a", "b", "c"], count_articles(["a", "b", "c"]))


def test_nothing_to_pair() -> None:
    assert share_shingles([], np.zeros(0, np.int64)).shape == (0, 2)
    assert share_facts([np.zeros(0, np.uint64)], np.zeros(2, np.int64)).shape == (0, 2)
    for texts in ([], [""], ["", " "]):
        assert find_candidates(texts, count_articles(texts)).shape == (0, 2)
