"""Figures of the chapter on hidden signals: everything that is written in them fits, in both languages."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure
from tests.unit.figure_words import overflowing

from secondhand.figures import hidden_signals as draw
from secondhand.messages import LANGUAGE_VARIABLE, LANGUAGES

GENERATOR = np.random.default_rng(10_040)
SHARES = np.array([0, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1])
SCORES = 38 * SHARES + GENERATOR.normal(size=(9, 8))
GRID = np.linspace(0, 0.25, 11)
SIZES = (500, 1_500, 5_000, 15_000, 50_000)
GROWTH = np.array([19.0, 28.0, 38.0, 41.0, 35.0])

FIGURES: dict[str, Callable[[], Figure]] = {
    "radioactivity": lambda: draw.radioactivity(SHARES, SCORES, 38 * SHARES, alarm=2.33),
    "boost": lambda: draw.boost(
        np.linspace(0, 1, 11), np.linspace(0, 1, 11) ** 0.3, GENERATOR.random(50), gamma=0.25, bound=0.71, rate=0.67
    ),
    "null": lambda: draw.null(
        GENERATOR.normal(size=90), 2.2 * GENERATOR.normal(size=90), deviations=(0.97, 2.2), alarm=1.64
    ),
    "reach": lambda: draw.reach(
        SIZES,
        {1.0: (GROWTH + GENERATOR.random((9, 5)), GROWTH), 0.1: (GROWTH / 9 + GENERATOR.random((9, 5)), GROWTH / 9)},
        SHARES[:6],
        GRID,
        {500: (SHARES[:6], 4 * GRID), 5_000: (SHARES[:6], np.minimum(1, 8 * GRID))},
    ),
    "inheritance": lambda: draw.inheritance(
        {name: GENERATOR.random(9) for name in ("teacher", "both", "heads", "hidden", "nothing")}
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_words_fit_the_figure(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    assert overflowing(FIGURES[name]()) == []


def test_the_right_panel_shows_small_shares_only() -> None:
    left, right = FIGURES["radioactivity"]().axes
    assert left.get_xlim()[1] > 99
    assert right.get_xlim()[1] < 12


def test_each_row_of_networks_has_its_mean() -> None:
    values = np.array([0.2, 0.4, 0.6])
    axes = draw.inheritance({"both": values}).axes[0]
    means = [np.asarray(line.get_xdata(), dtype=float) for line in axes.get_lines()]
    assert any(mean.shape == (1,) and np.isclose(mean[0], 40) for mean in means)
