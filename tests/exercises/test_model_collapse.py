"""Common mistakes in the exercises of the chapter on model collapse are named to the reader."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.special import digamma
from tests.exercises.mistakes import Mistake, assert_mistake_is_named

from secondhand.exercises import get


def biased_next_generation(ddof: int, scale: Callable[[Any], Any]) -> Callable[..., Any]:
    def next_generation(mean: Any, variance: Any, sample_size: int, seed: int) -> Any:
        draws = np.random.default_rng(seed).standard_normal((len(mean), sample_size))
        samples = mean[:, None] + scale(variance)[:, None] * draws
        return samples.mean(axis=1), samples.var(axis=1, ddof=ddof)

    return next_generation


MISTAKES: list[Mistake] = [
    ("one-draw-extinction", lambda p, n: 1 - (1 - p) ** n, "one_draw_extinction.wrong.survives"),
    ("mean-variance", lambda m, t: (1 - 1 / m) ** np.arange(t), "mean_variance.wrong.length"),
    ("mean-variance", lambda m, t: np.ones(t + 1), "mean_variance.wrong.unbiased"),
    ("next-generation", biased_next_generation(1, np.sqrt), "next_generation.wrong.unbiased"),
    ("next-generation", biased_next_generation(0, lambda v: v), "next_generation.wrong.scale"),
    ("next-generation", lambda mean, variance, n, seed: mean, "next_generation.wrong.pair"),
    (
        "next-generation",
        lambda mean, variance, n, seed: biased_next_generation(0, np.sqrt)(
            mean, variance, n, int(np.random.default_rng().integers(2**31))
        ),
        "next_generation.wrong.seed",
    ),
    ("next-generation", lambda mean, variance, n, seed: (variance, mean - 9), "next_generation.wrong.swapped"),
    (
        "next-generation",
        lambda mean, variance, n, seed: biased_next_generation(0, np.sqrt)(mean, variance, n, 0),
        "next_generation.wrong.same",
    ),
    (
        "next-generation",
        lambda mean, variance, n, seed: (
            biased_next_generation(0, np.sqrt)(mean, variance, n, seed)[0],
            variance * (1 - 1 / n),
        ),
        "next_generation.wrong.spread",
    ),
    (
        "next-generation",
        lambda mean, variance, n, seed: (
            biased_next_generation(0, np.sqrt)(mean, variance, n, seed)[0],
            np.full(len(mean), biased_next_generation(0, np.sqrt)(mean, variance, n, seed)[1].mean()),
        ),
        "next_generation.wrong.own",
    ),
    (
        "next-generation",
        lambda mean, variance, n, seed: (
            biased_next_generation(0, np.sqrt)(mean, variance, n, seed)[0],
            np.sqrt(biased_next_generation(0, np.sqrt)(mean, variance, n, seed)[1]),
        ),
        "next_generation.wrong.deviation",
    ),
    ("typical-half-life", lambda n: np.log(0.5) / np.log(1 - 1 / n), "typical_half_life.wrong.mean"),
    ("typical-half-life", lambda n: n * np.log(2) / 2, "typical_half_life.wrong.approximate"),
    (
        "typical-half-life",
        lambda n: np.log(0.5) / (digamma((n - 1) / 2) + np.log(2 / (n - 1))),
        "typical_half_life.wrong.unbiased",
    ),
    ("extinction-by-generation", lambda i, t: np.ones(t + 1), "extinction_by_generation.wrong.survival"),
    (
        "extinction-by-generation",
        lambda i, t: get("model-collapse-extinction-by-generation").solve(1, t),
        "extinction_by_generation.wrong.one-copy",
    ),
    (
        "chains-needed",
        lambda m, t, e: np.ceil((((m + 1) / (m - 1)) ** t - 1) / e),
        "chains_needed.wrong.square",
    ),
    ("chains-needed", lambda m, t, e: (((m + 1) / (m - 1)) ** t - 1) / e**2, "chains_needed.wrong.whole"),
    ("chains-needed", lambda m, t, e: int((((m + 1) / (m - 1)) ** t - 1) / e**2), "chains_needed.wrong.down"),
    ("chains-needed", lambda m, t, e: np.ceil(((m + 1) / (m - 1)) ** t / e**2), "chains_needed.wrong.moment"),
    ("first-visible-generation", lambda m, n: 0, "first_visible_generation.wrong.zero"),
    ("first-visible-generation", lambda m, n: 4 if n == 100 else 1, "first_visible_generation.wrong.truth"),
]


@pytest.mark.parametrize(("name", "mistake", "message"), MISTAKES, ids=[m[2] for m in MISTAKES])
def test_common_mistakes_are_named(name: str, mistake: Callable[..., Any], message: str) -> None:
    assert_mistake_is_named("model-collapse", name, mistake, message)
