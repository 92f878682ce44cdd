"""The loop: fit, sample, refit, generation after generation; and the theory of what it does.

It runs many chains at once. It knows nothing of what is inside a learner.
"""

from secondhand.generations import theory
from secondhand.generations.categorical import CategoricalChain, categorical_chain
from secondhand.generations.feedback import FeedbackLoop, feedback_loop, generation_loop, temperature_chain
from secondhand.generations.gaussian import GaussianChain, gaussian_chain
from secondhand.generations.median import MEDIAN_WORKFLOWS, median_chain
from secondhand.generations.refit import RefitChain, refit_chain
from secondhand.generations.regression import (
    DESIGNS,
    REGRESSION_WORKFLOWS,
    RegressionChain,
    regression_chain,
    strong_collapse_errors,
)
from secondhand.generations.safety import LoopSafety, loop_safety
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
from secondhand.generations.workflow import WORKFLOWS, check_workflow
from secondhand.generations.zipf import ZipfChain, zipf_chain

__all__ = [
    "DESIGNS",
    "MEDIAN_WORKFLOWS",
    "REGRESSION_WORKFLOWS",
    "WORKFLOWS",
    "CategoricalChain",
    "FeedbackLoop",
    "GaussianChain",
    "LoopSafety",
    "RefitChain",
    "RegressionChain",
    "VerifiedLearner",
    "VerifiedModel",
    "Verifier",
    "ZipfChain",
    "best_of",
    "best_of_chain",
    "categorical_chain",
    "check_workflow",
    "feedback_loop",
    "gaussian_chain",
    "generation_loop",
    "keep",
    "keep_at_random",
    "loop_safety",
    "median_chain",
    "refit_chain",
    "regression_chain",
    "strong_collapse_errors",
    "style_chain",
    "taste_chain",
    "temperature_chain",
    "theory",
    "two_class_accuracy",
    "zipf_chain",
]
