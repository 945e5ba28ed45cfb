"""Choosing parents: the main one, others, no cycles."""

from itertools import permutations
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup.lineage.links import Rows, Scores, direct, score
from dedup.lineage.model import RELATIONS, Linear, Model, load_model
from dedup.lineage.parents import (
    LEAST_MAIN,
    LEAST_OTHER,
    choose_main,
    find_parents,
    most_probable,
    other_probability,
)
from dedup.lineage.pipeline import Compared, compare_pile
from tests import lineage_reference as plain

MODEL = load_model()
HOURS = st.sampled_from([0.0, 1.0, 2.0, 3.0, 50.0, np.nan])
EVERYBODY = Model(
    {**MODEL.linear, "other": Linear(9.0, {}), "main": Linear(9.0, {}), "main_untimed": Linear(9.0, {})}
)
"""A model that holds every candidate to be a parent: what keeps the graph sound is then the rules alone."""


@pytest.fixture(scope="module")
def hard() -> Compared:
    texts = [row["text"] for row in plain.read_set("lineage_dev_hard")[:70]]
    return compare_pile(texts, np.full(len(texts), -1))


def links_of(rows: Rows, found: Any) -> list[tuple[int, int]]:
    return list(zip(rows.child[found.row].tolist(), rows.parent[found.row].tolist(), strict=True))


@settings(max_examples=30, deadline=None)
@given(data=st.data(), model=st.sampled_from([MODEL, EVERYBODY]))
def test_parents_form_a_graph_without_cycles(hard: Compared, data: st.DataObject, model: Model) -> None:
    n = len(hard.archive.texts)
    hours = data.draw(st.one_of(st.lists(HOURS, min_size=n, max_size=n), st.just([np.nan] * n)))
    times = np.array(hours)
    rows = direct(hard.pairs, hard.features, times, model)
    found = find_parents(hard.archive, rows, score(rows, model), model)
    links = links_of(rows, found)
    children = [child for child, _ in links]
    assert not plain.has_cycle(links)
    assert len(set(links)) == len(links)
    assert children[: found.n_main] == sorted(set(children))  # at most one main parent, before all others
    assert all(not times[parent] > times[child] for child, parent in links)
    assert ((found.probability >= 0) & (found.probability <= 1)).all()
    assert (found.probability[found.n_main :] >= LEAST_OTHER).all()
    assert (found.probability[: found.n_main][rows.timed[found.row[: found.n_main]]] >= LEAST_MAIN).all()
    assert ((found.relation >= 0) & (found.relation < len(RELATIONS))).all()


def test_with_times_the_main_parent_is_the_best_candidate(hard: Compared) -> None:
    rows = direct(hard.pairs, hard.features, np.arange(len(hard.archive.texts), dtype=np.float64), MODEL)
    scores = score(rows, MODEL)
    chosen = choose_main(rows, scores, len(hard.archive.texts))
    assert rows.timed.all()
    assert sorted(chosen[chosen >= 0].tolist()) == scores.best.tolist()
    assert len(scores.best) > 30


def test_other_parents_are_found(hard: Compared) -> None:
    rows = direct(hard.pairs, hard.features, np.arange(len(hard.archive.texts), dtype=np.float64), EVERYBODY)
    found = find_parents(hard.archive, rows, score(rows, EVERYBODY), EVERYBODY)
    n_parents = np.bincount(rows.child[found.row])
    assert n_parents.max() == 8  # the main one and those of seven rounds
    assert found.n_main == np.count_nonzero(n_parents)


@pytest.mark.parametrize("weights", [{}, {"gain_cover": 9.0, "loss_cover": 9.0, "both_cover": -9.0}])
def test_no_other_parent_is_likelier_than_its_bound(hard: Compared, weights: dict[str, float]) -> None:
    """The bound is what spares a comparison; with it, and without, the same parents are found."""
    other = MODEL["other"]
    model = Model({**MODEL.linear, "other": Linear(other.bias, {**other.weights, **weights})})
    rows = direct(hard.pairs, hard.features, np.arange(len(hard.archive.texts), dtype=np.float64), MODEL)
    main = score(rows, MODEL).best
    main_of = np.full(len(hard.archive.texts), -1)
    main_of[rows.child[main]] = main
    row = np.setdiff1d(np.arange(len(rows.child)), main)
    beside = main_of[rows.child[row]]
    triples = np.stack([rows.child[row], rows.parent[beside], rows.parent[row]], axis=1)
    exact = other_probability(rows, row, hard.archive.compare_with_main(triples), model)
    bound = most_probable(rows, row, beside, model)
    assert (exact <= bound).all()
    assert (bound < LEAST_OTHER).any()
    assert (exact >= LEAST_OTHER).any()


@pytest.fixture(scope="module")
def alike() -> Compared:
    text = "Ida Brask shut the Orla bridge at Vennport on Monday: 14 of its 96 cables had failed, she said."
    return compare_pile([f"{text} Number {i}." for i in range(5)], np.full(5, -1))


def test_through_an_article_without_time_nothing_goes_back(alike: Compared) -> None:
    first, second, third, timeless, aside = range(5)
    wanted = {third: second, timeless: third, first: timeless, second: aside}
    pairs = np.array(sorted((min(a, b), max(a, b)) for a, b in [*wanted.items(), (second, first)]))
    every = list(map(tuple, alike.pairs.tolist()))
    features = alike.features[[every.index(tuple(pair)) for pair in pairs.tolist()]]
    model = Model({**EVERYBODY.linear, "kin": Linear(9.0, {})})
    rows = direct(pairs, features, np.array([0.0, 1.0, 2.0, np.nan, 0.5]), model)
    links = list(zip(rows.child.tolist(), rows.parent.tolist(), strict=True))
    choice = np.array([9.0 if wanted.get(child) == parent else 0.0 for child, parent in links])
    children = sorted(set(rows.child.tolist()))
    best = [max((i for i, at in enumerate(links) if at[0] == c), key=lambda i: choice[i]) for c in children]
    share = np.array([0.99 if wanted.get(child) == parent else 0.01 for child, parent in links])
    scores = Scores(choice, share, np.array(best), np.full(len(children), 4.0))
    found = find_parents(alike.archive, rows, scores, model)
    links_found = set(links_of(rows, found))
    # The first comes before the second, so that it cannot come down from it, whatever its candidates say.
    assert links_found & set(wanted.items()) == set(wanted.items()) - {(first, timeless)}
    assert (second, first) in links_found
    assert not plain.has_cycle(list(links_found))


def test_of_copies_without_times_one_is_the_root(alike: Compared) -> None:
    rows = direct(alike.pairs, alike.features, np.full(5, np.nan), EVERYBODY)
    assert len(rows.child) == len(list(permutations(range(5), 2)))
    found = find_parents(alike.archive, rows, score(rows, EVERYBODY), EVERYBODY)
    assert found.n_main == 4


def test_no_rows(hard: Compared) -> None:
    rows = direct(hard.pairs[:0], hard.features[:0], np.zeros(len(hard.archive.texts)), MODEL)
    found = find_parents(hard.archive, rows, score(rows, MODEL), MODEL)
    assert (len(found.row), len(found.probability), len(found.relation), found.n_main) == (0, 0, 0, 0)
