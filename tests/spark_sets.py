"""What the tests of Spark share: a session, sets of articles, and what one machine says of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from benchmarks.corpus import Options, make_articles
from dedup.formats.writers import json_line
from dedup.lineage.find import find_lineage

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

DATA = Path(__file__).parents[1] / "benchmarks" / "data"
SCHEMA = "id string, text string, title string, published_at string, outlet string"
SETTINGS = {
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "3",
    # Of small data most time would go into making code for it, and making that code fast.
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1",
}
Row = dict[str, Any]

needs_java = pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java, and there is none")


@pytest.fixture(scope="module")
def session() -> Iterator[SparkSession]:
    """Start Spark with two threads, for all tests of a module."""
    from dedup.spark import start_session

    started = start_session("local[2]", options=SETTINGS)
    yield started
    started.stop()


def read_set(name: str) -> list[Row]:
    """Read a labelled set, without its labels."""
    with (DATA / f"{name}.jsonl").open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        {name: row.get(name) for name in ("id", "text", "title", "published_at", "outlet")} for row in rows
    ]


def with_days_for_times(rows: Sequence[Row]) -> list[Row]:
    """Cut times down to days, so that they leave directions open, and leave out each seventh."""
    made = [row | {"published_at": (row["published_at"] or "")[:10] or None} for row in rows]
    return [row | {"published_at": None} if i % 7 == 3 else row for i, row in enumerate(made)]


def with_days_only(rows: Sequence[Row]) -> list[Row]:
    """Cut times down to days."""
    return [row | {"published_at": (row["published_at"] or "")[:10] or None} for row in rows]


def with_copies(n: int) -> list[Row]:
    """Generate articles: many exact copies, many edited ones, some that begin with the same sentence."""
    opening = "Bulletin of the day: all is well in the harbour and nothing has changed since. "
    made = []
    for i, article in enumerate(make_articles(n, Options(copies=0.5, skew=0.1, words=120))):
        row = {name: article.get(name) for name in ("id", "text", "title", "published_at", "outlet")}
        made.append(row | {"text": opening + article["text"]} if i % 5 == 0 else row)
    odd = ["", "...", "one two", "one two", " one two", "...", "\u00e9t\u00e9 \U0001f6a2"]
    return made + [dict.fromkeys(row) | {"id": f"odd{i}", "text": text} for i, text in enumerate(odd)]


def known(row: Row) -> Row:
    """Leave out fields without a value."""
    return {name: value for name, value in row.items() if value is not None}


def lines_of_one_machine(rows: Sequence[Row], **options: Any) -> list[str]:
    """Return the lines of `find_lineage`, sorted."""
    return sorted(map(json_line, find_lineage(map(known, rows), **options).records()))
