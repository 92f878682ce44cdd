"""Pictures by generation, in rows and columns. It knows nothing of what drew them."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure

from secondhand.figures.theme import COLOURS, figure_grid


def picture_grid(
    rows: Sequence[Float[np.ndarray, "pictures pixels"]], *, labels: Sequence[str], height: float = 0.52
) -> Figure:
    """Return a figure with one row of square grey pictures for each entry of `rows`, dark on light.

    Args:
        rows: one array of pictures a row, each picture a flat vector of values between 0 and 1.
        labels: what stands left of each row.
        height: height of a row in inches.

    Raises:
        ValueError: labels and rows differ in number, rows differ in length, or the pictures are not square.
    """
    if len(labels) != len(rows) or len({row.shape for row in rows}) != 1:
        shapes = [row.shape for row in rows]
        raise ValueError(f"rows must be equally long, with one label each; got {len(labels)} labels, shapes {shapes}")
    count, pixels = rows[0].shape
    side = round(pixels**0.5)
    if side * side != pixels:
        raise ValueError(f"pictures must be square, got {pixels} pixels")
    figure, axes = figure_grid(len(rows), count, height=height)
    for index, axis in enumerate(axes):
        row, column = divmod(index, count)
        axis.imshow(rows[row][column].reshape(side, side), cmap="Greys", vmin=0, vmax=1, interpolation="nearest")
        axis.set(xticks=[], yticks=[])
        axis.grid(visible=False)
        for spine in axis.spines.values():
            spine.set(visible=True, color="#D5D9DE")
        if column == 0:
            axis.set_ylabel(labels[row], rotation=0, ha="right", va="center", color=COLOURS.ink, labelpad=8)
    return figure
