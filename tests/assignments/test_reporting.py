"""What a report says of tasks and of the class, against numbers worked out by hand."""

import warnings

import numpy as np
import pytest

from secondhand.assignments.course import Student
from secondhand.assignments.gradebook import TaskGrade
from secondhand.assignments.reporting import class_html, grades_csv, item_statistics
from secondhand.assignments.source import ProblemSet


def graded(share: float, number: float, written: float | None) -> list[TaskGrade]:
    return [TaskGrade("share-of", 5, share), TaskGrade("your-share", 3, number), TaskGrade("sum-to-one", 2, written)]


GRADES = {"a": graded(5, 3, None), "b": graded(5, 0, 1), "c": graded(0, 0, 2), "d": graded(0, 0, None)}
STUDENTS = [Student(name) for name in "abcde"]


def test_statistics_of_tasks(problems: ProblemSet) -> None:
    found = item_statistics(problems, GRADES).set_index("task")
    assert found["graded"].tolist() == [4, 4, 2]
    assert found["mean share"].tolist() == [0.5, 0.25, 0.75]
    expected = np.corrcoef([5, 5, 0, 0], [3, 1, 2, 0])[0, 1]
    assert found.loc["share-of", "discrimination"] == pytest.approx(expected)
    assert found["discrimination"].isna().tolist() == [False, False, True]


def test_one_submission_or_none_is_no_problem(problems: ProblemSet) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for grades in ({}, {"a": GRADES["a"]}, {"a": GRADES["a"], "b": GRADES["a"]}):
            assert len(item_statistics(problems, grades)) == 3
            page = class_html(problems, STUDENTS, grades, {})
            assert f"{len(grades)} of 5 students handed in" in page


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
