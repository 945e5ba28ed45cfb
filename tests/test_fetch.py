"""Fetching: limits of time, size and redirects, and which addresses may be connected to."""

import gzip
import ipaddress
import socket
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import __version__
from dedup.errors import FeedError
from dedup.feeds import addresses, fetch
from dedup.feeds.addresses import checked, is_public
from dedup.feeds.fetch import post
from tests.feed_server import Answer, Handler, Server, serving

PRIVATE = """
0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.9.9.9 169.254.169.254 172.16.0.1 192.168.1.1 192.0.2.1 198.18.0.1
224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255 :: ::1 fe80::1 fe80::1%1 fc00::1 fd12::1 fec0::1 ff02::1
2001:db8::1 ::ffff:127.0.0.1 ::ffff:8.8.8.8 2002:7f00:1:: 2001:0:1:: 64:ff9b::7f00:1 64:ff9b:1::a00:1
""".split()


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as one:
        yield one


def get(server: Server, path: str, *, n_bytes: int = 1 << 20) -> fetch.Response:
    return fetch.fetch(server.url + path, n_bytes=n_bytes, allow_private=True)


def moved(location: str) -> Answer:
    return lambda handler: handler.reply(b"", status=302, location=location)


@pytest.mark.parametrize("address", PRIVATE)
def test_what_is_not_public_is_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001::200e"]
)
def test_what_is_public_is_not(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_an_address_within_another_is_refused(address: ipaddress.IPv4Address) -> None:
    assert not is_public(f"::ffff:{address}")
    assert not is_public(f"64:ff9b::{address}")


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://wire.example/",
        "gopher://wire.example/",
        "//wire.example/",
        "wire.example",
        "",
        "http://",
        "http:///feed",
        "http://wire.example:port/",
        "http://wire.example:99999/",
        "http://[::1/",
        "https://desk:secret@wire.example/",
    ],
)
def test_addresses_that_are_none(url: str) -> None:
    with pytest.raises(FeedError) as caught:
        checked(url)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
def test_loopback_in_any_spelling(server: Server, host: str) -> None:
    with pytest.raises(FeedError, match=r"not a public address|no such host"):
        fetch.fetch(f"http://{host}:{server.server_port}/", n_bytes=9)
    assert not server.requests


def test_a_name_is_resolved_once_and_the_address_checked_is_the_one_used(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = ["93.184.215.14", "127.0.0.1"]  # public first, loopback when it is asked again
    connected: list[str] = []

    def resolve(host: str, port: int, **_: object) -> list[object]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers.pop(0), port))]

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(FeedError):
        fetch.fetch("http://rebind.example/", n_bytes=9)
    assert connected == ["93.184.215.14"]
    assert answers == ["127.0.0.1"]


def test_of_several_addresses_the_public_ones_are_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    found = ["10.0.0.1", "93.184.215.14", "8.8.8.8"]
    connected: list[str] = []

    def connect(address: tuple[str, int], timeout: float) -> socket.socket:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (one, 80)) for one in found])
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(FeedError):
        fetch.fetch("http://mixed.example/", n_bytes=9)
    assert connected == found[1:]


