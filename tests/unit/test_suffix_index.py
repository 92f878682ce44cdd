"""Suffix arrays and verbatim spans, beside brute force."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from secondhand.lineage import (
    Span,
    SuffixIndex,
    attribute,
    coverage_by_length,
    coverage_profile,
    covered,
    verbatim_spans,
)
from secondhand.lineage.suffix_index import _codes, _suffix_array

# Few letters, so that everything repeats; the end of a string, the end of Unicode, and half of a pair of surrogates.
LETTERS = st.text(st.sampled_from("ab\0é\U0010ffff\ud800"), max_size=12)
CORPORA = st.lists(LETTERS, min_size=1, max_size=4).filter(any)


def spans_by_brute_force(text: str, documents: list[str], minimum: int) -> list[Span]:
    def holders(part: str) -> tuple[int, ...]:
        return tuple(number for number, document in enumerate(documents) if part in document)

    found = [
        (start, stop)
        for start in range(len(text))
        for stop in range(start + 1, len(text) + 1)
        if holders(text[start:stop])
    ]
    return [
        Span(start, stop, holders(text[start:stop]))
        for start, stop in sorted(found)
        if stop - start >= minimum and (start - 1, stop) not in found and (start, stop + 1) not in found
    ]


@settings(max_examples=400)
@given(LETTERS, CORPORA, st.integers(1, 4))
def test_spans_are_those_of_brute_force(text: str, documents: list[str], minimum: int) -> None:
    found = verbatim_spans(text, SuffixIndex(documents), minimum=minimum)
    assert list(found) == spans_by_brute_force(text, documents, minimum)


@given(LETTERS.filter(bool), CORPORA)
def test_phrases_are_counted_and_placed(phrase: str, documents: list[str]) -> None:
    index = SuffixIndex(documents)
    occurrences = [
        number
        for number, document in enumerate(documents)
        for start in range(len(document))
        if document.startswith(phrase, start)
    ]
    assert index.count(phrase) == len(occurrences)
    assert index.documents_with(phrase) == tuple(sorted(set(occurrences)))


@given(CORPORA)
def test_the_suffix_array_is_sorted(documents: list[str]) -> None:
    codes = _codes("\x01".join(documents) + "\x01", "\x01").tolist()
    places = _suffix_array(np.array(codes)).tolist()
    assert places == sorted(range(len(codes)), key=lambda place: codes[place:])


@pytest.mark.parametrize(
    "documents",
    [["a" * 5_000], ["ab" * 2_000] * 3, [str(number) for number in range(3_000)], ["", "x", ""], ["aé\n" * 700, "b"]],
    ids=["one letter", "equal documents", "many documents", "empty documents", "periods"],
)
def test_every_document_finds_itself(documents: list[str]) -> None:
    index = SuffixIndex(documents)
    assert index.documents == len(documents)
    assert index.characters == sum(map(len, documents))
    number, longest = max(enumerate(documents), key=lambda pair: len(pair[1]))
    (span,) = verbatim_spans(longest, index, minimum=1)
    assert (span.start, span.stop) == (0, len(longest))
    assert number in span.documents
    assert len(span) == len(longest)


def test_no_match_crosses_from_one_document_into_the_next() -> None:
    index = SuffixIndex(["abc", "def"])
    assert index.count("cd") == 0
    assert [(span.start, span.stop) for span in verbatim_spans("abcdef", index, minimum=1)] == [(0, 3), (3, 6)]
    # The character between documents is not a match either, whichever it is.
    assert not verbatim_spans(index._separator * 3, index, minimum=1)
    assert not verbatim_spans("c" + index._separator + "d", index, minimum=2)


def test_neighbours_may_overlap_and_count_once() -> None:
    index = SuffixIndex(["abcd", "cdef"])
    spans = verbatim_spans("abcdef", index, minimum=3)
    assert spans == (Span(0, 4, (0,)), Span(2, 6, (1,)))
    assert covered(spans, 6).all()
    assert attribute(spans, ["one", "two"], length=7) == (
        *[frozenset({"one"})] * 2,
        *[frozenset({"one", "two"})] * 2,
        *[frozenset({"two"})] * 2,
        frozenset(),
    )


def test_repetitive_texts_are_no_trouble() -> None:
    # Each of these has made a naive search quadratic: one letter, a copy of the whole corpus, and its shifts.
    index = SuffixIndex(["a" * 2_000])
    assert len(verbatim_spans("a" * 4_000, index, minimum=40)) == 2_001
    letters = "".join(np.random.default_rng(10_000).choice(list("ab"), 50_000))
    (span,) = verbatim_spans(letters, SuffixIndex([letters]), minimum=40)
    assert len(span) == 50_000


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: SuffixIndex("abc"), TypeError, "documents must be a collection of strings, got 'abc'"),
        (lambda: SuffixIndex([3]), TypeError, r"documents must hold strings, got 3 \(int\)"),  # type: ignore[list-item]
        (lambda: SuffixIndex([]), ValueError, "documents must hold at least one character, got 0 empty documents"),
        (lambda: SuffixIndex(["", ""]), ValueError, "got 2 empty documents"),
        (lambda: SuffixIndex(["a"]).count(""), ValueError, "phrase must hold at least one character, got ''"),
        (lambda: SuffixIndex(["a"]).documents_with(b"a"), TypeError, "phrase must be a string, got b'a'"),  # type: ignore[arg-type]
        (lambda: verbatim_spans(3, SuffixIndex(["a"]), minimum=1), TypeError, "text must be a string, got 3"),  # type: ignore[arg-type]
        (lambda: verbatim_spans("a", ["a"], minimum=1), TypeError, "index must be a SuffixIndex"),  # type: ignore[arg-type]
        (lambda: verbatim_spans("a", SuffixIndex(["a"]), minimum=0), ValueError, "minimum must be at least 1, got 0"),
        (lambda: verbatim_spans("a", SuffixIndex(["a"]), minimum=1.5), TypeError, "minimum must be an integer"),  # type: ignore[arg-type]
        (lambda: coverage_profile("", SuffixIndex(["a"]), [1]), ValueError, "text must hold at least one character"),
        (lambda: coverage_profile("a", SuffixIndex(["a"]), []), ValueError, "minimums must hold at least one length"),
        (lambda: coverage_profile("a", SuffixIndex(["a"]), [0]), ValueError, "minimums must be at least 1, got 0"),
        (lambda: Span(-5, 3, (0,)), ValueError, "start must be at least 0, got -5"),
        (lambda: Span(2, 2, (0,)), ValueError, "stop must be at least 3, got 2"),
        (lambda: Span(0, 2, ()), ValueError, "documents must hold at least one number of a document, got none"),
        (lambda: Span(0, 2, (-1,)), ValueError, "documents must be at least 0, got -1"),
        (lambda: Span(0, 2, (1, 1)), ValueError, "documents must ascend without repetition"),
        (lambda: coverage_by_length([], 0, [1]), ValueError, "length must be at least 1, got 0"),
        (lambda: coverage_by_length([], 3, []), ValueError, "minimums must hold at least one length, got none"),
        (lambda: covered([Span(0, 4, (0,))], 3), ValueError, "a span ends at 4, got 3"),
        (lambda: covered([(0, 1)], 3), TypeError, "spans must hold spans"),  # type: ignore[list-item]
        (lambda: covered([], -1), ValueError, "length must be at least 0, got -1"),
        (lambda: attribute([Span(0, 4, (0,))], ["x"], length=3), ValueError, "a span ends at 4, got 3"),
        (lambda: attribute([Span(0, 1, (1,))], ["x"], length=3), ValueError, "got 1 for document 1"),
        (lambda: attribute([], "x", length=3), TypeError, "labels must hold one label a document"),
        (lambda: attribute([(0, 1)], ["x"], length=3), TypeError, "spans must hold spans"),  # type: ignore[list-item]
    ],
)
def test_bad_input_is_named(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()


@given(LETTERS.filter(bool), CORPORA)
def test_a_profile_is_what_single_searches_give(text: str, documents: list[str]) -> None:
    index, lengths = SuffixIndex(documents), [3, 1, 2, 9]
    shares = [covered(verbatim_spans(text, index, minimum=least), len(text)).mean() for least in lengths]
    np.testing.assert_array_equal(coverage_profile(text, index, lengths), shares)


def test_an_empty_text_has_no_spans() -> None:
    assert verbatim_spans("", SuffixIndex(["a"]), minimum=1) == ()
    assert covered((), 0).shape == (0,)
