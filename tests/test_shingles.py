import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.duplicates.shingles import make_shingles, word_shingles
from dedup.errors import InputError
from dedup.ragged import ranges
from dedup.text.batches import fold, words
from tests import reference

ARTICLES = st.lists(
    st.lists(st.sampled_from("a bb ccc storm harbourmaster".split()), max_size=12).map(" ".join)
)


@given(ARTICLES, st.integers(1, 9))
def test_shingles_are_those_of_the_reference(texts: list[str], n: int) -> None:
    cut = make_shingles(texts, n)
    assert len(cut) == len(texts)
    for i, text in enumerate(texts):
        hashes = words(fold([text])).hashes.tolist()
        found = cut.values[cut.offsets[i] : cut.offsets[i + 1]].tolist()
        assert found == reference.shingle_hashes(hashes, n)


def test_order_of_words_matters() -> None:
    cut = make_shingles(["a b c d e", "a c b d e", "b a c d e", "a b c e d"])
    assert len(set(cut.values.tolist())) == 4


def test_a_short_article_has_one_shingle_and_an_empty_one_none() -> None:
    assert make_shingles(["one two", "", "...", "one two three four five"]).offsets.tolist() == [
        0,
        1,
        1,
        1,
        2,
    ]


def test_golden_values() -> None:
    cut = make_shingles(["The storm hit the harbour at dawn.", "Zwei Wörter", "漢字かな交じり文"])
    assert [f"{value:016x}" for value in cut.values.tolist()] == GOLDEN


def test_no_words_a_shingle_is_refused() -> None:
    with pytest.raises(InputError, match="n is 0"):
        make_shingles(["a"], 0)


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 9))))
def test_ranges(wanted: list[tuple[int, int]]) -> None:
    starts, lengths = np.array(wanted, np.int64).reshape(-1, 2).T
    assert ranges(starts, lengths).tolist() == [i for s, n in wanted for i in range(s, s + n)]


GOLDEN = [
    "94f09194f4deb3aa",
    "b8fd57d43c5bd8b1",
    "d5c422ae640c0c61",
    "05341c999dba437a",
    "b4640ad883ea166a",
    "5026a20084ab1933",
    "92091119f47b8855",
    "e3d45f0c96b69f6b",
]


@given(st.lists(st.lists(st.sampled_from("abcde"), max_size=9).map(" ".join), max_size=6), st.integers(1, 5))
def test_padding_repeats_the_last_shingle(texts: list[str], n: int) -> None:
    found = words(fold(texts))
    plain, padded = word_shingles(found, n), word_shingles(found, n, padded=True)
    assert np.array_equal(padded.offsets, found.articles)
    for i in range(len(texts)):
        own = plain.values[plain.offsets[i] : plain.offsets[i + 1]].tolist()
        more = padded.values[padded.offsets[i] : padded.offsets[i + 1]].tolist()
        assert more == own + own[-1:] * (len(more) - len(own))
