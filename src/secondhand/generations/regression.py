"""Linear regressions refitted, again and again, to labels that the last fit made; and fits to a mixture of labels.

Features are independent standard normal and fits are least squares, without an intercept. It knows nothing of theory.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Int

from secondhand import _validation

REGRESSION_WORKFLOWS = ("replace", "accumulate", "accumulate-subsample")
"""The workflows of `WORKFLOWS` that need no real data after the first generation."""

DESIGNS = ("same", "fresh")
"""Whether all generations see the features of the same items, or each generation those of new ones."""


@dataclass(frozen=True)
class RegressionChain:
    """How far the fitted coefficients of many independent repetitions lie from the true ones, by generation.

    Attributes:
        squared_error: squared distance of the fitted from the true coefficients. As features are standard normal, it is
            also by how much the expected squared error on new items exceeds that of the true model. Generation 0 is
            the true model, and generation 1 is fitted to its labels: the real ones.
    """

    squared_error: Float[np.ndarray, "repetitions time"]

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each repetition and generation: `squared_error`."""
        index = pd.MultiIndex.from_product(
            [range(size) for size in self.squared_error.shape], names=["repetition", "generation"]
        )
        return pd.DataFrame({"squared_error": self.squared_error.ravel()}, index=index).reset_index()


def regression_chain(
    workflow: str,
    *,
    generations: int,
    features: int,
    samples: int,
    noise: float,
    repetitions: int,
    design: str = "same",
    seed: int,
) -> RegressionChain:
    """Fit a linear model to labels that the last model made, with fresh noise, and so on, from the true model.

    The true coefficients are 0. That loses nothing: least squares shifts with them, and errors stay as they are.

    Args:
        workflow: what generation n is fitted to. "replace": the labels made by model n − 1. "accumulate": these and all
            earlier ones, back to the real labels. "accumulate-subsample": `samples` items drawn without replacement
            from what "accumulate" would keep. All items of all generations are then held in memory, `repetitions` ·
            `generations` · `samples` · (`features` + 1) numbers.
        generations: how often to refit, at least 0.
        features: coefficients to fit, at least 1.
        samples: items that each generation labels, at least `features` + 2; with fewer, expected errors are infinite.
        noise: standard deviation of what is added to each label, at least 0.
        repetitions: independent repetitions, at least 1.
        design: "same": one matrix of features in each repetition, which all its generations label; "fresh": new
            features in each generation.
        seed: for all draws.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range, the workflow or design unknown, or a sample drawn from a pool with the
            same design holds too few different items to fit.

    Source:
        M. Gerstgrasser et al. (2024), Is Model Collapse Inevitable?, linear regression with the same design; for
        "accumulate-subsample": J. Kazdan et al. (2024), Collapse or Thrive?
    """
    workflow = _validation.choice("workflow", workflow, REGRESSION_WORKFLOWS)
    generations = _validation.integer("generations", generations, minimum=0)
    features, samples = check_regression_size(features, samples)
    noise = _validation.number("noise", noise, minimum=0)
    repetitions = _validation.integer("repetitions", repetitions, minimum=1)
    design = check_design(design)
    generator = np.random.default_rng(_validation.seed(seed))

    coefficients = np.zeros((repetitions, features))
    squared_error = np.zeros((repetitions, generations + 1))
    pool = _Pool(repetitions, generations * samples if workflow == "accumulate-subsample" else 0, features)
    rows = generator.standard_normal((repetitions, samples, features))
    gram = np.zeros((repetitions, features, features))
    moment = np.zeros((repetitions, features))
    for n in range(1, generations + 1):
        if design == "fresh" and n > 1:
            rows = generator.standard_normal((repetitions, samples, features))
        labels = _predict(rows, coefficients) + noise * generator.standard_normal((repetitions, samples))
        if workflow == "accumulate-subsample":
            pool.add(rows, labels)
            chosen = _without_replacement(generator, repetitions, n * samples, samples)
            if design == "same":
                _check_different(chosen % samples, features)
            gram, moment = _normal_equations(*pool.take(chosen))
        elif workflow == "accumulate":
            # The normal equations of a pool are the sums of those of its parts.
            new_gram, new_moment = _normal_equations(rows, labels)
            gram, moment = gram + new_gram, moment + new_moment
        else:
            gram, moment = _normal_equations(rows, labels)
        coefficients = _solve(gram, moment)
        squared_error[:, n] = (coefficients**2).sum(axis=1)
    return RegressionChain(squared_error=squared_error)


