"""A Gaussian on the line, fitted by its mean and variance.

It knows nothing of generations.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from secondhand import _validation
from secondhand.learners._checks import finite_array, size_and_seed


@dataclass(frozen=True)
class GaussianModel:
    """The Gaussian law with a given mean and variance.

    Attributes:
        mean: the mean, in the unit of the data.
        variance: the variance, at least 0, in that unit squared.
    """

    mean: float
    variance: float

    def sample(self, size: int, *, seed: int) -> Float[np.ndarray, " size"]:
        """Draw `size` independent numbers.

        Raises:
            TypeError: `size` or `seed` is not an integer.
            ValueError: `size` is below 1, or `seed` is negative.
        """
        size, seed = size_and_seed(size, seed)
        return np.random.default_rng(seed).normal(self.mean, np.sqrt(self.variance), size)

    def log_likelihood(self, data: Float[np.ndarray, " items"]) -> Float[np.ndarray, " items"]:
        """Return the log-density of each number, in nats.

        Raises:
            ValueError: the variance is 0, so that the law has no density, or `data` is not one-dimensional and finite.
        """
        numbers = finite_array("data", data, dimensions=1)
        if self.variance == 0:
            raise ValueError("variance must be above 0 for a density, got 0; the model has collapsed to one point")
        squared_distances = (numbers - self.mean) ** 2 / self.variance
        densities: Float[np.ndarray, " items"] = -0.5 * (np.log(2 * np.pi * self.variance) + squared_distances)
        return densities


@dataclass(frozen=True)
class GaussianLearner:
    """Fits a Gaussian to numbers.

    Attributes:
        biased: divide the sum of squares by n (maximum likelihood) rather than by n − 1.
    """

    biased: bool = True

    def fit(self, data: Float[np.ndarray, " items"], *, seed: int = 0) -> GaussianModel:
        """Return the Gaussian with the mean and the variance of `data`; nothing here is random.

        Raises:
            TypeError: `data` does not hold numbers.
            ValueError: `data` is not one-dimensional and finite, or holds fewer than 2 numbers.
        """
        _validation.seed(seed)
        numbers = finite_array("data", data, dimensions=1, minimum_items=2)
        return GaussianModel(mean=float(numbers.mean()), variance=float(numbers.var(ddof=0 if self.biased else 1)))
