"""Figures of the chapter on tracing lineage. They draw graphs and arrays, and know nothing of the experiments."""

from collections.abc import Mapping, Sequence

import networkx as nx
import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from secondhand.figures.bands import interval_plot
from secondhand.figures.lineage_picture import lineage_picture
from secondhand.figures.theme import COLOURS, PALETTE, figure_grid
from secondhand.messages import t

_STATUS_COLOURS = {
    "direct": PALETTE[1],
    "via-teacher": PALETTE[5],
    "undocumented": "#C9CDD3",
    "none-documented": PALETTE[4],
}


def ledger_and_catalogue(
    ledger: nx.MultiDiGraph,
    catalogue: nx.MultiDiGraph,
    *,
    path: Sequence[str],
    gaps: Sequence[str] = (),
    places: Mapping[str, tuple[float, float]] | None = None,
) -> Figure:
    """Draw a lineage with its witness path, and below it what is left where no model is the source of a dataset.

    Args:
        ledger: the whole graph.
        catalogue: the same things with fewer edges.
        path: the witness in the ledger.
        gaps: things of the catalogue of which nobody says where they come from.
        places: name → layer, and height from 0 to 1; by default they are found.
    """
    figure, (above, below) = figure_grid(rows=2, height=2.3)
    places = lineage_picture(above, ledger, path=path, places=places)
    lineage_picture(below, catalogue, places=places, gaps=gaps)
    above.set_title(t("tracing-lineage.ledger.title"))
    below.set_title(t("tracing-lineage.catalogue.title"))
    return figure


def generations(
    seen: Float[np.ndarray, "worlds generations"],
    found: Float[np.ndarray, "worlds generations"],
    expected: Float[np.ndarray, " generations"],
    shares: Float[np.ndarray, "generations statuses"],
    expected_shares: Float[np.ndarray, "generations statuses"],
    *,
    leak: float,
    statuses: Sequence[str],
) -> Figure:
    """Draw by generation: who has the benchmark in their lineage, and what a ledger with silent makers can say.

    Args:
        seen: share of models with the benchmark in their lineage.
        found: share of models of which a catalogue finds it in which no model is the source of a dataset.
        expected: theory of `seen`.
        shares: simulated share of each status.
        expected_shares: theory of `shares`.
        leak: theory of `found`.
        statuses: names of the statuses, in the order of the columns.
    """
    figure, (left, right) = figure_grid(columns=2, height=3.5)
    ages = np.arange(len(expected))
    left.plot(ages, 100 * expected, color=COLOURS.theory, linestyle=":")
    left.plot(ages, np.full(len(ages), 100 * leak), color=COLOURS.theory, linestyle=":")
    for runs, name, colour, marker in ((seen, "seen", COLOURS.model, "o"), (found, "found", COLOURS.human, "s")):
        interval_plot(left, 100 * runs, label=t(f"tracing-lineage.generations.{name}"), colour=colour, marker=marker)
    left.plot([], [], color=COLOURS.theory, linestyle=":", label=t("common.legend.theory"))
    left.set(xlabel=t("tracing-lineage.axis.generation"), ylabel=t("tracing-lineage.axis.seen"), ylim=(0, 36))
    left.legend(loc="upper left")
    bottoms = np.cumsum(np.column_stack([np.zeros(len(ages)), expected_shares]), axis=1)
    simulated = np.cumsum(shares, axis=1)
    for number, status in enumerate(statuses):
        edges = 100 * bottoms[:, number], 100 * bottoms[:, number + 1]
        label = t(f"tracing-lineage.status.{status}")
        right.fill_between(ages, *edges, color=_STATUS_COLOURS[status], linewidth=0, label=label)
        if number + 1 < len(statuses):
            right.plot(ages, 100 * simulated[:, number], "o", color=COLOURS.ink, markersize=3.5)
    handles, labels = right.get_legend_handles_labels()
    # From top to bottom as in the figure, on the large area at the top.
    right.legend(handles[::-1], labels[::-1], loc="upper center", frameon=True, framealpha=0.9, edgecolor="none")
    right.set(xlabel=t("tracing-lineage.axis.generation"), ylabel=t("tracing-lineage.axis.answers"))
    right.set(xlim=(0, ages[-1]), ylim=(0, 100))
    right.grid(visible=False)
    for axes in (left, right):
        axes.set_xticks(ages[::2])
    return figure


