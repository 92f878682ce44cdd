"""The theory of Zipf tails against long sums, zeta functions, the finite law and numbers."""

import re
from collections.abc import Callable
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import zeta

from secondhand.generations import theory

EXPONENTS = st.floats(1.05, 6)


def test_derived_numbers() -> None:
    assert theory.zipf_missing_mass_law(1.5, 10_000) == pytest.approx(0.0437, abs=5e-5)
    assert theory.zipf_missing_mass(1.5, 10_000) == pytest.approx(0.0437, abs=5e-5)
    # Cut off after ten million items, the sum lacks their tail.
    cut = theory.zipf_missing_mass(1.5, 10_000) - theory.zipf_tail_mass(1.5, 10**7)
    assert cut == pytest.approx(0.0435, abs=5e-5)
    law = theory.zipf_resampled_missing_mass_law(1.5, sample_size=2_000, generations=40)
    assert law[[1, 10, 40]] == pytest.approx([0.0747, 0.1319, 0.2045], abs=5e-5)


@given(EXPONENTS, st.integers(0, 12))
def test_few_draws_miss_what_the_binomial_theorem_says(exponent: float, samples: int) -> None:
    """Σ p(1 − p)ᵀ = Σ (−1)ʲ C(T, j) Σ pʲ⁺¹, and sums of powers are zeta functions."""
    expected = sum(
        (-1) ** j * comb(samples, j) * zeta(exponent * (j + 1)) / zeta(exponent) ** (j + 1) for j in range(samples + 1)
    )
    assert theory.zipf_missing_mass(exponent, samples) == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("exponent", [1.1, 1.5, 3.0])
@pytest.mark.parametrize("samples", [10, 10_000, 10_000_000])
def test_missing_mass_is_that_of_a_long_sum(exponent: float, samples: int) -> None:
    """The rest of a sum of three million terms lies between the tail mass and its part that is missed at least."""
    items = 3_000_000
    p = np.arange(1, items + 1) ** -exponent / zeta(exponent)
    summed = (p * np.exp(samples * np.log1p(-p))).sum()
    tail = theory.zipf_tail_mass(exponent, items)
    least = tail * np.exp(samples * np.log1p(-p[-1]))
    missing = theory.zipf_missing_mass(exponent, samples)
    assert (summed + least) * (1 - 1e-9) <= missing <= (summed + tail) * (1 + 1e-9)


@pytest.mark.parametrize("exponent", [1.2, 1.5, 2.0, 4.0])
def test_missing_mass_approaches_its_law(exponent: float) -> None:
    """The sum misses half of the first cell, which is cut off exponentially; what is left is of order 1/T."""
    samples = np.array([10**3, 10**6, 10**9, 10**12])
    ratio = theory.zipf_missing_mass(exponent, samples) / theory.zipf_missing_mass_law(exponent, samples)
    assert np.abs(ratio - 1) == pytest.approx(np.zeros(4), abs=5e-4)
    assert ratio[2:] == pytest.approx(np.ones(2), abs=1e-8)


def test_the_slope_is_the_exponent_of_the_law() -> None:
    samples = 10 ** np.arange(2, 6)
    slope = np.polyfit(np.log(samples), np.log(theory.zipf_missing_mass(1.5, samples)), 1)[0]
    assert slope == pytest.approx(-1 / 3, abs=0.001)
    eightfold = theory.zipf_missing_mass_law(1.5, [1_000, 8_000])
    assert eightfold[1] / eightfold[0] == pytest.approx(0.5, rel=1e-12)


@given(EXPONENTS, st.integers(0, 10**9), st.integers(1, 10**9))
def test_more_draws_miss_less(exponent: float, samples: int, more: int) -> None:
    few, many = theory.zipf_missing_mass(exponent, [samples, samples + more])
    assert 0 <= many <= few <= 1 + 1e-12


