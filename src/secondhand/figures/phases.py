"""A quantity over two knobs, as a map of coloured cells with lines of equal value.

It draws arrays and knows nothing of where they come from.
"""

from collections.abc import Sequence

import numpy as np
import seaborn as sns
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.collections import QuadMesh

from secondhand.figures.theme import COLOURS


def phase_plot(
    axes: Axes,
    values: Float[np.ndarray, "rows columns"],
    *,
    across: Float[np.ndarray, " columns"],
    up: Float[np.ndarray, " rows"],
    limits: tuple[float, float] = (0.0, 1.0),
    contours: Sequence[float] = (),
    colour_bar: bool = True,
) -> QuadMesh:
    """Draw `values` as colours that grow lighter with the value, in order also without colour.

    Args:
        axes: where to draw; set its scales before and its labels after.
        values: one row for each value of `up`.
        across: the knob of the horizontal axis, rising.
        up: the knob of the vertical axis, rising.
        limits: the values of the darkest and of the lightest colour.
        contours: values to mark with a line that says its value.
        colour_bar: whether to draw the scale beside the map.

    Raises:
        ValueError: `values` has another shape than its knobs.
    """
    if values.shape != (up.size, across.size):
        raise ValueError(f"values must have {up.size} rows and {across.size} columns, got shape {values.shape}")
    low, high = limits
    mesh = axes.pcolormesh(
        across, up, values, vmin=low, vmax=high, cmap=sns.color_palette("crest_r", as_cmap=True), shading="nearest"
    )
    if contours:
        lines = axes.contour(across, up, values, levels=sorted(contours), colors=COLOURS.panel, linewidths=1.2)
        axes.clabel(lines, fontsize=8.5, fmt="%g")
    axes.grid(visible=False)
    if colour_bar and axes.figure is not None:
        axes.figure.colorbar(mesh, ax=axes)
    return mesh
