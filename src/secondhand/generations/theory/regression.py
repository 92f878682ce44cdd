"""Linear regressions refitted to labels of the last fit, or fitted to a mixture of labels: expected squared errors.

Notation: d is `features`, T is `samples` and σ is `noise`; features are independent standard normal, w are the true
coefficients and e(n) is what the coefficients fitted in generation n are off by. Arrays run over the generations 0 (the
true model) to `generations`. It knows nothing of simulations.
"""

import math

import numpy as np
from jaxtyping import Float
from scipy.special import psi

from secondhand import _validation
from secondhand.generations.regression import (
    REGRESSION_WORKFLOWS,
    check_design,
    check_regression_size,
    count_synthetic_samples,
)
from secondhand.generations.theory._steps import generations_until


def regression_error(
    workflow: str, *, generations: int, features: int, samples: int, noise: float, design: str = "same"
) -> Float[np.ndarray, " {generations}+1"]:
    """Return the expected squared error E|e|² of the fitted coefficients, exactly, for "replace" and "accumulate".

    Derivation. Let X(i) be the features and σε(i) the noise of generation i, and G(n) = Σ X(i)ᵀX(i) over what
    generation n is fitted to. Labels are X(i)(w + e(i − 1)) + σε(i). Under "replace" least squares turns them into

        e(n) = e(n − 1) + σ G(n)⁻¹X(n)ᵀε(n).

    Under "accumulate" the normal equations read G(n)e(n) = G(n − 1)e(n − 1) + X(n)ᵀX(n)e(n − 1) + σX(n)ᵀε(n), whose
    first two terms add up to G(n)e(n − 1): the same step. The noise of a generation is independent of all features and
    earlier noise, so steps are uncorrelated, and E|e(n)|² grows by σ²E tr(G(n)⁻²X(n)ᵀX(n)). The inverse of the G of m
    independent rows has the expected trace d/(m − d − 1), if m > d + 1. Hence

        replace:                  E|e(n)|² = nσ²d/(T − d − 1), with either design;
        accumulate, same design:  G(n) = nG(1), E|e(n)|² = σ²d/(T − d − 1) · Σ 1/i², i = 1, …, n;
        accumulate, fresh design: each generation has the same share in G(n), E|e(n)|² = Σ σ²d/(i(iT − d − 1)).

    Nothing is neglected. Where the sums go is `accumulation_limit`.

    Args:
        workflow: "replace" or "accumulate", as for `regression_chain`. For "accumulate-subsample" no closed form is
            known here: the items drawn depend on earlier fits. See `fixed_budget_error`.
        generations: the last generation, at least 0.
        features: d, at least 1.
        samples: T, at least d + 2.
        noise: σ, at least 0.
        design: "same" or "fresh", as for `regression_chain`.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range, the workflow or design unknown, or the workflow has no closed form.

    Source:
        Same design: M. Gerstgrasser et al. (2024), Is Model Collapse Inevitable?, theorems on linear regression. Fresh
        design: derived here.
    """
    workflow = _validation.choice("workflow", workflow, REGRESSION_WORKFLOWS)
    if workflow == "accumulate-subsample":
        raise ValueError(
            "workflow must be 'replace' or 'accumulate' for regression_error, which has no closed form for "
            "'accumulate-subsample'; simulate with regression_chain, or use fixed_budget_error for large samples"
        )
    design = check_design(design)
    i = generations_until(generations)[1:]
    error = _one_fit(features, samples, noise)
    if workflow == "replace":
        steps = np.full(len(i), error)
    elif design == "same":
        steps = error / i**2.0
    else:
        steps = noise**2 * features / (i * (i * float(samples) - features - 1))
    return np.concatenate([[0.0], np.cumsum(steps)])


def accumulation_limit(*, features: int, samples: int, noise: float, design: str = "same") -> float:
    """Return where the expected squared error of "accumulate" goes as generations go on.

    Derivation. With the same design Σ 1/i² = π²/6. With fresh designs let a = (d + 1)/T < 1; then Σ 1/(i(i − a)) =
    Σ (1/(i − a) − 1/i)/a = (ψ(1) − ψ(1 − a))/a, ψ being the digamma function, and the limit is σ²d/T times that.

    Args, errors, source: as `regression_error`.
    """
    error = _one_fit(features, samples, noise)
    if check_design(design) == "same":
        return error * math.pi**2 / 6
    lost_share = (features + 1) / samples
    return float(noise**2 * features / samples * (psi(1) - psi(1 - lost_share)) / lost_share)


def label_generations_error(
    *, generations: int, features: int, samples: int, noise: float, labeller_samples: int, labeller_noise: float
) -> Float[np.ndarray, " {generations}+1"]:
    """Return the expected squared error of a fit to labels that went through generations of labellers, exactly.

    Each labeller is fitted to T₀ labels of the one before, with noise σ₀, as under "replace"; the first sees real
    labels. The last one labels T items, with noise σ, for the final fit:

        σ²d/(T − d − 1) + nσ₀²d/(T₀ − d − 1).

    Derivation: as `regression_error`; the steps need not be alike. More items T for the final fit do nothing about the
    second term.

    Args:
        generations: the largest number n of labellers, at least 0; with none the fit sees real labels.
        features: d, at least 1.
        samples: T, at least d + 2.
        noise: σ, at least 0.
        labeller_samples: T₀, at least d + 2.
        labeller_noise: σ₀, at least 0.

    Returns:
        The errors with 0, …, n labellers.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.

    Source:
        E. Dohmatob, Y. Feng and J. Kempe (2024), Model Collapse Demystified: The Case of Regression; derived here.
    """
    n = generations_until(generations)
    features = _validation.integer("features", features, minimum=1)
    labeller_samples = _validation.integer("labeller_samples", labeller_samples)
    if labeller_samples <= features + 1:
        raise ValueError(f"labeller_samples must be above features + 1 = {features + 1}, got {labeller_samples}")
    labeller_noise = _validation.number("labeller_noise", labeller_noise, minimum=0)
    return np.asarray(
        _one_fit(features, samples, noise) + n * _one_fit(features, labeller_samples, labeller_noise), dtype=np.float64
    )


