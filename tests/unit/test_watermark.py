"""Green lists, their boost and their count: identities, closed forms against brute force, and bad input."""

import math
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from secondhand.lineage import (
    Watermark,
    boosted_green_mass,
    expected_distinct_pairs,
    green_mass_variance,
    green_z_score,
    null_variance,
    scored_pairs,
    watermark_divergence,
)

TEXTS = np.random.default_rng(10_000).integers(0, 12, (6, 40))


def test_the_score_of_320_green_words_of_1000() -> None:
    assert green_z_score(320, 1_000, gamma=0.25) == pytest.approx(5.1121, abs=1e-4)


def test_scores_of_arrays_are_the_scores_of_their_entries() -> None:
    green, total = np.array([[3, 10], [0, 7]]), np.array([10, 20])
    scores = np.asarray(green_z_score(green, total, gamma=0.4))
    assert scores.shape == (2, 2)
    for row, column in np.ndindex(2, 2):
        assert scores[row, column] == green_z_score(green[row, column], total[column], gamma=0.4)


@given(st.floats(0, 1), st.floats(-4, 4))
def test_the_boost_undoes_itself_and_moves_the_green_mass_in_its_direction(mass: float, delta: float) -> None:
    after = float(boosted_green_mass(mass, delta=delta))
    assert float(boosted_green_mass(after, delta=-delta)) == pytest.approx(mass, abs=1e-10)
    assert (after - mass) * delta >= -1e-12


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8), st.floats(0, 4))
def test_the_mean_of_the_boost_is_at_most_the_boost_of_the_mean(masses: list[float], delta: float) -> None:
    mean = np.mean(boosted_green_mass(masses, delta=delta))
    assert mean <= boosted_green_mass(np.clip(np.mean(masses), 0, 1), delta=delta) + 1e-12


def test_the_divergence_is_that_of_the_two_laws() -> None:
    law = np.random.default_rng(10_001).dirichlet(np.ones(12))[None]
    mark = Watermark(key=1, vocabulary=12, delta=1.5)
    context = np.array([[4]])
    after, green = mark.apply(law, context), mark.green_lists(context)
    mass = law[green].sum()
    assert watermark_divergence(mass, delta=1.5) == pytest.approx(stats.entropy(after[0], law[0]), abs=1e-10)
    assert boosted_green_mass(mass, delta=1.5) == pytest.approx(after[green].sum(), abs=1e-10)


@pytest.mark.parametrize("delta", [1_000.0, -1_000.0])
@pytest.mark.filterwarnings("error")
def test_a_huge_boost_has_its_limit(delta: float) -> None:
    masses, chosen = np.array([0.0, 0.3, 1.0]), np.array([0.0, float(delta > 0), 1.0])
    np.testing.assert_array_equal(boosted_green_mass(masses, delta=delta), chosen)
    limit = -np.log(0.3 if delta > 0 else 0.7)
    np.testing.assert_allclose(watermark_divergence(masses, delta=delta), [0, limit, 0], atol=1e-10)
    mark = Watermark(key=1, vocabulary=4, gamma=0.5, delta=delta)
    green = mark.green_lists(np.array([[0]]))[0]
    for law in (np.full(4, 0.25), np.where(green, 0.5, 0.0), np.where(green, 0.0, 0.5)):
        kept = law * (green if delta > 0 else ~green)
        expected = kept / kept.sum() if kept.any() else law
        np.testing.assert_allclose(mark.apply(law[None], np.array([[0]]))[0], expected, atol=1e-12)


def test_windows_of_different_widths_have_different_lists() -> None:
    short = Watermark(key=7, vocabulary=40).green_lists(np.array([[3]]))
    long = Watermark(key=7, vocabulary=40, context=2).green_lists(np.array([[3, 0]]))
    assert (short != long).any()


def test_a_wide_window_is_counted() -> None:
    texts = np.arange(70)[None]
    windows, tokens, times = scored_pairs(texts, vocabulary=10**6, context=60)
    assert windows.shape == (10, 60)
    np.testing.assert_array_equal(tokens, np.arange(60, 70))
    assert (times == 1).all()


def test_adding_to_logits_is_what_apply_does() -> None:
    laws = np.random.default_rng(10_002).dirichlet(np.ones(12), size=3)
    mark = Watermark(key=2, vocabulary=12, gamma=0.5)
    contexts = np.array([[0], [5], [5]])
    logits = np.log(laws) + 2.0 * mark.green_lists(contexts)
    exponentials = np.exp(logits)
    np.testing.assert_allclose(
        mark.apply(laws, contexts), exponentials / exponentials.sum(axis=1, keepdims=True), atol=1e-12
    )


