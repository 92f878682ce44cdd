"""How a probability over next words becomes a choice: temperature, nucleus (top-p) and the most probable word.

It knows nothing of where the probabilities come from.
"""

import numpy as np
from jaxtyping import Float, Int

from secondhand import _validation


def decode(
    probabilities: Float[np.ndarray, " words"], *, temperature: float = 1.0, top_p: float = 1.0
) -> Float[np.ndarray, " words"]:
    """Return the probabilities from which a word is drawn after decoding; the defaults leave them as they are.

    Args:
        probabilities: of each word; they sum to one.
        temperature: probabilities are raised to the power 1/temperature first. 0 is greedy: the most probable word
            alone, the first one if several tie.
        top_p: keep the smallest set of most probable words that holds at least this much; above 0 and at most 1.

    Raises:
        TypeError: an argument does not hold numbers.
        ValueError: an argument is out of range.

    Source:
        Nucleus: A. Holtzman et al. (2020), The Curious Case of Neural Text Degeneration, section 3.1.
    """
    law = _validation.probabilities("probabilities", probabilities)
    row = np.zeros(len(law), dtype=np.int64)
    return decode_rows(law, row, temperature=temperature, top_p=top_p)


def decode_rows(
    weights: Float[np.ndarray, " entries"], row: Int[np.ndarray, " entries"], *, temperature: float, top_p: float
) -> Float[np.ndarray, " entries"]:
    """Decode many distributions at once; the entries of one row are the words of one distribution.

    Args:
        weights: at least 0, with something above 0 in each row; they need not sum to one.
        row: the number of the row of each entry, from 0 without gaps.
        temperature: as for `decode`.
        top_p: as for `decode`.

    Raises:
        TypeError: an argument is not a number.
        ValueError: an argument is out of range.
    """
    temperature = _validation.number("temperature", temperature, minimum=0)
    top_p = _validation.number("top_p", top_p, above=0, maximum=1)
    order = np.lexsort((-weights, row))
    first = np.searchsorted(row[order], np.arange(row.max() + 1))
    sorted_row, sorted_weights = row[order], weights[order]
    if temperature == 0:
        kept = np.zeros(len(order))
        kept[first] = 1.0
    else:
        # Divided by the largest of the row, no power can overflow.
        kept = (sorted_weights / sorted_weights[first][sorted_row]) ** (1 / temperature)
        kept /= np.add.reduceat(kept, first)[sorted_row]
        cumulative = np.cumsum(kept)
        before = cumulative - kept
        before -= before[first][sorted_row]
        # A sum that reaches top_p up to rounding has reached it.
        kept[before >= top_p - 1e-9] = 0.0
        kept /= np.add.reduceat(kept, first)[sorted_row]
    decoded = np.empty_like(kept)
    decoded[order] = kept
    return decoded
