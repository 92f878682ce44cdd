"""Normal laws refitted to samples of the last fit: exact moments, typical courses and bands.

Notation: M is `sample_size`, t the generation, v and μ the fitted variance and mean, α is `real_share`; the true law is
the standard normal one. Arrays run over the generations 0 (the true law) to `generations`. It knows nothing of
simulations.
"""

import math
from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import ArrayLike
from scipy import optimize
from scipy.special import gammaln, loggamma, polygamma, psi

from secondhand import _validation
from secondhand.generations.gaussian import lost_degrees_of_freedom
from secondhand.generations.theory._moments import Moments, Setting, moments
from secondhand.generations.theory._steps import generations_until
from secondhand.generations.workflow import check_workflow, count_real_samples
from secondhand.measures import seeds_for_squared_variation


def expected_variance(
    workflow: str,
    *,
    sample_size: int,
    generations: int,
    biased: bool = True,
    real_share: float = 0.0,
    sampler_variance_ratio: float = 1.0,
    fit_variance: bool = True,
) -> Float[np.ndarray, " {generations}+1"]:
    """Return the expected fitted variance E v of each generation, exactly, for every workflow.

    Biased and without real data it is (1 − 1/M)ᵗ for "replace" and the product of 1 − 1/(Mj²) over j ≤ t for
    "accumulate", which never falls below sin(π/√M)/(π/√M). With an honest sampler and biased fits, conservation holds
    in every workflow: E v + E μ² = 1. The recursions and their derivations stand in `theory._moments`; see also
    `expected_squared_mean`.

    Args:
        workflow: as for `gaussian_chain`.
        sample_size: M, at least 2.
        generations: the last generation, at least 0.
        biased: divide by the number of items n rather than by n − 1.
        real_share: α; α·M must be a whole number.
        sampler_variance_ratio: c, at least 0; what a model generates has c times the variance that was fitted to it.
        fit_variance: whether the variance is fitted; if not, it is 1 in all generations.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range, or the workflow unknown.

    Source:
        "replace" without real data: I. Shumailov et al. (2024), Theorem 3.1 and supplement, there to first order. With
        fresh real data: the island model of S. Wright (1931), Evolution in Mendelian populations. The other workflows,
        and biased samplers: derived here.
    """
    setting = _setting(sample_size, biased, real_share, sampler_variance_ratio, fit_variance)
    return _expected_moments(check_workflow(workflow), setting, generations)[0]


def expected_squared_mean(
    workflow: str,
    *,
    sample_size: int,
    generations: int,
    biased: bool = True,
    real_share: float = 0.0,
    sampler_variance_ratio: float = 1.0,
    fit_variance: bool = True,
) -> Float[np.ndarray, " {generations}+1"]:
    """Return the expected squared fitted mean E μ² of each generation: how far chains have drifted apart.

    Derivation for "replace". A generation pools αM draws of the true law and aM draws of the last model, a = 1 − α.
    Given that model, the pool's mean has expectation aμ and variance (α + av)/M. Hence, with V = E v and D = E μ²,

        D' = a²D + (α + aV)/M.

    The mean square of the pool is α + a(V + D); less D' it is the expected biased variance V'. If V + D = 1, then
    V' + D' = α + a = 1: conservation. It turns the recursion into D' = (a² − a/M)D + 1/M, whose solution is

        D(t) = D(∞)·(1 − (a² − a/M)ᵗ),   D(∞) = 1/(M(1 − a²) + a).

    Without real data that is 1 − (1 − 1/M)ᵗ if biased. Where the variance is known, `fit_variance=False`, and there are
    no real data, D(t) is 1/M times t for "replace", times the sum of 1/j² over j ≤ t for "accumulate", and for
    "accumulate-subsample" and large M times a sum with the limit π²/2 − 2; see `fixed_budget_error`.

    Args, errors and source: as `expected_variance`.
    """
    setting = _setting(sample_size, biased, real_share, sampler_variance_ratio, fit_variance)
    return _expected_moments(check_workflow(workflow), setting, generations)[1]


