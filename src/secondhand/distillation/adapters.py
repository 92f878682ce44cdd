"""Low-rank adapters: a few new weights beside frozen ones, which can be switched off, or merged into them.

It knows nothing of what a network is about. The library peft does the same for large models; the tests show both equal.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from copy import deepcopy

import torch
from jaxtyping import Float
from torch import nn

from secondhand import _validation

_FROZEN = "_frozen_weights"
_READERS = (nn.MultiheadAttention, nn.TransformerEncoderLayer)
"""Modules that hand their layers' weights to one fused function, past the layers themselves."""


class LowRankAdapter(nn.Module):
    """A frozen linear layer W with an addition of low rank: x ↦ Wx + b + (α/r) B A x.

    A starts random and B at 0, so that nothing changes at first. Only A and B are trained; W and b are buffers, which
    no optimiser sees.

    Args:
        layer: the layer; it is copied.
        rank: r, rows of A and columns of B.
        alpha: α, which keeps the size of the addition while r varies; r by default, so that the factor is 1.
        seed: for A.

    Attributes:
        down: A, of shape (rank, inputs).
        up: B, of shape (outputs, rank).
        scale: α/r.
        enabled: whether the addition is made.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: the rank is below 1, or `alpha` not above 0.

    Source:
        E. J. Hu et al. (2021), LoRA: Low-Rank Adaptation of Large Language Models, section 4.1, eq. 3.
    """

    weight: Float[torch.Tensor, "outputs inputs"]
    bias: Float[torch.Tensor, " outputs"] | None

    def __init__(self, layer: nn.Linear, rank: int, *, alpha: float | None = None, seed: int) -> None:
        super().__init__()
        if not isinstance(layer, nn.Linear):
            raise TypeError(f"layer must be a linear layer, nn.Linear, got {type(layer).__name__}")
        rank = _validation.integer("rank", rank, minimum=1)
        self.scale = 1.0 if alpha is None else _validation.number("alpha", alpha, above=0) / rank
        self.enabled = True
        generator = torch.Generator().manual_seed(_validation.seed(seed))
        weight = layer.weight.detach()
        self.register_buffer("weight", weight.clone())
        self.register_buffer("bias", None if layer.bias is None else layer.bias.detach().clone())
        outputs, inputs = weight.shape
        # Uniform within ±1/√inputs, as torch draws the weights of a linear layer, and peft those of A.
        first = (2 * torch.rand(rank, inputs, generator=generator) - 1) / math.sqrt(inputs)
        self.down = nn.Parameter(first.to(weight))
        self.up = nn.Parameter(torch.zeros(outputs, rank).to(weight))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return the layer's output, with the addition if it is enabled."""
        output = nn.functional.linear(inputs, self.weight, self.bias)
        if self.enabled:
            output = output + self.scale * (inputs @ self.down.T @ self.up.T)
        return output

    def merged(self) -> nn.Linear:
        """Return one linear layer with the weights W + (α/r) B A, as large and as fast as the original."""
        outputs, inputs = self.weight.shape
        layer = nn.Linear(inputs, outputs, bias=self.bias is not None).to(self.weight)
        with torch.no_grad():
            layer.weight.copy_(self.weight + self.scale * self.up @ self.down)
            if self.bias is not None:
                layer.bias.copy_(self.bias)
        return layer


def freeze(network: nn.Module, *, train: Collection[str] = ()) -> nn.Module:
    """Return a copy of a network of which only the modules named in `train` have weights to train.

    All other weights become buffers: they compute as before, and no optimiser finds them.

    Raises:
        TypeError: `train` is a single string, or does not hold strings.
        ValueError: the network has no module of a name, or a named module shares a weight with one that stays frozen.
    """
    names = list(_validation.strings("train", train))
    copy = deepcopy(network)
    modules = dict(copy.named_modules())
    for name in names:
        _validation.choice("train", name, list(modules))
    kept = {id(module) for name in names for module in modules[name].modules()}
    trained = {
        id(weight): name for name, module in modules.items() if id(module) in kept for weight in _own_weights(module)
    }
    for other, module in modules.items():
        shared = [trained[id(weight)] for weight in _own_weights(module) if id(weight) in trained]
        if shared and id(module) not in kept:
            raise ValueError(f"train must name {other!r} too, or not {shared[0]!r}: the two share a weight")
    for module in modules.values():
        if id(module) in kept:
            continue
        frozen = [name for name, weight in module._parameters.items() if weight is not None]
        for name in frozen:
            weight = module._parameters[name]
            assert weight is not None
            delattr(module, name)
            module.register_buffer(name, weight.data)  # shared weights stay shared
        setattr(module, _FROZEN, frozen)
    return copy


