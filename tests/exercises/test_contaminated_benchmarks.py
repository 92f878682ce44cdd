"""Common mistakes in the exercises of the chapter on contaminated benchmarks are named to the reader."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats
from tests.exercises.mistakes import Mistake, assert_mistake_is_named

from secondhand.exercises import get

CHAPTER = "contaminated-benchmarks"


def solved(name: str) -> Callable[..., Any]:
    return get(f"{CHAPTER}-{name}").solve


def tail(hits: int, errors: int, chance: float) -> float:
    return sum(math.comb(errors, k) * chance**k * (1 - chance) ** (errors - k) for k in range(hits, errors + 1))


def z(law: Any, token: int, weights: Any, power: float = 0.5, transform: Callable[[Any], Any] = np.log) -> float:
    values = transform(law)
    mean = weights @ values
    return float((values[token] - mean) / (weights @ (values - mean) ** 2) ** power)


def kept(words: int, n: int, rate: float, longest: int) -> float:
    lost = [1.0] * n
    for length in range(n, words + 1):
        lost.append(sum(rate * (1 - rate) ** k * lost[max(0, length - k - 1)] for k in range(longest)))
    return 1 - lost[words]


def fewest(
    m: float,
    a: float,
    classes: int,
    level: float,
    *,
    reciting_only: bool = False,
    own_errors: bool = False,
    fixed: bool = False,
) -> int:
    """The fewest traps for a power of 0.9, with one thing wrong."""
    luck, errs = 1 / (classes - 1), 1 - (1 - m) * a
    hit = (m + (0 if reciting_only else (1 - m) * (1 - a) * luck)) / errs
    frequency = 1 - a if own_errors else errs
    for traps in range(1, 400):
        errors = np.array([round(traps * errs)]) if fixed else np.arange(traps + 1)
        needed = stats.binom.isf(level, errors, luck) + 1
        power = np.asarray(stats.binom.sf(needed - 1, errors, hit))
        if (power[0] if fixed else stats.binom.pmf(errors, traps, frequency) @ power) >= 0.9:
            return traps
    return -1


MISTAKES: list[Mistake] = [
    ("fewest-permutations", lambda level: math.ceil(1 / level), "fewest_permutations.wrong.itself"),
    ("fewest-permutations", lambda level: 1 - level, "fewest_permutations.wrong.share"),
    ("fewest-permutations", lambda level: int(1 / level) - 1, "fewest_permutations.wrong.round"),
    ("fewest-permutations", lambda level: round(1 / level) - 1, "fewest_permutations.wrong.round"),
    ("fewest-permutations", lambda level: 1 / level - 1, "fewest_permutations.wrong.round"),
    ("fewest-permutations", lambda level: 50, "fewest_permutations.wrong.value"),
    ("trap-key-p", lambda h, e, k: tail(h + 1, e, 1 / (k - 1)), "trap_key_p.wrong.more"),
    ("trap-key-p", lambda h, e, k: tail(h, e, 1 / k), "trap_key_p.wrong.classes"),
    (
        "trap-key-p",
        lambda h, e, k: tail(h, e, 1 / (k - 1)) - tail(h + 1, e, 1 / (k - 1)),
        "trap_key_p.wrong.exactly",
    ),
    ("trap-key-p", lambda h, e, k: 1 - tail(h, e, 1 / (k - 1)), "trap_key_p.wrong.lower"),
    ("trap-key-p", lambda h, e, k: 1 - tail(h + 1, e, 1 / (k - 1)), "trap_key_p.wrong.lower"),
    ("trap-key-p", lambda h, e, k: 1 - (1 - tail(h, e, 1 / (k - 1))), "trap_key_p.wrong.difference"),
    (
        "trap-key-p",
        lambda h, e, k: (tail(h, e, 1 / (k - 1)) + tail(h + 1, e, 1 / (k - 1))) / 2,
        "trap_key_p.wrong.exact",
    ),
    (
        "trap-key-p",
        lambda h, e, k: stats.norm.sf(h, e / (k - 1), math.sqrt(e * (k - 2)) / (k - 1)),
        "trap_key_p.wrong.exact",
    ),
    ("trap-key-p", lambda h, e, k: h / e, "trap_key_p.wrong.value"),
    ("order-test-p", lambda x, s: (1 + np.sum(s > x)) / (len(s) + 1), "order_test_p.wrong.strictly"),
    ("order-test-p", lambda x, s: np.mean(s >= x), "order_test_p.wrong.itself"),
    ("order-test-p", lambda x, s: np.mean(s > x), "order_test_p.wrong.itself"),
    ("order-test-p", lambda x, s: (1 + np.sum(s <= x)) / (len(s) + 1), "order_test_p.wrong.direction"),
    ("order-test-p", lambda x, s: (1 + np.sum(s >= x)) / len(s), "order_test_p.wrong.itself"),
    ("order-test-p", lambda x, s: np.sum(s >= x) / (len(s) + 1), "order_test_p.wrong.itself"),
    ("order-test-p", lambda x, s: 1 - (1 + np.sum(s >= x)) / (len(s) + 1), "order_test_p.wrong.direction"),
    ("order-test-p", lambda x, s: 0.01, "order_test_p.wrong.value"),
    ("keeps-n-gram", lambda t, n, e: 1 - solved("keeps-n-gram")(t, n, e), "keeps_n_gram.wrong.complement"),
    ("keeps-n-gram", lambda t, n, e: (1 - e) ** n, "keeps_n_gram.wrong.share"),
    ("keeps-n-gram", lambda t, n, e: 1 - (1 - (1 - e) ** n) ** (t - n + 1), "keeps_n_gram.wrong.independent"),
    ("keeps-n-gram", lambda t, n, e: (t - n + 1) * (1 - e) ** n, "keeps_n_gram.wrong.expected"),
    ("keeps-n-gram", lambda t, n, e: solved("keeps-n-gram")(t, n, 1 - e), "keeps_n_gram.wrong.swapped"),
    ("keeps-n-gram", lambda t, n, e: kept(t, n, e, n + 1), "keeps_n_gram.wrong.range"),
    ("keeps-n-gram", lambda t, n, e: kept(t, n, e, n - 1), "keeps_n_gram.wrong.range"),
    ("keeps-n-gram", lambda t, n, e: solved("keeps-n-gram")(t, n, e) + 0.01, "keeps_n_gram.wrong.close"),
    ("keeps-n-gram", lambda t, n, e: 0.6, "keeps_n_gram.wrong.value"),
    (
        "standardised-log-probability",
        lambda law, token: z(law, token, np.full(len(law), 1 / len(law))),
        "standardised_log_probability.wrong.unweighted",
    ),
    (
        "standardised-log-probability",
        lambda law, token: (np.log(law[token]) - law @ np.log(law)) / np.log(law).std(),
        "standardised_log_probability.wrong.spread",
    ),
    (
        "standardised-log-probability",
        lambda law, token: z(law, token, law, power=1),
        "standardised_log_probability.wrong.variance",
    ),
    (
        "standardised-log-probability",
        lambda law, token: z(law, token, law, power=0),
        "standardised_log_probability.wrong.difference",
    ),
    (
        "standardised-log-probability",
        lambda law, token: z(law, token, law, transform=lambda values: values),
        "standardised_log_probability.wrong.probability",
    ),
    (
        "standardised-log-probability",
        lambda law, token: -z(law, token, law),
        "standardised_log_probability.wrong.sign",
    ),
    ("standardised-log-probability", lambda law, token: 7.0, "standardised_log_probability.wrong.value"),
    ("true-ability", lambda r, h, t, k: r / t, "true_ability.wrong.right"),
    ("true-ability", lambda r, h, t, k: r / (t - h), "true_ability.wrong.errors"),
    (
        "true-ability",
        lambda r, h, t, k: solved("true-ability")(r, h, t, k + 1),
        "true_ability.wrong.classes",
    ),
    (
        "true-ability",
        lambda r, h, t, k: ((k - 1) * h / t + r / t - 1) / (k - 2),
        "true_ability.wrong.recited",
    ),
    (
        "true-ability",
        lambda r, h, t, k: r / (1 - ((k - 1) * h + r - 1) / (k - 2)),
        "true_ability.wrong.counts",
    ),
    ("true-ability", lambda r, h, t, k: (r + h) / t, "true_ability.wrong.both"),
    ("true-ability", lambda r, h, t, k: 0.1, "true_ability.wrong.value"),
    ("fewest-traps", lambda m, a, k, level: fewest(m, a, k, level, reciting_only=True), "fewest_traps.wrong.luck"),
    ("fewest-traps", lambda m, a, k, level: fewest(m, a, k, level, own_errors=True), "fewest_traps.wrong.errs"),
    ("fewest-traps", lambda m, a, k, level: fewest(m, a, k + 1, level), "fewest_traps.wrong.classes"),
    ("fewest-traps", lambda m, a, k, level: fewest(m, a, k, level, fixed=True), "fewest_traps.wrong.half"),
    ("fewest-traps", lambda m, a, k, level: solved("fewest-traps")(m, a, k, level) - 1, "fewest_traps.wrong.value"),
]


@pytest.mark.parametrize(("name", "mistake", "message"), MISTAKES, ids=[m[2] for m in MISTAKES])
def test_common_mistakes_are_named(name: str, mistake: Callable[..., Any], message: str) -> None:
    assert_mistake_is_named(CHAPTER, name, mistake, message)


def test_solutions_agree_with_the_library() -> None:
    from secondhand.lineage import corrected_score, detection_probability, trap_key_power

    assert solved("keeps-n-gram")(60, 8, 0.3) == pytest.approx(detection_probability(60, n=8, edit_rate=0.3))
    estimate = corrected_score(right=59, hits=55, traps=120, classes=10)
    assert solved("true-ability")(59, 55, 120, 10) == pytest.approx(estimate.score)
    needed = solved("fewest-traps")(0.2, 0.8, 6, 0.02)
    below, enough = (
        trap_key_power(0.2, ability=0.8, traps=traps, classes=6, level=0.02) for traps in (needed - 1, needed)
    )
    assert below < 0.9 <= enough
    # The wrong answers above differ from the right one only by what is wrong with them.
    assert fewest(0.2, 0.8, 6, 0.02) == needed
