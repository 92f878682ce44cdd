"""How much of a set of questions is covered by questions drawn from it, and what that makes of an accuracy.

It knows nothing of what is asked.
"""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from secondhand import _validation
from secondhand.measures import _arrays


@dataclass(frozen=True)
class AccuracyParts:
    """An accuracy, taken apart into what is remembered and what is not.

    Attributes:
        coverage: share of the questions that are remembered.
        remembered: share of right answers among the remembered; NaN where nothing is.
        held_out: share of right answers among the others; NaN where there are none.
    """

    coverage: float
    remembered: float
    held_out: float

    @property
    def accuracy(self) -> float:
        """Share of right answers among all: coverage × remembered + (1 − coverage) × held out, exactly."""
        parts = ((self.coverage, self.remembered), (1 - self.coverage, self.held_out))
        return sum(weight * share for weight, share in parts if weight > 0)


def accuracy_parts(right: ArrayLike, remembered: ArrayLike) -> AccuracyParts:
    """Split an accuracy by whether the question was remembered.

    Args:
        right: for each question, whether the answer is right: true or false, or 1 or 0.
        remembered: for each question, whether it is remembered.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: an argument is not a row of zeros and ones, or the two differ in length.

    Source:
        The law of total probability. Where memory never errs it reads accuracy = coverage + (1 − coverage) × held out.
    """
    correct, known = _zeros_and_ones("right", right), _zeros_and_ones("remembered", remembered)
    if correct.size != known.size:
        raise ValueError(f"remembered must hold as many numbers as right, got {known.size} and {correct.size}")
    share = {flag: float(correct[known == flag].mean()) if (known == flag).any() else math.nan for flag in (0, 1)}
    return AccuracyParts(coverage=float(known.mean()), remembered=share[1], held_out=share[0])


def expected_coverage(examples: ArrayLike, *, questions: int) -> Float[np.ndarray, "..."]:
    """Return the mean share of different questions among examples drawn uniformly with replacement: 1 − (1 − 1/N)ⁿ.

    Args:
        examples: how many are drawn, n, at least 0.
        questions: how many different questions there are, N, at least 1.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.

    Source:
        Classical occupancy: each question is missed by one draw with probability 1 − 1/N, independently over draws.
    """
    drawn, questions = _draws(examples, questions)
    return np.asarray(1 - (1 - 1 / questions) ** drawn)


def coverage_variance(examples: ArrayLike, *, questions: int) -> Float[np.ndarray, "..."]:
    """Return the variance of the share of different questions among examples drawn uniformly with replacement.

    Args:
        examples: how many are drawn, n, at least 0.
        questions: how many different questions there are, N, at least 1.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.

    Source:
        Classical occupancy. With a = (1 − 1/N)ⁿ for one question to be missed and b = (1 − 2/N)ⁿ for two given ones,
        N indicators of variance a − a² and N(N − 1) covariances b − a² add up to (a − b)/N + b − a².
    """
    drawn, questions = _draws(examples, questions)
    one = (1 - 1 / questions) ** drawn
    # With a single question there are no pairs, and with none drawn nothing is missed twice either way.
    two = np.abs(1 - 2 / questions) ** drawn if questions > 1 else one
    return np.asarray(np.maximum((one - two) / questions + two - one**2, 0.0))


def expected_covered_mass(examples: ArrayLike, probabilities: ArrayLike) -> Float[np.ndarray, "..."]:
    """Return the mean chance that one more draw is of a kind that the examples hold: Σ p (1 − (1 − p)ⁿ).

    Args:
        examples: how many are drawn, n, at least 0.
        probabilities: the probability of each kind; they sum to 1.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: a number of examples is negative, or the probabilities are none.

    Source:
        As `expected_coverage`, which is the case of equal probabilities. One minus it is the missing mass of Good
        (1953), The population frequencies of species and the estimation of population parameters.
    """
    drawn = _arrays.finite("examples", examples, minimum=0)
    law = _validation.probabilities("probabilities", probabilities)
    return np.asarray((law * (1 - (1 - law) ** drawn[..., None])).sum(axis=-1))


def examples_for_coverage(coverage: float, *, questions: int) -> int:
    """Return how many examples it takes until the expected coverage is at least `coverage`.

    Args:
        coverage: the share wanted, at least 0 and below 1.
        questions: how many different questions there are, at least 2.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.

    Source:
        `expected_coverage`, solved for the number of examples.
    """
    share = _validation.number("coverage", coverage, minimum=0, below=1)
    questions = _validation.integer("questions", questions, minimum=2)
    # The subtraction keeps an exact solution from being rounded up past itself.
    return max(0, math.ceil(math.log1p(-share) / math.log1p(-1 / questions) - 1e-9))


def _draws(examples: ArrayLike, questions: int) -> tuple[Float[np.ndarray, "..."], int]:
    return _arrays.finite("examples", examples, minimum=0), _validation.integer("questions", questions, minimum=1)


def _zeros_and_ones(name: str, value: ArrayLike) -> Float[np.ndarray, " n"]:
    array = _arrays.row(name, value)
    if not np.isin(array, (0, 1)).all():
        raise ValueError(f"{name} must hold true and false only, got {array[~np.isin(array, (0, 1))][0]:g}")
    return array
