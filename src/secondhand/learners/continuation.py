"""How a trained transformer continues a passage: greedily, and over all codes that may come next.

It knows nothing of why anyone asks.
"""

import numpy as np
import torch
from jaxtyping import Float, Int

from secondhand import _validation
from secondhand.learners._checks import categories_array
from secondhand.learners.transformer import TransformerModel


@torch.no_grad()
def continue_greedily(
    model: TransformerModel, prompts: Int[np.ndarray, "passages prompt"]
) -> Int[np.ndarray, "passages length"]:
    """Complete passages from their first tokens, always with the most probable next token.

    Args:
        model: a transformer over passages of a fixed length.
        prompts: the first tokens of each passage, fewer than a passage has.

    Returns:
        The whole passages, prompts included.

    Raises:
        TypeError: `prompts` does not hold integers.
        ValueError: `prompts` is not two-dimensional, holds a number that is no token, or leaves nothing to continue.
    """
    known = categories_array("prompts", prompts, dimensions=2, categories=model.vocabulary_size)
    if known.shape[1] >= model.length:
        raise ValueError(
            f"prompts must have fewer than the {model.length} tokens of a passage, got {known.shape[1]}; shorten them"
        )
    tokens = torch.as_tensor(_after_start(model, known), device=model.device)
    cache, fed = None, tokens
    for _ in range(model.length - known.shape[1]):
        output = model.network(fed, past_key_values=cache, use_cache=True)
        cache = output.past_key_values
        fed = output.logits[:, -1, : model.vocabulary_size].argmax(dim=-1, keepdim=True)
        tokens = torch.cat([tokens, fed], dim=1)
    passages: Int[np.ndarray, "passages length"] = tokens[:, 1:].cpu().numpy()
    return passages


@torch.no_grad()
def code_log_likelihood(
    model: TransformerModel, prefix: Int[np.ndarray, " prefix"], *, symbols: Int[np.ndarray, " symbols"], length: int
) -> Float[np.ndarray, " codes"]:
    """Return the log-probability of every code of some length that may follow a prefix, in nats.

    Codes share their beginnings, so they are scored along the tree of prefixes: four digits take 1,111 evaluations of
    the network instead of 10,000 times four.

    Args:
        model: a transformer over passages of a fixed length.
        prefix: the tokens before the code.
        symbols: the tokens that codes are made of, each once.
        length: how many of them make a code, at least 1.

    Returns:
        One number for each of `len(symbols)` to the power of `length` codes, in the order in which the last symbol
        changes fastest: with the digits as symbols, code 42 of four digits is 0042.

    Raises:
        TypeError: an argument does not hold integers.
        ValueError: a token is unknown, a symbol comes twice, or prefix and code are longer than a passage.
    """
    before = categories_array("prefix", prefix, dimensions=1, categories=model.vocabulary_size)
    alphabet = categories_array("symbols", symbols, dimensions=1, categories=model.vocabulary_size)
    if len(np.unique(alphabet)) < len(alphabet):
        raise ValueError(f"symbols must hold each token once, got {alphabet.tolist()}")
    length = _validation.integer("length", length, minimum=1)
    if len(before) + length > model.length:
        raise ValueError(
            f"length must leave room for prefix and code in a passage of {model.length} tokens, "
            f"got {len(before)} + {length}"
        )
    tokens = torch.as_tensor(_after_start(model, before[None]), device=model.device)
    choices = torch.as_tensor(alphabet, device=model.device)
    cache, total = None, torch.zeros(1, device=model.device, dtype=torch.float64)
    for depth in range(length):
        output = model.network(tokens, past_key_values=cache, use_cache=True)
        cache = output.past_key_values
        scores = output.logits[:, -1, : model.vocabulary_size].double().log_softmax(dim=-1)[:, choices]
        total = (total[:, None] + scores).ravel()
        if depth + 1 < length:
            cache.batch_repeat_interleave(len(alphabet))
            tokens = choices.repeat(len(total) // len(alphabet))[:, None]
    codes: Float[np.ndarray, " codes"] = total.cpu().numpy()
    return codes


def _after_start(model: TransformerModel, tokens: Int[np.ndarray, "passages prompt"]) -> Int[np.ndarray, "passages _"]:
    """Put the token that marks the start of a passage before each."""
    return np.insert(tokens, 0, model.vocabulary_size, axis=1)
