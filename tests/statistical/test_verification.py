"""Simulated verifiers and verified loops against the theory, within four standard errors."""

from itertools import product
from typing import Any

import numpy as np
import pytest
from scipy import stats
from scipy.special import digamma

from secondhand.generations import (
    Verifier,
    best_of,
    best_of_chain,
    keep,
    style_chain,
    taste_chain,
    theory,
    two_class_accuracy,
)
from secondhand.learners import (
    ClassConditionalGaussianLearner,
    LabelledFeatures,
    LabelNoise,
    fit_linear_discriminant,
    project_digits,
)
from secondhand.measures import kullback_leibler
from secondhand.sources import load_digits, zipf_probabilities


def assert_mean_agrees(values: np.ndarray, expected: float) -> None:
    error = values.std(ddof=1) / np.sqrt(len(values))
    assert abs(values.mean() - expected) <= 4 * error


@pytest.mark.parametrize("kind", ["cyclic", "uniform"])
def test_purity_and_kept_share(kind: str) -> None:
    truth = np.random.default_rng(30_000).integers(0, 10, 100_000)
    labels = LabelNoise(0.6, 10, kind).corrupt(truth, seed=30_001)
    kept = Verifier(0.9, 0.3).keeps(labels, truth, seed=30_002)
    share = theory.kept_share(error=0.6, keep_correct=0.9, keep_wrong=0.3)
    assert_mean_agrees(kept.astype(float), float(share))
    purity = theory.purity(error=0.6, keep_correct=0.9, keep_wrong=0.3)
    assert_mean_agrees((labels == truth)[kept].astype(float), float(purity))


@pytest.mark.parametrize(("sample_size", "dimensions"), [(5, 4), (40, 10), (400, 3)])
@pytest.mark.parametrize("error", [0.3, 0.7, 0.75, 0.85])
def test_the_averaging_rule(error: float, sample_size: int, dimensions: int) -> None:
    setting: dict[str, Any] = {"sample_size": sample_size, "separation": 1.0, "dimensions": dimensions}
    verifier = Verifier(0.9, 0.3)
    accuracy = two_class_accuracy(error=error, verifier=verifier, **setting, runs=1_000, seed=30_010 + sample_size)
    purity = float(theory.purity(error=error, keep_correct=0.9, keep_wrong=0.3))
    assert_mean_agrees(accuracy, theory.averaging_accuracy(purity=purity, **setting))


def test_least_squares_turns_at_the_same_place() -> None:
    """For another linear learner: right more often than not just below the threshold, less often just above it."""
    generator = np.random.default_rng(30_020)
    for error, sign in ((0.70, 1), (0.80, -1)):
        truth = generator.integers(0, 2, 20_000)
        features = generator.standard_normal((20_000, 5))
        features[:, 0] += 2.0 * truth - 1
        labels = LabelNoise(error, 2).corrupt(truth, seed=30_021)
        kept = keep(LabelledFeatures(features, labels), Verifier(0.9, 0.3).keeps(labels, truth, seed=30_022))
        right = (fit_linear_discriminant(kept).predict(features) == truth).mean()
        assert sign * (right - 0.5) > 4 * 0.5 / np.sqrt(20_000)


def test_plurality_is_enough_where_mistakes_spread() -> None:
    """Ten overlapping classes: the turn is at 0.9 for uniform mistakes and no verifier, and not at one half."""
    human, test = project_digits(load_digits(seed=30_030), components=15)
    drawn = ClassConditionalGaussianLearner(classes=10).fit(human).sample(20_000, seed=30_031)
    accuracy = {}
    for error in (0.85, 0.95):
        labels = LabelNoise(error, 10, "uniform").corrupt(drawn.labels, seed=30_032)
        model = fit_linear_discriminant(LabelledFeatures(drawn.features, labels))
        accuracy[error] = (model.predict(test.features) == test.labels).mean()
    assert accuracy[0.85] > 0.1 + 4 * np.sqrt(0.09 / len(test))
    assert accuracy[0.95] < 0.1 - 2 * np.sqrt(0.09 / len(test))


