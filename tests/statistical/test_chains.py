"""Simulated chains against the theory, within four standard errors."""

from typing import Any

import numpy as np
import pytest
from jaxtyping import Float
from scipy import stats

from secondhand.generations import categorical_chain, gaussian_chain, theory
from secondhand.measures import distinct
from secondhand.sources import load_documentation, zipf_probabilities


def assert_means_agree(
    simulated: Float[np.ndarray, "chains ..."],
    expected: Float[np.ndarray, "..."],
    standard_deviation: Float[np.ndarray, "..."] | None = None,
) -> None:
    """Check means over chains within four standard errors, which come from theory if given, else from the chains."""
    deviation = simulated.std(axis=0, ddof=1) if standard_deviation is None else standard_deviation
    error = deviation / np.sqrt(len(simulated))
    # At generation 0 nothing scatters, and only rounding is left.
    excess = np.abs(simulated.mean(axis=0) - expected) - 4 * error
    assert excess.max() <= 1e-12, f"{excess.max():g} beyond four standard errors at {np.argmax(excess)}"


@pytest.mark.parametrize(("sample_size", "generations"), [(10, 15), (50, 50)])
@pytest.mark.parametrize("biased", [True, False])
def test_normal_chains_without_real_data(sample_size: int, generations: int, biased: bool) -> None:
    arguments: dict[str, Any] = {"sample_size": sample_size, "generations": generations, "biased": biased}
    chain = gaussian_chain("replace", **arguments, chains=4_000, seed=10_300 + sample_size)
    t = np.arange(generations + 1)
    mean_variance = theory.expected_variance("replace", **arguments)
    variation = ((sample_size + 1) / (sample_size - 1)) ** t - 1
    assert_means_agree(chain.variance, mean_variance, mean_variance * np.sqrt(variation))
    assert_means_agree(chain.mean, 0 * t, np.sqrt(theory.expected_squared_mean("replace", **arguments)))
    assert_means_agree(chain.mean**2, theory.expected_squared_mean("replace", **arguments))
    assert_means_agree(
        np.log(chain.variance),
        theory.typical_log_variance("replace", **arguments),
        np.sqrt(theory.log_variance_variance("replace", **arguments)),
    )
    assert_means_agree(chain.squared_wasserstein2(), theory.expected_wasserstein2("replace", **arguments))
    if biased:
        assert_means_agree(chain.variance + chain.mean**2, np.ones(generations + 1))


@pytest.mark.parametrize(("sample_size", "real_share"), [(50, 0.02), (50, 0.1), (10, 0.5), (10, 1.0)])
@pytest.mark.parametrize("biased", [True, False])
def test_normal_chains_with_fresh_real_data(sample_size: int, real_share: float, biased: bool) -> None:
    arguments: dict[str, Any] = {
        "sample_size": sample_size,
        "generations": 60,
        "biased": biased,
        "real_share": real_share,
    }
    chain = gaussian_chain("replace", **arguments, chains=4_000, seed=10_400 + sample_size)
    assert_means_agree(chain.variance, theory.expected_variance("replace", **arguments))
    assert_means_agree(chain.mean**2, theory.expected_squared_mean("replace", **arguments))


def test_one_real_item_a_generation_keeps_two_thirds() -> None:
    """Long after the start, at two sample sizes."""
    for sample_size in (20, 50):
        chain = gaussian_chain(
            "replace",
            sample_size=sample_size,
            generations=5 * sample_size,
            chains=1_000,
            real_share=1 / sample_size,
            seed=10_500 + sample_size,
        )
        assert_means_agree(
            chain.variance[:, -1],
            np.array(theory.stationary_variance(sample_size=sample_size, real_share=1 / sample_size)),
        )


@pytest.mark.parametrize("biased", [True, False])
def test_bands_hold_the_share_that_they_say(biased: bool) -> None:
    arguments: dict[str, Any] = {"sample_size": 20, "generations": 25, "biased": biased}
    levels, chains = np.array([0.025, 0.25, 0.5, 0.75, 0.975]), 5_000
    bands = theory.variance_quantile(levels, "replace", **arguments)[:, 1:]
    variance = gaussian_chain("replace", **arguments, chains=chains, seed=10_600).variance[:, 1:]
    shares = (variance[:, None] <= bands).mean(axis=0)
    error = np.sqrt(levels * (1 - levels) / chains)
    assert (np.abs(shares - levels[:, None]) <= 4 * error[:, None]).all()


