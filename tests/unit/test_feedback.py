"""Feedback loops, their theory and the safety check: second derivations, identities, and what they refuse."""

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import integrate, optimize, stats
from scipy.special import logit

from secondhand.generations import feedback_loop, generation_loop, loop_safety, temperature_chain, theory
from secondhand.learners import BaseRateLearner, LogisticLearner, NearestNeighboursLearner, PassageLearner
from secondhand.messages import LANGUAGE_VARIABLE, LANGUAGES
from secondhand.sources import TwoGaussians

COUNTS = st.integers(1, 5_000)
LINE = TwoGaussians(rate=0.2, distance=0.5)
FLOW: dict[str, Any] = {"initial": 50, "human": 10, "model": 40}


def published_sum(t: int, initial: int, human: int, model: int) -> float:
    """Return theorem 1 as a sum over rounds, each with the product over later rounds."""
    size = [initial + j * (human + model) for j in range(t + 1)]
    return 1 + sum(
        model / size[i] * math.prod(1 - human / size[j] for j in range(i + 1, t + 1)) for i in range(1, t + 1)
    )


# --- The bound --------------------------------------------------------------------------------------------------------


@given(COUNTS, st.integers(0, 500), st.integers(0, 500).filter(bool), st.integers(0, 30))
def test_the_closed_form_is_the_published_sum(initial: int, human: int, model: int, rounds: int) -> None:
    bound = theory.amplification_bound(initial=initial, human=human, model=model, rounds=rounds)
    expected = [published_sum(t, initial, human, model) for t in range(rounds + 1)]
    np.testing.assert_allclose(bound, expected, rtol=1e-10)


def test_the_bound_has_its_known_values() -> None:
    bound = theory.amplification_bound(initial=50_000, human=1_000, model=4_000, rounds=90)
    np.testing.assert_allclose(bound[[10, 30, 90]], [1.504, 1.951, 2.458], atol=1e-3)
    even = theory.amplification_bound(initial=50_000, human=2_500, model=2_500, rounds=90)
    np.testing.assert_allclose(even[[10, 30, 90]], [1.289, 1.495, 1.680], atol=1e-3)
    assert theory.amplification_limit(human=1_000, model=4_000) == 5


def test_a_million_rounds_agree_with_the_product_of_factors() -> None:
    flow = {"initial": 50_000, "human": 1_000, "model": 4_000}
    sizes = 50_000 + 5_000 * np.arange(1, 1_000_001)
    missing = np.exp(np.cumsum(np.log1p(-1_000 / sizes)))
    bound = theory.amplification_bound(**flow, rounds=1_000_000)
    np.testing.assert_allclose(bound[1:], 1 + 4 * (1 - missing), rtol=1e-9)
    assert np.flatnonzero(1 - missing >= 0.5)[0] + 1 == theory.rounds_to_share(0.5, **flow) == 323
    assert theory.rounds_to_share(0.9, **flow) == pytest.approx(1.04e6, rel=0.001)


@given(COUNTS, COUNTS, COUNTS)
def test_the_bound_rises_from_one_and_stays_below_its_limit(initial: int, human: int, model: int) -> None:
    bound = theory.amplification_bound(initial=initial, human=human, model=model, rounds=200)
    assert bound[0] == pytest.approx(1.0, abs=1e-10)
    assert (np.diff(bound) >= -1e-9).all()
    assert bound[-1] <= theory.amplification_limit(human=human, model=model) + 1e-9


def test_without_model_items_nothing_grows_and_without_people_there_is_no_limit() -> None:
    assert (theory.amplification_bound(initial=9, human=5, model=0, rounds=50) == 1).all()
    assert theory.amplification_limit(human=0, model=3) == math.inf
    assert theory.amplification_limit(human=3, model=0) == 1


@given(st.floats(0.01, 0.9), COUNTS, st.integers(50, 500), st.integers(1, 100))
def test_rounds_to_share_is_the_first_round_there(share: float, initial: int, human: int, model: int) -> None:
    rounds = theory.rounds_to_share(share, initial=initial, human=human, model=model)
    bound = theory.amplification_bound(initial=initial, human=human, model=model, rounds=rounds)
    covered = (bound - 1) * human / model
    assert covered[-1] >= share - 1e-9
    assert covered[-2] < share + 1e-9


