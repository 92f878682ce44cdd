"""How many seeds an experiment needs before its mean is precise enough. It knows nothing of the experiment."""

import numpy as np
from jaxtyping import Int
from numpy.typing import ArrayLike

from secondhand import _validation
from secondhand.measures import _arrays


def seeds_for_squared_variation(squared_variation: ArrayLike, *, relative_error: float) -> Int[np.ndarray, "..."]:
    """Return how many seeds bring the standard error of a mean down to a share of the mean: CV²/ε², rounded up.

    Args:
        squared_variation: squared coefficient of variation of one run (its variance over its squared mean), at least 0.
        relative_error: the standard error wanted, as a share of the mean, above 0.

    Returns:
        Whole numbers of at least 1, in the shape of `squared_variation`.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: an argument is out of range, or more seeds are needed than an integer of 64 bits can say.
    """
    variation = _arrays.finite("squared_variation", squared_variation, minimum=0)
    error = _validation.number("relative_error", relative_error, above=0)
    seeds = np.maximum(1, np.ceil(variation / error**2))
    if seeds.max() >= 2.0**63:
        raise ValueError(
            f"relative_error={error:g} would need {seeds.max():.3g} seeds; allow a larger error or fewer generations"
        )
    return np.asarray(seeds, dtype=np.int64)


def seeds_for_relative_error(values: ArrayLike, *, relative_error: float) -> int:
    """Return how many seeds an experiment needs, judging by the results of a pilot.

    A pilot of skewed results tends to miss the rare large ones, and then plans for too few: where the variance is known
    from theory, use it instead.

    Args:
        values: one result for each seed of the pilot, at least two, whose mean is not 0.
        relative_error: the standard error wanted, as a share of the mean, above 0.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: there are fewer than two values, their mean is 0, or the error is not above 0.
    """
    array = _arrays.row("values", values, least=2)
    mean = array.mean()
    if mean == 0:
        raise ValueError("values must have a mean other than 0 for an error relative to it, got mean 0")
    return int(seeds_for_squared_variation(array.var(ddof=1) / mean**2, relative_error=relative_error))
