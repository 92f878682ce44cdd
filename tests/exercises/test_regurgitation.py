"""Common mistakes in the exercises of the chapter on regurgitation are named to the reader."""

import bisect
import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.exercises.mistakes import Mistake, assert_mistake_is_named

from secondhand.exercises import get


def reference(name: str) -> Callable[..., Any]:
    return get(f"regurgitation-{name}").solve


def ranks(space: int) -> Any:
    return np.arange(1, space + 1)


def longest_common_subsequence(text: str, document: str) -> int:
    table = np.zeros((len(text) + 1, len(document) + 1), dtype=int)
    for i, a in enumerate(text):
        for j, b in enumerate(document):
            table[i + 1, j + 1] = table[i, j] + 1 if a == b else max(table[i, j + 1], table[i + 1, j])
    return int(table[-1, -1])


def longest_common_prefix(text: str, document: str) -> int:
    return next(
        (k for k, (a, b) in enumerate(zip(text, document, strict=False)) if a != b), min(map(len, (text, document)))
    )


def longest_aligned(text: str, document: str) -> int:
    same = "".join("1" if a == b else "0" for a, b in zip(text, document, strict=False))
    return max(map(len, re.findall("1*", same)))


def prefix_anywhere(text: str, document: str) -> int:
    return max((longest_common_prefix(text, document[k:]) for k in range(len(document))), default=0)


def copied_part(text: str, document: str) -> str:
    parts = [text[i:j] for i in range(len(text)) for j in range(i, len(text) + 1)]
    return max((part for part in parts if part in document), key=len, default="")


def windows(text: str, minimum: int) -> list[str]:
    return [text[start : start + minimum] for start in range(len(text) - minimum + 1)]


def share_of_windows(text: str, documents: list[str], minimum: int) -> float:
    found = [any(w in d for d in documents) for w in windows(text, minimum)]
    return sum(found) / max(1, len(found))


def counted_twice(text: str, documents: list[str], minimum: int) -> float:
    return minimum * sum(any(w in d for d in documents) for w in windows(text, minimum)) / len(text)


def crossing(text: str, documents: list[str], minimum: int) -> float:
    return float(reference("copied-share")(text, ["".join(documents)], minimum))


def without_last(text: str, documents: list[str], minimum: int) -> float:
    marked = np.zeros(len(text), dtype=bool)
    for start, window in enumerate(windows(text, minimum)[:-1]):
        if any(window in d for d in documents):
            marked[start : start + minimum] = True
    return float(marked.mean())


def thresholds_at(place: Callable[[Any], Any], weight: Callable[[Any], Any]) -> Callable[[Any, Any], float]:
    return lambda copies, rates: float(np.exp2(np.sum(weight(rates) * place(np.log2(copies)))))


def bisected(text: str, order: list[int], phrase: str) -> int:
    key = lambda place: text[place : place + len(phrase)]  # noqa: E731
    return bisect.bisect_right(order, phrase, key=key) - bisect.bisect_left(order, phrase, key=key)


def joined_by(mark: str) -> Callable[[str, list[str], int], float]:
    return lambda text, documents, minimum: reference("copied-share")(text, [mark.join(documents)], minimum)


def in_lower_case(text: str, documents: list[str], minimum: int) -> float:
    return float(reference("copied-share")(text.lower(), [document.lower() for document in documents], minimum))


def more_than_minimum(text: str, documents: list[str], minimum: int) -> float:
    return float(reference("copied-share")(text, documents, minimum + 1))


def one_look_then_scan(text: str, order: list[int], phrase: str) -> int:
    if order[0] >= len(text):
        return 0
    return sum(text.startswith(phrase, place) for place in range(len(text)))


def one_bisection_then_walk(text: str, order: list[int], phrase: str) -> int:
    first = bisect.bisect_left(order, phrase, key=lambda place: text[place : place + len(phrase)])
    last = first
    while last < len(order) and text.startswith(phrase, order[last]):
        last += 1
    return last - first


