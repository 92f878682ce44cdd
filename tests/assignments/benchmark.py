"""Grades a class of right submissions with this package and with plain nbgrader, and prints the time each takes.

Run it as `python -m tests.assignments.benchmark 100`; it prints a table in Markdown. Plain nbgrader runs the same tasks
with their checks as assertions in the notebook, beside the student's code and without isolation.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.assignments.conftest import EXAMPLE, answered

from secondhand.assignments import gradebook
from secondhand.assignments.course import Course
from secondhand.assignments.grading import Grader, judge_all
from secondhand.book.bench import machine

CHECKS = {
    "share-of": "for a, b in ((1, 2), (3, 12), (7, 10), (0, 7)):\n    assert abs(share(a, b) - a / b) < 1e-9",
    "your-share": "assert abs(your_share - PART / TOTAL) < 1e-6",
}
COMMANDS = "from secondhand.assignments.commands import app; app()"


def main(students: int) -> None:
    """Grade so many submissions both ways, and print a table in Markdown."""
    rows: list[tuple[str, float]] = []

    def say(what: str, began: float) -> float:
        rows.append((what, (time.monotonic() - began) / students))
        print(f"{what}: {rows[-1][1]:.2f} s a submission", file=sys.stderr, flush=True)
        return rows[-1][1]

    with tempfile.TemporaryDirectory() as folder:
        ours, plain = Path(folder) / "ours", Path(folder) / "plain"
        ours.mkdir()
        ids = [f"s{number:03}" for number in range(students)]
        (ours / "roster.csv").write_text("\n".join(["id", *ids]) + "\n")
        command = [sys.executable, "-c", COMMANDS]
        run([*command, "release", str(EXAMPLE / "shares.md"), "--chapters", str(EXAMPLE / "chapters")], ours)
        inbox = Path(folder) / "inbox"
        inbox.mkdir()
        course = Course(ours)
        for student in ids:
            notebook = json.loads(course.handout("shares", student).read_text())
            (inbox / f"{student}.ipynb").write_bytes(answered(notebook))
        run([*command, "collect", "shares", str(inbox)], ours)
        for jobs in (1, 2):
            for name in ("judged", "autograded", "feedback"):
                shutil.rmtree(ours / name, ignore_errors=True)
            began = time.monotonic()
            run([*command, "grade", "shares", "--jobs", str(jobs)], ours)
            say(f"here, {jobs} at once, feedback included", began)
        parts(course, ids, say)
        prepare(ours, plain, course, ids)
        nbgrader = [sys.executable, "-m", "nbgrader"]
        run([*nbgrader, "generate_assignment", "shares", "--force"], plain, course=False)
        began = time.monotonic()
        run([*nbgrader, "autograde", "shares"], plain, course=False)
        run([*nbgrader, "generate_feedback", "shares"], plain, course=False)
        beside = say("plain nbgrader, one after the other, feedback included", began)
    print(f"Grading {students} submissions of three tasks, on {machine()}.\n")
    print("| what | seconds a submission | beside plain nbgrader |\n|---|---:|---:|")
    for what, seconds in rows:
        print(f"| {what} | {seconds:.2f} | {seconds / beside:.2f} |")


def parts(course: Course, ids: list[str], say: Callable[[str, float], float]) -> None:
    """Time what grading consists of."""
    grader = Grader.of(course, "shares")
    shutil.rmtree(course.root / "judged")
    began = time.monotonic()
    judge_all(grader, ids, 2, lambda _: None)
    say("of that, judging, 2 at once", began)
    began = time.monotonic()
    with gradebook.trusting(False):
        failed = [reason for _, reason in gradebook.enter(course, "shares", ids) if reason]
    say("of that, entering into nbgrader, feedback included", began)
    began = time.monotonic()
    failed += [reason for _, reason in gradebook.feedback(course, "shares", ids) if reason]
    say("of that, feedback", began)
    if failed:
        raise SystemExit(f"entering failed: {failed[0]}")


def prepare(ours: Path, plain: Path, course: Course, ids: list[str]) -> None:
    """Make a course of plain nbgrader with the same submissions, and the checks in the notebook."""
    shutil.copytree(ours / "source", plain / "source")
    source = plain / "source" / "shares" / "shares.ipynb"
    notebook = json.loads(source.read_text())
    for cell in notebook["cells"]:
        grade_id = cell["metadata"].get("nbgrader", {}).get("grade_id")
        cell["source"] = CHECKS.get(grade_id, cell["source"])
    source.write_text(json.dumps(notebook))
    settings = "c = get_config()\nc.CourseDirectory.course_id = 'x'\nc.ClearSolutions.enforce_metadata = False\n"
    (plain / "nbgrader_config.py").write_text(settings)
    for student in ids:
        target = plain / "submitted" / student / "shares" / "shares.ipynb"
        target.parent.mkdir(parents=True)
        shutil.copy(course.submitted("shares", student), target)


def run(command: list[str], folder: Path, *, course: bool = True) -> None:
    """Run a command in a course's folder."""
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    nbconvert = Path(sys.modules["nbconvert"].__file__ or "") if "nbconvert" in sys.modules else None
    if nbconvert:
        environment.setdefault("JUPYTER_PATH", str(nbconvert.parents[4] / "share" / "jupyter"))
    more = ["--course", str(folder)] if course else []
    done = subprocess.run([*command, *more], cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}")


if __name__ == "__main__":
    import nbconvert  # noqa: F401 - to find its templates where it is installed apart from this interpreter

    main(int(sys.argv[1]))
