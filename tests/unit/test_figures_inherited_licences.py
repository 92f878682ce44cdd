"""Figures of the chapter on inherited licences: everything that is written in them fits, in both languages."""

from collections.abc import Callable, Hashable, Mapping

import networkx as nx
import numpy as np
import pytest
from matplotlib.figure import Figure
from tests.unit.figure_words import overflowing

from secondhand.figures import inherited_licences as draw
from secondhand.messages import LANGUAGE_VARIABLE, LANGUAGES, t

GENERATOR = np.random.default_rng(10_000)
RISING = np.linspace(0, 1, 5) + 0.01 * GENERATOR.normal(size=(4, 5))
SHORT = RISING[:, :4]
NODES = ("stories", "manuals", "forum", "teacher", "answers", "student", "assistant")


def lineage() -> Figure:
    graph = nx.DiGraph(
        [
            ("teacher", "stories"),
            ("teacher", "manuals"),
            ("answers", "teacher"),
            ("student", "answers"),
            ("assistant", "answers"),
            ("assistant", "forum"),
        ]
    )
    words = ("yes", "no", "unknown", "yes", "no", "unknown", "unknown")
    answers: Mapping[Hashable, str] = dict(zip(NODES, words, strict=True))
    titles = (t("inherited-licences.reading.strict"), t("inherited-licences.reading.contract"))
    return draw.lineage(graph, dict.fromkeys(titles, answers))


def generations() -> Figure:
    answers = dict.fromkeys(("yes", "unknown", "no"), (SHORT, SHORT[0]))
    titles = (t("inherited-licences.reading.strict"), t("inherited-licences.reading.contract"))
    return draw.generations(dict.fromkeys(titles, answers))


FIGURES: dict[str, Callable[[], Figure]] = {
    "relay": lambda: draw.relay(
        (0, 1, 2, 4, 8),
        dict.fromkeys(("teacher", "student"), RISING),
        dict.fromkeys(("teacher", "student"), RISING[0]),
        (1, 2, 3, 4),
        dict.fromkeys(("teacher", "student"), SHORT),
        SHORT[0],
    ),
    "known": lambda: draw.known(
        (1, 2, 3, 5, 8),
        RISING,
        {
            t("inherited-licences.known.here"): (np.arange(1, 9.0), np.linspace(1, 0, 8)),
            t("inherited-licences.known.omission"): (np.arange(1, 9.0), np.linspace(0.5, 0, 8)),
        },
    ),
    "lineage": lineage,
    "generations": generations,
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_words_fit_the_figure(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    assert overflowing(FIGURES[name]()) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_and_answers_fit_their_boxes(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    figure = lineage()
    figure.draw_without_rendering()
    for axes in figure.axes:
        boxes = [patch.get_window_extent() for patch in axes.patches]
        words = [text for text in axes.texts if text.get_text()]
        assert len(words) == 2 * len(boxes) == 2 * len(NODES)
        for text in words:
            extent = text.get_window_extent()
            assert any(
                box.x0 < extent.x0 and extent.x1 < box.x1 and box.y0 < extent.y0 and extent.y1 < box.y1 for box in boxes
            ), text.get_text()


def test_things_stand_below_what_they_were_made_from() -> None:
    axes = lineage().axes[0]
    heights = {text.get_text(): text.get_position()[1] for text in axes.texts if text.get_fontweight() == "bold"}
    assert heights["stories"] > heights["teacher"] > heights["answers"] > heights["student"]


def test_each_answer_has_its_own_marker_and_line() -> None:
    lines = generations().axes[0].get_lines()
    dots = [str(line.get_marker()) for line in lines if line.get_linestyle() == "None"]
    styles = [line.get_linestyle() for line in lines if line.get_linestyle() != "None"]
    assert {"^", "o", "s"} <= set(dots)
    assert len(set(styles)) == 3
