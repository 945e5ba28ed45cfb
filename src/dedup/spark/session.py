"""A Spark session for work on one machine, and the files that it reads."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dedup.errors import InputError, JavaError, ReadError
from dedup.extras import load_extra
from dedup.spark.frames import functions

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LEAST_JAVA = 17
"""Release of Java that Spark 4 needs."""

_LINES = (".jsonl", ".ndjson")
_PACKED = (".gz", ".zst", ".bz2")
_TEXT_FILES = tuple(ending + packed for ending in _LINES for packed in ("", *_PACKED))


def start_session(
    master: str | None = None, *, options: Mapping[str, str] | None = None, quiet: bool = True
) -> SparkSession:
    """Start Spark, or return the session that there is.

    Parameters
    ----------
    master : str, optional
        As of Spark, such as ``"local[2]"`` or ``"spark://host:7077"``; by default what the environment or
        ``spark-submit`` says, and all cores of this machine where nothing does.
    options : mapping of str to str, optional
        Settings of Spark.
    quiet : bool, optional
        Whether only errors are logged.

    Returns
    -------
    pyspark.sql.SparkSession
        Whose Python is this one, unless ``PYSPARK_PYTHON`` or ``spark.pyspark.python`` names another.

    Raises
    ------
    MissingExtraError
        If PySpark is not installed.
    JavaError
        If there is no Java, or one that is too old.

    Examples
    --------
    >>> session = start_session("local[2]")  # doctest: +SKIP
    >>> session.read.parquet("articles.parquet").count()  # doctest: +SKIP
    """
    functions()
    sql = load_extra("pyspark.sql", "spark")
    session: SparkSession | None = sql.SparkSession.getActiveSession()
    if session is None:
        check_java()
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        builder = sql.SparkSession.builder.appName("dedup")
        settings = {"spark.ui.showConsoleProgress": "false", "spark.sql.session.timeZone": "UTC"}
        for name, value in (settings | dict(options or {})).items():
            builder = builder.config(name, value)
        session = (builder.master(master) if master else builder).getOrCreate()
        if quiet:
            session.sparkContext.setLogLevel("ERROR")
    return session


def check_java() -> None:
    """Raise JavaError unless there is a Java that Spark can run on."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which("java", path=str(Path(home, "bin"))) if home else shutil.which("java")
    if java is None:
        where = f"JAVA_HOME is {home!r}, which holds none" if home else "there is none on the PATH"
        raise JavaError(f"Spark needs Java {LEAST_JAVA} or later, and {where}; {_REMEDY}")
    ran = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)
    digits = ran.stderr.partition('"')[2].partition('"')[0].partition(".")[0].partition("-")[0]
    if ran.returncode or not digits.isdigit() or int(digits) < LEAST_JAVA:
        said = (ran.stderr or ran.stdout).strip().partition("\n")[0]
        raise JavaError(f"Spark needs Java {LEAST_JAVA} or later, and {java} says {said!r}; {_REMEDY}")


_REMEDY = (
    f"install it (Debian and Ubuntu: apt-get install openjdk-{LEAST_JAVA}-jre-headless; macOS: brew install "
    f"openjdk@{LEAST_JAVA}; anywhere: https://adoptium.net) or point JAVA_HOME at it"
)


def is_local(session: SparkSession) -> bool:
    """Say whether the executors run on this machine."""
    return (session.sparkContext.master or "").startswith("local")


def use_this_python(session: SparkSession) -> None:
    """Let the executors of this machine run the Python that runs here, unless the user chose another."""
    context = session.sparkContext
    chosen = "PYSPARK_PYTHON" in os.environ or context.getConf().contains("spark.pyspark.python")
    if not chosen and is_local(session):
        context.pythonExec = sys.executable


def read_files(session: SparkSession, paths: Sequence[str]) -> DataFrame:
    """Read articles of files or folders through Spark's readers.

    Parameters
    ----------
    session : pyspark.sql.SparkSession
        From `start_session`, or any other.
    paths : sequence of str
        Parquet files and folders of them; or JSON lines (.jsonl, .ndjson, each also with .gz, .bz2 or .zst).
        Addresses such as ``s3a://`` are left to Spark.

    Returns
    -------
    pyspark.sql.DataFrame
        The columns of the Parquet files; or ``line``, as bytes, and ``file``, which `find_lineage` and
        `find_duplicates` read as the JSON of one article each.

    Raises
    ------
    InputError
        If there is no path, or some are Parquet and others JSON lines.
    ReadError
        If there is no such file.
    """
    if not check_files(paths):
        return session.read.parquet(*paths)
    F = functions()
    text = session.read.text(list(paths))
    return text.select(
        F.col("value").cast("binary").alias("line"), F.col("_metadata.file_path").alias("file")
    )


def check_files(paths: Sequence[str]) -> bool:
    """Say whether files are JSON lines and not Parquet; raise as `read_files` does."""
    if not paths:
        raise InputError("paths is empty; name files or folders of Parquet or JSON lines")
    are_lines = {_are_lines(path) for path in paths}
    if len(are_lines) > 1:
        raise InputError(
            f"paths are Parquet and JSON lines, {', '.join(paths)}; read them one kind at a time"
        )
    for path in paths:
        if "://" not in path and "*" not in path and not Path(path).exists():
            raise ReadError(path, "no such file or directory")
    return are_lines.pop()


def _are_lines(path: str) -> bool:
    if path.lower().endswith(_TEXT_FILES):
        return True
    folder = Path(path)
    return folder.is_dir() and any(name.lower().endswith(_TEXT_FILES) for name in os.listdir(folder))