MISTAKES: list[Mistake] = [
    ("exposure-bits", lambda rank, space: math.log(space / rank), "exposure_bits.wrong.nats"),
    ("exposure-bits", lambda rank, space: math.log10(space / rank), "exposure_bits.wrong.decimal"),
    ("exposure-bits", lambda rank, space: math.log2(rank / space), "exposure_bits.wrong.sign"),
    ("exposure-bits", lambda rank, space: math.log2(rank), "exposure_bits.wrong.rank"),
    ("exposure-bits", lambda rank, space: 8.64, "exposure_bits.wrong.value"),
    ("chance-of-exposure", lambda bits, space: 2.0**-bits, "chance_of_exposure.wrong.limit"),
    ("chance-of-exposure", lambda bits, space: math.ceil(space / 2**bits) / space, "chance_of_exposure.wrong.up"),
    (
        "chance-of-exposure",
        lambda bits, space: math.floor(space / 2**bits + 0.5) / space if bits != 4 else 0.062,
        "chance_of_exposure.wrong.nearest",
    ),
    (
        "chance-of-exposure",
        lambda bits, space: 1 - math.floor(space / 2**bits) / space,
        "chance_of_exposure.wrong.complement",
    ),
    ("chance-of-exposure", lambda bits, space: math.floor(space / 2**bits), "chance_of_exposure.wrong.count"),
    ("chance-of-exposure", lambda bits, space: 0.5, "chance_of_exposure.wrong.value"),
    ("luck", lambda space: 1 / math.log(2), "luck.wrong.limit"),
    ("luck", lambda space: np.log2(space) - np.log2(ranks(space).mean()), "luck.wrong.middle"),
    ("luck", lambda space: np.mean(np.log(space) - np.log(ranks(space))), "luck.wrong.nats"),
    ("luck", lambda space: np.mean(np.log2(space) - np.log2(np.arange(1, space))), "luck.wrong.ranks"),
    ("luck", lambda space: np.mean(np.log2(space) - np.log2(np.arange(2, space + 1))), "luck.wrong.ranks"),
    ("luck", lambda space: np.mean(np.log2(space) - np.log2(ranks(space) + 1)), "luck.wrong.ranks"),
    ("luck", lambda space: 1.44, "luck.wrong.value"),
    ("longest-copy", longest_common_subsequence, "longest_copy.wrong.subsequence"),
    ("longest-copy", longest_common_prefix, "longest_copy.wrong.prefix"),
    ("longest-copy", longest_aligned, "longest_copy.wrong.prefix"),
    ("longest-copy", prefix_anywhere, "longest_copy.wrong.aligned"),
    ("longest-copy", copied_part, "longest_copy.wrong.text"),
    ("longest-copy", lambda a, b: reference("longest-copy")(a.lower(), b.lower()), "longest_copy.wrong.case"),
    ("longest-copy", lambda a, b: min(2, reference("longest-copy")(a, b)), "longest_copy.wrong.value"),
    ("copied-share", share_of_windows, "copied_share.wrong.windows"),
    ("copied-share", counted_twice, "copied_share.wrong.twice"),
    ("copied-share", crossing, "copied_share.wrong.crossing"),
    ("copied-share", joined_by("\n"), "copied_share.wrong.crossing"),
    ("copied-share", joined_by(" "), "copied_share.wrong.crossing"),
    ("copied-share", in_lower_case, "copied_share.wrong.case"),
    ("copied-share", without_last, "copied_share.wrong.last"),
    ("copied-share", more_than_minimum, "copied_share.wrong.equal"),
    ("copied-share", lambda text, documents, minimum: 5 / 9, "copied_share.wrong.value"),
    (
        "copied-share",
        lambda text, documents, minimum: min(0.6, reference("copied-share")(text, documents, minimum)),
        "copied_share.wrong.value",
    ),
    (
        "midpoint",
        lambda copies, rates: float(np.sum(np.diff(rates) * (copies[1:] + copies[:-1]) / 2)),
        "midpoint.wrong.linear",
    ),
    ("midpoint", lambda copies, rates: math.log2(reference("midpoint")(copies, rates)), "midpoint.wrong.logarithm"),
    ("midpoint", thresholds_at(lambda logs: logs[1:], np.diff), "midpoint.wrong.right"),
    ("midpoint", thresholds_at(lambda logs: logs[:-1], np.diff), "midpoint.wrong.right"),
    ("midpoint", thresholds_at(lambda logs: logs, lambda rates: rates / rates.sum()), "midpoint.wrong.rates"),
    ("midpoint", lambda copies, rates: copies[np.searchsorted(rates, 0.5)], "midpoint.wrong.read"),
    ("midpoint", lambda copies, rates: 3.0, "midpoint.wrong.value"),
    ("count-phrase", lambda text, order, phrase: text.count(phrase), "count_phrase.wrong.overlap"),
    ("count-phrase", lambda text, order, phrase: int(phrase in text), "count_phrase.wrong.first"),
    (
        "count-phrase",
        lambda text, order, phrase: sum(text.startswith(phrase, place) for place in order),
        "count_phrase.wrong.slow",
    ),
    (
        "count-phrase",
        lambda text, order, phrase: sum(text.startswith(phrase, place) for place in range(len(text))),
        "count_phrase.wrong.unused",
    ),
    ("count-phrase", one_look_then_scan, "count_phrase.wrong.unused"),
    ("count-phrase", one_bisection_then_walk, "count_phrase.wrong.slow"),
    ("count-phrase", lambda text, order, phrase: bisected(text, order, phrase) + 1, "count_phrase.wrong.value"),
]


@pytest.mark.parametrize(("name", "mistake", "message"), MISTAKES, ids=[f"{n}-{m}" for n, _, m in MISTAKES])
def test_a_common_mistake_is_named(name: str, mistake: Callable[..., Any], message: str) -> None:
    assert_mistake_is_named("regurgitation", name, mistake, message)


def test_a_bisection_of_the_library_is_right_too() -> None:
    assert get("regurgitation-count-phrase").evaluate(bisected).passed


def test_a_table_of_matches_is_right_too() -> None:
    def by_table(text: str, document: str) -> int:
        table = np.zeros((len(text) + 1, len(document) + 1), dtype=int)
        for i, a in enumerate(text):
            for j, b in enumerate(document):
                table[i + 1, j + 1] = table[i, j] + 1 if a == b else 0
        return int(table.max())

    assert get("regurgitation-longest-copy").evaluate(by_table).passed
