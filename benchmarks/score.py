"""Score a predicted lineage against the true one.

Usage: python -m benchmarks.score TRUTH.jsonl PREDICTED.jsonl [--json]

TRUTH has one article a line: id, family, parents (ids, [] for a root), relation. PREDICTED is what
``dedup lineage --format jsonl`` writes; parents may also be plain ids there. An article that PREDICTED lacks
counts as one without kin, a family that it lacks is that of the main parent, and articles that TRUTH lacks
are passed over.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]

RELATIONS = {"verbatim": "copy", "light": "edit", "heavy": "rewrite", "translation": "rewrite"}
"""The library's names of those relations that the labelled sets call otherwise."""


@dataclass(frozen=True, slots=True)
class Score:
    """How well a prediction agrees with the truth; every measure is a fraction, 0 to 1.

    Attributes
    ----------
    n_articles, n_families, n_digests, n_singletons : int
        Of the truth. A family has two or more members. A digest has parents of several families: it counts
        for edges, links and ancestry, but belongs to no family.
    family_precision, family_recall, family_f1 : float
        Of pairs of articles in one family.
    bcubed_f1 : float
        The same asked article by article (Bagga and Baldwin 1998).
    edge_precision, edge_recall, edge_f1 : float
        Of (parent, child).
    link_f1 : float
        Of edges without their direction.
    ancestry_f1 : float
        Of (ancestor, descendant), through any number of edges.
    root_acc : float
        Families whose roots are predicted to have no parents and to be in the family of most of the members.
    relation_acc : float
        Of articles with a right parent, those with the right relation; a merge is right with two parents or
        more.
    false_kin : float
        Singletons that were given kin; lower is better.
    parent_found_by_relation : dict of str to str
        By true relation, how many derived articles have a right parent, as "found/all".
    """

    n_articles: int
    n_families: int
    n_digests: int
    n_singletons: int
    family_precision: float
    family_recall: float
    family_f1: float
    bcubed_f1: float
    edge_precision: float
    edge_recall: float
    edge_f1: float
    link_f1: float
    ancestry_f1: float
    root_acc: float
    relation_acc: float
    false_kin: float
    parent_found_by_relation: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Side:
    """One lineage, the true or the predicted one, by article."""

    parents: dict[str, tuple[str, ...]]
    relation: dict[str, str]
    family: dict[str, Hashable]


def score(truth: Sequence[Row], predicted: Iterable[Row]) -> Score:
    """Score a prediction.

    Parameters
    ----------
    truth : sequence of mapping
        Rows with ``id``, ``family``, ``parents`` and ``relation``.
    predicted : iterable of mapping
        Rows with ``id``, ``parents`` (ids, or mappings with ``id`` and ``relation``) and ``family``, in any
        order.

    Returns
    -------
    Score
        The same for any order of the rows.

    Notes
    -----
    The time grows with the square of the largest family.

    Examples
    --------
    >>> truth = [{"id": "a", "family": "a", "parents": []}, {"id": "b", "family": "a", "parents": ["a"]}]
    >>> score(truth, [{"id": "a", "parents": []}, {"id": "b", "parents": ["a"]}]).edge_f1
    1.0
    >>> score(truth, [{"id": "a", "parents": ["b"]}]).link_f1
    1.0
    """
    ids = [row["id"] for row in truth]
    true, guess = _side(truth, ids), _side(predicted, ids)
    digests = {i for i in ids if len({true.family[parent] for parent in true.parents[i]}) > 1}
    judged = [i for i in ids if i not in digests]
    true_groups, guess_groups = _group(true, judged), _group(guess, judged)
    families = [members for members in true_groups.values() if len(members) > 1]
    singletons = [members[0] for members in true_groups.values() if len(members) == 1]
    kin = {i for members in guess_groups.values() if len(members) > 1 for i in members}
    kin |= {i for i in ids if guess.parents[i]}
    pairs = _agreement(_pairs(true_groups), _pairs(guess_groups))
    true_edges, guess_edges = _edges(true), _edges(guess)
    edges = _agreement(true_edges, guess_edges)
    found = {i for i in ids if set(true.parents[i]) & set(guess.parents[i])}
    return Score(
        len(ids),
        len(families),
        len(digests),
        len(singletons),
        *pairs,
        _bcubed(true, guess, true_groups, guess_groups, judged),
        *edges,
        _agreement(set(map(frozenset, true_edges)), set(map(frozenset, guess_edges)))[2],
        _agreement(_ancestry(true), _ancestry(guess))[2],
        _share((_roots_right(members, true, guess) for members in families), of_none=1.0),
        _share((_relation_right(i, true, guess) for i in found), of_none=0.0),
        _share((i in kin for i in singletons), of_none=0.0),
        _by_relation(true, found),
    )


