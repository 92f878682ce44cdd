"""Feedback loops that keep human data: how far a bias can grow, how slowly, and where labelling rules lead.

Notation: n₀ is `initial`, the human items at the start; each round adds m = `human` human items and k = `model` items
that the latest model labelled or wrote, so that the pool holds n_t = n₀ + t(m + k). A bias is a rate minus the human
rate. It knows nothing of simulations.
"""

import math
from collections.abc import Callable

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import ArrayLike
from scipy import optimize
from scipy.special import expit, gammaln, logit, ndtr, psi

from secondhand import _validation

# Beyond this, two terms of the asymptotic series are as exact as the difference of two large logarithms.
_LARGE = 1e5

_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(120)


def amplification_bound(*, initial: int, human: int, model: int, rounds: int) -> Float[np.ndarray, " {rounds}+1"]:
    """Return how many times its per-fit error δ the bias of a model can be, by round: the bound b_t/δ.

    Derivation. Let B_t be the bias of the pool and let no fit predict a bias more than δ above that of its pool. The
    pool of round t holds n_{t−1} old items of bias B_{t−1}, m human ones of bias 0, and k of bias at most B_{t−1} + δ:

        n_t B_t ≤ (n_t − m) B_{t−1} + kδ,   B_0 = 0.

    With equality, k/m − B_t/δ shrinks by the factor 1 − m/n_t = (r + t − f)/(r + t) in each round, r = n₀/(m + k) and
    f = m/(m + k). The product of these factors is a ratio of gamma functions, and with b_t = B_t + δ

        b_t/δ = 1 + (k/m)·[1 − Γ(r + t + 1 − f)Γ(r + 1) / (Γ(r + 1 − f)Γ(r + t + 1))].

    Without human items (m = 0) the terms add up to 1 + ψ(r + t + 1) − ψ(r + 1), which grows without end, like log t.

    Args:
        initial: n₀, human items at the start, at least 1.
        human: m, at least 0.
        model: k, at least 0; without model items the bound stays 1.
        rounds: the last round, at least 0.

    Raises:
        TypeError: an argument is not an integer.
        ValueError: an argument is out of range, or both `human` and `model` are 0.

    Source:
        R. Taori and T. Hashimoto (2023), Data Feedback Loops, Theorem 1, there as a sum over rounds; the closed form is
        derived here.
    """
    initial, human, model = _flows(initial, human, model)
    t = _rounds_until(rounds).astype(float)
    if human == 0:
        start = initial / model
        return np.asarray(1 + psi(start + t + 1) - psi(start + 1))
    return 1 + model / human * (1 - _shrinkage(t, initial, human, model))


def amplification_limit(*, human: int, model: int) -> float:
    """Return where the bound ends after infinitely many rounds: (m + k)/m, and infinity without human items.

    Raises:
        TypeError: an argument is not an integer.
        ValueError: an argument is negative, or both are 0.

    Source:
        R. Taori and T. Hashimoto (2023), Theorem 1.
    """
    _, human, model = _flows(1, human, model)
    return (human + model) / human if human else math.inf


def rounds_to_share(share: float, *, initial: int, human: int, model: int) -> int:
    """Return the first round at which the bound has covered this share of the way from 1 to its limit.

    The part still missing is about (1 + t(m + k)/n₀)^(−f), f = m/(m + k): a power law, slow where f is small.

    Args:
        share: above 0 and below 1.
        initial: n₀, at least 1.
        human: m, at least 1.
        model: k, at least 1.

    Raises:
        TypeError: an argument is not a number, or not an integer.
        ValueError: an argument is out of range.

    Source:
        Derived here from `amplification_bound`.
    """
    share = _validation.number("share", share, above=0, below=1)
    initial = _validation.integer("initial", initial, minimum=1)
    human = _validation.integer("human", human, minimum=1)
    model = _validation.integer("model", model, minimum=1)

    def reached(rounds: int) -> bool:
        return bool(1 - _shrinkage(np.array([float(rounds)]), initial, human, model)[0] >= share)

    high = 1
    while not reached(high):
        high *= 2
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high


def argmax_share(rate: ArrayLike, *, distance: float, input_rate: float | None = None) -> Float[np.ndarray, "..."]:
    """Return the share of items that get the rarer label when each gets its most probable one.

    Two classes, x | y ~ N(±μ, 1). A model that takes the positive class to have the rate p calls an item positive
    above x* = log((1 − p)/p)/(2μ), where the two are equally probable. Of items whose true rate is q that makes

        q·Φ(μ − x*) + (1 − q)·Φ(−μ − x*).

    Args:
        rate: p, the rate that the model believes; from 0 to 1.
        distance: μ, half the distance between the classes in standard deviations; above 0.
        input_rate: q, by default the same as p.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: an argument is out of range.

    Source:
        Derived here: Bayes' rule for two normal laws.
    """
    believed, true, mu = _beliefs(rate, distance, input_rate)
    with np.errstate(divide="ignore"):
        threshold = -logit(believed) / (2 * mu)
    return np.asarray(true * ndtr(mu - threshold) + (1 - true) * ndtr(-mu - threshold))


