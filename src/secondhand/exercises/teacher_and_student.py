"""Exercises of the chapter on teacher and student."""

from typing import Any

import numpy as np

from secondhand.exercises.mechanism import Function, WrongAnswerError, exercise, expect_close, findings_of

_say = findings_of("teacher-and-student")


def _softmax(logits: np.ndarray, axis: int | None = 1) -> np.ndarray:
    powers = np.exp(logits - logits.max())
    law: np.ndarray = powers / powers.sum(axis=axis, keepdims=True)
    return law


def _name(exercise_name: str, got: Any, expected: Any, slips: dict[str, list[Any]]) -> None:
    """Raise the finding of the first slip that the answer equals; the right answer is never a slip."""
    try:
        values = np.asarray(got, dtype=np.float64)
    except (TypeError, ValueError):
        return
    if values.shape != np.shape(expected) or np.allclose(values, expected):
        return
    for name, wrongs in slips.items():
        if any(np.shape(wrong) == values.shape and np.allclose(values, wrong) for wrong in wrongs):
            raise WrongAnswerError(_say(f"{exercise_name}.wrong.{name}"))


def _rows_sum_to_one(exercise_name: str, got: Any, expected: np.ndarray, finding: str) -> None:
    if isinstance(got, np.ndarray) and got.shape == expected.shape and not np.allclose(got.sum(axis=1), 1):
        raise WrongAnswerError(_say(f"{exercise_name}.wrong.{finding}"))


def _unchanged(exercise_name: str, given: tuple[np.ndarray, ...], kept: tuple[np.ndarray, ...]) -> None:
    if not all(np.array_equal(ours, theirs) for ours, theirs in zip(given, kept, strict=True)):
        raise WrongAnswerError(_say(f"{exercise_name}.wrong.changed"))


def _check_soften(answer: Function, solve: Function) -> None:
    generator = np.random.default_rng(10_000)
    for items, classes, heat in ((3, 5, 4.0), (2, 4, 0.5)):
        logits = generator.normal(size=(items, classes)) * 3
        given = logits.copy()
        got, expected = answer(given, heat), solve(logits, heat)
        _unchanged("soften", (given,), (logits,))
        slips = {
            "times": [_softmax(logits * heat)],
            "probabilities": [_softmax(logits) / heat, _softmax(_softmax(logits) / heat)],
            "cold": [_softmax(logits)],
            "axis": [_softmax(logits / heat, 0), _softmax(logits / heat, None)],
            "logits": [logits / heat],
        }
        _name("soften", got, expected, slips)
        _rows_sum_to_one("soften", got, expected, "axis")
        expect_close(got, expected, _say("soften.wrong.value", heat=heat))


@exercise(difficulty="warm-up", minutes=4, check=_check_soften)
def soften(logits: np.ndarray, temperature: float) -> np.ndarray:
    """Return the teacher's probabilities at this temperature.

    logits has one row for each image and one column for each class.
    """
    # Adding a constant to a row changes no probability; taking off the
    # largest logit keeps the exponentials from overflowing.
    hot = logits / temperature
    powers = np.exp(hot - hot.max(axis=1, keepdims=True))
    law: np.ndarray = powers / powers.sum(axis=1, keepdims=True)
    return law


def _check_smooth(answer: Function, solve: Function) -> None:
    for labels, epsilon, classes in ((np.array([2, 0, 1]), 0.1, 4), (np.array([1, 1]), 0.3, 3)):
        given = labels.copy()
        got, expected = answer(given, epsilon, classes), solve(labels, epsilon, classes)
        _unchanged("smooth", (given,), (labels,))
        sure = np.eye(classes)[labels]
        slips = {
            "others": [np.where(sure == 1, 1 - epsilon, epsilon / (classes - 1))],
            "sum": [np.where(sure == 1, 1 - epsilon, epsilon / classes), sure + epsilon / classes],
            "label": [sure],
            "swapped": [epsilon * sure + (1 - epsilon) / classes],
        }
        _name("smooth", got, expected, slips)
        expect_close(got, expected, _say("smooth.wrong.value", epsilon=epsilon, classes=classes))


@exercise(difficulty="warm-up", minutes=5, check=_check_smooth)
def smooth(labels: np.ndarray, epsilon: float, classes: int) -> np.ndarray:
    """Return smoothed labels: one row for each label, one column a class.

    The share epsilon of each row is spread evenly over all classes, the
    label's own included.
    """
    # A mixture of two answers: the label, with weight 1 - epsilon, and "no
    # idea", which gives 1 / classes to each class, with weight epsilon.
    law: np.ndarray = (1 - epsilon) * np.eye(classes)[labels] + epsilon / classes
    return law


