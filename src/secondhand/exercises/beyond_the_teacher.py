"""Exercises of the chapter beyond the teacher."""

import math
from typing import Any

import numpy as np

from secondhand.exercises.mechanism import Function, WrongAnswerError, exercise, expect_close, findings_of

_say = findings_of("beyond-the-teacher")


def _numbers(value: Any) -> np.ndarray:
    """Return the reader's answer as an array of numbers, or one NaN where it is none."""
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return np.array(math.nan)


def _is(value: np.ndarray, slip: Any) -> bool:
    return value.shape == np.shape(slip) and bool(np.allclose(value, slip))


def _check_accuracy_bounds(answer: Function, solve: Function) -> None:
    got = _numbers(answer(0.75, 0.5))
    if _is(got, (0.75, 0.25)):
        raise WrongAnswerError(_say("accuracy_bounds.wrong.order"))
    if _is(got, (0.375, 0.625)) or _is(got, (0.375, 0.375)):
        raise WrongAnswerError(_say("accuracy_bounds.wrong.product"))
    if _is(got, (0.25, 0.5)) or _is(got, (0.5, 0.75)):
        raise WrongAnswerError(_say("accuracy_bounds.wrong.side"))
    low = _numbers(answer(0.5, 0.25))
    if low.shape == (2,) and (low.min() < 0 or _numbers(answer(0.5, 0.75)).max() > 1):
        raise WrongAnswerError(_say("accuracy_bounds.wrong.range"))
    for agreement, teacher in ((0.75, 0.5), (0.999, 0.595), (0.5, 0.25), (0.5, 0.75)):
        wrong = _say("accuracy_bounds.wrong.value", agreement=agreement, teacher=teacher)
        expect_close(answer(agreement, teacher), np.array(solve(agreement, teacher)), wrong)


@exercise(difficulty="warm-up", minutes=5, check=_check_accuracy_bounds)
def accuracy_bounds(agreement: float, teacher: float) -> tuple[float, float]:
    """Return the lowest and the highest accuracy that a student can have.

    It agrees with its teacher on this share of the items, and the teacher's
    accuracy on the same items is known. An accuracy is from 0 to 1.
    """
    # Where they agree both are right or both wrong; only the rest can tell.
    # At 150 steps of this page, 0.58 and 0.6 leave nearly everything open.
    differ = 1 - agreement
    return max(0.0, teacher - differ), min(1.0, teacher + differ)


def _check_ratio_needed(answer: Function, solve: Function) -> None:
    got = float(_numbers(answer(0.3, 0.9)).mean())
    if math.isclose(got, 3):
        raise WrongAnswerError(_say("ratio_needed.wrong.shares"))
    if math.isclose(got, 9):
        raise WrongAnswerError(_say("ratio_needed.wrong.start"))
    if math.isclose(got, 1 / 21):
        raise WrongAnswerError(_say("ratio_needed.wrong.turned"))
    for accuracy, target in ((0.3, 0.9), (0.5, 0.5), (0.05, 0.95)):
        wrong = _say("ratio_needed.wrong.value", accuracy=accuracy, target=target)
        expect_close(answer(accuracy, target), solve(accuracy, target), wrong)


@exercise(difficulty="warm-up", minutes=4, check=_check_ratio_needed)
def ratio_needed(accuracy: float, target: float) -> float:
    """Return the ratio TPR/FPR that makes the kept answers right this often.

    The sampler is right with probability accuracy; of what the verifier
    keeps, the share target should be right.
    """
    # The odds wanted, 9 for nine tenths, over the odds there are, 3/7.
    return target / (1 - target) * (1 - accuracy) / accuracy


def _check_variety_left(answer: Function, solve: Function) -> None:
    got = float(_numbers(answer(50, 30)).mean())
    if math.isclose(got, 1 - 30 / 50):
        raise WrongAnswerError(_say("variety_left.wrong.straight"))
    if math.isclose(got, 1 - 0.98**30):
        raise WrongAnswerError(_say("variety_left.wrong.lost"))
    if math.isclose(got, 0.8 * 0.98**30):
        raise WrongAnswerError(_say("variety_left.wrong.amount"))
    if math.isclose(got, (1 / 50) ** 30):
        raise WrongAnswerError(_say("variety_left.wrong.share"))
    for size, rounds in ((50, 30), (10, 3), (4, 0)):
        wrong = _say("variety_left.wrong.value", size=size, rounds=rounds)
        expect_close(answer(size, rounds), solve(size, rounds), wrong)


