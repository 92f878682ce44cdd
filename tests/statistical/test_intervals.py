"""Confidence intervals cover the truth as often as they say, within four standard errors."""

from collections.abc import Callable

import numpy as np
import pytest

from secondhand import measures
from secondhand.measures import Interval

REPEATS = 2_000


def coverage(interval: Callable[[np.ndarray, int], Interval], samples: np.ndarray, truth: float) -> float:
    return float(np.mean([truth in interval(sample, seed) for seed, sample in enumerate(samples, start=12_000)]))


def four_standard_errors(confidence: float, repeats: int) -> float:
    return 4 * float(np.sqrt(confidence * (1 - confidence) / repeats))


@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_mean_intervals_of_normal_values(confidence: float) -> None:
    samples = np.random.default_rng(11_300).normal(3, 2, (REPEATS, 5))
    covered = coverage(lambda sample, _: measures.mean_interval(sample, confidence=confidence), samples, 3)
    assert covered == pytest.approx(confidence, abs=four_standard_errors(confidence, REPEATS))


def test_geometric_mean_intervals_of_lognormal_values() -> None:
    samples = np.random.default_rng(11_301).lognormal(1, 2, (REPEATS, 5))
    covered = coverage(lambda sample, _: measures.geometric_mean_interval(sample), samples, np.e)
    assert covered == pytest.approx(0.95, abs=four_standard_errors(0.95, REPEATS))
    # On the plain scale, five values of so skewed a law mislead.
    plain = coverage(lambda sample, _: measures.mean_interval(sample), samples, np.exp(3))
    assert plain < 0.95 - four_standard_errors(0.95, REPEATS)


def test_bootstrap_intervals_of_skewed_values() -> None:
    """The bootstrap is approximate: with 60 values its shortfall is of order 1/60."""
    repeats = 300
    samples = np.random.default_rng(11_302).exponential(2, (repeats, 60))
    covered = coverage(
        lambda sample, seed: measures.bootstrap_interval(sample, np.mean, resamples=300, seed=seed), samples, 2
    )
    assert covered == pytest.approx(0.95, abs=four_standard_errors(0.95, repeats) + 1 / 60)
