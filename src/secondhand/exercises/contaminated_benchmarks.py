"""Exercises of the chapter on contaminated benchmarks."""

import math
from collections.abc import Sequence

import numpy as np

from secondhand.exercises.mechanism import Function, WrongAnswerError, exercise, expect_close, findings_of

_say = findings_of("contaminated-benchmarks")

Wrong = tuple[str, float]
"""Name of a finding, and the number that gives the mistake away."""


def _number(got: object) -> float:
    try:
        return float(np.asarray(got, dtype=float))
    except (TypeError, ValueError):
        return math.nan


def _refuse(name: str, got: object, mistakes: Sequence[Wrong]) -> None:
    """Name the first mistake whose number the reader's answer equals; other answers pass on to the next check."""
    number = _number(got)
    for finding, value in mistakes:
        if math.isclose(number, value, rel_tol=1e-6, abs_tol=1e-12):
            raise WrongAnswerError(_say(f"{name}.wrong.{finding}"))


def _compare(name: str, got: object, expected: float, **case: object) -> None:
    """Refuse any other number than the one expected, to a relative tolerance however small it is."""
    message = _say(f"{name}.wrong.value", got=f"{_number(got):.4g}", **case)
    expect_close(got, expected, message, absolute=0.0 if expected else 1e-12)


def _check_fewest_permutations(answer: Function, solve: Function) -> None:
    _refuse("fewest_permutations", answer(0.01), [("itself", 100), ("share", 0.99)])
    _refuse("fewest_permutations", answer(0.003), [("round", 332), ("round", 1 / 0.003 - 1), ("itself", 334)])
    for level in (0.01, 0.05, 0.003):
        _compare("fewest_permutations", answer(level), solve(level), level=level)


@exercise(difficulty="warm-up", minutes=5, check=_check_fewest_permutations)
def fewest_permutations(level: float) -> int:
    """Return the fewest shuffles that let the order test reach p <= level.

    Even if the published order beats every shuffle.
    """
    return math.ceil(1 / level - 1e-9) - 1


def _upper_tail(hits: int, errors: int, chance: float) -> float:
    return sum(math.comb(errors, k) * chance**k * (1 - chance) ** (errors - k) for k in range(hits, errors + 1))


def _check_trap_key_p(answer: Function, solve: Function) -> None:
    tail = _upper_tail
    deviation = math.sqrt(12 * 8 / 81)
    normal = [math.erfc((hits - 12 / 9) / deviation / math.sqrt(2)) / 2 for hits in (6, 5.5)]
    mistakes = [
        ("more", tail(7, 12, 1 / 9)),
        ("classes", tail(6, 12, 1 / 10)),
        ("exactly", tail(6, 12, 1 / 9) - tail(7, 12, 1 / 9)),
        ("lower", 1 - tail(7, 12, 1 / 9)),
        ("lower", 1 - tail(6, 12, 1 / 9)),
        ("exact", (tail(6, 12, 1 / 9) + tail(7, 12, 1 / 9)) / 2),
        *[("exact", value) for value in normal],
    ]
    _refuse("trap_key_p", answer(6, 12, 10), mistakes)
    for hits, errors, classes in ((6, 12, 10), (0, 5, 4), (3, 3, 4)):
        got, expected = answer(hits, errors, classes), solve(hits, errors, classes)
        _compare("trap_key_p", got, expected, hits=hits, errors=errors, classes=classes)
    far = answer(40, 45, 10)
    if abs(_number(far)) < 1e-9 and not math.isclose(_number(far), solve(40, 45, 10), rel_tol=1e-6):
        raise WrongAnswerError(_say("trap_key_p.wrong.difference"))
    _compare("trap_key_p", far, solve(40, 45, 10), hits=40, errors=45, classes=10)


@exercise(difficulty="core", minutes=10, check=_check_trap_key_p)
def trap_key_p(hits: int, errors: int, classes: int) -> float:
    """Return the chance of so many hits or more for a model without the key.

    Of its errors on trap items, so many hit the planted answer.
    """
    chance = 1 / (classes - 1)
    law = [math.comb(errors, k) * chance**k * (1 - chance) ** (errors - k) for k in range(errors + 1)]
    return sum(law[hits:])


