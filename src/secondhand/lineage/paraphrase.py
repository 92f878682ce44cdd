"""How likely an n-gram search still finds an item of which words were changed: closed forms by recurrence.

It knows nothing of texts, only of which words are as they were.
"""

import numpy as np

from secondhand import _validation


def detection_probability(words: int, *, n: int, edit_rate: float, share: float = 0.0) -> float:
    """Return the chance that a search for n-grams finds an item of which words were changed at random.

    Each word is changed with the same probability. A changed word matches nothing; words are changed independently.

    Args:
        words: words of the item, at least `n`.
        n: words of an n-gram, at least 1.
        edit_rate: probability of a change, from 0 to 1.
        share: the item is found if it keeps at least one n-gram and at least this share of its n-grams; from 0 to 1.

    Raises:
        TypeError: an argument is not a number.
        ValueError: an argument is out of range.

    Source:
        Derived here, by recurrence over words. The state is the number of unchanged words at the end of the item so
        far, counted up to n, and the number of n-grams kept. An unchanged word makes the first number grow by one; if
        it is then n, one more n-gram is kept. A changed word sets it to zero.
    """
    n = _validation.integer("n", n, minimum=1)
    words = _validation.integer("words", words, minimum=n)
    edit_rate = _validation.number("edit_rate", edit_rate, minimum=0, maximum=1)
    share = _validation.number("share", share, minimum=0, maximum=1)
    n_grams = words - n + 1
    # A product such as 0.7 · 10 may exceed 7 by rounding alone.
    enough = max(1, int(np.ceil(share * n_grams - 1e-9)))
    # Row: unchanged words at the end; column: n-grams kept so far, of which `enough` stands for that many and more.
    law = np.zeros((n + 1, enough + 1))
    law[0, 0] = 1.0
    for _ in range(words):
        following = np.zeros_like(law)
        following[0] = edit_rate * law.sum(axis=0)
        following[1:n] = (1 - edit_rate) * law[: n - 1]
        completed = (1 - edit_rate) * (law[n - 1] + law[n])
        following[n, 1:] = completed[:-1]
        following[n, -1] += completed[-1]
        law = following
    return float(law[:, -1].sum())


def expected_kept_share(*, n: int, edit_rate: float) -> float:
    """Return the expected share of the n-grams of an item that stay as they were: (1 − ε)ⁿ.

    Raises:
        TypeError: an argument is not a number.
        ValueError: an argument is out of range.

    Source:
        Derived here: an n-gram stays if each of its n words does.
    """
    n = _validation.integer("n", n, minimum=1)
    return float((1 - _validation.number("edit_rate", edit_rate, minimum=0, maximum=1)) ** n)
