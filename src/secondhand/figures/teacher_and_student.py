"""Figures of the chapter on teacher and student. They draw arrays, and know nothing of the experiments behind them."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from secondhand.figures.bands import mean_in_row, mean_points
from secondhand.figures.theme import COLOURS, PALETTE, figure_grid
from secondhand.messages import t

_NAME = "teacher-and-student"


def few(
    sizes: Sequence[int],
    courses: Mapping[str, Float[np.ndarray, "splits sizes"]],
    *,
    teacher: Float[np.ndarray, " splits"],
) -> Figure:
    """Draw accuracy by the number of images, one course a lesson.

    Args:
        sizes: numbers of images.
        courses: key of the lesson in the catalogue of messages → accuracy.
        teacher: accuracy of the teacher.
    """
    figure, (axes,) = figure_grid(height=3.8)
    places = np.arange(len(sizes), dtype=float)
    looks = zip(courses.items(), (COLOURS.model, COLOURS.human), "os", (-0.06, 0.06), strict=False)
    for (name, runs), colour, marker, shift in looks:
        _dots_and_means(axes, places + shift, runs, colour, marker, t(f"{_NAME}.lesson.{name}"))
    axes.axhline(
        100 * teacher.mean(), color=COLOURS.theory, linestyle="--", linewidth=1.2, label=t(f"{_NAME}.few.teacher")
    )
    axes.set_xticks(places, [str(size) for size in sizes])
    axes.set(xlabel=t(f"{_NAME}.few.images"), ylabel=t(f"{_NAME}.axis.accuracy"), xlim=(-0.4, len(sizes) - 0.6))
    axes.legend(loc="lower right")
    return figure


def says(images: Float[np.ndarray, "images pixels"], laws: Mapping[int, Float[np.ndarray, "images classes"]]) -> Figure:
    """Draw images, and below each the teacher's probabilities at two temperatures, its two likeliest classes on top.

    Args:
        images: square pictures, 0 to 1.
        laws: temperature → probability of each class.
    """
    count, side = len(images), round(images.shape[1] ** 0.5)
    figure, panels = figure_grid(2, count, height=2.0, share_y=True)
    ranks = next(iter(laws.values())).argsort(axis=1)
    for axes, image, rank in zip(panels[:count], images, ranks, strict=True):
        axes.imshow(image.reshape(side, side), cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
        axes.set(xticks=[], yticks=[], title=t(f"{_NAME}.says.title", first=int(rank[-1]), second=int(rank[-2])))
        axes.grid(visible=False)
    classes = np.arange(next(iter(laws.values())).shape[1])
    for place, axes in enumerate(panels[count:]):
        for (heat, law), colour, shift in zip(laws.items(), (COLOURS.human, PALETTE[4]), (-0.2, 0.2), strict=False):
            label = t(f"{_NAME}.says.heat", heat=heat)
            axes.bar(classes + shift, law[place], 0.4, color=colour, label=label)
        axes.set_xticks(classes, [str(digit) for digit in classes])
        axes.set(xlabel=t(f"{_NAME}.axis.class"), ylim=(0, 1))
        axes.grid(visible=False, axis="x")
    panels[count].set(ylabel=t(f"{_NAME}.axis.probability"))
    handles, names = panels[count].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside lower center", ncols=len(names))
    return figure


def lessons(accuracies: Mapping[str, Float[np.ndarray, " splits"]]) -> Figure:
    """Draw the accuracy after each lesson, one row each.

    Args:
        accuracies: key of the lesson in the catalogue of messages → accuracy.
    """
    figure, (axes,) = figure_grid(height=2.9)
    generator = np.random.default_rng(0)
    for row, (name, values) in enumerate(accuracies.items()):
        colour = COLOURS.model if name == "soft" else COLOURS.human
        heights = row + 0.16 * generator.uniform(-1, 1, len(values))
        axes.plot(100 * values, heights, ".", color=colour, alpha=0.45)
        mean_in_row(axes, row, 100 * values, colour=colour)
    axes.set_yticks(range(len(accuracies)), [t(f"{_NAME}.lesson.{name}") for name in accuracies])
    axes.set(xlabel=t(f"{_NAME}.axis.accuracy"))
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    return figure


def temperature(
    heats: Sequence[int],
    alone: Float[np.ndarray, "splits heats"],
    mixed: Mapping[str, Float[np.ndarray, "splits mixed_heats"]],
    *,
    label: float,
) -> Figure:
    """Draw accuracy by temperature: soft answers alone, and mixed with labels, with the factor T² and without.

    Args:
        heats: temperatures, rising.
        alone: accuracy with soft answers alone.
        mixed: "kept" and "forgotten" → accuracy at the first of these temperatures.
        label: mean accuracy with labels alone.
    """
    figure, (left, right) = figure_grid(columns=2, height=3.5, share_y=True)
    x = np.asarray(heats, dtype=float)
    _dots_and_means(left, x, alone, COLOURS.model, "o", t(f"{_NAME}.lesson.soft"), line=True)
    looks = zip(mixed.items(), (COLOURS.model, COLOURS.warning), "os", strict=False)
    for (name, runs), colour, marker in looks:
        _dots_and_means(right, x[: runs.shape[1]], runs, colour, marker, t(f"{_NAME}.temperature.{name}"), line=True)
    for axes in (left, right):
        axes.axhline(100 * label, color=COLOURS.theory, linestyle=":", label=t(f"{_NAME}.temperature.label"))
        axes.set_xscale("log", base=2)
        axes.set_xticks(x, [str(heat) for heat in heats])
        axes.set(xlabel=t(f"{_NAME}.axis.temperature"))
    left.set(ylabel=t(f"{_NAME}.axis.accuracy"), title=t(f"{_NAME}.temperature.alone"))
    low, high = left.get_ylim()
    left.set_ylim(low - 0.55 * (high - low), high)
    right.set(title=t(f"{_NAME}.temperature.mixed"))
    left.legend(loc="lower right")
    right.legend(loc="lower right")
    return figure


def missing(
    recalls: Mapping[str, tuple[Float[np.ndarray, " splits"], Float[np.ndarray, " splits"]]],
) -> Figure:
    """Draw recall of the missing class after each lesson, before and after its biases were fitted.

    Args:
        recalls: key of the lesson in the catalogue of messages → recall before and after.
    """
    figure, (axes,) = figure_grid(height=3.5)
    for row, (name, (before, after)) in enumerate(recalls.items()):
        colour = COLOURS.model if name == "soft" else COLOURS.human
        axes.plot([100 * before.mean(), 100 * after.mean()], [row, row], color=colour, linewidth=0.8, alpha=0.6)
        mean_in_row(axes, row, 100 * before, colour=colour, filled=False)
        mean_in_row(axes, row, 100 * after, colour=colour)
    axes.set_yticks(range(len(recalls)), [t(f"{_NAME}.lesson.{name}") for name in recalls])
    axes.set(xlabel=t(f"{_NAME}.missing.axis"), xlim=(-4, 104))
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    handles = [
        Line2D([], [], marker="o", linestyle="", color=COLOURS.ink, markerfacecolor=face, label=t(f"{_NAME}.{name}"))
        for name, face in (("before", COLOURS.panel), ("after", COLOURS.ink))
    ]
    figure.legend(handles=handles, loc="outside upper right", ncols=2)
    return figure


def two_digits(before: Float[np.ndarray, "splits digits"], after: Float[np.ndarray, "splits digits"]) -> Figure:
    """Draw recall of each digit, before and after the biases were fitted.

    Args:
        before: recall of students as taught.
        after: recall with fitted biases.
    """
    figure, (axes,) = figure_grid(height=3.5)
    places = np.arange(before.shape[1], dtype=float)
    for runs, colour, marker, shift, name in (
        (before, COLOURS.human, "s", -0.13, "before"),
        (after, COLOURS.model, "o", 0.13, "after"),
    ):
        _dots_and_means(axes, places + shift, runs, colour, marker, t(f"{_NAME}.{name}"))
    axes.set_xticks(places, [str(int(digit)) for digit in places])
    axes.set(xlabel=t(f"{_NAME}.two.digit"), ylabel=t(f"{_NAME}.two.axis"), ylim=(-3, 103))
    figure.legend(loc="outside upper right", ncols=2)
    return figure


def _dots_and_means(
    axes: Axes,
    x: Float[np.ndarray, " places"],
    runs: Float[np.ndarray, "splits places"],
    colour: str,
    marker: str,
    label: str,
    *,
    line: bool = False,
) -> None:
    axes.plot(np.tile(x, (len(runs), 1)).T, 100 * runs.T, ".", color=colour, markersize=3, alpha=0.35)
    mean_points(axes, x, 100 * runs, colour=colour, marker=marker, label=label, line=line)
