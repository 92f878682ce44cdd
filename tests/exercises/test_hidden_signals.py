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


def count_after_sorting(text: Any, green: Any) -> Any:
    text.sort()
    return solution("count-green")(text, green)


def count_after_painting(text: Any, green: Any) -> Any:
    green[:] = True
    total = solution("count-green")(text, green)[1]
    return total, total


def count_and_spoil(text: Any, green: Any) -> Any:
    counts = solution("count-green")(text, green)
    text[:] = 0
    return counts


def count_unordered(text: Any, green: Any) -> Any:
    pairs = np.unique(np.sort(np.stack([text[:-1], text[1:]], axis=1), axis=1), axis=0)
    return int(green[pairs[:, 0], pairs[:, 1]].sum()), len(pairs)


def softmax_of_probabilities(table: Any, green: Any, delta: float) -> Any:
    raised = np.exp(table + delta * green)
    return raised / raised.sum(axis=1, keepdims=True)


def deviation_of_columns(times: Any) -> float:
    words = len(times) if len(times) > 1 else times.shape[1]
    spread = (words * (times**2).sum() - (times.sum(axis=0) ** 2).sum()) / (words - 1)
    return math.sqrt(abs(spread) / times.sum())


def score_of(pairs: Any, green: Any, total: float) -> float:
    return float((pairs[green].sum() - total / 4) / math.sqrt(total * 3 / 16))


def count_turned(text: Any, green: Any) -> Any:
    return solution("count-green")(text, np.asarray(green).T)


def count_words(text: Any, green: Any) -> Any:
    words = np.unique(text)
    return int(np.diag(green)[words].sum()), len(words)


