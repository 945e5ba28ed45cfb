"""A process beside this one that parses what strangers wrote, and can be ended when it hangs.

Parsers of feeds and pages take minutes and gigabytes on input made to harm, and name servers may not answer
at all: no limit inside one process holds for all of that. Requests and answers are JSON, one line each.
"""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib import import_module
from threading import Event, Lock, Timer
from types import TracebackType
from typing import Any, Self

from dedup.errors import DedupError, FeedError

SECONDS = 90.0
"""Time that a request may take: 30 seconds to fetch it, the rest to parse it."""

_BYTES = 1 << 30  # of memory; a page of 5 MB made to harm takes 2 GB, one as people write them 100 MB
_SERVE = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1]); "
    "from dedup.formats.guard import serve; serve(sys.argv[2])"
)


class Ended(Exception):
    """Raised by `Guard.call` from the time `Guard.end` was called on."""


class Guard:
    """A process that does tasks, one at a time.

    Parameters
    ----------
    module : str
        Name of a module with a function ``tasks``, which returns the tasks by name: functions that take and
        return what JSON can hold.
    seconds : float, optional
        Time after which a request is given up and the process killed, > 0.

    Notes
    -----
    It starts with the first request, which takes some .2 seconds, and again after it was killed. On Unix it
    may take 1 GiB of memory. Threads may share one; they wait for each other.

    Examples
    --------
    >>> with Guard("dedup.formats.tasks") as guard:
    ...     guard.call("text", markup="<p>It is <b>shut</b>.", place="page.html")
    'It is shut.'
    """

    def __init__(self, module: str, seconds: float = SECONDS) -> None:
        self._module = module
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = Event()
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()
        if self._process:
            self._close(self._process)

    def call(self, task: str, *, place: str = "", **arguments: Any) -> Any:
        """Have something read.

        Parameters
        ----------
        task : str
            Name of the task.
        place : str, optional
            What is read, for messages; by default the argument ``url`` or ``path``.
        **arguments
            Those of the task, as JSON can hold them.

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
        with self._lock:
            return self._call(task, place or str(arguments.get("url") or arguments.get("path")), arguments)

    def _call(self, task: str, place: str, arguments: dict[str, Any]) -> Any:
        process = self._started()
        assert process.stdin
        assert process.stdout
        late = Event()

        def give_up() -> None:
            late.set()
            process.kill()

        timer = Timer(self._seconds, give_up)
        timer.start()
        try:
            with suppress(BrokenPipeError):
                process.stdin.write(json.dumps([task, place, arguments]).encode() + b"\n")
                process.stdin.flush()
            line = process.stdout.readline()
        except BaseException:  # interrupted: what it would answer is not what is asked next
            self._close(process)
            self._process = None
            raise
        finally:
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
                [sys.executable, "-c", _SERVE, json.dumps(sys.path), self._module],
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


def shared() -> Guard:
    """Return the process that reads the files of strangers for all readers of this one."""
    return _shared(os.getpid())


@cache
def _shared(process: int) -> Guard:
    guard = Guard("dedup.formats.tasks")

    def end() -> None:
        if os.getpid() == process:  # not of a copy of this process that ends before it
            guard.__exit__(None, None, None)

    atexit.register(end)
    return guard


def serve(module: str) -> None:
    """Answer requests on standard input until it ends: what the process of a `Guard` does.

    Parameters
    ----------
    module : str
        See `Guard`.
    """
    import logging

    tasks: dict[str, Callable[..., Any]] = import_module(module).tasks()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of the terminal: the process that started this one decides
    logging.disable()
    _limit_memory()
    for line in sys.stdin.buffer:
        task, place, arguments = json.loads(line)
        try:
            answer = ["done", tasks[task](**arguments)]
        except FeedError as error:
            answer = ["error", [error.place or place, error.reason]]
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
