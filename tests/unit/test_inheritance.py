"""Obligations: the fixpoint against brute force on random graphs, its laws, and bad input."""

import itertools
from functools import reduce
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondhand.lineage import (
    ALL_CLAUSES,
    CONTRACT_ONLY,
    KINDS,
    LICENCES,
    NO_OWN_TERMS,
    OUTPUT_CLAUSES,
    STRICT,
    UNKNOWN_TERMS,
    Clause,
    Policy,
    Step,
    Terms,
    all_obligations,
    clause_path,
    forbidden_steps,
    obligations,
    readings,
    terms_of,
)

SINGLE = [*LICENCES, None, "EUPL-1.2"]
CHOICES = [
    "GPL-3.0-only OR CC-BY-NC-4.0",
    "llama2 OR CC-BY-SA-4.0",
    "llama3.1 OR MPL-2.0 OR CC-BY-4.0",
    "MIT OR creativeml-openrail-m",
]


def random_graph(seed: int, *, nodes: int, edges: int, licences: list[Any], cycles: bool = False) -> nx.DiGraph:
    generator = np.random.default_rng(seed)
    graph = nx.DiGraph()
    for node in range(nodes):
        graph.add_node(node, licence=licences[generator.integers(len(licences))])
    for _ in range(edges):
        made_from, made = sorted(generator.choice(nodes, 2, replace=False).tolist())
        if cycles and generator.random() < 0.5:
            made_from, made = made, made_from
        graph.add_edge(made, made_from, kind=KINDS[generator.integers(len(KINDS))])
    return graph


def brute_force(graph: nx.DiGraph, policy: Policy, own: dict[Any, int]) -> dict[Any, int]:
    """Clause by clause: what asks for it and can be reached along edges that it travels."""
    found = dict.fromkeys(graph, 0)
    for clause in Clause:
        travelled = [
            (made, source) for made, source, kind in graph.edges(data="kind") if clause in policy.travels[kind]
        ]
        part = nx.DiGraph(travelled)
        part.add_nodes_from(graph)
        for node in graph:
            if any(own[source] & clause for source in {node, *nx.descendants(part, node)}):
                found[node] |= clause
    return found


# --- The fixpoint -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", [STRICT, CONTRACT_ONLY], ids=lambda policy: policy.name)
@pytest.mark.parametrize("cycles", [False, True])
def test_the_fixpoint_is_the_union_over_what_can_be_reached(policy: Policy, cycles: bool) -> None:
    for seed in range(10_000, 10_100):
        graph = random_graph(seed, nodes=9, edges=14, licences=SINGLE, cycles=cycles)
        own = {node: next(iter(terms_of(licence).choices)) for node, licence in graph.nodes(data="licence")}
        expected = {node: Terms(frozenset([mask])) for node, mask in brute_force(graph, policy, own).items()}
        assert all_obligations(graph, policy) == expected


@pytest.mark.parametrize("policy", [STRICT, CONTRACT_ONLY], ids=lambda policy: policy.name)
def test_with_choices_it_is_the_best_of_all_joint_choices(policy: Policy) -> None:
    for seed in range(10_200, 10_240):
        graph = random_graph(seed, nodes=6, edges=9, licences=[*CHOICES, "MIT", "CC-BY-NC-4.0"])
        alternatives = [sorted(terms_of(licence).choices) for _, licence in graph.nodes(data="licence")]
        every = [
            brute_force(graph, policy, dict(zip(graph, choice, strict=True)))
            for choice in itertools.product(*alternatives)
        ]
        expected = {node: Terms(frozenset(found[node] for found in every)) for node in graph}
        assert all_obligations(graph, policy) == expected


def test_where_clauses_that_travel_are_not_nested_each_use_may_choose_for_itself() -> None:
    others = ALL_CLAUSES ^ OUTPUT_CLAUSES
    travels = dict.fromkeys(KINDS, ALL_CLAUSES) | {"trained_on": OUTPUT_CLAUSES, "contains": others}
    graph = nx.DiGraph()
    graph.add_node("source", licence="llama3.1 OR CC-BY-NC-4.0")
    graph.add_nodes_from(["set", "model", "both"], licence=NO_OWN_TERMS)
    graph.add_edge("model", "source", kind="trained_on")
    graph.add_edge("set", "source", kind="contains")
    graph.add_edge("both", "model", kind="derived_from")
    graph.add_edge("both", "set", kind="derived_from")
    # The model chose the one licence and the set the other: no joint choice is free of both clauses.
    for choice in ("llama3.1", "CC-BY-NC-4.0"):
        assert terms_of(choice).possible & (Clause.OUTPUT_NAME_PREFIX | Clause.NON_COMMERCIAL)
    reached = obligations(graph, "both", Policy("odd", travels))
    assert reached == (terms_of("llama3.1") | terms_of("CC-BY-NC-4.0")).through(others)
    assert reached.allow(Clause.OUTPUT_NAME_PREFIX | Clause.NON_COMMERCIAL) == "yes"


