"""Terms and their weights against dictionaries over tokens."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.shingles import group_copies, make_shingles
from dedup.terms import COUNTER_BITS, UNITS, Occurrences, count_articles, find_terms, frequency, join, weigh
from dedup.text import tokens
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
    assert found.article().tolist() == [i for i, side in enumerate(expected) for _ in side.terms]
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


def weighed(texts: list[str]) -> list[dict[int, int]]:
    """Return the weights of each article's terms."""
    found = find_terms(tokens(texts))
    groups = group_copies(make_shingles(texts))
    weights = weigh(found, count_articles(found, groups), len(set(groups.tolist()))).tolist()
    return [
        dict(zip(found.hashes[a:b].tolist(), weights[a:b], strict=True))
        for a, b in zip(found.offsets, found.offsets[1:], strict=False)
    ]


def expected_weights(texts: list[str]) -> list[dict[int, int]]:
    sides = plain.weigh(plain.find_terms(texts))
    return [{name: term.weight for name, term in side.terms.items()} for side in sides]


@given(piles)
def test_weights_are_those_of_the_formula(texts: list[str]) -> None:
    assert weighed(texts) == expected_weights(texts)
    assert weighed(texts + texts[:2]) == expected_weights(texts + texts[:2])


def test_weights_of_real_articles() -> None:
    weights = weighed(DEV)
    assert weights == expected_weights(DEV)
    assert {weight > 0 for article in weights for weight in article.values()} == {True, False}


def test_document_frequencies() -> None:
    texts = [*DEV, *DEV[:9]]
    found = find_terms(tokens(texts))
    counts = count_articles(found, group_copies(make_shingles(texts)))
    expected = plain.frequencies(plain.find_terms(texts))
    assert {int(i): int(counts[i]) for i in np.flatnonzero(counts)} == expected
    assert len(counts) == 1 << COUNTER_BITS
    assert frequency(found, counts).tolist() == [expected[name >> 42] for name in found.hashes.tolist()]


def test_a_pile_teaches_what_is_common_in_it() -> None:
    name = int(find_terms(tokens(["Vennport"])).hashes[0])
    weights = []
    for n in (1, 50, 200):
        pile = [f"Vennport harbour {i}" for i in range(n)] + [f"Hasle quarry {i}" for i in range(200 - n)]
        weights.append(weighed(pile)[0][name])
    assert weights[0] > weights[1] > weights[2] > 0


def test_copies_of_a_text_teach_nothing() -> None:
    assert weighed([DEV[0]] * 2000)[0] == weighed([DEV[0]])[0]


@given(piles, st.integers(0, 6))
def test_piles_are_joined_in_order(texts: list[str], cut: int) -> None:
    joined = join([find_terms(tokens(texts[:cut])), find_terms(tokens(texts[cut:]))])
    whole = find_terms(tokens(texts))
    assert unpack(joined) == unpack(whole)
    assert joined.n_units.tolist() == whole.n_units.tolist()
    assert joined.n_words.tolist() == whole.n_words.tolist()
    assert join([]).offsets.tolist() == [0]


@given(st.lists(plain.article_texts, min_size=1, max_size=5), st.data())
def test_taking_articles_is_as_if_there_were_no_others(texts: list[str], data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.integers(0, len(texts) - 1), max_size=6))
    taken = find_terms(tokens(texts)).take(np.array(chosen, np.int64))
    alone = find_terms(tokens([texts[i] for i in chosen]))
    assert unpack(taken) == unpack(alone)
    assert taken.n_units.tolist() == alone.n_units.tolist()
    assert taken.n_words.tolist() == alone.n_words.tolist()