def sampled_share(rate: ArrayLike, *, distance: float, input_rate: float | None = None) -> Float[np.ndarray, "..."]:
    """Return the expected share of the positive label when labels are drawn with the probabilities of the model.

    If the model believes the true rate, the share is that rate exactly, since the mean of a conditional probability is
    the probability. If it believes another one, inputs pull it back towards the truth: this is one step of
    expectation–maximisation for the weight of a mixture.

    Args, errors: as `argmax_share`.

    Source:
        Derived here; A. P. Dempster, N. M. Laird and D. B. Rubin (1977), Maximum likelihood from incomplete data.
    """
    believed, true, mu = _beliefs(rate, distance, input_rate)
    share = np.zeros(believed.shape)
    for centre, weight in ((mu, true), (-mu, 1 - true)):
        posterior = expit(logit(believed)[..., None] + 2 * mu * (_NODES + centre))
        share += weight * (posterior @ _WEIGHTS) / _WEIGHTS.sum()
    return share


def pool_rate_course(
    rate: float, *, distance: float, labels: str, initial: int, human: int, model: int, rounds: int
) -> Float[np.ndarray, " {rounds}+1"]:
    """Return the rate of the positive label in the pool, by round, without chance.

    The model knows both classes of `argmax_share` and learns from the pool only how often each occurs. Chance is left
    out: each group of items is taken to have its expected share of labels, so that for curved maps the mean over many
    loops differs by a term of the order of 1/n₀.

    Args:
        rate: the human rate, above 0 and below 1.
        distance: μ, above 0.
        labels: "argmax" or "sample".
        initial: n₀, at least 1.
        human: m, at least 0.
        model: k, at least 0.
        rounds: the last round, at least 0.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.

    Source:
        Derived here.
    """
    share = _share_by(labels)
    rate = _validation.number("rate", rate, above=0, below=1)
    initial, human, model = _flows(initial, human, model)
    course = [rate]
    for t in _rounds_until(rounds)[1:]:
        size = initial + int(t) * (human + model)
        made = float(share(course[-1], distance=distance, input_rate=rate))
        course.append(((size - human - model) * course[-1] + human * rate + model * made) / size)
    return np.array(course)


def loop_fixed_point(rate: float, *, distance: float, human: int, model: int) -> float:
    """Return where the rate of the pool ends if the most probable label is always given.

    It is the largest solution p of (m + k)·p = m·π + k·A(p) below the human rate π, A being `argmax_share` at the true
    inputs: the pool's rate stands still where new items have the rate that the pool has.

    Args:
        rate: π, above 0 and at most one half: the rarer class.
        distance: μ, above 0.
        human: m, at least 0.
        model: k, at least 0; not both 0.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.

    Source:
        Derived here.
    """
    rate = _validation.number("rate", rate, above=0, maximum=0.5)
    _, human, model = _flows(1, human, model)
    # The map rises with p, so that iterating it from above goes down to its largest fixed point and never past it.
    point = rate
    for _ in range(100_000):
        made = float(argmax_share(point, distance=distance, input_rate=rate))
        following = (human * rate + model * made) / (human + model)
        if abs(following - point) <= 1e-14:
            break
        point = following
    return point


def heterozygosity_kept(*, initial: int, model: int, rounds: int) -> Float[np.ndarray, " {rounds}+1"]:
    """Return what is left of E p(1 − p) by round if sampled items enter a growing pool and people add nothing.

    Derivation. Each round draws k items at the rate p of the pool, so that the new rate has the mean p (a martingale)
    and the variance k·p(1 − p)/n_t². Hence E p'(1 − p') = p(1 − p)·(1 − k/n_t²), and the product over rounds stays
    above 0 for ever: chance moves the rate of a growing pool by little. (For one item a round it is the urn of Pólya.)

    Args:
        initial: n₀, at least 1.
        model: k, at least 1.
        rounds: the last round, at least 0.

    Raises:
        TypeError: an argument is not an integer.
        ValueError: an argument is out of range.

    Source:
        Derived here; F. Eggenberger and G. Pólya (1923), Über die Statistik verketteter Vorgänge.
    """
    initial = _validation.integer("initial", initial, minimum=1)
    model = _validation.integer("model", model, minimum=1)
    sizes = initial + model * _rounds_until(rounds)[1:].astype(float)
    return np.concatenate([[1.0], np.cumprod(1 - model / sizes**2)])


def temperature_map(rate: ArrayLike, *, temperature: float) -> Float[np.ndarray, "..."]:
    """Return the rate at which a binary attribute of rate p is generated at a temperature: logit divided by τ.

    p^(1/τ) / (p^(1/τ) + (1 − p)^(1/τ)). Below τ = 1 the more frequent value gains, and as τ → 0 it takes all.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: a rate is not from 0 to 1, or the temperature not above 0.

    Source:
        Derived here from the definition of temperature.
    """
    rates = _validation.shares("rate", rate)
    temperature = _validation.number("temperature", temperature, above=0)
    return np.asarray(expit(logit(rates) / temperature))


