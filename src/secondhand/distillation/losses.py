"""How far a student's answers are from its teacher's, as losses to train on.

Logits come in, with the classes (or the vocabulary) in the last dimension; a mean over all other dimensions comes out,
in nats. It knows nothing of networks, nor of where the logits come from.
"""

import math

import torch
from jaxtyping import Float
from torch import nn

from secondhand import _validation


def forward_kl(
    student_logits: torch.Tensor,
    teacher_logits: torch.Tensor,
    *,
    temperature: float = 1.0,
    mask: torch.Tensor | None = None,
) -> Float[torch.Tensor, ""]:
    """Return KL(p‖q) = Σ p (log p − log q): the student q pays wherever the teacher p has mass.

    Args:
        student_logits: floats of any shape with the classes in the last dimension; gradients flow here.
        teacher_logits: of the same shape; taken as fixed. −∞ marks a class that cannot come.
        temperature: both logits are divided by it, above 0; the loss is not multiplied by its square (see `kd_loss`).
        mask: truth values that say which places count, in the shape of the logits without their last dimension; all
            count if None.

    Raises:
        TypeError: an argument is not a tensor of floats, or the mask does not hold truth values.
        ValueError: the shapes differ, the temperature is not above 0, or the mask keeps nothing.

    Source:
        S. Kullback and R. A. Leibler (1951), On information and sufficiency, eq. 2.2.
    """
    p, q = _log_laws(student_logits, teacher_logits, temperature)
    return _mean(_divergence(p, q), mask)


def reverse_kl(
    student_logits: torch.Tensor,
    teacher_logits: torch.Tensor,
    *,
    temperature: float = 1.0,
    mask: torch.Tensor | None = None,
) -> Float[torch.Tensor, ""]:
    """Return KL(q‖p) = Σ q (log q − log p): the student q pays wherever it has mass and the teacher p has little.

    Arguments and errors are those of `forward_kl`.

    Source:
        Y. Gu et al. (2024), MiniLLM: Knowledge Distillation of Large Language Models, eq. 1.
    """
    p, q = _log_laws(student_logits, teacher_logits, temperature)
    return _mean(_divergence(q, p), mask)


def skew_kl(
    student_logits: torch.Tensor,
    teacher_logits: torch.Tensor,
    *,
    alpha: float = 0.1,
    temperature: float = 1.0,
    mask: torch.Tensor | None = None,
) -> Float[torch.Tensor, ""]:
    """Return KL(p‖αp + (1−α)q), which is at most −log α however far apart teacher p and student q are.

    Args:
        student_logits: as `forward_kl`.
        teacher_logits: as `forward_kl`.
        alpha: share of the teacher in the mixture, from 0 (that is `forward_kl`) to below 1.
        temperature: as `forward_kl`.
        mask: as `forward_kl`.

    Raises:
        TypeError: as `forward_kl`.
        ValueError: as `forward_kl`, or `alpha` is out of range.

    Source:
        J. Ko et al. (2024), DistiLLM: Towards Streamlined Distillation for Large Language Models, eq. 3.
    """
    share = _validation.number("alpha", alpha, minimum=0, below=1)
    p, q = _log_laws(student_logits, teacher_logits, temperature)
    return _mean(_divergence(p, _log_mixture(p, q, share)), mask)


def generalized_jsd(
    student_logits: torch.Tensor,
    teacher_logits: torch.Tensor,
    *,
    beta: float = 0.5,
    temperature: float = 1.0,
    mask: torch.Tensor | None = None,
) -> Float[torch.Tensor, ""]:
    """Return β KL(p‖m) + (1−β) KL(q‖m) with the mixture m = βp + (1−β)q of teacher p and student q.

    The formula itself vanishes at both ends; divided by β it tends to KL(p‖q) as β falls to 0, and divided by 1−β to
    KL(q‖p) as β rises to 1. At exactly 0 and 1 this function returns those two divergences, as the literature and the
    libraries do: a jump to know of before comparing values of different β.

    Args:
        student_logits: as `forward_kl`.
        teacher_logits: as `forward_kl`.
        beta: from 0 to 1.
        temperature: as `forward_kl`.
        mask: as `forward_kl`.

    Raises:
        TypeError: as `forward_kl`.
        ValueError: as `forward_kl`, or `beta` is out of range.

    Source:
        R. Agarwal et al. (2024), On-Policy Distillation of Language Models, eq. 1.
    """
    share = _validation.number("beta", beta, minimum=0, maximum=1)
    p, q = _log_laws(student_logits, teacher_logits, temperature)
    if share == 0:
        return _mean(_divergence(p, q), mask)
    if share == 1:
        return _mean(_divergence(q, p), mask)
    mixture = _log_mixture(p, q, share)
    return _mean(share * _divergence(p, mixture) + (1 - share) * _divergence(q, mixture), mask)


