"""Terms against dictionaries over tokens."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.pairs.terms import UNITS, Occurrences, find_terms
from dedup.text.batches import tokens
from tests import lineage_reference as plain

DEV = [row["text"] for row in plain.read_set("lineage_dev")]
LONG = " ".join(f"Report {i} names Vennport{i % 7}." for i in range(300))
ODD = ["", " \n", "...", "\ud800 \0", "word", "14", LONG, "港口今天关闭了", "the of and"]
piles = st.lists(st.one_of(plain.article_texts, st.sampled_from(ODD), st.text(max_size=30)), max_size=6)


def unpack(found: Occurrences) -> list[dict[int, plain.Term]]:
    """Lay the arrays out as dictionaries, one an article."""
    pile = []
    for i in range(len(found.n_words)):
        terms = {}
        for t in range(found.offsets[i], found.offsets[i + 1]):
            units = tuple(found.units[found.unit_offsets[t] : found.unit_offsets[t + 1]].tolist())
            terms[int(found.hashes[t])] = plain.Term(int(found.classes[t]), int(found.first[t]), units)
        pile.append(terms)
    return pile


def check(texts: list[str]) -> None:
    found, expected = find_terms(tokens(texts)), plain.find_terms(texts)
    assert unpack(found) == [side.terms for side in expected]
    assert found.n_units.tolist() == [side.n_units for side in expected]
    assert found.n_words.tolist() == [side.n_words for side in expected]
    for a, b in zip(found.offsets, found.offsets[1:], strict=False):
        assert (found.hashes[a + 1 : b] > found.hashes[a : max(b - 1, a)]).all()


@given(piles)
def test_terms_are_those_found_word_by_word(texts: list[str]) -> None:
    check(texts)


@pytest.mark.parametrize("texts", [DEV, [*ODD, *DEV[:5]], []])
def test_terms_of_real_and_odd_articles(texts: list[str]) -> None:
    check(texts)


def test_an_article_of_many_sentences_has_few_units() -> None:
    found = find_terms(tokens([LONG, "Vennport. Hasle."]))
    assert found.n_units.tolist() == [UNITS, 2]
    assert found.units.max() == UNITS - 1
