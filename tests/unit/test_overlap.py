"""The n-gram scan finds exactly what a dictionary of tuples finds, and the recurrences agree with enumeration."""

import itertools
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondhand.book.comparisons import dictionary_scan, planted_passages
from secondhand.lineage import Overlap, detection_probability, expected_kept_share, ngram_overlap, overlap
from secondhand.lineage.overlap import words

VOCABULARY = ["a", "b", "Cc", "don't", "éa", "É", "日本", "x1", "", " ", "\n", "averyverylongwordindeed" * 2, "\ud800"]
TEXTS = st.lists(st.sampled_from(VOCABULARY), max_size=25).map(" ".join)


def by_dictionary(train: list[str], test: list[str], n: int) -> tuple[list[int], list[int], list[tuple[int, int]]]:
    """Do the same with Python's own dictionary, tuples and sets."""
    places: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for item, text in enumerate(test):
        row = words(text)
        for start in range(len(row) - n + 1):
            places.setdefault(tuple(row[start : start + n]), []).append((item, start))
    hits, pairs = set(), set()
    for document, text in enumerate(train):
        row = words(text)
        for start in range(len(row) - n + 1):
            for item, place in places.get(tuple(row[start : start + n]), ()):
                hits.add((item, place))
                pairs.add((item, document))
    matched = [sum(item == number for item, _ in hits) for number in range(len(test))]
    covered = [
        len({place + k for item, place in hits if item == number for k in range(n)}) for number in range(len(test))
    ]
    return matched, covered, sorted(pairs)


def assert_exact(train: list[str], test: list[str], n: int) -> None:
    found = ngram_overlap(iter(train), test, n=n)
    matched, covered, pairs = by_dictionary(train, test, n)
    assert found.matched.tolist() == matched
    assert found.covered.tolist() == covered
    assert [tuple(pair) for pair in found.pairs.tolist()] == pairs
    assert found.words.tolist() == [len(words(text)) for text in test]


@given(st.lists(TEXTS, max_size=4), st.lists(TEXTS, min_size=1, max_size=4), st.integers(1, 5))
def test_it_finds_what_a_dictionary_finds(train: list[str], test: list[str], n: int) -> None:
    assert_exact(train, test, n)


@given(st.lists(TEXTS, max_size=3), st.lists(TEXTS, min_size=1, max_size=3), st.integers(1, 4))
def test_hashes_that_collide_change_nothing(train: list[str], test: list[str], n: int) -> None:
    mix = overlap._mix
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(overlap, "_mix", lambda values: mix(values) & np.uint64(0xC000000000000000))
        assert_exact(train, test, n)


