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
from secondhand.generations.workflow import check_workflow
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
    fine_tune: bool = False,
    measure: Callable[[Any, Any], Mapping[str, float]],
    progress: bool = False,
    seed: int,
) -> RefitChain:
    """Fit `learner` to human data, then `generations` times to what the last model made.

    Args:
        learner: what is fitted.
        data: the human data, in the form that the learner documents.
        generations: how often to refit; at least 0.
        sample_size: items that each model makes for the next; by default as many as there are in `data`.
        workflow: "replace": each generation sees only what the last model made.
        fine_tune: start each generation after the first from the weights of the last model (`learner.fine_tune`)
            instead of afresh.
        measure: called as measure(model, sample) on each generation, `sample` being what this model makes for the next
            generation; returns numbers by name.
        progress: show a progress bar.
        seed: for all fits and samples.

    Raises:
        TypeError: an argument has the wrong type, or `fine_tune` is asked of a learner that cannot.
        ValueError: an argument is out of range.
        NotImplementedError: the workflow arrives with a later chapter.
    """
    check_workflow(workflow)
    generations = _validation.integer("generations", generations, minimum=0)
    size = _validation.integer("sample_size", len(data) if sample_size is None else sample_size, minimum=1)
    if fine_tune and not isinstance(learner, FineTuningLearner):
        raise TypeError(f"learner must have a method fine_tune, got {type(learner).__name__}; leave fine_tune=False")
    generator = np.random.default_rng(_validation.seed(seed))

    def new_seed() -> int:
        return int(generator.integers(2**63))

    model: Any = None
    models, measurements, training_data = [], [], data
    for generation in tqdm(range(generations + 1), disable=not progress, unit="generation"):
        if fine_tune and generation > 0 and isinstance(learner, FineTuningLearner):
            model = learner.fine_tune(model, training_data, seed=new_seed())
        else:
            model = learner.fit(training_data, seed=new_seed())
        sample = model.sample(size, seed=new_seed())
        models.append(model)
        measurements.append(dict(measure(model, sample)))
        training_data = sample
    return RefitChain(tuple(models), tuple(measurements), seed)
