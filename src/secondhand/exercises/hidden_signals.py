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
    if any(math.isclose(got, slip) for slip in (1.5, 1.5 / 2, 1 / (1 + math.exp(-1.5)))):
        raise WrongAnswerError(_say("green_rate.wrong.logit"))
    if math.isclose(got, math.e / (1 + 0.5 * math.e)) or math.isclose(got, 0.5 * math.e / (1 + 0.5 * math.e)):
        raise WrongAnswerError(_say("green_rate.wrong.rest"))
    if got > 1 or got < 0:
        raise WrongAnswerError(_say("green_rate.wrong.range"))
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
    if math.isclose(got, 70 / math.sqrt(1000 * 0.32 * 0.68)):
        raise WrongAnswerError(_say("score.wrong.estimated"))
    if math.isclose(got, 320 / math.sqrt(1000 * 0.25 * 0.75)):
        raise WrongAnswerError(_say("score.wrong.chance"))
    for green, total, gamma in ((320, 1000, 0.25), (10, 100, 0.5), (25, 100, 0.25)):
        wrong = _say("score.wrong.value", green=green, total=total, gamma=gamma)
        expect_close(answer(green, total, gamma), solve(green, total, gamma), wrong)


@exercise(difficulty="warm-up", minutes=2, check=_check_score)
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
        table = generator.dirichlet(np.ones(words), size=rows)
        green = generator.permuted(np.tile(np.arange(words) < 2, (rows, 1)), axis=1)
        given = table.copy(), green.copy()
        got = answer(*given, delta)
        if not (np.array_equal(given[0], table) and np.array_equal(given[1], green)):
            raise WrongAnswerError(_say("add_boost.wrong.changed"))
        if np.shape(got) == table.shape:
            _name_boost(np.asarray(got, dtype=np.float64), table, green, delta)
        expect_close(got, solve(table, green, delta), _say("add_boost.wrong.value", rows=rows, words=words))


def _name_boost(values: np.ndarray, table: np.ndarray, green: np.ndarray, delta: float) -> None:
    """Name the common mistakes in a table of boosted probabilities."""
    raised, added = np.where(green, table * np.exp(delta), table), table + delta * green
    scaled, exponential = np.where(green, table * delta, table), np.exp(added)
    slips = {
        "sum": [raised],
        "rows": [raised / raised.sum()] if len(table) > 1 else [],
        "columns": [raised / raised.sum(axis=0)] if len(table) > 1 else [],
        "logit": [added, *(x / x.sum(axis=1, keepdims=True) for x in (added, exponential))],
        "factor": [scaled, scaled / scaled.sum(axis=1, keepdims=True)],
    }
    for name, tables in slips.items():
        if any(np.allclose(values, slip) for slip in tables):
            raise WrongAnswerError(_say(f"add_boost.wrong.{name}"))


@exercise(difficulty="core", minutes=10, check=_check_add_boost)
def add_boost(rows: np.ndarray, green: np.ndarray, delta: float) -> np.ndarray:
    """Return the probabilities of the next word after the boost.

    rows[c, w] is the probability of word w after word c; green[c, w]
    says whether it is green there. Do not change the arrays you are given.
    """
    raised = rows * np.exp(delta * green)
    new: np.ndarray = raised / raised.sum(axis=1, keepdims=True)
    return new


def _check_count_green(answer: Function, solve: Function) -> None:
    generator = np.random.default_rng(10_001)
    for size, words in ((60, 12), (30, 6)):
        text = generator.integers(0, words, size)
        green = generator.random((words, words)) < 0.4
        green[0, 1], green[1, 0] = True, False
        # The reader's function gets copies: what it does to them must not change what is right.
        given, expected = (text.copy(), green.copy()), np.array(solve(text, green), dtype=np.float64)
        got = answer(*given)
        values = np.asarray(got) if got is not None else np.array(math.nan)
        if values.shape == (2,) and values.dtype.kind in "biuf" and not np.array_equal(values, expected):
            _name_count(values, expected, text, green)
        expect_close(got, expected, _say("count_green.wrong.value", size=size))
        if not (np.array_equal(given[0], text) and np.array_equal(given[1], green)):
            raise WrongAnswerError(_say("count_green.wrong.changed"))


