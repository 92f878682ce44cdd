"""A class of thirty hands in right, wrong and hostile work; each gets the marks that are due."""

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from tests.assignments.conftest import EXAMPLE, Notebook, answered, cell_of, command

from secondhand.assignments import sandbox
from secondhand.assignments.course import Course, CourseError
from secondhand.assignments.grading import Grader
from secondhand.assignments.notebooks import MAX_FILE, handout

pytest.importorskip("nbgrader")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(bool(sandbox.why_not()), reason=sandbox.why_not())]

LIMITS = {
    "cell_seconds": 5,
    "question_seconds": 3,
    "total_seconds": 60,
    "cpu_seconds": 20,
    "memory_mb": 512,
    "home_mb": 4,
    "file_mb": 2,
    "restarts": 4,
}
HIDDEN = ("secret of the solution", "rubric", "2 points: the parts", "END SOLUTION", "def whole", "variant.integer")

Marks = tuple[float | None, ...]


@dataclass(frozen=True)
class Work:
    """What a student hands in, the marks that are due (None: a person must grade), and a word of the report."""

    file: Callable[[Notebook, Notebook], bytes | None]
    marks: Marks
    told: str = ""


def answers(*arguments: Any, **options: Any) -> Callable[[Notebook, Notebook], bytes]:
    return lambda mine, _: answered(mine, *arguments, **options)


SHARE, NUMBER, TEXT = (
    "def share(part, total):\n    return part / total",
    "your_share = PART / TOTAL",
    "They make the whole.",
)
SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(2)><!-- --><svg/onload=alert(3)>"
GOOD: Marks = (5, 3, None)


def extra(source: str) -> Callable[[Notebook, Notebook], bytes]:
    return answers(SHARE, NUMBER, TEXT, source)


def function(body: str) -> Callable[[Notebook, Notebook], bytes]:
    return answers(f"def share(part, total):\n{body}", NUMBER, TEXT)


def remove(*ids: str) -> Callable[[Notebook], None]:
    def edit(notebook: Notebook) -> None:
        for name in ids:
            notebook["cells"].remove(cell_of(notebook, name))

    return edit


def change(name: str, **values: Any) -> Callable[[Notebook], None]:
    def edit(notebook: Notebook) -> None:
        cell = cell_of(notebook, name)
        cell["metadata"]["nbgrader"].update(values.pop("nbgrader", {}))
        cell.update(values)

    return edit


def twice(name: str) -> Callable[[Notebook], None]:
    return lambda notebook: notebook["cells"].append(json.loads(json.dumps(cell_of(notebook, name))))


def spoof(notebook: Notebook) -> None:
    """Put full marks into the outputs that nbgrader reads."""
    for name in ("share-of", "your-share"):
        output = {"output_type": "execute_result", "data": {"text/plain": "3.0"}, "metadata": {}, "execution_count": 1}
        cell_of(notebook, name).update(outputs=[output])


def kernel(notebook: Notebook) -> None:
    notebook["metadata"]["kernelspec"] = {"name": "ir", "language": "R", "display_name": "R"}


