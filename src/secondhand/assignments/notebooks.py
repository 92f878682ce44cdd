"""Notebooks of an assignment: what a student is given, and what is made of what comes back.

A file that comes back is untrusted. Only the sources of its cells, their kinds, and the ids of graded cells are taken
from it, whatever else it holds; a notebook is then built anew around them. It knows nothing of how answers are judged,
and nothing of nbgrader but the metadata of its cells.
"""

import ast
import json
import pprint
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from secondhand.assignments.judging import parameters
from secondhand.assignments.source import MINUTES, ProblemSet, SourceCell, SourceError, Task, regions
from secondhand.assignments.text import printable
from secondhand.assignments.variants import Variant
from secondhand.messages import LANGUAGES, language, speaking, t

MAX_FILE = 20 * 2**20
"""Size of a submitted file, in bytes: outputs may be large, although they are not kept."""
MAX_SOURCE = 2 * 2**20
"""Size of all code and text in a submission, in characters."""
MAX_CELLS = 1000

_METADATA_KEY = "secondhand"
_DIGITS = re.compile(r"\d+")
_VALUE = re.compile(r"\{\{ *(?P<name>[A-Za-z_]\w*) *\}\}")

CellKind = Literal["code", "markdown", "raw"]


class NotebookError(ValueError):
    """A submitted file is no notebook; the message is for the student."""


@dataclass(frozen=True)
class SubmittedCell:
    """What is kept of a cell: its kind, its source, and the id under which it is graded, which may be empty."""

    kind: CellKind
    source: str
    grade_id: str = ""


@dataclass(frozen=True)
class Submission:
    """What is kept of a submitted file.

    Attributes:
        cells: its cells in order.
        tags: the tags of variants that it carries, each once.
        problems: what is odd about it, for the report.
    """

    cells: tuple[SubmittedCell, ...]
    tags: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def handout(problems: ProblemSet, variant: Variant | None = None) -> dict[str, Any]:
    """Return the notebook that a student is given, without solutions and checks, in the format of Jupyter.

    Without a variant it is the same notebook without personal values, as the gradebook knows it.

    Raises:
        SourceError: the personal values cannot be made, or the prose names one that there is not.
    """
    with speaking(problems.language):
        cells = _cells(problems, variant)
    _number(cells)
    metadata = _kernel()
    if variant is not None:
        metadata[_METADATA_KEY] = {"assignment": problems.name, "variant": variant.tag}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _cells(problems: ProblemSet, variant: Variant | None) -> list[dict[str, Any]]:
    values = {} if variant is None else handed_out(parameters(problems, variant))
    cells: list[dict[str, Any]] = []
    personal = _code(_personal(variant, values))
    for cell in problems.opening:
        cells += [personal] if cell.role == "variant" else _given(cell, values, variant is not None)
    if personal not in cells and not any(cell.role == "variant" for cell in problems.cells()):
        cells.append(personal)
    for task in problems.tasks:
        cells.append(_markdown(_facts(task)))
        answers = 0
        for cell in task.cells:
            if cell.role == "variant":
                cells.append(personal)
            elif cell.role == "answer":
                answers += 1
                cells.append(_code(without_solution(cell.source, task), _metadata(f"{task.id}-answer-{answers}")))
            else:
                cells += _given(cell, values, variant is not None)
        cells.append(_graded(task))
    return [*cells, _code(_minutes(problems))]


def without_solution(source: str, task: Task) -> str:
    """Return a cell with each solution replaced by a line for the student to replace."""
    lines = source.splitlines()
    for begin, end in reversed(regions(source)):
        indent = lines[begin][: len(lines[begin]) - len(lines[begin].lstrip())]
        line = f'raise NotImplementedError("{t("assignments.handout.code")}")'
        if task.answer and not indent:
            line = f"{task.answer} = None  # {t('assignments.handout.answer')}"
        lines[begin : end + 1] = [indent + line]
    return "\n".join(lines)


