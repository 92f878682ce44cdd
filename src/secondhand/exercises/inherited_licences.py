"""Exercises of the chapter on inherited licences."""

import math

import numpy as np

from secondhand.exercises.mechanism import Function, WrongAnswerError, exercise, expect_close, findings_of

_say = findings_of("inherited-licences")


def _number(answer: object) -> float | None:
    """Return the answer as a number, or None where it is something else."""
    if isinstance(answer, bool) or not isinstance(answer, int | float | np.number):
        return None
    return float(answer)


def _bits(answer: object) -> list[int] | None:
    """Return the answer as a list of whole numbers, or None where it is something else."""
    if not isinstance(answer, list | tuple | np.ndarray):
        return None
    listed = list(answer)
    if any(isinstance(bit, bool) or not isinstance(bit, int | np.integer) for bit in listed):
        return None
    return [int(bit) for bit in listed]


def _is(got: float | None, expected: float) -> bool:
    return got is not None and math.isclose(got, expected)


def _check_chain_writes(answer: Function, solve: Function) -> None:
    one, two, three = (_number(answer(copies, models)) for copies, models in ((1, 1), (1, 2), (3, 2)))
    if _is(one, solve(1, 1)) and _is(two, solve(1, 1)):
        raise WrongAnswerError(_say("chain_writes.wrong.teacher"))
    if _is(two, solve(1, 1)) or _is(two, solve(1, 3)):
        raise WrongAnswerError(_say("chain_writes.wrong.count"))
    if _is(two, solve(1, 1) ** 2):
        raise WrongAnswerError(_say("chain_writes.wrong.squared"))
    if _is(two, 1 - solve(1, 2)):
        raise WrongAnswerError(_say("chain_writes.wrong.silent"))
    if _is(two, 100 * solve(1, 2)):
        raise WrongAnswerError(_say("chain_writes.wrong.percent"))
    if _is(two, solve(1, 2)):
        if _is(three, 3 * solve(1, 2)):
            raise WrongAnswerError(_say("chain_writes.wrong.linear"))
        teacher = 1 - math.exp(-3)
        if _is(three, 1 - math.exp(-teacher)) or _is(three, 1 - math.exp(-3 * teacher)):
            raise WrongAnswerError(_say("chain_writes.wrong.copies"))
    for copies, models in ((0, 2), (1, 1), (1, 2), (3, 2), (3, 5), (10, 3)):
        wrong = _say("chain_writes.wrong.value", copies=copies, models=models)
        expect_close(answer(copies, models), solve(copies, models), wrong)


@exercise(difficulty="warm-up", minutes=12, check=_check_chain_writes)
def chain_writes(copies: int, models: int) -> float:
    """Return the chance that the last of a chain of models writes a phrase.

    Each copy that a model reads leads to a Poisson number of copies that
    it writes, one on average. The first model reads copies of the phrase,
    each later one what the model before it wrote.
    """
    no_trace = 0.0
    for _ in range(models):
        no_trace = math.exp(no_trace - 1)
    return 1 - no_trace**copies


def _check_all_known(answer: Function, solve: Function) -> None:
    got = _number(answer(10, 4, 3))
    if got is not None:
        if math.isclose(got, 0.6**3):
            raise WrongAnswerError(_say("all_known.wrong.replacement"))
        if math.isclose(got, 1 - solve(10, 4, 3)):
            raise WrongAnswerError(_say("all_known.wrong.complement"))
        if math.isclose(got, solve(10, 6, 3)):
            raise WrongAnswerError(_say("all_known.wrong.swapped"))
        if math.isclose(got, 0.6):
            raise WrongAnswerError(_say("all_known.wrong.one"))
    for total, unknown, chosen in ((10, 4, 3), (200, 35, 12), (5, 0, 5), (6, 4, 3)):
        wrong = _say("all_known.wrong.value", total=total, unknown=unknown, chosen=chosen)
        expect_close(answer(total, unknown, chosen), solve(total, unknown, chosen), wrong)


@exercise(difficulty="warm-up", minutes=4, check=_check_all_known)
def all_known(total: int, unknown: int, chosen: int) -> float:
    """Return the chance that every chosen source declares a known licence.

    Of total sources, unknown ones declare none that can be named. The
    chosen ones are all different, and drawn at random.
    """
    all_choices = math.comb(total, chosen)
    return math.comb(total - unknown, chosen) / all_choices


