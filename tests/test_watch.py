"""`dedup watch`, run as a user runs it, on feeds served on loopback."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from dedup.articles import Article, as_articles
from dedup.cli.main import main
from dedup.errors import BusyError, DuplicateIdError
from dedup.feeds.reader import Reader
from dedup.feeds.sources import Options, make_source
from dedup.feeds.watch import record_of, watch
from dedup.feeds.webhook import Webhook
from dedup.index.index import Index
from dedup.index.placements import Placement
from dedup.lineage.graph import Edge
from tests.feed_server import OTHER, WIRE, Handler, Server, item, page, rss, serving

COPY = f"VENNPORT - {WIRE}"
PRIVATE = ("--once", "--allow-private")

Run = Callable[..., tuple[int, list[dict[str, Any]], str]]


@pytest.fixture(scope="module")
def shared_server() -> Iterator[Server]:
    with serving() as one:
        yield one


@pytest.fixture
def server(shared_server: Server) -> Server:
    for noted in (shared_server.routes, shared_server.requests, shared_server.posted):
        noted.clear()
    shared_server.post_statuses.clear()
    return shared_server


@pytest.fixture
def run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run `dedup watch` on an index; return status, records and errors."""

    def run_on(*arguments: str) -> tuple[int, list[dict[str, Any]], str]:
        status = main(["watch", str(tmp_path / "news.dedup"), *arguments])
        out, err = capfd.readouterr()
        assert "Traceback" not in err
        return status, [json.loads(line) for line in out.splitlines()], err

    return run_on


def indexed(tmp_path: Path) -> dict[str, Article]:
    with Index(tmp_path / "news.dedup") as index:
        return {article.id: article for article in index}


def started(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "dedup", "watch", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def until(condition: Callable[[], object], seconds: float = 8) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.02)


def test_a_copy_in_another_feed_is_told_of_once(server: Server, run: Run, tmp_path: Path) -> None:
    server.routes |= {
        "/wire": rss(item("urn:wire", WIRE), item("urn:other", OTHER, 7)),
        "/paper": rss(item("urn:paper", COPY, 8, link="/p"), title="The Paper"),
        "/p": lambda handler: handler.reply(b"", status=403),
    }
    feeds = (f"{server.url}/wire", f"{server.url}/paper")
    status, records, err = run(*feeds, *PRIVATE)
    probability = records[0]["parents"][0].pop("probability")
    assert records == [
        {
            "id": "urn:paper",
            "title": "On urn:paper",
            "outlet": "The Paper",
            "published_at": "2026-03-02T08:00:00+00:00",
            "parents": [{"id": "urn:wire", "relation": "copy"}],
            "family": "urn:wire",
        }
    ]
    assert 0.5 < probability <= 1
    assert status == 0
    assert err == (
        f"dedup: {server.url}/paper: could not have 1 of 1 pages; "
        f"the first: {server.url}/p: the server answered 403 Forbidden\n"
    )
    assert set(indexed(tmp_path)) == {"urn:wire", "urn:other", "urn:paper"}
    assert run(*feeds, *PRIVATE) == (0, [], "")


def test_a_copy_that_came_before_its_source_is_told_of_when_that_comes(server: Server, run: Run) -> None:
    server.routes |= {
        "/paper": rss(item("urn:paper", COPY, 8), title="The Paper"),
        "/wire": rss(item("urn:wire", WIRE)),
    }
    assert run(f"{server.url}/paper", *PRIVATE) == (0, [], "")
    status, records, err = run(f"{server.url}/wire", *PRIVATE)
    assert (status, err) == (0, "")
    assert [(record["id"], record["outlet"], record["family"]) for record in records] == [
        ("urn:paper", "The Paper", "urn:wire")
    ]
    assert records[0]["parents"][0]["id"] == "urn:wire"


def test_the_page_is_read_unless_the_entry_says_more(server: Server, run: Run, tmp_path: Path) -> None:
    long = [f"{WIRE} Part {n} of the report followed at noon." for n in range(5)]
    server.routes |= {
        "/feed": rss(item("urn:1", OTHER, link="/long"), item("urn:2", OTHER * 3, link="/short")),
        "/long": page(*long),
        "/short": page("Subscribe to read on."),
    }
    assert run(f"{server.url}/feed", *PRIVATE)[0] == 0
    found = indexed(tmp_path)
    assert found["urn:1"].text.split("\n") == long
    assert found["urn:2"].text == OTHER * 3


