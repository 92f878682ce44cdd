"""Judges a submission: asks its process for answers, and compares them with the solutions, here.

Only inputs go to the student's process, and only plain values come back (`session`). Solutions, checks and expected
answers never leave this side. A check is written by the instructor and is trusted:

    @worth(2, hint="Each generation keeps the share 1 - 1/n.")
    def values(student, solution, variant):
        close(student.call("mean_variance", 50, 9), solution.mean_variance(50, 9), "sample_size=50 gives a wrong array")

It knows nothing of notebooks, of files and of gradebooks.
"""

import contextlib
import math
import signal
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from secondhand.assignments.sandbox import Sandbox
from secondhand.assignments.session import AskError, Cell, CellRun, Session
from secondhand.assignments.source import MINUTES, ProblemSet, SourceError, Task
from secondhand.assignments.variants import Variant
from secondhand.messages import speaking, t

CHECK_SECONDS = 120
"""How long one part of a check may take, the student's answers included."""

MAX_MINUTES = 10_000
"""Longest time for a task that a student is believed to have meant."""

_KINDS_WITH_NAMES = (bool, str, list, tuple, dict, complex, np.ndarray)


class WrongAnswerError(Exception):
    """An answer is wrong; the message is for the student, and says nothing of the right one."""


Check = Callable[[Session, Any, Variant], object]


@dataclass(frozen=True)
class Part:
    """A part of a hidden check: what it is worth, and the hint for those who miss it."""

    name: str
    points: int
    hint: str
    check: Check


@dataclass(frozen=True)
class Finding:
    """Why a part of a task earned nothing.

    Attributes:
        message: what is wrong, for the student.
        hint: what helps, for the student; it may be empty.
        note: what only the instructor is told; it may be empty.
    """

    message: str
    hint: str = ""
    note: str = ""


@dataclass(frozen=True)
class TaskResult:
    """What a task earned: `earned` of `points`, or None where a person must grade it, and why not more."""

    task: str
    points: int
    earned: int | None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """What came of a submission.

    Attributes:
        cells: its cells, in order.
        tasks: its tasks, in order.
        minutes: how long the student says that tasks took: task → minutes; those without an answer are missing.
    """

    cells: tuple[CellRun, ...]
    tasks: tuple[TaskResult, ...]
    minutes: Mapping[str, float] = field(default_factory=dict)


class Solution:
    """What the solutions of a problem set define for one variant: functions and variables, as attributes."""

    def __init__(self, problems: ProblemSet, variant: Variant) -> None:
        self.parameters = parameters(problems, variant)
        module = types.ModuleType("solution")
        self._namespace = module.__dict__
        # Where the solutions define classes, Python looks for the module that they belong to.
        sys.modules.setdefault("solution", module)
        self._namespace.update({name.upper(): value for name, value in self.parameters.items()})
        for cell in problems.cells():
            if cell.role in ("given", "answer"):
                with _no_figures():
                    _run(cell.source, self._namespace, f"a solution of {problems.name}")

    def __getattr__(self, name: str) -> Any:
        try:
            return self.__dict__["_namespace"][name]
        except KeyError:
            raise AttributeError(f"the solutions do not define {name!r}") from None


def parameters(problems: ProblemSet, variant: Variant) -> dict[str, Any]:
    """Return the personal values of a variant: name → plain value.

    Raises:
        SourceError: the problem set's function `parameters` fails, or returns something else.
    """
    for cell in problems.cells():
        if cell.role == "variant":
            namespace: dict[str, Any] = {"np": np}
            _run(cell.source, namespace, f"the cell tagged variant of {problems.name}")
            try:
                values = namespace["parameters"](variant)
            except Exception as error:
                raise SourceError(f"{problems.name}: parameters(variant) failed: {error!r}") from error
            if not isinstance(values, dict) or not all(
                isinstance(name, str) and name.isidentifier() for name in values
            ):
                raise SourceError(f"{problems.name}: parameters(variant) must return a dictionary of names and values")
            return values
    return {}


