"""What newsrooms have: pages, feeds, WARC, ninjs and NewsML-G2, made by the tools that others use."""

import gzip
import io
import json
import random
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from dedup import extras, find_lineage, read_articles
from dedup.articles import Article
from dedup.cli.main import cli
from dedup.declarations import Declaration
from dedup.errors import FeedError, MissingExtraError, ReadError
from dedup.formats import guard, kinds, markup
from dedup.formats.guard import Guard
from dedup.formats.markup import parse_html
from dedup.formats.newsml import newsml_articles
from dedup.formats.ninjs import is_ninjs, ninjs_fields
from dedup.formats.pages import page_article
from dedup.formats.provenance import read_head
from dedup.formats.warc import Capture, read_captures

PARAGRAPHS = [
    "Ida Brask shut the Orla bridge at Vennport on Monday after 14 of its 96 cables had failed in the night.",
    "Repairs would cost 1,140 crowns a day and take until the end of May, the engineer told the council.",
    "Traffic goes round by Hasle meanwhile; the ferry Tallis runs every twenty minutes, from six until nine.",
]
WIRE_URL = "https://wire.example/orla"
Write = Callable[[str, str | bytes], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file in the test's folder; a name in .gz is compressed."""

    def write_file(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        content = content.encode() if isinstance(content, str) else content
        path.write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
        return path

    return write_file


def html(head: str = "", paragraphs: list[str] = PARAGRAPHS, title: str = "Bridge shut") -> str:
    body = "".join(f"<p>{one}</p>" for one in paragraphs)
    return (
        f"<!doctype html><html><head><title>{title}</title>{head}</head><body><nav><a href=/>Home</a></nav>"
        f"<article><h1>{title}</h1>{body}</article><footer>All rights reserved</footer></body></html>"
    )


def meta(**contents: str) -> str:
    return "".join(
        f'<meta property="{name.replace("__", ":")}" content="{said}">' for name, said in contents.items()
    )


def ld(value: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def read(*paths: Path) -> list[Article]:
    return list(read_articles(paths))


def one(path: Path) -> Article:
    articles = read(path)
    assert len(articles) == 1
    return articles[0]


def skipping(*paths: Path) -> tuple[list[Article], list[str]]:
    """Read what can be read, and the errors without the folder's name."""
    errors: list[ReadError] = []
    articles = list(read_articles(paths, on_bad=errors.append))
    return articles, [str(error).replace(f"{Path(error.path).parent}/", "") for error in errors]


def lines(article: Article) -> list[str]:
    return [line for line in article.text.split("\n") if line]


class Writer(WARCWriter):  # type: ignore[misc]
    """Warcio's, with buffers in memory: its own leaves its temporary files open."""

    @staticmethod
    def _create_temp_file() -> io.BytesIO:
        return io.BytesIO()


def warc(
    *records: tuple[str, str | bytes], kind: str = "text/html; charset=utf-8", packed: bool = True
) -> bytes:
    """Make a WARC file as crawlers do; an address that begins with a status has that status."""
    out = io.BytesIO()
    writer = Writer(out, gzip=packed)
    writer.write_record(writer.create_warcinfo_record("crawl.warc.gz", {"software": "a test"}))
    for url, page in records:
        status, _, url = url.rpartition(" ")
        http = StatusAndHeaders(status or "200 OK", [("Content-Type", kind)], protocol="HTTP/1.1")
        payload = io.BytesIO(page.encode() if isinstance(page, str) else page)
        writer.write_record(
            writer.create_warc_record(
                url,
                "response",
                payload=payload,
                http_headers=http,
                warc_headers_dict={"WARC-Date": "2026-03-02T09:00:00Z"},
            )
        )
    return out.getvalue()


def newsml(*links: str, body: str = "", guid: str = "urn:paper:1") -> str:
    body = body or (
        '<inlineXML><html xmlns="http://www.w3.org/1999/xhtml"><head><title>no text</title></head><body>'
        + "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
        + "</body></html></inlineXML>"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!-- sent by a test -->'
        f'<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="{guid}" standard="NewsML-G2">'
        '<itemMeta><provider qcode="nprov:PAPER"><name>The Paper</name></provider>'
        f"<versionCreated>2026-03-02T10:00:00+01:00</versionCreated>{''.join(links)}</itemMeta>"
        "<contentMeta><headline>Bridge\n shut</headline></contentMeta>"
        f"<contentSet>{body}</contentSet></newsItem>"
    )


def rss(*items: str) -> str:
    channel = f"<channel><title>Wire</title>{''.join(items)}</channel>"
    return f'<?xml version="1.0"?><rss version="2.0">{channel}</rss>'


@pytest.mark.parametrize("name", ["page.html", "page.HTM.gz", "page.xhtml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "windows-1252"])
def test_a_page(write: Write, name: str, encoding: str) -> None:
    head = meta(
        og__site_name="The Päper",
        og__url="https://paper.example/7",
        article__published_time="2026-03-02T10:00+01:00",
    )
    article = one(write(name, html(head).encode(encoding)))
    assert lines(article) == PARAGRAPHS
    assert (article.id, article.title, article.outlet) == ("page", "Bridge shut", "The Päper")
    assert article.published_at
    assert article.published_at.isoformat() == "2026-03-02T09:00:00+00:00"
    assert (article.url, article.declared) == ("https://paper.example/7", ())


OWN = meta(og__url="https://paper.example/7")


@pytest.mark.parametrize(
    ("head", "declared"),
    [
        (OWN + f"<link rel=canonical href='{WIRE_URL}'>", [(WIRE_URL, "canonical")]),
        (OWN + "<link rel=canonical href='https://www.paper.example/7/'>", []),
        (OWN + "<link rel=canonical href='https://paper.example/amp/7'>", []),
        (OWN + "<link rel=canonical href='https://wire.example/'>", []),
        (f"<link rel=canonical href='{WIRE_URL}'>", []),  # all that it says of itself
        (OWN + ld({"@type": "NewsArticle", "isBasedOn": WIRE_URL}), [(WIRE_URL, "isBasedOn")]),
        (
            OWN + ld({"@graph": [{"@type": "WebPage"}, {"isBasedOn": [{"@id": WIRE_URL}, {"url": "/8"}]}]}),
            [(WIRE_URL, "isBasedOn"), ("https://paper.example/8", "isBasedOn")],
        ),
        (OWN + ld([{"isBasedOn": {"name": "Wire"}}, {"isBasedOn": 7}, "x"]), [("Wire", "isBasedOn")]),
        (OWN + '<script type="application/ld+json">{"isBasedOn": </script>', []),
        (OWN + f'<link itemprop="isBasedOn" href="{WIRE_URL}">', [(WIRE_URL, "isBasedOn")]),
        (OWN + f'<meta name="syndication-source" content="{WIRE_URL}">', [(WIRE_URL, "syndication-source")]),
        (OWN + f'<meta name="Original-Source" content="{WIRE_URL}">', [(WIRE_URL, "original-source")]),
        (OWN + '<meta name="original-source" content="https://paper.example/7#top">', []),
    ],
)
def test_what_a_page_declares(head: str, declared: list[tuple[str, str]]) -> None:
    found = page_article(html(head))
    assert [(said["source"], said["by"]) for said in found["declared"]] == declared


def test_where_a_page_is_counts_more_than_what_it_says() -> None:
    head = read_head(parse_html(f"<link rel=canonical href='{WIRE_URL}'>" + OWN), "https://copy.example/1")
    assert (head.url, head.declared) == ("https://copy.example/1", [(WIRE_URL, "canonical")])


def test_times_of_a_page() -> None:
    def time_of(head: str) -> str:
        return str(page_article(html(head))["published_at"])

    assert time_of(ld({"datePublished": "2026-03-02T09:00:00Z"})) == "2026-03-02T09:00:00+00:00"
    assert (
        time_of(meta(article__published_time="soon") + meta(datePublished="2026-03-02"))
        == "2026-03-02T00:00:00"
    )
    assert time_of("") == ""  # none is made up


def test_a_page_without_its_frame(write: Write) -> None:
    article = one(write("page.html", "<title>Shut</title><article><h1>Shut</h1><p>" + "<p>".join(PARAGRAPHS)))
    assert (article.title, lines(article)) == ("Shut", PARAGRAPHS)


def test_a_credit_in_the_text_of_a_page_is_a_declaration(write: Write) -> None:
    path = write("page.html", html(paragraphs=[*PARAGRAPHS, "Publisher: nypost.com"]))
    assert one(path).declared == (Declaration("nypost.com", "publisher"),)
    plain = write("plain.txt", "\n".join([*PARAGRAPHS, "Publisher: nypost.com"]))
    assert one(plain).declared == ()


def test_a_warc(write: Write) -> None:
    copy = html(f"<link rel=canonical href='{WIRE_URL}'>", title="Orla bridge")
    records = [
        (WIRE_URL, html()),
        ("404 Not Found https://x.example/", html()),
        ("https://copy.example/1", copy),
    ]
    for name, content in (
        ("crawl.warc.gz", warc(*records)),
        ("plain.warc", warc(*records, packed=False)),
    ):
        path = write("x", "").with_name(name)
        path.write_bytes(content)
        wire, copied = read(path)
        assert (wire.id, wire.url) == (f"20260302090000/{WIRE_URL}", WIRE_URL)
        assert (wire.outlet, copied.title) == ("wire.example", "Orla bridge")
        assert lines(wire) == lines(copied) == PARAGRAPHS
        assert copied.declared == (Declaration(WIRE_URL, "canonical"),)
        edge = find_lineage([wire, copied]).edges[0]
        assert (edge.parent, edge.relation, edge.declared) == (wire.id, "copy", "canonical")
    images = write("images.warc", warc((WIRE_URL, b"GIF89a"), kind="image/gif", packed=False))
    assert skipping(images)[1] == [
        "images.warc: holds no page: no answer of a server that is HTML, with status 200 to 299"
    ]


def test_a_broken_warc_names_the_record(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    noise = [html(paragraphs=[random.Random(n).randbytes(900).hex()]) for n in range(4)]
    records = [(f"https://wire.example/{n}", page) for n, page in enumerate(noise)]
    whole, plain = warc(*records), warc(*records, packed=False)
    path = write("c.warc.gz", "")

    def errors(data: bytes) -> tuple[int, list[str]]:
        path.write_bytes(data)
        found, told = skipping(path)
        return len(found), told

    assert errors(whole) == (4, [])
    n, told = errors(whole[:-400])
    assert n == 3
    assert told[0].startswith("c.warc.gz: ")
    assert "byte" in told[0]
    broken = bytearray(whole)
    broken[len(whole) // 2] ^= 0xFF  # what comes behind is read all the same
    n, told = errors(bytes(broken))
    assert n == 3
    assert len(told) == 1
    assert told[0].startswith("c.warc.gz: a record at or behind byte ")
    n, told = errors(plain[:-100])
    assert n == 3
    assert told[0].endswith("https://wire.example/3, is cut short; it was left")
    assert errors(b"no such thing\n" * 100)[1] == [
        "c.warc.gz: a record at or behind byte 0 is broken: invalid warc header; the rest was not read"
    ]
    assert errors(b"")[0] == 0
    with pytest.raises(ReadError, match="c.warc.gz"):
        read(path)
    monkeypatch.setattr(kinds, "PAGE_BYTES", 500)
    assert errors(plain)[1][0].endswith(", https://wire.example/0, has more than the 500 bytes that are read")


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 0.999), st.integers(0, 255)), max_size=3), st.floats(0, 1))
def test_any_damage_to_a_warc(damage: list[tuple[float, int]], share: float) -> None:
    whole = bytearray(warc(*((f"https://wire.example/{n}", html(title=f"T{n}")) for n in range(5))))
    for place, byte in damage:
        whole[int(place * len(whole))] = byte
    kept = bytes(whole[: int(share * len(whole))])
    found = list(read_captures(io.BytesIO(kept), "c.warc.gz", 1 << 20))
    assert all(isinstance(one, Capture | ReadError) for one in found)
    names = [one.name for one in found if isinstance(one, Capture)]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ({"body_text": "One.\nTwo."}, "One.\nTwo."),
        ({"body_html": "<p>One.</p><p>Two.</p>"}, "One.\nTwo."),
        ({"body_xhtml": "<div><p>One.</p><p>Two.</p></div>", "body_text": ""}, "One.\nTwo."),
        ({"bodies": [{"contenttype": "text/html", "value": "<p>One.<p>Two."}]}, "One.\nTwo."),
        (
            {
                "bodies": [
                    {"contenttype": "text/html", "value": "x"},
                    {"contenttype": "text/plain", "value": "One."},
                ]
            },
            "One.",
        ),
    ],
)
def test_ninjs(write: Write, item: dict[str, Any], text: str) -> None:
    item |= {"uri": "https://paper.example/7", "versioncreated": "2026-03-02T10:00:00+01:00"}
    headline = {"headlines": [{"role": "short", "value": "S"}, {"role": "main", "value": "Shut"}]}
    article = one(write("item.ninjs.json", json.dumps(item | headline | {"infosources": [{"name": "Wire"}]})))
    assert (article.id, article.url) == ("https://paper.example/7", "https://paper.example/7")
    assert (article.text, article.title, article.outlet) == (text, "Shut", "Wire")
    assert article.published_at
    listed = write("items.jsonl", "\n".join(json.dumps(item | {"uri": f"urn:{n}"}) for n in range(2)))
    assert [(found.id, found.text) for found in read(listed)] == [("urn:0", text), ("urn:1", text)]


def test_what_ninjs_declares() -> None:
    item = {"guid": "urn:3", "body_text": "x", "ancestors": ["urn:1", "urn:2"]}
    assert ninjs_fields(item, str)["declared"] == [{"source": "urn:2", "by": "ancestors"}]
    found = ninjs_fields(item | {"evolvedfrom": "urn:0"}, str)["declared"]
    assert found == [{"source": "urn:0", "by": "evolvedfrom"}]
    guess = {"parents": [{"guid": "urn:0", "relation": "rewrite", "inferred_by": "dedup-lineage 0.1.0"}]}
    assert ninjs_fields(item | {"evolvedfrom": "urn:0", "extra": guess}, str)["declared"] == []
    assert ninjs_fields(item | {"evolvedfrom": "urn:2", "extra": guess}, str)["declared"]
    assert not is_ninjs({"id": "a", "text": "x", "uri": "u"})
    assert not is_ninjs({"uri": "u", "headline": "no text"})


@given(
    st.dictionaries(
        st.sampled_from(
            ["uri", "guid", "body_text", "body_html", "bodies", "headlines", "source", "evolvedfrom"]
        ),
        st.recursive(st.none() | st.text(max_size=5) | st.integers(), lambda x: st.lists(x, max_size=2)),
    )
)
def test_any_ninjs(item: dict[str, Any]) -> None:
    if is_ninjs(item):
        assert isinstance(ninjs_fields(item, str)["text"], str)


def test_newsml(write: Write) -> None:
    links = (
        '<link rel="irel:derivedFrom" residref="urn:wire:1"/>',
        '<link rel="irel:seeAlso" residref="urn:x"/>',
    )
    article = one(write("item.xml", newsml(*links)))
    assert lines(article) == PARAGRAPHS
    assert (article.id, article.title, article.outlet) == ("urn:paper:1", "Bridge shut", "The Paper")
    assert article.published_at
    assert article.published_at.isoformat() == "2026-03-02T09:00:00+00:00"
    assert article.declared == (Declaration("urn:wire:1", "derivedFrom"),)


@pytest.mark.parametrize("encoding", ["utf-16", "iso-8859-1", "utf-8-sig"])
def test_newsml_in_any_encoding(write: Write, encoding: str) -> None:
    text = newsml().replace('encoding="UTF-8"', f'encoding="{encoding}"').replace("Bridge", "Brücke")
    assert one(write("item.xml", text.encode(encoding))).title == "Brücke shut"


def test_a_message_of_newsml() -> None:
    nitf = "<body.head><hedline>H</hedline></body.head><body.content><p>One.</p><p>Two.</p></body.content>"
    nitf = f"<inlineXML><nitf><body>{nitf}</body></nitf></inlineXML>"
    bodies = [nitf, "<inlineData>One.\nTwo.</inlineData>", '<remoteContent href="x.jpg"/>']
    items = "".join(
        newsml('<link rel="evolvedFrom" href="urn:0"/>', body=body, guid=f"urn:{n}").partition("-->")[2]
        for n, body in enumerate(bodies)
    )
    found = newsml_articles(f"<newsMessage><itemSet>{items}</itemSet></newsMessage>")
    assert [(item["id"], item["text"]) for item in found] == [
        ("urn:0", "One.\nTwo."),
        ("urn:1", "One.\nTwo."),
    ]
    assert found[1]["declared"] == [{"source": "urn:0", "by": "evolvedFrom"}]


LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {b} '{f'&{a};' * 10}'>" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize("name", ["laughs.xml", "laughs.rss", "laughs.xml.gz"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(write: Write, name: str, encoding: str) -> None:
    outside = "<!DOCTYPE x [<!ENTITY i SYSTEM 'file:///etc/passwd'>"
    for declared in (LAUGHS, outside):
        for body in (
            newsml().partition("-->")[2].replace("Ida", "&i;"),
            rss("<item><title>&i;</title></item>"),
        ):
            path = write(name, f"<?xml version='1.0'?>{declared}]>{body}".encode(encoding))
            articles, errors = skipping(path)
            assert not articles
            assert "declares entities" in errors[0]


def test_a_feed_in_a_file(write: Write) -> None:
    items = [
        f"<item><guid>urn:{n}</guid><title>T{n}</title><pubDate>Mon, 02 Mar 2026 0{n}:00:00 GMT</pubDate>"
        f"<description>&lt;p&gt;{text}&lt;/p&gt;</description></item>"
        for n, text in enumerate(PARAGRAPHS)
    ]
    articles = read(write("feed.xml", rss(*items)))
    assert [(a.id, a.text, a.outlet) for a in articles] == [
        (f"urn:{n}", t, "Wire") for n, t in enumerate(PARAGRAPHS)
    ]
    assert all(article.published_at for article in articles)
    atom = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>Wire</title><entry><id>urn:1</id><title>T</title>"
        f"<link rel='via' href='{WIRE_URL}'/><link href='https://paper.example/1'/>"
        f"<content type='html'>{PARAGRAPHS[0]}</content></entry></feed>"
    )
    article = one(write("day.atom.gz", atom))
    assert (article.url, article.declared) == ("https://paper.example/1", (Declaration(WIRE_URL, "via"),))


