"""Common mistakes in the exercises of the chapter on feedback loops are named to the reader."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats
from tests.exercises.mistakes import Mistake, assert_mistake_is_named

from secondhand.exercises import get

CHAPTER = "bias-feedback-loops"


def solved(name: str) -> Callable[..., Any]:
    return get(f"{CHAPTER}-{name}").solve


def labels(draw: Callable[[Any, Any, int], Any]) -> Callable[..., Any]:
    """An answer that is right for argmax and does something else for draws."""
    return lambda p, how, seed: (p > 0.5) * 1 if how == "argmax" else draw(p, np.random.default_rng(seed), seed)


def before_the_round(rounds: int, initial: int, human: int, model: int) -> float:
    bias = 0.0
    for t in range(rounds):
        size = initial + t * (human + model)
        bias = (1 - human / size) * bias + model / size
    return 1 + bias


def inputs_at_pool_rate(rate: float, distance: float, human: int, model: int) -> float:
    point = rate
    for _ in range(2_000):
        point = (human * rate + model * solved("share-of-top-labels")(point, distance)) / (human + model)
    return point


def below_the_threshold(rate: float, distance: float) -> float:
    threshold = -math.log((1 - rate) / rate) / (2 * distance)
    law = stats.norm(scale=1)
    return float(rate * law.sf(threshold - distance) + (1 - rate) * law.sf(threshold + distance))


def above(threshold: float, rate: float, distance: float) -> float:
    law = stats.norm()
    return float(rate * law.sf(threshold - distance) + (1 - rate) * law.sf(threshold + distance))


def still_pool(rounds: int, initial: int, human: int, model: int) -> float:
    size, bias = initial + human + model, 0.0
    for _ in range(rounds):
        bias = (1 - human / size) * bias + model / size
    return 1 + bias


def half_by(factor: Callable[[int], float]) -> int:
    missing, rounds = 1.0, 0
    while missing > 0.5:
        rounds += 1
        missing *= factor(rounds)
    return rounds


def reaches_twice(p: Any, top_p: float) -> Any:
    order = np.argsort(-p)
    kept = np.empty(len(p), dtype=bool)
    kept[order] = np.cumsum(p[order]) - p[order] <= top_p
    return kept


def without_people(rate: float, distance: float, human: int, model: int) -> float:
    pool = rate
    while pool > 1e-9:
        pool = above(math.log((1 - pool) / pool) / (2 * distance), rate, distance)
    return pool


def half_of_limit(initial: int, human: int, model: int) -> int:
    limit = (human + model) / human
    return next(t for t in range(10_000) if solved("bound-at")(t, initial, human, model) >= limit / 2)


MISTAKES: list[Mistake] = [
    ("label-items", lambda p, how, seed: p, "label_items.wrong.probabilities"),
    ("label-items", lambda p, how, seed: (p < 0.5) * 1, "label_items.wrong.argmax"),
    ("label-items", labels(lambda p, g, seed: np.ones(3)), "label_items.wrong.shape"),
    (
        "label-items",
        labels(lambda p, g, seed: np.random.default_rng().random(len(p)) < p),
        "label_items.wrong.seed",
    ),
    ("label-items", labels(lambda p, g, seed: p > 0.5), "label_items.wrong.same"),
    ("label-items", labels(lambda p, g, seed: g.random(len(p)) > p), "label_items.wrong.opposite"),
    ("label-items", labels(lambda p, g, seed: g.random(len(p)) < 0.5), "label_items.wrong.share"),
    (
        "label-items",
        labels(lambda p, g, seed: np.repeat(g.random(len(p) // 3), 3) < p),
        "label_items.wrong.together",
    ),
    ("bound-at", lambda *a: solved("bound-at")(*a) - 1, "bound_at.wrong.pool"),
    ("bound-at", before_the_round, "bound_at.wrong.size"),
    ("bound-at", lambda t, n, m, k: (m + k) / m, "bound_at.wrong.limit"),
    ("bound-at", still_pool, "bound_at.wrong.still"),
    ("bound-at", lambda t, n, m, k: 1 + t * k / n, "bound_at.wrong.value"),
    ("rounds-to-half", half_of_limit, "rounds_to_half.wrong.limit"),
    ("rounds-to-half", lambda *a: solved("rounds-to-half")(*a) - 1, "rounds_to_half.wrong.one"),
    (
        "rounds-to-half",
        lambda n, m, k: half_by(lambda t: 1 - m / (n + (t - 1) * (m + k))),
        "rounds_to_half.wrong.before",
    ),
    ("rounds-to-half", lambda n, m, k: math.ceil(n / (m + k) * (2 ** ((m + k) / m) - 1)), "rounds_to_half.wrong.power"),
    ("rounds-to-half", lambda n, m, k: n // m, "rounds_to_half.wrong.value"),
    ("share-of-top-labels", below_the_threshold, "share_of_top_labels.wrong.sign"),
    (
        "share-of-top-labels",
        lambda p, mu: 1 - solved("share-of-top-labels")(p, mu),
        "share_of_top_labels.wrong.complement",
    ),
    ("share-of-top-labels", lambda p, mu: p, "share_of_top_labels.wrong.sampled"),
    (
        "share-of-top-labels",
        lambda p, mu: 0.5 * math.erfc(mu / math.sqrt(2)),
        "share_of_top_labels.wrong.middle",
    ),
    ("share-of-top-labels", lambda p, mu: above(0, p, mu), "share_of_top_labels.wrong.middle"),
    (
        "share-of-top-labels",
        lambda p, mu: above(math.log((1 - p) / p) / mu, p, mu),
        "share_of_top_labels.wrong.threshold",
    ),
    (
        "share-of-top-labels",
        lambda p, mu: above(math.log((1 - p) / p) / 2, p, mu),
        "share_of_top_labels.wrong.threshold",
    ),
    ("share-of-top-labels", lambda p, mu: p / 2, "share_of_top_labels.wrong.value"),
    ("in-nucleus", lambda p, top_p: np.array([False, True, False, True]), "in_nucleus.wrong.crossing"),
    ("in-nucleus", lambda p, top_p: np.array([True, True, True, False]), "in_nucleus.wrong.order"),
    ("in-nucleus", reaches_twice, "in_nucleus.wrong.edge"),
    ("in-nucleus", lambda p, top_p: p, "in_nucleus.wrong.truth"),
    ("in-nucleus", lambda p, top_p: p > 1 - top_p, "in_nucleus.wrong.value"),
    ("argmax-end", lambda p, mu, m, k: m * p / (m + k), "argmax_end.wrong.never"),
    (
        "argmax-end",
        lambda p, mu, m, k: ((m + k) * solved("argmax-end")(p, mu, m, k) - m * p) / k,
        "argmax_end.wrong.model",
    ),
    ("argmax-end", inputs_at_pool_rate, "argmax_end.wrong.inputs"),
    ("argmax-end", lambda p, mu, m, k: solved("argmax-end")(p, mu, k, m), "argmax_end.wrong.swapped"),
    ("argmax-end", without_people, "argmax_end.wrong.people"),
    (
        "argmax-end",
        lambda p, mu, m, k: (m * p + k * solved("share-of-top-labels")(p, mu)) / (m + k),
        "argmax_end.wrong.once",
    ),
    ("argmax-end", lambda p, mu, m, k: p, "argmax_end.wrong.value"),
    ("majority-ends-at", lambda tau, rho: solved("majority-ends-at")(tau, 1.0), "majority_ends_at.wrong.human"),
    ("majority-ends-at", lambda tau, rho: solved("majority-ends-at")(tau, 1 - rho), "majority_ends_at.wrong.balance"),
    (
        "majority-ends-at",
        lambda tau, rho: solved("majority-ends-at")(1 / tau, rho),
        "majority_ends_at.wrong.balance",
    ),
    ("majority-ends-at", lambda tau, rho: rho / tau, "majority_ends_at.wrong.slope"),
    ("majority-ends-at", lambda tau, rho: 0.51, "majority_ends_at.wrong.value"),
]


@pytest.mark.parametrize(("name", "mistake", "message"), MISTAKES, ids=[m[2] for m in MISTAKES])
def test_common_mistakes_are_named(name: str, mistake: Callable[..., Any], message: str) -> None:
    assert_mistake_is_named(CHAPTER, name, mistake, message)
