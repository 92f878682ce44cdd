"""What is kept of a judged submission, as a file: enough to grade and to report without running it again.

It knows nothing of how a submission is judged or of where records are kept.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from secondhand.assignments.judging import Finding, Judgement, TaskResult
from secondhand.assignments.notebooks import points_in_words
from secondhand.assignments.session import Cell, CellRun
from secondhand.messages import t

FORMAT = 2
"""Part of every fingerprint: raise it when submissions are judged in another manner."""


@dataclass(frozen=True)
class Record:
    """What came of a submission.

    Attributes:
        fingerprint: of all that it depends on; see `fingerprint`.
        judgement: its cells and its tasks.
        remarks: what is odd about the submission, for the student and the report.
        notes: what only the instructor is told.
        seconds: how long it took to judge.
    """

    fingerprint: str
    judgement: Judgement
    remarks: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """Return the record as what JSON can hold."""
        record = asdict(self)
        for cell in record["judgement"]["cells"]:
            cell["images"] = [base64.b64encode(image).decode("ascii") for image in cell["images"]]
        return record

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "Record":
        """Return the record that `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError: it is not such a record.
        """
        cells = []
        for cell in record["judgement"]["cells"]:
            images = tuple(base64.b64decode(image, validate=True) for image in cell["images"])
            cells.append(CellRun(**{**cell, "cell": Cell(**cell["cell"]), "images": images}))
        tasks = []
        for task in record["judgement"]["tasks"]:
            tasks.append(TaskResult(**{**task, "findings": tuple(Finding(**finding) for finding in task["findings"])}))
        return cls(
            fingerprint=record["fingerprint"],
            judgement=Judgement(tuple(cells), tuple(tasks), dict(record["judgement"]["minutes"])),
            remarks=tuple(record["remarks"]),
            notes=tuple(record["notes"]),
            seconds=record["seconds"],
        )

    @property
    def earned(self) -> int:
        """The points of all tasks that need no person."""
        return sum(task.earned or 0 for task in self.judgement.tasks)


def fingerprint(notebook: Mapping[str, Any], *depends_on: Any) -> str:
    """Return the SHA-256 of a rebuilt notebook's text and of all else that a judgement depends on."""
    cells = [[cell["cell_type"], cell["source"], cell["metadata"]] for cell in notebook["cells"]]
    text = json.dumps([FORMAT, cells, *depends_on], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def explain(result: TaskResult) -> str:
    """Return what a student is told of a task: its points, and for each thing that is wrong what it is and a hint."""
    earned = t("assignments.grade.by-hand")
    if result.earned is not None:
        earned = t("assignments.grade.earned", earned=result.earned, points=points_in_words(result.points))
    lines = [t("assignments.grade.task", task=result.task, earned=earned)]
    for finding in result.findings:
        lines.append("  - " + finding.message.replace("\n", "\n    "))
        if finding.hint:
            lines.append("    " + t("assignments.grade.hint", hint=finding.hint))
    return "\n".join(lines) + "\n"
