"""Common mistakes in the exercises of the chapter beyond the teacher are named to the reader."""

import math
from typing import Any

import numpy as np
import pytest
from tests.exercises.mistakes import Mistake, assert_mistake_is_named


def changed_law(law: Any, right: int, tpr: float, fpr: float) -> Any:
    law *= np.where(np.arange(len(law)) == right, tpr, fpr)
    law /= law.sum()
    return law


def unscaled(law: Any, right: int, tpr: float, fpr: float) -> Any:
    return law * np.where(np.arange(len(law)) == right, tpr, fpr)


def turned(law: Any, right: int, tpr: float, fpr: float) -> Any:
    kept = unscaled(law, right, fpr, tpr)
    return kept / kept.sum()


def even(law: Any, right: int, tpr: float, fpr: float) -> Any:
    kept = unscaled(law, right, tpr, fpr)
    pure = kept[right] / kept.sum()
    return np.where(np.arange(len(law)) == right, pure, (1 - pure) / (len(law) - 1))


def changed_chances(chances: Any, n: int) -> Any:
    chances[:] = 1 - (1 - chances) ** n
    return chances.mean()


def terms(a: float, n: int) -> tuple[float, float]:
    return 1 - (1 - a) ** n, (1 - a) ** n


MISTAKES: list[Mistake] = [
    ("accuracy-bounds", lambda g, t: (t + 1 - g, t - 1 + g), "accuracy_bounds.wrong.order"),
    ("accuracy-bounds", lambda g, t: (g * t, g * t + 1 - g), "accuracy_bounds.wrong.product"),
    ("accuracy-bounds", lambda g, t: (t - 1 + g, t), "accuracy_bounds.wrong.side"),
    ("accuracy-bounds", lambda g, t: (t - 1 + g, t + 1 - g), "accuracy_bounds.wrong.range"),
    ("accuracy-bounds", lambda g, t: (0.0, 1.0), "accuracy_bounds.wrong.value"),
    ("ratio-needed", lambda a, p: p / a, "ratio_needed.wrong.shares"),
    ("ratio-needed", lambda a, p: p / (1 - p), "ratio_needed.wrong.start"),
    ("ratio-needed", lambda a, p: (1 - p) / p * a / (1 - a), "ratio_needed.wrong.turned"),
    ("ratio-needed", lambda a, p: 20.0, "ratio_needed.wrong.value"),
    ("variety-left", lambda n, r: 1 - r / n, "variety_left.wrong.straight"),
    ("variety-left", lambda n, r: 1 - (1 - 1 / n) ** r, "variety_left.wrong.lost"),
    ("variety-left", lambda n, r: (1 / n) ** r, "variety_left.wrong.share"),
    ("variety-left", lambda n, r: 0.5, "variety_left.wrong.value"),
    ("expected-agreement", lambda s, t, k: s * t, "expected_agreement.wrong.right"),
    ("expected-agreement", lambda s, t, k: s * t + (1 - s) * (1 - t), "expected_agreement.wrong.classes"),
    ("expected-agreement", lambda s, t, k: s * t + (1 - s) * (1 - t) / k, "expected_agreement.wrong.own"),
    ("expected-agreement", lambda s, t, k: 1 - abs(s - t), "expected_agreement.wrong.bound"),
    ("expected-agreement", lambda s, t, k: 0.1, "expected_agreement.wrong.value"),
    ("new-law", changed_law, "new_law.wrong.changed"),
    ("new-law", unscaled, "new_law.wrong.sum"),
    ("new-law", turned, "new_law.wrong.turned"),
    ("new-law", even, "new_law.wrong.even"),
    ("new-law", lambda law, right, tpr, fpr: np.eye(len(law))[right], "new_law.wrong.perfect"),
    ("new-law", lambda law, right, tpr, fpr: law, "new_law.wrong.value"),
    ("pass-rate", changed_chances, "pass_rate.wrong.changed"),
    ("pass-rate", lambda a, n: 1 - (1 - a.mean()) ** n, "pass_rate.wrong.mean"),
    ("pass-rate", lambda a, n: (a**n).mean(), "pass_rate.wrong.all"),
    ("pass-rate", lambda a, n: min(1.0, n * a.mean()), "pass_rate.wrong.sum"),
    ("pass-rate", lambda a, n: ((1 - a) ** n).mean(), "pass_rate.wrong.none"),
    ("pass-rate", lambda a, n: 0.1, "pass_rate.wrong.value"),
    ("price", lambda a, n: math.log(n) - (n - 1) / n, "price.wrong.bound"),
    ("price", lambda a, n: terms(a, n)[0] * math.log(terms(a, n)[0] / a), "price.wrong.half"),
    (
        "price",
        lambda a, n: a * math.log(a / terms(a, n)[0]) + (1 - a) * math.log((1 - a) / terms(a, n)[1]),
        "price.wrong.turned",
    ),
    (
        "price",
        lambda a, n: (
            terms(a, n)[0] * math.log2(terms(a, n)[0] / a) + terms(a, n)[1] * math.log2(terms(a, n)[1] / (1 - a))
        ),
        "price.wrong.bits",
    ),
    ("price", lambda a, n: 0.1, "price.wrong.value"),
]


@pytest.mark.parametrize(("name", "mistake", "message"), MISTAKES)
def test_the_mistake_is_named(name: str, mistake: Any, message: str) -> None:
    assert_mistake_is_named("beyond-the-teacher", name, mistake, message)
