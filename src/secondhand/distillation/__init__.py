"""How a small student learns from a large teacher, and when it goes beyond it.

Losses, the loop that minimises them, and what there is to measure of a student. It knows nothing of lineage.
"""

from secondhand.distillation.fidelity import Fidelity, chance_agreement, fidelity, performance_gap_recovered
from secondhand.distillation.losses import forward_kl, generalized_jsd, kd_loss, reverse_kl, skew_kl
from secondhand.distillation.self_training import (
    ImperfectVerifier,
    SelfTraining,
    Solver,
    best_of_n_accuracy,
    best_of_n_divergence,
    choose_accepted,
    self_train,
)
from secondhand.distillation.training import Distilled, answers, distill, logits_of

__all__ = [
    "Distilled",
    "Fidelity",
    "ImperfectVerifier",
    "SelfTraining",
    "Solver",
    "answers",
    "best_of_n_accuracy",
    "best_of_n_divergence",
    "chance_agreement",
    "choose_accepted",
    "distill",
    "fidelity",
    "forward_kl",
    "generalized_jsd",
    "kd_loss",
    "logits_of",
    "performance_gap_recovered",
    "reverse_kl",
    "self_train",
    "skew_kl",
]
