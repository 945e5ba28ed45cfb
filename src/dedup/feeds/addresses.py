"""Connect to what an address names, if it is one that may be connected to.

A name is resolved once, the address checked, and then connected to as it is, so that a name which resolves to
something else a moment later gains nothing. Proxies of the environment are not used.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import zlib
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from time import monotonic
from urllib.parse import SplitResult, urlsplit

from dedup.errors import FeedError

CONNECT_SECONDS = 10.0
"""Seconds to wait for a connection."""

READ_SECONDS = 10.0
"""Seconds to wait for the next bytes."""

_PORTS = {"http": 80, "https": 443}

# Besides what `ipaddress` knows: addresses of IPv6 that stand for one of IPv4, which may be private (mapped,
# 6to4, Teredo, NAT64), and the old private ones of IPv6.
_NOT_PUBLIC = tuple(
    ipaddress.ip_network(block)
    for block in ("::ffff:0:0/96", "2002::/16", "2001::/32", "64:ff9b::/32", "fec0::/10")
)


def checked(url: str) -> SplitResult:
    """Take an address apart.

    Parameters
    ----------
    url : str
        An address.

    Returns
    -------
    SplitResult
        Of http or https, with a host and, if any, a sound port.

    Raises
    ------
    FeedError
        If it is anything else, or holds a user name.

    Examples
    --------
    >>> checked("https://wire.example/feed").hostname
    'wire.example'
    """
    try:
        parts = urlsplit(url)
        if parts.username is not None or parts.password is not None:
            raise FeedError(url.replace(parts.netloc, parts.netloc.rpartition("@")[2]), "takes no user name")
        if parts.scheme not in _PORTS or not parts.hostname:
            raise FeedError(url, "not an address of http or https")
        parts.port  # noqa: B018 - reading it checks it
    except ValueError as error:
        raise FeedError(url, str(error).lower()) from None
    return parts


def is_public(address: str) -> bool:
    """Say whether an address is one of the public internet.

    Parameters
    ----------
    address : str
        Of IPv4 or IPv6, in digits.

    Returns
    -------
    bool
        False for private, loopback, link-local, multicast and reserved addresses, and for those of IPv6 that
        stand for one of IPv4.

    Examples
    --------
    >>> [is_public(address) for address in ("93.184.215.14", "10.0.0.1", "::1", "::ffff:93.184.215.14")]
    [True, False, False, False]
    """
    ip = ipaddress.ip_address(address)
    return (
        ip.is_global
        and not (ip.is_multicast or ip.is_reserved)
        and not any(ip in block for block in _NOT_PUBLIC)
    )


def connect(url: str, *, allow_private: bool, deadline: float) -> HTTPConnection:
    """Connect to the server of an address.

    Parameters
    ----------
    url : str
        Of http or https.
    allow_private : bool
        Whether addresses are connected to that are not public.
    deadline : float
        Time of `time.monotonic` by which there must be a connection.

    Returns
    -------
    HTTPConnection
        Connected; it waits `READ_SECONDS` for the next bytes, and does not follow redirects.

    Raises
    ------
    FeedError
        If the address is unusable or not public, or there is no connection in time.

    Examples
    --------
    >>> connect("http://10.0.0.1/", allow_private=False, deadline=0)
    Traceback (most recent call last):
    dedup.errors.FeedError: http://10.0.0.1/: 10.0.0.1 is not a public address; allow it with --allow-private
    """
    parts = checked(url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    try:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        usable = [address for address in found if allow_private or is_public(address)]
        if not usable:
            raise FeedError(url, f"{found[0]} is not a public address; allow it with --allow-private")
        link = _first_link(usable, port, deadline)
        if parts.scheme == "http":
            connection = HTTPConnection(host, port)
        else:
            connection = HTTPSConnection(host, port, context=_context())
            link = _context().wrap_socket(link, server_hostname=host)
    except (OSError, ValueError) as error:
        raise FeedError(url, reason_of(error)) from None
    link.settimeout(READ_SECONDS)
    connection.sock = link
    return connection


def time_left(deadline: float, at_most: float) -> float:
    """Return the seconds until a deadline.

    Parameters
    ----------
    deadline : float
        Time of `time.monotonic`.
    at_most : float
        Seconds, > 0.

    Returns
    -------
    float
        > 0.

    Raises
    ------
    TimeoutError
        If there are none left.

    Examples
    --------
    >>> time_left(monotonic() + 60, 10)
    10
    """
    left = deadline - monotonic()
    if left <= 0:
        raise TimeoutError
    return min(left, at_most)


def reason_of(error: Exception) -> str:
    """Say in a few words why there was no answer.

    Parameters
    ----------
    error : Exception
        Of a socket, of TLS, of HTTP or of gzip.

    Returns
    -------
    str
        A part of a sentence.

    Examples
    --------
    >>> reason_of(ConnectionRefusedError(111, "Connection refused"))
    'connection refused'
    """
    if isinstance(error, TimeoutError):
        return "took too long to answer"
    if isinstance(error, socket.gaierror):
        return "there is no such host, or no network"
    if isinstance(error, zlib.error):
        return "not readable as gzip"
    if isinstance(error, HTTPException):
        return f"not an answer of HTTP ({type(error).__name__})"
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).lower()


def _first_link(addresses: Sequence[str], port: int, deadline: float) -> socket.socket:
    *others, last = addresses
    for address in others:
        with suppress(OSError):
            return socket.create_connection((address, port), time_left(deadline, CONNECT_SECONDS))
    return socket.create_connection((last, port), time_left(deadline, CONNECT_SECONDS))


@cache
def _context() -> ssl.SSLContext:
    return ssl.create_default_context()
