"""The gradebook of a course, which is nbgrader's: what is entered into it and read from it.

It is the only module that drives nbgrader, and imports it only when it is used. It knows nothing of how work is judged.
"""

import contextlib
import json
import logging
import os
import re
import sysconfig
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from secondhand.assignments.course import CONFIG, Course, CourseError, Student, read_json, write
from secondhand.assignments.judging import time_limit
from secondhand.assignments.text import printable

TRUST_VARIABLE = "SECONDHAND_TRUST_SUBMISSIONS"
"""Environment variable: set to 1, it lets students' code run without isolation, like `--trust-submissions`."""

ENTER_SECONDS = 120
"""How long it may take to enter one student's grades, and again to write their feedback."""

_MAX_REASON = 300
"""How much of a line of nbgrader is told; it may quote what a student wrote."""

_PACKAGES = {"psycopg": "'psycopg[binary]'", "psycopg2": "psycopg2-binary", "MySQLdb": "mysqlclient"}
"""How packages of drivers are called that are not called as they are imported."""

_CONFIG_TEXT = """# Settings of nbgrader for this course, written by `secondhand assignments release`.
c = get_config()

c.CourseDirectory.course_id = "secondhand"
{database}
# The notebooks are released without solutions already; nbgrader only has to learn which cells are graded.
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.LockCells",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Submissions are not run by nbgrader: the judge runs them in a sandbox, and its findings are entered.
c.Autograde.sanitize_preprocessors = [
    "secondhand.assignments.nbgrader_steps.Rebuild",
    "nbgrader.preprocessors.OverwriteCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Autograde.autograde_preprocessors = [
    "secondhand.assignments.nbgrader_steps.Judged",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# Feedback is a page in the language of the problem set.
c.GenerateFeedback.preprocessors = ["secondhand.assignments.nbgrader_steps.Grades"]
c.GenerateFeedback.exporter_class = "secondhand.assignments.nbgrader_steps.Feedback"
"""


class GradebookError(CourseError):
    """nbgrader is missing, or could not do something; the message says what."""


@dataclass(frozen=True)
class TaskGrade:
    """A student's grade for a task: None where a person has not graded it yet."""

    task: str
    points: float
    earned: float | None


def available() -> None:
    """Make sure that nbgrader can be used.

    Raises:
        GradebookError: it is not installed.
    """
    try:
        import nbgrader  # noqa: F401
    except ImportError:
        raise GradebookError("nbgrader is not installed; run `pip install -e '.[assignments]'`") from None


def usable(course: Course, database: str | None) -> str | None:
    """Return the URL of a database as the course keeps it, when it can be reached; nothing is written to the course.

    Args:
        course: the course.
        database: an SQLAlchemy URL; None stands for the database that the course has, or is to have in its folder.

    Raises:
        GradebookError: it is no URL, its driver is missing, it cannot be reached, or the course has another one.
    """
    if database is None:
        return None
    from sqlalchemy import create_engine, make_url
    from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError

    try:
        url = make_url(database)
    except ArgumentError:
        raise GradebookError(
            f"database must be a URL such as sqlite:////home/ada/grades.db or postgresql://user:password@host/grades, "
            f"got {database!r}"
        ) from None
    if url.get_backend_name() == "sqlite":
        if url.database in (None, "", ":memory:"):
            raise GradebookError(
                f"database must be a file that stays, such as sqlite:////home/ada/grades.db, got {url}"
            )
        # Seen from the folder of the command; nbgrader works in another one.
        url = url.set(database=str(Path(url.database).absolute()))
    shown = url.render_as_string(hide_password=True)
    kept = url.render_as_string(hide_password=False)
    has = _database_of(course)
    if has is not None and has != kept:
        raise GradebookError(
            f"database must be the one that this course has, {make_url(has).render_as_string(hide_password=True)}, got "
            f"{shown}: grades would be left behind. To move it, copy the database and change {course.root / CONFIG}"
        )
    try:
        engine = create_engine(url)
        with engine.connect():
            pass
        engine.dispose()
    except NoSuchModuleError:
        raise GradebookError(f"database must be of a kind that SQLAlchemy knows, got {shown}") from None
    except ImportError as error:
        name = error.name or str(error)
        raise GradebookError(
            f"{name}, the driver of the database {shown}, is not installed; run "
            f"`pip install {_PACKAGES.get(name, name)}`"
        ) from None
    except SQLAlchemyError as error:
        raise GradebookError(f"the database {shown} cannot be reached: {getattr(error, 'orig', error)}") from None
    return kept


