"""Random pipelines, laundered scores and Holm's method against theory, within four standard errors."""

import numpy as np
from scipy import stats

from secondhand.lineage import (
    STATUSES,
    expected_seen,
    expected_statuses,
    holm_adjusted,
    launder,
    random_pipeline,
)

SETTING = {"generations": 7, "leak": 0.1, "synthetic": 0.7}


def assert_agrees(samples: np.ndarray, expected: np.ndarray) -> None:
    """Compare means over rows with their theory; a column without any variance must be exact."""
    mean, error = samples.mean(axis=0), samples.std(axis=0, ddof=1) / np.sqrt(len(samples))
    assert (np.abs(mean - expected) <= 4 * error + 1e-12).all(), (mean, expected, error)


def test_the_share_with_the_benchmark_in_its_lineage() -> None:
    worlds = [random_pipeline(**SETTING, models=12, seed=seed) for seed in range(10_000, 10_200)]  # type: ignore[arg-type]
    assert_agrees(np.array([world.seen.mean(axis=1) for world in worlds]), expected_seen(**SETTING))  # type: ignore[arg-type]


def test_the_share_of_each_status_with_silent_makers() -> None:
    setting = {**SETTING, "published": 0.8}
    worlds = [random_pipeline(**setting, models=12, seed=seed) for seed in range(10_200, 10_350)]  # type: ignore[arg-type]
    said = np.array([world.statuses() for world in worlds])
    shares = np.stack([(said == status).mean(axis=2) for status in STATUSES], axis=-1)
    assert_agrees(shares, expected_statuses(**setting))  # type: ignore[arg-type]


def test_who_has_not_seen_the_quiz_is_right_by_chance() -> None:
    runs = [launder(0.0, items=100, seed=seed) for seed in range(10_000, 10_012)]
    right = sum(int(run["student"]) for run in runs)
    # Keys are drawn at random: a binomial law exactly.
    assert 1e-4 < stats.binom.cdf(right, 1_200, 0.1) < 1 - 1e-4


def test_false_alarms_of_any_kind_stay_below_the_level() -> None:
    generator, level, runs = np.random.default_rng(10_000), 0.05, 4_000
    independent = generator.random((runs, 10))
    # One draw for all ten tests, and a mixture with two edges that exist.
    together = np.repeat(generator.random((runs, 1)), 10, axis=1)
    real = independent.copy()
    real[:, :2] = generator.beta(0.1, 20, (runs, 2))
    for p_values, nulls in ((independent, slice(0, 10)), (together, slice(0, 10)), (real, slice(2, 10))):
        alarms = np.mean([(holm_adjusted(row)[nulls] <= level).any() for row in p_values])
        assert alarms <= level + 4 * np.sqrt(level * (1 - level) / runs)
    exact = 1 - (1 - level / 10) ** 10
    alarms = np.mean([(holm_adjusted(row) <= level).any() for row in independent])
    assert abs(alarms - exact) <= 4 * np.sqrt(exact * (1 - exact) / runs)
