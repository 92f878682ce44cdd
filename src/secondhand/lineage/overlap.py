"""Which test items share a run of words with which training documents: an exact scan that is linear in the corpus.

A run of n words is an *n-gram*. The scan hashes n-grams in bulk with NumPy and then compares the words of every hit, so
that no hash can make two different n-grams equal. It knows nothing of tokenizers and of models.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from jaxtyping import Bool, Float, Int, UInt64

from secondhand import _validation

_BLOCK = 1 << 20
"""Bytes that are scanned at once; the arrays of a block then stay in the cache of the processor."""

_SEPARATOR = 0


def _byte_table() -> bytes:
    """Return what becomes of each byte: letters in lower case, digits and non-ASCII kept, the rest a separator."""
    return bytes(
        ord(chr(byte).lower()) if byte >= 0x80 or chr(byte).isalnum() else _SEPARATOR for byte in range(0x80)
    ) + bytes(range(0x80, 0x100))


_TABLE = _byte_table()

# Odd, so that they have inverses modulo 2**64; their bits look random.
_FIRST = np.uint64(0x9E3779B97F4A7C15)
_SECOND = np.uint64(0xD1B54A32D192ED03)
_INVERSE = np.uint64(pow(int(_SECOND), -1, 1 << 64))
_MASKS = np.array([(1 << 8 * length) - 1 for length in range(8)] + [(1 << 64) - 1], dtype=np.uint64)


def words(text: str) -> list[str]:
    """Return the words of a text as the scan sees them.

    A word is a longest run of ASCII letters, ASCII digits and non-ASCII characters; ASCII letters are compared in lower
    case. All other ASCII characters separate words, so that "Don't" is two words. Non-ASCII characters are compared as
    they are: É differs from é, and a Chinese sentence without spaces is one word.

    Raises:
        TypeError: `text` is not a string.
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a string, got {text!r} ({type(text).__name__})")
    normalised = _encode(text).translate(_TABLE)
    return [word.decode("utf-8", "surrogatepass") for word in normalised.split(bytes([_SEPARATOR])) if word]


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@dataclass(frozen=True)
class Overlap:
    """What test items share with training documents.

    Attributes:
        n: words in an n-gram.
        words: number of words of each item.
        matched: number of positions in each item at which an n-gram begins that occurs in training.
        covered: number of words of each item that lie inside such an n-gram.
        pairs: each item and document that share an n-gram, as numbers from 0, in order.
    """

    n: int
    words: Int[np.ndarray, " items"]
    matched: Int[np.ndarray, " items"]
    covered: Int[np.ndarray, " items"]
    pairs: Int[np.ndarray, "pairs 2"]

    @property
    def n_grams(self) -> Int[np.ndarray, " items"]:
        """The number of n-grams of each item; an item with fewer than n words has none and can never match."""
        n_grams: Int[np.ndarray, " items"] = np.maximum(self.words - self.n + 1, 0)
        return n_grams

    @property
    def share(self) -> Float[np.ndarray, " items"]:
        """The share of the n-grams of each item that occur in training; 0 for an item without n-grams."""
        share: Float[np.ndarray, " items"] = self.matched / np.maximum(self.n_grams, 1)
        return share

    @property
    def covered_share(self) -> Float[np.ndarray, " items"]:
        """The share of the words of each item that lie in an n-gram seen in training; 0 for an item without words."""
        share: Float[np.ndarray, " items"] = self.covered / np.maximum(self.words, 1)
        return share

    @property
    def any(self) -> Bool[np.ndarray, " items"]:
        """Whether each item shares at least one n-gram with training."""
        found: Bool[np.ndarray, " items"] = self.matched > 0
        return found

    def to_frame(self) -> pd.DataFrame:
        """Return one row an item: `words`, `n_grams`, `matched`, `share`, `covered_share`, number of `documents`."""
        return pd.DataFrame(
            {
                "item": np.arange(len(self.words)),
                "words": self.words,
                "n_grams": self.n_grams,
                "matched": self.matched,
                "share": self.share,
                "covered_share": self.covered_share,
                "documents": np.bincount(self.pairs[:, 0], minlength=len(self.words)),
            }
        )


