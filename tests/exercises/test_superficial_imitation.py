"""Common mistakes in the exercises of the chapter on superficial imitation are named to the reader."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.exercises.mistakes import Mistake, assert_mistake_is_named

from secondhand.exercises import get


def deviation(examples: int, questions: int) -> float:
    return float(get("superficial-imitation-coverage-deviation").solve(examples, questions))


def independent(examples: int, questions: int) -> float:
    missed = (1 - 1 / questions) ** examples
    return math.sqrt(missed * (1 - missed) / questions)


def needed(share: float, questions: int) -> float:
    return math.log(1 - share) / math.log(1 - 1 / questions)


MISTAKES: list[Mistake] = [
    ("accuracy-from-parts", lambda c, h: c + h, "accuracy_from_parts.wrong.sum"),
    ("accuracy-from-parts", lambda c, h: c * h + 1 - c, "accuracy_from_parts.wrong.swapped"),
    ("accuracy-from-parts", lambda c, h: c, "accuracy_from_parts.wrong.value"),
    ("held-out-accuracy", lambda a, c: a - c, "held_out_accuracy.wrong.undivided"),
    ("held-out-accuracy", lambda a, c: (a - c) / a, "held_out_accuracy.wrong.divisor"),
    ("held-out-accuracy", lambda a, c: a, "held_out_accuracy.wrong.value"),
    ("examples-needed", lambda s, n: math.ceil(s * n), "examples_needed.wrong.without"),
    ("examples-needed", needed, "examples_needed.wrong.whole"),
    ("examples-needed", lambda s, n: int(needed(s, n)), "examples_needed.wrong.down"),
    ("examples-needed", lambda s, n: math.ceil(-math.log(1 - s) * n), "examples_needed.wrong.value"),
    ("style-match", lambda n, p: float((1 - (1 - p) ** n).mean()), "style_match.wrong.weights"),
    ("style-match", lambda n, p: float((p * (1 - p) ** n).sum()), "style_match.wrong.missing"),
    ("style-match", lambda n, p: p * (1 - (1 - p) ** n), "style_match.wrong.sum"),
    ("style-match", lambda n, p: 1 - (1 - 1 / len(p)) ** n, "style_match.wrong.value"),
    ("break-even", lambda q, s: q / (1 + q), "break_even.wrong.silence"),
    ("break-even", lambda q, s: (q - s) / (1 + q), "break_even.wrong.sign"),
    ("break-even", lambda q, s: q + s, "break_even.wrong.chance"),
    ("break-even", lambda q, s: 0.25, "break_even.wrong.value"),
    ("share-checked", lambda v, a: 1 - v, "share_checked.wrong.all"),
    ("share-checked", lambda v, a: (1 - v) / a, "share_checked.wrong.right"),
    ("share-checked", lambda v, a: v, "share_checked.wrong.value"),
    ("coverage-deviation", lambda n, q: deviation(n, q) ** 2, "coverage_deviation.wrong.variance"),
    ("coverage-deviation", independent, "coverage_deviation.wrong.independent"),
    ("coverage-deviation", lambda n, q: q * deviation(n, q), "coverage_deviation.wrong.number"),
    ("coverage-deviation", lambda n, q: np.sqrt(1 / q), "coverage_deviation.wrong.value"),
]


@pytest.mark.parametrize(("name", "mistake", "message"), MISTAKES, ids=[m[2] for m in MISTAKES])
def test_common_mistakes_are_named(name: str, mistake: Callable[..., Any], message: str) -> None:
    assert_mistake_is_named("superficial-imitation", name, mistake, message)
