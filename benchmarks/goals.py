"""What the project asks of its own speed, set beside what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

RATIOS = {"rensa": 8.0, "daft": 5.5, "datasketch_xxhash": 20.0}
"""How many times a peer's articles per CPU-second the library is meant to reach."""

_SCRIPTS = ("typographic", "german", "cyrillic", "devanagari", "han")
_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure that is asked for.

    Attributes
    ----------
    name : str
        What it is of.
    limit : float
        The value that is asked for.
    value : float or None
        What was measured, None for nothing yet.
    rising : bool
        Whether more is better.
    form : str
        How values are written, a format.
    """

    name: str
    limit: float
    value: float | None
    rising: bool = True
    form: str = "{:.1f} ×"

    @property
    def met(self) -> bool:
        """Say whether the goal is met."""
        if self.value is None:
            return False
        return self.value >= self.limit if self.rising else self.value <= self.limit

    def asked(self) -> str:
        """Write what is asked for."""
        return f"{self.name} {'≥' if self.rising else '≤'} {self.form.format(self.limit)}".strip()

    def measured(self) -> str:
        """Write a value, in bold where the goal is missed."""
        said = f"{self.name} {self.form.format(self.value)}".strip()
        return said if self.met else f"**{said}**"

    def missed(self) -> str:
        """Write by how much a goal with a value is missed, as a share of what is asked for.

        Examples
        --------
        >>> Goal("rensa", 8.0, 6.0).missed(), Goal("", 1.5, 1.8, rising=False).missed()
        ('rensa 25% short', '20% over')
        """
        share = abs((self.value or 0) - self.limit) / self.limit
        return f"{self.name} {share:.0%} {'short' if self.rising else 'over'}".strip()


def goals(results: Mapping[str, Any]) -> dict[str, tuple[Goal, ...]]:
    """Set what is asked for beside what was measured.

    Parameters
    ----------
    results : mapping
        Of `benchmarks.bench_peers`.

    Returns
    -------
    dict
        Goals by what they are asked on, in the order of the page.
    """
    return _peer_goals(results) | _own_goals(results) | _lineage_goals(results)


def _peer_goals(results: Mapping[str, Any]) -> dict[str, tuple[Goal, ...]]:
    found: dict[str, tuple[Goal, ...]] = {}
    for n in (10_000, 100_000):
        for kind in ("articles", "paragraphs"):
            section = results.get("peers", {}).get(f"{kind} {n}", {})
            found[f"{n:,} {kind}, per CPU-second"] = tuple(_ratios(section))
            found[f"{n:,} {kind}, pairs"] = tuple(_pairs(section))
    return found


def _own_goals(results: Mapping[str, Any]) -> dict[str, tuple[Goal, ...]]:
    usual, large = _trials(results, "ours")
    both = ((usual, 100_000), (large, _MILLION))
    pairs = {n: _ratio(trials, f"articles {n} 1", f"articles {n} 2", "seconds") for trials, n in both}
    growth = _growth(large, "articles 10000 1", f"articles {_MILLION} 1")
    found = {
        "two workers against one": tuple(
            Goal(f"at {n:,}", 1.6, pair, form="{:.2f} ×") for n, pair in pairs.items()
        ),
        "cost per article at 1,000,000, of that at 10,000": (_most("", 1.15, growth),),
        "memory per article at 1,000,000": tuple(
            _most(f"{workers} worker{'s' * (workers > 1)}", 1000, _memory(large, workers), "{:,.0f} B")
            for workers in (1, 2)
        ),
    }
    for kind in ("skew", "boilerplate"):
        found[f"cost per article with {kind}, of that without"] = tuple(
            _most(f"at {n:,}", 1.5, _growth(trials, f"articles {n} 1", f"{kind} {n} 1")) for trials, n in both
        )
    found["MB/s of other text, of that of ASCII"] = tuple(
        Goal(script, 0.4, _rate(usual, script), form="{:.2f}") for script in _SCRIPTS
    )
    return found


def _most(name: str, limit: float, value: float | None, form: str = "{:.2f} ×") -> Goal:
    return Goal(name, limit, value, rising=False, form=form)


def _trials(results: Mapping[str, Any], part: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return the trials of a part, of the usual run and of the large one."""
    found = results.get(part, {})
    usual, large = (found.get(name, {}).get("trials", {}) for name in ("usual", "large"))
    return usual, large


def _ratios(section: Mapping[str, Any]) -> Iterator[Goal]:
    for name, limit in RATIOS.items():
        yield Goal(name, limit, _ratio(section.get("engines", {}), name, "ours", "cpu_seconds"))


def _pairs(section: Mapping[str, Any]) -> Iterator[Goal]:
    engines = section.get("engines", {})
    ours = engines.get("ours", {})
    theirs = [
        run["precision"]
        for name, run in engines.items()
        if name != "ours" and run.get("kind") not in (None, "clusters")
    ]
    yield Goal("recall", ours.get("ideal_recall", 1) - 0.01, ours.get("recall"), form="{:.3f}")
    yield Goal("precision", max([0.97, *theirs]), ours.get("precision"), form="{:.3f}")


def _lineage_goals(results: Mapping[str, Any]) -> dict[str, tuple[Goal, ...]]:
    usual, large = _trials(results, "lineage")
    run, million = usual.get("100000 2", {}), large.get(f"{_MILLION} 2", {})
    start = results.get("start", {})
    imports = {
        said: 1000 * (start[name] - start["numpy"]) if name in start else None
        for said, name in (("alone", "dedup"), ("with its functions", "functions"))
    }
    rate = run["n_articles"] / run["seconds"] if "seconds" in run else None
    peak = million["peak_bytes"] / 1e9 if "peak_bytes" in million else None
    growth = _growth(large, "10000 2", f"{_MILLION} 2")
    return {
        "find_lineage, 100,000 articles, two workers": (Goal("", 4000, rate, form="{:,.0f}/s"),),
        "find_lineage, cost per article at 1,000,000, of that at 10,000": (_most("", 1.25, growth),),
        "find_lineage, 1,000,000 articles, all memory": (_most("", 8, peak, "{:.1f} GB"),),
        "`import dedup`, beyond numpy's": tuple(
            _most(said, 150, beyond, "{:.0f} ms") for said, beyond in imports.items()
        ),
        f"`dedup lineage` on {start.get('texts', 'five texts')}": (
            _most("", 0.7, start.get("lineage"), "{:.2f} s"),
        ),
    }


def _ratio(trials: Mapping[str, Any], one: str, other: str, field: str) -> float | None:
    """Say how many times the field of another trial that of one is."""
    above, below = (trials.get(name, {}).get(field) for name in (one, other))
    return above / below if above and below else None


def _growth(trials: Mapping[str, Any], small: str, large: str) -> float | None:
    """Say how many times the processor time per article of one trial that of another is."""
    cost = _ratio(trials, large, small, "cpu_seconds")
    n = _ratio(trials, large, small, "n_articles")
    return cost / n if cost and n else None


def _memory(trials: Mapping[str, Any], workers: int) -> float | None:
    run = trials.get(f"articles {_MILLION} {workers}", {})
    return run["memory_bytes"] / run["n_articles"] if "memory_bytes" in run else None


def _rate(trials: Mapping[str, Any], script: str) -> float | None:
    """Say what share of the bytes per CPU-second of ASCII text those in a script are."""
    cost = _ratio(trials, f"{script} 10000 1", "articles 10000 1", "cpu_seconds")
    n_bytes = _ratio(trials, f"{script} 10000 1", "articles 10000 1", "n_bytes")
    return n_bytes / cost if cost and n_bytes else None
