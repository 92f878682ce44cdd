"""Numbers that say how far a model has drifted and how sure we are of it.

Plain numerics, arrays in and numbers out: it knows nothing of data, models or generations.
"""

from secondhand.measures.association import explained_share_interval
from secondhand.measures.calibration import CalibrationTable, calibration_table, rate_gap
from secondhand.measures.coverage import (
    AccuracyParts,
    accuracy_parts,
    coverage_variance,
    examples_for_coverage,
    expected_coverage,
    expected_covered_mass,
)
from secondhand.measures.divergences import (
    bits_per_character,
    entropy,
    kullback_leibler,
    squared_wasserstein2_gaussian,
    total_variation,
)
from secondhand.measures.diversity import distinct, heterozygosity, total_variance_ratio
from secondhand.measures.intervals import (
    Interval,
    bootstrap_interval,
    geometric_mean_interval,
    mean_interval,
    proportion_interval,
)
from secondhand.measures.judging import approval, break_even_confidence, penalised_score
from secondhand.measures.planning import seeds_for_relative_error, seeds_for_squared_variation

__all__ = [
    "AccuracyParts",
    "CalibrationTable",
    "Interval",
    "accuracy_parts",
    "approval",
    "bits_per_character",
    "bootstrap_interval",
    "break_even_confidence",
    "calibration_table",
    "coverage_variance",
    "distinct",
    "entropy",
    "examples_for_coverage",
    "expected_coverage",
    "expected_covered_mass",
    "explained_share_interval",
    "geometric_mean_interval",
    "heterozygosity",
    "kullback_leibler",
    "mean_interval",
    "penalised_score",
    "proportion_interval",
    "rate_gap",
    "seeds_for_relative_error",
    "seeds_for_squared_variation",
    "squared_wasserstein2_gaussian",
    "total_variance_ratio",
    "total_variation",
]
