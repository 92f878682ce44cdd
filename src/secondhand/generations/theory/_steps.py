"""Steps that several closed forms share. They know nothing of any particular law."""

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import ArrayLike

from secondhand import _validation


def generations_until(generations: int) -> Int[np.ndarray, " {generations}+1"]:
    """Return the generations 0 to `generations`.

    Raises:
        TypeError: `generations` is not an integer.
        ValueError: it is below 0.
    """
    return np.arange(_validation.integer("generations", generations, minimum=0) + 1)


def numbers(name: str, value: ArrayLike) -> Float[np.ndarray, "..."]:
    """Return `value` as an array of floats.

    Raises:
        TypeError: it does not hold numbers.
    """
    try:
        return np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must hold numbers, got {value!r}") from None
