"""Who made what: the lineage of data and models, what they may be used for, and what their scores have seen."""

from secondhand.lineage.leaked_benchmarks import DigitBenchmark, ListBenchmark, digit_benchmark, list_benchmark
from secondhand.lineage.membership import mean_log_likelihood, membership_auc, min_k_plus_plus, min_k_prob
from secondhand.lineage.order_test import (
    OrderTest,
    exchangeability_test,
    order_test_power,
    sharded_exchangeability_test,
)
from secondhand.lineage.overlap import Overlap, ngram_overlap
from secondhand.lineage.paraphrase import detection_probability, expected_kept_share
from secondhand.lineage.trap_keys import (
    CorrectedScore,
    TrapKeys,
    TrapKeyTest,
    alarm_strengths,
    corrected_score,
    plant_trap_keys,
    published_score,
    trap_key_power,
    trap_key_test,
)

__all__: list[str] = [
    "CorrectedScore",
    "DigitBenchmark",
    "ListBenchmark",
    "OrderTest",
    "Overlap",
    "TrapKeyTest",
    "TrapKeys",
    "alarm_strengths",
    "corrected_score",
    "detection_probability",
    "digit_benchmark",
    "exchangeability_test",
    "expected_kept_share",
    "list_benchmark",
    "mean_log_likelihood",
    "membership_auc",
    "min_k_plus_plus",
    "min_k_prob",
    "ngram_overlap",
    "order_test_power",
    "plant_trap_keys",
    "published_score",
    "sharded_exchangeability_test",
    "trap_key_power",
    "trap_key_test",
]
