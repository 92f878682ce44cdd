"""Categories counted in samples of the last counts: how long they last, and how much variety is left.

Notation: N is `sample_size`, as in population genetics, and p a probability. Arrays run over the generations 0 (the
true law) to `generations`. It knows nothing of simulations.
"""

import math

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike
from scipy.special import xlogy
from scipy.stats import binom

from secondhand import _validation
from secondhand.generations.theory._moments import Setting, moments
from secondhand.generations.theory._steps import generations_until
from secondhand.generations.workflow import check_workflow, count_real_samples

LARGEST_EXACT_SAMPLE_SIZE = 2_000
"""Above this, the transition matrix of `exact_survival_probability` and `exact_absorption_time` is too large."""


def survival_probability(
    probability: ArrayLike, *, sample_size: int, generations: int
) -> Float[np.ndarray, "*categories {generations}+1"]:
    """Return the probability that a category still occurs, by generation, for rare categories in large samples.

    Derivation. The first sample holds a number of copies that is nearly Poisson with mean Np. Each founds its own line:
    in the next generation it leaves a number of copies that is nearly Poisson with mean 1, whose generating function is
    exp(s − 1). A line is therefore extinct after j generations with probability u(j), where u(0) = 0 and
    u(j + 1) = exp(u(j) − 1). The category is lost by generation t if all its lines are, with probability
    exp(−Np(1 − u(t − 1))), about exp(−2Np/(t + 1)). What is left out is that copies compete for the N places; for small
    samples see `exact_survival_probability`.

    Args:
        probability: p at generation 0, any shape, from 0 to 1.
        sample_size: N, at least 1.
        generations: the last generation, at least 0.

    Returns:
        Generations along a new last axis; 1 at generation 0 (0 for what never occurs).

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.

    Source:
        Branching: F. Galton and H. W. Watson (1875); R. A. Fisher (1930), The Genetical Theory of Natural Selection,
        chapter IV. For models: A. T. Suresh et al. (2024), Rate of Model Collapse in Recursive Training.
    """
    expected_copies = _probability(probability)[..., None] * _validation.integer("sample_size", sample_size, minimum=1)
    survival = np.concatenate(
        [expected_copies > 0, -np.expm1(-expected_copies * _line_survival(generations))],
        axis=-1,
    )
    return np.asarray(survival, dtype=np.float64)


def exact_survival_probability(
    probability: ArrayLike, *, sample_size: int, generations: int
) -> Float[np.ndarray, "*categories {generations}+1"]:
    """Return the probability that a category still occurs, by generation, without approximation.

    It runs the Markov chain of the counts: from i copies, the next generation has a binomial number with N trials of
    probability i/N. After one draw a category is lost with probability (1 − p)ᴺ.

    Args, returns, errors: as `survival_probability`, with N up to `LARGEST_EXACT_SAMPLE_SIZE`.

    Source:
        S. Wright (1931), Evolution in Mendelian populations; R. A. Fisher (1930).
    """
    law = _probability(probability)
    size = _exact_sample_size(sample_size)
    copies = np.arange(size + 1)
    transition = binom.pmf(copies, size, copies[:, None] / size)
    distribution = np.asarray(binom.pmf(copies, size, law[..., None]))
    survival = [np.asarray(law > 0, dtype=np.float64)]
    for _ in range(_validation.integer("generations", generations, minimum=0)):
        survival.append(distribution[..., 1:].sum(axis=-1))
        distribution = distribution @ transition
    return np.stack(survival, axis=-1)


def expected_survivors(
    probabilities: ArrayLike, *, sample_size: int, generations: int
) -> Float[np.ndarray, " {generations}+1"]:
    """Return the expected number of categories that still occur: the sum of `survival_probability`.

    Of N categories with one copy each, about 2N/(t + 2) are left.

    Args:
        probabilities: the true law; numbers of at least 0 that sum to one.
        sample_size: N, at least 1.
        generations: the last generation, at least 0.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.
    """
    law = _validation.probabilities("probabilities", probabilities)
    return np.asarray(survival_probability(law, sample_size=sample_size, generations=generations).sum(axis=0))


def expected_heterozygosity(
    probabilities: ArrayLike,
    *,
    workflow: str = "replace",
    sample_size: int,
    generations: int,
    real_share: float = 0.0,
) -> Float[np.ndarray, " {generations}+1"]:
    """Return the expected probability that two draws from the fitted law differ; (1 − Σ p²)(1 − 1/N)ᵗ for "replace".

    Derivation. Two draws from the last law differ if they go back to different items of the sample before, probability
    1 − 1/N, and those items differ. In general: 1 − Σ p² is the sum of the variances of the indicators of all
    categories, and each follows the recursion of the biased variance of a normal law. Every workflow so multiplies the
    first heterozygosity by `expected_variance`.

    Args:
        probabilities: the true law; numbers of at least 0 that sum to one.
        workflow: as for `categorical_chain`.
        sample_size: N, at least 1.
        generations: the last generation, at least 0.
        real_share: α; α·N must be a whole number.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range, or the workflow unknown.

    Source:
        S. Wright (1931), Evolution in Mendelian populations; M. Kimura and J. F. Crow (1964).
    """
    law = _validation.probabilities("probabilities", probabilities)
    workflow = check_workflow(workflow)
    real = count_real_samples(sample_size, real_share, smallest=1) / sample_size
    t = generations_until(generations)
    if workflow == "replace" and real == 0:
        kept = (1 - 1 / sample_size) ** t
    else:
        kept = moments(workflow, Setting(sample_size, real), len(t) - 1)[0]
    return np.asarray((1 - (law**2).sum()) * kept)


