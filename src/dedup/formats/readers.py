"""Articles out of files: JSON lines, JSON, CSV, text, pages, feeds, WARC, each also as .gz, and folders.

Files are read as streams, each once. What cannot be used is reported with its file and line.
"""

import codecs
import csv
import gzip
import io
import json
import os
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from dedup.articles import TEXT_FIELDS, Article, as_article
from dedup.errors import InputError, ReadError
from dedup.extras import load_extra
from dedup.formats import tables
from dedup.formats.kinds import REPEATED, once, read_html, read_ninjs, read_warc, read_xml
from dedup.formats.ninjs import is_ninjs

_Report = Callable[[ReadError], None]
_Reader = Callable[[BinaryIO, str, str, _Report], Iterator[Article]]

_CSV_FIELD_LIMIT = (
    2**31 - 1
)  # what a C long holds everywhere; csv's own limit is 128 KiB, less than a long text


def read_articles(
    paths: Iterable[str | os.PathLike[str]], *, on_bad: Callable[[ReadError], None] | None = None
) -> Iterator[Article]:
    """Read the articles of files and folders.

    Parameters
    ----------
    paths : iterable of str or path
        Files that end in .jsonl, .ndjson, .json, .csv, .txt, .parquet, .arrow, .feather, .html, .htm,
        .xhtml, .xml, .rss, .atom, .rdf or .warc, or in one of these and .gz or .zst; folders, of which every
        such file is read, those of folders inside them too; ``"-"`` for JSON lines on standard input.
        ``docs/inputs.md`` says what is read of each, and which extra of the package it needs.
        A .json file holds a list of objects, an object with such a list under ``"articles"``, or one object.
        A .csv file begins with a row of field names. A .txt or .html file is one article, its id the name of
        the file below the folder that was named, without the ending. Text is UTF-8, with or without byte
        order mark; pages, feeds and NewsML-G2 may be in any encoding.
    on_bad : callable, optional
        Is given the error of each article that cannot be used, and reading goes on; without it, the first
        such error is raised.

    Yields
    ------
    Article
        In the order of `paths`, in a folder by name, in a file from the top. Ids that are missing are empty.

    Raises
    ------
    ReadError
        If a path is not there or may not be read, if its ending is unknown, if a folder holds nothing to
        read; and, without `on_bad`, if an article cannot be used.
    MissingExtraError
        If a kind of file needs a package that is not installed.

    Notes
    -----
    Holds one line in memory, of .json and .txt one file. JSON lines are read at about 100 MB/s.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = Path(folder, "flash.txt").write_text("The harbour is shut.", encoding="utf-8")
    ...     [article.id for article in read_articles([folder])]
    ['flash']
    """
    if isinstance(paths, str | os.PathLike):
        raise InputError(
            f"paths must be an iterable of paths, not a single one, {os.fspath(paths)!r}; use a list"
        )
    report = on_bad or _raise
    seen: dict[str, str] = {}
    for file, name in [found for path in paths for found in find_files(os.fspath(path))]:
        articles = read_file(file, name, report)
        yield from once(articles, file, seen, report) if _ending(file) in REPEATED else articles


def _raise(error: ReadError) -> NoReturn:
    raise error


def find_files(path: str) -> list[tuple[str, str]]:
    """List the files to read of a path, each with its name below the folder that was named."""
    if path == "-":
        return [("-", "-")]
    if os.path.isdir(path):
        below = [
            Path(folder, name).relative_to(path)
            for folder, _, names in os.walk(path, onerror=_raise_walk)
            for name in names
            if not name.startswith(".") and _ending(name)
        ]
        if not below:
            raise ReadError(path, f"nothing to read in this folder; looked for {_known_endings()}")
        return [(os.path.join(path, name), name.as_posix()) for name in sorted(below)]
    if not os.path.exists(path):
        raise ReadError(path, "no such file or folder")
    if not _ending(path):
        raise ReadError(path, f"unknown kind of file; it must end in {_known_endings()}")
    return [(path, os.path.basename(path))]


def _raise_walk(error: OSError) -> NoReturn:
    raise ReadError(str(error.filename), (error.strerror or str(error)).lower()) from None


def _ending(name: str) -> str:
    """Return the ending that says how to read a file, without .gz or .zst; empty when it is unknown."""
    ending = Path(_unpacked(name)).suffix
    return ending if ending in _READERS else ""


def _unpacked(name: str) -> str:
    return name.lower().removesuffix(".gz").removesuffix(".zst")


def _known_endings() -> str:
    return f"{', '.join(_READERS)}, each also with .gz or .zst"


def read_file(path: str, name: str, report: _Report) -> Iterator[Article]:
    """Yield the articles of one file that `find_files` lists; what cannot be read is reported."""
    reader = _jsonl if path == "-" else _READERS[_ending(path)]
    stem = name[: len(_unpacked(name)) - len(_ending(name))]
    try:
        with _opened(path) as stream:
            yield from reader(stream, path, stem, report)
    except EOFError:
        report(ReadError(path, "the compressed data is cut short; fetch the file again"))
    except (gzip.BadGzipFile, zlib.error) as error:
        report(
            ReadError(path, f"not readable as gzip ({error}); fetch the file again, or take .gz off its name")
        )
    except OSError as error:
        broken = ReadError(path, (error.strerror or str(error)).lower())
        if error.errno is not None or not path.lower().endswith(".zst"):
            raise broken from None
        report(broken)  # what was compressed is cut short, or something else


