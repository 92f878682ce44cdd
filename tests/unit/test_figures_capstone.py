"""Figures of the capstone: everything that is written in them fits, in both languages."""

from collections.abc import Callable

import networkx as nx
import numpy as np
import pytest
from matplotlib.container import ErrorbarContainer
from matplotlib.figure import Figure
from matplotlib.text import Annotation
from tests.unit.figure_words import overflowing

from secondhand.figures import capstone as draw
from secondhand.messages import LANGUAGE_VARIABLE, LANGUAGES, t

GENERATOR = np.random.default_rng(10_000)
WHO = ("nobody", "Atlas", "Borealis", "Cirrus")
WORLDS = {name: 0.7 + 0.03 * GENERATOR.normal(size=10) for name in WHO}
WAYS = {name: 0.7 + 0.03 * GENERATOR.normal(size=10) for name in ("all", "own", "fewer", "eye")}
ALONE = {name: 0.7 + 0.03 * GENERATOR.normal(size=10) for name in ("nobody", "sixty")}
GRID = np.linspace(0.5, 1, 5)


def lineage() -> Figure:
    graph = nx.MultiDiGraph()
    for name, kind in {"exam": "benchmark", "Borealis": "model", "answers": "synthetic", "student": "model"}.items():
        graph.add_node(name, kind=kind)
    graph.add_edge("Borealis", "exam", evidence="tested")
    graph.add_edge("answers", "Borealis", evidence="declared")
    graph.add_edge("student", "answers", evidence="declared")
    path = ["exam", "Borealis", "answers", "student"]
    places = {name: (float(layer), 0.5) for layer, name in enumerate(path)}
    return draw.lineage(graph, path=path, places=places, gaps=["Borealis"])


FIGURES: dict[str, Callable[[], Figure]] = {
    "exams": lambda: draw.two_exams(WORLDS, WORLDS, ceiling=0.8),
    "honest": lambda: draw.honest_line(WORLDS, WORLDS, GRID, 0.8 * GRID),
    "evidence": lambda: draw.evidence(dict.fromkeys(WHO, 0.5), dict.fromkeys(WHO, (0.5, 0.4, 0.6)), chance=1 / 9),
    "checking": lambda: draw.checking(WAYS, {"logits": {"all": WAYS["all"]}, "digit": WAYS | ALONE}),
    "lineage": lineage,
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_words_fit_the_figure(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    assert overflowing(FIGURES[name]()) == []


def test_each_student_has_a_row_with_a_mean_where_it_belongs() -> None:
    figure = FIGURES["exams"]()
    left = figure.axes[0]
    assert [label.get_text() for label in left.get_yticklabels()] == [t(f"capstone.who.{name}") for name in WHO]
    bars = [container for container in left.containers if isinstance(container, ErrorbarContainer)]
    means = [float(np.ravel(bar.lines[0].get_xdata())[0]) for bar in bars]
    np.testing.assert_allclose(means, [100 * row.mean() for row in WORLDS.values()])


def test_the_witness_is_thick_and_the_test_is_dashed() -> None:
    arrows = [note.arrow_patch for note in lineage().findobj(Annotation) if note.arrow_patch is not None]
    assert len(arrows) == 3
    assert all(arrow.get_linewidth() > 2 for arrow in arrows)
    assert {arrow.get_linestyle() for arrow in arrows} == {"-", "--"}
