"""What a model has memorised: exposure of planted codes, extraction from a prompt, and how both grow with copies.

It knows nothing of how a model was trained, nor of where a text comes from.
"""

import math
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy.typing import ArrayLike
from scipy.special import expit, gammaln
from sklearn.linear_model import LogisticRegression

from secondhand import _validation
from secondhand.learners import TransformerModel, continue_greedily


def likelihood_rank(log_likelihood: ArrayLike, candidate: int) -> int:
    """Return the rank of a candidate by likelihood: how many are at least as likely as it, itself included.

    Ties count against the candidate, so that luck never looks like memory: if each candidate is equally likely to be
    the planted one whatever the model says, P(rank ≤ r) ≤ r / candidates, with equality where nothing ties.

    Args:
        log_likelihood: of each candidate.
        candidate: the number of the one to rank, from 0.

    Raises:
        TypeError: `log_likelihood` does not hold numbers, or `candidate` is not an integer.
        ValueError: `log_likelihood` is not one-dimensional, is empty, or holds NaN; or there is no such candidate.
    """
    scores = _numbers("log_likelihood", log_likelihood)
    if scores.ndim != 1 or not scores.size:
        raise ValueError(f"log_likelihood must hold one number a candidate, got shape {scores.shape}")
    candidate = _validation.integer("candidate", candidate, minimum=0)
    if candidate >= scores.size:
        raise ValueError(f"candidate must be below {scores.size}, the number of candidates, got {candidate}")
    return int(np.sum(scores >= scores[candidate]))


def exposure(rank: ArrayLike, space: int) -> float | Float[np.ndarray, "..."]:
    """Return the exposure of a planted code in bits: log₂ `space` − log₂ `rank`.

    It says how many times the space of all codes must be halved to leave as many as are ranked no worse than the
    planted one. Rank 1 gives the most, log₂ `space`; the last rank gives 0.

    Args:
        rank: position of the code among all codes by likelihood, from 1 for the most likely to `space`; one rank, or
            an array of ranks.
        space: how many codes there are, at least 1.

    Returns:
        One number a rank, in the shape of `rank`.

    Raises:
        TypeError: a rank or `space` is not an integer.
        ValueError: a rank lies outside 1 to `space`, or `space` is below 1.

    Source:
        N. Carlini, C. Liu, Ú. Erlingsson, J. Kos and D. Song (2019), The Secret Sharer.
    """
    space = _validation.integer("space", space, minimum=1)
    # Python's integers have no largest one, so a space of any size will do; NumPy's end at 2⁶⁴.
    ranks = np.asarray(rank, dtype=object)
    for each in ranks.flat:
        if isinstance(each, bool) or not isinstance(each, int | np.integer):
            raise TypeError(f"rank must hold integers, got {each!r}")
        if not 1 <= each <= space:
            raise ValueError(f"rank must lie between 1 and space={space}, got {each}; the most likely has rank 1")
    bits = [math.log2(space) - math.log2(each) for each in ranks.flat]
    return _validation.plain(np.array(bits, dtype=np.float64).reshape(ranks.shape))


def exposure_tail(bits: ArrayLike, space: int) -> float | Float[np.ndarray, "..."]:
    """Return the chance that a code which the model has never seen has at least this exposure.

    A code drawn at random and never shown to the model has each rank with equal chance, whatever the model. Its
    exposure is at least t where its rank is at most `space` · 2⁻ᵗ, so the chance is ⌊`space` · 2⁻ᵗ⌋ / `space`: at most
    2⁻ᵗ, and equal to it where `space` · 2⁻ᵗ is whole. It is the exact p-value of the exposure, up to the rounding of
    floating-point numbers.

    Args:
        bits: exposures, at least 0; one or an array.
        space: how many codes there are, at least 1.

    Raises:
        TypeError: `bits` does not hold numbers, or `space` is not an integer.
        ValueError: an exposure is negative or NaN, or `space` is below 1.

    Source:
        Derived here: the rank is uniform on 1, …, `space`.
    """
    space = _validation.integer("space", space, minimum=1)
    exposures = _numbers("bits", bits)
    if (exposures < 0).any():
        raise ValueError(f"bits must be at least 0, got {exposures[exposures < 0].flat[0]:g}")
    # The exposure of a rank, computed and then undone, may fall short of that rank by rounding.
    ranks = np.floor(float(space) * np.exp2(-exposures) * (1 + 1e-12))
    return _validation.plain(np.minimum(ranks, float(space)) / float(space))


