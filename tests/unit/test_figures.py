"""The figures: what they refuse, what they draw, and that colours can be told apart."""

import itertools
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from scipy import stats

from secondhand.figures import COLOURS, band_plot, figure_grid, interval_plot, phase_plot, picture_grid, show
from secondhand.figures.bands import student_margin
from secondhand.figures.theme import PALETTE

mpl.use("agg")


def luminance(colour: str) -> float:
    """Return the relative luminance of the Web Content Accessibility Guidelines."""
    channels = np.array(to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(first: str, second: str) -> float:
    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def seen_with_deuteranopia(colour: str) -> np.ndarray:
    """Return linear RGB as seen without the medium-wave cones (matrix of Machado and others, 2009, severity 1)."""
    matrix = np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    )
    seen: np.ndarray = matrix @ np.array(to_rgb(colour))
    return seen


def test_text_is_legible_on_the_panel() -> None:
    assert contrast(COLOURS.ink, COLOURS.panel) > 7
    assert all(contrast(colour, COLOURS.panel) > 3 for colour in (COLOURS.human, COLOURS.model, COLOURS.theory))


def test_series_differ_without_colour_vision() -> None:
    for first, second in itertools.combinations(PALETTE, 2):
        assert np.linalg.norm(seen_with_deuteranopia(first) - seen_with_deuteranopia(second)) > 0.15, (first, second)


def test_alternative_text_reaches_the_output(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[tuple[Any, dict[str, Any]]] = []
    monkeypatch.setattr(
        "secondhand.figures.showing.display", lambda data, raw, metadata: shown.append((data, metadata))
    )
    figure, _ = figure_grid()
    show("a-figure", figure, alt="A straight line\n that rises from zero to one.")
    data, metadata = shown[0]
    assert metadata["image/png"]["alt"] == "A straight line that rises from zero to one."
    assert metadata["scrapbook"]["name"] == "a-figure"
    assert data["image/png"]


@pytest.mark.parametrize("alt", ["", "plot", "a-very-long-file-name-of-a-figure.png"])
def test_empty_alternative_text_is_refused(alt: str) -> None:
    figure, _ = figure_grid()
    with pytest.raises(ValueError, match="alt of figure 'a-figure'"):
        show("a-figure", figure, alt=alt)


def test_alternative_text_is_a_required_argument() -> None:
    figure, _ = figure_grid()
    with pytest.raises(TypeError, match="alt"):
        show("a-figure", figure)  # type: ignore[call-arg]


def test_only_figures_are_shown() -> None:
    _, axes = figure_grid()
    with pytest.raises(TypeError, match=r"axes\.figure"):
        show("a-figure", axes[0], alt="A figure that is none, but an axes.")  # type: ignore[arg-type]


def test_band_plot_draws_theory_and_simulation_and_refuses_other_lengths() -> None:
    _, (axes,) = figure_grid()
    chains = np.exp(np.random.default_rng(10_000).normal(size=(30, 11)))
    course = np.ones(11)
    band_plot(axes, chains, mean=course, typical=course, quantiles=(course / 2, course * 2))
    dots = [line for line in axes.get_lines() if line.get_linestyle() == "None"]
    assert len(dots) == 2
    np.testing.assert_allclose(np.asarray(dots[0].get_ydata(), dtype=float), chains.mean(axis=0))
    assert axes.get_yscale() == "log"
    with pytest.raises(ValueError, match="mean covers 3 generations, but chains cover 11"):
        band_plot(axes, chains, mean=np.ones(3), typical=course, quantiles=(course, course))


def test_intervals_over_seeds_are_those_of_scipy() -> None:
    runs = np.random.default_rng(10_001).normal(size=(5, 3))
    expected = stats.t.interval(0.95, 4, loc=runs.mean(axis=0), scale=stats.sem(runs, axis=0))
    np.testing.assert_allclose(runs.mean(axis=0) + student_margin(runs), expected[1])


def test_one_seed_has_no_interval() -> None:
    _, (axes,) = figure_grid()
    with pytest.raises(ValueError, match="at least 2 seeds"):
        interval_plot(axes, np.ones((1, 3)), label="one seed")


def test_pictures_must_be_square_and_labelled() -> None:
    assert len(picture_grid([np.zeros((3, 64)), np.ones((3, 64))], labels=["0", "1"]).axes) == 6
    with pytest.raises(ValueError, match="square, got 63 pixels"):
        picture_grid([np.zeros((3, 63))], labels=["0"])
    with pytest.raises(ValueError, match="1 labels"):
        picture_grid([np.zeros((3, 64)), np.zeros((3, 64))], labels=["0"])


def test_the_phase_plot_grows_lighter_with_the_value_and_marks_it() -> None:
    figure, (axes,) = figure_grid()
    values = np.linspace(0, 1, 12).reshape(3, 4)
    mesh = phase_plot(axes, values, across=np.arange(4.0), up=np.arange(3.0), contours=(0.5,))
    colours: Any = mesh.cmap(mesh.norm(np.linspace(0, 1, 20)))
    lightness = [luminance(mpl.colors.to_hex(colour)) for colour in colours]
    assert lightness == sorted(lightness)
    assert len(figure.axes) == 2
    assert [text.get_text() for text in axes.texts] == ["0.5"]
    with pytest.raises(ValueError, match=r"3 rows and 5 columns, got shape \(3, 4\)"):
        phase_plot(axes, values, across=np.arange(5.0), up=np.arange(3.0))
