"""Figures of the chapter on inherited licences. They draw arrays and graphs, and know nothing of law."""

from collections.abc import Hashable, Mapping, Sequence

import networkx as nx
import numpy as np
from jaxtyping import Float
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from secondhand.figures.bands import mean_points
from secondhand.figures.theme import COLOURS, PALETTE, figure_grid
from secondhand.messages import t

_ANSWERS = {"yes": (PALETTE[2], "o", "-"), "unknown": (COLOURS.muted, "s", "--"), "no": (COLOURS.model, "^", "-.")}
"""Colour, marker and line of each answer."""


def relay(
    copies: Sequence[int],
    found: Mapping[str, Float[np.ndarray, "seeds copies"]],
    chances: Mapping[str, Float[np.ndarray, " copies"]],
    orders: Sequence[int],
    repeated: Mapping[str, Float[np.ndarray, "seeds orders"]],
    expected: Float[np.ndarray, " orders"],
) -> Figure:
    """Draw how often planted phrases come back: by copies (left), and by how far the models look (right).

    Args:
        copies: how often phrases were planted; 0 is the control.
        found: name of the model → share of phrases written at least once.
        chances: name of the model → the same from theory.
        orders: how many words a model looks at, the one that it draws included.
        repeated: name of the model → occurrences for each planted copy.
        expected: the same from theory.
    """
    figure, (left, right) = figure_grid(columns=2, height=3.6)
    places = np.arange(len(copies))
    looks = ((COLOURS.human, "o", "--", -0.05), (COLOURS.model, "s", ":", 0.05))
    for (name, shares), (colour, marker, style, shift) in zip(found.items(), looks, strict=False):
        label = t(f"inherited-licences.relay.{name}")
        mean_points(left, places, shares, colour=colour, marker=marker, label=label)
        theory = t(f"inherited-licences.relay.theory-{name}")
        left.plot(places, chances[name], color=colour, linestyle=style, label=theory)
        mean_points(right, np.asarray(orders) + shift, repeated[name], colour=colour, marker=marker, label=label)
    right.plot(orders, expected, color=COLOURS.theory, linestyle="--", label=t("common.legend.theory"))
    labels = [t("inherited-licences.relay.control") if number == 0 else str(number) for number in copies]
    left.set_xticks(places, labels)
    left.set(
        xlabel=t("inherited-licences.relay.copies"), ylabel=t("inherited-licences.relay.share"), ylim=(-0.04, 1.08)
    )
    right.set_xticks(list(orders))
    right.set(xlabel=t("inherited-licences.relay.order"), ylabel=t("inherited-licences.relay.each"), ylim=(-0.06, 1.5))
    left.legend(loc="lower right")
    right.legend(loc="upper left")
    return figure


def known(
    numbers: Sequence[int],
    simulated: Float[np.ndarray, "seeds numbers"],
    curves: Mapping[str, tuple[Float[np.ndarray, " grid"], Float[np.ndarray, " grid"]]],
) -> Figure:
    """Draw the chance that all sources declare a known licence, by the number of sources: dots over theory.

    Args:
        numbers: of sources, for the dots.
        simulated: share of random choices without an unknown licence.
        curves: label → numbers of sources and chance from theory; the first is that of the dots.
    """
    figure, (axes,) = figure_grid(height=3.4)
    colours, styles = (COLOURS.theory, COLOURS.model, PALETTE[3]), ("-", "--", ":")
    for (label, curve), colour, style in zip(curves.items(), colours, styles, strict=False):
        axes.plot(*curve, color=colour, linestyle=style, label=label)
    mean_points(
        axes,
        np.asarray(numbers),
        simulated,
        colour=COLOURS.human,
        marker="o",
        label=t("inherited-licences.known.simulation"),
    )
    axes.set(
        xlabel=t("inherited-licences.known.sources"), ylabel=t("inherited-licences.known.chance"), ylim=(-0.03, 1.03)
    )
    axes.legend(loc="upper right")
    return figure


def lineage(graph: nx.DiGraph, panels: Mapping[str, Mapping[Hashable, str]]) -> Figure:
    """Draw a small lineage once for each reading, with an answer in each node; arrows point to what a thing came from.

    Args:
        graph: edges from the thing made to what it was made from; nodes are keys of the catalogue of messages.
        panels: title → node → "yes", "no" or "unknown".
    """
    figure, grid = figure_grid(columns=len(panels), height=4.4)
    layers = list(nx.topological_generations(graph.reverse()))
    places = {
        node: ((index + 0.5) / len(layer), -float(depth))
        for depth, layer in enumerate(layers)
        for index, node in enumerate(sorted(layer, key=str))
    }
    for axes, (title, answers) in zip(grid, panels.items(), strict=True):
        for made, made_from in graph.edges:
            (x, y), (u, v) = places[made], places[made_from]
            axes.annotate(
                "",
                xy=(u, v - 0.27),
                xytext=(x, y + 0.27),
                arrowprops={"arrowstyle": "-|>", "color": COLOURS.ink, "linewidth": 1.1},
            )
        for node, (x, y) in places.items():
            colour, _, style = _ANSWERS[answers[node]]
            axes.add_patch(
                FancyBboxPatch(
                    (x - 0.14, y - 0.24),
                    0.28,
                    0.48,
                    boxstyle="round,pad=0.01,rounding_size=0.05",
                    facecolor=COLOURS.panel,
                    edgecolor=colour,
                    linestyle=style,
                    linewidth=2.2,
                )
            )
            name, answer = t(f"inherited-licences.node.{node}"), t(f"inherited-licences.answer.{answers[node]}")
            axes.text(x, y + 0.09, name, ha="center", va="center", fontsize=9, fontweight="bold")
            axes.text(x, y - 0.11, answer, ha="center", va="center", fontsize=9, color=COLOURS.ink)
        axes.set(title=title, xlim=(0, 1), ylim=(-len(layers) + 0.6, 0.35))
        axes.axis("off")
    return figure


def generations(
    panels: Mapping[str, Mapping[str, tuple[Float[np.ndarray, "seeds n"], Float[np.ndarray, " n"]]]],
) -> Figure:
    """Draw the share of models with each answer, by generation, one panel for each reading: dots over theory.

    Args:
        panels: title → answer → simulated and expected shares by generation, from 1 on.
    """
    figure, grid = figure_grid(columns=len(panels), height=3.5, share_y=True)
    for axes, (title, answers) in zip(grid, panels.items(), strict=True):
        for answer, (simulated, expected) in answers.items():
            colour, marker, style = _ANSWERS[answer]
            steps = np.arange(1, len(expected) + 1)
            axes.plot(steps, expected, color=colour, linestyle=style)
            mean_points(
                axes,
                steps,
                simulated,
                colour=colour,
                marker=marker,
                label=t(f"inherited-licences.generations.{answer}"),
            )
        axes.set_xticks(steps)
        axes.set(title=title, xlabel=t("common.axis.generation"), ylim=(-0.04, 1.22))
        axes.set_yticks(np.linspace(0, 1, 6))
        axes.legend(loc="upper left", ncols=3, columnspacing=1.0, handletextpad=0.3, fontsize=9)
    grid[0].set(ylabel=t("inherited-licences.generations.share"))
    return figure