def test_a_feed_that_was_kept_twice(write: Write) -> None:
    items = [f"<item><guid>urn:{n}</guid><description>{n}</description></item>" for n in range(3)]
    nine, ten = write("nine.rss", rss(*items[:2])), write("ten.rss", rss(*items[1:]))
    articles, errors = skipping(nine, ten)
    assert [article.id for article in articles] == ["urn:0", "urn:1", "urn:2"]
    assert errors == [
        "ten.rss: 'urn:1' was read before, from nine.rss; read it once, or pass over such with --skip-bad"
    ]


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("a.html", b"", "a.html: the file is empty"),
        ("a.xml", b" \n", "a.xml: the file is empty"),
        ("a.rss", b"\0\1\2", "a.rss: neither RSS nor Atom, nor NewsML-G2"),
        ("a.xml", b"<urlset><url><loc>x</loc></url></urlset>", "a.xml: neither RSS nor Atom, nor NewsML-G2"),
        ("a.xml", newsml().encode()[:-30], "a.xml: not well-formed XML: "),
        ("a.xml", newsml(body="<remoteContent/>").encode(), "a.xml: holds no news item with text"),
        ("a.xml", newsml().replace("2026-03", "soon").encode(), "a.xml: cannot read the time str 'soon-02T"),
        (
            "a.json",
            b'{"uri": "urn:1", "versioncreated": "soon", "body_text": "x"}',
            "a.json: article 0 of the list",
        ),
        ("a.json", b'{"uri": "urn:1", "headline": "no body"}', "a.json: article 0 of the list: no text"),
        ("a.json", b'{"uri": "urn:1", "body_', "a.json:1: not JSON"),
    ],
)
def test_rubbish(write: Write, name: str, content: bytes, error: str) -> None:
    path = write(name, content)
    articles, errors = skipping(path)
    assert not articles
    assert len(errors) == 1
    assert errors[0].startswith(error)
    with pytest.raises(ReadError):
        read(path)


