"""Steps with which nbgrader hands submissions to the judge instead of running them itself, and feedback to its page.

The course's `nbgrader_config.py` names them, so that `nbgrader autograde` and `nbgrader generate_feedback` do the same
as `secondhand assignments grade`. Only nbgrader imports this module. It knows nothing of how a submission is judged.
"""

import base64
import json
import os
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import from_dict
from nbgrader.preprocessors import GetGrades, NbGraderPreprocessor

from secondhand.assignments.course import Course
from secondhand.assignments.feedback import REMARKS, Total, feedback_html
from secondhand.assignments.gradebook import TRUST_VARIABLE
from secondhand.assignments.grading import Grader
from secondhand.assignments.judging import TaskResult
from secondhand.assignments.records import Record, explain
from secondhand.assignments.session import CellRun
from secondhand.assignments.text import inert
from secondhand.messages import speaking, t

_KEY = "secondhand"


class Rebuild(NbGraderPreprocessor):  # type: ignore[misc]
    """Builds the submitted notebook anew from the text of its cells; nothing else of it is taken over."""

    def preprocess(self, notebook: Any, resources: Any) -> tuple[Any, Any]:
        """Return the notebook as it was handed out, with the student's text in it."""
        clean, tags, odd = _grader(resources).prepare(json.dumps(notebook).encode())
        rebuilt = from_dict(clean)  # type: ignore[no-untyped-call]
        rebuilt.metadata[_KEY] = {"tags": list(tags), "odd": list(odd)}
        return rebuilt, resources


class Judged(NbGraderPreprocessor):  # type: ignore[misc]
    """Enters what the judge found into the notebook: outputs, figures, points and reasons."""

    def preprocess(self, notebook: Any, resources: Any) -> tuple[Any, Any]:
        """Return the notebook with what came of it."""
        about = notebook.metadata.pop(_KEY, {"tags": [], "odd": []})
        plain = json.loads(json.dumps(notebook))
        for cell in plain["cells"]:
            # The step before this one has added what only nbgrader needs.
            cell["metadata"].get("nbgrader", {}).pop("checksum", None)
            cell["metadata"].get("nbgrader", {}).pop("cell_type", None)
        grader = _grader(resources)
        record = grader.record(resources["nbgrader"]["student"], plain, about["tags"], about["odd"])
        for cell in notebook.cells:
            if cell.cell_type != "code":
                cell.source = inert(cell.source)
        with speaking(grader.problems.language):
            enter(notebook, record)
        return notebook, resources


class Grades(GetGrades):  # type: ignore[misc]
    """Enters the grades into the notebook, and what a person has not graded yet."""

    def _get_score(self, cell: Any, resources: Any) -> None:
        super()._get_score(cell, resources)
        asked = (self.notebook_id, self.assignment_id, self.student_id)
        grade = self.gradebook.find_grade(cell.metadata["nbgrader"]["grade_id"], *asked)
        cell.metadata.nbgrader["pending"] = bool(grade.needs_manual_grade)


class Feedback(Exporter):
    """Makes the page of feedback from a notebook."""

    file_extension = ".html"

    def from_notebook_node(self, nb: Any, resources: Any = None, **kw: Any) -> tuple[Any, Any]:
        """Return the page."""
        graded, resources = super().from_notebook_node(nb, resources, **kw)
        about = resources["nbgrader"]
        problems = Course(Path.cwd()).problem_set(about["assignment"])
        # nbgrader has taken off already what being late costs.
        total = Total(about["score"], about["max_score"], about["late_penalty"])
        return feedback_html(problems.title, graded, total, problems.language), resources


def enter(notebook: Any, record: Record) -> None:
    """Write a record into the cells of a notebook as outputs, which nbgrader reads the points from."""
    runs = {run.cell.name: run for run in record.judgement.cells}
    results = {result.task: result for result in record.judgement.tasks}
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            result = results.get(cell.metadata.get("nbgrader", {}).get("grade_id", ""))
            graded = _graded(result) if result is not None and cell.metadata.nbgrader.grade else []
            cell.outputs = _nodes([*_outputs(runs.get(f"cell {index + 1}")), *graded])
    if record.remarks:
        listed = "\n".join(f"- {remark}" for remark in record.remarks)
        note = {
            "cell_type": "markdown",
            "metadata": {},
            "id": REMARKS,
            "source": f"**{t('assignments.grade.remarks')}**\n\n{listed}",
        }
        notebook.cells[:0] = _nodes([note])


def _outputs(run: CellRun | None) -> list[dict[str, Any]]:
    """Return what a student's cell showed."""
    if run is None:
        return []
    outputs = []
    if run.output:
        outputs.append(_stream(run.output + (f"\n{t('assignments.grade.cut')}" if run.cut else "")))
    for image in run.images:
        data = {"image/png": base64.b64encode(image).decode("ascii")}
        outputs.append({"output_type": "display_data", "data": data, "metadata": {}})
    if run.error:
        kind, _, message = run.error.partition(": ")
        lines = run.error.splitlines()
        outputs.append({"output_type": "error", "ename": kind, "evalue": message, "traceback": lines})
    return outputs


def _graded(result: TaskResult) -> list[dict[str, Any]]:
    """Return what stands in a grading cell: reasons, and the points, which nbgrader reads."""
    points = {"text/plain": str(float(result.earned or 0))}
    shown = {"output_type": "execute_result", "data": points, "metadata": {}, "execution_count": None}
    return [_stream(explain(result)), shown]


def _stream(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stdout", "text": text}


def _nodes(values: list[dict[str, Any]]) -> list[Any]:
    return [from_dict(value) for value in values]  # type: ignore[no-untyped-call]


_graders: dict[tuple[str, str, bool, int, int], Grader] = {}


def _grader(resources: Any) -> Grader:
    # nbgrader works in the course's folder.
    assignment, trust = resources["nbgrader"]["assignment"], os.environ.get(TRUST_VARIABLE) == "1"
    course = Course(Path.cwd())
    # A server of nbgrader may run for weeks, while releases and students are added.
    files = (course.problem_set_file(assignment), course.roster_file)
    changed = [path.stat().st_mtime_ns if path.exists() else 0 for path in files]
    key = (str(course.root), assignment, trust, changed[0], changed[1])
    if key not in _graders:
        _graders.clear()
        _graders[key] = Grader.of(course, assignment, trust=trust)
    return _graders[key]
