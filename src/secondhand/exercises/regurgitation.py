"""Exercises of the chapter on regurgitation."""

import math
from typing import Any

import numpy as np

from secondhand.exercises.mechanism import Function, WrongAnswerError, exercise, expect_close, findings_of

_say = findings_of("regurgitation")


def _number(answer: object) -> float | None:
    """Return the answer as a number, or None where it is something else."""
    if isinstance(answer, bool) or not isinstance(answer, int | float | np.number):
        return None
    return float(answer)


def _name(got: float | None, mistakes: dict[str, float]) -> None:
    """Raise the finding whose mistake gives just this number."""
    for finding, value in mistakes.items():
        if got is not None and math.isclose(got, value, rel_tol=1e-9):
            raise WrongAnswerError(_say(finding))


def _check_exposure_bits(answer: Function, solve: Function) -> None:
    _name(
        _number(answer(25, 10_000)),
        {
            "exposure_bits.wrong.nats": math.log(400),
            "exposure_bits.wrong.decimal": math.log10(400),
            "exposure_bits.wrong.sign": -math.log2(400),
            "exposure_bits.wrong.rank": math.log2(25),
        },
    )
    for rank, space in ((25, 10_000), (1, 10_000), (10_000, 10_000), (7, 1_000)):
        wrong = _say("exposure_bits.wrong.value", rank=rank, space=space)
        expect_close(answer(rank, space), solve(rank, space), wrong)


@exercise(difficulty="warm-up", minutes=3, check=_check_exposure_bits)
def exposure_bits(rank: int, space: int) -> float:
    """Return the exposure of a planted code, in bits.

    rank is its place among all codes of the space, 1 for the most likely.
    """
    return math.log2(space) - math.log2(rank)


def _check_chance_of_exposure(answer: Function, solve: Function) -> None:
    # 1,000 / 2⁴ = 62.5 ranks, 1,000 / 2⁵·⁰⁵ = 30.2 and 1,000 / 2⁵·⁰²⁵ = 30.7.
    _name(
        _number(answer(4, 1_000)),
        {
            "chance_of_exposure.wrong.limit": 1 / 16,
            "chance_of_exposure.wrong.up": 0.063,
            "chance_of_exposure.wrong.complement": 1 - 0.062,
            "chance_of_exposure.wrong.count": 62,
        },
    )
    _name(_number(answer(5.025, 1_000)), {"chance_of_exposure.wrong.nearest": 0.031})
    for bits, space in ((4, 1_000), (0, 1_000), (8.6, 10_000), (20, 1_000), (5.025, 1_000)):
        wrong = _say("chance_of_exposure.wrong.value", bits=bits, space=space)
        expect_close(answer(bits, space), solve(bits, space), wrong)


@exercise(difficulty="warm-up", minutes=5, check=_check_chance_of_exposure)
def chance_of_exposure(bits: float, space: int) -> float:
    """Return the chance that a code never seen has at least this exposure.

    Its rank is 1, 2, and so on up to the size of the space, each with equal
    chance.
    """
    # A power of two is rarely exact; without the last factor a rank on the limit may be lost.
    ranks_that_count = math.floor(space / 2**bits * (1 + 1e-12))
    return ranks_that_count / space


def _check_luck(answer: Function, solve: Function) -> None:
    ranks = np.arange(1, 1_001)
    got = _number(answer(1_000))
    _name(
        got,
        {
            "luck.wrong.limit": 1 / math.log(2),
            "luck.wrong.middle": float(np.log2(1_000) - np.log2(ranks.mean())),
            "luck.wrong.nats": float(np.mean(np.log(1_000) - np.log(ranks))),
        },
    )
    short = np.log2(1_000) - np.log2(ranks[:-1])
    _name(got, {"luck.wrong.ranks": float(short.mean())})
    _name(got, {"luck.wrong.ranks": float(np.mean(np.log2(1_000) - np.log2(ranks[1:])))})
    _name(got, {"luck.wrong.ranks": float(np.mean(np.log2(1_000) - np.log2(ranks + 1)))})
    for space in (1_000, 2, 1, 10_000):
        expect_close(answer(space), solve(space), _say("luck.wrong.value", space=space))


@exercise(difficulty="core", minutes=5, check=_check_luck)
def luck(space: int) -> float:
    """Return the mean exposure, in bits, of codes that were never seen.

    Exact for this size of the space; each rank is equally likely.
    """
    every_rank = np.arange(1, space + 1)
    return float(np.mean(np.log2(space) - np.log2(every_rank)))


