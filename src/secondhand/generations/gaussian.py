"""Normal laws refitted, again and again, to samples of the last fit.

Everything is one-dimensional and the true law is the standard normal. It knows nothing of theory, nor of learners that
need training.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from jaxtyping import Float

from secondhand import _validation
from secondhand.generations.workflow import check_workflow, count_real_samples
from secondhand.measures import squared_wasserstein2_gaussian


@dataclass(frozen=True)
class GaussianChain:
    """The fitted normal laws of many independent chains, by generation. Generation 0 is the true law.

    Attributes:
        mean: the fitted means.
        variance: the fitted variances.
    """

    mean: Float[np.ndarray, "chains time"]
    variance: Float[np.ndarray, "chains time"]

    def squared_wasserstein2(self) -> Float[np.ndarray, "chains time"]:
        """Return the squared 2-Wasserstein distance of each fitted law from the true one."""
        return squared_wasserstein2_gaussian(self.mean, self.variance)

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each chain and generation: `mean`, `variance`, `squared_wasserstein2`."""
        index = pd.MultiIndex.from_product([range(size) for size in self.mean.shape], names=["chain", "generation"])
        columns = {
            "mean": self.mean.ravel(),
            "variance": self.variance.ravel(),
            "squared_wasserstein2": self.squared_wasserstein2().ravel(),
        }
        return pd.DataFrame(columns, index=index).reset_index()


def lost_degrees_of_freedom(biased: bool) -> int:
    """Return what a variance takes off the sample size before it divides: 0 if `biased` (maximum likelihood), else 1.

    Raises:
        TypeError: `biased` is not True or False.
    """
    return 0 if _validation.boolean("biased", biased) else 1


def gaussian_chain(
    workflow: str,
    *,
    sample_size: int,
    generations: int,
    chains: int,
    biased: bool = True,
    real_share: float = 0.0,
    sampler_variance_ratio: float = 1.0,
    fit_variance: bool = True,
    seed: int,
) -> GaussianChain:
    """Fit a normal law to a sample of earlier fits, and so on, from the standard normal law.

    Generation 1 is fitted to `sample_size` items of the true law in every workflow.

    Args:
        workflow: "replace", "accumulate", "accumulate-subsample" or "fixed-real"; `check_workflow` says what each
            means. "accumulate-subsample" holds all items of all chains in memory.
        sample_size: M, new items of each generation, at least 2.
        generations: how often to refit, at least 0.
        chains: independent repetitions, at least 1.
        biased: divide by the number of items n that a model is fitted to (maximum likelihood), rather than by n − 1.
        real_share: share of each generation's new items that come from the true law; times `sample_size` it must be a
            whole number. They are drawn afresh, but for "fixed-real", where they are the same in all generations.
        sampler_variance_ratio: what a model generates has this many times the variance that was fitted to it; 1 for an
            honest sampler, below 1 for one that trades variety for quality. The true law is always sampled honestly.
        fit_variance: if False, only the mean is fitted, and the variance stays at 1 as if it were known.
        seed: for all draws.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range, or the workflow unknown.

    Source:
        "replace": I. Shumailov et al. (2024), AI models collapse when trained on recursively generated data, section
        "Theoretical intuition". The other workflows: see `check_workflow`.
    """
    workflow = check_workflow(workflow)
    real_samples = count_real_samples(sample_size, real_share)
    generations = _validation.integer("generations", generations, minimum=0)
    chains = _validation.integer("chains", chains, minimum=1)
    lost_degrees = lost_degrees_of_freedom(biased)
    ratio = _validation.number("sampler_variance_ratio", sampler_variance_ratio, minimum=0)
    _validation.boolean("fit_variance", fit_variance)
    generator = np.random.default_rng(_validation.seed(seed))

    training: _TrainingData
    match workflow:
        case "replace":
            training = _Replaced()
        case "fixed-real":
            training = _FixedReal(real_samples)
        case "accumulate":
            training = _Accumulated(chains)
        case _:
            training = _Subsampled(chains, sample_size * generations, generator)
    mean = np.zeros((chains, generations + 1))
    variance = np.ones((chains, generations + 1))
    for t in range(generations):
        sample = generator.standard_normal((chains, sample_size))
        # The first columns stay standard normal: they are the real data.
        synthetic = sample[:, real_samples:]
        synthetic *= np.sqrt(variance[:, t, None] * (ratio if t > 0 else 1))
        synthetic += mean[:, t, None]
        mean[:, t + 1], sample_variance, size = training.fit(sample)
        if fit_variance:
            variance[:, t + 1] = sample_variance * (size / (size - lost_degrees))
    return GaussianChain(mean=mean, variance=variance)


Moments = tuple[Float[np.ndarray, " chains"], Float[np.ndarray, " chains"], int]
"""Mean and biased variance of the training data of each chain, and how many items they are."""


class _TrainingData(Protocol):
    """What a generation is fitted to; it grows, or not, with each new sample."""

    def fit(self, sample: Float[np.ndarray, "chains items"]) -> Moments:
        """Take in the new sample, and return the moments of the training data."""
        ...


class _Replaced:
    """The new sample alone."""

    def fit(self, sample: Float[np.ndarray, "chains items"]) -> Moments:
        return sample.mean(axis=1), sample.var(axis=1), sample.shape[1]


class _FixedReal:
    """The new sample, whose first items are always those of the first one."""

    def __init__(self, real_samples: int) -> None:
        self._real_samples = real_samples
        self._real: Float[np.ndarray, "chains real"] | None = None

    def fit(self, sample: Float[np.ndarray, "chains items"]) -> Moments:
        if self._real is None:
            self._real = sample[:, : self._real_samples].copy()
        sample[:, : self._real_samples] = self._real
        return _Replaced().fit(sample)


class _Accumulated:
    """All samples so far. Their mean and variance are all that a fit needs."""

    def __init__(self, chains: int) -> None:
        self._size = 0
        self._mean = np.zeros(chains)
        self._variance = np.zeros(chains)

    def fit(self, sample: Float[np.ndarray, "chains items"]) -> Moments:
        size = self._size + sample.shape[1]
        old, new = self._size / size, sample.shape[1] / size
        step = sample.mean(axis=1) - self._mean
        self._variance = old * self._variance + new * sample.var(axis=1) + old * new * step**2
        self._mean = self._mean + new * step
        self._size = size
        return self._mean, self._variance, size


class _Subsampled:
    """As many items of all so far as one sample has, drawn without replacement."""

    def __init__(self, chains: int, capacity: int, generator: np.random.Generator) -> None:
        self._pool = np.empty((chains, capacity))
        self._size = 0
        self._generator = generator

    def fit(self, sample: Float[np.ndarray, "chains items"]) -> Moments:
        items = sample.shape[1]
        self._pool[:, self._size : self._size + items] = sample
        self._size += items
        if self._size > items:
            self._choose(items)
        return _Replaced().fit(self._pool[:, :items])

    def _choose(self, items: int) -> None:
        """Bring `items` random items of each chain to the front: the first steps of the shuffle of Fisher and Yates."""
        rows = np.arange(len(self._pool))
        drawn = self._generator.integers(np.arange(items), self._size, size=(len(rows), items))
        for place in range(items):
            chosen = drawn[:, place]
            first = self._pool[:, place].copy()
            self._pool[:, place] = self._pool[rows, chosen]
            self._pool[rows, chosen] = first
