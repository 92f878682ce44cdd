"""Networks with auxiliary outputs: what trains, what stays, gradients against differences, and bad input."""

from typing import Any

import numpy as np
import pytest
import torch

from secondhand.learners import AuxiliaryNetworkLearner, AuxiliaryNetworks

GENERATOR = np.random.default_rng(10_020)
IMAGES = GENERATOR.random((40, 9))
LABELS = GENERATOR.integers(0, 3, 40)
NOISE = GENERATOR.uniform(-1, 1, (20, 9))
LEARNER = AuxiliaryNetworkLearner(pixels=9, hidden=7, classes=3, auxiliary=4, batch_size=8, dtype=torch.float64)
NETWORKS = LEARNER.initialise(5, seed=10_021)


def class_loss(networks: AuxiliaryNetworks) -> np.ndarray:
    logits = networks.outputs(IMAGES)[..., :3]
    logits = logits - logits.max(axis=-1, keepdims=True)
    logs = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))
    return np.asarray(-logs[:, np.arange(40), LABELS].mean(axis=1))


def auxiliary_loss(networks: AuxiliaryNetworks, teachers: AuxiliaryNetworks) -> np.ndarray:
    gap = networks.outputs(NOISE)[..., 3:] - teachers.outputs(NOISE)[..., 3:]
    return np.asarray((gap**2).mean(axis=(1, 2)))


def test_outputs_are_those_of_plain_numpy() -> None:
    weights = [weight.numpy() for weight in NETWORKS.weights]
    biases = [bias.numpy() for bias in NETWORKS.biases]
    for member in range(5):
        hidden = IMAGES
        for weight, bias in zip(weights[:2], biases[:2], strict=True):
            hidden = np.maximum(hidden @ weight[member] + bias[member], 0)
        expected = hidden @ weights[2][member] + biases[2][member]
        np.testing.assert_allclose(NETWORKS.outputs(IMAGES)[member], expected, atol=1e-12)
        np.testing.assert_array_equal(NETWORKS.classify(IMAGES)[member], expected[:, :3].argmax(axis=1))


def test_initial_weights_are_seeded_and_within_their_range() -> None:
    again = LEARNER.initialise(5, seed=10_021)
    np.testing.assert_array_equal(again.parameters(), NETWORKS.parameters())
    assert (LEARNER.initialise(5, seed=10_022).parameters() != NETWORKS.parameters()).all()
    assert NETWORKS.members == 5
    for weight, bias, inputs in zip(NETWORKS.weights, NETWORKS.biases, (9, 7, 7), strict=True):
        assert max(float(weight.abs().max()), float(bias.abs().max())) <= inputs**-0.5


@pytest.mark.parametrize("kind", ["class", "auxiliary"])
def test_gradients_are_those_of_differences(kind: str) -> None:
    teachers = LEARNER.initialise(5, seed=10_023)
    gradient = (
        NETWORKS.class_gradient(IMAGES, LABELS) if kind == "class" else NETWORKS.auxiliary_gradient(teachers, NOISE)
    )
    direction = np.random.default_rng(10_024).normal(size=gradient.shape)

    def loss(step: float) -> np.ndarray:
        moved = NETWORKS.moved(step * direction)
        return class_loss(moved) if kind == "class" else auxiliary_loss(moved, teachers)

    slope = (loss(1e-6) - loss(-1e-6)) / 2e-6
    np.testing.assert_allclose((gradient * direction).sum(axis=1), slope, rtol=1e-5, atol=1e-7)


def test_training_classes_lowers_their_loss_and_leaves_the_auxiliary_head() -> None:
    trained = LEARNER.train_classes(NETWORKS, IMAGES, LABELS, steps=60, seed=10_025)
    assert (class_loss(trained) < class_loss(NETWORKS)).all()
    for after, before in ((trained.weights[-1], NETWORKS.weights[-1]), (trained.biases[-1], NETWORKS.biases[-1])):
        np.testing.assert_array_equal(after[..., 3:].numpy(), before[..., 3:].numpy())
        assert (after[..., :3] != before[..., :3]).any()


def test_imitating_lowers_the_distance_and_leaves_the_class_head() -> None:
    teachers = LEARNER.initialise(5, seed=10_026)
    students = LEARNER.imitate_auxiliary(NETWORKS, teachers, steps=60, seed=10_027)
    assert (auxiliary_loss(students, teachers) < auxiliary_loss(NETWORKS, teachers)).all()
    np.testing.assert_array_equal(students.weights[-1][..., :3].numpy(), NETWORKS.weights[-1][..., :3].numpy())
    np.testing.assert_array_equal(students.biases[-1][..., :3].numpy(), NETWORKS.biases[-1][..., :3].numpy())


