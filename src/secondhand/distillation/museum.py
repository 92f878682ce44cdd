"""Losses that went wrong in public libraries, written anew, and the identities that catch them.

An identity is an equation that a right loss satisfies for any logits, so that it can be tested without knowing the
right value. `audit_loss` runs them on any loss. It knows nothing of training.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import pandas as pd
import torch

from secondhand import _validation
from secondhand.distillation.losses import forward_kl, kd_loss
from secondhand.messages import t

Loss = Callable[..., torch.Tensor]
"""Of student logits and teacher logits, with the classes in the last axis; some take `temperature` or `beta`."""

IDENTITIES = ("equal", "shift", "absent", "gradient", "direction", "temperature", "ends")
"""Names of the identities that `audit_loss` knows, in the order in which it runs them."""


@dataclass(frozen=True)
class Finding:
    """What one identity says of one loss.

    Attributes:
        identity: its name, one of `IDENTITIES`.
        expected: what a right loss gives.
        measured: what this one gives; NaN where it raised an error or has no value.
        passed: whether they agree.
    """

    identity: str
    expected: str
    measured: float
    passed: bool


@dataclass(frozen=True)
class Audit:
    """What the identities say of a loss.

    Attributes:
        findings: one for each identity that was run.
    """

    findings: tuple[Finding, ...]

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of the identities that the loss breaks."""
        return tuple(finding.identity for finding in self.findings if not finding.passed)

    def to_frame(self) -> pd.DataFrame:
        """Return one row an identity, in the reader's words."""
        space = "distilling-language-models.museum"
        rows = {
            finding.identity: {
                t(f"{space}.column.says"): t(f"{space}.identity.{finding.identity}"),
                t(f"{space}.column.expected"): finding.expected,
                t(f"{space}.column.measured"): f"{finding.measured:.4g}",
                t(f"{space}.column.passed"): "✓" if finding.passed else "✗",
            }
            for finding in self.findings
        }
        return pd.DataFrame.from_dict(rows, orient="index")


def audit_loss(
    loss: Loss,
    *,
    direction: Literal["forward", "reverse"] | None = None,
    temperature: bool = False,
    ends: bool = False,
    classes: int = 6,
    seed: int = 0,
) -> Audit:
    """Run identities on a loss and say which it breaks.

    Always run: "equal" (a student equal to its teacher costs nothing), "shift" (a constant added to all logits changes
    nothing), "absent" (a class that neither ever gives changes nothing) and "gradient" (a student unlike its teacher
    is moved). A loss in which every class weighs equally, or that is off by a constant, is told so even if it trains
    well: the identities say what is not a divergence, not what is useless.

    Args:
        loss: called with student logits and teacher logits as its first two arguments, float64 tensors of shape
            (places, classes); returns a mean over the places. Set options with `functools.partial`.
        direction: "forward" if it is meant to be KL(teacher‖student), "reverse" for KL(student‖teacher).
        temperature: whether it promises gradients that hot answers do not shrink, as T² KL does; it must then take the
            keyword `temperature`.
        ends: whether it is a mixture of both directions that tends to KL(teacher‖student) as `beta` falls to 0 and to
            KL(student‖teacher) as it rises to 1, each after division by what vanishes; it must then take `beta`.
        classes: of the logits that are drawn, at least 3.
        seed: for the logits.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: the direction is unknown, there are too few classes, or the seed is negative.
    """
    if not callable(loss):
        raise TypeError(f"loss must be a function of student and teacher logits, got {loss!r}")
    if direction is not None:
        _validation.choice("direction", direction, ("forward", "reverse"))
    hot, both = _validation.boolean("temperature", temperature), _validation.boolean("ends", ends)
    classes = _validation.integer("classes", classes, minimum=3)
    generator = torch.Generator().manual_seed(_validation.seed(seed))
    student, teacher = torch.randn(2, 8, classes, generator=generator, dtype=torch.float64)
    findings = [_equal(loss, teacher), _shift(loss, student, teacher), _absent(loss, student, teacher)]
    findings.append(_gradient(loss, student, teacher))
    if direction is not None:
        findings.append(_direction(loss, direction))
    if hot:
        findings.append(_temperature(loss, student, teacher))
    if both:
        findings.append(_ends(loss, student, teacher))
    return Audit(tuple(findings))


def _value(loss: Loss, student: torch.Tensor, teacher: torch.Tensor, **options: float) -> float:
    """Return the value of the loss, or NaN where it cannot say one."""
    try:
        return float(loss(student, teacher, **options).detach())
    except (ArithmeticError, AttributeError, IndexError, RuntimeError, TypeError, ValueError):
        return float("nan")


