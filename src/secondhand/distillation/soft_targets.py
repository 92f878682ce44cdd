"""What a student is taught: answers of a teacher as they are, or changed so that one thing about them is missing.

It knows nothing of networks.
"""

import torch
from jaxtyping import Float, Int

from secondhand import _validation


def label_logits(labels: Int[torch.Tensor, "*items"], *, classes: int) -> Float[torch.Tensor, "*items classes"]:
    """Return the logits of a teacher without any doubt: 0 for the label, −∞ for each other class.

    At a temperature of 1, `forward_kl` from them is the cross-entropy with the label.

    Raises:
        TypeError: the labels are not integers, or `classes` is not.
        ValueError: a label is no class, or there are fewer than two classes.
    """
    count = _validation.integer("classes", classes, minimum=2)
    if not isinstance(labels, torch.Tensor) or labels.dtype not in (torch.int64, torch.int32):
        kind = str(labels.dtype) if isinstance(labels, torch.Tensor) else type(labels).__name__
        raise TypeError(f"labels must be a tensor of integers, got {kind}")
    outside = labels[(labels < 0) | (labels >= count)]
    if len(outside):
        raise ValueError(f"labels must hold classes from 0 to {count - 1}, got {int(outside[0])}")
    chosen = torch.nn.functional.one_hot(labels.long(), count).bool()
    return torch.where(chosen, 0.0, -torch.inf)


@torch.no_grad()
def permute_wrong_classes(
    logits: Float[torch.Tensor, "*items classes"], *, seed: int
) -> Float[torch.Tensor, "*items classes"]:
    """Return the logits with those of all but the likeliest class dealt out anew at random, for each item.

    Answer, confidence and entropy stay as they were, at any temperature. Which wrong class is likelier than which other
    no longer means anything.

    Raises:
        TypeError: the logits are not a tensor of floats, or the seed is not an integer.
        ValueError: there are no two classes, a logit is not a number, or the seed is negative.
    """
    values = _logits(logits)
    if torch.isnan(values).any():
        raise ValueError("logits must be numbers, got NaN")
    generator = torch.Generator().manual_seed(_validation.seed(seed))
    best = values.argmax(dim=-1, keepdim=True)
    # Wrong classes in a random order, and in their own; the likeliest one comes last in both.
    key = torch.rand(values.shape, generator=generator).to(values.device)
    shuffled = key.scatter(-1, best, 2.0).argsort(dim=-1)
    own = torch.arange(values.shape[-1], device=values.device).expand(values.shape)
    ordered = own.scatter(-1, best, values.shape[-1]).argsort(dim=-1)
    return torch.empty_like(values).scatter(-1, ordered, values.gather(-1, shuffled))


@torch.no_grad()
def flatten_wrong_classes(
    logits: Float[torch.Tensor, "*items classes"], *, temperature: float = 1.0
) -> Float[torch.Tensor, "*items classes"]:
    """Return logits with the same likeliest class and the same entropy, and all other classes equally likely.

    That is a smoothed label, with as much smoothing for each item as gives the answer's own uncertainty.

    Args:
        logits: of a teacher; finite.
        temperature: at which the entropy is kept, above 0; use the one that the student learns at.

    Raises:
        TypeError: the logits are not a tensor of floats, or the temperature is not a number.
        ValueError: there are no two classes, a logit is not finite, or the temperature is not above 0.
    """
    values = _logits(logits)
    if not torch.isfinite(values).all():
        raise ValueError("logits must be finite; labels have no uncertainty to spread")
    warmth = _validation.number("temperature", temperature, above=0)
    laws = (values.double() / warmth).log_softmax(dim=-1)
    target = -(laws.exp() * laws).sum(dim=-1)
    wrong = values.shape[-1] - 1
    # The entropy falls as the gap between the likeliest class and each other one rises from 0: bisect.
    low, high = torch.zeros_like(target), torch.full_like(target, 100.0)
    for _ in range(60):
        gap = (low + high) / 2
        total = 1 + wrong * torch.exp(-gap)
        uncertainty = total.log() + gap * wrong * torch.exp(-gap) / total
        low, high = torch.where(uncertainty > target, gap, low), torch.where(uncertainty > target, high, gap)
    best = values.argmax(dim=-1, keepdim=True)
    flat = torch.zeros_like(laws).scatter(-1, best, ((low + high) / 2)[..., None])
    return (warmth * flat).to(values.dtype)


def _logits(logits: torch.Tensor) -> torch.Tensor:
    if not isinstance(logits, torch.Tensor) or not logits.is_floating_point():
        kind = str(logits.dtype) if isinstance(logits, torch.Tensor) else type(logits).__name__
        raise TypeError(f"logits must be a tensor of floats, got {kind}")
    if logits.ndim == 0 or logits.shape[-1] < 2:
        raise ValueError(f"logits must hold at least two classes in the last dimension, got {tuple(logits.shape)}")
    return logits
