"""Laws that are known exactly: the normal law, categories, and Zipf's law.

They draw numbers and know nothing of models or of text.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from secondhand import _validation


@dataclass(frozen=True)
class Gaussian:
    """The normal law with a given mean and variance.

    Attributes:
        mean: its expected value.
        variance: its variance, above 0.

    Raises:
        TypeError: a parameter is not a number.
        ValueError: a parameter is not finite, or the variance not above 0.
    """

    mean: float = 0.0
    variance: float = 1.0

    def __post_init__(self) -> None:
        _validation.number("mean", self.mean)
        _validation.number("variance", self.variance, above=0)

    def sample(self, size: int, *, seed: int) -> Float[np.ndarray, " {size}"]:
        """Draw `size` independent values.

        Raises:
            TypeError: `size` or `seed` is not an integer.
            ValueError: `size` is below 1, or `seed` negative.
        """
        size = _validation.integer("size", size, minimum=1)
        return np.random.default_rng(_validation.seed(seed)).normal(self.mean, np.sqrt(self.variance), size)


@dataclass(frozen=True)
class Categorical:
    """Independent draws of one category out of several.

    Attributes:
        probabilities: the probability of each category; they sum to one.

    Raises:
        TypeError: the probabilities are not numbers.
        ValueError: they are negative, do not sum to one, or are not in one row.
    """

    probabilities: Float[np.ndarray, " categories"]

    def __post_init__(self) -> None:
        object.__setattr__(self, "probabilities", _validation.probabilities("probabilities", self.probabilities))

    def sample(self, size: int, *, seed: int) -> Int[np.ndarray, " {size}"]:
        """Draw `size` independent categories, numbered from 0.

        Raises:
            TypeError: `size` or `seed` is not an integer.
            ValueError: `size` is below 1, or `seed` negative.
        """
        size = _validation.integer("size", size, minimum=1)
        generator = np.random.default_rng(_validation.seed(seed))
        return generator.choice(len(self.probabilities), size, p=self.probabilities)


def zipf_probabilities(categories: int, *, exponent: float = 1.0) -> Float[np.ndarray, " {categories}"]:
    """Return probabilities that fall with the rank r of a category as r to the power −`exponent`, as in word counts.

    Args:
        categories: how many there are, at least 1.
        exponent: how fast probabilities fall, at least 0; 0 makes all equal.

    Raises:
        TypeError: an argument is not a number, or `categories` not an integer.
        ValueError: an argument is below its minimum.

    Source:
        G. K. Zipf (1949), Human Behavior and the Principle of Least Effort.
    """
    categories = _validation.integer("categories", categories, minimum=1)
    exponent = _validation.number("exponent", exponent, minimum=0)
    weights = np.power(np.arange(1, categories + 1, dtype=np.float64), -exponent)
    return np.asarray(weights / weights.sum())
