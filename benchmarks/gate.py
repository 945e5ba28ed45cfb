"""Hold results exactly, and speed within a wide margin, on articles made from a seed.

Usage: python -m benchmarks.gate [--write]

Prints what is found beside what benchmarks/results/gate.json expects, and fails where they differ. When a
change is meant to change results, --write puts the new counts there, and they go into the same commit.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.corpus import make_articles
from dedup import find_duplicates, find_lineage

N_ARTICLES = 2_000
EXPECTED = Path(__file__).parent / "results" / "gate.json"

MOST_WORKLOADS = 5.0
"""Times the workload that `find_duplicates` may take: three times what was measured."""

_N_TURNS = 3


@cache
def read_articles() -> tuple[dict[str, Any], ...]:
    """Make the articles, without the truth about them."""
    fields = ("id", "outlet", "published_at", "text")
    return tuple({name: made[name] for name in fields} for made in make_articles(N_ARTICLES))


def count_duplicates() -> dict[str, int]:
    """Count what `find_duplicates` finds."""
    found = find_duplicates(read_articles())
    return {
        "n_identical": found.n_identical,
        "n_candidates": found.n_candidates,
        "n_pairs": len(found.pairs),
        "n_clusters": len(found.clusters),
    }


def count_lineage() -> dict[str, int]:
    """Count what `find_lineage` finds."""
    lineage = find_lineage(read_articles())
    return {"n_edges": len(lineage.edges), "n_families": len(lineage.families)}


def expected() -> dict[str, int]:
    """Read the counts that were right when they were last looked at."""
    counts: dict[str, int] = json.loads(EXPECTED.read_text())
    return counts


def measure_workloads() -> float:
    """Say how many times a fixed numpy workload `find_duplicates` takes, each the best of three turns.

    Notes
    -----
    The workload sorts and multiplies 64-bit numbers, as the library does, and depends on the machine and on
    numpy as it does; three turns of each in turn, so that a busy machine slows both.
    """
    numbers = np.random.PCG64(1).random_raw(1 << 20)
    texts = [article["text"] for article in read_articles()]
    find_duplicates(texts[:100])
    times = [
        (_clock(lambda: _work(numbers)), _clock(lambda: find_duplicates(texts))) for _ in range(_N_TURNS)
    ]
    fixed, taken = map(min, zip(*times, strict=True))
    return float(taken / fixed)


def _work(numbers: Any) -> None:
    for _ in range(4):
        scrambled = numbers * np.uint64(0x9E3779B97F4A7C15)
        scrambled ^= scrambled >> np.uint64(29)
        scrambled.sort()


def _clock(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def main(arguments: Sequence[str]) -> int:
    """Compare, or write."""
    counts = count_duplicates() | count_lineage()
    if list(arguments) == ["--write"]:
        EXPECTED.parent.mkdir(exist_ok=True)
        EXPECTED.write_text(json.dumps(counts, indent=1) + "\n")
    wanted = expected()
    for name, count in counts.items():
        print(f"{name}: {count}, expected {wanted[name]}")
    workloads = measure_workloads()
    print(f"find_duplicates takes {workloads:.2f} workloads, {MOST_WORKLOADS} at most")
    return int(counts != wanted or workloads > MOST_WORKLOADS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
