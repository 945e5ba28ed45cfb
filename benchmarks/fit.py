"""Fit the model: ``make fit`` writes src/dedup/lineage/model.json, the same for the same data and versions.

Everything is fitted on the two development sets and on filled-in forms (`benchmarks.bulletins`), which teach
what likeness without descent looks like. The model sees ratios, counts and times, never words. The check
sets and every corpus that is marked for evaluation stay out.

The sums are fitted one after the other, each on what the ones before it say:

kin, kin_by_wording   are two articles kin, by their facts or by their wording? logistic regression on pairs;
pairs
                      that are only siblings are left out, neither parent nor stranger
choice                which candidate is the parent? conditional logit over the candidates of each derived
article derived               has the article a parent here at all? logistic regression on its best candidate
main, other           how probable is this very parent? logistic regression on predictions for families held
out copy, edit, ...       which relation? multinomial logistic regression on true edges

The ``_untimed`` ones serve where times do not tell the direction.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.bulletins import make_bulletins
from dedup.lineage.links import COPIED, Rows, article_features, direct, find_copied, score
from dedup.lineage.model import RELATIONS, Model, column, parse_model, weighted_sum
from dedup.lineage.parents import choose_main, main_features
from dedup.lineage.pipeline import Compared, compare_pile
from dedup.pairs.gains import GAINS

HERE = Path(__file__).parent
MODEL = HERE.parent / "src" / "dedup" / "lineage" / "model.json"
SETS = ("lineage_dev", "lineage_dev_hard")
N_FOLDS = 8

KIN = (
    "max_numbers max_names max_words shared_shingles mean_shared_numbers min_lead max_cover min_words order "
    "unlike_length template max_shingles min_own_numbers min_own_names min_own_words"
).split()
WORDING = "max_shingles max_cover max_words min_own_numbers min_own_names template".split()
CHOICE = (
    "child_numbers parent_own_numbers child_shared_names order copied hours soon parent_shingles "
    "more_own_words parent_shared_words unlike_length parent_shared_names"
).split()
CHOICE_UNTIMED = (
    "child_numbers new_figures min_names parent_lead more_own_numbers same_outlet mean_own_words "
    "parent_words unlike_length mean_shared_names child_own_words child_words order length"
).split()
DERIVED = (
    "kin_max kin_best kin_other parent_own_numbers soon shared_shingles order hours late template"
).split()
DERIVED_UNTIMED = (
    "max_numbers kin_max shared_shingles parent_own_words more_lead more_cover same_outlet parent_shingles "
    "child_lead child_shared_names more_own_words child_words"
).split()
MAIN = "derived log_share log_kin child_shingles child_cover".split()
OTHER = [*GAINS, "log_kin", "shared_shingles"]
RELATION = (
    "child_shingles parent_shingles length same_outlet child_cover parent_cover child_lead order"
).split()

OURS = {
    "verbatim": "copy", "light": "edit", "heavy": "rewrite", "translation": "rewrite",
    "excerpt": "excerpt", "update": "update", "summary": "summary",
}  # fmt: skip

Matrix = NDArray[np.float64]
Sums = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Pile:
    """A labelled pile, its candidate pairs compared."""

    rows: list[dict[str, Any]]
    compared: Compared
    times: Matrix
    ids: list[str]
    groups: NDArray[np.str_]
    parents: dict[str, list[str]]
    kin: dict[str, set[str]]
    ancestors: dict[str, set[str]]


def read_rows(name: str) -> list[dict[str, Any]]:
    """Read one of the shipped sets."""
    lines = (HERE / "data" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def make_pile(rows: list[dict[str, Any]]) -> Pile:
    """Compare the candidate pairs of a pile and lay out its truth."""
    outlets = sorted({row["outlet"] for row in rows} - {""})
    numbers = np.array([outlets.index(row["outlet"]) if row["outlet"] else -1 for row in rows])
    compared = compare_pile([row["text"] for row in rows], numbers)
    hours = [datetime.fromisoformat(row["published_at"]).timestamp() / 3600 for row in rows]
    parents = {row["id"]: row["parents"] for row in rows}
    ancestors = {name: _ancestors(name, parents) for name in parents}
    family: dict[str, set[str]] = {}
    for row in rows:
        family.setdefault(row["family"], set()).add(row["id"])
    kin = {row["id"]: family[row["family"]] | ancestors[row["id"]] for row in rows}
    return Pile(
        rows,
        compared,
        np.array(hours),
        [row["id"] for row in rows],
        np.array([row["event"][:5] for row in rows]),
        parents,
        kin,
        ancestors,
    )


def _ancestors(name: str, parents: dict[str, list[str]]) -> set[str]:
    found: set[str] = set()
    rim = list(parents[name])
    while rim:
        at = rim.pop()
        if at not in found:
            found.add(at)
            rim += parents[at]
    return found


def standardised(
    features: Matrix, fit: Callable[[Matrix], tuple[NDArray[np.float64], float]]
) -> tuple[NDArray[np.float64], float]:
    """Fit on standardised features, and say the result for the features as they are."""
    mean, deviation = features.mean(0), features.std(0) + 1e-9
    weights, bias = fit((features - mean) / deviation)
    weights = weights / deviation
    return weights, bias - float(mean @ weights)


def logistic(
    features: Matrix, truth: NDArray[np.bool_], strength: float
) -> tuple[NDArray[np.float64], float]:
    """Fit a logistic regression; `strength` is the inverse of the penalty."""
    from sklearn.linear_model import LogisticRegression

    def fit(z: Matrix) -> tuple[NDArray[np.float64], float]:
        fitted = LogisticRegression(C=strength, max_iter=5000).fit(z, truth)
        return fitted.coef_[0], float(fitted.intercept_[0])

    return standardised(features, fit)


def conditional_logit(
    features: Matrix, truth: NDArray[np.bool_], group: NDArray[np.int64], penalty: float
) -> tuple[NDArray[np.float64], float]:
    """Fit which row of each group is true; groups without a true row say nothing."""
    from scipy.optimize import minimize

    has = np.isin(group, group[truth])
    _, at = np.unique(group[has], return_inverse=True)
    right = truth[has].astype(float)

    def fit(z: Matrix) -> tuple[NDArray[np.float64], float]:
        z = z[has]

        def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            total = z @ weights
            top = np.full(at.max() + 1, -np.inf)
            np.maximum.at(top, at, total)
            odds = np.exp(total - top[at])
            every, good = np.bincount(at, odds), np.bincount(at, odds * right)
            slope = z.T @ (odds / every[at] - odds * right / good[at])
            return float(
                -np.log(good / every).sum() + penalty * weights @ weights / 2
            ), slope + penalty * weights

        return minimize(loss, np.zeros(z.shape[1]), jac=True, method="L-BFGS-B").x, 0.0

    return standardised(features, fit)


def _matrix(features: Matrix, hours: Matrix, names: Iterable[str], **more: Matrix) -> Matrix:
    return np.column_stack([more[name] if name in more else column(features, hours, name) for name in names])


def _sum(names: Iterable[str], fitted: tuple[NDArray[np.float64], float]) -> dict[str, Any]:
    weights = {name: round(float(weight), 4) for name, weight in zip(names, fitted[0], strict=True)}
    return {"bias": round(fitted[1], 4), "weights": weights}


def _model(sums: Sums) -> Model:
    return parse_model(json.dumps(sums))


Train = Callable[[Pile, NDArray[np.int64]], NDArray[np.bool_]]


def everything(pile: Pile, articles: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Train on all articles."""
    return np.ones(len(articles), np.bool_)


