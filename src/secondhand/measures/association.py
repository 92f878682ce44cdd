"""How much one quantity says about another. It knows nothing of what the quantities are."""

from numpy.typing import ArrayLike
from scipy import stats

from secondhand import _validation
from secondhand.measures import _arrays
from secondhand.measures.intervals import Interval


def explained_share_interval(first: ArrayLike, second: ArrayLike, *, confidence: float = 0.95) -> Interval:
    """Return which share of the variance of `second` a straight line in `first` explains: the squared correlation.

    The interval is that of the correlation by Fisher's transformation, squared; where it holds zero, it begins at zero.

    Args:
        first: one number for each pair, at least four.
        second: the other number of each pair.
        confidence: above 0 and below 1.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: the arrays differ in length, are constant, or hold fewer than four pairs or a number not finite.

    Source:
        R. A. Fisher (1921), On the probable error of a coefficient of correlation deduced from a small sample.
    """
    x, y = _arrays.row("first", first, least=4), _arrays.row("second", second, least=4)
    confidence = _validation.number("confidence", confidence, above=0, below=1)
    if x.size != y.size:
        raise ValueError(f"second must hold as many numbers as first, got {y.size} and {x.size}")
    for name, values in (("first", x), ("second", y)):
        if values.min() == values.max():
            raise ValueError(f"{name} must vary, got {values[0]:g} throughout")
    result = stats.pearsonr(x, y)
    low, high = result.confidence_interval(confidence)
    squares = sorted((float(low) ** 2, float(high) ** 2))
    return Interval(float(result.statistic) ** 2, 0.0 if low <= 0 <= high else squares[0], squares[1], confidence)
