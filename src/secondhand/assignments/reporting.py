"""Reports on an assignment: a table of grades for a learning platform, and a page on the class.

It knows nothing of how work is judged.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from secondhand.assignments import gradebook
from secondhand.assignments.class_page import class_html
from secondhand.assignments.course import Course, Student, write
from secondhand.assignments.gradebook import TaskGrade
from secondhand.assignments.grading import Grader
from secondhand.assignments.judging import parameters
from secondhand.assignments.source import ProblemSet
from secondhand.assignments.text import no_formula


@dataclass(frozen=True)
class Reported:
    """What was written.

    Attributes:
        table: the grades.
        page: the page on the class.
        archive: all pages of feedback.
        feedback: whose feedback was written anew, as people have graded by hand since.
        failed: whose feedback could not be written, and why.
    """

    table: Path
    page: Path
    archive: Path
    feedback: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)


def report(course: Course, assignment: str, progress: Callable[[str], object] = lambda _: None) -> Reported:
    """Write the grades, a page on the class, an archive of all feedback, and feedback again after grading by hand.

    Args:
        course: the course.
        assignment: name of the assignment.
        progress: told the id of each student whose feedback was written.

    Raises:
        CourseError: the assignment was not released, or the gradebook cannot be read.
    """
    problems, students = course.problem_set(assignment), course.roster()
    grades = gradebook.grades(course, assignment)
    # Only what was kept is read, so it does not matter whether submissions could be isolated here.
    grader = Grader.of(course, assignment, trust=True)
    records = {student.id: grader.kept(student.id) for student in students if student.id in grades}
    table = course.reports(assignment) / "grades.csv"
    page = course.reports(assignment) / "class.html"
    write(table, grades_csv(problems, students, grades).encode())
    values = {
        student: parameters(problems, variant) for student, variant in grader.variants.items() if student in grades
    }
    write(page, class_html(problems, students, grades, records, values).encode(), private=True)
    with course.locked():
        reasons = dict(_feedback(course, assignment, progress))
    failed = {student: reason for student, reason in reasons.items() if reason}
    archive = course.reports(assignment) / "feedback.zip"
    write(archive, _archive(course, assignment, sorted(grades)), private=True)
    return Reported(table, page, archive, tuple(sorted(set(reasons) - set(failed))), failed)


def _feedback(course: Course, assignment: str, progress: Callable[[str], object]) -> Iterator[tuple[str, str]]:
    """Write feedback where it does not say what people have given by hand; yield ids with what went wrong."""

    def mark(student: str) -> Path:
        return course.judged(assignment, student).with_suffix(".by-hand")

    given = {student: text.encode() for student, text in gradebook.by_hand(course, assignment).items()}
    # Feedback that was never written again says nothing of what was done by hand.
    changed = [
        student
        for student, text in sorted(given.items())
        if text != (mark(student).read_bytes() if mark(student).is_file() else b"[]")
    ]
    for student, reason in gradebook.feedback(course, assignment, changed):
        if not reason:
            write(mark(student), given[student], private=True)
        progress(student)
        yield student, reason


def _archive(course: Course, assignment: str, students: Sequence[str]) -> bytes:
    """Return an archive with the page of feedback of each student, under a name that says whose it is."""
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w", zipfile.ZIP_DEFLATED) as file:
        for student in students:
            page = course.root / "feedback" / student / assignment / f"{assignment}.html"
            if page.is_file():
                file.write(page, f"{assignment}-{student}.html")
    return memory.getvalue()


def grades_csv(problems: ProblemSet, students: Sequence[Student], grades: Mapping[str, Sequence[TaskGrade]]) -> str:
    """Return the table of grades: one line for each student, in UTF-8, with a score of 0 for who handed in nothing."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    tasks = [task.id for task in problems.tasks]
    writer.writerow(
        ["id", "last_name", "first_name", "email", "score", "max_score", "submitted", "to_grade_by_hand", *tasks]
    )
    for student in students:
        earned = {grade.task: grade.earned for grade in grades.get(student.id, ())}
        by_hand = [task for task in tasks if task in earned and earned[task] is None]
        score = sum(earned.get(task) or 0 for task in tasks)
        writer.writerow(
            [
                *(no_formula(text) for text in (student.id, student.last_name, student.first_name, student.email)),
                f"{score:g}",
                problems.points,
                "yes" if student.id in grades else "no",
                " ".join(by_hand),
                *("" if earned.get(task, 0) is None else f"{earned.get(task, 0):g}" for task in tasks),
            ]
        )
    return file.getvalue()
