"""The benchmark of corpora on disk, and its page."""

from pathlib import Path
from typing import Any

from benchmarks.corpus import write_corpus
from benchmarks.corpus_page import make_page
from benchmarks.corpus_speed import measure


def test_a_run_is_timed_and_weighed_and_stands_on_the_page(tmp_path: Path) -> None:
    source = tmp_path / "made.jsonl"
    write_corpus(source, 300)
    runs: dict[str, Any] = {
        kind: measure(kind, source, tmp_path / "work", "1GB") | {"memory": "1GB"}
        for kind in ("lineage", "duplicates", "in memory")
    }
    assert {run["n_articles"] for run in runs.values()} == {300}
    assert runs["lineage"]["n_edges"] == runs["in memory"]["n_edges"] > 20
    assert set(runs["lineage"]["stages"]) >= {"read", "count", "keys", "compare", "link", "write"}
    assert all(run["peak_bytes"] >= run["anonymous_bytes"] > 1 << 24 for run in runs.values())
    assert all(run["seconds"] > 0.1 < run["cpu_seconds"] for run in runs.values())
    assert runs["lineage"]["disk_bytes"] > source.stat().st_size
    peer = {"version": "1.0", "n_articles": 300, "seconds": 6.0, "cpu_seconds": 5.0, "memory_bytes": 10**9}
    page = make_page({"runs": {"generated 300": runs}, "peers": {"slowpoke": peer}}, tmp_path)
    assert "| generated | lineage in memory | 300 |" in page
    assert "| slowpoke 1.0 | 6.0 | 50 | 5.0 | 1.00 GB |" in page
    assert "| lineage, 300 articles | GB of memory ≤ 4 |" in page
    assert "Not measured yet." in page
