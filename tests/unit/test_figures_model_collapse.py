"""Figures of the chapter on model collapse: everything that is written in them fits, in both languages."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from matplotlib.figure import Figure
from tests.unit.figure_words import overflowing

from secondhand.figures import model_collapse as draw
from secondhand.messages import LANGUAGE_VARIABLE, LANGUAGES

GENERATOR = np.random.default_rng(10_000)
RUNS = 1 - np.linspace(0, 0.2, 21) + 0.01 * GENERATOR.normal(size=(5, 21))


@dataclass
class Share:
    estimate: float
    low: float
    high: float


FIGURES: dict[str, Callable[[], Figure]] = {
    "alarms": lambda: draw.alarms(
        GENERATOR.random((40, 51)) < 0.5, GENERATOR.normal(size=40), GENERATOR.normal(size=40)
    ),
    "seeds": lambda: draw.seeds({100: GENERATOR.normal(1, 0.2, 50), 640: GENERATOR.normal(1, 0.1, 50)}),
    "survival": lambda: draw.survival({1: RUNS, 5: RUNS, 20: RUNS}, {1: RUNS[0], 5: RUNS[0], 20: RUNS[0]}),
    "digits": lambda: draw.digits(RUNS, RUNS, expected=RUNS[0]),
    "language": lambda: draw.language(2 * RUNS, RUNS, 1.5 * RUNS, 500 * RUNS, 1250),
    "seen": lambda: draw.seen_after_one(
        {"gaussian": 0.11, "words": 0.25},
        {"digits": Share(0.07, 0.05, 0.09), "language": Share(0.06, 0, 0.1), "autoencoder": Share(0.6, 0.5, 0.7)},
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_words_fit_the_figure(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    assert overflowing(FIGURES[name]()) == []


def test_a_label_that_is_too_long_is_noticed() -> None:
    figure = FIGURES["digits"]()
    figure.axes[0].set_ylabel("a label that is much longer than the figure is high, and therefore cut")
    assert len(overflowing(figure)) == 1


def test_dots_of_the_alarm_figure_are_the_shares_of_generations_1_and_10() -> None:
    rung = GENERATOR.random((40, 51)) < 0.5
    figure = draw.alarms(rung, GENERATOR.normal(size=40), GENERATOR.normal(size=40))
    dots = figure.axes[0].get_lines()[1]
    np.testing.assert_allclose(np.asarray(dots.get_ydata(), dtype=float), rung.mean(axis=0)[[1, 10]])
