"""Classifiers of two classes that say how probable each label is, and can label by the top class or by a draw.

They are fitted to `LabelledFeatures` with labels 0 and 1. Scikit-learn does the fitting. They know nothing of who made
the labels, nor of how often they are refitted.
"""

import warnings
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from jaxtyping import Float, Int
from scipy.special import expit, logit
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from secondhand import _validation
from secondhand.learners._checks import categories_array, finite_array
from secondhand.learners.class_conditional_gaussian import LabelledFeatures

LABELS = ("argmax", "sample")
"""How a label is made from a probability: the most probable class, or a draw."""


def make_labels(probabilities: Float[np.ndarray, " items"], *, labels: str, seed: int) -> Int[np.ndarray, " items"]:
    """Return a label 0 or 1 for each item.

    Args:
        probabilities: of label 1, from 0 to 1.
        labels: "argmax": 1 where its probability is above one half, so that a tie gives 0; "sample": 1 with its
            probability.
        seed: for the draws; "argmax" draws nothing.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: a probability is not from 0 to 1, the rule is unknown, or the seed negative.
    """
    array = finite_array("probabilities", probabilities, dimensions=1)
    outside = array[(array < 0) | (array > 1)]
    if outside.size:
        raise ValueError(f"probabilities must be from 0 to 1, got {outside[0]:g}")
    seed = _validation.seed(seed)
    if _validation.choice("labels", labels, LABELS) == "argmax":
        return (array > 0.5).astype(np.int64)
    return (np.random.default_rng(seed).random(len(array)) < array).astype(np.int64)


class Classifier(Protocol):
    """A fitted classifier of two classes."""

    def probabilities(self, features: Float[np.ndarray, "items features"]) -> Float[np.ndarray, " items"]:
        """Return the probability of label 1 for each item."""
        ...


class ClassifierLearner(Protocol):
    """What is fitted to labelled items and can then label others."""

    def fit(self, data: LabelledFeatures, *, seed: int) -> Classifier:
        """Return the classifier fitted to `data`."""
        ...


@dataclass(frozen=True)
class ScikitClassifier:
    """A classifier that scikit-learn has fitted.

    Attributes:
        estimator: the fitted estimator, with `classes_` and `predict_proba`.
        columns: how many features an item has.
    """

    estimator: Any
    columns: int

    def probabilities(self, features: Float[np.ndarray, "items features"]) -> Float[np.ndarray, " items"]:
        """Return the probability of label 1 for each item.

        Raises:
            TypeError: the features are not numbers.
            ValueError: they have another number of columns, or one is not finite.
        """
        table = _features(features, self.columns)
        if len(self.estimator.classes_) == 1:
            return np.full(len(table), float(self.estimator.classes_[0]))
        chances: Float[np.ndarray, " items"] = np.asarray(self.estimator.predict_proba(table)[:, 1], dtype=np.float64)
        return chances


@dataclass(frozen=True)
class LogisticLearner:
    """Logistic regression by maximum likelihood with a weak ridge, which leaves the intercept alone.

    The score equation of the intercept makes the mean probability on the training data equal to the rate of label 1
    among them: the fit is calibrated on average to its own data. Where all labels are equal, so are all answers.

    Attributes:
        strength: inverse weight of the ridge (C of scikit-learn), above 0.
    """

    strength: float = 1.0

    def __post_init__(self) -> None:
        _validation.number("strength", self.strength, above=0)

    def fit(self, data: LabelledFeatures, *, seed: int = 0) -> ScikitClassifier:
        """Return the classifier fitted to `data`; nothing here is random.

        Raises:
            TypeError: `data` does not hold numbers, or its labels are not integers.
            ValueError: a label is not 0 or 1, or a feature not finite.
        """
        _validation.seed(seed)
        features, labels = _training_data(data)
        if len(np.unique(labels)) == 1:
            return ScikitClassifier(_Constant(labels[0]), features.shape[1])
        estimator = LogisticRegression(C=self.strength, tol=1e-6, max_iter=1_000)
        with warnings.catch_warnings():
            # Separable labels push the weights far out; the ridge ends that, and the labels are right long before.
            warnings.simplefilter("ignore", ConvergenceWarning)
            return ScikitClassifier(estimator.fit(features, labels), features.shape[1])


@dataclass(frozen=True)
class NearestNeighboursLearner:
    """The share of label 1 among the nearest training items.

    With one neighbour it interpolates: it repeats the label of the nearest item, right or wrong, so that its most
    probable label is itself a draw from the labels nearby.

    Attributes:
        neighbours: how many, at least 1.
    """

    neighbours: int = 1

    def __post_init__(self) -> None:
        _validation.integer("neighbours", self.neighbours, minimum=1)

    def fit(self, data: LabelledFeatures, *, seed: int = 0) -> ScikitClassifier:
        """Return the classifier fitted to `data`; nothing here is random.

        Raises:
            TypeError: `data` does not hold numbers, or its labels are not integers.
            ValueError: a label is not 0 or 1, or there are fewer items than neighbours.
        """
        _validation.seed(seed)
        features, labels = _training_data(data)
        if len(labels) < self.neighbours:
            raise ValueError(f"data must hold at least neighbours={self.neighbours} items, got {len(labels)}")
        estimator = KNeighborsClassifier(self.neighbours).fit(features, labels)
        return ScikitClassifier(estimator, features.shape[1])


