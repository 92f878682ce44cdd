"""The theory of mixing: conservation in every workflow, closed forms against recursions, limits, and bad input."""

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from secondhand.generations import WORKFLOWS, theory

SIZES = st.integers(2, 60).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size)))


@pytest.mark.parametrize("workflow", WORKFLOWS)
@given(SIZES, st.integers(0, 60))
def test_variance_and_scatter_add_up_to_one_in_every_workflow(
    workflow: str, size_and_real: tuple[int, int], generations: int
) -> None:
    size, real = size_and_real
    arguments: dict[str, Any] = {"sample_size": size, "generations": generations, "real_share": real / size}
    total = theory.expected_variance(workflow, **arguments) + theory.expected_squared_mean(workflow, **arguments)
    assert total == pytest.approx(np.ones(generations + 1), abs=1e-10)


@pytest.mark.parametrize("workflow", WORKFLOWS)
@given(st.integers(2, 60), st.floats(0, 1), st.booleans())
def test_the_first_generation_is_fitted_to_real_data_alone(
    workflow: str, size: int, ratio: float, biased: bool
) -> None:
    arguments: dict[str, Any] = {"sample_size": size, "generations": 1, "biased": biased}
    variance = theory.expected_variance(workflow, **arguments, sampler_variance_ratio=ratio)
    assert variance == pytest.approx(np.array([1, 1 - 1 / size if biased else 1]), abs=1e-12)
    scatter = theory.expected_squared_mean(workflow, **arguments, sampler_variance_ratio=ratio)
    assert scatter == pytest.approx(np.array([0, 1 / size]), abs=1e-12)


@given(st.integers(2, 100), st.integers(0, 80))
def test_accumulating_keeps_the_product(size: int, generations: int) -> None:
    arguments: dict[str, Any] = {"sample_size": size, "generations": generations}
    kept = theory.expected_variance("accumulate", **arguments)
    factors = [1 - 1 / (size * j**2) for j in range(1, generations + 1)]
    assert kept == pytest.approx(np.array([math.prod(factors[:t]) for t in range(generations + 1)]), abs=1e-10)
    assert (kept > theory.accumulated_variance_limit(sample_size=size)).all()


def test_accumulated_variance_approaches_its_limit() -> None:
    assert theory.accumulated_variance_limit(sample_size=10) == pytest.approx(0.8434, abs=5e-5)
    kept = theory.expected_variance("accumulate", sample_size=10, generations=20_000)[-1]
    assert kept == pytest.approx(theory.accumulated_variance_limit(sample_size=10), rel=1e-5)


@pytest.mark.parametrize("size", [2, 7, 50])
def test_known_variance_gives_sums_of_squares(size: int) -> None:
    arguments: dict[str, Any] = {"sample_size": size, "generations": 40, "fit_variance": False}
    error = {name: size * theory.expected_squared_mean(name, **arguments) for name in WORKFLOWS}
    assert error["replace"] == pytest.approx(np.arange(41.0), abs=1e-10)
    assert error["accumulate"] == pytest.approx(theory.accumulated_error(generations=40), abs=1e-10)
    assert (theory.expected_variance("accumulate", **arguments) == 1).all()


def test_fixed_budget_is_the_limit_of_large_samples() -> None:
    arguments: dict[str, Any] = {"generations": 60, "fit_variance": False}
    limit = theory.fixed_budget_error(generations=60)
    gap = []
    for size in (1_000, 10_000):
        exact = size * theory.expected_squared_mean("accumulate-subsample", sample_size=size, **arguments)
        gap.append(np.abs(exact - limit).max())
    assert gap[1] < gap[0] / 9
    assert gap[1] < 2e-3
    assert limit[60] == pytest.approx(2.885, abs=1e-3)
    far = theory.fixed_budget_error(generations=200_000)[-1]
    assert far == pytest.approx(theory.FIXED_BUDGET_ERROR_LIMIT, abs=2e-5)
    assert pytest.approx(2.9348, abs=1e-4) == theory.FIXED_BUDGET_ERROR_LIMIT
    assert theory.accumulated_error(generations=200_000)[-1] == pytest.approx(theory.ACCUMULATED_ERROR_LIMIT, abs=1e-5)


def test_a_fixed_budget_keeps_less_than_all_data_and_more_than_none() -> None:
    for size, left in ((10, 0.739), (50, 0.943)):
        arguments: dict[str, Any] = {"sample_size": size, "generations": 3_000}
        kept = [theory.expected_variance(name, **arguments)[-1] for name in WORKFLOWS[:3]]
        assert kept[0] < kept[2] < kept[1]
        assert kept[2] == pytest.approx(left, abs=1e-3)


@pytest.mark.parametrize(("size", "real"), [(50, 5), (20, 10), (250, 50)])
def test_a_fixed_real_set_keeps_what_it_had_times_what_the_loop_leaves(size: int, real: int) -> None:
    """Relative to the real set itself, whose variance is 1 − 1/n, the loop keeps 1 − a/(M(1 − a²) + a)."""
    a = 1 - real / size
    kept = theory.expected_variance("fixed-real", sample_size=size, generations=2_000, real_share=real / size)[-1]
    assert kept == pytest.approx((1 - 1 / real) * (1 - a / (size * (1 - a**2) + a)), abs=1e-10)


