"""Reads a problem set: one MyST notebook with its tasks, their solutions and their hidden checks.

A task begins with a directive in the prose and ends where the next one begins:

    ```{task} mean-variance
    :kind: code
    :points: 4
    :difficulty: core
    :minutes: 10
    :chapter: model-collapse
    :objective: 2
    ```

Its kind is `code` (functions that the judge calls), `number` (a variable that holds a number, compared with a
tolerance), `plot` (the same, read off a figure) or `written` (an argument that a person grades with a rubric). A code
cell with the tag `answer` is the student's to fill in, between `# BEGIN SOLUTION` and `# END SOLUTION`; one with the
tag `check` is the hidden check; one with the tag `variant` defines `parameters(variant)`, the personal values. A
written task has a `{rubric}` and a `{solution}` in its prose. `{{ name }}` in prose stands for a personal value.

`language: es` in the front matter has the engine speak Spanish to students.

It knows nothing of students, of notebooks that are handed out and of how checks are run.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, get_args

from secondhand.messages import LANGUAGES

Difficulty = Literal["warm-up", "core", "stretch"]
"""As in the exercises of the chapters, whose room is not imported: it brings all that their solutions need."""

MINUTES = "minutes"
"""The variable in which students may say how long each task took them."""

Kind = Literal["code", "number", "plot", "written"]
Role = Literal["prose", "given", "answer", "check", "variant", "rubric", "solution"]

_NUMBERS = ("number", "plot")
_TASK = re.compile(r"^```\{task\} *(?P<id>\S*) *\n(?P<options>(?:[^`\n]*\n)*?)```[ \t]*\n?", re.MULTILINE)
_OPTION = re.compile(r":(?P<name>[a-z]+): *(?P<value>.*?) *")
_BLOCK = re.compile(r"^```\{(?P<kind>rubric|solution)\} *\n(?P<text>.*?)^```[ \t]*\n?", re.MULTILINE | re.DOTALL)
_CARD = re.compile(r"^```\{chapter-card\}\n(?P<text>.*?)^```", re.MULTILINE | re.DOTALL)
_ID = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_ALLOWED = {
    "code": set[str](),
    "number": {"answer", "relative", "absolute", "hint"},
    "plot": {"answer", "relative", "absolute", "hint"},
    "written": set[str](),
}
_ALWAYS = {"kind", "points", "difficulty", "minutes", "chapter", "objective"}
_TAGS = {"answer", "check", "variant"}


class SourceError(ValueError):
    """A problem set is not well written; the message says where and how to mend it."""


@dataclass(frozen=True)
class SourceCell:
    """A part of a problem set: code, or prose, and what it is there for."""

    role: Role
    source: str


@dataclass(frozen=True)
class Task:
    """A graded task.

    Attributes:
        id: its name in the gradebook.
        kind: "code", "number", "plot" or "written".
        points: what it is worth.
        difficulty: "warm-up", "core" or "stretch".
        minutes: how long a student may take.
        chapter: name of the chapter that it examines.
        objective: which of the chapter's objectives, as the chapter words it.
        cells: what it consists of, in order.
        answer: the variable that holds the answer of a number or of what was read off a plot.
        relative: relative tolerance of that number.
        absolute: absolute tolerance of that number.
        hint: what a student is told whose number is wrong.
    """

    id: str
    kind: Kind
    points: int
    difficulty: Difficulty
    minutes: int
    chapter: str
    objective: str
    cells: tuple[SourceCell, ...] = ()
    answer: str = ""
    relative: float = 0.0
    absolute: float = 0.0
    hint: str = ""

    def sources(self, *roles: Role) -> list[str]:
        """Return the sources of its cells of some roles, in order."""
        return [cell.source for cell in self.cells if cell.role in roles]


@dataclass(frozen=True)
class ProblemSet:
    """A problem set.

    Attributes:
        name: its name, that of its file.
        title: its heading.
        opening: the cells before the first task.
        tasks: its tasks, in order.
        language: the one that students are spoken to in: "en", or another of the book.
    """

    name: str
    title: str
    opening: tuple[SourceCell, ...]
    tasks: tuple[Task, ...]
    language: str = LANGUAGES[0]

    @property
    def points(self) -> int:
        """What all tasks together are worth."""
        return sum(task.points for task in self.tasks)

    def task(self, name: str) -> Task:
        """Return a task by its id."""
        return next(task for task in self.tasks if task.id == name)

    def cells(self) -> Iterator[SourceCell]:
        """Yield all cells in order."""
        yield from self.opening
        for task in self.tasks:
            yield from task.cells


def read_problem_set(path: Path, chapters: Path) -> ProblemSet:
    """Read a problem set.

    Args:
        path: the MyST notebook; its stem is the name of the problem set.
        chapters: the folder with the chapters of the book, whose objectives the tasks examine. Where the problem set
            is in another language, a chapter's edition in it is taken, from the folder beside: `es/chapters`.

    Raises:
        SourceError: it is not well written.
    """
    import jupytext

    if not _ID.fullmatch(path.stem):
        raise SourceError(f"{path}: the file's name must be lower-case words joined by hyphens")
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(f"{path} cannot be read: {error}") from None
    notebook = jupytext.reads(text, fmt="md:myst")
    opening: list[SourceCell] = []
    tasks: list[Task] = []
    language = notebook.metadata.get("language", LANGUAGES[0])
    if language not in LANGUAGES:
        raise SourceError(
            f"{path}: language in the front matter must be one of {', '.join(LANGUAGES)}, got {language!r}"
        )
    known = _known(chapters)
    if language != LANGUAGES[0]:
        there = _known(chapters.resolve().parent / language / chapters.name)
        known.update({name: found for name, found in there.items() if found})
    for cell in notebook.cells:
        try:
            for part in _parts(cell):
                if isinstance(part, dict):
                    tasks.append(_task(part, known))
                elif tasks:
                    tasks[-1] = replace(tasks[-1], cells=(*tasks[-1].cells, part))
                else:
                    opening.append(part)
        except SourceError as error:
            where = f"task {tasks[-1].id}" if tasks else "before the first task"
            raise SourceError(f"{path}, {where}: {error}") from None
    title = re.search(r"^# (.+)$", "\n".join(cell.source for cell in opening if cell.role == "prose"), re.MULTILINE)
    if title is None:
        raise SourceError(f"{path}: the notebook must begin with a heading, such as `# Limits`")
    found = ProblemSet(path.stem, title.group(1).strip(), tuple(opening), tuple(tasks), language)
    try:
        _check(found)
    except SourceError as error:
        raise SourceError(f"{path}: {error}") from None
    return found


def _known(chapters: Path) -> dict[str, list[str]]:
    """Return the objectives of each chapter below a folder: name of the chapter → objectives."""
    return {file.stem: objectives(file) for file in sorted(chapters.rglob("*.md"))}


def objectives(chapter: Path) -> list[str]:
    """Return the objectives of a chapter, as the card at its head words them."""
    card = _CARD.search(chapter.read_text(encoding="utf-8"))
    if card is None:
        return []
    lines = [line for line in card.group("text").splitlines() if line.startswith(("- ", "  "))]
    joined = re.sub(r"\s*\n\s+(?!-)", " ", "\n".join(lines))
    return [line[2:].rstrip(" ;.") for line in joined.splitlines() if line.startswith("- ")]


def _parts(cell: Any) -> Iterator[SourceCell | dict[str, str]]:
    """Yield what a cell of the notebook consists of; a dictionary is the beginning of a task."""
    if cell.cell_type == "code":
        tags = _TAGS & set(cell.metadata.get("tags", []))
        if len(tags) > 1:
            raise SourceError(f"a code cell has one of the tags {', '.join(sorted(_TAGS))}, got {sorted(tags)}")
        yield SourceCell(next(iter(tags), "given"), cell.source)  # type: ignore[arg-type]
        return
    rest = cell.source + "\n"
    while match := _TASK.search(rest):
        yield from _prose(rest[: match.start()])
        options: dict[str, str] = {"id": match.group("id")}
        for line in match.group("options").splitlines():
            option = _OPTION.fullmatch(line)
            if option is None or option["name"] in options:
                raise SourceError(
                    f"task {match.group('id')!r}: each line must be a new option `:name: value`, got {line!r}"
                )
            options[option["name"]] = option["value"]
        yield options
        rest = rest[match.end() :]
    if "{task}" in rest:
        raise SourceError("a {task} must be a directive at the beginning of a line, closed by ```")
    yield from _prose(rest)


def _prose(text: str) -> Iterator[SourceCell]:
    while match := _BLOCK.search(text):
        if text[: match.start()].strip():
            yield SourceCell("prose", text[: match.start()].strip())
        yield SourceCell("rubric" if match["kind"] == "rubric" else "solution", match["text"].strip())
        text = text[match.end() :]
    for directive in ("{rubric}", "{solution}"):
        if directive in text:
            raise SourceError(f"a {directive} must be a directive at the beginning of a line, closed by ```")
    if text.strip():
        yield SourceCell("prose", text.strip())


def _task(options: Mapping[str, str], known: Mapping[str, list[str]]) -> Task:
    name, kind = options["id"], options.get("kind", "")
    if not _ID.fullmatch(name):
        raise SourceError(f"the id of a task must be lower-case words joined by hyphens, got {name!r}")
    if kind not in get_args(Kind):
        raise SourceError(f"task {name}: kind must be one of {', '.join(get_args(Kind))}, got {kind!r}")
    given = set(options) - {"id"}
    unknown, missing = given - _ALWAYS - _ALLOWED[kind], _ALWAYS - given
    if unknown or missing:
        told = [f"lacks {', '.join(sorted(missing))}"] if missing else []
        told += [f"has unknown options {', '.join(sorted(unknown))}"] if unknown else []
        raise SourceError(f"task {name} {' and '.join(told)}")
    if options["difficulty"] not in get_args(Difficulty):
        raise SourceError(f"task {name}: difficulty must be one of {', '.join(get_args(Difficulty))}")
    chapter, number = options["chapter"], _whole(name, "objective", options)
    if chapter not in known:
        raise SourceError(f"task {name}: there is no chapter {chapter!r}")
    if number > len(known[chapter]):
        raise SourceError(f"task {name}: chapter {chapter} has {len(known[chapter])} objectives, got {number}")
    task = Task(
        id=name,
        kind=kind,  # type: ignore[arg-type]
        points=_whole(name, "points", options),
        difficulty=options["difficulty"],  # type: ignore[arg-type]
        minutes=_whole(name, "minutes", options),
        chapter=chapter,
        objective=known[chapter][number - 1],
        answer=options.get("answer", ""),
        relative=_tolerance(name, "relative", options),
        absolute=_tolerance(name, "absolute", options),
        hint=options.get("hint", ""),
    )
    if kind in _NUMBERS and not (task.answer.isidentifier() and task.relative + task.absolute > 0):
        raise SourceError(
            f"task {name}: a {kind} needs `:answer:`, the variable that holds it, and a `:relative:` or `:absolute:` "
            "tolerance above 0"
        )
    return task


def _whole(task: str, name: str, options: Mapping[str, str]) -> int:
    if not options[name].isdigit() or int(options[name]) < 1:
        raise SourceError(f"task {task}: {name} must be a whole number of at least 1, got {options[name]!r}")
    return int(options[name])


def _tolerance(task: str, name: str, options: Mapping[str, str]) -> float:
    try:
        value = float(options.get(name, "0"))
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise SourceError(f"task {task}: {name} must be a number of at least 0, got {options[name]!r}")
    return value


def _check(problems: ProblemSet) -> None:
    if not problems.tasks:
        raise SourceError("there must be at least one {task}")
    ids = [task.id for task in problems.tasks]
    twice = {name for name in ids if ids.count(name) > 1}
    if twice:
        raise SourceError(f"each task needs an id of its own, got {', '.join(sorted(twice))} twice")
    if any(task.answer == MINUTES for task in problems.tasks):
        raise SourceError(f"`:answer:` must be another name than {MINUTES}, where students note their time")
    if any(cell.role in ("answer", "check", "rubric", "solution") for cell in problems.opening):
        raise SourceError("an answer, check, rubric or solution must belong to a task; put it after its {task}")
    if sum(cell.role == "variant" for cell in problems.cells()) > 1:
        raise SourceError("there must be at most one cell with the tag variant")
    for task in problems.tasks:
        answers, checks = task.sources("answer"), task.sources("check")
        if task.kind == "written":
            if answers or checks or len(task.sources("rubric")) != 1 or len(task.sources("solution")) != 1:
                raise SourceError(
                    f"task {task.id}: a written task has one {{rubric}}, one {{solution}} and no code to check"
                )
            continue
        if not answers or task.sources("rubric", "solution"):
            raise SourceError(f"task {task.id}: a {task.kind} task has a cell with the tag answer, and no rubric")
        if len(checks) != (1 if task.kind == "code" else 0):
            raise SourceError(f"task {task.id}: a code task has one cell with the tag check, other tasks have none")
        for source in answers:
            lines = source.splitlines()
            if any(not lines[begin].startswith((" ", "\t")) for begin, _ in regions(source)) and task.kind == "code":
                raise SourceError(
                    f"task {task.id}: the solution of a code task must be the body of a function, as a line that stops "
                    "the notebook takes its place; write the function's first line above `# BEGIN SOLUTION`"
                )


def regions(source: str) -> list[tuple[int, int]]:
    """Return where the solutions of a cell begin and end: the numbers of the two marking lines, counted from 0.

    Raises:
        SourceError: there is none, or a mark lacks its other half.
    """
    found: list[tuple[int, int]] = []
    begin: int | None = None
    for number, line in enumerate(source.splitlines()):
        if line.strip() == "# BEGIN SOLUTION" and begin is None:
            begin = number
        elif line.strip() == "# END SOLUTION" and begin is not None:
            found.append((begin, number))
            begin = None
        elif line.strip() in ("# BEGIN SOLUTION", "# END SOLUTION"):
            raise SourceError(f"line {number + 1} of an answer: {line.strip()} has no other half")
    if begin is not None or not found:
        raise SourceError("an answer must have a solution between `# BEGIN SOLUTION` and `# END SOLUTION`")
    return found
