"""Work shared out among processes."""

import os

import pytest

from dedup.errors import InputError, ReadError
from dedup.workers import run


def fail(part: int) -> int:
    if part == 2:
        raise ReadError("day.jsonl", "not JSON", line=part)
    return part


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_results_come_in_the_order_of_the_parts(workers: int) -> None:
    parts = [list(range(n)) for n in (3, 0, 7, 1)]
    assert list(run(sum, parts, workers)) == [3, 0, 21, 0]


def test_several_workers_are_several_processes() -> None:
    places = list(run(lambda _: os.getpid(), range(8), workers=2))
    assert os.getpid() not in places


def test_one_worker_is_this_process() -> None:
    assert list(run(lambda _: os.getpid(), range(3))) == [os.getpid()] * 3


def test_no_parts_give_no_results() -> None:
    assert list(run(len, [], workers=2)) == []


def test_an_error_of_a_part_is_raised_as_it_is() -> None:
    with pytest.raises(ReadError) as caught:
        list(run(fail, range(4), workers=2))
    assert str(caught.value) == "day.jsonl:2: not JSON"


def test_a_number_of_workers_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="workers is 0"):
        list(run(len, ["a"], workers=0))
