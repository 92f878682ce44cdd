"""Releases a problem set to a class: a notebook for each student, without solutions and hidden checks.

It knows nothing of how submissions are judged.
"""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from secondhand.assignments import gradebook
from secondhand.assignments.course import Course, CourseError, write, write_json
from secondhand.assignments.grading import answers_of, submitted_students
from secondhand.assignments.judging import judge, parameters, parts
from secondhand.assignments.notebooks import code_to_run, filled, graded_cells, handout
from secondhand.assignments.sandbox import Sandbox
from secondhand.assignments.session import Cell
from secondhand.assignments.source import ProblemSet, SourceError, read_problem_set
from secondhand.assignments.variants import Variant, variant_of

EXAMPLE_SECRET = bytes(range(32))


@dataclass(frozen=True)
class Release:
    """What was released: the assignment, the archive of all notebooks, and how many there are."""

    assignment: str
    archive: Path
    notebooks: int


def release(
    course: Course,
    source: Path,
    chapters: Path,
    *,
    jobs: int,
    database: str | None = None,
    replace: bool = False,
    new_values: bool = False,
    verify_with: Sandbox | None = None,
    progress: Callable[[str], object] = lambda _: None,
) -> Release:
    """Release a problem set to the students of the roster. To release again gives the same notebooks.

    Args:
        course: the course; its folder must hold the roster. The class secret is made on the first release.
        source: the problem set.
        chapters: the folder with the chapters of the book.
        jobs: how many processes work at once.
        database: an SQLAlchemy URL of the gradebook's database; by default a SQLite file in the course's folder.
        replace: whether a problem set may take the place of another one that was released under its name.
        new_values: whether, with it, personal values may become others, so that all need their notebooks anew.
        verify_with: where solutions run to see that they earn all points; None leaves that out.
        progress: told the id of each student whose notebook is ready.

    Raises:
        CourseError: the roster is missing, another problem set of this name was released, it cannot be replaced by
            this one, or the database cannot be used.
        SourceError: the problem set is not well written, or its solutions do not earn all points.
    """
    gradebook.available()
    problems = read_problem_set(source, chapters)
    students = course.roster()
    database = gradebook.usable(course, database)
    if verify_with is not None:
        verify(problems, verify_with)
    with course.locked():
        secret = course.secret(create=True)
        known = course.problem_set(problems.name) if course.problem_set_file(problems.name).exists() else problems
        if known != problems and not replace:
            raise CourseError(
                f"another version of {problems.name} was released; students who have it would be graded by this one. "
                "Use --replace if that is what you want"
            )
        variants = {student.id: variant_of(secret, problems.name, student.id) for student in students}
        if known != problems:
            _see_that_it_can_replace(course, known, problems, variants, new_values)
        answers = answers_of(problems, variants, jobs, progress)
        archive = course.handouts(problems.name).with_suffix(".zip")
        _write_handouts(course, problems, variants, archive)
        write_json(course.answers_file(problems.name), answers, private=True)
        course.keep_problem_set(problems)
        write_json(course.root / "source" / problems.name / f"{problems.name}.ipynb", handout(problems))
        gradebook.configure(course, database)
        gradebook.register(course, problems.name, students)
    return Release(problems.name, archive, len(students))


def _see_that_it_can_replace(
    course: Course, known: ProblemSet, problems: ProblemSet, variants: dict[str, Variant], new_values: bool
) -> None:
    changed = set(graded_cells(known)) ^ set(graded_cells(problems))
    if changed and submitted_students(course, problems.name):
        raise CourseError(
            f"tasks and their answers must stay once work has been handed in, but {', '.join(sorted(changed))} would "
            "come or go. Give the problem set another file name, or leave the task and do not count its column of "
            "grades.csv"
        )
    names = set()
    for variant in variants.values():
        before, after = parameters(known, variant), parameters(problems, variant)
        names |= {name for name in {*before, *after} if repr(before.get(name)) != repr(after.get(name))}
    if names and not new_values:
        raise CourseError(
            f"the personal values {', '.join(sorted(names))} would change: the notebooks that students have would be "
            "judged by values that they never saw. Use --new-values and hand all notebooks out again, or give the "
            "problem set another file name"
        )


def verify(problems: ProblemSet, sandbox: Sandbox) -> None:
    """Make sure that the solutions of a problem set earn all points, and that the notebook as handed out earns none.

    Raises:
        SourceError: they do not; the message says which task, and why.
    """
    variant = variant_of(EXAMPLE_SECRET, problems.name, "example")
    values = parameters(problems, variant)
    for task in problems.tasks:
        if task.kind == "code":
            parts(task)
        for text in task.sources("rubric", "solution"):
            filled(text, values)
    solved = judge(problems, variant, solved_cells(problems, variant), sandbox, {})
    for result in solved.tasks:
        if result.earned not in (None, result.points):
            failed = [f"{run.cell.name}: {run.error}" for run in solved.cells if run.error]
            reasons = "; ".join([finding.message for finding in result.findings] + failed)
            raise SourceError(f"{problems.name}, task {result.task}: its solution earns {result.earned}: {reasons}")
    unsolved = handout(problems, variant)
    cells = [Cell(f"cell {index + 1}", text) for index, text in code_to_run(unsolved)]
    for result in judge(problems, variant, cells, sandbox, {}).tasks:
        if result.earned:
            raise SourceError(f"{problems.name}, task {result.task}: the notebook as handed out earns {result.earned}")


def solved_cells(problems: ProblemSet, variant: Variant) -> list[Cell]:
    """Return the code cells of a notebook with the solutions in it."""
    values = "\n".join(f"{name.upper()} = {value!r}" for name, value in parameters(problems, variant).items())
    sources = [values, *(cell.source for cell in problems.cells() if cell.role in ("given", "answer"))]
    return [Cell(f"cell {number}", source) for number, source in enumerate(sources, 1)]


def _write_handouts(course: Course, problems: ProblemSet, variants: dict[str, Variant], archive: Path) -> None:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as file:
        for student, variant in sorted(variants.items()):
            text = json.dumps(handout(problems, variant), ensure_ascii=False, indent=1) + "\n"
            path = course.handout(problems.name, student)
            write(path, text.encode())
            # With one date for all, the same release gives the same archive.
            entry = zipfile.ZipInfo(f"{problems.name}/{student}/{path.name}", (2020, 1, 1, 0, 0, 0))
            file.writestr(entry, text)
    write(archive, memory.getvalue())
