"""Set the library beside its peers and beside larger, stranger and other corpora; write docs/benchmarks.md.

Usage: python -m benchmarks.bench_peers [--large] [--only PART,PART] [--engines NAME,NAME] [--runs N]
       [--sizes N,N] [--out FOLDER] [--page]

Everything runs in processes of their own, in random order, on corpora of `benchmarks.corpus`. What is
measured replaces what benchmarks/results/peers.json held of the same kind, the rest stays; --large measures
a million articles and what they are set against; --page measures nothing. With --out, results and page go
into that folder instead, and README.md stays as it is.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers import ENGINES
from benchmarks.peers_page import print_tables, write_page, write_readme
from benchmarks.trials import ROOT, SCRIPT_KINDS, Trial, describe_machine, find_corpus, run_trials

SIZES = (10_000, 100_000)
MILLION = 1_000_000
PARTS = ("peers", "ours", "lineage", "start")
"""What can be measured: engines beside each other, find_duplicates alone, find_lineage, and the start."""

LARGEST = {"text_dedup": 10_000, "datatrove": 10_000, "datasketch": 10_000}
"""Articles beyond which an engine is left out, as it takes minutes."""

ONCE = ("text_dedup", "datatrove")
"""Engines that take a minute for the fewest articles, and run once."""

_RUN, _STAGES, _START = "benchmarks.peers.run", "benchmarks.lineage_stages", "benchmarks.start"
_LINEAGE_RUNS = 3


def measure_peers(kind: str, n: int, engines: Sequence[str], n_runs: int) -> dict[str, Any]:
    """Run engines on one corpus.

    Parameters
    ----------
    kind : str
        ``articles`` or ``paragraphs``.
    n : int
        Articles.
    engines : sequence of str
        Some of `ENGINES`.
    n_runs : int
        Runs of each engine, but for those of `ONCE`.

    Returns
    -------
    dict
        ``machine``, and ``engines``: for each its medians, or ``left_out``, the reason why.
    """
    corpus = str(find_corpus(kind, n))
    taken = [name for name in engines if n <= LARGEST.get(name, n)]
    trials = [Trial(name, (_RUN, name, corpus), 1 if name in ONCE else n_runs) for name in taken]
    found = run_trials(trials)
    for name in set(engines) - set(taken):
        found[name] = {"left_out": f"it takes minutes at {n:,}"}
    return {"machine": describe_machine(), "engines": {name: found[name] for name in engines}}


def measure_ours(sizes: Sequence[int], n_runs: int) -> dict[str, Any]:
    """Run find_duplicates on corpora of several sizes and kinds, by one worker and by two.

    Parameters
    ----------
    sizes : sequence of int
        Articles, ascending. Of the largest there are corpora with skew and with boilerplate, too, and of the
        smallest some in other scripts.
    n_runs : int
        Runs of each, but for those of a million, which are one.

    Returns
    -------
    dict
        ``machine``, and ``trials``: medians by kind, articles and workers, such as ``"articles 10000 2"``.
    """
    chosen = [("articles", n, workers) for n in sizes for workers in (1, 2)]
    chosen += [(kind, sizes[-1], 1) for kind in ("skew", "boilerplate")]
    chosen += [(kind, sizes[0], 1) for kind in SCRIPT_KINDS if sizes[-1] < MILLION]
    trials = [
        Trial(
            f"{kind} {n} {workers}",
            # Peers cut no words as other scripts have them, so that there is no truth to agree with.
            (_RUN, "ours", str(find_corpus(kind, n)), "--workers", str(workers))
            + (("--unscored",) if kind in SCRIPT_KINDS else ()),
            1 if n >= MILLION else n_runs,
        )
        for kind, n, workers in chosen
    ]
    return {"machine": describe_machine(), "trials": run_trials(trials)}


def measure_lineage(sizes: Sequence[int], n_runs: int) -> dict[str, Any]:
    """Run find_lineage by two workers and, unless there is a million, by one under a profiler, too."""
    trials = []
    for n in sizes:
        corpus = str(find_corpus("articles", n))
        trials.append(Trial(f"{n} 2", (_STAGES, corpus, "--workers", "2"), 1 if n >= MILLION else n_runs))
        if sizes[-1] < MILLION:
            trials.append(Trial(f"stages {n}", (_STAGES, corpus, "--stages"), 1))
    return {"machine": describe_machine(), "trials": run_trials(trials)}


def measure_start() -> dict[str, Any]:
    """Time imports and the command."""
    return {"machine": describe_machine(), **run_trials([Trial("start", (_START,), 1)])["start"]}


def measure(results: dict[str, Any], options: argparse.Namespace, path: Path) -> None:
    """Measure what the options ask for, and write the results after each part."""
    parts = options.only.split(",")
    sizes = [int(n) for n in options.sizes.split(",")]
    name = "usual"
    if options.large:
        sizes, name = [sizes[0], MILLION], "large"
        parts = [part for part in parts if part in ("ours", "lineage")]
    for part in [part for part in PARTS if part in parts]:
        if part == "peers":
            for kind, n in [(kind, n) for n in sizes for kind in ("articles", "paragraphs")]:
                found = measure_peers(kind, n, options.engines.split(","), options.runs)
                kept = results.setdefault("peers", {}).setdefault(f"{kind} {n}", {"engines": {}})
                kept |= {"machine": found["machine"], "engines": kept["engines"] | found["engines"]}
        elif part == "ours":
            results.setdefault("ours", {})[name] = measure_ours(sizes, options.runs)
        elif part == "lineage":
            runs = min(options.runs, _LINEAGE_RUNS)
            results.setdefault("lineage", {})[name] = measure_lineage(sizes, runs)
        else:
            results["start"] = measure_start()
        path.write_text(json.dumps(results, indent=1) + "\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, keep the results, print the tables and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bench_peers")
    parser.add_argument("--large", action="store_true", help="a million articles, without peers")
    parser.add_argument("--only", default=",".join(PARTS), help="parts, with commas")
    parser.add_argument("--engines", default=",".join(ENGINES), help="names, with commas")
    parser.add_argument("--runs", type=int, default=5, help="runs of each")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="articles, ascending, with commas")
    parser.add_argument("--out", type=Path, help="folder for results and page")
    parser.add_argument("--page", action="store_true", help="write the page from what is there")
    options = parser.parse_args(arguments)
    path = (options.out or ROOT / "benchmarks" / "results") / "peers.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    results: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    if not options.page:
        measure(results, options, path)
    print_tables(results)
    write_page(results, options.out or ROOT / "docs")
    if not options.out:
        write_readme(results, ROOT / "README.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
