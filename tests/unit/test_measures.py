"""Measures against independent computations, their properties, and bad input."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import integrate, stats

from secondhand import measures

LAWS = (
    st.lists(st.integers(0, 1_000), min_size=4, max_size=4)
    .filter(any)
    .map(lambda counts: np.array(counts) / sum(counts))
)


# --- Divergences ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("mean", "variance", "reference_mean", "reference_variance"), [(1, 4, 0, 1), (-2, 0.3, 1, 2)])
def test_wasserstein_is_the_integral_over_quantiles(
    mean: float, variance: float, reference_mean: float, reference_variance: float
) -> None:
    law, reference = stats.norm(mean, np.sqrt(variance)), stats.norm(reference_mean, np.sqrt(reference_variance))
    integral = integrate.quad(lambda q: (law.ppf(q) - reference.ppf(q)) ** 2, 0, 1)[0]
    distance = measures.squared_wasserstein2_gaussian(
        mean, variance, reference_mean=reference_mean, reference_variance=reference_variance
    )
    assert distance == pytest.approx(integral, rel=1e-6)


def test_wasserstein_takes_arrays() -> None:
    mean, variance = np.zeros((2, 3)), np.full(3, 4.0)
    assert measures.squared_wasserstein2_gaussian(mean, variance) == pytest.approx(np.ones((2, 3)))


@given(LAWS, LAWS)
def test_divergences_agree_with_scipy_and_with_each_other(p: np.ndarray, q: np.ndarray) -> None:
    assert measures.entropy(p) == pytest.approx(stats.entropy(p, base=2), abs=1e-12)
    divergence = measures.kullback_leibler(p, q)
    assert divergence == pytest.approx(stats.entropy(p, q, base=2), abs=1e-12)
    distance = measures.total_variation(p, q)
    assert distance == pytest.approx(
        max(abs((p - q)[list(s)].sum()) for s in ([], [0], [1], [2], [3], [0, 1], [0, 2], [0, 3]))
    )
    # Pinsker's inequality, in bits.
    assert 2 * distance**2 <= divergence * np.log(2) + 1e-12


def test_bits_per_character_of_a_fair_coin_is_one() -> None:
    assert measures.bits_per_character(10 * np.log(0.5), 10) == pytest.approx(1)


# --- Diversity --------------------------------------------------------------------------------------------------------


@given(arrays(np.int64, (2, 3, 5), elements=st.integers(0, 50)).filter(lambda counts: counts.any(axis=-1).all()))
def test_diversity_runs_along_the_last_axis(counts: np.ndarray) -> None:
    for index in np.ndindex(2, 3):
        items = np.repeat(np.arange(5), counts[index])
        assert measures.distinct(counts)[index] == len(set(items.tolist()))
        differs = (items[:, None] != items).mean()
        assert measures.heterozygosity(counts)[index] == pytest.approx(differs, abs=1e-12)


def test_total_variance_ratio_is_the_ratio_of_traces() -> None:
    generator = np.random.default_rng(10_100)
    values, reference = generator.normal(size=(20, 3)), 2 * generator.normal(size=(30, 3))
    expected = np.trace(np.cov(values.T)) / np.trace(np.cov(reference.T))
    assert measures.total_variance_ratio(values, reference) == pytest.approx(expected)


# --- Intervals --------------------------------------------------------------------------------------------------------


@given(
    st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=20).filter(lambda v: np.std(v) > 1e-3), st.floats(0.5, 0.999)
)
def test_mean_interval_is_that_of_scipy(values: list[float], confidence: float) -> None:
    interval = measures.mean_interval(values, confidence=confidence)
    low, high = stats.ttest_1samp(values, 0).confidence_interval(confidence)
    assert (interval.low, interval.high) == pytest.approx((low, high), rel=1e-9, abs=1e-9)
    assert interval.estimate in interval
    assert interval.high + 1 not in interval


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.5, 0.999))
def test_proportion_interval_is_that_of_scipy(counts: tuple[int, int], confidence: float) -> None:
    interval = measures.proportion_interval(*counts, confidence=confidence)
    expected = stats.binomtest(*counts).proportion_ci(confidence, method="exact")
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), abs=1e-9)
    assert interval.estimate == counts[0] / counts[1]


@pytest.mark.parametrize("truth", [0.01, 0.2, 0.5, 0.93])
def test_proportion_interval_covers_at_least_as_often_as_it_says(truth: float) -> None:
    trials = 30
    covered = [truth in measures.proportion_interval(successes, trials) for successes in range(trials + 1)]
    assert stats.binom.pmf(np.arange(trials + 1), trials, truth)[covered].sum() >= 0.95


@given(st.lists(st.floats(0.01, 100), min_size=2, max_size=20))
def test_geometric_mean_interval_is_the_mean_interval_of_logarithms(values: list[float]) -> None:
    interval = measures.geometric_mean_interval(values, confidence=0.9)
    assert interval.estimate == pytest.approx(stats.gmean(values))
    assert np.log([interval.low, interval.high]) == pytest.approx(
        [getattr(measures.mean_interval(np.log(values), confidence=0.9), end) for end in ("low", "high")]
    )


def test_bootstrap_interval_depends_on_the_seed_alone_and_knows_constants() -> None:
    values = np.random.default_rng(10_101).exponential(size=40)
    first = measures.bootstrap_interval(values, np.median, resamples=200, seed=10_102)
    assert measures.bootstrap_interval(values, np.median, resamples=200, seed=10_102) == first
    assert measures.bootstrap_interval(values, np.median, resamples=200, seed=10_103) != first
    assert first.estimate == np.median(values)
    assert first.low < first.estimate < first.high
    constant = measures.bootstrap_interval(np.ones(5), np.mean, seed=10_104)
    assert (constant.low, constant.estimate, constant.high) == (1, 1, 1)


# --- Planning ---------------------------------------------------------------------------------------------------------


def test_seeds_reach_the_relative_error() -> None:
    values = np.array([1.0, 2.0, 4.0, 9.0])
    seeds = measures.seeds_for_relative_error(values, relative_error=0.05)
    assert values.std(ddof=1) / np.sqrt(seeds) <= 0.05 * values.mean() < values.std(ddof=1) / np.sqrt(seeds - 1)


def test_at_least_one_seed_is_needed() -> None:
    assert measures.seeds_for_squared_variation([0, 1e-9, 4], relative_error=1).tolist() == [1, 1, 4]


# --- Bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: measures.squared_wasserstein2_gaussian(0, -1), ValueError, "variance must hold numbers of at least 0"),
        (lambda: measures.squared_wasserstein2_gaussian("x", 1), TypeError, "mean must hold numbers, got 'x'"),
        (
            lambda: measures.squared_wasserstein2_gaussian(np.nan, 1),
            ValueError,
            "mean must hold finite numbers, got nan",
        ),
        (
            lambda: measures.squared_wasserstein2_gaussian(0, 1, reference_variance=-2),
            ValueError,
            "reference_variance must be at least 0, got -2",
        ),
        (lambda: measures.total_variation([1.0], [0.5, 0.5]), ValueError, "reference must have the 1 categories"),
        (lambda: measures.kullback_leibler([0.5, 0.4], [0.5, 0.5]), ValueError, "probabilities must sum to 1"),
        (lambda: measures.entropy([-1.0, 2.0]), ValueError, "probabilities must hold finite numbers of at least 0"),
        (lambda: measures.bits_per_character(1.0, 3), ValueError, "total_log_likelihood must be at most 0, got 1"),
        (lambda: measures.bits_per_character(-1.0, 0), ValueError, "characters must be at least 1, got 0"),
        (
            lambda: measures.heterozygosity([[1, 0], [0, 0]]),
            ValueError,
            "counts must have something above 0 in each row",
        ),
        (lambda: measures.heterozygosity([-1, 2]), ValueError, "counts must hold numbers of at least 0, got -1"),
        (lambda: measures.distinct(3), ValueError, "counts must have an axis of categories"),
        (lambda: measures.distinct([]), ValueError, "counts must hold at least one number"),
        (
            lambda: measures.total_variance_ratio([[1.0]], [[1.0], [2.0]]),
            ValueError,
            "values must be a table of at least",
        ),
        (lambda: measures.total_variance_ratio([[1.0], [2.0]], [[1.0], [1.0]]), ValueError, "reference must vary"),
        (
            lambda: measures.total_variance_ratio([[1.0], [2.0]], [[1.0, 2], [1.0, 3]]),
            ValueError,
            "reference must have 1 columns as values has, got 2",
        ),
        (lambda: measures.mean_interval([1.0]), ValueError, "values must be a one-dimensional array of at least 2"),
        (lambda: measures.mean_interval([[1.0, 2.0]]), ValueError, "got shape (1, 2)"),
        (lambda: measures.mean_interval([1, 2], confidence=1), ValueError, "confidence must be below 1, got 1"),
        (lambda: measures.geometric_mean_interval([0.0, 1.0]), ValueError, "values must be above 0 to have logarithms"),
        (lambda: measures.proportion_interval(3, 2), ValueError, "successes must be at most trials=2, got 3"),
        (lambda: measures.proportion_interval(-1, 2), ValueError, "successes must be at least 0, got -1"),
        (lambda: measures.proportion_interval(1, 0), ValueError, "trials must be at least 1, got 0"),
        (lambda: measures.proportion_interval(1.5, 2), TypeError, "successes must be an integer, got 1.5"),  # type: ignore[arg-type]
        (lambda: measures.bootstrap_interval([1, 2], "mean", seed=1), TypeError, "statistic must be a function"),  # type: ignore[arg-type]
        (
            lambda: measures.bootstrap_interval([1, 2], np.mean, resamples=10, seed=1),
            ValueError,
            "resamples must be at least 100, got 10",
        ),
        (lambda: measures.bootstrap_interval([1, 2], np.mean, seed=-1), ValueError, "seed must be at least 0, got -1"),
        (
            lambda: measures.seeds_for_relative_error([1, -1], relative_error=0.1),
            ValueError,
            "values must have a mean other than 0",
        ),
        (
            lambda: measures.seeds_for_relative_error([1, 2], relative_error=0),
            ValueError,
            "relative_error must be above 0, got 0",
        ),
        (
            lambda: measures.seeds_for_squared_variation(1e30, relative_error=0.1),
            ValueError,
            "relative_error=0.1 would need 1e+32 seeds",
        ),
    ],
)
def test_measures_refuse_bad_input(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        call()
