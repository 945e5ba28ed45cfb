"""A process beside this one that fetches and parses what strangers wrote, and can be ended when it hangs.

Parsers of feeds and pages take minutes and gigabytes on input made to harm, and name servers may not answer
at all: no limit inside one process holds for all of that. Requests and answers are JSON, one line each.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Timer
from types import TracebackType
from typing import Any

from dedup.errors import DedupError, FeedError

SECONDS = 90.0
"""Time that a request may take: 30 seconds to fetch it, the rest to parse it."""

_BYTES = 1 << 30  # of memory; a page of 5 MB made to harm takes 2 GB, one as people write them 100 MB
_SERVE = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from dedup.feeds.reader import serve; serve()"
)


class Ended(Exception):
    """Raised by `Reader.call` from the time `Reader.end` was called on."""


class Reader:
    """A process that reads feeds and pages, one at a time.

    Parameters
    ----------
    seconds : float, optional
        Time after which a request is given up and the process killed, > 0.

    Notes
    -----
    It starts with the first request, which takes some .2 seconds, and again after it was killed. On Unix it
    may take 1 GiB of memory.

    Examples
    --------
    >>> with Reader() as reader:
    ...     reader.call("page", url="http://127.0.0.1/", allow_private=False)
    Traceback (most recent call last):
    dedup.errors.FeedError: http://127.0.0.1/: 127.0.0.1 is not a public address; allow it with
    --allow-private
    """

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = Event()

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
        if self._process:
            self._close(self._process)

    def call(self, task: str, **arguments: Any) -> Any:
        """Have something read.

        Parameters
        ----------
        task : str
            ``"feed"``, ``"file"`` or ``"page"``: one of the functions in `dedup.feeds.entries`.
        **arguments
            Its arguments, as JSON can hold them; ``url`` or ``path`` names the place in messages.

        Returns
        -------
        object
            What the function returned.

        Raises
        ------
        FeedError
            If it cannot be had, or takes too much time or memory.
        Ended
            If `end` was called, before or meanwhile.
        """
        process = self._started()
        assert process.stdin
        assert process.stdout
        place = str(arguments.get("url") or arguments.get("path"))
        late = Event()

        def give_up() -> None:
            late.set()
            process.kill()

        timer = Timer(self._seconds, give_up)
        timer.start()
        with suppress(BrokenPipeError):
            process.stdin.write(json.dumps([task, arguments]).encode() + b"\n")
            process.stdin.flush()
        line = process.stdout.readline()
        timer.cancel()
        if late.is_set() or not line.endswith(b"\n"):
            self._close(process)
            self._process = None
        if self._ended.is_set():
            raise Ended
        if not line.endswith(b"\n"):
            why = f"took longer than {self._seconds:g} seconds" if late.is_set() else "made its reader fail"
            raise FeedError(place, f"{why}; it was left")
        kind, answer = json.loads(line)
        if kind == "error":
            raise FeedError(*answer)
        return answer

    def end(self) -> None:
        """End the process and any `call` under way at once, from a signal handler or another thread."""
        self._ended.set()
        process = self._process
        if process:
            process.kill()

    def _started(self) -> subprocess.Popen[bytes]:
        if not self._process:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _SERVE, json.dumps(sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        if self._ended.is_set():
            self._process.kill()
            raise Ended
        return self._process

    @staticmethod
    def _close(process: subprocess.Popen[bytes]) -> None:
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            if stream:
                with suppress(BrokenPipeError):
                    stream.close()


def serve() -> None:
    """Answer requests on standard input until it ends: what the process of a `Reader` does."""
    import logging

    from dedup.feeds.entries import read_feed, read_feed_file
    from dedup.feeds.pages import read_page

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal: the process that started this one decides
    logging.disable()
    _limit_memory()
    tasks: dict[str, Callable[..., Any]] = {"feed": read_feed, "file": read_feed_file, "page": read_page}
    for line in sys.stdin.buffer:
        task, arguments = json.loads(line)
        place = arguments.get("url") or arguments.get("path")
        try:
            answer = ["done", tasks[task](**arguments)]
        except FeedError as error:
            answer = ["error", [error.place, error.reason]]
        except MemoryError:
            answer = ["error", [place, f"takes more than {_BYTES >> 20:,} MiB of memory to read"]]
        except Exception as error:  # a parser may raise anything at all on bad input
            reason = str(error) if isinstance(error, DedupError) else f"unreadable ({type(error).__name__})"
            answer = ["error", [place, reason]]
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()


def _limit_memory() -> None:
    with suppress(ImportError, OSError, ValueError):  # not on Windows; a lower limit may be set already
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
