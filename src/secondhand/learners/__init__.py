"""What is fitted to data, and can then make new data and score data.

A learner holds the choices made before the data are seen; `fit` turns data into a model. It knows nothing of how often
it is refitted.
"""

from secondhand.learners.auxiliary_network import AuxiliaryNetworkLearner, AuxiliaryNetworks
from secondhand.learners.bigram import BigramLearner, BigramModel
from secondhand.learners.categorical import CategoricalLearner, CategoricalModel
from secondhand.learners.characters import CharacterNGramLearner, CharacterNGramModel
from secondhand.learners.class_conditional_gaussian import (
    ClassConditionalGaussianLearner,
    ClassConditionalGaussianModel,
    LabelledFeatures,
)
from secondhand.learners.classifiers import (
    BaseRateClassifier,
    BaseRateLearner,
    Classifier,
    ClassifierLearner,
    LogisticLearner,
    NearestNeighboursLearner,
    OffsetClassifier,
    OffsetLearner,
    ScikitClassifier,
    TreeLearner,
    make_labels,
)
from secondhand.learners.column_adders import ColumnAdders, column_adders
from secondhand.learners.continuation import code_log_likelihood, continue_greedily
from secondhand.learners.decoding import decode
from secondhand.learners.devices import best_device
from secondhand.learners.gaussian import GaussianLearner, GaussianModel
from secondhand.learners.imitator import REFUSAL, Dialogue, ImitatorLearner, ImitatorModel, Replies, answer_form
from secondhand.learners.learner import FineTuningLearner, Learner, Model
from secondhand.learners.learning_curve import LearningCurves, learning_curves
from secondhand.learners.next_token import next_token_logits
from secondhand.learners.ngram import NGramLearner, NGramModel
from secondhand.learners.noisy_labels import (
    NOISE_KINDS,
    LabelNoise,
    fit_linear_discriminant,
    fit_logistic,
    project_digits,
)
from secondhand.learners.parallel_perceptrons import ParallelPerceptrons
from secondhand.learners.passages import PassageLearner, PassageModel
from secondhand.learners.patch_transformer import PatchTransformerLearner, as_pictures
from secondhand.learners.perceptron import PerceptronLearner, PerceptronModel
from secondhand.learners.tokenizer import SubwordTokenizer, learn_tokenizer
from secondhand.learners.transformer import TransformerLearner, TransformerModel
from secondhand.learners.variational_autoencoder import (
    VariationalAutoencoderLearner,
    VariationalAutoencoderModel,
    gaussian_kullback_leibler,
)
from secondhand.learners.witten_bell import WittenBellLearner, WittenBellModel

__all__ = [
    "NOISE_KINDS",
    "REFUSAL",
    "AuxiliaryNetworkLearner",
    "AuxiliaryNetworks",
    "BaseRateClassifier",
    "BaseRateLearner",
    "BigramLearner",
    "BigramModel",
    "CategoricalLearner",
    "CategoricalModel",
    "CharacterNGramLearner",
    "CharacterNGramModel",
    "ClassConditionalGaussianLearner",
    "ClassConditionalGaussianModel",
    "Classifier",
    "ClassifierLearner",
    "ColumnAdders",
    "Dialogue",
    "FineTuningLearner",
    "GaussianLearner",
    "GaussianModel",
    "ImitatorLearner",
    "ImitatorModel",
    "LabelNoise",
    "LabelledFeatures",
    "Learner",
    "LearningCurves",
    "LogisticLearner",
    "Model",
    "NGramLearner",
    "NGramModel",
    "NearestNeighboursLearner",
    "OffsetClassifier",
    "OffsetLearner",
    "ParallelPerceptrons",
    "PassageLearner",
    "PassageModel",
    "PatchTransformerLearner",
    "PerceptronLearner",
    "PerceptronModel",
    "Replies",
    "ScikitClassifier",
    "SubwordTokenizer",
    "TransformerLearner",
    "TransformerModel",
    "TreeLearner",
    "VariationalAutoencoderLearner",
    "VariationalAutoencoderModel",
    "WittenBellLearner",
    "WittenBellModel",
    "answer_form",
    "as_pictures",
    "best_device",
    "code_log_likelihood",
    "column_adders",
    "continue_greedily",
    "decode",
    "fit_linear_discriminant",
    "fit_logistic",
    "gaussian_kullback_leibler",
    "learn_tokenizer",
    "learning_curves",
    "make_labels",
    "next_token_logits",
    "project_digits",
]
