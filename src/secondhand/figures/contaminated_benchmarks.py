"""Figures of the chapter on contaminated benchmarks. They draw arrays, and know nothing of experiments."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from secondhand.figures.bands import interval_plot
from secondhand.figures.theme import COLOURS, PALETTE, figure_grid
from secondhand.messages import t

_LOOKS = {"teacher": (COLOURS.human, "s"), "student": (COLOURS.model, "o"), "third": (PALETTE[2], "^")}


class _Interval(Protocol):
    """An estimate with its interval."""

    @property
    def estimate(self) -> float: ...
    @property
    def low(self) -> float: ...
    @property
    def high(self) -> float: ...


def passes_on(
    leaks: Sequence[float], shares: Mapping[str, Sequence[_Interval]], label: _Interval, *, chance: float
) -> Figure:
    """Draw the share of errors on traps that hit the planted answer, by the share of the benchmark that leaked.

    Args:
        leaks: shares of the benchmark in the training data of the teacher; the last is that of `label`.
        shares: "teacher" and "student" → share of hits among errors for each leak.
        label: the same for students of bare labels.
        chance: what luck gives.
    """
    figure, (axes,) = figure_grid(height=3.7)
    series = [(name, leaks, rows) for name, rows in shares.items()] + [("label", leaks[-1:], [label])]
    for (name, x, rows), (colour, marker) in zip(series, _LOOKS.values(), strict=True):
        estimate = np.array([100 * row.estimate for row in rows])
        margins = [estimate - [100 * row.low for row in rows], [100 * row.high for row in rows] - estimate]
        axes.errorbar(
            100 * np.array(x),
            estimate,
            yerr=np.array(margins),
            color=colour,
            marker=marker,
            capsize=3,
            label=t(f"contaminated-benchmarks.passes-on.{name}"),
        )
    axes.axhline(100 * chance, color=COLOURS.theory, linestyle=":", label=t("contaminated-benchmarks.passes-on.chance"))
    axes.set_xticks([100 * leak for leak in leaks])
    axes.set(xlabel=t("contaminated-benchmarks.axis.leak"), ylim=(0, 150), xlim=(-2, 52), yticks=[0, 25, 50, 75, 100])
    axes.set_ylabel(t("contaminated-benchmarks.passes-on.axis"))
    axes.legend(loc="upper left")
    return figure


def exactness(
    p: Float[np.ndarray, " repetitions"],
    recited: Float[np.ndarray, " grid"],
    power: Mapping[int, Float[np.ndarray, " grid"]],
    measured: Mapping[int, tuple[float, float]],
) -> Figure:
    """Draw p under the null hypothesis as a histogram (left), and power by share recited (right).

    Args:
        p: p of models that the key never reached.
        recited: shares of the items that a model recites.
        power: number of traps → power.
        measured: number of traps → share recited and share of models caught, one dot each.
    """
    figure, (left, right) = figure_grid(columns=2, height=3.4)
    left.hist(p, bins=20, range=(0, 1), density=True, color=COLOURS.muted, edgecolor=COLOURS.panel)
    left.axhline(1, color=COLOURS.theory, linestyle=":", label=t("contaminated-benchmarks.exactness.uniform"))
    left.set(xlabel=t("contaminated-benchmarks.exactness.p"), ylabel=t("contaminated-benchmarks.exactness.density"))
    left.set(ylim=(0, 1.6), xlim=(0, 1))
    left.legend(loc="upper right")
    for (traps, curve), style, marker, colour in zip(power.items(), (":", "--", "-"), "^so", PALETTE, strict=False):
        label = t("contaminated-benchmarks.exactness.traps", traps=traps)
        right.plot(100 * recited, 100 * curve, linestyle=style, color=colour, label=label)
        x, y = measured[traps]
        right.plot([100 * x], [100 * y], marker, color=colour, markeredgecolor=COLOURS.ink, markersize=8)
    right.set(xlabel=t("contaminated-benchmarks.exactness.recited"), ylim=(-3, 103))
    right.set_ylabel(t("contaminated-benchmarks.exactness.power"))
    right.legend(loc="lower right", fontsize=8.5)
    return figure


def scores(
    leaks: Sequence[float],
    panels: Mapping[str, Mapping[str, Float[np.ndarray, "seeds leaks"]]],
) -> Figure:
    """Draw published score, corrected score and accuracy on fresh data by leak, one panel for each model.

    Args:
        leaks: shares of the benchmark that leaked.
        panels: "teacher" and "student" → "published", "corrected" and "fresh" → scores.
    """
    figure, grid = figure_grid(columns=len(panels), height=3.5, share_y=True)
    for axes, (name, series) in zip(grid, panels.items(), strict=True):
        for (kind, runs), look in zip(series.items(), ("student", "third", "teacher"), strict=True):
            _by_leak(axes, leaks, 100 * runs, look, t(f"contaminated-benchmarks.scores.{kind}"))
        axes.set(title=t(f"contaminated-benchmarks.scores.{name}"), xlabel=t("contaminated-benchmarks.axis.leak"))
        axes.set(xlim=(-3, 100 * max(leaks) + 3), ylim=(55, 108))
    grid[0].set_ylabel(t("contaminated-benchmarks.scores.axis"))
    grid[-1].legend(loc="upper right", fontsize=8.5, bbox_to_anchor=(1.0, 0.6))
    return figure


def alarms(ability: Float[np.ndarray, " grid"], curves: Mapping[int, Float[np.ndarray, "grid alarms"]]) -> Figure:
    """Draw by how many standard errors the score and the hits on traps stand out, by ability.

    Args:
        ability: shares of right answers without reciting.
        curves: number of possible answers → standard errors of the score and of the hits.
    """
    figure, (axes,) = figure_grid(height=3.4)
    for (classes, pair), width in zip(curves.items(), (2.6, 1.2), strict=True):
        looks = (("score", COLOURS.human, "--"), ("traps", COLOURS.model, "-"))
        for values, (name, colour, style) in zip(pair.T, looks, strict=True):
            answers = t("contaminated-benchmarks.alarms.classes", classes=classes)
            label = f"{t(f'contaminated-benchmarks.alarms.{name}')}, {answers}"
            axes.plot(100 * ability, values, color=colour, linestyle=style, linewidth=width, label=label)
    axes.set(xlabel=t("contaminated-benchmarks.alarms.ability"), ylabel=t("contaminated-benchmarks.alarms.axis"))
    axes.set_ylim(0, 14)
    axes.legend(loc="upper left", fontsize=8.5)
    return figure


def searches(
    rates: Float[np.ndarray, " rates"],
    found: Mapping[str, tuple[Float[np.ndarray, " grid"], Float[np.ndarray, " rates"]]],
    grid: Float[np.ndarray, " grid"],
    lengths: Sequence[int],
    missed: Float[np.ndarray, " lengths"],
    false_alarms: Float[np.ndarray, " lengths"],
) -> Figure:
    """Draw how often searches find edited items (left), and both kinds of error by n-gram length (right).

    Args:
        rates: edit rates of the simulation.
        found: key of the definition → theory over `grid`, simulation over `rates`.
        grid: edit rates of the theory.
        lengths: words of an n-gram.
        missed: share of leaked items that are missed.
        false_alarms: share of items found that did not leak.
    """
    figure, (left, right) = figure_grid(columns=2, height=3.5)
    for (name, (curve, dots)), colour, style, marker in zip(
        found.items(), PALETTE, ("-", "--", "-."), "os^", strict=False
    ):
        left.plot(100 * grid, 100 * curve, color=colour, linestyle=style)
        label = t(f"contaminated-benchmarks.searches.{name}")
        left.plot(100 * rates, 100 * dots, marker, color=colour, markeredgecolor=COLOURS.panel, label=label)
    left.set(xlabel=t("contaminated-benchmarks.searches.rate"), ylabel=t("contaminated-benchmarks.searches.found"))
    left.set(ylim=(-3, 145), yticks=[0, 25, 50, 75, 100])
    left.legend(loc="upper left", fontsize=8.5)
    series = ((missed, "missed", COLOURS.model, "o", "-"), (false_alarms, "false-alarms", COLOURS.human, "s", "--"))
    for values, name, colour, marker, style in series:
        label = t(f"contaminated-benchmarks.searches.{name}")
        right.plot(lengths, 100 * values, color=colour, marker=marker, linestyle=style, label=label)
    right.set(xlabel=t("contaminated-benchmarks.searches.length"), ylabel=t("contaminated-benchmarks.searches.share"))
    right.set(ylim=(-3, 145), xticks=list(lengths), yticks=[0, 25, 50, 75, 100])
    right.legend(loc="upper left", fontsize=8.5)
    return figure


def order(
    copies: Sequence[int],
    z: Mapping[str, Float[np.ndarray, "seeds copies"]],
    recited: Mapping[str, Float[np.ndarray, "seeds copies"]],
) -> Figure:
    """Draw how far the published order stands out (left), and what models recite (right), by copies of the list.

    Args:
        copies: of the list in the training data of the teacher.
        z: "teacher", "long" and "single" → standard deviations.
        recited: the same → share of items.
    """
    figure, (left, right) = figure_grid(columns=2, height=3.5)
    place = np.arange(len(copies))
    left.axhspan(-2, 2, color=COLOURS.muted, alpha=0.25, linewidth=0, label=t("contaminated-benchmarks.order.null"))
    for axes, series, scale in ((left, z, 1), (right, recited, 100)):
        for (name, runs), (colour, marker) in zip(series.items(), _LOOKS.values(), strict=True):
            label = t(f"contaminated-benchmarks.order.{name}")
            interval_plot(axes, scale * runs, label=label, colour=colour, marker=marker, generations=place.tolist())
        axes.set_xticks(place, [str(number) for number in copies])
        axes.set_xlabel(t("contaminated-benchmarks.order.copies"))
    left.set(ylabel=t("contaminated-benchmarks.order.z"), ylim=(-4, 62))
    left.legend(loc="upper left", fontsize=8.5)
    right.set(ylabel=t("contaminated-benchmarks.order.recited"), ylim=(-3, 105))
    return figure


def answers(items: Sequence[int], z: Mapping[str, Float[np.ndarray, "seeds items"]]) -> Figure:
    """Draw how far the published order stands out for a student, by how many items one answer holds.

    Args:
        items: number of items in one answer.
        z: "with" and "without" separators → standard deviations.
    """
    figure, (axes,) = figure_grid(height=3.4)
    place = list(range(len(items)))
    axes.axhspan(-2, 2, color=COLOURS.muted, alpha=0.25, linewidth=0, label=t("contaminated-benchmarks.order.null"))
    for (name, runs), look in zip(z.items(), ("student", "teacher"), strict=True):
        colour, marker = _LOOKS[look]
        label = t(f"contaminated-benchmarks.answers.{name}")
        interval_plot(axes, runs, label=label, colour=colour, marker=marker, generations=place)
    axes.set_xticks(place, [str(number) for number in items])
    axes.set(xlabel=t("contaminated-benchmarks.answers.items"), ylabel=t("contaminated-benchmarks.order.z"))
    axes.set_ylim(-4, 40)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 0.16))
    return figure


def membership(copies: Sequence[int], panels: Mapping[str, Mapping[str, Float[np.ndarray, "seeds copies"]]]) -> Figure:
    """Draw the area under the curve of three scores by copies, one panel for each model.

    Args:
        copies: of a passage in the training data of the teacher.
        panels: "teacher" and "student" → "loss", "min-k" and "min-k++" → areas.
    """
    figure, grid = figure_grid(columns=len(panels), height=3.5, share_y=True)
    place = list(range(len(copies)))
    for axes, (name, series) in zip(grid, panels.items(), strict=True):
        axes.axhline(0.5, color=COLOURS.theory, linestyle=":", label=t("contaminated-benchmarks.membership.chance"))
        for (kind, runs), (colour, marker) in zip(series.items(), _LOOKS.values(), strict=True):
            label = t(f"contaminated-benchmarks.membership.{kind}")
            interval_plot(axes, runs, label=label, colour=colour, marker=marker, generations=place)
        axes.set_xticks(place, [str(number) for number in copies])
        axes.set(title=t(f"contaminated-benchmarks.membership.{name}"), ylim=(0.42, 1.03))
        axes.set_xlabel(t("contaminated-benchmarks.membership.copies"))
    grid[0].set_ylabel(t("contaminated-benchmarks.membership.axis"))
    grid[0].legend(loc="lower right", fontsize=8.5, bbox_to_anchor=(1.0, 0.2))
    return figure


def _by_leak(axes: Axes, leaks: Sequence[float], runs: Float[np.ndarray, "seeds leaks"], look: str, label: str) -> None:
    colour, marker = _LOOKS[look]
    shares = [round(100 * leak) for leak in leaks]
    interval_plot(axes, runs, label=label, colour=colour, marker=marker, generations=shares)
    axes.set_xticks(shares)
