"""Text as numbers: pieces of words, learnt once from a text by byte-pair encoding.

It knows nothing of models. Decoding gives back every character, so that a score per token can be turned into one per
character.
"""

import json
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import tokenizers
from jaxtyping import Int

from secondhand import _validation
from secondhand.learners._checks import categories_array
from secondhand.sources.text import check_text


@dataclass(frozen=True)
class SubwordTokenizer:
    """Cuts text into the pieces (tokens) of a fixed vocabulary.

    Attributes:
        pieces: the vocabulary; a token is the number of its piece.
        merges: the pairs of pieces that are joined, in this order.
    """

    pieces: tuple[str, ...]
    merges: tuple[tuple[str, str], ...]

    @property
    def vocabulary_size(self) -> int:
        """The number of distinct tokens."""
        return len(self.pieces)

    @cached_property
    def _engine(self) -> tokenizers.Tokenizer:
        vocabulary = {piece: number for number, piece in enumerate(self.pieces)}
        return _with_words_apart(tokenizers.models.BPE(vocab=vocabulary, merges=list(self.merges)))

    def encode(self, text: str) -> Int[np.ndarray, " tokens"]:
        """Return the tokens of `text`.

        Raises:
            TypeError: `text` is not a string.
            ValueError: `text` is empty, or has a character that the text learnt from did not have.
        """
        unknown = set(check_text("text", text)) - set(self.pieces)
        if unknown:
            raise ValueError(f"text must hold known characters only, got {min(unknown)!r}; learn from a text with it")
        return np.array(self._engine.encode(text).ids, dtype=np.int64)

    def decode(self, tokens: Int[np.ndarray, " tokens"]) -> str:
        """Return the text of `tokens`; it undoes `encode`.

        Raises:
            TypeError: `tokens` does not hold integers.
            ValueError: `tokens` is empty, not one-dimensional, or holds a number that is no token.
        """
        numbers = categories_array("tokens", tokens, dimensions=1, categories=self.vocabulary_size)
        return "".join(self.pieces[number] for number in numbers)

    def passages(self, text: str, *, length: int) -> Int[np.ndarray, "passages length"]:
        """Cut `text` into passages of `length` tokens, one after the other; a shorter rest is dropped.

        Raises:
            TypeError: `text` is not a string, or `length` not an integer.
            ValueError: `text` has an unknown character or less than one passage, or `length` is below 1.
        """
        length = _validation.integer("length", length, minimum=1)
        tokens = self.encode(text)
        if len(tokens) < length:
            raise ValueError(f"text must give at least {length} tokens for one passage, got {len(tokens)}")
        return tokens[: len(tokens) // length * length].reshape(-1, length)

    def texts(self, passages: Int[np.ndarray, "passages length"]) -> list[str]:
        """Return the text of each passage."""
        return [self.decode(passage) for passage in passages]

    def characters(self, passages: Int[np.ndarray, "passages length"]) -> int:
        """Return the number of characters in all `passages` together."""
        return sum(len(text) for text in self.texts(passages))


def _with_words_apart(model: tokenizers.models.Model) -> tokenizers.Tokenizer:
    engine = tokenizers.Tokenizer(model)
    engine.pre_tokenizer = tokenizers.pre_tokenizers.Split(" ", behavior="merged_with_next")
    return engine


def learn_tokenizer(text: str, *, vocabulary_size: int) -> SubwordTokenizer:
    """Learn the pieces of words that make `text` short: start from its characters, join the most frequent pair, repeat.

    A piece never reaches over a space; the space before a word belongs to the word.

    Args:
        text: what to learn from; only its characters can be encoded later.
        vocabulary_size: the number of distinct tokens, at least the number of distinct characters. Short texts may
            run out of pairs and give fewer.

    Raises:
        TypeError: `text` is not a string, or `vocabulary_size` not an integer.
        ValueError: `text` is empty, or has more distinct characters than `vocabulary_size`.

    Source:
        Sennrich, Haddow and Birch (2016), Neural Machine Translation of Rare Words with Subword Units.
    """
    characters = sorted(set(check_text("text", text)))
    size = _validation.integer("vocabulary_size", vocabulary_size, minimum=1)
    if size < len(characters):
        raise ValueError(f"vocabulary_size must be at least the {len(characters)} characters of text, got {size}")
    engine = _with_words_apart(tokenizers.models.BPE())
    trainer = tokenizers.trainers.BpeTrainer(vocab_size=size, initial_alphabet=characters, show_progress=False)
    engine.train_from_iterator([text], trainer)
    model = json.loads(engine.to_str())["model"]
    pieces = sorted(model["vocab"], key=model["vocab"].__getitem__)
    return SubwordTokenizer(tuple(pieces), tuple((left, right) for left, right in model["merges"]))