@pytest.mark.parametrize(("gamma", "size"), [(0.25, 5), (0.5, 10), (0.33, 7)])
def test_lists_have_their_size_and_depend_on_key_and_window(gamma: float, size: int) -> None:
    contexts = np.array([[a, b] for a in range(5) for b in range(5)])
    lists = Watermark(key=3, vocabulary=20, gamma=gamma, context=2).green_lists(contexts)
    assert (lists.sum(axis=1) == size).all()
    assert len(np.unique(lists, axis=0)) == 25
    again = Watermark(key=3, vocabulary=20, gamma=gamma, context=2)
    np.testing.assert_array_equal(again.green_lists(contexts[::-1])[::-1], lists)
    other = Watermark(key=4, vocabulary=20, gamma=gamma, context=2).green_lists(contexts)
    assert (other != lists).any(axis=1).all()
    assert Watermark(key=3, vocabulary=20, gamma=gamma).share == size / 20


@pytest.mark.parametrize("context", [1, 2, 3])
@pytest.mark.parametrize("deduplicate", [True, False])
def test_the_count_is_that_of_a_plain_loop(context: int, deduplicate: bool) -> None:
    mark = Watermark(key=5, vocabulary=12, context=context)
    tuples = [tuple(row[i : i + context + 1].tolist()) for row in TEXTS for i in range(len(row) - context)]
    scored = sorted(set(tuples)) if deduplicate else tuples
    green = sum(bool(mark.green_lists(np.array([pair[:-1]]))[0, pair[-1]]) for pair in scored)
    count = mark.count(TEXTS, deduplicate=deduplicate)
    assert (count.green, count.total) == (green, len(scored))
    assert count.rate == green / len(scored)
    assert count.z_score == green_z_score(green, len(scored), gamma=0.25)
    chances = [math.comb(len(scored), n) * 0.25**n * 0.75 ** (len(scored) - n) for n in range(green, len(scored) + 1)]
    assert count.p_value == pytest.approx(math.fsum(chances), rel=1e-9)


def test_pairs_of_a_vocabulary_too_large_for_one_number_are_counted_all_the_same() -> None:
    small = scored_pairs(TEXTS, vocabulary=12, context=3, deduplicate=False)
    large = scored_pairs(TEXTS, vocabulary=10**6, context=3, deduplicate=False)
    for left, right in zip(small, large, strict=True):
        np.testing.assert_array_equal(left, right)


def test_the_variance_of_the_green_weight_is_that_over_all_lists() -> None:
    weights = np.array([3.0, 0.0, 1.0, 2.5, 0.0, 1.0])
    sums = [weights[list(chosen)].sum() for chosen in combinations(range(6), 2)]
    assert green_mass_variance(weights, gamma=1 / 3) == pytest.approx(np.var(sums), abs=1e-10)


@given(st.integers(2, 40), st.data())
def test_for_weights_0_and_1_it_is_hypergeometric(vocabulary: int, data: st.DataObject) -> None:
    size = data.draw(st.integers(1, vocabulary - 1))
    scored = data.draw(st.integers(0, vocabulary))
    weights = (np.arange(vocabulary) < scored).astype(float)
    urn = stats.hypergeom(vocabulary, size, scored)
    counts = np.arange(scored + 1)
    expected = urn.pmf(counts) @ (counts - scored * size / vocabulary) ** 2
    assert green_mass_variance(weights, gamma=size / vocabulary) == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("deduplicate", [True, False])
def test_the_null_variance_adds_the_contexts(deduplicate: bool) -> None:
    times = np.zeros((12, 12))
    for row in TEXTS:
        np.add.at(times, (row[:-1], row[1:]), 1)
    if deduplicate:
        times = np.minimum(times, 1)
    expected = np.sum(green_mass_variance(times, gamma=0.25)) / (times.sum() * 0.25 * 0.75)
    got = null_variance(TEXTS, vocabulary=12, deduplicate=deduplicate)
    assert got == pytest.approx(expected, abs=1e-10)


@given(st.integers(0, 10_000), st.integers(1, 3))
def test_scored_once_an_innocent_text_varies_by_at_most_one(seed: int, context: int) -> None:
    texts = np.random.default_rng(seed).integers(0, 8, (3, 30))
    once = null_variance(texts, vocabulary=8, context=context)
    assert 0 <= once <= 1 + 1e-12
    copied = np.concatenate([texts] * 4)
    assert null_variance(copied, vocabulary=8, context=context) == pytest.approx(once, abs=1e-12)
    often = null_variance(texts, vocabulary=8, context=context, deduplicate=False)
    assert null_variance(copied, vocabulary=8, context=context, deduplicate=False) == pytest.approx(4 * often)


