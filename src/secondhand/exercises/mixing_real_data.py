"""Exercises of the chapter on mixing real data."""

import math

import numpy as np

from secondhand.exercises.mechanism import Function, WrongAnswerError, exercise, expect_close, findings_of
from secondhand.messages import t

_say = findings_of("mixing-real-data")


def _number(answer: object) -> float:
    """Return a number to compare with common mistakes; NaN for whatever is none."""
    try:
        array = np.asarray(answer, dtype=np.float64)
    except (TypeError, ValueError):
        return math.nan
    return float(array) if array.ndim == 0 else math.nan


def _check_kept_for_ever(answer: Function, solve: Function) -> None:
    got = _number(answer(10))
    if math.isclose(got, 1 - solve(10), rel_tol=1e-6):
        raise WrongAnswerError(_say("kept_for_ever.wrong.lost"))
    if math.isclose(got, math.sin(math.pi / 10) / (math.pi / 10), rel_tol=1e-6):
        raise WrongAnswerError(_say("kept_for_ever.wrong.root"))
    if math.isclose(got, float(np.sinc(np.pi / np.sqrt(10))), rel_tol=1e-6):
        raise WrongAnswerError(_say("kept_for_ever.wrong.sinc"))
    if math.isclose(got, 1 - 1 / 10, rel_tol=1e-6):
        raise WrongAnswerError(_say("kept_for_ever.wrong.first"))
    if math.isclose(got, 100 * solve(10), rel_tol=1e-3):
        raise WrongAnswerError(_say("kept_for_ever.wrong.percent"))
    if (1 + 1e-3) * solve(10) < got < 1.05 * solve(10):
        raise WrongAnswerError(_say("kept_for_ever.wrong.short"))
    for sample_size in (10, 2, 50):
        wrong = _say("kept_for_ever.wrong.value", sample_size=sample_size)
        expect_close(answer(sample_size), solve(sample_size), wrong, relative=1e-3)


@exercise(difficulty="warm-up", minutes=5, check=_check_kept_for_ever)
def kept_for_ever(sample_size: int) -> float:
    """Return the mean variance that is left for ever when all data are kept.

    Each generation adds sample_size items; samplers are honest, and fits
    divide by the number of items. The true variance is 1.
    """
    angle = np.pi / np.sqrt(sample_size)
    return float(np.sin(angle) / angle)


def _check_share_for_biased_sampler(answer: Function, solve: Function) -> None:
    got = _number(answer(0.6, 0.5))
    if math.isclose(got, 0.6 * (1 - 0.5), rel_tol=1e-6):
        raise WrongAnswerError(_say("share_for_biased_sampler.wrong.half"))
    if math.isclose(got, 1 - solve(0.6, 0.5), rel_tol=1e-6):
        raise WrongAnswerError(_say("share_for_biased_sampler.wrong.synthetic"))
    if math.isclose(got, solve(0.5, 0.6), rel_tol=1e-6):
        raise WrongAnswerError(_say("share_for_biased_sampler.wrong.swapped"))
    if math.isclose(got, 100 * solve(0.6, 0.5), rel_tol=1e-3):
        raise WrongAnswerError(_say("share_for_biased_sampler.wrong.percent"))
    for variance, ratio in ((0.6, 0.5), (0.9, 0.9), (0.3, 0.0)):
        wrong = _say("share_for_biased_sampler.wrong.value", variance=variance, ratio=ratio)
        expect_close(answer(variance, ratio), solve(variance, ratio), wrong)


@exercise(difficulty="warm-up", minutes=10, check=_check_share_for_biased_sampler)
def share_for_biased_sampler(variance: float, ratio: float) -> float:
    """Return the share of fresh real data at which this variance is kept.

    What the sampler makes has ratio times the fitted variance, below 1.
    Samples are large, old data are thrown away, the true variance is 1.
    """
    return variance * (1 - ratio) / (1 - ratio * variance)


