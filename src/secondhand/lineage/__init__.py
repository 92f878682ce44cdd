"""Who made what: the lineage of data and models, what they may be used for, and what their scores have seen."""

from secondhand.lineage.watermark import (
    GreenCount,
    Watermark,
    boosted_green_mass,
    expected_distinct_pairs,
    green_mass_variance,
    green_z_score,
    null_variance,
    scored_pairs,
    watermark_divergence,
)

__all__ = [
    "GreenCount",
    "Watermark",
    "boosted_green_mass",
    "expected_distinct_pairs",
    "green_mass_variance",
    "green_z_score",
    "null_variance",
    "scored_pairs",
    "watermark_divergence",
]
