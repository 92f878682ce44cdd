"""Small networks that learn to add by examples, digit by digit from the right, as at school.

For each digit of the answer a network sees the column above it, the column to the right of that, and the digit that it
wrote there. It answers with probabilities, so that it can be asked again and again. Several networks learn side by
side, each from its own examples. They know nothing of who made the examples, nor of verifiers.
"""

from copy import deepcopy
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy.typing import ArrayLike
from torch.nn import functional

from secondhand import _validation
from secondhand.learners._checks import categories_array
from secondhand.learners.parallel_perceptrons import ParallelPerceptrons

_SYMBOLS = 11  # ten digits, and a mark for "nothing here"
_SEEN = 5 * _SYMBOLS
_MOST_DIGITS = 17


@dataclass(frozen=True)
class ColumnAdders:
    """Networks that add two numbers, one network a chain.

    Attributes:
        network: from the symbols that are seen to the logits of a digit.
        digits: digits of each number to add; the answer has one more.
    """

    network: ParallelPerceptrons
    digits: int

    @property
    def chains(self) -> int:
        """How many networks there are."""
        return self.network.members

    def train(
        self,
        problems: ArrayLike,
        answers: ArrayLike,
        kept: ArrayLike | None = None,
        *,
        steps: int,
        batch_size: int = 64,
        learning_rate: float = 1e-3,
        seed: int,
    ) -> "ColumnAdders":
        """Return networks trained further, by Adam and cross-entropy; these stay as they are.

        Args:
            problems: two numbers each, shape (chains, items, 2).
            answers: what to write below them, right or wrong, shape (chains, items).
            kept: True for the examples to learn from, shape (chains, items); all by default.
            steps: updates of the weights.
            batch_size: examples in an update, for each chain, drawn with replacement.
            learning_rate: of Adam, the same throughout.
            seed: for the examples drawn.

        Raises:
            TypeError: an argument has the wrong type.
            ValueError: an argument has another shape, a number has too many digits, or nothing is kept in a chain.
        """
        columns, digits = self._columns(problems), self._written(answers, problems)
        mask = np.ones(digits.shape[:2], dtype=bool) if kept is None else np.asarray(kept)
        if mask.dtype != np.bool_ or mask.shape != tuple(digits.shape[:2]):
            raise ValueError(f"kept must hold True or False for each problem, got {mask.dtype} of shape {mask.shape}")
        counts = torch.as_tensor(mask.sum(axis=1))
        if counts.min() < 1:
            raise ValueError("kept must mark at least one example in each chain, got none; lower the bar")
        steps = _validation.integer("steps", steps, minimum=1)
        batch_size = _validation.integer("batch_size", batch_size, minimum=1)
        rate = _validation.number("learning_rate", learning_rate, above=0)
        generator = torch.Generator().manual_seed(_validation.seed(seed))
        # Kept examples first, so that a random number below their count chooses one.
        order, chain = torch.as_tensor(np.argsort(~mask, axis=1, kind="stable")), torch.arange(self.chains)[:, None]
        network = deepcopy(self.network).requires_grad_(True)
        optimizer = torch.optim.Adam(network.parameters(), lr=rate)
        for _ in range(steps):
            uniform = torch.rand(self.chains, batch_size, generator=generator)
            chosen = order[chain, (uniform * counts[:, None]).long()]
            inputs = self._seen(columns[chain, chosen], digits[chain, chosen]).flatten(1, 2)
            targets = digits[chain, chosen].flatten(1, 2)
            logits = network(inputs.transpose(0, 1)).transpose(0, 1)
            # A mean for each chain, summed over chains, so that each trains as if it were alone.
            loss = self.chains * functional.cross_entropy(logits.flatten(0, 1), targets.flatten())
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        return ColumnAdders(network.requires_grad_(False), self.digits)

    @torch.no_grad()
    def sample(self, problems: ArrayLike, *, seed: int) -> Int[np.ndarray, "chains items"]:
        """Draw one answer to each problem, digit by digit from the probabilities of the network.

        Raises:
            TypeError: an argument does not hold integers.
            ValueError: the problems do not fit the networks, or the seed is negative.
        """
        generator = torch.Generator().manual_seed(_validation.seed(seed))
        return self._answer(problems, generator)

    @torch.no_grad()
    def answer(self, problems: ArrayLike) -> Int[np.ndarray, "chains items"]:
        """Return the answer made of the most probable digits, one after the other.

        Raises:
            TypeError: `problems` does not hold integers.
            ValueError: the problems do not fit the networks.
        """
        return self._answer(problems, None)

    @torch.no_grad()
    def log_likelihood(self, problems: ArrayLike, answers: ArrayLike) -> Float[np.ndarray, "chains items"]:
        """Return the log-probability with which `sample` gives these answers, in nats.

        Raises:
            TypeError: an argument does not hold integers.
            ValueError: the arguments do not fit the networks or each other.
        """
        columns, digits = self._columns(problems), self._written(answers, problems)
        logits = self._logits(self._seen(columns, digits).flatten(1, 2)).view(*digits.shape, 10)
        scores = logits.double().log_softmax(dim=-1).gather(-1, digits[..., None]).squeeze(-1)
        total: Float[np.ndarray, "chains items"] = scores.sum(dim=-1).numpy()
        return total

    def _answer(self, problems: ArrayLike, generator: torch.Generator | None) -> Int[np.ndarray, "chains items"]:
        columns = self._columns(problems)
        written = torch.zeros(*columns.shape[:2], self.digits + 1, dtype=torch.long)
        for place in range(self.digits + 1):
            logits = self._logits(self._seen(columns, written)[:, :, place])
            if generator is not None:  # the largest of logits plus Gumbel noise is a draw from their probabilities
                logits = logits - torch.empty_like(logits).exponential_(generator=generator).log()
            written[:, :, place] = logits.argmax(dim=-1)
        return np.asarray((written * 10 ** torch.arange(self.digits + 1)).sum(dim=-1).numpy())

    def _logits(self, seen: torch.Tensor) -> torch.Tensor:
        logits: torch.Tensor = self.network(seen.transpose(0, 1)).transpose(0, 1)
        return logits

    def _columns(self, problems: ArrayLike) -> Int[torch.Tensor, "chains items places 2"]:
        """Return the digits to add, from the right, with a column of zeros for the last digit of the answer."""
        numbers = categories_array("problems", problems, dimensions=3, categories=10**self.digits)
        if numbers.shape[0] != self.chains or numbers.shape[2] != 2:
            raise ValueError(f"problems must have shape ({self.chains}, items, 2), got {numbers.shape}")
        return _digits(numbers, self.digits + 1).transpose(2, 3)

    def _written(self, answers: ArrayLike, problems: ArrayLike) -> Int[torch.Tensor, "chains items places"]:
        numbers = categories_array("answers", answers, dimensions=2, categories=10 ** (self.digits + 1))
        if numbers.shape != np.shape(problems)[:2]:
            raise ValueError(f"answers must be one for each problem, {np.shape(problems)[:2]}, got {numbers.shape}")
        return _digits(numbers, self.digits + 1)

    def _seen(self, columns: torch.Tensor, written: torch.Tensor) -> torch.Tensor:
        """Return what the network sees at each place, one unit for each symbol."""
        nothing = torch.full((*written.shape[:2], 1), _SYMBOLS - 1)
        here = [columns[..., 0], columns[..., 1]]
        right = [torch.cat([nothing, symbols[:, :, :-1]], dim=2) for symbols in (*here, written)]
        # Rows of a small table of floats: `one_hot` would make integers first, of twice the size.
        table = torch.eye(_SYMBOLS)
        return torch.cat([table[symbols] for symbols in (*here, *right)], dim=-1)


def column_adders(chains: int, *, digits: int = 2, width: int = 64, seed: int) -> ColumnAdders:
    """Return networks with random weights and two hidden layers, which cannot add yet.

    Args:
        chains: how many networks, at least 1.
        digits: digits of each number to add, from 1 to 17, so that answers fit an integer.
        width: units of a hidden layer, at least 1.
        seed: for the first weights.

    Raises:
        TypeError: an argument is not an integer.
        ValueError: a number is out of range.
    """
    places = _validation.integer("digits", digits, minimum=1)
    if places > _MOST_DIGITS:
        raise ValueError(f"digits must be at most {_MOST_DIGITS}, got {places}")
    sizes = (_SEEN, _validation.integer("width", width, minimum=1), width, 10)
    return ColumnAdders(ParallelPerceptrons(sizes, members=chains, seed=seed).requires_grad_(False), places)


def _digits(numbers: Int[np.ndarray, "..."], places: int) -> Int[torch.Tensor, "... places"]:
    return torch.as_tensor(numbers)[..., None] // 10 ** torch.arange(places) % 10
