import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.duplicates import exact
from dedup.duplicates.exact import exact_resemblance
from dedup.duplicates.find import find_duplicates
from dedup.duplicates.lsh import s_curve
from dedup.duplicates.shingles import make_shingles
from dedup.errors import InputError
from tests import reference

VOCABULARY = [f"{a}{b}" for a in ("storm", "har", "bo", "dawn", "crown", "é") for b in range(60)]


def shingle_sets(texts: list[str], n: int = 5) -> list[set[int]]:
    cut = make_shingles(texts, n)
    return [set(cut.values[a:b].tolist()) for a, b in zip(cut.offsets, cut.offsets[1:], strict=False)]


def jaccard(a: set[int], b: set[int]) -> float:
    return len(a & b) / max(len(a | b), 1)


def corpus(n_articles: int, seed: int) -> list[str]:
    """Write articles of which every second is an earlier one with a few words changed."""
    rng = random.Random(seed)
    articles: list[list[str]] = []
    for i in range(n_articles):
        if i % 2 and articles:
            article = rng.choice(articles).copy()
            for _ in range(rng.randrange(12)):
                article[rng.randrange(len(article))] = rng.choice(VOCABULARY)
        else:
            article = rng.choices(VOCABULARY, k=rng.randrange(60, 200))
        articles.append(article)
    return [" ".join(article) for article in articles]


def test_pairs_are_exact_and_recall_is_that_of_the_s_curve() -> None:
    texts = list(dict.fromkeys(corpus(1600, seed=1)))
    sets = shingle_sets(texts)
    found = find_duplicates(texts)
    pairs = list(map(tuple, found.pairs.tolist()))
    assert pairs == sorted(set(pairs))
    assert found.resemblance.tolist() == [jaccard(sets[a], sets[b]) for a, b in pairs]
    assert (found.resemblance >= 0.7).all()
    sharing = exact_pairs(sets)
    alike = [(pair, value) for pair, value in sharing.items() if value >= 0.7]
    chances = np.array([s_curve(value, 16, 8) for _, value in alike])
    recall = np.mean([pair in set(pairs) for pair, _ in alike])
    assert len(alike) > 300
    spread = np.sqrt((chances * (1 - chances)).sum()) / len(alike)
    assert abs(recall - chances.mean()) < 4 * spread + 0.01


def exact_pairs(sets: list[set[int]]) -> dict[tuple[int, int], float]:
    holders: dict[int, list[int]] = {}
    for i, values in enumerate(sets):
        for value in values:
            holders.setdefault(value, []).append(i)
    pairs = {(a, b) for held in holders.values() for a in held for b in held if a < b}
    return {(a, b): jaccard(sets[a], sets[b]) for a, b in pairs}


def test_order_of_the_input_does_not_matter() -> None:
    texts = corpus(300, seed=2)
    order = np.random.default_rng(0).permutation(len(texts))
    straight, mixed = find_duplicates(texts), find_duplicates([texts[i] for i in order])
    assert {frozenset(order[list(cluster)].tolist()) for cluster in mixed.clusters} == set(
        map(frozenset, straight.clusters)
    )
    assert (straight.n_identical, straight.n_candidates) == (mixed.n_identical, mixed.n_candidates)


def test_clusters_are_the_components_of_the_pairs() -> None:
    found = find_duplicates(corpus(300, seed=3), threshold=0.5)
    labels = reference.connected(300, list(map(tuple, found.pairs.tolist())))
    groups = [tuple(i for i in range(300) if labels[i] == root) for root in sorted(set(labels))]
    expected = sorted((g for g in groups if len(g) > 1), key=lambda g: (-len(g), g[0]))
    assert found.clusters == tuple(expected)


def test_copies_are_paired_with_the_first() -> None:
    found = find_duplicates(["a b c", "x", "a b c", "a b c", ""])
    assert found.pairs.tolist() == [[0, 2], [0, 3]]
    assert found.clusters == ((0, 2, 3),)
    assert (found.n_articles, found.n_identical, found.n_candidates) == (5, 2, 0)


def test_articles_without_words_are_nobodys_duplicates() -> None:
    found = find_duplicates(["", "", "...", "...", "\ud800", "\ud800"])
    assert len(found.pairs) == 0
    assert found.clusters == ()


def test_a_hundred_thousand_copies_are_linear() -> None:
    text = "The storm hit the harbour at dawn, and sixty-four boats were lost."
    found = find_duplicates([text] * 50_000 + [text.upper()] * 50_000)
    assert len(found.pairs) == 99_999
    assert len(found.clusters[0]) == 100_000


def test_near_copies_in_a_large_bucket_stay_together() -> None:
    body = " ".join(VOCABULARY[:200])
    found = find_duplicates([f"{body} {i}" for i in range(2000)])
    assert len(found.clusters) == 1
    assert len(found.clusters[0]) == 2000
    assert found.n_candidates < 2000 * 2 * 16


def test_mappings_and_unusual_texts() -> None:
    long = "word " * 300_000
    found = find_duplicates([{"text": "a b c d e f"}, {"body": "A b, c d e f!"}, {"text": long}])
    assert found.clusters == ((0, 1),)


@pytest.mark.parametrize("few", [[], ["one"]])
def test_few_articles(few: list[str]) -> None:
    assert find_duplicates(few).pairs.shape == (0, 2)


def test_bad_arguments() -> None:
    with pytest.raises(InputError, match="threshold is 1.5"):
        find_duplicates(["a"], threshold=1.5)
    with pytest.raises(InputError, match="not a single one"):
        find_duplicates("a")
    with pytest.raises(InputError, match="n is 0"):
        find_duplicates(["a"], n=0)
    with pytest.raises(InputError, match="bands is 0"):
        find_duplicates(["a"], bands=0)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_exact_resemblance_in_groups_of_any_size(data: st.DataObject) -> None:
    words = st.lists(st.sampled_from("abc"), max_size=12).map(" ".join)
    texts = data.draw(st.lists(words, min_size=1, max_size=8))
    index = st.integers(0, len(texts) - 1)
    pairs = data.draw(st.lists(st.tuples(index, index), max_size=12))
    sets = shingle_sets(texts, 2)
    expected = [jaccard(sets[a], sets[b]) for a, b in pairs]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exact, "_CHUNK", data.draw(st.integers(1, 50)))
        assert exact_resemblance(texts, np.array(pairs, np.int64).reshape(-1, 2), 2).tolist() == expected
