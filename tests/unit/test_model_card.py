"""The model card: valid for the library of the hub, without a word too many, and with its lineage attached."""

import json
from typing import Any

import pytest
import yaml
from huggingface_hub import ModelCard
from hypothesis import given, settings
from hypothesis import strategies as st

from secondhand.lineage import (
    CONTRACT_ONLY,
    NO_OWN_TERMS,
    STRICT,
    LineageFileError,
    LineageGraph,
    SignificanceTest,
    lineage_of_card,
    model_card,
)
from secondhand.measures import Interval, proportion_interval

HALF = proportion_interval(50, 100)
TASK = "image-classification"


def ledger(
    name: str = "student", note: str = "", licence: str | None = "MIT", answers: str = "answers"
) -> LineageGraph:
    graph = LineageGraph()
    graph.corpus("scans", licence="CC-BY-NC-4.0", documented=True)
    made = ["scans"]
    graph.benchmark("exam", splits=("test",), licence=NO_OWN_TERMS, derived_from=made, original=True, documented=True)
    graph.model("teacher", licence="llama3")
    graph.synthetic(answers, generated_by="teacher", derived_from=made, licence=NO_OWN_TERMS, documented=True)
    graph.model(name, trained_on=[answers], licence=licence, documented=True, note=note)
    graph.score("50 of 100", model=name, benchmark=("exam", "test"), value=0.5)
    return graph


def free(licence: str | None = "MIT") -> LineageGraph:
    """Return the same ledger with sources that ask for nothing that the licence of the student would not grant."""
    graph = LineageGraph()
    graph.corpus("scans", licence="CC-BY-4.0", documented=True)
    graph.benchmark("exam", splits=("test",), derived_from=["scans"], original=True, documented=True)
    graph.model("student", trained_on=["scans"], licence=licence, documented=True)
    graph.score("50 of 100", model="student", benchmark=("exam", "test"), value=0.5)
    return graph


def front_matter(card: str) -> Any:
    """Return what the library of the hub reads, with names that it sets at run time."""
    return ModelCard(card).data


def body(card: str) -> str:
    return card.split("\n---\n", 1)[1].split("## Lineage for machines")[0]


def test_the_library_of_the_hub_reads_the_front_matter() -> None:
    card = model_card(ledger(), "student", scores={"50 of 100": HALF}, task=TASK)
    data = front_matter(card)
    assert data.license == "other"
    assert data.datasets == ["answers"]
    assert data.tags == ["lineage", "synthetic-data", "distillation", "contamination-undocumented"]
    assert data.pipeline_tag == TASK
    (result,) = data.eval_results
    assert (result.metric_type, result.metric_value, result.metric_name) == ("accuracy", 0.5, "50 of 100")
    assert (result.dataset_type, result.dataset_split, result.verified) == ("exam", "test", False)
    # What the library writes again, it reads again.
    assert front_matter(str(ModelCard(card))).to_dict() == data.to_dict()


def test_the_attached_lineage_answers_as_the_ledger_does() -> None:
    graph = ledger()
    graph.suspect("teacher", "trained_on", ("exam", "test"), SignificanceTest(1e-9, "trap keys", "answers to exam"))
    graph.corpus("of no concern")
    back = lineage_of_card(model_card(graph, "student", scores={"50 of 100": HALF}, task=TASK))
    assert "of no concern" not in back
    assert back.contamination("student", "exam") == graph.contamination("student", "exam")
    assert back.contamination("student", "exam").status == "via-teacher"
    for policy in (STRICT, CONTRACT_ONLY):
        assert back.obligations("student", policy) == graph.obligations("student", policy)


def test_each_finding_is_in_the_text() -> None:
    graph = ledger()
    text = body(model_card(graph, "student", scores={"50 of 100": HALF}, task=TASK, limitations=["Small."]))
    found = graph.contamination("student", "exam")
    for words in ("undocumented (ancestor)", " → ".join(found.path), "Makers who are silent: teacher", "- Small."):
        assert words in text
    assert "answers: may be forbidden by output-no-training" in text
    assert f"0.500 | {HALF.low:.3f} to {HALF.high:.3f} (95 %)" in text
    for policy in (STRICT, CONTRACT_ONLY):
        assert str(graph.obligations("student", policy)) in text


def test_no_card_vouches_for_more_than_a_record_can() -> None:
    graph = ledger()
    graph.vouch("teacher")
    text = model_card(graph, "student", scores={"50 of 100": HALF}, task=TASK)
    assert "none-documented: no documented way" in text
    assert "clean" not in text.lower()
    assert "uncontaminated" not in text.lower()


