"""Several splits of the digits, and the rows chosen from them."""

import numpy as np
import pytest

from secondhand.sources import first_of_each, load_digit_splits, load_digits, rows_where


def test_splits_are_those_of_load_digits() -> None:
    splits = load_digit_splits(2, test_share=0.3, seed=10_000)
    one = load_digits(test_share=0.3, seed=10_001)
    assert np.array_equal(splits.train_images[:, 1], one.train_images)
    assert np.array_equal(splits.train_labels[:, 1], one.train_labels)
    assert np.array_equal(splits.test_images[:, 1], one.test_images)
    assert np.array_equal(splits.test_labels[:, 1], one.test_labels)
    assert not np.array_equal(splits.train_labels[:, 0], splits.train_labels[:, 1])
    assert splits.source == one.provenance()


def test_first_of_each_are_the_first_ones() -> None:
    labels = load_digit_splits(3, seed=10_002).train_labels
    rows = first_of_each(labels, 4)
    assert rows.shape == (40, 3)
    for split in range(3):
        expected = np.sort(np.concatenate([np.flatnonzero(labels[:, split] == digit)[:4] for digit in range(10)]))
        assert np.array_equal(rows[:, split], expected)


def test_rows_where_by_column() -> None:
    mask = np.array([[True, False], [False, True], [True, True]])
    assert rows_where(mask).tolist() == [[0, 1], [2, 2]]


@pytest.mark.parametrize("mask", [np.array([[True, False]]), np.zeros((2, 2), dtype=bool)])
def test_rows_must_be_equally_many(mask: np.ndarray) -> None:
    with pytest.raises(ValueError, match="mask must hold equally often"):
        rows_where(mask)


def test_bad_input() -> None:
    with pytest.raises(TypeError, match="mask must hold truth values"):
        rows_where(np.zeros((2, 2)))
    with pytest.raises(ValueError, match="mask must have one row an item"):
        rows_where(np.zeros(2, dtype=bool))
    with pytest.raises(ValueError, match="count must be at most 1, as often as label 0 occurs"):
        first_of_each(np.array([[0], [1]]), 2)
    with pytest.raises(TypeError, match="labels must hold integers"):
        first_of_each(np.zeros((2, 2)), 1)
    with pytest.raises(ValueError, match="labels must have one row an item"):
        first_of_each(np.array([1, 2]), 1)
    with pytest.raises(ValueError, match="splits must be at least 1"):
        load_digit_splits(0, seed=10_003)
