"""Exercises of the chapter on model collapse."""

import math

import numpy as np
from scipy.special import digamma

from secondhand.exercises.mechanism import Function, WrongAnswerError, exercise, expect_close, findings_of

_say = findings_of("model-collapse")


def _check_one_draw_extinction(answer: Function, solve: Function) -> None:
    if np.isclose(float(np.asarray(answer(0.1, 5), dtype=float)), 1 - 0.9**5):
        raise WrongAnswerError(_say("one_draw_extinction.wrong.survives"))
    for probability, sample_size in ((0.02, 100), (0.5, 1), (0.3, 7)):
        wrong = _say("one_draw_extinction.wrong.value", probability=probability, sample_size=sample_size)
        expect_close(answer(probability, sample_size), solve(probability, sample_size), wrong)


@exercise(difficulty="warm-up", minutes=5, check=_check_one_draw_extinction)
def one_draw_extinction(probability: float, sample_size: int) -> float:
    """Return the chance that a category is absent from one sample.

    The category has this probability; the sample has sample_size draws.
    """
    return (1 - probability) ** sample_size


def _check_mean_variance(answer: Function, solve: Function) -> None:
    got = answer(50, 50)
    if np.shape(got) == (50,):
        raise WrongAnswerError(_say("mean_variance.wrong.length"))
    if np.shape(got) == (51,) and np.allclose(got, 1.0):
        raise WrongAnswerError(_say("mean_variance.wrong.unbiased"))
    for sample_size, generations in ((50, 50), (10, 3), (2, 1)):
        wrong = _say("mean_variance.wrong.value", sample_size=sample_size)
        expect_close(answer(sample_size, generations), solve(sample_size, generations), wrong)


@exercise(difficulty="warm-up", minutes=5, check=_check_mean_variance)
def mean_variance(sample_size: int, generations: int) -> np.ndarray:
    """Return an array: the mean fitted variance at generation 0, 1, and so on.

    Each fit divides by the sample size (the biased estimate). Generation 0
    is the true law, of variance 1.
    """
    return (1 - 1 / sample_size) ** np.arange(generations + 1)


def _check_next_generation(answer: Function, _: Function) -> None:
    chains, sample_size = 40_000, 8
    start_mean = np.linspace(-1.0, 1.0, chains)
    start_variance = np.where(np.arange(chains) % 2, 4.0, 1.0)

    def run(seed: int) -> tuple[np.ndarray, np.ndarray]:
        result = answer(start_mean, start_variance, sample_size, seed=seed)
        if not isinstance(result, tuple) or len(result) != 2:
            raise WrongAnswerError(_say("next_generation.wrong.pair"))
        mean, variance = (np.asarray(part, dtype=float) for part in result)
        if mean.shape != (chains,) or variance.shape != (chains,):
            raise WrongAnswerError(_say("next_generation.wrong.shape", mean=mean.shape, variance=variance.shape))
        return mean, variance

    mean, variance = run(10_001)
    if (mean >= 0).all() and (variance < 0).any():
        raise WrongAnswerError(_say("next_generation.wrong.swapped"))
    if not np.array_equal(mean, run(10_001)[0]):
        raise WrongAnswerError(_say("next_generation.wrong.seed"))
    if np.array_equal(mean, run(10_002)[0]):
        raise WrongAnswerError(_say("next_generation.wrong.same"))
    # A fitted variance has mean v·7/8 and standard deviation v·sqrt(14)/8, where v is the variance of its chain.
    ratio = variance / start_variance
    margin = 5 * math.sqrt(2 * (sample_size - 1)) / sample_size / math.sqrt(chains / 2)
    wide, narrow = ratio[1::2].mean(), ratio[::2].mean()
    kept = 1 - 1 / sample_size
    if abs(wide - 1) < margin and abs(narrow - 1) < margin:
        raise WrongAnswerError(_say("next_generation.wrong.unbiased"))
    if abs(wide - 4 * kept) < 8 * margin and abs(narrow - kept) < margin:
        raise WrongAnswerError(_say("next_generation.wrong.scale"))
    if abs(variance[::2].mean() - variance[1::2].mean()) < 8 * margin:
        raise WrongAnswerError(_say("next_generation.wrong.own"))
    if abs(wide - kept / 2) < 0.05 and abs(narrow - kept) < 0.1:
        raise WrongAnswerError(_say("next_generation.wrong.deviation"))
    # Over 20,000 chains the spread is known to 0.003, and the correlation of independent neighbours to 0.005.
    if abs(ratio[::2].std() - math.sqrt(14) / 8) > 0.02 or abs(np.corrcoef(ratio[:-1], ratio[1:])[0, 1]) > 0.05:
        raise WrongAnswerError(_say("next_generation.wrong.spread"))
    if abs(wide - kept) > margin or abs(narrow - kept) > margin:
        raise WrongAnswerError(_say("next_generation.wrong.variance"))
    step = (mean - start_mean) / np.sqrt(start_variance / sample_size)
    if abs(step.std() - 1) > 5 / math.sqrt(2 * chains) or abs(step.mean()) > 5 / math.sqrt(chains):
        raise WrongAnswerError(_say("next_generation.wrong.mean"))


@exercise(difficulty="core", minutes=15, check=_check_next_generation)
def next_generation(
    mean: np.ndarray, variance: np.ndarray, sample_size: int, seed: int
) -> tuple[np.ndarray, np.ndarray]:
    """Refit many chains once: return the pair (new means, new variances).

    mean and variance hold one number a chain. Each chain draws sample_size
    values from its own Gaussian; maximum likelihood fits the next one.
    """
    generator = np.random.default_rng(seed)
    noise = generator.standard_normal((len(mean), sample_size))
    samples = mean[:, None] + np.sqrt(variance)[:, None] * noise
    return samples.mean(axis=1), samples.var(axis=1)


