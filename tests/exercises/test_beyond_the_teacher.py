"""Common mistakes in the exercises of the chapter beyond the teacher are named to the reader."""

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


def scaled(law: Any, right: int, tpr: float, fpr: float) -> Any:
    kept = unscaled(law, right, tpr, fpr)
    return kept / kept.sum()


def turned(law: Any, right: int, tpr: float, fpr: float) -> Any:
    return scaled(law, right, fpr, tpr)


def even(law: Any, right: int, tpr: float, fpr: float) -> Any:
    kept = unscaled(law, right, tpr, fpr)
    pure = kept[right] / kept.sum()
    return np.where(np.arange(len(law)) == right, pure, (1 - pure) / (len(law) - 1))


def changed_chances(chances: Any, n: int) -> Any:
    chances[:] = 1 - (1 - chances) ** n
    return chances.mean()


def purities(chances: Any, tpr: float, fpr: float) -> tuple[float, float]:
    kept = tpr * chances + fpr * (1 - chances)
    return tpr * chances.mean() / kept.mean(), (tpr * chances / kept).mean()


def changed_purities(chances: Any, tpr: float, fpr: float) -> Any:
    chances *= tpr
    return chances.mean(), chances.mean()


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
    ("variety-left", lambda n, r: 0.8 * (1 - 1 / n) ** r, "variety_left.wrong.amount"),
    ("variety-left", lambda n, r: (1 / n) ** r, "variety_left.wrong.share"),
    ("variety-left", lambda n, r: 0.5, "variety_left.wrong.value"),
    ("expected-agreement", lambda s, t, k: s * t, "expected_agreement.wrong.right"),
    ("expected-agreement", lambda s, t, k: s * t + (1 - s) * (1 - t), "expected_agreement.wrong.classes"),
    ("expected-agreement", lambda s, t, k: s * t + (1 - s) / (k - 1), "expected_agreement.wrong.both"),
    ("expected-agreement", lambda s, t, k: s * t + (1 - s) * (1 - t) / k, "expected_agreement.wrong.own"),
    ("expected-agreement", lambda s, t, k: 1 - abs(s - t), "expected_agreement.wrong.bound"),
    ("expected-agreement", lambda s, t, k: 0.1, "expected_agreement.wrong.value"),
    ("new-law", changed_law, "new_law.wrong.changed"),
    ("new-law", unscaled, "new_law.wrong.sum"),
    ("new-law", lambda law, i, t, f: law * np.where(np.arange(len(law)) == i, t / f, 1), "new_law.wrong.odds"),
    ("new-law", lambda law, right, tpr, fpr: scaled(law, right, tpr, 1 - fpr), "new_law.wrong.refused"),
    ("new-law", turned, "new_law.wrong.turned"),
    ("new-law", even, "new_law.wrong.even"),
    ("new-law", lambda law, right, tpr, fpr: np.eye(len(law))[right], "new_law.wrong.perfect"),
    ("new-law", lambda law, right, tpr, fpr: law, "new_law.wrong.value"),
    ("pass-rate", changed_chances, "pass_rate.wrong.changed"),
    ("pass-rate", lambda a, n: 1 - (1 - a.mean()) ** n, "pass_rate.wrong.mean"),
    ("pass-rate", lambda a, n: (a**n).mean(), "pass_rate.wrong.all"),
    ("pass-rate", lambda a, n: min(1.0, n * a.mean()), "pass_rate.wrong.sum"),
    ("pass-rate", lambda a, n: 1.0, "pass_rate.wrong.value"),
    ("pass-rate", lambda a, n: 1 - np.prod(1 - a) ** n, "pass_rate.wrong.value"),
    ("pass-rate", lambda a, n: ((1 - a) ** n).mean(), "pass_rate.wrong.none"),
    ("pass-rate", lambda a, n: 0.1, "pass_rate.wrong.value"),
    ("two-purities", changed_purities, "two_purities.wrong.changed"),
    ("two-purities", lambda a, t, f: purities(a, t, f)[::-1], "two_purities.wrong.order"),
    ("two-purities", lambda a, t, f: (purities(a, t, f)[0],) * 2, "two_purities.wrong.pooled"),
    ("two-purities", lambda a, t, f: (purities(a, t, f)[1],) * 2, "two_purities.wrong.averaged"),
    ("two-purities", lambda a, t, f: purities(a, t, f)[0], "two_purities.wrong.one"),
    ("two-purities", lambda a, t, f: (a.mean(), a.mean()), "two_purities.wrong.value"),
]


@pytest.mark.parametrize(("name", "mistake", "message"), MISTAKES)
def test_the_mistake_is_named(name: str, mistake: Any, message: str) -> None:
    assert_mistake_is_named("beyond-the-teacher", name, mistake, message)