@dataclass(frozen=True)
class TreeLearner:
    """A decision tree, grown until each leaf holds one label unless its depth is limited.

    Attributes:
        depth: the largest number of questions on a path, at least 1; None for a full tree, which interpolates.
    """

    depth: int | None = None

    def __post_init__(self) -> None:
        if self.depth is not None:
            _validation.integer("depth", self.depth, minimum=1)

    def fit(self, data: LabelledFeatures, *, seed: int = 0) -> ScikitClassifier:
        """Return the classifier fitted to `data`; the seed breaks ties between equally good questions.

        Raises:
            TypeError: `data` does not hold numbers, or its labels are not integers.
            ValueError: a label is not 0 or 1, or a feature not finite.
        """
        features, labels = _training_data(data)
        estimator = DecisionTreeClassifier(max_depth=self.depth, random_state=_validation.seed(seed) % 2**32)
        return ScikitClassifier(estimator.fit(features, labels), features.shape[1])


@dataclass(frozen=True)
class BaseRateClassifier:
    """Bayes' rule for x | y ~ N(±μ, 1) in one dimension, with the rate of label 1 that it believes.

    Attributes:
        rate: how probable label 1 is before x is seen.
        distance: μ.
    """

    rate: float
    distance: float

    def probabilities(self, features: Float[np.ndarray, "items features"]) -> Float[np.ndarray, " items"]:
        """Return the probability of label 1 for each item.

        Raises:
            TypeError: the features are not numbers.
            ValueError: there is more than one column, or a feature is not finite.
        """
        table = _features(features, 1)
        return np.asarray(expit(logit(self.rate) + 2 * self.distance * table[:, 0]))


@dataclass(frozen=True)
class BaseRateLearner:
    """Knows what each class looks like, and learns only how often label 1 occurs: the smallest model with a bias.

    Attributes:
        distance: μ, half the distance between the classes in standard deviations, above 0.
    """

    distance: float

    def __post_init__(self) -> None:
        _validation.number("distance", self.distance, above=0)

    def fit(self, data: LabelledFeatures, *, seed: int = 0) -> BaseRateClassifier:
        """Return the classifier that believes the rate of `data`; nothing here is random.

        Raises:
            TypeError: `data` does not hold numbers, or its labels are not integers.
            ValueError: a label is not 0 or 1, or a feature not finite.
        """
        _validation.seed(seed)
        _, labels = _training_data(data)
        return BaseRateClassifier(float(labels.mean()), self.distance)


@dataclass(frozen=True)
class OffsetClassifier:
    """Gives every item the same probability of label 1.

    Attributes:
        rate: that probability.
    """

    rate: float

    def probabilities(self, features: Float[np.ndarray, "items features"]) -> Float[np.ndarray, " items"]:
        """Return the probability of label 1 for each item.

        Raises:
            TypeError: the features are not numbers.
            ValueError: a feature is not finite.
        """
        return np.full(len(finite_array("features", features, dimensions=2)), self.rate)


@dataclass(frozen=True)
class OffsetLearner:
    """Believes of every item the rate of label 1 in its data plus an offset, always the same: a fit error by design.

    With drawn labels it is the worst case of the bound on amplification, in which each fit strays by just δ.

    Attributes:
        offset: δ, from −1 to 1; where the sum is not a probability, 0 or 1 takes its place.
    """

    offset: float

    def __post_init__(self) -> None:
        _validation.number("offset", self.offset, minimum=-1, maximum=1)

    def fit(self, data: LabelledFeatures, *, seed: int = 0) -> OffsetClassifier:
        """Return the classifier that believes the rate of `data` plus the offset; nothing here is random.

        Raises:
            TypeError: `data` does not hold numbers, or its labels are not integers.
            ValueError: a label is not 0 or 1, or a feature not finite.
        """
        _validation.seed(seed)
        _, labels = _training_data(data)
        return OffsetClassifier(float(np.clip(labels.mean() + self.offset, 0, 1)))


class _Constant:
    """Stands in for an estimator where all labels are equal."""

    def __init__(self, label: int) -> None:
        self.classes_ = np.array([label])


def _training_data(
    data: LabelledFeatures,
) -> tuple[Float[np.ndarray, "items features"], Int[np.ndarray, " items"]]:
    features = finite_array("features", data.features, dimensions=2)
    return features, categories_array("labels", data.labels, dimensions=1, categories=2)


def _features(features: Float[np.ndarray, "items features"], columns: int) -> Float[np.ndarray, "items features"]:
    table = finite_array("features", features, dimensions=2)
    if table.shape[1] != columns:
        raise ValueError(f"features must have {columns} columns, got {table.shape[1]}")
    return table
