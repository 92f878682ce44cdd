"""Collects what students handed in from a folder or an archive, as a learning platform gives it.

A file belongs to the student whose id it is named after, or the folder that it lies in. One that is no notebook is set
aside. It knows nothing else of what is in a file.
"""

import datetime
import json
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from secondhand.assignments.course import Course, CourseError, write
from secondhand.assignments.grading import settle
from secondhand.assignments.notebooks import MAX_FILE
from secondhand.assignments.text import printable
from secondhand.assignments.variants import owner_of

_TIME = "%Y-%m-%d %H:%M:%S UTC"


@dataclass(frozen=True)
class Collected:
    """What was collected.

    Attributes:
        new: ids of those whose submission was taken over.
        same: ids of those whose submission was there already.
        problems: lines on files that were not taken over, or are no notebooks.
        missing: ids of those who handed in nothing so far.
        replaced: ids of those whose earlier file gave way to a new one.
    """

    new: tuple[str, ...]
    same: tuple[str, ...]
    problems: tuple[str, ...]
    missing: tuple[str, ...]
    replaced: tuple[str, ...] = ()


@dataclass(frozen=True)
class _File:
    name: PurePosixPath
    data: bytes
    time: datetime.datetime


def collect(course: Course, assignment: str, source: Path, *, update: bool = False) -> Collected:
    """Take over submissions.

    Args:
        course: the course.
        assignment: which one was handed in.
        source: a folder, or a zip archive, with `<id>.ipynb` or `<id>/….ipynb` for each student.
        update: whether a file replaces a different one that was collected before; the old one is kept in `replaced`.

    Raises:
        CourseError: the source is neither a folder nor an archive, or the assignment was not released.
    """
    problems = course.problem_set(assignment)
    ids = {student.id.casefold(): student.id for student in course.roster()}
    told: list[str] = []
    files: dict[str, list[_File]] = {}
    for file in _files(source, told):
        owners = _owners(file.name, ids, assignment)
        if len(owners) > 1:
            told.append(f"{file.name}: the path names {' and '.join(sorted(owners))}; put it where it names one")
        elif not owners:
            whose = _whose(file.data, course, assignment)
            called = file.name.parent.name or file.name.stem
            advice = (
                f"it was released to {whose}; call it {whose}.ipynb if it is theirs" if whose else "rename the file"
            )
            told.append(f"{file.name}: no student of the roster has the id {called!r}; {advice}")
        else:
            found = files.setdefault(owners.pop(), [])
            # Of several files none is taken, so only the first one is kept in memory.
            found.append(replace(file, data=b"") if found else file)
    new, same, replaced = [], [], []
    with course.locked():
        for student, found in sorted(files.items()):
            if len(found) > 1:
                names = ", ".join(sorted(str(file.name) for file in found))
                told.append(f"{student}: there are {len(found)} files ({names}); leave the one that counts")
                continue
            (file,) = found
            earlier = [path.read_bytes() for path in _places(course, assignment, student) if path.is_file()]
            if file.data in earlier:
                same.append(student)
                continue
            reason = _why_not(course, assignment, student, file, update=update or not earlier)
            if reason:
                told.append(f"{student}: {reason}")
                continue
            _take_over(course, assignment, student, file)
            new.append(student)
            replaced += [student] if earlier else []
            wrong = settle(course, problems, student)
            if wrong:
                told.append(f"{student}: {file.name}: {wrong}; it is in {course.unreadable(assignment, student)}")
    missing = [student for student in ids.values() if not course.submitted(assignment, student).exists()]
    return Collected(tuple(new), tuple(same), tuple(told), tuple(sorted(missing)), tuple(replaced))


def _owners(name: PurePosixPath, ids: Mapping[str, str], assignment: str) -> set[str]:
    """Return the students whose file this may be, by the folders that it lies in, or else by its own name.

    Learning platforms put words of their own before the name of a file that a student uploads, or a number behind it.
    The folder counts first: who hands in another one's notebook does it under their own name.
    """
    folders = {ids[part.casefold()] for part in name.parts[:-1] if part.casefold() in ids}
    if folders:
        return folders
    for stem in (name.stem, re.sub(r"( ?\(\d+\)|-\d{1,2})$", "", name.stem)):
        for end in (stem, stem.rpartition(f"{assignment}-")[2]):
            if end.casefold() in ids:
                return {ids[end.casefold()]}
    return set()


def _places(course: Course, assignment: str, student: str) -> tuple[Path, Path, Path]:
    """Return where what a student handed in may lie: as it was, as it is graded, and set aside."""
    return (
        course.received(assignment, student),
        course.submitted(assignment, student),
        course.unreadable(assignment, student),
    )


