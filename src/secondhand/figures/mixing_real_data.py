"""Figures of the chapter on mixing real data. They draw arrays, and know nothing of the experiments behind them."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

from secondhand.figures.bands import interval_plot, mean_points
from secondhand.figures.phases import phase_plot
from secondhand.figures.theme import COLOURS, PALETTE, figure_grid
from secondhand.messages import t

_MARKERS = "os^Dv"
_LINES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1)))

Course = Float[np.ndarray, " generations"]
Runs = Float[np.ndarray, "chains generations"]


def workflows(simulated: Mapping[str, Runs], expected: Mapping[str, Course]) -> Figure:
    """Draw the mean variance of each workflow by generation: exact lines, simulated dots with 95 % intervals.

    Args:
        simulated: variance of each chain, by name of the workflow.
        expected: the exact mean, by the same names.
    """
    figure, (axes,) = figure_grid(height=4.0)
    for place, (name, runs) in enumerate(simulated.items()):
        _line_and_dots(axes, expected[name], runs, place, label=t(f"mixing-real-data.workflow.{name}"))
    axes.set(xlabel=t("common.axis.generation"), ylabel=t("mixing-real-data.workflows.axis"), ylim=(0, 1.02))
    axes.set_xlim(0, len(next(iter(expected.values()))) - 1)
    figure.legend(loc="outside lower center", ncols=2)
    return figure


def errors(
    simulated: Mapping[str, Mapping[str, Runs]], expected: Mapping[str, Course], limits: Mapping[str, float]
) -> Figure:
    """Draw squared errors relative to the first fit, by generation, for several kinds of model.

    Args:
        simulated: name of the workflow → name of the model → squared error of each chain, relative to the first fit.
        expected: name of the workflow → exact course.
        limits: label → level to mark with a dotted line.
    """
    figure, (axes,) = figure_grid(height=3.8)
    markers: dict[str, str] = {}
    for place, (workflow, course) in enumerate(expected.items()):
        colour = PALETTE[place]
        axes.plot(
            np.arange(1, course.size),
            course[1:],
            color=colour,
            linestyle=_LINES[place],
            label=t(f"mixing-real-data.workflow.{workflow}"),
        )
        for model, runs in simulated[workflow].items():
            marker = markers.setdefault(model, _MARKERS[len(markers)])
            places = np.unique(np.geomspace(1, runs.shape[1] - 1, 8).astype(int))
            mean_points(axes, places, runs[:, places], colour=colour, marker=marker)
    for label, limit in limits.items():
        axes.axhline(limit, color=COLOURS.theory, linestyle=":", linewidth=1.2)
        axes.annotate(
            label,
            (0.99, limit),
            xycoords=("axes fraction", "data"),
            xytext=(0, 4),
            textcoords="offset points",
            ha="right",
        )
    for model, marker in markers.items():
        axes.plot([], [], marker, color=COLOURS.muted, label=t(f"mixing-real-data.errors.{model}"))
    axes.set(xlabel=t("common.axis.generation"), ylabel=t("mixing-real-data.errors.axis"), xscale="log", ylim=(0.8, 12))
    axes.set_yscale("log")
    axes.set_xticks([1, 2, 5, 10, 20, 50])
    axes.set_yticks([1, 2, 3, 5, 10])
    _plain_numbers(axes, "x", "y")
    axes.legend(loc="upper left")
    return figure


def one_real_item(simulated: Mapping[int, Runs], expected: Mapping[int, Course], level: float) -> Figure:
    """Draw the mean variance with one real item a generation, against generations over sample size.

    Args:
        simulated: sample size → variance of each chain.
        expected: sample size → exact mean.
        level: where large samples settle.
    """
    figure, (axes,) = figure_grid(height=3.4)
    for place, (size, course) in enumerate(expected.items()):
        colour, runs = PALETTE[place], simulated[size]
        time = np.arange(course.size) / size
        axes.plot(
            time,
            course,
            color=colour,
            linestyle=_LINES[place],
            label=t("mixing-real-data.one.label", size=size),
        )
        places = np.linspace(0, course.size - 1, 9 + place).astype(int)[1:]
        mean_points(axes, time[places], runs[:, places], colour=colour, marker=_MARKERS[place])
    axes.axhline(level, color=COLOURS.theory, linestyle=":", linewidth=1.4)
    axes.annotate("2/3", (0.01, level), xycoords=("axes fraction", "data"), xytext=(0, -12), textcoords="offset points")
    axes.set(
        xlabel=t("mixing-real-data.one.axis"),
        ylabel=t("mixing-real-data.workflows.axis"),
        ylim=(0.5, 1.02),
        xlim=(0, None),
    )
    axes.legend()
    return figure


def biased_samplers(
    simulated: Mapping[float, Runs], expected: Mapping[float, Course], power: Mapping[float, Course]
) -> Figure:
    """Draw the mean variance when all data are kept, for samplers that shrink the variance, on logarithmic scales.

    Args:
        simulated: variance ratio of the sampler → variance of each chain.
        expected: variance ratio → exact mean.
        power: variance ratio → power law that it goes to.
    """
    figure, (axes,) = figure_grid(height=3.6)
    for place, (ratio, course) in enumerate(expected.items()):
        colour, runs = PALETTE[place], simulated[ratio]
        time = np.arange(1, course.size)
        axes.plot(time, course[1:], color=colour, label=t("mixing-real-data.biased.label", ratio=ratio))
        places = np.unique(np.geomspace(1, course.size - 1, 8).astype(int))
        axes.plot(places, runs.mean(axis=0)[places], _MARKERS[place], color=colour, markeredgecolor=COLOURS.panel)
        axes.plot(time, power[ratio][1:], color=COLOURS.theory, linestyle=":", linewidth=1.4)
    axes.plot([], [], color=COLOURS.theory, linestyle=":", label=t("mixing-real-data.biased.power"))
    axes.set(
        xlabel=t("common.axis.generation"),
        ylabel=t("mixing-real-data.workflows.axis"),
        xscale="log",
        yscale="log",
        ylim=(0.03, 1.3),
    )
    axes.set_yticks([0.05, 0.1, 0.2, 0.5, 1])
    _plain_numbers(axes, "x", "y")
    axes.legend(loc="lower left")
    return figure


def phases(
    variance: Mapping[float, Float[np.ndarray, "shares generations"]],
    *,
    shares: Float[np.ndarray, " shares"],
    generations: Float[np.ndarray, " generations"],
    checked: Mapping[float, Sequence[tuple[float, float, float]]],
) -> Figure:
    """Draw what variance is left over real share and generation, one map for each sampler.

    Args:
        variance: variance ratio of the sampler → exact mean variance.
        shares: real shares, the vertical axis.
        generations: the horizontal axis.
        checked: variance ratio → generation, share and simulated variance of cells that were checked by simulation;
            each is a dot in the colour of its simulated value.
    """
    figure, panels = figure_grid(columns=len(variance), height=3.9, share_y=True)
    for axes, (ratio, values) in zip(panels, variance.items(), strict=True):
        axes.set(xscale="log", yscale="log")
        mesh = phase_plot(
            axes, values, across=generations, up=shares, contours=(0.1, 0.3, 0.5, 0.7, 0.9), colour_bar=False
        )
        # A label that the frame would cut says nothing.
        for text in axes.texts:
            text.set_clip_on(True)
            across_at = text.get_position()[0]
            text.set_visible(bool(1.6 < across_at < 0.6 * generations[-1]))
        time, share, left = np.array(checked[ratio]).T
        axes.scatter(time, share, c=left, cmap=mesh.get_cmap(), vmin=0, vmax=1, s=30, edgecolor=COLOURS.panel, zorder=3)
        axes.set(xlabel=t("common.axis.generation"))
        axes.set_title(t("mixing-real-data.phases.title", ratio=ratio), fontsize=10)
        axes.set_yticks([0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1])
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
        axes.yaxis.set_minor_locator(NullLocator())
        _plain_numbers(axes, "x")
    panels[0].set_ylabel(t("mixing-real-data.phases.share"))
    bar = figure.colorbar(mesh, ax=panels, location="bottom", aspect=50, shrink=0.7)
    bar.set_label(t("mixing-real-data.phases.variance"))
    return figure


def weights(
    grid: Float[np.ndarray, " weights"],
    expected: Float[np.ndarray, " weights"],
    simulated: Mapping[float, tuple[float, float]],
    best: float,
) -> Figure:
    """Draw the error that settles against the weight of real data.

    Args:
        grid: weights of the real data.
        expected: the exact error at each, relative to fresh real data alone.
        simulated: weight → simulated error and half the width of its interval.
        best: the weight with the smallest error.
    """
    figure, (axes,) = figure_grid(height=3.2)
    axes.plot(grid, expected, color=COLOURS.theory, label=t("common.legend.theory"))
    points = np.array(list(simulated))
    errors_, margins = np.array(list(simulated.values())).T
    axes.errorbar(
        points, errors_, yerr=margins, fmt="o", color=COLOURS.model, label=t("common.legend.simulation"), markersize=6
    )
    axes.axvline(best, color=COLOURS.human, linestyle="--", label=t("mixing-real-data.weights.best"))
    axes.axhline(1, color=COLOURS.muted, linestyle=":", label=t("mixing-real-data.weights.real"))
    axes.set(
        xlabel=t("mixing-real-data.weights.weight"),
        ylabel=t("mixing-real-data.weights.axis"),
        xlim=(0.15, 1),
        ylim=(0.4, 2),
    )
    axes.legend()
    return figure


def strong_collapse(
    samples: Float[np.ndarray, " sizes"],
    expected: Mapping[float, Float[np.ndarray, " sizes"]],
    simulated: Mapping[float, Mapping[int, Float[np.ndarray, " repetitions"]]],
    plateaus: Mapping[float, float],
) -> Figure:
    """Draw the error of a fit against the number of items, for several shares of shifted synthetic ones.

    Args:
        samples: numbers of items.
        expected: synthetic share → exact error at each number of items.
        simulated: synthetic share → number of items → error in each repetition.
        plateaus: synthetic share → the error that no number of items gets below.
    """
    figure, (axes,) = figure_grid(height=3.6)
    for place, (share, course) in enumerate(expected.items()):
        colour = PALETTE[place]
        label = t("mixing-real-data.strong.label", share=100 * share)
        axes.plot(samples, course, color=colour, linestyle=_LINES[place], label=label)
        for size, repetitions in simulated[share].items():
            axes.plot(size, repetitions.mean(), _MARKERS[place], color=colour, markeredgecolor=COLOURS.panel)
        if plateaus[share] > 0:
            axes.axhline(plateaus[share], color=colour, linestyle=":", linewidth=1)
    axes.set(
        xlabel=t("mixing-real-data.strong.samples"),
        ylabel=t("mixing-real-data.strong.axis"),
        xscale="log",
        yscale="log",
    )
    axes.set_xticks([100, 1_000, 10_000, 100_000])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.legend(loc="upper right")
    return figure


def tails(simulated: Mapping[str, Runs], expected: Mapping[str, Course], law: Course) -> Figure:
    """Draw what share of a Zipf law is out of reach, by generation, on logarithmic scales.

    Args:
        simulated: "replace" and "fresh" → missing mass of each chain.
        expected: the same names → its mean in theory.
        law: the power law that "replace" comes close to.
    """
    figure, (axes,) = figure_grid(height=3.8)
    for place, (name, course) in enumerate(expected.items()):
        time = np.arange(1, course.size)
        colour, runs = PALETTE[place], simulated[name]
        label = t(f"mixing-real-data.tails.{name}")
        axes.plot(time, course[1:], color=colour, linestyle=_LINES[place], label=label)
        places = np.unique(np.geomspace(1, course.size - 1, 9).astype(int))
        mean_points(axes, places, runs[:, places], colour=colour, marker=_MARKERS[place])
    time = np.arange(1, law.size)
    axes.plot(time, law[1:], color=COLOURS.theory, linestyle=":", label=t("mixing-real-data.tails.law"))
    linear = expected["replace"][1] * time[:8]
    axes.plot(time[:8], linear, color=COLOURS.muted, linestyle=(0, (1, 2)), label=t("mixing-real-data.tails.linear"))
    axes.set(
        xlabel=t("common.axis.generation"),
        ylabel=t("mixing-real-data.tails.axis"),
        xscale="log",
        yscale="log",
        ylim=(0.06, 1.5),
    )
    axes.set_xticks([1, 2, 5, 10, 20, 40])
    axes.set_yticks([0.1, 0.2, 0.5, 1])
    _plain_numbers(axes, "x", "y")
    axes.legend(loc="upper right", ncols=2)
    return figure


def digits(accuracy: Mapping[str, Runs], variety: Mapping[str, Runs]) -> Figure:
    """Draw accuracy of Gaussian classifiers, and variety of an autoencoder's pictures, by generation and workflow.

    Args:
        accuracy: workflow → share of human test digits classified correctly.
        variety: workflow → variance of the pictures, relative to that of human digits.
    """
    figure, (left, right) = figure_grid(columns=2, height=3.6)
    for axes, courses in ((left, accuracy), (right, variety)):
        for name, runs in courses.items():
            place = ("replace", "accumulate", "fresh", "half").index(name)
            label = t(f"mixing-real-data.digits.{name}")
            interval_plot(axes, 100 * runs, label=label, colour=PALETTE[place], marker=_MARKERS[place])
    left.set(ylabel=t("mixing-real-data.digits.accuracy"))
    right.set(ylabel=t("mixing-real-data.digits.variety"), ylim=(0, 50))
    left.legend(loc="lower left")
    right.legend(loc="upper right")
    return figure


def _line_and_dots(axes: Axes, expected: Course, runs: Runs, place: int, *, label: str) -> None:
    axes.plot(expected, color=PALETTE[place], linestyle=_LINES[place], label=label)
    places = np.linspace(0, expected.size - 1, 11).astype(int)[1:]
    mean_points(axes, places, runs[:, places], colour=PALETTE[place], marker=_MARKERS[place])


def _plain_numbers(axes: Axes, *names: str) -> None:
    for name in names:
        axis = axes.xaxis if name == "x" else axes.yaxis
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_locator(NullLocator())
