"""The theory against second derivations: recursions, moments by integration, brute force and published numbers."""

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from secondhand.generations import theory

SIZES = st.integers(2, 300)
GENERATIONS = st.integers(0, 60)
SIZES_AND_REAL = st.integers(2, 200).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size)))

# The functions of normal chains, called alike.
NORMAL: dict[str, Callable[..., np.ndarray]] = {
    "expected_variance": theory.expected_variance,
    "expected_squared_mean": theory.expected_squared_mean,
    "expected_wasserstein2": theory.expected_wasserstein2,
    "typical_log_variance": theory.typical_log_variance,
    "log_variance_variance": theory.log_variance_variance,
    "variance_quantile": lambda workflow, **arguments: theory.variance_quantile(0.5, workflow, **arguments),
    "seeds_needed": theory.seeds_needed,
}
WITHOUT_REAL_DATA = sorted(set(NORMAL) - {"expected_variance", "expected_squared_mean"})


def factor_expectation(function: Callable[[float], float], sample_size: int, *, biased: bool) -> float:
    """Return the expectation of a function of v'/v by numerical integration over χ²."""
    law = stats.chi2(sample_size - 1, scale=1 / (sample_size if biased else sample_size - 1))
    return integrate.quad(lambda v: function(v) * law.pdf(v), 0, np.inf, limit=500)[0]


# --- Normal laws ------------------------------------------------------------------------------------------------------


@given(SIZES_AND_REAL, GENERATIONS)
def test_variance_and_squared_mean_add_up_to_one(size_and_real: tuple[int, int], generations: int) -> None:
    size, real = size_and_real
    arguments: dict[str, Any] = {"sample_size": size, "generations": generations, "real_share": real / size}
    total = theory.expected_variance("replace", **arguments) + theory.expected_squared_mean("replace", **arguments)
    assert total == pytest.approx(np.ones(generations + 1), abs=1e-10)


@given(SIZES_AND_REAL, GENERATIONS, st.booleans())
def test_moments_follow_the_law_of_total_variance(
    size_and_real: tuple[int, int], generations: int, biased: bool
) -> None:
    """Derived again from pairs of items.

    Two different items of a pool have the covariance of their models: μ² of the last one if both are synthetic, which
    is so for s(s − 1) of the M² ordered pairs; an item with itself has 1 if real, v + μ² if synthetic.
    """
    size, real = size_and_real
    synthetic = size - real
    v, d = [1.0], [0.0]
    for _ in range(generations):
        own = real + synthetic * (v[-1] + d[-1])
        squared_mean = (own + synthetic * (synthetic - 1) * d[-1]) / size**2
        v.append((own / size - squared_mean) * (1 if biased else size / (size - 1)))
        d.append(squared_mean)
    arguments: dict[str, Any] = {
        "sample_size": size,
        "generations": generations,
        "biased": biased,
        "real_share": real / size,
    }
    assert theory.expected_variance("replace", **arguments) == pytest.approx(np.array(v), abs=1e-10)
    assert theory.expected_squared_mean("replace", **arguments) == pytest.approx(np.array(d), abs=1e-10)


@given(SIZES, GENERATIONS)
def test_closed_forms_without_real_data(size: int, generations: int) -> None:
    t = np.arange(generations + 1)
    arguments: dict[str, Any] = {"sample_size": size, "generations": generations}
    assert theory.expected_variance("replace", **arguments) == pytest.approx((1 - 1 / size) ** t, abs=1e-10)
    assert theory.expected_variance("replace", **arguments, biased=False) == pytest.approx(1 + 0 * t, abs=1e-10)
    assert theory.expected_squared_mean("replace", **arguments, biased=False) == pytest.approx(t / size, abs=1e-10)


@pytest.mark.parametrize("size", [4, 10, 57])
@pytest.mark.parametrize("biased", [True, False])
def test_logarithms_and_roots_are_those_of_chi_squared(size: int, biased: bool) -> None:
    arguments: dict[str, Any] = {"sample_size": size, "generations": 7, "biased": biased}
    mean = factor_expectation(np.log, size, biased=biased)
    variance = factor_expectation(lambda v: (np.log(v) - mean) ** 2, size, biased=biased)
    t = np.arange(8)
    assert theory.typical_log_variance("replace", **arguments) == pytest.approx(t * mean, rel=1e-6)
    assert theory.log_variance_variance("replace", **arguments) == pytest.approx(t * variance, rel=1e-6)
    root = factor_expectation(np.sqrt, size, biased=biased)
    distance = (0 if biased else t / size) + 2 * (1 - root**t)
    assert theory.expected_wasserstein2("replace", **arguments) == pytest.approx(distance, rel=1e-6, abs=1e-9)