def median_survival(expected_copies: float) -> int:
    """Return the first generation by which a category is lost with a probability of at least one half.

    It is about 2.9 times the expected number of copies at the start, in samples much larger than that; see
    `survival_probability`.

    Args:
        expected_copies: N·p, above 0 and at most 100,000.

    Raises:
        TypeError: `expected_copies` is not a number.
        ValueError: `expected_copies` is out of range.

    Source:
        A. T. Suresh et al. (2024): the time to forget a word grows in proportion to its count.
    """
    copies = _validation.number("expected_copies", expected_copies, above=0, maximum=100_000)
    line_survival, generation = 1.0, 1
    while copies * line_survival > math.log(2):
        line_survival, generation = -math.expm1(-line_survival), generation + 1
    return generation


def absorption_time(probability: ArrayLike, *, sample_size: int) -> Float[np.ndarray, "*categories"]:
    """Return how many generations pass, on average, until of two categories one is left: −2N(p log p + q log q).

    It is the limit of large N, in which frequencies diffuse; q = 1 − p.

    Args:
        probability: p of one of the two at generation 0, any shape, from 0 to 1.
        sample_size: N, at least 1.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.

    Source:
        M. Kimura and T. Ohta (1969), The average number of generations until fixation of a mutant gene in a finite
        population.
    """
    law = _probability(probability)
    size = _validation.integer("sample_size", sample_size, minimum=1)
    return np.asarray(-2 * size * (xlogy(law, law) + xlogy(1 - law, 1 - law)))


def exact_absorption_time(probability: ArrayLike, *, sample_size: int) -> Float[np.ndarray, "*categories"]:
    """Return how many generations pass, on average, until of two categories one is left, without approximation.

    It solves (I − Q)τ = 1, Q being the transition matrix among the counts at which both are left.

    Args, errors: as `absorption_time`, with N up to `LARGEST_EXACT_SAMPLE_SIZE`.

    Source:
        J. G. Kemeny and J. L. Snell (1960), Finite Markov Chains, theorem 3.3.5.
    """
    law = _probability(probability)
    size = _exact_sample_size(sample_size)
    inner = np.arange(1, size)
    among_inner = binom.pmf(inner, size, inner[:, None] / size)
    remaining = np.linalg.solve(np.eye(size - 1) - among_inner, np.ones(size - 1))
    after_first_draw = binom.pmf(inner, size, law[..., None]) @ remaining
    return np.where((law > 0) & (law < 1), 1 + after_first_draw, 0.0)


def time_to_one_survivor(*, sample_size: int) -> float:
    """Return how many generations pass, on average, until of N distinct items one is left: 2N(1 − 1/N).

    Derivation. Backwards in time, two of k lines of descent merge after 2N/(k(k − 1)) generations on average; summed
    over k = 2, …, N. Leaving out that several merge at once makes it too long, by less than two generations.

    Raises:
        TypeError: `sample_size` is not an integer.
        ValueError: `sample_size` is below 1.

    Source:
        J. F. C. Kingman (1982), The coalescent.
    """
    size = _validation.integer("sample_size", sample_size, minimum=1)
    return 2.0 * (size - 1)


def _line_survival(generations: int) -> Float[np.ndarray, " {generations}"]:
    """Return 1 − u(j) for j = 0, …, generations − 1, as s' = 1 − exp(−s); see `survival_probability`."""
    survival = np.ones(_validation.integer("generations", generations, minimum=0))
    for j in range(1, len(survival)):
        survival[j] = -math.expm1(-survival[j - 1])
    return survival


def _probability(probability: ArrayLike) -> Float[np.ndarray, "*categories"]:
    law = _validation.numbers("probability", probability)
    outside = ~((law >= 0) & (law <= 1))
    if outside.any():
        raise ValueError(f"probability must be from 0 to 1, got {law[outside].flat[0]}")
    return law


def _exact_sample_size(sample_size: int) -> int:
    size = _validation.integer("sample_size", sample_size, minimum=1)
    if size > LARGEST_EXACT_SAMPLE_SIZE:
        raise ValueError(
            f"sample_size must be at most {LARGEST_EXACT_SAMPLE_SIZE} for the exact chain, got {size}; "
            "the approximations survival_probability and absorption_time are close there"
        )
    return size
