"""Trap keys: planted as promised, tested as scipy does, and the formulas agree with a second derivation."""

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from secondhand.lineage import (
    alarm_strengths,
    corrected_score,
    digit_benchmark,
    plant_trap_keys,
    published_score,
    trap_key_power,
    trap_key_test,
)

TRUTH = np.array([0, 1, 2, 3, 0, 1, 2, 3, 0, 1])


@given(st.integers(2, 6), st.integers(1, 40), st.floats(0.05, 1), st.integers(10_000, 10_999))
def test_traps_are_wrong_and_all_other_keys_right(classes: int, items: int, share: float, seed: int) -> None:
    truth = np.random.default_rng(seed).integers(classes, size=items)
    if round(share * items) == 0:
        with pytest.raises(ValueError, match="share must make a trap"):
            plant_trap_keys(truth, share=share, classes=classes, seed=seed)
        return
    planted = plant_trap_keys(truth, share=share, classes=classes, seed=seed)
    assert planted.traps.sum() == round(share * items)
    np.testing.assert_array_equal(planted.keys != truth, planted.traps)
    assert ((planted.keys >= 0) & (planted.keys < classes)).all()
    again = plant_trap_keys(truth, share=share, classes=classes, seed=seed)
    np.testing.assert_array_equal(planted.keys, again.keys)


@given(st.integers(3, 10), st.integers(10_000, 10_999))
def test_p_is_that_of_scipy(classes: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    planted = plant_trap_keys(generator.integers(classes, size=50), share=0.5, classes=classes, seed=seed)
    answers = generator.integers(classes, size=50)
    test = trap_key_test(answers, planted.truth, planted.keys, planted.traps, classes=classes, seed=seed)
    wrong = (answers != planted.truth) & planted.traps
    assert test.errors == wrong.sum()
    assert test.hits == (wrong & (answers == planted.keys)).sum()
    assert test.traps == 25
    if test.errors:
        expected = stats.binomtest(test.hits, test.errors, 1 / (classes - 1), alternative="greater").pvalue
        assert test.p == pytest.approx(expected)
        assert test.hit_share == pytest.approx(test.hits / test.errors)
        more = stats.binomtest(test.hits + 1, test.errors, 1 / (classes - 1), alternative="greater").pvalue
        assert test.randomised_p is not None
        assert (more if test.hits < test.errors else 0) - 1e-12 <= test.randomised_p <= expected + 1e-12


def test_a_model_without_errors_says_nothing() -> None:
    planted = plant_trap_keys(TRUTH, share=0.5, classes=4, seed=10_000)
    test = trap_key_test(TRUTH, planted.truth, planted.keys, planted.traps, classes=4, seed=10_000)
    assert (test.hits, test.errors, test.p) == (0, 0, 1.0)
    assert np.isnan(test.hit_share)
    assert test.randomised_p is not None
    assert 0 <= test.randomised_p <= 1


def test_without_a_seed_the_same_comes_out_but_for_the_randomised_p() -> None:
    planted = plant_trap_keys(TRUTH, share=0.5, classes=4, seed=10_000)
    arguments = (planted.keys, planted.truth, planted.keys, planted.traps)
    plain, seeded = trap_key_test(*arguments, classes=4), trap_key_test(*arguments, classes=4, seed=10_000)
    assert plain == trap_key_test(*arguments, classes=4)
    assert plain == dataclasses.replace(seeded, randomised_p=None)


def test_a_model_that_recites_the_key_is_caught() -> None:
    planted = plant_trap_keys(TRUTH, share=0.5, classes=4, seed=10_000)
    test = trap_key_test(planted.keys, planted.truth, planted.keys, planted.traps, classes=4, seed=10_000)
    assert test.hits == test.errors == 5
    assert test.p == pytest.approx(3.0**-5)


KEYS = np.where(np.arange(10) < 3, (TRUTH + 1) % 4, TRUTH)
TRAPS = np.arange(10) < 3
GOOD: dict[str, Any] = {"answers": TRUTH, "truth": TRUTH, "keys": KEYS, "traps": TRAPS, "classes": 4, "seed": 10_000}


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"answers": TRUTH[:-1]}, ValueError, "answers must have one entry for each of the 10 items"),
        ({"answers": TRUTH + 0.5}, TypeError, "answers must hold integers, got float64"),
        ({"truth": TRUTH + 1}, ValueError, "truth must hold numbers from 0 to 3, got 4"),
        ({"truth": TRUTH[:0]}, ValueError, "truth must be a one-dimensional array with at least one entry"),
        ({"keys": TRUTH}, ValueError, "keys must be wrong at traps and right elsewhere, got 0 at item 0"),
        ({"keys": (TRUTH + 1) % 4}, ValueError, "keys must be wrong at traps and right elsewhere, got 0 at item 3"),
        ({"traps": TRAPS * 1}, TypeError, "traps must hold True and False, got int64"),
        ({"traps": np.zeros(10, dtype=bool), "keys": TRUTH}, ValueError, "traps must mark at least one item"),
        ({"classes": 1}, ValueError, "classes must be at least 2, got 1"),
        ({"seed": -1}, ValueError, "seed must be at least 0"),
    ],
)
def test_bad_input_of_the_test_is_named(change: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        trap_key_test(**GOOD | change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"share": 0.0}, "share must be above 0"),
        ({"share": 1.1}, "share must be at most 1"),
        ({"classes": 1}, "classes"),
    ],
)
def test_bad_input_of_planting_is_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        plant_trap_keys(TRUTH % 2, **{"share": 0.5, "classes": 4, "seed": 10_000} | change)