def test_published_and_derived_numbers_of_normal_chains() -> None:
    hundred: dict[str, Any] = {"sample_size": 100, "generations": 100}
    fifty: dict[str, Any] = {"sample_size": 50, "generations": 50}
    assert theory.expected_wasserstein2("replace", **hundred)[-1] == pytest.approx(1.0600, abs=5e-5)
    assert theory.expected_wasserstein2("replace", **hundred, biased=False)[-1] == pytest.approx(1.4463, abs=5e-5)
    assert theory.seeds_needed("replace", **hundred)[-1] == 639
    assert theory.expected_variance("replace", **fifty)[-1] == pytest.approx(0.3642, abs=5e-5)
    assert np.exp(theory.typical_log_variance("replace", **fifty)[-1]) == pytest.approx(0.130, abs=5e-4)
    assert theory.stationary_variance(sample_size=50, real_share=0.02) == pytest.approx(0.662, abs=5e-4)
    assert theory.stationary_variance(sample_size=200, real_share=0.005) == pytest.approx(0.666, abs=5e-4)
    assert theory.stationary_variance(sample_size=50, real_share=0.1) == pytest.approx(0.904, abs=5e-4)
    assert theory.half_life_of_mean_variance(sample_size=100) == pytest.approx(69.0, abs=0.05)
    assert theory.half_life_of_typical_variance(sample_size=100) == pytest.approx(34.3, abs=0.05)


@given(SIZES_AND_REAL.filter(lambda pair: pair[1] > 0))
def test_stationary_variance_is_where_the_expectation_goes(size_and_real: tuple[int, int]) -> None:
    size, real = size_and_real
    # The memory of the start is below (1 − α)² per generation.
    generations = int(np.ceil(30 / -np.log(max(1 - real / size, 1e-3))))
    variance = theory.expected_variance("replace", sample_size=size, generations=generations, real_share=real / size)
    assert variance[-1] == pytest.approx(
        theory.stationary_variance(sample_size=size, real_share=real / size), abs=1e-10
    )


def test_without_real_data_nothing_stays() -> None:
    assert theory.stationary_variance(sample_size=50, real_share=0) == pytest.approx(0, abs=1e-15)


@given(SIZES)
def test_half_lives_solve_their_equations(size: int) -> None:
    assert (1 - 1 / size) ** theory.half_life_of_mean_variance(sample_size=size) == pytest.approx(0.5)
    for biased in (True, False):
        step = theory.typical_log_variance("replace", sample_size=size, generations=1, biased=biased)[1]
        half_life = theory.half_life_of_typical_variance(sample_size=size, biased=biased)
        assert step * half_life == pytest.approx(-np.log(2))


@pytest.mark.parametrize("size", [2, 3, 10, 1_000])
@pytest.mark.parametrize("biased", [True, False])
def test_quantiles_of_the_first_generation_are_those_of_chi_squared(size: int, biased: bool) -> None:
    levels = [1e-6, 0.025, 0.5, 0.9, 1 - 1e-6]
    quantiles = theory.variance_quantile(levels, "replace", sample_size=size, generations=1, biased=biased)
    assert (quantiles[:, 0] == 1).all()
    expected = stats.chi2.ppf(levels, size - 1) / (size if biased else size - 1)
    assert quantiles[:, 1] == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("size", [3, 8])
@pytest.mark.parametrize("level", [0.05, 0.5, 0.95])
def test_quantiles_of_the_second_generation_are_those_of_a_product(size: int, level: float) -> None:
    """P(v ≤ x) of a product of two factors by integrating one of them out, on the scale of logarithms."""
    quantile = theory.variance_quantile(level, "replace", sample_size=size, generations=2)[2]
    factor = stats.chi2(size - 1, scale=1 / size)
    probability = integrate.quad(
        lambda log_v: factor.cdf(quantile / np.exp(log_v)) * factor.pdf(np.exp(log_v)) * np.exp(log_v),
        -40,
        5,
        limit=500,
    )[0]
    assert probability == pytest.approx(level, abs=1e-7)


