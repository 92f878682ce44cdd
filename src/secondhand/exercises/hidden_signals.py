"""Exercises of the chapter on hidden signals."""

import math
from typing import Any

import numpy as np

from secondhand.exercises.mechanism import Function, WrongAnswerError, exercise, expect_close, findings_of

_say = findings_of("hidden-signals")


def _number(value: Any) -> float:
    """Return the reader's answer as a number, or NaN where it is none."""
    try:
        return float(np.asarray(value, dtype=np.float64))
    except (TypeError, ValueError):
        return math.nan


def _check_green_rate(answer: Function, solve: Function) -> None:
    got = _number(answer(0.5, 1.0))
    if math.isclose(got, 0.5 * math.e):
        raise WrongAnswerError(_say("green_rate.wrong.sum"))
    if math.isclose(got, 1.5 / 2):
        raise WrongAnswerError(_say("green_rate.wrong.logit"))
    if math.isclose(got, math.e / (1 + 0.5 * math.e)) or math.isclose(got, 0.5 * math.e / (1 + 0.5 * math.e)):
        raise WrongAnswerError(_say("green_rate.wrong.rest"))
    for gamma, delta in ((0.5, 1.0), (0.25, 2.0), (0.1, 0.0)):
        wrong = _say("green_rate.wrong.value", gamma=gamma, delta=delta)
        expect_close(answer(gamma, delta), solve(gamma, delta), wrong)


@exercise(difficulty="warm-up", minutes=5, check=_check_green_rate)
def green_rate(gamma: float, delta: float) -> float:
    """Return the probability of a green word after the boost.

    Before it, green words have probability gamma in all. The boost adds
    delta to the logit of each green word.
    """
    green = gamma * np.exp(delta)
    return float(green / (green + 1 - gamma))


def _check_score(answer: Function, solve: Function) -> None:
    got = _number(answer(320, 1000, 0.25))
    if math.isclose(got, 70 / (1000 * 0.25 * 0.75)):
        raise WrongAnswerError(_say("score.wrong.variance"))
    if math.isclose(got, 70 / math.sqrt(1000 * 0.25)):
        raise WrongAnswerError(_say("score.wrong.poisson"))
    if math.isclose(got, 0.07 / math.sqrt(0.25 * 0.75)):
        raise WrongAnswerError(_say("score.wrong.one"))
    for green, total, gamma in ((320, 1000, 0.25), (10, 100, 0.5), (25, 100, 0.25)):
        wrong = _say("score.wrong.value", green=green, total=total, gamma=gamma)
        expect_close(answer(green, total, gamma), solve(green, total, gamma), wrong)


@exercise(difficulty="warm-up", minutes=5, check=_check_score)
def score(green: int, total: int, gamma: float) -> float:
    """Return z: by how many standard deviations green exceeds chance.

    By chance each of the total scored words is green with probability
    gamma, independently of the others.
    """
    surplus = green - gamma * total
    return float(surplus / np.sqrt(total * gamma * (1 - gamma)))


def _check_add_boost(answer: Function, solve: Function) -> None:
    generator = np.random.default_rng(10_000)
    for rows, words, delta in ((3, 6, 2.0), (1, 4, 0.5)):
        laws = generator.dirichlet(np.ones(words), size=rows)
        green = generator.permuted(np.tile(np.arange(words) < 2, (rows, 1)), axis=1)
        before = laws.copy()
        got = answer(laws, green, delta)
        if not np.array_equal(laws, before):
            raise WrongAnswerError(_say("add_boost.wrong.changed"))
        if np.shape(got) == laws.shape:
            values = np.asarray(got, dtype=np.float64)
            raised = np.where(green, laws * np.exp(delta), laws)
            if np.allclose(values, raised):
                raise WrongAnswerError(_say("add_boost.wrong.sum"))
            if rows > 1 and np.allclose(values, raised / raised.sum()):
                raise WrongAnswerError(_say("add_boost.wrong.rows"))
            added = laws + delta * green
            if np.allclose(values, added) or np.allclose(values, added / added.sum(axis=1, keepdims=True)):
                raise WrongAnswerError(_say("add_boost.wrong.logit"))
        expect_close(got, solve(laws, green, delta), _say("add_boost.wrong.value", rows=rows, words=words))


