"""Arrow batches as Spark hands them over, and the arrays in them."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from dedup.extras import load_extra

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

Function = Callable[[Iterator[Any]], Iterator[Any]]
"""Takes the Arrow batches of a partition, and yields others."""


def functions() -> ModuleType:
    """Return ``pyspark.sql.functions``; MissingExtraError where PySpark is not installed."""
    with _without_warning():
        load_extra("pyspark.testing.utils", "spark")  # which it imports itself, once, and warns
        return load_extra("pyspark.sql.functions", "spark")


@contextmanager
def _without_warning() -> Iterator[None]:
    """Keep back what PySpark says of a pandas newer than itself, of which nothing is used here."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)
        yield


def arrow() -> ModuleType:
    """Return ``pyarrow``; MissingExtraError where it is not installed."""
    return load_extra("pyarrow", "spark")


def map_batches(frame: DataFrame, function: Function, schema: str) -> DataFrame:
    """Apply a function of this package to the Arrow batches of each partition."""
    with _without_warning():
        return frame.mapInArrow(function, schema)


def array(batch: Any, column: str) -> NDArray[Any]:
    """Return a column of numbers or truth values as an array, shape (n_rows,)."""
    values: NDArray[Any] = batch.column(column).to_numpy(zero_copy_only=False)
    return values


def make_batch(**columns: Any) -> Any:
    """Make an Arrow batch of arrays; a list is a column of bytes."""
    pa = arrow()
    made = [
        # The type is said, for a list may be empty.
        pa.array(values, pa.binary()) if isinstance(values, list) else values
        for values in columns.values()
    ]
    return pa.RecordBatch.from_arrays(
        [values if isinstance(values, pa.Array) else pa.array(values) for values in made], list(columns)
    )


def pack(values: NDArray[Any], bounds: NDArray[np.int64]) -> list[bytes]:
    """Cut an array into pieces of bytes."""
    raw = np.ascontiguousarray(values).tobytes()
    cuts = (bounds * values.dtype.itemsize * int(np.prod(values.shape[1:]))).tolist()
    return [raw[a:b] for a, b in itertools.pairwise(cuts)]


def unpack(pieces: Iterable[bytes], dtype: str, width: int = 0) -> NDArray[Any]:
    """Put the pieces of an array together, of shape (n,), or (n, width) where a width is given."""
    values = np.frombuffer(b"".join(pieces), dtype)
    return values.reshape(-1, width) if width else values


def whole_groups(
    batches: Iterable[Any], columns: Sequence[str], most: int, weigh: Callable[[Any], NDArray[np.int64]]
) -> Iterator[Any]:
    """Put sorted batches together again so that no group is cut.

    Parameters
    ----------
    batches : iterable of pyarrow.RecordBatch
        Rows sorted by `columns`.
    columns : sequence of str
        Columns of whole numbers that tell groups apart.
    most : int
        Weight from which groups are handed on; a group of more is handed on whole.
    weigh : callable
        Returns the weight of each row of a table, shape (n_rows,).

    Yields
    ------
    pyarrow.Table
        Whole groups, one chunk a column; together all rows, in order.
    """
    pa = arrow()
    waiting: list[Any] = []
    weight, limit = 0, most
    for batch in batches:
        if not batch.num_rows:
            continue
        waiting.append(batch)
        weight += int(weigh(batch).sum())
        if weight < limit:
            continue
        table = pa.Table.from_batches(waiting).combine_chunks()
        starts = group_starts(table, columns)
        heavy = np.concatenate([[0], np.cumsum(weigh(table))])[starts]
        cuts = starts[np.unique(np.searchsorted(heavy, np.arange(0, int(heavy[-1]) + 1, most)))].tolist()
        for a, b in itertools.pairwise(cuts):
            yield table.slice(a, b - a).combine_chunks()
        rest = table.slice(cuts[-1])
        waiting, weight = rest.to_batches(), int(weigh(rest).sum())
        limit = max(most, 2 * weight)  # a group of many batches is not gone through for each of them
    if waiting:
        yield pa.Table.from_batches(waiting).combine_chunks()


def group_starts(table: Any, columns: Sequence[str]) -> NDArray[np.int64]:
    """Return the row at which each group of equal values begins."""
    new = np.zeros(table.num_rows, np.bool_)
    new[:1] = True
    for column in columns:
        values = array(table, column)
        new[1:] |= values[1:] != values[:-1]
    return np.flatnonzero(new)
