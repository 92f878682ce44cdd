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
    real_share_needed,
    seeds_needed,
    stationary_variance,
    typical_log_variance,
    variance_quantile,
)
from secondhand.generations.theory.mixing import (
    ACCUMULATED_ERROR_LIMIT,
    FIXED_BUDGET_ERROR_LIMIT,
    accumulated_error,
    accumulated_variance_limit,
    best_real_weight,
    fixed_budget_error,
    golden_ratio_weight,
    shrinking_sampler_variance,
    weighted_error,
)

__all__ = [
    "ACCUMULATED_ERROR_LIMIT",
    "FIXED_BUDGET_ERROR_LIMIT",
    "LARGEST_EXACT_SAMPLE_SIZE",
    "absorption_time",
    "accumulated_error",
    "accumulated_variance_limit",
    "best_real_weight",
    "exact_absorption_time",
    "exact_survival_probability",
    "expected_heterozygosity",
    "expected_squared_mean",
    "expected_survivors",
    "expected_variance",
    "expected_wasserstein2",
    "fixed_budget_error",
    "golden_ratio_weight",
    "half_life_of_mean_variance",
    "half_life_of_typical_variance",
    "log_variance_variance",
    "median_survival",
    "real_share_needed",
    "seeds_needed",
    "shrinking_sampler_variance",
    "stationary_variance",
    "survival_probability",
    "time_to_one_survivor",
    "typical_log_variance",
    "variance_quantile",
    "weighted_error",
]
