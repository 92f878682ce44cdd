"""Handwritten digits: 1,797 images of 8 by 8 pixels, written by people, shipped with scikit-learn.

It knows nothing of models.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from sklearn.datasets import load_digits as _bundled_digits
from sklearn.model_selection import train_test_split

from secondhand import _validation


@dataclass(frozen=True)
class Digits:
    """Images of handwritten digits with their labels, in a part to learn from and a part to score on.

    Attributes:
        train_images: one image a row, 64 pixels from left to right and top to bottom, 0 (paper) to 1 (ink).
        train_labels: the digit on each image, 0 to 9.
        test_images: as `train_images`, disjoint from them.
        test_labels: as `train_labels`.
        licence: SPDX identifier.
        origin: where the images come from.
    """

    train_images: Float[np.ndarray, "train pixels"]
    train_labels: Int[np.ndarray, " train"]
    test_images: Float[np.ndarray, "test pixels"]
    test_labels: Int[np.ndarray, " test"]
    licence: str
    origin: str

    def provenance(self) -> dict[str, str | int]:
        """Return origin, licence and size."""
        return {
            "origin": self.origin,
            "licence": self.licence,
            "train_images": len(self.train_images),
            "test_images": len(self.test_images),
        }


def load_digits(*, test_share: float = 0.25, seed: int) -> Digits:
    """Load the digits of scikit-learn and split them at random, with the same mix of digits in both parts.

    Args:
        test_share: share of the images kept for scoring, above 0 and below 1; both parts need every digit.
        seed: for the split.

    Raises:
        TypeError: an argument is not a number, or the seed not an integer.
        ValueError: the share is not between 0 and 1, or leaves a part with fewer images than there are digits.

    Source:
        E. Alpaydin and C. Kaynak (1998), Optical Recognition of Handwritten Digits, UCI Machine Learning Repository,
        https://doi.org/10.24432/C50P49 (its test part, as bundled by scikit-learn).
    """
    share = _validation.number("test_share", test_share, above=0, below=1)
    generator = np.random.default_rng(_validation.seed(seed))
    pixels, labels = _bundled_digits(return_X_y=True)
    classes, smallest_part = len(np.unique(labels)), min(share, 1 - share) * len(labels)
    if smallest_part < classes:
        raise ValueError(
            f"test_share must leave at least {classes} images on both sides, one for each digit, got {share:g}; "
            f"take a share between {classes / len(labels):.3f} and {1 - classes / len(labels):.3f}"
        )
    train_images, test_images, train_labels, test_labels = train_test_split(
        pixels / 16.0, labels, test_size=share, stratify=labels, random_state=int(generator.integers(2**32))
    )
    return Digits(
        train_images=train_images,
        train_labels=train_labels,
        test_images=test_images,
        test_labels=test_labels,
        licence="CC-BY-4.0",
        origin="UCI Machine Learning Repository, Optical Recognition of Handwritten Digits, as bundled by scikit-learn",
    )
