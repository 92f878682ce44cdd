"""What a report says of tasks and of the class, against numbers worked out by hand."""

import math
import re
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from bs4 import BeautifulSoup
from scipy import stats

from secondhand.assignments import charts
from secondhand.assignments.class_page import class_html
from secondhand.assignments.course import Student
from secondhand.assignments.gradebook import TaskGrade
from secondhand.assignments.items import ENOUGH, items
from secondhand.assignments.judging import Judgement
from secondhand.assignments.records import Record
from secondhand.assignments.reporting import grades_csv
from secondhand.assignments.session import Cell, CellRun
from secondhand.assignments.source import ProblemSet, SourceCell


def graded(share: float, number: float, written: float | None) -> list[TaskGrade]:
    return [TaskGrade("share-of", 5, share), TaskGrade("your-share", 3, number), TaskGrade("sum-to-one", 2, written)]


GRADES = {"a": graded(5, 3, None), "b": graded(5, 0, 1), "c": graded(0, 0, 2), "d": graded(0, 0, None)}
STUDENTS = [Student(name) for name in "abcde"]
MINUTES = [{"share-of": 4.0}, {"share-of": 6.0, "sum-to-one": 30.0}, {}, {"share-of": 10.0}]


def record(minutes: dict[str, float], seconds: float = 1.0, **more: Sequence[str]) -> Record:
    told = {name: tuple(lines) for name, lines in more.items()}
    ran = (CellRun(Cell("cell 1", "x = 1")),)
    return Record("x", Judgement(ran, (), minutes), seconds=seconds, **told)


def test_statistics_of_tasks(problems: ProblemSet) -> None:
    found = items(problems, GRADES, MINUTES)
    assert [len(item.shares) for item in found] == [4, 4, 2]
    assert [item.share for item in found] == [0.5, 0.25, 0.75]
    expected = np.corrcoef([5, 5, 0, 0], [3, 1, 2, 0])[0, 1]
    assert found[0].discrimination == pytest.approx(expected)
    assert [math.isnan(item.discrimination) for item in found] == [False, False, True]
    assert [item.quartiles for item in found[::2]] == [(5, 6, 8), (30, 30, 30)]
    assert all(math.isnan(value) for value in found[1].quartiles)


def test_intervals_are_students_and_stay_within_0_and_1(problems: ProblemSet) -> None:
    marks = [5, 4, 4, 3, 5]
    grades = {str(number): graded(mark, 3, None) for number, mark in enumerate(marks)}
    share, number, written = items(problems, grades)
    low, high = stats.t.interval(0.95, 4, loc=np.mean(marks) / 5, scale=stats.sem(marks) / 5)
    assert high > 1
    assert share.low == pytest.approx(low)
    assert share.high == 1
    assert (number.low, number.high) == (1, 1)
    assert math.isnan(written.share)
    assert math.isnan(written.low)


def many(students: int, share: float = 3, number: float = 2) -> dict[str, list[TaskGrade]]:
    """Return grades in which all three tasks are done well by the same students, about the given points."""
    signs = [(-1) ** index for index in range(students)]
    return {
        str(index): graded(share + 0.2 * sign, number + 0.2 * sign, 1 + 0.5 * sign) for index, sign in enumerate(signs)
    }


@pytest.mark.parametrize(
    ("points", "told"),
    [((3, 2), []), ((4.8, 2), ["may be too easy"]), ((0.9, 2), ["may be too hard"]), ((3, 0.5), [])],
)
def test_tasks_that_are_too_easy_or_too_hard_are_named(
    problems: ProblemSet, points: tuple[float, float], told: list[str]
) -> None:
    share, number, written = items(problems, many(ENOUGH, *points))
    assert [text for text in told if text in share.concerns()[0]] == told
    assert len(share.concerns()) == len(told)
    assert bool(number.concerns()) == (points[1] < 0.6)
    assert written.concerns() == []
    assert items(problems, many(ENOUGH - 1, *points))[0].concerns() == []