def kd_loss(
    student_logits: torch.Tensor,
    teacher_logits: torch.Tensor,
    labels: torch.Tensor | None = None,
    *,
    temperature: float = 2.0,
    alpha: float = 1.0,
    mask: torch.Tensor | None = None,
) -> Float[torch.Tensor, ""]:
    """Return α T² KL(p_T‖q_T) + (1−α) CE(labels, q): learn from the teacher's softened answers and from labels.

    p_T and q_T have logits divided by the temperature T. The gradient of the divergence shrinks as 1/T²; the factor T²
    keeps it, and so the balance with the labels, where it was.

    Args:
        student_logits: as `forward_kl`.
        teacher_logits: as `forward_kl`.
        labels: the true class at each place; needed if `alpha` is below 1.
        temperature: T, above 0. It does not touch the labels' part.
        alpha: weight of the teacher, from 0 to 1.
        mask: as `forward_kl`; labels at places left out may be anything.

    Raises:
        TypeError: as `forward_kl`, or the labels are not integers.
        ValueError: as `forward_kl`, `alpha` is out of range, labels are missing, or a label is no class.

    Source:
        G. Hinton, O. Vinyals and J. Dean (2015), Distilling the Knowledge in a Neural Network, section 2.
    """
    weight = _validation.number("alpha", alpha, minimum=0, maximum=1)
    loss = temperature**2 * forward_kl(student_logits, teacher_logits, temperature=temperature, mask=mask)
    if weight == 1:
        return loss
    if labels is None:
        raise ValueError(f"labels must be given if alpha is below 1, got alpha {weight:g}; set alpha=1 to do without")
    return weight * loss + (1 - weight) * _cross_entropy(student_logits, labels, mask)


def _cross_entropy(logits: torch.Tensor, labels: torch.Tensor, mask: torch.Tensor | None) -> Float[torch.Tensor, ""]:
    places, classes = logits.shape[:-1], logits.shape[-1]
    if not isinstance(labels, torch.Tensor) or labels.dtype not in (torch.int64, torch.int32):
        raise TypeError(f"labels must be a tensor of integers, got {_kind(labels)}")
    if labels.shape != places:
        raise ValueError(f"labels must have shape {tuple(places)} like the logits, got {tuple(labels.shape)}")
    kept = labels if mask is None else torch.where(mask, labels, 0)
    outside = kept[(kept < 0) | (kept >= classes)]
    if len(outside):
        raise ValueError(f"labels must hold classes from 0 to {classes - 1}, got {int(outside[0])}; mask other places")
    surprise = nn.functional.cross_entropy(logits.flatten(0, -2), kept.flatten().long(), reduction="none")
    return _mean(surprise.view(places), mask)


def _log_laws(
    student_logits: torch.Tensor, teacher_logits: torch.Tensor, temperature: float
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the log-probabilities of teacher and student, in this order."""
    temperature = _validation.number("temperature", temperature, above=0)
    for name, value in (("student_logits", student_logits), ("teacher_logits", teacher_logits)):
        if not isinstance(value, torch.Tensor) or not value.is_floating_point():
            raise TypeError(f"{name} must be a tensor of floats, got {_kind(value)}")
        if value.ndim == 0 or value.numel() == 0:
            raise ValueError(f"{name} must hold logits of at least one class, got shape {tuple(value.shape)}")
    ours, theirs = student_logits.shape, teacher_logits.shape
    if ours[:-1] == theirs[:-1] and ours[-1] != theirs[-1]:
        raise ValueError(
            f"student_logits and teacher_logits must share one vocabulary, got {ours[-1]} and {theirs[-1]} classes. If "
            "the larger one is only padded, cut both to the tokens that the tokenizer knows, logits[..., :size]; if "
            "the tokenizers differ, train the student on the teacher's text instead"
        )
    if ours != theirs:
        raise ValueError(f"student_logits and teacher_logits must have one shape, got {tuple(ours)}, {tuple(theirs)}")
    p = (teacher_logits.detach() / temperature).log_softmax(dim=-1)
    return p, (student_logits / temperature).log_softmax(dim=-1)


def _divergence(log_p: torch.Tensor, log_q: torch.Tensor) -> Float[torch.Tensor, "*batch"]:
    # A class without mass contributes nothing, even where both logarithms are −∞ and their difference undefined.
    difference = torch.where(log_p > -torch.inf, log_p - log_q, 0)
    return (log_p.exp() * difference).sum(dim=-1)


def _log_mixture(log_p: torch.Tensor, log_q: torch.Tensor, share: float) -> torch.Tensor:
    """Return log(share p + (1 − share) q)."""
    if share == 0:
        return log_q
    # Where neither law has mass, the gradient of the sum of two zeros would be undefined.
    empty = (log_p == -torch.inf) & (log_q == -torch.inf)
    ours, theirs = log_p.masked_fill(empty, 0), log_q.masked_fill(empty, 0)
    return torch.logaddexp(ours + math.log(share), theirs + math.log1p(-share)).masked_fill(empty, -torch.inf)


def _mean(values: Float[torch.Tensor, "*batch"], mask: torch.Tensor | None) -> Float[torch.Tensor, ""]:
    if mask is None:
        return values.mean()
    if not isinstance(mask, torch.Tensor) or mask.dtype != torch.bool:
        raise TypeError(f"mask must be a tensor of truth values, got {_kind(mask)}; take mask.bool()")
    if mask.shape != values.shape:
        raise ValueError(f"mask must have shape {tuple(values.shape)} like the logits, got {tuple(mask.shape)}")
    if not mask.any():
        raise ValueError("mask must keep at least one place, got none")
    return values[mask].mean()


def _kind(value: object) -> str:
    return str(value.dtype) if isinstance(value, torch.Tensor) else type(value).__name__
