"""One Gaussian for each class: it makes labelled data, and classifies by Bayes' rule.

It knows nothing of where the features come from, nor of generations.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from secondhand import _validation
from secondhand.learners._checks import categories_array, finite_array, size_and_seed


@dataclass(frozen=True)
class LabelledFeatures:
    """Items with their features and their class.

    Attributes:
        features: one item a row.
        labels: the class of each item, from 0.
    """

    features: Float[np.ndarray, "items features"]
    labels: Int[np.ndarray, " items"]

    def __post_init__(self) -> None:
        if len(self.features) != len(self.labels):
            raise ValueError(
                f"labels must hold one class for each of the {len(self.features)} items, got {len(self.labels)}"
            )

    def __len__(self) -> int:
        return len(self.labels)


@dataclass(frozen=True)
class ClassConditionalGaussianModel:
    """A Gaussian law of the features in each class, the classes being equally likely.

    Attributes:
        means: the mean of each class.
        covariances: the covariance of each class.
        ridge: added to each variance where a density is needed, so that a nearly flat Gaussian has one; samples and
            `trace` do without it.
    """

    means: Float[np.ndarray, "classes features"]
    covariances: Float[np.ndarray, "classes features features"]
    ridge: float

    @property
    def trace(self) -> float:
        """The total variance of the features, averaged over the classes."""
        return float(np.trace(self.covariances, axis1=1, axis2=2).mean())

    def sample(self, size: int, *, seed: int) -> LabelledFeatures:
        """Draw `size` labelled items, equally many from each class.

        Raises:
            TypeError: `size` or `seed` is not an integer.
            ValueError: `size` is below 1 or no multiple of the number of classes, or `seed` is negative.
        """
        size, seed = size_and_seed(size, seed)
        classes, features = self.means.shape
        if size % classes:
            raise ValueError(f"size must be a multiple of the number of classes, {classes}, got {size}")
        noise = np.random.default_rng(seed).standard_normal((classes, size // classes, features))
        variances, directions = np.linalg.eigh(self.covariances)
        scaled = noise * np.sqrt(variances.clip(min=0))[:, None, :]
        drawn = self.means[:, None, :] + scaled @ directions.transpose(0, 2, 1)
        return LabelledFeatures(drawn.reshape(size, features), np.repeat(np.arange(classes), size // classes))

    @cached_property
    def _spectra(self) -> tuple[Float[np.ndarray, "classes features"], Float[np.ndarray, "classes features features"]]:
        """Variances, with the ridge, and directions of the axes of each Gaussian."""
        variances, directions = np.linalg.eigh(self.covariances)
        return variances.clip(min=0) + self.ridge, directions

    def _log_densities(self, features: Float[np.ndarray, "items features"]) -> Float[np.ndarray, "items classes"]:
        features = finite_array("features", features, dimensions=2)
        if features.shape[1] != self.means.shape[1]:
            raise ValueError(f"features must have {self.means.shape[1]} columns, got {features.shape[1]}")
        variances, directions = self._spectra
        along_axes = np.einsum("icf,cfa->ica", features[:, None, :] - self.means, directions)
        densities: Float[np.ndarray, "items classes"] = -0.5 * (
            np.log(2 * np.pi * variances) + along_axes**2 / variances
        ).sum(axis=2)
        return densities

    def log_likelihood(self, data: LabelledFeatures) -> Float[np.ndarray, " items"]:
        """Return the log-density of each item's features together with its class, in nats.

        Raises:
            TypeError: the labels are not integers.
            ValueError: the features have another number of columns, or a label is no class.
        """
        classes = len(self.means)
        labels = categories_array("labels", data.labels, dimensions=1, categories=classes)
        joint: Float[np.ndarray, "items classes"] = self._log_densities(data.features) - np.log(classes)
        scores: Float[np.ndarray, " items"] = joint[np.arange(len(labels)), labels]
        return scores

    def classify(self, features: Float[np.ndarray, "items features"]) -> Int[np.ndarray, " items"]:
        """Return the most probable class of each item given its features (Bayes' rule).

        Raises:
            ValueError: the features have another number of columns.
        """
        most_probable: Int[np.ndarray, " items"] = self._log_densities(features).argmax(axis=1)
        return most_probable


@dataclass(frozen=True)
class ClassConditionalGaussianLearner:
    """Fits the mean and the covariance (maximum likelihood: divided by n) of each class.

    Attributes:
        classes: how many classes there are, at least 1.
        ridge: added to each variance where a density is needed, in the unit of the features squared; above 0.
    """

    classes: int
    ridge: float = 1e-6

    def __post_init__(self) -> None:
        _validation.integer("classes", self.classes, minimum=1)
        _validation.number("ridge", self.ridge, above=0)

    def fit(self, data: LabelledFeatures, *, seed: int = 0) -> ClassConditionalGaussianModel:
        """Return the Gaussians fitted to `data`; nothing here is random.

        Raises:
            TypeError: `data` does not hold numbers, or its labels are not integers.
            ValueError: a class has fewer than 2 items, or a label is no class.
        """
        _validation.seed(seed)
        features = finite_array("features", data.features, dimensions=2)
        labels = categories_array("labels", data.labels, dimensions=1, categories=self.classes)
        counts = np.bincount(labels, minlength=self.classes)
        if counts.min() < 2:
            raise ValueError(f"labels must hold each class at least twice, got class {counts.argmin()} {counts.min()}×")
        groups = [features[labels == label] for label in range(self.classes)]
        return ClassConditionalGaussianModel(
            means=np.stack([group.mean(axis=0) for group in groups]),
            covariances=np.stack(
                [np.cov(group, rowvar=False, bias=True).reshape(2 * [features.shape[1]]) for group in groups]
            ),
            ridge=self.ridge,
        )
