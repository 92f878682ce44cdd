"""Whether predicted probabilities say how often things happen: on average, and in each range of predictions.

Arrays in, numbers out: it knows nothing of models.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from jaxtyping import Float, Int
from numpy.typing import ArrayLike
from scipy import stats

from secondhand import _validation
from secondhand.measures import _arrays
from secondhand.measures.intervals import Interval, mean_interval, proportion_interval


def rate_gap(outputs: ArrayLike, labels: ArrayLike, *, paired: bool = True, confidence: float = 0.95) -> Interval:
    """Return the mean of the outputs minus the mean of the labels, with an interval: calibration on average.

    Args:
        outputs: probabilities, or decisions 0 and 1; from 0 to 1, at least two.
        labels: what was observed, 0 or 1 (or shares between), at least two.
        paired: outputs and labels belong to the same items, in the same order; then differences are averaged
            (Student). Otherwise the two are independent samples, of any lengths (Welch).
        confidence: above 0 and below 1.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: a value is not from 0 to 1, there are too few, or paired lengths differ.

    Source:
        B. L. Welch (1947), The generalization of Student's problem when several different population variances are
        involved.
    """
    left, right = _shares("outputs", outputs), _shares("labels", labels)
    confidence = _validation.number("confidence", confidence, above=0, below=1)
    if paired:
        if len(left) != len(right):
            raise ValueError(
                f"labels must be as many as outputs, got {len(right)} and {len(left)}; for two samples set paired=False"
            )
        return mean_interval(left - right, confidence=confidence)
    parts = np.array([left.var(ddof=1) / len(left), right.var(ddof=1) / len(right)])
    gap, total = float(left.mean() - right.mean()), float(parts.sum())
    if total == 0:
        return Interval(gap, gap, gap, confidence)
    degrees = total**2 / (parts**2 / np.array([len(left) - 1, len(right) - 1])).sum()
    margin = float(stats.t.ppf((1 + confidence) / 2, degrees) * np.sqrt(total))
    return Interval(gap, gap - margin, gap + margin, confidence)


@dataclass(frozen=True)
class CalibrationTable:
    """Predictions in bins of equal width, with what was observed. Empty bins are left out.

    Attributes:
        predicted: mean prediction in each bin.
        observed: share of label 1 in each bin.
        low: lower end of the interval of the share (Clopper and Pearson).
        high: upper end.
        items: how many predictions fell into each bin.
    """

    predicted: Float[np.ndarray, " bins"]
    observed: Float[np.ndarray, " bins"]
    low: Float[np.ndarray, " bins"]
    high: Float[np.ndarray, " bins"]
    items: Int[np.ndarray, " bins"]

    @property
    def error(self) -> float:
        """The expected calibration error: the distance of prediction and share in a bin, averaged over items."""
        return float(np.average(np.abs(self.predicted - self.observed), weights=self.items))

    def to_frame(self) -> pd.DataFrame:
        """Return one row a bin."""
        return pd.DataFrame(
            {
                "predicted": self.predicted,
                "observed": self.observed,
                "low": self.low,
                "high": self.high,
                "items": self.items,
            }
        )


def calibration_table(
    probabilities: ArrayLike, labels: ArrayLike, *, bins: int = 10, confidence: float = 0.95
) -> CalibrationTable:
    """Compare predicted probabilities with observed shares, bin by bin.

    Args:
        probabilities: of label 1, from 0 to 1.
        labels: 0 or 1, one for each probability.
        bins: how many of equal width from 0 to 1, at least 1; a value on an edge belongs to the bin above it.
        confidence: of the intervals, above 0 and below 1.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: an argument is out of range, or lengths differ.

    Source:
        M. P. Naeini, G. F. Cooper and M. Hauskrecht (2015), Obtaining well calibrated probabilities using Bayesian
        binning.
    """
    chances, seen = _shares("probabilities", probabilities), _shares("labels", labels)
    if len(chances) != len(seen):
        raise ValueError(f"labels must be as many as probabilities, got {len(seen)} and {len(chances)}")
    if not np.isin(seen, (0, 1)).all():
        raise ValueError(f"labels must be 0 or 1, got {seen[~np.isin(seen, (0, 1))][0]:g}")
    bins = _validation.integer("bins", bins, minimum=1)
    confidence = _validation.number("confidence", confidence, above=0, below=1)
    # The product with the number of bins rounds the wrong way on some edges; comparing with the edges does not.
    number = np.minimum(np.searchsorted(np.arange(bins + 1) / bins, chances, side="right") - 1, bins - 1)
    items = np.bincount(number, minlength=bins)
    filled = np.flatnonzero(items)
    ones = np.bincount(number, weights=seen, minlength=bins)[filled]
    sums = np.bincount(number, weights=chances, minlength=bins)[filled]
    shares = [
        proportion_interval(int(k), int(n), confidence=confidence) for k, n in zip(ones, items[filled], strict=True)
    ]
    return CalibrationTable(
        predicted=sums / items[filled],
        observed=ones / items[filled],
        low=np.array([share.low for share in shares]),
        high=np.array([share.high for share in shares]),
        items=items[filled],
    )


def _shares(name: str, value: ArrayLike) -> Float[np.ndarray, " n"]:
    array = _arrays.row(name, value, least=2)
    outside = array[(array < 0) | (array > 1)]
    if outside.size:
        raise ValueError(f"{name} must hold numbers from 0 to 1, got {outside[0]:g}")
    return array
