"""Random lineages to hold the answers of a lineage graph against: pipelines with a known truth, and any graph at all.

The truth of a pipeline is kept in arrays and never read from the graph. For any graph, `brute_force_status` finds the
answer anew from the definitions. It knows nothing of how models are trained.
"""

from dataclasses import dataclass

import networkx as nx
import numpy as np
from jaxtyping import Bool, Float, Int

from secondhand import _validation
from secondhand.lineage.evidence import SignificanceTest
from secondhand.lineage.graph import STATUSES, WHOLE, ContaminationStatus, Edge, LineageGraph

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


def random_lineage(things: int, *, documented: float = 0.9, seed: int) -> LineageGraph:
    """Return a graph of corpora, synthetic sets and models, each made from up to four older things, and one benchmark.

    Edges are of every kind that fits. One in five is only suspected, and half of those are tested, with p-values of
    which half are below one in a thousand. Steps to the benchmark name its training part, its test part, all of it, or
    nothing.

    Args:
        things: besides the benchmark, at least 1.
        documented: probability that somebody vouches for the edges of a thing.
        seed: for all choices.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.
    """
    things = _validation.integer("things", things, minimum=1)
    documented = _validation.number("documented", documented, minimum=0, maximum=1)
    generator = np.random.default_rng(_validation.seed(seed))
    graph = LineageGraph()
    graph.benchmark(BENCHMARK, documented=True)
    data, models = [BENCHMARK], list[str]()
    splits = [(BENCHMARK, "train"), (BENCHMARK, "test"), (BENCHMARK, WHOLE), BENCHMARK]
    for number in range(things):
        name, vouched = f"thing {number}", bool(generator.random() < documented)
        is_model = bool(generator.random() < 0.5)
        if is_model:
            models.append(graph.model(name, documented=vouched))
        elif models and generator.random() < 0.5:
            author = str(generator.choice(models))
            data.append(graph.synthetic(name, generated_by=author, documented=vouched))
        else:
            data.append(graph.corpus(name, documented=vouched))
        for _ in range(generator.integers(0, 4)):
            from_model = is_model and len(models) > 1 and generator.random() < 0.3
            older = models[:-1] if from_model else data[: len(data) - (not is_model)]
            # Recent things are likelier, so that lineages are deep; the benchmark is likelier still.
            source = older[-1 - min(int(generator.exponential(4)), len(older) - 1)]
            if not from_model and generator.random() < 0.05:
                source = BENCHMARK
            kinds = ("distilled_from", "derived_from") if from_model else ("derived_from", "contains")
            kind = "trained_on" if is_model and not from_model else kinds[generator.integers(2)]
            target = splits[generator.integers(4)] if source == BENCHMARK else source
            if generator.random() < 0.8:
                graph.connect(name, kind, target)  # type: ignore[arg-type]
            else:
                p_value = float(generator.random() * (0.001 if generator.random() < 0.5 else 1))
                tests = [SignificanceTest(p_value, "drawn", "none")] if generator.random() < 0.5 else []
                graph.suspect(name, kind, target, *tests)  # type: ignore[arg-type]
    return graph


def brute_force_status(
    graph: LineageGraph, model: str, benchmark: str, *, split: str = "test", alpha: float = 0.05
) -> tuple[ContaminationStatus, int]:
    """Return the status of `LineageGraph.contamination` and the length of a witness, found with networkx alone.

    It spells the definitions out, and takes far longer. Meant for graphs that were checked before.

    Raises:
        KeyError: a node is not in the graph.
    """
    graph.node(model), graph.node(benchmark)
    shown = {edge.key for edge in graph.edges if edge.evidence.declared}
    tests = sorted((test.p_value, edge.key) for edge in graph.edges for test in edge.evidence.tests)
    for rank, (p_value, key) in enumerate(tests):
        if p_value > alpha / (len(tests) - rank):
            break
        shown.add(key)

    def reaches(edge: Edge, *, vaguely: bool = False) -> bool:
        parts = {split, WHOLE, None} if vaguely else {split, WHOLE}
        return edge.made_from == benchmark and (edge.split in parts or (split == WHOLE and edge.split is not None))

    def distance(ways: nx.DiGraph, ends: set[str]) -> int | None:
        lengths = nx.single_source_shortest_path_length(ways, model)
        return min((lengths[end] for end in ends if end in lengths), default=None)

    ways = nx.DiGraph()
    ways.add_node(model)
    ways.add_edges_from((edge.made, edge.made_from) for edge in graph.edges if edge.key in shown)
    ends = {edge.made for edge in graph.edges if edge.key in shown and reaches(edge)}
    kept = [name for name in ways if name == model or graph.node(name).kind != "model"]
    direct = distance(ways.subgraph(kept), ends)
    if direct is not None:
        return "direct", direct + 1
    taught = distance(ways, ends)
    if taught is not None:
        return "via-teacher", taught + 1
    ways.add_edges_from((edge.made, edge.made_from) for edge in graph.edges)
    doubtful = distance(ways, {edge.made for edge in graph.edges if reaches(edge, vaguely=True)})
    silent = distance(ways, {node.name for node in graph.nodes if not node.documented})
    gaps = [silent] if silent is not None else []
    if doubtful is not None:
        gaps.append(doubtful + 1)
    return ("undocumented", min(gaps)) if gaps else ("none-documented", 0)


def _shares(leak: float, synthetic: float, published: float) -> tuple[float, float, float]:
    return (
        _validation.number("leak", leak, minimum=0, maximum=1),
        _validation.number("synthetic", synthetic, minimum=0, maximum=1),
        _validation.number("published", published, minimum=0, maximum=1),
    )
