"""WARC, what crawlers keep: the pages of its response records, one after the other."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, BinaryIO, NamedTuple

from dedup.errors import ReadError
from dedup.formats.markup import decoded

_MAGIC = b"\x1f\x8b\x08"  # what a compressed record begins with
_N_HEAD = 128  # bytes of it that are enough to read its first word
_CHUNK = 1 << 20


class Capture(NamedTuple):
    """A page as it was captured.

    Attributes
    ----------
    name : str
        Time of the capture and address, as web archives name it: ``20260302060000/https://wire.example/1``.
    url : str
        Its address.
    markup : str
        The page.
    offset : int
        Where its record begins in the file, in bytes.
    """

    name: str
    url: str
    markup: str
    offset: int


def read_captures(stream: BinaryIO, path: str, n_bytes: int) -> Iterator[Capture | ReadError]:
    """Read the pages of a WARC file.

    Parameters
    ----------
    stream : binary file
        As it is on disk: compressed records need no help.
    path : str
        Its name, for messages.
    n_bytes : int
        Size from which a page is refused.

    Yields
    ------
    Capture or ReadError
        In order: of each response of status 200 to 299 that is HTML, the page, or what is wrong with it.
        Behind what is broken, reading goes on at the next compressed record; where records are not
        compressed one by one, nothing behind it can be found.

    Notes
    -----
    Other records are passed over: requests, metadata, images, redirects and pages that were not found.
    """
    start, told = 0, -1
    while start >= 0:
        offset = start
        try:
            for record in _responses(stream, start):
                offset = record.stream_pos
                yield from _capture(record, path, n_bytes)
            return
        except (OSError, ValueError, EOFError) as error:
            start = _next_packed(stream, offset + 1)
            if offset > told:  # else it is still what was told of
                why = str(error).lower() or "cut short"
                rest = "" if start >= 0 else "; the rest was not read"
                yield ReadError(path, f"a record at or behind byte {offset:,} is broken: {why}{rest}")
            told = start


def _responses(stream: BinaryIO, start: int) -> Iterator[Any]:
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    stream.seek(start)
    kinds = WarcRecordType.response
    yield from ArchiveIterator(stream, record_types=kinds, parse_http=True, auto_decode="all")


def _next_packed(stream: BinaryIO, start: int) -> int:
    """Return where the next compressed record begins, -1 if none does."""
    stream.seek(start)
    data, at = b"", start
    while more := stream.read(_CHUNK):
        data += more
        place = data.find(_MAGIC)
        while 0 <= place <= len(data) - _N_HEAD:
            with suppress(zlib.error):
                if zlib.decompressobj(31).decompress(data[place : place + _N_HEAD], 5) == b"WARC/":
                    return at + place
            place = data.find(_MAGIC, place + 1)
        at += len(data) - _N_HEAD
        data = data[-_N_HEAD:]
    return -1


def _capture(record: Any, path: str, n_bytes: int) -> Iterator[Capture | ReadError]:
    http = record.http_headers
    place = f"the record at byte {record.stream_pos:,}"
    if http is None or not record.content_length:
        yield ReadError(path, f"{place} is cut short or holds no answer of a server; it was left")
        return
    kind = record.http_content_type or ""
    if not 200 <= (http.status_code or 0) < 300 or "html" not in kind:
        return
    url = record.headers.get("WARC-Target-URI", "").strip("<> ")
    body = record.reader.read(n_bytes + 1)
    if len(body) > n_bytes:
        yield ReadError(path, f"{place}, {url}, has more than the {n_bytes:,} bytes that are read")
        return
    if len(body) < record.content_length and not http.get("Content-Encoding", http.get("Transfer-Encoding")):
        yield ReadError(path, f"{place}, {url}, is cut short; it was left")
        return
    time = "".join(filter(str.isdigit, record.headers.get("WARC-Date", "")))[:14]
    yield Capture(f"{time}/{url}", url, decoded(body, http.get("Content-Type", "")), record.stream_pos)
