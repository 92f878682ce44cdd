"""Medians estimated from data around the last median, again and again. It knows nothing of theory."""

import numpy as np
from jaxtyping import Float

from secondhand import _validation

MEDIAN_WORKFLOWS = ("replace", "accumulate")
"""What `median_chain` can do with old data: throw them away, or keep them all."""


def median_chain(
    workflow: str, *, sample_size: int, generations: int, chains: int, seed: int
) -> Float[np.ndarray, "chains {generations}+1"]:
    """Return the estimate of a median by generation, from normal data of variance 1; the truth, generation 0, is 0.

    Each model makes normal data around its median, and the next one takes the median of these, or of all so far. It
    stands beside `gaussian_chain`, as an estimator that is no average.

    Args:
        workflow: "replace" or "accumulate".
        sample_size: new items of each generation, at least 1.
        generations: how often to refit, at least 0.
        chains: independent repetitions, at least 1. All their items are held in memory.
        seed: for all draws.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range, or the workflow unknown.

    Source:
        A. Dey and D. Donoho (2024), Universality of the π²/6 Pathway in Avoiding Model Collapse, treat such estimators.
    """
    workflow = _validation.choice("workflow", workflow, MEDIAN_WORKFLOWS)
    size = _validation.integer("sample_size", sample_size, minimum=1)
    generations = _validation.integer("generations", generations, minimum=0)
    chains = _validation.integer("chains", chains, minimum=1)
    generator = np.random.default_rng(_validation.seed(seed))

    median = np.zeros((chains, generations + 1))
    items = np.empty((chains, size * generations))
    for t in range(generations):
        end = (t + 1) * size
        items[:, t * size : end] = generator.normal(median[:, t, None], 1, size=(chains, size))
        start = 0 if workflow == "accumulate" else t * size
        median[:, t + 1] = np.median(items[:, start:end], axis=1)
    return median
