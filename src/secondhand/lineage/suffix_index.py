"""Where a text repeats a corpus word for word: a suffix array over documents, and the maximal spans found with it.

A **suffix array** lists all places of the corpus in the order of the text that begins there. Whatever begins in the
same way then stands together, so that a phrase of any length is found by bisection. It knows nothing of who wrote a
document, nor of models.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from jaxtyping import Bool, Float, Int

from secondhand import _validation

_CODE_POINTS = 0x110000
"""How many characters Unicode has room for."""


@dataclass(frozen=True)
class Span:
    """A part of a text that occurs word for word in a corpus.

    Attributes:
        start: the position of its first character in the text.
        stop: the position after its last character.
        documents: the numbers of all documents that it occurs in, ascending; at least one.

    Raises:
        TypeError: a position or the number of a document is not an integer.
        ValueError: `start` is negative, `stop` not after it, or `documents` empty, negative or not ascending.
    """

    start: int
    stop: int
    documents: tuple[int, ...]

    def __post_init__(self) -> None:
        start = _validation.integer("start", self.start, minimum=0)
        _validation.integer("stop", self.stop, minimum=start + 1)
        if not self.documents:
            raise ValueError("documents must hold at least one number of a document, got none")
        for number in self.documents:
            _validation.integer("documents", number, minimum=0)
        if any(a >= b for a, b in pairwise(self.documents)):
            raise ValueError(f"documents must ascend without repetition, got {self.documents!r}")

    def __len__(self) -> int:
        return self.stop - self.start


class SuffixIndex:
    """A suffix array over documents: finds any phrase of theirs, and never one that crosses from one into the next.

    Building it takes time that grows about as n log n with the n characters of the corpus, and memory of some 60 bytes
    a character; afterwards it holds 8 bytes a character beside the text.

    Args:
        documents: the texts, at least one; they may be empty, long, equal, and hold any character.

    Raises:
        TypeError: `documents` is a single string, or holds something else than strings.
        ValueError: there is no document, or not one character in all of them.

    Source:
        U. Manber and G. Myers (1993), Suffix arrays: a new method for on-line string searches; sorted here by prefix
        doubling, where only suffixes that still tie are sorted again (N. J. Larsson and K. Sadakane 2007, Faster suffix
        sorting, has the idea).
    """

    def __init__(self, documents: Sequence[str]) -> None:
        texts = _check_documents(documents)
        # No document holds these two: one stands between documents, the other for it in a text that is looked up.
        self._separator, self._foreign = _unused_characters(texts, number=2)
        self._text = self._separator.join(texts) + self._separator
        lengths = np.array([len(text) for text in texts])
        self._starts = np.cumsum(lengths + 1) - lengths - 1
        self._places = _suffix_array(_codes(self._text, self._separator)).data

    @property
    def documents(self) -> int:
        """How many documents there are."""
        return len(self._starts)

    @property
    def characters(self) -> int:
        """How many characters the documents have together."""
        return len(self._text) - self.documents

    def count(self, phrase: str) -> int:
        """Return how often a phrase occurs, overlaps included.

        Raises:
            TypeError: `phrase` is not a string.
            ValueError: `phrase` is empty.
        """
        first, last = self._range(self._known(_check_string("phrase", phrase)))
        return last - first

    def documents_with(self, phrase: str) -> tuple[int, ...]:
        """Return the numbers of the documents that hold a phrase, ascending.

        Raises:
            TypeError: `phrase` is not a string.
            ValueError: `phrase` is empty.
        """
        first, last = self._range(self._known(_check_string("phrase", phrase)))
        places = np.asarray(self._places[first:last])
        found = np.unique(np.searchsorted(self._starts, places, side="right") - 1)
        return tuple(found.tolist())

    def _known(self, text: str) -> str:
        """Return `text` without the separator, which then cannot be mistaken for an end of a document."""
        return text.replace(self._separator, self._foreign)

    def _range(self, phrase: str) -> tuple[int, int]:
        """Return which entries of the suffix array begin with the phrase: the first, and the one after the last."""
        text, length = self._text, len(phrase)
        first = bisect_left(self._places, phrase, key=lambda place: text[place : place + length])
        last = bisect_right(self._places, phrase, lo=first, key=lambda place: text[place : place + length])
        return first, last

    def _occurs(self, phrase: str) -> bool:
        text, length = self._text, len(phrase)
        first = bisect_left(self._places, phrase, key=lambda place: text[place : place + length])
        return first < len(text) and text.startswith(phrase, self._places[first])

    def _longest_match(self, text: str, start: int, known: int) -> int:
        """Return the largest length of a phrase at `start` of `text` that occurs; `known` is one that does."""
        step = 1
        while start + known + step <= len(text) and self._occurs(text[start : start + known + step]):
            known, step = known + step, 2 * step
        # One of the lengths known, …, known + step − 1 is the largest that occurs.
        step = min(step, len(text) - start - known + 1)
        while step > 1:
            half = step // 2
            if self._occurs(text[start : start + known + half]):
                known, step = known + half, step - half
            else:
                step = half
        return known


def verbatim_spans(text: str, index: SuffixIndex, *, minimum: int) -> tuple[Span, ...]:
    """Return the maximal spans of a text that occur word for word in an indexed corpus, from left to right.

    A span is maximal if neither one character more on its left nor one more on its right occurs with it in any
    document. No span contains another, but neighbours may overlap where each end comes from another place of the
    corpus: measure how much of a text is covered with `covered`, which counts a character once. Characters are compared
    as they are, white space and case included.

    Args:
        text: what to look up; an empty text has no spans.
        index: the corpus.
        minimum: the number of characters below which a span is not worth reporting, at least 1.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: `minimum` is below 1.
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a string, got {text!r} ({type(text).__name__})")
    if not isinstance(index, SuffixIndex):
        raise TypeError(f"index must be a SuffixIndex, got {index!r} ({type(index).__name__}); build one first")
    minimum = _validation.integer("minimum", minimum, minimum=1)
    known = index._known(text)
    spans: list[Span] = []
    start, stop = 0, 0
    while start + minimum <= len(known):
        # What starts here counts only if it reaches beyond the last span, which would contain it otherwise.
        least = max(minimum, stop + 1 - start)
        if start + least > len(known):
            break
        if not index._occurs(known[start : start + least]):
            start = _next_start(known, index, start, start + least, minimum)
            continue
        stop = start + index._longest_match(known, start, least)
        spans.append(Span(start, stop, index.documents_with(known[start:stop])))
        start += 1
    return tuple(spans)


