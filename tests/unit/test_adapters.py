"""Adapters: equal to the library peft, silent at first, mergeable, and out of the way when switched off."""

from copy import deepcopy
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from secondhand.distillation import (
    LowRankAdapter,
    adapter_count,
    adapters_off,
    add_adapters,
    distill,
    freeze,
    merge,
    parameter_count,
)


def base(seed: int = 10_000) -> nn.Module:
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 4)).double()


def trained(rank: int = 2, alpha: float | None = None) -> nn.Module:
    network = add_adapters(base(), rank, alpha=alpha, seed=10_001)
    for module in network.modules():
        if isinstance(module, LowRankAdapter):
            generator = torch.Generator().manual_seed(10_002)
            module.up.data = torch.randn(module.up.shape, generator=generator, dtype=torch.float64)
    return network


def inputs(items: int = 9) -> torch.Tensor:
    return torch.randn(items, 6, generator=torch.Generator().manual_seed(10_003), dtype=torch.float64)


def test_nothing_changes_at_first() -> None:
    assert torch.equal(add_adapters(base(), 3, seed=10_000)(inputs()), base()(inputs()))


@pytest.mark.parametrize("alpha", [None, 5.0])
def test_outputs_gradients_and_merging_equal_those_of_peft(alpha: float | None) -> None:
    from peft import LoraConfig, get_peft_model

    ours = trained(alpha=alpha)
    config = LoraConfig(r=2, lora_alpha=2 if alpha is None else int(alpha), target_modules=["0", "2"])
    theirs: Any = get_peft_model(deepcopy(base()), config).double()
    pairs = []
    for place in (0, 2):
        mine, layer = ours.get_submodule(str(place)), theirs.base_model.model.get_submodule(str(place))
        assert isinstance(mine, LowRankAdapter)
        layer.lora_A.default.weight.data = mine.down.data.clone()
        layer.lora_B.default.weight.data = mine.up.data.clone()
        pairs += [(mine.down, layer.lora_A.default.weight), (mine.up, layer.lora_B.default.weight)]
    torch.testing.assert_close(ours(inputs()), theirs(inputs()), rtol=0, atol=1e-12)
    ours(inputs()).square().sum().backward()
    theirs(inputs()).square().sum().backward()
    for mine_weight, their_weight in pairs:
        torch.testing.assert_close(mine_weight.grad, their_weight.grad, rtol=1e-10, atol=1e-10)
    trainable = sum(weight.numel() for weight in theirs.parameters() if weight.requires_grad)
    assert parameter_count(ours) == trainable == adapter_count([(6, 8), (8, 4)], 2)
    merged = theirs.merge_and_unload()
    torch.testing.assert_close(merge(ours)(inputs()), merged(inputs()), rtol=0, atol=1e-12)


@given(st.integers(1, 5), st.integers(1, 7), st.integers(1, 7), st.floats(0.1, 20))
def test_the_output_is_that_of_the_formula(rank: int, width: int, outputs: int, alpha: float) -> None:
    generator = torch.Generator().manual_seed(10_004)
    layer = nn.Linear(width, outputs).double()
    adapter = LowRankAdapter(layer, rank, alpha=alpha, seed=10_005)
    adapter.up.data = torch.randn(outputs, rank, generator=generator, dtype=torch.float64)
    x = torch.randn(3, width, generator=generator, dtype=torch.float64)
    expected = x @ (layer.weight + alpha / rank * adapter.up @ adapter.down).T + layer.bias
    torch.testing.assert_close(adapter(x), expected, rtol=1e-10, atol=1e-10)
    torch.testing.assert_close(adapter.merged()(x), expected, rtol=1e-10, atol=1e-10)


def test_switched_off_it_is_the_base_and_on_again_after_an_error() -> None:
    network = trained()
    on = network(inputs())
    with adapters_off(network) as same:
        assert same is network
        assert torch.equal(network(inputs()), base()(inputs()))
    with pytest.raises(RuntimeError, match="stop"), adapters_off(network):
        raise RuntimeError("stop")
    assert torch.equal(network(inputs()), on)


def test_training_moves_the_adapters_and_nothing_else() -> None:
    teacher = torch.randn(40, 4, generator=torch.Generator().manual_seed(10_006)).double()
    x = torch.randn(40, 6, generator=torch.Generator().manual_seed(10_007)).double()
    start = add_adapters(base(), 2, seed=10_000)
    network = distill(start, teacher, x, steps=5, batch_size=8, learning_rate=1e-2, seed=10_000).network
    assert not torch.equal(network(inputs()), start(inputs()))
    with adapters_off(network):
        assert torch.equal(network(inputs()), base()(inputs()))


def test_merging_gives_back_shape_and_parameters_of_the_base() -> None:
    merged = merge(trained())
    assert parameter_count(merged) == parameter_count(base())
    assert [name for name, _ in merged.named_parameters()] == [name for name, _ in base().named_parameters()]
    assert {type(module) for module in merged.modules()} == {type(module) for module in base().modules()}