def handed_out(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the personal values that a student sees: those whose names begin with `_` are for whoever grades."""
    return {name: value for name, value in values.items() if not name.startswith("_")}


def filled(text: str, values: Mapping[str, Any]) -> str:
    """Return a text with personal values in the place of `{{ name }}`.

    Raises:
        SourceError: it names a value that there is not.
    """

    def value(match: re.Match[str]) -> str:
        if match["name"] not in values:
            raise SourceError(f"the prose names {match[0]}, but parameters(variant) has no {match['name']!r}")
        return _shown(values[match["name"]])

    return _VALUE.sub(value, text)


def graded_cells(problems: ProblemSet) -> dict[str, dict[str, Any]]:
    """Return the cells that are graded or answered, as they are handed out: id → cell."""
    cells = handout(problems)["cells"]
    return {cell["metadata"]["nbgrader"]["grade_id"]: cell for cell in cells if "nbgrader" in cell["metadata"]}


def read_submission(data: bytes) -> Submission:
    """Return what is kept of a submitted file.

    Raises:
        NotebookError: it is no notebook, or is too large.
    """
    if len(data) > MAX_FILE:
        raise NotebookError(t("assignments.file.large", most=MAX_FILE // 2**20))
    try:
        # A mark at the beginning, which some editors write, is no part of the text.
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotebookError(t("assignments.file.encoding")) from None
    try:
        notebook = json.loads(text)
    except (ValueError, RecursionError):
        raise NotebookError(t("assignments.file.json")) from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise NotebookError(t("assignments.file.old"))
    if len(notebook["cells"]) > MAX_CELLS:
        raise NotebookError(t("assignments.file.cells", most=MAX_CELLS))
    metadata = notebook.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    odd = _words_in(_get(metadata, _METADATA_KEY, "odd"))
    cells = [cell for entry in notebook["cells"] for cell in _kept(entry, odd)]
    if sum(len(cell.source) for cell in cells) > MAX_SOURCE:
        raise NotebookError(t("assignments.file.text", most=MAX_SOURCE // 2**20))
    written_in = _get(metadata, "kernelspec", "language") or _get(metadata, "language_info", "name") or "python"
    if str(written_in).lower() not in ("python", "python3", "ipython"):
        odd.append(t("assignments.remark.programming-language", name=repr(str(written_in)[:40])))
    tags = [_get(metadata, _METADATA_KEY, "variant"), *_words_in(_get(metadata, _METADATA_KEY, "tags"))]
    tags += map(_tag_in, cells)
    found = dict.fromkeys(tag for tag in tags if isinstance(tag, str) and tag)
    return Submission(tuple(cells), tuple(found), tuple(dict.fromkeys(odd)))


def settled(data: bytes, problems: ProblemSet) -> bytes:
    """Return a submitted file as a clean notebook, with the tags of variants and all that is odd in its metadata.

    A file that is settled already comes back as it is. What nbgrader reads is then never a file of a student's making.

    Raises:
        NotebookError: it is no notebook.
    """
    with speaking(problems.language):
        submission = read_submission(data)
    notebook, mended = rebuilt(submission, problems)
    odd = list(dict.fromkeys((*submission.problems, *mended)))
    notebook["metadata"][_METADATA_KEY] = {"tags": list(submission.tags), "odd": odd}
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()


def rebuilt(submission: Submission, problems: ProblemSet) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return a clean notebook of the submission, and what had to be mended.

    Cells that are graded have the metadata with which they were handed out, whatever the student's file says; those
    that were edited although they must not be, or are missing, are restored.
    """
    with speaking(problems.language):
        return _rebuilt(submission, problems)


def _rebuilt(submission: Submission, problems: ProblemSet) -> tuple[dict[str, Any], tuple[str, ...]]:
    handed_out = graded_cells(problems)
    tasks = {task.id for task in problems.tasks}
    mended: list[str] = []
    # Of two cells with the same id the last one counts, as nbgrader has it.
    last = {cell.grade_id: number for number, cell in enumerate(submission.cells) if cell.grade_id in handed_out}
    cells: list[dict[str, Any]] = []
    for number, cell in enumerate(submission.cells):
        original = handed_out.get(cell.grade_id)
        if original is None or last[cell.grade_id] != number:
            if original is not None:
                mended.append(t("assignments.remark.twice", cell=cell.grade_id))
            cells.append(_code(cell.source) if cell.kind == "code" else _markdown(cell.source))
            continue
        metadata = json.loads(json.dumps(original["metadata"]))
        if metadata["nbgrader"]["locked"]:
            # Points may have changed since the notebook was handed out.
            if (
                _DIGITS.sub("", cell.source) != _DIGITS.sub("", original["source"])
                or cell.kind != original["cell_type"]
            ):
                mended.append(t("assignments.remark.edited", task=cell.grade_id))
            cells.append(json.loads(json.dumps(original)))
        elif original["cell_type"] == "code":
            cells.append(_code(cell.source, metadata))
        else:
            cells.append({**_markdown(cell.source), "metadata": metadata})
    for grade_id, original in handed_out.items():
        if grade_id not in last:
            if grade_id in tasks:
                mended.append(t("assignments.remark.graded-deleted", task=grade_id))
                cells.append(json.loads(json.dumps(original)))
            else:
                mended.append(t("assignments.remark.answer-deleted", cell=grade_id))
    _number(cells)
    notebook = {"cells": cells, "metadata": _kernel(), "nbformat": 4, "nbformat_minor": 5}
    return notebook, tuple(dict.fromkeys(mended))


def code_to_run(notebook: Mapping[str, Any]) -> list[tuple[int, str]]:
    """Return the students' code cells of a rebuilt notebook: their index and source. Grading cells hold no code."""
    return [
        (index, cell["source"])
        for index, cell in enumerate(notebook["cells"])
        if cell["cell_type"] == "code" and not cell["metadata"].get("nbgrader", {}).get("grade", False)
    ]


def _kernel() -> dict[str, Any]:
    """Return the metadata of a notebook for Python."""
    return {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }


def _number(cells: list[dict[str, Any]]) -> None:
    for number, cell in enumerate(cells):
        cell["id"] = f"cell-{number}"


def _kept(entry: Any, odd: list[str]) -> list[SubmittedCell]:
    if not isinstance(entry, dict) or entry.get("cell_type") not in ("code", "markdown", "raw"):
        odd.append(t("assignments.remark.cell-kind"))
        return []
    source = entry.get("source", "")
    if isinstance(source, list) and all(isinstance(line, str) for line in source):
        source = "".join(source)
    if not isinstance(source, str):
        odd.append(t("assignments.remark.cell-text"))
        return []
    # What cannot be written as UTF-8 is replaced, so that every later step can.
    source = source.encode("utf-8", errors="replace").decode("utf-8").replace("\x00", "\ufffd")
    grade_id = _get(entry, "metadata", "nbgrader", "grade_id")
    return [SubmittedCell(entry["cell_type"], source, grade_id if isinstance(grade_id, str) else "")]


def _get(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _words_in(value: Any) -> list[str]:
    """Return the short texts of a list, as a settled notebook has them; a student may have written them, too."""
    found = [entry for entry in value if isinstance(entry, str)] if isinstance(value, list) else []
    return [printable(entry, 300) for entry in found[:20]]


def _tag_in(cell: SubmittedCell) -> str:
    """Return the tag that a cell of personal values assigns, without running it."""
    line = re.search(r"^VARIANT *= *(?P<value>[\"'][0-9a-f]{8,64}[\"']) *$", cell.source, re.MULTILINE)
    if cell.kind != "code" or line is None:
        return ""
    return str(ast.literal_eval(line["value"]))


def _personal(variant: Variant | None, values: Mapping[str, Any]) -> str:
    if variant is None:
        return f"# {t('assignments.handout.personal-blank')}"
    lines = [f"# {t('assignments.handout.personal')}"]
    lines += [f'VARIANT = "{variant.tag}"']
    lines += [f"{name.upper()} = {pprint.pformat(value, width=80, compact=True)}" for name, value in values.items()]
    return "\n".join(lines)


def _given(cell: SourceCell, values: Mapping[str, Any], personal: bool) -> list[dict[str, Any]]:
    if cell.role == "given":
        return [_code(cell.source)]
    if cell.role == "prose":
        return [_markdown(filled(cell.source, values) if personal else cell.source)]
    return []


def _shown(value: Any) -> str:
    """Return a personal value as it stands in prose."""
    if not isinstance(value, int) or isinstance(value, bool):
        return str(value)
    # A comma would be read as a decimal mark in Spanish.
    return f"{value:,}" if language() == LANGUAGES[0] else f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def points_in_words(points: float) -> str:
    """Return a number of points in words."""
    return t("assignments.points.one") if points == 1 else t("assignments.points.many", points=f"{points:g}")


def _facts(task: Task) -> str:
    return "---\n" + t(
        "assignments.handout.facts",
        task=task.id,
        points=points_in_words(task.points),
        difficulty=t(f"assignments.difficulty.{task.difficulty}"),
        minutes=task.minutes,
        chapter=task.chapter,
        objective=task.objective,
    )


def _minutes(problems: ProblemSet) -> str:
    """Return the cell where students may say how long each task took them."""
    lines = [f"# {line}" for line in t("assignments.handout.minutes").splitlines()]
    entries = [f'    "{task.id}": None,' for task in problems.tasks]
    return "\n".join([*lines, f"{MINUTES} = {{", *entries, "}"])


def _graded(task: Task) -> dict[str, Any]:
    metadata = _metadata(task.id, points=task.points, answered=task.kind == "written")
    if task.kind == "written":
        return {**_markdown(t("assignments.handout.written")), "metadata": metadata}
    told = t("assignments.handout.grading", task=task.id, points=points_in_words(task.points))
    return _code(f"# {told}", metadata)


def _metadata(grade_id: str, points: int | None = None, answered: bool = True) -> dict[str, Any]:
    graded = points is not None
    nbgrader: dict[str, Any] = {
        "grade": graded,
        "grade_id": grade_id,
        "locked": graded and not answered,
        "schema_version": 3,
        "solution": answered,
        "task": False,
    }
    if graded:
        nbgrader["points"] = points
    return {"deletable": False, "editable": answered, "nbgrader": nbgrader}


def _code(source: str, metadata: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "metadata": metadata or {}, "outputs": [], "source": source}


def _markdown(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}