def expected_exposure(space: int) -> float:
    """Return the mean exposure of codes which the model has never seen: log₂ R − log₂(R!) / R for R = `space`.

    It tends to 1 / ln 2 ≈ 1.4427 bits as the space grows: the exposure then is exponential with rate ln 2.

    Raises:
        TypeError: `space` is not an integer.
        ValueError: `space` is below 1.

    Source:
        Derived here: the mean of log₂ R − log₂ r over r = 1, …, R, with Σ log r = log R!.
    """
    space = _validation.integer("space", space, minimum=1)
    if space > 1e15:
        # Stirling's formula: the sum of two numbers near log₂ space would lose the digits that count.
        return 1 / math.log(2)
    return float((math.log(space) - gammaln(space + 1) / space) / math.log(2))


def extracted(
    model: TransformerModel, documents: Int[np.ndarray, "documents length"], *, prompt: int
) -> Bool[np.ndarray, " documents"]:
    """Return which documents a model completes word for word from their first tokens.

    The model continues greedily, always with its most probable next token; one wrong token and the document counts as
    not extracted.

    Args:
        model: the transformer to ask.
        documents: as many tokens each as the model's passages.
        prompt: how many tokens of each document the model is given, at least 1 and fewer than all.

    Raises:
        TypeError: `documents` does not hold integers, or `prompt` is not one.
        ValueError: `documents` holds no passages of the model, or `prompt` is out of range.

    Source:
        The usual measure, "discoverable extraction" as J. Hayes et al. (2024), Measuring memorization in language
        models via probabilistic extraction, describe it.
    """
    passages = np.asarray(documents)
    if passages.ndim != 2 or passages.shape[1] != model.length:
        raise ValueError(f"documents must hold rows of {model.length} tokens, as the model, got shape {passages.shape}")
    prompt = _validation.integer("prompt", prompt, minimum=1)
    if prompt >= model.length:
        raise ValueError(f"prompt must be shorter than a document of {model.length} tokens, got {prompt}")
    same: Bool[np.ndarray, " documents"] = (continue_greedily(model, passages[:, :prompt]) == passages).all(axis=1)
    return same


@dataclass(frozen=True)
class PlantedCorpus:
    """A corpus in which some documents stand several times.

    Attributes:
        documents: all documents, copies included: what a model is trained on.
        planted: the documents whose copies were counted, each once.
        copies: how often each of them stands in the corpus; 0 for one that was left out, as a control.
    """

    documents: Int[np.ndarray, "documents length"]
    planted: Int[np.ndarray, "planted length"]
    copies: Int[np.ndarray, " planted"]

    def steps(self, epochs: float, *, batch_size: int) -> int:
        """Return how many updates show a model each document `epochs` times on average, copies counted singly.

        Raises:
            TypeError: an argument is not a number.
            ValueError: an argument is out of range.
        """
        epochs = _validation.number("epochs", epochs, above=0)
        batch_size = _validation.integer("batch_size", batch_size, minimum=1)
        return max(1, round(epochs * len(self.documents) / batch_size))


def plant(
    background: ArrayLike,
    planted: ArrayLike,
    copies: ArrayLike,
) -> PlantedCorpus:
    """Put documents into a background, each as often as asked.

    Args:
        background: documents that stand once.
        planted: documents to put in.
        copies: how often each, at least 0.

    Raises:
        TypeError: an argument does not hold integers.
        ValueError: lengths of documents differ, or `copies` holds a negative number or not one number a document.
    """
    background, planted, counts = np.asarray(background), np.asarray(planted), np.asarray(copies)
    if background.ndim != 2 or planted.ndim != 2 or background.shape[1] != planted.shape[1]:
        raise ValueError(
            f"planted must hold documents as long as the background, got shapes {planted.shape} and {background.shape}"
        )
    for name, documents in (("background", background), ("planted", planted)):
        if not np.issubdtype(documents.dtype, np.integer):
            raise TypeError(f"{name} must hold integers, the tokens of documents, got {documents.dtype}")
    if not np.issubdtype(counts.dtype, np.integer):
        raise TypeError(f"copies must hold integers, got {counts.dtype}")
    if counts.shape != planted.shape[:1] or (counts < 0).any():
        raise ValueError(
            f"copies must hold a number of at least 0 for each of {len(planted)} documents, got {copies!r}"
        )
    return PlantedCorpus(np.concatenate([background, np.repeat(planted, counts, axis=0)]), planted, counts)


