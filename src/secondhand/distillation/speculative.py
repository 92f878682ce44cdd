"""Speculative decoding: a small model drafts, a large one accepts or corrects, and its law stays exactly as it was.

It works on laws of the next token, and knows nothing of the models that they come from.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy.typing import ArrayLike

from secondhand import _validation

NextToken = Callable[[tuple[int, ...]], ArrayLike] | ArrayLike
"""From the tokens so far to the probabilities of the next one; a table has one row for each last token."""


@overload
def acceptance_rate(p: torch.Tensor, q: torch.Tensor) -> torch.Tensor: ...
@overload
def acceptance_rate(p: ArrayLike, q: ArrayLike) -> float | Float[np.ndarray, "..."]: ...
def acceptance_rate(p: Any, q: Any) -> Any:
    """Return Σ min(p, q) over the last axis: how often a draft from q is accepted as a token of p. It is 1 − TV(p, q).

    Args:
        p: the target's probabilities, with the tokens in the last axis; a tensor, or anything that makes an array.
        q: the draft's probabilities, of the same kind and shape.

    Returns:
        Rates from 0 to 1 in the shape without the last axis: a tensor for tensors, else an array, or a float if no
        axis is left.

    Raises:
        TypeError: one is a tensor and the other is not, or one does not hold floats.
        ValueError: the shapes differ, or a row is no law.

    Source:
        Y. Leviathan, M. Kalman and Y. Matias (2023), Fast Inference from Transformers via Speculative Decoding,
        section 3.
    """
    if isinstance(p, torch.Tensor) != isinstance(q, torch.Tensor):
        kinds = f"{type(p).__name__} and {type(q).__name__}"
        raise TypeError(f"p and q must be both tensors or both arrays, got {kinds}")
    for name, law in (("p", p), ("q", q)):
        if isinstance(law, torch.Tensor) and not law.is_floating_point():
            raise TypeError(f"{name} must hold floats, got {law.dtype}")
        values = law.detach().double().cpu().numpy() if isinstance(law, torch.Tensor) else law
        array = _validation.shares(name, values)
        if array.ndim == 0 or array.shape[-1] == 0:
            raise ValueError(f"{name} must hold probabilities of at least one token, got shape {array.shape}")
        off = np.abs(array.sum(axis=-1) - 1)
        if off.size and off.max() > _slack(law):
            total = float(array.sum(axis=-1).flat[int(off.argmax())])
            raise ValueError(
                f"{name} must sum to 1 over its last axis, got {total:g}; take the softmax of logits first"
            )
    if isinstance(p, torch.Tensor):
        _same_shape(tuple(p.shape), tuple(q.shape))
        return torch.minimum(p, q).sum(dim=-1)
    target, draft = _validation.shares("p", p), _validation.shares("q", q)
    _same_shape(target.shape, draft.shape)
    return _validation.plain(np.minimum(target, draft).sum(axis=-1))


def _slack(law: Any) -> float:
    """Return how far from 1 a law may sum: softmax in half precision is less exact."""
    kind = str(getattr(law, "dtype", ""))
    return 1e-2 if kind.endswith("float16") else 1e-4


def _same_shape(target: tuple[int, ...], draft: tuple[int, ...]) -> None:
    if target != draft:
        raise ValueError(f"target and draft must have one shape, got {target} and {draft}")


def expected_tokens_per_call(acceptance: ArrayLike, draft_tokens: ArrayLike) -> float | Float[np.ndarray, "..."]:
    """Return (1 − α^(γ+1)) / (1 − α): tokens that one call of the target yields, if each draft is accepted alike.

    Args:
        acceptance: α, from 0 to 1, any shape; drafts are accepted independently of each other.
        draft_tokens: γ, how many tokens are drafted for a call, at least 0; it broadcasts against `acceptance`.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: an acceptance lies outside 0 to 1, or a number of drafts is negative or not whole.

    Source:
        Y. Leviathan, M. Kalman and Y. Matias (2023), Fast Inference from Transformers via Speculative Decoding, eq. 1.
    """
    rate = _validation.shares("acceptance", acceptance)
    drafts = _validation.numbers("draft_tokens", draft_tokens, finite=True)
    wrong = (drafts < 0) | (drafts != np.floor(drafts))
    if wrong.any():
        raise ValueError(f"draft_tokens must hold whole numbers of at least 0, got {drafts[wrong].flat[0]:g}")
    rate, drafts = np.broadcast_arrays(rate, drafts)
    rest = np.where(rate < 1, 1 - rate, 1.0)
    return _validation.plain(np.where(rate < 1, (1 - rate ** (drafts + 1)) / rest, drafts + 1))


def tokens_per_call(target_log: ArrayLike, draft_log: ArrayLike) -> Float[np.ndarray, " drafts"]:
    """Estimate the tokens that one call of the target yields, for 1, 2, … drafts, without supposing them independent.

    The first k drafts are all accepted with probability Π min(1, p/q), averaged over what the draft model writes; one
    token more comes from the target.

    Args:
        target_log: log-probability, in nats, that the target gives each token of texts that the draft model wrote; one
            row a text, one column a place.
        draft_log: the same of the draft model itself.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: the arrays are not two-dimensional and of one shape, are empty, or hold what is no log-probability.
    """
    ours = _validation.numbers("target_log", target_log)
    theirs = _validation.numbers("draft_log", draft_log, finite=True)
    if ours.shape != theirs.shape or ours.ndim != 2 or ours.size == 0:
        raise ValueError(f"target_log and draft_log must be tables of one shape, got {ours.shape} and {theirs.shape}")
    for name, logs in (("target_log", ours), ("draft_log", theirs)):
        wrong = ~(logs <= 1e-4)
        if wrong.any():
            raise ValueError(f"{name} must hold log-probabilities, at most 0, got {logs[wrong].flat[0]:g}")
    accepted = np.exp(np.minimum(0, ours - theirs).cumsum(axis=1)).mean(axis=0)
    counts: Float[np.ndarray, " drafts"] = 1 + accepted.cumsum()
    return counts


@dataclass(frozen=True)
class Speculation:
    """A text that one model drafted and another one checked.

    Attributes:
        tokens: the text, without the prefix.
        accepted: how many drafts each call of the target accepted.
        drafted: how many it was shown.
    """

    tokens: Int[np.ndarray, " length"]
    accepted: Int[np.ndarray, " calls"]
    drafted: Int[np.ndarray, " calls"]

    @property
    def calls(self) -> int:
        """How often the target was asked."""
        return len(self.accepted)


def speculative_sample(
    target: NextToken,
    draft: NextToken,
    *,
    length: int,
    draft_tokens: int = 4,
    prefix: Sequence[int] = (0,),
    seed: int,
) -> Speculation:
    """Write tokens that follow the target's law exactly, most of them drafted by another model.

    In each call the draft model proposes tokens one after the other. The target accepts each with probability
    min(1, p/q); at the first one refused it draws a token from the law in proportion to max(0, p − q) instead, and if
    none is refused it adds one of its own.

    Args:
        target: the law p of the next token: a function of the tokens so far (prefix included, as a tuple) that returns
            probabilities, or a table with one row for each last token.
        draft: the same for the law q.
        length: tokens to write, at least 1; the last call drafts no more than are missing.
        draft_tokens: tokens that are drafted for a call, at least 1.
        prefix: what stands before the text; tables need at least one token.
        seed: for the draws.

    Raises:
        TypeError: a number is not an integer, or a law does not hold numbers.
        ValueError: a number is out of range, a law does not sum to one, the laws have different sizes, or a table is
            asked for the row of a token that it does not have.

    Source:
        Y. Leviathan, M. Kalman and Y. Matias (2023), Fast Inference from Transformers via Speculative Decoding,
        algorithm 1.
    """
    length = _validation.integer("length", length, minimum=1)
    drafts = _validation.integer("draft_tokens", draft_tokens, minimum=1)
    generator = np.random.default_rng(_validation.seed(seed))
    start = tuple(_validation.integer("prefix", token, minimum=0) for token in prefix)
    text, accepted, drafted = start, [], []
    while (missing := length + len(start) - len(text)) > 0:
        proposals, taken = min(drafts, missing), 0
        for _ in range(proposals):
            p, q = _laws(target, draft, text)
            token = int(generator.choice(len(q), p=q))
            if generator.random() * q[token] >= p[token]:
                text = (*text, int(generator.choice(len(p), p=_left_over(p, q))))
                break
            text, taken = (*text, token), taken + 1
        else:
            if missing > proposals:
                p, _ = _laws(target, draft, text)
                text = (*text, int(generator.choice(len(p), p=p)))
        accepted.append(taken)
        drafted.append(proposals)
    tokens = np.array(text[len(start) :], dtype=np.int64)
    return Speculation(tokens, np.array(accepted), np.array(drafted))


def speculative_law(
    target: NextToken, draft: NextToken, *, length: int, draft_tokens: int = 4, prefix: Sequence[int] = (0,)
) -> Float[np.ndarray, "*sequence"]:
    """Return the law of what `speculative_sample` writes, by going through every draft and every answer to it.

    Args:
        target: as `speculative_sample`.
        draft: as `speculative_sample`.
        length: as `speculative_sample`; the work grows as the size of the vocabulary to this power.
        draft_tokens: as `speculative_sample`.
        prefix: as `speculative_sample`.

    Returns:
        The probability of each text, with one axis for each token.

    Raises:
        TypeError: as `speculative_sample`.
        ValueError: as `speculative_sample`.
    """
    length = _validation.integer("length", length, minimum=1)
    drafts = _validation.integer("draft_tokens", draft_tokens, minimum=1)
    start = tuple(_validation.integer("prefix", token, minimum=0) for token in prefix)
    size = len(_laws(target, draft, start)[0])
    waiting: dict[tuple[int, ...], float] = {start: 1.0}
    result = np.zeros((size,) * length)
    while waiting:
        text = min(waiting, key=len)
        paths, missing = {text: waiting.pop(text)}, length + len(start) - len(text)
        if missing == 0:
            result[text[len(start) :]] += paths[text]
            continue
        for _ in range(min(drafts, missing)):
            longer: dict[tuple[int, ...], float] = {}
            for path, weight in paths.items():
                p, q = _laws(target, draft, path)
                kept, refused = np.minimum(p, q), np.maximum(q - p, 0).sum()
                corrected = refused * _left_over(p, q) if refused > 0 else np.zeros(size)
                for token in range(size):
                    longer[(*path, token)] = weight * kept[token]
                    waiting[(*path, token)] = waiting.get((*path, token), 0.0) + weight * corrected[token]
            paths = longer
        for path, weight in paths.items():
            if len(path) < length + len(start):
                p, _ = _laws(target, draft, path)
                for token in range(size):
                    waiting[(*path, token)] = waiting.get((*path, token), 0.0) + weight * p[token]
            else:
                waiting[path] = waiting.get(path, 0.0) + weight
    return result


def _left_over(p: Float[np.ndarray, " tokens"], q: Float[np.ndarray, " tokens"]) -> Float[np.ndarray, " tokens"]:
    left = np.maximum(p - q, 0)
    law: Float[np.ndarray, " tokens"] = left / left.sum()
    return law


def _laws(
    target: NextToken, draft: NextToken, text: tuple[int, ...]
) -> tuple[Float[np.ndarray, " tokens"], Float[np.ndarray, " tokens"]]:
    p, q = (_next("target", target, text), _next("draft", draft, text))
    _same_shape(p.shape, q.shape)
    return p, q


def _next(name: str, law: NextToken, text: tuple[int, ...]) -> Float[np.ndarray, " tokens"]:
    if callable(law):
        return _law(name, law(text))
    table = _validation.numbers(name, law)
    if table.ndim != 2 or not text or text[-1] >= len(table):
        raise ValueError(
            f"{name} must be a table with a row for the last token, got shape {table.shape} after the tokens {text}"
        )
    return _law(name, table[text[-1]], like=law)


def _law(name: str, law: Any, *, like: Any = None) -> Float[np.ndarray, " tokens"]:
    """Return a law that sums to one to the last digit, also if its digits are those of a network's softmax."""
    array = _validation.numbers(name, law)
    total = float(array.sum())
    near = total > 0 and abs(total - 1) <= _slack(law if like is None else like)
    return _validation.probabilities(name, array / total if near else array)
