"""Work is spread over processes that have a core each, and end with the one that started them."""

import os
import time
from concurrent.futures import Future
from typing import Any

import pytest

from secondhand.assignments import grading


def core() -> set[int]:
    time.sleep(1)
    return os.sched_getaffinity(0)


def fail(_: int) -> None:
    raise ValueError("no")


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="cores cannot be chosen here")
def test_each_process_has_a_core_of_its_own() -> None:
    found: list[set[int]] = []
    grading._in_processes(core, [(str(n), ()) for n in range(4)], 2, lambda _, future: found.append(future.result()))
    assert all(len(cores) == 1 for cores in found)
    assert len(set.union(*found)) == min(2, len(os.sched_getaffinity(0)))


def test_what_fails_is_told_and_does_not_stop_the_rest() -> None:
    errors: dict[str, Any] = {}

    def done(name: str, future: Future[None]) -> None:
        errors[name] = future.exception()

    grading._in_processes(fail, [("a", (1,)), ("b", (2,))], 1, done)
    assert {name: str(error) for name, error in errors.items()} == {"a": "no", "b": "no"}
