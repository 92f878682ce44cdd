"""The explained share: against least squares, against its coverage, and what it refuses."""

import numpy as np
import pytest

from secondhand.measures.association import explained_share_interval


def test_it_is_the_coefficient_of_determination_of_least_squares() -> None:
    generator = np.random.default_rng(10_000)
    x = generator.normal(size=50)
    y = -x + generator.normal(size=50)
    residual = y - np.polynomial.Polynomial.fit(x, y, 1)(x)
    expected = 1 - residual.var() / y.var()
    result = explained_share_interval(x, y)
    assert result.estimate == pytest.approx(expected, abs=1e-12)
    assert result.low < expected < result.high


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    generator = np.random.default_rng(10_001)
    trials = 2_000
    x = generator.normal(size=(trials, 200))
    y = x + 3 * generator.normal(size=(trials, 200))  # the share is 1/(1 + 9)
    hits = sum(0.1 in explained_share_interval(a, b) for a, b in zip(x, y, strict=True))
    assert abs(hits / trials - 0.95) < 4 * np.sqrt(0.95 * 0.05 / trials)


def test_where_nothing_is_explained_the_interval_begins_at_zero() -> None:
    x, y = np.random.default_rng(10_002).normal(size=(2, 1_000))
    assert explained_share_interval(x, y).low == 0.0


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ([1, 2, 3, 4], [1, 2, 3], "second must be .* at least 4"),
        ([1, 2, 3, 4, 5], [1, 2, 3, 4], "as many numbers as first, got 4 and 5"),
        ([1, 1, 1, 1], [1, 2, 3, 4], "first must vary, got 1"),
        ([1, 2, 3, np.nan], [1, 2, 3, 4], "finite"),
    ],
)
def test_bad_input_is_named(first: list[float], second: list[float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        explained_share_interval(first, second)