def test_a_student_that_already_is_its_teacher_does_not_move() -> None:
    students = LEARNER.imitate_auxiliary(NETWORKS, NETWORKS, steps=5, seed=10_028)
    np.testing.assert_array_equal(students.parameters(), NETWORKS.parameters())


def test_members_train_as_if_alone() -> None:
    """The gradient of one member depends on no other member."""
    single = AuxiliaryNetworks(
        tuple(weight[2:3] for weight in NETWORKS.weights), tuple(bias[2:3] for bias in NETWORKS.biases), 3
    )
    np.testing.assert_allclose(
        single.class_gradient(IMAGES, LABELS)[0], NETWORKS.class_gradient(IMAGES, LABELS)[2], atol=1e-12
    )


def test_training_is_seeded_and_changes_nothing_in_place() -> None:
    before = NETWORKS.parameters()
    runs = [LEARNER.train_classes(NETWORKS, IMAGES, LABELS, steps=3, seed=seed).parameters() for seed in (1, 1, 2)]
    np.testing.assert_array_equal(NETWORKS.parameters(), before)
    np.testing.assert_array_equal(runs[0], runs[1])
    assert (runs[0] != runs[2]).any()


def test_heads_are_exchanged_and_hidden_layers_kept() -> None:
    other = LEARNER.initialise(5, seed=10_029)
    mixed = NETWORKS.with_heads_of(other)
    for layer in (0, 1):
        np.testing.assert_array_equal(mixed.weights[layer].numpy(), NETWORKS.weights[layer].numpy())
        np.testing.assert_array_equal(mixed.biases[layer].numpy(), NETWORKS.biases[layer].numpy())
    np.testing.assert_array_equal(mixed.weights[2].numpy(), other.weights[2].numpy())
    np.testing.assert_array_equal(mixed.biases[2].numpy(), other.biases[2].numpy())


def test_moving_there_and_back_is_no_move() -> None:
    direction = np.random.default_rng(10_030).normal(size=NETWORKS.parameters().shape)
    moved = NETWORKS.moved(direction)
    np.testing.assert_allclose(moved.parameters(), NETWORKS.parameters() + direction, atol=1e-12)
    np.testing.assert_allclose(moved.moved(-direction).parameters(), NETWORKS.parameters(), atol=1e-12)


SMALL = AuxiliaryNetworkLearner(pixels=9, hidden=6, classes=3, auxiliary=4).initialise(5, seed=10_031)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: AuxiliaryNetworkLearner(hidden=0), ValueError, "hidden must be at least 1"),
        (lambda: AuxiliaryNetworkLearner(classes=1), ValueError, "classes must be at least 2"),
        (lambda: AuxiliaryNetworkLearner(learning_rate=0), ValueError, "learning_rate must be above 0"),
        (lambda: AuxiliaryNetworkLearner(dtype=torch.int64), ValueError, "dtype must be a kind of floating-point"),
        (lambda: LEARNER.initialise(0, seed=1), ValueError, "members must be at least 1"),
        (lambda: LEARNER.initialise(1, seed=-1), ValueError, "seed must be at least 0"),
        (lambda: NETWORKS.outputs(IMAGES[:, :5]), ValueError, "images must have 9 pixels an image, got 5"),
        (lambda: NETWORKS.class_gradient(IMAGES, LABELS + 1), ValueError, "labels must hold numbers from 0 to 2"),
        (lambda: NETWORKS.auxiliary_gradient(SMALL, NOISE), ValueError, "teachers must have the shape"),
        (lambda: NETWORKS.with_heads_of(SMALL), ValueError, "other must have the shape"),
        (lambda: NETWORKS.moved(np.zeros((5, 3))), ValueError, "direction must have shape"),
        (
            lambda: LEARNER.train_classes(NETWORKS, IMAGES, LABELS, steps=0, seed=1),
            ValueError,
            "steps must be at least 1",
        ),
        (
            lambda: LEARNER.imitate_auxiliary(NETWORKS, SMALL, steps=1, seed=1),
            ValueError,
            "teachers must have the shape",
        ),
    ],
)
def test_bad_input_is_named(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
