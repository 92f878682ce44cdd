"""Chains of Zipf words and of medians against their theory, within four standard errors."""

from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta, norm

from secondhand.generations import median_chain, theory, zipf_chain


@pytest.mark.parametrize("real_share", [0.0, 0.1])
def test_missing_mass_is_that_of_branching_with_fresh_words(real_share: float) -> None:
    options: dict[str, Any] = {"sample_size": 2_000, "generations": 20}
    missing = zipf_chain(1.5, **options, real_share=real_share, chains=200, seed=13_100).missing_mass[:, 1:]
    expected = theory.zipf_resampled_missing_mass(1.5, **options, real_share=real_share)[1:]
    assert (np.abs(missing.mean(axis=0) - expected) <= 4 * missing.std(axis=0, ddof=1) / np.sqrt(200)).all()


def test_variety_of_words_obeys_the_law_of_the_variance() -> None:
    options: dict[str, Any] = {"sample_size": 100, "generations": 60, "real_share": 0.01}
    variety = zipf_chain(1.5, **options, chains=1_000, seed=13_101).heterozygosity
    variety = variety / variety[0, 0]
    expected = theory.expected_variance("replace", **options)
    error = 4 * variety[:, 1:].std(axis=0, ddof=1) / np.sqrt(1_000)
    assert (np.abs(variety.mean(axis=0) - expected)[1:] <= error).all()


def test_replaced_medians_add_their_errors_and_kept_ones_stay_below_the_limit() -> None:
    half = 50 // 2
    first, _ = quad(lambda u: norm.ppf(u) ** 2 * beta.pdf(u, half + 1, half + 1), 0, 1)
    options: dict[str, Any] = {"sample_size": 51, "generations": 8, "chains": 4_000, "seed": 13_102}
    replaced = median_chain("replace", **options) ** 2 / first
    error = 4 * replaced[:, 1:].std(axis=0, ddof=1) / np.sqrt(4_000)
    assert (np.abs(replaced.mean(axis=0)[1:] - np.arange(1, 9)) <= error).all()
    kept = median_chain("accumulate", **options)[:, -1] ** 2 / first
    assert kept.mean() + 4 * kept.std(ddof=1) / np.sqrt(4_000) < theory.ACCUMULATED_ERROR_LIMIT
