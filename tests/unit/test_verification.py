"""Verifiers, choices and verified loops: what they keep, their seeds, and bad input."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondhand.generations import (
    VerifiedLearner,
    Verifier,
    best_of,
    best_of_chain,
    keep,
    keep_at_random,
    refit_chain,
    style_chain,
    taste_chain,
    two_class_accuracy,
)
from secondhand.learners import ClassConditionalGaussianLearner, FineTuningLearner, LabelledFeatures, Learner

LABELS = np.array([0, 1, 2, 0, 1, 2])
TRUTH = np.array([0, 1, 2, 1, 2, 0])
DATA = LabelledFeatures(np.arange(12.0).reshape(6, 2), LABELS)
TASTE: dict[str, Any] = {"sample_size": 50, "generations": 3, "chains": 4, "seed": 10_001}
STYLE: dict[str, Any] = {"taste": 1.0, "width": 1.0, **TASTE}
TWO: dict[str, Any] = {
    "error": 0.2,
    "verifier": Verifier(0.9, 0.3),
    "sample_size": 30,
    "separation": 1.0,
    "dimensions": 3,
    "runs": 5,
    "seed": 10_002,
}


# --- Verifiers --------------------------------------------------------------------------------------------------------


def test_sure_verifiers_keep_just_the_right_or_the_wrong_examples() -> None:
    assert (Verifier(1, 0).keeps(LABELS, TRUTH, seed=10_000) == (LABELS == TRUTH)).all()
    assert (Verifier(0, 1).keeps(LABELS, TRUTH, seed=10_000) == (LABELS != TRUTH)).all()


def test_a_verifier_may_prefer_given_classes() -> None:
    liking = Verifier(keep_correct=[1, 0, 1], keep_wrong=[0, 0, 1])
    assert liking.keeps(LABELS, TRUTH, seed=10_000).tolist() == [True, False, True, False, False, True]


def test_a_verifier_cannot_be_changed_and_can_be_compared() -> None:
    mine = np.array([1.0, 0.5])
    liking = Verifier(mine, 0)
    mine[0] = 0.0
    assert np.asarray(liking.keep_correct).tolist() == [1.0, 0.5]
    with pytest.raises(ValueError, match="read-only"):
        np.asarray(liking.keep_correct)[0] = 0.0
    assert liking == liking
    assert liking != Verifier([1.0, 0.5], 0)
    assert len({liking, liking}) == 1


@given(st.integers(10_000, 20_000))
def test_verifiers_depend_on_the_seed_alone(seed: int) -> None:
    labels, truth = np.zeros(500, dtype=int), np.arange(500) % 2
    first = Verifier(0.5, 0.5).keeps(labels, truth, seed=seed)
    assert (Verifier(0.5, 0.5).keeps(labels, truth, seed=seed) == first).all()
    assert (Verifier(0.5, 0.5).keeps(labels, truth, seed=seed + 1) != first).any()


def test_keeping_and_choosing_at_random() -> None:
    kept = keep(DATA, LABELS == TRUTH)
    assert kept.features.tolist() == [[0, 1], [2, 3], [4, 5]]
    assert kept.labels.tolist() == [0, 1, 2]
    chosen = keep_at_random(DATA, 4, seed=10_000)
    rows = (chosen.features[:, 0] / 2).astype(int)
    assert len(set(rows)) == 4
    assert (LABELS[rows] == chosen.labels).all()
    assert (keep_at_random(DATA, 4, seed=10_000).labels == chosen.labels).all()


def test_best_of_chooses_by_score_and_not_by_value() -> None:
    candidates = np.array([[1.0, 5.0, 3.0], [7.0, 2.0, 9.0]])
    assert best_of(candidates, -candidates).tolist() == [1, 2]
    assert best_of(candidates, candidates).tolist() == [5, 9]
    assert best_of([4.0, 6.0], [1.0, 1.0]) == 4


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: Verifier(1.2, 0), ValueError, "keep_correct must be from 0 to 1, got 1.2"),
        (lambda: Verifier(1, [0, -1]), ValueError, "keep_wrong must be from 0 to 1, got -1"),
        (lambda: Verifier([[1]], 0), ValueError, "keep_correct must be a number or one number for each class"),
        (
            lambda: Verifier("0.9", 0),
            TypeError,
            "keep_correct must hold numbers, got '0.9'",
        ),
        (lambda: Verifier(True, 0), TypeError, "keep_correct must hold numbers, got True"),
        (
            lambda: Verifier([1, 1, 1], [0, 0]),
            ValueError,
            "keep_wrong must have one number for each of the 3 classes of keep_correct, got 2",
        ),
        (
            lambda: Verifier([1, 1], 0).keeps(np.array([-1, 0]), np.array([0, 0]), seed=10_000),
            ValueError,
            "keep probability, 0 to 1, got -1",
        ),
        (
            lambda: two_class_accuracy(**(TWO | {"verifier": (0.9, 0.3)})),
            TypeError,
            "verifier must be a Verifier, got (0.9, 0.3) (tuple)",
        ),
        (lambda: Verifier("x", 0), TypeError, "keep_correct must hold numbers, got 'x'"),
        (
            lambda: Verifier(1, 0).keeps(LABELS, TRUTH[:2], seed=10_000),
            ValueError,
            "one class for each of the 6",
        ),
        (lambda: Verifier(1, 0).keeps(LABELS / 2, TRUTH, seed=10_000), TypeError, "labels must be a row of integers"),
        (lambda: Verifier(1, 0).keeps(LABELS, TRUTH, seed=-1), ValueError, "seed must be at least 0"),
        (lambda: Verifier([1, 1], 0).keeps(LABELS, TRUTH, seed=10_000), ValueError, "keep probability, 0 to 1, got 2"),
        (lambda: keep(DATA, LABELS), TypeError, "kept must hold True or False"),
        (lambda: keep(DATA, np.array([True])), ValueError, "one mark for each of the 6 items"),
        (lambda: keep(DATA, np.zeros(6, dtype=bool)), ValueError, "the verifier refused everything"),
        (
            lambda: keep_at_random(DATA, 7, seed=10_000),
            ValueError,
            "at most the number of items, 6, got 7",
        ),
        (lambda: keep_at_random(DATA, 0, seed=10_000), ValueError, "size must be at least 1"),
        (lambda: best_of([1.0], [1.0, 2.0]), ValueError, "scores must have the shape of candidates"),
        (lambda: best_of([], []), ValueError, "with at least one to choose"),
        (lambda: best_of([1.0], [np.nan]), ValueError, "scores must be numbers, got nan"),
        (lambda: best_of(["a"], [1.0]), TypeError, "candidates and scores must hold numbers"),
    ],
)
def test_bad_input_is_named(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        call()


# --- Chains -----------------------------------------------------------------------------------------------------------


def test_taste_chain_counts_start_at_the_law_and_keep_their_sum() -> None:
    chain = taste_chain([0.2, 0.8], [0.9, 0.5], **TASTE)
    assert chain.counts.shape == (4, 4, 2)
    assert chain.counts[:, 0].tolist() == [[10, 40]] * 4
    assert (chain.counts.sum(axis=2) == 50).all()


def test_a_class_that_is_never_kept_is_gone_after_one_round() -> None:
    chain = taste_chain([0.5, 0.3, 0.2], [0.0, 0.5, 0.5], **TASTE)
    assert (chain.counts[:, 1:, 0] == 0).all()


def test_style_chain_refits_what_it_kept() -> None:
    """The same draws, one by one, as the definition says."""
    chain = style_chain(taste=1.0, width=2.0, sample_size=12, generations=1, chains=1, seed=10_003)
    generator = np.random.default_rng(10_003)
    styles, chances = generator.standard_normal(12), generator.random(12)
    kept = [x for x, u in zip(styles, chances, strict=True) if u < np.exp(-((x - 1) ** 2) / 8)]
    assert chain.mean[0, 1] == pytest.approx(np.mean(kept), rel=1e-12)
    assert chain.variance[0, 1] == pytest.approx(np.var(kept, ddof=1), rel=1e-12)


def test_best_of_chain_refits_the_largest() -> None:
    chain = best_of_chain(3, sample_size=5, generations=2, chains=1, seed=10_004)
    generator = np.random.default_rng(10_004)
    mean, variance = 0.0, 1.0
    for t in (1, 2):
        best = mean + variance**0.5 * generator.standard_normal((1, 5, 3)).max(axis=2)[0]
        mean, variance = best.mean(), best.var()
        assert (chain.mean[0, t], chain.variance[0, t]) == pytest.approx((mean, variance), rel=1e-12)


def test_two_class_accuracy_is_exact_given_a_large_pure_sample() -> None:
    accuracy = two_class_accuracy(**(TWO | {"error": 0.0, "sample_size": 20_000}))
    assert accuracy.shape == (5,)
    assert accuracy == pytest.approx(np.full(5, 0.8413), abs=1e-3)
    wrong = two_class_accuracy(**(TWO | {"error": 1.0, "sample_size": 20_000}))
    assert wrong == pytest.approx(np.full(5, 0.1587), abs=1e-3)


@pytest.mark.parametrize(
    "run",
    [
        lambda seed: taste_chain([0.5, 0.5], [1, 0.9], **(TASTE | {"seed": seed})).counts,
        lambda seed: style_chain(**(STYLE | {"seed": seed})).mean,
        lambda seed: best_of_chain(2, **(TASTE | {"seed": seed})).mean,
        lambda seed: two_class_accuracy(**(TWO | {"seed": seed})),
    ],
)
def test_chains_depend_on_the_seed_alone(run: Callable[[int], Any]) -> None:
    assert (run(10_005) == run(10_005)).all()
    assert (run(10_005) != run(10_006)).any()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: taste_chain([0.5, 0.5], [1], **TASTE), "keep must hold one probability for each of the 2 classes"),
        (lambda: taste_chain([1, 0], [0, 1], **TASTE), "keep must be above 0 for a class that occurs"),
        (lambda: taste_chain([0.5, 0.6], [1, 1], **TASTE), "probabilities must sum to 1"),
        (lambda: taste_chain([1], [1], **(TASTE | {"sample_size": 0})), "sample_size must be at least 1"),
        (lambda: taste_chain([1], [1], **(TASTE | {"generations": -1})), "generations must be at least 0"),
        (lambda: taste_chain([1], [1], **(TASTE | {"chains": 0})), "chains must be at least 1"),
        (lambda: style_chain(**(STYLE | {"width": 0})), "width must be above 0"),
        (lambda: style_chain(**(STYLE | {"taste": 40})), "at least two draws after the verifier"),
        (lambda: style_chain(**(STYLE | {"sample_size": 1})), "sample_size must be at least 2"),
        (lambda: best_of_chain(0, **TASTE), "n must be at least 1"),
        (lambda: best_of_chain(2, **(TASTE | {"sample_size": 1})), "sample_size must be at least 2"),
        (lambda: two_class_accuracy(**(TWO | {"error": 2})), "error must be at most 1"),
        (lambda: two_class_accuracy(**(TWO | {"verifier": Verifier([1, 1], 0)})), "one probability for both classes"),
        (lambda: two_class_accuracy(**(TWO | {"verifier": Verifier(0, 0)})), "at least one example in a thousand"),
        (lambda: two_class_accuracy(**(TWO | {"dimensions": 1})), "dimensions must be at least 2"),
        (lambda: two_class_accuracy(**(TWO | {"runs": 0})), "runs must be at least 1"),
    ],
)
def test_chains_refuse_bad_input(call: Callable[[], Any], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        call()


# --- A verifier in the loop -------------------------------------------------------------------------------------------


def cloud(seed: int) -> LabelledFeatures:
    labels = np.repeat([0, 1], 50)
    features = np.random.default_rng(seed).standard_normal((100, 2))
    return LabelledFeatures(features + 4.0 * labels[:, None], labels)


def test_verified_learner_fits_the_loop_and_keeps_only_what_is_accepted() -> None:
    learner = VerifiedLearner(ClassConditionalGaussianLearner(classes=2), lambda data: data.features[:, 0] > 0)
    assert isinstance(learner, Learner)
    assert not isinstance(learner, FineTuningLearner)
    chain = refit_chain(
        learner,
        cloud(10_007),
        generations=3,
        sample_size=200,
        measure=lambda model, sample: {"lowest": sample.features[:, 0].min(), "kept": len(sample)},
        seed=10_008,
    )
    frame = chain.to_frame()
    assert (frame["lowest"] > 0).all()
    assert (frame["kept"] < 200).any()
    scores = chain.models[0].log_likelihood(cloud(10_007))
    assert (scores == chain.models[0].model.log_likelihood(cloud(10_007))).all()


def test_a_verifier_that_accepts_everything_changes_nothing() -> None:
    plain = ClassConditionalGaussianLearner(classes=2).fit(cloud(10_009)).sample(20, seed=10_010)
    open_minded = VerifiedLearner(ClassConditionalGaussianLearner(classes=2), lambda data: np.full(len(data), True))
    sample = open_minded.fit(cloud(10_009), seed=10_000).sample(20, seed=10_010)
    assert (sample.features == plain.features).all()


def test_a_verifier_that_refuses_everything_is_named() -> None:
    closed = VerifiedLearner(ClassConditionalGaussianLearner(classes=2), lambda data: np.full(len(data), False))
    with pytest.raises(ValueError, match="the verifier refused everything; generate more"):
        closed.fit(cloud(10_009), seed=10_000).sample(20, seed=10_010)


def test_the_sampler_draws_in_place_of_the_fitted_model() -> None:
    other = ClassConditionalGaussianLearner(classes=2).fit(cloud(10_011))
    learner = VerifiedLearner(
        ClassConditionalGaussianLearner(classes=2), lambda data: np.full(len(data), True), lambda model: other
    )
    sample = learner.fit(cloud(10_009), seed=10_000).sample(20, seed=10_010)
    assert (sample.features == other.sample(20, seed=10_010).features).all()