def test_entries_only(server: Server, run: Run, tmp_path: Path) -> None:
    server.routes |= {"/feed": rss(item("urn:1", OTHER, link="/p")), "/p": page(WIRE * 9)}
    assert run(f"{server.url}/feed", "--entries", *PRIVATE) == (0, [], "")
    assert indexed(tmp_path)["urn:1"].text == OTHER
    assert server.n_asked("/p") == 0


def test_a_site_that_fails_again_and_again_is_left(server: Server, run: Run, tmp_path: Path) -> None:
    server.routes["/feed"] = rss(*[item(f"urn:{n}", f"{OTHER} {n}", link=f"/p{n}") for n in range(8)])
    status, _, err = run(f"{server.url}/feed", *PRIVATE)
    assert status == 0
    assert "could not have 3 of 3 pages, tried no more; the first: " in err
    assert len(server.requests) == 4
    assert len(indexed(tmp_path)) == 8


def test_private_addresses_are_refused_unless_allowed(server: Server, run: Run, tmp_path: Path) -> None:
    server.routes["/feed"] = rss(item("urn:1", OTHER))
    status, _, err = run(f"{server.url}/feed", "--once")
    assert status == 1
    assert err.endswith("127.0.0.1 is not a public address; allow it with --allow-private\n")
    assert not server.requests