def parts(task: Task) -> list[Part]:
    """Return the parts of a code task's hidden check.

    Raises:
        SourceError: there is none, or they are not worth the points of the task together.
    """
    found: list[Part] = []

    def worth(points: int, hint: str = "") -> Callable[[Check], Check]:
        def decorate(check: Check) -> Check:
            found.append(Part(check.__name__, points, hint, check))
            return check

        return decorate

    namespace = {"np": np, "worth": worth, "close": close, "number": number, "array": array, "wrong": wrong}
    for source in task.sources("check"):
        _run(source, namespace, f"the check of task {task.id}")
    total = sum(part.points for part in found)
    if total != task.points:
        raise SourceError(f"task {task.id}: its points are {task.points}, but the parts of its check add up to {total}")
    return found


def judge(
    problems: ProblemSet,
    variant: Variant,
    cells: Sequence[Cell],
    sandbox: Sandbox,
    others: Mapping[str, Mapping[str, float]],
) -> Judgement:
    """Run a submission and judge its answers; what the student is told is in the language of the problem set.

    Args:
        problems: the problem set.
        variant: that of the student who submits.
        cells: the code cells of the submission, in order.
        sandbox: where the student's code runs.
        others: the numeric answers of other students: id → task → answer. A wrong number that is right for one of them
            is reported.
    """
    solution = Solution(problems, variant)
    with speaking(problems.language), Session(sandbox, cells) as student:
        runs = student.run()
        minutes = _minutes(problems, student)
        results = []
        for task in problems.tasks:
            if task.kind == "written":
                results.append(TaskResult(task.id, task.points, None))
            elif task.kind == "code":
                results.append(_judge_code(task, student, solution, variant))
            else:
                results.append(_judge_number(task, student, solution, others))
    return Judgement(tuple(runs), tuple(results), minutes)


def numeric_answers(problems: ProblemSet, variant: Variant) -> dict[str, float]:
    """Return the right answers of a variant to the tasks with a number: task → answer.

    Raises:
        SourceError: a solution does not give a number.
    """
    solution = Solution(problems, variant)
    return {task.id: _right(task, solution) for task in problems.tasks if task.kind in ("number", "plot")}


def _minutes(problems: ProblemSet, student: Session) -> dict[str, float]:
    """Return how long the student says that tasks took; anything but a plausible number is left out."""
    try:
        claimed = student.get(MINUTES)
    except AskError:
        return {}
    if not isinstance(claimed, dict):
        return {}
    minutes: dict[str, float] = {}
    for task in problems.tasks:
        value = claimed.get(task.id)
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MAX_MINUTES:
            minutes[task.id] = float(value)
    return minutes


def _judge_code(task: Task, student: Session, solution: Solution, variant: Variant) -> TaskResult:
    earned, findings = 0, list[Finding]()
    for part in parts(task):
        finding = _findings_of(part, student, solution, variant)
        if finding is None:
            earned += part.points
        elif finding.message not in [earlier.message for earlier in findings]:
            findings.append(finding)
    return TaskResult(task.id, task.points, earned, tuple(findings))


def _findings_of(part: Part, student: Session, solution: Solution, variant: Variant) -> Finding | None:
    try:
        with time_limit(CHECK_SECONDS):
            part.check(student, solution, variant)
    except (WrongAnswerError, AskError) as error:
        return Finding(str(error), part.hint)
    except Exception as error:
        # Most often the answer has a form that the check did not expect; the instructor is told what happened.
        note = f"the check {part.name} stopped with {type(error).__name__}: {error}"[:500]
        return Finding(t("assignments.wrong.form"), part.hint, note)
    return None


def _judge_number(
    task: Task, student: Session, solution: Solution, others: Mapping[str, Mapping[str, float]]
) -> TaskResult:
    right = _right(task, solution)
    note = ""
    try:
        answer = number(student.get(task.answer), task.answer)
        if _near(task, answer, right):
            return TaskResult(task.id, task.points, task.points)
        # What an eye may read off a plot is so wide that a wrong number is often right for somebody by chance.
        owners = sorted(
            name
            for name, answers in others.items()
            if task.kind == "number" and task.id in answers and _near(task, answer, answers[task.id])
        )
        told = "assignments.wrong.other-variant" if owners else "assignments.wrong.number"
        message = t(told, name=task.answer, answer=f"{answer:g}")
        if owners:
            note = f"right for the variant of {', '.join(owners)}"
    except (WrongAnswerError, AskError) as error:
        message = str(error)
    return TaskResult(task.id, task.points, 0, (Finding(message, task.hint, note),))


