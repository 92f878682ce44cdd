"""Common mistakes in the exercises of the chapter on superficial imitation are named to the reader."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.exercises.mistakes import Mistake, assert_mistake_is_named

from secondhand.exercises import get
from secondhand.measures import coverage_variance


def deviation(first: int, more: int, questions: int) -> float:
    return float(get("superficial-imitation-gain-deviation").solve(first, more, questions))


def independent(first: int, more: int, questions: int) -> float:
    new = (1 - 1 / questions) ** first * (1 - (1 - 1 / questions) ** more)
    return math.sqrt(new * (1 - new) / questions)


def variance(examples: int, questions: int) -> float:
    return float(coverage_variance(examples, questions=questions))


def needed(share: float, questions: int) -> float:
    return math.log(1 - share) / math.log(1 - 1 / questions)


MISTAKES: list[Mistake] = [
    ("accuracy-from-parts", lambda c, h: c + h, "accuracy_from_parts.wrong.sum"),
    ("accuracy-from-parts", lambda c, h: c * h + 1 - c, "accuracy_from_parts.wrong.swapped"),
    ("accuracy-from-parts", lambda c, h: (1 - c) * h, "accuracy_from_parts.wrong.memory_left_out"),
    ("accuracy-from-parts", lambda c, h: 100 * (c + (1 - c) * h), "any.wrong.percent"),
    ("accuracy-from-parts", lambda c, h: c + 2 * h + 1, "any.wrong.range"),
    ("accuracy-from-parts", lambda c, h: c, "accuracy_from_parts.wrong.value"),
    ("held-out-accuracy", lambda a, c: a - c, "held_out_accuracy.wrong.undivided"),
    ("held-out-accuracy", lambda a, c: (a - c) / c, "held_out_accuracy.wrong.divisor"),
    ("held-out-accuracy", lambda a, c: (a - c) / a, "held_out_accuracy.wrong.of_right"),
    ("held-out-accuracy", lambda a, c: 100 * (a - c) / (1 - c), "any.wrong.percent"),
    ("held-out-accuracy", lambda a, c: a, "held_out_accuracy.wrong.value"),
    ("examples-needed", lambda s, n: math.ceil(s * n), "examples_needed.wrong.without"),
    ("examples-needed", needed, "examples_needed.wrong.whole"),
    ("examples-needed", lambda s, n: int(needed(s, n)), "examples_needed.wrong.down"),
    ("examples-needed", lambda s, n: round(needed(s, n)), "examples_needed.wrong.down"),
    ("examples-needed", lambda s, n: int(needed(s, n)) + 1, "examples_needed.wrong.past"),
    ("examples-needed", lambda s, n: math.ceil(-math.log(1 - s) * n), "examples_needed.wrong.approximate"),
    ("examples-needed", lambda s, n: math.ceil(math.log(s) / math.log(1 - 1 / n)), "examples_needed.wrong.share"),
    ("examples-needed", lambda s, n: math.ceil(1.5 * s * n) if n > 2 else 1, "examples_needed.wrong.value"),
    ("style-match", lambda n, p: float((1 - (1 - p) ** n).mean()), "style_match.wrong.weights"),
    ("style-match", lambda n, p: float((1 - (1 - p) ** n).sum()), "style_match.wrong.unweighted"),
    ("style-match", lambda n, p: float((p * (1 - p) ** n).sum()), "style_match.wrong.missing"),
    ("style-match", lambda n, p: p * (1 - (1 - p) ** n), "style_match.wrong.sum"),
    ("style-match", lambda n, p: 1 - (1 - 1 / len(p)) ** n, "style_match.wrong.value"),
    ("break-even", lambda q, s: q / (1 + q), "break_even.wrong.silence"),
    ("break-even", lambda q, s: (q - s) / (1 + q), "break_even.wrong.sign"),
    ("break-even", lambda q, s: q + s, "break_even.wrong.chance"),
    ("break-even", lambda q, s: q / (1 + q) + s, "break_even.wrong.added"),
    ("break-even", lambda q, s: 0.25, "break_even.wrong.value"),
    ("share-checked", lambda v, a: 1 - v, "share_checked.wrong.all"),
    ("share-checked", lambda v, a: (1 - v) / a, "share_checked.wrong.right"),
    ("share-checked", lambda v, a: (v - a) / (1 - a), "share_checked.wrong.not_looked_up"),
    ("share-checked", lambda v, a: v - a, "share_checked.wrong.approved"),
    ("share-checked", lambda v, a: v, "share_checked.wrong.value"),
    ("gain-deviation", lambda n, m, q: deviation(n, m, q) ** 2, "gain_deviation.wrong.variance"),
    ("gain-deviation", lambda n, m, q: q * deviation(n, m, q), "gain_deviation.wrong.number"),
    ("gain-deviation", independent, "gain_deviation.wrong.independent"),
    (
        "gain-deviation",
        lambda n, m, q: math.sqrt(abs(variance(n + m, q) - variance(n, q))),
        "gain_deviation.wrong.difference",
    ),
    ("gain-deviation", lambda n, m, q: math.sqrt(variance(n + m, q) + variance(n, q)), "gain_deviation.wrong.sum"),
    ("gain-deviation", lambda n, m, q: math.sqrt(variance(n + m, q)), "gain_deviation.wrong.value"),
]


@pytest.mark.parametrize(("name", "mistake", "message"), MISTAKES, ids=[f"{m[0]}-{m[2]}" for m in MISTAKES])
def test_common_mistakes_are_named(name: str, mistake: Callable[..., Any], message: str) -> None:
    assert_mistake_is_named("superficial-imitation", name, mistake, message)


def test_the_gain_of_coverage_scatters_as_derived() -> None:
    first, more, questions, runs = 20, 30, 40, 20_000
    draws = np.random.default_rng(10_000).integers(questions, size=(runs, first + more))
    seen = np.array([[len(set(row[:first])), len(set(row))] for row in draws.tolist()]) / questions
    squares = (np.diff(seen, axis=1).ravel() - np.diff(seen, axis=1).mean()) ** 2
    assert abs(squares.mean() - deviation(first, more, questions) ** 2) <= 4 * squares.std() / np.sqrt(runs)
    assert deviation(0, more, questions) ** 2 == pytest.approx(variance(more, questions), rel=1e-9)
