"""The parts of the page that set the library beside itself: sizes, skew, scripts, lineage, start."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import plots
from benchmarks.page import table

_HEAD = (
    "corpus", "articles", "workers", "articles/s", "per CPU-second", "MB per CPU-second", "cost per article",
    "per MB", "memory per article", "recall", "precision", "runs",
)  # fmt: skip
_LINEAGE_HEAD = (
    "articles", "workers", "articles/s", "MB/s", "per CPU-second", "cost per article",
    "memory beyond the articles", "in all", "edges", "families", "runs",
)  # fmt: skip
_RUNS = {"usual": "", "large": ", up to 1,000,000"}


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the page.

    Attributes
    ----------
    title : str
        Its heading.
    text : str
        Markdown.
    plot : str
        File name of its plot; empty for none.
    draw : callable or None
        Draws the plot into a file.
    """

    title: str
    text: str
    plot: str = ""
    draw: Callable[[Path], None] | None = None


def own_sections(results: Mapping[str, Any]) -> Iterator[Section]:
    """Yield what was measured of find_duplicates and of find_lineage alone."""
    own = results.get("ours", {})
    if own:
        parts = [
            part
            for found in own.values()
            for part in (
                describe(found["machine"]),
                _sizes_table(found["trials"]),
                *_failures(found["trials"]),
            )
        ]
        draw = partial(plots.plot_growth, _growth_lines(results))
        yield Section("Size and workers", "\n\n".join([*parts, _SIZES]), "benchmarks-growth.svg", draw)
        parts = [_skew_table(found["trials"]) for found in own.values()]
        yield Section("Skew and boilerplate", "\n\n".join([*parts, _SKEW]))
    if "usual" in own:
        yield Section("Other scripts", f"{_scripts_table(own['usual']['trials'])}\n\n{_SCRIPTS}")
    for part, title in _RUNS.items():
        if part in results.get("lineage", {}):
            yield _lineage_section(results["lineage"][part], title, part)


def start_section(found: Mapping[str, Any]) -> Section:
    """Say how long imports and the command take."""
    if "left_out" in found:
        return Section("Start", f"It failed: {found['left_out']}.")
    beyond = {name: 1000 * (found[name] - found["numpy"]) for name in ("dedup", "functions")}
    rows = [
        ("an interpreter that imports numpy", f"{1000 * found['numpy']:.0f} ms"),
        ("`import dedup` beyond that", f"{beyond['dedup']:.0f} ms"),
        ("`from dedup import find_duplicates, find_lineage` beyond it", f"{beyond['functions']:.0f} ms"),
        (f"`dedup lineage` on {found['texts']}, from start to end", f"{1000 * found['lineage']:.0f} ms"),
    ]
    text = (
        f"{describe(found['machine'])}\n\n{table(('what', 'wall time'), rows)}\n\n"
        f"Medians of {found['n_starts']} processes each. `import dedup` alone imports no module that works: "
        "those come with the first use of a name, so that the third line is what a program waits for."
    )
    return Section("Start", text)


def describe(machine: Mapping[str, Any]) -> str:
    """Say on what was measured."""
    return (
        f"{machine['cpu']}, {machine['n_cpus']} processors, {machine['system']}, Python {machine['python']}, "
        f"numpy {machine['numpy']}, commit {machine['commit']}."
    )


def _sizes_table(trials: Mapping[str, Any]) -> str:
    return _own_table([run for run in _measured(trials) if run["corpus"] == "articles"])


def _skew_table(trials: Mapping[str, Any]) -> str:
    runs = _measured(trials)
    largest = max((run["n_articles"] for run in runs), default=0)
    return _own_table([run for run in runs if run["n_articles"] == largest and run["workers"] == 1])


def _scripts_table(trials: Mapping[str, Any]) -> str:
    runs = _measured(trials)
    least = min((run["n_articles"] for run in runs), default=0)
    return _own_table([run for run in runs if run["n_articles"] == least and run["workers"] == 1])


