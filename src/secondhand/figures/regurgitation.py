"""Figures of the chapter on regurgitation. They draw arrays and texts, and know nothing of the experiments."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Protocol

import numpy as np
from jaxtyping import Float, Int
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle
from matplotlib.ticker import FixedLocator, NullLocator

from secondhand.figures.bands import interval_plot, student_margin
from secondhand.figures.theme import COLOURS, PALETTE, figure_grid
from secondhand.messages import t

_COLUMNS = 80
"""Characters in a line of a drawn text."""
_LETTER_SIZE = 7.5
"""Points of the letter that names a source."""


class Curve(Protocol):
    """A curve of the share extracted, as `secondhand.lineage` fits it."""

    def rate(self, copies: Float[np.ndarray, " grid"]) -> Float[np.ndarray, " grid"]:
        """Return the share at each number of copies."""
        ...


def trace(text: str, sources: Sequence[frozenset[str]], *, names: Mapping[str, str]) -> Figure:
    """Draw a text as an index of its sources sees it: copied parts stand on the colour and letter of their source.

    Args:
        text: the text.
        sources: of each character, the sources that it may have been copied from; none where it was not.
        names: source → how the legend calls it.
    """
    lines = _wrapped(text, _COLUMNS)
    known = [name for name in names if any(source == {name} for source in sources)]
    figure, (axes,) = figure_grid(height=0.28 * len(lines) + 0.24 * (len(known) // 2 + 2))
    looks = dict(zip(known, zip("ABCDEFGHIJ", PALETTE * 2, strict=False), strict=False))
    for row, (begin, end) in enumerate(lines):
        for column, place in enumerate(range(begin, end)):
            axes.text(column + 0.5, row, text[place], family="DejaVu Sans Mono", fontsize=9.5, ha="center", va="center")
        for found, run in groupby(range(begin, end), key=lambda place: sources[place]):
            places = list(run)
            if not found or not text[places[0] : places[-1] + 1].strip():
                continue
            letter, colour = looks[next(iter(found))] if len(found) == 1 else ("?", COLOURS.muted)
            left = places[0] - begin
            box = Rectangle((left, row - 0.36), len(places), 0.72, color=colour, alpha=0.3, linewidth=0, zorder=0)
            axes.add_patch(box)
            # Once where a source begins, between the lines: above the text, not on it.
            if places[0] == 0 or sources[places[0] - 1] != found:
                axes.text(
                    left,
                    row - 0.4,
                    letter,
                    fontsize=_LETTER_SIZE,
                    weight="bold",
                    color=COLOURS.ink,
                    va="center",
                    ha="left",
                )
    axes.set(xlim=(0, _COLUMNS), ylim=(len(lines) - 0.4, -0.7))
    axes.axis("off")
    handles = [
        Patch(color=colour, alpha=0.3, label=f"{letter}: {names[key]}") for key, (letter, colour) in looks.items()
    ]
    if any(len(source) > 1 for source in sources):
        handles.append(Patch(color=COLOURS.muted, alpha=0.3, label=f"?: {t('regurgitation.trace.several')}"))
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(0, 0), ncols=2, fontsize=8)
    return figure


def _wrapped(text: str, width: int) -> list[tuple[int, int]]:
    """Return begin and end of each line of a text, where lines that are too long are broken and empty ones left out."""
    lines, begin = [], 0
    for line in text.split("\n"):
        for start in range(0, len(line), width):
            lines.append((begin + start, begin + min(start + width, len(line))))
        begin += len(line) + 1
    return lines


def spans(
    minimums: Int[np.ndarray, " minimums"],
    own: Mapping[int, Float[np.ndarray, "seeds minimums"]],
    other: Float[np.ndarray, "seeds minimums"],
    people: Float[np.ndarray, "pieces minimums"],
    *,
    chosen: int,
) -> Figure:
    """Draw the share of a text inside verbatim spans, by the shortest span that counts.

    Args:
        minimums: lengths of the shortest span that counts.
        own: order of the generator → share found in what it learnt from.
        other: share of one generator's text found in texts that it has not seen.
        people: share of texts by other people found in what the generators learnt from.
        chosen: the length used in the chapter.
    """
    figure, (axes,) = figure_grid(height=3.9)
    for (order, runs), marker, shade in zip(own.items(), "os^", (PALETTE[5], COLOURS.model, PALETTE[3]), strict=False):
        label = t("regurgitation.spans.own", order=order)
        interval_plot(axes, runs, label=label, colour=shade, marker=marker, generations=minimums.tolist())
    middle = list(own)[len(own) // 2]
    label = t("regurgitation.spans.other", order=middle)
    interval_plot(axes, other, label=label, colour=PALETTE[2], marker="D", generations=minimums.tolist())
    label = t("regurgitation.spans.people")
    interval_plot(axes, people, label=label, colour=COLOURS.human, marker="v", generations=minimums.tolist())
    axes.axvline(chosen, color=COLOURS.theory, linestyle=":", linewidth=1.2)
    axes.set_xscale("log")
    _plain_ticks(axes, minimums)
    axes.set(xlabel=t("regurgitation.spans.minimum"), ylabel=t("regurgitation.spans.share"), ylim=(-0.02, 1.45))
    axes.set_yticks(np.linspace(0, 1, 6))
    axes.legend(loc="upper right", ncols=2, fontsize=8.5)
    return figure


def duplicates(
    copies: Int[np.ndarray, " levels"],
    rates: Mapping[tuple[int, int], Float[np.ndarray, "seeds levels"]],
    curves: Mapping[int, Curve],
) -> Figure:
    """Draw the share of documents extracted by copies (left), and by copies times epochs (right): dots over curves.

    Args:
        copies: in the corpus.
        rates: (width, epochs) of a model → share extracted.
        curves: width → the share by copies times epochs, for all training lengths; one line each on the right.
    """
    figure, (left, right) = figure_grid(columns=2, height=3.7, share_y=True)
    grid = np.geomspace(copies[0], copies[-1], 200)
    styles = zip(PALETTE, "os^D", ("-", "--", "-.", ":"), strict=False)
    for ((width, epochs), runs), (colour, marker, style) in zip(rates.items(), styles, strict=False):
        label = t("regurgitation.duplicates.label", width=width, epochs=epochs)
        left.plot(grid, curves[width].rate(epochs * grid), style, color=colour, linewidth=1.3)
        for axes, scale in ((left, 1.0), (right, epochs * _BESIDE[len(right.containers) % len(_BESIDE)])):
            bars = _clipped_margin(runs)
            axes.errorbar(
                scale * copies, runs.mean(axis=0), bars, fmt=marker, color=colour, markersize=4.5, label=label
            )
            axes.set_xscale("log", base=2)
    for width, curve in curves.items():
        lengths = [epochs for each, epochs in rates if each == width]
        seen = np.geomspace(min(lengths) * copies[0], max(lengths) * copies[-1], 300)
        right.plot(seen, curve.rate(seen), color=COLOURS.theory, linewidth=1.3, zorder=1)
    _plain_ticks(left, copies)
    _plain_ticks(right, np.array([2, 8, 32, 128, 512]))
    left.set(xlabel=t("regurgitation.axis.copies"), ylabel=t("regurgitation.axis.extracted"), ylim=(-0.04, 1.04))
    right.set(xlabel=t("regurgitation.axis.exposures"))
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=2)
    return figure


_BESIDE = (1.0, 1.1, 1 / 1.1)
"""Factors that set dots at the same number of views beside each other."""


def _clipped_margin(shares: Float[np.ndarray, "seeds levels"]) -> Float[np.ndarray, "2 levels"]:
    """Return the 95 % margins below and above the means, as far as a share can go."""
    mean, margin = shares.mean(axis=0), student_margin(shares)
    return np.array([np.minimum(margin, mean), np.minimum(margin, 1 - mean)])


def canaries(
    copies: Int[np.ndarray, " levels"],
    exposures: Float[np.ndarray, "seeds levels"],
    rates: Float[np.ndarray, "seeds levels"],
    *,
    luck: float,
    rare: float,
    most: float,
) -> Figure:
    """Draw exposure (left) and the share extracted (right) of planted codes, by copies; 0 stands at the left edge.

    Args:
        copies: in the corpus, the first one 0.
        exposures: mean exposure of the codes with so many copies, in bits.
        rates: share of them that a prompt brings out.
        luck: exact mean exposure of codes that were never seen.
        rare: the exposure that one in a hundred of those reaches.
        most: the highest exposure there is.
    """
    figure, (left, right) = figure_grid(columns=2, height=3.5)
    places = np.arange(len(copies))
    interval_plot(
        left, exposures, label=t("regurgitation.canaries.measured"), generations=places.tolist(), colour=COLOURS.model
    )
    left.axhline(luck, color=COLOURS.theory, linestyle=":", label=t("regurgitation.canaries.luck"))
    left.axhline(rare, color=COLOURS.human, linestyle="--", label=t("regurgitation.canaries.rare"))
    left.axhline(most, color=COLOURS.muted, linestyle="-", linewidth=1, label=t("regurgitation.canaries.most"))
    left.set(ylabel=t("regurgitation.canaries.exposure"), ylim=(0, 19))
    left.set_yticks([0, 2, 4, 6, 8, 10, 12, 14])
    left.legend(loc="upper left", fontsize=8.5, ncols=1)
    bars = _clipped_margin(rates)
    right.errorbar(places, rates.mean(axis=0), bars, fmt="s-", color=COLOURS.model, markersize=4.5)
    right.set(ylabel=t("regurgitation.axis.extracted"), ylim=(-0.04, 1.04))
    for axes in (left, right):
        axes.set_xticks(places, [str(number) for number in copies])
        axes.set(xlabel=t("regurgitation.axis.copies"))
    return figure


def _plain_ticks(axes: Axes, places: Int[np.ndarray, " places"]) -> None:
    axes.xaxis.set_major_locator(FixedLocator(places.tolist()))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")


def familiarity(
    copied: Float[np.ndarray, " passages"], pieced: Float[np.ndarray, " passages"], own: Float[np.ndarray, " passages"]
) -> Figure:
    """Draw how familiar passages look to a reader who has only seen other texts: bits for each character.

    Args:
        copied: of passages that the generator copied.
        pieced: of passages that it put together.
        own: of passages that people wrote and the reader has not seen.
    """
    figure, (axes,) = figure_grid(height=2.7)
    groups: tuple[tuple[str, Float[np.ndarray, " passages"], str, str], ...] = (
        ("copied", copied, COLOURS.model, "-"),
        ("pieced", pieced, PALETTE[2], "--"),
        ("people", own, COLOURS.human, ":"),
    )
    edges = np.linspace(1, 7, 31)
    for name, values, colour, style in groups:
        height = np.histogram(values, edges)[0] / len(values)
        axes.stairs(
            height, edges, color=colour, linestyle=style, linewidth=1.8, label=t(f"regurgitation.familiarity.{name}")
        )
    axes.set(xlabel=t("regurgitation.familiarity.bits"), ylabel=t("regurgitation.familiarity.share"), xlim=(1, 7))
    axes.legend(loc="upper right")
    return figure