def test_hostile_feeds_do_not_hold_up_the_others(server: Server, run: Run, tmp_path: Path) -> None:
    def endless(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            handler.wfile.write(b"<item>" * 10_000)

    laughs = "<?xml version='1.0'?><!DOCTYPE rss [<!ENTITY a 'ha'>]>"
    server.routes |= {
        "/500": lambda handler: handler.reply(b"", status=500),
        "/rubbish": bytes(range(256)) * 100,
        "/page": "<html><head><title>The Paper</title></head><body>Welcome</body></html>",
        "/gigabyte": lambda handler: handler.reply(b"x", content_length=str(1 << 30)),
        "/endless": endless,
        "/laughs": laughs + rss(item("urn:1", "&a;")),
        "/charset": lambda handler: handler.reply(
            rss(item("urn:1", "Brücke gesperrt")).encode(), content_type="text/xml; charset=utf-16"
        ),
        "/undated": rss({"guid": "urn:2", "description": OTHER}, {"guid": "urn:2", "description": WIRE}),
        "/empty": rss({"guid": "urn:3"}),
        "/escape": lambda handler: handler.reply(b"", status=302, location="http://\x1b[31m.example/"),
    }
    status, records, err = run(*(server.url + path for path in server.routes), *PRIVATE)
    lines = err.replace(server.url, "").splitlines()
    assert [line.split(": ")[1] for line in lines[:6]] == list(server.routes)[:6]
    assert [line.split(": ")[1] for line in lines[6:7]] == ["/empty"]
    assert len(lines) == 8
    assert "\x1b" not in err
    assert (status, records) == (1, [])
    found = indexed(tmp_path)
    assert {name: article.text for name, article in found.items()} == {
        "urn:1": "Brücke gesperrt",
        "urn:2": OTHER,
    }


def test_only_the_newest_of_very_many(server: Server, run: Run, tmp_path: Path) -> None:
    rows = "".join(f"<item><guid>urn:{n}</guid></item>" for n in range(100_000))
    last = rss(item("urn:new", OTHER)).replace("<item>", f"{rows}<item>")
    server.routes["/feed"] = last.replace("<description>", "<pubDate>2 Mar 2030</pubDate><description>")
    status, _, err = run(f"{server.url}/feed", "--newest", "1", *PRIVATE)
    assert status == 0
    assert "100,000 older entries left out; read more with --newest" in err


def test_files_and_folders_are_feeds(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "b").mkdir(parents=True)
    (folder / "a.rss").write_text(rss(item("urn:wire", WIRE)), encoding="utf-8")
    (folder / "b" / "flash.txt").write_text(OTHER, encoding="utf-8")
    row = {"id": "copy", "text": COPY, "published_at": "2026-03-02T09:00"}
    (folder / "c.jsonl").write_text("no JSON\n" * 7 + json.dumps(row) + "\n{}\n", encoding="utf-8")
    (folder / "d.xml").write_text("no feed", encoding="utf-8")
    status, records, err = run(str(folder), "--once")
    assert status == 1
    assert [record["id"] for record in records] == ["copy"]
    assert set(indexed(tmp_path)) == {"urn:wire", "b/flash", "copy"}
    lines = err.replace(f"{folder}/", "").splitlines()
    assert lines[0].startswith("dedup: c.jsonl:1: not JSON")
    assert lines[5:] == [
        "dedup: c.jsonl: 3 more that cannot be used",
        "dedup: d.xml: neither RSS nor Atom",
    ]
    assert run(str(folder / "c.jsonl"), str(folder / "a.rss"), "--once")[:2] == (0, [])


def test_a_file_is_read_again_when_it_has_changed(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    with Reader() as reader:
        source = make_source(str(path.parent), reader, Options())

        def new() -> list[str]:
            found = source.batches(lambda name: False, pytest.fail)
            return [article.text for batch in found for article in batch]

        path.write_text('{"text": "one"}\n', encoding="utf-8")
        assert new() == ["one"]
        assert new() == []
        path.write_text('{"text": "one"}\n{"text": "two"}\n', encoding="utf-8")
        assert new() == ["one", "two"]
        (tmp_path / "b.txt").write_text("three", encoding="utf-8")
        assert new() == ["three"]


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (
            ["no-such-file.xml"],
            "a feed must be an address of http or https, or a file or folder that is there",
        ),
        (["ftp://desk:secret@wire.example/"], "takes no user name"),
        (["ftp://wire.example/"], "not an address of http or https"),
        (["https://desk:secret@wire.example/"], "takes no user name"),
        (["."], "nothing to read in this folder"),
        ([".", "--webhook", "desk"], "desk: not an address of http or https"),
        ([".", "--every", "0"], "0"),
        ([".", "--newest", "0"], "0"),
    ],
)
def test_input_that_cannot_be_used(
    arguments: list[str], reason: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    status, records, err = run(*arguments, "--once")
    assert status == (1 if arguments == ["."] else 2)
    assert reason in err
    assert "secret" not in err
    assert records == []
    assert (tmp_path / "news.dedup").exists() == (arguments == ["."])


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_watch_goes_on_until_it_is_ended(server: Server, tmp_path: Path, ending: signal.Signals) -> None:
    def feed(handler: Handler) -> None:
        if handler.headers["if-none-match"] == version:
            handler.reply(b"", status=304)
        else:
            handler.reply(rss(*rows).encode(), etag=version)

    version, rows = '"1"', [item("urn:wire", WIRE)]
    server.routes["/feed"] = feed
    index = str(tmp_path / "news.dedup")
    with started(index, f"{server.url}/feed", "--every", "0.1", "--allow-private") as watcher:
        until(lambda: server.n_asked("/feed") > 2)
        assert {headers.get("If-None-Match") for _, headers in server.requests} == {None, '"1"'}
        version, rows = '"2"', [*rows, item("urn:copy", COPY, 7)]
        assert watcher.stdout
        assert json.loads(watcher.stdout.readline())["id"] == "urn:copy"
        watcher.send_signal(ending)
        out, err = watcher.communicate(timeout=5)
    assert (watcher.returncode, out, err) == (0, "", "")


def test_a_watch_is_ended_at_once_while_a_page_hangs(server: Server, tmp_path: Path) -> None:
    server.routes |= {
        "/feed": rss(item("urn:1", OTHER), item("urn:2", WIRE, 7, link="/hang")),
        "/hang": lambda handler: time.sleep(3),
    }
    with started(str(tmp_path / "news.dedup"), f"{server.url}/feed", "--allow-private") as watcher:
        until(lambda: server.n_asked("/hang"))
        began = time.monotonic()
        watcher.terminate()
        assert watcher.communicate(timeout=5) == ("", "")
    assert watcher.returncode == 0
    assert time.monotonic() - began < 2
    assert set(indexed(tmp_path)) == {"urn:1"}


def test_a_feed_that_fails_is_polled_again_later(server: Server, tmp_path: Path) -> None:
    answers = [b"", b"", rss(item("urn:1", OTHER)).encode()]

    def flaky(handler: Handler) -> None:
        body = answers.pop(0) if len(answers) > 1 else answers[0]
        handler.reply(body, status=200 if body else 503)

    server.routes["/feed"] = flaky
    url = f"{server.url}/feed"
    with started(str(tmp_path / "news.dedup"), url, "--every", "0.05", "--allow-private") as watcher:
        until(lambda: len(server.requests) > 4)
        watcher.terminate()
        _, err = watcher.communicate(timeout=5)
    reason = f"dedup: {url}: the server answered 503 Service Unavailable; next try in"
    assert err.splitlines() == [f"{reason} 0.1 s", f"{reason} 0.2 s"]
    assert set(indexed(tmp_path)) == {"urn:1"}


def test_a_reader_of_the_output_that_has_gone(tmp_path: Path) -> None:
    path = tmp_path / "in.xml"
    path.write_text(rss(item("urn:wire", WIRE), item("urn:copy", COPY, 7)), encoding="utf-8")
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "dedup", "watch", str(tmp_path / "news.dedup"), str(path)]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, timeout=10, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_webhook_is_given_what_is_printed(server: Server, run: Run, tmp_path: Path) -> None:
    server.routes["/feed"] = rss(item("urn:wire", WIRE), item("urn:copy", COPY, 7))
    server.post_statuses[:] = [500]
    status, records, err = run(f"{server.url}/feed", "--webhook", f"{server.url}/hook", *PRIVATE)
    assert status == 0
    assert [json.loads(body) for body in server.posted] == records * 2
    assert [record["id"] for record in records] == ["urn:copy"]
    assert err == (
        f"dedup: {server.url}/hook: the server answered 500 Internal Server Error; "
        "1 to deliver, next try in 1 s\n"
    )


