"""Exports: each is accepted by the library of its standard, and PROV comes back without a difference."""

import builtins
import datetime
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import datasets
import mlcroissant
import pytest
from openlineage.client.event_v2 import DatasetEvent, RunEvent
from openlineage.client.serde import Serde
from openlineage.client.transport.file import FileConfig, FileTransport
from openlineage.client.transport.http import HttpConfig, HttpTransport
from prov.model import ProvDocument

from secondhand.lineage import (
    LineageFileError,
    LineageGraph,
    SignificanceTest,
    emit_openlineage,
    from_prov,
    random_lineage,
    to_croissant,
    to_openlineage,
    to_prov,
)

NOON = datetime.datetime(2026, 11, 25, 12, tzinfo=datetime.UTC)


def pipeline() -> LineageGraph:
    graph = LineageGraph()
    rows = datasets.Dataset.from_dict({"text": ["one", "two"]})
    graph.record(rows, "A text: ñ/ü % #1", licence="CC-BY-4.0", documented=True, note="Two words.")
    graph.benchmark("quiz", licence="MIT OR Apache-2.0", documented=True)
    graph.model("teacher", trained_on=[rows, ("quiz", "test")], licence="llama3.1")
    graph.synthetic("answers", generated_by="teacher", derived_from=[rows], contains=[("quiz", "train"), "quiz"])
    graph.model("student", trained_on=["answers"], distilled_from=["teacher"], documented=True)
    graph.suspect("student", "trained_on", ("quiz", "all"), SignificanceTest(0.25, 'a "test"', "hash"))
    graph.score("score", model="student", benchmark=("quiz", "test"), value=0.5)
    return graph


def test_prov_round_trips_are_equal() -> None:
    document = to_prov(pipeline())
    text = document.serialize(format="json")
    back = ProvDocument.deserialize(content=text, format="json")
    assert back == document
    assert from_prov(back) == pipeline()


@pytest.mark.parametrize("seed", range(10_000, 10_005))
def test_any_graph_survives_prov(seed: int) -> None:
    graph = random_lineage(30, seed=seed)
    text = to_prov(graph).serialize(format="json")
    assert from_prov(ProvDocument.deserialize(content=text, format="json")) == graph


def test_prov_says_what_used_what() -> None:
    text = to_prov(pipeline()).get_provn()
    assert "activity(lineage:training-of-student, -, -)" in text
    assert "used(lineage:training-of-student, lineage:node-answers, -)" in text
    assert "used(lineage:generation-of-answers, lineage:node-teacher, -)" in text
    assert "wasGeneratedBy(lineage:node-answers, lineage:generation-of-answers, -)" in text
    assert "evaluation-of-score" in text
    assert text.count("wasDerivedFrom(") == sum(edge.evidence.declared for edge in pipeline().edges)
    assert "%20" in text


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_no_export_states_a_suspicion_as_a_fact() -> None:
    graph = LineageGraph()
    graph.benchmark("quiz", documented=True)
    graph.corpus("set", documented=True)
    graph.suspect("set", "contains", ("quiz", "test"), SignificanceTest(1e-9, "a test", "hash"))
    graph.suspect("quiz", "contains", "set")
    text = to_prov(graph).get_provn()
    assert not any(word in text for word in ("wasDerivedFrom(", "used(", "wasGeneratedBy("))
    assert text.count("lineage:suspicion-") == 2
    assert from_prov(to_prov(graph)) == graph
    assert "prov:wasDerivedFrom" not in to_croissant(graph, "set")
    events = to_openlineage(graph, time=NOON)
    assert all(isinstance(event, DatasetEvent) for event in events)
    assert "TRAINED" not in "".join(map(Serde.to_json, events))
    assert not any("inputs" in Serde.to_json(event) for event in events)


def test_other_prov_documents_are_refused() -> None:
    document = ProvDocument()
    document.add_namespace("ex", "http://example.org/")
    document.entity("ex:thing")
    with pytest.raises(LineageFileError, match="ex:thing carries no attributes of a lineage graph"):
        from_prov(document)
    text = str(to_prov(pipeline()).serialize(format="json"))
    broken = text.replace('"lineage:documented": "true"', '"lineage:documented": "x"')
    with pytest.raises(LineageFileError, match="is not JSON"):
        from_prov(ProvDocument.deserialize(content=broken, format="json"))


def output_of(event: RunEvent) -> str:
    assert event.outputs is not None
    (output,) = event.outputs
    return str(output.name)


def test_openlineage_has_an_event_for_each_thing_sources_first() -> None:
    events = to_openlineage(pipeline(), time=NOON)
    made = [output_of(event) if isinstance(event, RunEvent) else event.dataset.name for event in events]
    assert sorted(made) == sorted(node.name for node in pipeline().nodes)
    for event, name in zip(events, made, strict=True):
        assert isinstance(event, RunEvent) == bool(pipeline().made_from(name))
        assert isinstance(event, RunEvent | DatasetEvent)
        if isinstance(event, RunEvent):
            assert all(made.index(source.name) < made.index(name) for source in event.inputs or [])


def test_a_model_is_upstream_of_what_it_generated() -> None:
    events = {output_of(e): e for e in to_openlineage(pipeline(), time=NOON) if isinstance(e, RunEvent)}
    written = json.loads(Serde.to_json(events["answers"]))
    teacher = next(source for source in written["inputs"] if source["name"] == "teacher")
    assert teacher["facets"]["datasetType"]["datasetType"] == "MODEL"
    steps = written["outputs"][0]["facets"]["lineage"]["inputs"]
    assert {(step["name"], step["transformations"][0]["subtype"]) for step in steps} >= {("teacher", "GENERATED_BY")}
    said = {step["transformations"][0]["description"] for step in steps}
    assert "declared; split train" in said
    assert written["eventTime"] == NOON.isoformat()


