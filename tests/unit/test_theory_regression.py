"""The theory of regressions against second derivations: recursions, sums, special cases and numbers."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from secondhand.generations import theory

TEN: dict[str, Any] = {"features": 10, "samples": 50, "noise": 1.0}
SIZES = st.integers(1, 40).flatmap(lambda d: st.tuples(st.just(d), st.integers(d + 2, 200)))


def test_derived_numbers() -> None:
    arguments: dict[str, Any] = {**TEN, "generations": 10}
    for design in ("same", "fresh"):
        assert theory.regression_error("replace", **arguments, design=design)[-1] == pytest.approx(2.564, abs=5e-4)
    assert theory.regression_error("accumulate", **arguments)[-1] == pytest.approx(0.3974, abs=5e-5)
    assert theory.regression_error("accumulate", **arguments, design="fresh")[-1] == pytest.approx(0.3759, abs=5e-5)
    assert theory.accumulation_limit(**TEN) == pytest.approx(0.4218, abs=5e-5)
    assert theory.fixed_budget_error(generations=60)[60] == pytest.approx(2.885, abs=5e-4)
    halves = theory.minimum_norm_error(generations=3, features=20, samples=10)
    assert halves.tolist() == [0, 0.5, 0.75, 0.875]


@given(SIZES, st.integers(0, 30), st.floats(0, 10))
def test_one_generation_costs_the_same_whatever_is_kept(size: tuple[int, int], generations: int, noise: float) -> None:
    features, samples = size
    arguments: dict[str, Any] = {
        "generations": generations,
        "features": features,
        "samples": samples,
        "noise": noise,
    }
    replace = theory.regression_error("replace", **arguments)
    same = theory.regression_error("accumulate", **arguments)
    fresh = theory.regression_error("accumulate", **arguments, design="fresh")
    i = np.arange(generations + 1)
    assert replace == pytest.approx(i * noise**2 * features / (samples - features - 1), rel=1e-10)
    assert (replace == theory.regression_error("replace", **arguments, design="fresh")).all()
    for errors in (replace, same, fresh):
        assert errors.shape == (generations + 1,)
        assert errors[0] == 0
        assert errors[1:2] == pytest.approx(replace[1:2], rel=1e-10)
        assert (np.diff(errors) >= 0).all()
    # Fresh features are better than old ones, and old ones than forgetting.
    assert (fresh <= same * (1 + 1e-10)).all()
    assert (same <= replace * (1 + 1e-10)).all()
    limits = {
        design: theory.accumulation_limit(features=features, samples=samples, noise=noise, design=design)
        for design in ("same", "fresh")
    }
    assert (same <= limits["same"]).all()
    assert (fresh <= limits["fresh"]).all()


@given(SIZES)
def test_accumulation_goes_to_its_limit(size: tuple[int, int]) -> None:
    """What is left after n generations lies between the integrals from n + 1 and from n of the terms."""
    features, samples = size
    n, a = 1_000, (features + 1) / samples
    arguments: dict[str, Any] = {"features": features, "samples": samples, "noise": 1.0}
    for design, scale, shift in (
        ("same", features / (samples - features - 1), 0.0),
        ("fresh", features / samples, a),
    ):
        reached = theory.regression_error("accumulate", **arguments, generations=n, design=design)[-1]
        left = theory.accumulation_limit(**arguments, design=design) - reached
        assert scale / (n + 1) * (1 - 1e-6) <= left <= scale / (n - shift) * (1 + 1e-6)


def test_with_many_items_the_designs_agree() -> None:
    arguments: dict[str, Any] = {"generations": 20, "features": 2, "samples": 1_000_000, "noise": 1.0}
    same, fresh = (theory.regression_error("accumulate", **arguments, design=design) for design in ("same", "fresh"))
    assert fresh == pytest.approx(same, rel=1e-5)


def test_subsample_ratio_follows_the_covariances_of_generations() -> None:
    """Derived again, item by item: pool averages and fits, in units of the first error.

    Each is a vector of weights of the independent noises z(i) and s(i) of all generations.
    """
    generations = 12
    noises = 2 * generations
    pool = np.zeros(noises)
    fits: list[np.ndarray] = []
    for n in range(1, generations + 1):
        own = np.zeros(noises)
        own[2 * n - 2] = 1.0
        previous = fits[-1] if fits else np.zeros(noises)
        pool = ((n - 1) * pool + previous + own) / n
        fit = pool.copy()
        fit[2 * n - 1] += np.sqrt(1 - 1 / n)
        fits.append(fit)
    expected = [0.0] + [float(fit @ fit) for fit in fits]
    assert theory.fixed_budget_error(generations=generations) == pytest.approx(np.array(expected), abs=1e-10)


def test_subsample_ratio_starts_at_one_and_goes_to_its_limit() -> None:
    ratio = theory.fixed_budget_error(generations=100_000)
    assert ratio[:4] == pytest.approx([0, 1, 1.75, 2.083333333333], abs=1e-10)
    assert ratio[-1] == pytest.approx(np.pi**2 / 2 - 2, abs=1e-4)
    assert (np.diff(ratio) > 0).all()
    assert theory.fixed_budget_error(generations=0).tolist() == [0]
    assert theory.fixed_budget_error(generations=1).tolist() == [0, 1]


@given(SIZES, st.integers(0, 20), st.floats(0, 10))
def test_labellers_like_the_last_one_are_generations(size: tuple[int, int], generations: int, noise: float) -> None:
    features, samples = size
    arguments: dict[str, Any] = {"features": features, "samples": samples, "noise": noise}
    through = theory.label_generations_error(
        **arguments, generations=generations, labeller_samples=samples, labeller_noise=noise
    )
    replace = theory.regression_error("replace", **arguments, generations=generations + 1)
    assert through == pytest.approx(replace[1:], rel=1e-10)


def test_exact_labellers_add_nothing() -> None:
    errors = theory.label_generations_error(**TEN, generations=5, labeller_samples=12, labeller_noise=0)
    assert errors == pytest.approx(np.full(6, 10 / 39), abs=1e-12)
    rough = theory.label_generations_error(**TEN, generations=5, labeller_samples=100, labeller_noise=2)
    assert np.diff(rough) == pytest.approx(np.full(5, 4 * 10 / 89), abs=1e-12)


@given(st.integers(1, 100).flatmap(lambda d: st.tuples(st.just(d), st.integers(1, d))), st.integers(0, 50))
def test_minimum_norm_error_grows_to_one(size: tuple[int, int], generations: int) -> None:
    features, samples = size
    errors = theory.minimum_norm_error(generations=generations, features=features, samples=samples)
    assert errors.shape == (generations + 1,)
    assert errors[0] == 0
    assert (np.diff(errors) >= 0).all()
    assert (errors <= 1).all()
    if samples == features:
        assert (errors == 0).all()


@given(SIZES, st.floats(0, 5), st.floats(0, 5))
def test_mixtures_of_one_kind_have_no_scatter(size: tuple[int, int], noise: float, shift: float) -> None:
    features, samples = size
    arguments: dict[str, Any] = {"features": features, "samples": samples, "noise": noise, "shift": shift}
    one_fit = theory.regression_error("replace", generations=1, features=features, samples=samples, noise=noise)[1]
    assert theory.strong_collapse_error(**arguments, synthetic_share=0) == pytest.approx(one_fit, rel=1e-10)
    assert theory.strong_collapse_error(**arguments, synthetic_share=1) == pytest.approx(shift**2 + one_fit, rel=1e-10)


@pytest.mark.parametrize(("samples", "synthetic"), [(4, 1), (20, 10), (100, 3)])
def test_with_one_feature_the_mixture_is_a_beta_law(samples: int, synthetic: int) -> None:
    """Then e = cB, B being the share of the sum of squared features that is synthetic."""
    law = stats.beta(synthetic / 2, (samples - synthetic) / 2)
    error = theory.strong_collapse_error(
        features=1, samples=samples, noise=0.0, synthetic_share=synthetic / samples, shift=3.0
    )
    assert error == pytest.approx(9 * law.moment(2), rel=1e-10)


@given(SIZES, st.data())
def test_swapping_real_and_synthetic_swaps_the_plateau(size: tuple[int, int], data: st.DataObject) -> None:
    """The deviation from the mean does not know which of the two is called real."""
    features, samples = size
    synthetic = data.draw(st.integers(0, samples))
    p = synthetic / samples
    arguments: dict[str, Any] = {"features": features, "samples": samples, "noise": 0.0, "shift": 1.0}
    scatter = theory.strong_collapse_error(**arguments, synthetic_share=p) - p**2
    swapped = theory.strong_collapse_error(**arguments, synthetic_share=(samples - synthetic) / samples) - (1 - p) ** 2
    assert scatter == pytest.approx(swapped, abs=1e-9)
    assert scatter >= -1e-12


def test_mixture_falls_to_a_plateau_at_the_rate_of_its_scatter() -> None:
    arguments: dict[str, Any] = {"features": 10, "noise": 1.0, "synthetic_share": 0.1, "shift": 1.0}
    errors = np.array([theory.strong_collapse_error(**arguments, samples=10**k) for k in (2, 4, 6, 8)])
    assert (np.diff(errors) < 0).all()
    assert errors[-1] == pytest.approx(0.01, rel=2e-5)
    # Shift and noise: d + 1 and d per item.
    assert (errors[2] - 0.01) * 10**6 == pytest.approx(0.09 * 11 + 10, rel=1e-3)


# --- Bad input --------------------------------------------------------------------------------------------------------

CHAIN: dict[str, Callable[..., Any]] = {
    "regression_error": lambda **arguments: theory.regression_error("accumulate", generations=2, **arguments),
    "accumulation_limit": theory.accumulation_limit,
    "label_generations_error": lambda **arguments: theory.label_generations_error(
        generations=2, labeller_samples=12, labeller_noise=1, **arguments
    ),
    "strong_collapse_error": lambda **arguments: theory.strong_collapse_error(
        synthetic_share=0.5, shift=1, **arguments
    ),
}


@pytest.mark.parametrize("name", sorted(CHAIN))
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"features": 0}, ValueError, "features must be at least 1, got 0"),
        ({"features": 2.0}, TypeError, "features must be an integer, got 2.0"),
        ({"samples": 5}, ValueError, "samples must be above features + 1 = 5, got 5"),
        ({"samples": "x"}, TypeError, "samples must be an integer, got 'x'"),
        ({"noise": -1}, ValueError, "noise must be at least 0, got -1"),
        ({"noise": "x"}, TypeError, "noise must be a number, got 'x'"),
    ],
)
def test_sizes_and_noise_are_checked(name: str, change: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        CHAIN[name](**({"features": 4, "samples": 12, "noise": 1.0} | change))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: theory.regression_error("replaced", generations=1, **TEN),
            ValueError,
            "workflow must be one of 'replace', 'accumulate', 'accumulate-subsample', got 'replaced'",
        ),
        (
            lambda: theory.regression_error("accumulate-subsample", generations=1, **TEN),
            ValueError,
            "simulate with regression_chain, or use fixed_budget_error",
        ),
        (lambda: theory.regression_error(1, generations=1, **TEN), TypeError, "workflow must be a string, got 1"),  # type: ignore[arg-type]
        (
            lambda: theory.regression_error("replace", generations=-1, **TEN),
            ValueError,
            "generations must be at least 0, got -1",
        ),
        (
            lambda: theory.regression_error("replace", generations=1, design="new", **TEN),
            ValueError,
            "design must be one of 'same', 'fresh', got 'new'",
        ),
        (
            lambda: theory.accumulation_limit(design=None, **TEN),  # type: ignore[arg-type]
            TypeError,
            "design must be a string, got None",
        ),
        (
            lambda: theory.fixed_budget_error(generations=1.0),  # type: ignore[arg-type]
            TypeError,
            "generations must be an integer, got 1.0",
        ),
        (
            lambda: theory.fixed_budget_error(generations=-2),
            ValueError,
            "generations must be at least 0, got -2",
        ),
        (
            lambda: theory.label_generations_error(generations=-1, labeller_samples=12, labeller_noise=1, **TEN),
            ValueError,
            "generations must be at least 0, got -1",
        ),
        (
            lambda: theory.label_generations_error(generations=1, labeller_samples=11, labeller_noise=1, **TEN),
            ValueError,
            "labeller_samples must be above features + 1 = 11, got 11",
        ),
        (
            lambda: theory.label_generations_error(generations=1, labeller_samples=1.5, labeller_noise=1, **TEN),  # type: ignore[arg-type]
            TypeError,
            "labeller_samples must be an integer, got 1.5",
        ),
        (
            lambda: theory.label_generations_error(generations=1, labeller_samples=12, labeller_noise=-1, **TEN),
            ValueError,
            "labeller_noise must be at least 0, got -1",
        ),
        (
            lambda: theory.minimum_norm_error(generations=-1, features=4, samples=2),
            ValueError,
            "generations must be at least 0, got -1",
        ),
        (
            lambda: theory.minimum_norm_error(generations=1, features=0, samples=2),
            ValueError,
            "features must be at least 1, got 0",
        ),
        (
            lambda: theory.minimum_norm_error(generations=1, features=4, samples=0),
            ValueError,
            "samples must be at least 1, got 0",
        ),
        (
            lambda: theory.minimum_norm_error(generations=1, features=4, samples=5),
            ValueError,
            "samples must be at most features = 4 for minimum_norm_error, got 5",
        ),
        (
            lambda: theory.strong_collapse_error(synthetic_share=0.01, shift=1, **TEN),
            ValueError,
            "got 0.01 · 50 = 0.5; the nearest share is 0/50 = 0",
        ),
        (
            lambda: theory.strong_collapse_error(synthetic_share=2, shift=1, **TEN),
            ValueError,
            "synthetic_share must be at most 1, got 2",
        ),
        (
            lambda: theory.strong_collapse_error(synthetic_share="x", shift=1, **TEN),  # type: ignore[arg-type]
            TypeError,
            "synthetic_share must be a number, got 'x'",
        ),
        (
            lambda: theory.strong_collapse_error(synthetic_share=0.5, shift=-1, **TEN),
            ValueError,
            "shift must be at least 0, got -1",
        ),
    ],
)
def test_theory_of_regressions_refuses_bad_input(
    call: Callable[[], object], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=re.escape(message)):
        call()
