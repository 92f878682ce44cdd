"""Who made what: the lineage of data and models, what they may be used for, and what their scores have seen."""

from secondhand.lineage.attribution import attribute
from secondhand.lineage.memorisation import (
    ExtractionCurve,
    PlantedCorpus,
    expected_exposure,
    exposure,
    exposure_tail,
    extracted,
    extraction_midpoint,
    fit_extraction_curve,
    likelihood_rank,
    plant,
)
from secondhand.lineage.suffix_index import (
    Span,
    SuffixIndex,
    coverage_by_length,
    coverage_profile,
    covered,
    verbatim_spans,
)

__all__ = [
    "ExtractionCurve",
    "PlantedCorpus",
    "Span",
    "SuffixIndex",
    "attribute",
    "coverage_by_length",
    "coverage_profile",
    "covered",
    "expected_exposure",
    "exposure",
    "exposure_tail",
    "extracted",
    "extraction_midpoint",
    "fit_extraction_curve",
    "likelihood_rank",
    "plant",
    "verbatim_spans",
]
