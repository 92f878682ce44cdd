"""Judges the submissions of a class and enters the grades into the gradebook.

Submissions are judged in parallel, each by a process of this program that starts the student's own; what came of each
is kept at once, so that an interrupted run goes on where it stopped. Only then are the grades entered, student after
student. It knows nothing of how a submission is judged, and of nbgrader only what `gradebook` offers.
"""

import multiprocessing
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from secondhand.assignments import gradebook
from secondhand.assignments.course import Course, CourseError, read_json, write, write_json
from secondhand.assignments.judging import Finding, Judgement, TaskResult, judge, numeric_answers
from secondhand.assignments.notebooks import (
    MAX_FILE,
    NotebookError,
    code_to_run,
    handout,
    read_submission,
    rebuilt,
    settled,
)
from secondhand.assignments.records import Record, fingerprint
from secondhand.assignments.sandbox import Sandbox
from secondhand.assignments.session import Cell
from secondhand.assignments.source import ProblemSet
from secondhand.assignments.text import printable
from secondhand.assignments.variants import Variant, owner_of
from secondhand.messages import LANGUAGES, speaking, t

Progress = Callable[[str], object]


@dataclass(frozen=True)
class Grader:
    """All that is needed to judge submissions of an assignment, in any process.

    Attributes:
        course: the course.
        problems: the problem set as it was released.
        variants: the variant of each student of the class.
        answers: the right numbers of each student: id → task → number.
        sandbox: where students' code runs.
    """

    course: Course
    problems: ProblemSet
    variants: Mapping[str, Variant]
    answers: Mapping[str, Mapping[str, float]]
    sandbox: Sandbox

    @classmethod
    def of(cls, course: Course, assignment: str, *, trust: bool = False) -> "Grader":
        """Return the grader of an assignment.

        Raises:
            CourseError: the assignment was not released, or a file of the course is missing.
            SandboxError: submissions cannot be isolated here, and are not trusted.
        """
        problems = course.problem_set(assignment)
        variants = course.variants(assignment)
        path = course.answers_file(assignment)
        answers = read_json(path) if path.exists() else {}
        sandbox = Sandbox(course.limits(), private=(course.root,), untrusted=not trust)
        return cls(course, problems, variants, answers, sandbox)

    def prepare(self, data: bytes) -> tuple[dict[str, Any], tuple[str, ...], tuple[str, ...]]:
        """Return a submitted file as a clean notebook, the tags of variants in it, and what is odd about it.

        Raises:
            NotebookError: it is no notebook.
        """
        with speaking(self.problems.language):
            submission = read_submission(data)
        notebook, mended = rebuilt(submission, self.problems)
        return notebook, submission.tags, (*submission.problems, *mended)

    def record(self, student: str, notebook: Mapping[str, Any], tags: Iterable[str], odd: Iterable[str]) -> Record:
        """Return what came of a submission: as it is kept, or else judged now and then kept."""
        with speaking(self.problems.language):
            return self._record(student, notebook, tags, odd)

    def _record(self, student: str, notebook: Mapping[str, Any], tags: Iterable[str], odd: Iterable[str]) -> Record:
        variant = self._variant(student)
        tags, odd = tuple(tags), tuple(odd)
        others = {name: numbers for name, numbers in self.answers.items() if name != student}
        depends_on = [
            self._released(),
            variant.tag,
            tags,
            odd,
            others,
            repr(self.sandbox.limits),
            self.sandbox.untrusted,
        ]
        unreadable = self._unreadable(student, notebook)
        mark = fingerprint(notebook, *depends_on, unreadable)
        kept = self.kept(student)
        if kept is not None and kept.fingerprint == mark:
            return kept
        began = time.monotonic()
        if unreadable:
            why = t("assignments.remark.nothing", reason=unreadable)
            nothing = tuple(TaskResult(task.id, task.points, 0, (Finding(why),)) for task in self.problems.tasks)
            record = Record(mark, Judgement((), nothing), (why,), (), 0.0)
            write_json(self.course.judged(self.problems.name, student), record.to_json(), private=True)
            return record
        cells = [Cell(f"cell {index + 1}", source) for index, source in code_to_run(notebook)]
        judgement = judge(self.problems, variant, cells, self.sandbox, others)
        judgement = _without_unanswered(judgement, notebook)
        remarks, notes = list(odd), []
        for result in judgement.tasks:
            notes += [f"task {result.task}: {finding.note}" for finding in result.findings if finding.note]
        owners = {tag: owner_of(tag, self.variants.values()) for tag in tags}
        for owner in owners.values():
            if owner is None:
                remarks.append(t("assignments.remark.nobody"))
            elif owner != student:
                remarks.append(t("assignments.remark.other-variant"))
                notes.append(f"the notebook was released to {owner}")
        if not tags:
            remarks.append(t("assignments.remark.no-variant"))
        took = round(time.monotonic() - began, 2)
        record = Record(mark, judgement, tuple(dict.fromkeys(remarks)), tuple(dict.fromkeys(notes)), took)
        write_json(self.course.judged(self.problems.name, student), record.to_json(), private=True)
        return record

    def kept(self, student: str) -> Record | None:
        """Return what was kept of a student's submission, which may be out of date."""
        path = self.course.judged(self.problems.name, student)
        try:
            return Record.from_json(read_json(path))
        except (CourseError, KeyError, TypeError, ValueError):
            return None

    def judge_file(self, student: str) -> Record:
        """Judge the file that a student submitted."""
        return self.record(student, *self.prepare(self.course.submitted(self.problems.name, student).read_bytes()))

    def _variant(self, student: str) -> Variant:
        if student not in self.variants:
            raise CourseError(f"{student!r} is not in {self.course.roster_file}; add a line, and release to them again")
        return self.variants[student]

    def _unreadable(self, student: str, notebook: Mapping[str, Any]) -> str:
        """Return what is wrong with the file that was set aside, if the notebook is the empty one in its place."""
        aside = self.course.unreadable(self.problems.name, student)
        if not aside.exists() or [cell["source"] for cell in notebook["cells"]] != self._empty():
            return ""
        try:
            read_submission(_bytes_of(aside))
        except (NotebookError, OSError) as error:
            return str(error) if isinstance(error, NotebookError) else t("assignments.file.none")
        return ""

    def _empty(self) -> list[str]:
        return [cell["source"] for cell in handout(self.problems)["cells"]]

    def _released(self) -> str:
        return repr(self.problems)


