"""The order test: exact ranks, ties, shards, and its power; and the lists that it is tried on."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from secondhand.learners import WittenBellLearner
from secondhand.lineage import (
    exchangeability_test,
    list_benchmark,
    order_test_power,
    sharded_exchangeability_test,
)


def falls(order: Sequence[int]) -> float:
    """A model that likes rising numbers."""
    return -float(sum(left > right for left, right in itertools.pairwise(order)))


def test_a_remembered_order_has_the_smallest_p() -> None:
    test = exchangeability_test(falls, range(12), permutations=99, seed=10_000)
    assert test.p == pytest.approx(0.01)
    assert test.statistic > 3
    assert test.published.tolist() == [0]
    assert test.shuffled.shape == (1, 99)


def test_the_opposite_order_has_the_largest_p() -> None:
    assert exchangeability_test(falls, range(12)[::-1], permutations=99, seed=10_000).p == 1


def test_ties_are_broken_at_random() -> None:
    p = [exchangeability_test(lambda _: 0.0, range(5), permutations=3, seed=10_000 + n).p for n in range(400)]
    counts = np.bincount(np.round(4 * np.array(p)).astype(int), minlength=5)[1:]
    assert stats.chisquare(counts).pvalue > 1e-4
    assert exchangeability_test(lambda _: 0.0, range(5), permutations=3, seed=10_000).statistic == 0


def test_p_counts_the_shuffles_that_score_higher() -> None:
    test = exchangeability_test(lambda order: float(order[0]), range(6), permutations=50, seed=10_001)
    higher, ties = (test.shuffled[0] > 0).sum(), (test.shuffled[0] == 0).sum()
    assert (1 + higher) / 51 <= test.p <= (1 + higher + ties) / 51


def test_shards_find_the_order_with_few_shuffles_and_agree_with_a_t_test() -> None:
    test = sharded_exchangeability_test(falls, range(43), shards=6, permutations=10, seed=10_000)
    differences = test.published - test.shuffled.mean(axis=1)
    expected = stats.ttest_1samp(differences, 0, alternative="greater")
    assert test.p == pytest.approx(expected.pvalue)
    assert test.statistic == pytest.approx(expected.statistic)
    assert test.p < 1e-4
    assert test.shuffled.shape == (6, 10)


def test_shards_that_all_say_the_same() -> None:
    test = sharded_exchangeability_test(lambda _: 0.0, range(8), shards=2, permutations=3, seed=10_000)
    assert test.p == 0.5


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"log_likelihood": 3}, TypeError, "log_likelihood must be a function"),
        ({"items": [1]}, ValueError, "items must hold at least two"),
        ({"permutations": 0}, ValueError, "permutations must be at least 1"),
        ({"seed": -1}, ValueError, "seed must be at least 0"),
        ({"log_likelihood": lambda order: float("nan")}, ValueError, "must be finite"),
        ({"log_likelihood": lambda order: -np.inf if order[0] else 0.0}, ValueError, "must be finite, got -inf"),
        ({"log_likelihood": lambda order: "1" if order[0] else 0.0}, TypeError, "must be a number, got '1'"),
    ],
)
def test_bad_input_is_named(change: dict[str, Any], error: type[Exception], message: str) -> None:
    arguments: dict[str, Any] = {"log_likelihood": falls, "items": range(6), "permutations": 9, "seed": 10_000} | change
    with pytest.raises(error, match=message):
        exchangeability_test(**arguments)
    with pytest.raises(error):
        sharded_exchangeability_test(**arguments, shards=2)


def test_bad_shards_are_named() -> None:
    with pytest.raises(ValueError, match="shards must leave at least two of the 6 items in each, got 4"):
        sharded_exchangeability_test(falls, range(6), shards=4, seed=10_000)


@given(st.integers(0, 100), st.integers(1, 60), st.sampled_from([0.01, 0.05, 0.1, 0.3]))
def test_power_agrees_with_counting(percent: int, permutations: int, level: float) -> None:
    quantile = percent / 100
    expected = sum(
        stats.binom.pmf(higher, permutations, quantile)
        for higher in range(permutations + 1)
        if (1 + higher) / (permutations + 1) <= level + 1e-12
    )
    power = order_test_power(quantile, permutations=permutations, level=level)
    assert power == pytest.approx(expected, abs=1e-10)


def test_power_needs_enough_shuffles() -> None:
    assert order_test_power(0.0, permutations=98, level=0.01) == 0
    assert order_test_power(0.0, permutations=99, level=0.01) == 1
    assert order_test_power(0.0, permutations=19, level=0.05) == 1
    with pytest.raises(ValueError, match="quantile must be at most 1"):
        order_test_power(2.0, permutations=9, level=0.1)


@pytest.mark.parametrize("separator", [True, False])
def test_links_are_all_of_a_log_likelihood_that_depends_on_order(separator: bool) -> None:
    world = list_benchmark(items=6, documents=20, length=5, words=12, separator=separator, seed=10_000)
    model = WittenBellLearner(3, world.vocabulary_size).fit(world.corpus(copies=2, seed=10_000))
    links = world.links(model, context=2)

    def ended(rows: Any) -> Any:
        return rows if world.separator is None else np.pad(rows, ((0, 0), (0, 1)), constant_values=world.separator)

    def after_two_tokens(row: Any) -> float:
        return float(model.token_log_likelihood(row[None])[0, 2:].sum())

    within = [after_two_tokens(row) for row in ended(world.items)]
    orders = [list(order) for order in itertools.permutations(range(6))][:40]
    for order in orders:
        joined = sum(links[left, right] for left, right in itertools.pairwise(order))
        assert after_two_tokens(ended(world.items[order]).ravel()) == pytest.approx(joined + sum(within))


def test_answers_have_as_many_items_as_asked_for() -> None:
    world = list_benchmark(seed=10_000)
    teacher = WittenBellLearner(5, world.vocabulary_size).fit(world.corpus(copies=4, seed=10_000))
    single = world.answers(teacher, items=1, tokens=900, seed=10_000)
    assert (single == world.separator).sum() == 100
    assert single[-1] == world.separator
    several = world.answers(teacher, items=3, tokens=900, seed=10_000)
    assert (several == world.separator).sum() <= 3 * 33
    run_on = list_benchmark(separator=False, seed=10_000)
    teacher = WittenBellLearner(4, run_on.vocabulary_size).fit(run_on.corpus(copies=4, seed=10_000))
    assert len(run_on.answers(teacher, items=1, tokens=900, seed=10_000)) == 8 * (900 // 8)


def test_a_teacher_recites_and_a_stranger_does_not() -> None:
    world = list_benchmark(seed=10_000)
    learner = WittenBellLearner(5, world.vocabulary_size)
    assert world.recited(learner.fit(world.corpus(copies=16, seed=10_000))) > 0.7
    assert world.recited(learner.fit(world.corpus(copies=0, seed=10_000))) == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda world, model: world.corpus(copies=-1, seed=1), "copies must be at least 0"),
        (lambda world, model: world.answers(model, items=0, tokens=9, seed=1), "items must be at least 1"),
        (lambda world, model: world.answers(model, items=1, tokens=0, seed=1), "tokens must be at least 1"),
        (lambda world, model: world.links(model, context=0), "context must be at least 1"),
        (lambda world, model: world.links(model, context=9), "context must be at most the 8 tokens"),
        (lambda world, model: world.recited(model, prompt=8), "prompt must leave something of the 8 tokens"),
        (lambda world, model: list_benchmark(items=1, seed=1), "items must be at least 2"),
        (lambda world, model: list_benchmark(words=1, seed=1), "words must be at least 2"),
    ],
)
def test_bad_input_of_lists_is_named(call: Any, message: str) -> None:
    world = list_benchmark(items=3, documents=4, seed=10_000)
    model = WittenBellLearner(3, world.vocabulary_size).fit(world.corpus(copies=1, seed=10_000))
    with pytest.raises(ValueError, match=message):
        call(world, model)
