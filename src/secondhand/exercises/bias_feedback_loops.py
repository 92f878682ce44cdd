"""Exercises of the chapter on feedback loops."""

import math
from collections.abc import Callable

import numpy as np

from secondhand.exercises.mechanism import Function, WrongAnswerError, exercise, expect_close, findings_of

_say = findings_of("bias-feedback-loops")


def _is(got: object, value: float) -> bool:
    """Whether the reader's answer is one number, and this one."""
    try:
        number = np.asarray(got, dtype=np.float64)
    except (TypeError, ValueError):
        return False
    return number.ndim == 0 and bool(abs(float(number) - value) <= 1e-6 * max(1.0, abs(value)))


def _check_label_items(answer: Function, solve: Function) -> None:
    chances = np.tile([0.1, 0.45, 0.8], 20_000)
    top = answer(chances, "argmax", 10_001)
    if np.shape(top) == chances.shape and np.array_equal(np.asarray(top, dtype=float), chances):
        raise WrongAnswerError(_say("label_items.wrong.probabilities"))
    expect_close(top, solve(chances, "argmax", 10_001), _say("label_items.wrong.argmax"))
    drawn = answer(chances, "sample", 10_001)
    expect_close(np.shape(drawn), np.shape(chances), _say("label_items.wrong.shape"))
    labels = np.asarray(drawn, dtype=np.float64)
    if not np.isin(labels, (0.0, 1.0)).all():
        raise WrongAnswerError(_say("label_items.wrong.probabilities"))
    if not np.array_equal(labels, np.asarray(answer(chances, "sample", 10_001), dtype=float)):
        raise WrongAnswerError(_say("label_items.wrong.seed"))
    if np.array_equal(labels, np.asarray(answer(chances, "sample", 10_002), dtype=float)):
        raise WrongAnswerError(_say("label_items.wrong.same"))
    shares = labels.reshape(-1, 3).mean(axis=0)
    if np.allclose(shares, [0.9, 0.55, 0.2], atol=0.02):
        raise WrongAnswerError(_say("label_items.wrong.opposite"))
    # Shares of 20,000 draws are known to 0.0035.
    if np.abs(shares - [0.1, 0.45, 0.8]).max() > 0.018:
        raise WrongAnswerError(_say("label_items.wrong.share"))
    if abs(np.corrcoef(labels[::3], labels[1::3])[0, 1]) > 0.05:
        raise WrongAnswerError(_say("label_items.wrong.together"))


@exercise(difficulty="warm-up", minutes=5, check=_check_label_items)
def label_items(probabilities: np.ndarray, how: str, seed: int) -> np.ndarray:
    """Return an array of labels 0 or 1, one for each probability of label 1.

    how is "argmax" (the more probable label) or "sample" (1 with its
    probability, independently for each item, from a generator of seed).
    """
    if how == "argmax":
        return (probabilities > 0.5).astype(int)
    draws = np.random.default_rng(seed).random(len(probabilities))
    return (draws < probabilities).astype(int)


def _check_bound_at(answer: Function, solve: Function) -> None:
    got = answer(90, 50_000, 1_000, 4_000)
    right = solve(90, 50_000, 1_000, 4_000)
    before = 0.0
    for t in range(90):
        size = 50_000 + t * 5_000
        before = (1 - 1_000 / size) * before + 4_000 / size
    if _is(got, right - 1):
        raise WrongAnswerError(_say("bound_at.wrong.pool"))
    if _is(got, 1 + before):
        raise WrongAnswerError(_say("bound_at.wrong.size"))
    if _is(got, 5.0):
        raise WrongAnswerError(_say("bound_at.wrong.limit"))
    still = 0.0
    for _ in range(90):
        still = (1 - 1_000 / 55_000) * still + 4_000 / 55_000
    if _is(got, 1 + still):
        raise WrongAnswerError(_say("bound_at.wrong.still"))
    for rounds, initial, human, model in ((90, 50_000, 1_000, 4_000), (0, 10, 1, 1), (3, 20, 5, 1), (5, 7, 0, 3)):
        wrong = _say("bound_at.wrong.value", rounds=rounds, initial=initial, human=human, model=model)
        expect_close(answer(rounds, initial, human, model), solve(rounds, initial, human, model), wrong)


@exercise(difficulty="warm-up", minutes=10, check=_check_bound_at)
def bound_at(rounds: int, initial: int, human: int, model: int) -> float:
    """Return the bound on the model's bias, in multiples of delta.

    The pool starts with initial human items; each round adds human and
    model items. No fit strays more than delta from its pool.
    """
    pool_bias = 0.0
    for t in range(1, rounds + 1):
        size = initial + t * (human + model)
        pool_bias = ((size - human) * pool_bias + model) / size
    return pool_bias + 1


def _first_half(factor: Callable[[int], float]) -> int:
    """Return the first round at which a product of factors is at most one half."""
    missing, rounds = 1.0, 0
    while missing > 0.5:
        rounds += 1
        missing *= factor(rounds)
    return rounds


