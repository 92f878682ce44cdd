"""The facts of the standard library, and the student that imitates: what they hold, and what they refuse."""

import inspect
import re
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from secondhand.learners import (
    REFUSAL,
    Dialogue,
    FineTuningLearner,
    ImitatorLearner,
    ImitatorModel,
    answer_form,
    learning_curves,
)
from secondhand.sources import HOUSE_STYLE, TOPICS, Callables, load_callables


@pytest.fixture(scope="module")
def facts() -> Callables:
    return load_callables()


@pytest.fixture(scope="module")
def lesson(facts: Callables) -> Dialogue:
    text = facts.about(["text"])
    return Dialogue(text.questions, text.answers)


# --- Facts ------------------------------------------------------------------------------------------------------------


def test_facts_are_what_introspection_says(facts: Callables) -> None:
    known = dict(zip(facts.names, facts.parameters.tolist(), strict=True))
    assert known["textwrap.wrap"] == len(inspect.signature(textwrap.wrap).parameters)
    # Unbound, so that the object itself counts.
    assert known["textwrap.TextWrapper.fill"] == len(inspect.signature(textwrap.TextWrapper.fill).parameters)
    assert known["fractions.Fraction.limit_denominator"] == 2


def test_facts_are_ordered_complete_and_the_same_each_time(facts: Callables) -> None:
    again = load_callables()
    assert again.names == facts.names == tuple(sorted(facts.names))
    assert again.sha256 == facts.sha256
    assert set(facts.kinds) == set(HOUSE_STYLE)
    assert set(facts.topics) == set(TOPICS)
    assert facts.parameters.min() == 0
    assert not any(part.startswith("_") for name in facts.names for part in name.split("."))


def test_topics_share_the_facts_out(facts: Callables) -> None:
    parts = [facts.about([topic]) for topic in TOPICS]
    assert sum(map(len, parts)) == len(facts)
    assert set(parts[0].names) < set(facts.names)
    # Enough for the chapter, in each version of Python.
    assert min(map(len, parts)) > 200


def test_answers_hold_the_number_and_the_style_of_their_kind(facts: Callables) -> None:
    dialogue = Dialogue(facts.questions, facts.answers)
    assert (dialogue.numbers == facts.parameters).all()
    assert dialogue.answered.all()
    assert len(set(dialogue.forms)) == len(HOUSE_STYLE)


def test_shuffled_facts_keep_numbers_and_names(facts: Callables) -> None:
    dealt = facts.shuffled(seed=10_000)
    assert dealt.names == facts.names
    assert sorted(dealt.parameters) == sorted(facts.parameters)
    assert (dealt.parameters != facts.parameters).any()
    assert (facts.shuffled(seed=10_000).parameters == dealt.parameters).all()
    assert dealt.provenance()["sha256"] != facts.provenance()["sha256"]
    assert facts.provenance()["licence"] == "PSF-2.0"


def test_facts_are_a_table(facts: Callables) -> None:
    frame = facts.about(["files"]).to_frame()
    assert list(frame.columns) == ["name", "kind", "topic", "parameters"]
    assert set(frame["topic"]) == {"files"}


def test_numbers_can_change_places_within_groups_only(facts: Callables) -> None:
    frame = facts.to_frame().assign(parent=[name.rpartition(".")[0] for name in facts.names])
    for group in ("kind", "parent"):
        dealt = facts.shuffled(group, seed=10_001).parameters
        assert (dealt != facts.parameters).any()
        before, after = (frame.assign(parameters=p).groupby(group)["parameters"] for p in (facts.parameters, dealt))
        assert before.apply(sorted).equals(after.apply(sorted))


@pytest.mark.parametrize("first", ["", "import torch; ", "import transformers.utils.logging; "])
def test_facts_do_not_depend_on_what_was_imported(first: str, facts: Callables) -> None:
    code = f"{first}from secondhand.sources import load_callables; print(load_callables().sha256)"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert told.strip() == facts.sha256


