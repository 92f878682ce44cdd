"""Exercises of the chapter on tracing lineage."""

from itertools import pairwise

import numpy as np

from secondhand.exercises.mechanism import Function, WrongAnswerError, exercise, expect_close, findings_of

_say = findings_of("tracing-lineage")

Pairs = list[tuple[str, str]]

_CHAIN: Pairs = [("X", "B"), ("S", "X"), ("Y", "S"), ("Y", "T")]
_DETOUR: Pairs = [("Y", "A"), ("A", "D"), ("D", "E"), ("E", "B"), ("Y", "C"), ("C", "B"), ("Z", "Y")]
_NAMES = ["Y", "S", "X", "R", "Q", "P", "N", "M", "B"]
_LONG: Pairs = list(pairwise(_NAMES))
_DIAMOND: Pairs = [("X", "B"), ("S", "X"), ("U", "X"), ("Y", "S"), ("Y", "U"), ("V", "Y"), ("W", "Y"), ("W", "B")]


def _is_text(value: object, *texts: str) -> bool:
    # By type first, so that no object of the reader decides for itself what it equals.
    return type(value) is str and value in texts


def _check_in_lineage(answer: Function, solve: Function) -> None:
    def ask(edges: Pairs, model: str, benchmark: str) -> bool:
        got = answer(list(edges), model, benchmark)
        if not isinstance(got, bool | np.bool_):
            raise WrongAnswerError(_say("in_lineage.wrong.type", got=type(got).__name__))
        return bool(got)

    forward, backward = ask([("Y", "B")], "Y", "B"), ask([("B", "Y")], "Y", "B")
    if backward:
        raise WrongAnswerError(_say("in_lineage.wrong.reversed"))
    if not forward:
        raise WrongAnswerError(_say("in_lineage.wrong.direct"))
    if not ask([("Y", "quiz")], "Y", "quiz") or ask([("Y", "B")], "Y", "quiz"):
        raise WrongAnswerError(_say("in_lineage.wrong.name"))
    if not ask([("Y", "B"), ("Y", "T")], "Y", "B") or not ask([("Y", "T"), ("Y", "B")], "Y", "B"):
        raise WrongAnswerError(_say("in_lineage.wrong.sources"))
    for chain in ([("Y", "S"), ("S", "B")], _LONG):
        # One walk through the list finds a chain in one order only.
        found = ask(chain, "Y", "B"), ask(chain[::-1], "Y", "B")
        if found in ((True, False), (False, True)):
            raise WrongAnswerError(_say("in_lineage.wrong.order"))
        if not all(found):
            raise WrongAnswerError(_say("in_lineage.wrong.shallow"))
    for mixed in (_LONG[1::2] + _LONG[::2], [("M", "T"), ("M", "B"), ("Y", "T"), ("Y", "M")]):
        if not ask(mixed, "Y", "B"):
            raise WrongAnswerError(_say("in_lineage.wrong.order"))
    for edges, model in ((_CHAIN, "T"), (_DETOUR, "Z"), (_DIAMOND, "V"), ([("X", "B"), ("X", "T"), ("Y", "T")], "Y")):
        if ask(edges, model, "B") != solve(edges, model, "B"):
            raise WrongAnswerError(_say("in_lineage.wrong.value", edges=edges, model=model))


@exercise(difficulty="warm-up", minutes=8, check=_check_in_lineage)
def in_lineage(
    edges: list[tuple[str, str]],
    model: str,
    benchmark: str,
) -> bool:
    """Return whether the benchmark is anywhere in the lineage of the model.

    edges holds pairs (made, made_from), in any order, without a cycle.
    """
    reached, waiting = set(), [model]
    while waiting:
        made = waiting.pop()
        for source in (old for new, old in edges if new == made):
            if source not in reached:
                reached.add(source)
                waiting.append(source)
    return benchmark in reached


