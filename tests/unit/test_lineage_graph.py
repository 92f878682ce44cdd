"""The ledger: its four answers against brute force, what changes them and what does not, files, and bad input."""

import contextlib
import json
import re
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondhand.lineage import (
    CONTRACT_ONLY,
    NO_OWN_TERMS,
    STATUSES,
    STRICT,
    SUSPECTED,
    Edge,
    Evidence,
    LineageFileError,
    LineageGraph,
    Node,
    SignificanceTest,
    brute_force_status,
    obligations,
    random_lineage,
)

# What was declared comes before what a test shows, so an edge can turn "direct" by a test into "via-teacher".
ORDER = {"direct": 2, "via-teacher": 2, "undocumented": 1, "none-documented": 0}


def chain() -> LineageGraph:
    """B(test) → X → S → Y, and Y also trained on T."""
    graph = LineageGraph()
    graph.benchmark("B", documented=True)
    graph.corpus("T", documented=True)
    graph.model("X", trained_on=[("B", "test")], documented=True)
    graph.synthetic("S", generated_by="X", documented=True)
    graph.model("Y", trained_on=["S", "T"], documented=True)
    return graph


def significant(p_value: float) -> SignificanceTest:
    return SignificanceTest(p_value, "a test", "a hash")


def test_the_witness_leads_from_the_benchmark_to_the_model() -> None:
    found = chain().contamination("Y", "B")
    assert found.status == "via-teacher"
    assert found.path == ("B", "X", "S", "Y")
    assert [str(edge) for edge in found.witness] == ["X trained_on B (test)", "S generated_by X", "Y trained_on S"]
    assert str(found) == "Y on B (test): via-teacher: B → X → S → Y"


@pytest.mark.parametrize(
    "edge", [("X", "trained_on", ("B", "test")), ("S", "generated_by", "X"), ("Y", "trained_on", "S")]
)
def test_any_edge_of_the_only_path_clears_the_model(edge: Any) -> None:
    graph = chain()
    assert graph.without(*edge).contamination("Y", "B").status == "none-documented"
    assert graph.contamination("Y", "B").status == "via-teacher"


def test_an_edge_off_the_path_does_not() -> None:
    assert chain().without("Y", "trained_on", "T").contamination("Y", "B").status == "via-teacher"


def test_the_teacher_itself_is_contaminated_directly() -> None:
    assert chain().contamination("X", "B").status == "direct"


def test_contents_count_as_direct_and_base_models_do_not() -> None:
    graph = chain()
    graph.corpus("crawl", contains=[("B", "test")], documented=True)
    graph.corpus("filtered", derived_from=["crawl"], documented=True)
    graph.model("reader", trained_on=["filtered"], documented=True)
    graph.model("tuned", derived_from=["reader"], documented=True)
    graph.model("small", distilled_from=["reader"], documented=True)
    assert graph.contamination("reader", "B").path == ("B", "crawl", "filtered", "reader")
    assert graph.contamination("reader", "B").status == "direct"
    for model in ("tuned", "small"):
        assert graph.contamination(model, "B").status == "via-teacher"


def test_direct_wins_over_a_shorter_way_by_a_teacher() -> None:
    graph = chain()
    graph.corpus("crawl", contains=[("B", "test")], documented=True)
    graph.corpus("copy", derived_from=["crawl"], documented=True)
    graph.model("both", distilled_from=["X"], trained_on=["copy"], documented=True)
    assert graph.contamination("both", "B").path == ("B", "crawl", "copy", "both")


@pytest.mark.parametrize(
    ("used", "asked", "status"),
    [
        (("B", "train"), None, "none-documented"),
        (("B", "train"), "train", "direct"),
        (("B", "train"), "all", "direct"),
        (("B", "test"), None, "direct"),
        (("B", "test"), "train", "none-documented"),
        (("B", "all"), None, "direct"),
        (("B", "all"), "train", "direct"),
        ("B", None, "undocumented"),
        ("B", "all", "undocumented"),
    ],
)
def test_splits_are_kept_apart(used: Any, asked: str | None, status: str) -> None:
    graph = LineageGraph()
    graph.benchmark("B", documented=True)
    graph.model("M", trained_on=[used], documented=True)
    found = graph.contamination("M", "B", split=asked)
    assert found.status == status
    assert found.reason == ("split" if status == "undocumented" else "")


