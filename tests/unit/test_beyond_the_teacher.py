"""Fidelity, gaps recovered, the best of n, stacked networks, adders and the loop of self-training."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import rel_entr

from secondhand.distillation import (
    ImperfectVerifier,
    best_of_n_accuracy,
    best_of_n_divergence,
    chance_agreement,
    choose_accepted,
    fidelity,
    performance_gap_recovered,
    self_train,
)
from secondhand.learners import ColumnAdders, ParallelPerceptrons, column_adders
from secondhand.sources import draw_additions, is_sum

SHARES = st.floats(0, 1)
INSIDE = st.floats(0.01, 0.99)


# --- Fidelity ---------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(*[st.integers(0, 2)] * 3), min_size=1, max_size=30))
def test_fidelity_bounds_accuracy(items: list[tuple[int, int, int]]) -> None:
    student, teacher, truth = np.array(items).T
    parts = fidelity(student, teacher, truth)
    assert parts.lead == pytest.approx(parts.corrected - parts.spoiled, abs=1e-12)
    assert abs(parts.lead) <= 1 - parts.agreement + 1e-12
    assert parts.agreement == np.mean(student == teacher)


def test_fidelity_spreads_one_teacher_over_many_students() -> None:
    parts = fidelity(np.array([[0, 1], [1, 1]]), np.array([0, 1]), np.array([1, 1]))
    assert parts.agreement.tolist() == [1.0, 0.5]
    assert parts.corrected.tolist() == [0.0, 0.5]
    assert parts.teacher.tolist() == [0.5, 0.5]


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_chance_agreement_is_a_sum_over_all_answers(classes: int) -> None:
    s, t = 0.7, 0.4
    student = np.array([s, *[(1 - s) / (classes - 1)] * (classes - 1)])
    teacher = np.array([t, *[(1 - t) / (classes - 1)] * (classes - 1)])
    assert chance_agreement(s, t, classes=classes) == pytest.approx(student @ teacher, abs=1e-12)


def test_the_gap_recovered() -> None:
    assert performance_gap_recovered(0.6, 0.75, 0.9) == pytest.approx(0.5)
    assert np.allclose(performance_gap_recovered([0.5, 0.5], [0.4, 1.0], 1.0), [-0.2, 1.0])


BAD: list[tuple[Callable[[], object], type[Exception], str]] = [
    (lambda: fidelity([0.5], [1], [1]), TypeError, "student must hold whole numbers"),
    (lambda: fidelity([1, 2], [1, 2, 3], [1, 2]), ValueError, "must have the shape of student"),
    (lambda: fidelity([1, 2, 3], [[1], [2], [3]], [1, 2, 3]), ValueError, "must have the shape of student"),
    (lambda: fidelity([[1], [2, 3]], [1], [1]), TypeError, "rows of different lengths"),
    (lambda: fidelity(np.array([2**63], dtype=np.uint64), [1], [1]), ValueError, "below 2"),
    (lambda: fidelity([], [], []), ValueError, "at least one item"),
    (lambda: chance_agreement(1.5, 0.5, classes=3), ValueError, "student must be from 0 to 1"),
    (lambda: chance_agreement(0.5, 0.5, classes=1), ValueError, "classes must be at least 2"),
    (lambda: performance_gap_recovered(0.9, 0.9, 0.9), ValueError, "no gap to recover"),
    (lambda: performance_gap_recovered(0.9, 0.9, 0.8), ValueError, "ceiling must be above weak, got 0.8 and 0.9"),
    (lambda: performance_gap_recovered(0.9, 0.9, 0.9 + 1e-16), ValueError, "no gap to recover"),
    (lambda: performance_gap_recovered(0.5, 2.0, 0.9), ValueError, "student must be from 0 to 1"),
    (lambda: performance_gap_recovered([0.5] * 2, [0.6] * 3, 0.9), ValueError, "one shape"),
    (lambda: best_of_n_accuracy(0.5, 0), ValueError, "n must be at least 1"),
    (lambda: best_of_n_accuracy(0.5, 1.5), TypeError, "n must be a whole number"),
    (lambda: best_of_n_accuracy(0.5, 2, true_positive=2), ValueError, "true_positive must be at most 1"),
    (lambda: best_of_n_divergence(-0.1, 2), ValueError, "accuracy must be from 0 to 1"),
    (lambda: ImperfectVerifier(is_sum, 0.5, -1), ValueError, "false_positive must be at least 0"),
    (lambda: ImperfectVerifier(None), TypeError, "check must be a function"),  # type: ignore[arg-type]
    (lambda: choose_accepted([0.5], seed=10_000), TypeError, "accepted must hold True or False"),
    (lambda: choose_accepted(np.zeros((3, 0), dtype=bool), seed=10_000), ValueError, "at least one answer"),
    (lambda: column_adders(1, digits=18, seed=10_000), ValueError, "digits must be at most 17"),
    (lambda: ParallelPerceptrons((3,), members=2, seed=10_000), ValueError, "features and of classes"),
    (lambda: ParallelPerceptrons((3, 2), members=0, seed=10_000), ValueError, "members must be at least 1"),
    (lambda: ParallelPerceptrons((3, 2), members=2, seed=10_000)(torch.zeros(4, 3, 3)), ValueError, "must have shape"),
    (lambda: draw_additions((0,), seed=10_000), ValueError, "sizes must be at least 1"),
    (lambda: draw_additions((90, 20), digits=1, seed=10_000), ValueError, "ask for fewer"),
    (lambda: draw_additions((1,), digits=4, seed=10_000), ValueError, "digits must be at most 3"),
    (lambda: is_sum([1, 2, 3], 6), ValueError, "two numbers"),
    (lambda: is_sum([[1, 2]], [3, 3]), ValueError, "one for each problem"),
]


@pytest.mark.parametrize(("call", "error", "message"), BAD)
def test_bad_input_is_refused(call: Callable[[], object], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


# --- The best of n ----------------------------------------------------------------------------------------------------


def brute_force(a: float, n: int, hit: float, slip: float) -> float:
    """Return the accuracy of the chosen answer by going through every outcome of n answers."""
    kinds = {(True, True): a * hit, (True, False): a * (1 - hit), (False, True): (1 - a) * slip}
    kinds[False, False] = (1 - a) * (1 - slip)
    total = 0.0
    for outcome in itertools.product(kinds, repeat=n):
        accepted = [right for right, taken in outcome if taken] or [right for right, _ in outcome]
        total += float(np.prod([kinds[kind] for kind in outcome])) * float(np.mean(accepted))
    return total


@pytest.mark.parametrize("n", [1, 2, 4])
@pytest.mark.parametrize(("hit", "slip"), [(1, 0), (0.9, 0.3), (0.5, 0.5), (1, 1), (0, 0), (0, 1)])
@pytest.mark.parametrize("a", [0, 0.3, 1])
def test_the_best_of_n_goes_through_every_outcome(a: float, n: int, hit: float, slip: float) -> None:
    found = best_of_n_accuracy(a, n, true_positive=hit, false_positive=slip)
    assert found == pytest.approx(brute_force(a, n, hit, slip), abs=1e-10)


@given(SHARES, st.integers(1, 100))
def test_a_verifier_that_looks_at_nothing_changes_nothing(a: float, n: int) -> None:
    assert best_of_n_accuracy(a, n, true_positive=0.4, false_positive=0.4) == pytest.approx(a, abs=1e-10)


def test_rare_answers_are_found_if_there_are_tries_enough() -> None:
    assert best_of_n_accuracy(1e-17, 10**17) == pytest.approx(1 - np.exp(-1), abs=1e-10)


@given(st.lists(st.booleans(), min_size=1, max_size=12), st.integers(10_000, 11_000))
def test_an_accepted_answer_is_chosen_if_there_is_one(accepted: list[bool], seed: int) -> None:
    assert accepted[int(choose_accepted(accepted, seed=seed))] == any(accepted)


@given(INSIDE, st.integers(1, 200))
def test_the_price_of_the_best_of_n(a: float, n: int) -> None:
    solved = 1 - (1 - a) ** n
    price = best_of_n_divergence(a, n)
    assert price == pytest.approx(rel_entr([solved, 1 - solved], [a, 1 - a]).sum(), abs=1e-10)
    assert price <= min(np.log(n) - (n - 1) / n, -np.log(a)) + 1e-10


def test_what_is_sure_costs_nothing() -> None:
    assert np.asarray(best_of_n_divergence([0.0, 1.0], 8)).tolist() == [0.0, 0.0]


# --- Networks side by side --------------------------------------------------------------------------------------------


def test_members_do_not_touch_each_other() -> None:
    network = ParallelPerceptrons((3, 5, 2), members=2, seed=10_000)
    inputs = torch.randn(7, 2, 3, generator=torch.Generator().manual_seed(10_001))
    alone = torch.relu(inputs[:, 1] @ network.weights[0][1] + network.biases[0][1]) @ network.weights[1][1]
    assert torch.allclose(network(inputs)[:, 1], alone + network.biases[1][1], atol=1e-6)
    network(inputs)[:, 0].sum().backward()
    assert network.weights[0].grad is not None
    assert not network.weights[0].grad[1].any()
    assert torch.equal(network(inputs[:, 0])[:, 0], network(inputs[:, :1].expand(-1, 2, -1))[:, 0])


def test_sums_do_not_repeat_and_carry_their_answers() -> None:
    one, two = draw_additions((60, 40), digits=1, chains=3, seed=10_000)
    for chain in range(3):
        everything = np.concatenate([one.problems[chain], two.problems[chain]])
        assert len(np.unique(everything, axis=0)) == 100
    assert is_sum(one.problems, one.answers).all()
    assert not is_sum(two.problems, two.answers + 1).any()
    assert not np.array_equal(one.problems[0], one.problems[1])


def trained(seed: int = 10_000) -> tuple[ColumnAdders, np.ndarray]:
    (sums,) = draw_additions((80,), digits=1, chains=2, seed=seed)
    start = column_adders(2, digits=1, width=24, seed=seed)
    return start.train(sums.problems, sums.answers, steps=150, learning_rate=1e-2, seed=seed), sums.problems


def test_adders_learn_their_examples() -> None:
    adders, problems = trained()
    assert is_sum(problems, adders.answer(problems)).mean() > 0.9
    assert np.array_equal(adders.sample(problems, seed=10_001), adders.sample(problems, seed=10_001))


def test_probabilities_of_all_answers_sum_to_one() -> None:
    adders = column_adders(1, digits=1, seed=10_000)
    problem = np.tile([7, 8], (1, 100, 1))
    total = np.exp(adders.log_likelihood(problem, np.arange(100)[None])).sum()
    assert total == pytest.approx(1, abs=1e-6)


def test_what_is_not_kept_teaches_nothing() -> None:
    start, problems = column_adders(2, digits=1, seed=10_000), draw_additions((20,), digits=1, chains=2, seed=10_000)
    sums = problems[0]
    kept = np.arange(20) < np.array([[5], [9]])
    spoiled = np.where(kept, sums.answers, 99)
    networks = [start.train(sums.problems, a, kept, steps=3, seed=10_002) for a in (sums.answers, spoiled)]
    same = zip(*(adders.network.parameters() for adders in networks), strict=True)
    assert all(torch.equal(one, other) for one, other in same)


def test_adders_refuse_what_does_not_fit() -> None:
    adders, problems = trained()
    answers = problems.sum(axis=-1)
    with pytest.raises(ValueError, match=r"problems must have shape \(2, items, 2\)"):
        adders.answer(problems[:1])
    with pytest.raises(ValueError, match="answers must be one for each"):
        adders.log_likelihood(problems, answers[:, :3])
    with pytest.raises(ValueError, match="at least one example in each chain"):
        adders.train(problems, answers, np.zeros(answers.shape, dtype=bool), steps=1, seed=10_000)
    with pytest.raises(ValueError, match="kept must hold True or False"):
        adders.train(problems, answers, answers, steps=1, seed=10_000)


# --- Self-training ----------------------------------------------------------------------------------------------------


class Recorder:
    """A solver that answers right every other time, and remembers what it was taught and with which seeds."""

    def __init__(self, lessons: tuple[np.ndarray, ...] = (), seeds: tuple[int, ...] = ()) -> None:
        self.lessons, self.seeds = lessons, seeds

    def sample(self, problems: np.ndarray, *, seed: int) -> np.ndarray:
        self.seeds = (*self.seeds, seed)
        sums: np.ndarray = problems.sum(axis=-1) + np.arange(problems.shape[1]) % 2
        return sums

    def train(
        self, problems: np.ndarray, answers: np.ndarray, kept: np.ndarray | None = None, *, steps: int, seed: int
    ) -> "Recorder":
        assert kept is not None
        return Recorder((*self.lessons, is_sum(problems, answers)[kept]), (*self.seeds, seed))


HUMAN, ASKED = draw_additions((3, 10), digits=1, chains=2, seed=10_000)


def run(true_positive: float, false_positive: float, seed: int = 10_000):  # type: ignore[no-untyped-def]
    return self_train(
        Recorder(),
        (HUMAN.problems, HUMAN.answers),
        ASKED.problems,
        verifier=ImperfectVerifier(is_sum, true_positive, false_positive),
        check=is_sum,
        evaluate=lambda student: np.full(2, float(len(student.lessons))),
        rounds=2,
        steps=1,
        seed=seed,
    )


@pytest.mark.parametrize(
    ("rates", "share", "accuracy", "lesson"),
    [((1, 0), 0.5, 1.0, (16, 16)), ((1, 1), 1.0, 0.5, (26, 16)), ((0, 0), 0.0, np.nan, (6, 6))],
)
def test_a_round_keeps_and_teaches_what_the_verifier_says(
    rates: tuple[float, float], share: float, accuracy: float, lesson: tuple[int, int]
) -> None:
    loop = run(*rates)
    assert loop.scores.tolist() == [[0, 1, 2]] * 2
    assert np.allclose(loop.sampled_accuracy, 0.5)
    assert np.allclose(loop.kept_share, share)
    assert np.allclose(loop.kept_accuracy, accuracy, equal_nan=True)
    assert [(len(taught), taught.sum()) for taught in loop.student.lessons] == [lesson] * 2


def test_each_round_has_its_own_luck_and_the_seed_repeats_all_of_it() -> None:
    one, again, other = (run(0.5, 0.5, seed) for seed in (10_000, 10_000, 10_001))
    assert len(set(one.student.seeds)) == 4
    assert one.student.seeds == again.student.seeds
    assert not set(one.student.seeds) & set(other.student.seeds)
    assert np.array_equal(one.kept_share, again.kept_share)
    assert not np.array_equal(one.kept_share[:, 0], one.kept_share[:, 1])


def test_the_verifier_draws_anew_in_each_round() -> None:
    drawn: list[int] = []

    def verifier(problems: np.ndarray, answers: np.ndarray, *, seed: int) -> np.ndarray:
        drawn.append(seed)
        answers += 1  # it gets a copy, so this changes nothing
        return np.ones(answers.shape, dtype=bool)

    labelled = HUMAN.problems, HUMAN.answers
    loop = self_train(
        Recorder(),
        labelled,
        ASKED.problems,
        verifier=verifier,
        check=is_sum,
        evaluate=lambda _: np.zeros(2),
        rounds=3,
        steps=1,
        seed=10_000,
    )
    assert len(set(drawn)) == 3
    assert np.allclose(loop.sampled_accuracy, 0.5)
    assert all(taught.sum() == 16 for taught in loop.student.lessons)


@pytest.mark.parametrize("scores", [0.5, np.zeros(5)])
def test_one_score_for_each_chain(scores: object) -> None:
    with pytest.raises(ValueError, match="one score for each of 2 chains"):
        self_train(
            Recorder(),
            (HUMAN.problems, HUMAN.answers),
            ASKED.problems,
            verifier=ImperfectVerifier(is_sum),
            check=is_sum,
            evaluate=lambda _: scores,  # type: ignore[arg-type, return-value]
            rounds=1,
            steps=1,
            seed=10_000,
        )


def test_the_loop_refuses_what_does_not_fit() -> None:
    common = {"check": is_sum, "evaluate": lambda _: np.zeros(2), "rounds": 1, "steps": 1, "seed": 10_000}
    labelled = HUMAN.problems, HUMAN.answers
    with pytest.raises(TypeError, match="verifier must return True or False"):
        self_train(Recorder(), labelled, ASKED.problems, verifier=lambda p, a, seed: a, **common)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="as many chains"):
        self_train(Recorder(), labelled, ASKED.problems[:1], verifier=ImperfectVerifier(is_sum), **common)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="check must return True or False"):
        ImperfectVerifier(lambda _, answers: answers)(ASKED.problems, ASKED.answers, seed=10_000)
