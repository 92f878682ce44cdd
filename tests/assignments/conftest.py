"""What the tests of assignments share: a small problem set, a class, and submissions of every kind."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from secondhand.assignments.commands import app
from secondhand.assignments.source import ProblemSet, read_problem_set

EXAMPLE = Path(__file__).with_name("example")

Notebook = dict[str, Any]


@pytest.fixture(scope="session", autouse=True)
def templates_of_nbconvert() -> None:
    """Let nbconvert find its templates where it is installed apart from this interpreter."""
    if not (Path(sys.prefix) / "share" / "jupyter" / "nbconvert").is_dir():
        nbconvert = pytest.importorskip("nbconvert")
        os.environ.setdefault("JUPYTER_PATH", str(Path(nbconvert.__file__).parents[4] / "share" / "jupyter"))


@pytest.fixture(scope="session")
def problems() -> ProblemSet:
    return read_problem_set(EXAMPLE / "shares.md", EXAMPLE / "chapters")


def cell_of(notebook: Notebook, grade_id: str) -> dict[str, Any]:
    cells: list[dict[str, Any]] = notebook["cells"]
    return next(cell for cell in cells if cell["metadata"].get("nbgrader", {}).get("grade_id") == grade_id)


def code(source: str) -> dict[str, Any]:
    return {"cell_type": "code", "execution_count": None, "id": "x", "metadata": {}, "outputs": [], "source": source}


def answered(
    notebook: Notebook,
    share: str = "def share(part, total):\n    return part / total",
    number: str = "your_share = PART / TOTAL",
    written: str = "Because the parts make the whole.",
    *extra: str,
    edit: Callable[[Notebook], object] = lambda _: None,
) -> bytes:
    """Return a handed-out notebook with answers in it, as a file."""
    notebook = json.loads(json.dumps(notebook))
    for grade_id, source in (("share-of-answer-1", share), ("your-share-answer-1", number), ("sum-to-one", written)):
        cell_of(notebook, grade_id)["source"] = source
    notebook["cells"] += [code(source) for source in extra]
    edit(notebook)
    return json.dumps(notebook).encode()


def command(*arguments: object, course: Path, status: int = 0) -> str:
    """Give a command of `secondhand assignments`, see that it ends with a status, and return what it printed."""
    result = CliRunner().invoke(app, [*map(str, arguments), "--course", str(course)])
    assert result.exit_code == status, result.output + repr(result.exception)
    return result.output
