"""Figures of the chapter on superficial imitation: everything that is written in them fits, in both languages."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure
from tests.unit.figure_words import overflowing

from secondhand.figures import superficial_imitation as draw
from secondhand.messages import LANGUAGE_VARIABLE, LANGUAGES

GENERATOR = np.random.default_rng(10_000)
SIZES, FEW = (5, 10, 20, 50, 100, 200, 400, 800), (20, 100, 800)
RUNS = np.linspace(0.2, 0.9, 8) + 0.01 * GENERATOR.normal(size=(5, 8))
SHORT = RUNS[:, ::3]
LEVELS = np.linspace(0, 1, 8)

FIGURES: dict[str, Callable[[], Figure]] = {
    "form": lambda: draw.form_and_facts(SIZES, np.ones((5, 8)), RUNS, RUNS / 2),
    "memory": lambda: draw.memory_and_guess(
        SIZES, RUNS, RUNS, RUNS[0], RUNS, FEW, {"everything": SHORT / 2, "parent": SHORT}
    ),
    "kinds": lambda: draw.broad_and_targeted(
        FEW,
        {"targeted": SHORT, "broad": SHORT},
        {"targeted": SHORT, "broad": SHORT, "limited": SHORT},
        before=0.7,
    ),
    "judges": lambda: draw.judges(dict.fromkeys(FEW, RUNS), LEVELS, published=0.7),
    "abstention": lambda: draw.abstention(LEVELS, {1: RUNS, 3: -RUNS}, {1: 0.5, 3: 0.75}),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_words_fit_the_figure(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    assert overflowing(FIGURES[name]()) == []


def test_shares_are_drawn_in_percent() -> None:
    for name in ("form", "memory", "kinds", "judges"):
        assert all(axes.get_ylim() == (0, 104) for axes in FIGURES[name]().axes)


def test_the_published_share_is_where_the_caller_says() -> None:
    lines = draw.judges(dict.fromkeys(FEW, RUNS), LEVELS, published=0.42).axes[0].lines
    assert any(np.allclose(line.get_ydata(), 42) for line in lines)
