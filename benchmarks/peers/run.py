"""Run one engine on one corpus and print what it took and found, as a line of JSON.

Usage: python -m benchmarks.peers.run ENGINE CORPUS.jsonl [--workers N] [--unscored]

--workers is for an engine that takes processes; --unscored leaves recall and precision out.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import resource
import sys
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.peers import ENGINES
from benchmarks.peers.truth import load_truth, score

N_WARM = 200
"""Articles that an engine sees before the clock starts."""

N_SCORED = 100_000
"""Articles, from the first on, whose pairs are looked at: the truth of more takes too much memory."""

_INTERVAL = 0.02  # seconds between two looks at the children, if looking takes next to nothing


@dataclass(frozen=True, slots=True)
class Usage:
    """What a call took.

    Attributes
    ----------
    seconds, cpu_seconds : float
        Wall time, and processor time of all threads and children.
    memory_bytes : int
        Greatest resident memory beyond what the process had before, and the greatest that all children had
        together, what processes share divided among them. The two need not fall together, so that the sum is
        rather too much.
    """

    seconds: float
    cpu_seconds: float
    memory_bytes: int


def run(engine: str, corpus: Path, *, workers: int = 1, scored: bool = True) -> dict[str, Any]:
    """Read a corpus, warm an engine up, and time it.

    Parameters
    ----------
    engine : str
        One of `ENGINES`.
    corpus : Path
        Articles as JSONL.
    workers : int, optional
        Processes, for engines that take them.
    scored : bool, optional
        Whether pairs are compared with the truth.

    Returns
    -------
    dict
        ``engine``, ``version``, ``kind``, ``workers``, ``n_articles``, ``n_bytes`` (as UTF-8), ``n_pairs``,
        those of `Usage`, and those of `benchmarks.peers.truth.Score` for the first `N_SCORED` articles.
    """
    module = import_module(f"benchmarks.peers.{engine}")
    with corpus.open(encoding="utf-8") as stream:
        texts = [json.loads(line)["text"] for line in stream]
    options = {"workers": workers} if workers > 1 else {}
    module.find(texts[:N_WARM], **options)
    found, usage = measure(lambda: module.find(texts, **options))
    return {
        "engine": engine,
        "version": version(module.PACKAGE),
        "kind": module.KIND,
        "workers": workers,
        "n_articles": len(texts),
        "n_bytes": sum(len(text.encode()) for text in texts),
        "n_pairs": len(found),
        **asdict(usage),
        **(_score(found, texts[:N_SCORED], corpus) if scored else {}),
    }


def _score(found: NDArray[np.int64], texts: Sequence[str], corpus: Path) -> dict[str, float]:
    truth = load_truth(corpus.with_suffix(".npz"), texts)
    return asdict(score(found[(found < len(texts)).all(axis=1)], truth, texts))


def measure(call: Callable[[], NDArray[np.int64]]) -> tuple[NDArray[np.int64], Usage]:
    """Call a function and say what it took, besides what it returned."""
    gc.collect()
    before = reset_peak()
    watch = _Watch()
    cpu, start = cpu_seconds(), time.perf_counter()
    found = call()
    seconds, cpu = time.perf_counter() - start, cpu_seconds() - cpu
    return found, Usage(seconds, cpu, peak_bytes() - before + watch.end())


class _Watch:
    """Looks at the memory of children, in a thread that takes at most a fiftieth of the time."""

    def __init__(self) -> None:
        self._peak = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def _look(self) -> None:
        pause = _INTERVAL
        while not self._done.wait(pause):
            start = time.perf_counter()
            self._peak = max(self._peak, sum(map(_share, _children())))
            pause = max(_INTERVAL, 50 * (time.perf_counter() - start))

    def end(self) -> int:
        """Stop, and return the peak in bytes."""
        self._done.set()
        self._thread.join()
        return self._peak


def _children(process: str = "self") -> list[str]:
    """Name the processes that come down from one, where the system tells."""
    found: list[str] = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        with suppress(OSError):
            for child in task.read_text().split():
                found += [child, *_children(child)]
    return found


def _share(process: str) -> int:
    """Return the bytes of a process, those that it shares divided by how many share them."""
    with suppress(OSError):  # it has just ended
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


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


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one engine."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers.run")
    parser.add_argument("engine", choices=ENGINES)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--unscored", action="store_true")
    options = parser.parse_args(arguments)
    found = run(options.engine, options.corpus, workers=options.workers, scored=not options.unscored)
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
