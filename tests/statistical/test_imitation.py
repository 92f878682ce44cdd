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
    """Dealt out afresh in each repeat, so that the interval covers the dealing too."""
    text = load_callables().about(["text"])
    rises = []
    for n in range(8):
        dealt = text.shuffled(seed=10_300 + n)
        lesson = Dialogue(dealt.questions, dealt.answers)
        curves = learning_curves(ImitatorLearner(), lesson, lesson, sizes=(50, 400), repeats=1, seed=10_400 + n)
        rises.append(float(curves.held_out_accuracy[0, 1] - curves.held_out_accuracy[0, 0]))
    assert mean_interval(rises).high < 0.05


def test_broad_examples_help_a_beginner_only_as_far_as_their_numbers_belong_to_their_names() -> None:
    facts = load_callables()
    text = facts.about(["text"])
    lesson = Dialogue(text.questions, text.answers)
    other = facts.about(["numbers", "files", "programs"])
    gains: dict[str, list[float]] = {"real": [], "shuffled": []}
    for n in range(8):
        for name, taught in (("real", other), ("shuffled", other.shuffled(seed=10_500 + n))):
            examples = Dialogue(taught.questions, taught.answers)
            curves = learning_curves(ImitatorLearner(), examples, lesson, sizes=(20, 800), repeats=1, seed=10_600 + n)
            gains[name].append(float(curves.accuracy[0, 1] - curves.accuracy[0, 0]))
    assert mean_interval(gains["real"]).low > 0
    assert mean_interval(np.subtract(gains["real"], gains["shuffled"])).low > 0


@pytest.mark.parametrize("seed", [10_700, 10_701])
def test_accuracy_is_memory_and_guesses_for_every_sort_of_student(seed: int) -> None:
    facts = load_callables()
    text, other = facts.about(["text"]), facts.about(["files"])
    lesson, elsewhere = Dialogue(text.questions, text.answers), Dialogue(other.questions, other.answers)
    reader = ImitatorLearner().read(lesson.take(range(200)))
    for start, examples in ((None, lesson), (None, elsewhere), (reader, elsewhere), (reader, lesson)):
        curves = learning_curves(
            ImitatorLearner(), examples, lesson, sizes=(20, 200), repeats=1, start=start, seed=seed
        )
        parts = curves.coverage + (1 - curves.coverage) * curves.held_out_accuracy
        np.testing.assert_allclose(curves.accuracy, parts, atol=1e-10)
