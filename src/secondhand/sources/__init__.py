"""Where human data come from.

A source knows its true law (the synthetic ones) or its licence and origin (the real ones), and hands out seeded
samples. It knows nothing of models.
"""

from secondhand.sources.addition import Additions, draw_additions, is_sum
from secondhand.sources.callables import HOUSE_STYLE, TOPICS, Callables, load_callables
from secondhand.sources.declarations import (
    Contradiction,
    Declaration,
    contradictions,
    installed_distributions,
    licence_declarations,
)
from secondhand.sources.digit_splits import DigitSplits, first_of_each, load_digit_splits, rows_where
from secondhand.sources.digits import Digits, load_digits
from secondhand.sources.distributions import DeclaredLicence, installed_licence
from secondhand.sources.docstrings import DOCUMENTED_DISTRIBUTIONS, Docstrings, load_docstrings
from secondhand.sources.documentation import Documentation, load_documentation
from secondhand.sources.hub import ALLOW_HUB_VARIABLE, load_hub_text
from secondhand.sources.laws import Categorical, Gaussian, zipf_probabilities
from secondhand.sources.markov import MarkovChain, random_markov_chain
from secondhand.sources.text import WordCounts, check_text, count_words, split_words
from secondhand.sources.two_classes import NoisyPair, TwoGaussians

__all__ = [
    "ALLOW_HUB_VARIABLE",
    "DOCUMENTED_DISTRIBUTIONS",
    "HOUSE_STYLE",
    "TOPICS",
    "Additions",
    "Callables",
    "Categorical",
    "Contradiction",
    "Declaration",
    "DeclaredLicence",
    "DigitSplits",
    "Digits",
    "Docstrings",
    "Documentation",
    "Gaussian",
    "MarkovChain",
    "NoisyPair",
    "TwoGaussians",
    "WordCounts",
    "check_text",
    "contradictions",
    "count_words",
    "draw_additions",
    "first_of_each",
    "installed_distributions",
    "installed_licence",
    "is_sum",
    "licence_declarations",
    "load_callables",
    "load_digit_splits",
    "load_digits",
    "load_docstrings",
    "load_documentation",
    "load_hub_text",
    "random_markov_chain",
    "rows_where",
    "split_words",
    "zipf_probabilities",
]