@given(st.lists(TEXTS.map(lambda text: text * 6), max_size=3), st.lists(TEXTS, min_size=1, max_size=3))
def test_small_blocks_change_nothing(train: list[str], test: list[str]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(overlap, "_BLOCK", 40)
        assert_exact(train, test, 3)


def test_a_document_longer_than_a_block_is_scanned_to_the_end() -> None:
    generator = np.random.default_rng(10_000)
    row = [f"w{number}" for number in generator.integers(5_000, size=600_000)]
    places = [0, 174_000, 350_001, len(row) - 13]
    test = [" ".join(row[place : place + 13]) for place in places]
    found = ngram_overlap([" ".join(row)], test)
    assert found.any.all()
    assert found.pairs.tolist() == [[item, 0] for item in range(4)]


def test_the_yardstick_of_the_benchmark_finds_the_same_passages() -> None:
    train, test = planted_passages(1, seed=10_000)
    assert 0.9e6 < sum(map(len, train)) < 1.3e6
    found = set(np.flatnonzero(ngram_overlap(train, test).any).tolist())
    assert found == dictionary_scan(train, test)
    # A passage that spans two documents keeps 13 words in one of them.
    assert set(range(0, 500, 2)) == found


def test_a_long_word_without_an_end_is_one_word() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(overlap, "_BLOCK", 64)
        assert_exact(["x" * 1_000 + " b c", "x" * 999 + " b c"], ["x" * 1_000 + " b"], 2)


def test_short_empty_and_repeated_items_have_a_defined_answer() -> None:
    found = ngram_overlap(["one two three", "one two three"], ["one two", "", "one two three", "ONE, two; Three!"], n=3)
    assert found.n_grams.tolist() == [0, 0, 1, 1]
    assert found.share.tolist() == [0, 0, 1, 1]
    assert found.covered_share.tolist() == [0, 0, 1, 1]
    assert found.any.tolist() == [False, False, True, True]
    assert found.pairs.tolist() == [[2, 0], [2, 1], [3, 0], [3, 1]]
    table = found.to_frame()
    assert table["documents"].tolist() == [0, 0, 2, 2]
    assert list(table.columns) == ["item", "words", "n_grams", "matched", "share", "covered_share", "documents"]


def test_an_n_gram_never_reaches_over_the_end_of_a_text() -> None:
    assert not ngram_overlap(["one two", "three four"], ["two three"], n=2).any.any()


def test_nothing_to_learn_from_finds_nothing() -> None:
    found: Overlap = ngram_overlap([], ["one two three"], n=2)
    assert found.matched.tolist() == [0]
    assert found.pairs.shape == (0, 2)


def test_words_are_as_documented() -> None:
    assert words("Don't STOP-now, café É42_x") == ["don", "t", "stop", "now", "café", "É42", "x"]
    with pytest.raises(TypeError, match="text must be a string, got 3"):
        words(3)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("a text", ["b"]), TypeError, "train must be a collection of strings, got 'a text'"),
        ((["a"], "b"), TypeError, "test must be a collection of strings, got 'b'"),
        ((["a", 3], ["b"]), TypeError, "train must hold strings, got 3"),
        ((["a"], ["b", None]), TypeError, "test must hold strings, got None"),
        ((["a"], []), ValueError, "test must hold at least one item, got none"),
    ],
)
def test_bad_texts_are_named(arguments: tuple[Any, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        ngram_overlap(*arguments)


@pytest.mark.parametrize(("n", "error"), [(0, ValueError), (2.5, TypeError), (True, TypeError)])
def test_a_bad_n_is_named(n: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="n must be"):
        ngram_overlap(["a"], ["a"], n=n)


def kept_patterns(count: int) -> Iterator[tuple[bool, ...]]:
    return itertools.product((True, False), repeat=count)


@pytest.mark.parametrize(("count", "n", "share"), [(9, 3, 0.0), (9, 3, 0.5), (8, 1, 0.7), (6, 6, 1.0), (10, 2, 0.34)])
def test_detection_agrees_with_enumeration(count: int, n: int, share: float) -> None:
    for rate in (0.0, 0.13, 0.5, 1.0):
        expected = 0.0
        for pattern in kept_patterns(count):
            kept = sum(all(pattern[start : start + n]) for start in range(count - n + 1))
            if kept >= 1 and kept / (count - n + 1) >= share - 1e-12:
                expected += rate ** pattern.count(False) * (1 - rate) ** pattern.count(True)
        found = detection_probability(count, n=n, edit_rate=rate, share=share)
        assert found == pytest.approx(expected, abs=1e-12)


def test_detection_of_a_long_item_agrees_with_the_recurrence_over_first_edits() -> None:
    lost = [1.0] * 13
    for length in range(13, 61):
        lost.append(sum(0.2 * 0.8**kept * lost[length - kept - 1] for kept in range(13)))
    assert detection_probability(60, n=13, edit_rate=0.2) == pytest.approx(1 - lost[60], abs=1e-12)
    assert expected_kept_share(n=8, edit_rate=0.1) == pytest.approx(0.9**8)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"words": 3}, "words must be at least 4"),
        ({"n": 0}, "n must be at least 1"),
        ({"edit_rate": 1.2}, "edit_rate must be at most 1"),
        ({"share": -0.1}, "share must be at least 0"),
    ],
)
def test_bad_settings_of_detection_are_named(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        detection_probability(**{"words": 9, "n": 4, "edit_rate": 0.1, "share": 0.0} | change)