@given(st.integers(2, 80).flatmap(lambda size: st.tuples(st.just(size), st.integers(1, size))), st.floats(0, 1))
def test_stationary_variance_is_where_a_biased_sampler_settles(size_and_real: tuple[int, int], ratio: float) -> None:
    size, real = size_and_real
    arguments: dict[str, Any] = {
        "sample_size": size,
        "real_share": real / size,
        "sampler_variance_ratio": ratio,
    }
    settled = theory.stationary_variance(**arguments)
    assert theory.expected_variance("replace", generations=3_000, **arguments)[-1] == pytest.approx(settled, abs=1e-10)
    if settled <= 1 - 1 / size:
        needed = theory.real_share_needed(settled, sample_size=size, sampler_variance_ratio=ratio)
        assert needed == pytest.approx(real / size, abs=1e-7)


def test_published_and_derived_numbers_of_mixing() -> None:
    for size in (50, 200, 1_000):
        assert theory.stationary_variance(sample_size=size, real_share=1 / size) == pytest.approx(2 / 3, abs=6e-3)
    biased = theory.stationary_variance(sample_size=50, real_share=0.1, sampler_variance_ratio=0.5)
    assert biased == pytest.approx(0.178, abs=1e-3)
    large = theory.stationary_variance(sample_size=10**7, real_share=0.1, sampler_variance_ratio=0.5)
    assert large == pytest.approx(0.1 / (1 - 0.9 * 0.5), abs=1e-5)
    assert theory.golden_ratio_weight() == pytest.approx((math.sqrt(5) - 1) / 2, abs=1e-12)
    assert theory.weighted_error(0.5) == pytest.approx(2 / 3)
    assert theory.weighted_error(1.0) == pytest.approx(1)


def test_a_shrinking_sampler_is_the_limit_of_large_samples() -> None:
    arguments: dict[str, Any] = {"generations": 200, "sampler_variance_ratio": 0.5}
    law = theory.shrinking_sampler_variance(**arguments)
    assert theory.expected_variance("accumulate", sample_size=10**7, **arguments) == pytest.approx(law, abs=1e-6)
    assert law[50] == pytest.approx(0.159, abs=5e-4)
    product = np.cumprod([1 - 0.5 / j for j in range(2, 201)])
    assert law[2:] == pytest.approx(product, abs=1e-10)
    assert law[200] * 200**0.5 * math.gamma(1.5) == pytest.approx(1, abs=1e-3)
    honest = theory.shrinking_sampler_variance(generations=9, sampler_variance_ratio=1)
    assert honest == pytest.approx(np.ones(10), abs=1e-12)


@given(st.floats(0.05, 20))
def test_the_best_weight_minimises_the_error_and_equals_it(ratio: float) -> None:
    best = theory.best_real_weight(real_per_synthetic=ratio)
    found = minimize_scalar(
        lambda weight: float(theory.weighted_error(weight, real_per_synthetic=ratio)),
        bounds=(1e-6, 1),
        method="bounded",
        options={"xatol": 1e-10},
    )
    assert found.x == pytest.approx(best, abs=1e-5)
    assert theory.weighted_error(best, real_per_synthetic=ratio) == pytest.approx(best, abs=1e-10)
    assert best == pytest.approx((math.sqrt(ratio**2 + 4 * ratio) - ratio) / 2, abs=1e-10)


@pytest.mark.parametrize("workflow", WORKFLOWS)
@given(SIZES, st.integers(0, 30))
def test_categories_lose_variety_as_normal_laws_lose_variance(
    workflow: str, size_and_real: tuple[int, int], generations: int
) -> None:
    size, real = size_and_real
    arguments: dict[str, Any] = {"sample_size": size, "generations": generations, "real_share": real / size}
    variety = theory.expected_heterozygosity([0.5, 0.3, 0.2], workflow=workflow, **arguments)
    assert variety == pytest.approx(0.62 * theory.expected_variance(workflow, **arguments), abs=1e-10)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: theory.accumulated_error(generations=-1), ValueError, "generations must be at least 0, got -1"),
        (lambda: theory.fixed_budget_error(generations="x"), TypeError, "generations must be an integer, got 'x'"),  # type: ignore[arg-type]
        (lambda: theory.accumulated_variance_limit(sample_size=1), ValueError, "sample_size must be at least 2, got 1"),
        (
            lambda: theory.shrinking_sampler_variance(sampler_variance_ratio=1.5, generations=2),
            ValueError,
            "sampler_variance_ratio must be at most 1, got 1.5",
        ),
        (
            lambda: theory.best_real_weight(real_per_synthetic=0),
            ValueError,
            "real_per_synthetic must be above 0, got 0",
        ),
        (lambda: theory.weighted_error(0.0), ValueError, "real_weight must be above 0 and at most 1, got 0.0"),
        (lambda: theory.weighted_error("x"), TypeError, "real_weight must hold numbers, got 'x'"),
        (
            lambda: theory.real_share_needed(0.99, sample_size=10),
            ValueError,
            "variance must be at most 0.9, got 0.99",
        ),
        (
            lambda: theory.stationary_variance(sample_size=10, real_share=0.1, sampler_variance_ratio=-1),
            ValueError,
            "sampler_variance_ratio must be at least 0, got -1",
        ),
        (
            lambda: theory.expected_variance("replace", sample_size=5, generations=1, fit_variance="no"),  # type: ignore[arg-type]
            TypeError,
            "fit_variance must be True or False, got 'no'",
        ),
        (
            lambda: theory.expected_variance("accumulate", sample_size=5, generations=1, sampler_variance_ratio=-1),
            ValueError,
            "sampler_variance_ratio must be at least 0, got -1",
        ),
        (
            lambda: theory.expected_heterozygosity([1.0], workflow="mix", sample_size=5, generations=1),
            ValueError,
            "workflow must be one of",
        ),
    ],
)
def test_theory_of_mixing_refuses_bad_input(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        call()
