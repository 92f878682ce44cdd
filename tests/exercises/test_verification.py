"""Common mistakes in the exercises of the chapter on verification are named to the reader."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.exercises.mistakes import Mistake, assert_mistake_is_named

from secondhand.exercises import get


def select(right: Callable[[float, float], float], wrong: Callable[[float, float], float]) -> Callable[..., Any]:
    def select_verified(labels: Any, truth: Any, keep_correct: float, keep_wrong: float, seed: int) -> Any:
        chance = np.where(labels == truth, right(keep_correct, keep_wrong), wrong(keep_correct, keep_wrong))
        return np.random.default_rng(seed).random(len(labels)) < chance

    return select_verified


def reference(name: str) -> Callable[..., Any]:
    return get(f"verification-{name}").solve


def one_draw_for_neighbours(labels: Any, truth: Any, keep_correct: float, keep_wrong: float, seed: int) -> Any:
    draws = np.repeat(np.random.default_rng(seed).random(len(labels) // 2), 2)
    return draws < np.where(labels == truth, keep_correct, keep_wrong)


def one_coin(labels: Any, truth: Any, keep_correct: float, keep_wrong: float, seed: int) -> Any:
    return np.random.default_rng(seed).random() < np.where(labels == truth, keep_correct, keep_wrong)


def first_ones(labels: Any, truth: Any, keep_correct: float, keep_wrong: float, seed: int) -> Any:
    kept = np.zeros(len(labels), dtype=bool)
    for group, share in ((labels == truth, keep_correct), (labels != truth, keep_wrong)):
        places = np.flatnonzero(group)
        kept[places[: int(share * len(places))]] = True
    return kept


def quotas(labels: Any, truth: Any, keep_correct: float, keep_wrong: float, seed: int) -> Any:
    kept, generator = np.zeros(len(labels), dtype=bool), np.random.default_rng(seed)
    for group, share in ((labels == truth, keep_correct), (labels != truth, keep_wrong)):
        places = generator.permutation(np.flatnonzero(group))
        kept[places[: round(share * len(places))]] = True
    return kept


def evenly_spaced(labels: Any, truth: Any, keep_correct: float, keep_wrong: float, seed: int) -> Any:
    spaced = (np.random.default_rng(seed).permutation(len(labels)) + 0.5) / len(labels)
    return spaced < np.where(labels == truth, keep_correct, keep_wrong)


def tiled(labels: Any, truth: Any, keep_correct: float, keep_wrong: float, seed: int) -> Any:
    period = len(labels) // 3 + 1
    draws = np.tile(np.random.default_rng(seed).random(period), 3)[: len(labels)]
    return draws < np.where(labels == truth, keep_correct, keep_wrong)


def same_stream(labels: Any, truth: Any, keep_correct: float, keep_wrong: float, seed: int) -> Any:
    kept = np.zeros(len(labels), dtype=bool)
    for group, share in ((labels == truth, keep_correct), (labels != truth, keep_wrong)):
        kept[group] = np.random.default_rng(seed).random(group.sum()) < share
    return kept


def rounds_of(start: float, liked: float, other: float, target: float, *, at_target: bool) -> int:
    odds, rounds = start, 0
    while odds < target or (at_target and odds == target):
        odds, rounds = odds * (liked / other), rounds + 1
    return rounds


def best_law(law: Any, n: int) -> Any:
    return np.diff(np.concatenate([[0.0], np.cumsum(law)]) ** n)


def divergence(q: Any, p: Any) -> float:
    with np.errstate(divide="ignore", invalid="ignore"):
        return float(np.sum(q * np.log(q / p)))


MISTAKES: list[Mistake] = [
    ("kept-purity", lambda p, phi, psi: (1 - p) * phi, "kept_purity.wrong.share"),
    ("kept-purity", lambda p, phi, psi: 1 - reference("kept-purity")(p, phi, psi), "kept_purity.wrong.complement"),
    ("kept-purity", lambda p, phi, psi: reference("kept-purity")(1 - p, phi, psi), "kept_purity.wrong.swapped"),
    ("kept-purity", lambda p, phi, psi: phi / (phi + psi), "kept_purity.wrong.error"),
    ("kept-purity", lambda p, phi, psi: (1 - p) * phi / (p * psi), "kept_purity.wrong.odds"),
    ("kept-purity", lambda p, phi, psi: 100 * reference("kept-purity")(p, phi, psi), "kept_purity.wrong.percent"),
    ("kept-purity", lambda p, phi, psi: round(reference("kept-purity")(p, phi, psi), 2), "kept_purity.wrong.rounded"),
    ("kept-purity", lambda p, phi, psi: 0.5, "kept_purity.wrong.value"),
    ("price", lambda p, phi, psi: (1 - p) * phi + p * psi, "price.wrong.inverse"),
    ("price", lambda p, phi, psi: 1 / ((1 - p) * phi), "price.wrong.right"),
    ("price", reference("kept-purity"), "price.wrong.purity"),
    ("price", lambda p, phi, psi: 1 / (phi + psi), "price.wrong.below"),
    ("price", lambda p, phi, psi: 1.0, "price.wrong.value"),
    ("error-limit", lambda phi, psi, k: phi / (phi + psi), "error_limit.wrong.majority"),
    ("error-limit", lambda phi, psi, k: reference("error-limit")(psi, phi, k), "error_limit.wrong.swapped"),
    ("error-limit", lambda phi, psi, k: reference("error-limit")(phi, psi, k + 1), "error_limit.wrong.classes"),
    ("error-limit", lambda phi, psi, k: psi / ((k - 1) * phi + psi), "error_limit.wrong.complement"),
    ("error-limit", lambda phi, psi, k: phi / (phi + (k - 1) * psi), "error_limit.wrong.rivals"),
    ("error-limit", lambda phi, psi, k: (k - 1) * phi / psi, "error_limit.wrong.odds"),
    ("error-limit", lambda phi, psi, k: 0.1, "error_limit.wrong.value"),
    ("allowed-wrong", lambda p, phi, target: phi * (1 - target) / target, "allowed_wrong.wrong.error"),
    ("allowed-wrong", lambda p, phi, target: (1 - p) / p * (1 - target) / target, "allowed_wrong.wrong.ratio"),
    (
        "allowed-wrong",
        lambda p, phi, target: (1 - p) / p * phi * (1 - target) / target,
        "allowed_wrong.wrong.probability",
    ),
    (
        "allowed-wrong",
        lambda p, phi, target: min(1.0, p / (1 - p) * phi * (1 - target) / target),
        "allowed_wrong.wrong.upside",
    ),
    (
        "allowed-wrong",
        lambda p, phi, target: min(phi, reference("allowed-wrong")(p, phi, target)),
        "allowed_wrong.wrong.smaller",
    ),
    ("allowed-wrong", lambda p, phi, target: 0.5, "allowed_wrong.wrong.value"),
    ("select-verified", select(lambda r, w: w, lambda r, w: r), "select_verified.wrong.swapped"),
    ("select-verified", select(lambda r, w: r, lambda r, w: r), "select_verified.wrong.blind"),
    ("select-verified", select(lambda r, w: r / 2, lambda r, w: w), "select_verified.wrong.rates"),
    ("select-verified", lambda labels, truth, r, w, seed: labels == truth, "select_verified.wrong.unused"),
    ("select-verified", one_coin, "select_verified.wrong.coin"),
    ("select-verified", one_draw_for_neighbours, "select_verified.wrong.independent"),
    ("select-verified", first_ones, "select_verified.wrong.independent"),
    ("select-verified", tiled, "select_verified.wrong.independent"),
    ("select-verified", same_stream, "select_verified.wrong.stream"),
    ("select-verified", quotas, "select_verified.wrong.quota"),
    ("select-verified", evenly_spaced, "select_verified.wrong.quota"),
    (
        "select-verified",
        select(lambda r, w: 0.99 * r, lambda r, w: w + 0.005),
        "select_verified.wrong.perfect",
    ),
    (
        "select-verified",
        lambda labels, truth, r, w, seed: select(lambda r, w: r, lambda r, w: w)(labels, truth, r, w, 0),
        "select_verified.wrong.same",
    ),
    (
        "select-verified",
        lambda labels, truth, r, w, seed: select(lambda r, w: r, lambda r, w: w)(
            labels, truth, r, w, int(np.random.default_rng().integers(2**31))
        ),
        "select_verified.wrong.seed",
    ),
    ("select-verified", lambda labels, truth, r, w, seed: labels[labels == truth], "select_verified.wrong.mask"),
    ("select-verified", lambda labels, truth, r, w, seed: np.array([True]), "select_verified.wrong.shape"),
    (
        "rounds-to",
        lambda odds, liked, other, target: math.log(target / odds) / math.log(liked / other),
        "rounds_to.wrong.whole",
    ),
    (
        "rounds-to",
        lambda odds, liked, other, target: int(math.log(target / odds) / math.log(liked / other)),
        "rounds_to.wrong.down",
    ),
    (
        "rounds-to",
        lambda odds, liked, other, target: math.ceil((target - odds) / (liked / other - 1)),
        "rounds_to.wrong.linear",
    ),
    (
        "rounds-to",
        lambda odds, liked, other, target: math.ceil(math.log(target / odds) / math.log(other / liked)),
        "rounds_to.wrong.negative",
    ),
    ("rounds-to", lambda *arguments: rounds_of(*arguments, at_target=True), "rounds_to.wrong.reached"),
    (
        "rounds-to",
        lambda odds, liked, other, target: int(math.log(target / odds) / math.log(liked / other)) + 1,
        "rounds_to.wrong.reached",
    ),
    (
        "rounds-to",
        lambda odds, liked, other, target: reference("rounds-to")(1.0, liked, other, target),
        "rounds_to.wrong.start",
    ),
    ("rounds-to", lambda odds, liked, other, target: 3, "rounds_to.wrong.value"),
    (
        "divergence-of-the-best",
        lambda law, n: math.log(n) - (n - 1) / n,
        "divergence_of_the_best.wrong.bound",
    ),
    (
        "divergence-of-the-best",
        lambda law, n: reference("divergence-of-the-best")(law, n) / math.log(2),
        "divergence_of_the_best.wrong.bits",
    ),
    (
        "divergence-of-the-best",
        lambda law, n: reference("divergence-of-the-best")(law[::-1], n),
        "divergence_of_the_best.wrong.order",
    ),
    (
        "divergence-of-the-best",
        lambda law, n: divergence(law, best_law(law, n)),
        "divergence_of_the_best.wrong.reversed",
    ),
    (
        "divergence-of-the-best",
        lambda law, n: divergence(law**n / np.sum(law**n), law),
        "divergence_of_the_best.wrong.power",
    ),
    (
        "divergence-of-the-best",
        lambda law, n: -divergence(best_law(law, n), np.ones(len(law))),
        "divergence_of_the_best.wrong.entropy",
    ),
    ("divergence-of-the-best", lambda law, n: divergence(best_law(law, n), law), "divergence_of_the_best.wrong.nan"),
    ("divergence-of-the-best", lambda law, n: 0.0, "divergence_of_the_best.wrong.value"),
]


@pytest.mark.parametrize(("name", "mistake", "message"), MISTAKES, ids=[m[2] for m in MISTAKES])
def test_common_mistakes_are_named(name: str, mistake: Callable[..., Any], message: str) -> None:
    assert_mistake_is_named("verification", name, mistake, message)


def test_a_loop_that_stops_at_the_target_is_right() -> None:
    outcome = get("verification-rounds-to").evaluate(lambda *arguments: rounds_of(*arguments, at_target=False))
    assert outcome.passed


def test_other_ways_of_deciding_about_each_example_pass() -> None:
    def two_groups(labels: Any, truth: Any, keep_correct: float, keep_wrong: float, seed: int) -> Any:
        kept, generator = np.zeros(len(labels), dtype=bool), np.random.default_rng(seed)
        for group, share in ((labels == truth, keep_correct), (labels != truth, keep_wrong)):
            kept[group] = generator.random(group.sum()) < share
        return kept

    assert get("verification-select-verified").evaluate(two_groups).passed
