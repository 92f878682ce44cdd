"""Samples of a Zipf law over infinitely many items: how much of it is out of reach, and how fast that changes.

Notation: item i = 1, 2, … has the probability p(i) = A·i to the power −β, where β > 1 is `exponent` and A = 1/ζ(β);
c = 1 − 1/β. It knows nothing of simulations.
"""

from collections.abc import Callable

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike
from scipy.special import betainc, betaln, gamma, gammainc, zeta

from secondhand import _validation
from secondhand.generations.theory._steps import generations_until

_SUMMED_ITEMS = 100_000


def zipf_tail_mass(exponent: float, cutoff: ArrayLike) -> Float[np.ndarray, "*cutoffs"]:
    """Return the probability of all items beyond a cutoff k, exactly: ζ(β, k + 1)/ζ(β), with the Hurwitz zeta function.

    It is what a source leaves out that only ever produces its k most probable items.

    Args:
        exponent: β, above 1 and at most 20.
        cutoff: k, whole numbers of at least 0, any shape.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: an argument is out of range.
    """
    exponent = _exponent(exponent)
    return np.asarray(zeta(exponent, _whole_numbers("cutoff", cutoff, minimum=0) + 1) / zeta(exponent))


def zipf_tail_mass_law(exponent: float, cutoff: ArrayLike) -> Float[np.ndarray, "*cutoffs"]:
    """Return what `zipf_tail_mass` comes close to for large cutoffs: the power law A·k^(1 − β)/(β − 1).

    Derivation. The sum over i > k becomes the integral from k on; it is too large, by a share of about (β − 1)/(2k).

    Args:
        exponent: β, above 1 and at most 20.
        cutoff: k, whole numbers of at least 1, any shape.

    Raises: as `zipf_tail_mass`.

    Source:
        E. Dohmatob et al. (2024), A Tale of Tails: Model Collapse as a Change of Scaling Laws; constant derived here.
    """
    exponent = _exponent(exponent)
    k = _whole_numbers("cutoff", cutoff, minimum=1)
    return np.asarray(k ** (1 - exponent) / (zeta(exponent) * (exponent - 1)))


def zipf_missing_mass(exponent: float, samples: ArrayLike) -> Float[np.ndarray, "*samples"]:
    """Return the expected probability of all items that T draws have not shown: Σ p(1 − p)ᵀ, to about ten digits.

    It is the error of a learner that knows what it has seen and nothing else.

    Derivation. The first 100,000 terms are summed. The others become the integral from half a step behind the last of
    them; with u = p(x) for a variable it is an incomplete beta function,

        A^(1/β)/β · ∫ u^(−1/β)(1 − u)ᵀ du, u from 0 to p(100,000.5).

    By the midpoint rule what is left is less than the slope of the terms there, of the order of the missing mass times
    10⁻¹⁰, whatever T.

    Args:
        exponent: β, above 1 and at most 20.
        samples: T, whole numbers of at least 0, any shape.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: an argument is out of range.

    Source:
        M. Hutter (2021), Learning Curve Theory.
    """
    exponent = _exponent(exponent)
    draws = _whole_numbers("samples", samples, minimum=0)
    c = 1 - 1 / exponent
    return _sum_over_items(
        exponent,
        draws,
        lost=lambda p, size: np.exp(size * np.log1p(-p)),
        integral=lambda p, size: float(np.exp(betaln(c, size + 1)) * betainc(c, size + 1, p)),
    )


def zipf_missing_mass_law(exponent: float, samples: ArrayLike) -> Float[np.ndarray, "*samples"]:
    """Return what `zipf_missing_mass` comes close to for many samples: A^(1/β)·Γ(c)/β · T^(−c).

    Derivation. The sum becomes an integral over all x > 0 and (1 − u)ᵀ becomes exp(−Tu); see `zipf_missing_mass`.

    Args:
        exponent: β, above 1 and at most 20.
        samples: T, whole numbers of at least 1, any shape.

    Raises: as `zipf_missing_mass`.

    Source:
        M. Hutter (2021), Learning Curve Theory; E. Dohmatob et al. (2024), A Tale of Tails; constant derived here.
    """
    return _power_law(_exponent(exponent), _whole_numbers("samples", samples, minimum=1))


def zipf_resampled_missing_mass(
    exponent: float, *, sample_size: int, generations: int, real_share: float = 0.0
) -> Float[np.ndarray, " {generations}+1"]:
    """Return the expected probability, under the true law, of all items that generation n does not hold.

    Each generation is the frequencies in a sample of the last ones, a share of it drawn from the true law, as in
    `zipf_chain`. It is Σ p·P(lost), and P(lost) = exp(−sNp) with the s of `effective_sample_share`. That is branching:
    it leaves out a part of the order of n/N. At n = 1 branching has exp(−Np) for (1 − p)ᴺ. Without real data, at
    N = 2,000 and β = 1.5, it is within 0.3 % of the exact chain for 40 generations.

    The sum over items is found as in `zipf_missing_mass`, its integral now being an incomplete gamma function.

    Args:
        exponent: β, above 1 and at most 20.
        sample_size: N, items that each generation is fitted to, at least 1.
        generations: the last generation, at least 0.
        real_share: α, the share of each generation's items that is drawn from the true law, from 0 to 1.

    Returns:
        The missing mass by generation; 0 at generation 0, the true law.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.

    Source:
        Derived here.
    """
    exponent = _exponent(exponent)
    size = _validation.integer("sample_size", sample_size, minimum=1)
    c = 1 - 1 / exponent
    later = _sum_over_items(
        exponent,
        size * effective_sample_share(generations=generations, real_share=real_share)[1:],
        lost=lambda p, rate: np.exp(-rate * p),
        integral=lambda p, rate: float(rate**-c * gamma(c) * gammainc(c, rate * p)),
    )
    return np.concatenate([[0.0], later])


