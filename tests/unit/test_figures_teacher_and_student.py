"""Figures of the chapter on teacher and student: everything that is written in them fits, in both languages."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure
from tests.unit.figure_words import overflowing

from secondhand.figures import teacher_and_student as draw
from secondhand.messages import LANGUAGE_VARIABLE, LANGUAGES

GENERATOR = np.random.default_rng(10_050)
RUNS = np.array([0.87, 0.93, 0.95]) + 0.01 * GENERATOR.normal(size=(6, 3))
HEATS = (1, 2, 4, 8, 16, 64)
COURSE = np.array([0.76, 0.82, 0.86, 0.86, 0.87, 0.87]) + 0.02 * GENERATOR.normal(size=(6, 6))

FIGURES: dict[str, Callable[[], Figure]] = {
    "few": lambda: draw.few((20, 50, 100), {"soft": RUNS, "label": RUNS - 0.1}, teacher=RUNS[:, 2]),
    "says": lambda: draw.says(
        GENERATOR.random((3, 64)),
        {1: GENERATOR.dirichlet(np.full(10, 0.1), 3), 4: GENERATOR.dirichlet(np.ones(10), 3)},
    ),
    "lessons": lambda: draw.lessons(dict.fromkeys(("label", "flat", "permuted", "soft"), RUNS[:, 0])),
    "temperature": lambda: draw.temperature(
        HEATS, COURSE, {"kept": COURSE[:, :5], "forgotten": COURSE[:, :5] - 0.05}, label=0.69
    ),
    "missing": lambda: draw.missing(
        dict.fromkeys(("label", "hard", "flat", "permuted", "soft"), (0 * RUNS[:, 0], RUNS[:, 0] / 2))
    ),
    "two_digits": lambda: draw.two_digits(GENERATOR.random((6, 10)), GENERATOR.random((6, 10))),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_words_fit_the_figure(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    assert overflowing(FIGURES[name]()) == []


def test_each_lesson_has_its_mean() -> None:
    values = np.array([0.2, 0.4, 0.6])
    axes = draw.lessons({"soft": values}).axes[0]
    means = [np.asarray(line.get_xdata(), dtype=float) for line in axes.get_lines()]
    assert any(mean.shape == (1,) and np.isclose(mean[0], 40) for mean in means)


def test_each_image_has_its_bars() -> None:
    figure = FIGURES["says"]()
    assert len(figure.axes) == 6
    assert all(len(axes.patches) == 20 for axes in figure.axes[3:])