def fit_kin(piles: list[Pile], train: Train) -> Sums:
    """Fit the two sums that tell whether a pair is kin."""
    parts = []
    for pile in piles:
        pairs, features = pile.compared.pairs, pile.compared.features
        names = [(pile.ids[a], pile.ids[b]) for a, b in pairs]
        kin = np.array(
            [
                bool(pile.kin[a] & (pile.ancestors[b] | {b}) or pile.kin[b] & (pile.ancestors[a] | {a}))
                for a, b in names
            ],
            bool,
        )
        direct_line = np.array([a in pile.ancestors[b] or b in pile.ancestors[a] for a, b in names], bool)
        used = train(pile, pairs[:, 0]) & (direct_line | ~kin)
        parts.append((features[used], kin[used]))
    features = np.concatenate([part[0] for part in parts])
    kin = np.concatenate([part[1] for part in parts])
    hours = np.zeros(len(features))
    worded = column(features, hours, "max_shingles") >= COPIED
    by_facts = logistic(_matrix(features, hours, KIN), kin, 0.3)
    by_wording = logistic(_matrix(features[worded], hours[worded], WORDING), kin[worded], 1.0)
    return {"kin": _sum(KIN, by_facts), "kin_by_wording": _sum(WORDING, by_wording)}


def _rows(pile: Pile, model: Model, timed: bool) -> Rows:
    times = pile.times if timed else np.full(len(pile.times), np.nan)
    return direct(pile.compared.pairs, pile.compared.features, times, model)


