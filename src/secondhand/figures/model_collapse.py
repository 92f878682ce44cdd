"""Figures of the chapter on model collapse. They draw arrays, and know nothing of the experiments behind them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from jaxtyping import Bool, Float
from matplotlib.figure import Figure

from secondhand.figures.bands import interval_plot
from secondhand.figures.theme import COLOURS, PALETTE, figure_grid
from secondhand.messages import t

_MARKERS = "os^Dv"


def alarms(
    rung: Bool[np.ndarray, "chains generations"],
    first: Float[np.ndarray, " chains"],
    tenth: Float[np.ndarray, " chains"],
    *,
    expected: float = 0.05,
    dots: int = 1_500,
) -> Figure:
    """Draw the share of chains that ring an alarm by generation, and the tenth generation against the first.

    Args:
        rung: whether a chain rings the alarm at a generation.
        first: log variance of each chain at generation 1.
        tenth: log variance of each chain at generation 10.
        expected: share of alarms for human data.
        dots: how many chains to draw as dots.
    """
    figure, (left, right) = figure_grid(columns=2)
    share = rung.mean(axis=0)
    left.plot(np.arange(1, share.size), share[1:], color=COLOURS.model)
    left.plot([1, 10], share[[1, 10]], "o", color=COLOURS.model, markeredgecolor=COLOURS.panel)
    left.axhline(expected, color=COLOURS.human, linestyle="--", label=t("model-collapse.alarms.human"))
    left.set(
        xlabel=t("common.axis.generation"), ylabel=t("model-collapse.alarms.axis"), xlim=(0, share.size), ylim=(0, 1)
    )
    left.legend(loc="center right")
    right.scatter(first[:dots], tenth[:dots], s=5, alpha=0.35, color=COLOURS.model, linewidth=0)
    right.set(xlabel=t("model-collapse.alarms.first"), ylabel=t("model-collapse.alarms.tenth"))
    return figure


def seeds(estimates: Mapping[int, Float[np.ndarray, " experiments"]], *, tolerance: float = 0.1) -> Figure:
    """Draw how estimates scatter around the truth, for experiments with few and with many seeds.

    Args:
        estimates: number of seeds → estimate of each experiment, divided by the truth.
        tolerance: half the width of the strip around the truth.
    """
    figure, (axes,) = figure_grid(height=3.0)
    for (count, values), colour in zip(estimates.items(), (COLOURS.model, COLOURS.human), strict=True):
        label = t("model-collapse.seeds.label", seeds=count)
        axes.hist(values, np.linspace(0.4, 1.7, 27).tolist(), density=True, alpha=0.55, color=colour, label=label)
    axes.axvspan(1 - tolerance, 1 + tolerance, color=COLOURS.muted, alpha=0.2, linewidth=0)
    axes.axvline(1, color=COLOURS.theory, linewidth=1)
    axes.set(xlabel=t("model-collapse.seeds.axis"), ylabel=t("model-collapse.seeds.density"))
    axes.legend()
    return figure


def survival(
    alive: Mapping[int, Float[np.ndarray, "chains generations"]],
    expected: Mapping[int, Float[np.ndarray, " generations"]],
) -> Figure:
    """Draw the share of words still alive by generation, with the theory as dotted lines.

    Args:
        alive: how often a word occurs at first → share of such words alive, by chain and generation.
        expected: the same from theory.
    """
    figure, (axes,) = figure_grid(height=3.6)
    for (copies, shares), colour, marker in zip(alive.items(), PALETTE, _MARKERS, strict=False):
        label = t("model-collapse.words.label", copies=copies)
        interval_plot(axes, shares, label=label, colour=colour, marker=marker)
        axes.plot(expected[copies], color=COLOURS.theory, linestyle=":", linewidth=1.4)
    axes.set(ylabel=t("model-collapse.words.axis"), ylim=(0, 1.02))
    axes.legend()
    return figure


def digits(
    variance: Float[np.ndarray, "seeds generations"],
    accuracy: Float[np.ndarray, "seeds generations"],
    *,
    expected: Float[np.ndarray, " generations"],
) -> Figure:
    """Draw total variance with its theory, and accuracy, by generation.

    Args:
        variance: total variance relative to generation 0.
        accuracy: share of human test digits classified correctly.
        expected: total variance from theory.
    """
    figure, (left, right) = figure_grid(columns=2, height=3.0)
    interval_plot(left, variance, label=t("common.legend.simulation"))
    left.plot(expected, color=COLOURS.theory, linestyle=":", label=t("common.legend.theory"))
    left.set(ylabel=t("model-collapse.digits.variance"))
    left.legend()
    interval_plot(right, accuracy, label=t("common.legend.simulation"))
    right.set(ylabel=t("model-collapse.digits.accuracy"))
    return figure


def language(
    held_out: Float[np.ndarray, "seeds generations"],
    own: Float[np.ndarray, "seeds generations"],
    control: Float[np.ndarray, "seeds generations"],
    words: Float[np.ndarray, "seeds generations"],
    human_words: float,
) -> Figure:
    """Draw bits per character on human and on own text, and the number of different words, by generation.

    Args:
        held_out: bits per character of human text.
        own: bits per character of the text that the model has just written.
        control: bits per character of human text, for models that train on human text instead.
        words: how many different words of the documentation its text contains.
        human_words: the same for as much human text.
    """
    figure, (left, right) = figure_grid(columns=2, height=3.6)
    interval_plot(left, held_out, label=t("model-collapse.language.held-out"), colour=COLOURS.model)
    interval_plot(left, control, label=t("model-collapse.language.control"), colour=PALETTE[2], marker="^")
    interval_plot(left, own, label=t("model-collapse.language.own"), colour=COLOURS.human, marker="s")
    top = 1.35 * held_out.max() - 0.35 * own.min()
    left.set(ylabel=t("model-collapse.language.bits"), ylim=(None, top))
    left.legend(loc="upper left")
    interval_plot(right, words, label=t("model-collapse.language.words"))
    people = right.axhline(human_words, color=COLOURS.human, linestyle="--", label=t("model-collapse.language.people"))
    right.set(ylabel=t("model-collapse.language.words"), ylim=(0, 1.15 * human_words))
    right.legend(handles=[people], loc="center right", bbox_to_anchor=(1.0, 0.78))
    return figure


class Share(Protocol):
    """A share with its interval, as `secondhand.measures` returns it."""

    estimate: float
    low: float
    high: float


def seen_after_one(exact: Mapping[str, float], measured: Mapping[str, Share], *, steady: float = 0.1) -> Figure:
    """Draw, for each experiment, how much of the final damage shows after one generation.

    Args:
        exact: key of the experiment in the catalogue of messages → share, from theory.
        measured: the same for what was measured, with intervals.
        steady: the share that damage at a constant rate would show.
    """
    figure, (axes,) = figure_grid(height=2.6)
    estimates = {**exact, **{name: share.estimate for name, share in measured.items()}}
    ends = {name: (share.low, share.high) for name, share in measured.items()}
    names: Sequence[str] = [t(f"model-collapse.seen.{name}") for name in estimates]
    axes.barh(names, [100 * share for share in estimates.values()], color=COLOURS.model)
    axes.axvline(100 * steady, color=COLOURS.theory, linestyle=":")
    for row, (name, share) in enumerate(estimates.items()):
        low, high = ends.get(name, (share, share))
        axes.plot([100 * low, 100 * high], [row, row], color=COLOURS.ink, linewidth=1.5)
        right = 100 * max(high, steady)
        axes.annotate(f"{100 * share:.0f} %", (right, row), xytext=(8, 0), textcoords="offset points", va="center")
    axes.set(xlabel=t("model-collapse.seen.axis"), xlim=(0, 100))
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    return figure
