"""The labelled sets: predictions and their scores, of whole sets and of one event at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from typing import Any

from benchmarks.corpora import ALL, FITTED, read_set, unlabelled
from benchmarks.fit import cross_validate
from benchmarks.page import NAMES, Line, Section, at_least, at_most, table
from benchmarks.score import Row, Score, score
from dedup import find_duplicates, find_lineage
from dedup.lineage.find import DEFAULT_MIN_PROBABILITY

Records = list[dict[str, Any]]

HOW = {True: "with times", False: "`--ignore-dates`"}
_HARD = at_least(family_f1=(0.80, 0.90), edge_f1=(0.65, 0.75)) + at_most(false_kin=(0.20, 0.10))
_ASKED = {
    "lineage_dev": at_least(family_f1=0.98, edge_f1=0.88, ancestry_f1=0.93, root_acc=0.97, relation_acc=0.85)
    + at_most(false_kin=0.03),
    "lineage_check": at_least(family_f1=0.97, edge_f1=0.88, ancestry_f1=0.92) + at_most(false_kin=0.04),
    "lineage_dev_hard": _HARD,
    "lineage_check_hard": _HARD,
}
_ASKED_UNTIMED = at_least(family_f1=0.95, link_f1=(0.76, 0.82), edge_f1=(0.65, 0.75), root_acc=(0.65, 0.85))
_RESEMBLING = 0.5
_LEAST_EVENT = 5


@cache
def predicted(name: str, timed: bool) -> Records:
    """Find the lineage of a set without looking at its labels."""
    return find_lineage(unlabelled(read_set(name)), use_times=timed).records()


@cache
def scored(name: str, timed: bool) -> Score:
    """Score the prediction of a set."""
    return score(read_set(name), predicted(name, timed))


@cache
def crossed() -> dict[tuple[str, bool], Records]:
    """Predict the sets that were fitted on by models fitted on other events."""
    return cross_validate(DEFAULT_MIN_PROBABILITY)


def summary() -> str:
    """Write the table that the README shows: every set as it fares where nothing was fitted on it."""
    rows = []
    for name in ALL:
        truth = read_set(name)
        plain = score(truth, find_resembling(truth, _RESEMBLING))
        timed, untimed = (
            score(truth, crossed().get((name, use_times), predicted(name, use_times)))
            for use_times in (True, False)
        )
        cells = (timed.family_f1, timed.edge_f1, timed.false_kin, untimed.family_f1, untimed.edge_f1)
        rows.append((f"`{name}`", plain.family_f1, plain.edge_f1, *cells))
    head = ("near-duplicates: family F1", "edge F1", "dedup: family F1", "edge F1", "false kin")
    return table(("set", *head, "dedup without times: family F1", "edge F1"), rows)


def measure_sets() -> Section:
    """Score the labelled sets, by the model as it is and by those fitted on other events."""
    lines, rows = [], []
    for timed in (True, False):
        for name in ALL:
            found = {"fitted on it" if name in FITTED else "not fitted on it": scored(name, timed)}
            if (name, timed) in crossed():
                found["fitted on other events"] = score(read_set(name), crossed()[name, timed])
            bounds = _ASKED[name] if timed else _ASKED_UNTIMED if not name.endswith("hard") else ()
            for model, one in found.items():
                rows.append((f"`{name}`", HOW[timed], model, *_measures(one).values()))
                if bounds:
                    lines.append(Line(f"`{name}`, {HOW[timed]}, {model}", bounds, _measures(one)))
    for name in ALL:
        measures = _measures(score(read_set(name), find_resembling(read_set(name), _RESEMBLING)))
        unsaid = {"root_acc": "—", "relation_acc": "—"}
        rows.append((f"`{name}`", HOW[True], "near-duplicates", *(measures | unsaid).values()))
    by_relation = [
        (f"`{name}`", ", ".join(f"{k} {v}" for k, v in scored(name, True).parent_found_by_relation.items()))
        for name in ALL
    ]
    text = f"""\
## The labelled sets

{table(("set", "times", "model", *NAMES.values()), rows)}

Near-duplicates are there for comparison: articles whose sets of word 5-shingles resemble each other at
{_RESEMBLING} or more, exactly, which is what a MinHash index is mostly used for; the parent is the one before
that resembles most.

With times, derived articles for which a right parent was found, by true relation:

{table(("set", "found/all"), by_relation)}"""
    return Section(tuple(lines), text)


def measure_events() -> Section:
    """Look at one event at a time."""
    lines, rows = [], []
    for timed in (True, False):
        for name in ALL:
            alone, whole = try_events(read_set(name), timed)
            rows.append(
                (f"`{name}`", HOW[timed], whole.family_f1, alone.family_f1, whole.edge_f1, alone.edge_f1)
            )
            change = {"change of family F1": alone.family_f1 - whole.family_f1}
            asked = at_least(**{"change of family F1": -0.03})
            lines.append(Line(f"each event of `{name}` alone, {HOW[timed]}", asked, change))
    head = ("set", "times", "family F1 in the set", "alone", "edge F1 in the set", "alone")
    text = f"""\
## One event alone

Events of {_LEAST_EVENT} articles or more, each as a pile of its own and in the whole set; scored on the same
articles.

{table(head, rows)}"""
    return Section(tuple(lines), text)


def try_events(rows: Sequence[Row], timed: bool) -> tuple[Score, Score]:
    """Score batches of one event each, and the whole set, on the same articles.

    Parameters
    ----------
    rows : sequence of mapping
        A labelled set; events of fewer than five articles are left out.
    timed : bool
        Whether times are used.

    Returns
    -------
    tuple of Score
        Of the batches, and of the whole set.
    """
    events: dict[str, list[Row]] = {}
    for row in rows:
        events.setdefault(row["event"], []).append(row)
    batches = [batch for batch in events.values() if len(batch) >= _LEAST_EVENT]
    judged = [row for batch in batches for row in batch]
    lineages = [find_lineage(unlabelled(batch), use_times=timed) for batch in [*batches, rows]]
    alone = [record for lineage in lineages[:-1] for record in lineage.records()]
    return score(judged, alone), score(judged, lineages[-1].records())


def find_resembling(rows: Sequence[Row], threshold: float) -> Records:
    """Predict as near-duplicate tools do.

    Parameters
    ----------
    rows : sequence of mapping
        A labelled set.
    threshold : float
        Resemblance of word 5-shingles from which articles count as near-duplicates, 0 to 1.

    Returns
    -------
    list of dict
        Clusters as families; the parent is the article before, in time, that resembles most.
    """
    articles = unlabelled(rows)
    found = find_duplicates(
        articles, threshold=threshold, bands=128
    )  # one row a band, so that none is missed
    family = {member: members[0] for members in found.clusters for member in members}
    best: dict[int, tuple[float, int]] = {}
    for pair, resemblance in zip(found.pairs.tolist(), found.resemblance.tolist(), strict=True):
        parent, child = sorted(pair, key=lambda i: str(articles[i]["published_at"]))
        best[child] = max(best.get(child, (0.0, 0)), (resemblance, parent))
    return [
        {
            "id": article["id"],
            "family": articles[family.get(i, i)]["id"],
            "parents": [articles[best[i][1]]["id"]] if i in best else [],
        }
        for i, article in enumerate(articles)
    ]


def _measures(one: Score) -> dict[str, float]:
    every = asdict(one)
    return {name: every[name] for name in NAMES}
