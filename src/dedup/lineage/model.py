"""The fitted model: a few weights on the features of a pair, and the probabilities that follow from them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from dedup.pairs.compare import FEATURES

RELATIONS = ("copy", "excerpt", "update", "edit", "rewrite", "summary")
"""Names of relations, in the order of the model's relation weights."""

_INDEX = {name: i for i, name in enumerate(FEATURES)}
_DAY = 24.0
_NEWS = 3 * _DAY  # hours after which a story is old


@dataclass(frozen=True, slots=True)
class Linear:
    """A weighted sum of named features.

    Attributes
    ----------
    bias : float
        Added to the sum.
    weights : mapping of str to float
        Weight of each feature, as it is (not standardised).
    """

    bias: float
    weights: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that was fitted; see ``benchmarks/fit.py``.

    Attributes
    ----------
    linear : mapping of str to Linear
        The weighted sums, by name.
    """

    linear: Mapping[str, Linear]

    def __getitem__(self, name: str) -> Linear:
        return self.linear[name]

    def __reduce__(self) -> tuple[Callable[[str], Model], tuple[str]]:
        # Mappings that nobody can change cannot be pickled, and other processes need the model.
        sums = {name: {"bias": one.bias, "weights": dict(one.weights)} for name, one in self.linear.items()}
        return parse_model, (json.dumps(sums),)


@cache
def load_model() -> Model:
    """Read the model that comes with the library."""
    return parse_model(files("dedup.lineage").joinpath("model.json").read_text(encoding="utf-8"))


def parse_model(text: str) -> Model:
    """Read a model from JSON: a bias and a weight for each feature of each weighted sum."""
    sums = {
        name: Linear(given["bias"], MappingProxyType(dict(given["weights"])))
        for name, given in json.loads(text).items()
    }
    return Model(MappingProxyType(sums))


def column(features: NDArray[np.float64], hours: NDArray[np.float64], name: str) -> NDArray[np.float64]:
    """Look up or derive one feature of pairs.

    Parameters
    ----------
    features : ndarray of float64, shape (n_pairs, len(FEATURES))
        From `compare`.
    hours : ndarray of float64, shape (n_pairs,)
        From the parent's publication to the child's; 0 where it is not known.
    name : str
        One of `FEATURES`; ``max_``, ``min_``, ``mean_`` or ``more_`` (the child's less the parent's) before
        a name that FEATURES has for child and parent; or ``template``, ``unlike_length``, ``soon``,
        ``hours``, ``late``.

    Returns
    -------
    ndarray of float64, shape (n_pairs,)
        The feature.
    """
    if name in _INDEX:
        return features[:, _INDEX[name]]
    how, _, what = name.partition("_")
    if how in _HOW:
        child, parent = features[:, _INDEX[f"child_{what}"]], features[:, _INDEX[f"parent_{what}"]]
        return _HOW[how](child, parent)
    return _DERIVED[name](features, hours)


_Feature = NDArray[np.float64]
_HOW: dict[str, Callable[[_Feature, _Feature], _Feature]] = {
    "max": np.maximum,
    "min": np.minimum,
    "mean": lambda child, parent: (child + parent) / 2,
    "more": np.subtract,
}
_DERIVED: dict[str, Callable[[_Feature, _Feature], _Feature]] = {
    # the same frame with other figures: next week's bulletin
    "template": lambda f, hours: f[:, _INDEX["same_outlet"]] * (1 - column(f, hours, "max_numbers")),
    # the same outlet, figures that the parent does not have: an update, and in which direction
    "new_figures": lambda f, _: f[:, _INDEX["same_outlet"]] * (1 - f[:, _INDEX["child_numbers"]]),
    "unlike_length": lambda f, _: np.abs(f[:, _INDEX["length"]]),
    # a rival who was there is out within the hour, before anyone can have rewritten the first report
    "soon": lambda _, hours: np.exp(-np.maximum(hours, 0)),
    "hours": lambda _, hours: np.log1p(np.clip(hours, 0, _NEWS)),
    "late": lambda _, hours: np.log1p(np.maximum(np.abs(hours) - _NEWS, 0)),
}


def weighted_sum(
    linear: Linear,
    features: NDArray[np.float64],
    hours: NDArray[np.float64],
    **more: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Apply a weighted sum to pairs.

    Parameters
    ----------
    linear : Linear
        The sum.
    features : ndarray of float64, shape (n_pairs, len(FEATURES))
        From `compare`.
    hours : ndarray of float64, shape (n_pairs,)
        From the parent's publication to the child's; 0 where it is not known.
    **more : ndarray of float64, shape (n_pairs,)
        Features by name that come from elsewhere.

    Returns
    -------
    ndarray of float64, shape (n_pairs,)
        Log odds, or a score.
    """
    total = np.full(len(features), linear.bias)
    for name, weight in linear.weights.items():
        total += weight * (more[name] if name in more else column(features, hours, name))
    return total


def probability(logit: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the probability of log odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logit, -30, 30))))
