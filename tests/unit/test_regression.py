"""Regression chains and mixtures: shapes, starting points, seeds, least squares done again, and bad input."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondhand.generations import (
    DESIGNS,
    REGRESSION_WORKFLOWS,
    RegressionChain,
    regression_chain,
    strong_collapse_errors,
)

CHAIN: dict[str, Any] = {
    "generations": 4,
    "features": 3,
    "samples": 12,
    "noise": 0.5,
    "repetitions": 5,
    "seed": 12_000,
}
MIXTURE: dict[str, Any] = {
    "features": 3,
    "samples": 20,
    "noise": 0.5,
    "synthetic_share": 0.25,
    "shift": 2.0,
    "repetitions": 6,
    "seed": 12_001,
}


@pytest.mark.parametrize("workflow", REGRESSION_WORKFLOWS)
@pytest.mark.parametrize("design", DESIGNS)
def test_chain_starts_at_the_true_model_and_depends_on_the_seed_alone(workflow: str, design: str) -> None:
    first = regression_chain(workflow, **CHAIN, design=design).squared_error
    assert first.shape == (5, 5)
    assert (first[:, 0] == 0).all()
    assert (first[:, 1:] > 0).all()
    assert (regression_chain(workflow, **CHAIN, design=design).squared_error == first).all()
    other = regression_chain(workflow, **(CHAIN | {"seed": 12_002}), design=design).squared_error
    assert (other[:, 1:] != first[:, 1:]).all()


@pytest.mark.parametrize("workflow", REGRESSION_WORKFLOWS)
@pytest.mark.parametrize("design", DESIGNS)
def test_chain_is_least_squares_on_the_pool(workflow: str, design: str) -> None:
    """The same draws, refitted with numpy's least squares, around true coefficients other than 0."""
    generations, features, samples, noise = 4, 3, 12, 0.7
    generator = np.random.default_rng(12_003)
    truth = np.array([1.0, -2.0, 3.0])
    coefficients = truth
    rows = generator.standard_normal((samples, features))
    all_rows, all_labels = np.empty((0, features)), np.empty(0)
    errors = [0.0]
    for n in range(1, generations + 1):
        if design == "fresh" and n > 1:
            rows = generator.standard_normal((samples, features))
        labels = rows @ coefficients + noise * generator.standard_normal(samples)
        all_rows, all_labels = np.vstack([all_rows, rows]), np.concatenate([all_labels, labels])
        if workflow == "replace":
            kept = np.arange((n - 1) * samples, n * samples)
        elif workflow == "accumulate":
            kept = np.arange(n * samples)
        else:
            kept = np.argsort(generator.random(n * samples))[:samples]
        coefficients = np.linalg.lstsq(all_rows[kept], all_labels[kept])[0]
        errors.append(float(((coefficients - truth) ** 2).sum()))
    chain = regression_chain(
        workflow,
        generations=generations,
        features=features,
        samples=samples,
        noise=noise,
        repetitions=1,
        design=design,
        seed=12_003,
    )
    assert chain.squared_error[0] == pytest.approx(np.array(errors), rel=1e-8, abs=1e-12)


def test_with_one_design_accumulating_averages_the_fits() -> None:
    """Fit n of "replace" is a sum of n steps; "accumulate" takes the same steps, the i-th divided by i."""
    generations, features, samples = 3, 2, 9
    generator = np.random.default_rng(12_004)
    rows = generator.standard_normal((samples, features))
    steps = [np.linalg.lstsq(rows, generator.standard_normal(samples))[0] for _ in range(generations)]
    arguments: dict[str, Any] = {
        "generations": generations,
        "features": features,
        "samples": samples,
        "noise": 1.0,
        "repetitions": 1,
        "seed": 12_004,
    }
    for workflow, divisors in (("replace", [1, 1, 1]), ("accumulate", [1, 2, 3])):
        fits = np.cumsum([step / divisor for step, divisor in zip(steps, divisors, strict=True)], axis=0)
        squared_error = regression_chain(workflow, **arguments).squared_error[0, 1:]
        assert squared_error == pytest.approx((fits**2).sum(axis=1), rel=1e-10)