def read(path: str | Path) -> list[dict[str, Any]]:
    """Read rows from a file of JSON lines."""
    with open(path, encoding="utf-8") as stream:
        return [json.loads(line) for line in stream if line.strip()]


def _side(rows: Iterable[Row], ids: Sequence[str]) -> _Side:
    parents: dict[str, tuple[str, ...]] = dict.fromkeys(ids, ())
    relation: dict[str, str] = {}
    given: dict[str, Hashable] = {}
    for row in rows:
        name = row["id"]
        if name not in parents:
            continue
        listed = [
            parent if isinstance(parent, Mapping) else {"id": parent} for parent in row.get("parents") or ()
        ]
        kept = [parent for parent in listed if parent["id"] in parents and parent["id"] != name]
        parents[name] = tuple(parent["id"] for parent in kept)
        named = [parent["relation"] for parent in kept if parent.get("relation")] + [row.get("relation")]
        if named[0]:
            relation[name] = named[0]
        if row.get("family") is not None:
            given[name] = row["family"]
    return _Side(parents, relation, {i: _family(i, parents, given) for i in ids})


def _family(name: str, parents: Mapping[str, tuple[str, ...]], given: Mapping[str, Hashable]) -> Hashable:
    seen: set[str] = set()
    while name not in given and parents[name] and name not in seen:
        seen.add(name)
        name = parents[name][0]
    return given.get(name, ("own", name))  # a tuple, so that no given name is taken for it


def _group(side: _Side, ids: Iterable[str]) -> dict[Hashable, list[str]]:
    groups: dict[Hashable, list[str]] = {}
    for i in ids:
        groups.setdefault(side.family[i], []).append(i)
    return groups


def _pairs(groups: Mapping[Hashable, list[str]]) -> set[frozenset[str]]:
    return {frozenset(pair) for members in groups.values() for pair in combinations(members, 2)}


def _edges(side: _Side) -> set[tuple[str, str]]:
    return {(parent, child) for child, parents in side.parents.items() for parent in parents}


def _ancestry(side: _Side) -> set[tuple[str, str]]:
    reached: set[tuple[str, str]] = set()
    for child, parents in side.parents.items():
        ancestors: set[str] = set()
        rim = list(parents)
        while rim:
            name = rim.pop()
            if name not in ancestors:
                ancestors.add(name)
                rim.extend(side.parents[name])
        reached |= {(ancestor, child) for ancestor in ancestors}
    return reached


def _agreement(truth: set[Any], guess: set[Any]) -> tuple[float, float, float]:
    """Return precision, recall and F1."""
    n_hits = len(truth & guess)
    precision = n_hits / len(guess) if guess else float(not truth)
    recall = n_hits / len(truth) if truth else 1.0
    return precision, recall, _f1(precision, recall)


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _bcubed(
    true: _Side,
    guess: _Side,
    true_groups: Mapping[Hashable, list[str]],
    guess_groups: Mapping[Hashable, list[str]],
    ids: Sequence[str],
) -> float:
    precision = recall = 0.0
    for i in ids:
        mine, theirs = set(true_groups[true.family[i]]), set(guess_groups[guess.family[i]])
        precision += len(mine & theirs) / len(theirs)
        recall += len(mine & theirs) / len(mine)
    return _f1(precision / len(ids), recall / len(ids)) if ids else 1.0


def _roots_right(members: Sequence[str], true: _Side, guess: _Side) -> bool:
    most = Counter(guess.family[i] for i in members).most_common(1)[0][0]
    roots = [i for i in members if not true.parents[i]]
    return all(not guess.parents[root] and guess.family[root] == most for root in roots)


def _relation_right(name: str, true: _Side, guess: _Side) -> bool:
    wanted, got = true.relation.get(name, ""), guess.relation.get(name, "")
    if wanted == "merge":
        return len(guess.parents[name]) > 1
    return RELATIONS.get(wanted, wanted) == RELATIONS.get(got, got)


def _share(answers: Iterable[bool], of_none: float) -> float:
    answers = list(answers)
    return sum(answers) / len(answers) if answers else of_none


def _by_relation(true: _Side, found: set[str]) -> dict[str, str]:
    derived = [i for i, parents in true.parents.items() if parents]
    n_all = Counter(true.relation.get(i, "?") for i in derived)
    n_found = Counter(true.relation.get(i, "?") for i in derived if i in found)
    return {relation: f"{n_found[relation]}/{n}" for relation, n in sorted(n_all.items())}


def main(arguments: Sequence[str]) -> int:
    """Score two files and print the measures."""
    paths = [argument for argument in arguments if argument != "--json"]
    if len(paths) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    measures = asdict(score(*map(read, paths)))
    if "--json" in arguments:
        print(json.dumps(measures))
        return 0
    for name, value in measures.items():
        print(f"{name:26} {value:.3f}" if isinstance(value, float) else f"{name:26} {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
