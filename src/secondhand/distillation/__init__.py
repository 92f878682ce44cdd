"""How a small student learns from a large teacher, and when it goes beyond it.

Losses, the loop that minimises them, and what there is to measure of a student. It knows nothing of lineage.
"""

from secondhand.distillation.adapters import LowRankAdapter, adapter_count, adapters_off, add_adapters, freeze, merge
from secondhand.distillation.class_biases import fit_class_biases
from secondhand.distillation.compression import (
    Times,
    TokenScores,
    break_even_requests,
    configured_count,
    encoder_count,
    keep_layers,
    parameter_count,
    random_like,
    shuffle_layers,
    time_in_turns,
    token_scores,
)
from secondhand.distillation.exposure import share_off_path, simulate_off_path, time_off_path
from secondhand.distillation.fidelity import Fidelity, chance_agreement, fidelity, performance_gap_recovered
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
from secondhand.distillation.pretrained import load_causal_model, token_passages
from secondhand.distillation.self_training import (
    ImperfectVerifier,
    SelfTraining,
    Solver,
    best_of_n_accuracy,
    best_of_n_divergence,
    choose_accepted,
    self_train,
)
from secondhand.distillation.sequences import random_sequence_logits, sequence_kl, sequence_log_law, token_kls
from secondhand.distillation.side_by_side import distill_side_by_side
from secondhand.distillation.soft_targets import flatten_wrong_classes, label_logits, permute_wrong_classes
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
    "Fidelity",
    "Finding",
    "GaussianFit",
    "ImperfectVerifier",
    "LowRankAdapter",
    "SelfTraining",
    "Solver",
    "Speculation",
    "Times",
    "TokenScores",
    "acceptance_rate",
    "adapter_count",
    "adapters_off",
    "add_adapters",
    "answers",
    "at_temperature",
    "audit_loss",
    "audits_of_the_book",
    "best_of_n_accuracy",
    "best_of_n_divergence",
    "break_even_requests",
    "broad_and_narrow",
    "chance_agreement",
    "choose_accepted",
    "configured_count",
    "distill",
    "distill_side_by_side",
    "encoder_count",
    "expected_tokens_per_call",
    "fidelity",
    "fit_class_biases",
    "fit_forward",
    "fit_reverse",
    "flatten_wrong_classes",
    "forward_divergence",
    "forward_kl",
    "freeze",
    "generalized_jsd",
    "kd_loss",
    "keep_layers",
    "label_logits",
    "load_causal_model",
    "logits_of",
    "merge",
    "mixture_density",
    "mode_seeking_distance",
    "museum_table",
    "parameter_count",
    "performance_gap_recovered",
    "permute_wrong_classes",
    "random_like",
    "random_sequence_logits",
    "random_student",
    "reverse_divergence",
    "reverse_kl",
    "self_train",
    "sequence_kl",
    "sequence_log_law",
    "share_off_path",
    "shuffle_layers",
    "simulate_off_path",
    "skew_kl",
    "speculative_law",
    "speculative_sample",
    "time_in_turns",
    "time_off_path",
    "token_kls",
    "token_passages",
    "token_scores",
    "tokens_per_call",
    "two_humps",
]
