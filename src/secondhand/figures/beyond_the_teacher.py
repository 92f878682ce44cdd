"""Figures of the chapter beyond the teacher. They draw arrays, and know nothing of the experiments behind them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from secondhand.figures.bands import interval_plot, mean_in_row, mean_points
from secondhand.figures.theme import COLOURS, PALETTE, figure_grid
from secondhand.messages import t

_LOOKS = {
    "verified": (PALETTE[2], "^"),
    "imperfect": (PALETTE[0], "s"),
    "human": (COLOURS.muted, "D"),
    "unverified": (COLOURS.model, "o"),
}


def fidelity_path(
    steps: Sequence[int],
    agreement: Float[np.ndarray, "seeds steps"],
    known: Float[np.ndarray, "seeds steps"],
    new: Float[np.ndarray, "seeds steps"],
    *,
    teacher: float,
    marked: Sequence[int],
) -> Figure:
    """Draw agreement and accuracy by step (left), and one against the other inside the bound (right).

    Args:
        steps: updates of the weights.
        agreement: with the teacher's labels, on the images that the student learns from.
        known: accuracy on the same images.
        new: accuracy on images that neither has seen.
        teacher: accuracy of the teacher.
        marked: steps that carry their number in the right panel.
    """
    figure, (left, right) = figure_grid(columns=2, height=3.9)
    series = (
        (known, "known", PALETTE[2], "^"),
        (new, "new", COLOURS.human, "s"),
        (agreement, "agreement", COLOURS.model, "o"),
    )
    for runs, name, colour, marker in series:
        label = t(f"beyond-the-teacher.path.{name}")
        interval_plot(left, 100 * runs, label=label, colour=colour, marker=marker, generations=list(steps))
    left.axhline(100 * teacher, color=COLOURS.ink, linestyle="--", label=t("beyond-the-teacher.teacher"))
    left.set(xlabel=t("beyond-the-teacher.axis.step"), ylabel=t("beyond-the-teacher.path.share"), ylim=(0, 104))
    left.legend(loc="lower left", fontsize=8.5)
    x = np.linspace(0, 100, 101)
    above, below = np.minimum(100, 100 * teacher + 100 - x), np.maximum(0, 100 * teacher - 100 + x)
    right.fill_between(x, below, above, color=COLOURS.muted, alpha=0.25, linewidth=0)
    right.axhline(100 * teacher, color=COLOURS.ink, linestyle="--")
    across, up = 100 * agreement.mean(axis=0), 100 * known.mean(axis=0)
    right.plot(across, up, color=PALETTE[2], marker="^", markersize=4.5, markeredgecolor=COLOURS.panel)
    for step in marked:
        place = list(steps).index(step)
        aside = (5, 4) if place < len(steps) - 1 else (-24, -14)  # the last one stands in the corner
        right.annotate(f"{step:,}", (across[place], up[place]), xytext=aside, textcoords="offset points", fontsize=9)
    right.text(74, 8, t("beyond-the-teacher.path.outside"), fontsize=9, color=COLOURS.ink)
    right.text(44, 41, t("beyond-the-teacher.path.inside"), fontsize=9, color=COLOURS.ink)
    right.set(
        xlabel=t("beyond-the-teacher.path.axis"),
        ylabel=t("beyond-the-teacher.path.accuracy"),
        xlim=(40, 101),
        ylim=(0, 104),
    )
    return figure


def errors(steps: Sequence[int], runs: Mapping[str, Float[np.ndarray, "seeds steps"]], *, teacher: float) -> Figure:
    """Draw accuracy on new images by step, one curve for each kind of a teacher's errors.

    Args:
        steps: updates of the weights.
        runs: "spread", "next" or "same" → accuracy.
        teacher: accuracy of all three teachers.
    """
    figure, (axes,) = figure_grid(height=3.8)
    looks = {"spread": (PALETTE[2], "^"), "next": (PALETTE[0], "s"), "same": (COLOURS.model, "o")}
    for name, (colour, marker) in looks.items():
        label = t(f"beyond-the-teacher.errors.{name}")
        interval_plot(axes, 100 * runs[name], label=label, colour=colour, marker=marker, generations=list(steps))
    axes.axhline(100 * teacher, color=COLOURS.ink, linestyle="--", label=t("beyond-the-teacher.teacher"))
    axes.set(xlabel=t("beyond-the-teacher.axis.step"), ylabel=t("beyond-the-teacher.axis.new"), ylim=(40, 100))
    axes.legend(loc="upper right")
    return figure


def gap(recovered: Mapping[str, Float[np.ndarray, " seeds"]]) -> Figure:
    """Draw the share of the gap that each student recovers, one row for each kind of supervisor.

    Args:
        recovered: "random", "pixels" or "labels" → performance gap recovered.
    """
    figure, (axes,) = figure_grid(height=2.8)
    for row, values in enumerate(recovered.values()):
        axes.plot(100 * values, np.full(len(values), row), "o", color=COLOURS.muted, alpha=0.55, markersize=4.5)
        mean_in_row(axes, row, 100 * values, colour=COLOURS.model, marker="D")
    for place in (0, 100):
        axes.axvline(place, color=COLOURS.ink, linestyle="--", linewidth=1.2)
    axes.set_yticks(range(len(recovered)), [t(f"beyond-the-teacher.gap.{name}") for name in recovered])
    axes.set(xlabel=t("beyond-the-teacher.gap.axis"), xlim=(-35, 105), ylim=(len(recovered) - 0.5, -0.5))
    return figure


def rounds(
    scores: Mapping[str, Float[np.ndarray, "chains rounds"]],
    given: Mapping[str, Float[np.ndarray, "chains rounds"]],
    kept: Mapping[str, Float[np.ndarray, "chains rounds"]],
    grid: Float[np.ndarray, " grid"],
    purity: Mapping[str, Float[np.ndarray, " grid"]],
) -> Figure:
    """Draw accuracy by round (left), and the accuracy of what was kept against that of what was answered (right).

    Args:
        scores: "verified", "imperfect", "human" and "unverified" → accuracy on new problems; others are not drawn.
        given: accuracy of the answers of each round, for those with a verifier or none.
        kept: accuracy of those that were kept.
        grid: accuracies of the theory.
        purity: the same names as `kept` → theory.
    """
    figure, (left, right) = figure_grid(columns=2, height=3.9)
    for name, (colour, marker) in _LOOKS.items():
        label = t(f"beyond-the-teacher.rounds.{name}")
        interval_plot(left, 100 * scores[name], label=label, colour=colour, marker=marker)
    left.set(xlabel=t("beyond-the-teacher.rounds.axis"), ylabel=t("beyond-the-teacher.rounds.accuracy"), ylim=(0, 104))
    left.legend(loc="upper left", fontsize=8.5)
    for name, curve in purity.items():
        colour, marker = _LOOKS[name]
        right.plot(100 * grid, 100 * curve, ":", color=COLOURS.theory, linewidth=1.5)
        look: dict[str, Any] = {"color": colour, "markeredgecolor": COLOURS.panel, "markersize": 5}
        right.plot(100 * given[name].ravel(), 100 * kept[name].ravel(), marker, **look)
    right.set(
        xlabel=t("beyond-the-teacher.rounds.given"),
        ylabel=t("beyond-the-teacher.rounds.kept"),
        xlim=(0, 100),
        ylim=(0, 104),
    )
    return figure


def best_of(
    tries: Sequence[int],
    measured: Mapping[str, Float[np.ndarray, "chains tries"]],
    expected: Mapping[str, Float[np.ndarray, " tries"]],
    naive: Float[np.ndarray, " tries"],
) -> Figure:
    """Draw how often the chosen one of n answers is right, for two verifiers, over theory.

    Args:
        tries: n.
        measured: "verified" or "imperfect" → share of problems answered rightly.
        expected: the same → theory, problem by problem.
        naive: what one would expect if all problems were equally hard.
    """
    figure, (axes,) = figure_grid(height=3.8)
    axes.plot(tries, 100 * naive, "--", color=COLOURS.muted, label=t("beyond-the-teacher.best.naive"))
    for name, runs in measured.items():
        colour, marker = _LOOKS[name]
        axes.plot(tries, 100 * expected[name], ":", color=COLOURS.theory)
        label = t(f"beyond-the-teacher.best.{name}")
        mean_points(axes, tries, 100 * runs, colour=colour, marker=marker, label=label)
    axes.plot([], [], ":", color=COLOURS.theory, label=t("common.legend.theory"))
    axes.set(
        xscale="log",
        xlabel=t("beyond-the-teacher.best.axis"),
        ylabel=t("beyond-the-teacher.best.accuracy"),
        ylim=(0, 104),
    )
    axes.set_xticks(list(tries), [str(n) for n in tries])
    axes.minorticks_off()
    axes.legend(loc="lower right", ncols=2, fontsize=9)
    return figure


def drift(
    unverified: Float[np.ndarray, "chains rounds"],
    verified: Float[np.ndarray, "chains rounds"],
    variety: Float[np.ndarray, "chains rounds"],
    expected: Float[np.ndarray, " rounds"],
    *,
    examples: int = 12,
) -> Figure:
    """Draw the share of right answers to one question (left), and the variety of answers without a verifier (right).

    Args:
        unverified: probability of the right answer, by chain and round.
        verified: the same behind a verifier.
        variety: probability that two answers differ, without a verifier.
        expected: its mean from theory.
        examples: how many single chains to draw.
    """
    figure, (left, right) = figure_grid(columns=2, height=3.6)
    rounds_ = np.arange(unverified.shape[1])
    left.plot(rounds_, 100 * unverified[:examples].T, color=COLOURS.muted, linewidth=0.7, alpha=0.7)
    every = slice(None, None, 3)
    for runs, name, colour, marker in (
        (verified, "verified", PALETTE[0], "s"),
        (unverified, "unverified", COLOURS.model, "o"),
    ):
        mean, label = 100 * runs.mean(axis=0), t(f"beyond-the-teacher.drift.{name}")
        left.plot(rounds_, mean, marker, markevery=3, ls="-", color=colour, markeredgecolor=COLOURS.panel, label=label)
    left.plot([], [], color=COLOURS.muted, linewidth=0.7, label=t("beyond-the-teacher.drift.single"))
    left.set(xlabel=t("beyond-the-teacher.rounds.axis"), ylabel=t("beyond-the-teacher.drift.right"), ylim=(-2, 135))
    left.set_yticks([0, 25, 50, 75, 100])
    left.legend(loc="upper left", fontsize=8.5)
    right.plot(rounds_, expected, ":", color=COLOURS.theory, label=t("common.legend.theory"))
    look: dict[str, Any] = {"color": COLOURS.model, "markeredgecolor": COLOURS.panel}
    right.plot(rounds_[every], variety.mean(axis=0)[every], "o", label=t("beyond-the-teacher.drift.chains"), **look)
    right.set(xlabel=t("beyond-the-teacher.rounds.axis"), ylabel=t("beyond-the-teacher.drift.variety"), ylim=(0, None))
    right.legend(loc="lower left")
    return figure
