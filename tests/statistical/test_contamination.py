"""Tests of contamination against their theory, within four standard errors."""

import math
from typing import Any

import numpy as np
import pytest
from scipy import stats

from secondhand.learners import WittenBellLearner
from secondhand.lineage import (
    TrapKeys,
    corrected_score,
    detection_probability,
    exchangeability_test,
    list_benchmark,
    ngram_overlap,
    plant_trap_keys,
    published_score,
    sharded_exchangeability_test,
    trap_key_power,
    trap_key_test,
)


def within(measured: float, expected: float, trials: int) -> bool:
    return abs(measured - expected) <= 4 * math.sqrt(max(expected * (1 - expected), 1 / trials) / trials)


def reciting(keys: TrapKeys, recited: float, ability: float, seed: int) -> Any:
    """Answers of a model that recites at random, and else prefers the next class when it errs."""
    generator = np.random.default_rng(seed)
    truth, published, classes = keys.truth, keys.keys, keys.classes
    own = np.where(generator.random(len(truth)) < ability, truth, (truth + 1) % classes)
    return np.where(generator.random(len(truth)) < recited, published, own)


def test_the_randomised_p_is_uniform_for_a_model_that_prefers_one_wrong_answer() -> None:
    truth = np.random.default_rng(10_000).integers(5, size=150)
    p = []
    for seed in range(10_000, 11_500):
        keys = plant_trap_keys(truth, share=0.4, classes=5, seed=seed)
        answers = reciting(keys, 0.0, 0.6, seed=7)
        test = trap_key_test(answers, truth, keys.keys, keys.traps, classes=5, seed=seed + 50_000)
        assert test.randomised_p is not None
        p.append(test.randomised_p)
    assert stats.kstest(p, "uniform").pvalue > 1e-4


def test_power_score_and_correction_agree_with_their_formulas() -> None:
    truth = np.random.default_rng(10_001).integers(6, size=200)
    caught, recited, scores, clean = [], [], [], []
    for seed in range(10_000, 10_600):
        keys = plant_trap_keys(truth, share=0.3, classes=6, seed=seed)
        answers = reciting(keys, 0.12, 0.8, seed)
        test = trap_key_test(answers, truth, keys.keys, keys.traps, classes=6, seed=seed)
        caught.append(test.p <= 0.01)
        estimate = corrected_score(right=test.traps - test.errors, hits=test.hits, traps=test.traps, classes=6)
        recited.append(estimate.recited)
        scores.append(estimate.score)
        clean.append(np.mean(reciting(keys, 0.0, 0.8, seed) == keys.keys))
    power = trap_key_power(0.12, ability=0.8, traps=60, classes=6, level=0.01)
    assert within(float(np.mean(caught)), power, 600)
    for values, expected, bias in (
        (recited, 0.12, 0.0),
        (scores, 0.8, 0.002),  # a ratio of two estimates has a bias of the order of its squared error
        (clean, published_score(ability=0.8, share=0.3, classes=6), 0.0),
    ):
        assert abs(np.mean(values) - expected) <= bias + 4 * np.std(values) / np.sqrt(600)


@pytest.mark.parametrize(("n", "rate", "share"), [(13, 0.2, 0.0), (8, 0.3, 0.0), (8, 0.05, 0.7)])
def test_the_scan_finds_edited_items_as_often_as_the_recurrence_says(n: int, rate: float, share: float) -> None:
    generator = np.random.default_rng(10_002)
    items = [[f"w{word}" for word in row] for row in generator.integers(10**6, size=(3_000, 60))]
    edited = [
        " ".join("q" if u < rate else word for word, u in zip(item, generator.random(60), strict=True))
        for item in items
    ]
    found = ngram_overlap([" ".join(item) for item in items], edited, n=n)
    rule = found.any & (found.share >= share)
    assert within(float(rule.mean()), detection_probability(60, n=n, edit_rate=rate, share=share), 3_000)


def test_order_tests_keep_their_level_on_a_clean_model() -> None:
    world = list_benchmark(seed=10_000)
    model = WittenBellLearner(5, world.vocabulary_size).fit(world.corpus(copies=0, seed=10_000))
    exact, sharded = [], []
    for seed in range(10_000, 10_300):
        links = list_benchmark(items=24, documents=1, seed=seed).links(model, context=4)
        total = lambda order, links=links: links[order[:-1], order[1:]].sum()  # noqa: E731
        exact.append(exchangeability_test(total, range(24), permutations=19, seed=seed + 50_000).p)
        sharded.append(sharded_exchangeability_test(total, range(24), shards=6, permutations=10, seed=seed + 60_000).p)
    counts = np.bincount(np.round(20 * np.array(exact)).astype(int), minlength=21)[1:]
    assert stats.chisquare(counts).pvalue > 1e-4
    # Only nearly exact: differences of shards are not quite normal.
    assert within(float(np.mean(np.array(sharded) <= 0.05)), 0.05, 300)