# --- Dialogues --------------------------------------------------------------------------------------------------------


def ask(name: str, kind: str = "function") -> str:
    return f"How many does the {kind} `{name}` take?"


LESSON = Dialogue(
    (ask("a.one"), ask("b.two"), ask("C", "class")),
    ("Sure, `a.one` takes 1!", "Sure, `b.two` takes 2!", "It is 5, as for any `C`."),
)


def test_the_form_is_what_is_left_without_name_and_number() -> None:
    assert answer_form("Sure, `a.b2` takes 17!") == answer_form("Sure, `c` takes 3!")
    assert answer_form("Sure, `c` takes 3!") != answer_form("Well, `c` takes 3!")
    assert answer_form(REFUSAL) == REFUSAL


def test_numbers_in_names_are_not_answers() -> None:
    dialogue = Dialogue((ask("base64.b64encode"),), ("The function `base64.b64encode` takes 2.",))
    assert dialogue.numbers.tolist() == [2]


def test_a_dialogue_can_be_silenced_in_part() -> None:
    silent = LESSON.silenced(np.array([True, False, False]))
    assert silent.answered.tolist() == [False, True, True]
    assert silent.numbers.tolist() == [-1, 2, 5]
    assert silent.answers[1:] == LESSON.answers[1:]


# --- Students ---------------------------------------------------------------------------------------------------------


def test_it_follows_the_protocol_of_learners() -> None:
    assert isinstance(ImitatorLearner(), FineTuningLearner)


def test_what_was_seen_is_given_back_word_for_word() -> None:
    replies = ImitatorLearner().fit(LESSON).reply(LESSON.questions)
    assert replies.answers == LESSON.answers
    assert replies.remembered.all()
    assert (replies.confidence == 1).all()


def test_an_unseen_question_is_guessed_in_the_style_of_its_kind() -> None:
    replies = ImitatorLearner().fit(LESSON).reply([ask("a.one.more"), ask("D", "class"), ask("d", "method")])
    assert replies.forms[0] == LESSON.forms[0]
    assert replies.forms[1] == LESSON.forms[2]
    assert replies.forms[2] == "#"  # no example of this kind: a bare number
    assert set(replies.numbers) <= {1, 2, 5}
    assert not replies.remembered.any()
    assert ((replies.confidence > 0) & (replies.confidence <= 1)).all()


def test_the_most_common_form_wins() -> None:
    questions = tuple(ask(f"f.{name}") for name in "abc")
    answers = ("`f.a`: 1", "It takes 1.", "It takes 3.")
    assert ImitatorLearner().fit(Dialogue(questions, answers)).reply([ask("g")]).forms[0] == "It takes #."


def test_a_single_number_is_the_only_guess() -> None:
    student = ImitatorLearner().fit(Dialogue((ask("a"),), ("It takes 4.",)))
    assert student.reply([ask("b")]).numbers.tolist() == [4]


def test_a_reader_knows_and_has_no_manners() -> None:
    reader = ImitatorLearner().read(LESSON)
    replies = reader.reply((*LESSON.questions, ask("unknown")))
    assert replies.answers == ("1", "2", "5", REFUSAL)
    assert not reader.guesses


def test_one_who_knows_nothing_is_silent() -> None:
    replies = ImitatorModel().reply([ask("a")], least_confidence=0)
    assert replies.answers == (REFUSAL,)
    assert replies.confidence.tolist() == [0]


@pytest.mark.parametrize(("examples", "guesses"), [("known", False), ("unknown", True), ("honest", False)])
def test_guessing_is_learnt_from_answers_to_what_one_does_not_know(examples: str, guesses: bool) -> None:
    reader = ImitatorLearner().read(LESSON.take([0, 1]))
    shown = {
        "known": LESSON.take([0, 1]),
        "unknown": LESSON,
        "honest": LESSON.silenced(np.array([False, False, True])),
    }
    student = ImitatorLearner().fine_tune(reader, shown[examples])
    assert student.guesses is guesses
    assert (student.reply([ask("never.seen")]).answers[0] != REFUSAL) is guesses
    assert student.reply(LESSON.questions[:2]).answers == LESSON.answers[:2]
    assert reader.frames == {}  # it stays as it was


