"""The ledger of who made what: a graph whose edges point from each thing to what it was made from.

It answers from what was recorded, never from the data themselves, and it never says "clean": what nobody documented
stays undocumented. It knows nothing of how models are trained.
"""

import graphlib
import json
import os
import tempfile
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeAlias, get_args

import datasets
import networkx as nx
import pandas as pd

from secondhand import _validation
from secondhand.lineage.evidence import DECLARED, SUSPECTED, Evidence, SignificanceTest, holm_adjusted
from secondhand.lineage.licences import Terms
from secondhand.lineage.obligations import Policy, obligations
from secondhand.lineage.recording import content_hash, is_dataset

NodeKind = Literal["corpus", "benchmark", "model", "synthetic", "score"]
NODE_KINDS: tuple[NodeKind, ...] = get_args(NodeKind)

EdgeKind = Literal["trained_on", "distilled_from", "generated_by", "derived_from", "contains", "evaluated_on"]

_DATA: tuple[NodeKind, ...] = ("corpus", "benchmark", "synthetic")
EDGE_KINDS: Mapping[EdgeKind, tuple[tuple[NodeKind, ...], tuple[NodeKind, ...]]] = {
    "trained_on": (("model",), _DATA),
    "distilled_from": (("model",), ("model",)),
    "generated_by": (("synthetic", "benchmark", "score"), ("model",)),
    "derived_from": ((*_DATA, "model"), (*_DATA, "model")),
    "contains": (_DATA, _DATA),
    "evaluated_on": (("score",), ("benchmark",)),
}
"""What an edge may lead from (the thing made), and to (what it was made from)."""

ContaminationStatus = Literal["direct", "via-teacher", "undocumented", "none-documented"]
STATUSES: tuple[ContaminationStatus, ...] = get_args(ContaminationStatus)

WHOLE = "all"
"""The split that means a whole benchmark."""

FORMAT, VERSION = "secondhand lineage graph", 1

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
    content: Mapping[str, str] = field(default_factory=dict)
    value: float | None = None
    note: str = ""

    def __post_init__(self) -> None:
        _text("name", self.name)
        _validation.choice("kind", self.kind, NODE_KINDS)
        if self.licence is not None:
            _text("licence", self.licence)
        splits = _several("splits", self.splits, "names")
        object.__setattr__(self, "splits", tuple(_text("splits", split) for split in splits))
        if self.splits and self.kind != "benchmark":
            raise ValueError(f"splits belong to benchmarks, got {self.splits} for a {self.kind}; make a node of each")
        if len(set(self.splits)) < len(self.splits) or WHOLE in self.splits:
            raise ValueError(f"splits must all differ, and none be {WHOLE!r} (it means all of them), got {self.splits}")
        object.__setattr__(self, "documented", _validation.boolean("documented", self.documented))
        if not isinstance(self.content, Mapping):
            raise TypeError(f"content must be a mapping from split to hash, got {self.content!r}")
        for split, hashed in self.content.items():
            _text("content", hashed)
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


@dataclass(frozen=True)
class Contamination:
    """What the graph knows about a benchmark in the lineage of a model.

    Attributes:
        model: name of the model.
        benchmark: name of the benchmark.
        split: the part that was asked about, or "all".
        status: "direct": the model was trained on data with these items. "via-teacher": they reached it by way of
            another model. "undocumented": nobody can tell from what is recorded. "none-documented": every step of the
            lineage is documented, and no step leads to these items.
        witness: the shortest path that shows the status, from the benchmark, or from the gap in the documentation, to
            the model; no edge where the model is the gap itself, or there is none.
        reason: for "undocumented", what is missing: "ancestor" (a thing whose making nobody documented), "suspicion"
            (an edge that nobody declared, and that no test has shown), or "split" (a step to the benchmark that does
            not say to which part); "" otherwise.
    """

    model: str
    benchmark: str
    split: str
    status: ContaminationStatus
    witness: tuple[Edge, ...] = ()
    reason: Literal["", "ancestor", "suspicion", "split"] = ""

    @property
    def path(self) -> tuple[str, ...]:
        """The names along the witness, from the benchmark or the gap to the model; empty for "none-documented"."""
        if self.status == "none-documented":
            return ()
        return (*(edge.made_from for edge in self.witness), self.model)

    def __str__(self) -> str:
        reason = f" ({self.reason})" if self.reason else ""
        way = f": {' → '.join(self.path)}" if self.path else ""
        return f"{self.model} on {self.benchmark} ({self.split}): {self.status}{reason}{way}"


