"""Exercises of the chapter on distilling language models."""

import math
from typing import Any

import numpy as np
from scipy.special import xlogy

from secondhand.exercises.mechanism import Function, WrongAnswerError, exercise, expect_close, findings_of

_say = findings_of("distilling-language-models")


def _number(value: Any) -> float:
    """Return the reader's answer as a number, or NaN where it is none."""
    try:
        return float(np.asarray(value, dtype=np.float64))
    except (TypeError, ValueError):
        return math.nan


def _array(value: Any, shape: tuple[int, ...]) -> np.ndarray:
    """Return the reader's answer as an array of this shape, or one of NaN where it is none."""
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        return np.full(shape, math.nan)
    return array if array.shape == shape else np.full(shape, math.nan)


def _name(exercise_name: str, got: np.ndarray | float, right: Any, slips: dict[str, list[Any]]) -> None:
    """Raise the finding of the first slip that gives what the reader's function gave."""
    if np.allclose(got, right, rtol=1e-9):
        return
    for name, values in slips.items():
        if any(np.allclose(got, value, rtol=1e-9) for value in values):
            raise WrongAnswerError(_say(f"{exercise_name}.wrong.{name}"))


def _draw_pair(seed: int, tokens: int) -> tuple[np.ndarray, np.ndarray]:
    first, second = np.random.default_rng(seed).dirichlet(np.ones(tokens), size=2)
    return first, second


def _unchanged(exercise_name: str, given: tuple[np.ndarray, ...], kept: tuple[np.ndarray, ...]) -> None:
    if not all(np.array_equal(a, b) for a, b in zip(given, kept, strict=True)):
        raise WrongAnswerError(_say(f"{exercise_name}.wrong.changed"))


def _check_acceptance(answer: Function, solve: Function) -> None:
    for seed, tokens in ((10_000, 4), (10_001, 7)):
        p, q = _draw_pair(seed, tokens)
        given = p.copy(), q.copy()
        got, right = answer(*given), solve(p, q)
        slips = {
            "variation": [1 - right],
            "distance": [2 * (1 - right), 1 - 2 * (1 - right)],
            "product": [p @ q],
            "ratio": [np.minimum(1, p / q).sum(), np.minimum(1, p / q).mean(), p @ np.minimum(1, p / q)],
            "larger": [np.maximum(p, q).sum()],
        }
        _name("acceptance", _number(got), right, slips)
        _unchanged("acceptance", given, (p, q))
        expect_close(got, right, _say("acceptance.wrong.value", tokens=tokens))


@exercise(difficulty="warm-up", minutes=4, check=_check_acceptance)
def acceptance(p: np.ndarray, q: np.ndarray) -> float:
    """Return how often a token drafted from q is accepted by the target p.

    p and q are probabilities over the same tokens. A draft x is accepted with
    probability min(1, p[x] / q[x]).
    """
    # q[x] * min(1, p[x] / q[x]) is the smaller of q[x] and p[x].
    accepted = np.minimum(p, q)
    return float(accepted.sum())


def _check_tokens_per_call(answer: Function, solve: Function) -> None:
    for rate, drafts in ((0.744, 4), (0.5, 1), (0.9, 7)):
        right = solve(rate, drafts)
        powers = rate ** np.arange(1, drafts + 2)
        slips = {
            "own": [right - 1, powers[:-1].sum()],
            "mean": [1 + rate * drafts, rate * drafts],
            "one": [1 / (1 - rate)],
            "power": [(1 - rate**drafts) / (1 - rate)] if drafts > 1 else [],
            "all": [1 + drafts * rate**drafts] if drafts > 1 else [],
        }
        got = answer(rate, drafts)
        _name("tokens_per_call", _number(got), right, slips)
        expect_close(got, right, _say("tokens_per_call.wrong.value", rate=rate, drafts=drafts))


@exercise(difficulty="warm-up", minutes=6, check=_check_tokens_per_call)
def tokens_per_call(acceptance: float, drafts: int) -> float:
    """Return the expected number of tokens from one call of the target.

    Each draft is accepted with this probability, below 1, independently;
    the first refusal ends the call. The target adds one token in any case.
    """
    # Token k + 1 exists if the k drafts before it were all accepted.
    all_accepted = acceptance ** np.arange(drafts + 1)
    return float(all_accepted.sum())


