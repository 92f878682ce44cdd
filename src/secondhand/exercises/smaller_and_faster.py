"""Exercises of the chapter on smaller and faster students."""

import math
from typing import Any

import numpy as np

from secondhand.exercises.mechanism import Function, WrongAnswerError, exercise, expect_close, findings_of

_say = findings_of("smaller-and-faster")


def _number(value: Any) -> float:
    """Return the reader's answer as a number, or NaN where it is none."""
    try:
        return float(np.asarray(value, dtype=np.float64))
    except (TypeError, ValueError):
        return math.nan


def _name(value: float, right: float, exercise_name: str, slips: dict[str, float]) -> None:
    """Name a common mistake, unless it happens to give the right number."""
    for name, slip in slips.items():
        if math.isclose(value, slip, rel_tol=1e-9) and not math.isclose(slip, right, rel_tol=1e-9):
            raise WrongAnswerError(_say(f"{exercise_name}.wrong.{name}"))


def _check_time_left(answer: Function, solve: Function) -> None:
    for percent in (60.0, 25.0, 300.0):
        got, right = answer(percent), solve(percent)
        slips = {"subtracted": 1 - percent / 100, "speed": 1 + percent / 100, "percent": 100 * right}
        _name(_number(got), right, "time_left", slips)
        expect_close(got, right, _say("time_left.wrong.value", percent=percent))


@exercise(difficulty="warm-up", minutes=3, check=_check_time_left)
def time_left(percent: float) -> float:
    """Return the share of the old time that a request still takes.

    The new model is `percent` per cent faster: in the same time it
    answers that many per cent more requests.
    """
    speed = 1 + percent / 100
    return 1 / speed


def _check_layer_weights(answer: Function, solve: Function) -> None:
    for width, feed_forward in ((768, 3072), (5, 7), (4, 4)):
        got, right = answer(width, feed_forward), solve(width, feed_forward)
        slips = {
            "biases": right - 5 * width - feed_forward,
            "no_biases": right - 9 * width - feed_forward,
            "all_width": right + width - feed_forward,
            "norms": right - 4 * width,
            "three": right - width**2 - width,
            "one_way": right - width * feed_forward,
        }
        _name(_number(got), right, "layer_weights", slips)
        expect_close(got, right, _say("layer_weights.wrong.value", width=width, feed_forward=feed_forward))


@exercise(difficulty="warm-up", minutes=5, check=_check_layer_weights)
def layer_weights(width: int, feed_forward: int) -> int:
    """Return how many numbers are trained in one layer of a BERT encoder.

    Four width × width matrices; one from width to feed_forward and one
    back; each of the six with a bias for each output. Two normalisations
    with two numbers for each of the width dimensions.
    """
    matrices = 4 * width**2 + 2 * width * feed_forward
    biases = 5 * width + feed_forward
    return matrices + biases + 4 * width


def _check_pareto_front(answer: Function, solve: Function) -> None:
    cases = (
        ([10.0, 20.0, 30.0, 20.0, 10.0], [0.5, 0.9, 0.8, 0.7, 0.5]),
        ([4.0, 1.0, 3.0, 2.0], [0.9, 0.6, 0.9, 0.6]),
    )
    for case in cases:
        weights, kept = (np.array(numbers) for numbers in case)
        given, right = (weights.copy(), kept.copy()), solve(weights, kept)
        got = answer(*given)
        if not (np.array_equal(given[0], weights) and np.array_equal(given[1], kept)):
            raise WrongAnswerError(_say("pareto_front.wrong.changed"))
        smaller, better = weights[:, None] <= weights, kept[:, None] >= kept
        slips = {
            "dominated": ~right,
            "larger": solve(-weights, kept),
            "strict": ~((weights[:, None] < weights) & (kept[:, None] > kept)).any(axis=0),
            "equal": ~((smaller & better).sum(axis=0) > 1),
            "equal_self": ~(smaller & better).any(axis=0),
        }
        if np.shape(got) == right.shape:
            for name, slip in slips.items():
                if np.array_equal(got, slip) and not np.array_equal(slip, right):
                    raise WrongAnswerError(_say(f"pareto_front.wrong.{name.removesuffix('_self')}"))
        wrong = _say("pareto_front.wrong.value", weights=case[0], kept=case[1])
        expect_close(got, right, wrong)


