"""A character n-gram model of documents: the next character is one that followed the few before it somewhere.

Contexts are numbered with arrays, so that a million characters and long contexts are no burden. Sampling alone is
offered; `NGramModel` scores. It knows nothing of what the documents say, nor of generations.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Int

from secondhand import _validation
from secondhand.learners._checks import size_and_seed


@dataclass(frozen=True)
class CharacterNGramModel:
    """Which characters followed each context in some documents.

    Attributes:
        text: the documents, each with one end mark after it. They are read as a ring: after an end mark the context
            still holds the end of the last document, so that mostly its neighbour in the data comes next.
        end: the character that marks the end of a document, and occurs nowhere else.
        order: the length of the n-grams; a character depends on the `order` − 1 characters before it.
        context: the number of the context that ends at each place of the text.
        places: all places, ordered by the number of their context.
        first: where the places of each context begin in `places`; the last entry is the length of the text.
    """

    text: str
    end: str
    order: int
    context: Int[np.ndarray, " characters"]
    places: Int[np.ndarray, " characters"]
    first: Int[np.ndarray, " contexts_and_one"]

    def sample(self, size: int, *, seed: int) -> str:
        """Write `size` characters, documents one after the other, with a line break where one ends.

        The writing starts after the end of a random document. Each next character is the one that followed a random
        occurrence of the present context; it so has the relative frequency of the n-gram as its probability.

        Raises:
            TypeError: `size` or `seed` is not an integer.
            ValueError: `size` is below 1, or `seed` is negative.
        """
        size, seed = size_and_seed(size, seed)
        generator = np.random.default_rng(seed)
        ends = [place for place, character in enumerate(self.text) if character == self.end]
        place = ends[int(generator.integers(len(ends)))]
        first, places, context = self.first.data, self.places.data, self.context.data
        written = []
        for u in generator.random(size).tolist():
            number = context[place]
            begin = first[number]
            place = (places[begin + int(u * (first[number + 1] - begin))] + 1) % len(self.text)
            written.append(self.text[place])
        return "".join(written).replace(self.end, "\n")


@dataclass(frozen=True)
class CharacterNGramLearner:
    """Counts which character follows which context.

    Attributes:
        order: the length of the n-grams, at least 1: 1 ignores the context.
    """

    order: int

    def __post_init__(self) -> None:
        _validation.integer("order", self.order, minimum=1)

    def fit(self, data: Sequence[str], *, seed: int = 0) -> CharacterNGramModel:
        """Return the model of some documents; nothing here is random.

        Raises:
            TypeError: `data` is a single string, or holds something else than strings.
            ValueError: `data` holds no character.
        """
        _validation.seed(seed)
        documents = list(_validation.strings("data", data))
        if not any(documents):
            raise ValueError(f"data must hold at least one character, got {len(documents)} empty documents")
        used = set().union(*documents)
        end = next(chr(code) for code in range(len(used) + 1) if chr(code) not in used)
        text = end.join(documents) + end
        codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)
        context = _number_windows(codes, self.order - 1)
        return CharacterNGramModel(
            text=text,
            end=end,
            order=self.order,
            context=context,
            places=np.argsort(context, kind="stable"),
            first=np.concatenate([[0], np.cumsum(np.bincount(context))]),
        )


def _number_windows(codes: Int[np.ndarray, " characters"], length: int) -> Int[np.ndarray, " characters"]:
    """Number the windows of this length that end at each place of a ring, equal ones alike, from 0 without gaps.

    A window of 2k is a pair of windows of k; any length is a sum of powers of two.
    """
    numbers = np.zeros(len(codes), dtype=np.int64)
    doubled, doubled_length, done = np.unique(codes, return_inverse=True)[1].astype(np.int64), 1, 0
    while done < length:
        if (length - done) & doubled_length:
            numbers = _number_pairs(np.roll(doubled, done), numbers)
            done += doubled_length
        doubled = _number_pairs(np.roll(doubled, doubled_length), doubled)
        doubled_length *= 2
    return numbers


def _number_pairs(first: Int[np.ndarray, " places"], second: Int[np.ndarray, " places"]) -> Int[np.ndarray, " places"]:
    numbers: Int[np.ndarray, " places"] = np.unique(first * (second.max() + 1) + second, return_inverse=True)[1]
    return numbers.astype(np.int64)