def test_a_benchmark_without_splits_is_used_as_a_whole() -> None:
    graph = LineageGraph()
    graph.benchmark("B", splits=(), documented=True)
    graph.model("M", trained_on=["B"], documented=True)
    assert graph.contamination("M", "B").status == "direct"
    assert graph.edges[0].split == "all"
    assert graph.without("M", "trained_on", "B").contamination("M", "B").status == "none-documented"


def test_silence_anywhere_in_the_lineage_is_reported_with_the_way_to_it() -> None:
    graph = LineageGraph()
    graph.benchmark("B", documented=True)
    graph.model("mute")
    graph.synthetic("S", generated_by="mute", documented=True)
    graph.model("M", trained_on=["S"], documented=True)
    found = graph.contamination("M", "B")
    assert (found.status, found.reason, found.path) == ("undocumented", "ancestor", ("mute", "S", "M"))
    own = graph.contamination("mute", "B")
    assert (own.status, own.reason, own.path, own.witness) == ("undocumented", "ancestor", ("mute",), ())


def test_what_a_score_was_evaluated_on_is_no_lineage() -> None:
    graph = chain()
    graph.model("clear", trained_on=["T"], documented=True)
    graph.score("s", model="clear", benchmark=("B", "test"), value=0.5)
    assert graph.contamination("clear", "B").status == "none-documented"


def test_the_audit_has_a_row_for_each_score() -> None:
    graph = chain()
    graph.score("s", model="Y", benchmark=("B", "test"), value=0.9)
    graph.score("r", model="Y", benchmark=("B", "train"))
    frame = graph.audit().set_index("score")
    assert list(frame.index) == ["s", "r"]
    assert frame.loc["s", "status"] == "via-teacher"
    assert frame.loc["s", "path"] == "B → X → S → Y"
    assert frame.loc["s", "value"] == 0.9
    assert frame.loc["r", "status"] == "none-documented"
    assert LineageGraph().audit().columns.tolist() == graph.audit().columns.tolist()


def test_suspicions_count_once_a_test_shows_them_and_never_go_away() -> None:
    graph = LineageGraph()
    graph.benchmark("B", documented=True)
    graph.model("M", documented=True)
    assert graph.contamination("M", "B").status == "none-documented"
    graph.suspect("M", "trained_on", ("B", "test"))
    assert graph.contamination("M", "B").reason == "suspicion"
    graph.suspect("M", "trained_on", ("B", "test"), significant(0.99))
    assert graph.contamination("M", "B").status == "undocumented"
    graph.suspect("M", "trained_on", ("B", "test"), significant(0.03))
    # Two tests: 0.03 becomes 0.06.
    assert graph.contamination("M", "B").status == "undocumented"
    assert graph.contamination("M", "B", alpha=0.07).status == "direct"
    graph.suspect("M", "trained_on", ("B", "test"), significant(0.001))
    assert graph.contamination("M", "B").status == "direct"
    assert len(graph.edges) == 1
    assert [test.p_value for test in graph.edges[0].evidence.tests] == [0.001, 0.03, 0.99]


def test_tests_elsewhere_count_in_the_adjustment() -> None:
    graph = LineageGraph()
    graph.benchmark("B", documented=True)
    for number in range(10):
        graph.model(f"M{number}", documented=True)
        graph.suspect(f"M{number}", "trained_on", ("B", "test"), significant(0.01 if number == 0 else 0.5))
    assert graph.contamination("M0", "B").status == "undocumented"
    assert graph.contamination("M0", "B", alpha=0.1).status == "direct"


def test_a_declaration_stays_when_a_suspicion_follows() -> None:
    graph = chain()
    graph.connect("X", "trained_on", ("B", "test"), evidence=SUSPECTED)
    assert graph.edges[0].evidence.status == "declared"
    graph.suspect("X", "trained_on", ("B", "test"), significant(1.0))
    assert graph.contamination("X", "B").status == "direct"


@pytest.mark.parametrize("seed", range(10_000, 10_012))
def test_status_and_length_of_the_witness_agree_with_brute_force(seed: int) -> None:
    graph = random_lineage(30, documented=0.95, seed=seed)
    for node in graph.nodes:
        for split in ("train", "test", "all"):
            found = graph.contamination(node.name, "benchmark", split=split)
            expected = brute_force_status(graph, node.name, "benchmark", split=split)
            assert (found.status, len(found.witness)) == expected
            assert_is_a_path(graph, found.path, found.witness)
            if found.witness:
                assert found.path[-1] == ("benchmark" if found.reason == "benchmark" else node.name)


