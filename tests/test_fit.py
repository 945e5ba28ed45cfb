"""The model that comes with the library: every name in it means something, every weight is finite."""

import json
import math
from importlib.resources import files

import numpy as np
import pytest

from dedup.lineage.model import RELATIONS, column
from dedup.pairs.compare import FEATURES
from dedup.pairs.gains import GAINS

FITTED = json.loads(files("dedup.lineage").joinpath("model.json").read_text(encoding="utf-8"))

ELSEWHERE = {
    "choice": {"copied"},
    "choice_untimed": {"copied"},
    "derived": {"kin_max", "kin_best", "kin_other"},
    "derived_untimed": {"kin_max", "kin_best", "kin_other"},
    "main": {"derived", "log_share", "log_kin"},
    "main_untimed": {"derived", "log_share", "log_kin"},
    "other": {*GAINS, "log_kin"},
}
"""Features that a sum is given besides those of the pair, by the names of `score` and `find_parents`."""


def test_the_sums_are_those_that_are_used() -> None:
    assert set(FITTED) == {"kin", "kin_by_wording", *ELSEWHERE, *RELATIONS}


@pytest.mark.parametrize("name", sorted(FITTED))
def test_a_sum_is_of_known_features_with_finite_weights(name: str) -> None:
    assert set(FITTED[name]) == {"bias", "weights"}
    assert math.isfinite(FITTED[name]["bias"])
    assert FITTED[name]["weights"]
    for feature, weight in FITTED[name]["weights"].items():
        assert math.isfinite(weight)
        if feature not in ELSEWHERE.get(name, ()):
            assert column(np.ones((2, len(FEATURES))), np.zeros(2), feature).shape == (2,)


@pytest.mark.parametrize("name", sorted(FITTED))
def test_a_sum_that_serves_without_times_reads_no_times(name: str) -> None:
    if name.endswith("_untimed") or name.startswith("kin"):
        assert not {"soon", "hours", "late"} & set(FITTED[name]["weights"])


def test_the_model_knows_no_words() -> None:
    n_weights = sum(1 + len(linear["weights"]) for linear in FITTED.values())
    assert n_weights < 250
