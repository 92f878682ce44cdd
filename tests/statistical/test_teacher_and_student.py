"""Fitted biases find the shift of the class frequencies; soft answers of an exact teacher beat labels and controls."""

import numpy as np
import torch

from secondhand.distillation import (
    answers,
    distill_side_by_side,
    fit_class_biases,
    flatten_wrong_classes,
    label_logits,
    permute_wrong_classes,
)
from secondhand.learners import ParallelPerceptrons


def test_biases_recover_a_shift_of_frequencies() -> None:
    """Logits right for even classes need log(π/π₀), whatever the items are; within four standard errors."""
    law, centres = np.array([0.2, 0.3, 0.5]), np.array([-1.0, 0.5, 2.0])
    found = []
    for seed in range(60_000, 60_060):
        generator = np.random.default_rng(seed)
        # The mixture of classes is exact, so that only the items within a class are drawn.
        classes = np.repeat(np.arange(3), (400 * law).round().astype(int))
        items = centres[classes] + generator.normal(size=len(classes))
        found.append(fit_class_biases(-0.5 * (items[:, None] - centres) ** 2, law))
    expected = np.log(law) - np.log(law).mean()
    errors = np.std(found, axis=0, ddof=1) / np.sqrt(len(found))
    # The fit is unbiased to first order only; at 400 items the rest is far below an error.
    assert (np.abs(np.mean(found, axis=0) - expected) <= 4 * errors + 5e-3).all()


def test_the_lessons_of_an_exact_teacher() -> None:
    """Gaussian classes on a circle: neighbours resemble each other, and the teacher knows the exact law."""
    splits, classes, each = 24, 6, 2
    angles = 2 * np.pi * np.arange(classes) / classes
    centres = 1.6 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    generator = np.random.default_rng(60_100)

    def draw(count: int) -> tuple[torch.Tensor, torch.Tensor]:
        labels = np.repeat(np.arange(classes), count)[:, None].repeat(splits, axis=1)
        items = centres[labels] + generator.normal(size=(*labels.shape, 2))
        return torch.tensor(items, dtype=torch.float32), torch.tensor(labels)

    def teacher(items: torch.Tensor) -> torch.Tensor:
        return -0.5 * ((items[..., None, :] - torch.tensor(centres, dtype=torch.float32)) ** 2).sum(-1)

    (items, labels), (test, truth) = draw(each), draw(100)
    soft = teacher(items)
    lessons = {
        "label": label_logits(labels, classes=classes),
        "soft": soft,
        "permuted": permute_wrong_classes(soft, seed=60_101),
        "flat": flatten_wrong_classes(soft, temperature=1.0),
    }
    students = ParallelPerceptrons((2, 16, classes), members=splits, seed=60_102)
    nets = distill_side_by_side(students, lessons, items, temperature=1.0, steps=400, seed=60_103)
    right = {name: (answers(net, test).argmax(-1) == truth).double().mean(0).numpy() for name, net in nets.items()}
    for other in ("label", "permuted", "flat"):
        gain = right["soft"] - right[other]
        assert gain.mean() > 4 * gain.std(ddof=1) / np.sqrt(splits), other
    best = (teacher(test).argmax(-1) == truth).double().mean().item()
    assert right["soft"].mean() <= best + 4 * np.sqrt(best * (1 - best) / truth.numel())
