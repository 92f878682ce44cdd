"""A multilayer perceptron that classifies, learns from labels, or learns from the answers of another classifier.

Learning from another's answers is distillation (Hinton et al. 2015). It knows nothing of who labelled the data, nor of
what the other classifier has seen.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import nn

from secondhand import _validation
from secondhand.learners._checks import categories_array, finite_array
from secondhand.learners.class_conditional_gaussian import LabelledFeatures
from secondhand.learners.devices import best_device


@dataclass(frozen=True)
class PerceptronModel:
    """A fitted perceptron.

    Attributes:
        network: gives the logits of the classes.
        features: how many numbers describe an item.
        classes: how many classes there are.
        device: where the network computes.
    """

    network: nn.Module
    features: int
    classes: int
    device: torch.device

    @torch.no_grad()
    def logits(self, features: Float[np.ndarray, "items features"]) -> Float[np.ndarray, "items classes"]:
        """Return the logits of each class, that is, log-probabilities up to a constant of each item.

        Raises:
            TypeError: `features` does not hold numbers.
            ValueError: `features` is empty, has another number of columns than the model, or a number is not finite.
        """
        array = finite_array("features", features, dimensions=2)
        if array.shape[1] != self.features:
            raise ValueError(f"features must have {self.features} columns like those fitted, got {array.shape[1]}")
        logits: Float[np.ndarray, "items classes"] = (
            self.network(torch.as_tensor(array, dtype=torch.float32, device=self.device)).double().cpu().numpy()
        )
        return logits

    def classify(self, features: Float[np.ndarray, "items features"]) -> Int[np.ndarray, " items"]:
        """Return the most probable class of each item, the first one if several tie.

        Raises:
            TypeError: as `logits`.
            ValueError: as `logits`.
        """
        classes: Int[np.ndarray, " items"] = self.logits(features).argmax(axis=1)
        return classes


@dataclass(frozen=True)
class PerceptronLearner:
    """Trains a perceptron with two hidden layers by Adam.

    With the defaults it learns a few hundred labels by heart, right or wrong.

    Attributes:
        classes: how many classes there are.
        width: units of a hidden layer.
        epochs: how often each item is seen.
        batch_size: items in an update.
        learning_rate: of Adam, the same throughout.
        device: where to compute; by default the best available.
    """

    classes: int
    width: int = 128
    epochs: int = 80
    batch_size: int = 128
    learning_rate: float = 4e-3
    device: torch.device = field(default_factory=best_device)

    def __post_init__(self) -> None:
        _validation.integer("classes", self.classes, minimum=2)
        for name in ("width", "epochs", "batch_size"):
            _validation.integer(name, getattr(self, name), minimum=1)
        _validation.number("learning_rate", self.learning_rate, above=0)

    def fit(self, data: LabelledFeatures, *, seed: int) -> PerceptronModel:
        """Return a perceptron trained on labels, by cross-entropy.

        Raises:
            TypeError: the data do not hold numbers and integer labels, or the seed is not an integer.
            ValueError: the data are empty or do not match, a label is no class, or the seed is negative.
        """
        features = finite_array("features", data.features, dimensions=2)
        labels = categories_array("labels", data.labels, dimensions=1, categories=self.classes)
        _check_rows("labels", len(labels), len(features))
        targets = torch.as_tensor(labels, device=self.device)
        return self._train(
            features, lambda logits, batch: nn.functional.cross_entropy(logits, targets[batch]), _validation.seed(seed)
        )

    def distil(
        self,
        features: Float[np.ndarray, "items features"],
        logits: Float[np.ndarray, "items classes"],
        *,
        temperature: float = 1.0,
        seed: int,
    ) -> PerceptronModel:
        """Return a perceptron trained on the answers of a teacher, which are the logits of each item.

        The loss is the Kullback–Leibler divergence of the student's law from the teacher's, both with logits divided by
        the temperature, times the temperature squared, so that gradients keep their size.

        Args:
            features: what the teacher was asked.
            logits: what it answered.
            temperature: above 0; a high one makes the student copy small differences between unlikely classes.
            seed: for the first weights and the order of the items.

        Raises:
            TypeError: an argument does not hold numbers, or the seed is not an integer.
            ValueError: the arrays do not match, are empty or not finite, the temperature is not above 0, or the seed is
                negative.

        Source:
            Hinton, Vinyals and Dean (2015), Distilling the Knowledge in a Neural Network, section 2.
        """
        array = finite_array("features", features, dimensions=2)
        answers = finite_array("logits", logits, dimensions=2)
        _check_rows("logits", len(answers), len(array))
        if answers.shape[1] != self.classes:
            raise ValueError(f"logits must have one column for each of {self.classes} classes, got {answers.shape[1]}")
        temperature = _validation.number("temperature", temperature, above=0)
        targets = torch.as_tensor(answers / temperature, dtype=torch.float32, device=self.device).log_softmax(dim=1)

        def loss(student: torch.Tensor, batch: torch.Tensor) -> torch.Tensor:
            law = (student / temperature).log_softmax(dim=1)
            divergence = nn.functional.kl_div(law, targets[batch], reduction="batchmean", log_target=True)
            return temperature**2 * divergence

        return self._train(array, loss, _validation.seed(seed))

    def _train(
        self,
        features: Float[np.ndarray, "items features"],
        loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
        seed: int,
    ) -> PerceptronModel:
        items, columns = features.shape
        inputs = torch.as_tensor(features, dtype=torch.float32, device=self.device)
        with torch.random.fork_rng():  # layers draw their first weights from the global generator
            torch.manual_seed(seed)
            network = nn.Sequential(
                nn.Linear(columns, self.width),
                nn.ReLU(),
                nn.Linear(self.width, self.width),
                nn.ReLU(),
                nn.Linear(self.width, self.classes),
            ).to(self.device)
        generator = torch.Generator().manual_seed(seed)
        optimizer = torch.optim.Adam(network.parameters(), lr=self.learning_rate, fused=True)
        for _ in range(self.epochs):
            order = torch.randperm(items, generator=generator).to(self.device)
            for batch in torch.split(order, self.batch_size):
                value = loss(network(inputs[batch]), batch)
                optimizer.zero_grad()
                value.backward()  # type: ignore[no-untyped-call]
                optimizer.step()
        network.requires_grad_(False).eval()
        return PerceptronModel(network, columns, self.classes, self.device)


def _check_rows(name: str, got: int, expected: int) -> None:
    if got != expected:
        raise ValueError(f"{name} must hold one row for each of the {expected} items, got {got}")
