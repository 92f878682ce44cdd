"""Figures of the chapter beyond the teacher: everything that is written in them fits, in both languages."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure
from tests.unit.figure_words import overflowing

from secondhand.figures import beyond_the_teacher as draw
from secondhand.messages import LANGUAGE_VARIABLE, LANGUAGES

GENERATOR = np.random.default_rng(10_050)
STEPS = (30, 150, 450, 750, 1500)
RUNS = np.clip(np.linspace(0.5, 0.9, 5) + 0.02 * GENERATOR.normal(size=(8, 5)), 0, 1)
ROUNDS = {name: GENERATOR.random((8, 8)) for name in ("verified", "imperfect", "human", "unverified", "blind")}
GRID = np.linspace(0.01, 0.99, 9)
TRIES = (1, 2, 4, 8, 16)
CHAINS = GENERATOR.random((20, 31))

FIGURES: dict[str, Callable[[], Figure]] = {
    "path": lambda: draw.fidelity_path(STEPS, RUNS, 1.4 - RUNS, 1.39 - RUNS, teacher=0.6, marked=[30, 1500]),
    "errors": lambda: draw.errors(STEPS, dict.fromkeys(("spread", "next", "same"), RUNS), teacher=0.6),
    "gap": lambda: draw.gap({name: GENERATOR.normal(0.3, 0.1, 12) for name in ("random", "pixels", "labels")}),
    "rounds": lambda: draw.rounds(ROUNDS, ROUNDS, ROUNDS, GRID, dict.fromkeys(("verified", "imperfect"), GRID)),
    "best_of": lambda: draw.best_of(
        TRIES,
        dict.fromkeys(("verified", "imperfect"), RUNS),
        dict.fromkeys(("verified", "imperfect"), RUNS[0]),
        RUNS[1],
    ),
    "drift": lambda: draw.drift(CHAINS, CHAINS, CHAINS, CHAINS[0]),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_words_fit_the_figure(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    assert overflowing(FIGURES[name]()) == []


def test_the_wedge_ends_at_the_teacher() -> None:
    wedge = FIGURES["path"]().axes[1].collections[0].get_paths()[0].vertices
    assert np.allclose(np.asarray(wedge)[np.asarray(wedge)[:, 0] == 100][:, 1], 60)


def test_each_supervisor_has_its_mean() -> None:
    axes = draw.gap({"random": np.array([0.2, 0.4, 0.6])}).axes[0]
    means = [np.asarray(line.get_xdata(), dtype=float) for line in axes.get_lines()]
    assert any(mean.shape == (1,) and np.isclose(mean[0], 40) for mean in means)
