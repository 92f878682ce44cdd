"""Normal laws refitted, again and again, to samples of the last fit.

Everything is one-dimensional and the true law is the standard normal. It knows nothing of theory, nor of learners that
need training.
"""

from dataclasses import dataclass

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
    if not isinstance(biased, bool | np.bool_):
        raise TypeError(f"biased must be True or False, got {biased!r} ({type(biased).__name__})")
    return 0 if biased else 1


def gaussian_chain(
    workflow: str,
    *,
    sample_size: int,
    generations: int,
    chains: int,
    biased: bool = True,
    real_share: float = 0.0,
    seed: int,
) -> GaussianChain:
    """Fit a normal law to a sample of the last fitted law, and so on, from the standard normal law.

    Args:
        workflow: "replace": each generation sees only what the last model made, and its share of real data. The
            workflows that keep older data come with a later chapter.
        sample_size: items that each generation is fitted to, at least 2.
        generations: how often to refit, at least 0.
        chains: independent repetitions, at least 1.
        biased: divide by `sample_size` (maximum likelihood), rather than by `sample_size` − 1.
        real_share: share of each generation's items that are drawn fresh from the true law; times `sample_size` it must
            be a whole number.
        seed: for all draws.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range, or the workflow unknown.
        NotImplementedError: the workflow arrives with a later chapter.

    Source:
        I. Shumailov et al. (2024), AI models collapse when trained on recursively generated data, section "Theoretical
        intuition"; with `real_share`, the fresh-data loop of S. Alemohammad et al. (2023), Self-Consuming Generative
        Models Go MAD.
    """
    check_workflow(workflow)
    real_samples = count_real_samples(sample_size, real_share)
    generations = _validation.integer("generations", generations, minimum=0)
    chains = _validation.integer("chains", chains, minimum=1)
    lost_degrees = lost_degrees_of_freedom(biased)
    generator = np.random.default_rng(_validation.seed(seed))

    mean = np.zeros((chains, generations + 1))
    variance = np.ones((chains, generations + 1))
    for t in range(generations):
        sample = generator.standard_normal((chains, sample_size))
        # The first columns stay standard normal: they are the real data.
        synthetic = sample[:, real_samples:]
        synthetic *= np.sqrt(variance[:, t, None])
        synthetic += mean[:, t, None]
        mean[:, t + 1] = sample.mean(axis=1)
        variance[:, t + 1] = sample.var(axis=1, ddof=lost_degrees)
    return GaussianChain(mean=mean, variance=variance)
