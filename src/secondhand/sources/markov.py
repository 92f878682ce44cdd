"""Documents of a Markov chain: the next token depends on the last one alone, by a law that is known.

What such documents have in common can be learnt; what a single one says cannot be guessed from the others. It knows
nothing of models.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from secondhand import _validation


@dataclass(frozen=True)
class MarkovChain:
    """A law of documents: a uniform first token, then the row of the last token for the next one.

    Attributes:
        transition: row i holds the probabilities of the token after token i.

    Raises:
        TypeError: `transition` does not hold numbers.
        ValueError: it is not square, or a row is no probability law.
    """

    transition: Float[np.ndarray, "tokens tokens"]

    def __post_init__(self) -> None:
        law = np.asarray(self.transition)
        if law.ndim != 2 or law.shape[0] != law.shape[1]:
            raise ValueError(f"transition must be a square table, got shape {law.shape}")
        rows = [_validation.probabilities(f"transition[{number}]", row) for number, row in enumerate(law)]
        object.__setattr__(self, "transition", np.array(rows))

    @property
    def tokens(self) -> int:
        """How many distinct tokens there are."""
        return len(self.transition)

    def sample(self, size: int, *, length: int, seed: int) -> Int[np.ndarray, "{size} {length}"]:
        """Draw `size` documents of `length` tokens each.

        Raises:
            TypeError: an argument is not an integer.
            ValueError: `size` or `length` is below 1, or `seed` is negative.
        """
        size = _validation.integer("size", size, minimum=1)
        length = _validation.integer("length", length, minimum=1)
        generator = np.random.default_rng(_validation.seed(seed))
        edges = np.cumsum(self.transition, axis=1)
        edges[:, -1] = 1.0  # rounding must not leave a gap at the top
        documents = np.empty((size, length), dtype=np.int64)
        documents[:, 0] = generator.integers(self.tokens, size=size)
        for position in range(1, length):
            uniform = generator.random((size, 1))
            documents[:, position] = (uniform >= edges[documents[:, position - 1]]).sum(axis=1)
        return documents


def random_markov_chain(tokens: int, *, concentration: float, seed: int) -> MarkovChain:
    """Return a chain whose rows are drawn from a symmetric Dirichlet law.

    Args:
        tokens: how many distinct tokens there are, at least 2.
        concentration: above 0; the smaller, the fewer tokens are likely after each.
        seed: for the draw.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.
    """
    tokens = _validation.integer("tokens", tokens, minimum=2)
    concentration = _validation.number("concentration", concentration, above=0)
    generator = np.random.default_rng(_validation.seed(seed))
    return MarkovChain(generator.dirichlet(np.full(tokens, concentration), size=tokens))
