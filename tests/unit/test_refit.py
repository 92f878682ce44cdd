"""The loop of fitting, sampling and refitting, watched through a learner that remembers what it saw."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from secondhand.generations import refit_chain
from secondhand.generations.workflow import WORKFLOWS, check_workflow
from secondhand.learners import GaussianLearner


@dataclass
class RecordingModel:
    number: int

    def sample(self, size: int, *, seed: int) -> list[tuple[int, int]]:
        return [(self.number, seed)] * size

    def log_likelihood(self, data: Any) -> Any:
        raise NotImplementedError


@dataclass
class RecordingLearner:
    """Numbers its models, and notes for each the data, the model started from, and the seed."""

    seen: list[tuple[Any, int | None, int]] = field(default_factory=list)

    def fit(self, data: Any, *, seed: int) -> RecordingModel:
        self.seen.append((data, None, seed))
        return RecordingModel(len(self.seen) - 1)

    def fine_tune(self, model: RecordingModel, data: Any, *, seed: int) -> RecordingModel:
        self.seen.append((data, model.number, seed))
        return RecordingModel(len(self.seen) - 1)


def measure(model: RecordingModel, sample: list[Any]) -> dict[str, float]:
    return {"number": model.number, "items": len(sample), "maker": sample[0][0]}


@pytest.mark.parametrize("fine_tune", [False, True])
def test_each_model_learns_from_the_last_ones_sample_alone(fine_tune: bool) -> None:
    learner, human = RecordingLearner(), ["human"] * 7
    chain = refit_chain(learner, human, generations=3, measure=measure, fine_tune=fine_tune, seed=10_030)
    assert [model.number for model in chain.models] == [0, 1, 2, 3]
    assert learner.seen[0][0] is human
    for generation in (1, 2, 3):
        data, start, _ = learner.seen[generation]
        assert [maker for maker, _ in data] == [generation - 1] * 7
        assert start == (generation - 1 if fine_tune else None)
    frame = chain.to_frame()
    assert list(frame.columns) == ["seed", "generation", "number", "items", "maker"]
    assert frame["generation"].tolist() == [0, 1, 2, 3]
    assert frame["maker"].tolist() == [0, 1, 2, 3]
    assert set(frame["items"]) == {7}
    assert set(frame["seed"]) == {10_030}


def test_every_fit_and_sample_has_its_own_seed() -> None:
    learner = RecordingLearner()
    refit_chain(learner, ["human"], generations=5, measure=measure, seed=10_031)
    fit_seeds = [seed for _, _, seed in learner.seen]
    sample_seeds = [data[0][1] for data, _, _ in learner.seen[1:]]
    assert len(set(fit_seeds + sample_seeds)) == 11


def test_chains_are_repeatable_and_differ_between_seeds() -> None:
    data = np.random.default_rng(10_032).normal(size=30)

    def means(seed: int) -> list[float]:
        chain = refit_chain(
            GaussianLearner(), data, generations=4, sample_size=20, measure=lambda m, _: {"mean": m.mean}, seed=seed
        )
        return [float(mean) for mean in chain.to_frame()["mean"]]

    assert means(10_033) == means(10_033)
    assert means(10_033)[0] == means(10_034)[0] == pytest.approx(data.mean())
    assert means(10_033)[1:] != means(10_034)[1:]


def test_progress_shows_a_bar(capsys: pytest.CaptureFixture[str]) -> None:
    refit_chain(RecordingLearner(), ["human"], generations=1, measure=measure, progress=True, seed=10_035)
    assert "2/2" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("argument", "value", "error"),
    [
        ("generations", -1, ValueError),
        ("generations", 1.5, TypeError),
        ("sample_size", 0, ValueError),
        ("seed", "1", TypeError),
        ("seed", -1, ValueError),
        ("workflow", "mix", ValueError),
        ("workflow", 3, TypeError),
        ("workflow", "accumulate", NotImplementedError),
    ],
)
def test_bad_arguments_are_named(argument: str, value: Any, error: type[Exception]) -> None:
    arguments: dict[str, Any] = {"generations": 1, "seed": 1, argument: value}
    with pytest.raises(error, match=f"{argument}.*{value}"):
        refit_chain(RecordingLearner(), ["human"], measure=measure, **arguments)


def test_fine_tuning_needs_a_learner_that_can() -> None:
    with pytest.raises(TypeError, match="learner must have a method fine_tune, got GaussianLearner"):
        refit_chain(GaussianLearner(), np.arange(3.0), generations=1, fine_tune=True, measure=measure, seed=1)


def test_only_replace_runs_so_far() -> None:
    assert check_workflow("replace") == "replace"
    for workflow in set(WORKFLOWS) - {"replace"}:
        with pytest.raises(NotImplementedError, match=f"'{workflow}' arrives with the chapter on mixing real data"):
            check_workflow(workflow)
