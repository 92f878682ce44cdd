"""The loop in which people and a model fill one growing pool, and the model is refitted to it.

It works with every classifier and every generator, and knows nothing of their insides.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pandas as pd
from jaxtyping import Float, Int, Shaped

from secondhand import _validation
from secondhand.generations.theory.feedback import temperature_map
from secondhand.learners.class_conditional_gaussian import LabelledFeatures
from secondhand.learners.classifiers import LABELS, ClassifierLearner, make_labels
from secondhand.learners.learner import Learner

POOLS = ("accumulate", "replace")
"""What becomes of a pool when a round ends: it is kept, or thrown away for what the round added."""


class LabelledSource(Protocol):
    """Where human items come from: labelled by people, label 1 at a known rate."""

    @property
    def rate(self) -> float:
        """How often people give label 1."""
        ...

    def sample(
        self, size: int, *, seed: int
    ) -> tuple[Float[np.ndarray, "{size} features"], Int[np.ndarray, " {size}"]]:
        """Return features and labels of `size` items."""
        ...


@dataclass(frozen=True)
class FeedbackLoop:
    """Rates of an attribute in a feedback loop, by round. Round 0 is the model fitted to the human data alone.

    Attributes:
        human_rate: the rate among people.
        pool_rate: the rate in the data that the model of a round was fitted to.
        model_rate: the rate among what this model labels or writes.
        measurements: for each round, what else was measured.
        seed: the seed of the loop.
        first: the model of round 0, fitted to human data alone.
    """

    human_rate: float
    pool_rate: Float[np.ndarray, " time"]
    model_rate: Float[np.ndarray, " time"]
    measurements: tuple[Mapping[str, float], ...]
    seed: int
    first: Any

    @property
    def bias(self) -> Float[np.ndarray, " time"]:
        """The rate of the model minus that of people."""
        return np.asarray(self.model_rate - self.human_rate)

    @property
    def pool_bias(self) -> Float[np.ndarray, " time"]:
        """The rate of the pool minus that of people."""
        return np.asarray(self.pool_rate - self.human_rate)

    @property
    def fit_error(self) -> Float[np.ndarray, " time"]:
        """The rate of the model minus that of its own pool: how far each fit is from consistent calibration."""
        return np.asarray(self.model_rate - self.pool_rate)

    def to_frame(self) -> pd.DataFrame:
        """Return one row a round: `seed`, `round`, the rates, the biases, and what else was measured."""
        columns = {
            "seed": self.seed,
            "round": np.arange(len(self.pool_rate)),
            "pool_rate": self.pool_rate,
            "model_rate": self.model_rate,
            "pool_bias": self.pool_bias,
            "bias": self.bias,
            "fit_error": self.fit_error,
        }
        return pd.concat([pd.DataFrame(columns), pd.DataFrame(list(self.measurements))], axis=1)


def feedback_loop(
    learner: ClassifierLearner,
    source: LabelledSource,
    *,
    initial: int,
    human: int,
    model: int,
    rounds: int,
    labels: str = "argmax",
    test_items: int = 2_000,
    seed: int,
) -> FeedbackLoop:
    """Let a classifier label a part of its own future training data.

    The pool starts with `initial` human items. In each round the model that was fitted to the pool labels `model` new
    items, people label `human` others, both go into the pool, and the next model is fitted to all of it.

    Args:
        learner: has `fit(data, seed=)`; what it returns has `probabilities(features)`, the probability of label 1.
        source: has `rate`, and `sample(size, seed=)`, which returns features and human labels 0 or 1.
        initial: human items at the start, at least 1.
        human: new human items a round, at least 0.
        model: new items a round that the model labels, at least 0.
        rounds: how often to refit, at least 0.
        labels: "argmax": the model gives its most probable label; "sample": it draws one with its probability.
        test_items: fresh items, in each round the same, on which the rate of the model is measured; at least 1. With
            labels="sample" the rate is the mean probability, without the noise of the draws.
        seed: for all items, labels and fits.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range, or `human` and `model` are both 0.

    Source:
        R. Taori and T. Hashimoto (2023), Data Feedback Loops: Model-driven Amplification of Dataset Biases.
    """
    initial, human, model, rounds = _sizes(initial, human, model, rounds)
    _validation.choice("labels", labels, LABELS)
    test_items = _validation.integer("test_items", test_items, minimum=1)
    new_seed = _seeds(seed)

    test_features, _ = source.sample(test_items, seed=new_seed())
    pool_features, pool_labels = source.sample(initial, seed=new_seed())
    pool_rate, model_rate = [], []
    first = None
    for loop_round in range(rounds + 1):
        classifier = learner.fit(LabelledFeatures(pool_features, pool_labels), seed=new_seed())
        first = first or classifier
        chances = classifier.probabilities(test_features)
        pool_rate.append(pool_labels.mean())
        model_rate.append(chances.mean() if labels == "sample" else make_labels(chances, labels=labels, seed=0).mean())
        if loop_round == rounds:
            break
        parts = [(pool_features, pool_labels)]
        if human:
            parts.append(source.sample(human, seed=new_seed()))
        if model:
            features, _ = source.sample(model, seed=new_seed())
            made = make_labels(classifier.probabilities(features), labels=labels, seed=new_seed())
            parts.append((features, made))
        pool_features = np.concatenate([features for features, _ in parts])
        pool_labels = np.concatenate([given for _, given in parts])
    return FeedbackLoop(
        human_rate=source.rate,
        pool_rate=np.array(pool_rate),
        model_rate=np.array(model_rate),
        measurements=({},) * (rounds + 1),
        seed=seed,
        first=first,
    )


def generation_loop(
    learner: Learner,
    people: Shaped[np.ndarray, "items ..."],
    *,
    attribute: Callable[[Any], Any],
    write: Callable[[Any, int, int], Any],
    initial: int,
    human: int,
    model: int,
    rounds: int,
    workflow: str = "accumulate",
    measure: Callable[[Any], Mapping[str, float]] | None = None,
    seed: int,
) -> FeedbackLoop:
    """Let a generator write a part of its own future training data, and follow the rate of an attribute.

    Args:
        learner: has `fit(items, seed=)`.
        people: human items along the first axis; each round takes some at random, without repeats within a round.
        attribute: called on items; returns for each whether it has the attribute.
        write: called as write(fitted, size, seed); returns `size` new items of the fitted model, in the form of
            `people`.
        initial: human items at the start, at least 1.
        human: human items that each round adds, at least 0.
        model: written items that each round adds, at least 0.
        rounds: how often to refit, at least 0.
        workflow: "accumulate": the pool keeps everything; "replace": each round's pool is what the round added.
        measure: called on the items that a model writes; returns numbers by name.
        seed: for everything.

    Returns:
        The rates by round. The rate of the model is that of the items it wrote for the next pool (in the last round,
        as many again; one item where `model` is 0).

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range, `people` has too few items, or `human` and `model` are both 0.

    Source:
        R. Taori and T. Hashimoto (2023), Data Feedback Loops, the experiments on language generation.
    """
    initial, human, model, rounds = _sizes(initial, human, model, rounds)
    _validation.choice("workflow", workflow, POOLS)
    people = np.asarray(people)
    if max(initial, human) > len(people):
        raise ValueError(f"people must hold at least {max(initial, human)} items, got {len(people)}; ask for fewer")
    new_seed = _seeds(seed)

    def some(size: int) -> Shaped[np.ndarray, "size ..."]:
        return people[np.random.default_rng(new_seed()).choice(len(people), size, replace=False)]

    pool = some(initial)
    pool_rate, model_rate, measurements = [], [], []
    first = None
    for _ in range(rounds + 1):
        fitted = learner.fit(pool, seed=new_seed())
        first = first or fitted
        written = np.asarray(write(fitted, max(model, 1), new_seed()))
        pool_rate.append(float(np.mean(attribute(pool))))
        model_rate.append(float(np.mean(attribute(written))))
        measurements.append({} if measure is None else dict(measure(written)))
        kept = [pool] if workflow == "accumulate" else []
        pool = np.concatenate([*kept, some(human), written[:model]])
    return FeedbackLoop(
        human_rate=float(np.mean(attribute(people))),
        pool_rate=np.array(pool_rate),
        model_rate=np.array(model_rate),
        measurements=tuple(measurements),
        seed=seed,
        first=first,
    )


def temperature_chain(
    *,
    temperature: float,
    synthetic_share: float,
    initial_rate: float,
    human_rate: float = 0.5,
    sample_size: int,
    rounds: int,
    chains: int,
    seed: int,
) -> Float[np.ndarray, "chains time"]:
    """Follow the rate of an attribute through rounds of fresh data, a share of them generated at a temperature.

    Each round draws `sample_size` items: human ones with the human rate, generated ones with the rate of the last round
    after `theory.temperature_map`, in the proportion of the share on average.

    Args:
        temperature: τ, above 0.
        synthetic_share: ρ, from 0 to 1.
        initial_rate: the rate at round 0, from 0 to 1.
        human_rate: from 0 to 1.
        sample_size: items a round, at least 1.
        rounds: at least 0.
        chains: independent repetitions, at least 1.
        seed: for all draws.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.

    Source:
        Designed here; `theory.temperature_course` is its course without chance.
    """
    share = _validation.number("synthetic_share", synthetic_share, minimum=0, maximum=1)
    start = _validation.number("initial_rate", initial_rate, minimum=0, maximum=1)
    human_rate = _validation.number("human_rate", human_rate, minimum=0, maximum=1)
    size = _validation.integer("sample_size", sample_size, minimum=1)
    rounds = _validation.integer("rounds", rounds, minimum=0)
    chains = _validation.integer("chains", chains, minimum=1)
    generator = np.random.default_rng(_validation.seed(seed))
    rates = np.full((chains, rounds + 1), start)
    for t in range(rounds):
        made = temperature_map(rates[:, t], temperature=temperature)
        rates[:, t + 1] = generator.binomial(size, (1 - share) * human_rate + share * made) / size
    return rates


def _sizes(initial: int, human: int, model: int, rounds: int) -> tuple[int, int, int, int]:
    initial = _validation.integer("initial", initial, minimum=1)
    human = _validation.integer("human", human, minimum=0)
    model = _validation.integer("model", model, minimum=0)
    if human + model == 0:
        raise ValueError("human and model must not both be 0: a round that adds nothing changes nothing; add an item")
    return initial, human, model, _validation.integer("rounds", rounds, minimum=0)


def _seeds(seed: int) -> Callable[[], int]:
    generator = np.random.default_rng(_validation.seed(seed))
    return lambda: int(generator.integers(2**63))
