"""The two second moments of every workflow: variance within models, and scatter of models around the true mean.

It holds for whatever has a mean and a variance: normal laws, and each category's indicator. It knows nothing of either.

Notation. M is the sample size, α the real share, a = 1 − α, c the sampler's variance ratio. A model fitted to n items
has mean μ and biased variance v; V = E v, D = E μ², Q the expected mean square of the items. The true law has mean 0
and variance 1. By the law of total variance every workflow has

    V = Q − D                (biased; the unbiased one is n/(n − 1) times as large),

and M new items, αM of them real, have given the model the mean square α + a(cv + μ²), and a mean of expectation aμ and
variance (α + acv)/M. With an honest sampler, c = 1, new items therefore keep Q = 1 in every workflow, and V + D = 1:
conservation. Each function below says how its workflow turns this into a recursion for D and Q.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float


@dataclass(frozen=True)
class Setting:
    """What a recursion depends on besides the workflow.

    Attributes:
        size: M.
        real: α.
        ratio: c.
        lost_degrees: 0 if models divide by n, 1 if by n − 1.
        fit_variance: whether the variance is fitted; if not, v is 1.
    """

    size: int
    real: float = 0.0
    ratio: float = 1.0
    lost_degrees: int = 0
    fit_variance: bool = True

    @property
    def synthetic(self) -> float:
        """The share a."""
        return 1 - self.real

    def block(self, variance: float, generation: int) -> float:
        """Return α + acV, the expected variance of new items around the mean of what made them.

        The items of generation 0 are real, and nothing shrinks them.
        """
        return self.real + self.synthetic * variance * (self.ratio if generation > 0 else 1)

    def fitted(self, biased_variance: float, items: int) -> float:
        """Return the expected variance of a model fitted to so many items."""
        return biased_variance * items / (items - self.lost_degrees) if self.fit_variance else 1.0


Moments = tuple[Float[np.ndarray, " time"], Float[np.ndarray, " time"]]
"""V and D by generation, from generation 0, the true law."""


def moments(workflow: str, setting: Setting, generations: int) -> Moments:
    """Return V and D of each generation; `workflow` is one of those of `check_workflow`."""
    return _RECURSIONS[workflow](setting, generations)


def _replace(setting: Setting, generations: int) -> Moments:
    """The new items are all there is: D' = a²D + (α + acV)/M and Q = α + a(cV + D)."""
    variance, squared_mean = _at_the_true_law(generations)
    for t in range(generations):
        block = setting.block(variance[t], t)
        squared_mean[t + 1] = setting.synthetic**2 * squared_mean[t] + block / setting.size
        mean_square = block + setting.synthetic * squared_mean[t]
        variance[t + 1] = setting.fitted(mean_square - squared_mean[t + 1], setting.size)
    return variance, squared_mean


def _fixed_real(setting: Setting, generations: int) -> Moments:
    """The real items have a mean x that stays; its covariance with μ, K = E xμ, follows K' = αE x² + aK = 1/M + aK.

    Then D' = α²E x² + 2αaK + a²D + acV/M = (α + acV)/M + 2αaK + a²D. Without real items K has no effect.
    """
    variance, squared_mean = _at_the_true_law(generations)
    shared = 0.0
    for t in range(generations):
        block, synthetic = setting.block(variance[t], t), setting.synthetic
        squared_mean[t + 1] = (
            block / setting.size + 2 * setting.real * synthetic * shared + synthetic**2 * squared_mean[t]
        )
        shared = 1 / setting.size + synthetic * shared
        mean_square = block + synthetic * squared_mean[t]
        variance[t + 1] = setting.fitted(mean_square - squared_mean[t + 1], setting.size)
    return variance, squared_mean


def _accumulate(setting: Setting, generations: int) -> Moments:
    """The mean of t + 1 blocks is μ' = (tμ + y)/(t + 1), where the new block's mean y has expectation aμ.

    Hence D' = [(t + a)²D + (α + acV)/M]/(t + 1)². Honest and without real items, that and conservation give
    V' = V(1 − 1/(M(t + 1)²)), with the limit sin(π/√M)/(π/√M).
    """
    variance, squared_mean = _at_the_true_law(generations)
    mean_square = 0.0
    for t in range(generations):
        block, blocks = setting.block(variance[t], t), t + 1
        new_mean_square = block + setting.synthetic * squared_mean[t]
        mean_square = (t * mean_square + new_mean_square) / blocks
        squared_mean[t + 1] = ((t + setting.synthetic) ** 2 * squared_mean[t] + block / setting.size) / blocks**2
        variance[t + 1] = setting.fitted(mean_square - squared_mean[t + 1], setting.size * blocks)
    return variance, squared_mean


def _accumulate_subsample(setting: Setting, generations: int) -> Moments:
    """A model is fitted to M of the N = tM items of the pool, drawn without replacement.

    Let A be the expected squared mean of the pool and S = (Q − A)N/(N − 1) its unbiased variance. A sample has an
    unbiased variance of S and a mean that scatters around the pool's with variance (S/M)(1 − M/N), which makes D. The
    new block's mean y has expectation aμ, and aμ has that around a times the pool's mean, so that

        A' = [(N + aM)²A + M²(a²(D − A) + (α + acV)/M)]/(N + M)²,   Q' = [NQ + M(α + a(cV + D))]/(N + M).
    """
    variance, squared_mean = _at_the_true_law(generations)
    size, synthetic = setting.size, setting.synthetic
    pool_squared_mean, mean_square = 0.0, 0.0
    for t in range(generations):
        block, pool = setting.block(variance[t], t), t * size
        new_mean_square = block + synthetic * squared_mean[t]
        mean_square = (pool * mean_square + size * new_mean_square) / (pool + size)
        scatter = synthetic**2 * (squared_mean[t] - pool_squared_mean) + block / size
        pool_squared_mean = ((pool + synthetic * size) ** 2 * pool_squared_mean + size**2 * scatter) / (
            pool + size
        ) ** 2
        pool += size
        unbiased = (mean_square - pool_squared_mean) * pool / max(pool - 1, 1)
        squared_mean[t + 1] = pool_squared_mean + unbiased / size * (1 - size / pool)
        variance[t + 1] = setting.fitted(unbiased * (1 - 1 / size), size)
    return variance, squared_mean


def _at_the_true_law(generations: int) -> Moments:
    return np.ones(generations + 1), np.zeros(generations + 1)


_RECURSIONS: dict[str, Callable[[Setting, int], Moments]] = {
    "replace": _replace,
    "accumulate": _accumulate,
    "accumulate-subsample": _accumulate_subsample,
    "fixed-real": _fixed_real,
}