def laundering(
    doses: Float[np.ndarray, " doses"],
    runs: Mapping[str, Float[np.ndarray, "seeds doses"]],
    *,
    chance: float,
) -> Figure:
    """Draw what a search for text and the score find, for the teacher's data and the student's, by share leaked.

    Args:
        doses: share of the benchmark in the teacher's training text.
        runs: "student", "teacher_matched" and "student_matched" → shares of the test items.
        chance: share of right answers of whoever has not seen the benchmark.
    """
    figure, (axes,) = figure_grid(height=3.6)
    axes.plot(100 * doses, 100 * (doses + (1 - doses) * chance), color=COLOURS.theory, linestyle=":")
    series = (
        ("student", COLOURS.model, "o"),
        ("teacher_matched", COLOURS.human, "s"),
        ("student_matched", PALETTE[2], "^"),
    )
    for name, colour, marker in series:
        label = t(f"tracing-lineage.laundering.{name}")
        places = (100 * doses).tolist()
        interval_plot(axes, 100 * runs[name], label=label, colour=colour, marker=marker, generations=places)
    axes.plot([], [], color=COLOURS.theory, linestyle=":", label=t("tracing-lineage.laundering.theory"))
    axes.set(xlabel=t("tracing-lineage.axis.leaked"), ylabel=t("tracing-lineage.axis.items"), ylim=(-4, 104))
    axes.legend(loc="upper left")
    return figure


def tests(
    counts: Sequence[int],
    false_alarms: Mapping[str, Float[np.ndarray, " counts"]],
    expected: Mapping[str, Float[np.ndarray, " counts"]],
    powers: Float[np.ndarray, " leaks"],
    after: Float[np.ndarray, " leaks"],
    grid: Float[np.ndarray, " grid"],
    curve: Float[np.ndarray, " grid"],
    *,
    level: float,
) -> Figure:
    """Draw false alarms by number of tests, and what a large p-value leaves of a suspicion, by power.

    Args:
        counts: numbers of tests.
        false_alarms: "raw" and "holm" → simulated chance of at least one false alarm.
        expected: the same from theory.
        powers: power of simulated tests.
        after: simulated share of real leaks among those that the test did not find.
        grid: powers of the theory.
        curve: theory of `after`.
        level: of each test, and of the family.
    """
    figure, (left, right) = figure_grid(columns=2, height=3.4)
    for name, colour, marker in (("raw", COLOURS.model, "o"), ("holm", COLOURS.human, "s")):
        left.plot(counts, 100 * expected[name], color=colour, linestyle=":")
        left.plot(counts, 100 * false_alarms[name], marker, color=colour, markeredgecolor=COLOURS.panel)
        left.plot([], [], marker=marker, linestyle=":", color=colour, label=t(f"tracing-lineage.tests.{name}"))
    left.axhline(100 * level, color=COLOURS.muted, linewidth=1)
    left.set(
        xlabel=t("tracing-lineage.axis.tests"), ylabel=t("tracing-lineage.axis.alarm"), ylim=(0, 109), xscale="log"
    )
    left.set_xticks(list(counts), [str(count) for count in counts])
    left.minorticks_off()
    left.legend(loc="upper left")
    right.axhline(50, color=COLOURS.muted, linewidth=1, linestyle="--", label=t("tracing-lineage.tests.before"))
    right.plot(100 * grid, 100 * curve, color=COLOURS.theory, linestyle=":", label=t("common.legend.theory"))
    right.plot(
        100 * powers,
        100 * after,
        "D",
        color=PALETTE[2],
        markeredgecolor=COLOURS.panel,
        label=t("tracing-lineage.tests.after"),
    )
    right.set(
        xlabel=t("tracing-lineage.axis.power"), ylabel=t("tracing-lineage.axis.real"), xlim=(0, 100), ylim=(0, 72)
    )
    right.legend(loc="upper right")
    for axis in (left.yaxis, right.yaxis, right.xaxis):
        axis.set_major_formatter(PercentFormatter(decimals=0))
    return figure


def audit(graph: nx.MultiDiGraph, *, path: Sequence[str] = ()) -> Figure:
    """Draw a larger lineage, without the kinds of things.

    Args:
        graph: edges point from the thing made to what it was made from.
        path: a witness path.
    """
    figure, (axes,) = figure_grid(height=4.6)
    lineage_picture(axes, graph, path=path, kinds=False, font_size=8)
    return figure
