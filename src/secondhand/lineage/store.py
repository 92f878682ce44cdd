"""The store behind a ledger: nodes, edges with their evidence, and what may be added.

Edges go from the thing made to what it was made from. It knows nothing of questions, files and formats.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

import networkx as nx
import pandas as pd

from secondhand import _validation
from secondhand.lineage.evidence import DECLARED, SUSPECTED, Evidence, SignificanceTest, holm_adjusted
from secondhand.lineage.nodes import (
    EDGE_KINDS,
    WHOLE,
    Edge,
    EdgeKey,
    EdgeKind,
    Node,
    Reference,
    several,
    some,
)
from secondhand.lineage.recording import content_hash, is_dataset
from secondhand.lineage.search import find_path


class Store:
    """Nodes and edges, checked as they come in."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}
        self._edges: dict[EdgeKey, Edge] = {}
        # The same edges by the thing made, so that a search need not look them up.
        self._made_from: dict[str, dict[EdgeKey, Edge]] = {}
        self._tested: dict[EdgeKey, Edge] = {}
        # What something is declared to be made from.
        self._used: set[str] = set()
        self._by_content: dict[str, tuple[str, str]] = {}

    # What is in the graph.

    def __contains__(self, node: object) -> bool:
        return node in self._nodes

    def __len__(self) -> int:
        return len(self._nodes)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Store):
            return NotImplemented
        return self._nodes == other._nodes and self._edges == other._edges

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{type(self).__name__}: {len(self._nodes)} nodes, {len(self._edges)} edges>"

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
            raise KeyError(f"the graph has no node {name!r}; add it first ({some(self._nodes)})")
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
            difference = _difference(known, node)
            raise ValueError(
                f"{node.name!r} is in the graph with other content: {difference}; use a new name, or `vouch`"
            )
        self._check_content(node)
        edges = several("edges", edges, "Edge")
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

    def vouch(self, name: str) -> Node:
        """Say that what is recorded about a thing leaves nothing out, and return its node.

        Raises:
            TypeError, KeyError: as `node`.
        """
        node = replace(self.node(name), documented=True)
        self._nodes[name] = node
        return node

    def name_split(self, made: str, kind: EdgeKind, benchmark: str, *splits: str) -> tuple[Edge, ...]:
        """Say later which part of a benchmark an edge leads to, and return the edges that stand in its place.

        All evidence for the edge goes to each of the new ones.

        Args:
            made: name of the thing made.
            kind: how it was made.
            benchmark: name of the benchmark.
            splits: one or more of its splits, or "all".

        Raises:
            TypeError: an argument has the wrong type.
            KeyError: there is no such edge without a split.
            ValueError: no split is given, or the benchmark has no such split.
        """
        key: EdgeKey = (made, kind, benchmark, None)
        if key not in self._edges:
            raise KeyError(f"the graph has no edge {Edge(*key)} without a split; see `to_frame`")
        if not splits:
            raise ValueError(f"splits must name at least one part of {benchmark!r}, got none")
        node = self.node(made)
        named = [self._checked(replace(self._edges[key], split=split), made=node) for split in splits]
        for edges in (self._edges, self._made_from[made], self._tested):
            edges.pop(key, None)
        return tuple(self._store(edge) for edge in named)

    def contradictions(self) -> tuple[Edge, ...]:
        """Return the suspected edges that cannot exist if all declarations are true: they would close a circle.

        They still count, as a declaration can be false. Whoever audits should ask which of the two is.
        """
        suspected = [edge for edge in self._edges.values() if not edge.evidence.declared]
        return tuple(edge for edge in suspected if self._declared_way(edge.made_from, edge.made) is not None)

    # How it works.

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
        if edge.evidence.declared and edge.kind == "contains" and made.original:
            raise ValueError(
                f"{made.name!r} is original, so it cannot hold items of {target.name!r}; drop one of the two"
            )
        if edge.evidence.declared and not acyclic:
            back = self._declared_way(edge.made_from, made.name)
            if back is not None:
                circle = [made.name, edge.made_from, *(step.made_from for step in reversed(back))]
                raise ValueError(f"{edge} would make a thing out of itself: {chain(circle)}; give versions own names")
        split = self._default_split(edge.made_from, edge.split)
        return edge if split == edge.split else replace(edge, split=split)

    def _declared_way(self, start: str, end: str) -> tuple[Edge, ...] | None:
        """Return the declared edges from one thing to another; suspicions may go in circles, declarations may not."""
        # What nothing was declared to be made from yet has no way to it. In the order of making this is always so.
        if end not in self._used:
            return None
        return find_path(self._made_from, start, end, lambda edge: edge.evidence.declared)

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
        if known is not None:
            edge = replace(edge, evidence=known.evidence.merged(edge.evidence))
        self._edges[edge.key] = self._made_from[edge.made][edge.key] = edge
        if edge.evidence.declared:
            self._used.add(edge.made_from)
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


def chain(names: Iterable[str]) -> str:
    """Return names as a sentence about what was made from what."""
    return " made from ".join(map(repr, names))


def _difference(known: Node, new: Node) -> str:
    fields = [name for name in vars(known) if getattr(known, name) != getattr(new, name)]
    return "; ".join(f"{name} {getattr(known, name)!r} against {getattr(new, name)!r}" for name in fields)