def extraction_midpoint(copies: ArrayLike, rates: ArrayLike) -> float:
    """Return how many copies it takes until half of the documents are extracted, without assuming a curve.

    The rates are read as the cumulative law of a threshold that each document has, on the scale of log₂ copies; its
    mean is the sum of mid-points between neighbours, weighted by how much the rate rises between them. Rates that fall
    back count negatively, so that chance ups and downs cancel.

    Args:
        copies: numbers of copies, rising and above 0.
        rates: the share extracted at each. Below the first the rate is taken to be 0 one step of the same ratio
            further down, above the last to be 1 one step further up.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: there are fewer than two numbers of copies, they do not rise or are not above 0; or `rates` does not
            hold a share for each, or holds none above 0 or none below 1, so that nothing says where half lies.

    Source:
        The estimator of Spearman and Kärber, as bioassay uses it for the median dose.
    """
    dose, share = _numbers("copies", copies), _numbers("rates", rates)
    if dose.ndim != 1 or dose.size < 2 or dose.min() <= 0 or (np.diff(dose) <= 0).any():
        raise ValueError(f"copies must hold at least two rising numbers above 0, got {dose.tolist()}")
    if share.shape != dose.shape or share.min() < 0 or share.max() > 1:
        raise ValueError(f"rates must hold a share from 0 to 1 for each of {dose.size} copies, got {share.tolist()}")
    if not share.any() or share.min() == 1:
        raise ValueError(
            f"rates must be above 0 somewhere and below 1 somewhere, got {share.tolist()}; vary copies more"
        )
    logs = np.log2(dose)
    logs = np.concatenate([[2 * logs[0] - logs[1]], logs, [2 * logs[-1] - logs[-2]]])
    rise = np.diff(np.concatenate([[0.0], share, [1.0]]))
    return float(np.exp2(np.sum(rise * (logs[1:] + logs[:-1]) / 2)))


@dataclass(frozen=True)
class ExtractionCurve:
    """A logistic curve of the share extracted against log₂ copies.

    Attributes:
        midpoint: the number of copies at which half are extracted.
        slope: the steepness, in logits for each doubling of the copies; above 0, as the curve rises.

    Raises:
        TypeError: an attribute is not a number.
        ValueError: an attribute is not above 0.
    """

    midpoint: float
    slope: float

    def __post_init__(self) -> None:
        _validation.number("midpoint", self.midpoint, above=0)
        _validation.number("slope", self.slope, above=0)

    def rate(self, copies: ArrayLike) -> float | Float[np.ndarray, "..."]:
        """Return the share extracted at each number of copies.

        Raises:
            TypeError: `copies` does not hold numbers.
            ValueError: a number of copies is not above 0.
        """
        dose = _numbers("copies", copies)
        if (dose <= 0).any():
            raise ValueError(f"copies must be above 0 to have logarithms, got {dose.min():g}")
        return _validation.plain(expit(self.slope * np.log2(dose / self.midpoint)))

    @property
    def tenth_to_nine_tenths(self) -> float:
        """The factor of copies over which the share extracted rises from 10 % to 90 %."""
        return float(np.exp2(2 * np.log(9) / self.slope))


def fit_extraction_curve(copies: ArrayLike, was_extracted: ArrayLike) -> ExtractionCurve:
    """Fit a logistic curve in log₂ copies by maximum likelihood.

    Args:
        copies: of each document, above 0; or how often each was seen. The shape may be any that fits `was_extracted`
            by broadcasting.
        was_extracted: whether each document was extracted, True or False. Successes must come with more copies on the
            whole, yet at least one failure must stand at more copies than some success, or a step fits best.

    Raises:
        TypeError: `copies` does not hold numbers.
        ValueError: the shapes do not fit, copies are not above 0, a step fits best, or the share falls with copies.
    """
    success = np.asarray(was_extracted, dtype=bool)
    given = _numbers("copies", copies)
    if not success.size or np.broadcast_shapes(given.shape, success.shape) != success.shape:
        raise ValueError(f"copies must fit was_extracted of shape {success.shape}, got shape {given.shape}")
    dose, success = np.broadcast_to(given, success.shape).ravel(), success.ravel()
    if dose.min() <= 0:
        raise ValueError(f"copies must be above 0 to have logarithms, got {dose.min():g}")
    if success.all() or not success.any() or dose[success].min() >= dose[~success].max():
        raise ValueError(
            "was_extracted must have failures above successes somewhere, or the curve is a step; pool more"
        )
    logs = np.log2(dose)
    # The slope has the sign of the difference of the means, so this also keeps out a step that falls.
    if logs[success].mean() <= logs[~success].mean():
        raise ValueError("was_extracted must rise with copies, got successes at fewer copies than failures on average")
    model = LogisticRegression(C=np.inf, tol=1e-8, max_iter=1_000).fit(logs[:, None], success)
    slope, intercept = float(model.coef_[0, 0]), float(model.intercept_[0])
    return ExtractionCurve(midpoint=float(np.exp2(-intercept / slope)), slope=slope)


def _numbers(name: str, value: ArrayLike) -> Float[np.ndarray, "..."]:
    array = _validation.numbers(name, value)
    if np.isnan(array).any():
        raise ValueError(f"{name} must hold numbers, got NaN among them")
    return array
