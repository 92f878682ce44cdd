"""Common mistakes in the exercises of the chapter on teacher and student are named to the reader."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from scipy.special import log_softmax, softmax
from tests.exercises.mistakes import Mistake, assert_mistake_is_named

from secondhand.distillation import fit_class_biases, kd_loss
from secondhand.exercises import get


def solution(name: str) -> Callable[..., Any]:
    solve: Callable[..., Any] = get(f"teacher-and-student-{name}").solve
    return solve


def soften_in_place(logits: Any, heat: float) -> Any:
    logits /= heat
    return softmax(logits, axis=1)


def smooth_in_place(labels: Any, epsilon: float, classes: int) -> Any:
    rows = solution("smooth")(labels, epsilon, classes)
    labels[:] = 0
    return rows


def loss_in_place(student: Any, teacher: Any, heat: float) -> float:
    student -= student.max(axis=1, keepdims=True)
    return float(solution("soft-loss")(student, teacher, heat))


def loss_with(
    student: Any, teacher: Any, heat: float, *, teacher_heat: float | None = None, student_heat: float | None = None
) -> float:
    log_p = log_softmax(teacher / (teacher_heat or heat), axis=1)
    log_q = log_softmax(student / (student_heat or heat), axis=1)
    return float(heat**2 * (np.exp(log_p) * (log_p - log_q)).sum(1).mean())


def cross_entropy(student: Any, teacher: Any, heat: float) -> float:
    return float(-heat * heat * (softmax(teacher / heat, axis=1) * log_softmax(student / heat, axis=1)).sum(1).mean())


def confidence_in_place(laws: Any) -> Any:
    new = solution("same-confidence")(laws)
    laws[:] = new
    return laws


def top(laws: Any) -> Any:
    return laws.max(axis=1, keepdims=True)


def hot_in_place(student: Any, teacher: Any) -> Any:
    student -= teacher
    return (student - student.mean(axis=1, keepdims=True)) / student.shape[1]


def biases_in_place(logits: Any, law: Any) -> Any:
    right = solution("fit-biases")(logits, law)
    logits += right
    return right


def biases_after(steps: int) -> Callable[..., Any]:
    def fit(logits: Any, law: Any) -> Any:
        biases = np.zeros(len(law))
        for _ in range(steps):
            biases = biases + np.log(law / softmax(logits + biases, axis=1).mean(axis=0))
        return biases - biases.mean()

    return fit


MISTAKES: list[Mistake] = [
    ("soften", lambda v, t: softmax(v * t, axis=1), "soften.wrong.times"),
    ("soften", lambda v, t: softmax(v, axis=1) / t, "soften.wrong.probabilities"),
    ("soften", lambda v, t: softmax(softmax(v, axis=1) / t, axis=1), "soften.wrong.probabilities"),
    ("soften", lambda v, t: softmax(v, axis=1), "soften.wrong.cold"),
    ("soften", lambda v, t: softmax(v / t, axis=0), "soften.wrong.axis"),
    ("soften", lambda v, t: softmax(v / t), "soften.wrong.axis"),
    ("soften", lambda v, t: v / t, "soften.wrong.logits"),
    ("soften", soften_in_place, "soften.wrong.changed"),
    ("soften", lambda v, t: softmax(v, axis=1) ** (1 / t), "soften.wrong.axis"),
    ("soften", lambda v, t: np.full(v.shape, 1 / v.shape[1]), "soften.wrong.value"),
    ("smooth", lambda y, e, n: np.where(np.eye(n)[y] == 1, 1 - e, e / (n - 1)), "smooth.wrong.others"),
    ("smooth", lambda y, e, n: np.where(np.eye(n)[y] == 1, 1 - e, e / n), "smooth.wrong.sum"),
    ("smooth", lambda y, e, n: np.eye(n)[y] + e / n, "smooth.wrong.sum"),
    ("smooth", lambda y, e, n: np.eye(n)[y], "smooth.wrong.label"),
    ("smooth", lambda y, e, n: e * np.eye(n)[y] + (1 - e) / n, "smooth.wrong.swapped"),
    ("smooth", smooth_in_place, "smooth.wrong.changed"),
    ("smooth", lambda y, e, n: np.full((len(y), n), 1 / n), "smooth.wrong.value"),
    ("soft-loss", lambda z, v, t: loss_with(z, v, t) / t**2, "soft_loss.wrong.square"),
    ("soft-loss", lambda z, v, t: loss_with(z, v, t) / t, "soft_loss.wrong.square"),
    ("soft-loss", lambda z, v, t: loss_with(v, z, t), "soft_loss.wrong.swapped"),
    ("soft-loss", cross_entropy, "soft_loss.wrong.entropy"),
    ("soft-loss", lambda z, v, t: loss_with(z, v, t) / z.shape[1], "soft_loss.wrong.classes"),
    ("soft-loss", lambda z, v, t: loss_with(z, v, t) * len(z), "soft_loss.wrong.sum"),
    ("soft-loss", lambda z, v, t: loss_with(z, v, t, teacher_heat=1.0), "soft_loss.wrong.cold"),
    ("soft-loss", lambda z, v, t: loss_with(z, v, t, student_heat=1.0), "soft_loss.wrong.student"),
    ("soft-loss", lambda z, v, t: -loss_with(z, v, t), "soft_loss.wrong.sign"),
    ("soft-loss", loss_in_place, "soft_loss.wrong.changed"),
    ("soft-loss", lambda z, v, t: 0.0, "soft_loss.wrong.value"),
    ("honest-weight", lambda a, t: 1 / (1 + t**2), "honest_weight.wrong.half"),
    ("honest-weight", lambda a, t: a / t**2, "honest_weight.wrong.part"),
    ("honest-weight", lambda a, t: a / (a + (1 - a) * t), "honest_weight.wrong.root"),
    ("honest-weight", lambda a, t: a * t**2 / (a * t**2 + 1 - a), "honest_weight.wrong.turned"),
    ("honest-weight", lambda a, t: a / t**2 / (1 - a), "honest_weight.wrong.ratio"),
    ("honest-weight", lambda a, t: (1 - a) / (a / t**2 + 1 - a), "honest_weight.wrong.labels"),
    ("honest-weight", lambda a, t: a, "honest_weight.wrong.value"),
    ("same-confidence", lambda p: np.where(p == top(p), p, (1 - top(p)) / p.shape[1]), "same_confidence.wrong.all"),
    (
        "same-confidence",
        lambda p: np.where(p == top(p), top(p), 0) + (1 - top(p)) / p.shape[1],
        "same_confidence.wrong.smooth",
    ),
    (
        "same-confidence",
        lambda p: np.where(np.arange(p.shape[1]) == 0, top(p), (1 - top(p)) / (p.shape[1] - 1)),
        "same_confidence.wrong.first",
    ),
    ("same-confidence", lambda p: np.full_like(p, 1 / p.shape[1]), "same_confidence.wrong.even"),
    ("same-confidence", lambda p: (p == top(p)).astype(float), "same_confidence.wrong.label"),
    ("same-confidence", lambda p: p, "same_confidence.wrong.same"),
    ("same-confidence", confidence_in_place, "same_confidence.wrong.changed"),
    ("same-confidence", lambda p: 0 * p, "same_confidence.wrong.value"),
    ("hot-gradient", lambda z, v: (z - v) / z.shape[1], "hot_gradient.wrong.centre"),
    ("hot-gradient", lambda z, v: (z - v - (z - v).mean()) / z.shape[1], "hot_gradient.wrong.centre"),
    ("hot-gradient", lambda z, v: (z - v - (z - v).mean(axis=0)) / z.shape[1], "hot_gradient.wrong.columns"),
    ("hot-gradient", lambda z, v: z - v - (z - v).mean(axis=1, keepdims=True), "hot_gradient.wrong.classes"),
    ("hot-gradient", lambda z, v: -solution("hot-gradient")(z, v), "hot_gradient.wrong.sign"),
    ("hot-gradient", lambda z, v: solution("hot-gradient")(z, v) / len(z), "hot_gradient.wrong.items"),
    ("hot-gradient", lambda z, v: softmax(z, axis=1) - softmax(v, axis=1), "hot_gradient.wrong.softmax"),
    ("hot-gradient", hot_in_place, "hot_gradient.wrong.changed"),
    ("hot-gradient", lambda z, v: 0 * z, "hot_gradient.wrong.value"),
    ("fit-biases", biases_after(1), "fit_biases.wrong.once"),
    ("fit-biases", lambda z, f: -solution("fit-biases")(z, f), "fit_biases.wrong.sign"),
    ("fit-biases", lambda z, f: np.log(f) - z.mean(axis=0), "fit_biases.wrong.logits"),
    ("fit-biases", lambda z, f: solution("fit-biases")(z, f) + 1, "fit_biases.wrong.constant"),
    ("fit-biases", lambda z, f: np.round(solution("fit-biases")(z, f), 2), "fit_biases.wrong.early"),
    ("fit-biases", biases_in_place, "fit_biases.wrong.changed"),
    ("fit-biases", lambda z, f: np.zeros(len(f)), "fit_biases.wrong.value"),
]


@pytest.mark.parametrize(("name", "mistake", "message"), MISTAKES, ids=[f"{m[0]}-{m[2]}" for m in MISTAKES])
def test_common_mistakes_are_named(name: str, mistake: Callable[..., Any], message: str) -> None:
    assert_mistake_is_named("teacher-and-student", name, mistake, message)


def test_the_loss_of_the_library_is_right() -> None:
    def loss(student: Any, teacher: Any, heat: float) -> float:
        return float(kd_loss(torch.tensor(student), torch.tensor(teacher), temperature=heat))

    assert get("teacher-and-student-soft-loss").evaluate(loss).passed
    assert get("teacher-and-student-fit-biases").evaluate(fit_class_biases).passed


def until(tolerance: float) -> Callable[..., Any]:
    """Biases by plain descent, stopped as soon as all mean probabilities are this near."""

    def fit(logits: Any, law: Any) -> Any:
        biases, gap = np.zeros(len(law)), np.ones(len(law))
        while np.abs(gap).max() > tolerance:
            gap = law - softmax(logits + biases, axis=1).mean(axis=0)
            biases = biases + gap
        return biases - biases.mean()

    return fit


def test_biases_may_stop_where_the_exercise_says() -> None:
    check = get("teacher-and-student-fit-biases")
    assert check.evaluate(until(9e-7)).passed
    assert not check.evaluate(until(1e-5)).passed
