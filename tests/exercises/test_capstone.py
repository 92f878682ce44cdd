"""Common mistakes in the exercises of the capstone are named to the reader."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy import stats
from tests.exercises.mistakes import Mistake, assert_mistake_is_named

from secondhand.exercises import get


def solve(name: str) -> Callable[..., Any]:
    return get(f"capstone-{name}").solve


def in_place(logits: Any, human: Any) -> Any:
    missing = human < 0
    human[missing] = logits.argmax(axis=1)[missing]
    return human


def top(rows: Any, kept: Callable[[str], bool]) -> Any:
    return max(((value, name) for name, value, status in rows if kept(status)), default=(0, None))[1]


def sorting(rows: Any) -> Any:
    rows.sort()
    return solve("headline")(rows)


MISTAKES: list[Mistake] = [
    ("both-readings", lambda strict, contract: True, "both_readings.wrong.type"),
    ("both-readings", lambda strict, contract: strict, "both_readings.wrong.contested"),
    (
        "both-readings",
        lambda s, c: "unknown" if {s, c} == {"yes", "no"} else c if s == "unknown" else s,
        "both_readings.wrong.silence",
    ),
    ("both-readings", lambda strict, contract: "unknown", "both_readings.wrong.value"),
    ("honest-score", lambda a, share, k: a, "honest_score.wrong.ability"),
    ("honest-score", lambda a, share, k: 1 - share, "honest_score.wrong.ceiling"),
    ("honest-score", lambda a, share, k: (1 - share) * a, "honest_score.wrong.luck"),
    ("honest-score", lambda a, share, k: (1 - share) * a + share * (1 - a) / k, "honest_score.wrong.classes"),
    ("honest-score", lambda a, share, k: (1 - share) * a + share * (1 - a), "honest_score.wrong.every"),
    ("honest-score", lambda a, share, k: (1 - share) * a + share / (k - 1), "honest_score.wrong.errs"),
    ("honest-score", lambda a, share, k: 72.2, "honest_score.wrong.percent"),
    ("honest-score", lambda a, share, k: 0.5, "honest_score.wrong.value"),
    ("answers-needed", lambda right, a, u: np.ceil(right / a), "answers_needed.wrong.passed"),
    ("answers-needed", lambda right, a, u: np.ceil(right / u), "answers_needed.wrong.teacher"),
    ("answers-needed", lambda right, a, u: right * a * u, "answers_needed.wrong.reversed"),
    ("answers-needed", lambda right, a, u: right / (a * u), "answers_needed.wrong.whole"),
    ("answers-needed", lambda right, a, u: int(right / (a * u)), "answers_needed.wrong.whole"),
    ("answers-needed", lambda right, a, u: 1, "answers_needed.wrong.value"),
    ("mixed-labels", in_place, "mixed_labels.wrong.changed"),
    ("mixed-labels", lambda logits, human: logits.argmax(axis=1), "mixed_labels.wrong.teacher"),
    ("mixed-labels", lambda logits, human: human, "mixed_labels.wrong.missing"),
    ("mixed-labels", lambda z, human: np.where(human < 0, human, z.argmax(axis=1)), "mixed_labels.wrong.reversed"),
    ("mixed-labels", lambda z, human: np.where(human > 0, human, z.argmax(axis=1)), "mixed_labels.wrong.zero"),
    ("mixed-labels", lambda logits, human: np.maximum(human, 0), "mixed_labels.wrong.first"),
    ("mixed-labels", lambda logits, human: np.full(len(human), 7), "mixed_labels.wrong.value"),
    ("surprise", lambda hits, errors, k: stats.binom.pmf(hits, errors, 1 / (k - 1)), "surprise.wrong.point"),
    ("surprise", lambda hits, errors, k: stats.binom.sf(hits, errors, 1 / (k - 1)), "surprise.wrong.above"),
    ("surprise", lambda hits, errors, k: stats.binom.cdf(hits - 1, errors, 1 / (k - 1)), "surprise.wrong.below"),
    ("surprise", lambda hits, errors, k: stats.binom.cdf(hits, errors, 1 / (k - 1)), "surprise.wrong.atmost"),
    ("surprise", lambda hits, errors, k: stats.binom.sf(hits - 1, errors, 1 / k), "surprise.wrong.classes"),
    ("surprise", lambda hits, errors, k: hits / errors, "surprise.wrong.share"),
    (
        "surprise",
        lambda hits, errors, k: 1 - stats.binom.cdf(hits - 1, errors, 1 / (k - 1)),
        "surprise.wrong.cancelled",
    ),
    (
        "surprise",
        lambda hits, errors, k: sum(stats.binom.pmf(i, errors, 1 / (k - 1)) for i in range(hits, errors)),
        "surprise.wrong.last",
    ),
    ("surprise", lambda hits, errors, k: 0.5, "surprise.wrong.value"),
    ("headline", sorting, "headline.wrong.changed"),
    ("headline", lambda rows: 0.83, "headline.wrong.type"),
    ("headline", lambda rows: top(rows, lambda status: True), "headline.wrong.exam"),
    ("headline", lambda rows: top(rows, lambda s: s in ("undocumented", "none-documented")), "headline.wrong.old"),
    ("headline", lambda rows: [n for n, _, s in rows if s == "none-documented"][-1], "headline.wrong.small"),
    (
        "headline",
        lambda rows: top(rows, lambda s: s == "none-documented") or rows[0][0],
        "headline.wrong.none",
    ),
    (
        "headline",
        lambda rows: next((n for n, _, s in rows if s == "none-documented"), None),
        "headline.wrong.value",
    ),
]


@pytest.mark.parametrize(("name", "mistake", "message"), MISTAKES, ids=[m[2] for m in MISTAKES])
def test_common_mistakes_are_named(name: str, mistake: Callable[..., Any], message: str) -> None:
    assert_mistake_is_named("capstone", name, mistake, message)


def test_the_solution_agrees_with_a_library() -> None:
    for hits, errors, classes in ((4, 12, 10), (0, 5, 10), (40, 45, 10), (3, 3, 4)):
        expected = stats.binom.sf(hits - 1, errors, 1 / (classes - 1))
        np.testing.assert_allclose(solve("surprise")(hits, errors, classes), expected, rtol=1e-10)


def test_other_right_answers_pass() -> None:
    library = get("capstone-surprise").evaluate(lambda h, e, k: stats.binom.sf(h - 1, e, 1 / (k - 1)))
    assert library.passed
    assert get("capstone-mixed-labels").evaluate(lambda *a: solve("mixed-labels")(*a).tolist()).passed
