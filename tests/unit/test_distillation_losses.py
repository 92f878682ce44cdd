"""Losses of distillation: their identities, their gradients, an independent implementation of each, and bad input."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import log_softmax, logsumexp, rel_entr, softmax
from torch.nn import functional

from secondhand.distillation import forward_kl, generalized_jsd, kd_loss, reverse_kl, skew_kl

Loss = Callable[..., torch.Tensor]
LOSSES: dict[str, Loss] = {
    "forward": forward_kl,
    "reverse": reverse_kl,
    "skew": skew_kl,
    "jsd": generalized_jsd,
    "jsd near 0": partial(generalized_jsd, beta=0.01),
    "kd": kd_loss,
}
every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=list(LOSSES))


def draw(*shape: int, seed: int, scale: float = 3.0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return scale * torch.randn(*shape, generator=generator, dtype=torch.float64)


def pair(*shape: int, seed: int = 10_001, scale: float = 3.0) -> tuple[torch.Tensor, torch.Tensor]:
    return draw(*shape, seed=seed, scale=scale), draw(*shape, seed=seed + 1, scale=scale)


def laws(student: torch.Tensor, teacher: torch.Tensor, temperature: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    return softmax(teacher.numpy() / temperature, axis=-1), softmax(student.numpy() / temperature, axis=-1)


def test_forward_and_reverse_equal_scipy() -> None:
    student, teacher = pair(4, 5, 7)
    p, q = laws(student, teacher, temperature=1.7)
    ahead, back = rel_entr(p, q).sum(-1).mean(), rel_entr(q, p).sum(-1).mean()
    assert forward_kl(student, teacher, temperature=1.7).item() == pytest.approx(ahead, abs=1e-10)
    assert reverse_kl(student, teacher, temperature=1.7).item() == pytest.approx(back, abs=1e-10)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.5, 0.9])
def test_mixtures_equal_scipy(share: float) -> None:
    student, teacher = pair(6, 9)
    p, q = laws(student, teacher)
    mixture = share * p + (1 - share) * q
    skew = rel_entr(p, mixture).sum(-1).mean()
    jensen = (share * rel_entr(p, mixture) + (1 - share) * rel_entr(q, mixture)).sum(-1).mean()
    assert skew_kl(student, teacher, alpha=share).item() == pytest.approx(skew, abs=1e-10)
    assert generalized_jsd(student, teacher, beta=share).item() == pytest.approx(jensen, abs=1e-10)


def test_kd_equals_torch() -> None:
    student, teacher = pair(8, 10)
    labels = torch.arange(8)
    divergence = functional.kl_div(
        functional.log_softmax(student / 3, dim=1), functional.softmax(teacher / 3, dim=1), reduction="batchmean"
    )
    expected = 0.3 * 9 * divergence + 0.7 * functional.cross_entropy(student, labels)
    assert kd_loss(student, teacher, labels, temperature=3, alpha=0.3).item() == pytest.approx(
        expected.item(), abs=1e-10
    )


@pytest.mark.parametrize("beta", [0.0, 0.1, 0.5, 1.0])
def test_generalized_jsd_equals_trl(beta: float) -> None:
    trainer = pytest.importorskip("trl.experimental.gkd").GKDTrainer
    student, teacher = pair(3, 4, 11)
    theirs = trainer.generalized_jsd_loss(student, teacher, beta=beta, temperature=1.5, reduction="none")
    ours = generalized_jsd(student, teacher, beta=beta, temperature=1.5)
    assert ours.item() == pytest.approx(theirs.sum(-1).mean().item(), abs=1e-6)


@every_loss
@given(seed=st.integers(10_000, 99_999), classes=st.integers(1, 8))
def test_no_loss_is_negative_and_equal_laws_cost_nothing(loss: Loss, seed: int, classes: int) -> None:
    student, teacher = pair(5, classes, seed=seed)
    assert loss(student, teacher).item() >= -1e-12
    assert loss(teacher + 4.2, teacher).item() == pytest.approx(0, abs=1e-10)


@every_loss
@given(seed=st.integers(10_000, 99_999), ours=st.floats(-50, 50), theirs=st.floats(-50, 50))
def test_a_constant_added_to_all_logits_changes_nothing(loss: Loss, seed: int, ours: float, theirs: float) -> None:
    student, teacher = pair(3, 4, seed=seed)
    moved = loss(student + ours, teacher + theirs).item()
    assert moved == pytest.approx(loss(student, teacher).item(), abs=1e-10)


@every_loss
def test_gradients_are_right(loss: Loss) -> None:
    student, teacher = pair(2, 3, 4)
    assert torch.autograd.gradcheck(lambda logits: loss(logits, teacher), student.requires_grad_(True))


@every_loss
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_extreme_logits_stay_finite(loss: Loss, dtype: torch.dtype) -> None:
    student = torch.tensor([[1e4, -1e4, 0.0], [-1e4, -1e4, 1e4]], dtype=dtype, requires_grad=True)
    teacher = torch.tensor([[-1e4, 1e4, 0.0], [1e4, 1e4, -1e4]], dtype=dtype)
    value = loss(student, teacher)
    value.backward()  # type: ignore[no-untyped-call]
    assert torch.isfinite(value)
    assert student.grad is not None
    assert torch.isfinite(student.grad).all()


@every_loss
def test_classes_that_cannot_come_drop_out(loss: Loss) -> None:
    student, teacher = pair(4, 6)
    barred = torch.tensor([False, True, False, False, False, True])
    wide = student.masked_fill(barred, -torch.inf).requires_grad_(True)
    value = loss(wide, teacher.masked_fill(barred, -torch.inf))
    value.backward()  # type: ignore[no-untyped-call]
    assert value.item() == pytest.approx(loss(student[:, ~barred], teacher[:, ~barred]).item(), abs=1e-10)
    assert wide.grad is not None
    assert torch.isfinite(wide.grad).all()


@every_loss
def test_a_mask_keeps_places_whatever_the_others_hold(loss: Loss) -> None:
    student, teacher = pair(3, 5, 7)
    mask = torch.rand(3, 5, generator=torch.Generator().manual_seed(10_003)) < 0.5
    spoiled = student.masked_fill(~mask[..., None], torch.nan).requires_grad_(True)
    value = loss(spoiled, teacher, mask=mask)
    assert value.item() == pytest.approx(loss(student[mask], teacher[mask]).item(), abs=1e-10)


@every_loss
def test_the_teacher_gets_no_gradient(loss: Loss) -> None:
    student, teacher = pair(3, 4)
    teacher.requires_grad_(True)
    loss(student.requires_grad_(True), teacher).backward()  # type: ignore[no-untyped-call]
    assert teacher.grad is None


def test_temperature_squared_keeps_the_gradient_and_tends_to_matched_logits() -> None:
    student, teacher = pair(1, 10)
    centred = [logits - logits.mean() for logits in (student, teacher)]
    errors = []
    for temperature in (1e2, 1e3, 1e4):
        logits = student.clone().requires_grad_(True)
        kd_loss(logits, teacher, temperature=temperature).backward()  # type: ignore[no-untyped-call]
        assert logits.grad is not None
        p, q = laws(student, teacher, temperature)
        np.testing.assert_allclose(logits.grad.numpy(), temperature * (q - p), atol=1e-10)
        errors.append((logits.grad - (centred[0] - centred[1]) / 10).norm().item())
    assert errors[0] / errors[1] == pytest.approx(10, rel=0.05)
    assert errors[1] / errors[2] == pytest.approx(10, rel=0.01)


def test_rescaled_jsd_tends_to_both_divergences_and_jumps_at_the_ends() -> None:
    student, teacher = pair(4, 5, scale=1.0)
    forward, reverse = forward_kl(student, teacher).item(), reverse_kl(student, teacher).item()
    for beta in (1e-4, 1e-5):
        near = partial(generalized_jsd, student, teacher)
        assert near(beta=beta).item() / beta == pytest.approx(forward, rel=50 * beta)
        assert near(beta=1 - beta).item() / beta == pytest.approx(reverse, rel=50 * beta)
    assert generalized_jsd(student, teacher, beta=0).item() == forward
    assert generalized_jsd(student, teacher, beta=1).item() == reverse


@given(alpha=st.floats(1e-3, 0.999), seed=st.integers(10_000, 99_999))
def test_skew_is_bounded_and_the_bound_is_met_by_disjoint_laws(alpha: float, seed: int) -> None:
    student, teacher = pair(1, 6, seed=seed, scale=40.0)
    assert skew_kl(student, teacher, alpha=alpha).item() <= -np.log(alpha) + 1e-10
    apart = torch.tensor([[0.0, -torch.inf]], dtype=torch.float64)
    assert skew_kl(apart.flip(1), apart, alpha=alpha).item() == pytest.approx(-np.log(alpha), abs=1e-10)


def test_label_smoothing_is_distillation_from_a_uniform_teacher() -> None:
    student = draw(12, 10, seed=10_007)
    labels = torch.arange(12) % 10
    smooth = functional.cross_entropy(student, labels, label_smoothing=0.1)
    ours = kd_loss(student, torch.zeros_like(student), labels, temperature=1, alpha=0.1)
    assert smooth.item() - ours.item() == pytest.approx(0.1 * np.log(10), abs=1e-10)


def test_forward_kl_is_soft_cross_entropy_less_the_entropy_of_the_teacher() -> None:
    student, teacher = pair(5, 8)
    p = softmax(teacher.numpy(), axis=-1)
    cross = -(p * log_softmax(student.numpy(), axis=-1)).sum(-1).mean()
    entropy = (logsumexp(teacher.numpy(), axis=-1) - (p * teacher.numpy()).sum(-1)).mean()
    assert forward_kl(student, teacher).item() == pytest.approx(cross - entropy, abs=1e-10)


def test_labels_are_ignored_where_the_mask_leaves_out() -> None:
    student, teacher = pair(2, 3, 4)
    labels = torch.tensor([[0, 1, -100], [3, -100, 2]])
    whole = kd_loss(student, teacher, labels, alpha=0.5, mask=labels >= 0)
    kept = labels >= 0
    assert whole.item() == pytest.approx(kd_loss(student[kept], teacher[kept], labels[kept], alpha=0.5).item())


@every_loss
def test_vocabularies_must_match(loss: Loss) -> None:
    with pytest.raises(
        ValueError, match=r"share one vocabulary, got 151936 and 152064 classes.*logits\[\.\.\., :size\]"
    ):
        loss(torch.zeros(1, 151_936), torch.zeros(1, 152_064))


@every_loss
@pytest.mark.parametrize(
    ("student", "teacher", "error", "message"),
    [
        (torch.zeros(2, 3), torch.zeros(3, 3), ValueError, r"must have one shape, got \(2, 3\), \(3, 3\)"),
        (torch.zeros(2, 3).long(), torch.zeros(2, 3), TypeError, "student_logits must be a tensor of floats, got"),
        (torch.zeros(2, 3), [[0.0]], TypeError, "teacher_logits must be a tensor of floats, got list"),
        (torch.zeros(2, 0), torch.zeros(2, 0), ValueError, "at least one class"),
        (torch.zeros(()), torch.zeros(()), ValueError, "at least one class"),
    ],
)
def test_bad_logits(loss: Loss, student: torch.Tensor, teacher: torch.Tensor, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        loss(student, teacher)


@every_loss
def test_bad_options(loss: Loss) -> None:
    logits = torch.zeros(2, 3)
    with pytest.raises(ValueError, match="temperature must be above 0"):
        loss(logits, logits, temperature=0)
    with pytest.raises(ValueError, match="mask must keep at least one place"):
        loss(logits, logits, mask=torch.zeros(2, dtype=torch.bool))
    with pytest.raises(ValueError, match="mask must have shape"):
        loss(logits, logits, mask=torch.ones(3, dtype=torch.bool))
    with pytest.raises(TypeError, match="mask must be a tensor of truth values"):
        loss(logits, logits, mask=torch.ones(2))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (partial(skew_kl, alpha=1), ValueError, "alpha must be below 1"),
        (partial(generalized_jsd, beta=1.5), ValueError, "beta must be at most 1"),
        (partial(kd_loss, alpha=0.5), ValueError, "labels must be given if alpha is below 1"),
        (partial(kd_loss, labels=torch.zeros(2), alpha=0.5), TypeError, "labels must be a tensor of integers"),
        (partial(kd_loss, labels=torch.tensor([0]), alpha=0.5), ValueError, "labels must have shape"),
        (partial(kd_loss, labels=torch.tensor([0, 3]), alpha=0.5), ValueError, "labels must hold classes from 0 to 2"),
    ],
)
def test_bad_weights_and_labels(call: Loss, error: type, message: str) -> None:
    with pytest.raises(error, match=message):
        call(torch.zeros(2, 3), torch.zeros(2, 3))