def _slope(loss: Loss, student: torch.Tensor, teacher: torch.Tensor, **options: float) -> float:
    """Return the length of the gradient by the student's logits: 0 where the loss does not depend on them."""
    logits = student.clone().requires_grad_(True)
    try:
        value = loss(logits, teacher, **options)
        if not value.requires_grad:
            return 0.0
        value.backward()  # type: ignore[no-untyped-call]
    except (ArithmeticError, IndexError, RuntimeError, TypeError, ValueError):
        return float("nan")
    return 0.0 if logits.grad is None else float(logits.grad.norm())


def _finding(identity: str, expected: float, measured: float, tolerance: float) -> Finding:
    return Finding(identity, f"{expected:.4g}", measured, abs(measured - expected) <= tolerance)


def _equal(loss: Loss, teacher: torch.Tensor) -> Finding:
    return _finding("equal", 0, _value(loss, teacher.clone(), teacher), 1e-9)


def _shift(loss: Loss, student: torch.Tensor, teacher: torch.Tensor) -> Finding:
    plain, moved = _value(loss, student, teacher), _value(loss, student - 3, teacher + 5)
    return _finding("shift", plain, moved, 1e-9 * (1 + abs(plain)))


def _absent(loss: Loss, student: torch.Tensor, teacher: torch.Tensor) -> Finding:
    # Logits this low have probability zero in double precision, and no logarithm overflows.
    barred = torch.full((len(student), 2), -1e3, dtype=student.dtype)
    plain = _value(loss, student, teacher)
    wider = _value(loss, torch.cat([student, barred], dim=-1), torch.cat([teacher, barred], dim=-1))
    return _finding("absent", plain, wider, 1e-9 * (1 + abs(plain)))


def _gradient(loss: Loss, student: torch.Tensor, teacher: torch.Tensor) -> Finding:
    norm = _slope(loss, student, teacher)
    return Finding("gradient", "> 0", norm, norm > 1e-9)


def _direction(loss: Loss, direction: str) -> Finding:
    # The forward divergence punishes a student that misses what the teacher does, the reverse one a student that adds.
    narrow = torch.tensor([[0.0, -20.0, -20.0]], dtype=torch.float64)
    broad = torch.tensor([[0.0, 0.0, -20.0]], dtype=torch.float64)
    misses, adds = _value(loss, narrow, broad), _value(loss, broad, narrow)
    difference = misses - adds
    forward = direction == "forward"
    return Finding("direction", "> 0" if forward else "< 0", difference, difference > 0 if forward else difference < 0)


def _temperature(loss: Loss, student: torch.Tensor, teacher: torch.Tensor) -> Finding:
    # The gradient of T² KL tends to a constant, with an error of the order of 1/T.
    hot, hotter = (_slope(loss, student, teacher, temperature=T) for T in (100.0, 1000.0))
    return _finding("temperature", 1, hotter / hot if hot > 0 else float("nan"), 0.05)


def _ends(loss: Loss, student: torch.Tensor, teacher: torch.Tensor) -> Finding:
    # Divided by what vanishes, the mixture differs from the divergence of its end by something of the order of β.
    small = 1e-5
    ahead, back = _value(forward_kl, student, teacher), _value(forward_kl, teacher, student)
    first = _value(loss, student, teacher, beta=small) / small / ahead
    last = _value(loss, student, teacher, beta=1 - small) / small / back
    worst = max(first, last, key=lambda ratio: abs(ratio - 1))
    return _finding("ends", 1, worst, 1e-3)


@dataclass(frozen=True)
class Exhibit:
    """A loss that went wrong in public, written anew.

    Attributes:
        name: key of its words in the catalogue of messages.
        loss: the broken loss.
        library: where it was reported.
        reference: number of the public issue, or how it was found.
        identity: the identity that catches it.
        promises: what the loss is meant to be, as keywords of `audit_loss`.
        harmful: False where the loss trains as it should, although an identity fails.
    """

    name: str
    loss: Loss
    library: str
    reference: str
    identity: str
    promises: dict[str, Any]
    harmful: bool = True

    @property
    def symptom(self) -> str:
        """What its users saw, in the reader's language."""
        return t(f"distilling-language-models.museum.symptom.{self.name}")

    def audit(self) -> Audit:
        """Run the identities on it."""
        return audit_loss(self.loss, **self.promises)


