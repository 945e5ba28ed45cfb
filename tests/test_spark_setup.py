"""What is said when Spark cannot run, and pieces that need none: keys, slices, groups, a log."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchmarks.spark_speed import read_events
from dedup.cli.spark import _ours
from dedup.errors import JavaError, MissingExtraError
from dedup.pairs.candidates import MOST_TEXTS
from dedup.pairs.frequencies import count_articles
from dedup.spark import session
from dedup.spark.buckets import SLICE, lay_out
from dedup.spark.frames import make_batch, whole_groups
from dedup.spark.meeting import Making, keys_of
from tests.spark_sets import read_set

TEXTS = [row["text"] for row in read_set("lineage_dev")[:60]]


def test_no_java_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(
        JavaError, match="Java 17 or later, and there is none on the PATH; install it .*openjdk-17"
    ):
        session.check_java()
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(JavaError, match="JAVA_HOME is .*, which holds none"):
        session.check_java()


@pytest.mark.parametrize(
    ("said", "fits"),
    [('openjdk version "17.0.15" 2025-04-15', True), ('openjdk version "21" 2023-09-19', True),
     ('openjdk version "22-ea"', True), ('java version "1.8.0_392"', False), ("no java at all", False)],
)  # fmt: skip
def test_an_old_java_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, fits: bool
) -> None:
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text(f"#!/bin/sh\necho '{said}' >&2\n", encoding="utf-8")
    java.chmod(0o755)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    if fits:
        session.check_java()
    else:
        with pytest.raises(JavaError, match="says"):
            session.check_java()


def test_without_pyspark_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyspark.testing.utils", None)
    monkeypatch.setitem(sys.modules, "pyspark", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'dedup-lineage\[spark\]'"):
        session.start_session()


@pytest.mark.parametrize(
    ("master", "variable", "setting", "chosen"),
    [
        ("local[2]", False, False, True),
        ("local-cluster[2,1,1024]", False, False, True),
        ("local[2]", True, False, False),
        ("local[2]", False, True, False),
        ("yarn", False, False, False),
    ],
)
def test_executors_here_run_this_python(
    monkeypatch: pytest.MonkeyPatch, master: str, variable: bool, setting: bool, chosen: bool
) -> None:
    monkeypatch.delenv("PYSPARK_PYTHON", raising=False)
    if variable:
        monkeypatch.setenv("PYSPARK_PYTHON", "python3.12")
    conf = SimpleNamespace(contains=lambda name: setting and name == "spark.pyspark.python")
    context = SimpleNamespace(master=master, pythonExec="python3", getConf=lambda: conf)
    started: Any = SimpleNamespace(sparkContext=context)
    session.use_this_python(started)
    assert context.pythonExec == (sys.executable if chosen else "python3")


@pytest.mark.parametrize("n_texts", [1000, MOST_TEXTS + 1])
def test_keys_do_not_depend_on_batches(n_texts: int) -> None:
    making: Any = Making(SimpleNamespace(value=count_articles(TEXTS)), n_texts, 4)  # type: ignore[arg-type]
    places = np.arange(1000, 1000 + len(TEXTS))

    def keys(size: int) -> list[tuple[int, int]]:
        found = []
        for at in range(0, len(TEXTS), size):
            for hashes, members in keys_of(places[at : at + size], TEXTS[at : at + size], making):
                found += list(zip(hashes.tolist(), members.tolist(), strict=True))
        return sorted(found)

    assert keys(60) == keys(7)
    n_low = 16 if n_texts > MOST_TEXTS else 18  # bits that the number and the weight take
    assert all(key & ((1 << n_low) - 2) == 0 for key, _ in keys(60))
    assert {member >> 24 for _, member in keys(60)} == set(places.tolist())


def test_pairs_are_laid_out_in_slices() -> None:
    n = 2 * SLICE + 5
    pairs = np.array([3 << 32 | 100 + i for i in range(n)] + [9 << 32 | 11], np.uint64)
    table = lay_out(pairs).to_pylist()
    groups: dict[tuple[int, int], list[int]] = {}
    for row in table:
        groups.setdefault((row["first"], row["slice"]), []).append(row["article"])
    assert {group: len(members) for group, members in groups.items()} == {
        (3, 0): SLICE + 1, (3, 1): SLICE + 1, (3, 2): 6, (9, 0): 2,
    }  # fmt: skip
    assert all(members[0] == first for (first, _), members in groups.items())


def test_an_empty_batch_has_the_types_of_others() -> None:
    full, empty = make_batch(a=[b"x"], b=np.zeros(1)), make_batch(a=[], b=np.zeros(0))
    assert full.schema == empty.schema


@pytest.mark.parametrize(
    ("said", "line"),
    [
        (
            "[PATH_NOT_FOUND] It is not there. SQLSTATE: 42K03;\n'Plan",
            "[PATH_NOT_FOUND] It is not there. SQLSTATE: 42K03;",
        ),
        (
            "Thrown:\nTraceback (most recent call last):\n  File x\nValueError: no\n SQLSTATE: 1\n\tat a(C)",
            "ValueError: no",
        ),
        ("", "nothing more is known"),
    ],
)
def test_what_spark_says_becomes_a_line(said: str, line: str) -> None:
    assert str(_ours(said)) == f"Spark: {line}"


@pytest.mark.parametrize("most", [1, 4, 100])
def test_groups_stay_whole(most: int) -> None:
    groups = np.repeat(np.arange(9), [1, 5, 2, 2, 30, 1, 1, 1, 3])
    batches = [make_batch(group=groups[i : i + 4], row=np.arange(i, min(i + 4, 46))) for i in range(0, 46, 4)]
    found = list(whole_groups(batches, ["group"], most, lambda rows: np.ones(rows.num_rows, np.int64)))
    assert [row for table in found for row in table.column("row").to_pylist()] == list(range(46))
    seen = [set(table.column("group").to_pylist()) for table in found]
    assert sum(map(len, seen)) == 9
    assert all(table.column("group").num_chunks == 1 for table in found)


def test_metrics_of_tasks_are_added_up_by_run(tmp_path: Path) -> None:
    log = tmp_path / "events"
    events: list[dict[str, Any]] = [
        {"Event": "SparkListenerJobStart", "Stage IDs": [1, 2], "Properties": {"spark.jobGroup.id": "one"}},
        {"Event": "SparkListenerTaskEnd", "Stage ID": 1},
    ]
    for stage in (1, 2):
        metrics = {
            "Executor Run Time": 1500,
            "Shuffle Write Metrics": {"Shuffle Bytes Written": 10},
            "Disk Bytes Spilled": 1,
        }
        events.append({"Event": "SparkListenerTaskEnd", "Stage ID": stage, "Task Metrics": metrics})
    log.write_text("\n".join(map(json.dumps, events)), encoding="utf-8")
    assert read_events(log) == {"one": {"task_seconds": 3.0, "shuffled_bytes": 20, "spilled_bytes": 2}}