def _is_edge(pile: Pile, child: NDArray[np.int64], parent: NDArray[np.int64]) -> NDArray[np.bool_]:
    return np.array(
        [pile.ids[b] in pile.parents[pile.ids[a]] for a, b in zip(child, parent, strict=True)], bool
    )


def fit_descent(piles: list[Pile], train: Train, sums: Sums, timed: bool) -> Sums:
    """Fit who is the parent, and whether there is one."""
    names, derived_names = (CHOICE, DERIVED) if timed else (CHOICE_UNTIMED, DERIVED_UNTIMED)
    suffix = "" if timed else "_untimed"
    laid = [_rows(pile, _model(sums), timed) for pile in piles]
    parts = []
    for i, (pile, rows) in enumerate(zip(piles, laid, strict=True)):
        used = train(pile, rows.child)
        matrix = _matrix(
            rows.features, rows.hours, names, copied=find_copied(rows, len(pile.ids))[rows.parent]
        )
        truth = _is_edge(pile, rows.child, rows.parent)
        parts.append((matrix[used], truth[used], rows.child[used] + i * 10**6))
    matrix, truth, group = (np.concatenate(part) for part in zip(*parts, strict=True))
    fitted = conditional_logit(matrix, truth, group, 2.0)
    sums = {**sums, f"choice{suffix}": _sum(names, fitted)}
    linear = _model(sums)[f"choice{suffix}"]
    cases = []
    for pile, rows in zip(piles, laid, strict=True):
        choice = weighted_sum(
            linear, rows.features, rows.hours, copied=find_copied(rows, len(pile.ids))[rows.parent]
        )
        best, more = article_features(rows, choice)
        used = train(pile, rows.child[best])
        matrix = _matrix(rows.features[best], rows.hours[best], derived_names, **more)
        truth = np.array([bool(pile.parents[pile.ids[a]]) for a in rows.child[best]])
        cases.append((matrix[used], truth[used]))
    matrix, truth = (np.concatenate(case) for case in zip(*cases, strict=True))
    return {**sums, f"derived{suffix}": _sum(derived_names, logistic(matrix, truth, 1.0))}


def fit_relations(piles: list[Pile], train: Train) -> Sums:
    """Fit the relation on true edges of children with one parent."""
    from sklearn.linear_model import LogisticRegression

    parts, labels = [], []
    for pile in piles:
        label = {row["id"]: OURS.get(row["relation"], "") for row in pile.rows}
        number = {name: i for i, name in enumerate(pile.ids)}
        edges = [
            (number[a], number[b]) for a in pile.ids for b in pile.parents[a] if b in number and label[a]
        ]
        if not edges:
            continue
        pairs = np.array(edges)
        pairs = pairs[train(pile, pairs[:, 0])]
        features = pile.compared.archive.compare(pairs)
        parts.append(_matrix(features, np.zeros(len(pairs)), RELATION))
        labels += [RELATIONS.index(label[pile.ids[a]]) for a in pairs[:, 0]]
    matrix = np.concatenate(parts)
    mean, deviation = matrix.mean(0), matrix.std(0) + 1e-9
    fitted = LogisticRegression(C=3.0, max_iter=5000).fit((matrix - mean) / deviation, labels)
    weights = fitted.coef_ / deviation
    sums = {}
    for at, label_number in enumerate(fitted.classes_):
        bias = float(fitted.intercept_[at] - mean @ weights[at])
        sums[RELATIONS[label_number]] = _sum(RELATION, (weights[at], bias))
    return sums


def _others_cases(piles: list[Pile], train: Train, model: Model) -> tuple[Matrix, NDArray[np.bool_]]:
    """Lay out candidates for another parent, beside a main parent that is right."""
    parts = []
    for pile in piles:
        rows = _rows(pile, model, True)
        main = choose_main(rows, score(rows, model), len(pile.ids))
        main = main[main >= 0]
        main = main[_is_edge(pile, rows.child[main], rows.parent[main])]
        main = main[train(pile, rows.child[main])]
        main_of = np.full(len(pile.ids), -1)
        main_of[rows.child[main]] = rows.parent[main]
        row = np.flatnonzero((main_of[rows.child] >= 0) & (main_of[rows.child] != rows.parent))
        triples = np.stack([rows.child[row], main_of[rows.child[row]], rows.parent[row]], axis=1)
        gains = pile.compared.archive.compare_with_main(triples)
        more = dict(zip(GAINS, gains.T, strict=True), log_kin=np.log(np.maximum(rows.kin[row], 1e-3)))
        matrix = _matrix(rows.features[row], rows.hours[row], OTHER, **more)
        parts.append((matrix, _is_edge(pile, rows.child[row], rows.parent[row])))
    return np.concatenate([part[0] for part in parts]), np.concatenate([part[1] for part in parts])


