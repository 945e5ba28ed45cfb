"""WARC, what crawlers keep: the pages of its response records, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

from dedup.errors import ReadError
from dedup.formats.markup import decoded


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
        Where the file itself is broken, an error is the last, since nothing behind it can be found.

    Notes
    -----
    Other records are passed over: requests, metadata, images, redirects and pages that were not found.
    """
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    offset = 0
    try:
        for record in ArchiveIterator(
            stream, record_types=WarcRecordType.response, parse_http=True, auto_decode="all"
        ):
            offset = record.stream_pos
            yield from _capture(record, path, n_bytes)
    except (OSError, ValueError, EOFError) as error:
        where = f"behind the record at byte {offset:,}" if offset else "at its beginning"
        yield ReadError(path, f"broken {where}: {str(error).lower() or 'cut short'}; the rest was not read")


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
