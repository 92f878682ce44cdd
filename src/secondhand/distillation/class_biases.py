"""Setting the biases of a classifier from how often each class occurs, without a single label.

It knows nothing of networks, nor of how the classifier was taught.
"""

import numpy as np
import torch
from jaxtyping import Float
from numpy.typing import ArrayLike
from scipy import optimize, special

from secondhand import _validation


def fit_class_biases(logits: ArrayLike, frequencies: ArrayLike) -> Float[np.ndarray, " classes"]:
    """Return biases to add to the logits, such that the mean probability of each class is its known frequency.

    They minimise mean logsumexp(z + b) − π·b over the items, a convex function whose gradient is the difference between
    the mean probabilities and the frequencies π; so they are unique up to a constant, and are returned with mean 0.

    Args:
        logits: z, one row an item and one column a class; items that need no labels, but occur as often as said.
        frequencies: π, how often each class occurs: above 0, with sum 1.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: the shapes do not fit, a logit is not finite, a frequency is 0, or the fit does not come within 1e-6
            of the frequencies, as may happen if logits are so far apart that all probabilities are 0 or 1.

    Source:
        The use of biases chosen without labels of the missing classes: G. Hinton, O. Vinyals and J. Dean (2015),
        Distilling the Knowledge in a Neural Network, section 3. The fit to known frequencies is derived in the chapter.
    """
    plain = logits.detach().cpu() if isinstance(logits, torch.Tensor) else logits
    table = _validation.numbers("logits", plain, finite=True)
    if table.ndim != 2 or table.size == 0 or table.shape[1] < 2:
        raise ValueError(f"logits must have one row an item and at least two classes, got shape {table.shape}")
    law = _validation.probabilities("frequencies", frequencies)
    if len(law) != table.shape[1]:
        raise ValueError(f"frequencies must hold one number for each of {table.shape[1]} classes, got {len(law)}")
    if (law == 0).any():
        raise ValueError("frequencies must all be above 0: leave out the column of a class that never occurs")

    # The first bias stays 0 while fitting, since a constant added to all of them changes nothing.
    def value(free: np.ndarray) -> tuple[float, np.ndarray]:
        shifted = table + np.concatenate([[0.0], free])
        surplus = special.softmax(shifted, axis=1).mean(axis=0) - law
        return float(special.logsumexp(shifted, axis=1).mean() - law[1:] @ free), surplus[1:]

    def curvature(free: np.ndarray) -> np.ndarray:
        laws = special.softmax(table + np.concatenate([[0.0], free]), axis=1)
        whole = np.diag(laws.mean(axis=0)) - laws.T @ laws / len(laws)
        return np.asarray(whole[1:, 1:])

    start = np.log(law) - special.log_softmax(table, axis=1).mean(axis=0)
    try:
        found = optimize.minimize(
            value, start[1:] - start[0], jac=True, hess=curvature, method="trust-exact", options={"gtol": 1e-9}
        ).x
    except ValueError:  # where probabilities are 0 and 1 there is no curvature to divide by
        found = start[1:] - start[0]
    biases: Float[np.ndarray, " classes"] = np.concatenate([[0.0], found])
    missed = np.abs(special.softmax(table + biases, axis=1).mean(axis=0) - law).max()
    if not missed < 1e-6:
        raise ValueError(
            f"logits must let mean probabilities meet the frequencies, got none within {missed:.1g}; they reach up to "
            f"{np.abs(table).max():.3g}: divide them by a temperature"
        )
    biases -= biases.mean()
    return biases