def fit_descents(piles: list[Pile], train: Train = everything) -> Sums:
    """Fit all but the probabilities of main parents."""
    sums = fit_kin(piles, train)
    for timed in (True, False):
        sums = fit_descent(piles, train, sums, timed)
    sums |= fit_relations(piles, train)
    matrix, truth = _others_cases(piles, train, _model(sums))
    return {**sums, "other": _sum(OTHER, logistic(matrix, truth, 1.0))}


def folds(piles: list[Pile]) -> list[set[str]]:
    """Deal events into folds: an event's articles are always held out together."""
    events = sorted({event for pile in piles for event in pile.groups.tolist()})
    order = np.random.default_rng(0).permutation(len(events))
    return [{events[i] for i in order[k::N_FOLDS]} for k in range(N_FOLDS)]


def held_out(held: set[str]) -> Train:
    """Train on articles of other events."""
    return lambda pile, articles: ~np.isin(pile.groups[articles], list(held))


def fit_probabilities(piles: list[Pile], per_fold: list[tuple[set[str], Sums]]) -> Sums:
    """Fit the probability of a main parent on what models say of events that they have not seen."""
    sums: Sums = {}
    for timed in (True, False):
        matrix, truth = [], []
        for held, fitted in per_fold:
            model = _model(fitted)
            for pile in piles:
                rows = _rows(pile, model, timed)
                scores = score(rows, model)
                main = choose_main(rows, scores, len(pile.ids))
                main = main[main >= 0]
                main = main[np.isin(pile.groups[rows.child[main]], list(held))]
                more = main_features(rows, scores, main)
                matrix.append(_matrix(rows.features[main], rows.hours[main], MAIN, **more))
                truth.append(_is_edge(pile, rows.child[main], rows.parent[main]))
        fitted_main = logistic(np.concatenate(matrix), np.concatenate(truth), 1.0)
        sums["main" if timed else "main_untimed"] = _sum(MAIN, fitted_main)
    return sums


def predict(pile: Pile, model: Model, timed: bool, min_probability: float) -> dict[str, list[dict[str, Any]]]:
    """Return the parents of each article, as in the records of a lineage."""
    from dedup.lineage.parents import find_parents

    rows = _rows(pile, model, timed)
    links = find_parents(pile.compared.archive, rows, score(rows, model), model)
    parents: dict[str, list[dict[str, Any]]] = {row["id"]: [] for row in pile.rows}
    for row, chance, relation in zip(links.row, links.probability, links.relation, strict=True):
        if chance < min_probability:
            continue
        parents[pile.ids[rows.child[row]]].append(
            {"id": pile.ids[rows.parent[row]], "relation": RELATIONS[relation], "probability": float(chance)}
        )
    return parents


def load_piles() -> list[Pile]:
    """Read everything that is fitted on."""
    return [*(make_pile(read_rows(name)) for name in SETS), make_pile(make_bulletins())]


def cross_validate(min_probability: float) -> dict[tuple[str, bool], list[dict[str, Any]]]:
    """Predict every event by a model fitted on the others.

    Returns
    -------
    dict of (str, bool) to list of dict
        Records by name of the set and by whether times were used.
    """
    piles = load_piles()
    dealt = folds(piles)
    per_fold = [(held, fit_descents(piles, held_out(held))) for held in dealt]
    records: dict[tuple[str, bool], list[dict[str, Any]]] = {}
    for name, pile in zip(SETS, piles, strict=False):
        event = {row["id"]: row["event"][:5] for row in pile.rows}
        for timed in (True, False):
            found: dict[str, list[dict[str, Any]]] = {}
            for held, sums in per_fold:
                others = [one for one in per_fold if one[0] is not held]
                model = _model({**sums, **fit_probabilities(piles, others)})
                for article, parents in predict(pile, model, timed, min_probability).items():
                    if event[article] in held:
                        found[article] = parents
            records[name, timed] = [
                {"id": row["id"], "parents": found.get(row["id"], [])} for row in pile.rows
            ]
    return records


def main() -> int:
    """Fit, and write the model."""
    piles = load_piles()
    dealt = folds(piles)
    per_fold = [(held, fit_descents(piles, held_out(held))) for held in dealt]
    sums = {**fit_descents(piles), **fit_probabilities(piles, per_fold)}
    MODEL.write_text(json.dumps(sums, indent=1) + "\n", encoding="utf-8")
    n_weights = sum(1 + len(linear["weights"]) for linear in sums.values())
    print(f"{MODEL}: {len(sums)} sums, {n_weights} parameters")
    return 0


if __name__ == "__main__":
    sys.exit(main())
