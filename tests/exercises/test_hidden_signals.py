"""Common mistakes in the exercises of the chapter on hidden signals are named to the reader."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.exercises.mistakes import Mistake, assert_mistake_is_named

from secondhand.exercises import get


def solution(name: str) -> Callable[..., Any]:
    solve: Callable[..., Any] = get(f"hidden-signals-{name}").solve
    return solve


def changed_in_place(laws: Any, green: Any, delta: float) -> Any:
    laws *= np.exp(delta * green)
    laws /= laws.sum(axis=1, keepdims=True)
    return laws


def count_turned(text: Any, green: Any) -> Any:
    return solution("count-green")(text, np.asarray(green).T)


def count_words(text: Any, green: Any) -> Any:
    words = np.unique(text)
    return int(np.diag(green)[words].sum()), len(words)


MISTAKES: list[Mistake] = [
    ("green-rate", lambda g, d: g * math.exp(d), "green_rate.wrong.sum"),
    ("green-rate", lambda g, d: (g + d) / (1 + d), "green_rate.wrong.logit"),
    ("green-rate", lambda g, d: g * math.exp(d) / (1 + g * math.exp(d)), "green_rate.wrong.rest"),
    ("green-rate", lambda g, d: g, "green_rate.wrong.value"),
    ("score", lambda x, n, g: (x - g * n) / (n * g * (1 - g)), "score.wrong.variance"),
    ("score", lambda x, n, g: (x - g * n) / math.sqrt(n * g), "score.wrong.poisson"),
    ("score", lambda x, n, g: (x / n - g) / math.sqrt(g * (1 - g)), "score.wrong.one"),
    ("score", lambda x, n, g: abs(x - g * n) / math.sqrt(n * g * (1 - g)) + 1, "score.wrong.value"),
    ("add-boost", changed_in_place, "add_boost.wrong.changed"),
    ("add-boost", lambda p, g, d: p * np.exp(d * g), "add_boost.wrong.sum"),
    ("add-boost", lambda p, g, d: p * np.exp(d * g) / (p * np.exp(d * g)).sum(), "add_boost.wrong.rows"),
    ("add-boost", lambda p, g, d: (p + d * g) / (p + d * g).sum(axis=1, keepdims=True), "add_boost.wrong.logit"),
    ("add-boost", lambda p, g, d: p, "add_boost.wrong.value"),
    (
        "count-green",
        lambda x, g: (int(np.asarray(g)[x[:-1], x[1:]].sum()), len(x) - 1),
        "count_green.wrong.repeated",
    ),
    ("count-green", count_turned, "count_green.wrong.turned"),
    ("count-green", lambda x, g: solution("count-green")(x, g)[::-1], "count_green.wrong.order"),
    ("count-green", count_words, "count_green.wrong.words"),
    ("count-green", lambda x, g: (1, 2), "count_green.wrong.value"),
    (
        "words-needed",
        lambda s, r, g, z: math.ceil(z * math.sqrt(g * (1 - g)) / (s * (r - g))),
        "words_needed.wrong.square",
    ),
    ("words-needed", lambda s, r, g, z: math.ceil(z**2 * g * (1 - g) / (s * r) ** 2), "words_needed.wrong.surplus"),
    ("words-needed", lambda s, r, g, z: math.ceil(z**2 * g * (1 - g) / (r - g) ** 2), "words_needed.wrong.share"),
    ("words-needed", lambda s, r, g, z: solution("words-needed")(s, r, g, z) - 1, "words_needed.wrong.whole"),
    ("words-needed", lambda s, r, g, z: 100, "words_needed.wrong.value"),
    ("null-deviation", lambda m: 1.0, "null_deviation.wrong.one"),
    ("null-deviation", lambda m: solution("null-deviation")(m) ** 2, "null_deviation.wrong.variance"),
    ("null-deviation", lambda m: math.sqrt((m**2).sum() / m.sum()), "null_deviation.wrong.independent"),
    (
        "null-deviation",
        lambda m: math.sqrt((m.shape[1] * (m**2).sum() - m.sum() ** 2) / (m.shape[1] - 1) / m.sum()),
        "null_deviation.wrong.lists",
    ),
    ("null-deviation", lambda m: 0.5, "null_deviation.wrong.value"),
    ("first-step", lambda j, a: -solution("first-step")(j, a), "first_step.wrong.sign"),
    ("first-step", lambda j, a: len(j) * solution("first-step")(j, a), "first_step.wrong.mean"),
    ("first-step", lambda j, a: 2 * solution("first-step")(j, a), "first_step.wrong.factor"),
    ("first-step", lambda j, a: a, "first_step.wrong.direction"),
    ("first-step", lambda j, a: np.zeros(j.shape[2]), "first_step.wrong.value"),
]


@pytest.mark.parametrize(("name", "mistake", "message"), MISTAKES, ids=[m[2] for m in MISTAKES])
def test_common_mistakes_are_named(name: str, mistake: Callable[..., Any], message: str) -> None:
    assert_mistake_is_named("hidden-signals", name, mistake, message)
