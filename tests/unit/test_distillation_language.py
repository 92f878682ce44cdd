"""What the chapter on language models computes: sequences, drafts, humps, chains, and students' first weights."""

from collections.abc import Callable
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from secondhand.distillation import (
    acceptance_rate,
    answers,
    at_temperature,
    broad_and_narrow,
    expected_tokens_per_call,
    fit_forward,
    fit_reverse,
    forward_divergence,
    mixture_density,
    mode_seeking_distance,
    random_sequence_logits,
    random_student,
    reverse_divergence,
    sequence_kl,
    sequence_log_law,
    share_off_path,
    simulate_off_path,
    speculative_law,
    speculative_sample,
    time_off_path,
    token_kls,
    tokens_per_call,
    two_humps,
)
from secondhand.learners import TransformerLearner
from secondhand.measures import total_variation

HUMPS = [0.7, 0.3], [-6.0, 6.0], [1.0, 2.0]


def laws(tokens: int, rows: int, seed: int) -> np.ndarray:
    drawn: np.ndarray = np.random.default_rng(seed).dirichlet(np.ones(tokens), size=rows)
    return drawn


@given(st.integers(1, 9), st.integers(10_000, 99_999))
def test_acceptance_is_one_minus_total_variation(tokens: int, seed: int) -> None:
    p, q = laws(tokens, 2, seed)
    rate = acceptance_rate(p, q)
    assert rate == pytest.approx(1 - total_variation(p, q), abs=1e-10)
    assert acceptance_rate(q, p) == pytest.approx(rate, abs=1e-12)
    assert isinstance(rate, float)
    # Pinsker: half of KL bounds the square of the total variation distance.
    divergence = float((p * np.log(p / q)).sum())
    assert rate >= 1 - np.sqrt(max(0, divergence) / 2) - 1e-9


def test_acceptance_keeps_kind_and_shape() -> None:
    p, q = laws(5, 6, 10_000).reshape(2, 3, 5), laws(5, 6, 10_001).reshape(2, 3, 5)
    array, tensor = acceptance_rate(p, q), acceptance_rate(torch.tensor(p), torch.tensor(q))
    assert isinstance(tensor, torch.Tensor)
    assert tuple(tensor.shape) == np.shape(array) == (2, 3)
    np.testing.assert_allclose(array, tensor.numpy(), atol=1e-12)
    assert isinstance(acceptance_rate(p[0, 0], q[0, 0]), float)


@pytest.mark.parametrize("draft_tokens", [1, 2, 3, 5])
@pytest.mark.parametrize("length", [1, 3, 4])
def test_the_law_of_speculative_decoding_is_that_of_the_target(length: int, draft_tokens: int) -> None:
    target, draft = laws(3, 3, 10_010), laws(3, 3, 10_011)
    found = speculative_law(target, draft, length=length, draft_tokens=draft_tokens)
    for text in product(range(3), repeat=length):
        path = (0, *text)
        alone = np.prod([target[a, b] for a, b in pairwise(path)])
        assert found[text] == pytest.approx(alone, abs=1e-12)


def test_the_law_holds_for_functions_of_the_whole_past_and_for_equal_laws() -> None:
    rows = laws(2, 20, 10_012)

    def target(text: tuple[int, ...]) -> np.ndarray:
        row: np.ndarray = rows[sum(text) + 3 * len(text)]
        return row

    def draft(text: tuple[int, ...]) -> np.ndarray:
        row: np.ndarray = rows[len(text)]
        return row

    found = speculative_law(target, draft, length=3, draft_tokens=2, prefix=())
    for text in product(range(2), repeat=3):
        alone = np.prod([target(text[:t])[text[t]] for t in range(3)])
        assert found[text] == pytest.approx(alone, abs=1e-12)
    same = speculative_law(target, target, length=3, draft_tokens=2, prefix=())
    np.testing.assert_allclose(same, found, atol=1e-12)


def test_a_perfect_draft_is_never_refused_and_a_disjoint_one_always() -> None:
    table = laws(4, 4, 10_013)
    written = speculative_sample(table, table, length=50, draft_tokens=4, seed=10_014)
    assert (written.accepted == written.drafted).all()
    assert written.calls == 10
    ours, theirs = (lambda _: [0.5, 0.5, 0, 0]), (lambda _: [0, 0, 0.5, 0.5])
    written = speculative_sample(ours, theirs, length=20, seed=10_015)
    assert written.calls == 20
    assert written.accepted.sum() == 0
    assert set(written.tokens) <= {0, 1}


