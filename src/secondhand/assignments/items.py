"""What a class's grades say of each task: how hard, how telling and how long it is, and which tasks need a look.

It knows nothing of the gradebook and of how the numbers are shown.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from secondhand.assignments.gradebook import TaskGrade
from secondhand.assignments.source import ProblemSet, Task
from secondhand.measures import mean_interval

TOO_EASY = 0.95
"""Mean share of its points above which a task tells little about anybody."""
TOO_HARD = 0.2
"""Mean share of its points below which a task tells little about anybody."""
NOT_TELLING = 0.1
"""Discrimination below which a task does not tell strong students from weak ones."""
ENOUGH = 10
"""Number of graded students from which on a task can be found wanting."""


@dataclass(frozen=True)
class Item:
    """What the grades of a class say of a task. A number that cannot be had is NaN.

    Attributes:
        task: the task.
        shares: the share of its points that each graded student earned.
        share: their mean.
        low: lower end of the mean's 95 % interval over students.
        high: upper end of it.
        discrimination: correlation of the task's points with the sum of the others'.
        minutes: how long students say that it took them, as far as they do.
    """

    task: Task
    shares: tuple[float, ...]
    share: float
    low: float
    high: float
    discrimination: float
    minutes: tuple[float, ...]

    @property
    def quartiles(self) -> tuple[float, float, float]:
        """The quartiles of the time that students needed: the middle one is the median."""
        if not self.minutes:
            return (math.nan, math.nan, math.nan)
        first, middle, third = np.quantile(self.minutes, (0.25, 0.5, 0.75))
        return float(first), float(middle), float(third)

    def concerns(self) -> list[str]:
        """Return what is doubtful about the task, once enough students were graded."""
        if len(self.shares) < ENOUGH:
            return []
        found = []
        if self.share > TOO_EASY:
            found.append(f"it may be too easy: the mean share of its points is {self.share:.2f}")
        if self.share < TOO_HARD:
            found.append(f"it may be too hard, or not clear: the mean share of its points is {self.share:.2f}")
        if self.discrimination < NOT_TELLING:
            found.append(
                f"it hardly tells strong students from weak ones: its discrimination is {self.discrimination:.2f}"
            )
        return found


def items(
    problems: ProblemSet,
    grades: Mapping[str, Sequence[TaskGrade]],
    minutes: Sequence[Mapping[str, float]] = (),
) -> list[Item]:
    """Return what is known of each task, in order.

    Discrimination is missing where the task's points or those of the others are the same for all.

    Args:
        problems: the problem set.
        grades: those of all who handed in: id → grade of each task.
        minutes: how long tasks took, for each student who says so: task → minutes.
    """
    rows = [{grade.task: grade.earned for grade in graded} for graded in grades.values()]
    points = pd.DataFrame(rows, columns=[task.id for task in problems.tasks], dtype=float)
    found = []
    for task in problems.tasks:
        graded = points[task.id].notna()
        own, rest = points.loc[graded, task.id], points.loc[graded].drop(columns=task.id).sum(axis=1)
        varied = len(own) > 2 and own.std() > 0 and rest.std() > 0
        shares = tuple(float(value) for value in own / task.points)
        share, low, high = _mean(shares)
        discrimination = float(own.corr(rest)) if varied else math.nan
        needed = tuple(said[task.id] for said in minutes if task.id in said)
        found.append(Item(task, shares, share, low, high, discrimination, needed))
    return found


def _mean(shares: Sequence[float]) -> tuple[float, float, float]:
    if len(shares) < 2:
        return (shares[0] if shares else math.nan), math.nan, math.nan
    interval = mean_interval(shares)
    # A share outside 0 and 1 there is none.
    return interval.estimate, max(interval.low, 0.0), min(interval.high, 1.0)
