"""The loop of fitting, sampling and refitting, watched through a learner that remembers what it saw."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from secondhand.generations import refit_chain, theory
from secondhand.generations._pooling import concatenate, take
from secondhand.generations.workflow import WORKFLOWS, check_workflow
from secondhand.learners import GaussianLearner, LabelledFeatures


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
        ("real_share", 2, ValueError),
        ("real_share", "x", TypeError),
    ],
)
def test_bad_arguments_are_named(argument: str, value: Any, error: type[Exception]) -> None:
    arguments: dict[str, Any] = {"generations": 1, "seed": 1, argument: value}
    with pytest.raises(error, match=f"{argument}.*{value}"):
        refit_chain(RecordingLearner(), ["human"], measure=measure, **arguments)


def test_fine_tuning_needs_a_learner_that_can() -> None:
    with pytest.raises(TypeError, match="learner must have a method fine_tune, got GaussianLearner"):
        refit_chain(GaussianLearner(), np.arange(3.0), generations=1, fine_tune=True, measure=measure, seed=1)


def makers(data: list[Any]) -> list[Any]:
    """Which model made each item, "human" for none."""
    return [item if isinstance(item, str) else item[0] for item in data]


def seen_by(workflow: str, *, human: list[Any], size: int, real_share: float, generations: int = 3) -> list[list[Any]]:
    learner = RecordingLearner()
    options: dict[str, Any] = {"workflow": workflow, "sample_size": size, "real_share": real_share}
    refit_chain(learner, human, generations=generations, measure=measure, seed=10_036, **options)
    return [data for data, _, _ in learner.seen]


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_a_share_of_the_new_items_is_human(workflow: str) -> None:
    human = [f"human {n}" for n in range(10)]
    seen = seen_by(workflow, human=human, size=8, real_share=0.25)
    assert seen[0] == human
    for generation, data in enumerate(seen[1:], start=1):
        written = [maker for maker in makers(data) if isinstance(maker, str)]
        if workflow == "accumulate":
            assert len(data) == 10 + 8 * generation
            assert len(written) == 10 + 2 * generation
        else:
            assert len(data) == 8
        if workflow in ("replace", "fixed-real"):
            assert len(set(written)) == len(written) == 2
            assert set(makers(data)) - set(written) == {generation - 1}
    real = [sorted(maker for maker in makers(data) if isinstance(maker, str)) for data in seen[1:]]
    if workflow == "fixed-real":
        assert real[0] == real[1] == real[2]
    elif workflow == "replace":
        assert len({tuple(names) for names in real}) > 1


def test_a_subsample_is_drawn_from_all_that_there_is() -> None:
    human = [f"human {n}" for n in range(30)]
    seen = seen_by("accumulate-subsample", human=human, size=60, real_share=0.0, generations=4)
    for generation, data in enumerate(seen[1:], start=1):
        written = [maker for maker in makers(data) if isinstance(maker, str)]
        assert len(set(written)) == len(written)  # without replacement
        share = 30 / (30 + 60 * generation)
        # Four standard deviations of a hypergeometric count, which are below those of a binomial one.
        assert abs(len(written) - 60 * share) <= 4 * np.sqrt(60 * share * (1 - share))


def test_arrays_and_records_are_mixed_like_lists() -> None:
    features = np.arange(12.0).reshape(6, 2)
    data = LabelledFeatures(features, np.arange(6))
    both = concatenate([data, data])
    assert both.features.tolist() == [*features.tolist(), *features.tolist()]
    picked = take(both, np.array([7, 0]))
    assert picked.labels.tolist() == [1, 0]
    assert picked.features.tolist() == features[[1, 0]].tolist()
    assert concatenate([(1,), (2, 3)]) == (1, 2, 3)
    assert take([4, 5, 6], np.array([2, 2])) == [6, 6]
    assert concatenate([data]) is data


def test_what_cannot_be_mixed_says_so() -> None:
    with pytest.raises(TypeError, match=r"data must all be of one type to be mixed, got .*'list', 'ndarray'"):
        concatenate([[1], np.arange(2)])
    with pytest.raises(TypeError, match="to be put together, got str"):
        concatenate(["a", "b"])
    with pytest.raises(TypeError, match="to be picked from, got str"):
        take("abc", np.array([0]))


@pytest.mark.parametrize(("size", "share"), [(20, 0.5), (4, 1.0)])
def test_there_must_be_enough_human_data_and_work_for_the_model(size: int, share: float) -> None:
    with pytest.raises(ValueError, match=f"real_share must ask for at most the 5 items.*got {share:g} of {size}"):
        seen_by("replace", human=["human"] * 5, size=size, real_share=share)


def test_workflows_have_names() -> None:
    for workflow in WORKFLOWS:
        assert check_workflow(workflow) == workflow
    with pytest.raises(ValueError, match="workflow must be one of 'replace', 'accumulate', "):
        check_workflow("mix")


@pytest.mark.parametrize("workflow", ["replace", "accumulate", "accumulate-subsample"])
def test_the_loop_agrees_with_the_theory_of_its_workflow(workflow: str) -> None:
    values = []
    for seed in range(10_600, 11_200):
        data = np.random.default_rng(seed).normal(size=8)
        chain = refit_chain(
            GaussianLearner(),
            data,
            workflow=workflow,
            generations=5,
            measure=lambda m, _: {"v": m.variance},
            seed=seed + 1_000,
        )
        values.append(chain.to_frame()["v"].to_numpy())
    simulated = np.array(values)
    expected = theory.expected_variance(workflow, sample_size=8, generations=6)[1:]
    error = simulated.std(axis=0, ddof=1) / np.sqrt(len(simulated))
    assert (np.abs(simulated.mean(axis=0) - expected) <= 4 * error).all()
