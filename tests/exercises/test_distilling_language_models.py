"""Common mistakes in the exercises of the chapter on distilling language models are named to the reader."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.exercises.mistakes import Mistake, assert_mistake_is_named

from secondhand.exercises import get


def solution(name: str) -> Callable[..., Any]:
    solve: Callable[..., Any] = get(f"distilling-language-models-{name}").solve
    return solve


def spoiling(name: str) -> Callable[..., Any]:
    def spoil(*given: Any) -> Any:
        result = solution(name)(*(np.array(a) if isinstance(a, np.ndarray) else a for a in given))
        given[0][:] = 0.5
        return result

    return spoil


def mixed(p: Any, q: Any, share: float, weight: float) -> float:
    m = share * p + (1 - share) * q
    return float(weight * (p * np.log(p / m)).sum() + (1 - weight) * (q * np.log(q / m)).sum())


def shares_off(slip: float, recovery: float, steps: int) -> list[float]:
    off, course = 0.0, []
    for _ in range(steps):
        off = off * (1 - recovery) + (1 - off) * slip
        course.append(off)
    return course


def rows_of(teacher: Any, student: Any) -> Any:
    return (teacher * np.log(teacher / student)).sum(axis=1)


def kl(p: Any, q: Any) -> float:
    return float((p * np.log(p / q)).sum())


def along(step: Any, rows: Any, length: int) -> float:
    return float(sum(np.linalg.matrix_power(step, t)[0] @ rows for t in range(length)))


def under_student(teacher: Any, student: Any, length: int) -> float:
    before, total = np.eye(len(teacher))[0], 0.0
    for _ in range(length):
        total += before @ rows_of(teacher, student)
        before = before @ student
    return float(total)


def moments(w: Any, m: Any, s: Any) -> tuple[float, float, float]:
    mean = w @ m
    return mean, w @ s**2, w @ (m - mean) ** 2


MISTAKES: list[Mistake] = [
    ("acceptance", lambda p, q: 1 - np.minimum(p, q).sum(), "acceptance.wrong.variation"),
    ("acceptance", lambda p, q: np.abs(p - q).sum(), "acceptance.wrong.distance"),
    ("acceptance", lambda p, q: p @ q, "acceptance.wrong.product"),
    ("acceptance", lambda p, q: np.minimum(1, p / q).mean(), "acceptance.wrong.ratio"),
    ("acceptance", lambda p, q: p @ np.minimum(1, p / q), "acceptance.wrong.ratio"),
    ("acceptance", lambda p, q: np.maximum(p, q).sum(), "acceptance.wrong.larger"),
    ("acceptance", spoiling("acceptance"), "acceptance.wrong.changed"),
    ("acceptance", lambda _p, _q: 0.3, "acceptance.wrong.value"),
    ("tokens-per-call", lambda a, n: sum(a**k for k in range(1, n + 1)), "tokens_per_call.wrong.own"),
    ("tokens-per-call", lambda a, n: 1 + a * n, "tokens_per_call.wrong.mean"),
    ("tokens-per-call", lambda a, _n: 1 / (1 - a), "tokens_per_call.wrong.one"),
    ("tokens-per-call", lambda a, n: (1 - a**n) / (1 - a), "tokens_per_call.wrong.power"),
    ("tokens-per-call", lambda a, n: 1 + n * a**n, "tokens_per_call.wrong.all"),
    ("tokens-per-call", lambda _a, _n: 2.0, "tokens_per_call.wrong.value"),
    ("left-over", lambda p, _q: p, "left_over.wrong.target"),
    ("left-over", lambda p, q: np.maximum(p - q, 0), "left_over.wrong.sum"),
    ("left-over", lambda p, q: np.maximum(q - p, 0) / np.maximum(q - p, 0).sum(), "left_over.wrong.other"),
    ("left-over", lambda p, q: np.abs(p - q) / np.abs(p - q).sum(), "left_over.wrong.negative"),
    ("left-over", lambda p, q: p - q, "left_over.wrong.negative"),
    ("left-over", spoiling("left-over"), "left_over.wrong.changed"),
    ("left-over", lambda p, _q: np.full(len(p), 1 / len(p)), "left_over.wrong.value"),
    ("match-moments", lambda *a: (moments(*a)[0], sum(moments(*a)[1:])), "match_moments.wrong.variance"),
    ("match-moments", lambda *a: (moments(*a)[0], math.sqrt(moments(*a)[1])), "match_moments.wrong.within"),
    ("match-moments", lambda *a: (moments(*a)[0], math.sqrt(moments(*a)[2])), "match_moments.wrong.between"),
    ("match-moments", lambda w, m, s: (w @ m, math.sqrt(w @ (s**2 + m**2))), "match_moments.wrong.raw"),
    (
        "match-moments",
        lambda _w, m, s: (m.mean(), math.sqrt((s**2 + m**2).mean() - m.mean() ** 2)),
        "match_moments.wrong.unweighted",
    ),
    ("match-moments", lambda _w, m, s: (m[0], s[0]), "match_moments.wrong.mode"),
    ("match-moments", spoiling("match-moments"), "match_moments.wrong.changed"),
    ("match-moments", lambda *_: (0.0, 1.0), "match_moments.wrong.value"),
    ("mixed-divergence", lambda p, q, b: mixed(p, q, b, b), "mixed_divergence.wrong.raw"),
    ("mixed-divergence", lambda p, q, b: mixed(p, q, 1 - b, b) / b, "mixed_divergence.wrong.mixture"),
    ("mixed-divergence", lambda p, q, b: mixed(p, q, 1 - b, 1 - b) / b, "mixed_divergence.wrong.weights"),
    ("mixed-divergence", lambda p, q, b: mixed(p, q, b, b) / (1 - b), "mixed_divergence.wrong.end"),
    ("mixed-divergence", lambda p, q, _b: (p * np.log(p / q)).sum(), "mixed_divergence.wrong.forward"),
    ("mixed-divergence", lambda p, q, b: mixed(p, q, b, b) / b / math.log(2), "mixed_divergence.wrong.bits"),
    ("mixed-divergence", lambda p, q, b: b * kl(p, q) + (1 - b) * kl(q, p), "mixed_divergence.wrong.direct"),
    ("mixed-divergence", lambda p, q, b: (b * kl(p, q) + (1 - b) * kl(q, p)) / b, "mixed_divergence.wrong.direct"),
    ("mixed-divergence", lambda p, q, b: mixed(p, q, b, 1 - b) / b, "mixed_divergence.wrong.shares"),
    ("mixed-divergence", lambda p, q, b: (b * kl(b * p + (1 - b) * q, p) + (1 - b) * kl(b * p + (1 - b) * q, q)) / b,
     "mixed_divergence.wrong.turned"),
    ("mixed-divergence", spoiling("mixed-divergence"), "mixed_divergence.wrong.changed"),
    ("mixed-divergence", lambda _p, _q, _b: 0.1, "mixed_divergence.wrong.value"),
    ("time-off", lambda e, r, n: sum(shares_off(e, r, n)[:-1]), "time_off.wrong.late"),
    ("time-off", lambda e, r, n: shares_off(e, r, n)[-1], "time_off.wrong.last"),
    ("time-off", lambda e, _r, n: e * n, "time_off.wrong.linear"),
    ("time-off", lambda e, _r, n: e * n**2 / 2, "time_off.wrong.square"),
    ("time-off", lambda e, r, n: n * e / (e + r), "time_off.wrong.stationary"),
    ("time-off", lambda e, _r, n: sum(shares_off(e, 0.0, n)), "time_off.wrong.forever"),
    ("time-off", lambda _e, _r, _n: 5.0, "time_off.wrong.value"),
    ("sequence-divergence", lambda t, s, n: solution("sequence-divergence")(s, t, n),
     "sequence_divergence.wrong.reverse"),
    ("sequence-divergence", under_student, "sequence_divergence.wrong.student"),
    ("sequence-divergence", lambda t, s, n: along(t, rows_of(s, t), n), "sequence_divergence.wrong.rows"),
    ("sequence-divergence", lambda t, s, n: along(t.T, rows_of(t, s), n), "sequence_divergence.wrong.transposed"),
    ("sequence-divergence", lambda t, s, n: solution("sequence-divergence")(t, s, min(n, 4)),
     "sequence_divergence.wrong.cut"),
    ("sequence-divergence", lambda t, s, n: n * rows_of(t, s)[0], "sequence_divergence.wrong.repeated"),
    ("sequence-divergence", lambda t, s, n: n * rows_of(t, s).mean(), "sequence_divergence.wrong.average"),
    ("sequence-divergence", lambda t, s, n: solution("sequence-divergence")(t, s, n - 1),
     "sequence_divergence.wrong.short"),
    ("sequence-divergence", lambda t, s, n: solution("sequence-divergence")(t, s, n) / n,
     "sequence_divergence.wrong.mean"),
    ("sequence-divergence", lambda t, s, n: np.linalg.matrix_power(t, n - 1)[0] @ rows_of(t, s),
     "sequence_divergence.wrong.last"),
    ("sequence-divergence", spoiling("sequence-divergence"), "sequence_divergence.wrong.changed"),
    ("sequence-divergence", lambda _t, _s, _n: 0.1, "sequence_divergence.wrong.value"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "mistake", "message"), MISTAKES)
def test_the_mistake_is_named(name: str, mistake: Callable[..., Any], message: str) -> None:
    assert_mistake_is_named("distilling-language-models", name, mistake, message)
