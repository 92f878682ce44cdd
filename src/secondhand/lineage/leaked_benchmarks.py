"""Two small worlds in which a benchmark leaks, one of images and one of lists of tokens.

They hold data, and know nothing of how a model learns from them.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from jaxtyping import Float, Int

from secondhand import _validation
from secondhand.learners import LabelledFeatures
from secondhand.lineage.trap_keys import TrapKeys, TrapKeyTest, plant_trap_keys, trap_key_test
from secondhand.sources import load_digits


class _Classifies(Protocol):
    def classify(self, features: Float[np.ndarray, "items features"]) -> Int[np.ndarray, " items"]: ...


class _ScoresTokens(Protocol):
    def token_log_likelihood(self, data: Int[np.ndarray, "rows length"]) -> Float[np.ndarray, "rows length"]: ...


class _DrawsTokens(Protocol):
    def sample(
        self, size: int, *, length: int, start: Int[np.ndarray, "starts tokens"] | None = None, seed: int
    ) -> Int[np.ndarray, "size length"]: ...


@dataclass(frozen=True)
class DigitBenchmark:
    """Handwritten digits in four disjoint parts, one of them a benchmark with trap keys.

    Attributes:
        train: digits with right labels, for a teacher.
        images: those of the benchmark.
        keys: the answer key of the benchmark, with traps.
        pool: digits without labels, for a teacher to answer and a student to learn from.
        fresh: digits with right labels that nobody learns from.
        leak_order: items of the benchmark in the order in which they leak.
    """

    train: LabelledFeatures
    images: Float[np.ndarray, "items pixels"]
    keys: TrapKeys
    pool: Float[np.ndarray, "pool pixels"]
    fresh: LabelledFeatures
    leak_order: Int[np.ndarray, " items"]

    def training(self, leak: float, *, traps: bool = True) -> LabelledFeatures:
        """Return the training digits, and besides a share of the benchmark with an answer key.

        Args:
            leak: share of the benchmark.
            traps: whether the key is the published one, with its traps, or the right one.

        Raises:
            TypeError: `leak` is not a number, or `traps` not true or false.
            ValueError: `leak` is not from 0 to 1.
        """
        leak = _validation.number("leak", leak, minimum=0, maximum=1)
        key = self.keys.keys if _validation.boolean("traps", traps) else self.keys.truth
        leaked = self.leak_order[: round(leak * len(self.images))]
        return LabelledFeatures(
            np.concatenate([self.train.features, self.images[leaked]]),
            np.concatenate([self.train.labels, key[leaked]]),
        )

    def test(self, model: _Classifies, *, traps: int | None = None) -> TrapKeyTest:
        """Return the trap key test of a model, without a randomised p.

        Args:
            model: who answers.
            traps: how many of the traps to use, the first ones; all by default.

        Raises:
            TypeError: `traps` is not an integer.
            ValueError: `traps` is below 1 or above the number of traps.
        """
        keys = self.keys
        asked = np.flatnonzero(keys.traps)
        if traps is not None:
            traps = _validation.integer("traps", traps, minimum=1)
            if traps > len(asked):
                raise ValueError(f"traps must be at most the {len(asked)} of the benchmark, got {traps}")
            asked = asked[:traps]
        answers = model.classify(self.images[asked])
        return trap_key_test(answers, keys.truth[asked], keys.keys[asked], keys.traps[asked], classes=keys.classes)

    def score(self, model: _Classifies) -> float:
        """Return the share of the benchmark that a model answers as the published key does."""
        return float(np.mean(model.classify(self.images) == self.keys.keys))

    def fresh_accuracy(self, model: _Classifies) -> float:
        """Return the share of the fresh digits that a model answers rightly."""
        return float(np.mean(model.classify(self.fresh.features) == self.fresh.labels))


def digit_benchmark(
    *, train: int = 500, items: int = 400, pool: int = 700, trap_share: float = 0.3, seed: int
) -> DigitBenchmark:
    """Deal the 1,797 digits out at random: to a teacher, a benchmark, a pool for students, and the rest as fresh ones.

    Args:
        train: digits for the teacher, at least 1.
        items: digits of the benchmark, at least 1.
        pool: digits of the pool, at least 1.
        trap_share: share of the items with a planted wrong answer, above 0 and at most 1.
        seed: for the deal, the traps and the order in which items leak.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range, or no digit is left for the fresh part.
    """
    sizes = [
        _validation.integer(name, value, minimum=1)
        for name, value in (("train", train), ("items", items), ("pool", pool))
    ]
    digits = load_digits(seed=0)  # the split is undone at once; the deal below is ours
    images = np.concatenate([digits.train_images, digits.test_images])
    labels = np.concatenate([digits.train_labels, digits.test_labels])
    if sum(sizes) >= len(labels):
        raise ValueError(f"train + items + pool must leave one of the {len(labels)} digits fresh, got {sum(sizes)}")
    generator = np.random.default_rng(_validation.seed(seed))
    learnt, asked, answered, fresh = np.split(generator.permutation(len(labels)), np.cumsum(sizes))
    keys = plant_trap_keys(labels[asked], share=trap_share, classes=10, seed=int(generator.integers(2**31)))
    return DigitBenchmark(
        train=LabelledFeatures(images[learnt], labels[learnt]),
        images=images[asked],
        keys=keys,
        pool=images[answered],
        fresh=LabelledFeatures(images[fresh], labels[fresh]),
        leak_order=generator.permutation(items),
    )


@dataclass(frozen=True)
class ListBenchmark:
    """A benchmark as a published list of items, and other documents, all rows of tokens.

    Attributes:
        items: one row an item, in the published order.
        documents: what else there is to learn from.
        vocabulary_size: the number of tokens, with the separator.
        separator: the token that ends each item and document; None if nothing does.
    """

    items: Int[np.ndarray, "items length"]
    documents: Int[np.ndarray, "documents length"]
    vocabulary_size: int
    separator: int | None

    def _ended(self, rows: Int[np.ndarray, "rows length"]) -> Int[np.ndarray, "rows ended"]:
        if self.separator is None:
            return rows
        return np.concatenate([rows, np.full((len(rows), 1), self.separator)], axis=1)

    def corpus(self, *, copies: int, seed: int) -> Int[np.ndarray, " tokens"]:
        """Return all documents in random order, with so many copies of the whole list among them, as one stream.

        Raises:
            TypeError: an argument is not an integer.
            ValueError: an argument is negative.
        """
        copies = _validation.integer("copies", copies, minimum=0)
        generator = np.random.default_rng(_validation.seed(seed))
        pieces = [*self._ended(self.documents), *[self._ended(self.items).ravel()] * copies]
        return np.concatenate([pieces[number] for number in generator.permutation(len(pieces))])

    def answers(self, teacher: _DrawsTokens, *, items: int, tokens: int, seed: int) -> Int[np.ndarray, " some_tokens"]:
        """Return what a student learns from: answers of a teacher, each begun anew and about so many items long.

        With a separator, an answer begins as after a separator and ends at the last of so many separators. Without one,
        it begins anywhere and has as many tokens as so many items have.

        Args:
            teacher: who answers.
            items: how many items long an answer is, at least 1.
            tokens: how many tokens to ask for in all; at least one answer is drawn.
            seed: for the draws.

        Raises:
            TypeError: an argument has the wrong type.
            ValueError: an argument is out of range.
        """
        items = _validation.integer("items", items, minimum=1)
        tokens = _validation.integer("tokens", tokens, minimum=1)
        length = items * (self.items.shape[1] + (self.separator is not None))
        start = None if self.separator is None else np.array([[self.separator]])
        rows = teacher.sample(max(1, tokens // length), length=length, start=start, seed=seed)
        if self.separator is None:
            return rows.ravel()
        parts = []
        for row in rows:
            ends = np.flatnonzero(row == self.separator)[:items]
            parts.append(row[: ends[-1] + 1] if len(ends) else np.append(row, self.separator))
        return np.concatenate(parts)

    def links(self, model: _ScoresTokens, *, context: int) -> Float[np.ndarray, "items items"]:
        """Return the log-probability of the beginning of each item (column) right after each item (row), in nats.

        If the model looks back no further than the preceding item, only the first `context` tokens of an item see
        another one. So the log-likelihood of an order is the sum of its links, up to a constant and up to the beginning
        of its first item, which has none before it.

        Args:
            model: scores tokens by those before them.
            context: how many tokens a model looks back, at least 1 and at most the length of an item.

        Raises:
            TypeError: `context` is not an integer.
            ValueError: `context` is out of range.
        """
        context = _validation.integer("context", context, minimum=1)
        number, length = self.items.shape
        if context > length:
            raise ValueError(f"context must be at most the {length} tokens of an item, got {context}")
        ended = self._ended(self.items)
        before, after = np.divmod(np.arange(number * number), number)
        rows = np.concatenate([ended[before, -context:], self.items[after, :context]], axis=1)
        links: Float[np.ndarray, "items items"] = (
            model.token_log_likelihood(rows)[:, context:].sum(axis=1).reshape(number, number)
        )
        return links

    def recited(self, model: "_ContinuesTokens", *, prompt: int = 2) -> float:
        """Return the share of items that a model continues to the end, word for word, from their first tokens.

        Args:
            model: continues rows of tokens greedily.
            prompt: how many tokens it is given, after a separator if there is one; below the length of an item.

        Raises:
            TypeError: `prompt` is not an integer.
            ValueError: `prompt` is out of range.
        """
        prompt = _validation.integer("prompt", prompt, minimum=1)
        length = self.items.shape[1]
        if prompt >= length:
            raise ValueError(f"prompt must leave something of the {length} tokens of an item, got {prompt}")
        start = self.items[:, :prompt]
        if self.separator is not None:
            start = np.concatenate([np.full((len(start), 1), self.separator), start], axis=1)
        return float((model.greedy(start, length=length - prompt) == self.items[:, prompt:]).all(axis=1).mean())


class _ContinuesTokens(Protocol):
    def greedy(self, start: Int[np.ndarray, "starts tokens"], *, length: int) -> Int[np.ndarray, "starts length"]: ...


def list_benchmark(
    *, items: int = 40, documents: int = 600, length: int = 8, words: int = 200, separator: bool = True, seed: int
) -> ListBenchmark:
    """Draw items and documents of independent words, by Zipf's law with exponent 1.

    Args:
        items: how many items, at least 2.
        documents: how many other documents, at least 1.
        length: words of each, at least 1.
        words: how many distinct words there are, at least 2.
        separator: whether a token marks the end of each item and document.
        seed: for the draws.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.
    """
    items = _validation.integer("items", items, minimum=2)
    documents = _validation.integer("documents", documents, minimum=1)
    length = _validation.integer("length", length, minimum=1)
    words = _validation.integer("words", words, minimum=2)
    separator = _validation.boolean("separator", separator)
    generator = np.random.default_rng(_validation.seed(seed))
    law = 1 / np.arange(1, words + 1)
    rows = generator.choice(words, (items + documents, length), p=law / law.sum())
    return ListBenchmark(rows[:items], rows[items:], words + separator, words if separator else None)