def ngram_overlap(train: Iterable[str], test: Sequence[str], *, n: int = 13) -> Overlap:
    """Find every n-gram of words that a test item shares with a training document.

    Words are those of `words`. An n-gram never reaches from one text into the next. The time grows in proportion to the
    training text, which is read once and may be a generator; memory holds one block of it, the test items and the
    pairs found.

    Args:
        train: the documents that a model may have learnt from; empty ones are allowed.
        test: the items of the benchmark; at least one. Items with fewer than `n` words never match.
        n: words in an n-gram.

    Raises:
        TypeError: a text is not a string, `train` or `test` is a single string, or `n` is not an integer.
        ValueError: there is no test item, or `n` is below 1.

    Source:
        Brown et al. (2020), Language Models are Few-Shot Learners, compare n-grams of words. The algorithm (word
        hashes, polynomial n-gram hashes modulo 2**64, a table that sorts out nearly all misses, and comparison of the
        words of each hit) is a variant of Karp and Rabin (1987), Efficient randomized pattern-matching algorithms.
    """
    n = _validation.integer("n", n, minimum=1)
    items = list(_validation.strings("test", test))
    if not items:
        raise ValueError("test must hold at least one item, got none")
    index = _Index(_Words.of(items), n)
    seen = np.zeros(index.distinct, dtype=bool)
    found: list[Int[np.ndarray, "pairs 2"]] = []
    for block, document in _blocks(_validation.strings("train", train), n):
        n_gram, position = index.find(block)
        seen[n_gram] = True
        hits = np.stack([n_gram, document[block.text[position]]], axis=1)
        found.append(np.unique(hits, axis=0))
    hits = np.unique(np.concatenate([np.zeros((0, 2), dtype=np.int64), *found]), axis=0)
    return index.overlap(seen, hits)


@dataclass(frozen=True)
class _Words:
    """The words of several texts in one row of bytes.

    Attributes:
        content: bytes of all texts, normalised, with separators between texts and at the end.
        start: where each word begins.
        length: its bytes.
        text: the number of its text, from 0 in this row.
        texts: how many texts there are.
    """

    content: bytes
    start: Int[np.ndarray, " words"]
    length: Int[np.ndarray, " words"]
    text: Int[np.ndarray, " words"]
    texts: int

    @classmethod
    def of(cls, texts: Sequence[str]) -> "_Words":
        return cls.of_bytes([_encode(text) for text in texts])

    @classmethod
    def of_bytes(cls, texts: Sequence[bytes]) -> "_Words":
        # A separator before the first text lets every word begin with an edge; eight at the end can be read past it.
        content = b"\0".join([b"", *texts, bytes(8)]).translate(_TABLE)
        inside = np.frombuffer(content, dtype=np.uint8) != _SEPARATOR
        edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
        start, length = edges[::2], edges[1::2] - edges[::2]
        ends = np.cumsum([len(text) + 1 for text in texts])
        return cls(content, start, length, np.searchsorted(ends, start, side="right"), len(texts))

    @cached_property
    def hashes(self) -> UInt64[np.ndarray, " words"]:
        """A hash of each word, from its bytes, eight at a time."""
        eight = np.ndarray((len(self.content) - 7,), dtype="<u8", buffer=self.content, strides=(1,))
        hashes = _mix(eight[self.start] & _MASKS[np.minimum(self.length, 8)])
        rest = np.flatnonzero(self.length > 8)
        offset = 8
        while rest.size:
            piece = eight[self.start[rest] + offset] & _MASKS[np.minimum(self.length[rest] - offset, 8)]
            hashes[rest] = _mix(hashes[rest] * _FIRST + piece)
            offset += 8
            rest = rest[self.length[rest] > offset]
        return hashes

    def n_gram_hashes(self, n: int) -> UInt64[np.ndarray, " positions"]:
        """A hash of the n words from each position on, in whatever text; the last n − 1 positions have none."""
        if len(self.start) < n:
            return np.zeros(0, dtype=np.uint64)
        # With w the hashes of words and s an odd number, (w_i s^i + … + w_(i+n-1) s^(i+n-1)) · s^-i is the same
        # wherever the n-gram stands. Sums are differences of one cumulative sum, exact modulo 2**64.
        powers, inverses = _powers(_SECOND, len(self.start)), _powers(_INVERSE, len(self.start))
        sums = np.zeros(len(self.start) + 1, dtype=np.uint64)
        np.cumsum(self.hashes * powers, out=sums[1:])
        windows = len(self.start) - n + 1
        return _mix((sums[n:] - sums[:windows]) * inverses[:windows])

    def within_one_text(self, position: Int[np.ndarray, " some"], n: int) -> Bool[np.ndarray, " some"]:
        within: Bool[np.ndarray, " some"] = self.text[position] == self.text[position + n - 1]
        return within