def _check_soft_loss(answer: Function, solve: Function) -> None:
    generator = np.random.default_rng(10_001)
    for items, classes, heat in ((4, 5, 3.0), (3, 6, 2.0)):
        student, teacher = generator.normal(size=(2, items, classes)) * 3
        given = student.copy(), teacher.copy()
        got, expected = answer(*given, heat), solve(student, teacher, heat)
        _unchanged("soft_loss", given, (student, teacher))
        q, p = _softmax(student / heat), _softmax(teacher / heat)
        swapped, cross = (q * np.log(q / p)).sum(1).mean(), -(p * np.log(q)).sum(1).mean()
        lukewarm = _softmax(teacher)
        slips = {
            "square": [expected / heat**2, expected / heat],
            "swapped": [heat**2 * swapped, swapped],
            "entropy": [heat**2 * cross, cross],
            "classes": [expected / classes],
            "sum": [expected * items],
            "student": [heat**2 * (p * np.log(p / _softmax(student))).sum(1).mean()],
            "cold": [heat**2 * (lukewarm * np.log(lukewarm / q)).sum(1).mean()],
            "sign": [-expected],
        }
        _name("soft_loss", got, expected, slips)
        expect_close(got, expected, _say("soft_loss.wrong.value", heat=heat))


@exercise(difficulty="core", minutes=10, check=_check_soft_loss)
def soft_loss(
    student: np.ndarray,
    teacher: np.ndarray,
    temperature: float,
) -> float:
    """Return the loss of the first theory box for alpha = 1.

    Both arrays hold logits, one row an image and one column a class. The
    loss is the mean over images.
    """
    # Logarithms of probabilities are logits minus the logarithm of a sum:
    # no probability is computed that could round to 0.
    hot = np.stack([student, teacher]) / temperature
    hot = hot - hot.max(axis=2, keepdims=True)
    log_q, log_p = hot - np.log(np.exp(hot).sum(axis=2, keepdims=True))
    divergence = (np.exp(log_p) * (log_p - log_q)).sum(axis=1)
    return float(temperature**2 * divergence.mean())


def _check_honest_weight(answer: Function, solve: Function) -> None:
    for alpha, heat in ((0.3, 4.0), (0.9, 10.0), (0.2, 1.0), (1.0, 5.0)):
        got, expected = answer(alpha, heat), solve(alpha, heat)
        slips = {
            "half": [1 / (1 + heat**2)],
            "part": [alpha / heat**2],
            "root": [alpha / (alpha + (1 - alpha) * heat)],
            "turned": [alpha * heat**2 / (alpha * heat**2 + 1 - alpha)],
            "ratio": [alpha / heat**2 / (1 - alpha)] if alpha < 1 else [],
            "labels": [1 - expected],
        }
        _name("honest_weight", got, expected, slips)
        expect_close(got, expected, _say("honest_weight.wrong.value", alpha=alpha, heat=heat))


@exercise(difficulty="core", minutes=6, check=_check_honest_weight)
def honest_weight(alpha: float, temperature: float) -> float:
    """Return the weight that the teacher really has without the factor.

    Someone minimises alpha KL + (1 - alpha) CE: the square of the
    temperature is missing before KL. With which weight of the teacher is
    the right loss the same, up to a factor?
    """
    # The broken loss is (alpha / T**2) T**2 KL + (1 - alpha) CE. Divide it
    # by the sum of its two weights, so that they sum to one.
    teacher = alpha / temperature**2
    return teacher / (teacher + 1 - alpha)


def _check_same_confidence(answer: Function, solve: Function) -> None:
    generator = np.random.default_rng(10_002)
    for items, classes in ((4, 5), (2, 3)):
        laws = generator.dirichlet(np.ones(classes), size=items)
        given = laws.copy()
        got, expected = answer(given), solve(laws)
        _unchanged("same_confidence", (given,), (laws,))
        top = laws.max(axis=1, keepdims=True)
        best = laws == top
        slips = {
            "all": [np.where(best, top, (1 - top) / classes)],
            "smooth": [np.where(best, top + (1 - top) / classes, (1 - top) / classes)],
            "first": [np.where(np.arange(classes) == 0, top, (1 - top) / (classes - 1))],
            "even": [np.full_like(laws, 1 / classes)],
            "label": [best.astype(float)],
            "same": [laws],
        }
        _name("same_confidence", got, expected, slips)
        expect_close(got, expected, _say("same_confidence.wrong.value", items=items, classes=classes))


