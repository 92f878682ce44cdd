"""Figures of the chapter on feedback loops: everything that is written in them fits, in both languages."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure
from tests.unit.figure_words import overflowing

from secondhand.figures import bias_feedback_loops as draw
from secondhand.messages import LANGUAGE_VARIABLE, LANGUAGES

GENERATOR = np.random.default_rng(10_000)
RUNS = 0.2 - np.linspace(0, 0.1, 21) + 0.01 * GENERATOR.normal(size=(5, 21))
LEARNERS = ("logistic-argmax", "logistic-sample", "neighbours-argmax", "nearest-argmax", "tree-argmax")
BINS = (np.array([0.1, 0.9]), np.array([0.1, 0.8]), np.array([0.05, 0.7]), np.array([0.15, 0.9]))
DOTS = np.array([[0.3, 0.2, 0.5], [0.3, 0.8, 0.9]])

FIGURES: dict[str, Callable[[], Figure]] = {
    "smallest": lambda: draw.smallest(
        {"sample": RUNS, "argmax": RUNS}, {"sample": RUNS[0], "argmax": RUNS[0]}, fixed_point=0.04
    ),
    "biases": lambda: draw.biases(dict.fromkeys(LEARNERS, -RUNS), bottom=-21, near=3),
    "balanced": lambda: draw.balanced({"sample": RUNS, "argmax": RUNS}),
    "bound": lambda: draw.bound(
        {"1 : 4": np.linspace(1, 4, 1_001), "1 : 1": np.linspace(1, 2, 1_001)},
        {"1 : 4": 5.0, "1 : 1": 2.0},
        offset=1 + RUNS,
        logistic=1.1 + RUNS,
        measured_bound=np.linspace(1, 2.1, 21),
    ),
    "language": lambda: draw.language(
        dict.fromkeys(("sample", "wide", "narrow", "greedy"), RUNS),
        dict.fromkeys(("sample", "wide", "narrow", "greedy"), 1_000 * RUNS),
        human_rate=0.3,
    ),
    "temperature": lambda: draw.temperature(
        np.full((3, 4), 0.7), temperatures=np.linspace(0.05, 1, 4), shares=np.linspace(0, 1, 3), dots=DOTS, start=0.55
    ),
    "calibration": lambda: draw.calibration({"logistic": BINS, "nearest": BINS}),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_words_fit_the_figure(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    assert overflowing(FIGURES[name]()) == []


def test_dots_of_the_phase_figure_are_sorted_by_where_they_ended() -> None:
    axes = FIGURES["temperature"]().axes[0]
    grown, stayed = axes.get_lines()[2:4]
    assert np.asarray(grown.get_xydata()).tolist() == [[0.3, 0.8]]
    assert np.asarray(stayed.get_xydata()).tolist() == [[0.3, 0.2]]


def test_only_learners_that_stay_near_zero_are_enlarged() -> None:
    series = {"logistic-argmax": -RUNS, "nearest-argmax": RUNS / 20}
    left, right = draw.biases(series, bottom=-21, near=3).axes
    assert right.get_lines()[0].get_label() == left.get_lines()[1].get_label()
    assert len(right.get_lines()) == len(left.get_lines()) - 1