def _check_both_apply(answer: Function, solve: Function) -> None:
    for first, second in (([1], [2]), ([1, 6], [8]), ([3, 12], [1, 20]), ([1, 2], [1, 2]), ([5, 10, 48], [6, 9])):
        returned = answer(list(first), list(second))
        got, expected = _bits(returned), solve(first, second)
        if got is None:
            raise WrongAnswerError(_say("both_apply.wrong.type"))
        combined = {one | other for one in first for other in second}
        if set(got) != set(expected):
            if set(got) == set(first) | set(second):
                raise WrongAnswerError(_say("both_apply.wrong.either"))
            if set(got) == {one & other for one in first for other in second}:
                raise WrongAnswerError(_say("both_apply.wrong.common"))
            sums = {one + other for one in first for other in second}
            if set(got) <= sums and not set(got) <= combined:
                raise WrongAnswerError(_say("both_apply.wrong.sum"))
            if set(got) == combined:
                raise WrongAnswerError(_say("both_apply.wrong.normal", first=first, second=second))
            if len(got) == 1 and got[0] == max(combined):
                raise WrongAnswerError(_say("both_apply.wrong.everything"))
            if set(got) < set(expected):
                raise WrongAnswerError(_say("both_apply.wrong.lost", first=first, second=second))
            raise WrongAnswerError(_say("both_apply.wrong.value", first=first, second=second))
        if len(got) != len(expected):
            raise WrongAnswerError(_say("both_apply.wrong.twice"))
        if got != expected:
            raise WrongAnswerError(_say("both_apply.wrong.order"))


@exercise(difficulty="core", minutes=15, check=_check_both_apply)
def both_apply(first: list[int], second: list[int]) -> list[int]:
    """Return the choices that remain where two licences apply together.

    A choice is a whole number whose bits are clauses. Drop a choice that
    contains all bits of another one. Return a list in ascending order,
    each choice once.
    """
    pairs = {one | other for one in first for other in second}
    return sorted(pair for pair in pairs if not any(pair | other == pair for other in pairs - {pair}))


def _check_commercially(answer: Function, solve: Function) -> None:
    if answer([2 | 4], 2, 8) == "yes":
        raise WrongAnswerError(_say("commercially.wrong.set"))
    cases: list[tuple[list[int], str]] = [
        ([2 | 8], "either"),
        ([2, 4], "choice"),
        ([8], "unknown"),
        ([2 | 4, 8], "mixed"),
        ([4, 8], "way"),
        ([0], "nothing"),
        ([2 | 4], "no"),
        ([2, 2 | 16, 10], "value"),
    ]
    for choices, finding in cases:
        returned = answer(list(choices), 2, 8)
        if not isinstance(returned, str) or returned not in ("yes", "no", "unknown"):
            raise WrongAnswerError(_say("commercially.wrong.type"))
        if str(returned) != solve(choices, 2, 8):
            raise WrongAnswerError(_say(f"commercially.wrong.{finding}"))
    if answer([1 | 4], 1, 4) != "no" or answer([2], 1, 4) != "yes" or answer([4], 1, 4) != "unknown":
        raise WrongAnswerError(_say("commercially.wrong.bits"))


@exercise(difficulty="core", minutes=8, check=_check_commercially)
def commercially(choices: list[int], forbids: int, hidden: int) -> str:
    """Return "yes", "no" or "unknown": may it be used commercially?

    A choice is a whole number whose bits are clauses. The bit forbids
    rules out commercial use; the bit hidden means that further clauses
    may apply, and nobody knows which. One good choice is enough.
    """
    allowed = [choice for choice in choices if not choice & forbids]
    sure = any(not choice & hidden for choice in allowed)
    return "yes" if sure else "unknown" if allowed else "no"


_CHAIN: tuple[list[int], list[tuple[int, int, int]]] = (
    [1, 2, 4, 0],
    [(3, 2, 7), (2, 1, 7), (1, 0, 7)],
)
_RING: tuple[list[int], list[tuple[int, int, int]]] = (
    [1, 2, 4, 8],
    [(0, 1, 15), (1, 2, 15), (2, 0, 15), (3, 0, 6)],
)