def temperature_course(
    rate: float, *, temperature: float, synthetic_share: float, human_rate: float = 0.5, rounds: int
) -> Float[np.ndarray, " {rounds}+1"]:
    """Return the rate of an attribute by round, when each round's data are partly generated at a temperature.

    p' = (1 − ρ)·π + ρ·T(p), T being `temperature_map`; chance is left out.

    Args:
        rate: where it starts, from 0 to 1.
        temperature: τ, above 0.
        synthetic_share: ρ, share of each round's data that the last model made, from 0 to 1; 1 is "replace".
        human_rate: π, from 0 to 1.
        rounds: the last round, at least 0.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.

    Source:
        Derived here.
    """
    share = _validation.number("synthetic_share", synthetic_share, minimum=0, maximum=1)
    human_rate = _validation.number("human_rate", human_rate, minimum=0, maximum=1)
    course = [_validation.number("rate", rate, minimum=0, maximum=1)]
    for _ in _rounds_until(rounds)[1:]:
        course.append((1 - share) * human_rate + share * float(temperature_map(course[-1], temperature=temperature)))
    return np.array(course)


def balanced_slope(*, temperature: float, synthetic_share: float) -> float:
    """Return by which factor a small deviation from the balanced state grows in one round: ρ/τ.

    Derivation. With human rate ½ write p = (1 + u)/2, so that logit p = 2·artanh u and one round is
    u' = ρ·tanh(artanh(u)/τ). Its slope at 0 is ρ/τ. For τ < 1 it is concave for u > 0: where ρ ≤ τ the balanced state
    is the only fixed point and attracts everything, where ρ > τ it repels and two unbalanced states attract.

    Args:
        temperature: τ, above 0.
        synthetic_share: ρ, from 0 to 1.

    Raises:
        TypeError: an argument is not a number.
        ValueError: an argument is out of range.

    Source:
        Derived here.
    """
    temperature = _validation.number("temperature", temperature, above=0)
    return _validation.number("synthetic_share", synthetic_share, minimum=0, maximum=1) / temperature


def temperature_fixed_point(*, temperature: float, synthetic_share: float) -> float:
    """Return where a slight majority ends when people are balanced: one half where ρ ≤ τ, and above it elsewhere.

    Args, errors and source: as `balanced_slope`. The answer is the largest fixed point of `temperature_course`.
    """
    balanced_slope(temperature=temperature, synthetic_share=synthetic_share)
    if synthetic_share <= temperature:
        return 0.5
    if synthetic_share == 1:
        return 1.0

    def excess(lead: float) -> float:
        return synthetic_share * math.tanh(math.atanh(lead) / temperature) - lead

    # The map is concave, and lies above the diagonal up to its one crossing, however near 0 that is.
    low = 0.5
    while excess(low) <= 0:
        low /= 2
    # Where the lead is 1 up to rounding, the crossing is the share itself: the map has no higher value.
    high = min(synthetic_share, 1 - 1e-16)
    if excess(high) >= 0:
        return (1 + high) / 2
    return (1 + float(optimize.brentq(excess, low, high, xtol=1e-15))) / 2


def _rounds_until(rounds: int) -> Int[np.ndarray, " {rounds}+1"]:
    return np.arange(_validation.integer("rounds", rounds, minimum=0) + 1)


def _flows(initial: int, human: int, model: int) -> tuple[int, int, int]:
    initial = _validation.integer("initial", initial, minimum=1)
    human = _validation.integer("human", human, minimum=0)
    model = _validation.integer("model", model, minimum=0)
    if human + model == 0:
        raise ValueError("human and model must not both be 0: a round that adds nothing changes nothing; add an item")
    return initial, human, model


def _shrinkage(t: Float[np.ndarray, " rounds"], initial: int, human: int, model: int) -> Float[np.ndarray, " rounds"]:
    """Return the product of the factors 1 − m/n_j over the rounds 1 to t."""
    start, share = initial / (human + model), human / (human + model)
    return np.asarray(np.exp(_log_ratio(start + t, share) - _log_ratio(np.array([start]), share)))


def _log_ratio(z: Float[np.ndarray, " n"], share: float) -> Float[np.ndarray, " n"]:
    """Return log Γ(z + 1 − f) − log Γ(z + 1), to about ten digits at any z."""
    exact = gammaln(z + 1 - share) - gammaln(z + 1)
    asymptotic = -share * np.log(z + (1 - share) / 2)
    return np.where(z < _LARGE, exact, asymptotic)


def _beliefs(
    rate: ArrayLike, distance: float, input_rate: float | None
) -> tuple[Float[np.ndarray, "..."], Float[np.ndarray, "..."], float]:
    believed = _validation.shares("rate", rate)
    true = believed if input_rate is None else _validation.shares("input_rate", input_rate)
    return believed, true, _validation.number("distance", distance, above=0)


def _share_by(labels: str) -> Callable[..., Float[np.ndarray, "..."]]:
    share = {"argmax": argmax_share, "sample": sampled_share}
    return share[_validation.choice("labels", labels, share)]
