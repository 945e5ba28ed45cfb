# mypy: disable-error-code="import-not-found,import-untyped"
"""Tables and plots of what benchmarks.bench_peers measured."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.page import table

ASKED = {"rensa": 8.0, "daft": 5.5, "datasketch_xxhash": 20.0}
"""How many times a peer's articles per CPU-second the library is meant to reach."""

_HEAD = (
    "engine", "articles/s", "per CPU-second", "MB per CPU-second", "ours is", "memory", "recall", "precision",
    "in clusters", "runs",
)  # fmt: skip
_STAGES = """\
Under a profiler, which slows what makes many calls:"""


def print_table(results: dict[str, Any]) -> None:
    """Print every table of the results."""
    for name, section in results.get("peers", {}).items():
        print(f"{name}\n{_peers_table(section)}\n")
    for section in results.get("lineage", {}).values():
        print(_lineage_text(section))


def write_page(results: dict[str, Any], folder: Path) -> None:
    """Write benchmarks.md, and a plot where matplotlib is there."""
    parts = [_INTRODUCTION]
    for name, section in results.get("peers", {}).items():
        kind, n = name.split()
        parts.append(f"## {int(n):,} {kind}\n\n{_machine(section)}\n\n{_peers_table(section)}\n")
        parts.append(_verdict(section))
        if _plot(section, folder / f"benchmarks-{kind}-{n}.svg"):
            parts.append(f"![Speed against recall](benchmarks-{kind}-{n}.svg)\n")
        parts.extend(
            f"{engine} was left out: {run['left_out']}.\n"
            for engine, run in section["engines"].items()
            if "left_out" in run
        )
    for n, section in results.get("lineage", {}).items():
        text = _lineage_text(section)
        parts.append(f"## find_lineage on {int(n):,} articles\n\n{_machine(section)}\n\n{text}")
    folder.mkdir(exist_ok=True)
    (folder / "benchmarks.md").write_text("\n".join(parts), encoding="utf-8")


def _peers_table(section: dict[str, Any]) -> str:
    runs = {name: run for name, run in section["engines"].items() if "left_out" not in run}
    ours = runs.get("ours")
    rows = [
        (
            name if name == "ours" else f"{name} {run['version']}",
            f"{run['n_articles'] / run['seconds']:,.0f}",
            f"{run['n_articles'] / run['cpu_seconds']:,.0f}",
            f"{run['n_bytes'] / run['cpu_seconds'] / 1e6:.1f}",
            f"{run['cpu_seconds'] / ours['cpu_seconds']:.1f} x" if ours else "-",
            f"{run['memory_bytes'] / 1e6:,.0f} MB",
            "-" if run["kind"] == "clusters" else f"{run['recall']:.3f}",
            "-" if run["kind"] == "clusters" else f"{run['precision']:.3f}",
            f"{run['cluster_recall']:.3f} / {run['cluster_precision']:.3f}",
            str(run["n_runs"]),
        )
        for name, run in sorted(runs.items(), key=lambda item: item[1]["cpu_seconds"])
    ]
    ideal = max((run["ideal_recall"] for run in runs.values()), default=1.0)
    note = f"Perfect signatures of 128 rows in 16 bands would have a recall of {ideal:.3f}."
    return f"{table(_HEAD, rows)}\n\n{note}"


def _verdict(section: dict[str, Any]) -> str:
    """Say what was asked beside what was reached."""
    engines = section["engines"]
    if "seconds" not in engines.get("ours", {}):
        return ""
    ours, lines = engines["ours"]["cpu_seconds"], []
    for name, asked in ASKED.items():
        if "cpu_seconds" in engines.get(name, {}):
            ratio = engines[name]["cpu_seconds"] / ours
            word = _reached(ratio >= asked)
            lines.append(
                f"- {name}: {asked:g} times its articles per CPU-second asked, {ratio:.1f} found: {word}."
            )
    run = engines["ours"]
    short = run["ideal_recall"] - run["recall"]
    lines.append(
        f"- recall within .01 of the ideal asked: {short:.3f} short of it, {_reached(short <= 0.01)}."
    )
    lines.append(f"- precision of .97 asked: {run['precision']:.3f}, {_reached(run['precision'] >= 0.97)}.")
    return "\n".join(lines) + "\n"


def _reached(is_so: bool) -> str:
    return "reached" if is_so else "**not reached**"


def _lineage_text(section: dict[str, Any]) -> str:
    if "left_out" in section:
        return f"It failed: {section['left_out']}.\n"
    n, seconds = section["n_articles"], section["seconds"]
    text = (
        f"{n / seconds:,.0f} articles/s ({section['n_bytes'] / seconds / 1e6:.1f} MB/s) in {seconds:.1f} s, "
        f"{n / section['cpu_seconds']:,.0f} per CPU-second, {section['memory_bytes'] / 1e6:,.0f} MB beyond "
        f"the articles; {section['n_edges']:,} edges, {section['n_families']:,} families.\n"
    )
    stages = section.get("stages", {})
    if not stages:
        return text
    total = sum(stages.values())
    rows = [
        (f"`{name}`", f"{taken:.2f} s", f"{taken / total:.0%}")
        for name, taken in sorted(stages.items(), key=lambda item: -item[1])
    ]
    return f"{text}\n{_STAGES}\n\n{table(('stage', 'time', 'share'), rows)}\n"


def _machine(section: dict[str, Any]) -> str:
    found = section["machine"]
    return (
        f"{found['cpu']}, {found['n_cpus']} processors, {found['system']}, Python {found['python']}, "
        f"numpy {found['numpy']}, commit {found['commit']}."
    )


def _plot(section: dict[str, Any], path: Path) -> bool:
    """Draw speed against recall."""
    try:
        import matplotlib
    except ImportError:
        return False
    matplotlib.use("svg")
    matplotlib.rcParams["svg.hashsalt"] = "dedup"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7, 4))
    for name, run in section["engines"].items():
        if "left_out" not in run:
            x, y = run["n_articles"] / run["cpu_seconds"], run["cluster_recall"]
            axes.plot(x, y, "o", color="tab:red" if name == "ours" else "tab:gray")
            axes.annotate(name, (x, y), textcoords="offset points", xytext=(5, 5))
    axes.set(xscale="log", xlabel="articles per CPU-second", ylabel="recall of pairs within clusters")
    axes.margins(0.2)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)
    return True


_INTRODUCTION = """\
# Benchmarks

Made by `make bench-peers` from `benchmarks/results/peers.json`; do not edit.

Near-duplicates end to end, strings in, pairs or clusters out: 128 rows, 16 bands of 8, word 5-grams. Each
engine runs in a process of its own, in random order, after a warm-up on 200 articles; reading and imports
are left out, and the figures are medians of the runs.

- `per CPU-second` counts all threads and children; `ours is` says how many times as many articles per
  CPU-second the library does.
- Memory is the peak beyond the process with the text in it.
- Recall and precision are those of pairs, against an exact join on resemblance >= .7, identical texts taken
  for one. `ours` verifies its pairs exactly, `gaoya` by its signatures, the others return candidates, and
  text_dedup and datatrove clusters only.
- `in clusters` is the recall and precision of pairs within clusters, once pairs are closed transitively.

Articles are made by `benchmarks/corpus.py`: some 390 words, Zipf's law, three in ten an edited copy of
another, clusters of up to 61; paragraphs have 12 to 60 words.
"""
