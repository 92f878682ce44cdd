"""What a verifier lets through, and what is learnt from it: thresholds, purity, taste, and the best of several tries.

Notation: an example is wrong with probability p (`error`); the verifier keeps it with probability φ (`keep_correct`) if
it is right and ψ (`keep_wrong`) if it is wrong. It knows nothing of simulations.
"""

import math

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike
from scipy import integrate, stats
from scipy.special import xlogy

from secondhand import _validation
from secondhand.generations.theory._steps import generations_until

_NODES = 60
"""Nodes of each quadrature: from 20 examples and 3 dimensions, twice as many change an accuracy by below 1e-4."""


def verifier_threshold(*, keep_correct: ArrayLike, keep_wrong: ArrayLike) -> float | Float[np.ndarray, "..."]:
    """Return the label error up to which kept right labels outnumber kept wrong ones: p* = φ/(φ + ψ).

    Derivation. Of many examples a share (1 − p)φ is kept and right, a share pψ kept and wrong. They are equal at p*.
    Where a wrong label has only one way to be wrong, as with two classes, a learner that averages goes right below p*
    and wrong above it; see `averaging_accuracy`.

    Args:
        keep_correct: φ, from 0 to 1; a number or an array.
        keep_wrong: ψ, likewise.

    Returns:
        A number for numbers, an array for arrays. 1/2 for a verifier that looks at nothing (φ = ψ).

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: an argument is not from 0 to 1, or both are 0 at once, so that nothing is kept.

    Source:
        Derived here; the breakdown point of Y. Feng et al. (2025), Beyond Model Collapse, is of this kind.
    """
    return plurality_threshold(keep_correct=keep_correct, keep_wrong=keep_wrong, classes=2)


def plurality_threshold(
    *, keep_correct: ArrayLike, keep_wrong: ArrayLike, classes: int
) -> float | Float[np.ndarray, "..."]:
    """Return the threshold where wrong labels spread evenly over K − 1 classes: p* = (K − 1)φ/((K − 1)φ + ψ).

    Derivation. Each wrong label now gets the share pψ/(K − 1) of what was generated, and the right one (1 − p)φ. The
    right label is the most frequent one, though perhaps no majority, as long as (1 − p)φ > pψ/(K − 1). Let a be the
    share of the right label among the kept, b that of each other one. The probability of a label c given the features
    x is then b + (a − b) times the true one, which has its largest value at the same class if and only if a > b,
    however much the classes overlap. So a learner that can represent these probabilities loses nothing but sample size
    to the noise. One that cannot, such as a linear discriminant of overlapping classes, can lose more; it, too, turns
    at a = b.

    Args:
        keep_correct: φ, from 0 to 1; a number or an array.
        keep_wrong: ψ, likewise.
        classes: K, at least 2; with 2 this is `verifier_threshold`.

    Returns:
        A number for numbers, an array for arrays.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range, or φ and ψ are 0 at once, so that nothing is kept.

    Source:
        Derived here.
    """
    right, wrong = _validation.shares("keep_correct", keep_correct), _validation.shares("keep_wrong", keep_wrong)
    others = _validation.integer("classes", classes, minimum=2) - 1
    if np.any((right == 0) & (wrong == 0)):
        raise ValueError("keep_correct and keep_wrong must not both be 0: nothing is kept; raise one of them")
    return _validation.plain(others * right / (others * right + wrong))


def kept_share(*, error: ArrayLike, keep_correct: ArrayLike, keep_wrong: ArrayLike) -> float | Float[np.ndarray, "..."]:
    """Return the share of generated examples that a verifier keeps: (1 − p)φ + pψ.

    Its inverse is the price: how many examples to generate for each one that is kept.

    Args:
        error: p, from 0 to 1; a number or an array.
        keep_correct: φ, likewise.
        keep_wrong: ψ, likewise.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: an argument is not from 0 to 1.
    """
    p = _validation.shares("error", error)
    right, wrong = _validation.shares("keep_correct", keep_correct), _validation.shares("keep_wrong", keep_wrong)
    return _validation.plain((1 - p) * right + p * wrong)


