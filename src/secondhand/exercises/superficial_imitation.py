"""Exercises of the chapter on superficial imitation."""

import math
from collections.abc import Mapping

import numpy as np

from secondhand.exercises.mechanism import Function, WrongAnswerError, exercise, expect_close, findings_of
from secondhand.measures import coverage_variance

_say = findings_of("superficial-imitation")


def _number(answer: object) -> float | None:
    """Return the answer as a number if it is one, to compare it with what mistakes lead to."""
    if isinstance(answer, int | float | np.number) and np.isfinite(answer):
        return float(answer)
    return None


def _is(answer: object, mistake: float) -> bool:
    number = _number(answer)
    return number is not None and math.isclose(number, mistake, rel_tol=1e-6)


def _refuse(exercise: str, answer: object, mistakes: Mapping[str, float]) -> None:
    """Say what went wrong if the answer is what a known mistake leads to."""
    for mistake, value in mistakes.items():
        if _is(answer, value):
            raise WrongAnswerError(_say(f"{exercise}.wrong.{mistake}"))


def _expect_share(exercise: str, answer: object, expected: float, **given: float) -> None:
    """Compare a share; a wrong one is told back, with what shares cannot be."""
    number = _number(answer)
    if _is(answer, 100 * expected) and expected > 0:
        raise WrongAnswerError(_say("any.wrong.percent"))
    if number is not None and not -1e-9 <= number <= 1 + 1e-9:
        raise WrongAnswerError(_say("any.wrong.range", got=f"{number:.4g}"))
    got = "?" if number is None else f"{number:.4g}"
    expect_close(answer, expected, _say(f"{exercise}.wrong.value", got=got, **given))


def _check_accuracy_from_parts(answer: Function, solve: Function) -> None:
    mistakes = {"sum": 0.4 + 0.25, "swapped": 0.4 * 0.25 + 0.6, "memory_left_out": 0.6 * 0.25}
    _refuse("accuracy_from_parts", answer(0.4, 0.25), mistakes)
    for coverage, held_out in ((0.4, 0.25), (0.0, 0.3), (1.0, 0.2), (0.73, 0.5)):
        given = {"coverage": coverage, "held_out": held_out}
        _expect_share("accuracy_from_parts", answer(*given.values()), solve(*given.values()), **given)


@exercise(difficulty="warm-up", minutes=3, check=_check_accuracy_from_parts)
def accuracy_from_parts(coverage: float, held_out: float) -> float:
    """Return the share of right answers among all questions.

    The student remembers the share coverage without error; among the other
    questions it guesses the share held_out right.
    """
    return coverage + (1 - coverage) * held_out


def _check_held_out_accuracy(answer: Function, solve: Function) -> None:
    # Coverage is not one half here, where both groups of questions would be equally large.
    mistakes = {"undivided": 0.3, "divisor": 0.3 / 0.4, "of_right": 0.3 / 0.7}
    _refuse("held_out_accuracy", answer(0.7, 0.4), mistakes)
    for accuracy, coverage in ((0.7, 0.4), (0.9, 0.9), (0.95, 0.6), (0.3, 0.0)):
        given = {"accuracy": accuracy, "coverage": coverage}
        _expect_share("held_out_accuracy", answer(*given.values()), solve(*given.values()), **given)


@exercise(difficulty="warm-up", minutes=3, check=_check_held_out_accuracy)
def held_out_accuracy(accuracy: float, coverage: float) -> float:
    """Return the share of right answers among questions not remembered.

    accuracy is the share among all questions. The share coverage, below 1,
    is remembered without error.
    """
    return (accuracy - coverage) / (1 - coverage)


def _check_examples_needed(answer: Function, solve: Function) -> None:
    got = _number(answer(0.6, 600))
    if got is not None:
        if got == 360:
            raise WrongAnswerError(_say("examples_needed.wrong.without"))
        if math.isclose(got, math.log(0.6) / math.log(1 - 1 / 600), rel_tol=0, abs_tol=1):
            raise WrongAnswerError(_say("examples_needed.wrong.share"))
        if got != int(got):
            raise WrongAnswerError(_say("examples_needed.wrong.whole"))
        if got == solve(0.6, 600) - 1:
            raise WrongAnswerError(_say("examples_needed.wrong.down"))
    if _is(answer(0.99, 50), math.ceil(-50 * math.log(0.01))):
        raise WrongAnswerError(_say("examples_needed.wrong.approximate"))
    if _is(answer(0.5, 2), 2):
        raise WrongAnswerError(_say("examples_needed.wrong.past"))
    for share, questions in ((0.6, 600), (0.5, 600), (0.95, 600), (0.3, 11), (0.99, 50), (0.5, 2), (0.75, 2)):
        number = _number(answer(share, questions))
        got_text = "?" if number is None else f"{number:.6g}"
        wrong = _say("examples_needed.wrong.value", share=share, questions=questions, got=got_text)
        expect_close(answer(share, questions), solve(share, questions), wrong)


