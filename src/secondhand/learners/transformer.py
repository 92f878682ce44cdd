"""A small causal transformer: the next token of a passage from those before it.

The network is GPT-2's (Radford et al. 2019) as the library transformers has it, small and with random first weights.
It knows nothing of text, only of tokens, nor of generations.
"""

from copy import deepcopy
from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import nn

from secondhand import _validation
from secondhand.learners._checks import categories_array, size_and_seed
from secondhand.learners.devices import best_device


def _network(vocabulary_size: int, length: int, width: int, layers: int, heads: int, seed: int) -> nn.Module:
    """Return GPT-2's network with random first weights; token number `vocabulary_size` marks the start of a passage."""
    # Imported where it is used: the import takes seconds, and most learners do without.
    import transformers

    config = transformers.GPT2Config(
        vocab_size=vocabulary_size + 1,
        n_positions=length,
        n_embd=width,
        n_layer=layers,
        n_head=heads,
        activation_function="relu",
        # Wider first weights than the default of large networks: a small one then learns much faster.
        initializer_range=0.1,
        embd_pdrop=0.0,
        resid_pdrop=0.0,
        attn_pdrop=0.0,
        bos_token_id=vocabulary_size,
        eos_token_id=vocabulary_size,
    )
    with torch.random.fork_rng():  # layers draw their first weights from the global generator
        torch.manual_seed(seed)
        network: nn.Module = transformers.GPT2LMHeadModel(config)
    return network


