"""The scores, against hand-made cases and a score written by others, where that is at hand."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.calibration import bin_edges, expected_error, expected_error_by_chance
from benchmarks.score import main, score

OTHER = Path(__file__).parents[2] / "shared" / "eval" / "score_lineage.py"
RENAMED = {
    "articles": "n_articles",
    "families": "n_families",
    "digests": "n_digests",
    "singletons": "n_singletons",
}


def row(name: str, *parents: str, family: str | None = None, relation: str = "root") -> dict[str, Any]:
    return {"id": name, "family": family, "parents": list(parents), "relation": relation}


# A chain of three, a singleton and a rival of it.
TRUTH = [
    row("a", family="A"),
    row("b", "a", family="A", relation="light"),
    row("c", "b", family="A", relation="heavy"),
    row("x", family="X"),
    row("y", family="Y"),
]


def test_the_truth_is_perfect() -> None:
    found = score(TRUTH, TRUTH)
    perfect = (
        found.family_f1,
        found.bcubed_f1,
        found.edge_f1,
        found.link_f1,
        found.ancestry_f1,
        found.root_acc,
    )
    assert perfect == (1,) * 6
    assert (found.relation_acc, found.false_kin) == (1, 0)
    assert (found.n_articles, found.n_families, found.n_digests, found.n_singletons) == (5, 1, 0, 2)
    assert found.parent_found_by_relation == {"heavy": "1/1", "light": "1/1"}


def test_nothing_found() -> None:
    found = score(TRUTH, [])
    assert (found.family_f1, found.edge_f1, found.ancestry_f1, found.false_kin) == (0, 0, 0, 0)
    assert found.root_acc == 1  # the root is parentless, and in the family of as many members as any


def test_a_grandparent_for_a_parent() -> None:
    found = score(TRUTH, [row("b", "a", relation="edit"), row("c", "a", relation="summary")])
    assert found.family_f1 == 1
    assert (found.edge_precision, found.edge_recall) == (0.5, 0.5)
    assert found.ancestry_f1 == pytest.approx(2 * 2 / (2 + 3))
    assert found.relation_acc == 1  # of the article with a right parent
    assert found.parent_found_by_relation == {"heavy": "0/1", "light": "1/1"}


def test_a_chain_the_wrong_way_round() -> None:
    found = score(TRUTH, [row("a", "b"), row("b", "c")])
    assert (found.family_f1, found.link_f1, found.edge_f1, found.root_acc) == (1, 1, 0, 0)


def test_kin_where_there_is_none() -> None:
    found = score(TRUTH, [*TRUTH[:4], row("y", "x")])
    assert found.false_kin == 1  # of x a child, of y a parent
    assert found.family_precision == 3 / 4
    assert score(TRUTH, [*TRUTH[:4], row("y", "a")]).false_kin == 0.5


def test_a_digest_joins_no_families() -> None:
    truth = [*TRUTH, row("z", "x", family="X"), row("d", "c", "x", family="D", relation="merge")]
    assert score(truth, truth).n_digests == 1
    joined = score(truth, [*truth[:-1], row("d", "c", "x", family="A")])
    assert joined.family_f1 == 1
    assert joined.relation_acc == 1  # two parents or more
    assert score(truth, [*truth[:-1], row("d", "c", family="A")]).relation_acc == 3 / 4


def test_rows_that_truth_lacks_are_passed_over() -> None:
    assert score(TRUTH, [*TRUTH, row("z", "a"), row("q", "z")]) == score(TRUTH, TRUTH)


def test_a_cycle_ends() -> None:
    assert score(TRUTH, [row("a", "b"), row("b", "a")]).family_f1 == 0


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "truth.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in TRUTH), encoding="utf-8")
    assert main([str(path), str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["edge_f1"] == 1
    assert main([str(path), str(path)]) == 0
    assert "family_f1                  1.000\n" in capsys.readouterr().out
    assert main([str(path)]) == 2


@st.composite
def lineages(draw: st.DrawFn) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    ids = [f"n{i}" for i in range(draw(st.integers(1, 9)))]
    names = st.sampled_from(["root", "light", "heavy", "merge", "edit", "rewrite"])
    truth: list[dict[str, Any]] = []
    guess: list[dict[str, Any]] = []
    for place, name in enumerate(ids):
        parents = draw(st.lists(st.sampled_from(ids[:place]), max_size=3, unique=True)) if place else []
        family = truth[ids.index(parents[0])]["family"] if parents else name
        truth.append(row(name, *parents, family=family, relation=draw(names)))
        if draw(st.booleans()):
            listed = draw(st.lists(st.sampled_from([*ids, "unknown"]), max_size=3, unique=True))
            given_parents = [{"id": i, "relation": draw(names)} if draw(st.booleans()) else i for i in listed]
            family = draw(st.sampled_from([None, *ids]))
            guess.append({"id": name, "family": family, "parents": given_parents})
    return truth, draw(st.permutations(guess))


@pytest.mark.skipif(not OTHER.exists(), reason="needs the other score")
@given(lineages())
def test_agrees_with_the_other_score(case: tuple[list[dict[str, Any]], list[dict[str, Any]]]) -> None:
    spec = importlib.util.spec_from_file_location("other", OTHER)
    assert spec is not None
    assert spec.loader is not None
    other = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(other)
    ours = score(*case)
    for name, value in other.score(*case).items():
        assert getattr(ours, RENAMED.get(name, name)) == pytest.approx(value), name


def test_expected_error_by_hand() -> None:
    # .9 twice, once right; .1 once, wrong: bins off by .4 and .1
    assert expected_error([0.9, 0.9, 0.1], [True, False, False]) == pytest.approx((2 * 0.4 + 0.1) / 3)
    assert expected_error([], []) == 0
    assert expected_error([1.0, 0.0], [True, False]) == 0


def test_bins_have_equal_width() -> None:
    table = bin_edges([0.0, 0.05, 0.1, 0.95, 1.0], [True] * 5)
    assert [(low, n) for low, n, _, _ in table] == [(0.0, 2), (0.1, 1), (0.9, 2)]


@given(st.lists(st.sampled_from([0.2, 0.5, 0.8]), min_size=30, max_size=200))
def test_chance_alone_errs_less_with_more_edges(chances: list[float]) -> None:
    few, many = expected_error_by_chance(chances), expected_error_by_chance(chances * 16)
    assert 0 < many < few
