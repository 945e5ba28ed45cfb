"""Run one engine on one corpus and print what it took and found, as a line of JSON.

Usage: python -m benchmarks.peers.run ENGINE CORPUS.jsonl
"""

from __future__ import annotations

import ctypes
import gc
import json
import resource
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from benchmarks.peers import ENGINES
from benchmarks.peers.truth import load_truth, score

N_WARM = 200
"""Articles that an engine sees before the clock starts."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run of an engine.

    Attributes
    ----------
    engine, version, kind : str
        Module, version of its package, and what its pairs are.
    n_articles, n_bytes : int
        Articles and bytes of text, as UTF-8.
    seconds, cpu_seconds : float
        Wall time and processor time of all threads and children; reading and warm-up left out.
    memory_bytes : int
        Greatest resident memory beyond what the process had before, the text included in that.
    n_pairs : int
        Pairs returned.
    recall, precision, cluster_recall, cluster_precision, ideal_recall : float
        See `benchmarks.peers.truth.Score`.
    """

    engine: str
    version: str
    kind: str
    n_articles: int
    n_bytes: int
    seconds: float
    cpu_seconds: float
    memory_bytes: int
    n_pairs: int
    recall: float
    precision: float
    cluster_recall: float
    cluster_precision: float
    ideal_recall: float


def run(engine: str, corpus: Path) -> Run:
    """Read a corpus, warm an engine up, and time it."""
    module = import_module(f"benchmarks.peers.{engine}")
    with corpus.open(encoding="utf-8") as stream:
        texts = [json.loads(line)["text"] for line in stream]
    module.find(texts[:N_WARM])
    gc.collect()
    before = reset_peak()
    cpu, start = cpu_seconds(), time.perf_counter()
    found = module.find(texts)
    seconds, cpu = time.perf_counter() - start, cpu_seconds() - cpu
    memory = peak_bytes() - before
    truth = load_truth(corpus.with_suffix(".npz"), texts)
    return Run(
        engine,
        version(module.PACKAGE),
        module.KIND,
        len(texts),
        sum(len(text.encode()) for text in texts),
        seconds,
        cpu,
        memory,
        len(found),
        **asdict(score(found, truth, texts)),
    )


def cpu_seconds() -> float:
    """Return the processor time of this process and of its children that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def reset_peak() -> int:
    """Begin to watch the peak anew, where the system can; return the bytes that are resident.

    Memory that was freed goes back to the system first, or whoever takes it again would seem to take none.
    """
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
    with suppress(OSError):  # elsewhere the peak is that of the process so far
        Path("/proc/self/clear_refs").write_text("5")
    return peak_bytes()


def peak_bytes() -> int:
    """Return the greatest resident memory of this process."""
    status = Path("/proc/self/status")
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(lines["VmHWM"].split()[0]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main(arguments: Sequence[str]) -> int:
    """Run one engine."""
    if len(arguments) != 2 or arguments[0] not in ENGINES:
        print(f"{__doc__}\nENGINE is one of {', '.join(ENGINES)}.", file=sys.stderr)
        return 2
    print(json.dumps(asdict(run(arguments[0], Path(arguments[1])))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