def stationary_variance(*, sample_size: int, real_share: float, sampler_variance_ratio: float = 1.0) -> float:
    """Return where the expected biased variance settles when every generation gets fresh real data ("replace").

    With an honest sampler it is 1 − 1/(M(1 − a²) + a), about 2Mα/(1 + 2Mα): one real item a generation (Mα = 1) keeps
    two thirds of the variance, whatever M. With a sampler that shrinks the variance by c it is nearly α/(1 − ac) for
    large M: there the share decides, and the number of real items does not.

    Derivation. At rest V = (α + acV)(1 − 1/M) + αaD and D = a²D + (α + acV)/M, two linear equations.

    Args:
        sample_size: M, at least 2.
        real_share: α; α·M must be a whole number. With α = 0 all variance is lost.
        sampler_variance_ratio: c, from 0 to 1.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.

    Source:
        Honest: the limit of `expected_variance`; S. Wright (1931), one migrant a generation. Shrinking: derived here.
    """
    real = count_real_samples(sample_size, real_share) / sample_size
    ratio = _validation.number("sampler_variance_ratio", sampler_variance_ratio, minimum=0, maximum=1)
    return _stationary_variance(sample_size, real, ratio)


def real_share_needed(variance: float, *, sample_size: int, sampler_variance_ratio: float = 1.0) -> float:
    """Return the share of fresh real data, α, at which the expected variance settles at `variance` ("replace").

    It is the smallest such share, a real number; α·M need not be whole. Very close to α = 1 the variance may fall again
    by a part of the order of 1/M³. With an honest sampler it has the closed form

        α = 1 − [1 + √(1 + 4M(M − 1/(1 − V)))]/(2M),

    about V/(2M(1 − V)) if M is much larger than V/(1 − V); with one that shrinks the variance by c it is near
    V(1 − c)/(1 − cV) for large M.

    Args:
        variance: V, above 0 and at most 1 − 1/M, which fits to real data alone have.
        sample_size: M, at least 2.
        sampler_variance_ratio: c, from 0 to 1.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.

    Source:
        Derived here: `stationary_variance` solved for α.
    """
    size = _validation.integer("sample_size", sample_size, minimum=2)
    ratio = _validation.number("sampler_variance_ratio", sampler_variance_ratio, minimum=0, maximum=1)
    goal = _validation.number("variance", variance, above=0, maximum=1 - 1 / size)
    if ratio == 1:
        root = math.sqrt(max(0.0, 1 + 4 * size * (size - 1 / (1 - goal))))
        return 1 - (1 + root) / (2 * size)
    # The root may be a rounding error beyond 1, where all data are real.
    if _stationary_variance(size, 1.0, ratio) <= goal:
        return 1.0
    return float(optimize.brentq(lambda real: _stationary_variance(size, real, ratio) - goal, 0, 1, xtol=1e-15))


def expected_wasserstein2(
    workflow: str, *, sample_size: int, generations: int, biased: bool = True, real_share: float = 0.0
) -> Float[np.ndarray, " {generations}+1"]:
    """Return the expected squared 2-Wasserstein distance E W₂² of the fitted law from the true one.

    Derivation. W₂² = μ² + (√v − 1)², so E W₂² = E μ² + E v + 1 − 2 E √v. Each refit multiplies v by an independent
    χ²/M with M − 1 degrees of freedom, hence E √v = cᵗ with c = √(2/M) Γ(M/2)/Γ((M − 1)/2), and by conservation

        E W₂² = 2(1 − cᵗ).

    Unbiased, M − 1 replaces M under the root, and E W₂² = t/M + 2(1 − cᵗ): it grows without end although v → 0.

    Args: as `expected_variance`, but for `real_share`, which must be 0.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range, or there are real data or another workflow than "replace", for which
            E √v has no closed form.

    Source:
        I. Shumailov et al. (2024), Theorem 3.1 and supplement, there to first order.
    """
    _replace_without_real_data("expected_wasserstein2", workflow, sample_size, real_share)
    setting = _setting(sample_size, biased, real_share)
    variance, squared_mean = _expected_moments(workflow, setting, generations)
    divisor = sample_size - lost_degrees_of_freedom(biased)
    log_factor = 0.5 * math.log(2 / divisor) + gammaln(sample_size / 2) - gammaln((sample_size - 1) / 2)
    expected_deviation = np.exp(generations_until(generations) * log_factor)
    return np.asarray(squared_mean + variance + 1 - 2 * expected_deviation)


def typical_log_variance(
    workflow: str, *, sample_size: int, generations: int, biased: bool = True, real_share: float = 0.0
) -> Float[np.ndarray, " {generations}+1"]:
    """Return the expected logarithm E log v of the fitted variance: the fate of a typical chain.

    Derivation. log v is a sum of t independent copies of log(χ²/M) with M − 1 degrees of freedom, each of expectation
    ψ((M − 1)/2) + log(2/M), ψ being the digamma function (unbiased: 2/(M − 1)). That is about −2t/M biased and −t/M
    unbiased. The mean of v is held up by ever fewer chains: typically v shrinks even where E v = 1.

    Args, errors: as `expected_wasserstein2`.

    Source:
        Derived here; almost sure collapse is Theorem 3.1 of I. Shumailov et al. (2024).
    """
    _replace_without_real_data("typical_log_variance", workflow, sample_size, real_share)
    return np.asarray(generations_until(generations) * _log_factor_mean(sample_size, biased))


