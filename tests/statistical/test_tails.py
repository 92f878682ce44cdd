"""Resampled Zipf laws against the theory, within four standard errors.

The law has infinitely many items, the chain a finite number. All items beyond a cutoff share one category: drawing
items and then naming them together is the same as drawing the category, so the other items fare exactly as under the
infinite law. An item beyond the cutoff k survives with a probability below N·p(k), so the mass that is missing there
lies between (1 − N·p(k)) times the tail mass and all of it.
"""

import numpy as np
import pytest
from jaxtyping import Float
from scipy.special import zeta

from secondhand.generations import categorical_chain, theory


def missing_within_bounds(
    exponent: float, *, items: int, sample_size: int, generations: int, chains: int, seed: int
) -> tuple[Float[np.ndarray, "chains time"], float]:
    """Return the missing mass if the whole tail is missing, and by how much that may be too large."""
    p = np.arange(1, items + 1) ** -exponent / zeta(exponent)
    tail = float(theory.zipf_tail_mass(exponent, items))
    chain = categorical_chain(
        np.append(p, tail), sample_size=sample_size, generations=generations, chains=chains, seed=seed
    )
    return (chain.counts[:, :, :-1] == 0) @ p + tail, tail * sample_size * float(p[-1])


@pytest.mark.parametrize(("exponent", "items", "samples"), [(1.5, 3_000, 1_000), (1.2, 3_000, 200), (2.5, 500, 300)])
def test_one_sample_misses_what_the_sum_says(exponent: float, items: int, samples: int) -> None:
    missing, slack = missing_within_bounds(
        exponent, items=items, sample_size=samples, generations=1, chains=1_000, seed=12_800
    )
    error = 4 * missing[:, 1].std(ddof=1) / np.sqrt(1_000)
    expected = float(theory.zipf_missing_mass(exponent, samples))
    mean = missing[:, 1].mean()
    assert mean - slack - error <= expected <= mean + error


def test_generations_miss_what_branching_says() -> None:
    """What branching leaves out, of relative order n/N = 1/50, is below the standard errors of a hundred chains."""
    missing, slack = missing_within_bounds(1.5, items=3_000, sample_size=2_000, generations=40, chains=100, seed=12_900)
    error = 4 * missing[:, 1:].std(axis=0, ddof=1) / np.sqrt(100)
    expected = theory.zipf_resampled_missing_mass(1.5, sample_size=2_000, generations=40)[1:]
    mean = missing[:, 1:].mean(axis=0)
    assert (mean - slack - error <= expected).all()
    assert (expected <= mean + error).all()


def test_missing_mass_grows_as_a_power_of_generations_below_one() -> None:
    """Linear growth from generation 1 to 40 would be 40-fold; the power law says 20.5 to the power 1/3, 2.74-fold."""
    missing, _ = missing_within_bounds(1.5, items=3_000, sample_size=2_000, generations=40, chains=60, seed=13_000)
    law = theory.zipf_resampled_missing_mass_law(1.5, sample_size=2_000, generations=40)
    growth = missing[:, 40].mean() / missing[:, 1].mean()
    scatter = 4 * missing[:, 40].std(ddof=1) / np.sqrt(60) / missing[:, 1].mean()
    # The law itself is good to two parts in a hundred here.
    assert abs(growth - law[40] / law[1]) <= scatter + 0.02 * law[40] / law[1]
    assert growth + scatter < 4
