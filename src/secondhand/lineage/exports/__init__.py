"""A lineage graph in the vocabularies of others. Each export knows the graph, and nothing of the other exports."""

from secondhand.lineage.exports.croissant import to_croissant
from secondhand.lineage.exports.model_card import lineage_of_card, model_card
from secondhand.lineage.exports.openlineage import emit_openlineage, to_openlineage
from secondhand.lineage.exports.prov import from_prov, to_prov

__all__ = [
    "emit_openlineage",
    "from_prov",
    "lineage_of_card",
    "model_card",
    "to_croissant",
    "to_openlineage",
    "to_prov",
]
