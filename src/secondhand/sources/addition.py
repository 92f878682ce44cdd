"""Sums of two whole numbers: problems whose right answer anybody can check.

The source knows every answer, and draws problems without repeating one. It knows nothing of who solves them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Int
from numpy.typing import ArrayLike

from secondhand import _validation


@dataclass(frozen=True)
class Additions:
    """Problems of adding two numbers of a fixed number of digits, in several independent draws.

    Attributes:
        problems: the two numbers of each problem.
        digits: digits of a number, leading zeros included; an answer has one more.
    """

    problems: Int[np.ndarray, "chains items 2"]
    digits: int

    @property
    def answers(self) -> Int[np.ndarray, "chains items"]:
        """The right answers."""
        return np.asarray(self.problems.sum(axis=-1))


def draw_additions(sizes: Sequence[int], *, digits: int = 2, chains: int = 1, seed: int) -> list[Additions]:
    """Return one set of problems for each size; within a chain no problem occurs twice, in whatever set.

    Args:
        sizes: how many problems each set has, each at least 1.
        digits: digits of a number, from 1 to 3.
        chains: independent draws, at least 1.
        seed: for the draws.

    Raises:
        TypeError: an argument is not an integer, or `sizes` does not hold integers.
        ValueError: a number is out of range, or there are fewer problems than are asked for.
    """
    counts = [_validation.integer("sizes", size, minimum=1) for size in sizes]
    places = _validation.integer("digits", digits, minimum=1)
    if places > 3:
        raise ValueError(f"digits must be at most 3, got {places}: longer sums are too many to draw without repeats")
    count, base = _validation.integer("chains", chains, minimum=1), 10**places
    if not 0 < sum(counts) <= base**2:
        raise ValueError(
            f"sizes must sum to between 1 and {base**2:,}, the number of problems, got {sum(counts):,}; ask for fewer"
        )
    generator = np.random.default_rng(_validation.seed(seed))
    numbers = np.stack([generator.permutation(base**2)[: sum(counts)] for _ in range(count)])
    problems = np.stack([numbers // base, numbers % base], axis=-1)
    return [Additions(part, places) for part in np.split(problems, np.cumsum(counts)[:-1], axis=1)]


def is_sum(problems: ArrayLike, answers: ArrayLike) -> Bool[np.ndarray, "..."]:
    """Return whether each answer is the sum of the two numbers of its problem: a verifier that never errs.

    Args:
        problems: the two numbers lie along the last axis.
        answers: one number for each problem.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: a problem does not have two numbers, or there is not one answer for each.
    """
    pairs, given = _validation.numbers("problems", problems), _validation.numbers("answers", answers)
    if pairs.ndim == 0 or pairs.shape[-1] != 2:
        raise ValueError(f"problems must have two numbers along the last axis, got shape {pairs.shape}")
    if pairs.shape[:-1] != given.shape:
        raise ValueError(f"answers must have shape {pairs.shape[:-1]}, one for each problem, got {given.shape}")
    return np.asarray(pairs.sum(axis=-1) == given)
