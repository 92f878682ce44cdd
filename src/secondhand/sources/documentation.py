"""The documentation of the Python language, as the running Python carries it for `help()`.

The text is read from the standard library when asked for, so it differs from one Python version to the next. It knows
nothing of models.
"""

import hashlib
import platform
import re
from dataclasses import dataclass, replace

from secondhand import _quiet  # noqa: F401 - before anything that imports tqdm.auto

# isort: split

import datasets
import numpy as np
from jaxtyping import Int
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from secondhand import _validation
from secondhand.sources.text import WordCounts, check_text, count_words, split_words

# Shorter paragraphs are headings and stock phrases, which unrelated topics share.
_SHORTEST_SHARED_PARAGRAPH = 40


@dataclass(frozen=True)
class Documentation:
    """Topics of documentation, written by people.

    Attributes:
        topics: one row a topic, with the columns `topic` (its name) and `text`, ordered by name.
        licence: SPDX identifier. Code inside the documentation may also be used under 0BSD.
        origin: where the text comes from.
        python_version: the version of Python that the text describes and was read from.

    Raises:
        ValueError: the topics hold no text.
    """

    topics: datasets.Dataset
    licence: str
    origin: str
    python_version: str

    def __post_init__(self) -> None:
        check_text("topics", self.text)

    @property
    def text(self) -> str:
        """All topics in their order, one below the other."""
        return "\n".join(self.topics["text"])

    @property
    def sha256(self) -> str:
        """The SHA-256 hash of `text` in UTF-8, in hexadecimal: two equal hashes mean the same text."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def words(self) -> list[str]:
        """Return the words in their order: runs of the letters a to z, in lower case."""
        return split_words(self.text)

    def word_counts(self) -> WordCounts:
        """Return the distinct words and how often each occurs, the most frequent first."""
        return count_words(self.text)

    def provenance(self) -> dict[str, str | int]:
        """Return what a reader needs to find this very text again: origin, licence, version, size and hash."""
        return {
            "origin": self.origin,
            "licence": self.licence,
            "python_version": self.python_version,
            "topics": len(self.topics),
            "characters": len(self.text),
            "sha256": self.sha256,
        }

    def split(self, *, held_out_share: float, seed: int) -> tuple["Documentation", "Documentation"]:
        """Split by topics into a text to learn from and a text held out for scoring.

        The documentation repeats itself: some topics are chapters that contain other topics word for word. Topics that
        share a paragraph, directly or through a third topic, stay on one side, so that nothing held out has been seen
        in training. Groups of topics are taken in random order, each that still fits within the share.

        Args:
            held_out_share: the largest share of the characters to hold out, above 0 and below 1.
            seed: for the random order.

        Returns:
            The text to learn from, and the held-out text; topics keep their order.

        Raises:
            TypeError: an argument is not a number, or the seed not an integer.
            ValueError: the share is not between 0 and 1, or so small that no group of topics fits within it.
        """
        share = _validation.number("held_out_share", held_out_share, above=0, below=1)
        generator = np.random.default_rng(_validation.seed(seed))
        texts = list(self.topics["text"])
        groups = _groups_sharing_a_paragraph(texts)
        characters = np.bincount(groups, weights=[len(text) for text in texts])
        room = share * characters.sum()
        held_out: set[int] = set()
        for group in generator.permutation(len(characters)):
            if characters[group] <= room:
                held_out.add(int(group))
                room -= characters[group]
        if not held_out:
            raise ValueError(
                f"held_out_share must leave room for the smallest group of topics "
                f"({characters.min():.0f} of {characters.sum():.0f} characters), got {share:g}; hold out more"
            )
        is_held_out = np.isin(groups, sorted(held_out))
        return (
            replace(self, topics=self.topics.select(np.flatnonzero(~is_held_out))),
            replace(self, topics=self.topics.select(np.flatnonzero(is_held_out))),
        )


def _groups_sharing_a_paragraph(texts: list[str]) -> Int[np.ndarray, " topics"]:
    """Number the groups of texts that are connected by shared paragraphs."""
    paragraph_numbers: dict[str, int] = {}
    links = [
        (number, paragraph_numbers.setdefault(paragraph, len(paragraph_numbers)))
        for number, text in enumerate(texts)
        for paragraph in {" ".join(block.split()) for block in re.split(r"\n\s*\n", text)}
        if len(paragraph) >= _SHORTEST_SHARED_PARAGRAPH
    ]
    rows, columns = np.array(links, dtype=np.int64).reshape(-1, 2).T
    contains = coo_array((np.ones(len(links)), (rows, columns)), shape=(len(texts), len(paragraph_numbers) + 1)).tocsr()
    return connected_components(contains @ contains.T, directed=False)[1].astype(np.int64)


def load_documentation() -> Documentation:
    """Read the documentation topics of the running Python from its standard library (`pydoc_data.topics`).

    The text is under the Python Software Foundation License Version 2. Numbers computed from it change with the version
    of Python: compute them, never copy them.

    Raises:
        ModuleNotFoundError: this Python was built without its documentation topics.
    """
    from pydoc_data.topics import topics

    names = sorted(topics)
    return Documentation(
        topics=datasets.Dataset.from_dict({"topic": names, "text": [topics[name] for name in names]}),
        licence="PSF-2.0",
        origin="Python standard library, module pydoc_data.topics",
        python_version=platform.python_version(),
    )
