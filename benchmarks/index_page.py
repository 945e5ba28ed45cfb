"""The page docs/index-speed.md, made of what `benchmarks.index_speed` measured."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from benchmarks.own_page import describe
from benchmarks.page import Line, at_least, at_most, fill, table

LARGEST_GROWTH = 1.5
"""What `add` may cost in the largest index, beside the smallest."""


def write_page(results: Mapping[str, Any], folder: Path) -> None:
    """Write the page into a folder."""
    (folder / "index-speed.md").write_text(make_page(results), encoding="utf-8")


def make_page(results: Mapping[str, Any]) -> str:
    """Write what was asked and what was measured as Markdown."""
    head = ("at", "asked", "measured", "met")
    parts = [
        "# The speed of an index",
        _HEAD.format(machine=describe(results["machine"]), runs=results["runs"]),
        table(head, [line.cells() for line in make_lines(results)]),
        "## By size",
        table(_SIZE_HEAD, _size_rows(results["sizes"])),
        _SIZES,
        "## Removing",
        _removal(results["removal"]),
        "## Beside datasketch",
        table(_PEER_HEAD, _peer_rows(results)),
        *_left_out(results),
        _PEERS,
    ]
    return "\n\n".join(map(fill, parts)) + "\n"


def make_lines(results: Mapping[str, Any]) -> Iterator[Line]:
    """Set what was asked at 200,000 articles against the largest index that was measured."""
    sizes = results["sizes"]
    smallest, largest = min(sizes, key=int), max(sizes, key=int)
    run, removal = sizes[largest], results["removal"]
    at = f"{int(largest):,} articles"
    for call in ("find", "add"):
        bounds = at_most(**{"p50 ms": 10, "p99 ms": 50})
        yield Line(f"`{call}`, {at}", bounds, {"p50 ms": run[call]["p50_ms"], "p99 ms": run[call]["p99_ms"]})
    yield Line(
        f"`add_many`, {at}", at_least(**{"a second": 1000}), {"a second": round(run["add_many_per_second"])}
    )
    yield Line(
        f"the file besides the texts, {at}",
        at_most(**{"kB an article": 3}),
        {"kB an article": run["bytes_besides_texts"] / 1000},
    )
    growth = run["add"]["p50_ms"] / sizes[smallest]["add"]["p50_ms"]
    yield Line(
        f"`add` from {int(smallest):,} to {at}",
        at_most(**{"times the p50": LARGEST_GROWTH}),
        {"times the p50": growth},
    )
    yield Line(
        f"{removal['n_removed']:,} removals, {at}", at_most(seconds=30), {"seconds": removal["seconds"]}
    )


def _size_rows(sizes: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    for n, run in sizes.items():
        yield (
            f"{int(n):,}",
            f"{run['add_many_per_second']:,.0f}",
            *(_latency(run[call]) for call in ("find", "add")),
            f"{run['bytes_besides_texts'] / 1000:.2f} kB",
            f"{run['text_bytes'] / 1000:.2f} kB",
            f"{run['open']['open_ms']:.0f} + {run['open']['first_find_ms']:,.0f} ms",
        )


def _peer_rows(results: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    sizes = results["sizes"]
    for n, run in sizes.items():
        yield (
            "`Index`, durable",
            f"{int(n):,}",
            f"{run['add_many_per_second']:,.0f}",
            _latency(run["add"]),
            _latency(run["find"]),
        )
    for kind, label in (("datasketch", "in memory"), ("redis", "with Redis")):
        for n, run in results[kind].items():
            if "left_out" not in run:
                yield (
                    f"datasketch {run['version']}, {label}",
                    f"{int(n):,}",
                    f"{run['insert_per_second']:,.0f}",
                    _latency(run["add"]),
                    _latency(run["find"]),
                )


def _left_out(results: Mapping[str, Any]) -> Iterator[str]:
    reasons = {run["left_out"] for run in results["redis"].values() if "left_out" in run}
    for reason in sorted(reasons):
        yield f"datasketch with Redis was left out: {reason}."


def _latency(run: Mapping[str, float]) -> str:
    return f"{run['p50_ms']:.1f} / {run['p99_ms']:.1f} / {run['max_ms']:.0f} ms"


def _removal(run: Mapping[str, float]) -> str:
    return (
        f"{run['n_removed']:,} articles drawn from all were removed in {run['seconds']:.1f} s, in one call, "
        f"what was made from them placed anew; then the {run['n_pruned']:,} oldest pruned in "
        f"{run['prune_seconds']:.1f} s."
    )


_HEAD = """\
Measured by `python -m benchmarks.index_speed`, in one process, on made-up articles of 400 words, three in ten
of which are edited copies of others (see `benchmarks/corpus.py`). {machine} At each size {runs} articles that
had been kept back are looked for, and {runs} others added one by one, each with a transaction of its own that
waits for the disk."""

_SIZE_HEAD = (
    "articles",
    "`add_many` a second",
    "`find` p50 / p99 / max",
    "`add` p50 / p99 / max",
    "besides the text",
    "text, compressed",
    "opening + first `find`",
)
_SIZES = """\
`add_many` takes a thousand articles at a time, and is timed from the size before on. Opening is that of a
second reader in the same process; its first `find` reads all keys. A now and then dearer `add` merges runs of
keys, the more rarely the larger."""

_PEER_HEAD = (
    "what",
    "articles",
    "many at once, a second",
    "one added p50 / p99 / max",
    "one found p50 / p99 / max",
)
_PEERS = """\
datasketch sketches (128 rows, word 5-grams, 16 bands) and looks up near-duplicates; it keeps no texts,
compares nothing and, in memory, keeps nothing. An index also compares, places and writes."""
