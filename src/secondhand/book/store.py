"""The store of executed chapters: what a chapter computed, under a key of all that it was computed from.

An entry is written whole or not at all, and is only ever found under the key of today's code, so nothing in the store
needs to be trusted. It knows nothing of how chapters are executed.
"""

import hashlib
import json
import os
import platform
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from secondhand.book.project import Chapter, Project
from secondhand.claims import CLAIM_MIME_TYPE

FORMAT = "1"
"""Part of every key: raise it when chapters are executed in another manner, so that old results are not reused."""


@dataclass(frozen=True)
class Measured:
    """What the execution of a chapter took, on one core of the machine that did it.

    Attributes:
        cpu_seconds: processor time of the kernel, user and system.
        peak_memory_mb: largest resident memory of the kernel, in units of 10⁶ bytes.
        wall_seconds: time by the clock.
        cells: number of code cells.
    """

    cpu_seconds: float
    peak_memory_mb: float
    wall_seconds: float
    cells: int


def chapter_key(project: Project, chapter: Chapter) -> str:
    """Return the key of a chapter: equal keys mean equal results, as far as the book can know.

    It is the SHA-256 of the code cells with their metadata, the language, the source of every module that the chapter
    imports directly or not, the data files that go with them, the pinned environment and the version of Python.
    """
    package = project.package()
    used = package.used_by(cell.source for cell in chapter.notebook.cells)
    data = package.data_files(used, chapter.name, project.chapter_names())
    parts = {
        "format": FORMAT,
        "python": platform.python_version(),
        "environment": project.lock.read_text(encoding="utf-8"),
        "language": chapter.language,
        "kernel": chapter.notebook.metadata.kernelspec,
        "cells": [[cell.source, cell.metadata] for cell in chapter.notebook.cells],
        "modules": sorted(used),
        "files": {
            path.relative_to(package.folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in [*package.sources(used), *data]
        },
    }
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


class Store:
    """Executed chapters in a folder: `<language>/<docname>-<key>.ipynb`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, chapter: Chapter, key: str) -> Path:
        """Return where the chapter's result for `key` is kept."""
        return self.folder / chapter.language / f"{chapter.docname}-{key}.ipynb"

    def has(self, chapter: Chapter, key: str) -> bool:
        """Return whether the result for `key` is there and is whole."""
        try:
            return bool(read_notebook(self.path(chapter, key)).metadata.secondhand.key == key)
        except (OSError, ValueError, AttributeError, nbformat.ValidationError):
            return False

    def adopt(self, executed: Path, chapter: Chapter, key: str) -> None:
        """Move a finished notebook into the store, in one step that cannot be seen half done."""
        target = self.path(chapter, key)
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(executed, target)

    def keep_only(self, wanted: Iterable[Path]) -> None:
        """Remove every entry but the `wanted` ones."""
        wanted = set(wanted)
        for path in self.folder.rglob("*.ipynb"):
            if path not in wanted:
                path.unlink()


def read_notebook(path: Path) -> Any:
    """Return the notebook in a file."""
    return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]


def measured(notebook: Any) -> Measured:
    """Return what the execution of a stored notebook took."""
    record = notebook.metadata.secondhand
    return Measured(record.cpu_seconds, record.peak_memory_mb, record.wall_seconds, record.cells)


def checked_claims(notebook: Any) -> list[str]:
    """Return the ids of the claims that an executed notebook checked, in order."""
    outputs = [output for cell in notebook.cells for output in cell.outputs]
    return [output.data[CLAIM_MIME_TYPE]["id"] for output in outputs if CLAIM_MIME_TYPE in output.get("data", {})]
