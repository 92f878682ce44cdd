"""The judge gives points for right answers only, whatever the answers are made of."""

import base64
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from secondhand.assignments import judging, sandbox
from secondhand.assignments.judging import (
    Judgement,
    WrongAnswerError,
    array,
    close,
    judge,
    number,
    numeric_answers,
    parameters,
    parts,
)
from secondhand.assignments.limits import Limits
from secondhand.assignments.releasing import solved_cells, verify
from secondhand.assignments.sandbox import Sandbox
from secondhand.assignments.session import Cell, _images
from secondhand.assignments.source import ProblemSet, SourceCell, SourceError, read_problem_set
from secondhand.assignments.variants import variant_of

ROOT = Path(__file__).parents[2]
ADA = variant_of(bytes(32), "shares", "ada")
BEN = variant_of(bytes(32), "shares", "ben")
LIMITS = Limits(cell_seconds=20, question_seconds=3, total_seconds=60, cpu_seconds=20, memory_mb=512, restarts=4)
SHARE = "def share(part, total):\n    return part / total"
PART, TOTAL = ADA.integer("part", 1, 999), ADA.integer("total", 1000, 1_000_000)

needs_isolation = pytest.mark.skipif(bool(sandbox.why_not()), reason=sandbox.why_not())


def judged(problems: ProblemSet, *sources: str, others: Mapping[str, Mapping[str, float]] | None = None) -> Judgement:
    cells = [Cell(f"cell {n}", source) for n, source in enumerate(sources, 1)]
    return judge(problems, ADA, cells, Sandbox(LIMITS), others or {})


def points(judgement: Judgement) -> list[int | None]:
    return [task.earned for task in judgement.tasks]


def messages(judgement: Judgement, task: int) -> list[str]:
    return [finding.message for finding in judgement.tasks[task].findings]


@needs_isolation
def test_solutions_earn_all_points(problems: ProblemSet) -> None:
    verify(problems, Sandbox(LIMITS))
    judgement = judge(problems, ADA, solved_cells(problems, ADA), Sandbox(LIMITS), {})
    assert points(judgement) == [5, 3, None]
    assert all(not task.findings for task in judgement.tasks)


@needs_isolation
def test_a_part_of_an_answer_earns_a_part_of_the_points(problems: ProblemSet) -> None:
    judgement = judged(problems, "def share(part, total): return part / total or 1.0", "your_share = 0.123")
    assert points(judgement) == [3, 0, None]
    assert messages(judgement, 0) == ["share(0, 7) is wrong"]
    assert judgement.tasks[0].findings[0].hint == "Think of an empty part."
    assert messages(judgement, 1) == ["your_share = 0.123 is not right"]


@needs_isolation
def test_the_number_of_another_student_is_reported(problems: ProblemSet) -> None:
    others = {"ben": numeric_answers(problems, BEN)}
    judgement = judged(problems, SHARE, f"your_share = {others['ben']['your-share']}", others=others)
    assert points(judgement) == [5, 0, None]
    assert "would be for another student's variant" in messages(judgement, 1)[0]
    assert "ben" not in messages(judgement, 1)[0]
    assert judgement.tasks[1].findings[0].note == "right for the variant of ben"


@needs_isolation
def test_a_misread_plot_accuses_nobody(problems: ProblemSet) -> None:
    """The tolerance of a plot is so wide that a wrong number is often right for somebody."""
    tasks = tuple(replace(task, kind="plot") if task.id == "your-share" else task for task in problems.tasks)
    others = {"ben": numeric_answers(problems, BEN)}
    source = f"your_share = {others['ben']['your-share']}"
    finding = judged(replace(problems, tasks=tasks), SHARE, source, others=others).tasks[1].findings[0]
    assert "another student" not in finding.message
    assert finding.note == ""


@needs_isolation
def test_an_ellipsis_is_no_answer_yet(problems: ProblemSet) -> None:
    judgement = judged(problems, "def share(part, total): ...", "your_share = ...")
    assert points(judgement) == [0, 0, None]
    assert messages(judgement, 1) == ["your_share has no answer yet"]


@needs_isolation
def test_nothing_earns_nothing(problems: ProblemSet) -> None:
    judgement = judged(problems)
    assert points(judgement) == [0, 0, None]
    assert messages(judgement, 0) == ["share is not defined when the notebook has run from top to bottom"]


