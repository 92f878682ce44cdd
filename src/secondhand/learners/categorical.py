"""A law on categories 0, 1, 2, …, fitted by relative frequencies.

It knows nothing of what the categories stand for, nor of generations.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from secondhand import _validation
from secondhand.learners._checks import categories_array, size_and_seed


@dataclass(frozen=True)
class CategoricalModel:
    """A law on categories.

    Attributes:
        probabilities: the probability of each category; they sum to one.
    """

    probabilities: Float[np.ndarray, " categories"]

    def __post_init__(self) -> None:
        object.__setattr__(self, "probabilities", _validation.probabilities("probabilities", self.probabilities))

    def sample(self, size: int, *, seed: int) -> Int[np.ndarray, " size"]:
        """Draw `size` independent categories.

        Raises:
            TypeError: `size` or `seed` is not an integer.
            ValueError: `size` is below 1, or `seed` is negative.
        """
        size, seed = size_and_seed(size, seed)
        return np.random.default_rng(seed).choice(len(self.probabilities), size, p=self.probabilities)

    def log_likelihood(self, data: Int[np.ndarray, " items"]) -> Float[np.ndarray, " items"]:
        """Return the log-probability of each item in nats: minus infinity for a category that the model has lost.

        Raises:
            TypeError: `data` does not hold integers.
            ValueError: `data` is not one-dimensional, is empty, or holds a number that is no category.
        """
        items = categories_array("data", data, dimensions=1, categories=len(self.probabilities))
        with np.errstate(divide="ignore"):
            scores: Float[np.ndarray, " items"] = np.log(self.probabilities)[items]
        return scores


@dataclass(frozen=True)
class CategoricalLearner:
    """Fits relative frequencies, the maximum-likelihood law on categories.

    Attributes:
        categories: how many there are, seen or not; at least 1.
    """

    categories: int

    def __post_init__(self) -> None:
        _validation.integer("categories", self.categories, minimum=1)

    def fit(self, data: Int[np.ndarray, " items"], *, seed: int = 0) -> CategoricalModel:
        """Return the law with the relative frequencies of `data`; nothing here is random.

        Raises:
            TypeError: `data` does not hold integers.
            ValueError: `data` is not one-dimensional, is empty, or holds a number that is no category.
        """
        _validation.seed(seed)
        items = categories_array("data", data, dimensions=1, categories=self.categories)
        return CategoricalModel(np.bincount(items, minlength=self.categories) / len(items))
