"""Making a student out of its teacher: which layers it keeps, how many weights that saves, and how fast it answers.

It knows nothing of how the student is trained afterwards, nor of what the networks are about.
"""

import itertools
import time
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float
from torch import nn

from secondhand import _validation
from secondhand.distillation.training import logits_of

_IGNORED = -100
"""The label that torch's cross-entropy leaves out."""


def keep_layers(network: nn.Module, layers: Sequence[int]) -> nn.Module:
    """Return a copy of a transformer that has only some of its layers, with the weights that they had.

    Embeddings, the last normalisation and the output layer stay. The network passed in is not changed.

    Args:
        network: a network of the library transformers whose layers stand in one list, such as GPT-2, BERT or Llama.
        layers: which layers to keep, counted from 0, in rising order.

    Raises:
        TypeError: `layers` does not hold integers.
        ValueError: no list of layers is found, the network has an encoder and a decoder, no layer is kept, a layer does
            not exist, or the order does not rise.

    Source:
        V. Sanh et al. (2019), DistilBERT, section 3: the student takes one layer out of two.
    """
    chosen = [_validation.integer("layers", layer, minimum=0) for layer in layers]
    name, total = _layer_list(network)
    if not chosen:
        raise ValueError(f"layers must name at least one of the {total} layers, got none")
    if max(chosen) >= total:
        raise ValueError(f"layers must be below {total}, the number of layers, got {max(chosen)}; they count from 0")
    if any(later <= earlier for earlier, later in itertools.pairwise(chosen)):
        raise ValueError(f"layers must rise, got {chosen}; write each one once, the lowest first")
    student = deepcopy(network)
    blocks = student.get_submodule(name)
    assert isinstance(blocks, nn.ModuleList)
    parent = student.get_submodule(name.rpartition(".")[0])
    setattr(parent, name.rpartition(".")[2], nn.ModuleList(blocks[layer] for layer in chosen))
    for number, block in enumerate(student.get_submodule(name).children()):
        for module in block.modules():
            if hasattr(module, "layer_idx"):  # the place of its keys and values in the cache
                module.layer_idx = number  # type: ignore[assignment]
    config: Any = student.config
    kinds = getattr(config, "layer_types", None)  # of attention, one a layer, where they differ
    if kinds is not None:
        config.layer_types = [kinds[layer] for layer in chosen]
    config.num_hidden_layers = len(chosen)
    return student


def shuffle_layers(network: nn.Module, *, seed: int) -> nn.Module:
    """Return a copy of a transformer in whose layers the numbers of each matrix or vector are put in random order.

    The control to taking over layers: the same numbers, of the same size, without what they had learnt. Everything
    outside the layers stays.

    Args:
        network: a network of the library transformers, such as `keep_layers` returns.
        seed: for the order.

    Raises:
        TypeError: the seed is not an integer.
        ValueError: no list of layers is found, the network has an encoder and a decoder, or the seed is negative.
    """
    name, _ = _layer_list(network)
    generator = torch.Generator().manual_seed(_validation.seed(seed))
    copy = deepcopy(network)
    with torch.no_grad():
        for weight in copy.get_submodule(name).parameters():
            order = torch.randperm(weight.numel(), generator=generator).to(weight.device)
            weight.copy_(weight.flatten()[order].view_as(weight))
    return copy


def random_like(network: nn.Module, *, only_layers: bool = False, seed: int) -> nn.Module:
    """Return a network of the same shape with fresh random weights, as its configuration draws them.

    Args:
        network: a network of the library transformers, such as `keep_layers` returns.
        only_layers: whether all weights outside the list of layers (embeddings, last normalisation, output layer) stay
            as they are.
        seed: for the weights.

    Raises:
        TypeError: the seed is not an integer, or `only_layers` not a truth value.
        ValueError: no list of layers is found, or the seed is negative.
    """
    name, _ = _layer_list(network)
    keep = _validation.boolean("only_layers", only_layers)
    with torch.random.fork_rng():  # layers draw their first weights from the global generator
        torch.manual_seed(_validation.seed(seed))
        fresh = type(network)(deepcopy(network.config))
    if keep:
        rest = {key: value for key, value in network.state_dict().items() if not key.startswith(f"{name}.")}
        fresh.load_state_dict(rest, strict=False)
    first = next(network.parameters())
    return fresh.to(device=first.device, dtype=first.dtype).eval()


