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
from secondhand.lineage.graph import LineageGraph
from secondhand.lineage.nodes import WHOLE, EdgeKey, EdgeKind, Node, NodeKind
from secondhand.lineage.search import STATUSES, ContaminationStatus

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

    def statuses(self, *, catalogue: bool = False) -> np.ndarray:
        """Return what the graph says of each model, generation by generation.

        Args:
            catalogue: ask a copy of the graph in which no model is the source of a dataset.
        """
        asked = self.graph.filtered(lambda edge: edge.kind != "generated_by") if catalogue else self.graph
        answers = [[asked.contamination(model, BENCHMARK).status for model in row] for row in self.models]
        return np.array(answers, dtype=object)


def random_pipeline(
    *, generations: int, models: int, leak: float, synthetic: float, published: float = 1.0, seed: int
) -> Pipeline:
    """Make models in generations, each trained on a corpus of its own, and some on what an older model generated.

    Each corpus holds test items of the benchmark with probability `leak`. From the second generation on, each model
    also learns, with probability `synthetic`, from data that a model of the previous generation generated, any of
    them with equal probability. With probability `published` its maker says what it was trained on; what is said is
    true and complete. All choices are independent.

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
    """Return a graph of corpora, synthetic sets, models and benchmarks, each made from up to three older things.

    One of the benchmarks is named `BENCHMARK`. In half of the graphs it was made from older things; in some somebody
    vouches that its items are its own. Edges are of every kind that fits. One in five is only suspected, and half of
    those are tested, with p-values of which half are below one in a thousand. Steps to a benchmark with splits name its
    training part, its test part, all of it, or nothing.

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
    kinds: list[NodeKind] = ["model", "synthetic", "corpus", "benchmark"]
    place = int(generator.integers(0, 1 + things // 4))
    has_past = bool(generator.random() < 0.5)
    for number in range(things + 1):
        is_asked = number == place
        kind = "benchmark" if is_asked else kinds[generator.choice(4, p=[0.45, 0.2, 0.25, 0.1])]
        data = [node.name for node in graph.nodes if node.kind != "model"]
        models = [node.name for node in graph.nodes if node.kind == "model"]
        if kind == "synthetic" and not models:
            kind = "corpus"
        is_own = kind == "benchmark" and bool(generator.random() < 0.3)
        splits = ("train", "test") if is_asked or (kind == "benchmark" and generator.random() < 0.7) else ()
        name = BENCHMARK if is_asked else f"thing {number}"
        vouched = bool(generator.random() < documented)
        graph.add(Node(name, kind, splits=splits, documented=vouched, original=is_own))
        if kind == "synthetic":
            graph.connect(name, "generated_by", str(generator.choice(models)))
        for _ in range(generator.integers(0, 4) if has_past or not is_asked else 0):
            _connect_at_random(graph, name, data, models, generator)
    return graph


def _connect_at_random(
    graph: LineageGraph, name: str, data: list[str], models: list[str], generator: np.random.Generator
) -> None:
    """Connect a thing to an older one, if there is one that fits."""
    node = graph.node(name)
    from_model = node.kind in ("model", "benchmark") and bool(models) and generator.random() < 0.3
    older = models if from_model else data
    if not older:
        return
    # Recent things are likelier, so that lineages are deep; the benchmark is likelier still.
    source = older[-1 - min(int(generator.exponential(4)), len(older) - 1)]
    if BENCHMARK in older and generator.random() < 0.05:
        source = BENCHMARK
    if node.kind == "model":
        choices: tuple[EdgeKind, ...] = ("distilled_from", "derived_from") if from_model else ("trained_on",)
    else:
        choices = ("generated_by",) if from_model else ("derived_from", "contains")
    kind = choices[generator.integers(len(choices))]
    target: str | tuple[str, str] = source
    if graph.node(source).splits:
        target = (source, (source, "train"), (source, "test"), (source, WHOLE))[generator.integers(4)]
    if generator.random() < 0.8:
        if not (kind == "contains" and node.original):
            graph.connect(name, kind, target)
        return
    p_value = float(generator.random() * (0.001 if generator.random() < 0.5 else 1))
    tests = [SignificanceTest(p_value, "drawn", "none")] if generator.random() < 0.5 else []
    graph.suspect(name, kind, target, *tests)


def brute_force_status(
    graph: LineageGraph, model: str, benchmark: str, *, split: str = "test", alpha: float = 0.05
) -> tuple[ContaminationStatus, int]:
    """Return the status of `LineageGraph.contamination` and the length of a witness, found with networkx alone.

    It spells the definitions out on a graph of parts: each split of a benchmark is a vertex of its own, and "some part,
    nobody said which" is one more. It takes far longer. Meant for graphs that were checked before.

    Raises:
        KeyError: a node is not in the graph.
    """
    graph.node(model), graph.node(benchmark)
    tested = sorted((test.p_value, edge.key) for edge in graph.edges for test in edge.evidence.tests)
    declared = {edge.key for edge in graph.edges if edge.evidence.declared}
    shown = set(declared)
    for rank, (p_value, key) in enumerate(tested):
        if p_value > alpha / (len(tested) - rank):
            break
        shown.add(key)
    everything = {edge.key for edge in graph.edges}

    def parts(name: str) -> list[str]:
        return list(graph.node(name).splits) or [WHOLE]

    wanted = {(benchmark, part) for part in (parts(benchmark) if split == WHOLE else [split])}

    def ways(keys: set[EdgeKey], *, of_items: bool = False, only_contents: bool = False) -> nx.DiGraph:
        """Return the graph of parts: on the side of the benchmark (`of_items`) from it, else from the model."""
        drawn = nx.DiGraph()
        for node in graph.nodes:
            drawn.add_nodes_from((node.name, part) for part in (*parts(node.name), "?"))
        for edge in graph.edges:
            if edge.key not in keys or (only_contents and edge.kind != "contains"):
                continue
            if of_items and graph.node(edge.made).original and edge.kind != "contains":
                continue
            if not of_items and edge.made == benchmark:
                continue
            named = [edge.split] if edge.split not in (None, WHOLE) else parts(edge.made_from)
            if edge.split is None and graph.node(edge.made_from).kind == "benchmark":
                named = ["?"]
            for part in (*parts(edge.made), "?"):
                drawn.add_edges_from(((edge.made, part), (edge.made_from, target)) for target in named)
        return drawn

    def reached(drawn: nx.DiGraph, starts: set[tuple[str, str]]) -> set[tuple[str, str]]:
        return set(starts).union(*(nx.descendants(drawn, start) for start in starts))

    def distance(drawn: nx.DiGraph, ends: set[tuple[str, str]]) -> int | None:
        lengths = nx.single_source_shortest_path_length(drawn, (model, "?"))
        at_start = [0 for name, _ in ends if name == model]
        return min([*at_start, *(lengths[end] for end in ends if end in lengths)], default=None)

    for keys in (declared, shown):
        held = {vertex for vertex in reached(ways(keys, of_items=True, only_contents=True), wanted) if vertex[1] != "?"}
        drawn = ways(keys)
        kept = [vertex for vertex in drawn if vertex == (model, "?") or graph.node(vertex[0]).kind != "model"]
        direct = distance(drawn.subgraph(kept), held)
        if direct is not None:
            return "direct", direct
        taught = distance(drawn, held)
        if taught is not None:
            return "via-teacher", taught
    sources = reached(ways(everything, of_items=True), wanted)
    unsure = sources | {(name, "?") for name, _ in sources}
    unsure |= {(name, part) for name, said in sources if said == "?" for part in parts(name)}
    silent = {node.name for node in graph.nodes if not node.documented}
    gaps = unsure | {(name, part) for name in silent - {benchmark} for part in (*parts(name), "?")}
    gap = distance(ways(everything), gaps)
    if gap is not None:
        return "undocumented", gap
    past = {(name, part) for name, part in sources if name in silent and not graph.node(name).original}
    if past:
        drawn = ways(everything, of_items=True)
        return "undocumented", min(
            nx.shortest_path_length(drawn, start, end)
            for start in wanted
            for end in past
            if nx.has_path(drawn, start, end)
        )
    return "none-documented", 0


def _shares(leak: float, synthetic: float, published: float) -> tuple[float, float, float]:
    return (
        _validation.number("leak", leak, minimum=0, maximum=1),
        _validation.number("synthetic", synthetic, minimum=0, maximum=1),
        _validation.number("published", published, minimum=0, maximum=1),
    )