@exercise(difficulty="warm-up", minutes=3, check=_check_variety_left)
def variety_left(size: int, rounds: int) -> float:
    """Return the share of the variety that is left, on average over chains.

    In each round a model counts `size` answers of the model before it, and
    no verifier looks. Variety is the probability that two answers differ.
    """
    # Two draws take the same slip of paper with probability 1/size.
    # From 0.80 at the start, 0.8 times 0.545 is the 0.436 of the claim card.
    return (1 - 1 / size) ** rounds


def _check_expected_agreement(answer: Function, solve: Function) -> None:
    got = float(_numbers(answer(0.9, 0.6, 10)).mean())
    if math.isclose(got, 0.54):
        raise WrongAnswerError(_say("expected_agreement.wrong.right"))
    if math.isclose(got, 0.54 + 0.04):
        raise WrongAnswerError(_say("expected_agreement.wrong.classes"))
    if math.isclose(got, 0.54 + 0.1 / 9):
        raise WrongAnswerError(_say("expected_agreement.wrong.both"))
    if math.isclose(got, 0.54 + 0.04 / 10):
        raise WrongAnswerError(_say("expected_agreement.wrong.own"))
    if math.isclose(got, 0.6) or math.isclose(got, 0.7):
        raise WrongAnswerError(_say("expected_agreement.wrong.bound"))
    for student, teacher, classes in ((0.9, 0.6, 10), (0.5, 0.5, 2), (1.0, 0.7, 5)):
        wrong = _say("expected_agreement.wrong.value", student=student, teacher=teacher, classes=classes)
        expect_close(answer(student, teacher, classes), solve(student, teacher, classes), wrong)


@exercise(difficulty="core", minutes=8, check=_check_expected_agreement)
def expected_agreement(student: float, teacher: float, classes: int) -> float:
    """Return how often student and teacher agree on new items, on average.

    Both accuracies are given. The teacher's errors do not depend on the
    item or the student: it names each of the wrong classes equally often.
    """
    # For accuracies 0.92 and 0.6 it is 0.556: agreement on new images.
    both_right = student * teacher
    same_error = (1 - student) * (1 - teacher) / (classes - 1)
    return both_right + same_error


def _check_new_law(answer: Function, solve: Function) -> None:
    for weights, right, hit, slip in (([3, 2, 4, 1], 0, 0.9, 0.3), ([1, 1, 6], 2, 0.5, 0.25)):
        law = np.array(weights) / sum(weights)
        given = law.copy()
        got = _numbers(answer(given, right, hit, slip))
        if not np.array_equal(given, law):
            raise WrongAnswerError(_say("new_law.wrong.changed"))
        _name_law(got, law, right, hit, slip)
        expect_close(got, solve(law, right, hit, slip), _say("new_law.wrong.value", right=right, hit=hit, slip=slip))


def _name_law(got: np.ndarray, law: np.ndarray, right: int, hit: float, slip: float) -> None:
    """Name the common mistakes in the law that the next model learns."""
    mask = np.arange(len(law)) == right
    if _is(got, law * np.where(mask, hit, slip)):
        raise WrongAnswerError(_say("new_law.wrong.sum"))
    if _is(got, law * np.where(mask, hit / slip, 1)):
        raise WrongAnswerError(_say("new_law.wrong.odds"))
    refused = law * np.where(mask, hit, 1 - slip)
    if _is(got, refused / refused.sum()):
        raise WrongAnswerError(_say("new_law.wrong.refused"))
    turned = law * np.where(mask, slip, hit)
    if _is(got, turned / turned.sum()):
        raise WrongAnswerError(_say("new_law.wrong.turned"))
    if _is(got, mask.astype(float)):
        raise WrongAnswerError(_say("new_law.wrong.perfect"))
    pure = law[right] * hit / (law[right] * hit + (1 - law[right]) * slip)
    even = np.where(mask, pure, (1 - pure) / (len(law) - 1))
    if _is(got, even) and not np.allclose(even, solve_law(law, right, hit, slip)):
        raise WrongAnswerError(_say("new_law.wrong.even"))