def test_class_odds() -> None:
    chain = taste_chain([0.3, 0.5, 0.2], [0.9, 0.8, 0.85], sample_size=20_000, generations=10, chains=300, seed=30_040)
    balance = theory.balance_after_rounds([0.3, 0.5, 0.2], [0.9, 0.8, 0.85], rounds=10)[-1]
    logs = np.log(chain.counts[:, -1])
    for a, b in ((0, 1), (0, 2), (1, 2)):
        assert_mean_agrees(logs[:, a] - logs[:, b], np.log(balance[a] / balance[b]))


def test_without_preference_only_drift_is_left() -> None:
    chain = taste_chain([0.3, 0.7], [0.5, 0.5], sample_size=30, generations=12, chains=3_000, seed=30_041)
    assert_mean_agrees(chain.probabilities[:, -1, 0], 0.3)
    expected = theory.expected_heterozygosity([0.3, 0.7], sample_size=30, generations=12)[-1]
    assert_mean_agrees(chain.heterozygosity()[:, -1], expected)


def test_style_goes_to_the_taste() -> None:
    """With 20,000 draws a round, what finite samples change is below the standard errors."""
    chain = style_chain(taste=2.0, width=2.0, sample_size=20_000, generations=8, chains=60, seed=30_050)
    mean, variance = theory.style_after_rounds(taste=2.0, width=2.0, rounds=8)
    assert_mean_agrees(chain.mean[:, -1], mean[-1])
    assert_mean_agrees(chain.variance[:, -1], variance[-1])


@pytest.mark.parametrize("n", [1, 2, 8])
def test_best_of_rounds(n: int) -> None:
    small = best_of_chain(n, sample_size=20, generations=4, chains=4_000, seed=30_060)
    for generation in (1, 4):
        expected = theory.best_of_n_variance(n, sample_size=20, generations=4)[generation]
        assert_mean_agrees(small.variance[:, generation], expected)
    large = best_of_chain(n, sample_size=5_000, generations=5, chains=60, seed=30_061)
    assert_mean_agrees(large.mean[:, -1], theory.best_of_n_gain(n, generations=5)[-1])


@pytest.mark.parametrize("n", [1, 8, 64])
def test_divergence_of_the_best_of_n(n: int) -> None:
    """Estimated from the distances between neighbouring draws, without the density that the closed form rests on."""
    estimates = []
    for repetition in range(30):
        draws = np.random.default_rng((30_070, repetition)).standard_normal((4_999, n))
        places = np.sort(stats.norm.cdf(best_of(draws, draws)))
        widths = np.diff(places, prepend=0, append=1)
        estimates.append(digamma(1) - digamma(5_000) - np.log(widths).mean())
    assert_mean_agrees(np.array(estimates), float(theory.best_of_n_divergence(n)))


def test_next_to_the_line_only_purity_counts() -> None:
    setting: dict[str, Any] = {"sample_size": 500, "separation": 1.0, "dimensions": 5}
    for purity, keep_correct, keep_wrong in product((0.49, 0.51), (0.3, 0.9), (0.1, 0.9)):
        error = keep_correct * (1 - purity) / (keep_correct * (1 - purity) + keep_wrong * purity)
        accuracy = two_class_accuracy(
            error=error, verifier=Verifier(keep_correct, keep_wrong), **setting, runs=500, seed=30_075
        )
        assert_mean_agrees(accuracy, theory.averaging_accuracy(purity=purity, **setting))


def test_law_of_the_best_category() -> None:
    law = zipf_probabilities(6)
    draws = np.random.default_rng(30_071).choice(6, (50_000, 4), p=law)
    counted = np.bincount(best_of(draws, draws).astype(int), minlength=6) / 50_000
    best = theory.best_of_n_law(law, 4)
    assert (np.abs(counted - best) <= 4 * np.sqrt(best * (1 - best) / 50_000)).all()
    assert kullback_leibler(best, law) > 0
