"""What a class hands in reaches the right student, whatever a learning platform makes of its name."""

import contextlib
import io
import json
import os
import time
import zipfile
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from tests.assignments.conftest import EXAMPLE, Notebook, answered, cell_of, command

from secondhand.assignments import grading, sandbox
from secondhand.assignments.collecting import _owners
from secondhand.assignments.course import Course
from secondhand.assignments.judging import time_limit
from secondhand.assignments.notebooks import read_submission, settled
from secondhand.assignments.source import ProblemSet

pytest.importorskip("nbgrader")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(sandbox.why_not()), reason=sandbox.why_not())]

CHAPTERS = ("--chapters", EXAMPLE / "chapters")
IDS = ("ada", "bob", "ada-1", "e@uni.example")


@pytest.fixture
def course(tmp_path: Path) -> Course:
    root = tmp_path / "course"
    root.mkdir()
    (root / "roster.csv").write_text("id\n" + "\n".join(IDS) + "\n")
    command("release", EXAMPLE / "shares.md", *CHAPTERS, course=root)
    return Course(root)


def notebook(course: Course, student: str) -> Notebook:
    found: Notebook = json.loads(course.handout("shares", student).read_text())
    return found


def hand_in(course: Course, files: dict[str, bytes]) -> Path:
    inbox = course.root.parent / f"inbox-{time.monotonic_ns()}"
    for name, data in files.items():
        path = inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return inbox


@pytest.mark.parametrize(
    ("name", "owners"),
    [
        ("ada.ipynb", {"ada"}),
        ("ADA/whatever.ipynb", {"ada"}),
        ("shares-ada.ipynb", {"ada"}),
        ("shares-ada (2).ipynb", {"ada"}),
        ("shares-ada-1.ipynb", {"ada-1"}),
        ("shares-bob-1.ipynb", {"bob"}),
        ("lovelaceada_48201_337407_shares-ada.ipynb", {"ada"}),
        ("Ada Lovelace_48202_assignsubmission_file/shares-e@uni.example.ipynb", {"e@uni.example"}),
        ("hand-in/ada/shares-bob.ipynb", {"ada"}),
        ("bob/ada/shares.ipynb", {"ada", "bob"}),
        ("shares.ipynb", set()),
        ("shares-adab.ipynb", set()),
    ],
)
def test_a_file_belongs_to_whom_its_path_names(name: str, owners: set[str]) -> None:
    ids = {student.casefold(): student for student in IDS}
    assert _owners(PurePosixPath(name), ids, "shares") == owners


def test_a_zip_of_a_learning_platform_is_taken_as_it_is(course: Course, tmp_path: Path) -> None:
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        archive.writestr("Ada_1_assignsubmission_file/shares-ada.ipynb", answered(notebook(course, "ada")))
        archive.writestr("bobkahn_LATE_12_34_shares-bob-2.ipynb", answered(notebook(course, "bob")))
        archive.writestr("__MACOSX/Ada_1_assignsubmission_file/._shares-ada.ipynb", b"x")
    (tmp_path / "all.zip").write_bytes(memory.getvalue())
    told = command("collect", "shares", tmp_path / "all.zip", course=course.root)
    assert "2 submissions collected" in told
    assert "Nothing from 2: ada-1, e@uni.example" in told


def test_what_cannot_be_taken_is_told(course: Course) -> None:
    wrong = notebook(course, "bob")
    wrong["metadata"]["secondhand"]["assignment"] = "limits"
    inbox = hand_in(
        course,
        {
            "mine.ipynb": answered(notebook(course, "ada")),
            "bob.ipynb": json.dumps(wrong).encode(),
            "ada/bob/x.ipynb": b"{}",
            "\x1b]0;owned\x07.ipynb": b"{}",
        },
    )
    told = command("collect", "shares", inbox, course=course.root, status=1)
    assert "it was released to ada; " in told
    assert "bob.ipynb is the notebook of limits, not of shares; it was left" in told
    assert "the path names ada and bob" in told
    assert "\x1b" not in told
    assert "0 submissions collected" in told


