"""The loop that teaches a student: reproducible, leaves what it is given alone, and sees every item."""

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from secondhand.distillation import answers, distill, forward_kl, kd_loss, logits_of

INPUTS = torch.randn(50, 6, generator=torch.Generator().manual_seed(10_000))
TARGETS = 2 * torch.randn(50, 4, generator=torch.Generator().manual_seed(10_001))


def perceptron(*, seed: int = 10_002, dropout: float = 0.0) -> nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Dropout(dropout), nn.Linear(8, 4))


def weights(network: nn.Module) -> torch.Tensor:
    return torch.cat([weight.detach().flatten() for weight in network.parameters()])


class Wrapped(nn.Module):
    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, inputs: torch.Tensor) -> SimpleNamespace:
        return SimpleNamespace(logits=self.network(inputs))


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_the_seed_decides(dropout: float) -> None:
    student = perceptron(dropout=dropout)
    one, same, other = (
        distill(student, TARGETS, INPUTS, steps=20, batch_size=8, seed=seed) for seed in (10_003, 10_003, 10_004)
    )
    assert torch.equal(weights(one.network), weights(same.network))
    assert torch.equal(one.losses, same.losses)
    assert not torch.equal(weights(one.network), weights(other.network))


def test_the_global_generator_is_left_alone() -> None:
    before = torch.random.get_rng_state()
    distill(perceptron(dropout=0.5), TARGETS, INPUTS, steps=3, seed=10_005)
    assert torch.equal(before, torch.random.get_rng_state())


def test_the_student_stays_as_it_is() -> None:
    student = perceptron().eval()
    before = weights(student)
    taught = distill(student, TARGETS, INPUTS, steps=5, seed=10_006).network
    assert torch.equal(before, weights(student))
    assert not student.training
    assert all(weight.requires_grad for weight in student.parameters())
    assert not torch.equal(before, weights(taught))
    assert not taught.training
    assert not any(weight.requires_grad for weight in taught.parameters())


def test_frozen_weights_stay_frozen() -> None:
    student = perceptron()
    student[0].requires_grad_(False)  # type: ignore[index]
    taught = distill(student, TARGETS, INPUTS, steps=5, seed=10_007).network
    ours, theirs = list(student.parameters()), list(taught.parameters())
    assert torch.equal(ours[0], theirs[0])
    assert not torch.equal(ours[2], theirs[2])


def test_a_taught_student_can_learn_on() -> None:
    first = distill(perceptron(), TARGETS, INPUTS, steps=30, seed=10_008)
    second = distill(first.network, TARGETS, INPUTS, steps=30, seed=10_009)
    assert second.losses[-1] < first.losses[0]
    assert not torch.equal(weights(first.network), weights(second.network))