# --- Labelling rules --------------------------------------------------------------------------------------------------


@settings(max_examples=25)
@given(st.floats(0.02, 0.98), st.floats(0.1, 2.5), st.floats(0.02, 0.98))
def test_shares_agree_with_numerical_integration(rate: float, distance: float, true: float) -> None:
    def density(x: float) -> float:
        return true * stats.norm.pdf(x - distance) + (1 - true) * stats.norm.pdf(x + distance)

    threshold = -logit(rate) / (2 * distance)
    top = integrate.quad(density, threshold, math.inf)[0]
    drawn = integrate.quad(lambda x: density(x) / (1 + math.exp(-logit(rate) - 2 * distance * x)), -12, 12, limit=200)[
        0
    ]
    assert theory.argmax_share(rate, distance=distance, input_rate=true) == pytest.approx(top, abs=1e-7)
    assert theory.sampled_share(rate, distance=distance, input_rate=true) == pytest.approx(drawn, abs=1e-6)
    assert theory.sampled_share(rate, distance=distance) == pytest.approx(rate, abs=1e-6)


def test_argmax_share_and_fixed_points_have_their_known_values() -> None:
    assert theory.argmax_share(0.2, distance=0.5) == pytest.approx(0.0612, abs=5e-5)
    assert theory.loop_fixed_point(0.2, distance=0.5, human=1, model=4) == pytest.approx(0.0407, abs=5e-5)
    assert theory.loop_fixed_point(0.2, distance=0.5, human=1, model=1) == pytest.approx(0.107, abs=5e-4)
    np.testing.assert_allclose(theory.argmax_share([0.0, 1.0], distance=1), [0, 1], atol=1e-12)


@given(st.floats(0.05, 0.5), st.floats(0.3, 2), st.integers(1, 5), st.integers(0, 9))
def test_the_fixed_point_stands_still(rate: float, distance: float, human: int, model: int) -> None:
    point = theory.loop_fixed_point(rate, distance=distance, human=human, model=model)
    made = theory.argmax_share(point, distance=distance, input_rate=rate)
    assert (human * rate + model * made) / (human + model) == pytest.approx(point, abs=1e-8)


def test_a_long_course_goes_to_its_fixed_point() -> None:
    course = theory.pool_rate_course(0.2, distance=0.5, labels="argmax", initial=1, human=100, model=100, rounds=3_000)
    assert course[-1] == pytest.approx(theory.loop_fixed_point(0.2, distance=0.5, human=1, model=1), abs=2e-3)


def test_variety_kept_is_that_of_the_exact_law_of_draws() -> None:
    """One round of 4 draws from a pool of 6 with two marked items, by the binomial law itself."""
    successes = np.arange(5)
    rate = (2 + successes) / 10
    expected = (stats.binom(4, 1 / 3).pmf(successes) * rate * (1 - rate)).sum() / (1 / 3 * 2 / 3)
    assert theory.heterozygosity_kept(initial=6, model=4, rounds=1)[1] == pytest.approx(expected, abs=1e-12)


# --- Temperature ------------------------------------------------------------------------------------------------------


@given(st.floats(0.01, 0.99), st.floats(0.1, 3))
def test_a_temperature_divides_the_log_odds(rate: float, temperature: float) -> None:
    powers = np.array([rate, 1 - rate]) ** (1 / temperature)
    expected = powers[0] / powers.sum()
    assert theory.temperature_map(rate, temperature=temperature) == pytest.approx(expected, abs=1e-10)


def test_five_rounds_of_replacing_have_their_known_value() -> None:
    course = theory.temperature_course(0.4, temperature=0.7, synthetic_share=1, rounds=5)
    assert course[-1] == pytest.approx(0.0822, abs=5e-5)