@dataclass(frozen=True)
class TransformerModel:
    """A trained transformer over passages of a fixed number of tokens.

    Attributes:
        network: gives the logits of the next token.
        vocabulary_size: how many distinct tokens there are.
        length: tokens in a passage.
        device: where the network computes.
    """

    network: nn.Module
    vocabulary_size: int
    length: int
    device: torch.device

    def _log_probabilities(
        self, passages: Int[torch.Tensor, "passages length"]
    ) -> Float[torch.Tensor, "passages length vocabulary"]:
        start = torch.full((len(passages), 1), self.vocabulary_size, device=self.device)
        logits: torch.Tensor = self.network(torch.cat([start, passages[:, :-1]], dim=1), use_cache=False).logits
        return logits[..., : self.vocabulary_size].log_softmax(dim=-1)

    def _token_log_likelihood(
        self, passages: Int[torch.Tensor, "passages length"]
    ) -> Float[torch.Tensor, "passages length"]:
        return self._log_probabilities(passages).gather(2, passages[..., None]).squeeze(2)

    @torch.no_grad()
    def token_log_likelihood(self, data: Int[np.ndarray, "passages length"]) -> Float[np.ndarray, "passages length"]:
        """Return the log-probability of each token given those before it in its passage, in nats.

        Raises:
            TypeError: `data` does not hold integers.
            ValueError: `data` does not hold passages of `length` known tokens.
        """
        passages = _check_passages("data", data, vocabulary_size=self.vocabulary_size, length=self.length)
        scores = [
            self._token_log_likelihood(torch.as_tensor(batch, device=self.device)).double().cpu().numpy()
            for batch in np.array_split(
                passages, -(-len(passages) // 256)
            )  # so that memory does not grow with the data
        ]
        return np.concatenate(scores)

    def log_likelihood(self, data: Int[np.ndarray, "passages length"]) -> Float[np.ndarray, " passages"]:
        """Return the log-probability of each passage, in nats.

        Raises:
            TypeError: `data` does not hold integers.
            ValueError: `data` does not hold passages of `length` known tokens.
        """
        scores: Float[np.ndarray, " passages"] = self.token_log_likelihood(data).sum(axis=1)
        return scores

    @torch.no_grad()
    def sample(self, size: int, *, seed: int) -> Int[np.ndarray, "size length"]:
        """Draw `size` passages token by token at temperature 1, all passages side by side.

        Raises:
            TypeError: `size` or `seed` is not an integer.
            ValueError: `size` is below 1, or `seed` is negative.
        """
        size, seed = size_and_seed(size, seed)
        uniform = torch.rand(size, self.length, generator=torch.Generator().manual_seed(seed)).to(self.device)
        token = torch.full((size, 1), self.vocabulary_size, device=self.device)
        cache, drawn = None, []
        for position in range(self.length):
            output = self.network(token, past_key_values=cache, use_cache=True)
            cache = output.past_key_values
            cumulative = output.logits[:, -1, : self.vocabulary_size].softmax(dim=-1).cumsum(dim=-1)
            threshold = uniform[:, position, None] * cumulative[:, -1:]
            token = torch.searchsorted(cumulative, threshold, right=True).clamp(max=self.vocabulary_size - 1)
            drawn.append(token)
        passages: Int[np.ndarray, "size length"] = torch.cat(drawn, dim=1).cpu().numpy()
        return passages


@dataclass(frozen=True)
class TransformerLearner:
    """Trains a small transformer on passages of tokens by AdamW, the learning rate rising and falling once.

    Attributes:
        vocabulary_size: how many distinct tokens there are.
        width: dimensions of a token inside the network; a multiple of `heads`.
        layers: blocks of attention and feed-forward layer.
        heads: attention heads of a block.
        steps: updates of the weights from random ones (`fit`).
        learning_rate: the highest, in `fit`.
        fine_tuning_steps: updates of the weights from those of an earlier model (`fine_tune`).
        fine_tuning_learning_rate: the highest, in `fine_tune`.
        batch_size: passages in an update.
        device: where to compute; by default the best available.
    """

    vocabulary_size: int
    width: int = 64
    layers: int = 1
    heads: int = 4
    steps: int = 480
    learning_rate: float = 1e-2
    fine_tuning_steps: int = 40
    fine_tuning_learning_rate: float = 3e-3
    batch_size: int = 32
    device: torch.device = field(default_factory=best_device)

    def __post_init__(self) -> None:
        for name in ("vocabulary_size", "width", "layers", "heads", "steps", "fine_tuning_steps", "batch_size"):
            _validation.integer(name, getattr(self, name), minimum=1)
        for name in ("learning_rate", "fine_tuning_learning_rate"):
            _validation.number(name, getattr(self, name), above=0)
        if self.width % self.heads:
            raise ValueError(f"width must be a multiple of heads, {self.heads}, got {self.width}")

    def fit(self, data: Int[np.ndarray, "passages length"], *, seed: int) -> TransformerModel:
        """Return a transformer trained on `data` from random weights.

        Raises:
            TypeError: `data` does not hold integers, or the seed is not an integer.
            ValueError: `data` is not two-dimensional, holds a number that is no token, or the seed is negative.
        """
        passages = _check_passages("data", data, vocabulary_size=self.vocabulary_size)
        length, seed = passages.shape[1], _validation.seed(seed)
        network = _network(self.vocabulary_size, length, self.width, self.layers, self.heads, seed)
        model = TransformerModel(network.to(self.device), self.vocabulary_size, length, self.device)
        return self._train(model, passages, steps=self.steps, learning_rate=self.learning_rate, seed=seed)

    def fine_tune(
        self, model: TransformerModel, data: Int[np.ndarray, "passages length"], *, seed: int
    ) -> TransformerModel:
        """Return a new transformer trained on `data` from the weights of `model`, which stays as it is.

        Raises:
            TypeError: `data` does not hold integers, or the seed is not an integer.
            ValueError: `data` does not hold passages that `model` can score, or the seed is negative.
        """
        passages = _check_passages("data", data, vocabulary_size=model.vocabulary_size, length=model.length)
        start = TransformerModel(deepcopy(model.network), model.vocabulary_size, model.length, model.device)
        return self._train(
            start,
            passages,
            steps=self.fine_tuning_steps,
            learning_rate=self.fine_tuning_learning_rate,
            seed=_validation.seed(seed),
        )

    def _train(
        self,
        model: TransformerModel,
        passages: Int[np.ndarray, "passages length"],
        *,
        steps: int,
        learning_rate: float,
        seed: int,
    ) -> TransformerModel:
        """Train the weights of `model` in place."""
        generator = torch.Generator().manual_seed(seed)
        tokens = torch.as_tensor(passages, device=model.device)
        parameters = list(model.network.requires_grad_(True).train().parameters())
        optimizer = torch.optim.AdamW(parameters, lr=learning_rate, betas=(0.9, 0.99), weight_decay=0.1, fused=True)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, learning_rate, total_steps=steps, pct_start=0.1)
        for _ in range(steps):
            batch = tokens[torch.randint(len(tokens), (self.batch_size,), generator=generator).to(model.device)]
            loss = -model._token_log_likelihood(batch).mean()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
        model.network.requires_grad_(False).eval()
        return model


def _check_passages(
    name: str, value: Int[np.ndarray, "passages length"], *, vocabulary_size: int, length: int | None = None
) -> Int[np.ndarray, "passages length"]:
    passages = categories_array(name, value, dimensions=2, categories=vocabulary_size)
    if length is not None and passages.shape[1] != length:
        raise ValueError(f"{name} must hold passages of {length} tokens, got {passages.shape[1]}")
    return passages