@exercise(difficulty="core", minutes=10, check=_check_add_boost)
def add_boost(laws: np.ndarray, green: np.ndarray, delta: float) -> np.ndarray:
    """Return the laws of the next word after the boost, one a row.

    laws[c, w] is the probability of word w after context c; green[c, w]
    says whether it is green there. Do not change the arrays you are given.
    """
    raised = laws * np.exp(delta * green)
    new: np.ndarray = raised / raised.sum(axis=1, keepdims=True)
    return new


def _check_count_green(answer: Function, solve: Function) -> None:
    generator = np.random.default_rng(10_001)
    for size, words in ((60, 12), (30, 6)):
        texts = generator.integers(0, words, size)
        green = generator.random((words, words)) < 0.4
        green[0, 1], green[1, 0] = True, False
        got, expected = np.asarray(answer(texts, green), dtype=np.float64), solve(texts, green)
        if got.shape == (2,) and not np.array_equal(got, expected):
            pairs = np.stack([texts[:-1], texts[1:]], axis=1)
            every = green[pairs[:, 0], pairs[:, 1]]
            if np.array_equal(got, [every.sum(), len(pairs)]):
                raise WrongAnswerError(_say("count_green.wrong.repeated"))
            turned = np.unique(pairs, axis=0)
            if np.array_equal(got, [green[turned[:, 1], turned[:, 0]].sum(), len(turned)]):
                raise WrongAnswerError(_say("count_green.wrong.turned"))
            if np.array_equal(got, expected[::-1]):
                raise WrongAnswerError(_say("count_green.wrong.order"))
            if len(set(texts.tolist())) == got[1]:
                raise WrongAnswerError(_say("count_green.wrong.words"))
        expect_close(got, np.array(expected), _say("count_green.wrong.value", size=size))


@exercise(difficulty="core", minutes=15, check=_check_count_green)
def count_green(text: np.ndarray, green: np.ndarray) -> tuple[int, int]:
    """Return how many scored pairs are green, and how many there are in all.

    text is one row of word numbers. Each pair of neighbours is scored once,
    however often it occurs; green[c, w] says whether w is green after c.
    """
    pairs = np.unique(np.stack([text[:-1], text[1:]], axis=1), axis=0)
    return int(green[pairs[:, 0], pairs[:, 1]].sum()), len(pairs)


def _check_words_needed(answer: Function, solve: Function) -> None:
    got, right = _number(answer(0.05, 0.65, 0.25, 4.0)), solve(0.05, 0.65, 0.25, 4.0)
    surplus = 0.05 * 0.4
    if math.isfinite(got):
        if got in (math.ceil(4 * math.sqrt(0.1875) / surplus), math.ceil(4 * 0.1875 / surplus)):
            raise WrongAnswerError(_say("words_needed.wrong.square"))
        if got == math.ceil(16 * 0.1875 / (0.05 * 0.65) ** 2):
            raise WrongAnswerError(_say("words_needed.wrong.surplus"))
        if got == math.ceil(16 * 0.1875 / 0.4**2):
            raise WrongAnswerError(_say("words_needed.wrong.share"))
        if got != right and abs(got - right) <= 1:
            raise WrongAnswerError(_say("words_needed.wrong.whole"))
    for share, rate, gamma, z in ((0.05, 0.65, 0.25, 4.0), (0.3, 0.6, 0.5, 2.0), (1.0, 0.7, 0.25, 6.0)):
        wrong = _say("words_needed.wrong.value", share=share, rate=rate)
        expect_close(answer(share, rate, gamma, z), solve(share, rate, gamma, z), wrong)


