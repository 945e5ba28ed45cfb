"""DataFrames that are used more than once: texts on the executors' disks, what is narrow in a folder."""

from __future__ import annotations

import atexit
import shutil
import tempfile
import uuid
from types import TracebackType
from typing import TYPE_CHECKING

from dedup.errors import InputError
from dedup.extras import load_extra
from dedup.spark.session import is_local

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession


class Kept:
    """What is kept while an answer is worked out.

    Parameters
    ----------
    session : SparkSession
        Whose executors read and write.
    work : str, optional
        A folder that all executors reach, where a new folder is made; by default Spark's checkpoint folder
        or, if all runs on this machine, a temporary one that lasts as long as this process.

    Raises
    ------
    InputError
        If there is no such folder.

    Notes
    -----
    A stage that was written is never made again, whichever executor is lost. It also ends the plan of what
    comes after it: plans of plans that were only cached grew without bounds, and with them their printed
    form, which Spark makes for each job. An executor that is lost takes its texts along: they are read again.
    """

    def __init__(self, session: SparkSession, work: str | None = None) -> None:
        self._session = session
        self._folder = f"{work or _usual_folder(session)}/dedup-{uuid.uuid4().hex[:12]}"
        self._persisted: list[DataFrame] = []
        self._n_written = 0

    def write(self, frame: DataFrame, name: str) -> DataFrame:
        """Write a DataFrame into the folder as Parquet, and read it from there."""
        self._n_written += 1
        path = f"{self._folder}/{self._n_written:02}-{name}"
        frame.write.parquet(path)
        return self._session.read.schema(frame.schema).parquet(path)

    def persist(self, frame: DataFrame) -> DataFrame:
        """Keep a DataFrame on the disks of the executors."""
        kept = frame.persist(load_extra("pyspark", "spark").StorageLevel.DISK_ONLY)
        self._persisted.append(kept)
        return kept

    def let_go(self) -> None:
        """Let go of what the executors keep."""
        for frame in self._persisted:
            frame.unpersist()
        self._persisted.clear()

    def close(self) -> None:
        """Let go of all there is, and remove the folder."""
        self.let_go()
        context = self._session.sparkContext
        path = context._jvm.org.apache.hadoop.fs.Path(self._folder)  # type: ignore[union-attr]
        path.getFileSystem(context._jsc.hadoopConfiguration()).delete(path, True)

    def __enter__(self) -> Kept:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _usual_folder(session: SparkSession) -> str:
    context = session.sparkContext
    checkpoints: str | None = context.getCheckpointDir()
    if checkpoints:
        return checkpoints
    if not is_local(session):
        raise InputError(
            "work is missing; name a folder that all executors reach, such as hdfs:///tmp or s3://bucket/tmp"
        )
    folder = tempfile.mkdtemp(prefix="dedup-spark-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