def test_quantiles_take_one_level_or_a_row() -> None:
    arguments: dict[str, Any] = {"sample_size": 20, "generations": 30}
    bands = theory.variance_quantile([0.1, 0.5, 0.9], "replace", **arguments)
    assert bands.shape == (3, 31)
    assert (np.diff(bands[:, 1:], axis=0) > 0).all()
    assert (theory.variance_quantile(0.5, "replace", **arguments) == bands[1]).all()


def test_seeds_follow_from_the_moments_of_chi_squared() -> None:
    size, error = 12, 0.07
    first, second = (factor_expectation(moment, size, biased=True) for moment in (lambda v: v, lambda v: v**2))
    t = np.arange(20)
    variation = (second / first**2) ** t - 1
    seeds = theory.seeds_needed("replace", sample_size=size, generations=19, relative_error=error)
    assert seeds.tolist() == np.maximum(1, np.ceil(variation / error**2)).tolist()
    unbiased = theory.seeds_needed("replace", sample_size=size, generations=19, relative_error=error, biased=False)
    assert (unbiased == seeds).all()


# --- Categories -------------------------------------------------------------------------------------------------------


def test_survival_is_the_branching_recursion() -> None:
    copies, generations = 3.7, 12
    u = 0.0
    expected = [1.0]
    for _ in range(generations):
        expected.append(1 - np.exp(-copies * (1 - u)))
        u = np.exp(u - 1)
    survival = theory.survival_probability(copies / 1_000, sample_size=1_000, generations=generations)
    assert survival == pytest.approx(np.array(expected), abs=1e-10)


def test_published_and_derived_numbers_of_categories() -> None:
    assert 1 - theory.exact_survival_probability(0.02, sample_size=100, generations=1)[1] == pytest.approx(
        0.1326, abs=5e-5
    )
    arguments: dict[str, Any] = {"sample_size": 1_000, "generations": 10}
    assert 1 - theory.survival_probability(0.005, **arguments)[-1] == pytest.approx(0.4226, abs=5e-5)
    assert 1 - theory.exact_survival_probability(0.005, **arguments)[-1] == pytest.approx(0.4213, abs=5e-5)
    assert (theory.median_survival(5), theory.median_survival(20)) == (13, 56)
    assert theory.absorption_time(0.1, sample_size=100) == pytest.approx(65.02, abs=5e-3)
    assert theory.exact_absorption_time(0.1, sample_size=100) == pytest.approx(63.45, abs=5e-3)
    assert theory.time_to_one_survivor(sample_size=200) == 398


@pytest.mark.parametrize("copies", [1, 2, 5])
def test_branching_approaches_the_exact_chain_as_samples_grow(copies: int) -> None:
    """Its error is below p and of order 1/N: ten times the sample, a tenth of it, up to terms of relative order p."""
    errors = []
    for size in (40, 400):
        arguments: dict[str, Any] = {"sample_size": size, "generations": 8}
        approximate = theory.survival_probability(copies / size, **arguments)
        errors.append(np.abs(approximate - theory.exact_survival_probability(copies / size, **arguments))[1:].max())
    assert errors[0] * 40 == pytest.approx(errors[1] * 400, rel=copies / 40)
    assert errors[1] < copies / 400


@pytest.mark.parametrize("size", [1, 2, 5])
def test_exact_survival_is_that_of_all_histories(size: int) -> None:
    """Brute force: the sum over every sequence of counts of three generations."""
    p = 0.3

    def draw(count: int, probability: float) -> float:
        return math.comb(size, count) * probability**count * (1 - probability) ** (size - count)

    lost = [0.0, 0.0, 0.0, 0.0]
    for first in range(size + 1):
        for second in range(size + 1):
            for third in range(size + 1):
                weight = draw(first, p) * draw(second, first / size) * draw(third, second / size)
                for t, count in enumerate((first, second, third), start=1):
                    lost[t] += weight * (count == 0)
    exact = theory.exact_survival_probability(p, sample_size=size, generations=3)
    assert exact == pytest.approx(1 - np.array(lost), abs=1e-10)


@given(st.just(0.0) | st.floats(1e-12, 1), st.integers(1, 60), st.integers(0, 15))
def test_survival_falls_from_one_and_both_forms_broadcast(p: float, size: int, generations: int) -> None:
    for function in (theory.survival_probability, theory.exact_survival_probability):
        survival = function(p, sample_size=size, generations=generations)
        assert survival.shape == (generations + 1,)
        assert survival[0] == (p > 0)
        assert (np.diff(survival) <= 1e-12).all()
        table = function([[p, 0.5], [0.1, p]], sample_size=size, generations=generations)
        assert table.shape == (2, 2, generations + 1)
        assert table[0, 0] == pytest.approx(survival, abs=1e-12)
        assert table[1, 1] == pytest.approx(survival, abs=1e-12)


