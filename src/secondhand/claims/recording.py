"""Numbers for prose: a cell records them, the text places them, and nobody types them.

It knows nothing of what the numbers mean.
"""

import numbers

import numpy as np
from myst_nb import glue


def record(**values: float | int | str) -> None:
    """Make each value available to the prose of the page under its name, as `{glue:text}` places it.

    Raises:
        TypeError: a value is neither a number nor a string (an array, say); the message names it.
    """
    for name, value in values.items():
        if isinstance(value, np.generic):
            value = value.item()
        if not isinstance(value, numbers.Real | str):
            raise TypeError(f"{name} must be a number or a string to stand in prose, got {type(value).__name__}")
        glue(name, value, display=False)