def effective_sample_share(*, generations: int, real_share: float = 0.0) -> Float[np.ndarray, " {generations}+1"]:
    """Return s: generation n of a resampled law holds as many rare items as one sample of s times its size would.

    With no real data s is close to 2/(n + 1), and falls for ever. A share α of real data stops the fall, near
    2α·ln(1 + 1/α) if α is small.

    Derivation. An item of probability p has about Np copies at first, Poisson, and aK + αNp after K, a = 1 − α. Let
    q(1) = 1 and q(j + 1) = 1 − exp(−a·q(j)). The last generation holds no copy with probability exp(−aK − αNp), given
    K in the one before. Averaging over K takes q(j) to q(j + 1), and leaves a factor exp(−αNp·q(j)) behind each time.
    So P(lost) = exp(−sNp) with s = q(n) + α·(q(1) + … + q(n − 1)).

    Args:
        generations: the last generation, at least 0.
        real_share: α, from 0 to 1.

    Returns:
        s by generation; infinite at generation 0, the true law.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.

    Source:
        Derived here, for branching with immigration.
    """
    share = _validation.number("real_share", real_share, minimum=0, maximum=1)
    last = generations_until(generations).size - 1
    q = np.ones(last + 1)
    for generation in range(2, last + 1):
        q[generation] = -np.expm1(-(1 - share) * q[generation - 1])
    earlier = np.concatenate([[0.0, 0.0], np.cumsum(q[1:-1])])[: last + 1]
    return np.concatenate([[np.inf], (q + share * earlier)[1:]])


def zipf_resampled_missing_mass_law(
    exponent: float, *, sample_size: int, generations: int
) -> Float[np.ndarray, " {generations}+1"]:
    """Return a power law close to `zipf_resampled_missing_mass`: A^(1/β)·Γ(c)/β · (2N/(n + 1))^(−c).

    The missing mass grows as the number of generations to the power c, which is below 1, and n generations do to the
    tail what dividing the sample by (n + 1)/2 does.

    Derivation. An item survives n generations with probability 1 − exp(−2Np/(n + 1)), nearly. The law of
    `zipf_missing_mass_law` follows with 2N/(n + 1) for T. It needs a sample much larger than n.

    Args, returns, errors: as `zipf_resampled_missing_mass`.

    Source:
        Derived here. E. Dohmatob et al. (2024), A Tale of Tails, treat generations with another model of the tail.
    """
    exponent = _exponent(exponent)
    size = _validation.integer("sample_size", sample_size, minimum=1)
    n = generations_until(generations)[1:]
    return np.concatenate([[0.0], _power_law(exponent, 2 * size / (n + 1))])


def _sum_over_items(
    exponent: float,
    parameters: Float[np.ndarray, "*parameters"],
    *,
    lost: Callable[[Float[np.ndarray, " items"], float], Float[np.ndarray, " items"]],
    integral: Callable[[float, float], float],
) -> Float[np.ndarray, "*parameters"]:
    """Return Σ p·lost(p, parameter), for each parameter; `integral` is that of u^(−1/β)·lost(u) from 0 to its argument.

    The derivation is in `zipf_missing_mass`.
    """
    scale = 1 / zeta(exponent)
    items = np.arange(1, _SUMMED_ITEMS + 1, dtype=np.float64)
    p = scale * items**-exponent
    first_left_out = scale * (_SUMMED_ITEMS + 0.5) ** -exponent
    factor = scale ** (1 / exponent) / exponent
    sums = [
        (p * lost(p, float(parameter))).sum() + factor * integral(float(first_left_out), float(parameter))
        for parameter in parameters.flat
    ]
    return np.array(sums, dtype=np.float64).reshape(parameters.shape)


def _power_law(exponent: float, samples: Float[np.ndarray, "*samples"]) -> Float[np.ndarray, "*samples"]:
    c = 1 - 1 / exponent
    return np.asarray(zeta(exponent) ** (-1 / exponent) * gamma(c) / exponent * samples**-c)


def _exponent(exponent: float) -> float:
    return _validation.number("exponent", exponent, above=1, maximum=20)


def _whole_numbers(name: str, value: ArrayLike, *, minimum: int) -> Float[np.ndarray, "..."]:
    array = _validation.numbers(name, value)
    wrong = ~((array >= minimum) & np.isfinite(array) & (array == np.round(array)))
    if wrong.any():
        raise ValueError(f"{name} must be whole numbers of at least {minimum}, got {array[wrong].flat[0]:g}")
    return array
