"""Reports on an assignment: a table of grades for a learning platform, and a page on the class.

It knows nothing of how work is judged.
"""

import base64
import csv
import html
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from secondhand.assignments import gradebook
from secondhand.assignments.course import Course, Student, write
from secondhand.assignments.gradebook import TaskGrade
from secondhand.assignments.grading import Grader
from secondhand.assignments.records import Record
from secondhand.assignments.source import ProblemSet


def report(course: Course, assignment: str) -> tuple[Path, Path]:
    """Write `grades.csv` and `class.html`, and return where they are.

    Raises:
        CourseError: the assignment was not released, or the gradebook cannot be read.
    """
    problems, students = course.problem_set(assignment), course.roster()
    grades = gradebook.grades(course, assignment)
    # Only what was kept is read, so it does not matter whether submissions could be isolated here.
    grader = Grader.of(course, assignment, trust=True)
    records = {student.id: grader.kept(student.id) for student in students if student.id in grades}
    table = course.reports(assignment) / "grades.csv"
    page = course.reports(assignment) / "class.html"
    write(table, grades_csv(problems, students, grades).encode())
    write(page, class_html(problems, students, grades, records).encode(), private=True)
    return table, page


def grades_csv(problems: ProblemSet, students: Sequence[Student], grades: Mapping[str, Sequence[TaskGrade]]) -> str:
    """Return the table of grades: one line for each student, in UTF-8, with a score of 0 for who handed in nothing."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    tasks = [task.id for task in problems.tasks]
    writer.writerow(
        ["id", "last_name", "first_name", "email", "score", "max_score", "submitted", "to_grade_by_hand", *tasks]
    )
    for student in students:
        earned = {grade.task: grade.earned for grade in grades.get(student.id, ())}
        by_hand = [task for task in tasks if task in earned and earned[task] is None]
        score = sum(earned.get(task) or 0 for task in tasks)
        writer.writerow(
            [
                *(_harmless(text) for text in (student.id, student.last_name, student.first_name, student.email)),
                f"{score:g}",
                problems.points,
                "yes" if student.id in grades else "no",
                " ".join(by_hand),
                *("" if earned.get(task, 0) is None else f"{earned.get(task, 0):g}" for task in tasks),
            ]
        )
    return file.getvalue()


def item_statistics(problems: ProblemSet, grades: Mapping[str, Sequence[TaskGrade]]) -> pd.DataFrame:
    """Return for each task how many were graded, the mean share of its points, and its discrimination.

    Discrimination is the correlation of a task's points with the sum of the others', over those who handed in; it is
    missing where either is the same for all.
    """
    rows = [{grade.task: grade.earned for grade in graded} for graded in grades.values()]
    points = pd.DataFrame(rows, columns=[task.id for task in problems.tasks], dtype=float)
    found = []
    for task in problems.tasks:
        own = points[task.id]
        rest = points.drop(columns=task.id).sum(axis=1)
        graded = own.notna()
        varied = graded.sum() > 2 and own[graded].std() > 0 and rest[graded].std() > 0
        found.append(
            {
                "task": task.id,
                "kind": task.kind,
                "points": task.points,
                "graded": int(graded.sum()),
                "mean share": own.mean() / task.points if graded.any() else np.nan,
                "discrimination": own[graded].corr(rest[graded]) if varied else np.nan,
            }
        )
    return pd.DataFrame(found)


def class_html(
    problems: ProblemSet,
    students: Sequence[Student],
    grades: Mapping[str, Sequence[TaskGrade]],
    records: Mapping[str, Record | None],
) -> str:
    """Return the page on the class, for the instructor: it names students, and holds rubrics and solutions in words."""
    statistics = item_statistics(problems, grades)
    totals = [sum(grade.earned or 0 for grade in graded) for graded in grades.values()]
    seconds = [record.seconds for record in records.values() if record is not None]
    lines = [f"<h1>{html.escape(problems.title)}</h1>"]
    lines.append(f"<p>{len(grades)} of {len(students)} students handed in; {problems.points} points can be earned.</p>")
    if totals:
        lines.append(_figure(totals, statistics, seconds, problems.points))
    shown = statistics.to_html(index=False, float_format="{:.2f}".format, na_rep="–", border=0)
    lines += ["<h2>Tasks</h2>", shown]
    lines.append("<h2>What to look at</h2>")
    lines.append(_list(remarks(students, grades, records)) or "<p>Nothing out of the ordinary.</p>")
    for task in problems.tasks:
        if task.kind == "written":
            lines.append(f"<h2>To grade by hand: {html.escape(task.id)} ({task.points} points)</h2>")
            lines += [f"<pre>{html.escape(text)}</pre>" for text in task.sources("rubric", "solution")]
    body = "\n".join(lines)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>'
        f"{html.escape(problems.title)}</title><style>body{{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;"
        "padding:0 1rem}table{border-collapse:collapse}th,td{padding:.2rem .8rem;text-align:left}"
        f"pre{{white-space:pre-wrap}}img{{max-width:100%}}</style></head><body>\n{body}\n</body></html>\n"
    )


def remarks(
    students: Sequence[Student], grades: Mapping[str, Sequence[TaskGrade]], records: Mapping[str, Record | None]
) -> list[str]:
    """Return a line for each thing that an instructor should know of a submission."""
    lines = []
    for student in students:
        record = records.get(student.id)
        if student.id not in grades:
            lines.append(f"{student.id}: nothing handed in")
        if record is None:
            continue
        lines += [f"{student.id}: {remark}" for remark in (*record.remarks, *record.notes)]
        stopped = [run for run in record.judgement.cells if run.stopped]
        lines += [f"{student.id}: {run.cell.name}: {run.error}" for run in stopped]
    return lines


def _figure(totals: Sequence[float], statistics: pd.DataFrame, seconds: Sequence[float], points: int) -> str:
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt
    import seaborn as sns

    figure, (score, items, times) = plt.subplots(
        1, 3, figsize=(13, max(3.8, 1.5 + 0.3 * len(statistics))), layout="constrained"
    )
    sns.histplot(x=list(totals), bins=np.linspace(0, points, 11), ax=score)
    score.set(title="Scores so far", xlabel="points", ylabel="students")
    values = statistics.melt("task", ["mean share", "discrimination"], var_name="measure").dropna()
    sns.pointplot(data=values, y="task", x="value", hue="measure", markers=["o", "D"], linestyles="none", ax=items)
    items.set(title="Tasks: how easy, and how telling", xlabel="", ylabel="", xlim=(-1.05, 1.05))
    items.axvline(0, color="grey", linewidth=0.8)
    sns.histplot(x=list(seconds), ax=times)
    times.set(title="Time to judge a submission", xlabel="seconds", ylabel="students")
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=110)
    plt.close(figure)
    alt = (
        f"Three charts: scores of {len(totals)} students with a mean of {np.mean(totals):.1f} points; mean share and "
        f"discrimination of {len(statistics)} tasks; seconds to judge a submission."
    )
    return f'<img alt="{html.escape(alt)}" src="data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}">'


def _list(lines: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li>{html.escape(line)}</li>" for line in lines) + "</ul>" if lines else ""


def _harmless(text: str) -> Any:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
