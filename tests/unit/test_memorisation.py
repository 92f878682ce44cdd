"""Exposure, extraction and its midpoint; what learners and sources add for them."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from secondhand.learners import (
    CharacterNGramLearner,
    NGramLearner,
    TransformerLearner,
    TransformerModel,
    code_log_likelihood,
    continue_greedily,
)
from secondhand.lineage import (
    ExtractionCurve,
    expected_exposure,
    exposure,
    exposure_tail,
    extracted,
    extraction_midpoint,
    fit_extraction_curve,
    likelihood_rank,
    plant,
)
from secondhand.sources import MarkovChain, random_markov_chain

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def passages() -> Any:
    return random_markov_chain(8, concentration=0.3, seed=10_000).sample(64, length=6, seed=10_001)


@pytest.fixture(scope="module")
def model(passages: Any) -> TransformerModel:
    return TransformerLearner(8, width=16, steps=30, device=CPU).fit(passages, seed=10_002)


# --- Exposure ---------------------------------------------------------------------------------------------------------


def test_exposure_of_known_ranks() -> None:
    assert exposure(25, 10**4) == pytest.approx(8.6438561898, abs=1e-10)
    np.testing.assert_allclose(exposure([1, 2, 1024], 1024), [10, 9, 0], atol=1e-12)
    assert np.shape(exposure(np.ones((2, 3), dtype=int), 8)) == (2, 3)


@given(st.integers(1, 400))
def test_the_null_is_the_average_over_all_ranks(space: int) -> None:
    everyone = np.asarray(exposure(np.arange(1, space + 1), space))
    assert expected_exposure(space) == pytest.approx(everyone.mean(), abs=1e-10)
    np.testing.assert_allclose(exposure_tail(everyone, space), np.arange(1, space + 1) / space, atol=1e-12)
    for bits in (0.0, 0.5, 3.0, 7.25):
        assert exposure_tail(bits, space) == pytest.approx(np.mean(everyone >= bits - 1e-12), abs=1e-12)


def test_a_space_may_be_larger_than_any_integer_of_numpy() -> None:
    letters = 26**20
    np.testing.assert_allclose(exposure([1, letters], letters), [20 * math.log2(26), 0], atol=1e-9)
    assert exposure(10**20, letters) == pytest.approx(20 * math.log2(26 / 10), abs=1e-9)
    assert expected_exposure(letters) == pytest.approx(1 / math.log(2), abs=1e-12)
    assert exposure_tail(5, letters) == pytest.approx(1 / 32, abs=1e-12)
    assert np.shape(exposure([], 10)) == (0,)


def test_the_null_mean_tends_to_its_limit() -> None:
    assert expected_exposure(1) == 0
    assert expected_exposure(1_000) == pytest.approx(1.436, abs=5e-4)
    assert expected_exposure(10**4) == pytest.approx(1.4419, abs=5e-5)
    assert expected_exposure(10**12) == pytest.approx(1 / math.log(2), abs=1e-9)


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=30), st.data())
def test_ranks_count_ties_against_the_candidate(scores: list[int], data: st.DataObject) -> None:
    candidate = data.draw(st.integers(0, len(scores) - 1))
    assert likelihood_rank(scores, candidate) == sum(score >= scores[candidate] for score in scores)
    # If each candidate is equally likely to be the true one, small ranks are never more frequent than uniform ones.
    ranks = np.array([likelihood_rank(scores, number) for number in range(len(scores))])
    assert all(np.sum(ranks <= r) <= r for r in range(1, len(scores) + 1))


# --- Extraction -------------------------------------------------------------------------------------------------------


def test_greedy_continuation_takes_the_most_probable_token(model: TransformerModel, passages: Any) -> None:
    continued = continue_greedily(model, passages[:5, :2])
    assert (continued[:, :2] == passages[:5, :2]).all()
    for position in range(2, 6):
        options = np.repeat(continued[:, None], 8, axis=1)
        options[:, :, position] = np.arange(8)
        scores = model.token_log_likelihood(options.reshape(-1, 6))[:, position].reshape(5, 8)
        assert (scores.argmax(axis=1) == continued[:, position]).all()


def test_extracted_documents_are_those_continued_exactly(model: TransformerModel, passages: Any) -> None:
    own = continue_greedily(model, passages[:10, :2])
    assert extracted(model, own, prompt=2).all()
    changed = own.copy()
    changed[:, -1] = (changed[:, -1] + 1) % 8
    assert not extracted(model, changed, prompt=2).any()


def test_codes_are_scored_as_whole_passages_are(model: TransformerModel, passages: Any) -> None:
    symbols, prefix = np.array([5, 1, 7]), passages[0, :3]
    tree = code_log_likelihood(model, prefix, symbols=symbols, length=3)
    codes = symbols[np.array(np.unravel_index(np.arange(27), (3, 3, 3))).T]
    whole = np.hstack([np.tile(prefix, (27, 1)), codes])
    np.testing.assert_allclose(tree, model.token_log_likelihood(whole)[:, 3:].sum(axis=1), atol=1e-4)
    everything = code_log_likelihood(model, prefix, symbols=np.arange(8), length=2)
    assert np.exp(everything).sum() == pytest.approx(1, abs=1e-5)


def test_planting_repeats_documents() -> None:
    corpus = plant(np.zeros((5, 3), int), np.array([[1, 1, 1], [2, 2, 2]]), np.array([0, 4]))
    assert corpus.documents.sum(axis=1).tolist() == [0] * 5 + [6] * 4
    assert corpus.steps(4, batch_size=3) == 12
    assert corpus.steps(0.01, batch_size=3) == 1


@given(st.floats(0.3, 3), st.floats(2, 5))
def test_the_midpoint_of_a_curve_is_found(midpoint: float, slope: float) -> None:
    doses = np.exp2(np.arange(-4, 8.5, 0.5))
    rates = ExtractionCurve(2**midpoint, slope).rate(doses)
    assert math.log2(extraction_midpoint(doses, rates)) == pytest.approx(midpoint, abs=0.01)


def test_the_midpoint_by_hand() -> None:
    assert extraction_midpoint([1, 2, 4, 8], [0, 0.25, 0.5, 1]) == pytest.approx(2**1.75)
    # Added ends: half of the documents already below the first number of copies, half above the last.
    assert extraction_midpoint([1, 2], [0.5, 0.5]) == pytest.approx(2**0.5)
    # A dip cancels against the rise after it, and counts as far as the two lie apart.
    assert extraction_midpoint([1, 2, 4, 8, 16], [0, 1, 0, 1, 1]) == pytest.approx(2**1.5)


def test_the_curve_is_the_most_likely_one() -> None:
    generator = np.random.default_rng(10_003)
    doses = np.repeat(np.exp2(np.arange(7)), 50)
    found = generator.random(doses.size) < ExtractionCurve(8.0, 1.5).rate(doses)

    def surprise(curve: ExtractionCurve) -> float:
        chance = curve.rate(doses)
        return float(-np.log(np.where(found, chance, 1 - chance)).sum())

    best = fit_extraction_curve(doses, found)
    assert fit_extraction_curve(doses.reshape(7, 50), found.reshape(7, 50)) == best
    assert fit_extraction_curve(np.exp2(np.arange(7))[:, None], found.reshape(7, 50)) == best
    for factor, slope in ((1.01, 1), (0.99, 1), (1, 1.01), (1, 0.99)):
        assert surprise(ExtractionCurve(best.midpoint * factor, best.slope * slope)) > surprise(best)
    assert best.rate(best.midpoint) == pytest.approx(0.5)
    edge = math.sqrt(best.tenth_to_nine_tenths)
    np.testing.assert_allclose(best.rate([best.midpoint / edge, best.midpoint * edge]), [0.1, 0.9])


# --- Characters -------------------------------------------------------------------------------------------------------


@given(st.lists(st.text("ab\0é", max_size=8), min_size=1, max_size=4).filter(any), st.integers(1, 6))
def test_contexts_are_equal_where_the_characters_are(documents: list[str], order: int) -> None:
    model = CharacterNGramLearner(order).fit(documents)
    ring = model.text * (1 + order // len(model.text))
    ring += model.text
    ends = range(len(ring) - len(model.text), len(ring))
    windows = [ring[end - order + 2 : end + 1] for end in ends]
    numbers = model.context.tolist()
    assert len(set(windows)) == len(set(numbers)) == len(set(zip(windows, numbers, strict=True)))


def test_what_is_written_has_been_read() -> None:
    documents = ["the cat sat on the mat", "the dog sat on the log"]
    model = CharacterNGramLearner(5).fit(documents)
    written = model.sample(2_000, seed=10_004)
    assert len(written) == 2_000
    assert model.sample(2_000, seed=10_004) == written != model.sample(2_000, seed=10_005)
    for line in written.split("\n")[1:-1]:
        assert all(any(line[k : k + 5] in document for document in documents) for k in range(len(line) - 4))


def test_characters_come_as_often_as_in_the_counting_model_of_words() -> None:
    text = "abracadabra alakazam "
    characters = CharacterNGramLearner(2).fit([text]).sample(40_000, seed=10_006)
    words = NGramLearner(2, vocabulary_size=30).fit(text).sample(40_000, seed=10_007)
    shares = [[drawn.count(letter) / 40_000 for letter in "abrk"] for drawn in (characters, words)]
    # The first has an end mark besides, one character in 22.
    np.testing.assert_allclose(np.array(shares[0]) * 22 / 21, shares[1], atol=0.015)


def test_a_chain_has_the_law_it_states() -> None:
    law = np.array([[0.0, 1.0, 0.0], [0.5, 0.0, 0.5], [0.2, 0.3, 0.5]])
    documents = MarkovChain(law).sample(4_000, length=6, seed=10_008)
    before, after = documents[:, :-1].ravel(), documents[:, 1:].ravel()
    counts = np.zeros((3, 3))
    np.add.at(counts, (before, after), 1)
    totals = counts.sum(axis=1, keepdims=True)
    assert (np.abs(counts / totals - law) <= 4 * np.sqrt(law * (1 - law) / totals)).all()
    assert random_markov_chain(5, concentration=0.1, seed=10_009).tokens == 5


PASSAGE = np.zeros((1, 6), dtype=int)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda m: exposure(0, 10), ValueError, "rank must lie between 1 and space=10, got 0"),
        (lambda m: exposure(11, 10), ValueError, "got 11"),
        (lambda m: exposure(1.5, 10), TypeError, "rank must hold integers, got 1.5"),
        (lambda m: exposure(1, 0), ValueError, "space must be at least 1, got 0"),
        (lambda m: exposure_tail(-1, 10), ValueError, "bits must be at least 0, got -1"),
        (lambda m: exposure_tail(float("nan"), 10), ValueError, "bits must hold numbers, got NaN"),
        (lambda m: exposure_tail("x", 10), TypeError, "bits must hold numbers, got 'x'"),
        (lambda m: expected_exposure(1.5), TypeError, "space must be an integer"),  # type: ignore[arg-type]
        (lambda m: likelihood_rank([], 0), ValueError, "log_likelihood must hold one number a candidate"),
        (lambda m: likelihood_rank([1.0], 1), ValueError, "candidate must be below 1, the number of candidates, got 1"),
        (lambda m: likelihood_rank([float("nan")], 0), ValueError, "log_likelihood must hold numbers, got NaN"),
        (lambda m: extracted(m, PASSAGE[:, :5], prompt=2), ValueError, "documents must hold rows of 6 tokens"),
        (lambda m: extracted(m, PASSAGE, prompt=6), ValueError, "prompt must be shorter than a document of 6 tokens"),
        (lambda m: extracted(m, PASSAGE, prompt=0), ValueError, "prompt must be at least 1, got 0"),
        (lambda m: continue_greedily(m, PASSAGE), ValueError, "prompts must have fewer than the 6 tokens"),
        (lambda m: continue_greedily(m, PASSAGE[:, :2] + 8), ValueError, "prompts must hold numbers from 0 to 7"),
        (
            lambda m: code_log_likelihood(m, PASSAGE[0, :3], symbols=np.array([1, 1]), length=1),
            ValueError,
            "symbols must hold each token once",
        ),
        (
            lambda m: code_log_likelihood(m, PASSAGE[0, :3], symbols=np.array([1, 2]), length=4),
            ValueError,
            r"length must leave room .* 6 tokens, got 3 \+ 4",
        ),
        (
            lambda m: code_log_likelihood(m, PASSAGE[0, :3], symbols=np.array([9]), length=1),
            ValueError,
            "symbols must hold numbers from 0 to 7, got 9",
        ),
        (lambda m: plant(PASSAGE, PASSAGE[:, :3], np.ones(1, int)), ValueError, "planted must hold documents as long"),
        (lambda m: plant(PASSAGE, PASSAGE, np.ones(1)), TypeError, "copies must hold integers, got float64"),
        (lambda m: plant(PASSAGE, PASSAGE, np.array([-1])), ValueError, "copies must hold a number of at least 0"),
        (lambda m: plant(PASSAGE, PASSAGE, np.ones(2, int)), ValueError, "for each of 1 documents"),
        (
            lambda m: plant(PASSAGE, PASSAGE, np.ones(1, int)).steps(0, batch_size=1),
            ValueError,
            "epochs must be above 0",
        ),
        (lambda m: extraction_midpoint([1], [0]), ValueError, "copies must hold at least two rising numbers above 0"),
        (lambda m: extraction_midpoint([2, 1], [0, 1]), ValueError, "copies must hold at least two rising numbers"),
        (lambda m: extraction_midpoint([1, 2], [0, 2]), ValueError, "rates must hold a share from 0 to 1"),
        (lambda m: fit_extraction_curve([1, 2], [False, True]), ValueError, "the curve is a step; pool more"),
        (lambda m: exposure(True, 10), TypeError, "rank must hold integers, got True"),
        (lambda m: plant(PASSAGE + 0.5, PASSAGE, np.ones(1, int)), TypeError, "background must hold integers"),
        (lambda m: extraction_midpoint([1, 2], [0, 0]), ValueError, "rates must be above 0 somewhere"),
        (lambda m: extraction_midpoint([1, 2], [1, 1]), ValueError, "below 1 somewhere"),
        (lambda m: ExtractionCurve(0, 1), ValueError, "midpoint must be above 0, got 0"),
        (lambda m: ExtractionCurve(1, -1), ValueError, "slope must be above 0, got -1"),
        (lambda m: ExtractionCurve(1, 1).rate(0), ValueError, "copies must be above 0 to have logarithms, got 0"),
        (
            lambda m: fit_extraction_curve([1, 2, 4, 8], [True, True, False, False]),
            ValueError,
            "was_extracted must rise with copies",
        ),
        (lambda m: fit_extraction_curve([1, 2, 4, 8], [True, True, False, True]), ValueError, "must rise with copies"),
        (lambda m: fit_extraction_curve([1, 2], [True]), ValueError, "copies must fit was_extracted"),
        (lambda m: fit_extraction_curve([0, 1], [True, False]), ValueError, "copies must be above 0"),
        (lambda m: CharacterNGramLearner(0), ValueError, "order must be at least 1, got 0"),
        (lambda m: CharacterNGramLearner(2).fit("abc"), TypeError, "data must be a collection of strings, got 'abc'"),
        (lambda m: CharacterNGramLearner(2).fit([3]), TypeError, r"data must hold strings, got 3"),  # type: ignore[list-item]
        (lambda m: CharacterNGramLearner(2).fit([""]), ValueError, "data must hold at least one character"),
        (lambda m: MarkovChain(np.ones((2, 2))), ValueError, r"transition\[0\] must sum to 1, got 2"),
        (lambda m: random_markov_chain(1, concentration=1, seed=0), ValueError, "tokens must be at least 2, got 1"),
        (lambda m: random_markov_chain(2, concentration=0, seed=0), ValueError, "concentration must be above 0, got 0"),
        (lambda m: MarkovChain(np.eye(2)).sample(0, length=1, seed=0), ValueError, "size must be at least 1, got 0"),
    ],
)
def test_bad_input_is_named(model: TransformerModel, call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call(model)