def test_tasks_that_do_not_tell_are_named(problems: ProblemSet) -> None:
    grades = {str(n): graded(2 + n % 2, (n // 2) % 2 * 2, 1 + (n // 2) % 2) for n in range(12)}
    share, number, _ = items(problems, grades)
    assert share.discrimination == pytest.approx(0)
    assert "its discrimination is" in share.concerns()[0]
    assert number.concerns() == []
    page = class_html(problems, STUDENTS, grades, {})
    assert "Look at this task: share-of." in page
    assert "Look at this task: your-share." not in page


def test_rubrics_hold_the_values_of_each_student(problems: ProblemSet) -> None:
    """Where they name none, they stand there once."""
    values = {name: {"part": number} for number, name in enumerate("ab", 1)}
    once = BeautifulSoup(class_html(problems, STUDENTS, GRADES, {}, values), "html.parser")
    assert not once("details")
    assert [pre.text for pre in once("pre")] == problems.tasks[-1].sources("rubric", "solution")
    *tasks, written = problems.tasks
    cells = [*written.cells[:-2], SourceCell("rubric", "2 points: {{ part }} parts"), written.cells[-1]]
    asked = replace(problems, tasks=(*tasks, replace(written, cells=tuple(cells))))
    each = BeautifulSoup(class_html(asked, STUDENTS, GRADES, {}, values), "html.parser")
    assert [box.summary.text for box in each("details") if box.summary] == ["a", "b"]
    assert [box.pre.text for box in each("details") if box.pre] == ["2 points: 1 parts", "2 points: 2 parts"]
    assert "{{ part }} parts" in class_html(asked, STUDENTS, {}, {})


def test_a_page_has_four_charts_in_words_and_a_table(problems: ProblemSet) -> None:
    records = {
        name: record(minutes, seconds) for name, minutes, seconds in zip("abcd", MINUTES, (1, 2, 4, 9), strict=True)
    }
    page = class_html(problems, STUDENTS, GRADES, records)
    parsed = BeautifulSoup(page, "html.parser")
    scores, difficulty, discrimination, time = (str(image["alt"]) for image in parsed("img"))
    assert "0 to below 1: 1; 2 to below 3: 1; 6 to below 7: 1; 8 to below 9: 1. The median is 4." in scores
    assert "share-of 0.50 (0.00 to 1.00); your-share 0.25" in difficulty
    assert "share-of 0.45; your-share" in discrimination
    assert time == (
        "Dot plot. Minutes for each task. share-of: stated 5, median 6 (middle half 5 to 8, 3 answers); "
        "sum-to-one: stated 10, median 30 (middle half 30 to 30, 1 answer)."
    )
    assert "2 written answers wait to be graded by hand" in page
    assert "To judge a submission took 3.0 seconds (median; 9.0 at most)." in page
    assert all(len(caption.text) > 20 for caption in parsed("figcaption"))
    assert not parsed("script")
    rows = parsed.find_all("tr")
    assert [cell["scope"] for row in rows for cell in row.find_all("th")] == ["col"] * 9 + ["row"] * 3
    assert [cell.text for cell in rows[1]] == [
        "share-of", "code", "5", "4", "0.50 (0.00 to 1.00)", "0.45", "5", "6 (5 to 8)", "3",
    ]  # fmt: skip


def test_charts_are_pictures_that_do_not_change(problems: ProblemSet) -> None:
    for make in (charts.difficulty, charts.discrimination, charts.time):
        first, second = (make(items(problems, GRADES, MINUTES)) for _ in range(2))
        assert first == second
        assert ET.fromstring(first.svg).tag.endswith("svg")


def test_one_submission_or_none_is_no_problem(problems: ProblemSet) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for grades in ({}, {"a": GRADES["a"]}, {"a": GRADES["a"], "b": GRADES["a"]}):
            assert len(items(problems, grades)) == 3
            page = class_html(problems, STUDENTS, grades, {})
            assert f"{len(grades)} of 5 students handed in" in page
            assert "Too few students are graded to tell" in page
            assert "nan" not in re.sub(r'src="[^"]*"', "", page)


def test_remarks_are_in_their_language(problems: ProblemSet) -> None:
    stopped = Record("x", Judgement((CellRun(Cell("cell 2", ""), error="esta celda…", stopped=True),), ()))
    records = {"a": record({}, remarks=["falta algo"], notes=["a note"]), "b": stopped}
    page = class_html(replace(problems, language="es"), STUDENTS, GRADES, records)
    assert '<li>a: <span lang="es">falta algo</span></li><li>a: a note</li>' in page
    assert '<li>b: <span lang="es">cell 2: esta celda…</span></li>' in page
    assert "<li>e: nothing handed in</li>" in page


def test_grades_as_a_table(problems: ProblemSet) -> None:
    assert grades_csv(problems, STUDENTS, GRADES).splitlines() == [
        "id,last_name,first_name,email,score,max_score,submitted,to_grade_by_hand,share-of,your-share,sum-to-one",
        "a,,,,8,10,yes,sum-to-one,5,3,",
        "b,,,,6,10,yes,,5,0,1",
        "c,,,,2,10,yes,,0,0,2",
        "d,,,,0,10,yes,sum-to-one,0,0,",
        "e,,,,0,10,no,,0,0,0",
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx"])
def test_formulas_are_text(problems: ProblemSet, text: str) -> None:
    table = grades_csv(problems, [Student("a", last_name=text)], {})
    assert f"a,'{text}," in table


def test_names_are_shown_as_text(problems: ProblemSet) -> None:
    assert "<b>" not in class_html(problems, [Student("<b>")], {}, {})