def assert_is_a_path(graph: LineageGraph, path: tuple[str, ...], witness: tuple[Edge, ...]) -> None:
    assert all(edge in graph.edges for edge in witness)
    for edge, source, made in zip(witness, path, path[1:], strict=False):
        assert (edge.made_from, edge.made) == (source, made)


def test_all_answers_occur_on_random_graphs() -> None:
    graphs = [random_lineage(40, seed=seed) for seed in range(10_000, 10_010)]
    said = {g.contamination(n.name, "benchmark").status for g in graphs for n in g.nodes if n.kind == "model"}
    assert said == set(STATUSES)


@given(st.integers(0, 200), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_the_order_of_nodes_and_edges_does_not_matter(seed: int, shuffler: Any) -> None:
    graph = random_lineage(25, seed=10_000 + seed)
    values = graph.to_dict()
    shuffler.shuffle(values["nodes"])
    shuffler.shuffle(values["edges"])
    other = LineageGraph.from_dict(values)
    assert other == graph
    for node in graph.nodes:
        if node.kind == "model":
            first, second = (g.contamination(node.name, "benchmark") for g in (graph, other))
            assert (first.status, len(first.witness)) == (second.status, len(second.witness))


@given(st.integers(0, 200), st.data())
@settings(max_examples=40)
def test_more_declared_edges_only_raise_suspicion(seed: int, data: Any) -> None:
    graph = random_lineage(20, seed=10_000 + seed)
    before = {n.name: graph.contamination(n.name, "benchmark").status for n in graph.nodes if n.kind != "benchmark"}
    past = graph.ancestors("benchmark")
    models = [node.name for node in graph.nodes if node.kind == "model" and node.name not in past]
    if not models:
        return
    model = data.draw(st.sampled_from(models))
    graph.connect(model, "trained_on", data.draw(st.sampled_from([("benchmark", "test"), ("benchmark", "train")])))
    for name, status in before.items():
        assert ORDER[graph.contamination(name, "benchmark").status] >= ORDER[status]


def test_a_question_visits_each_thing_a_few_times_only(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = LineageGraph()
    graph.benchmark("B", documented=True)
    before = ["B"]
    for layer in range(30):
        # 10^30 paths.
        before = [graph.corpus(f"{layer}.{n}", derived_from=before, documented=True) for n in range(10)]
    graph.model("M", trained_on=before, documented=True)
    visited = 0

    class Counting(dict[Any, Any]):
        def __getitem__(self, key: Any) -> Any:
            nonlocal visited
            visited += 1
            return super().__getitem__(key)

    monkeypatch.setattr(graph, "_made_from", Counting(graph._made_from))
    assert graph.contamination("M", "B", split="train").status == "undocumented"
    assert 0 < visited <= 4 * len(graph)


def test_ancestors_are_those_of_networkx() -> None:
    for seed in range(10_000, 10_010):
        graph = random_lineage(40, seed=seed)
        drawn = graph.to_networkx()
        for node in graph.nodes:
            assert graph.ancestors(node.name) == nx.descendants(drawn, node.name) - {node.name}


def test_obligations_are_those_of_the_whole_graph() -> None:
    graph = LineageGraph()
    graph.corpus("forum", licence="CC-BY-NC-4.0", documented=True)
    graph.corpus("other", licence="GPL-3.0-only")
    graph.model("M", trained_on=["forum"], licence=NO_OWN_TERMS, documented=True)
    assert graph.obligations("M", STRICT) == obligations(graph.to_networkx(), "M", STRICT)
    assert graph.obligations("M", STRICT).commercial == "no"
    with pytest.raises(KeyError, match="no node 'N'"):
        graph.obligations("N", STRICT)


def test_silence_is_no_permission() -> None:
    graph = LineageGraph()
    graph.corpus("free", licence="CC0-1.0", documented=True)
    graph.model("silent", licence=NO_OWN_TERMS)
    graph.model("M", trained_on=["free"], distilled_from=["silent"], licence=NO_OWN_TERMS, documented=True)
    for policy in (STRICT, CONTRACT_ONLY):
        assert graph.obligations("silent", policy).commercial == "unknown"
        assert graph.obligations("M", policy).commercial == "unknown"
    graph.vouch("silent")
    assert graph.obligations("M", STRICT).commercial == "yes"


def test_a_suspicion_makes_terms_unknown_until_it_is_shown() -> None:
    graph = LineageGraph()
    graph.corpus("free", licence="CC0-1.0", documented=True)
    graph.corpus("forum", licence="CC-BY-NC-4.0", documented=True)
    graph.model("M", trained_on=["free"], licence=NO_OWN_TERMS, documented=True)
    graph.suspect("M", "trained_on", "forum", significant(0.99))
    assert graph.obligations("M", STRICT).commercial == "unknown"
    graph.suspect("M", "trained_on", "forum", significant(1e-9))
    assert graph.obligations("M", STRICT).commercial == "no"
    graph.model("N", licence=NO_OWN_TERMS, documented=True)
    graph.suspect("N", "trained_on", "free")
    assert graph.obligations("N", STRICT).commercial == "yes"


def test_items_that_went_into_a_benchmark_are_its_items() -> None:
    graph = LineageGraph()
    graph.corpus("forum", documented=True)
    graph.benchmark("quiz", contains=["forum"], documented=True)
    graph.benchmark("mirror", contains=[("quiz", "test")], splits=(), documented=True)
    graph.model("reader", trained_on=["forum"], documented=True)
    graph.model("copier", trained_on=[("quiz", "test")], documented=True)
    graph.model("trained", trained_on=[("quiz", "train")], documented=True)
    graph.synthetic("answers", generated_by="reader", documented=True)
    graph.model("student", trained_on=["answers"], documented=True)
    assert graph.contamination("reader", "quiz").path == ("forum", "reader")
    for split in ("train", "test", "all"):
        assert graph.contamination("reader", "quiz", split=split).status == "direct"
        assert graph.contamination("student", "quiz", split=split).status == "via-teacher"
    assert graph.contamination("reader", "mirror").status == "direct"
    assert graph.contamination("copier", "mirror").path == ("quiz", "copier")
    assert graph.contamination("forum", "quiz").status == "direct"
    # What came through another split of the benchmark is not in this one.
    assert graph.contamination("trained", "quiz").status == "none-documented"


def test_a_mirror_of_nobody_knows_which_part_leaves_it_open() -> None:
    graph = LineageGraph()
    graph.benchmark("quiz", documented=True)
    graph.benchmark("mirror", contains=["quiz"], splits=(), documented=True)
    graph.model("M", trained_on=[("quiz", "test")], documented=True)
    found = graph.contamination("M", "mirror")
    assert (found.status, found.reason, found.path) == ("undocumented", "split", ("quiz", "M"))
    graph.suspect("mirror", "contains", ("quiz", "train"))
    graph.model("N", trained_on=[("quiz", "train")], documented=True)
    graph.name_split("mirror", "contains", "quiz", "test")
    assert graph.contamination("M", "mirror").status == "direct"
    assert graph.contamination("N", "mirror").reason == "suspicion"


def test_a_shared_source_leaves_it_open_unless_the_items_are_original() -> None:
    for original in (False, True):
        graph = LineageGraph()
        graph.corpus("list", documented=True)
        graph.corpus("names", derived_from=["list"], documented=True)
        graph.benchmark("quiz", derived_from=["list"], original=original, documented=True)
        graph.model("M", trained_on=["names"], documented=True)
        found = graph.contamination("M", "quiz")
        if original:
            assert found.status == "none-documented"
        else:
            assert (found.status, found.reason) == ("undocumented", "source")
            assert found.path == ("list", "names", "M")


def test_a_benchmark_with_an_undocumented_past_leaves_it_open() -> None:
    graph = LineageGraph()
    graph.corpus("crawl")
    graph.corpus("words", documented=True)
    graph.benchmark("quiz", derived_from=["crawl"], documented=True)
    graph.model("M", trained_on=["words"], documented=True)
    found = graph.contamination("M", "quiz")
    assert (found.status, found.reason, found.path) == ("undocumented", "benchmark", ("crawl", "quiz"))
    graph.vouch("crawl")
    assert graph.contamination("M", "quiz").status == "none-documented"
    graph.benchmark("mute")
    assert graph.contamination("M", "mute").path == ("mute",)
    graph.benchmark("own", original=True)
    assert graph.contamination("M", "own").status == "none-documented"


def test_vouching_and_naming_a_split_settle_what_was_open() -> None:
    graph = LineageGraph()
    graph.benchmark("B", documented=True)
    graph.model("M", trained_on=["B"])
    graph.suspect("M", "trained_on", "B", significant(0.5))
    assert graph.contamination("M", "B").reason == "ancestor"
    assert graph.vouch("M").documented
    assert graph.contamination("M", "B").reason == "split"
    (named,) = graph.name_split("M", "trained_on", "B", "train")
    assert named.evidence.declared
    assert [test.p_value for test in named.evidence.tests] == [0.5]
    assert graph.contamination("M", "B").status == "none-documented"
    assert graph.made_from("M") == graph.edges == (named,)
    assert LineageGraph.from_dict(graph.to_dict()) == graph


def test_a_declared_way_comes_before_a_test_that_it_explains() -> None:
    graph = chain()
    graph.suspect("Y", "trained_on", ("B", "test"), significant(1e-50))
    found = graph.contamination("Y", "B")
    assert (found.status, found.reason) == ("via-teacher", "")
    alone = graph.without("S", "generated_by", "X").contamination("Y", "B")
    assert str(alone) == "Y on B (test): direct (test): B → Y"


def test_a_suspicion_blocks_no_declaration() -> None:
    graph = LineageGraph()
    graph.model("A", documented=True)
    graph.model("B", documented=True)
    graph.suspect("A", "derived_from", "B")
    graph.suspect("B", "distilled_from", "A")
    assert not graph.contradictions()
    graph.connect("B", "derived_from", "A")
    assert [str(edge) for edge in graph.contradictions()] == ["A derived_from B"]
    with pytest.raises(ValueError, match="would make a thing out of itself"):
        graph.connect("A", "derived_from", "B")
    assert LineageGraph.from_dict(graph.to_dict()) == graph
    assert graph.ancestors("A") == {"A", "B"} - {"A"}


def test_tests_that_come_later_make_earlier_ones_count_for_less() -> None:
    graph = LineageGraph()
    graph.benchmark("B", documented=True)
    graph.model("M", documented=True)
    graph.model("N", documented=True)
    graph.suspect("M", "trained_on", ("B", "test"), significant(0.03))
    assert graph.contamination("M", "B").status == "direct"
    graph.suspect("N", "trained_on", ("B", "test"), significant(0.9))
    assert graph.contamination("M", "B").reason == "suspicion"


def test_a_score_on_nobody_knows_which_split() -> None:
    graph = chain()
    graph.model("trained", trained_on=[("B", "train")], documented=True)
    graph.model("clear", trained_on=["T"], documented=True)
    graph.model("both", trained_on=[("B", "all")], documented=True)
    for model in ("trained", "clear", "both"):
        graph.score(f"of {model}", model=model, benchmark="B")
    frame = graph.audit().set_index("model")
    assert set(frame["split"]) == {"unknown"}
    assert frame["status"].to_dict() == {"trained": "undocumented", "clear": "none-documented", "both": "direct"}
    assert frame.loc["trained", "reason"] == "split"


def test_a_copy_can_lose_an_edge_and_the_mark() -> None:
    graph = chain()
    kept = graph.without("S", "generated_by", "X")
    assert kept.contamination("Y", "B").status == "none-documented"
    honest = graph.without("S", "generated_by", "X", documented=False)
    assert honest.contamination("Y", "B").path == ("S", "Y")
    assert len(graph.filtered(lambda edge: edge.kind != "trained_on").edges) == 1
    assert len(graph.edges) == 4


def test_the_networkx_graph_holds_everything() -> None:
    drawn = chain().to_networkx()
    assert drawn.nodes["B"]["kind"] == "benchmark"
    assert drawn.nodes["B"]["splits"] == ("train", "test")
    assert drawn.edges["X", "B", ("trained_on", "test")]["evidence"] == "declared"
    assert nx.is_directed_acyclic_graph(drawn)


def test_two_kinds_of_edge_between_the_same_things() -> None:
    graph = chain()
    graph.model("Z", distilled_from=["X"], derived_from=["X"], documented=True)
    assert graph.to_networkx().number_of_edges("Z", "X") == 2
    assert len(graph.made_from("Z")) == 2


def test_the_frame_has_a_row_for_each_edge() -> None:
    graph = chain()
    graph.suspect("Y", "trained_on", ("B", "train"), significant(0.2))
    frame = graph.to_frame()
    assert len(frame) == len(graph.edges)
    assert frame.iloc[-1]["evidence"] == "tested"
    assert frame.iloc[-1]["p_value"] == 0.2


def test_repeating_a_call_changes_nothing() -> None:
    graph = chain()
    before = graph.to_dict()
    graph.model("Y", trained_on=["S", "T"], documented=True)
    graph.corpus("T", documented=True)
    assert graph.to_dict() == before
    assert len(graph) == 5
    assert "Y" in graph
    assert "Z" not in graph
    assert repr(graph) == "<LineageGraph: 5 nodes, 4 edges>"
    assert graph != 1


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda g: g.corpus("X"), ValueError, "other content: kind 'model' against 'corpus'"),
        (lambda g: g.corpus("T"), ValueError, "documented True against False"),
        (lambda g: g.corpus(""), ValueError, "name must not be empty"),
        (lambda g: g.corpus(3), TypeError, "name must be a string, got 3"),
        (lambda g: g.corpus("c", licence=""), ValueError, "licence must not be empty"),
        (lambda g: g.corpus("c", documented=1), TypeError, "documented must be True or False, got 1"),
        (lambda g: g.corpus("c", note=None), TypeError, "note must be a string"),
        (lambda g: g.corpus("c", derived_from="T"), TypeError, "derived_from must be a collection of references"),
        (lambda g: g.corpus("c", contains=5), TypeError, "contains must be a collection"),
        (lambda g: g.corpus("c", derived_from=[("B",)]), TypeError, "must be a pair of name and split"),
        (lambda g: g.corpus("c", derived_from=[5]), TypeError, "a reference must be a name"),
        (lambda g: g.corpus("c", derived_from=["U"]), KeyError, "no node 'U'; add it first"),
        (
            lambda g: g.corpus("c", derived_from=["X"]),
            ValueError,
            "cannot lead from a corpus to a model",
        ),
        (lambda g: g.corpus("c", derived_from=["c"]), ValueError, "cannot be made from itself"),
        (lambda g: g.benchmark("b", splits="train"), TypeError, "splits must be a collection of names"),
        (lambda g: g.benchmark("b", splits=("a", "a")), ValueError, "splits must all differ"),
        (lambda g: g.benchmark("b", splits=("all",)), ValueError, "none be 'all'"),
        (lambda g: g.benchmark("b", splits=(1,)), TypeError, "splits must be a string"),
        (lambda g: g.model("m", trained_on=["X"]), ValueError, "'trained_on' cannot lead from a model to a model"),
        (lambda g: g.model("m", trained_on=[("T", "test")]), ValueError, "only benchmarks have splits"),
        (lambda g: g.model("m", trained_on=[("B", "dev")]), ValueError, "split of 'B' must be one of"),
        (lambda g: g.model("m", derived_from=["T"]), ValueError, "cannot lead from a model to a corpus"),
        (lambda g: g.synthetic("s", generated_by="T"), ValueError, "cannot lead from a synthetic to a corpus"),
        (lambda g: g.synthetic("s", generated_by=3), TypeError, "generated_by must be a collection"),
        (lambda g: g.score("s", model="Y", benchmark="T"), ValueError, "cannot lead from a score to a corpus"),
        (lambda g: g.score("s", model="Y", benchmark="B", value="high"), TypeError, "value must be a number"),
        (lambda g: g.connect("X", "trained_on", "S"), ValueError, "out of itself: 'X' made from 'S' made from 'X'"),
        (lambda g: g.connect("X", "distilled_from", "Y"), ValueError, "'X' made from 'Y' made from 'S' made from 'X'"),
        (lambda g: g.connect("X", "made_of", "T"), ValueError, "kind must be one of 'trained_on'"),
        (lambda g: g.connect("U", "trained_on", "T"), KeyError, "no node 'U'"),
        (lambda g: g.connect("X", "trained_on", "T", evidence=0.5), TypeError, "evidence must be an Evidence"),
        (lambda g: g.suspect("X", "trained_on", "T", 0.5), TypeError, "tests must hold SignificanceTest, got 0.5"),
        (lambda g: g.add("X"), TypeError, "node must be a Node"),
        (lambda g: g.add(Node("n", "corpus"), [Edge("X", "trained_on", "T")]), ValueError, "edges must lead from 'n'"),
        (lambda g: g.add(Node("n", "corpus"), ["T"]), TypeError, "edges must hold Edge"),
        (lambda g: g.contamination("U", "B"), KeyError, "no node 'U'"),
        (lambda g: g.contamination("Y", "T"), ValueError, "benchmark must be a benchmark, got 'T', a corpus"),
        (lambda g: g.contamination("Y", "B", split="dev"), ValueError, "split must be one of 'train', 'test', 'all'"),
        (lambda g: g.contamination("Y", "B", alpha=1), ValueError, "alpha must be below 1"),
        (lambda g: g.contamination(["Y"], "B"), TypeError, "name must be a string"),
        (lambda g: g.without("Y", "trained_on", "B"), KeyError, "no edge Y trained_on B"),
        (lambda g: g.synthetic("s", generated_by=[]), ValueError, "generated_by must name the model"),
        (lambda g: g.benchmark("b", original=True, contains=["T"]), ValueError, "'b' is original, so it cannot hold"),
        (lambda g: g.benchmark("b", original=1), TypeError, "original must be True or False"),
        (lambda g: g.vouch("U"), KeyError, "no node 'U'"),
        (lambda g: g.vouch(3), TypeError, "name must be a string"),
        (lambda g: g.name_split("X", "trained_on", "B", "train"), KeyError, "no edge X trained_on B without a split"),
        (lambda g: g.obligations("Y", STRICT, alpha=2), ValueError, "alpha must be below 1"),
        (lambda g: g.node("U"), KeyError, "it has 'B', 'T', 'X', 'S', 'Y'"),
        (lambda g: g.ancestors("U"), KeyError, "no node 'U'"),
    ],
)
def test_bad_input_is_explained_and_changes_nothing(call: Any, error: type[Exception], message: str) -> None:
    graph = chain()
    before = graph.to_dict()
    with pytest.raises(error, match=re.escape(message)):
        call(graph)
    assert graph.to_dict() == before


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({"kind": "dataset"}, ValueError, "kind must be one of"),
        ({"kind": "corpus", "splits": ("a",)}, ValueError, "splits belong to benchmarks"),
        ({"kind": "model", "value": 0.5}, ValueError, "value belongs to scores"),
        ({"kind": "corpus", "original": True}, ValueError, "original belongs to benchmarks"),
        ({"kind": "score", "value": float("nan")}, ValueError, "value must be finite"),
        ({"kind": "corpus", "content": "abc"}, TypeError, "content must be a mapping"),
        ({"kind": "corpus", "content": {"train": "a"}}, ValueError, "a split of content must be one of 'all'"),
        ({"kind": "corpus", "content": {"all": 3}}, TypeError, "content must be a string"),
    ],
)
def test_a_node_that_cannot_be_is_refused(fields: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        Node("n", **fields)


def test_a_score_is_not_asked_for_its_lineage() -> None:
    graph = chain()
    graph.score("s", model="Y", benchmark="B")
    with pytest.raises(ValueError, match="model must not be a score, got 's'"):
        graph.contamination("s", "B")


def test_files_survive_the_round_trip(tmp_path: Path) -> None:
    for seed in range(10_000, 10_010):
        graph = random_lineage(30, seed=seed)
        graph.save(tmp_path / "graph.json")
        assert LineageGraph.load(tmp_path / "graph.json") == graph
    assert [path.name for path in tmp_path.iterdir()] == ["graph.json"]


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "graph.json"
    chain().save(path)
    old = path.read_bytes()

    def broken(_: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("os.fsync", broken)
    with pytest.raises(OSError, match="disk full"):
        LineageGraph().save(path)
    assert path.read_bytes() == old
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda v: v.pop("format"), "expected an object with"),
        (lambda v: v.update(version=2), "expected version 1, got 2"),
        (lambda v: v.update(version=True), "expected version 1, got True"),
        (lambda v: v.pop("nodes"), "expected a list 'nodes', got NoneType"),
        (lambda v: v.update(edges={}), "expected a list 'edges', got dict"),
        (lambda v: v["nodes"].append(5), "nodes[5]: expected an object, got 5"),
        (lambda v: v["nodes"].append(v["nodes"][0]), "nodes[5]: 'B' stands there twice"),
        (lambda v: v["nodes"][0].update(colour="red"), "nodes[0]: unknown fields 'colour'"),
        (lambda v: v["nodes"][0].pop("kind"), "nodes[0]:"),
        (lambda v: v["nodes"][0].update(splits=5), "nodes[0]: splits must be a collection"),
        (lambda v: v["edges"][0].update(made_from="U"), "edges[0]: the graph has no node 'U'"),
        (lambda v: v["edges"][0].update(made=[]), "edges[0]: name must be a string"),
        (lambda v: v["edges"][0].update(kind=[]), "edges[0]: kind must be a string"),
        (lambda v: v["edges"][0].update(evidence=5), "edges[0]: expected an object, got 5"),
        (lambda v: v["edges"][0]["evidence"].update(tests=[{}]), "edges[0]:"),
        (lambda v: v["edges"][0]["evidence"].update(tests=5), "edges[0]: tests must be a collection"),
        (lambda v: v["edges"].append(v["edges"][0]), "edges[4]: the edge X trained_on B (test) stands there twice"),
        (
            lambda v: v["edges"].append({"made": "X", "kind": "trained_on", "made_from": "S"}),
            "edges make a thing out of itself: ",
        ),
    ],
)
def test_a_malformed_file_says_where(change: Any, message: str, tmp_path: Path) -> None:
    values = chain().to_dict()
    change(values)
    path = tmp_path / "broken.json"
    path.write_text(json.dumps(values), encoding="utf-8")
    with pytest.raises(LineageFileError, match=re.escape(message)) as error:
        LineageGraph.load(path)
    assert str(path) in str(error.value)


