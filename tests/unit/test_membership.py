"""Membership scores against the formulas written out, and against scikit-learn."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from secondhand.learners import TransformerLearner, next_token_logits
from secondhand.lineage import mean_log_likelihood, membership_auc, min_k_plus_plus, min_k_prob

GENERATOR = np.random.default_rng(10_000)
LOGITS = GENERATOR.normal(size=(3, 10, 7))
TOKENS = GENERATOR.integers(7, size=(3, 10))


def test_scores_agree_with_the_formulas_token_by_token() -> None:
    law = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=2, keepdims=True)
    for row in range(3):
        logs, z = [], []
        for place in range(10):
            p = law[row, place]
            mean = sum(q * np.log(q) for q in p)
            spread = np.sqrt(sum(q * (np.log(q) - mean) ** 2 for q in p))
            logs.append(np.log(p[TOKENS[row, place]]))
            z.append((logs[-1] - mean) / spread)
        given = np.array(logs)[None]
        assert mean_log_likelihood(given)[0] == pytest.approx(np.mean(logs))
        assert min_k_prob(given)[0] == pytest.approx(np.mean(sorted(logs)[:2]))
        assert min_k_prob(given, k=0.05)[0] == pytest.approx(min(logs))
        assert min_k_prob(given, k=1.0)[0] == pytest.approx(np.mean(logs))
        assert min_k_plus_plus(LOGITS, TOKENS)[row] == pytest.approx(np.mean(sorted(z)[:2]))
        assert min_k_plus_plus(LOGITS, TOKENS, k=0.3)[row] == pytest.approx(np.mean(sorted(z)[:3]))


def test_logits_may_be_shifted_and_a_uniform_law_gives_zero() -> None:
    shifted = LOGITS + GENERATOR.normal(size=(3, 10, 1))
    np.testing.assert_allclose(min_k_plus_plus(shifted, TOKENS), min_k_plus_plus(LOGITS, TOKENS))
    np.testing.assert_array_equal(min_k_plus_plus(np.zeros((3, 10, 7)), TOKENS), 0)


def test_a_surprise_under_a_peaked_law_is_never_as_expected() -> None:
    tokens = np.array([[0], [1]])
    scores = []
    for gap in (10.0, 30.0, 50.0, 60.0, 300.0, 700.0, 2_000.0):
        logits = np.zeros((2, 1, 50))
        logits[:, 0, 0] = gap
        likely, unlikely = min_k_plus_plus(logits, tokens)
        assert np.isfinite(unlikely)
        assert unlikely < 0 <= likely
        scores.append(unlikely)
    assert scores == sorted(scores, reverse=True)
    law = np.exp([10.0] + [0.0] * 49) / (np.exp(10.0) + 49)
    mean = law @ np.log(law)
    expected = (np.log(law[1]) - mean) / np.sqrt(law @ (np.log(law) - mean) ** 2)
    assert scores[0] == pytest.approx(expected)


def test_scores_are_called_by_the_names_of_their_arguments() -> None:
    np.testing.assert_array_equal(min_k_prob(logprobs=-np.ones((2, 5)), k=0.4), -1)
    assert min_k_plus_plus(logits=LOGITS, tokens=TOKENS, k=0.2).shape == (3,)


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=20), st.lists(st.integers(-5, 5), min_size=1, max_size=20))
def test_the_area_is_that_of_scikit_learn(members: list[int], others: list[int]) -> None:
    truth = [1] * len(members) + [0] * len(others)
    area = membership_auc(np.array(members, dtype=float), np.array(others, dtype=float))
    assert area == pytest.approx(roc_auc_score(truth, members + others))


def test_logits_of_a_transformer_give_its_own_log_likelihood() -> None:
    data = GENERATOR.integers(9, size=(20, 6))
    model = TransformerLearner(vocabulary_size=9, width=8, heads=2, steps=5).fit(data, seed=10_000)
    logits = next_token_logits(model, data)
    logs = logits - np.log(np.exp(logits).sum(axis=2, keepdims=True))
    chosen = np.take_along_axis(logs, data[..., None], axis=2).squeeze(2)
    np.testing.assert_allclose(chosen, model.token_log_likelihood(data), atol=1e-5)
    with pytest.raises(ValueError, match="data must hold passages of 6 tokens like the model, got 5"):
        next_token_logits(model, data[:, :5])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: mean_log_likelihood(np.ones((2, 3))), ValueError, "logprobs must be at most 0, got 1"),
        (lambda: mean_log_likelihood(-np.ones(3)), ValueError, "logprobs must have 2 dimensions"),
        (lambda: min_k_prob(np.full((1, 2), -np.inf)), ValueError, "logprobs must hold finite numbers"),
        (lambda: min_k_prob("no"), (TypeError, ValueError), "logprobs must"),
        (lambda: min_k_prob(-np.ones((1, 2)), k=0), ValueError, "k must be above 0"),
        (lambda: min_k_prob(-np.ones((1, 2)), k=1.5), ValueError, "k must be at most 1"),
        (lambda: min_k_plus_plus(LOGITS[0], TOKENS), ValueError, "logits must have 3 dimensions"),
        (lambda: min_k_plus_plus(LOGITS, TOKENS[:2]), ValueError, r"tokens must have the shape \(3, 10\)"),
        (lambda: min_k_plus_plus(LOGITS, TOKENS + 7), ValueError, "tokens must hold numbers from 0 to 6"),
        (lambda: min_k_plus_plus(LOGITS, TOKENS * 1.0), TypeError, "tokens must hold integers"),
        (lambda: membership_auc(np.zeros(0), np.zeros(2)), ValueError, "members must have 1 dimension"),
        (lambda: membership_auc(np.zeros(2), np.full(2, np.nan)), ValueError, "others must hold finite numbers"),
    ],
)
def test_bad_input_is_named(call: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        call()
