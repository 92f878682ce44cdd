"""A language model that counts n-grams of tokens and falls back on shorter contexts as Witten and Bell (1991) do.

It scores and draws many rows of tokens at once. It knows nothing of what the tokens stand for.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from secondhand import _validation
from secondhand.learners._checks import categories_array, size_and_seed


@dataclass(frozen=True)
class _NGrams:
    """The distinct n-grams of one length, each as a number to the base V, and how often they occurred.

    N-grams with the same context stand side by side, since their numbers differ in the last digit only.

    Attributes:
        numbers: rising.
        ends: cumulative occurrences, with a 0 before the first.
    """

    numbers: Int[np.ndarray, " n_grams"]
    ends: Int[np.ndarray, " n_grams+1"]

    def after(
        self, context: Int[np.ndarray, "..."], base: int
    ) -> tuple[Int[np.ndarray, "..."], Int[np.ndarray, "..."]]:
        """Return where the n-grams of each context begin and end; equal if there are none."""
        return np.searchsorted(self.numbers, context * base), np.searchsorted(self.numbers, (context + 1) * base)

    def occurrences(self, number: Int[np.ndarray, "..."]) -> Int[np.ndarray, "..."]:
        low, high = np.searchsorted(self.numbers, number), np.searchsorted(self.numbers, number, side="right")
        occurrences: Int[np.ndarray, ...] = self.ends[high] - self.ends[low]
        return occurrences


@dataclass(frozen=True)
class WittenBellModel:
    """How often each token followed each context, for contexts of every length below `order`.

    With c(·) the counts in training, T(h) the number of different tokens that followed h, and h′ the context without
    its oldest token, p(w | h) = (c(h w) + T(h) p(w | h′)) / (c(h) + T(h)); below the shortest context stands 1/V. A
    context that did not occur in training leaves p(w | h) = p(w | h′).

    Attributes:
        order: a token depends on the `order` − 1 tokens before it.
        vocabulary_size: V, how many distinct tokens there are.
        counts: the n-grams of length 1, 2, …, `order`.
    """

    order: int
    vocabulary_size: int
    counts: tuple[_NGrams, ...]

    def token_log_likelihood(self, data: Int[np.ndarray, "rows length"]) -> Float[np.ndarray, "rows length"]:
        """Return the log-probability in nats of each token given those before it in its row.

        Raises:
            TypeError: `data` does not hold integers.
            ValueError: `data` is empty, not two-dimensional, or holds a number that is no token.
        """
        tokens = categories_array("data", data, dimensions=2, categories=self.vocabulary_size)
        probability = np.full(tokens.shape, 1 / self.vocabulary_size)
        context = np.zeros_like(tokens)  # the empty context has the number 0
        for length, n_grams in enumerate(self.counts[: tokens.shape[1]]):
            if length:
                context[:, length:] += tokens[:, :-length] * self.vocabulary_size ** (length - 1)
            known, shorter = context[:, length:], probability[:, length:]
            low, high = n_grams.after(known, self.vocabulary_size)
            total, distinct = n_grams.ends[high] - n_grams.ends[low], high - low
            seen = n_grams.occurrences(known * self.vocabulary_size + tokens[:, length:])
            mixed = (seen + distinct * shorter) / np.maximum(total + distinct, 1)
            probability[:, length:] = np.where(total > 0, mixed, shorter)
        scores: Float[np.ndarray, "rows length"] = np.log(probability)
        return scores

    def log_likelihood(self, data: Int[np.ndarray, "rows length"]) -> Float[np.ndarray, " rows"]:
        """Return the log-probability of each row, in nats.

        Raises:
            TypeError: as `token_log_likelihood`.
            ValueError: as `token_log_likelihood`.
        """
        scores: Float[np.ndarray, " rows"] = self.token_log_likelihood(data).sum(axis=1)
        return scores

    def sample(
        self, size: int, *, length: int, start: Int[np.ndarray, "starts tokens"] | None = None, seed: int
    ) -> Int[np.ndarray, "size length"]:
        """Draw `size` independent rows of `length` tokens, side by side.

        Args:
            size: how many rows.
            length: tokens of each.
            start: what the rows continue, one row for all or one for each; it is not returned.
            seed: for the draws.

        Raises:
            TypeError: an argument has the wrong type.
            ValueError: `size` or `length` is below 1, `start` has another number of rows or an unknown token, or the
                seed is negative.
        """
        size, seed = size_and_seed(size, seed)
        generator = np.random.default_rng(seed)
        return self._continue(self._starts(start, size), _validation.integer("length", length, minimum=1), generator)

    def greedy(self, start: Int[np.ndarray, "starts tokens"], *, length: int) -> Int[np.ndarray, "starts length"]:
        """Return the `length` tokens that continue each row of `start`, each the one seen most often.

        After the longest context that occurred in training, the token that followed it most often, the smallest one if
        several tie.

        Raises:
            TypeError: an argument has the wrong type.
            ValueError: `start` is empty or has an unknown token, or `length` is below 1.
        """
        rows = categories_array("start", start, dimensions=2, categories=self.vocabulary_size)
        return self._continue(rows, _validation.integer("length", length, minimum=1), None)

    def _starts(self, start: Int[np.ndarray, "starts tokens"] | None, size: int) -> Int[np.ndarray, "size tokens"]:
        if start is None:
            return np.zeros((size, 0), dtype=np.int64)
        rows = categories_array("start", start, dimensions=2, categories=self.vocabulary_size)
        if len(rows) not in (1, size):
            raise ValueError(f"start must hold one row, or one for each of the {size} rows drawn, got {len(rows)}")
        return np.broadcast_to(rows, (size, rows.shape[1]))

    def _continue(
        self, start: Int[np.ndarray, "size tokens"], length: int, generator: np.random.Generator | None
    ) -> Int[np.ndarray, "size length"]:
        """Continue each row; without a generator, greedily."""
        size, begin = start.shape
        tokens = np.concatenate([start, np.zeros((size, length), dtype=np.int64)], axis=1)
        for position in range(begin, begin + length):
            tokens[:, position] = self._next(tokens[:, max(0, position - self.order + 1) : position], generator)
        return tokens[:, begin:]

    def _next(
        self, before: Int[np.ndarray, "size context"], generator: np.random.Generator | None
    ) -> Int[np.ndarray, " size"]:
        # The law is a mixture: stay with the longest context with probability c/(c + T), else fall back on a shorter.
        size, longest = before.shape
        chosen: Int[np.ndarray, " size"] = np.zeros(size, dtype=np.int64)
        if generator is not None:  # for those that fall back below the shortest context
            chosen[:] = generator.integers(self.vocabulary_size, size=size)
        undecided = np.ones(size, dtype=bool)
        for length in range(longest, -1, -1):
            n_grams = self.counts[length]
            context = before[:, longest - length :] @ self.vocabulary_size ** np.arange(length - 1, -1, -1)
            low, high = n_grams.after(context, self.vocabulary_size)
            total, distinct = n_grams.ends[high] - n_grams.ends[low], high - low
            stays = undecided & (total > 0)
            if generator is None:
                for row in np.flatnonzero(stays):
                    seen = np.diff(n_grams.ends[low[row] : high[row] + 1])
                    chosen[row] = n_grams.numbers[low[row] + seen.argmax()] % self.vocabulary_size
            else:
                stays &= generator.random(size) * (total + distinct) < total
                occurrence = n_grams.ends[low] + (generator.random(size) * total).astype(np.int64)
                which = np.searchsorted(n_grams.ends, occurrence[stays], side="right") - 1
                chosen[stays] = n_grams.numbers[which] % self.vocabulary_size
            undecided &= ~stays
        return chosen


@dataclass(frozen=True)
class WittenBellLearner:
    """Counts the n-grams of one stream of tokens.

    Attributes:
        order: length of the longest n-grams, at least 1.
        vocabulary_size: how many distinct tokens there are; `vocabulary_size` to the power `order` must be below 2**62,
            since each n-gram becomes one whole number.
    """

    order: int
    vocabulary_size: int

    def __post_init__(self) -> None:
        order = _validation.integer("order", self.order, minimum=1)
        size = _validation.integer("vocabulary_size", self.vocabulary_size, minimum=1)
        if size**order >= 1 << 62:
            raise ValueError(
                f"order must keep vocabulary_size**order below 2**62, got {size}**{order}; lower the order"
            )

    def fit(self, data: Int[np.ndarray, " tokens"], *, seed: int = 0) -> WittenBellModel:
        """Return the model of a stream of tokens; nothing here is random.

        Raises:
            TypeError: `data` does not hold integers.
            ValueError: `data` is empty, not one-dimensional, or holds a number that is no token.

        Source:
            I. H. Witten and T. C. Bell (1991), The zero-frequency problem, method C.
        """
        _validation.seed(seed)
        tokens = categories_array("data", data, dimensions=1, categories=self.vocabulary_size)
        counts, number = [], np.zeros(len(tokens) + 1, dtype=np.int64)
        for length in range(1, self.order + 1):
            # number[i] becomes the n-gram of this length that begins at token i.
            windows = max(len(tokens) - length + 1, 0)
            number = number[:windows] * self.vocabulary_size + tokens[length - 1 :]
            distinct, seen = np.unique(number, return_counts=True)
            counts.append(_NGrams(distinct, np.concatenate([[0], np.cumsum(seen)])))
        return WittenBellModel(self.order, self.vocabulary_size, tuple(counts))
