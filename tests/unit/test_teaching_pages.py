"""The pages for learners and instructors: what they quote is what happens, and what they list is what there is."""

import re
from pathlib import Path
from typing import Any

import pytest

from secondhand.assignments.course import Course
from secondhand.assignments.limits import Limits
from secondhand.book.teaching import chapter, problem_sets
from secondhand.exercises import exercises_of, model_collapse
from secondhand.messages import LANGUAGE_VARIABLE, LANGUAGES

ROOT = Path(__file__).parents[2]
FOLDERS = {language: ROOT / "chapters" if language == "en" else ROOT / language / "chapters" for language in LANGUAGES}

every_language = pytest.mark.parametrize("language", LANGUAGES)


def page(language: str, name: str) -> str:
    return (FOLDERS[language] / f"{name}.md").read_text(encoding="utf-8")


@every_language
def test_the_check_answers_what_the_page_quotes(
    language: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(LANGUAGE_VARIABLE, language)
    exercise, text = model_collapse.one_draw_extinction, page(language, "exercises")

    def not_started(probability: float, sample_size: int) -> Any:
        raise NotImplementedError

    tries = [
        not_started,
        lambda probability, sample_size: 1 - (1 - probability) ** sample_size,
        lambda probability, sample_size: 1 - probability**sample_size,
        lambda probability, sample_size: (1 - probability) ** sample_size,
    ]
    shown = [exercise.evaluate(answer)._repr_mimebundle_()["text/plain"] for answer in tries]
    exercise.hint(1)
    shown.append(capsys.readouterr().out.strip())
    assert re.findall(r"^ *> ([○✗✓HP].*)$", text, re.MULTILINE) == shown
    assert exercise.cell.strip() in text


@every_language
def test_each_chapter_is_in_the_plans_and_in_the_objectives(language: str) -> None:
    text = page(language, "instructors")
    plans = re.findall(r"^:::\{list-table\}\n(.*?)^:::$", text, re.DOTALL | re.MULTILINE)
    named = [set(re.findall(r"\{chapter\}`([\w-]+)`", plan)) for plan in plans]
    names = {path.stem for path in ROOT.glob("chapters/*/*.md")}
    one, three, six, objectives = named
    assert one < three
    assert three == names - {"capstone"}
    assert six == objectives == names
    for row in re.findall(r"\{chapter\}[^\n]*\n  - \{reading\}[^\n]*", text):
        listed = re.findall(r"\{chapter\}`([\w-]+)`", row)
        for role in ("reading", "practice"):
            assert re.findall(rf"\{{{role}\}}`([^`]*)`", row) == [" ".join(listed)]


def test_a_chapter_says_what_its_card_says() -> None:
    found = chapter(ROOT, "model-collapse")
    assert (found.page, found.title) == ("chapters/limits/model-collapse", "Model collapse")
    assert f":minutes: {found.minutes}\n" in (ROOT / f"{found.page}.md").read_text(encoding="utf-8")
    assert found.objectives[0].startswith("run a chain of models")
    with pytest.raises(ValueError, match="there is no chapter 'model-colapse'"):
        chapter(ROOT, "model-colapse")


def test_problem_sets_follow_the_order_of_the_chapters() -> None:
    order = re.findall(r"file: \S*/([\w-]+)$", (ROOT / "_toc.yml").read_text(encoding="utf-8"), re.MULTILINE)
    last = [max(order.index(task.chapter) for task in problems.tasks) for problems in problem_sets(ROOT)]
    assert last
    assert last == sorted(last)


@every_language
def test_the_pages_name_what_there_is(language: str, tmp_path: Path) -> None:
    for name in ("exercises", "instructors"):
        for limit in re.findall(r"\{limit\}`(\w+)`", page(language, name)):
            assert hasattr(Limits(), limit)
    text = page(language, "instructors")
    for name in re.findall(r"assignments/([\w-]+)\.md", text):
        assert (ROOT / "assignments" / f"{name}.md").is_file()
    roster = re.search(r"roster\.csv <<END\n(.*?)^END$", text, re.DOTALL | re.MULTILINE)
    assert roster
    (tmp_path / "roster.csv").write_text(roster[1], encoding="utf-8")
    assert [student.id for student in Course(tmp_path).roster()] == ["ada", "bob"]
    assert all(exercises_of(path.stem) for path in ROOT.glob("chapters/*/*.md"))
