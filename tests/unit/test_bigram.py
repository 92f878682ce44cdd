"""The bigram table: counts, fit, score and the law of pairs against plain loops; bad input."""

import itertools
from collections import Counter
from typing import Any

import numpy as np
import pytest

from secondhand.learners import BigramLearner, BigramModel, Learner, Model, NGramLearner

TEXTS = np.random.default_rng(10_010).integers(0, 5, (4, 30))
LEARNER = BigramLearner(categories=6)


def test_it_is_a_learner_and_its_fit_a_model() -> None:
    assert isinstance(LEARNER, Learner)
    assert isinstance(LEARNER.fit(TEXTS), Model)


def test_counts_are_those_of_a_loop_and_do_not_reach_from_text_to_text() -> None:
    pairs = Counter((int(a), int(b)) for text in TEXTS for a, b in itertools.pairwise(text))
    counts = LEARNER.count(TEXTS)
    assert {(a, b): counts[a, b] for a, b in zip(*np.nonzero(counts), strict=True)} == pairs


def test_the_fit_is_relative_frequencies_and_what_was_never_followed_may_be_followed_by_anything() -> None:
    counts, model = LEARNER.count(TEXTS), LEARNER.fit(TEXTS)
    assert model.categories == 6
    np.testing.assert_allclose(model.start, counts.sum(axis=1) / counts.sum(), atol=1e-12)
    np.testing.assert_allclose(model.transitions[:5], counts[:5] / counts[:5].sum(axis=1, keepdims=True), atol=1e-12)
    np.testing.assert_allclose(model.transitions[5], model.start, atol=1e-12)


def test_the_score_is_that_of_the_n_gram_model_without_smoothing() -> None:
    model = LEARNER.fit(TEXTS)
    scores = model.log_likelihood(TEXTS)
    for text, score in zip(TEXTS, scores, strict=True):
        by_hand = np.log(model.start[text[0]]) + sum(
            np.log(model.transitions[a, b]) for a, b in itertools.pairwise(text)
        )
        assert score == pytest.approx(by_hand, abs=1e-10)
    ring = NGramLearner(order=2, vocabulary_size=6, smoothing=1e-12).fit([str(word) for word in TEXTS[0]])
    one = LEARNER.fit(np.append(TEXTS[0], TEXTS[0, 0])[None])
    np.testing.assert_allclose(
        ring.log_likelihood([str(word) for word in TEXTS[0]])[1:],
        np.log(one.transitions[TEXTS[0, :-1], TEXTS[0, 1:]]),
        atol=1e-6,
    )


def test_an_impossible_pair_has_no_probability() -> None:
    model = LEARNER.fit(np.array([[0, 1, 0, 1]]))
    assert model.log_likelihood(np.array([[0, 0]]))[0] == -np.inf


def test_samples_are_seeded_and_hold_only_possible_pairs() -> None:
    model = LEARNER.fit(TEXTS)
    drawn = model.sample(200, length=12, seed=10_011)
    assert drawn.shape == (200, 12)
    np.testing.assert_array_equal(drawn, model.sample(200, length=12, seed=10_011))
    assert (drawn != model.sample(200, length=12, seed=10_012)).any()
    assert np.isfinite(model.log_likelihood(drawn)).all()


def test_the_law_of_pairs_averages_the_places_of_a_text() -> None:
    model = LEARNER.fit(TEXTS)
    law, pairs = model.start, []
    for _ in range(4):
        pairs.append(law[:, None] * model.transitions)
        law = pairs[-1].sum(axis=0)
    np.testing.assert_allclose(model.pair_law(length=5), np.mean(pairs, axis=0), atol=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: BigramLearner(categories=1), ValueError, "categories must be at least 2"),
        (lambda: LEARNER.fit(TEXTS + 2), ValueError, "data must hold numbers from 0 to 5, got 6"),
        (lambda: LEARNER.fit(TEXTS[:, :1]), ValueError, "data must hold texts of at least 2"),
        (lambda: LEARNER.fit(TEXTS, seed=-1), ValueError, "seed must be at least 0"),
        (lambda: BigramModel(np.array([0.5, 0.4]), np.eye(2)), ValueError, "start must sum to 1"),
        (lambda: BigramModel(np.array([0.5, 0.5]), np.eye(2) / 2), ValueError, "transitions must hold probabilities"),
        (lambda: LEARNER.fit(TEXTS).sample(0, length=3, seed=0), ValueError, "size must be at least 1"),
        (lambda: LEARNER.fit(TEXTS).sample(1, length=0, seed=0), ValueError, "length must be at least 1"),
        (lambda: LEARNER.fit(TEXTS).pair_law(length=1), ValueError, "length must be at least 2"),
        (lambda: LEARNER.fit(TEXTS).log_likelihood(TEXTS + 9), ValueError, "data must hold numbers from 0 to 5"),
    ],
)
def test_bad_input_is_named(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
