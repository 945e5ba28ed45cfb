"""find_lineage against datasketch on the same articles, in the same run: ``make bench``."""

from __future__ import annotations

import time
from typing import Any

import pytest

from benchmarks.speed import find_by_datasketch, read_haystack, run_aside
from dedup import find_lineage

N_ROUNDS = 3
MOST_MEMORY = 2_000_000_000
"""Bytes that a process may take at its peak."""


@pytest.fixture(scope="module")
def articles() -> list[dict[str, Any]]:
    """Read the haystack once."""
    return read_haystack()


@pytest.fixture(scope="module")
def texts(articles: list[dict[str, Any]]) -> list[str]:
    """Take the texts alone, which are all that the peer reads."""
    return [article["text"] for article in articles]


@pytest.fixture(scope="module")
def peer_seconds(texts: list[str]) -> float:
    """Time the peer's faster way once: the test that needs it must not depend on another test."""
    start = time.perf_counter()
    find_by_datasketch(texts, generator=True)
    return time.perf_counter() - start


@pytest.mark.benchmark(group="haystack")
@pytest.mark.parametrize("generator", [True, False], ids=["generator", "ordinary"])
def test_datasketch(benchmark: Any, texts: list[str], generator: bool) -> None:
    """Shingle, sketch, insert and query, with no comparison."""
    found = benchmark.pedantic(
        find_by_datasketch, args=(texts,), kwargs={"generator": generator}, rounds=N_ROUNDS
    )
    assert found >= len(texts)


@pytest.mark.benchmark(group="haystack")
def test_find_lineage_is_faster(benchmark: Any, articles: list[dict[str, Any]], peer_seconds: float) -> None:
    """The whole lineage takes less time than the peer takes to find candidates, in its faster way, too."""
    lineage = benchmark.pedantic(find_lineage, args=(articles,), rounds=N_ROUNDS)
    assert len(lineage) == len(articles)
    assert benchmark.stats["median"] < peer_seconds


@pytest.mark.benchmark(group="memory")
def test_find_lineage_is_small(benchmark: Any) -> None:
    """The peak of the whole process, reading included, is looked at in one of its own."""
    timing = benchmark.pedantic(run_aside, args=("lineage",), rounds=1)
    benchmark.extra_info["peak_bytes"] = timing.peak_bytes
    print(
        f"\npeak memory of find_lineage on {timing.n_articles:,} articles: {timing.peak_bytes / 1e6:,.0f} MB"
    )
    assert timing.peak_bytes < MOST_MEMORY