def _stamp(course: Course, assignment: str, student: str) -> Path:
    """Return where nbgrader looks for the time at which a student handed in."""
    return course.submitted(assignment, student).with_name("timestamp.txt")


def _why_not(course: Course, assignment: str, student: str, file: _File, *, update: bool) -> str:
    """Return why a file is not taken over; nothing if it is."""
    meant = _released_for(file.data)
    if meant and meant != assignment:
        return f"{file.name} is the notebook of {meant}, not of {assignment}; it was left"
    # What could not be read gives way to anything.
    if not update and not course.unreadable(assignment, student).is_file():
        return "another file was collected before and is kept; use --update to replace it"
    stamp = _stamp(course, assignment, student)
    before = _time_in(stamp)
    if before and file.time < before:
        return (
            f"{file.name} ({file.time:%Y-%m-%d %H:%M} UTC) is older than what was collected before "
            f"({before:%Y-%m-%d %H:%M} UTC); it was left. Delete {stamp} if you want it all the same"
        )
    return ""


def _take_over(course: Course, assignment: str, student: str, file: _File) -> None:
    """Put a file where it is graded, and keep what was there before aside."""
    received, target, aside = _places(course, assignment, student)
    # What is graded is made from what was received.
    earlier = [path for path in ((received, aside) if received.is_file() else (target, aside)) if path.is_file()]
    for path in earlier:
        stamp = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%S%f")
        kept = course.root / "replaced" / assignment / student / f"{stamp}-{path.parents[1].name}.ipynb"
        kept.parent.mkdir(parents=True, exist_ok=True)
        os.replace(path, kept)
    write(received, file.data)
    write(target, file.data)
    write(_stamp(course, assignment, student), file.time.strftime(_TIME).encode())


def _about(data: bytes) -> Any:
    """Return what a handed-out notebook says of itself in its metadata; nothing for any other file."""
    try:
        about = json.loads(data.decode("utf-8-sig"))["metadata"]["secondhand"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}
    return about if isinstance(about, dict) else {}


def _released_for(data: bytes) -> str:
    """Return the assignment that a notebook was released for, as far as it says so."""
    name = _about(data).get("assignment", "")
    return printable(name, 80) if isinstance(name, str) else ""


def _whose(data: bytes, course: Course, assignment: str) -> str | None:
    """Return the student to whom a notebook was released, as far as it says so."""
    tag = _about(data).get("variant", "")
    return owner_of(tag, course.variants(assignment).values()) if isinstance(tag, str) else None


def _time_in(path: Path) -> datetime.datetime | None:
    """Return the time that a file of it holds."""
    try:
        return datetime.datetime.strptime(path.read_text(), _TIME).replace(tzinfo=datetime.UTC)
    except (OSError, ValueError):
        return None


def _passed_over(name: PurePosixPath) -> bool:
    """Return whether a file is one that a system makes beside a notebook."""
    return ".ipynb_checkpoints" in name.parts or "__MACOSX" in name.parts or name.name.startswith("._")


def _files(source: Path, told: list[str]) -> Iterator[_File]:
    if source.is_dir():
        for path in sorted(source.rglob("*.ipynb")):
            name = PurePosixPath(path.relative_to(source).as_posix())
            if _passed_over(name):
                continue
            about = path.lstat()
            if not stat.S_ISREG(about.st_mode):
                told.append(f"{name}: it is a link or no file, and was not followed")
                continue
            with path.open("rb") as file:
                data = file.read(MAX_FILE + 1)
            yield _File(name, data, datetime.datetime.fromtimestamp(about.st_mtime, datetime.UTC))
        return
    if not zipfile.is_zipfile(source):
        raise CourseError(f"{source} must be a folder or a zip archive with the submissions")
    with zipfile.ZipFile(source) as archive:
        for entry in archive.infolist():
            name = PurePosixPath(entry.filename)
            if entry.is_dir() or name.suffix != ".ipynb" or _passed_over(name):
                continue
            # What a student packed is read, never unpacked: neither its paths nor its size can do harm.
            try:
                with archive.open(entry) as file:
                    data = file.read(MAX_FILE + 1)
            except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, EOFError) as error:
                told.append(f"{name}: it cannot be unpacked ({error})")
                continue
            try:
                # Archives hold the time of the clock on the wall.
                time = datetime.datetime(*entry.date_time).astimezone(datetime.UTC)
            except ValueError:
                time = datetime.datetime.fromtimestamp(source.stat().st_mtime, datetime.UTC)
            yield _File(name, data, time)
