"""The recurring figure of the book: many simulated chains, and the exact theory laid over them.

It draws arrays over generations and knows nothing of where they come from.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from scipy import stats

from secondhand.figures.theme import COLOURS
from secondhand.messages import t


def band_plot(
    axes: Axes,
    chains: Float[np.ndarray, "chains generations"],
    *,
    mean: Float[np.ndarray, " generations"],
    typical: Float[np.ndarray, " generations"],
    quantiles: tuple[Float[np.ndarray, " generations"], Float[np.ndarray, " generations"]],
    examples: int = 12,
    logarithmic: bool = True,
) -> Axes:
    """Draw chains and their simulated mean and median over exact mean, typical course and quantile band.

    Lines are theory and dots are simulation, so that a dot off its line is a disagreement.

    Args:
        axes: where to draw.
        chains: one row a chain, one column a generation.
        mean: theoretical mean over chains.
        typical: theoretical course of a typical chain (the exponential of the mean logarithm).
        quantiles: lower and upper theoretical quantile, drawn as a band.
        examples: how many single chains to draw.
        logarithmic: whether the vertical axis is logarithmic.

    Raises:
        ValueError: the arrays do not cover the same generations.
    """
    generations = np.arange(chains.shape[1])
    for name, course in (
        ("mean", mean),
        ("typical", typical),
        ("quantiles", quantiles[0]),
        ("quantiles", quantiles[1]),
    ):
        if course.shape != generations.shape:
            raise ValueError(f"{name} covers {course.size} generations, but chains cover {generations.size}")
    axes.fill_between(
        generations, *quantiles, color=COLOURS.model, alpha=0.16, linewidth=0, label=t("common.legend.band")
    )
    axes.plot(generations, chains[:examples].T, color=COLOURS.muted, linewidth=0.6, alpha=0.55)
    axes.plot(generations, mean, color=COLOURS.human, label=t("common.legend.mean"))
    axes.plot(generations, typical, color=COLOURS.model, label=t("common.legend.typical"))
    every = slice(None, None, max(1, generations.size // 10))
    dotted = (("o", COLOURS.human, chains.mean(axis=0)), ("s", COLOURS.model, np.median(chains, axis=0)))
    for marker, colour, course in dotted:
        axes.plot(generations[every], course[every], marker, color=colour, markeredgecolor=COLOURS.panel)
    if logarithmic:
        axes.set_yscale("log")
    axes.set(xlabel=t("common.axis.generation"), xlim=(0, generations[-1]))
    return axes


def interval_plot(
    axes: Axes,
    runs: Float[np.ndarray, "seeds generations"],
    *,
    label: str,
    colour: str = COLOURS.model,
    marker: str = "o",
    generations: Sequence[int] | None = None,
) -> Axes:
    """Draw the mean over seeds by generation, with its 95 % interval (Student) as a band.

    Args:
        axes: where to draw.
        runs: one row a seed, one column a generation.
        label: name of the series in the legend.
        colour: colour of line and band.
        marker: marker of the means, so that series differ without colour too.
        generations: the generations of the columns; 0, 1, 2, … by default.

    Raises:
        ValueError: there is only one seed, so that there is no interval to draw.
    """
    seeds = runs.shape[0]
    if seeds < 2:
        raise ValueError(f"runs must hold at least 2 seeds for an interval, got {seeds}")
    x = np.arange(runs.shape[1]) if generations is None else np.asarray(generations)
    mean = runs.mean(axis=0)
    margin = student_margin(runs)
    axes.fill_between(x, mean - margin, mean + margin, color=colour, alpha=0.18, linewidth=0)
    axes.plot(x, mean, color=colour, marker=marker, markersize=4.5, markeredgecolor=COLOURS.panel, label=label)
    axes.set(xlabel=t("common.axis.generation"))
    return axes


def mean_points(
    axes: Axes,
    x: Float[np.ndarray, " places"] | Int[np.ndarray, " places"] | Sequence[float],
    runs: Float[np.ndarray, "seeds places"],
    *,
    colour: str,
    marker: str = "o",
    label: str | None = None,
    line: bool = False,
) -> Axes:
    """Draw the mean over seeds at each place, with its 95 % interval (Student) as a vertical bar.

    Args:
        axes: where to draw.
        x: the places.
        runs: one row a seed, one column a place.
        colour: colour of the means and their bars.
        marker: marker of the means, so that series differ without colour too.
        label: name of the series in the legend.
        line: whether a thin line joins the means.
    """
    axes.errorbar(
        x,
        runs.mean(axis=0),
        student_margin(runs),
        fmt=f"{marker}-" if line else marker,
        linewidth=1.2,
        color=colour,
        markeredgecolor=COLOURS.panel,
        markersize=6,
        capsize=3,
        label=label,
    )
    return axes


def mean_in_row(
    axes: Axes,
    row: float,
    values: Float[np.ndarray, " seeds"],
    *,
    colour: str,
    marker: str = "o",
    filled: bool = True,
) -> Axes:
    """Draw the mean over seeds in a row of its own, with its 95 % interval (Student) as a horizontal bar.

    Args:
        axes: where to draw.
        row: height of the row.
        values: one value a seed.
        colour: colour of the mean and its bar.
        marker: marker of the mean.
        filled: whether the marker is filled.
    """
    axes.errorbar(
        [values.mean()],
        [row],
        xerr=student_margin(values[:, None]),
        fmt=marker,
        color=colour,
        markerfacecolor=colour if filled else COLOURS.panel,
        markeredgecolor=COLOURS.ink if filled else colour,
        markersize=7,
        capsize=4,
    )
    return axes


def student_margin(runs: Float[np.ndarray, "seeds generations"]) -> Float[np.ndarray, " generations"]:
    """Return half the width of the 95 % interval of the mean over seeds, at each generation."""
    margin: Float[np.ndarray, " generations"] = stats.t.ppf(0.975, runs.shape[0] - 1) * stats.sem(runs, axis=0)
    return margin
