"""Is a feedback loop safe? A check for a reader's own classifier or generator, from held-out human data.

It measures how far outputs are from what people do, multiplies by the most that the loop can make of it, and adds what
chance can do. It knows nothing of how the outputs came about.
"""

import html
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float
from numpy.typing import ArrayLike
from scipy import stats
from scipy.special import expit, logit

from secondhand import _validation
from secondhand.generations.theory.feedback import amplification_bound, amplification_limit
from secondhand.learners.classifiers import make_labels
from secondhand.measures import Interval
from secondhand.messages import t

RULES = ("given", "argmax", "sample")
_CHAPTER = "bias-feedback-loops"
_MARKS = {"safe": ("pass", "✓"), "unsafe": ("fail", "✗"), "not shown": ("todo", "○")}


@dataclass(frozen=True)
class LoopSafety:
    """What `loop_safety` found.

    Attributes:
        bias: bias of the outputs in each group, with its interval; without groups there is one, named "all".
        reaches: the largest bias that the loop is shown to stay within, by group.
        possible: the largest bias that there can be, by group: all labels alike.
        amplification: the bound on how many times a fit error the loop can make of it.
        tolerance: the largest bias that the reader accepts.
        rounds: the horizon; None for ever.
        labels: the rule that makes the labels.
        response: by how much later fits may stray further, as the labels react to a pool that is off by the tolerance.
        pool_bias: the rate of the first pool minus that of people, if the rate of the pool was given.
        fit_error: the rate of the outputs minus that of the first pool, likewise.
    """

    bias: dict[str, Interval]
    reaches: dict[str, float]
    possible: dict[str, float]
    amplification: float
    tolerance: float
    rounds: int | None
    labels: str
    response: float
    pool_bias: Interval | None = None
    fit_error: Interval | None = None

    @property
    def worst_group(self) -> str:
        """The group that can come furthest from people."""
        return max(self.reaches, key=lambda group: self.reaches[group])

    @property
    def reach(self) -> float:
        """The largest bias that the loop is shown to stay within, over all groups."""
        return self.reaches[self.worst_group]

    @property
    def verdict(self) -> str:
        """Return "safe", "unsafe" or "not shown".

        "safe": the far end of the interval, amplified to the bound, with what chance adds, is within the tolerance.
        "unsafe": in some group the whole interval is beyond the tolerance already, before any feedback. "not shown":
        neither; the bound says how bad it can become, not how bad it will.
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
        """Return one row a group: `group`, `bias`, `low`, `high`, and `reach`."""
        rows = [
            {
                "group": group,
                "bias": part.estimate,
                "low": part.low,
                "high": part.high,
                "reach": self.reaches[group],
            }
            for group, part in self.bias.items()
        ]
        return pd.DataFrame(rows)

    def lines(self) -> list[str]:
        """Return what the card says, in the reader's language."""
        return [
            t(f"{_CHAPTER}.safety.{self.verdict.replace(' ', '-')}", tolerance=100 * self.tolerance),
            *(self._bias_line(group) for group in self.bias),
            *self._part_lines(),
            self._reach_line(),
            *([t(f"{_CHAPTER}.safety.response", response=100 * self.response)] if self.response > 0 else []),
            t(f"{_CHAPTER}.safety.{'assumed-given' if self.labels == 'given' else 'assumed'}"),
        ]

    def __str__(self) -> str:
        lines = self.lines()
        return "\n".join([f"{_MARKS[self.verdict][1]} {lines[0]}", *(f"  {line}" for line in lines[1:])])

    def _bias_line(self, group: str) -> str:
        part = self.bias[group]
        values = {"estimate": 100 * part.estimate, "low": 100 * part.low, "high": 100 * part.high}
        return t(f"{_CHAPTER}.safety.bias", group="" if group == "all" else f" ({group})", **values)

    def _part_lines(self) -> list[str]:
        if self.pool_bias is None or self.fit_error is None:
            return [t(f"{_CHAPTER}.safety.no-pool")] if "all" in self.bias else []
        values = {"pool": 100 * self.pool_bias.estimate, "fit": 100 * self.fit_error.estimate}
        return [t(f"{_CHAPTER}.safety.parts", **values)]

    def _reach_line(self) -> str:
        span = "for-ever" if self.rounds is None else "rounds"
        horizon = t(f"{_CHAPTER}.safety.{span}").format(rounds=self.rounds)
        says = "nothing" if self.reach >= self.possible[self.worst_group] else "reach"
        values = {"factor": self.amplification, "reach": 100 * self.reach, "horizon": horizon}
        return t(f"{_CHAPTER}.safety.{says}", **values)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        kind, mark = _MARKS[self.verdict]
        body = "<br>".join(html.escape(line) for line in self.lines())
        card = f'<div class="check-card check-{kind}"><span aria-hidden="true">{mark}</span> {body}</div>'
        return {"text/html": card, "text/plain": str(self)}


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
    """Say whether a loop in which old data are kept can amplify a bias beyond a tolerance.

    For a classifier, `outputs` are its probabilities on held-out items and `human_labels` what people said of the same
    items; `labels` is how it will label. For a generator, `outputs` are what a detector finds in generated items
    (0 or 1), `human_labels` what the same detector finds in human items, and `paired` is False.

    The loop is called safe if at this confidence the bias stays within the tolerance in every round: of all loops that
    you ask about, at most 1 − confidence are called safe and break their promise. What goes into that (n₀, m, k:
    initial, human and model items; π: the human rate; a: the bound b_T/δ of `amplification_bound`; z: the normal
    quantile that leaves half of 1 − confidence to both tails together):

    - B₀, what the first pool is off, which cannot grow, and the fit error δ, which is multiplied by a;
    - their intervals, with z²/2 items added that err by the most possible each way, so that they stay wide where no
      disagreement was seen;
    - the draws of later rounds. A round moves the pool by chance with variance π(1 − π)(m + k)/n_t², and
      Σ (m + k)/n_t² ≤ 1/n₀ − 1/n_T;
    - chance in later fits: the standard deviation of the outputs over √n₀, amplified by a;
    - how labels react to a pool that is off: let s ≤ tolerance be what its rate has moved, and move the log-odds of all
      probabilities as Bayes' rule does for such a change of rate. By how much more than s do the labels move? That is
      added to δ. Where many probabilities are near one half, argmax labels move by far more, and a balanced state that
      looks unbiased repels.

    The reach is |B₀| + a(|δ| + reaction) plus the root of the sum of the squares of the other three. Without
    `pool_rate`, the first pool counts as a random sample of people, whose chance error may hide a fit error.

    What stays assumed: new items are like the held-out ones; the fits of later rounds have no further cause to stray
    than those above; old data stay in the pool; people's labels have no bias of their own; a detector errs alike on
    human and on generated items. Measure again after each round, and the second is checked instead of assumed. It is
    about rates. Loops can lose variety while every rate stays right.

    Args:
        outputs: probabilities, or decisions 0 and 1.
        human_labels: what people said, 0 or 1.
        initial: human items in the pool at the start, at least 1.
        human: human items a round, at least 0.
        model: items a round that the model labels or writes, at least 0.
        tolerance: the largest bias that is acceptable, above 0 and below 1.
        labels: "given": the outputs are decisions 0 and 1, and enter the pool as they are; "sample": they are
            probabilities, and labels are drawn with them; "argmax": they are probabilities, and the most probable label
            enters the pool.
        paired: whether outputs and labels belong to the same items.
        groups: the group of each item, to measure the bias in each; intervals widen (Bonferroni) so that they hold
            together. Each group is taken to have its held-out share of the pool. Only for paired data.
        pool_rate: how often label 1 occurs in the pool that the model was fitted to, from 0 to 1. Give it if you can:
            the reach is shorter. Not with groups.
        rounds: how many rounds the loop will run, at least 0; None for ever, which needs human items.
        confidence: above 0 and below 1.

    Returns:
        The verdict, which shows itself as a card, with the biases and reaches by group.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range, a group has fewer than two items, or the outputs are probabilities and
            `labels` does not say what becomes of them.

    Source:
        R. Taori and T. Hashimoto (2023), Theorem 1 and the notion of consistent calibration; A. Agresti and
        B. A. Coull (1998) for the added items, D. G. Bonett and R. M. Price (2012) for paired ones, R. G. Newcombe
        (1998) for two samples. How they are put together is ours.

    Example:
        >>> forecast, people = [0.1, 0.3, 0.2, 0.4] * 500, [0, 0, 0, 1] * 500
        >>> terms = {"initial": 9000, "human": 300, "model": 100, "rounds": 10}
        >>> loop_safety(forecast, people, labels="sample", tolerance=0.1, **terms).verdict
        'safe'
    """
    tolerance = _validation.number("tolerance", tolerance, above=0, below=1)
    confidence = _validation.number("confidence", confidence, above=0, below=1)
    if not isinstance(paired, bool):
        raise TypeError(f"paired must be True or False, got {paired!r} ({type(paired).__name__})")
    chances, seen = _shares("outputs", outputs), _shares("human_labels", human_labels, whole=True)
    labels = _validation.choice("labels", labels, RULES)
    if labels == "given" and not np.isin(chances, (0, 1)).all():
        odd = chances[~np.isin(chances, (0, 1))][0]
        raise ValueError(
            f"labels must be 'argmax' or 'sample' where outputs are probabilities, got 'given' and {odd:g}; say what "
            "becomes of them"
        )
    if paired and len(chances) != len(seen):
        raise ValueError(
            f"human_labels must be as many as outputs, got {len(seen)} and {len(chances)}; for two samples set "
            "paired=False"
        )
    factor = _factor(initial, human, model, rounds)
    parts = _parts_by_group(groups, chances, seen, paired=paired, split=pool_rate is not None)
    if pool_rate is not None:
        pool_rate = _validation.number("pool_rate", pool_rate, minimum=0, maximum=1)
    tail = (1 - confidence) / len(parts)
    wide = float(stats.norm.ppf(1 - tail / 4))
    bias, reaches, possible, responses = {}, {}, {}, {}
    pool_bias = fit_error = None
    for name, (given, truth) in parts.items():
        made = make_labels(given, labels="argmax", seed=0).astype(np.float64) if labels == "argmax" else given
        gap = _paired_gap if paired else _gap
        bias[name] = gap(made, truth, float(stats.norm.ppf(1 - tail / 2)), 1 - tail)
        start = initial * len(given) / len(chances)
        rate = float(truth.mean())
        centre = pool_rate if pool_rate is not None else rate
        responses[name] = 0.0 if labels == "given" else _response(given, labels, centre, tolerance)
        pool_variance = _variance_near(rate, tolerance + wide / math.sqrt(len(truth))) / start
        drawn = pool_variance * _late_share(initial, human, model, rounds)
        fits = factor**2 * _mean(made, wide, 0, 1, 1 - tail / 2)[1] / start
        if pool_rate is None:
            measured = gap(made, truth, wide, 1 - tail / 2)
            certain = factor * (abs(measured.estimate) + responses[name])
            known = factor * _half(measured)
            drawn += factor**2 * pool_variance
        else:
            people, made_rate = (_mean(values, wide, 0, 1, 1 - tail / 2)[0] for values in (truth, made))
            pool_bias = _moved(people, pool_rate, sign=-1)
            fit_error = _moved(made_rate, pool_rate, sign=1)
            certain = abs(pool_bias.estimate) + factor * (abs(fit_error.estimate) + responses[name])
            known = _half(pool_bias) + factor * _half(fit_error)
        reaches[name] = certain + math.sqrt(known**2 + wide**2 * (drawn + fits))
        possible[name] = max(rate, 1 - rate)
    return LoopSafety(
        bias, reaches, possible, factor, tolerance, rounds, labels, max(responses.values()), pool_bias, fit_error
    )


