"""What every learner and every fitted model can do.

It knows nothing of any particular model, nor of how often one is refitted.
"""

from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float


@runtime_checkable
class Model(Protocol):
    """A fitted model: it makes new data and scores data.

    Data are a sequence of items, with a length: numbers, words, images, passages. Each learner documents its own.
    """

    def sample(self, size: int, *, seed: int) -> Any:
        """Return `size` items drawn from the model."""
        ...

    def log_likelihood(self, data: Any) -> Float[np.ndarray, " items"]:
        """Return the log-likelihood of each item in nats (a lower bound of it where the model has no closed form)."""
        ...


@runtime_checkable
class Learner(Protocol):
    """What is fitted to data: the choices made before the data are seen."""

    def fit(self, data: Any, *, seed: int) -> Any:
        """Return the `Model` fitted to `data`. The seed matters only where fitting is random."""
        ...


@runtime_checkable
class FineTuningLearner(Learner, Protocol):
    """A learner that can also start from the weights of an earlier model."""

    def fine_tune(self, model: Any, data: Any, *, seed: int) -> Any:
        """Return a new `Model` trained on `data` from the weights of `model`, which stays as it is."""
        ...