def _database_of(course: Course) -> str | None:
    """Return the URL of the database that a course has already, as its settings name it or nbgrader chooses it."""
    if not (course.root / CONFIG).is_file():
        return None
    chosen = _settings(course).CourseDirectory.get("db_url")
    return str(chosen or f"sqlite:///{(course.root / 'gradebook.db').absolute()}")


def configure(course: Course, database: str | None) -> None:
    """Write the settings of nbgrader into the course's folder, unless there are some.

    Args:
        course: the course.
        database: an SQLAlchemy URL of the gradebook's database; None stands for a SQLite file in the folder.
    """
    path = course.root / CONFIG
    if path.exists():
        return
    line = f"c.CourseDirectory.db_url = {database!r}\n" if database else ""
    write(path, _CONFIG_TEXT.format(database=line).encode(), private=bool(database))


def register(course: Course, assignment: str, students: Sequence[Student]) -> None:
    """Enter an assignment, whose notebook lies in `source`, and the students of the class.

    Raises:
        GradebookError: nbgrader cannot.
    """
    with _api(course) as api:
        reason = _reason(api.generate_assignment(assignment, force=True, create=True))
        if reason:
            raise GradebookError(f"{assignment} cannot be entered into the gradebook: {reason}")
        with api.gradebook as book:
            for student in students:
                names = {"first_name": student.first_name, "last_name": student.last_name, "email": student.email}
                book.update_or_create_student(student.id, **names)