@given(st.integers(10_000, 20_000), st.booleans(), st.booleans())
def test_each_solution_solves_the_equations(seed: int, cycles: bool, strict: bool) -> None:
    policy = STRICT if strict else CONTRACT_ONLY
    graph = random_graph(seed, nodes=8, edges=14, licences=SINGLE + CHOICES * 5, cycles=cycles)
    solved = all_obligations(graph, policy)
    for node, licence in graph.nodes(data="licence"):
        reached = [
            solved[source].through(policy.travels[kind]) for _, source, kind in graph.out_edges(node, data="kind")
        ]
        assert solved[node] == reduce(Terms.__and__, reached, terms_of(licence))


@given(st.integers(10_000, 20_000), st.booleans())
def test_the_order_of_nodes_and_edges_does_not_matter(seed: int, cycles: bool) -> None:
    graph = random_graph(seed, nodes=8, edges=14, licences=SINGLE + CHOICES * 5, cycles=cycles)
    generator = np.random.default_rng(seed)
    nodes, edges = list(graph.nodes(data=True)), list(graph.edges(data=True))
    shuffled = nx.DiGraph()
    shuffled.add_nodes_from(nodes[i] for i in generator.permutation(len(nodes)))
    shuffled.add_edges_from(edges[i] for i in generator.permutation(len(edges)))
    assert all_obligations(graph, STRICT) == all_obligations(shuffled, STRICT)


@given(st.integers(10_000, 20_000), st.booleans())
def test_more_edges_more_terms_and_a_stricter_reading_ask_for_more(seed: int, cycles: bool) -> None:
    graph = random_graph(seed, nodes=8, edges=14, licences=SINGLE + CHOICES * 5, cycles=cycles)
    before = all_obligations(graph, CONTRACT_ONLY)
    strict = all_obligations(graph, STRICT)
    more = graph.copy()
    more.add_edge(7, 0, kind="contains")
    more.nodes[1]["licence"] = f"{graph.nodes[1]['licence'] or 'EUPL-1.2'} AND CC-BY-NC-4.0"
    after = all_obligations(more, CONTRACT_ONLY)
    for node in graph:
        assert before[node] <= strict[node]
        if graph.has_edge(7, 0):
            continue
        assert before[node] <= after[node]


@given(st.integers(10_000, 20_000), st.booleans())
def test_the_worst_case_may_be_taken_before_or_after(seed: int, strict: bool) -> None:
    policy = STRICT if strict else CONTRACT_ONLY
    graph = random_graph(seed, nodes=7, edges=10, licences=SINGLE + CHOICES * 5)
    solved = all_obligations(graph, policy)
    own = {node: terms_of(licence).worst() for node, licence in graph.nodes(data="licence")}
    for node in nx.topological_sort(graph.reverse()):
        for _, source, kind in graph.out_edges(node, data="kind"):
            own[node] &= own[source].through(policy.travels[kind])
    for node in graph:
        assert solved[node].worst().allow(Clause.NON_COMMERCIAL) == own[node].allow(Clause.NON_COMMERCIAL)
        assert own[node] <= solved[node].worst()


def test_one_node_at_a_time_gives_the_same() -> None:
    for seed in range(10_300, 10_320):
        graph = random_graph(seed, nodes=8, edges=14, licences=SINGLE + CHOICES, cycles=seed % 2 == 0)
        everything = all_obligations(graph, STRICT)
        assert {node: obligations(graph, node, STRICT) for node in graph} == everything


def test_long_chains_and_rings_pose_no_problem() -> None:
    chain = nx.DiGraph()
    chain.add_node(0, licence="CC-BY-NC-4.0")
    chain.add_nodes_from(range(1, 5_000), licence=NO_OWN_TERMS)
    for node in range(1, 5_000):
        chain.add_edge(node, node - 1, kind="trained_on")
    assert obligations(chain, 4_999, STRICT).commercial == "no"
    chain.add_edge(0, 4_999, kind="trained_on")
    assert set(all_obligations(chain, STRICT).values()) == {terms_of("CC-BY-NC-4.0")}


def test_a_pair_may_be_joined_by_several_kinds() -> None:
    graph = nx.MultiDiGraph()
    graph.add_node("benchmark", licence="CC-BY-NC-4.0")
    graph.add_node("model", licence="MIT")
    graph.add_edge("model", "benchmark", kind="evaluated_on")
    assert obligations(graph, "model", STRICT) == terms_of("MIT")
    graph.add_edge("model", "benchmark", kind="trained_on")
    assert obligations(graph, "model", STRICT).commercial == "no"


