"""Whole sequences and single tokens: two ways to add up the same divergence, exact by enumeration.

A model of short sequences is a list of logits: entry t has t + 1 axes, the tokens before and, last, the next token. It
knows nothing of networks.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Float

from secondhand import _validation


def random_sequence_logits(
    vocabulary_size: int, length: int, *, scale: float = 1.0, seed: int
) -> list[Float[torch.Tensor, "*tokens"]]:
    """Draw the logits of a model of short sequences, independent normal ones of standard deviation `scale`.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: a size is below 1, the scale is not above 0, or the seed is negative.
    """
    size = _validation.integer("vocabulary_size", vocabulary_size, minimum=1)
    length = _validation.integer("length", length, minimum=1)
    scale = _validation.number("scale", scale, above=0)
    generator = torch.Generator().manual_seed(_validation.seed(seed))
    shapes = [(size,) * (t + 1) for t in range(length)]
    return [scale * torch.randn(shape, generator=generator, dtype=torch.float64) for shape in shapes]


def sequence_log_law(logits: Sequence[torch.Tensor]) -> Float[torch.Tensor, "*tokens"]:
    """Return the log-probability of each sequence, one axis a token: the sum of the log-probabilities of its tokens.

    Raises:
        ValueError: the logits do not have 1, 2, … axes of one size.
    """
    return _prefix_log_laws(logits)[-1]


def sequence_kl(writer: Sequence[torch.Tensor], other: Sequence[torch.Tensor]) -> Float[torch.Tensor, ""]:
    """Return the divergence KL of the law of whole sequences of `writer` from that of `other`, in nats.

    The forward divergence of distillation has the teacher as the writer, the reverse one the student.

    Args:
        writer: logits of the model whose sequences are averaged over.
        other: logits of the other model, of the same shapes.

    Raises:
        ValueError: the logits do not have 1, 2, … axes of one size, or the shapes of both differ.
    """
    _check_pair(writer, other)
    ours, theirs = sequence_log_law(writer), sequence_log_law(other)
    return (ours.exp() * (ours - theirs)).sum()


def token_kls(
    writer: Sequence[torch.Tensor], other: Sequence[torch.Tensor], *, stop_path: bool = False
) -> Float[torch.Tensor, " length"]:
    """Return, for each place, the divergence of the next tokens, averaged over what `writer` writes before it.

    Their sum is `sequence_kl`: the chain rule.

    Args:
        writer: as `sequence_kl`.
        other: as `sequence_kl`.
        stop_path: treat the texts as given: no gradient flows through their probabilities. Training on samples does
            this unless it takes care.

    Raises:
        TypeError: `stop_path` is not a truth value.
        ValueError: as `sequence_kl`.

    Source:
        Chain rule: T. M. Cover and J. A. Thomas (2006), Elements of Information Theory, section 2.5.
    """
    stop = _validation.boolean("stop_path", stop_path)
    _check_pair(writer, other)
    terms = []
    for before, ours, theirs in zip(_prefix_log_laws(writer)[:-1], writer, other, strict=True):
        paths = before.detach() if stop else before
        p, q = ours.log_softmax(dim=-1), theirs.log_softmax(dim=-1)
        terms.append((paths.exp() * (p.exp() * (p - q)).sum(dim=-1)).sum())
    return torch.stack(terms)


def _prefix_log_laws(logits: Sequence[torch.Tensor]) -> list[torch.Tensor]:
    """Return the log-probabilities of all prefixes of length 0, 1, …, one axis a token."""
    if not logits:
        raise ValueError("logits must hold a tensor for at least one token, got none")
    size = logits[0].shape[-1] if logits[0].ndim else 0
    laws = [torch.zeros((), dtype=logits[0].dtype)]
    for t, table in enumerate(logits):
        if table.shape != (size,) * (t + 1) or size == 0:
            raise ValueError(f"logits must have {t + 1} axes of size {size} in entry {t}, got {tuple(table.shape)}")
        laws.append(laws[-1][..., None] + table.log_softmax(dim=-1))
    return laws


def _check_pair(writer: Sequence[torch.Tensor], other: Sequence[torch.Tensor]) -> None:
    shapes = [[tuple(table.shape) for table in model] for model in (writer, other)]
    if shapes[0] != shapes[1]:
        raise ValueError(f"writer and other must have the same shapes, got {shapes[0]} and {shapes[1]}")
