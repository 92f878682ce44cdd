"""Scores for answers: with a penalty for wrong ones, and as seen by judges who look at the form or at the facts.

It knows nothing of questions, nor of who answers.
"""

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from secondhand import _validation
from secondhand.measures import _arrays


def approval(form: ArrayLike, right: ArrayLike, *, checking: float) -> Float[np.ndarray, " answers"]:
    """Return the chance that a judge finds each answer as good as a right one in perfect form.

    The judge asks for the form always, and looks the fact up for a random share of the answers only.

    Args:
        form: for each answer, 1 where its form is that of the model answer, else 0.
        right: for each answer, 1 where what it says is right, else 0.
        checking: the share of answers whose fact the judge looks up, from 0 (form only) to 1.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: an argument is not a row, lies outside 0 and 1, or the rows differ in length.

    Source:
        Derived here: form × (1 − checking × (1 − right)).
    """
    shape, fact = _row_of_shares("form", form), _row_of_shares("right", right)
    if shape.size != fact.size:
        raise ValueError(f"right must hold as many numbers as form, got {fact.size} and {shape.size}")
    share = _validation.number("checking", checking, minimum=0, maximum=1)
    return shape * (1 - share * (1 - fact))


def penalised_score(right: ArrayLike, answered: ArrayLike, *, penalty: float) -> float:
    """Return the mean score of answers: 1 for a right one, minus the penalty for a wrong one, 0 for none.

    Args:
        right: for each question, 1 where the answer is right, else 0.
        answered: for each question, 1 where there is an answer, 0 where the student said that it does not know.
        penalty: what a wrong answer costs, at least 0.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: an argument is out of range, or the rows differ in length.
    """
    fact, given = _row_of_shares("right", right), _row_of_shares("answered", answered)
    if fact.size != given.size:
        raise ValueError(f"answered must hold as many numbers as right, got {given.size} and {fact.size}")
    cost = _validation.number("penalty", penalty, minimum=0)
    return float((given * (fact - cost * (1 - fact))).mean())


def break_even_confidence(penalty: float) -> float:
    """Return the chance of being right at which answering earns as much as not answering: penalty / (1 + penalty).

    Args:
        penalty: what a wrong answer costs, where a right one earns 1; at least 0.

    Raises:
        TypeError: `penalty` is not a number.
        ValueError: `penalty` is negative.

    Source:
        Chow (1970), On optimum recognition error and reject tradeoff: p − penalty × (1 − p) = 0, solved for p.
    """
    cost = _validation.number("penalty", penalty, minimum=0)
    return cost / (1 + cost)


def _row_of_shares(name: str, value: ArrayLike) -> Float[np.ndarray, " n"]:
    array = _arrays.row(name, value)
    if array.min() < 0 or array.max() > 1:
        raise ValueError(f"{name} must hold numbers from 0 to 1, got {array[(array < 0) | (array > 1)][0]:g}")
    return np.asarray(array)
