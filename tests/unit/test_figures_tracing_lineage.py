"""Figures of the chapter on tracing lineage: everything that is written in them fits, in both languages."""

from collections.abc import Callable

import networkx as nx
import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch
from matplotlib.text import Annotation, Text
from tests.unit.figure_words import overflowing

from secondhand.figures import figure_grid
from secondhand.figures import tracing_lineage as draw
from secondhand.figures.lineage_picture import evidence_legend, lineage_picture
from secondhand.messages import LANGUAGE_VARIABLE, LANGUAGES, t

GENERATOR = np.random.default_rng(10_000)
STATUSES = ("direct", "via-teacher", "undocumented", "none-documented")
AGES = np.arange(11)
DOSES = np.linspace(0, 1, 5)
SHARES = np.column_stack([0.05 + 0 * AGES, 0.01 * AGES, 0.1 + 0.02 * AGES, 0.85 - 0.03 * AGES])


def pipeline() -> nx.MultiDiGraph:
    graph = nx.MultiDiGraph()
    kinds = {"B": "benchmark", "T": "corpus", "X": "model", "S": "synthetic", "Y": "model", "12 of 20": "score"}
    for name, kind in kinds.items():
        graph.add_node(name, kind=kind)
    for made, source, evidence in (
        ("X", "B", "declared"),
        ("S", "X", "tested"),
        ("Y", "S", "unknown"),
        ("Y", "T", "declared"),
        ("12 of 20", "Y", "declared"),
        ("12 of 20", "B", "declared"),
    ):
        graph.add_edge(made, source, evidence=evidence)
    return graph


def pictures() -> Figure:
    figure, (axes,) = figure_grid()
    lineage_picture(axes, pipeline(), path=["B", "X", "S", "Y"], labels={"Y": "student"})
    evidence_legend(axes, loc="upper right")
    return figure


FIGURES: dict[str, Callable[[], Figure]] = {
    "pictures": pictures,
    "ledger": lambda: draw.ledger_and_catalogue(pipeline(), pipeline(), path=["B", "X", "S", "Y"], gaps=["S"]),
    "generations": lambda: draw.generations(
        0.2 + 0.01 * GENERATOR.normal(size=(9, 11)),
        0.05 + 0.01 * GENERATOR.normal(size=(9, 11)),
        np.full(11, 0.2),
        SHARES,
        SHARES,
        leak=0.05,
        statuses=STATUSES,
    ),
    "laundering": lambda: draw.laundering(
        DOSES,
        {
            name: DOSES + 0.01 * GENERATOR.normal(size=(6, 5))
            for name in ("student", "teacher_matched", "student_matched")
        },
        chance=0.1,
    ),
    "tests": lambda: draw.tests(
        (1, 10, 100),
        dict.fromkeys(("raw", "holm"), np.array([0.05, 0.4, 1.0])),
        dict.fromkeys(("raw", "holm"), np.array([0.05, 0.4, 1.0])),
        DOSES,
        0.5 - 0.4 * DOSES,
        DOSES,
        0.5 - 0.4 * DOSES,
        level=0.05,
    ),
    "audit": lambda: draw.audit(pipeline(), path=["B", "X"]),
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", FIGURES)
def test_words_fit_the_figure(name: str, language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    figure = FIGURES[name]()
    assert overflowing(figure) == []
    edge = figure.bbox.padded(1)
    for text in (text for axes in figure.axes for text in axes.texts):
        box = text.get_window_extent()
        assert edge.x0 <= box.x0 <= box.x1 <= edge.x1, text.get_text()


def arrows(figure: Figure) -> list[FancyArrowPatch]:
    return [note.arrow_patch for note in figure.findobj(Annotation) if note.arrow_patch is not None]


def test_each_edge_is_an_arrow_and_the_path_is_thick() -> None:
    drawn = arrows(pictures())
    assert len(drawn) == 6
    assert sum(arrow.get_linewidth() > 2 for arrow in drawn) == 3
    assert {arrow.get_linestyle() for arrow in drawn} == {"-", "--", ":"}


def test_everything_made_stands_to_the_right_of_what_it_was_made_from() -> None:
    _, (axes,) = figure_grid()
    graph = pipeline()
    places = lineage_picture(axes, graph)
    assert all(places[made][0] > places[source][0] for made, source in graph.edges())
    assert len(set(places.values())) == len(graph)
    # A source stands right before the first thing that was made from it.
    assert places["T"][0] == places["Y"][0] - 1


def test_boxes_do_not_overlap() -> None:
    figure = pictures()
    figure.draw_without_rendering()
    patches = [text.get_bbox_patch() for text in figure.axes[0].texts]
    boxes = [patch.get_window_extent() for patch in patches if patch is not None]
    assert len(boxes) == 6
    for number, box in enumerate(boxes):
        assert not any(box.overlaps(other) for other in boxes[number + 1 :])


def test_places_can_be_given() -> None:
    _, (axes,) = figure_grid()
    places = {name: (float(number), 0.5) for number, name in enumerate(pipeline())}
    assert lineage_picture(axes, pipeline(), places=places) == places


def test_kinds_are_named_beside_the_boxes() -> None:
    words = {text.get_text() for text in pictures().findobj(Text)}
    assert {t(f"tracing-lineage.kind.{kind}") for kind in ("corpus", "model", "synthetic", "score")} <= words
    assert "student" in words
    assert "S ?" in {text.get_text() for text in FIGURES["ledger"]().findobj(Text)}


def test_a_graph_that_cannot_be_drawn_is_refused() -> None:
    _, (axes,) = figure_grid()
    with pytest.raises(ValueError, match="at least one node"):
        lineage_picture(axes, nx.MultiDiGraph())
    circle = pipeline()
    circle.add_edge("X", "Y", evidence="declared")
    with pytest.raises(ValueError, match="got a cycle"):
        lineage_picture(axes, circle)