def _check_accumulate_step(answer: Function, solve: Function) -> None:
    generator = np.random.default_rng(10_010)
    for blocks in (1, 3, 10):
        values = generator.normal(size=(blocks + 1, 6))
        old, new = values[:blocks], values[blocks]
        arguments = (old.mean(), old.var(), blocks, new.mean(), new.var())
        mean, variance = _pair(answer(*arguments))
        pooled_mean, pooled_variance = solve(*arguments)
        if math.isclose(mean, pooled_variance, rel_tol=1e-9) and math.isclose(variance, pooled_mean, rel_tol=1e-9):
            raise WrongAnswerError(_say("accumulate_step.wrong.swapped"))
        if blocks > 1 and math.isclose(mean, (old.mean() + new.mean()) / 2, rel_tol=1e-9):
            raise WrongAnswerError(_say("accumulate_step.wrong.weights"))
        if math.isclose(mean, pooled_mean, rel_tol=1e-9):
            share = 1 / (blocks + 1)
            within, distance = (1 - share) * old.var() + share * new.var(), (new.mean() - pooled_mean) ** 2
            if math.isclose(variance, within, rel_tol=1e-9):
                raise WrongAnswerError(_say("accumulate_step.wrong.between"))
            for mistake in (share * distance, share * (1 - share) * distance):
                if math.isclose(variance, within + mistake, rel_tol=1e-9):
                    raise WrongAnswerError(_say("accumulate_step.wrong.distance"))
        wrong = _say("accumulate_step.wrong.value", blocks=blocks)
        expect_close(np.array([mean, variance]), np.array([pooled_mean, pooled_variance]), wrong)


def _pair(answer: object) -> tuple[float, float]:
    """Return two numbers from a tuple, a list or an array of two; NaN for what is no number."""
    if answer is None:
        raise WrongAnswerError(t("common.check.nothing"))
    if not isinstance(answer, tuple | list | np.ndarray) or len(np.atleast_1d(np.asarray(answer, dtype=object))) != 2:
        raise WrongAnswerError(_say("accumulate_step.wrong.pair"))
    return _number(answer[0]), _number(answer[1])


@exercise(difficulty="core", minutes=15, check=_check_accumulate_step)
def accumulate_step(
    mean: float,
    variance: float,
    blocks: int,
    new_mean: float,
    new_variance: float,
) -> tuple[float, float]:
    """Pool one more block of data: return the pair (mean, variance) of all.

    The pool so far has so many blocks, all of one size, with this mean and
    variance. Variances divide by the number of items.
    """
    share = 1 / (blocks + 1)
    within = (1 - share) * variance + share * new_variance
    between = share * (1 - share) * (new_mean - mean) ** 2
    return mean + share * (new_mean - mean), within + between


def _check_real_items_needed(answer: Function, solve: Function) -> None:
    got = _number(answer(0.9, 50))
    if math.isfinite(got):
        if got != int(got):
            raise WrongAnswerError(_say("real_items_needed.wrong.whole"))
        if got == solve(0.9, 50) - 1:
            raise WrongAnswerError(_say("real_items_needed.wrong.down"))
        if _number(answer(0.95, 100)) == math.ceil(0.95 / (2 * (1 - 0.95))):
            raise WrongAnswerError(_say("real_items_needed.wrong.rule"))
    for variance, sample_size in ((0.9, 50), (0.66, 200), (0.5, 20), (0.95, 100)):
        wrong = _say("real_items_needed.wrong.value", variance=variance, sample_size=sample_size)
        expect_close(answer(variance, sample_size), solve(variance, sample_size), wrong)


@exercise(difficulty="core", minutes=15, check=_check_real_items_needed)
def real_items_needed(variance: float, sample_size: int) -> int:
    """Return the smallest number of fresh real items a generation.

    With that many or more of its sample_size items real, the mean variance
    settles at this value or above. Samplers are honest, old data are gone.
    """
    for real in range(1, sample_size + 1):
        synthetic = 1 - real / sample_size
        if 1 - 1 / (sample_size * (1 - synthetic**2) + synthetic) >= variance:
            return real
    raise ValueError("not even real data alone keep so much")


def _check_best_weight(answer: Function, solve: Function) -> None:
    got = _number(answer(10, 30))
    if abs(got - 0.25) < 1e-3:
        raise WrongAnswerError(_say("best_weight.wrong.pooled"))
    if abs(got - solve(30, 10)) < 1e-3:
        raise WrongAnswerError(_say("best_weight.wrong.swapped"))
    if abs(got - 0.618034) < 1e-3:
        raise WrongAnswerError(_say("best_weight.wrong.golden"))
    if abs(got - (1 - solve(10, 30))) < 1e-3:
        raise WrongAnswerError(_say("best_weight.wrong.other"))
    if 1e-3 < abs(got / solve(10, 30) - 1) < 0.015:
        raise WrongAnswerError(_say("best_weight.wrong.grid"))
    for real, synthetic in ((10, 10), (10, 30), (50, 5)):
        wrong = _say("best_weight.wrong.value", real=real, synthetic=synthetic)
        expect_close(answer(real, synthetic), solve(real, synthetic), wrong, relative=1e-3)


@exercise(difficulty="core", minutes=20, check=_check_best_weight)
def best_weight(real: int, synthetic: int) -> float:
    """Return the weight of the real batch's mean that errs least in the end.

    Each generation has so many fresh real and so many synthetic items, made
    by the last model. Their means get the weights w and 1 - w. Three digits
    are enough: you may derive the weight or search for it.
    """
    weight = np.linspace(0.001, 1, 100_001)
    noise = weight**2 / real + (1 - weight) ** 2 / synthetic
    return float(weight[np.argmin(noise / (1 - (1 - weight) ** 2))])


