"""The page on a class, for its instructor: scores, tasks, time, what to look at, and what to grade by hand.

It knows nothing of where grades come from and of how numbers are worked out.
"""

import base64
import html
import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from secondhand.assignments import charts
from secondhand.assignments.course import Student
from secondhand.assignments.gradebook import TaskGrade
from secondhand.assignments.items import ENOUGH, Item, items
from secondhand.assignments.notebooks import filled
from secondhand.assignments.pages import page
from secondhand.assignments.records import Record
from secondhand.assignments.source import ProblemSet
from secondhand.messages import speaking

_LANGUAGE = "en"


@dataclass(frozen=True)
class Remark:
    """What an instructor should know of a submission, in English or in the language of the problem set."""

    student: str
    text: str
    language: str = _LANGUAGE


def class_html(
    problems: ProblemSet,
    students: Sequence[Student],
    grades: Mapping[str, Sequence[TaskGrade]],
    records: Mapping[str, Record | None],
    values: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> str:
    """Return the page: it names students, and holds rubrics and solutions in words.

    Args:
        problems: the problem set.
        students: the class.
        grades: those of all who handed in: id → grade of each task.
        records: what came of each submission, as far as it is kept.
        values: the personal values of all who handed in, for rubrics that name them: id → name → value.
    """
    judged = [record for record in records.values() if record is not None]
    # What could not be read says nothing of the tasks.
    unreadable = {name for name, record in records.items() if record is not None and not record.judgement.cells}
    readable = {student: graded for student, graded in grades.items() if student not in unreadable}
    found = items(problems, readable, [record.judgement.minutes for record in judged])
    body = [
        f"<h1>{_text(problems.title)}</h1>",
        f"<p>{_text(_summary(problems, students, grades, judged))}</p>",
        *(
            [f"<p>{len(unreadable)} files could not be read; scores and tasks leave them out.</p>"]
            if unreadable
            else []
        ),
        *_look(found),
        "<h2>Submissions to look at</h2>",
        _list(remarks(problems, students, grades, records)),
    ]
    if readable:
        totals = [sum(grade.earned or 0 for grade in graded) for graded in readable.values()]
        body += ["<h2>Scores</h2>", _figure(charts.scores(totals, problems.points))]
        body += ["<h2>How hard the tasks are</h2>", _figure(charts.difficulty(found))]
        body += ["<h2>How telling the tasks are</h2>", _figure(charts.discrimination(found))]
        body += ["<h2>How long the tasks take</h2>", *_times(found)]
    body += ["<h2>All numbers</h2>", _table(found)]
    for task in problems.tasks:
        if task.kind == "written":
            body.append(f"<h2>To grade by hand: {_text(task.id)} ({task.points} points)</h2>")
            body += _to_grade(task.sources("rubric", "solution"), values, problems.language)
    return page(f"{problems.title}: the class", "\n".join(body), _LANGUAGE)


def remarks(
    problems: ProblemSet,
    students: Sequence[Student],
    grades: Mapping[str, Sequence[TaskGrade]],
    records: Mapping[str, Record | None],
) -> list[Remark]:
    """Return what an instructor should know of submissions."""
    found = []
    for student in students:
        record = records.get(student.id)
        if student.id not in grades:
            found.append(Remark(student.id, "nothing handed in"))
        if record is None:
            continue
        found += [Remark(student.id, remark, problems.language) for remark in record.remarks]
        found += [Remark(student.id, note) for note in record.notes]
        stopped = [run for run in record.judgement.cells if run.stopped]
        found += [Remark(student.id, f"{run.cell.name}: {run.error}", problems.language) for run in stopped]
    return found


def _to_grade(texts: Sequence[str], values: Mapping[str, Mapping[str, Any]], language: str) -> Iterator[str]:
    """Yield a rubric and a solution: once, or for each student where they name personal values."""
    with speaking(language):
        personal = {student: [filled(text, known) for text in texts] for student, known in values.items()}
    if all(own == list(texts) for own in personal.values()):
        yield _texts(texts, language)
        return
    for student, own in personal.items():
        yield f"<details><summary>{_text(student)}</summary>{_texts(own, language)}</details>"


def _texts(texts: Sequence[str], language: str) -> str:
    return "".join(f'<pre lang="{language}">{_text(text)}</pre>' for text in texts)


def _summary(
    problems: ProblemSet,
    students: Sequence[Student],
    grades: Mapping[str, Sequence[TaskGrade]],
    judged: Sequence[Record],
) -> str:
    told = [f"{len(grades)} of {len(students)} students handed in; {problems.points} points can be earned."]
    waiting = sum(grade.earned is None for graded in grades.values() for grade in graded)
    if waiting:
        told.append(f"{waiting} written answers wait to be graded by hand; until then they count 0 in scores.")
    seconds = [record.seconds for record in judged]
    if seconds:
        told.append(
            f"To judge a submission took {statistics.median(seconds):.1f} seconds (median; {max(seconds):.1f} at most)."
        )
    return " ".join(told)


def _look(found: Sequence[Item]) -> Iterator[str]:
    yield "<h2>Tasks to look at</h2>"
    concerns = [(item.task.id, concern) for item in found for concern in item.concerns()]
    for task, concern in concerns:
        told = f"<strong>Look at this task: {_text(task)}.</strong> {_text(_capital(concern))}."
        yield f'<p class="task warning">{told}</p>'
    if not concerns:
        most = max((len(item.shares) for item in found), default=0)
        few = f"Too few students are graded to tell ({most}; at least {ENOUGH} are needed)."
        yield f"<p>{few if most < ENOUGH else 'No task stands out.'}</p>"


def _times(found: Sequence[Item]) -> Iterator[str]:
    if any(item.minutes for item in found):
        yield _figure(charts.time(found))
    else:
        yield "<p>No student has said how long the tasks took.</p>"


def _table(found: Sequence[Item]) -> str:
    columns = ["Points", "Graded", "Mean share (95 % interval)", "Discrimination", "Minutes stated"]
    columns += ["Minutes needed (middle half)", "Answers"]
    head = "".join(f'<th scope="col" class="n">{column}</th>' for column in columns)
    rows = []
    for item in found:
        first, middle, third = item.quartiles
        cells = [
            f"{item.task.points}",
            f"{len(item.shares)}",
            _number(item.share, ".2f") + _range(item.low, item.high, ".2f"),
            _number(item.discrimination, ".2f"),
            f"{item.task.minutes}",
            _number(middle, ".4g") + _range(first, third, ".3g"),
            f"{len(item.minutes)}",
        ]
        shown = "".join(f'<td class="n">{cell}</td>' for cell in cells)
        rows.append(f'<tr><th scope="row">{_text(item.task.id)}</th><td>{item.task.kind}</td>{shown}</tr>')
    return (
        '<div class="scroll" role="region" aria-labelledby="numbers" tabindex="0"><table>'
        '<caption id="numbers">The tasks in numbers. Minutes needed are the median of what students say.</caption>'
        f'<thead><tr><th scope="col">Task</th><th scope="col">Kind</th>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _number(value: float, shape: str) -> str:
    return "none" if math.isnan(value) else format(value, shape)


def _range(low: float, high: float, shape: str) -> str:
    return "" if math.isnan(low) else f" ({low:{shape}} to {high:{shape}})"


def _figure(chart: charts.Chart) -> str:
    picture = base64.b64encode(chart.svg).decode("ascii")
    return (
        f'<figure><img alt="{_text(chart.alternative)}" src="data:image/svg+xml;base64,{picture}">'
        f"<figcaption>{_text(chart.caption)}</figcaption></figure>"
    )


def _list(found: Sequence[Remark]) -> str:
    if not found:
        return "<p>Nothing out of the ordinary.</p>"
    lines = []
    for remark in found:
        text = _text(remark.text)
        if remark.language != _LANGUAGE:
            text = f'<span lang="{remark.language}">{text}</span>'
        lines.append(f"<li>{_text(remark.student)}: {text}</li>")
    return f"<ul>{''.join(lines)}</ul>"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _text(value: str) -> str:
    return html.escape(value).replace("&#x27;", "'")
