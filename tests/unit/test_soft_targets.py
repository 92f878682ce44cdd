"""Changed targets keep what they should, biases meet their frequencies, and students side by side learn as if alone."""

from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats
from scipy.special import logsumexp, softmax

from secondhand.distillation import (
    distill,
    distill_side_by_side,
    fit_class_biases,
    flatten_wrong_classes,
    forward_kl,
    kd_loss,
    label_logits,
    permute_wrong_classes,
)
from secondhand.learners import ParallelPerceptrons

seeds = st.integers(10_000, 20_000)


def draw(*shape: int, seed: int, scale: float = 3.0) -> torch.Tensor:
    return scale * torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_labels_are_answers_without_doubt() -> None:
    student, labels = draw(6, 5, seed=10_000), torch.tensor([0, 4, 2, 2, 1, 3])
    loss = forward_kl(student, label_logits(labels, classes=5))
    assert loss.item() == pytest.approx(torch.nn.functional.cross_entropy(student, labels).item(), abs=1e-10)
    assert label_logits(labels.reshape(2, 3), classes=5).shape == (2, 3, 5)


@given(seed=seeds, classes=st.integers(2, 7), heat=st.sampled_from([0.5, 1.0, 4.0]))
@settings(max_examples=30, deadline=None)
def test_permuted_answers_keep_answer_confidence_and_entropy(seed: int, classes: int, heat: float) -> None:
    logits = draw(4, 3, classes, seed=seed)
    permuted = permute_wrong_classes(logits, seed=seed)
    assert torch.equal(permuted.argmax(-1), logits.argmax(-1))
    assert torch.equal(permuted.amax(-1), logits.amax(-1))
    assert torch.equal(permuted.sort(-1).values, logits.sort(-1).values)
    ours, theirs = (stats.entropy(softmax((x / heat).numpy(), axis=-1), axis=-1) for x in (logits, permuted))
    assert np.allclose(ours, theirs, atol=1e-12)


def test_permutations_are_uniform() -> None:
    logits = torch.tensor([5.0, 0.0, 1.0, 2.0]).expand(24_000, 4)
    permuted = permute_wrong_classes(logits, seed=10_001)
    _, counts = torch.unique(permuted[:, 1:], dim=0, return_counts=True)
    # χ² with 5 degrees of freedom: mean 5, standard deviation √10.
    assert len(counts) == 6
    assert float(((counts - 4_000) ** 2 / 4_000).sum()) < 5 + 4 * 10**0.5


@given(seed=seeds, classes=st.integers(2, 7), heat=st.sampled_from([0.5, 1.0, 4.0]))
@settings(max_examples=30, deadline=None)
def test_flat_answers_keep_the_entropy(seed: int, classes: int, heat: float) -> None:
    logits = draw(5, classes, seed=seed)
    flat = flatten_wrong_classes(logits, temperature=heat)
    law, expected = (softmax((x / heat).numpy(), axis=-1) for x in (flat, logits))
    assert np.allclose(stats.entropy(law, axis=-1), stats.entropy(expected, axis=-1), atol=1e-8)
    assert np.array_equal(law.argmax(-1), expected.argmax(-1))
    wrong = np.sort(law, axis=-1)[:, :-1]
    assert np.allclose(wrong, wrong[:, :1], atol=1e-12)


def test_flat_answers_equal_root_finding() -> None:
    logits = draw(1, 6, seed=10_002)
    target = stats.entropy(softmax(logits.numpy()[0]))
    top = optimize.brentq(lambda c: stats.entropy([c, *[(1 - c) / 5] * 5]) - target, 1 / 6, 1 - 1e-12)
    assert flatten_wrong_classes(logits).softmax(-1).max().item() == pytest.approx(top, abs=1e-8)


@given(seed=seeds, classes=st.integers(2, 6))
@settings(max_examples=20, deadline=None)
def test_biases_meet_the_frequencies(seed: int, classes: int) -> None:
    generator = np.random.default_rng(seed)
    logits, law = 4 * generator.normal(size=(80, classes)), generator.dirichlet(np.full(classes, 5.0))
    biases = fit_class_biases(logits, law)
    assert np.allclose(softmax(logits + biases, axis=1).mean(axis=0), law, atol=1e-7)
    assert biases.mean() == pytest.approx(0, abs=1e-10)
    moved = fit_class_biases(logits + np.arange(classes), law)
    assert np.allclose(moved, biases - np.arange(classes) + np.arange(classes).mean(), atol=1e-5)


def test_biases_equal_two_other_methods() -> None:
    logits, law = 3 * np.random.default_rng(10_003).normal(size=(60, 4)), np.array([0.1, 0.2, 0.3, 0.4])
    steps = np.zeros(4)
    for _ in range(3_000):
        steps = steps + np.log(law / softmax(logits + steps, axis=1).mean(axis=0))

    def value(biases: np.ndarray) -> float:
        return float(logsumexp(logits + biases, axis=1).mean() - law @ biases)

    search = optimize.minimize(value, np.zeros(4), tol=1e-12).x
    biases = fit_class_biases(torch.tensor(logits), law)
    assert np.allclose(biases, steps - steps.mean(), atol=1e-7)
    assert np.allclose(biases, search - search.mean(), atol=1e-4)


