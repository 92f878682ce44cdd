"""Figures of the chapter on mixing real data: everything that is written in them fits, in both languages."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure
from tests.unit.figure_words import overflowing

from secondhand.figures import mixing_real_data as draw
from secondhand.messages import LANGUAGE_VARIABLE, LANGUAGES

GENERATOR = np.random.default_rng(10_000)
RUNS = 1 - np.linspace(0, 0.3, 41) + 0.01 * GENERATOR.normal(size=(5, 41))
RISING = 1 + np.linspace(0, 5, 41) + 0.01 * GENERATOR.random(size=(5, 41))
WAYS = ("replace", "accumulate", "accumulate-subsample", "fixed-real", "fresh")
RATIOS = (1.0, 0.9, 0.5)
SHARES = np.geomspace(1 / 200, 1, 7)
TIMES = np.geomspace(1, 1000, 9)

FIGURES: dict[str, Callable[[], Figure]] = {
    "workflows": lambda: draw.workflows(dict.fromkeys(WAYS, RUNS), dict.fromkeys(WAYS, RUNS[0])),
    "errors": lambda: draw.errors(
        {way: {"mean": RISING, "regression": RISING[:, :11]} for way in WAYS[:3]},
        dict.fromkeys(WAYS[:3], RISING[0]),
        {"π²/6": 1.64, "π²/2 − 2": 2.93},
    ),
    "one": lambda: draw.one_real_item({20: RUNS, 200: RUNS}, {20: RUNS[0], 200: RUNS[0]}, 2 / 3),
    "biased": lambda: draw.biased_samplers(
        dict.fromkeys(RATIOS, RUNS), dict.fromkeys(RATIOS, RUNS[0]), dict.fromkeys(RATIOS, RUNS[1])
    ),
    "phases": lambda: draw.phases(
        {ratio: np.outer(SHARES**0.3, np.ones(9)) * ratio for ratio in RATIOS},
        shares=SHARES,
        generations=TIMES,
        checked={ratio: [(3.0, 0.1, 0.5), (30.0, 0.5, 0.8)] for ratio in RATIOS},
    ),
    "weights": lambda: draw.weights(
        np.linspace(0.2, 1, 20), np.linspace(1.5, 1, 20), {0.5: (0.7, 0.1), 1.0: (1.0, 0.1)}, 0.618
    ),
    "strong": lambda: draw.strong_collapse(
        np.geomspace(100, 1e5, 7),
        {0.0: np.geomspace(0.1, 1e-4, 7), 0.01: np.geomspace(0.1, 2e-4, 7), 0.1: np.geomspace(0.1, 0.01, 7)},
        {share: {100: 0.1 + 0.01 * GENERATOR.random(5)} for share in (0.0, 0.01, 0.1)},
        {0.0: 0.0, 0.01: 1e-4, 0.1: 1e-2},
    ),
    "tails": lambda: draw.tails(
        dict.fromkeys(("replace", "fresh"), 0.1 * RISING),
        dict.fromkeys(("replace", "fresh"), 0.1 * RISING[0]),
        0.1 * RISING[1],
    ),
    "digits": lambda: draw.digits(
        dict.fromkeys(("replace", "accumulate", "fresh"), RUNS),
        dict.fromkeys(("replace", "accumulate", "half"), RUNS[:, :6]),
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_words_fit_the_figure(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    assert overflowing(FIGURES[name]()) == []


def test_dots_of_the_workflows_are_the_simulated_means() -> None:
    axes = FIGURES["workflows"]().axes[0]
    means = [line for line in axes.get_lines() if line.get_marker() == "o"]
    places = np.asarray(means[0].get_xdata(), dtype=int)
    np.testing.assert_allclose(np.asarray(means[0].get_ydata(), dtype=float), RUNS.mean(axis=0)[places])


def test_checked_cells_of_the_map_have_the_colours_of_their_values() -> None:
    panel = FIGURES["phases"]().axes[0]
    dots = panel.collections[-1]
    assert np.asarray(dots.get_offsets()).tolist() == [[3.0, 0.1], [30.0, 0.5]]
    assert dots.get_clim() == (0.0, 1.0)
    np.testing.assert_allclose(np.asarray(dots.get_array(), dtype=float), [0.5, 0.8])