def _check_left_over(answer: Function, solve: Function) -> None:
    for seed, tokens in ((10_002, 4), (10_003, 6)):
        p, q = _draw_pair(seed, tokens)
        given = p.copy(), q.copy()
        got, right = answer(*given), solve(p, q)
        excess = np.maximum(p - q, 0)
        slips = {
            "target": [p],
            "sum": [excess, p - np.minimum(p, q)],
            "other": [np.maximum(q - p, 0) / excess.sum(), np.maximum(q - p, 0)],
            "negative": [p - q, np.abs(p - q), np.abs(p - q) / np.abs(p - q).sum()],
        }
        _name("left_over", _array(got, p.shape), right, slips)
        _unchanged("left_over", given, (p, q))
        expect_close(got, right, _say("left_over.wrong.value", tokens=tokens))


@exercise(difficulty="core", minutes=8, check=_check_left_over)
def left_over(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Return the law from which a refused draft is replaced.

    p is the target's law, q the draft's; they differ. What is written must
    follow p in the end. Do not change the arrays you are given.
    """
    # Accepted drafts give min(p, q); this much of p is still missing. It sums
    # to the share of refused drafts, hence the division.
    excess = np.maximum(p - q, 0)
    law: np.ndarray = excess / excess.sum()
    return law


def _check_match_moments(answer: Function, solve: Function) -> None:
    cases = (([0.7, 0.3], [-6.0, 6.0], [1.0, 1.0]), ([0.2, 0.5, 0.3], [0.0, 2.0, 3.0], [0.5, 1.0, 2.0]))
    for lists in cases:
        arrays = tuple(np.array(values) for values in lists)
        given = tuple(array.copy() for array in arrays)
        got, right = answer(*given), np.array(solve(*arrays))
        w, m, s = arrays
        mean, within, between = right[0], w @ s**2, w @ (m - right[0]) ** 2
        slips = {
            "variance": [(mean, within + between)],
            "within": [(mean, math.sqrt(within)), (mean, w @ s)],
            "between": [(mean, math.sqrt(between))],
            "raw": [(mean, math.sqrt(within + w @ m**2))],
            "unweighted": [(m.mean(), math.sqrt((s**2 + m**2).mean() - m.mean() ** 2))],
        }
        if len(m) == 2:
            slips["mode"] = [(m[0], s[0])]
        values = _array(got, (2,))
        _name("match_moments", values, right, {name: [np.array(v) for v in pairs] for name, pairs in slips.items()})
        _unchanged("match_moments", given, arrays)
        expect_close(got, right, _say("match_moments.wrong.value", means=lists[1]))


@exercise(difficulty="core", minutes=8, check=_check_match_moments)
def match_moments(
    weights: np.ndarray,
    means: np.ndarray,
    deviations: np.ndarray,
) -> tuple[float, float]:
    """Return mean and standard deviation of the forward-KL Gaussian.

    The teacher is a mixture of Gaussians with these weights, means and
    standard deviations.
    """
    # E[x^2] of a component is its variance plus its squared mean; a spread of
    # the means counts as much as the width of the humps.
    mean = weights @ means
    variance = weights @ (deviations**2 + means**2) - mean**2
    return float(mean), float(np.sqrt(variance))


def _check_mixed_divergence(answer: Function, solve: Function) -> None:
    for seed, tokens, beta in ((10_004, 5, 0.01), (10_005, 3, 0.7), (10_006, 4, 0.3)):
        p, q = _draw_pair(seed, tokens)
        given = p.copy(), q.copy()
        got, right = answer(*given, beta), solve(p, q, beta)
        raw, turned, swapped = (
            _mixed(p, q, beta, beta),
            _mixed(p, q, 1 - beta, beta),
            _mixed(p, q, 1 - beta, 1 - beta),
        )
        exchanged = _mixed(p, q, beta, 1 - beta)
        mixture = beta * p + (1 - beta) * q
        ahead, back = _kl(p, q), _kl(q, p)
        direct, other = (share * ahead + (1 - share) * back for share in (beta, 1 - beta))
        backward = beta * _kl(mixture, p) + (1 - beta) * _kl(mixture, q)
        slips = {
            "direct": [direct, direct / beta, other, other / beta],
            "turned": [backward, backward / beta],
            "shares": [exchanged, exchanged / beta],
            "raw": [raw],
            "mixture": [turned / beta, turned],
            "weights": [swapped / beta, swapped / (1 - beta), swapped],
            "end": [raw / (1 - beta)],
            "forward": [ahead],
            "bits": [right / math.log(2)],
        }
        _name("mixed_divergence", _number(got), right, slips)
        _unchanged("mixed_divergence", given, (p, q))
        expect_close(got, right, _say("mixed_divergence.wrong.value", beta=beta))


def _kl(p: np.ndarray, q: np.ndarray) -> float:
    return float((xlogy(p, p) - xlogy(p, q)).sum())


def _mixed(p: np.ndarray, q: np.ndarray, share: float, weight: float) -> float:
    mixture = share * p + (1 - share) * q
    ahead, back = (float((xlogy(law, law) - xlogy(law, mixture)).sum()) for law in (p, q))
    return weight * ahead + (1 - weight) * back


@exercise(difficulty="core", minutes=10, check=_check_mixed_divergence)
def mixed_divergence(p: np.ndarray, q: np.ndarray, beta: float) -> float:
    """Return D_beta / beta in nats, for teacher p and student q.

    D_beta is the generalised divergence of this page; all probabilities are
    above 0. Divided by beta, it can be compared with KL(p‖q) for small beta.
    """
    # Each law against the mixture, not against the other. Without the division
    # the value would vanish with beta.
    mixture = beta * p + (1 - beta) * q
    ahead = np.sum(p * np.log(p / mixture))
    back = np.sum(q * np.log(q / mixture))
    return float(ahead + (1 - beta) / beta * back)


def _check_time_off(answer: Function, solve: Function) -> None:
    for slip, recovery, steps in ((0.01, 0.0, 100), (0.05, 0.3, 20), (0.01, 0.99, 50)):
        right = solve(slip, recovery, steps)
        shares = np.array([solve(slip, recovery, t) for t in range(steps + 1)])
        slips = {
            "late": [shares[steps - 1]],
            "last": [shares[steps] - shares[steps - 1]],
            "linear": [slip * steps] if recovery < 0.9 else [],
            "square": [slip * steps**2 / 2, slip * steps * (steps + 1) / 2],
            "stationary": [steps * slip / (slip + recovery)],
            "forever": [solve(slip, 0.0, steps)] if recovery > 0 else [],
        }
        got = answer(slip, recovery, steps)
        _name("time_off", _number(got), right, slips)
        expect_close(got, right, _say("time_off.wrong.value", slip=slip, recovery=recovery, steps=steps))


@exercise(difficulty="core", minutes=8, check=_check_time_off)
def time_off(slip: float, recovery: float, steps: int) -> float:
    """Return after how many of the steps one is off the path, on average.

    One starts on it. A step leads off it with probability slip; from off the
    path, a step leads back with probability recovery.
    """
    # One starts on the path: the long-run share would count too much.
    off, total = 0.0, 0.0
    for _ in range(steps):
        off = off * (1 - recovery) + (1 - off) * slip
        total += off
    return total


def _check_sequence_divergence(answer: Function, solve: Function) -> None:
    generator = np.random.default_rng(10_007)
    for tokens, length in ((3, 4), (4, 2), (3, 12)):
        teacher, student = generator.dirichlet(np.ones(tokens), size=(2, tokens))
        given = teacher.copy(), student.copy()
        got, right = answer(*given, length), solve(teacher, student, length)
        rows = (teacher * np.log(teacher / student)).sum(axis=1)
        exchanged = (student * np.log(student / teacher)).sum(axis=1)
        start = np.eye(tokens)[0]
        walks = {
            "student": (student, rows),
            "rows": (teacher, exchanged),
            "transposed": (teacher.T, rows),
        }
        sums = {
            name: sum(float(start @ np.linalg.matrix_power(step, t) @ cost) for t in range(length))
            for name, (step, cost) in walks.items()
        }
        slips = {
            "reverse": [solve(student, teacher, length)],
            **{name: [value] for name, value in sums.items()},
            "repeated": [length * rows[0]],
            "average": [length * rows.mean(), length * rows.sum()],
            "short": [solve(teacher, student, length - 1)],
            "cut": [solve(teacher, student, n) for n in range(2, length - 1)],
            "mean": [right / length],
            "last": [start @ np.linalg.matrix_power(teacher, length - 1) @ rows],
        }
        _name("sequence_divergence", _number(got), right, slips)
        _unchanged("sequence_divergence", given, (teacher, student))
        expect_close(got, right, _say("sequence_divergence.wrong.value", tokens=tokens, length=length))


@exercise(difficulty="stretch", minutes=20, check=_check_sequence_divergence)
def sequence_divergence(
    teacher: np.ndarray,
    student: np.ndarray,
    length: int,
) -> float:
    """Return KL(teacher‖student) of whole texts of this length, in nats.

    Row c of each table is the law of the next token after token c. Texts
    begin after token 0, which is not counted. Do not list all texts.
    """
    # Forward: the teacher writes, so its table moves the law of the token
    # before. One product a place, instead of all texts.
    rows = np.sum(teacher * np.log(teacher / student), axis=1)
    before, total = np.eye(len(teacher))[0], 0.0
    for _ in range(length):
        total += before @ rows
        before = before @ teacher
    return float(total)
