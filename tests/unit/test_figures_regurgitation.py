"""Figures of the chapter on regurgitation: everything that is written in them fits, in both languages."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from matplotlib.figure import Figure
from tests.unit.figure_words import overflowing

from secondhand.figures import regurgitation as draw
from secondhand.messages import LANGUAGE_VARIABLE, LANGUAGES

GENERATOR = np.random.default_rng(10_000)
LENGTHS = np.array([12, 16, 20, 30, 40, 60, 80, 120, 200])
FALLING = np.linspace(1, 0, 9) + 0.01 * GENERATOR.random((5, 9))
LEVELS = np.array([1, 2, 4, 8, 16, 32, 64])
RISING = np.linspace(0, 1, 7) * (1 - 0.02 * GENERATOR.random((5, 7)))
TEXT = "The first line is copied, and so is a part of the second.\nAnd the rest of it is not. " * 6
SOURCES = [frozenset({"numpy"})] * 40 + [frozenset()] * 30 + [frozenset({"numpy", "scipy"})] * 20
NAMES = {"numpy": "numpy, BSD-3-Clause AND 0BSD AND MIT AND Zlib AND CC0-1.0", "scipy": "scipy, licence unknown"}


@dataclass
class Line:
    middle: float

    def rate(self, copies: np.ndarray) -> np.ndarray:
        share: np.ndarray = copies / (copies + self.middle)
        return share


FIGURES: dict[str, Callable[[], Figure]] = {
    "trace": lambda: draw.trace(TEXT, (SOURCES * 10)[: len(TEXT)], names=NAMES),
    "spans": lambda: draw.spans(LENGTHS, {8: FALLING, 12: FALLING, 16: FALLING}, FALLING / 3, FALLING / 4, chosen=40),
    "duplicates": lambda: draw.duplicates(
        LEVELS, {(64, 8): RISING, (64, 4): RISING, (64, 2): RISING, (32, 4): RISING}, {64: Line(8), 32: Line(30)}
    ),
    "canaries": lambda: draw.canaries(
        np.array([0, 1, 2, 4, 8, 16, 32]), 13 * RISING, RISING, luck=1.44, rare=6.6, most=13.3
    ),
    "familiarity": lambda: draw.familiarity(*(GENERATOR.normal(3, 0.5, (3, 200)))),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_words_fit_the_figure(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    assert overflowing(FIGURES[name]()) == []


def test_each_character_of_the_traced_text_is_drawn_and_copies_are_coloured() -> None:
    figure = FIGURES["trace"]()
    (axes,) = figure.axes
    drawn = [words.get_text() for words in axes.texts if words.get_fontsize() == 9.5]
    assert "".join(drawn) == TEXT.replace("\n", "")
    letters = {words.get_text() for words in axes.texts if words.get_fontsize() == draw._LETTER_SIZE}
    assert letters == {"A", "?"}


def test_measured_rates_are_drawn_at_their_copies_and_views() -> None:
    figure = FIGURES["duplicates"]()
    left, right = figure.axes
    (first, *_), (shifted, *_) = left.containers, right.containers
    np.testing.assert_allclose(first[0].get_xdata(), LEVELS)
    np.testing.assert_allclose(shifted[0].get_xdata(), 8 * LEVELS)
    np.testing.assert_allclose(shifted[0].get_ydata(), RISING.mean(axis=0))
