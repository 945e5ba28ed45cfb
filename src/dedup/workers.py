"""Work shared out among processes: a function over parts, with the results in order."""

from __future__ import annotations

import gc
import multiprocessing
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

from dedup.errors import InputError

_Part = TypeVar("_Part")
_Result = TypeVar("_Result")

_job: tuple[Callable[[Any], Any], Sequence[Any]] | None = None  # what children that are forked find here


def run(function: Callable[[_Part], _Result], parts: Sequence[_Part], workers: int = 1) -> Iterator[_Result]:
    """Apply a function to each part, in one process or in several.

    Parameters
    ----------
    function : callable
        Takes a part and returns a result that can be pickled, such as arrays. Where processes are not forked
        it must be a function of a module, or a `functools.partial` of one.
    parts : sequence
        What it is applied to; parts of 10 ms of work and more are worth the 0.1 ms each costs.
    workers : int, optional
        Processes, >= 1. With 1 all is done in this one.

    Yields
    ------
    object
        Results, in the order of `parts`.

    Raises
    ------
    InputError
        If `workers` is less than 1.

    Notes
    -----
    On Linux processes are forked: they find function and parts where they are, so that nothing but results is
    sent. Elsewhere (where a fork is not there, or not safe) both are pickled.

    Examples
    --------
    >>> list(run(len, ["one", "three"], workers=2))
    [3, 5]
    """
    check_workers(workers)
    workers = min(workers, len(parts))
    if workers <= 1:
        yield from map(function, parts)
        return
    global _job
    forked = sys.platform == "linux"
    context = multiprocessing.get_context("fork" if forked else "spawn")
    with ProcessPoolExecutor(workers, context, initializer=gc.freeze) as pool:
        if not forked:
            yield from pool.map(function, parts)
            return
        _job = (function, parts)
        try:
            with warnings.catch_warnings():
                # Python warns of a fork beside other threads; the children compute and take no lock.
                warnings.simplefilter("ignore", DeprecationWarning)
                results = pool.map(_do, range(len(parts)))
        finally:
            _job = None
        yield from results


def check_workers(workers: int) -> None:
    """Raise an error if a number of workers is not usable."""
    if workers < 1:
        raise InputError(f"workers is {workers}; give a number of processes from 1 on, such as 2")


def _do(part: int) -> Any:
    assert _job is not None
    function, parts = _job
    return function(parts[part])
