"""What is posted to a webhook, now or, when it fails, later."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from threading import Condition, Thread
from time import monotonic
from typing import Any

from dedup.errors import FeedError
from dedup.feeds.fetch import post

_FIRST_WAIT, _LONGEST_WAIT = 1.0, 300.0  # seconds between tries


class Webhook:
    """Posts records in the order in which they were put, from a thread of its own.

    Parameters
    ----------
    url : str
        Of http or https.
    report : callable
        Is given a line for each try that fails. The next follows after 1, 2, 4 and so on up to 300 seconds,
        with the record that failed put behind the others.

    Examples
    --------
    >>> webhook = Webhook("http://127.0.0.1:1/", print)
    >>> webhook.put({"id": "a2"})
    >>> webhook.close(0.2)
    http://127.0.0.1:1/: connection refused; 1 to deliver, next try in 1 s
    1
    """

    def __init__(self, url: str, report: Callable[[str], None]) -> None:
        self._url = url
        self._report = report
        self._waiting: deque[Mapping[str, Any]] = deque()
        self._changed = Condition()
        self._closing = self._closed = False
        self._thread = Thread(target=self._deliver, daemon=True)
        self._thread.start()

    def put(self, record: Mapping[str, Any]) -> None:
        """Have a record delivered; return at once.

        Parameters
        ----------
        record : mapping
            What JSON can hold.
        """
        with self._changed:
            self._waiting.append(record)
            self._changed.notify()

    def close(self, seconds: float) -> int:
        """Deliver what is left, and stop.

        Parameters
        ----------
        seconds : float
            Time to go on trying, >= 0.

        Returns
        -------
        int
            Records that were not delivered.
        """
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join(seconds)
        with self._changed:
            self._closed = True
            return len(self._waiting)

    def _deliver(self) -> None:
        wait = _FIRST_WAIT
        while record := self._next():
            try:
                post(self._url, record)
            except FeedError as error:
                with self._changed:
                    if self._closed:
                        return
                    self._waiting.rotate(-1)
                    n = len(self._waiting)
                self._report(f"{error}; {n} to deliver, next try in {wait:g} s")
                self._sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT)
            else:
                with self._changed:
                    self._waiting.popleft()
                wait = _FIRST_WAIT

    def _next(self) -> Mapping[str, Any] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closing)
            return self._waiting[0] if self._waiting else None

    def _sleep(self, seconds: float) -> None:
        """Wait, but try once more at once when it is to close."""
        until = monotonic() + seconds
        with self._changed:
            was_closing = self._closing
            self._changed.wait_for(lambda: self._closing > was_closing, until - monotonic())