def log_variance_variance(
    workflow: str, *, sample_size: int, generations: int, biased: bool = True, real_share: float = 0.0
) -> Float[np.ndarray, " {generations}+1"]:
    """Return Var log v = t ψ′((M − 1)/2), how widely chains scatter on the scale of logarithms; about 2t/M.

    Derivation: as `typical_log_variance`; ψ′ is the trigamma function. It is the same biased and unbiased.

    Args, errors: as `expected_wasserstein2`.
    """
    lost_degrees_of_freedom(biased)
    _replace_without_real_data("log_variance_variance", workflow, sample_size, real_share)
    return np.asarray(generations_until(generations) * polygamma(1, (sample_size - 1) / 2))


def variance_quantile(
    quantile: ArrayLike,
    workflow: str,
    *,
    sample_size: int,
    generations: int,
    biased: bool = True,
    real_share: float = 0.0,
) -> Float[np.ndarray, "*quantiles {generations}+1"]:
    """Return quantiles of the fitted variance v, exact to about eight digits: the bands that chains stay within.

    Derivation. The characteristic function of log χ² with k degrees of freedom is 2^(iu) Γ(k/2 + iu)/Γ(k/2), so that of
    log v is known: the t-th power, shifted. Its inversion gives the distribution function, which is solved for the
    quantile.

    Args:
        quantile: one number or a row of numbers, each from 1e-6 to 1 − 1e-6.
        workflow: as for `gaussian_chain`.
        sample_size: M, at least 2.
        generations: the last generation, at least 0.
        biased: divide by M rather than M − 1.
        real_share: must be 0.

    Returns:
        Generations along the last axis; for a row of quantiles, these along the first.

    Raises: as `expected_wasserstein2`.

    Source:
        J. Gil-Pelaez (1951), Note on the inversion theorem.
    """
    levels = _validation.numbers("quantile", quantile)
    if levels.ndim > 1 or levels.size == 0:
        raise ValueError(f"quantile must be one number or one row of numbers, got shape {levels.shape}")
    if not ((levels >= 1e-6) & (levels <= 1 - 1e-6)).all():
        raise ValueError(f"quantile must be from 1e-6 to 1 - 1e-6, got {quantile!r}")
    mean = typical_log_variance(
        workflow, sample_size=sample_size, generations=generations, biased=biased, real_share=real_share
    )
    deviation = np.sqrt(log_variance_variance(workflow, sample_size=sample_size, generations=generations))
    standardised = np.zeros((*levels.shape, len(mean)))
    for t in range(1, len(mean)):
        distribution = _standardised_log_variance_distribution(sample_size, t)
        for index, level in np.ndenumerate(levels):
            standardised[(*index, t)] = optimize.brentq(lambda z: distribution(z) - level, -40, 40, xtol=1e-12)  # noqa: B023
    return np.asarray(np.exp(mean + deviation * standardised))


def half_life_of_mean_variance(*, sample_size: int) -> float:
    """Return after how many generations half of the expected biased variance is left.

    It is log 2/−log(1 − 1/M), about 0.69 M; see `expected_variance`.

    Raises:
        TypeError: `sample_size` is not an integer.
        ValueError: `sample_size` is below 2.
    """
    return -math.log(2) / math.log1p(-1 / _validation.integer("sample_size", sample_size, minimum=2))


def half_life_of_typical_variance(*, sample_size: int, biased: bool = True) -> float:
    """Return after how many generations a typical chain has half of its variance left.

    It is log 2/−E log(v'/v), about 0.35 M biased and 0.69 M unbiased; see `typical_log_variance`.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: `sample_size` is below 2.
    """
    return -math.log(2) / _log_factor_mean(_validation.integer("sample_size", sample_size, minimum=2), biased)


