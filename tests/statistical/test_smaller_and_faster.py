"""What a rank can hold: the best adapter misses the small singular values, and training one comes near that."""

import numpy as np
import torch

from secondhand.distillation import LowRankAdapter
from secondhand.exercises import get


def test_no_adapter_of_a_rank_misses_less_than_the_small_singular_values() -> None:
    left_over = get("smaller-and-faster-left-over").solve
    for seed in range(10_000, 10_005):
        generator = torch.Generator().manual_seed(seed)
        change = torch.randn(7, 5, generator=generator, dtype=torch.float64)
        layer = torch.nn.Linear(5, 7, bias=False).double()
        torch.nn.init.zeros_(layer.weight)
        adapter = LowRankAdapter(layer, 2, seed=seed)
        optimizer = torch.optim.Adam([adapter.down, adapter.up], lr=0.03)
        inputs = torch.eye(5, dtype=torch.float64)
        for _ in range(1_500):
            loss = (adapter(inputs).T - change).square().sum() / change.square().sum()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        best = left_over(change.numpy(), 2)
        assert best - 1e-9 <= float(loss.detach()) < best + 0.02


def test_the_first_weights_of_adapters_have_the_variance_of_a_linear_layer() -> None:
    inputs, rank = 12, 40
    draws = np.concatenate(
        [
            LowRankAdapter(torch.nn.Linear(inputs, 2), rank, seed=seed).down.detach().ravel()
            for seed in range(10_000, 10_020)
        ]
    )
    # Uniform within ±a has variance a²/3 and fourth moment a⁴/5, so the mean square varies with 4a⁴/45 a draw.
    expected, spread = 1 / inputs / 3, np.sqrt(4 / 45 / len(draws)) / inputs
    assert abs(np.mean(draws**2) - expected) < 4 * spread
    assert np.abs(draws).max() <= 1 / np.sqrt(inputs)