def _check_order_test_p(answer: Function, solve: Function) -> None:
    shuffled = np.array([-5.0, -3.0, -3.0, -8.0, -9.0, -1.0, -6.0, -7.0])
    # One scores higher, two tie and five score lower, so that no two mistakes give the same number.
    mistakes = [
        ("strictly", 2 / 9),
        *[("itself", value) for value in (3 / 8, 1 / 8, 4 / 8, 3 / 9, 1 / 9)],
        *[("direction", value) for value in (8 / 9, 6 / 9, 5 / 9)],
    ]
    _refuse("order_test_p", answer(-3.0, shuffled), mistakes)
    for published in (-3.0, 0.0, -9.5):
        _compare("order_test_p", answer(published, shuffled), solve(published, shuffled), published=published)


@exercise(difficulty="core", minutes=5, check=_check_order_test_p)
def order_test_p(published: float, shuffled: np.ndarray) -> float:
    """Return the exact p of the order test; a tie counts against the test.

    published is the log-likelihood of the published order, shuffled holds
    those of the shuffles.
    """
    at_least = np.sum(shuffled >= published)
    return float((1 + at_least) / (len(shuffled) + 1))


def _kept(words: int, n: int, rate: float, *, longest: int, left: int = 1) -> float:
    """The recurrence with a wrong number of unchanged words before the first edit, or of words left after it."""
    lost = [1.0] * n
    for length in range(n, words + 1):
        lost.append(sum(rate * (1 - rate) ** k * lost[max(0, length - k - left)] for k in range(longest)))
    return 1 - lost[words]


def _check_keeps_n_gram(answer: Function, solve: Function) -> None:
    right = solve(60, 13, 0.2)
    mistakes = [
        ("complement", 1 - right),
        ("share", 0.8**13),
        ("independent", 1 - (1 - 0.8**13) ** 48),
        ("expected", 48 * 0.8**13),
        ("swapped", solve(60, 13, 0.8)),
        ("range", _kept(60, 13, 0.2, longest=14)),
        ("range", _kept(60, 13, 0.2, longest=12)),
    ]
    got = answer(60, 13, 0.2)
    _refuse("keeps_n_gram", got, mistakes)
    if 1e-6 < abs(_number(got) - right) < 0.02:
        raise WrongAnswerError(_say("keeps_n_gram.wrong.close"))
    for words, n, rate in ((60, 13, 0.2), (60, 8, 0.3), (5, 8, 0.1), (3, 1, 0.5)):
        _compare("keeps_n_gram", answer(words, n, rate), solve(words, n, rate), words=words, n=n, rate=rate)


@exercise(difficulty="core", minutes=10, check=_check_keeps_n_gram)
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
    law = np.array([0.7, 0.2, 0.06, 0.04])
    logs = np.log(law)
    mean = float(law @ logs)
    spread = math.sqrt(law @ (logs - mean) ** 2)
    mistakes = [
        ("unweighted", float((logs[0] - logs.mean()) / logs.std())),
        ("spread", float((logs[0] - mean) / logs.std())),
        ("spread", float((logs[0] - mean) / logs.std(ddof=1))),
        ("variance", float((logs[0] - mean) / spread**2)),
        ("difference", float(logs[0] - mean)),
        ("probability", float((law[0] - law @ law) / math.sqrt(law @ (law - law @ law) ** 2))),
        ("sign", float((mean - logs[0]) / spread)),
    ]
    _refuse("standardised_log_probability", answer(law, 0), mistakes)
    for case in (law, np.array([0.5, 0.25, 0.125, 0.125])):
        for token in (0, 1, 3):
            _compare("standardised_log_probability", answer(case, token), solve(case, token), token=token)


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
    counts = ((classes - 1) * hits + right - 1) / (classes - 2)
    mistakes = [
        ("right", right / traps),
        ("errors", right / (traps - hits)),
        ("classes", _ability(right, hits, traps, chance=1 / classes)),
        ("recited", _recited(right, hits, traps, chance=1 / (classes - 1))),
        ("counts", right / (1 - counts)),
        ("both", (right + hits) / traps),
    ]
    _refuse("true_ability", answer(right, hits, traps, classes), mistakes)
    for case in ((59, 55, 120, 10), (90, 20, 120, 4), (100, 5, 120, 10)):
        _compare("true_ability", answer(*case), solve(*case), right=case[0], hits=case[1], traps=case[2])


