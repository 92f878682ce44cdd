"""The ledger of who made what: a graph whose edges point from each thing to what it was made from.

It answers from what was recorded, never from the data themselves, and it never says "clean": what nobody documented
stays undocumented. It knows nothing of how models are trained.
"""

import graphlib
from collections import deque
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import networkx as nx
import pandas as pd

from secondhand import _validation
from secondhand.lineage import files
from secondhand.lineage.files import LineageFileError
from secondhand.lineage.inheritance import Policy, obligations
from secondhand.lineage.licences import Terms
from secondhand.lineage.nodes import WHOLE, Edge, EdgeKind, Reference
from secondhand.lineage.recorder import Recorder
from secondhand.lineage.search import Contamination, find_contamination
from secondhand.lineage.store import chain


class LineageGraph(Recorder):
    """The ledger of data and models: what each was made from, and why we think so.

    Add things in the order in which they were made. Calls either do all that they say or raise an error and change
    nothing; repeating a call changes nothing, and an edge that is added again keeps all evidence for it. Declared
    edges never make a thing out of itself.
    """

    # Asking.

    def contamination(
        self, model: str, benchmark: str, *, split: str | None = None, alpha: float = 0.05
    ) -> Contamination:
        """Say whether items of a benchmark are in the lineage of a model, with the shortest path that shows it.

        Items are those of the benchmark and of whatever it contains. An edge counts as shown if it is declared, or if
        one of its tests has a p-value of at most `alpha` after Holm's adjustment over all tests in the graph. A path
        of declared edges is preferred to one that needs a test, since a test shows that a model knows the items, and
        not how they came. Time and memory grow with the number of edges.

        Args:
            model: name of a model (or of data, to ask what has flowed into them).
            benchmark: name of the benchmark.
            split: the part that scores are computed on; by default "test" where there is such a split, else all.
            alpha: the chance that you accept of taking any edge whose null hypothesis is true for shown.

        Raises:
            TypeError: an argument has the wrong type.
            KeyError: a node is not in the graph.
            ValueError: the nodes are of other kinds, the benchmark has no such split, or `alpha` is out of range.
        """
        if self.node(model).kind == "score":
            raise ValueError(f"model must not be a score, got {model!r}; ask about the model, or see `audit`")
        part, shown = self._split(benchmark, split), self._shown(alpha)
        return find_contamination(
            self._nodes, self._made_from, model, benchmark, part, shown=shown, any_tested=bool(self._tested)
        )

    def obligations(self, node: str, policy: Policy, *, alpha: float = 0.05) -> Terms:
        """Return the terms that reach a thing from all that it was made from, in one reading of licences.

        Silence is no permission: what nobody documented may have been made from something under any terms. Nor are
        suspicions certain: if edges that are neither declared nor shown would change the terms, the terms are unknown.

        Args:
            node: name of the thing.
            policy: which clauses travel along which kind of edge, such as `STRICT` or `CONTRACT_ONLY`.
            alpha: see `contamination`.

        Raises:
            TypeError: an argument has the wrong type.
            KeyError: there is no such node.
            ValueError: `alpha` is out of range.
        """
        shown = self._shown(alpha)
        terms = obligations(self._with_unknown_sources(node, shown), node, policy)
        doubtful = {edge.made for edge in self._edges.values() if not shown(edge)}
        if not doubtful or terms == obligations(self._with_unknown_sources(node, lambda _: True), node, policy):
            return terms
        # Any suspicion in the lineage may be true or not, so that each may bring terms of its own.
        return obligations(self._with_unknown_sources(node, shown, doubtful), node, policy)

    def audit(self, *, alpha: float = 0.05) -> pd.DataFrame:
        """Return one row a score: `score`, `model`, `benchmark`, `split`, `value`, and the contamination of the model.

        Where nobody said on which split a score was computed, `split` is "unknown", and so is the answer unless it is
        the same for all splits.

        Raises:
            TypeError: `alpha` is not a number.
            ValueError: `alpha` is out of range.
        """
        rows = []
        for node in self.nodes:
            steps = self.made_from(node.name) if node.kind == "score" else ()
            models = [edge.made_from for edge in steps if edge.kind == "generated_by"]
            for edge in steps:
                if edge.kind != "evaluated_on":
                    continue
                for model in models:
                    found = self._of_score(model, edge, alpha)
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

    # Copies.

    def filtered(self, keep: Callable[[Edge], bool]) -> Self:
        """Return a copy with the same nodes, and only the edges to keep. The graph itself forgets nothing."""
        copy = type(self)()
        for node in self.nodes:
            copy._insert(node)
        for edge in self.edges:
            if keep(edge):
                copy._store(edge)
        return copy

    def without(self, made: str, kind: EdgeKind, made_from: Reference, *, documented: bool | None = None) -> Self:
        """Return a copy that lacks one edge, to ask what would follow.

        Args:
            made: name of the thing made.
            kind: how it was made.
            made_from: what it was made from.
            documented: whether somebody still vouches in the copy for the thing made; by default as in the graph.

        Raises:
            KeyError: there is no such edge.
        """
        target, split = self._resolve(made_from)
        key = (made, kind, target, self._default_split(target, split))
        if key not in self._edges:
            raise KeyError(f"the graph has no edge {Edge(*key)}; see `to_frame`")
        copy = self.filtered(lambda edge: edge.key != key)
        if documented is not None:
            copy._nodes[made] = replace(copy._nodes[made], documented=documented)
        return copy

    # Files.

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return files.written(self.nodes, self.edges)

    @classmethod
    def from_dict(cls, values: Any) -> Self:
        """Return the graph that `to_dict` wrote; the order of nodes and edges does not matter.

        Raises:
            LineageFileError: the values are not such a graph; the message says where.
        """
        files.check_format(values)
        graph = cls()
        for place, entry in files.entries(values, "nodes"):
            with files.explained(place):
                node = files.read_node(entry)
                if node.name in graph:
                    raise ValueError(f"{node.name!r} stands there twice")
                graph._check_content(node)
                graph._insert(node)
        for place, entry in files.entries(values, "edges"):
            with files.explained(place):
                edge = files.read_edge(entry)
                edge = graph._checked(edge, made=graph.node(edge.made), acyclic=True)
                if edge.key in graph._edges:
                    raise ValueError(f"the edge {edge} stands there twice")
                graph._store(edge)
        declared = {
            name: {edge.made_from for edge in edges.values() if edge.evidence.declared}
            for name, edges in graph._made_from.items()
        }
        try:
            graphlib.TopologicalSorter(declared).prepare()
        except graphlib.CycleError as error:
            raise LineageFileError(f"edges make a thing out of itself: {chain(error.args[1][::-1])}") from None
        return graph

    def save(self, path: str | Path) -> None:
        """Write the graph to a JSON file, in full or not at all.

        Raises:
            OSError: the file cannot be written.
        """
        files.write_file(path, self.to_dict())

    @classmethod
    def load(cls, path: str | Path) -> Self:
        """Read a graph from a file that `save` wrote.

        Raises:
            OSError: the file cannot be read.
            LineageFileError: it is not a lineage graph.
        """
        values = files.read_file(path)
        try:
            return cls.from_dict(values)
        except LineageFileError as error:
            raise LineageFileError(f"{path} is not a lineage graph: {error}") from None

    # How it works.

    def _split(self, benchmark: str, split: str | None) -> str:
        """Return the split of a benchmark that a question is about."""
        node = self.node(benchmark)
        if node.kind != "benchmark":
            raise ValueError(f"benchmark must be a benchmark, got {benchmark!r}, a {node.kind}")
        if split is None:
            return "test" if "test" in node.splits else WHOLE
        return _validation.choice("split", split, (*node.splits, WHOLE))

    def _of_score(self, model: str, edge: Edge, alpha: float) -> Contamination:
        """Return the contamination of a model with the items that a score was computed on."""
        if edge.split is not None:
            return self.contamination(model, edge.made_from, split=edge.split, alpha=alpha)
        splits = self.node(edge.made_from).splits
        answers = [self.contamination(model, edge.made_from, split=split, alpha=alpha) for split in splits]
        if len({answer.status for answer in answers}) == 1:
            return replace(answers[0], split="unknown")
        shown = next(answer for answer in answers if answer.status != "none-documented")
        return replace(shown, split="unknown", status="undocumented", reason="split")

    def _with_unknown_sources(
        self, name: str, follow: Callable[[Edge], bool], doubtful: Collection[str] = ()
    ) -> nx.MultiDiGraph:
        """Return the lineage of a thing along edges to `follow`, with a source of unknown terms where there may be one.

        That is at all that is undocumented or doubtful.
        """
        self.node(name)
        graph, queue, seen = nx.MultiDiGraph(), deque([name]), {name}
        while queue:
            node = self._nodes[queue.popleft()]
            graph.add_node(node.name, licence=node.licence)
            for edge in filter(follow, self._made_from[node.name].values()):
                graph.add_edge(node.name, edge.made_from, kind=edge.kind)
                if edge.made_from not in seen:
                    seen.add(edge.made_from)
                    queue.append(edge.made_from)
            if not node.documented or node.name in doubtful:
                # A tuple, so that it is the name of nothing else.
                graph.add_node(("unknown source of", node.name), licence=None)
                kind = "trained_on" if node.kind == "model" else "derived_from"
                graph.add_edge(node.name, ("unknown source of", node.name), kind=kind)
        return graph
