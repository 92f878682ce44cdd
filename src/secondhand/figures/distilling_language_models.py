"""Figures of the chapter on distilling language models. They draw arrays, and know nothing of what is behind them."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from secondhand.figures.bands import mean_in_row, mean_points
from secondhand.figures.theme import COLOURS, PALETTE, figure_grid
from secondhand.messages import t

_MARKERS = "os^DvP"

_STUDENTS = {
    "hard": PALETTE[0],
    "unigram": PALETTE[2],
    "written": PALETTE[1],
    "much": PALETTE[5],
    "own_laws": PALETTE[4],
    "soft": PALETTE[3],
}
"""Colour of each kind of student, the same in every figure."""


def _t(name: str, **values: object) -> str:
    return t(f"distilling-language-models.{name}", **values)


def _rows(axes: Axes, values: Mapping[str, Float[np.ndarray, " students"]], labels: Sequence[str]) -> None:
    """Draw single students as dots and their mean with its interval, one row a kind."""
    generator = np.random.default_rng(0)
    for row, (kind, runs) in enumerate(values.items()):
        colour, marker = _STUDENTS.get(kind, PALETTE[row]), _MARKERS[row]
        heights = row + 0.14 * generator.uniform(-1, 1, len(runs))
        axes.plot(runs, heights, ".", color=colour, alpha=0.55)
        mean_in_row(axes, row, runs, colour=colour, marker=marker)
    axes.set_yticks(range(len(values)), list(labels))
    axes.set_ylim(len(values) - 0.5, -0.5)
    axes.grid(visible=False, axis="y")


def students(
    bits: Mapping[str, Float[np.ndarray, " students"]],
    accepted: Mapping[str, Float[np.ndarray, " students"]],
    *,
    teacher_bits: float,
) -> Figure:
    """Draw bits per character on held-out text and acceptance by the teacher, for each kind of student.

    Args:
        bits: key of the kind in the catalogue of messages → bits per character, by student.
        accepted: the same kinds → share of tokens that the teacher would accept.
        teacher_bits: bits per character of the teacher.
    """
    figure, (left, right) = figure_grid(columns=2, height=3.2)
    names = [_t(f"student.{kind}") for kind in bits]
    _rows(left, bits, names)
    left.axvline(teacher_bits, color=COLOURS.theory, linestyle=":")
    left.annotate(_t("students.teacher"), (teacher_bits, 0), xytext=(6, 0), textcoords="offset points", va="center")
    left.set(xlabel=_t("students.bits"))
    _rows(right, {kind: 100 * shares for kind, shares in accepted.items()}, [""] * len(names))
    right.set(xlabel=_t("students.accepted"))
    return figure


def humps(
    x: Float[np.ndarray, " points"],
    densities: Mapping[float, Mapping[str, Float[np.ndarray, " points"]]],
) -> Figure:
    """Draw the two humps of the teacher and the Gaussians that each direction of the divergence fits.

    Args:
        x: points on the line.
        densities: half distance of the humps → "teacher", "forward" and "reverse" → density at each point.
    """
    figure, panels = figure_grid(columns=len(densities), height=2.9, share_y=True)
    styles = {"teacher": ("-", COLOURS.muted), "forward": ("--", COLOURS.human), "reverse": ("-", COLOURS.model)}
    for axes, (distance, curves) in zip(panels, densities.items(), strict=True):
        for name, curve in curves.items():
            line, colour = styles[name]
            axes.plot(x, curve, line, color=colour, label=_t(f"humps.{name}"))
        axes.fill_between(x, 0, curves["teacher"], color=COLOURS.muted, alpha=0.2, linewidth=0)
        axes.set(title=_t("humps.title", distance=distance), xlabel=_t("humps.axis"))
    panels[0].set(ylabel=_t("humps.density"), ylim=(0, 0.56))
    panels[0].legend(loc="upper left")
    return figure


def threshold(
    distances: Float[np.ndarray, " distances"],
    broad: Float[np.ndarray, " distances"],
    narrow: Float[np.ndarray, " distances"],
    *,
    exists: float,
    tie: float,
) -> Figure:
    """Draw what is left of the reverse divergence at both local optima, by the half distance of the humps.

    Args:
        distances: half distances d.
        broad: divergence at the optimum over both humps.
        narrow: divergence at the optimum on one hump; NaN where it does not exist.
        exists: d from which the narrow one exists.
        tie: d from which it is the better one.
    """
    figure, (axes,) = figure_grid(height=3.4)
    axes.plot(distances, broad, "--", color=COLOURS.human, label=_t("threshold.broad"))
    axes.plot(distances, narrow, "-", color=COLOURS.model, label=_t("threshold.narrow"))
    axes.axhline(np.log(2), color=COLOURS.theory, linestyle=":", label=_t("threshold.both"))
    for place, side in ((exists, -8), (tie, 8)):
        axes.axvline(place, color=COLOURS.muted, linewidth=1)
        axes.annotate(
            f"{place:.2f}",
            (place, 0.06),
            xytext=(side, 0),
            textcoords="offset points",
            ha="right" if side < 0 else "left",
        )
    axes.set(xlabel=_t("threshold.axis"), ylabel=_t("threshold.cost"), xlim=(distances[0], distances[-1]))
    axes.set_ylim(0, 1.05 * float(broad.max()))
    axes.legend(loc="upper left")
    return figure


def mixed(
    betas: Float[np.ndarray, " betas"], values: Float[np.ndarray, " betas"], *, ahead: float, back: float
) -> Figure:
    """Draw the generalised divergence by β, as it is and divided by what vanishes.

    Args:
        betas: above 0 and below 1.
        values: D_β in nats.
        ahead: forward divergence.
        back: reverse divergence.
    """
    figure, (axes,) = figure_grid(height=3.2)
    axes.plot(betas, values, color=COLOURS.ink, label=_t("mixed.plain"))
    axes.plot(betas, values / betas, "--", color=COLOURS.human, label=_t("mixed.first"))
    axes.plot(betas, values / (1 - betas), "-.", color=COLOURS.model, label=_t("mixed.last"))
    for x, height, colour, name in ((0, ahead, COLOURS.human, "ahead"), (1, back, COLOURS.model, "back")):
        axes.plot([x], [height], "o", color=colour, clip_on=False)
        axes.annotate(
            _t(f"mixed.{name}"),
            (x, height),
            xytext=(8 if x == 0 else -8, 6),
            textcoords="offset points",
            ha="left" if x == 0 else "right",
            va="bottom",
        )
    axes.set(xlabel=_t("mixed.axis"), ylabel=_t("mixed.value"), xlim=(0, 1), ylim=(0, 1.25 * max(ahead, back)))
    axes.legend(loc="upper center")
    return figure


_WRITERS = {
    "forward": ("o", PALETTE[0]),
    "cool": ("s", PALETTE[4]),
    "cooler": ("^", PALETTE[2]),
    "reverse": ("D", PALETTE[1]),
    "teacher": ("*", COLOURS.ink),
}
"""Marker and colour of each kind of writer."""


def directions(
    own: Mapping[str, Float[np.ndarray, " students"]], read: Mapping[str, Float[np.ndarray, " students"]]
) -> Figure:
    """Draw how strange a text is to the teacher against how various it is, for each kind of writer.

    Args:
        own: key of the writer in the catalogue of messages → entropy of its text, in bits a token, by student.
        read: the same → bits that the teacher needs for a token of it.
    """
    figure, (axes,) = figure_grid(height=4.2)
    values = np.concatenate([*own.values(), *read.values()])
    ends = np.array([min(v.min() for v in own.values()) - 0.1, max(v.max() for v in own.values()) + 0.1])
    axes.plot(ends, ends, "--", color=COLOURS.theory, label=_t("directions.line"))
    for kind, (marker, colour) in _WRITERS.items():
        if kind not in own:
            continue
        x, y, size = own[kind], read[kind], 15 if marker == "*" else 9
        if kind != "teacher":
            axes.plot(x, y, marker, color=colour, alpha=0.45, markersize=4, linestyle="none")
        axes.plot(
            [x.mean()],
            [y.mean()],
            marker,
            color=colour,
            markersize=size,
            markeredgecolor=COLOURS.ink,
            linestyle="none",
            label=_t(f"writer.{kind}"),
        )
    axes.set(xlabel=_t("directions.own"), ylabel=_t("directions.read"), xlim=ends)
    axes.set_ylim(float(values.min()) - 0.15, float(values.max()) + 0.25)
    axes.legend(loc="upper left")
    return figure


def exposure(
    steps: Float[np.ndarray, " steps"],
    shares: Mapping[float, tuple[Float[np.ndarray, " steps"], Float[np.ndarray, " steps"]]],
    *,
    every: int = 10,
) -> Figure:
    """Draw the share of chains that are off the path, theory as lines and simulation as dots.

    Args:
        steps: their numbers.
        shares: probability of coming back → simulated share, and theory.
        every: how far apart the dots are, in steps.
    """
    figure, (axes,) = figure_grid(height=3.2)
    for (recovery, (simulated, theory)), colour, marker in zip(shares.items(), PALETTE, _MARKERS, strict=False):
        axes.plot(steps, 100 * theory, ":", color=COLOURS.theory)
        chosen = slice(every - 1, None, every)
        label = _t("exposure.recovery", recovery=recovery)
        axes.plot(
            steps[chosen],
            100 * simulated[chosen],
            marker,
            color=colour,
            markeredgecolor=COLOURS.panel,
            label=label,
        )
    axes.plot([], [], ":", color=COLOURS.theory, label=t("common.legend.theory"))
    axes.set(xlabel=_t("exposure.axis"), ylabel=_t("exposure.share"), xlim=(0, float(steps[-1]) + 2))
    axes.set_ylim(-2, None)
    axes.legend(loc="upper left")
    return figure


def speculation(
    drafts: Float[np.ndarray, " drafts"],
    tokens: Mapping[str, tuple[Float[np.ndarray, "students drafts"], Float[np.ndarray, " drafts"]]],
) -> Figure:
    """Draw the tokens that a call of the teacher yields, by the number of drafts and kind of student.

    Args:
        drafts: numbers of drafts for a call.
        tokens: key of the kind → tokens for a call, by student, and what the formula for alike acceptance says.
    """
    figure, (axes,) = figure_grid(height=3.3)
    for (kind, (runs, formula)), marker in zip(tokens.items(), _MARKERS, strict=False):
        colour = _STUDENTS[kind]
        mean_points(axes, drafts, runs, colour=colour, marker=marker, label=_t(f"student.{kind}"))
        axes.plot(drafts, formula, ":", color=colour, linewidth=2)
    axes.plot([], [], ":", color=COLOURS.muted, label=_t("speculation.alike"))
    axes.set(xlabel=_t("speculation.axis"), ylabel=_t("speculation.tokens"), xticks=drafts)
    axes.set_ylim(1, None)
    axes.legend(loc="upper left")
    return figure