@exercise(difficulty="core", minutes=10, check=_check_examples_needed)
def examples_needed(share: float, questions: int) -> int:
    """Return the smallest number of examples that covers the share on average.

    Each example is one of the questions, drawn uniformly and with
    replacement; share is at least 0 and below 1.
    """
    exact = math.log(1 - share) / math.log(1 - 1 / questions)
    return math.ceil(exact - 1e-9)  # an exact solution is not rounded up


def _check_style_match(answer: Function, solve: Function) -> None:
    shares = np.array([0.6, 0.3, 0.1])
    got = answer(3, shares)
    if np.shape(got) == (3,):
        raise WrongAnswerError(_say("style_match.wrong.sum"))
    seen = 1 - (1 - shares) ** 3
    mistakes = {
        "weights": float(seen.mean()),
        "unweighted": float(seen.sum()),
        "missing": float((shares * (1 - shares) ** 3).sum()),
    }
    _refuse("style_match", got, mistakes)
    for examples, law in ((3, shares), (0, shares), (10, np.full(4, 0.25)), (7, np.array([0.9, 0.1]))):
        _expect_share("style_match", answer(examples, law), solve(examples, law), examples=examples)


@exercise(difficulty="core", minutes=10, check=_check_style_match)
def style_match(examples: int, shares: np.ndarray) -> float:
    """Return the mean share of test questions whose kind was in an example.

    shares holds the share of each kind of question; they sum to 1, and
    hold both for the examples and for the test.
    """
    return float(np.sum(shares * (1 - (1 - shares) ** examples)))


def _check_break_even(answer: Function, solve: Function) -> None:
    mistakes = {"silence": 0.5, "sign": 0.4, "chance": 1.2, "added": 0.5 + 0.2}
    _refuse("break_even", answer(1.0, 0.2), mistakes)
    for penalty, silence in ((1.0, 0.2), (3.0, 0.0), (0.5, -0.1), (0.0, 0.0)):
        given = {"penalty": penalty, "silence": silence}
        _expect_share("break_even", answer(*given.values()), solve(*given.values()), **given)


@exercise(difficulty="core", minutes=10, check=_check_break_even)
def break_even(penalty: float, silence: float) -> float:
    """Return the chance of being right at which a guess pays as much as none.

    A right answer earns 1, a wrong one costs the penalty, and saying "I do
    not know" earns silence, which may be negative.
    """
    return (silence + penalty) / (1 + penalty)


def _check_share_checked(answer: Function, solve: Function) -> None:
    # At 0.85 and 0.4 each mistake gives another number than the rest, and than the solution.
    mistakes = {"all": 0.15, "right": 0.15 / 0.4, "not_looked_up": 0.45 / 0.6, "approved": 0.45}
    _refuse("share_checked", answer(0.85, 0.4), mistakes)
    for approval, accuracy in ((0.85, 0.4), (0.7, 0.6), (0.5, 0.5), (0.9, 0.1), (1.0, 0.2)):
        given = {"approval": approval, "accuracy": accuracy}
        _expect_share("share_checked", answer(*given.values()), solve(*given.values()), **given)


@exercise(difficulty="core", minutes=10, check=_check_share_checked)
def share_checked(approval: float, accuracy: float) -> float:
    """Return which share of the answers the judge must have looked up.

    All answers have perfect form, and the share accuracy, below 1, is
    right. The judge approves of all but the wrong ones that it looks up.
    """
    wrong_and_found = 1 - approval
    return wrong_and_found / (1 - accuracy)


def _check_gain_deviation(answer: Function, solve: Function) -> None:
    got, true = answer(200, 300, 600), solve(200, 300, 600)
    before, after = (float(coverage_variance(examples, questions=600)) for examples in (200, 500))
    newly = (1 - 1 / 600) ** 200 * (1 - (1 - 1 / 600) ** 300)
    mistakes = {
        "variance": true**2,
        "number": 600 * true,
        "independent": math.sqrt(newly * (1 - newly) / 600),
        "difference": math.sqrt(abs(after - before)),
        "sum": math.sqrt(after + before),
    }
    _refuse("gain_deviation", got, mistakes)
    for first, more, questions in ((200, 300, 600), (10, 10, 10), (0, 30, 50), (3, 5, 20)):
        given = {"first": first, "more": more, "questions": questions}
        _expect_share("gain_deviation", answer(*given.values()), solve(*given.values()), **given)


@exercise(difficulty="stretch", minutes=30, check=_check_gain_deviation)
def gain_deviation(first: int, more: int, questions: int) -> float:
    """Return the standard deviation of what coverage gains by more examples.

    The student has seen the first examples, and gets more. All are drawn
    uniformly and with replacement; there are at least 3 questions.
    """
    missed, missed_again = ((1 - 1 / questions) ** n for n in (first, more))
    both, both_again = ((1 - 2 / questions) ** n for n in (first, more))
    one_is_new = missed * (1 - missed_again)
    two_are_new = both * (1 - 2 * missed_again + both_again)
    own = (one_is_new - one_is_new**2) / questions
    pairs = (1 - 1 / questions) * (two_are_new - one_is_new**2)
    return math.sqrt(own + pairs)
