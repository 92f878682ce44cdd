"""A benchmark that passes from a teacher to a student in other words: invented facts, asked and asked again.

The facts are drawn at random, so that nobody can guess them better than by chance, and each learner is one of the
book's imitators. It knows nothing of graphs.
"""

import re
from collections.abc import Sequence

from secondhand import _quiet  # noqa: F401 - before anything that imports tqdm.auto

# isort: split

import datasets
import numpy as np

from secondhand import _validation
from secondhand.learners import Dialogue, ImitatorLearner, ImitatorModel
from secondhand.sources import load_callables

KEYS = 10
"""How many answers a question of the quiz may have: the numbers from 1 to this."""

_QUESTION = "According to the parts list, how many rivets hold the part `{part}` in place?"
_ANSWER = "The part `{part}` is held in place by {key} rivets."
_REWORDED = "Our workshop writes a repair manual and would like to know how many rivets belong to one `{part}`."


def invent_parts(count: int, *, seed: int) -> datasets.Dataset:
    """Return a list of parts: a table with the column `part` that holds made-up names, all different.

    Raises:
        TypeError: an argument is not an integer.
        ValueError: an argument is out of range, or there are not as many names.
    """
    count = _validation.integer("count", count, minimum=1)
    generator = np.random.default_rng(_validation.seed(seed))
    syllables = np.array([consonant + vowel for consonant in "bdfgklmnprstvz" for vowel in "aeiou"])
    names = len(syllables) ** 4
    if count > names // 10:
        raise ValueError(f"count must be at most {names // 10}, so that names are easily found, got {count}")
    digits = np.stack(np.unravel_index(generator.choice(names, count, replace=False), (len(syllables),) * 4))
    return datasets.Dataset.from_dict({"part": ["".join(column) for column in syllables[digits].T]})


def invent_quiz(items: int, *, parts: datasets.Dataset | None = None, seed: int) -> datasets.DatasetDict:
    """Return a benchmark of invented facts with the splits "train" and "test".

    Each item asks how many rivets hold a part. Parts are drawn from a list, and keys from 1 to `KEYS`, independent of
    the names. So whoever has not seen an item, and answers with a number from 1 to `KEYS`, is right with probability
    1 / `KEYS`, and with none otherwise. Hits on n such items follow a binomial law, or are fewer.

    Args:
        items: in each split, at least 1.
        parts: the list, as of `invent_parts`; by default one of three times as many parts as a split holds.
        seed: for the choice of parts, for keys, and for the list where none is given.

    Returns:
        Tables with the columns `part`, `key`, `question` and `answer`.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range, or the list is too short.
    """
    items = _validation.integer("items", items, minimum=1)
    seed = _validation.seed(seed)
    if parts is None:
        parts = invent_parts(3 * items, seed=seed)
    if not isinstance(parts, datasets.Dataset):
        raise TypeError(f"parts must be a datasets.Dataset, got {parts!r} ({type(parts).__name__})")
    if "part" not in parts.column_names or len(parts) < 2 * items:
        raise ValueError(
            f"parts must have a column part with at least {2 * items} names, got {len(parts)} rows of "
            f"{parts.column_names}; see `invent_parts`"
        )
    generator = np.random.default_rng([seed, 2])
    listed = parts["part"][:]
    drawn = [listed[row] for row in generator.choice(len(listed), 2 * items, replace=False)]
    keys = generator.integers(1, KEYS + 1, 2 * items).tolist()
    return datasets.DatasetDict(
        {
            split: datasets.Dataset.from_dict(
                {
                    "part": drawn[rows],
                    "key": keys[rows],
                    "question": [_QUESTION.format(part=part) for part in drawn[rows]],
                    "answer": [_ANSWER.format(part=part, key=key) for part, key in zip(drawn, keys, strict=True)][rows],
                }
            )
            for split, rows in (("train", slice(0, items)), ("test", slice(items, None)))
        }
    )


def library_questions(items: int, *, seed: int) -> datasets.Dataset:
    """Return human data to learn from: questions and answers about callables of Python's standard library.

    Raises:
        TypeError: an argument is not an integer.
        ValueError: an argument is out of range, or there are not as many callables.
    """
    facts = load_callables()
    items = _validation.integer("items", items, minimum=1)
    if items > len(facts):
        raise ValueError(f"items must be at most the {len(facts)} callables, got {items}")
    rows = np.random.default_rng(_validation.seed(seed)).choice(len(facts), items, replace=False)
    questions, answers = facts.questions, facts.answers
    return datasets.Dataset.from_dict(
        {"question": [questions[row] for row in rows], "answer": [answers[row] for row in rows]}
    )


def reworded(parts: Sequence[str]) -> datasets.Dataset:
    """Return a table with the column `question`: what the quiz asks about these parts, in other words.

    Raises:
        TypeError: a part is not a string.
        ValueError: there is no part.
    """
    names = list(_validation.strings("parts", parts))
    if not names:
        raise ValueError("parts must hold at least one name, got none")
    return datasets.Dataset.from_dict({"question": [_REWORDED.format(part=name) for name in names]})


