"""The same lineage and the same near-duplicates, of a DataFrame of any size; needs ``dedup[spark]``.

`find_lineage` and `find_duplicates` take a DataFrame and give DataFrames, through the stage functions that
`dedup.find_lineage` and `dedup.find_duplicates` call, in Arrow batches. `start_session` starts Spark on this
machine; ``docs/spark.md`` tells how to run on a cluster.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dedup.spark.duplicates import SparkDuplicates, find_duplicates
    from dedup.spark.lineage import SparkLineage, find_lineage
    from dedup.spark.session import read_files, start_session

# Where each public name is; imported when it is first used, as in the package above.
_HOMES = {
    "SparkDuplicates": "duplicates",
    "SparkLineage": "lineage",
    "find_duplicates": "duplicates",
    "find_lineage": "lineage",
    "read_files": "session",
    "start_session": "session",
}

__all__ = [
    "SparkDuplicates",
    "SparkLineage",
    "find_duplicates",
    "find_lineage",
    "read_files",
    "start_session",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(f"dedup.spark.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'dedup.spark' has no attribute {name!r}")