@needs_isolation
@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (
            'minutes = {"share-of": 12, "your-share": 0.5, "sum-to-one": None, "more": 3}',
            {"share-of": 12, "your-share": 0.5},
        ),
        ('minutes = {"share-of": True, "your-share": "10", "sum-to-one": -1}', {}),
        ('minutes = {"share-of": 10_000, "your-share": 10_001, "sum-to-one": float("nan")}', {"share-of": 10_000}),
        ('minutes = {"share-of": 10**400, "your-share": [5], "sum-to-one": {}}', {}),
        ("minutes = 5", {}),
        ("minutes = {1: 2}", {}),
        ("minutes = {", {}),
        ("", {}),
        ("class Endless(dict):\n    def items(self):\n        while True: pass\nminutes = Endless()", {}),
        ("import os\nclass End(dict):\n    def items(self): os._exit(0)\nminutes = End()", {}),
    ],
)
def test_time_is_a_plausible_number_or_left_out(problems: ProblemSet, cell: str, expected: dict[str, float]) -> None:
    judgement = judged(problems, SHARE, f"your_share = {PART / TOTAL!r}", cell)
    assert judgement.minutes == expected
    assert points(judgement) == [5, 3, None]


SPOOFS = {
    "equality": "class E(float):\n    __eq__ = __le__ = __ge__ = lambda *_: True\n    __hash__ = float.__hash__",
    "an array's subclass": "import sys\nclass E(float):\n    def __array__(self, *_, **__): return [0.5]",
    "arithmetic": "class E(float):\n    __sub__ = __rsub__ = __abs__ = lambda *_: 0.0",
    "a property": "class E(float):\n    real = property(lambda self: 0.5)\n    def __float__(self): return 7.0",
}


@needs_isolation
@pytest.mark.parametrize("spoof", SPOOFS)
def test_spoofed_values_are_wrong_values(problems: ProblemSet, spoof: str) -> None:
    source = f"{SPOOFS[spoof]}\ndef share(part, total): return E(3.25)\nyour_share = E(3.25)"
    assert points(judged(problems, source)) == [0, 0, None]


ATTACKS = {
    "numpy there": "import numpy as np\nnp.allclose = np.isclose = lambda *_, **__: True\nnp.asarray = lambda *_: 1",
    "the judge there": (
        "import secondhand.assignments.judging as j\n"
        "j.close = j.number = lambda *_, **__: None\nj._judge_code = lambda *_: 5"
    ),
    "builtins": "import builtins\nbuiltins.abs = lambda _: 0\nbuiltins.isinstance = lambda *_: True",
    "a solution on disk": (
        "import glob, os\n"
        "tops = ('/work', '/root', '/home', '/tmp', '/srv')\n"
        "found = [path for top in tops for path in glob.glob(top + '/**/*shares*', recursive=True)]\n"
        "print(found)\n"
        "def share(part, total): raise RuntimeError(found)"
    ),
    "the caller": (
        "import sys\n"
        "def share(part, total):\n"
        "    frame = sys._getframe()\n"
        "    while frame:\n"
        "        for name, value in list(frame.f_locals.items()):\n"
        "            if 'solution' in name or 'expected' in name: return value\n"
        "        frame = frame.f_back\n"
    ),
    "all objects": (
        "import gc\n"
        "def share(part, total):\n"
        "    found = [o for o in gc.get_objects() if callable(getattr(o, 'share', None)) and o is not share]\n"
        "    return found[0].share(part, total)\n"
    ),
}


@needs_isolation
@pytest.mark.parametrize("attack", ATTACKS)
def test_attacks_on_the_judge_earn_nothing(problems: ProblemSet, attack: str) -> None:
    judgement = judged(problems, ATTACKS[attack])
    assert points(judgement) == [0, 0, None]
    assert "shares" not in judgement.cells[0].output


@needs_isolation
def test_each_bomb_costs_its_own_task_only(problems: ProblemSet) -> None:
    judgement = judged(problems, "def share(part, total):\n    while True: pass", f"your_share = {PART / TOTAL!r}")
    assert points(judgement) == [0, 3, None]
    assert messages(judgement, 0) == ["share(…) took longer than 3 seconds"]