def _next_start(text: str, index: SuffixIndex, start: int, stop: int, minimum: int) -> int:
    """Return the first place after `start` from which the text up to `stop` occurs, or from where it is too short.

    If a phrase occurs, so does what is left of it without its first character: bisection finds the place.
    """
    low, high = start + 1, max(start + 1, stop - minimum + 1)
    while low < high:
        middle = (low + high) // 2
        if index._occurs(text[middle:stop]):
            high = middle
        else:
            low = middle + 1
    return low


def covered(spans: Iterable[Span], length: int) -> Bool[np.ndarray, " {length}"]:
    """Return which characters of a text lie in at least one span; the mean is the share of the text that is copied.

    Args:
        spans: spans of one text.
        length: the number of characters of that text.

    Raises:
        TypeError: `length` is not an integer, or `spans` holds something else than spans.
        ValueError: `length` is negative, or a span reaches beyond it.
    """
    length = _validation.integer("length", length, minimum=0)
    inside = np.zeros(length, dtype=bool)
    for span in spans:
        if not isinstance(span, Span):
            raise TypeError(f"spans must hold spans, got {span!r} ({type(span).__name__})")
        if span.stop > length:
            raise ValueError(f"length must be that of the text, but a span ends at {span.stop}, got {length}")
        inside[span.start : span.stop] = True
    return inside


def coverage_profile(text: str, index: SuffixIndex, minimums: Sequence[int]) -> Float[np.ndarray, " minimums"]:
    """Return the share of a text that lies in verbatim spans, for several lengths from which a span counts.

    A span that is maximal and long enough is so whatever shorter spans count besides: one search serves all lengths.

    Args:
        text: what to look up, at least one character.
        index: the corpus.
        minimums: lengths from which a span counts, each at least 1.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: `text` or `minimums` is empty, or a length is below 1.
    """
    _check_string("text", text)
    lengths = [_validation.integer("minimums", minimum, minimum=1) for minimum in minimums]
    if not lengths:
        raise ValueError("minimums must hold at least one length, got none")
    return coverage_by_length(verbatim_spans(text, index, minimum=min(lengths)), len(text), lengths)


