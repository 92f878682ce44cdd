"""Figures of the chapter on smaller and faster students. They draw arrays, and know nothing of the experiments."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from secondhand.figures.bands import interval_plot, mean_in_row, mean_points, student_margin
from secondhand.figures.theme import COLOURS, PALETTE, figure_grid
from secondhand.measures import Interval
from secondhand.messages import t

_MARKERS = "osD^v"


def digit(pixels: Float[np.ndarray, "side side"], *, patch: int) -> Figure:
    """Draw an image under the grid of its patches, and the same image with rows and columns exchanged.

    Args:
        pixels: from 0 to 1.
        patch: pixels along an edge of a patch.
    """
    figure, panels = figure_grid(columns=2, height=2.6)
    for axes, image, words in zip(panels, (pixels, pixels.T), ("patches", "flipped"), strict=True):
        axes.imshow(image, cmap="gray", vmin=0, vmax=1)
        axes.set(xticks=[], yticks=[])
        axes.grid(visible=False)
        axes.set_title(t(f"smaller-and-faster.digit.{words}"))
    for edge in range(patch, len(pixels), patch):
        panels[0].axhline(edge - 0.5, color=PALETTE[0], linewidth=1)
        panels[0].axvline(edge - 0.5, color=PALETTE[0], linewidth=1)
    return figure


def starts(
    curves: Mapping[str, Float[np.ndarray, "worlds looks"]], *, every: int, teacher: Float[np.ndarray, " worlds"]
) -> Figure:
    """Draw the share of digits that a student recognises by steps of training, one line for each way to start.

    Args:
        curves: way to start, as in the catalogue of messages → share, at step 0, `every`, 2 · `every`, …
        every: steps between two looks.
        teacher: share of the teachers, drawn as a line at their mean.
    """
    figure, (axes,) = figure_grid(height=3.8)
    for (name, runs), colour, marker in zip(curves.items(), PALETTE, _MARKERS, strict=False):
        steps = [every * look for look in range(runs.shape[1])]
        label = t(f"smaller-and-faster.start.{name}")
        interval_plot(axes, 100 * runs, label=label, colour=colour, marker=marker, generations=steps)
    axes.axhline(100 * teacher.mean(), color=COLOURS.theory, linestyle=":", label=t("smaller-and-faster.teacher"))
    axes.set_xticks(range(0, 1 + every * max(runs.shape[1] - 1 for runs in curves.values()), 2 * every))
    axes.set(xlabel=t("smaller-and-faster.axis.steps"), ylabel=t("smaller-and-faster.axis.right"), ylim=(0, 103))
    axes.legend(loc="lower right")
    return figure


def sizes(parts: Mapping[str, Mapping[str, float]]) -> Figure:
    """Draw of how many weights each network is made up, part by part.

    Args:
        parts: name of the network → name of the part, as in the catalogue of messages → weights in millions.
    """
    figure, (axes,) = figure_grid(height=2.2)
    left = np.zeros(len(parts))
    for part, colour in zip(next(iter(parts.values())), PALETTE, strict=False):
        widths = np.array([network[part] for network in parts.values()])
        axes.barh(list(parts), widths, left=left, color=colour, label=t(f"smaller-and-faster.sizes.{part}"), height=0.6)
        left += widths
    for row, total in enumerate(left):
        axes.annotate(f"{total:.1f}", (total, row), xytext=(5, 0), textcoords="offset points", va="center")
    axes.set(xlabel=t("smaller-and-faster.sizes.axis"), xlim=(0, 1.12 * left.max()))
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=3)
    return figure


def rows(
    values: Mapping[str, Float[np.ndarray, " worlds"]], *, axis: str, mark: float | None = None, low: float = 0.0
) -> Figure:
    """Draw one row for each kind of student: dots for single worlds, mean and interval.

    Args:
        values: kind, as in the catalogue of messages → one number a world, in per cent.
        axis: key of the label of the horizontal axis.
        mark: where to draw a dotted line.
        low: left end of the axis.
    """
    figure, (axes,) = figure_grid(height=0.9 + 0.5 * len(values))
    for row, runs in enumerate(values.values()):
        axes.plot(runs, np.full(len(runs), row) + 0.22, ".", color=COLOURS.muted, alpha=0.8)
        mean_in_row(axes, row, runs, colour=COLOURS.model)
    if mark is not None:
        axes.axvline(mark, color=COLOURS.theory, linestyle=":")
    axes.set_yticks(range(len(values)), [t(f"smaller-and-faster.start.{name}") for name in values])
    axes.set(xlabel=t(axis), xlim=(low, None), ylim=(len(values) - 0.5, -0.6))
    axes.grid(visible=False, axis="y")
    return figure


def pareto(
    speed: Mapping[str, Interval], weights: Mapping[str, float], kept: Mapping[str, Float[np.ndarray, " worlds"]]
) -> Figure:
    """Draw quality kept by speed and by size, with the Pareto front; further up and to the right (left) is better.

    Args:
        speed: kind of student, as in the catalogue of messages → how many times as fast as its teacher.
        weights: kind → share of the teacher's weights, in per cent.
        kept: kind → share of the teacher's quality, in per cent, one number a world.
    """
    figure, (left, right) = figure_grid(columns=2, height=4.2, share_y=True)
    for (name, runs), colour, marker in zip(kept.items(), PALETTE, _MARKERS, strict=False):
        mean, margin = runs.mean(), float(student_margin(runs[:, None])[0])
        style: dict[str, Any] = {
            "fmt": marker,
            "color": colour,
            "capsize": 3,
            "label": t(f"smaller-and-faster.start.{name}"),
        }
        ends = [[speed[name].estimate - speed[name].low], [speed[name].high - speed[name].estimate]]
        left.errorbar([speed[name].estimate], [mean], yerr=[margin], xerr=ends, **style)
        right.errorbar([weights[name]], [mean], yerr=[margin], **style)
    means = [float(runs.mean()) for runs in kept.values()]
    for axes, place, costs in (
        (left, 1.0, [-speed[name].estimate for name in kept]),
        (right, 100.0, [weights[name] for name in kept]),
    ):
        teacher = -place if axes is left else place
        front = _front([*costs, teacher], [*means, 100.0])
        axes.plot(
            [abs(cost) for cost, _ in front],
            [quality for _, quality in front],
            color=COLOURS.muted,
            linewidth=1,
            zorder=1,
            label=t("smaller-and-faster.pareto.front"),
        )
        axes.plot([place], [100], "*", color=COLOURS.theory, markersize=11, label=t("smaller-and-faster.teacher"))
    left.set(xlabel=t("smaller-and-faster.axis.speed"), ylabel=t("smaller-and-faster.axis.kept"))
    right.set(xlabel=t("smaller-and-faster.axis.weights"), xlim=(0, 108))
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2)
    return figure


def _front(costs: Sequence[float], qualities: Sequence[float]) -> list[tuple[float, float]]:
    """Return the points that no other one dominates, by rising cost."""
    best, front = -np.inf, []
    for cost, quality in sorted(zip(costs, qualities, strict=True), key=lambda point: (point[0], -point[1])):
        if quality > best:
            front.append((cost, quality))
            best = quality
    return front


def ranks(
    trained: Sequence[int],
    accuracy: Float[np.ndarray, "worlds ranks"],
    *,
    names: Sequence[int],
    others: Mapping[str, tuple[int, Float[np.ndarray, " worlds"]]],
) -> Figure:
    """Draw the share of digits right on the new task by the number of weights that are trained.

    Args:
        trained: weights of the adapters of each rank.
        accuracy: share right, from 0 to 1.
        names: the ranks.
        others: other ways to train, as in the catalogue of messages → weights and share right.
    """
    figure, (axes,) = figure_grid(height=3.8)
    runs = 100 * accuracy
    label = t("smaller-and-faster.ranks.adapters")
    mean_points(axes, trained, runs, colour=PALETTE[0], label=label, line=True)
    for x, y, rank in zip(trained, runs.mean(axis=0), names, strict=True):
        axes.annotate(f"r = {rank}", (x, y), xytext=(-4, 9), textcoords="offset points")
    for (name, (count, values)), colour, marker in zip(others.items(), PALETTE[1:], "sD", strict=False):
        words = t(f"smaller-and-faster.ranks.{name}")
        mean_points(axes, [count], 100 * values[:, None], colour=colour, marker=marker, label=words)
    axes.axhline(10, color=COLOURS.theory, linestyle=":")
    axes.set(xscale="log", xlabel=t("smaller-and-faster.ranks.axis"), ylabel=t("smaller-and-faster.axis.new"))
    axes.set_ylim(0, 108)
    axes.legend(loc="center right")
    return figure


def switch(shares: Mapping[str, Mapping[str, Float[np.ndarray, " worlds"]]]) -> Figure:
    """Draw the share of digits right on both tasks, in each state of a network.

    Args:
        shares: state, as in the catalogue of messages → task ("old", "new") → share right, from 0 to 1.
    """
    figure, (axes,) = figure_grid(height=3.4)
    tasks, width = ("old", "new"), 0.36
    for offset, task, colour, hatch in zip((-0.5, 0.5), tasks, (COLOURS.human, COLOURS.model), ("", "//"), strict=True):
        runs = np.array([100 * state[task] for state in shares.values()]).T
        axes.bar(
            np.arange(len(shares)) + width * offset,
            runs.mean(axis=0),
            width,
            yerr=student_margin(runs),
            color=colour,
            hatch=hatch,
            edgecolor=COLOURS.panel,
            capsize=4,
            label=t(f"smaller-and-faster.switch.{task}"),
        )
    axes.set_xticks(range(len(shares)), [t(f"smaller-and-faster.switch.{name}") for name in shares])
    axes.set(ylabel=t("smaller-and-faster.axis.right"), ylim=(0, 103))
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    axes.grid(visible=False, axis="x")
    return figure
