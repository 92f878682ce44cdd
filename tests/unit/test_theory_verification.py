"""Closed forms about verifiers: identities, published numbers, independent derivations, and bad input."""

import re
from collections.abc import Callable
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from secondhand.generations import theory
from secondhand.generations.theory import verification
from secondhand.measures import kullback_leibler

SHARES = st.floats(0.01, 0.99)
LAWS = st.lists(st.floats(0.01, 1), min_size=2, max_size=8).map(lambda weights: np.array(weights) / sum(weights))


def test_derived_numbers() -> None:
    assert theory.verifier_threshold(keep_correct=0.9, keep_wrong=0.3) == pytest.approx(0.75, abs=1e-15)
    assert theory.purity(error=0.6, keep_correct=0.9, keep_wrong=0.3) == pytest.approx(2 / 3, abs=1e-15)
    assert theory.kept_share(error=0.6, keep_correct=0.9, keep_wrong=0.3) == pytest.approx(0.54, abs=1e-15)
    assert theory.plurality_threshold(keep_correct=0.9, keep_wrong=0.3, classes=10) == pytest.approx(27 / 28, abs=1e-15)
    assert isinstance(theory.purity(error=0.6, keep_correct=0.9, keep_wrong=0.3), float)


@given(SHARES, SHARES, SHARES)
def test_purity_multiplies_odds_and_is_one_half_at_the_threshold(error: float, right: float, wrong: float) -> None:
    purity = theory.purity(error=error, keep_correct=right, keep_wrong=wrong)
    assert isinstance(purity, float)
    assert purity / (1 - purity) == pytest.approx((1 - error) / error * right / wrong, rel=1e-10)
    threshold = theory.verifier_threshold(keep_correct=right, keep_wrong=wrong)
    at_threshold = theory.purity(error=threshold, keep_correct=right, keep_wrong=wrong)
    assert at_threshold == pytest.approx(0.5, abs=1e-10)


@given(SHARES, SHARES, st.integers(2, 50))
def test_at_the_plurality_threshold_the_right_label_ties_with_each_other(
    right: float, wrong: float, classes: int
) -> None:
    error = theory.plurality_threshold(keep_correct=right, keep_wrong=wrong, classes=classes)
    assert isinstance(error, float)
    assert (1 - error) * right == pytest.approx(error * wrong / (classes - 1), rel=1e-9)
    if classes == 2:
        assert error == theory.verifier_threshold(keep_correct=right, keep_wrong=wrong)


