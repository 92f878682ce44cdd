"""Fits, samples and scores of the learners without a neural network."""

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from secondhand.learners import (
    CategoricalLearner,
    CategoricalModel,
    ClassConditionalGaussianLearner,
    ClassConditionalGaussianModel,
    GaussianLearner,
    GaussianModel,
    LabelledFeatures,
    Learner,
    Model,
    NGramLearner,
)

TEXT = ["the", "cat", "sat", "on", "the", "mat", "and", "the", "cat", "ran"]


def labelled_features(*, per_class: int = 40, seed: int = 10_001) -> LabelledFeatures:
    generator = np.random.default_rng(seed)
    labels = np.repeat(np.arange(3), per_class)
    mixing = generator.normal(size=(3, 4, 4))
    features = np.einsum("nij,nj->ni", mixing[labels], generator.normal(size=(len(labels), 4))) + labels[:, None]
    return LabelledFeatures(features, labels)


MODELS: list[Model] = [
    GaussianModel(mean=1.0, variance=2.0),
    CategoricalModel(np.array([0.2, 0.3, 0.5])),
    NGramLearner(order=2, vocabulary_size=10).fit(TEXT),
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
def test_samples_are_repeatable_and_differ_between_seeds(model: Model) -> None:
    first, again, other = (model.sample(50, seed=seed) for seed in (10_000, 10_000, 10_001))
    assert len(first) == 50
    assert list(first) == list(again)
    assert list(first) != list(other)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
@pytest.mark.parametrize(
    ("size", "seed", "error", "name"),
    [
        (0, 1, ValueError, "size"),
        (-3, 1, ValueError, "size"),
        (2.5, 1, TypeError, "size"),
        (3, -1, ValueError, "seed"),
        (3, 0.5, TypeError, "seed"),
        (3, "1", TypeError, "seed"),
    ],
)
def test_bad_sizes_and_seeds_are_named(model: Model, size: int, seed: int, error: type[Exception], name: str) -> None:
    with pytest.raises(error, match=name):
        model.sample(size, seed=seed)


@pytest.mark.parametrize(
    "learner", [GaussianLearner(), CategoricalLearner(3), NGramLearner(2, 10), ClassConditionalGaussianLearner(3)]
)
def test_learners_have_the_common_face(learner: object) -> None:
    assert isinstance(learner, Learner)


class TestGaussian:
    @pytest.mark.parametrize(("biased", "variance"), [(True, 14 / 3 - 4), (False, 1.0)])
    def test_fit(self, biased: bool, variance: float) -> None:
        model = GaussianLearner(biased=biased).fit(np.array([1.0, 2.0, 3.0]))
        assert model.mean == pytest.approx(2.0)
        assert model.variance == pytest.approx(variance)

    def test_log_likelihood_is_scipys(self) -> None:
        data = np.array([-2.0, 0.0, 5.5])
        expected = stats.norm(1.0, np.sqrt(2.0)).logpdf(data)
        np.testing.assert_allclose(GaussianModel(1.0, 2.0).log_likelihood(data), expected, rtol=1e-12)

    def test_a_point_has_no_density(self) -> None:
        with pytest.raises(ValueError, match="variance must be above 0"):
            GaussianModel(1.0, 0.0).log_likelihood(np.array([1.0]))

    @pytest.mark.parametrize("data", [np.array([]), np.array([1.0]), np.ones((3, 2)), np.array([1.0, np.nan])])
    def test_bad_data(self, data: np.ndarray) -> None:
        with pytest.raises((TypeError, ValueError), match="data"):
            GaussianLearner().fit(data)


class TestCategorical:
    def test_fit(self) -> None:
        model = CategoricalLearner(4).fit(np.array([0, 0, 2, 3]))
        np.testing.assert_array_equal(model.probabilities, [0.5, 0, 0.25, 0.25])

    def test_log_likelihood(self) -> None:
        model = CategoricalModel(np.array([0.5, 0.0, 0.5]))
        np.testing.assert_allclose(model.log_likelihood(np.array([2, 1])), [np.log(0.5), -np.inf])

    @pytest.mark.parametrize("data", [np.array([0, 3]), np.array([-1]), np.array([], dtype=int), np.zeros((2, 2), int)])
    def test_bad_data(self, data: np.ndarray) -> None:
        with pytest.raises((TypeError, ValueError), match="data"):
            CategoricalLearner(3).fit(data)

    def test_bad_choices(self) -> None:
        with pytest.raises(ValueError, match="categories must be at least 1, got 0"):
            CategoricalLearner(0)
        with pytest.raises(ValueError, match="probabilities must sum to 1"):
            CategoricalModel(np.array([0.5, 0.4]))


def probability_by_hand(
    word: str, context: Sequence[str], text: Sequence[str], *, vocabulary_size: int, smoothing: float
) -> float:
    """Score one word by scanning the ring for each context, longest first, as the definition says."""
    n = len(text)

    def occurrences(gram: Sequence[str]) -> int:
        return sum(all(text[(start + i) % n] == w for i, w in enumerate(gram)) for start in range(n))

    shorter = (
        probability_by_hand(word, context[1:], text, vocabulary_size=vocabulary_size, smoothing=smoothing)
        if context
        else 1 / vocabulary_size
    )
    return (occurrences([*context, word]) + smoothing * shorter) / (occurrences(context) + smoothing)


class TestNGram:
    @pytest.mark.parametrize("order", [1, 2, 3, 4])
    def test_log_likelihood_by_scanning(self, order: int) -> None:
        scored = ["the", "cat", "sat", "down", "on", "the", "dog"]
        model = NGramLearner(order=order, vocabulary_size=12, smoothing=0.7).fit(TEXT)
        expected = [
            probability_by_hand(w, scored[max(0, i - order + 1) : i], TEXT, vocabulary_size=12, smoothing=0.7)
            for i, w in enumerate(scored)
        ]
        np.testing.assert_allclose(np.exp(model.log_likelihood(scored)), expected, rtol=1e-12)

    @given(
        text=st.text("abc", min_size=1, max_size=12),
        context=st.text("abcd", max_size=3),
        order=st.integers(1, 4),
        smoothing=st.floats(0.01, 10),
    )
    def test_probabilities_sum_to_one(self, text: str, context: str, order: int, smoothing: float) -> None:
        model = NGramLearner(order=order, vocabulary_size=4, smoothing=smoothing).fit(text)
        total = sum(np.exp(model.log_likelihood(context + word)[-1]) for word in "abcd")
        assert total == pytest.approx(1.0, abs=1e-12)

    @pytest.mark.parametrize("order", [1, 2, 3, 12])
    def test_samples_hold_only_n_grams_of_the_text(self, order: int) -> None:
        model = NGramLearner(order=order, vocabulary_size=10).fit(TEXT)
        ring = TEXT * 3
        seen = {tuple(ring[i : i + order]) for i in range(len(TEXT))}
        drawn = model.sample(300, seed=10_002)
        assert {tuple(drawn[i : i + order]) for i in range(300 - order + 1)} <= seen
        assert set(drawn) == set(TEXT)

    def test_characters(self) -> None:
        model = NGramLearner(order=2, vocabulary_size=3).fit("abab")
        assert "".join(model.sample(6, seed=10_003)) in {"ababab", "bababa"}

    @pytest.mark.parametrize(
        ("data", "error"), [([], ValueError), ("", ValueError), ([1, 2], TypeError), ("abcd", ValueError)]
    )
    def test_bad_data(self, data: Sequence[str], error: type[Exception]) -> None:
        with pytest.raises(error, match="data"):
            NGramLearner(order=2, vocabulary_size=3).fit(data)

    @pytest.mark.parametrize("choices", [{"order": 0}, {"vocabulary_size": 0}, {"smoothing": 0.0}])
    def test_bad_choices(self, choices: dict[str, float]) -> None:
        with pytest.raises(ValueError, match=next(iter(choices))):
            NGramLearner(**({"order": 2, "vocabulary_size": 3} | choices))  # type: ignore[arg-type]


class TestClassConditionalGaussian:
    def test_fit_is_numpys_for_each_class(self) -> None:
        data = labelled_features()
        model = ClassConditionalGaussianLearner(3).fit(data)
        for label in range(3):
            group = data.features[data.labels == label]
            np.testing.assert_allclose(model.means[label], group.mean(axis=0))
            np.testing.assert_allclose(
                model.covariances[label], (group - group.mean(0)).T @ (group - group.mean(0)) / 40
            )
        assert model.trace == pytest.approx(np.mean([np.trace(c) for c in model.covariances]))

    def test_log_likelihood_and_classes_are_scipys(self) -> None:
        data = labelled_features()
        model = ClassConditionalGaussianLearner(3, ridge=0.2).fit(data)
        densities = np.stack(
            [
                stats.multivariate_normal(mean, covariance + 0.2 * np.eye(4)).logpdf(data.features)
                for mean, covariance in zip(model.means, model.covariances, strict=True)
            ],
            axis=1,
        )
        own = densities[np.arange(len(data)), data.labels] - np.log(3)
        np.testing.assert_allclose(model.log_likelihood(data), own, rtol=1e-9)
        np.testing.assert_array_equal(model.classify(data.features), densities.argmax(axis=1))

    def test_samples_are_balanced_and_repeatable(self) -> None:
        model = ClassConditionalGaussianLearner(3).fit(labelled_features())
        first, again, other = (model.sample(60, seed=seed) for seed in (10_000, 10_000, 10_001))
        np.testing.assert_array_equal(np.bincount(first.labels), [20, 20, 20])
        np.testing.assert_array_equal(first.features, again.features)
        assert not np.array_equal(first.features, other.features)

    def test_a_flat_gaussian_stays_flat(self) -> None:
        flat = ClassConditionalGaussianModel(np.zeros((1, 2)), np.array([[[1.0, 1.0], [1.0, 1.0]]]), ridge=1e-6)
        features = flat.sample(100, seed=10_000).features
        np.testing.assert_allclose(features[:, 0], features[:, 1], atol=1e-7)
        assert np.isfinite(flat.log_likelihood(LabelledFeatures(features, np.zeros(100, dtype=int)))).all()

    def test_one_feature(self) -> None:
        data = LabelledFeatures(np.array([[0.0], [2.0], [5.0], [5.0]]), np.array([0, 0, 1, 1]))
        np.testing.assert_array_equal(ClassConditionalGaussianLearner(2).fit(data).covariances.ravel(), [1.0, 0.0])

    def test_bad_input(self) -> None:
        data = labelled_features()
        model = ClassConditionalGaussianLearner(3).fit(data)
        with pytest.raises(ValueError, match="size must be a multiple of the number of classes, 3, got 4"):
            model.sample(4, seed=1)
        with pytest.raises(ValueError, match="features must have 4 columns, got 2"):
            model.classify(data.features[:, :2])
        with pytest.raises(ValueError, match="labels must hold each class at least twice, got class 3 0×"):
            ClassConditionalGaussianLearner(4).fit(data)
        with pytest.raises(ValueError, match="labels must hold numbers from 0 to 1, got 2"):
            ClassConditionalGaussianLearner(2).fit(data)
        with pytest.raises((TypeError, ValueError), match="labels"):
            LabelledFeatures(data.features, data.labels[:-1])
        with pytest.raises(ValueError, match="ridge must be above 0"):
            ClassConditionalGaussianLearner(2, ridge=0.0)


def test_every_passage_of_a_bigram_has_its_probability() -> None:
    """All two-word texts together have probability one."""
    model = NGramLearner(order=2, vocabulary_size=3, smoothing=1e-3).fit("aabac")
    total = sum(np.exp(model.log_likelihood(pair).sum()) for pair in itertools.product("abc", repeat=2))
    assert total == pytest.approx(1.0, abs=1e-12)
