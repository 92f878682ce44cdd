"""Simulated coverage, style and judges against the theory, within four standard errors."""

import numpy as np
import pytest

from secondhand.learners import Dialogue, ImitatorLearner, learning_curves
from secondhand.measures import (
    approval,
    coverage_variance,
    expected_coverage,
    expected_covered_mass,
    mean_interval,
)
from secondhand.sources import load_callables


@pytest.mark.parametrize(("examples", "questions"), [(400, 600), (10, 5), (30, 300)])
def test_coverage_scatters_as_the_occupancy_problem_says(examples: int, questions: int) -> None:
    runs = 4_000
    draws = np.random.default_rng(10_000 + examples).integers(questions, size=(runs, examples))
    coverage = np.array([len(set(row)) for row in draws.tolist()]) / questions
    mean, variance = (
        float(expected_coverage(examples, questions=questions)),
        float(coverage_variance(examples, questions=questions)),
    )
    assert abs(coverage.mean() - mean) <= 4 * np.sqrt(variance / runs)
    squares = (coverage - mean) ** 2
    assert abs(squares.mean() - variance) <= 4 * squares.std(ddof=1) / np.sqrt(runs)


def test_style_and_coverage_of_students_follow_from_shares() -> None:
    text = load_callables().about(["text"])
    lesson = Dialogue(text.questions, text.answers)
    curves = learning_curves(ImitatorLearner(), lesson, lesson, sizes=(3, 6), repeats=200, seed=10_010)
    shares = np.unique(text.kinds, return_counts=True)[1] / len(text)
    error = curves.style.std(axis=0, ddof=1) / np.sqrt(200)
    assert (np.abs(curves.style.mean(axis=0) - expected_covered_mass([3, 6], shares)) <= 4 * error).all()
    expected = expected_coverage([3, 6], questions=len(text))
    deviation = np.sqrt(coverage_variance([3, 6], questions=len(text)) / 200)
    assert (np.abs(curves.coverage.mean(axis=0) - expected) <= 4 * deviation).all()


def test_a_full_memory_keeps_what_is_never_chosen_for_overwriting() -> None:
    """Each of k new facts spares a given old one with probability 1 − 1/C."""
    capacity, new, runs = 40, 30, 300
    old = Dialogue(tuple(f"`old{n}`?" for n in range(capacity)), ("1",) * capacity)
    fresh = Dialogue(tuple(f"`new{n}`?" for n in range(new)), ("2",) * new)
    learner = ImitatorLearner(capacity=capacity)
    reader = learner.read(old)
    kept = [learner.fine_tune(reader, fresh, seed=10_100 + n).remembers(old.questions).mean() for n in range(runs)]
    error = np.std(kept, ddof=1) / np.sqrt(runs)
    assert abs(np.mean(kept) - (1 - 1 / capacity) ** new) <= 4 * error


def test_a_judge_that_looks_up_some_facts_approves_as_the_formula_says() -> None:
    generator = np.random.default_rng(10_200)
    form, right, looked_up = (generator.random((3, 200_000)) < np.array([[0.9], [0.4], [0.3]])).astype(float)
    approved = form * (1 - looked_up * (1 - right))
    expected = approval(form, right, checking=0.3)
    difference = mean_interval(approved - expected)
    assert abs(difference.estimate) <= 2 * (difference.high - difference.low) / 2


def test_without_a_pattern_guesses_do_not_improve() -> None:
    text = load_callables().about(["text"])
    dealt = text.shuffled(seed=10_300)
    lesson = Dialogue(dealt.questions, dealt.answers)
    curves = learning_curves(ImitatorLearner(), lesson, lesson, sizes=(50, 400), repeats=8, seed=10_301)
    assert mean_interval(curves.held_out_accuracy[:, 1] - curves.held_out_accuracy[:, 0]).high < 0.1