def _without_unanswered(judgement: Judgement, notebook: Mapping[str, Any]) -> Judgement:
    """Give 0 points to written tasks whose cell is as it was handed out: no person needs to read those."""
    untouched = {
        cell["metadata"]["nbgrader"]["grade_id"]
        for cell in notebook["cells"]
        if cell["source"] == t("assignments.handout.written") and "nbgrader" in cell["metadata"]
    }
    nothing = (Finding(t("assignments.grade.unanswered")),)
    tasks = [replace(task, earned=0, findings=nothing) if task.task in untouched else task for task in judgement.tasks]
    return replace(judgement, tasks=tuple(tasks))


def settle(course: Course, problems: ProblemSet, student: str) -> str:
    """Put a clean notebook in the place of a submitted file, or an empty one if it is none; that is kept aside.

    Returns:
        What is wrong with the file, for the instructor; nothing if it is a notebook.
    """
    path = course.submitted(problems.name, student)
    try:
        with speaking(LANGUAGES[0]):
            if path.is_symlink() or not path.is_file():
                raise NotebookError(t("assignments.file.none"))
            data = _bytes_of(path)
            read_submission(data)
            # What is odd is told to the student, in the language of the problem set.
            clean = settled(data, problems)
        if clean != data:
            received = course.received(problems.name, student)
            if not received.exists():
                write(received, data)
            write(path, clean)
    except NotebookError as error:
        aside = course.unreadable(problems.name, student)
        aside.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, aside)
        write_json(path, handout(problems))
        return str(error)
    return ""


def _bytes_of(path: Path) -> bytes:
    # Of a file that is far too large no more is read than shows it.
    with path.open("rb") as file:
        return file.read(MAX_FILE + 1)


def submitted_students(course: Course, assignment: str) -> list[str]:
    """Return the students who submitted something for an assignment."""
    return sorted(
        path.parents[1].name for path in (course.root / "submitted").glob(f"*/{assignment}/{assignment}.ipynb")
    )


@dataclass(frozen=True)
class Outcome:
    """What came of grading a class.

    Attributes:
        graded: how many submissions are in the gradebook.
        remarks: what is odd about submissions: id → lines.
        failed: whose submission could not be graded, and why.
    """

    graded: int
    remarks: Mapping[str, tuple[str, ...]]
    failed: Mapping[str, str]


