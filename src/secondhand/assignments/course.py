"""The folder of a course: where everything of a class lies, and how it is read and written.

The folder is a course of nbgrader (`source`, `release`, `submitted`, `autograded`, `feedback`, `gradebook.db`), with a
few files beside: `secret.key`, `roster.csv`, `problem-sets`, `handouts`, `judged` and `reports`. A file is written
whole or not at all. It knows nothing of notebooks, of judging and of nbgrader's insides.
"""

import contextlib
import csv
import fcntl
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from secondhand.assignments.limits import Limits
from secondhand.assignments.source import ProblemSet, SourceCell, Task
from secondhand.assignments.variants import Variant, new_secret, read_secret, student_id, variant_of

CONFIG = "nbgrader_config.py"


class CourseError(ValueError):
    """Something in the course's folder is missing or wrong; the message says what to do."""


@dataclass(frozen=True)
class Student:
    """A student of the class, as the roster names them."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""


@dataclass(frozen=True)
class Course:
    """A course's folder.

    Attributes:
        root: the folder.
    """

    root: Path

    @property
    def secret_file(self) -> Path:
        """The class secret."""
        return self.root / "secret.key"

    @property
    def roster_file(self) -> Path:
        """Who is in the class: a table with the columns id, first_name, last_name, email."""
        return self.root / "roster.csv"

    def handouts(self, assignment: str) -> Path:
        """Return where the notebooks for the students lie."""
        return self.root / "handouts" / assignment

    def handout(self, assignment: str, student: str) -> Path:
        """Return where a student's notebook lies. Its name says whose it is, wherever a learning platform puts it."""
        return self.handouts(assignment) / student / f"{assignment}-{student}.ipynb"

    def submitted(self, assignment: str, student: str) -> Path:
        """Return where a student's notebook is expected."""
        return self.root / "submitted" / student / assignment / f"{assignment}.ipynb"

    def judged(self, assignment: str, student: str) -> Path:
        """Return where what came of a student's submission is kept."""
        return self.root / "judged" / assignment / f"{student}.json"

    def reports(self, assignment: str) -> Path:
        """Return where grades and the class report lie."""
        return self.root / "reports" / assignment

    def problem_set_file(self, assignment: str) -> Path:
        """Return where a problem set is kept as it was released, solutions and checks included."""
        return self.root / "problem-sets" / f"{assignment}.json"

    def answers_file(self, assignment: str) -> Path:
        """Return where the right numbers of all students are kept."""
        return self.root / "problem-sets" / f"{assignment}-answers.json"

    def received(self, assignment: str, student: str) -> Path:
        """Return where the file lies that a student handed in, as it was."""
        return self.root / "received" / assignment / f"{student}.ipynb"

    def unreadable(self, assignment: str, student: str) -> Path:
        """Return where a submitted file that is no notebook is set aside."""
        return self.root / "unreadable" / assignment / f"{student}.ipynb"

    def secret(self, *, create: bool = False) -> bytes:
        """Return the class secret; make one if there is none and that is wanted.

        Raises:
            CourseError: there is none, or the file does not hold one.
        """
        try:
            if create and not self.secret_file.exists():
                self.root.mkdir(parents=True, exist_ok=True)
                return new_secret(self.secret_file)
            return read_secret(self.secret_file)
        except ValueError as error:
            raise CourseError(str(error)) from None

    def roster(self) -> list[Student]:
        """Return the students of the class.

        Raises:
            CourseError: the roster is missing, lacks the column `id`, or has an id that is none or is there twice.
        """
        try:
            with self.roster_file.open(encoding="utf-8-sig", newline="") as file:
                rows = list(csv.DictReader(file))
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise CourseError(
                f"{self.roster_file} cannot be read ({error}); write a CSV file in UTF-8 with the columns "
                "id,first_name,last_name,email and a line for each student"
            ) from None
        if "id" not in (rows[0] if rows else {"id": ""}):
            columns = ", ".join(map(repr, rows[0]))
            raise CourseError(
                f"{self.roster_file} must have a column id, and commas between columns; its columns are {columns}"
            )
        found: dict[str, Student] = {}
        for line, row in enumerate(rows, start=2):
            try:
                values = {name: (row.get(name) or "").strip() for name in ("id", "first_name", "last_name", "email")}
                student = Student(**{**values, "id": student_id(values["id"])})
            except ValueError as error:
                raise CourseError(f"{self.roster_file}, line {line}: {error}") from None
            # Some file systems do not tell capital letters from small ones.
            if student.id.casefold() in found:
                raise CourseError(f"{self.roster_file}, line {line}: the id {student.id!r} is there twice")
            found[student.id.casefold()] = student
        if not found:
            raise CourseError(f"{self.roster_file} has no students; it needs the column id and a line for each student")
        return list(found.values())

    def variants(self, assignment: str) -> dict[str, Variant]:
        """Return the variant of each student of the class."""
        secret = self.secret()
        return {student.id: variant_of(secret, assignment, student.id) for student in self.roster()}

    def limits(self) -> Limits:
        """Return the limits of a submission: the usual ones, but for what `limits.json` says.

        Raises:
            CourseError: the file does not hold limits.
        """
        path = self.root / "limits.json"
        if not path.exists():
            return Limits()
        try:
            return Limits(**json.loads(path.read_text(encoding="utf-8")))
        except (OSError, TypeError, ValueError) as error:
            known = ", ".join(field.name for field in fields(Limits))
            raise CourseError(f"{path} must hold a JSON object with some of {known}: {error}") from None

    def assignments(self) -> list[str]:
        """Return the names of the assignments that were released."""
        files = (self.root / "problem-sets").glob("*.json")
        return sorted(path.stem for path in files if not path.stem.endswith("-answers"))

    def problem_set(self, assignment: str) -> ProblemSet:
        """Return a problem set as it was released.

        Raises:
            CourseError: it was not released in this course.
        """
        path = self.problem_set_file(assignment)
        if not path.is_file():
            known = ", ".join(self.assignments()) or "none yet"
            raise CourseError(
                f"there is no assignment {assignment!r} in {self.root} (there are: {known}); run "
                "`secondhand assignments release` first, or name the course's folder with --course"
            )
        record = read_json(path)
        return ProblemSet(
            name=record["name"],
            title=record["title"],
            language=record.get("language", "en"),
            opening=tuple(SourceCell(**cell) for cell in record["opening"]),
            tasks=tuple(
                Task(**{**task, "cells": tuple(SourceCell(**cell) for cell in task["cells"])})
                for task in record["tasks"]
            ),
        )

    def keep_problem_set(self, problems: ProblemSet) -> None:
        """Keep a problem set as it is released; only its owner can read it."""
        write_json(self.problem_set_file(problems.name), asdict(problems), private=True)

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Let no other command change the course meanwhile.

        Raises:
            CourseError: another command is at work.
        """
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise CourseError(f"another command works on {self.root}; wait until it has ended") from None
            yield


def write(path: Path, data: bytes, *, private: bool = False) -> None:
    """Write a file whole or not at all; a private one can be read by its owner only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), 0o600 if private else 0o644)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def write_json(path: Path, record: Any, *, private: bool = False) -> None:
    """Write a record whole or not at all."""
    write(path, json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False).encode() + b"\n", private=private)


def read_json(path: Path) -> Any:
    """Return a record.

    Raises:
        CourseError: the file cannot be read.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CourseError(f"{path} cannot be read ({error}); restore it from a backup or release again") from None
