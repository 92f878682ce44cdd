"""Labels that are wrong in a known way, and the linear classifiers that learn from them.

It knows nothing of verifiers, nor of generations.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression

from secondhand import _validation
from secondhand.learners._checks import categories_array, finite_array
from secondhand.learners.class_conditional_gaussian import LabelledFeatures
from secondhand.sources import Digits

NOISE_KINDS = ("cyclic", "uniform")
"""Where a wrong label goes: to the next class, or to any of the others."""


@dataclass(frozen=True)
class LabelNoise:
    """A teacher who knows the right class and gives a wrong one with a fixed probability.

    Attributes:
        error: probability of a wrong label, from 0 to 1.
        classes: how many classes there are, at least 2.
        kind: "cyclic": a wrong label is the next class, and the first class follows the last. "uniform": it is any of
            the other classes, with equal probability.
    """

    error: float
    classes: int
    kind: str = "cyclic"

    def __post_init__(self) -> None:
        _validation.number("error", self.error, minimum=0, maximum=1)
        _validation.integer("classes", self.classes, minimum=2)
        _validation.choice("kind", self.kind, NOISE_KINDS)

    def corrupt(self, labels: Int[np.ndarray, " items"], *, seed: int) -> Int[np.ndarray, " items"]:
        """Return the labels that the teacher gives to items of these classes.

        Raises:
            TypeError: `labels` does not hold integers, or `seed` is not one.
            ValueError: `labels` is empty or holds a number that is no class, or `seed` is negative.
        """
        truth = categories_array("labels", labels, dimensions=1, categories=self.classes)
        generator = np.random.default_rng(_validation.seed(seed))
        wrong = generator.random(len(truth)) < self.error
        farthest = 2 if self.kind == "cyclic" else self.classes
        steps = generator.integers(1, farthest, len(truth))
        return np.where(wrong, (truth + steps) % self.classes, truth)


def project_digits(digits: Digits, *, components: int) -> tuple[LabelledFeatures, LabelledFeatures]:
    """Return both parts of the digits, described by principal components of the part to learn from.

    Args:
        digits: as `secondhand.sources.load_digits` returns them.
        components: how many numbers describe an image, from 1 to 64.

    Returns:
        The part to learn from, and the part to test on.

    Raises:
        TypeError: `components` is not an integer.
        ValueError: `components` is out of range.
    """
    count, pixels = _validation.integer("components", components, minimum=1), digits.train_images.shape[1]
    if count > pixels:
        raise ValueError(f"components must be at most the number of pixels, {pixels}, got {count}")
    projection = PCA(count, random_state=0).fit(digits.train_images)
    return (
        LabelledFeatures(projection.transform(digits.train_images), digits.train_labels),
        LabelledFeatures(projection.transform(digits.test_images), digits.test_labels),
    )


def fit_logistic(data: LabelledFeatures, *, strength: float = 1.0) -> LogisticRegression:
    """Return multinomial logistic regression fitted to labelled features; `predict` classifies others.

    Args:
        data: at least two classes.
        strength: inverse of the quadratic penalty on the weights (scikit-learn's C), above 0.

    Raises:
        TypeError: the features are not numbers, or `strength` is not one.
        ValueError: there is only one class, or `strength` is not above 0.
    """
    return LogisticRegression(C=_validation.number("strength", strength, above=0), max_iter=5_000, random_state=0).fit(
        *_checked(data)
    )


def fit_linear_discriminant(data: LabelledFeatures) -> LinearDiscriminantAnalysis:
    """Return Fisher's linear discriminants fitted to labelled features; `predict` classifies others.

    They are class means and one covariance for all classes: for two classes the same as least squares on the labels.

    Raises:
        TypeError: the features are not numbers.
        ValueError: there is only one class.
    """
    return LinearDiscriminantAnalysis().fit(*_checked(data))


def _checked(
    data: LabelledFeatures,
) -> tuple[Float[np.ndarray, "items features"], Int[np.ndarray, " items"]]:
    features = finite_array("features", data.features, dimensions=2, minimum_items=2)
    present = np.unique(data.labels)
    if len(present) < 2:
        raise ValueError(f"labels must hold at least two classes to tell apart, got only {present[0]}")
    return features, data.labels
