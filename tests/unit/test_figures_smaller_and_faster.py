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
    "starts": lambda: draw.starts(
        {"half": GENERATOR.random((4, 4)), "rest": GENERATOR.random((4, 4)), "random": GENERATOR.random((4, 10))},
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
        {name: 9 * GENERATOR.random(4) for name in ("labels", "random", "both")},
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
        [586, 1172, 2344, 9376],
        GENERATOR.random((4, 4)),
        names=(1, 2, 4, 16),
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


def test_steps_are_on_the_axis() -> None:
    lines = FIGURES["starts"]().axes[0].get_lines()
    assert max(np.asarray(line.get_xdata(), dtype=float).max() for line in lines) == 180
