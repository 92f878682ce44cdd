"""Perceptrons of one shape that stand side by side in one network, and train together at little more than one's cost.

They know nothing of what they are taught, nor by whom.
"""

import itertools
from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import nn
from torch.nn import functional

from secondhand import _validation


class ParallelPerceptrons(nn.Module):
    """Several perceptrons with rectified hidden units, each with weights of its own.

    Inputs of shape (items, features) go to every member; inputs of shape (items, members, features) give each member
    its own. Logits of shape (items, members, classes) come out.

    Attributes:
        sizes: numbers of features, of units of each hidden layer, and of classes.
        dropout: share of hidden units switched off at random while training.
        weights: of each layer, one matrix a member.
        biases: of each layer.

    Args:
        sizes: at least two whole numbers of at least 1.
        members: how many perceptrons.
        dropout: from 0 to below 1.
        seed: for the first weights, uniform between −1/√n and 1/√n for a layer with n inputs.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.
    """

    def __init__(self, sizes: Sequence[int], *, members: int, dropout: float = 0.0, seed: int) -> None:
        super().__init__()
        self.sizes = tuple(_validation.integer("sizes", size, minimum=1) for size in sizes)
        if len(self.sizes) < 2:
            raise ValueError(f"sizes must hold at least the numbers of features and of classes, got {self.sizes}")
        self.dropout = _validation.number("dropout", dropout, minimum=0, below=1)
        count = _validation.integer("members", members, minimum=1)
        generator = torch.Generator().manual_seed(_validation.seed(seed))
        self.weights, self.biases = nn.ParameterList(), nn.ParameterList()
        for inputs, outputs in itertools.pairwise(self.sizes):
            for rows, layers in ((inputs, self.weights), (1, self.biases)):
                uniform = torch.rand(count, rows, outputs, generator=generator)
                layers.append(nn.Parameter((2 * uniform - 1) / inputs**0.5))

    @property
    def members(self) -> int:
        """How many perceptrons there are."""
        return len(self.weights[0])

    @property
    def weights_each(self) -> int:
        """How many numbers each of them learns."""
        return sum(layer[0].numel() for layer in (*self.weights, *self.biases))

    def forward(self, inputs: torch.Tensor) -> Float[torch.Tensor, "items members classes"]:
        """Return the logits of each item and member.

        Raises:
            ValueError: the inputs have neither of the two shapes.
        """
        fits = inputs.ndim == 2 or (inputs.ndim == 3 and inputs.shape[1] == self.members)
        if not fits or inputs.shape[-1] != self.sizes[0]:
            raise ValueError(
                f"inputs must have shape (items, {self.sizes[0]}) or (items, {self.members}, {self.sizes[0]}), "
                f"got {tuple(inputs.shape)}"
            )
        hidden = inputs.expand(self.members, *inputs.shape) if inputs.ndim == 2 else inputs.transpose(0, 1)
        last = len(self.weights) - 1
        for layer, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            hidden = torch.baddbmm(bias, hidden, weight)
            if layer < last:
                hidden = functional.dropout(torch.relu(hidden), self.dropout, training=self.training)
        return hidden.transpose(0, 1)

    def repeated(self, times: int) -> "ParallelPerceptrons":
        """Return `times` copies of all members side by side: the first copy of each, then the second, and so on.

        Raises:
            TypeError: `times` is not an integer.
            ValueError: `times` is below 1.
        """
        count = _validation.integer("times", times, minimum=1)
        return self._with([layer.detach().repeat(count, 1, 1) for layer in (*self.weights, *self.biases)])

    def split(self, size: int) -> "list[ParallelPerceptrons]":
        """Return the members in groups of `size`, each group a network of its own.

        Raises:
            TypeError: `size` is not an integer.
            ValueError: the members cannot be dealt out in groups of this size.
        """
        size = _validation.integer("size", size, minimum=1)
        if self.members % size:
            raise ValueError(f"size must divide the {self.members} members, got {size}")
        groups = zip(*(torch.split(layer.detach(), size) for layer in (*self.weights, *self.biases)), strict=True)
        return [self._with([layer.clone() for layer in group]) for group in groups]

    def _with(self, layers: Sequence[torch.Tensor]) -> "ParallelPerceptrons":
        other = ParallelPerceptrons(self.sizes, members=len(layers[0]), dropout=self.dropout, seed=0)
        count = len(self.weights)
        # A layer that asks for no gradient, frozen by whoever made it, stays so in the copy.
        asks = [layer.requires_grad for layer in (*self.weights, *self.biases)]
        copies = [nn.Parameter(layer, requires_grad=ask) for layer, ask in zip(layers, asks, strict=True)]
        other.weights, other.biases = nn.ParameterList(copies[:count]), nn.ParameterList(copies[count:])
        return other.train(self.training)
