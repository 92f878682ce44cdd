"""How a small student learns from a large teacher, and when it goes beyond it.

Losses, the loop that minimises them, and what there is to measure of a student. It knows nothing of lineage.
"""

from secondhand.distillation.exposure import share_off_path, simulate_off_path, time_off_path
from secondhand.distillation.gaussian_fits import (
    GaussianFit,
    broad_and_narrow,
    fit_forward,
    fit_reverse,
    forward_divergence,
    mixture_density,
    mode_seeking_distance,
    reverse_divergence,
    two_humps,
)
from secondhand.distillation.losses import forward_kl, generalized_jsd, kd_loss, reverse_kl, skew_kl
from secondhand.distillation.museum import (
    EXHIBITS,
    Audit,
    Exhibit,
    Finding,
    audit_loss,
    audits_of_the_book,
    museum_table,
)
from secondhand.distillation.sequences import random_sequence_logits, sequence_kl, sequence_log_law, token_kls
from secondhand.distillation.speculative import (
    Speculation,
    acceptance_rate,
    expected_tokens_per_call,
    speculative_law,
    speculative_sample,
    tokens_per_call,
)
from secondhand.distillation.students import at_temperature, random_student
from secondhand.distillation.training import Distilled, answers, distill, logits_of

__all__ = [
    "EXHIBITS",
    "Audit",
    "Distilled",
    "Exhibit",
    "Finding",
    "GaussianFit",
    "Speculation",
    "acceptance_rate",
    "answers",
    "at_temperature",
    "audit_loss",
    "audits_of_the_book",
    "broad_and_narrow",
    "distill",
    "expected_tokens_per_call",
    "fit_forward",
    "fit_reverse",
    "forward_divergence",
    "forward_kl",
    "generalized_jsd",
    "kd_loss",
    "logits_of",
    "mixture_density",
    "mode_seeking_distance",
    "museum_table",
    "random_sequence_logits",
    "random_student",
    "reverse_divergence",
    "reverse_kl",
    "sequence_kl",
    "sequence_log_law",
    "share_off_path",
    "simulate_off_path",
    "skew_kl",
    "speculative_law",
    "speculative_sample",
    "time_off_path",
    "token_kls",
    "tokens_per_call",
    "two_humps",
]
