"""A picture of who made what: things as boxes in layers, sources on the left, arrows from a source to what it made.

It draws any `networkx` graph whose edges point from the thing made to what it was made from, with the attribute `kind`
on nodes and the attribute `evidence` on edges. It needs no layout program. It knows nothing of how the graph came
about.
"""

from collections.abc import Collection, Mapping
from itertools import pairwise
from typing import Any, Literal

import networkx as nx
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from secondhand.figures.theme import COLOURS
from secondhand.messages import t

_BOXES: Mapping[str, tuple[str, str, str]] = {
    "corpus": ("round,pad=0.35", "#DCEBF5", COLOURS.human),
    "benchmark": ("square,pad=0.4", "#FFF1CC", "#8A6100"),
    "model": ("round4,pad=0.45", "#F9DDCB", COLOURS.model),
    "synthetic": ("round,pad=0.35", "#FBE9DF", COLOURS.model),
    "score": ("square,pad=0.3", COLOURS.panel, COLOURS.ink),
}
"""Kind of thing → shape of its box, its colour, and that of its edge; the kinds also differ in the word below."""

_LINES: Mapping[str, Literal["-", "--", ":"]] = {"declared": "-", "tested": "--", "unknown": ":"}


def lineage_picture(
    axes: Axes,
    graph: nx.MultiDiGraph,
    *,
    path: Collection[str] = (),
    labels: Mapping[str, str] | None = None,
    gaps: Collection[str] = (),
    places: Mapping[str, tuple[float, float]] | None = None,
    kinds: bool = True,
    font_size: float = 9,
) -> dict[str, tuple[float, float]]:
    """Draw a lineage on `axes`, and return the place of each thing: layer, and height from 0 to 1.

    Args:
        axes: where to draw.
        graph: edges point from the thing made to what it was made from.
        path: names along a witness path, from source to result; its arrows are thick.
        labels: name → what to write instead.
        gaps: names of things that get a question mark.
        places: name → layer, and height from 0 to 1, as another call returned them; by default they are found anew.
        kinds: whether to write the kind of thing beside its box.
        font_size: of the names, in points.

    Raises:
        ValueError: the graph has no node, or a cycle.
    """
    if not len(graph):
        raise ValueError("graph must hold at least one node to draw, got none")
    places = dict(places) if places is not None else _places(graph)
    layers = [x for x, _ in places.values()]
    heights = [y for _, y in places.values()]
    axes.set(xlim=(min(layers) - 0.5, max(layers) + 0.5), ylim=(min(heights) - 0.2, max(heights) + 0.2))
    axes.set_axis_off()
    words = {name: (labels or {}).get(name, name) + (" ?" if name in gaps else "") for name in graph}
    steps = {frozenset(pair) for pair in pairwise(path)}
    for made, source, data in graph.edges(data=True):
        on_path = frozenset((made, source)) in steps
        # A long arrow bends around the layers that it skips, on the nearer side of the picture.
        is_long = places[made][0] - places[source][0] > 1.5
        bend = 0 if not is_long else -0.22 if places[made][1] + places[source][1] > 1 else 0.22
        axes.annotate(
            "",
            xy=places[made],
            xytext=places[source],
            arrowprops={
                "arrowstyle": "-|>",
                "color": COLOURS.model if on_path else COLOURS.muted,
                "linewidth": 2.6 if on_path else 1.2,
                "linestyle": _LINES[data.get("evidence", "declared")],
                "connectionstyle": f"arc3,rad={bend}",
                "shrinkA": _way_out(axes, places[source], places[made], words[source], font_size),
                "shrinkB": _way_out(axes, places[made], places[source], words[made], font_size) + 2,
            },
            zorder=2 if on_path else 1,
        )
    for name, data in graph.nodes(data=True):
        shape, fill, edge = _BOXES[data["kind"]]
        is_high = places[name][1] > 0.5
        text = axes.text(
            *places[name],
            words[name],
            ha="center",
            va="center",
            fontsize=font_size,
            fontweight="bold" if name in path else "normal",
            bbox={
                "boxstyle": shape,
                "facecolor": fill,
                "edgecolor": edge,
                "linewidth": 1.2,
                "linestyle": "--" if data["kind"] == "synthetic" else "-",
            },
            zorder=3,
        )
        if kinds:
            axes.annotate(
                t(f"tracing-lineage.kind.{data['kind']}"),
                # On the outer side of the picture, where fewer arrows pass.
                (0.5, 1 if is_high else 0),
                xycoords=text,
                xytext=(0, 9 if is_high else -9),
                textcoords="offset points",
                ha="center",
                va="bottom" if is_high else "top",
                fontsize=font_size - 1.5,
                color=COLOURS.ink,
                zorder=3,
            )
    return places


def evidence_legend(axes: Axes, **options: Any) -> None:
    """Add a legend of what solid, dashed and dotted arrows mean."""
    handles = [
        Line2D([], [], color=COLOURS.muted, linestyle=style, label=t(f"tracing-lineage.evidence.{name}"))
        for name, style in _LINES.items()
    ]
    axes.legend(handles=handles, **options)


def _way_out(axes: Axes, start: tuple[float, float], end: tuple[float, float], words: str, font_size: float) -> float:
    """Return about how many points it takes to get from the middle of a box to its edge, on the way to another."""
    box, points = axes.get_window_extent(), 72 / axes.figure.dpi
    (left, right), (low, high) = axes.get_xlim(), axes.get_ylim()
    across = abs(end[0] - start[0]) * points * box.width / (right - left)
    up = abs(end[1] - start[1]) * points * box.height / (high - low)
    half_width = max(0.33 * font_size * len(line) for line in words.split("\n")) + 0.6 * font_size
    half_height = 0.65 * font_size * (1 + words.count("\n")) + 0.7 * font_size
    length = max(float(np.hypot(across, up)), 1e-9)
    return float(min(half_width * length / max(across, 1e-9), half_height * length / max(up, 1e-9)))


def _places(graph: nx.MultiDiGraph) -> dict[str, tuple[float, float]]:
    """Layer by longest way from a source; a source stands right before the first thing that was made from it."""
    flow = nx.DiGraph(graph).reverse()
    try:
        layer = {name: float(depth) for depth, names in enumerate(nx.topological_generations(flow)) for name in names}
    except nx.NetworkXUnfeasible:
        raise ValueError("graph must not make a thing out of itself, got a cycle") from None
    for name in flow:
        if flow.in_degree(name) == 0 and flow.out_degree(name) > 0:
            layer[name] = min(layer[made] for made in flow.successors(name)) - 1
    columns: dict[float, list[str]] = {}
    for name in flow:
        columns.setdefault(layer[name], []).append(name)
    height: dict[str, float] = {}
    for order in (sorted(columns), sorted(columns, reverse=True), sorted(columns)):
        # Each thing near the mean height of its neighbours that are placed already, so that few arrows cross.
        for column in order:
            names = columns[column]
            wish = {
                name: [height[other] for other in nx.all_neighbors(flow, name) if other in height] for name in names
            }
            names.sort(key=lambda name: -(sum(wish[name]) / len(wish[name]) if wish[name] else 0.5))
            for place, name in enumerate(names):
                height[name] = 1 - (place + 0.5) / len(names)
    return {name: (layer[name], height[name]) for name in flow}