def test_biases_of_a_class_that_is_hardly_ever_named() -> None:
    logits = np.random.default_rng(10_004).normal(size=(200, 3)) - np.array([0, 0, 40.0])
    biases = fit_class_biases(logits, np.full(3, 1 / 3))
    assert np.allclose(softmax(logits + biases, axis=1).mean(axis=0), 1 / 3, atol=1e-7)


def test_members_learn_as_if_alone() -> None:
    students = ParallelPerceptrons((5, 4, 3), members=2, seed=10_005)
    inputs = torch.randn(30, 2, 5, generator=torch.Generator().manual_seed(10_006))
    targets = {"a": draw(30, 2, 3, seed=10_007).float(), "b": draw(30, 2, 3, seed=10_008).float()}
    setting = {"steps": 40, "batch_size": 8, "learning_rate": 1e-2, "seed": 10_009}
    together = distill_side_by_side(students, targets, inputs, temperature=2, **setting)  # type: ignore[arg-type]
    assert list(together) == ["a", "b"]
    for name, rows in targets.items():
        for member, alone in enumerate(students.split(1)):
            taught = distill(
                alone,
                rows[:, member : member + 1],
                inputs[:, member : member + 1],
                loss=partial(kd_loss, temperature=2),
                **setting,  # type: ignore[arg-type]
            ).network
            ours = together[name](inputs)[:, member]
            assert torch.allclose(ours, taught(inputs[:, member : member + 1])[:, 0], atol=1e-4)


def test_a_member_is_a_perceptron() -> None:
    network = ParallelPerceptrons((6, 5, 4, 3), members=3, seed=10_010)
    inputs = torch.randn(7, 6, generator=torch.Generator().manual_seed(10_011))
    hidden = inputs
    for layer in range(3):
        hidden = hidden @ network.weights[layer][1] + network.biases[layer][1]
        hidden = hidden.relu() if layer < 2 else hidden
    assert torch.allclose(network(inputs)[:, 1], hidden, atol=1e-6)
    assert torch.allclose(network(inputs), network(inputs[:, None].expand(7, 3, 6)), atol=1e-6)
    assert network.weights_each == 6 * 5 + 5 + 5 * 4 + 4 + 4 * 3 + 3


def test_copies_and_groups() -> None:
    network = ParallelPerceptrons((4, 3), members=2, dropout=0.5, seed=10_012).eval()
    inputs = torch.randn(5, 4, generator=torch.Generator().manual_seed(10_013))
    copies = network.repeated(3)
    assert copies.members == 6
    assert torch.equal(copies(inputs)[:, 2:4], network(inputs))
    groups = copies.split(2)
    assert [group.members for group in groups] == [2, 2, 2]
    assert torch.equal(groups[2](inputs), network(inputs))
    assert not groups[0].training
    assert groups[0].dropout == 0.5


def test_dropout_only_while_training() -> None:
    network = ParallelPerceptrons((4, 50, 3), members=2, dropout=0.5, seed=10_014)
    inputs = torch.ones(5, 4)
    assert not torch.equal(network(inputs), network(inputs))
    network.eval()
    assert torch.equal(network(inputs), network(inputs))