class LineageFileError(ValueError):
    """A file is not a lineage graph; the message says which file, and what is wrong with it."""


class LineageGraph:
    """The ledger of data and models: what each was made from, and why we think so.

    Add things in the order in which they were made. Calls either do all that they say or raise an error and change
    nothing; repeating a call changes nothing, and an edge that is added again keeps all evidence for it.
    """

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}
        self._edges: dict[EdgeKey, Edge] = {}
        # The same edges by the thing made, so that a search need not look them up.
        self._made_from: dict[str, dict[EdgeKey, Edge]] = {}
        self._tested: dict[EdgeKey, Edge] = {}
        self._used_by: dict[str, int] = {}
        self._by_content: dict[str, tuple[str, str]] = {}

    # What is in the graph.

    def __contains__(self, node: object) -> bool:
        return node in self._nodes

    def __len__(self) -> int:
        return len(self._nodes)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, LineageGraph):
            return NotImplemented
        return self._nodes == other._nodes and self._edges == other._edges

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<LineageGraph: {len(self._nodes)} nodes, {len(self._edges)} edges>"

    @property
    def nodes(self) -> tuple[Node, ...]:
        """All nodes, in the order in which they were added."""
        return tuple(self._nodes.values())

    @property
    def edges(self) -> tuple[Edge, ...]:
        """All edges, in the order in which they were added."""
        return tuple(self._edges.values())

    def node(self, name: str) -> Node:
        """Return the node with this name.

        Raises:
            TypeError: `name` is not a string.
            KeyError: there is no such node.
        """
        if not isinstance(name, str):
            raise TypeError(f"name must be a string, got {name!r} ({type(name).__name__})")
        if name not in self._nodes:
            raise KeyError(f"the graph has no node {name!r}; add it first ({_some(self._nodes)})")
        return self._nodes[name]

    def made_from(self, name: str) -> tuple[Edge, ...]:
        """Return the edges from a thing to what it was made from, in the order in which they were added."""
        self.node(name)
        return tuple(self._made_from[name].values())

    def to_frame(self) -> pd.DataFrame:
        """Return one row an edge: `made`, `kind`, `made_from`, `split`, `evidence` and its smallest `p_value`."""
        rows = [
            {
                "made": edge.made,
                "kind": edge.kind,
                "made_from": edge.made_from,
                "split": edge.split,
                "evidence": edge.evidence.status,
                "p_value": edge.evidence.tests[0].p_value if edge.evidence.tests else float("nan"),
            }
            for edge in self._edges.values()
        ]
        return pd.DataFrame(rows, columns=["made", "kind", "made_from", "split", "evidence", "p_value"])

    def to_networkx(self) -> nx.MultiDiGraph:
        """Return the graph for networkx: all attributes on nodes and edges; the key of an edge is (kind, split)."""
        graph = nx.MultiDiGraph()
        for node in self._nodes.values():
            attributes = {name: value for name, value in vars(node).items() if name != "name"}
            graph.add_node(node.name, **attributes)
        for edge in self._edges.values():
            graph.add_edge(
                edge.made,
                edge.made_from,
                key=(edge.kind, edge.split),
                kind=edge.kind,
                split=edge.split,
                evidence=edge.evidence.status,
            )
        return graph

    # Adding.

    def add(self, node: Node, edges: Iterable[Edge] = ()) -> str:
        """Add a node together with the edges to what it was made from, and return its name.

        Args:
            node: the thing made. If it is in the graph already, it must be the same.
            edges: from this node to nodes of the graph.

        Raises:
            TypeError: an argument has the wrong type.
            KeyError: an edge leads to a node that is not in the graph.
            ValueError: the name or the content belongs to another node, or an edge is not possible (see `connect`).
        """
        if not isinstance(node, Node):
            raise TypeError(f"node must be a Node, got {node!r} ({type(node).__name__})")
        known = self._nodes.get(node.name)
        if known is not None and known != node:
            raise ValueError(
                f"{node.name!r} is in the graph with other content: {_difference(known, node)}; use a new name"
            )
        self._check_content(node)
        edges = _several("edges", edges, "Edge")
        for edge in edges:
            if not isinstance(edge, Edge):
                raise TypeError(f"edges must hold Edge, got {edge!r} ({type(edge).__name__})")
            if edge.made != node.name:
                raise ValueError(f"edges must lead from {node.name!r}, got one from {edge.made!r}")
        checked = [self._checked(edge, made=node) for edge in edges]
        self._insert(node)
        for edge in checked:
            self._store(edge)
        return node.name

    def connect(
        self,
        made: str,
        kind: EdgeKind,
        made_from: Reference,
        *,
        evidence: Evidence = DECLARED,
    ) -> Edge:
        """Add an edge between two nodes of the graph, or add evidence to one that is there, and return it.

        Args:
            made: name of the thing made.
            kind: how it was made.
            made_from: what it was made from; a part of a benchmark is a pair of its name and a split.
            evidence: `DECLARED`, `SUSPECTED`, or tests.

        Raises:
            TypeError: an argument has the wrong type.
            KeyError: a node is not in the graph.
            ValueError: the kind is unknown or does not fit the nodes, the benchmark has no such split, or the edge
                would make a thing out of itself.
        """
        target, split = self._resolve(made_from)
        edge = self._checked(Edge(made, kind, target, split, evidence), made=self.node(made))
        return self._store(edge)

    def suspect(self, made: str, kind: EdgeKind, made_from: Reference, *tests: SignificanceTest) -> Edge:
        """Add an edge that nobody declares, with what tests say about it.

        Such an edge counts as shown once the adjusted p-value of one of its tests is small enough. Until then it stays,
        and so does the suspicion, however large the p-values: no test deletes an edge.

        Raises:
            TypeError, KeyError, ValueError: as `connect`.
        """
        return self.connect(made, kind, made_from, evidence=replace(SUSPECTED, tests=tests))

    def corpus(
        self,
        name: str,
        *,
        licence: str | None = None,
        documented: bool = False,
        derived_from: Iterable[Reference] = (),
        contains: Iterable[Reference] = (),
        note: str = "",
    ) -> str:
        """Add data that people wrote or collected, and return the name.

        Args:
            name: a name.
            licence: SPDX expression, or None where it is unknown.
            documented: whether somebody vouches that `derived_from` and `contains` leave nothing out.
            derived_from: what it was made from.
            contains: data whose items it holds.
            note: a sentence for people.

        Raises:
            TypeError, KeyError, ValueError: as `add`.
        """
        node = Node(name, "corpus", licence, documented=documented, note=note)
        return self.add(node, self._edges_to(name, derived_from=derived_from, contains=contains))

    def benchmark(
        self,
        name: str,
        *,
        splits: tuple[str, ...] = ("train", "test"),
        licence: str | None = None,
        documented: bool = False,
        generated_by: Iterable[Reference] = (),
        derived_from: Iterable[Reference] = (),
        contains: Iterable[Reference] = (),
        note: str = "",
    ) -> str:
        """Add data to score on, and return the name; arguments as for `corpus`, and the names of the splits."""
        node = Node(name, "benchmark", licence, splits, documented, note=note)
        edges = self._edges_to(name, generated_by=generated_by, derived_from=derived_from, contains=contains)
        return self.add(node, edges)

    def model(
        self,
        name: str,
        *,
        trained_on: Iterable[Reference] = (),
        distilled_from: Iterable[Reference] = (),
        derived_from: Iterable[Reference] = (),
        licence: str | None = None,
        documented: bool = False,
        note: str = "",
    ) -> str:
        """Add a model, and return the name.

        Args:
            name: a name; each version of a model has its own.
            trained_on: data.
            distilled_from: teachers whose predictions it learnt directly.
            derived_from: models whose weights it started from.
            licence: SPDX expression or another name, or None where it is unknown.
            documented: whether somebody vouches that these lists leave nothing out.
            note: a sentence for people.

        Raises:
            TypeError, KeyError, ValueError: as `add`.
        """
        node = Node(name, "model", licence, documented=documented, note=note)
        edges = self._edges_to(name, trained_on=trained_on, distilled_from=distilled_from, derived_from=derived_from)
        return self.add(node, edges)

    def synthetic(
        self,
        name: str,
        *,
        generated_by: str | Iterable[str],
        derived_from: Iterable[Reference] = (),
        contains: Iterable[Reference] = (),
        licence: str | None = None,
        documented: bool = False,
        note: str = "",
    ) -> str:
        """Add data that a model generated, and return the name; arguments as for `corpus`, and the model or models."""
        node = Node(name, "synthetic", licence, documented=documented, note=note)
        edges = self._edges_to(
            name, generated_by=_one_or_more(generated_by), derived_from=derived_from, contains=contains
        )
        return self.add(node, edges)

    def score(
        self,
        name: str,
        *,
        model: str,
        benchmark: Reference,
        value: float | None = None,
        note: str = "",
    ) -> str:
        """Add a score of a model on a benchmark, or on one of its splits, and return the name.

        Raises:
            TypeError, KeyError, ValueError: as `add`.
        """
        node = Node(name, "score", documented=True, value=value, note=note)
        return self.add(node, self._edges_to(name, generated_by=[model], evaluated_on=[benchmark]))

    # Recording datasets and steps of a pipeline.

    def record(
        self,
        dataset: datasets.Dataset | datasets.DatasetDict,
        name: str,
        *,
        kind: Literal["corpus", "benchmark", "synthetic"] = "corpus",
        generated_by: str | Iterable[str] = (),
        derived_from: Iterable[Reference] = (),
        contains: Iterable[Reference] = (),
        licence: str | None = None,
        documented: bool = False,
        note: str = "",
    ) -> str:
        """Add a dataset under the hash of its content, and return its name.

        From then on the dataset itself can stand wherever a name can, and so can any other table of the same rows.

        Args:
            dataset: a table, or for a benchmark a table for each split.
            name: a name for people.
            kind: "corpus", "benchmark" or "synthetic".
            generated_by: model or models, for synthetic data.
            derived_from: see `corpus`.
            contains: see `corpus`.
            licence: see `corpus`.
            documented: see `corpus`.
            note: a sentence for people.

        Raises:
            TypeError: an argument has the wrong type.
            KeyError: something that it was made from is not in the graph.
            ValueError: as `add`; two splits hold equal rows; or synthetic data without a model that generated them.
        """
        _validation.choice("kind", kind, _DATA)
        splits: tuple[str, ...] = ()
        if isinstance(dataset, datasets.DatasetDict):
            if kind != "benchmark":
                raise TypeError(f"dataset must be a single Dataset for a {kind}, got the splits {list(dataset)}")
            splits = tuple(dataset)
            content = {split: content_hash(part) for split, part in dataset.items()}
        else:
            content = {WHOLE: content_hash(dataset)}
        generators = _one_or_more(generated_by)
        if kind == "synthetic" and not generators:
            raise ValueError(f"generated_by must name the model that generated {name!r}, got none; add the model first")
        node = Node(name, kind, licence, splits, documented, content, note=note)
        edges = self._edges_to(name, generated_by=generators, derived_from=derived_from, contains=contains)
        return self.add(node, edges)

    @contextmanager
    def training(
        self,
        name: str,
        *,
        on: Iterable[Reference],
        distilled_from: Iterable[Reference] = (),
        derived_from: Iterable[Reference] = (),
        licence: str | None = None,
        documented: bool = True,
        note: str = "",
    ) -> Iterator[None]:
        """Record a model when the block of a `with` statement, or the function that this decorates, has run.

        What the model is made from is looked up before the block, so that a missing record costs no training. If
        the block raises an error, no model is recorded.

        Args:
            name: a name for the model.
            on: what it is trained on.
            distilled_from: see `model`.
            derived_from: see `model`.
            licence: see `model`.
            documented: whether the lists leave nothing out; whoever writes the training step should know.
            note: a sentence for people.

        Raises:
            TypeError, KeyError, ValueError: as `add`.
        """
        node = Node(name, "model", licence, documented=documented, note=note)
        edges = self._edges_to(name, trained_on=on, distilled_from=distilled_from, derived_from=derived_from)
        for edge in edges:
            self._checked(edge, made=node)
        yield
        self.add(node, edges)

    # Asking.

    def contamination(
        self, model: str, benchmark: str, *, split: str | None = None, alpha: float = 0.05
    ) -> Contamination:
        """Say whether items of a benchmark are in the lineage of a model, with the shortest path that shows it.

        An edge counts as shown if it is declared, or if one of its tests has a p-value of at most `alpha` after Holm's
        adjustment over all tests in the graph. Time and memory grow with the number of edges.

        Args:
            model: name of a model (or of data, to ask what has flowed into them).
            benchmark: name of the benchmark.
            split: the part that scores are computed on; by default "test" where there is such a split, else all.
            alpha: the chance that you accept of taking any edge that does not exist for shown.

        Raises:
            TypeError: an argument has the wrong type.
            KeyError: a node is not in the graph.
            ValueError: the nodes are of other kinds, the benchmark has no such split, or `alpha` is out of range.
        """
        if self.node(model).kind == "score":
            raise ValueError(f"model must not be a score, got {model!r}; ask about the model, or see `audit`")
        wanted = self._split(benchmark, split)
        shown = self._shown(alpha)
        others = self._nodes

        def on_target(edge: Edge) -> bool:
            return edge.made_from == benchmark and (WHOLE in (wanted, edge.split) or edge.split == wanted)

        def hit(edge: Edge) -> bool:
            return on_target(edge) and edge.split is not None

        direct = self._shortest(model, hit, lambda edge: shown(edge) and others[edge.made_from].kind != "model")
        if direct is not None:
            return Contamination(model, benchmark, wanted, "direct", direct)
        taught = self._shortest(model, hit, shown)
        if taught is not None:
            return Contamination(model, benchmark, wanted, "via-teacher", taught)
        gap = self._shortest(
            model,
            lambda edge: edge.made_from == benchmark and (edge.split is None or on_target(edge)),
            lambda _: True,
            lambda name: not others[name].documented,
        )
        if gap is None:
            return Contamination(model, benchmark, wanted, "none-documented")
        reason: Literal["ancestor", "suspicion", "split"]
        if not gap or gap[0].made_from != benchmark or not (gap[0].split is None or on_target(gap[0])):
            reason = "ancestor"
        else:
            reason = "split" if all(map(shown, gap)) else "suspicion"
        return Contamination(model, benchmark, wanted, "undocumented", gap, reason)

    def obligations(self, node: str, policy: Policy) -> Terms:
        """Return the terms that reach a thing from all that it was made from, in one reading of licences.

        Args:
            node: name of the thing.
            policy: which clauses travel along which kind of edge, such as `STRICT` or `CONTRACT_ONLY`.

        Raises:
            TypeError: an argument has the wrong type.
            KeyError: there is no such node.
        """
        lineage = self.ancestors(node) | {node}
        return obligations(self.to_networkx().subgraph(lineage), node, policy)

    def audit(self, *, alpha: float = 0.05) -> pd.DataFrame:
        """Return one row a score: `score`, `model`, `benchmark`, `split`, `value`, and the contamination of the model.

        Raises:
            TypeError: `alpha` is not a number.
            ValueError: `alpha` is out of range.
        """
        rows = []
        for node in self._nodes.values():
            if node.kind != "score":
                continue
            models = [edge.made_from for edge in self.made_from(node.name) if edge.kind == "generated_by"]
            for edge in self.made_from(node.name):
                if edge.kind != "evaluated_on":
                    continue
                for model in models:
                    found = self.contamination(model, edge.made_from, split=edge.split, alpha=alpha)
                    rows.append(
                        {
                            "score": node.name,
                            "model": model,
                            "benchmark": edge.made_from,
                            "split": found.split,
                            "value": node.value,
                            "status": found.status,
                            "reason": found.reason,
                            "path": " → ".join(found.path),
                        }
                    )
        columns = ["score", "model", "benchmark", "split", "value", "status", "reason", "path"]
        return pd.DataFrame(rows, columns=columns)

    def ancestors(self, name: str) -> set[str]:
        """Return the names of everything that went into a thing, on any edge, itself not included.

        Raises:
            KeyError: the node is not in the graph.
        """
        self.node(name)
        seen, queue = {name}, deque([name])
        while queue:
            for edge in self._made_from[queue.popleft()].values():
                if edge.made_from not in seen:
                    seen.add(edge.made_from)
                    queue.append(edge.made_from)
        return seen - {name}

    def without(self, made: str, kind: EdgeKind, made_from: Reference) -> "LineageGraph":
        """Return a copy that lacks one edge, to ask what would follow. The graph itself forgets nothing.

        Raises:
            KeyError: there is no such edge.
        """
        target, split = self._resolve(made_from)
        split = self._default_split(target, split)
        key = (made, kind, target, split)
        if key not in self._edges:
            raise KeyError(f"the graph has no edge {Edge(made, kind, target, split)}; see `to_frame`")
        copy = LineageGraph()
        for node in self._nodes.values():
            copy._insert(node)
        for other in self._edges.values():
            if other.key != key:
                copy._store(other)
        return copy

    # Files.

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        nodes = [asdict(node) | {"splits": list(node.splits)} for node in self._nodes.values()]
        edges = [
            {
                "made": edge.made,
                "kind": edge.kind,
                "made_from": edge.made_from,
                "split": edge.split,
                "evidence": edge.evidence.to_dict(),
            }
            for edge in self._edges.values()
        ]
        return {"format": FORMAT, "version": VERSION, "nodes": nodes, "edges": edges}

    @classmethod
    def from_dict(cls, values: Any) -> "LineageGraph":
        """Return the graph that `to_dict` wrote; the order of nodes and edges does not matter.

        Raises:
            LineageFileError: the values are not such a graph; the message says where.
        """
        if not isinstance(values, dict) or values.get("format") != FORMAT:
            raise LineageFileError(f'expected an object with "format": "{FORMAT}"')
        if values.get("version") != VERSION:
            raise LineageFileError(f"expected version {VERSION}, got {values.get('version')!r}")
        graph = cls()
        for place, entry in _entries(values, "nodes"):
            with _explained(place):
                node = Node(**_fields(entry, Node))
                if node.name in graph:
                    raise ValueError(f"{node.name!r} stands there twice")
                graph._check_content(node)
                graph._insert(node)
        for place, entry in _entries(values, "edges"):
            with _explained(place):
                fields = _fields(entry, Edge)
                if "evidence" in fields:
                    evidence = _fields(fields["evidence"], Evidence)
                    tests = _several("tests", evidence.get("tests", []), "objects")
                    evidence["tests"] = tuple(SignificanceTest(**_fields(test, SignificanceTest)) for test in tests)
                    fields["evidence"] = Evidence(**evidence)
                edge = Edge(**fields)
                edge = graph._checked(edge, made=graph.node(edge.made), acyclic=True)
                if edge.key in graph._edges:
                    raise ValueError(f"the edge {edge} stands there twice")
                graph._store(edge)
        sorter = graphlib.TopologicalSorter({name: {key[2] for key in keys} for name, keys in graph._made_from.items()})
        try:
            sorter.prepare()
        except graphlib.CycleError as error:
            raise LineageFileError(f"edges make a thing out of itself: {_circle(error.args[1][::-1])}") from None
        return graph

    def save(self, path: str | Path) -> None:
        """Write the graph to a JSON file, in full or not at all.

        Raises:
            OSError: the file cannot be written.
        """
        path = Path(path)
        text = json.dumps(self.to_dict(), ensure_ascii=False, indent=1) + "\n"
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

    @classmethod
    def load(cls, path: str | Path) -> "LineageGraph":
        """Read a graph from a file that `save` wrote.

        Raises:
            OSError: the file cannot be read.
            LineageFileError: it is not a lineage graph.
        """
        try:
            return cls.from_dict(json.loads(Path(path).read_text(encoding="utf-8")))
        except (json.JSONDecodeError, UnicodeDecodeError, RecursionError) as error:
            raise LineageFileError(f"{path} is not JSON: {error}") from None
        except LineageFileError as error:
            raise LineageFileError(f"{path} is not a lineage graph: {error}") from None

    # How it works.

    def _edges_to(self, made: str, **references: Iterable[Reference]) -> list[Edge]:
        edges = []
        for kind, targets in references.items():
            chosen: EdgeKind = kind  # type: ignore[assignment]
            edges += [Edge(made, chosen, *self._resolve(target)) for target in _several(kind, targets, "references")]
        return edges

    def _resolve(self, reference: Reference) -> tuple[str, str | None]:
        """Return name and split of what a reference points at."""
        if is_dataset(reference):
            hashed = content_hash(reference)
            if hashed not in self._by_content:
                raise KeyError(f"no dataset of the graph has the content {hashed[:12]}…; `record` it first")
            name, split = self._by_content[hashed]
            return name, split if self._nodes[name].kind == "benchmark" else None
        if isinstance(reference, tuple):
            if len(reference) != 2 or not all(isinstance(part, str) for part in reference):
                raise TypeError(f"a reference to a split must be a pair of name and split, got {reference!r}")
            return reference
        if not isinstance(reference, str):
            raise TypeError(f"a reference must be a name, a pair of name and split, or a Dataset, got {reference!r}")
        return reference, None

    def _default_split(self, name: str, split: str | None) -> str | None:
        """Return "all" for a benchmark without splits: there is nothing else to say."""
        node = self.node(name)
        return WHOLE if node.kind == "benchmark" and not node.splits and split is None else split

    def _split(self, benchmark: str, split: str | None) -> str:
        """Return the split of a benchmark that a question is about."""
        node = self.node(benchmark)
        if node.kind != "benchmark":
            raise ValueError(f"benchmark must be a benchmark, got {benchmark!r}, a {node.kind}")
        if split is None:
            return "test" if "test" in node.splits else WHOLE
        return _validation.choice("split", split, (*node.splits, WHOLE))

    def _checked(self, edge: Edge, *, made: Node, acyclic: bool = False) -> Edge:
        """Return the edge in its final form, if it may be added."""
        if not isinstance(edge, Edge):
            raise TypeError(f"edge must be an Edge, got {edge!r} ({type(edge).__name__})")
        _validation.choice("kind", edge.kind, tuple(EDGE_KINDS))
        if not isinstance(edge.evidence, Evidence):
            raise TypeError(f"evidence must be an Evidence, got {edge.evidence!r} ({type(edge.evidence).__name__})")
        if edge.made_from == made.name:
            raise ValueError(f"{made.name!r} cannot be made from itself; give each version its own name")
        target = self.node(edge.made_from)
        makers, sources = EDGE_KINDS[edge.kind]
        is_mixed = edge.kind == "derived_from" and (made.kind == "model") != (target.kind == "model")
        if made.kind not in makers or target.kind not in sources or is_mixed:
            raise ValueError(f"{edge.kind!r} cannot lead from a {made.kind} to a {target.kind}, got {edge}")
        if edge.split is not None:
            if target.kind != "benchmark":
                raise ValueError(f"only benchmarks have splits, got {edge.split!r} of {target.name!r}, a {target.kind}")
            _validation.choice(f"split of {target.name!r}", edge.split, (*target.splits, WHOLE))
        # A thing that nothing was made from yet cannot be its own ancestor. In the order of making this is always so.
        if not acyclic and self._used_by.get(made.name) and edge.key not in self._edges:
            back = self._shortest(edge.made_from, lambda other: other.made_from == made.name, lambda _: True)
            if back is not None:
                circle = [made.name, edge.made_from, *(step.made_from for step in reversed(back))]
                raise ValueError(f"{edge} would make a thing out of itself: {_circle(circle)}; give versions own names")
        split = self._default_split(edge.made_from, edge.split)
        return edge if split == edge.split else replace(edge, split=split)

    def _check_content(self, node: Node) -> None:
        """Raise an error if another node has recorded the same rows, as a dataset could then stand for either."""
        for split, hashed in node.content.items():
            owner = self._by_content.get(hashed, (node.name, split))
            if owner != (node.name, split):
                name = owner[0] if owner[1] == WHOLE else f"{owner[0]} ({owner[1]})"
                raise ValueError(f"content of {node.name!r} is that of {name!r}, recorded before; use that node")

    def _insert(self, node: Node) -> None:
        self._nodes[node.name] = node
        self._made_from.setdefault(node.name, {})
        for split, hashed in node.content.items():
            self._by_content[hashed] = (node.name, split)

    def _store(self, edge: Edge) -> Edge:
        known = self._edges.get(edge.key)
        if known is None:
            self._used_by[edge.made_from] = self._used_by.get(edge.made_from, 0) + 1
        else:
            edge = replace(edge, evidence=known.evidence.merged(edge.evidence))
        self._edges[edge.key] = self._made_from[edge.made][edge.key] = edge
        if edge.evidence.tests:
            self._tested[edge.key] = edge
        return edge

    def _shown(self, alpha: float) -> Callable[[Edge], bool]:
        """Return the question whether an edge is declared, or shown by a test that survives Holm's adjustment."""
        alpha = _validation.number("alpha", alpha, above=0, below=1)
        tested = [(key, test) for key, edge in self._tested.items() for test in edge.evidence.tests]
        adjusted = holm_adjusted([test.p_value for _, test in tested])
        upgraded = {key for (key, _), value in zip(tested, adjusted, strict=True) if value <= alpha}
        return lambda edge: edge.evidence.declared or edge.key in upgraded

    def _shortest(
        self,
        start: str,
        hit: Callable[[Edge], bool],
        follow: Callable[[Edge], bool],
        gap: Callable[[str], bool] | None = None,
    ) -> tuple[Edge, ...] | None:
        """Return the shortest path of edges from `start`, the last one first; breadth first, each edge seen once.

        It ends with the first edge that is a `hit`, or at the first node that is a `gap`; None if there is neither.
        Only edges to `follow` are used.
        """
        made_from, came_by, queue = self._made_from, dict[str, Edge | None]({start: None}), deque([start])

        def path(name: str) -> tuple[Edge, ...]:
            steps, step = [], came_by[name]
            while step is not None:
                steps.append(step)
                step = came_by[step.made]
            return tuple(steps)

        if gap is not None and gap(start):
            return ()
        while queue:
            node = queue.popleft()
            for edge in made_from[node].values():
                if not follow(edge):
                    continue
                is_new = edge.made_from not in came_by
                if hit(edge) or (is_new and gap is not None and gap(edge.made_from)):
                    return (edge, *path(node))
                if is_new:
                    came_by[edge.made_from] = edge
                    queue.append(edge.made_from)
        return None


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, got {value!r} ({type(value).__name__})")
    if not value.strip():
        raise ValueError(f"{name} must not be empty, got {value!r}")
    return value