_POWERS: dict[np.uint64, UInt64[np.ndarray, " powers"]] = {}


def _powers(base: np.uint64, count: int) -> UInt64[np.ndarray, " count"]:
    """Return base**0, base**1, … modulo 2**64."""
    if base not in _POWERS or len(_POWERS[base]) < count:
        factors = np.full(max(count, _BLOCK // 4), base, dtype=np.uint64)
        factors[0] = 1
        _POWERS[base] = np.cumprod(factors)
    return _POWERS[base][:count]


def _mix(values: UInt64[np.ndarray, " n"]) -> UInt64[np.ndarray, " n"]:
    """Return values whose high bits depend on all bits (one round of the finaliser of MurmurHash3)."""
    mixed = values * _FIRST
    mixed ^= mixed >> np.uint64(32)
    mixed *= _SECOND
    return mixed


def _same_words(
    left: _Words, left_at: Int[np.ndarray, " m"], right: _Words, right_at: Int[np.ndarray, " m"], n: int
) -> Bool[np.ndarray, " m"]:
    """Return for each pair of positions whether the n words from there on are equal, byte for byte."""
    same = np.ones(len(left_at), dtype=bool)
    for offset in range(n):
        alive = np.flatnonzero(same)
        one, other = left_at[alive] + offset, right_at[alive] + offset
        equal = left.length[one] == right.length[other]
        alive, one, other = alive[equal], one[equal], other[equal]
        same[:] = False
        same[alive] = _same_bytes(left, left.start[one], right, right.start[other], left.length[one])
    return same


def _same_bytes(
    left: _Words,
    left_start: Int[np.ndarray, " m"],
    right: _Words,
    right_start: Int[np.ndarray, " m"],
    length: Int[np.ndarray, " m"],
) -> Bool[np.ndarray, " m"]:
    if not len(length):
        return np.zeros(0, dtype=bool)
    first = np.cumsum(length) - length
    within = np.arange(int(length.sum())) - np.repeat(first, length)
    one = np.frombuffer(left.content, dtype=np.uint8)[np.repeat(left_start, length) + within]
    other = np.frombuffer(right.content, dtype=np.uint8)[np.repeat(right_start, length) + within]
    return np.logical_and.reduceat(one == other, first)


class _Index:
    """The distinct n-grams of the test items, to be found by hash and confirmed by their words."""

    def __init__(self, items: _Words, n: int) -> None:
        self._items, self._n = items, n
        hashes = items.n_gram_hashes(n)
        position = np.flatnonzero(items.within_one_text(np.arange(len(hashes)), n))
        order = np.argsort(hashes[position], kind="stable")
        self._position = position[order]
        sorted_hashes = hashes[self._position]
        number = self._number_distinct(sorted_hashes)
        # One representative for each distinct n-gram, in the order of hashes; n-grams of one hash stand side by side.
        self._number_at = number
        _, first = np.unique(number, return_index=True)
        self._hash, self._representative = sorted_hashes[first], self._position[first]
        self.distinct = len(first)
        self._bits = min(26, max(16, int(16 * self.distinct).bit_length()))
        self._table = np.zeros(1 << self._bits, dtype=bool)
        self._table[self._slot(self._hash)] = True

    def _slot(self, hashes: UInt64[np.ndarray, " n"]) -> UInt64[np.ndarray, " n"]:
        return hashes >> np.uint64(64 - self._bits)

    def _number_distinct(self, sorted_hashes: UInt64[np.ndarray, " n"]) -> Int[np.ndarray, " n"]:
        """Number the n-grams so that equal ones, and only those, have the same number; numbers rise with hashes."""
        leader = np.full(len(sorted_hashes), -1, dtype=np.int64)
        left = np.arange(len(sorted_hashes))
        while left.size:  # once, unless two different n-grams have the same hash
            begins = np.r_[True, sorted_hashes[left[1:]] != sorted_hashes[left[:-1]]]
            first = left[np.flatnonzero(begins)[np.cumsum(begins) - 1]]
            same = _same_words(self._items, self._position[left], self._items, self._position[first], self._n)
            leader[left[same]] = first[same]
            left = left[~same]
        # The leader of a group is its first member, so that leaders rise with hashes.
        return np.unique(leader, return_inverse=True)[1].reshape(-1)

    def find(self, block: _Words) -> tuple[Int[np.ndarray, " hits"], Int[np.ndarray, " hits"]]:
        """Return the number of the n-gram and the position in the block of every hit."""
        hashes = block.n_gram_hashes(self._n)
        position = np.flatnonzero(self._table[self._slot(hashes)])
        low = np.searchsorted(self._hash, hashes[position], side="left")
        high = np.searchsorted(self._hash, hashes[position], side="right")
        candidates = high - low
        position = np.repeat(position, candidates)
        within = np.arange(len(position)) - np.repeat(np.cumsum(candidates) - candidates, candidates)
        n_gram = np.repeat(low, candidates) + within
        inside = block.within_one_text(position, self._n)
        position, n_gram = position[inside], n_gram[inside]
        same = _same_words(block, position, self._items, self._representative[n_gram], self._n)
        return n_gram[same], position[same]

    def overlap(self, seen: Bool[np.ndarray, " distinct"], hits: Int[np.ndarray, "hits 2"]) -> Overlap:
        """Return what was found, item by item; `hits` hold n-gram and document, in order."""
        items, n = self._items, self._n
        begins = np.zeros(len(items.start) + 1, dtype=np.int64)
        begins[self._position] = seen[self._number_at]
        sums = np.concatenate([np.zeros(n, dtype=np.int64), np.cumsum(begins)])
        covers = (sums[n : n + len(items.start)] - sums[: len(items.start)]) > 0
        item = items.text[self._position]
        owners = np.unique(np.stack([self._number_at, item], axis=1), axis=0)
        low = np.searchsorted(owners[:, 0], hits[:, 0], side="left")
        many = np.searchsorted(owners[:, 0], hits[:, 0], side="right") - low
        within = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
        pairs = np.stack([owners[np.repeat(low, many) + within, 1], np.repeat(hits[:, 1], many)], axis=1)
        return Overlap(
            n=n,
            words=np.bincount(items.text, minlength=items.texts),
            matched=np.bincount(items.text, weights=begins[:-1], minlength=items.texts).astype(np.int64),
            covered=np.bincount(items.text, weights=covers, minlength=items.texts).astype(np.int64),
            pairs=np.unique(pairs, axis=0),
        )


def _blocks(train: Iterable[str], n: int) -> Iterator[tuple[_Words, Int[np.ndarray, " texts"]]]:
    """Yield the words of about `_BLOCK` bytes of training text, with the document number of each text of the block."""
    texts: list[bytes] = []
    numbers: list[int] = []
    size = 0
    for number, document in enumerate(train):
        for piece in _pieces(_encode(document), n):
            texts.append(piece)
            numbers.append(number)
            size += len(piece)
            if size >= _BLOCK:
                yield _Words.of_bytes(texts), np.array(numbers)
                texts, numbers, size = [], [], 0
    if texts:
        yield _Words.of_bytes(texts), np.array(numbers)


def _pieces(document: bytes, n: int) -> Iterator[bytes]:
    """Cut a long document between words into pieces that overlap by n − 1 words, so that no n-gram is lost."""
    begin = 0
    while len(document) - begin > 2 * _BLOCK:
        end = begin + _BLOCK
        window = document[begin:end].translate(_TABLE)
        is_word = np.frombuffer(window, dtype=np.uint8) != _SEPARATOR
        starts = np.flatnonzero(is_word & ~np.r_[False, is_word[:-1]])
        if len(starts) <= n:  # hardly any word ends here: do not cut
            break
        # The last word may reach beyond the window: end before it, and begin again n − 1 words earlier.
        yield document[begin : begin + int(starts[-1])]
        begin += int(starts[-n])
    yield document[begin:]