def test_freezing_leaves_the_named_modules_to_train_and_shared_weights_shared() -> None:
    frozen = freeze(base(), train=["2"])
    assert [name for name, _ in frozen.named_parameters()] == ["2.weight", "2.bias"]
    assert torch.equal(frozen(inputs()), base()(inputs()))
    tied = nn.Sequential(nn.Linear(3, 3), nn.Linear(3, 3))
    tied[1].weight = tied[0].weight
    copy = freeze(tied)
    assert copy.get_submodule("0").weight.data_ptr() == copy.get_submodule("1").weight.data_ptr()  # type: ignore[operator]


def test_only_named_layers_get_an_adapter() -> None:
    network = add_adapters(base(), 2, layers=["0"], seed=10_000)
    assert parameter_count(network) == adapter_count([(6, 8)], 2) == 28


def test_layers_of_one_shape_start_differently() -> None:
    twins = add_adapters(nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4)), 2, seed=10_000)
    assert not torch.equal(twins.get_submodule("0").down, twins.get_submodule("1").down)  # type: ignore[arg-type]


def test_layers_that_an_adapter_would_miss_are_refused() -> None:
    block = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
    network = nn.Sequential(block, nn.Linear(8, 2))
    adapted = add_adapters(network, 2, seed=10_000)
    assert [name for name, part in adapted.named_modules() if isinstance(part, LowRankAdapter)] == ["1"]
    with pytest.raises(ValueError, match=r"0\.linear1.* are read directly"):
        add_adapters(network, 2, layers=["0.linear1"], seed=10_000)
    with pytest.raises(TypeError, match=r"nn\.Linear, got NonDynamically"):
        add_adapters(network, 2, layers=["0.self_attn.out_proj"], seed=10_000)
    with pytest.raises(ValueError, match="use peft"):
        add_adapters(block, 2, seed=10_000)


def test_shared_weights_get_no_adapter_and_are_not_trained_in_secret() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.words, self.inner, self.head = nn.Embedding(5, 3), nn.Linear(3, 3), nn.Linear(3, 5, bias=False)
            self.head.weight = self.words.weight

        def forward(self, tokens: torch.Tensor) -> torch.Tensor:
            logits: torch.Tensor = self.head(self.inner(self.words(tokens)))
            return logits

    adapted = add_adapters(Tied(), 2, seed=10_000)
    assert [name for name, part in adapted.named_modules() if isinstance(part, LowRankAdapter)] == ["inner"]
    with pytest.raises(ValueError, match="'head' shares its weight"):
        add_adapters(Tied(), 2, layers=["head"], seed=10_000)
    with pytest.raises(ValueError, match="train must name 'words' too"):
        freeze(Tied(), train=["head"])
    both = freeze(Tied(), train=["head", "words"])
    assert parameter_count(both) == 15
    layer = nn.Linear(3, 3)
    with pytest.raises(ValueError, match="got none"):  # one module in two places
        add_adapters(nn.Sequential(layer, layer), 2, seed=10_000)


def test_seeds_decide_the_first_weights() -> None:
    first = [add_adapters(base(), 2, seed=seed).get_submodule("0").down for seed in (10_000, 10_000, 10_001)]
    assert torch.equal(first[0], first[1])  # type: ignore[arg-type]
    assert not torch.equal(first[0], first[2])  # type: ignore[arg-type]


def test_bad_input_is_named() -> None:
    with pytest.raises(ValueError, match="rank must be at least 1, got 0"):
        add_adapters(base(), 0, seed=10_000)
    with pytest.raises(ValueError, match="alpha must be above 0"):
        LowRankAdapter(nn.Linear(2, 2), 1, alpha=0, seed=10_000)
    with pytest.raises(TypeError, match=r"nn\.Linear, got ReLU"):
        add_adapters(base(), 1, layers=["1"], seed=10_000)
    with pytest.raises(ValueError, match="layers must be one of"):
        add_adapters(base(), 1, layers=["9"], seed=10_000)
    with pytest.raises(ValueError, match="got none; wrap a lone layer"):
        add_adapters(nn.Linear(2, 2), 1, seed=10_000)
    with pytest.raises(ValueError, match="train must be one of"):
        freeze(base(), train=["head"])
    with pytest.raises(ValueError, match="add_adapters makes a copy"):
        merge(base())
    with pytest.raises(ValueError, match="add_adapters makes a copy"), adapters_off(base()):
        pass
    with pytest.raises(ValueError, match="shapes must be at least 1"):
        adapter_count([(0, 2)], 1)
    with pytest.raises(ValueError, match="shapes must hold pairs"):
        adapter_count([(2, 3, 4)], 1)  # type: ignore[list-item]