def add_adapters(
    network: nn.Module, rank: int, *, alpha: float | None = None, layers: Collection[str] | None = None, seed: int
) -> nn.Module:
    """Return a copy of a network with adapters on its linear layers and everything else frozen.

    Only layers of the very type `nn.Linear` count that are called as such. `nn.MultiheadAttention` and
    `nn.TransformerEncoderLayer` read the weights of their layers without calling them, and GPT-2's layers are
    `Conv1D`: those get none. Use peft for such networks.

    Args:
        network: stays as it is.
        rank: r of each adapter.
        alpha: as `LowRankAdapter`.
        layers: names of the linear layers that get one, as `named_modules` has them; by default all that can have
            one. An output layer that shares its weight with an embedding cannot.
        seed: for the first weights.

    Raises:
        TypeError: an argument has the wrong type, or a named layer is not of the type `nn.Linear`.
        ValueError: the network has no layer of a name, or no linear layer at all, or a named one shares its weight or
            is not called, or a number is out of range.
    """
    rank, seed = _validation.integer("rank", rank, minimum=1), _validation.seed(seed)
    modules = dict(network.named_modules(remove_duplicate=False))
    uses = Counter(id(weight) for name, module in modules.items() for weight in _own_weights(module))
    alone = {name for name, module in modules.items() if all(uses[id(weight)] == 1 for weight in _own_weights(module))}
    bypassed = {name for name in modules if isinstance(modules[name.rpartition(".")[0]], _READERS)}
    if layers is None:
        names = [name for name, module in modules.items() if type(module) is nn.Linear and name in alone - bypassed]
    else:
        names = list(_validation.strings("layers", layers))
    if not names or "" in names:
        raise ValueError(
            "network must hold layers of the type nn.Linear that can be replaced, got none; wrap a lone layer, and use "
            "peft for layers of other types, such as GPT-2's"
        )
    for name in names:
        _validation.choice("layers", name, list(modules))
        if type(modules[name]) is not nn.Linear:
            kind = type(modules[name]).__name__
            raise TypeError(f"layers must name layers of the type nn.Linear, got {kind} for {name!r}")
        if name not in alone:
            raise ValueError(f"layers must name layers with weights of their own, but {name!r} shares its weight")
        if name in bypassed:
            raise ValueError(f"layers must name layers that are called, but the weights of {name!r} are read directly")
    copy = freeze(network)
    for number, name in enumerate(names):
        # Seeds of the layers differ, and those of neighbouring seeds do not meet.
        adapter = LowRankAdapter(modules[name], rank, alpha=alpha, seed=seed + 1_000_003 * number)
        _replace(copy, name, adapter.train(copy.training))
    return copy


def merge(network: nn.Module) -> nn.Module:
    """Return a copy with each adapter merged into its layer: the shape of the network before it had adapters.

    Raises:
        ValueError: the network has no adapter.
    """
    _adapters(network)
    copy = deepcopy(network)
    for name, module in list(copy.named_modules()):
        if isinstance(module, LowRankAdapter):
            _replace(copy, name, module.merged())
        for weight in module.__dict__.pop(_FROZEN, []):
            data = module._buffers[weight]
            assert data is not None
            delattr(module, weight)
            module.register_parameter(weight, nn.Parameter(data))
    return copy


@contextmanager
def adapters_off(network: nn.Module) -> Iterator[nn.Module]:
    """Switch the adapters of a network off inside a `with` statement, and on again after it.

    Raises:
        ValueError: the network has no adapter.
    """
    adapters = _adapters(network)
    before = [adapter.enabled for adapter in adapters]
    try:
        for adapter in adapters:
            adapter.enabled = False
        yield network
    finally:
        for adapter, enabled in zip(adapters, before, strict=True):
            adapter.enabled = enabled


def adapter_count(shapes: Collection[tuple[int, int]], rank: int) -> int:
    """Return how many weights adapters of one rank have: r (inputs + outputs) for each matrix.

    Args:
        shapes: inputs and outputs of each matrix.
        rank: r.

    Raises:
        TypeError: a number is not an integer.
        ValueError: a number is below 1, or a shape does not have two.
    """
    rank = _validation.integer("rank", rank, minimum=1)
    for shape in shapes:
        if len(shape) != 2:
            raise ValueError(f"shapes must hold pairs of inputs and outputs, got {shape}")
    return sum(rank * sum(_validation.integer("shapes", side, minimum=1) for side in shape) for shape in shapes)


def _adapters(network: nn.Module) -> list[LowRankAdapter]:
    found = [module for module in network.modules() if isinstance(module, LowRankAdapter)]
    if not found:
        raise ValueError("network must hold adapters, got none; add_adapters makes a copy that has them")
    return found


def _own_weights(module: nn.Module) -> list[nn.Parameter]:
    return list(module.parameters(recurse=False))


def _replace(network: nn.Module, name: str, module: nn.Module) -> None:
    parent, _, last = name.rpartition(".")
    setattr(network.get_submodule(parent), last, module)
