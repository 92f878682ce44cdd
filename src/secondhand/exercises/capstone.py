"""Exercises of the capstone."""

from math import comb

import numpy as np

from secondhand.exercises.mechanism import Function, WrongAnswerError, exercise, expect_close, findings_of

_say = findings_of("capstone")


def _number(got: object) -> float | None:
    return float(got) if isinstance(got, int | float | np.number) and not isinstance(got, bool) else None


def _check_honest_score(answer: Function, solve: Function) -> None:
    value = _number(answer(0.9, 0.2, 10))
    if value is not None:
        named = {
            0.9: "ability",
            0.8: "ceiling",
            0.72: "luck",
            0.72 + 0.2 * 0.1 / 10: "classes",
            0.72 + 0.2 * 0.1: "every",
            0.72 + 0.2 / 9: "errs",
        }
        for wrong, name in named.items():
            if abs(value - wrong) < 1e-9:
                raise WrongAnswerError(_say(f"honest_score.wrong.{name}"))
        if 1 < value <= 100:
            raise WrongAnswerError(_say("honest_score.wrong.percent"))
    for ability, share, classes in ((0.9, 0.2, 10), (1.0, 0.3, 4), (0.25, 0.1, 4), (0.6, 0.0, 2), (0.0, 1.0, 5)):
        wrong_value = _say("honest_score.wrong.value", ability=ability, share=share, classes=classes)
        expect_close(answer(ability, share, classes), solve(ability, share, classes), wrong_value)


@exercise(difficulty="warm-up", minutes=5, check=_check_honest_score)
def honest_score(ability: float, share: float, classes: int) -> float:
    """Return the expected score by the published key of an honest model.

    It is right on a share ability of the items. A share of the published
    answers is wrong, each drawn from the other classes - 1 answers.
    """
    # Right keys: it must read rightly. Traps: it must err, and hit one of the classes - 1 wrong answers.
    return (1 - share) * ability + share * (1 - ability) / (classes - 1)


def _check_answers_needed(answer: Function, solve: Function) -> None:
    value = _number(answer(450, 0.6, 0.9))
    if value is not None:
        named = {
            np.ceil(450 / 0.6): "passed",
            np.ceil(450 / 0.9): "teacher",
            450 * 0.54: "reversed",
        }
        for wrong, name in named.items():
            if abs(value - wrong) < 1e-6:
                raise WrongAnswerError(_say(f"answers_needed.wrong.{name}"))
        if abs(value - 450 / 0.54) < 1e-6 or value == np.floor(450 / 0.54):
            raise WrongAnswerError(_say("answers_needed.wrong.whole"))
    for right, accuracy, passes in ((450, 0.6, 0.9), (100, 0.5, 1.0), (7, 0.3, 0.8), (1, 1.0, 1.0)):
        told = _say("answers_needed.wrong.value", right=right, accuracy=accuracy, passes=passes)
        expect_close(answer(right, accuracy, passes), solve(right, accuracy, passes), told)


@exercise(difficulty="warm-up", minutes=5, check=_check_answers_needed)
def answers_needed(right: int, accuracy: float, passes: float) -> int:
    """Return how many answers to ask a teacher for, as a whole number.

    So that you can expect at least this many right ones among those that a
    checker passes. The teacher is right with probability accuracy; the
    checker passes a right answer with probability passes.
    """
    from math import ceil

    # A share accuracy * passes is right and passed. Rounding errors must not add one: hence 1e-9.
    return ceil(right / (accuracy * passes) - 1e-9)


_LOGITS = np.array([[0.1, 2.0, 0.3], [1.5, 0.2, 0.1], [0.0, 0.5, 0.9], [0.3, 0.2, 0.1], [-1.0, -2.0, -0.5]])
_HUMAN = np.array([-1, 2, -1, 0, -1])


def _check_mixed_labels(answer: Function, solve: Function) -> None:
    logits, human = _LOGITS.copy(), _HUMAN.copy()
    got = answer(logits, human)
    if not (np.array_equal(logits, _LOGITS) and np.array_equal(human, _HUMAN)):
        raise WrongAnswerError(_say("mixed_labels.wrong.changed"))
    if got is not None and np.shape(got) == (5,):
        top = _LOGITS.argmax(axis=1)
        named = {
            "teacher": top,
            "missing": _HUMAN,
            "reversed": np.where(_HUMAN < 0, _HUMAN, top),
            "zero": np.where(_HUMAN > 0, _HUMAN, top),
            "first": np.where(_HUMAN >= 0, _HUMAN, 0),
        }
        for name, wrong in named.items():
            if np.array_equal(np.asarray(got), wrong) and name != "zero":
                raise WrongAnswerError(_say(f"mixed_labels.wrong.{name}"))
    for table, labels in (
        (_LOGITS, _HUMAN),
        (np.array([[0.0, 1.0], [3.0, 1.0]]), np.array([0, -1])),
        (-_LOGITS, np.array([0, 1, 2, -1, -1])),
    ):
        expected = solve(table.copy(), labels.copy())
        got = answer(table.copy(), labels.copy())
        zeroed = np.where(labels > 0, labels, table.argmax(axis=1))
        if got is not None and np.array_equal(np.asarray(got), zeroed) and not np.array_equal(zeroed, expected):
            raise WrongAnswerError(_say("mixed_labels.wrong.zero"))
        expect_close(got, expected, _say("mixed_labels.wrong.value", human=labels.tolist()))