def test_expected_survivors_adds_categories_up() -> None:
    law = np.array([0.5, 0.3, 0.2])
    arguments: dict[str, Any] = {"sample_size": 40, "generations": 6}
    assert theory.expected_survivors(law, **arguments) == pytest.approx(
        sum(theory.survival_probability(p, **arguments) for p in law)
    )
    distinct = theory.expected_survivors(np.full(5_000, 1 / 5_000), sample_size=5_000, generations=100)
    assert distinct[100] == pytest.approx(2 * 5_000 / 102, rel=0.02)


@given(st.lists(st.integers(1, 20), min_size=1, max_size=4), st.integers(1, 12))
def test_heterozygosity_after_one_draw_is_that_of_binomial_moments(weights: list[int], size: int) -> None:
    law = np.array(weights) / sum(weights)
    second_moments = law * (1 - law) / size + law**2
    expected = theory.expected_heterozygosity(law, sample_size=size, generations=5)
    assert expected[0] == pytest.approx(1 - (law**2).sum(), abs=1e-10)
    assert expected[1] == pytest.approx(1 - second_moments.sum(), abs=1e-10)
    assert expected[1:] == pytest.approx(expected[:-1] * (1 - 1 / size), abs=1e-10)


@given(st.floats(0.05, 40))
def test_median_survival_is_where_survival_passes_one_half(copies: float) -> None:
    median = theory.median_survival(copies)
    survival = theory.survival_probability(copies / 1_000, sample_size=1_000, generations=median)
    assert survival[median] <= 0.5 + 1e-12
    assert survival[median - 1] > 0.5 - 1e-12


def test_median_survival_is_proportional_to_the_count() -> None:
    assert theory.median_survival(10_000) / 10_000 == pytest.approx(2 / np.log(2), rel=1e-3)


@pytest.mark.parametrize("size", [1, 2, 7, 30])
def test_absorption_takes_the_time_that_both_survive(size: int) -> None:
    """A second derivation: the expected time is the sum over generations of the probability that both are left."""
    p, generations = 0.3, 60 * size
    arguments: dict[str, Any] = {"sample_size": size, "generations": generations}
    both = (
        theory.exact_survival_probability(p, **arguments) + theory.exact_survival_probability(1 - p, **arguments) - 1
    ).sum()
    assert theory.exact_absorption_time(p, sample_size=size) == pytest.approx(both, rel=1e-10)


def test_absorption_is_immediate_where_one_is_left() -> None:
    assert theory.exact_absorption_time([0.0, 1.0], sample_size=10).tolist() == [0, 0]
    assert theory.absorption_time([0.0, 1.0], sample_size=10).tolist() == [0, 0]


@pytest.mark.parametrize("size", [2, 10, 40, 200])
def test_time_to_one_survivor_is_close_to_the_exact_chain_of_lines(size: int) -> None:
    """Lines of descent choose their parents one after the other: a parent already chosen, or a new one."""
    parents = np.zeros((size + 1, size + 1))
    parents[0, 0] = 1
    chosen = np.arange(1, size + 1)
    for lines in chosen:
        parents[lines, 1:] = (parents[lines - 1, 1:] * chosen + parents[lines - 1, :-1] * (size - chosen + 1)) / size
    exact = np.linalg.solve(np.eye(size - 1) - parents[2:, 2:], np.ones(size - 1))[-1]
    assert exact <= theory.time_to_one_survivor(sample_size=size) < exact + 2
    mergers = [2 * size / (lines * (lines - 1)) for lines in range(2, size + 1)]
    assert theory.time_to_one_survivor(sample_size=size) == pytest.approx(sum(mergers))


# --- Bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(NORMAL))
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"workflow": "replaced"}, ValueError, "workflow must be one of"),
        ({"workflow": None}, TypeError, "workflow must be a string, got None"),
        ({"sample_size": 1}, ValueError, "sample_size must be at least 2, got 1"),
        ({"sample_size": 1.5}, TypeError, "sample_size must be an integer, got 1.5"),
        ({"generations": -1}, ValueError, "generations must be at least 0, got -1"),
        ({"generations": "x"}, TypeError, "generations must be an integer, got 'x'"),
        ({"biased": 1}, TypeError, "biased must be True or False, got 1"),
        ({"real_share": 0.03}, ValueError, "real_share must make real_share · sample_size a whole number"),
        ({"real_share": 2}, ValueError, "real_share must be at most 1, got 2"),
    ],
)
def test_theory_of_normal_chains_refuses_bad_input(
    name: str, change: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=re.escape(message)):
        NORMAL[name](**({"workflow": "replace", "sample_size": 10, "generations": 3} | change))