MISTAKES: list[Mistake] = [
    ("green-rate", lambda g, d: g * math.exp(d), "green_rate.wrong.sum"),
    ("green-rate", lambda g, d: (g + d) / (1 + d), "green_rate.wrong.logit"),
    ("green-rate", lambda g, d: g * math.exp(d) / (1 + g * math.exp(d)), "green_rate.wrong.rest"),
    ("green-rate", lambda g, d: g + d, "green_rate.wrong.logit"),
    ("green-rate", lambda g, d: 1 / (1 + math.exp(-g - d)), "green_rate.wrong.logit"),
    ("green-rate", lambda g, d: math.exp(d) / (g * math.exp(d) + 1 - g), "green_rate.wrong.range"),
    ("green-rate", lambda g, d: g, "green_rate.wrong.value"),
    ("score", lambda x, n, g: (x - g * n) / (n * g * (1 - g)), "score.wrong.variance"),
    ("score", lambda x, n, g: (x - g * n) / math.sqrt(n * g), "score.wrong.poisson"),
    ("score", lambda x, n, g: (x / n - g) / math.sqrt(g * (1 - g)), "score.wrong.one"),
    ("score", lambda x, n, g: (x - g * n) / math.sqrt(x * (1 - x / n)), "score.wrong.estimated"),
    ("score", lambda x, n, g: x / math.sqrt(n * g * (1 - g)), "score.wrong.chance"),
    ("score", lambda x, n, g: abs(x - g * n) / math.sqrt(n * g * (1 - g)) + 1, "score.wrong.value"),
    ("add-boost", changed_in_place, "add_boost.wrong.changed"),
    ("add-boost", lambda p, g, d: p * np.exp(d * g), "add_boost.wrong.sum"),
    ("add-boost", lambda p, g, d: p * np.exp(d * g) / (p * np.exp(d * g)).sum(), "add_boost.wrong.rows"),
    ("add-boost", lambda p, g, d: (p + d * g) / (p + d * g).sum(axis=1, keepdims=True), "add_boost.wrong.logit"),
    ("add-boost", softmax_of_probabilities, "add_boost.wrong.logit"),
    ("add-boost", lambda p, g, d: p * np.exp(d * g) / (p * np.exp(d * g)).sum(axis=0), "add_boost.wrong.columns"),
    (
        "add-boost",
        lambda p, g, d: np.where(g, d * p, p) / np.where(g, d * p, p).sum(axis=1, keepdims=True),
        "add_boost.wrong.factor",
    ),
    ("add-boost", lambda p, g, d: p, "add_boost.wrong.value"),
    (
        "count-green",
        lambda x, g: (int(np.asarray(g)[x[:-1], x[1:]].sum()), len(x) - 1),
        "count_green.wrong.repeated",
    ),
    ("count-green", count_turned, "count_green.wrong.turned"),
    ("count-green", lambda x, g: solution("count-green")(x, g)[::-1], "count_green.wrong.order"),
    ("count-green", count_words, "count_green.wrong.words"),
    ("count-green", count_after_sorting, "count_green.wrong.value"),
    ("count-green", count_after_painting, "count_green.wrong.half"),
    ("count-green", count_and_spoil, "count_green.wrong.changed"),
    ("count-green", count_unordered, "count_green.wrong.sorted"),
    ("count-green", lambda x, g: (solution("count-green")(x, g)[0], len(x) - 1), "count_green.wrong.half"),
    ("count-green", lambda x, g: (1, 2), "count_green.wrong.value"),
    (
        "words-needed",
        lambda s, r, g, z: math.ceil(z * math.sqrt(g * (1 - g)) / (s * (r - g))),
        "words_needed.wrong.square",
    ),
    ("words-needed", lambda s, r, g, z: math.ceil(z**2 * g * (1 - g) / (s * r) ** 2), "words_needed.wrong.surplus"),
    ("words-needed", lambda s, r, g, z: math.ceil(z**2 * g * (1 - g) / (r - g) ** 2), "words_needed.wrong.share"),
    ("words-needed", lambda s, r, g, z: solution("words-needed")(s, r, g, z) - 1, "words_needed.wrong.whole"),
    ("words-needed", lambda s, r, g, z: solution("words-needed")(s, r, g, z) + 1, "words_needed.wrong.whole"),
    (
        "words-needed",
        lambda s, r, g, z: math.floor(g * (1 - g) * (z / (s * (r - g))) ** 2) + 1,
        "words_needed.wrong.whole",
    ),
    ("words-needed", lambda s, r, g, z: round(g * (1 - g) * (z / (s * (r - g))) ** 2), "words_needed.wrong.whole"),
    ("words-needed", lambda s, r, g, z: math.ceil(g * (1 - g) * z**2 / (s * (r - g) ** 2)), "words_needed.wrong.once"),
    (
        "words-needed",
        lambda s, r, g, z: math.ceil((g + s * (r - g)) * (1 - g - s * (r - g)) * (z / (s * (r - g))) ** 2),
        "words_needed.wrong.mixed",
    ),
    ("words-needed", lambda s, r, g, z: 100, "words_needed.wrong.value"),
    ("null-deviation", lambda m: 1.0, "null_deviation.wrong.one"),
    ("null-deviation", lambda m: solution("null-deviation")(m) ** 2, "null_deviation.wrong.variance"),
    ("null-deviation", lambda m: math.sqrt((m**2).sum() / m.sum()), "null_deviation.wrong.independent"),
    (
        "null-deviation",
        lambda m: math.sqrt((m.shape[1] * (m**2).sum() - m.sum() ** 2) / (m.shape[1] - 1) / m.sum()),
        "null_deviation.wrong.lists",
    ),
    ("null-deviation", deviation_of_columns, "null_deviation.wrong.columns"),
    ("null-deviation", lambda m: solution("null-deviation")(m) * math.sqrt(m.sum()), "null_deviation.wrong.total"),
    (
        "null-deviation",
        lambda m: solution("null-deviation")(m) * math.sqrt(1 - 1 / m.shape[1]),
        "null_deviation.wrong.size",
    ),
    ("null-deviation", lambda m: solution("null-deviation")(np.minimum(m, 1)), "null_deviation.wrong.once"),
    ("null-deviation", lambda m: 0.5, "null_deviation.wrong.value"),
    ("first-step", lambda j, a: -solution("first-step")(j, a), "first_step.wrong.sign"),
    ("first-step", lambda j, a: len(j) * solution("first-step")(j, a), "first_step.wrong.mean"),
    ("first-step", lambda j, a: 2 * solution("first-step")(j, a), "first_step.wrong.factor"),
    ("first-step", lambda j, a: 2 * solution("first-step")(j, a) / j.shape[1], "first_step.wrong.factor"),
    ("first-step", lambda j, a: j.mean(axis=0).T @ (j.mean(axis=0) @ a), "first_step.wrong.average"),
    ("distinct-score", lambda q, g, n: score_of(n * q, g, n), "distinct_score.wrong.repeated"),
    (
        "distinct-score",
        lambda q, g, n: score_of(1 - np.exp(-n * q), g, (1 - np.exp(-n * q)).sum()),
        "distinct_score.wrong.known",
    ),
    ("distinct-score", lambda q, g, n: score_of(1 - np.exp(n * q * math.expm1(-1)), g, n), "distinct_score.wrong.read"),
    ("distinct-score", lambda q, g, n: 1.0, "distinct_score.wrong.value"),
    ("first-step", lambda j, a: a, "first_step.wrong.direction"),
    ("first-step", lambda j, a: np.zeros(j.shape[2]), "first_step.wrong.value"),
]


@pytest.mark.parametrize(("name", "mistake", "message"), MISTAKES, ids=[f"{m[0]}-{m[2]}" for m in MISTAKES])
def test_common_mistakes_are_named(name: str, mistake: Callable[..., Any], message: str) -> None:
    assert_mistake_is_named("hidden-signals", name, mistake, message)
