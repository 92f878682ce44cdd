"""Exercises of the chapter on superficial imitation."""

import math

import numpy as np

from secondhand.exercises.mechanism import Function, WrongAnswerError, exercise, expect_close, findings_of

_say = findings_of("superficial-imitation")


def _number(answer: object) -> float | None:
    """Return the answer as a number if it is one, to compare it with what mistakes lead to."""
    if isinstance(answer, int | float | np.number) and np.isfinite(answer):
        return float(answer)
    return None


def _is(answer: object, mistake: float) -> bool:
    number = _number(answer)
    return number is not None and math.isclose(number, mistake, rel_tol=1e-6)


def _check_accuracy_from_parts(answer: Function, solve: Function) -> None:
    got = answer(0.4, 0.25)
    if _is(got, 0.65):
        raise WrongAnswerError(_say("accuracy_from_parts.wrong.sum"))
    if _is(got, 0.4 * 0.25 + 0.6):
        raise WrongAnswerError(_say("accuracy_from_parts.wrong.swapped"))
    for coverage, held_out in ((0.4, 0.25), (0.0, 0.3), (1.0, 0.2), (0.73, 0.5)):
        wrong = _say("accuracy_from_parts.wrong.value", coverage=coverage, held_out=held_out)
        expect_close(answer(coverage, held_out), solve(coverage, held_out), wrong)


@exercise(difficulty="warm-up", minutes=5, check=_check_accuracy_from_parts)
def accuracy_from_parts(coverage: float, held_out: float) -> float:
    """Return the share of right answers among all questions.

    The student remembers the share coverage without error; among the other
    questions it guesses the share held_out right.
    """
    return coverage + (1 - coverage) * held_out


def _check_held_out_accuracy(answer: Function, solve: Function) -> None:
    got = answer(0.7, 0.5)
    if _is(got, 0.2):
        raise WrongAnswerError(_say("held_out_accuracy.wrong.undivided"))
    if _is(got, 0.2 / 0.7) or _is(got, 0.4 / 0.5):
        raise WrongAnswerError(_say("held_out_accuracy.wrong.divisor"))
    for accuracy, coverage in ((0.7, 0.5), (0.3, 0.0), (0.9, 0.9), (0.95, 0.6)):
        wrong = _say("held_out_accuracy.wrong.value", accuracy=accuracy, coverage=coverage)
        expect_close(answer(accuracy, coverage), solve(accuracy, coverage), wrong)


@exercise(difficulty="warm-up", minutes=5, check=_check_held_out_accuracy)
def held_out_accuracy(accuracy: float, coverage: float) -> float:
    """Return the share of right answers among questions not remembered.

    accuracy is the share among all questions. The share coverage, below 1,
    is remembered without error.
    """
    return (accuracy - coverage) / (1 - coverage)


def _check_examples_needed(answer: Function, solve: Function) -> None:
    got = _number(answer(0.5, 600))
    if got is not None:
        if got == 300:
            raise WrongAnswerError(_say("examples_needed.wrong.without"))
        if got != int(got):
            raise WrongAnswerError(_say("examples_needed.wrong.whole"))
        if got == solve(0.5, 600) - 1:
            raise WrongAnswerError(_say("examples_needed.wrong.down"))
    for share, questions in ((0.5, 600), (0.95, 600), (0.3, 11), (0.99, 50)):
        wrong = _say("examples_needed.wrong.value", share=share, questions=questions)
        expect_close(answer(share, questions), solve(share, questions), wrong)


@exercise(difficulty="core", minutes=10, check=_check_examples_needed)
def examples_needed(share: float, questions: int) -> int:
    """Return the smallest number of examples that covers the share on average.

    Each example is one of the questions, drawn uniformly and with
    replacement; share lies between 0 and 1.
    """
    return math.ceil(math.log(1 - share) / math.log(1 - 1 / questions))


def _check_style_match(answer: Function, solve: Function) -> None:
    shares = np.array([0.6, 0.3, 0.1])
    got = answer(3, shares)
    if _is(got, float(1 - ((1 - shares) ** 3).mean())):
        raise WrongAnswerError(_say("style_match.wrong.weights"))
    if _is(got, float((shares * (1 - shares) ** 3).sum())):
        raise WrongAnswerError(_say("style_match.wrong.missing"))
    if np.shape(got) == (3,):
        raise WrongAnswerError(_say("style_match.wrong.sum"))
    for examples, law in ((3, shares), (0, shares), (10, np.full(4, 0.25)), (7, np.array([0.9, 0.1]))):
        expect_close(answer(examples, law), solve(examples, law), _say("style_match.wrong.value", examples=examples))