def _check_typical_half_life(answer: Function, solve: Function) -> None:
    got = answer(100)
    if got is not None and np.ndim(got) == 0:
        unbiased = math.log(2) / (math.log(99 / 2) - digamma(99 / 2))
        if abs(float(got) - math.log(2) / -math.log1p(-1 / 100)) < 1e-6:
            raise WrongAnswerError(_say("typical_half_life.wrong.mean"))
        if abs(float(got) - unbiased) < 1e-6:
            raise WrongAnswerError(_say("typical_half_life.wrong.unbiased"))
        if 0 < abs(float(got) - solve(100)) < 1 and not math.isclose(float(got), solve(100), rel_tol=1e-6):
            raise WrongAnswerError(_say("typical_half_life.wrong.approximate"))
    for sample_size in (100, 10, 3):
        wrong = _say("typical_half_life.wrong.value", sample_size=sample_size)
        expect_close(answer(sample_size), solve(sample_size), wrong)


@exercise(difficulty="core", minutes=10, check=_check_typical_half_life)
def typical_half_life(sample_size: int) -> float:
    """Return after how many generations a typical chain has half its variance.

    A real number. The log variance of a typical chain follows the mean of
    the log variance. Fits divide by the sample size.
    """
    per_generation = digamma((sample_size - 1) / 2) + np.log(2 / sample_size)
    return float(np.log(0.5) / per_generation)


def _check_extinction_by_generation(answer: Function, solve: Function) -> None:
    got = answer(5, 13)
    if np.shape(got) == (14,) and float(np.asarray(got, dtype=float)[0]) > 0.5:
        raise WrongAnswerError(_say("extinction_by_generation.wrong.survival"))
    if np.shape(got) == (14,) and np.isclose(np.asarray(got, dtype=float)[1], math.exp(-1)):
        raise WrongAnswerError(_say("extinction_by_generation.wrong.one-copy"))
    for copies, generations in ((5, 13), (1, 4), (20, 60)):
        wrong = _say("extinction_by_generation.wrong.value", copies=copies)
        expect_close(answer(copies, generations), solve(copies, generations), wrong)


@exercise(difficulty="core", minutes=15, check=_check_extinction_by_generation)
def extinction_by_generation(copies: int, generations: int) -> np.ndarray:
    """Return an array: the chance of extinction at generation 0, 1, and so on.

    The word begins with so many copies in a long text. Each copy leaves a
    Poisson number of copies to the next generation, one on average.
    """
    one_copy = [0.0]
    for _ in range(generations):
        one_copy.append(np.exp(one_copy[-1] - 1))
    return np.array(one_copy) ** copies


def _check_chains_needed(answer: Function, solve: Function) -> None:
    got = answer(100, 100, 0.1)
    if got is not None and np.ndim(got) == 0 and abs(float(got) - 64) <= 1:
        raise WrongAnswerError(_say("chains_needed.wrong.square"))
    if got is not None and np.ndim(got) == 0 and np.isfinite(float(got)):
        if float(got) != int(got):
            raise WrongAnswerError(_say("chains_needed.wrong.whole"))
        if float(got) == solve(100, 100, 0.1) - 1:
            raise WrongAnswerError(_say("chains_needed.wrong.down"))
        if float(got) == solve(100, 100, 0.1) + 100:
            raise WrongAnswerError(_say("chains_needed.wrong.moment"))
    for sample_size, generations, error in ((100, 100, 0.1), (50, 10, 0.05), (20, 1, 0.02)):
        wrong = _say("chains_needed.wrong.value", sample_size=sample_size, generations=generations)
        expect_close(answer(sample_size, generations, error), solve(sample_size, generations, error), wrong)


@exercise(difficulty="stretch", minutes=25, check=_check_chains_needed)
def chains_needed(sample_size: int, generations: int, error: float) -> int:
    """Return the smallest number of chains for standard error <= error * mean.

    Both are those of the mean variance at the last generation; generation 0
    has variance 1. The second moment of the variance shrinks by the factor
    1 - 1/sample_size² in each generation.
    """
    squared_mean = (1 - 1 / sample_size) ** (2 * generations)
    second_moment = (1 - 1 / sample_size**2) ** generations
    return int(np.ceil((second_moment / squared_mean - 1) / error**2))


def _check_first_visible_generation(answer: Function, solve: Function) -> None:
    got = answer(50, 100)
    if got is not None and np.ndim(got) == 0:
        if 0 <= float(got) < 2:
            raise WrongAnswerError(_say("first_visible_generation.wrong.zero"))
        if answer(50, 400) == 1:
            raise WrongAnswerError(_say("first_visible_generation.wrong.truth"))
    for sample_size, chains in ((50, 100), (50, 400), (100, 40)):
        wrong = _say("first_visible_generation.wrong.value", sample_size=sample_size, chains=chains)
        expect_close(answer(sample_size, chains), solve(sample_size, chains), wrong)


@exercise(difficulty="stretch", minutes=20, check=_check_first_visible_generation)
def first_visible_generation(sample_size: int, chains: int) -> int:
    """Return the first generation at which the collapse should show.

    It shows when the expected mean variance lies below that of generation 1
    by more than two standard errors of the mean over so many chains.
    """
    kept = 1 - 1 / sample_size
    generation = 2
    while True:
        mean = kept**generation
        second_moment = (1 - 1 / sample_size**2) ** generation
        error = np.sqrt((second_moment - mean**2) / chains)
        if kept - mean > 2 * error:
            return generation
        generation += 1