def test_every_score_is_reported_and_none_is_invented() -> None:
    graph = ledger()
    graph.score("9 of 10", model="student", benchmark="exam", value=0.9)
    with pytest.raises(ValueError, match=r"missing: \['9 of 10'\]"):
        model_card(graph, "student", scores={"50 of 100": HALF}, task=TASK)
    both = {"50 of 100": HALF, "9 of 10": proportion_interval(9, 10)}
    card = model_card(graph, "student", scores=both, task=TASK)
    assert len(front_matter(card).eval_results) == 2
    # Nobody said on which split: the audit says so, and the card repeats it.
    assert "exam (unknown)" in card
    with pytest.raises(ValueError, match=r"not there: \['best'\]"):
        model_card(ledger(), "student", scores={"50 of 100": HALF, "best": HALF}, task=TASK)


def test_a_model_without_scores_sources_or_licence_has_a_card() -> None:
    graph = LineageGraph()
    graph.model("alone")
    card = model_card(graph, "alone", scores={}, task="text-generation")
    data = front_matter(card)
    assert data.license == "unknown"
    assert data.datasets is None
    assert "Nobody vouches that this is all." in card
    assert "No score was recorded." in card
    assert lineage_of_card(card) == graph


@pytest.mark.parametrize(
    ("licence", "said"),
    [("Apache-2.0", {"license": "apache-2.0"}), ("llama3.1", {"license": "llama3.1"})]
    + [(odd, {"license": "other", "license_name": odd}) for odd in ("MIT OR Apache-2.0", NO_OWN_TERMS, "a: [b")],
)
def test_a_licence_is_named_as_the_hub_does(licence: str, said: dict[str, str]) -> None:
    card = model_card(free(licence), "student", scores={"50 of 100": HALF}, task=TASK)
    head = yaml.safe_load(card.split("---\n")[1])
    assert {key: head.get(key) for key in said} == said


@pytest.mark.parametrize("licence", ["MIT License", "Apache 2.0"])
def test_a_licence_does_not_hide_what_sources_keep_back(licence: str) -> None:
    def head(graph: LineageGraph) -> Any:
        card = model_card(graph, "student", scores={"50 of 100": HALF}, task=TASK)
        return yaml.safe_load(card.split("---\n")[1]), body(card)

    bound, text = head(ledger(licence=licence))
    assert bound["license"] == "other"
    assert bound["license_name"].startswith(f"{licence}, subject to")
    assert "cannot grant what sources keep back (strict reading: commercial use no; contract-only reading" in text
    graph = ledger(licence=licence)
    graph.vouch("teacher")
    assert "cannot grant what sources keep back (strict reading: commercial use no)." in head(graph)[1]
    _, text = head(free(licence))
    assert "cannot grant" not in text
    assert "No recorded term stands against a recorded step." in text


def test_silence_is_named_where_no_step_is_forbidden() -> None:
    graph = LineageGraph()
    graph.model("silent", licence="MIT")
    graph.model("student", distilled_from=["silent"], documented=True)
    text = model_card(graph, "student", scores={}, task=TASK)
    assert "No recorded term stands against a recorded step, but terms of some sources are not known." in text


def test_scores_without_a_documented_way_come_first_and_tests_are_told() -> None:
    graph = ledger()
    graph.vouch("teacher")
    graph.suspect("teacher", "trained_on", ("exam", "test"), SignificanceTest(1e-9, "trap keys", "answers to exam"))
    graph.benchmark("fresh", splits=("test",), original=True, documented=True)
    graph.score("9 of 10", model="student", benchmark=("fresh", "test"), value=0.9)
    both = {"50 of 100": HALF, "9 of 10": proportion_interval(9, 10)}
    card = model_card(graph, "student", scores=both, task=TASK, findings=["0 hits in 2 errors | p = 1"])
    assert [result.metric_name for result in front_matter(card).eval_results] == ["9 of 10", "50 of 100"]
    table = card.split("## Scores")[1]
    assert table.index("9 of 10") < table.index("50 of 100")
    assert "contamination-via-teacher" in front_matter(card).tags
    assert "- 0 hits in 2 errors \\| p = 1" in card.split("## Contamination")[1].split("## Scores")[0]


def test_the_attached_lineage_keeps_the_ancestors_of_a_benchmark() -> None:
    graph = LineageGraph()
    graph.corpus("web", documented=True)
    graph.benchmark("quiz", splits=("test",), derived_from=["web"], documented=True)
    graph.corpus("mirror", derived_from=["web"], documented=True)
    graph.corpus("chapter", derived_from=["mirror"], documented=True)
    graph.benchmark("other", splits=("test",), derived_from=["chapter"], documented=True)
    graph.model("student", trained_on=["mirror"], documented=True)
    graph.score("half", model="student", benchmark=("quiz", "test"), value=0.5)
    graph.score("other half", model="student", benchmark=("other", "test"), value=0.5)
    scores = {"half": HALF, "other half": HALF}
    back = lineage_of_card(model_card(graph, "student", scores=scores, task=TASK))
    for name in ("quiz", "other"):
        assert back.contamination("student", name) == graph.contamination("student", name)
    assert back.ancestors("quiz") == graph.ancestors("quiz") == {"web"}
    assert back.ancestors("other") == graph.ancestors("other")