def _check_rounds_to_half(answer: Function, solve: Function) -> None:
    got = answer(50_000, 1_000, 4_000)
    if _is(got, 99):
        raise WrongAnswerError(_say("rounds_to_half.wrong.limit"))
    if _is(got, 322) or _is(got, 324):
        raise WrongAnswerError(_say("rounds_to_half.wrong.one"))
    # Factors with the size before the round, and the power law (1 + t/r) ** (-f) in place of the product.
    if _is(got, _first_half(lambda t: 1 - 1_000 / (50_000 + (t - 1) * 5_000))):
        raise WrongAnswerError(_say("rounds_to_half.wrong.before"))
    if _is(got, 310):
        raise WrongAnswerError(_say("rounds_to_half.wrong.power"))
    for initial, human, model in ((50_000, 1_000, 4_000), (50_000, 2_500, 2_500), (100, 3, 5)):
        wrong = _say("rounds_to_half.wrong.value", initial=initial, human=human, model=model)
        expect_close(answer(initial, human, model), solve(initial, human, model), wrong)


@exercise(difficulty="core", minutes=15, check=_check_rounds_to_half)
def rounds_to_half(initial: int, human: int, model: int) -> int:
    """Return the first round at which the bound has grown half of its way.

    The way goes from 1 at round 0 to the limit, in multiples of delta.
    """
    missing, rounds = 1.0, 0
    while missing > 0.5:
        rounds += 1
        missing *= 1 - human / (initial + rounds * (human + model))
    return rounds


def _above(threshold: float, rate: float, distance: float) -> float:
    """Return the share of items above a threshold."""
    parts = [math.erfc((threshold - sign * distance) / math.sqrt(2)) / 2 for sign in (1, -1)]
    return rate * parts[0] + (1 - rate) * parts[1]


def _check_share_of_top_labels(answer: Function, solve: Function) -> None:
    got = answer(0.2, 0.5)
    edge = math.log(4)
    # With the mirrored threshold, and with a threshold that forgets the 2 of log((1 - p)/p)/(2μ), or μ.
    if _is(got, _above(-edge, 0.2, 0.5)):
        raise WrongAnswerError(_say("share_of_top_labels.wrong.sign"))
    if _is(got, _above(2 * edge, 0.2, 0.5)) or _is(got, _above(edge / 2, 0.2, 0.5)):
        raise WrongAnswerError(_say("share_of_top_labels.wrong.threshold"))
    if _is(got, 1 - solve(0.2, 0.5)):
        raise WrongAnswerError(_say("share_of_top_labels.wrong.complement"))
    if _is(got, 0.2):
        raise WrongAnswerError(_say("share_of_top_labels.wrong.sampled"))
    if _is(got, _above(0.0, 0.2, 0.5)) or _is(got, 0.5 * math.erfc(0.5 / math.sqrt(2))):
        raise WrongAnswerError(_say("share_of_top_labels.wrong.middle"))
    for rate, distance in ((0.2, 0.5), (0.35, 1.2), (0.5, 2.0), (0.7, 0.4)):
        wrong = _say("share_of_top_labels.wrong.value", rate=rate, distance=distance)
        expect_close(answer(rate, distance), solve(rate, distance), wrong)


@exercise(difficulty="core", minutes=15, check=_check_share_of_top_labels)
def share_of_top_labels(rate: float, distance: float) -> float:
    """Return the share of items that get label 1 from the argmax rule.

    x is normal with variance 1 and mean distance (label 1, at this rate) or
    -distance (label 0); the model knows all of that.
    """
    threshold = math.log((1 - rate) / rate) / (2 * distance)
    ones = 0.5 * math.erfc((threshold - distance) / math.sqrt(2))
    others = 0.5 * math.erfc((threshold + distance) / math.sqrt(2))
    return rate * ones + (1 - rate) * others


def _check_in_nucleus(answer: Function, solve: Function) -> None:
    law = np.array([0.05, 0.5, 0.15, 0.3])
    got = answer(law, 0.9)
    if np.shape(got) == (4,) and np.asarray(got).dtype.kind in "bif":
        kept = np.asarray(got, dtype=np.float64)
        if np.array_equal(kept, [0, 1, 0, 1]):
            raise WrongAnswerError(_say("in_nucleus.wrong.crossing"))
        if np.array_equal(kept, [0, 0, 1, 1]) or np.array_equal(kept, [1, 1, 1, 0]):
            raise WrongAnswerError(_say("in_nucleus.wrong.order"))
        if not np.isin(kept, (0.0, 1.0)).all():
            raise WrongAnswerError(_say("in_nucleus.wrong.truth"))
    if np.array_equal(np.asarray(answer(np.array([0.25, 0.75]), 0.75), dtype=np.float64), [1, 1]):
        raise WrongAnswerError(_say("in_nucleus.wrong.edge"))
    for chances, top_p in ((law, 0.9), (law, 0.4), (law, 1.0), (np.array([0.3, 0.7]), 0.65), (np.full(4, 0.25), 0.6)):
        wrong = _say("in_nucleus.wrong.value", chances=list(map(float, chances)), top_p=top_p)
        right = solve(chances, top_p)
        if np.allclose(chances, 0.25):
            kept = answer(chances, top_p)
            expect_close(np.shape(kept), (4,), wrong)
            expect_close(np.sum(np.asarray(kept, dtype=np.float64)), right.sum(), wrong)
        else:
            expect_close(answer(chances, top_p), right, wrong)


