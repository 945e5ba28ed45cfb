"""Progress on standard error, for work that is long and a reader who watches."""

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

_LONG = 1.0  # seconds of work from which progress is shown


@contextmanager
def progress(message: str, *, quiet: bool = False) -> Iterator[Callable[[str], None]]:
    """Show that work goes on, once it has lasted a second and if standard error is a terminal.

    Parameters
    ----------
    message : str
        What is being done.
    quiet : bool, optional
        Whether to show nothing.

    Yields
    ------
    callable
        Takes another message, of how far the work has come. The last one disappears when the work is done.

    Examples
    --------
    >>> with progress("Counting"):
    ...     sum(range(10))
    45
    """
    said = message
    shown: list[Any] = []

    def say(message: str) -> None:
        nonlocal said
        said = message
        for status in shown:
            status.update(message)

    def show() -> None:
        from rich.console import Console

        status = Console(stderr=True).status(said)
        status.start()
        shown.append(status)

    if quiet or not sys.stderr.isatty():
        yield say
        return
    timer = threading.Timer(_LONG, show)
    timer.daemon = True
    timer.start()
    try:
        yield say
    finally:
        timer.cancel()
        timer.join()
        for status in shown:
            status.stop()