def _opened(path: str) -> AbstractContextManager[BinaryIO]:
    if path == "-":
        return nullcontext(sys.stdin.buffer)
    if path.lower().endswith(".gz") and _ending(path) != ".warc":  # of which each record is compressed
        return io.BufferedReader(gzip.open(path))
    if path.lower().endswith(".zst"):
        unpacked = load_extra("pyarrow", tables.EXTRA).input_stream(path, compression="zstd")
        return io.BufferedReader(unpacked)
    return open(path, "rb")


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    for n, line in enumerate(stream, 1):
        yield n, line.removeprefix(codecs.BOM_UTF8) if n == 1 else line


def _jsonl(stream: BinaryIO, path: str, stem: str, report: _Report) -> Iterator[Article]:
    for n, line in _lines(stream):
        if not line.isspace():
            try:
                yield _object(json.loads(line.decode()), path)
            except (ValueError, RecursionError) as error:
                report(ReadError(path, _reason(error), n, line.decode(errors="replace").strip()))


def _json(stream: BinaryIO, path: str, stem: str, report: _Report) -> Iterator[Article]:
    try:
        content = json.loads(stream.read().removeprefix(codecs.BOM_UTF8).decode())
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 0
        report(ReadError(path, _reason(error), line))
        return
    if isinstance(content, dict):
        content = content["articles"] if isinstance(content.get("articles"), list) else [content]
    if not isinstance(content, list):
        report(ReadError(path, "must hold a list of objects, or an object with such a list under 'articles'"))
        return
    for position, item in enumerate(content):
        try:
            yield _object(item, path)
        except InputError as error:
            report(ReadError(path, f"article {position} of the list: {error}", row=item))


def _csv(stream: BinaryIO, path: str, stem: str, report: _Report) -> Iterator[Article]:
    csv.field_size_limit(_CSV_FIELD_LIMIT)
    broken: list[ReadError] = []
    lines = _csv_lines(stream, path, broken)
    header = next(lines, "")
    delimiter = max(",;\t|", key=header.count)
    fields = [field.strip().lower() for field in next(csv.reader([header], delimiter=delimiter), [])]
    if not any(field in fields for field in TEXT_FIELDS):
        reason = (
            f"no text column: looked for {', '.join(TEXT_FIELDS)}; found {', '.join(fields) or 'nothing'}"
        )
        report(ReadError(path, reason, 1))
        return
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = rows.line_num + 2
        row: list[str] = []
        try:
            row = next(rows)
            if broken:
                raise InputError(broken[0].reason)
            if row:
                yield as_article(_as_mapping(fields, row))
        except StopIteration:
            return
        except (csv.Error, InputError) as error:
            report(ReadError(path, str(error), broken[0].line if broken else line, row or None))
            broken.clear()


def _csv_lines(stream: BinaryIO, path: str, broken: list[ReadError]) -> Iterator[str]:
    for n, line in _lines(stream):
        try:
            yield line.decode()
        except UnicodeDecodeError as error:
            # The row is whole only when its last line has come: let the line pass, and refuse the row.
            broken.append(ReadError(path, _reason(error), n))
            yield line.decode(errors="surrogateescape")


def _as_mapping(fields: list[str], row: list[str]) -> dict[str, str]:
    if len(row) != len(fields):
        raise InputError(f"the row has {len(row)} fields where the first row names {len(fields)}")
    return dict(zip(fields, row, strict=True))


def _txt(stream: BinaryIO, path: str, stem: str, report: _Report) -> Iterator[Article]:
    content = stream.read().removeprefix(codecs.BOM_UTF8)
    try:
        yield Article(content.decode(), id=stem)
    except UnicodeDecodeError as error:
        report(ReadError(path, _reason(error), content.count(b"\n", 0, error.start) + 1))


def _object(item: Any, path: str) -> Article:
    if not isinstance(item, dict):
        raise InputError(f"an article must be a JSON object, not {type(item).__name__}")
    return read_ninjs(item, path) if is_ninjs(item) else as_article(item)


def _reason(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        place = error.start - error.object.rfind(b"\n", 0, error.start)
        byte = f"0x{error.object[error.start]:02x}"
        return f"byte {place} of the line, {byte}, is not UTF-8; convert the file to UTF-8"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON: {error.msg} at column {error.colno}"
    return "nested too deeply" if isinstance(error, RecursionError) else str(error)


_READERS: dict[str, _Reader] = {
    ".jsonl": _jsonl,
    ".ndjson": _jsonl,
    ".json": _json,
    ".csv": _csv,
    ".txt": _txt,
    ".parquet": tables.parquet,
    ".arrow": tables.arrow,
    ".feather": tables.arrow,
    ".html": read_html,
    ".htm": read_html,
    ".xhtml": read_html,
    ".xml": read_xml,
    ".rss": read_xml,
    ".atom": read_xml,
    ".rdf": read_xml,
    ".warc": read_warc,
}