def test_equal_graphs_give_equal_events() -> None:
    first, second = (list(map(Serde.to_json, to_openlineage(pipeline(), time=NOON))) for _ in range(2))
    assert first == second
    other = list(map(Serde.to_json, to_openlineage(pipeline(), namespace="elsewhere", time=NOON)))
    assert first != other


def assert_same_events(received: list[Any]) -> None:
    """Compare with the events of the graph; facets of runs and jobs are left out, as the client adds its own."""
    expected = [json.loads(Serde.to_json(event)) for event in to_openlineage(pipeline(), time=NOON)]
    for event in (*received, *expected):
        for part in ("run", "job"):
            event.get(part, {}).pop("facets", None)
    assert received == expected


def test_events_go_to_a_file(tmp_path: Path) -> None:
    transport = FileTransport(FileConfig(log_file_path=str(tmp_path / "events.json"), append=True))
    assert emit_openlineage(pipeline(), transport, time=NOON) == 6
    lines = (tmp_path / "events.json").read_text(encoding="utf-8").splitlines()
    assert_same_events([json.loads(line) for line in lines])


@pytest.fixture
def endpoint() -> Iterator[tuple[str, list[Any]]]:
    received: list[Any] = []

    class Receiver(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((self.path, json.loads(body)))
            self.send_response(201)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Keep quiet."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", received
    server.shutdown()
    thread.join()
    server.server_close()


def test_events_go_over_the_network(endpoint: tuple[str, list[Any]]) -> None:
    url, received = endpoint
    transport = HttpTransport(HttpConfig.from_dict({"url": url, "compression": None}))
    assert emit_openlineage(pipeline(), transport, time=NOON) == len(received) == 6
    transport.close()
    assert {path for path, _ in received} == {"/api/v1/lineage"}
    assert_same_events([body for _, body in received])


def test_a_missing_client_library_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    original = builtins.__import__

    def without(name: str, *arguments: Any, **keywords: Any) -> Any:
        if name.startswith("openlineage"):
            raise ModuleNotFoundError("No module named 'openlineage'", name="openlineage")
        return original(name, *arguments, **keywords)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'secondhand\[openlineage\]'"):
        to_openlineage(pipeline())


# The validator uses a class of rdflib that rdflib has deprecated.
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("dataset", ["A text: ñ/ü % #1", "quiz", "answers"])
def test_croissant_is_valid_and_keeps_its_lineage(dataset: str) -> None:
    metadata = to_croissant(pipeline(), dataset)
    read = mlcroissant.Dataset(jsonld=json.loads(json.dumps(metadata)))
    assert not read.metadata.issues.errors
    kept = read.metadata.to_json()
    assert kept["name"] == dataset
    assert kept["license"] == metadata["license"] if "license" in metadata else "license" not in kept
    for key in ("prov:wasDerivedFrom", "prov:wasGeneratedBy"):
        assert (key in kept) == (key in metadata)


def test_croissant_names_the_model_behind_the_data() -> None:
    metadata = to_croissant(pipeline(), "answers", base="https://data.example.org/")
    assert metadata["prov:wasGeneratedBy"]["prov:used"] == [{"@id": "https://data.example.org/teacher"}]
    assert {"@id": "https://data.example.org/quiz#train"} in metadata["prov:wasDerivedFrom"]
    assert {"@id": "https://data.example.org/quiz"} in metadata["prov:wasDerivedFrom"]
    first = to_croissant(pipeline(), "A text: ñ/ü % #1")
    assert first["license"] == "https://spdx.org/licenses/CC-BY-4.0.html"
    assert first["@id"].isascii()
    assert to_croissant(pipeline(), "quiz")["license"] == "MIT OR Apache-2.0"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: to_prov("graph"), TypeError, "graph must be a LineageGraph"),  # type: ignore[arg-type]
        (lambda: from_prov("text"), TypeError, "document must be a ProvDocument"),  # type: ignore[arg-type]
        (lambda: to_openlineage(None), TypeError, "graph must be a LineageGraph"),  # type: ignore[arg-type]
        (lambda: to_openlineage(pipeline(), namespace=""), ValueError, "namespace must not be empty"),
        (lambda: to_openlineage(pipeline(), namespace=3), TypeError, "namespace must be a string"),  # type: ignore[arg-type]
        (lambda: to_openlineage(pipeline(), time="now"), TypeError, "time must be a datetime"),  # type: ignore[arg-type]
        (lambda: to_openlineage(pipeline(), time=NOON.replace(tzinfo=None)), ValueError, "time must have a time zone"),
        (lambda: emit_openlineage(pipeline(), "http://x"), TypeError, "transport must be an OpenLineage transport"),
        (lambda: to_croissant(3, "quiz"), TypeError, "graph must be a LineageGraph"),  # type: ignore[arg-type]
        (lambda: to_croissant(pipeline(), "nothing"), KeyError, "no node 'nothing'"),
        (
            lambda: to_croissant(pipeline(), "teacher"),
            ValueError,
            "dataset must be a corpus, a benchmark or",
        ),
        (lambda: to_croissant(pipeline(), "quiz", base="data"), ValueError, "base must be an address"),
        (lambda: to_croissant(pipeline(), "quiz", base=3), TypeError, "base must be a string"),  # type: ignore[arg-type]
    ],
)
def test_bad_input_is_explained(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
