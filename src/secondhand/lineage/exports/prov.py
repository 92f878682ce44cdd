"""A lineage graph in PROV, the provenance vocabulary of the W3C, and back without loss.

Everything in the ledger is an entity. Training, distillation, generation and evaluation are activities: one for each
thing made, which used what the thing was made from. Each edge also is a derivation, which carries what PROV has no word
for. It knows nothing of other vocabularies.
"""

import json
from typing import Any
from urllib.parse import quote, unquote

from prov.model import ProvDerivation, ProvDocument, ProvEntity, QualifiedName

from secondhand.lineage.graph import LineageFileError, LineageGraph

NAMESPACE = "urn:secondhand:lineage:"

_ACTIVITIES = {
    "trained_on": "training",
    "distilled_from": "training",
    "generated_by": "generation",
    "evaluated_on": "generation",
}
"""The activity behind each kind of edge; what is derived or contained needs none."""


def to_prov(graph: LineageGraph) -> ProvDocument:
    """Return the graph as a PROV document, which `serialize` writes as PROV-JSON, PROV-N or RDF.

    Args:
        graph: what to export.

    Raises:
        TypeError: `graph` is not a `LineageGraph`.

    Source:
        L. Moreau and P. Missier (editors, 2013), PROV-DM: The PROV Data Model, W3C Recommendation.
    """
    if not isinstance(graph, LineageGraph):
        raise TypeError(f"graph must be a LineageGraph, got {graph!r} ({type(graph).__name__})")
    document = ProvDocument()
    document.add_namespace("lineage", NAMESPACE)
    values = graph.to_dict()
    for node in values["nodes"]:
        attributes = {"prov:type": f"lineage:{node['kind']}", "lineage:node": _packed(node)}
        document.entity(_name(node["id"]), {key: _qualified(document, key, value) for key, value in attributes.items()})
    made_by: dict[str, Any] = {}
    for number, edge in enumerate(values["edges"]):
        made, source = _name(edge["made"]), _name(edge["made_from"])
        activity = None
        if edge["kind"] in _ACTIVITIES:
            if edge["made"] not in made_by:
                name = f"lineage:{_ACTIVITIES[edge['kind']]}-of-{_local(edge['made'])}"
                made_by[edge["made"]] = document.activity(name)
                document.wasGeneratedBy(made, made_by[edge["made"]])
            activity = made_by[edge["made"]]
            document.used(activity, source)
        document.wasDerivedFrom(
            made, source, activity, identifier=f"lineage:edge-{number}", other_attributes={"lineage:edge": _packed(edge)}
        )
    return document


def from_prov(document: ProvDocument) -> LineageGraph:
    """Return the graph that `to_prov` exported.

    Raises:
        TypeError: `document` is not a PROV document.
        LineageFileError: it was not made by `to_prov`.
    """
    if not isinstance(document, ProvDocument):
        raise TypeError(f"document must be a ProvDocument, got {document!r} ({type(document).__name__})")
    empty = LineageGraph().to_dict()
    nodes = [_unpacked(record, "node") for record in document.get_records(ProvEntity)]
    edges = [_unpacked(record, "edge") for record in document.get_records(ProvDerivation)]
    return LineageGraph.from_dict({**empty, "nodes": nodes, "edges": edges})


def _local(id: str) -> str:  # noqa: A002
    # Any id becomes a valid local name: what is neither a letter nor a digit is escaped, reversibly.
    return quote(id, safe="")


def _name(id: str) -> str:  # noqa: A002
    return f"lineage:node-{_local(id)}"


def _qualified(document: ProvDocument, key: str, value: str) -> Any:
    return document.valid_qualified_name(value) if key == "prov:type" else value


def _packed(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def _unpacked(record: Any, name: str) -> Any:
    packed = [value for key, value in record.attributes if isinstance(key, QualifiedName) and key.localpart == name]
    if len(packed) != 1:
        raise LineageFileError(f"{unquote(str(record.identifier))} carries no lineage:{name}; it was not made here")
    try:
        return json.loads(packed[0])
    except (TypeError, json.JSONDecodeError) as error:
        raise LineageFileError(f"lineage:{name} of {record.identifier} is not JSON: {error}") from None
