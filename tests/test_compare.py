"""Every feature of a pair against dictionaries and loops."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

import dedup.pairs.compare
from dedup.pairs.archive import read_pile
from dedup.pairs.compare import FEATURES, Pile, compare, reverse
from dedup.pairs.frequencies import count_articles
from dedup.pairs.gains import GAINS, compare_with_main
from tests import lineage_reference as plain

DEV = plain.read_set("lineage_dev")[:24]
TEXTS = [row["text"] for row in DEV]
OUTLETS = [len(row["outlet"]) % 4 - 1 for row in DEV]
PAIRS = np.array(list(itertools.permutations(range(24), 2))[::5], np.int64)


def pile_of(texts: list[str], outlets: list[int]) -> tuple[Pile, list[plain.Side]]:
    pile = read_pile(texts, np.array(outlets, np.int64), count_articles(texts))
    return pile, plain.weigh(plain.find_terms(texts), outlets)


def check(got: NDArray[np.float64], expected: list[dict[str, float]], names: tuple[str, ...]) -> None:
    assert got.shape == (len(expected), len(names))
    for row, wanted in zip(got.tolist(), expected, strict=True):
        assert dict(zip(names, row, strict=True)) == pytest.approx(wanted, rel=1e-12, abs=1e-12)


def test_features_of_real_articles() -> None:
    pile, sides = pile_of(TEXTS, OUTLETS)
    got = compare(pile, PAIRS)
    check(got, [plain.compare(sides[a], sides[b]) for a, b in PAIRS.tolist()], FEATURES)
    assert (got.std(axis=0) > 0).all()  # every feature was put to the test


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_features(data: st.DataObject) -> None:
    texts = data.draw(st.lists(plain.article_texts, min_size=1, max_size=5))
    index = st.integers(0, len(texts) - 1)
    outlets = data.draw(st.lists(st.integers(-1, 1), min_size=len(texts), max_size=len(texts)))
    pairs = data.draw(st.lists(st.tuples(index, index), max_size=8))
    pile, sides = pile_of(texts, outlets)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dedup.pairs.compare, "_BLOCK", data.draw(st.sampled_from([1, 600, 1 << 21])))
        got = compare(pile, np.array(pairs, np.int64).reshape(-1, 2))
    check(got, [plain.compare(sides[a], sides[b]) for a, b in pairs], FEATURES)


def test_block_size_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    pile, _ = pile_of(TEXTS, OUTLETS)
    whole = compare(pile, PAIRS)
    for size in (1, 5_000):
        monkeypatch.setattr(dedup.pairs.compare, "_BLOCK", size)
        assert (compare(pile, PAIRS) == whole).all()


def test_a_row_does_not_depend_on_the_other_pairs() -> None:
    pile, _ = pile_of(TEXTS, OUTLETS)
    whole = compare(pile, PAIRS)
    assert (compare(pile, PAIRS[::-1]) == whole[::-1]).all()
    assert (compare(pile, PAIRS[7:8]) == whole[7:8]).all()


def test_reversed_features_are_those_of_the_reversed_pair() -> None:
    pile, _ = pile_of(TEXTS, OUTLETS)
    features = compare(pile, PAIRS)
    # "length" is a difference of logarithms, exact but for its sign; all else is computed alike
    assert (reverse(features) == compare(pile, PAIRS[:, ::-1])).all()
    assert (reverse(reverse(features)) == features).all()
    assert not (reverse(features) == features).all()


def test_an_article_compared_with_itself_contains_itself() -> None:
    pile, _ = pile_of(TEXTS, OUTLETS)
    rows = compare(pile, np.repeat(np.arange(24), 2).reshape(-1, 2))
    named = dict(zip(FEATURES, rows.T, strict=True))
    for side in ("child", "parent"):
        for what in ("numbers", "names", "words"):
            assert (named[f"{side}_own_{what}"] == 0).all()
        assert (named[f"{side}_cover"] > 0.6).all()
    assert (named["order"] > 0.9).all()
    assert (named["length"] == 0).all()


def test_shares_are_from_0_to_1() -> None:
    pile, _ = pile_of(TEXTS, OUTLETS)
    named = dict(zip(FEATURES, compare(pile, PAIRS).T, strict=True))
    for name in "numbers names words shingles cover lead".split():
        for side in ("child", "parent"):
            values = named[f"{side}_{name}"]
            assert ((values >= 0) & (values <= 1)).all()


def test_no_pairs() -> None:
    pile, _ = pile_of(TEXTS[:2], [0, 1])
    assert compare(pile, np.zeros((0, 2), np.int64)).shape == (0, len(FEATURES))
    assert compare_with_main(pile, np.zeros((0, 3), np.int64)).shape == (0, len(GAINS))


def test_gains_of_real_articles() -> None:
    pile, sides = pile_of(TEXTS, OUTLETS)
    triples = np.array(list(itertools.permutations(range(24), 3))[::97], np.int64)
    got = compare_with_main(pile, triples)
    expected = [plain.compare_with_main(*(sides[i] for i in triple)) for triple in triples.tolist()]
    check(got, expected, GAINS)
    assert (got.std(axis=0) > 0).all()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_gains(data: st.DataObject) -> None:
    texts = data.draw(st.lists(plain.article_texts, min_size=1, max_size=5))
    index = st.integers(0, len(texts) - 1)
    triples = data.draw(st.lists(st.tuples(index, index, index), max_size=6))
    pile, sides = pile_of(texts, [-1] * len(texts))
    got = compare_with_main(pile, np.array(triples, np.int64).reshape(-1, 3))
    check(got, [plain.compare_with_main(*(sides[i] for i in triple)) for triple in triples], GAINS)


def test_the_main_parent_adds_nothing_to_itself() -> None:
    pile, _ = pile_of(TEXTS, OUTLETS)
    assert (compare_with_main(pile, np.array([[1, 0, 0], [5, 4, 4]])) == 0).all()
