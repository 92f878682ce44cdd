"""Figures of the capstone. They draw arrays and graphs, and know nothing of the experiments behind them."""

from collections.abc import Collection, Mapping, Sequence

import networkx as nx
import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import PercentFormatter
from numpy.typing import ArrayLike

from secondhand.figures.bands import student_margin
from secondhand.figures.lineage_picture import lineage_picture
from secondhand.figures.theme import COLOURS, PALETTE, figure_grid
from secondhand.messages import t

_LOOKS = {"nobody": (COLOURS.human, "s"), "Atlas": (PALETTE[2], "^"), "Borealis": (COLOURS.model, "o")}
_LOOKS |= {"Cirrus": (PALETTE[3], "D")}


def two_exams(
    exam: Mapping[str, Float[np.ndarray, " worlds"]],
    fresh: Mapping[str, Float[np.ndarray, " worlds"]],
    *,
    ceiling: float,
) -> Figure:
    """Draw what each student scores on the published exam and on fresh digits, side by side.

    Args:
        exam: who taught → share of answers as in the published key, one for each world.
        fresh: the same on fresh digits, share of right answers.
        ceiling: the score on the exam of whoever is always right.
    """
    figure, panels = figure_grid(columns=2, height=3.2, share_y=True)
    for axes, series, title in zip(panels, (exam, fresh), ("exam", "fresh"), strict=True):
        _rows(axes, series)
        axes.set_title(t(f"capstone.exams.{title}"))
        axes.set_xlabel(t(f"capstone.axis.{title}"))
        axes.set_xlim(40, 102)
    panels[0].axvline(100 * ceiling, color=COLOURS.theory, linestyle=":")
    panels[0].annotate(
        t("capstone.exams.ceiling"),
        (100 * ceiling, len(exam) - 0.68),
        xytext=(-5, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        fontsize=9,
    )
    _names(panels[0], [t(f"capstone.who.{name}") for name in exam])
    return figure


def _rows(axes: Axes, series: Mapping[str, Float[np.ndarray, " worlds"]]) -> None:
    for place, (name, values) in enumerate(series.items()):
        colour, marker = _LOOKS.get(name, (PALETTE[place % len(PALETTE)], "o"))
        _cloud(axes, values, place, colour, marker)


def _mark(axes: Axes, x: float, place: float, margin: np.ndarray, colour: str, marker: str) -> None:
    axes.errorbar(
        [x], [place], xerr=margin, fmt=marker, color=colour, markeredgecolor=COLOURS.panel, markersize=8, capsize=4
    )


def _names(axes: Axes, names: Sequence[str]) -> None:
    axes.set_yticks(list(range(len(names))), names)
    axes.set_ylim(len(names) - 0.5, -0.6)
    axes.grid(axis="y", visible=False)


def honest_line(
    exam: Mapping[str, Float[np.ndarray, " worlds"]],
    fresh: Mapping[str, Float[np.ndarray, " worlds"]],
    ability: Float[np.ndarray, " grid"],
    honest: Float[np.ndarray, " grid"],
) -> Figure:
    """Draw the score on the exam against the score on fresh digits, one mark a world, over what honesty would give.

    Args:
        exam: who taught → score on the published exam, one for each world.
        fresh: the same on fresh digits.
        ability: shares of right answers.
        honest: expected score on the exam of a model that never met its key.
    """
    figure, (axes,) = figure_grid(height=3.9)
    axes.plot(100 * ability, 100 * honest, ":", color=COLOURS.theory, label=t("capstone.honest.line"))
    for name, values in exam.items():
        colour, marker = _LOOKS[name]
        axes.plot(
            100 * fresh[name],
            100 * values,
            marker,
            color=colour,
            markeredgecolor=COLOURS.panel,
            markersize=8,
            label=t(f"capstone.who.{name}"),
        )
    axes.set(xlabel=t("capstone.axis.fresh"), ylabel=t("capstone.axis.exam"), xlim=(48, 101), ylim=(38, 100))
    axes.legend(loc="upper left")
    return figure


def evidence(overlap: Mapping[str, float], hits: Mapping[str, ArrayLike], *, chance: float) -> Figure:
    """Draw what two searches say of each student: overlap of images, and hits among errors on traps.

    Args:
        overlap: who taught → share of the exam's images among those it was trained on.
        hits: who taught → share of hits among errors, and the ends of its interval.
        chance: share of hits that luck gives.
    """
    figure, panels = figure_grid(columns=2, height=3.0, share_y=True)
    for place, name in enumerate(overlap):
        colour, marker = _LOOKS[name]
        panels[0].barh(place, 100 * overlap[name], height=0.55, color=colour, alpha=0.75)
        if not overlap[name]:
            panels[0].text(2, place, "0", va="center")
        estimate, low, high = 100 * np.asarray(hits[name], dtype=float)
        margin = np.array([[estimate - low], [high - estimate]])
        _mark(panels[1], estimate, place, margin, colour, marker)
    panels[1].axvline(100 * chance, color=COLOURS.theory, linestyle=":", label=t("capstone.evidence.luck"))
    panels[1].legend(loc="lower right")
    for axes, name in zip(panels, ("overlap", "hits"), strict=True):
        axes.set(title=t(f"capstone.evidence.{name}"), xlabel=t(f"capstone.axis.{name}"), xlim=(-3, 103))
    _names(panels[0], [t(f"capstone.who.{name}") for name in overlap])
    return figure


def checking(
    purity: Mapping[str, Float[np.ndarray, " worlds"]],
    after: Mapping[str, Mapping[str, Float[np.ndarray, " worlds"]]],
) -> Figure:
    """Draw how many of the kept answers are right, and what students of them score, for each way of keeping.

    Args:
        purity: way of keeping → share of right answers among those kept, one for each world.
        after: what is learnt, "logits" or "digit" → way of keeping, or labels without a teacher → score of the student
            on fresh digits.
    """
    figure, panels = figure_grid(columns=2, height=3.7, share_y=True)
    ways = ("nobody", "sixty", "all", "own", "fewer", "eye")
    looks = {"logits": (PALETTE[3], "D", 0.16), "digit": (COLOURS.model, "o", -0.16)}
    for way, values in purity.items():
        _cloud(panels[0], values, ways.index(way), COLOURS.human, "s")
    for learnt, series in after.items():
        colour, marker, shift = looks[learnt]
        for way, values in series.items():
            alone = all(way not in others for name, others in after.items() if name != learnt)
            _cloud(panels[1], values, ways.index(way) + (0 if alone else shift), colour, marker)
        panels[1].plot([], [], marker, color=colour, label=t(f"capstone.checking.{learnt}"))
    panels[1].legend(loc="upper center", bbox_to_anchor=(0.5, -0.19), ncols=2)
    for axes, title in zip(panels, ("purity", "student"), strict=True):
        axes.set(title=t(f"capstone.checking.{title}"), xlabel=t(f"capstone.axis.{title}"), xlim=(46, 101))
        axes.xaxis.set_major_formatter(PercentFormatter(decimals=0))
    _names(panels[0], [t(f"capstone.keep.{way}") for way in ways])
    return figure


def _cloud(axes: Axes, values: Float[np.ndarray, " worlds"], place: float, colour: str, marker: str) -> None:
    axes.plot(100 * values, np.full(len(values), place), ".", color=COLOURS.muted, markersize=4, alpha=0.6)
    _mark(axes, 100 * values.mean(), place, 100 * student_margin(values[:, None]), colour, marker)


def lineage(
    graph: nx.MultiDiGraph,
    *,
    path: Sequence[str],
    places: Mapping[str, tuple[float, float]],
    gaps: Collection[str] = (),
) -> Figure:
    """Draw who made what, with the witness as thick arrows.

    Args:
        graph: edges point from the thing made to what it was made from.
        path: names along the witness.
        places: name → layer, and height from 0 to 1.
        gaps: names of things about which somebody is silent.
    """
    figure, (axes,) = figure_grid(height=3.2)
    lineage_picture(axes, graph, path=path, places=places, gaps=gaps, kinds=False, font_size=9)
    declared = Line2D([], [], color=COLOURS.muted, linestyle="-", label=t("tracing-lineage.evidence.declared"))
    tested = Line2D([], [], color=COLOURS.muted, linestyle="--", label=t("tracing-lineage.evidence.tested"))
    axes.legend(handles=[declared, tested], loc="lower center", ncols=2, bbox_to_anchor=(0.5, -0.1))
    return figure
