"""Five real articles: one story as it was copied and rewritten, and two other reports of the affair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from benchmarks.corpora import FITTED, read_seeds, read_set, unlabelled
from benchmarks.page import Line, Section, at_least, table
from benchmarks.score import Row
from dedup import find_lineage

# Hours after the first. In the second, the other reports come before the story that was rewritten.
_TIMES: dict[str, dict[str, float] | None] = {
    "003 earliest": {"003": 0, "001": 2, "004": 4, "000": 5, "002": 9},
    "001 and 004 before 003": {"001": 0, "004": 1, "003": 3, "002": 6, "000": 30},
    "without times": None,
}


@dataclass(frozen=True, slots=True)
class SeedTrial:
    """Where the five seeds came out.

    Attributes
    ----------
    one_family : bool
        Whether 000, 002 and 003 are one family.
    root : str
        The root of the family of 003.
    single : bool
        Whether 001 and 004 have no kin.
    """

    one_family: bool
    root: str
    single: bool

    @property
    def right(self) -> bool:
        """Whether all is as it should be: 003 is the root of the three, the others have no kin."""
        return self.one_family and self.root == "003" and self.single


def measure_seeds() -> Section:
    """See where the seeds come out, alone and in the development sets."""
    seeds = read_seeds()
    asked = at_least(**{"share of piles right": 1})
    if not seeds:
        return Section((Line("the five seeds", asked, None),))
    lines, rows = [], []
    for times, hours in _TIMES.items():
        trials = {pile: try_seeds(seeds, read_set(pile) if pile else (), hours) for pile in ("", *FITTED)}
        right = sum(trial.right for trial in trials.values()) / len(trials)
        on = f"the five seeds, alone and in either development set, {times}"
        lines.append(Line(on, asked, {"share of piles right": right}))
        rows += [
            (
                f"in `{pile}`" if pile else "alone",
                times,
                "yes" if trial.one_family else "no",
                trial.root,
                "yes" if trial.single else "no",
            )
            for pile, trial in trials.items()
        ]
    text = f"""\
## The seeds

Five real articles: 000 and 002 were made from 003, and 001 and 004 report the same affair from other sources.

{table(("pile", "times", "000, 002, 003 one family", "root", "001 and 004 single"), rows)}"""
    return Section(tuple(lines), text)


def try_seeds(seeds: Mapping[str, str], among: Sequence[Row], hours: Mapping[str, float] | None) -> SeedTrial:
    """Find the lineage of the seeds in a pile.

    Parameters
    ----------
    seeds : mapping of str to str
        Texts by name.
    among : sequence of mapping
        The other articles of the pile.
    hours : mapping of str to float or None
        When each appeared, in hours after the first; None for no times at all.

    Returns
    -------
    SeedTrial
        Where they came out.
    """
    start = datetime(2025, 11, 28, 6, tzinfo=UTC)
    articles = [
        {"id": name, "text": text}
        | ({"published_at": (start + timedelta(hours=hours[name])).isoformat()} if hours else {})
        for name, text in seeds.items()
    ]
    lineage = find_lineage([*articles, *unlabelled(among)], use_times=hours is not None)
    family = {name: lineage[name].family for name in seeds}
    return SeedTrial(
        family["000"] == family["002"] == family["003"],
        family["003"],
        all(lineage[name].role == "single" for name in ("001", "004")),
    )