def _one_or_more(names: str | Iterable[str]) -> list[Any]:
    return [names] if isinstance(names, str) else _several("generated_by", names, "names")


def _several(name: str, values: Any, of: str) -> list[Any]:
    """Return a collection as a list; a single string or table is most likely a collection that was forgotten."""
    if isinstance(values, str | Mapping) or is_dataset(values) or not isinstance(values, Iterable):
        raise TypeError(f"{name} must be a collection of {of}, got {values!r} ({type(values).__name__}); use a list")
    return list(values)


def _some(names: Iterable[str], most: int = 5) -> str:
    known = list(names)
    if not known:
        return "it is empty so far"
    return f"it has {', '.join(map(repr, known[:most]))}" + (f" and {len(known) - most} more" * (len(known) > most))


def _difference(known: Node, new: Node) -> str:
    fields = [name for name in vars(known) if getattr(known, name) != getattr(new, name)]
    return "; ".join(f"{name} {getattr(known, name)!r} against {getattr(new, name)!r}" for name in fields)


def _circle(names: Iterable[str]) -> str:
    return " made from ".join(map(repr, names))


def _entries(values: Mapping[str, Any], name: str) -> Iterator[tuple[str, Any]]:
    entries = values.get(name)
    if not isinstance(entries, list):
        raise LineageFileError(f"expected a list {name!r}, got {type(entries).__name__}")
    for number, entry in enumerate(entries):
        yield f"{name}[{number}]", entry


def _fields(entry: Any, kind: type) -> dict[str, Any]:
    """Return the entry as arguments of a class; it must be an object with no unknown fields."""
    if not isinstance(entry, dict):
        raise TypeError(f"expected an object, got {entry!r}")
    unknown = set(entry) - set(kind.__dataclass_fields__)  # type: ignore[attr-defined]
    if unknown:
        raise ValueError(f"unknown fields {', '.join(sorted(map(repr, unknown)))}")
    return dict(entry)


@contextmanager
def _explained(place: str) -> Iterator[None]:
    """Say where in the file something is wrong."""
    try:
        yield
    except (TypeError, ValueError, KeyError, OverflowError) as error:
        reason = error.args[0] if isinstance(error, KeyError) else error
        raise LineageFileError(f"{place}: {reason}") from None