_PAIRS = (
    ("the cat sat", "a cat sat down"),
    ("abcdef", "xbcdy"),
    ("abc", "xyz"),
    ("", "abc"),
    ("aaaa", "aa"),
    ("año nuevo", "el año"),
    ("abab" * 30, "ba" * 25),
    ("Return", "return"),
)


def _check_longest_copy(answer: Function, solve: Function) -> None:
    got: Any = answer("xaybzc", "abc")
    if isinstance(got, str):
        raise WrongAnswerError(_say("longest_copy.wrong.text"))
    _name(_number(got), {"longest_copy.wrong.subsequence": 3})
    if _number(answer("say it", "they say")) == 0:
        raise WrongAnswerError(_say("longest_copy.wrong.prefix"))
    if _number(answer("xxhello", "hello")) in (0, 1):
        raise WrongAnswerError(_say("longest_copy.wrong.aligned"))
    if _number(answer("Return", "return")) == 6:
        raise WrongAnswerError(_say("longest_copy.wrong.case"))
    for text, document in (("xaybzc", "abc"), *_PAIRS):
        wrong = _say("longest_copy.wrong.value", text=text, document=document)
        expect_close(answer(text, document), solve(text, document), wrong)


@exercise(difficulty="core", minutes=15, check=_check_longest_copy)
def longest_copy(text: str, document: str) -> int:
    """Return the length of the longest part of text that is in document.

    The part has no gaps, and each character counts as it is.
    """
    best = 0
    for start in range(len(text)):
        while start + best < len(text) and text[start : start + best + 1] in document:
            best += 1
    return best


def _check_copied_share(answer: Function, solve: Function) -> None:
    # Three windows of three are copied, which cover five of nine characters; covered twice they would be nine.
    got = _number(answer("xxabcdexx", ["..abcde.."], 3))
    _name(got, {"copied_share.wrong.windows": 3 / 7, "copied_share.wrong.twice": 1.0})
    _name(_number(answer("abcd", ["ab", "cd"], 3)), {"copied_share.wrong.crossing": 1.0})
    _name(_number(answer("ab\ncd", ["ab", "cd"], 4)), {"copied_share.wrong.crossing": 1.0})
    _name(_number(answer("ab cd", ["ab", "cd"], 4)), {"copied_share.wrong.crossing": 1.0})
    _name(_number(answer("Return", ["return"], 6)), {"copied_share.wrong.case": 1.0})
    _name(_number(answer("xxabcd", ["abcd"], 3)), {"copied_share.wrong.last": 0.5})
    _name(_number(answer("xxabc", ["abc"], 3)), {"copied_share.wrong.equal": 0.0})
    for text, documents, minimum in (
        ("xxabcdexx", ["..abcde.."], 3),
        ("xxabc", ["abc"], 3),
        ("abcd", ["ab", "cd"], 2),
        ("abcd", ["ab", "cd"], 3),
        ("aaa", ["aa"], 2),
        ("one two three", ["two thr", "one", "three"], 4),
        ("abc", ["abc"], 4),
        ("return", ["Return"], 5),
    ):
        wrong = _say("copied_share.wrong.value", text=text, minimum=minimum)
        expect_close(answer(text, documents, minimum), solve(text, documents, minimum), wrong)


@exercise(difficulty="core", minutes=12, check=_check_copied_share)
def copied_share(text: str, documents: list[str], minimum: int) -> float:
    """Return the share of the text's characters that lie in a copied part.

    A part counts if it has at least minimum characters and stands word for
    word in one of the documents. The text is not empty.
    """
    copied = np.zeros(len(text), dtype=bool)
    for start in range(len(text) - minimum + 1):
        window = text[start : start + minimum]
        if any(window in document for document in documents):
            copied[start : start + minimum] = True
    return float(copied.mean())