def seeds_needed(
    workflow: str,
    *,
    sample_size: int,
    generations: int,
    relative_error: float = 0.1,
    biased: bool = True,
    real_share: float = 0.0,
) -> Int[np.ndarray, " {generations}+1"]:
    """Return how many seeds bring the standard error of the mean of v down to a share of E v, by generation.

    Derivation. χ² with M − 1 degrees of freedom has E χ⁴/(E χ²)² = (M + 1)/(M − 1). Over t independent factors the
    squared coefficient of variation is ((M + 1)/(M − 1))ᵗ − 1; divided by the squared error and rounded up it is the
    number of seeds.

    Args:
        workflow: as for `gaussian_chain`.
        sample_size: M, at least 2.
        generations: the last generation, at least 0.
        relative_error: standard error of the mean as a share of E v, above 0.
        biased: makes no difference, as it scales v by a constant.
        real_share: must be 0.

    Raises: as `expected_wasserstein2`; ValueError also where the number does not fit in 64 bits.
    """
    lost_degrees_of_freedom(biased)
    _replace_without_real_data("seeds_needed", workflow, sample_size, real_share)
    growth = generations_until(generations) * (math.log1p(1 / sample_size) - math.log1p(-1 / sample_size))
    # Numbers beyond exp(600) overflow; that many seeds are refused all the same.
    return seeds_for_squared_variation(np.expm1(np.minimum(growth, 600)), relative_error=relative_error)


def _replace_without_real_data(name: str, workflow: str, sample_size: int, real_share: float) -> None:
    """Refuse what has no closed form: v is a product of independent factors in "replace" without real data alone."""
    if check_workflow(workflow) != "replace":
        raise ValueError(
            f"workflow must be 'replace' for {name}, which has no closed form for {workflow!r}; "
            "simulate, or use expected_variance and expected_squared_mean"
        )
    if count_real_samples(sample_size, real_share) > 0:
        raise ValueError(
            f"real_share must be 0 for {name}, which has no closed form with real data, got {real_share:g}; "
            "simulate, or use expected_variance and expected_squared_mean"
        )


def _setting(
    sample_size: int,
    biased: bool,
    real_share: float,
    sampler_variance_ratio: float = 1.0,
    fit_variance: bool = True,
) -> Setting:
    real_samples = count_real_samples(sample_size, real_share)
    return Setting(
        size=sample_size,
        real=real_samples / sample_size,
        ratio=_validation.number("sampler_variance_ratio", sampler_variance_ratio, minimum=0),
        lost_degrees=lost_degrees_of_freedom(biased),
        fit_variance=_validation.boolean("fit_variance", fit_variance),
    )


def _expected_moments(workflow: str, setting: Setting, generations: int) -> Moments:
    """Return E v and E μ²: by the closed form of `expected_squared_mean` where there is one, else by recursion."""
    t = generations_until(generations)
    if workflow == "replace" and setting == Setting(setting.size, setting.real):
        memory = setting.synthetic**2 - setting.synthetic / setting.size
        squared_mean = (1 - memory**t) / (setting.size * (1 - setting.synthetic**2) + setting.synthetic)
        return 1 - squared_mean, squared_mean
    return moments(workflow, setting, len(t) - 1)


def _stationary_variance(size: int, real: float, ratio: float) -> float:
    """Solve the two equations of `stationary_variance` for V."""
    synthetic = 1 - real
    if real == 0:
        return 0.0
    # D = (α + acV)/(M(1 − a²)), and V = α(1 − D) + acV.
    drift = 1 / (size * (1 - synthetic**2))
    return real * (1 - real * drift) / (1 - synthetic * ratio + real * synthetic * ratio * drift)


def _log_factor_mean(sample_size: int, biased: bool) -> float:
    """Return the expected logarithm of v'/v; the derivation is in `typical_log_variance`."""
    return float(psi((sample_size - 1) / 2) + math.log(2 / (sample_size - lost_degrees_of_freedom(biased))))


def _standardised_log_variance_distribution(sample_size: int, generation: int) -> Callable[[float], float]:
    """Return the distribution function of log v less its mean, over its standard deviation."""
    half_degrees = (sample_size - 1) / 2
    deviation = math.sqrt(generation * polygamma(1, half_degrees))
    # Midpoints h apart leave out only what lies 2π/h deviations away, over a hundred; past |u| = 60 nothing is left.
    step = 0.05
    frequency = np.arange(step / 2, 60, step)
    u = frequency / deviation
    log_characteristic = generation * (
        loggamma(half_degrees + 1j * u) - gammaln(half_degrees) - 1j * u * psi(half_degrees)
    )
    weight = step / np.pi * np.exp(log_characteristic.real) / frequency
    phase = log_characteristic.imag

    def distribution(z: float) -> float:
        return float(0.5 - (weight * np.sin(phase - frequency * z)).sum())

    return distribution
