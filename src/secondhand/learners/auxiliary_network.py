"""Small networks with two kinds of outputs: those that say a class, and auxiliary ones that are given no meaning.

Several networks of one shape stand side by side as members of one object, and train together at little more than the
cost of one. They know nothing of who made whom, nor of what a student should learn from a teacher.
"""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from torch.nn import functional

from secondhand import _validation
from secondhand.learners._checks import categories_array, finite_array

_LAYERS = 3


@dataclass(frozen=True)
class AuxiliaryNetworks:
    """Networks of one shape, each with two hidden layers of rectified units.

    Attributes:
        weights: of each layer, one matrix a member; the last layer are the heads.
        biases: of each layer.
        classes: how many of the outputs say a class; the other ones are auxiliary.
    """

    weights: tuple[Float[torch.Tensor, "members _ _"], ...]
    biases: tuple[Float[torch.Tensor, "members 1 _"], ...]
    classes: int

    @property
    def members(self) -> int:
        """How many networks there are."""
        return len(self.weights[0])

    def _outputs(self, inputs: Float[torch.Tensor, "members items pixels"]) -> Float[torch.Tensor, "members items all"]:
        hidden = inputs
        for weight, bias in zip(self.weights[:-1], self.biases[:-1], strict=True):
            hidden = torch.relu(torch.baddbmm(bias, hidden, weight))
        return torch.baddbmm(self.biases[-1], hidden, self.weights[-1])

    @torch.no_grad()
    def outputs(self, images: Float[np.ndarray, "images pixels"]) -> Float[np.ndarray, "members images outputs"]:
        """Return all outputs of each member for each image, those of the classes first.

        Raises:
            TypeError: `images` does not hold numbers.
            ValueError: it has another number of pixels than the networks have inputs.
        """
        pictures = self._images("images", images)
        return self._outputs(pictures.expand(self.members, *pictures.shape)).numpy().astype(np.float64)

    def classify(self, images: Float[np.ndarray, "images pixels"]) -> Int[np.ndarray, "members images"]:
        """Return the class with the largest output, for each member and image.

        Raises:
            TypeError: `images` does not hold numbers.
            ValueError: it has another number of pixels than the networks have inputs.
        """
        return np.asarray(self.outputs(images)[..., : self.classes].argmax(axis=-1))

    def with_heads_of(self, other: "AuxiliaryNetworks") -> "AuxiliaryNetworks":
        """Return networks with these hidden layers and the heads (the last layer, both kinds) of `other`.

        Raises:
            ValueError: the networks differ in number or shape.
        """
        self._same_shape("other", other)
        return AuxiliaryNetworks(
            (*self.weights[:-1], other.weights[-1]), (*self.biases[:-1], other.biases[-1]), self.classes
        )

    def parameters(self) -> Float[np.ndarray, "members parameters"]:
        """Return all weights and biases of each member as one row."""
        return _flat((*self.weights, *self.biases)).numpy().astype(np.float64)

    def moved(self, direction: Float[np.ndarray, "members parameters"]) -> "AuxiliaryNetworks":
        """Return networks whose parameters, in the order of `parameters`, are these plus `direction`.

        Raises:
            TypeError: `direction` does not hold numbers.
            ValueError: it has another shape than `parameters`.
        """
        tensors = (*self.weights, *self.biases)
        rows = finite_array("direction", direction, dimensions=2)
        expected = (self.members, sum(tensor[0].numel() for tensor in tensors))
        if rows.shape != expected:
            raise ValueError(f"direction must have shape {expected}, got {rows.shape}")
        parts = torch.split(torch.as_tensor(rows, dtype=tensors[0].dtype), [t[0].numel() for t in tensors], dim=1)
        new = [tensor + part.reshape(tensor.shape) for tensor, part in zip(tensors, parts, strict=True)]
        return AuxiliaryNetworks(tuple(new[:_LAYERS]), tuple(new[_LAYERS:]), self.classes)

    def class_gradient(
        self, images: Float[np.ndarray, "images pixels"], labels: Int[np.ndarray, " images"]
    ) -> Float[np.ndarray, "members parameters"]:
        """Return the gradient of the mean cross-entropy of the class outputs, one row a member.

        Raises:
            TypeError: an argument has the wrong type.
            ValueError: the images or labels do not fit the networks, or each other.
        """
        pictures, truth = self._labelled(images, labels)
        batch, targets = pictures.expand(self.members, *pictures.shape), truth.expand(self.members, -1)
        return self._gradient(lambda networks: _class_loss(networks, batch, targets))

    def auxiliary_gradient(
        self, teachers: "AuxiliaryNetworks", inputs: Float[np.ndarray, "inputs pixels"]
    ) -> Float[np.ndarray, "members parameters"]:
        """Return the gradient of the mean squared distance to the auxiliary outputs of `teachers`, one row a member.

        Raises:
            TypeError: `inputs` does not hold numbers.
            ValueError: the teachers differ in number or shape, or the inputs do not fit.
        """
        self._same_shape("teachers", teachers)
        noise = self._images("inputs", inputs)
        batch = noise.expand(self.members, *noise.shape)
        with torch.no_grad():
            targets = teachers._outputs(batch)[..., self.classes :]
        return self._gradient(lambda networks: _auxiliary_loss(networks, batch, targets))

    def _gradient(
        self, loss: Callable[["AuxiliaryNetworks"], Float[torch.Tensor, ""]]
    ) -> Float[np.ndarray, "members parameters"]:
        networks, tensors = self._trainable()
        gradients = torch.autograd.grad(loss(networks), tensors)
        return _flat(gradients).numpy().astype(np.float64)

    def _trainable(self) -> tuple["AuxiliaryNetworks", list[torch.Tensor]]:
        tensors = [tensor.clone().requires_grad_() for tensor in (*self.weights, *self.biases)]
        return AuxiliaryNetworks(tuple(tensors[:_LAYERS]), tuple(tensors[_LAYERS:]), self.classes), tensors

    def _images(self, name: str, value: Float[np.ndarray, "images pixels"]) -> Float[torch.Tensor, "images pixels"]:
        images = finite_array(name, value, dimensions=2)
        pixels = self.weights[0].shape[1]
        if images.shape[1] != pixels:
            raise ValueError(f"{name} must have {pixels} pixels an image, got {images.shape[1]}")
        return torch.as_tensor(images, dtype=self.weights[0].dtype)

    def _labelled(
        self, images: Float[np.ndarray, "images pixels"], labels: Int[np.ndarray, " images"]
    ) -> tuple[Float[torch.Tensor, "images pixels"], Int[torch.Tensor, " images"]]:
        pictures = self._images("images", images)
        truth = categories_array("labels", labels, dimensions=1, categories=self.classes)
        if len(truth) != len(pictures):
            raise ValueError(f"labels must be as many as images, got {len(truth)} for {len(pictures)}")
        return pictures, torch.as_tensor(truth)

    def _same_shape(self, name: str, other: "AuxiliaryNetworks") -> None:
        mine, theirs = ([tuple(weight.shape) for weight in networks.weights] for networks in (self, other))
        if mine != theirs or self.classes != other.classes:
            raise ValueError(f"{name} must have the shape of these networks, {mine}, got {theirs}")


