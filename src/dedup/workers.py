"""Work shared out among processes: a function over parts, with the results in order."""

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
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from queue import Queue
from typing import IO, Any, TypeVar

from dedup.errors import InputError, WorkerError
from dedup.memory import keep_freed_memory

_Part = TypeVar("_Part")
_Result = TypeVar("_Result")

_AHEAD = 3  # parts that a process is given at a time, so that the next is there when one is done
_KEPT = 8  # results, for each process, that wait for an earlier one before no more parts are taken
_SERVE = (
    "import pickle, sys; sys.path[:] = pickle.load(sys.stdin.buffer); "
    "from dedup.workers import serve; serve()"
)
_SLOT = 1 << 24  # bytes of shared memory for a part; a longer one goes through the stream
_FUNCTION, _PART, _SHARED, _RESULT = b"f", b"p", b"s", b"r"  # kinds of messages
_HEAD = struct.Struct("<cQ")  # of a message: its kind and length


def run(function: Callable[[_Part], _Result], parts: Iterable[_Part], workers: int = 1) -> Iterator[_Result]:
    """Apply a function to each part, in one process or in several.

    Parameters
    ----------
    function : callable
        Takes a part and returns a result. For more than one worker, a function of a module that can be
        imported, or a `functools.partial` of one; parts and results are pickled then.
    parts : iterable
        What it is applied to, drawn as there is room.
    workers : int, optional
        Processes, >= 1: this one, and new ones beside it, for the time of this call.

    Yields
    ------
    object
        Results, in the order of `parts`.

    Raises
    ------
    InputError
        If `workers` is less than 1.
    WorkerError
        If a process ended before its work was done.

    Notes
    -----
    See `Workers`.

    Examples
    --------
    >>> list(run(len, ["one", "three"], workers=2))
    [3, 5]
    """
    with Workers(workers) as several:
        yield from several.run(function, parts)


class Workers:
    """Processes that stay for several calls.

    Parameters
    ----------
    n : int
        Processes, >= 1, this one counted.

    Raises
    ------
    InputError
        If `n` is less than 1.

    Notes
    -----
    The others are new interpreters, ready after some .15 seconds, in which this one works alone. They are not
    forked: after a fork, to look at a string is to count a reference to it and so to copy its page, which
    cost as much as the work on it (measured, on Linux); and a fork is not safe everywhere. To send an article
    of 2.4 kB takes half a microsecond on either side.

    Examples
    --------
    >>> with Workers(2) as workers:
    ...     print(list(workers.run(len, ["one", "three"])), list(workers.run(max, ["abc"])))
    [3, 5] ['c']
    """

    def __init__(self, n: int) -> None:
        if n < 1:
            raise InputError(f"workers is {n}; give a number of processes from 1 on, such as 2")
        self._others = [_Process() for _ in range(n - 1)]

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._others:
            process.end()
        self._others = []

    def run(self, function: Callable[[_Part], _Result], parts: Iterable[_Part]) -> Iterator[_Result]:
        """Apply a function to each part; see `run`."""
        if not self._others:
            yield from map(function, parts)
            return
        work = _Work(parts, _KEPT * (len(self._others) + 1))
        message = pickle.dumps(function)
        threads = [
            threading.Thread(target=process.work_on, args=(work, message), daemon=True)
            for process in self._others
        ]
        for thread in threads:
            thread.start()
        try:
            yield from work.results(function)
        finally:
            work.stop()
            for thread in threads:
                thread.join()


class _Work:
    """Parts that are given out, and results that are brought back, by several threads."""

    def __init__(self, parts: Iterable[Any], most_kept: int) -> None:
        self._parts = enumerate(parts)
        self._most_kept = most_kept
        self._found: dict[int, Any] = {}
        self._n_given = self._n_yielded = 0
        self._ended = False
        self._error: BaseException | None = None
        self._changed = threading.Condition()

    def take(self, *, wait: bool) -> tuple[int, Any] | None:
        """Draw the next part; None if there is none, or if too many results wait and the caller would not."""
        with self._changed:
            while not self._ended and len(self._found) >= self._most_kept:
                if not wait:
                    return None
                self._changed.wait()
            if self._ended:
                return None
            try:
                place, part = next(self._parts)
            except StopIteration:
                self._end(None)
                return None
            except BaseException as error:
                self._end(error)
                return None
            self._n_given = place + 1
            return place, part

    def bring(self, place: int, result: Any) -> None:
        with self._changed:
            self._found[place] = result
            self._changed.notify_all()

    def fail(self, error: BaseException) -> None:
        with self._changed:
            self._end(error)

    def stop(self) -> None:
        with self._changed:
            self._end(None)

    def _end(self, error: BaseException | None) -> None:
        self._ended = True
        self._error = self._error or error
        self._changed.notify_all()

    def results(self, function: Callable[[Any], Any]) -> Iterator[Any]:
        """Yield results in order, and work in between."""
        while True:
            taken = self.take(wait=False)
            if taken:
                self.bring(taken[0], function(taken[1]))
            ready = []
            with self._changed:
                if not taken:
                    while not (
                        self._error or self._n_yielded in self._found or self._n_yielded == self._n_given
                    ):
                        self._changed.wait()
                if self._error:
                    raise self._error
                while self._n_yielded in self._found:
                    ready.append(self._found.pop(self._n_yielded))
                    self._n_yielded += 1
                self._changed.notify_all()
                is_last = self._ended and self._n_yielded == self._n_given
            yield from ready
            if is_last:
                return


class _Process:
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

    def work_on(self, work: _Work, function: bytes) -> None:
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