@exercise(difficulty="core", minutes=15, check=_check_in_nucleus)
def in_nucleus(probabilities: np.ndarray, top_p: float) -> np.ndarray:
    """Return for each word whether top-p keeps it: an array of True, False.

    Kept is the smallest set of most probable words whose probabilities add
    up to at least top_p.
    """
    order = np.argsort(-probabilities)
    sorted_chances = probabilities[order]
    kept = np.empty(len(probabilities), dtype=bool)
    kept[order] = np.cumsum(sorted_chances) - sorted_chances < top_p - 1e-9
    return kept


def _check_argmax_end(answer: Function, solve: Function) -> None:
    got = answer(0.2, 0.5, 1, 4)
    right = solve(0.2, 0.5, 1, 4)
    if _is(got, 0.04):
        raise WrongAnswerError(_say("argmax_end.wrong.never"))
    if _is(got, (5 * right - 0.2) / 4):
        raise WrongAnswerError(_say("argmax_end.wrong.model"))
    point = 0.2
    for _ in range(2_000):
        point = (0.2 + 4 * share_of_top_labels.solve(point, 0.5)) / 5
    if _is(got, point):
        raise WrongAnswerError(_say("argmax_end.wrong.inputs"))
    if _is(got, solve(0.2, 0.5, 4, 1)):
        raise WrongAnswerError(_say("argmax_end.wrong.swapped"))
    if np.ndim(got) == 0 and abs(float(got)) < 1e-3:
        raise WrongAnswerError(_say("argmax_end.wrong.people"))
    once = (0.2 + 4 * share_of_top_labels.solve(0.2, 0.5)) / 5
    if _is(got, once):
        raise WrongAnswerError(_say("argmax_end.wrong.once"))
    for rate, distance, human, model in ((0.2, 0.5, 1, 4), (0.2, 0.5, 1, 1), (0.4, 1.5, 2, 5)):
        wrong = _say("argmax_end.wrong.value", rate=rate, distance=distance, human=human, model=model)
        expect_close(answer(rate, distance, human, model), solve(rate, distance, human, model), wrong)


@exercise(difficulty="core", minutes=15, check=_check_argmax_end)
def argmax_end(rate: float, distance: float, human: int, model: int) -> float:
    """Return where the pool's rate of label 1 ends in an argmax loop.

    Items as in share_of_top_labels; a round adds human and model of them.
    The model believes the rate of its pool; the items that it labels keep
    the human rate. Begin at that rate.
    """
    pool = rate
    for _ in range(20_000):
        threshold = math.log((1 - pool) / pool) / (2 * distance)
        ones = 0.5 * math.erfc((threshold - distance) / math.sqrt(2))
        others = 0.5 * math.erfc((threshold + distance) / math.sqrt(2))
        labelled = rate * ones + (1 - rate) * others
        pool = (human * rate + model * labelled) / (human + model)
    return pool


def _check_majority_ends_at(answer: Function, solve: Function) -> None:
    got = answer(0.5, 0.8)
    if _is(got, 1.0):
        raise WrongAnswerError(_say("majority_ends_at.wrong.human"))
    if np.ndim(got) == 0 and abs(float(got) - 0.5) < 1e-3:
        raise WrongAnswerError(_say("majority_ends_at.wrong.balance"))
    if _is(got, 1.6):
        raise WrongAnswerError(_say("majority_ends_at.wrong.slope"))
    for temperature, share in ((0.5, 0.8), (0.5, 0.3), (0.9, 0.5), (0.2, 0.9)):
        wrong = _say("majority_ends_at.wrong.value", temperature=temperature, share=share)
        expect_close(answer(temperature, share), solve(temperature, share), wrong, relative=1e-4)


@exercise(difficulty="stretch", minutes=10, check=_check_majority_ends_at)
def majority_ends_at(temperature: float, share: float) -> float:
    """Return where the rate of an attribute ends that begins at 0.51.

    Among people it is one half. Of each round's data this share is written
    at this temperature by a model of the last round's data.
    """
    rate = 0.51
    for _ in range(10_000):
        common, other = rate ** (1 / temperature), (1 - rate) ** (1 / temperature)
        rate = (1 - share) * 0.5 + share * common / (common + other)
    return rate
