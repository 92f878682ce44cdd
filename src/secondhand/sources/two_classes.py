"""Labelled items of two classes of which one is rarer, at a rate that is known.

They are drawn anew as often as wanted. They know nothing of classifiers.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from secondhand import _validation


@dataclass(frozen=True)
class TwoGaussians:
    """Two normal classes whose means lie 2μ apart along the diagonal; the variance is 1, or differs for label 1.

    Attributes:
        rate: how often label 1 occurs, above 0 and below 1.
        distance: μ, half the distance between the means in standard deviations, above 0.
        dimensions: number of features, at least 1.
        spread: standard deviation of each feature for label 1, above 0; for label 0 it is 1.

    Raises:
        TypeError: a parameter has the wrong type.
        ValueError: a parameter is out of range.
    """

    rate: float
    distance: float
    dimensions: int = 1
    spread: float = 1.0

    def __post_init__(self) -> None:
        _validation.number("rate", self.rate, above=0, below=1)
        _validation.number("distance", self.distance, above=0)
        _validation.integer("dimensions", self.dimensions, minimum=1)
        _validation.number("spread", self.spread, above=0)

    def sample(
        self, size: int, *, seed: int
    ) -> tuple[Float[np.ndarray, "{size} {self.dimensions}"], Int[np.ndarray, " {size}"]]:
        """Draw the features and the labels of `size` independent items.

        Raises:
            TypeError: `size` or `seed` is not an integer.
            ValueError: `size` is below 1, or `seed` negative.
        """
        size = _validation.integer("size", size, minimum=1)
        generator = np.random.default_rng(_validation.seed(seed))
        labels = (generator.random(size) < self.rate).astype(np.int64)
        shift = (2 * labels[:, None] - 1) * self.distance / np.sqrt(self.dimensions)
        scale = np.where(labels == 1, self.spread, 1.0)[:, None]
        return scale * generator.standard_normal((size, self.dimensions)) + shift, labels


@dataclass(frozen=True)
class NoisyPair:
    """Pictures of two kinds, drawn with replacement at a given rate and covered with fresh noise on every pixel.

    Attributes:
        common: the pictures of label 0, one a row.
        rare: the pictures of label 1, one a row.
        rate: how often label 1 occurs, above 0 and below 1.
        noise: standard deviation of the noise, in the unit of the pixels, at least 0.

    Raises:
        TypeError: a parameter has the wrong type.
        ValueError: a parameter is out of range, or the pictures differ in size.
    """

    common: Float[np.ndarray, "common pixels"]
    rare: Float[np.ndarray, "rare _"]
    rate: float
    noise: float

    def __post_init__(self) -> None:
        _validation.number("rate", self.rate, above=0, below=1)
        _validation.number("noise", self.noise, minimum=0)
        if self.common.ndim != 2 or self.common.shape[1:] != self.rare.shape[1:]:
            raise ValueError(f"rare must have rows as long as those of common, got {self.rare.shape}")
        for name, pictures in (("common", self.common), ("rare", self.rare)):
            if not len(pictures):
                raise ValueError(f"{name} must hold at least one picture, got none")

    def sample(self, size: int, *, seed: int) -> tuple[Float[np.ndarray, "{size} pixels"], Int[np.ndarray, " {size}"]]:
        """Draw the pictures and the labels of `size` items.

        Raises:
            TypeError: `size` or `seed` is not an integer.
            ValueError: `size` is below 1, or `seed` negative.
        """
        size = _validation.integer("size", size, minimum=1)
        generator = np.random.default_rng(_validation.seed(seed))
        labels = (generator.random(size) < self.rate).astype(np.int64)
        common = self.common[generator.integers(len(self.common), size=size)]
        rare = self.rare[generator.integers(len(self.rare), size=size)]
        pictures = np.where(labels[:, None] == 1, rare, common)
        return pictures + self.noise * generator.standard_normal(pictures.shape), labels
