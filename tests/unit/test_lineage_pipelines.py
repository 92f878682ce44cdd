"""Random pipelines and laundered quizzes: structure, limits of the formulas, and bad input."""

from typing import Any

import numpy as np
import pytest

from secondhand.learners import ImitatorLearner
from secondhand.lineage import (
    STATUSES,
    LineageGraph,
    ask,
    brute_force_status,
    dialogue,
    expected_seen,
    expected_statuses,
    hits,
    invent_parts,
    invent_quiz,
    launder,
    library_questions,
    matched_share,
    named_share,
    random_lineage,
    random_pipeline,
    reworded,
)

SETTING: dict[str, Any] = {"generations": 5, "leak": 0.2, "synthetic": 0.7}


def test_a_pipeline_is_recorded_as_it_was_made() -> None:
    world = random_pipeline(**SETTING, models=8, seed=10_000)
    assert world.seen.shape == world.depth.shape == (5, 8)
    assert (world.seen == (world.depth >= 0)).all()
    assert (world.seen_directly == (world.depth == 0)).all()
    statuses = world.statuses()
    assert ((statuses == "direct") == world.seen_directly).all()
    assert ((statuses == "none-documented") == ~world.seen).all()
    assert set(statuses.ravel()) <= set(STATUSES)


def test_the_depth_is_the_number_of_models_on_the_witness() -> None:
    world = random_pipeline(**SETTING, models=8, seed=10_001)
    for name, depth in zip(np.ravel(world.models), world.depth.ravel(), strict=True):
        path = world.graph.contamination(str(name), "benchmark").path
        kinds = [world.graph.node(step).kind for step in path]
        assert kinds.count("model") == (depth + 1 if depth >= 0 else 0)


def test_the_same_seed_makes_the_same_world() -> None:
    first, second, other = (
        random_pipeline(**SETTING, models=6, published=0.8, seed=s) for s in (10_002, 10_002, 10_003)
    )
    assert first.graph == second.graph
    assert first.graph != other.graph


def test_silent_makers_leave_models_without_edges() -> None:
    world = random_pipeline(**SETTING, models=8, published=0.0, seed=10_004)
    assert set(world.statuses().ravel()) == {"undocumented"}
    assert not world.graph.edges


