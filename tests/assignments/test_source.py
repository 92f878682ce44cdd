"""A problem set is read whole, and one that is not well written is refused with a word on where."""

from pathlib import Path
from typing import get_args

import pytest
from tests.assignments.conftest import EXAMPLE

from secondhand.assignments import source
from secondhand.assignments.notebooks import handout, without_solution
from secondhand.assignments.source import ProblemSet, SourceError, objectives, read_problem_set
from secondhand.assignments.variants import variant_of
from secondhand.messages import speaking

ROOT = Path(__file__).parents[2]
TEXT = (EXAMPLE / "shares.md").read_text(encoding="utf-8")


def read(tmp_path: Path, text: str) -> ProblemSet:
    path = tmp_path / "shares.md"
    path.write_text(text, encoding="utf-8")
    return read_problem_set(path, EXAMPLE / "chapters")


def test_tasks_are_read(problems: ProblemSet) -> None:
    assert (problems.name, problems.title, problems.points) == ("shares", "Shares", 10)
    share, number, written = problems.tasks
    assert (share.id, share.kind, share.points, share.difficulty, share.minutes) == (
        "share-of",
        "code",
        5,
        "warm-up",
        5,
    )
    assert [cell.role for cell in share.cells] == ["prose", "answer", "check"]
    assert (number.answer, number.relative, number.hint) == ("your_share", 0.001, "Call your function.")
    assert written.objective == "explain why shares add up to one"
    assert written.sources("rubric") == ["- 2 points: the parts make the whole."]
    assert written.sources("solution") == ["Because the parts make the whole."]
    assert [cell.role for cell in problems.opening] == ["prose", "variant"]


def test_words_are_those_of_the_exercises(problems: ProblemSet) -> None:
    from secondhand.exercises import mechanism

    assert get_args(source.Difficulty) == mechanism.DIFFICULTIES
    marked = "def f():\n    # BEGIN SOLUTION\n    return 1\n    # END SOLUTION"
    with speaking("en"):
        assert without_solution(marked, problems.tasks[0]) == f"def f():\n    {mechanism.PLACEHOLDER}"


def test_objectives_of_real_chapters_are_found() -> None:
    found = objectives(ROOT / "chapters" / "limits" / "model-collapse.md")
    assert len(found) == 5
    assert found[0] == "run a chain of models, each fitted to what the last one made, and say what it loses first"


@pytest.mark.parametrize("path", sorted((ROOT / "assignments").glob("[!R]*.md")), ids=lambda path: path.stem)
def test_problem_sets_of_the_book_are_well_written(path: Path) -> None:
    found = read_problem_set(path, ROOT / "chapters")
    notebook = handout(found, variant_of(bytes(32), found.name, "ada"))
    text = "\n".join(cell["source"] for cell in notebook["cells"])
    assert "{{" not in text
    assert "```{" not in text


WRONG = {
    "no heading": ("# Shares\n", "Shares\n", "must begin with a heading"),
    "unknown kind": (":kind: code", ":kind: quiz", "task share-of: kind must be one of code, number, plot, written"),
    "missing option": (":minutes: 5\n", "", "task share-of lacks minutes"),
    "unknown option": (":points: 5", ":points: 5\n:colour: red", "has unknown options colour"),
    "option twice": (":points: 5", ":points: 5\n:points: 6", "each line must be a new option"),
    "no points": (":points: 5", ":points: none", "points must be a whole number of at least 1, got 'none'"),
    "unknown difficulty": ("warm-up", "hard", "difficulty must be one of warm-up, core, stretch"),
    "unknown chapter": (":chapter: shares", ":chapter: stocks", "there is no chapter 'stocks'"),
    "unknown objective": (":objective: 1", ":objective: 9", "chapter shares has 2 objectives, got 9"),
    "bad id": ("{task} share-of", "{task} Share Of", "the id of a task|must be a directive"),
    "id twice": ("{task} your-share", "{task} share-of", "share-of twice"),
    "no answer": (":answer: your_share\n", "", "a number needs `:answer:`"),
    "no tolerance": (":relative: 0.001\n", "", "tolerance above 0"),
    "bad tolerance": (":relative: 0.001", ":relative: much", "relative must be a number of at least 0, got 'much'"),
    "unclosed solution": ("    # END SOLUTION\n", "", "solution between|has no other half|other half"),
    "no solution": ("# BEGIN SOLUTION\nyour_share = PART / TOTAL\n# END SOLUTION", "x = 1", "must have a solution"),
    "a whole cell as solution": (
        "# BEGIN SOLUTION\n    return part / total  # the secret of the solution\n    # END SOLUTION",
        "return 0\n\n# BEGIN SOLUTION\nlimit = 1\n# END SOLUTION",
        "must be the body of a function",
    ),
    "check elsewhere": ("Which share", "```{code-cell}\n:tags: [check]\nx\n```\n\nWhich share", "other tasks have"),
    "no rubric": ("```{rubric}\n- 2 points: the parts make the whole.\n```\n", "", "a written task has one"),
    "indented rubric": ("```{rubric}", " ```{rubric}", "must be a directive at the beginning of a line|has one"),
    "time as an answer": (":answer: your_share", ":answer: minutes", "must be another name than minutes"),
    "unknown language": (
        "kernelspec:",
        "language: fr\nkernelspec:",
        "language in the front matter must be one of en, es, got 'fr'",
    ),
    "two tags": (":tags: [check]", ":tags: [check, answer]", "has one of the tags"),
}  # fmt: skip


@pytest.mark.parametrize("mistake", WRONG)
def test_mistakes_are_named(mistake: str, tmp_path: Path) -> None:
    before, after, told = WRONG[mistake]
    assert before in TEXT
    with pytest.raises(SourceError, match=told):
        read(tmp_path, TEXT.replace(before, after, 1))


def test_prose_names_only_values_that_there_are(tmp_path: Path) -> None:
    found = read(tmp_path, TEXT.replace("{{ total }}", "{{ sum }}"))
    with pytest.raises(SourceError, match="has no 'sum'"):
        handout(found, variant_of(bytes(32), found.name, "ada"))


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read_problem_set(tmp_path / "none.md", EXAMPLE / "chapters")
    with pytest.raises(SourceError, match="lower-case words joined by hyphens"):
        read_problem_set(tmp_path / "No Name.md", EXAMPLE / "chapters")


@pytest.mark.parametrize("edition", [".", "es"])
def test_no_problem_set_is_on_the_site(edition: str) -> None:
    # The site is built from its table of contents only.
    settings = (ROOT / edition / "_config.yml").read_text(encoding="utf-8")
    assert "only_build_toc_files: true" in settings
    assert "assignments" not in (ROOT / edition / "_toc.yml").read_text(encoding="utf-8")
