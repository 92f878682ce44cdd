"""Students shaped like their teacher, but smaller, and networks that write at another temperature.

It knows nothing of training.
"""

from copy import deepcopy
from typing import Any

import torch
from torch import nn

from secondhand import _validation


def random_student(teacher: Any, *, width: int, layers: int, heads: int = 4, seed: int) -> nn.Module:
    """Return a network of the teacher's kind and vocabulary, of another size, with random first weights.

    Args:
        teacher: a network of the library transformers, such as `TransformerModel.network`; it stays as it is.
        width: dimensions of a token inside the student; a multiple of `heads`.
        layers: its blocks of attention and feed-forward layer.
        heads: its attention heads.
        seed: for the weights.

    Raises:
        TypeError: the teacher has no configuration, or a number is not an integer.
        ValueError: a number is below 1, `width` is no multiple of `heads`, or the seed is negative.
    """
    width = _validation.integer("width", width, minimum=1)
    layers = _validation.integer("layers", layers, minimum=1)
    heads = _validation.integer("heads", heads, minimum=1)
    if width % heads:
        raise ValueError(f"width must be a multiple of heads, {heads}, got {width}")
    if not hasattr(teacher, "config"):
        raise TypeError(f"teacher must be a network of transformers with a config, got {type(teacher).__name__}")
    config = deepcopy(teacher.config)
    config.hidden_size, config.num_hidden_layers, config.num_attention_heads = width, layers, heads
    with torch.random.fork_rng():  # layers draw their first weights from the global generator
        torch.manual_seed(_validation.seed(seed))
        student: nn.Module = type(teacher)(config)
    return student


def at_temperature(network: Any, temperature: float) -> nn.Module:
    """Return a copy of a network whose logits are divided by a temperature: below 1 it writes more surely.

    Args:
        network: of the library transformers, with output embeddings; it stays as it is.
        temperature: above 0.

    Raises:
        TypeError: the network has no output embeddings, or the temperature is not a number.
        ValueError: the temperature is not above 0.
    """
    divisor = _validation.number("temperature", temperature, above=0)
    if not hasattr(network, "get_output_embeddings"):
        raise TypeError(f"network must be one of transformers with output embeddings, got {type(network).__name__}")
    copy: nn.Module = deepcopy(network)
    # The weights of this layer may be shared with the first one, so they cannot be divided instead.
    head = copy.get_output_embeddings()  # type: ignore[operator]
    head.register_forward_hook(lambda _layer, _inputs, logits: logits / divisor)
    return copy