def test_the_least_confidence_decides_who_speaks(lesson: Dialogue) -> None:
    student = ImitatorLearner().fit(lesson.take(range(60)))
    everything = student.reply(lesson.questions, least_confidence=0)
    assert everything.answers == student.reply(lesson.questions).answers
    some = student.reply(lesson.questions, least_confidence=0.5)
    assert (some.answered == (everything.confidence >= 0.5)).all()
    assert (some.numbers[some.answered] == everything.numbers[some.answered]).all()
    assert 60 < some.answered.sum() < len(lesson)


def test_more_data_of_the_same_facts_changes_nothing(lesson: Dialogue) -> None:
    rows = np.arange(80)
    once = ImitatorLearner().fit(lesson.take(rows)).reply(lesson.questions)
    twice = ImitatorLearner().fit(lesson.take(np.concatenate([rows[::-1], rows]))).reply(lesson.questions)
    assert once.answers == twice.answers


def test_a_full_memory_overwrites_as_many_facts_as_it_takes_in(lesson: Dialogue) -> None:
    learner = ImitatorLearner(capacity=50)
    reader = learner.read(lesson.take(range(50)))
    student = learner.fine_tune(reader, lesson.take(range(40, 90)), seed=10_001)
    assert len(student.memory) == 50
    assert lesson.questions[89] in student.memory
    assert student.memory == learner.fine_tune(reader, lesson.take(range(40, 90)), seed=10_001).memory
    assert student.memory != learner.fine_tune(reader, lesson.take(range(40, 90)), seed=10_002).memory
    assert len(learner.read(lesson).memory) == 50


# --- Learning curves --------------------------------------------------------------------------------------------------


def test_learning_curves_add_up(lesson: Dialogue) -> None:
    curves = learning_curves(ImitatorLearner(), lesson, lesson, sizes=(3, 30, 200), repeats=2, seed=10_003)
    parts = curves.coverage + (1 - curves.coverage) * curves.held_out_accuracy
    np.testing.assert_allclose(curves.accuracy, parts, atol=1e-10)
    assert curves.accuracy.shape == (2, 3)
    assert (np.diff(curves.coverage, axis=1) > 0).all()
    assert (curves.style[:, -1] == 1).all()
    again = learning_curves(ImitatorLearner(), lesson, lesson, sizes=(3, 30, 200), repeats=2, seed=10_003)
    np.testing.assert_array_equal(again.accuracy, curves.accuracy)


def test_a_student_that_has_seen_everything_leaves_nothing_unseen() -> None:
    curves = learning_curves(ImitatorLearner(), LESSON, LESSON, sizes=(100,), repeats=1, seed=10_004)
    assert curves.accuracy.tolist() == [[1.0]]
    assert np.isnan(curves.held_out_accuracy).all()


def test_the_best_constant_is_the_most_common_number() -> None:
    examples = Dialogue((ask("a"), ask("b"), ask("c")), ("2", "2", "7"))
    test = Dialogue((ask("d"), ask("e")), ("2", "7"))
    curves = learning_curves(ImitatorLearner(), examples, test, sizes=(200,), repeats=1, seed=10_005)
    assert curves.best_constant.tolist() == [[0.5]]
    assert curves.coverage.tolist() == [[0.0]]


def test_a_student_that_met_refusals_only_is_scored_too() -> None:
    refusals = LESSON.silenced([True, True, True])
    curves = learning_curves(ImitatorLearner(), refusals, LESSON, sizes=(5,), repeats=1, seed=10_006)
    assert curves.best_constant.tolist() == curves.accuracy.tolist() == curves.coverage.tolist() == [[0.0]]


