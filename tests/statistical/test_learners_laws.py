"""Samples follow the law that they are drawn from, and refitted learners follow the theory.

A tolerance is four standard errors.
"""

import itertools

import numpy as np
import torch

from secondhand.generations import refit_chain
from secondhand.learners import (
    CategoricalModel,
    ClassConditionalGaussianLearner,
    ClassConditionalGaussianModel,
    GaussianLearner,
    GaussianModel,
    NGramLearner,
    TransformerLearner,
)


def assert_frequencies(counts: np.ndarray, probabilities: np.ndarray) -> None:
    """Each count lies within four binomial standard errors (and one count, for the rare ones) of its expectation."""
    total = counts.sum()
    error = np.sqrt(total * probabilities * (1 - probabilities))
    assert (np.abs(counts - total * probabilities) <= 4 * error + 1).all()


def test_gaussian_samples() -> None:
    n = 20_000
    sample = GaussianModel(mean=3.0, variance=4.0).sample(n, seed=10_100)
    assert abs(sample.mean() - 3.0) < 4 * np.sqrt(4.0 / n)
    assert abs(sample.var() - 4.0) < 4 * np.sqrt(2 * 4.0**2 / n)


def test_categorical_samples() -> None:
    probabilities = np.array([0.7, 0.0, 0.2, 0.1])
    sample = CategoricalModel(probabilities).sample(20_000, seed=10_101)
    assert_frequencies(np.bincount(sample, minlength=4), probabilities)


def test_trigram_samples_continue_a_context_as_often_as_the_text_does() -> None:
    text = "abcabdabcbba" * 3 + "abe"
    ring = text + text[:2]
    drawn = "".join(NGramLearner(order=3, vocabulary_size=6).fit(text).sample(60_000, seed=10_102))
    for context in ("ab", "bc"):
        in_text = np.array([ring.count(context + w) for w in "abcde"])
        in_sample = np.array([sum(drawn.startswith(context + w, i) for i in range(len(drawn))) for w in "abcde"])
        assert_frequencies(in_sample, in_text / in_text.sum())


def test_class_conditional_samples_recover_mean_and_covariance() -> None:
    covariance = np.array([[2.0, 0.9, 0.1], [0.9, 0.5, -0.1], [0.1, -0.1, 1.0]])
    means = np.array([[1.0, -1.0, 0.0], [0.0, 4.0, 2.0]])
    model = ClassConditionalGaussianModel(means, np.stack([covariance] * 2), ridge=1e-6)
    fitted = ClassConditionalGaussianLearner(2).fit(model.sample(40_000, seed=10_103))
    n = 20_000
    mean_error = np.sqrt(np.diag(covariance) / n)
    # Var S_ij = (Σ_ii Σ_jj + Σ_ij²) / n for a Gaussian (Isserlis).
    covariance_error = np.sqrt((np.outer(np.diag(covariance), np.diag(covariance)) + covariance**2) / n)
    assert (np.abs(fitted.means - model.means) < 4 * mean_error).all()
    assert (np.abs(fitted.covariances - model.covariances) < 4 * covariance_error).all()


def test_transformer_samples_follow_its_own_probabilities() -> None:
    """Token by token with a cache, or all at once without: the same law on all 27 passages."""
    data = np.random.default_rng(10_104).choice([0, 0, 0, 1, 2], size=(300, 3))
    learner = TransformerLearner(vocabulary_size=3, width=8, heads=2, steps=20, device=torch.device("cpu"))
    model = learner.fit(data, seed=10_105)
    passages = np.array(list(itertools.product(range(3), repeat=3)))
    drawn = model.sample(20_000, seed=10_106) @ np.array([9, 3, 1])
    probabilities = np.exp(model.log_likelihood(passages))
    assert_frequencies(np.bincount(drawn, minlength=27), probabilities / probabilities.sum())


def test_refitted_gaussians_lose_variance_as_the_theory_says() -> None:
    """E v_t = v_0 (1 − 1/M)^t, with E v_t² = v_0² (1 − 1/M²)^t for the standard error."""
    sample_size, generations, chains = 20, 10, 400
    data = np.random.default_rng(10_107).normal(size=200)
    ratios = [
        refit_chain(
            GaussianLearner(),
            data,
            generations=generations,
            sample_size=sample_size,
            measure=lambda model, _: {"variance": model.variance / data.var()},
            seed=10_108 + chain,
        ).measurements[-1]["variance"]
        for chain in range(chains)
    ]
    expected = (1 - 1 / sample_size) ** generations
    error = np.sqrt(((1 - 1 / sample_size**2) ** generations - expected**2) / chains)
    assert abs(np.mean(ratios) - expected) < 4 * error


def test_refitted_class_conditional_gaussians_lose_their_trace_as_the_theory_says() -> None:
    """The same factor (1 − 1/M)^t in every direction, M being the items of a class.

    The covariance being the identity, E v_t² of each of the 2 × 2 variances is (1 − 1/M²)^t as in one dimension; the
    error below takes them as fully correlated, which is the widest it can be.
    """
    per_class, generations, chains = 20, 8, 200
    start = ClassConditionalGaussianModel(np.zeros((2, 2)), np.stack([np.eye(2)] * 2), ridge=1e-6)
    whitened = start.sample(2 * 400, seed=10_109)
    fitted = ClassConditionalGaussianLearner(2).fit(whitened)
    ratios = [
        refit_chain(
            ClassConditionalGaussianLearner(2),
            whitened,
            generations=generations,
            sample_size=2 * per_class,
            measure=lambda model, _: {"trace": model.trace / fitted.trace},
            seed=10_600 + chain,
        ).measurements[-1]["trace"]
        for chain in range(chains)
    ]
    expected = (1 - 1 / per_class) ** generations
    error = np.sqrt(((1 - 1 / per_class**2) ** generations - expected**2) / chains)
    assert abs(np.mean(ratios) - expected) < 4 * error
