"""What refitting does, exactly: the laws that simulated chains obey, each with its derivation.

Each module holds the closed forms of one kind of chain. It knows nothing of simulations.
"""

from secondhand.generations.theory.categorical import (
    LARGEST_EXACT_SAMPLE_SIZE,
    absorption_time,
    exact_absorption_time,
    exact_survival_probability,
    expected_heterozygosity,
    expected_survivors,
    median_survival,
    survival_probability,
    time_to_one_survivor,
)
from secondhand.generations.theory.gaussian import (
    expected_squared_mean,
    expected_variance,
    expected_wasserstein2,
    half_life_of_mean_variance,
    half_life_of_typical_variance,
    log_variance_variance,
    seeds_needed,
    stationary_variance,
    typical_log_variance,
    variance_quantile,
)
from secondhand.generations.theory.regression import (
    accumulation_limit,
    label_generations_error,
    minimum_norm_error,
    regression_error,
    strong_collapse_error,
    subsample_error_ratio,
)
from secondhand.generations.theory.tails import (
    zipf_missing_mass,
    zipf_missing_mass_law,
    zipf_resampled_missing_mass,
    zipf_resampled_missing_mass_law,
    zipf_tail_mass,
    zipf_tail_mass_law,
)

__all__ = [
    "LARGEST_EXACT_SAMPLE_SIZE",
    "absorption_time",
    "accumulation_limit",
    "exact_absorption_time",
    "exact_survival_probability",
    "expected_heterozygosity",
    "expected_squared_mean",
    "expected_survivors",
    "expected_variance",
    "expected_wasserstein2",
    "half_life_of_mean_variance",
    "half_life_of_typical_variance",
    "label_generations_error",
    "log_variance_variance",
    "median_survival",
    "minimum_norm_error",
    "regression_error",
    "seeds_needed",
    "stationary_variance",
    "strong_collapse_error",
    "subsample_error_ratio",
    "survival_probability",
    "time_to_one_survivor",
    "typical_log_variance",
    "variance_quantile",
    "zipf_missing_mass",
    "zipf_missing_mass_law",
    "zipf_resampled_missing_mass",
    "zipf_resampled_missing_mass_law",
    "zipf_tail_mass",
    "zipf_tail_mass_law",
]