def test_each_redirect_is_checked(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    there = {"/a": "/b", "/b": "http://10.0.0.1/c", "/f": "file:///etc/passwd"}
    for path, location in there.items():
        server.routes[path] = moved(location)
    monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1")
    with pytest.raises(FeedError, match=r"10\.0\.0\.1 is not a public address"):
        fetch.fetch(f"{server.url}/a", n_bytes=9)
    with pytest.raises(FeedError, match=r"file:///etc/passwd: not an address"):
        fetch.fetch(f"{server.url}/f", n_bytes=9)


def test_redirects_are_followed_five_times(server: Server) -> None:
    for n in range(6):
        server.routes[f"/{n}"] = server.routes[f"/{n}?%C3%A9=%20"] = moved(f"{n + 1}?é=%20")
    server.routes["/6?%C3%A9=%20"] = b"there"
    assert get(server, "/1").body == b"there"
    with pytest.raises(FeedError, match="redirected more than 5 times"):
        get(server, "/0")


def test_who_asks_is_said(server: Server) -> None:
    server.routes["/"] = b"x"
    get(server, "/")
    assert server.requests[0][1]["User-Agent"] == f"dedup-lineage/{__version__}"


def test_sizes(server: Server) -> None:
    packed = gzip.compress(b"x" * 1000)
    server.routes |= {
        "/plain": b"x" * 1000,
        "/packed": lambda handler: handler.reply(packed, content_encoding="gzip"),
        "/torn": lambda handler: handler.reply(packed[:-9], content_encoding="gzip"),
        "/lie": lambda handler: handler.reply(b"not gzip", content_encoding="gzip"),
        "/br": lambda handler: handler.reply(packed, content_encoding="br"),
        "/short": lambda handler: handler.reply(b"x", content_length="2", connection="close"),
        "/after": lambda handler: handler.reply(packed + b"more", content_encoding="gzip"),
    }
    for path in ("/plain", "/packed", "/after"):
        assert get(server, path, n_bytes=1000).body == b"x" * 1000
        if path != "/after":
            with pytest.raises(FeedError, match="999"):
                get(server, path, n_bytes=999)
    for path, why in {
        "/torn": "cut short",
        "/lie": "gzip",
        "/br": "not asked",
        "/short": "cut short",
    }.items():
        with pytest.raises(FeedError, match=why):
            get(server, path)


def test_a_gigabyte_and_a_bomb_and_a_body_without_end(server: Server) -> None:
    bomb = gzip.compress(b"\0" * (64 << 20))

    def endless(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        while True:
            handler.wfile.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")

    server.routes |= {
        "/gigabyte": lambda handler: handler.reply(b"x", content_length=str(1 << 30)),
        "/bomb": lambda handler: handler.reply(bomb, content_encoding="gzip"),
        "/endless": endless,
    }
    began = time.monotonic()
    for path in ("/gigabyte", "/bomb", "/endless"):
        with pytest.raises(FeedError, match="1,048,576"):
            get(server, path)
    assert time.monotonic() - began < 10


def test_times(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    def drip(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        for _ in range(250):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.02)

    server.routes |= {"/silent": lambda handler: time.sleep(5), "/drip": drip}
    monkeypatch.setattr(addresses, "READ_SECONDS", 0.1)
    monkeypatch.setattr(fetch, "_TOTAL_SECONDS", 0.3)
    for path in ("/silent", "/drip"):
        began = time.monotonic()
        with pytest.raises(FeedError, match="took too long to answer"):
            get(server, path)
        assert time.monotonic() - began < 3


def test_answers_that_are_none(server: Server) -> None:
    def raw(answer: bytes) -> Answer:
        return lambda handler: handler.wfile.write(answer)

    server.routes |= {
        "/500": lambda handler: handler.reply(b"", status=500),
        "/odd": lambda handler: handler.reply(b"", status=299),
        "/nowhere": lambda handler: handler.reply(b"", status=302),
        "/rubbish": raw(b"\x00\xff" * 100 + b"\r\n\r\n"),
        "/nothing": raw(b""),
        "/header": raw(b"HTTP/1.1 200 OK\r\nx: " + b"y" * 100_000),
    }
    reasons = {
        "/500": "500 Internal Server Error",
        "/odd": "299",
        "/nowhere": "302 Found",
        "/rubbish": "not an answer of HTTP",
        "/nothing": "not an answer of HTTP",
        "/header": "not an answer of HTTP",
    }
    for path, reason in reasons.items():
        with pytest.raises(FeedError, match=reason):
            get(server, path)
    with pytest.raises(FeedError, match="connection refused"):
        fetch.fetch("http://127.0.0.1:1/", n_bytes=9, allow_private=True)


def test_posting(server: Server) -> None:
    post(server.url, {"id": "é\ud800"})
    assert server.posted == [b'{"id": "\\u00e9\\ud800"}']
    server.post_statuses[:] = [302]
    with pytest.raises(FeedError, match="302 Found"):
        post(server.url, {})
