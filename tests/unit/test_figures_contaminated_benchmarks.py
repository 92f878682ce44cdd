"""Figures of the chapter on contaminated benchmarks: everything that is written in them fits, in both languages."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure
from tests.unit.figure_words import overflowing

from secondhand.figures import contaminated_benchmarks as draw
from secondhand.measures import proportion_interval
from secondhand.messages import LANGUAGE_VARIABLE, LANGUAGES

GENERATOR = np.random.default_rng(10_000)
LEAKS = (0, 0.25, 0.5)
RUNS = np.linspace(0.1, 0.9, 4) + 0.02 * GENERATOR.normal(size=(6, 4))
SHARES = [proportion_interval(hits, 20) for hits in (2, 11, 18)]
GRID = np.linspace(0, 0.4, 21)
SERIES = dict.fromkeys(("published", "corrected", "fresh"), RUNS[:, :3])
AREAS = {"loss": RUNS[:, :3], "min-k": RUNS[:, :3], "min-k-plus-plus": RUNS[:, :3]}
ORDER = {"teacher": 30 * RUNS, "long": 20 * RUNS, "single": RUNS}

FIGURES: dict[str, Callable[[], Figure]] = {
    "passes_on": lambda: draw.passes_on(LEAKS, {"teacher": SHARES, "student": SHARES}, SHARES[1], chance=1 / 9),
    "exactness": lambda: draw.exactness(
        GENERATOR.random(500), GRID, {15: GRID, 30: 2 * GRID, 120: GRID**0.5}, dict.fromkeys((15, 30, 120), (0.1, 0.9))
    ),
    "scores": lambda: draw.scores(LEAKS, {"teacher": SERIES, "student": SERIES}),
    "alarms": lambda: draw.alarms(0.1 + 2 * GRID, dict.fromkeys((10, 4), np.stack([4 * GRID, 9 * GRID], axis=1))),
    "searches": lambda: draw.searches(
        GRID[::5],
        dict.fromkeys(("thirteen", "eight", "most"), (1 - GRID, 1 - GRID[::5])),
        GRID,
        (3, 8, 13),
        np.array([0, 0.1, 0.5]),
        np.array([1, 0.1, 0]),
    ),
    "order": lambda: draw.order((0, 1, 4, 16), ORDER, dict.fromkeys(ORDER, RUNS)),
    "answers": lambda: draw.answers((1, 2, 4, 32), {"with": 30 * RUNS, "without": 25 * RUNS}),
    "membership": lambda: draw.membership((1, 4, 16), {"teacher": AREAS, "student": AREAS}),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_words_fit_the_figure(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    assert overflowing(FIGURES[name]()) == []


def test_the_line_of_luck_stands_where_it_should() -> None:
    axes = FIGURES["passes_on"]().axes[0]
    heights = [np.unique(np.asarray(line.get_ydata(), dtype=float)) for line in axes.get_lines()]
    assert any(len(height) == 1 and height[0] == pytest.approx(100 / 9) for height in heights)