def strong_collapse_errors(
    *,
    features: int,
    samples: int,
    noise: float,
    synthetic_share: float,
    shift: float,
    repetitions: int,
    seed: int,
) -> Float[np.ndarray, " {repetitions}"]:
    """Fit a linear model to a mixture of real and synthetic labels, and return its squared errors.

    Real labels come from the true coefficients, which are 0, synthetic ones from coefficients at a distance `shift`
    from them; both carry noise. As features are standard normal the direction of the shift makes no difference.

    Args:
        features: coefficients to fit, at least 1.
        samples: real and synthetic items together, at least `features` + 2.
        noise: standard deviation of what is added to each label, at least 0.
        synthetic_share: share of synthetic items, from 0 to 1; times `samples` it must be a whole number.
        shift: distance of the coefficients behind synthetic labels from the true ones, at least 0.
        repetitions: independent repetitions, at least 1.
        seed: for all draws.

    Returns:
        The squared distance of the fitted from the true coefficients, in each repetition.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.

    Source:
        After E. Dohmatob et al. (2025), Strong Model Collapse, without their ridge penalty and with a fixed shift.
    """
    features, samples = check_regression_size(features, samples)
    noise = _validation.number("noise", noise, minimum=0)
    synthetic = count_synthetic_samples(samples, synthetic_share)
    shift = _validation.number("shift", shift, minimum=0)
    repetitions = _validation.integer("repetitions", repetitions, minimum=1)
    generator = np.random.default_rng(_validation.seed(seed))

    rows = generator.standard_normal((repetitions, samples, features))
    labels = noise * generator.standard_normal((repetitions, samples))
    labels[:, :synthetic] += shift * rows[:, :synthetic, 0]
    return np.asarray((_solve(*_normal_equations(rows, labels)) ** 2).sum(axis=1))


def check_design(design: Any) -> str:
    """Return `design` if it is one of `DESIGNS`.

    Raises:
        TypeError: `design` is not a string.
        ValueError: it is another string.
    """
    return _validation.choice("design", design, DESIGNS)


def check_regression_size(features: Any, samples: Any) -> tuple[int, int]:
    """Return `features` and `samples` if least squares has a finite expected error.

    Raises:
        TypeError: an argument is not an integer.
        ValueError: `features` is below 1, or `samples` below `features` + 2.
    """
    features = _validation.integer("features", features, minimum=1)
    samples = _validation.integer("samples", samples)
    if samples <= features + 1:
        raise ValueError(
            f"samples must be above features + 1 = {features + 1}, got {samples}; "
            "the expected error of least squares is infinite otherwise"
        )
    return features, samples


def count_synthetic_samples(samples: int, synthetic_share: Any) -> int:
    """Return how many of the `samples` items are synthetic.

    Raises:
        TypeError: `synthetic_share` is not a number.
        ValueError: it is not from 0 to 1, or its product with `samples` is not a whole number.
    """
    share = _validation.number("synthetic_share", synthetic_share, minimum=0, maximum=1)
    synthetic = round(share * samples)
    if abs(share * samples - synthetic) > 1e-9 * samples:
        raise ValueError(
            f"synthetic_share must make synthetic_share · samples a whole number, got {share:g} · {samples} = "
            f"{share * samples:g}; the nearest share is {synthetic}/{samples} = {synthetic / samples:.10g}"
        )
    return synthetic


class _Pool:
    """All items so far, of all repetitions."""

    def __init__(self, repetitions: int, size: int, features: int) -> None:
        self._rows = np.empty((repetitions, size, features))
        self._labels = np.empty((repetitions, size))
        self._used = 0

    def add(self, rows: Float[np.ndarray, "r n d"], labels: Float[np.ndarray, "r n"]) -> None:
        new = slice(self._used, self._used + rows.shape[1])
        self._rows[:, new], self._labels[:, new] = rows, labels
        self._used = new.stop

    def take(self, chosen: Int[np.ndarray, "r m"]) -> tuple[Float[np.ndarray, "r m d"], Float[np.ndarray, "r m"]]:
        repetition = np.arange(len(chosen))[:, None]
        return self._rows[repetition, chosen], self._labels[repetition, chosen]


def _predict(rows: Float[np.ndarray, "r n d"], coefficients: Float[np.ndarray, "r d"]) -> Float[np.ndarray, "r n"]:
    return np.asarray((rows @ coefficients[:, :, None])[:, :, 0])


def _normal_equations(
    rows: Float[np.ndarray, "r n d"], labels: Float[np.ndarray, "r n"]
) -> tuple[Float[np.ndarray, "r d d"], Float[np.ndarray, "r d"]]:
    transposed = rows.swapaxes(1, 2)
    return transposed @ rows, (transposed @ labels[:, :, None])[:, :, 0]


def _solve(gram: Float[np.ndarray, "r d d"], moment: Float[np.ndarray, "r d"]) -> Float[np.ndarray, "r d"]:
    return np.asarray(np.linalg.solve(gram, moment[:, :, None])[:, :, 0])


def _without_replacement(
    generator: np.random.Generator, repetitions: int, population: int, size: int
) -> Int[np.ndarray, "{repetitions} {size}"]:
    """Return `size` different numbers below `population` for each repetition: those of the smallest random keys."""
    keys = generator.random((repetitions, population))
    return np.asarray(np.argpartition(keys, size - 1, axis=1)[:, :size])


def _check_different(items: Int[np.ndarray, "r n"], features: int) -> None:
    occurs = np.zeros(items.shape, dtype=bool)
    np.put_along_axis(occurs, items, True, axis=1)
    fewest = int(occurs.sum(axis=1).min())
    if fewest < features:
        raise ValueError(
            f"samples must be larger for workflow='accumulate-subsample' with design='same': of {items.shape[1]} items "
            f"drawn from the pool, in one repetition only {fewest} have different features, too few to fit {features} "
            "coefficients; raise samples, or pass design='fresh'"
        )
