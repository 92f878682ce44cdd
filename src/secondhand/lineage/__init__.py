"""Who made what: the lineage of data and models, what they may be used for, and what their scores have seen."""

from secondhand.lineage.evidence import DECLARED, SUSPECTED, Evidence, SignificanceTest, holm_adjusted
from secondhand.lineage.graph import Contamination, Edge, LineageFileError, LineageGraph, Node
from secondhand.lineage.recording import content_hash

__all__ = [
    "DECLARED",
    "SUSPECTED",
    "Contamination",
    "Edge",
    "Evidence",
    "LineageFileError",
    "LineageGraph",
    "Node",
    "SignificanceTest",
    "content_hash",
    "holm_adjusted",
]
