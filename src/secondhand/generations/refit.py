"""The loop itself: fit a model, let it make data, fit the next model to those, and so on.

It works with every learner and knows nothing of their insides.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from tqdm import tqdm

from secondhand import _validation
from secondhand.generations._pooling import concatenate, take
from secondhand.generations.workflow import check_workflow, count_real_samples
from secondhand.learners.learner import FineTuningLearner, Learner


@dataclass(frozen=True)
class RefitChain:
    """A model and its descendants, with what was measured on each.

    Attributes:
        models: one for each generation; generation 0 was fitted to the human data.
        measurements: for each generation, what `measure` returned.
        seed: the seed of the chain.
    """

    models: tuple[Any, ...]
    measurements: tuple[Mapping[str, float], ...]
    seed: int

    def to_frame(self) -> pd.DataFrame:
        """Return one row a generation: `seed`, `generation`, and a column for each thing measured."""
        return pd.DataFrame(
            [{"seed": self.seed, "generation": g, **values} for g, values in enumerate(self.measurements)]
        )


def refit_chain(
    learner: Learner,
    data: Any,
    *,
    generations: int,
    sample_size: int | None = None,
    workflow: str = "replace",
    real_share: float = 0.0,
    fine_tune: bool = False,
    measure: Callable[[Any, Any], Mapping[str, float]],
    progress: bool = False,
    seed: int,
) -> RefitChain:
    """Fit `learner` to human data, then `generations` times to data that the workflow puts together.

    Generation 0 is fitted to all of `data`. Whatever is real later comes from `data`, too, as that is all there is:
    "fresh" items are drawn from it without replacement, anew in each generation. Where `data` stay in the pool
    ("accumulate", "accumulate-subsample") these items are repeats of what it holds already, not new information.

    Args:
        learner: what is fitted.
        data: the human data, in the form that the learner documents. To be mixed with samples, they must be an array, a
            list, a tuple or a dataclass of such.
        generations: how often to refit; at least 0.
        sample_size: new items for each generation; by default as many as there are in `data`.
        workflow: "replace": each generation sees only its new items; "accumulate": `data` and all new items so far;
            "accumulate-subsample": `sample_size` of these, drawn without replacement; "fixed-real": its new items, of
            which the real ones are the same in all generations.
        real_share: share of the new items that is human; times `sample_size` it must be a whole number, and at most
            the number of items in `data`. The last model makes the rest, which must be at least one item: all-real
            data would make no chain.
        fine_tune: start each generation after the first from the weights of the last model (`learner.fine_tune`)
            instead of afresh.
        measure: called as measure(model, sample) on each generation, `sample` being what this model makes for the next
            generation; returns numbers by name.
        progress: show a progress bar.
        seed: for all fits, samples and choices.

    Raises:
        TypeError: an argument has the wrong type, or `fine_tune` is asked of a learner that cannot.
        ValueError: an argument is out of range, or the workflow unknown.
    """
    workflow = check_workflow(workflow)
    generations = _validation.integer("generations", generations, minimum=0)
    size = _validation.integer("sample_size", len(data) if sample_size is None else sample_size, minimum=1)
    real_items = count_real_samples(size, real_share, smallest=1)
    if real_items > len(data) or real_items == size:
        raise ValueError(
            f"real_share must ask for at most the {len(data)} items of data and leave some to the model, "
            f"got {real_share:g} of {size}"
        )
    if fine_tune and not isinstance(learner, FineTuningLearner):
        raise TypeError(f"learner must have a method fine_tune, got {type(learner).__name__}; leave fine_tune=False")
    generator = np.random.default_rng(_validation.seed(seed))
    training = _TrainingData(data, workflow, size, real_items, generator)

    def new_seed() -> int:
        return int(generator.integers(2**63))

    model: Any = None
    models, measurements, training_data = [], [], data
    for generation in tqdm(range(generations + 1), disable=not progress, unit="generation"):
        if fine_tune and generation > 0 and isinstance(learner, FineTuningLearner):
            model = learner.fine_tune(model, training_data, seed=new_seed())
        else:
            model = learner.fit(training_data, seed=new_seed())
        sample = model.sample(size - real_items, seed=new_seed())
        models.append(model)
        measurements.append(dict(measure(model, sample)))
        if generation < generations:
            training_data = training.after(sample)
    return RefitChain(tuple(models), tuple(measurements), seed)


class _TrainingData:
    """What the next generation learns from, as its workflow says."""

    def __init__(self, human: Any, workflow: str, size: int, real_items: int, generator: np.random.Generator) -> None:
        self._human, self._workflow, self._size, self._real_items = human, workflow, size, real_items
        self._generator = generator
        self._parts = [human]
        self._fixed = self._choose(human, real_items) if workflow == "fixed-real" and real_items else None

    def after(self, sample: Any) -> Any:
        """Return the training data once the last model has made `sample`."""
        new = [sample]
        if self._real_items:
            real = self._choose(self._human, self._real_items) if self._fixed is None else self._fixed
            new = [real, sample]
        if self._workflow in ("replace", "fixed-real"):
            return concatenate(new)
        self._parts += new
        pool = concatenate(self._parts)
        return pool if self._workflow == "accumulate" else self._choose(pool, self._size)

    def _choose(self, data: Any, items: int) -> Any:
        return take(data, self._generator.choice(len(data), items, replace=False))
