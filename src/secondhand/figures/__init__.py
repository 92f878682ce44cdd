"""The project's look, and the handful of figures that recur in the book."""

from secondhand.figures.bands import band_plot, interval_plot
from secondhand.figures.phases import phase_plot
from secondhand.figures.pictures import picture_grid
from secondhand.figures.showing import show
from secondhand.figures.theme import COLOURS, PALETTE, Colours, figure_grid, use_theme

__all__ = [
    "COLOURS",
    "PALETTE",
    "Colours",
    "band_plot",
    "figure_grid",
    "interval_plot",
    "phase_plot",
    "picture_grid",
    "show",
    "use_theme",
]
