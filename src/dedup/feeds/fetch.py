"""Fetch over HTTP what strangers serve: within limits of time and size, and from public addresses only."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from time import monotonic
from urllib.parse import quote, urljoin, urlsplit

from dedup import __version__
from dedup.errors import FeedError
from dedup.feeds.addresses import READ_SECONDS, connect, reason_of, time_left

USER_AGENT = f"dedup-lineage/{__version__}"

_TOTAL_SECONDS = 30.0
_N_REDIRECTS = 5
_CHUNK = 1 << 16  # bytes read at a time
_REDIRECTS = (301, 302, 303, 307, 308)
_HEADERS = {
    "User-Agent": USER_AGENT,
    "Accept": "application/atom+xml, application/rss+xml, application/xml;q=0.9, text/html;q=0.8, */*;q=0.5",
    "Accept-Encoding": "gzip",
    "Connection": "close",
}


@dataclass(frozen=True, slots=True)
class Response:
    """What a server answered.

    Attributes
    ----------
    url : str
        Where it came from, after redirects.
    status : int
        200 or 304.
    headers : mapping of str to str
        By name in lower case.
    body : bytes
        Decompressed; empty with 304.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


def fetch(
    url: str, *, n_bytes: int, headers: Mapping[str, str] | None = None, allow_private: bool = False
) -> Response:
    """Get what is at an address.

    Parameters
    ----------
    url : str
        Of http or https.
    n_bytes : int
        Size from which the answer is refused, decompressed, in bytes.
    headers : mapping of str to str, optional
        Sent besides those that every request has, such as ``If-None-Match``.
    allow_private : bool, optional
        Whether addresses are connected to that are not public: private, loopback, link-local, multicast and
        reserved ones.

    Returns
    -------
    Response
        With status 200, or 304 where `headers` asked for it.

    Raises
    ------
    FeedError
        If the address is unusable or not public, there is no connection within 10 seconds, nothing comes for
        10 seconds, it takes longer than 30 in all, or more than 5 redirects, is larger than `n_bytes`, is cut
        short, or the status is another one.

    Examples
    --------
    >>> fetch("http://127.0.0.1/feed", n_bytes=1)
    Traceback (most recent call last):
    dedup.errors.FeedError: http://127.0.0.1/feed: 127.0.0.1 is not a public address; allow it with
    --allow-private
    """
    deadline = monotonic() + _TOTAL_SECONDS
    at = url
    for _ in range(_N_REDIRECTS + 1):
        connection = connect(at, allow_private=allow_private, deadline=deadline)
        try:
            connection.request("GET", _target(at), headers=_HEADERS | dict(headers or {}))
            answer = connection.getresponse()
            there = answer.getheader("location")
            if answer.status in _REDIRECTS and there:
                at = urljoin(at, there)
                continue
            if answer.status not in (200, 304):
                raise FeedError(at, f"the server answered {_status(answer)}")
            found = {name.lower(): value for name, value in answer.getheaders()}
            return Response(at, answer.status, found, _body(answer, at, n_bytes, deadline))
        except (OSError, HTTPException, ValueError, zlib.error) as error:
            raise FeedError(at, reason_of(error)) from None
        finally:
            connection.close()
    raise FeedError(url, f"redirected more than {_N_REDIRECTS} times")


def post(url: str, value: object) -> None:
    """Post a value as JSON.

    Parameters
    ----------
    url : str
        Of http or https; the user's own choice, so any address will do. Redirects are not followed.
    value : object
        Mappings, lists, strings and numbers.

    Raises
    ------
    FeedError
        If it is not taken within the limits of `fetch`, or the status is not 200 to 299.

    Examples
    --------
    >>> post("ftp://desk.example/", {})
    Traceback (most recent call last):
    dedup.errors.FeedError: ftp://desk.example/: not an address of http or https
    """
    connection = connect(url, allow_private=True, deadline=monotonic() + _TOTAL_SECONDS)
    try:
        body = json.dumps(value).encode()
        connection.request("POST", _target(url), body, _HEADERS | {"Content-Type": "application/json"})
        answer = connection.getresponse()
        if not 200 <= answer.status < 300:
            raise FeedError(url, f"the server answered {_status(answer)}")
    except (OSError, HTTPException, ValueError) as error:
        raise FeedError(url, reason_of(error)) from None
    finally:
        connection.close()


def _target(url: str) -> str:
    """Name what is asked for: path and query, with what is not ASCII quoted and what is quoted left."""
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return quote(f"{parts.path or '/'}{query}", safe="%/:=&?~#+!$,;'@()*[]|")


def _body(answer: HTTPResponse, url: str, n_bytes: int, deadline: float) -> bytes:
    if answer.length is not None and answer.length > n_bytes:
        raise FeedError(url, f"{answer.length:,} bytes are more than the {n_bytes:,} that are read")
    encoding = answer.getheader("content-encoding", "identity").strip().lower()
    if encoding not in ("identity", "gzip", "x-gzip", ""):
        raise FeedError(url, f"compressed as {encoding[:20]!r}, which was not asked for")
    unpack = zlib.decompressobj(31) if "gzip" in encoding else None
    body = bytearray()
    while chunk := answer.read1(_CHUNK):
        body += unpack.decompress(chunk, n_bytes + 1 - len(body)) if unpack else chunk
        if len(body) > n_bytes:
            raise FeedError(url, f"more than the {n_bytes:,} bytes that are read")
        time_left(deadline, READ_SECONDS)
        if unpack and unpack.eof:
            return bytes(body)  # what may follow is not read
    if answer.length or (unpack and body):
        raise FeedError(url, "the answer was cut short")
    return bytes(body)


def _status(answer: HTTPResponse) -> str:
    known = answer.status in HTTPStatus._value2member_map_
    return f"{answer.status} {HTTPStatus(answer.status).phrase}" if known else str(answer.status)