@pytest.mark.parametrize("batch_size", [7, 25, 50, 200])
def test_batches_cover_all_items(batch_size: int) -> None:
    seen: list[torch.Tensor] = []

    def loss(student: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
        seen.append(teacher[:, 0])
        return student.sum() * 0

    rounds, size = 3, min(batch_size, 50)
    steps = int(np.ceil(rounds * 50 / size))
    named = torch.arange(50.0)[:, None].expand(50, 4)
    distill(perceptron(), named, INPUTS, loss=loss, steps=steps, batch_size=batch_size, seed=10_010)
    assert all(len(batch) == size for batch in seen)
    drawn = torch.cat(seen)[: rounds * 50].reshape(rounds, 50)
    assert all(torch.equal(row.sort().values, torch.arange(50.0)) for row in drawn)
    assert not torch.equal(drawn[0], drawn[1])


def test_labels_come_with_their_items() -> None:
    def loss(student: torch.Tensor, teacher: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        assert torch.equal(teacher[:, 0], labels.float())
        return student.sum() * 0

    named = torch.arange(50.0)[:, None].expand(50, 4)
    distill(perceptron(), named, INPUTS, torch.arange(50), loss=loss, steps=9, batch_size=8, seed=10_011)


def test_labels_may_have_places() -> None:
    student = nn.Sequential(nn.Linear(6, 12), nn.Unflatten(1, (3, 4)))
    labels = torch.zeros(50, 3, dtype=torch.long)
    loss = partial(kd_loss, alpha=0.5)
    places = TARGETS[:, None].expand(50, 3, 4)
    taught = distill(student, places, INPUTS, labels, loss=loss, steps=3, seed=10_012)
    assert torch.isfinite(taught.losses).all()


def test_watching() -> None:
    modes: list[bool] = []

    def watch(network: nn.Module) -> float:
        modes.append(network.training or torch.is_grad_enabled())
        return float(weights(network).sum())

    taught = distill(perceptron(), TARGETS, INPUTS, steps=25, watch=watch, watch_every=10, seed=10_013)
    assert list(taught.snapshots) == [0, 10, 20, 25]
    assert not any(modes)
    assert taught.snapshots[0] == pytest.approx(float(weights(perceptron()).sum()))
    assert taught.snapshots[25] == pytest.approx(float(weights(taught.network).sum()))


def test_watching_changes_nothing() -> None:
    student = perceptron(dropout=0.5)
    alone = distill(student, TARGETS, INPUTS, steps=12, seed=10_014)
    watched = distill(student, TARGETS, INPUTS, steps=12, watch=lambda _: torch.rand(3), watch_every=1, seed=10_014)
    assert torch.equal(alone.losses, watched.losses)


@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_stored_answers_equal_asking_anew(dropout: float) -> None:
    teacher = perceptron(seed=10_015, dropout=dropout).train()
    setting = {"steps": 15, "batch_size": 8, "seed": 10_016}
    stored = distill(perceptron(), answers(teacher, INPUTS, batch_size=13), INPUTS, **setting)  # type: ignore[arg-type]
    asked = distill(perceptron(), teacher, INPUTS, **setting)  # type: ignore[arg-type]
    assert torch.allclose(weights(stored.network), weights(asked.network), atol=1e-6)
    assert teacher.training


def test_each_step_is_a_step_of_adam() -> None:
    student = perceptron()
    taught = distill(student, TARGETS, INPUTS, loss=forward_kl, steps=4, batch_size=50, learning_rate=0.01, seed=10_017)
    optimizer = torch.optim.Adam(student.parameters(), lr=0.01)
    for value in taught.losses:
        loss = nn.functional.kl_div(student(INPUTS).log_softmax(1), TARGETS.softmax(1), reduction="batchmean")
        assert loss.item() == pytest.approx(float(value), abs=1e-6)
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    assert torch.allclose(weights(student), weights(taught.network), atol=1e-5)


def test_answers_are_those_of_the_network() -> None:
    network = perceptron(dropout=0.5).train()
    stored = answers(network, INPUTS, batch_size=7)
    assert network.training
    assert not stored.requires_grad
    assert torch.equal(answers(network, INPUTS), answers(network, INPUTS))
    assert torch.allclose(stored, network.eval()(INPUTS), atol=1e-6)
    mixed = perceptron(dropout=0.5).eval()
    wrapped = Wrapped(mixed)
    wrapped.training = True
    assert torch.allclose(answers(wrapped, INPUTS), stored, atol=1e-6)
    assert [part.training for part in wrapped.modules()] == [True, *[False] * 5]  # the whole and its parts
    assert torch.equal(logits_of(wrapped, INPUTS), network(INPUTS))


def test_answers_restore_the_mode_after_an_error() -> None:
    network = perceptron().train()
    with pytest.raises(RuntimeError):
        answers(network, torch.zeros(3, 5))
    assert network.training


@pytest.mark.parametrize("size", [0, -1])
def test_answers_need_a_batch(size: int) -> None:
    with pytest.raises(ValueError, match="batch_size must be at least 1"):
        answers(perceptron(), INPUTS, batch_size=size)


def test_answers_need_inputs() -> None:
    with pytest.raises(ValueError, match="inputs must hold at least one item"):
        answers(perceptron(), INPUTS[:0])


@pytest.mark.parametrize(
    ("changed", "error", "words"),
    [
        ({"steps": 0}, ValueError, "steps must be at least 1"),
        ({"steps": 1.5}, TypeError, "steps must be an integer"),
        ({"batch_size": 0}, ValueError, "batch_size must be at least 1"),
        ({"learning_rate": 0.0}, ValueError, "learning_rate must be above 0"),
        ({"watch_every": 0}, ValueError, "watch_every must be at least 1"),
        ({"seed": -1}, ValueError, "seed must be at least 0"),
    ],
)
def test_bad_numbers(changed: dict[str, float], error: type[Exception], words: str) -> None:
    setting = {"steps": 2, "seed": 10_018} | changed
    with pytest.raises(error, match=words):
        distill(perceptron(), TARGETS, INPUTS, **setting)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"student": lambda x: x}, "student must be a network"),
        ({"teacher": TARGETS.numpy()}, "teacher must be a network or a tensor of its logits, got ndarray"),
        ({"inputs": INPUTS.numpy()}, "inputs must be a tensor, got ndarray"),
        ({"labels": [0] * 50}, "labels must be a tensor, got list"),
    ],
)
def test_wrong_types_are_named(changed: dict[str, object], words: str) -> None:
    given = {"student": perceptron(), "teacher": TARGETS, "inputs": INPUTS} | changed
    with pytest.raises(TypeError, match=words):
        distill(**given, steps=1, seed=10_018)  # type: ignore[arg-type]


def test_a_loss_is_one_number() -> None:
    with pytest.raises(ValueError, match=r"loss must return one number, got shape \(50,\)"):
        distill(perceptron(), TARGETS, INPUTS, loss=lambda s, _: s.sum(-1), steps=1, seed=10_018)


def test_rows_must_match() -> None:
    with pytest.raises(ValueError, match="teacher must have one row for each of the 50 inputs, got 49"):
        distill(perceptron(), TARGETS[1:], INPUTS, steps=1, seed=10_019)
    with pytest.raises(ValueError, match="labels must have one row for each of the 50 inputs, got 3"):
        distill(perceptron(), TARGETS, INPUTS, torch.arange(3), steps=1, seed=10_020)
    with pytest.raises(ValueError, match="inputs must hold at least one item"):
        distill(perceptron(), TARGETS[:0], INPUTS[:0], steps=1, seed=10_021)


@pytest.mark.parametrize("broken", [torch.nan, torch.inf])
def test_a_loss_must_stay_finite(broken: float) -> None:
    with pytest.raises(ValueError, match="learning_rate must keep the loss finite"):
        distill(perceptron(), TARGETS, INPUTS, loss=lambda s, _: s.sum() * 0 + broken, steps=2, seed=10_022)
