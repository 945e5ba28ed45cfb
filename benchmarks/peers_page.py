"""The page on speed, the tables of the peers, and the lines of the README, from what was measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks import plots
from benchmarks.goals import RATIOS, Goal, goals
from benchmarks.own_page import Section, describe, own_sections, start_section
from benchmarks.page import table

_HEAD = (
    "engine", "articles/s", "per CPU-second", "MB per CPU-second", "ours is", "memory", "recall", "precision",
    "in clusters", "runs",
)  # fmt: skip
_MARK, _END = "<!-- speed -->", "<!-- end of speed -->"


def print_tables(results: Mapping[str, Any]) -> None:
    """Print every table of the results."""
    for section in make_sections(results):
        print(f"{section.title}\n\n{section.text}\n")


_TRIED = Path(__file__).with_name("tried.md")


def write_page(results: Mapping[str, Any], folder: Path) -> None:
    """Write benchmarks.md, and its plots where there is matplotlib."""
    folder.mkdir(parents=True, exist_ok=True)
    for section in make_sections(results) if find_spec("matplotlib") else ():
        if section.draw:
            section.draw(folder / section.plot)
    (folder / "benchmarks.md").write_text(make_page(results, folder), encoding="utf-8")


def make_page(results: Mapping[str, Any], folder: Path) -> str:
    """Return the page, with those plots that are in a folder."""
    parts = [_INTRODUCTION]
    for section in make_sections(results):
        parts.append(f"## {section.title}\n\n{section.text}\n")
        if section.draw and (folder / section.plot).exists():
            parts.append(f"![{section.title}]({section.plot})\n")
    return "\n".join(parts)


def write_readme(results: Mapping[str, Any], readme: Path) -> None:
    """Put three figures between the marks of the README."""
    before, _, rest = readme.read_text(encoding="utf-8").partition(_MARK)
    after = rest.partition(_END)[2]
    readme.write_text(f"{before}{_MARK}\n\n{brief(results)}\n\n{_END}{after}", encoding="utf-8")


def make_sections(results: Mapping[str, Any]) -> Iterator[Section]:
    """Yield the sections of the page, those of which something was measured."""
    yield Section("What is asked, and what was measured", _goals_text(results))
    peers = results.get("peers", {})
    for name, section in peers.items():
        kind, n = name.split()
        yield Section(
            f"{int(n):,} {kind}",
            _peers_text(section),
            f"benchmarks-{kind}-{n}.svg",
            partial(plots.plot_recall, section["engines"]),
        )
    yield from own_sections(results)
    if "start" in results:
        yield start_section(results["start"])
    yield Section("What was tried", _TRIED.read_text(encoding="utf-8").rstrip())


def brief(results: Mapping[str, Any]) -> str:
    """Write the table of the README: three figures of the largest corpora that were measured."""
    rows = []
    engines = results.get("peers", {}).get("articles 100000", {}).get("engines", {})
    if "cpu_seconds" in engines.get("ours", {}):
        ours = engines["ours"]["cpu_seconds"]
        beside = ", ".join(
            f"{engines[name]['cpu_seconds'] / ours:.1f} times {name}"
            for name in RATIOS
            if "cpu_seconds" in engines.get(name, {})
        )
        rows.append(("`find_duplicates`, one core", f"{1e5 / ours:,.0f} articles/s", beside))
    lineage = results.get("lineage", {})
    runs = [(part, lineage.get(part, {}).get("trials", {})) for part in ("usual", "large")]
    at = {"usual": 100_000, "large": 1_000_000}
    found = [(at[part], trials.get(f"{at[part]} 2", {})) for part, trials in runs]
    rates = [f"{n / run['seconds']:,.0f} articles/s at {n:,}" for n, run in found if "seconds" in run]
    if rates:
        rows.append(("`find_lineage`, two processes", rates[0], ", ".join(rates[1:]) or "-"))
    own = results.get("ours", {})
    for part in ("large", "usual"):
        run = own.get(part, {}).get("trials", {}).get(f"articles {at[part]} 1", {})
        if "memory_bytes" in run:
            memory = f"{run['memory_bytes'] / run['n_articles']:,.0f} bytes an article"
            rows.append(("`find_duplicates`, memory beyond the text", memory, f"at {at[part]:,}"))
            break
    return table(("what", "how much", "beside"), rows)


def _goals_text(results: Mapping[str, Any]) -> str:
    asked = goals(results)
    every = [goal for group in asked.values() for goal in group]
    known = [goal for goal in every if goal.value is not None]
    rows = [(name, *_cells(group)) for name, group in asked.items()]
    head = ("what", "asked", "measured", "met")
    met = sum(goal.met for goal in known)
    return (
        f"Of {len(every)} figures that the project asks of itself, {met} are met, {len(known) - met} are "
        f"not, and {len(every) - len(known)} were not measured.\n\n{table(head, rows)}"
    )


def _cells(group: tuple[Goal, ...]) -> tuple[str, str, str]:
    known = [goal for goal in group if goal.value is not None]
    missed = [goal.missed() for goal in known if not goal.met]
    return (
        ", ".join(goal.asked() for goal in group),
        ", ".join(goal.measured() for goal in known) or "not measured",
        f"no: {', '.join(missed)}" if missed else "yes" if len(known) == len(group) else "-",
    )


def _peers_text(section: Mapping[str, Any]) -> str:
    runs = {name: run for name, run in section["engines"].items() if "left_out" not in run}
    ours = runs.get("ours")
    rows = [
        (
            name if name == "ours" else f"{name} {run['version']}",
            f"{run['n_articles'] / run['seconds']:,.0f}",
            f"{run['n_articles'] / run['cpu_seconds']:,.0f}",
            f"{run['n_bytes'] / run['cpu_seconds'] / 1e6:.1f}",
            f"{run['cpu_seconds'] / ours['cpu_seconds']:.1f} ×" if ours else "-",
            f"{run['memory_bytes'] / 1e6:,.0f} MB",
            "-" if run["kind"] == "clusters" else f"{run['recall']:.3f}",
            "-" if run["kind"] == "clusters" else f"{run['precision']:.3f}",
            f"{run['cluster_recall']:.3f} / {run['cluster_precision']:.3f}",
            str(run["n_runs"]),
        )
        for name, run in sorted(runs.items(), key=lambda item: float(item[1]["cpu_seconds"]))
    ]
    ideal = max((run["ideal_recall"] for run in runs.values()), default=1.0)
    parts = [
        describe(section["machine"]),
        table(_HEAD, rows),
        f"Ideal recall, that of perfect signatures of 128 rows in 16 bands: {ideal:.3f}.",
    ]
    parts += [
        f"Left out: {name}, {run['left_out']}."
        for name, run in section["engines"].items()
        if "left_out" in run
    ]
    return "\n\n".join(parts)


_INTRODUCTION = """\
# Benchmarks

