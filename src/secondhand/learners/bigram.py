"""A bigram model as a table: how probable each category is after each other one.

The categories are whole numbers, so that many texts are drawn, counted and changed at once as arrays. `NGramModel` is
its relative for strings and longer contexts. It knows nothing of what the categories mean, nor of who wrote the texts.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from secondhand import _validation
from secondhand.learners._checks import categories_array, size_and_seed


@dataclass(frozen=True)
class BigramModel:
    """A law of the first category, and a law of the next category for each present one.

    Attributes:
        start: probability of each category at the beginning of a text.
        transitions: row c holds the probabilities of what follows category c.

    Raises:
        TypeError: an array does not hold numbers.
        ValueError: a row does not hold probabilities that sum to one, or the shapes do not fit.
    """

    start: Float[np.ndarray, " categories"]
    transitions: Float[np.ndarray, "categories categories"]

    def __post_init__(self) -> None:
        size = len(_validation.probabilities("start", self.start))
        table = np.asarray(self.transitions, dtype=np.float64)
        if table.shape != (size, size):
            raise ValueError(f"transitions must have shape ({size}, {size}) to match start, got {table.shape}")
        off = np.abs(table.sum(axis=1) - 1)
        if not np.isfinite(table).all() or table.min() < 0 or off.max() > 1e-8:
            raise ValueError(
                f"transitions must hold probabilities with rows that sum to 1, got row {int(off.argmax())}"
            )

    @property
    def categories(self) -> int:
        """How many categories there are."""
        return len(self.start)

    def sample(self, size: int, *, length: int, seed: int) -> Int[np.ndarray, "size length"]:
        """Draw `size` texts of `length` categories each.

        Raises:
            TypeError: a number is not an integer.
            ValueError: `size` or `length` is below 1, or `seed` is negative.
        """
        size, seed = size_and_seed(size, seed)
        length = _validation.integer("length", length, minimum=1)
        uniform = np.random.default_rng(seed).random((length, size))
        texts = np.empty((length, size), dtype=np.int64)
        start, following = _line(self.start[None, :]), _line(self.transitions)
        texts[0] = np.searchsorted(start, uniform[0], side="right")
        for place in range(1, length):
            before = texts[place - 1]
            found = np.searchsorted(following, before + uniform[place], side="right")
            texts[place] = found - before * self.categories
        return np.ascontiguousarray(texts.T)

    def pair_law(self, *, length: int) -> Float[np.ndarray, "categories categories"]:
        """Return the joint probability of present and next category, averaged over the places of a text.

        Args:
            length: of the text, at least 2.

        Raises:
            TypeError: `length` is not an integer.
            ValueError: `length` is below 2.
        """
        places = _validation.integer("length", length, minimum=2) - 1
        law, total = self.start, np.zeros(self.categories)
        for _ in range(places):
            total = total + law
            law = law @ self.transitions
        return np.asarray((total / places)[:, None] * self.transitions)

    def log_likelihood(self, data: Int[np.ndarray, "texts length"]) -> Float[np.ndarray, " texts"]:
        """Return the log-probability of each text in nats; minus infinity where it holds an impossible pair.

        Raises:
            TypeError: `data` does not hold integers.
            ValueError: `data` is not two-dimensional, or holds a number that is no category.
        """
        texts = categories_array("data", data, dimensions=2, categories=self.categories)
        with np.errstate(divide="ignore"):
            first = np.log(self.start)[texts[:, 0]]
            return np.asarray(first + np.log(self.transitions)[texts[:, :-1], texts[:, 1:]].sum(axis=1))


def _line(laws: Float[np.ndarray, "rows categories"]) -> Float[np.ndarray, " cells"]:
    """Return the cumulative laws of all rows as one sorted line, each row lifted by its number.

    The place of `row + u` in it, for u uniform between 0 and 1, is a draw from that row.
    """
    cumulative = np.cumsum(laws, axis=1)
    # Divided by its own last entry, each row ends at exactly 1, so that no draw falls into the next row.
    return np.asarray((cumulative / cumulative[:, -1:] + np.arange(len(laws))[:, None]).ravel())


@dataclass(frozen=True)
class BigramLearner:
    """Counts which category follows which.

    Attributes:
        categories: how many categories there are, at least 2; a text may lack some.
    """

    categories: int

    def __post_init__(self) -> None:
        _validation.integer("categories", self.categories, minimum=2)

    def count(self, data: Int[np.ndarray, "texts length"]) -> Int[np.ndarray, "categories categories"]:
        """Return how often each category follows each other one within a text.

        Raises:
            TypeError: `data` does not hold integers.
            ValueError: `data` is not two-dimensional, has texts shorter than 2, or holds a number that is no category.
        """
        texts = categories_array("data", data, dimensions=2, categories=self.categories)
        if texts.shape[1] < 2:
            raise ValueError(f"data must hold texts of at least 2 categories, got length {texts.shape[1]}")
        pairs = texts[:, :-1] * self.categories + texts[:, 1:]
        counts = np.bincount(pairs.ravel(), minlength=self.categories**2)
        return counts.reshape(self.categories, self.categories)

    def fit(self, data: Int[np.ndarray, "texts length"], *, seed: int = 0) -> BigramModel:
        """Return the model of relative frequencies, without smoothing; nothing here is random.

        A text begins as often with a category as the category is followed by another one in `data`. After a category
        that is never followed by anything comes any category, as often as it begins a text.

        Raises:
            TypeError: `data` does not hold integers, or `seed` is not one.
            ValueError: `data` is not two-dimensional, has texts shorter than 2, or holds a number that is no category.
        """
        _validation.seed(seed)
        counts = self.count(data)
        followed = counts.sum(axis=1)
        start = followed / followed.sum()
        transitions = np.where(followed[:, None] > 0, counts / np.maximum(followed, 1)[:, None], start)
        return BigramModel(start, transitions)