@given(st.floats(0, 0.999), st.integers(0, 9))
def test_tokens_of_a_call_are_a_sum_over_drafts(rate: float, drafts: int) -> None:
    expected = sum(rate**k for k in range(drafts + 1))
    assert expected_tokens_per_call(rate, drafts) == pytest.approx(expected, abs=1e-10)


def test_tokens_of_a_call_broadcast_and_reach_the_end() -> None:
    table = expected_tokens_per_call(np.array([[0.0], [1.0]]), np.array([0, 1, 4]))
    np.testing.assert_allclose(table, [[1, 1, 1], [1, 2, 5]], atol=1e-12)


def test_tokens_from_scores_agree_with_a_loop() -> None:
    generator = np.random.default_rng(10_016)
    target, draft = -generator.gamma(2, 1, (2, 7, 3))
    kept = np.minimum(1, np.exp(target - draft))
    by_hand = [1 + sum(np.mean([row[:k].prod() for row in kept]) for k in range(1, n + 1)) for n in (1, 2, 3)]
    np.testing.assert_allclose(tokens_per_call(target, draft), by_hand, atol=1e-12)


@given(st.integers(2, 4), st.integers(1, 4), st.integers(10_000, 99_999))
def test_the_chain_rule(tokens: int, length: int, seed: int) -> None:
    p, q = (random_sequence_logits(tokens, length, seed=seed + k) for k in (0, 1))
    assert float(token_kls(p, q).sum()) == pytest.approx(float(sequence_kl(p, q)), abs=1e-10)
    assert float(sequence_log_law(p).exp().sum()) == pytest.approx(1, abs=1e-10)
    # Brute force over all texts, one at a time.
    total = 0.0
    for text in product(range(tokens), repeat=length):
        ours, theirs = (
            sum(float(model[t][text[:t]].log_softmax(-1)[text[t]]) for t in range(length)) for model in (p, q)
        )
        total += np.exp(ours) * (ours - theirs)
    assert float(sequence_kl(p, q)) == pytest.approx(total, abs=1e-10)


def gradient(value: torch.Tensor, model: list[torch.Tensor]) -> torch.Tensor:
    return torch.cat([part.flatten() for part in torch.autograd.grad(value, model)])


def test_the_stopped_path_lacks_just_the_score_term() -> None:
    p, q = (random_sequence_logits(3, 3, seed=seed) for seed in (10_020, 10_021))
    for table in q:
        table.requires_grad_(True)
    full = gradient(token_kls(q, p).sum(), q)
    torch.testing.assert_close(full, gradient(sequence_kl(q, p), q), rtol=0, atol=1e-10)
    stopped = gradient(token_kls(q, p, stop_path=True).sum(), q)
    score = torch.zeros_like(full)
    for t in range(3):
        for text in product(range(3), repeat=t):
            past = [q[s][text[:s]].log_softmax(-1)[text[s]] for s in range(t)]
            if past:
                ours, theirs = (model[t][text].log_softmax(-1).detach() for model in (q, p))
                divergence = float((ours.exp() * (ours - theirs)).sum())
                log_path = torch.stack(past).sum()
                past_gradient = torch.autograd.grad(log_path, q, allow_unused=True)
                flat = [torch.zeros_like(a) if b is None else b for a, b in zip(q, past_gradient, strict=True)]
                score += log_path.detach().exp() * divergence * torch.cat([part.flatten() for part in flat])
    torch.testing.assert_close(full, stopped + score, rtol=0, atol=1e-10)
    forward = [gradient(token_kls(p, q, stop_path=stop).sum(), q) for stop in (False, True)]
    torch.testing.assert_close(*forward, rtol=0, atol=1e-12)


def test_divergences_of_humps_agree_with_adaptive_integration() -> None:
    weights, means, deviations = HUMPS
    q = stats.norm(1.5, 3).pdf

    def p(x: Any) -> Any:
        return sum(w * stats.norm.pdf(x, m, s) for w, m, s in zip(weights, means, deviations, strict=True))

    xs = np.array([-7.0, 0.0, 5.5])
    np.testing.assert_allclose(mixture_density(xs, *HUMPS), p(xs), atol=1e-12)
    ahead = integrate.quad(lambda x: p(x) * np.log(p(x) / q(x)), -25, 25, points=[-6, 6], limit=400)[0]
    back = integrate.quad(lambda x: q(x) * np.log(q(x) / p(x)), -25, 25, points=[-6, 6], limit=400)[0]
    assert forward_divergence(1.5, 3, *HUMPS) == pytest.approx(ahead, abs=1e-7)
    assert reverse_divergence(1.5, 3, *HUMPS) == pytest.approx(back, abs=1e-7)


