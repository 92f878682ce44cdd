"""Figures of the chapter on verification: everything that is written in them fits, in both languages."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from tests.unit.figure_words import overflowing

from secondhand.figures import verification as draw
from secondhand.messages import LANGUAGE_VARIABLE, LANGUAGES, t

GENERATOR = np.random.default_rng(10_000)
ERRORS = np.linspace(0, 1, 11)
FALLING = 0.95 - 0.9 * ERRORS + 0.01 * GENERATOR.normal(size=(5, 11))


@dataclass
class Chain:
    mean: Any
    variance: Any


ROUNDS = np.arange(13)
CHAIN = Chain(
    3 - 3 * 0.8**ROUNDS + 0.01 * GENERATOR.normal(size=(5, 13)), 0.5**ROUNDS * np.exp(GENERATOR.normal(size=(5, 13)))
)
TRIES = 2.0 ** np.arange(9)


def plurality() -> Figure:
    series = [
        (t("verification.plurality.none"), FALLING, 0.5),
        (t("verification.plurality.verified"), FALLING, 0.75),
    ]
    panels = {t(f"verification.plurality.{kind}"): series for kind in ("cyclic", "uniform")}
    return draw.plurality(ERRORS, panels, starts=(0, 0.5))


def transition() -> Figure:
    names = ("none", "weak", "strong")
    verifiers = [(t(f"verification.transition.{name}"), FALLING[0], FALLING, 0.5) for name in names]
    sizes = dict.fromkeys((16, 160, 1600), (FALLING[0], FALLING))
    return draw.transition(ERRORS, ERRORS, verifiers, sizes, threshold=0.75)


def phases() -> Figure:
    shares = np.linspace(0.01, 0.99, 20)
    dots = [(0.2, 0.2, 0.9), (0.9, 0.9, 0.1)]
    return draw.phases(
        shares, shares, {k: GENERATOR.random((20, 20)) for k in (0.3, 0.6, 0.9)}, dict.fromkeys((0.3, 0.6, 0.9), dots)
    )


FIGURES: dict[str, Callable[[], Figure]] = {
    "rescue": lambda: draw.rescue(ERRORS, FALLING, FALLING - 0.1, FALLING + 0.01, thresholds=(0.5, 0.75)),
    "transition": transition,
    "plurality": plurality,
    "phases": phases,
    "taste": lambda: draw.taste(
        np.exp(0.2 * ROUNDS + 0.01 * GENERATOR.normal(size=(5, 13))),
        np.exp(0.2 * ROUNDS),
        CHAIN,
        (CHAIN.mean[0], CHAIN.variance[0]),
        liked=2.0,
    ),
    "best_of": lambda: draw.best_of(
        TRIES,
        np.log(TRIES),
        (TRIES, np.log(TRIES)),
        0.3 * np.log(TRIES),
        {
            t("verification.best.common"): 40 / TRIES,
            t("verification.best.any"): 40 / TRIES * np.array([[0.8], [1.0], [1.2]]),
            t("verification.best.rare"): 40 / TRIES,
        },
    ),
    "best_of_rounds": lambda: draw.best_of_rounds(
        dict.fromkeys((2, 4, 16), CHAIN),
        dict.fromkeys((2, 4, 16), CHAIN.variance[0]),
        dict.fromkeys((2, 4, 16), CHAIN.mean[0]),
    ),
    "scaling": lambda: draw.scaling(
        (100, 300, 1000, 3000, 10_000), FALLING[:, :5], FALLING[:, :5] - 0.1, few=0.9, everything=0.95
    ),
    "steps": lambda: draw.steps(
        dict.fromkeys(("none", "label", "like", "both"), FALLING),
        dict.fromkeys(("none", "label", "like", "both"), 10 ** (3 * (1 - FALLING))),
        dict.fromkeys(("none", "label", "like", "both"), FALLING),
        few=0.9,
    ),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_words_fit_the_figure(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    assert overflowing(FIGURES[name]()) == []


def test_dots_and_crosses_tell_right_from_wrong_students() -> None:
    axes = phases().axes[0]
    good, bad = (np.asarray(dots.get_offsets()) for dots in axes.collections if isinstance(dots, PathCollection))
    assert good.tolist() == [[0.2, 0.2]]
    assert bad.tolist() == [[0.9, 0.9]]


def test_thresholds_are_marked_where_they_are_predicted() -> None:
    marks = [line.get_xdata() for line in FIGURES["rescue"]().axes[0].get_lines() if line.get_linestyle() == ":"]
    assert [float(np.asarray(mark)[0]) for mark in marks] == [0.5, 0.75]