@pytest.mark.parametrize("design", DESIGNS)
def test_the_first_generation_is_the_same_whatever_is_kept(design: str) -> None:
    first, second, third = (regression_chain(workflow, **CHAIN, design=design) for workflow in REGRESSION_WORKFLOWS)
    assert first.squared_error[:, 1] == pytest.approx(second.squared_error[:, 1], rel=1e-10)
    assert first.squared_error[:, 1] == pytest.approx(third.squared_error[:, 1], rel=1e-10)


@given(
    st.sampled_from(REGRESSION_WORKFLOWS),
    st.sampled_from(DESIGNS),
    st.integers(1, 4),
    st.floats(1e-3, 1e3),
    st.integers(10_000, 20_000),
)
def test_errors_scale_with_the_variance_of_the_noise(
    workflow: str, design: str, features: int, noise: float, seed: int
) -> None:
    arguments: dict[str, Any] = {"generations": 3, "features": features, "samples": 30, "repetitions": 2}
    unit = regression_chain(workflow, **arguments, noise=1.0, design=design, seed=seed).squared_error
    scaled = regression_chain(workflow, **arguments, noise=noise, design=design, seed=seed).squared_error
    assert scaled == pytest.approx(noise**2 * unit, rel=1e-6)
    assert (regression_chain(workflow, **arguments, noise=0, design=design, seed=seed).squared_error == 0).all()


def test_chain_makes_a_tidy_frame() -> None:
    chain = regression_chain("replace", **CHAIN)
    frame = chain.to_frame()
    assert list(frame.columns) == ["repetition", "generation", "squared_error"]
    assert len(frame) == 5 * 5
    assert frame.query("repetition == 2 and generation == 4").iloc[0]["squared_error"] == chain.squared_error[2, 4]


def test_no_generations_leave_the_true_model() -> None:
    for workflow in REGRESSION_WORKFLOWS:
        chain = regression_chain(workflow, **(CHAIN | {"generations": 0}))
        assert chain.squared_error.tolist() == [[0.0]] * 5


