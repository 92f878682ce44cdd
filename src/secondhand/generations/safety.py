"""Is a feedback loop safe? A check for a reader's own classifier or generator, from held-out human data.

It measures how far outputs are from what people do, and multiplies by the most that the loop can make of it. It knows
nothing of how the outputs came about.
"""

import html
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from secondhand import _validation
from secondhand.generations.theory.feedback import amplification_bound, amplification_limit
from secondhand.learners.classifiers import make_labels
from secondhand.measures import Interval, mean_interval, rate_gap
from secondhand.messages import t

RULES = ("given", "argmax", "sample")


@dataclass(frozen=True)
class LoopSafety:
    """What `loop_safety` found.

    Attributes:
        bias: bias of the outputs in each group, with its interval; without groups there is one, named "all".
        amplification: the bound on how many times that bias the loop can make of it.
        tolerance: the largest bias that the reader accepts.
        rounds: the horizon; None for ever.
        pool_bias: the rate of the first pool minus that of people, if the rate of the pool was given.
        fit_error: the rate of the outputs minus that of the first pool, likewise.
    """

    bias: dict[str, Interval]
    amplification: float
    tolerance: float
    rounds: int | None
    pool_bias: Interval | None = None
    fit_error: Interval | None = None

    @property
    def worst_group(self) -> str:
        """The group whose interval reaches furthest from 0."""
        return max(self.bias, key=lambda group: _far_end(self.bias[group]))

    @property
    def reach(self) -> float:
        """The largest bias that the loop can come to, given the far ends of the intervals."""
        if self.pool_bias is not None and self.fit_error is not None:
            return _far_end(self.pool_bias) + _amplified(self.fit_error, self.amplification)
        return _amplified(self.bias[self.worst_group], self.amplification)

    @property
    def verdict(self) -> str:
        """Return "safe", "unsafe" or "not shown".

        "safe": even the far end of the interval, amplified to the bound, is within the tolerance. "unsafe": in some
        group the whole interval is beyond the tolerance already, before any feedback. "not shown": neither; the bound
        says how bad it can become, not how bad it will.
        """
        if self.reach <= self.tolerance:
            return "safe"
        beyond = any(max(part.low, -part.high) > self.tolerance for part in self.bias.values())
        return "unsafe" if beyond else "not shown"

    @property
    def safe(self) -> bool:
        """Whether the loop was shown to be safe."""
        return self.verdict == "safe"

    def to_frame(self) -> pd.DataFrame:
        """Return one row a group: `group`, `bias`, `low`, `high`, and `reach`, the amplified far end."""
        rows = [
            {
                "group": group,
                "bias": part.estimate,
                "low": part.low,
                "high": part.high,
                "reach": self.reach if self.fit_error else _amplified(part, self.amplification),
            }
            for group, part in self.bias.items()
        ]
        return pd.DataFrame(rows)

    def lines(self) -> list[str]:
        """Return what the card says, in the reader's language."""
        worst = self.bias[self.worst_group]
        word = self.verdict.replace(" ", "-")
        values = {"estimate": 100 * worst.estimate, "low": 100 * worst.low, "high": 100 * worst.high}
        for_ever = self.rounds is None
        horizon = t("bias-feedback-loops.safety.for-ever" if for_ever else "bias-feedback-loops.safety.rounds")
        name = "" if self.worst_group == "all" else f" ({self.worst_group})"
        return [
            t(f"bias-feedback-loops.safety.{word}", tolerance=100 * self.tolerance),
            t("bias-feedback-loops.safety.bias", group=name, **values),
            *self._parts(),
            t(
                "bias-feedback-loops.safety.reach",
                what=t(f"bias-feedback-loops.safety.what-{'bias' if self.fit_error is None else 'fit'}"),
                factor=self.amplification,
                horizon=horizon.format(rounds=self.rounds),
                reach=100 * self.reach,
            ),
        ]

    def _parts(self) -> list[str]:
        if self.pool_bias is None or self.fit_error is None:
            return []
        values = {"pool": 100 * self.pool_bias.estimate, "fit": 100 * self.fit_error.estimate}
        return [t("bias-feedback-loops.safety.parts", **values)]

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        kind, mark = {"safe": ("pass", "✓"), "unsafe": ("fail", "✗"), "not shown": ("todo", "○")}[self.verdict]
        lines = self.lines()
        body = "<br>".join(html.escape(line) for line in lines)
        card = f'<div class="check-card check-{kind}"><span aria-hidden="true">{mark}</span> {body}</div>'
        return {
            "text/html": card,
            "text/plain": "\n".join([f"{mark} {lines[0]}", *(f"  {line}" for line in lines[1:])]),
        }


