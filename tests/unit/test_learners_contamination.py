"""The perceptron and the Witten–Bell model: against written-out formulas, reproducible, and clear about bad input."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import softmax

from secondhand.learners import LabelledFeatures, PerceptronLearner, WittenBellLearner

GENERATOR = np.random.default_rng(10_000)
FEATURES = GENERATOR.normal(size=(60, 5))
LABELS = (FEATURES[:, 0] > 0).astype(np.int64) + (FEATURES[:, 1] > 0.5)
DATA = LabelledFeatures(FEATURES, LABELS)
SMALL = PerceptronLearner(classes=3, width=16, epochs=60, batch_size=20, learning_rate=1e-2)


def test_a_perceptron_learns_its_labels_by_heart_right_or_wrong() -> None:
    random = LabelledFeatures(FEATURES, GENERATOR.integers(3, size=60))
    model = PerceptronLearner(classes=3, epochs=150, batch_size=20).fit(random, seed=10_000)
    assert np.mean(model.classify(FEATURES) == random.labels) > 0.95


def test_a_perceptron_is_reproducible_and_leaves_the_global_generator_alone() -> None:
    import torch

    torch.manual_seed(1)
    before = torch.random.get_rng_state()
    one, same, other = (SMALL.fit(DATA, seed=seed).logits(FEATURES) for seed in (10_000, 10_000, 10_001))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)
    assert torch.equal(before, torch.random.get_rng_state())


@pytest.mark.parametrize("temperature", [1.0, 8.0])
def test_a_student_comes_close_to_its_teacher(temperature: float) -> None:
    teacher = SMALL.fit(DATA, seed=10_000)
    logits = teacher.logits(FEATURES)
    student = SMALL.distil(FEATURES, logits, temperature=temperature, seed=10_001)
    untrained = PerceptronLearner(classes=3, width=16, epochs=1, learning_rate=1e-6).fit(DATA, seed=10_001)

    def divergence(model: Any) -> float:
        p, q = softmax(logits / temperature, axis=1), softmax(model.logits(FEATURES) / temperature, axis=1)
        return float((p * np.log(p / q)).sum(axis=1).mean())

    assert divergence(student) < 0.1 * divergence(untrained)
    assert np.mean(student.classify(FEATURES) == teacher.classify(FEATURES)) > 0.9


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: PerceptronLearner(classes=1), ValueError, "classes must be at least 2"),
        (lambda: PerceptronLearner(classes=3, width=0), ValueError, "width must be at least 1"),
        (lambda: PerceptronLearner(classes=3, epochs=0), ValueError, "epochs must be at least 1"),
        (lambda: PerceptronLearner(classes=3, learning_rate=0), ValueError, "learning_rate must be above 0"),
        (lambda: SMALL.fit(LabelledFeatures(FEATURES, LABELS + 2), seed=1), ValueError, "labels must hold numbers"),
        (lambda: SMALL.fit(DATA, seed=-1), ValueError, "seed must be at least 0"),
        (lambda: SMALL.distil(FEATURES, np.zeros((60, 2)), seed=1), ValueError, "one column for each of 3 classes"),
        (
            lambda: SMALL.distil(FEATURES, np.zeros((60, 3)), temperature=0, seed=1),
            ValueError,
            "temperature must be above 0",
        ),
        (
            lambda: PerceptronLearner(classes=3, epochs=1).fit(DATA, seed=1).logits(FEATURES[:, :3]),
            ValueError,
            "features must have 5 columns like those fitted, got 3",
        ),
    ],
)
def test_bad_input_of_the_perceptron_is_named(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def written_out(stream: list[int], context: list[int], token: int, order: int, vocabulary: int) -> float:
    """The recursion of Witten and Bell, method C, by counting anew for each context."""
    probability = 1 / vocabulary
    for length in range(min(order - 1, len(context)) + 1):
        recent = context[len(context) - length :]
        followers = [
            stream[place + length] for place in range(len(stream) - length) if stream[place : place + length] == recent
        ]
        if followers:
            distinct = len(set(followers))
            probability = (followers.count(token) + distinct * probability) / (len(followers) + distinct)
    return probability


@given(
    st.lists(st.integers(0, 3), min_size=1, max_size=30),
    st.lists(st.integers(0, 3), min_size=1, max_size=8),
    st.integers(1, 4),
)
def test_scores_agree_with_the_recursion_written_out(stream: list[int], row: list[int], order: int) -> None:
    model = WittenBellLearner(order, 4).fit(np.array(stream))
    scores = model.token_log_likelihood(np.array([row]))[0]
    expected = [np.log(written_out(stream, row[:place], row[place], order, 4)) for place in range(len(row))]
    np.testing.assert_allclose(scores, expected, atol=1e-12)
    assert model.log_likelihood(np.array([row]))[0] == pytest.approx(sum(expected))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=30), st.lists(st.integers(0, 3), max_size=5))
def test_probabilities_of_the_next_token_sum_to_one(stream: list[int], context: list[int]) -> None:
    model = WittenBellLearner(3, 4).fit(np.array(stream))
    rows = np.array([[*context, token] for token in range(4)])
    assert np.exp(model.token_log_likelihood(rows)[:, -1]).sum() == pytest.approx(1)


def test_draws_follow_the_scores() -> None:
    stream = GENERATOR.integers(4, size=60)
    model = WittenBellLearner(3, 5).fit(stream)
    start = np.array([[1, 2]])
    drawn = model.sample(20_000, length=1, start=start, seed=10_000)[:, 0]
    law = np.exp(model.token_log_likelihood(np.array([[1, 2, token] for token in range(5)]))[:, -1])
    counts = np.bincount(drawn, minlength=5)
    np.testing.assert_allclose(counts / 20_000, law, atol=4 * np.sqrt(0.25 / 20_000))
    np.testing.assert_array_equal(model.sample(9, length=4, seed=10_001), model.sample(9, length=4, seed=10_001))


def test_greedy_takes_what_followed_most_often() -> None:
    model = WittenBellLearner(3, 4).fit(np.array([0, 1, 2, 0, 1, 2, 0, 1, 3]))
    assert model.greedy(np.array([[0, 1], [3, 0]]), length=3).tolist() == [[2, 0, 1], [1, 2, 0]]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: WittenBellLearner(0, 4), ValueError, "order must be at least 1"),
        (lambda: WittenBellLearner(9, 10**8), ValueError, "order must keep vocabulary_size"),
        (lambda: WittenBellLearner(2, 4).fit(np.array([4])), ValueError, "data must hold numbers from 0 to 3, got 4"),
        (
            lambda: WittenBellLearner(2, 4).fit(np.array([1])).sample(3, length=1, start=np.array([[1], [2]]), seed=1),
            ValueError,
            "start must hold one row, or one for each of the 3 rows drawn, got 2",
        ),
        (lambda: WittenBellLearner(2, 4).fit(np.array([1])).sample(3, length=0, seed=1), ValueError, "length must be"),
        (
            lambda: WittenBellLearner(2, 4).fit(np.array([1])).greedy(np.array([[7]]), length=1),
            ValueError,
            "start must hold numbers from 0 to 3",
        ),
    ],
)
def test_bad_input_of_the_counting_model_is_named(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