def test_moment_matching_is_the_forward_optimum() -> None:
    best = fit_forward(*HUMPS)
    assert best.divergence == pytest.approx(forward_divergence(best.mean, best.deviation, *HUMPS), abs=1e-10)
    for mean, factor in ((0.1, 1.0), (-0.1, 1.0), (0.0, 1.03), (0.0, 0.97)):
        assert forward_divergence(best.mean + mean, factor * best.deviation, *HUMPS) > best.divergence


@pytest.mark.parametrize(("start", "weight"), [((-6.0, 1.0), 0.7), ((6.0, 2.0), 0.3)])
def test_a_far_hump_costs_the_logarithm_of_its_weight(start: tuple[float, float], weight: float) -> None:
    assert fit_reverse([0.7, 0.3], [-9, 9], [1, 2], start=(1.5 * start[0], start[1])).divergence == pytest.approx(
        np.log(1 / weight), abs=1e-4
    )


def test_the_thresholds_by_two_methods_and_what_lies_around_them() -> None:
    exists, tie = (mode_seeking_distance(kind) for kind in ("exists", "tie"))
    assert mode_seeking_distance("exists", method="descent") == pytest.approx(exists, abs=0.003)
    assert mode_seeking_distance("tie", method="descent") == pytest.approx(tie, abs=1e-5)
    assert 2.3 < exists < 2.5
    assert broad_and_narrow(exists - 0.05)[1] is None
    for distance, narrow_wins in ((tie - 0.05, False), (tie + 0.05, True)):
        broad, narrow = broad_and_narrow(distance)
        assert narrow is not None
        assert (narrow.divergence < broad.divergence) is narrow_wins


def test_two_equal_humps_that_coincide_are_one() -> None:
    assert fit_forward(*two_humps(0)).deviation == pytest.approx(1, abs=1e-10)
    assert broad_and_narrow(0)[0].divergence == pytest.approx(0, abs=1e-8)


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 30))
def test_the_share_off_the_path_by_powers_of_a_matrix(slip: float, recovery: float, steps: int) -> None:
    chain = np.array([[1 - slip, slip], [recovery, 1 - recovery]])
    by_power = [np.linalg.matrix_power(chain, t)[0, 1] for t in range(1, steps + 1)]
    np.testing.assert_allclose(share_off_path(slip, recovery, steps=steps), by_power, atol=1e-10)
    assert time_off_path(slip, recovery, steps=steps) == pytest.approx(sum(by_power), abs=1e-9)


def test_the_extremes_of_the_chain() -> None:
    assert time_off_path(0.01, 0.99, steps=100) == pytest.approx(1, abs=1e-10)
    assert time_off_path(0.01, 0, steps=100) == pytest.approx(100 - 99 * (1 - 0.99**100), abs=1e-10)
    assert simulate_off_path(1, 0, steps=4, chains=3, seed=10_030).all()
    assert not simulate_off_path(0, 0.5, steps=4, chains=3, seed=10_031).any()


def test_a_random_student_has_the_teacher_s_kind_and_its_own_size() -> None:
    learner = TransformerLearner(11, width=16, layers=2, heads=2, steps=1, device=torch.device("cpu"))
    passages = np.random.default_rng(10_032).integers(0, 11, (4, 6))
    teacher = learner.fit(np.repeat(passages, 8, axis=0), seed=10_033).network
    before = [parameter.clone() for parameter in teacher.parameters()]
    state = torch.get_rng_state()
    one, same, other = (random_student(teacher, width=8, layers=1, heads=2, seed=s) for s in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), state)
    assert type(one) is type(teacher)
    assert one(torch.tensor([[11, 3]])).logits.shape == (1, 2, 12)
    weights = [torch.cat([p.flatten() for p in n.parameters()]) for n in (one, same, other)]
    assert torch.equal(weights[0], weights[1])
    assert not torch.equal(weights[0], weights[2])
    assert all(torch.equal(a, b) for a, b in zip(before, teacher.parameters(), strict=True))


def test_a_network_at_another_temperature_divides_its_logits() -> None:
    learner = TransformerLearner(11, width=8, layers=1, heads=2, steps=2, device=torch.device("cpu"))
    network = learner.fit(np.zeros((4, 5), dtype=int), seed=10_034).network
    text = torch.tensor([[11, 3, 2], [11, 0, 5]])
    plain = answers(network, text)
    torch.testing.assert_close(answers(at_temperature(network, 0.8), text), plain / 0.8, rtol=1e-6, atol=1e-6)
    torch.testing.assert_close(answers(network, text), plain, rtol=0, atol=0)


