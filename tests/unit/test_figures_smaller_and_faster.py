"""Figures of the chapter on smaller and faster students: everything that is written in them fits."""

from collections.abc import Callable

import numpy as np
import pytest
from matplotlib.figure import Figure
from tests.unit.figure_words import overflowing

from secondhand.figures import smaller_and_faster as draw
from secondhand.measures import Interval
from secondhand.messages import LANGUAGE_VARIABLE, LANGUAGES

GENERATOR = np.random.default_rng(10_000)
KINDS = ("half", "one", "thin")
TASKS = {"old": GENERATOR.random(4), "new": GENERATOR.random(4)}

FIGURES: dict[str, Callable[[], Figure]] = {
    "digit": lambda: draw.digit(GENERATOR.random((8, 8)), patch=2),
    "starts": lambda: draw.starts(
        {"half": GENERATOR.random((4, 4)), "shuffled": GENERATOR.random((4, 4)), "random": GENERATOR.random((4, 10))},
        every=20,
        teacher=np.array([0.9, 1]),
    ),
    "sizes": lambda: draw.sizes(
        {
            "BERT-base": {"embeddings": 23.8, "layers": 85.1, "pooler": 0.6},
            "DistilBERT": {"embeddings": 23.8, "layers": 42.5, "pooler": 0.0},
        }
    ),
    "ablation": lambda: draw.rows(
        {name: 9 * GENERATOR.random(4) for name in ("random_60", "labels_60", "random_180", "labels_180")},
        axis="smaller-and-faster.axis.lost",
        mark=0,
    ),
    "layers": lambda: draw.rows(
        {name: 99 * GENERATOR.random(4) for name in ("first", "half", "one", "last")},
        axis="smaller-and-faster.axis.right",
        mark=10,
    ),
    "pareto": lambda: draw.pareto(
        {name: Interval(1.5, 1.4, 1.6, 0.95) for name in KINDS},
        dict.fromkeys(KINDS, 40.0),
        {name: 90 + GENERATOR.random(4) for name in KINDS},
    ),
    "ranks": lambda: draw.ranks(
        [586, 1172, 2344],
        GENERATOR.random((4, 3)),
        names=(1, 2, 4),
        others={"head": (1290, GENERATOR.random(4)), "full": (26122, GENERATOR.random(4))},
    ),
    "switch": lambda: draw.switch(dict.fromkeys(("base", "on", "off", "full"), TASKS)),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_words_fit_the_figure(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    assert overflowing(FIGURES[name]()) == []


def test_bars_add_up_to_the_whole() -> None:
    axes = FIGURES["sizes"]().axes[0]
    assert {text.get_text() for text in axes.texts} == {"109.5", "66.3"}


def test_the_front_joins_what_is_not_dominated() -> None:
    speeds = {"half": 1.7, "one": 2.5, "thin": 1.0}
    figure = draw.pareto(
        {name: Interval(speed, speed - 0.1, speed + 0.1, 0.95) for name, speed in speeds.items()},
        {"half": 50.0, "one": 28.0, "thin": 40.0},
        {"half": np.full(4, 98.0), "one": np.full(4, 95.0), "thin": np.full(4, 90.0)},
    )
    for axes, places in zip(figure.axes[:2], ({1.0, 1.7, 2.5}, {28.0, 50.0, 100.0}), strict=True):
        front = next(line for line in axes.get_lines() if len(np.atleast_1d(line.get_xdata())) == 3)
        assert set(np.asarray(front.get_xdata(), dtype=float)) == places


def test_steps_are_on_the_axis() -> None:
    lines = FIGURES["starts"]().axes[0].get_lines()
    assert max(np.asarray(line.get_xdata(), dtype=float).max() for line in lines) == 180
