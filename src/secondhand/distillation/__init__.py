"""How a small student learns from a large teacher, and when it goes beyond it.

Losses, the loop that minimises them, and what there is to measure of a student. It knows nothing of lineage.
"""

from secondhand.distillation.class_biases import fit_class_biases
from secondhand.distillation.losses import forward_kl, generalized_jsd, kd_loss, reverse_kl, skew_kl
from secondhand.distillation.side_by_side import distill_side_by_side
from secondhand.distillation.soft_targets import flatten_wrong_classes, label_logits, permute_wrong_classes
from secondhand.distillation.training import Distilled, answers, distill, logits_of

__all__ = [
    "Distilled",
    "answers",
    "distill",
    "distill_side_by_side",
    "fit_class_biases",
    "flatten_wrong_classes",
    "forward_kl",
    "generalized_jsd",
    "kd_loss",
    "label_logits",
    "logits_of",
    "permute_wrong_classes",
    "reverse_kl",
    "skew_kl",
]
