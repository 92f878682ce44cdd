"""Common mistakes in the exercises of the chapter on tracing lineage are named to the reader."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from tests.exercises.mistakes import Mistake, assert_mistake_is_named

from secondhand.exercises import get


def solve(name: str) -> Callable[..., Any]:
    return get(f"tracing-lineage-{name}").solve


def flipped(edges: Any) -> list[Any]:
    return [(source, made) for made, source in edges]


def two_steps(edges: Any, model: str, benchmark: str) -> bool:
    sources = {source for made, source in edges if made == model}
    return benchmark in sources


def in_one_pass(edges: Any, model: str, benchmark: str) -> bool:
    reached = {model}
    for made, source in edges:
        if made in reached:
            reached.add(source)
    return benchmark in reached


def limited(edges: Any, model: str, benchmark: str, depth: int) -> bool:
    reached = {model}
    for _ in range(depth):
        reached |= {source for made, source in edges if made in reached}
    return benchmark in reached


def last_source(edges: Any, model: str, benchmark: str) -> bool:
    source, thing = dict(edges), model
    while thing in source:
        thing = source[thing]
    return bool(thing == benchmark)


def deepest_first(edges: Any, model: str, benchmark: str) -> list[str]:
    if model == benchmark:
        return [benchmark]
    paths = [deepest_first(edges, source, benchmark) for made, source in edges if made == model]
    longest = max(paths, key=len, default=[])
    return [*longest, model] if longest else []


def all_models(edges: Any, model: str, benchmark: str) -> list[str]:
    return sorted(solve("witness")(edges, model, benchmark))


def blind_to_splits(edges: Any, documented: Any, model: str) -> str:
    everything = [(made, source, "test" if source == "B" else None) for made, source, _ in edges]
    return str(solve("verdict")(everything, documented, model))


def one_step(edges: Any, documented: Any, model: str) -> str:
    kept = [edge for edge in edges if edge[0] == model]
    return str(solve("verdict")(kept, [*documented, "D"], model))


def vague(replacement: str) -> Callable[..., Any]:
    def verdict(edges: Any, documented: Any, model: str) -> str:
        said = [(made, old, replacement if old == "B" and split is None else split) for made, old, split in edges]
        return str(solve("verdict")(said, documented, model))

    return verdict


def trusting(edges: Any, documented: Any, model: str) -> str:
    return str(solve("verdict")(edges, "ABCDEQUVWXYZ", model))


def trusting_the_model(edges: Any, documented: Any, model: str) -> str:
    return str(solve("verdict")(edges, [*documented, model], model))


def model_first(edges: Any, documented: Any, model: str) -> str:
    return "unknown" if model not in documented else str(solve("verdict")(edges, documented, model))


def vague_anywhere(edges: Any, documented: Any, model: str) -> str:
    said = str(solve("verdict")(edges, documented, model))
    is_vague = any(old == "B" and split is None for _, old, split in edges)
    return "unknown" if said == "none documented" and is_vague else said


def shallow_verdict(edges: Any, documented: Any, model: str, depth: int) -> str:
    lineage = {model}
    for _ in range(depth):
        lineage |= {old for made, old, _ in edges if made in lineage}
    return str(
        solve("verdict")([edge for edge in edges if edge[0] in lineage], [*documented, "F", "G", "H", "I"], model)
    )


def benjamini_hochberg(p: Any) -> Any:
    order, adjusted = np.argsort(p), np.empty(len(p))
    adjusted[order] = np.minimum.accumulate((p[order] * len(p) / np.arange(1, len(p) + 1))[::-1])[::-1]
    return np.minimum(adjusted, 1)


def silence_first(edges: Any, documented: Any, model: str) -> str:
    lineage = {model}
    for _ in edges:
        lineage |= {old for made, old, _ in edges if made in lineage}
    return "unknown" if lineage - set(documented) else str(solve("verdict")(edges, documented, model))


def whole_graph(edges: Any, documented: Any, model: str) -> str:
    if any(split == "test" for _, _, split in edges):
        return "seen"
    return str(solve("verdict")(edges, documented, model))


def without_maximum(p: Any) -> Any:
    adjusted, order = np.empty(len(p)), np.argsort(p)
    adjusted[order] = np.minimum(p[order] * np.arange(len(p), 0, -1), 1)
    return adjusted


def in_order(p: Any) -> Any:
    return np.sort(solve("holm")(p))


def unbounded(p: Any) -> Any:
    adjusted, order = np.empty(len(p)), np.argsort(p)
    adjusted[order] = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    return adjusted


def on_the_shortest(edges: Any, model: str, benchmark: str) -> list[Any]:
    path = solve("witness")(edges, model, benchmark)
    return [(made, source) for source, made in pairwise(path)]


def touching(edges: Any, model: str, benchmark: str) -> list[Any]:
    return [edge for edge in edges if solve("in-lineage")(edges, model, benchmark)]


def chain_of(published: float, synthetic: float, generations: int) -> Any:
    return published ** np.arange(1, generations + 2)


def from_one(published: float, synthetic: float, generations: int) -> Any:
    return np.concatenate([[1.0], solve("answerable")(published, synthetic, generations - 1)])


MISTAKES: list[Mistake] = [
    ("in-lineage", lambda edges, m, b: "yes", "in_lineage.wrong.type"),
    ("in-lineage", lambda edges, m, b: False, "in_lineage.wrong.direct"),
    (
        "in-lineage",
        lambda edges, m, b: solve("in-lineage")(edges + flipped(edges), m, b),
        "in_lineage.wrong.reversed",
    ),
    ("in-lineage", two_steps, "in_lineage.wrong.shallow"),
    ("in-lineage", lambda edges, m, b: in_one_pass(sorted(edges)[::-1], m, b), "in_lineage.wrong.shallow"),
    ("in-lineage", lambda edges, m, b: in_one_pass(edges, m, b), "in_lineage.wrong.order"),
    ("in-lineage", lambda edges, m, b: limited(edges, m, b, 4), "in_lineage.wrong.shallow"),
    ("in-lineage", lambda edges, m, b: limited(edges, m, b, 7), "in_lineage.wrong.shallow"),
    ("in-lineage", lambda edges, m, b: solve("in-lineage")(edges, m, "B"), "in_lineage.wrong.name"),
    ("in-lineage", last_source, "in_lineage.wrong.sources"),
    ("in-lineage", lambda edges, m, b: solve("in-lineage")(flipped(edges), m, b), "in_lineage.wrong.reversed"),
    ("in-lineage", lambda edges, m, b: in_one_pass(edges[::-1], m, b), "in_lineage.wrong.order"),
    ("in-lineage", lambda edges, m, b: any(old == b for _, old in edges), "in_lineage.wrong.value"),
    ("share-missed", lambda q, s: s, "share_missed.wrong.synthetic"),
    ("share-missed", lambda q, s: q / (1 - (1 - q) * s), "share_missed.wrong.all"),
    ("share-missed", lambda q, s: q / (1 - (1 - q) * s) - q, "share_missed.wrong.models"),
    ("share-missed", lambda q, s: 1 - (1 - q) * s, "share_missed.wrong.found"),
    ("share-missed", lambda q, s: 100 * (1 - q) * s, "share_missed.wrong.percent"),
    ("share-missed", lambda q, s: 1 - q, "share_missed.wrong.leak"),
    ("share-missed", lambda q, s: 0.5, "share_missed.wrong.value"),
    ("witness", lambda edges, m, b: "B, Y", "witness.wrong.type"),
    ("witness", lambda edges, m, b: edges, "witness.wrong.entries"),
    ("witness", lambda edges, m, b: solve("witness")(edges, m, "B"), "witness.wrong.name"),
    ("witness", lambda edges, m, b: [b, m], "witness.wrong.none"),
    ("witness", lambda edges, m, b: solve("witness")(edges, m, b)[::-1], "witness.wrong.reversed"),
    ("witness", lambda edges, m, b: solve("witness")(edges, m, b)[1:], "witness.wrong.ends"),
    ("witness", lambda edges, m, b: solve("witness")(edges, m, b)[1:-1], "witness.wrong.ends"),
    ("witness", deepest_first, "witness.wrong.long"),
    ("witness", all_models, "witness.wrong.value"),
    ("verdict", lambda edges, documented, m: 1, "verdict.wrong.type"),
    ("verdict", lambda edges, documented, m: "clean", "verdict.wrong.word"),
    ("verdict", blind_to_splits, "verdict.wrong.train"),
    ("verdict", one_step, "verdict.wrong.test"),
    ("verdict", vague("train"), "verdict.wrong.vague"),
    ("verdict", vague("test"), "verdict.wrong.guess"),
    ("verdict", trusting, "verdict.wrong.silent"),
    ("verdict", trusting_the_model, "verdict.wrong.self"),
    ("verdict", silence_first, "verdict.wrong.priority"),
    ("verdict", model_first, "verdict.wrong.priority"),
    ("verdict", lambda e, documented, m: solve("verdict")(e, [*documented, "B"], m), "verdict.wrong.benchmark"),
    ("verdict", vague_anywhere, "verdict.wrong.outside"),
    ("verdict", lambda edges, documented, m: shallow_verdict(edges, documented, m, 3), "verdict.wrong.depth"),
    ("verdict", whole_graph, "verdict.wrong.value"),
    ("holm", lambda p: np.minimum(p * len(p), 1), "holm.wrong.bonferroni"),
    ("holm", in_order, "holm.wrong.order"),
    ("holm", without_maximum, "holm.wrong.monotone"),
    ("holm", lambda p: np.sort(solve("holm")(p))[np.argsort(p)], "holm.wrong.place"),
    ("holm", benjamini_hochberg, "holm.wrong.discovery"),
    ("holm", lambda p: p, "holm.wrong.raw"),
    ("holm", unbounded, "holm.wrong.above"),
    ("holm", lambda p: np.full(len(p), 0.5), "holm.wrong.value"),
    ("still-suspected", lambda before, w, a: 1 - w, "still_suspected.wrong.forward"),
    (
        "still-suspected",
        lambda before, w, a: before * w / (before * w + (1 - before) * a),
        "still_suspected.wrong.found",
    ),
    ("still-suspected", lambda before, w, a: before * (1 - w), "still_suspected.wrong.joint"),
    (
        "still-suspected",
        lambda before, w, a: before * (1 - w) / (before * (1 - w) + (1 - before) * a),
        "still_suspected.wrong.level",
    ),
    ("still-suspected", lambda *values: 1 - solve("still-suspected")(*values), "still_suspected.wrong.complement"),
    ("still-suspected", lambda before, w, a: (1 - w) / (2 - w - a), "still_suspected.wrong.even"),
    ("still-suspected", lambda before, w, a: 0.5, "still_suspected.wrong.value"),
    ("single-cuts", lambda edges, m, b: 3, "single_cuts.wrong.type"),
    ("single-cuts", lambda edges, m, b: ["YS"], "single_cuts.wrong.pairs"),
    ("single-cuts", lambda e, m, b: flipped(solve("single-cuts")(e, m, b)), "single_cuts.wrong.pairs"),
    ("single-cuts", touching, "single_cuts.wrong.all"),
    ("single-cuts", lambda edges, m, b: solve("single-cuts")(edges, m, b)[:1], "single_cuts.wrong.one"),
    (
        "single-cuts",
        lambda edges, m, b: solve("single-cuts")(edges, m, b) or edges,
        "single_cuts.wrong.clear",
    ),
    ("single-cuts", on_the_shortest, "single_cuts.wrong.shortest"),
    ("single-cuts", lambda edges, m, b: [], "single_cuts.wrong.value"),
    ("answerable", lambda d, s, n: solve("answerable")(d, s, n)[1:], "answerable.wrong.length"),
    ("answerable", lambda d, s, n: 1 - solve("answerable")(d, s, n), "answerable.wrong.complement"),
    ("answerable", lambda d, s, n: d * (d * s) ** np.arange(n + 1), "answerable.wrong.teacherless"),
    ("answerable", chain_of, "answerable.wrong.chain"),
    ("answerable", lambda d, s, n: np.full(n + 1, d), "answerable.wrong.own"),
    ("answerable", from_one, "answerable.wrong.start"),
    ("answerable", lambda d, s, n: np.zeros(n + 1), "answerable.wrong.value"),
]


@pytest.mark.parametrize(("name", "mistake", "message"), MISTAKES, ids=[m[2] for m in MISTAKES])
def test_common_mistakes_are_named(name: str, mistake: Callable[..., Any], message: str) -> None:
    assert_mistake_is_named("tracing-lineage", name, mistake, message)


def test_other_shortest_paths_pass() -> None:
    def other_way_round(edges: Any, model: str, benchmark: str) -> list[str]:
        return list(solve("witness")(edges[::-1], model, benchmark))

    assert get("tracing-lineage-witness").evaluate(other_way_round).passed
    assert get("tracing-lineage-witness").evaluate(lambda *a: tuple(solve("witness")(*a))).passed
    assert get("tracing-lineage-single-cuts").evaluate(lambda *a: set(solve("single-cuts")(*a))).passed
    assert get("tracing-lineage-in-lineage").evaluate(lambda *a: bool(solve("witness")(*a))).passed