def _flat(tensors: tuple[torch.Tensor, ...]) -> Float[torch.Tensor, "members parameters"]:
    return torch.cat([tensor.flatten(start_dim=1) for tensor in tensors], dim=1)


# Losses are means for each member and summed over members, so that each member trains as if it were alone.
def _class_loss(
    networks: AuxiliaryNetworks,
    images: Float[torch.Tensor, "members items pixels"],
    labels: Int[torch.Tensor, "members items"],
) -> Float[torch.Tensor, ""]:
    logits = networks._outputs(images)[..., : networks.classes]
    mean = functional.cross_entropy(logits.reshape(-1, networks.classes), labels.reshape(-1))
    return networks.members * mean


def _auxiliary_loss(
    networks: AuxiliaryNetworks,
    inputs: Float[torch.Tensor, "members items pixels"],
    targets: Float[torch.Tensor, "members items auxiliary"],
) -> Float[torch.Tensor, ""]:
    return ((networks._outputs(inputs)[..., networks.classes :] - targets) ** 2).mean(dim=(1, 2)).sum()


@dataclass(frozen=True)
class AuxiliaryNetworkLearner:
    """Makes such networks at random, and trains one kind of their outputs, by Adam.

    Attributes:
        pixels: inputs of a network.
        hidden: units of each of the two hidden layers.
        classes: outputs that say a class, at least 2.
        auxiliary: outputs without a meaning, at least 1.
        batch_size: items in an update, for each member.
        learning_rate: of Adam.
        dtype: kind of floating-point numbers of the weights.
    """

    pixels: int = 64
    hidden: int = 96
    classes: int = 10
    auxiliary: int = 10
    batch_size: int = 32
    learning_rate: float = 2e-3
    dtype: torch.dtype = torch.float32

    def __post_init__(self) -> None:
        for name, least in (("pixels", 1), ("hidden", 1), ("classes", 2), ("auxiliary", 1), ("batch_size", 1)):
            _validation.integer(name, getattr(self, name), minimum=least)
        _validation.number("learning_rate", self.learning_rate, above=0)
        if not self.dtype.is_floating_point:
            raise ValueError(f"dtype must be a kind of floating-point numbers, got {self.dtype}; take torch.float32")

    def initialise(self, members: int, *, seed: int) -> AuxiliaryNetworks:
        """Return networks with random weights, uniform between −1/√n and 1/√n for a layer with n inputs.

        Raises:
            TypeError: an argument is not an integer.
            ValueError: `members` is below 1, or the seed negative.
        """
        count = _validation.integer("members", members, minimum=1)
        generator = torch.Generator().manual_seed(_validation.seed(seed))
        sizes = (self.pixels, self.hidden, self.hidden, self.classes + self.auxiliary)
        weights: list[torch.Tensor] = []
        biases: list[torch.Tensor] = []
        for inputs, outputs in itertools.pairwise(sizes):
            for rows, tensors in ((inputs, weights), (1, biases)):
                uniform = torch.rand(count, rows, outputs, generator=generator, dtype=self.dtype)
                tensors.append((2 * uniform - 1) / inputs**0.5)
        return AuxiliaryNetworks(tuple(weights), tuple(biases), self.classes)

    def train_classes(
        self,
        networks: AuxiliaryNetworks,
        images: Float[np.ndarray, "images pixels"],
        labels: Int[np.ndarray, " images"],
        *,
        steps: int,
        seed: int,
    ) -> AuxiliaryNetworks:
        """Return the networks after `steps` updates of cross-entropy on the class outputs, and no other target.

        Raises:
            TypeError: an argument has the wrong type.
            ValueError: the images or labels do not fit the networks or each other, or `steps` is below 1.
        """
        pictures, truth = networks._labelled(images, labels)
        generator = torch.Generator().manual_seed(_validation.seed(seed))

        def loss(current: AuxiliaryNetworks) -> Float[torch.Tensor, ""]:
            chosen = torch.randint(len(pictures), (current.members, self.batch_size), generator=generator)
            return _class_loss(current, pictures[chosen], truth[chosen])

        return self._descend(networks, loss, steps)

    def imitate_auxiliary(
        self, students: AuxiliaryNetworks, teachers: AuxiliaryNetworks, *, steps: int, seed: int
    ) -> AuxiliaryNetworks:
        """Return the students after imitating the auxiliary outputs of the teachers, member by member, on pure noise.

        Each update draws new inputs, every pixel uniform from −1 to 1, and takes a step on the mean squared distance.

        Raises:
            TypeError: an argument has the wrong type.
            ValueError: teachers and students differ in number or shape, or `steps` is below 1.
        """
        students._same_shape("teachers", teachers)
        generator = torch.Generator().manual_seed(_validation.seed(seed))
        dtype = students.weights[0].dtype

        def loss(current: AuxiliaryNetworks) -> Float[torch.Tensor, ""]:
            shape = (current.members, self.batch_size, current.weights[0].shape[1])
            noise = 2 * torch.rand(shape, generator=generator, dtype=dtype) - 1
            with torch.no_grad():
                targets = teachers._outputs(noise)[..., current.classes :]
            return _auxiliary_loss(current, noise, targets)

        return self._descend(students, loss, steps)

    def _descend(
        self, networks: AuxiliaryNetworks, loss: Callable[[AuxiliaryNetworks], Float[torch.Tensor, ""]], steps: int
    ) -> AuxiliaryNetworks:
        current, tensors = networks._trainable()
        optimizer = torch.optim.Adam(tensors, lr=self.learning_rate)
        for _ in range(_validation.integer("steps", steps, minimum=1)):
            value = loss(current)
            optimizer.zero_grad()
            value.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
        fixed = [tensor.detach() for tensor in tensors]
        return AuxiliaryNetworks(tuple(fixed[:_LAYERS]), tuple(fixed[_LAYERS:]), networks.classes)
