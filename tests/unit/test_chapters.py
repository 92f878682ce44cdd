"""The pages themselves: cells that fit the page, exercises as the library has them, and the skeleton of a chapter."""

import ast
import re
from pathlib import Path

import pytest

from secondhand.book.translation import skeleton
from secondhand.exercises import exercises_of

REPOSITORY = Path(__file__).parents[2]
CHAPTERS = sorted(
    page for page in (REPOSITORY / "chapters").glob("*/*.md") if "kernelspec:" in page.read_text(encoding="utf-8")
)
WIDEST = 79
"""Characters of code that the page shows without a scroll bar."""
LONGEST = 15

every_chapter = pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda page: page.stem)


def code_cells(chapter: Path) -> list[str]:
    cells = re.findall(r"^```\{code-cell\}[^\n]*\n(.*?)^```$", chapter.read_text(encoding="utf-8"), re.DOTALL | re.M)
    return ["\n".join(line for line in cell.splitlines() if not re.match(r":[\w-]+:", line)).strip() for cell in cells]


def test_there_are_chapters() -> None:
    assert CHAPTERS


@every_chapter
def test_cells_are_short_and_fit_the_page(chapter: Path) -> None:
    for cell in code_cells(chapter):
        lines = [line for line in cell.splitlines() if line.strip()]
        assert len(lines) <= LONGEST, cell
        assert max(map(len, lines)) <= WIDEST, cell


@every_chapter
def test_cells_define_nothing_but_exercises(chapter: Path) -> None:
    names = {exercise.name for exercise in exercises_of(chapter.stem)}
    for cell in code_cells(chapter):
        for node in ast.walk(ast.parse(cell)):
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.AsyncFunctionDef):
                assert node.name in names, f"{node.name} belongs into src, where it is tested"


@every_chapter
def test_each_exercise_stands_in_its_chapter_as_the_library_has_it(chapter: Path) -> None:
    cells, text = code_cells(chapter), chapter.read_text(encoding="utf-8")
    directives = skeleton(text).directives
    for exercise in exercises_of(chapter.stem):
        assert exercise.cell.strip() in cells, f"copy Exercise.cell of {exercise.id} into the chapter"
        assert f":label: {exercise.id}\n" in text
        assert f"worked-solution {exercise.id}" in directives
        assert f"{exercise.minutes} minutes" in text


@every_chapter
def test_the_skeleton_is_complete(chapter: Path) -> None:
    text = chapter.read_text(encoding="utf-8")
    headings = re.findall(r"^## (.*)$", text, re.M)
    expected = ("Predict first", "The claim", "Exercises", "Quiz", "Take-aways", "Further reading")
    assert [heading for heading in headings if heading in expected] == list(expected)
    for directive in ("```{chapter-card}", ":class: theory", ":class: quiz", "{glue:figure}", "{glue:text}"):
        assert directive in text, directive