def _name_count(values: np.ndarray, expected: np.ndarray, text: np.ndarray, green: np.ndarray) -> None:
    """Name the common mistakes in the numbers of green and of all pairs."""
    pairs = np.stack([text[:-1], text[1:]], axis=1)
    once, unordered = np.unique(pairs, axis=0), np.unique(np.sort(pairs, axis=1), axis=0)
    slips = {
        "repeated": (green[pairs[:, 0], pairs[:, 1]].sum(), len(pairs)),
        "turned": (green[once[:, 1], once[:, 0]].sum(), len(once)),
        "order": tuple(expected[::-1]),
        "sorted": (green[unordered[:, 0], unordered[:, 1]].sum(), len(unordered)),
    }
    for name, slip in slips.items():
        if np.array_equal(values, slip):
            raise WrongAnswerError(_say(f"count_green.wrong.{name}"))
    if len(set(text.tolist())) == values[1]:
        raise WrongAnswerError(_say("count_green.wrong.words"))
    if values[0] == expected[0] or values[1] == expected[1]:
        raise WrongAnswerError(_say("count_green.wrong.half"))


@exercise(difficulty="core", minutes=6, check=_check_count_green)
def count_green(text: np.ndarray, green: np.ndarray) -> tuple[int, int]:
    """Return how many scored pairs are green, and how many are scored.

    text is one row of word numbers. Each pair of neighbours is scored once,
    however often it occurs; green[c, w] says whether w is green after c.
    """
    pairs = np.unique(np.stack([text[:-1], text[1:]], axis=1), axis=0)
    return int(green[pairs[:, 0], pairs[:, 1]].sum()), len(pairs)


def _check_words_needed(answer: Function, solve: Function) -> None:
    # The last case comes out whole, in floating-point numbers too: there rounding up must add nothing.
    cases = ((0.05, 0.65, 0.25, 3.0), (0.3, 0.6, 0.5, 2.0), (1.0, 0.7, 0.25, 6.0), (0.5, 0.75, 0.5, 4.0))
    for share, rate, gamma, z in cases:
        got, right = answer(share, rate, gamma, z), solve(share, rate, gamma, z)
        number, variance, mixed = _number(got), gamma * (1 - gamma), gamma + share * (rate - gamma)
        surplus = share * (rate - gamma)
        slips = {
            "square": [z * math.sqrt(variance) / surplus, z * variance / surplus],
            "surplus": [variance * (z / (share * rate)) ** 2, variance * (z / mixed) ** 2],
            "share": [variance * (z / (rate - gamma)) ** 2] if share < 1 else [],
            "once": [variance * z**2 / share / (rate - gamma) ** 2] if share < 1 else [],
            "mixed": [mixed * (1 - mixed) * (z / surplus) ** 2],
        }
        for name, values in slips.items():
            if number != right and any(number == math.ceil(value) for value in values):
                raise WrongAnswerError(_say(f"words_needed.wrong.{name}"))
        if number != right and abs(number - right) <= 1:
            raise WrongAnswerError(_say("words_needed.wrong.whole"))
        expect_close(got, right, _say("words_needed.wrong.value", share=share, rate=rate))


@exercise(difficulty="core", minutes=10, check=_check_words_needed)
def words_needed(share: float, rate: float, gamma: float, z: float) -> int:
    """Return the smallest number of scored words that makes z expected.

    A share of what the student read was watermarked, with this rate of green
    words; by chance the rate is gamma. No pair of words repeats.
    """
    surplus = share * (rate - gamma)
    return int(np.ceil(gamma * (1 - gamma) * (z / surplus) ** 2))


