"""Confidence intervals: how far off an estimate may be. It knows nothing of what is estimated."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike
from scipy import stats

from secondhand import _validation
from secondhand.measures import _arrays


@dataclass(frozen=True)
class Interval:
    """An estimate with its confidence interval.

    Attributes:
        estimate: the best single value.
        low: lower end of the interval.
        high: upper end of the interval.
        confidence: the share of repeated experiments whose interval holds the true value.
    """

    estimate: float
    low: float
    high: float
    confidence: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high


def mean_interval(values: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Return the mean of independent values with Student's t interval.

    Exact for normal values, approximate for many values of any law with a finite variance. Skewed values, such as
    variances of collapsing chains, need `geometric_mean_interval` or many more values.

    Args:
        values: at least two numbers.
        confidence: above 0 and below 1.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: there are fewer than two values, one is not finite, or the confidence is not between 0 and 1.

    Source:
        Student (1908), The probable error of a mean.
    """
    array = _arrays.row("values", values, least=2)
    confidence = _confidence(confidence)
    half_width = stats.t.ppf((1 + confidence) / 2, len(array) - 1) * array.std(ddof=1) / np.sqrt(len(array))
    mean = float(array.mean())
    return Interval(mean, float(mean - half_width), float(mean + half_width), confidence)


def geometric_mean_interval(values: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Return the geometric mean of positive values with an interval that is Student's on the scale of logarithms.

    The geometric mean is the typical value of numbers that arise as products; where logarithms are symmetric it is the
    median.

    Args:
        values: at least two numbers above 0.
        confidence: above 0 and below 1.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: as `mean_interval`, or a value is not above 0.
    """
    array = _arrays.row("values", values, least=2)
    if array.min() <= 0:
        raise ValueError(f"values must be above 0 to have logarithms, got {array.min():g}")
    logs = mean_interval(np.log(array), confidence=confidence)
    return Interval(float(np.exp(logs.estimate)), float(np.exp(logs.low)), float(np.exp(logs.high)), logs.confidence)


def proportion_interval(successes: int, trials: int, *, confidence: float = 0.95) -> Interval:
    """Return the share of successes with the exact interval of Clopper and Pearson, which never covers too seldom.

    Args:
        successes: 0 to `trials`.
        trials: at least 1, independent and alike.
        confidence: above 0 and below 1.

    Raises:
        TypeError: a count is not an integer, or the confidence not a number.
        ValueError: a count or the confidence is out of range.

    Source:
        C. J. Clopper and E. S. Pearson (1934), The use of confidence or fiducial limits.
    """
    trials = _validation.integer("trials", trials, minimum=1)
    successes = _validation.integer("successes", successes, minimum=0)
    if successes > trials:
        raise ValueError(f"successes must be at most trials={trials}, got {successes}")
    confidence = _confidence(confidence)
    tail = (1 - confidence) / 2
    low = stats.beta.ppf(tail, successes, trials - successes + 1) if successes > 0 else 0.0
    high = stats.beta.ppf(1 - tail, successes + 1, trials - successes) if successes < trials else 1.0
    return Interval(successes / trials, float(low), float(high), confidence)


def bootstrap_interval(
    values: ArrayLike,
    statistic: Callable[[Float[np.ndarray, " n"]], float],
    *,
    confidence: float = 0.95,
    resamples: int = 2_000,
    seed: int,
) -> Interval:
    """Return any statistic of independent values with a bootstrap interval corrected for bias and skew (BCa).

    Args:
        values: at least two numbers; below about 20 the interval is too short.
        statistic: from one row of numbers to one number.
        confidence: above 0 and below 1.
        resamples: how many samples with replacement to draw, at least 100.
        seed: for the resampling.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: there are fewer than two values, one is not finite, or another argument is out of range.

    Source:
        B. Efron (1987), Better bootstrap confidence intervals.
    """
    array = _arrays.row("values", values, least=2)
    confidence = _confidence(confidence)
    resamples = _validation.integer("resamples", resamples, minimum=100)
    generator = np.random.default_rng(_validation.seed(seed))
    if not callable(statistic):
        raise TypeError(f"statistic must be a function of an array, got {statistic!r}")
    estimate = float(statistic(array))
    if np.ptp(array) == 0:
        return Interval(estimate, estimate, estimate, confidence)
    interval = stats.bootstrap(
        (array,),
        statistic,
        n_resamples=resamples,
        confidence_level=confidence,
        vectorized=False,
        method="BCa",
        rng=generator,
    ).confidence_interval
    return Interval(estimate, float(interval.low), float(interval.high), confidence)


def _confidence(confidence: float) -> float:
    return _validation.number("confidence", confidence, above=0, below=1)