@settings(max_examples=40)
@given(st.floats(0.05, 0.99), st.floats(0, 1))
def test_the_fixed_point_is_where_the_course_ends(temperature: float, share: float) -> None:
    point = theory.temperature_fixed_point(temperature=temperature, synthetic_share=share)
    slope = theory.balanced_slope(temperature=temperature, synthetic_share=share)
    made = float(theory.temperature_map(point, temperature=temperature))
    assert (1 - share) / 2 + share * made == pytest.approx(point, abs=1e-9)
    assert (point > 0.5) == (slope > 1)
    if abs(slope - 1) > 0.1:
        course = theory.temperature_course(0.6, temperature=temperature, synthetic_share=share, rounds=400)
        assert course[-1] == pytest.approx(point, abs=1e-6)


def test_the_slope_is_the_derivative_of_the_map() -> None:
    step = 1e-5
    ends = [
        theory.temperature_course(0.5 + h, temperature=0.7, synthetic_share=0.4, rounds=1)[-1] for h in (-step, step)
    ]
    slope = theory.balanced_slope(temperature=0.7, synthetic_share=0.4)
    assert (ends[1] - ends[0]) / (2 * step) == pytest.approx(slope, abs=1e-6)


# --- Loops ------------------------------------------------------------------------------------------------------------


def test_a_loop_has_a_row_a_round_and_biases_that_add_up() -> None:
    loop = feedback_loop(LogisticLearner(), LINE, **FLOW, rounds=3, seed=10_000)
    frame = loop.to_frame()
    assert list(frame["round"]) == [0, 1, 2, 3]
    np.testing.assert_allclose(frame["bias"], frame["pool_bias"] + frame["fit_error"], atol=1e-12)
    again = feedback_loop(LogisticLearner(), LINE, **FLOW, rounds=3, seed=10_000)
    np.testing.assert_array_equal(loop.pool_rate, again.pool_rate)
    other = feedback_loop(LogisticLearner(), LINE, **FLOW, rounds=3, seed=10_001)
    assert not np.array_equal(loop.pool_rate, other.pool_rate)


def test_a_single_neighbour_labels_alike_by_either_rule() -> None:
    loops = [
        feedback_loop(NearestNeighboursLearner(1), LINE, **FLOW, rounds=2, labels=rule, seed=10_002)
        for rule in ("argmax", "sample")
    ]
    np.testing.assert_array_equal(loops[0].model_rate, loops[1].model_rate)


def test_only_people_or_only_models_can_fill_the_pool() -> None:
    for human, model in ((0, 5), (5, 0)):
        loop = feedback_loop(BaseRateLearner(0.5), LINE, initial=20, human=human, model=model, rounds=2, seed=10_003)
        assert len(loop.pool_rate) == 3


def test_greedy_writing_leaves_only_human_markers() -> None:
    people = np.column_stack([np.repeat([0, 1], [70, 30]), np.random.default_rng(10_004).integers(2, 6, (100, 3))])
    options: dict[str, Any] = {
        "attribute": lambda passages: passages[:, 0] == 1,
        "write": lambda model, size, seed: model.write(size, temperature=0, seed=seed),
        "measure": lambda passages: {"words": len(np.unique(passages))},
    }
    loop = generation_loop(PassageLearner(6), people, **options, initial=100, human=0, model=50, rounds=2, seed=10_005)
    np.testing.assert_allclose(loop.pool_rate, [0.3, 30 / 150, 30 / 200])
    assert (loop.model_rate == 0).all()
    assert "words" in loop.to_frame()
    assert loop.first.write(2, seed=1).shape == (2, 4)
    replaced = generation_loop(
        PassageLearner(6), people, **options, initial=100, human=0, model=50, rounds=1, workflow="replace", seed=10_005
    )
    np.testing.assert_allclose(replaced.pool_rate, [0.3, 0])


# --- Is it safe? ------------------------------------------------------------------------------------------------------


LARGE: dict[str, Any] = {"initial": 20_000, "human": 1_000, "model": 4_000}


def fair_forecast(items: int, seed: int) -> tuple[Any, Any]:
    generator = np.random.default_rng(seed)
    chances = generator.random(items)
    return chances, (generator.random(items) < chances).astype(int)


