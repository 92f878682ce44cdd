"""Data put together and picked from, whatever their form: arrays, lists, or records of several columns.

It knows nothing of what the items are, nor of generations.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Int


def concatenate(parts: Sequence[Any]) -> Any:
    """Return the items of all `parts`, in order, in the form that they have.

    Arrays are joined along their first axis, lists and tuples end to end, and dataclasses field by field.

    Raises:
        TypeError: the parts differ in type, or are of a kind that cannot be put together.
    """
    first = parts[0]
    if len(parts) == 1:
        return first
    if len({type(part) for part in parts}) > 1:
        raise TypeError(f"data must all be of one type to be mixed, got {sorted({type(p).__name__ for p in parts})}")
    if isinstance(first, np.ndarray):
        return np.concatenate(parts)
    if isinstance(first, list | tuple):
        return type(first)(item for part in parts for item in part)
    if dataclasses.is_dataclass(first) and not isinstance(first, type):
        names = [field.name for field in dataclasses.fields(first)]
        return dataclasses.replace(first, **{n: concatenate([getattr(p, n) for p in parts]) for n in names})
    raise TypeError(_cannot("put together", first))


def take(data: Any, places: Int[np.ndarray, " items"]) -> Any:
    """Return the items of `data` at the given places, in the form that it has.

    Raises:
        TypeError: the data are of a kind that cannot be picked from.
    """
    if isinstance(data, np.ndarray):
        return data[places]
    if isinstance(data, list | tuple):
        return type(data)(data[place] for place in places)
    if dataclasses.is_dataclass(data) and not isinstance(data, type):
        names = [field.name for field in dataclasses.fields(data)]
        return dataclasses.replace(data, **{name: take(getattr(data, name), places) for name in names})
    raise TypeError(_cannot("picked from", data))


def _cannot(what: str, data: Any) -> str:
    return f"data must be an array, a list, a tuple or a dataclass of such to be {what}, got {type(data).__name__}"
