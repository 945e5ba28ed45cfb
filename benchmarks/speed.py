"""Time find_lineage beside datasketch on the haystack, each in a process of its own.

Usage: python -m benchmarks.speed lineage|datasketch|generator

datasketch makes one sketch after the other, as its documentation shows; generator is the faster way that it
offers, too, with permutations drawn once for all sketches. Prints one line of JSON: n_articles, n_bytes (of
text), seconds (imports and reading left out), peak_bytes (of memory, all included).
"""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.corpora import make_hay, make_haystack, read_reuters, read_set
from benchmarks.page import Line, Section, at_most, table

N_HAY = 19_009
N_PERMUTATIONS = 128
WAYS = ("lineage", "datasketch", "generator")
"""What can be timed."""

_N_RUNS = 3
_NAMES = {
    "lineage": "`find_lineage`",
    "datasketch": "datasketch, sketch by sketch",
    "generator": "datasketch, by its generator",
}
THRESHOLD = 0.7
"""Resemblance from which datasketch looks for near-duplicates."""


@dataclass(frozen=True, slots=True)
class Timing:
    """What one run took.

    Attributes
    ----------
    n_articles : int
        In the haystack.
    n_bytes : int
        Of text in it, as UTF-8.
    seconds : float
        Wall time, without imports and without reading the haystack.
    peak_bytes : int
        Greatest resident memory of the whole process.
    """

    n_articles: int
    n_bytes: int
    seconds: float
    peak_bytes: int


def read_haystack() -> list[dict[str, Any]]:
    """Shuffle the easier development set into the newswire, or into made-up text where there is none."""
    return make_haystack(read_set("lineage_dev"), read_reuters() or make_hay(N_HAY))


def find_by_datasketch(texts: Sequence[str], *, generator: bool = False) -> int:
    """Do with datasketch what comes before any comparison: shingle, sketch, insert and query.

    Parameters
    ----------
    texts : sequence of str
        The articles.
    generator : bool, optional
        Whether permutations are drawn once for all sketches.

    Returns
    -------
    int
        How many candidates the queries returned, the articles themselves included.

    Notes
    -----
    Word 5-grams and 128 permutations of XXH32 hashes, which its default scheme asks for.
    """
    import xxhash
    from datasketch import MinHash, MinHashLSH

    options = {"num_perm": N_PERMUTATIONS, "hashfunc": xxhash.xxh32_intdigest}
    index = MinHashLSH(threshold=THRESHOLD, num_perm=N_PERMUTATIONS)
    sketches = []
    for i, sketch in enumerate(
        MinHash.generator(map(_shingle, texts), **options)
        if generator
        else (_sketch(MinHash(**options), text) for text in texts)
    ):
        index.insert(i, sketch)
        sketches.append(sketch)
    return sum(len(index.query(sketch)) for sketch in sketches)


def _sketch(empty: Any, text: str) -> Any:
    empty.update_batch(_shingle(text))
    return empty


def _shingle(text: str) -> set[bytes]:
    words = re.findall(r"\w+", text.lower())
    return {" ".join(words[i : i + 5]).encode() for i in range(max(1, len(words) - 4))}


def run_aside(what: str) -> Timing:
    """Time one of `WAYS` in a process of its own."""
    run = subprocess.run(
        [sys.executable, "-m", "benchmarks.speed", what],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        check=True,
        text=True,
    )
    return Timing(**json.loads(run.stdout))


def measure_speed() -> Section:
    """Time the lineage and its peer, each in a process of its own."""
    # The fastest of a few, as other work on the machine only ever slows a run.
    runs = {way: min((run_aside(way) for _ in range(_N_RUNS)), key=lambda run: run.seconds) for way in WAYS}
    ours = runs["lineage"]
    rows = [
        (
            _NAMES[way],
            f"{run.seconds:.2f} s",
            f"{run.n_articles / run.seconds:,.0f}",
            f"{run.n_bytes / run.seconds / 1e6:.1f} MB",
            f"{run.peak_bytes / 1e6:,.0f} MB",
        )
        for way, run in runs.items()
    ]
    size = ours.n_bytes / 1e6
    asked = at_most(**{"of its time": 1, "GB at the peak": 2})
    lines = [
        Line(
            f"speed on {ours.n_articles:,} articles, against {_NAMES[way]}",
            asked,
            {"of its time": ours.seconds / runs[way].seconds, "GB at the peak": ours.peak_bytes / 1e9},
        )
        for way in WAYS[1:]
    ]
    text = f"""\
## Speed

The easier development set in the haystack, {size:.1f} MB of text. The whole lineage is set against only
shingling (word 5-grams), sketching ({N_PERMUTATIONS} permutations, XXH32), inserting and querying with
datasketch {version("datasketch")}: wall time without imports and reading, each in a process of its own, the
fastest of three. `make bench` repeats it, three runs of each in one process. The generator of datasketch
draws the permutations once for all sketches.

{table(("what", "time", "articles a second", "text a second", "peak memory"), rows)}"""
    return Section(tuple(lines), text)


def _time(what: str) -> Timing:
    articles = read_haystack()
    n_bytes = sum(len(article["text"].encode()) for article in articles)
    if what == "lineage":
        from dedup.lineage.find import find_lineage

        start = time.perf_counter()
        find_lineage(articles)
    else:
        import datasketch  # noqa: F401

        texts = [article["text"] for article in articles]
        start = time.perf_counter()
        find_by_datasketch(texts, generator=what == "generator")
    seconds = time.perf_counter() - start
    return Timing(len(articles), n_bytes, seconds, _peak_bytes())


def _peak_bytes() -> int:
    # On Linux, getrusage passes the peak of the parent on to a child; the process's own stands here.
    status = Path("/proc/self/status")
    own = re.search(r"VmHWM:\s*(\d+) kB", status.read_text()) if status.exists() else None
    if own:
        return int(own[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def main(arguments: Sequence[str]) -> int:
    """Time one of `WAYS` and print the result."""
    if len(arguments) != 1 or arguments[0] not in WAYS:
        print(__doc__, file=sys.stderr)
        return 2
    print(json.dumps(asdict(_time(arguments[0]))))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