def solve_law(law: np.ndarray, right: int, hit: float, slip: float) -> np.ndarray:
    """Return the law after a round, as the reference solution has it."""
    solved: np.ndarray = new_law.solve(law, right, hit, slip)
    return solved


@exercise(difficulty="core", minutes=8, check=_check_new_law)
def new_law(law: np.ndarray, right: int, tpr: float, fpr: float) -> np.ndarray:
    """Return the probabilities of the answers after one round.

    law holds those before it; right is the number of the right answer. The
    next model learns what the verifier keeps, from very many answers. Do
    not change the array you are given.
    """
    # Bayes' rule: given times kept, divided by all that is kept. Right to
    # wrong changes by tpr/fpr; wrong answers keep their proportions.
    keep = np.full(len(law), fpr)
    keep[right] = tpr
    kept: np.ndarray = law * keep / (law * keep).sum()
    return kept


def _check_pass_rate(answer: Function, solve: Function) -> None:
    for values, n in (([0.0, 0.05, 0.2, 0.3], 2), ([0.3, 0.7, 1.0], 2)):
        chances = np.array(values)
        given = chances.copy()
        got = _numbers(answer(given, n))
        if not np.array_equal(given, chances):
            raise WrongAnswerError(_say("pass_rate.wrong.changed"))
        if _is(got, 1 - (1 - chances.mean()) ** n):
            raise WrongAnswerError(_say("pass_rate.wrong.mean"))
        if _is(got, (chances**n).mean()):
            raise WrongAnswerError(_say("pass_rate.wrong.all"))
        if _is(got, min(1.0, n * chances.mean())) or _is(got, np.minimum(1, n * chances).mean()):
            raise WrongAnswerError(_say("pass_rate.wrong.sum"))
        if _is(got, ((1 - chances) ** n).mean()):
            raise WrongAnswerError(_say("pass_rate.wrong.none"))
        expect_close(answer(chances.copy(), n), solve(chances, n), _say("pass_rate.wrong.value", n=n))


@exercise(difficulty="core", minutes=6, check=_check_pass_rate)
def pass_rate(chances: np.ndarray, n: int) -> float:
    """Return the share of problems solved by the best of n answers.

    chances[i] is the probability that one answer to problem i is right;
    answers are independent. The verifier is perfect.
    """
    # First the problem, then the mean: with the model's own chances on this
    # page and n = 16 that gives 0.57, with their mean 0.98.
    return float(np.mean(1 - (1 - chances) ** n))


def _check_two_purities(answer: Function, solve: Function) -> None:
    for values, hit, slip in (([0.0, 0.1, 0.5, 0.9], 0.9, 0.3), ([0.2, 0.7, 1.0], 0.5, 0.1)):
        chances = np.array(values)
        given = chances.copy()
        got = _numbers(answer(given, hit, slip))
        if not np.array_equal(given, chances):
            raise WrongAnswerError(_say("two_purities.wrong.changed"))
        if got.shape != (2,):
            raise WrongAnswerError(_say("two_purities.wrong.one"))
        pooled, each = solve(chances, hit, slip)
        for name, slipped in (("order", (each, pooled)), ("pooled", (pooled, pooled)), ("averaged", (each, each))):
            if _is(got, slipped):
                raise WrongAnswerError(_say(f"two_purities.wrong.{name}"))
        expect_close(got, np.array((pooled, each)), _say("two_purities.wrong.value", hit=hit, slip=slip))


@exercise(difficulty="stretch", minutes=12, check=_check_two_purities)
def two_purities(a: np.ndarray, tpr: float, fpr: float) -> tuple[float, float]:
    """Return the purity of all kept answers, and the best of n for large n.

    a[i] is the probability that one answer to problem i is right.
    First: each problem is answered equally often, and the kept answers are
    pooled. Second: one accepted answer is chosen for each problem. fpr is
    above 0. Do not change the array you are given.
    """
    right, wrong = tpr * a, fpr * (1 - a)
    # Pooled, easy problems weigh more, since more of their answers are kept:
    # on this page that is the gap between 47 and 34 per cent.
    pooled = right.sum() / (right + wrong).sum()
    each = (right / (right + wrong)).mean()
    return float(pooled), float(each)
