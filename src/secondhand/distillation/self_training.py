"""Learning from one's own answers, with somebody who checks them, or nobody.

The loop asks the student, lets a verifier choose, trains the student on what is left, and asks again. It knows nothing
of what the problems are about.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy.typing import ArrayLike

from secondhand import _validation

Check = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""From problems and answers to True where the answer is right."""


class Solver(Protocol):
    """What the loop needs of a student; chains lie along the first axis and items along the second."""

    def sample(self, problems: Any, *, seed: int) -> np.ndarray:
        """Draw one answer to each problem."""

    def train(self, problems: Any, answers: Any, kept: Any = None, *, steps: int, seed: int) -> Self:
        """Return a student trained further on the examples that are kept."""


@dataclass(frozen=True)
class ImperfectVerifier:
    """Keeps right and wrong answers with fixed probabilities, whatever else they look like.

    With (1, 0) it is perfect, with (1, 1) it lets everything pass, and with (0, 0) nothing.

    Attributes:
        check: says which answers are right.
        true_positive: probability of keeping a right answer.
        false_positive: probability of keeping a wrong one.
    """

    check: Check
    true_positive: float = 1.0
    false_positive: float = 0.0

    def __post_init__(self) -> None:
        if not callable(self.check):
            raise TypeError(f"check must be a function of problems and answers, got {self.check!r}")
        for name in ("true_positive", "false_positive"):
            _validation.number(name, getattr(self, name), minimum=0, maximum=1)

    def __call__(self, problems: np.ndarray, answers: np.ndarray, *, seed: int) -> Bool[np.ndarray, "..."]:
        """Return which answers are kept.

        Raises:
            TypeError: the check does not answer with True and False, or the seed is not an integer.
            ValueError: the seed is negative.
        """
        right = _truth(self.check, problems, answers)
        generator = np.random.default_rng(_validation.seed(seed))
        chance = np.where(right, self.true_positive, self.false_positive)
        return np.asarray(generator.random(right.shape) < chance)


@dataclass(frozen=True)
class SelfTraining:
    """What came of each round.

    Attributes:
        student: after the last round.
        scores: what `evaluate` said of the student before the first round and after each.
        sampled_accuracy: share of right answers among those that the student gave in each round.
        kept_share: share of the answers that the verifier kept.
        kept_accuracy: share of right ones among those kept; NaN where none was.
    """

    student: Any
    scores: Float[np.ndarray, "chains times"]
    sampled_accuracy: Float[np.ndarray, "chains rounds"]
    kept_share: Float[np.ndarray, "chains rounds"]
    kept_accuracy: Float[np.ndarray, "chains rounds"]


def self_train(
    student: Solver,
    labelled: tuple[np.ndarray, np.ndarray],
    problems: np.ndarray,
    *,
    verifier: Callable[..., np.ndarray],
    check: Check,
    evaluate: Callable[[Any], np.ndarray],
    rounds: int,
    steps: int,
    seed: int,
) -> SelfTraining:
    """Let a student answer problems, choose with a verifier, train on the choice and on labelled examples, repeat.

    Each round the student of the round before answers all problems once; earlier answers are thrown away. Labelled
    examples and kept answers are drawn alike, so a round makes as many updates whatever is kept.

    Args:
        student: solves as many chains as there are.
        labelled: problems and right answers.
        problems: to be answered by the student.
        verifier: called with problems, answers and `seed`; returns True where an answer is kept. To verify with a
            plain check, wrap it: `ImperfectVerifier(check)`.
        check: what is right; used to measure, never to train.
        evaluate: called with the student; returns one score for each chain.
        rounds: at least 1.
        steps: updates of the weights in a round, at least 1.
        seed: for answers, verifier and training.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range, or chains do not match.

    Source:
        E. Zelikman et al. (2022), STaR: Bootstrapping Reasoning With Reasoning, has this shape, with reasoning kept
        when its answer is right.
    """
    rounds = _validation.integer("rounds", rounds, minimum=1)
    steps = _validation.integer("steps", steps, minimum=1)
    generator = np.random.default_rng(_validation.seed(seed))
    known, right = labelled
    if len(known) != len(problems) or len(right) != len(problems):
        raise ValueError(
            f"labelled and problems must have as many chains, got {len(known)}, {len(right)} and {len(problems)}"
        )
    every = np.concatenate([known, problems], axis=1)
    sure = np.ones(np.shape(right)[:2], dtype=bool)
    scores, rows = [_scores(evaluate, student, len(problems))], []
    for _ in range(rounds):
        asked, chosen, trained = (int(number) for number in generator.integers(2**31, size=3))
        answers = student.sample(problems, seed=asked)
        # Copies, so that a verifier that writes into its arguments changes nothing.
        kept = np.asarray(verifier(problems.copy(), answers.copy(), seed=chosen))
        if kept.dtype != np.bool_ or kept.shape != answers.shape:
            raise TypeError(f"verifier must return True or False for each answer, got {kept.dtype} of {kept.shape}")
        good = _truth(check, problems.copy(), answers.copy())
        count = kept.sum(axis=1)
        pure = np.divide((good & kept).sum(axis=1), count, out=np.full(len(count), np.nan), where=count > 0)
        rows.append((good.mean(axis=1), kept.mean(axis=1), pure))
        student = student.train(
            every,
            np.concatenate([right, answers], axis=1),
            np.concatenate([sure, kept], axis=1),
            steps=steps,
            seed=trained,
        )
        scores.append(_scores(evaluate, student, len(problems)))
    sampled, share, accuracy = np.stack(rows, axis=-1)
    return SelfTraining(student, np.stack(scores, axis=1), sampled, share, accuracy)


