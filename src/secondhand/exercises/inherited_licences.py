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
    if not isinstance(answer, list | tuple | set | frozenset | np.ndarray):
        return None
    listed = list(answer)
    if any(isinstance(bit, bool) or not isinstance(bit, int | np.integer) for bit in listed):
        return None
    return [int(bit) for bit in listed]


def _check_student_writes(answer: Function, solve: Function) -> None:
    got = _number(answer(1))
    if got is not None:
        if math.isclose(got, 1 - math.exp(-1)):
            raise WrongAnswerError(_say("student_writes.wrong.teacher"))
        if math.isclose(got, (1 - math.exp(-1)) ** 2):
            raise WrongAnswerError(_say("student_writes.wrong.squared"))
        if math.isclose(got, math.exp(math.exp(-1) - 1)):
            raise WrongAnswerError(_say("student_writes.wrong.silent"))
    three = _number(answer(3))
    if got is not None and three is not None and three > 1 and math.isclose(three, 3 * got):
        raise WrongAnswerError(_say("student_writes.wrong.linear"))
    for copies in (0, 1, 3, 10):
        expect_close(answer(copies), solve(copies), _say("student_writes.wrong.value", copies=copies))


@exercise(difficulty="warm-up", minutes=8, check=_check_student_writes)
def student_writes(copies: int) -> float:
    """Return the chance that the student writes a planted phrase at all.

    Each copy that a model reads leads to a Poisson number of copies that
    it writes, one on average; teacher and student alike.
    """
    student_silent_on_one = math.exp(-1)
    return 1 - math.exp(-copies * (1 - student_silent_on_one))


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


@exercise(difficulty="warm-up", minutes=6, check=_check_all_known)
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

    A choice is a whole number whose bits are clauses. Keep only choices
    that hold no other one, each once, in ascending order.
    """
    pairs = {one | other for one in first for other in second}
    return sorted(pair for pair in pairs if not any(pair | other == pair for other in pairs - {pair}))


def _check_commercially(answer: Function, solve: Function) -> None:
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


@exercise(difficulty="core", minutes=12, check=_check_commercially)
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
    mask_own: list[int] = [7, 0]
    mask_steps = [(1, 0, 2)]
    got = _bits(run(mask_own, mask_steps))
    if got == [7, 7]:
        raise WrongAnswerError(_say("reach.wrong.mask"))
    expect_close(run(mask_own, mask_steps), solve(mask_own, mask_steps), _say("reach.wrong.value"))
    shuffled = (own, steps[::-1])
    expect_close(run(*shuffled), solve(*shuffled), _say("reach.wrong.order"))
    expect_close(run(*_RING), solve(*_RING), _say("reach.wrong.ring"))
    generator = np.random.default_rng(20_000)
    many = [int(value) for value in generator.integers(0, 16, 12)]
    some = [(int(a), int(b), int(m)) for a, b, m in generator.integers(0, 12, (20, 3))]
    expect_close(run(many, some), solve(many, some), _say("reach.wrong.value"))


@exercise(difficulty="core", minutes=20, check=_check_reach)
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
    got = _number(answer(0.9, 2, 0.5))
    if got is not None:
        exact = math.log(math.log(0.5) / math.log(0.9), 2)
        if math.isclose(got, exact):
            raise WrongAnswerError(_say("generations_left.wrong.whole"))
        if got == math.floor(exact):
            raise WrongAnswerError(_say("generations_left.wrong.before"))
        if got == math.ceil(math.log(0.5) / math.log(0.9) / 2):
            raise WrongAnswerError(_say("generations_left.wrong.times"))
        if got == math.ceil(math.log(0.5) / math.log(0.9)):
            raise WrongAnswerError(_say("generations_left.wrong.parents"))
    if _number(answer(0.3, 2, 0.5)) == 1:
        raise WrongAnswerError(_say("generations_left.wrong.sources"))
    for share, parents, limit in ((0.9, 2, 0.5), (0.99, 3, 0.1), (0.3, 2, 0.5), (0.8, 5, 0.2), (0.999, 2, 0.9)):
        wrong = _say("generations_left.wrong.value", share=share, parents=parents, limit=limit)
        expect_close(answer(share, parents, limit), solve(share, parents, limit), wrong)


@exercise(difficulty="core", minutes=10, check=_check_generations_left)
def generations_left(share: float, parents: int, limit: float) -> int:
    """Return the first generation of which fewer than a limit are free.

    share of the sources, which are generation 0, is free of some clause.
    Each later thing is made from so many random things of the generation
    before, and is free if all of them are. Populations are large.
    """
    free, generation = share, 0
    while free >= limit:
        free, generation = free**parents, generation + 1
    return generation


def _check_expected_copies(answer: Function, solve: Function) -> None:
    text = list("abracadabra")
    got = _number(answer(text, list("abrac"), 2, 110))
    if got is not None:
        if math.isclose(got, 10.0):
            raise WrongAnswerError(_say("expected_copies.wrong.verbatim"))
        if math.isclose(got, solve(text, list("abrac"), 2, 110) / 110):
            raise WrongAnswerError(_say("expected_copies.wrong.rate"))
        counts = {letter: text.count(letter) for letter in "abrcd"}
        product = math.prod(counts[letter] / 11 for letter in "abrac")
        if math.isclose(got, 110 * product):
            raise WrongAnswerError(_say("expected_copies.wrong.independent"))
        # Conditional frequencies for the whole phrase, without the frequency of its beginning.
        if math.isclose(got, 110 * solve(text, list("abrac"), 2, 110) / (110 * 2 / 11)):
            raise WrongAnswerError(_say("expected_copies.wrong.beginning"))
    ring = _number(answer(list("abc"), list("ca"), 2, 30))
    if ring is not None and ring == 0:
        raise WrongAnswerError(_say("expected_copies.wrong.ring"))
    for phrase, order in (("abrac", 2), ("abrac", 3), ("abrac", 4), ("ab", 2), ("cab", 2), ("xa", 2)):
        wrong = _say("expected_copies.wrong.value", phrase=phrase, order=order)
        expect_close(answer(text, list(phrase), order, 110), solve(text, list(phrase), order, 110), wrong)


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