WORK: dict[str, Work] = {
    "right": Work(answers(), GOOD),
    "script": Work(
        answers(
            SHARE,
            NUMBER,
            f"Parts {SCRIPT} make [1 < 2](javascript:alert(4)) [2]: java&#115;cript:a\n\n[2]",
            f"print({SCRIPT!r})\nraise ValueError({SCRIPT!r})",
        ),
        GOOD,
    ),
    "wrong": Work(answers("def share(part, total): return 2.0", "your_share = 2.0"), (0, 0, None)),
    "partial": Work(answers("def share(part, total): return part / total or 1", "your_share = 2"), (3, 0, None)),
    "empty": Work(lambda mine, _: json.dumps(mine).encode(), (0, 0, 0)),
    "absent": Work(lambda *_: None, (0, 0, 0), "nothing handed in"),
    "loop": Work(extra("while True: pass"), GOOD, "took longer than 5 seconds"),
    "loop-in-function": Work(function("    while True: pass"), (0, 3, None)),
    "fork": Work(
        extra(
            "import os, time\nfor _ in range(64):\n    if os.fork() == 0:\n        time.sleep(2)\n        os._exit(0)"
        ),
        GOOD,
    ),
    "memory": Work(extra("x = [bytearray(10**7) for _ in range(100)]"), GOOD),
    "flood": Work(extra("for _ in range(64): print('x' * 10**6)"), GOOD, "printed more than 4 MB"),
    "exit": Work(extra("import sys\nsys.exit()"), GOOD),
    "kill": Work(extra("import os\nos._exit(0)"), GOOD, "ended the process"),
    "deleted": Work(answers(edit=remove("share-of-answer-1", "your-share")), (0, 3, None), "was deleted"),
    "edited": Work(answers("x = 1", edit=change("share-of", source="print(5)")), (0, 3, None), "was edited"),
    "points": Work(answers("x = 1", edit=change("share-of", nbgrader={"points": 99, "solution": True})), (0, 3, None)),
    "outputs": Work(answers("x = 1", "y = 1", edit=spoof), (0, 0, None)),
    "equality": Work(
        answers("class E(float):\n    __eq__ = lambda *_: True\ndef share(part, total): return E(9)", "your_share = 0"),
        (0, 0, None),
    ),
    "patched": Work(
        answers("import builtins, json\nbuiltins.abs = lambda _: 0\njson.dumps = lambda *_: '{}'", "your_share = 3"),
        (0, 0, None),
    ),
    "reader": Work(
        function(
            "    import gc, glob\n    found = glob.glob('/**/shares*', recursive=True)\n"
            "    return [open(path).read() for path in found] + gc.get_objects()"
        ),
        (0, 3, None),
    ),
    "writer": Work(
        extra(
            "import glob\nfor folder in ('/', '/work', '/root', '/tmp', '/usr'):\n    open(folder + '/x', 'w').close()"
        ),
        GOOD,
    ),
    "other": Work(lambda _, other: answered(other), (5, 0, None), "it is another student's variant"),
    "copied": Work(lambda _, other: b"", (5, 0, None), "right for the variant of right"),
    "untagged": Work(
        answers(edit=lambda notebook: (notebook["cells"].pop(1), notebook["metadata"].pop("secondhand"))),
        (5, 0, None),
        "does not say whose variant it is",
    ),
    "pasted": Work(answers(edit=twice("share-of-answer-1")), GOOD, "is there twice"),
    "cut": Work(lambda mine, _: answered(mine)[:-500], (0, 0, 0), "cut off"),
    "nonsense": Work(lambda *_: b"\xff\xfe\x00nonsense", (0, 0, 0), "not in UTF-8"),
    "huge": Work(lambda *_: b" " * (MAX_FILE + 2), (0, 0, 0), f"larger than {MAX_FILE // 2**20} MB"),
    "kernel-r": Work(answers(edit=kernel), GOOD, "written for the language 'R'"),
    "syntax": Work(answers("def share(part, total:\n  return", NUMBER), (0, 3, None)),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """A course that was released to the class, and whose work was collected and graded by the commands."""
    root = tmp_path_factory.mktemp("class") / "course"
    root.mkdir()
    lines = "".join(f"{student},{student.title()},=Cell(1),{student}@example.org\n" for student in WORK)
    (root / "roster.csv").write_text(f"id,first_name,last_name,email\n{lines}")
    (root / "limits.json").write_text(json.dumps(LIMITS))
    done = command("release", EXAMPLE / "shares.md", "--chapters", EXAMPLE / "chapters", course=root)
    assert "30 notebooks are in" in done
    return Course(root)


@pytest.fixture(scope="module")
def graded(course: Course, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the commands said: collect, grade and report."""
    inbox = tmp_path_factory.mktemp("inbox")
    other = json.loads(course.handout("shares", "right").read_text())
    answers_of_all = json.loads(course.answers_file("shares").read_text())
    for student, work in WORK.items():
        mine = json.loads(course.handout("shares", student).read_text())
        data = work.file(mine, other)
        if student == "copied":
            data = answered(mine, SHARE, f"your_share = {answers_of_all['right']['your-share']!r}")
        if data is not None:
            (inbox / f"{student}.ipynb").write_bytes(data)
    (inbox / "stranger.ipynb").write_text("{}")
    collected = command("collect", "shares", inbox, course=course.root, status=1)
    return {
        "collect": collected,
        "grade": command("grade", "shares", course=course.root),
        "report": command("report", "shares", course=course.root),
    }


def environment() -> dict[str, str]:
    """Return the environment of a process that finds what this one does."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def rows(course: Course) -> dict[str, dict[str, str]]:
    text = (course.reports("shares") / "grades.csv").read_text()
    return {row["id"]: row for row in csv.DictReader(io.StringIO(text))}


def test_there_are_thirty() -> None:
    assert len(WORK) == 30


@pytest.mark.parametrize("student", WORK)
def test_each_gets_the_marks_that_are_due(course: Course, graded: dict[str, str], student: str) -> None:
    row = rows(course)[student]
    shown = tuple(None if row[task] == "" else float(row[task]) for task in ("share-of", "your-share", "sum-to-one"))
    assert shown == WORK[student].marks
    assert float(row["score"]) == sum(mark or 0 for mark in shown)
    assert row["submitted"] == ("no" if student == "absent" else "yes")


@pytest.mark.parametrize("student", [student for student, work in WORK.items() if work.told])
def test_what_is_odd_is_told(course: Course, graded: dict[str, str], student: str) -> None:
    report = (course.reports("shares") / "class.html").read_text()
    lines = [line for line in report.replace("&#x27;", "'").split("<li>") if line.startswith(f"{student}:")]
    assert any(WORK[student].told in line for line in lines), lines


def test_the_report_names_nobody_without_reason(course: Course, graded: dict[str, str]) -> None:
    report = (course.reports("shares") / "class.html").read_text()
    assert "3 files could not be read; scores and tasks leave them out." in report
    assert not [line for line in report.split("<li>") if line.startswith(("right:", "script:", "wrong:", "partial:"))]
    assert "29 of 30 students handed in" in report
    assert report.count('src="data:image/svg+xml;base64') == 3
    assert "No student has said how long the tasks took." in report
    assert "<script" not in report


def test_strangers_are_told(graded: dict[str, str]) -> None:
    assert "stranger.ipynb: no student of the roster has the id 'stranger'" in graded["collect"]


def test_nothing_hidden_is_handed_out(course: Course, graded: dict[str, str]) -> None:
    files = [
        path
        for name in ("handouts", "release", "source", "autograded", "feedback")
        for path in (course.root / name).rglob("*")
    ]
    assert len([path for path in files if path.suffix == ".html"]) == 29
    for path in files:
        if path.is_file():
            data = path.read_bytes()
            if path.suffix == ".zip":
                with zipfile.ZipFile(path) as archive:
                    assert len(archive.namelist()) == 30
                    data = b"".join(archive.read(name) for name in archive.namelist())
            for hidden in HIDDEN:
                assert hidden.encode() not in data, (path, hidden)
            assert course.secret().hex().encode() not in data


def test_what_is_secret_is_for_its_owner_only(course: Course, graded: dict[str, str]) -> None:
    private = [course.secret_file, course.problem_set_file("shares"), course.answers_file("shares")]
    for path in [*private, *(course.root / "judged").rglob("*.json"), course.reports("shares") / "class.html"]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_feedback_is_ready_to_hand_out(course: Course, graded: dict[str, str]) -> None:
    with zipfile.ZipFile(course.reports("shares") / "feedback.zip") as archive:
        assert sorted(archive.namelist()) == sorted(f"shares-{student}.html" for student in WORK if student != "absent")
        page = (course.root / "feedback" / "partial" / "shares" / "shares.html").read_bytes()
        assert archive.read("shares-partial.html") == page


def test_feedback_tells_what_is_wrong_and_a_hint(course: Course, graded: dict[str, str]) -> None:
    text = (course.root / "feedback" / "partial" / "shares" / "shares.html").read_text()
    assert "share(0, 7) is wrong" in text
    assert "Hint: Think of an empty part." in text
    assert "your_share = 2 is not right" in text
    assert "Divide." not in text


def test_feedback_runs_no_script_of_a_student(course: Course, graded: dict[str, str]) -> None:
    text = (course.root / "feedback" / "script" / "shares" / "shares.html").read_text()
    assert "make" in text
    active = BeautifulSoup(text, "html.parser")
    assert not [tag for tag in active.find_all("script") if "alert(" in tag.text]
    assert not [tag for tag in active.find_all() if {"onerror", "onload"} & set(tag.attrs)]
    assert not [tag for tag in active.find_all("a") if not str(tag.get("href", "#")).startswith("#")]


def test_a_table_holds_no_formula(course: Course, graded: dict[str, str]) -> None:
    assert rows(course)["right"]["last_name"] == "'=Cell(1)"


def test_grading_again_changes_nothing_and_judges_nobody(course: Course, graded: dict[str, str]) -> None:
    before = (course.reports("shares") / "grades.csv").read_bytes()
    times = {path: path.stat().st_mtime_ns for path in (course.root / "judged").rglob("*.json")}
    command("grade", "shares", course=course.root)
    command("report", "shares", course=course.root)
    assert {path: path.stat().st_mtime_ns for path in (course.root / "judged").rglob("*.json")} == times
    assert (course.reports("shares") / "grades.csv").read_bytes() == before


def test_collecting_again_takes_over_what_is_new_only(course: Course, graded: dict[str, str], tmp_path: Path) -> None:
    grader = Grader.of(course, "shares")
    mine = handout(grader.problems, grader.variants["right"])
    other = tmp_path / "inbox" / "right"
    other.mkdir(parents=True)
    (other / "first.ipynb").write_bytes(course.submitted("shares", "right").read_bytes())
    assert "0 submissions collected, 1 were there before" in command(
        "collect", "shares", tmp_path / "inbox", course=course.root
    )
    (other / "first.ipynb").write_bytes(answered(mine, written="again"))
    told = command("collect", "shares", tmp_path / "inbox", course=course.root, status=1)
    assert "right: another file was collected before and is kept" in told
    (tmp_path / "inbox" / "right.ipynb").write_bytes(answered(mine))
    told = command("collect", "shares", tmp_path / "inbox", course=course.root, status=1)
    assert "right: there are 2 files (right.ipynb, right/first.ipynb)" in told
    (tmp_path / "inbox" / "right.ipynb").unlink()
    (tmp_path / "inbox" / "empty.ipynb").symlink_to("/etc/passwd")
    told = command("collect", "shares", tmp_path / "inbox", course=course.root, status=1)
    assert "empty.ipynb: it is a link or no file" in told


def test_nbgrader_grades_the_same_by_its_own_commands(course: Course, graded: dict[str, str], tmp_path: Path) -> None:
    """All of the class, from what was collected: nothing that the judge had found before is there."""
    from secondhand.assignments import gradebook

    before = gradebook.grades(course, "shares")
    alone = Course(tmp_path / "alone")
    shutil.copytree(course.root, alone.root, ignore=shutil.ignore_patterns("judged", "autograded", "feedback", "*.db"))
    nbgrader(alone, "generate_assignment", "shares", "--force")
    nbgrader(alone, "autograde", "shares")
    nbgrader(alone, "generate_feedback", "shares")
    nbgrader(alone, "export", "--to", "exported.csv")
    assert gradebook.grades(alone, "shares") == before
    judged = alone.root / "judged" / "shares"
    for student in before:
        record = json.loads((judged / f"{student}.json").read_text())
        reference = json.loads(course.judged("shares", student).read_text())
        assert record["judgement"]["tasks"] == reference["judgement"]["tasks"], student
        assert (alone.root / "feedback" / student / "shares" / "shares.html").exists()
    with (alone.root / "exported.csv").open(encoding="utf-8", newline="") as file:
        exported = {row["student_id"]: float(row["score"]) for row in csv.DictReader(file)}
    assert {student: exported[student] for student in before} == {
        student: float(rows(course)[student]["score"]) for student in before
    }


def nbgrader(course: Course, *arguments: str) -> None:
    """Run a command of nbgrader's own in the course's folder."""
    command = [sys.executable, "-m", "nbgrader", *arguments]
    # nbgrader itself starts a program that an activated environment has in its path.
    activated = {**environment(), "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}
    done = subprocess.run(command, cwd=course.root, env=activated, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_an_interrupted_run_goes_on(course: Course, graded: dict[str, str], how: signal.Signals) -> None:
    """Stopped in the middle, a run leaves what it had finished; the next one does the rest."""
    kept = {path: path.read_bytes() for path in (course.root / "judged" / "shares").glob("*.json")}
    before = (course.reports("shares") / "grades.csv").read_bytes()
    victims = ["right", "wrong", "partial", "loop", "flood", "other"]
    for student in victims:
        course.judged("shares", student).unlink()
        course.judged("shares", student).with_suffix(".entered").unlink()
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "from secondhand.assignments.commands import app; app()",
            "grade",
            "shares",
            "--jobs",
            "2",
            "--course",
            str(course.root),
        ],
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    deadline = time.monotonic() + 240
    while not any(course.judged("shares", student).exists() for student in victims):
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(how)
    assert process.wait() == (-signal.SIGKILL if how == signal.SIGKILL else 130)
    left = [student for student in victims if not course.judged("shares", student).exists()]
    assert left
    for student in set(WORK) - set(left) - {"absent"}:
        assert json.loads(course.judged("shares", student).read_text())["judgement"] is not None
    wait_until_gone(process.pid)
    done = {s: course.judged("shares", s).stat().st_mtime_ns for s in victims if s not in left}
    command("grade", "shares", course=course.root)
    assert {s: course.judged("shares", s).stat().st_mtime_ns for s in done} == done
    command("report", "shares", course=course.root)
    assert (course.reports("shares") / "grades.csv").read_bytes() == before
    assert set(kept) == set((course.root / "judged" / "shares").glob("*.json"))


def wait_until_gone(session: int) -> None:
    """Wait until no process is left of a command that was killed, nor of a student whose work it judged."""
    worker = str(Path(sandbox.__file__).with_name("worker.py"))
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        listed = subprocess.run(["ps", "-eo", "sid,stat,args"], capture_output=True, text=True, check=True).stdout
        lines = [line.split(maxsplit=2) for line in listed.splitlines()[1:]]
        if not any((sid == str(session) or worker in args) and "Z" not in state for sid, state, args in lines):
            return
        time.sleep(0.2)
    raise AssertionError("processes of a killed command are still there")


def test_grades_by_hand_are_reported(course: Course, graded: dict[str, str]) -> None:
    from secondhand.assignments import gradebook

    assert rows(course)["wrong"]["to_grade_by_hand"] == "sum-to-one"
    with gradebook._api(course) as api, api.gradebook as book:
        grade = book.find_grade("sum-to-one", "shares", "shares", "wrong")
        grade.manual_score, grade.needs_manual_grade = 1.5, False
        book.find_comment("sum-to-one", "shares", "shares", "wrong").manual_comment = "You are *nearly* there."
        book.db.commit()
    try:
        told = command("report", "shares", course=course.root)
        assert "Feedback was written again for 1 students" in told
        row = rows(course)["wrong"]
        assert (row["sum-to-one"], row["score"], row["to_grade_by_hand"]) == ("1.5", "1.5", "")
        feedback = (course.root / "feedback" / "wrong" / "shares" / "shares.html").read_text()
        assert "Task sum-to-one: 1.5 of 2 points" in feedback
        assert "You are <em>nearly</em> there." in feedback
        assert "Feedback was written" not in command("report", "shares", course=course.root)
    finally:
        with gradebook._api(course) as api, api.gradebook as book:
            grade = book.find_grade("sum-to-one", "shares", "shares", "wrong")
            grade.manual_score, grade.needs_manual_grade = None, True
            book.find_comment("sum-to-one", "shares", "shares", "wrong").manual_comment = None
            book.db.commit()
        command("report", "shares", course=course.root)


def test_another_database_and_no_isolation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root, database = tmp_path / "course", tmp_path / "grades.db"
    root.mkdir()
    (root / "roster.csv").write_text("id\nada\n")
    chapters = ("--chapters", EXAMPLE / "chapters")
    command("release", EXAMPLE / "shares.md", *chapters, "--database", f"sqlite:///{database}", course=root)
    assert database.exists()
    assert not (root / "gradebook.db").exists()
    notebook = json.loads(Course(root).handout("shares", "ada").read_text())
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / "ada.ipynb").write_bytes(answered(notebook))
    command("collect", "shares", tmp_path / "inbox", course=root)
    monkeypatch.setattr(sandbox, "why_not", lambda: "bubblewrap (bwrap) is not installed")
    told = command("grade", "shares", course=root, status=1)
    assert "--trust-submissions" in told
    command("grade", "shares", "--trust-submissions", course=root)
    command("report", "shares", course=root)
    assert rows(Course(root))["ada"]["score"] == "8"


RELEASE = ("release", EXAMPLE / "shares.md", "--chapters", EXAMPLE / "chapters", "--database")


@pytest.mark.parametrize(
    ("database", "told"),
    [
        ("grades", "database must be a URL such as"),
        (
            "postgresql+psycopg://ada:secret@localhost/grades",
            "psycopg, the driver of the database postgresql+psycopg://ada:***@localhost",
        ),
        ("sqlite:///:memory:", "database must be a file that stays"),
        ("cassandra://localhost/grades", "database must be of a kind that SQLAlchemy knows"),
        ("sqlite:////nowhere/grades.db", "cannot be reached: unable to open database file"),
    ],
)
def test_a_database_that_cannot_be_used_leaves_the_course_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, database: str, told: str
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    (tmp_path / "roster.csv").write_text("id\nada\n")
    found = command(*RELEASE, database, course=tmp_path, status=1)
    assert told in found
    assert "secret" not in found
    assert [path.name for path in tmp_path.iterdir()] == ["roster.csv"]


def test_a_course_keeps_its_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "course").mkdir()
    (tmp_path / "course" / "roster.csv").write_text("id\nada\n")
    for _ in range(2):
        # A path that is not absolute is seen from here, as every other one of the command.
        command(*RELEASE, "sqlite:///other.db", course=Path("course"))
    assert (tmp_path / "other.db").exists()
    assert not list((tmp_path / "course").glob("*.db"))
    settings = (tmp_path / "course" / "nbgrader_config.py").read_text()
    assert f"sqlite:///{tmp_path}/other.db" in settings
    told = command(*RELEASE, f"sqlite:///{tmp_path}/third.db", course=Path("course"), status=1)
    assert "database must be the one that this course has" in told
    assert not (tmp_path / "third.db").exists()
    assert (tmp_path / "course" / "nbgrader_config.py").read_text() == settings


def test_two_commands_do_not_work_at_once(course: Course) -> None:
    with course.locked(), pytest.raises(CourseError, match="another command works on"), course.locked():
        pass


def test_releasing_again_gives_the_same_notebooks(course: Course, tmp_path: Path) -> None:
    before = course.handouts("shares").with_suffix(".zip").read_bytes()
    command("release", EXAMPLE / "shares.md", "--chapters", EXAMPLE / "chapters", course=course.root)
    assert course.handouts("shares").with_suffix(".zip").read_bytes() == before
    changed = tmp_path / "shares.md"
    changed.write_text((EXAMPLE / "shares.md").read_text().replace("0.001", "0.002"))
    told = command("release", changed, "--chapters", EXAMPLE / "chapters", course=course.root, status=1)
    assert "another version of shares was released" in told


def test_commands_that_cannot_work_say_why(tmp_path: Path) -> None:
    told = command("release", EXAMPLE / "shares.md", "--chapters", EXAMPLE / "chapters", course=tmp_path, status=1)
    assert "roster.csv cannot be read" in told
    (tmp_path / "roster.csv").write_text("id\nada\nAda\n")
    told = command("release", EXAMPLE / "shares.md", "--chapters", EXAMPLE / "chapters", course=tmp_path, status=1)
    assert "line 3: the id 'Ada' is there twice" in told
    for name in ("grade", "report"):
        told = command(name, "shares", course=tmp_path, status=1)
        assert "there is no assignment 'shares'" in told
        assert "secondhand assignments release" in told.replace("\n", " ")