def _near(task: Task, answer: float, right: float) -> bool:
    return abs(answer - right) <= max(task.absolute, task.relative * abs(right))


def _right(task: Task, solution: Solution) -> float:
    try:
        return number(getattr(solution, task.answer), task.answer)
    except (AttributeError, WrongAnswerError) as error:
        raise SourceError(f"task {task.id}: the solution does not give the number {task.answer}: {error}") from None


def wrong(message: str) -> None:
    """Say that an answer is wrong."""
    raise WrongAnswerError(message)


def number(value: Any, name: str) -> float:
    """Return an answer as a finite number.

    Raises:
        WrongAnswerError: it is something else.
    """
    if isinstance(value, np.generic) or (isinstance(value, np.ndarray) and value.ndim == 0):
        value = value.item()
    if value is None or value is Ellipsis:
        raise WrongAnswerError(t("assignments.wrong.empty", name=name))
    if type(value) not in (int, float):
        kind = type(value).__name__
        shown = t(f"assignments.kind.{kind}") if type(value) in _KINDS_WITH_NAMES else kind
        raise WrongAnswerError(t("assignments.wrong.not-a-number", name=name, kind=shown))
    try:
        real = float(value)
    except OverflowError:
        real = math.inf
    if not math.isfinite(real):
        raise WrongAnswerError(t("assignments.wrong.not-finite", name=name, answer=real))
    return real


def array(value: Any, name: str, shape: tuple[int, ...] | None = None) -> np.ndarray:
    """Return an answer as an array of real numbers.

    Raises:
        WrongAnswerError: it is something else, or has another shape.
    """
    if value is None:
        raise WrongAnswerError(t("assignments.wrong.nothing", name=name))
    try:
        numbers = np.asarray(value)
    except ValueError:
        numbers = np.asarray(None)
    if numbers.dtype.kind not in "iuf":
        raise WrongAnswerError(t("assignments.wrong.not-numbers", name=name))
    if shape is not None and numbers.shape != shape:
        raise WrongAnswerError(t("assignments.wrong.shape", name=name, expected=shape, got=numbers.shape))
    return numbers.astype(np.float64)


def close(answer: Any, expected: Any, message: str, *, relative: float = 1e-6, absolute: float = 1e-12) -> None:
    """Say that an answer is wrong unless it is a number, or an array of the same shape, close to what is expected.

    Raises:
        WrongAnswerError: it is not.
    """
    right = np.asarray(expected, dtype=np.float64)
    name = t("assignments.wrong.the-answer")
    got = np.asarray(number(answer, name)) if right.ndim == 0 else array(answer, name, right.shape)
    if not np.allclose(got, right, rtol=relative, atol=absolute):
        raise WrongAnswerError(message)


def _run(source: str, namespace: dict[str, Any], what: str) -> None:
    try:
        exec(compile(source, f"<{what}>", "exec"), namespace)  # noqa: S102 - the instructor's own code
    except Exception as error:
        raise SourceError(f"{what} failed: {error!r}") from error


@contextlib.contextmanager
def _no_figures() -> Iterator[None]:
    import matplotlib.pyplot as plt

    with plt.rc_context(), contextlib.redirect_stdout(None):
        plt.switch_backend("agg")
        try:
            yield
        finally:
            plt.close("all")


@contextlib.contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeoutError after so many seconds; only where this process can be interrupted, on its main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_signal: int, _frame: types.FrameType | None) -> None:
        raise TimeoutError(f"took longer than {seconds:g} seconds")

    began = time.monotonic()
    before = signal.signal(signal.SIGALRM, stop)
    # Again and again, as code that catches every error would take the first one for one of its own.
    left, again = signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
        if left:
            # The limit of whoever called goes on.
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - began), 0.001), again)