def test_arrays_broadcast() -> None:
    errors, wrong = np.array([0.2, 0.6]), np.array([[0.1], [0.3], [0.9]])
    purity = theory.purity(error=errors, keep_correct=0.9, keep_wrong=wrong)
    assert np.shape(purity) == (3, 2)
    for row, column in product(range(3), range(2)):
        expected = theory.purity(error=errors[column], keep_correct=0.9, keep_wrong=wrong[row, 0])
        assert np.asarray(purity)[row, column] == expected
    assert np.shape(theory.verifier_threshold(keep_correct=0.9, keep_wrong=wrong)) == (3, 1)
    assert np.shape(theory.best_of_n_divergence([1, 2, 4])) == (3,)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: theory.verifier_threshold(keep_correct=0, keep_wrong=0), "must not both be 0: nothing is kept"),
        (lambda: theory.verifier_threshold(keep_correct=[0, 1], keep_wrong=[0, 1]), "must not both be 0"),
        (
            lambda: theory.verifier_threshold(keep_correct=1.1, keep_wrong=0),
            "keep_correct must be from 0 to 1, got 1",
        ),
        (
            lambda: theory.verifier_threshold(keep_correct=1, keep_wrong=-0.1),
            "keep_wrong must be from 0 to 1, got -0",
        ),
        (lambda: theory.verifier_threshold(keep_correct=np.nan, keep_wrong=1), "keep_correct must be from 0 to 1"),
        (
            lambda: theory.plurality_threshold(keep_correct=1, keep_wrong=1, classes=1),
            "classes must be at least 2, got 1",
        ),
        (lambda: theory.purity(error=1, keep_correct=1, keep_wrong=0), "purity is undefined where nothing is kept"),
        (lambda: theory.purity(error=0, keep_correct=0, keep_wrong=1), "purity is undefined where nothing is kept"),
        (lambda: theory.purity(error=2, keep_correct=1, keep_wrong=1), "error must be from 0 to 1, got 2"),
        (lambda: theory.kept_share(error=-1, keep_correct=1, keep_wrong=1), "error must be from 0 to 1, got -1"),
        (lambda: theory.balance_after_rounds([0.5, 0.5], [1], rounds=1), "one probability for each of the 2 classes"),
        (lambda: theory.balance_after_rounds([1, 0], [0, 1], rounds=1), "keep must be above 0 for a class that occurs"),
        (lambda: theory.balance_after_rounds([1, 1], [1, 1], rounds=1), "probabilities must sum to 1"),
        (lambda: theory.balance_after_rounds([0.5, 0.5], [1, 1], rounds=-1), "generations must be at least 0"),
        (lambda: theory.style_after_rounds(taste=1, width=0, rounds=1), "width must be above 0, got 0"),
        (lambda: theory.style_after_rounds(taste=np.inf, width=1, rounds=1), "taste must be finite"),
        (lambda: theory.best_of_n_divergence(0.5), "n must be at least 1, got 0.5"),
        (lambda: theory.best_of_n_divergence(np.inf), "n must be at least 1 and finite, got inf"),
        (lambda: theory.best_of_n_law([0.5, 0.5], 0), "n must be at least 1, got 0"),
        (lambda: theory.best_of_n_moments(10**15 + 1), "n must be at most 10¹⁵"),
        (lambda: theory.best_of_n_moments(0), "n must be at least 1, got 0"),
        (lambda: theory.best_of_n_variance(2, sample_size=1, generations=1), "sample_size must be at least 2"),
        (lambda: theory.best_of_n_gain(2, generations=-1), "generations must be at least 0"),
        (
            lambda: theory.averaging_accuracy(purity=1.5, sample_size=1, separation=1, dimensions=3),
            "purity must be at most 1, got 1.5",
        ),
        (
            lambda: theory.averaging_accuracy(purity=0.5, sample_size=0, separation=1, dimensions=3),
            "sample_size must be at least 1",
        ),
        (
            lambda: theory.averaging_accuracy(purity=0.5, sample_size=1, separation=-1, dimensions=3),
            "separation must be at least 0",
        ),
        (
            lambda: theory.averaging_accuracy(purity=0.5, sample_size=1, separation=1, dimensions=1),
            "dimensions must be at least 2",
        ),
    ],
)
def test_bad_input_is_named(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


def test_what_is_no_number_is_a_type_error() -> None:
    with pytest.raises(TypeError, match="error must hold numbers, got 'much'"):
        theory.purity(error="much", keep_correct=1, keep_wrong=1)
    with pytest.raises(TypeError, match=r"error must hold numbers, got '0\.5'"):
        theory.purity(error="0.5", keep_correct=1, keep_wrong=1)
    with pytest.raises(TypeError, match="error must hold numbers, got True"):
        theory.purity(error=True, keep_correct=1, keep_wrong=1)
    with pytest.raises(TypeError, match="n must hold numbers, got True"):
        theory.best_of_n_divergence(True)
    with pytest.raises(TypeError, match="error must hold numbers"):
        theory.purity(error=[[0.1], [0.2, 0.3]], keep_correct=1, keep_wrong=1)
    with pytest.raises(TypeError, match="classes must be an integer"):
        theory.plurality_threshold(keep_correct=1, keep_wrong=1, classes=2.5)  # type: ignore[arg-type]


# --- The averaging rule -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sample_size", [1, 7, 400])
@pytest.mark.parametrize("purity", [0.5, 0.6, 0.97, 1.0])
def test_opposite_purities_have_opposite_accuracies(sample_size: int, purity: float) -> None:
    setting: dict[str, Any] = {"sample_size": sample_size, "separation": 1.3, "dimensions": 4}
    both = theory.averaging_accuracy(purity=purity, **setting) + theory.averaging_accuracy(purity=1 - purity, **setting)
    assert both == pytest.approx(1, abs=1e-10)


def test_large_samples_reach_the_best_accuracy_and_no_separation_is_a_coin() -> None:
    large = theory.averaging_accuracy(purity=0.8, sample_size=3_000, separation=1.0, dimensions=5)
    assert large == pytest.approx(stats.norm.cdf(1), abs=2e-3)
    coin = theory.averaging_accuracy(purity=0.8, sample_size=10, separation=0.0, dimensions=5)
    assert coin == pytest.approx(0.5, abs=1e-12)


@pytest.mark.parametrize(("sample_size", "dimensions"), [(20, 3), (100, 10)])
def test_nodes_suffice(sample_size: int, dimensions: int, monkeypatch: pytest.MonkeyPatch) -> None:
    setting: dict[str, Any] = {"purity": 0.6, "sample_size": sample_size, "separation": 1.0, "dimensions": dimensions}
    usual = theory.averaging_accuracy(**setting)
    monkeypatch.setattr(verification, "_NODES", 2 * verification._NODES)
    assert theory.averaging_accuracy(**setting) == pytest.approx(usual, abs=1e-4)


# --- Taste ------------------------------------------------------------------------------------------------------------


@given(LAWS, st.integers(10_000, 20_000), st.integers(0, 12))
def test_odds_are_multiplied_in_each_round(law: np.ndarray, seed: int, rounds: int) -> None:
    keep = np.random.default_rng(seed).uniform(0.1, 1, len(law))
    balance = theory.balance_after_rounds(law, keep, rounds=rounds)
    by_hand = law.copy()
    for _ in range(rounds):
        by_hand = by_hand * keep / (by_hand * keep).sum()
    assert balance.shape == (rounds + 1, len(law))
    assert balance[-1] == pytest.approx(by_hand, abs=1e-10)
    assert balance.sum(axis=1) == pytest.approx(np.ones(rounds + 1), abs=1e-10)


def test_a_class_that_is_never_kept_is_gone_at_once_and_thousands_of_rounds_do_not_underflow() -> None:
    balance = theory.balance_after_rounds([0.2, 0.3, 0.5], [0.0, 0.5, 0.25], rounds=3)
    assert balance[0] == pytest.approx([0.2, 0.3, 0.5], abs=1e-12)
    assert (balance[1:, 0] == 0).all()
    assert theory.balance_after_rounds([0.5, 0.5], [0.01, 0.009], rounds=5_000)[-1] == pytest.approx([1, 0], abs=1e-12)


@given(st.floats(-3, 3), st.floats(0.3, 5), st.integers(0, 30))
def test_styles_follow_the_product_of_gaussians(taste: float, width: float, rounds: int) -> None:
    means, variances = theory.style_after_rounds(taste=taste, width=width, rounds=rounds)
    mean, variance = 0.0, 1.0
    for _ in range(rounds):
        precision = 1 / variance + 1 / width**2
        mean, variance = (mean / variance + taste / width**2) / precision, 1 / precision
    assert means[-1] == pytest.approx(mean, abs=1e-9)
    assert variances[-1] == pytest.approx(variance, abs=1e-10)


def test_one_round_of_taste_against_numerical_integration() -> None:
    def moment(power: int) -> float:
        return float(
            integrate.quad(lambda x: x**power * stats.norm.pdf(x) * np.exp(-((x - 2) ** 2) / (2 * 1.5**2)), -12, 12)[0]
        )

    means, variances = theory.style_after_rounds(taste=2.0, width=1.5, rounds=1)
    assert means[1] == pytest.approx(moment(1) / moment(0), abs=1e-9)
    assert variances[1] == pytest.approx(moment(2) / moment(0) - means[1] ** 2, abs=1e-9)


# --- The best of n ----------------------------------------------------------------------------------------------------


def test_divergence_against_numerical_integration() -> None:
    for n in (1, 2, 5, 40):
        integral = integrate.quad(lambda u, n=n: n * u ** (n - 1) * np.log(n * u ** (n - 1)), 0, 1)[0] if n > 1 else 0.0
        assert theory.best_of_n_divergence(n) == pytest.approx(integral, abs=1e-8)


@given(LAWS, st.integers(1, 100))
def test_ties_make_the_divergence_smaller(law: np.ndarray, n: int) -> None:
    nats = kullback_leibler(theory.best_of_n_law(law, n), law) * np.log(2)
    assert nats <= theory.best_of_n_divergence(n) + 1e-9
    assert nats <= -np.log(law[-1]) + 1e-9


def test_the_law_of_the_best_by_counting() -> None:
    law = [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)]
    counted = [Fraction(0)] * 3
    for draws in product(range(3), repeat=3):
        counted[max(draws)] += law[draws[0]] * law[draws[1]] * law[draws[2]]
    best = theory.best_of_n_law([float(p) for p in law], 3)
    assert best == pytest.approx([float(p) for p in counted], abs=1e-12)


