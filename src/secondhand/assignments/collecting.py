"""Collects what students handed in from a folder or an archive, as a learning platform gives it.

A file belongs to the student whose id it is named after, or the folder that it lies in. One that is no notebook is set
aside. It knows nothing else of what is in a file.
"""

import datetime
import os
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from secondhand.assignments.course import Course, CourseError, write
from secondhand.assignments.grading import set_aside_unreadable
from secondhand.assignments.notebooks import MAX_FILE


@dataclass(frozen=True)
class Collected:
    """What was collected.

    Attributes:
        new: ids of those whose submission was taken over.
        same: ids of those whose submission was there already.
        problems: lines on files that were not taken over, or are no notebooks.
        missing: ids of those who handed in nothing so far.
    """

    new: tuple[str, ...]
    same: tuple[str, ...]
    problems: tuple[str, ...]
    missing: tuple[str, ...]


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
        owner = ids.get(_owner(file.name).casefold())
        if owner is None:
            told.append(f"{file.name}: no student of the roster has the id {_owner(file.name)!r}; rename the file")
        else:
            files.setdefault(owner, []).append(file)
    new, same = [], []
    with course.locked():
        for student, found in sorted(files.items()):
            if len(found) > 1:
                names = ", ".join(sorted(str(file.name) for file in found))
                told.append(f"{student}: there are {len(found)} files ({names}); leave the one that counts")
                continue
            (file,) = found
            target, aside = course.submitted(assignment, student), course.unreadable(assignment, student)
            earlier = [path.read_bytes() for path in (target, aside) if path.is_file()]
            if file.data in earlier:
                same.append(student)
                continue
            if earlier and not update:
                told.append(f"{student}: another file was collected before and is kept; use --update to replace it")
                continue
            for path in (target, aside):
                if path.is_file():
                    stamp = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%S%f")
                    kept = course.root / "replaced" / assignment / student / f"{stamp}-{path.parent.name}.ipynb"
                    kept.parent.mkdir(parents=True, exist_ok=True)
                    os.replace(path, kept)
            write(target, file.data)
            write(target.with_name("timestamp.txt"), file.time.strftime("%Y-%m-%d %H:%M:%S UTC").encode())
            new.append(student)
            wrong = set_aside_unreadable(course, problems, student)
            if wrong:
                told.append(f"{student}: {file.name}: {wrong}; it is in {aside}")
    missing = [student for student in ids.values() if not course.submitted(assignment, student).exists()]
    return Collected(tuple(new), tuple(same), tuple(told), tuple(sorted(missing)))


def _owner(name: PurePosixPath) -> str:
    return name.parts[-2] if len(name.parts) > 1 else name.stem


def _files(source: Path, told: list[str]) -> Iterator[_File]:
    if source.is_dir():
        for path in sorted(source.rglob("*.ipynb")):
            name = PurePosixPath(path.relative_to(source).as_posix())
            if ".ipynb_checkpoints" in name.parts:
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
            if entry.is_dir() or name.suffix != ".ipynb" or ".ipynb_checkpoints" in name.parts:
                continue
            # What a student packed is read, never unpacked: neither its paths nor its size can do harm.
            try:
                with archive.open(entry) as file:
                    data = file.read(MAX_FILE + 1)
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
                told.append(f"{name}: it cannot be unpacked ({error})")
                continue
            try:
                time = datetime.datetime(*entry.date_time).replace(tzinfo=datetime.UTC)
            except ValueError:
                time = datetime.datetime.fromtimestamp(source.stat().st_mtime, datetime.UTC)
            yield _File(name, data, time)