def _check_reach(answer: Function, solve: Function) -> None:
    def run(own: list[int], steps: list[tuple[int, int, int]]) -> object:
        mine, given = list(own), list(steps)
        returned = answer(mine, given)
        if mine != own or given != steps:
            raise WrongAnswerError(_say("reach.wrong.changed"))
        return returned

    own, steps = _CHAIN
    returned = run(own, steps)
    got = _bits(returned)
    if got is not None:
        if got == own:
            raise WrongAnswerError(_say("reach.wrong.own"))
        if got == [1, 3, 6, 4]:
            raise WrongAnswerError(_say("reach.wrong.once"))
        if got == [7, 6, 4, 0]:
            raise WrongAnswerError(_say("reach.wrong.backwards"))
    expect_close(returned, solve(own, steps), _say("reach.wrong.chain"))
    mask_own: list[int] = [7, 8]
    mask_steps = [(1, 0, 2)]
    got = _bits(run(mask_own, mask_steps))
    if got == [7, 15]:
        raise WrongAnswerError(_say("reach.wrong.mask"))
    if got == [7, 2]:
        raise WrongAnswerError(_say("reach.wrong.kept"))
    expect_close(run(mask_own, mask_steps), solve(mask_own, mask_steps), _say("reach.wrong.value"))
    shuffled = (own, steps[::-1])
    expect_close(run(*shuffled), solve(*shuffled), _say("reach.wrong.order"))
    expect_close(run(*_RING), solve(*_RING), _say("reach.wrong.ring"))
    # Each round over the steps brings a clause just one step on, from the last step of the list to the first.
    long = ([1] + [0] * 60, [(thing, thing - 1, 1) for thing in range(60, 0, -1)])
    expect_close(run(*long), solve(*long), _say("reach.wrong.rounds"))
    generator = np.random.default_rng(20_000)
    many = [int(value) for value in generator.integers(0, 16, 12)]
    some = [(int(a), int(b), int(m)) for a, b, m in generator.integers(0, 12, (20, 3))]
    expect_close(run(many, some), solve(many, some), _say("reach.wrong.value"))


@exercise(difficulty="core", minutes=15, check=_check_reach)
def reach(own: list[int], steps: list[tuple[int, int, int]]) -> list[int]:
    """Return the clauses that reach each thing, itself included.

    own holds the bits of each thing's own clauses. A step (made, source,
    mask) says that a thing was made from another, and which bits travel.
    Steps come in any order and may form rings. Leave own as it is.
    """
    clauses, changed = list(own), True
    while changed:
        before = list(clauses)
        for made, source, mask in steps:
            clauses[made] |= clauses[source] & mask
        changed = clauses != before
    return clauses


def _check_generations_left(answer: Function, solve: Function) -> None:
    first, second = (0.9, 2, 0.5), (0.99, 3, 0.1)
    got, other = _number(answer(*first)), _number(answer(*second))
    if got is not None and other is not None:
        exact, needed = math.log(math.log(0.5) / math.log(0.9), 2), math.log(0.1) / math.log(0.99)
        shift = got - solve(*first)
        if math.isclose(got, exact):
            raise WrongAnswerError(_say("generations_left.wrong.whole"))
        if shift == other - solve(*second) == -1:
            raise WrongAnswerError(_say("generations_left.wrong.before"))
        if shift == other - solve(*second) == 1:
            raise WrongAnswerError(_say("generations_left.wrong.after"))
        if got == other == 0:
            raise WrongAnswerError(_say("generations_left.wrong.complement"))
        if other == math.ceil(needed / 3):
            raise WrongAnswerError(_say("generations_left.wrong.times"))
        if other == math.ceil(needed):
            raise WrongAnswerError(_say("generations_left.wrong.parents"))
    # Where the sources are below the limit already; a formula with logarithms counts back from there.
    for share, parents, limit in ((0.3, 2, 0.5), (0.01, 2, 0.9)):
        expect_close(answer(share, parents, limit), 0, _say("generations_left.wrong.sources"))
    for share, parents, limit in (first, second, (0.8, 5, 0.2), (0.999, 2, 0.9)):
        wrong = _say("generations_left.wrong.value", share=share, parents=parents, limit=limit)
        expect_close(answer(share, parents, limit), solve(share, parents, limit), wrong)
    # Powers of two are exact: a share equals its limit.
    for share, parents, limit in ((0.5, 2, 0.5), (0.5, 2, 0.25)):
        expect_close(answer(share, parents, limit), solve(share, parents, limit), _say("generations_left.wrong.tie"))