@exercise(difficulty="core", minutes=10, check=_check_style_match)
def style_match(examples: int, shares: np.ndarray) -> float:
    """Return the mean share of test questions whose kind was in an example.

    shares holds the share of each kind of question; they sum to 1, and
    hold both for the examples and for the test.
    """
    return float(np.sum(shares * (1 - (1 - shares) ** examples)))


def _check_break_even(answer: Function, solve: Function) -> None:
    got = answer(1.0, 0.2)
    if _is(got, 0.5):
        raise WrongAnswerError(_say("break_even.wrong.silence"))
    if _is(got, 0.4):
        raise WrongAnswerError(_say("break_even.wrong.sign"))
    if _is(got, 1.2):
        raise WrongAnswerError(_say("break_even.wrong.chance"))
    for penalty, silence in ((1.0, 0.2), (0.0, 0.0), (3.0, 0.0), (0.5, -0.1)):
        wrong = _say("break_even.wrong.value", penalty=penalty, silence=silence)
        expect_close(answer(penalty, silence), solve(penalty, silence), wrong)


@exercise(difficulty="core", minutes=10, check=_check_break_even)
def break_even(penalty: float, silence: float) -> float:
    """Return the chance of being right at which a guess pays as much as none.

    A right answer earns 1, a wrong one costs the penalty, and saying "I do
    not know" earns silence, which may be negative.
    """
    return (silence + penalty) / (1 + penalty)


def _check_share_checked(answer: Function, solve: Function) -> None:
    got = answer(0.7, 0.4)
    if _is(got, 0.3):
        raise WrongAnswerError(_say("share_checked.wrong.all"))
    if _is(got, 0.3 / 0.4):
        raise WrongAnswerError(_say("share_checked.wrong.right"))
    for approval, accuracy in ((0.7, 0.4), (1.0, 0.2), (0.5, 0.5), (0.9, 0.1)):
        wrong = _say("share_checked.wrong.value", approval=approval, accuracy=accuracy)
        expect_close(answer(approval, accuracy), solve(approval, accuracy), wrong)


@exercise(difficulty="core", minutes=10, check=_check_share_checked)
def share_checked(approval: float, accuracy: float) -> float:
    """Return which share of the answers the judge must have looked up.

    All answers have perfect form, and the share accuracy, below 1, is
    right. The judge approves of all but the wrong ones that it looks up.
    """
    wrong_and_found = 1 - approval
    return wrong_and_found / (1 - accuracy)


def _check_coverage_deviation(answer: Function, solve: Function) -> None:
    got, true = answer(400, 600), solve(400, 600)
    missed = (1 - 1 / 600) ** 400
    independent = math.sqrt(missed * (1 - missed) / 600)
    if _is(got, true**2):
        raise WrongAnswerError(_say("coverage_deviation.wrong.variance"))
    if _is(got, independent):
        raise WrongAnswerError(_say("coverage_deviation.wrong.independent"))
    if _is(got, 600 * true):
        raise WrongAnswerError(_say("coverage_deviation.wrong.number"))
    for examples, questions in ((400, 600), (10, 10), (3, 50)):
        wrong = _say("coverage_deviation.wrong.value", examples=examples, questions=questions)
        expect_close(answer(examples, questions), solve(examples, questions), wrong)


@exercise(difficulty="stretch", minutes=25, check=_check_coverage_deviation)
def coverage_deviation(examples: int, questions: int) -> float:
    """Return the standard deviation of coverage, as a share of the questions.

    Examples are drawn uniformly and with replacement. There are at least
    3 questions and 2 examples. Start from the questions that are missed.
    """
    one_missed = (1 - 1 / questions) ** examples
    two_missed = (1 - 2 / questions) ** examples
    own = (one_missed - one_missed**2) / questions
    pairs = (1 - 1 / questions) * (two_missed - one_missed**2)
    return math.sqrt(own + pairs)
