"""Every exercise of the book: its stub fails, its solution passes, and its checks name common mistakes."""

import importlib
import pkgutil
from collections.abc import Callable
from typing import Any

import pytest

import secondhand.exercises as room
from secondhand.exercises import Exercise, exercises_of, get
from secondhand.messages import LANGUAGE_VARIABLE, LANGUAGES

CHAPTERS = sorted({m.name for m in pkgutil.iter_modules(room.__path__)} - {"mechanism", "registry"})
ALL = [e for name in CHAPTERS for e in exercises_of(name.replace("_", "-"))]
every_exercise = pytest.mark.parametrize("exercise", ALL, ids=lambda e: e.id)


def run(source: str, name: str) -> Callable[..., Any]:
    """Execute the source of a function as a reader's cell would, and return the function."""
    namespace: dict[str, Any] = {}
    imports = "import math\nimport numpy as np\nfrom scipy.special import digamma\n"
    exec(imports + source, namespace)
    function: Callable[..., Any] = namespace[name]
    return function


@every_exercise
def test_the_stub_is_not_accepted_and_says_so(exercise: Exercise) -> None:
    outcome = exercise.evaluate(run(exercise.stub, exercise.name))
    assert outcome.status == "todo"
    assert not outcome.passed


@every_exercise
def test_the_solution_passes_as_a_reader_would_run_it(exercise: Exercise) -> None:
    outcome = exercise.evaluate(run(exercise.solution_source, exercise.name))
    assert outcome.passed, outcome.message


@every_exercise
@pytest.mark.parametrize("answer", [None, 0.0, -1, "much", [1.0, 2.0], float("nan")], ids=repr)
def test_a_constant_is_never_accepted(exercise: Exercise, answer: object) -> None:
    assert exercise.evaluate(lambda *_, **__: answer).status == "fail"


@every_exercise
def test_an_object_that_claims_to_equal_everything_is_not_accepted(exercise: Exercise) -> None:
    class Flatterer:
        __hash__ = object.__hash__

        def __eq__(self, other: object) -> bool:
            return True

        def __lt__(self, other: object) -> bool:
            return True

    assert exercise.evaluate(lambda *_, **__: Flatterer()).status == "fail"


@every_exercise
def test_the_stub_holds_no_line_of_the_solution(exercise: Exercise) -> None:
    stub = set(map(str.strip, exercise.stub.splitlines()))
    solution = [line.strip() for line in exercise.solution_source.splitlines()]
    docstring_end = len(exercise.stub.splitlines()) - 1
    body = {line for line in solution[docstring_end:] if line}
    assert body
    assert not body & stub


@every_exercise
def test_hints_exist_in_each_language_and_do_not_give_the_answer_away(
    exercise: Exercise, monkeypatch: pytest.MonkeyPatch
) -> None:
    for chosen in LANGUAGES:
        monkeypatch.setenv(LANGUAGE_VARIABLE, chosen)
        assert len(exercise.hints) >= 2
        body = exercise.solution_source.splitlines()[len(exercise.stub.splitlines()) - 1 :]
        telling = [line.strip().removeprefix("return ") for line in body if len(line.strip()) > 20]
        assert telling
        assert not any(line in hint for line in telling for hint in exercise.hints)


@every_exercise
def test_the_chapter_cell_fits_a_screen(exercise: Exercise) -> None:
    assert len([line for line in exercise.cell.splitlines() if line.strip()]) <= 15


def test_each_chapter_has_five_exercises_over_three_tiers() -> None:
    for name in CHAPTERS:
        exercises = exercises_of(name.replace("_", "-"))
        assert len(exercises) >= 5
        assert {e.difficulty for e in exercises} == {"warm-up", "core", "stretch"}


def test_an_exercise_is_found_by_its_id() -> None:
    assert get(ALL[0].id) is ALL[0]
    with pytest.raises(KeyError, match="no exercise 'model-collapse-nothing'"):
        get("model-collapse-nothing")
    with pytest.raises(KeyError, match="chapter 'nothing' has no exercises"):
        exercises_of("nothing")


def test_asking_for_a_hint_that_does_not_exist_says_how_many_there_are() -> None:
    with pytest.raises(ValueError, match=f"has {len(ALL[0].hints)}"):
        ALL[0].hint(99)


def test_passing_the_result_instead_of_the_function_is_explained() -> None:
    with pytest.raises(TypeError, match="without parentheses"):
        ALL[0].evaluate(3.0)  # type: ignore[arg-type]


def test_errors_of_the_reader_s_code_are_shown_to_the_reader() -> None:
    outcome = ALL[0].evaluate(lambda *_: 1 / 0)
    assert outcome.status == "fail"
    assert "ZeroDivisionError" in outcome.message


def test_every_exercise_module_is_importable_by_its_chapter_name() -> None:
    for name in CHAPTERS:
        module = importlib.import_module(f"secondhand.exercises.{name}")
        assert module.__doc__
