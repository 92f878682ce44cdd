"""Which terms reach a thing from what it was made from: a least fixpoint over the graph of who made what.

It works on any `networkx.DiGraph` (or `MultiDiGraph`) whose edges point from the thing made to what it was made from.
An edge has the attribute `kind`, one of `KINDS`. A node has the attribute `licence`, a text for `terms_of`. Where it is
None or missing, the licence is taken for unknown; a maker who adds no terms writes `NO_OWN_TERMS`. What it computes
follows from a reading that the caller chooses, and is no legal advice. It knows nothing of how the graph came about.
"""

from collections import deque
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from operator import and_, or_
from types import MappingProxyType
from typing import Any, Literal, TypeVar, get_args

import networkx as nx

from secondhand.lineage.licences import (
    ALL_CLAUSES,
    NO_CLAUSES,
    OTHER_CLAUSES,
    OUTPUT_CLAUSES,
    Answer,
    Clause,
    Terms,
    conjunction,
    filtered,
    terms_of,
)

Kind = Literal["trained_on", "distilled_from", "generated_by", "derived_from", "contains", "evaluated_on"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""Ways in which a thing may have been made from another, or depend on it."""

_Value = TypeVar("_Value")


@dataclass(frozen=True, eq=False)
class Policy:
    """A reading of the law and of contracts: which clauses travel along which kind of edge.

    Clauses form two groups, those that name outputs and the others, each with its mark for what nobody knows. Along a
    kind of edge a group travels as a whole or not at all: were it to travel in part, the mark could no longer tell what
    may have come along.

    Attributes:
        name: what the reading is called.
        travels: kind → clauses that travel: none, `OUTPUT_CLAUSES`, all others, or `ALL_CLAUSES`; every kind must be
            there.

    Raises:
        TypeError: `travels` is no mapping to clauses.
        ValueError: a kind is missing or unknown, or part of a group travels.
    """

    name: str
    travels: Mapping[Kind, Clause]

    def __post_init__(self) -> None:
        if not isinstance(self.name, str):
            raise TypeError(f"name must be a string, got {self.name!r} ({type(self.name).__name__})")
        if not isinstance(self.travels, Mapping):
            raise TypeError(f"travels must be a mapping from kind to clauses, got {self.travels!r}")
        if set(self.travels) != set(KINDS):
            wrong = ", ".join(sorted(map(repr, set(self.travels) ^ set(KINDS))))
            raise ValueError(f"travels must have just the kinds {', '.join(KINDS)}; wrong or missing: {wrong}")
        for kind, clauses in self.travels.items():
            if not isinstance(clauses, Clause):
                raise TypeError(f"travels must map to clauses, got {clauses!r} for {kind!r}; use Clause(0) for none")
            if clauses not in (NO_CLAUSES, OUTPUT_CLAUSES, OTHER_CLAUSES, ALL_CLAUSES):
                raise ValueError(
                    f"travels must let all clauses that name outputs travel or none, and likewise all others, got "
                    f"{clauses} for {kind!r}; use OUTPUT_CLAUSES, ALL_CLAUSES, their difference, or Clause(0)"
                )
        object.__setattr__(self, "travels", MappingProxyType(dict(self.travels)))


_COPIES: dict[Kind, Clause] = {"derived_from": ALL_CLAUSES, "contains": ALL_CLAUSES, "evaluated_on": NO_CLAUSES}

STRICT = Policy(
    "strict", _COPIES | {"trained_on": ALL_CLAUSES, "distilled_from": ALL_CLAUSES, "generated_by": ALL_CLAUSES}
)
"""Every clause travels through training and through generated data, as if models and outputs were copies."""

CONTRACT_ONLY = Policy(
    "contract-only",
    _COPIES | {"trained_on": OUTPUT_CLAUSES, "distilled_from": OUTPUT_CLAUSES, "generated_by": OUTPUT_CLAUSES},
)
"""Of what a model learns from, only clauses that name outputs travel on; copies still carry everything."""

_FORBIDS: dict[Kind, Clause] = dict.fromkeys(KINDS, NO_CLAUSES) | {
    "trained_on": Clause.NO_DERIVATIVES | Clause.OUTPUT_NO_TRAINING,
    "distilled_from": Clause.NO_DERIVATIVES | Clause.OUTPUT_NO_TRAINING,
    "derived_from": Clause.NO_DERIVATIVES,
}
"""Which clauses stand against a step, rather than ask something of its result."""

_EXCEPTED = Clause.OUTPUT_NO_TRAINING
"""Clauses with exceptions that a graph does not show: for derivatives of a model, or for models of another kind."""


@dataclass(frozen=True)
class Step:
    """A step of making that terms forbid, or that they may forbid.

    Attributes:
        made: the thing made.
        kind: how.
        made_from: what it was made from.
        allowed: "no", or "unknown".
        because: the clauses, and the marks of unknown ones, that may stand against the step, of all choices.
    """

    made: Any
    kind: Kind
    made_from: Any
    allowed: Answer
    because: Clause


@dataclass(frozen=True)
class Readings:
    """The terms that reach a thing under two readings.

    Which of them holds is contested, and the truth may lie outside both: generated text may hold copies, whose terms
    contract-only lets go, and contracts may bind fewer people than either reading assumes.

    Attributes:
        strict: the terms if every clause travels through training.
        contract_only: the terms if only clauses that name outputs do.
    """

    strict: Terms
    contract_only: Terms

    @property
    def commercial(self) -> Answer:
        """Whether it may be used commercially: "yes" or "no" where both readings say so, else "unknown"."""
        answers = {self.strict.commercial, self.contract_only.commercial}
        return answers.pop() if len(answers) == 1 else "unknown"


def all_obligations(graph: nx.DiGraph, policy: Policy) -> dict[Any, Terms]:
    """Return the terms that reach each node: its own, and those that travel to it from what it was made from.

    The result is the least solution of O(v) = own(v) ∧ ⋀ travels(O(u)), the conjunctions going over the edges from v
    to u. It exists, and iteration finds it after finitely many steps, cycles or not, since both operations are
    monotone and there are finitely many clauses. The solution does not depend on the order of the steps.

    Of alternatives each use may take another. Where the clauses that travel are nested (of any two kinds of edges, one
    lets all travel that the other does), as in `STRICT` and `CONTRACT_ONLY`, this leaves no more freedom than one
    choice for all uses.

    Args:
        graph: edges from the thing made to what it was made from.
        policy: which clauses travel.

    Raises:
        TypeError: an argument, or the licence of a node, has the wrong type.
        ValueError: an edge has no known kind.

    Source:
        Derived here: the fixpoint theorem of Knaster and Tarski on a finite lattice (Tarski 1955).
    """
    # Sources of data come first, so that without cycles each node is visited once.
    solved = _solve(graph, list(nx.dfs_postorder_nodes(_graph(graph))), policy)
    return {node: Terms(choices) for node, choices in solved.items()}


def _solve(graph: nx.DiGraph, order: list[Any], policy: Policy) -> dict[Any, frozenset[int]]:
    """Return the choices that reach the nodes in `order`, which hold all that they were made from."""
    own = {node: _own_terms(node, graph.nodes[node].get("licence")).choices for node in order}
    masks = {kind: int(clauses) for kind, clauses in _policy(policy).travels.items()}
    sources: dict[Any, list[tuple[Any, int]]] = {node: [] for node in own}
    users: dict[Any, list[Any]] = {node: [] for node in own}
    for made, made_from, kind in graph.edges(order, data="kind"):
        mask = masks[_kind(made, made_from, kind)]
        if mask:
            sources[made].append((made_from, mask))
            users[made_from].append(made)
    if all(len(choices) == 1 for choices in own.values()):
        singles = {node: next(iter(choices)) for node, choices in own.items()}
        solved = _least_fixpoint(singles, sources, users, order, join=or_, through=and_)
        return {node: frozenset((mask,)) for node, mask in solved.items()}
    return _least_fixpoint(own, sources, users, order, join=conjunction, through=filtered)


def _least_fixpoint(
    own: Mapping[Any, _Value],
    sources: Mapping[Any, list[tuple[Any, int]]],
    users: Mapping[Any, list[Any]],
    order: list[Any],
    *,
    join: Callable[[_Value, _Value], _Value],
    through: Callable[[_Value, int], _Value],
) -> dict[Any, _Value]:
    """Iterate from below until nothing changes; the algebra is that of single sets of clauses or that of antichains."""
    solved = dict(own)
    queue, queued = deque(order), set(order)
    while queue:
        node = queue.popleft()
        queued.discard(node)
        value = own[node]
        for made_from, mask in sources[node]:
            value = join(value, through(solved[made_from], mask))
        if value != solved[node]:
            solved[node] = value
            for user in users[node]:
                if user not in queued:
                    queued.add(user)
                    queue.append(user)
    return solved


def obligations(graph: nx.DiGraph, node: Hashable, policy: Policy) -> Terms:
    """Return the terms that reach one node under a policy; see `all_obligations`.

    Raises:
        TypeError: an argument, or the licence of a node, has the wrong type.
        KeyError: the graph has no such node.
        ValueError: an edge has no known kind.
    """
    return Terms(_solve(graph, _lineage(graph, node), policy)[node])


def readings(graph: nx.DiGraph, node: Hashable) -> Readings:
    """Return the terms that reach a node under the strict and under the contract-only reading.

    Raises:
        TypeError, KeyError, ValueError: as `obligations`.
    """
    lineage = _lineage(graph, node)
    strict, contract_only = (Terms(_solve(graph, lineage, policy)[node]) for policy in (STRICT, CONTRACT_ONLY))
    return Readings(strict, contract_only)


def clause_path(graph: nx.DiGraph, node: Hashable, clause: Clause, policy: Policy) -> list[Any] | None:
    """Return a shortest path along which a clause reaches a node, from the node to a source that asks for it.

    There is one if and only if the clause is among the `certain` ones of the node's obligations. This is the closed
    form of the fixpoint, one clause at a time. The source asks for the clause in each of its own choices.

    Returns:
        The nodes of the path; just the node itself where its own licence asks; None where there is no path.

    Raises:
        TypeError: an argument, or the licence of a node, has the wrong type.
        KeyError: the graph has no such node.
        ValueError: an edge has no known kind, or `clause` is not just one clause.
    """
    _policy(policy)
    if not isinstance(clause, Clause):
        raise TypeError(f"clause must be a Clause, got {clause!r} ({type(clause).__name__})")
    if int(clause).bit_count() != 1:
        raise ValueError(f"clause must be just one clause, got {clause!r}; ask for one at a time")
    _lineage(graph, node)
    came_by: dict[Any, Any] = {node: None}
    queue = deque([node])
    while queue:
        reached = queue.popleft()
        if clause in _own_terms(reached, graph.nodes[reached].get("licence")).certain:
            path = [reached]
            while came_by[path[-1]] is not None:
                path.append(came_by[path[-1]])
            return path[::-1]
        for made, made_from, kind in graph.out_edges(reached, data="kind"):
            if made_from not in came_by and clause in policy.travels[_kind(made, made_from, kind)]:
                came_by[made_from] = made
                queue.append(made_from)
    return None


def forbidden_steps(graph: nx.DiGraph, policy: Policy) -> list[Step]:
    """Return the steps that the terms of what was used forbid, or may forbid, under a policy.

    Training on outputs may be forbidden where they come with a clause against it. That is never reported as a sure
    "no": such clauses except derivatives of the licensed model, or concern language models or competitors only, which
    the graph does not show. A changed version of what must not be passed on changed is a "no", on the assumption that
    everything made here is passed on, if the policy takes a trained model for a changed version of its data. A step
    that some choice allows is not reported. No clause here stands against training on a data set itself.

    Raises:
        TypeError: an argument, or the licence of a node, has the wrong type.
        ValueError: an edge has no known kind.
    """
    terms = all_obligations(graph, policy)
    steps = []
    for made, made_from, kind in graph.edges(data="kind"):
        against = _FORBIDS[kind] & policy.travels[kind]
        reached = terms[made_from]
        if against and reached.allow(against) != "yes":
            sure = reached.allow(against & ~_EXCEPTED) == "no"
            marks = (Clause.UNKNOWN if against & OTHER_CLAUSES else NO_CLAUSES) | (
                Clause.OUTPUT_UNKNOWN if against & OUTPUT_CLAUSES else NO_CLAUSES
            )
            because = reached.possible & (against | marks)
            steps.append(Step(made, kind, made_from, "no" if sure else "unknown", because))
    return steps


def _lineage(graph: nx.DiGraph, node: Hashable) -> list[Any]:
    """Return all that a node was made from and, last, itself; without cycles each thing comes after its sources."""
    if node not in _graph(graph):
        raise KeyError(f"the graph has no node {node!r}; it has {graph.number_of_nodes()} others")
    return list(nx.dfs_postorder_nodes(graph, node))


def _graph(graph: nx.DiGraph) -> nx.DiGraph:
    if not isinstance(graph, nx.DiGraph):
        raise TypeError(f"graph must be a networkx.DiGraph, got {type(graph).__name__}")
    return graph


def _policy(policy: Policy) -> Policy:
    if not isinstance(policy, Policy):
        raise TypeError(f"policy must be a Policy such as STRICT, got {policy!r} ({type(policy).__name__})")
    return policy


def _own_terms(node: Any, licence: Any) -> Terms:
    if licence is not None and not isinstance(licence, str):
        raise TypeError(f"licence of {node!r} must be a string or None, got {licence!r} ({type(licence).__name__})")
    return terms_of(licence)


def _kind(made: Any, made_from: Any, kind: Any) -> Kind:
    if kind not in KINDS:
        raise ValueError(f"kind of the edge {made!r} → {made_from!r} must be one of {', '.join(KINDS)}, got {kind!r}")
    return kind  # type: ignore[no-any-return]
