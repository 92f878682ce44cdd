"""Content hashes: equal rows by any route, different rows never; and datasets that stand for nodes of the ledger."""

import datetime
import decimal
import hashlib
from typing import Any

import datasets
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondhand.lineage import LineageGraph, content_hash

ROWS: list[dict[str, Any]] = [{"text": "a", "number": 1}, {"text": "b", "number": 2}, {"text": "c", "number": 3}]


def table(rows: list[dict[str, Any]] | None = None) -> datasets.Dataset:
    return datasets.Dataset.from_list(ROWS if rows is None else rows)


ROUTES: dict[str, Any] = {
    "from columns": lambda: datasets.Dataset.from_dict({"text": ["a", "b", "c"], "number": [1, 2, 3]}),
    "from pandas": lambda: datasets.Dataset.from_pandas(pd.DataFrame(ROWS)),
    "from a generator": lambda: datasets.Dataset.from_list(list(iter(ROWS))),
    "turned twice": lambda: table(ROWS[::-1]).select([2, 1, 0]),
    "joined": lambda: datasets.concatenate_datasets([table(ROWS[:1]), table(ROWS[1:])]),
    "narrower numbers": lambda: table().cast_column("number", datasets.Value("int16")),
    "large strings": lambda: table().cast_column("text", datasets.Value("large_string")),
    "with a format": lambda: table().with_format("numpy"),
    "with a transform": lambda: table().with_transform(lambda batch: {"text": ["z"] * len(batch["text"])}),
    "mapped to itself": lambda: table().map(lambda row: row),
    "columns renamed back": lambda: table().rename_column("text", "t").rename_column("t", "text"),
}


@pytest.mark.parametrize("route", ROUTES)
def test_equal_rows_have_equal_hashes_by_any_route(route: str) -> None:
    assert content_hash(ROUTES[route]()) == content_hash(table())


def test_the_fingerprint_of_the_library_differs_where_the_hash_does_not() -> None:
    other = ROUTES["turned twice"]()
    assert other._fingerprint != table()._fingerprint
    assert content_hash(other) == content_hash(table())


@pytest.mark.parametrize(
    "rows",
    [
        ROWS[::-1],
        ROWS[:2],
        [*ROWS, ROWS[0]],
        [{"number": row["number"], "text": row["text"]} for row in ROWS],
        [{"text": row["text"], "numbers": row["number"]} for row in ROWS],
        [{**row, "text": row["text"].upper()} for row in ROWS],
        [{**row, "number": float(row["number"])} for row in ROWS],
        [{**row, "number": str(row["number"])} for row in ROWS],
        [{"text": None, "number": 1}, *ROWS[1:]],
    ],
    ids=["order", "fewer", "more", "columns", "name", "value", "type", "text", "missing"],
)
def test_other_content_has_another_hash(rows: list[dict[str, Any]]) -> None:
    assert content_hash(table(rows)) != content_hash(table())


def test_neighbouring_cells_do_not_run_together() -> None:
    first = datasets.Dataset.from_dict({"a": ["xy"], "b": ["z"]})
    second = datasets.Dataset.from_dict({"a": ["x"], "b": ["yz"]})
    assert content_hash(first) != content_hash(second)
    lists = [[[1], [2, 3]], [[1, 2], [3]]]
    hashes = {content_hash(datasets.Dataset.from_dict({"a": [value]})) for value in lists}
    assert len(hashes) == 2


@pytest.mark.parametrize(
    "value",
    [
        True,
        2**60,
        0.1,
        "ñandú 🦙",
        b"\x00\xff",
        [1, [2, 3]][1],
        {"x": 1, "y": {"z": ["a"]}},
        datetime.datetime(2026, 11, 25, 12, 30),
        datetime.date(2026, 11, 25),
        datetime.timedelta(seconds=3),
        decimal.Decimal("1.50"),
        None,
    ],
    ids=repr,
)
def test_every_plain_value_has_a_hash(value: Any) -> None:
    first, second = (content_hash(datasets.Dataset.from_list([{"v": value}])) for _ in range(2))
    assert first == second
    assert first != content_hash(datasets.Dataset.from_list([{"v": "something else"}]))


def test_nan_is_equal_to_itself_and_zero_has_no_sign() -> None:
    one = datasets.Dataset.from_dict({"v": [float("nan"), 0.0]})
    two = datasets.Dataset.from_dict({"v": [-float("nan"), -0.0]})
    assert content_hash(one) == content_hash(two)


def test_batches_leave_no_trace() -> None:
    long = datasets.Dataset.from_dict({"v": list(range(2_500))})
    parts = datasets.concatenate_datasets([long.select(range(0, 999)), long.select(range(999, 2_500))])
    assert content_hash(parts) == content_hash(long)
    assert content_hash(long.select([])) != content_hash(long)
    assert len(content_hash(long)) == len(hashlib.sha256().hexdigest())


VALUES = st.none() | st.text(max_size=3) | st.integers(-3, 3).map(str)


