"""Several multilayer perceptrons of one shape as one module, each with its own data, trained at the cost of a few.

It knows nothing of what the outputs mean, nor of how the networks are taught.
"""

import itertools
from collections.abc import Sequence

import torch
from torch import nn

from secondhand import _validation


class StackedPerceptrons(nn.Module):
    """Perceptrons that stand side by side; no weight of one touches another.

    First weights are uniform between −1/√n and 1/√n for a layer with n inputs. Hidden units are rectified.

    Args:
        sizes: inputs, units of each hidden layer, outputs.
        members: how many networks there are, at least 1.
        seed: for the first weights.

    Raises:
        TypeError: an argument is not an integer, or `sizes` does not hold integers.
        ValueError: a number is below 1, there are fewer than two sizes, or the seed is negative.
    """

    def __init__(self, sizes: Sequence[int], *, members: int, seed: int) -> None:
        super().__init__()
        widths = [_validation.integer("sizes", size, minimum=1) for size in sizes]
        if len(widths) < 2:
            raise ValueError(f"sizes must hold at least inputs and outputs, got {len(widths)} of them")
        self.inputs = widths[0]
        self.members = _validation.integer("members", members, minimum=1)
        generator = torch.Generator().manual_seed(_validation.seed(seed))
        self.weights, self.biases = nn.ParameterList(), nn.ParameterList()
        for before, after in itertools.pairwise(widths):
            for rows, parameters in ((before, self.weights), (1, self.biases)):
                uniform = torch.rand(self.members, rows, after, generator=generator)
                parameters.append(nn.Parameter((2 * uniform - 1) / before**0.5))

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Return outputs of shape (items, members, outputs).

        Args:
            inputs: (items, members, inputs), where each member has its own items, or (items, inputs) for all alike.

        Raises:
            ValueError: the inputs have another shape.
        """
        if inputs.ndim == 2:
            inputs = inputs[:, None].expand(-1, self.members, -1)
        if inputs.ndim != 3 or inputs.shape[1:] != (self.members, self.inputs):
            raise ValueError(
                f"inputs must have shape (items, {self.members}, {self.inputs}), got {tuple(inputs.shape)}"
            )
        hidden = inputs.transpose(0, 1)
        last = len(self.weights) - 1
        for layer, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            hidden = torch.baddbmm(bias, hidden, weight)
            if layer < last:
                hidden = torch.relu(hidden)
        return hidden.transpose(0, 1)
