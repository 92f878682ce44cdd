"""Simulated feedback loops against theory, within four standard errors."""

import math
from typing import Any

import numpy as np
import pytest
from jaxtyping import Float

from secondhand.generations import feedback_loop, generation_loop, loop_safety, temperature_chain, theory
from secondhand.learners import BaseRateLearner, ClassifierLearner, LogisticLearner, OffsetLearner, PassageLearner
from secondhand.measures import proportion_interval
from secondhand.sources import TwoGaussians

FLOW = {"initial": 1_000, "human": 100, "model": 400, "rounds": 8}
LINE = TwoGaussians(rate=0.2, distance=0.5)


def assert_means_agree(runs: Float[np.ndarray, " runs"], expected: float, *, slack: float = 0.0) -> None:
    error = runs.std(ddof=1) / math.sqrt(len(runs))
    assert abs(runs.mean() - expected) <= 4 * error + slack


@pytest.mark.parametrize("labels", ["argmax", "sample"])
def test_the_pool_follows_the_map(labels: str) -> None:
    loops = [feedback_loop(BaseRateLearner(0.5), LINE, **FLOW, labels=labels, seed=10_000 + n) for n in range(60)]
    course = theory.pool_rate_course(0.2, distance=0.5, labels=labels, **FLOW)
    # The map leaves out chance; curvature moves the mean by the order of 1/n₀.
    for loop_round in (1, 4, 8):
        assert_means_agree(np.array([x.pool_rate[loop_round] for x in loops]), course[loop_round], slack=1 / 1_000)


def test_argmax_labels_of_draws_have_the_share_of_the_closed_form() -> None:
    features, _ = LINE.sample(200_000, seed=11_000)
    threshold = math.log(0.8 / 0.2)
    share = float((features[:, 0] > threshold).mean())
    expected = float(theory.argmax_share(0.2, distance=0.5))
    assert abs(share - expected) <= 4 * math.sqrt(expected * (1 - expected) / 200_000)


def test_logistic_regression_is_calibrated_on_average_and_stays_so() -> None:
    plane = TwoGaussians(rate=0.3, distance=0.6, dimensions=3)
    loops = [feedback_loop(LogisticLearner(), plane, **FLOW, labels="sample", seed=12_000 + n) for n in range(16)]
    assert_means_agree(np.array([x.bias[-1] for x in loops]), 0.0)


def test_drift_of_sampled_markers_is_that_of_a_population() -> None:
    generator = np.random.default_rng(13_000)
    people = np.column_stack([np.repeat([0, 1], 150), generator.integers(2, 9, size=(300, 3))])
    for workflow, expected in (
        ("replace", (1 - 1 / 40) ** 6),
        ("accumulate", theory.heterozygosity_kept(initial=40, model=40, rounds=6)[-1]),
    ):
        rates = np.array(
            [
                generation_loop(
                    PassageLearner(9),
                    people,
                    attribute=lambda passages: passages[:, 0] == 1,
                    write=lambda model, size, seed: model.write(size, seed=seed),
                    initial=40,
                    human=0,
                    model=40,
                    rounds=6,
                    workflow=workflow,
                    seed=14_000 + n,
                ).pool_rate
                for n in range(120)
            ]
        )
        kept = rates * (1 - rates)
        assert_means_agree(kept[:, -1] / kept[:, 0], float(expected))


def test_temperature_chains_follow_their_course() -> None:
    knobs = {"temperature": 0.6, "synthetic_share": 0.8}
    chains = temperature_chain(**knobs, initial_rate=0.6, sample_size=50_000, rounds=10, chains=200, seed=15_000)
    course = theory.temperature_course(0.6, **knobs, rounds=10)
    for loop_round in (1, 5, 10):
        assert_means_agree(chains[:, loop_round], course[loop_round], slack=1 / 50_000)


def test_a_constant_fit_error_goes_along_the_bound() -> None:
    loops = [feedback_loop(OffsetLearner(-0.02), LINE, **FLOW, labels="sample", seed=16_000 + n) for n in range(200)]
    bias = np.array([x.bias for x in loops])
    bound = theory.amplification_bound(**FLOW)
    for loop_round in (1, 4, 8):
        assert_means_agree(bias[:, loop_round] / -0.02, float(bound[loop_round]))


EVEN = TwoGaussians(rate=0.5, distance=0.2)
LONG = {"initial": 1_000, "human": 50, "model": 200, "rounds": 15}
SMALL = {"initial": 200, "human": 2, "model": 200, "rounds": 15}
RARE = TwoGaussians(rate=0.05, distance=0.5)
Asked = tuple[ClassifierLearner, TwoGaussians, dict[str, int], str, float]
SIDES = {f"offset {d}": (OffsetLearner(d), LINE, LONG, "sample", 0.06) for d in (-0.02, -0.01, 0.0, 0.01, 0.02, 0.03)}
ASKED: dict[str, Asked] = {
    **SIDES,
    "balanced, argmax": (BaseRateLearner(0.2), EVEN, LONG, "argmax", 0.05),
    "balanced, sure": (BaseRateLearner(1.5), TwoGaussians(rate=0.5, distance=1.5), LONG, "argmax", 0.1),
    "rare, chance": (BaseRateLearner(0.5), RARE, SMALL, "sample", 0.08),
    "fitted, chance": (LogisticLearner(), LINE, SMALL, "sample", 0.12),
    "fitted, argmax": (LogisticLearner(), TwoGaussians(rate=0.3, distance=1.5), LONG, "argmax", 0.1),
}


def asked(name: str, seed: int, *, give_pool_rate: bool, times: float = 1) -> tuple[bool, bool]:
    """Whether a loop was called safe, and whether its bias went beyond the tolerance in any round."""
    learner, source, flow, rule, tolerance = ASKED[name]
    tolerance *= times
    run = feedback_loop(learner, source, **flow, labels=rule, test_items=20_000, seed=seed)
    features, people = source.sample(12_000, seed=seed + 1_000_000)
    pool_rate = float(run.pool_rate[0]) if give_pool_rate else None
    terms: dict[str, Any] = {**flow, "tolerance": tolerance, "labels": rule, "pool_rate": pool_rate}
    safety = loop_safety(run.first.probabilities(features), people, **terms)
    return safety.safe, bool(np.abs(run.bias).max() > tolerance)


def test_loops_called_safe_keep_their_promise() -> None:
    answers = {name: np.array([asked(name, 17_000 + n, give_pool_rate=True) for n in range(30)]) for name in ASKED}
    called, broken = np.concatenate(list(answers.values())).T
    assert called.sum() >= 60
    assert broken.sum() >= 30
    # At most one in twenty of those called safe; the upper end of its interval may lie a little higher.
    assert proportion_interval(int((called & broken).sum()), int(called.sum())).low <= 0.05
    for name, both in answers.items():
        assert both.all(axis=1).sum() <= 5, name
    assert answers["balanced, argmax"][:, 0].sum() == 0
    assert answers["balanced, argmax"][:, 1].mean() > 0.9


def test_without_the_rate_of_the_pool_the_promise_holds_too() -> None:
    # The reach is longer, so that the tolerances must be wider for anything to be called safe.
    answers = {
        name: np.array([asked(name, 18_000 + n, give_pool_rate=False, times=1.6) for n in range(20)])
        for name in ("balanced, argmax", "balanced, sure", "fitted, argmax", "offset 0.0", "offset 0.03")
    }
    called, broken = np.concatenate(list(answers.values())).T
    assert called.sum() >= 10
    assert broken.sum() >= 10
    assert (called & broken).sum() <= 1
