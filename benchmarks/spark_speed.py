"""Time Spark on this machine beside the library alone, and hold its answers against each other.

Usage: python -m benchmarks.spark_speed [--sizes 10000,100000] [--partitions 8,32] [--hay] [--cores 2]

Articles are those of `benchmarks.corpus`; with --hay, those of the development set among the newswire of
1987, where that is at hand. What Spark shuffled comes from its event log, and what it cost from the processor
time of its processes. Results are added to benchmarks/results/spark.json; docs/spark.md says what follows.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from benchmarks.corpora import make_haystack, move_times, read_reuters, read_set
from benchmarks.corpus import write_corpus
from benchmarks.trials import ROOT, describe_machine
from dedup import as_articles, find_duplicates, find_lineage, read_articles
from dedup.formats.writers import json_line
from dedup.spark import find_duplicates as spark_duplicates
from dedup.spark import find_lineage as spark_lineage
from dedup.spark import read_files, start_session

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_RESULTS = ROOT / "benchmarks" / "results" / "spark.json"
_SUMS = ("task_seconds", "shuffled_bytes", "spilled_bytes")
_TICK = os.sysconf("SC_CLK_TCK")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, and write the results."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.spark_speed")
    parser.add_argument("--sizes", default="10000,100000")
    parser.add_argument("--partitions", default="8,32")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--hay", action="store_true")
    options = parser.parse_args(arguments)
    partitions = [int(n) for n in options.partitions.split(",")]
    with TemporaryDirectory() as folder:
        corpora = dict(_corpora(Path(folder), [int(n) for n in options.sizes.split(",") if n], options.hay))
        session = _start(Path(folder, "events"), options.cores)
        trials: dict[str, Any] = {}
        for name, path in corpora.items():
            for run in _compare(session, name, path, partitions):
                trials[run["name"]] = run
                print(json.dumps(run), flush=True)
        session.stop()
        (log,) = Path(folder, "events").iterdir()
        for name, measured in read_events(log).items():
            if name in trials:
                trials[name] |= measured
    _save(trials, options.cores)
    return 0


def _corpora(folder: Path, sizes: Sequence[int], hay: bool) -> Iterator[tuple[str, Path]]:
    for n in sizes:
        path = folder / f"{n}.jsonl"
        write_corpus(path, n)
        yield f"{n} generated", path
    if hay and (newswire := read_reuters()):
        rows = read_set("lineage_dev")
        path = folder / "hay.jsonl"
        made = make_haystack(rows, move_times(newswire, rows))
        path.write_text("".join(json.dumps(row) + "\n" for row in made), encoding="utf-8")
        yield "the development set in the newswire", path


def _start(events: Path, cores: int) -> SparkSession:
    events.mkdir()
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.memory": "4g",
        "spark.eventLog.enabled": "true",
        "spark.eventLog.dir": str(events),
        "spark.eventLog.compress": "false",
        "spark.eventLog.rolling.enabled": "false",
    }
    return start_session(f"local[{cores}]", options=settings)


def _compare(
    session: SparkSession, name: str, path: Path, partitions: Sequence[int]
) -> Iterator[dict[str, Any]]:
    articles = as_articles(read_articles([path]))
    n, size = len(articles), sum(len(article.text.encode()) for article in articles)
    start = time.perf_counter()
    wanted = _digest(map(json_line, find_lineage(articles).records()))
    alone = {"lineage": time.perf_counter() - start}
    start = time.perf_counter()
    by_id = sorted(articles, key=lambda article: article.id)
    found = find_duplicates(by_id)
    n_wanted = len(found.pairs)
    alone["duplicates"] = time.perf_counter() - start
    del articles, by_id
    for call in ("lineage", "duplicates"):
        for n_partitions in partitions:
            run = f"{call}, {name}, {n_partitions} partitions"
            session.sparkContext.setJobGroup(run, run)
            start, cpu = time.perf_counter(), processor_seconds()
            frame = read_files(session, [str(path)])
            if call == "lineage":
                lineage = spark_lineage(frame, partitions=n_partitions)
                seconds, cpu = time.perf_counter() - start, processor_seconds() - cpu
                same = _digest(map(json_line, lineage.records())) == wanted
                lineage.close()
            else:
                duplicates = spark_duplicates(frame, partitions=n_partitions)
                seconds, cpu = time.perf_counter() - start, processor_seconds() - cpu
                same = duplicates.pairs.count() == n_wanted
                duplicates.close()
            yield {
                "name": run,
                "n_articles": n,
                "text_bytes": size,
                "seconds": seconds,
                "processor_seconds": cpu,
                "seconds_alone": alone[call],
                "same": same,
            }


def _digest(lines: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()


def processor_seconds() -> float:
    """Return the processor time of all processes below this one: Spark's, and its Python workers."""
    parents, times = {}, {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it has ended
            parents[int(folder.name)] = int(fields[1])
            times[int(folder.name)] = sum(map(int, fields[11:15])) / _TICK
    return sum(times[pid] for pid in times if pid != os.getpid() and _is_below(pid, parents))


def _is_below(pid: int, parents: Mapping[int, int]) -> bool:
    while pid in parents:
        if pid == os.getpid():
            return True
        pid = parents[pid]
    return False


def read_events(log: Path) -> dict[str, dict[str, float]]:
    """Add up what the tasks of each run wrote, by the name of its job group."""
    groups: dict[int, str] = {}
    found: dict[str, dict[str, float]] = {}
    with log.open(encoding="utf-8") as stream:
        for line in stream:
            event = json.loads(line)
            if event["Event"] == "SparkListenerJobStart":
                name = event["Properties"].get("spark.jobGroup.id", "")
                groups.update(dict.fromkeys(event["Stage IDs"], name))
            elif event["Event"] == "SparkListenerTaskEnd" and event.get("Task Metrics"):
                metrics = event["Task Metrics"]
                name = groups.get(event["Stage ID"], "")
                sums = found.setdefault(name, dict.fromkeys(_SUMS, 0.0))
                sums["task_seconds"] += metrics["Executor Run Time"] / 1000
                sums["shuffled_bytes"] += metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"]
                sums["spilled_bytes"] += metrics["Disk Bytes Spilled"]
    return found


def _save(trials: Mapping[str, Any], cores: int) -> None:
    from importlib.metadata import version

    stored = json.loads(_RESULTS.read_text(encoding="utf-8")) if _RESULTS.exists() else {"runs": {}}
    stored["machine"] = describe_machine() | {"pyspark": version("pyspark"), "cores": cores}
    stored["runs"] |= trials
    _RESULTS.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
