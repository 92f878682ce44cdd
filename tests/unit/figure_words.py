"""Finds words of a figure that do not fit it; shared by the tests of each chapter's figures."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text


def overflowing(figure: Figure) -> list[str]:
    """Return the words of a figure that reach beyond its edge; numbers at ticks do not count."""
    figure.draw_without_rendering()
    edge = figure.bbox.padded(1)
    boxes = {text.get_text(): text.get_window_extent() for axes in figure.axes for text in _words(axes)}
    return [
        words
        for words, box in boxes.items()
        if box.x0 < edge.x0 or box.y0 < edge.y0 or box.x1 > edge.x1 or box.y1 > edge.y1
    ]


def _words(axes: Axes) -> list[Text]:
    legend = axes.get_legend()
    texts = [axes.xaxis.label, axes.yaxis.label, *axes.get_yticklabels(), *(legend.get_texts() if legend else [])]
    return [text for text in texts if any(character.isalpha() for character in text.get_text().split("$")[0])]
