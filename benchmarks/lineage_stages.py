"""Time find_lineage, whole or stage by stage, and print a line of JSON.

Usage: python -m benchmarks.lineage_stages CORPUS.jsonl [--stages]
"""

from __future__ import annotations

import cProfile
import json
import pstats
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.run import cpu_seconds, peak_bytes, reset_peak
from dedup import find_lineage

STAGES = (
    ("articles", "as_articles"),
    ("lineage", "_collapse"),
    ("text", "tokens"),
    ("terms", "find_terms"),
    ("terms", "join"),
    ("terms", "count_articles"),
    ("terms", "weigh"),
    ("shingles", "make_shingles"),
    ("shingles", "group_copies"),
    ("candidates", "share_terms"),
    ("candidates", "share_shingles"),
    ("compare", "make_pile"),
    ("compare", "compare"),
    ("links", "direct"),
    ("links", "score"),
    ("parents", "find_parents"),
)
"""Modules and functions whose times are told apart; one that is gone shows up in the rest."""


def time_lineage(articles: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Time the whole: articles, wall and processor seconds, bytes beyond the articles, edges, families."""
    find_lineage(articles[:200])
    before = reset_peak()
    cpu, start = cpu_seconds(), time.perf_counter()
    lineage = find_lineage(articles)
    seconds, cpu = time.perf_counter() - start, cpu_seconds() - cpu
    return {
        "n_articles": len(articles),
        "n_bytes": sum(len(article["text"].encode()) for article in articles),
        "seconds": seconds,
        "cpu_seconds": cpu,
        "memory_bytes": peak_bytes() - before,
        "n_edges": len(lineage.edges),
        "n_families": len(lineage.families),
    }


def time_stages(articles: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Take the seconds of each stage under a profiler, which slows stages that make many calls."""
    find_lineage(articles[:200])
    profile = cProfile.Profile()
    profile.runcall(find_lineage, articles)
    taken: Any = pstats.Stats(profile)
    names = {(Path(file).stem, name): times[3] for (file, _, name), times in taken.stats.items()}
    stages = {f"{module}.{name}": names[module, name] for module, name in STAGES if (module, name) in names}
    return {"stages": stages | {"the rest": max(0.0, taken.total_tt - sum(stages.values()))}}


def main(arguments: Sequence[str]) -> int:
    """Read a corpus and time it."""
    if not 1 <= len(arguments) <= 2 or arguments[1:] not in ([], ["--stages"]):
        print(__doc__, file=sys.stderr)
        return 2
    with Path(arguments[0]).open(encoding="utf-8") as stream:
        articles = [json.loads(line) for line in stream]
    print(json.dumps(time_stages(articles) if arguments[1:] else time_lineage(articles)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