def test_expected_distinct_pairs_between_its_limits() -> None:
    law = np.array([[0.001, 0.2], [0.0, 0.799]])
    known = expected_distinct_pairs(law, scored=100)
    np.testing.assert_allclose(known, 1 - np.exp(-100 * law), atol=1e-12)
    np.testing.assert_allclose(expected_distinct_pairs(law, scored=100, trained=1e9), known, atol=1e-6)
    endless = expected_distinct_pairs(law, scored=1e9, trained=50)
    np.testing.assert_allclose(endless, 1 - np.exp(-50 * law), atol=1e-12)
    # The mean over a Poisson number of readings, summed by hand.
    readings = np.arange(200)
    by_hand = stats.poisson.pmf(readings, 50 * 0.2) @ (1 - np.exp(-readings * 100 / 50))
    assert expected_distinct_pairs(law, scored=100, trained=50)[0, 1] == pytest.approx(by_hand, abs=1e-10)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: green_z_score(3, 0, gamma=0.5), ValueError, "total must be at least 1"),
        (lambda: green_z_score(11, 10, gamma=0.5), ValueError, "green must be from 0 to total, got 11"),
        (lambda: green_z_score(-1, 10, gamma=0.5), ValueError, "green must be from 0 to total, got -1"),
        (lambda: green_z_score("many", 10, gamma=0.5), TypeError, "green must hold numbers"),
        (lambda: green_z_score(math.nan, 10, gamma=0.5), ValueError, "green must hold finite numbers"),
        (lambda: green_z_score([1, 2], [5, 5, 5], gamma=0.5), ValueError, "green and total must fit"),
        (lambda: green_z_score(1, 10, gamma=1.0), ValueError, "gamma must be below 1"),
        (lambda: boosted_green_mass(1.5, delta=1), ValueError, "mass must be from 0 to 1"),
        (lambda: boosted_green_mass(0.5, delta=math.inf), ValueError, "delta must be finite"),
        (lambda: watermark_divergence(-0.1, delta=1), ValueError, "mass must be from 0 to 1"),
        (lambda: green_mass_variance([1.0], gamma=0.5), ValueError, "weights must have at least 2 tokens"),
        (lambda: green_mass_variance([1.0, -1.0], gamma=0.5), ValueError, "weights must be at least 0"),
        (lambda: green_mass_variance([1.0, 1.0], gamma=0.0), ValueError, "gamma must be above 0"),
        (lambda: Watermark(key=-1, vocabulary=10), ValueError, "key must be at least 0"),
        (lambda: Watermark(key=2**32, vocabulary=10), ValueError, "key must be below"),
        (lambda: expected_distinct_pairs(np.full((3, 3), 0.9), scored=1), ValueError, "law must hold joint"),
        (lambda: Watermark(key=1, vocabulary=1), ValueError, "vocabulary must be at least 2"),
        (lambda: Watermark(key=1, vocabulary=10, gamma=0.01), ValueError, "gamma must leave green and other tokens"),
        (lambda: Watermark(key=1, vocabulary=10, gamma=1.0), ValueError, "gamma must be below 1"),
        (lambda: Watermark(key=1, vocabulary=10, delta=math.nan), ValueError, "delta must be finite"),
        (lambda: Watermark(key=1, vocabulary=10, context=0), ValueError, "context must be at least 1"),
        (lambda: Watermark(key=1, vocabulary=12).green_lists(TEXTS), ValueError, "contexts must have 1 tokens a row"),
        (lambda: Watermark(key=1, vocabulary=9).count(TEXTS), ValueError, "texts must hold tokens from 0 to 8"),
        (lambda: Watermark(key=1, vocabulary=12).count(TEXTS / 2), TypeError, "texts must hold integers"),
        (lambda: Watermark(key=1, vocabulary=12).count(TEXTS[0]), ValueError, "texts must have two dimensions"),
        (lambda: Watermark(key=1, vocabulary=12).count(TEXTS[:, :1]), ValueError, "texts must have at least 2 tokens"),
        (
            lambda: Watermark(key=1, vocabulary=12).apply(np.full((1, 3), 1 / 3), np.array([[0]])),
            ValueError,
            "probabilities must have 12 columns",
        ),
        (
            lambda: Watermark(key=1, vocabulary=4).apply(np.full((1, 4), 0.2), np.array([[0]])),
            ValueError,
            "rows that sum to 1",
        ),
        (
            lambda: Watermark(key=1, vocabulary=4).apply(np.full((2, 4), 0.25), np.array([[0]])),
            ValueError,
            "contexts must have one row for each of the 2 laws",
        ),
        (lambda: null_variance(TEXTS, vocabulary=1), ValueError, "vocabulary must be at least 2"),
        (lambda: null_variance(TEXTS, vocabulary=12, context=0), ValueError, "context must be at least 1"),
        (
            lambda: null_variance(TEXTS, vocabulary=12, deduplicate=1),  # type: ignore[arg-type]
            TypeError,
            "deduplicate must be True or False",
        ),
        (lambda: expected_distinct_pairs(np.array([2.0]), scored=1), ValueError, "law must be from 0 to 1"),
        (lambda: expected_distinct_pairs(np.array([0.5]), scored=0), ValueError, "scored must be above 0"),
        (lambda: expected_distinct_pairs(np.array([0.5]), scored=1, trained=0), ValueError, "trained must be above 0"),
    ],
)
def test_bad_input_is_named(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
