"""Things of a ledger, and the steps by which one was made from another.

Edges are kept from the thing made to what it was made from. It knows nothing of graphs.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias, get_args

from secondhand import _quiet  # noqa: F401 - before anything that imports tqdm.auto

# isort: split

import datasets

from secondhand import _validation
from secondhand.lineage.evidence import DECLARED, Evidence
from secondhand.lineage.recording import is_dataset

NodeKind = Literal["corpus", "benchmark", "model", "synthetic", "score"]
NODE_KINDS: tuple[NodeKind, ...] = get_args(NodeKind)

EdgeKind = Literal["trained_on", "distilled_from", "generated_by", "derived_from", "contains", "evaluated_on"]

DATA: tuple[NodeKind, ...] = ("corpus", "benchmark", "synthetic")
"""Kinds of nodes that hold data."""

EDGE_KINDS: Mapping[EdgeKind, tuple[tuple[NodeKind, ...], tuple[NodeKind, ...]]] = {
    "trained_on": (("model",), DATA),
    "distilled_from": (("model",), ("model",)),
    "generated_by": (("synthetic", "benchmark", "score"), ("model",)),
    "derived_from": ((*DATA, "model"), (*DATA, "model")),
    "contains": (DATA, DATA),
    "evaluated_on": (("score",), ("benchmark",)),
}
"""What an edge may lead from (the thing made), and to (what it was made from)."""

WHOLE = "all"
"""The split that means a whole benchmark."""

EdgeKey: TypeAlias = tuple[str, EdgeKind, str, str | None]

Reference: TypeAlias = str | tuple[str, str] | datasets.Dataset
"""How to point at a node: its name; the name of a benchmark and one of its splits; or a recorded dataset itself."""


@dataclass(frozen=True)
class Node:
    """One thing of the ledger.

    Attributes:
        name: its name, unique in the graph.
        kind: what it is.
        licence: SPDX expression, or None where it is unknown.
        splits: the parts of a benchmark; none for anything else.
        documented: whether somebody vouches that the edges to what it was made from are all there are.
        original: whether somebody vouches that the items of a benchmark came into being with it, so that nothing that
            it was made from held one; for example, because its keys were drawn at random.
        content: split, or "all" → content hash of the data, as far as they were recorded.
        value: the number of a score.
        note: a sentence for people.

    Raises:
        TypeError: an attribute has the wrong type.
        ValueError: the name is empty, the kind unknown, or an attribute does not fit the kind.
    """

    name: str
    kind: NodeKind
    licence: str | None = None
    splits: tuple[str, ...] = ()
    documented: bool = False
    original: bool = False
    content: Mapping[str, str] = field(default_factory=dict)
    value: float | None = None
    note: str = ""

    def __post_init__(self) -> None:
        text("name", self.name)
        _validation.choice("kind", self.kind, NODE_KINDS)
        if self.licence is not None:
            text("licence", self.licence)
        splits = several("splits", self.splits, "names")
        object.__setattr__(self, "splits", tuple(text("splits", split) for split in splits))
        if self.splits and self.kind != "benchmark":
            raise ValueError(f"splits belong to benchmarks, got {self.splits} for a {self.kind}; make a node of each")
        if len(set(self.splits)) < len(self.splits) or WHOLE in self.splits:
            raise ValueError(f"splits must all differ, and none be {WHOLE!r} (it means all of them), got {self.splits}")
        object.__setattr__(self, "documented", _validation.boolean("documented", self.documented))
        object.__setattr__(self, "original", _validation.boolean("original", self.original))
        if self.original and self.kind != "benchmark":
            raise ValueError(f"original belongs to benchmarks, got True for a {self.kind}; leave it out")
        if not isinstance(self.content, Mapping):
            raise TypeError(f"content must be a mapping from split to hash, got {self.content!r}")
        for split, hashed in self.content.items():
            text("content", hashed)
            _validation.choice("a split of content", split, (*self.splits, WHOLE))
        if len(set(self.content.values())) < len(self.content):
            raise ValueError(f"content of the splits of {self.name!r} must differ, got equal rows twice")
        object.__setattr__(self, "content", dict(self.content))
        if self.value is not None:
            if self.kind != "score":
                raise ValueError(f"value belongs to scores, got {self.value!r} for a {self.kind}")
            object.__setattr__(self, "value", _validation.number("value", self.value))
        if not isinstance(self.note, str):
            raise TypeError(f"note must be a string, got {self.note!r} ({type(self.note).__name__})")


@dataclass(frozen=True)
class Edge:
    """One step of making.

    Attributes:
        made: name of the thing made.
        kind: how it was made from the other.
        made_from: name of what it was made from.
        split: which part of a benchmark; "all" for all of it, None where nobody said. Always None for other things.
        evidence: why the edge is in the graph.
    """

    made: str
    kind: EdgeKind
    made_from: str
    split: str | None = None
    evidence: Evidence = DECLARED

    @property
    def key(self) -> EdgeKey:
        """What distinguishes the edge from all others, which is everything but its evidence."""
        return self.made, self.kind, self.made_from, self.split

    def __str__(self) -> str:
        split = "" if self.split in (None, WHOLE) else f" ({self.split})"
        return f"{self.made} {self.kind} {self.made_from}{split}"


def text(name: str, value: Any) -> str:
    """Return a text that says something."""
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, got {value!r} ({type(value).__name__})")
    if not value.strip():
        raise ValueError(f"{name} must not be empty, got {value!r}")
    return value


def one_or_more(names: str | Iterable[str]) -> list[Any]:
    """Return one name or several as a list."""
    return [names] if isinstance(names, str) else several("generated_by", names, "names")


def several(name: str, values: Any, of: str) -> list[Any]:
    """Return a collection as a list; a single string or table is most likely a collection that was forgotten."""
    if isinstance(values, str | Mapping) or is_dataset(values) or not isinstance(values, Iterable):
        raise TypeError(f"{name} must be a collection of {of}, got {values!r} ({type(values).__name__}); use a list")
    return list(values)


def some(names: Iterable[str], most: int = 5) -> str:
    """Return the first names, for a message."""
    known = list(names)
    if not known:
        return "it is empty so far"
    return f"it has {', '.join(map(repr, known[:most]))}" + (f" and {len(known) - most} more" * (len(known) > most))
