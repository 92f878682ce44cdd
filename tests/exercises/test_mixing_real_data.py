"""Common mistakes in the exercises of the chapter on mixing real data are named to the reader."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.exercises.mistakes import Mistake, assert_mistake_is_named

from secondhand.exercises import get


def solve(name: str, *arguments: Any) -> Any:
    return get(f"mixing-real-data-{name}").solve(*arguments)


def pooled_without_means(mean: float, variance: float, blocks: int, new_mean: float, new_variance: float) -> Any:
    share = 1 / (blocks + 1)
    return mean + share * (new_mean - mean), (1 - share) * variance + share * new_variance


def pooled_with_a_part_of_the_distance(
    mean: float, variance: float, blocks: int, new_mean: float, new_variance: float
) -> Any:
    pooled, within = pooled_without_means(mean, variance, blocks, new_mean, new_variance)
    return pooled, within + (new_mean - pooled) ** 2 / (blocks + 1)


def halving(ratio: float, *, shift: int = 0, strict: bool = False) -> int:
    generation, variance = 1, 1.0
    while variance > 0.5 or (strict and variance == 0.5):
        generation += 1
        variance *= 1 - (1 - ratio) / (generation + shift)
    return generation


MISTAKES: list[Mistake] = [
    ("kept-for-ever", lambda m: 1 - solve("kept-for-ever", m), "kept_for_ever.wrong.lost"),
    ("kept-for-ever", lambda m: math.sin(math.pi / m) / (math.pi / m), "kept_for_ever.wrong.root"),
    ("kept-for-ever", lambda m: 1 - 1 / m, "kept_for_ever.wrong.first"),
    ("kept-for-ever", lambda m: np.sinc(np.pi / np.sqrt(m)), "kept_for_ever.wrong.sinc"),
    ("kept-for-ever", lambda m: 100 * solve("kept-for-ever", m), "kept_for_ever.wrong.percent"),
    ("kept-for-ever", lambda m: np.prod(1 - 1 / (m * np.arange(1.0, 20) ** 2)), "kept_for_ever.wrong.short"),
    ("kept-for-ever", lambda m: 1 - math.pi**2 / (6 * m), "kept_for_ever.wrong.value"),
    ("share-for-biased-sampler", lambda v, c: v * (1 - c), "share_for_biased_sampler.wrong.half"),
    (
        "share-for-biased-sampler",
        lambda v, c: 1 - solve("share-for-biased-sampler", v, c),
        "share_for_biased_sampler.wrong.synthetic",
    ),
    ("share-for-biased-sampler", lambda v, c: c * (1 - v) / (1 - c * v), "share_for_biased_sampler.wrong.swapped"),
    (
        "share-for-biased-sampler",
        lambda v, c: 100 * solve("share-for-biased-sampler", v, c),
        "share_for_biased_sampler.wrong.percent",
    ),
    ("share-for-biased-sampler", lambda v, c: v, "share_for_biased_sampler.wrong.value"),
    ("accumulate-step", lambda m, v, b, n, w: m, "accumulate_step.wrong.pair"),
    ("accumulate-step", lambda m, v, b, n, w: (m, 1.0), "accumulate_step.wrong.value"),
    (
        "accumulate-step",
        lambda m, v, b, n, w: solve("accumulate-step", m, v, 1, n, w),
        "accumulate_step.wrong.weights",
    ),
    (
        "accumulate-step",
        lambda *arguments: solve("accumulate-step", *arguments)[::-1],
        "accumulate_step.wrong.swapped",
    ),
    ("accumulate-step", pooled_with_a_part_of_the_distance, "accumulate_step.wrong.distance"),
    ("accumulate-step", pooled_without_means, "accumulate_step.wrong.between"),
    ("real-items-needed", lambda v, m: v / (2 * (1 - v)), "real_items_needed.wrong.whole"),
    ("real-items-needed", lambda v, m: solve("real-items-needed", v, m) - 1, "real_items_needed.wrong.down"),
    ("real-items-needed", lambda v, m: math.ceil(v / (2 * (1 - v))), "real_items_needed.wrong.rule"),
    ("real-items-needed", lambda v, m: m, "real_items_needed.wrong.value"),
    ("best-weight", lambda r, s: r / (r + s), "best_weight.wrong.pooled"),
    ("best-weight", lambda r, s: solve("best-weight", s, r), "best_weight.wrong.swapped"),
    ("best-weight", lambda r, s: (math.sqrt(5) - 1) / 2, "best_weight.wrong.golden"),
    ("best-weight", lambda r, s: 1 - solve("best-weight", r, s), "best_weight.wrong.other"),
    ("best-weight", lambda r, s: round(solve("best-weight", r, s), 2), "best_weight.wrong.grid"),
    ("best-weight", lambda r, s: 1.0, "best_weight.wrong.value"),
    ("generations-to-half", lambda c: solve("generations-to-half", c) - 1, "generations_to_half.wrong.early"),
    ("generations-to-half", lambda c: solve("generations-to-half", c) + 1, "generations_to_half.wrong.late"),
    ("generations-to-half", lambda c: halving(c, shift=-1), "generations_to_half.wrong.factor"),
    ("generations-to-half", lambda c: halving(c, shift=1), "generations_to_half.wrong.factor"),
    ("generations-to-half", lambda c: halving(c, strict=True), "generations_to_half.wrong.exactly"),
    ("generations-to-half", lambda c: math.ceil(2 ** (1 / (1 - c))), "generations_to_half.wrong.power"),
    ("generations-to-half", lambda c: math.ceil(math.log(0.5) / math.log(c)), "generations_to_half.wrong.replace"),
    ("generations-to-half", lambda c: 100, "generations_to_half.wrong.value"),
    (
        "regression-errors",
        lambda d, n, g, keep: np.append(0, solve("regression-errors", d, n, g, keep)),
        "regression_errors.wrong.length",
    ),
    (
        "regression-errors",
        lambda d, n, g, keep: solve("regression-errors", d, n, g, False),
        "regression_errors.wrong.same",
    ),
    (
        "regression-errors",
        lambda d, n, g, keep: solve("regression-errors", d, n, g, keep) * (n - d - 1) / n,
        "regression_errors.wrong.scale",
    ),
    (
        "regression-errors",
        lambda d, n, g, keep: d / (n - d - 1) / np.arange(1, g + 1) ** 2,
        "regression_errors.wrong.sum",
    ),
    (
        "regression-errors",
        lambda d, n, g, keep: np.cumsum(1 / np.arange(1, g + 1) ** 2),
        "regression_errors.wrong.relative",
    ),
    (
        "regression-errors",
        lambda d, n, g, keep: d / (n - d - 1) * np.cumsum(1 / np.arange(1, g + 1)),
        "regression_errors.wrong.square",
    ),
    (
        "regression-errors",
        lambda d, n, g, keep: np.full(g, d / (n - d - 1) * math.pi**2 / 6),
        "regression_errors.wrong.limit",
    ),
    ("regression-errors", lambda d, n, g, keep: np.ones(g), "regression_errors.wrong.value"),
]


@pytest.mark.parametrize(("name", "mistake", "message"), MISTAKES, ids=[f"{n}-{m[2]}" for n, m in enumerate(MISTAKES)])
def test_common_mistakes_are_named(name: str, mistake: Callable[..., Any], message: str) -> None:
    assert_mistake_is_named("mixing-real-data", name, mistake, message)


def test_other_ways_to_the_same_answer_pass() -> None:
    def long_product(sample_size: int) -> float:
        return float(np.prod(1 - 1 / (sample_size * np.arange(1.0, 5_000) ** 2)))

    def formula(real: int, synthetic: int) -> float:
        ratio = real / synthetic
        return (math.sqrt(ratio**2 + 4 * ratio) - ratio) / 2

    def as_array(*arguments: float) -> Any:
        return np.array(solve("accumulate-step", *arguments))

    assert get("mixing-real-data-accumulate-step").evaluate(as_array).passed
    assert get("mixing-real-data-accumulate-step").evaluate(lambda *a: list(as_array(*a))).passed
    assert get("mixing-real-data-kept-for-ever").evaluate(long_product).passed
    assert get("mixing-real-data-best-weight").evaluate(formula).passed
