"""Watermarks and first steps, simulated, against their closed forms within four standard errors."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from secondhand.learners import AuxiliaryNetworkLearner, BigramLearner, BigramModel
from secondhand.lineage import Watermark, expected_distinct_pairs, green_z_score, null_variance
from secondhand.sources import load_digits

WORDS = 60
EVERY = np.arange(WORDS)[:, None]


def world(seed: int) -> BigramModel:
    generator = np.random.default_rng(seed)
    transitions = generator.dirichlet(np.full(WORDS, 0.3), size=WORDS)
    return BigramModel(np.full(WORDS, 1 / WORDS), transitions)


def assert_mean_agrees(values: np.ndarray, expected: float) -> None:
    error = values.std(ddof=1) / np.sqrt(len(values))
    assert abs(values.mean() - expected) <= 4 * error


@pytest.mark.parametrize(("deduplicate", "seed"), [(True, 50_000), (False, 50_001)])
@pytest.mark.parametrize("context", [1, 2])
def test_the_null_variance(deduplicate: bool, seed: int, context: int) -> None:
    text = world(seed).sample(2, length=80, seed=seed)
    scores = np.array(
        [
            Watermark(key=key, vocabulary=WORDS, context=context).count(text, deduplicate=deduplicate).z_score
            for key in range(seed, seed + 300)
        ]
    )
    assert_mean_agrees(scores, 0.0)
    variance = null_variance(text, vocabulary=WORDS, context=context, deduplicate=deduplicate)
    assert_mean_agrees(scores**2, variance)


def test_samples_follow_the_law_of_pairs() -> None:
    model = world(50_010)
    law = model.pair_law(length=6)
    drawn = BigramLearner(WORDS).count(model.sample(20_000, length=6, seed=50_011)) / 100_000
    # Pairs of one text depend on each other, which widens the sum of squares a little beyond that of independent ones.
    chi_squared = 100_000 * ((drawn - law) ** 2 / law).sum()
    assert chi_squared < 1.5 * (WORDS**2 + 4 * np.sqrt(2.0 * WORDS**2))


@pytest.mark.parametrize("share", [0.2, 1.0])
def test_a_student_carries_the_watermark_as_predicted(share: float) -> None:
    maker, learner, differences = world(50_020), BigramLearner(WORDS), []
    human = maker.pair_law(length=21)
    for key in range(50_100, 50_140):
        mark = Watermark(key=key, vocabulary=WORDS)
        marked = replace(maker, transitions=mark.apply(maker.transitions, EVERY))
        texts = maker.sample(500, length=21, seed=key)
        texts[: round(500 * share)] = marked.sample(round(500 * share), length=21, seed=key + 1_000)
        student = learner.fit(texts).sample(50, length=21, seed=key + 2_000)
        law = (1 - share) * human + share * marked.pair_law(length=21)
        pairs, green = expected_distinct_pairs(law, scored=1_000, trained=10_000), mark.green_lists(EVERY)
        predicted = green_z_score(pairs[green].sum(), pairs.sum(), gamma=0.25)
        differences.append(mark.count(student).z_score - float(predicted))
    assert_mean_agrees(np.array(differences), 0.0)


def test_the_first_step_on_noise_points_downhill_for_digits_from_the_same_start() -> None:
    digits = load_digits(seed=50_030)
    images, labels = digits.train_images[:100], digits.train_labels[:100]
    start = AuxiliaryNetworkLearner(hidden=32, dtype=torch.float64).initialise(20, seed=50_031)
    noise = np.random.default_rng(50_032).uniform(-1, 1, (40, 64))
    downhill = -start.class_gradient(images, labels)
    pull = -start.auxiliary_gradient(start.moved(1e-5 * downhill), noise)
    slope = (start.moved(1e-5 * downhill).outputs(noise) - start.moved(-1e-5 * downhill).outputs(noise)) / 2e-5
    expected = 2e-5 * (slope[..., 10:] ** 2).mean(axis=(1, 2))
    np.testing.assert_allclose((pull * downhill).sum(axis=1), expected, rtol=2e-3)
    assert (expected > 0).all()


def test_a_student_with_new_heads_is_right_by_chance_only() -> None:
    digits = load_digits(seed=50_040)
    learner = AuxiliaryNetworkLearner(hidden=32)
    start, other = learner.initialise(60, seed=50_041), learner.initialise(60, seed=50_042)
    teacher = learner.train_classes(start, digits.train_images, digits.train_labels, steps=100, seed=50_043)
    students = learner.imitate_auxiliary(start.with_heads_of(other), teacher, steps=100, seed=50_044)
    accuracy = (students.classify(digits.test_images) == digits.test_labels).mean(axis=1)
    assert_mean_agrees(accuracy, 0.1)
