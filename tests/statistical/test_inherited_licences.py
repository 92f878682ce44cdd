"""Planted phrases and random lineages against theory, within four standard errors."""

import numpy as np
import pytest

from secondhand.lineage import (
    CONTRACT_ONLY,
    STRICT,
    all_obligations,
    draw_phrases,
    emission_chance,
    expected_free_share,
    random_market,
    relay,
)

# A text of 4,000 words with the frequencies of Zipf's law.
_LAW = 1 / np.arange(1, 801)
_TEXT = [f"w{i}" for i in np.random.default_rng(10_000).choice(800, 4_000, p=_LAW / _LAW.sum())]
_COPIES = np.repeat([1, 2, 4], 8).tolist()
_SEEDS = range(10_000, 10_120)


def _runs(order: int) -> tuple[np.ndarray, np.ndarray]:
    """Counts by seed, text, copies and phrase; and what theory expects of the teacher."""
    runs = [
        relay(
            _TEXT, draw_phrases(_TEXT, number=24, length=6, seed=seed), _COPIES, order=order, models=3, seed=seed + 500
        )
        for seed in _SEEDS
    ]
    counts = np.array([run.counts.reshape(4, 3, 8) for run in runs])
    return counts, np.array([run.expected.reshape(3, 8) for run in runs])


@pytest.fixture(scope="module")
def long_memory() -> tuple[np.ndarray, np.ndarray]:
    return _runs(4)


def _standard_errors(values: np.ndarray, expected: float) -> float:
    return float(abs(values.mean() - expected) / (values.std(ddof=1) / np.sqrt(len(values))))


@pytest.mark.parametrize("place", [0, 1, 2])
@pytest.mark.parametrize("model", [1, 2, 3])
def test_the_chance_of_emission(long_memory: tuple[np.ndarray, np.ndarray], place: int, model: int) -> None:
    counts, _ = long_memory
    shares = (counts[:, model, place] > 0).mean(axis=1)
    assert _standard_errors(shares, float(emission_chance((1, 2, 4)[place], models=model))) < 4


@pytest.mark.parametrize("model", [1, 2, 3])
def test_the_mean_stays_from_model_to_model(long_memory: tuple[np.ndarray, np.ndarray], model: int) -> None:
    counts, expected = long_memory
    assert _standard_errors((counts[:, model] - expected).mean(axis=(1, 2)), 0) < 4


def test_a_bigram_writes_a_phrase_as_often_as_the_product_says() -> None:
    counts, expected = _runs(2)
    assert _standard_errors((counts[:, 1] - expected).mean(axis=(1, 2)), 0) < 4
    assert counts[:, 1].mean() < counts[:, 0].mean() / 2


def test_shares_of_a_large_lineage() -> None:
    market: dict[str | None, float] = {"MIT": 0.7, "CC-BY-NC-4.0": 0.2, None: 0.1}
    found = {"strict": [], "contract-only": []}  # type: dict[str, list[list[float]]]
    for seed in range(10_000, 10_030):
        graph = random_market(market, generations=2, size=1_000, parents=3, seed=seed)
        for policy in (STRICT, CONTRACT_ONLY):
            terms = all_obligations(graph, policy)
            last = [terms[2, number].commercial for number in range(1_000)]
            found[policy.name].append([last.count("yes") / 1_000, last.count("no") / 1_000])
    strict, contract = (np.array(shares) for shares in found.values())
    sure, allowed, known = (expected_free_share(f, parents=3, generations=2)[2] for f in (0.7, 0.8, 0.9))
    assert _standard_errors(strict[:, 0], sure) < 4
    assert _standard_errors(strict[:, 1], 1 - allowed) < 4
    assert _standard_errors(contract[:, 0], known) < 4
    assert (contract[:, 1] == 0).all()
