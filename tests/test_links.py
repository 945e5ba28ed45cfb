"""Directed links and their scores, one row at a time."""

import math
from collections import defaultdict
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.lineage.links import LEAST_KIN, Rows, direct, score, segments
from dedup.lineage.model import load_model
from dedup.lineage.pipeline import Compared, compare_pile
from dedup.pairs.compare import FEATURES, reverse
from tests import lineage_reference as plain

MODEL = load_model()
DEV = plain.read_set("lineage_dev")[:60]
HOURS = st.sampled_from([0.0, 1.0, 1.0, 2.5, 100.0, math.nan])


@pytest.fixture(scope="module")
def compared() -> Compared:
    return compare_pile([row["text"] for row in DEV], np.arange(len(DEV)) % 5 - 1)


def named(row: Any) -> dict[str, float]:
    return dict(zip(FEATURES, row.tolist(), strict=True))


def expected_rows(compared: Compared, times: list[float]) -> dict[tuple[int, int], tuple[float, float, bool]]:
    """Say of each allowed direction (child, parent): hours, probability of kin, whether it is timed."""
    rows: dict[tuple[int, int], tuple[float, float]] = {}
    for (a, b), features in zip(compared.pairs.tolist(), compared.features, strict=True):
        gap = times[a] - times[b]
        hours = 0.0 if math.isnan(gap) else gap
        kin = plain.find_kin(named(features), MODEL)
        if kin >= LEAST_KIN:
            if not gap < 0:
                rows[a, b] = (hours, kin)
            if not gap > 0:
                rows[b, a] = (-hours, kin)
    untold = {child for child, parent in rows if (parent, child) in rows}
    return {at: (*row, at[0] not in untold) for at, row in rows.items()}


@given(st.data())
def test_directions_that_times_allow(compared: Compared, data: st.DataObject) -> None:
    n = len(compared.archive.texts)
    times = data.draw(st.lists(HOURS, min_size=n, max_size=n))
    rows = direct(compared.pairs, compared.features, np.array(times), MODEL)
    expected = expected_rows(compared, times)
    at = list(zip(rows.child.tolist(), rows.parent.tolist(), strict=True))
    assert at == sorted(expected)
    assert rows.hours.tolist() == [expected[pair][0] for pair in at]
    assert rows.kin.tolist() == pytest.approx([expected[pair][1] for pair in at], rel=1e-9)
    assert rows.timed.tolist() == [expected[pair][2] for pair in at]
    turned = reverse(compared.features)
    places = {tuple(pair): i for i, pair in enumerate(compared.pairs.tolist())}
    for (child, parent), features in zip(at, rows.features, strict=True):
        forward = (child, parent) in places
        source = compared.features if forward else turned
        assert (features == source[places[(child, parent) if forward else (parent, child)]]).all()


def test_without_times_both_directions_are_laid_out(compared: Compared) -> None:
    n = len(compared.archive.texts)
    for times in (np.full(n, np.nan), np.zeros(n)):
        rows = direct(compared.pairs, compared.features, times, MODEL)
        links = set(zip(rows.child.tolist(), rows.parent.tolist(), strict=True))
        assert links == {(parent, child) for child, parent in links}
        assert len(links) > 20
        assert not rows.timed.any()


@given(st.data())
def test_scores(compared: Compared, data: st.DataObject) -> None:
    n = len(compared.archive.texts)
    times = np.array(data.draw(st.lists(HOURS, min_size=n, max_size=n)))
    rows = direct(compared.pairs, compared.features, times, MODEL)
    scores = score(rows, MODEL)
    check_scores(rows, scores)


def check_scores(rows: Rows, scores: Any) -> None:
    of_child = defaultdict(list)
    copied: dict[int, float] = defaultdict(float)
    for i, child in enumerate(rows.child.tolist()):
        of_child[child].append(i)
        copied[child] = max(copied[child], named(rows.features[i])["child_shingles"])
    for n, own in enumerate(of_child.values()):
        timed = bool(rows.timed[own[0]])
        choice = {}
        for i in own:
            more = {"copied": copied[int(rows.parent[i])]}
            hours = float(rows.hours[i]) if timed else 0.0
            linear = MODEL["choice" if timed else "choice_untimed"]
            choice[i] = plain.weighted_sum(linear, named(rows.features[i]), hours, more)
        best = max(own, key=lambda i, of=choice: of[i])  # type: ignore[misc]
        odds = [math.exp(choice[i] - choice[best]) for i in own]
        kin = min(max(float(rows.kin[best]), 0.0067), 0.9933)
        more = {
            "kin_max": max(float(rows.kin[i]) for i in own),
            "kin_best": math.log(kin / (1 - kin)),
            "kin_other": max((float(rows.kin[i]) for i in own if i != best), default=0.0),
        }
        hours = float(rows.hours[best]) if timed else 0.0
        derived = MODEL["derived" if timed else "derived_untimed"]
        assert scores.choice[own].tolist() == pytest.approx([choice[i] for i in own], rel=1e-9)
        assert scores.share[own].tolist() == pytest.approx([o / sum(odds) for o in odds], rel=1e-6)
        assert scores.best[n] == best
        expected = plain.weighted_sum(derived, named(rows.features[best]), hours, more)
        assert scores.derived[n] == pytest.approx(expected, rel=1e-9)


def test_no_pairs() -> None:
    rows = direct(np.zeros((0, 2), np.int64), np.zeros((0, len(FEATURES))), np.zeros(3), MODEL)
    scores = score(rows, MODEL)
    assert len(rows.child) == len(scores.choice) == len(scores.best) == len(scores.derived) == 0


@given(st.lists(st.integers(0, 4), max_size=12).map(sorted))
def test_segments(child: list[int]) -> None:
    bounds = segments(np.array(child, np.int64)).tolist()
    expected = [i for i, at in enumerate(child) if i == 0 or child[i - 1] != at]
    assert bounds == ([*expected, len(child)] if child else [0])