# --- Paths, readings, steps -------------------------------------------------------------------------------------------


@given(st.integers(10_000, 20_000), st.booleans(), st.booleans())
def test_there_is_a_path_for_each_certain_clause_and_for_no_other(seed: int, cycles: bool, strict: bool) -> None:
    policy = STRICT if strict else CONTRACT_ONLY
    graph = random_graph(seed, nodes=8, edges=12, licences=SINGLE + CHOICES * 5, cycles=cycles)
    terms = all_obligations(graph, policy)[7]
    for clause in Clause:
        path = clause_path(graph, 7, clause, policy)
        assert (path is not None) == (clause in terms.certain)
        if path is not None:
            assert path[0] == 7
            assert clause in terms_of(graph.nodes[path[-1]]["licence"]).certain
            for made, source in itertools.pairwise(path):
                assert clause in policy.travels[graph.edges[made, source]["kind"]]


def example() -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_node("web", licence="CC-BY-NC-4.0")
    graph.add_node("code", licence="Apache-2.0 OR GPL-3.0-only")
    graph.add_node("teacher", licence="llama2")
    graph.add_nodes_from(["answers", "student"], licence=NO_OWN_TERMS)
    graph.add_edge("teacher", "web", kind="trained_on")
    graph.add_edge("teacher", "code", kind="trained_on")
    graph.add_edge("answers", "teacher", kind="generated_by")
    graph.add_edge("student", "answers", kind="trained_on")
    return graph


def test_the_two_readings_enclose_what_is_contested() -> None:
    found = readings(example(), "student")
    assert found.strict.commercial == "no"
    assert found.contract_only == Terms.of(Clause.OUTPUT_NO_TRAINING)
    assert found.contract_only.commercial == "yes"
    assert found.commercial == "unknown"
    assert readings(example(), "web").commercial == "no"
    assert readings(example(), "code").commercial == "yes"
    assert clause_path(example(), "student", Clause.NON_COMMERCIAL, STRICT) == ["student", "answers", "teacher", "web"]
    assert clause_path(example(), "student", Clause.NON_COMMERCIAL, CONTRACT_ONLY) is None


def test_training_on_outputs_against_the_terms_is_reported() -> None:
    graph = example()
    step = Step("student", "trained_on", "answers", "unknown", Clause.OUTPUT_NO_TRAINING)
    assert forbidden_steps(graph, CONTRACT_ONLY) == forbidden_steps(graph, STRICT) == [step]
    graph.nodes["teacher"]["licence"] = None
    (found,) = forbidden_steps(graph, CONTRACT_ONLY)
    assert (found.allowed, found.because) == ("unknown", Clause.OUTPUT_UNKNOWN)
    graph.nodes["teacher"]["licence"] = "llama2 OR MIT"
    assert forbidden_steps(graph, CONTRACT_ONLY) == []
    graph.nodes["web"]["licence"] = "CC-BY-ND-4.0"
    assert Step("teacher", "trained_on", "web", "no", Clause.NO_DERIVATIVES) in forbidden_steps(graph, STRICT)
    assert forbidden_steps(graph, CONTRACT_ONLY) == []


def test_fine_tuning_is_no_training_on_outputs() -> None:
    graph = nx.DiGraph()
    graph.add_node("llama", licence="llama2")
    graph.add_node("tuned", licence=NO_OWN_TERMS)
    graph.add_edge("tuned", "llama", kind="derived_from")
    assert forbidden_steps(graph, STRICT) == []
    graph.edges["tuned", "llama"]["kind"] = "distilled_from"
    distilled = Step("tuned", "distilled_from", "llama", "unknown", Clause.OUTPUT_NO_TRAINING)
    assert forbidden_steps(graph, STRICT) == [distilled]


def test_a_clause_with_exceptions_that_the_graph_does_not_show_is_never_a_sure_no() -> None:
    # Llama 2 excepts derivatives of itself; whoever tunes it may train the result on its answers.
    graph = nx.DiGraph()
    graph.add_node("llama", licence="llama2")
    graph.add_nodes_from(["answers", "tuned"], licence=NO_OWN_TERMS)
    graph.add_edge("answers", "llama", kind="generated_by")
    graph.add_edge("tuned", "llama", kind="derived_from")
    graph.add_edge("tuned", "answers", kind="trained_on")
    for licence in ("llama2", "llama3", "openai-terms"):
        graph.nodes["llama"]["licence"] = licence
        for policy in (STRICT, CONTRACT_ONLY):
            assert [step.allowed for step in forbidden_steps(graph, policy)] == ["unknown"]
    graph.nodes["answers"]["licence"] = "CC-BY-ND-4.0"
    (both,) = forbidden_steps(graph, STRICT)
    assert (both.allowed, both.because) == ("no", Clause.NO_DERIVATIVES | Clause.OUTPUT_NO_TRAINING)


