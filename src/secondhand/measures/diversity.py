"""How much variety a sample holds. It knows nothing of what is being counted."""

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import ArrayLike

from secondhand.measures import _arrays


def heterozygosity(counts: ArrayLike) -> Float[np.ndarray, "..."]:
    """Return the probability that two draws (with replacement) from a sample differ: 1 − Σ p².

    Args:
        counts: how often each category occurs, at least 0; categories lie along the last axis.

    Returns:
        One number from 0 (one category only) towards 1 for each row of counts.

    Raises:
        TypeError: `counts` does not hold numbers.
        ValueError: a count is negative or not finite, or a row has no count above 0.

    Source:
        E. H. Simpson (1949), Measurement of diversity; M. Nei (1973), Analysis of gene diversity in subdivided
        populations.
    """
    array = _counts(counts)
    return np.asarray(1 - ((array / array.sum(axis=-1, keepdims=True)) ** 2).sum(axis=-1))


def distinct(counts: ArrayLike) -> Int[np.ndarray, "..."]:
    """Return how many categories occur at all.

    Args:
        counts: how often each category occurs, at least 0; categories lie along the last axis.

    Raises:
        TypeError: `counts` does not hold numbers.
        ValueError: a count is negative or not finite, or a row has no count above 0.
    """
    return np.asarray((_counts(counts) > 0).sum(axis=-1))


def total_variance_ratio(values: ArrayLike, reference: ArrayLike) -> float:
    """Return the total variance (the trace of the covariance) of one sample over that of another.

    Args:
        values: one item a row, at least two.
        reference: likewise, with the same columns.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: an argument is not a table of at least two rows, the columns differ, or the reference does not vary.
    """
    tables = [_arrays.finite(name, table) for name, table in (("values", values), ("reference", reference))]
    for name, table in zip(("values", "reference"), tables, strict=True):
        if table.ndim != 2 or len(table) < 2:
            raise ValueError(f"{name} must be a table of at least two rows, got shape {table.shape}")
    if tables[0].shape[1] != tables[1].shape[1]:
        raise ValueError(f"reference must have {tables[0].shape[1]} columns as values has, got {tables[1].shape[1]}")
    totals = [table.var(axis=0, ddof=1).sum() for table in tables]
    if totals[1] == 0:
        raise ValueError(f"reference must vary, got {len(tables[1])} equal rows")
    return float(totals[0] / totals[1])


def _counts(counts: ArrayLike) -> Float[np.ndarray, "... categories"]:
    array = _arrays.finite("counts", counts, minimum=0)
    if array.ndim == 0:
        raise ValueError(f"counts must have an axis of categories, got the single number {array}")
    if (array.sum(axis=-1) == 0).any():
        raise ValueError("counts must have something above 0 in each row, got a row of zeros")
    return array