def test_a_newer_file_replaces_and_an_older_one_does_not(course: Course) -> None:
    first = hand_in(course, {"ada.ipynb": answered(notebook(course, "ada"))})
    command("collect", "shares", first, course=course.root)
    second = hand_in(course, {"ada.ipynb": answered(notebook(course, "ada"), written="Better.")})
    os.utime(second / "ada.ipynb", (time.time() + 60, time.time() + 60))
    assert "Replaced: ada;" in command("collect", "shares", second, "--update", course=course.root)
    told = command("collect", "shares", first, "--update", course=course.root, status=1)
    assert "is older than what was collected before" in told
    assert b"Better." in course.submitted("shares", "ada").read_bytes()
    assert len(list((course.root / "replaced" / "shares" / "ada").iterdir())) == 1


def test_what_cannot_be_read_gives_way(course: Course) -> None:
    command("collect", "shares", hand_in(course, {"ada.ipynb": b"nonsense"}), course=course.root, status=1)
    good = hand_in(course, {"ada.ipynb": answered(notebook(course, "ada"))})
    assert "Replaced: ada;" in command("collect", "shares", good, course=course.root)
    assert not course.unreadable("shares", "ada").exists()


ODD: dict[str, Callable[[bytes], bytes]] = {
    "byte order mark": lambda data: b"\xef\xbb\xbf" + data,
    "no version": lambda data: edited(data, nbformat=None),
    "version of another decade": lambda data: edited(data, nbformat=10**30),
    "version in lines": lambda data: edited(data, nbformat="\n" * 200_000),
    "nothing as a cell": lambda data: edited(data, cells=[*json.loads(data)["cells"], None]),
}


def edited(data: bytes, **values: Any) -> bytes:
    return json.dumps({**json.loads(data), **values}).encode()


@pytest.mark.parametrize("how", ODD)
def test_an_odd_file_is_graded_for_what_it_holds(course: Course, how: str) -> None:
    """nbgrader reads what was made of it, not the file itself; others are graded in any case."""
    files = {student: answered(notebook(course, student)) for student in ("ada", "bob")}
    inbox = hand_in(course, {"ada.ipynb": ODD[how](files["ada"]), "bob.ipynb": files["bob"]})
    command("collect", "shares", inbox, course=course.root)
    command("grade", "shares", course=course.root)
    command("report", "shares", course=course.root)
    table = (course.reports("shares") / "grades.csv").read_text()
    for student in files:
        assert f"\n{student},,,,8,10,yes,sum-to-one,5,3,\n" in table


def test_a_settled_file_stays_as_it_is(problems: ProblemSet, course: Course) -> None:
    mine = notebook(course, "ada")
    mine["cells"].remove(cell_of(mine, "share-of"))
    once = settled(json.dumps(mine).encode(), problems)
    assert settled(once, problems) == once
    submission = read_submission(once)
    assert "was deleted" in submission.problems[0]
    assert submission.tags == (mine["metadata"]["secondhand"]["variant"],)


def test_a_grade_by_hand_stands_for_the_text_that_it_was_given_for(course: Course) -> None:
    from secondhand.assignments import gradebook

    def hand_in_and_grade(written: str, *, minutes: int, number: str = "your_share = PART / TOTAL") -> str:
        inbox = hand_in(course, {"ada.ipynb": answered(notebook(course, "ada"), number=number, written=written)})
        os.utime(inbox / "ada.ipynb", (time.time() + 60 * minutes,) * 2)
        command("collect", "shares", inbox, "--update", course=course.root)
        command("grade", "shares", course=course.root)
        command("report", "shares", course=course.root)
        return (course.reports("shares") / "grades.csv").read_text().splitlines()[1]

    assert hand_in_and_grade("Because.", minutes=0) == "ada,,,,8,10,yes,sum-to-one,5,3,"
    with gradebook._api(course) as api, api.gradebook as book:
        grade = book.find_grade("sum-to-one", "shares", "shares", "ada")
        grade.manual_score, grade.needs_manual_grade = 2, False
        book.db.commit()
    assert hand_in_and_grade("Because.", minutes=1, number="your_share = 0") == "ada,,,,7,10,yes,,5,0,2"
    assert hand_in_and_grade("Rubbish.", minutes=2) == "ada,,,,8,10,yes,sum-to-one,5,3,"