def purity(*, error: ArrayLike, keep_correct: ArrayLike, keep_wrong: ArrayLike) -> float | Float[np.ndarray, "..."]:
    """Return the share of right examples among those that a verifier keeps: (1 − p)φ/((1 − p)φ + pψ).

    As odds: right to wrong is (1 − p)/p before, and φ/ψ times that after. So only the ratio of φ and ψ matters, here
    and for the thresholds; what is kept of all (`kept_share`) depends on both.

    Args:
        error: p, from 0 to 1; a number or an array.
        keep_correct: φ, likewise.
        keep_wrong: ψ, likewise.

    Returns:
        A number for numbers, an array for arrays.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: an argument is not from 0 to 1, or nothing is kept (0/0).

    Source:
        Bayes' rule.
    """
    kept = np.asarray(kept_share(error=error, keep_correct=keep_correct, keep_wrong=keep_wrong))
    if np.any(kept == 0):
        raise ValueError(
            "purity is undefined where nothing is kept: (1 − error)·keep_correct + error·keep_wrong is 0; "
            "raise keep_correct or keep_wrong, or change error"
        )
    return _validation.plain(
        (1 - _validation.numbers("error", error)) * _validation.numbers("keep_correct", keep_correct) / kept
    )


def averaging_accuracy(*, purity: float, sample_size: int, separation: float, dimensions: int) -> float:
    """Return the expected accuracy of the averaging rule on two Gaussian classes, from examples of a given purity.

    The features of class y = ±1 are Gaussian with mean y·m along the first axis and covariance 1. The rule averages
    label times features over the n kept examples, w = Σ yᵢxᵢ/n, and answers with the sign of w·x.

    Derivation. A right label adds m along the first axis, a wrong one −m. So the first entry of w is (2R − n)m/n, R
    being the binomial number of right labels, plus a Gaussian error of variance 1/n. Every other entry is such an error
    alone. The accuracy given w is Φ(m·w₁/|w|). The mean over w is a sum over R and two integrals, over the Gaussian
    error of w₁ and over the squared length of the rest, a chi-squared variable with d − 1 degrees of freedom over n.

    Args:
        purity: probability that a kept label is right, from 0 to 1.
        sample_size: n, kept examples, at least 1.
        separation: m, half the distance between the classes, in standard deviations; at least 0.
        dimensions: d, at least 2.

    Returns:
        One half at a purity of one half, and one minus the value at the opposite purity. For large samples it is Φ(m)
        above and 1 − Φ(m) below.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.

    Source:
        Derived here.
    """
    right = _validation.number("purity", purity, minimum=0, maximum=1)
    n = _validation.integer("sample_size", sample_size, minimum=1)
    m = _validation.number("separation", separation, minimum=0)
    d = _validation.integer("dimensions", dimensions, minimum=2)
    # Far from its mean the binomial law is too small to matter.
    counts = np.arange(n + 1)
    weights = stats.binom.pmf(counts, n, right)
    likely = weights > 1e-14
    counts, weights = counts[likely], weights[likely]
    nodes, node_weights = np.polynomial.hermite_e.hermegauss(_NODES)
    node_weights = node_weights / node_weights.sum()
    levels, level_weights = np.polynomial.legendre.leggauss(_NODES)
    rest = stats.chi2.ppf((levels + 1) / 2, d - 1) / n
    first = ((2 * counts - n) * m / n)[:, None] + nodes / math.sqrt(n)
    cosine = first[:, :, None] / np.sqrt(first[:, :, None] ** 2 + rest)
    given_rest = stats.norm.cdf(m * cosine) @ (level_weights / 2)
    return float(weights @ (given_rest @ node_weights))


