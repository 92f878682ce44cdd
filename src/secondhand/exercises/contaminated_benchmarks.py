"""Exercises of the chapter on contaminated benchmarks."""

import math

import numpy as np

from secondhand.exercises.mechanism import Function, WrongAnswerError, exercise, expect_close, findings_of

_say = findings_of("contaminated-benchmarks")

Wrong = tuple[str, float]
"""Name of a finding, and the number that gives the mistake away."""


def _refuse(name: str, got: object, mistakes: list[Wrong]) -> None:
    """Name the first mistake whose number the reader's answer equals; other answers pass on to the next check."""
    try:
        number = float(np.asarray(got, dtype=float))
    except (TypeError, ValueError):
        return
    for finding, value in mistakes:
        if math.isclose(number, value, rel_tol=1e-6, abs_tol=1e-12):
            raise WrongAnswerError(_say(f"{name}.wrong.{finding}"))


def _check_fewest_permutations(answer: Function, solve: Function) -> None:
    _refuse("fewest_permutations", answer(0.01), [("itself", 100), ("share", 0.99)])
    for level in (0.01, 0.05, 0.003):
        expect_close(answer(level), solve(level), _say("fewest_permutations.wrong.value", level=level))


@exercise(difficulty="warm-up", minutes=5, check=_check_fewest_permutations)
def fewest_permutations(level: float) -> int:
    """Return the fewest shuffles that let the order test reach p <= level.

    Even if the published order beats every shuffle.
    """
    return math.ceil(1 / level - 1e-9) - 1


def _check_honest_score(answer: Function, solve: Function) -> None:
    got, honest = answer(0.9, 0.3, 10), 0.7 * 0.9
    mistakes = [("luck", honest), ("classes", honest + 0.3 * 0.1 / 10), ("ability", 0.9), ("all", honest + 0.3 / 9)]
    _refuse("honest_score", got, mistakes)
    for ability, share, classes in ((0.9, 0.3, 10), (0.4, 0.5, 4), (1.0, 0.2, 2)):
        wrong = _say("honest_score.wrong.value", ability=ability, share=share, classes=classes)
        expect_close(answer(ability, share, classes), solve(ability, share, classes), wrong)


@exercise(difficulty="warm-up", minutes=5, check=_check_honest_score)
def honest_score(ability: float, share: float, classes: int) -> float:
    """Return the expected published score of a model that never saw the key.

    It is right with probability ability, on traps too. A share of the items
    are traps; the planted answer is any of the wrong ones at random.
    """
    by_luck = (1 - ability) / (classes - 1)
    return (1 - share) * ability + share * by_luck


def _upper_tail(hits: int, errors: int, chance: float) -> float:
    return sum(math.comb(errors, k) * chance**k * (1 - chance) ** (errors - k) for k in range(hits, errors + 1))


def _check_trap_key_p(answer: Function, solve: Function) -> None:
    tail = _upper_tail
    mistakes = [
        ("more", tail(7, 12, 1 / 9)),
        ("classes", tail(6, 12, 1 / 10)),
        ("exactly", tail(6, 12, 1 / 9) - tail(7, 12, 1 / 9)),
        ("lower", 1 - tail(7, 12, 1 / 9)),
        ("lower", 1 - tail(6, 12, 1 / 9)),
    ]
    _refuse("trap_key_p", answer(6, 12, 10), mistakes)
    for hits, errors, classes in ((6, 12, 10), (0, 5, 4), (3, 3, 4)):
        wrong = _say("trap_key_p.wrong.value", hits=hits, errors=errors, classes=classes)
        expect_close(answer(hits, errors, classes), solve(hits, errors, classes), wrong)


@exercise(difficulty="core", minutes=10, check=_check_trap_key_p)
def trap_key_p(hits: int, errors: int, classes: int) -> float:
    """Return the chance of so many hits or more for a model without the key.

    Of its errors on trap items, so many hit the planted answer.
    """
    chance = 1 / (classes - 1)
    misses = [math.comb(errors, k) * chance**k * (1 - chance) ** (errors - k) for k in range(hits)]
    return 1 - sum(misses)


def _check_order_test_p(answer: Function, solve: Function) -> None:
    shuffled = np.array([-5.0, -3.0, -3.0, -8.0, -1.0])
    mistakes = [("strictly", 2 / 6), ("itself", 3 / 5), ("itself", 1 / 5), ("direction", 5 / 6)]
    _refuse("order_test_p", answer(-3.0, shuffled), mistakes)
    for published in (-3.0, 0.0, -9.0):
        wrong = _say("order_test_p.wrong.value", published=published)
        expect_close(answer(published, shuffled), solve(published, shuffled), wrong)