def _recited(right: int, hits: int, traps: int, *, chance: float) -> float:
    return (hits / traps - chance * (1 - right / traps)) / (1 - chance)


def _ability(right: int, hits: int, traps: int, *, chance: float) -> float:
    return right / traps / (1 - _recited(right, hits, traps, chance=chance))


@exercise(difficulty="core", minutes=15, check=_check_true_ability)
def true_ability(right: int, hits: int, traps: int, classes: int) -> float:
    """Return the estimated probability of a right answer without reciting.

    Of so many traps the model got some right and hit the planted answer on
    some. It recites with probability m; else it is right with probability a
    or gives any wrong answer at random.
    """
    share_right, share_hits = right / traps, hits / traps
    recited = ((classes - 1) * share_hits + share_right - 1) / (classes - 2)
    return share_right / (1 - recited)


def _law(trials: int, chance: float) -> list[float]:
    return [math.comb(trials, k) * chance**k * (1 - chance) ** (trials - k) for k in range(trials + 1)]


def _fewest(errs: float, hit: float, luck: float, level: float) -> int:
    """The search of the reference solution, from other chances of an error, of a hit by the key and of one by luck."""
    rejects: list[float] = []
    while not rejects or np.dot(_law(len(rejects) - 1, errs), rejects) < 0.9:
        by_luck, by_key = _law(len(rejects), luck), _law(len(rejects), hit)
        rejects.append(sum(chance for hits, chance in enumerate(by_key) if sum(by_luck[hits:]) <= level))
        if len(rejects) > 200:
            return -1
    return len(rejects) - 1


def _check_fewest_traps(answer: Function, solve: Function) -> None:
    m, a, classes, level = 0.1, 0.9, 10, 0.01
    errs, luck = 1 - (1 - m) * a, 1 / (classes - 1)
    hit = (m + (1 - m) * (1 - a) * luck) / errs
    wrong_luck = 1 / classes
    mistakes = [
        ("luck", _fewest(errs, m / errs, luck, level)),
        ("errs", _fewest(1 - a, hit, luck, level)),
        ("classes", _fewest(errs, (m + (1 - m) * (1 - a) * wrong_luck) / errs, wrong_luck, level)),
        ("half", _half_power(errs, hit, luck, level)),
    ]
    got, right = answer(m, a, classes, level), solve(m, a, classes, level)
    if _number(got) != right:
        _refuse("fewest_traps", got, mistakes)
    for case in ((0.1, 0.9, 10, 0.01), (0.3, 0.5, 4, 0.05), (0.5, 0.95, 5, 0.01)):
        got = answer(*case)
        names = dict(zip(("m", "ability", "classes", "level"), case, strict=True))
        _compare("fewest_traps", got, solve(*case), **names)


def _half_power(errs: float, hit: float, luck: float, level: float) -> int:
    """The answer if errors are taken to be as many as expected, instead of drawn."""
    for traps in range(1, 300):
        errors = round(traps * errs)
        by_luck, by_key = _law(errors, luck), _law(errors, hit)
        if sum(chance for hits, chance in enumerate(by_key) if sum(by_luck[hits:]) <= level) >= 0.9:
            return traps
    return -1


@exercise(difficulty="stretch", minutes=30, check=_check_fewest_traps)
def fewest_traps(m: float, ability: float, classes: int, level: float) -> int:
    """Return the fewest traps that catch a model with probability 0.9.

    It is caught if its p is at most level. It recites each item with
    probability m, and else is right with probability ability.
    """
    luck, errs = 1 / (classes - 1), 1 - (1 - m) * ability
    hit = (m + (1 - m) * (1 - ability) * luck) / errs

    def law(n: int, p: float) -> list[float]:
        return [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]

    traps, rejects = 0, [0.0]  # the chance to reject, given 0, 1, 2, … errors
    while np.dot(law(traps, errs), rejects) < 0.9:
        traps += 1
        by_luck, by_key = law(traps, luck), law(traps, hit)
        rejects.append(sum(by_key[h] for h in range(traps + 1) if sum(by_luck[h:]) <= level))
    return traps
