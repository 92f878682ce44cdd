"""Terms as antichains of clauses: their algebra against brute force, what expressions mean, and bad input."""

from functools import reduce
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondhand.lineage import (
    ALL_CLAUSES,
    LICENCES,
    NO_OWN_TERMS,
    NO_TERMS,
    OUTPUT_CLAUSES,
    UNKNOWN_TERMS,
    Clause,
    Terms,
    terms_of,
)

FEW = (
    Clause.NOTICE,
    Clause.SHARE_ALIKE,
    Clause.NON_COMMERCIAL,
    Clause.UNKNOWN,
    Clause.OUTPUT_NAME_PREFIX,
    Clause.OUTPUT_UNKNOWN,
)
clause_sets = st.sets(st.sampled_from(FEW)).map(lambda clauses: reduce(Clause.__or__, clauses, Clause(0)))
terms = st.sets(clause_sets, min_size=1, max_size=5).map(lambda choices: Terms(frozenset(choices)))


def fulfilled_by(asked: Terms) -> set[int]:
    """All sets of clauses that fulfil the terms, found one by one."""
    every = [sum(int(clause) for bit, clause in enumerate(FEW) if number >> bit & 1) for number in range(2 ** len(FEW))]
    return {done for done in every if any(done & choice == choice for choice in asked.choices)}


# --- The algebra ------------------------------------------------------------------------------------------------------


@given(terms, terms)
def test_and_or_and_order_are_those_of_what_fulfils_the_terms(a: Terms, b: Terms) -> None:
    assert fulfilled_by(a & b) == fulfilled_by(a) & fulfilled_by(b)
    assert fulfilled_by(a | b) == fulfilled_by(a) | fulfilled_by(b)
    assert (a <= b) == (fulfilled_by(b) <= fulfilled_by(a))
    assert (a == b) == (fulfilled_by(a) == fulfilled_by(b))


@given(terms, terms, terms)
def test_the_laws_of_a_distributive_lattice_hold(a: Terms, b: Terms, c: Terms) -> None:
    assert (a & b, a | b) == (b & a, b | a)
    assert a & (b & c) == (a & b) & c
    assert a | (b | c) == (a | b) | c
    assert a & a == a | a == a & (a | b) == a | (a & b) == a
    assert a & (b | c) == (a & b) | (a & c)
    assert a & NO_TERMS == a
    assert a | NO_TERMS == NO_TERMS


@given(terms, terms, clause_sets, clause_sets)
def test_travelling_respects_and_or_and_order(a: Terms, b: Terms, mask: Clause, other: Clause) -> None:
    assert (a & b).through(mask) == a.through(mask) & b.through(mask)
    assert (a | b).through(mask) == a.through(mask) | b.through(mask)
    assert a.through(mask).through(other) == a.through(mask & other)
    assert a.through(mask) <= a
    assert not a <= b or a.through(mask) <= b.through(mask)


@given(terms, terms)
def test_the_best_and_the_worst_case_enclose_the_terms_and_respect_the_algebra(a: Terms, b: Terms) -> None:
    assert a.best() <= a <= a.worst()
    for case in (Terms.best, Terms.worst):
        assert case(a & b) == case(a) & case(b)
        assert case(a | b) == case(a) | case(b)
        assert case(case(a)) == case(a)


def test_the_worst_case_of_an_unknown_licence_is_the_top() -> None:
    assert UNKNOWN_TERMS.worst() == Terms.of(ALL_CLAUSES)
    assert UNKNOWN_TERMS.best() == NO_TERMS


@given(terms)
def test_choices_are_an_antichain(a: Terms) -> None:
    assert not any(one != other and one & other == one for one in a.choices for other in a.choices)


@given(terms, terms)
def test_certain_clauses_of_two_licences_are_those_of_either(a: Terms, b: Terms) -> None:
    assert (a & b).certain == a.certain | b.certain
    assert (a | b).certain == a.certain & b.certain


@given(terms, clause_sets)
def test_an_answer_is_sure_if_and_only_if_best_and_worst_case_agree(a: Terms, what: Clause) -> None:
    best, worst = (any(not choice & what for choice in case.choices) for case in (a.best(), a.worst()))
    assert a.allow(what) == {(True, True): "yes", (False, False): "no"}.get((best, worst), "unknown")


# --- What expressions mean --------------------------------------------------------------------------------------------


def test_known_licences_ask_for_what_they_ask_for() -> None:
    assert terms_of("MIT") == Terms.of(Clause.NOTICE)
    assert terms_of("CC0-1.0") == terms_of(NO_OWN_TERMS) == NO_TERMS
    assert Clause.NON_COMMERCIAL in terms_of("CC-BY-NC-SA-4.0").certain
    assert Clause.SHARE_ALIKE in terms_of("GPL-3.0-or-later").certain
    for contract in ("llama2", "llama3", "openai-terms"):
        assert Clause.OUTPUT_NO_TRAINING in terms_of(contract).certain
    assert terms_of("llama3.1").allow(Clause.OUTPUT_NO_TRAINING) == "yes"
    assert Clause.OUTPUT_NAME_PREFIX in terms_of("llama3.1").certain
    assert Clause.OUTPUT_NAME_PREFIX not in terms_of("llama3").possible


