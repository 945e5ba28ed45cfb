"""Feeds and pages: what is read of them, and that nothing hostile gets through or takes long."""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import extras
from dedup.errors import FeedError, MissingExtraError
from dedup.feeds import entries as feeds
from dedup.feeds.entries import parse_feed, read_feed, read_feed_file
from dedup.feeds.pages import read_page
from dedup.feeds.reader import Reader
from dedup.formats.feed import FEED_PACKAGES
from dedup.formats.guard import Ended
from dedup.formats.markup import decoded, html_text
from tests.feed_server import OTHER, WIRE, Handler, Server, item, page, rss, serving

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title type="html">A &amp;amp; B</title>
<entry><id>urn:x:1</id><title>One</title><link href="/1"/>
<updated>2026-03-02T06:00:00+02:00</updated><content type="xhtml">
<div xmlns="http://www.w3.org/1999/xhtml">
<p>First <b>one</b>.</p><p>Second.</p></div></content>
<summary>short</summary></entry></feed>"""


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as one:
        yield one


def texts(feed: str) -> list[str]:
    return [entry["text"] for entry in parse_feed(feed)["entries"]]


def ids(feed: str, base: str = "") -> list[str]:
    return [entry["id"] for entry in parse_feed(feed, base=base)["entries"]]


def test_atom() -> None:
    assert parse_feed(ATOM, base="https://paper.example/feed") == {
        "entries": [
            {
                "id": "urn:x:1",
                "title": "One",
                "outlet": "A & B",
                "published_at": "2026-03-02T04:00:00+00:00",
                "url": "https://paper.example/1",
                "text": "First one.\nSecond.",
            }
        ],
        "n_left_out": 0,
        "n_future": 0,
    }


def test_rss() -> None:
    written = item("tag:wire.example,2026:1", "<p>It is &amp; stays shut.</p>", link="https://wire.example/1")
    assert parse_feed(rss(written))["entries"] == [
        {
            "id": "tag:wire.example,2026:1",
            "title": "On tag:wire.example,2026:1",
            "outlet": "Wire",
            "published_at": "2026-03-02T06:00:00+00:00",
            "url": "https://wire.example/1",
            "text": "It is & stays shut.",
        }
    ]


def test_ids_are_those_that_are_unique_everywhere() -> None:
    urn, bare = item("urn:x:7", "a", link="/7"), item("7", "b", link="/7")
    assert ids(rss(urn, bare), base="http://wire.example/feed") == ["urn:x:7", "http://wire.example/7"]
    assert ids(rss(bare)) == ["7"]
    assert ids(rss({"title": "neither"})) == [""]


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "file:///etc/passwd", "http://[", "mailto:a@b.example"]
)
def test_links_that_lead_nowhere(link: str) -> None:
    entry = parse_feed(rss(item("7", "a", link=link)))["entries"][0]
    assert (entry["url"], entry["id"]) == ("", "7")


def test_the_longest_text_of_an_entry_is_taken() -> None:
    both = item("1", "short") | {"content:encoded": "<p>much longer</p>"}
    assert texts(rss(both)) == ["much longer"]


def test_the_newest_are_taken_and_the_others_counted() -> None:
    rows = [item(f"urn:{hour}", "x", hour) for hour in (3, 9, 1, 7)]
    feed = parse_feed(rss(*rows), newest=2)
    assert [entry["id"] for entry in feed["entries"]] == ["urn:7", "urn:9"]
    assert feed["n_left_out"] == 2


def test_times_that_are_missing_broken_or_to_come() -> None:
    rows = [
        item(f"urn:{n}", "x", pubDate=date) for n, date in enumerate(["", "soon", "31 Dec 9999 23:59 GMT"])
    ]
    feed = parse_feed(rss(*rows, item("urn:3", "x")))
    by_id = {entry["id"]: entry["published_at"] for entry in feed["entries"]}
    assert by_id["urn:0"] == by_id["urn:1"] == ""
    assert by_id["urn:3"] < by_id["urn:2"] < "2999"
    assert feed["n_future"] == 1


LAUGHS = '<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
OUTSIDE = '<!ENTITY a SYSTEM "file:///etc/passwd">'


@pytest.mark.parametrize("declared", [LAUGHS, OUTSIDE, '<!ENTITY % p SYSTEM "http://10.0.0.1/">%p;'])
@pytest.mark.parametrize("before", ["", "<!-- <a> -->", "\n\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_not_expanded(declared: str, before: str, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    body = rss(item("1", "x")).partition("?>")[2].replace("x</desc", "&b;&a;</desc")
    path.write_bytes(f"<?xml version='1.0'?>{before}<!DOCTYPE rss [{declared}]>{body}".encode(encoding))
    with pytest.raises(FeedError, match="declares entities"):
        read_feed_file(str(path))


def test_a_reference_without_declaration_is_no_harm() -> None:
    feed = rss(item("1", "x")).replace("x</desc", "root: &a; &nbsp; &eacute;</desc")
    assert texts(feed.replace("<rss", "<!DOCTYPE rss SYSTEM 'file:///etc/passwd'><rss"))[0].startswith(
        "root:"
    )


def test_what_is_not_a_feed() -> None:
    for rubbish in ("", "\0\1\2\3", "%PDF-1.7 \ufffd", '{"a": 1}'):
        with pytest.raises(FeedError, match="neither RSS nor Atom"):
            parse_feed(rubbish)
    home = "<!DOCTYPE html><html><head><link rel=alternate type='application/rss+xml' href='/rss'>Hello"
    with pytest.raises(FeedError, match="a page, not a feed; its feed may be https://paper.example/rss"):
        parse_feed(home, base="https://paper.example/")
    with pytest.raises(FeedError, match="a page, not a feed; give the address of its feed"):
        parse_feed("<html>")


@given(st.binary(max_size=300))
@settings(deadline=None, max_examples=50)
def test_any_bytes(data: bytes) -> None:
    for mangled in (data, rss(item("1", WIRE)).encode()[:-40] + data):
        with suppress(FeedError):
            parse_feed(decoded(mangled))
    html_text(decoded(data))


def test_decoding() -> None:
    said = "text/xml; charset=iso-8859-1"
    assert decoded("Fähre".encode(), said) == "Fähre"  # a server that says the wrong thing
    assert decoded("Fähre".encode("latin-1"), "text/xml; charset=utf-8") == "Fähre"
    assert decoded("Fähre".encode("latin-1"), "text/xml; charset=no-such") == "Fähre"
    assert decoded("日本".encode("iso-2022-jp"), "text/html; charset=iso-2022-jp") == "日本"
    assert decoded("<meta charset='shift_jis'>日本".encode("shift_jis")).endswith("日本")
    assert decoded("<?xml encoding='koi8-r'?>Мост".encode("koi8-r")).endswith("Мост")
    for encoding in ("utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be"):
        assert decoded("<p>Fähre".encode(encoding)) == "<p>Fähre"
    assert decoded(b"x\xe4", "text/html; charset=zlib") == "xä"


def test_html_to_text() -> None:
    assert html_text("One\n line<br>Two <i>t</i>wo<ul><li>a<li>b</ul>") == "One line\nTwo two\na\nb"
    assert html_text("<style>p{}</style><script>x()</script><!-- c --><select><option>o</select>") == ""
    assert html_text("") == html_text(" \n") == html_text("<!-- -->") == html_text("\0") == ""
    assert html_text("a &lt; b &amp;&nbsp;c &eacute;\ud800") == "a < b & c é?"
    assert html_text("<p>top</p>" + "<div>" * 5000 + "deep").startswith("top")


def test_a_page(server: Server) -> None:
    paragraphs = [f"{WIRE} Part {n} of the report followed at noon." for n in range(6)]
    server.routes |= {
        "/p": page(*paragraphs),
        "/pdf": lambda handler: handler.reply(b"%PDF", content_type="application/pdf"),
        "/latin": lambda handler: handler.reply(
            page(*[one.replace("shut", "schloß") for one in paragraphs]).encode("latin-1"),
            content_type="text/html; charset=iso-8859-1",
        ),
        "/noise": b"\x00\xff\xfe" * 1000,
    }
    text = read_page(f"{server.url}/p", allow_private=True)
    assert [line for line in text.split("\n") if line] == paragraphs
    assert "schloß" in read_page(f"{server.url}/latin", allow_private=True)
    read_page(f"{server.url}/noise", allow_private=True)
    with pytest.raises(FeedError, match="not a page but 'application/pdf'"):
        read_page(f"{server.url}/pdf", allow_private=True)


def test_a_feed_that_has_not_changed_is_not_sent_again(server: Server) -> None:
    def answer(handler: Handler) -> None:
        if handler.headers["if-none-match"] == '"v1"' and handler.headers["if-modified-since"] == "then":
            handler.reply(b"", status=304)
        else:
            handler.reply(ATOM.encode(), etag='"v1"', last_modified="then")

    server.routes["/feed"] = answer
    feed = read_feed(f"{server.url}/feed", allow_private=True)
    assert feed
    assert (feed["etag"], feed["modified"]) == ('"v1"', "then")
    assert feed["entries"][0]["url"] == f"{server.url}/1"
    again = read_feed(f"{server.url}/feed", etag='"v1"', modified="then", allow_private=True)
    assert again is None


def test_a_feed_in_a_file_may_be_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "feed.xml").write_text(ATOM, encoding="utf-8")
    monkeypatch.setattr(feeds, "FEED_BYTES", len(ATOM) - 1)
    with pytest.raises(FeedError, match="more than the"):
        read_feed_file(str(tmp_path / "feed.xml"))


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"pip install 'dedup-lineage\[feeds\]'"):
        extras.require_extra("feeds", *FEED_PACKAGES)


def test_a_reader_that_hangs_is_ended_and_the_next_one_works(server: Server) -> None:
    def drip(handler: Handler) -> None:  # headers without end, each in time
        for n in range(100):
            handler.wfile.write(b"z" if n else b"HTTP/1.1 200 OK\r\nx: y")
            time.sleep(0.05)

    nested = "<div>" * 200 + WIRE + "</div>" * 200  # takes minutes to find the article in
    server.routes |= {"/drip": drip, "/slow": f"<html><body>{nested * 400}", "/feed": rss(item("1", OTHER))}
    with Reader(seconds=0.8) as reader:
        for path in ("/drip", "/slow"):
            began = time.monotonic()
            with pytest.raises(FeedError, match=rf"{path}: took longer than 0\.8 seconds; it was left"):
                reader.call("page", url=server.url + path, allow_private=True)
            assert time.monotonic() - began < 4
    with Reader() as reader:
        assert reader.call("feed", url=f"{server.url}/feed", allow_private=True)["entries"]


def test_errors_come_through_a_reader(tmp_path: Path) -> None:
    path = tmp_path / "none.xml"
    with Reader() as reader:
        with pytest.raises(FeedError, match=r"none\.xml: no such file"):
            reader.call("file", path=str(path))
        with pytest.raises(FeedError, match=r"feed: unreadable \(TypeError\)"):
            reader.call("feed", url="feed", surprise=1)
        reader.end()
        with pytest.raises(Ended):
            reader.call("file", path=str(path))
