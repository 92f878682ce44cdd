"""The problem sets of the book: well made, personal, solvable, and without a trace of solutions in what is given."""

import itertools
import json
from functools import cache
from pathlib import Path

import pytest

from secondhand.assignments import sandbox
from secondhand.assignments.grading import answers_of
from secondhand.assignments.judging import _near, judge, parts
from secondhand.assignments.limits import Limits
from secondhand.assignments.notebooks import handout
from secondhand.assignments.records import explain
from secondhand.assignments.releasing import solved_cells, verify
from secondhand.assignments.sandbox import Sandbox
from secondhand.assignments.session import Cell
from secondhand.assignments.source import ProblemSet, read_problem_set, regions
from secondhand.assignments.variants import variant_of

ROOT = Path(__file__).parents[2]
CHAPTERS = ROOT / "chapters"
SETS = ("limits", "lineage", "distillation", "capstone")
SECRET = b"a secret of the tests, of 32 bytes"
STUDENTS = [f"invented-{number}" for number in range(10)]


@cache
def problem_set(name: str) -> ProblemSet:
    return read_problem_set(ROOT / "assignments" / f"{name}.md", CHAPTERS)


def test_each_part_and_the_capstone_has_one() -> None:
    assert {path.stem for path in (ROOT / "assignments").glob("*.md")} - {"README"} == set(SETS)


@pytest.mark.parametrize("name", SETS)
def test_it_has_six_to_ten_tasks_of_every_kind(name: str) -> None:
    problems = problem_set(name)
    assert 6 <= len(problems.tasks) <= 10
    assert {task.kind for task in problems.tasks} == {"code", "number", "plot", "written"}
    assert len({task.difficulty for task in problems.tasks}) == 3


@pytest.mark.parametrize("name", ["limits", "lineage", "distillation"])
def test_it_examines_each_chapter_of_its_part(name: str) -> None:
    chapters = {path.stem for path in (CHAPTERS / name).glob("*.md")} - {"capstone"}
    assert {task.chapter for task in problem_set(name).tasks} == chapters


def test_the_capstone_examines_the_capstone() -> None:
    assert "capstone" in {task.chapter for task in problem_set("capstone").tasks}


@pytest.mark.parametrize("name", SETS)
def test_who_is_wrong_gets_a_hint(name: str) -> None:
    for task in problem_set(name).tasks:
        if task.kind == "code":
            assert all(part.hint for part in parts(task)), task.id
        elif task.kind != "written":
            assert task.hint, task.id


@pytest.mark.parametrize("name", SETS)
def test_nothing_hidden_is_handed_out(name: str) -> None:
    problems = problem_set(name)
    given, hidden = set[str](), set[str]()
    for cell in problems.cells():
        found = [line.strip() for line in cell.source.splitlines()]
        if cell.role in ("check", "rubric", "solution", "variant"):
            hidden.update(found)
        elif cell.role == "answer":
            hidden.update(line for begin, end in regions(cell.source) for line in found[begin + 1 : end])
        else:
            given.update(found)
    # Short lines, such as `return total`, are also those of others.
    telling = {line for line in hidden - given if len(line) > 25}
    assert telling
    text = json.dumps(handout(problems, variant_of(SECRET, name, "invented")), ensure_ascii=False)
    assert [line for line in telling if json.dumps(line, ensure_ascii=False)[1:-1] in text] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", SETS)
def test_right_answers_differ_from_student_to_student(name: str) -> None:
    """Of ten students, few pairs could copy a number from each other, and fewer could copy all."""
    problems = problem_set(name)
    answers = answers_of(problems, {s: variant_of(SECRET, name, s) for s in STUDENTS}, 2, lambda _: None)
    pairs = list(itertools.permutations(STUDENTS, 2))
    numeric = [task for task in problems.tasks if task.kind in ("number", "plot")]
    same = {
        task.id: [_near(task, answers[one][task.id], answers[other][task.id]) for one, other in pairs]
        for task in numeric
    }
    for task in numeric:
        assert sum(same[task.id]) / len(pairs) < (0.2 if task.kind == "number" else 0.5), task.id
    assert not any(all(same[task.id][index] for task in numeric) for index in range(len(pairs)))


@pytest.mark.slow
@pytest.mark.skipif(bool(sandbox.why_not()), reason=sandbox.why_not())
def test_the_feedback_that_the_book_quotes_is_what_a_student_is_told() -> None:
    problems = problem_set("lineage")
    variant = variant_of(SECRET, "lineage", "invented")
    mistake = Cell("mistake", "def best_p(ranks, space):\n    return min(ranks) / space")
    judgement = judge(problems, variant, [*solved_cells(problems, variant), mistake], Sandbox(Limits()), {})
    (told,) = (explain(result) for result in judgement.tasks if result.task == "canaries")
    for page in ("chapters/exercises.md", "es/chapters/exercises.md"):
        assert f"```text\n{told}```" in (ROOT / page).read_text(encoding="utf-8")


@pytest.mark.slow
@pytest.mark.skipif(bool(sandbox.why_not()), reason=sandbox.why_not())
@pytest.mark.parametrize("name", SETS)
def test_solutions_earn_all_points_and_what_is_handed_out_none(name: str) -> None:
    verify(problem_set(name), Sandbox(Limits(), private=()))