def test_two_nodes_of_a_file_cannot_share_their_content() -> None:
    values = chain().to_dict()
    values["nodes"][1]["content"] = {"all": "abc"}
    values["nodes"].append({"name": "copy", "kind": "corpus", "content": {"all": "abc"}})
    with pytest.raises(LineageFileError, match=r"nodes\[5\]: content of 'copy' is that of 'T'"):
        LineageGraph.from_dict(values)


@pytest.mark.parametrize("content", [b"", b"{", b"[1, 2]", b"\xff\xfe", b"[" * 100_000, b"null", b'"text"'])
def test_what_is_no_graph_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "no-graph.json"
    path.write_bytes(content)
    with pytest.raises(LineageFileError, match=r"no-graph\.json"):
        LineageGraph.load(path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 2) | st.floats(allow_nan=True) | st.sampled_from(["B", "X", "", "all"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "kind", "p_value"]), inner),
    max_leaves=6,
)


@given(st.data())
@settings(max_examples=200)
def test_no_change_of_a_file_raises_anything_else(data: Any) -> None:
    values = chain().to_dict()
    part = values[data.draw(st.sampled_from(["nodes", "edges"]))]
    entry = part[data.draw(st.integers(0, len(part) - 1))]
    entry[data.draw(st.sampled_from(sorted(entry)))] = data.draw(JSON)
    with contextlib.suppress(LineageFileError):
        LineageGraph.from_dict(values)