def test_the_level_decides_whether_a_suspicion_is_shown() -> None:
    graph = ledger()
    graph.vouch("teacher")
    graph.suspect("teacher", "trained_on", ("exam", "test"), SignificanceTest(0.03, "trap keys", "answers to exam"))
    statuses = []
    for alpha in (0.05, 0.01):
        card = model_card(graph, "student", scores={"50 of 100": HALF}, task=TASK, alpha=alpha)
        statuses.append(graph.contamination("student", "exam", alpha=alpha).status)
        assert f"| {statuses[-1]}" in body(card)
        back = lineage_of_card(card).contamination("student", "exam", alpha=alpha)
        assert back == graph.contamination("student", "exam", alpha=alpha)
    assert statuses[0] == "via-teacher" != statuses[1]


def test_a_card_with_the_line_ends_of_windows_keeps_its_lineage() -> None:
    card = model_card(ledger(), "student", scores={"50 of 100": HALF}, task=TASK)
    assert lineage_of_card(card.replace("\n", "\r\n")) == lineage_of_card(card)


def test_weights_and_direct_teachers_are_named() -> None:
    graph = LineageGraph()
    graph.model("base")
    graph.model("teacher")
    graph.model("student", derived_from=["base"], distilled_from=["teacher"])
    card = model_card(graph, "student", scores={}, task=TASK)
    data = front_matter(card)
    assert data.base_model == ["base"]
    assert "distillation" in (data.tags or [])
    assert "| teacher | distilled from | model | unknown | declared | no | none |" in card


@settings(max_examples=40, deadline=None)
@given(name=st.text(min_size=1, max_size=30), note=st.text(max_size=60), answers=st.text(min_size=1, max_size=30))
def test_no_name_breaks_a_card(name: str, note: str, answers: str) -> None:
    taken = {"scans", "exam", "teacher", "50 of 100"}
    if not name.strip() or not answers.strip() or name == answers or {name, answers} & taken:
        return
    surrogate = any("\ud800" <= letter <= "\udfff" for letter in name + note + answers)
    if surrogate:
        return
    graph = ledger(name=name, note=note, answers=answers)
    card = model_card(graph, name, scores={"50 of 100": HALF}, task=TASK)
    assert front_matter(card).datasets == [answers]
    assert lineage_of_card(card) == graph
    tables = [line for line in body(card).splitlines() if line.startswith("| ")]
    heads = {line.count(" | ") for line in tables}
    assert heads <= {2, 3, 4, 5, 6}


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"graph": {}}, TypeError, "graph must be a LineageGraph"),
        ({"model": "nobody"}, KeyError, "no node 'nobody'"),
        ({"model": "exam"}, ValueError, "model must be a model, got 'exam', a benchmark"),
        ({"scores": [0.5]}, TypeError, "scores must be a mapping"),
        ({"scores": {"50 of 100": 0.5}}, TypeError, "must have estimate, low, high"),
        ({"scores": {"50 of 100": proportion_interval(51, 100)}}, ValueError, "must be the value of the graph, 0.5"),
        ({"scores": {"50 of 100": Interval(0.5, 0.6, 0.7, 0.95)}}, ValueError, "must lie in its interval"),
        ({"scores": {"50 of 100": Interval(0.5, 0.4, 0.7, 95)}}, ValueError, "confidence"),
        ({"scores": {"50 of 100": Interval(float("nan"), 0, 1, 0.95)}}, ValueError, "must be finite"),
        ({"task": ""}, ValueError, "task must not be empty"),
        ({"task": 3}, TypeError, "task must be a string"),
        ({"metric": " "}, ValueError, "metric must not be empty"),
        ({"intended_use": None}, TypeError, "intended_use must be a string"),
        ({"limitations": "one"}, TypeError, "put it in a list"),
        ({"findings": "one"}, TypeError, "put it in a list"),
        ({"findings": [""]}, ValueError, "findings must not be empty"),
        ({"limitations": [""]}, ValueError, "limitations must not be empty"),
        ({"alpha": 2}, ValueError, "alpha"),
    ],
)
def test_bad_input_is_named(change: dict[str, object], error: type[Exception], message: str) -> None:
    given_ = {"graph": ledger(), "model": "student", "scores": {"50 of 100": HALF}, "task": TASK} | change
    graph, model = given_.pop("graph"), given_.pop("model")
    with pytest.raises(error, match=message):
        model_card(graph, model, **given_)  # type: ignore[arg-type]


def test_a_damaged_lineage_is_refused() -> None:
    card = model_card(ledger(), "student", scores={"50 of 100": HALF}, task=TASK)
    with pytest.raises(LineageFileError, match="has no part"):
        lineage_of_card("# A card of somebody else")
    with pytest.raises(LineageFileError, match="not JSON"):
        lineage_of_card(card.replace('{\n "format"', '{{\n "format"'))
    with pytest.raises(LineageFileError, match="format"):
        lineage_of_card(card.replace("secondhand lineage graph", "something else"))
    with pytest.raises(TypeError, match="card must be a string"):
        lineage_of_card(json)  # type: ignore[arg-type]
