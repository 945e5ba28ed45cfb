"""Work shared out among processes: a function over parts, with the results in order."""

from __future__ import annotations

import pickle
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from dedup.errors import InputError
from dedup.worker import Worker

_Part = TypeVar("_Part")
_Result = TypeVar("_Result")

_KEPT = 8  # results, for each process, that wait for an earlier one before no more parts are taken


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
        self._others = [Worker() for _ in range(n - 1)]

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._others:
            process.end()
        self._others = []

    def run(self, function: Callable[[_Part], _Result], parts: Iterable[_Part]) -> Iterator[_Result]:
        """Apply a function to each part.

        Parameters
        ----------
        function : callable
            Takes a part and returns a result. For more than one worker, a function of a module that can be
            imported, or a `functools.partial` of one; parts and results are pickled then.
        parts : iterable
            What it is applied to, drawn as there is room.

        Yields
        ------
        object
            Results, in the order of `parts`.

        Raises
        ------
        WorkerError
            If a process ended before its work was done.
        """
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
