"""Drafts and chains, simulated, against their exact laws within four standard errors."""

import numpy as np
import pytest
from scipy import stats

from secondhand.distillation import (
    acceptance_rate,
    expected_tokens_per_call,
    share_off_path,
    simulate_off_path,
    speculative_sample,
    time_off_path,
)


@pytest.mark.parametrize(("slip", "recovery", "seed"), [(0.01, 0.0, 50_000), (0.05, 0.3, 50_001), (0.02, 0.98, 50_002)])
def test_time_off_the_path(slip: float, recovery: float, seed: int) -> None:
    off = simulate_off_path(slip, recovery, steps=60, chains=4_000, seed=seed)
    times = off.sum(axis=1)
    assert abs(times.mean() - time_off_path(slip, recovery, steps=60)) <= 4 * times.std() / np.sqrt(4_000)
    share = share_off_path(slip, recovery, steps=60)[-1]
    assert abs(off[:, -1].mean() - share) <= 4 * np.sqrt(share * (1 - share) / 4_000)


def test_drafted_texts_follow_the_target() -> None:
    target, draft = np.random.default_rng(50_010).dirichlet(np.ones(3), size=(2, 3))
    counts = np.zeros((3, 3))
    for seed in range(50_100, 52_600):
        first, second = speculative_sample(target, draft, length=2, draft_tokens=2, seed=seed).tokens
        counts[first, second] += 1
    expected = 2_500 * target[0][:, None] * target
    assert stats.chisquare(counts.ravel(), expected.ravel()).pvalue > 1e-4


def test_tokens_for_a_call_follow_the_formula() -> None:
    differences = []
    for seed in range(53_000, 53_040):
        p, q = np.random.default_rng(seed).dirichlet(np.ones(5), size=2)
        written = speculative_sample(np.tile(p, (5, 1)), np.tile(q, (5, 1)), length=160, draft_tokens=3, seed=seed)
        expected = expected_tokens_per_call(acceptance_rate(p, q), 3)
        differences.append(written.accepted[:40].mean() + 1 - expected)
    assert abs(np.mean(differences)) <= 4 * np.std(differences, ddof=1) / np.sqrt(len(differences))