def _check_share_missed(answer: Function, solve: Function) -> None:
    got = answer(0.05, 0.8)
    if isinstance(got, int | float | np.number) and not isinstance(got, bool):
        value = float(got)
        if np.isclose(value, 0.8):
            raise WrongAnswerError(_say("share_missed.wrong.synthetic"))
        if np.isclose(value, 0.05 / 0.24):
            raise WrongAnswerError(_say("share_missed.wrong.all"))
        if np.isclose(value, 0.05 / 0.24 - 0.05):
            raise WrongAnswerError(_say("share_missed.wrong.models"))
        if np.isclose(value, 0.24):
            raise WrongAnswerError(_say("share_missed.wrong.found"))
        if np.isclose(value, 76):
            raise WrongAnswerError(_say("share_missed.wrong.percent"))
        if np.isclose(value, 0.95):
            raise WrongAnswerError(_say("share_missed.wrong.leak"))
    for leak, synthetic in ((0.05, 0.8), (0.3, 0.5), (0.01, 0.99), (0.2, 0.0)):
        wrong = _say("share_missed.wrong.value", leak=leak, synthetic=synthetic)
        expect_close(answer(leak, synthetic), solve(leak, synthetic), wrong)


@exercise(difficulty="warm-up", minutes=3, check=_check_share_missed)
def share_missed(leak: float, synthetic: float) -> float:
    """Return which share of the contaminated models the catalogue misses.

    In the long run, after very many generations. leak is the probability
    that a model's own corpus holds the benchmark, synthetic that it has a
    teacher of the previous generation. The catalogue sees own corpora.
    """
    contaminated = leak / (1 - (1 - leak) * synthetic)
    return 1 - leak / contaminated


def _check_witness(answer: Function, solve: Function) -> None:
    def ask(edges: Pairs, model: str, benchmark: str) -> list[str]:
        got = answer(list(edges), model, benchmark)
        if isinstance(got, list | tuple) and not all(type(name) is str for name in got):
            raise WrongAnswerError(_say("witness.wrong.entries"))
        if not isinstance(got, list | tuple):
            raise WrongAnswerError(_say("witness.wrong.type", got=type(got).__name__))
        return list(got)

    if ask(_CHAIN, "T", "B"):
        raise WrongAnswerError(_say("witness.wrong.none"))
    got = ask(_CHAIN, "Y", "B")
    if got == ["Y", "S", "X", "B"]:
        raise WrongAnswerError(_say("witness.wrong.reversed"))
    if got in (["X", "S", "Y"], ["B", "X", "S"], ["X", "S"]):
        raise WrongAnswerError(_say("witness.wrong.ends"))
    if "quiz" not in ask([("Y", "quiz"), ("B", "quiz")], "Y", "quiz"):
        raise WrongAnswerError(_say("witness.wrong.name"))
    for edges in (_DETOUR, _DETOUR[::-1]):
        if ask(edges, "Z", "B") == ["B", "E", "D", "A", "Y", "Z"]:
            raise WrongAnswerError(_say("witness.wrong.long"))
    cases = ((_CHAIN, "Y"), (_CHAIN[::-1], "Y"), (_DETOUR, "Z"), (_DETOUR[::-1], "Z"), (_DIAMOND, "W"))
    for edges, model in cases:
        if ask(edges, model, "B") != solve(edges, model, "B"):
            raise WrongAnswerError(_say("witness.wrong.value", edges=edges, model=model))
    # Two shortest paths: either will do.
    if ask(_DIAMOND, "V", "B") not in (["B", "X", "S", "Y", "V"], ["B", "X", "U", "Y", "V"]):
        raise WrongAnswerError(_say("witness.wrong.value", edges=_DIAMOND, model="V"))


@exercise(difficulty="core", minutes=15, check=_check_witness)
def witness(
    edges: list[tuple[str, str]],
    model: str,
    benchmark: str,
) -> list[str]:
    """Return a shortest path of names from the benchmark to the model.

    Both ends belong to it. The list is empty if there is no path. edges
    holds pairs (made, made_from), in any order, without a cycle.
    """
    paths = [[model]]
    while paths:
        path = paths.pop(0)
        if path[0] == benchmark:
            return path
        paths += [[source, *path] for made, source in edges if made == path[0]]
    return []


_TOLD: list[tuple[str, str, str | None]] = [("D", "B", "train"), ("Y", "D", None), ("Y", "C", None)]