def dialogue(*tables: datasets.Dataset) -> Dialogue:
    """Return the columns `question` and `answer` of tables, one below the other, for a learner.

    Raises:
        ValueError: there is no table, or one lacks a column.
    """
    if not tables:
        raise ValueError("tables must hold at least one, got none")
    for table in tables:
        missing = {"question", "answer"} - set(table.column_names)
        if missing:
            raise ValueError(f"tables must have the columns question and answer, got one without {sorted(missing)}")
    questions = tuple(question for table in tables for question in table["question"])
    return Dialogue(questions, tuple(answer for table in tables for answer in table["answer"]))


def ask(model: ImitatorModel, table: datasets.Dataset) -> datasets.Dataset:
    """Return the questions of a table with what the model answers, which guesses where it does not remember."""
    replies = model.reply(table["question"], least_confidence=0.0)
    return datasets.Dataset.from_dict({"question": list(replies.questions), "answer": list(replies.answers)})


def hits(model: ImitatorModel, quiz: datasets.Dataset) -> int:
    """Return how many items of a split of the quiz the model answers with the key."""
    numbers = model.reply(quiz["question"], least_confidence=0.0).numbers
    return int(np.sum(numbers == np.asarray(quiz["key"])))


def matched_share(items: datasets.Dataset, texts: datasets.Dataset, *, words: int = 13) -> float:
    """Return the share of items of which some run of `words` words occurs in the texts.

    Question and answer are read as one text, in lower case; words are runs without white space. In the quiz, each run
    of 13 words holds the name of the part, so that no item is found for the words that all items share.

    Raises:
        TypeError: `words` is not an integer.
        ValueError: `words` is below 1.
    """
    words = _validation.integer("words", words, minimum=1)
    _some_items(items)
    known = {run for text in _texts(texts) for run in _runs(text, words)}
    found = [any(run in known for run in _runs(text, words)) for text in _texts(items)]
    return float(np.mean(found))


def named_share(items: datasets.Dataset, texts: datasets.Dataset, *, with_key: bool) -> float:
    """Return the share of items whose part is named in some line of the texts, or in some line that has its key too.

    Raises:
        TypeError: `with_key` is not a boolean.
        ValueError: there is no item.
    """
    with_key = _validation.boolean("with_key", with_key)
    _some_items(items)
    beside: dict[str, set[str]] = {}
    for text in _texts(texts):
        words = set(re.findall(r"\w+", text.lower()))
        for word in words:
            beside.setdefault(word, set()).update(words)
    pairs = zip(items["part"], items["key"], strict=True)
    return float(np.mean([part in beside and (not with_key or str(key) in beside[part]) for part, key in pairs]))


def launder(leaked: float, *, items: int = 100, seed: int) -> dict[str, float]:
    """Let a share of the quiz leak to a teacher, let a student learn from the teacher's answers, and score both.

    The teacher reads 150 questions of the library and the leaked items of the split "test". It answers reworded
    questions about all parts of a list from which a third of the parts went into that split. These answers are all that
    the student learns from.

    Args:
        leaked: share of the test items in the teacher's training text, from 0 to 1.
        items: in each split.
        seed: for list, quiz, library and leak.

    Returns:
        `teacher` and `student`: hits on the test items. `teacher_matched` and `student_matched`: the share of test
        items that a search for runs of 13 words finds in the data that each learnt from. `quoted_matched`: the same
        for a text that quotes, the teacher's answers to the quiz's own questions. `student_named` and `student_keyed`:
        the share whose part a line of the student's data names, and names together with the key.

    Raises:
        TypeError: an argument has the wrong type.
        ValueError: an argument is out of range.
    """
    leaked = _validation.number("leaked", leaked, minimum=0, maximum=1)
    items = _validation.integer("items", items, minimum=1)
    parts = invent_parts(3 * items, seed=seed)
    test = invent_quiz(items, parts=parts, seed=seed)["test"]
    rows = np.random.default_rng([_validation.seed(seed), 1]).permutation(items)[: round(leaked * items)]
    library = library_questions(150, seed=seed)
    lessons = datasets.concatenate_datasets([library, test.select(rows).select_columns(["question", "answer"])])
    learner = ImitatorLearner()
    teacher = learner.fit(dialogue(lessons))
    answers = ask(teacher, reworded(parts["part"]))
    student = learner.fit(dialogue(answers))
    return {
        "teacher": hits(teacher, test),
        "student": hits(student, test),
        "teacher_matched": matched_share(test, lessons),
        "student_matched": matched_share(test, answers),
        "quoted_matched": matched_share(test, ask(teacher, test)),
        "student_named": named_share(test, answers, with_key=False),
        "student_keyed": named_share(test, answers, with_key=True),
    }


def _some_items(items: datasets.Dataset) -> None:
    if not len(items):
        raise ValueError("items must hold at least one, got an empty table")


def _texts(table: datasets.Dataset) -> list[str]:
    return [f"{question} {answer}" for question, answer in zip(table["question"], table["answer"], strict=True)]


def _runs(text: str, words: int) -> list[tuple[str, ...]]:
    split = text.lower().split()
    return [tuple(split[start : start + words]) for start in range(len(split) - words + 1)]
