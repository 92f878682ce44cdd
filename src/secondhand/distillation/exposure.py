"""Exposure bias in its smallest form: a chain that slips off the path it was shown, and may not know the way back.

It knows nothing of language.
"""

import numpy as np
from jaxtyping import Bool, Float

from secondhand import _validation


def share_off_path(slip: float, recovery: float, *, steps: int) -> Float[np.ndarray, " steps"]:
    """Return the probability of being off the path after 1, 2, … steps, starting on it.

    On the path each step leads off it with probability `slip` ε; off it, each leads back with probability `recovery`
    r. So o(t) = ε/(ε + r) · (1 − (1 − ε − r)^t), or 0 if nothing ever slips.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: a probability lies outside 0 to 1, or `steps` is below 1.
    """
    slip, recovery, steps = _chain(slip, recovery, steps)
    if slip + recovery == 0:
        return np.zeros(steps)
    share: Float[np.ndarray, " steps"] = (
        slip / (slip + recovery) * (1 - (1 - slip - recovery) ** np.arange(1, steps + 1))
    )
    return share


def time_off_path(slip: float, recovery: float, *, steps: int) -> float:
    """Return the expected number of the first `steps` steps after which the chain is off the path.

    Arguments and errors are those of `share_off_path`.

    Source:
        S. Ross and D. Bagnell (2010), Efficient Reductions for Imitation Learning, section 2: an error that is never
        repaired costs up to the order of ε T², one that is repaired the order of ε T.
    """
    return float(share_off_path(slip, recovery, steps=steps).sum())


def simulate_off_path(
    slip: float, recovery: float, *, steps: int, chains: int, seed: int
) -> Bool[np.ndarray, "chains steps"]:
    """Return whether each of some chains is off the path after 1, 2, … steps.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: as `share_off_path`, `chains` is below 1, or the seed is negative.
    """
    slip, recovery, steps = _chain(slip, recovery, steps)
    chains = _validation.integer("chains", chains, minimum=1)
    luck = np.random.default_rng(_validation.seed(seed)).random((chains, steps))
    off, course = np.zeros(chains, dtype=bool), np.empty((chains, steps), dtype=bool)
    for step in range(steps):
        off = np.where(off, luck[:, step] >= recovery, luck[:, step] < slip)
        course[:, step] = off
    return course


def _chain(slip: float, recovery: float, steps: int) -> tuple[float, float, int]:
    return (
        _validation.number("slip", slip, minimum=0, maximum=1),
        _validation.number("recovery", recovery, minimum=0, maximum=1),
        _validation.integer("steps", steps, minimum=1),
    )