def minimum_norm_error(*, generations: int, features: int, samples: int) -> Float[np.ndarray, " {generations}+1"]:
    """Return the expected squared error of fits with fewer items than features, as a share of |w|², exactly.

    Each generation has T fresh items, labelled by the last model without noise, and takes the shortest coefficients
    that fit them. The error is 1 − (T/d)ⁿ.

    Derivation. The shortest fit is the projection of the last coefficients on the span of the T rows, whose direction
    is uniformly random; it keeps the share T/d of any vector's square on average: E P = (T/d)I. Let v(n) be the
    coefficients. Then E|v(n)|² = E v(n − 1)ᵀPv(n − 1) = (T/d)ⁿ|w|² and E wᵀv(n) = (T/d)ⁿ|w|², so
    E|v(n) − w|² = (1 + (T/d)ⁿ − 2(T/d)ⁿ)|w|². With the same rows each time, P² = P, and nothing is lost after the
    first fit.

    Args:
        generations: the last generation, at least 0.
        features: d, at least 1.
        samples: T, from 1 to d.

    Raises:
        TypeError: an argument is not an integer.
        ValueError: an argument is out of range.

    Source:
        E. Dohmatob, Y. Feng and J. Kempe (2024), Model Collapse Demystified: The Case of Regression; derived here.
    """
    n = generations_until(generations)
    features = _validation.integer("features", features, minimum=1)
    samples = _validation.integer("samples", samples, minimum=1)
    if samples > features:
        raise ValueError(
            f"samples must be at most features = {features} for minimum_norm_error, got {samples}; "
            "with more, the model is fitted without error"
        )
    return np.asarray(1 - (samples / features) ** n, dtype=np.float64)


def strong_collapse_error(*, features: int, samples: int, noise: float, synthetic_share: float, shift: float) -> float:
    """Return the expected squared error of a fit to a mixture of real and synthetic labels, exactly.

    With p for `synthetic_share` and c for `shift` it is

        p²c² + p(1 − p)c²K + σ²d/(T − d − 1),   K = (2 + T(T + 1)(d − 1)/((T − 1)(T − d − 1)))/(T + 2).

    K is about (d + 1)/T: as T grows the error falls to p²c² and no further.

    Derivation. Let A and G be XᵀX over the pT synthetic and over all items, and let the shift be cu, |u| = 1. Then
    e = cG⁻¹Au + σG⁻¹Xᵀε. The noise adds σ²E tr G⁻¹ = σ²d/(T − d − 1). For the shift write A = G^½BG^½. Then B = VᵀΠV is
    independent of G, where the columns of V are d uniformly random orthonormal directions in T dimensions and Π keeps
    the first pT coordinates. So E|G⁻¹Au|² = E uᵀG^½BG⁻¹BG^½u. Rotations leave the law of B as it is, hence
    E BMB = (a + g)M + g·tr(M)·I for every symmetric M, with a + 2g = E B₁₁² = p² + 2p(1 − p)/(T + 2), a beta law's
    second moment, and g = E B₁₂² = E(B₁₁ − B₁₁²)/(T − 1) = p(1 − p)T/((T + 2)(T − 1)), as the second direction is
    uniform at right angles to the first.
    With M = G⁻¹ that leaves a + g + g·E(tr G · tr G⁻¹)/d. Since tr G, a χ² with Td degrees of freedom, is independent
    of G/tr G, the last expectation is E tr G⁻¹ over E(1/tr G), d(Td − 2)/(T − d − 1). Adding up gives K.

    To treat the shift as more label noise, of variance p(1 − p)c², would give K = d/(T − d − 1). That leaves out that
    the labels miss most where features are large, and is too low by about 1/T: for few features, a large share of K.

    Args:
        features: d, at least 1.
        samples: T, at least d + 2.
        noise: σ, at least 0.
        synthetic_share: p, from 0 to 1; p·T must be a whole number.
        shift: c, at least 0.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.

    Source:
        Derived here. The plateau: E. Dohmatob et al. (2025), Strong Model Collapse.
    """
    error = _one_fit(features, samples, noise)
    share = count_synthetic_samples(samples, synthetic_share) / samples
    shift = _validation.number("shift", shift, minimum=0)
    others = (samples + 1) * (features - 1) / (samples - features - 1) * samples / (samples - 1)
    scatter = share * (1 - share) * (2 + others) / (samples + 2)
    return shift**2 * (share**2 + scatter) + error


def _one_fit(features: int, samples: int, noise: float) -> float:
    """Return σ²d/(T − d − 1), the expected squared error of one fit to labels of the true model."""
    features, samples = check_regression_size(features, samples)
    return _validation.number("noise", noise, minimum=0) ** 2 * features / (samples - features - 1)
