"""The loop: fit, sample, refit, generation after generation; and the theory of what it does.

It runs many chains at once. It knows nothing of what is inside a learner.
"""

from secondhand.generations import theory
from secondhand.generations.categorical import CategoricalChain, categorical_chain
from secondhand.generations.gaussian import GaussianChain, gaussian_chain
from secondhand.generations.refit import RefitChain, refit_chain
from secondhand.generations.verification import (
    VerifiedLearner,
    VerifiedModel,
    Verifier,
    best_of,
    best_of_chain,
    keep,
    keep_at_random,
    style_chain,
    taste_chain,
    two_class_accuracy,
)
from secondhand.generations.workflow import WORKFLOWS, WorkflowNotReadyError, check_workflow

__all__ = [
    "WORKFLOWS",
    "CategoricalChain",
    "GaussianChain",
    "RefitChain",
    "VerifiedLearner",
    "VerifiedModel",
    "Verifier",
    "WorkflowNotReadyError",
    "best_of",
    "best_of_chain",
    "categorical_chain",
    "check_workflow",
    "gaussian_chain",
    "keep",
    "keep_at_random",
    "refit_chain",
    "style_chain",
    "taste_chain",
    "theory",
    "two_class_accuracy",
]
