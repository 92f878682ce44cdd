"""How an exercise works: a solved function, of which the reader is shown everything but the solution.

An exercise is written once, as a function with a signature, a docstring and the reference solution. The decorator
`exercise` turns it into an object that knows its stub (signature and docstring), checks the reader's function, gives
hints and shows the solution when asked. It knows nothing of pages or of any subject.
"""

import ast
import html
import inspect
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from IPython.display import Code, display

from secondhand import _validation as validate
from secondhand.messages import catalogue, language, t

Difficulty = Literal["warm-up", "core", "stretch"]
DIFFICULTIES: tuple[Difficulty, ...] = ("warm-up", "core", "stretch")

PLACEHOLDER = 'raise NotImplementedError("your code goes here")'

Function = Callable[..., Any]
"""What a reader writes, and what a check is given."""


class WrongAnswerError(Exception):
    """Raised by a check: says in the reader's language what is wrong, and never what is right."""


@dataclass(frozen=True)
class Outcome:
    """What a self-check found: `status` is "pass", "fail" or "todo", `message` what the reader is told."""

    status: Literal["pass", "fail", "todo"]
    message: str

    @property
    def passed(self) -> bool:
        """Whether the reader's function passes every check."""
        return self.status == "pass"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        mark = {"pass": "✓", "fail": "✗", "todo": "○"}[self.status]
        card = (
            f'<div class="check-card check-{self.status}"><span aria-hidden="true">{mark}</span> '
            f"{html.escape(self.message)}</div>"
        )
        return {"text/html": card, "text/plain": f"{mark} {self.message}"}


class Exercise:
    """One exercise; make it with the decorator `exercise`.

    Attributes:
        name: name of the function that the reader writes.
        chapter: name of the chapter, for example "model-collapse".
        id: key of the exercise in the book, for example "model-collapse-one-draw".
        difficulty: "warm-up", "core" or "stretch".
        minutes: how long a reader may take.
        solve: the reference solution, to be called.
    """

    def __init__(
        self,
        solve: Callable[..., Any],
        check: Callable[[Callable[..., Any], Callable[..., Any]], None],
        difficulty: Difficulty,
        minutes: int,
    ) -> None:
        self.name: str = solve.__name__
        self.chapter: str = solve.__module__.rpartition(".")[2].replace("_", "-")
        self.id = f"{self.chapter}-{self.name.replace('_', '-')}"
        self.difficulty: Difficulty = difficulty
        self.minutes = minutes
        self.solve = solve
        self._check = check

    def __repr__(self) -> str:
        return f"<Exercise {self.id}: {self.difficulty}, {self.minutes} minutes>"

    @property
    def solution_source(self) -> str:
        """The reference solution as the reader may see it on demand: the function without its decorator."""
        source = textwrap.dedent(inspect.getsource(self.solve))
        first = _function(source).lineno
        return "\n".join(source.splitlines()[first - 1 :]) + "\n"

    @property
    def stub(self) -> str:
        """Signature and docstring, and a last line for the reader to replace."""
        source = self.solution_source
        docstring_end = _function(source).body[0].end_lineno
        return "\n".join([*source.splitlines()[:docstring_end], f"    {PLACEHOLDER}"]) + "\n"

    @property
    def cell(self) -> str:
        """The code cell of the exercise in its chapter: the stub and its self-check."""
        return f"{self.stub}\n\nexercises.{self.name}.check({self.name})\n"

    @property
    def hints(self) -> list[str]:
        """All hints in the reader's language, the mildest first."""
        prefix = f"exercise.{self.name}.hint."
        messages = catalogue(self.chapter)
        return [messages[key][language()] for key in sorted(messages) if key.startswith(prefix)]

    def evaluate(self, candidate: Callable[..., Any]) -> Outcome:
        """Run the checks on the reader's function.

        Raises:
            TypeError: `candidate` is not a function.
        """
        if not callable(candidate):
            raise TypeError(f"candidate must be your function {self.name}, without parentheses; got {candidate!r}")
        try:
            self._check(candidate, self.solve)
        except NotImplementedError:
            return Outcome("todo", t("common.check.todo"))
        except WrongAnswerError as wrong:
            return Outcome("fail", t("common.check.fail", reason=wrong))
        except Exception as error:
            name = f"{type(error).__name__}: {error}"
            return Outcome("fail", t("common.check.fail", reason=t("common.check.raised", error=name)))
        return Outcome("pass", t("common.check.pass"))

    def check(self, candidate: Callable[..., Any]) -> None:
        """Run the checks on the reader's function and show what they found."""
        display(self.evaluate(candidate))  # type: ignore[no-untyped-call]

    def hint(self, number: int = 1) -> None:
        """Print hint `number`; 1 is the mildest.

        Raises:
            ValueError: there is no such hint.
        """
        hints = self.hints
        number = validate.integer("number", number)
        if not 1 <= number <= len(hints):
            raise ValueError(t("common.check.no-hint", number=number, total=len(hints)))
        print(f"{t('common.check.hint-number', number=number, total=len(hints))}: {hints[number - 1]}")

    def solution(self) -> None:
        """Show the reference solution."""
        display(Code(self.solution_source, language="python"))  # type: ignore[no-untyped-call]


