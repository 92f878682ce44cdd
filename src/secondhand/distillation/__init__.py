"""How a small student learns from a large teacher, and when it goes beyond it.

Losses, the loop that minimises them, and what there is to measure of a student. It knows nothing of lineage.
"""

from secondhand.distillation.losses import forward_kl, generalized_jsd, kd_loss, reverse_kl, skew_kl
from secondhand.distillation.training import Distilled, answers, distill, logits_of

__all__ = [
    "Distilled",
    "answers",
    "distill",
    "forward_kl",
    "generalized_jsd",
    "kd_loss",
    "logits_of",
    "reverse_kl",
    "skew_kl",
]
