"""Verifiers, choices and samples, simulated, against their closed forms within four standard errors."""

import numpy as np
import pytest

from secondhand.distillation import ImperfectVerifier, best_of_n_accuracy, chance_agreement, choose_accepted, fidelity
from secondhand.learners import LabelNoise, column_adders
from secondhand.sources import draw_additions, is_sum


def assert_share_agrees(hits: np.ndarray, expected: float) -> None:
    error = np.sqrt(expected * (1 - expected) / hits.size)
    assert abs(hits.mean() - expected) <= 4 * error


@pytest.mark.parametrize(("hit", "slip"), [(0.9, 0.3), (0.2, 0.7)])
def test_a_verifier_keeps_at_its_rates(hit: float, slip: float) -> None:
    (sums,) = draw_additions((8_000,), chains=1, seed=60_000)
    right = np.arange(8_000)[None] % 3 == 0
    kept = ImperfectVerifier(is_sum, hit, slip)(sums.problems, sums.answers + ~right, seed=60_001)
    assert_share_agrees(kept[right], hit)
    assert_share_agrees(kept[~right], slip)
    # Bayes' rule with the share of right answers that there is.
    accuracy = right.mean()
    purity = accuracy * hit / (accuracy * hit + (1 - accuracy) * slip)
    assert_share_agrees(right[kept], purity)


@pytest.mark.parametrize("n", [3, 20])
def test_the_best_of_n(n: int) -> None:
    generator = np.random.default_rng(60_010)
    right = generator.random((20_000, n)) < 0.2
    accepted = generator.random(right.shape) < np.where(right, 0.8, 0.3)
    chosen = right[np.arange(len(right)), choose_accepted(accepted, seed=60_011)]
    assert_share_agrees(chosen, float(best_of_n_accuracy(0.2, n, true_positive=0.8, false_positive=0.3)))


def test_independent_errors_agree_by_chance() -> None:
    truth = np.random.default_rng(60_020).integers(0, 6, 40_000)
    student = LabelNoise(0.3, classes=6, kind="cyclic").corrupt(truth, seed=60_021)
    teacher = LabelNoise(0.45, classes=6, kind="uniform").corrupt(truth, seed=60_022)
    assert_share_agrees(student == teacher, float(chance_agreement(0.7, 0.55, classes=6)))
    parts = fidelity(student, teacher, truth)
    assert abs(parts.student - 0.7) < 4 * np.sqrt(0.21 / 40_000)


def test_adders_sample_with_the_probabilities_that_they_state() -> None:
    adders = column_adders(1, digits=1, seed=60_030)
    problems = np.tile([4, 9], (1, 40_000, 1))
    drawn = adders.sample(problems, seed=60_031)[0]
    for answer in (0, 13, 57):
        chance = float(np.exp(adders.log_likelihood(problems[:, :1], np.array([[answer]])))[0, 0])
        assert_share_agrees(drawn == answer, chance)
