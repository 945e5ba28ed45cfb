"""The page docs/corpus-speed.md, made of what `benchmarks.corpus_speed` measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.own_page import describe
from benchmarks.page import Line, at_most, fill, table

MOST_BYTES = 4 * 10**9
"""Memory that all processes may take together, at a million articles."""

_HEAD = """\
Made by `make bench-corpus` from `benchmarks/results/corpus.json`; do not edit.

{machine} Other work ran beside it, on the same processors: seconds are those of that day, and may be
two or three times what they would be alone; CPU-seconds, of all processes, and memory are steadier.

Articles are made by `benchmarks/corpus.py`, some 390 words each, three in ten an edited copy of another; or
they are {newswire}. Two workers, `--memory {memory}`, JSON lines in, JSON lines out. Each run is a process of
its own; reading, writing and the start of Python are in the time. Memory is the most that all processes
together had resident at one time, looked at ten times a second: what was mapped from files, which the system
takes back when it needs to, is counted, too. Disk is the most that stage files and output took.
"""

_STAGES = """\
Seconds in each stage. `read` copies texts into the folder, `count`, `keys` and `compare` read all of them or
those that have a candidate, `write` reads them once more for the sources that they name.
"""

_PEERS = """\
Near-duplicates of the same 100,000 articles, at 128 rows, 16 bands of 8 and word 5-grams. The library reads a
file, keeps its stages on disk, verifies every pair exactly and uses two processes; the peers are given texts
in memory, one process, and verify nothing. They ran at low priority beside other work: compare CPU-seconds.
With recall, [Benchmarks](benchmarks.md) sets them side by side.
"""


def write_page(results: Mapping[str, Any], folder: Path) -> None:
    """Write the page into a folder."""
    (folder / "corpus-speed.md").write_text(make_page(results, folder), encoding="utf-8")


def make_page(results: Mapping[str, Any], folder: Path) -> str:
    """Write what was asked and what was measured as Markdown."""
    runs = results["runs"]
    first = next(run for kinds in runs.values() for run in kinds.values())
    newswire = runs.get("newswire", {}).get("lineage", {}).get("n_articles")
    said = f"{newswire:,} articles of a newswire of 1987" if newswire else "a newswire, which was not at hand"
    head = _HEAD.format(machine=describe(first["machine"]), newswire=said, memory=first["memory"])
    parts = [
        "# The speed of corpora",
        head,
        table(("at", "asked", "measured", "met"), [line.cells() for line in _lines(runs)]),
        "## Time, memory and disk",
        table(_COLUMNS, _rows(runs)),
        "## Stages of a lineage",
        _STAGES,
        table(("corpus", *_stages(runs)), _stage_rows(runs)),
        "## Spark",
        _spark(folder),
        "## Beside peers",
        _PEERS,
        table(("engine", "seconds", "articles/s", "CPU-seconds", "memory"), _peer_rows(results)),
    ]
    return "\n\n".join(map(fill, parts)) + "\n"


_COLUMNS = ("corpus", "what", "articles", "MB", "seconds", "articles/s", "CPU-seconds", "memory", "disk")


def _lines(runs: Mapping[str, Any]) -> Iterator[Line]:
    """Set what was asked at a million articles against the largest corpus that was measured."""
    sizes = {int(name.split()[1]): kinds for name, kinds in runs.items() if name.startswith("generated")}
    for kind in ("lineage", "duplicates"):
        run = sizes[max(sizes)][kind]
        asked = at_most(**{"GB of memory": MOST_BYTES / 1e9})
        yield Line(
            f"{kind}, {run['n_articles']:,} articles", asked, {"GB of memory": run["peak_bytes"] / 1e9}
        )


def _rows(runs: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    for corpus, kinds in sorted(runs.items(), key=_place):
        for kind, run in kinds.items():
            yield (
                corpus.partition(" ")[0],
                "lineage in memory" if kind == "in memory" else kind,
                f"{run['n_articles']:,}",
                f"{run['n_bytes'] / 1e6:,.0f}",
                f"{run['seconds']:,.1f}",
                _speed(run),
                f"{run['cpu_seconds']:,.1f}",
                _size(run["peak_bytes"]),
                _size(run["disk_bytes"]),
            )


def _place(item: tuple[str, Any]) -> tuple[bool, int]:
    return not item[0].startswith("generated"), int(item[1]["lineage"]["n_articles"])


def _stages(runs: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(stage for kinds in runs.values() for stage in kinds["lineage"]["stages"]))


def _stage_rows(runs: Mapping[str, Any]) -> Iterator[list[str]]:
    for _, kinds in sorted(runs.items(), key=_place):
        run = kinds["lineage"]
        yield [
            f"{run['n_articles']:,}",
            *(f"{run['stages'].get(stage, 0):,.1f}" for stage in _stages(runs)),
        ]


def _spark(folder: Path) -> str:
    there = (folder.parent / "benchmarks" / "results" / "spark.json").exists()
    return "Measured in [Spark](spark.md)." if there else "Not measured yet."


def _peer_rows(results: Mapping[str, Any]) -> Iterator[tuple[object, ...]]:
    ours = results["runs"].get("generated 100000", {}).get("duplicates")
    if ours:
        yield "dedup.corpus", *_spent(ours), _size(ours["peak_bytes"])
    for name, run in results["peers"].items():
        yield f"{name} {run['version']}", *_spent(run), _size(run["memory_bytes"])


def _spent(run: Mapping[str, Any]) -> tuple[str, str, str]:
    return f"{run['seconds']:,.1f}", _speed(run), f"{run['cpu_seconds']:,.1f}"


def _speed(run: Mapping[str, Any]) -> str:
    return f"{run['n_articles'] / run['seconds']:,.0f}"


def _size(n_bytes: float) -> str:
    return f"{n_bytes / 1e9:.2f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:,.0f} MB"