def test_verdicts_follow_from_bias_bound_and_tolerance() -> None:
    chances, labels = fair_forecast(40_000, 10_006)
    terms: dict[str, Any] = {"labels": "sample", **LARGE}
    fair = loop_safety(chances, labels, **terms, tolerance=0.15)
    assert fair.verdict == "safe"
    assert fair.safe
    assert fair.amplification == 5
    assert fair.reach >= 5 * max(abs(fair.bias["all"].low), abs(fair.bias["all"].high))
    shifted = np.clip(chances + 0.1, 0, 1)
    assert loop_safety(shifted, labels, **terms, tolerance=0.05).verdict == "unsafe"
    open_question = loop_safety(shifted, labels, **terms, tolerance=0.2)
    assert open_question.verdict == "not shown"
    assert not open_question.safe
    assert loop_safety(shifted, labels, **terms, tolerance=0.2, rounds=0).verdict == "safe"


def test_the_reach_is_the_sum_that_the_documentation_gives() -> None:
    chances, labels = fair_forecast(5_000, 10_014)
    safety = loop_safety(chances, labels, labels="sample", **LARGE, rounds=9, tolerance=0.01, pool_rate=0.51)
    factor = published_sum(9, **LARGE)
    z = stats.norm.ppf(1 - 0.05 / 4)
    size = 5_000 + z**2

    def interval(values: Any) -> tuple[float, float]:
        mean = (values.sum() + z**2 / 2) / size
        variance = (((values - mean) ** 2).sum() + z**2 / 2 * (mean**2 + (1 - mean) ** 2)) / size
        margin = z * math.sqrt(variance / size) + abs(mean - values.mean())
        return float(margin), float(variance)

    (people_margin, _), (made_margin, made_variance) = interval(labels), interval(chances)
    near = 0.01 + z / math.sqrt(5_000)
    rate = min(max(0.5, labels.mean() - near), labels.mean() + near)
    drawn = rate * (1 - rate) * (1 / 20_000 - 1 / 65_000)
    later = factor**2 * made_variance / 20_000
    expected = abs(0.51 - labels.mean()) + factor * abs(chances.mean() - 0.51)
    expected += math.sqrt((people_margin + factor * made_margin) ** 2 + z**2 * (drawn + later))
    assert safety.reach == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize(
    ("outputs", "labels", "more"),
    [
        ([0, 1], [0, 1], {}),
        ([0, 1, 1], [0, 1, 1], {}),
        ([0] * 40, [0] * 40, {}),
        ([0] * 20, [0] * 20, {"paired": False}),
        ([0.01] * 20, [0] * 20, {"labels": "sample"}),
        ([0, 1] * 5, [0, 1] * 5, {"groups": ["a"] * 5 + ["b"] * 5}),
        ([0] * 20, [0] * 20, {"human": 0, "rounds": 50}),
    ],
)
def test_a_handful_of_items_shows_nothing(outputs: list[float], labels: list[int], more: dict[str, Any]) -> None:
    safety = loop_safety(outputs, labels, **{**LARGE, "tolerance": 0.05, "rounds": 1, **more})
    assert safety.verdict == "not shown"
    assert all(part.high - part.low > 0.1 for part in safety.bias.values())


@given(st.integers(2, 500), st.floats(0.001, 0.2))
def test_where_no_disagreement_was_seen_a_real_one_is_seldom_called_safe(items: int, lost: float) -> None:
    # A model loses a share of the items, each time in the same direction; none of `items` shows it.
    safety = loop_safety([0] * items, [0] * items, **LARGE, rounds=0, tolerance=lost)
    missed = (1 - lost) ** items
    assert not safety.safe or missed <= 0.05


def test_an_unbiased_state_that_repels_is_not_called_safe() -> None:
    features, labels = TwoGaussians(rate=0.5, distance=0.2).sample(50_000, seed=10_015)
    chances = 1 / (1 + np.exp(-0.4 * features[:, 0]))
    unsure = loop_safety(chances, labels, labels="argmax", **LARGE, tolerance=0.1, pool_rate=0.5)
    assert abs(unsure.bias["all"].estimate) < 0.01
    assert unsure.verdict == "not shown"
    slope = theory.argmax_share(0.6, distance=0.2, input_rate=0.5) - 0.5
    assert unsure.response == pytest.approx(float(slope) - 0.1, abs=0.01)
    assert loop_safety(chances, labels, labels="sample", **LARGE, tolerance=0.1, pool_rate=0.5).response == 0
    sure = (chances > 0.5) * 0.98 + 0.01
    assert loop_safety(sure, labels, labels="argmax", **LARGE, tolerance=0.1, pool_rate=0.5).response == 0