def _measured(trials: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the trials that did not fail, with their corpus."""
    return [{"corpus": name.split()[0], **run} for name, run in trials.items() if "left_out" not in run]


def _failures(trials: Mapping[str, Any]) -> list[str]:
    return [f"{name} failed: {run['left_out']}." for name, run in trials.items() if "left_out" in run]


def _own_table(runs: Sequence[Mapping[str, Any]]) -> str:
    """Set runs against the first of them."""
    rows = [
        (
            run["corpus"],
            f"{run['n_articles']:,}",
            str(run["workers"]),
            f"{run['n_articles'] / run['seconds']:,.0f}",
            f"{run['n_articles'] / run['cpu_seconds']:,.0f}",
            f"{run['n_bytes'] / run['cpu_seconds'] / 1e6:.1f}",
            f"{_cost(run, 'n_articles') / _cost(runs[0], 'n_articles'):.2f} ×",
            f"{_cost(run, 'n_bytes') / _cost(runs[0], 'n_bytes'):.2f} ×",
            f"{run['memory_bytes'] / run['n_articles']:,.0f} B",
            _fraction(run, "recall"),
            _fraction(run, "precision"),
            str(run["n_runs"]),
        )
        for run in runs
    ]
    return table(_HEAD, rows)


def _cost(run: Mapping[str, Any], unit: str) -> float:
    return float(run["cpu_seconds"] / run[unit])


def _fraction(run: Mapping[str, Any], name: str) -> str:
    return f"{run[name]:.3f}" if name in run else "-"


def _growth_lines(results: Mapping[str, Any]) -> dict[str, list[Mapping[str, Any]]]:
    """Gather the runs of each engine on plain articles, one a size."""
    lines: dict[str, dict[int, Mapping[str, Any]]] = {}
    for found in results["ours"].values():
        for run in _measured(found["trials"]):
            if run["corpus"] == "articles":
                label = f"ours, {run['workers']} worker{'s' * (run['workers'] > 1)}"
                lines.setdefault(label, {}).setdefault(run["n_articles"], run)
    for name, section in results.get("peers", {}).items():
        for engine, run in section["engines"].items():
            if name.startswith("articles") and engine != "ours" and "left_out" not in run:
                lines.setdefault(engine, {})[run["n_articles"]] = run
    return {label: list(runs.values()) for label, runs in lines.items()}


def _lineage_section(found: Mapping[str, Any], title: str, part: str) -> Section:
    runs = {name: run for name, run in found["trials"].items() if not name.startswith("stages")}
    base = next((run for run in runs.values() if "left_out" not in run), None)
    rows = [
        (
            f"{run['n_articles']:,}",
            str(run["workers"]),
            f"{run['n_articles'] / run['seconds']:,.0f}",
            f"{run['n_bytes'] / run['seconds'] / 1e6:.1f}",
            f"{run['n_articles'] / run['cpu_seconds']:,.0f}",
            f"{_cost(run, 'n_articles') / _cost(base, 'n_articles'):.2f} ×" if base else "-",
            f"{run['memory_bytes'] / run['n_articles'] / 1000:,.1f} kB an article",
            f"{run['peak_bytes'] / 1e9:.2f} GB",
            f"{run['n_edges']:,}",
            f"{run['n_families']:,}",
            str(run["n_runs"]),
        )
        for run in runs.values()
        if "left_out" not in run
    ]
    parts = [describe(found["machine"]), table(_LINEAGE_HEAD, rows), _LINEAGE, *_failures(found["trials"])]
    stages = {
        f"{int(name.split()[1]):,} articles": run["stages"]
        for name, run in found["trials"].items()
        if "stages" in run
    }
    if not stages:
        return Section(f"find_lineage{title}", "\n\n".join(parts))
    parts += [_STAGES, _stages_table(stages)]
    return Section(
        f"find_lineage{title}",
        "\n\n".join(parts),
        f"benchmarks-stages-{part}.svg",
        partial(plots.plot_stages, stages),
    )


def _stages_table(stages: Mapping[str, Mapping[str, float]]) -> str:
    largest = list(stages.values())[-1]
    rows = []
    for name in sorted(largest, key=lambda name: -largest[name]):
        cells = [
            f"{taken[name]:.2f} s, {taken[name] / sum(taken.values()):.0%}" if name in taken else "-"
            for taken in stages.values()
        ]
        rows.append((f"`{name}`", *cells))
    return table(("stage", *stages), rows)


_SIZES = """\
Costs are set against the first line of the table; with two workers they are of both. The plot has processor
time and memory per article, of the peers, too; its axes are logarithmic."""

_SKEW = """\
Against plain articles, the first line. Three in ten articles of `skew` are copies of one text, which are
found by its hash alone. `boilerplate` puts the same 60 words at the end of each article: that is more text,
so that the cost per MB tells more than that per article."""

_SCRIPTS = """\
Against ASCII, the first line. `typographic` is ASCII but for its quotation marks. Words have other lengths in
other scripts, and the exact join cuts none where there are no spaces, so that recall is not looked at."""

_LINEAGE = """\
Costs, of both processes, are set against the first line, on which the start of the second weighs most. `in
all` is the peak of both with the articles in it."""

_STAGES = """\
Stage by stage, in one process and under a profiler, which slows what makes many calls:"""