@exercise(difficulty="core", minutes=10, check=_check_words_needed)
def words_needed(share: float, rate: float, gamma: float, z: float) -> int:
    """Return the smallest number of scored words whose expected z is reached.

    A share of the student's text was watermarked, with this rate of green
    words; by chance the rate is gamma. No pair of words repeats.
    """
    surplus = share * (rate - gamma)
    return int(np.ceil(gamma * (1 - gamma) * (z / surplus) ** 2))


def _check_null_deviation(answer: Function, solve: Function) -> None:
    cases = [np.array([[3, 0, 0, 0], [1, 1, 0, 0]]), np.array([[1, 1, 1, 0, 0, 0]]), np.array([[5, 2, 0], [0, 0, 1]])]
    got = _number(answer(cases[0]))
    if math.isclose(got, 1.0):
        raise WrongAnswerError(_say("null_deviation.wrong.one"))
    if math.isclose(got, solve(cases[0]) ** 2):
        raise WrongAnswerError(_say("null_deviation.wrong.variance"))
    if math.isclose(got, math.sqrt((cases[0] ** 2).sum() / cases[0].sum())):
        raise WrongAnswerError(_say("null_deviation.wrong.independent"))
    whole = (4 * (cases[0] ** 2).sum() - cases[0].sum() ** 2) / 3 / cases[0].sum()
    if whole > 0 and math.isclose(got, math.sqrt(whole)):
        raise WrongAnswerError(_say("null_deviation.wrong.lists"))
    for times in cases:
        wrong = _say("null_deviation.wrong.value", times=times.tolist())
        expect_close(answer(times.copy()), solve(times), wrong)


@exercise(difficulty="stretch", minutes=20, check=_check_null_deviation)
def null_deviation(times: np.ndarray) -> float:
    """Return the standard deviation of z for an innocent text and random keys.

    times[c, w] says how often word w is scored after context c. Each context
    has its own list, of a fixed share of the words; z is divided by the
    deviation of independent words.
    """
    words, total = times.shape[1], times.sum()
    of_lists = words * (times**2).sum(axis=1) - times.sum(axis=1) ** 2
    return float(np.sqrt(of_lists.sum() / (words - 1) / total))


def _check_first_step(answer: Function, solve: Function) -> None:
    generator = np.random.default_rng(10_002)
    for outputs, parameters, inputs in ((3, 8, 5), (1, 4, 2)):
        jacobians = generator.normal(size=(inputs, outputs, parameters))
        ahead = generator.normal(size=parameters)
        got, expected = answer(jacobians.copy(), ahead.copy()), solve(jacobians, ahead)
        if np.shape(got) == (parameters,):
            values = np.asarray(got, dtype=np.float64)
            if np.allclose(values, -expected):
                raise WrongAnswerError(_say("first_step.wrong.sign"))
            if np.allclose(values, expected * inputs):
                raise WrongAnswerError(_say("first_step.wrong.mean"))
            if np.allclose(values, 2 * expected) or (outputs > 1 and np.allclose(values, expected / outputs)):
                raise WrongAnswerError(_say("first_step.wrong.factor"))
            if np.allclose(values, ahead):
                raise WrongAnswerError(_say("first_step.wrong.direction"))
        expect_close(got, expected, _say("first_step.wrong.value", inputs=inputs, outputs=outputs))


@exercise(difficulty="stretch", minutes=20, check=_check_first_step)
def first_step(jacobians: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    """Return the student's first step, to first order, with learning rate 1.

    jacobians[x, j, p] is the derivative of output j by parameter p at input x,
    at the shared start; the teacher's parameters lie ahead of it by ahead. The
    loss is half the squared distance of the outputs, averaged over inputs.
    """
    gaps = jacobians @ ahead
    step: np.ndarray = np.einsum("xjp,xj->p", jacobians, gaps) / len(jacobians)
    return step
