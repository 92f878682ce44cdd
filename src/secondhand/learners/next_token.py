"""What a transformer expects at each place of a passage: the logits of every token, not only of the one there.

It knows nothing of what the logits are for.
"""

import numpy as np
import torch
from jaxtyping import Float, Int

from secondhand.learners._checks import categories_array
from secondhand.learners.transformer import TransformerModel


@torch.no_grad()
def next_token_logits(
    model: TransformerModel, data: Int[np.ndarray, "passages length"]
) -> Float[np.ndarray, "passages length vocabulary"]:
    """Return the logits of each token at each place, given the tokens before it in its passage.

    Memory grows with passages × length × vocabulary; pass what fits.

    Raises:
        TypeError: `data` does not hold integers.
        ValueError: `data` does not hold passages of the model's length, of tokens that it knows.
    """
    passages = categories_array("data", data, dimensions=2, categories=model.vocabulary_size)
    if passages.shape[1] != model.length:
        raise ValueError(f"data must hold passages of {model.length} tokens like the model, got {passages.shape[1]}")
    tokens = torch.as_tensor(passages, device=model.device)
    start = torch.full((len(tokens), 1), model.vocabulary_size, device=model.device)  # marks where a passage starts
    logits = model.network(torch.cat([start, tokens[:, :-1]], dim=1), use_cache=False).logits
    known: Float[np.ndarray, "passages length vocabulary"] = logits[..., : model.vocabulary_size].double().cpu().numpy()
    return known