def _check_midpoint(answer: Function, solve: Function) -> None:
    first, shares = np.array([1.0, 2, 4, 8]), np.array([0.0, 0.25, 0.5, 1.0])
    logs, rises = np.log2(first), np.diff(shares)
    middle = (logs[1:] + logs[:-1]) / 2
    _name(
        _number(answer(first.copy(), shares.copy())),
        {
            "midpoint.wrong.linear": float(np.sum(rises * (first[1:] + first[:-1]) / 2)),
            "midpoint.wrong.logarithm": float(np.sum(rises * middle)),
            "midpoint.wrong.right": float(np.exp2(np.sum(rises * logs[1:]))),
            "midpoint.wrong.rates": float(np.exp2(np.sum(shares * logs) / shares.sum())),
        },
    )
    _name(
        _number(answer(first.copy(), shares.copy())),
        {"midpoint.wrong.right": float(np.exp2(np.sum(rises * logs[:-1]))), "midpoint.wrong.read": 4.0},
    )
    for copies, rates in (
        (first, shares),
        (np.array([1.0, 2, 4, 8, 16, 32, 64]), np.array([0, 0, 0.1, 0.6, 0.9, 1, 1])),
        (np.array([3.0, 5, 50]), np.array([0, 0.3, 1.0])),
        (np.array([1.0, 2, 4]), np.array([0, 1.0, 1.0])),
    ):
        wrong = _say("midpoint.wrong.value", copies=copies.tolist(), rates=rates.tolist())
        expect_close(answer(copies.copy(), rates.copy()), solve(copies, rates), wrong)


@exercise(difficulty="core", minutes=10, check=_check_midpoint)
def midpoint(copies: np.ndarray, rates: np.ndarray) -> float:
    """Return the Spearman-Kärber estimate: 2 to the mean log2 threshold.

    copies rise; rates are the shares extracted, from 0 at the first number
    of copies to 1 at the last. A threshold between two numbers of copies
    lies half-way on the scale of log2 copies, as in the theory box.
    """
    logs = np.log2(copies)
    halfway = (logs[1:] + logs[:-1]) / 2
    return float(2 ** np.sum(np.diff(rates) * halfway))


class _CountedEntries(list[int]):
    """A list that counts how many of its entries are looked at."""

    looks = 0

    def __getitem__(self, place: Any) -> Any:
        self.looks += len(range(*place.indices(len(self)))) if isinstance(place, slice) else 1
        return super().__getitem__(place)

    def __iter__(self) -> Any:
        self.looks += len(self)
        return super().__iter__()


def _check_count_phrase(answer: Function, solve: Function) -> None:
    def entries(text: str) -> _CountedEntries:
        return _CountedEntries(sorted(range(len(text)), key=lambda place: text[place:]))

    banana = "banana bandana"
    if _number(answer("aaaa", entries("aaaa"), "aa")) == 2:
        raise WrongAnswerError(_say("count_phrase.wrong.overlap"))
    _name(_number(answer(banana, entries(banana), "an")), {"count_phrase.wrong.first": 1})
    for text, phrase in (
        (banana, "an"),
        (banana, "ban"),
        (banana, "z"),
        (banana, "a"),
        (banana, "A"),
        (banana, "nab"),
        ("aaaa", "aa"),
        ("aaaa", "aaaaa"),
    ):
        wrong = _say("count_phrase.wrong.value", phrase=phrase, text=text)
        expect_close(answer(text, entries(text), phrase), solve(text, entries(text), phrase), wrong)
    generator = np.random.default_rng(10_000)
    text = "".join(generator.choice(list("abc"), 2_000))
    # About 670 places begin with this phrase, so that a walk over all of them is seen.
    looked = entries(text)
    wrong = _say("count_phrase.wrong.value", phrase="a", text=text[:10] + "…")
    expect_close(answer(text, looked, "a"), solve(text, entries(text), "a"), wrong)
    if looked.looks <= math.log2(len(text)):
        raise WrongAnswerError(_say("count_phrase.wrong.unused"))
    # Two bisections look at 11 entries each; a generous reader may look at each of them a few times.
    allowed = 100
    if looked.looks > allowed:
        raise WrongAnswerError(_say("count_phrase.wrong.slow", entries=len(text), allowed=allowed))


@exercise(difficulty="stretch", minutes=20, check=_check_count_phrase)
def count_phrase(text: str, order: list[int], phrase: str) -> int:
    """Return how often a phrase occurs in a text, by its suffix array.

    order holds every place of the text, in the order of what begins there.
    Look at as few of its entries as you can.
    """
    ends = []
    for after_ties in (False, True):
        low, high = 0, len(order)
        while low < high:
            middle = (low + high) // 2
            begins = text[order[middle] : order[middle] + len(phrase)]
            if begins < phrase or (after_ties and begins == phrase):
                low = middle + 1
            else:
                high = middle
        ends.append(low)
    return ends[1] - ends[0]
