"""The digits split many times over, each time with other images to learn from and to score on.

It knows nothing of models.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy.typing import ArrayLike

from secondhand import _validation
from secondhand.sources.digits import load_digits


@dataclass(frozen=True)
class DigitSplits:
    """Several random splits of the same handwritten digits, the second dimension of each array.

    Attributes:
        train_images: pixels from 0 (paper) to 1 (ink).
        train_labels: the digit on each image.
        test_images: as `train_images`, disjoint from those of the same split.
        test_labels: as `train_labels`.
        source: origin, licence and size of each split.
    """

    train_images: Float[np.ndarray, "train splits pixels"]
    train_labels: Int[np.ndarray, "train splits"]
    test_images: Float[np.ndarray, "test splits pixels"]
    test_labels: Int[np.ndarray, "test splits"]
    source: dict[str, str | int]


def load_digit_splits(splits: int, *, test_share: float = 0.4, seed: int) -> DigitSplits:
    """Split the digits `splits` times with `load_digits`, from this seed on.

    The splits share the same 1,797 images, so that what is measured on them is a little less independent than on new
    images.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: there is no split, or as `load_digits`.
    """
    count, first = _validation.integer("splits", splits, minimum=1), _validation.seed(seed)
    parts = [load_digits(test_share=test_share, seed=first + index) for index in range(count)]
    return DigitSplits(
        train_images=np.stack([part.train_images for part in parts], axis=1),
        train_labels=np.stack([part.train_labels for part in parts], axis=1),
        test_images=np.stack([part.test_images for part in parts], axis=1),
        test_labels=np.stack([part.test_labels for part in parts], axis=1),
        source=parts[0].provenance(),
    )


def rows_where(mask: ArrayLike) -> Int[np.ndarray, "rows splits"]:
    """Return in each column the numbers of the rows where the mask holds; use them with `np.take_along_axis`.

    Args:
        mask: truth values, one row an item and one column a split.

    Raises:
        TypeError: the mask does not hold truth values.
        ValueError: it has another number of dimensions, holds nowhere, or not equally often in each column.
    """
    truth = _truth(mask)
    counts = truth.sum(axis=0)
    if counts.min() == 0 or counts.min() != counts.max():
        raise ValueError(f"mask must hold equally often in each column, and at least once, got {counts.tolist()}")
    rows: Int[np.ndarray, "rows splits"] = np.nonzero(truth.T)[1].reshape(truth.shape[1], -1).T
    return rows


def first_of_each(labels: ArrayLike, count: int) -> Int[np.ndarray, "rows splits"]:
    """Return in each column the numbers of the first `count` rows of each label.

    Args:
        labels: whole numbers, one row an item and one column a split.
        count: rows of each label.

    Raises:
        TypeError: the labels are not integers, or `count` is not.
        ValueError: a label occurs fewer times than that in a column, or `labels` is not two-dimensional.
    """
    each = _validation.integer("count", count, minimum=1)
    array = np.asarray(labels)
    if array.dtype.kind not in "iu":
        raise TypeError(f"labels must hold integers, got {array.dtype}")
    if array.ndim != 2 or array.size == 0:
        raise ValueError(f"labels must have one row an item and one column a split, got shape {array.shape}")
    classes = np.unique(array)
    rank = np.empty_like(array)
    for label in classes:
        seen = array == label
        if seen.sum(axis=0).min() < each:
            raise ValueError(f"count must be at most {seen.sum(axis=0).min()}, as often as label {label} occurs")
        rank = np.where(seen, seen.cumsum(axis=0), rank)
    return rows_where(rank <= each)


def _truth(mask: ArrayLike) -> Bool[np.ndarray, "items splits"]:
    array = np.asarray(mask)
    if array.dtype != np.bool_:
        raise TypeError(f"mask must hold truth values, got {array.dtype}")
    if array.ndim != 2 or array.size == 0:
        raise ValueError(f"mask must have one row an item and one column a split, got shape {array.shape}")
    return array