@pytest.mark.parametrize("name", WITHOUT_REAL_DATA)
def test_what_has_no_closed_form_with_real_data_says_so(name: str) -> None:
    with pytest.raises(ValueError, match=r"real_share must be 0 for .*, got 0.5; simulate, or use expected_variance"):
        NORMAL[name]("replace", sample_size=10, generations=3, real_share=0.5)


@pytest.mark.parametrize("workflow", ["accumulate", "accumulate-subsample", "fixed-real"])
@pytest.mark.parametrize("name", WITHOUT_REAL_DATA)
def test_what_has_no_closed_form_for_a_workflow_says_so(name: str, workflow: str) -> None:
    with pytest.raises(ValueError, match=f"workflow must be 'replace' for .* no closed form for '{workflow}'"):
        NORMAL[name](workflow, sample_size=10, generations=3)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: theory.variance_quantile(0.0, "replace", sample_size=5, generations=1),
            ValueError,
            "quantile must be from 1e-6 to 1 - 1e-6, got 0.0",
        ),
        (
            lambda: theory.variance_quantile([[0.5]], "replace", sample_size=5, generations=1),
            ValueError,
            "quantile must be one number or one row of numbers, got shape (1, 1)",
        ),
        (
            lambda: theory.variance_quantile("x", "replace", sample_size=5, generations=1),
            TypeError,
            "quantile must hold numbers, got 'x'",
        ),
        (
            lambda: theory.seeds_needed("replace", sample_size=5, generations=1, relative_error=0),
            ValueError,
            "relative_error must be above 0, got 0",
        ),
        (
            lambda: theory.seeds_needed("replace", sample_size=2, generations=5_000),
            ValueError,
            "allow a larger error or fewer generations",
        ),
        (
            lambda: theory.survival_probability(1.5, sample_size=5, generations=1),
            ValueError,
            "probability must be from 0 to 1, got 1.5",
        ),
        (
            lambda: theory.survival_probability(np.nan, sample_size=5, generations=1),
            ValueError,
            "probability must be from 0 to 1, got nan",
        ),
        (
            lambda: theory.survival_probability("x", sample_size=5, generations=1),
            TypeError,
            "probability must hold numbers, got 'x'",
        ),
        (
            lambda: theory.survival_probability(0.5, sample_size=0, generations=1),
            ValueError,
            "sample_size must be at least 1, got 0",
        ),
        (
            lambda: theory.survival_probability(0.5, sample_size=5, generations=-1),
            ValueError,
            "generations must be at least 0, got -1",
        ),
        (
            lambda: theory.exact_survival_probability(0.5, sample_size=2_001, generations=1),
            ValueError,
            "sample_size must be at most 2000 for the exact chain, got 2001",
        ),
        (
            lambda: theory.expected_survivors([0.5], sample_size=5, generations=1),
            ValueError,
            "probabilities must sum to 1, got 0.5",
        ),
        (
            lambda: theory.expected_heterozygosity([0.5], sample_size=5, generations=1),
            ValueError,
            "probabilities must sum to 1, got 0.5",
        ),
        (lambda: theory.median_survival(0), ValueError, "expected_copies must be above 0, got 0"),
        (lambda: theory.absorption_time(-0.1, sample_size=5), ValueError, "probability must be from 0 to 1, got -0.1"),
        (lambda: theory.exact_absorption_time(0.1, sample_size=0), ValueError, "sample_size must be at least 1, got 0"),
        (lambda: theory.time_to_one_survivor(sample_size=0), ValueError, "sample_size must be at least 1, got 0"),
        (lambda: theory.stationary_variance(sample_size=1, real_share=0), ValueError, "sample_size must be at least 2"),
        (lambda: theory.half_life_of_mean_variance(sample_size=1), ValueError, "sample_size must be at least 2, got 1"),
        (lambda: theory.half_life_of_typical_variance(sample_size=1), ValueError, "sample_size must be at least 2"),
    ],
)
def test_theory_refuses_bad_input(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        call()
