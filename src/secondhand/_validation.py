"""Checks of arguments, shared by every room.

Each check returns the value in its canonical type, or raises an error that names the argument, the value and the fix.
It knows nothing of what the arguments mean.
"""

import operator
import reprlib
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike


def integer(name: str, value: Any, *, minimum: int | None = None) -> int:
    """Return `value` as an int.

    Raises:
        TypeError: `value` is not an integer (a bool does not count as one).
        ValueError: `value` is below `minimum`.
    """
    if isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be an integer, got {value!r} (a bool)")
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, got {value!r} ({type(value).__name__})") from None
    if minimum is not None and number < minimum:
        raise ValueError(f"{name} must be at least {minimum}, got {number}")
    return number


def boolean(name: str, value: Any) -> bool:
    """Return `value` as a bool.

    Raises:
        TypeError: `value` is neither True nor False.
    """
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} must be True or False, got {value!r} ({type(value).__name__})")
    return bool(value)


def seed(value: Any) -> int:
    """Return a seed for a random generator: an integer of at least 0.

    Raises:
        TypeError: `value` is not an integer.
        ValueError: `value` is negative.
    """
    return integer("seed", value, minimum=0)


def number(
    name: str,
    value: Any,
    *,
    minimum: float | None = None,
    maximum: float | None = None,
    above: float | None = None,
    below: float | None = None,
) -> float:
    """Return `value` as a finite float between the bounds given (`above` and `below` exclude the bound itself).

    Raises:
        TypeError: `value` is not a real number.
        ValueError: `value` is not finite, or lies outside the bounds.
    """
    if isinstance(value, bool | np.bool_ | str) or not np.isscalar(value) or np.iscomplexobj(value):
        raise TypeError(f"{name} must be a number, got {value!r} ({type(value).__name__})")
    real = float(value)  # type: ignore[arg-type]
    if not np.isfinite(real):
        raise ValueError(f"{name} must be finite, got {real}")
    if minimum is not None and real < minimum:
        raise ValueError(f"{name} must be at least {minimum:g}, got {real:g}")
    if maximum is not None and real > maximum:
        raise ValueError(f"{name} must be at most {maximum:g}, got {real:g}")
    if above is not None and real <= above:
        raise ValueError(f"{name} must be above {above:g}, got {real:g}")
    if below is not None and real >= below:
        raise ValueError(f"{name} must be below {below:g}, got {real:g}")
    return real


def numbers(name: str, value: ArrayLike, *, finite: bool = False) -> Float[np.ndarray, "..."]:
    """Return `value` as an array of floats of any shape; words and truth values do not count as numbers.

    Raises:
        TypeError: `value` does not hold real numbers.
        ValueError: `finite` is asked for, and a number is not.
    """
    try:
        array = np.asarray(value)
    except ValueError:
        raise TypeError(f"{name} must hold numbers, got {value!r}") from None
    if array.size and array.dtype.kind not in "iuf":
        raise TypeError(f"{name} must hold numbers, got {value!r}")
    array = array.astype(np.float64)
    if finite and not np.isfinite(array).all():
        raise ValueError(f"{name} must hold finite numbers, got {array[~np.isfinite(array)].flat[0]}")
    return array


def shares(name: str, value: ArrayLike) -> Float[np.ndarray, "..."]:
    """Return `value` as an array of numbers from 0 to 1, such as probabilities that need not sum to one.

    Raises:
        TypeError: `value` does not hold real numbers.
        ValueError: a number lies outside 0 to 1, or is NaN.
    """
    array = numbers(name, value)
    outside = ~((array >= 0) & (array <= 1))
    if outside.any():
        raise ValueError(f"{name} must be from 0 to 1, got {array[outside].flat[0]:g}")
    return array


def plain(values: ArrayLike) -> float | Float[np.ndarray, "..."]:
    """Return a float for an array without dimensions, and any other array as it is."""
    array = np.asarray(values, dtype=np.float64)
    return float(array) if array.ndim == 0 else array


def choice(name: str, value: Any, allowed: Collection[str]) -> str:
    """Return `value` if it is one of the `allowed` words.

    Raises:
        TypeError: `value` is not a string.
        ValueError: `value` is another string.
    """
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, got {value!r} ({type(value).__name__})")
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}, got {value!r}")
    return value


def strings(name: str, values: Any) -> Iterator[str]:
    """Yield the strings of a collection, each checked as it comes.

    Raises:
        TypeError: `values` is a single string, no collection at all, or holds something else than strings.
    """
    if isinstance(values, str | bytes) or not isinstance(values, Iterable):
        shown, kind = reprlib.repr(values), type(values).__name__
        raise TypeError(f"{name} must be a collection of strings, got {shown} ({kind}); put it in a list")
    for value in values:
        if not isinstance(value, str):
            raise TypeError(f"{name} must hold strings, got {value!r} ({type(value).__name__})")
        yield value


def probabilities(name: str, value: Any) -> Float[np.ndarray, " categories"]:
    """Return `value` as a one-dimensional array of probabilities, divided by its sum to the last digit.

    Raises:
        TypeError: `value` does not hold real numbers.
        ValueError: it is not one-dimensional, is empty, holds a negative or non-finite number, or does not sum to one
            within 1e-8.
    """
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be an array of numbers, got {value!r}") from None
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name} must be a one-dimensional array with at least one entry, got shape {array.shape}")
    if not np.isfinite(array).all() or (array < 0).any():
        worst = array[~np.isfinite(array) | (array < 0)][0]
        raise ValueError(f"{name} must hold finite numbers of at least 0, got {worst:g}")
    total = array.sum()
    if abs(total - 1.0) > 1e-8:
        raise ValueError(f"{name} must sum to 1, got {total:.10g}; divide by the sum first")
    normalised: Float[np.ndarray, " categories"] = array / total
    return normalised
