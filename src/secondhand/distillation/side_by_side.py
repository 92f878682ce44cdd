"""Several lessons for the same students, so that only the lesson differs: same start, same items, same order.

It knows nothing of where the targets come from.
"""

from collections.abc import Mapping
from functools import partial

import torch

from secondhand.distillation.losses import kd_loss
from secondhand.distillation.training import distill
from secondhand.learners import ParallelPerceptrons


def distill_side_by_side(
    students: ParallelPerceptrons,
    targets: Mapping[str, torch.Tensor],
    inputs: torch.Tensor,
    *,
    temperature: float,
    steps: int,
    batch_size: int = 128,
    learning_rate: float = 1e-2,
    seed: int,
) -> dict[str, ParallelPerceptrons]:
    """Return for each lesson the students after it; member by member they differ in nothing but their targets.

    Each member minimises `kd_loss` of its own targets, by Adam, as if it were alone.

    Args:
        students: where each lesson starts; without dropout, which would switch off other units in each lesson.
        targets: name of the lesson → logits to imitate, of shape (items, members, classes).
        inputs: of shape (items, members, features).
        temperature: as `kd_loss`, the same for all lessons.
        steps: as `distill`.
        batch_size: as `distill`.
        learning_rate: as `distill`.
        seed: as `distill`.

    Raises:
        TypeError: as `distill`, or a lesson is not a tensor.
        ValueError: as `distill`, there is no lesson, one does not fit inputs and members, or the students have dropout.
    """
    if not targets:
        raise ValueError("targets must hold at least one lesson, got none")
    if students.dropout:
        raise ValueError(f"students must have dropout 0, so that only their targets differ; got {students.dropout:g}")
    if not isinstance(inputs, torch.Tensor):
        raise TypeError(f"inputs must be a tensor, got {type(inputs).__name__}")
    if inputs.ndim != 3 or inputs.shape[1] != students.members:
        raise ValueError(
            f"inputs must have shape (items, {students.members}, features), got {tuple(inputs.shape)}; to show all "
            "members the same items, use inputs[:, None].expand(-1, members, -1)"
        )
    expected = (len(inputs), students.members, students.sizes[-1])
    for name, rows in targets.items():
        if not isinstance(rows, torch.Tensor):
            raise TypeError(f"targets[{name!r}] must be a tensor, got {type(rows).__name__}")
        if tuple(rows.shape) != expected:
            raise ValueError(f"targets[{name!r}] must have shape {expected}, got {tuple(rows.shape)}")
    lessons, one = len(targets), partial(kd_loss, temperature=temperature)
    taught = distill(
        students.repeated(lessons),
        torch.cat(list(targets.values()), dim=1),
        inputs.repeat(1, lessons, 1),
        # The loss is a mean over members; as a sum each member has the gradient that it would have alone.
        loss=lambda student, teacher: students.members * lessons * one(student, teacher),
        steps=steps,
        batch_size=batch_size,
        learning_rate=learning_rate,
        seed=seed,
    ).network
    if not isinstance(taught, ParallelPerceptrons):
        raise TypeError(f"students must be ParallelPerceptrons, got {type(taught).__name__}")
    return dict(zip(targets, taught.split(students.members), strict=True))
