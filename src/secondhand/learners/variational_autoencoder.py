"""A variational autoencoder for small grey images.

Kingma and Welling (2014), Auto-Encoding Variational Bayes. It knows nothing of what the images show, nor of
generations.
"""

from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Float
from torch import nn

from secondhand import _validation
from secondhand.learners._checks import images_array, size_and_seed
from secondhand.learners.devices import best_device


def gaussian_kullback_leibler(
    mean: Float[torch.Tensor, "images latent"], log_variance: Float[torch.Tensor, "images latent"]
) -> Float[torch.Tensor, " images"]:
    """Return KL(N(mean, variance) ‖ N(0, 1)) in nats, summed over the latent dimensions.

    Source:
        Kingma and Welling (2014), appendix B.
    """
    return 0.5 * (mean**2 + log_variance.exp() - log_variance - 1).sum(dim=1)


class _Network(nn.Module):
    """Encoder and decoder, each with one hidden layer."""

    def __init__(self, pixels: int, hidden: int, latent: int) -> None:
        super().__init__()
        self.latent = latent
        self.encoder = nn.Sequential(nn.Linear(pixels, hidden), nn.ReLU(), nn.Linear(hidden, 2 * latent))
        self.decoder = nn.Sequential(nn.Linear(latent, hidden), nn.ReLU(), nn.Linear(hidden, pixels))

    def evidence_lower_bound(
        self, images: Float[torch.Tensor, "images pixels"], noise: Float[torch.Tensor, "images latent"]
    ) -> Float[torch.Tensor, " images"]:
        """Return log p(x | z) − KL(q(z | x) ‖ p(z)) at one z = mean + deviation × noise for each image."""
        mean, log_variance = self.encoder(images).chunk(2, dim=1)
        logits = self.decoder(mean + (0.5 * log_variance).exp() * noise)
        log_probability = -nn.functional.binary_cross_entropy_with_logits(logits, images, reduction="none").sum(dim=1)
        return log_probability - gaussian_kullback_leibler(mean, log_variance)


def _tensor(images: Float[np.ndarray, "images pixels"], device: torch.device) -> Float[torch.Tensor, "images pixels"]:
    return torch.as_tensor(images, dtype=torch.float32, device=device)


@dataclass(frozen=True)
class VariationalAutoencoderModel:
    """A trained autoencoder: z from N(0, 1), each pixel the probability of ink given z.

    Attributes:
        network: encoder and decoder.
        device: where they compute.
    """

    network: _Network
    device: torch.device

    @torch.no_grad()
    def sample(self, size: int, *, seed: int) -> Float[np.ndarray, "size pixels"]:
        """Draw `size` images: the decoder's mean for each z, without pixel noise, as pictures are usually made.

        Raises:
            TypeError: `size` or `seed` is not an integer.
            ValueError: `size` is below 1, or `seed` is negative.
        """
        size, seed = size_and_seed(size, seed)
        noise = torch.randn(size, self.network.latent, generator=torch.Generator().manual_seed(seed))
        images: Float[np.ndarray, "size pixels"] = self.network.decoder(noise.to(self.device)).sigmoid().cpu().numpy()
        return images.astype(np.float64)

    @torch.no_grad()
    def evidence_lower_bound(
        self, data: Float[np.ndarray, "images pixels"], *, draws: int = 8, seed: int
    ) -> Float[np.ndarray, " images"]:
        """Return a lower bound of the log-likelihood of each image in nats, averaged over `draws` values of z.

        A pixel between 0 and 1 counts as a share of ink: its log-probability is the cross-entropy with the decoder's.

        Raises:
            TypeError: `data` does not hold numbers, or `draws` or `seed` is not an integer.
            ValueError: `data` is not two-dimensional with pixels between 0 and 1, or `draws` is below 1.

        Source:
            Kingma and Welling (2014), equation 7.
        """
        images = _tensor(self._check("data", data), self.device)
        draws = _validation.integer("draws", draws, minimum=1)
        generator = torch.Generator().manual_seed(_validation.seed(seed))
        total = torch.zeros(len(images), device=self.device)
        for _ in range(draws):
            noise = torch.randn(len(images), self.network.latent, generator=generator).to(self.device)
            total += self.network.evidence_lower_bound(images, noise)
        return (total / draws).cpu().numpy().astype(np.float64)

    def log_likelihood(self, data: Float[np.ndarray, "images pixels"]) -> Float[np.ndarray, " images"]:
        """Return `evidence_lower_bound` with eight draws and seed 0: a bound, as the log-likelihood has no closed form.

        Raises:
            TypeError: `data` does not hold numbers.
            ValueError: `data` is not two-dimensional with pixels between 0 and 1.
        """
        return self.evidence_lower_bound(data, seed=0)

    def _check(self, name: str, value: Float[np.ndarray, "images pixels"]) -> Float[np.ndarray, "images pixels"]:
        images = images_array(name, value)
        pixels = self.network.encoder[0].in_features
        if images.shape[1] != pixels:
            raise ValueError(f"{name} must have {pixels} pixels an image, got {images.shape[1]}")
        return images


@dataclass(frozen=True)
class VariationalAutoencoderLearner:
    """Trains a variational autoencoder from random weights by Adam on the evidence lower bound.

    Attributes:
        hidden: units of the hidden layer of the encoder, and of the decoder.
        latent: dimensions of z.
        steps: updates of the weights.
        batch_size: images in an update.
        learning_rate: of Adam.
        device: where to compute; by default the best available.
    """

    hidden: int = 128
    latent: int = 8
    steps: int = 400
    batch_size: int = 128
    learning_rate: float = 3e-3
    device: torch.device = field(default_factory=best_device)

    def __post_init__(self) -> None:
        for name in ("hidden", "latent", "steps", "batch_size"):
            _validation.integer(name, getattr(self, name), minimum=1)
        _validation.number("learning_rate", self.learning_rate, above=0)

    def fit(self, data: Float[np.ndarray, "images pixels"], *, seed: int) -> VariationalAutoencoderModel:
        """Return the autoencoder trained on `data`, one image a row, pixels between 0 and 1.

        Raises:
            TypeError: `data` does not hold numbers, or the seed is not an integer.
            ValueError: `data` is not two-dimensional with pixels between 0 and 1, or the seed is negative.
        """
        images = _tensor(images_array("data", data), self.device)
        seed = _validation.seed(seed)
        generator = torch.Generator().manual_seed(seed)
        with torch.random.fork_rng():  # layers draw their first weights from the global generator
            torch.manual_seed(seed)
            network = _Network(images.shape[1], self.hidden, self.latent).to(self.device)
        optimizer = torch.optim.Adam(network.parameters(), lr=self.learning_rate)
        for _ in range(self.steps):
            batch = images[torch.randint(len(images), (self.batch_size,), generator=generator).to(self.device)]
            noise = torch.randn(len(batch), self.latent, generator=generator).to(self.device)
            loss = -network.evidence_lower_bound(batch, noise).mean()
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        return VariationalAutoencoderModel(network.requires_grad_(False).eval(), self.device)