def coverage_by_length(spans: Sequence[Span], length: int, minimums: Sequence[int]) -> Float[np.ndarray, " minimums"]:
    """Return the share of a text that lies in spans of at least so many characters, for several such lengths.

    Args:
        spans: all maximal spans of the text from the smallest of `minimums` on; shorter ones would be missing.
        length: the number of characters of the text, at least 1.
        minimums: lengths from which a span counts, each at least 1.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: `minimums` is empty, a number is below 1, or a span reaches beyond `length`.
    """
    length = _validation.integer("length", length, minimum=1)
    least = [_validation.integer("minimums", minimum, minimum=1) for minimum in minimums]
    if not least:
        raise ValueError("minimums must hold at least one length, got none")
    kept = list(spans)
    covered(kept, length)  # refuses what is no span of this text
    return np.array([covered([span for span in kept if len(span) >= each], length).mean() for each in least])


def _check_string(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{name} must be a string, got {value!r} ({type(value).__name__})")
    if not value:
        raise ValueError(f"{name} must hold at least one character, got ''")
    return value


def _check_documents(documents: Sequence[str]) -> list[str]:
    texts = list(_validation.strings("documents", documents))
    if not any(texts):
        raise ValueError(f"documents must hold at least one character, got {len(texts)} empty documents")
    return texts


def _unused_characters(texts: Sequence[str], *, number: int) -> list[str]:
    """Return the lowest characters that occur in none of the texts."""
    used = set().union(*texts)
    found = [chr(code) for code in range(min(_CODE_POINTS, len(used) + number)) if chr(code) not in used][:number]
    if len(found) < number:
        raise ValueError("documents must leave two characters of Unicode unused, got all of them; index fewer at once")
    return found


def _codes(text: str, separator: str) -> Int[np.ndarray, " characters"]:
    """Number the characters from 0 without gaps, in their order; each separator is a character of its own.

    So no two suffixes agree beyond the end of a document, and documents that are equal cost no more than others.
    """
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.int64)
    ends = np.flatnonzero(codes == ord(separator))
    codes[codes > ord(separator)] += len(ends)
    codes[ends] = ord(separator) + np.arange(len(ends))
    dense: Int[np.ndarray, " characters"] = np.unique(codes, return_inverse=True)[1].astype(np.int64)
    return dense


def _suffix_array(codes: Int[np.ndarray, " characters"]) -> Int[np.ndarray, " characters"]:
    """Return the places of a sequence in the order of what begins there.

    Prefix doubling: once suffixes are sorted by their first k codes, sorting by a pair of ranks, that of a place and
    that of the place k further, sorts by 2k codes. The rank is the entry at which a group of ties begins, so that a
    group keeps its entries for good and suffixes that stand alone need no more sorting.

    Args:
        codes: numbers from 0 without gaps; the last one occurs only once.
    """
    length = len(codes)
    # As many codes as fit a key of 62 bits start off the sorting.
    bits = max(1, int(codes.max()).bit_length())
    sorted_by = max(1, 62 // bits)
    padded = np.concatenate([codes, np.zeros(sorted_by, dtype=np.int64)])
    key = np.zeros(length, dtype=np.int64)
    for ahead in range(sorted_by):
        key = (key << bits) | padded[ahead : ahead + length]
    places = np.argsort(key)
    entries = np.arange(length)
    rank = np.zeros(length, dtype=np.int64)
    tied, slots, key = places, entries, key[places]
    while True:
        starts_group = np.concatenate([[True], key[1:] != key[:-1]])
        rank[tied] = np.maximum.accumulate(np.where(starts_group, slots, 0))
        stands_alone = starts_group & np.concatenate([starts_group[1:], [True]])
        tied, slots = tied[~stands_alone], slots[~stands_alone]
        if not len(tied):
            return places
        # Two suffixes that tie are both longer than what has been compared, as the last code occurs only once.
        key = rank[tied] * length + rank[tied + sorted_by]
        order = np.argsort(key)
        tied, key = tied[order], key[order]
        places[slots] = tied
        sorted_by *= 2
