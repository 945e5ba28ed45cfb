"""Time find_lineage, whole or stage by stage, and print a line of JSON.

Usage: python -m benchmarks.lineage_stages CORPUS.jsonl [--stages] [--workers N]
"""

from __future__ import annotations

import argparse
import cProfile
import gc
import json
import pstats
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from benchmarks.peers.run import cpu_seconds, peak_bytes, reset_peak
from dedup import find_lineage

STAGES = (
    ("articles", "as_articles"),
    ("lineage", "_collapse"),
    ("frequencies", "count_articles"),
    ("keys", "_make_keys"),
    ("candidates", "share_facts"),
    ("candidates", "share_shingles"),
    ("archive", "read_pile"),
    ("compare", "compare"),
    ("gains", "compare_with_main"),
    ("links", "direct"),
    ("links", "score"),
    ("parents", "choose_main"),
)
"""Modules and functions whose times are told apart, none within another; what is left is the rest."""

_FIELDS = ("id", "outlet", "published_at", "text")


def time_lineage(articles: Sequence[dict[str, Any]], workers: int = 1) -> dict[str, Any]:
    """Time the whole: articles, wall and processor seconds, bytes beyond the articles, edges, families."""
    find_lineage(articles[:200])
    gc.collect()
    before = reset_peak()
    cpu, start = cpu_seconds(), time.perf_counter()
    with _Watch() as watch:
        lineage = find_lineage(articles, workers=workers)
        seconds, cpu = time.perf_counter() - start, cpu_seconds() - cpu
    return {
        "n_articles": len(articles),
        "n_bytes": sum(len(article["text"].encode()) for article in articles),
        "workers": workers,
        "seconds": seconds,
        "cpu_seconds": cpu,
        "memory_bytes": max(peak_bytes(), watch.peak) - before,
        "peak_bytes": max(peak_bytes(), watch.peak),
        "n_edges": len(lineage.edges),
        "n_families": len(lineage.families),
    }


def time_stages(articles: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Take the seconds of each stage in one process under a profiler, which slows what makes many calls."""
    find_lineage(articles[:200])
    profile = cProfile.Profile()
    profile.runcall(find_lineage, articles)
    taken: Any = pstats.Stats(profile)
    names = {(Path(file).stem, name): times[3] for (file, _, name), times in taken.stats.items()}
    stages = {f"{module}.{name}": names[module, name] for module, name in STAGES}
    return {"stages": stages | {"the rest": max(0.0, taken.total_tt - sum(stages.values()))}}


class _Watch:
    """Looks twice a second at the memory of this process and its children, what they share counted once."""

    def __init__(self) -> None:
        self.peak = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(0.5):
            self.peak = max(self.peak, sum(map(_share, ["self", *_children()])))


def _children() -> list[str]:
    """Name the processes that this one has started, where the system tells."""
    found: list[str] = []
    for task in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):
            found += task.read_text().split()
    return found


def _share(process: str) -> int:
    """Return the bytes of a process, those that it shares divided by how many share them."""
    with suppress(OSError):
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Read a corpus and time it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lineage_stages")
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--stages", action="store_true")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args(arguments)
    with options.corpus.open(encoding="utf-8") as stream:
        lines = map(json.loads, stream)
        articles = [{name: line[name] for name in _FIELDS if name in line} for line in lines]
    print(json.dumps(time_stages(articles) if options.stages else time_lineage(articles, options.workers)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