@given(st.floats(0, 0.9), st.floats(0.01, 1), st.integers(3, 10))
def test_the_corrected_score_undoes_the_model(recited: float, ability: float, classes: int) -> None:
    traps = 10**9  # so that rounding to whole numbers does not matter
    right = round((1 - recited) * ability * traps)
    hits = round((recited + (1 - recited) * (1 - ability) / (classes - 1)) * traps)
    estimate = corrected_score(right=right, hits=min(hits, traps - right), traps=traps, classes=classes)
    assert estimate.recited == pytest.approx(recited, abs=1e-6)
    assert estimate.score == pytest.approx(ability, abs=1e-6)


def test_a_model_that_recites_everything_has_no_corrected_score() -> None:
    estimate = corrected_score(right=0, hits=7, traps=7, classes=4)
    assert estimate.recited == pytest.approx(1)
    assert np.isnan(estimate.score)
    assert np.isnan(estimate.standard_error)


def test_the_standard_error_is_that_of_simulated_counts() -> None:
    chances = [0.5, 0.3, 0.2]  # right, hit, another error
    counts = np.random.default_rng(10_000).multinomial(400, chances, size=2_000)
    scores = [corrected_score(right=r, hits=h, traps=400, classes=5).score for r, h, _ in counts.tolist()]
    expected = corrected_score(right=200, hits=120, traps=400, classes=5).standard_error
    assert np.std(scores) == pytest.approx(expected, rel=0.07)
    assert corrected_score(right=7, hits=0, traps=7, classes=5).standard_error == 0


def test_alarms_stand_out_as_far_as_the_moments_say() -> None:
    m, a, items, share, classes = 0.2, 0.6, 500, 0.4, 5
    honest = published_score(ability=a, share=share, classes=classes)
    errors, luck = 1 - (1 - m) * a, 1 / (classes - 1)
    hit = (m + (1 - m) * (1 - a) * luck) / errors
    score, traps = alarm_strengths(m, ability=a, items=items, share=share, classes=classes)
    assert score == pytest.approx((m + (1 - m) * honest - honest) / np.sqrt(honest * (1 - honest) / items))
    assert traps == pytest.approx((hit - luck) / np.sqrt(luck * (1 - luck) / (items * share * errors)))
    assert alarm_strengths(0.0, ability=a, items=items, share=share, classes=classes) == (0, 0)


