"""The four charts of the report on a class. Each comes with what it shows in words, for those who do not see it.

It knows nothing of pages, of students' names and of the gradebook.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import matplotlib as mpl
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from secondhand.assignments.items import NOT_TELLING, TOO_EASY, TOO_HARD, Item
from secondhand.figures import COLOURS, figure_grid

_WIDTH = 5.6
_MOST_BARS = 12


@dataclass(frozen=True)
class Chart:
    """A chart.

    Attributes:
        svg: the picture.
        alternative: what it shows, with the numbers, for those who do not see it.
        caption: what to see in it.
    """

    svg: bytes
    alternative: str
    caption: str


def scores(totals: Sequence[float], points: int) -> Chart:
    """Return how the scores of a class are distributed; there must be at least one."""
    figure, axes = _figure(3.0)
    width = -(-points // _MOST_BARS)
    edges = np.arange(0, points + width, width)
    counts, _ = np.histogram(totals, bins=edges)
    middle = float(np.median(totals))
    sns.histplot(x=list(totals), bins=list(edges), color=COLOURS.human, edgecolor=COLOURS.panel, alpha=1, ax=axes)
    axes.axvline(middle, color=COLOURS.theory, linestyle="--")
    axes.set(xlabel=f"points, of {points}", ylabel="students", xlim=(0, edges[-1]))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(visible=False, axis="x")
    last = len(counts) - 1
    bars = [
        f"{low} to {'' if number == last else 'below '}{low + width}: {count}"
        for number, (low, count) in enumerate(zip(edges[:-1], counts, strict=True))
        if count
    ]
    low, high = np.quantile(totals, (0.25, 0.75))
    alternative = f"Histogram. Students by points, of {points}: {'; '.join(bars)}. The median is {middle:g}."
    half = f"Half of those who handed in have {middle:g} points or more (dashed line)"
    caption = f"{half}, the middle half {low:g} to {high:g}."
    return Chart(_svg(figure), alternative, caption)


def difficulty(found: Sequence[Item]) -> Chart:
    """Return which share of its points each task earned, with its interval over students."""
    figure, axes = _figure(_height(found))
    axes.axvspan(0, TOO_HARD, color=COLOURS.muted, alpha=0.15, linewidth=0)
    axes.axvspan(TOO_EASY, 1, color=COLOURS.muted, alpha=0.15, linewidth=0)
    for row, item in enumerate(found):
        axes.plot((item.low, item.high), (row, row), color=COLOURS.human)
    shares = [item.share for item in found]
    sns.scatterplot(x=shares, y=range(len(found)), color=COLOURS.human, s=60, ax=axes, zorder=3)
    _rows(axes, found)
    axes.set(xlabel="mean share of the points, with its 95 % interval", xlim=(0, 1))
    told = [
        f"{item.task.id} {item.share:.2f}" + (f" ({item.low:.2f} to {item.high:.2f})" if item.low == item.low else "")
        for item in found
        if item.shares
    ]
    return Chart(
        _svg(figure),
        f"Dot plot. Mean share of the points and 95 % interval: {'; '.join(told) or 'no task is graded yet'}.",
        f"The further right, the easier. In the grey margins, below {TOO_HARD:g} and above {TOO_EASY:g}, a task tells "
        "little about anybody. Where intervals overlap widely, do not rank tasks.",
    )


def discrimination(found: Sequence[Item]) -> Chart:
    """Return how well each task tells those who do well elsewhere from those who do not."""
    figure, axes = _figure(_height(found))
    axes.axvline(NOT_TELLING, color=COLOURS.theory, linestyle="--")
    for row, item in enumerate(found):
        axes.plot((0, item.discrimination), (row, row), color=COLOURS.muted, zorder=1)
    values = [item.discrimination for item in found]
    weak = [value < NOT_TELLING for value in values]
    # They differ without colour too.
    markers, palette = {True: "X", False: "o"}, {True: COLOURS.model, False: COLOURS.human}
    look = {"hue": weak, "palette": palette, "style": weak, "markers": markers, "legend": False}
    sns.scatterplot(x=values, y=range(len(found)), s=70, ax=axes, zorder=3, **look)
    axes.axvline(0, color=COLOURS.ink, linewidth=0.8)
    _rows(axes, found)
    lowest = min([0.0, *(value for value in values if value == value)])
    axes.set(xlabel="correlation with the points of all other tasks", xlim=(lowest - 0.05, 1))
    told = [f"{item.task.id} {item.discrimination:.2f}" for item in found if item.discrimination == item.discrimination]
    return Chart(
        _svg(figure),
        f"Dot plot. Discrimination: {'; '.join(told) or 'too few grades, or all alike'}.",
        f"Students who do well on a telling task do well on the others too. Crosses lie below {NOT_TELLING:g} (dashed "
        "line): those tasks measure something else, or are flawed. Tasks that everyone did alike have no value.",
    )


def time(found: Sequence[Item]) -> Chart:
    """Return how long students say that tasks took, beside how long they are said to take."""
    figure, axes = _figure(_height(found))
    quartiles = [item.quartiles for item in found]
    for row, (first, _, third) in enumerate(quartiles):
        axes.plot((first, third), (row, row), color=COLOURS.human, linewidth=3)
    rows = list(range(len(found)))
    stated = [item.task.minutes for item in found]
    axes.scatter(stated, rows, marker="|", s=260, color=COLOURS.theory, linewidth=2, zorder=2, label="stated")
    medians = [middle for _, middle, _ in quartiles]
    sns.scatterplot(x=medians, y=rows, color=COLOURS.human, s=60, ax=axes, zorder=3, label="median of students")
    _rows(axes, found)
    furthest = max([*stated, *(third for _, _, third in quartiles if third == third)])
    axes.set(xlabel="minutes", xlim=(0, furthest * 1.08))
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper left", ncols=2)
    if axes.legend_ is not None:
        axes.legend_.remove()
    told = [
        f"{item.task.id}: stated {item.task.minutes}, median {middle:g} (middle half {first:g} to {third:g}, "
        f"{len(item.minutes)} {'answer' if len(item.minutes) == 1 else 'answers'})"
        for item, (first, middle, third) in zip(found, quartiles, strict=True)
        if item.minutes
    ]
    return Chart(
        _svg(figure),
        f"Dot plot. Minutes for each task. {'; '.join(told)}.",
        "Dots right of their bar took longer than stated. The thick line holds the middle half of the answers, which "
        "are voluntary: those who answer may not be like the rest.",
    )


def _figure(height: float) -> tuple[Figure, Axes]:
    mpl.use("agg")
    figure, (axes,) = figure_grid(height=height)
    # Narrower than a figure of the book: on a phone its words stay readable.
    figure.set_size_inches(_WIDTH, height)
    return figure, axes


def _height(found: Sequence[Item]) -> float:
    return 1.3 + 0.36 * len(found)


def _rows(axes: Axes, found: Sequence[Item]) -> None:
    axes.set_yticks(range(len(found)), [item.task.id for item in found])
    axes.set(ylabel="", ylim=(len(found) - 0.5, -0.5))


def _svg(figure: Figure) -> bytes:
    import matplotlib.pyplot as plt

    file = io.BytesIO()
    # The same grades give the same file.
    with mpl.rc_context({"svg.hashsalt": "secondhand"}):
        figure.savefig(file, format="svg", metadata={"Date": None})
    plt.close(figure)
    return file.getvalue()