@exercise(difficulty="core", minutes=10, check=_check_pareto_front)
def pareto_front(weights: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Return, for each network, whether it is on the Pareto front.

    weights[i] is the size of network i: smaller is better. kept[i] is its
    quality: larger is better. The answer is an array of True and False. Do
    not change the arrays you are given.
    """
    # Row i, column j: is network i at least as good as j, or better?
    as_good = (weights[:, None] <= weights) & (kept[:, None] >= kept)
    better = (weights[:, None] < weights) | (kept[:, None] > kept)
    front: np.ndarray = np.logical_not((as_good & better).any(axis=0))
    return front


def _check_break_even(answer: Function, solve: Function) -> None:
    for setup, price, saving in ((600.0, 0.002, 0.8), (1000.0, 0.03, 0.5), (10.0, 3.0, 0.25), (600.0, 0.002, 0.6)):
        got, right = answer(setup, price, saving), solve(setup, price, saving)
        slips: dict[str, float] = {
            "no_saving": math.ceil(setup / price),
            "rest": math.ceil(setup / (price * (1 - saving))),
            "saving": math.ceil(setup / saving),
        }
        _name(_number(got), right, "break_even", slips)
        exact = setup / (price * saving)
        if math.ceil(exact) > right:
            _name(_number(got), right, "break_even", {"error": math.ceil(exact)})
        elif not float(exact).is_integer():
            _name(_number(got), right, "break_even", {"whole": exact, "down": math.floor(exact)})
        expect_close(got, right, _say("break_even.wrong.value", setup=setup, price=price, saving=saving))


@exercise(difficulty="core", minutes=6, check=_check_break_even)
def break_even(setup: float, price: float, saving: float) -> int:
    """Return the smallest number of requests that pays for the student.

    Making it costs `setup` once. A request to the teacher costs `price`;
    the student saves the share `saving` of that. Round the quotient to 9
    decimals before you round up, so that rounding errors add no request.
    """
    requests = setup / (price * saving)
    return int(np.ceil(np.round(requests, 9)))


def _check_adapted(answer: Function, solve: Function) -> None:
    generator = np.random.default_rng(10_004)
    for items, inputs, outputs, rank, alpha in ((5, 4, 3, 2, 6.0), (2, 6, 6, 3, 1.5)):
        arrays = [generator.normal(size=s) for s in ((items, inputs), (outputs, inputs), (rank, inputs))]
        arrays.append(generator.normal(size=(outputs, rank)))
        given, right = [array.copy() for array in arrays], solve(*arrays, alpha)
        got = answer(*given, alpha)
        if not all(np.array_equal(one, other) for one, other in zip(given, arrays, strict=True)):
            raise WrongAnswerError(_say("adapted.wrong.changed"))
        x, weight, down, up = arrays
        plain, addition = x @ weight.T, x @ down.T @ up.T
        slips = {
            "scale": plain + addition,
            "rank": plain + alpha * addition,
            "plain": plain,
            "only": alpha / rank * addition,
            "inverse": plain + rank / alpha * addition,
            "inputs": plain + alpha / inputs * addition,
        }
        if np.shape(got) == right.shape:
            for name, slip in slips.items():
                if np.allclose(np.asarray(got, dtype=np.float64), slip):
                    raise WrongAnswerError(_say(f"adapted.wrong.{name}"))
        expect_close(got, right, _say("adapted.wrong.value", items=items, rank=rank))


@exercise(difficulty="core", minutes=8, check=_check_adapted)
def adapted(
    x: np.ndarray,
    weight: np.ndarray,
    down: np.ndarray,
    up: np.ndarray,
    alpha: float,
) -> np.ndarray:
    """Return the outputs of a linear layer without bias, with an adapter.

    x[i, j] is input j of item i; weight has the shape (outputs, inputs),
    down (A) has (rank, inputs), up (B) has (outputs, rank). Do not change
    the arrays you are given.
    """
    # First the merged matrix, as after training: then one product is left.
    rank = len(down)
    change = alpha / rank * up @ down
    new: np.ndarray = x @ (weight + change).T
    return new


def _check_largest_rank(answer: Function, solve: Function) -> None:
    for inputs, outputs in ((4096, 4096), (3072, 768), (10, 7), (2, 2)):
        got, right = answer(inputs, outputs), solve(inputs, outputs)
        limit = inputs * outputs / (inputs + outputs)
        slips = {"equal": float(math.floor(limit)), "full": float(min(inputs, outputs)), "whole": limit}
        slips |= {"square": inputs / 2 - 1, "floor": math.floor(limit) - 1}
        _name(_number(got), right, "largest_rank", slips)
        expect_close(got, right, _say("largest_rank.wrong.value", inputs=inputs, outputs=outputs))


@exercise(difficulty="core", minutes=8, check=_check_largest_rank)
def largest_rank(inputs: int, outputs: int) -> int:
    """Return the largest rank whose adapter is smaller than its matrix.

    Smaller: strictly fewer weights than the inputs × outputs matrix. If no
    rank is small enough, the answer is 0.
    """
    # The largest whole r with r (inputs + outputs) at most cells - 1.
    cells, of_rank = inputs * outputs, inputs + outputs
    return (cells - 1) // of_rank


def _check_left_over(answer: Function, solve: Function) -> None:
    generator = np.random.default_rng(10_005)
    for shape, rank in (((6, 4), 2), ((5, 8), 1), ((4, 4), 4)):
        change = generator.normal(size=shape)
        given, right = change.copy(), solve(change, rank)
        got = answer(given, rank)
        if not np.array_equal(given, change):
            raise WrongAnswerError(_say("left_over.wrong.changed"))
        values = np.linalg.svd(change, compute_uv=False)
        slips = {
            "root": math.sqrt(right),
            "kept": 1 - right,
            "plain": float(values[rank:].sum() / values.sum()),
            "absolute": float((values[rank:] ** 2).sum()),
        }
        if rank < min(shape):
            _name(_number(got), right, "left_over", slips)
        expect_close(got, right, _say("left_over.wrong.value", shape=shape, rank=rank), absolute=1e-9)


@exercise(difficulty="stretch", minutes=15, check=_check_left_over)
def left_over(change: np.ndarray, rank: int) -> float:
    """Return what the best adapter of a rank misses of a change of weights.

    It is the sum of squares of change − B A for the best B and A, as a
    share of the sum of squares of the change. Do not alter the change.
    """
    # Squares of singular values add up to the squares of the entries.
    singular = np.linalg.svd(change, compute_uv=False)
    missed = np.square(singular[rank:]).sum()
    return float(missed / np.square(singular).sum())
