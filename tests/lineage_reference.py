"""Plain and slow versions of the lineage kernels: dictionaries and loops, for comparison."""

from __future__ import annotations

import itertools
import json
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from hypothesis import strategies as st

from dedup.duplicates.shingles import make_shingles
from dedup.lineage.model import Linear, Model
from dedup.text.batches import tokens

CAPITAL, NUMBER, START = 1, 2, 4
NUMBERS, NAMES, WORDS = 0, 1, 2
DATA = Path(__file__).parents[1] / "benchmarks" / "data"

_VOCABULARY = (
    "Vennport Orla Brask Hasle Ida harbour cable cables bridge engineer the of and said storm ferry crown 14 "
    "96 1,140 twelve twenty zwei Brücke 港口 hundred closed Monday MONDAY quay mayor budget vote strike"
).split()
_sentence = st.lists(st.sampled_from(_VOCABULARY), min_size=1, max_size=9).map(lambda s: " ".join(s) + ".")
article_texts = st.lists(_sentence, min_size=1, max_size=6).map(" ".join)
"""Articles of few different words, so that any two of them share some."""


@dataclass(frozen=True, slots=True)
class Term:
    """What an article says of a term; `weight` is in 1/32 nat."""

    kind: int
    first: int
    units: tuple[int, ...]
    weight: int = 0


@dataclass(frozen=True, slots=True)
class Side:
    """An article as the comparison sees it."""

    terms: dict[int, Term]
    shingles: set[int]
    all_shingles: list[int]
    n_units: int
    n_words: int
    outlet: int

    def live(self) -> dict[int, Term]:
        """Return the terms that weigh anything."""
        return {name: term for name, term in self.terms.items() if term.weight}

    def unit_weights(self) -> list[float]:
        """Return the weight of each unit, in nats."""
        return [
            sum(t.weight for t in self.terms.values() if unit in t.units) / 32 for unit in range(self.n_units)
        ]


