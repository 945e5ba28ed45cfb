"""Document frequencies and weights against dictionaries over tokens."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.duplicates.shingles import make_shingles
from dedup.pairs import parts
from dedup.pairs.frequencies import COUNTER_BITS, count_articles, weigh
from dedup.pairs.terms import find_terms
from dedup.text.batches import tokens
from dedup.workers import Workers
from tests import lineage_reference as plain

DEV = [row["text"] for row in plain.read_set("lineage_dev")]
ODD = ["", " \n", "...", "\ud800 \0", "word", "14", "港口今天关闭了", "the of and"]
piles = st.lists(st.one_of(plain.article_texts, st.sampled_from(ODD), st.text(max_size=30)), max_size=6)


def weighed(texts: list[str]) -> list[dict[int, int]]:
    """Return the weights of each article's terms."""
    found = find_terms(tokens(texts))
    weights = weigh(found, count_articles(texts)).tolist()
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
    frequencies = count_articles(texts)
    counts = frequencies.counts
    expected = plain.frequencies(plain.find_terms(texts))
    assert {int(i): int(counts[i]) for i in np.flatnonzero(counts)} == expected
    assert len(counts) == 1 << COUNTER_BITS
    assert frequencies.of(found).tolist() == [expected[name >> 42] for name in found.hashes.tolist()]
    assert frequencies.n_articles == len(set(plain.copy_groups(plain.find_terms(texts)))) < len(texts)
    assert frequencies.n_shingles == len(make_shingles(texts).values)


def test_a_pile_teaches_what_is_common_in_it() -> None:
    name = int(find_terms(tokens(["Vennport"])).hashes[0])
    weights = []
    for n in (1, 50, 200):
        pile = [f"Vennport harbour {i}" for i in range(n)] + [f"Hasle quarry {i}" for i in range(200 - n)]
        weights.append(weighed(pile)[0][name])
    assert weights[0] > weights[1] > weights[2] > 0


def test_copies_of_a_text_teach_nothing() -> None:
    assert weighed([DEV[0]] * 2000)[0] == weighed([DEV[0]])[0]


@pytest.mark.parametrize(("size", "most", "workers"), [(1, 1, 1), (3_000, 5, 1), (20_000, 1 << 16, 2)])
def test_parts_and_workers_change_nothing(
    size: int, most: int, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [*ODD, *DEV[:40], *DEV[:9], *ODD]
    whole = count_articles(texts)
    monkeypatch.setattr(parts, "PART", size)
    monkeypatch.setattr(parts, "MOST_TEXTS", most)
    with Workers(workers) as several:
        cut = count_articles(texts, several)
    assert (cut.counts == whole.counts).all()
    assert (cut.n_articles, cut.n_shingles) == (whole.n_articles, whole.n_shingles)
