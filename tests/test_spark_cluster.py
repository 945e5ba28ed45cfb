"""Two executors, one of which is killed in the middle, give the answer of one machine."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.spark_sets import known, lines_of_one_machine, needs_java, read_set

ROOT = Path(__file__).parents[1]


@needs_java
def test_a_killed_executor_changes_nothing(tmp_path: Path) -> None:
    rows = read_set("lineage_dev_hard")[:60]
    articles, output = tmp_path / "articles.jsonl", tmp_path / "lineage.jsonl"
    articles.write_text("\n".join(json.dumps(known(row)) for row in rows), encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "tests.spark_cluster", str(articles), str(output)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    # Two executors there were, one of them was killed, and another came in its place.
    assert ran.stdout.split() == ["2", "1", "True", "True"]
    assert sorted(output.read_text(encoding="utf-8").splitlines()) == lines_of_one_machine(rows)