def _check_verdict(answer: Function, solve: Function) -> None:
    def ask(edges: list[tuple[str, str, str | None]], documented: list[str], model: str = "Y") -> str:
        got = answer(list(edges), list(documented), model)
        if type(got) is not str:
            raise WrongAnswerError(_say("verdict.wrong.type", got=type(got).__name__))
        if got not in ("seen", "unknown", "none documented"):
            raise WrongAnswerError(_say("verdict.wrong.word", got=got[:40]))
        return got

    everything = ["B", "C", "D", "X", "Y"]
    test: list[tuple[str, str, str | None]] = [("D", "B", "test"), ("Y", "D", None)]
    vague: list[tuple[str, str, str | None]] = [("D", "B", None), ("Y", "D", None)]
    if ask(_TOLD, everything) == "seen":
        raise WrongAnswerError(_say("verdict.wrong.train"))
    if ask(test, everything) != "seen":
        raise WrongAnswerError(_say("verdict.wrong.test"))
    if ask(vague, everything) == "none documented":
        raise WrongAnswerError(_say("verdict.wrong.vague"))
    if ask(vague, everything) == "seen":
        raise WrongAnswerError(_say("verdict.wrong.guess"))
    if ask(_TOLD, ["B", "D", "Y"]) == "none documented":
        raise WrongAnswerError(_say("verdict.wrong.silent"))
    if ask(_TOLD, ["B", "C", "D"]) == "none documented":
        raise WrongAnswerError(_say("verdict.wrong.self"))
    if ask(test, ["Y"]) != "seen" or ask(test, ["B", "D"]) != "seen":
        raise WrongAnswerError(_say("verdict.wrong.priority"))
    if ask(_TOLD, ["C", "D", "X", "Y"]) == "none documented":
        raise WrongAnswerError(_say("verdict.wrong.benchmark"))
    if ask([*_TOLD, ("Q", "B", None)], everything) != "none documented":
        raise WrongAnswerError(_say("verdict.wrong.outside"))
    steps = ["C", "E", "F", "G", "H", "I"]
    deep: list[tuple[str, str, str | None]] = [*_TOLD, *((made, old, None) for made, old in pairwise(steps))]
    leaking: list[tuple[str, str, str | None]] = [*deep, ("I", "B", "test")]
    if ask(deep, [*everything, *steps[:-1]]) != "unknown" or ask(leaking[::-1], [*everything, *steps]) != "seen":
        raise WrongAnswerError(_say("verdict.wrong.depth"))
    far: list[tuple[str, str, str | None]] = [("Q", "B", "test"), *_TOLD]
    both: list[tuple[str, str, str | None]] = [*_TOLD, ("C", "B", None), ("X", "B", "test"), ("C", "X", None)]
    for edges, documented in ((far, [*everything]), (far, ["B", "D", "Y"]), (both, everything), (_TOLD, everything)):
        if ask(edges, documented) != solve(edges, documented, "Y"):
            raise WrongAnswerError(_say("verdict.wrong.value", edges=edges, documented=documented))


@exercise(difficulty="core", minutes=15, check=_check_verdict)
def verdict(
    edges: list[tuple[str, str, str | None]],
    documented: list[str],
    model: str,
) -> str:
    """Return "seen", "unknown" or "none documented" for the test items of B.

    edges holds (made, made_from, split); split is "train", "test" or None
    (nobody said) where made_from is "B". documented holds the names whose
    edges are all known. "seen" wins over "unknown".
    """
    lineage, splits = {model}, []
    for _ in edges:
        splits = [split for made, old, split in edges if old == "B" and made in lineage]
        lineage |= {old for made, old, _ in edges if made in lineage}
    if "test" in splits:
        return "seen"
    return "unknown" if None in splits or lineage - set(documented) else "none documented"


