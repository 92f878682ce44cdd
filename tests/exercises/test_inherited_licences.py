"""Common mistakes in the exercises of the chapter on inherited licences are named to the reader."""

import math
from collections.abc import Callable
from typing import Any

import pytest
from tests.exercises.mistakes import Mistake, assert_mistake_is_named

from secondhand.exercises import get


def reference(name: str) -> Callable[..., Any]:
    return get(f"inherited-licences-{name}").solve


def one_round(own: list[int], steps: Any) -> list[int]:
    clauses = list(own)
    for made, source, mask in steps:
        clauses[made] |= clauses[source] & mask
    return clauses


def one_step(own: list[int], steps: Any) -> list[int]:
    clauses = list(own)
    for made, source, mask in steps:
        clauses[made] |= own[source] & mask
    return clauses


def in_place(own: list[int], steps: Any) -> list[int]:
    for _ in range(20):
        for made, source, mask in steps:
            own[made] |= own[source] & mask
    return own


def as_often_as_things(own: list[int], steps: Any) -> list[int]:
    """Enough rounds for chains, in any order; a ring needs no more, so this is right."""
    clauses = list(own)
    for _ in own:
        clauses = one_round(clauses, steps)
    return clauses


def without_rings(own: list[int], steps: Any) -> list[int]:
    """Follows each thing back to its sources, but stops at what it has seen on any path."""
    seen: dict[int, int] = {}

    def follow(thing: int) -> int:
        if thing in seen:
            return seen[thing]
        seen[thing] = own[thing]
        for made, source, mask in steps:
            if made == thing:
                seen[thing] |= follow(source) & mask
        return seen[thing]

    return [follow(thing) for thing in range(len(own))]


def pairs(first: list[int], second: list[int]) -> set[int]:
    return {one | other for one in first for other in second}


def certain(choices: list[int], forbids: int, hidden: int) -> str:
    if any(choice & hidden for choice in choices):
        return "unknown"
    return "no" if all(choice & forbids for choice in choices) else "yes"


def by_equality(choices: list[int], forbids: int, hidden: int) -> str:
    allowed = [choice for choice in choices if choice != forbids]
    return "yes" if any(choice != hidden for choice in allowed) else "unknown" if allowed else "no"


def rounds(number: int) -> Callable[..., list[int]]:
    """Right, but for lineages that need more rounds."""

    def follow(own: list[int], steps: Any) -> list[int]:
        clauses = list(own)
        for _ in range(number):
            clauses = one_round(clauses, steps)
        return clauses

    return follow


def masked_own(own: list[int], steps: Any) -> list[int]:
    clauses = list(own)
    for _ in own:
        for made, source, mask in steps:
            clauses[made] = (clauses[made] | clauses[source]) & mask
    return clauses


def counted(text: Any, phrase: Any, order: int, size: int, *, straight: bool = False, empty: int = 0) -> float:
    """The expected number, dividing by the count of a context, whatever it is."""
    ring = text + text[: 0 if straight else order - 1]

    def count(words: Any, places: Any) -> int:
        return sum(places[start : start + len(words)] == words for start in range(len(text)))

    expected = size * count(phrase[:order], ring) / len(text)
    for end in range(order + 1, len(phrase) + 1):
        n_gram = phrase[end - order : end]
        before = empty if order == 1 and empty else count(n_gram[:-1], ring)
        expected *= count(n_gram, ring) / before
    return float(expected)


def unconditional(text: Any, phrase: Any, order: int, size: int) -> float:
    return float(size * math.prod(text.count(word) / len(text) for word in phrase))


def straight(text: Any, phrase: Any, order: int, size: int) -> float:
    seen = [text[start : start + order] for start in range(len(text) - order + 1)]
    expected = size * seen.count(phrase[:order]) / len(text)
    for end in range(order + 1, len(phrase) + 1):
        n_gram = phrase[end - order : end]
        expected *= seen.count(n_gram) / max(1, sum(other[:-1] == n_gram[:-1] for other in seen))
    return float(expected)


def verbatim(text: Any, phrase: Any, order: int, size: int) -> float:
    ring = text + text[: len(phrase) - 1]
    whole = sum(ring[start : start + len(phrase)] == phrase for start in range(len(text)))
    return float(size * whole / len(text))


