"""How alike a student and its teacher are, and how good each is: fidelity and accuracy on the same items.

It knows nothing of models: it compares answers.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import ArrayLike

from secondhand import _validation


@dataclass(frozen=True)
class Fidelity:
    """Shares of the items; all arrays have the same shape.

    Attributes:
        agreement: student and teacher give the same answer.
        student: the student is right.
        teacher: the teacher is right.
        corrected: the student is right and the teacher wrong.
        spoiled: the student is wrong and the teacher right.
    """

    agreement: Float[np.ndarray, "..."]
    student: Float[np.ndarray, "..."]
    teacher: Float[np.ndarray, "..."]
    corrected: Float[np.ndarray, "..."]
    spoiled: Float[np.ndarray, "..."]

    @property
    def lead(self) -> Float[np.ndarray, "..."]:
        """By how much the student is more accurate: what it corrects minus what it spoils, at most 1 − agreement."""
        return np.asarray(self.student - self.teacher)


def fidelity(student: ArrayLike, teacher: ArrayLike, truth: ArrayLike) -> Fidelity:
    """Return how often student, teacher and truth say the same.

    Args:
        student: classes (or other whole numbers) that the student answers; items lie along the last axis.
        teacher: those of the teacher, of the same shape, or of one that NumPy spreads over it.
        truth: the right ones, likewise.

    Raises:
        TypeError: an argument does not hold integers.
        ValueError: the shapes do not fit, or there is no item.

    Source:
        S. Stanton et al. (2021), Does Knowledge Distillation Really Work?, which sets fidelity beside accuracy.
    """
    named = {"student": student, "teacher": teacher, "truth": truth}
    try:
        said, taught, right = np.broadcast_arrays(*(_integers(name, value) for name, value in named.items()))
    except ValueError:
        shapes = ", ".join(f"{name} {np.shape(value)}" for name, value in named.items())
        raise ValueError(f"student, teacher and truth must have one shape, got {shapes}") from None
    if said.ndim == 0 or said.shape[-1] == 0:
        raise ValueError(f"student must hold at least one item, got shape {said.shape}")
    good, taught_well = said == right, taught == right
    parts = (said == taught, good, taught_well, good & ~taught_well, ~good & taught_well)
    return Fidelity(*(np.asarray(part.mean(axis=-1)) for part in parts))


def chance_agreement(student: ArrayLike, teacher: ArrayLike, *, classes: int) -> float | Float[np.ndarray, "..."]:
    """Return how often student and teacher agree if the teacher errs evenly and independently of the student.

    Derivation. Both are right with probability s·t. Where the student is wrong, with probability 1 − s, the teacher
    must name the same wrong class: it errs with probability 1 − t, and names each of K − 1 wrong classes equally often.

    Args:
        student: s, the student's accuracy, from 0 to 1.
        teacher: t, the teacher's.
        classes: K, at least 2.

    Raises:
        TypeError: an argument does not hold numbers, or `classes` is not an integer.
        ValueError: an accuracy is not from 0 to 1, or there are fewer than two classes.

    Source:
        Derived here.
    """
    s, t = _validation.shares("student", student), _validation.shares("teacher", teacher)
    others = _validation.integer("classes", classes, minimum=2) - 1
    return _validation.plain(s * t + (1 - s) * (1 - t) / others)


def performance_gap_recovered(
    weak: ArrayLike, student: ArrayLike, ceiling: ArrayLike
) -> float | Float[np.ndarray, "..."]:
    """Return (student − weak)/(ceiling − weak): 0 is no better than the weak supervisor, 1 as good as true labels.

    Args:
        weak: accuracy of the weak supervisor.
        student: accuracy of the strong student that learnt from it.
        ceiling: accuracy of the strong student with true labels.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: an accuracy is not from 0 to 1, the shapes do not fit, or the ceiling is not above the weak
            supervisor, so that there is no gap to recover.

    Source:
        C. Burns et al. (2023), Weak-to-Strong Generalization, section 3.
    """
    named = {"weak": weak, "student": student, "ceiling": ceiling}
    try:
        low, got, high = np.broadcast_arrays(*(_validation.shares(name, value) for name, value in named.items()))
    except ValueError as error:
        if "from 0 to 1" in str(error):
            raise
        shapes = ", ".join(f"{name} {np.shape(value)}" for name, value in named.items())
        raise ValueError(f"weak, student and ceiling must have one shape, got {shapes}") from None
    closed = low >= high
    if closed.any():
        raise ValueError(
            f"ceiling must be above weak, got {high[closed].flat[0]:g} and {low[closed].flat[0]:g}: there is no gap to "
            "recover; take a weaker supervisor or a stronger student"
        )
    return _validation.plain((got - low) / (high - low))


def _integers(name: str, value: ArrayLike) -> Int[np.ndarray, "..."]:
    array = np.asarray(value)
    if array.size and not np.issubdtype(array.dtype, np.integer):
        raise TypeError(f"{name} must hold whole numbers, got {array.dtype}")
    return array.astype(np.int64)
