"""The museum: every exhibit breaks the identity that is named for it, and sound losses break none."""

from functools import partial
from typing import Any

import pytest
import torch
from torch.nn import functional

from secondhand.distillation import (
    EXHIBITS,
    Exhibit,
    audit_loss,
    audits_of_the_book,
    forward_kl,
    generalized_jsd,
    kd_loss,
    museum_table,
    reverse_kl,
    skew_kl,
)
from secondhand.messages import LANGUAGE_VARIABLE, LANGUAGES

every_exhibit = pytest.mark.parametrize("exhibit", EXHIBITS, ids=lambda exhibit: exhibit.name)


@every_exhibit
@pytest.mark.parametrize("seed", range(10_000, 10_006))
def test_each_exhibit_breaks_what_is_named_for_it(exhibit: Exhibit, seed: int) -> None:
    assert exhibit.identity in audit_loss(exhibit.loss, **exhibit.promises, seed=seed).failed


@pytest.mark.parametrize("seed", range(10_000, 10_010))
@pytest.mark.parametrize(
    ("loss", "promises"),
    [
        (forward_kl, {"direction": "forward"}),
        (reverse_kl, {"direction": "reverse"}),
        (skew_kl, {}),
        (partial(skew_kl, alpha=0.5), {}),
        (generalized_jsd, {"ends": True}),
        (kd_loss, {"direction": "forward", "temperature": True}),
    ],
)
def test_our_losses_pass(loss: Any, promises: dict[str, Any], seed: int) -> None:
    assert audit_loss(loss, **promises, seed=seed).failed == ()


def test_the_losses_of_the_book_are_all_sound() -> None:
    audits = dict(audits_of_the_book())
    assert len(audits) == 5
    assert not any(audit.failed for audit in audits.values())