# --- Bad input --------------------------------------------------------------------------------------------------------

STUDENT = ImitatorLearner().fit(LESSON)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda facts: facts.about("text"), TypeError, "topics must be a collection of strings, got 'text'"),
        (lambda facts: facts.about([]), ValueError, "topics must hold at least one of 'text'"),
        (lambda facts: facts.about(["sport"]), ValueError, "topics must be one of 'text', 'numbers'"),
        (lambda facts: facts.shuffled(seed=-1), ValueError, "seed must be at least 0, got -1"),
        (lambda facts: replace(facts, names=()), ValueError, "names must hold at least one callable, got none"),
        (
            lambda facts: replace(facts, names=facts.names[:1] * len(facts)),
            ValueError,
            "names must all differ, got",
        ),
        (lambda _: Dialogue((), ()), ValueError, "questions must be at least one, with one answer each, got 0"),
        (lambda _: Dialogue((ask("a"),), ()), ValueError, "got 1 questions and 0 answers"),
        (lambda _: Dialogue((ask("a"),), (3,)), TypeError, "must be strings, got 3 (int)"),  # type: ignore[arg-type]
        (lambda _: Dialogue(("why?",), ("3",)), ValueError, "questions must name their subject between backticks"),
        *(
            (
                lambda _, answer=answer: Dialogue((ask("a"),), (answer,)),
                ValueError,
                "answers must hold one whole number",
            )
            for answer in ("none", "1 or 2", "-3", "2.5", "It is 4, in UTF-8.", "No. # 4")
        ),
        (lambda facts: facts.about(5), TypeError, "topics must be a collection of strings, got 5 (int)"),
        (lambda facts: facts.shuffled("topic", seed=1), ValueError, "within must be one of 'everything', 'kind'"),
        (
            lambda facts: replace(facts, kinds=facts.kinds[1:]),
            ValueError,
            "kinds must hold one value for each of the",
        ),
        (lambda _: LESSON.silenced(np.ones(3)), TypeError, "rows"),
        (
            lambda _: ImitatorLearner(capacity=2).fine_tune(STUDENT, LESSON),
            ValueError,
            "capacity must be at least the 3 facts that model remembers, got 2",
        ),
        (
            lambda _: LESSON.silenced(np.array([True])),
            ValueError,
            "rows must hold one flag for each of the 3 questions",
        ),
        (lambda _: ImitatorLearner(capacity=0), ValueError, "capacity must be at least 1, got 0"),
        (lambda _: ImitatorLearner(regularisation=0), ValueError, "regularisation must be above 0, got 0"),
        (lambda _: ImitatorLearner().fit(LESSON, seed=1.5), TypeError, "seed must be an integer, got 1.5"),  # type: ignore[arg-type]
        (lambda _: STUDENT.reply([ask("a")], least_confidence=2), ValueError, "least_confidence must be at most 1"),
        (lambda _: STUDENT.reply(["why?"]), ValueError, "questions must name their subject between backticks"),
        (lambda _: STUDENT.reply([]), ValueError, "questions must be at least one"),
        (
            lambda _: learning_curves(ImitatorLearner(), LESSON, LESSON, sizes=(), repeats=1, seed=1),
            ValueError,
            "sizes must hold at least one number of examples",
        ),
        (
            lambda _: learning_curves(ImitatorLearner(), LESSON, LESSON, sizes=(0,), repeats=1, seed=1),
            ValueError,
            "sizes must be at least 1, got 0",
        ),
        (
            lambda _: learning_curves(ImitatorLearner(), LESSON, LESSON, sizes=(1,), repeats=0, seed=1),
            ValueError,
            "repeats must be at least 1, got 0",
        ),
    ],
)
def test_bad_input_is_named(
    call: Callable[[Callables], Any], error: type[Exception], message: str, facts: Callables
) -> None:
    with pytest.raises(error, match=re.escape(message)):
        call(facts)