@exercise(difficulty="core", minutes=10, check=_check_order_test_p)
def order_test_p(published: float, shuffled: np.ndarray) -> float:
    """Return the exact p of the order test; a tie counts against the test.

    published is the log-likelihood of the published order, shuffled holds
    those of the shuffles.
    """
    at_least = np.sum(shuffled >= published)
    return float((1 + at_least) / (len(shuffled) + 1))


def _check_keeps_n_gram(answer: Function, solve: Function) -> None:
    right = solve(60, 13, 0.2)
    mistakes = [
        ("complement", 1 - right),
        ("share", 0.8**13),
        ("independent", 1 - (1 - 0.8**13) ** 48),
        ("expected", 48 * 0.8**13),
        ("swapped", solve(60, 13, 0.8)),
    ]
    _refuse("keeps_n_gram", answer(60, 13, 0.2), mistakes)
    for words, n, rate in ((60, 13, 0.2), (60, 8, 0.3), (5, 8, 0.1), (3, 1, 0.5)):
        wrong = _say("keeps_n_gram.wrong.value", words=words, n=n, rate=rate)
        expect_close(answer(words, n, rate), solve(words, n, rate), wrong)


@exercise(difficulty="core", minutes=20, check=_check_keeps_n_gram)
def keeps_n_gram(words: int, n: int, edit_rate: float) -> float:
    """Return the chance that an item keeps at least one n-gram unchanged.

    Each of its words is changed with probability edit_rate, independently.
    """
    lost = [1.0] * n
    for length in range(n, words + 1):
        first_edit = [edit_rate * (1 - edit_rate) ** kept * lost[length - kept - 1] for kept in range(n)]
        lost.append(sum(first_edit))
    return 1 - lost[words]


def _check_standardised_log_probability(answer: Function, solve: Function) -> None:
    law = np.array([0.5, 0.25, 0.125, 0.125])
    logs = np.log(law)
    mean = float(law @ logs)
    spread = math.sqrt(law @ (logs - mean) ** 2)
    mistakes = [
        ("unweighted", float((logs[0] - logs.mean()) / logs.std())),
        ("variance", float((logs[0] - mean) / spread**2)),
        ("difference", float(logs[0] - mean)),
        ("probability", float((law[0] - law @ law) / math.sqrt(law @ (law - law @ law) ** 2))),
        ("sign", float((mean - logs[0]) / spread)),
    ]
    _refuse("standardised_log_probability", answer(law, 0), mistakes)
    for token in (0, 1, 3):
        wrong = _say("standardised_log_probability.wrong.value", token=token)
        expect_close(answer(law, token), solve(law, token), wrong)


@exercise(difficulty="core", minutes=10, check=_check_standardised_log_probability)
def standardised_log_probability(law: np.ndarray, token: int) -> float:
    """Return the z of Min-K%++ for one token.

    law holds the model's probability of each possible next token, all above
    0. Mean and standard deviation are those of log law under the law itself.
    """
    logs = np.log(law)
    mean = law @ logs
    spread = np.sqrt(law @ (logs - mean) ** 2)
    return float((logs[token] - mean) / spread)


def _check_true_ability(answer: Function, solve: Function) -> None:
    right, hits, traps, classes = 59, 55, 120, 10
    mistakes = [
        ("right", right / traps),
        ("errors", right / (traps - hits)),
        ("classes", _ability(right, hits, traps, chance=1 / classes)),
        ("recited", _recited(right, hits, traps, chance=1 / (classes - 1))),
    ]
    _refuse("true_ability", answer(right, hits, traps, classes), mistakes)
    for case in ((59, 55, 120, 10), (90, 20, 120, 4), (100, 5, 120, 10)):
        wrong = _say("true_ability.wrong.value", right=case[0], hits=case[1], traps=case[2])
        expect_close(answer(*case), solve(*case), wrong)


def _recited(right: int, hits: int, traps: int, *, chance: float) -> float:
    return (hits / traps - chance * (1 - right / traps)) / (1 - chance)


def _ability(right: int, hits: int, traps: int, *, chance: float) -> float:
    return right / traps / (1 - _recited(right, hits, traps, chance=chance))


@exercise(difficulty="stretch", minutes=25, check=_check_true_ability)
def true_ability(right: int, hits: int, traps: int, classes: int) -> float:
    """Return the estimated probability of a right answer without reciting.

    Of so many traps the model got some right and hit the planted answer on
    some. It recites with probability m; else it is right with probability a
    or gives any wrong answer at random. Solve for m first, then for a.
    """
    share_right, share_hits = right / traps, hits / traps
    recited = ((classes - 1) * share_hits + share_right - 1) / (classes - 2)
    return share_right / (1 - recited)