def balance_after_rounds(
    probabilities: ArrayLike, keep: ArrayLike, *, rounds: int
) -> Float[np.ndarray, "{rounds}+1 classes"]:
    """Return how frequent each class is after rounds of generating, verifying and refitting, in large samples.

    Derivation. A round multiplies the probability of class a by its keep probability φ_a and divides by the sum. So the
    odds of a against b are multiplied by φ_a/φ_b in each round, and after t rounds by (φ_a/φ_b)ᵗ.

    Args:
        probabilities: of the classes at round 0; they sum to one.
        keep: φ of each class, from 0 to 1, above 0 for a class that occurs.
        rounds: the last round, at least 0.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range, or the two differ in length.

    Source:
        Selection at one locus: R. A. Fisher (1930), The Genetical Theory of Natural Selection. For curated data,
        D. Ferbach et al. (2024), Self-Consuming Generative Models with Curated Data.
    """
    law = _validation.probabilities("probabilities", probabilities)
    kept = _validation.shares("keep", keep)
    if kept.shape != law.shape:
        raise ValueError(f"keep must hold one probability for each of the {len(law)} classes, got shape {kept.shape}")
    if not ((law > 0) & (kept > 0)).any():
        raise ValueError("keep must be above 0 for a class that occurs: nothing is kept")
    with np.errstate(divide="ignore"):
        # Round 0 multiplies by nothing, also where a class is never kept: 0·log 0 is 0.
        logs = np.log(law) + xlogy(generations_until(rounds)[:, None], kept)
    weights = np.exp(logs - logs.max(axis=1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def style_after_rounds(
    *, taste: float, width: float, rounds: int
) -> tuple[Float[np.ndarray, " {rounds}+1"], Float[np.ndarray, " {rounds}+1"]]:
    """Return mean and variance of a Gaussian style after rounds with a verifier that has a taste, in large samples.

    The style x is standard normal at first. The verifier keeps it with probability exp(−(x − c)²/(2w²)).

    Derivation. The product of a Gaussian density of mean μ and variance v with this probability is a Gaussian density
    again, of precision 1/v + 1/w² and mean (μ/v + c/w²) times its variance. Precisions add up: after t rounds the
    variance is w²/(w² + t) and the mean c·t/(w² + t). The mean goes to c, whatever people wrote; the variance to 0.

    Args:
        taste: c, the style that the verifier likes best.
        width: w, how far from it a style may be, in standard deviations of the human styles; above 0.
        rounds: the last round, at least 0.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.

    Source:
        Derived here. B. Yi et al. (2025), arXiv 2510.16657, show for linear regression that verified retraining goes
        to what they call the verifier's knowledge center.
    """
    centre = _validation.number("taste", taste)
    squared = _validation.number("width", width, above=0) ** 2
    t = generations_until(rounds)
    return np.asarray(centre * t / (squared + t)), np.asarray(squared / (squared + t))


def best_of_n_divergence(n: ArrayLike) -> float | Float[np.ndarray, "..."]:
    """Return the Kullback–Leibler divergence, in nats, of the best of n from one draw: log n − (n − 1)/n.

    Derivation. Let u be the probability that a draw scores lower; it is uniform, and the best of n has density n·uⁿ⁻¹.
    The divergence is the mean of log(n·uⁿ⁻¹) under that density, in which −log u has mean 1/n. Exact where no two draws
    tie; where several draws may tie, or several outputs share a score, an upper bound.

    Args:
        n: how many draws there are to choose from, at least 1; a number or an array.

    Raises:
        TypeError: `n` does not hold numbers.
        ValueError: `n` is not finite or below 1.

    Source:
        A. Beirami et al. (2024), Theoretical Guarantees on the Best-of-n Alignment Policy (upper bound).
    """
    draws = _validation.numbers("n", n)
    outside = ~(np.isfinite(draws) & (draws >= 1))
    if outside.any():
        worst = draws[outside].flat[0]
        raise ValueError(f"n must be at least 1{' and finite' if worst > 1 else ''}, got {worst:g}")
    return _validation.plain(np.log(draws) - (draws - 1) / draws)


def best_of_n_law(probabilities: ArrayLike, n: float) -> Float[np.ndarray, " categories"]:
    """Return the law of the best of n draws of a category, where a category's score rises with its position.

    Derivation. The best is at most category k if all n are: with F the cumulative law, the best has cumulative law Fⁿ.
    Rounds of this with a fixed score multiply: the best of n of the best of n is the best of n².

    Args:
        probabilities: the law of one draw, worst category first; they sum to one.
        n: how many draws there are to choose from, at least 1.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.
    """
    law = _validation.probabilities("probabilities", probabilities)
    draws = _validation.number("n", n, minimum=1)
    cumulative = np.minimum(np.cumsum(law), 1.0)
    cumulative[-1] = 1.0
    return np.diff(cumulative**draws, prepend=0.0)


def best_of_n_moments(n: int) -> tuple[float, float]:
    """Return mean and variance of the largest of n standard normal values.

    Geneticists call the mean the intensity of selection. Numerical integration of n·φ(x)Φ(x)ⁿ⁻¹ between quantiles of
    that density, so that n may be large.

    Args:
        n: from 1 to 10¹⁵.

    Raises:
        TypeError: `n` is not an integer.
        ValueError: `n` is out of range.
    """
    draws = _validation.integer("n", n, minimum=1)
    if draws > 10**15:
        raise ValueError(f"n must be at most 10¹⁵, where the integral is exact to nine digits, got {draws:.3g}")

    # Quantiles by way of what lies above them, which stays exact where nearly nothing does. Beyond those of 1e-18
    # nothing is left to the twelfth digit.
    lowest, middle = (max(-10.0, stats.norm.isf(-math.expm1(math.log(level) / draws))) for level in (1e-18, 0.5))
    highest = float(stats.norm.isf(1e-18 / draws))

    def moment(power: int, around: float) -> float:
        def density(x: float) -> float:
            rest = (draws - 1) * stats.norm.logcdf(x)
            return float((x - around) ** power * np.exp(math.log(draws) + stats.norm.logpdf(x) + rest))

        exact = integrate.quad(density, lowest, highest, points=[middle], epsabs=1e-13, epsrel=1e-12, limit=200)
        return float(exact[0])

    mean = moment(1, 0.0)
    # Around the mean, so that a small variance is no difference of large numbers.
    return mean, moment(2, mean)


def best_of_n_variance(n: int, *, sample_size: int, generations: int) -> Float[np.ndarray, " {generations}+1"]:
    """Return the mean fitted variance when a Gaussian is refitted to the best of n of its own draws: (v_n(1 − 1/M))ᵗ.

    The score is the value itself, and v_n the variance of `best_of_n_moments`.

    Derivation. The M values that a round fits are independent, each the largest of n draws, so their variance is v_n
    times that of the model. Maximum likelihood takes one part in M off the mean. Both factors are independent of the
    rounds before.

    Args:
        n: how many draws there are to choose each value from, at least 1.
        sample_size: M, at least 2.
        generations: the last generation, at least 0.

    Raises:
        TypeError: an argument is not an integer.
        ValueError: an argument is out of range.

    Source:
        Derived here.
    """
    size = _validation.integer("sample_size", sample_size, minimum=2)
    return np.asarray((best_of_n_moments(n)[1] * (1 - 1 / size)) ** generations_until(generations))


def best_of_n_gain(n: int, *, generations: int) -> Float[np.ndarray, " {generations}+1"]:
    """Return how far the mean has risen when a Gaussian is refitted to the best of n of its draws, in large samples.

    Derivation. Generation s raises the mean by e_n times its standard deviation, which is v_n to the power s/2. The sum
    is e_n(1 − v_nᵗᐟ²)/(1 − √v_n) and ends at e_n/(1 − √v_n): what can be gained runs out with the variety.

    Args:
        n: how many draws there are to choose each value from, at least 1.
        generations: the last generation, at least 0.

    Raises:
        TypeError: an argument is not an integer.
        ValueError: an argument is out of range.

    Source:
        Derived here.
    """
    mean, variance = best_of_n_moments(n)
    deviations = np.sqrt(variance) ** generations_until(generations)[:-1]
    return np.concatenate([[0.0], mean * np.cumsum(deviations)])
