"""Random lineages: their shape, their theory, and bad input."""

from typing import Any

import networkx as nx
import pytest

from secondhand.lineage import NO_OWN_TERMS, expected_free_share, random_market

PLAN: dict[str, Any] = {"generations": 3, "size": 20, "parents": 2}


def test_each_model_is_trained_on_distinct_things_of_the_generation_before() -> None:
    graph = random_market({"MIT": 0.5, None: 0.5}, **PLAN, seed=10_000)
    assert graph.number_of_nodes() == 80
    for generation, number in graph:
        sources = list(graph.successors((generation, number)))
        assert len(sources) == (2 if generation else 0)
        assert all(source[0] == generation - 1 for source in sources)
        assert graph.nodes[generation, number]["licence"] in ([NO_OWN_TERMS] if generation else ["MIT", None])
    assert {kind for *_, kind in graph.edges(data="kind")} == {"trained_on"}
    assert nx.is_directed_acyclic_graph(graph)


def test_seeds_repeat_and_differ() -> None:
    first, again, other = (random_market({"MIT": 1.0}, **PLAN, seed=seed) for seed in (10_000, 10_000, 10_001))
    assert set(first.edges) == set(again.edges) != set(other.edges)


def test_the_free_share_is_a_power_of_a_power() -> None:
    assert expected_free_share(0.9, parents=2, generations=3).tolist() == pytest.approx([0.9, 0.9**2, 0.9**4, 0.9**8])
    assert expected_free_share(0.5, parents=1, generations=2).tolist() == [0.5, 0.5, 0.5]
    assert expected_free_share(1, parents=3, generations=1).tolist() == [1, 1]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"licences": "MIT"}, TypeError, "licences must be a mapping from licence to probability, got 'MIT'"),
        ({"licences": {"MIT": 0.4}}, ValueError, "licences must sum to 1, got 0.4"),
        ({"licences": {"MIT": "a"}}, TypeError, "licences must be an array of numbers"),
        ({"generations": 0}, ValueError, "generations must be at least 1, got 0"),
        ({"size": 0}, ValueError, "size must be at least 1, got 0"),
        ({"parents": 0}, ValueError, "parents must be at least 1, got 0"),
        ({"parents": 21}, ValueError, "parents must be at most the size of a generation, 20, got 21"),
        ({"seed": 1.5}, TypeError, "seed must be an integer, got 1.5"),
    ],
)
def test_bad_plans_are_explained(change: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        random_market(**{"licences": {"MIT": 1.0}, "seed": 1, **PLAN, **change})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"share": 1.5}, "share must be at most 1, got 1.5"),
        ({"parents": 0}, "parents must be at least 1, got 0"),
        ({"generations": -1}, "generations must be at least 0, got -1"),
    ],
)
def test_bad_theory_is_explained(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        expected_free_share(**{"share": 0.5, "parents": 2, "generations": 2, **change})