@given(st.data())
@settings(max_examples=100)
def test_random_calls_keep_the_ledger_sound(data: Any) -> None:
    graph, generator = LineageGraph(), np.random.default_rng(data.draw(st.integers(0, 1_000)))
    graph.benchmark("n0", documented=True)
    kinds = ["trained_on", "distilled_from", "generated_by", "derived_from", "contains", "evaluated_on"]
    for number in range(1, 15):
        kind = ("corpus", "model", "synthetic", "score")[generator.integers(4)]
        graph.add(Node(f"n{number}", kind))  # type: ignore[arg-type]
    for _ in range(40):
        made, source = (f"n{number}" for number in generator.integers(0, 15, 2))
        before = graph.to_dict()
        try:
            evidence = SUSPECTED if generator.random() < 0.3 else Evidence()
            graph.connect(made, kinds[generator.integers(6)], source, evidence=evidence)  # type: ignore[arg-type]
        except ValueError:
            assert graph.to_dict() == before
    declared = graph.filtered(lambda edge: edge.evidence.declared)
    assert nx.is_directed_acyclic_graph(declared.to_networkx())
    assert LineageGraph.from_dict(graph.to_dict()) == graph


def test_evidence_merges_in_any_order() -> None:
    parts = [Evidence(), SUSPECTED, Evidence(False, (significant(0.5),)), Evidence(False, (significant(0.1),))]
    for first in parts:
        for second in parts:
            assert first.merged(second) == second.merged(first)
            assert first.merged(second).merged(first) == first.merged(second)
