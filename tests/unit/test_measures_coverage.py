"""Coverage and scores of answers: against enumeration, identities, and what they refuse."""

import itertools
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from secondhand.measures import (
    accuracy_parts,
    approval,
    break_even_confidence,
    coverage_variance,
    examples_for_coverage,
    expected_coverage,
    expected_covered_mass,
    penalised_score,
)


@pytest.mark.parametrize(("examples", "questions"), [(0, 3), (1, 1), (4, 1), (1, 4), (3, 2), (5, 3), (4, 5)])
def test_coverage_agrees_with_listing_all_draws(examples: int, questions: int) -> None:
    draws = itertools.product(range(questions), repeat=examples)
    shares = np.array([len(set(draw)) / questions for draw in draws])
    assert expected_coverage(examples, questions=questions) == pytest.approx(shares.mean(), abs=1e-10)
    assert coverage_variance(examples, questions=questions) == pytest.approx(shares.var(), abs=1e-10)


def test_covered_mass_agrees_with_listing_all_draws() -> None:
    law = np.array([0.5, 0.3, 0.2])
    draws = list(itertools.product(range(3), repeat=4))
    chances = [law[list(draw)].prod() for draw in draws]
    masses = [law[list(set(draw))].sum() for draw in draws]
    assert expected_covered_mass(4, law) == pytest.approx(np.dot(chances, masses), abs=1e-10)


@given(st.integers(0, 500), st.integers(1, 300))
def test_equal_kinds_are_covered_as_questions_are(examples: int, questions: int) -> None:
    even = np.full(questions, 1 / questions)
    np.testing.assert_allclose(
        expected_covered_mass(examples, even), expected_coverage(examples, questions=questions), atol=1e-10
    )


@given(st.floats(0, 0.999), st.integers(2, 2_000))
def test_examples_for_coverage_is_the_smallest_number(share: float, questions: int) -> None:
    needed = examples_for_coverage(share, questions=questions)
    assert expected_coverage(needed, questions=questions) >= share - 1e-9
    if needed > 0:
        assert expected_coverage(needed - 1, questions=questions) < share + 1e-9


def test_coverage_takes_arrays() -> None:
    assert expected_coverage([1, 2, 3], questions=4).shape == (3,)
    assert coverage_variance([[1, 2]], questions=4).shape == (1, 2)
    assert expected_covered_mass([1, 2], [0.5, 0.5]).shape == (2,)


@given(arrays(bool, st.integers(1, 60)), st.randoms(use_true_random=False))
def test_accuracy_is_the_sum_of_its_parts(right: np.ndarray, random: Any) -> None:
    remembered = np.array([random.random() < 0.5 for _ in right])
    parts = accuracy_parts(right, remembered)
    assert parts.accuracy == pytest.approx(right.mean(), abs=1e-10)
    exact = accuracy_parts(right | remembered, remembered)
    if not remembered.all():
        identity = exact.coverage + (1 - exact.coverage) * exact.held_out
        assert identity == pytest.approx((right | remembered).mean(), abs=1e-10)


def test_empty_parts_are_not_a_number() -> None:
    assert np.isnan(accuracy_parts([1, 0], [0, 0]).remembered)
    assert np.isnan(accuracy_parts([1, 0], [1, 1]).held_out)
    assert accuracy_parts([1, 0], [1, 1]).accuracy == 0.5


def test_a_judge_of_form_and_a_judge_of_facts() -> None:
    form, right = [1, 1, 0, 0], [1, 0, 1, 0]
    assert approval(form, right, checking=0).tolist() == [1, 1, 0, 0]
    assert approval(form, right, checking=1).tolist() == [1, 0, 0, 0]
    assert approval(form, right, checking=0.25).tolist() == [1, 0.75, 0, 0]


@given(st.floats(0, 100), st.floats(0, 1))
def test_above_break_even_a_guess_pays(penalty: float, chance: float) -> None:
    earned = chance - penalty * (1 - chance)
    limit = break_even_confidence(penalty)
    assert (1 + penalty) * (chance - limit) == pytest.approx(earned, abs=1e-10)


def test_scores_count_right_wrong_and_silent() -> None:
    assert penalised_score([1, 0, 0, 1], [1, 1, 0, 0], penalty=0.5) == pytest.approx((1 - 0.5) / 4)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: expected_coverage(-1, questions=3), ValueError, "examples must hold numbers of at least 0, got -1"),
        (lambda: expected_coverage(1, questions=0), ValueError, "questions must be at least 1, got 0"),
        (lambda: coverage_variance("x", questions=3), TypeError, "examples must hold numbers, got 'x'"),
        (lambda: coverage_variance(1, questions=2.5), TypeError, "questions must be an integer, got 2.5"),  # type: ignore[arg-type]
        (lambda: expected_covered_mass(1, [0.5, 0.6]), ValueError, "probabilities must sum to 1, got 1.1"),
        (lambda: expected_covered_mass(-2, [1.0]), ValueError, "examples must hold numbers of at least 0, got -2"),
        (lambda: examples_for_coverage(1, questions=3), ValueError, "coverage must be below 1, got 1"),
        (lambda: examples_for_coverage(0.5, questions=1), ValueError, "questions must be at least 2, got 1"),
        (lambda: accuracy_parts([1, 2], [0, 1]), ValueError, "right must hold true and false only, got 2"),
        (lambda: accuracy_parts([1, 0], [0.5, 1]), ValueError, "remembered must hold true and false only, got 0.5"),
        (lambda: accuracy_parts([1, 0], [0]), ValueError, "as many numbers as right, got 1 and 2"),
        (lambda: approval([1], [1, 0], checking=0), ValueError, "as many numbers as form, got 2 and 1"),
        (lambda: approval([2], [1], checking=0), ValueError, "form must hold numbers from 0 to 1, got 2"),
        (lambda: approval([1], [1], checking=1.5), ValueError, "checking must be at most 1, got 1.5"),
        (lambda: penalised_score([1], [1, 1], penalty=1), ValueError, "as many numbers as right, got 2 and 1"),
        (lambda: penalised_score([1], [-1], penalty=1), ValueError, "answered must hold numbers from 0 to 1, got -1"),
        (lambda: penalised_score([1], [1], penalty=-1), ValueError, "penalty must be at least 0, got -1"),
        (lambda: break_even_confidence("x"), TypeError, "penalty must be a number, got 'x'"),  # type: ignore[arg-type]
    ],
)
def test_bad_input_is_named(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        call()