@given(EXPONENTS, st.integers(0, 10_000))
def test_tail_mass_is_what_the_first_items_leave(exponent: float, cutoff: int) -> None:
    first = (np.arange(1, cutoff + 1, dtype=float) ** -exponent).sum() / zeta(exponent)
    assert theory.zipf_tail_mass(exponent, cutoff) == pytest.approx(1 - first, abs=1e-10)


@given(EXPONENTS, st.integers(1, 10**6))
def test_tail_mass_law_is_too_large_by_its_first_correction(exponent: float, cutoff: int) -> None:
    """A decreasing term lies between the integrals over its two neighbouring cells."""
    tail, law = theory.zipf_tail_mass(exponent, cutoff), theory.zipf_tail_mass_law(exponent, cutoff)
    assert theory.zipf_tail_mass_law(exponent, cutoff + 1) * (1 - 1e-12) <= tail <= law * (1 + 1e-12)
    if cutoff > 1_000:
        assert law / tail - 1 == pytest.approx((exponent - 1) / (2 * cutoff), rel=0.05, abs=1e-9)


@pytest.mark.parametrize("exponent", [1.2, 1.5, 2.5])
def test_resampled_missing_mass_adds_survival_up(exponent: float) -> None:
    """Over a million items with `survival_probability`; all further ones are missing, but for their expected copies."""
    items, size, generations = 1_000_000, 500, 6
    p = np.arange(1, items + 1) ** -exponent / zeta(exponent)
    survival = theory.survival_probability(p, sample_size=size, generations=generations)
    summed = p @ (1 - survival)
    tail = theory.zipf_tail_mass(exponent, items)
    missing = theory.zipf_resampled_missing_mass(exponent, sample_size=size, generations=generations)
    assert missing[0] == 0
    assert (missing[1:] >= summed[1:] + tail * (1 - size * p[-1]) - 1e-10).all()
    assert (missing[1:] <= summed[1:] + tail + 1e-10).all()


@given(EXPONENTS, st.integers(1, 10**6), st.integers(0, 20))
def test_resampled_missing_mass_grows_and_starts_at_the_first_sample(
    exponent: float, sample_size: int, generations: int
) -> None:
    missing = theory.zipf_resampled_missing_mass(exponent, sample_size=sample_size, generations=generations)
    assert missing.shape == (generations + 1,)
    assert missing[0] == 0
    assert (np.diff(missing) >= 0).all()
    assert (missing < 1).all()
    if generations:
        # Poisson for binomial: exp(−Np) exceeds (1 − p)ᴺ, by at most e⁻¹ times Np².
        one_draw = theory.zipf_missing_mass(exponent, sample_size)
        assert one_draw - 1e-12 <= missing[1] <= one_draw + 0.4 / sample_size


def test_generations_shrink_the_sample() -> None:
    arguments = {"sample_size": 10**7, "generations": 100}
    law = theory.zipf_resampled_missing_mass_law(1.5, **arguments)
    n = np.arange(1, 101)
    assert law[0] == 0
    assert law[1:] / law[1] == pytest.approx(((n + 1) / 2) ** (1 / 3), rel=1e-10)
    assert law[1] == pytest.approx(float(theory.zipf_missing_mass_law(1.5, 10**7)), rel=1e-10)
    ratio = theory.zipf_resampled_missing_mass(1.5, **arguments)[1:] / law[1:]
    assert ratio[0] == pytest.approx(1, abs=1e-4)
    assert (np.abs(ratio - 1) < 0.03).all()
    assert ratio[-1] < ratio[10]


def test_arrays_keep_their_shape() -> None:
    table = theory.zipf_missing_mass(1.5, [[1, 10], [100, 1_000]])
    assert table.shape == (2, 2)
    assert table[1, 0] == theory.zipf_missing_mass(1.5, 100)
    assert theory.zipf_tail_mass(1.5, [1, 2, 3]).shape == theory.zipf_tail_mass_law(1.5, [1, 2, 3]).shape == (3,)
    assert theory.zipf_missing_mass_law(1.5, [[1, 2]]).shape == (1, 2)
    assert theory.zipf_missing_mass(1.5, 7).shape == ()


