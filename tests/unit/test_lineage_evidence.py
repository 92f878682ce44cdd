"""Evidence and Holm's adjustment: against a second implementation, its laws, and bad input."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondhand.lineage import DECLARED, SUSPECTED, Evidence, SignificanceTest, holm_adjusted

P_VALUES = st.lists(st.floats(0, 1) | st.sampled_from([0.0, 0.01, 0.05, 1.0]), max_size=12)


def rejected_in_sequence(p_values: list[float], alpha: float) -> set[int]:
    """Holm's procedure as he states it: from the smallest on, until the first that is too large."""
    rejected: set[int] = set()
    for rank, place in enumerate(sorted(range(len(p_values)), key=lambda place: p_values[place])):
        if p_values[place] * (len(p_values) - rank) > alpha:
            break
        rejected.add(place)
    return rejected


@given(P_VALUES, st.sampled_from([0.01, 0.05, 0.2]))
def test_adjusted_values_reject_what_the_sequence_rejects(p_values: list[float], alpha: float) -> None:
    adjusted = holm_adjusted(p_values)
    # Rounding may put equal numbers on either side of the level.
    assert set(np.flatnonzero(adjusted <= alpha * (1 - 1e-12))) <= rejected_in_sequence(p_values, alpha * (1 + 1e-12))
    assert rejected_in_sequence(p_values, alpha * (1 - 1e-12)) <= set(np.flatnonzero(adjusted <= alpha * (1 + 1e-12)))


@given(P_VALUES)
def test_adjustment_keeps_order_raises_and_is_at_most_bonferroni(p_values: list[float]) -> None:
    adjusted, raw = holm_adjusted(p_values), np.array(p_values)
    assert (adjusted >= raw).all()
    assert (adjusted <= np.minimum(1, raw * max(len(raw), 1)) + 1e-15).all()
    order = np.argsort(raw, kind="stable")
    assert (np.diff(adjusted[order]) >= 0).all()


@given(P_VALUES, st.randoms(use_true_random=False))
def test_adjustment_follows_a_permutation(p_values: list[float], shuffler: Any) -> None:
    places = list(range(len(p_values)))
    shuffler.shuffle(places)
    shuffled = holm_adjusted([p_values[place] for place in places])
    assert shuffled.tolist() == holm_adjusted(p_values)[places].tolist()


def test_a_worked_example() -> None:
    assert holm_adjusted([0.04, 0.01, 0.03, 0.5]) == pytest.approx([0.09, 0.04, 0.09, 0.5])
    assert holm_adjusted([0.2]).tolist() == [0.2]
    assert holm_adjusted([]).tolist() == []


@pytest.mark.parametrize(
    ("p_values", "error", "message"),
    [
        ("much", TypeError, "p_values must be a row of numbers"),
        ([[0.1]], ValueError, "one-dimensional"),
        ([0.1, 1.2], ValueError, "from 0 to 1, got 1.2"),
        ([-0.1], ValueError, "from 0 to 1, got -0.1"),
        ([float("nan")], ValueError, "from 0 to 1, got nan"),
    ],
)
def test_bad_p_values_are_explained(p_values: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        holm_adjusted(p_values)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((1.5, "m", "h"), ValueError, "p_value must be at most 1, got 1.5"),
        ((-0.5, "m", "h"), ValueError, "p_value must be at least 0"),
        (("small", "m", "h"), TypeError, "p_value must be a number"),
        ((0.5, 3, "h"), TypeError, "method must be a string, got 3"),
        ((0.5, "m", " "), ValueError, "data_hash must say something"),
    ],
)
def test_a_test_without_its_facts_is_refused(arguments: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        SignificanceTest(*arguments)


def test_the_strongest_evidence_gives_the_status() -> None:
    test = SignificanceTest(0.5, "m", "h")
    assert DECLARED.status == "declared"
    assert SUSPECTED.status == "unknown"
    assert Evidence(False, (test,)).status == "tested"
    assert Evidence(True, (test,)).status == "declared"
    assert Evidence(False, (test, test)).tests == (test,)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [((1,), "declared must be True or False"), ((False, 5), "tests must be a collection"), ((False, (5,)), "hold Sig")],
)
def test_bad_evidence_is_explained(arguments: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        Evidence(*arguments)
