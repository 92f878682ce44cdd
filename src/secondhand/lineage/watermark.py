"""A watermark in generated text, how it is read, and what of it a model carries on that learnt from the text.

Before each token a secret key and the tokens just before it choose a green list: a fixed share of the vocabulary. The
generator prefers green tokens a little. Who has the key counts them. The scheme is that of Kirchenbauer and co-authors
(2023), with lists of exactly one size. It knows nothing of how a generator works inside, only of its probabilities.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy.typing import ArrayLike
from scipy import special, stats

from secondhand import _validation


def green_z_score(green: ArrayLike, total: ArrayLike, *, gamma: float) -> float | Float[np.ndarray, "..."]:
    """Return by how many standard deviations the green tokens exceed what chance gives: (G − γT) / √(Tγ(1 − γ)).

    The standard deviation is that of independent tokens, each green with probability γ.

    Args:
        green: how many scored tokens are green; a number or an array.
        total: how many were scored, at least 1 and at least `green`.
        gamma: the share of the vocabulary that is green, above 0 and below 1.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: an argument is out of range, or the shapes do not fit.

    Source:
        Kirchenbauer et al. (2023), A watermark for large language models, equation of the z-statistic.
    """
    share = _validation.number("gamma", gamma, above=0, below=1)
    hits, scored = _validation.numbers("green", green, finite=True), _validation.numbers("total", total, finite=True)
    if scored.min(initial=1) < 1:
        raise ValueError(f"total must be at least 1, got {scored.min():g}; there is nothing to score")
    try:
        hits, scored = np.broadcast_arrays(hits, scored)
    except ValueError:
        raise ValueError(f"green and total must fit each other, got shapes {hits.shape} and {scored.shape}") from None
    outside = hits[(hits < 0) | (hits > scored)]
    if outside.size:
        raise ValueError(f"green must be from 0 to total, got {outside[0]:g}")
    return _validation.plain((hits - share * scored) / np.sqrt(scored * share * (1 - share)))


def boosted_green_mass(mass: ArrayLike, *, delta: float) -> float | Float[np.ndarray, "..."]:
    """Return the probability of a green token after the boost: f(g) = g·e^δ / (1 − g + g·e^δ).

    f is concave for δ above 0. So where g varies around γ, its mean is at most f(γ).

    Args:
        mass: g, the probability of a green token before it, from 0 to 1; a number or an array.
        delta: δ, what is added to the logits of green tokens.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: a mass is not from 0 to 1, or `delta` is not finite.

    Source:
        Derived here: adding δ to a logit multiplies the probability by e^δ before all are divided by their sum.
    """
    before = _validation.shares("mass", mass)
    # On the scale of logits no δ overflows, and masses of 0 and 1 stay where they are.
    return _validation.plain(special.expit(special.logit(before) + _validation.number("delta", delta)))


def watermark_divergence(mass: ArrayLike, *, delta: float) -> float | Float[np.ndarray, "..."]:
    """Return how far the boost moves the law of a token, in nats: KL(with ‖ without) = δ·f(g) − log(1 − g + g·e^δ).

    Args:
        mass: g, the probability of a green token before the boost, from 0 to 1; a number or an array.
        delta: δ, what is added to the logits of green tokens.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: a mass is not from 0 to 1, or `delta` is not finite.

    Source:
        Derived here: the logarithm of the ratio of the two laws is δ·[green] − log(1 − g + g·e^δ).
    """
    before, strength = _validation.shares("mass", mass), _validation.number("delta", delta)
    with np.errstate(divide="ignore"):
        total = np.logaddexp(np.log1p(-before), np.log(before) + strength)
    return _validation.plain(strength * boosted_green_mass(before, delta=strength) - total)


def green_mass_variance(weights: ArrayLike, *, gamma: float) -> float | Float[np.ndarray, "..."]:
    """Return the variance, over random lists, of the weight that falls on the green list of each context.

    With weights m of V tokens and a list of γV tokens, drawn like balls from an urn, it is
    γ(1 − γ) / (V − 1) · (V Σm² − (Σm)²).

    Args:
        weights: one row a context: how often each token was scored, or its probability; at least 0.
        gamma: the share of the vocabulary that is green, above 0 and below 1.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: there are fewer than two tokens, a weight is below 0, or gamma out of range.

    Source:
        Derived here: indicators of a list of fixed size have variance γ(1 − γ) and covariance −γ(1 − γ)/(V − 1). For
        weights 0 and 1 it is the variance of the hypergeometric law.
    """
    share = _validation.number("gamma", gamma, above=0, below=1)
    rows = _validation.numbers("weights", weights, finite=True)
    if rows.ndim < 1 or rows.shape[-1] < 2:
        raise ValueError(f"weights must have at least 2 tokens in a row, got shape {rows.shape}")
    if rows.min(initial=0) < 0:
        raise ValueError(f"weights must be at least 0, got {rows.min():g}")
    vocabulary = rows.shape[-1]
    spread = vocabulary * (rows**2).sum(axis=-1) - rows.sum(axis=-1) ** 2
    return _validation.plain(share * (1 - share) * spread / (vocabulary - 1))


def scored_pairs(
    texts: ArrayLike, *, vocabulary: int, context: int = 1, deduplicate: bool = True
) -> tuple[Int[np.ndarray, "pairs window"], Int[np.ndarray, " pairs"], Int[np.ndarray, " pairs"]]:
    """Return the distinct pairs of window and token in all texts: windows, tokens, and how often each is scored.

    Args:
        texts: one text a row, tokens from 0 to `vocabulary` − 1.
        vocabulary: how many tokens there are.
        context: how many tokens before it are the window of a token.
        deduplicate: whether each pair is scored once, or as often as it occurs.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: a text has no token with a full window before it, or holds a number that is no token.
    """
    size = _validation.integer("vocabulary", vocabulary, minimum=2)
    width = _validation.integer("context", context, minimum=1) + 1
    rows = _tokens("texts", texts, size)
    if rows.shape[1] < width:
        raise ValueError(f"texts must have at least {width} tokens a row, got {rows.shape[1]}")
    pairs = np.lib.stride_tricks.sliding_window_view(rows, width, axis=1).reshape(-1, width)
    if width * math.log2(size) < 62:  # a pair as one number is far quicker to sort than as a row
        place = size ** np.arange(width - 1, -1, -1)
        codes, times = np.unique(pairs @ place, return_counts=True)
        pairs = codes[:, None] // place % size
    else:
        pairs, times = np.unique(pairs, axis=0, return_counts=True)
    if _validation.boolean("deduplicate", deduplicate):
        times = np.ones_like(times)
    return pairs[:, :-1], pairs[:, -1], times


def null_variance(texts: ArrayLike, *, vocabulary: int, context: int = 1, deduplicate: bool = True) -> float:
    """Return the exact variance of the z score of texts that have nothing to do with the key.

    The texts are given and the key is random. Then Var z = Σ_c [V Σ_t m² − (Σ_t m)²] / ((V − 1) T), with m the number
    of times that token t is scored after context c, 0 or 1 after de-duplication, and T their sum. De-duplicated, it is
    at most 1.

    Args:
        texts: one text a row, tokens from 0 to `vocabulary` − 1.
        vocabulary: how many tokens there are.
        context: how many tokens before it choose the list of a token.
        deduplicate: whether each pair of window and token is scored once.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: a text is too short, or holds a number that is no token.

    Source:
        Derived here, from `green_mass_variance` and the independence of the lists of different contexts.
    """
    windows, _, times = scored_pairs(texts, vocabulary=vocabulary, context=context, deduplicate=deduplicate)
    _, number = np.unique(windows, axis=0, return_inverse=True)
    squares, sums = float((times**2).sum()), np.bincount(number.ravel(), weights=times)
    return (vocabulary * squares - float((sums**2).sum())) / ((vocabulary - 1) * float(times.sum()))


@dataclass(frozen=True)
class GreenCount:
    """What a reader with the key counted.

    Attributes:
        green: scored tokens that are green.
        total: scored tokens.
        gamma: the share that would be green by chance.
    """

    green: int
    total: int
    gamma: float

    @property
    def rate(self) -> float:
        """The share of scored tokens that are green."""
        return self.green / self.total

    @property
    def z_score(self) -> float:
        """By how many standard deviations the green tokens exceed chance (`green_z_score`)."""
        return float(green_z_score(self.green, self.total, gamma=self.gamma))

    @property
    def p_value(self) -> float:
        """The chance of as many green tokens without the watermark, if each scored token is green independently.

        This is the tail of the binomial law: exact for distinct pairs whose contexts all differ. Tokens after the same
        context share a list of fixed size, which narrows the law. The Gaussian tail of `z_score` is smaller, as the
        binomial law leans to the right for γ below one half: for few tokens, or far out, it accuses too often.
        """
        return float(stats.binom.sf(self.green - 1, self.total, self.gamma))


@dataclass(frozen=True)
class Watermark:
    """Green lists from a key, the boost that they get, and the count that reads them.

    Attributes:
        key: the secret, an integer from 0 to 2³² − 1.
        vocabulary: how many tokens there are, at least 2.
        gamma: the share of the vocabulary on each list, rounded to whole tokens.
        delta: what is added to the logits of green tokens.
        context: how many tokens before it choose the list of a token, at least 1.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range, or a list would hold no token or all of them.
    """

    key: int
    vocabulary: int
    gamma: float = 0.25
    delta: float = 2.0
    context: int = 1

    def __post_init__(self) -> None:
        if _validation.integer("key", self.key, minimum=0) >= 2**32:
            raise ValueError(
                f"key must be below 2**32, got {self.key}; larger ones would share lists with smaller ones"
            )
        _validation.integer("vocabulary", self.vocabulary, minimum=2)
        _validation.number("gamma", self.gamma, above=0, below=1)
        _validation.number("delta", self.delta)
        _validation.integer("context", self.context, minimum=1)
        if not 1 <= self.list_size < self.vocabulary:
            raise ValueError(
                f"gamma must leave green and other tokens, got {self.gamma:g} of {self.vocabulary}; "
                f"take a share from {1 / self.vocabulary:g} to {1 - 1 / self.vocabulary:g}"
            )

    @property
    def list_size(self) -> int:
        """How many tokens are green after a context."""
        return round(self.gamma * self.vocabulary)

    @property
    def share(self) -> float:
        """The share of the vocabulary that is green: `gamma` after rounding."""
        return self.list_size / self.vocabulary

    def green_lists(self, contexts: ArrayLike) -> Bool[np.ndarray, "contexts vocabulary"]:
        """Return which tokens are green after each context, one context a row.

        Raises:
            TypeError: `contexts` does not hold integers.
            ValueError: it has another width than `context`, or holds a number that is no token.
        """
        windows = _tokens("contexts", contexts, self.vocabulary)
        if windows.shape[1] != self.context:
            raise ValueError(f"contexts must have {self.context} tokens a row, got {windows.shape[1]}")
        return np.array([self._list(tuple(window)) for window in windows.tolist()])

    @cached_property
    def _lists(self) -> dict[tuple[int, ...], Bool[np.ndarray, " vocabulary"]]:
        """The lists made so far: the same contexts come back with each text.

        Each takes one byte a token, so all pairs of 500 tokens as contexts would take 125 MB.
        """
        return {}

    def _list(self, window: tuple[int, ...]) -> Bool[np.ndarray, " vocabulary"]:
        if window not in self._lists:
            # The first tokens of a random order are a list of exactly the right size.
            # The width keeps apart windows that differ by zeros at their end only, which a seed sequence would not.
            order = np.random.default_rng([self.key, self.context, *window]).permutation(self.vocabulary)
            green = np.zeros(self.vocabulary, dtype=bool)
            green[order[: self.list_size]] = True
            self._lists[window] = green
        return self._lists[window]

    def apply(self, probabilities: ArrayLike, contexts: ArrayLike) -> Float[np.ndarray, "contexts vocabulary"]:
        """Return the law of the next token with δ added to the logits of green tokens, for each context.

        Args:
            probabilities: law of the next token, one context a row.
            contexts: the tokens before it, in the same order.

        Raises:
            TypeError: an argument does not hold numbers.
            ValueError: the shapes do not fit, or a row does not hold probabilities that sum to one.
        """
        laws = _validation.shares("probabilities", probabilities)
        if laws.ndim != 2 or laws.shape[1] != self.vocabulary:
            raise ValueError(f"probabilities must have {self.vocabulary} columns, got shape {laws.shape}")
        if np.abs(laws.sum(axis=1) - 1).max() > 1e-8:
            raise ValueError("probabilities must have rows that sum to 1; divide each row by its sum first")
        lists = self.green_lists(contexts)
        if len(lists) != len(laws):
            raise ValueError(f"contexts must have one row for each of the {len(laws)} laws, got {len(lists)}")
        with np.errstate(divide="ignore"):
            return np.asarray(special.softmax(np.log(laws) + self.delta * lists, axis=1))

    def count(self, texts: ArrayLike, *, deduplicate: bool = True) -> GreenCount:
        """Count the green tokens of texts; each pair of window and token counts once if `deduplicate`.

        A pair that is green once is green each time. Scored as often as it occurs, it is one piece of evidence taken
        for many, and the z score of an innocent text may be anything.

        Raises:
            TypeError: an argument has the wrong type.
            ValueError: a text has no token with a full window before it, or holds a number that is no token.

        Source:
            De-duplication: Sander et al. (2024), Watermarking makes language models radioactive.
        """
        windows, tokens, times = scored_pairs(
            texts, vocabulary=self.vocabulary, context=self.context, deduplicate=deduplicate
        )
        contexts, number = np.unique(windows, axis=0, return_inverse=True)
        green = self.green_lists(contexts)[number.ravel(), tokens]
        return GreenCount(int(times[green].sum()), int(times.sum()), self.share)


def expected_distinct_pairs(
    law: Float[np.ndarray, "..."], *, scored: float, trained: float | None = None
) -> Float[np.ndarray, "..."]:
    """Return the chance that each pair of context and token stands at least once in a model's text.

    A pair of joint probability q is missing from n random pairs with probability e^(−nq), nearly. A model that counts
    writes only pairs of its training text, each k times there and so k·T/N times on average in T of its own. Averaged
    over k, the chance is 1 − e^(−nq) again, with n = N(1 − e^(−T/N)) in the place of T.

    Args:
        law: joint probability of each pair of context and token in the training text (or, without `trained`, in the
            model's own).
        scored: T, how many pairs of the model's text are scored, above 0.
        trained: N, how many pairs the model was trained on, above 0; None if it knows the law.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: a probability is not from 0 to 1, they sum to more than 1, or a number is not above 0.

    Source:
        Derived here, with Poisson counts: exact as the text gets long and each pair rare, and pairs independent.
    """
    joint = _validation.shares("law", law)
    if joint.sum() > 1 + 1e-8:
        raise ValueError(f"law must hold joint probabilities that sum to at most 1, got {joint.sum():g}")
    size = _validation.number("scored", scored, above=0)
    if trained is not None:
        size = -_validation.number("trained", trained, above=0) * np.expm1(-size / trained)
    return np.asarray(-np.expm1(-size * joint))


def _tokens(name: str, value: ArrayLike, vocabulary: int) -> Int[np.ndarray, "rows columns"]:
    array = np.asarray(value)
    if array.ndim != 2 or array.size == 0:
        raise ValueError(f"{name} must have two dimensions and at least one token, got shape {array.shape}")
    if not np.issubdtype(array.dtype, np.integer):
        raise TypeError(f"{name} must hold integers, got {array.dtype}")
    if array.min() < 0 or array.max() >= vocabulary:
        raise ValueError(f"{name} must hold tokens from 0 to {vocabulary - 1}, got {array.min()} to {array.max()}")
    return array.astype(np.int64)
