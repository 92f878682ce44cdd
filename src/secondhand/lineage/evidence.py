"""What is known about an edge of a lineage graph: that somebody declared it, what tests said, or nothing.

A test can turn a suspicion into something that counts. No test deletes an edge: a large p-value says that a test found
nothing, and many tests are blind to what happened. It knows nothing of graphs.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from jaxtyping import Float
from numpy.typing import ArrayLike

from secondhand import _validation

EvidenceStatus = Literal["declared", "tested", "unknown"]


@dataclass(frozen=True, order=True)
class SignificanceTest:
    """The outcome of one test whose null hypothesis is true if nothing has come along the edge, by whatever route.

    A test that looks at what a model knows cannot tell how it came to know it: the null hypothesis is then "the model
    has not seen the items", and a student that learnt them from a teacher rejects it as well.

    Attributes:
        p_value: from 0 to 1; small where the data are improbable without the edge.
        method: what was tested, and how.
        data_hash: content hash of the data that the test looked at.

    Raises:
        TypeError: an attribute has the wrong type.
        ValueError: the p-value is not from 0 to 1, or a text is empty.
    """

    p_value: float
    method: str
    data_hash: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "p_value", _validation.number("p_value", self.p_value, minimum=0, maximum=1))
        for name in ("method", "data_hash"):
            value = getattr(self, name)
            if not isinstance(value, str):
                raise TypeError(f"{name} must be a string, got {value!r} ({type(value).__name__})")
            if not value.strip():
                raise ValueError(f"{name} must say something, got {value!r}; name what was tested and on which data")


@dataclass(frozen=True)
class Evidence:
    """Why an edge is in the graph. Without a declaration it is a suspicion, however it came about.

    Attributes:
        declared: whether somebody who knows says that the edge exists.
        tests: outcomes of tests, in order of their p-values, each once.
    """

    declared: bool = True
    tests: tuple[SignificanceTest, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "declared", _validation.boolean("declared", self.declared))
        if isinstance(self.tests, SignificanceTest | str) or not isinstance(self.tests, Iterable):
            raise TypeError(f"tests must be a collection of SignificanceTest, got {self.tests!r}")
        tests = tuple(self.tests)
        for test in tests:
            if not isinstance(test, SignificanceTest):
                raise TypeError(f"tests must hold SignificanceTest, got {test!r} ({type(test).__name__})")
        object.__setattr__(self, "tests", tuple(sorted(set(tests))))

    @property
    def status(self) -> EvidenceStatus:
        """The strongest kind of evidence: "declared", "tested" or "unknown"."""
        if self.declared:
            return "declared"
        return "tested" if self.tests else "unknown"

    def merged(self, other: "Evidence") -> "Evidence":
        """Return all that either of the two says; nothing is taken back, so that the order of merging does not matter.

        More tests can still make each of them count for less, since `holm_adjusted` looks at how many there are.
        """
        return Evidence(self.declared or other.declared, (*self.tests, *other.tests))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        tests = [{"p_value": t.p_value, "method": t.method, "data_hash": t.data_hash} for t in self.tests]
        return {"declared": self.declared, "tests": tests}


DECLARED = Evidence()
"""Somebody who knows says so."""

SUSPECTED = Evidence(declared=False)
"""Nobody says so, and nothing was tested."""


def holm_adjusted(p_values: ArrayLike) -> Float[np.ndarray, " tests"]:
    """Return p-values adjusted for how many there are, so that each can be compared with one level.

    Whatever the tests have to do with each other, the chance that any true null hypothesis has an adjusted p-value of
    at most α is at most α. With p₍₁₎ ≤ … ≤ p₍ₘ₎, the adjusted value of p₍ᵢ₎ is the largest of
    (m − j + 1) p₍ⱼ₎ over j ≤ i, and at most 1.

    Args:
        p_values: a row of numbers from 0 to 1; it may be empty.

    Raises:
        TypeError: `p_values` does not hold numbers.
        ValueError: it is not one-dimensional, or a number is not from 0 to 1.

    Source:
        S. Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6.
    """
    try:
        array = np.asarray(p_values, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"p_values must be a row of numbers, got {p_values!r}") from None
    if array.ndim != 1:
        raise ValueError(f"p_values must be one-dimensional, got shape {array.shape}")
    wrong = array[~((array >= 0) & (array <= 1))]
    if wrong.size:
        raise ValueError(f"p_values must be from 0 to 1, got {wrong[0]:g}")
    order = np.argsort(array, kind="stable")
    raised = np.maximum.accumulate(array[order] * np.arange(len(array), 0, -1))
    adjusted: Float[np.ndarray, " tests"] = np.empty_like(array)
    adjusted[order] = np.minimum(raised, 1.0)
    return adjusted