def loop_safety(
    outputs: ArrayLike,
    human_labels: ArrayLike,
    *,
    initial: int,
    human: int,
    model: int,
    tolerance: float,
    labels: str = "given",
    paired: bool = True,
    groups: ArrayLike | None = None,
    pool_rate: float | None = None,
    rounds: int | None = None,
    confidence: float = 0.95,
) -> LoopSafety:
    """Say whether a loop can amplify a bias beyond a tolerance.

    For a classifier, `outputs` are its probabilities on held-out items and `human_labels` what people said of the same
    items; `labels` is how it will label. For a generator, `outputs` are what a detector finds in generated items
    (0 or 1), `human_labels` what the same detector finds in human items, and `paired` is False.

    The bias δ of the first fit, with its interval, is multiplied by the bound of Taori and Hashimoto. That is a
    guarantee, at the confidence of the interval, under four assumptions: new items are like the held-out ones; no later
    fit strays further from its pool than δ; people's labels have no bias of their own, and neither has the
    first pool (its sampling error is not counted); the detector errs alike on human
    and on generated items. Measure again after each round, and the second assumption is checked instead of assumed.
    It is about rates. Loops can lose variety while every rate stays right.

    Args:
        outputs: probabilities, or decisions 0 and 1.
        human_labels: 0 or 1.
        initial: human items in the pool at the start, at least 1.
        human: human items a round, at least 0.
        model: items a round that the model labels or writes, at least 0.
        tolerance: the largest bias that is acceptable, above 0 and below 1.
        labels: "given": the outputs are what enters the pool; "sample": they are probabilities, and labels are drawn
            with them; "argmax": they are probabilities, and the most probable label enters the pool.
        paired: whether outputs and labels belong to the same items.
        groups: the group of each item, to measure the bias in each; intervals widen (Bonferroni) so that they hold
            together. Only for paired data.
        pool_rate: how often label 1 occurs in the pool that the model was fitted to, from 0 to 1. If it is given, the
            bias is split: what the first pool is off, B₀, cannot grow, and only the fit error δ is amplified, so that
            |b_t| ≤ |B₀| + |δ|·(b_t/δ). Without it all of the bias is taken for δ. Not with groups.
        rounds: how many rounds the loop will run, at least 0; None for ever, which needs human items.
        confidence: above 0 and below 1.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range, or a group has fewer than two items.

    Source:
        R. Taori and T. Hashimoto (2023), Theorem 1 and the notion of consistent calibration; the decision rule is ours.
    """
    tolerance = _validation.number("tolerance", tolerance, above=0, below=1)
    confidence = _validation.number("confidence", confidence, above=0, below=1)
    if not isinstance(paired, bool):
        raise TypeError(f"paired must be True or False, got {paired!r} ({type(paired).__name__})")
    decided = np.asarray(outputs, dtype=np.float64) if np.size(outputs) else np.asarray(outputs)
    if _validation.choice("labels", labels, RULES) == "argmax":
        decided = make_labels(decided, labels="argmax", seed=0).astype(np.float64)
    factor = _factor(initial, human, model, rounds)
    if pool_rate is not None:
        if groups is not None:
            raise ValueError("pool_rate must be None where groups are given; call once for each group")
        pool_rate = _validation.number("pool_rate", pool_rate, minimum=0, maximum=1)
        half = 1 - (1 - confidence) / 2  # two intervals that hold together
        people = mean_interval(human_labels, confidence=half)
        made = mean_interval(decided, confidence=half)
        return LoopSafety(
            {"all": rate_gap(decided, human_labels, paired=paired, confidence=confidence)},
            factor,
            tolerance,
            rounds,
            Interval(pool_rate - people.estimate, pool_rate - people.high, pool_rate - people.low, half),
            Interval(made.estimate - pool_rate, made.low - pool_rate, made.high - pool_rate, half),
        )
    if groups is None:
        return LoopSafety(
            {"all": rate_gap(decided, human_labels, paired=paired, confidence=confidence)}, factor, tolerance, rounds
        )
    if not paired:
        raise ValueError("groups must be None where paired=False; call once for each group of two samples")
    members, observed = np.asarray(groups), np.asarray(human_labels)
    if members.shape != decided.shape or observed.shape != decided.shape:
        raise ValueError(
            f"groups must name one group for each of the {decided.size} outputs and labels, got {members.size} for "
            f"{observed.size} labels"
        )
    names = np.unique(members)
    single = 1 - (1 - confidence) / len(names)
    bias = {}
    for name in names:
        chosen = members == name
        if chosen.sum() < 2:
            raise ValueError(f"groups must hold each group at least twice, got {name!r} once; merge or drop it")
        bias[str(name)] = rate_gap(decided[chosen], observed[chosen], confidence=single)
    return LoopSafety(bias, factor, tolerance, rounds)


def _far_end(part: Interval) -> float:
    return max(abs(part.low), abs(part.high))


def _amplified(part: Interval, factor: float) -> float:
    # No bias stays no bias, even where the bound has no limit.
    return _far_end(part) * factor if _far_end(part) else 0.0


def _factor(initial: int, human: int, model: int, rounds: int | None) -> float:
    if rounds is None:
        amplification_bound(initial=initial, human=human, model=model, rounds=0)
        return amplification_limit(human=human, model=model)
    return float(amplification_bound(initial=initial, human=human, model=model, rounds=rounds)[-1])
