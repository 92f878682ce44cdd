"""The chains themselves: shapes, starting points, seeds, absorbing states and bad input."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondhand.generations import GaussianChain, categorical_chain, gaussian_chain
from secondhand.measures import distinct, heterozygosity, squared_wasserstein2_gaussian

GAUSSIAN: dict[str, Any] = {"sample_size": 10, "generations": 4, "chains": 3, "seed": 10_200}
CATEGORICAL: dict[str, Any] = {"sample_size": 10, "generations": 4, "chains": 3, "seed": 10_201}


def test_gaussian_chain_starts_at_the_true_law() -> None:
    chain = gaussian_chain("replace", **GAUSSIAN)
    assert chain.mean.shape == chain.variance.shape == (3, 5)
    assert (chain.mean[:, 0] == 0).all()
    assert (chain.variance[:, 0] == 1).all()
    assert (chain.variance[:, 1:] != 1).all()


def test_gaussian_chain_refits_what_it_drew() -> None:
    """The same draws, generation by generation and item by item, as the definition says."""
    size, generations, real = 4, 3, 1
    generator = np.random.default_rng(10_202)
    mean, variance = 0.0, 1.0
    expected = [(mean, variance)]
    for _ in range(generations):
        noise = generator.standard_normal(size)
        items = [noise[i] if i < real else mean + variance**0.5 * noise[i] for i in range(size)]
        mean = sum(items) / size
        variance = sum((item - mean) ** 2 for item in items) / (size - 1)
        expected.append((mean, variance))
    chain = gaussian_chain(
        "replace",
        sample_size=size,
        generations=generations,
        chains=1,
        biased=False,
        real_share=real / size,
        seed=10_202,
    )
    assert np.column_stack([chain.mean[0], chain.variance[0]]) == pytest.approx(np.array(expected), rel=1e-12)


def test_only_real_data_keep_the_chain_at_home() -> None:
    """With nothing but fresh real data, generations are independent fits of the true law."""
    chain = gaussian_chain("replace", sample_size=5, generations=3, chains=20_000, real_share=1.0, seed=10_203)
    logs = np.log(chain.variance[:, 1:])
    assert np.corrcoef(logs.T)[np.triu_indices(3, 1)] == pytest.approx(0, abs=4 / np.sqrt(20_000))


@pytest.mark.parametrize("biased", [True, False])
def test_gaussian_chain_depends_on_the_seed_alone(biased: bool) -> None:
    first = gaussian_chain("replace", **GAUSSIAN, biased=biased)
    assert (gaussian_chain("replace", **GAUSSIAN, biased=biased).variance == first.variance).all()
    other = gaussian_chain("replace", **(GAUSSIAN | {"seed": 10_204}), biased=biased)
    assert (other.variance[:, 1:] != first.variance[:, 1:]).all()


def test_gaussian_chain_tells_its_distances_and_makes_a_tidy_frame() -> None:
    chain = gaussian_chain("replace", **GAUSSIAN)
    frame = chain.to_frame()
    assert list(frame.columns) == ["chain", "generation", "mean", "variance", "squared_wasserstein2"]
    assert len(frame) == 3 * 5
    row = frame.query("chain == 2 and generation == 4").iloc[0]
    assert row["mean"] == chain.mean[2, 4]
    assert row["variance"] == chain.variance[2, 4]
    assert row["squared_wasserstein2"] == squared_wasserstein2_gaussian(chain.mean[2, 4], chain.variance[2, 4])


def test_shapes_are_checked_in_tests() -> None:
    with pytest.raises(TypeError, match="variance"):
        GaussianChain(mean=np.zeros((2, 3)), variance=np.zeros((2, 4)))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"workflow": "replaced"}, ValueError, "workflow must be one of 'replace', 'accumulate'"),
        ({"workflow": 1}, TypeError, "workflow must be a string, got 1 (int)"),
        ({"sampler_variance_ratio": -0.5}, ValueError, "sampler_variance_ratio must be at least 0, got -0.5"),
        ({"sampler_variance_ratio": "x"}, TypeError, "sampler_variance_ratio must be a number, got 'x'"),
        ({"fit_variance": 0}, TypeError, "fit_variance must be True or False, got 0 (int)"),
        ({"sample_size": 1}, ValueError, "sample_size must be at least 2, got 1"),
        ({"sample_size": 2.0}, TypeError, "sample_size must be an integer, got 2.0"),
        ({"generations": -1}, ValueError, "generations must be at least 0, got -1"),
        ({"chains": 0}, ValueError, "chains must be at least 1, got 0"),
        ({"biased": "yes"}, TypeError, "biased must be True or False, got 'yes'"),
        ({"real_share": -0.1}, ValueError, "real_share must be at least 0, got -0.1"),
        ({"real_share": 1.1}, ValueError, "real_share must be at most 1, got 1.1"),
        ({"real_share": 0.25}, ValueError, "got 0.25 · 10 = 2.5; the nearest share is 2/10 = 0.2"),
        ({"real_share": "x"}, TypeError, "real_share must be a number, got 'x'"),
        ({"seed": 1.0}, TypeError, "seed must be an integer, got 1.0"),
        ({"seed": -1}, ValueError, "seed must be at least 0, got -1"),
    ],
)
def test_gaussian_chain_refuses_bad_input(change: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        gaussian_chain(**({"workflow": "replace"} | GAUSSIAN | change))


@pytest.mark.parametrize(("sample_size", "real_share"), [(50, 0.02), (3, 1 / 3), (1_000, 0.007), (7, 6 / 7), (10, 1.0)])
def test_shares_that_make_whole_numbers_pass_in_spite_of_rounding(sample_size: int, real_share: float) -> None:
    chain = gaussian_chain(
        "replace", sample_size=sample_size, generations=1, chains=1, real_share=real_share, seed=10_205
    )
    assert chain.variance.shape == (1, 2)


# --- Categories -------------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 200), min_size=1, max_size=30).filter(any))
def test_counts_that_became_probabilities_come_back_exactly(counts: list[int]) -> None:
    chain = categorical_chain(
        np.array(counts) / sum(counts), sample_size=sum(counts), generations=0, chains=2, seed=10_210
    )
    assert chain.counts.tolist() == [[counts], [counts]]


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=20).filter(lambda weights: sum(weights) > 0.01),
    st.integers(1, 500),
    st.integers(10_000, 20_000),
)
def test_counts_are_whole_sum_to_the_sample_size_and_never_come_back(
    weights: list[float], sample_size: int, seed: int
) -> None:
    law = np.array(weights) / sum(weights)
    chain = categorical_chain(law, sample_size=sample_size, generations=5, chains=3, seed=seed)
    assert chain.counts.shape == (3, 6, len(law))
    assert chain.counts[:, 0] == pytest.approx(np.tile(law * sample_size, (3, 1)), abs=1e-6)
    assert chain.counts.sum(axis=-1) == pytest.approx(np.full((3, 6), sample_size), rel=1e-15)
    assert (chain.counts[:, 1:] == np.round(chain.counts[:, 1:])).all()
    alive = chain.counts > 0
    assert (alive[:, 1:] <= alive[:, :-1]).all()
    assert (np.diff(chain.surviving()) <= 0).all()


def test_one_category_left_stays_alone() -> None:
    chain = categorical_chain([0.5, 0.5], sample_size=4, generations=200, chains=20, seed=10_211)
    assert (chain.surviving()[:, -1] == 1).all()
    assert (chain.heterozygosity()[:, -1] == 0).all()


def test_categorical_chain_tells_its_diversity_and_makes_a_tidy_frame() -> None:
    chain = categorical_chain([0.5, 0.3, 0.2], **CATEGORICAL)
    assert (chain.surviving() == distinct(chain.counts)).all()
    assert (chain.heterozygosity() == heterozygosity(chain.counts)).all()
    assert chain.probabilities == pytest.approx(chain.counts / 10)
    frame = chain.to_frame()
    assert list(frame.columns) == ["chain", "generation", "surviving", "heterozygosity"]
    assert frame.query("chain == 1 and generation == 3")["surviving"].item() == chain.surviving()[1, 3]


def test_categorical_chain_depends_on_the_seed_alone() -> None:
    first = categorical_chain([0.5, 0.3, 0.2], **CATEGORICAL).counts
    assert (categorical_chain([0.5, 0.3, 0.2], **CATEGORICAL).counts == first).all()
    assert (categorical_chain([0.5, 0.3, 0.2], **(CATEGORICAL | {"seed": 10_212})).counts != first).any()


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"probabilities": [0.5, 0.4]}, ValueError, "probabilities must sum to 1, got 0.9"),
        ({"probabilities": [1.5, -0.5]}, ValueError, "probabilities must hold finite numbers of at least 0, got -0.5"),
        ({"probabilities": []}, ValueError, "probabilities must be a one-dimensional array"),
        ({"probabilities": ["x"]}, TypeError, "probabilities must be an array of numbers"),
        ({"workflow": "mix"}, ValueError, "workflow must be one of 'replace', 'accumulate'"),
        ({"real_share": 0.25}, ValueError, "got 0.25 · 10 = 2.5; the nearest share is 2/10 = 0.2"),
        ({"sample_size": 0}, ValueError, "sample_size must be at least 1, got 0"),
        ({"generations": -1}, ValueError, "generations must be at least 0, got -1"),
        ({"chains": 0}, ValueError, "chains must be at least 1, got 0"),
        ({"chains": 1.5}, TypeError, "chains must be an integer, got 1.5"),
        ({"seed": "x"}, TypeError, "seed must be an integer, got 'x'"),
    ],
)
def test_categorical_chain_refuses_bad_input(change: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=re.escape(message)):
        categorical_chain(**({"probabilities": [0.5, 0.5]} | CATEGORICAL | change))
