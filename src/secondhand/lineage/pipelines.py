"""Random pipelines of which the truth is known: who trained on whose output, and who has seen a benchmark.

They are made to hold the answers of a lineage graph against the truth. The truth is kept in arrays and never read from
the graph. It knows nothing of how models are trained.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int

from secondhand import _validation
from secondhand.lineage.graph import STATUSES, LineageGraph

BENCHMARK = "benchmark"
"""Id of the benchmark in every pipeline."""


@dataclass(frozen=True)
class Pipeline:
    """Generations of models with their data, as a graph and as the truth.

    Attributes:
        graph: what was recorded.
        models: names of the models.
        seen: which models have test items of the benchmark in their lineage.
        seen_directly: which have them in the data that they were trained on, as people collected them.
        depth: through how many other models the items came on the shortest way; −1 where they did not come.
    """

    graph: LineageGraph
    models: tuple[tuple[str, ...], ...]
    seen: Bool[np.ndarray, "generations models"]
    seen_directly: Bool[np.ndarray, "generations models"]
    depth: Int[np.ndarray, "generations models"]

    def statuses(self) -> np.ndarray:
        """Return what the graph says of each model, generation by generation."""
        answers = [[self.graph.contamination(model, BENCHMARK).status for model in row] for row in self.models]
        return np.array(answers, dtype=object)


def random_pipeline(
    *, generations: int, models: int, leak: float, synthetic: float, published: float = 1.0, seed: int
) -> Pipeline:
    """Make models in generations, each trained on a corpus of its own, and some on what an older model generated.

    Each corpus holds test items of the benchmark with probability `leak`. From the second generation on, each model
    also learns, with probability `synthetic`, from data that a model of the last generation generated, any of them with
    equal probability. With probability `published` its maker says what it was trained on; what is said is true and
    complete. All choices are independent.

    Args:
        generations: at least 1.
        models: in each generation, at least 1.
        leak: from 0 to 1.
        synthetic: from 0 to 1.
        published: from 0 to 1.
        seed: for all choices.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.
    """
    generations = _validation.integer("generations", generations, minimum=1)
    models = _validation.integer("models", models, minimum=1)
    leak, synthetic, published = _shares(leak, synthetic, published)
    generator = np.random.default_rng(_validation.seed(seed))
    shape = (generations, models)
    seen_directly = generator.random(shape) < leak
    learns = generator.random(shape) < synthetic
    learns[0] = False
    teacher = generator.integers(0, models, shape)
    speaks = generator.random(shape) < published

    depth = np.where(seen_directly, 0, -1)
    for age in range(1, generations):
        taught = depth[age - 1, teacher[age]]
        reached = learns[age] & (taught >= 0) & ~seen_directly[age]
        depth[age, reached] = taught[reached] + 1

    graph = LineageGraph()
    graph.benchmark(BENCHMARK, documented=True)
    names = tuple(tuple(f"model {age}.{place}" for place in range(models)) for age in range(generations))
    for age, place in np.ndindex(*shape):
        name = names[age][place]
        if not speaks[age, place]:
            graph.model(name)
            continue
        leaked = [(BENCHMARK, "test")] if seen_directly[age, place] else []
        data = [graph.corpus(f"corpus {age}.{place}", contains=leaked, documented=True)]
        if learns[age, place]:
            source = names[age - 1][teacher[age, place]]
            data.append(graph.synthetic(f"answers {age}.{place}", generated_by=source, documented=True))
        graph.model(name, trained_on=data, documented=True)
    return Pipeline(graph, names, depth >= 0, seen_directly, depth)


def expected_seen(*, generations: int, leak: float, synthetic: float) -> Float[np.ndarray, " generations"]:
    """Return the expected share of models with the benchmark in their lineage, generation by generation.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.

    Source:
        Derived here. A model is free of the items if its own corpus is (probability 1 − q) and its teacher, if it has
        one, is free: c₀ = q and cₜ = q + (1 − q) s cₜ₋₁. Hence cₜ = q (1 − rᵗ⁺¹)/(1 − r) with r = (1 − q) s.
    """
    generations = _validation.integer("generations", generations, minimum=1)
    leak, synthetic, _ = _shares(leak, synthetic, 1.0)
    ratio = (1 - leak) * synthetic
    course: Float[np.ndarray, " generations"] = leak * np.cumsum(ratio ** np.arange(generations))
    return course


def expected_statuses(
    *, generations: int, leak: float, synthetic: float, published: float
) -> Float[np.ndarray, "generations statuses"]:
    """Return the expected share of models with each status, generation by generation, in the order of `STATUSES`.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.

    Source:
        Derived here. With d for `published`, q for `leak` and s for `synthetic` (0 in the first generation): the
        status is "direct" with probability d q. It is "via-teacher" if the maker speaks, the corpus is free, and the
        teacher's status shows the items: d (1 − q) s kₜ₋₁ with k for direct and via-teacher together. It is
        "none-documented" if the maker speaks, the corpus is free, and there is no teacher or one with that status:
        d (1 − q) (1 − s + s nₜ₋₁). The rest is undocumented.
    """
    generations = _validation.integer("generations", generations, minimum=1)
    leak, synthetic, published = _shares(leak, synthetic, published)
    shares = np.zeros((generations, len(STATUSES)))
    direct, via, undocumented, none = (
        STATUSES.index(status) for status in ("direct", "via-teacher", "undocumented", "none-documented")
    )
    shares[:, direct] = published * leak
    free = published * (1 - leak)
    shares[0, none] = free
    for age in range(1, generations):
        last = shares[age - 1]
        shares[age, via] = free * synthetic * (last[direct] + last[via])
        shares[age, none] = free * (1 - synthetic + synthetic * last[none])
    shares[:, undocumented] = 1 - shares.sum(axis=1)
    return shares


def _shares(leak: float, synthetic: float, published: float) -> tuple[float, float, float]:
    return (
        _validation.number("leak", leak, minimum=0, maximum=1),
        _validation.number("synthetic", synthetic, minimum=0, maximum=1),
        _validation.number("published", published, minimum=0, maximum=1),
    )