@given(st.lists(st.tuples(VALUES, VALUES), max_size=4), st.lists(st.tuples(VALUES, VALUES), max_size=4))
@settings(max_examples=150)
def test_hashes_are_equal_just_where_rows_are(first: Any, second: Any) -> None:
    features = datasets.Features({"a": datasets.Value("string"), "b": datasets.Value("string")})

    def hashed(rows: Any) -> str:
        columns = {"a": [row[0] for row in rows], "b": [row[1] for row in rows]}
        return content_hash(datasets.Dataset.from_dict(columns, features=features))

    assert (hashed(first) == hashed(second)) == (first == second)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([1, 2], r"must be a datasets.Dataset, got \[1, 2\] \(list\)"),
        (datasets.DatasetDict({"train": datasets.Dataset.from_list(ROWS)}), r"one for each of \['train'\]"),
    ],
)
def test_what_is_no_table_is_refused(value: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        content_hash(value)


def splits() -> datasets.DatasetDict:
    return datasets.DatasetDict({"train": table(ROWS[:1]), "test": table(ROWS[1:])})


def recorded() -> LineageGraph:
    graph = LineageGraph()
    graph.record(table(), "rows", licence="MIT", documented=True)
    graph.record(splits(), "quiz", kind="benchmark", documented=True)
    return graph


def test_a_dataset_stands_for_its_node_and_a_split_for_its_split() -> None:
    graph = recorded()
    with graph.training("model", on=[ROUTES["joined"](), splits()["test"]]):
        pass
    assert [(edge.made_from, edge.split) for edge in graph.edges] == [("rows", None), ("quiz", "test")]
    assert graph.node("model").documented
    assert graph.contamination("model", "quiz").status == "direct"
    assert graph.contamination("model", "quiz", split="train").status == "none-documented"


def test_a_benchmark_of_one_table_is_used_as_a_whole() -> None:
    graph = LineageGraph()
    graph.record(table(), "quiz", kind="benchmark", documented=True)
    graph.model("model", trained_on=[table()], documented=True)
    assert graph.contamination("model", "quiz").split == "all"
    assert graph.contamination("model", "quiz").status == "direct"


def test_training_records_when_it_ends_and_only_then() -> None:
    graph = recorded()
    with graph.training("model", on=["rows"]):
        assert "model" not in graph
    assert "model" in graph

    def failing() -> None:
        with graph.training("other", on=["rows"]):
            raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        failing()
    assert "other" not in graph


def test_training_decorates_a_function() -> None:
    graph = recorded()

    @graph.training("model", on=["rows"], licence="MIT", note="A step.")
    def train() -> int:
        return 7

    assert "model" not in graph
    assert train() == 7
    assert train() == 7
    assert graph.node("model").licence == "MIT"
    assert len(graph.made_from("model")) == 1


def test_a_missing_record_shows_before_any_training() -> None:
    graph, ran = recorded(), False

    def step() -> None:
        nonlocal ran
        with graph.training("model", on=[table(ROWS[:2])]):
            ran = True

    with pytest.raises(KeyError, match="no dataset of the graph has the content"):
        step()
    assert not ran


def test_synthetic_data_need_a_model() -> None:
    graph = recorded()
    graph.model("model", trained_on=["rows"])
    made = table([{"text": "made", "number": 0}])
    with pytest.raises(ValueError, match="generated_by must name the model that generated 'made'"):
        graph.record(made, "made", kind="synthetic")
    graph.record(made, "made", kind="synthetic", generated_by="model", derived_from=[table()])
    assert {edge.kind for edge in graph.made_from("made")} == {"generated_by", "derived_from"}
    graph.record(made, "made", kind="synthetic", generated_by=["model"])
    assert len(graph.made_from("made")) == 2


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda g: g.record(ROWS, "x"), TypeError, "dataset must be a datasets.Dataset"),
        (lambda g: g.record(splits(), "x"), TypeError, "must be a single Dataset for a corpus"),
        (lambda g: g.record(table(), "x", kind="model"), ValueError, "kind must be one of"),
        (lambda g: g.record(table(), "x"), ValueError, "content of 'x' is that of 'rows'"),
        (lambda g: g.record(splits()["test"], "x"), ValueError, r"is that of 'quiz \(test\)'"),
        (lambda g: g.record(table(ROWS[:2]), "rows"), ValueError, "'rows' is in the graph with other content"),
        (
            lambda g: g.record(datasets.DatasetDict(a=table(ROWS[:2]), b=table(ROWS[:2])), "x", kind="benchmark"),
            ValueError,
            "content of the splits of 'x' must differ",
        ),
        (lambda g: g.model("m", trained_on=table()), TypeError, "trained_on must be a collection of references"),
        (lambda g: g.model("m", trained_on=splits()), TypeError, "trained_on must be a collection of references"),
        (lambda g: g.record(table(ROWS[:2]), "x", derived_from="rows"), TypeError, "derived_from must be a collection"),
    ],
)
def test_bad_records_are_explained(call: Any, error: type[Exception], message: str) -> None:
    graph = recorded()
    before = graph.to_dict()
    with pytest.raises(error, match=message):
        call(graph)
    assert graph.to_dict() == before


def test_content_survives_a_file() -> None:
    graph = LineageGraph.from_dict(recorded().to_dict())
    graph.model("model", trained_on=[table()])
    assert graph.made_from("model")[0].made_from == "rows"