def test_and_asks_for_both_and_or_for_either() -> None:
    assert terms_of("MIT AND CC-BY-NC-4.0") == terms_of("MIT") & terms_of("CC-BY-NC-4.0")
    assert terms_of("GPL-3.0-only OR CC-BY-NC-4.0").choices == {
        int(LICENCES["GPL-3.0-only"]),
        int(LICENCES["CC-BY-NC-4.0"]),
    }
    assert terms_of("MIT OR GPL-3.0-only") == terms_of("MIT")
    assert terms_of("(MIT OR GPL-3.0-only) AND CC-BY-NC-4.0").commercial == "no"
    assert terms_of("GPL-3.0-only OR CC-BY-NC-4.0").commercial == "yes"


@pytest.mark.parametrize("other_name", ["mit", " MIT ", "MIT License", "mit license"])
def test_names_in_use_and_spelling_do_not_matter(other_name: str) -> None:
    assert terms_of(other_name) == terms_of("MIT")


def test_contracts_have_names_that_people_use() -> None:
    assert terms_of("llama-2") == terms_of("Llama2") == Terms.of(LICENCES["llama2"])


def test_exceptions_take_demands_away_at_most() -> None:
    assert terms_of("GPL-2.0-only WITH Classpath-exception-2.0") == terms_of("GPL-2.0-only")


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "  ",
        "BSD License",
        "openrail",
        "deepseek",
        "MIT OR",
        "NOT MIT",
        "((MIT)",
        "no such licence",
        "EUPL-1.2",
        "MIT " * 400,
    ],
)
def test_silence_and_riddles_are_unknown(text: str | None) -> None:
    assert terms_of(text) == UNKNOWN_TERMS
    assert terms_of(text).commercial == terms_of(text).allow(Clause.OUTPUT_NO_TRAINING) == "unknown"


def test_a_known_choice_beside_an_unknown_one_is_a_way_out() -> None:
    assert terms_of("MIT OR EUPL-1.2").commercial == "yes"
    assert terms_of("MIT AND EUPL-1.2").commercial == "unknown"
    assert terms_of("CC-BY-NC-4.0 AND EUPL-1.2").commercial == "no"


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert terms_of(text).choices


@given(st.recursive(st.sampled_from([*LICENCES, "EUPL-1.2"]), lambda part: st.tuples(part, part), max_leaves=6))
def test_expressions_of_any_shape_mean_what_their_parts_mean(tree: Any) -> None:
    def render(part: Any, depth: int = 0) -> str:
        if isinstance(part, str):
            return part
        first, second = (render(p, depth + 1) for p in part)
        return f"({first} {('AND', 'OR')[depth % 2]} {second})"

    def meaning(part: Any, depth: int = 0) -> Terms:
        if isinstance(part, str):
            return terms_of(part)
        first, second = (meaning(p, depth + 1) for p in part)
        return first | second if depth % 2 else first & second

    assert terms_of(render(tree)) == meaning(tree)


def test_every_entry_of_the_table_can_be_read() -> None:
    for name, clauses in LICENCES.items():
        assert terms_of(name) == Terms.of(clauses), name


def test_what_is_asked_of_outputs_stands_against_commercial_use_as_well() -> None:
    assert Terms.of(Clause.OUTPUT_NON_COMMERCIAL).commercial == "no"
    assert Terms.of(Clause.OUTPUT_UNKNOWN).commercial == "unknown"


def test_terms_and_clauses_read_well() -> None:
    assert str(terms_of("CC-BY-NC-4.0")) == "notice, attribution, state-changes, non-commercial"
    assert str(NO_TERMS) == "none"
    assert str(terms_of("MIT OR EUPL-1.2")) == "notice | unknown, output-unknown"
    assert str(OUTPUT_CLAUSES & ~Clause.OUTPUT_UNKNOWN).startswith("output-no-training, ")


# --- Bad input --------------------------------------------------------------------------------------------------------


WRONG: Any = "MIT"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: terms_of(5), TypeError, r"licence must be a string or None, got 5 \(int\)"),  # type: ignore[arg-type]
        (lambda: Terms(frozenset()), ValueError, "choices must hold at least one alternative"),
        (lambda: Terms(frozenset([-1])), ValueError, "choices must hold clauses, got the negative number -1"),
        (
            lambda: Terms(frozenset([1 << 40])),
            ValueError,
            "choices must hold clauses, got 1099511627776, which has bits",
        ),
        (lambda: NO_TERMS.through(WRONG), TypeError, r"clauses must be a Clause, got 'MIT' \(str\)"),
        (lambda: NO_TERMS.through(3), TypeError, "clauses must be a Clause, got 3"),  # type: ignore[arg-type]
        (lambda: Terms(frozenset(["MIT"])), TypeError, "choices must hold clauses, got 'MIT'"),  # type: ignore[list-item]
        (lambda: Terms(frozenset([True])), TypeError, "choices must hold clauses, got True"),
        (lambda: NO_TERMS.allow(3), TypeError, "what must be a Clause, got 3"),  # type: ignore[arg-type]
        (lambda: NO_TERMS & WRONG, TypeError, "unsupported operand"),
        (lambda: NO_TERMS | WRONG, TypeError, "unsupported operand"),
        (lambda: NO_TERMS <= WRONG, TypeError, "not supported between instances"),
    ],
)
def test_bad_input_is_explained(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        call()
