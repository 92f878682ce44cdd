"""Figures of the chapter on feedback loops. They draw arrays, and know nothing of the experiments behind them."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from secondhand.figures.bands import interval_plot
from secondhand.figures.phases import phase_plot
from secondhand.figures.theme import COLOURS, PALETTE, figure_grid
from secondhand.messages import t

_MARKERS = "os^Dv"
_CHAPTER = "bias-feedback-loops"
# A learner looks alike in each figure in which it occurs.
_LEARNERS = dict(
    zip(
        ("logistic-argmax", "logistic-sample", "neighbours-argmax", "nearest-argmax", "tree-argmax"),
        zip(PALETTE, _MARKERS, strict=False),
        strict=True,
    )
)


def smallest(
    pools: Mapping[str, Float[np.ndarray, "seeds rounds"]],
    theory: Mapping[str, Float[np.ndarray, " rounds"]],
    *,
    fixed_point: float,
) -> Figure:
    """Draw the rate of a pool by round, one series a labelling rule, with the courses of theory.

    Args:
        pools: rule ("sample", "argmax") → rates.
        theory: the same from theory.
        fixed_point: where the argmax loop ends.
    """
    figure, (axes,) = figure_grid(height=3.6)
    roles = {"sample": (COLOURS.human, "s"), "argmax": (COLOURS.model, "o")}
    for rule, rates in pools.items():
        colour, marker = roles[rule]
        interval_plot(axes, rates, label=t(f"{_CHAPTER}.rule.{rule}"), colour=colour, marker=marker)
        axes.plot(theory[rule], color=COLOURS.theory, linestyle=":", linewidth=1.4)
    axes.axhline(fixed_point, color=COLOURS.muted, linestyle="--", label=t(f"{_CHAPTER}.smallest.limit"))
    axes.set(ylabel=t(f"{_CHAPTER}.axis.pool"), ylim=(0, 0.29))
    axes.legend(loc="upper right", ncols=3)
    return _by_round(figure)


def biases(series: Mapping[str, Float[np.ndarray, "seeds rounds"]], *, bottom: float, near: float) -> Figure:
    """Draw the bias of several learners by round, all of them and, enlarged, those that stay near 0.

    Args:
        series: key of the learner in the catalogue of messages → bias, in parts of one.
        bottom: lower end of the left axis, in percentage points.
        near: both ends of the right axis, in percentage points; a learner whose mean leaves it is left out there.
    """
    figure, (left, right) = figure_grid(columns=2, height=4.2)
    for name, bias in series.items():
        colour, marker = _LEARNERS[name]
        stays = np.abs(100 * bias.mean(axis=0)).max() < near
        for axes in (left, right) if stays else (left,):
            label = t(f"{_CHAPTER}.learner.{name}")
            interval_plot(axes, 100 * bias, label=label, colour=colour, marker=marker)
    for axes in (left, right):
        axes.axhline(0, color=COLOURS.theory, linewidth=1)
    left.set(ylabel=t(f"{_CHAPTER}.axis.bias"), ylim=(bottom, 5))
    right.set(ylabel=t(f"{_CHAPTER}.axis.near"), ylim=(-near, near))
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2)
    return _by_round(figure)


def balanced(pools: Mapping[str, Float[np.ndarray, "seeds rounds"]]) -> Figure:
    """Draw the rate of a pool that starts at one half, one line a loop, one panel a labelling rule.

    Args:
        pools: rule ("sample", "argmax") → rates.
    """
    figure, both = figure_grid(columns=2, height=3.2, share_y=True)
    roles = {"sample": (COLOURS.human, "--"), "argmax": (COLOURS.model, "-")}
    for axes, (rule, rates) in zip(both, pools.items(), strict=True):
        colour, style = roles[rule]
        axes.plot(rates.T, color=colour, linestyle=style, linewidth=1, alpha=0.8)
        axes.set(title=t(f"{_CHAPTER}.rule.{rule}"), ylim=(0.2, 0.8))
    both[0].set_ylabel(t(f"{_CHAPTER}.axis.balanced"))
    return _by_round(figure)


def bound(
    courses: Mapping[str, Float[np.ndarray, " rounds"]],
    limits: Mapping[str, float],
    *,
    offset: Float[np.ndarray, "seeds rounds"],
    logistic: Float[np.ndarray, "seeds rounds"],
    measured_bound: Float[np.ndarray, " rounds"],
) -> Figure:
    """Draw the bound over a million rounds on a logarithmic axis, and measured amplification beside its own bound.

    Args:
        courses: ratio of human to model items, as text → bound by round.
        limits: the same → where it ends.
        offset: bias of each round over δ, for a labeller that strays by δ in every round.
        logistic: bias of each round over the mean of round 0, for logistic regression with argmax.
        measured_bound: the bound for both loops.
    """
    figure, (left, right) = figure_grid(columns=2, height=3.5)
    for (ratio, course), colour, style in zip(courses.items(), PALETTE, ("-", "--"), strict=False):
        rounds = np.unique(np.geomspace(1, len(course) - 1, 200).round().astype(int))
        label = t(f"{_CHAPTER}.bound.ratio", ratio=ratio)
        left.plot(rounds, course[rounds], color=colour, linestyle=style, label=label)
        left.axhline(limits[ratio], color=colour, linestyle=":", linewidth=1.2)
    left.axvspan(1, 90, color=COLOURS.muted, alpha=0.18, linewidth=0, label=t(f"{_CHAPTER}.bound.published"))
    left.set(xscale="log", ylabel=t(f"{_CHAPTER}.axis.factor"), xlabel=t(f"{_CHAPTER}.axis.round"), ylim=(0.9, 5.4))
    interval_plot(right, offset, label=t(f"{_CHAPTER}.bound.offset"), colour=PALETTE[3], marker="s")
    colour, marker = _LEARNERS["logistic-argmax"]
    interval_plot(right, logistic, label=t(f"{_CHAPTER}.learner.logistic-argmax"), colour=colour, marker=marker)
    right.plot(measured_bound, color=COLOURS.theory, linestyle="--", label=t(f"{_CHAPTER}.bound.bound"))
    right.set(ylim=(0.9, 2.7), xlabel=t(f"{_CHAPTER}.axis.round"), ylabel=t(f"{_CHAPTER}.axis.ratio"))
    right.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    right.legend(loc="upper left")
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=3)
    return figure


def language(
    rates: Mapping[str, Float[np.ndarray, "seeds rounds"]],
    words: Mapping[str, Float[np.ndarray, "seeds rounds"]],
    *,
    human_rate: float,
) -> Figure:
    """Draw the rate of a marker in a pool of passages, and the different words that the model writes, by round.

    Args:
        rates: decoding ("sample", "wide", "narrow", "greedy") → rate in the pool.
        words: the same → number of different words.
        human_rate: the rate among people.
    """
    figure, (left, right) = figure_grid(columns=2, height=4.2)
    for (name, rate), colour, marker in zip(rates.items(), PALETTE, _MARKERS, strict=False):
        interval_plot(left, rate, label=t(f"{_CHAPTER}.decoding.{name}"), colour=colour, marker=marker)
        interval_plot(right, words[name], label=t(f"{_CHAPTER}.decoding.{name}"), colour=colour, marker=marker)
    left.axhline(human_rate, color=COLOURS.theory, linewidth=1, linestyle="--")
    left.set(ylabel=t(f"{_CHAPTER}.axis.marker"), ylim=(0, 0.4))
    right.set(ylabel=t(f"{_CHAPTER}.axis.words"), ylim=(0, None))
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2)
    return _by_round(figure)


def temperature(
    lead: Float[np.ndarray, "shares temperatures"],
    *,
    temperatures: Float[np.ndarray, " temperatures"],
    shares: Float[np.ndarray, " shares"],
    dots: Float[np.ndarray, "dots 3"],
    start: float,
) -> Figure:
    """Draw where a slight majority ends, over temperature and synthetic share, with the line on which both are equal.

    Args:
        lead: rate of the leading value at the fixed point, from one half to 1.
        temperatures: of the columns.
        shares: of the rows.
        dots: simulated loops, one a row: temperature, share, and rate at the end.
        start: the rate at which these began; a majority has grown if it ends above.
    """
    figure, (axes,) = figure_grid(height=4.4)
    mesh = phase_plot(axes, lead, across=temperatures, up=shares, limits=(0.5, 1.0), colour_bar=False)
    figure.colorbar(mesh, ax=axes, label=t(f"{_CHAPTER}.axis.lead"))
    edge = [0, 1]
    axes.plot(edge, edge, color=COLOURS.panel, linewidth=3)
    axes.plot(edge, edge, color=COLOURS.ink, linestyle="--", linewidth=1.6, label=t(f"{_CHAPTER}.temperature.line"))
    grown = dots[:, 2] > start
    for chosen, marker, colour, name in ((grown, "o", PALETTE[5], "grown"), (~grown, "s", COLOURS.panel, "stayed")):
        label = t(f"{_CHAPTER}.temperature.{name}")
        axes.plot(*dots[chosen, :2].T, marker, color=colour, markeredgecolor=COLOURS.ink, markersize=6.5, label=label)
    axes.set(
        xlabel=t(f"{_CHAPTER}.axis.temperature"),
        ylabel=t(f"{_CHAPTER}.axis.share"),
        xlim=(temperatures[0], temperatures[-1]),
        ylim=(0, 1),
    )
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    return figure


def calibration(tables: Mapping[str, tuple[Float[np.ndarray, " bins"], ...]]) -> Figure:
    """Draw observed shares against predicted probabilities, with intervals.

    Args:
        tables: key of the learner in the catalogue of messages → predicted, observed, low and high of each bin.
    """
    figure, (axes,) = figure_grid(height=3.8)
    axes.plot([0, 1], [0, 1], color=COLOURS.theory, linewidth=1)
    for (name, (predicted, observed, low, high)), colour, marker in zip(
        tables.items(), PALETTE, _MARKERS, strict=False
    ):
        whiskers = np.array([observed - low, high - observed])
        label = t(f"{_CHAPTER}.learner.{name}")
        axes.errorbar(predicted, observed, whiskers, color=colour, marker=marker, label=label, linestyle="none")
    axes.set(
        xlabel=t(f"{_CHAPTER}.axis.predicted"),
        ylabel=t(f"{_CHAPTER}.axis.observed"),
        xlim=(-0.03, 1.03),
        ylim=(0, 1.03),
    )
    axes.legend(loc="upper left")
    return figure


def _by_round(figure: Figure) -> Figure:
    axes: Axes
    for axes in figure.axes:
        axes.set_xlabel(t(f"{_CHAPTER}.axis.round"))
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
    return figure