def grade_class(
    course: Course,
    assignment: str,
    *,
    jobs: int,
    trust: bool = False,
    judged: Progress = lambda _: None,
    entered: Progress = lambda _: None,
) -> Outcome:
    """Judge what was submitted, enter the grades and write feedback; what is up to date is left as it is.

    Args:
        course: the course.
        assignment: name of the assignment.
        jobs: how many submissions are judged at once.
        trust: whether students' code may run without isolation.
        judged: told the id of each student whose submission has been judged.
        entered: told the id of each student whose grades are in the gradebook.

    Raises:
        CourseError: the assignment was not released, or the gradebook cannot be used.
        SandboxError: submissions cannot be isolated here, and are not trusted.
    """
    gradebook.available()
    grader = Grader.of(course, assignment, trust=trust)
    with course.locked():
        failed: dict[str, str] = {}
        left: dict[str, tuple[str, ...]] = {}
        students = []
        for student in submitted_students(course, assignment):
            if student in grader.variants:
                settle(course, grader.problems, student)
                students.append(student)
            else:
                left[student] = ("is no longer on the roster, and was left out",)
        records: dict[str, Record] = {}
        for student, result in judge_all(grader, students, jobs, judged).items():
            if isinstance(result, str):
                failed[student] = result
            else:
                records[student] = result
        graded = _enter(course, assignment, records, trust, entered)
        failed.update({student: reason for student, reason in graded.items() if reason})
    remarks = left | {student: (*record.remarks, *record.notes) for student, record in records.items()}
    return Outcome(len(students) - len(set(failed) & set(students)), {k: v for k, v in remarks.items() if v}, failed)


def _enter(
    course: Course, assignment: str, records: Mapping[str, Record], trust: bool, progress: Progress
) -> dict[str, str]:
    """Enter grades and write feedback, for those whose record is not what was entered last."""

    def mark(student: str) -> Path:
        return course.judged(assignment, student).with_suffix(".entered")

    def is_entered(student: str) -> bool:
        path = mark(student)
        return path.is_file() and path.read_text(encoding="ascii", errors="replace") == records[student].fingerprint

    todo = [student for student in sorted(records) if not is_entered(student)]
    for student in records:
        if student not in todo:
            progress(student)
    reasons: dict[str, str] = {}
    with gradebook.trusting(trust):
        for student, reason in gradebook.enter(course, assignment, todo):
            reasons[student] = reason
            if not reason:
                write(mark(student), records[student].fingerprint.encode())
            progress(student)
    return reasons


def judge_all(grader: Grader, students: Iterable[str], jobs: int, progress: Progress) -> dict[str, Record | str]:
    """Judge submissions in parallel.

    Args:
        grader: the grader of the assignment.
        students: whose submissions.
        jobs: how many at once.
        progress: told the id of each student whose submission has been judged.

    Returns:
        What came of each submission, or why it could not be judged at all.
    """
    results: dict[str, Record | str] = {}
    lost: list[str] = []

    def done(student: str, result: Future[Record]) -> None:
        if isinstance(result.exception(), BrokenProcessPool):
            lost.append(student)
        else:
            finished(student, result)

    def finished(student: str, result: Future[Record]) -> None:
        error = result.exception()
        results[student] = result.result() if error is None else printable(f"{type(error).__name__}: {error}")
        progress(student)

    _in_processes(_judge_one, [(student, (grader, student)) for student in students], jobs, done)
    # One of these took its process down, and the others with it; alone, each answers for itself.
    for student in sorted(lost):
        _in_processes(_judge_one, [(student, (grader, student))], 1, finished)
    return results


def answers_of(
    problems: ProblemSet, variants: Mapping[str, Variant], jobs: int, progress: Progress
) -> dict[str, dict[str, float]]:
    """Return the right numbers of each student, computed in parallel.

    Raises:
        SourceError: a solution fails for a variant.
    """
    found: dict[str, dict[str, float]] = {}

    def done(student: str, result: Future[dict[str, float]]) -> None:
        found[student] = result.result()
        progress(student)

    work = [(student, (problems, variant)) for student, variant in variants.items()]
    _in_processes(numeric_answers, work, jobs, done)
    return {student: found[student] for student in variants}


def _judge_one(grader: Grader, student: str) -> Record:
    return grader.judge_file(student)


def _in_processes(
    function: Callable[..., Any],
    work: list[tuple[str, tuple[Any, ...]]],
    jobs: int,
    done: Callable[[str, Future[Any]], None],
) -> None:
    """Call a function in processes of its own, at most `jobs` at once; an interruption ends them all."""
    if not work:
        return
    context = multiprocessing.get_context("spawn")
    workers = min(jobs, len(work))
    cores = context.SimpleQueue()
    for worker in range(workers):
        cores.put(worker)
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker, initargs=(cores,))
    try:
        waiting = {pool.submit(function, *arguments): student for student, arguments in work}
        while waiting:
            finished, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in finished:
                done(waiting.pop(future), future)
    except BaseException:
        processes = list((getattr(pool, "_processes", None) or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.kill()
        raise
    pool.shutdown()


def jobs_by_default() -> int:
    """Return how many submissions are judged at once: the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _begin_worker(cores: Any) -> None:
    """Give this process a core of its own, and have it killed when the one that started it ends, in whatever way.

    Students' processes end with it, and stay on its core: one that starts many threads takes no time from the others,
    whose clocks run too.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "sched_setaffinity"):
        allowed = sorted(os.sched_getaffinity(0))
        os.sched_setaffinity(0, {allowed[cores.get() % len(allowed)]})
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
