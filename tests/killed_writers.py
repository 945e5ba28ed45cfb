"""Kill writers of an index at random moments, and look at what they leave.

Usage: python -m tests.killed_writers FOLDER N_KILLS SEED

Each writer is a process of its own, forked from this one, which has imported what takes time. It adds
articles, one by one and in batches, removes some, and says of each call that it has returned. Prints one line
of JSON: how many were killed, how often in the middle of a call, and what was wrong, which should be nothing.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from benchmarks.corpora import read_set, unlabelled
from dedup.index import postings
from dedup.index.index import Index

BATCH = 3


def main(folder: Path, n_kills: int, seed: int) -> dict[str, Any]:
    """Kill so many writers; begin a new file whenever all articles are in."""
    postings._FAN, postings._SMALLEST = 2, 64  # runs are merged all the time
    draw = random.Random(seed)
    rows = unlabelled([*read_set("lineage_dev"), *read_set("lineage_dev_hard")])
    found: dict[str, Any] = {"n_killed": 0, "n_within_a_call": 0, "n_promised": 0, "wrong": []}
    n_files = 0
    there: set[str] = set()
    path = folder / "0.dedup"
    while found["n_killed"] < n_kills:
        steps = list(plan(rows, there, draw))
        if not steps:
            n_files, there = n_files + 1, set()
            path = folder / f"{n_files}.dedup"
            continue
        n_calls = draw.choice([-1, 0, 1, 2, 4])
        said, was_killed = run_writer(path, steps, n_calls, draw.uniform(0, 0.02))
        found["n_killed"] += was_killed
        found["n_within_a_call"] += was_killed and len(said) % 2
        n_done = len(said) // 2
        found["n_promised"] += n_done
        before = there
        for kind, part in steps[:n_done]:
            there = there | set(part) if kind == "add" else there - set(part)
        there = look(path, steps, n_done, before, there, found["wrong"])
    return found


def plan(rows: list[dict[str, Any]], there: set[str], draw: random.Random) -> Iterator[tuple[str, list[str]]]:
    """Yield what a writer is to do: add the next articles, some at a time; remove one now and then."""
    names = [row["id"] for row in rows if row["id"] not in there]
    while names:
        n = draw.choice([1, BATCH])
        yield "add", names[:n]
        if draw.random() < 0.2:
            yield "remove", names[:1]
        names = names[n:]


def run_writer(
    path: Path, steps: list[tuple[str, list[str]]], n_calls: int, seconds: float
) -> tuple[bytes, bool]:
    """Let a writer do some calls, and go on for some time; return what it said, and whether it was killed.

    It says two bytes a call, the first before it. With less than no calls it may be killed while it opens the
    file, or makes it.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        write(path, steps, writing)
    os.close(writing)
    said = b""
    while len(said) <= 2 * n_calls and (part := os.read(reading, 1)):
        said += part
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    while part := os.read(reading, 65536):
        said += part
    os.close(reading)
    return said, os.WIFSIGNALED(status)


def write(path: Path, steps: list[tuple[str, list[str]]], out: int) -> NoReturn:
    """Do the steps; say ``<`` before each call and ``>`` after it."""
    rows = {row["id"]: row for row in unlabelled([*read_set("lineage_dev"), *read_set("lineage_dev_hard")])}
    with Index(path) as index:
        for kind, names in steps:
            os.write(out, b"<")
            if kind == "add":
                index.add_many([rows[name] for name in names])
            else:
                index.remove(*names)
            os.write(out, b">")
    os._exit(0)


def look(
    path: Path,
    steps: list[tuple[str, list[str]]],
    n_done: int,
    before: set[str],
    promised: set[str],
    wrong: list[str],
) -> set[str]:
    """Compare the file with what was promised; return what it holds."""
    if not path.exists():
        if n_done:
            wrong.append(f"{path.name} is not there after {n_done} calls")
        return before
    with Index(path) as index:
        wrong += index.verify()
        there = {article.id for article in index}
    allowed = [promised]
    if n_done < len(steps):  # the call that was cut off may have been done: wholly
        kind, part = steps[n_done]
        allowed.append(promised | set(part) if kind == "add" else promised - set(part))
    if there not in allowed:
        wrong.append(f"{path.name}: {sorted(there ^ promised)} beside {n_done} calls")
    return there


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