def _laws(student: torch.Tensor, teacher: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the log-probabilities of teacher and student."""
    return teacher.log_softmax(dim=-1), student.log_softmax(dim=-1)


def without_square(student: torch.Tensor, teacher: torch.Tensor, *, temperature: float = 4.0) -> torch.Tensor:
    """Return KL of softened answers without T²: the hotter, the less the teacher counts."""
    return forward_kl(student, teacher, temperature=temperature)


def mean_over_classes(student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """Return the terms of KL averaged over classes, where they should be summed."""
    p, q = _laws(student, teacher)
    return (p.exp() * (p - q)).mean()


def teacher_against_itself(student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:  # noqa: ARG001 - the bug
    """Return the divergence of the teacher from itself; the student is not looked at."""
    return forward_kl(teacher, teacher)


def probability_for_logarithm(student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """Return Σ p (log p − q): the student's probability stands where its logarithm should."""
    p, q = _laws(student, teacher)
    return (p.exp() * (p - q.exp())).sum(dim=-1).mean()


def swapped_directions(student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """Return KL(student‖teacher) under the name of KL(teacher‖student)."""
    p, q = _laws(student, teacher)
    return (q.exp() * (q - p)).sum(dim=-1).mean()


def swapped_mixture(student: torch.Tensor, teacher: torch.Tensor, *, beta: float = 0.5) -> torch.Tensor:
    """Return β KL(p‖m) + (1−β) KL(q‖m) with the weights of the mixture m in the wrong order."""
    p, q = (law.exp() for law in _laws(student, teacher))
    mixture = (1 - beta) * p + beta * q
    ahead, back = (
        (torch.xlogy(law, law) - torch.xlogy(law, mixture)).sum(dim=-1).mean() for law in (p, q)
    )  # a law without mass adds nothing
    return beta * ahead + (1 - beta) * back


def raw_logits(student: torch.Tensor, teacher: torch.Tensor, *, temperature: float = 4.0) -> torch.Tensor:
    """Return T² Σ v log(v/z) with logits, cut to between 1e-7 and 1, in place of probabilities."""
    theirs, ours = ((logits / temperature).clamp(1e-7, 1.0) for logits in (teacher, student))
    return temperature**2 * (theirs * (theirs / ours).log()).sum(dim=-1).mean()


def soft_cross_entropy(student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """Return −Σ p log q: the divergence plus the teacher's entropy, with the same gradient."""
    p, q = _laws(student, teacher)
    return -(p.exp() * q).sum(dim=-1).mean()


EXHIBITS: tuple[Exhibit, ...] = (
    Exhibit("square", without_square, "IntelLabs distiller", "#122", "temperature", {"temperature": True}),
    Exhibit("mean", mean_over_classes, "haitongli/knowledge-distillation-pytorch", "#2, #48", "absent", {}),
    Exhibit("itself", teacher_against_itself, "labml annotated papers", "#66", "gradient", {}),
    Exhibit("logarithm", probability_for_logarithm, "ProDA", "#20", "equal", {}),
    Exhibit("swapped", swapped_directions, "ms-swift (docs)", "#6334", "direction", {"direction": "forward"}),
    Exhibit("mixture", swapped_mixture, "TRL", "#3043", "ends", {"ends": True}),
    Exhibit("raw", raw_logits, "Keras 3.15.1", "—", "shift", {"temperature": True}),
    Exhibit("entropy", soft_cross_entropy, "DistiLLM", "—", "equal", {"direction": "forward"}, harmful=False),
)
"""Losses that break an identity; each one's `audit` fails the identity that it names."""


def museum_table(exhibits: tuple[Exhibit, ...] = EXHIBITS) -> pd.DataFrame:
    """Return one row an exhibit: where it was reported, what its users saw, and which identities it breaks."""
    space = "distilling-language-models.museum"
    rows = [
        {
            t(f"{space}.column.library"): f"{exhibit.library} {exhibit.reference}".removesuffix(" —"),
            t(f"{space}.column.symptom"): exhibit.symptom,
            t(f"{space}.column.caught"): ", ".join(exhibit.audit().failed),
        }
        for exhibit in exhibits
    ]
    return pd.DataFrame(rows, index=[exhibit.name for exhibit in exhibits])


def audits_of_the_book() -> Iterator[tuple[str, Audit]]:
    """Yield the name and the audit of each loss that this room offers."""
    from secondhand.distillation import losses

    yield "forward_kl", audit_loss(losses.forward_kl, direction="forward")
    yield "reverse_kl", audit_loss(losses.reverse_kl, direction="reverse")
    yield "skew_kl", audit_loss(losses.skew_kl)
    yield "generalized_jsd", audit_loss(losses.generalized_jsd, ends=True)
    yield "kd_loss", audit_loss(partial(kd_loss), direction="forward", temperature=True)
