"""How alike a student and its teacher are, and how good each is: fidelity and accuracy on the same items.

It knows nothing of models: it compares answers.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import ArrayLike

from secondhand import _validation

_NO_GAP = 1e-9


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
        teacher: those of the teacher, of the same shape, or of one that NumPy spreads over the student's.
        truth: the right ones, likewise.

    Raises:
        TypeError: an argument does not hold integers.
        ValueError: the shapes do not fit, or there is no item.

    Source:
        S. Stanton et al. (2021), Does Knowledge Distillation Really Work?, which sets fidelity beside accuracy.
    """
    given = {"student": student, "teacher": teacher, "truth": truth}
    named = {name: _integers(name, value) for name, value in given.items()}
    said = named["student"]
    try:
        taught, right = (np.broadcast_to(named[name], said.shape) for name in ("teacher", "truth"))
    except ValueError:
        shapes = ", ".join(f"{name} {value.shape}" for name, value in named.items())
        raise ValueError(f"teacher and truth must have the shape of student, got {shapes}") from None
    if said.ndim == 0 or said.shape[-1] == 0:
        raise ValueError(f"student must hold at least one item, got shape {said.shape}")
    good, taught_well = said == right, taught == right
    parts = (said == taught, good, taught_well, good & ~taught_well, ~good & taught_well)
    return Fidelity(*(np.asarray(part.mean(axis=-1)) for part in parts))


def chance_agreement(student: ArrayLike, teacher: ArrayLike, *, classes: int) -> float | Float[np.ndarray, "..."]:
    """Return how often student and teacher agree if the teacher errs evenly and independently of the student.

    Derivation. Both are right with probability s·t. Where the student is wrong, with probability 1 − s, the teacher
    must err too, with probability 1 − t, and name the same of K − 1 wrong classes, all equally often.

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
            supervisor (by 1e-9 at least), so that there is no gap to recover.

    Source:
        C. Burns et al. (2023), Weak-to-Strong Generalization.
    """
    given = {"weak": weak, "student": student, "ceiling": ceiling}
    named = {name: _validation.shares(name, value) for name, value in given.items()}
    try:
        low, got, high = np.broadcast_arrays(*named.values())
    except ValueError:
        shapes = ", ".join(f"{name} {value.shape}" for name, value in named.items())
        raise ValueError(f"weak, student and ceiling must have one shape, got {shapes}") from None
    closed = high - low < _NO_GAP
    if closed.any():
        raise ValueError(
            f"ceiling must be above weak, got {high[closed].flat[0]:g} and {low[closed].flat[0]:g}: there is no gap to "
            "recover; take a weaker supervisor or a stronger student"
        )
    return _validation.plain((got - low) / (high - low))


def _integers(name: str, value: ArrayLike) -> Int[np.ndarray, "..."]:
    try:
        array = np.asarray(value)
    except ValueError:
        raise TypeError(f"{name} must be an array of whole numbers, got rows of different lengths") from None
    if array.size and not np.issubdtype(array.dtype, np.integer):
        raise TypeError(f"{name} must hold whole numbers, got {array.dtype}")
    if array.size and array.max() > np.iinfo(np.int64).max:
        raise ValueError(f"{name} must hold numbers below 2**63, got {array.max()}")
    return array.astype(np.int64)