def _check_generations_to_half(answer: Function, solve: Function) -> None:
    got = _number(answer(0.5)), _number(answer(0.8))
    right = solve(0.5), solve(0.8)
    if got == (right[0] - 1, right[1] - 1):
        raise WrongAnswerError(_say("generations_to_half.wrong.early"))
    if got == (right[0] + 1, right[1] + 1):
        raise WrongAnswerError(_say("generations_to_half.wrong.late"))
    if got in ((1, 4), (2, 4), (2, 5)):
        raise WrongAnswerError(_say("generations_to_half.wrong.replace"))
    if got in (_with_a_shifted_factor(1), _with_a_shifted_factor(-1)):
        raise WrongAnswerError(_say("generations_to_half.wrong.factor"))
    if abs(got[0] - 4) <= 1 and abs(got[1] - 32) <= 1:
        raise WrongAnswerError(_say("generations_to_half.wrong.power"))
    if got == right and _number(answer(0.0)) == solve(0.0) + 1:
        raise WrongAnswerError(_say("generations_to_half.wrong.exactly"))
    for ratio in (0.5, 0.0, 0.7, 0.8):
        wrong = _say("generations_to_half.wrong.value", ratio=ratio)
        expect_close(answer(ratio), solve(ratio), wrong)


def _with_a_shifted_factor(shift: int) -> tuple[int, int]:
    """Return what comes out for ratios 0.5 and 0.8 if each factor is that of another generation."""
    found = []
    for ratio in (0.5, 0.8):
        generation, variance = 1, 1.0
        while variance > 0.5:
            generation += 1
            variance *= 1 - (1 - ratio) / (generation + shift)
        found.append(generation)
    return found[0], found[1]


@exercise(difficulty="stretch", minutes=20, check=_check_generations_to_half)
def generations_to_half(ratio: float) -> int:
    """Return the first generation with half of the variance, or less.

    All data are kept, samples are large, and what a model makes has ratio
    times the variance fitted to it. Generation 1 is fitted to real data and
    has variance 1.
    """
    generation, variance = 1, 1.0
    while variance > 0.5:
        generation += 1
        variance *= 1 - (1 - ratio) / generation
    return generation


def _check_regression_errors(answer: Function, solve: Function) -> None:
    got = answer(10, 50, 10, True)
    if np.shape(got) == (11,):
        raise WrongAnswerError(_say("regression_errors.wrong.length"))
    if np.shape(got) == (10,):
        numbers = np.asarray(got, dtype=np.float64)
        if np.allclose(numbers, solve(10, 50, 10, False)):
            raise WrongAnswerError(_say("regression_errors.wrong.same"))
        if np.allclose(numbers, solve(10, 50, 10, True) * 39 / 50):
            raise WrongAnswerError(_say("regression_errors.wrong.scale"))
        if np.allclose(numbers, solve(10, 50, 10, True)[0] / np.arange(1, 11) ** 2):
            raise WrongAnswerError(_say("regression_errors.wrong.sum"))
        if np.allclose(numbers, np.cumsum(1 / np.arange(1, 11) ** 2)):
            raise WrongAnswerError(_say("regression_errors.wrong.relative"))
        if np.allclose(numbers, solve(10, 50, 10, True)[0] * np.cumsum(1 / np.arange(1, 11))):
            raise WrongAnswerError(_say("regression_errors.wrong.square"))
        if np.allclose(numbers, solve(10, 50, 10, True)[0] * math.pi**2 / 6):
            raise WrongAnswerError(_say("regression_errors.wrong.limit"))
    for keep_all in (True, False):
        for features, samples, generations in ((10, 50, 10), (1, 20, 3)):
            wrong = _say("regression_errors.wrong.value", features=features, samples=samples)
            arguments = (features, samples, generations, keep_all)
            expect_close(answer(*arguments), solve(*arguments), wrong)


@exercise(difficulty="core", minutes=10, check=_check_regression_errors)
def regression_errors(
    features: int,
    samples: int,
    generations: int,
    keep_all: bool,
) -> np.ndarray:
    """Return an array: the expected squared error at generations 1, 2, ...

    Each generation labels the same samples, with noise of variance 1. The
    next one is fitted to these labels, or to all so far if keep_all. The
    first error is features / (samples - features - 1).
    """
    generation = np.arange(1, generations + 1)
    added = 1 / generation**2 if keep_all else np.ones(generations)
    return features / (samples - features - 1) * np.cumsum(added)
