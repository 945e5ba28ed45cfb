"""Articles out of Arrow tables: Parquet, Arrow files and streams, and what hands over its columns as such."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, BinaryIO

from dedup.articles import OUTLET_FIELDS, TEXT_FIELDS, TIME_FIELDS, TITLE_FIELDS, Article, as_article
from dedup.errors import InputError, ReadError
from dedup.extras import load_extra

EXTRA = "arrow"
"""The extra that reads and writes tables."""

FIELDS = ("id", "url", "declared", *TEXT_FIELDS, *TITLE_FIELDS, *TIME_FIELDS, *OUTLET_FIELDS)
"""Columns that are read; others are left where they are."""

_N_ROWS = 1024  # rows that are read at a time: some 3 MB of articles
_BUFFER = 1 << 20  # bytes of a column that are read at a time, or a whole row group would be in memory
_MAGIC = b"ARROW1"  # an Arrow file begins with it, a stream does not

_UNREADABLE = (OverflowError, ValueError, LookupError)  # times beyond the calendar, zones that are unknown

_Report = Callable[[ReadError], None]


def parquet(stream: BinaryIO, path: str, stem: str, report: _Report) -> Iterator[Article]:
    """Read the articles of a Parquet file, a row group after the other.

    Parameters
    ----------
    stream : binary file
        That can be sought in.
    path : str
        Its name, for messages.
    stem : str
        Not used.
    report : callable
        Is given the error of each row that cannot be used, by row group and row, both counted from 1.

    Yields
    ------
    Article
        In the order of the rows.

    Raises
    ------
    MissingExtraError
        If pyarrow is not installed.
    """
    pyarrow = load_extra("pyarrow", EXTRA)
    file_of = load_extra("pyarrow.parquet", EXTRA).ParquetFile
    try:
        file = file_of(stream, buffer_size=_BUFFER, pre_buffer=False)
    except (pyarrow.ArrowException, OSError) as error:
        report(ReadError(path, f"not readable as Parquet: {_first_line(error)}"))
        return
    with file:
        chosen = _columns(file.schema_arrow.names, path, report)
        for group in range(file.num_row_groups if chosen else 0):
            place = f"row group {group + 1}"
            row = 0
            try:
                for batch in file.iter_batches(
                    _N_ROWS, row_groups=[group], columns=chosen, use_threads=False
                ):
                    yield from _rows(batch, path, f"{place}, row", row, report)
                    row += batch.num_rows
            except (pyarrow.ArrowException, OSError) as error:
                n_lost = file.metadata.row_group(group).num_rows - row
                reason = f"{place}, from row {row + 1}: {n_lost:,} rows cannot be read: {_first_line(error)}"
                report(ReadError(path, reason))


def arrow(stream: BinaryIO, path: str, stem: str, report: _Report) -> Iterator[Article]:
    """Read the articles of an Arrow file (Feather, too) or stream; see `parquet`. Batches count as groups."""
    pyarrow = load_extra("pyarrow", EXTRA)
    ipc = load_extra("pyarrow.ipc", EXTRA)
    begin = stream.read(len(_MAGIC))
    stream.seek(0)
    try:
        if begin == _MAGIC:
            file = ipc.open_file(stream)
            batches = (file.get_batch(i) for i in range(file.num_record_batches))
        else:
            batches = file = ipc.open_stream(stream)
        yield from _batches(file.schema.names, batches, path, report)
    except (pyarrow.ArrowException, OSError) as error:
        report(ReadError(path, f"not readable as Arrow: {_first_line(error)}"))


def read_stream(table: Any, name: str, report: _Report) -> Iterator[Article]:
    """Read the articles of anything that hands its columns over as an Arrow stream.

    Parameters
    ----------
    table : object
        With a method ``__arrow_c_stream__``: a table of pyarrow, pandas, polars, DuckDB, datasets ...
    name : str
        What it is called in messages.
    report : callable
        Is given the error of each row that cannot be used, by batch and row, both counted from 1.

    Yields
    ------
    Article
        In the order of the rows, a batch at a time.

    Raises
    ------
    MissingExtraError
        If pyarrow is not installed.

    Examples
    --------
    >>> import pyarrow
    >>> table = pyarrow.table({"text": ["The harbour is shut."], "id": ["a1"]})
    >>> [article.id for article in read_stream(table, "table", print)]
    ['a1']
    """
    pyarrow = load_extra("pyarrow", EXTRA)
    try:
        reader = pyarrow.RecordBatchReader.from_stream(table)
        yield from _batches(reader.schema.names, reader, name, report)
    except (pyarrow.ArrowException, OSError) as error:
        report(ReadError(name, f"not readable as Arrow: {_first_line(error)}"))


def _batches(names: Sequence[str], batches: Any, path: str, report: _Report) -> Iterator[Article]:
    chosen = _columns(names, path, report)
    if chosen:
        for number, batch in enumerate(batches, 1):
            narrow = batch.select(chosen)
            for first in range(0, batch.num_rows, _N_ROWS):
                rows = narrow.slice(first, _N_ROWS)
                yield from _rows(rows, path, f"batch {number}, row", first, report)


def _columns(names: Sequence[str], path: str, report: _Report) -> list[str]:
    """Choose the columns that are understood; empty, and reported, if none is a text."""
    chosen = [name for name in dict.fromkeys(names) if name in FIELDS]
    if any(name in TEXT_FIELDS for name in chosen):
        return chosen
    there = ", ".join(names) or "nothing"
    report(ReadError(path, f"no text column: looked for {', '.join(TEXT_FIELDS)}; found {there}"))
    return []


def _rows(batch: Any, path: str, place: str, first: int, report: _Report) -> Iterator[Article]:
    columns = [_plain(column) for column in batch.columns]
    for number, values in enumerate(zip(*columns, strict=True), first + 1):
        row = dict(zip(batch.schema.names, values, strict=True))
        try:
            yield as_article(row)
        except InputError as error:
            report(ReadError(path, f"{place} {number}: {error}", row=row))


def _plain(column: Any) -> list[Any]:
    """Make Python values; times to the microsecond, which is what a datetime holds."""
    types = load_extra("pyarrow", EXTRA).types
    if types.is_timestamp(column.type) and column.type.unit == "ns":
        pyarrow = load_extra("pyarrow", EXTRA)
        column = column.cast(pyarrow.timestamp("us", column.type.tz), safe=False)
    try:
        values: list[Any] = column.to_pylist()
    except _UNREADABLE:
        values = [_value(scalar) for scalar in column]
    return values


def _value(scalar: Any) -> Any:
    """Make a Python value, or else the error of it, which no field takes: its row is bad, not the others."""
    try:
        return scalar.as_py()
    except _UNREADABLE as error:
        return error


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