LOGITS = torch.zeros(2, 3)
SCATTERED = np.random.default_rng(0).integers(0, 4, 60)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: label_logits(torch.tensor([3]), classes=3), ValueError, "labels must hold classes from 0 to 2, got 3"),
        (lambda: label_logits(torch.tensor([0]), classes=1), ValueError, "classes must be at least 2"),
        (lambda: permute_wrong_classes(LOGITS[:, :1], seed=10_015), ValueError, "at least two classes"),
        (lambda: permute_wrong_classes(LOGITS, seed=-1), ValueError, "seed must be at least 0"),
        (lambda: permute_wrong_classes(LOGITS * torch.nan, seed=10_015), ValueError, "logits must be numbers, got NaN"),
        (lambda: flatten_wrong_classes(LOGITS, temperature=0), ValueError, "temperature must be above 0"),
        (lambda: flatten_wrong_classes(LOGITS - torch.inf), ValueError, "logits must be finite"),
        (lambda: fit_class_biases(LOGITS, [0.5, 0.5]), ValueError, "one number for each of 3 classes, got 2"),
        (lambda: fit_class_biases(LOGITS, [0.5, 0.5, 0.0]), ValueError, "frequencies must all be above 0"),
        (lambda: fit_class_biases(LOGITS, [0.5, 0.5, 0.5]), ValueError, "frequencies must sum to 1"),
        (
            lambda: fit_class_biases(1e5 * np.eye(4)[SCATTERED], [0.97, 0.01, 0.01, 0.01]),
            ValueError,
            "logits must let mean probabilities meet the frequencies",
        ),
        (lambda: fit_class_biases(LOGITS[0], [1.0]), ValueError, "one row an item"),
        (lambda: fit_class_biases([["a", "b"]], [0.5, 0.5]), TypeError, "logits must hold numbers"),
        (lambda: ParallelPerceptrons((3,), members=1, seed=10_016), ValueError, "sizes must hold at least"),
        (lambda: ParallelPerceptrons((3, 0), members=1, seed=10_016), ValueError, "sizes must be at least 1"),
        (lambda: ParallelPerceptrons((3, 2), members=0, seed=10_016), ValueError, "members must be at least 1"),
        (
            lambda: ParallelPerceptrons((3, 2), members=1, dropout=1, seed=10_016),
            ValueError,
            "dropout must be below 1",
        ),
        (
            lambda: ParallelPerceptrons((3, 2), members=2, seed=10_016)(torch.zeros(4, 3, 3)),
            ValueError,
            r"inputs must have shape \(items, 3\) or \(items, 2, 3\)",
        ),
        (
            lambda: ParallelPerceptrons((3, 2), members=2, seed=10_016).repeated(0),
            ValueError,
            "times must be at least 1",
        ),
        (
            lambda: ParallelPerceptrons((3, 2), members=3, seed=10_016).split(2),
            ValueError,
            "size must divide the 3 members, got 2",
        ),
    ],
)
def test_bad_input(call: "partial[None]", error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()


@pytest.mark.parametrize("targets", [{}, {"a": torch.zeros(4, 1, 2)}])
def test_lessons_must_fit(targets: dict[str, torch.Tensor]) -> None:
    students = ParallelPerceptrons((3, 2), members=2, seed=10_017)
    with pytest.raises(ValueError, match="targets"):
        distill_side_by_side(students, targets, torch.zeros(4, 2, 3), temperature=1, steps=1, seed=10_018)


def test_lessons_need_tensors_and_members() -> None:
    students, rows = ParallelPerceptrons((3, 2), members=2, seed=10_017), torch.zeros(4, 2, 2)
    lesson = partial(distill_side_by_side, students, temperature=1, steps=1, seed=10_018)
    with pytest.raises(ValueError, match=r"inputs must have shape \(items, 2, features\), got \(4, 3\)"):
        lesson({"a": rows}, torch.zeros(4, 3))
    with pytest.raises(TypeError, match=r"targets\['a'\] must be a tensor, got list"):
        lesson({"a": rows.tolist()}, torch.zeros(4, 2, 3))  # type: ignore[dict-item]
    with pytest.raises(TypeError, match="inputs must be a tensor, got ndarray"):
        lesson({"a": rows}, np.zeros((4, 2, 3)))  # type: ignore[arg-type]


def test_lessons_of_students_with_dropout_would_differ_in_more_than_targets() -> None:
    students = ParallelPerceptrons((3, 4, 2), members=2, dropout=0.5, seed=10_019)
    with pytest.raises(ValueError, match=r"students must have dropout 0, .* got 0\.5"):
        distill_side_by_side(
            students, {"a": torch.zeros(4, 2, 2)}, torch.zeros(4, 2, 3), temperature=1, steps=1, seed=10_018
        )


def test_frozen_layers_stay_frozen_side_by_side() -> None:
    students = ParallelPerceptrons((3, 4, 2), members=2, seed=10_020)
    students.weights[0].requires_grad_(False)
    taught = distill_side_by_side(
        students,
        {"a": draw(4, 2, 2, seed=10_021).float()},
        draw(4, 2, 3, seed=10_022).float(),
        temperature=1,
        steps=5,
        seed=10_018,
    )["a"]
    assert torch.equal(taught.weights[0], students.weights[0])
    assert not torch.equal(taught.weights[1], students.weights[1])


def test_changed_answers_ask_for_no_gradient() -> None:
    logits = draw(4, 3, seed=10_023).requires_grad_()
    assert not permute_wrong_classes(logits, seed=10_024).requires_grad
    assert not flatten_wrong_classes(logits).requires_grad
    assert np.isfinite(fit_class_biases(logits, np.full(3, 1 / 3))).all()


def test_label_smoothing_is_a_teacher_without_an_idea() -> None:
    student, labels = draw(6, 5, seed=10_025), torch.tensor([0, 4, 2, 2, 1, 3])
    smoothed = torch.nn.functional.cross_entropy(student, labels, label_smoothing=0.1)
    distilled = kd_loss(student, torch.zeros_like(student), labels, temperature=1, alpha=0.1)
    assert smoothed.item() == pytest.approx(distilled.item() + 0.1 * np.log(5), abs=1e-10)
