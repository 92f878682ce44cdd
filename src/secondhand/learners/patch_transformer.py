"""A small vision transformer: it cuts a picture into patches, reads them as tokens, and names the class.

The network is that of Dosovitskiy et al. (2021) as the library transformers has it, small and with random first
weights. It knows nothing of teachers and students.
"""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from numpy.typing import ArrayLike
from torch import nn

from secondhand import _validation
from secondhand.learners._checks import categories_array, finite_array


def as_pictures(images: ArrayLike) -> Float[torch.Tensor, "images 1 side side"]:
    """Return square images, one a row with pixels from 0 to 1, as the tensor that the network reads: from −1 to 1.

    Raises:
        TypeError: `images` does not hold numbers.
        ValueError: it is empty, a number is not finite, or the number of pixels is no square.
    """
    rows = finite_array("images", images, dimensions=2)
    side = round(rows.shape[1] ** 0.5)
    if side * side != rows.shape[1]:
        raise ValueError(f"images must be square, got {rows.shape[1]} pixels a row")
    return torch.as_tensor(2 * rows - 1, dtype=torch.float32).reshape(len(rows), 1, side, side)


@dataclass(frozen=True)
class PatchTransformerLearner:
    """Trains a small vision transformer on labelled square images by AdamW, the learning rate rising and falling once.

    Attributes:
        layers: blocks of attention and feed-forward layer.
        width: dimensions of a token inside the network; a multiple of `heads`.
        heads: attention heads of a block.
        classes: how many there are.
        side: pixels along an edge of an image.
        patch: pixels along an edge of a patch; divides `side`.
        steps: updates of the weights.
        learning_rate: the highest.
        batch_size: images in an update.
    """

    layers: int = 4
    width: int = 32
    heads: int = 4
    classes: int = 10
    side: int = 8
    patch: int = 2
    steps: int = 200
    learning_rate: float = 1e-2
    batch_size: int = 64

    def __post_init__(self) -> None:
        for name in ("layers", "width", "heads", "side", "patch", "steps", "batch_size"):
            _validation.integer(name, getattr(self, name), minimum=1)
        _validation.integer("classes", self.classes, minimum=2)
        _validation.number("learning_rate", self.learning_rate, above=0)
        for name, whole, part in (("width", self.width, "heads"), ("side", self.side, "patch")):
            if whole % getattr(self, part):
                raise ValueError(f"{name} must be a multiple of {part}, {getattr(self, part)}, got {whole}")

    def initialise(self, *, seed: int) -> nn.Module:
        """Return a network with random weights; its output has the attribute `logits`.

        Raises:
            TypeError: the seed is not an integer.
            ValueError: the seed is negative.
        """
        # Imported where it is used: the import takes seconds, and most learners do without.
        import transformers

        config = transformers.ViTConfig(  # type: ignore[call-arg]
            image_size=self.side,
            patch_size=self.patch,
            num_channels=1,
            num_labels=self.classes,
            hidden_size=self.width,
            num_hidden_layers=self.layers,
            num_attention_heads=self.heads,
            intermediate_size=2 * self.width,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            # Wider first weights than the default of large networks: a small one then learns much faster.
            initializer_range=0.15,
        )
        with torch.random.fork_rng():  # layers draw their first weights from the global generator
            torch.manual_seed(_validation.seed(seed))
            network: nn.Module = transformers.ViTForImageClassification(config)
        return network.eval()

    def fit(self, images: ArrayLike, labels: ArrayLike, *, seed: int) -> nn.Module:
        """Return a network trained on labels by cross-entropy, ready to answer.

        Args:
            images: one a row, side² pixels from 0 to 1.
            labels: the class of each image.
            seed: for the first weights and the order of the images.

        Raises:
            TypeError: the images are not numbers, the labels not integers, or the seed not an integer.
            ValueError: images and labels do not match the learner or each other, or the seed is negative.
        """
        pictures = as_pictures(images)
        if pictures.shape[-1] != self.side:
            raise ValueError(f"images must have {self.side**2} pixels each, got {pictures.shape[-1] ** 2}")
        truth = categories_array("labels", labels, dimensions=1, categories=self.classes)
        if len(truth) != len(pictures):
            raise ValueError(f"labels must be as many as images, got {len(truth)} for {len(pictures)}")
        targets, generator = torch.as_tensor(truth), torch.Generator().manual_seed(_validation.seed(seed))
        network = self.initialise(seed=seed).train()
        optimizer = torch.optim.AdamW(network.parameters(), lr=self.learning_rate, betas=(0.9, 0.99), fused=True)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, self.learning_rate, total_steps=self.steps)
        for _ in range(self.steps):
            batch = torch.randint(len(pictures), (self.batch_size,), generator=generator)
            loss = nn.functional.cross_entropy(network(pictures[batch]).logits, targets[batch])
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            schedule.step()
        return network.requires_grad_(False).eval()
