"""Classifiers, decoding, passages, sources of two classes, and calibration: against independent implementations."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.calibration import calibration_curve

from secondhand.learners import (
    BaseRateLearner,
    LabelledFeatures,
    LogisticLearner,
    NearestNeighboursLearner,
    OffsetLearner,
    PassageLearner,
    TreeLearner,
    decode,
    make_labels,
)
from secondhand.measures import calibration_table, rate_gap
from secondhand.sources import NoisyPair, TwoGaussians

PLANE = TwoGaussians(rate=0.3, distance=0.7, dimensions=2)
DATA = LabelledFeatures(*PLANE.sample(300, seed=10_000))
PASSAGES = np.array([[0, 2, 3], [0, 2, 4], [1, 3, 2], [0, 2, 3]])

# --- Classifiers ------------------------------------------------------------------------------------------------------


def test_logistic_regression_is_calibrated_on_its_own_data() -> None:
    chances = LogisticLearner().fit(DATA).probabilities(DATA.features)
    assert chances.mean() == pytest.approx(DATA.labels.mean(), abs=1e-4)


def test_neighbours_agree_with_brute_force() -> None:
    new, _ = PLANE.sample(50, seed=10_001)
    distances = ((new[:, None] - DATA.features[None]) ** 2).sum(axis=2)
    for neighbours in (1, 7):
        expected = DATA.labels[np.argsort(distances, axis=1)[:, :neighbours]].mean(axis=1)
        fitted = NearestNeighboursLearner(neighbours).fit(DATA)
        np.testing.assert_allclose(fitted.probabilities(new), expected)


def test_a_full_tree_and_one_neighbour_interpolate() -> None:
    for learner in (TreeLearner(), NearestNeighboursLearner(1)):
        np.testing.assert_array_equal(learner.fit(DATA, seed=0).probabilities(DATA.features), DATA.labels)
    assert len(np.unique(TreeLearner(depth=1).fit(DATA, seed=0).probabilities(DATA.features))) == 2


def test_a_base_rate_classifier_applies_bayes_rule() -> None:
    data = LabelledFeatures(np.zeros((10, 1)), np.repeat([0, 1], [8, 2]))
    x = np.linspace(-3, 3, 13)
    rare, common = 0.2 * stats.norm.pdf(x - 0.5), 0.8 * stats.norm.pdf(x + 0.5)
    fitted = BaseRateLearner(0.5).fit(data)
    np.testing.assert_allclose(fitted.probabilities(x[:, None]), rare / (rare + common), atol=1e-12)


@pytest.mark.parametrize("learner", [LogisticLearner(), NearestNeighboursLearner(2), TreeLearner()], ids=repr)
@pytest.mark.parametrize("label", [0, 1])
def test_data_with_one_label_give_a_constant_answer(learner: Any, label: int) -> None:
    data = LabelledFeatures(DATA.features, np.full(300, label))
    np.testing.assert_array_equal(learner.fit(data, seed=0).probabilities(DATA.features[:5]), np.full(5, label))


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20), st.integers(10_000, 10_100))
def test_labels_are_certain_where_probabilities_are(chances: list[float], seed: int) -> None:
    array = np.array(chances)
    top, drawn = (make_labels(array, labels=rule, seed=seed) for rule in ("argmax", "sample"))
    np.testing.assert_array_equal(top, array > 0.5)
    assert (drawn[array == 0] == 0).all()
    assert (drawn[array == 1] == 1).all()


# --- Decoding ---------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 50), min_size=1, max_size=12), st.floats(0.2, 3), st.floats(0.01, 1))
def test_decoding_agrees_with_a_loop_over_sorted_words(weights: list[int], temperature: float, top_p: float) -> None:
    law = np.array(weights) / sum(weights)
    powered = law ** (1 / temperature)
    powered /= powered.sum()
    expected, total = np.zeros(len(law)), 0.0
    for word in np.argsort(-powered, kind="stable"):
        if total >= top_p - 1e-9:
            break
        expected[word] = powered[word]
        total += powered[word]
    np.testing.assert_allclose(decode(law, temperature=temperature, top_p=top_p), expected / expected.sum(), atol=1e-8)


def test_decoding_by_default_changes_nothing_and_greedy_keeps_the_first_of_the_best() -> None:
    law = np.array([0.2, 0.4, 0.4])
    np.testing.assert_allclose(decode(law), law, atol=1e-12)
    np.testing.assert_array_equal(decode(law, temperature=0), [0, 1, 0])


@pytest.mark.parametrize(("rate", "kept"), [(0.3, True), (0.11, True), (0.1, False), (0.05, False)])
def test_a_rare_attribute_is_in_the_nucleus_only_above_one_minus_top_p(rate: float, kept: bool) -> None:
    decoded = decode(np.array([1 - rate, rate]), top_p=0.9)
    np.testing.assert_allclose(decoded, [1 - rate, rate] if kept else [1, 0])


def test_sampled_passages_follow_the_counts() -> None:
    model = PassageLearner(5).fit(PASSAGES)
    words, chances = model.opening()
    assert dict(zip(words.tolist(), chances.tolist(), strict=True)) == {0: 0.75, 1: 0.25}
    drawn = model.sample(20_000, seed=10_002)
    pairs = Counter(zip(drawn[:, 1].tolist(), drawn[:, 2].tolist(), strict=True))
    # 2 is followed by 3 twice and by 4 once; 3 (seen inside one passage) by 2 alone.
    share = pairs[2, 3] / (pairs[2, 3] + pairs[2, 4])
    assert share == pytest.approx(2 / 3, abs=4 * np.sqrt(2 / 9 / 15_000))
    assert set(pairs) == {(2, 3), (2, 4), (3, 2)}


def test_passages_by_greedy_choice_are_all_alike() -> None:
    model = PassageLearner(5).fit(PASSAGES)
    assert (model.write(5, temperature=0, seed=10_003) == [0, 2, 3]).all()


def test_a_word_that_nothing_follows_is_followed_by_any_word() -> None:
    model = PassageLearner(5).fit(np.array([[0, 2, 3], [1, 3, 4]]))
    longer = type(model)(model.row_of, model.row, model.word, model.count, 6)
    drawn = longer.write(500, seed=10_004)
    after_four = drawn[:, 1:][drawn[:, :-1] == 4]
    assert set(after_four.tolist()) == {2, 3, 4}


def test_writing_is_repeatable() -> None:
    model = PassageLearner(5).fit(PASSAGES)
    first, again, other = (model.write(30, top_p=0.9, seed=seed) for seed in (10_005, 10_005, 10_006))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


# --- Sources ----------------------------------------------------------------------------------------------------------


def test_two_gaussians_have_their_rate_means_and_variances() -> None:
    features, labels = PLANE.sample(40_000, seed=10_007)
    assert labels.mean() == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / 40_000))
    means = [features[labels == label].mean(axis=0) for label in (0, 1)]
    assert np.linalg.norm(means[1] - means[0]) == pytest.approx(1.4, abs=0.05)
    assert features[labels == 1].var(axis=0) == pytest.approx([1, 1], abs=0.06)


def test_a_noisy_pair_without_noise_repeats_its_pictures() -> None:
    pair = NoisyPair(common=np.zeros((2, 3)), rare=np.ones((1, 3)), rate=0.5, noise=0)
    pictures, labels = pair.sample(40, seed=10_008)
    np.testing.assert_array_equal(pictures, np.repeat(labels[:, None], 3, axis=1))


# --- Calibration ------------------------------------------------------------------------------------------------------


def test_the_table_agrees_with_scikit_learn() -> None:
    generator = np.random.default_rng(10_009)
    chances = generator.random(2_000)
    labels = (generator.random(2_000) < chances**2).astype(int)
    table = calibration_table(chances, labels, bins=8)
    observed, predicted = calibration_curve(labels, chances, n_bins=8)
    np.testing.assert_allclose(table.observed, observed)
    np.testing.assert_allclose(table.predicted, predicted)
    assert table.items.sum() == 2_000
    assert ((table.low <= table.observed) & (table.observed <= table.high)).all()
    assert list(table.to_frame().columns) == ["predicted", "observed", "low", "high", "items"]
    by_hand = sum(
        abs(chances[(8 * chances).astype(int) == b].mean() - labels[(8 * chances).astype(int) == b].mean())
        * ((8 * chances).astype(int) == b).mean()
        for b in range(8)
    )
    assert table.error == pytest.approx(by_hand, abs=1e-12)


def test_the_rarer_class_may_be_wider() -> None:
    features, labels = TwoGaussians(rate=0.5, distance=0.5, dimensions=3, spread=2).sample(40_000, seed=10_020)
    np.testing.assert_allclose(features[labels == 1].std(axis=0), 2, atol=0.04)
    np.testing.assert_allclose(features[labels == 0].std(axis=0), 1, atol=0.02)


def test_a_value_on_an_edge_belongs_to_the_bin_above() -> None:
    # 0.29, 0.57 and 0.58 times 100 round to just below a whole number.
    table = calibration_table([0.29, 0.57, 0.58, 1.0], [0, 0, 0, 1], bins=100)
    np.testing.assert_array_equal(table.items, [1, 1, 1, 1])
    np.testing.assert_array_equal(calibration_table(np.arange(101) / 100, [0] * 101, bins=100).items, [1] * 99 + [2])


def test_an_offset_moves_the_rate_and_stays_a_probability() -> None:
    data = LabelledFeatures(np.zeros((4, 1)), np.array([0, 0, 0, 1]))
    for offset, expected in ((0.1, 0.35), (-0.5, 0.0), (1, 1.0)):
        chances = OffsetLearner(offset).fit(data).probabilities(np.zeros((3, 2)))
        np.testing.assert_allclose(chances, [expected] * 3)


def test_gaps_agree_with_the_intervals_of_scipy() -> None:
    generator = np.random.default_rng(10_010)
    left, right = generator.random(60), generator.random(60)
    paired = rate_gap(left, right)
    expected = stats.ttest_rel(left, right).confidence_interval()
    np.testing.assert_allclose([paired.low, paired.high], [expected.low, expected.high])
    apart = rate_gap(left, right[:40], paired=False, confidence=0.9)
    welch = stats.ttest_ind(left, right[:40], equal_var=False).confidence_interval(0.9)
    np.testing.assert_allclose([apart.low, apart.high], [welch.low, welch.high])
    assert rate_gap([1, 1], [0, 0, 0], paired=False).high == 1


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: make_labels(np.array([0.5, 2]), labels="argmax", seed=1),
            ValueError,
            "must be from 0 to 1, got 2",
        ),
        (lambda: make_labels(np.array([0.5]), labels="top", seed=1), ValueError, "labels must be one of"),
        (lambda: make_labels(np.array([0.5]), labels="argmax", seed=-1), ValueError, "seed must be at least 0"),
        (lambda: LogisticLearner(strength=0), ValueError, "strength must be above 0"),
        (lambda: NearestNeighboursLearner(0), ValueError, "neighbours must be at least 1"),
        (lambda: NearestNeighboursLearner(301).fit(DATA), ValueError, "at least neighbours=301 items, got 300"),
        (lambda: TreeLearner(depth=0), ValueError, "depth must be at least 1"),
        (lambda: OffsetLearner(2), ValueError, "offset must be at most 1"),
        (lambda: BaseRateLearner(0), ValueError, "distance must be above 0"),
        (
            lambda: BaseRateLearner(1).fit(DATA).probabilities(np.zeros((2, 2))),
            ValueError,
            "have 1 columns, got 2",
        ),
        (lambda: LogisticLearner().fit(DATA).probabilities(np.zeros((2, 3))), ValueError, "must have 2 columns, got 3"),
        (
            lambda: LogisticLearner().fit(LabelledFeatures(np.zeros((2, 1)), np.array([0, 2]))),
            ValueError,
            "labels must hold numbers from 0 to 1, got 2",
        ),
        (lambda: decode(np.array([0.5, 0.5]), temperature=-1), ValueError, "temperature must be at least 0"),
        (lambda: decode(np.array([0.5, 0.5]), top_p=0), ValueError, "top_p must be above 0"),
        (lambda: decode(np.array([0.5, 0.6])), ValueError, "probabilities must sum to 1"),
        (lambda: PassageLearner(0), ValueError, "vocabulary_size must be at least 1"),
        (lambda: PassageLearner(2).fit(np.array([[0, 2]])), ValueError, "data must hold numbers from 0 to 1, got 2"),
        (lambda: PassageLearner(2).fit(np.array([[0], [1]])), ValueError, "at least 2 words"),
        (lambda: PassageLearner(5).fit(PASSAGES).write(0, seed=1), ValueError, "size must be at least 1"),
        (lambda: TwoGaussians(rate=1, distance=1), ValueError, "rate must be below 1"),
        (lambda: TwoGaussians(rate=0.5, distance=0), ValueError, "distance must be above 0"),
        (lambda: TwoGaussians(rate=0.5, distance=1, dimensions=0), ValueError, "dimensions must be at least 1"),
        (lambda: TwoGaussians(rate=0.5, distance=1, spread=0), ValueError, "spread must be above 0"),
        (lambda: PLANE.sample(0, seed=1), ValueError, "size must be at least 1"),
        (
            lambda: NoisyPair(np.zeros((1, 2)), np.zeros((1, 3)), rate=0.5, noise=1),
            ValueError,
            "rare must have rows as long as those of common",
        ),
        (
            lambda: NoisyPair(np.zeros((0, 2)), np.zeros((1, 2)), rate=0.5, noise=1),
            ValueError,
            "common must hold at least one picture",
        ),
        (
            lambda: NoisyPair(np.zeros((1, 2)), np.zeros((1, 2)), rate=0.5, noise=-1),
            ValueError,
            "noise must be at least 0",
        ),
        (lambda: rate_gap([0.5], [0, 1]), ValueError, "outputs must be a one-dimensional array of at least 2"),
        (lambda: rate_gap([0.5, 2], [0, 1]), ValueError, "outputs must hold numbers from 0 to 1, got 2"),
        (lambda: rate_gap([0, 1], [0, 1], confidence=1), ValueError, "confidence must be below 1"),
        (lambda: calibration_table([0.1, 0.2], [0, 1, 1]), ValueError, "as many as probabilities, got 3 and 2"),
        (lambda: calibration_table([0.1, 0.2], [0, 0.5]), ValueError, "labels must be 0 or 1, got 0.5"),
        (lambda: calibration_table([0.1, 0.2], [0, 1], bins=0), ValueError, "bins must be at least 1"),
    ],
)
def test_bad_input_is_named(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        call()
