"""The fitted model: derived features and weighted sums, one row at a time."""

import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from dedup.lineage.model import Linear, column, load_model, parse_model, probability, weighted_sum
from dedup.pairs.compare import FEATURES
from tests import lineage_reference as plain

DERIVED = "template new_figures unlike_length soon hours late".split()
PAIRED = [
    f"{how}_{what}" for how in ("max", "min", "mean", "more") for what in ("numbers", "own_words", "lead")
]
ROWS = st.lists(
    st.tuples(
        st.lists(st.floats(-3, 3), min_size=len(FEATURES), max_size=len(FEATURES)), st.floats(-200, 200)
    ),
    max_size=4,
)


def arrays(rows: list[tuple[list[float], float]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    features = np.array([row for row, _ in rows], np.float64).reshape(-1, len(FEATURES))
    return features, np.array([hours for _, hours in rows], np.float64)


@given(ROWS, st.sampled_from([*FEATURES, *DERIVED, *PAIRED]))
def test_columns(rows: list[tuple[list[float], float]], name: str) -> None:
    expected = [plain.column(dict(zip(FEATURES, row, strict=True)), hours, name) for row, hours in rows]
    assert column(*arrays(rows), name).tolist() == pytest.approx(expected, rel=1e-12, abs=1e-12)


@given(ROWS, st.sampled_from(["kin", "kin_by_wording", "copy", "summary"]))
def test_weighted_sums(rows: list[tuple[list[float], float]], name: str) -> None:
    linear = load_model()[name]
    named = [(dict(zip(FEATURES, row, strict=True)), hours) for row, hours in rows]
    expected = [plain.weighted_sum(linear, row, hours) for row, hours in named]
    assert weighted_sum(linear, *arrays(rows)).tolist() == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_features_from_elsewhere_come_first() -> None:
    features, hours = np.ones((2, len(FEATURES))), np.zeros(2)
    linear = Linear(1.0, {"order": 2.0, "kin_max": 3.0})
    total = weighted_sum(linear, features, hours, kin_max=np.array([0.5, 1]), order=np.array([0.0, 4]))
    assert total.tolist() == [2.5, 12.0]


@given(st.lists(st.floats(allow_nan=False), max_size=9))
def test_probabilities(logits: list[float]) -> None:
    chances = probability(np.array(logits, np.float64))
    assert ((chances > 0) & (chances < 1)).all()
    near = [1 / (1 + math.exp(-logit)) for logit in logits if abs(logit) <= 30]
    assert [c for c, logit in zip(chances, logits, strict=True) if abs(logit) <= 30] == pytest.approx(near)


def test_a_model_can_be_sent_to_other_processes() -> None:
    assert pickle.loads(pickle.dumps(load_model())) == load_model()


def test_reading_a_model() -> None:
    model = parse_model('{"kin": {"bias": -1.5, "weights": {"order": 2}}}')
    assert (model["kin"].bias, dict(model["kin"].weights)) == (-1.5, {"order": 2})
    with pytest.raises(TypeError):
        model.linear["kin"] = Linear(0, {})  # type: ignore[index]
    assert load_model() is load_model()
