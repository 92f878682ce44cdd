"""Simulated regressions against the theory, within four standard errors."""

from typing import Any

import numpy as np
import pytest
from jaxtyping import Float

from secondhand.generations import regression_chain, strong_collapse_errors, theory


def assert_means_agree(simulated: Float[np.ndarray, "repetitions ..."], expected: Float[np.ndarray, "..."]) -> None:
    error = simulated.std(axis=0, ddof=1) / np.sqrt(len(simulated))
    excess = np.abs(simulated.mean(axis=0) - expected) - 4 * error
    # At generation 0 nothing scatters, and only rounding is left.
    assert excess.max() <= 1e-12, f"{excess.max():g} beyond four standard errors at {np.argmax(excess)}"


@pytest.mark.parametrize("workflow", ["replace", "accumulate"])
@pytest.mark.parametrize("design", ["same", "fresh"])
@pytest.mark.parametrize(("features", "samples", "noise"), [(10, 50, 1.0), (1, 8, 2.0), (5, 12, 0.5)])
def test_regression_chains(workflow: str, design: str, features: int, samples: int, noise: float) -> None:
    arguments: dict[str, Any] = {
        "generations": 10,
        "features": features,
        "samples": samples,
        "noise": noise,
        "design": design,
    }
    chain = regression_chain(workflow, **arguments, repetitions=5_000, seed=12_100 + samples)
    assert_means_agree(chain.squared_error, theory.regression_error(workflow, **arguments))


@pytest.mark.parametrize("design", ["same", "fresh"])
def test_subsampled_chains_with_many_items(design: str) -> None:
    """The neglected terms, of relative order d/T = 1/500, are far below the standard error."""
    arguments: dict[str, Any] = {"generations": 8, "features": 1, "samples": 500, "noise": 1.0}
    chain = regression_chain("accumulate-subsample", **arguments, repetitions=2_000, design=design, seed=12_200)
    first = theory.regression_error("replace", **arguments)[1]
    assert_means_agree(chain.squared_error, first * theory.fixed_budget_error(generations=8))


@pytest.mark.parametrize("design", ["same", "fresh"])
def test_subsampling_lies_between_keeping_all_and_keeping_the_last(design: str) -> None:
    arguments: dict[str, Any] = {"generations": 10, "features": 10, "samples": 50, "noise": 1.0, "design": design}
    errors = regression_chain("accumulate-subsample", **arguments, repetitions=2_000, seed=12_300).squared_error
    mean, margin = errors.mean(axis=0), 4 * errors.std(axis=0, ddof=1) / np.sqrt(2_000)
    replace, accumulate = (theory.regression_error(workflow, **arguments) for workflow in ("replace", "accumulate"))
    assert (mean[2:] + margin[2:] < replace[2:]).all()
    assert (mean[2:] - margin[2:] > accumulate[2:]).all()


@pytest.mark.parametrize(
    ("features", "samples", "share", "noise"),
    [(10, 50, 0.1, 1.0), (1, 20, 0.5, 0.0), (3, 20, 0.5, 0.0), (8, 20, 0.25, 0.1), (10, 400, 0.01, 0.0)],
)
def test_mixtures_are_off_as_expected(features: int, samples: int, share: float, noise: float) -> None:
    arguments: dict[str, Any] = {
        "features": features,
        "samples": samples,
        "noise": noise,
        "synthetic_share": share,
        "shift": 1.5,
    }
    errors = strong_collapse_errors(**arguments, repetitions=20_000, seed=12_400 + features)
    assert_means_agree(errors, np.array(theory.strong_collapse_error(**arguments)))


def test_a_shift_is_more_than_label_noise() -> None:
    """With one feature the simulation tells the exact law from d/(T − d − 1)."""
    errors = strong_collapse_errors(
        features=1, samples=20, noise=0.0, synthetic_share=0.5, shift=1.0, repetitions=20_000, seed=12_500
    )
    as_noise = 0.5**2 + 0.25 / 18
    assert errors.mean() - as_noise > 4 * errors.std(ddof=1) / np.sqrt(20_000)


def test_labellers_before_the_last_fit() -> None:
    """Two labellers with few items and much noise, then a large and clean fit, by least squares as it stands."""
    generator = np.random.default_rng(12_600)
    repetitions, features = 1_500, 4
    sizes = {"features": features, "samples": 60, "noise": 0.5, "labeller_samples": 15, "labeller_noise": 1.0}
    errors = np.empty(repetitions)
    for repetition in range(repetitions):
        coefficients: Float[np.ndarray, " features"] = np.zeros(features)
        for samples, noise in ((15, 1.0), (15, 1.0), (60, 0.5)):
            rows = generator.standard_normal((samples, features))
            labels = rows @ coefficients + noise * generator.standard_normal(samples)
            coefficients = np.asarray(np.linalg.lstsq(rows, labels)[0], dtype=np.float64)
        errors[repetition] = coefficients @ coefficients
    assert_means_agree(errors, np.array(theory.label_generations_error(generations=2, **sizes)[-1]))  # type: ignore[arg-type]


@pytest.mark.parametrize(("features", "samples"), [(12, 6), (10, 9)])
def test_shortest_fits_forget(features: int, samples: int) -> None:
    generator = np.random.default_rng(12_700)
    repetitions, generations = 1_000, 4
    truth = np.full(features, 1 / np.sqrt(features))
    errors = np.zeros((repetitions, generations + 1))
    coefficients = np.tile(truth, (repetitions, 1))
    for n in range(1, generations + 1):
        rows = generator.standard_normal((repetitions, samples, features))
        labels = rows @ coefficients[:, :, None]
        coefficients = (np.linalg.pinv(rows) @ labels)[:, :, 0]
        errors[:, n] = ((coefficients - truth) ** 2).sum(axis=1)
    assert_means_agree(errors, theory.minimum_norm_error(generations=generations, features=features, samples=samples))