def test_shapes_are_checked_in_tests() -> None:
    with pytest.raises(TypeError, match="squared_error"):
        RegressionChain(squared_error=np.zeros(3))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"workflow": "replaced"}, ValueError, "workflow must be one of 'replace', 'accumulate', 'accumulate-sub"),
        ({"workflow": 1}, TypeError, "workflow must be a string, got 1 (int)"),
        ({"generations": -1}, ValueError, "generations must be at least 0, got -1"),
        ({"generations": 1.0}, TypeError, "generations must be an integer, got 1.0"),
        ({"features": 0}, ValueError, "features must be at least 1, got 0"),
        ({"features": "x"}, TypeError, "features must be an integer, got 'x'"),
        ({"samples": 4}, ValueError, "samples must be above features + 1 = 4, got 4"),
        ({"samples": 12.0}, TypeError, "samples must be an integer, got 12.0"),
        ({"noise": -1}, ValueError, "noise must be at least 0, got -1"),
        ({"noise": "x"}, TypeError, "noise must be a number, got 'x'"),
        ({"noise": np.inf}, ValueError, "noise must be finite, got inf"),
        ({"repetitions": 0}, ValueError, "repetitions must be at least 1, got 0"),
        ({"repetitions": None}, TypeError, "repetitions must be an integer, got None"),
        ({"design": "new"}, ValueError, "design must be one of 'same', 'fresh', got 'new'"),
        ({"design": True}, TypeError, "design must be a string, got True (bool)"),
        ({"seed": -1}, ValueError, "seed must be at least 0, got -1"),
        ({"seed": 0.5}, TypeError, "seed must be an integer, got 0.5"),
    ],
)
def test_chain_refuses_bad_input(change: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        regression_chain(**({"workflow": "replace"} | CHAIN | change))


def test_a_sample_of_too_few_different_items_is_refused() -> None:
    arguments: dict[str, Any] = {"generations": 10, "features": 10, "samples": 12, "noise": 1.0, "repetitions": 100}
    with pytest.raises(ValueError, match=r"samples must be larger for workflow='accumulate-subsample' with design="):
        regression_chain("accumulate-subsample", **arguments, seed=12_005)
    chain = regression_chain("accumulate-subsample", **arguments, design="fresh", seed=12_005)
    assert np.isfinite(chain.squared_error).all()


# --- Mixtures ---------------------------------------------------------------------------------------------------------


def test_mixture_is_least_squares_with_a_shift_in_any_direction() -> None:
    """The same draws, turned around: the fit turns with them, around true coefficients other than 0."""
    generator = np.random.default_rng(12_001)
    rows = generator.standard_normal((6, 20, 3))
    noise = 0.5 * generator.standard_normal((6, 20))
    turn = np.linalg.qr(np.random.default_rng(12_006).standard_normal((3, 3)))[0]
    truth = np.array([3.0, 0.0, -1.0])
    expected = []
    for repetition in range(6):
        turned = rows[repetition] @ turn
        labels = turned @ truth + noise[repetition]
        labels[:5] += turned[:5] @ (2.0 * turn[0])
        expected.append(((np.linalg.lstsq(turned, labels)[0] - truth) ** 2).sum())
    assert strong_collapse_errors(**MIXTURE) == pytest.approx(np.array(expected), rel=1e-10)


@given(st.integers(1, 5), st.floats(0, 10), st.integers(10_000, 20_000))
def test_without_noise_pure_mixtures_are_fitted_exactly(features: int, shift: float, seed: int) -> None:
    arguments: dict[str, Any] = {"features": features, "samples": 20, "noise": 0.0, "repetitions": 3}
    real = strong_collapse_errors(**arguments, synthetic_share=0, shift=shift, seed=seed)
    assert real == pytest.approx(np.zeros(3), abs=1e-10)
    synthetic = strong_collapse_errors(**arguments, synthetic_share=1, shift=shift, seed=seed)
    assert synthetic == pytest.approx(np.full(3, shift**2), rel=1e-8, abs=1e-12)


def test_mixture_depends_on_the_seed_alone() -> None:
    first = strong_collapse_errors(**MIXTURE)
    assert (strong_collapse_errors(**MIXTURE) == first).all()
    assert (strong_collapse_errors(**(MIXTURE | {"seed": 12_007})) != first).all()


@pytest.mark.parametrize(("samples", "share"), [(50, 0.02), (30, 1 / 3), (1_000, 0.007), (7, 6 / 7)])
def test_shares_that_make_whole_numbers_pass_in_spite_of_rounding(samples: int, share: float) -> None:
    change = {"samples": samples, "synthetic_share": share}
    assert strong_collapse_errors(**(MIXTURE | change)).shape == (6,)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"features": 0}, ValueError, "features must be at least 1, got 0"),
        ({"features": 1.5}, TypeError, "features must be an integer, got 1.5"),
        ({"samples": 4}, ValueError, "samples must be above features + 1 = 4, got 4"),
        ({"samples": "x"}, TypeError, "samples must be an integer, got 'x'"),
        ({"noise": -0.1}, ValueError, "noise must be at least 0, got -0.1"),
        ({"noise": None}, TypeError, "noise must be a number, got None"),
        ({"synthetic_share": 1.1}, ValueError, "synthetic_share must be at most 1, got 1.1"),
        ({"synthetic_share": -0.1}, ValueError, "synthetic_share must be at least 0, got -0.1"),
        ({"synthetic_share": 0.12}, ValueError, "got 0.12 · 20 = 2.4; the nearest share is 2/20 = 0.1"),
        ({"synthetic_share": "x"}, TypeError, "synthetic_share must be a number, got 'x'"),
        ({"shift": -1}, ValueError, "shift must be at least 0, got -1"),
        ({"shift": [1.0]}, TypeError, "shift must be a number, got [1.0]"),
        ({"repetitions": 0}, ValueError, "repetitions must be at least 1, got 0"),
        ({"repetitions": 2.0}, TypeError, "repetitions must be an integer, got 2.0"),
        ({"seed": -1}, ValueError, "seed must be at least 0, got -1"),
        ({"seed": "x"}, TypeError, "seed must be an integer, got 'x'"),
    ],
)
def test_mixture_refuses_bad_input(change: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        strong_collapse_errors(**(MIXTURE | change))
