"""A ledger as plain values and as a JSON file: what is written, and what is accepted.

It knows nothing of what may be made from what.
"""

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from secondhand.lineage.evidence import Evidence, SignificanceTest
from secondhand.lineage.nodes import Edge, Node, several

FORMAT, VERSION = "secondhand lineage graph", 1


class LineageFileError(ValueError):
    """A file is not a lineage graph; the message says which file, and what is wrong with it."""


def written(nodes: Iterable[Node], edges: Iterable[Edge]) -> dict[str, Any]:
    """Return plain values for JSON."""
    rows = [
        {
            "made": edge.made,
            "kind": edge.kind,
            "made_from": edge.made_from,
            "split": edge.split,
            "evidence": edge.evidence.to_dict(),
        }
        for edge in edges
    ]
    things = [asdict(node) | {"splits": list(node.splits)} for node in nodes]
    return {"format": FORMAT, "version": VERSION, "nodes": things, "edges": rows}


def check_format(values: Any) -> None:
    """Raise an error if the values were not `written` by this version."""
    if not isinstance(values, dict) or values.get("format") != FORMAT:
        raise LineageFileError(f'expected an object with "format": "{FORMAT}"')
    version = values.get("version")
    if type(version) is not int or version != VERSION:
        raise LineageFileError(f"expected version {VERSION}, got {version!r}")


def entries(values: Mapping[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    """Yield the entries of a list with their places in the file."""
    found = values.get(name)
    if not isinstance(found, list):
        raise LineageFileError(f"expected a list {name!r}, got {type(found).__name__}")
    for number, entry in enumerate(found):
        yield f"{name}[{number}]", entry


def read_node(entry: Any) -> Node:
    """Return the node that an entry describes."""
    return Node(**_fields(entry, Node))


def read_edge(entry: Any) -> Edge:
    """Return the edge that an entry describes."""
    fields = _fields(entry, Edge)
    if "evidence" in fields:
        evidence = _fields(fields["evidence"], Evidence)
        tests = several("tests", evidence.get("tests", []), "objects")
        evidence["tests"] = tuple(SignificanceTest(**_fields(test, SignificanceTest)) for test in tests)
        fields["evidence"] = Evidence(**evidence)
    return Edge(**fields)


@contextmanager
def explained(place: str) -> Iterator[None]:
    """Say where in the file something is wrong."""
    try:
        yield
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        reason = error.args[0] if isinstance(error, KeyError) else error
        raise LineageFileError(f"{place}: {reason}") from None


def write_file(path: str | Path, values: Mapping[str, Any]) -> None:
    """Write values to a JSON file, in full or not at all."""
    path = Path(path)
    text = json.dumps(values, ensure_ascii=False, indent=1) + "\n"
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read_file(path: str | Path) -> Any:
    """Read the values of a JSON file."""
    try:
        return json.loads(Path(path).read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise LineageFileError(f"{path} is not JSON: {error}") from None


def _fields(entry: Any, kind: type) -> dict[str, Any]:
    """Return the entry as arguments of a class; it must be an object with no unknown fields."""
    if not isinstance(entry, dict):
        raise TypeError(f"expected an object, got {entry!r}")
    unknown = set(entry) - set(kind.__dataclass_fields__)  # type: ignore[attr-defined]
    if unknown:
        raise ValueError(f"unknown fields {', '.join(sorted(map(repr, unknown)))}")
    return dict(entry)
