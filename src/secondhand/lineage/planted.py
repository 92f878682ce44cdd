"""Planted phrases, passages of documents, and how often a model, and a model of that model's text, write them again.

A planted phrase is drawn at random, so that nobody writes it by chance: wherever it turns up, it came from where it was
planted. It knows nothing of licences, which the text does not carry.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import ArrayLike

from secondhand import _validation
from secondhand.learners import NGramLearner

Phrase = tuple[str, ...]


def draw_phrases(vocabulary: Sequence[str], *, number: int, length: int, seed: int) -> list[Phrase]:
    """Return random phrases, each word drawn from the vocabulary with equal probability.

    Args:
        vocabulary: at least two distinct words.
        number: how many phrases.
        length: words of each phrase.
        seed: for the draws.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.
    """
    words = sorted(set(_words("vocabulary", vocabulary)))
    if len(words) < 2:
        raise ValueError(f"vocabulary must hold at least two distinct words, got {words}")
    shape = (_validation.integer("number", number, minimum=1), _validation.integer("length", length, minimum=1))
    drawn = np.random.default_rng(_validation.seed(seed)).integers(len(words), size=shape)
    return [tuple(words[index] for index in row) for row in drawn]


@dataclass(frozen=True)
class Passage:
    """A run of words of one document.

    Attributes:
        document: index of the document.
        words: what stands there.
    """

    document: int
    words: Phrase


def draw_passages(documents: Sequence[Sequence[str]], *, number: int, length: int, seed: int) -> list[Passage]:
    """Return passages that stand in the documents, at different random places, none across two documents.

    Args:
        documents: lists of words.
        number: how many passages.
        length: words of each passage.
        seed: for the places.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: a number is out of range, or the documents hold too few places.
    """
    length = _validation.integer("length", length, minimum=1)
    number = _validation.integer("number", number, minimum=1)
    texts = [_words("a document", document) for document in documents]
    places = [(index, start) for index, words in enumerate(texts) for start in range(len(words) - length + 1)]
    if len(places) < number:
        raise ValueError(f"number must be at most the {len(places)} places for {length} words, got {number}")
    chosen = np.random.default_rng(_validation.seed(seed)).choice(len(places), number, replace=False)
    return [
        Passage(index, tuple(texts[index][start : start + length]))
        for index, start in (places[place] for place in chosen)
    ]


def plant_phrases(text: Sequence[str], phrases: Sequence[Phrase], copies: Sequence[int], *, seed: int) -> list[str]:
    """Return the text with so many copies of each phrase inserted, each at a random place between its words.

    Args:
        text: words.
        phrases: what to plant.
        copies: how often to plant each; 0 leaves a control, which is never planted.
        seed: for the places.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: the text is empty, a number of copies is negative, or not every phrase has one.
    """
    words = _words("text", text)
    if len(copies) != len(phrases):
        raise ValueError(f"copies must have one number for each of the {len(phrases)} phrases, got {len(copies)}")
    all_copies = [
        _words("a phrase", phrase)
        for phrase, number in zip(phrases, copies, strict=True)
        for _ in range(_validation.integer("copies", number, minimum=0))
    ]
    places = np.random.default_rng(_validation.seed(seed)).integers(len(words) + 1, size=len(all_copies))
    planted, last = list[str](), 0
    for index in np.argsort(places, kind="stable"):
        planted += [*words[last : places[index]], *all_copies[index]]
        last = places[index]
    return planted + words[last:]


def occurrences(text: Sequence[str], phrases: Sequence[Phrase]) -> Int[np.ndarray, " phrases"]:
    """Return how often each phrase stands in the text, word for word.

    Raises:
        TypeError: an argument does not hold strings.
        ValueError: the text or a phrase is empty.
    """
    words = _words("text", text)
    lengths = {len(_words("a phrase", phrase)) for phrase in phrases}
    counts = {
        length: Counter(tuple(words[start : start + length]) for start in range(len(words) - length + 1))
        for length in lengths
    }
    return np.array([counts[len(phrase)][tuple(phrase)] for phrase in phrases], dtype=np.int64)


def expected_occurrences(
    text: Sequence[str], phrases: Sequence[Phrase], *, order: int, size: int
) -> Float[np.ndarray, " phrases"]:
    """Return how often an n-gram model of the text writes each phrase, on average, in a sample of this size.

    Read as a ring, a text enters each context as often as it leaves it, so that each n-gram of the model's order is
    sampled with its relative frequency in the text; the other words of a phrase follow with their conditional
    frequencies. A phrase of m words may begin at `size` − m + 1 places of the sample.

    Args:
        text: what the model was fitted to.
        phrases: of any length.
        order: that of the model.
        size: words of the sample.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: the text or a phrase is empty, or a number is out of range.

    Source:
        Derived here.
    """
    words = _words("text", text)
    order = _validation.integer("order", order, minimum=1)
    size = _validation.integer("size", size, minimum=1)
    ring = words * (2 + order // len(words))
    counts = {
        length: Counter(tuple(ring[start : start + length]) for start in range(len(words)))
        for length in range(order + 1)
    }
    expected = np.empty(len(phrases))
    for index, phrase in enumerate(phrases):
        whole = tuple(_words("a phrase", phrase))
        start = min(order, len(whole))
        probability = counts[start][whole[:start]] / len(words)
        for end in range(start + 1, len(whole) + 1):
            n_gram = whole[end - order : end]
            context = counts[order - 1][n_gram[:-1]]
            probability *= counts[order][n_gram] / context if context else 0.0
        expected[index] = max(0, size - len(whole) + 1) * probability
    return expected


@dataclass(frozen=True)
class Relay:
    """Where phrases turned up, from the planted text to the text of the last model.

    Attributes:
        counts: occurrences by text (the planted one, that of the first model, …) and phrase.
        expected: how often the first model should write each phrase on average, by theory.
        size: words of each text.
    """

    counts: Int[np.ndarray, "texts phrases"]
    expected: Float[np.ndarray, " phrases"]
    size: int


def relay(
    text: Sequence[str], phrases: Sequence[Phrase], copies: Sequence[int], *, order: int, models: int = 2, seed: int
) -> Relay:
    """Plant phrases in a text, then fit a chain of n-gram models, each to what the model before it wrote.

    The first model, the teacher, reads the planted text. Each further one reads only a text of the same length that
    the model before it wrote.

    Args:
        text: words.
        phrases: what to plant.
        copies: how often to plant each; 0 makes a control.
        order: length of the n-grams of all models.
        models: length of the chain.
        seed: for places and samples.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range; see `plant_phrases`.
    """
    models = _validation.integer("models", models, minimum=1)
    seeds = np.random.SeedSequence(_validation.seed(seed)).generate_state(models + 1).tolist()
    current = plant_phrases(text, phrases, copies, seed=seeds[0])
    expected = expected_occurrences(current, phrases, order=order, size=len(current))
    counts = [occurrences(current, phrases)]
    learner = NGramLearner(order=order, vocabulary_size=len(set(current)))
    for model_seed in seeds[1:]:
        current = learner.fit(current).sample(len(current), seed=model_seed)
        counts.append(occurrences(current, phrases))
    return Relay(np.array(counts), expected, len(current))


def emission_chance(copies: ArrayLike, *, models: int) -> float | Float[np.ndarray, "..."]:
    """Return the chance that the last of a chain of models writes a phrase at least once.

    Each copy leaves a Poisson number of copies to the next text, one on average, if texts are long and equally long,
    the phrase is rare, and a model that began it carries on. With q₀ = 0 and q₁, q₂, … the chances that one copy
    leaves no trace, q_{t+1} = exp(q_t − 1), and c copies leave a trace with probability 1 − q^c. Visits of a model
    clump a little, so that the number is only nearly Poisson and the true chance slightly smaller.

    Args:
        copies: how many were planted, at least 0.
        models: length of the chain; 2 is the student of a teacher.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: a number is negative, or `models` is below 1.

    Source:
        Derived here, as the loss of a neutral mutation (Fisher 1930).
    """
    number = _validation.numbers("copies", copies)
    if not (number >= 0).all():
        raise ValueError(f"copies must be at least 0, got {number.min():g}")
    lost = 0.0
    for _ in range(_validation.integer("models", models, minimum=1)):
        lost = float(np.exp(lost - 1))
    return _validation.plain(1 - lost**number)


def _words(name: str, words: Sequence[str]) -> list[str]:
    listed = list(_validation.strings(name, words))
    if not listed:
        raise ValueError(f"{name} must hold at least one word, got none")
    return listed
