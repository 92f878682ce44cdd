"""Published language models as teachers: from a local folder, or from the hub if that is switched on.

The book builds without them; readers with a network may carry the experiment over. It knows nothing of training.
"""

import os
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Int
from torch import nn

from secondhand import _validation
from secondhand.sources import ALLOW_HUB_VARIABLE, check_text


def load_causal_model(name: str, *, revision: str | None = None) -> tuple[nn.Module, Any]:
    """Return a pretrained language model, frozen and ready to answer, and its tokenizer.

    Args:
        name: a local folder that `save_pretrained` has filled with both, or a model on the hub, such as `owner/name`.
            A local folder wins over the hub.
        revision: the commit, tag or branch on the hub; give a commit to get the same weights again.

    Raises:
        RuntimeError: `name` is no local folder and the hub is not switched on.
        TypeError: `name` is not a string.
        ValueError: `name` is empty.
    """
    check_text("name", name)
    local = Path(name).is_dir()
    if not local and os.environ.get(ALLOW_HUB_VARIABLE) != "1":
        raise RuntimeError(
            f"name={name!r} is no local folder, and downloading from the Hugging Face hub is switched off; "
            f"set the environment variable {ALLOW_HUB_VARIABLE}=1 to allow it, or give a folder"
        )
    import transformers

    options: dict[str, Any] = {"local_files_only": True} if local else {"revision": revision}
    tokenizer = transformers.AutoTokenizer.from_pretrained(name, **options)
    network: nn.Module = transformers.AutoModelForCausalLM.from_pretrained(name, **options)
    return network.requires_grad_(False).eval(), tokenizer


def token_passages(
    tokenizer: Any, text: str, *, length: int
) -> tuple[Int[torch.Tensor, "passages length"], Int[torch.Tensor, "passages length"]]:
    """Cut a text into passages of tokens: what a model reads, and the token that comes next at each place.

    Args:
        tokenizer: of the library transformers.
        text: cut into passages that do not overlap; what is left over at the end is dropped.
        length: tokens of a passage.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: the length is below 1, or the text has too few tokens for one passage.
    """
    check_text("text", text)
    length = _validation.integer("length", length, minimum=1)
    tokens = torch.as_tensor(tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"], dtype=torch.long)
    count = (len(tokens) - 1) // length
    if count < 1:
        raise ValueError(f"text must have more than {length} tokens, got {len(tokens)}; take a smaller length")
    inputs = tokens[: count * length].view(count, length)
    return inputs, tokens[1 : count * length + 1].view(count, length)