Made by `make bench-peers` (and `make bench-large`, for a million articles) from
`benchmarks/results/peers.json`; do not edit. Both work on a fresh clone, in a virtual environment of their
own.

Near-duplicates end to end, strings in, pairs or clusters out: 128 rows, 16 bands of 8, word 5-grams. Each
engine runs in a process of its own, in random order, after a warm-up on 200 articles; reading and imports
are left out, and the figures are medians of the runs.

- `per CPU-second` counts all threads and children; `ours is` says how many times as many articles per
  CPU-second the library does.
- Memory is the peak beyond the process with the text in it, that of children added to it.
- Recall and precision are those of pairs, against an exact join on resemblance >= .7, identical texts taken
  for one; of a million articles, those of the first 100,000. `ours` verifies its pairs exactly, `gaoya` by
  its signatures, the others return candidates, and text_dedup and datatrove clusters only.
- `in clusters` is the recall and precision of pairs within clusters, once pairs are closed transitively.
- `cost` is processor time.

Articles are made by `benchmarks/corpus.py`: some 390 words, Zipf's law, three in ten an edited copy of
another, clusters of up to 61; paragraphs have 12 to 60 words.

What flatters the library, and what does not:

- It is one machine, and made-up text of 60,000 different words, all ASCII; other scripts are below.
- rensa, datasketch and fastsketch are given shingles cut in Python, as their own guides have it, and that
  takes most of their time: fastsketch makes its sketches in 9 of some 140 microseconds an article. Behind a
  faster tokenizer, which none of them brings, they would be faster.
- The library verifies every pair, and the time for it is in its figures; most peers would have to do it
  still.
- Its signatures are made for whole corpora. Engines that take an article at a time (rensa, datasketch,
  gaoya) can also be asked one article at a time, which `find_duplicates` cannot.
- Also tried, at 10,000 articles or fewer, and slower than the ones here: dupekit 0.1.1 (Rust; shingles of
  characters only; 4,100 to 4,900 articles/s) and minhash-lsh-dedup 0.1.1 (Rust; 400 articles/s).
"""