# --- Bad input --------------------------------------------------------------------------------------------------------

BY_EXPONENT: dict[str, Callable[[float], object]] = {
    "zipf_missing_mass": lambda exponent: theory.zipf_missing_mass(exponent, 10),
    "zipf_missing_mass_law": lambda exponent: theory.zipf_missing_mass_law(exponent, 10),
    "zipf_tail_mass": lambda exponent: theory.zipf_tail_mass(exponent, 10),
    "zipf_tail_mass_law": lambda exponent: theory.zipf_tail_mass_law(exponent, 10),
    "zipf_resampled_missing_mass": lambda exponent: theory.zipf_resampled_missing_mass(
        exponent, sample_size=10, generations=1
    ),
    "zipf_resampled_missing_mass_law": lambda exponent: theory.zipf_resampled_missing_mass_law(
        exponent, sample_size=10, generations=1
    ),
}


@pytest.mark.parametrize("name", sorted(BY_EXPONENT))
@pytest.mark.parametrize(
    ("exponent", "error", "message"),
    [
        (1.0, ValueError, "exponent must be above 1, got 1"),
        (21, ValueError, "exponent must be at most 20, got 21"),
        (np.nan, ValueError, "exponent must be finite, got nan"),
        ("x", TypeError, "exponent must be a number, got 'x'"),
    ],
)
def test_exponents_are_checked(name: str, exponent: float, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        BY_EXPONENT[name](exponent)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: theory.zipf_missing_mass(1.5, -1),
            ValueError,
            "samples must be whole numbers of at least 0, got -1",
        ),
        (
            lambda: theory.zipf_missing_mass(1.5, [3, 1.5]),
            ValueError,
            "samples must be whole numbers of at least 0, got 1.5",
        ),
        (lambda: theory.zipf_missing_mass(1.5, np.inf), ValueError, "samples must be whole numbers"),
        (lambda: theory.zipf_missing_mass(1.5, "x"), TypeError, "samples must hold numbers, got 'x'"),
        (
            lambda: theory.zipf_missing_mass_law(1.5, 0),
            ValueError,
            "samples must be whole numbers of at least 1, got 0",
        ),
        (lambda: theory.zipf_tail_mass(1.5, -1), ValueError, "cutoff must be whole numbers of at least 0, got -1"),
        (lambda: theory.zipf_tail_mass(1.5, "x"), TypeError, "cutoff must hold numbers, got 'x'"),
        (lambda: theory.zipf_tail_mass_law(1.5, 0), ValueError, "cutoff must be whole numbers of at least 1, got 0"),
        (
            lambda: theory.zipf_resampled_missing_mass(1.5, sample_size=0, generations=1),
            ValueError,
            "sample_size must be at least 1, got 0",
        ),
        (
            lambda: theory.zipf_resampled_missing_mass(1.5, sample_size=1.5, generations=1),  # type: ignore[arg-type]
            TypeError,
            "sample_size must be an integer, got 1.5",
        ),
        (
            lambda: theory.zipf_resampled_missing_mass(1.5, sample_size=5, generations=-1),
            ValueError,
            "generations must be at least 0, got -1",
        ),
        (
            lambda: theory.zipf_resampled_missing_mass_law(1.5, sample_size=0, generations=1),
            ValueError,
            "sample_size must be at least 1, got 0",
        ),
        (
            lambda: theory.zipf_resampled_missing_mass_law(1.5, sample_size=5, generations="x"),  # type: ignore[arg-type]
            TypeError,
            "generations must be an integer, got 'x'",
        ),
    ],
)
def test_theory_of_tails_refuses_bad_input(call: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        call()
