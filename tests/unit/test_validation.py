"""The checks of arguments: canonical values out, or an error that names argument, value and fix."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondhand import _validation


@pytest.mark.parametrize("value", [3, np.int64(3), np.array(3), np.uint8(3)])
def test_integer_accepts_every_kind_of_integer(value: Any) -> None:
    result = _validation.integer("size", value)
    assert result == 3
    assert type(result) is int


@pytest.mark.parametrize("value", [0.5, np.float32(2), 1, "x"])
def test_number_returns_a_float_or_refuses(value: Any) -> None:
    if isinstance(value, str):
        with pytest.raises(TypeError, match="share must be a number, got 'x'"):
            _validation.number("share", value)
    else:
        assert type(_validation.number("share", value)) is float


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: _validation.integer("size", 2.0), TypeError, "size must be an integer, got 2.0 (float)"),
        (lambda: _validation.integer("size", "2"), TypeError, "size must be an integer, got '2' (str)"),
        (lambda: _validation.integer("size", True), TypeError, "size must be an integer, got True (a bool)"),
        (lambda: _validation.integer("size", 1, minimum=2), ValueError, "size must be at least 2, got 1"),
        (lambda: _validation.seed(-1), ValueError, "seed must be at least 0, got -1"),
        (lambda: _validation.seed(None), TypeError, "seed must be an integer, got None"),
        (lambda: _validation.number("share", True), TypeError, "share must be a number, got True"),
        (lambda: _validation.number("share", 1j), TypeError, "share must be a number, got 1j"),
        (lambda: _validation.number("share", [1.0]), TypeError, "share must be a number, got [1.0]"),
        (lambda: _validation.number("share", np.nan), ValueError, "share must be finite, got nan"),
        (lambda: _validation.number("share", np.inf), ValueError, "share must be finite, got inf"),
        (lambda: _validation.number("share", -1, minimum=0), ValueError, "share must be at least 0, got -1"),
        (lambda: _validation.number("share", 2, maximum=1), ValueError, "share must be at most 1, got 2"),
        (lambda: _validation.number("share", 0, above=0), ValueError, "share must be above 0, got 0"),
        (lambda: _validation.number("share", 1, below=1), ValueError, "share must be below 1, got 1"),
        (lambda: _validation.choice("word", "c", ("a", "b")), ValueError, "word must be one of 'a', 'b', got 'c'"),
        (lambda: _validation.choice("word", 1, ("a", "b")), TypeError, "word must be a string, got 1 (int)"),
        (lambda: _validation.probabilities("law", ["x"]), TypeError, "law must be an array of numbers, got ['x']"),
        (lambda: _validation.probabilities("law", []), ValueError, "law must be a one-dimensional array"),
        (lambda: _validation.probabilities("law", [[1.0]]), ValueError, "got shape (1, 1)"),
        (lambda: _validation.probabilities("law", [1.5, -0.5]), ValueError, "of at least 0, got -0.5"),
        (lambda: _validation.probabilities("law", [1.0, np.nan]), ValueError, "finite numbers of at least 0, got nan"),
        (lambda: _validation.probabilities("law", [0.5, 0.4]), ValueError, "law must sum to 1, got 0.9"),
    ],
)
def test_bad_values_are_named(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        call()


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=50).filter(any))
def test_probabilities_come_back_summing_to_one(counts: list[int]) -> None:
    law = np.array(counts) / sum(counts)
    assert _validation.probabilities("law", law.tolist()) == pytest.approx(law, rel=1e-12)
    assert _validation.probabilities("law", law).sum() == pytest.approx(1, rel=1e-15)
