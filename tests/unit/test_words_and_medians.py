"""Chains of Zipf words and of medians: bookkeeping, limits, an independent recursion for rare words, bad input."""

import math
import re
from typing import Any

import numpy as np
import pytest
from scipy.special import zeta
from scipy.stats import binom

from secondhand.generations import median_chain, theory, zipf_chain
from secondhand.generations.workflow import count_real_samples

WORDS: dict[str, Any] = {"sample_size": 20, "generations": 3, "chains": 4, "seed": 10_700}
MEDIANS: dict[str, Any] = {"sample_size": 5, "generations": 3, "chains": 4, "seed": 10_701}


def test_words_start_with_the_whole_law() -> None:
    chain = zipf_chain(2.0, **WORDS)
    assert (chain.missing_mass[:, 0] == 0).all()
    assert chain.heterozygosity[0, 0] == pytest.approx(1 - zeta(4) / zeta(2) ** 2)
    assert ((chain.missing_mass[:, 1:] > 0) & (chain.missing_mass[:, 1:] < 1)).all()


def test_without_fresh_words_no_word_comes_back() -> None:
    missing = zipf_chain(1.5, **WORDS | {"generations": 30}).missing_mass
    assert (np.diff(missing, axis=1) >= -1e-12).all()


def test_one_word_a_generation_has_no_variety() -> None:
    chain = zipf_chain(1.5, **WORDS | {"sample_size": 1})
    assert (chain.heterozygosity[:, 1:] == 0).all()
    np.testing.assert_allclose(chain.missing_mass[:, 1], chain.missing_mass[:, 3])


def test_effective_share_without_real_data_is_that_of_branching() -> None:
    kept = theory.effective_sample_share(generations=400)
    survival = theory.survival_probability(1.0, sample_size=1, generations=400)
    np.testing.assert_allclose(kept[1:], -np.log1p(-survival[1:]), rtol=1e-9)
    assert kept[400] == pytest.approx(2 / 401, rel=0.03)


def test_effective_share_of_real_data_alone_is_one() -> None:
    np.testing.assert_allclose(theory.effective_sample_share(generations=9, real_share=1.0)[1:], 1)


def test_effective_share_of_a_small_share_settles_where_the_law_says() -> None:
    share = 0.001
    kept = theory.effective_sample_share(generations=20_000, real_share=share)
    assert kept[-1] == pytest.approx(kept[10_000], rel=1e-3)
    assert kept[-1] == pytest.approx(2 * share * math.log1p(1 / share), rel=0.1)


@pytest.mark.parametrize("real", [0, 5, 20])
def test_rare_words_are_lost_as_in_the_exact_chain(real: int) -> None:
    """The exact distribution of the copies of one word: binomial from the last generation plus binomial fresh ones."""
    size, p = 400, 0.002
    copies = np.arange(size + 1)
    law = binom.pmf(copies, size, p)
    fresh = binom.pmf(np.arange(real + 1), real, p)
    transition = np.array(
        [np.convolve(binom.pmf(np.arange(size - real + 1), size - real, k / size), fresh) for k in copies]
    )
    for _ in range(5):
        law = law @ transition
    kept = theory.effective_sample_share(generations=6, real_share=real / size)[6]
    assert math.exp(-kept * size * p) == pytest.approx(law[0], rel=0.01)


def test_missing_mass_without_real_data_is_the_default() -> None:
    options: dict[str, Any] = {"sample_size": 300, "generations": 8}
    np.testing.assert_allclose(
        theory.zipf_resampled_missing_mass(1.5, **options),
        theory.zipf_resampled_missing_mass(1.5, **options, real_share=0.0),
    )


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"exponent": 1.0}, ValueError, "exponent must be at least 1.1, got 1"),
        ({"sample_size": 0}, ValueError, "sample_size must be at least 1, got 0"),
        ({"generations": -1}, ValueError, "generations must be at least 0, got -1"),
        ({"chains": 0}, ValueError, "chains must be at least 1, got 0"),
        ({"real_share": 0.01}, ValueError, "the nearest share is 0/20 = 0"),
        ({"real_share": 2}, ValueError, "real_share must be at most 1, got 2"),
        ({"seed": "x"}, TypeError, "seed"),
    ],
)
def test_bad_input_of_words_is_named(changed: dict[str, Any], error: type[Exception], message: str) -> None:
    arguments = {"exponent": 1.5} | WORDS | changed
    with pytest.raises(error, match=re.escape(message)):
        zipf_chain(arguments.pop("exponent"), **arguments)


def test_bad_input_of_the_effective_share_is_named() -> None:
    with pytest.raises(ValueError, match="real_share must be at most 1, got"):
        theory.effective_sample_share(generations=3, real_share=1.5)
    with pytest.raises(ValueError, match="generations must be at least 0, got -1"):
        theory.effective_sample_share(generations=-1)


def test_medians_start_at_the_truth_and_repeat_by_seed() -> None:
    for workflow in ("replace", "accumulate"):
        chain = median_chain(workflow, **MEDIANS)
        assert chain.shape == (4, 4)
        assert (chain[:, 0] == 0).all()
        np.testing.assert_array_equal(chain, median_chain(workflow, **MEDIANS))


def test_first_medians_do_not_depend_on_the_workflow() -> None:
    replaced, kept = (median_chain(way, **MEDIANS | {"generations": 1}) for way in ("replace", "accumulate"))
    np.testing.assert_array_equal(replaced, kept)


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"workflow": "fresh"}, ValueError, "workflow must be one of"),
        ({"sample_size": 0}, ValueError, "sample_size must be at least 1, got 0"),
        ({"generations": -1}, ValueError, "generations must be at least 0, got -1"),
        ({"chains": 0}, ValueError, "chains must be at least 1, got 0"),
        ({"seed": None}, TypeError, "seed"),
    ],
)
def test_bad_input_of_medians_is_named(changed: dict[str, Any], error: type[Exception], message: str) -> None:
    arguments = {"workflow": "replace"} | MEDIANS | changed
    with pytest.raises(error, match=re.escape(message)):
        median_chain(arguments.pop("workflow"), **arguments)


def test_whole_numbers_of_real_items_are_found_at_any_size() -> None:
    assert count_real_samples(10**8, 0.29) == 29_000_000
