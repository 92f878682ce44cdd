"""Teachers who err in a known way, projections of digits, and the linear classifiers."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondhand.learners import (
    NOISE_KINDS,
    LabelledFeatures,
    LabelNoise,
    fit_linear_discriminant,
    fit_logistic,
    project_digits,
)
from secondhand.sources import load_digits


@given(st.sampled_from(NOISE_KINDS), st.integers(2, 10), st.integers(10_000, 20_000))
def test_sure_teachers_are_always_right_or_always_wrong(kind: str, classes: int, seed: int) -> None:
    truth = np.arange(60) % classes
    assert (LabelNoise(0, classes, kind).corrupt(truth, seed=seed) == truth).all()
    labels = LabelNoise(1, classes, kind).corrupt(truth, seed=seed)
    assert (labels != truth).all()
    assert ((labels >= 0) & (labels < classes)).all()
    if kind == "cyclic":
        assert (labels == (truth + 1) % classes).all()


def test_uniform_mistakes_reach_every_other_class_equally_often() -> None:
    count = 27_000
    labels = LabelNoise(1, 10, "uniform").corrupt(np.full(count, 3), seed=10_000)
    shares = np.bincount(labels, minlength=10) / count
    expected = np.where(np.arange(10) == 3, 0, 1 / 9)
    assert np.abs(shares - expected).max() <= 4 * np.sqrt(8 / 81 / count)


def test_the_share_of_mistakes_is_the_error_and_the_seed_decides() -> None:
    truth = np.zeros(20_000, dtype=int)
    noise = LabelNoise(0.3, 4)
    labels = noise.corrupt(truth, seed=10_001)
    assert (labels != 0).mean() == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / 20_000))
    assert (noise.corrupt(truth, seed=10_001) == labels).all()
    assert (noise.corrupt(truth, seed=10_002) != labels).any()


DATA = LabelledFeatures(np.array([[0.0, 0.0], [0.0, 1.0], [3.0, 0.0], [3.0, 1.5]]), np.array([0, 0, 1, 1]))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: LabelNoise(1.5, 3), ValueError, "error must be at most 1, got 1.5"),
        (lambda: LabelNoise(0.5, 1), ValueError, "classes must be at least 2, got 1"),
        (lambda: LabelNoise(0.5, 3, "odd"), ValueError, "kind must be one of 'cyclic', 'uniform', got 'odd'"),
        (
            lambda: LabelNoise(0.5, 3).corrupt(np.array([3]), seed=10_000),
            ValueError,
            "labels must hold numbers from 0 to 2, got 3",
        ),
        (lambda: LabelNoise(0.5, 3).corrupt(np.array([0]), seed=-1), ValueError, "seed must be at least 0, got -1"),
        (lambda: fit_logistic(DATA, strength=0), ValueError, "strength must be above 0, got 0"),
        (
            lambda: fit_logistic(LabelledFeatures(np.zeros((3, 2)), np.zeros(3, dtype=int))),
            ValueError,
            "labels must hold at least two classes to tell apart, got only 0",
        ),
        (
            lambda: fit_linear_discriminant(LabelledFeatures(np.zeros((3, 2)), np.zeros(3, dtype=int))),
            ValueError,
            "at least two classes",
        ),
        (lambda: project_digits(load_digits(seed=10_000), components=0), ValueError, "components must be at least 1"),
        (
            lambda: project_digits(load_digits(seed=10_000), components=65),
            ValueError,
            "at most the number of pixels, 64, got 65",
        ),
    ],
)
def test_bad_input_is_named(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        call()


def test_classifiers_separate_what_is_separate() -> None:
    for fit in (fit_logistic, fit_linear_discriminant):
        assert fit(DATA).predict([[0.2, 0.4], [2.8, 0.9]]).tolist() == [0, 1]


def test_linear_discriminant_is_least_squares_for_two_classes() -> None:
    """An independent derivation: the direction of the regression of labels ±1 on the features."""
    generator = np.random.default_rng(10_003)
    labels = np.repeat([0, 1], 150)
    features = generator.standard_normal((300, 3)) + labels[:, None] * np.array([1.0, 0.5, 0.0])
    design = np.column_stack([np.ones(300), features])
    slope = np.linalg.lstsq(design, 2.0 * labels - 1, rcond=None)[0][1:]
    direction = fit_linear_discriminant(LabelledFeatures(features, labels)).coef_[0]
    assert direction / np.linalg.norm(direction) == pytest.approx(slope / np.linalg.norm(slope), abs=1e-8)


def test_projection_learns_from_the_part_to_learn_from_alone() -> None:
    digits = load_digits(seed=10_004)
    train, test = project_digits(digits, components=5)
    assert train.features.shape == (len(digits.train_labels), 5)
    assert test.features.shape == (len(digits.test_labels), 5)
    centred = digits.train_images - digits.train_images.mean(axis=0)
    directions = np.linalg.svd(centred, full_matrices=False)[2][:5]
    by_hand = (digits.test_images - digits.train_images.mean(axis=0)) @ directions.T
    assert np.abs(test.features) == pytest.approx(np.abs(by_hand), abs=1e-8)
