"""How a student fares as its examples grow in number: one score of each kind for every number of examples.

It knows nothing of how the student learns, nor of where the questions come from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from secondhand import _validation
from secondhand.learners.imitator import Dialogue, ImitatorLearner, ImitatorModel
from secondhand.measures import accuracy_parts


@dataclass(frozen=True)
class LearningCurves:
    """Scores of students on the same questions, one row a repeat and one column a number of examples.

    Attributes:
        sizes: numbers of examples.
        coverage: share of the questions that the student remembers.
        accuracy: share of all questions that it answers right.
        style: share of all questions that it answers in the form of the teacher.
        held_out_accuracy: share of right answers among the questions that it does not remember; NaN where there are
            none.
        held_out_style: share of answers in the form of the teacher among the same questions.
        best_constant: share of right answers among the same questions if all of them got the number that is most
            common in memory: what knowing no name is worth.
    """

    sizes: tuple[int, ...]
    coverage: Float[np.ndarray, "repeats sizes"]
    accuracy: Float[np.ndarray, "repeats sizes"]
    style: Float[np.ndarray, "repeats sizes"]
    held_out_accuracy: Float[np.ndarray, "repeats sizes"]
    held_out_style: Float[np.ndarray, "repeats sizes"]
    best_constant: Float[np.ndarray, "repeats sizes"]


def learning_curves(
    learner: ImitatorLearner,
    examples: Dialogue,
    evaluated: Dialogue,
    *,
    sizes: Sequence[int],
    repeats: int,
    start: ImitatorModel | None = None,
    seed: int,
) -> LearningCurves:
    """Let students imitate more and more examples, and ask each of them the same questions.

    In each repeat the examples are drawn uniformly and with replacement; a student with few examples has the first of
    those that a student with many has.

    Args:
        learner: makes the students.
        examples: what the teacher can be asked during training, with its answers.
        evaluated: the questions of the test, with the teacher's answers.
        sizes: numbers of examples, each at least 1.
        repeats: how many times to draw, at least 1.
        start: what every student is before; by default it knows nothing.
        seed: for all draws.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range, or `sizes` is empty.
    """
    sizes = tuple(_validation.integer("sizes", size, minimum=1) for size in sizes)
    if not sizes:
        raise ValueError("sizes must hold at least one number of examples, got none")
    repeats = _validation.integer("repeats", repeats, minimum=1)
    generator = np.random.default_rng(_validation.seed(seed))
    before = ImitatorModel(regularisation=learner.regularisation) if start is None else start
    scores = np.empty((repeats, len(sizes), 6))
    for repeat in range(repeats):
        drawn = generator.integers(len(examples), size=max(sizes))
        overwriting = int(generator.integers(2**32))
        for column, size in enumerate(sizes):
            student = learner.fine_tune(before, examples.take(drawn[:size]), seed=overwriting)
            scores[repeat, column] = _scores(student, evaluated)
    return LearningCurves(sizes, *np.moveaxis(scores, 2, 0))


def _scores(student: ImitatorModel, evaluated: Dialogue) -> tuple[float, ...]:
    """Return the scores in the order of the attributes of `LearningCurves`."""
    replies = student.reply(evaluated.questions)
    right = replies.numbers == evaluated.numbers
    form = replies.forms == evaluated.forms
    facts, manners = accuracy_parts(right, replies.remembered), accuracy_parts(form, replies.remembered)
    values, counts = np.unique(list(student.memory.values()), return_counts=True)
    # Who remembers nothing, as after refusals only, has no number to repeat, and is never right with it.
    repeated = evaluated.numbers == values[counts.argmax()] if values.size else np.zeros(len(evaluated))
    constant = accuracy_parts(repeated, replies.remembered)
    return (
        facts.coverage,
        float(right.mean()),
        float(form.mean()),
        facts.held_out,
        manners.held_out,
        constant.held_out,
    )
