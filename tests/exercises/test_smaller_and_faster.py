"""Common mistakes in the exercises of the chapter on smaller and faster students are named to the reader."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.exercises.mistakes import Mistake, assert_mistake_is_named

from secondhand.exercises import get


def solution(name: str) -> Callable[..., Any]:
    solve: Callable[..., Any] = get(f"smaller-and-faster-{name}").solve
    return solve


def adapted_in_place(x: Any, weight: Any, down: Any, up: Any, alpha: float) -> Any:
    weight += alpha / len(down) * up @ down
    return x @ weight.T


def left_over_and_spoil(change: Any, rank: int) -> float:
    share: float = solution("left-over")(change, rank)
    change[:] = 0
    return share


def as_good(weights: Any, kept: Any) -> Any:
    return (weights[:, None] <= weights) & (kept[:, None] >= kept)


def front_and_spoil(weights: Any, kept: Any) -> Any:
    front = solution("pareto-front")(weights, kept)
    weights[:] = 0
    return front


def singular(change: Any) -> Any:
    return np.linalg.svd(change, compute_uv=False)


MISTAKES: list[Mistake] = [
    ("time-left", lambda p: 1 - p / 100, "time_left.wrong.subtracted"),
    ("time-left", lambda p: 1 + p / 100, "time_left.wrong.speed"),
    ("time-left", lambda p: 100 / (1 + p / 100), "time_left.wrong.percent"),
    ("time-left", lambda p: 0.5, "time_left.wrong.value"),
    ("layer-weights", lambda d, f: 4 * d * d + 2 * d * f + 4 * d, "layer_weights.wrong.biases"),
    ("layer-weights", lambda d, f: 4 * d * d + 2 * d * f + 5 * d + f, "layer_weights.wrong.norms"),
    ("layer-weights", lambda d, f: 3 * d * d + 2 * d * f + 8 * d + f, "layer_weights.wrong.three"),
    ("layer-weights", lambda d, f: 4 * d * d + d * f + 9 * d + f, "layer_weights.wrong.one_way"),
    ("layer-weights", lambda d, f: 1, "layer_weights.wrong.value"),
    ("layer-weights", lambda d, f: 4 * d * d + 2 * d * f, "layer_weights.wrong.no_biases"),
    ("layer-weights", lambda d, f: 4 * d * d + 2 * d * f + 10 * d, "layer_weights.wrong.all_width"),
    ("pareto-front", front_and_spoil, "pareto_front.wrong.changed"),
    ("pareto-front", lambda w, k: ~solution("pareto-front")(w, k), "pareto_front.wrong.dominated"),
    ("pareto-front", lambda w, k: solution("pareto-front")(-w, k), "pareto_front.wrong.larger"),
    ("pareto-front", lambda w, k: ~((w[:, None] < w) & (k[:, None] > k)).any(axis=0), "pareto_front.wrong.strict"),
    ("pareto-front", lambda w, k: ~as_good(w, k).any(axis=0), "pareto_front.wrong.equal"),
    ("pareto-front", lambda w, k: as_good(w, k).sum(axis=0) == 1, "pareto_front.wrong.equal"),
    ("pareto-front", lambda w, k: np.ones(len(w), dtype=bool), "pareto_front.wrong.value"),
    ("break-even", lambda s, p, a: math.ceil(s / (p * a)), "break_even.wrong.error"),
    ("break-even", lambda s, p, a: math.ceil(s / p), "break_even.wrong.no_saving"),
    ("break-even", lambda s, p, a: math.ceil(s / (p * (1 - a))), "break_even.wrong.rest"),
    ("break-even", lambda s, p, a: math.ceil(s / a), "break_even.wrong.saving"),
    ("break-even", lambda s, p, a: s / (p * a), "break_even.wrong.whole"),
    ("break-even", lambda s, p, a: math.floor(round(s / (p * a), 6)), "break_even.wrong.down"),
    ("break-even", lambda s, p, a: 7, "break_even.wrong.value"),
    ("adapted", adapted_in_place, "adapted.wrong.changed"),
    ("adapted", lambda x, w, a, b, alpha: x @ (w + b @ a).T, "adapted.wrong.scale"),
    ("adapted", lambda x, w, a, b, alpha: x @ (w + alpha * b @ a).T, "adapted.wrong.rank"),
    ("adapted", lambda x, w, a, b, alpha: x @ (w + len(a) / alpha * b @ a).T, "adapted.wrong.inverse"),
    ("adapted", lambda x, w, a, b, alpha: x @ (w + alpha / a.shape[1] * b @ a).T, "adapted.wrong.inputs"),
    ("adapted", lambda x, w, a, b, alpha: x @ w.T, "adapted.wrong.plain"),
    ("adapted", lambda x, w, a, b, alpha: alpha / len(a) * x @ (b @ a).T, "adapted.wrong.only"),
    ("adapted", lambda x, w, a, b, alpha: np.zeros((len(x), len(w))), "adapted.wrong.value"),
    ("largest-rank", lambda n, m: n * m // (n + m), "largest_rank.wrong.equal"),
    ("largest-rank", lambda n, m: n / 2 - 1, "largest_rank.wrong.square"),
    ("largest-rank", lambda n, m: n * m // (n + m) - 1, "largest_rank.wrong.floor"),
    ("largest-rank", lambda n, m: min(n, m), "largest_rank.wrong.full"),
    ("largest-rank", lambda n, m: (n * m - 1) // (n + m) if n == m else n * m / (n + m), "largest_rank.wrong.whole"),
    ("largest-rank", lambda n, m: 3, "largest_rank.wrong.value"),
    ("left-over", left_over_and_spoil, "left_over.wrong.changed"),
    ("left-over", lambda d, r: math.sqrt(solution("left-over")(d, r)), "left_over.wrong.root"),
    ("left-over", lambda d, r: 1 - solution("left-over")(d, r), "left_over.wrong.kept"),
    ("left-over", lambda d, r: singular(d)[r:].sum() / singular(d).sum(), "left_over.wrong.plain"),
    ("left-over", lambda d, r: (singular(d)[r:] ** 2).sum(), "left_over.wrong.absolute"),
    ("left-over", lambda d, r: 0.5, "left_over.wrong.value"),
]


@pytest.mark.parametrize(("name", "mistake", "message"), MISTAKES, ids=[f"{m[0]}-{m[2]}" for m in MISTAKES])
def test_common_mistakes_are_named(name: str, mistake: Callable[..., Any], message: str) -> None:
    assert_mistake_is_named("smaller-and-faster", name, mistake, message)


def test_the_numbers_of_the_page_come_out() -> None:
    assert solution("break-even")(600.0, 0.002, 0.8) == 375_000
    assert solution("largest-rank")(4096, 4096) == 2047
    assert solution("layer-weights")(768, 3072) == 7_087_872
