"""Steps that several closed forms share. They know nothing of any particular law."""

import numpy as np
from jaxtyping import Int

from secondhand import _validation


def generations_until(generations: int) -> Int[np.ndarray, " {generations}+1"]:
    """Return the generations 0 to `generations`.

    Raises:
        TypeError: `generations` is not an integer.
        ValueError: it is below 0.
    """
    return np.arange(_validation.integer("generations", generations, minimum=0) + 1)