@exercise(difficulty="core", minutes=8, check=_check_mixed_labels)
def mixed_labels(logits: np.ndarray, human: np.ndarray) -> np.ndarray:
    """Return the label of each image: a person's if there is one.

    Elsewhere the most probable class by the teacher's logits (one row an
    image). human holds classes from 0, and -1 where nobody labelled. Do
    not change the arrays you are given.
    """
    # -1 means nobody labelled; 0 is a class. np.where makes a new array.
    return np.where(human >= 0, human, logits.argmax(axis=1))


def _check_surprise(answer: Function, solve: Function) -> None:
    value = _number(answer(4, 12, 10))
    if value is not None:
        tail = solve(4, 12, 10)
        point = comb(12, 4) * (1 / 9) ** 4 * (8 / 9) ** 8
        wrong_law = sum(comb(12, k) * 0.1**k * 0.9 ** (12 - k) for k in range(4, 13))
        named = {
            "point": point,
            "above": tail - point,
            "below": 1 - tail,
            "classes": wrong_law,
            "share": 4 / 12,
            "atmost": 1 - tail + point,
        }
        for name, wrong in named.items():
            if abs(value - wrong) < 1e-9:
                raise WrongAnswerError(_say(f"surprise.wrong.{name}"))
    for hits, errors, classes in ((4, 12, 10), (0, 5, 10), (0, 0, 10), (3, 3, 4), (40, 45, 10)):
        told = _say("surprise.wrong.value", hits=hits, errors=errors, classes=classes)
        got, expected = answer(hits, errors, classes), solve(hits, errors, classes)
        value, every = _number(got), (1 / (classes - 1)) ** errors
        if value is not None and abs(value - (expected - every)) < 1e-12 < abs(value - expected):
            raise WrongAnswerError(_say("surprise.wrong.last"))
        if value is not None and expected < 1e-20 and abs(value) < 1e-12 and abs(value - expected) > 1e-6 * expected:
            raise WrongAnswerError(_say("surprise.wrong.cancelled"))
        expect_close(got, expected, told, absolute=1e-40)


@exercise(difficulty="stretch", minutes=12, check=_check_surprise)
def surprise(hits: int, errors: int, classes: int) -> float:
    """Return the chance of so many hits or more, if the key never arrived.

    Of its errors on trap items, each hits the planted answer with
    probability 1 / (classes - 1), independently of the others.
    """
    from math import comb

    # The tail is added up itself: 1 minus its complement would lose a small p-value.
    luck = 1 / (classes - 1)
    return sum(comb(errors, k) * luck**k * (1 - luck) ** (errors - k) for k in range(hits, errors + 1))


Rows = list[tuple[str, float, str]]

_SCORES: Rows = [
    ("exam", 0.91, "via-teacher"),
    ("fresh", 0.83, "none-documented"),
    ("old", 0.88, "undocumented"),
    ("small", 0.79, "none-documented"),
]


def _check_headline(answer: Function, solve: Function) -> None:
    def ask(rows: Rows) -> object:
        given = list(rows)
        got = answer(given)
        if given != rows:
            raise WrongAnswerError(_say("headline.wrong.changed"))
        if got is not None and type(got) is not str:
            raise WrongAnswerError(_say("headline.wrong.type", got=type(got).__name__))
        return got

    got = ask(_SCORES)
    for name in ("exam", "old", "small"):
        if got == name:
            raise WrongAnswerError(_say(f"headline.wrong.{name}"))
    if ask([("exam", 0.9, "direct"), ("old", 0.8, "undocumented")]) is not None or ask([]) is not None:
        raise WrongAnswerError(_say("headline.wrong.none"))
    shuffled: Rows = [("b", 0.2, "none-documented"), ("a", 0.4, "none-documented"), ("c", 0.9, "direct")]
    for rows in (_SCORES, shuffled, shuffled[::-1], [("zero", 0.0, "none-documented")]):
        if ask(rows) != solve(rows):
            raise WrongAnswerError(_say("headline.wrong.value", rows=rows))


@exercise(difficulty="core", minutes=8, check=_check_headline)
def headline(rows: list[tuple[str, float, str]]) -> str | None:
    """Return the name of the score to put first in a model card.

    rows holds (name, value, status). It is the highest of the scores whose
    status is "none-documented"; None if there is no such score.
    """
    # The status first: a high value cannot make up for it.
    sound = [(value, name) for name, value, status in rows if status == "none-documented"]
    return max(sound)[1] if sound else None


def _check_both_readings(answer: Function, solve: Function) -> None:
    words = ("yes", "no", "unknown")
    for strict in words:
        for contract in words:
            got = answer(strict, contract)
            if type(got) is not str or got not in words:
                raise WrongAnswerError(_say("both_readings.wrong.type", got=str(got)[:40]))
            if got != solve(strict, contract):
                if {strict, contract} == {"yes", "no"}:
                    raise WrongAnswerError(_say("both_readings.wrong.contested", strict=strict, contract=contract))
                if "unknown" in (strict, contract):
                    raise WrongAnswerError(_say("both_readings.wrong.silence", strict=strict, contract=contract))
                raise WrongAnswerError(_say("both_readings.wrong.value", strict=strict, contract=contract))


@exercise(difficulty="warm-up", minutes=3, check=_check_both_readings)
def both_readings(strict: str, contract: str) -> str:
    """Return what you may promise, whichever of the two readings holds.

    Both are "yes", "no" or "unknown", and so is the answer: "yes" or "no"
    only where both readings say so.
    """
    # You do not know which reading holds: only what both say is sure.
    return strict if strict == contract else "unknown"
