"""Showing a figure: in the notebook at once, and on the page wherever `{glue:figure}` places it.

Alternative text is a required argument, and travels with the picture into the `alt` attribute of the page. Because it
is an argument, it can hold numbers that the chapter computed. It knows nothing of what a figure shows.
"""

import base64
import io

import matplotlib.pyplot as plt
from IPython.display import display
from matplotlib.figure import Figure

SHORTEST_ALT = 20
"""Alternative text below this many characters names a figure instead of saying what it shows."""


def show(name: str, figure: Figure, *, alt: str) -> None:
    """Display `figure`, make it available to the page under `name`, and close it.

    Args:
        name: key for `{glue:figure}`; also how the caption's cross-references find it.
        figure: what to show.
        alt: what a reader who cannot see the figure needs to know: what is drawn, and what it says.

    Raises:
        TypeError: `figure` is not a matplotlib figure.
        ValueError: `alt` is too short to say anything, or is a file name.
    """
    if not isinstance(figure, Figure):
        raise TypeError(f"figure must be a matplotlib Figure, got {type(figure).__name__}; pass axes.figure")
    text = " ".join(alt.split())
    if len(text) < SHORTEST_ALT or text.lower().endswith((".png", ".svg", ".jpg")):
        raise ValueError(f"alt of figure {name!r} must say what the figure shows, got {alt!r}")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    plt.close(figure)
    display(  # type: ignore[no-untyped-call]
        {"image/png": base64.b64encode(buffer.getvalue()).decode("ascii"), "text/plain": text},
        raw=True,
        metadata={"scrapbook": {"name": name, "mime_prefix": ""}, "image/png": {"alt": text}},
    )
