"""A student that imitates a teacher's answers: it copies their form, remembers their facts, and guesses the rest.

What is learnt comes from questions and answers as text. A question names its subject between backticks, and an answer
holds one whole number, or says that its author does not know. It knows nothing of where the questions come from.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property

import numpy as np
from jaxtyping import Bool, Float, Int
from scipy.sparse import csr_array, vstack
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression

from secondhand import _validation

REFUSAL = "I do not know."
"""What a student says that does not answer."""

NO_NUMBER = -1
"""Stands for the number of an answer that has none."""

_NAME, _NUMBER = "`…`", "#"


@dataclass(frozen=True)
class Dialogue:
    """Questions with their answers.

    Attributes:
        questions: each names its subject between backticks.
        answers: each holds exactly one whole number outside backticks, without sign, and no "#" there; or is
            `REFUSAL`.

    Raises:
        TypeError: a question or an answer is not a string.
        ValueError: there is none, the numbers of questions and answers differ, a question has no subject, or an answer
            is none of those above.
    """

    questions: tuple[str, ...]
    answers: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.questions or len(self.questions) != len(self.answers):
            counts = f"{len(self.questions)} questions and {len(self.answers)} answers"
            raise ValueError(f"questions must be at least one, with one answer each, got {counts}")
        for text in (*self.questions, *self.answers):
            if not isinstance(text, str):
                raise TypeError(f"questions and answers must be strings, got {text!r} ({type(text).__name__})")
        for question in self.questions:
            _subject(question)
        for answer in self.answers:
            _read_number(answer)

    def __len__(self) -> int:
        return len(self.questions)

    @cached_property
    def forms(self) -> np.ndarray:
        """The form of each answer: its text, without the name and the number that it holds."""
        return np.array([answer_form(answer) for answer in self.answers], dtype=object)

    @cached_property
    def numbers(self) -> Int[np.ndarray, " questions"]:
        """The number of each answer, and `NO_NUMBER` for a refusal."""
        return np.array([_read_number(answer) for answer in self.answers], dtype=np.int64)

    @property
    def answered(self) -> Bool[np.ndarray, " questions"]:
        """Which answers are no refusals."""
        given: Bool[np.ndarray, " questions"] = self.numbers != NO_NUMBER
        return given

    def take(self, rows: Sequence[int] | Int[np.ndarray, " rows"]) -> "Dialogue":
        """Return the questions and answers at these positions, as often as they stand there."""
        return Dialogue(tuple(self.questions[row] for row in rows), tuple(self.answers[row] for row in rows))

    def silenced(self, rows: Sequence[bool] | Bool[np.ndarray, " questions"]) -> "Dialogue":
        """Return the same questions, with `REFUSAL` for an answer where `rows` is true.

        Raises:
            TypeError: `rows` does not hold true and false.
            ValueError: `rows` does not hold one flag for each question.
        """
        rows = np.asarray(rows)
        if rows.dtype != np.bool_:
            raise TypeError(f"rows must hold true and false, got an array of {rows.dtype}")
        if rows.shape != (len(self),):
            raise ValueError(f"rows must hold one flag for each of the {len(self)} questions, got shape {rows.shape}")
        pairs = zip(self.answers, rows, strict=True)
        return Dialogue(self.questions, tuple(REFUSAL if silent else answer for answer, silent in pairs))


@dataclass(frozen=True)
class Replies(Dialogue):
    """What a student answered, and what it knows of it.

    Attributes:
        remembered: which questions it remembers the answer of.
        confidence: the chance that it gives its best number: 1 where it remembers. Elsewhere it is the probability of
            the best guess, which is 1 too while all numbers in memory are the same; and 0 where it does not try to
            guess, or has nothing in memory to guess from.
    """

    remembered: Bool[np.ndarray, " questions"]
    confidence: Float[np.ndarray, " questions"]


def answer_form(answer: str) -> str:
    """Return an answer without the name and the number that it holds: what is left if one looks at the form only."""
    return re.sub(r"\d+", _NUMBER, re.sub(r"`[^`]*`", _NAME, answer))


def _subject(question: str) -> str:
    found = re.search(r"`([^`]+)`", question)
    if found is None:
        raise ValueError(f"questions must name their subject between backticks, got {question!r}")
    return found[1]


def _question_form(question: str) -> str:
    return re.sub(r"`[^`]*`", _NAME, question)


def _read_number(answer: str) -> int:
    if answer == REFUSAL:
        return NO_NUMBER
    rest = re.sub(r"`[^`]*`", _NAME, answer)
    found = re.findall(r"[-−+]?\d+(?:[.,]\d+)*", rest)
    if len(found) != 1 or not found[0].isdigit() or _NUMBER in rest:
        raise ValueError(
            f"answers must hold one whole number without sign, and no {_NUMBER!r}, or be {REFUSAL!r}, got {answer!r}"
        )
    return int(found[0])


@dataclass(frozen=True)
class ImitatorModel:
    """A student: memory, a generaliser that guesses from the name, and manners.

    Attributes:
        memory: question → number.
        frames: form of a question → form of the answers to such questions; a bare number where it has none.
        guesses: whether it also answers what it does not remember.
        regularisation: see `ImitatorLearner`.
    """

    memory: Mapping[str, int] = field(default_factory=dict)
    frames: Mapping[str, str] = field(default_factory=dict)
    guesses: bool = False
    regularisation: float = 10.0

    @cached_property
    def _generaliser(self) -> LogisticRegression | None:
        """Fitted to all that is remembered, when first needed; none where there is nothing to tell apart."""
        if len(set(self.memory.values())) < 2:
            return None
        # Resolves ties in the order of the facts, so that the same memory always makes the same guesses.
        facts = sorted(self.memory.items())
        features = _features(tuple(question for question, _ in facts))
        return LogisticRegression(C=self.regularisation, max_iter=1_000).fit(features, [number for _, number in facts])

    def remembers(self, questions: Sequence[str]) -> Bool[np.ndarray, " questions"]:
        """Return which of the questions it remembers."""
        return np.array([question in self.memory for question in questions], dtype=bool)

    def reply(self, questions: Sequence[str], *, least_confidence: float | None = None) -> Replies:
        """Answer each question, or say that it does not know.

        Args:
            questions: each names its subject between backticks.
            least_confidence: answer exactly those questions on which the confidence is at least this, from 0 to 1. By
                default manners decide: what is remembered is answered, and the rest only if the student `guesses`.

        Raises:
            TypeError: a question is not a string, or the confidence not a number.
            ValueError: there is no question, one names no subject, or the confidence is out of range.
        """
        if least_confidence is not None:
            least_confidence = _validation.number("least_confidence", least_confidence, minimum=0, maximum=1)
        remembered = self.remembers(questions)
        numbers = np.array([self.memory.get(question, NO_NUMBER) for question in questions], dtype=np.int64)
        confidence = remembered.astype(np.float64)
        if not remembered.all() and self.memory and (self.guesses or least_confidence is not None):
            unknown = tuple(question for question, known in zip(questions, remembered, strict=True) if not known)
            numbers[~remembered], confidence[~remembered] = self._guess(unknown)
        spoken = remembered | self.guesses if least_confidence is None else confidence >= least_confidence
        answers = [
            self._say(question, number) if speaks and number != NO_NUMBER else REFUSAL
            for question, number, speaks in zip(questions, numbers, spoken, strict=True)
        ]
        return Replies(tuple(questions), tuple(answers), remembered, confidence)

    def _guess(
        self, questions: tuple[str, ...]
    ) -> tuple[Int[np.ndarray, " questions"], Float[np.ndarray, " questions"]]:
        """Return the most probable number for each name, and its probability."""
        if self._generaliser is None:
            only = next(iter(self.memory.values()))
            return np.full(len(questions), only), np.ones(len(questions))
        chances = self._generaliser.predict_proba(_features(questions))
        return self._generaliser.classes_[chances.argmax(axis=1)], chances.max(axis=1)

    def _say(self, question: str, number: int) -> str:
        frame = self.frames.get(_question_form(question), _NUMBER)
        return frame.replace(_NUMBER, str(number)).replace(_NAME, f"`{_subject(question)}`")


@dataclass(frozen=True)
class ImitatorLearner:
    """Makes students, by reading (facts only) or by imitation (facts and manners).

    From examples a student takes the number of each answer into memory, the most common form of answers to each form of
    question into its manners, and from the answers to questions that it did not remember whether one guesses or says
    that one does not know. The generaliser is a logistic regression on the groups of 2 to 4 characters of the name.

    Attributes:
        capacity: how many facts fit into memory, at least 1; a new one then overwrites a random one. None: no limit.
        regularisation: inverse strength of the penalty on the weights of the generaliser, above 0.
    """

    capacity: int | None = None
    regularisation: float = 10.0

    def __post_init__(self) -> None:
        if self.capacity is not None:
            _validation.integer("capacity", self.capacity, minimum=1)
        _validation.number("regularisation", self.regularisation, above=0)

    def read(self, examples: Dialogue, *, seed: int = 0) -> ImitatorModel:
        """Return a student that took the facts of the examples into memory, and no manners: it never guesses.

        Raises:
            TypeError: `seed` is not an integer.
            ValueError: `seed` is negative.
        """
        return ImitatorModel(memory=self._remember({}, examples, seed=seed), regularisation=self.regularisation)

    def fit(self, examples: Dialogue, *, seed: int = 0) -> ImitatorModel:
        """Return a student that knew nothing and imitates the examples.

        Raises:
            TypeError: `seed` is not an integer.
            ValueError: `seed` is negative.
        """
        return self.fine_tune(ImitatorModel(regularisation=self.regularisation), examples, seed=seed)

    def fine_tune(self, model: ImitatorModel, examples: Dialogue, *, seed: int = 0) -> ImitatorModel:
        """Return a student that goes on from `model`, which stays as it is, and imitates the examples.

        Args:
            model: what the student was before.
            examples: what the teacher was asked and answered, in order.
            seed: matters only with a `capacity`, for what is overwritten.

        Raises:
            TypeError: `seed` is not an integer.
            ValueError: `seed` is negative, or `model` remembers more than the `capacity` holds.
        """
        if self.capacity is not None and len(model.memory) > self.capacity:
            raise ValueError(
                f"capacity must be at least the {len(model.memory)} facts that model remembers, got {self.capacity}"
            )
        answered = examples.answered
        forms = zip(examples.questions, examples.forms, answered, strict=True)
        seen: dict[str, Counter[str]] = {}
        for question, form, given in forms:
            if given:
                seen.setdefault(_question_form(question), Counter())[form] += 1
        frames = {form: counts.most_common(1)[0][0] for form, counts in seen.items()}
        unknown = ~model.remembers(examples.questions)
        return ImitatorModel(
            memory=self._remember(model.memory, examples, seed=seed),
            frames={**model.frames, **frames},
            guesses=bool(answered[unknown].mean() > 0.5) if unknown.any() else model.guesses,
            regularisation=self.regularisation,
        )

    def _remember(self, memory: Mapping[str, int], examples: Dialogue, *, seed: int) -> dict[str, int]:
        generator = np.random.default_rng(_validation.seed(seed))
        kept = dict(memory)
        slots = list(kept)
        for question, number in zip(examples.questions, examples.numbers, strict=True):
            if number == NO_NUMBER:
                continue
            if question not in kept:
                if self.capacity is not None and len(slots) >= self.capacity:
                    slot = int(generator.integers(len(slots)))
                    del kept[slots[slot]]
                    slots[slot] = question
                else:
                    slots.append(question)
            kept[question] = int(number)
        return kept


@cache
def _row_of_features(question: str) -> csr_array:
    # Stateless, so that what a name looks like does not depend on which names have been seen.
    hashing = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 4), n_features=2**11, alternate_sign=False)
    return csr_array(hashing.transform([_subject(question)]))


def _features(questions: tuple[str, ...]) -> csr_array:
    return csr_array(vstack([_row_of_features(question) for question in questions], format="csr"))
