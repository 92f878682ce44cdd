"""Teaching a student network from a teacher's answers: the loop, with the loss handed in.

It knows nothing of what networks look like inside, nor of what the data are about.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from secondhand import _quiet  # noqa: F401 - before anything that imports tqdm.auto

# isort: split

import torch
from jaxtyping import Float, Int
from torch import nn
from tqdm.auto import tqdm

from secondhand import _validation
from secondhand.distillation.losses import kd_loss

Teacher = nn.Module | Float[torch.Tensor, "items *places classes"]
Loss = Callable[..., Float[torch.Tensor, ""]]


@dataclass(frozen=True)
class Distilled:
    """A student that has been taught.

    Attributes:
        network: the student, ready to answer; its weights no longer ask for gradients.
        losses: of each step, in the order of the steps.
        snapshots: what `watch` returned, by the number of steps done.
    """

    network: nn.Module
    losses: Float[torch.Tensor, " steps"]
    snapshots: dict[int, Any]


def logits_of(network: nn.Module, inputs: torch.Tensor) -> Float[torch.Tensor, "items *places classes"]:
    """Return the logits of a network, also of one that wraps them in an output with the attribute `logits`."""
    output = network(inputs)
    logits: torch.Tensor = getattr(output, "logits", output)
    return logits


@torch.no_grad()
def answers(
    network: nn.Module, inputs: torch.Tensor, *, batch_size: int = 256
) -> Float[torch.Tensor, "items *places classes"]:
    """Return the logits of each input, asked for once so that many students can learn from them.

    Raises:
        TypeError: `batch_size` is not an integer.
        ValueError: there is no input, or `batch_size` is below 1.
    """
    size = _validation.integer("batch_size", batch_size, minimum=1)
    if len(inputs) == 0:
        raise ValueError("inputs must hold at least one item, got none")
    training = network.training
    network.eval()
    try:
        return torch.cat([logits_of(network, batch) for batch in torch.split(inputs, size)])
    finally:
        network.train(training)


def distill(
    student: nn.Module,
    teacher: Teacher,
    inputs: torch.Tensor,
    labels: Int[torch.Tensor, "*items"] | None = None,
    *,
    loss: Loss = kd_loss,
    steps: int,
    batch_size: int = 128,
    learning_rate: float = 1e-3,
    watch: Callable[[nn.Module], Any] | None = None,
    watch_every: int = 100,
    progress: bool = False,
    seed: int,
) -> Distilled:
    """Return a copy of the student, trained by Adam on the answers of a teacher; the one passed in stays as it is.

    Args:
        student: a network from inputs to logits, or to an output with the attribute `logits`, on the inputs' device.
        teacher: another such network, asked anew in each step, or its logits for all inputs (see `answers`).
        inputs: what the teacher is asked, one item a row.
        labels: true classes of the items, handed to the loss if given.
        loss: of student logits, teacher logits and, if given, labels; use `functools.partial` to set its options.
        steps: updates of the weights.
        batch_size: items in an update, drawn without replacement until all have been seen, then anew.
        learning_rate: of Adam, the same throughout.
        watch: called with the student, in evaluation mode and without gradients, before the first step, every
            `watch_every` steps and at the end; what it returns is kept in `snapshots`.
        watch_every: steps between two calls.
        progress: show a bar.
        seed: for the order of the items.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: a number is out of range, teacher or labels do not have one row for each input, or the loss stops
            being finite.
    """
    steps = _validation.integer("steps", steps, minimum=1)
    batch_size = _validation.integer("batch_size", batch_size, minimum=1)
    watch_every = _validation.integer("watch_every", watch_every, minimum=1)
    rate = _validation.number("learning_rate", learning_rate, above=0)
    generator = torch.Generator().manual_seed(_validation.seed(seed))
    if len(inputs) == 0:
        raise ValueError("inputs must hold at least one item, got none")
    for name, rows in (("teacher", teacher), ("labels", labels)):
        if isinstance(rows, torch.Tensor) and len(rows) != len(inputs):
            raise ValueError(f"{name} must have one row for each of the {len(inputs)} inputs, got {len(rows)}")

    network = deepcopy(student).requires_grad_(True).train()
    optimizer = torch.optim.Adam(network.parameters(), lr=rate)
    losses, snapshots = torch.empty(steps), dict[int, Any]()
    order = torch.empty(0, dtype=torch.long)
    if watch is not None:
        snapshots[0] = _look(network, watch)
    for step in tqdm(range(steps), desc="Distilling", disable=not progress):
        while len(order) < min(batch_size, len(inputs)):
            order = torch.cat([order, torch.randperm(len(inputs), generator=generator)])
        batch, order = order[:batch_size].to(inputs.device), order[batch_size:]
        theirs = teacher[batch] if isinstance(teacher, torch.Tensor) else _ask(teacher, inputs[batch])
        truth = () if labels is None else (labels[batch],)
        value = loss(logits_of(network, inputs[batch]), theirs, *truth)
        optimizer.zero_grad()
        value.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        losses[step] = value.detach()
        if not torch.isfinite(losses[step]):
            raise ValueError(
                f"learning_rate must keep the loss finite, got a loss of {losses[step]:g} in step {step + 1} "
                f"at {rate:g}; take a smaller one"
            )
        if watch is not None and ((step + 1) % watch_every == 0 or step + 1 == steps):
            snapshots[step + 1] = _look(network, watch)
    return Distilled(network.requires_grad_(False).eval(), losses, snapshots)


@torch.no_grad()
def _ask(teacher: nn.Module, inputs: torch.Tensor) -> torch.Tensor:
    return logits_of(teacher, inputs)


@torch.no_grad()
def _look(network: nn.Module, watch: Callable[[nn.Module], Any]) -> Any:
    network.eval()
    seen = watch(network)
    network.train()
    return seen
