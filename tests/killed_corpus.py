"""Kill work on a corpus at random moments, start it again, and look at what comes out in the end.

Usage: python -m tests.killed_corpus FOLDER N_KILLS SEED

Each run is a process of its own, forked from this one, which has imported what takes time. Prints one line of
JSON: how many were killed, after which stages, how many runs came to an end, and what was wrong in the end,
which should be nothing.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

import dedup
from benchmarks.corpora import read_set, unlabelled
from benchmarks.corpus import make_articles
from dedup.corpus import find_lineage
from dedup.formats.writers import json_line


def main(folder: Path, n_kills: int, seed: int) -> dict[str, Any]:
    """Kill so many runs; begin a new folder of stages whenever a run came to its end."""
    draw = random.Random(seed)
    rows = [*unlabelled(read_set("lineage_dev")), *make_articles(60)]
    source = folder / "corpus.jsonl"
    source.write_text("".join(json_line(row) + "\n" for row in rows), encoding="utf-8")
    expected = "".join(json_line(row) + "\n" for row in dedup.find_lineage(rows).records())
    start = time.monotonic()
    run(source, folder / "first", folder / "first.jsonl")
    whole = time.monotonic() - start
    found: dict[str, Any] = {"n_killed": 0, "n_ended": 0, "after": {}, "wrong": []}
    while found["n_killed"] < n_kills:
        work, output = folder / str(found["n_ended"]), folder / f"{found['n_ended']}.jsonl"
        if run_and_kill(source, work, output, draw.uniform(0, whole)):
            found["n_killed"] += 1
            there = sorted(path.name for path in work.glob("*") if path.is_dir() and path.suffix != ".part")
            last = ",".join(there)
            found["after"][last] = found["after"].get(last, 0) + 1
            if output.exists() and output.read_text(encoding="utf-8") != expected:
                found["wrong"].append(f"half of {output.name}")
            continue
        found["n_ended"] += 1
        if not output.exists() or output.read_text(encoding="utf-8") != expected:
            found["wrong"].append(output.name)
    return found


def run_and_kill(source: Path, work: Path, output: Path, seconds: float) -> bool:
    """Let a process work for some time; say whether it was killed, rather than done before."""
    child = os.fork()
    if not child:
        work_and_exit(source, work, output)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if os.waitpid(child, os.WNOHANG)[0]:
            return False
        time.sleep(0.001)
    os.kill(child, signal.SIGKILL)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def work_and_exit(source: Path, work: Path, output: Path) -> NoReturn:
    """Work, in a forked process."""
    try:
        run(source, work, output)
    except BaseException as error:
        sys.stderr.write(f"{error!r}\n")
        os._exit(1)
    os._exit(0)


def run(source: Path, work: Path, output: Path) -> None:
    """Find the lineage of a corpus, from the last stage on that is there."""
    with find_lineage(source, work=work) as lineage:
        lineage.write(output)


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
