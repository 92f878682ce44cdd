"""Simulated feedback loops against theory, within four standard errors."""

import math

import numpy as np
import pytest
from jaxtyping import Float

from secondhand.generations import feedback_loop, generation_loop, temperature_chain, theory
from secondhand.learners import BaseRateLearner, LogisticLearner, PassageLearner
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