def test_biases_of_groups_that_cancel_are_seen() -> None:
    labels = np.tile([0, 1], 2_000)
    groups = np.repeat(["a", "b"], 2_000)
    outputs = np.where(groups == "a", 0.6, 0.4)
    terms: dict[str, Any] = {"labels": "sample", **LARGE}
    assert loop_safety(outputs, labels, **terms, tolerance=0.3, rounds=1).safe
    grouped = loop_safety(outputs, labels, **terms, tolerance=0.05, groups=groups)
    assert grouped.verdict == "unsafe"
    assert set(grouped.to_frame()["group"]) == {"a", "b"}
    assert grouped.worst_group in grouped.bias
    assert "(a)" in str(grouped)
    assert "(b)" in str(grouped)


def test_what_the_pool_is_off_is_not_amplified() -> None:
    labels = np.tile([0, 0, 0, 0, 1], 8_000)
    terms: dict[str, Any] = {"labels": "sample", **LARGE, "tolerance": 0.1}
    whole = loop_safety(np.full(40_000, 0.22), labels, **terms)
    split = loop_safety(np.full(40_000, 0.22), labels, **terms, pool_rate=0.22)
    assert whole.verdict == "not shown"
    assert split.verdict == "safe"
    assert split.reach < whole.reach
    # Errors of opposite sign cancel in the bias, and not in the split.
    hidden = loop_safety(np.full(40_000, 0.2), labels, **terms, pool_rate=0.25)
    assert hidden.reach > 0.05 * 5
    assert abs(hidden.bias["all"].estimate) < 1e-12


def test_generated_and_human_items_may_differ_in_number() -> None:
    made, people = np.repeat([0, 1], [9_000, 1_000]), np.repeat([0, 1], [900, 100])
    safety = loop_safety(made, people, paired=False, **LARGE, tolerance=0.2, rounds=3)
    assert safety.bias["all"].estimate == pytest.approx(0)
    assert safety.safe
    # Newcombe's interval, from those of Agresti and Coull for both samples.
    z = stats.norm.ppf(0.975)
    middle = [(len(x) / 10 + z**2 / 2) / (len(x) + z**2) for x in (made, people)]
    margin = [z * math.sqrt(p * (1 - p) / (len(x) + z**2)) for p, x in zip(middle, (made, people), strict=True)]
    expected = math.hypot(0.1 - middle[0] + margin[0], middle[1] + margin[1] - 0.1)
    assert safety.bias["all"].low == pytest.approx(-expected, abs=1e-10)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("tolerance", "pool_rate"), [(0.9, None), (0.9, 0.5), (0.01, 0.5), (0.4, None)])
