"""A lineage graph in PROV, the provenance vocabulary of the W3C, and back without loss.

Everything in the ledger is an entity. Training, distillation, generation and evaluation are activities: one for each
thing made, which used what the thing was made from. Each edge also is a derivation, which carries what PROV has no word
for. It knows nothing of other vocabularies.
"""

import json
from typing import Any
from urllib.parse import quote

from prov.model import ProvDerivation, ProvDocument, ProvEntity

from secondhand.lineage.graph import LineageFileError, LineageGraph

NAMESPACE = "urn:secondhand:lineage:"

_ACTIVITIES = {
    "trained_on": "training",
    "distilled_from": "training",
    "generated_by": "generation",
    "evaluated_on": "generation",
}
"""The activity behind each kind of edge; what is derived or contained needs none."""


_AS_JSON = ("content", "documented", "evidence", "splits", "value")
"""Fields that are no text."""


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
        attributes: dict[str, Any] = {
            "prov:label": node["name"],
            "prov:type": document.valid_qualified_name(f"lineage:{node['kind']}"),
        }
        document.entity(_name(node["name"]), attributes | _written(node))
    activities: dict[str, Any] = {}
    for number, edge in enumerate(values["edges"]):
        made, source = _name(edge["made"]), _name(edge["made_from"])
        activity = None
        if edge["kind"] in _ACTIVITIES:
            if edge["made"] not in activities:
                name = f"lineage:{_ACTIVITIES[edge['kind']]}-of-{_local(edge['made'])}"
                activities[edge["made"]] = document.activity(name)
                document.wasGeneratedBy(made, activities[edge["made"]])
            activity = activities[edge["made"]]
            document.used(activity, source)
        document.wasDerivedFrom(
            made, source, activity, identifier=f"lineage:edge-{number}", other_attributes=_written(edge)
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
    nodes = [_read(record) for record in document.get_records(ProvEntity)]
    edges = [_read(record) for record in document.get_records(ProvDerivation)]
    return LineageGraph.from_dict({**LineageGraph().to_dict(), "nodes": nodes, "edges": edges})


def _local(name: str) -> str:
    # Any name becomes a valid local name: what is neither a letter nor a digit is escaped, reversibly.
    return quote(name, safe="")


def _name(name: str) -> str:
    return f"lineage:node-{_local(name)}"


def _written(values: dict[str, Any]) -> dict[str, str]:
    """Return the fields as attributes: text as it is, everything else as JSON, and what is not known not at all."""
    return {
        f"lineage:{key}": value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
        for key, value in values.items()
        if value is not None
    }


def _read(record: Any) -> dict[str, Any]:
    """Return the fields of a node or an edge from the attributes of its record."""
    fields: dict[str, Any] = {}
    for key, value in record.attributes:
        if key.namespace.uri != NAMESPACE:
            continue
        try:
            fields[key.localpart] = json.loads(value) if key.localpart in _AS_JSON else value
        except (TypeError, json.JSONDecodeError) as error:
            raise LineageFileError(f"{key} of {record.identifier} is not JSON: {error}") from None
    if not fields:
        raise LineageFileError(f"{record.identifier} carries no attributes of a lineage graph; it was not made here")
    return fields