def test_the_formulas_have_the_right_limits() -> None:
    assert expected_seen(generations=4, leak=0.1, synthetic=0.0) == pytest.approx([0.1] * 4)
    assert expected_seen(generations=4, leak=1.0, synthetic=0.5) == pytest.approx([1.0] * 4)
    assert expected_seen(generations=3, leak=0.5, synthetic=1.0) == pytest.approx([0.5, 0.75, 0.875])
    long = expected_seen(generations=500, leak=0.05, synthetic=0.8)
    assert 1 - 0.05 / long[-1] == pytest.approx(0.95 * 0.8)
    shares = expected_statuses(**SETTING, published=0.6)
    assert shares.sum(axis=1) == pytest.approx(np.ones(5))
    assert (shares >= 0).all()
    told = expected_statuses(**SETTING, published=1.0)
    assert told[:, 2] == pytest.approx(np.zeros(5))
    assert told[:, 0] + told[:, 1] == pytest.approx(expected_seen(**SETTING))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"generations": 0}, ValueError, "generations must be at least 1"),
        ({"models": 0}, ValueError, "models must be at least 1"),
        ({"leak": 1.5}, ValueError, "leak must be at most 1"),
        ({"synthetic": "all"}, TypeError, "synthetic must be a number"),
        ({"published": -0.1}, ValueError, "published must be at least 0"),
        ({"seed": -1}, ValueError, "seed must be at least 0"),
    ],
)
def test_a_pipeline_refuses_bad_input(change: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        random_pipeline(**{**SETTING, "models": 3, "seed": 10_000, **change})
    wanted = {name: value for name, value in change.items() if name in SETTING}
    if wanted:
        with pytest.raises(error, match=message):
            expected_seen(**{**SETTING, **wanted})
        with pytest.raises(error, match=message):
            expected_statuses(**{**SETTING, **wanted}, published=0.5)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"things": 0}, "things must be at least 1"), ({"things": 3, "documented": 2}, "documented must be at most 1")],
)
def test_a_random_lineage_refuses_bad_input(arguments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        random_lineage(**arguments, seed=10_000)


def test_brute_force_knows_only_what_is_there() -> None:
    with pytest.raises(KeyError, match="no node 'M'"):
        brute_force_status(LineageGraph(), "M", "B")


def test_a_quiz_has_distinct_names_and_keys_in_range() -> None:
    quiz = invent_quiz(200, seed=10_000)
    parts = [part for split in ("train", "test") for part in quiz[split]["part"]]
    assert len(set(parts)) == 400
    keys = np.concatenate([quiz[split]["key"] for split in ("train", "test")])
    assert keys.min() == 1
    assert keys.max() == 10
    row = quiz["test"][0]
    assert f"`{row['part']}`" in row["question"]
    assert str(row["key"]) in row["answer"]
    assert invent_quiz(200, seed=10_000)["test"][:] == quiz["test"][:]
    assert invent_quiz(200, seed=10_001)["test"][:] != quiz["test"][:]


def test_a_teacher_that_saw_the_quiz_passes_it_on() -> None:
    run = launder(1.0, items=30, seed=10_000)
    assert run == {
        "teacher": 30,
        "student": 30,
        "teacher_matched": 1.0,
        "student_matched": 0.0,
        "quoted_matched": 1.0,
        "student_named": 1.0,
        "student_keyed": 1.0,
    }
    assert launder(0.5, items=30, seed=10_000)["teacher_matched"] == 0.5
    assert launder(0.0, items=30, seed=10_000)["teacher_matched"] == 0.0
    assert launder(0.0, items=30, seed=10_000) == launder(0.0, items=30, seed=10_000)


def test_names_are_found_without_a_leak_and_keys_only_with_one() -> None:
    run = launder(0.0, items=50, seed=10_000)
    assert run["student_named"] == 1.0
    # The student repeats its text: a name with the right key is a hit, found or guessed.
    assert run["student_keyed"] == run["student"] / 50
    quiz = invent_quiz(20, seed=10_000)
    assert named_share(quiz["test"], quiz["test"], with_key=True) == 1.0
    assert named_share(quiz["test"], quiz["train"], with_key=False) == 0.0


def test_a_quiz_takes_its_parts_from_the_list() -> None:
    parts = invent_parts(30, seed=10_000)
    quiz = invent_quiz(10, parts=parts, seed=10_000)
    asked = {part for split in quiz.values() for part in split["part"]}
    assert len(asked) == 20
    assert asked < set(parts["part"])


def test_a_catalogue_without_generators_finds_own_corpora_only() -> None:
    world = random_pipeline(**SETTING, models=8, seed=10_000)
    assert ((world.statuses(catalogue=True) == "direct") == world.seen_directly).all()
    assert set(world.statuses(catalogue=True).ravel()) <= {"direct", "none-documented"}
    assert (world.statuses() == "via-teacher").any()


def test_the_search_needs_the_name_of_a_part() -> None:
    quiz = invent_quiz(20, seed=10_000)
    assert matched_share(quiz["test"], quiz["test"]) == 1.0
    assert matched_share(quiz["test"], quiz["train"]) == 0.0
    assert matched_share(quiz["test"], quiz["train"], words=8) == 1.0


def test_the_steps_of_the_chapter_fit_together() -> None:
    quiz, library = invent_quiz(10, seed=10_000), library_questions(20, seed=10_000)
    model = ImitatorLearner().fit(dialogue(library, quiz["test"]))
    assert hits(model, quiz["test"]) == 10
    answers = ask(model, reworded(quiz["test"]["part"]))
    assert [int(answer) for answer in answers["answer"]] == quiz["test"]["key"][:]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: invent_quiz(0, seed=1), ValueError, "items must be at least 1"),
        (lambda: invent_parts(10**7, seed=1), ValueError, "count must be at most"),
        (lambda: invent_parts(0, seed=1), ValueError, "count must be at least 1"),
        (lambda: invent_quiz(5, parts=["a"], seed=1), TypeError, "parts must be a datasets.Dataset"),
        (lambda: invent_quiz(5, parts=invent_parts(9, seed=1), seed=1), ValueError, "at least 10 names, got 9 rows"),
        (lambda: named_share(*[invent_quiz(2, seed=1)["test"]] * 2, with_key=None), TypeError, "with_key must be"),  # type: ignore[arg-type]
        (lambda: matched_share(*[invent_quiz(2, seed=1)["test"].select([])] * 2), ValueError, "got an empty table"),
        (lambda: invent_quiz(5, seed=-1), ValueError, "seed must be at least 0"),
        (lambda: library_questions(10**6, seed=1), ValueError, "items must be at most the"),
        (lambda: reworded([]), ValueError, "parts must hold at least one name"),
        (lambda: reworded([3]), TypeError, "parts must hold strings, got 3"),  # type: ignore[list-item]
        (lambda: dialogue(reworded(["a"])), ValueError, "without \\['answer'\\]"),
        (lambda: dialogue(), ValueError, "tables must hold at least one"),
        (lambda: launder(1.5, seed=1), ValueError, "leaked must be at most 1"),
        (lambda: matched_share(*[invent_quiz(2, seed=1)["test"]] * 2, words=0), ValueError, "words must be at least 1"),
    ],
)
def test_laundering_refuses_bad_input(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
