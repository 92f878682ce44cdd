"""Figures of the chapter on model collapse. They draw arrays, and know nothing of the experiments behind them."""

from collections.abc import Mapping, Sequence

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
    left.plot(rung.mean(axis=0), color=COLOURS.model)
    left.axhline(expected, color=COLOURS.human, linestyle="--", label=t("model-collapse.alarms.human"))
    left.set(xlabel=t("common.axis.generation"), ylabel=t("model-collapse.alarms.axis"), ylim=(0, 1))
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
    words: Float[np.ndarray, "seeds generations"],
) -> Figure:
    """Draw bits per character on human and on own text, and the number of different words, by generation.

    Args:
        held_out: bits per character of human text.
        own: bits per character of the text that the model has just written.
        words: how many different words of the documentation its text contains.
    """
    figure, (left, right) = figure_grid(columns=2, height=3.2)
    interval_plot(left, held_out, label=t("model-collapse.language.held-out"), colour=COLOURS.model)
    interval_plot(left, own, label=t("model-collapse.language.own"), colour=COLOURS.human, marker="s")
    left.set(ylabel=t("model-collapse.language.bits"))
    left.legend(loc="center right")
    interval_plot(right, words, label=t("model-collapse.language.words"))
    right.set(ylabel=t("model-collapse.language.words"), ylim=(0, None))
    return figure


def seen_after_one(shares: Mapping[str, float], *, steady: float = 0.1) -> Figure:
    """Draw, for each experiment, how much of the final damage shows after one generation.

    Args:
        shares: key of the experiment in the catalogue of messages → share.
        steady: the share that damage at a constant rate would show.
    """
    figure, (axes,) = figure_grid(height=2.6)
    names: Sequence[str] = [t(f"model-collapse.seen.{name}") for name in shares]
    bars = axes.barh(names, [100 * share for share in shares.values()], color=COLOURS.model)
    axes.bar_label(bars, fmt="%.0f %%", padding=6)
    axes.axvline(100 * steady, color=COLOURS.theory, linestyle=":")
    axes.set(xlabel=t("model-collapse.seen.axis"), xlim=(0, 100))
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    return figure
