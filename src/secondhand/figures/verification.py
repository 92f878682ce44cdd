"""Figures of the chapter on verification. They draw arrays, and know nothing of the experiments behind them."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from secondhand.figures.bands import interval_plot
from secondhand.figures.phases import phase_plot
from secondhand.figures.theme import COLOURS, PALETTE, figure_grid
from secondhand.messages import t

_MARKERS = "os^Dv"
_STYLES = ("-", "--", "-.", ":")


class Chain(Protocol):
    """Means and variances by chain and generation, as a chain of Gaussians has them."""

    mean: Float[np.ndarray, "chains generations"]
    variance: Float[np.ndarray, "chains generations"]


def rescue(
    errors: Float[np.ndarray, " errors"],
    verified: Float[np.ndarray, "seeds errors"],
    unverified: Float[np.ndarray, "seeds errors"],
    clean: Float[np.ndarray, "seeds errors"],
    *,
    thresholds: Sequence[float],
) -> Figure:
    """Draw accuracy by label error: after a verifier, after a random choice of as many, and with clean labels.

    Args:
        errors: shares of wrong labels.
        verified: accuracy after the verifier.
        unverified: accuracy after the random choice.
        clean: accuracy with as many clean labels.
        thresholds: where theory puts the fall without and with the verifier.
    """
    figure, (axes,) = figure_grid(height=3.8)
    series = (
        (clean, "clean", COLOURS.human, "s"),
        (verified, "verified", PALETTE[2], "^"),
        (unverified, "random", COLOURS.model, "o"),
    )
    for runs, name, colour, marker in series:
        interval_plot(
            axes,
            runs,
            label=t(f"verification.rescue.{name}"),
            colour=colour,
            marker=marker,
            generations=errors.tolist(),
        )
    for place, colour in zip(thresholds, (COLOURS.model, PALETTE[2]), strict=True):
        _mark_threshold(axes, place, colour)
    _share_ticks(axes)
    axes.set(xlabel=t("verification.axis.error"), ylabel=t("verification.axis.accuracy"), xlim=(0, 1), ylim=(0, 1.02))
    axes.legend(loc="lower left")
    return figure


def transition(
    grid: Float[np.ndarray, " grid"],
    errors: Float[np.ndarray, " errors"],
    verifiers: Sequence[tuple[str, Float[np.ndarray, " grid"], Float[np.ndarray, "runs errors"], float]],
    sizes: Mapping[int, tuple[Float[np.ndarray, " grid"], Float[np.ndarray, "runs errors"]]],
    *,
    threshold: float,
) -> Figure:
    """Draw accuracy by label error, for verifiers (left) and sample sizes (right): dots over theory.

    Args:
        grid: errors of the theory.
        errors: errors of the simulation.
        verifiers: label, theory, simulation and threshold of each verifier.
        sizes: kept examples → theory and simulation for one verifier.
        threshold: that of the verifier on the right.
    """
    figure, (left, right) = figure_grid(columns=2, height=3.5, share_y=True)
    for (label, curve, runs, place), colour, marker, style in zip(verifiers, PALETTE, _MARKERS, _STYLES, strict=False):
        _dots_on_line(left, (grid, curve), (errors, runs), label, colour, marker, style)
        _mark_threshold(left, place, colour)
    for (size, (curve, runs)), colour, marker, style in zip(sizes.items(), PALETTE, _MARKERS, _STYLES, strict=False):
        label = t("verification.transition.size", size=size)
        _dots_on_line(right, (grid, curve), (errors, runs), label, colour, marker, style)
    _mark_threshold(right, threshold, COLOURS.theory)
    for axes in (left, right):
        _share_ticks(axes)
        axes.set(xlabel=t("verification.axis.error"), xlim=(0, 1), ylim=(0, 1.02))
        axes.legend(loc="lower left", fontsize=8.5)
    left.set(ylabel=t("verification.axis.accuracy"))
    return figure


def plurality(
    errors: Float[np.ndarray, " errors"],
    panels: Mapping[str, Sequence[tuple[str, Float[np.ndarray, "seeds errors"], float]]],
    *,
    starts: Sequence[float],
) -> Figure:
    """Draw accuracy by label error, one panel for each kind of wrong labels.

    Args:
        errors: shares of wrong labels.
        panels: title → label, accuracies and predicted threshold of each series.
        starts: where the horizontal axis of each panel starts.
    """
    figure, grid = figure_grid(columns=len(panels), height=3.5, share_y=True)
    for axes, (title, series), start in zip(grid, panels.items(), starts, strict=True):
        for (label, runs, place), colour, marker in zip(series, (COLOURS.model, PALETTE[2]), "o^", strict=False):
            interval_plot(axes, runs, label=label, colour=colour, marker=marker, generations=errors.tolist())
            _mark_threshold(axes, place, colour)
        _share_ticks(axes)
        axes.set(title=title, xlabel=t("verification.axis.error"), xlim=(start, 1), ylim=(0, 1.02))
        axes.legend(loc="lower left")
    grid[0].set(ylabel=t("verification.axis.accuracy"))
    return figure


def phases(
    errors: Float[np.ndarray, " errors"],
    keeps: Float[np.ndarray, " keeps"],
    panels: Mapping[float, Float[np.ndarray, "keeps errors"]],
    dots: Mapping[float, Sequence[tuple[float, float, float]]],
) -> Figure:
    """Draw purity by label error and ψ, one panel for each φ, with simulated students as dots and crosses.

    Args:
        errors: p of the columns.
        keeps: ψ of the rows.
        panels: φ → purity.
        dots: φ → p, ψ and accuracy of simulated students.
    """
    figure, grid = figure_grid(columns=len(panels), height=3.3, share_y=True)
    for axes, (keep_correct, values) in zip(grid, panels.items(), strict=True):
        mesh = phase_plot(axes, values, across=errors, up=keeps, contours=(0.5,), colour_bar=False)
        for good, marker, colour in ((True, "o", COLOURS.panel), (False, "X", COLOURS.model)):
            chosen = [(p, wrong) for p, wrong, accuracy in dots[keep_correct] if (accuracy > 0.5) == good]
            if chosen:
                x, y = zip(*chosen, strict=True)
                axes.scatter(x, y, s=26, marker=marker, color=colour, edgecolor=COLOURS.ink, linewidth=0.7, zorder=3)
        _share_ticks(axes)
        axes.set(title=t("verification.phases.title", keep=keep_correct), xlabel=t("verification.phases.error"))
    grid[0].set(ylabel=t("verification.phases.wrong"))
    bar = figure.colorbar(mesh, ax=grid)
    bar.set_label(t("verification.phases.purity"))
    return figure


def taste(
    odds: Float[np.ndarray, "chains generations"],
    expected_odds: Float[np.ndarray, " generations"],
    styles: Chain,
    expected: tuple[Float[np.ndarray, " generations"], Float[np.ndarray, " generations"]],
    *,
    liked: float,
) -> Figure:
    """Draw class odds, and mean and spread of a style, by round: dots over theory.

    Args:
        odds: odds of the class that the verifier prefers, simulated.
        expected_odds: the same from theory.
        styles: simulated chains of styles.
        expected: mean and variance of the style from theory.
        liked: the style that the verifier likes best.
    """
    figure, (left, right) = figure_grid(columns=2, height=3.4)
    left.plot(odds[:12].T, color=COLOURS.muted, linewidth=0.6, alpha=0.6)
    left.plot(expected_odds, color=COLOURS.theory, linestyle=":", label=t("common.legend.theory"))
    every = np.arange(0, odds.shape[1], 2)
    geometric_mean = np.exp(np.log(odds).mean(axis=0))
    left.plot(
        every,
        geometric_mean[every],
        "o",
        color=COLOURS.model,
        markeredgecolor=COLOURS.panel,
        label=t("common.legend.simulation"),
    )
    left.set(yscale="log", xlabel=t("verification.axis.round"), ylabel=t("verification.taste.odds"))
    left.set_yticks([1, 2, 5, 10, 20], ["1", "2", "5", "10", "20"])
    left.minorticks_off()
    left.legend(loc="upper left")
    mean, variance = expected
    rounds = np.arange(mean.size)
    right.axhline(liked, color=COLOURS.human, linestyle="--", label=t("verification.taste.liked"))
    right.fill_between(
        rounds, mean - np.sqrt(variance), mean + np.sqrt(variance), color=COLOURS.model, alpha=0.16, linewidth=0
    )
    right.plot(rounds, mean, color=COLOURS.theory, linestyle=":", label=t("verification.taste.theory"))
    right.plot(
        rounds[::2],
        styles.mean.mean(axis=0)[::2],
        "o",
        color=COLOURS.model,
        markeredgecolor=COLOURS.panel,
        label=t("verification.taste.mean"),
    )
    right.set(xlabel=t("verification.axis.round"), ylabel=t("verification.taste.style"), ylim=(-1.6, 2.9))
    right.legend(loc="lower right")
    return figure


def best_of(
    tries: Float[np.ndarray, " tries"],
    bound: Float[np.ndarray, " tries"],
    measured: tuple[Float[np.ndarray, " some"], Float[np.ndarray, " some"]],
    ties: Float[np.ndarray, " tries"],
    kinds: Mapping[str, Float[np.ndarray, "*orders tries"]],
) -> Figure:
    """Draw how far the best of n is from one draw, and how many kinds it still has in effect.

    Args:
        tries: n.
        bound: the closed form of the divergence, in nats.
        measured: n, and the divergence measured for a continuous score.
        ties: divergence for the categories of the first series of `kinds`.
        kinds: label → effective number of kinds; a row for each of several orders is drawn as mean and 90 % band.
    """
    figure, (left, right) = figure_grid(columns=2, height=3.4)
    left.plot(tries, bound, color=COLOURS.theory, linestyle=":", label=t("verification.best.bound"))
    left.plot(
        *measured, "o", color=COLOURS.model, markeredgecolor=COLOURS.panel, label=t("verification.best.continuous")
    )
    left.plot(tries, ties, color=PALETTE[0], linestyle="--", label=t("verification.best.ties"))
    left.set(xscale="log", xlabel=t("verification.best.axis"), ylabel=t("verification.best.divergence"))
    left.set_ylim(0, 1.35 * bound.max())
    left.legend(loc="upper left")
    for (label, numbers), colour, style in zip(kinds.items(), PALETTE[:3], ("--", "-", "-."), strict=True):
        if numbers.ndim == 2:
            right.fill_between(
                tries, *np.quantile(numbers, (0.05, 0.95), axis=0), color=colour, alpha=0.18, linewidth=0
            )
        right.plot(tries, np.atleast_2d(numbers).mean(axis=0), color=colour, linestyle=style, label=label)
    right.set(xscale="log", yscale="log", xlabel=t("verification.best.axis"), ylabel=t("verification.best.kinds"))
    right.set_yticks([1, 3, 10, 30, 100], ["1", "3", "10", "30", "100"])
    right.set_ylim(0.9, 900)
    right.legend(loc="upper right")
    for axes in (left, right):
        axes.set_xticks([1, 10, 100], ["1", "10", "100"])
        axes.minorticks_off()
    return figure


def best_of_rounds(
    chains: Mapping[int, Chain],
    variances: Mapping[int, Float[np.ndarray, " generations"]],
    gains: Mapping[int, Float[np.ndarray, " generations"]],
) -> Figure:
    """Draw remaining variance and mean gained by round, for several n: dots over theory.

    Args:
        chains: n → simulated chains.
        variances: n → mean variance from theory.
        gains: n → mean from theory.
    """
    figure, (left, right) = figure_grid(columns=2, height=3.4)
    for (n, chain), colour, marker, style in zip(chains.items(), PALETTE, _MARKERS, _STYLES, strict=False):
        label = t("verification.rounds.label", n=n)
        rounds = np.arange(chain.mean.shape[1])
        for axes, curve, runs in ((left, variances[n], chain.variance), (right, gains[n], chain.mean)):
            axes.plot(curve, color=colour, linestyle=style)
            axes.plot(
                rounds,
                runs.mean(axis=0),
                marker,
                color=colour,
                markeredgecolor=COLOURS.panel,
                markersize=5,
                label=label,
            )
    left.set(yscale="log", xlabel=t("verification.axis.round"), ylabel=t("verification.rounds.variance"))
    left.legend(loc="lower left")
    right.set(xlabel=t("verification.axis.round"), ylabel=t("verification.rounds.gain"), ylim=(0, None))
    right.legend(loc="lower right")
    return figure


def scaling(
    sizes: Sequence[int],
    verified: Float[np.ndarray, "seeds sizes"],
    unverified: Float[np.ndarray, "seeds sizes"],
    *,
    few: float,
    everything: float,
) -> Figure:
    """Draw a student's accuracy by the number of generated examples that it learns from.

    Args:
        sizes: numbers of examples.
        verified: accuracy with verified examples.
        unverified: accuracy with as many that nobody looked at.
        few: accuracy with the human examples that the generator learnt from.
        everything: accuracy with all human examples, those that the verifier learnt from included.
    """
    figure, (axes,) = figure_grid(height=3.7)
    axes.axhline(100 * everything, color=COLOURS.human, linestyle="--", label=t("verification.scaling.everything"))
    axes.axhline(100 * few, color=COLOURS.human, linestyle=":", label=t("verification.scaling.few"))
    for runs, name, colour, marker in (
        (verified, "verified", PALETTE[2], "^"),
        (unverified, "unverified", COLOURS.model, "o"),
    ):
        label = t(f"verification.scaling.{name}")
        interval_plot(axes, 100 * runs, label=label, colour=colour, marker=marker, generations=sizes)
    axes.set(xscale="log", xlabel=t("verification.scaling.axis"), ylabel=t("verification.scaling.accuracy"))
    axes.set_xticks(list(sizes), [f"{size:,}" for size in sizes])
    axes.minorticks_off()
    axes.legend(loc="lower right")
    return figure


def steps(
    accuracy: Mapping[str, Float[np.ndarray, "seeds steps"]],
    spread: Mapping[str, Float[np.ndarray, "seeds steps"]],
    kept: Mapping[str, Float[np.ndarray, "seeds steps"]],
    *,
    few: float,
) -> Figure:
    """Draw students' accuracy, whole and magnified, and the generator's spread and what is kept, by step of four loops.

    Args:
        accuracy: "none", "label", "like" or "both" → accuracy.
        spread: the same → total variance of the generator, relative to the one fitted to human data.
        kept: the same → share of the draws that pass.
        few: accuracy with the human examples that the first generator learnt from.
    """
    figure, (whole, magnified, below, shares) = figure_grid(rows=2, columns=2, height=3.0)
    looks = {
        "none": (COLOURS.model, "o"),
        "label": (PALETTE[2], "^"),
        "like": (PALETTE[0], "s"),
        "both": (PALETTE[3], "D"),
    }
    count = next(iter(accuracy.values())).shape[1]
    numbers = list(range(1, count + 1))
    for name, (colour, marker) in looks.items():
        for axes, runs in (
            (whole, 100 * accuracy[name]),
            (magnified, 100 * accuracy[name]),
            (below, np.log10(spread[name])),
            (shares, 100 * kept[name]),
        ):
            label = t(f"verification.steps.{name}")
            interval_plot(axes, runs, label=label, colour=colour, marker=marker, generations=numbers)
    for axes in (whole, magnified):
        axes.axhline(100 * few, color=COLOURS.human, linestyle=":", label=t("verification.steps.few"))
        axes.set(xlabel=t("verification.steps.axis"), ylabel=t("verification.steps.accuracy"))
    whole.set_ylim(0, 104)
    whole.legend(loc="lower left", fontsize=8)
    magnified.set_ylim(84, 94)
    below.set(xlabel=t("verification.steps.axis"), ylabel=t("verification.steps.spread"))
    top = int(np.ceil(below.get_ylim()[1]))
    below.set_yticks(range(top + 1), [f"{10**power:,}" for power in range(top + 1)])
    shares.set(xlabel=t("verification.steps.axis"), ylabel=t("verification.steps.kept"), ylim=(0, 106))
    for axes in figure.axes:
        axes.set_xticks(range(1, count + 1, 2))
    return figure


def _share_ticks(axes: Axes) -> None:
    # Short first and last labels, so that those of neighbouring panels do not run together.
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "0.25", "0.5", "0.75", "1"])


def _mark_threshold(axes: Axes, place: float, colour: str) -> None:
    axes.axvline(place, color=colour, linestyle=":", linewidth=1.4, zorder=1)


def _dots_on_line(
    axes: Axes,
    theory: tuple[Float[np.ndarray, " grid"], Float[np.ndarray, " grid"]],
    simulation: tuple[Float[np.ndarray, " errors"], Float[np.ndarray, "runs errors"]],
    label: str,
    colour: str,
    marker: str,
    style: str,
) -> None:
    errors, runs = simulation
    look: dict[str, Any] = {"color": colour, "markeredgecolor": COLOURS.panel, "markersize": 5.5}
    axes.plot(*theory, color=colour, linestyle=style)
    axes.plot(errors, runs.mean(axis=0), marker, **look)
    # In the legend, line and dots together.
    axes.plot([], [], marker=marker, linestyle=style, label=label, **look)
