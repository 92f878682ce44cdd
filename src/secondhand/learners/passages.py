"""A bigram model of short passages: the next word depends on the last one, and every passage starts afresh.

Words are numbers. Its tables are arrays, so that many passages are written at once. It knows nothing of generations.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int

from secondhand import _validation
from secondhand.learners._checks import categories_array, size_and_seed
from secondhand.learners.decoding import decode_rows


@dataclass(frozen=True)
class PassageModel:
    """How often each word followed each other word, and how often it opened a passage.

    Row 0 is the opening; row 1 is every word that is not the first of its passage, for words that were never followed
    by any. The other rows belong to the words that were.

    Attributes:
        row_of: the row of the words that may follow each word.
        row: the row of each entry.
        word: the word of each entry.
        count: how often it was seen there.
        length: the number of words in a passage.
    """

    row_of: Int[np.ndarray, " words"]
    row: Int[np.ndarray, " entries"]
    word: Int[np.ndarray, " entries"]
    count: Int[np.ndarray, " entries"]
    length: int

    def write(
        self, size: int, *, temperature: float = 1.0, top_p: float = 1.0, seed: int
    ) -> Int[np.ndarray, "{size} {self.length}"]:
        """Write `size` passages, word by word.

        Args:
            size: how many, at least 1.
            temperature: 1 samples, 0 is greedy; see `decode`.
            top_p: 1 keeps all words; see `decode`.
            seed: for the draws.

        Raises:
            TypeError: an argument has the wrong type.
            ValueError: an argument is out of range.
        """
        size, seed = size_and_seed(size, seed)
        chances = decode_rows(self.count.astype(float), self.row, temperature=temperature, top_p=top_p)
        first = np.searchsorted(self.row, np.arange(self.row[-1] + 2))
        # Row number plus cumulative probability rises over all entries, so that one search serves all passages.
        edges = np.cumsum(chances)
        last = np.flatnonzero(chances > 0)[np.searchsorted(np.flatnonzero(chances > 0), first[1:]) - 1]
        generator = np.random.default_rng(seed)
        passages = np.empty((size, self.length), dtype=np.int64)
        row = np.zeros(size, dtype=np.int64)
        for position in range(self.length):
            entry = np.searchsorted(edges, row + generator.random(size), side="right")
            passages[:, position] = self.word[np.clip(entry, first[row], last[row])]
            row = self.row_of[passages[:, position]]
        return passages

    def sample(self, size: int, *, seed: int) -> Int[np.ndarray, "{size} {self.length}"]:
        """Write `size` passages by sampling, without any decoding."""
        return self.write(size, seed=seed)

    def opening(self) -> tuple[Int[np.ndarray, " words"], Float[np.ndarray, " words"]]:
        """Return the words that open passages and the probability of each."""
        opens = self.row == 0
        return self.word[opens], self.count[opens] / self.count[opens].sum()


@dataclass(frozen=True)
class PassageLearner:
    """Counts which word follows which.

    Attributes:
        vocabulary_size: words are numbers from 0 to this less 1; at least 1.
    """

    vocabulary_size: int

    def __post_init__(self) -> None:
        _validation.integer("vocabulary_size", self.vocabulary_size, minimum=1)

    def fit(self, data: Int[np.ndarray, "passages length"], *, seed: int = 0) -> PassageModel:
        """Return the model of `data`, passages of equal length with at least two words; nothing here is random.

        Raises:
            TypeError: `data` does not hold integers.
            ValueError: it is not two-dimensional, is empty or too short, or holds a number that is no word.
        """
        _validation.seed(seed)
        words = self.vocabulary_size
        passages = categories_array("data", data, dimensions=2, categories=words)
        if passages.shape[1] < 2:
            raise ValueError(f"data must hold passages of at least 2 words, got shape {passages.shape}")
        followed = np.unique(passages[:, :-1])
        row_of = np.ones(words, dtype=np.int64)
        row_of[followed] = np.arange(len(followed)) + 2
        later = passages[:, 1:].ravel()
        rows = np.concatenate(
            [np.zeros(len(passages), np.int64), np.ones_like(later), row_of[passages[:, :-1]].ravel()]
        )
        keys, count = np.unique(rows * words + np.concatenate([passages[:, 0], later, later]), return_counts=True)
        return PassageModel(row_of, keys // words, keys % words, count, passages.shape[1])
