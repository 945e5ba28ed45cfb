"""Time what a user waits for before anything is read: the imports, and the command on five texts.

Usage: python -m benchmarks.start [--runs N]

Prints a line of JSON: seconds of wall time as medians. `numpy`, `dedup` and `functions` are interpreters that
import numpy, dedup beside it, and its two main functions beside it, which are imported when they are first
used; `lineage` is the command, from its start to its end.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parents[1]
SEEDS = ROOT.parent / "shared" / "seeds"
N_TEXTS = 5

_IMPORTS = {
    "numpy": "import numpy",
    "dedup": "import numpy, dedup",
    "functions": "import numpy\nfrom dedup import find_duplicates, find_lineage",
}


def read_texts() -> tuple[str, list[Path]]:
    """Return what five texts are called, and their files: seeds where there are some, or examples."""
    seeds = sorted(SEEDS.glob("*.txt"))[:N_TEXTS]
    if len(seeds) == N_TEXTS:
        return "the five seeds", seeds
    folder = ROOT / "build" / "examples"
    folder.mkdir(parents=True, exist_ok=True)
    lines = (ROOT / "examples" / "harbour.jsonl").read_text(encoding="utf-8").splitlines()[:N_TEXTS]
    for i, line in enumerate(lines):
        (folder / f"{i}.txt").write_text(json.loads(line)["text"], encoding="utf-8")
    return "five of the examples", [folder / f"{i}.txt" for i in range(N_TEXTS)]


def time_starts(n_runs: int) -> dict[str, Any]:
    """Time imports and command `n_runs` times, in random order, after once without the clock."""
    name, texts = read_texts()
    commands = {key: [sys.executable, "-c", program] for key, program in _IMPORTS.items()}
    commands["lineage"] = [str(Path(sys.executable).with_name("dedup")), "lineage", *map(str, texts)]
    for command in commands.values():
        _seconds(command)
    turns = [key for key in commands for _ in range(n_runs)]
    random.shuffle(turns)
    taken: dict[str, list[float]] = {key: [] for key in commands}
    for key in turns:
        taken[key].append(_seconds(commands[key]))
    medians = {key: median(seconds) for key, seconds in taken.items()}
    return {"texts": name, "n_starts": n_runs, **medians}


def _seconds(command: Sequence[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def main(arguments: Sequence[str] | None = None) -> int:
    """Time and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.start")
    parser.add_argument("--runs", type=int, default=11)
    print(json.dumps(time_starts(parser.parse_args(arguments).runs)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
