"""The look of every figure: seaborn's ticks on a light panel, colours that colour-blind readers can tell apart.

A figure keeps its light panel on a dark page, so that one picture serves both. It knows nothing of data.
"""

from dataclasses import dataclass

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from secondhand import _validation as validate


@dataclass(frozen=True)
class Colours:
    """Colours by role, from the Okabe–Ito palette and greys; each differs from the others in lightness too.

    Attributes:
        human: human data and what is fitted to them.
        model: what models generate.
        theory: closed forms.
        warning: what has gone wrong.
        muted: helper lines and single chains.
        panel: the background.
        ink: text and axes.
    """

    human: str = "#0072B2"
    model: str = "#D55E00"
    theory: str = "#1A1A1A"
    warning: str = "#CC79A7"
    muted: str = "#8A8F98"
    panel: str = "#FFFFFF"
    ink: str = "#22262B"


COLOURS = Colours()

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
"""The order in which series take colours; Okabe and Ito (2008), yellow and black left out for contrast."""


def use_theme() -> None:
    """Give every following figure the look of the book."""
    sns.set_theme(
        context="notebook",
        style="ticks",
        palette=sns.color_palette(PALETTE),
        rc={
            "axes.edgecolor": COLOURS.ink,
            "axes.facecolor": COLOURS.panel,
            "axes.grid": True,
            "axes.labelcolor": COLOURS.ink,
            "axes.spines.right": False,
            "axes.spines.top": False,
            "axes.titlelocation": "left",
            "axes.titleweight": "bold",
            "axes.titlesize": 11,
            "axes.labelsize": 10.5,
            "figure.constrained_layout.use": True,
            "figure.facecolor": COLOURS.panel,
            "font.family": "DejaVu Sans",
            "grid.color": "#E4E7EB",
            "legend.frameon": False,
            "legend.fontsize": 9.5,
            "lines.linewidth": 1.8,
            "savefig.dpi": 150,
            "savefig.facecolor": COLOURS.panel,
            "text.color": COLOURS.ink,
            "xtick.color": COLOURS.ink,
            "xtick.labelsize": 9.5,
            "ytick.color": COLOURS.ink,
            "ytick.labelsize": 9.5,
        },
    )


def figure_grid(
    rows: int = 1, columns: int = 1, *, height: float = 3.4, share_y: bool = False
) -> tuple[Figure, list[Axes]]:
    """Return a figure as wide as the text, with `rows` × `columns` axes in reading order.

    Args:
        rows: number of rows of axes.
        columns: number of columns of axes.
        height: height of a row in inches; the width is 7.2 inches in all.
        share_y: whether the axes of a row share their vertical scale.

    Raises:
        ValueError: a number of rows or columns below one, or a height that is not positive.
    """
    use_theme()
    rows = validate.integer("rows", rows, minimum=1)
    columns = validate.integer("columns", columns, minimum=1)
    height = validate.number("height", height, above=0)
    figure, axes = plt.subplots(
        rows, columns, figsize=(7.2, height * rows), squeeze=False, sharey="row" if share_y else "none"
    )
    return figure, list(np.ravel(axes))
