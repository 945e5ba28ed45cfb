"""Fiction in a haystack: a labelled set shuffled into a real newswire."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.corpora import ALL, make_haystack, move_times, read_reuters, read_set
from benchmarks.labelled import HOW, scored
from benchmarks.page import Line, Section, at_least, at_most, table
from benchmarks.score import Row, Score, score
from dedup import find_lineage

LEVELS = (0.8, 0.5, 0.2, 0.0)
"""Lower bounds of the resemblance of word 3-grams that pairs are sorted by."""

_TEXT = """\
## In a haystack

Every set shuffled into {:,} articles of a newswire of 1987, all whose bodies have twenty words or more; its
times are moved so that they begin with those of the set. "Hay joined" are its articles that came to be kin of
the set's, "hay derived" those that were given a parent in the hay. The newswire does have kin of its own,
though nobody has labelled them: {} pairs whose word 3-grams resemble each other at {} or more. "Near kept" is
how many of them came into one family; the edges in the hay are counted by resemblance. Of those of low
resemblance many will be wrong: bulletins filled into the same form, and reports of one affair by one agency.
"""


@dataclass(frozen=True, slots=True)
class HaystackTrial:
    """What was found in the haystack.

    Attributes
    ----------
    score : Score
        Of the labelled articles.
    n_joined : int
        Articles of the hay that got an edge to, or a family with, a labelled one.
    n_derived : int
        Articles of the hay that were given a parent in the hay.
    n_edges : dict of float to int
        Edges in the hay by the resemblance of their ends, under the lower bound of each of `LEVELS`.
    near : float
        Of the pairs in the hay with a resemblance of the highest level or more, how many came into one
        family, 0 to 1.
    """

    score: Score
    n_joined: int
    n_derived: int
    n_edges: dict[float, int]
    near: float


def measure_haystack() -> Section:
    """Shuffle every set into the newswire."""
    hay = read_reuters()
    asked = at_least(**{"change of family F1": -0.01}) + at_most(**{"hay joined": 0})
    if not hay:
        return Section((Line("the haystack", asked, None),))
    near = find_near(hay)
    lines, rows = [], []
    for timed in (True, False):
        for name in ALL:
            trial = try_haystack(read_set(name), move_times(hay, read_set(name)), near, use_times=timed)
            alone, found = scored(name, timed).family_f1, trial.score.family_f1
            measured = {"change of family F1": found - alone, "hay joined": trial.n_joined}
            lines.append(Line(f"`{name}` in a haystack of {len(hay):,}, {HOW[timed]}", asked, measured))
            told = (trial.n_joined, trial.n_derived, *trial.n_edges.values(), trial.near)
            rows.append((f"`{name}`", HOW[timed], alone, found, *told))
    levels = (f"edges of {LEVELS[0]} or more", *(f"of {level}" for level in LEVELS[1:]))
    head = (
        "set",
        "times",
        "family F1 alone",
        "in the hay",
        "hay joined",
        "hay derived",
        *levels,
        "near kept",
    )
    return Section(tuple(lines), f"{_TEXT.format(len(hay), len(near), LEVELS[0])}\n{table(head, rows)}")


def try_haystack(
    rows: Sequence[Row], hay: Sequence[Row], near: Sequence[tuple[str, str]], *, use_times: bool
) -> HaystackTrial:
    """Find the lineage of a labelled set in the hay.

    Parameters
    ----------
    rows : sequence of mapping
        The labelled set.
    hay : sequence of mapping
        The others.
    near : sequence of tuple of str
        Pairs of the hay that resemble each other, from `find_near`.
    use_times : bool
        Whether times are used.

    Returns
    -------
    HaystackTrial
        The score, and what became of the hay.
    """
    lineage = find_lineage(make_haystack(rows, hay), use_times=use_times)
    ours = {row["id"] for row in rows}
    family = {name: members[0] for members in lineage.families for name in members}
    mixed = {root for name, root in family.items() if name in ours}
    joined = {name for name, root in family.items() if root in mixed and name not in ours}
    inside = []
    for edge in lineage.edges:
        theirs = {edge.parent, edge.child} - ours
        if len(theirs) == 1:
            joined |= theirs
        elif theirs:
            inside.append(edge)
    text = {row["id"]: row["text"] for row in hay}
    levels = Counter(_level(_resemblance(text[edge.parent], text[edge.child])) for edge in inside)
    return HaystackTrial(
        score(rows, lineage.records()),
        len(joined),
        len({edge.child for edge in inside}),
        {level: levels[level] for level in LEVELS},
        sum(family.get(a, a) == family.get(b, b) for a, b in near) / len(near) if near else 1.0,
    )


def find_near(hay: Sequence[Row], least: float = LEVELS[0]) -> list[tuple[str, str]]:
    """Find all pairs whose sets of word 3-grams resemble each other, exactly.

    Parameters
    ----------
    hay : sequence of mapping
        Articles, with ``id`` and ``text``.
    least : float, optional
        Jaccard resemblance from which a pair counts, 0 to 1, not 0.

    Returns
    -------
    list of tuple of str
        Pairs of ids.

    Notes
    -----
    Two sets that resemble each other so much share one of their rarest elements, so that only those are
    looked up (Chaudhuri et al. 2006). Some 5 s for 19,000 articles.
    """
    sets = [_grams(row["text"]) for row in hay]
    frequency = Counter(gram for grams in sets for gram in grams)
    seen: dict[str, list[int]] = {}
    pairs = []
    for i, grams in enumerate(sets):
        rarest = sorted(grams, key=lambda gram: (frequency[gram], gram))
        prefix = rarest[: len(rarest) - int(least * len(rarest) - 1e-9)]
        for j in sorted({j for gram in prefix for j in seen.get(gram, ())}):
            if _jaccard(grams, sets[j]) >= least:
                pairs.append((hay[j]["id"], hay[i]["id"]))
        for gram in prefix:
            seen.setdefault(gram, []).append(i)
    return pairs


def _grams(text: str) -> set[str]:
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[i : i + 3]) for i in range(len(words) - 2)}


def _jaccard(a: set[str], b: set[str]) -> float:
    n_shared = len(a & b)
    return n_shared / (len(a) + len(b) - n_shared) if n_shared else 0.0


def _resemblance(a: str, b: str) -> float:
    return _jaccard(_grams(a), _grams(b))


def _level(resemblance: float) -> float:
    return next(level for level in LEVELS if resemblance >= level)