def test_a_version_that_would_harm_is_refused(course: Course, tmp_path: Path) -> None:
    text = (EXAMPLE / "shares.md").read_text()
    source = tmp_path / "shares.md"
    source.write_text(text.replace("1000, 1_000_000", "500, 600"))
    told = command("release", source, *CHAPTERS, "--replace", course=course.root, status=1)
    assert "the personal values total would change" in told
    inbox = hand_in(course, {"ada.ipynb": answered(notebook(course, "ada"))})
    command("collect", "shares", inbox, course=course.root)
    before = course.problem_set("shares")
    source.write_text(text.replace("{task} your-share", "{task} my-share"))
    told = command("release", source, *CHAPTERS, "--replace", course=course.root, status=1)
    assert "my-share" in told
    assert "must stay once work has been handed in" in told.replace("\n", " ")
    assert course.problem_set("shares") == before
    source.write_text(text.replace("1000, 1_000_000", "500, 600"))
    command("release", source, *CHAPTERS, "--replace", "--new-values", course=course.root)


def test_who_left_the_course_is_no_failure(course: Course) -> None:
    inbox = hand_in(course, {f"{student}.ipynb": answered(notebook(course, student)) for student in ("ada", "bob")})
    command("collect", "shares", inbox, course=course.root)
    (course.root / "roster.csv").write_text("id\nada\n")
    told = command("grade", "shares", course=course.root)
    assert "bob: is no longer on the roster, and was left out" in told
    assert "1 submissions graded" in told


def test_nothing_to_grade_is_said(course: Course) -> None:
    told = command("grade", "shares", course=course.root, status=1)
    assert "nothing has been collected for shares yet" in told


@pytest.mark.parametrize(("text", "told"), [("id;email\na;b\n", "commas between columns"), ("ID\nada\n", "'ID'")])
def test_a_roster_without_ids_is_told(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "roster.csv").write_text(text)
    with pytest.raises(ValueError, match=told):
        Course(tmp_path).roster()


def test_a_process_that_dies_takes_nobody_else_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    def in_processes(_: Any, work: list[tuple[str, Any]], jobs: int, done: Callable[[str, Future[Any]], None]) -> None:
        students = [student for student, _ in work]
        asked.append(students)
        for student in students:
            future: Future[Any] = Future()
            if "culprit" in students:
                future.set_exception(BrokenProcessPool("a process died"))
            else:
                future.set_result(student.upper())
            done(student, future)

    monkeypatch.setattr(grading, "_in_processes", in_processes)
    found = grading.judge_all(None, ["a", "culprit", "b"], 2, lambda _: None)  # type: ignore[arg-type]
    assert found == {"a": "A", "b": "B", "culprit": "BrokenProcessPool: a process died"}
    assert asked == [["a", "culprit", "b"], ["a"], ["b"], ["culprit"]]


def swallow_one_alarm() -> None:
    """Take the first error for one's own, as code that catches everything does, and go on."""
    with contextlib.suppress(Exception):
        time.sleep(5)
    time.sleep(5)


def limited_inside() -> None:
    with time_limit(30):
        pass
    time.sleep(5)


@pytest.mark.parametrize("work", [swallow_one_alarm, limited_inside])
def test_a_limit_of_time_holds(work: Callable[[], None]) -> None:
    with pytest.raises(TimeoutError, match=r"longer than 0\.2 seconds"), time_limit(0.2):
        work()