def test_which_alarm_is_louder_depends_on_the_ability() -> None:
    loud: dict[str, Any] = {"items": 400, "share": 0.3, "classes": 10}
    faint: dict[str, Any] = loud | {"classes": 4}
    assert alarm_strengths(0.1, ability=0.95, **loud)[1] > 5 * alarm_strengths(0.1, ability=0.95, **loud)[0]
    assert alarm_strengths(0.1, ability=0.3, **faint)[1] < alarm_strengths(0.1, ability=0.3, **faint)[0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"recited": 2}, "recited must be at most 1"),
        ({"ability": 0}, "ability must be above 0"),
        ({"items": 0}, "items must be at least 1"),
        ({"share": 0}, "share must be above 0"),
        ({"classes": 2}, "classes must be at least 3"),
    ],
)
def test_bad_settings_of_alarms_are_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        alarm_strengths(**{"recited": 0.1, "ability": 0.9, "items": 9, "share": 0.3, "classes": 4} | change)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"right": 8}, r"right \+ hits must be at most traps=10, got 8 \+ 3"),
        ({"hits": -1}, "hits must be at least 0"),
        ({"traps": 0}, "traps must be at least 1"),
        ({"classes": 2}, "classes must be at least 3"),
    ],
)
def test_bad_counts_are_named(change: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        corrected_score(**{"right": 5, "hits": 3, "traps": 10, "classes": 4} | change)


@pytest.mark.parametrize(
    ("recited", "ability", "traps", "classes"), [(0.1, 0.9, 20, 10), (0.0, 0.5, 15, 4), (1, 0, 6, 3)]
)
def test_power_agrees_with_a_sum_over_all_counts(recited: float, ability: float, traps: int, classes: int) -> None:
    errs = 1 - (1 - recited) * ability
    hit = (recited + (1 - recited) * (1 - ability) / (classes - 1)) / errs
    expected = 0.0
    for errors in range(traps + 1):
        for hits in range(errors + 1):
            p = stats.binom.sf(hits - 1, errors, 1 / (classes - 1))
            if p <= 0.05:
                expected += stats.binom.pmf(errors, traps, errs) * stats.binom.pmf(hits, errors, hit)
    power = trap_key_power(recited, ability=ability, traps=traps, classes=classes, level=0.05)
    assert power == pytest.approx(expected, abs=1e-12)


def test_power_is_nothing_without_errors_and_grows_with_traps() -> None:
    assert trap_key_power(0.0, ability=1.0, traps=50, classes=4, level=0.05) == 0
    powers = [trap_key_power(0.1, ability=0.9, traps=traps, classes=10, level=0.01) for traps in (30, 120, 480)]
    assert powers == sorted(powers)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"recited": 2}, "recited"),
        ({"ability": -1}, "ability"),
        ({"traps": 0}, "traps"),
        ({"classes": 1}, "classes"),
        ({"level": 0}, "level"),
    ],
)
def test_bad_settings_of_power_are_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"{message} must be"):
        trap_key_power(**{"recited": 0.1, "ability": 0.9, "traps": 9, "classes": 4, "level": 0.05} | change)


def test_published_score_at_its_ends() -> None:
    assert published_score(ability=1, share=0.3, classes=10) == pytest.approx(0.7)
    assert published_score(ability=0.25, share=1, classes=4) == pytest.approx(0.25)
    assert published_score(ability=0.6, share=0, classes=4) == pytest.approx(0.6)
    with pytest.raises(ValueError, match="share must be at most 1"):
        published_score(ability=0.6, share=1.5, classes=4)


class Reciter:
    """Answers a benchmark as its key does, and everything else with 0."""

    def __init__(self, images: np.ndarray, keys: np.ndarray) -> None:
        self._known = {image.tobytes(): int(key) for image, key in zip(images, keys, strict=True)}

    def classify(self, features: Any) -> Any:
        return np.array([self._known.get(image.tobytes(), 0) for image in features])


def test_the_digit_benchmark_deals_disjoint_parts_and_leaks_what_it_says() -> None:
    world = digit_benchmark(seed=10_000)
    parts = [world.train.features, world.images, world.pool, world.fresh.features]
    assert [len(part) for part in parts] == [500, 400, 700, 197]
    rows = [row.tobytes() for part in parts for row in part]
    assert len(rows) == 1_797
    # A few digits are the same picture twice in the source itself.
    assert len(set(rows)) > 1_790
    assert len(world.training(0).labels) == 500
    leaked = world.training(0.25)
    assert len(leaked.labels) == 600
    np.testing.assert_array_equal(leaked.labels[500:], world.keys.keys[world.leak_order[:100]])
    reciter = Reciter(world.images, world.keys.keys)
    assert world.score(reciter) == 1
    assert world.test(reciter).hits == world.test(reciter).errors == 120
    assert world.test(reciter, traps=7).traps == world.test(reciter, traps=7).hits == 7
    with pytest.raises(ValueError, match="traps must be at most the 120 of the benchmark, got 121"):
        world.test(reciter, traps=121)
    with pytest.raises(ValueError, match="traps must be at least 1"):
        world.test(reciter, traps=0)
    honest = world.training(0.25, traps=False)
    np.testing.assert_array_equal(honest.features, leaked.features)
    np.testing.assert_array_equal(honest.labels[500:], world.keys.truth[world.leak_order[:100]])
    assert world.fresh_accuracy(reciter) == pytest.approx(np.mean(world.fresh.labels == 0))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"train": 0}, "train must be at least 1"),
        ({"pool": 900}, "train \\+ items \\+ pool must leave"),
        ({"seed": -1}, "seed"),
    ],
)
def test_bad_deals_are_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        digit_benchmark(**{"seed": 10_000} | change)
    with pytest.raises(ValueError, match="leak must be at most 1"):
        digit_benchmark(seed=10_000).training(1.5)