@cache
def read_set(name: str) -> tuple[dict[str, Any], ...]:
    """Read a labelled set that comes with the project."""
    lines = (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return tuple(json.loads(line) for line in lines)


@cache
def background() -> tuple[dict[int, int], dict[int, int]]:
    """Read the stored table: surprise by stem, and the figures that a number word stands for."""
    with np.load(str(files("dedup.pairs").joinpath("background.npz"))) as table:
        return (
            dict(zip(table["stems"].tolist(), table["surprise"].tolist(), strict=True)),
            dict(zip(table["number_words"].tolist(), table["numbers"].tolist(), strict=True)),
        )


def surprise(stem: int) -> int:
    """Look up a stem."""
    return background()[0].get(stem, 243)


def find_terms(texts: Sequence[str]) -> list[Side]:
    """Find the terms of each article word by word; they have no weight yet."""
    read = tokens(texts)
    spelled = background()[1]
    shingles = make_shingles(texts)
    sides = []
    for i in range(len(texts)):
        begin, end = read.paragraphs[read.articles[i]], read.paragraphs[read.articles[i + 1]]
        kinds = read.kinds[begin:end].tolist()
        n_sentences = sum(kind & START > 0 for kind in kinds)
        found: dict[int, Term] = {}
        unit = -1
        rows = zip(read.words[begin:end].tolist(), read.stems[begin:end].tolist(), kinds, strict=True)
        for place, (word, stem, kind) in enumerate(rows):
            unit += kind & START > 0
            at = unit * 64 // n_sentences if n_sentences > 64 else unit
            name = spelled.get(word, stem)
            if surprise(name) <= round(-32 * math.log(0.3)):
                continue
            is_number = word in spelled or bool(kind & NUMBER)
            old = found.get(name, Term(NUMBERS if is_number else WORDS, place, ()))
            is_name = kind & (CAPITAL | START) == CAPITAL and old.kind != NUMBERS
            units = tuple(sorted({*old.units, at}))
            found[name] = Term(NAMES if is_name else old.kind, old.first, units)
        copied = shingles.values[shingles.offsets[i] : shingles.offsets[i + 1]].tolist()
        sides.append(Side(found, set(copied), copied, min(n_sentences, 64), len(kinds), -1))
    return sides


def copy_groups(sides: Sequence[Side]) -> list[int]:
    """Number near copies alike: by the smallest shingle, or the place of an article that has none."""
    return [min(side.shingles, default=i) for i, side in enumerate(sides)]


def frequencies(sides: Sequence[Side]) -> Counter[int]:
    """Count groups of copies under the top 22 bits of a term."""
    groups = zip(copy_groups(sides), sides, strict=True)
    return Counter(counter for counter, _ in {(name >> 42, g) for g, side in groups for name in side.terms})


def weigh(sides: Sequence[Side], outlets: Sequence[int] | None = None) -> list[Side]:
    """Give each term its weight in the pile."""
    seen, n_groups = frequencies(sides), len(set(copy_groups(sides)))
    weighed = []
    for i, side in enumerate(sides):
        terms = {}
        for name, term in side.terms.items():
            usual = math.exp(surprise(name) / -32)
            here = (seen[name >> 42] + 1000 * usual) / (n_groups + 1000)
            weight = min(round(-32 * math.log(max(usual, here))), round(32 * math.log(100)))
            least = 32 * (1.6 if term.kind == WORDS else 1.2)
            terms[name] = Term(term.kind, term.first, term.units, weight if weight >= least else 0)
        outlet = outlets[i] if outlets else -1
        weighed.append(Side(terms, side.shingles, side.all_shingles, side.n_units, side.n_words, outlet))
    return weighed


def meet(holders: Mapping[int, Sequence[int]], most: int) -> dict[tuple[int, int], list[int]]:
    """Return the keys that each pair of articles has in common; a star where more than `most` have one."""
    met = defaultdict(list)
    for key, articles in holders.items():
        if len(articles) <= most:
            pairs = set(itertools.combinations(articles, 2))
        else:
            pairs = set(itertools.pairwise(articles)) | {(articles[0], a) for a in articles[1:]}
        for pair in pairs:
            met[pair].append(key)
    return met


def facts_of(side: Side, seen: Mapping[int, int], most: int, n_rarest: int = 5) -> set[frozenset[int]]:
    """Pair the rarest terms of each sentence among those of more than `most` articles."""
    facts = set()
    for unit in range(side.n_units):
        names = [name for name, term in side.live().items() if unit in term.units and seen[name >> 42] > most]
        rarest = sorted(names, key=lambda name: (seen[name >> 42], name))[:n_rarest]
        facts |= set(map(frozenset, itertools.combinations(rarest, 2)))
    return facts


def share_facts(sides: Sequence[Side], most_paired: int, most: int) -> list[tuple[int, int]]:
    """Pair articles with rare terms and facts of 13 nats and 2 percent of the lighter article in common."""
    seen = frequencies(sides)
    holders = defaultdict(list)
    weights: dict[tuple[Any, int], int] = {}
    for i, side in enumerate(sides):
        live = side.live()
        for name, term in live.items():
            if seen[name >> 42] <= most:
                holders[name].append(i)
                weights[name, i] = term.weight
        for fact in facts_of(side, seen, most):
            holders[fact].append(i)  # type: ignore[index]
            weights[fact, i] = sum(live[name].weight for name in fact) // 3
    total = [sum(term.weight for term in side.terms.values()) for side in sides]
    pairs = []
    for (a, b), names in meet(holders, most_paired).items():
        shared = sum(weights[name, b] for name in names)
        if shared >= 13 * 32 and shared >= 0.02 * min(total[a], total[b]):
            pairs.append((a, b))
    return pairs


def find_candidates(sides: Sequence[Side], most: int = 16, most_paired: int = 64) -> list[tuple[int, int]]:
    """Pair articles by facts or by shingles; the sides' shingles have no repetitions."""
    by_shingles = share_shingles([side.all_shingles for side in sides], most_paired)
    return sorted({*share_facts(sides, most_paired, most), *by_shingles})


def share_enough(one: Side, other: Side) -> bool:
    """Say whether articles share terms of 20 nats and 8 percent, or 3 shingles and 2 percent."""
    mine, theirs = one.live(), other.live()
    shared = sum(mine[name].weight for name in mine.keys() & theirs.keys())
    lighter = min(sum(term.weight for term in side.values()) for side in (mine, theirs))
    n_shared = len(one.shingles & other.shingles)
    n_shorter = min(len(one.shingles), len(other.shingles))
    return (shared >= 20 * 32 and shared >= 0.08 * lighter) or (
        n_shared >= 3 and n_shared >= 0.02 * n_shorter
    )


def share_shingles(lists: Sequence[Sequence[int]], most: int) -> list[tuple[int, int]]:
    """Pair articles with 3 shingles and 2 percent of the shorter article in common."""
    holders = defaultdict(list)
    for i, values in enumerate(lists):
        for value in set(values):
            holders[value].append(i)
    return sorted(
        (a, b)
        for (a, b), keys in meet(holders, most).items()
        if len(keys) >= 3 and len(keys) >= 0.02 * min(len(lists[a]), len(lists[b]))
    )


def best_matches(side: Side, other: Side) -> list[float]:
    """Return, of each unit of a side, the weight it shares with the best unit of the other, in nats."""
    mine, theirs = side.live(), other.live()
    return [
        max(
            sum(
                mine[name].weight
                for name in mine.keys() & theirs.keys()
                if unit in mine[name].units and column in theirs[name].units
            )
            / 32
            for column in range(other.n_units)
        )
        for unit in range(side.n_units)
    ]


def compare(child: Side, parent: Side) -> dict[str, float]:
    """Compute every feature of a pair, one after the other."""
    features: dict[str, float] = {}
    n_copied = len(child.shingles & parent.shingles)
    common = child.live().keys() & parent.live().keys()
    for name, side, other in (("child", child, parent), ("parent", parent, child)):
        for kind, label in ((NUMBERS, "numbers"), (NAMES, "names"), (WORDS, "words")):
            total = sum(t.weight for t in side.terms.values() if t.kind == kind) / 32
            shared = sum(side.terms[n].weight for n in common if side.terms[n].kind == kind) / 32
            features[f"{name}_{label}"] = (shared + 1.8) / (total + 6)
            features[f"{name}_own_{label}"] = math.sqrt(total - shared)
            features[f"{name}_shared_{label}"] = math.sqrt(shared)
        features[f"{name}_shingles"] = n_copied / (len(side.shingles) + 3)
        totals, best = side.unit_weights(), best_matches(side, other)
        for label, n in (("cover", len(totals)), ("lead", 3)):
            covered = sum(t * b / (t + 2) for t, b in zip(totals[:n], best[:n], strict=True))
            features[f"{name}_{label}"] = covered / (sum(totals[:n]) + 0.03)
    kept = 0
    for one, other in ((child, parent), (parent, child)):
        places = [other.terms[n].first for n in sorted(common, key=lambda n, at=one: at.terms[n].first)]  # type: ignore[misc]
        kept += sum(b > a for a, b in itertools.pairwise(places))
    features["order"] = (kept / 2 + 1) / (max(len(common) - 1, 0) + 2)
    features["shared_shingles"] = math.log(1 + n_copied)
    features["same_outlet"] = float(child.outlet == parent.outlet >= 0)
    features["length"] = math.log((child.n_words + 10) / (parent.n_words + 10))
    return features


def compare_with_main(child: Side, main: Side, other: Side) -> dict[str, float]:
    """Say what of the child the other parent accounts for and the main one does not."""
    totals = child.unit_weights()
    differences = [
        total * (b - a) / (total + 2)
        for total, a, b in zip(totals, best_matches(child, main), best_matches(child, other), strict=True)
    ]
    mine = child.live()
    new = (mine.keys() & other.live().keys()) - main.live().keys()
    gain = sum(max(d, 0) for d in differences) / (sum(totals) + 0.03)
    loss = sum(max(-d, 0) for d in differences) / (sum(totals) + 0.03)
    features = {"gain_cover": gain, "loss_cover": loss, "both_cover": min(gain, loss)}
    for kind, label in ((NUMBERS, "numbers"), (NAMES, "names"), (WORDS, "words")):
        features[f"gain_{label}"] = math.sqrt(sum(mine[n].weight for n in new if mine[n].kind == kind) / 32)
    return features


def best_total(links: Sequence[tuple[int, int, float]], n_nodes: int) -> float:
    """Return the greatest weight of links (child, parent, weight): one parent a node at most, no cycle."""
    choices = [[None, *((p, w) for child, p, w in links if child == node)] for node in range(n_nodes)]
    best = 0.0
    for chosen in itertools.product(*choices):
        parents = {node: link[0] for node, link in enumerate(chosen) if link}
        if not has_cycle((node, parent) for node, parent in parents.items()):
            best = max(best, sum(link[1] for link in chosen if link))
    return best


def has_cycle(edges: Iterable[tuple[Any, Any]]) -> bool:
    """Say whether links (child, parent) go round, by taking away what has no parent."""
    parents = defaultdict(set)
    for child, parent in edges:
        parents[child].add(parent)
    while parents:
        free = [child for child, above in parents.items() if not above & parents.keys()]
        if not free:
            return True
        for child in free:
            del parents[child]
    return False


def column(row: Mapping[str, float], hours: float, name: str) -> float:
    """Derive a feature of the model from a row of features."""
    if name in row:
        return row[name]
    how, _, what = name.partition("_")
    if how in {"max", "min", "mean", "more"}:
        a, b = row[f"child_{what}"], row[f"parent_{what}"]
        return {"max": max(a, b), "min": min(a, b), "mean": (a + b) / 2, "more": a - b}[how]
    return {
        "template": row["same_outlet"] * (1 - max(row["child_numbers"], row["parent_numbers"])),
        "new_figures": row["same_outlet"] * (1 - row["child_numbers"]),
        "unlike_length": abs(row["length"]),
        "soon": math.exp(-max(hours, 0)),
        "hours": math.log(1 + min(max(hours, 0), 72)),
        "late": math.log(1 + max(abs(hours) - 72, 0)),
    }[name]


def weighted_sum(
    linear: Linear, row: Mapping[str, float], hours: float, more: Mapping[str, float] | None = None
) -> float:
    """Apply a weighted sum to a row."""
    known = more or {}
    return linear.bias + sum(
        weight * (known[name] if name in known else column(row, hours, name))
        for name, weight in linear.weights.items()
    )


def find_kin(row: Mapping[str, float], model: Model) -> float:
    """Return the probability that the two articles of a row are kin."""
    logit = weighted_sum(model["kin"], row, 0.0)
    if max(row["child_shingles"], row["parent_shingles"]) >= 0.1:
        logit = max(logit, weighted_sum(model["kin_by_wording"], row, 0.0))
    return 1 / (1 + math.exp(-min(max(logit, -30), 30)))