def test_a_webhook_that_is_down_stops_nothing(
    server: Server, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dedup.cli.watch._PATIENCE_ONCE", 0.1)
    server.routes["/feed"] = rss(item("urn:wire", WIRE), *[item(f"urn:{n}", COPY, 7 + n) for n in range(3)])
    status, records, err = run(f"{server.url}/feed", "--webhook", "http://127.0.0.1:1/", *PRIVATE)
    assert status == 1
    assert len(records) == 3
    assert "http://127.0.0.1:1/: connection refused; " in err
    assert err.endswith("dedup: http://127.0.0.1:1/: 3 lines were not delivered\n")


def test_what_a_webhook_refuses_does_not_hold_up_the_rest(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dedup.feeds.webhook._FIRST_WAIT", 0.01)
    server.post_statuses[:] = [400, 200, 400, 200]
    said: list[str] = []
    webhook = Webhook(server.url, said.append)
    for name in "ab":
        webhook.put({"id": name})
    assert webhook.close(5) == 0
    assert [json.loads(body)["id"] for body in server.posted] == ["a", "b", "a", "a"]
    assert len(said) == 2


class FakeSource:
    """A source that yields what it is given, once."""

    name = "fake"

    def __init__(self, *batches: list[Article]) -> None:
        self._batches = list(batches)

    def batches(self, known: object, report: object) -> Iterator[list[Article]]:
        while self._batches:
            yield self._batches[0]
            self._batches.pop(0)


class FakeIndex:
    """An index that is busy at first, and refuses one article."""

    def __init__(self, n_busy: int = 0) -> None:
        self.n_busy = n_busy
        self.added: list[str] = []

    def __contains__(self, name: str) -> bool:
        return name in self.added

    def add_many(self, articles: Any) -> list[Placement]:
        pile = as_articles(articles)
        if self.n_busy:
            self.n_busy -= 1
            raise BusyError("the index is busy")
        if any(article.text == "refused" for article in pile):
            raise DuplicateIdError("taken")
        edge = Edge("p", "c", "copy", 0.5)
        placed = [Placement(one, (edge,), "p", known=one.id in self.added) for one in pile]
        self.added += [article.id for article in pile]
        return placed


def watched(index: Any, source: FakeSource, **options: Any) -> tuple[bool, list[str], list[str]]:
    told: list[str] = []
    said: list[str] = []
    well = watch(
        index,
        [source],
        emit=lambda record: told.append(record["id"]),
        report=said.append,
        stop=options.pop("stop", Event()),
        once=True,
        **options,
    )
    return well, told, said


def test_one_article_that_is_refused_is_left_out_alone() -> None:
    batch = [Article("x", id="a"), Article("refused", id="b"), Article("y", id="c"), Article("y", id="c")]
    assert watched(FakeIndex(), FakeSource(batch)) == (True, ["a", "c"], ["'b' left out: taken"])


def test_a_busy_index_is_tried_again() -> None:
    index, source = FakeIndex(n_busy=1), FakeSource([Article("x", id="a")])
    assert watched(index, source) == (False, [], ["the index is busy"])
    assert watched(index, source) == (True, ["a"], [])


def test_a_watch_that_is_stopped_takes_no_more() -> None:
    stop = Event()
    source = FakeSource([Article("x", id="a")], [Article("y", id="b")])
    original = FakeIndex.add_many

    class Stopping(FakeIndex):
        def add_many(self, articles: Any) -> list[Placement]:
            stop.set()
            return original(self, articles)

    assert watched(Stopping(), source, stop=stop)[1] == ["a"]


def test_a_record_is_what_json_can_hold() -> None:
    placed = Placement(Article("x", id="a"), (), "a")
    assert json.loads(json.dumps(record_of(placed))) == {
        "id": "a",
        "title": "",
        "outlet": "",
        "published_at": None,
        "parents": [],
        "family": "a",
    }
