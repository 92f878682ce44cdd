"""The exact law of exposure under luck, against simulation, and the estimator of the midpoint."""

import numpy as np
import pytest

from secondhand.lineage import (
    ExtractionCurve,
    expected_exposure,
    exposure,
    exposure_tail,
    extraction_midpoint,
    fit_extraction_curve,
    likelihood_rank,
)


@pytest.mark.parametrize("space", [10, 1_000, 10_000])
def test_exposure_of_codes_never_seen(space: int) -> None:
    generator = np.random.default_rng(10_000 + space)
    runs = 4_000
    # Whatever a model believes of the codes, the true one is drawn without regard to it.
    beliefs = generator.normal(size=space) ** 3
    ranks = [likelihood_rank(beliefs, int(code)) for code in generator.integers(space, size=runs)]
    found = np.asarray(exposure(ranks, space))
    assert found.mean() == pytest.approx(expected_exposure(space), abs=4 * found.std() / np.sqrt(runs))
    for bits in (1.0, 3.0, 5.5):
        chance = float(exposure_tail(bits, space))
        assert np.mean(found >= bits) == pytest.approx(chance, abs=4 * np.sqrt(chance * (1 - chance) / runs) + 1e-12)


def test_both_estimates_of_the_midpoint_agree_with_the_law() -> None:
    law, copies, documents, runs = ExtractionCurve(11.0, 2.5), np.exp2(np.arange(8)), 40, 200
    generator = np.random.default_rng(10_001)
    found = generator.random((runs, documents, 8)) < law.rate(copies)
    logs = np.log2([extraction_midpoint(copies, rates) for rates in found.mean(axis=1)])
    fitted = np.log2([fit_extraction_curve(copies, run).midpoint for run in found])
    for estimates in (logs, fitted):
        assert estimates.mean() == pytest.approx(np.log2(11), abs=4 * estimates.std() / np.sqrt(runs) + 0.005)
