"""Figures of the chapter on distilling language models: everything written in them fits, in both languages."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure
from tests.unit.figure_words import overflowing

from secondhand.figures import distilling_language_models as draw
from secondhand.messages import LANGUAGE_VARIABLE, LANGUAGES

GENERATOR = np.random.default_rng(10_050)
KINDS = ("hard", "unigram", "written", "much", "own_laws", "soft")
WRITERS = ("forward", "cool", "cooler", "reverse", "teacher")
X = np.linspace(-8, 8, 51)
D = np.linspace(1.5, 4, 11)
STEPS = np.arange(1.0, 101)


def runs(names: tuple[str, ...], level: float) -> dict[str, np.ndarray]:
    return {name: level + 0.1 * GENERATOR.random(5) for name in names}


FIGURES: dict[str, Callable[[], Figure]] = {
    "students": lambda: draw.students(runs(KINDS, 3.2), runs(KINDS, 0.5), teacher_bits=2.6),
    "humps": lambda: draw.humps(
        X, {d: {k: 0.2 * np.exp(-(X**2)) for k in ("teacher", "forward", "reverse")} for d in (1.5, 2.6, 4.0)}
    ),
    "threshold": lambda: draw.threshold(D, 0.1 * D**2, np.where(D < 2.4, np.nan, np.log(2)), exists=2.41, tie=2.80),
    "mixed": lambda: draw.mixed(np.linspace(0.1, 0.9, 9), np.full(9, 0.1), ahead=0.9, back=1.1),
    "directions": lambda: draw.directions(runs(WRITERS, 4.0), runs(WRITERS, 4.7)),
    "exposure": lambda: draw.exposure(STEPS, dict.fromkeys((0.0, 0.1, 0.99), (0.005 * STEPS, 0.005 * STEPS))),
    "speculation": lambda: draw.speculation(
        np.arange(1, 7), {k: (2 + GENERATOR.random((5, 6)), np.linspace(1.5, 2.5, 6)) for k in ("soft", "hard")}
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_words_fit_the_figure(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    assert overflowing(FIGURES[name]()) == []


def test_a_kind_of_student_keeps_its_colour() -> None:
    left = FIGURES["students"]().axes[0]
    colours = [line.get_color() for line in left.get_lines() if line.get_marker() == "."]
    lines = FIGURES["speculation"]().axes[0].get_lines()
    marked = [line.get_color() for line in lines if line.get_marker() in ("o", "s")]
    assert marked[0] == colours[KINDS.index("soft")]
    assert marked[1] == colours[KINDS.index("hard")]


def test_the_mean_of_each_kind_is_drawn() -> None:
    axes = draw.directions(*({"forward": np.array([1.0, 2.0, 6.0])} for _ in range(2))).axes[0]
    points = [np.asarray(line.get_xdata(), dtype=float) for line in axes.get_lines()]
    assert any(point.shape == (1,) and np.isclose(point[0], 3) for point in points)
