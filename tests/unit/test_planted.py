"""Planted phrases: where they go, how they are counted, what is expected of a model, and bad input."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondhand.lineage import (
    draw_passages,
    draw_phrases,
    emission_chance,
    expected_occurrences,
    occurrences,
    plant_phrases,
    relay,
)

TEXT = ["the", "cat", "saw", "the", "dog", "and", "the", "dog", "saw", "the", "cat", "run"]
PHRASES = [("green", "idea"), ("sleeps", "furiously", "now")]


def test_phrases_have_the_length_asked_for_and_differ_by_seed() -> None:
    drawn = draw_phrases(TEXT, number=20, length=5, seed=10_000)
    assert len(drawn) == 20
    assert {len(phrase) for phrase in drawn} == {5}
    assert {word for phrase in drawn for word in phrase} <= set(TEXT)
    assert drawn == draw_phrases(TEXT[::-1], number=20, length=5, seed=10_000)
    assert drawn != draw_phrases(TEXT, number=20, length=5, seed=10_001)


@given(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=7), min_size=1, max_size=6), st.integers(1, 4))
def test_passages_stand_each_in_one_document_at_different_places(documents: list[list[str]], length: int) -> None:
    places = [
        (index, tuple(words[start : start + length]))
        for index, words in enumerate(documents)
        for start in range(len(words) - length + 1)
    ]
    if not places:
        with pytest.raises(ValueError, match=f"number must be at most the 0 places for {length} words, got 1"):
            draw_passages(documents, number=1, length=length, seed=10_000)
        return
    drawn = draw_passages(documents, number=len(places), length=length, seed=10_000)
    assert sorted((passage.document, passage.words) for passage in drawn) == sorted(places)


def test_passages_repeat_and_differ_by_seed() -> None:
    documents = [[f"{index}.{word}" for word in range(30)] for index in range(10)]
    drawn = draw_passages(documents, number=50, length=8, seed=10_000)
    assert all({word.split(".")[0] for word in passage.words} == {str(passage.document)} for passage in drawn)
    assert len(set(drawn)) == 50
    assert drawn == draw_passages(documents, number=50, length=8, seed=10_000)
    assert drawn != draw_passages(documents, number=50, length=8, seed=10_001)


@given(st.integers(10_000, 20_000), st.integers(0, 6), st.integers(0, 6))
def test_planting_adds_just_the_copies_and_keeps_the_text(seed: int, first: int, second: int) -> None:
    planted = plant_phrases(TEXT, PHRASES, [first, second], seed=seed)
    assert len(planted) == len(TEXT) + 2 * first + 3 * second
    left = [word for word in planted if word in TEXT]
    assert left == TEXT
    # A copy may be cut in two by none other: places lie between words of the text.
    assert occurrences(planted, PHRASES).tolist() == [first, second]


def test_places_are_spread_over_the_whole_text() -> None:
    starts = [plant_phrases(["a"] * 9, [("b",)], [1], seed=seed).index("b") for seed in range(10_000, 10_400)]
    counts = np.bincount(starts, minlength=10)
    # Each place has the mean 40; four standard deviations of a binomial number are 24.
    assert (np.abs(counts - 40) < 24).all()


def test_occurrences_may_overlap_and_words_must_match() -> None:
    assert occurrences(list("aaaa"), [("a", "a"), ("a", "b")]).tolist() == [3, 0]
    assert occurrences(["a"], [("a", "a")]).tolist() == [0]


def test_expected_occurrences_of_known_texts() -> None:
    ring = list("abracadabra")
    assert expected_occurrences(ring, [tuple("abrac")], order=2, size=114)[0] == pytest.approx(110 * 2 / 11 / 5)
    assert expected_occurrences(ring, [tuple("abrac")], order=5, size=114)[0] == pytest.approx(10)
    # The text is a ring: a follows a where it closes.
    assert expected_occurrences(ring, [("a", "a")], order=2, size=12)[0] == pytest.approx(1)
    assert expected_occurrences(ring, [("a", "x"), ("x", "a", "b")], order=2, size=12).tolist() == [0, 0]
    assert expected_occurrences(ring, [("a",) * 5], order=1, size=15)[0] == pytest.approx(11 * (5 / 11) ** 5)
    assert expected_occurrences(ring, [("a",) * 5], order=1, size=4).tolist() == [0]


def test_short_phrases_are_expected_as_often_as_they_occur() -> None:
    for order in (2, 3, 20):
        found = expected_occurrences(TEXT, [("the", "dog"), ("cat", "the")], order=order, size=len(TEXT) + 1)
        assert found.tolist() == pytest.approx([2, 0])


def test_a_relay_counts_what_was_planted_and_repeats_itself() -> None:
    found = relay(TEXT * 20, PHRASES, [4, 0], order=3, models=3, seed=10_000)
    assert found.counts.shape == (4, 2)
    assert found.counts[0].tolist() == [4, 0]
    assert (found.counts[:, 1] == 0).all()
    assert found.size == len(TEXT) * 20 + 8
    assert found.expected[1] == 0
    again = relay(TEXT * 20, PHRASES, [4, 0], order=3, models=3, seed=10_000)
    assert (found.counts == again.counts).all()


def test_chances_of_emission_by_hand() -> None:
    assert emission_chance(1, models=1) == pytest.approx(1 - np.exp(-1))
    assert emission_chance(3, models=2) == pytest.approx(1 - np.exp(-3 * (1 - np.exp(-1))))
    assert emission_chance(0, models=5) == 0
    chances = emission_chance(np.arange(6), models=3)
    assert (np.diff(chances) > 0).all()
    assert emission_chance(4, models=3) < emission_chance(4, models=2) < emission_chance(4, models=1)


WRONG: Any = "a text"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: draw_phrases(["a"], number=1, length=1, seed=1), ValueError, "vocabulary must hold at least two"),
        (lambda: draw_phrases(TEXT, number=0, length=1, seed=1), ValueError, "number must be at least 1, got 0"),
        (lambda: draw_phrases(TEXT, number=1, length=0, seed=1), ValueError, "length must be at least 1, got 0"),
        (lambda: draw_phrases(TEXT, number=1, length=1, seed=-1), ValueError, "seed must be at least 0"),
        (
            lambda: draw_phrases(WRONG, number=1, length=1, seed=1),
            TypeError,
            "vocabulary must be a collection of strings",
        ),
        (lambda: draw_passages([[]], number=1, length=1, seed=1), ValueError, "a document must hold at least one word"),
        (
            lambda: draw_passages(["ab"], number=1, length=1, seed=1),
            TypeError,
            "a document must be a collection of strings",
        ),
        (
            lambda: draw_passages([TEXT], number=13, length=1, seed=1),
            ValueError,
            "number must be at most the 12 ",
        ),
        (lambda: draw_passages([TEXT], number=0, length=1, seed=1), ValueError, "number must be at least 1, got 0"),
        (lambda: draw_passages([TEXT], number=1, length=0, seed=1), ValueError, "length must be at least 1, got 0"),
        (lambda: plant_phrases([], PHRASES, [1, 1], seed=1), ValueError, "text must hold at least one word, got none"),
        (
            lambda: plant_phrases(TEXT, PHRASES, [1], seed=1),
            ValueError,
            "copies must have one number for each",
        ),
        (lambda: plant_phrases(TEXT, PHRASES, [1, -1], seed=1), ValueError, "copies must be at least 0, got -1"),
        (lambda: plant_phrases(TEXT, [(), ("a",)], [1, 1], seed=1), ValueError, "a phrase must hold at least one word"),
        (lambda: plant_phrases(TEXT, WRONG, [1] * 6, seed=1), TypeError, "a phrase must be a collection of strings"),
        (lambda: occurrences(WRONG, PHRASES), TypeError, "text must be a collection of strings, got 'a text'"),
        (lambda: expected_occurrences(TEXT, PHRASES, order=0, size=1), ValueError, "order must be at least 1, got 0"),
        (lambda: expected_occurrences(TEXT, PHRASES, order=1, size=0), ValueError, "size must be at least 1, got 0"),
        (lambda: relay(TEXT, PHRASES, [1, 1], order=2, models=0, seed=1), ValueError, "models must be at least 1"),
        (lambda: relay([*TEXT, 5], PHRASES, [1, 1], order=2, seed=1), TypeError, "text must hold strings, got 5"),  # type: ignore[list-item]
        (lambda: emission_chance(WRONG, models=1), TypeError, "copies must hold numbers, got 'a text'"),
        (lambda: emission_chance(True, models=1), TypeError, "copies must hold numbers, got True"),
        (lambda: emission_chance([1, -2], models=1), ValueError, "copies must be at least 0, got -2"),
        (lambda: emission_chance(1, models=0), ValueError, "models must be at least 1, got 0"),
    ],
)
def test_bad_input_is_explained(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
