"""Progress on standard error, for work that is long and a reader who watches."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_LONG = 1.0  # seconds of work from which progress is shown


@contextmanager
def progress(message: str, *, quiet: bool = False) -> Iterator[None]:
    """Show that work goes on, once it has lasted a second and if standard error is a terminal.

    Parameters
    ----------
    message : str
        What is being done.
    quiet : bool, optional
        Whether to show nothing.

    Yields
    ------
    None
        While the work is done; the message disappears with it.

    Examples
    --------
    >>> with progress("Counting"):
    ...     sum(range(10))
    45
    """
    if quiet or not sys.stderr.isatty():
        yield
        return
    shown: list[Any] = []

    def show() -> None:
        from rich.console import Console

        status = Console(stderr=True).status(message)
        status.start()
        shown.append(status)

    timer = threading.Timer(_LONG, show)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        for status in shown:
            status.stop()