def _layer_list(network: nn.Module) -> tuple[str, int]:
    """Return the name of the list of layers in a network, and its length."""
    config = getattr(network, "config", None)
    if getattr(config, "is_encoder_decoder", False):
        raise ValueError(
            f"network must be an encoder or a decoder, not both, got {type(network).__name__}; cut both stacks by hand"
        )
    total = getattr(config, "num_hidden_layers", None)
    for name, module in network.named_modules():
        if isinstance(module, nn.ModuleList) and len(module) == total:
            return name, len(module)
    raise ValueError(
        f"network must hold its layers in one list, with their number in its configuration, as the library "
        f"transformers has them, got {type(network).__name__}"
    )


def parameter_count(network: nn.Module) -> int:
    """Return how many numbers were trained; a matrix that is used in two places counts once."""
    return sum(parameter.numel() for parameter in network.parameters())


def configured_count(config: Any, *, language_model: bool = False) -> int:
    """Return the number of parameters of a configuration's network without making them.

    The network is built on torch's device "meta", where a tensor has a shape and no content: nothing is downloaded and
    no memory is taken.

    Args:
        config: a configuration of the library transformers, such as `transformers.BertConfig()`.
        language_model: count the network that foretells the next token, with its output layer, and not the bare one.

    Raises:
        TypeError: `config` is no such configuration, or `language_model` not a truth value.
    """
    import transformers

    if not isinstance(config, transformers.PretrainedConfig):
        raise TypeError(f"config must be a configuration of transformers, got {type(config).__name__}")
    complete = _validation.boolean("language_model", language_model)
    kind = transformers.AutoModelForCausalLM if complete else transformers.AutoModel
    with torch.device("meta"):
        return parameter_count(kind.from_config(config))  # type: ignore[no-untyped-call]


def encoder_count(
    *,
    layers: int,
    width: int = 768,
    feed_forward: int = 3072,
    vocabulary: int = 30_522,
    positions: int = 512,
    segments: int = 2,
    pooler: bool = True,
) -> int:
    """Return the number of parameters of an encoder of BERT's kind, by counting its matrices.

    With width d and feed-forward width f, a layer has four d × d matrices with biases, two matrices between d and f
    with biases, and two normalisations with 2d numbers each: 4d² + 2df + 9d + f in all. Embeddings have (vocabulary +
    positions + segments) d numbers and one normalisation, the pooler d² + d.

    Args:
        layers: how many.
        width: d.
        feed_forward: f.
        vocabulary: tokens.
        positions: longest text, in tokens.
        segments: kinds of segment embeddings; 0 for none.
        pooler: whether the first position passes through one more matrix.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: a number is below 1, or `segments` below 0.
    """
    sizes = {"width": width, "feed_forward": feed_forward, "vocabulary": vocabulary, "positions": positions}
    d, f, words, places = (_validation.integer(name, size, minimum=1) for name, size in sizes.items())
    layers = _validation.integer("layers", layers, minimum=0)
    kinds = _validation.integer("segments", segments, minimum=0)
    of_layer = 4 * d * d + 2 * d * f + 9 * d + f
    embeddings = (words + places + kinds) * d + 2 * d
    return embeddings + layers * of_layer + (d * d + d if _validation.boolean("pooler", pooler) else 0)


@dataclass(frozen=True)
class Times:
    """How long several computations took, measured in turns.

    Attributes:
        seconds: name → seconds of each round.
    """

    seconds: Mapping[str, Float[np.ndarray, " rounds"]]

    def speed(self, name: str, *, than: str) -> Float[np.ndarray, " rounds"]:
        """Return how many times as fast `name` is as `than`, round by round.

        Raises:
            ValueError: there is no such name.
        """
        for key, value in (("name", name), ("than", than)):
            _validation.choice(key, value, list(self.seconds))
        ratio: Float[np.ndarray, " rounds"] = self.seconds[than] / self.seconds[name]
        return ratio