def _shares(name: str, value: ArrayLike, *, whole: bool = False) -> Float[np.ndarray, " n"]:
    try:
        array = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        first = np.asarray(value, dtype=object).flat[0]
        raise TypeError(f"{name} must hold numbers, got {first!r}; encode the two labels as 0 and 1") from None
    if array.ndim != 1 or array.size < 2:
        raise ValueError(f"{name} must be a one-dimensional array of at least 2 numbers, got shape {array.shape}")
    wrong = ~np.isin(array, (0, 1)) if whole else ~((array >= 0) & (array <= 1))
    if wrong.any():
        allowed = "only 0 and 1" if whole else "numbers from 0 to 1"
        raise ValueError(f"{name} must hold {allowed}, got {array[wrong][0]:g}")
    return array


def _parts_by_group(
    groups: ArrayLike | None,
    chances: Float[np.ndarray, " n"],
    seen: Float[np.ndarray, " people"],
    *,
    paired: bool,
    split: bool,
) -> dict[str, tuple[Float[np.ndarray, " part"], Float[np.ndarray, " people_part"]]]:
    if groups is None:
        return {"all": (chances, seen)}
    if split:
        raise ValueError("pool_rate must be None where groups are given; call once for each group")
    if not paired:
        raise ValueError("groups must be None where paired=False; call once for each group of two samples")
    members = np.asarray(groups)
    if members.shape != chances.shape:
        raise ValueError(
            f"groups must name one group for each of the {chances.size} outputs and labels, got {members.size}"
        )
    parts = {str(name): (chances[members == name], seen[members == name]) for name in np.unique(members)}
    for name, (part, _) in parts.items():
        if len(part) < 2:
            raise ValueError(f"groups must hold each group at least twice, got {name!r} once; merge or drop it")
    return parts


