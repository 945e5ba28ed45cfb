"""Time and weigh corpora on disk, beside the library in memory and peers, and write docs/corpus-speed.md.

Usage: python -m benchmarks.corpus_speed [--sizes 10000,100000,1000000] [--memory 4GB] [--peers] [--page]

Articles are those of `benchmarks.corpus`, as JSON lines, and the newswire of `benchmarks.corpora` where it is
at hand. Each run is a process of its own; its memory and that of its children is looked at ten times a
second. --peers runs text-dedup and datatrove on 100,000 articles, where `make bench-peers` has installed
them. Results go to benchmarks/results/corpus.json, those of other sizes and kinds stay there; --page measures
nothing and writes the page from them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.corpora import read_reuters
from benchmarks.corpus import write_corpus
from benchmarks.corpus_page import write_page
from benchmarks.trials import ROOT, describe_machine
from dedup import find_lineage, read_articles
from dedup.corpus import find_duplicates as find_duplicates_on_disk
from dedup.corpus import find_lineage as find_lineage_on_disk
from dedup.formats.writers import json_line, write_lines

WORKERS = 2
PEERS, N_PEERS = ("text_dedup", "datatrove"), 100_000
"""Peers, and the articles that they are given."""

MOST_IN_MEMORY = 100_000
"""Articles that the library is given in memory, too; docs/benchmarks.md has a million."""

_RESULTS = ROOT / "benchmarks" / "results" / "corpus.json"
_PEERS_PYTHON = ROOT / ".venv-peers" / "bin" / "python"
_PAUSE = 0.1  # seconds between two looks at memory and disk


def run_lineage(source: str, folder: str, memory: str) -> dict[str, Any]:
    """Find the lineage of a file through a folder, and write it; say how long each stage took."""
    stages: dict[str, float] = {}
    clock = time.perf_counter()
    last = "read"

    def tell(stage: str, n_done: int, n_total: int) -> None:
        nonlocal clock, last
        now = time.perf_counter()
        stages[last] = stages.get(last, 0) + now - clock
        clock, last = now, stage

    with find_lineage_on_disk(
        source, work=f"{folder}/work", memory=memory, workers=WORKERS, progress=tell
    ) as found:
        found.write(f"{folder}/found.jsonl")
        tell("", 0, 0)
        return {
            "n_articles": found.n_articles,
            "n_bytes": found.n_bytes,
            "n_edges": found.n_edges,
            "n_families": found.n_families,
            "stages": stages,
        }


def run_duplicates(source: str, folder: str, memory: str) -> dict[str, Any]:
    """Find the near-duplicates of a file through a folder, and write them."""
    with find_duplicates_on_disk(source, work=f"{folder}/work", memory=memory, workers=WORKERS) as found:
        found.write(f"{folder}/found.jsonl")
        return {"n_articles": found.n_articles, "n_bytes": found.n_bytes, "n_pairs": len(found.pairs)}


def run_in_memory(source: str, folder: str, memory: str) -> dict[str, Any]:
    """Find the lineage of a file in memory, and write it."""
    articles = tuple(read_articles([source]))
    found = find_lineage(articles, workers=WORKERS)
    write_lines(f"{folder}/found.jsonl", map(json_line, found.records()))
    n_bytes = sum(len(article.text.encode("utf-8", "surrogatepass")) for article in articles)
    return {"n_articles": len(articles), "n_bytes": n_bytes, "n_edges": len(found.edges)}


KINDS = {"lineage": run_lineage, "duplicates": run_duplicates, "in memory": run_in_memory}
"""What is timed."""


def measure(kind: str, source: Path, folder: Path, memory: str) -> dict[str, Any]:
    """Run one kind in a process of its own.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    source : Path
        Articles.
    folder : Path
        Where stage files go; emptied before.
    memory : str
        What all processes may take.

    Returns
    -------
    dict
        What the run says, ``seconds`` with the start of the process, ``cpu_seconds`` of all processes,
        ``peak_bytes`` of all processes
        together, the part of it that is not of mapped files (``anonymous_bytes``), and the most that the
        folder took (``disk_bytes``).
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    given = [kind, str(source), str(folder), memory]
    command = [sys.executable, "-m", "benchmarks.corpus_speed", "--run", *given]
    start, cpu = time.perf_counter(), _cpu_seconds()
    peak = anonymous = disk = 0
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout
        while process.poll() is None:
            sizes = [_resident(one) for one in (process.pid, *_children(process.pid))]
            peak = max(peak, sum(own + shared for own, shared in sizes))
            anonymous = max(anonymous, sum(own for own, _ in sizes))
            disk = max(disk, _disk(folder))
            time.sleep(_PAUSE)
        said = process.stdout.read()
    if process.returncode:
        raise RuntimeError(f"{kind} on {source.name} ended with code {process.returncode}")
    seconds = time.perf_counter() - start
    spent = {"seconds": seconds, "cpu_seconds": _cpu_seconds() - cpu}
    weighed = {"peak_bytes": peak, "anonymous_bytes": anonymous, "disk_bytes": disk}
    found: dict[str, Any] = json.loads(said)
    return found | spent | weighed | {"machine": describe_machine()}


