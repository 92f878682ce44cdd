"""Selection between generating and learning: verifiers, the best of several tries, and loops that use them.

A verifier sees single examples. It knows nothing of theory, nor of what is inside a learner.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy.typing import ArrayLike
from scipy.special import ndtr

from secondhand import _validation
from secondhand.generations.categorical import CategoricalChain
from secondhand.generations.gaussian import GaussianChain
from secondhand.learners import LabelledFeatures, Learner


@dataclass(frozen=True, eq=False)
class Verifier:
    """Keeps a generated example with one probability if it is right, and with another if it is wrong.

    Attributes:
        keep_correct: φ, from 0 to 1: one number, or one for each (given) class for a verifier that prefers classes.
            Rows are copied, and cannot be written to.
        keep_wrong: ψ, likewise.

    Two verifiers are equal only if they are the same object.

    Raises:
        TypeError: an attribute does not hold numbers.
        ValueError: an attribute is not from 0 to 1, or both are rows of different lengths.
    """

    keep_correct: ArrayLike
    keep_wrong: ArrayLike

    def __post_init__(self) -> None:
        for name in ("keep_correct", "keep_wrong"):
            object.__setattr__(self, name, _keep_probabilities(name, getattr(self, name)))
        right, wrong = np.shape(self.keep_correct), np.shape(self.keep_wrong)
        if right and wrong and right != wrong:
            raise ValueError(
                f"keep_wrong must have one number for each of the {right[0]} classes of keep_correct, got {wrong[0]}"
            )

    def keeps(self, labels: ArrayLike, truth: ArrayLike, *, seed: int) -> Bool[np.ndarray, " items"]:
        """Return which examples are kept, given their labels and their true classes.

        Args:
            labels: the label of each example, an integer.
            truth: the true class of each example.
            seed: for the verifier's decisions.

        Raises:
            TypeError: `labels` or `truth` does not hold integers, or `seed` is not one.
            ValueError: they differ in length, a class has no keep probability, or `seed` is negative.
        """
        given, true = (_integers(name, value) for name, value in (("labels", labels), ("truth", truth)))
        if given.shape != true.shape:
            raise ValueError(f"truth must hold one class for each of the {given.size} labels, got {true.size}")
        right, wrong = (_of_class(np.asarray(p), given) for p in (self.keep_correct, self.keep_wrong))
        # The second entry keeps these draws apart from those of a teacher who was given the same seed.
        generator = np.random.default_rng((_validation.seed(seed), 1))
        return np.asarray(generator.random(given.size) < np.where(given == true, right, wrong))


def keep(data: LabelledFeatures, kept: ArrayLike) -> LabelledFeatures:
    """Return the examples that are marked as kept.

    Args:
        data: labelled examples.
        kept: True or False for each example.

    Raises:
        TypeError: `kept` does not hold True and False.
        ValueError: `kept` has another length than the data, or marks nothing.
    """
    mask = np.asarray(kept)
    if mask.dtype != np.bool_:
        raise TypeError(f"kept must hold True or False for each item, got {mask.dtype}")
    if mask.shape != (len(data),):
        raise ValueError(f"kept must hold one mark for each of the {len(data)} items, got shape {mask.shape}")
    if not mask.any():
        raise ValueError("kept must mark at least one item: the verifier refused everything; generate more")
    return LabelledFeatures(data.features[mask], data.labels[mask])


def keep_at_random(data: LabelledFeatures, size: int, *, seed: int) -> LabelledFeatures:
    """Return `size` examples chosen without looking at them: the control of every verifier.

    Raises:
        TypeError: `size` or `seed` is not an integer.
        ValueError: `size` is below 1 or above the number of examples, or `seed` is negative.
    """
    size = _validation.integer("size", size, minimum=1)
    if size > len(data):
        raise ValueError(f"size must be at most the number of items, {len(data)}, got {size}")
    chosen = np.random.default_rng(_validation.seed(seed)).choice(len(data), size, replace=False)
    return LabelledFeatures(data.features[chosen], data.labels[chosen])


def best_of(candidates: ArrayLike, scores: ArrayLike) -> Float[np.ndarray, "..."]:
    """Return of each row of candidates the one with the highest score; the first of those that tie.

    Args:
        candidates: any shape; the candidates to choose from lie along the last axis.
        scores: one number for each candidate.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: the shapes differ, there is no candidate, or a score is not a number.
    """
    try:
        values, points = np.asarray(candidates, dtype=np.float64), np.asarray(scores, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError("candidates and scores must hold numbers") from None
    if values.shape != points.shape or values.ndim == 0 or values.shape[-1] == 0:
        raise ValueError(
            f"scores must have the shape of candidates, with at least one to choose, got {points.shape} and "
            f"{values.shape}"
        )
    if np.isnan(points).any():
        raise ValueError("scores must be numbers, got nan; score every candidate, or drop those without a score")
    best = points.argmax(axis=-1)
    return np.asarray(np.take_along_axis(values, best[..., None], axis=-1)[..., 0])


def two_class_accuracy(
    *,
    error: float,
    verifier: Verifier,
    sample_size: int,
    separation: float,
    dimensions: int,
    runs: int,
    seed: int,
) -> Float[np.ndarray, " {runs}"]:
    """Return how well the averaging rule classifies after learning from verified examples of two Gaussian classes.

    Features are y·m along the first axis plus standard normal noise, y = ±1 being the class. A label is wrong with
    probability `error`. Examples are generated until `sample_size` of them are kept; the rule averages label times
    features, and its accuracy is exact given that average.

    Args:
        error: p, from 0 to 1.
        verifier: with one probability for both classes.
        sample_size: examples that are kept in each run, at least 1.
        separation: m, half the distance between the classes in standard deviations, at least 0.
        dimensions: at least 2.
        runs: independent repetitions, at least 1.
        seed: for all draws.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range, or the verifier would keep fewer than one example in a thousand.
    """
    p = _validation.number("error", error, minimum=0, maximum=1)
    size = _validation.integer("sample_size", sample_size, minimum=1)
    m = _validation.number("separation", separation, minimum=0)
    d = _validation.integer("dimensions", dimensions, minimum=2)
    runs = _validation.integer("runs", runs, minimum=1)
    if not isinstance(verifier, Verifier):
        raise TypeError(f"verifier must be a Verifier, got {verifier!r} ({type(verifier).__name__})")
    right, wrong = np.asarray(verifier.keep_correct), np.asarray(verifier.keep_wrong)
    if right.ndim or wrong.ndim:
        raise ValueError("verifier must have one probability for both classes, got an array; pass two numbers")
    share = (1 - p) * float(right) + p * float(wrong)
    if share < 1e-3:
        raise ValueError(f"verifier must keep at least one example in a thousand, got a share of {share:g}")
    generator = np.random.default_rng(_validation.seed(seed))
    margin = np.empty(runs)
    for run in range(runs):
        signs = np.empty(0)
        while signs.size < size:
            flipped = generator.random(int((size - signs.size) / share) + 20) < p
            kept = generator.random(flipped.size) < np.where(flipped, wrong, right)
            signs = np.concatenate([signs, 1.0 - 2.0 * flipped[kept]])
        # Label times features: the class itself cancels, and the noise is symmetric.
        examples = generator.standard_normal((size, d))
        examples[:, 0] += m * signs[:size]
        weights = examples.mean(axis=0)
        margin[run] = m * weights[0] / np.linalg.norm(weights)
    return np.asarray(ndtr(margin))


def taste_chain(
    probabilities: ArrayLike, keep: ArrayLike, *, sample_size: int, generations: int, chains: int, seed: int
) -> CategoricalChain:
    """Count classes among what a verifier keeps, refit, generate, verify and so on.

    Examples are generated until `sample_size` of them are kept, so what is kept is a sample of the law times the keep
    probabilities: selection and drift, as population geneticists say.

    Args:
        probabilities: of the classes at generation 0; they sum to one.
        keep: keep probability of each class, from 0 to 1.
        sample_size: examples kept in each generation, at least 1.
        generations: how often to refit, at least 0.
        chains: independent repetitions, at least 1.
        seed: for all draws.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range, or nothing is kept.

    Source:
        S. Wright (1931), Evolution in Mendelian populations (drift with selection).
    """
    law = _validation.probabilities("probabilities", probabilities)
    kept = np.asarray(_keep_probabilities("keep", keep))
    if kept.shape != law.shape:
        raise ValueError(f"keep must hold one probability for each of the {len(law)} classes, got shape {kept.shape}")
    if not (law * kept).any():
        raise ValueError("keep must be above 0 for a class that occurs: nothing is kept")
    size = _validation.integer("sample_size", sample_size, minimum=1)
    generations = _validation.integer("generations", generations, minimum=0)
    chains = _validation.integer("chains", chains, minimum=1)
    generator = np.random.default_rng(_validation.seed(seed))
    counts = np.empty((chains, generations + 1, len(law)))
    counts[:, 0] = law * size
    for t in range(generations):
        weights = counts[:, t] * kept
        counts[:, t + 1] = generator.multinomial(size, weights / weights.sum(axis=1, keepdims=True))
    return CategoricalChain(counts=counts)


def style_chain(
    *, taste: float, width: float, sample_size: int, generations: int, chains: int, seed: int
) -> GaussianChain:
    """Refit a Gaussian style to those of its draws that a verifier with a taste keeps, from the standard normal law.

    A draw x is kept with probability exp(−(x − c)²/(2w²)). The fit divides by the number kept minus one.

    Args:
        taste: c, the style that the verifier likes best.
        width: w, above 0.
        sample_size: draws in each generation, of which some are kept; at least 2.
        generations: how often to refit, at least 0.
        chains: independent repetitions, at least 1.
        seed: for all draws.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range, or a generation of some chain keeps fewer than two draws.
    """
    centre = _validation.number("taste", taste)
    squared = _validation.number("width", width, above=0) ** 2
    size = _validation.integer("sample_size", sample_size, minimum=2)
    generations = _validation.integer("generations", generations, minimum=0)
    chains = _validation.integer("chains", chains, minimum=1)
    generator = np.random.default_rng(_validation.seed(seed))
    mean, variance = np.zeros((chains, generations + 1)), np.ones((chains, generations + 1))
    for t in range(generations):
        styles = mean[:, t, None] + np.sqrt(variance[:, t, None]) * generator.standard_normal((chains, size))
        kept = generator.random((chains, size)) < np.exp(-((styles - centre) ** 2) / (2 * squared))
        count = kept.sum(axis=1)
        if count.min() < 2:
            raise ValueError(f"sample_size must leave at least two draws after the verifier, got {size}; raise it")
        mean[:, t + 1] = np.where(kept, styles, 0).sum(axis=1) / count
        deviations = np.where(kept, styles - mean[:, t + 1, None], 0)
        variance[:, t + 1] = (deviations**2).sum(axis=1) / (count - 1)
    return GaussianChain(mean=mean, variance=variance)


def best_of_chain(n: int, *, sample_size: int, generations: int, chains: int, seed: int) -> GaussianChain:
    """Refit a Gaussian to values that are each the largest of n of its draws, from the standard normal law.

    Args:
        n: draws to choose each value from, at least 1 (with 1 nothing is selected).
        sample_size: values that each generation is fitted to (maximum likelihood), at least 2.
        generations: how often to refit, at least 0.
        chains: independent repetitions, at least 1.
        seed: for all draws.

    Raises:
        TypeError: an argument is not an integer.
        ValueError: an argument is out of range.
    """
    draws = _validation.integer("n", n, minimum=1)
    size = _validation.integer("sample_size", sample_size, minimum=2)
    generations = _validation.integer("generations", generations, minimum=0)
    chains = _validation.integer("chains", chains, minimum=1)
    generator = np.random.default_rng(_validation.seed(seed))
    mean, variance = np.zeros((chains, generations + 1)), np.ones((chains, generations + 1))
    for t in range(generations):
        noise = generator.standard_normal((chains, size, draws))
        best = best_of(noise, noise)
        mean[:, t + 1] = mean[:, t] + np.sqrt(variance[:, t]) * best.mean(axis=1)
        variance[:, t + 1] = variance[:, t] * best.var(axis=1)
    return GaussianChain(mean=mean, variance=variance)


@dataclass(frozen=True)
class VerifiedModel:
    """A model behind a verifier: what it makes is checked before anyone learns from it.

    Attributes:
        model: what was fitted.
        accepts: from labelled examples to a mark for each: kept or not.
        sampler: from a fitted model to the one that draws, for example one with a wider spread.
    """

    model: Any
    accepts: Callable[[LabelledFeatures], Bool[np.ndarray, " items"]]
    sampler: Callable[[Any], Any]

    def sample(self, size: int, *, seed: int) -> LabelledFeatures:
        """Draw `size` examples and return those that the verifier accepts.

        Raises:
            TypeError: `size` or `seed` is not an integer, or the verifier does not answer with True and False.
            ValueError: the model cannot draw so many, or the verifier accepts none.
        """
        drawn = self.sampler(self.model).sample(size, seed=seed)
        return keep(drawn, self.accepts(drawn))

    def log_likelihood(self, data: LabelledFeatures) -> Float[np.ndarray, " items"]:
        """Return the log-likelihood of each example under the fitted model, without the verifier."""
        scores: Float[np.ndarray, " items"] = self.model.log_likelihood(data)
        return scores


@dataclass(frozen=True)
class VerifiedLearner:
    """Puts a verifier between a learner's models and whoever learns from them, for use in `refit_chain`.

    Attributes:
        learner: what is fitted.
        accepts: as in `VerifiedModel`.
        sampler: as in `VerifiedModel`; by default the fitted model itself draws.
    """

    learner: Learner
    accepts: Callable[[LabelledFeatures], Bool[np.ndarray, " items"]]
    sampler: Callable[[Any], Any] = lambda model: model

    def fit(self, data: LabelledFeatures, *, seed: int) -> VerifiedModel:
        """Return the model fitted to `data`, behind the verifier."""
        return VerifiedModel(self.learner.fit(data, seed=seed), self.accepts, self.sampler)


def _keep_probabilities(name: str, value: ArrayLike) -> float | Float[np.ndarray, " classes"]:
    array = _validation.shares(name, value)
    if array.ndim > 1 or array.size == 0:
        raise ValueError(f"{name} must be a number or one number for each class, got shape {array.shape}")
    # It is a copy: nobody changes the verifier from outside, and nobody here.
    array.setflags(write=False)
    return float(array) if array.ndim == 0 else array


def _integers(name: str, value: Any) -> Int[np.ndarray, " items"]:
    array = np.asarray(value)
    if array.ndim != 1 or not np.issubdtype(array.dtype, np.integer):
        raise TypeError(f"{name} must be a row of integers, got {array.dtype} of shape {array.shape}")
    return array.astype(np.int64)


def _of_class(probabilities: Float[np.ndarray, "..."], labels: Int[np.ndarray, " items"]) -> Float[np.ndarray, "..."]:
    if probabilities.ndim == 0:
        return probabilities
    outside = (labels < 0) | (labels >= len(probabilities))
    if outside.any():
        raise ValueError(
            f"labels must be classes with a keep probability, 0 to {len(probabilities) - 1}, got {labels[outside][0]}"
        )
    return np.asarray(probabilities[labels])