def _mean(
    values: Float[np.ndarray, " n"], z: float, least: float, most: float, confidence: float
) -> tuple[Interval, float]:
    """Return the interval of a mean of bounded values, and their variance, after adding z²/2 values at each bound."""
    size = len(values) + z**2
    mean = float((values.sum() + z**2 / 2 * (least + most)) / size)
    variance = float(((values - mean) ** 2).sum() + z**2 / 2 * ((least - mean) ** 2 + (most - mean) ** 2)) / size
    margin = z * math.sqrt(variance / size)
    low, high = max(least, mean - margin), min(most, mean + margin)
    return Interval(float(values.mean()), low, high, confidence), variance


def _paired_gap(made: Float[np.ndarray, " n"], truth: Float[np.ndarray, " n"], z: float, confidence: float) -> Interval:
    return _mean(made - truth, z, -1, 1, confidence)[0]


def _gap(made: Float[np.ndarray, " n"], truth: Float[np.ndarray, " people"], z: float, confidence: float) -> Interval:
    """Return the interval of a difference of two means from the intervals of both (Newcombe's square and add)."""
    ours, theirs = _mean(made, z, 0, 1, confidence)[0], _mean(truth, z, 0, 1, confidence)[0]
    gap = ours.estimate - theirs.estimate
    below = math.hypot(ours.estimate - ours.low, theirs.high - theirs.estimate)
    above = math.hypot(ours.high - ours.estimate, theirs.estimate - theirs.low)
    return Interval(gap, max(-1.0, gap - below), min(1.0, gap + above), confidence)