def time_in_turns(
    computations: Mapping[str, Callable[[], Any]], *, rounds: int = 15, calls: int = 3, seed: int = 0
) -> Times:
    """Return how long each computation takes, in rounds in which each has its turn.

    What else the machine does slows all of a round alike, so that ratios within a round are worth more than seconds.
    The order within a round is random. The shortest of a few calls stands for a turn: other work can only make a call
    longer. Each computation runs once before the clock starts.

    Args:
        computations: name → what to run.
        rounds: how often each has its turn.
        calls: how often it runs in a turn.
        seed: for the order.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: there is nothing to time, or a number is below 1.
    """
    rounds = _validation.integer("rounds", rounds, minimum=1)
    calls = _validation.integer("calls", calls, minimum=1)
    generator = np.random.default_rng(_validation.seed(seed))
    if not computations:
        raise ValueError("computations must hold at least one, got none")
    for name, compute in computations.items():
        if not callable(compute):
            raise TypeError(f"computations must hold functions, got {compute!r} for {name!r}; put lambda: before it")
        compute()
    names, seconds = list(computations), {name: np.empty(rounds) for name in computations}
    for turn in range(rounds):
        for place in generator.permutation(len(names)):
            seconds[names[place]][turn] = min(_time(computations[names[place]]) for _ in range(calls))
    return Times(seconds)


def _time(compute: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    compute()
    return time.perf_counter() - begin


@dataclass(frozen=True)
class TokenScores:
    """How well a network foretells the next token.

    Attributes:
        bits: surprise at a token, mean over all, in bits.
        accuracy: share of tokens that were the most probable one.
    """

    bits: float
    accuracy: float


@torch.no_grad()
def token_scores(
    network: nn.Module,
    inputs: torch.Tensor,
    labels: torch.Tensor,
    *,
    batch_size: int = 128,
) -> TokenScores:
    """Return how well a network foretells the labels from the inputs.

    Args:
        network: from tokens to logits of the next one at each place.
        inputs: tokens that the network reads, one passage a row.
        labels: the token that came next at each place, in the shape of the inputs; places with −100 do not count.
        batch_size: passages that it reads at a time.

    Raises:
        TypeError: `batch_size` is not an integer.
        ValueError: the shapes differ, there is no passage, no place counts, or `batch_size` is below 1.
    """
    size = _validation.integer("batch_size", batch_size, minimum=1)
    if inputs.shape != labels.shape:
        raise ValueError(f"labels must have shape {tuple(inputs.shape)} like the inputs, got {tuple(labels.shape)}")
    if len(inputs) == 0:
        raise ValueError("inputs must hold at least one passage, got none")
    count = int((labels != _IGNORED).sum())
    if count == 0:
        raise ValueError(f"labels must hold at least one token, got only {_IGNORED}, which does not count")
    training = network.training
    network.eval()
    surprise, right = 0.0, 0
    try:
        for batch, truth in zip(torch.split(inputs, size), torch.split(labels, size), strict=True):
            logits = logits_of(network, batch)
            surprise += float(nn.functional.cross_entropy(logits.flatten(0, 1), truth.flatten(), reduction="sum"))
            right += int((logits.argmax(dim=-1) == truth).sum())
    finally:
        network.train(training)
    return TokenScores(surprise / count / float(np.log(2)), right / count)


def break_even_requests(setup_cost: float, *, teacher_cost: float, student_cost: float) -> float:
    """Return after how many requests a student has earned what it cost to make.

    Args:
        setup_cost: of making the student: data, training, evaluation; once.
        teacher_cost: of one request to the teacher, in the same currency.
        student_cost: of one request to the student.

    Raises:
        TypeError: an argument is not a number.
        ValueError: a cost is negative or not finite, or the student is not cheaper (or by too little for a finite
            number of requests), so that it never pays.
    """
    once = _validation.number("setup_cost", setup_cost, minimum=0)
    before = _validation.number("teacher_cost", teacher_cost, minimum=0)
    after = _validation.number("student_cost", student_cost, minimum=0)
    if after >= before:
        raise ValueError(
            f"student_cost must be below teacher_cost, {before:g}, got {after:g}; one that is no cheaper never pays"
        )
    requests = once / (before - after)
    if not np.isfinite(requests):
        raise ValueError(f"teacher_cost must be above student_cost by more, got {before:g} and {after:g}")
    return requests
