"""Laws of mixing: errors that stay bounded, samplers that shrink, weights for real and synthetic data.

Notation: t is the generation; errors are given relative to the first one, σ²/M for the mean of M items. It knows
nothing of simulations.
"""

import math

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike
from scipy.special import gammaln

from secondhand import _validation
from secondhand.generations.theory._steps import generations_until


def accumulated_error(*, generations: int) -> Float[np.ndarray, " {generations}+1"]:
    """Return the squared error of a mean that is estimated from all data so far, relative to that of generation 1.

    Generation t adds data around the last estimate and averages over tM items: its error is the sum of 1/j² over j ≤ t,
    which never reaches `ACCUMULATED_ERROR_LIMIT` = π²/6. Generation 0 is the truth, with error 0. All batches have the
    same size; with n items at first and m in each later batch it is 1 + n·Σ m/(n + tm)², which stays below 2.

    Derivation. μ' = (tμ + μ + ε)/(t + 1) = μ + ε/(t + 1), where ε has variance σ²/M. The same holds for
    a regression with one design, and to first order in 1/M for estimators that average: see the source. A median comes
    close slowly, from below.

    Raises:
        TypeError: `generations` is not an integer.
        ValueError: it is below 0.

    Source:
        M. Gerstgrasser et al. (2024), Is Model Collapse Inevitable?; A. Dey and D. Donoho (2024), Universality of the
        π²/6 Pathway in Avoiding Model Collapse.
    """
    t = generations_until(generations)
    return np.concatenate([[0.0], np.cumsum(1 / t[1:] ** 2.0)])


ACCUMULATED_ERROR_LIMIT = math.pi**2 / 6
"""Where `accumulated_error` goes."""


def fixed_budget_error(*, generations: int) -> Float[np.ndarray, " {generations}+1"]:
    """Return the squared error of a mean estimated from M of all data so far, relative to generation 1, for large M.

    It is 1 at generation 1, and its limit is `FIXED_BUDGET_ERROR_LIMIT` = π²/2 − 2 ≈ 2.935: more than the π²/6 of
    fitting to all data, and bounded, where "replace" gives t. For finite M see `expected_squared_mean` with
    `fit_variance=False`.

    Derivation. Let u be M times the squared error of the pool's mean, divided by σ². A sample of M of its tM items has
    the error D = u + 1 − 1/t. The new block's mean scatters around the pool's with variance (1 − 1/t) + 1, so that

        u' = u + (2 − 1/t)/(t + 1)²,   u(1) = 1.

    Summing over t with Σ 1/j² = π²/6 and Σ 1/(j²(j − 1)) = 2 − π²/6 gives u → π²/2 − 3, and D → u + 1.

    A regression obeys the same law, with either design, to a relative error of the order of its features over M.

    Raises: as `accumulated_error`.

    Source:
        Derived here; the workflow is that of J. Kazdan et al. (2024), Collapse or Thrive?
    """
    t = generations_until(generations)[1:].astype(np.float64)
    steps = np.where(t > 1, (2 - 1 / np.maximum(t - 1, 1)) / t**2, 1.0)
    return np.concatenate([[0.0], np.cumsum(steps) + 1 - 1 / t])


FIXED_BUDGET_ERROR_LIMIT = math.pi**2 / 2 - 2
"""Where `fixed_budget_error` goes."""


def accumulated_variance_limit(*, sample_size: int) -> float:
    """Return the expected variance that is left for ever when all data are kept: sin(π/√M)/(π/√M).

    It is the infinite product of 1 − 1/(Mj²), by Euler's formula for the sine.

    Raises:
        TypeError: `sample_size` is not an integer.
        ValueError: it is below 2.

    Source:
        The limit of `expected_variance`; derived here.
    """
    return float(np.sinc(1 / math.sqrt(_validation.integer("sample_size", sample_size, minimum=2))))


def shrinking_sampler_variance(
    *, sampler_variance_ratio: float, generations: int
) -> Float[np.ndarray, " {generations}+1"]:
    """Return the variance that is left when all data are kept but each model's sampler shrinks it, for large samples.

    With a sampler that multiplies the variance by c, it is the product of 1 − (1 − c)/j over j from 2 to t, which is
    Γ(t + c)/(Γ(1 + c)Γ(t + 1)), about t^−(1 − c)/Γ(1 + c): it falls for ever, as a power of t.

    Derivation. Generation t + 1 adds one block of variance cV to t blocks of total variance tV.

    Args:
        sampler_variance_ratio: c, from 0 to 1.
        generations: the last generation, at least 0.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.

    Source:
        Derived here; the limit of `expected_variance` for "accumulate" and large M.
    """
    ratio = _validation.number("sampler_variance_ratio", sampler_variance_ratio, minimum=0, maximum=1)
    t = generations_until(generations)[1:]
    left = np.exp(gammaln(t + ratio) - gammaln(1 + ratio) - gammaln(t + 1))
    return np.concatenate([[1.0], left])


def golden_ratio_weight() -> float:
    """Return the best weight of fresh real data beside as many synthetic ones: 1/φ = (√5 − 1)/2 ≈ 0.618.

    φ is the golden ratio. It is `best_real_weight` for equal batches.

    Source:
        H. He, S. Xu and G. Cheng (2025), Golden Ratio Weighting Prevents Model Collapse.
    """
    return best_real_weight(real_per_synthetic=1.0)


def best_real_weight(*, real_per_synthetic: float) -> float:
    """Return the weight of the real batch's mean at which `weighted_error` is smallest: (√(k² + 4k) − k)/2.

    Derivation. The derivative of `weighted_error` vanishes where w² + kw − k = 0. There the error equals w itself.

    Args:
        real_per_synthetic: k, real items for each synthetic one in a generation, above 0.

    Raises:
        TypeError: `real_per_synthetic` is not a number.
        ValueError: it is not above 0.

    Source:
        H. He, S. Xu and G. Cheng (2025), Golden Ratio Weighting Prevents Model Collapse.
    """
    ratio = _validation.number("real_per_synthetic", real_per_synthetic, above=0)
    return 2 / (1 + math.sqrt(1 + 4 / ratio))


def weighted_error(real_weight: ArrayLike, *, real_per_synthetic: float = 1.0) -> Float[np.ndarray, "*weights"]:
    """Return the squared error of a mean that settles when each generation weighs fresh real and synthetic data.

    It is relative to the error of the fresh real data alone: [w² + k(1 − w)²]/[1 − (1 − w)²].

    Derivation. The estimate is μ' = w·x + (1 − w)(μ + ε), where x is the mean of the real batch, of variance 1, and ε
    the sampling error of the synthetic one, of variance k. At rest D = w² + (1 − w)²(D + k).

    Args:
        real_weight: w, any shape, above 0 and at most 1.
        real_per_synthetic: k, real items for each synthetic one in a generation, above 0.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: an argument is out of range.

    Source:
        H. He, S. Xu and G. Cheng (2025), Golden Ratio Weighting Prevents Model Collapse.
    """
    weight = _validation.numbers("real_weight", real_weight)
    outside = ~((weight > 0) & (weight <= 1))
    if outside.any():
        raise ValueError(f"real_weight must be above 0 and at most 1, got {weight[outside].flat[0]}")
    ratio = _validation.number("real_per_synthetic", real_per_synthetic, above=0)
    return np.asarray((weight**2 + ratio * (1 - weight) ** 2) / (1 - (1 - weight) ** 2))