def enter(course: Course, assignment: str, students: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Enter the grades of students and write their feedback; yield each one's id with what went wrong, or nothing."""
    with _api(course) as api:
        for student in students:
            before = _texts(course, assignment, student)
            reason = _tried(lambda: api.autograde(assignment, student, force=True, create=True))  # noqa: B023
            if not reason:
                _keep_by_hand(api, course, assignment, student, before)
            yield student, reason or _feedback(api, assignment, student)


def feedback(course: Course, assignment: str, students: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Write the feedback of students anew; yield each one's id with what went wrong, or nothing."""
    with _api(course) as api:
        for student in students:
            yield student, _feedback(api, assignment, student)


def _feedback(api: Any, assignment: str, student: str) -> str:
    # To show a text that was written to be hard to show may take for ever; the grade is entered already.
    return _tried(lambda: api.generate_feedback(assignment, student, force=True))


def _tried(work: Callable[[], Mapping[str, Any]]) -> str:
    """Have nbgrader do something, within limits of time; return why it failed, or nothing."""
    try:
        with time_limit(ENTER_SECONDS):
            result = work()
    except TimeoutError as error:
        return str(error)
    return _reason(result)


def _texts(course: Course, assignment: str, student: str) -> dict[str, str]:
    """Return the written answers that are in the gradebook: task → text."""
    path = course.root / "autograded" / student / assignment / f"{assignment}.ipynb"
    if not path.is_file():
        return {}
    cells = [(cell["metadata"].get("nbgrader", {}), cell["source"]) for cell in read_json(path)["cells"]]
    return {about["grade_id"]: "".join(text) for about, text in cells if about.get("grade") and about.get("solution")}


def _keep_by_hand(api: Any, course: Course, assignment: str, student: str, before: Mapping[str, str]) -> None:
    """Let what people gave by hand stand for texts that are as they were: nbgrader wants a new look at all of them."""
    after = _texts(course, assignment, student)
    with api.gradebook as book:
        (notebook,) = book.find_submission(assignment, student).notebooks
        for grade in notebook.grades:
            if grade.manual_score is not None and before.get(grade.name, "") == after.get(grade.name):
                grade.needs_manual_grade = False
        book.db.commit()


def by_hand(course: Course, assignment: str) -> dict[str, str]:
    """Return what people have given and written by hand: id → a text that differs where that does."""
    with _api(course) as api, api.gradebook as book:
        found = {}
        for submission in book.find_assignment(assignment).submissions:
            (notebook,) = submission.notebooks
            given = {grade.name: [grade.manual_score, grade.extra_credit] for grade in notebook.grades}
            written = {comment.name: comment.manual_comment for comment in notebook.comments}
            told = [[name, *values] for name, values in sorted(given.items()) if any(v is not None for v in values)]
            told += [[name, text] for name, text in sorted(written.items()) if text]
            found[submission.student_id] = json.dumps(told)
        return found


@contextlib.contextmanager
def trusting(trust: bool) -> Iterator[None]:
    """Let nbgrader's steps know whether students' code may run without isolation."""
    before = os.environ.get(TRUST_VARIABLE)
    os.environ[TRUST_VARIABLE] = "1" if trust else "0"
    try:
        yield
    finally:
        if before is None:
            del os.environ[TRUST_VARIABLE]
        else:
            os.environ[TRUST_VARIABLE] = before


def grades(course: Course, assignment: str) -> dict[str, list[TaskGrade]]:
    """Return the grades of all who submitted: id → grade of each task, those by hand included.

    Raises:
        GradebookError: the assignment is not in the gradebook.
    """
    from nbgrader.api import MissingEntry

    with _api(course) as api, api.gradebook as book:
        try:
            submissions = book.find_assignment(assignment).submissions
        except MissingEntry:
            raise GradebookError(
                f"{assignment} is not in the gradebook; run `secondhand assignments release`"
            ) from None
        found: dict[str, list[TaskGrade]] = {}
        for submission in submissions:
            (notebook,) = submission.notebooks
            by_name = {grade.name: grade for grade in notebook.grades}
            found[submission.student_id] = [
                TaskGrade(name, grade.max_score, None if grade.needs_manual_grade else grade.score)
                for name, grade in by_name.items()
            ]
        return found


@contextlib.contextmanager
def _api(course: Course) -> Iterator[Any]:
    available()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from nbgrader.apps.api import NbGraderAPI
        from nbgrader.coursedir import CourseDirectory

    if not (course.root / CONFIG).is_file():
        raise GradebookError(f"{course.root} has no {CONFIG}; run `secondhand assignments release` there first")
    config = _settings(course)
    config.CourseDirectory.root = str(course.root.resolve())
    # Notebooks go by way of the course's folder, never by nbgrader's exchange, which need not even exist.
    config.Exchange.root = str(course.root.resolve() / ".exchange")
    # What goes wrong is found in the log of each call, and reported by whoever called.
    logger = logging.getLogger("secondhand.nbgrader")
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.addHandler(logging.NullHandler())
    directory = CourseDirectory(config=config)
    api = NbGraderAPI(coursedir=directory, config=config, log=logger)
    before, path = Path.cwd(), os.environ.get("PATH", "")
    # nbgrader starts a program that is installed beside it, wherever this interpreter's folder is in the path.
    os.environ["PATH"] = os.pathsep.join([sysconfig.get_path("scripts"), path])
    try:
        with warnings.catch_warnings():
            # Those of nbgrader's own code are no concern of whoever grades.
            warnings.simplefilter("ignore")
            yield api
    finally:
        os.chdir(before)
        os.environ["PATH"] = path


def _settings(course: Course) -> Any:
    from traitlets.config import Config
    from traitlets.config.loader import PyFileConfigLoader

    return Config(PyFileConfigLoader(CONFIG, path=str(course.root.resolve())).load_config())


def _reason(result: Mapping[str, Any]) -> str:
    """Return why nbgrader failed; nothing if it did not."""
    if result["success"]:
        return ""
    lines = (
        line[:_MAX_REASON]
        for name in ("error", "log")
        for line in str(result.get(name, "")).splitlines()
        if line.strip()
    )
    if str(result.get("error", "")).rstrip().endswith("KeyboardInterrupt"):
        # nbgrader takes an interruption for a failure like any other.
        raise KeyboardInterrupt
    found = re.findall(r"(?m)^[ \t]*([\w.]*(?:Error|Exception|Entry)\b:.*)$", "\n".join(lines))
    # The last word of nbgrader is often only that something went wrong.
    telling = [line for line in found if "Please see the" not in line]
    return printable(str((telling or found or ["nbgrader does not say why"])[-1]))