def test_nodes_without_a_licence_are_unknown() -> None:
    graph = nx.DiGraph()
    graph.add_edge("made", "forgotten", kind="trained_on")
    assert obligations(graph, "made", STRICT) == UNKNOWN_TERMS
    graph.add_node("made", licence=NO_OWN_TERMS)
    assert obligations(graph, "made", STRICT) == UNKNOWN_TERMS
    assert obligations(graph, "made", CONTRACT_ONLY) == Terms.of(Clause.OUTPUT_UNKNOWN)
    assert obligations(graph, "made", CONTRACT_ONLY).commercial == "unknown"


def test_groups_of_clauses_travel_with_their_marks() -> None:
    assert Clause.OUTPUT_UNKNOWN in CONTRACT_ONLY.travels["trained_on"]
    assert Clause.UNKNOWN not in CONTRACT_ONLY.travels["trained_on"]
    assert Clause.UNKNOWN in STRICT.travels["trained_on"]


# --- Bad input --------------------------------------------------------------------------------------------------------


def with_edge(**attributes: Any) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_edge("a", "b", **attributes)
    return graph


WRONG: Any = "strict"
COPIED: Any = {"copied": Clause(0)}
PART: Any = dict.fromkeys(KINDS, Clause.ATTRIBUTION | Clause.UNKNOWN)
ZERO: Any = dict.fromkeys(KINDS, 0)
NAMELESS: Any = {kind: Clause(0) for kind in KINDS if kind != "contains"}


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: all_obligations(nx.Graph(), STRICT), TypeError, "graph must be a networkx.DiGraph, got Graph"),
        (lambda: obligations({}, "a", STRICT), TypeError, "graph must be a networkx.DiGraph, got dict"),
        (lambda: all_obligations(nx.DiGraph(), WRONG), TypeError, "policy must be a Policy such as STRICT, got 's"),
        (lambda: obligations(nx.DiGraph(), "a", STRICT), KeyError, "the graph has no node 'a'"),
        (lambda: readings(nx.DiGraph(), "a"), KeyError, "the graph has no node 'a'"),
        (lambda: all_obligations(with_edge(), STRICT), ValueError, "kind of the edge 'a' → 'b' must be one of .*None"),
        (lambda: obligations(with_edge(kind="copied"), "a", STRICT), ValueError, "must be one of .*got 'copied'"),
        (lambda: clause_path(with_edge(kind=[]), "a", Clause.NOTICE, STRICT), ValueError, r"must be one of .*got \[\]"),
        (lambda: clause_path(with_edge(), "a", OUTPUT_CLAUSES, STRICT), ValueError, "clause must be just one clause"),
        (lambda: clause_path(with_edge(), "a", WRONG, STRICT), TypeError, "clause must be a Clause, got 'strict'"),
        (lambda: clause_path(with_edge(), "a", Clause.NOTICE, WRONG), TypeError, "policy must be a Policy"),
        (lambda: Policy("p", NAMELESS), ValueError, "travels must have just the kinds .*'contains'"),
        (lambda: Policy("p", {**STRICT.travels, **COPIED}), ValueError, "wrong or missing: 'copied'"),
        (
            lambda: Policy("p", PART),
            ValueError,
            "must let all clauses that name outputs .* or none, .* got attribution",
        ),
        (lambda: Policy("p", ZERO), TypeError, r"travels must map to clauses, got 0 .* Clause\(0\)"),
        (lambda: Policy("p", WRONG), TypeError, "travels must be a mapping"),
        (lambda: Policy(ZERO, STRICT.travels), TypeError, "name must be a string, got {"),
    ],
)
def test_bad_input_is_explained(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


def test_a_licence_that_is_no_text_is_named_with_its_node() -> None:
    graph = with_edge(kind="contains")
    graph.nodes["b"]["licence"] = 4
    with pytest.raises(TypeError, match=r"licence of 'b' must be a string or None, got 4 \(int\)"):
        all_obligations(graph, STRICT)


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5), st.sampled_from(KINDS)), max_size=15),
    st.lists(st.none() | st.text(max_size=15) | st.sampled_from(SINGLE), min_size=6, max_size=6),
)
def test_any_graph_and_any_licence_text_has_an_answer(edges: list[Any], licences: list[Any]) -> None:
    graph = nx.MultiDiGraph()
    for node, licence in enumerate(licences):
        graph.add_node(node, licence=licence)
    for made, made_from, kind in edges:
        graph.add_edge(made, made_from, kind=kind)
    for policy in (STRICT, CONTRACT_ONLY):
        assert {terms.commercial for terms in all_obligations(graph, policy).values()} <= {"yes", "no", "unknown"}
        assert {step.allowed for step in forbidden_steps(graph, policy)} <= {"no", "unknown"}
