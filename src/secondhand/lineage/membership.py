"""Scores that shall tell whether a model was trained on a passage, from how probable its tokens are to the model.

All scores are higher where membership is more likely. They see log-probabilities and logits, and know nothing of
models.
"""

from typing import Any

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike
from scipy import special, stats

from secondhand import _validation

_LEAST_SPREAD = 1e-154
"""So small that it has no effect unless probabilities underflow, so large that z stays finite."""


def mean_log_likelihood(logprobs: ArrayLike) -> Float[np.ndarray, " passages"]:
    """Return the mean log-probability of the tokens of each passage: minus the loss of the model on it.

    Raises:
        TypeError: `logprobs` does not hold numbers.
        ValueError: it is empty, not two-dimensional, or holds a number that is not finite or above 0.

    Source:
        The loss attack of Yeom et al. (2018), Privacy Risk in Machine Learning.
    """
    scores: Float[np.ndarray, " passages"] = _log_probabilities(logprobs).mean(axis=1)
    return scores


def min_k_prob(logprobs: ArrayLike, *, k: float = 0.2) -> Float[np.ndarray, " passages"]:
    """Return the mean log-probability of the least probable tokens of each passage.

    Args:
        logprobs: log-probability of each token given those before it.
        k: the share of the tokens that counts, rounded down, at least one token; above 0 and at most 1.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: as `mean_log_likelihood`, or k is out of range.

    Source:
        Shi et al. (2024), Detecting Pretraining Data from Large Language Models.
    """
    return _mean_of_lowest(_log_probabilities(logprobs), k)


def min_k_plus_plus(
    logits: ArrayLike,
    tokens: ArrayLike,
    *,
    k: float = 0.2,
) -> Float[np.ndarray, " passages"]:
    """Return the mean of the lowest standardised log-probabilities of the tokens of each passage.

    A token's log-probability is standardised with mean and standard deviation of the log-probability of a token drawn
    from the model's own law at that place: z = (log p(x) − μ)/σ. Where that law is uniform over its tokens, so that σ
    is 0, z is 0. Where it is sharply peaked, σ is tiny, and an unlikely token has a z far below any other.

    Args:
        logits: of each token given those before it; log-probabilities up to a constant for each place.
        tokens: the tokens of the passages.
        k: as for `min_k_prob`.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: the arrays do not match, are empty, a logit is not finite, a token is unknown, or k is out of range.

    Source:
        Zhang et al. (2025), Min-K%++: Improved Baseline for Detecting Pre-Training Data from Large Language Models.
    """
    array = _numbers("logits", logits, dimensions=3)
    chosen = np.asarray(tokens)
    if not np.issubdtype(chosen.dtype, np.integer):
        raise TypeError(f"tokens must hold integers, got {chosen.dtype}")
    if chosen.shape != array.shape[:2]:
        raise ValueError(f"tokens must have the shape {array.shape[:2]} of the logits, got {chosen.shape}")
    outside = chosen[(chosen < 0) | (chosen >= array.shape[2])]
    if outside.size:
        raise ValueError(f"tokens must hold numbers from 0 to {array.shape[2] - 1}, got {outside[0]}")
    log_law = special.log_softmax(array, axis=2)
    law = np.exp(log_law)
    mean = (law * log_law).sum(axis=2)
    spread = np.sqrt((law * (log_law - mean[..., None]) ** 2).sum(axis=2))
    excess = np.take_along_axis(log_law, chosen[..., None].astype(np.int64), axis=2).squeeze(2) - mean
    # A tiny spread has two causes. Equal logits, up to rounding, leave nothing to standardise. A peaked law keeps its
    # surprises: the floor only prevents a division by zero where all other probabilities underflow.
    z = np.where(np.ptp(log_law, axis=2) < 1e-9, 0.0, excess / np.maximum(spread, _LEAST_SPREAD))
    return _mean_of_lowest(z, k)


def membership_auc(members: ArrayLike, others: ArrayLike) -> float:
    """Return the probability that a random member has a higher score than a random other passage; ties count half.

    This is the area under the ROC curve: 0.5 for a score that says nothing, 1 for one that tells all members apart.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: an argument is empty, not one-dimensional, or holds a number that is not finite.

    Source:
        Mann and Whitney (1947); Hanley and McNeil (1982), The Meaning and Use of the Area under a ROC Curve.
    """
    high = _numbers("members", members, dimensions=1)
    low = _numbers("others", others, dimensions=1)
    ranks = stats.rankdata(np.concatenate([high, low]))
    wins = ranks[: len(high)].sum() - len(high) * (len(high) + 1) / 2
    return float(wins / (len(high) * len(low)))


def _mean_of_lowest(values: Float[np.ndarray, "passages tokens"], k: float) -> Float[np.ndarray, " passages"]:
    k = _validation.number("k", k, above=0, maximum=1)
    count = max(1, int(k * values.shape[1] + 1e-9))
    lowest: Float[np.ndarray, " passages"] = np.partition(values, count - 1, axis=1)[:, :count].mean(axis=1)
    return lowest


def _log_probabilities(value: Any) -> Float[np.ndarray, "passages tokens"]:
    array = _numbers("logprobs", value, dimensions=2)
    if array.max() > 1e-9:
        raise ValueError(f"logprobs must be at most 0, got {array.max():g}; take logarithms of probabilities")
    return array


def _numbers(name: str, value: Any, *, dimensions: int) -> Float[np.ndarray, "..."]:
    array = _validation.numbers(name, value)
    if array.ndim != dimensions or array.size == 0:
        raise ValueError(
            f"{name} must have {dimensions} dimension{'s' * (dimensions > 1)}, none of them empty, got {array.shape}"
        )
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must hold finite numbers, got {array[~np.isfinite(array)][0]}")
    return array