def test_laws_with_the_digits_of_a_network_are_laws() -> None:
    single = np.full(200, 1 / 200, dtype=np.float32)
    written = speculative_sample(lambda _: single, lambda _: single, length=12, seed=10_035)
    assert (written.accepted == written.drafted).all()
    logits = torch.randn(2, 5, 300, generator=torch.Generator().manual_seed(10_036))
    exact = acceptance_rate(*logits.softmax(-1))
    for kind in (torch.float16, torch.bfloat16):
        rough = acceptance_rate(*logits.softmax(-1).to(kind))
        torch.testing.assert_close(rough.float(), exact, rtol=0, atol=0.02)


P = np.array([0.5, 0.5])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: acceptance_rate(P, torch.tensor(P)), TypeError, "both tensors or both arrays"),
        (lambda: acceptance_rate(P, [0.2, 0.3]), ValueError, "q must sum to 1"),
        (lambda: acceptance_rate(P, [0.2, 0.3, 0.5]), ValueError, "one shape"),
        (lambda: acceptance_rate([1.5, -0.5], P), ValueError, "p must be from 0 to 1"),
        (lambda: acceptance_rate(torch.tensor([1, 0]), torch.tensor([1, 0])), TypeError, "must hold floats"),
        (lambda: tokens_per_call([[np.nan]], [[-1.0]]), ValueError, "target_log must hold log-probabilities"),
        (lambda: tokens_per_call([[-1.0]], [[2.0]]), ValueError, "draft_log must hold log-probabilities"),
        (lambda: forward_divergence(0, 1, [0.5, 0.5], [-1e6, 1e6], [1e-3, 1]), ValueError, "too small beside"),
        (lambda: fit_reverse([1.0], [0.0], [1.0], start=(1.0,)), ValueError, "a mean and a standard"),  # type: ignore[arg-type]
        (lambda: at_temperature(torch.nn.Linear(1, 1), 0.9), TypeError, "output embeddings"),
        (lambda: at_temperature(torch.nn.Linear(1, 1), 0.0), ValueError, "temperature must be above 0"),
        (lambda: acceptance_rate(1.0, 1.0), ValueError, "at least one token"),
        (lambda: expected_tokens_per_call(1.2, 4), ValueError, "acceptance must be from 0 to 1"),
        (lambda: expected_tokens_per_call(0.5, 1.5), ValueError, "draft_tokens must hold whole numbers"),
        (lambda: tokens_per_call(np.zeros(3), np.zeros(3)), ValueError, "tables of one shape"),
        (lambda: speculative_sample(P, P, length=3, seed=1), ValueError, "target must be a table"),
        (lambda: speculative_sample(np.eye(2), np.eye(2), length=3, prefix=(5,), seed=1), ValueError, "last token"),
        (
            lambda: speculative_sample(lambda _: [0.5, 0.6], lambda _: P, length=1, seed=1),
            ValueError,
            "target must sum",
        ),
        (lambda: speculative_sample(np.eye(2), np.eye(2), length=0, seed=1), ValueError, "length must be at least 1"),
        (lambda: speculative_law(np.eye(2), np.eye(3), length=1), ValueError, "one shape"),
        (lambda: sequence_log_law([]), ValueError, "at least one token"),
        (lambda: sequence_log_law([torch.zeros(2), torch.zeros(3, 2)]), ValueError, "2 axes of size 2 in entry 1"),
        (lambda: token_kls([torch.zeros(2)], [torch.zeros(3)]), ValueError, "same shapes"),
        (lambda: random_sequence_logits(2, 0, seed=1), ValueError, "length must be at least 1"),
        (lambda: mixture_density(0.0, [0.5, 0.5], [0.0], [1.0]), ValueError, "means must have one entry"),
        (lambda: fit_forward([1.0], [0.0], [0.0]), ValueError, "deviations must be above 0"),
        (lambda: fit_reverse([1.0], [0.0], [1.0], start=(0.0, 0.0)), ValueError, "start must be above 0"),
        (lambda: mode_seeking_distance("never"), ValueError, "kind must be one of"),  # type: ignore[arg-type]
        (lambda: time_off_path(1.5, 0, steps=3), ValueError, "slip must be at most 1"),
        (lambda: simulate_off_path(0.5, 0, steps=3, chains=0, seed=1), ValueError, "chains must be at least 1"),
        (lambda: random_student(torch.nn.Linear(1, 1), width=8, layers=1, seed=1), TypeError, "a config"),
        (lambda: random_student(torch.nn.Linear(1, 1), width=7, layers=1, seed=1), ValueError, "multiple of heads"),
    ],
)
def test_bad_input_is_named(call: Callable[[], Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
