"""Datasets of a lineage graph as Croissant metadata: JSON-LD by hand, with PROV for where the data come from.

Croissant describes datasets, so that models appear only as what an activity used. It knows nothing of other
vocabularies.
"""

from typing import Any
from urllib.parse import quote

from secondhand.lineage.graph import LineageGraph
from secondhand.lineage.nodes import WHOLE, Edge

VERSION = "http://mlcommons.org/croissant/1.1"

_WORDS = (
    *("citeAs", "column", "equivalentProperty", "extract", "field", "fileObject", "fileProperty", "fileSet", "format"),
    *("includes", "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex"),
    *("repeated", "replace", "samplingRate", "separator", "source", "subField", "transform"),
)
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    **{word: f"cr:{word}" for word in _WORDS},
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "prov": "http://www.w3.org/ns/prov#",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
}


def to_croissant(graph: LineageGraph, dataset: str, *, base: str = "https://example.org/lineage/") -> dict[str, Any]:
    """Return the Croissant metadata of a corpus, a benchmark or a synthetic set, as a dictionary for JSON.

    Croissant 1.1 adopts PROV for lineage: what a set was derived from or contains is `prov:wasDerivedFrom`, and the
    models that generated it are what a `prov:Activity` `prov:used`. A split is the fragment of an address. Only
    declared edges are exported: a suspicion is no fact about somebody's data.

    Args:
        graph: what to export from.
        dataset: name of the data.
        base: an address below which every name has its own.

    Raises:
        TypeError: an argument has the wrong type.
        KeyError: there is no such node.
        ValueError: the node holds no data, or the base is not an address.

    Source:
        MLCommons, Croissant Format Specification 1.1; the PROV terms are those of W3C PROV-O.
    """
    if not isinstance(graph, LineageGraph):
        raise TypeError(f"graph must be a LineageGraph, got {graph!r} ({type(graph).__name__})")
    if not isinstance(base, str):
        raise TypeError(f"base must be a string, got {base!r} ({type(base).__name__})")
    if not base.startswith(("http://", "https://")):
        raise ValueError(f"base must be an address that starts with https://, got {base!r}")
    node = graph.node(dataset)
    if node.kind in ("model", "score"):
        raise ValueError(f"dataset must be a corpus, a benchmark or a synthetic set, got {dataset!r}, a {node.kind}")

    def address(name: str) -> str:
        return base + quote(name, safe="")

    def source(edge: Edge) -> dict[str, str]:
        part = "" if edge.split in (None, WHOLE) else f"#{quote(str(edge.split), safe='')}"
        return {"@id": address(edge.made_from) + part}

    edges = [edge for edge in graph.made_from(dataset) if edge.evidence.declared]
    metadata: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "@id": address(dataset),
        "name": dataset,
        "description": node.note or f"The {node.kind} {dataset!r} of a lineage graph.",
        "conformsTo": VERSION,
        "url": address(dataset),
    }
    if node.licence is not None:
        # A plain SPDX identifier has an address; an expression is text.
        plain = " " not in node.licence
        metadata["license"] = f"https://spdx.org/licenses/{node.licence}.html" if plain else node.licence
    if WHOLE in node.content:
        # Semantic versions allow build metadata after a plus sign; the hash says which rows are meant.
        metadata["version"] = f"1.0.0+sha256.{node.content[WHOLE]}"
    derived = [source(edge) for edge in edges if edge.kind in ("derived_from", "contains")]
    if derived:
        metadata["prov:wasDerivedFrom"] = derived
    models = [source(edge) for edge in edges if edge.kind == "generated_by"]
    if models:
        metadata["prov:wasGeneratedBy"] = {
            "@type": "prov:Activity",
            "@id": address(dataset) + "#generation",
            "prov:used": models,
        }
    return metadata
