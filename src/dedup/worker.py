"""Another interpreter that works for this one, and what the two say to each other."""

from __future__ import annotations

import mmap
import os
import pickle
import signal
import struct
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from queue import Queue
from typing import IO, Any, Protocol

from dedup.errors import WorkerError
from dedup.memory import keep_freed_memory

_AHEAD = 3  # parts that a process is given at a time, so that the next is there when one is done
_SERVE = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); from dedup.worker import serve; serve()"
)
_SLOT = 1 << 24  # bytes of shared memory for a part; a longer one goes through the stream
_FUNCTION, _PART, _SHARED, _RESULT = b"f", b"p", b"s", b"r"  # kinds of messages
_HEAD = struct.Struct("<cQ")  # of a message: its kind and length


class Work(Protocol):
    """What a worker takes parts from, and brings results to, in a thread of its own."""

    def take(self, *, wait: bool) -> tuple[int, Any] | None:
        """Draw the next part and its place; None if there is none, or none now and `wait` is false."""

    def bring(self, place: int, result: Any) -> None:
        """Hand in the result of a part."""

    def fail(self, error: BaseException) -> None:
        """End all work with an error."""


class Worker:
    """Another interpreter, spoken to through its standard streams and, where there is any, shared memory."""

    def __init__(self) -> None:
        shared = os.memfd_create("dedup") if sys.platform == "linux" else -1
        if shared >= 0:
            os.ftruncate(shared, _AHEAD * _SLOT)
        self._process = subprocess.Popen(
            [sys.executable, "-c", _SERVE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
            pass_fds=[shared] if shared >= 0 else [],
        )
        assert self._process.stdin
        assert self._process.stdout
        self._to, self._from = self._process.stdin, self._process.stdout
        self._to.write(pickle.dumps(sys.path))
        self._to.write(pickle.dumps(shared))
        self._to.flush()
        self._slots = _map(shared)
        self._n_sent = 0

    def work_on(self, work: Work, function: bytes) -> None:
        """Send parts and receive results until there are no more, in a thread."""
        under_way: deque[int] = deque()
        try:
            _send(self._to, _FUNCTION, function)
            while True:
                taken = work.take(wait=not under_way)
                if taken:
                    self._send_part(pickle.dumps(taken[1], pickle.HIGHEST_PROTOCOL))
                    under_way.append(taken[0])
                elif not under_way:
                    return
                if not taken or len(under_way) == _AHEAD:
                    is_error, result = pickle.loads(_receive(self._from)[1])
                    place = under_way.popleft()
                    if is_error:
                        work.fail(result)
                    else:
                        work.bring(place, result)
        except (OSError, EOFError):
            code = self._process.wait()
            work.fail(WorkerError(f"a worker process ended with code {code} before its work was done"))
        except BaseException as error:
            work.fail(error)

    def _send_part(self, message: bytes) -> None:
        slot = self._n_sent % _AHEAD
        self._n_sent += 1
        if self._slots and len(message) <= _SLOT:
            self._slots[slot][: len(message)] = message
            _send(self._to, _SHARED, pickle.dumps((slot, len(message))))
        else:
            _send(self._to, _PART, message)

    def end(self) -> None:
        """Let the process end, and wait for it."""
        with suppress(OSError):  # if it has ended by itself
            self._to.close()
        self._from.close()
        self._process.wait()


def serve() -> None:
    """Do what comes through standard input, and answer through standard output, until it is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an interrupt is for the first process, which then closes
    source, target = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what anything prints must not get among the answers
    slots = _map(pickle.load(source))
    keep_freed_memory()
    messages: Queue[tuple[bytes, bytes] | None] = Queue(maxsize=_AHEAD)

    def read() -> None:
        try:
            while True:
                messages.put(_receive(source))
        except EOFError:
            messages.put(None)

    threading.Thread(target=read, daemon=True).start()
    function: Callable[[Any], Any] | None = None
    while (message := messages.get()) is not None:
        kind, content = message
        if kind == _FUNCTION:
            function = pickle.loads(content)
            continue
        assert function is not None
        try:
            if kind == _SHARED:
                slot, length = pickle.loads(content)
                part = pickle.loads(slots[slot][:length])
            else:
                part = pickle.loads(content)
            answer = pickle.dumps((False, function(part)), pickle.HIGHEST_PROTOCOL)
        except BaseException as error:
            answer = pickle.dumps((True, error))
        _send(target, _RESULT, answer)
    os._exit(0)  # nothing to tidy up, and tidying takes 20 ms


def _map(shared: int) -> list[memoryview]:
    """Map memory that two processes share, in slots; none where there is none."""
    if shared < 0:
        return []
    memory = memoryview(mmap.mmap(shared, _AHEAD * _SLOT))
    os.close(shared)
    return [memory[slot * _SLOT : (slot + 1) * _SLOT] for slot in range(_AHEAD)]


def _send(stream: IO[bytes], kind: bytes, message: bytes) -> None:
    stream.write(_HEAD.pack(kind, len(message)))
    stream.write(message)
    stream.flush()


def _receive(stream: IO[bytes]) -> tuple[bytes, bytes]:
    kind, length = _HEAD.unpack(_read(stream, _HEAD.size))
    return kind, _read(stream, length)


def _read(stream: IO[bytes], length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return data