def test_the_planned_seeds_reach_the_planned_error() -> None:
    """Repeat the whole experiment with the planned number of seeds; its mean scatters as planned."""
    sample_size, generations, repeats, error = 20, 10, 1_000, 0.1
    seeds = int(theory.seeds_needed("replace", sample_size=sample_size, generations=generations)[-1])
    chain = gaussian_chain(
        "replace", sample_size=sample_size, generations=generations, chains=repeats * seeds, seed=10_700
    )
    means = chain.variance[:, -1].reshape(repeats, seeds).mean(axis=1)
    expected = theory.expected_variance("replace", sample_size=sample_size, generations=generations)[-1]
    squared_errors = (means / expected - 1) ** 2
    assert squared_errors.mean() == pytest.approx(
        error**2 * ((21 / 19) ** 10 - 1) / (error**2 * seeds), abs=4 * squared_errors.std(ddof=1) / np.sqrt(repeats)
    )
    assert squared_errors.mean() <= error**2 + 4 * squared_errors.std(ddof=1) / np.sqrt(repeats)


# --- Categories -------------------------------------------------------------------------------------------------------


def test_rare_categories_die_as_the_exact_chain_says() -> None:
    law = np.array([0.02, 0.05, 0.93])
    arguments: dict[str, Any] = {"sample_size": 100, "generations": 30}
    chain = categorical_chain(law, **arguments, chains=4_000, seed=10_800)
    survival = theory.exact_survival_probability(law, **arguments).T
    assert_means_agree((chain.counts > 0).astype(float), survival, np.sqrt(np.maximum(survival * (1 - survival), 0)))


def test_variety_falls_by_one_part_in_n() -> None:
    law = zipf_probabilities(30)
    arguments: dict[str, Any] = {"sample_size": 60, "generations": 40}
    chain = categorical_chain(law, **arguments, chains=3_000, seed=10_900)
    assert_means_agree(chain.heterozygosity(), theory.expected_heterozygosity(law, **arguments))
    assert_means_agree(chain.probabilities, np.tile(law, (41, 1)))


def test_time_until_one_is_left() -> None:
    arguments: dict[str, Any] = {"sample_size": 40, "generations": 1_500}
    pair = categorical_chain([0.1, 0.9], **arguments, chains=2_000, seed=11_000)
    assert_means_agree((pair.surviving() > 1).sum(axis=1), theory.exact_absorption_time(0.1, sample_size=40))
    assert (pair.surviving()[:, -1] == 1).all()


def test_words_of_the_documentation_die_out_as_branching_says() -> None:
    counts = load_documentation().word_counts()
    arguments: dict[str, Any] = {"sample_size": counts.total, "generations": 30}
    chain = categorical_chain(counts.probabilities, **arguments, chains=20, seed=11_100)
    assert (chain.counts[:, 0] == counts.counts).all()
    surviving = chain.surviving()
    assert (surviving[:, 0] == len(counts.words)).all()
    assert_means_agree(surviving.astype(float), theory.expected_survivors(counts.probabilities, **arguments))
    once = counts.counts == 1
    hapaxes = theory.survival_probability(1 / counts.total, **arguments) * once.sum()
    assert_means_agree(distinct_of(chain.counts[:, :, once]), hapaxes)


def distinct_of(counts: Float[np.ndarray, "chains time words"]) -> Float[np.ndarray, "chains time"]:
    return np.asarray((counts > 0).sum(axis=-1), dtype=float)


def test_two_seeds_give_two_worlds() -> None:
    """Different seeds are independent: their final variances are uncorrelated."""
    arguments: dict[str, Any] = {"sample_size": 10, "generations": 5, "chains": 2_000}
    first, second = (
        np.log(gaussian_chain("replace", **arguments, seed=seed).variance[:, -1]) for seed in (11_200, 11_201)
    )
    assert abs(stats.pearsonr(first, second).statistic) <= 4 / np.sqrt(2_000)
    assert distinct(np.bincount((first > second).astype(int))) == 2
