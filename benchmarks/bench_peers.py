"""Set the library beside its peers on the same articles, and put the figures into docs/benchmarks.md.

Usage: python -m benchmarks.bench_peers [--large] [--lineage] [--runs N] [--engines NAME,NAME] [--page]

Each engine runs in a process of its own, in random order, on corpora of `benchmarks.corpus`. What is measured
replaces what benchmarks/results/peers.json held of the same kind, the rest stays; --page measures nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.corpus import Options, write_corpus
from benchmarks.peers import ENGINES
from benchmarks.peers_page import print_table, write_page

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "benchmarks" / "results" / "peers.json"
CORPORA = ROOT / "build" / "bench"

SLOW = ("text_dedup", "datatrove")
"""Engines that take minutes at 100,000 articles, and are left out there; they run once at 10,000."""

KINDS = {"articles": Options(), "paragraphs": Options(paragraphs=True)}
"""What the engines are measured on."""


def measure_peers(kind: str, n: int, engines: Sequence[str], n_runs: int) -> dict[str, Any]:
    """Run engines on one corpus, in random order.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    n : int
        Articles.
    engines : sequence of str
        Some of `ENGINES`.
    n_runs : int
        Runs of each engine, but for those of `SLOW`, which run once.

    Returns
    -------
    dict
        ``machine``, and ``engines``: for each its medians and ``n_runs``, or ``left_out``, the reason why.
    """
    corpus = CORPORA / f"{kind}-{n}.jsonl"
    if not corpus.exists():
        write_corpus(corpus, n, KINDS[kind])
    turns = [name for name in engines for _ in range(1 if name in SLOW else n_runs)]
    random.shuffle(turns)
    runs: dict[str, list[dict[str, Any]]] = {}
    left_out: dict[str, str] = {}
    for i, name in enumerate(turns):
        if name not in left_out:
            print(f"{kind} {n:,}: run {i + 1} of {len(turns)}, {name}", file=sys.stderr)
            found = _run("benchmarks.peers.run", name, str(corpus))
            if "left_out" in found:
                left_out[name] = found["left_out"]
            else:
                runs.setdefault(name, []).append(found)
    table: dict[str, Any] = {name: {"left_out": reason} for name, reason in left_out.items()}
    table |= {name: _medians(found) for name, found in runs.items() if name not in left_out}
    return {"machine": describe_machine(), "engines": {name: table[name] for name in engines}}


def measure_lineage(n: int) -> dict[str, Any]:
    """Time `find_lineage` on articles of 400 words, once for the clock and once for its stages."""
    corpus = CORPORA / f"articles-{n}.jsonl"
    if not corpus.exists():
        write_corpus(corpus, n, KINDS["articles"])
    print(f"find_lineage on {n:,} articles", file=sys.stderr)
    timed = _run("benchmarks.lineage_stages", str(corpus))
    stages = _run("benchmarks.lineage_stages", str(corpus), "--stages")
    return {"machine": describe_machine(), **timed, "stages": stages.get("stages", {})}


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


def _run(module: str, *arguments: str) -> dict[str, Any]:
    """Run a module in a process of its own; its last line is JSON."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        return {"left_out": (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]}
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _medians(runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "n_runs": len(runs),
        **{
            name: median(run[name] for run in runs) if isinstance(value, int | float) else value
            for name, value in runs[0].items()
        },
        "spread": [min(run["cpu_seconds"] for run in runs), max(run["cpu_seconds"] for run in runs)],
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, keep the results, print the table and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_peers")
    parser.add_argument("--large", action="store_true", help="100,000 articles, faster engines only")
    parser.add_argument("--lineage", action="store_true", help="find_lineage instead of the peers")
    parser.add_argument("--runs", type=int, default=5, help="runs of each engine")
    parser.add_argument("--engines", default=",".join(ENGINES), help="names, with commas")
    parser.add_argument("--page", action="store_true", help="write the page from what is there")
    options = parser.parse_args(arguments)
    n = 100_000 if options.large else 10_000
    results: dict[str, Any] = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
    if options.lineage:
        results.setdefault("lineage", {})[str(n)] = measure_lineage(n)
    elif not options.page:
        engines = [name for name in options.engines.split(",") if not (options.large and name in SLOW)]
        for kind in KINDS:
            measured = measure_peers(kind, n, engines, options.runs)
            kept = results.setdefault("peers", {}).setdefault(f"{kind} {n}", {"engines": {}})
            kept["machine"] = measured["machine"]
            kept["engines"] |= measured["engines"]
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    print_table(results)
    write_page(results, ROOT / "docs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