def test_a_library_s_loss_passes() -> None:
    def library(student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
        ours, theirs = student.log_softmax(-1), teacher.log_softmax(-1)
        return functional.kl_div(ours, theirs, reduction="batchmean", log_target=True)

    assert audit_loss(library, direction="forward").failed == ()


def test_soft_cross_entropy_has_the_gradient_of_the_divergence() -> None:
    (exhibit,) = (one for one in EXHIBITS if not one.harmful)
    student, teacher = torch.randn(2, 4, 5, generator=torch.Generator().manual_seed(10_020), dtype=torch.float64)
    student.requires_grad_(True)
    ours, theirs = (torch.autograd.grad(loss(student, teacher), student)[0] for loss in (exhibit.loss, forward_kl))
    torch.testing.assert_close(ours, theirs, rtol=0, atol=1e-12)


def test_what_the_exhibits_do() -> None:
    student, teacher = torch.randn(2, 3, 4, generator=torch.Generator().manual_seed(10_021), dtype=torch.float64)
    losses = {exhibit.name: exhibit.loss for exhibit in EXHIBITS}
    hot = kd_loss(student, teacher, temperature=4)
    assert losses["square"](student, teacher).item() == pytest.approx(hot.item() / 16, abs=1e-12)
    assert losses["mean"](student, teacher).item() == pytest.approx(forward_kl(student, teacher).item() / 4, abs=1e-12)
    assert losses["swapped"](student, teacher).item() == pytest.approx(reverse_kl(student, teacher).item(), abs=1e-12)
    half = losses["mixture"](student, teacher, beta=0.5).item()
    assert half == pytest.approx(generalized_jsd(student, teacher).item(), abs=1e-12)  # the default hides the mistake
    assert losses["itself"](student, teacher).item() == 0


def test_the_squared_distance_of_logits_breaks_shift_and_absent() -> None:
    assert audit_loss(lambda s, t: (s - t).square().mean()).failed == ("shift", "absent")


BROKEN: dict[str, tuple[Any, dict[str, Any], str]] = {
    "wrong sign": (lambda s, t: -forward_kl(s, t), {}, "gradient"),
    "reverse with a wrong sign": (lambda s, t: -reverse_kl(s, t), {"direction": "forward"}, "gradient"),
    "forward with a wrong sign": (lambda s, t: -forward_kl(s, t), {"direction": "reverse"}, "gradient"),
    "square": (lambda s, t: forward_kl(s, t) ** 2, {"direction": "forward"}, "size"),
    "half": (lambda s, t: 0.5 * reverse_kl(s, t), {"direction": "reverse"}, "size"),
    "sum over places": (lambda s, t: 8 * forward_kl(s, t) * len(s) / 8, {}, "places"),
    "first place": (lambda s, t: forward_kl(s[:1], t[:1]), {}, "places"),
    "right at β = 0 only": (lambda s, t, *, beta=0.5: beta * forward_kl(s, t), {"ends": True}, "ends"),
    "right at β = 1 only": (lambda s, t, *, beta=0.5: (1 - beta) * reverse_kl(s, t), {"ends": True}, "ends"),
    "not divided": (lambda s, t, *, beta=0.5: forward_kl(s, t) + 0 * beta, {"ends": True}, "ends"),
    "pulled off": (lambda s, t: forward_kl(s, t) + 0.1 * s.log_softmax(-1).square().mean(), {}, "rest"),
}


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.parametrize("seed", range(10_030, 10_034))
def test_other_broken_losses_are_caught(name: str, seed: int) -> None:
    loss, promises, identity = BROKEN[name]
    assert identity in audit_loss(loss, **promises, seed=seed).failed


SINGLE: dict[str, tuple[Any, dict[str, Any]]] = {
    "forward": (lambda s, t: forward_kl(s.float(), t.float()), {"direction": "forward"}),
    "reverse": (lambda s, t: reverse_kl(s.float(), t.float()), {"direction": "reverse"}),
    "half": (lambda s, t: forward_kl(s.half(), t.half()), {}),
    "mixture": (lambda s, t, *, beta=0.5: generalized_jsd(s.float(), t.float(), beta=beta), {"ends": True}),
    "hot": (partial(kd_loss, temperature=100), {}),
}


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize("seed", range(10_040, 10_060))
def test_right_losses_with_fewer_digits_pass(name: str, seed: int) -> None:
    loss, promises = SINGLE[name]
    assert audit_loss(loss, **promises, seed=seed).failed == ()


def test_a_mean_over_classes_is_caught_at_the_size_of_a_vocabulary() -> None:
    (exhibit,) = (one for one in EXHIBITS if one.name == "mean")
    assert audit_loss(exhibit.loss, classes=50_000, seed=10_070).failed == ("absent",)


def test_a_loss_that_raises_fails_where_it_does() -> None:
    def picky(student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
        if student.shape[-1] > 6:
            raise ValueError("too many")
        return forward_kl(student, teacher)

    assert audit_loss(picky).failed == ("absent",)
    assert set(audit_loss(picky, temperature=True).failed) == {"absent", "temperature"}

    def lost(_student: torch.Tensor, _teacher: torch.Tensor) -> torch.Tensor:
        raise KeyError("labels")

    assert set(audit_loss(lost).failed) == {"equal", "rest", "shift", "absent", "places", "gradient"}
    assert audit_loss(lambda s, _: torch.tensor(0.0, dtype=s.dtype)).failed == ("gradient",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_tables_are_in_the_reader_s_words(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    table = museum_table()
    assert list(table.index) == [exhibit.name for exhibit in EXHIBITS]
    frame = audit_loss(generalized_jsd, direction="forward", ends=True).to_frame()
    assert list(frame.index) == ["equal", "rest", "shift", "absent", "places", "gradient", "direction", "size", "ends"]
    assert frame.shape == (9, 4)
    assert max(frame.iloc[:, 0].str.len()) < 50  # pandas cuts longer ones


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"loss": 3}, TypeError, "loss must be a function"),
        ({"loss": forward_kl, "direction": "sideways"}, ValueError, "direction must be one of"),
        ({"loss": forward_kl, "classes": 2}, ValueError, "classes must be at least 3"),
        ({"loss": forward_kl, "ends": 1}, TypeError, "ends must be True or False"),
        ({"loss": forward_kl, "seed": -1}, ValueError, "seed must be at least 0"),
    ],
)
def test_bad_input_is_named(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        audit_loss(**arguments)
