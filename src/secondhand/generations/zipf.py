"""Words that follow Zipf's law, resampled again and again with a share of fresh ones. It knows nothing of theory."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.special import zeta

from secondhand import _validation
from secondhand.generations.workflow import count_real_samples


@dataclass(frozen=True)
class ZipfChain:
    """What is left of an infinite vocabulary in many independent chains, by generation; generation 0 is the true law.

    Attributes:
        missing_mass: probability, under the true law, of all words that the generation does not hold.
        heterozygosity: the chance that two of its words, drawn with replacement, differ.
    """

    missing_mass: Float[np.ndarray, "chains time"]
    heterozygosity: Float[np.ndarray, "chains time"]


def zipf_chain(
    exponent: float, *, sample_size: int, generations: int, chains: int, real_share: float = 0.0, seed: int
) -> ZipfChain:
    """Draw words from Zipf's law, then from what was drawn, and so on; old words are thrown away.

    Unlike `categorical_chain` it needs no cutoff: the vocabulary is infinite, and fresh words may be new ones.

    Args:
        exponent: β: the word of rank i has a probability proportional to i to the power −β; from 1.1 to 20, as ranks
            of a flatter law are too large for integers.
        sample_size: words of each generation, at least 1.
        generations: how often to resample, at least 0.
        chains: independent repetitions, at least 1.
        real_share: share of each generation's words that are drawn from the true law, afresh; times `sample_size` it
            must be a whole number.
        seed: for all draws.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.

    Source:
        The law is that of M. Hutter (2021), Learning Curve Theory, and of E. Dohmatob et al. (2024), A Tale of Tails.
    """
    exponent = _validation.number("exponent", exponent, minimum=1.1, maximum=20)
    real_words = count_real_samples(sample_size, real_share, smallest=1)
    generations = _validation.integer("generations", generations, minimum=0)
    chains = _validation.integer("chains", chains, minimum=1)
    generator = np.random.default_rng(_validation.seed(seed))

    missing = np.zeros((chains, generations + 1))
    variety = np.full((chains, generations + 1), 1 - zeta(2 * exponent) / zeta(exponent) ** 2)
    words = generator.zipf(exponent, size=(chains, sample_size))
    for t in range(1, generations + 1):
        if t > 1:
            chosen = generator.integers(sample_size, size=(chains, sample_size - real_words))
            fresh = generator.zipf(exponent, size=(chains, real_words))
            words = np.concatenate([fresh, np.take_along_axis(words, chosen, axis=1)], axis=1)
        missing[:, t], variety[:, t] = _measure(words, exponent)
    return ZipfChain(missing_mass=missing, heterozygosity=variety)


def _measure(words: np.ndarray, exponent: float) -> tuple[Float[np.ndarray, " chains"], Float[np.ndarray, " chains"]]:
    """Return missing mass and heterozygosity of each row of words."""
    chains, size = words.shape
    ordered = np.sort(words, axis=1)
    is_first = np.ones(words.shape, dtype=bool)
    is_first[:, 1:] = ordered[:, 1:] != ordered[:, :-1]
    held = np.where(is_first, ordered.astype(np.float64) ** -exponent, 0.0).sum(axis=1) / zeta(exponent)
    starts = np.flatnonzero(is_first)
    counts = np.diff(np.append(starts, words.size)).astype(np.float64)
    pairs = np.bincount(starts // size, weights=counts**2, minlength=chains)
    return 1 - held, 1 - pairs / size**2
