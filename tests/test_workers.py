"""Work shared out among processes."""

import os
from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial
from operator import add, mul
from typing import Any

import pytest

from dedup.errors import InputError, ReadError, WorkerError
from dedup.workers import Workers


def run(function: Callable[[Any], Any], parts: Iterable[Any], workers: int = 1) -> Iterator[Any]:
    with Workers(workers) as several:
        yield from several.run(function, parts)


def numbers(stop: int, taken: list[int]) -> Iterator[int]:
    for i in range(stop):
        taken.append(i)
        yield i


@pytest.mark.parametrize("workers", [1, 2, 4])
def test_results_come_in_the_order_of_the_parts(workers: int) -> None:
    parts = [list(range(n)) for n in (3, 0, 7, 1)] * 10
    assert list(run(sum, parts, workers)) == [3, 0, 21, 0] * 10


def test_processes_stay_for_several_calls_and_take_each_function_as_it_comes() -> None:
    with Workers(2) as workers:
        assert list(workers.run(partial(add, 1), range(50))) == list(range(1, 51))
        assert list(workers.run(partial(mul, 3), range(50))) == list(range(0, 150, 3))


def test_several_workers_are_several_processes_and_this_is_one() -> None:
    places = set(run(process_of, range(400), workers=2))
    assert os.getpid() in places
    assert len(places) == 2


def process_of(_: int) -> int:
    return int(sum(range(20_000)) * 0) + os.getpid()


def test_one_worker_is_this_process() -> None:
    assert list(run(lambda _: os.getpid(), range(3))) == [os.getpid()] * 3


def test_no_parts_give_no_results() -> None:
    assert list(run(len, [], workers=2)) == []


def test_strings_arrive_as_they_are() -> None:
    parts = [["é", "\ud800", "a\0b", ""], ["漢" * 100_000]] * 5
    assert list(run(list, parts, workers=2)) == parts


def test_what_is_printed_does_not_get_among_the_results() -> None:
    assert list(run(print, range(40), workers=2)) == [None] * 40


def test_parts_are_drawn_as_there_is_room() -> None:
    taken: list[int] = []
    with Workers(2) as workers:
        results = workers.run(abs, numbers(10_000, taken))
        assert isinstance(results, Generator)
        assert next(results) == 0
        assert len(taken) < 100
        results.close()


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_a_part_is_raised_as_it_is(workers: int) -> None:
    with pytest.raises(ReadError) as caught:
        list(run(fail_at_30, range(60), workers))
    assert str(caught.value) == "day.jsonl:30: not JSON"


def fail_at_30(part: int) -> int:
    if part == 30:
        raise ReadError("day.jsonl", "not JSON", line=part)
    return part


def test_an_error_in_drawing_parts_is_raised_as_it_is() -> None:
    def parts() -> Iterator[int]:
        yield from range(5)
        raise ReadError("day.jsonl", "gone")

    with pytest.raises(ReadError, match="gone"):
        list(run(abs, parts(), workers=2))


def test_a_process_that_ends_is_an_error() -> None:
    with pytest.raises(WorkerError, match="ended with code 3"):
        list(run(partial(end, os.getpid()), range(1000), workers=2))


def end(parent: int, part: int) -> int:
    if os.getpid() != parent:
        os._exit(3)
    return process_of(part)


def test_a_number_of_workers_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="workers is 0"):
        list(run(len, ["a"], workers=0))
