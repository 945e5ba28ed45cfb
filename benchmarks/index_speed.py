"""Time an index as it grows, beside datasketch, and write docs/index-speed.md.

Usage: python -m benchmarks.index_speed [--sizes 20000,200000] [--runs 300] [--peer-sizes 20000] [--page]

Articles are those of `benchmarks.corpus`; five in a hundred are kept back while the index is filled, and
looked for and added at each size. Results go to benchmarks/results/index.json; --page measures nothing and
writes the page from them.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from benchmarks.corpus import make_articles
from benchmarks.index_page import write_page
from benchmarks.peers import N_BANDS, N_ROWS
from benchmarks.peers.shingling import shingle
from benchmarks.trials import ROOT, describe_machine
from dedup.index.index import Index

N_REMOVED = 10_000
"""Articles that are removed at once, and as many again that are pruned."""

BATCH = 1_000
"""Articles that are added at a time."""

_KEPT_BACK = 20  # one article in so many
_FIELDS = ("id", "outlet", "published_at", "text")
_RESULTS = ROOT / "benchmarks" / "results" / "index.json"


@dataclass(slots=True)
class Stream:
    """Articles as they come, and those that were kept back."""

    articles: Iterator[dict[str, Any]]
    kept_back: list[dict[str, Any]]

    def take(self, n: int) -> list[dict[str, Any]]:
        """Return the next articles, and keep some others back."""
        taken: list[dict[str, Any]] = []
        while len(taken) < n:
            article = {name: value for name, value in next(self.articles).items() if name in _FIELDS}
            if random.Random(article["id"]).randrange(_KEPT_BACK):
                taken.append(article)
            else:
                self.kept_back.append(article)
        return taken

    def draw(self, n: int) -> list[dict[str, Any]]:
        """Take some of those kept back, any of them, so that they come late."""
        random.Random(n).shuffle(self.kept_back)
        drawn, self.kept_back = self.kept_back[:n], self.kept_back[n:]
        return drawn


def open_stream(most: int) -> Stream:
    """Begin a stream of at least so many articles."""
    return Stream(make_articles(2 * most + 20 * _KEPT_BACK * _KEPT_BACK), [])


def time_each(call: Callable[[Any], Any], items: Iterable[Any]) -> dict[str, float]:
    """Call a function with each item; return the median, 99th percentile and maximum in milliseconds."""
    taken = []
    for item in items:
        start = time.perf_counter()
        call(item)
        taken.append(1000 * (time.perf_counter() - start))
    half, most = np.percentile(taken, [50, 99]).tolist()
    return {"p50_ms": half, "p99_ms": most, "max_ms": max(taken)}


def measure_sizes(folder: Path, sizes: Sequence[int], n_runs: int) -> dict[str, Any]:
    """Fill an index, and look at it at each size; remove some at the last.

    Parameters
    ----------
    folder : Path
        Where the file is made.
    sizes : sequence of int
        Articles, ascending.
    n_runs : int
        Calls of `find` and of `add` at each size.

    Returns
    -------
    dict
        ``sizes``: for each what was measured; ``removal``: seconds.
    """
    path = folder / "news.dedup"
    stream = open_stream(sizes[-1])
    found: dict[str, Any] = {}
    with Index(path) as index:
        for n in sizes:
            n_new = n - len(index)
            seconds = 0.0
            while (missing := n - len(index)) > 0:
                batch = stream.take(min(BATCH, missing))
                start = time.perf_counter()
                index.add_many(batch)
                seconds += time.perf_counter() - start
            stats = index.stats()
            found[str(n)] = {
                "add_many_per_second": n_new / seconds,
                "bytes_besides_texts": (stats["file_bytes"] - stats["text_bytes"]) / n,
                "text_bytes": stats["text_bytes"] / n,
                "n_pairs": stats["n_pairs"] / n,
                "find": time_each(index.find, stream.draw(n_runs)),
                "add": time_each(index.add, stream.draw(n_runs)),
                "open": time_open(path, stream.draw(1)[0]),
            }
            print(n, json.dumps(found[str(n)]), flush=True)
        return {"sizes": found, "removal": time_removal(index)}


def time_open(path: Path, article: dict[str, Any]) -> dict[str, float]:
    """Time another reader: opening the file, and the first look into it."""
    start = time.perf_counter()
    with Index(path, read_only=True) as index:
        opened = time.perf_counter()
        index.find(article)
        return {"open_ms": 1000 * (opened - start), "first_find_ms": 1000 * (time.perf_counter() - opened)}


def time_removal(index: Index) -> dict[str, float]:
    """Remove articles drawn from all, and then as many of the oldest."""
    articles = [(str(article.published_at), article.id) for article in index]
    n_removed = min(N_REMOVED, len(articles) // 4)
    names = [name for _, name in random.Random(1).sample(articles, n_removed)]
    start = time.perf_counter()
    index.remove(*names)
    removed = time.perf_counter()
    gone = set(names)
    moment = sorted(when for when, name in articles if name not in gone)[n_removed]
    start_pruning = time.perf_counter()
    n_pruned = index.prune(before=moment)
    pruned = time.perf_counter()
    return {
        "n_removed": n_removed,
        "seconds": removed - start,
        "n_pruned": n_pruned,
        "prune_seconds": pruned - start_pruning,
    }


def measure_peer(n: int, n_runs: int, storage: dict[str, Any] | None = None) -> dict[str, Any]:
    """Insert into MinHashLSH of datasketch, and query it; sketching is part of both."""
    from datasketch import MinHash, MinHashLSH

    def sketch(article: dict[str, Any]) -> Any:
        pieces = [piece.encode() for piece in shingle(article["text"])]
        return next(iter(MinHash.generator([pieces], num_perm=N_ROWS)))

    def insert(article: dict[str, Any]) -> None:
        index.insert(article["id"], sketch(article))

    index = MinHashLSH(
        num_perm=N_ROWS,
        params=(N_BANDS, N_ROWS // N_BANDS),
        **({"storage_config": storage} if storage else {}),
    )
    stream = open_stream(n)
    articles = stream.take(n)
    start = time.perf_counter()
    for article in articles:
        insert(article)
    seconds = time.perf_counter() - start
    return {
        "version": version("datasketch"),
        "insert_per_second": n / seconds,
        "find": time_each(lambda article: index.query(sketch(article)), stream.draw(n_runs)),
        "add": time_each(insert, stream.draw(n_runs)),
    }


def measure_redis(n: int, n_runs: int) -> dict[str, Any]:
    """Do the same with Redis as its storage, if there is one to start."""
    if not shutil.which("redis-server") or not find_spec("redis"):
        return {"left_out": "there is no redis-server, or no redis package, on the machine"}
    with redis_server() as port:
        storage = {"type": "redis", "basename": b"bench", "redis": {"host": "127.0.0.1", "port": port}}
        return measure_peer(n, n_runs, storage)


@contextmanager
def redis_server() -> Iterator[int]:
    """Start a Redis of our own on a free port, in memory only."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        for attempt in count():
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                if attempt > 50:
                    raise
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait()


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, keep the results and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.index_speed")
    parser.add_argument("--sizes", default="20000,200000", help="articles, ascending, with commas")
    parser.add_argument("--runs", type=int, default=300, help="calls of find and of add at each size")
    parser.add_argument("--peer-sizes", default="20000", help="articles that the peer gets, with commas")
    parser.add_argument("--out", type=Path, help="folder for results and page")
    parser.add_argument("--page", action="store_true", help="write the page from what is there")
    options = parser.parse_args(arguments)
    path = options.out / "index.json" if options.out else _RESULTS
    if not options.page:
        sizes = [int(n) for n in options.sizes.split(",")]
        with TemporaryDirectory() as folder:
            results = {
                "machine": describe_machine(),
                "runs": options.runs,
                **measure_sizes(Path(folder), sizes, options.runs),
            }
        peers = [int(n) for n in options.peer_sizes.split(",") if n]
        results["datasketch"] = {str(n): measure_peer(n, options.runs) for n in peers}
        results["redis"] = {str(n): measure_redis(n, options.runs) for n in peers}
        path.write_text(json.dumps(results, indent=1) + "\n")
    write_page(json.loads(path.read_text()), options.out or ROOT / "docs")
    return 0


if __name__ == "__main__":
    sys.exit(main())
