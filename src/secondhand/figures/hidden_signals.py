"""Figures of the chapter on hidden signals. They draw arrays, and know nothing of the experiments behind them."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure
from scipy import stats

from secondhand.figures.bands import mean_in_row, mean_points
from secondhand.figures.theme import COLOURS, PALETTE, figure_grid
from secondhand.messages import t

_MARKERS = "os^Dv"


def radioactivity(
    shares: Float[np.ndarray, " shares"],
    scores: Float[np.ndarray, "keys shares"],
    expected: Float[np.ndarray, " shares"],
    *,
    alarm: float,
    few: float = 0.1,
) -> Figure:
    """Draw z by share of watermarked text, over the whole range and for small shares.

    Args:
        shares: of watermarked text, rising from 0.
        scores: z of one student for each key.
        expected: mean z from theory.
        alarm: z above which the test at the 1 % level sounds.
        few: the largest share of the right panel.
    """
    figure, panels = figure_grid(columns=2, height=3.5)
    for axes, chosen in zip(panels, (shares >= 0, shares <= few + 1e-9), strict=True):
        x, runs = 100 * shares[chosen], scores[:, chosen]
        axes.plot(np.tile(x, (len(runs), 1)).T, runs.T, ".", color=COLOURS.muted, markersize=3, alpha=0.5)
        mean_points(axes, x, runs, colour=COLOURS.model, label=t("hidden-signals.radioactivity.students"))
        axes.plot(x, expected[chosen], ":", color=COLOURS.theory, label=t("common.legend.theory"))
        axes.axhline(alarm, color=COLOURS.human, linestyle="--", label=t("hidden-signals.radioactivity.alarm"))
        axes.set(xlabel=t("hidden-signals.axis.share"))
    panels[0].set(ylabel=t("hidden-signals.axis.score"))
    panels[0].legend(loc="upper left")
    return figure


def boost(
    masses: Float[np.ndarray, " grid"],
    boosted: Float[np.ndarray, " grid"],
    contexts: Float[np.ndarray, " contexts"],
    *,
    gamma: float,
    bound: float,
    rate: float,
) -> Figure:
    """Draw the boost f(g), the green masses of real contexts, and where their average lands.

    Args:
        masses: green mass before the boost, from 0 to 1.
        boosted: green mass after it.
        contexts: green mass before the boost, of words of the text.
        gamma: their mean over keys.
        bound: f(γ).
        rate: mean green rate of watermarked text.
    """
    figure, (axes,) = figure_grid(height=3.8)
    weights = np.full(len(contexts), 1 / len(contexts))
    axes.hist(
        contexts,
        np.linspace(0, 1, 26).tolist(),
        weights=weights,
        color=COLOURS.muted,
        alpha=0.45,
        label=t("hidden-signals.boost.contexts"),
    )
    axes.plot(masses, boosted, color=COLOURS.theory, label=t("hidden-signals.boost.curve"))
    axes.plot([gamma], [bound], "s", color=COLOURS.human, label=t("hidden-signals.boost.bound"))
    axes.plot([gamma], [rate], "o", color=COLOURS.model, label=t("hidden-signals.boost.rate"))
    # Both marks stand close together, so each carries its number.
    for height, place in ((bound, (-44, 6)), (rate, (9, -11))):
        axes.annotate(f"{height:.3f}", (gamma, height), xytext=place, textcoords="offset points")
    axes.set(
        xlabel=t("hidden-signals.boost.before"), ylabel=t("hidden-signals.boost.after"), xlim=(0, 1), ylim=(0, 1.02)
    )
    axes.legend(loc="lower right")
    return figure


def null(
    distinct: Float[np.ndarray, " keys"],
    repeated: Float[np.ndarray, " keys"],
    *,
    deviations: tuple[float, float],
    alarm: float,
) -> Figure:
    """Draw z of one innocent text over many keys, each pair scored once and as often as it occurs, over theory.

    Args:
        distinct: z with each pair scored once.
        repeated: z with each pair scored as often as it occurs.
        deviations: standard deviation of both from theory.
        alarm: z above which the test sounds.
    """
    figure, panels = figure_grid(columns=2, height=3.3, share_y=True)
    edge = 0.5 * np.ceil(2 * max(np.abs(distinct).max(), np.abs(repeated).max(), alarm + 1))
    grid = np.linspace(-edge, edge, 301)
    names = ("distinct", "repeated")
    for axes, name, values, deviation in zip(panels, names, (distinct, repeated), deviations, strict=True):
        bins = np.arange(-edge, edge + 0.25, 0.5).tolist()
        axes.hist(values, bins, density=True, color=COLOURS.model, alpha=0.55)
        law = stats.norm.pdf(grid, scale=deviation)
        axes.plot(grid, law, ":", color=COLOURS.theory, label=t("common.legend.theory"))
        axes.axvline(alarm, color=COLOURS.human, linestyle="--", label=t("hidden-signals.null.alarm"))
        axes.set(title=t(f"hidden-signals.null.{name}"), xlabel=t("hidden-signals.axis.score"), xlim=(-edge, edge))
    panels[0].set(ylabel=t("hidden-signals.null.density"), ylim=(0, 0.68))
    panels[1].legend(loc="upper left")
    return figure


def reach(
    sizes: Sequence[int],
    scores: Mapping[float, tuple[Float[np.ndarray, "keys sizes"], Float[np.ndarray, " sizes"]]],
    shares: Float[np.ndarray, " shares"],
    grid: Float[np.ndarray, " grid"],
    found: Mapping[int, tuple[Float[np.ndarray, " shares"], Float[np.ndarray, " grid"]]],
) -> Figure:
    """Draw z by the number of words scored, and the share of students found out by the share of watermarked text.

    Args:
        sizes: numbers of words.
        scores: share of watermarked text → z by key, and mean z from theory.
        shares: shares of watermarked text of the right panel, simulated.
        grid: the same for its lines.
        found: number of words → share of students above the alarm, and the same from theory.
    """
    figure, (left, right) = figure_grid(columns=2, height=3.6)
    words = np.asarray(sizes, dtype=float)
    for (share, (runs, expected)), colour, marker in zip(scores.items(), PALETTE, _MARKERS, strict=False):
        label = t("hidden-signals.reach.share", share=100 * share)
        mean_points(left, words, runs, colour=colour, marker=marker, label=label)
        (theory,) = left.plot(words, expected, ":", color=COLOURS.theory)
        # Further right the law of the root would leave the panel, through the legend.
        course = np.geomspace(words[0], min(words[-1], 10 * words[0]), 50)
        by_root = runs[:, 0].mean() * np.sqrt(course / words[0])
        (root,) = left.plot(course, by_root, color=colour, linewidth=0.9, alpha=0.6)
    theory.set_label(t("common.legend.theory"))
    root.set_label("√T")
    left.set(xscale="log", xlabel=t("hidden-signals.axis.words"), ylabel=t("hidden-signals.axis.score"))
    left.set_ylim(0, 2.4 * max(expected.max() for _, expected in scores.values()))
    left.legend(loc="upper left")
    for (size, (dots, line)), colour, marker in zip(found.items(), PALETTE[2:], _MARKERS, strict=False):
        label = t("hidden-signals.reach.words", words=size)
        right.plot(100 * grid, line, ":", color=COLOURS.theory)
        right.plot(100 * shares, dots, marker, color=colour, markeredgecolor=COLOURS.panel, label=label)
    right.set(xlabel=t("hidden-signals.reach.axis"), ylabel=t("hidden-signals.reach.found"), ylim=(0, 1.04))
    right.legend(loc="lower right")
    return figure


def inheritance(accuracies: Mapping[str, Float[np.ndarray, " networks"]], *, chance: float = 0.1) -> Figure:
    """Draw the accuracy of each student, one row for each thing that student and teacher share.

    Args:
        accuracies: key of the row in the catalogue of messages → share of human test digits right, by network.
        chance: accuracy of guessing.
    """
    figure, (axes,) = figure_grid(height=3.2)
    generator = np.random.default_rng(0)
    for row, (name, values) in enumerate(accuracies.items()):
        colour = COLOURS.human if name == "teacher" else COLOURS.model
        heights = row + 0.16 * generator.uniform(-1, 1, len(values))
        axes.plot(100 * values, heights, ".", color=colour, alpha=0.45)
        mean_in_row(axes, row, 100 * values, colour=colour)
    axes.axvline(100 * chance, color=COLOURS.theory, linestyle=":")
    axes.set_yticks(range(len(accuracies)), [t(f"hidden-signals.inheritance.{name}") for name in accuracies])
    axes.set(xlabel=t("hidden-signals.inheritance.axis"), xlim=(-2, 102))
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    return figure
