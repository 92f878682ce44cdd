"""Checks of data that several learners share. They know nothing of what the data are for."""

from typing import Any

import numpy as np
from jaxtyping import Float, Int

from secondhand import _validation


def finite_array(name: str, value: Any, *, dimensions: int, minimum_items: int = 1) -> Float[np.ndarray, "..."]:
    """Return `value` as an array of finite floats with the given number of dimensions.

    Raises:
        TypeError: `value` does not hold real numbers.
        ValueError: it has another number of dimensions, fewer rows than `minimum_items`, no column, or a number that
            is not finite.
    """
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"{name} must be an array of numbers, got {type(value).__name__}") from None
    _check_shape(name, array.shape, dimensions=dimensions, minimum_items=minimum_items)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must hold finite numbers, got {array[~np.isfinite(array)][0]}; drop those first")
    return array


def categories_array(name: str, value: Any, *, dimensions: int, categories: int) -> Int[np.ndarray, "..."]:
    """Return `value` as an array of whole numbers from 0 to `categories` − 1.

    Raises:
        TypeError: `value` does not hold integers.
        ValueError: it has another number of dimensions, is empty, or holds a number outside the range.
    """
    array = np.asarray(value)
    _check_shape(name, array.shape, dimensions=dimensions, minimum_items=1)
    if not np.issubdtype(array.dtype, np.integer):
        raise TypeError(f"{name} must hold integers, got {array.dtype}")
    outside = array[(array < 0) | (array >= categories)]
    if outside.size:
        raise ValueError(f"{name} must hold numbers from 0 to {categories - 1}, got {outside[0]}")
    return array.astype(np.int64)


def images_array(name: str, value: Any) -> Float[np.ndarray, "images pixels"]:
    """Return `value` as an array of images, one a row, with every pixel between 0 and 1.

    Raises:
        TypeError: `value` does not hold real numbers.
        ValueError: it is not two-dimensional, is empty, or holds a pixel outside the range.
    """
    images = finite_array(name, value, dimensions=2)
    if images.min() < 0 or images.max() > 1:
        raise ValueError(
            f"{name} must hold pixels between 0 and 1, got {images.min():g} to {images.max():g}; divide by the largest"
        )
    return images


def size_and_seed(size: Any, seed: Any) -> tuple[int, int]:
    """Return a number of items to draw, at least 1, and a seed.

    Raises:
        TypeError: one of them is not an integer.
        ValueError: `size` is below 1, or `seed` is negative.
    """
    return _validation.integer("size", size, minimum=1), _validation.seed(seed)


def _check_shape(name: str, shape: tuple[int, ...], *, dimensions: int, minimum_items: int) -> None:
    if len(shape) != dimensions:
        raise ValueError(f"{name} must have {dimensions} dimension{'s' * (dimensions > 1)}, got shape {shape}")
    if shape[0] < minimum_items or 0 in shape:
        raise ValueError(
            f"{name} must hold at least {minimum_items} item{'s' * (minimum_items > 1)}, got shape {shape}"
        )
