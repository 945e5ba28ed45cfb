"""A web server on loopback for the tests of feeds, and feeds for it to serve."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from xml.sax.saxutils import escape

WIRE = "Ida Brask shut the Orla bridge on Monday: 14 of its 96 cables had failed, the engineer said."
OTHER = (
    "Teachers in Norrholm went on strike over pay, the second walkout this autumn, leaving 3,200 pupils home."
)

Answer = Callable[["Handler"], object]


class Handler(BaseHTTPRequestHandler):
    """Answers with what `Server.routes` has for a path; notes every request."""

    server: "Server"

    def do_GET(self) -> None:
        self.server.requests.append((self.path, dict(self.headers)))
        answer = self.server.routes.get(self.path)
        if answer is None:
            self.reply(b"no such page", status=404)
        elif callable(answer):
            answer(self)
        else:
            self.reply(answer.encode() if isinstance(answer, str) else answer)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.posted.append(body)
        status = self.server.post_statuses.pop(0) if self.server.post_statuses else 200
        self.reply(b"", status=status)

    def reply(self, body: bytes, *, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        kind = "text/html" if body.lstrip().lower().startswith(b"<html") else "application/xml"
        told = {"content_type": kind, "content_length": str(len(body))} | headers
        for name, value in told.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """Serves `routes`, of path to body or to a function of the handler."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.routes: dict[str, str | bytes | Answer] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.posted: list[bytes] = []
        self.post_statuses: list[int] = []
        self.url = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: Any) -> None:
        """Say nothing: clients here hang up in the middle, as they should."""

    def n_asked(self, path: str) -> int:
        return sum(asked == path for asked, _ in self.requests)


@contextmanager
def serving() -> Iterator[Server]:
    """Serve on loopback for the time of a block."""
    with Server() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def rss(*items: dict[str, str], title: str = "Wire") -> str:
    """Write a feed; the items' keys are its elements, their values escaped."""
    written = ("".join(f"<{name}>{escape(value)}</{name}>" for name, value in item.items()) for item in items)
    rows = "".join(f"<item>{item}</item>" for item in written)
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>{title}</title>{rows}</channel></rss>'


def item(name: str, text: str, hour: int = 6, **others: str) -> dict[str, str]:
    """Make an entry of 2 March 2026."""
    date = f"Mon, 02 Mar 2026 {hour:02}:00:00 GMT"
    return {"guid": name, "title": f"On {name}", "pubDate": date, "description": text} | others


def page(*paragraphs: str) -> str:
    """Write a page as a paper has it."""
    body = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    menu = "<nav><a href='/'>Home</a> <a href='/shop'>Subscribe now</a></nav>"
    return f"<html><head><title>The Paper</title></head><body>{menu}<article>{body}</article></body></html>"