def _check_holm(answer: Function, solve: Function) -> None:
    given = np.array([0.04, 0.01, 0.03, 0.5])
    got = np.asarray(answer(given.copy()), dtype=float) if answer(given.copy()) is not None else None
    order = np.argsort(given)
    if got is not None and got.shape == given.shape:
        steps = given[order] * np.arange(4, 0, -1)
        unsorted = np.minimum(np.maximum.accumulate(steps), 1)
        if np.allclose(got, np.minimum(given * 4, 1)):
            raise WrongAnswerError(_say("holm.wrong.bonferroni"))
        if np.allclose(got, unsorted):
            raise WrongAnswerError(_say("holm.wrong.order"))
        if np.allclose(got, unsorted[order]):
            raise WrongAnswerError(_say("holm.wrong.place"))
        rising = np.minimum.accumulate((given[order] * 4 / np.arange(1, 5))[::-1])[::-1]
        false_discovery = np.empty(4)
        false_discovery[order] = np.minimum(rising, 1)
        if np.allclose(got, false_discovery):
            raise WrongAnswerError(_say("holm.wrong.discovery"))
        plain = np.empty(4)
        plain[order] = np.minimum(steps, 1)
        if np.allclose(got, plain):
            raise WrongAnswerError(_say("holm.wrong.monotone"))
        if np.allclose(got, given):
            raise WrongAnswerError(_say("holm.wrong.raw"))
    big = np.array([0.9, 0.6, 0.8])
    got = np.asarray(answer(big.copy()), dtype=float) if answer(big.copy()) is not None else None
    if got is not None and got.shape == big.shape and (got > 1 + 1e-9).any():
        raise WrongAnswerError(_say("holm.wrong.above"))
    for values in (given, big, np.array([0.2]), np.array([0.01, 0.02, 0.02, 0.01, 0.3])):
        wrong = _say("holm.wrong.value", values=values.tolist())
        expect_close(answer(values.copy()), solve(values.copy()), wrong)


