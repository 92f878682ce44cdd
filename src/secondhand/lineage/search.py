"""The search for a benchmark in the lineage of a thing.

Items of a benchmark can reach a model in two ways: they leave the benchmark, or both come from the same source. So the
search walks from the model and from the benchmark. It knows nothing of how a ledger is kept.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from secondhand.lineage.nodes import WHOLE, Edge, EdgeKey, Node

ContaminationStatus = Literal["direct", "via-teacher", "undocumented", "none-documented"]
STATUSES: tuple[ContaminationStatus, ...] = get_args(ContaminationStatus)

Reason = Literal["", "test", "ancestor", "suspicion", "split", "source", "benchmark"]

_Edges: TypeAlias = Mapping[str, Mapping[EdgeKey, Edge]]
_Question: TypeAlias = Callable[[Edge], bool]
_Parts: TypeAlias = Mapping[str, set[str | None]]


@dataclass(frozen=True)
class Contamination:
    """What the graph knows about a benchmark in the lineage of a model.

    Attributes:
        model: name of the model.
        benchmark: name of the benchmark.
        split: the part that was asked about, or "all".
        status: "direct": the model was trained on data that hold some of these items. "via-teacher": they reached it
            by way of another model. "undocumented": nobody can tell from what is recorded. "none-documented": every
            step of the lineage is documented, and no step leads to these items.
        witness: the shortest path that shows the status, from the items, or from the gap in the documentation, to the
            model; no edge where the model is the gap itself, or there is none.
        reason: for "direct" and "via-teacher", "test" where the path needs an edge that only a test has shown. For
            "undocumented", what is missing: "ancestor" (nobody documented how a thing in the lineage was made),
            "suspicion" (an edge that nobody declared, and that no test has shown), "split" (a step that does not say
            to which part of a benchmark it leads), "source" (model and benchmark were made from the same thing, and
            nobody vouches that the items are not from there), or "benchmark" (nobody documented what the benchmark
            itself was made from; the witness then leads to the benchmark). "" otherwise.
    """

    model: str
    benchmark: str
    split: str
    status: ContaminationStatus
    witness: tuple[Edge, ...] = ()
    reason: Reason = ""

    @property
    def path(self) -> tuple[str, ...]:
        """The names along the witness, in the direction in which things flow; empty for "none-documented"."""
        if self.status == "none-documented":
            return ()
        end = self.benchmark if self.reason == "benchmark" else self.model
        return (*(edge.made_from for edge in self.witness), end)

    def __str__(self) -> str:
        reason = f" ({self.reason})" if self.reason else ""
        way = f": {' → '.join(self.path)}" if self.path else ""
        return f"{self.model} on {self.benchmark} ({self.split}): {self.status}{reason}{way}"


def find_contamination(
    nodes: Mapping[str, Node],
    made_from: _Edges,
    model: str,
    benchmark: str,
    split: str,
    *,
    shown: _Question,
    any_tested: bool,
) -> Contamination:
    """Answer `LineageGraph.contamination`; names and split are in the graph.

    What a benchmark contains counts for each of its splits; its own splits share no item. So nothing is followed from
    the model through the benchmark itself: whatever came through another split is not in this one.

    Args:
        nodes: name → node.
        made_from: name → edges to what it was made from.
        model: name of the thing that is asked about.
        benchmark: name of the benchmark.
        split: the part of it, or "all".
        shown: whether an edge is declared, or shown by a test.
        any_tested: whether there may be edges that are shown and not declared.
    """
    walk = _Walk(nodes, made_from, closed=benchmark)

    def answer(status: ContaminationStatus, witness: tuple[Edge, ...], reason: Reason = "") -> Contamination:
        return Contamination(model, benchmark, split, status, witness, reason)

    # What is declared comes first: a test shows that items are known, and not by which way they came.
    levels: list[tuple[_Question, Reason]] = [(_declared, "")]
    if any_tested:
        levels.append((shown, "test"))
    for counts, reason in levels:
        held = walk.holders(benchmark, split, lambda edge, counts=counts: edge.kind == "contains" and counts(edge))  # type: ignore[misc]
        if held.get(model, set()) - {None}:
            return answer("direct", (), reason)

        def hit(edge: Edge, held: _Parts = held) -> bool:
            return walk.surely(edge, held)

        def by_people(edge: Edge, counts: _Question = counts) -> bool:
            return counts(edge) and nodes[edge.made_from].kind != "model"

        # A way without models is a way: where there is none at all, it need not be looked for.
        way = walk.shortest(model, hit, counts)
        if way is not None:
            direct = walk.shortest(model, hit, by_people)
            return answer("via-teacher", way, reason) if direct is None else answer("direct", direct, reason)
    return _gap(walk, answer, model, benchmark, split, shown)


def _gap(
    walk: "_Walk",
    answer: Callable[[ContaminationStatus, tuple[Edge, ...], Reason], Contamination],
    model: str,
    benchmark: str,
    split: str,
    shown: _Question,
) -> Contamination:
    """Answer for a model that is not shown to have seen the items: can anybody tell?"""
    sources = walk.holders(benchmark, split, lambda _: True)
    is_silent = {name for name, node in walk.nodes.items() if not node.documented}
    gap: tuple[Edge, ...] | None = ()
    if model not in sources:
        gap = walk.shortest(
            model,
            lambda edge: walk.perhaps(edge, sources),
            lambda _: True,
            lambda name: name in is_silent and name != benchmark,
        )
    if gap is not None:
        if not (walk.perhaps(gap[0], sources) if gap else model in sources):
            return answer("undocumented", gap, "ancestor")
        for counts, reason in ((shown, "split"), (lambda _: True, "suspicion")):
            held = walk.holders(benchmark, split, lambda edge, counts=counts: edge.kind == "contains" and counts(edge))  # type: ignore[misc]
            is_held = walk.perhaps(gap[0], held) if gap else model in held
            if is_held and all(map(counts, gap)):
                return answer("undocumented", gap, reason)  # type: ignore[arg-type]
        return answer("undocumented", gap, "source")
    # Where the benchmark has an undocumented past, its items may come from anywhere.
    silent = {name for name in sources if name in is_silent and not walk.nodes[name].original}
    if silent:
        way = _Walk(walk.nodes, walk.made_from, closed=None).shortest(
            benchmark,
            lambda edge: edge.made_from in silent and walk.carries(edge),
            walk.carries,
            lambda name: name in silent,
        )
        return answer("undocumented", way or (), "benchmark")
    return answer("none-documented", (), "")


def _declared(edge: Edge) -> bool:
    return edge.evidence.declared


@dataclass(frozen=True)
class _Walk:
    """Ways along the edges of a graph; nothing is followed through the thing that is `closed`."""

    nodes: Mapping[str, Node]
    made_from: _Edges
    closed: str | None

    def part(self, edge: Edge) -> str | None:
        """Return the part that an edge leads to; None where it is one that nobody named."""
        return edge.split if self.nodes[edge.made_from].kind == "benchmark" else WHOLE

    def carries(self, edge: Edge) -> bool:
        """Return whether items may have come along the edge: those of an original benchmark came with no source."""
        return edge.kind == "contains" or not self.nodes[edge.made].original

    def holders(self, benchmark: str, split: str, follow: _Question) -> dict[str, set[str | None]]:
        """Return what items of the benchmark came from along edges to `follow`, itself included: name → parts."""
        found: dict[str, set[str | None]] = {benchmark: {split}}
        queue = deque([benchmark])
        while queue:
            for edge in self.made_from[queue.popleft()].values():
                if follow(edge) and self.carries(edge):
                    if edge.made_from not in found:
                        queue.append(edge.made_from)
                    found.setdefault(edge.made_from, set()).add(self.part(edge))
        return found

    def surely(self, edge: Edge, held: _Parts) -> bool:
        """Return whether an edge leads to some of the parts, by name."""
        parts = held.get(edge.made_from)
        if not parts:
            return False
        part = self.part(edge)
        if part is None:
            return False
        return part in parts or WHOLE in parts or (part == WHOLE and parts != {None})

    def perhaps(self, edge: Edge, held: _Parts) -> bool:
        """Return whether an edge may lead to some of the parts."""
        parts = held.get(edge.made_from)
        if not parts:
            return False
        part = self.part(edge)
        return part in (None, WHOLE) or not parts.isdisjoint({part, WHOLE, None})

    def shortest(
        self, start: str, hit: _Question, follow: _Question, gap: Callable[[str], bool] | None = None
    ) -> tuple[Edge, ...] | None:
        """Return the shortest path of edges from `start`, the last one first; breadth first, each edge seen once.

        It ends with the first edge to `follow` that is a `hit`, or at the first node that is a `gap`; None if there is
        neither.
        """
        came_by, queue = dict[str, Edge | None]({start: None}), deque([start])

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
            if node == self.closed:
                continue
            for edge in self.made_from[node].values():
                if not follow(edge):
                    continue
                is_new = edge.made_from not in came_by
                if hit(edge) or (is_new and gap is not None and gap(edge.made_from)):
                    return (edge, *path(node))
                if is_new:
                    came_by[edge.made_from] = edge
                    queue.append(edge.made_from)
        return None


def find_path(made_from: _Edges, start: str, end: str, follow: _Question) -> tuple[Edge, ...] | None:
    """Return the shortest path of edges to `follow` from one thing to another, the last one first."""
    return _Walk({}, made_from, closed=None).shortest(start, lambda edge: edge.made_from == end, follow)