MISTAKES: list[Mistake] = [
    ("chain-writes", lambda c, n: 1 - math.exp(-c), "chain_writes.wrong.teacher"),
    ("chain-writes", lambda c, n: reference("chain-writes")(c, n - 1), "chain_writes.wrong.count"),
    ("chain-writes", lambda c, n: reference("chain-writes")(c, n + 1), "chain_writes.wrong.count"),
    ("chain-writes", lambda c, n: (1 - math.exp(-c)) ** n, "chain_writes.wrong.squared"),
    ("chain-writes", lambda c, n: 1 - reference("chain-writes")(c, n), "chain_writes.wrong.silent"),
    ("chain-writes", lambda c, n: 100 * reference("chain-writes")(c, n), "chain_writes.wrong.percent"),
    ("chain-writes", lambda c, n: c * reference("chain-writes")(1, n), "chain_writes.wrong.linear"),
    ("chain-writes", lambda c, n: 1 - math.exp(math.exp(-c) - 1) if n > 1 else 0.6, "chain_writes.wrong.copies"),
    ("chain-writes", lambda c, n: 1 - math.exp(-c * (1 - math.exp(-c))) if n > 1 else 0.6, "chain_writes.wrong.copies"),
    ("chain-writes", lambda c, n: 0.5, "chain_writes.wrong.value"),
    ("chain-writes", lambda c, n: reference("chain-writes")(c, min(n, 2)), "chain_writes.wrong.value"),
    ("all-known", lambda n, u, k: (1 - u / n) ** k, "all_known.wrong.replacement"),
    ("all-known", lambda n, u, k: 1 - reference("all-known")(n, u, k), "all_known.wrong.complement"),
    ("all-known", lambda n, u, k: math.comb(u, k) / math.comb(n, k), "all_known.wrong.swapped"),
    ("all-known", lambda n, u, k: 1 - u / n, "all_known.wrong.one"),
    ("all-known", lambda n, u, k: 0.25, "all_known.wrong.value"),
    ("both-apply", lambda a, b: 3, "both_apply.wrong.type"),
    ("both-apply", lambda a, b: ["1"], "both_apply.wrong.type"),
    ("both-apply", lambda a, b: set(reference("both-apply")(a, b)), "both_apply.wrong.type"),
    ("both-apply", lambda a, b: sorted({x + y for x in a for y in b}), "both_apply.wrong.sum"),
    ("both-apply", lambda a, b: sorted({*a, *b}), "both_apply.wrong.either"),
    ("both-apply", lambda a, b: sorted({x & y for x in a for y in b}), "both_apply.wrong.common"),
    ("both-apply", lambda a, b: [max(pairs(a, b))], "both_apply.wrong.everything"),
    ("both-apply", lambda a, b: sorted(pairs(a, b)), "both_apply.wrong.normal"),
    ("both-apply", lambda a, b: reference("both-apply")(a, b)[:1], "both_apply.wrong.lost"),
    ("both-apply", lambda a, b: reference("both-apply")(a, b) * 2, "both_apply.wrong.twice"),
    ("both-apply", lambda a, b: reference("both-apply")(a, b)[::-1], "both_apply.wrong.order"),
    ("both-apply", lambda a, b: [64], "both_apply.wrong.value"),
    ("commercially", lambda c, f, h: True, "commercially.wrong.type"),
    ("commercially", by_equality, "commercially.wrong.set"),
    ("commercially", certain, "commercially.wrong.either"),
    (
        "commercially",
        lambda c, f, h: "no" if any(x & f for x in c) else reference("commercially")(c, f, h),
        "commercially.wrong.choice",
    ),
    (
        "commercially",
        lambda c, f, h: "no" if all(x & f for x in c) else "yes",
        "commercially.wrong.unknown",
    ),
    (
        "commercially",
        lambda c, f, h: (
            "no"
            if any(x & f for x in c) and len(c) > 1 and any(x & h for x in c)
            else reference("commercially")(c, f, h)
        ),
        "commercially.wrong.mixed",
    ),
    (
        "commercially",
        lambda c, f, h: "unknown" if any(x & h and not x & f for x in c) else reference("commercially")(c, f, h),
        "commercially.wrong.way",
    ),
    (
        "commercially",
        lambda c, f, h: "unknown" if c == [0] else reference("commercially")(c, f, h),
        "commercially.wrong.nothing",
    ),
    (
        "commercially",
        lambda c, f, h: "unknown" if c == [6] else reference("commercially")(c, f, h),
        "commercially.wrong.no",
    ),
    (
        "commercially",
        lambda c, f, h: "unknown" if len(c) > 2 else reference("commercially")(c, f, h),
        "commercially.wrong.value",
    ),
    ("commercially", lambda c, f, h: reference("commercially")(c, 2, 8), "commercially.wrong.bits"),
    ("reach", lambda own, steps: own, "reach.wrong.own"),
    ("reach", rounds(4), "reach.wrong.rounds"),
    ("reach", rounds(30), "reach.wrong.rounds"),
    ("reach", masked_own, "reach.wrong.kept"),
    ("reach", one_step, "reach.wrong.once"),
    ("reach", lambda own, steps: as_often_as_things(own, [(s, m, k) for m, s, k in steps]), "reach.wrong.backwards"),
    ("reach", lambda own, steps: as_often_as_things(own, [(m, s, 63) for m, s, _ in steps]), "reach.wrong.mask"),
    ("reach", lambda own, steps: one_round(one_round(own, steps), steps), "reach.wrong.chain"),
    ("reach", lambda own, steps: one_round(own, steps[::-1]), "reach.wrong.order"),
    ("reach", in_place, "reach.wrong.changed"),
    ("reach", without_rings, "reach.wrong.ring"),
    (
        "reach",
        lambda own, steps: [x & 15 for x in as_often_as_things(own, steps)] if len(own) != 12 else own,
        "reach.wrong.value",
    ),
    (
        "generations-left",
        lambda f, k, limit: math.log(math.log(limit) / math.log(f), k),
        "generations_left.wrong.whole",
    ),
    (
        "generations-left",
        lambda f, k, limit: math.floor(math.log(math.log(limit) / math.log(f), k)),
        "generations_left.wrong.before",
    ),
    (
        "generations-left",
        lambda f, k, limit: math.ceil(math.log(limit) / math.log(f) / k),
        "generations_left.wrong.times",
    ),
    (
        "generations-left",
        lambda f, k, limit: math.ceil(math.log(limit) / math.log(f)),
        "generations_left.wrong.parents",
    ),
    (
        "generations-left",
        lambda f, k, limit: max(1, reference("generations-left")(f, k, limit)),
        "generations_left.wrong.sources",
    ),
    (
        "generations-left",
        lambda f, k, x: reference("generations-left")(f, k, x) + 1,
        "generations_left.wrong.after",
    ),
    (
        "generations-left",
        lambda f, k, limit: reference("generations-left")(1 - f, k, limit),
        "generations_left.wrong.complement",
    ),
    (
        "generations-left",
        lambda f, k, limit: math.ceil(math.log(math.log(limit) / math.log(f), k)),
        "generations_left.wrong.sources",
    ),
    (
        "generations-left",
        lambda f, k, limit: next(t for t in range(100) if f ** (k**t) <= limit),
        "generations_left.wrong.tie",
    ),
    (
        "generations-left",
        lambda f, k, limit: max(0, math.ceil(math.log(math.log(limit) / math.log(f), k))),
        "generations_left.wrong.tie",
    ),
    ("generations-left", lambda f, k, limit: 0 if f < limit else 5, "generations_left.wrong.value"),
    (
        "generations-left",
        lambda f, k, limit: reference("generations-left")(f, k, limit) if k < 5 else 9,
        "generations_left.wrong.value",
    ),
    ("expected-copies", verbatim, "expected_copies.wrong.verbatim"),
    (
        "expected-copies",
        lambda *a: reference("expected-copies")(*a) / a[3],
        "expected_copies.wrong.rate",
    ),
    ("expected-copies", unconditional, "expected_copies.wrong.independent"),
    (
        "expected-copies",
        lambda text, phrase, order, size: (
            reference("expected-copies")(text, phrase, order, size)
            / (reference("expected-copies")(text, phrase[:order], order, size) / size or 1)
        ),
        "expected_copies.wrong.beginning",
    ),
    (
        "expected-copies",
        lambda text, phrase, order, size: reference("expected-copies")(text, phrase, order + 1, size),
        "expected_copies.wrong.window",
    ),
    ("expected-copies", counted, "expected_copies.wrong.context"),
    ("expected-copies", lambda *a: counted(*a, straight=True), "expected_copies.wrong.ring"),
    (
        "expected-copies",
        lambda text, phrase, order, size: (
            reference("expected-copies")(text, phrase, order, size)
            if order > 1
            else counted(text, phrase, order, size, empty=1)
        ),
        "expected_copies.wrong.empty",
    ),
    (
        "expected-copies",
        lambda text, phrase, order, size: (
            -1.0 if order == 1 else reference("expected-copies")(text, phrase, order, size)
        ),
        "expected_copies.wrong.empty",
    ),
    ("expected-copies", straight, "expected_copies.wrong.ring"),
    ("expected-copies", lambda *a: 3.0, "expected_copies.wrong.ring"),
    (
        "expected-copies",
        lambda *a: reference("expected-copies")(*a) if a[2] < 4 else 0.0,
        "expected_copies.wrong.value",
    ),
]


@pytest.mark.parametrize(("name", "mistake", "message"), MISTAKES, ids=[m[2] for m in MISTAKES])
def test_common_mistakes_are_named(name: str, mistake: Callable[..., Any], message: str) -> None:
    assert_mistake_is_named("inherited-licences", name, mistake, message)


def test_other_right_ways_pass() -> None:
    assert get("inherited-licences-reach").evaluate(as_often_as_things).passed
    assert (
        get("inherited-licences-both-apply")
        .evaluate(lambda a, b: sorted(p for p in pairs(a, b) if not any(o != p and o & p == o for o in pairs(a, b))))
        .passed
    )
    assert (
        get("inherited-licences-generations-left")
        .evaluate(lambda f, k, limit: next(t for t in range(100) if f ** (k**t) < limit))
        .passed
    )
