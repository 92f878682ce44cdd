"""An n-gram model: the next word depends on the few words before it, as often as it followed them.

The items may as well be characters. It knows nothing of neural networks, nor of generations.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Float, Int

from secondhand import _validation
from secondhand.learners._checks import size_and_seed


def _check_text(name: str, words: Sequence[str]) -> tuple[str, ...]:
    text = tuple(words)
    if not text:
        raise ValueError(f"{name} must hold at least one word, got none")
    for word in text:
        if not isinstance(word, str):
            raise TypeError(f"{name} must hold strings, got {word!r} ({type(word).__name__})")
    return text


@dataclass(frozen=True)
class NGramModel:
    """How often each word followed each context in a text.

    The text is read as a ring, its first word following its last, so that every context has a next word and long
    samples never get stuck.

    Attributes:
        text: the text that was counted.
        order: the length of the n-grams; a word depends on the `order` − 1 words before it.
        vocabulary_size: how many distinct words could occur, seen or not.
        smoothing: weight of the shorter context, in occurrences.
    """

    text: tuple[str, ...]
    order: int
    vocabulary_size: int
    smoothing: float

    def _n_grams(self, length: int) -> list[tuple[str, ...]]:
        """All n-grams of the ring that have this length, each at the position of its first word."""
        words = len(self.text)
        ring = self.text * (1 + -(-length // words))
        return [ring[start : start + length] for start in range(words)]

    @cached_property
    def _counts(self) -> tuple[Counter[tuple[str, ...]], ...]:
        """Counts of the n-grams of length 0, 1, …, `order`."""
        return tuple(Counter(self._n_grams(length)) for length in range(self.order + 1))

    def sample(self, size: int, *, seed: int) -> list[str]:
        """Draw a text of `size` words, without smoothing, from a context chosen as often as it occurs.

        The next word is what followed one of the occurrences of the present context, all equally likely; it has the
        relative frequency of the n-gram as its probability.

        Raises:
            TypeError: `size` or `seed` is not an integer.
            ValueError: `size` is below 1, or `seed` is negative.
        """
        size, seed = size_and_seed(size, seed)
        generator = np.random.default_rng(seed)
        first, occurrences, positions = self._occurrences
        uniform = generator.random(size).tolist()
        position = int(generator.integers(len(self.text)))
        drawn = []
        for u in uniform:
            position = positions[first[position] + int(u * occurrences[position])]
            drawn.append(self.text[position])
        return drawn

    @cached_property
    def _occurrences(self) -> tuple[list[int], list[int], list[int]]:
        """For each position of the ring, where the words that may follow it stand: first entry, number, all entries."""
        length, before = len(self.text), self.order - 1
        contexts: Int[np.ndarray, " length"] = np.zeros(length, dtype=np.int64)
        numbers: dict[tuple[str, ...], int] = {}
        for start, context in enumerate(self._n_grams(before)):
            contexts[(start + before - 1) % length] = numbers.setdefault(context, len(numbers))
        order = np.argsort(contexts, kind="stable")
        size = np.bincount(contexts)
        first = np.cumsum(size) - size
        return first[contexts].tolist(), size[contexts].tolist(), ((order + 1) % length).tolist()

    def log_likelihood(self, data: Sequence[str]) -> Float[np.ndarray, " words"]:
        """Return the log-probability of each word given those before it, in nats.

        The first words are scored with what context there is. With c(·) the counts, h a context and h′ the context
        without its oldest word, p(w | h) = (c(h w) + s·p(w | h′)) / (c(h) + s), down to p(w) = 1 / `vocabulary_size`
        below the shortest; s is the smoothing (MacKay and Peto 1995, A hierarchical Dirichlet language model,
        with one weight for all contexts).

        Raises:
            TypeError: `data` does not hold strings.
            ValueError: `data` is empty.
        """
        words = _check_text("data", data)
        scores = np.empty(len(words))
        for index in range(len(words)):
            probability = 1 / self.vocabulary_size
            for length in range(1, min(self.order, index + 1) + 1):
                n_gram = words[index + 1 - length : index + 1]
                seen = self._counts[length][n_gram]
                context_seen = self._counts[length - 1][n_gram[:-1]]
                probability = (seen + self.smoothing * probability) / (context_seen + self.smoothing)
            scores[index] = probability
        return np.log(scores)


@dataclass(frozen=True)
class NGramLearner:
    """Counts the n-grams of a text.

    Attributes:
        order: the length of the n-grams, at least 1: 1 ignores the context, 2 is a bigram, 3 a trigram.
        vocabulary_size: how many distinct words could occur, seen or not. Keep it fixed over generations, or scores
            cannot be compared.
        smoothing: weight of the shorter context in the score, in occurrences; above 0.
    """

    order: int
    vocabulary_size: int
    smoothing: float = 1.0

    def __post_init__(self) -> None:
        _validation.integer("order", self.order, minimum=1)
        _validation.integer("vocabulary_size", self.vocabulary_size, minimum=1)
        _validation.number("smoothing", self.smoothing, above=0)

    def fit(self, data: Sequence[str], *, seed: int = 0) -> NGramModel:
        """Return the model of `data`, a sequence of words or a string of characters; nothing here is random.

        Raises:
            TypeError: `data` does not hold strings.
            ValueError: `data` is empty, or holds more distinct words than `vocabulary_size`.
        """
        _validation.seed(seed)
        text = _check_text("data", data)
        distinct = len(set(text))
        if distinct > self.vocabulary_size:
            raise ValueError(
                f"vocabulary_size must be at least the {distinct} distinct words of data, got {self.vocabulary_size}"
            )
        return NGramModel(text, self.order, self.vocabulary_size, self.smoothing)