@given(LAWS, st.integers(1, 6), st.integers(1, 6))
def test_rounds_of_the_best_multiply(law: np.ndarray, first: int, second: int) -> None:
    twice = theory.best_of_n_law(theory.best_of_n_law(law, first), second)
    assert twice == pytest.approx(theory.best_of_n_law(law, first * second), abs=1e-10)


def test_moments_of_the_largest() -> None:
    assert theory.best_of_n_moments(1) == pytest.approx((0, 1), abs=1e-10)
    assert theory.best_of_n_moments(2) == pytest.approx((1 / np.sqrt(np.pi), 1 - 1 / np.pi), abs=1e-10)
    # Known in closed form, and from tables of order statistics.
    assert theory.best_of_n_moments(3)[0] == pytest.approx(1.5 / np.sqrt(np.pi), abs=1e-10)
    assert theory.best_of_n_moments(10) == pytest.approx((1.53875, 0.34434), abs=1e-5)


def test_moments_of_the_largest_of_very_many() -> None:
    """By another route: −log of the largest's probability is exponential over n."""
    levels, weights = np.polynomial.legendre.leggauss(4_000)
    for n in (10**4, 10**9, 10**15):
        values = stats.norm.isf(-np.expm1(np.log((levels + 1) / 2) / n))
        mean = float(weights @ values / 2)
        assert theory.best_of_n_moments(n)[0] == pytest.approx(mean, abs=1e-5)
        assert theory.best_of_n_moments(n)[1] == pytest.approx(float(weights @ (values - mean) ** 2 / 2), abs=1e-4)


def test_gains_are_a_geometric_series() -> None:
    mean, variance = theory.best_of_n_moments(4)
    gain = theory.best_of_n_gain(4, generations=300)
    assert gain[:2] == pytest.approx([0, mean], abs=1e-12)
    assert gain[-1] == pytest.approx(mean / (1 - np.sqrt(variance)), abs=1e-10)
    assert theory.best_of_n_gain(4, generations=0) == pytest.approx([0.0])
    assert theory.best_of_n_gain(1, generations=5) == pytest.approx(np.zeros(6), abs=1e-10)
    # Without selection only the fit takes variance.
    plain = theory.expected_variance("replace", sample_size=20, generations=6)
    assert theory.best_of_n_variance(1, sample_size=20, generations=6) == pytest.approx(plain, abs=1e-10)
