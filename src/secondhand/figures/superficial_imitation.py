"""Figures of the chapter on superficial imitation. They draw arrays, and know nothing of the experiments."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from secondhand.figures.bands import interval_plot
from secondhand.figures.theme import COLOURS, PALETTE, figure_grid
from secondhand.messages import t

_Runs = Float[np.ndarray, "repeats sizes"]
_LOOKS = tuple(zip(PALETTE, "os^Dv", strict=False))


def form_and_facts(sizes: Sequence[int], style: _Runs, held_out: _Runs, constant: _Runs) -> Figure:
    """Draw how often a student sounds right and how often it is right, on questions that it has not seen.

    Args:
        sizes: numbers of examples.
        style: share of answers in the teacher's form.
        held_out: share of right answers.
        constant: share of right answers if each got the most common number.
    """
    figure, (axes,) = figure_grid(height=3.8)
    series = (
        ("style", style, COLOURS.model, "s"),
        ("held-out", held_out, COLOURS.human, "o"),
        ("constant", constant, COLOURS.muted, "^"),
    )
    for name, runs, colour, marker in series:
        label = t(f"superficial-imitation.form.{name}")
        interval_plot(axes, 100 * runs, label=label, colour=colour, marker=marker, generations=sizes)
    _over_examples(axes, sizes)
    axes.set(ylabel=t("superficial-imitation.axis.unseen"), ylim=(0, 104))
    axes.legend(loc="center right", bbox_to_anchor=(1.0, 0.7))
    return figure


def memory_and_guess(
    sizes: Sequence[int],
    accuracy: _Runs,
    coverage: _Runs,
    expected: Float[np.ndarray, " sizes"],
    held_out: _Runs,
    control_sizes: Sequence[int],
    controls: Mapping[str, Float[np.ndarray, "repeats control_sizes"]],
) -> Figure:
    """Draw accuracy with the coverage that carries it, and accuracy on unseen questions beside its controls.

    Args:
        sizes: numbers of examples.
        accuracy: share of right answers among all questions.
        coverage: share of the questions that are remembered.
        expected: the same from theory.
        held_out: share of right answers among unseen questions.
        control_sizes: numbers of examples of the controls.
        controls: name of the control in the catalogue of messages → share of right answers among unseen questions.
    """
    figure, (left, right) = figure_grid(columns=2, height=3.6, share_y=True)
    both = (("accuracy", accuracy, COLOURS.human, "o"), ("coverage", coverage, PALETTE[2], "s"))
    for name, runs, colour, marker in both:
        label = t(f"superficial-imitation.memory.{name}")
        interval_plot(left, 100 * runs, label=label, colour=colour, marker=marker, generations=sizes)
    left.plot(sizes, 100 * expected, color=COLOURS.theory, linestyle=":", label=t("common.legend.theory"))
    label = t("superficial-imitation.memory.facts")
    interval_plot(right, 100 * held_out, label=label, colour=COLOURS.human, generations=sizes)
    for (name, runs), colour, marker in zip(controls.items(), (COLOURS.muted, PALETTE[3]), "^D", strict=False):
        label = t(f"superficial-imitation.memory.{name}")
        interval_plot(right, 100 * runs, label=label, colour=colour, marker=marker, generations=control_sizes)
    for axes in (left, right):
        _over_examples(axes, sizes)
    left.set(ylabel=t("superficial-imitation.axis.questions"), ylim=(0, 104))
    left.set_title(t("superficial-imitation.memory.all"))
    right.set_title(t("superficial-imitation.memory.unseen"))
    left.legend(loc="upper left")
    right.legend(loc="upper left")
    return figure


def broad_and_targeted(
    sizes: Sequence[int], beginners: Mapping[str, _Runs], readers: Mapping[str, _Runs], *, before: float
) -> Figure:
    """Draw accuracy by number of examples, for what was imitated and for what the student knew before.

    Args:
        sizes: numbers of examples.
        beginners: name in the catalogue of messages → accuracy of students that began with nothing.
        readers: the same for students that had read half of the facts.
        before: accuracy of those readers before imitation, if made to answer everything.
    """
    figure, axes = figure_grid(columns=2, height=3.7, share_y=True)
    looks = {
        "targeted": (COLOURS.human, "o"),
        "broad": (COLOURS.model, "s"),
        "limited": (COLOURS.warning, "^"),
    }
    for panel, group, name in zip(axes, (beginners, readers), ("beginners", "readers"), strict=True):
        for kind, runs in group.items():
            colour, marker = looks[kind]
            label = t(f"superficial-imitation.kinds.{kind}")
            interval_plot(panel, 100 * runs, label=label, colour=colour, marker=marker, generations=sizes)
        _over_examples(panel, sizes)
        panel.set_title(t(f"superficial-imitation.kinds.{name}"))
        panel.set(ylim=(0, 104))
    # A wide pale line, so that a series that stays where it was is seen on top of it.
    label = t("superficial-imitation.kinds.before")
    axes[1].axhline(100 * before, color=COLOURS.muted, linewidth=5, alpha=0.45, zorder=0, label=label)
    axes[0].set(ylabel=t("superficial-imitation.axis.right"))
    axes[0].legend(loc="upper left")
    axes[1].legend(loc="lower left")
    return figure


def judges(
    approvals: Mapping[int, Float[np.ndarray, "repeats checking"]],
    checking: Float[np.ndarray, " checking"],
    *,
    published: float,
) -> Figure:
    """Draw how many answers a judge approves, by how many of their facts the judge looks up.

    Args:
        approvals: number of examples of the student → share of answers that are approved.
        checking: share of answers whose fact is looked up.
        published: the share that people approved, to compare.
    """
    figure, (axes,) = figure_grid(height=3.4)
    for (size, runs), (colour, marker) in zip(approvals.items(), _LOOKS, strict=False):
        label = t("superficial-imitation.judges.label", size=size)
        x = (100 * checking).tolist()
        interval_plot(axes, 100 * runs, label=label, colour=colour, marker=marker, generations=x)
    label = t("superficial-imitation.judges.published", share=published)
    axes.axhline(100 * published, color=COLOURS.muted, linestyle="--", label=label)
    axes.set(
        xlabel=t("superficial-imitation.judges.checking"),
        ylabel=t("superficial-imitation.judges.approval"),
        xlim=(0, 100),
        ylim=(0, 104),
    )
    axes.legend(loc="lower left")
    return figure


def abstention(
    thresholds: Float[np.ndarray, " thresholds"],
    scores: Mapping[int, Float[np.ndarray, "repeats thresholds"]],
    break_even: Mapping[int, float],
) -> Figure:
    """Draw what a threshold of confidence earns, on questions that the student cannot know.

    Args:
        thresholds: least confidence at which a student answers.
        scores: penalty for a wrong answer → mean score, by repeat and threshold.
        break_even: penalty → the threshold that theory recommends.
    """
    figure, (axes,) = figure_grid(height=3.7)
    for (penalty, runs), (colour, marker) in zip(scores.items(), _LOOKS, strict=False):
        label = t("superficial-imitation.abstention.penalty", penalty=penalty)
        interval_plot(axes, runs, label=label, colour=colour, marker=marker, generations=thresholds.tolist())
        axes.axvline(break_even[penalty], color=colour, linestyle=":")
    axes.axhline(0, color=COLOURS.muted, linewidth=1)
    axes.set(
        xlabel=t("superficial-imitation.abstention.threshold"),
        ylabel=t("superficial-imitation.abstention.score"),
        xlim=(thresholds[0], thresholds[-1]),
    )
    axes.legend(loc="lower right")
    return figure


def _over_examples(axes: Axes, sizes: Sequence[int]) -> None:
    axes.set_xscale("log")
    axes.set(xlabel=t("superficial-imitation.axis.examples"), xlim=(min(sizes) * 0.85, max(sizes) * 1.15))
    shown = [size for size in sizes if size in (min(sizes), 20, 100, max(sizes))]
    axes.set_xticks(shown, [f"{size:,}" for size in shown])
    axes.minorticks_off()
