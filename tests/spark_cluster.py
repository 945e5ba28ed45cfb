"""Find a lineage on two executors, one of which is killed in the middle; run by `test_spark_cluster.py`.

Usage: python -m tests.spark_cluster ARTICLES OUTPUT
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from pathlib import Path

from pyspark.sql import DataFrame

from dedup.formats.writers import json_line
from dedup.spark import find_lineage, read_files, start_session
from dedup.spark.kept import Kept
from tests.spark_sets import SETTINGS

CLUSTER = SETTINGS | {"spark.executor.extraJavaOptions": "-XX:TieredStopAtLevel=1"}

KILLED_IN = "rows"  # the stage that compares texts, when counts and places are known


def executors() -> list[int]:
    """Return the processes of executors below this one."""
    parents, names = {}, {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
                names[int(folder.name)] = (folder / "cmdline").read_bytes()
            except OSError:
                continue  # it has ended
    below = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= more
    return sorted(pid for pid in below if b"CoarseGrainedExecutorBackend" in names.get(pid, b""))


def main() -> None:
    """Run, kill, and write the records."""
    articles, output = sys.argv[1:]
    session = start_session("local-cluster[2,1,1024]", options=CLUSTER)
    killed: list[int] = []
    write = Kept.write

    def kill() -> None:
        time.sleep(0.5)
        killed.append(executors()[0])
        os.kill(killed[0], signal.SIGKILL)

    def write_and_kill(self: Kept, frame: DataFrame, name: str) -> DataFrame:
        if name == KILLED_IN and not killed:
            killer = threading.Thread(target=kill)
            killer.start()
            written = write(self, frame, name)
            killer.join()
            return written
        return write(self, frame, name)

    Kept.write = write_and_kill  # type: ignore[method-assign]
    before = executors()
    found = find_lineage(read_files(session, [articles]), partitions=4)
    lines = [json_line(record) for record in found.records()]
    after = executors()
    Path(output).write_text("\n".join(lines), encoding="utf-8")
    print(len(before), len(killed), bool(set(killed) & set(before)), bool(set(after) - set(before)))
    session.stop()


if __name__ == "__main__":
    main()
