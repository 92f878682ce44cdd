"""What the executed chapters tell the site: which claims they measured, what they glued, and what they cost.

The build command leaves an index of the executed notebooks; it knows nothing of how they were executed.
"""

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import nbformat

from secondhand.claims import CLAIM_MIME_TYPE

CACHE_VARIABLE = "SECONDHAND_JUPYTER_CACHE"
"""Names the jupyter-cache that the build command filled; Sphinx must then execute nothing itself."""

INDEX_VARIABLE = "SECONDHAND_EXECUTED_INDEX"
"""Names the JSON file that maps a page to its executed notebook; unset where Sphinx is run by itself."""


@dataclass(frozen=True)
class Cost:
    """What executing a chapter from scratch took.

    Attributes:
        cpu_seconds: processor time of the kernel and its children.
        peak_memory_mb: largest resident memory, in megabytes.
    """

    cpu_seconds: float
    peak_memory_mb: float


def index() -> dict[str, Path]:
    """Return page → its executed notebook, empty where no build command left an index.

    Raises:
        FileNotFoundError: the environment names an index that does not exist.
    """
    name = os.environ.get(INDEX_VARIABLE)
    if not name:
        return {}
    path = Path(name)
    if not path.is_file():
        raise FileNotFoundError(f"{INDEX_VARIABLE} names {name!r}, which does not exist; run `make book`")
    return {page: path.parent / notebook for page, notebook in json.loads(path.read_text(encoding="utf-8")).items()}


def cost(page: str) -> Cost | None:
    """Return what executing `page` took, or None if it is not known."""
    path = index().get(page)
    if path is None:
        return None
    measured = _read(path).metadata.get("secondhand", {})
    return Cost(float(measured["cpu_seconds"]), float(measured["peak_memory_mb"]))


def claims() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield (page, claim as `secondhand.claims.check` left it), in the order of pages and of cells."""
    for page, path in index().items():
        for output in _outputs(path):
            if CLAIM_MIME_TYPE in output.get("data", {}):
                yield page, output["data"][CLAIM_MIME_TYPE]


def glued(page: str) -> dict[str, Mapping[str, Any]]:
    """Return name → output that the cells of `page` glued, empty if the page is not in the index."""
    path = index().get(page)
    found: dict[str, Mapping[str, Any]] = {}
    for output in _outputs(path) if path else ():
        note = output.get("metadata", {}).get("scrapbook")
        if note:
            start = len(note["mime_prefix"])
            found[note["name"]] = {"data": {kind[start:]: value for kind, value in output["data"].items()}}
    return found


def _outputs(path: Path) -> Iterator[Mapping[str, Any]]:
    for cell in _read(path).cells:
        yield from cell.get("outputs", [])


@cache
def _read(path: Path) -> nbformat.NotebookNode:
    return nbformat.read(path, as_version=4)  # type: ignore[no-any-return, no-untyped-call]
