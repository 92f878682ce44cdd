"""Trap keys: wrong answers planted in a published answer key, and the exact test for models that have learnt them.

The maker of a benchmark publishes a random wrong answer for some of its items. A model that errs on such an item by
itself hits on the planted answer only by luck; one that has learnt the key, directly or from another model, hits it
more often. It knows nothing of models: it sees answers.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Int
from numpy.typing import ArrayLike
from scipy import stats

from secondhand import _validation


@dataclass(frozen=True)
class TrapKeys:
    """An answer key with traps.

    Attributes:
        truth: the right answers; the maker keeps them secret.
        keys: the published answers.
        traps: at which items the published answer is a planted wrong one.
        classes: how many answers each item offers.
    """

    truth: Int[np.ndarray, " items"]
    keys: Int[np.ndarray, " items"]
    traps: Bool[np.ndarray, " items"]
    classes: int


def plant_trap_keys(truth: Int[np.ndarray, " items"], *, share: float, classes: int, seed: int) -> TrapKeys:
    """Replace a share of the answers of a key, chosen at random, each by one of the wrong answers at random.

    Args:
        truth: the right answers, from 0 to `classes` − 1.
        share: of the items that become traps, rounded to a whole number of items; above 0 and at most 1.
        classes: how many answers each item offers, at least 2.
        seed: for the choice of items and of wrong answers. Whoever knows it can undo the traps.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range, or the share is so small that no item becomes a trap.
    """
    classes = _validation.integer("classes", classes, minimum=2)
    right = _answers("truth", truth, classes)
    share = _validation.number("share", share, above=0, maximum=1)
    generator = np.random.default_rng(_validation.seed(seed))
    planted = round(share * len(right))
    if planted == 0:
        raise ValueError(f"share must make a trap of at least one of the {len(right)} items, got {share:g}")
    traps = np.zeros(len(right), dtype=bool)
    traps[generator.choice(len(right), planted, replace=False)] = True
    wrong = (right + generator.integers(1, classes, len(right))) % classes
    return TrapKeys(right, np.where(traps, wrong, right), traps, classes)


@dataclass(frozen=True)
class TrapKeyTest:
    """What the trap keys say of one model.

    Attributes:
        hits: trap items that the model answers as the published key does.
        errors: trap items that it answers wrongly, hits among them.
        traps: all trap items.
        classes: how many answers each item offers.
        p: probability of as many hits or more, given the errors, for a model that the key never reached. Never too
            small; for few errors it can be far from uniform.
        randomised_p: the same with ties broken at random: uniform from 0 to 1 if the key never reached the model.
            None if the test was given no seed.
    """

    hits: int
    errors: int
    traps: int
    classes: int
    p: float
    randomised_p: float | None

    @property
    def hit_share(self) -> float:
        """The share of hits among errors; about 1/(classes − 1) without contamination. Not a number without errors."""
        return self.hits / self.errors if self.errors else float("nan")


def trap_key_test(
    answers: ArrayLike,
    truth: ArrayLike,
    keys: ArrayLike,
    traps: ArrayLike,
    *,
    classes: int,
    seed: int | None = None,
) -> TrapKeyTest:
    """Test exactly whether a model's errors on trap items follow the published key.

    The exact p draws nothing: without a seed the result is the same every time, and has no randomised p.

    Args:
        answers: those of the model, from 0 to `classes` − 1.
        truth: the right answers.
        keys: the published answers; wrong at each trap and right elsewhere.
        traps: which items are traps, at least one.
        classes: how many answers each item offers, at least 2.
        seed: for the randomised p; None leaves that out.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an array has another length or an answer out of range, there is no trap, or a key is right at a trap
            or wrong elsewhere.

    Source:
        Derived here. If the planted answers never reached the model, then given its answers, each planted answer is
        still equally likely to be any of the classes − 1 wrong ones, independently. So of its errors on trap items a
        number of hits with the law Binomial(errors, 1/(classes − 1)) falls on the planted ones, whatever the model and
        however it errs. This needs traps and planted answers drawn at random, and answers given before anyone but the
        maker saw the truth. The randomised p is P(X > hits) + U · P(X = hits) with U uniform.
    """
    classes = _validation.integer("classes", classes, minimum=2)
    given, right, published = (
        _answers(name, array, classes) for name, array in (("answers", answers), ("truth", truth), ("keys", keys))
    )
    planted = np.asarray(traps)
    if planted.dtype != bool:
        raise TypeError(f"traps must hold True and False, got {planted.dtype}")
    for name, array in (("answers", given), ("keys", published), ("traps", planted)):
        if array.shape != right.shape:
            raise ValueError(f"{name} must have one entry for each of the {len(right)} items, got shape {array.shape}")
    if not planted.any():
        raise ValueError("traps must mark at least one item, got none")
    if ((published != right) != planted).any():
        item = int(np.flatnonzero((published != right) != planted)[0])
        raise ValueError(f"keys must be wrong at traps and right elsewhere, got {published[item]} at item {item}")
    errors = int((given != right)[planted].sum())
    hits = int((given == published)[planted].sum())
    law = stats.binom(errors, 1 / (classes - 1))
    randomised = None
    if seed is not None:
        uniform = np.random.default_rng(_validation.seed(seed)).random()
        randomised = float(law.sf(hits) + uniform * law.pmf(hits))
    return TrapKeyTest(hits, errors, int(planted.sum()), classes, p=float(law.sf(hits - 1)), randomised_p=randomised)


@dataclass(frozen=True)
class CorrectedScore:
    """What the trap keys say of how much a model recites and how able it is.

    Attributes:
        recited: estimated share of the items whose published answer the model recites. Chance can make it negative.
        score: estimated share of right answers if it recited nothing. Chance can make it exceed 1; not a number if the
            model recites everything.
        standard_error: of the score, to first order; not a number if the model recites everything.
    """

    recited: float
    score: float
    standard_error: float


def corrected_score(*, right: int, hits: int, traps: int, classes: int) -> CorrectedScore:
    """Estimate from its answers to the trap items how much a model recites, and its score without reciting.

    Args:
        right: trap items answered rightly.
        hits: trap items answered as the published key does.
        traps: all trap items, at least 1.
        classes: how many answers each item offers, at least 3.

    Raises:
        TypeError: an argument is not an integer.
        ValueError: an argument is out of range.

    Source:
        Derived here. Suppose that the model recites the published answer of an item with probability m, and otherwise
        answers by ability: right with probability a, else any wrong answer with equal chances. On a trap item it is
        then right with probability r = (1 − m) a, and hits with probability h = m + (1 − m)(1 − a)/(K − 1). These give
        m = ((K − 1) h + r − 1)/(K − 2) and a = r/(1 − m). Planted answers are uniform, so that the chance of a hit by
        ability is right whatever wrong answers the model prefers. That reciting does not depend on difficulty and does
        not harm ability is an assumption. The standard error is that of the delta method for multinomial counts: with
        D = (K − 1)(1 − h) − r, so that a = (K − 2) r/D, the derivatives of a are (K − 2)(K − 1)(1 − h)/D² by r and
        (K − 2)(K − 1) r/D² by h.
    """
    classes = _validation.integer("classes", classes, minimum=3)
    traps = _validation.integer("traps", traps, minimum=1)
    right = _validation.integer("right", right, minimum=0)
    hits = _validation.integer("hits", hits, minimum=0)
    if right + hits > traps:
        raise ValueError(f"right + hits must be at most traps={traps}, got {right} + {hits}")
    r, h = right / traps, hits / traps
    recited = ((classes - 1) * h + r - 1) / (classes - 2)
    if hits == traps:
        return CorrectedScore(recited, float("nan"), float("nan"))
    divisor = (classes - 1) * (1 - h) - r
    by_right, by_hits = np.array([1 - h, r]) * (classes - 2) * (classes - 1) / divisor**2
    variance = by_right**2 * r * (1 - r) + by_hits**2 * h * (1 - h) - 2 * by_right * by_hits * r * h
    return CorrectedScore(recited, r / (1 - recited), float(np.sqrt(max(0.0, variance) / traps)))


def published_score(*, ability: float, share: float, classes: int) -> float:
    """Return the expected score by the published key of a model that the key never reached.

    It is (1 − τ) a + τ (1 − a)/(K − 1) for a share τ of traps and a model that is right on a share a of the items.

    Args:
        ability: a, from 0 to 1.
        share: τ, from 0 to 1.
        classes: K, at least 2.

    Raises:
        TypeError: an argument is not a number.
        ValueError: an argument is out of range.

    Source:
        Derived here.
    """
    ability = _validation.number("ability", ability, minimum=0, maximum=1)
    share = _validation.number("share", share, minimum=0, maximum=1)
    classes = _validation.integer("classes", classes, minimum=2)
    return (1 - share) * ability + share * (1 - ability) / (classes - 1)


def alarm_strengths(recited: float, *, ability: float, items: int, share: float, classes: int) -> tuple[float, float]:
    """Return by how many standard errors the score, and the hits on traps, of a reciting model stand out on average.

    The score is compared with the honest one, as if that were known; the hits are compared with luck.

    Args:
        recited: m, probability of reciting, from 0 to 1.
        ability: a, probability of a right answer otherwise, above 0 and below 1.
        items: N, all items, at least 1.
        share: τ, share of the items that are traps, above 0 and at most 1.
        classes: K, at least 3.

    Returns:
        Standard errors of the score, and of the hits.

    Raises:
        TypeError: an argument is not a number.
        ValueError: an argument is out of range.

    Source:
        Derived here, with the model of `corrected_score`. With the honest score s = (1 − τ) a + τ (1 − a)/(K − 1),
        reciting adds m (1 − s), in standard errors √(s(1 − s)/N): m √(N (1 − s)/s). With e = 1 − (1 − m) a and the
        luck c = 1/(K − 1), the share of hits among τNe errors exceeds c by m (1 − c)/e, in standard errors
        √(c(1 − c)/(τNe)): m √((K − 2) τN/e).
    """
    recited = _validation.number("recited", recited, minimum=0, maximum=1)
    ability = _validation.number("ability", ability, above=0, below=1)
    items = _validation.integer("items", items, minimum=1)
    share = _validation.number("share", share, above=0, maximum=1)
    classes = _validation.integer("classes", classes, minimum=3)
    honest = published_score(ability=ability, share=share, classes=classes)
    errs = 1 - (1 - recited) * ability
    of_score = recited * np.sqrt(items * (1 - honest) / honest)
    return float(of_score), float(recited * np.sqrt((classes - 2) * share * items / errs))


def trap_key_power(recited: float, *, ability: float, traps: int, classes: int, level: float) -> float:
    """Return the chance that the exact test rejects, for a model that recites each item with the same probability.

    Args:
        recited: m, probability of reciting, from 0 to 1.
        ability: a, probability of a right answer otherwise, from 0 to 1.
        traps: trap items, at least 1.
        classes: K, at least 2.
        level: the test rejects if p is at most this; above 0 and below 1.

    Raises:
        TypeError: an argument is not a number.
        ValueError: an argument is out of range.

    Source:
        Derived here, with the model of `corrected_score`: errors have the law Binomial(traps, 1 − (1 − m) a), and given
        the errors, hits have the law Binomial(errors, q), where q = (m + (1 − m)(1 − a)/(K − 1))/(1 − (1 − m) a).
    """
    recited = _validation.number("recited", recited, minimum=0, maximum=1)
    ability = _validation.number("ability", ability, minimum=0, maximum=1)
    traps = _validation.integer("traps", traps, minimum=1)
    classes = _validation.integer("classes", classes, minimum=2)
    level = _validation.number("level", level, above=0, below=1)
    errs = 1 - (1 - recited) * ability
    if errs == 0:
        return 0.0
    hit = min(1.0, (recited + (1 - recited) * (1 - ability) / (classes - 1)) / errs)
    errors = np.arange(traps + 1)
    # The smallest number of hits that rejects: the first whose upper tail is at most the level.
    needed = stats.binom.isf(level, errors, 1 / (classes - 1)) + 1
    return float(stats.binom.pmf(errors, traps, errs) @ stats.binom.sf(needed - 1, errors, hit))


def _answers(name: str, value: Any, classes: int) -> Int[np.ndarray, " items"]:
    array = np.asarray(value)
    if not np.issubdtype(array.dtype, np.integer):
        raise TypeError(f"{name} must hold integers, got {array.dtype}")
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name} must be a one-dimensional array with at least one entry, got shape {array.shape}")
    outside = array[(array < 0) | (array >= classes)]
    if outside.size:
        raise ValueError(f"{name} must hold numbers from 0 to {classes - 1}, got {outside[0]}")
    return array.astype(np.int64)
