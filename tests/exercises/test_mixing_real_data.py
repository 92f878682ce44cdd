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


MISTAKES: list[Mistake] = [
    ("kept-for-ever", lambda m: 1 - solve("kept-for-ever", m), "kept_for_ever.wrong.lost"),
    ("kept-for-ever", lambda m: math.sin(math.pi / m) / (math.pi / m), "kept_for_ever.wrong.root"),
    ("kept-for-ever", lambda m: 1 - 1 / m, "kept_for_ever.wrong.value"),
    ("share-for-biased-sampler", lambda v, c: v * (1 - c), "share_for_biased_sampler.wrong.half"),
    (
        "share-for-biased-sampler",
        lambda v, c: 1 - solve("share-for-biased-sampler", v, c),
        "share_for_biased_sampler.wrong.synthetic",
    ),
    ("share-for-biased-sampler", lambda v, c: v, "share_for_biased_sampler.wrong.value"),
    ("accumulate-step", lambda m, v, b, n, w: m, "accumulate_step.wrong.pair"),
    ("accumulate-step", lambda m, v, b, n, w: (m, 1.0), "accumulate_step.wrong.value"),
    (
        "accumulate-step",
        lambda m, v, b, n, w: solve("accumulate-step", m, v, 1, n, w),
        "accumulate_step.wrong.weights",
    ),
    ("accumulate-step", pooled_without_means, "accumulate_step.wrong.between"),
    ("real-items-needed", lambda v, m: v / (2 * (1 - v)), "real_items_needed.wrong.whole"),
    ("real-items-needed", lambda v, m: solve("real-items-needed", v, m) - 1, "real_items_needed.wrong.down"),
    ("real-items-needed", lambda v, m: m, "real_items_needed.wrong.value"),
    ("best-weight", lambda r, s: r / (r + s), "best_weight.wrong.pooled"),
    ("best-weight", lambda r, s: solve("best-weight", s, r), "best_weight.wrong.swapped"),
    ("best-weight", lambda r, s: (math.sqrt(5) - 1) / 2, "best_weight.wrong.golden"),
    ("best-weight", lambda r, s: 1.0, "best_weight.wrong.value"),
    ("generations-to-half", lambda c: solve("generations-to-half", c) - 1, "generations_to_half.wrong.early"),
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
    ("regression-errors", lambda d, n, g, keep: np.ones(g), "regression_errors.wrong.value"),
]


@pytest.mark.parametrize(("name", "mistake", "message"), MISTAKES, ids=[f"{n}-{m[2]}" for n, m in enumerate(MISTAKES)])
def test_common_mistakes_are_named(name: str, mistake: Callable[..., Any], message: str) -> None:
    assert_mistake_is_named("mixing-real-data", name, mistake, message)


def test_other_ways_to_the_same_answer_pass() -> None:
    def long_product(sample_size: int) -> float:
        return float(np.prod(1 - 1 / (sample_size * np.arange(1.0, 300_000) ** 2)))

    def formula(real: int, synthetic: int) -> float:
        ratio = real / synthetic
        return (math.sqrt(ratio**2 + 4 * ratio) - ratio) / 2

    assert get("mixing-real-data-kept-for-ever").evaluate(long_product).passed
    assert get("mixing-real-data-best-weight").evaluate(formula).passed
