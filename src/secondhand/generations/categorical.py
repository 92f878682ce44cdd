"""Frequencies of categories refitted, again and again, to samples of the last frequencies.

The categories may be words, labels or genes: this is the model of neutral drift. It knows nothing of theory or of text.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from numpy.typing import ArrayLike

from secondhand import _validation
from secondhand.generations.workflow import check_workflow, count_real_samples
from secondhand.measures import distinct, heterozygosity


@dataclass(frozen=True)
class CategoricalChain:
    """Counts of categories in many independent chains, by generation.

    Attributes:
        counts: how often each category occurs among the items that the generation is fitted to. Each row sums to the
            sample size, and where data accumulate to t times that. Generation 0 is the true law times the sample size,
            so it need not be whole.
    """

    counts: Float[np.ndarray, "chains time categories"]

    @property
    def probabilities(self) -> Float[np.ndarray, "chains time categories"]:
        """The fitted law: each count over the sum of its row."""
        return np.asarray(self.counts / self.counts.sum(axis=-1, keepdims=True))

    def surviving(self) -> Int[np.ndarray, "chains time"]:
        """Return how many categories are left."""
        return distinct(self.counts)

    def heterozygosity(self) -> Float[np.ndarray, "chains time"]:
        """Return the probability that two draws from the fitted law differ."""
        return heterozygosity(self.counts)

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each chain and generation: `surviving`, `heterozygosity`."""
        index = pd.MultiIndex.from_product([range(n) for n in self.counts.shape[:2]], names=["chain", "generation"])
        columns = {"surviving": self.surviving().ravel(), "heterozygosity": self.heterozygosity().ravel()}
        return pd.DataFrame(columns, index=index).reset_index()


def categorical_chain(
    probabilities: ArrayLike,
    *,
    workflow: str = "replace",
    sample_size: int,
    generations: int,
    chains: int,
    real_share: float = 0.0,
    seed: int,
) -> CategoricalChain:
    """Count categories in a sample of earlier counts, and so on, from a true law.

    Args:
        probabilities: the true law; numbers of at least 0 that sum to one.
        workflow: "replace", "accumulate", "accumulate-subsample" or "fixed-real"; `check_workflow` says what each
            means.
        sample_size: new items of each generation, at least 1.
        generations: how often to refit, at least 0.
        chains: independent repetitions, at least 1.
        real_share: share of each generation's new items that come from the true law; times `sample_size` it must be a
            whole number. They are drawn afresh, but for "fixed-real", where they are the same in all generations.
        seed: for all draws.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range, or the workflow unknown.

    Source:
        S. Wright (1931), Evolution in Mendelian populations; R. A. Fisher (1930), The Genetical Theory of Natural
        Selection. For models: I. Shumailov et al. (2024), section "Discrete distributions with exact approximation".
    """
    law = _validation.probabilities("probabilities", probabilities)
    workflow = check_workflow(workflow)
    real_samples = count_real_samples(sample_size, real_share, smallest=1)
    sample_size = _validation.integer("sample_size", sample_size, minimum=1)
    generations = _validation.integer("generations", generations, minimum=0)
    chains = _validation.integer("chains", chains, minimum=1)
    generator = np.random.default_rng(_validation.seed(seed))

    counts = np.empty((chains, generations + 1, len(law)))
    counts[:, 0] = _expected_counts(law, sample_size)
    pool = np.zeros((chains, len(law)), dtype=np.int64)
    real = generator.multinomial(real_samples, law, size=chains) if real_samples else pool.copy()
    for t in range(generations):
        if real_samples and t > 0 and workflow != "fixed-real":
            real = generator.multinomial(real_samples, law, size=chains)
        items = sample_size * (t if workflow == "accumulate" and t > 0 else 1)
        sample = real + generator.multinomial(sample_size - real_samples, counts[:, t] / items)
        pool += sample
        match workflow:
            case "accumulate":
                counts[:, t + 1] = pool
            case "accumulate-subsample":
                counts[:, t + 1] = [generator.multivariate_hypergeometric(row, sample_size) for row in pool]
            case _:
                counts[:, t + 1] = sample
    return CategoricalChain(counts=counts)


def _expected_counts(law: Float[np.ndarray, " categories"], sample_size: int) -> Float[np.ndarray, " categories"]:
    counts = law * sample_size
    whole = np.round(counts)
    # Counts divided by their sum come back as the same counts, without the dust of two roundings.
    counts = np.where(np.abs(counts - whole) <= 1e-9 * np.maximum(1, whole), whole, counts)
    counts[np.argmax(counts)] += sample_size - counts.sum()
    return counts