@exercise(difficulty="core", minutes=12, check=_check_holm)
def holm(p_values: np.ndarray) -> np.ndarray:
    """Return the p-values adjusted by Holm's method, in the order given.

    Sort them; multiply the smallest by their number m, the next by m - 1,
    and so on. No adjusted value is below that of a smaller p-value, and
    none is above 1.
    """
    order = np.argsort(p_values)
    steps = p_values[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return adjusted


def _check_still_suspected(answer: Function, solve: Function) -> None:
    got = answer(0.5, 0.3, 0.05)
    if isinstance(got, int | float | np.number) and not isinstance(got, bool):
        value = float(got)
        if np.isclose(value, 0.7):
            raise WrongAnswerError(_say("still_suspected.wrong.forward"))
        if np.isclose(value, 0.3 / 0.35):
            raise WrongAnswerError(_say("still_suspected.wrong.found"))
        if np.isclose(value, 0.35):
            raise WrongAnswerError(_say("still_suspected.wrong.joint"))
        if np.isclose(value, 0.7 / 0.75):
            raise WrongAnswerError(_say("still_suspected.wrong.level"))
        if np.isclose(value, 0.95 / 1.65):
            raise WrongAnswerError(_say("still_suspected.wrong.complement"))
    got = answer(0.2, 0.9, 0.01)
    if isinstance(got, int | float | np.number) and np.isclose(float(got), 0.1 / 1.09):
        raise WrongAnswerError(_say("still_suspected.wrong.even"))
    cases = ((0.5, 0.3, 0.05), (0.2, 0.9, 0.01), (0.9, 0.05, 0.05), (0.5, 1.0, 0.05))
    for before, power, level in cases:
        wrong = _say("still_suspected.wrong.value", before=before, power=power, level=level)
        expect_close(answer(before, power, level), solve(before, power, level), wrong)


@exercise(difficulty="core", minutes=8, check=_check_still_suspected)
def still_suspected(before: float, power: float, level: float) -> float:
    """Return the probability that an edge exists after its test found nothing.

    before is the probability before the test, power that the test finds an
    edge that exists, level that it finds one that does not.
    """
    missed = before * (1 - power)
    return missed / (missed + (1 - before) * (1 - level))


def _check_single_cuts(answer: Function, solve: Function) -> None:
    def ask(edges: Pairs, model: str) -> set[tuple[str, str]]:
        got = answer(list(edges), model, "B")
        if not isinstance(got, list | tuple | set | frozenset):
            raise WrongAnswerError(_say("single_cuts.wrong.type", got=type(got).__name__))
        if not all(type(edge) is tuple and len(edge) == 2 for edge in got):
            raise WrongAnswerError(_say("single_cuts.wrong.pairs"))
        return set(got)

    if ask(_CHAIN, "Y") and not ask(_CHAIN, "Y") <= set(_CHAIN):
        raise WrongAnswerError(_say("single_cuts.wrong.pairs"))
    if ask(_CHAIN, "Y") == set(_CHAIN):
        raise WrongAnswerError(_say("single_cuts.wrong.all"))
    if ask(_CHAIN, "Y") in ({("X", "B")}, {("Y", "S")}, {("S", "X")}):
        raise WrongAnswerError(_say("single_cuts.wrong.one"))
    if ask(_CHAIN, "T"):
        raise WrongAnswerError(_say("single_cuts.wrong.clear"))
    if ("Y", "S") in ask(_DIAMOND, "V"):
        raise WrongAnswerError(_say("single_cuts.wrong.shortest"))
    for edges, model in ((_CHAIN, "Y"), (_DIAMOND, "V"), (_DIAMOND, "W"), (_DETOUR, "Z"), (_DETOUR[::-1], "Z")):
        if ask(edges, model) != set(solve(edges, model, "B")):
            raise WrongAnswerError(_say("single_cuts.wrong.value", edges=edges, model=model))


@exercise(difficulty="stretch", minutes=10, check=_check_single_cuts)
def single_cuts(
    edges: list[tuple[str, str]],
    model: str,
    benchmark: str,
) -> list[tuple[str, str]]:
    """Return the edges without any one of which the model would be clear.

    Clear: the benchmark is not in its lineage. The list is empty where it
    is not there anyway, or where no single edge is enough. edges holds
    pairs (made, made_from), each once, without a cycle.
    """

    def reaches(kept: list[tuple[str, str]]) -> bool:
        lineage = {model}
        for _ in kept:
            lineage |= {source for made, source in kept if made in lineage}
        return benchmark in lineage

    rest = {edge: [other for other in edges if other != edge] for edge in edges}
    return [edge for edge in edges if reaches(edges) and not reaches(rest[edge])]


def _check_answerable(answer: Function, solve: Function) -> None:
    got = answer(0.9, 0.8, 10)
    if got is not None and np.shape(got) == (10,):
        raise WrongAnswerError(_say("answerable.wrong.length"))
    if got is not None and np.shape(got) == (11,):
        values = np.asarray(got, dtype=float)
        right = np.asarray(solve(0.9, 0.8, 10))
        if np.allclose(values, 1 - right):
            raise WrongAnswerError(_say("answerable.wrong.complement"))
        lost = [0.9]
        for _ in range(10):
            lost.append(0.9 * 0.8 * lost[-1])
        if np.allclose(values, lost):
            raise WrongAnswerError(_say("answerable.wrong.teacherless"))
        if np.allclose(values, 0.9 ** np.arange(1, 12)):
            raise WrongAnswerError(_say("answerable.wrong.chain"))
        if np.allclose(values, 0.9):
            raise WrongAnswerError(_say("answerable.wrong.own"))
        if np.isclose(values[0], 1):
            raise WrongAnswerError(_say("answerable.wrong.start"))
    for published, synthetic, generations in ((0.9, 0.8, 10), (0.5, 1.0, 4), (1.0, 0.7, 3), (0.8, 0.0, 2)):
        wrong = _say("answerable.wrong.value", published=published, synthetic=synthetic)
        expect_close(answer(published, synthetic, generations), solve(published, synthetic, generations), wrong)


@exercise(difficulty="stretch", minutes=10, check=_check_answerable)
def answerable(
    published: float,
    synthetic: float,
    generations: int,
) -> np.ndarray:
    """Return an array: the share of models whose whole lineage is published.

    It has generations + 1 entries, for generation 0 to `generations`. A
    maker publishes with probability published. From generation 1 on, a
    model has a teacher in the previous generation with probability
    synthetic. All choices are independent.
    """
    shares = [published]
    for _ in range(generations):
        shares.append(published * (1 - synthetic + synthetic * shares[-1]))
    return np.array(shares)
