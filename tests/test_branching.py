"""The maximum branching against every choice of parents there is."""

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dedup.lineage.branching import best_branching
from tests import lineage_reference as plain

Link = tuple[int, int, float]
WEIGHTS = st.one_of(st.integers(-3, 9).map(float), st.floats(0.01, 100))


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Link], int]:
    n = draw(st.integers(1, 5))
    node = st.integers(0, n - 1)
    link = st.tuples(node, node, WEIGHTS).filter(lambda link: link[0] != link[1])
    return (draw(st.lists(link, max_size=9)) if n > 1 else []), n


def branch(links: list[Link], n_nodes: int) -> list[int]:
    child, parent = (np.array([link[i] for link in links], np.int64) for i in (0, 1))
    weight = np.array([link[2] for link in links], np.float64)
    chosen: list[int] = best_branching(child, parent, weight, n_nodes).tolist()
    return chosen


@settings(max_examples=400, deadline=None)
@given(graphs())
@example(([(0, 1, 5.0), (1, 0, 5.0), (1, 2, 1.0), (2, 0, 9.0), (0, 3, 2.0)], 4))
@example(([(0, 1, 9.0), (1, 0, 9.0), (2, 1, 8.0), (1, 2, 8.5), (0, 2, 7.0), (2, 3, 1.0), (3, 2, 1.0)], 4))
def test_no_choice_of_parents_weighs_more(graph: tuple[list[Link], int]) -> None:
    links, n_nodes = graph
    chosen = branch(links, n_nodes)
    assert len(chosen) == n_nodes
    kept = [links[row] for row in chosen if row >= 0]
    assert all(links[row][0] == node for node, row in enumerate(chosen) if row >= 0)
    assert all(weight > 0 for _, _, weight in kept)
    assert not plain.has_cycle((child, parent) for child, parent, _ in kept)
    assert sum(weight for *_, weight in kept) == pytest.approx(plain.best_total(links, n_nodes), rel=1e-9)


def test_of_equal_links_the_first_wins() -> None:
    assert branch([(0, 1, 2.0), (0, 2, 2.0), (0, 1, 2.0)], 3) == [0, -1, -1]
    assert branch([(0, 2, 2.0), (0, 1, 2.0)], 3) == [0, -1, -1]


def test_links_of_no_weight_are_never_chosen() -> None:
    assert branch([(0, 1, 0.0), (1, 2, -1.0)], 3) == [-1, -1, -1]


def test_no_links() -> None:
    assert branch([], 3) == [-1, -1, -1]
    assert branch([], 0) == []


def test_many_cycles_side_by_side() -> None:
    links = [link for i in range(0, 4000, 2) for link in ((i, i + 1, 2.0), (i + 1, i, 3.0))]
    chosen = branch(links, 4000)
    assert [row for row in chosen if row >= 0] == list(range(1, 4000, 2))


def test_a_long_cycle_gives_up_its_weakest_link() -> None:
    n = 5000
    links = [(i, (i + 1) % n, 1.0 if i == 77 else 2.0) for i in range(n)]
    chosen = branch(links, n)
    assert chosen == [-1 if i == 77 else i for i in range(n)]


@pytest.mark.parametrize("n", [2, 3, 300, 3000])
def test_nested_cycles(n: int) -> None:
    """Neighbours prefer each other, the first ones most: each round contracts a single cycle of two."""
    links = [link for i in range(n - 1) for link in ((i, i + 1, 2.0 * n - i + 0.5), (i + 1, i, 2.0 * n - i))]
    assert branch(links, n) == [2 * i for i in range(n - 1)] + [-1]
