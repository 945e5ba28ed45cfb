"""How far long work has come: a bar on a terminal, a line now and then anywhere else."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

SECONDS = 10.0
"""Seconds between two lines where there is no terminal."""

_LATELY = 0.1  # seconds between two drawings of the bar

Tell = Callable[[str, int, int], None]


@contextmanager
def stage_bar(*, quiet: bool = False) -> Iterator[Tell]:
    """Show the stage that work is in, how much is done a second, and the time that is left of it.

    Parameters
    ----------
    quiet : bool, optional
        Whether to show nothing.

    Yields
    ------
    callable
        Takes the name of a stage, and how many of how many are done; 0 where their number is not known.

    Notes
    -----
    On standard error. A bar where it is a terminal that can move the cursor; else a line each `SECONDS`, and
    so none for short work.

    Examples
    --------
    >>> with stage_bar(quiet=True) as tell:
    ...     tell("read", 10, 0)
    """
    if quiet:
        yield lambda stage, n_done, n_total: None
    elif sys.stderr.isatty() and os.environ.get("TERM") not in (None, "", "dumb"):
        yield from _draw()
    else:
        yield _Lines()


def _draw() -> Iterator[Tell]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description:8}"),
        BarColumn(),
        TextColumn("{task.completed:,.0f}"),
        TextColumn("{task.fields[speed]}"),
        TimeRemainingColumn(),
    )
    clock = _Clock()
    shown: tuple[str, float] = "", 0.0
    with Progress(*columns, console=Console(stderr=True), transient=True) as drawing:
        task = drawing.add_task("", total=None, speed="")

        def tell(stage: str, n_done: int, n_total: int) -> None:
            nonlocal shown
            speed = clock.speed(stage, n_done)
            now = time.monotonic()
            if stage != shown[0]:
                drawing.reset(task, total=n_total or None, description=stage, speed="")
            elif now - shown[1] < _LATELY and n_done != n_total:
                return
            shown = stage, now
            drawing.update(task, completed=n_done, total=n_total or None, speed=f"{speed:,.0f}/s")

        yield tell


class _Clock:
    """How fast a stage goes since its beginning."""

    def __init__(self) -> None:
        self._stage, self._start = "", 0.0

    def speed(self, stage: str, n_done: int) -> float:
        """Return what is done a second, 0 at the beginning of a stage."""
        now = time.monotonic()
        if stage != self._stage:
            self._stage, self._start = stage, now
        return n_done / (now - self._start) if now > self._start else 0.0


class _Lines:
    """Lines on standard error, not too many."""

    def __init__(self) -> None:
        self._clock, self._said = _Clock(), time.monotonic()

    def __call__(self, stage: str, n_done: int, n_total: int) -> None:
        speed = self._clock.speed(stage, n_done)
        if time.monotonic() - self._said < SECONDS:
            return
        self._said = time.monotonic()
        of = f" of {n_total:,}" if n_total else ""
        left = f", {_duration((n_total - n_done) / speed)} left" if n_total and speed else ""
        click.echo(f"dedup: {stage}: {n_done:,}{of}, {speed:,.0f}/s{left}", err=True)


def _duration(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    return f"{minutes} min {seconds} s" if minutes else f"{seconds} s"


def peak_memory(workers: int) -> int:
    """Return the most memory that this process and those beside it have had, in bytes; 0 if not known.

    Of the others, which have ended, the largest counts for each: it is a bound from above.
    """
    try:
        import resource
    except ImportError:  # Windows
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    others = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss if workers > 1 else 0
    return int((own + (workers - 1) * others) * unit)
