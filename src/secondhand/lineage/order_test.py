"""The order test: a model that has read a benchmark prefers its items in the order in which they were published.

If the published order is itself arbitrary, and no part of it reached a model, that order is to it like any other, and
this gives an exact test. It knows nothing of how a model scores text.
"""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from scipy import stats

from secondhand import _validation


@dataclass(frozen=True)
class OrderTest:
    """What the order test found.

    Attributes:
        p: probability, if the order never reached the model, of a result at least as extreme.
        statistic: how many standard deviations (of shuffles, or Student's) the published order scores above the mean.
        published: log-likelihood of the published order, for each shard.
        shuffled: log-likelihoods of the shuffles, one row a shard.
    """

    p: float
    statistic: float
    published: Float[np.ndarray, " shards"]
    shuffled: Float[np.ndarray, "shards permutations"]


def exchangeability_test(
    log_likelihood: Callable[[Sequence[Any]], float], items: Sequence[Any], *, permutations: int = 999, seed: int
) -> OrderTest:
    """Test exactly whether a model prefers the published order of `items` to shuffles of them.

    Under the null hypothesis, that the published order is a random one which never reached the model, it and the
    shuffles have equal chances of each rank. Ties are broken at random, so that p is uniform on 1/(m+1), 2/(m+1), …, 1
    for m permutations, whatever the model. A list that was sorted, say by topic, is no random order: a clean model may
    prefer it. Any function of the order will do as `log_likelihood`.

    Args:
        log_likelihood: what the model thinks of the items in the order given.
        items: at least two, in the order in which the benchmark was published.
        permutations: how many shuffles, at least 1; p is never below 1/(permutations + 1).
        seed: for the shuffles and the ties.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: there are fewer than two items, permutations is below 1, the seed is negative, or a log-likelihood
            is not finite.

    Source:
        Oren et al. (2024), Proving Test Set Contamination in Black-Box Language Models; ties broken at random here.
    """
    items, permutations = _check(log_likelihood, items, permutations)
    generator = np.random.default_rng(_validation.seed(seed))
    published, shuffled = _scores(log_likelihood, items, permutations, generator)
    higher, ties = int((shuffled > published).sum()), int((shuffled == published).sum())
    p = (1 + higher + int(generator.integers(ties + 1))) / (permutations + 1)
    return OrderTest(p, _standardised(published, shuffled), np.array([published]), shuffled[None])


def sharded_exchangeability_test(
    log_likelihood: Callable[[Sequence[Any]], float],
    items: Sequence[Any],
    *,
    shards: int,
    permutations: int = 20,
    seed: int,
) -> OrderTest:
    """Test the same with few shuffles: cut the items into contiguous shards and apply a t-test over shards.

    Each shard gives the log-likelihood of its published order minus the mean over shuffles within it. p is that of
    Student's one-sided test that the mean difference is above 0. It is approximate: right for many shards, since
    differences need not be normal.

    Args:
        log_likelihood: as for `exchangeability_test`; called on the items of one shard.
        items: at least two for each shard; shards differ in size by at most one.
        shards: at least 2.
        permutations: how many shuffles of each shard, at least 1.
        seed: for the shuffles.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: as `exchangeability_test`, or there are fewer than two items in a shard or two shards.

    Source:
        After the sharded test of Oren et al. (2024); the details are ours.
    """
    items, permutations = _check(log_likelihood, items, permutations)
    shards = _validation.integer("shards", shards, minimum=2)
    if len(items) < 2 * shards:
        raise ValueError(f"shards must leave at least two of the {len(items)} items in each, got {shards}")
    generator = np.random.default_rng(_validation.seed(seed))
    edges = np.linspace(0, len(items), shards + 1).round().astype(int)
    parts = [items[low:high] for low, high in itertools.pairwise(edges)]
    scores = [_scores(log_likelihood, part, permutations, generator) for part in parts]
    published, shuffled = np.array([one for one, _ in scores]), np.stack([row for _, row in scores])
    difference = published - shuffled.mean(axis=1)
    if np.ptp(difference) == 0:  # no variance to compare with: every shard says the same
        return OrderTest(float(0.5 if difference[0] == 0 else difference[0] < 0), 0.0, published, shuffled)
    test = stats.ttest_1samp(difference, 0.0, alternative="greater")
    return OrderTest(float(test.pvalue), float(test.statistic), published, shuffled)


def order_test_power(quantile: float, *, permutations: int, level: float) -> float:
    """Return the chance that the exact test rejects if a share `quantile` of all orders scores above the published one.

    Args:
        quantile: 0 to 1; without ties.
        permutations: how many shuffles, at least 1.
        level: the test rejects if p is at most this; above 0 and below 1.

    Raises:
        TypeError: an argument is not a number.
        ValueError: an argument is out of range.

    Source:
        Derived here: each shuffle scores higher with probability q, independently, so that the number that do is
        binomial, and the test rejects if it is at most level · (permutations + 1) − 1.
    """
    quantile = _validation.number("quantile", quantile, minimum=0, maximum=1)
    permutations = _validation.integer("permutations", permutations, minimum=1)
    level = _validation.number("level", level, above=0, below=1)
    # Rounding must not lose a case: 0.05 · 20 is exactly 1 on paper only.
    allowed = int(np.floor(level * (permutations + 1) + 1e-9)) - 1
    return float(stats.binom.cdf(allowed, permutations, quantile)) if allowed >= 0 else 0.0


def _check(log_likelihood: Any, items: Any, permutations: Any) -> tuple[list[Any], int]:
    if not callable(log_likelihood):
        raise TypeError(f"log_likelihood must be a function of items in an order, got {log_likelihood!r}")
    row = list(items)
    if len(row) < 2:
        raise ValueError(f"items must hold at least two to have an order, got {len(row)}")
    return row, _validation.integer("permutations", permutations, minimum=1)


def _scores(
    log_likelihood: Callable[[Sequence[Any]], float],
    items: list[Any],
    permutations: int,
    generator: np.random.Generator,
) -> tuple[float, Float[np.ndarray, " permutations"]]:
    published = _validation.number("log_likelihood(items)", log_likelihood(items))
    orders = (generator.permutation(len(items)) for _ in range(permutations))
    scores = [
        _validation.number("log_likelihood(shuffled items)", log_likelihood([items[i] for i in o])) for o in orders
    ]
    return published, np.array(scores)


def _standardised(published: float, shuffled: Float[np.ndarray, " permutations"]) -> float:
    spread = float(shuffled.std())
    return (published - float(shuffled.mean())) / spread if spread > 0 else 0.0
