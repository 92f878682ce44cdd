"""Losses that went wrong in public libraries, written anew, and the identities that catch them.

An identity is a check that needs no right value: an equation that a right loss satisfies for any logits, or the sign
that a number must have. `audit_loss` runs them on any loss. It knows nothing of training.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

import pandas as pd
import torch

from secondhand import _validation
from secondhand.distillation.losses import forward_kl, kd_loss, reverse_kl
from secondhand.messages import t

Loss = Callable[..., torch.Tensor]
"""Of student logits and teacher logits, with the classes in the last axis; some take `temperature` or `beta`."""

IDENTITIES = ("equal", "rest", "shift", "absent", "places", "gradient", "direction", "size", "temperature", "ends")
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
        return pd.DataFrame.from_dict(rows, orient="index").rename_axis(columns=t(f"{space}.column.check"))


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

    Always run: "equal" (a student equal to its teacher costs nothing), "rest" (and is not moved), "shift" (a constant
    added to all logits changes nothing), "absent" (classes that neither ever gives change nothing), "places" (places
    in another order, and each of them twice, change nothing) and "gradient" (a student unlike its teacher is moved
    towards it). The checks say what is not a divergence, not what is useless: a loss that is off by a constant breaks
    "equal" and trains well. A mask, or a shift by one token, they do not see.

    Args:
        loss: called with student logits and teacher logits as its first two arguments, float64 tensors of shape
            (places, classes); returns a mean over the places. Set options with `functools.partial`. If its value has
            fewer digits than float64, the tolerances are wider.
        direction: "forward" if it is meant to be KL(teacher‖student) in nats, "reverse" for KL(student‖teacher), with
            its own settings (with `temperature`, at temperature 1). Adds "direction" and "size".
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
    digits = _precision(loss, student, teacher)
    findings = [
        _equal(loss, teacher, digits),
        _rest(loss, teacher, digits),
        _shift(loss, student, teacher, digits),
        _absent(loss, student, teacher, digits),
        _places(loss, student, teacher, digits),
        _gradient(loss, student, teacher),
    ]
    if direction is not None:
        findings += [_direction(loss, direction), _size(loss, direction, digits, {"temperature": 1.0} if hot else {})]
    if hot:
        findings.append(_temperature(loss, student, teacher))
    if both:
        findings.append(_ends(loss, student, teacher, digits))
    return Audit(tuple(findings))


def _precision(loss: Loss, student: torch.Tensor, teacher: torch.Tensor) -> float:
    """Return the tolerance that the type of the loss's value allows, as a share."""
    try:
        kind = loss(student, teacher).dtype
    except Exception:  # whatever it raises, the checks find out
        return 1e-9
    return {torch.float64: 1e-9, torch.float32: 1e-4}.get(kind, 3e-2)


def _value(loss: Loss, student: torch.Tensor, teacher: torch.Tensor, **options: float) -> float:
    """Return the value of the loss, or NaN where it cannot say one."""
    try:
        return float(loss(student, teacher, **options).detach())
    except Exception:
        return float("nan")


def _slope(loss: Loss, student: torch.Tensor, teacher: torch.Tensor, **options: float) -> torch.Tensor:
    """Return the gradient by the student's logits: 0 where the loss does not depend on them, NaN where it fails."""
    logits = student.clone().requires_grad_(True)
    try:
        value = loss(logits, teacher, **options)
        if value.requires_grad:
            value.backward()  # type: ignore[no-untyped-call]
    except Exception:
        return torch.full_like(student, torch.nan)
    return torch.zeros_like(student) if logits.grad is None else logits.grad


def _finding(identity: str, expected: float, measured: float, tolerance: float) -> Finding:
    return Finding(identity, f"{expected:.4g}", measured, abs(measured - expected) <= tolerance)


def _equal(loss: Loss, teacher: torch.Tensor, digits: float) -> Finding:
    return _finding("equal", 0, _value(loss, teacher.clone(), teacher), digits)


def _rest(loss: Loss, teacher: torch.Tensor, digits: float) -> Finding:
    return _finding("rest", 0, float(_slope(loss, teacher, teacher).norm()), digits)


def _shift(loss: Loss, student: torch.Tensor, teacher: torch.Tensor, digits: float) -> Finding:
    plain, moved = _value(loss, student, teacher), _value(loss, student - 3, teacher + 5)
    return _finding("shift", plain, moved, digits * abs(plain))