def _cpu_seconds() -> float:
    """Return processor time of all processes that have ended, and of those that these waited for."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _children(process: int) -> list[int]:
    try:
        own = list(map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split()))
    except OSError:  # it has ended
        return []
    return [*own, *(one for child in own for one in _children(child))]


def _resident(process: int) -> tuple[int, int]:
    try:
        status = Path(f"/proc/{process}/status").read_text()
    except OSError:
        return 0, 0
    lines = [line.split() for line in status.splitlines() if line.startswith("Rss")]
    sizes = {name.rstrip(":"): int(size) << 10 for name, size, _ in lines}
    return sizes.get("RssAnon", 0), sizes.get("RssFile", 0) + sizes.get("RssShmem", 0)


def _disk(folder: Path) -> int:
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.stat(os.path.join(place, name)).st_blocks * 512
            except OSError:  # renamed or removed meanwhile
                continue
    return total


def measure_peers(source: Path) -> dict[str, Any]:
    """Run the peers on a file, those that are installed."""
    found: dict[str, Any] = {}
    for name in PEERS if _PEERS_PYTHON.exists() else ():
        command = [str(_PEERS_PYTHON), "-m", "benchmarks.peers.run", name, str(source), "--unscored"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.stderr.write(f"{name} failed: {done.stderr[-300:]}\n")
        else:
            found[name] = json.loads(done.stdout.splitlines()[-1])
    return found


def _sources(folder: Path, sizes: Sequence[int]) -> dict[str, Path]:
    """Write what is read: generated articles of several sizes, and newswire."""
    sources = {}
    for n in sizes:
        sources[f"generated {n}"] = folder / f"generated-{n}.jsonl"
        write_corpus(sources[f"generated {n}"], n)
    hay = read_reuters()
    if hay:
        sources["newswire"] = folder / "newswire.jsonl"
        write_lines(str(sources["newswire"]), map(json_line, hay))
    return sources


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write the page, or only write it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corpus_speed")
    parser.add_argument("--sizes", default="10000,100000,1000000")
    parser.add_argument("--memory", default="4GB")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--page", action="store_true")
    parser.add_argument("--run", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.run:
        kind, *rest = options.run
        print(json.dumps(KINDS[kind](*rest)))
        return 0
    results = json.loads(_RESULTS.read_text()) if _RESULTS.exists() else {"runs": {}, "peers": {}}
    if not options.page:
        with TemporaryDirectory(dir=os.environ.get("TMPDIR")) as name:
            folder = Path(name)
            for corpus, source in _sources(folder, list(map(int, options.sizes.split(",")))).items():
                runs = results["runs"].setdefault(corpus, {})
                for kind in KINDS:
                    if kind == "in memory" and runs["lineage"]["n_articles"] > MOST_IN_MEMORY:
                        continue
                    run = measure(kind, source, folder / "work", options.memory)
                    runs[kind] = run | {"memory": options.memory}
                    print(corpus, kind, round(run["seconds"], 1), run["peak_bytes"] >> 20, flush=True)
                    _RESULTS.write_text(json.dumps(results, indent=1) + "\n")
            if options.peers:
                write_corpus(folder / "peers.jsonl", N_PEERS)
                results["peers"] |= measure_peers(folder / "peers.jsonl")
                _RESULTS.write_text(json.dumps(results, indent=1) + "\n")
    write_page(results, ROOT / "docs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