@exercise(difficulty="core", minutes=10, check=_check_generations_left)
def generations_left(share: float, parents: int, limit: float) -> int:
    """Return the first generation whose share of free things is below limit.

    The sources are generation 0. A share of them, below 1, is free of some
    clause. Each later thing has two or more parents, random things of the
    generation before, and is free if they all are. Populations are large.
    """
    free, generation = share, 0
    while free >= limit:
        free, generation = free**parents, generation + 1
    return generation


def _check_expected_copies(answer: Function, solve: Function) -> None:
    text = list("abracadabra")

    def run(phrase: str, order: int, *, finding: str = "context", read: list[str] = text) -> object:
        try:
            return answer(list(read), list(phrase), order, 110)
        except ZeroDivisionError:
            raise WrongAnswerError(_say(f"expected_copies.wrong.{finding}")) from None

    # Of this phrase, models that look at two and at three words, and the text itself, all make different numbers.
    apart = _number(run("dabracad", 2))
    if _is(apart, solve(text, list("dabracad"), 3, 110)):
        raise WrongAnswerError(_say("expected_copies.wrong.window"))
    got = _number(run("abrac", 2))
    if _is(got, 10.0) and _is(apart, 0.0):
        raise WrongAnswerError(_say("expected_copies.wrong.verbatim"))
    if _is(got, solve(text, list("abrac"), 2, 110) / 110):
        raise WrongAnswerError(_say("expected_copies.wrong.rate"))
    if _is(got, 110 * math.prod(text.count(letter) / 11 for letter in "abrac")):
        raise WrongAnswerError(_say("expected_copies.wrong.independent"))
    # Conditional frequencies for the whole phrase, without the frequency of its beginning.
    if _is(got, 110 * solve(text, list("abrac"), 2, 110) / (110 * 2 / 11)):
        raise WrongAnswerError(_say("expected_copies.wrong.beginning"))
    for read, phrase, order in (("abc", "ca", 2), ("abcab", "cabab", 3)):
        wrong = _say("expected_copies.wrong.ring")
        returned = run(phrase, order, finding="ring", read=list(read))
        expect_close(returned, solve(list(read), list(phrase), order, 110), wrong)
    for phrase, order in (("xa", 2), ("xyab", 2), ("abxyab", 3)):
        expect_close(run(phrase, order), 0, _say("expected_copies.wrong.context"))
    for phrase in ("ab", "abra"):
        expect_close(run(phrase, 1), solve(text, list(phrase), 1, 110), _say("expected_copies.wrong.empty"))
    for phrase, order in (("abrac", 2), ("abrac", 3), ("abrac", 4), ("ab", 2), ("cab", 2), ("dabracad", 2)):
        wrong = _say("expected_copies.wrong.value", phrase=phrase, order=order)
        expect_close(run(phrase, order), solve(text, list(phrase), order, 110), wrong)


@exercise(difficulty="stretch", minutes=25, check=_check_expected_copies)
def expected_copies(
    text: list[str],
    phrase: list[str],
    order: int,
    size: int,
) -> float:
    """Return how often a model of the text writes a phrase, on average.

    The model draws each word given the order - 1 words before it, as often
    as it followed them in the text, read as a ring. The phrase has order
    words or more, and may begin at each of the size words of the sample.
    Return 0 if some words of the phrase never stand in the text like that.
    """
    ring = text + text[:order]
    seen = [ring[start : start + order] for start in range(len(text))]
    expected = float(size)
    for end in range(order, len(phrase) + 1):
        n_gram = phrase[end - order : end]
        contexts = sum(other[:-1] == n_gram[:-1] for other in seen)
        possible = len(text) if end == order else max(1, contexts)
        expected *= seen.count(n_gram) / possible
    return expected
