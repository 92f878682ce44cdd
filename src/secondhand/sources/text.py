"""Words of a text and how often each occurs.

It knows nothing of where the text comes from.
"""

import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from jaxtyping import Float, Int


@dataclass(frozen=True)
class WordCounts:
    """The distinct words (types) of a text and how often each occurs, the most frequent first.

    Attributes:
        words: the distinct words, by descending count, then alphabetically.
        counts: how often each occurs.
    """

    words: tuple[str, ...]
    counts: Int[np.ndarray, " types"]

    @property
    def total(self) -> int:
        """The number of words in the text (tokens)."""
        return int(self.counts.sum())

    @property
    def probabilities(self) -> Float[np.ndarray, " types"]:
        """The relative frequency of each word; they sum to one."""
        return self.counts / self.total

    def to_frame(self) -> pd.DataFrame:
        """Return one row a word: `rank` (from 1), `word`, `count`."""
        return pd.DataFrame(
            {"rank": np.arange(1, len(self.words) + 1), "word": list(self.words), "count": self.counts},
        )


def check_text(name: str, text: Any) -> str:
    """Return `text` if it is a string that holds more than white space.

    Raises:
        TypeError: `text` is not a string.
        ValueError: `text` is empty.
    """
    if not isinstance(text, str):
        raise TypeError(f"{name} must be a string, got {text!r} ({type(text).__name__})")
    if not text.strip():
        raise ValueError(f"{name} must hold some text, got {text!r}; give at least one word")
    return text


def split_words(text: str) -> list[str]:
    """Return the words of `text` in their order: runs of the letters a to z, in lower case.

    Raises:
        TypeError: `text` is not a string.
        ValueError: `text` is empty or holds no letter.
    """
    words = re.findall("[a-z]+", check_text("text", text).lower())
    if not words:
        raise ValueError(f"text must hold at least one of the letters a to z, got {text[:40]!r}")
    return words


def count_words(text: str) -> WordCounts:
    """Count the words of `text` (see `split_words`).

    Raises:
        TypeError: `text` is not a string.
        ValueError: `text` is empty or holds no letter.
    """
    ordered = sorted(Counter(split_words(text)).items(), key=lambda item: (-item[1], item[0]))
    return WordCounts(
        words=tuple(word for word, _ in ordered),
        counts=np.array([count for _, count in ordered], dtype=np.int64),
    )