def _absent(loss: Loss, student: torch.Tensor, teacher: torch.Tensor, digits: float) -> Finding:
    # As many classes again, so that a mean over classes halves. Logits this low have no mass even at temperature 100,
    # and fit into half precision.
    barred = torch.full_like(student, -6e4)
    plain = _value(loss, student, teacher)
    wider = _value(loss, torch.cat([student, barred], dim=-1), torch.cat([teacher, barred], dim=-1))
    return _finding("absent", plain, wider, digits * abs(plain))


def _places(loss: Loss, student: torch.Tensor, teacher: torch.Tensor, digits: float) -> Finding:
    # A sum over places doubles, and a loss of some places only meets others.
    plain = _value(loss, student, teacher)
    twice = _value(loss, *(torch.cat([logits.flip(0), logits]) for logits in (student, teacher)))
    return _finding("places", plain, twice, digits * abs(plain))


def _gradient(loss: Loss, student: torch.Tensor, teacher: torch.Tensor) -> Finding:
    # A small step against the gradient must bring the laws together by one direction at least.
    slope = _slope(loss, student, teacher).flatten()
    cosines = [
        float(torch.cosine_similarity(slope, _slope(right, student, teacher).flatten(), dim=0))
        for right in (forward_kl, reverse_kl)
    ]
    best = max(cosines)
    return Finding("gradient", "> 0", best, best > 1e-9)


def _direction(loss: Loss, direction: str) -> Finding:
    # The forward divergence punishes a student that misses what the teacher does, the reverse one a student that adds.
    narrow = torch.tensor([[0.0, -20.0, -20.0]], dtype=torch.float64)
    broad = torch.tensor([[0.0, 0.0, -20.0]], dtype=torch.float64)
    misses, adds = _value(loss, narrow, broad), _value(loss, broad, narrow)
    difference = misses - adds
    forward = direction == "forward"
    return Finding("direction", "> 0" if forward else "< 0", difference, difference > 0 if forward else difference < 0)


def _size(loss: Loss, direction: str, digits: float, options: dict[str, float]) -> Finding:
    # Whoever is sure of one of four classes is log 4 away from whoever knows nothing.
    sure = torch.tensor([[0.0, -1e3, -1e3, -1e3]], dtype=torch.float64)
    vague = torch.zeros_like(sure)
    pair = (vague, sure) if direction == "forward" else (sure, vague)
    return _finding("size", math.log(4), _value(partial(loss, **options), pair[0], pair[1]), digits * math.log(4))


def _temperature(loss: Loss, student: torch.Tensor, teacher: torch.Tensor) -> Finding:
    # The gradient of T² KL tends to a constant, with an error of the order of 1/T.
    hot, hotter = (float(_slope(loss, student, teacher, temperature=T).norm()) for T in (100.0, 1000.0))
    return _finding("temperature", 1, hotter / hot if hot > 0 else float("nan"), 0.05)


def _ends(loss: Loss, student: torch.Tensor, teacher: torch.Tensor, digits: float) -> Finding:
    # Divided by what vanishes, the mixture differs from the divergence of its end by something of the order of β; so
    # small a β needs the digits of float64.
    small, tolerance = (1e-5, 1e-3) if digits < 1e-6 else (1e-3, 0.1)
    ahead, back = _value(forward_kl, student, teacher), _value(forward_kl, teacher, student)
    first = _value(loss, student, teacher, beta=small) / small / ahead
    last = _value(loss, student, teacher, beta=1 - small) / small / back
    # NaN, which no comparison sees, must not hide behind the other end.
    worst = first if math.isnan(first) else max(first, last, key=lambda ratio: abs(ratio - 1))
    return _finding("ends", 1, last if math.isnan(last) else worst, tolerance)


@dataclass(frozen=True)
class Exhibit:
    """A broken loss of a public library, written anew.

    Attributes:
        name: key of its words in the catalogue of messages.
        loss: the broken loss.
        library: where it was found.
        reference: number of the public report, or "—" where running or reading the library showed it.
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


def _place(exhibit: Exhibit) -> str:
    reference = t("distilling-language-models.museum.no-report") if exhibit.reference == "—" else exhibit.reference
    return f"{exhibit.library} {reference}"


def museum_table(exhibits: tuple[Exhibit, ...] = EXHIBITS) -> pd.DataFrame:
    """Return one row an exhibit: where it was found, what its users saw, and which identities it breaks."""
    space = "distilling-language-models.museum"
    rows = [
        {
            t(f"{space}.column.library"): _place(exhibit),
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
