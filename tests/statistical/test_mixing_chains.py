"""Chains of every workflow against the theory, within four standard errors."""

from typing import Any

import numpy as np
import pytest
from jaxtyping import Float

from secondhand.generations import WORKFLOWS, categorical_chain, gaussian_chain, theory


def assert_means_agree(simulated: Float[np.ndarray, "chains time"], expected: Float[np.ndarray, " time"]) -> None:
    error = simulated.std(axis=0, ddof=1) / np.sqrt(len(simulated))
    excess = np.abs(simulated.mean(axis=0) - expected) - 4 * error
    assert excess.max() <= 1e-12, f"{excess.max():g} beyond four standard errors at generation {excess.argmax()}"


@pytest.mark.parametrize("fit_variance", [True, False])
@pytest.mark.parametrize("ratio", [1.0, 0.5])
@pytest.mark.parametrize("real_share", [0.0, 0.2])
@pytest.mark.parametrize("biased", [True, False])
@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_normal_chains(workflow: str, biased: bool, real_share: float, ratio: float, fit_variance: bool) -> None:
    arguments: dict[str, Any] = {
        "sample_size": 10,
        "generations": 15,
        "biased": biased,
        "real_share": real_share,
        "sampler_variance_ratio": ratio,
        "fit_variance": fit_variance,
    }
    chain = gaussian_chain(workflow, **arguments, chains=4_000, seed=12_000)
    assert_means_agree(chain.variance, theory.expected_variance(workflow, **arguments))
    assert_means_agree(chain.mean**2, theory.expected_squared_mean(workflow, **arguments))
    assert_means_agree(chain.mean, np.zeros(16))


@pytest.mark.parametrize("real_share", [0.0, 0.1])
@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_categories(workflow: str, real_share: float) -> None:
    law = [0.5, 0.3, 0.15, 0.05]
    arguments: dict[str, Any] = {"sample_size": 20, "generations": 12, "real_share": real_share}
    chain = categorical_chain(law, workflow=workflow, **arguments, chains=3_000, seed=12_100)
    assert_means_agree(chain.heterozygosity(), theory.expected_heterozygosity(law, workflow=workflow, **arguments))
    assert_means_agree(chain.probabilities[:, :, 0], np.full(13, 0.5))
    items = 20 * (np.arange(13) if workflow == "accumulate" else np.ones(13))
    items[0] = 20
    assert (chain.counts.sum(axis=-1) == items).all()


def test_without_real_data_a_fixed_real_set_is_replace() -> None:
    arguments: dict[str, Any] = {"sample_size": 5, "generations": 9, "chains": 7, "seed": 12_200}
    replace, fixed = (gaussian_chain(workflow, **arguments) for workflow in ("replace", "fixed-real"))
    assert (replace.variance == fixed.variance).all()
    first, second = (
        categorical_chain([0.4, 0.6], workflow=workflow, **arguments) for workflow in ("replace", "fixed-real")
    )
    assert (first.counts == second.counts).all()


def test_a_weighted_estimate_settles_where_the_theory_says() -> None:
    """An independent program: the weighted mean of fresh real data and of the last model's."""
    generator = np.random.default_rng(12_300)
    for real, synthetic, weight in ((10, 10, theory.golden_ratio_weight()), (5, 20, 0.3)):
        estimate = np.zeros(20_000)
        for _ in range(60):
            fresh = generator.normal(0, 1 / np.sqrt(real), estimate.shape)
            made = generator.normal(estimate, 1 / np.sqrt(synthetic))
            estimate = weight * fresh + (1 - weight) * made
        squared = real * estimate**2
        expected = float(theory.weighted_error(weight, real_per_synthetic=real / synthetic))
        assert squared.mean() == pytest.approx(expected, abs=4 * squared.std() / np.sqrt(len(squared)))