def test_pages_cut_short_empty_or_much_too_large(write: Write) -> None:
    assert one(write("a.html", "<html><title>Shut</title>")).text == ""
    assert one(write("b.html", b"\x00\xff\xfe" * 100)).id == "b"
    packed = gzip.compress(html().encode())
    path = write("c.html", "").with_name("c.html.gz")
    path.write_bytes(packed[: len(packed) // 2])
    assert skipping(path)[1] == ["c.html.gz: the compressed data is cut short; fetch the file again"]
    path = write("d.html", b"<p>word " * (50 << 17))  # 50 MB
    began = time.monotonic()
    assert skipping(path)[1] == [
        "d.html: more than the 5,242,880 bytes that are read of such a file; split it"
    ]
    assert time.monotonic() - began < 2


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes(data: bytes) -> None:
    text = markup.decoded(data)
    page_article(html()[:-60] + text)
    for parse in (newsml_articles, parse_html):
        with suppress(FeedError):
            parse(newsml()[:-40] + text)


def test_a_page_that_takes_too_long_is_left(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    nested = "<div>" * 200 + PARAGRAPHS[0] + "</div>" * 200
    with Guard("dedup.formats.tasks", seconds=1.5) as short:
        monkeypatch.setattr(kinds, "shared", lambda: short)
        slow, good = write("a.html", f"<html><body>{nested * 400}"), write("b.html", html())
        articles, errors = skipping(slow, good)
    assert [article.id for article in articles] == ["b"]
    assert errors == ["a.html: took longer than 1.5 seconds; it was left"]


def test_an_interrupted_request_leaves_no_answer_to_the_next() -> None:
    with Guard("dedup.formats.tasks") as one_guard:
        assert one_guard.call("text", place="a", markup="<p>a") == "a"
        with pytest.raises(TypeError):  # what JSON cannot hold
            one_guard.call("text", place="b", markup=b"b")
        assert one_guard.call("text", place="c", markup="<p>c") == "c"
    assert guard.shared() is guard.shared()


@pytest.mark.parametrize(
    ("name", "missing", "extra"),
    [
        ("a.html", "trafilatura", "html"),
        ("a.warc.gz", "fastwarc", "warc"),
        ("a.rss", "feedparser", "feeds"),
        ("a.xml", "lxml", "html"),
    ],
)
def test_without_the_extra(
    write: Write, monkeypatch: pytest.MonkeyPatch, name: str, missing: str, extra: str
) -> None:
    path = write(name, newsml() if name == "a.xml" else "x")
    monkeypatch.setattr(extras, "find_spec", lambda package: None if package == missing else package)
    with pytest.raises(MissingExtraError, match=rf"{missing} .*pip install 'dedup-lineage\[{extra}\]'"):
        read(path)
    result = CliRunner().invoke(cli, ["lineage", "--skip-bad", str(path)])
    assert isinstance(result.exception, MissingExtraError)


def test_a_folder_of_everything_by_command(write: Write, tmp_path: Path) -> None:
    write("crawl.warc", warc((WIRE_URL, html()), packed=False))
    write("page.html", html(OWN + ld({"isBasedOn": WIRE_URL}), paragraphs=PARAGRAPHS[:2]))
    write("item.xml", newsml(f'<link rel="irel:derivedFrom" href="{WIRE_URL}?utm_source=x"/>'))
    write(
        "item.ninjs.json",
        json.dumps({"uri": "urn:7", "body_text": "\n".join(PARAGRAPHS), "evolvedfrom": "urn:0"}),
    )
    write("feed.rss", rss(f"<item><guid>urn:8</guid><description>{PARAGRAPHS[2]}</description></item>"))
    write("broken.xml", "<feed")
    result = CliRunner().invoke(cli, ["lineage", str(tmp_path), "--format", "jsonl", "--skip-bad"])
    assert result.exit_code == 0
    assert "skipped 1 that could not be used" in result.stderr
    records = {record["id"]: record for record in map(json.loads, result.stdout.splitlines())}
    wire = f"20260302090000/{WIRE_URL}"
    assert set(records) == {wire, "page", "urn:paper:1", "urn:7", "urn:8"}
    assert records["page"]["parents"][0]["declared"] == "isBasedOn"
    assert records["urn:paper:1"]["parents"][0]["id"] == wire
    assert {"source": "urn:0", "kind": "declared", "phrase": "evolvedfrom: urn:0"} in records["urn:7"][
        "cited"
    ]