def test_the_card_says_verdict_bias_and_reach(
    language: str, tolerance: float, pool_rate: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    outputs, labels = np.tile([0.2, 0.5], 5_000), np.tile([0, 1], 5_000)
    terms: dict[str, Any] = {**LARGE, "labels": "sample", "tolerance": tolerance, "pool_rate": pool_rate}
    safety = loop_safety(outputs, labels, **terms, rounds=1)
    card = safety._repr_mimebundle_()
    assert f"{100 * safety.reach:.1f}" in card["text/plain"]
    assert card["text/plain"] == str(safety)
    assert "check-card" in card["text/html"]
    assert "{" not in card["text/plain"]
    assert len(safety.lines()) == 5 + (safety.response > 0)


def test_a_bound_beyond_what_is_possible_is_not_given_as_a_number() -> None:
    safety = loop_safety([0.4] * 50, [0, 1] * 25, labels="sample", **LARGE, tolerance=0.01)
    assert safety.reach > safety.possible["all"]
    assert "excludes no bias" in str(safety)
    assert f"{100 * safety.reach:.1f}" not in str(safety)


# --- Bad input --------------------------------------------------------------------------------------------------------

WRONG: Any = 1.5
PEOPLE = np.zeros((5, 3), dtype=int)
WRITING: dict[str, Any] = {"attribute": lambda p: p[:, 0], "write": lambda m, n, s: m.write(n, seed=s)}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: theory.amplification_bound(initial=0, human=1, model=1, rounds=1),
            ValueError,
            "initial must be",
        ),
        (
            lambda: theory.amplification_bound(initial=1, human=-1, model=1, rounds=1),
            ValueError,
            "human must be",
        ),
        (
            lambda: theory.amplification_bound(initial=1, human=1, model=-1, rounds=1),
            ValueError,
            "model must be",
        ),
        (lambda: theory.amplification_bound(initial=1, human=0, model=0, rounds=1), ValueError, "must not both be 0"),
        (lambda: theory.amplification_bound(initial=1, human=1, model=1, rounds=-1), ValueError, "rounds must be"),
        (
            lambda: theory.amplification_bound(initial=WRONG, human=1, model=1, rounds=1),
            TypeError,
            "initial must",
        ),
        (lambda: theory.amplification_limit(human=0, model=0), ValueError, "must not both be 0"),
        (lambda: theory.rounds_to_share(1, initial=1, human=1, model=1), ValueError, "share must be below 1, got 1"),
        (lambda: theory.rounds_to_share(0.5, initial=1, human=0, model=1), ValueError, "human must be at least 1"),
        (lambda: theory.rounds_to_share(0.5, initial=1, human=1, model=0), ValueError, "model must be at least 1"),
        (lambda: theory.argmax_share(1.2, distance=1), ValueError, "rate must be from 0 to 1, got 1.2"),
        (lambda: theory.argmax_share(0.2, distance=0), ValueError, "distance must be above 0, got 0"),
        (lambda: theory.sampled_share("x", distance=1), TypeError, "rate must hold numbers"),
        (lambda: theory.sampled_share(0.5, distance=1, input_rate=-1), ValueError, "input_rate must be from 0 to 1"),
        (lambda: theory.loop_fixed_point(0.7, distance=1, human=1, model=1), ValueError, "rate must be at most 0.5"),
        (
            lambda: theory.pool_rate_course(0.2, distance=1, labels="top", **FLOW, rounds=1),
            ValueError,
            "labels must be one of 'argmax', 'sample', got 'top'",
        ),
        (lambda: theory.heterozygosity_kept(initial=0, model=1, rounds=1), ValueError, "initial must be at least 1"),
        (lambda: theory.temperature_map(0.5, temperature=0), ValueError, "temperature must be above 0, got 0"),
        (
            lambda: theory.balanced_slope(temperature=1, synthetic_share=2),
            ValueError,
            "synthetic_share must",
        ),
        (
            lambda: theory.temperature_course(0.5, temperature=1, synthetic_share=1, human_rate=2, rounds=1),
            ValueError,
            "human_rate must be at most 1",
        ),
        (
            lambda: feedback_loop(LogisticLearner(), LINE, **FLOW, rounds=1, labels="best", seed=1),
            ValueError,
            "labels must be one of",
        ),
        (
            lambda: feedback_loop(LogisticLearner(), LINE, **FLOW, rounds=1, test_items=0, seed=1),
            ValueError,
            "test_items must be at least 1",
        ),
        (
            lambda: feedback_loop(LogisticLearner(), LINE, **FLOW, rounds=-1, seed=1),
            ValueError,
            "rounds must be",
        ),
        (
            lambda: feedback_loop(LogisticLearner(), LINE, **FLOW, rounds=1, seed=-1),
            ValueError,
            "seed must be",
        ),
        (
            lambda: generation_loop(PassageLearner(2), PEOPLE, **WRITING, **FLOW, rounds=1, seed=1),
            ValueError,
            "people must hold at least 50 items, got 5",
        ),
        (
            lambda: generation_loop(
                PassageLearner(2), PEOPLE, **WRITING, initial=2, human=1, model=1, rounds=1, workflow="mix", seed=1
            ),
            ValueError,
            "workflow must be one of 'accumulate', 'replace'",
        ),
        (
            lambda: temperature_chain(
                temperature=1, synthetic_share=1, initial_rate=2, sample_size=1, rounds=1, chains=1, seed=1
            ),
            ValueError,
            "initial_rate must be at most 1",
        ),
        (
            lambda: temperature_chain(
                temperature=1, synthetic_share=1, initial_rate=0.5, sample_size=0, rounds=1, chains=1, seed=1
            ),
            ValueError,
            "sample_size must be at least 1",
        ),
        (lambda: loop_safety([0, 1], [0, 1], **FLOW, tolerance=0), ValueError, "tolerance must be above 0, got 0"),
        (
            lambda: loop_safety([0, 2], [0, 1], **FLOW, tolerance=0.1),
            ValueError,
            "outputs must hold numbers",
        ),
        (
            lambda: loop_safety([0, 1], [0, 3], **FLOW, tolerance=0.1),
            ValueError,
            "human_labels must hold only 0 and 1, got 3",
        ),
        (lambda: loop_safety([0, 1, 1], [0, 1], **FLOW, tolerance=0.1), ValueError, "set paired=False"),
        (
            lambda: loop_safety([0, 1], [0, 1], **FLOW, tolerance=0.1, paired=WRONG),
            TypeError,
            "paired must be True",
        ),
        (lambda: loop_safety([0, 1], [0, 1], **FLOW, tolerance=0.1, labels="x"), ValueError, "labels must be one of"),
        (lambda: loop_safety([0, 1], [0, 1], **FLOW, tolerance=0.1, rounds=-1), ValueError, "must be at least 0"),
        (
            lambda: loop_safety([0, 1], [0, 1], **FLOW, tolerance=0.1, confidence=1),
            ValueError,
            "confidence must be",
        ),
        (
            lambda: loop_safety([0, 1], [0, 1], **FLOW, tolerance=0.1, groups=["a", "b"]),
            ValueError,
            "groups must hold each group at least twice",
        ),
        (
            lambda: loop_safety([0, 1], [0, 1], **FLOW, tolerance=0.1, groups=["a"]),
            ValueError,
            "groups must name one group for each of the 2 outputs",
        ),
        (
            lambda: loop_safety([0, 1], [0, 1], **FLOW, tolerance=0.1, groups=["a", "a"], paired=False),
            ValueError,
            "groups must be None where paired=False",
        ),
        (
            lambda: loop_safety([0, 1], [0, 1], **FLOW, tolerance=0.1, groups=["a", "a"], pool_rate=0.5),
            ValueError,
            "pool_rate must be None where groups are given",
        ),
        (
            lambda: loop_safety([0.2, 0.7], [0, 1], **FLOW, tolerance=0.1),
            ValueError,
            "labels must be 'argmax' or 'sample' where outputs are probabilities, got 'given' and 0.2",
        ),
        (
            lambda: loop_safety([0, 1], ["no", "yes"], **FLOW, tolerance=0.1),
            TypeError,
            "human_labels must hold numbers, got 'no'; encode the two labels as 0 and 1",
        ),
        (
            lambda: loop_safety([0], [0], **FLOW, tolerance=0.1),
            ValueError,
            "outputs must be a one-dimensional array of at least 2 numbers",
        ),
        (
            lambda: loop_safety([0, 1], [0, 1], initial=5, human=0, model=5, tolerance=0.1),
            ValueError,
            "rounds must be given where human=0",
        ),
        (
            lambda: loop_safety([0, 1], [0, 1], **FLOW, tolerance=0.1, pool_rate=2),
            ValueError,
            "pool_rate must be",
        ),
    ],
)
def test_bad_input_is_named(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        call()


def test_the_largest_fixed_point_is_the_root_above_one_half() -> None:
    root = optimize.brentq(lambda u: 0.8 * math.tanh(math.atanh(u) / 0.5) - u, 0.1, 0.99)
    assert theory.temperature_fixed_point(temperature=0.5, synthetic_share=0.8) == pytest.approx((1 + root) / 2)
    assert theory.temperature_fixed_point(temperature=0.5, synthetic_share=1) == 1
