"""One Gaussian for two humps: where the direction of a divergence decides, and where it does not.

The teacher is the mixture ½ N(−d, 1) + ½ N(d, 1), the student a single Gaussian. Everything is exact up to numerical
integration. It knows nothing of learning.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike
from scipy import optimize, special

from secondhand import _validation

_HALF_LOG_TWO_PI = 0.5 * np.log(2 * np.pi)


@dataclass(frozen=True)
class GaussianFit:
    """A single Gaussian that was fitted to a mixture.

    Attributes:
        mean: of the Gaussian.
        deviation: its standard deviation.
        divergence: what is left of the divergence, in nats.
    """

    mean: float
    deviation: float
    divergence: float


def mixture_density(
    x: ArrayLike, weights: ArrayLike, means: ArrayLike, deviations: ArrayLike
) -> Float[np.ndarray, "..."]:
    """Return the density of a mixture of Gaussians at each point.

    Args:
        x: points, any shape.
        weights: of the components; they sum to 1.
        means: of the components.
        deviations: standard deviations of the components, above 0.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: the weights are no law, a deviation is not above 0, or the lengths differ.
    """
    points = _validation.numbers("x", x)
    mixture = _mixture(weights, means, deviations)
    density: Float[np.ndarray, ...] = np.exp(_log_density(points, *mixture))
    return density


def fit_forward(weights: ArrayLike, means: ArrayLike, deviations: ArrayLike) -> GaussianFit:
    """Return the Gaussian with the least KL(mixture‖Gaussian): it has the mixture's mean and variance.

    Arguments and errors are those of `mixture_density`.

    Source:
        C. M. Bishop (2006), Pattern Recognition and Machine Learning, section 10.7: moment matching.
    """
    weight, mean, deviation = _mixture(weights, means, deviations)
    centre = float(weight @ mean)
    variance = float(weight @ (deviation**2 + mean**2) - centre**2)
    x, step = _grid(mean, deviation, deviation.max())
    log_p = _log_density(x, weight, mean, deviation)
    log_q = -0.5 * (x - centre) ** 2 / variance - 0.5 * np.log(variance) - _HALF_LOG_TWO_PI
    return GaussianFit(centre, variance**0.5, float((np.exp(log_p) * (log_p - log_q)).sum() * step))


def forward_divergence(
    mean: float, deviation: float, weights: ArrayLike, means: ArrayLike, deviations: ArrayLike
) -> float:
    """Return KL(mixture‖N(mean, deviation²)) in nats, by summing over a fine grid.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: as `mixture_density`, the deviation is not above 0, or those of the mixture are too small beside its
            range for a grid.
    """
    mean = _validation.number("mean", mean)
    deviation = _validation.number("deviation", deviation, above=0)
    mixture = _mixture(weights, means, deviations)
    x, step = _grid(mixture[1], mixture[2], mixture[2].max())
    log_p = _log_density(x, *mixture)
    log_q = -0.5 * ((x - mean) / deviation) ** 2 - np.log(deviation) - _HALF_LOG_TWO_PI
    return float((np.exp(log_p) * (log_p - log_q)).sum() * step)


def reverse_divergence(
    mean: float, deviation: float, weights: ArrayLike, means: ArrayLike, deviations: ArrayLike
) -> float:
    """Return KL(N(mean, deviation²)‖mixture) in nats, by summing over a fine grid.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: as `mixture_density`, or the deviation is not above 0.
    """
    mean = _validation.number("mean", mean)
    deviation = _validation.number("deviation", deviation, above=0)
    return _reverse(mean, deviation, *_mixture(weights, means, deviations))


def fit_reverse(
    weights: ArrayLike, means: ArrayLike, deviations: ArrayLike, *, start: tuple[float, float]
) -> GaussianFit:
    """Return the Gaussian at which a descent of KL(Gaussian‖mixture) from `start` comes to rest: a local optimum.

    Args:
        weights: as `mixture_density`.
        means: as `mixture_density`.
        deviations: as `mixture_density`.
        start: mean and standard deviation where the descent begins; the answer depends on it.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: as `mixture_density`, or the start is no mean and deviation above 0.
    """
    mixture = _mixture(weights, means, deviations)
    if len(start) != 2:
        raise ValueError(f"start must be a mean and a standard deviation, got {start!r}")
    begin = [_validation.number("start", start[0]), math.log(_validation.number("start", start[1], above=0))]
    found = optimize.minimize(  # type: ignore[call-overload]
        lambda v: _reverse(v[0], float(np.exp(v[1])), *mixture),
        begin,
        method="Nelder-Mead",
        options={"xatol": 1e-9, "fatol": 1e-13, "maxiter": 4_000},
    )
    return GaussianFit(float(found.x[0]), float(np.exp(found.x[1])), float(found.fun))


def two_humps(distance: float) -> tuple[list[float], list[float], list[float]]:
    """Return weights, means and deviations of ½ N(−d, 1) + ½ N(d, 1).

    Raises:
        TypeError: `distance` is not a number.
        ValueError: `distance` is negative.
    """
    d = _validation.number("distance", distance, minimum=0)
    return [0.5, 0.5], [-d, d], [1.0, 1.0]


def broad_and_narrow(distance: float) -> tuple[GaussianFit, GaussianFit | None]:
    """Return the two local optima of the reverse divergence for ½ N(−d, 1) + ½ N(d, 1), by descent over a grid.

    Returns:
        The broad optimum, centred between the humps, and the narrow one, on one of them, or None where a descent that
        begins on a hump slides to the middle.

    Raises:
        TypeError: `distance` is not a number.
        ValueError: `distance` is negative.
    """
    humps = two_humps(distance)
    # The broad one is sought among centred Gaussians: the middle is a stationary point by symmetry.
    mixture, bounds = _mixture(*humps), (-1.0, float(np.log(distance + 2)))
    centred = optimize.minimize_scalar(
        lambda log_s: _reverse(0.0, float(np.exp(log_s)), *mixture),
        bounds=bounds,
        method="bounded",
        options={"xatol": 1e-10},
    )
    broad = GaussianFit(0.0, float(np.exp(centred.x)), float(centred.fun))
    narrow = fit_reverse(*humps, start=(distance, 1.0))
    return broad, narrow if abs(narrow.mean) > 0.5 else None


def mode_seeking_distance(
    kind: Literal["exists", "tie"], *, method: Literal["descent", "equations"] = "equations"
) -> float:
    """Return the half distance d of the humps ½ N(−d, 1) + ½ N(d, 1) from which the reverse divergence seeks one.

    Args:
        kind: "exists": where an optimum on a single hump first appears; "tie": where it becomes as good as the broad
            one.
        method: "equations" solves for the point where gradient and determinant of the Hessian vanish (or where both
            optima cost the same), with Gauss–Legendre quadrature; "descent" bisects over descents on a grid.

    Raises:
        TypeError: an argument is not a string.
        ValueError: an argument is another string.
    """
    kind_, how = _validation.choice("kind", kind, ("exists", "tie")), ("descent", "equations")
    if _validation.choice("method", method, how) == "equations":
        if kind_ == "exists":
            return float(optimize.root(_fold_equations, (2.1, 1.2, 2.4), tol=1e-12).x[2])
        return float(optimize.root(_tie_equations, (2.75, 1.05, 2.6, 2.8), tol=1e-12).x[3])
    low, high = 2.0, 3.2
    while high - low > (1e-4 if kind_ == "exists" else 1e-7):
        middle = (low + high) / 2
        broad, narrow = broad_and_narrow(middle)
        reached = narrow is not None and (kind_ == "exists" or narrow.divergence <= broad.divergence)
        low, high = (low, middle) if reached else (middle, high)
    return (low + high) / 2


def _mixture(
    weights: ArrayLike, means: ArrayLike, deviations: ArrayLike
) -> tuple[Float[np.ndarray, " n"], Float[np.ndarray, " n"], Float[np.ndarray, " n"]]:
    weight = _validation.probabilities("weights", weights)
    mean = _validation.numbers("means", means, finite=True)
    deviation = _validation.numbers("deviations", deviations, finite=True)
    for name, array in (("means", mean), ("deviations", deviation)):
        if array.shape != weight.shape:
            raise ValueError(f"{name} must have one entry for each of the {len(weight)} weights, got {array.shape}")
    if (deviation <= 0).any():
        raise ValueError(f"deviations must be above 0, got {deviation.min():g}")
    return weight, mean, deviation


def _log_density(
    x: Float[np.ndarray, "..."],
    weight: Float[np.ndarray, " n"],
    mean: Float[np.ndarray, " n"],
    deviation: Float[np.ndarray, " n"],
) -> Float[np.ndarray, "..."]:
    z = (x[..., None] - mean) / deviation
    logs: Float[np.ndarray, ...] = special.logsumexp(-0.5 * z**2 - np.log(deviation), axis=-1, b=weight)
    logs -= _HALF_LOG_TWO_PI
    return logs


def _grid(
    mean: Float[np.ndarray, " n"], deviation: Float[np.ndarray, " n"], widest: float
) -> tuple[Float[np.ndarray, " points"], float]:
    # A sum over an even grid is as good as exact for smooth densities: its error falls faster than any power.
    low, high = float(mean.min() - 10 * widest), float(mean.max() + 10 * widest)
    step = float(deviation.min()) / 12
    if (high - low) / step > 2e6:
        raise ValueError(
            f"deviations must not be too small beside the mixture's range, got {deviation.min():g} in {high - low:g}"
        )
    return np.arange(low, high + step, step), step


def _reverse(
    m: float,
    s: float,
    weight: Float[np.ndarray, " n"],
    mean: Float[np.ndarray, " n"],
    deviation: Float[np.ndarray, " n"],
) -> float:
    z = np.linspace(-10, 10, 481)
    log_q = -0.5 * z**2 - _HALF_LOG_TWO_PI
    gap = log_q - np.log(s) - _log_density(m + s * z, weight, mean, deviation)
    return float((np.exp(log_q) * gap).sum() * (z[1] - z[0]))


@lru_cache
def _legendre() -> tuple[Float[np.ndarray, " nodes"], Float[np.ndarray, " nodes"]]:
    # Gauss-Hermite nodes would be too coarse for the sharp bend between the humps.
    nodes, weights = np.polynomial.legendre.leggauss(600)
    return 10 * nodes, 10 * weights * np.exp(-50 * nodes**2 - _HALF_LOG_TWO_PI)


def _slopes(m: float, s: float, d: float) -> tuple[float, float, float]:
    """Return both slopes of the reverse divergence by mean m and deviation s, and the determinant of its Hessian."""
    z, w = _legendre()
    x = m + s * z
    first, second = d * np.tanh(d * x) - x, d**2 * (1 - np.tanh(d * x) ** 2) - 1
    mm, ms, ss = -(w @ second), -(w @ (z * second)), 1 / s**2 - w @ (z**2 * second)
    return float(-(w @ first)), float(-1 / s - w @ (z * first)), float(mm * ss - ms**2)


def _value(m: float, s: float, d: float) -> float:
    z, w = _legendre()
    x = m + s * z
    log_p = np.logaddexp(-0.5 * (x - d) ** 2, -0.5 * (x + d) ** 2) - np.log(2) - _HALF_LOG_TWO_PI
    return float(-np.log(s) - _HALF_LOG_TWO_PI - 0.5 - w @ log_p)


def _fold_equations(v: Float[np.ndarray, " 3"]) -> list[float]:
    return list(_slopes(*v))


def _tie_equations(v: Float[np.ndarray, " 4"]) -> list[float]:
    m, s, broad, d = v
    return [*_slopes(m, s, d)[:2], _slopes(0.0, broad, d)[1], _value(m, s, d) - _value(0.0, broad, d)]
