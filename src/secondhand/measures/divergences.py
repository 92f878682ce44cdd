"""Distances between laws, and the surprise of a law. It knows nothing of where the laws come from."""

import math

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike
from scipy.special import entr, rel_entr

from secondhand import _validation
from secondhand.measures import _arrays


def squared_wasserstein2_gaussian(
    mean: ArrayLike, variance: ArrayLike, *, reference_mean: float = 0.0, reference_variance: float = 1.0
) -> Float[np.ndarray, "..."]:
    """Return the squared 2-Wasserstein distance of normal laws on the line from a reference normal law.

    It is (μ − μ₀)² + (σ − σ₀)²: what moving the mass costs, first to the right place, then to the right width.

    Args:
        mean: means, any shape.
        variance: variances, at least 0, of a shape that goes with `mean`; the result has their common shape.
        reference_mean: mean of the reference.
        reference_variance: variance of the reference, at least 0.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: a number is not finite, or a variance negative.

    Source:
        C. R. Givens and R. M. Shortt (1984), A class of Wasserstein metrics for probability distributions, Prop. 7.
    """
    means = _arrays.finite("mean", mean)
    deviations = np.sqrt(_arrays.finite("variance", variance, minimum=0))
    reference_mean = _validation.number("reference_mean", reference_mean)
    reference_deviation = np.sqrt(_validation.number("reference_variance", reference_variance, minimum=0))
    return np.asarray((means - reference_mean) ** 2 + (deviations - reference_deviation) ** 2)


def total_variation(probabilities: ArrayLike, reference: ArrayLike) -> float:
    """Return the total variation distance ½ Σ |p − q| of two laws over the same categories, from 0 to 1.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: an argument is not a law (see `kullback_leibler`), or they differ in length.
    """
    p, q = _two_laws(probabilities, reference)
    return float(np.abs(p - q).sum() / 2)


def kullback_leibler(probabilities: ArrayLike, reference: ArrayLike) -> float:
    """Return the Kullback–Leibler divergence Σ p log₂(p/q) in bits, infinite where q misses what p has.

    Args:
        probabilities: the law p; one row of numbers of at least 0 that sum to one.
        reference: the law q over the same categories.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: an argument is not a law, or they differ in length.

    Source:
        S. Kullback and R. A. Leibler (1951), On information and sufficiency, eq. 2.2.
    """
    p, q = _two_laws(probabilities, reference)
    return float(rel_entr(p, q).sum() / np.log(2))


def entropy(probabilities: ArrayLike) -> float:
    """Return the entropy −Σ p log₂ p in bits.

    Raises:
        TypeError: `probabilities` does not hold numbers.
        ValueError: `probabilities` is not one row of numbers of at least 0 that sum to one.

    Source:
        C. E. Shannon (1948), A Mathematical Theory of Communication, section 6.
    """
    return float(entr(_validation.probabilities("probabilities", probabilities)).sum() / np.log(2))


def bits_per_character(total_log_likelihood: float, characters: int) -> float:
    """Return how many bits a model needs for each character of a text.

    Args:
        total_log_likelihood: natural logarithm of the probability of the whole text, at most 0.
        characters: the length of that text, at least 1.

    Raises:
        TypeError: an argument is not a number, or `characters` not an integer.
        ValueError: the log-likelihood is above 0 or not finite, or `characters` below 1.
    """
    nats = _validation.number("total_log_likelihood", total_log_likelihood, maximum=0)
    return -nats / math.log(2) / _validation.integer("characters", characters, minimum=1)


def _two_laws(
    probabilities: ArrayLike, reference: ArrayLike
) -> tuple[Float[np.ndarray, " categories"], Float[np.ndarray, " categories"]]:
    p = _validation.probabilities("probabilities", probabilities)
    q = _validation.probabilities("reference", reference)
    if len(p) != len(q):
        raise ValueError(f"reference must have the {len(p)} categories of probabilities, got {len(q)}")
    return p, q
