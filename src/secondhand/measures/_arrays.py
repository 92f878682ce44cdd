"""Checks of arrays that the measures share. It knows nothing of what the arrays mean."""

from typing import Any

import numpy as np
from jaxtyping import Float


def finite(name: str, value: Any, *, minimum: float | None = None) -> Float[np.ndarray, "..."]:
    """Return `value` as an array of finite floats.

    Raises:
        TypeError: `value` does not hold real numbers.
        ValueError: it is empty, holds a number that is not finite, or one below `minimum`.
    """
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must hold numbers, got {value!r}") from None
    if array.size == 0:
        raise ValueError(f"{name} must hold at least one number, got shape {array.shape}")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must hold finite numbers, got {array[~np.isfinite(array)].flat[0]}")
    if minimum is not None and array.min() < minimum:
        raise ValueError(f"{name} must hold numbers of at least {minimum:g}, got {array.min():g}")
    return array


def row(name: str, value: Any, *, least: int = 1) -> Float[np.ndarray, " n"]:
    """Return `value` as a one-dimensional array of at least `least` finite floats.

    Raises:
        TypeError: `value` does not hold real numbers.
        ValueError: it is not one-dimensional, too short, or holds a number that is not finite.
    """
    array = finite(name, value)
    if array.ndim != 1 or array.size < least:
        raise ValueError(f"{name} must be a one-dimensional array of at least {least} numbers, got shape {array.shape}")
    return array