@needs_isolation
def test_a_problem_set_whose_solution_fails_is_not_released(problems: ProblemSet) -> None:
    def with_answer(source: str) -> ProblemSet:
        task = problems.tasks[0]
        cells = tuple(SourceCell("answer", source) if cell.role == "answer" else cell for cell in task.cells)
        return replace(problems, tasks=(replace(task, cells=cells), *problems.tasks[1:]))

    marked = "def share(part, total):\n    # BEGIN SOLUTION\n    return {}\n    # END SOLUTION"
    with pytest.raises(SourceError, match=r"task share-of: its solution earns 3: share\(0, 7\) is wrong"):
        verify(with_answer(marked.format("part / total or 1")), Sandbox(LIMITS))
    outside = "def share(part, total):\n    return part / total\n# BEGIN SOLUTION\nx = 1\n# END SOLUTION"
    with pytest.raises(SourceError, match="the notebook as handed out earns 5"):
        verify(with_answer(outside), Sandbox(LIMITS))


@needs_isolation
@pytest.mark.slow
@pytest.mark.parametrize("path", sorted((ROOT / "assignments").glob("[!R]*.md")), ids=lambda path: path.stem)
def test_solutions_of_the_book_earn_all_points(path: Path) -> None:
    verify(read_problem_set(path, ROOT / "chapters"), Sandbox())


def test_points_of_parts_must_add_up(problems: ProblemSet) -> None:
    with pytest.raises(SourceError, match="its points are 4, but the parts of its check add up to 5"):
        parts(replace(problems.tasks[0], points=4))


def test_parameters_must_be_plain(problems: ProblemSet) -> None:
    for source, told in (
        ("def parameters(variant): return 3", "must return a dictionary"),
        ("def parameters(variant): return 1 / 0", "failed: ZeroDivisionError"),
        ("def other(variant): return 3", "failed: KeyError"),
        ("def parameters(", "failed: SyntaxError"),
    ):
        wrong = replace(problems, opening=(SourceCell("variant", source),))
        with pytest.raises(SourceError, match=told):
            parameters(wrong, ADA)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "x has no answer yet"),
        (True, "x must be a number, but is a truth value"),
        ("0.5", "x must be a number, but is text"),
        ([0.5], "x must be a number, but is a list"),
        (np.zeros(1), "x must be a number, but is an array"),
        (math.nan, "x must be a finite number, but is nan"),
        (10**400, "x must be a finite number, but is inf"),
        (np.asarray(1j), "x must be a number, but is complex"),
    ],
)
def test_only_numbers_are_numbers(value: Any, told: str) -> None:
    with pytest.raises(WrongAnswerError, match=told):
        number(value, "x")


def test_numbers_are_numbers() -> None:
    assert [number(value, "x") for value in (1, 0.5, np.float32(0.25), np.asarray(2))] == [1.0, 0.5, 0.25, 2.0]


@pytest.mark.parametrize(
    "value", [None, "abc", ["a"], [[1], [1, 2]], [None], np.ones(3, dtype=bool), [1j], {"a": 1}, [10**30]]
)
def test_only_arrays_of_numbers_are_arrays(value: Any) -> None:
    with pytest.raises(WrongAnswerError):
        array(value, "x")


def test_closeness_is_of_values_and_shape() -> None:
    close([1, 2.0], np.array([1, 2]), "wrong")
    with pytest.raises(WrongAnswerError, match=r"must have the shape \(2,\), but has \(2, 1\)"):
        close([[1], [2]], np.array([1, 2]), "wrong")
    with pytest.raises(WrongAnswerError, match="must be a number, but is a list"):
        close([1], 1, "wrong")
    with pytest.raises(WrongAnswerError, match=r"^wrong$"):
        close([1, math.nan], np.array([1, 2]), "wrong")


def test_a_check_that_does_not_end_is_stopped(problems: ProblemSet, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(judging, "CHECK_SECONDS", 0.2)

    def endless(*_: Any) -> None:
        while True:
            pass

    finding = judging._findings_of(judging.Part("endless", 1, "", endless), *([None] * 3))  # type: ignore[arg-type]
    assert finding is not None
    assert finding.note == "the check endless stopped with TimeoutError: took longer than 0.2 seconds"


def test_a_picture_of_too_many_pixels_is_not_kept() -> None:
    def picture(side: int) -> str:
        head = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + 2 * side.to_bytes(4, "big") + b"rest"
        return base64.b64encode(head).decode()

    assert len(_images([picture(640), picture(60_000)])) == 1