@exercise(difficulty="core", minutes=8, check=_check_same_confidence)
def same_confidence(given: np.ndarray) -> np.ndarray:
    """Return answers as confident as these, all wrong classes alike.

    given[i] are the probabilities of image i. Its likeliest class keeps its
    probability; the other classes share the rest evenly. No ties occur.
    """
    # Students taught by these on 20 images do about as well as those taught
    # by flat answers, and no better than those taught by labels.
    top = given.max(axis=1, keepdims=True)
    rest = (1 - top) / (given.shape[1] - 1)
    new: np.ndarray = np.where(given == top, top, rest)
    return new


def _check_hot_gradient(answer: Function, solve: Function) -> None:
    generator = np.random.default_rng(10_003)
    for items, classes in ((3, 5), (2, 4)):
        student, teacher = generator.normal(size=(2, items, classes)) * 2 + np.array([[[1.0]], [[-2.0]]])
        given = student.copy(), teacher.copy()
        got, expected = answer(*given), solve(student, teacher)
        _unchanged("hot_gradient", given, (student, teacher))
        raw = student - teacher
        slips = {
            "centre": [raw / classes, (raw - raw.mean()) / classes],
            "columns": [(raw - raw.mean(axis=0)) / classes],
            "classes": [expected * classes],
            "sign": [-expected],
            "items": [expected / items, expected * classes / items],
            "softmax": [_softmax(student) - _softmax(teacher)],
        }
        _name("hot_gradient", got, expected, slips)
        expect_close(got, expected, _say("hot_gradient.wrong.value", items=items, classes=classes))


@exercise(difficulty="core", minutes=6, check=_check_hot_gradient)
def hot_gradient(student: np.ndarray, teacher: np.ndarray) -> np.ndarray:
    """Return the gradient by the student's logits of a very hot teacher.

    One row an image, one column a class, as the arguments; each row is the
    limit of the second theory box for that image.
    """
    # Centring is linear: the difference of the centred logits is the
    # centred difference. A constant added to a row changes nothing.
    gap = student - teacher
    limit: np.ndarray = (gap - gap.mean(axis=1, keepdims=True)) / gap.shape[1]
    return limit


def _check_fit_biases(answer: Function, solve: Function) -> None:
    generator = np.random.default_rng(10_004)
    for items, law in ((40, np.array([0.2, 0.3, 0.5])), (60, np.full(4, 0.25))):
        logits = generator.normal(size=(items, len(law))) * 2 + np.arange(len(law))
        given = logits.copy(), law.copy()
        got, expected = answer(*given), solve(logits, law)
        _unchanged("fit_biases", given, (logits, law))
        if _meets(got, logits, law):
            # Any biases that do what the exercise asks are right, however they were found.
            if abs(np.mean(got)) > 1e-6:
                raise WrongAnswerError(_say("fit_biases.wrong.constant"))
            continue
        step = np.log(law) - np.log(_softmax(logits).mean(axis=0))
        means = np.log(law) - logits.mean(axis=0)
        slips = {
            "once": [step, step - step.mean()],
            "sign": [-expected, step.mean() - step],
            "logits": [means, means - means.mean()],
        }
        _name("fit_biases", got, expected, slips)
        if np.shape(got) == expected.shape:
            values = np.asarray(got, dtype=np.float64)
            if np.allclose(values - values.mean(), expected, atol=0.05):
                raise WrongAnswerError(_say("fit_biases.wrong.early"))
        expect_close(got, expected, _say("fit_biases.wrong.value", items=items), relative=0, absolute=1e-9)


def _meets(biases: Any, logits: np.ndarray, frequencies: np.ndarray) -> bool:
    """Whether mean probabilities are within 1e-6 of the frequencies, and a little more for rounding."""
    if np.shape(biases) != frequencies.shape:
        return False
    law = _softmax(logits + np.asarray(biases, dtype=np.float64)).mean(axis=0)
    return bool(np.abs(law - frequencies).max() <= 1.1e-6)


@exercise(difficulty="stretch", minutes=20, check=_check_fit_biases)
def fit_biases(logits: np.ndarray, frequencies: np.ndarray) -> np.ndarray:
    """Return the biases, with mean 0, of the third theory box.

    Added to the logits (one row an image, one column a class), they bring
    the mean probability of each class within 1e-6 of its frequency.
    """
    # Too unlikely on average? Raise the bias, by the logarithm of the ratio.
    # A step down the slope, biases += frequencies - law, works as well.
    biases = np.zeros(len(frequencies))
    for _ in range(5000):
        powers = np.exp(logits + biases)
        law = (powers / powers.sum(axis=1, keepdims=True)).mean(axis=0)
        biases = biases + np.log(frequencies / law)
    return np.asarray(biases - biases.mean(), dtype=np.float64)