def exercise(
    *,
    difficulty: Difficulty,
    minutes: int,
    check: Callable[[Callable[..., Any], Callable[..., Any]], None],
) -> Callable[[Callable[..., Any]], Exercise]:
    """Turn a solved function into an `Exercise`.

    Args:
        difficulty: "warm-up", "core" or "stretch".
        minutes: how long a reader may take.
        check: called with the reader's function and the reference solution; raises `WrongAnswerError` with a message
            that says what is wrong and not what is right.

    Raises:
        ValueError: the difficulty is unknown, or the function has no docstring to show.
    """
    validate.choice("difficulty", difficulty, DIFFICULTIES)
    validate.integer("minutes", minutes, minimum=1)

    def decorate(solve: Callable[..., Any]) -> Exercise:
        if not solve.__doc__:
            raise ValueError(f"exercise {solve.__name__} needs a docstring: it is what the reader sees")
        return Exercise(solve, check, difficulty, minutes)

    return decorate


def findings_of(chapter: str) -> Callable[..., str]:
    """Return a function that looks up what a check of this chapter tells the reader, by name, and fills in values."""

    def finding(name: str, **values: Any) -> str:
        return t(f"{chapter}.exercise.{name}", **values)

    return finding


def expect_close(answer: Any, expected: Any, message: str, *, relative: float = 1e-6, absolute: float = 1e-12) -> None:
    """Raise `WrongAnswerError` unless the reader's answer is a number (or an array) close to the expected one.

    Args:
        answer: what the reader's function returned.
        expected: what the reference solution returned.
        message: what the reader is told where the numbers differ.
        relative: relative tolerance.
        absolute: absolute tolerance.

    Raises:
        WrongAnswerError: the answer is missing, has another type or shape, or differs.
    """
    if answer is None:
        raise WrongAnswerError(t("common.check.nothing"))
    try:
        # Kinds are compared as arrays of floats, so that no object of the reader decides for itself what it equals.
        numbers = np.asarray(answer, dtype=np.float64)
    except (TypeError, ValueError):
        kind = t("common.check.number" if np.ndim(expected) == 0 else "common.check.array")
        raise WrongAnswerError(t("common.check.type", got=type(answer).__name__, expected=kind)) from None
    if numbers.shape != np.shape(expected):
        raise WrongAnswerError(t("common.check.shape", got=numbers.shape, expected=np.shape(expected)))
    if not np.allclose(numbers, expected, rtol=relative, atol=absolute):
        raise WrongAnswerError(message)


def _function(source: str) -> ast.FunctionDef:
    node = ast.parse(source).body[0]
    if not isinstance(node, ast.FunctionDef):
        raise TypeError(f"an exercise must be a plain function, got {type(node).__name__}")
    return node
