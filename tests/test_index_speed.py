"""The benchmark of the index, on few articles, and its page."""

import json
from pathlib import Path
from typing import Any

from benchmarks import index_speed
from benchmarks.index_page import make_lines, make_page

PROJECT = Path(__file__).parents[1]
RESULTS: dict[str, Any] = json.loads((PROJECT / "benchmarks" / "results" / "index.json").read_text())


def test_few_articles_are_measured_and_written_down(tmp_path: Path) -> None:
    options = ["--sizes", "200,400", "--runs", "5", "--peer-sizes", "100", "--out", str(tmp_path)]
    assert index_speed.main(options) == 0
    results = json.loads((tmp_path / "index.json").read_text())
    assert list(results["sizes"]) == ["200", "400"]
    for run in results["sizes"].values():
        assert 0 < run["find"]["p50_ms"] <= run["find"]["p99_ms"] <= run["find"]["max_ms"]
        assert run["bytes_besides_texts"] > 0
        assert run["text_bytes"] > 500
    assert results["removal"]["n_removed"] == results["removal"]["n_pruned"] > 90
    page = (tmp_path / "index-speed.md").read_text()
    assert page == make_page(results)
    assert "| 400 |" in page


def test_the_page_is_made_of_what_was_measured() -> None:
    assert (PROJECT / "docs" / "index-speed.md").read_text() == make_page(RESULTS)
    assert len(list(make_lines(RESULTS))) == 6


def test_what_was_missed_is_said() -> None:
    slow = json.loads(json.dumps(RESULTS))
    largest = max(slow["sizes"], key=int)
    slow["sizes"][largest]["add"]["p99_ms"] = 51.0
    assert [line.cells()[3] for line in make_lines(slow)][1] == "no: 1 of 2 missed"
    slow["sizes"][largest]["add"] |= {"p99_ms": 50.0, "p50_ms": 10.0}
    assert [line.cells()[3] for line in make_lines(slow)][1] == "yes"