def _half(part: Interval) -> float:
    return max(part.high - part.estimate, part.estimate - part.low)


def _moved(part: Interval, rate: float, *, sign: int) -> Interval:
    ends = sorted((sign * (part.low - rate), sign * (part.high - rate)))
    return Interval(sign * (part.estimate - rate), ends[0], ends[1], part.confidence)


def _response(chances: Float[np.ndarray, " n"], labels: str, rate: float, tolerance: float) -> float:
    """Return by how much more than the pool the labels move if its rate moves by up to the tolerance."""
    tiny = 1e-6
    here = min(max(rate, tiny), 1 - tiny)
    moves = np.linspace(-tolerance, tolerance, 41)
    moves = moves[(here + moves >= tiny) & (here + moves <= 1 - tiny)]
    with np.errstate(divide="ignore"):
        odds = logit(chances)

    def labelled(shift: float) -> float:
        return float((odds + shift > 0).mean() if labels == "argmax" else expit(odds + shift).mean())

    start = labelled(0.0)
    reactions = [abs(labelled(float(logit(here + s) - logit(here))) - start) - abs(float(s)) for s in moves]
    return max(0.0, *reactions)


def _variance_near(rate: float, distance: float) -> float:
    """Return the largest variance of a label whose rate is within a distance of this one."""
    nearest = min(max(0.5, rate - distance), rate + distance)
    return nearest * (1 - nearest)


def _late_share(initial: int, human: int, model: int, rounds: int | None) -> float:
    return 1.0 if rounds is None else 1 - initial / (initial + rounds * (human + model))


def _factor(initial: int, human: int, model: int, rounds: int | None) -> float:
    if rounds is not None:
        return float(amplification_bound(initial=initial, human=human, model=model, rounds=rounds)[-1])
    amplification_bound(initial=initial, human=human, model=model, rounds=0)
    if human == 0:
        raise ValueError("rounds must be given where human=0: without people the bound has no limit, got None")
    return amplification_limit(human=human, model=model)