def best_of_n_accuracy(
    accuracy: ArrayLike, n: ArrayLike, *, true_positive: float = 1.0, false_positive: float = 0.0
) -> float | Float[np.ndarray, "..."]:
    """Return how often the chosen one of n answers is right, if one that the verifier accepts is chosen at random.

    If none is accepted, one of the n is chosen at random. Each answer is right with probability a, independently. With
    A = a·TPR + (1 − a)·FPR accepted, the result is (1 − (1 − A)ⁿ)·a·TPR/A + (1 − A)ⁿ·a(1 − TPR)/(1 − A); for a perfect
    verifier that is 1 − (1 − a)ⁿ.

    Args:
        accuracy: a, from 0 to 1.
        n: at least 1, of any shape that NumPy spreads over `accuracy`.
        true_positive: probability that a right answer is accepted.
        false_positive: probability that a wrong one is.

    Raises:
        TypeError: an argument does not hold numbers, or `n` no integers.
        ValueError: an argument is out of range.

    Source:
        Derived here.
    """
    a, tries = _validation.shares("accuracy", accuracy), _tries(n)
    hit = _validation.number("true_positive", true_positive, minimum=0, maximum=1)
    slip = _validation.number("false_positive", false_positive, minimum=0, maximum=1)
    accepted = a * hit + (1 - a) * slip
    with np.errstate(divide="ignore"):
        refused = tries * np.log1p(-np.minimum(accepted, 1))  # log of the probability that none is accepted
    none = np.exp(refused)
    # Where nothing, or everything, is accepted, the other term has weight 0; any denominator will do.
    purity = a * hit / np.where(accepted > 0, accepted, 1)
    leftover = a * (1 - hit) / np.where(accepted < 1, 1 - accepted, 1)
    return _validation.plain(-np.expm1(refused) * purity + none * leftover)


def choose_accepted(accepted: ArrayLike, *, seed: int) -> Int[np.ndarray, "..."]:
    """Return the number of the chosen answer: one of those accepted at random, or any if none is.

    Args:
        accepted: True where the verifier accepts; the answers to choose from lie along the last axis.
        seed: for the choice.

    Raises:
        TypeError: `accepted` does not hold True and False, or the seed is not an integer.
        ValueError: there is no answer to choose from, or the seed is negative.
    """
    taken = np.asarray(accepted)
    if taken.dtype != np.bool_:
        raise TypeError(f"accepted must hold True or False, got {taken.dtype}")
    if taken.ndim == 0 or taken.shape[-1] == 0:
        raise ValueError(f"accepted must hold at least one answer, got shape {taken.shape}")
    # A random number for each; accepted ones get one more, and so come first.
    priority = np.random.default_rng(_validation.seed(seed)).random(taken.shape) + taken
    return np.asarray(priority.argmax(axis=-1))


def best_of_n_divergence(accuracy: ArrayLike, n: ArrayLike) -> float | Float[np.ndarray, "..."]:
    """Return KL(best of n‖one answer) in nats, for answers that a perfect verifier sorts into right and wrong.

    Right answers keep their proportions among themselves, and so do wrong ones, so that only the share of right ones
    counts: s·log(s/a) + (1 − s)·log((1 − s)/(1 − a)) with s = 1 − (1 − a)ⁿ. It is at most log n − (n − 1)/n, what the
    best of n costs where scores never tie, and at most −log a.

    Args:
        accuracy: a, from 0 to 1; for 0 and 1 nothing changes, and the divergence is 0.
        n: at least 1.

    Raises:
        TypeError: as `best_of_n_accuracy`.
        ValueError: as `best_of_n_accuracy`.

    Source:
        Derived here. The bound: A. Beirami et al. (2024), Theoretical guarantees on the best-of-n alignment policy.
    """
    a, tries = _validation.shares("accuracy", accuracy), _tries(n)
    inside = (a > 0) & (a < 1)
    p = np.where(inside, a, 0.5)
    wrong = tries * np.log1p(-p)  # log (1 − s)
    s = -np.expm1(wrong)
    divergence = s * np.log(s / p) + np.exp(wrong) * (tries - 1) * np.log1p(-p)
    return _validation.plain(np.where(inside, divergence, 0))


def _tries(n: ArrayLike) -> np.ndarray:
    tries = np.asarray(n)
    if not np.issubdtype(tries.dtype, np.integer):
        raise TypeError(f"n must be a whole number, got {n!r}")
    if (tries < 1).any():
        raise ValueError(f"n must be at least 1, got {tries.min()}")
    return tries


def _scores(evaluate: Callable[[Any], np.ndarray], student: Any, chains: int) -> Float[np.ndarray, " chains"]:
    scores = np.asarray(evaluate(student), dtype=np.float64)
    if scores.shape != (chains,):
        raise ValueError(f"evaluate must return one score for each of {chains} chains, got shape {scores.shape}")
    return scores


def _truth(check: Check, problems: np.ndarray, answers: np.ndarray) -> Bool[np.ndarray, "..."]:
    right = np.asarray(check(problems, answers))
    if right.dtype != np.bool_ or right.shape != np.shape(answers):
        raise TypeError(f"check must return True or False for each answer, got {right.dtype} of shape {right.shape}")
    return right
