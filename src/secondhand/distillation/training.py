"""Teaching a student network from a teacher's answers: the loop, with the loss handed in.

It knows nothing of what networks look like inside, nor of what the data are about.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Float
from torch import nn
from tqdm import tqdm

from secondhand import _validation
from secondhand.distillation.losses import kd_loss

Teacher = nn.Module | torch.Tensor
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
    with _evaluating(network):
        return torch.cat([logits_of(network, batch) for batch in torch.split(inputs, size)])


def distill(
    student: nn.Module,
    teacher: Teacher,
    inputs: torch.Tensor,
    labels: torch.Tensor | None = None,
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
            Weights that ask for no gradient stay as they are, unless none asks for one: then all learn.
        teacher: another such network, in evaluation mode and asked anew in each step, or its logits for all inputs
            (see `answers`).
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
        seed: for the order of the items, and for dropout in the student.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: a number is out of range, teacher or labels do not have one row for each input, or the loss is not
            one finite number.
    """
    steps = _validation.integer("steps", steps, minimum=1)
    batch_size = _validation.integer("batch_size", batch_size, minimum=1)
    watch_every = _validation.integer("watch_every", watch_every, minimum=1)
    rate = _validation.number("learning_rate", learning_rate, above=0)
    generator = torch.Generator().manual_seed(_validation.seed(seed))
    if not isinstance(student, nn.Module):
        raise TypeError(f"student must be a network (torch.nn.Module), got {type(student).__name__}")
    if not isinstance(teacher, nn.Module | torch.Tensor):
        raise TypeError(f"teacher must be a network or a tensor of its logits, got {type(teacher).__name__}")
    for name, rows in (("inputs", inputs), *(() if labels is None else (("labels", labels),))):
        if not isinstance(rows, torch.Tensor):
            raise TypeError(f"{name} must be a tensor, got {type(rows).__name__}; use torch.as_tensor")
    if len(inputs) == 0:
        raise ValueError("inputs must hold at least one item, got none")
    for name, rows in (("teacher", teacher), ("labels", labels)):
        if isinstance(rows, torch.Tensor) and len(rows) != len(inputs):
            raise ValueError(f"{name} must have one row for each of the {len(inputs)} inputs, got {len(rows)}")

    network = deepcopy(student).train()
    if not any(weight.requires_grad for weight in network.parameters()):
        network.requires_grad_(True)
    optimizer = torch.optim.Adam([weight for weight in network.parameters() if weight.requires_grad], lr=rate)
    losses, snapshots = torch.empty(steps), dict[int, Any]()
    order = torch.empty(0, dtype=torch.long)
    with _randomness(seed, inputs.device), _evaluating(teacher):
        if watch is not None:
            snapshots[0] = _look(network, watch, inputs.device)
        for step in tqdm(range(steps), desc="Distilling", disable=not progress):
            while len(order) < min(batch_size, len(inputs)):
                order = torch.cat([order, torch.randperm(len(inputs), generator=generator)])
            batch, order = order[:batch_size].to(inputs.device), order[batch_size:]
            theirs = teacher[batch] if isinstance(teacher, torch.Tensor) else _ask(teacher, inputs[batch])
            truth = () if labels is None else (labels[batch],)
            value = loss(logits_of(network, inputs[batch]), theirs, *truth)
            if value.ndim:
                raise ValueError(f"loss must return one number, got shape {tuple(value.shape)}; take its mean")
            losses[step] = value.detach()
            if not torch.isfinite(losses[step]):
                raise ValueError(
                    f"learning_rate must keep the loss finite, got a loss of {losses[step]:g} in step {step + 1} at "
                    f"{rate:g}; take a smaller one, unless inputs or answers are not finite themselves"
                )
            optimizer.zero_grad()
            value.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            if watch is not None and ((step + 1) % watch_every == 0 or step + 1 == steps):
                snapshots[step + 1] = _look(network, watch, inputs.device)
    return Distilled(network.requires_grad_(False).eval(), losses, snapshots)


@contextmanager
def _randomness(seed: int, device: torch.device) -> Iterator[None]:
    """Let layers such as dropout, which draw from the global generator, depend on the seed alone."""
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        yield


@contextmanager
def _evaluating(network: Teacher) -> Iterator[None]:
    """Keep dropout off while a network answers, and leave each of its parts in the mode that it was in."""
    parts = [] if isinstance(network, torch.Tensor) else list(network.modules())
    modes = [part.training for part in parts]
    for part in parts:
        part.training = False
    try:
        yield
    finally:
        for part, mode in zip(parts, modes, strict=True):
            part.training = mode


@torch.no_grad()
def _ask(teacher: nn.Module, inputs: torch.Tensor) -> torch.Tensor:
    return logits_of(teacher, inputs)


@torch.no_grad()
def _look(network: nn.Module, watch: Callable[[nn.Module], Any], device: torch.device) -> Any:
    # What the watcher draws at random must not change what the student draws afterwards.
    with _evaluating(network), torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        return watch(network)