def _check_null_deviation(answer: Function, solve: Function) -> None:
    cases = [np.array([[2, 1, 0, 0], [1, 0, 3, 0]]), np.array([[1, 1, 1, 0, 0, 0]]), np.array([[5, 2, 0], [0, 0, 1]])]
    first = cases[0]
    got, right = _number(answer(first.copy())), solve(first)
    total, squares, words = first.sum(), (first**2).sum(), first.shape[1]
    columns = (len(first) * squares - (first.sum(axis=0) ** 2).sum()) / (len(first) - 1) / total
    slips = {
        "one": 1.0,
        "variance": right**2,
        "independent": math.sqrt(squares / total),
        "lists": math.sqrt((words * squares - total**2) / (words - 1) / total),
        "columns": math.sqrt(columns),
        "total": right * math.sqrt(total),
        "size": right * math.sqrt((words - 1) / words),
        "once": solve(np.minimum(first, 1)),
    }
    for name, slip in slips.items():
        if math.isclose(got, slip):
            raise WrongAnswerError(_say(f"null_deviation.wrong.{name}"))
    for times in cases:
        wrong = _say("null_deviation.wrong.value", times=times.tolist())
        expect_close(answer(times.copy()), solve(times), wrong)


@exercise(difficulty="core", minutes=8, check=_check_null_deviation)
def null_deviation(times: np.ndarray) -> float:
    """Return the standard deviation of z, innocent text, random keys.

    times[c, w] says how often word w is scored after word c. Each row has
    its own list, of a fixed share gamma of the words; gamma cancels.
    """
    words, total = times.shape[1], times.sum()
    of_lists = words * (times**2).sum(axis=1) - times.sum(axis=1) ** 2
    return float(np.sqrt(of_lists.sum() / (words - 1) / total))


def _check_distinct_score(answer: Function, solve: Function) -> None:
    generator = np.random.default_rng(10_003)
    for words, size in ((5, 40), (3, 10)):
        law = generator.dirichlet(np.full(words**2, 0.5)).reshape(words, words)
        green = generator.random((words, words)) < 0.3
        green[0, 0], green[1, 1] = True, False
        got, expected = answer(law.copy(), green.copy(), size), solve(law, green, size)
        number = _number(got)
        slips = {
            "repeated": size * law,
            "known": 1 - np.exp(-size * law),
            "read": 1 - np.exp(-size * (1 - math.exp(-1)) * law),
        }
        for name, pairs in slips.items():
            scores = [pairs[green].sum() - pairs.sum() / 4, (pairs[green].sum() - size / 4)]
            roots = [math.sqrt(0.1875 * pairs.sum()), math.sqrt(0.1875 * size)]
            named = scores[1] / roots[1] if name == "read" else scores[0] / roots[0]
            if math.isclose(number, named):
                raise WrongAnswerError(_say(f"distinct_score.wrong.{name}"))
        expect_close(got, expected, _say("distinct_score.wrong.value", words=words, size=size))


@exercise(difficulty="stretch", minutes=20, check=_check_distinct_score)
def distinct_score(law: np.ndarray, green: np.ndarray, size: int) -> float:
    """Return the z that theory expects if each pair is scored once.

    law[c, w] is the joint probability of a pair in the training text. The
    student read `size` pairs and writes as many. green[c, w] says whether
    w is green after c; by chance a quarter is.
    """
    seen = 1 - np.exp(-law * size * (1 - math.exp(-1)))
    found, total = seen[green].sum(), seen.sum()
    return float((found - total / 4) / np.sqrt(total * 3 / 16))


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
            factors = (2, 1 / outputs, 2 / outputs) if outputs > 2 else (2,)
            if any(np.allclose(values, factor * expected) for factor in factors):
                raise WrongAnswerError(_say("first_step.wrong.factor"))
            average = jacobians.mean(axis=0)
            if np.allclose(values, average.T @ average @ ahead):
                raise WrongAnswerError(_say("first_step.wrong.average"))
            if np.allclose(values, ahead):
                raise WrongAnswerError(_say("first_step.wrong.direction"))
        expect_close(got, expected, _say("first_step.wrong.value", inputs=inputs, outputs=outputs))


@exercise(difficulty="core", minutes=10, check=_check_first_step)
def first_step(jacobians: np.ndarray, ahead: np.ndarray) -> np.ndarray:
    """Return the student's first step, to first order, at learning rate 1.

    jacobians[x, j, p] is the derivative of output j by parameter p at input x,
    at the shared start; the teacher's parameters lie ahead of it by ahead. The
    loss is half the squared distance of the outputs, averaged over inputs.
    """
    gaps = jacobians @ ahead
    step: np.ndarray = np.einsum("xjp,xj->p", jacobians, gaps) / len(jacobians)
    return step
