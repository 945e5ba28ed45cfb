"""Measurements that are run in processes of their own, in random order, and their medians."""

from __future__ import annotations

import json
import os
import platform
import random
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from statistics import median, median_low
from typing import Any

import xxhash

from benchmarks.corpus import Options, write_corpus
from benchmarks.language import SCRIPTS

ROOT = Path(__file__).parents[1]
CORPORA = ROOT / "build" / "bench"

SCRIPT_KINDS = tuple(script for script in SCRIPTS if script != "ascii")
KINDS = {
    "articles": Options(),
    "paragraphs": Options(paragraphs=True),
    "skew": Options(skew=0.3),
    "boilerplate": Options(boilerplate=True),
    **{script: Options(script=script) for script in SCRIPT_KINDS},
}
"""Corpora by name; those of a script are as articles, but for the words."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Something to measure.

    Attributes
    ----------
    name : str
        Of the result.
    command : tuple of str
        A module that prints a line of JSON, and its arguments.
    n_runs : int
        How often.
    """

    name: str
    command: tuple[str, ...]
    n_runs: int


def find_corpus(kind: str, n: int) -> Path:
    """Return the file of a corpus of `KINDS`, which is made when there is none.

    Its name holds a digest of what makes it and of what finds the truth about it, so that an older one is
    never taken for it.
    """
    path = CORPORA / f"{kind}-{n}-{_digest()}.jsonl"
    if not path.exists():
        print(f"make {n:,} {kind}", file=sys.stderr)
        write_corpus(path, n, KINDS[kind])
    return path


@cache
def _digest() -> str:
    sources = (ROOT / "benchmarks" / name for name in ("corpus.py", "language.py", "peers/truth.py"))
    return xxhash.xxh3_64_hexdigest(b"".join(source.read_bytes() for source in sources))[:8]


def run_trials(trials: Sequence[Trial]) -> dict[str, dict[str, Any]]:
    """Run each trial as often as it asks for, all in random order.

    Parameters
    ----------
    trials : sequence of Trial
        Under different names.

    Returns
    -------
    dict
        For each name, in the order given: what its process printed, numbers as medians, ``n_runs``, and the
        ``spread`` of its wall times; or ``left_out``, the last line of what went wrong.
    """
    turns = [trial for trial in trials for _ in range(trial.n_runs)]
    random.shuffle(turns)
    runs: dict[str, list[dict[str, Any]]] = {trial.name: [] for trial in trials}
    failed: dict[str, str] = {}
    for i, trial in enumerate(turns):
        if trial.name not in failed:
            print(f"{i + 1} of {len(turns)}: {trial.name}", file=sys.stderr)
            try:
                runs[trial.name].append(run_aside(*trial.command))
            except ChildProcessError as error:
                failed[trial.name] = str(error)
    return {name: {"left_out": failed[name]} if name in failed else medians(runs[name]) for name in runs}


def run_aside(module: str, *arguments: str) -> dict[str, Any]:
    """Run a module in a process of its own and read the last line it prints; raise ChildProcessError."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise ChildProcessError((done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1])
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def medians(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Take the median of each number over runs; what is no number is that of the first.

    Examples
    --------
    >>> medians([{"engine": "a", "seconds": s} for s in (3.0, 1.0, 2.0)])
    {'engine': 'a', 'seconds': 2.0, 'n_runs': 3, 'spread': [1.0, 3.0]}
    """
    found = {
        name: (median_low if isinstance(value, int) else median)(run[name] for run in runs)
        if isinstance(value, int | float)
        else value
        for name, value in runs[0].items()
    }
    seconds = [run["seconds"] for run in runs if "seconds" in run]
    return found | {"n_runs": len(runs)} | ({"spread": [min(seconds), max(seconds)]} if seconds else {})


def describe_machine() -> dict[str, Any]:
    """Say where and with what figures were measured."""
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text().splitlines() if cpu.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return {
        "cpu": names[0] if names else platform.processor(),
        "n_cpus": os.cpu_count(),
        "system": platform.system(),
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "commit": commit.stdout.strip(),
    }
